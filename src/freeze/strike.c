/*-------------------------------------------------------------------------
 *
 * strike.c
 *		Strikes, warnings, and what the ladder makes of them.
 *
 * Words: see strike_rules.c.  A strike that raises the score of category violation
 * is answered by the ladder in the same transaction; strikes of other categories are
 * scored but do not climb, so nobody climbs for having been attacked.
 *
 * The caller holds the account's lock, which makes the score one that nobody else
 * changes meanwhile.  Memory: the current context.  Tables: strike, ladder_freeze.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/sanction.h"
#include "utils/builtins.h"

#define LADDER_CATEGORY "violation"
#define LADDER_GROUND "repeated violations of the rules within the life of their strikes"

/* staff_rank of administrators */
#define ADMINISTRATOR 4

/* The ladder's freezes, with what became of them. */
static List *
ladder_freezes(int64 account_id, List *freezes)
{
	List	   *list = ag_ladder_store_list(account_id);
	ListCell   *cell;
	ListCell   *other;

	foreach(cell, list)
	{
		AgLadderFreeze *ladder = lfirst(cell);

		foreach(other, freezes)
		{
			const AgFreeze *freeze = lfirst(other);

			if (freeze->no == ladder->freeze_no && freeze->vacated_at != DT_NOEND)
				ladder->vacated = true;
		}
	}
	return list;
}

/* Is the account in probation after an earlier freeze? */
static bool
in_probation(int64 account_id, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, ag_standing_list(account_id))
	{
		const AgStanding *row = lfirst(cell);

		if (row->part == AG_PART_PROBATION &&
			ag_interval_contains(row->starts_at, row->ends_at, at))
			return true;
	}
	return false;
}

/*
 * Does a freeze in force already do what the step would: deny the same, as severely,
 * at least as long?  A second one beneath it would only outlive its lifting.
 */
static bool
already_covered(List *freezes, const AgKind *kind, int64 length, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, freezes)
	{
		const AgFreeze *freeze = lfirst(cell);
		const AgKind *other = ag_policy_kind_version(freeze->kind, freeze->kind_version);

		if (ag_freeze_state(freeze, at) == AG_FREEZE_ACTIVE &&
			strcmp(other->mode, kind->mode) == 0 && other->severity >= kind->severity &&
			(kind->denies & ~freeze->denies) == 0 &&
			ag_freeze_end(freeze) >= ag_time_plus(at, length))
			return true;
	}
	return false;
}

/* The numbers of the live strikes of a category. */
static void
list_causes(AgLadderFreeze *ladder, List *strikes)
{
	ListCell   *cell;

	ladder->strikes = palloc(sizeof(int) * list_length(strikes));
	foreach(cell, strikes)
	{
		const AgStrike *strike = lfirst(cell);

		if (strcmp(strike->category, ladder->category) == 0 && strike->points > 0 &&
			ag_strike_rule_live(strike, ladder->at, ladder->at))
			ladder->strikes[ladder->strike_count++] = strike->no;
	}
}

static char *
ladder_evidence(const AgLadderFreeze *ladder)
{
	AgJson		evidence;
	AgJson		outer;
	List	   *causes = NIL;

	for (int i = 0; i < ladder->strike_count; i++)
		causes = lappend(causes, psprintf("%d", ladder->strikes[i]));
	ag_json_begin(&evidence);
	ag_json_text(&evidence, "category", ladder->category);
	ag_json_int(&evidence, "score", ladder->score);
	ag_json_int(&evidence, "threshold", ladder->threshold);
	ag_json_int(&evidence, "step", ladder->step);
	ag_json_raw(&evidence, "strikes", ag_json_array(causes));
	ag_json_begin(&outer);
	ag_json_raw(&outer, "ladder", ag_json_end(&evidence));
	return ag_json_end(&outer);
}

/*
 * Impose the step.  What a machine may not decide alone becomes shorter or a proposal,
 * as the kind says.
 */
