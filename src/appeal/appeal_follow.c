/*-------------------------------------------------------------------------
 *
 * appeal_follow.c
 *		Cases follow their freezes.
 *
 * Told of every step of a freeze, in its transaction and under the account's lock: a
 * review is opened with a freeze whose kind demands one, or when the sweep tells that it
 * started, as of freezes that are older than reviews; a case moves to the freeze
 * that takes the place of its own; it is moot when nothing of the freeze is left to
 * decide about; whoever changes a freeze can no longer review it, and whoever reviews
 * it ends it by a decision, with the second signature where one is needed.
 *
 * Tables: appeal, appeal_step.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"

/* A kind with review_due is reviewed whether or not the user appeals. */
static void
open_mandatory(AgAccount *account, const AgActor *actor, const AgFreeze *freeze, TimestampTz at)
{
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	AgAppeal   *appeal = ag_appeal_open_case(account, freeze->no, at);

	if (appeal != NULL)			/* it came with the freeze that this one replaces */
		ag_appeal_replan(account, appeal, at);
	if (kind->review_due < 0 || appeal != NULL)
		return;
	appeal = ag_appeal_new(account, actor, freeze->no, "mandatory_review", at);
	ag_appeal_insert(account, appeal, actor, "open", NULL, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_OPENED, appeal, at);
}

/* Did it come to nothing, so that nobody has looked at the freeze? */
static bool
is_unreviewed(const AgAppeal *appeal, TimestampTz at)
{
	AgAppealState state = ag_appeal_state(appeal, at);

	return state == AG_APPEAL_WITHDRAWN || state == AG_APPEAL_LAPSED;
}

void
ag_appeal_open_missing(AgAccount *account, const AgActor *actor, int freeze_no, TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, freeze_no);
	ListCell   *cell;

	if (!ag_freeze_effective(freeze) || ag_freeze_state(freeze, at) == AG_FREEZE_ENDED)
		return;
	foreach(cell, ag_appeal_store_of_freeze(account->account_id, freeze_no))
		if (!is_unreviewed(lfirst(cell), at))
		return;
	open_mandatory(account, actor, freeze, at);
}

/* Nothing is left to decide. */
void
ag_appeal_end_moot(AgAccount *account, const AgActor *actor, AgAppeal *appeal, TimestampTz at)
{
	ag_appeal_close(appeal, "moot", actor->person, at);
	ag_appeal_write(account, appeal, actor, "moot", NULL, NULL, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_MOOT, appeal, at);
}

/* The case goes on with the freeze that is there now; what was decided about the old one is not. */
static void
move(AgAccount *account, const AgActor *actor, AgAppeal *appeal, int to, TimestampTz at)
{
	TimestampTz sla;
	bool		lifts;

	(void) ag_freeze_plan(account, appeal->freeze_no, DT_NOEND, at, &lifts);
	appeal->freeze_no = to;
	appeal->parties = ag_appeal_store_parties(account->account_id, to, appeal->no, appeal->parties);
	if (appeal->decision != NULL ||
		(appeal->claimed_by != NULL && ag_appeal_store_is_party(appeal->parties, appeal->claimed_by)))
		ag_appeal_drop_claim(appeal);
	ag_appeal_drop_decision(appeal);
	sla = ag_appeal_sla(account->account_id, to, at);
	appeal->due_at = sla == DT_NOEND ? DT_NOEND : Min(appeal->due_at, sla);
	ag_appeal_write(account, appeal, actor, "move", NULL, NULL, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_MOVED, appeal, at);
}

/* Who holds the case, or has decided it, changes the freeze by his decision only; a claim that ran out holds nothing. */
static void
require_no_reviewer(const AgActor *actor, const AgAppeal *appeal, TimestampTz at)
{
	bool		held = ag_appeal_is_held(appeal, at);

	if ((held && strcmp(appeal->claimed_by, actor->person) == 0) ||
		(appeal->decided_by != NULL && strcmp(appeal->decided_by, actor->person) == 0))
		ereport(ERROR, ag_errcode(AG_ERR_NOT_INDEPENDENT),
				errmsg("\"%s\" reviews case %d about freeze %d", actor->person, appeal->no,
					   appeal->freeze_no),
				errhint("Decide the case, or give it back with acctguard.appeal_release()."));
}

/*
 * Where a decision needs a signature, a reviewer who has no other role for it does not lift
 * the freeze past the case that is open about it.
 */
static void
require_no_case(const AgActor *actor, const AgFreeze *freeze, const AgAppeal *appeal, TimestampTz at)
{
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);

	if ((actor->roles & kind->lift_roles) == AG_ROLE_REVIEWER &&
		ag_appeal_needs_signature(freeze, kind, at))
		ereport(ERROR, ag_errcode(AG_ERR_REVIEW_ROLE),
				errmsg("case %d about freeze %d is open", appeal->no, freeze->no),
				errdetail("Reviewers end the freeze by its decision."),
				errhint("Claim the case with acctguard.appeal_claim() and decide it."));
}

