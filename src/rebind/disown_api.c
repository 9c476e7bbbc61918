/*-------------------------------------------------------------------------
 *
 * disown_api.c
 *		SQL entry point of "it was not me".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "rebind/rebind.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_device_disown);

/* device_disown(token, device_no): code, sessions, devices, numbers, contacts, requests, password */
Datum
acctguard_device_disown(PG_FUNCTION_ARGS)
{
	AgDisowned	disowned;
	TupleDesc	desc;
	Datum		values[7];
	bool		nulls[7] = {0};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	ag_disown(ag_arg_text(fcinfo, 0), PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1), &disowned);
	values[0] = CStringGetTextDatum(ag_access_code_name(disowned.code));
	values[1] = Int32GetDatum(disowned.sessions);
	values[2] = Int32GetDatum(disowned.devices);
	values[3] = Int32GetDatum(disowned.numbers);
	values[4] = Int32GetDatum(disowned.contacts);
	values[5] = Int32GetDatum(disowned.requests);
	values[6] = BoolGetDatum(disowned.password);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
