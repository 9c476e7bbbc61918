/*-------------------------------------------------------------------------
 *
 * dormancy_api.c
 *		SQL entry points of dormancy and of entitlements.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "dormancy/dormancy.h"
#include "funcapi.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_dormancy);
PG_FUNCTION_INFO_V1(acctguard_account_seen);
PG_FUNCTION_INFO_V1(acctguard_entitlement_register);
PG_FUNCTION_INFO_V1(acctguard_entitlement_remove);
PG_FUNCTION_INFO_V1(acctguard_entitlement_sources);
PG_FUNCTION_INFO_V1(acctguard_entitlement_check);

/* Columns of dormancy(). */
enum
{
	SHOW_SEEN_AT,
	SHOW_USED_AT,
	SHOW_FLOOR,
	SHOW_DORMANT_AT,
	SHOW_DORMANT,
	SHOW_IDLE,
	SHOW_ENTITLEMENTS,
	SHOW_UNANSWERED,
	SHOW_PROTECTED,
	SHOW_COLUMNS
};

static Datum
interval_of(int64 seconds)
{
	Interval   *interval = palloc0(sizeof(Interval));

	interval->day = (int32) (seconds / SECS_PER_DAY);
	interval->time = (seconds % SECS_PER_DAY) * USECS_PER_SEC;
	return IntervalPGetDatum(interval);
}

/* dormancy(account_id) */
Datum
acctguard_dormancy(PG_FUNCTION_ARGS)
{
	AgAccount  *account = ag_account_require(ag_arg_account(fcinfo, 0));
	Datum		values[SHOW_COLUMNS] = {0};
	bool		nulls[SHOW_COLUMNS] = {0};
	AgDormancy	dormancy;
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	ag_dormancy_read(account, ag_account_now(account), &dormancy);
	values[SHOW_SEEN_AT] = TimestampTzGetDatum(dormancy.signs.seen_at);
	values[SHOW_USED_AT] = TimestampTzGetDatum(dormancy.signs.used_at);
	values[SHOW_FLOOR] = interval_of(dormancy.signs.floor);
	values[SHOW_DORMANT_AT] = TimestampTzGetDatum(dormancy.dormant_at);
	values[SHOW_DORMANT] = BoolGetDatum(dormancy.dormant);
	values[SHOW_IDLE] = BoolGetDatum(dormancy.idle);
	values[SHOW_ENTITLEMENTS] = Int64GetDatum(dormancy.entitlements.count);
	values[SHOW_UNANSWERED] = Int32GetDatum(dormancy.entitlements.failed);
	values[SHOW_PROTECTED] = BoolGetDatum(dormancy.protected);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* account_seen(account_id, seen_at) */
Datum
acctguard_account_seen(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	TimestampTz seen_at = ag_arg_finite_time(fcinfo, 1, "seen_at");
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	bool		taken;

	if (seen_at == DT_NOEND)
		seen_at = at;
	if (seen_at > at)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("seen_at must not be in the future"));
	if (account->state != AG_ACTIVE && account->state != AG_CLOSING)
		ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_STATE),
				errmsg("account " INT64_FORMAT " is %s", account_id, ag_lifecycle_name(account->state)));
	taken = ag_dormancy_seen(account, seen_at, at);
	if (taken)
		ag_account_save(account);
	PG_RETURN_BOOL(taken);
}

static char *
arg_source(FunctionCallInfo fcinfo)
{
	char	   *source = ag_arg_required_text(fcinfo, 0, "source");

	if (strspn(source, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(source) ||
		strlen(source) > 48 || source[0] < 'a')
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("source must be a name of up to 48 small letters, digits and underscores"));
	return source;
}

/* entitlement_register(source, query, run_as, reason): its version */
Datum
acctguard_entitlement_register(PG_FUNCTION_ARGS)
{
	char	   *source = arg_source(fcinfo);
	char	   *query = ag_arg_required_text(fcinfo, 1, "query");
	char	   *run_as = ag_arg_required_text(fcinfo, 2, "run_as");
	char	   *reason = ag_arg_short_text(fcinfo, 3, "reason", AG_MOST_NOTE);

	if (strlen(query) > AG_HOST_QUERY_MOST)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("query must not be longer than %d bytes", AG_HOST_QUERY_MOST));
	PG_RETURN_INT32(ag_entitlement_register(source, query, run_as, reason));
}

/* entitlement_remove(source, reason) */
Datum
acctguard_entitlement_remove(PG_FUNCTION_ARGS)
{
	char	   *source = arg_source(fcinfo);
	char	   *reason = ag_arg_required_text(fcinfo, 1, "reason");

	ag_check_length(reason, "reason", AG_MOST_NOTE);
	if (!ag_entitlement_remove(source, reason))
		ereport(ERROR, ag_errcode(AG_ERR_ENTITLEMENT_UNKNOWN),
				errmsg("there is no source of entitlements \"%s\"", source),
				errhint("See acctguard.entitlement_sources()."));
	PG_RETURN_VOID();
}

/* entitlement_sources() */
Datum
acctguard_entitlement_sources(PG_FUNCTION_ARGS)
{
	return ag_return_set(fcinfo, ag_source_store_report());
}

/* entitlement_check(account_id) */
Datum
acctguard_entitlement_check(PG_FUNCTION_ARGS)
{
	AgAccount  *account = ag_account_require(ag_arg_account(fcinfo, 0));
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, ag_source_store_list())
	{
		const AgSource *source = lfirst(cell);
		Datum		values[3] = {0};
		bool		nulls[3] = {false, true, true};
		int64		count = 0;
		char	   *problem = NULL;

		values[0] = CStringGetTextDatum(source->source);
		nulls[1] = !ag_entitlement_ask(source, account->account_id, &count, &problem);
		values[1] = Int64GetDatum(count);
		if (nulls[1])
		{
			values[2] = CStringGetTextDatum(problem);
			nulls[2] = false;
		}
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
