/*-------------------------------------------------------------------------
 *
 * account.c
 *		The root row: lock, counters, events, writing back.
 *
 * Lock order: accounts by ascending id; everything that belongs to an account is
 * read and written under the lock of its row.  The lock is FOR NO KEY UPDATE, so
 * foreign keys of host tables to account are never held up by it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "account/account.h"
#include "access/xact.h"
#include "access/xlog.h"

static void
refuse_unknown(int64 account_id)
{
	ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_UNKNOWN),
			errmsg("there is no account " INT64_FORMAT, account_id),
			errhint("Open it with acctguard.account_open(), or adopt its table with "
					"acctguard.account_adopt()."));
}

static void
require_primary(void)
{
	if (RecoveryInProgress())
		ereport(ERROR, ag_errcode(AG_ERR_STANDBY),
				errmsg("this server is a standby and cannot change accounts"),
				errhint("Call the function on the primary."));
}

AgAccount *
ag_account_lock(int64 account_id)
{
	AgAccount  *account;

	require_primary();
	account = ag_account_store_lock(account_id);
	if (account == NULL)
		refuse_unknown(account_id);
	return account;
}

TimestampTz
ag_account_now(AgAccount *account)
{
	TimestampTz now = ag_now();

	if (account->acted_at == DT_NOEND || account->acted_at < now ||
		account->acted_at - now > AG_SET_BACK)
		account->acted_at = now;
	return account->acted_at;
}

AgAccount *
ag_account_try_lock(int64 account_id)
{
	require_primary();
	return ag_account_store_try_lock(account_id);
}

/* Not in the future, not before the transaction, but for a clock that was set back. */
bool
ag_account_is_now(TimestampTz at)
{
	TimestampTz shift = ag_now() - GetCurrentTimestamp();	/* the test clock */

	return at - ag_now() <= AG_SET_BACK &&
		GetCurrentTransactionStartTimestamp() - (at - shift) <= AG_SET_BACK;
}

AgAccount *
ag_account_read(int64 account_id)
{
	return ag_account_store_read(account_id);
}

/* Read without a lock; UG404 if there is none. */
AgAccount *
ag_account_require(int64 account_id)
{
	AgAccount  *account = ag_account_store_read(account_id);

	if (account == NULL)
		refuse_unknown(account_id);
	return account;
}

int
ag_account_next_freeze(AgAccount *account)
{
	return ++account->freeze_count;
}

int
ag_account_next_child(AgAccount *account)
{
	return ++account->child_count;
}

void
ag_account_save(AgAccount *account)
{
	ag_account_store_update(account);
}

void
ag_account_emit(AgAccount *account, AgAction action, const char *reason,
				const char *idempotency_key, const AgFields *before, const AgFields *after)
{
	AgEvent		event = {
		.action = action,
		.account_id = account->account_id,
		.aseq = ++account->version,
		.outcome = AG_OUTCOME_DONE,
		.reason = reason,
		.idempotency_key = idempotency_key,
		.before = before,
		.after = after,
		.account = account
	};

	ag_event_emit(&event);
}
