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
 * begins anew at the end of the list.
 *
 * Locks: account rows one by one, those that are free.  Tables: account, standing;
 * the ledger through events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lifecycle/lifecycle.h"
#include "miscadmin.h"

/* The last account looked at, in the order of close_at. */
static TimestampTz last_close_at = DT_NOBEGIN;
static int64 last_account_id = 0;

static bool
close_account(int64 account_id)
{
	AgAccount  *account = ag_account_try_lock(account_id);
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

int64
ag_lifecycle_sweep(int64 limit)
{
	AgResult   *result = ag_account_store_closing(ag_now(), last_close_at, last_account_id, limit);
	int64		done = 0;

	for (uint64 i = 0; i < result->count; i++)
	{
		last_account_id = ag_row_int8(result, i, 1);
		last_close_at = ag_row_time(result, i, 2);
		if (close_account(last_account_id))
			done++;
		CHECK_FOR_INTERRUPTS();
	}
	if (result->count < limit)
	{
		last_close_at = DT_NOBEGIN;
		last_account_id = 0;
	}
	return done;
}

int64
ag_lifecycle_sweep_due(int64 most)
{
	return ag_account_store_count_closing(ag_now(), most);
}
