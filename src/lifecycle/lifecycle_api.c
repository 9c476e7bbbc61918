/*-------------------------------------------------------------------------
 *
 * lifecycle_api.c
 *		SQL entry points of an account's life.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "lifecycle/lifecycle.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_account_open);
PG_FUNCTION_INFO_V1(acctguard_account_activate);
PG_FUNCTION_INFO_V1(acctguard_account_request_close);
PG_FUNCTION_INFO_V1(acctguard_account_cancel_close);
PG_FUNCTION_INFO_V1(acctguard_account_terminate);
PG_FUNCTION_INFO_V1(acctguard_account_reopen);
PG_FUNCTION_INFO_V1(acctguard_account_erase);
PG_FUNCTION_INFO_V1(acctguard_account_change);
PG_FUNCTION_INFO_V1(acctguard_account_mark);
PG_FUNCTION_INFO_V1(acctguard_account_adopt_rows);
PG_FUNCTION_INFO_V1(acctguard_account_adopted);
PG_FUNCTION_INFO_V1(acctguard_account_transitions);
PG_FUNCTION_INFO_V1(acctguard_account_status);
PG_FUNCTION_INFO_V1(acctguard_account_show);
PG_FUNCTION_INFO_V1(acctguard_standing);
PG_FUNCTION_INFO_V1(acctguard_explain);

Datum
acctguard_account_open(PG_FUNCTION_ARGS)
{
	AgAccountOrder order = {
		.account_id = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0),
		.locale = ag_arg_required_text(fcinfo, 1, "locale"),
		.time_zone = ag_arg_required_text(fcinfo, 2, "time_zone"),
		.profile = ag_arg_required_text(fcinfo, 3, "profile"),
		.external_id = ag_arg_text(fcinfo, 4),
		.tenant = ag_arg_text(fcinfo, 5),
		.cohort = ag_arg_text(fcinfo, 6),
		.pending = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7)
	};

	if (!PG_ARGISNULL(0) && order.account_id <= 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("account_id must be positive"));
	PG_RETURN_INT64(ag_account_open(&order));
}

Datum
acctguard_account_activate(PG_FUNCTION_ARGS)
{
	ag_account_activate(ag_arg_account(fcinfo, 0));
	PG_RETURN_VOID();
}

Datum
acctguard_account_request_close(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(ag_account_request_close(ag_arg_account(fcinfo, 0),
												   ag_arg_short_text(fcinfo, 1, "reason", AG_MOST_NOTE),
												   ag_arg_json(fcinfo, 2, "proof")));
}

Datum
acctguard_account_cancel_close(PG_FUNCTION_ARGS)
{
	ag_account_cancel_close(ag_arg_account(fcinfo, 0), ag_arg_json(fcinfo, 1, "proof"));
	PG_RETURN_VOID();
}

Datum
acctguard_account_terminate(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(
									 ag_account_terminate(ag_arg_account(fcinfo, 0),
														  ag_arg_required_text(fcinfo, 1, "reason"))));
}

Datum
acctguard_account_reopen(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(
									 ag_account_reopen(ag_arg_account(fcinfo, 0),
													   ag_arg_required_text(fcinfo, 1, "reason"))));
}

Datum
acctguard_account_erase(PG_FUNCTION_ARGS)
{
	ag_account_erase(ag_arg_account(fcinfo, 0), ag_arg_required_text(fcinfo, 1, "reason"));
	PG_RETURN_VOID();
}

/* account_change(): what the user himself may change. */
Datum
acctguard_account_change(PG_FUNCTION_ARGS)
{
	AgAccountChange change = {
		.locale = ag_arg_text(fcinfo, 1),
		.time_zone = ag_arg_text(fcinfo, 2),
		.profile = ag_arg_text(fcinfo, 3),
		.staff_rank = -1,
		.protected = -1
	};

	ag_account_change(ag_arg_account(fcinfo, 0), &change, NULL);
	PG_RETURN_VOID();
}

/* account_mark(): what operation decides. */
Datum
acctguard_account_mark(PG_FUNCTION_ARGS)
{
	AgAccountChange change = {
		.staff_rank = PG_ARGISNULL(1) ? -1 : PG_GETARG_INT32(1),
		.protected = PG_ARGISNULL(2) ? -1 : PG_GETARG_BOOL(2),
		.person = ag_arg_text(fcinfo, 3),
		.tenant = ag_arg_text(fcinfo, 4),
		.cohort = ag_arg_text(fcinfo, 5)
	};

	if (!PG_ARGISNULL(1) && change.staff_rank < 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("staff_rank must be between 0 and 4"));
	ag_account_change(ag_arg_account(fcinfo, 0), &change,
					  ag_arg_short_text(fcinfo, 6, "reason", AG_MOST_NOTE));
	PG_RETURN_VOID();
}

