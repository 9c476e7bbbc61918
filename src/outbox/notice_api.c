/*-------------------------------------------------------------------------
 *
 * notice_api.c
 *		SQL entry points of notices: the notifier, the inbox, the operator.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "outbox/outbox.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_notice_claim);
PG_FUNCTION_INFO_V1(acctguard_notice_done);
PG_FUNCTION_INFO_V1(acctguard_notice_done_many);
PG_FUNCTION_INFO_V1(acctguard_notice_failed);
PG_FUNCTION_INFO_V1(acctguard_notice_inbox);
PG_FUNCTION_INFO_V1(acctguard_notice_read);
PG_FUNCTION_INFO_V1(acctguard_notice_list);
PG_FUNCTION_INFO_V1(acctguard_notice_dead);
PG_FUNCTION_INFO_V1(acctguard_notice_retry);
PG_FUNCTION_INFO_V1(acctguard_notice_coverage);
PG_FUNCTION_INFO_V1(acctguard_notice_transitions);

#define CLAIM_MOST 1000			/* notices of one claim */
#define LEASE_MOST SECS_PER_DAY
#define ROWS_MOST 1000			/* rows of one list */
#define RECEIPT_MOST 255

static AgChannel
arg_channel(FunctionCallInfo fcinfo, int n)
{
	char	   *name = ag_arg_required_text(fcinfo, n, "channel");
	AgChannel	channel = ag_channel_find(name);

	if (channel == AG_CHANNEL_COUNT)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("there is no channel \"%s\"", name),
				errhint("Channels are in_app, email, sms, push."));
	return channel;
}

static int64
arg_notice_no(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("notice_no must not be null"));
	return PG_GETARG_INT64(n);
}

static int
arg_count(FunctionCallInfo fcinfo, int n, const char *name, int most)
{
	int			count = PG_ARGISNULL(n) ? 0 : PG_GETARG_INT32(n);

	if (count < 1 || count > most)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("%s must be between 1 and %d", name, most));
	return count;
}

/* notice_claim(channel, n, lease) */
Datum
acctguard_notice_claim(PG_FUNCTION_ARGS)
{
	AgChannel	channel = arg_channel(fcinfo, 0);
	int			n = arg_count(fcinfo, 1, "n", CLAIM_MOST);
	int64		lease = PG_ARGISNULL(2) ? 0 : ag_interval_seconds(PG_GETARG_INTERVAL_P(2));

	if (lease < 1 || lease > LEASE_MOST)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("lease must be between one second and one day"));
	InitMaterializedSRF(fcinfo, 0);
	ag_notice_claim(channel, n, lease, (ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
}

static ArrayType *
one_number(int64 value)
{
	Datum		datum = Int64GetDatum(value);

	return construct_array(&datum, 1, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/* Receipts go into a table, and from there onto screens. */
static void
check_receipt(const char *receipt)
{
	ag_check_length(receipt, "receipt", RECEIPT_MOST);
}

/* notice_done(account_id, notice_no, receipt) */
Datum
acctguard_notice_done(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int64		no = arg_notice_no(fcinfo, 1);
	Datum		receipt = PG_ARGISNULL(2) ? (Datum) 0 : PG_GETARG_DATUM(2);
	bool		isnull = PG_ARGISNULL(2);
	int			length = 1;
	int			lower = 1;

	check_receipt(ag_arg_text(fcinfo, 2));
	PG_RETURN_BOOL(ag_notice_done(one_number(account_id), one_number(no),
								  construct_md_array(&receipt, &isnull, 1, &length, &lower, TEXTOID,
													 -1, false, TYPALIGN_INT)) > 0);
}

static ArrayType *
arg_array(FunctionCallInfo fcinfo, int n, const char *name)
{
	ArrayType  *array;

	if (PG_ARGISNULL(n))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name));
	array = PG_GETARG_ARRAYTYPE_P(n);
	if (ARR_NDIM(array) > 1 || ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) > CLAIM_MOST)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("%s must be a list of at most %d elements", name, CLAIM_MOST));
	return array;
}

/* notice_done(account_ids, notice_nos, receipts) */
Datum
acctguard_notice_done_many(PG_FUNCTION_ARGS)
{
	ArrayType  *accounts = arg_array(fcinfo, 0, "account_ids");
	ArrayType  *numbers = arg_array(fcinfo, 1, "notice_nos");
	ArrayType  *receipts = PG_ARGISNULL(2) ? construct_empty_array(TEXTOID)
		: arg_array(fcinfo, 2, "receipts");
	Datum	   *texts;
	bool	   *nulls;
	int			count;

	if (ArrayGetNItems(ARR_NDIM(accounts), ARR_DIMS(accounts)) !=
		ArrayGetNItems(ARR_NDIM(numbers), ARR_DIMS(numbers)))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("account_ids and notice_nos must have the same length"));
	deconstruct_array(receipts, TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			check_receipt(TextDatumGetCString(texts[i]));
	PG_RETURN_INT32((int32) ag_notice_done(accounts, numbers, receipts));
}

/* notice_failed(account_id, notice_no, reason, permanent): what happens next */
Datum
acctguard_notice_failed(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int64		no = arg_notice_no(fcinfo, 1);
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	bool		permanent = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);

	PG_RETURN_TEXT_P(cstring_to_text(ag_notice_failed(account_id, no, reason, permanent)));
}

