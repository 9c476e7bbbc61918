/*-------------------------------------------------------------------------
 *
 * risk_rules.c
 *		The arithmetic of the risk score.
 *
 * A signal of weight w seen at t0 is worth w * 2^(-(t - t0) / half life) at t.
 * Weights are whole micropoints (a millionth of a point) and every summand is
 * rounded to one before it is added, so the sum depends neither on the order of the
 * signals nor on the machine's rounding of sums: two signals that decay equally
 * are worth the same.  The exponential itself is a double: its error, below 1e-15 of at
 * most 10^12 micropoints, lies under one micropoint.
 *
 * The threshold is a number of whole points, and the score is rounded to whole points
 * when it is compared: two signals of 40 and 60 a minute apart reach 100, although a
 * few thousandths have decayed between them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "freeze/sanction.h"

/* After so many half lives nothing is left of the heaviest signal. */
#define HALF_LIVES_KEPT 48

/* What a weight seen at a time is worth at another; a signal from the future is worth all. */
static int64
decayed_weight(int64 weight, TimestampTz seen_at, TimestampTz at, int64 half_life)
{
	double		halves = (double) (at - seen_at) / ((double) half_life * USECS_PER_SEC);

	if (halves <= 0)
		return weight;
	if (halves >= HALF_LIVES_KEPT)
		return 0;
	return (int64) rint((double) weight * exp2(-halves));
}

/* Does a score reach a threshold of whole points? */
bool
ag_risk_rule_reaches(int64 score, int64 threshold)
{
	return (score + AG_MICROPOINTS / 2) / AG_MICROPOINTS >= threshold;
}

/* Signals seen before this time are worth nothing any more. */
TimestampTz
ag_risk_rule_horizon(TimestampTz at, int64 half_life)
{
	return at - HALF_LIVES_KEPT * half_life * USECS_PER_SEC;
}

/*
 * The score of signals ordered so that those of one incident follow each other,
 * oldest first.  An incident counts once: with the weight of its heaviest report,
 * from the time of its first, so repeating a report keeps nothing fresh.  worth gets
 * what each signal adds.
 */
int64
ag_risk_rule_score(const AgRiskEvent *events, int count, TimestampTz at, int64 half_life,
				   int64 *worth)
{
	int64		score = 0;
	int			i = 0;

	while (i < count)
	{
		int			first = i;
		int			heaviest = i;

		while (++i < count && events[first].incident != NULL && events[i].incident != NULL &&
			   strcmp(events[first].incident, events[i].incident) == 0)
		{
			worth[i] = 0;
			if (events[i].weight > events[heaviest].weight)
				heaviest = i;
		}
		worth[first] = 0;
		worth[heaviest] = decayed_weight(events[heaviest].weight, events[first].at, at,
										 half_life);
		score += worth[heaviest];
	}
	return score;
}