/* account_adopt_rows(ids): opens the accounts that do not exist yet. */
Datum
acctguard_account_adopt_rows(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(ag_account_adopt_rows(PG_GETARG_ARRAYTYPE_P(0)));
}

/* account_adopted(table, column, opened): the event of an adoption. */
Datum
acctguard_account_adopted(PG_FUNCTION_ARGS)
{
	AgFields   *after = ag_fields_new();
	AgEvent		event = {.action = AG_ACTION_TABLE_ADOPTED, .after = after};

	ag_field_text(after, "table", ag_arg_text(fcinfo, 0));
	ag_field_text(after, "column", ag_arg_text(fcinfo, 1));
	ag_field_int(after, "opened", PG_GETARG_INT64(2));
	ag_event_emit(&event);
	PG_RETURN_VOID();
}

Datum
acctguard_account_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const AgLifecycleTransition *transitions;
	int			count;

	InitMaterializedSRF(fcinfo, 0);
	transitions = ag_lifecycle_transitions(&count);
	for (int i = 0; i < count; i++)
	{
		const AgLifecycleTransition *t = &transitions[i];
		const char *texts[6] = {t->from, ag_lifecycle_event_name(t->event), t->to, t->who,
		t->guard, t->errors};
		Datum		values[6];
		bool		nulls[6];

		for (int j = 0; j < 6; j++)
		{
			nulls[j] = texts[j] == NULL;
			values[j] = nulls[j] ? (Datum) 0 : CStringGetTextDatum(texts[j]);
		}
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

Datum
acctguard_account_status(PG_FUNCTION_ARGS)
{
	char	   *status = ag_account_status(ag_arg_account(fcinfo, 0));

	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(status)));
}

/* A nullable value of a result row. */
static void
set_value(Datum *values, bool *nulls, int n, NullableDatum value)
{
	values[n] = value.value;
	nulls[n] = value.isnull;
}

/* account_show(): the root row for staff, with the lifecycle as it is now. */
Datum
acctguard_account_show(PG_FUNCTION_ARGS)
{
	AgAccount  *account = ag_account_require(ag_arg_account(fcinfo, 0));
	TimestampTz at = ag_account_now(account);
	TupleDesc	desc;
	Datum		values[14];
	bool		nulls[14];

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	set_value(values, nulls, 0, ag_int8(account->account_id));
	set_value(values, nulls, 1, ag_text(account->external_id));
	set_value(values, nulls, 2, ag_text(ag_lifecycle_name(ag_freeze_lifecycle_at(account, at))));
	set_value(values, nulls, 3, ag_text(account->profile));
	set_value(values, nulls, 4, ag_text(account->locale));
	set_value(values, nulls, 5, ag_text(account->time_zone));
	set_value(values, nulls, 6, ag_text(account->tenant));
	set_value(values, nulls, 7, ag_text(account->cohort));
	set_value(values, nulls, 8, ag_int4(account->staff_rank));
	set_value(values, nulls, 9, ag_bool(account->protected));
	set_value(values, nulls, 10, ag_text(account->person));
	set_value(values, nulls, 11, ag_time(account->registered_at));
	set_value(values, nulls, 12, ag_time(account->state == AG_CLOSING
										 ? ag_freeze_closing_at(account) : account->closed_at));
	set_value(values, nulls, 13, ag_int8(account->version));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* standing(): names of what is denied, until when that holds, the account's version. */
Datum
acctguard_standing(PG_FUNCTION_ARGS)
{
	AgAccount  *account = ag_account_require(ag_arg_account(fcinfo, 0));
	uint64		denied;
	uint64		challenged;
	TimestampTz until;
	TupleDesc	desc;
	Datum		values[4];
	bool		nulls[4];

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	ag_account_standing(account, ag_account_now(account), &denied, &challenged, &until);
	set_value(values, nulls, 0, ag_datum(PointerGetDatum(ag_policy_mask_names(denied)), false));
	set_value(values, nulls, 1,
			  ag_datum(PointerGetDatum(ag_policy_mask_names(challenged & ~denied)), false));
	set_value(values, nulls, 2, ag_time(until));
	set_value(values, nulls, 3, ag_int8(account->version));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* explain(): which records restrict an account, now or at a past instant. */
Datum
acctguard_explain(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *capability = ag_arg_text(fcinfo, 1);
	TimestampTz at = PG_ARGISNULL(2) ? ag_account_now(ag_account_require(account_id))
		: ag_arg_finite_time(fcinfo, 2, "at");

	InitMaterializedSRF(fcinfo, 0);
	ag_account_explain((ReturnSetInfo *) fcinfo->resultinfo, account_id, capability, at);
	return (Datum) 0;
}
