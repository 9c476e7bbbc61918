/*-------------------------------------------------------------------------
 *
 * freeze_lift.c
 *		Ending freezes: lifting and cancelling (F6), conditions (F7).
 *
 * One command ends the freeze it names and no other.  What remains is for the
 * caller to show.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"
#include "utils/builtins.h"

/* Refuse an event that the freeze's present state does not know. */
void
ag_freeze_require_transition(const AgFreeze *freeze, AgFreezeEvent event, TimestampTz at)
{
	AgFreezeState state = ag_freeze_state(freeze, at);

	if (ag_freeze_rule_find(state, event) != NULL)
		return;
	ereport(ERROR, ag_errcode(AG_ERR_FREEZE_STATE),
			errmsg("freeze %d is %s", freeze->no, ag_freeze_state_name(state)),
			state == AG_FREEZE_ENDED ?
			errdetail("It has ended (%s); \"%s\" is not possible any more.",
					  ag_freeze_end_reason(freeze), ag_freeze_event_name(event)) :
			errdetail("From this state there is no \"%s\".", ag_freeze_event_name(event)),
			ag_actor_serves_user(ag_actor()) ? errhint("See acctguard.account_status(account_id).") :
			errhint("See acctguard.freeze_transitions() for what is possible."));
}

/* The event that tells of the end. */
static AgAction
end_action(AgFreezeEvent event)
{
	switch (event)
	{
		case AG_FREEZE_SATISFY:
			return AG_ACTION_FREEZE_CONDITION_MET;
		case AG_FREEZE_SUPERSEDE:
			return AG_ACTION_FREEZE_SUPERSEDED;
		case AG_FREEZE_REJECT:
			return AG_ACTION_FREEZE_REJECTED;
		case AG_FREEZE_CLOSE:
			return AG_ACTION_FREEZE_CLOSED;
		default:
			return AG_ACTION_FREEZE_LIFTED;
	}
}

/*
 * Write the end of a freeze and its event; standing is the caller's business.  What never
 * began leaves nothing: its strikes are void before anybody asks what is at stake.
 */
void
ag_freeze_close(AgAccount *account, const AgActor *actor, AgFreeze *freeze, AgFreezeEvent event,
				const char *reason, const char *legal_reference, TimestampTz at)
{
	AgFreezeState state = ag_freeze_state(freeze, at);
	const AgFreezeTransition *transition = ag_freeze_rule_find(state, event);
	AgFields   *before = ag_fields_new();
	AgFields   *after = ag_fields_new();

	ag_freeze_require_transition(freeze, event, at);
	freeze->ended_at = freeze->changed_at = at;
	freeze->end_reason = pstrdup(transition->end_reason);
	freeze->ended_by = pstrdup(actor->person);
	ag_freeze_store_end(freeze, actor->role, reason, legal_reference);

	ag_field_text(before, "state", ag_freeze_state_name(state));
	ag_field_int(after, "freeze", freeze->no);
	ag_field_text(after, "kind", freeze->kind);
	ag_field_text(after, "state", ag_freeze_state_name(AG_FREEZE_ENDED));
	ag_field_text(after, "end_reason", freeze->end_reason);
	ag_field_text(after, "legal_reference", legal_reference);
	if (freeze->replaced_by != 0)
		ag_field_int(after, "replaced_by", freeze->replaced_by);
	ag_account_emit(account, end_action(event), reason, NULL, before, after);
	if (event == AG_FREEZE_CANCEL)
		ag_strike_void(account, actor, freeze->no, "the freeze it came with was cancelled", at);
	ag_freeze_observe(account, actor, freeze, event, at);
}

void
ag_freeze_end_now(AgAccount *account, const AgActor *actor, AgFreeze *freeze, AgFreezeEvent event,
				  const char *reason, TimestampTz at)
{
	ag_freeze_close(account, actor, freeze, event, reason, NULL, at);
	ag_freeze_derive(account, at);
}

