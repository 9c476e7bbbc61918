/*-------------------------------------------------------------------------
 *
 * appeal_sweep.c
 *		Bookkeeping of cases: what the clock decided, and reminders.
 *
 * States, due times, who may claim or sign, and what happens to the freeze of a case that
 * is overdue, follow from the clock and wait for nobody.  Here it is written down
 * (ag_appeal_settle()), so that the user hears of it, each thing once: that an appeal
 * lapsed or a review went on without material, that a case is overdue; and two reminders
 * of each deadline.
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
	ag_appeal_write(account, appeal, actor, "remind", NULL, NULL, at);
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
		done |= remind(account, actor, appeal, at);
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
