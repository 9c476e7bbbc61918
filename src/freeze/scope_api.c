/*-------------------------------------------------------------------------
 *
 * scope_api.c
 *		SQL entry points of scope freezes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/sanction.h"
#include "funcapi.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_freeze_scope);
PG_FUNCTION_INFO_V1(acctguard_scope_lift);
PG_FUNCTION_INFO_V1(acctguard_scope_amend);
PG_FUNCTION_INFO_V1(acctguard_scope_list);

/* A duration that may be left out; days and months are counted in seconds. */
static int64
arg_length(FunctionCallInfo fcinfo, int n)
{
	int64		length;

	if (PG_ARGISNULL(n))
		return -1;
	length = ag_interval_seconds(PG_GETARG_INTERVAL_P(n));
	if (length <= 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("duration must be positive"));
	return length;
}

/* freeze_scope(scope, kind, reason, starts_at, ends_at, duration, capabilities, announce_at, note) */
Datum
acctguard_freeze_scope(PG_FUNCTION_ARGS)
{
	AgScopeOrder order = {
		.starts_at = DT_NOBEGIN,
		.ends_at = DT_NOBEGIN,
		.announce_at = DT_NOBEGIN
	};

	if (PG_ARGISNULL(0))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("scope must not be null"));
	order.scope = ag_arg_json(fcinfo, 0, "scope");
	order.kind = ag_arg_required_text(fcinfo, 1, "kind");
	order.reason = ag_arg_required_text(fcinfo, 2, "reason");
	if (!PG_ARGISNULL(3))
		order.starts_at = ag_arg_finite_time(fcinfo, 3, "starts_at");
	if (!PG_ARGISNULL(4))
		order.ends_at = ag_arg_end_time(fcinfo, 4, "ends_at");
	order.length = arg_length(fcinfo, 5);
	order.capabilities = PG_ARGISNULL(6) ? NULL : PG_GETARG_ARRAYTYPE_P(6);
	if (!PG_ARGISNULL(7))
		order.announce_at = ag_arg_finite_time(fcinfo, 7, "announce_at");
	order.note = ag_arg_short_text(fcinfo, 8, "note", AG_MOST_NOTE);
	PG_RETURN_INT32(ag_scope_freeze(ag_actor(), &order));
}

static int
arg_no(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("no must not be null"));
	return PG_GETARG_INT32(0);
}

/* scope_lift(no, reason) */
Datum
acctguard_scope_lift(PG_FUNCTION_ARGS)
{
	ag_scope_lift(ag_actor(), arg_no(fcinfo), ag_arg_required_text(fcinfo, 1, "reason"));
	PG_RETURN_VOID();
}

/* scope_amend(no, ends_at, reason) */
Datum
acctguard_scope_amend(PG_FUNCTION_ARGS)
{
	ag_scope_amend(ag_actor(), arg_no(fcinfo), ag_arg_end_time(fcinfo, 1, "ends_at"),
				   ag_arg_short_text(fcinfo, 2, "reason", AG_MOST_NOTE));
	PG_RETURN_VOID();
}

static Datum
mask_names(Datum mask)
{
	return PointerGetDatum(ag_policy_mask_names((uint64) DatumGetInt64(mask)));
}

/* scope_list(): masks become names. */
Datum
acctguard_scope_list(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	AgResult   *result = ag_scope_store_report(ag_now());
	int			columns = result->desc->natts;
	Datum	   *values = palloc(sizeof(Datum) * columns);
	bool	   *nulls = palloc(sizeof(bool) * columns);

	InitMaterializedSRF(fcinfo, 0);
	for (uint64 i = 0; i < result->count; i++)
	{
		for (int column = 0; column < columns; column++)
		{
			values[column] = ag_row_datum(result, i, column + 1, &nulls[column]);
			if (TupleDescAttr(rsinfo->setDesc, column)->atttypid == TEXTARRAYOID)
				values[column] = mask_names(values[column]);
		}
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
