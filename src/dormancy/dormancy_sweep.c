/*-------------------------------------------------------------------------
 *
 * dormancy_sweep.c
 *		Asking owners for a sign of life before their account falls dormant.
 *
 * A walk over all accounts by id, a batch at a time, once a day.  It only tells:
 * whether an account is dormant or protected is computed whenever that matters.  The
 * row of an account lags behind its sessions, so most of what looks silent there is
 * not; the rest is looked at under the account's lock.
 *
 * Locks: account rows one by one, those that are free.  Tables: account,
 * dormancy_reminder; the ledger through events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "dormancy/dormancy.h"
#include "policy/policy.h"

/* The last account looked at. */
static int64 last_account_id = 0;

/* Once for each sign of life: who does not answer is not asked again. */
static bool
remind(const void *item)
{
	int64		account_id = *(const int64 *) item;
	AgAccount  *account = ag_account_try_lock(account_id);
	AgFields   *after;
	AgDormancy	dormancy;
	TimestampTz at;

	if (account == NULL || account->state != AG_ACTIVE)
		return false;
	at = ag_account_now(account);
	ag_dormancy_read(account, at, &dormancy);
	if (!ag_dormancy_near(&dormancy, ag_policy_setting(AG_SETTING_REMIND_AHEAD), at) ||
		ag_reminder_store_read(account_id) == dormancy.signs.seen_at)
		return false;
	ag_reminder_store_write(account_id, dormancy.signs.seen_at, at);
	after = ag_fields_new();
	ag_field_time(after, "seen_at", dormancy.signs.seen_at);
	ag_field_time(after, "until", dormancy.dormant_at);
	ag_account_emit(account, AG_ACTION_DORMANCY_NEAR, NULL, NULL, NULL, after);
	ag_account_save(account);
	return true;
}

/* It is asked another day. */
static void
failed(const void *item, const ErrorData *error)
{
	ereport(WARNING, errcode(error->sqlerrcode),
			errmsg("the owner of account " INT64_FORMAT " could not be asked for a sign of life: %s",
				   *(const int64 *) item, error->message));
}

static const AgSweep sweep = {.work = remind, .failed = failed};

int64
ag_dormancy_sweep(int64 limit)
{
	int64		silence = ag_policy_country_floor_least() - ag_policy_setting(AG_SETTING_REMIND_AHEAD);
	TimestampTz silent_since = ag_now() - Max(silence, 0) * USECS_PER_SEC;
	AgResult   *result = ag_dormancy_store_walk(last_account_id, silent_since, limit);
	List	   *silent = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		last_account_id = ag_row_int8(result, i, 1);
		if (ag_row_bool(result, i, 2))
		{
			silent = lappend(silent, palloc(sizeof(int64)));
			*(int64 *) llast(silent) = last_account_id;
		}
	}
	if (result->count < limit)
		last_account_id = 0;
	(void) ag_bulk_sweep(silent, &sweep);
	return (int64) result->count;
}