static int
ladder_impose(AgAccount *account, const AgActor *actor, const AgLadderStep *step,
			  const AgKind *kind, AgLadderFreeze *ladder)
{
	AgFreezeOrder order = AG_FREEZE_ORDER_INIT;

	order.kind = step->kind;
	order.reason = AG_LADDER_REASON;
	order.facts = psprintf("%d live strike points in category %s reach the step of the ladder "
						   "at %d points", ladder->score, ladder->category, ladder->threshold);
	order.ground = LADDER_GROUND;
	order.evidence = ladder_evidence(ladder);
	order.automated = true;
	order.ladder_score = ladder->score;
	if (step->length >= 0)
		order.length = step->length;
	else
		order.ends_at = DT_NOEND;
	order.proposal = step->proposal;

	ladder->freeze_no = ag_freeze_impose(account, actor, &order, ladder->at);
	ag_ladder_store_insert(account->account_id, ladder);
	return ladder->freeze_no;
}

/*
 * Answer a score that has risen: the highest step it reaches, one higher in
 * probation, unless that was served for these strikes.  Returns the number of the
 * freeze, 0 for none.
 */
static int
ladder_answer(AgAccount *account, const AgActor *actor, List *strikes, const char *category,
			  int score, TimestampTz at)
{
	AgLadderFreeze ladder = {.category = category, .score = score, .at = at};
	List	   *freezes;
	const AgLadderStep *step;
	const AgKind *kind;

	if (strcmp(category, LADDER_CATEGORY) != 0)
		return 0;
	step = ag_ladder_rule_step(ag_policy_ladder(), score,
							   in_probation(account->account_id, at), &ladder.threshold);
	if (step == NULL || step->kind == NULL)
		return 0;

	kind = ag_policy_kind(step->kind);
	if (kind == NULL || !kind->enabled)
		ereport(ERROR, ag_errcode(AG_ERR_KIND_UNKNOWN),
				errmsg("the ladder names freeze kind \"%s\", which does not exist or is disabled",
					   step->kind),
				errhint("Correct the step with acctguard.policy_set('ladder_step', ...)."));
	freezes = ag_freeze_list(account->account_id);
	/* What the strike came with may have let a closing account close. */
	if (!ag_freeze_is_open(account, at) ||
		ag_ladder_rule_served(ladder_freezes(account->account_id, freezes), strikes, step, at) ||
		already_covered(freezes, kind, step->length, at))
		return 0;

	/* A machine decides nothing about these accounts; the strike and its event remain. */
	if (account->protected || account->staff_rank >= ADMINISTRATOR)
		return 0;

	ladder.step = step->score;
	list_causes(&ladder, strikes);
	return ladder_impose(account, actor, step, kind, &ladder);
}

static void
emit_strike(AgAccount *account, AgAction action, const AgStrike *strike)
{
	AgFields   *after = ag_fields_new();

	ag_field_int(after, "strike", strike->no);
	if (strike->freeze_no > 0)
		ag_field_int(after, "freeze", strike->freeze_no);
	ag_field_text(after, "reason", strike->reason);
	ag_field_text(after, "category", strike->category);
	ag_field_int(after, "points", strike->points);
	ag_field_int(after, "score", strike->score);
	ag_field_text(after, "incident", strike->incident);
	ag_field_text(after, "facts", strike->facts);
	ag_field_time(after, "conduct_at", strike->conduct_at);
	ag_field_time(after, "expires_at", strike->expires_at);
	ag_account_emit(account, action, strike->reason, strike->idempotency_key, NULL, after);
}

/* Number, score and write the strike, then let the ladder answer. */
static void
record_strike(AgAccount *account, const AgActor *actor, const AgReason *reason,
			  AgStrike *strike, AgAction action)
{
	List	   *strikes = ag_strike_store_list(account->account_id);
	int			before;

	before = ag_strike_rule_score(strikes, reason->category, NULL, strike->at, strike->at);
	strike->no = ag_account_next_child(account);
	strike->reason = reason->reason;
	strike->category = reason->category;
	strike->expires_at = ag_time_plus(strike->at, reason->strike_life);
	strike->void_at = DT_NOEND;
	strikes = lappend(strikes, strike);
	strike->score = ag_strike_rule_score(strikes, reason->category, NULL, strike->at, strike->at);
	ag_strike_store_insert(account->account_id, strike, actor);
	emit_strike(account, action, strike);

	if (strike->score > before)
		strike->ladder_no = ladder_answer(account, actor, strikes, reason->category,
										  strike->score, strike->at);
	if (strike->ladder_no != 0)
		ag_strike_store_answer(account->account_id, strike->no, strike->ladder_no);
}

