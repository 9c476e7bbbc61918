/*-------------------------------------------------------------------------
 *
 * base_api.c
 *		SQL entry points of the house: errors, statements, acting_as.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/base.h"
#include "funcapi.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_errors);
PG_FUNCTION_INFO_V1(acctguard_check_plans);
PG_FUNCTION_INFO_V1(acctguard_acting_as);
PG_FUNCTION_INFO_V1(acctguard_tables_version);
PG_FUNCTION_INFO_V1(acctguard_residence_status);

#define RESIDENCE_COLUMNS 11

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

/* Four columns: the cluster, the database, the table, the timeline. */
static void
put_residence(Datum *values, bool *nulls, const AgResidence *residence, bool known)
{
	nulls[0] = nulls[1] = !known;
	values[0] = Int64GetDatum((int64) residence->system_identifier);
	values[1] = ObjectIdGetDatum(residence->database);
	nulls[2] = !OidIsValid(residence->relation);
	values[2] = ObjectIdGetDatum(residence->relation);
	nulls[3] = residence->timeline == 0;
	values[3] = Int32GetDatum((int32) residence->timeline);
}

/* residence_status(): where the rows belong, and where they are; also before install(). */
Datum
acctguard_residence_status(PG_FUNCTION_ARGS)
{
	AgResidence bound = {0};
	AgResidence here;
	bool		known = ag_residence_bound(&bound);
	TupleDesc	desc;
	Datum		values[RESIDENCE_COLUMNS] = {0};
	bool		nulls[RESIDENCE_COLUMNS] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	ag_residence_here(&here);
	nulls[0] = !OidIsValid(here.relation);
	values[0] = BoolGetDatum(known && ag_residence_same(&bound, &here));
	put_residence(&values[1], &nulls[1], &bound, known);
	nulls[5] = nulls[6] = !known;
	values[5] = TimestampTzGetDatum(bound.since);
	if (known)
		values[6] = CStringGetTextDatum(bound.mode);
	put_residence(&values[7], &nulls[7], &here, true);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
