/*-------------------------------------------------------------------------
 *
 * load_api.c
 *		SQL entry points of carriers' files.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "phone/load.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_number_load_open);
PG_FUNCTION_INFO_V1(acctguard_number_load_clear);
PG_FUNCTION_INFO_V1(acctguard_number_event_load);
PG_FUNCTION_INFO_V1(acctguard_number_loads);
PG_FUNCTION_INFO_V1(acctguard_number_load_refusals);

#define MAX_BATCH_SIZE 10000

static char *
arg_load(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("load must not be null"));
	return DatumGetCString(DirectFunctionCall1(uuid_out, PG_GETARG_DATUM(0)));
}

/* number_load_open(document, signature, provider) */
Datum
acctguard_number_load_open(PG_FUNCTION_ARGS)
{
	char	   *provider = ag_arg_short_text(fcinfo, 2, "provider", AG_MOST_LABEL);
	AgDocumentResult result = AG_DOCUMENT_FORGED;
	Datum		values[2];
	bool		nulls[2] = {false, true};
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[1] = ag_random_uuid();
	if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1) && provider != NULL)
		result = ag_load_open(provider, PG_GETARG_BYTEA_PP(0), PG_GETARG_BYTEA_PP(1),
							  DatumGetCString(DirectFunctionCall1(uuid_out, values[1])), ag_now());
	if (result >= AG_DOCUMENT_FORGED)
		ag_document_emit_refusal(provider, result);
	nulls[1] = result != AG_DOCUMENT_RECORDED;
	values[0] = CStringGetTextDatum(nulls[1] ? ag_document_result_name(result) : "OPEN");
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* number_load_clear(load) */
Datum
acctguard_number_load_clear(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(ag_load_clear(arg_load(fcinfo)));
}

/* number_event_load(load, batch_size) */
Datum
acctguard_number_event_load(PG_FUNCTION_ARGS)
{
	char	   *load = arg_load(fcinfo);
	int			batch_size = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);

	if (batch_size < 1 || batch_size > MAX_BATCH_SIZE)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("batch_size must be between 1 and %d", MAX_BATCH_SIZE));
	ag_bulk_begin(fcinfo);
	ag_load_run(load, batch_size);
	ag_bulk_end();
	PG_RETURN_VOID();
}

static NullableDatum
arg_any_load(FunctionCallInfo fcinfo)
{
	return ag_datum(PG_ARGISNULL(0) ? (Datum) 0 : PG_GETARG_DATUM(0), PG_ARGISNULL(0));
}

/* number_loads(load) */
Datum
acctguard_number_loads(PG_FUNCTION_ARGS)
{
	return ag_return_set(fcinfo, ag_load_store_report(arg_any_load(fcinfo)));
}

/* number_load_refusals(load) */
Datum
acctguard_number_load_refusals(PG_FUNCTION_ARGS)
{
	return ag_return_set(fcinfo, ag_load_store_refusals(arg_any_load(fcinfo)));
}