void
ag_strike_add(AgAccount *account, const AgActor *actor, const AgKind *kind,
			  const AgReason *reason, int freeze_no, int points, TimestampTz conduct_at,
			  const char *incident, TimestampTz at)
{
	AgStrike	strike = {
		.freeze_no = freeze_no,
		.points = points,
		.incident = incident,
		.conduct_at = conduct_at,
		.at = at
	};

	record_strike(account, actor, reason, &strike, AG_ACTION_STRIKE_ADDED);
}

bool
ag_strike_knows(int64 account_id, const char *incident)
{
	ListCell   *cell;

	foreach(cell, ag_strike_store_list(account_id))
	{
		const AgStrike *strike = lfirst(cell);

		if (strike->incident != NULL && strike->void_at == DT_NOEND &&
			strcmp(strike->incident, incident) == 0)
			return true;
	}
	return false;
}

int
ag_strike_points(int64 account_id, int freeze_no, TimestampTz at)
{
	int			points = 0;
	ListCell   *cell;

	foreach(cell, ag_strike_store_list(account_id))
	{
		const AgStrike *strike = lfirst(cell);

		if (strike->freeze_no == freeze_no && ag_strike_rule_live(strike, at, at))
			points += strike->points;
	}
	return points;
}

TimestampTz
ag_strike_warned_at(int64 account_id, const char *reason, TimestampTz at)
{
	TimestampTz warned_at = DT_NOBEGIN;
	ListCell   *cell;

	foreach(cell, ag_strike_store_list(account_id))
	{
		const AgStrike *strike = lfirst(cell);

		if (strike->freeze_no == 0 && strike->void_at == DT_NOEND && strike->at <= at &&
			strcmp(strike->reason, reason) == 0)
			warned_at = Max(warned_at, strike->at);
	}
	return warned_at;
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/*
 * Warn.  Without points it only counts as a prior warning.  Repeated under the same
 * key, it returns what the first call returned.
 */
int
ag_strike_warn(AgAccount *account, const AgActor *actor, const AgReason *reason, int points,
			   const char *facts, const char *incident, const char *idempotency_key,
			   TimestampTz at, int *score, int *ladder_no)
{
	AgStrike   *given = NULL;
	AgStrike	strike = {
		.points = points,
		.incident = incident,
		.facts = facts,
		.conduct_at = DT_NOEND,
		.at = at,
		.idempotency_key = idempotency_key
	};

	if (idempotency_key != NULL)
		given = ag_strike_store_find_key(account->account_id, idempotency_key);
	if (given == NULL)
	{
		record_strike(account, actor, reason, &strike, AG_ACTION_WARNED);
		given = &strike;
	}
	else if (given->points != points || !same_text(given->reason, reason->reason) ||
			 !same_text(given->facts, facts) || !same_text(given->incident, incident))
		ereport(ERROR, ag_errcode(AG_ERR_IDEMPOTENCY_CONFLICT),
				errmsg("the idempotency key was used for another warning"),
				errhint("Use a fresh key for a new request."));
	*score = given->score;
	*ladder_no = given->ladder_no;
	return given->no;
}

/* A person who took a ladder freeze over answers for it: only he can take it back. */
static bool
taken_over(const AgFreeze *freeze)
{
	return freeze->approved_by != NULL || freeze->endorsed_by != NULL ||
		ag_freeze_store_by_person(freeze);
}

static void
emit_unsupported(AgAccount *account, const AgLadderFreeze *ladder, int left)
{
	AgFields   *after = ag_fields_new();

	ag_field_int(after, "freeze", ladder->freeze_no);
	ag_field_int(after, "threshold", ladder->threshold);
	ag_field_int(after, "points", left);
	ag_account_emit(account, AG_ACTION_LADDER_UNSUPPORTED,
					"the strikes it stands on were voided", NULL, NULL, after);
}

/* Take back, or report, one ladder freeze that stands on too little. */
static void
withdraw_ladder_freeze(AgAccount *account, const AgActor *actor, const AgLadderFreeze *ladder,
					   int left, TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, ladder->freeze_no);
	AgFreezeState state = ag_freeze_state(freeze, at);
	const char *reason = "the strikes it stands on were voided";

	if (state == AG_FREEZE_ENDED && !ag_freeze_effective(freeze))
		return;
	if (taken_over(freeze))
		emit_unsupported(account, ladder, left);
	else if (state == AG_FREEZE_PROPOSED)
		ag_freeze_end_now(account, actor, freeze, AG_FREEZE_REJECT, reason, at);
	else
		ag_freeze_vacate(account, actor, freeze, reason, at);
}

