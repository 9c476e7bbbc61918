/*-------------------------------------------------------------------------
 *
 * tombstone_api.c
 *		SQL entry points of tombstones.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "phone/tombstone.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_tombstone_list);
PG_FUNCTION_INFO_V1(acctguard_tombstone_find);
PG_FUNCTION_INFO_V1(acctguard_tombstone_end);

#define SHOW_COLUMNS 10

static const char *
state_of(const AgTombstone *tombstone, TimestampTz until, TimestampTz at)
{
	if (tombstone->ended_at <= at)
		return "ended";
	if (until == DT_NOBEGIN)
		return "annulled";
	if (until <= at)
		return "over";
	return ag_tombstone_is_overtaken(tombstone, at) ? "reassigned" : "in_force";
}

static void
put_text(Datum *values, bool *nulls, int column, const char *value)
{
	nulls[column] = value == NULL;
	if (value != NULL)
		values[column] = CStringGetTextDatum(value);
}

static void
show(ReturnSetInfo *rsinfo, const AgTombstone *tombstone, TimestampTz at)
{
	TimestampTz until = ag_tombstone_until(tombstone);
	Datum		values[SHOW_COLUMNS] = {0};
	bool		nulls[SHOW_COLUMNS] = {0};

	values[0] = Int64GetDatum(tombstone->account_id);
	values[1] = Int32GetDatum(tombstone->binding);
	put_text(values, nulls, 2, tombstone->hint);
	values[3] = Int32GetDatum(tombstone->freeze_no);
	values[4] = TimestampTzGetDatum(tombstone->banned_at);
	values[5] = TimestampTzGetDatum(tombstone->written_at);
	nulls[6] = TIMESTAMP_NOT_FINITE(until);
	values[6] = TimestampTzGetDatum(until);
	put_text(values, nulls, 7, state_of(tombstone, until, at));
	put_text(values, nulls, 8, tombstone->ended_by);
	put_text(values, nulls, 9, tombstone->end_note);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
show_all(FunctionCallInfo fcinfo, List *tombstones, TimestampTz at)
{
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, tombstones)
		show((ReturnSetInfo *) fcinfo->resultinfo, lfirst(cell), at);
}

/* tombstone_list(account_id) */
Datum
acctguard_tombstone_list(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	AgAccount  *account = ag_account_require(account_id);

	show_all(fcinfo, ag_tombstone_store_of_account(account_id), ag_account_now(account));
	return (Datum) 0;
}

/* tombstone_find(number, region) */
Datum
acctguard_tombstone_find(PG_FUNCTION_ARGS)
{
	TimestampTz at = ag_now();
	char	   *text = ag_arg_text(fcinfo, 0);
	AgNumberName name;
	int64		number_id;

	ag_number_require(text !=NULL ? text : "", ag_arg_text(fcinfo, 1), at, &name);
	number_id = ag_number_find(&name);
	show_all(fcinfo, number_id == 0 ? NIL : ag_tombstone_store_of_number(number_id), at);
	return (Datum) 0;
}

/* tombstone_end(account_id, binding, note) */
Datum
acctguard_tombstone_end(PG_FUNCTION_ARGS)
{
	int			binding = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	char	   *note = ag_arg_required_text(fcinfo, 2, "note");
	AgAccount  *account = ag_account_lock(ag_arg_account(fcinfo, 0));
	bool		done = ag_tombstone_end(account, binding, note, ag_account_now(account));

	if (done)
		ag_account_save(account);
	PG_RETURN_BOOL(done);
}
