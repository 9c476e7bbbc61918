/*-------------------------------------------------------------------------
 *
 * appeal_file_store.c
 *		What a reviewer's file shows of other tables, as JSON texts.
 *
 * Reads only.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "catalog/pg_type.h"

enum
{
	APPEAL_FILE_VERSIONS,
	APPEAL_FILE_STRIKES,
	APPEAL_FILE_RISK
};

static const AgStatement statements[] = {
	[APPEAL_FILE_VERSIONS] = {
		.name = "appeal_file.versions",
		.sql = "SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(v) - 'account_id' - 'no') "
			"ORDER BY v.version), '[]')::text FROM acctguard.freeze_version v "
			"WHERE v.account_id = $1 AND v.no = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[APPEAL_FILE_STRIKES] = {
		.name = "appeal_file.strikes",
		.sql = "SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(s) - 'account_id' - 'idempotency_key') "
			"ORDER BY s.no), '[]')::text FROM acctguard.strike s WHERE s.account_id = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[APPEAL_FILE_RISK] = {
		.name = "appeal_file.risk",
		.sql = "SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(e) - 'account_id') ORDER BY e.no), "
			"'[]')::text FROM acctguard.risk_event e WHERE e.account_id = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(appeal_file_statements, statements);

char *
ag_appeal_store_versions(int64 account_id, int freeze_no)
{
	return ag_row_text(ag_run(appeal_file_statements, APPEAL_FILE_VERSIONS, ag_int8(account_id),
							  ag_int4(freeze_no)), 0, 1);
}

char *
ag_appeal_store_strikes(int64 account_id)
{
	return ag_row_text(ag_run(appeal_file_statements, APPEAL_FILE_STRIKES, ag_int8(account_id)), 0, 1);
}

char *
ag_appeal_store_risk(int64 account_id)
{
	return ag_row_text(ag_run(appeal_file_statements, APPEAL_FILE_RISK, ag_int8(account_id)), 0, 1);
}
