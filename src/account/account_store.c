/*-------------------------------------------------------------------------
 *
 * account_store.c
 *		Table account: insert, lock, read, write back.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "account/account.h"
#include "catalog/pg_type.h"

enum
{
	ACCOUNT_INSERT,
	ACCOUNT_LOCK,
	ACCOUNT_TRY_LOCK,
	ACCOUNT_READ,
	ACCOUNT_FIND,
	ACCOUNT_UPDATE,
	ACCOUNT_OTHER_ADMINISTRATORS,
	ACCOUNT_CLOSING,
	ACCOUNT_COUNT_CLOSING
};

#define COLUMNS \
	"account_id, state, external_id, locale, time_zone, profile, tenant, cohort, " \
	"staff_rank::int4, protected, person, version, freeze_count, child_count, session_epoch, " \
	"session_locked_epoch, rules_version, registered_at, activated_at, last_seen_at, " \
	"close_requested_at, close_at, closed_at, erased_at, close_reason, proposal, proposed_by, " \
	"proposed_at, acted_at, session_cuts, owner_seen_at, number_lost_at"

/* In the order of COLUMNS. */
enum
{
	COL_ACCOUNT_ID = 1,
	COL_STATE,
	COL_EXTERNAL_ID,
	COL_LOCALE,
	COL_TIME_ZONE,
	COL_PROFILE,
	COL_TENANT,
	COL_COHORT,
	COL_STAFF_RANK,
	COL_PROTECTED,
	COL_PERSON,
	COL_VERSION,
	COL_FREEZE_COUNT,
	COL_CHILD_COUNT,
	COL_SESSION_EPOCH,
	COL_SESSION_LOCKED_EPOCH,
	COL_RULES_VERSION,
	COL_REGISTERED_AT,
	COL_ACTIVATED_AT,
	COL_LAST_SEEN_AT,
	COL_CLOSE_REQUESTED_AT,
	COL_CLOSE_AT,
	COL_CLOSED_AT,
	COL_ERASED_AT,
	COL_CLOSE_REASON,
	COL_PROPOSAL,
	COL_PROPOSED_BY,
	COL_PROPOSED_AT,
	COL_ACTED_AT,
	COL_SESSION_CUTS,
	COL_OWNER_SEEN_AT,
	COL_NUMBER_LOST_AT
};

static const AgStatement statements[] = {
	[ACCOUNT_INSERT] = {
		.name = "account.insert",
		.sql = "INSERT INTO acctguard.account (account_id, state, external_id, locale, time_zone, "
			"profile, tenant, cohort, registered_at, activated_at) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
		.expected = SPI_OK_INSERT,
		.nargs = 10,
		.argtypes = {INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
			TIMESTAMPTZOID, TIMESTAMPTZOID}
	},
	[ACCOUNT_LOCK] = {
		.name = "account.lock",
		.sql = "SELECT " COLUMNS " FROM acctguard.account WHERE account_id = $1 FOR NO KEY UPDATE",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[ACCOUNT_TRY_LOCK] = {
		.name = "account.try_lock",
		.sql = "SELECT " COLUMNS " FROM acctguard.account WHERE account_id = $1 "
			"FOR NO KEY UPDATE SKIP LOCKED",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[ACCOUNT_READ] = {
		.name = "account.read",
		.sql = "SELECT " COLUMNS " FROM acctguard.account WHERE account_id = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[ACCOUNT_FIND] = {
		.name = "account.find",
		.sql = "SELECT account_id FROM acctguard.account WHERE external_id = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[ACCOUNT_UPDATE] = {
		.name = "account.update",
		.sql = "UPDATE acctguard.account SET state = $2, external_id = $3, locale = $4, "
			"time_zone = $5, profile = $6, tenant = $7, cohort = $8, staff_rank = $9::int2, "
			"protected = $10, person = $11, version = $12, freeze_count = $13, child_count = $14, "
			"session_epoch = $15, session_locked_epoch = $16, rules_version = $17, "
			"activated_at = $18, last_seen_at = $19, close_requested_at = $20, close_at = $21, "
			"closed_at = $22, erased_at = $23, close_reason = $24, proposal = $25, "
			"proposed_by = $26, proposed_at = $27, acted_at = $28, session_cuts = $29, "
			"owner_seen_at = $30, number_lost_at = $31 "
			"WHERE account_id = $1",
		.expected = SPI_OK_UPDATE,
		.nargs = 31,
		.argtypes = {INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT4OID,
			BOOLOID, TEXTOID, INT8OID, INT4OID, INT4OID, INT8OID, INT8OID, TEXTOID, TIMESTAMPTZOID,
			TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
			TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZOID,
			TIMESTAMPTZOID}
	},
	[ACCOUNT_OTHER_ADMINISTRATORS] = {
		.name = "account.other_administrators",
		.sql = "SELECT account_id FROM acctguard.account "
			"WHERE staff_rank = 4 AND state = 'active' AND account_id <> $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[ACCOUNT_CLOSING] = {
		.name = "account.closing",
		.sql = "SELECT close_at, account_id FROM acctguard.account WHERE state = 'closing' "
			"AND close_at <= $1 AND (close_at, account_id) > ($2, $3) "
			"ORDER BY close_at, account_id LIMIT $4",
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, INT8OID}
	},
	[ACCOUNT_COUNT_CLOSING] = {
		.name = "account.count_closing",
		.sql = "SELECT count(*) FROM (SELECT FROM acctguard.account WHERE state = 'closing' "
			"AND close_at <= $1 LIMIT $2) AS due",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT8OID}
	}
};

