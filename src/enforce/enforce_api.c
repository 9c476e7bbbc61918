/*-------------------------------------------------------------------------
 *
 * enforce_api.c
 *		SQL entry points of enforcement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "enforce/enforce.h"
#include "funcapi.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_guard);
PG_FUNCTION_INFO_V1(acctguard_unguard);
PG_FUNCTION_INFO_V1(acctguard_allowed);
PG_FUNCTION_INFO_V1(acctguard_require);
PG_FUNCTION_INFO_V1(acctguard_filter_status);
PG_FUNCTION_INFO_V1(acctguard_filter_clear);

static Oid
arg_table(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("host_table must not be null"));
	return PG_GETARG_OID(n);
}

static char *
arg_column(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : pstrdup(NameStr(*PG_GETARG_NAME(n)));
}

static uint32
arg_operations(FunctionCallInfo fcinfo, int n)
{
	ArrayType  *words = PG_ARGISNULL(n) ? NULL : PG_GETARG_ARRAYTYPE_P(n);
	uint32		operations = 0;
	ListCell   *cell;

	foreach(cell, ag_text_array_list(words))
	{
		uint32		operation = ag_guard_operation(lfirst(cell));

		if (operation == 0)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("unknown operation \"%s\"", (char *) lfirst(cell)),
					errhint("Operations are insert, reassign, update, delete and truncate."));
		operations |= operation;
	}
	if (operations == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("a guard needs at least one operation"),
				errhint("Operations are insert, reassign, update, delete and truncate."));
	return operations;
}

/* One of the guard's words, read by its parser. */
static void
arg_word(FunctionCallInfo fcinfo, int n, const char *name, const char *choices,
		 bool (*parse) (const char *word, AgGuardTerms *terms), AgGuardTerms *terms)
{
	char	   *word = ag_arg_required_text(fcinfo, n, name);

	if (!parse(word, terms))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("%s must be %s, not \"%s\"", name, choices, word));
}

/* guard(host_table, account_column, capability, operations, level, timing, unknown, null_account) */
Datum
acctguard_guard(PG_FUNCTION_ARGS)
{
	Oid			table = arg_table(fcinfo, 0);
	char	   *column = arg_column(fcinfo, 1);
	char	   *capability = ag_arg_required_text(fcinfo, 2, "capability");
	AgGuardTerms terms = {0};

	if (column == NULL)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("account_column must not be null"));
	terms.operations = arg_operations(fcinfo, 3);
	arg_word(fcinfo, 4, "level", "commit or statement", ag_guard_parse_level, &terms);
	arg_word(fcinfo, 5, "timing", "before, after or both", ag_guard_parse_timing, &terms);
	arg_word(fcinfo, 6, "unknown", "allow or refuse", ag_guard_parse_unknown, &terms);
	arg_word(fcinfo, 7, "null_account", "allow or refuse", ag_guard_parse_null, &terms);
	ag_guard_attach(table, column, capability, &terms);
	PG_RETURN_VOID();
}

/* unguard(host_table, account_column, capability): how many guards were taken off. */
Datum
acctguard_unguard(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(ag_guard_detach(arg_table(fcinfo, 0), arg_column(fcinfo, 1),
									ag_arg_text(fcinfo, 2)));
}

/* allowed(account_id, capability, device); no account is allowed nothing. */
Datum
acctguard_allowed(PG_FUNCTION_ARGS)
{
	char	   *capability = ag_arg_required_text(fcinfo, 1, "capability");
	AgVerdict	verdict;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(ag_check_allowed(PG_GETARG_INT64(0), capability, ag_arg_text(fcinfo, 2), &verdict));
}

/* require(account_id, capability, device): the same as an error. */
Datum
acctguard_require(PG_FUNCTION_ARGS)
{
	ag_check_require(ag_arg_account(fcinfo, 0), ag_arg_required_text(fcinfo, 1, "capability"),
					 ag_arg_text(fcinfo, 2));
	PG_RETURN_VOID();
}

/* filter_status(): one row about the shared filter as this session sees it. */
Datum
acctguard_filter_status(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	AgFilterStatus status;
	Datum		values[4];
	bool		nulls[4] = {false, false, false, false};

	InitMaterializedSRF(fcinfo, 0);
	ag_filter_status(&status);
	values[0] = CStringGetTextDatum(status.state);
	values[1] = BoolGetDatum(status.scopes);
	values[2] = Int64GetDatum(status.bits);
	values[3] = Int64GetDatum(status.bits_set);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}

/* filter_clear(): empty the shared filter; it is built anew. */
Datum
acctguard_filter_clear(PG_FUNCTION_ARGS)
{
	ag_filter_clear();
	PG_RETURN_VOID();
}
