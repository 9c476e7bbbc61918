/*-------------------------------------------------------------------------
 *
 * freeze_trigger.c
 *		The state machine as a fence: no statement, our own included, can make a
 *		transition that freeze_rules.c does not have.
 *
 * freeze_transition_guard() judges an UPDATE of freeze_record: what a decision was
 * never changes; what is written once stays; and the step from the state before to
 * the state after, both as of the time of the change, must be in the table.
 *
 * freeze_version_guard() refuses every UPDATE of freeze_version.
 *
 * INSERT is judged by CHECKs alone, so that a restore can load rows.  A logical-
 * replication apply worker is let through: the publisher decided.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"
#include "replication/logicalworker.h"
#include "utils/builtins.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(acctguard_freeze_transition_guard);
PG_FUNCTION_INFO_V1(acctguard_freeze_version_guard);

/* What was decided, by whom, on what occasion. */
static const char *const fixed[] = {
	"account_id", "no", "puid", "kind", "kind_version", "reason", "issued_at", "issued_by",
	"issued_role", "automated", "proposal_until", "replaces", "ladder_score", "incident", "batch",
	"idempotency_key", "request_hash", "appealable"
};

/* Written once. */
static const char *const once[] = {
	"endorsed_at", "endorsed_by", "approved_at", "approved_by", "approved_role", "ended_at",
	"end_reason", "ended_by", "ended_role", "end_note", "end_reference", "replaced_by",
	"vacated_at", "vacated_by"
};

/* As much of a freeze as its state depends on. */
static AgFreeze
freeze_from_tuple(const TriggerData *trigger, HeapTuple tuple)
{
	AgFreeze	freeze = {0};
	bool		isnull;

	freeze.no = DatumGetInt32(ag_trigger_column(trigger, tuple, "no", &isnull));
	freeze.issued_at = ag_trigger_time(trigger, tuple, "issued_at");
	freeze.proposal_until = ag_trigger_time(trigger, tuple, "proposal_until");
	freeze.approved_at = ag_trigger_time(trigger, tuple, "approved_at");
	freeze.starts_at = ag_trigger_time(trigger, tuple, "starts_at");
	freeze.ends_at = ag_trigger_time(trigger, tuple, "ends_at");
	freeze.ended_at = ag_trigger_time(trigger, tuple, "ended_at");
	freeze.vacated_at = ag_trigger_time(trigger, tuple, "vacated_at");
	freeze.stays = ag_freeze_read_spans(ag_trigger_column(trigger, tuple, "stays", &isnull),
										&freeze.stay_count);
	freeze.lift_at = ag_trigger_time(trigger, tuple, "lift_at");
	ag_freeze_add_rest(&freeze, ag_trigger_time(trigger, tuple, "rest_at"),
					   ag_trigger_time(trigger, tuple, "rest_until"));
	return freeze;
}

static void
refuse(const TriggerData *trigger, const char *detail)
{
	ereport(ERROR, ag_errcode(AG_ERR_FREEZE_STATE),
			errmsg("a freeze cannot be changed like that"),
			errdetail("%s", detail),
			errhint("See acctguard.freeze_transitions() for what is possible."),
			errtable(trigger->tg_relation));
}

/* Why a freeze ends by this UPDATE. */
static char *
end_reason(const TriggerData *trigger)
{
	bool		isnull;
	Datum		value = ag_trigger_column(trigger, trigger->tg_newtuple, "end_reason", &isnull);

	return isnull ? "none" : TextDatumGetCString(value);
}

/*
 * The event that an UPDATE stands for, told by the columns it changes.  False: it is no
 * event, only bookkeeping.
 */
