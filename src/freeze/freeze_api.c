/*-------------------------------------------------------------------------
 *
 * freeze_api.c
 *		SQL entry points of freezes: arguments in, use-case, rows out.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "freeze/decision.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(acctguard_freeze_impose);
PG_FUNCTION_INFO_V1(acctguard_freeze_approve);
PG_FUNCTION_INFO_V1(acctguard_freeze_reject);
PG_FUNCTION_INFO_V1(acctguard_freeze_amend);
PG_FUNCTION_INFO_V1(acctguard_freeze_stay);
PG_FUNCTION_INFO_V1(acctguard_freeze_unstay);
PG_FUNCTION_INFO_V1(acctguard_freeze_vacate);
PG_FUNCTION_INFO_V1(acctguard_freeze_lift);
PG_FUNCTION_INFO_V1(acctguard_freeze_satisfy);
PG_FUNCTION_INFO_V1(acctguard_freeze_list);
PG_FUNCTION_INFO_V1(acctguard_freeze_transitions);
PG_FUNCTION_INFO_V1(acctguard_statement_of_reasons);

static int
arg_freeze_no(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("freeze_no must not be null"));
	return PG_GETARG_INT32(n);
}

static char *
arg_uuid(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		return NULL;
	return DatumGetCString(DirectFunctionCall1(uuid_out, PG_GETARG_DATUM(n)));
}

/* A duration in seconds, -1 where there is none; it must be positive. */
static int64
arg_duration(FunctionCallInfo fcinfo, int n)
{
	int64		seconds;

	if (PG_ARGISNULL(n))
		return -1;
	seconds = ag_interval_seconds(PG_GETARG_INTERVAL_P(n));
	if (seconds <= 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("duration must be at least one second"));
	return seconds;
}

/* freeze_impose(...): impose, schedule or propose a freeze; its number. */
Datum
acctguard_freeze_impose(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	AgFreezeOrder order = AG_FREEZE_ORDER_INIT;
	AgActor    *actor = ag_actor();
	AgAccount  *account;
	int			no;

	order.kind = ag_arg_required_text(fcinfo, 1, "kind");
	order.reason = ag_arg_required_text(fcinfo, 2, "reason");
	order.facts = ag_arg_text(fcinfo, 3);
	order.capabilities = PG_ARGISNULL(4) ? NULL : PG_GETARG_ARRAYTYPE_P(4);
	if (!PG_ARGISNULL(5))
		order.starts_at = ag_arg_finite_time(fcinfo, 5, "starts_at");
	if (!PG_ARGISNULL(6))
		order.ends_at = ag_arg_end_time(fcinfo, 6, "ends_at");
	order.length = arg_duration(fcinfo, 7);
	order.evidence = ag_arg_json(fcinfo, 8, "evidence");
	order.ground = ag_arg_text(fcinfo, 9);
	order.legal_reference = ag_arg_text(fcinfo, 10);
	order.conduct_at = ag_arg_finite_time(fcinfo, 11, "conduct_at");
	order.incident = arg_uuid(fcinfo, 12);
	order.automated = !PG_ARGISNULL(13) && PG_GETARG_BOOL(13);
	order.replaces = PG_ARGISNULL(14) ? 0 : PG_GETARG_INT32(14);
	order.note = ag_arg_text(fcinfo, 15);
	order.rule = ag_arg_json(fcinfo, 16, "rule");
	order.appeal = PG_ARGISNULL(17) ? -1 : PG_GETARG_BOOL(17);
	order.disclose_at = ag_arg_finite_time(fcinfo, 18, "disclose_at");
	order.statement = ag_arg_json(fcinfo, 19, "statement");
	order.idempotency_key = ag_arg_key(fcinfo, 20);

	ag_freeze_order_check(actor, &order);
	account = ag_account_lock(account_id);
	no = ag_freeze_impose(account, actor, &order, ag_account_now(account));
	ag_account_save(account);
	PG_RETURN_INT32(no);
}

/* freeze_approve(account_id, freeze_no): the state after it. */
Datum
acctguard_freeze_approve(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_freeze_no(fcinfo, 1);
	AgAccount  *account = ag_account_lock(account_id);
	AgFreezeState state = ag_freeze_approve(account, ag_actor(), no, ag_account_now(account));

	ag_account_save(account);
	PG_RETURN_TEXT_P(cstring_to_text(ag_freeze_state_name(state)));
}

/* freeze_reject(account_id, freeze_no, reason): reject or withdraw a proposal. */
Datum
acctguard_freeze_reject(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_freeze_no(fcinfo, 1);
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	AgAccount  *account = ag_account_lock(account_id);

	ag_freeze_reject(account, ag_actor(), no, reason, ag_account_now(account));
	ag_account_save(account);
	PG_RETURN_VOID();
}

