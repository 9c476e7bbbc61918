/*-------------------------------------------------------------------------
 *
 * base_api.c
 *		SQL entry points of the house: errors, statements, acting_as.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"
#include "funcapi.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_errors);
PG_FUNCTION_INFO_V1(acctguard_check_plans);
PG_FUNCTION_INFO_V1(acctguard_acting_as);
PG_FUNCTION_INFO_V1(acctguard_tables_version);

/* errors(): the error catalogue. */
Datum
acctguard_errors(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < AG_ERROR_COUNT; i++)
	{
		const char *code;
		const char *symbol;
		const char *meaning;
		const char *remedy;
		Datum		values[4];
		bool		nulls[4] = {false, false, false, false};

		ag_error_entry(i, &code, &symbol, &meaning, &remedy);
		values[0] = CStringGetTextDatum(psprintf("UG%s", code));
		values[1] = CStringGetTextDatum(symbol);
		values[2] = CStringGetTextDatum(meaning);
		values[3] = CStringGetTextDatum(remedy);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* check_plans(): prepare every statement, return them all. */
Datum
acctguard_check_plans(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	ag_plan_check_all((ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
}

/* acting_as(person, reason): speak for a person until the transaction ends. */
Datum
acctguard_acting_as(PG_FUNCTION_ARGS)
{
	ag_actor_act_as(ag_arg_required_text(fcinfo, 0, "person"), ag_arg_text(fcinfo, 1));
	PG_RETURN_VOID();
}

/* tables_version(): the shape of the tables this library was built for. */
Datum
acctguard_tables_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(AG_TABLES_VERSION);
}