/* notice_inbox(account_id, unread_only, max_rows) */
Datum
acctguard_notice_inbox(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	bool		unread_only = !PG_ARGISNULL(1) && PG_GETARG_BOOL(1);
	int			most = arg_count(fcinfo, 2, "max_rows", ROWS_MOST);

	InitMaterializedSRF(fcinfo, 0);
	ag_notice_inbox(account_id, unread_only, most, (ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
}

/* notice_read(account_id, notice_no) */
Datum
acctguard_notice_read(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);

	PG_RETURN_BOOL(ag_notice_read(account_id, arg_notice_no(fcinfo, 1)));
}

/* Return rows in which one column, counted from 0, is the code of an event: by its name. */
static Datum
return_with_event(FunctionCallInfo fcinfo, const AgResult *result, int event)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			natts = result->desc->natts;
	Datum	   *values = palloc(sizeof(Datum) * natts);
	bool	   *nulls = palloc(sizeof(bool) * natts);

	InitMaterializedSRF(fcinfo, 0);
	if (rsinfo->setDesc->natts != natts)
		elog(ERROR, "statement returns %d columns, the function %d", natts, rsinfo->setDesc->natts);
	for (uint64 i = 0; i < result->count; i++)
	{
		const char *name;

		heap_deform_tuple(result->rows[i], result->desc, values, nulls);
		name = ag_action_name(DatumGetInt32(values[event]));
		nulls[event] = name == NULL;
		if (name != NULL)
			values[event] = CStringGetTextDatum(name);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* notice_list(account_id) */
Datum
acctguard_notice_list(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);

	(void) ag_account_require(account_id);
	return return_with_event(fcinfo, ag_notice_store_report(account_id), 1);
}

/* notice_dead(channel, max_rows) */
Datum
acctguard_notice_dead(PG_FUNCTION_ARGS)
{
	const char *channel = PG_ARGISNULL(0) ? NULL : ag_channel_name(arg_channel(fcinfo, 0));

	return return_with_event(fcinfo,
							 ag_notice_store_dead(channel, arg_count(fcinfo, 1, "max_rows", ROWS_MOST)),
							 3);
}

/* notice_retry(account_id, notice_no) */
Datum
acctguard_notice_retry(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);

	ag_notice_retry(account_id, arg_notice_no(fcinfo, 1));
	PG_RETURN_VOID();
}

/* A list of names separated by blanks as text[]. */
static Datum
names_array(const char *list)
{
	Datum		names[64];
	int			count = 0;

	while (list != NULL && *list != '\0' && count < (int) lengthof(names))
	{
		Size		length = strcspn(list, " ");

		names[count++] = PointerGetDatum(cstring_to_text_with_len(list, (int) length));
		list += length;
		list += strspn(list, " ");
	}
	return PointerGetDatum(construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* What is wrong with the templates of an event and channel, and their locales. */
static char *
template_problems(const AgNoticeEvent *told, AgChannel channel, List **locales)
{
	StringInfoData problems;
	const AgTemplate *template;

	initStringInfo(&problems);
	for (int i = 0; (template = ag_policy_template_at(i)) != NULL; i++)
	{
		char	   *problem;

		if (template->action != (int) told->action || template->channel != channel)
			continue;
		*locales = lappend(*locales, unconstify(char *, template->locale));
		problem = ag_notice_judge(template);
		if (problem != NULL)
			appendStringInfo(&problems, "%s%s: %s", problems.len > 0 ? " " : "", template->locale,
							 problem);
	}
	if (*locales == NIL)
		appendStringInfoString(&problems, "There is no template: nothing is sent.");
	return problems.len > 0 ? problems.data : NULL;
}

/* notice_coverage(): one row per event and channel */
Datum
acctguard_notice_coverage(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const AgNoticeEvent *told;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; (told = ag_notice_event_at(i)) != NULL; i++)
	{
		for (int channel = 0; channel < AG_CHANNEL_COUNT; channel++)
		{
			bool		full = channel == AG_CHANNEL_IN_APP || channel == AG_CHANNEL_EMAIL;
			Datum		values[7];
			bool		nulls[7] = {false};
			List	   *locales = NIL;
			char	   *problem;
			StringInfoData names;
			ListCell   *cell;

			if (told->channels != 0 && (told->channels & (1 << channel)) == 0)
				continue;
			problem = template_problems(told, (AgChannel) channel, &locales);
			initStringInfo(&names);
			foreach(cell, locales)
				appendStringInfo(&names, "%s%s", names.len > 0 ? " " : "", (char *) lfirst(cell));
			values[0] = CStringGetTextDatum(ag_action_name(told->action));
			values[1] = CStringGetTextDatum(ag_channel_name((AgChannel) channel));
			values[2] = CStringGetTextDatum(ag_notice_class_name(told->class));
			values[3] = names_array(told->known);
			values[4] = names_array(full ? told->full : told->brief);
			values[5] = names_array(names.data);
			nulls[6] = problem == NULL;
			values[6] = problem == NULL ? (Datum) 0 : CStringGetTextDatum(problem);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
	}
	return (Datum) 0;
}

/* notice_transitions() */
Datum
acctguard_notice_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < ag_notice_transition_count; i++)
	{
		const AgNoticeTransition *transition = &ag_notice_transition_table[i];
		Datum		values[5];
		bool		nulls[5] = {false};

		values[0] = CStringGetTextDatum(ag_notice_state_name(transition->from));
		values[1] = CStringGetTextDatum(ag_notice_step_name(transition->step));
		values[2] = CStringGetTextDatum(ag_notice_state_name(transition->to));
		values[3] = CStringGetTextDatum(transition->who);
		values[4] = CStringGetTextDatum(transition->note);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