/* Who has decided leaves the freeze alone until somebody has signed. */
static void
require_not_decided(const AgActor *actor, const AgAppeal *appeal, TimestampTz at)
{
	if (appeal->decided_by != NULL && strcmp(appeal->decided_by, actor->person) == 0)
		require_no_reviewer(actor, appeal, at);
}

/* Who changes a freeze takes part in it; who reviews it must not change it. */
static void
add_party(AgAccount *account, const AgActor *actor, AgAppeal *appeal, TimestampTz at)
{
	const AgActor clock = {.role = "clock", .person = "clock"};
	bool		held = ag_appeal_is_held(appeal, at);

	require_no_reviewer(actor, appeal, at);
	ag_appeal_refresh_parties(account, appeal, at);
	if (appeal->claimed_by != NULL && ag_appeal_store_is_party(appeal->parties, appeal->claimed_by))
	{
		ag_appeal_drop_claim(appeal);
		ag_appeal_write(account, appeal, held ? actor : &clock, "release", NULL, NULL, at);
		return;
	}
	appeal->version++;
	ag_appeal_store_update(appeal);
	ag_appeal_replan(account, appeal, at);
}

/* Of a freeze that has ended, points of a strike are what a case can still be about. */
static void
end_if_nothing_is_left(AgAccount *account, const AgActor *actor, const AgFreeze *freeze,
					   AgAppeal *appeal, TimestampTz at)
{
	if (ag_strike_points(account->account_id, freeze->no, at) == 0)
		ag_appeal_end_moot(account, actor, appeal, at);
	else
		ag_appeal_replan(account, appeal, at);
}

/* What a step of the freeze means for its open case. */
static void
follow(AgAccount *account, const AgActor *actor, const AgFreeze *freeze, AgAppeal *appeal,
	   AgFreezeEvent event, TimestampTz at)
{
	switch (event)
	{
		case AG_FREEZE_LIFT:
		case AG_FREEZE_CANCEL:
		case AG_FREEZE_SATISFY:
			require_no_reviewer(actor, appeal, at);
			if (event != AG_FREEZE_SATISFY)
				require_no_case(actor, freeze, appeal, at);
			end_if_nothing_is_left(account, actor, freeze, appeal, at);
			break;
		case AG_FREEZE_REDUCE:
			end_if_nothing_is_left(account, actor, freeze, appeal, at);
			break;
		case AG_FREEZE_VACATE:
		case AG_FREEZE_CLOSE:
			ag_appeal_end_moot(account, actor, appeal, at);
			break;
		case AG_FREEZE_STAY:
		case AG_FREEZE_UNSTAY:
			require_not_decided(actor, appeal, at);
			ag_appeal_replan(account, appeal, at);
			break;
		case AG_FREEZE_SUPERSEDE:
			require_not_decided(actor, appeal, at);
			move(account, actor, appeal, freeze->replaced_by, at);
			break;
		case AG_FREEZE_AMEND:
			add_party(account, actor, appeal, at);
			break;
		default:
			break;
	}
}

static void
freeze_changed(AgAccount *account, const AgActor *actor, const AgFreeze *freeze,
			   AgFreezeEvent event, TimestampTz at)
{
	AgAppeal   *appeal;

	if (event == AG_FREEZE_IMPOSE || event == AG_FREEZE_APPROVE)
	{
		open_mandatory(account, actor, freeze, at);
		return;
	}
	if (event == AG_FREEZE_START)
	{
		ag_appeal_open_missing(account, actor, freeze->no, at);
		return;
	}
	appeal = ag_appeal_open_case(account, freeze->no, at);
	if (appeal != NULL)
		follow(account, actor, freeze, appeal, event, at);
}

/* Who holds the case proposes no other terms, who has decided it no other freeze either. */
static void
freeze_proposing(AgAccount *account, const AgActor *actor, const AgFreeze *freeze,
				 AgFreezeEvent event, TimestampTz at)
{
	AgAppeal   *appeal = ag_appeal_open_case(account, freeze->no, at);

	if (appeal == NULL)
		return;
	if (event == AG_FREEZE_AMEND)
		require_no_reviewer(actor, appeal, at);
	else
		require_not_decided(actor, appeal, at);
}

/* What was decided while the reasons were withheld is told now. */
static void
freeze_disclosed(AgAccount *account, const AgFreeze *freeze, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, ag_appeal_store_of_freeze(account->account_id, freeze->no))
	{
		const AgAppeal *appeal = lfirst(cell);

		if (ag_appeal_decided(appeal) && appeal->closed_at < freeze->disclose_at)
			ag_appeal_emit(account, AG_ACTION_APPEAL_DISCLOSED, appeal, at);
	}
}

static const AgFreezeObserver observer = {
	.changed = freeze_changed,
	.proposing = freeze_proposing,
	.disclosed = freeze_disclosed,
	.remedy_until = ag_appeal_remedy_until
};

void
ag_appeal_init(void)
{
	ag_freeze_register_observer(&observer);
	ag_appeal_notice_init();
}

int
ag_appeal_any_open(int64 account_id, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, ag_appeal_store_list(account_id))
	{
		AgAppeal   *appeal = lfirst(cell);

		if (ag_appeal_state_open(ag_appeal_state(appeal, at)))
			return appeal->no;
	}
	return 0;
}
