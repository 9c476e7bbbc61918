/*-------------------------------------------------------------------------
 *
 * appeal_trigger.c
 *		The state machine as a fence, and independence as a fact of the data.
 *
 * appeal_transition_guard() judges an UPDATE of appeal: what a case is never changes;
 * a closed one never changes at all; the step from the state before to the state
 * after, both as of the time of the change, must be in the table of appeal_rules.c;
 * and nobody reviews or signs who took part in what is reviewed, by the records as they
 * stand, whatever the row says about it.
 *
 * appeal_history_guard() refuses every UPDATE of what is only ever added.
 *
 * INSERT is judged by CHECKs alone, so that a restore can load rows.  A logical-
 * replication apply worker is let through: the publisher decided.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "replication/logicalworker.h"
#include "utils/builtins.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(acctguard_appeal_transition_guard);
PG_FUNCTION_INFO_V1(acctguard_appeal_history_guard);

/* What the case is. */
static const char *const fixed[] = {
	"account_id", "no", "origin", "previous", "opened_at", "opened_by", "opened_role"
};

/* Written once. */
static const char *const once[] = {
	"appealed_at", "locale", "ticket", "idempotency_key", "request", "retracted_at"
};

static void
refuse(const TriggerData *trigger, const char *detail)
{
	ereport(ERROR, ag_errcode(AG_ERR_APPEAL_STATE),
			errmsg("a case cannot be changed like that"),
			errdetail("%s", detail),
			errhint("See acctguard.appeal_transitions() for what is possible."),
			errtable(trigger->tg_relation));
}