AG_STATEMENT_TABLE(account_statements, statements);

/* Insert a new account; false if the id or the external id is taken. */
bool
ag_account_store_insert(const AgAccount *account)
{
	AgResult   *result;

	result = ag_run(account_statements, ACCOUNT_INSERT, ag_int8(account->account_id),
					ag_text(ag_lifecycle_name(account->state)), ag_text(account->external_id),
					ag_text(account->locale), ag_text(account->time_zone),
					ag_text(account->profile), ag_text(account->tenant), ag_text(account->cohort),
					ag_time(account->registered_at), ag_time(account->activated_at));
	return result->count == 1;
}

static AgAccount *
account_from_row(const AgResult *result)
{
	AgAccount  *account = palloc0(sizeof(AgAccount));

	account->account_id = ag_row_int8(result, 0, COL_ACCOUNT_ID);
	account->state = ag_lifecycle_parse(ag_row_text(result, 0, COL_STATE));
	account->external_id = ag_row_text(result, 0, COL_EXTERNAL_ID);
	account->locale = ag_row_text(result, 0, COL_LOCALE);
	account->time_zone = ag_row_text(result, 0, COL_TIME_ZONE);
	account->profile = ag_row_text(result, 0, COL_PROFILE);
	account->tenant = ag_row_text(result, 0, COL_TENANT);
	account->cohort = ag_row_text(result, 0, COL_COHORT);
	account->staff_rank = ag_row_int4(result, 0, COL_STAFF_RANK);
	account->protected = ag_row_bool(result, 0, COL_PROTECTED);
	account->person = ag_row_text(result, 0, COL_PERSON);
	account->version = ag_row_int8(result, 0, COL_VERSION);
	account->freeze_count = ag_row_int4(result, 0, COL_FREEZE_COUNT);
	account->child_count = ag_row_int4(result, 0, COL_CHILD_COUNT);
	account->session_epoch = ag_row_int8(result, 0, COL_SESSION_EPOCH);
	account->session_locked_epoch = ag_row_int8(result, 0, COL_SESSION_LOCKED_EPOCH);
	account->rules_version = ag_row_text(result, 0, COL_RULES_VERSION);
	account->registered_at = ag_row_time(result, 0, COL_REGISTERED_AT);
	account->activated_at = ag_row_time(result, 0, COL_ACTIVATED_AT);
	account->last_seen_at = ag_row_time(result, 0, COL_LAST_SEEN_AT);
	account->close_requested_at = ag_row_time(result, 0, COL_CLOSE_REQUESTED_AT);
	account->close_at = ag_row_time(result, 0, COL_CLOSE_AT);
	account->closed_at = ag_row_time(result, 0, COL_CLOSED_AT);
	account->erased_at = ag_row_time(result, 0, COL_ERASED_AT);
	account->close_reason = ag_row_text(result, 0, COL_CLOSE_REASON);
	account->proposal = ag_row_text(result, 0, COL_PROPOSAL);
	account->proposed_by = ag_row_text(result, 0, COL_PROPOSED_BY);
	account->proposed_at = ag_row_time(result, 0, COL_PROPOSED_AT);
	account->acted_at = ag_row_time(result, 0, COL_ACTED_AT);
	account->session_cuts = ag_row_times(result, 0, COL_SESSION_CUTS, &account->session_cut_count);
	account->owner_seen_at = ag_row_time(result, 0, COL_OWNER_SEEN_AT);
	account->number_lost_at = ag_row_time(result, 0, COL_NUMBER_LOST_AT);
	return account;
}

