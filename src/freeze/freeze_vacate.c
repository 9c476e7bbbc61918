/*-------------------------------------------------------------------------
 *
 * freeze_vacate.c
 *		Annulling a decision that was wrong (F11).
 *
 * Ending is not annulling: a lifted freeze was right while it lasted.  An annulled
 * one was not: it ends if it runs, its strikes are void, it leaves neither probation
 * nor acknowledgment, and what the ladder built on it is looked at again.  It can be
 * annulled after its end as well.
 *
 * An appeal annuls by its decision.  Without one, staff corrects itself: one person
 * proposes, another confirms.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"

static void
require_vacatable(const AgFreeze *freeze, TimestampTz at)
{
	if (freeze->vacated_at != DT_NOEND)
		ereport(ERROR, ag_errcode(AG_ERR_ALREADY_VACATED),
				errmsg("freeze %d has been annulled before", freeze->no),
				errdetail("By \"%s\" at %s.", freeze->vacated_by, ag_time_iso(freeze->vacated_at)));
	ag_freeze_require_transition(freeze, AG_FREEZE_VACATE, at);
	if (freeze->proposal_until != DT_NOEND && freeze->approved_at == DT_NOEND)
		ereport(ERROR, ag_errcode(AG_ERR_FREEZE_STATE),
				errmsg("freeze %d never was more than a proposal", freeze->no));
}

void
ag_freeze_vacate(AgAccount *account, const AgActor *actor, AgFreeze *freeze, const char *reason,
				 TimestampTz at)
{
	AgFreezeState state = ag_freeze_state(freeze, at);
	bool		ends = state != AG_FREEZE_ENDED;
	AgFields   *before = ag_freeze_fields(freeze, at);
	AgFields   *after = ag_fields_new();

	require_vacatable(freeze, at);
	if (ag_freeze_same_person(freeze->vacate_proposed_by, actor->person))
	{
		/* An appeal overtakes the proposal of its own reviewer. */
		freeze->vacate_proposed_at = freeze->vacate_until = DT_NOEND;
		freeze->vacate_proposed_by = NULL;
	}
	freeze->vacated_at = freeze->changed_at = at;
	freeze->vacated_by = pstrdup(actor->person);
	freeze->vacate_reason = pstrdup(reason);
	ag_freeze_store_vacate(freeze, ends, actor->role);
	if (ends)
	{
		freeze->ended_at = at;
		freeze->end_reason = "overturned";
		freeze->ended_by = freeze->vacated_by;
	}

	ag_field_int(after, "freeze", freeze->no);
	ag_field_text(after, "kind", freeze->kind);
	ag_field_text(after, "state", ag_freeze_state_name(AG_FREEZE_ENDED));
	ag_field_text(after, "end_reason", ag_freeze_end_reason(freeze));
	ag_field_time(after, "vacated_at", at);
	ag_account_emit(account, AG_ACTION_FREEZE_VACATED, reason, NULL, before, after);
	ag_freeze_derive(account, at);
	ag_strike_void(account, actor, freeze->no, "the freeze it came with was vacated", at);
	ag_freeze_observe(account, actor, freeze, AG_FREEZE_VACATE, at);
}

bool
ag_freeze_correct(AgAccount *account, const AgActor *actor, int no, const char *reason,
				  TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	AgFields   *after;

	ag_freeze_require_lift_role(actor, kind, (kind->lift_roles | kind->approve_roles) & ~AG_ROLE_APP,
								"annul");
	ag_freeze_require_other_account(account, actor, kind);
	require_vacatable(freeze, at);
	if (freeze->vacate_proposed_at != DT_NOEND && at < freeze->vacate_until)
	{
		ag_freeze_require_other_person(freeze, actor, freeze->vacate_proposed_by,
									   "proposed to annul");
		ag_freeze_vacate(account, actor, freeze, freeze->vacate_reason, at);
		return true;
	}

	freeze->vacate_proposed_at = freeze->changed_at = at;
	freeze->vacate_proposed_by = pstrdup(actor->person);
	freeze->vacate_until = at + ag_policy_setting(AG_SETTING_PROPOSAL_LIFE) * USECS_PER_SEC;
	freeze->vacate_reason = pstrdup(reason);
	ag_freeze_store_propose_vacate(freeze);
	after = ag_fields_new();
	ag_field_int(after, "freeze", freeze->no);
	ag_field_time(after, "until", freeze->vacate_until);
	ag_account_emit(account, AG_ACTION_FREEZE_VACATE_PROPOSED, reason, NULL, NULL, after);
	return false;
}
