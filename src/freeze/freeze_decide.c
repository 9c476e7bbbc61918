/*-------------------------------------------------------------------------
 *
 * freeze_decide.c
 *		The second person: approving and rejecting what was proposed (F2, F3).
 *
 * A proposal is either a freeze that is none yet or a harsher version of one that
 * runs; one command answers both.  Four eyes are two persons: whoever proposed,
 * under whatever role, cannot approve.
 *
 * An automated actor is not a person.  Where the kind needs two persons, the first
 * one who approves his proposal endorses it, and the second approves.
 *
 * Proposals lapse by the clock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"

/* A pending amendment that has not lapsed. */
static bool
amendment_pending(const AgFreeze *freeze, TimestampTz at)
{
	return freeze->amendment != 0 && at < freeze->amendment_until;
}

/* Refuse with UG123 what was proposed too long ago, with UG101 what is no proposal. */
static void
require_proposal(const AgFreeze *freeze, AgFreezeEvent event, TimestampTz at)
{
	bool		lapsed = freeze->proposal_until != DT_NOEND &&
		freeze->approved_at == DT_NOEND && freeze->ended_at == DT_NOEND &&
		at >= freeze->proposal_until;

	if (lapsed || (freeze->amendment != 0 && at >= freeze->amendment_until))
		ereport(ERROR, ag_errcode(AG_ERR_NOT_APPROVABLE),
				errmsg("the proposal has timed out"),
				errdetail("It was good until %s.",
						  ag_time_iso(lapsed ? freeze->proposal_until : freeze->amendment_until)),
				errhint("Propose it again."));
	ag_freeze_require_transition(freeze, event, at);
}

/* The first person behind an automated proposal. */
static void
endorse(AgAccount *account, const AgActor *actor, AgFreeze *freeze, TimestampTz at)
{
	AgFields   *after = ag_fields_new();

	freeze->endorsed_at = freeze->changed_at = at;
	freeze->endorsed_by = pstrdup(actor->person);
	ag_freeze_store_endorse(freeze, actor->person, at);
	ag_field_int(after, "freeze", freeze->no);
	ag_field_text(after, "endorsed_by", actor->person);
	ag_account_emit(account, AG_ACTION_FREEZE_ENDORSED, NULL, NULL, NULL, after);
}

/* The terms as they are when the second person agrees: a start that has passed is now. */
static void
shift_start(AgFreeze *freeze, TimestampTz at)
{
	if (freeze->starts_at >= at)
		return;
	if (freeze->ends_at != DT_NOEND)
		freeze->ends_at += at - freeze->starts_at;
	freeze->starts_at = at;
}

static void
approve(AgAccount *account, const AgActor *actor, AgFreeze *freeze, const AgKind *kind,
		TimestampTz at)
{
	AgFreezeVersion version = {.version = freeze->version + 1, .issued_at = at};

	shift_start(freeze, at);
	if (freeze->replaces != 0)
		ag_freeze_recheck_replaceable(account, actor, freeze, kind, at);
	version.approved_by = actor->person;
	version.starts_at = freeze->starts_at;
	version.ends_at = freeze->ends_at;
	version.denies = freeze->denies;
	ag_freeze_store_insert_version(freeze, freeze->terms, &version);
	ag_freeze_store_approve(freeze, actor, &version);

	freeze->version = freeze->terms = version.version;
	freeze->approved_at = freeze->changed_at = at;
	freeze->approved_by = pstrdup(actor->person);
	ag_account_emit(account, AG_ACTION_FREEZE_APPROVED, freeze->reason, NULL, NULL,
					ag_freeze_fields(freeze, at));
	ag_freeze_take_effect(account, actor, freeze, kind, at);
}

AgFreezeState
ag_freeze_approve(AgAccount *account, const AgActor *actor, int no, TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	AgFreeze	decision;

	ag_freeze_require_approve_role(actor, kind);
	ag_freeze_require_other_account(account, actor, kind);
	if (amendment_pending(freeze, at))
	{
		ag_freeze_confirm_amendment(account, actor, freeze, at);
		return ag_freeze_state(freeze, at);
	}

	require_proposal(freeze, AG_FREEZE_APPROVE, at);
	ag_freeze_require_other_person(freeze, actor, freeze->issued_by, "proposed");
	ag_freeze_require_other_person(freeze, actor, freeze->endorsed_by, "endorsed");
	decision = *freeze;
	decision.ladder_score = 0;	/* he decides this, not the ladder */
	ag_freeze_require_target(account, actor, kind, &decision, at);
	if (freeze->automated && kind->second_person && freeze->endorsed_at == DT_NOEND)
		endorse(account, actor, freeze, at);
	else
		approve(account, actor, freeze, kind, at);
	return ag_freeze_state(freeze, at);
}

/* Approvers reject; whoever proposed or endorsed withdraws. */
static void
require_may_reject(const AgFreeze *freeze, const AgActor *actor, const AgKind *kind)
{
	const char *proposer = freeze->amendment != 0 ? freeze->amendment_by : freeze->issued_by;

	if (!ag_freeze_same_person(actor->person, proposer) &&
		!ag_freeze_same_person(actor->person, freeze->endorsed_by))
		ag_freeze_require_approve_role(actor, kind);
}

void
ag_freeze_reject(AgAccount *account, const AgActor *actor, int no, const char *reason,
				 TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	AgFields   *after;

	require_may_reject(freeze, actor, kind);
	if (!amendment_pending(freeze, at))
	{
		require_proposal(freeze, AG_FREEZE_REJECT, at);
		ag_freeze_close(account, actor, freeze, AG_FREEZE_REJECT, reason, NULL, at);
		return;
	}
	after = ag_fields_new();
	ag_field_int(after, "freeze", freeze->no);
	ag_field_int(after, "version", freeze->amendment);
	ag_freeze_store_drop_amendment(freeze, at);
	ag_account_emit(account, AG_ACTION_FREEZE_AMENDMENT_REJECTED, reason, NULL, NULL, after);
}
