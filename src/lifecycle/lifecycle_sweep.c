/*-------------------------------------------------------------------------
 *
 * lifecycle_sweep.c
 *		Writing down that the clock has closed accounts.
 *
 * An account that asked to close is closed at close_at, or when the last thing that
 * blocks it ends; every reader computes that.  The sweep writes it, with its event,
 * for accounts that nobody touches.
 *
 * An account that something blocks stays in the list; so that such accounts never
 * keep the sweep from others, it goes on behind the last one it looked at, and
 * begins anew at the end of the list.  One that cannot be written stops nobody.
 *
 * Locks: account rows one by one, those that are free.  Tables: account, standing;
 * the ledger through events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lifecycle/lifecycle.h"

static bool
close_account(const void *item)
{
	AgAccount  *account = ag_account_try_lock(*(const int64 *) item);
	TimestampTz at;

	if (account == NULL)
		return false;
	at = ag_account_now(account);
	if (!ag_account_settle(account, at))
		return false;
	ag_freeze_derive(account, at);
	ag_account_save(account);
	return true;
}

static void
close_failed(const void *item, const ErrorData *error)
{
	ereport(WARNING, errcode(error->sqlerrcode),
			errmsg("that account " INT64_FORMAT " is closed cannot be written: %s",
				   *(const int64 *) item, error->message));
}

int64
ag_lifecycle_sweep(int64 limit)
{
	static const AgSweep sweep = {.work = close_account, .failed = close_failed};
	static AgSweepCursor last = AG_SWEEP_BEGIN;
	AgResult   *portion = ag_account_store_closing(ag_now(), &last, limit);

	return ag_bulk_sweep(ag_bulk_portion(&last, portion, limit), &sweep);
}

int64
ag_lifecycle_sweep_due(int64 most)
{
	return ag_account_store_count_closing(ag_now(), most);
}
