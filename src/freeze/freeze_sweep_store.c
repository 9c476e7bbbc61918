/*-------------------------------------------------------------------------
 *
 * freeze_sweep_store.c
 *		Table freeze_record as the sweep sees it: what is due, what has been told.
 *
 * The caller holds the account's lock where an account is named.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "freeze/decision.h"

enum
{
	FREEZE_WAKE,
	FREEZE_NOTED,
	FREEZE_DUE,
	FREEZE_COUNT_DUE,
	FREEZE_POSTPONE
};

static const AgStatement statements[] = {
	[FREEZE_WAKE] = {
		.name = "freeze_record.wake",
		.sql = "UPDATE acctguard.freeze_record SET wake_at = $3 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID}
	},
	[FREEZE_NOTED] = {
		.name = "freeze_record.noted",
		.sql = "UPDATE acctguard.freeze_record SET noted = $3 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, INT2OID}
	},
	[FREEZE_DUE] = {
		.name = "freeze_record.due",
		.sql = "SELECT DISTINCT account_id FROM (SELECT account_id FROM acctguard.freeze_record "
			"WHERE wake_at <= $1 ORDER BY wake_at LIMIT $2) AS due ORDER BY account_id",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT8OID}
	},
	[FREEZE_COUNT_DUE] = {
		.name = "freeze_record.count_due",
		.sql = "SELECT count(*) FROM (SELECT FROM acctguard.freeze_record WHERE wake_at <= $1 "
			"LIMIT $2) AS due",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT8OID}
	},
	[FREEZE_POSTPONE] = {
		.name = "freeze_record.postpone",
		.sql = "UPDATE acctguard.freeze_record SET wake_at = $3 "
			"WHERE account_id = $1 AND wake_at <= $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID}
	}
};

AG_STATEMENT_TABLE(freeze_sweep_statements, statements);

/* When the sweep has to look at it next. */
void
ag_freeze_store_wake(const AgFreeze *freeze, TimestampTz wake_at)
{
	(void) ag_run(freeze_sweep_statements, FREEZE_WAKE, ag_int8(freeze->account_id), ag_int4(freeze->no), ag_time(wake_at));
}

/* Writes freeze->noted. */
void
ag_freeze_store_noted(const AgFreeze *freeze)
{
	(void) ag_run(freeze_sweep_statements, FREEZE_NOTED, ag_int8(freeze->account_id), ag_int4(freeze->no), ag_int2(freeze->noted));
}

/* The accounts of the freezes that have waited longest for the sweep, int64 *, ascending. */
List *
ag_freeze_store_due(TimestampTz at, int64 limit)
{
	AgResult   *result = ag_run(freeze_sweep_statements, FREEZE_DUE, ag_time(at), ag_int8(limit));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		int64	   *account_id = palloc(sizeof(int64));

		*account_id = ag_row_int8(result, i, 1);
		list = lappend(list, account_id);
	}
	return list;
}

int64
ag_freeze_store_count_due(TimestampTz at, int64 most)
{
	return ag_row_int8(ag_run(freeze_sweep_statements, FREEZE_COUNT_DUE, ag_time(at), ag_int8(most)), 0, 1);
}

/* What is due for an account is not due before then. */
void
ag_freeze_store_postpone(int64 account_id, TimestampTz at, TimestampTz until)
{
	(void) ag_run(freeze_sweep_statements, FREEZE_POSTPONE, ag_int8(account_id), ag_time(at),
				  ag_time(until));
}
