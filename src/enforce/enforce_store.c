/*-------------------------------------------------------------------------
 *
 * enforce_store.c
 *		Statements of enforcement: what a DDL command made, and is it covered?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "enforce/enforce.h"

enum
{
	COVERAGE_COMMANDS,
	COVERAGE_OPEN
};

static const AgStatement statements[] = {
	[COVERAGE_COMMANDS] = {
		.name = "coverage.commands",
		.sql = "SELECT objid FROM pg_event_trigger_ddl_commands() "
			"WHERE classid = 'pg_class'::regclass AND object_type = 'table'",
		.expected = SPI_OK_SELECT
	},
	[COVERAGE_OPEN] = {
		.name = "coverage.open",
		.sql = "SELECT host_table::text, account_column::text FROM acctguard.guard_coverage "
			"WHERE host_table = $1 AND operation = 'insert' AND capability IS NULL",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {OIDOID}
	}
};

AG_STATEMENT_TABLE(enforce_statements, statements);

/* The tables that the DDL command which fired the event trigger made or changed. */
List *
ag_coverage_store_commands(void)
{
	AgResult   *result = ag_run_noargs(enforce_statements, COVERAGE_COMMANDS);
	List	   *tables = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		bool		isnull;
		Oid			table = DatumGetObjectId(ag_row_datum(result, i, 1, &isnull));

		if (!isnull)
			tables = lappend_oid(tables, table);
	}
	return tables;
}

/* The account-like columns of a table that nothing guards against insert. */
AgResult *
ag_coverage_store_open(Oid relation_id)
{
	return ag_run(enforce_statements, COVERAGE_OPEN,
				  ag_datum(ObjectIdGetDatum(relation_id), false));
}