static bool
event_of(const TriggerData *trigger, AgFreezeState from, bool rest_cut, AgFreezeEvent *event)
{
	bool		terms = ag_trigger_changed(trigger, "terms") || ag_trigger_changed(trigger, "starts_at") ||
		ag_trigger_changed(trigger, "ends_at");
	bool		ended = ag_trigger_changed(trigger, "ended_at");
	bool		approved = ag_trigger_changed(trigger, "approved_at");
	bool		stays = ag_trigger_changed(trigger, "stays") || rest_cut;
	bool		vacated = ag_trigger_changed(trigger, "vacated_at");
	bool		endorsed = ag_trigger_changed(trigger, "endorsed_at");

	if (terms && !ag_trigger_changed(trigger, "version"))
		refuse(trigger, "Other terms need a version of their own.");
	if ((ended && !vacated) + (terms && !approved) + approved + stays + vacated + endorsed > 1)
		refuse(trigger, "One change makes one step.");

	if (vacated)
		*event = AG_FREEZE_VACATE;
	else if (ended)
	{
		if (!ag_freeze_rule_ending(from, end_reason(trigger), event))
			refuse(trigger, psprintf("It is %s and cannot end as %s.", ag_freeze_state_name(from),
									 end_reason(trigger)));
	}
	else if (approved)
		*event = AG_FREEZE_APPROVE;
	else if (stays)
		*event = from == AG_FREEZE_STAYED ? AG_FREEZE_UNSTAY : AG_FREEZE_STAY;
	else if (endorsed)
		*event = AG_FREEZE_ENDORSE;
	else if (terms)
		*event = AG_FREEZE_AMEND;
	else
		return false;
	return true;
}

/*
 * A step is dated when it is made: not in the future, not before the transaction (but
 * for a clock that was set back), and what dates it agrees with changed_at.
 */
static void
check_date(const TriggerData *trigger, const AgFreeze *new, TimestampTz at)
{
	static const char *const dated[] = {"endorsed_at", "approved_at", "ended_at", "vacated_at"};

	if (!ag_account_is_now(at))
		refuse(trigger, "changed_at is not the time of the change.");
	for (int i = 0; i < (int) lengthof(dated); i++)
		if (ag_trigger_changed(trigger, dated[i]) &&
			ag_trigger_time(trigger, trigger->tg_newtuple, dated[i]) != at)
			refuse(trigger, psprintf("Column %s is not the time of the change.", dated[i]));
	if (ag_trigger_changed(trigger, "starts_at") && new->starts_at < at)
		refuse(trigger, "A freeze cannot start in the past.");
}

/* The step itself: from the state before to the state after, at the time of the change. */
static void
check_step(const TriggerData *trigger)
{
	AgFreeze	old = freeze_from_tuple(trigger, trigger->tg_trigtuple);
	AgFreeze	new = freeze_from_tuple(trigger, trigger->tg_newtuple);
	TimestampTz at = ag_trigger_time(trigger, trigger->tg_newtuple, "changed_at");
	AgFreezeState from = ag_freeze_state(&old, at);
	AgFreezeState to = ag_freeze_state(&new, at);
	bool		rest_cut = old.rest.from <= at && ag_trigger_changed(trigger, "rest_at");
	AgFreezeEvent event;

	if (old.lift_at <= ag_now() && ag_trigger_changed(trigger, "lift_at"))
		refuse(trigger, "What the clock has done stays done.");
	if (old.rest.from <= ag_now() && ag_trigger_changed(trigger, "rest_until") && !rest_cut)
		refuse(trigger, "What the clock has done stays done.");
	if (!event_of(trigger, from, rest_cut, &event))
		return;
	if (!ag_freeze_rule_step(from, event, to))
		refuse(trigger, psprintf("It is %s; \"%s\" does not lead to %s.", ag_freeze_state_name(from),
								 ag_freeze_event_name(event), ag_freeze_state_name(to)));
	if (from != AG_FREEZE_ENDED && event == AG_FREEZE_VACATE && !ag_trigger_changed(trigger, "ended_at"))
		refuse(trigger, "What is annulled ends.");
	check_date(trigger, &new, at);
}

Datum
acctguard_freeze_transition_guard(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = ag_trigger_data(fcinfo, "freeze_transition_guard");

	if (!IsLogicalWorker())
	{
		for (int i = 0; i < (int) lengthof(fixed); i++)
			if (ag_trigger_changed(trigger, fixed[i]))
				refuse(trigger, psprintf("Column %s is fixed.", fixed[i]));
		for (int i = 0; i < (int) lengthof(once); i++)
			if (!ag_trigger_was_null(trigger, once[i]) && ag_trigger_changed(trigger, once[i]))
				refuse(trigger, psprintf("Column %s is written once.", once[i]));
		check_step(trigger);
	}
	return PointerGetDatum(trigger->tg_newtuple);
}

Datum
acctguard_freeze_version_guard(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = ag_trigger_data(fcinfo, "freeze_version_guard");

	if (!IsLogicalWorker())
		refuse(trigger, "Versions are never changed; a change is a new version.");
	return PointerGetDatum(trigger->tg_newtuple);
}