/*
 * After strikes were voided: withdraw the ladder freezes whose causes, looked at as
 * of the time they were imposed, no longer reach the threshold.
 */
static void
review_ladder_freezes(AgAccount *account, const AgActor *actor, TimestampTz at)
{
	List	   *strikes = ag_strike_store_list(account->account_id);
	List	   *freezes = ag_freeze_list(account->account_id);
	ListCell   *cell;

	foreach(cell, ladder_freezes(account->account_id, freezes))
	{
		const AgLadderFreeze *ladder = lfirst(cell);

		if (!ladder->vacated && !ag_ladder_rule_supported(ladder, strikes, ladder->at, at))
			withdraw_ladder_freeze(account, actor, ladder,
								   ag_strike_rule_score(strikes, ladder->category, ladder,
														ladder->at, at), at);
	}
}

static void
void_strike(AgAccount *account, const AgActor *actor, const AgStrike *strike,
			const char *reason, TimestampTz at)
{
	AgFields   *before = ag_fields_new();

	ag_strike_store_void(account->account_id, strike->no, at, reason, actor->person);
	ag_field_int(before, "strike", strike->no);
	if (strike->freeze_no > 0)
		ag_field_int(before, "freeze", strike->freeze_no);
	ag_field_int(before, "points", strike->points);
	ag_field_text(before, "category", strike->category);
	ag_account_emit(account, AG_ACTION_STRIKE_VOIDED, reason, NULL, before, NULL);
}

void
ag_strike_void(AgAccount *account, const AgActor *actor, int freeze_no, const char *reason,
			   TimestampTz at)
{
	bool		voided = false;
	ListCell   *cell;

	foreach(cell, ag_strike_store_list(account->account_id))
	{
		const AgStrike *strike = lfirst(cell);

		if (strike->freeze_no == freeze_no && strike->void_at == DT_NOEND)
		{
			void_strike(account, actor, strike, reason, at);
			voided = true;
		}
	}
	if (voided)
		review_ladder_freezes(account, actor, at);
}

static const AgStrike *
require_strike(const AgAccount *account, int no)
{
	ListCell   *cell;

	foreach(cell, ag_strike_store_list(account->account_id))
	{
		const AgStrike *strike = lfirst(cell);

		if (strike->no == no)
			return strike;
	}
	ereport(ERROR, ag_errcode(AG_ERR_STRIKE_UNKNOWN),
			errmsg("account " INT64_FORMAT " has no strike %d", account->account_id, no),
			errhint("See acctguard.strike_list(account_id)."));
}

void
ag_strike_void_warning(AgAccount *account, const AgActor *actor, int no, const char *reason,
					   TimestampTz at)
{
	const AgStrike *strike = require_strike(account, no);

	if (strike->freeze_no > 0)
		ereport(ERROR, ag_errcode(AG_ERR_FREEZE_STATE),
				errmsg("strike %d belongs to freeze %d", no, strike->freeze_no),
				errhint("It is voided when the freeze is vacated."));
	if (strike->void_at != DT_NOEND)
		ereport(ERROR, ag_errcode(AG_ERR_ALREADY_VACATED),
				errmsg("strike %d has been voided before", no),
				errhint("Nothing is left to do."));

	void_strike(account, actor, strike, reason, at);
	review_ladder_freezes(account, actor, at);
}