/* Lock and read; NULL if there is none. */
AgAccount *
ag_account_store_lock(int64 account_id)
{
	AgResult   *result = ag_run(account_statements, ACCOUNT_LOCK, ag_int8(account_id));

	return result->count == 0 ? NULL : account_from_row(result);
}

/* NULL also while somebody else holds the lock. */
AgAccount *
ag_account_store_try_lock(int64 account_id)
{
	AgResult   *result = ag_run(account_statements, ACCOUNT_TRY_LOCK, ag_int8(account_id));

	return result->count == 0 ? NULL : account_from_row(result);
}

AgAccount *
ag_account_store_read(int64 account_id)
{
	AgResult   *result = ag_run(account_statements, ACCOUNT_READ, ag_int8(account_id));

	return result->count == 0 ? NULL : account_from_row(result);
}

/* The account of the host's own id, 0 if there is none. */
int64
ag_account_store_find(const char *external_id)
{
	AgResult   *result = ag_run(account_statements, ACCOUNT_FIND, ag_text(external_id));

	return result->count == 0 ? 0 : ag_row_int8(result, 0, 1);
}

/* registered_at never changes; everything else is written back. */
void
ag_account_store_update(const AgAccount *account)
{
	AgResult   *result;

	result = ag_run(account_statements, ACCOUNT_UPDATE, ag_int8(account->account_id),
					ag_text(ag_lifecycle_name(account->state)), ag_text(account->external_id),
					ag_text(account->locale), ag_text(account->time_zone),
					ag_text(account->profile), ag_text(account->tenant), ag_text(account->cohort),
					ag_int4(account->staff_rank), ag_bool(account->protected),
					ag_text(account->person), ag_int8(account->version),
					ag_int4(account->freeze_count), ag_int4(account->child_count),
					ag_int8(account->session_epoch), ag_int8(account->session_locked_epoch),
					ag_text(account->rules_version), ag_time(account->activated_at),
					ag_time(account->last_seen_at), ag_time(account->close_requested_at),
					ag_time(account->close_at), ag_time(account->closed_at),
					ag_time(account->erased_at), ag_text(account->close_reason),
					ag_text(account->proposal), ag_text(account->proposed_by),
					ag_time(account->proposed_at), ag_time(account->acted_at),
					ag_times(account->session_cuts, account->session_cut_count),
					ag_time(account->owner_seen_at), ag_time(account->number_lost_at));
	if (result->count != 1)
		elog(ERROR, "account " INT64_FORMAT " vanished under its lock", account->account_id);
}

/* The active administrator accounts but one. */
List *
ag_account_store_other_administrators(int64 account_id)
{
	AgResult   *result = ag_run(account_statements, ACCOUNT_OTHER_ADMINISTRATORS,
								ag_int8(account_id));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		int64	   *id = palloc(sizeof(int64));

		*id = ag_row_int8(result, i, 1);
		list = lappend(list, id);
	}
	return list;
}

/* A portion of the closing accounts whose close_at has come: close_at, account_id. */
AgResult *
ag_account_store_closing(TimestampTz at, const AgSweepCursor *after, int64 limit)
{
	return ag_run(account_statements, ACCOUNT_CLOSING, ag_time(at),
				  ag_datum(TimestampTzGetDatum(after->at), false), ag_int8(after->id), ag_int8(limit));
}

int64
ag_account_store_count_closing(TimestampTz at, int64 most)
{
	return ag_row_int8(ag_run(account_statements, ACCOUNT_COUNT_CLOSING, ag_time(at),
							  ag_int8(most)), 0, 1);
}