/* freeze_amend(account_id, freeze_no, ...): change the terms; the version written. */
Datum
acctguard_freeze_amend(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_freeze_no(fcinfo, 1);
	AgFreezeAmendment amendment = {0};
	AgAccount  *account;
	int			version;

	amendment.ends_given = !PG_ARGISNULL(2);
	amendment.ends_at = ag_arg_end_time(fcinfo, 2, "ends_at");
	amendment.capabilities = PG_ARGISNULL(3) ? NULL : PG_GETARG_ARRAYTYPE_P(3);
	amendment.facts = ag_arg_short_text(fcinfo, 4, "facts", AG_MOST_FACTS);
	amendment.starts_given = !PG_ARGISNULL(5);
	amendment.starts_at = ag_arg_finite_time(fcinfo, 5, "starts_at");
	amendment.legal_reference = ag_arg_short_text(fcinfo, 6, "legal_reference", AG_MOST_NOTE);
	amendment.evidence = ag_arg_json(fcinfo, 7, "evidence");
	amendment.note = ag_arg_short_text(fcinfo, 8, "note", AG_MOST_NOTE);
	amendment.expected_version = PG_ARGISNULL(9) ? -1 : Max(PG_GETARG_INT32(9), 0);

	account = ag_account_lock(account_id);
	version = ag_freeze_amend(account, ag_actor(), no, &amendment, ag_account_now(account));
	ag_account_save(account);
	PG_RETURN_INT32(version);
}

/* freeze_stay(account_id, freeze_no, reason, until): its effect rests until then. */
Datum
acctguard_freeze_stay(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_freeze_no(fcinfo, 1);
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	TimestampTz until = ag_arg_finite_time(fcinfo, 3, "until");
	AgAccount  *account = ag_account_lock(account_id);

	ag_freeze_stay(account, ag_actor(), no, until, reason, ag_account_now(account));
	ag_account_save(account);
	PG_RETURN_VOID();
}

/* freeze_unstay(account_id, freeze_no, reason): its effect is back. */
Datum
acctguard_freeze_unstay(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_freeze_no(fcinfo, 1);
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	AgAccount  *account = ag_account_lock(account_id);

	ag_freeze_unstay(account, ag_actor(), no, reason, ag_account_now(account));
	ag_account_save(account);
	PG_RETURN_VOID();
}

/* freeze_vacate(account_id, freeze_no, reason): proposed or vacated. */
Datum
acctguard_freeze_vacate(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_freeze_no(fcinfo, 1);
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	AgAccount  *account = ag_account_lock(account_id);
	bool		done = ag_freeze_correct(account, ag_actor(), no, reason, ag_account_now(account));

	ag_account_save(account);
	PG_RETURN_TEXT_P(cstring_to_text(done ? "vacated" : "proposed"));
}

