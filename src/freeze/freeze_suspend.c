/*-------------------------------------------------------------------------
 *
 * freeze_suspend.c
 *		Staying a freeze: its effect rests while it is looked at again (F9).
 *
 * The end of the freeze does not move.  All stays of one freeze together last at
 * most as long as its kind allows; a stay ends by the clock, or earlier by unstay.
 * The rest that follows from an overdue review (freeze_overdue.c) is a stay as well.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"

static void
require_may_suspend(const AgAccount *account, const AgActor *actor, const AgKind *kind)
{
	ag_freeze_require_lift_role(actor, kind,
								AG_ROLE_REVIEWER | kind->lift_roles | kind->approve_roles, "stay");
	ag_freeze_require_other_account(account, actor, kind);
}

int64
ag_freeze_stay_left(const AgFreeze *freeze, const AgKind *kind, TimestampTz at)
{
	int64		left = kind->stay_max * USECS_PER_SEC;

	for (int i = 0; i < freeze->stay_count; i++)
		if (freeze->stays[i].from <= at)
			left -= freeze->stays[i].until - freeze->stays[i].from;
	return left;
}

static void
emit(AgAccount *account, AgAction action, const AgFreeze *freeze, const char *reason,
	 TimestampTz until)
{
	AgFields   *after = ag_fields_new();

	ag_field_int(after, "freeze", freeze->no);
	ag_field_text(after, "kind", freeze->kind);
	ag_field_time(after, "stay_until", until);
	ag_account_emit(account, action, reason, NULL, NULL, after);
}

static void
stay(AgAccount *account, const AgActor *actor, AgFreeze *freeze, TimestampTz until,
	 const char *reason, TimestampTz at)
{
	ag_freeze_store_stay(freeze, actor->person, reason, (AgSpan) {at, until});
	ag_freeze_derive(account, at);
	emit(account, AG_ACTION_FREEZE_STAYED, freeze, reason, until);
	ag_freeze_observe(account, actor, freeze, AG_FREEZE_STAY, at);
}

/* until: DT_NOEND = as long as the kind allows. */
void
ag_freeze_stay(AgAccount *account, const AgActor *actor, int no, TimestampTz until,
			   const char *reason, TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	int64		left;

	require_may_suspend(account, actor, kind);
	if (!kind->stayable)
		ereport(ERROR, ag_errcode(AG_ERR_NOT_STAYABLE),
				errmsg("freezes of kind \"%s\" cannot be stayed", kind->kind),
				errhint("Lift or amend it instead."));
	ag_freeze_require_transition(freeze, AG_FREEZE_STAY, at);

	left = ag_freeze_stay_left(freeze, kind, at);
	if (until == DT_NOEND)
		until = at + left;
	if (until <= at || until - at > left)
		ereport(ERROR, ag_errcode(AG_ERR_DURATION),
				errmsg("freeze %d cannot be stayed until then", no),
				errdetail("All stays of a freeze of kind \"%s\" last at most " INT64_FORMAT
						  " seconds; " INT64_FORMAT " are left.", kind->kind, kind->stay_max,
						  Max(left, 0) / USECS_PER_SEC));
	stay(account, actor, freeze, until, reason, at);
}

static void
unstay(AgAccount *account, const AgActor *actor, AgFreeze *freeze, const char *reason,
	   TimestampTz at)
{
	/* Of a rest that the clock began the user hears first that it did. */
	if (freeze->rest.from <= at)
		ag_freeze_tell(account, freeze->no, at);
	ag_freeze_store_unstay(freeze, at);
	ag_freeze_derive(account, at);
	emit(account, AG_ACTION_FREEZE_UNSTAYED, freeze, reason, at);
	ag_freeze_observe(account, actor, freeze, AG_FREEZE_UNSTAY, at);
}

bool
ag_freeze_end_stay(AgAccount *account, const AgActor *actor, int no, TimestampTz since,
				   const char *reason, TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, no);

	const AgSpan *stay = ag_freeze_last_stay(freeze, at);

	if (ag_freeze_state(freeze, at) != AG_FREEZE_STAYED || stay->from < since)
		return false;
	unstay(account, actor, freeze, reason, at);
	return true;
}

void
ag_freeze_unstay(AgAccount *account, const AgActor *actor, int no, const char *reason,
				 TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);

	require_may_suspend(account, actor, kind);
	ag_freeze_require_transition(freeze, AG_FREEZE_UNSTAY, at);
	unstay(account, actor, freeze, reason, at);
}
