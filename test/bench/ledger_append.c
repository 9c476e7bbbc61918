/*
 * ledger_append.c
 *		What test/bench/ledger_append compares an event with: the same row by a kept
 *		SPI plan, into the partitioned ledger or into today's partition.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(bench_spi_insert);
PG_FUNCTION_INFO_V1(bench_nothing);

/* bench_nothing(): the price of calling a function. */
Datum
bench_nothing(PG_FUNCTION_ARGS)
{
	PG_RETURN_VOID();
}

/* bench_spi_insert(table, ord, body): one row, as an application would insert it in C. */
Datum
bench_spi_insert(PG_FUNCTION_ARGS)
{
	static SPIPlanPtr plans[2];
	static const Oid types[] = {TIMESTAMPTZOID, INT4OID, TEXTOID, TEXTOID, TEXTOID, BYTEAOID};
	char	   *table = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int			which = strcmp(table, "acctguard.ledger") == 0 ? 0 : 1;
	Datum		values[6];

	SPI_connect();
	if (plans[which] == NULL)
	{
		plans[which] = SPI_prepare(psprintf(
											"INSERT INTO %s (at, tx, account_id, ord, action, outcome, ver, role, "
											"person, application, body) VALUES ($1, "
											"pg_catalog.pg_current_xact_id()::pg_catalog.text::int8, 0, $2, 1, 0, 1, "
											"$3, $4, $5, $6)", table), 6, (Oid *) types);
		SPI_keepplan(plans[which]);
	}
	values[0] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[1] = Int32GetDatum(1000000 + PG_GETARG_INT32(1));
	values[2] = CStringGetTextDatum("postgres");
	values[3] = CStringGetTextDatum("postgres");
	values[4] = CStringGetTextDatum("psql");
	values[5] = PG_GETARG_DATUM(2);
	if (SPI_execute_plan(plans[which], values, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "insert failed");
	SPI_finish();
	PG_RETURN_VOID();
}