/* What restricts the account now, as the result of a set-returning function. */
static Datum
return_restrictions(FunctionCallInfo fcinfo, AgAccount *account)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, ag_freeze_restrictions(account->account_id, ag_account_now(account)))
	{
		Datum		values[AG_RESTRICTION_COLUMNS];
		bool		nulls[AG_RESTRICTION_COLUMNS];

		ag_restriction_values(lfirst(cell), values, nulls);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* freeze_lift(account_id, freeze_no, reason, legal_reference, proof): what remains. */
Datum
acctguard_freeze_lift(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_freeze_no(fcinfo, 1);
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	char	   *reference = ag_arg_short_text(fcinfo, 3, "legal_reference", AG_MOST_NOTE);
	char	   *proof = ag_arg_json(fcinfo, 4, "proof");
	AgAccount  *account = ag_account_lock(account_id);

	ag_freeze_lift(account, ag_actor(), no, reason, reference, proof, ag_account_now(account));
	ag_account_save(account);
	return return_restrictions(fcinfo, account);
}

/* freeze_satisfy(account_id, freeze_no, condition, proof): what remains. */
Datum
acctguard_freeze_satisfy(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_freeze_no(fcinfo, 1);
	char	   *condition = ag_arg_required_text(fcinfo, 2, "condition");
	char	   *proof = ag_arg_json(fcinfo, 3, "proof");
	AgAccount  *account = ag_account_lock(account_id);

	ag_freeze_satisfy(account, ag_actor(), no, condition, proof, ag_account_now(account));
	ag_account_save(account);
	return return_restrictions(fcinfo, account);
}

#define LIST_COLUMNS 31

static void
put_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	values[column] = text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

static void
put_time(Datum *values, bool *nulls, int column, TimestampTz time)
{
	nulls[column] = time == DT_NOEND;
	values[column] = TimestampTzGetDatum(time);
}

static void
put_number(Datum *values, bool *nulls, int column, int number)
{
	nulls[column] = number == 0;
	values[column] = Int32GetDatum(number);
}

static void
put_uuid(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	values[column] = text == NULL ? (Datum) 0 : DirectFunctionCall1(uuid_in, CStringGetDatum(text));
}

/* One freeze as a row of freeze_list(). */
static void
list_values(const AgFreeze *freeze, TimestampTz at, Datum *values, bool *nulls)
{
	AgFreezeState state = ag_freeze_state(freeze, at);
	TimestampTz lifted_at = ag_freeze_lifted_at(freeze, at);

	memset(nulls, false, sizeof(bool) * LIST_COLUMNS);
	values[0] = Int32GetDatum(freeze->no);
	put_text(values, nulls, 1, ag_freeze_state_name(state));
	put_text(values, nulls, 2, state == AG_FREEZE_ENDED ? ag_freeze_end_reason(freeze) : NULL);
	put_text(values, nulls, 3, freeze->kind);
	put_text(values, nulls, 4, freeze->reason);
	values[5] = PointerGetDatum(ag_policy_mask_names(freeze->denies));
	put_time(values, nulls, 6, freeze->starts_at);
	put_time(values, nulls, 7, freeze->ends_at);
	values[8] = Int32GetDatum(freeze->version);
	values[9] = TimestampTzGetDatum(freeze->issued_at);
	put_text(values, nulls, 10, freeze->issued_by);
	values[11] = BoolGetDatum(freeze->automated);
	put_time(values, nulls, 12, freeze->proposal_until);
	put_text(values, nulls, 13, freeze->endorsed_by);
	put_text(values, nulls, 14, freeze->approved_by);
	put_number(values, nulls, 15, state != AG_FREEZE_ENDED && at < freeze->amendment_until
			   ? freeze->amendment : 0);
	put_time(values, nulls, 16, Min(freeze->ended_at, lifted_at));
	put_text(values, nulls, 17, lifted_at != DT_NOEND ? "clock" : freeze->ended_by);
	put_time(values, nulls, 18, freeze->vacated_at);
	put_number(values, nulls, 19, freeze->replaces);
	put_number(values, nulls, 20, freeze->replaced_by);
	put_number(values, nulls, 21, freeze->ladder_score);
	put_text(values, nulls, 22, freeze->facts);
	put_text(values, nulls, 23, freeze->ground);
	put_text(values, nulls, 24, freeze->legal_reference);
	values[25] = BoolGetDatum(freeze->appealable);
	put_time(values, nulls, 26, freeze->disclose_at);
	put_uuid(values, nulls, 27, freeze->puid);
	put_uuid(values, nulls, 28, freeze->incident);
	put_uuid(values, nulls, 29, freeze->batch);
	put_text(values, nulls, 30, freeze->note);
}

/* freeze_list(account_id): every freeze of an account, for staff. */
Datum
acctguard_freeze_list(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		account_id = ag_arg_account(fcinfo, 0);
	TimestampTz at = ag_account_now(ag_account_require(account_id));
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, ag_freeze_list(account_id))
	{
		Datum		values[LIST_COLUMNS];
		bool		nulls[LIST_COLUMNS];

		list_values(lfirst(cell), at, values, nulls);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* freeze_transitions(): the state machine, as freeze_rules.c has it. */
Datum
acctguard_freeze_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			count;
	const AgFreezeTransition *transitions = ag_freeze_rule_list(&count);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		const AgFreezeTransition *transition = &transitions[i];
		Datum		values[8];
		bool		nulls[8] = {false};

		put_text(values, nulls, 0, transition->id);
		put_text(values, nulls, 1, ag_freeze_state_name(transition->from));
		put_text(values, nulls, 2, ag_freeze_event_name(transition->event));
		put_text(values, nulls, 3, ag_freeze_state_name(transition->to));
		put_text(values, nulls, 4, transition->end_reason);
		put_text(values, nulls, 5, transition->who);
		put_text(values, nulls, 6, transition->guard);
		put_text(values, nulls, 7, transition->errors);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* statement_of_reasons(since, until): what is published about decisions. */
Datum
acctguard_statement_of_reasons(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	ag_freeze_publish((ReturnSetInfo *) fcinfo->resultinfo, ag_arg_time(fcinfo, 0),
					  ag_arg_time(fcinfo, 1), ag_now());
	return (Datum) 0;
}
