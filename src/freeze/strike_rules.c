/*-------------------------------------------------------------------------
 *
 * strike_rules.c
 *		Decisions about strikes: the score, the step of the ladder, what stands on what.
 *
 * Words: a strike is live from its time until it expires, unless it was voided.
 * The score is the sum of live points; an incident counts once, with its heaviest
 * live strike, however many detectors reported it.  A ladder freeze stands on the
 * strikes that made the score when it was imposed.
 *
 * Lists hold AgStrike *, AgLadderFreeze *, AgLadderStep *; nothing is allocated.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/sanction.h"

/* Does the strike count at a time, knowing what had been voided by another time? */
bool
ag_strike_rule_live(const AgStrike *strike, TimestampTz at, TimestampTz known_at)
{
	return ag_interval_contains(strike->at, strike->expires_at, at) &&
		strike->void_at > known_at;
}

static bool
same_incident(const AgStrike *a, const AgStrike *b)
{
	return a->incident != NULL && b->incident != NULL && strcmp(a->incident, b->incident) == 0;
}

static bool
is_cause(const AgStrike *strike, const AgLadderFreeze *ladder)
{
	if (ladder == NULL)
		return true;
	for (int i = 0; i < ladder->strike_count; i++)
		if (ladder->strikes[i] == strike->no)
			return true;
	return false;
}

static bool
counts(const AgStrike *strike, const char *category, const AgLadderFreeze *ladder,
	   TimestampTz at, TimestampTz known_at)
{
	return strcmp(strike->category, category) == 0 && is_cause(strike, ladder) &&
		ag_strike_rule_live(strike, at, known_at);
}

/*
 * The score of a category; with ladder, of the strikes that freeze stands on only.
 * Of several strikes for one incident the heaviest counts, of equal ones the first.
 */
int
ag_strike_rule_score(List *strikes, const char *category, const AgLadderFreeze *ladder,
					 TimestampTz at, TimestampTz known_at)
{
	int			score = 0;
	ListCell   *cell;

	foreach(cell, strikes)
	{
		const AgStrike *strike = lfirst(cell);
		ListCell   *other;
		bool		outweighed = false;

		if (!counts(strike, category, ladder, at, known_at))
			continue;
		foreach(other, strikes)
		{
			const AgStrike *rival = lfirst(other);

			if (rival != strike && same_incident(strike, rival) &&
				counts(rival, category, ladder, at, known_at) &&
				(rival->points > strike->points ||
				 (rival->points == strike->points && rival->no < strike->no)))
				outweighed = true;
		}
		if (!outweighed)
			score += strike->points;
	}
	return score;
}

/*
 * The highest step a score reaches, one higher in probation; NULL below the ladder.
 * threshold gets the score of the step that was reached without probation.
 */
const AgLadderStep *
ag_ladder_rule_step(List *ladder, int score, bool probation, int *threshold)
{
	const AgLadderStep *reached = NULL;
	ListCell   *cell;

	*threshold = 0;
	foreach(cell, ladder)
	{
		const AgLadderStep *step = lfirst(cell);

		if (step->score > score)
			return probation && reached != NULL ? step : reached;
		reached = step;
		*threshold = step->score;
	}
	return reached;
}

/* Do the strikes a ladder freeze stands on still reach its threshold? */
bool
ag_ladder_rule_supported(const AgLadderFreeze *ladder, List *strikes, TimestampTz at,
						 TimestampTz known_at)
{
	return ag_strike_rule_score(strikes, ladder->category, ladder, at, known_at) >=
		ladder->threshold;
}

/*
 * Has the step been served for the present score?  It has if a ladder freeze of
 * this step or a higher one stands on strikes that are live and still reach it; so a
 * step is taken anew after the score has fallen below it and risen again.
 */
bool
ag_ladder_rule_served(List *ladder_freezes, List *strikes, const AgLadderStep *step,
					  TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, ladder_freezes)
	{
		const AgLadderFreeze *ladder = lfirst(cell);

		if (!ladder->vacated && ladder->step >= step->score &&
			ag_ladder_rule_supported(ladder, strikes, at, at))
			return true;
	}
	return false;
}
