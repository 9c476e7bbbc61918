/*-------------------------------------------------------------------------
 *
 * capability_store.c
 *		Table standing: writes, and reading all rows of an account.
 *
 * The hot path does not come here; it reads the table directly
 * (capability_probe.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "capability/capability.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"

enum
{
	STANDING_WRITE,
	STANDING_REMOVE,
	STANDING_LIST
};

static const AgStatement statements[] = {
	[STANDING_WRITE] = {
		.name = "standing.write",
		.sql = "INSERT INTO acctguard.standing (account_id, freeze_no, part, denied, challenged, "
			"monitored, starts_at, ends_at, rule) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb) "
			"ON CONFLICT (account_id, freeze_no, part) DO UPDATE SET denied = excluded.denied, "
			"challenged = excluded.challenged, monitored = excluded.monitored, "
			"starts_at = excluded.starts_at, ends_at = excluded.ends_at, rule = excluded.rule",
		.expected = SPI_OK_INSERT,
		.nargs = 9,
		.argtypes = {INT8OID, INT4OID, CHAROID, INT8OID, INT8OID, INT8OID, TIMESTAMPTZOID,
			TIMESTAMPTZOID, TEXTOID}
	},
	[STANDING_REMOVE] = {
		.name = "standing.remove",
		.sql = "DELETE FROM acctguard.standing "
			"WHERE account_id = $1 AND freeze_no = $2 AND part = $3",
		.expected = SPI_OK_DELETE,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, CHAROID}
	},
	[STANDING_LIST] = {
		.name = "standing.list",
		.sql = "SELECT freeze_no, part, denied, challenged, monitored, starts_at, ends_at, rule::text "
			"FROM acctguard.standing WHERE account_id = $1 ORDER BY freeze_no, part",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(standing_statements, statements);

void
ag_standing_store_write(int64 account_id, const AgStanding *row)
{
	ag_run(standing_statements, STANDING_WRITE, ag_int8(account_id), ag_int4(row->freeze_no),
		   ag_datum(CharGetDatum(row->part), false), ag_int8((int64) row->denied),
		   ag_int8((int64) row->challenged), ag_int8((int64) row->monitored),
		   ag_datum(TimestampTzGetDatum(row->starts_at), false), ag_time(row->ends_at),
		   ag_text(row->rule));
}

void
ag_standing_store_remove(int64 account_id, int freeze_no, char part)
{
	ag_run(standing_statements, STANDING_REMOVE, ag_int8(account_id), ag_int4(freeze_no),
		   ag_datum(CharGetDatum(part), false));
}

/* Every row of an account, AgStanding *. */
List *
ag_standing_store_list(int64 account_id)
{
	AgResult   *result = ag_run(standing_statements, STANDING_LIST, ag_int8(account_id));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgStanding *row = palloc(sizeof(AgStanding));
		bool		isnull;

		row->freeze_no = ag_row_int4(result, i, 1);
		row->part = DatumGetChar(ag_row_datum(result, i, 2, &isnull));
		row->denied = (uint64) ag_row_int8(result, i, 3);
		row->challenged = (uint64) ag_row_int8(result, i, 4);
		row->monitored = (uint64) ag_row_int8(result, i, 5);
		row->starts_at = ag_row_time(result, i, 6);
		row->ends_at = ag_row_time(result, i, 7);
		row->rule = ag_row_text(result, i, 8);
		list = lappend(list, row);
	}
	return list;
}