static char *
text_column(const TriggerData *trigger, HeapTuple tuple, const char *name)
{
	bool		isnull;
	Datum		value = ag_trigger_column(trigger, tuple, name, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

static int
int_column(const TriggerData *trigger, HeapTuple tuple, const char *name)
{
	bool		isnull;
	Datum		value = ag_trigger_column(trigger, tuple, name, &isnull);

	return isnull ? 0 : DatumGetInt32(value);
}

/* As much of a case as its state and its reviewers depend on. */
static AgAppeal
appeal_from_tuple(const TriggerData *trigger, HeapTuple tuple)
{
	AgAppeal	appeal = {0};
	bool		isnull;

	appeal.account_id = DatumGetInt64(ag_trigger_column(trigger, tuple, "account_id", &isnull));
	appeal.no = int_column(trigger, tuple, "no");
	appeal.freeze_no = int_column(trigger, tuple, "freeze_no");
	appeal.version = int_column(trigger, tuple, "version");
	appeal.origin = text_column(trigger, tuple, "origin");
	appeal.opened_at = ag_trigger_time(trigger, tuple, "opened_at");
	appeal.claimed_at = ag_trigger_time(trigger, tuple, "claimed_at");
	appeal.claimed_by = text_column(trigger, tuple, "claimed_by");
	appeal.claim_until = ag_trigger_time(trigger, tuple, "claim_until");
	appeal.asked_at = ag_trigger_time(trigger, tuple, "asked_at");
	appeal.ask_until = ag_trigger_time(trigger, tuple, "ask_until");
	appeal.decision = text_column(trigger, tuple, "decision");
	appeal.decided_by = text_column(trigger, tuple, "decided_by");
	appeal.signed_by = text_column(trigger, tuple, "signed_by");
	appeal.outcome = text_column(trigger, tuple, "outcome");
	appeal.closed_at = ag_trigger_time(trigger, tuple, "closed_at");
	appeal.changed_at = ag_trigger_time(trigger, tuple, "changed_at");
	appeal.moot_at = ag_trigger_time(trigger, tuple, "moot_at");
	appeal.parties = DatumGetArrayTypeP(ag_trigger_column(trigger, tuple, "parties", &isnull));
	return appeal;
}

/* The event by which a case closes. */
static AgAppealEvent
closing_event(const TriggerData *trigger, const AgAppeal *new)
{
	switch (ag_appeal_outcome_state(new->outcome))
	{
		case AG_APPEAL_WITHDRAWN:
			return AG_APPEAL_WITHDRAW;
		case AG_APPEAL_LAPSED:
			return AG_APPEAL_LAPSE;
		case AG_APPEAL_MOOT:
			return AG_APPEAL_END_MOOT;
		default:
			return ag_trigger_changed(trigger, "signed_at") ? AG_APPEAL_SIGN : AG_APPEAL_DECIDE;
	}
}

/*
 * The event that an UPDATE stands for, told by the columns it changes.  False: it is no
 * event, only bookkeeping.
 */
static bool
event_of(const TriggerData *trigger, const AgAppeal *old, const AgAppeal *new, AgAppealEvent *event)
{
	if (new->outcome != NULL)
		*event = closing_event(trigger, new);
	else if (ag_trigger_changed(trigger, "appealed_at"))
		*event = AG_APPEAL_JOIN;
	else if (ag_trigger_changed(trigger, "retracted_at"))
		*event = AG_APPEAL_RETRACT;
	else if (ag_trigger_changed(trigger, "freeze_no"))
		*event = AG_APPEAL_MOVE;
	else if (ag_trigger_changed(trigger, "decision"))
		*event = new->decision != NULL ? AG_APPEAL_DECIDE : AG_APPEAL_REFUSE;
	else if (old->asked_at == DT_NOEND && new->asked_at != DT_NOEND)
		*event = AG_APPEAL_ASK;
	else if (old->asked_at != DT_NOEND && new->asked_at == DT_NOEND)
		*event = new->changed_at < old->ask_until ? AG_APPEAL_SUPPLEMENT : AG_APPEAL_RESUME;
	else if (ag_trigger_changed(trigger, "claimed_at"))
		*event = new->claimed_at != DT_NOEND ? AG_APPEAL_CLAIM : AG_APPEAL_RELEASE;
	else
		return false;
	return true;
}

/* What the clock did happened at its time, when the case was still in the state before. */
static AgAppealState
state_before(const AgAppeal *old, const AgAppeal *new, bool event_given, AgAppealEvent event)
{
	if (event_given && (event == AG_APPEAL_LAPSE || event == AG_APPEAL_RESUME) &&
		new->changed_at >= old->ask_until)
		return ag_appeal_state(old, old->ask_until - 1);
	if (event_given && event == AG_APPEAL_END_MOOT && new->changed_at >= old->moot_at)
		return ag_appeal_state(old, old->moot_at - 1);
	if (event_given && event == AG_APPEAL_RELEASE && new->changed_at >= old->claim_until)
		return ag_appeal_state(old, old->claim_until - 1);
	return ag_appeal_state(old, new->changed_at);
}

/* ... and when a review went on without material, what else the clock did came later. */
static AgAppealState
state_after(const AgAppeal *old, const AgAppeal *new, bool event_given, AgAppealEvent event)
{
	if (event_given && event == AG_APPEAL_RESUME)
		return ag_appeal_state(new, old->ask_until);
	return ag_appeal_state(new, new->changed_at);
}

/*
 * A step is dated when it is made: not in the future, not before the transaction (but
 * for a clock that was set back), and what dates it agrees with changed_at.
 */
static void
check_date(const TriggerData *trigger, const AgAppeal *old, const AgAppeal *new)
{
	static const char *const dated[] = {
		"appealed_at", "retracted_at", "claimed_at", "asked_at", "decided_at", "signed_at", "closed_at"
	};
	bool		lapsed = new->outcome != NULL && strcmp(new->outcome, "lapsed") == 0;
	TimestampTz clock_at = lapsed ? old->ask_until : old->moot_at;
	bool		by_clock = clock_at <= new->changed_at;

	if (!ag_account_is_now(new->changed_at))
		refuse(trigger, "changed_at is not the time of the change.");
	for (int i = 0; i < (int) lengthof(dated); i++)
	{
		TimestampTz at = ag_trigger_time(trigger, trigger->tg_newtuple, dated[i]);
		bool		closing = strcmp(dated[i], "closed_at") == 0;

		if (ag_trigger_changed(trigger, dated[i]) && at != DT_NOEND &&
			at != (closing && by_clock ? clock_at : new->changed_at))
			refuse(trigger, psprintf("Column %s is not the time of the change.", dated[i]));
	}
}

/* The step itself: from the state before to the state after. */
static void
check_step(const TriggerData *trigger, const AgAppeal *old, const AgAppeal *new)
{
	AgAppealEvent event = AG_APPEAL_OPEN;
	bool		given = event_of(trigger, old, new, &event);
	AgAppealState from = state_before(old, new, given, event);
	AgAppealState to = state_after(old, new, given, event);

	if (!given && from != to)
		refuse(trigger, psprintf("It is %s and would be %s.", ag_appeal_state_name(from),
								 ag_appeal_state_name(to)));
	if (!given)
		return;
	if (!ag_appeal_rule_step(from, event, to))
		refuse(trigger, psprintf("It is %s; \"%s\" does not lead to %s.", ag_appeal_state_name(from),
								 ag_appeal_event_name(event), ag_appeal_state_name(to)));
	if (event == AG_APPEAL_DECIDE &&
		(old->claimed_by == NULL || strcmp(old->claimed_by, new->decided_by) != 0))
		refuse(trigger, "Who decides holds the case.");
	check_date(trigger, old, new);
}

static void
check_reviewer(const TriggerData *trigger, const AgAppeal *new, const ArrayType *parties,
			   const char *column, const char *person)
{
	if (person != NULL && ag_trigger_changed(trigger, column) &&
		ag_appeal_store_is_party(parties, person))
		ereport(ERROR, ag_errcode(AG_ERR_NOT_INDEPENDENT),
				errmsg("\"%s\" took part in what case %d is about", person, new->no),
				errhint("Somebody else has to review it; two roles of one person are one person."),
				errtable(trigger->tg_relation));
}

/* Nobody stops being a party, and no party reviews. */
static void
check_independence(const TriggerData *trigger, const AgAppeal *old, const AgAppeal *new)
{
	ArrayType  *parties;
	ListCell   *cell;

	if (ag_trigger_changed(trigger, "parties"))
		foreach(cell, ag_text_array_list(old->parties))
			if (!ag_appeal_store_is_party(new->parties, lfirst(cell)))
			refuse(trigger, "Who is a party stays one.");
	if (!ag_trigger_changed(trigger, "claimed_by") && !ag_trigger_changed(trigger, "decided_by") &&
		!ag_trigger_changed(trigger, "signed_by"))
		return;
	parties = ag_appeal_store_parties(new->account_id, new->freeze_no, new->no, new->parties);
	if (new->claimed_by != NULL && new->decided_by != NULL &&
		strcmp(new->claimed_by, new->decided_by) == 0)
		refuse(trigger, "Who decided does not hold it for the signature.");
	check_reviewer(trigger, new, parties, "claimed_by", new->claimed_by);
	check_reviewer(trigger, new, parties, "decided_by", new->decided_by);
	check_reviewer(trigger, new, parties, "signed_by", new->signed_by);
}

Datum
acctguard_appeal_transition_guard(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = ag_trigger_data(fcinfo, "appeal_transition_guard");
	AgAppeal	old;
	AgAppeal	new;

	if (IsLogicalWorker())
		return PointerGetDatum(trigger->tg_newtuple);
	old = appeal_from_tuple(trigger, trigger->tg_trigtuple);
	new = appeal_from_tuple(trigger, trigger->tg_newtuple);
	if (old.closed_at != DT_NOEND)
		refuse(trigger, "It is closed.");
	for (int i = 0; i < (int) lengthof(fixed); i++)
		if (ag_trigger_changed(trigger, fixed[i]))
			refuse(trigger, psprintf("Column %s is fixed.", fixed[i]));
	for (int i = 0; i < (int) lengthof(once); i++)
		if (!ag_trigger_was_null(trigger, once[i]) && ag_trigger_changed(trigger, once[i]))
			refuse(trigger, psprintf("Column %s is written once.", once[i]));
	/* Forgotten where the clock will do it again, for the freeze that is there now. */
	if (!ag_trigger_was_null(trigger, "breached_at") && ag_trigger_changed(trigger, "breached_at") &&
		ag_trigger_time(trigger, trigger->tg_newtuple, "breached_at") != DT_NOEND)
		refuse(trigger, "It became overdue once.");
	if (old.moot_at <= ag_now() && ag_trigger_changed(trigger, "moot_at"))
		refuse(trigger, "It is moot.");
	if (new.version <= old.version)
		refuse(trigger, "Every change has a version of its own.");
	check_step(trigger, &old, &new);
	check_independence(trigger, &old, &new);
	return PointerGetDatum(trigger->tg_newtuple);
}

Datum
acctguard_appeal_history_guard(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = ag_trigger_data(fcinfo, "appeal_history_guard");

	if (!IsLogicalWorker())
		refuse(trigger, "What was written is never changed.");
	return PointerGetDatum(trigger->tg_newtuple);
}
