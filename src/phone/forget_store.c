/*-------------------------------------------------------------------------
 *
 * forget_store.c
 *		Which numbers an account has or had, and removing what is known of a number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "phone/forget.h"

enum
{
	FORGET_LIVE,
	FORGET_NUMBERS,
	FORGET_EXPIRE,
	FORGET_DUE,
	FORGET_DUE_COUNT,
	FORGET_ACCOUNTS,
	FORGET_INDEX,
	FORGET_EVENTS,
	FORGET_TOMBSTONES,
	FORGET_NUMBER
};

static const AgStatement statements[] = {
	[FORGET_LIVE] = {
		.name = "binding.live_of_account",
		.sql = "SELECT no, number_id FROM acctguard.binding WHERE account_id = $1 AND released_at IS NULL "
			"ORDER BY no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[FORGET_NUMBERS] = {
		.name = "binding.numbers_of_account",
		.sql = "SELECT DISTINCT number_id FROM acctguard.binding WHERE account_id = $1 ORDER BY number_id",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[FORGET_EXPIRE] = {
		.name = "number.expire",
		.sql = "UPDATE acctguard.number SET forget_at = $2 WHERE number_id = $1",
		.expected = SPI_OK_UPDATE,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[FORGET_DUE] = {
		.name = "number.due",
		.sql = "SELECT number_id FROM acctguard.number WHERE forget_at <= $1 "
			"ORDER BY forget_at LIMIT $2 FOR UPDATE SKIP LOCKED",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT8OID}
	},
	[FORGET_DUE_COUNT] = {
		.name = "number.due_count",
		.sql = "SELECT count(*) FROM (SELECT FROM acctguard.number WHERE forget_at <= $1 LIMIT $2) n",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT8OID}
	},
	[FORGET_ACCOUNTS] = {
		.name = "binding.accounts_of_number",
		.sql = "SELECT DISTINCT account_id FROM acctguard.binding WHERE number_id = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[FORGET_INDEX] = {
		.name = "number_index.forget",
		.sql = "DELETE FROM acctguard.number_index WHERE number_id = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[FORGET_EVENTS] = {
		.name = "number_event.forget",
		.sql = "DELETE FROM acctguard.number_event WHERE number_id = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[FORGET_TOMBSTONES] = {
		.name = "tombstone.forget",
		.sql = "DELETE FROM acctguard.tombstone WHERE number_id = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[FORGET_NUMBER] = {
		.name = "number.forget",
		.sql = "DELETE FROM acctguard.number WHERE number_id = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(forget_statements, statements);

static int64 *
ids_of(const AgResult *result, int *count)
{
	int64	   *ids = palloc(sizeof(int64) * Max(result->count, 1));

	*count = (int) result->count;
	for (uint64 i = 0; i < result->count; i++)
		ids[i] = ag_row_int8(result, i, 1);
	return ids;
}

List *
ag_forget_store_live(int64 account_id)
{
	AgResult   *result = ag_run(forget_statements, FORGET_LIVE, ag_int8(account_id));
	List	   *bindings = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgPhoneBinding *binding = palloc0(sizeof(AgPhoneBinding));

		binding->no = ag_row_int4(result, i, 1);
		binding->number_id = ag_row_int8(result, i, 2);
		bindings = lappend(bindings, binding);
	}
	return bindings;
}

/* Ascending. */
int64 *
ag_forget_store_numbers(int64 account_id, int *count)
{
	return ids_of(ag_run(forget_statements, FORGET_NUMBERS, ag_int8(account_id)), count);
}

/* DT_NOEND = never, unless somebody says so again. */
void
ag_forget_store_expire(int64 number_id, TimestampTz forget_at)
{
	(void) ag_run(forget_statements, FORGET_EXPIRE, ag_int8(number_id), ag_time(forget_at));
}

/* Locked. */
int64 *
ag_forget_store_due(TimestampTz at, int64 limit, int *count)
{
	return ids_of(ag_run(forget_statements, FORGET_DUE, ag_time(at), ag_int8(limit)), count);
}

int64
ag_forget_store_due_count(TimestampTz at, int64 most)
{
	return ag_row_int8(ag_run(forget_statements, FORGET_DUE_COUNT, ag_time(at), ag_int8(most)), 0, 1);
}

/* Those that have or had a number. */
int64 *
ag_forget_store_accounts(int64 number_id, int *count)
{
	return ids_of(ag_run(forget_statements, FORGET_ACCOUNTS, ag_int8(number_id)), count);
}

/* The number, what finds it, and what was said of it. */
void
ag_forget_store_drop(int64 number_id)
{
	(void) ag_run(forget_statements, FORGET_INDEX, ag_int8(number_id));
	(void) ag_run(forget_statements, FORGET_EVENTS, ag_int8(number_id));
	(void) ag_run(forget_statements, FORGET_TOMBSTONES, ag_int8(number_id));
	(void) ag_run(forget_statements, FORGET_NUMBER, ag_int8(number_id));
}
