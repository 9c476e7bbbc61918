/*-------------------------------------------------------------------------
 *
 * freeze_overdue.c
 *		What the clock does to a freeze when its review is overdue.
 *
 * The kind of a freeze may say (breach) that it is lifted then, or rests for as long as
 * the kind allows.  That needs nobody: whenever the time at which the review is due
 * changes, what will happen then is written into the record (lift_at, rest_at), and
 * standing follows from it at once.  Whatever takes the review out of the clock takes
 * the plan back.  What has come is never taken back: it is a part of the record.
 *
 * So a plan can be taken back only by a transaction that ends before its time: else the
 * freeze would have been over for everybody until the commit, and be there again
 * afterwards.  Such a transaction is refused when it commits, to be repeated.
 *
 * Locks: the caller holds the account's.  Tables: freeze_record, standing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "freeze/decision.h"

typedef struct OverduePlan
{
	TimestampTz lift_at;
	AgSpan		rest;
} OverduePlan;

static const OverduePlan nothing = {.lift_at = DT_NOEND, .rest = {DT_NOEND, DT_NOEND}};

/* Plans that this transaction has taken back, and when they would have come. */
typedef struct TakenBack
{
	AgXactEntry entry;
	int64		account_id;
	int			no;
	TimestampTz until;
} TakenBack;

static AgXactStack taken_back;

/* When a plan begins to count; DT_NOEND = there is none. */
static TimestampTz
begins_at(const OverduePlan *plan)
{
	return Min(plan->lift_at, plan->rest.from);
}

/* What follows from its kind if nobody has decided when the review is due. */
static OverduePlan
plan_for(const AgFreeze *freeze, const AgKind *kind, TimestampTz due, TimestampTz at)
{
	AgFreeze	unplanned = *freeze;
	AgFreezeState state;
	OverduePlan plan = nothing;
	int64		left = ag_freeze_stay_left(freeze, kind, at);

	if (due == DT_NOEND || due <= Max(at, freeze->starts_at) || kind->breach == NULL)
		return nothing;
	unplanned.lift_at = DT_NOEND;
	unplanned.stay_count -= freeze->rest.from != DT_NOEND;
	state = ag_freeze_state(&unplanned, due);
	if (strcmp(kind->breach, "auto_lift") == 0 &&
		(state == AG_FREEZE_ACTIVE || state == AG_FREEZE_STAYED))
		plan.lift_at = due;
	else if (strcmp(kind->breach, "stay") == 0 && state == AG_FREEZE_ACTIVE &&
			 kind->stayable && left > 0)
		plan.rest = (AgSpan)
	{
		due, due + left
	};
	return plan;
}

/* Remember a plan that must not have come before the transaction ends. */
static void
take_back(const AgFreeze *freeze, TimestampTz until)
{
	TakenBack  *entry = ag_xact_stack_push(&taken_back, sizeof(TakenBack));

	entry->account_id = freeze->account_id;
	entry->no = freeze->no;
	entry->until = until;
}

TimestampTz
ag_freeze_plan_begins(const AgFreeze *freeze)
{
	return Min(freeze->lift_at, freeze->rest.from);
}

TimestampTz
ag_freeze_plan(AgAccount *account, int no, TimestampTz due, TimestampTz at, bool *lifts)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	OverduePlan old = {.lift_at = freeze->lift_at, .rest = freeze->rest};
	OverduePlan new = plan_for(freeze, kind, due, at);

	if (begins_at(&old) <= at)
		new = old;
	*lifts = new.lift_at != DT_NOEND;
	if (new.lift_at == old.lift_at && new.rest.from == old.rest.from &&
		new.rest.until == old.rest.until)
		return begins_at(&new);
	if (begins_at(&old) < begins_at(&new) &&
		(freeze->replaced_by != 0 || ag_freeze_state(freeze, begins_at(&old) - 1) != AG_FREEZE_ENDED))
		take_back(freeze, begins_at(&old));
	ag_freeze_store_plan(freeze, new.lift_at, new.rest);
	ag_freeze_derive(account, at);
	return begins_at(&new);
}

/* Nothing that was taken back may have come meanwhile. */
static void
check_taken_back(void)
{
	for (AgXactEntry *entry = taken_back.top; entry != NULL; entry = entry->previous)
	{
		const TakenBack *plan = (const TakenBack *) entry;

		if (plan->until <= ag_now())
			ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					errmsg("the review of freeze %d of account " INT64_FORMAT " was overdue before this transaction ended",
						   plan->no, plan->account_id),
					errdetail("It was due at %s; what its kind says about overdue reviews has happened then.",
							  ag_time_iso(plan->until)),
					errhint("Look at the freeze and the case again, and repeat the transaction."));
	}
}

static void
overdue_at_xact(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE)
		check_taken_back();
}

/* At load, before the commit gate's: what is called last sees how long the others have taken. */
void
ag_freeze_overdue_init(void)
{
	RegisterXactCallback(overdue_at_xact, NULL);
	ag_xact_stack_register(&taken_back);
}
