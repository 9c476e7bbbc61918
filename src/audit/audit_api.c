/*-------------------------------------------------------------------------
 *
 * audit_api.c
 *		SQL entry points of the ledger.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "audit/audit.h"
#include "funcapi.h"

#define MAX_ROWS_LIMIT 100000

PG_FUNCTION_INFO_V1(acctguard_audit_read);
PG_FUNCTION_INFO_V1(acctguard_audit_encoding);
PG_FUNCTION_INFO_V1(acctguard_audit_installed);

/* audit_read(account_id, since, until, action, person, max_rows) */
Datum
acctguard_audit_read(PG_FUNCTION_ARGS)
{
	AgAuditFilter filter = {0};

	filter.by_account = !PG_ARGISNULL(0);
	filter.account_id = filter.by_account ? PG_GETARG_INT64(0) : 0;
	filter.since = PG_ARGISNULL(1) ? DT_NOBEGIN : PG_GETARG_TIMESTAMPTZ(1);
	filter.until = PG_ARGISNULL(2) ? DT_NOEND : PG_GETARG_TIMESTAMPTZ(2);
	filter.action = ag_arg_text(fcinfo, 3);
	filter.person = ag_arg_text(fcinfo, 4);
	filter.max_rows = PG_ARGISNULL(5) ? 0 : PG_GETARG_INT32(5);
	if (filter.max_rows < 1 || filter.max_rows > MAX_ROWS_LIMIT)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("max_rows must be between 1 and %d", MAX_ROWS_LIMIT),
				errhint("Narrow since and until to read more, part by part."));

	InitMaterializedSRF(fcinfo, 0);
	ag_audit_read(&filter, (ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
}

/* audit_encoding(tx, ord): the canonical bytes of a stored row. */
Datum
acctguard_audit_encoding(PG_FUNCTION_ARGS)
{
	bytea	   *encoding;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	encoding = ag_audit_encoding(PG_GETARG_INT64(0), PG_GETARG_INT32(1));
	if (encoding == NULL)
		PG_RETURN_NULL();
	PG_RETURN_BYTEA_P(encoding);
}

/*
 * audit_installed(tables_version, extension_version): install() and migrate() tell the
 * ledger.  Where an older release's script made the tables under this library, nothing
 * can be written before migrate(), which then tells.
 */
Datum
acctguard_audit_installed(PG_FUNCTION_ARGS)
{
	AgFields   *fields = ag_fields_new();
	AgEvent		event = {.action = AG_ACTION_INSTALLED, .after = fields};

	if (!ag_installation_current())
		PG_RETURN_VOID();
	if (!PG_ARGISNULL(0))
		ag_field_int(fields, "tables_version", PG_GETARG_INT32(0));
	ag_field_text(fields, "extension_version", ag_arg_text(fcinfo, 1));
	ag_event_emit(&event);
	PG_RETURN_VOID();
}
