/*-------------------------------------------------------------------------
 *
 * appeal_sweep.c
 *		Bookkeeping of cases: what the clock decided, reminders, what happens to a case
 *		that is overdue.
 *
 * States, due times and who may claim or sign follow from the clock and wait for nobody.
 * Here it is written down, so that the user hears of it, each thing once: that an appeal
 * lapsed or a review went on without material; two reminders of each deadline; and, when
 * a case is overdue, what the kind of its freeze says:
 *
 *	notify		an event
 *	escalate	an event; from then on compliance and operators may claim it
 *	stay		the freeze rests as long as its kind allows
 *	auto_lift	the freeze is lifted (light kinds only)
 *
 * An open case of an account whose key was destroyed cannot be decided any more: moot.
 *
 * Locks: accounts one by one, those that somebody works on are left for the next time.
 * Running it again does nothing twice.  Each case is a subtransaction: one that cannot be
 * written stops nobody.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"

/* The freeze's part of an overdue case. */
static void
apply_breach(AgAccount *account, const AgActor *actor, AgFreeze *freeze, const char *policy,
			 TimestampTz at)
{
	static const char reason[] = "its review is overdue";
	AgFreezeState state = ag_freeze_state(freeze, at);

	if (strcmp(policy, "stay") == 0)
		(void) ag_freeze_stay_rest(account, actor, freeze, reason, at);
	else if (strcmp(policy, "auto_lift") == 0 &&
			 (state == AG_FREEZE_ACTIVE || state == AG_FREEZE_STAYED))
		ag_freeze_end_now(account, actor, freeze, AG_FREEZE_LIFT, reason, at);
}

static bool
breach(AgAccount *account, const AgActor *actor, AgAppeal *appeal, TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, appeal->freeze_no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	const char *policy = kind->breach == NULL ? "notify" : kind->breach;
	AgFields   *after;

	if (appeal->breached_at != DT_NOEND || !ag_appeal_overdue(appeal, at))
		return false;
	appeal->breached_at = at;
	ag_appeal_write(appeal, actor, "breach", policy, NULL, at);
	after = ag_appeal_fields(appeal, at);
	ag_field_text(after, "policy", policy);
	ag_account_emit(account, AG_ACTION_APPEAL_OVERDUE, NULL, NULL, NULL, after);
	apply_breach(account, actor, freeze, policy, at);
	return true;
}

static bool
remind(AgAccount *account, const AgActor *actor, AgAppeal *appeal, TimestampTz at)
{
	int			due = appeal->reminders;

	if (ag_appeal_state(appeal, at) != AG_APPEAL_AWAITING)
		return false;
	while (due < 2 && ag_appeal_reminder(appeal, due + 1) <= at)
		due++;
	if (due == appeal->reminders)
		return false;
	appeal->reminders = due;
	ag_appeal_write(appeal, actor, "remind", NULL, NULL, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_REMINDED, appeal, at);
	return true;
}

/* Write down what the clock did to one case. */
static bool
sweep_case(const void *item)
{
	const AgAppeal *seen = item;
	AgActor    *actor = ag_actor();
	AgAccount  *account = ag_account_try_lock(seen->account_id);
	AgAppeal   *appeal;
	TimestampTz at;
	bool		done;

	if (account == NULL)
		return false;
	at = ag_account_now(account);
	appeal = ag_appeal_store_read(seen->account_id, seen->no);
	if (appeal == NULL || appeal->closed_at != DT_NOEND)
		return false;
	done = ag_appeal_settle(account, appeal, at);
	if (appeal->closed_at == DT_NOEND && ag_appeal_store_shredded(seen->account_id))
	{
		ag_appeal_end_moot(account, actor, appeal, at);
		done = true;
	}
	if (appeal->closed_at == DT_NOEND)
	{
		done |= remind(account, actor, appeal, at);
		done |= breach(account, actor, appeal, at);
	}
	if (done)
		ag_account_save(account);
	return done;
}

static void
sweep_failed(const void *item, const ErrorData *error)
{
	const AgAppeal *appeal = item;

	ereport(WARNING, errcode(error->sqlerrcode),
			errmsg("what the clock did to case %d of account " INT64_FORMAT " cannot be written: %s",
				   appeal->no, appeal->account_id, error->message));
}

int64
ag_appeal_sweep(int64 limit)
{
	static const AgSweep sweep = {.work = sweep_case, .failed = sweep_failed};

	return ag_bulk_sweep(ag_appeal_store_due((int) Min(limit, 100000), ag_now()), &sweep);
}

/* How many cases wait for that, counted up to most. */
int64
ag_appeal_sweep_due(int64 most)
{
	return list_length(ag_appeal_store_due((int) Min(most, 100000), ag_now()));
}