/* The account is erased: whatever is proposed, scheduled or running about it ends. */
void
ag_freeze_close_all(AgAccount *account, const AgActor *actor, const char *reason, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, ag_freeze_list(account->account_id))
	{
		AgFreeze   *freeze = lfirst(cell);

		if (ag_freeze_state(freeze, at) != AG_FREEZE_ENDED)
			ag_freeze_close(account, actor, freeze, AG_FREEZE_CLOSE, reason, NULL, at);
	}
}

/* The owner's way out of his own freeze: after the cooling-off time, with a proof. */
static void
require_owner(const AgFreeze *freeze, const AgKind *kind, const char *proof, TimestampTz at)
{
	TimestampTz free_at = ag_time_plus(freeze->starts_at, Max(kind->cooldown, 0));

	if (at < free_at)
		ereport(ERROR, ag_errcode(AG_ERR_COOLDOWN),
				errmsg("the cooling-off time of freeze %d is not over", freeze->no),
				errdetail("It ends at %s.", ag_time_iso(free_at)),
				errhint("Repeat the call then."));
	ag_freeze_check_proof(freeze, proof, at);
}

void
ag_freeze_lift(AgAccount *account, const AgActor *actor, int no, const char *reason,
			   const char *legal_reference, const char *proof, TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load_for(actor, account->account_id, no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	AgFreezeEvent event = AG_FREEZE_LIFT;

	ag_freeze_require_lift(account, actor, freeze, kind, legal_reference);
	if (ag_freeze_state(freeze, at) == AG_FREEZE_SCHEDULED)
		event = AG_FREEZE_CANCEL;
	ag_freeze_require_transition(freeze, event, at);
	if (ag_freeze_acts_for_owner(actor, kind))
		require_owner(freeze, kind, proof, at);
	ag_freeze_close(account, actor, freeze, event, reason, legal_reference, at);
	ag_freeze_derive(account, at);
}

/* Is it one of the conditions the kind ends on? */
static bool
kind_ends_on(const AgKind *kind, const char *condition)
{
	ListCell   *cell;

	foreach(cell, ag_text_array_list(kind->conditions))
		if (strcmp(lfirst(cell), condition) == 0)
		return true;
	return false;
}

/*
 * May this condition end this freeze?  A proof of identity clears suspicions; it does
 * not undo what a person did or what an authority ordered.
 */
bool
ag_freeze_ends_on(const AgFreeze *freeze, const AgKind *kind, const char *condition)
{
	const AgReason *reason = ag_policy_reason(freeze->reason);

	if (!kind_ends_on(kind, condition))
		return false;
	return strcmp(condition, "risk_over") == 0 || reason == NULL ||
		(strcmp(reason->category, "violation") != 0 && strcmp(reason->category, "regulatory") != 0);
}

void
ag_freeze_satisfy(AgAccount *account, const AgActor *actor, int no, const char *condition,
				  const char *proof, TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load_for(actor, account->account_id, no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	bool		risk_over = strcmp(condition, "risk_over") == 0;

	/* Detectors know about risk, the app about its user's proofs. */
	ag_freeze_require_lift_role(actor, kind, kind->lift_roles |
								(risk_over ? AG_ROLE_RISK : AG_ROLE_APP), "end");
	ag_freeze_require_other_account(account, actor, kind);
	if (!ag_freeze_ends_on(freeze, kind, condition))
		ereport(ERROR, ag_errcode(AG_ERR_CONDITION_UNKNOWN),
				errmsg("freeze %d does not end on condition \"%s\"", no, condition),
				errdetail("Its kind is \"%s\", its reason \"%s\".", freeze->kind, freeze->reason),
				errhint("See conditions of the kind."));
	ag_freeze_require_transition(freeze, AG_FREEZE_SATISFY, at);
	if (!risk_over)
		ag_freeze_check_proof(freeze, proof, at);
	ag_freeze_end_now(account, actor, freeze, AG_FREEZE_SATISFY, condition, at);
}
