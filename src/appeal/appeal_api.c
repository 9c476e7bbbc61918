/*-------------------------------------------------------------------------
 *
 * appeal_api.c
 *		SQL entry points of the user's side: appealing, adding, taking back, asking how
 *		it stands; tickets; the state machine.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(acctguard_appeal_transitions);
PG_FUNCTION_INFO_V1(acctguard_appeal_submit);
PG_FUNCTION_INFO_V1(acctguard_appeal_supplement);
PG_FUNCTION_INFO_V1(acctguard_appeal_withdraw);
PG_FUNCTION_INFO_V1(acctguard_appeal_reopen);
PG_FUNCTION_INFO_V1(acctguard_appeal_status);
PG_FUNCTION_INFO_V1(acctguard_appeal_ticket_issue);

#define TRANSITION_COLUMNS 7
#define CASE_COLUMNS 4

static int
arg_no(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name));
	return PG_GETARG_INT32(n);
}

/* One composite result out of these columns. */
static Datum
return_row(FunctionCallInfo fcinfo, int count, const NullableDatum *columns)
{
	TupleDesc	desc;
	Datum	   *values = palloc(sizeof(Datum) * count);
	bool	   *nulls = palloc(sizeof(bool) * count);

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE || desc->natts != count)
		elog(ERROR, "unexpected result type");
	for (int i = 0; i < count; i++)
	{
		values[i] = columns[i].value;
		nulls[i] = columns[i].isnull;
	}
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/* (appeal_no, state, due_at, next) */
static Datum
return_case(FunctionCallInfo fcinfo, const AgAppeal *appeal, TimestampTz at)
{
	AgAppealState state = ag_appeal_state(appeal, at);
	NullableDatum columns[CASE_COLUMNS] = {
		ag_int4(appeal->no),
		ag_text(ag_appeal_state_name(state)),
		ag_time(ag_appeal_due(appeal, at)),
		ag_text(ag_appeal_state_open(state) ? "add_material" : NULL)
	};

	return return_row(fcinfo, CASE_COLUMNS, columns);
}

/* appeal_transitions(): the state machine, as appeal_rules.c has it. */
Datum
acctguard_appeal_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			count;
	const AgAppealTransition *transitions = ag_appeal_rule_list(&count);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		const AgAppealTransition *t = &transitions[i];
		Datum		values[TRANSITION_COLUMNS] = {
			CStringGetTextDatum(t->id),
			CStringGetTextDatum(ag_appeal_state_name(t->from)),
			CStringGetTextDatum(ag_appeal_event_name(t->event)),
			CStringGetTextDatum(ag_appeal_state_name(t->to)),
			CStringGetTextDatum(t->who),
			CStringGetTextDatum(t->guard),
			CStringGetTextDatum(t->errors)
		};
		bool		nulls[TRANSITION_COLUMNS] = {false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* appeal_submit(account_id, freeze_no, statement, contact, locale, ticket, idempotency_key) */
Datum
acctguard_appeal_submit(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	AgAppealOrder order = {0};
	AgActor    *actor = ag_actor();
	TimestampTz at;
	AgAccount  *account;
	AgAppeal   *appeal;

	order.freeze_no = arg_no(fcinfo, 1, "freeze_no");
	order.statement = ag_arg_text(fcinfo, 2);
	order.contact = ag_arg_short_text(fcinfo, 3, "contact", AG_MOST_NAME);
	order.locale = ag_arg_short_text(fcinfo, 4, "locale", AG_MOST_LOCALE);
	if (order.locale != NULL && !ag_locale_valid(order.locale))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("locale must be a language tag such as zh-CN"));
	order.ticket = ag_arg_short_text(fcinfo, 5, "ticket", AG_MOST_NAME);
	order.idempotency_key = ag_arg_key(fcinfo, 6);

	account = ag_account_lock(account_id);
	at = ag_account_now(account);
	appeal = ag_appeal_submit(account, actor, &order, at);
	ag_account_save(account);
	return return_case(fcinfo, appeal, at);
}

/* appeal_supplement(account_id, appeal_no, statement, ticket): the state after it */
Datum
acctguard_appeal_supplement(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_no(fcinfo, 1, "appeal_no");
	char	   *text = ag_arg_short_text(fcinfo, 2, "statement", AG_MOST_APPEAL);
	char	   *ticket = ag_arg_short_text(fcinfo, 3, "ticket", AG_MOST_NAME);
	AgActor    *actor = ag_actor();
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	AgAppeal   *appeal;

	ag_appeal_require_owner(account, actor, ticket, 0, no, at);
	appeal = ag_appeal_load_known(account, no, at);
	ag_appeal_supplement(account, actor, appeal, text, at);
	ag_account_save(account);
	PG_RETURN_TEXT_P(cstring_to_text(ag_appeal_state_name(ag_appeal_state(appeal, at))));
}

/* appeal_withdraw(account_id, appeal_no, proof, ticket): the state after it */
Datum
acctguard_appeal_withdraw(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_no(fcinfo, 1, "appeal_no");
	char	   *proof = ag_arg_json(fcinfo, 2, "proof");
	char	   *ticket = ag_arg_short_text(fcinfo, 3, "ticket", AG_MOST_NAME);
	AgActor    *actor = ag_actor();
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	AgAppeal   *appeal;

	ag_appeal_require_owner(account, actor, ticket, 0, no, at);
	appeal = ag_appeal_load_known(account, no, at);
	ag_appeal_require_proof(account, proof, at);
	ag_appeal_withdraw(account, actor, appeal, at);
	ag_account_save(account);
	PG_RETURN_TEXT_P(cstring_to_text(ag_appeal_state_name(ag_appeal_state(appeal, at))));
}

/* appeal_reopen(account_id, appeal_no, statement, ticket) */
Datum
acctguard_appeal_reopen(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_no(fcinfo, 1, "appeal_no");
	char	   *text = ag_arg_text(fcinfo, 2);
	char	   *ticket = ag_arg_short_text(fcinfo, 3, "ticket", AG_MOST_NAME);
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	AgAppeal   *appeal = ag_appeal_reopen(account, ag_actor(), no, text, ticket, at);

	ag_account_save(account);
	return return_case(fcinfo, appeal, at);
}

/* appeal_status(account_id, appeal_no, ticket): jsonb */
Datum
acctguard_appeal_status(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	char	   *ticket = ag_arg_short_text(fcinfo, 2, "ticket", AG_MOST_NAME);
	AgAccount  *account = ag_account_require(account_id);
	TimestampTz at = ag_account_now(account);

	if (ticket != NULL)
		ag_appeal_require_owner(account, ag_actor(), ticket, 0, no == 0 ? -1 : no, at);
	return DirectFunctionCall1(jsonb_in,
							   CStringGetDatum(ag_appeal_status(account_id, no, at)));
}

/* The method of a proof of identity that was checked. */
static char *
proof_method(const char *proof)
{
	Datum		json = DirectFunctionCall1(jsonb_in, CStringGetDatum(proof));

	return TextDatumGetCString(DirectFunctionCall2(jsonb_object_field_text, json,
												   CStringGetTextDatum("method")));
}

/* What a member of staff has seen counts as his word: he is one of two, with or without a proof. */
static void
refuse_proof(const AgActor *actor)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("a proof of identity is for the application"),
			errdetail("Role \"%s\" issues tickets together with another person.", actor->role),
			errhint("Call without proof; another person then calls with the same reference."));
}

/* appeal_ticket_issue(account_id, freeze_no, reference, proof): (state, token, expires_at) */
Datum
acctguard_appeal_ticket_issue(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			freeze_no = arg_no(fcinfo, 1, "freeze_no");
	char	   *reference = ag_arg_required_text(fcinfo, 2, "reference");
	char	   *proof = ag_arg_json(fcinfo, 3, "proof");
	AgActor    *actor = ag_actor();
	bool		service = (actor->roles & ~(AG_ROLE_APP | AG_ROLE_DELEGATE)) == 0;
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	TimestampTz expires_at;
	char	   *token;

	if (service)
		ag_freeze_check_proof(ag_freeze_load_for(actor, account_id, freeze_no), proof, at);
	else if (proof != NULL)
		refuse_proof(actor);
	token = ag_appeal_ticket_issue(account, actor, freeze_no, reference,
								   service ? proof_method(proof) : NULL, at, &expires_at);
	ag_account_save(account);
	{
		NullableDatum columns[] = {
			ag_text(token == NULL ? "proposed" : "issued"), ag_text(token), ag_time(expires_at)
		};

		return return_row(fcinfo, lengthof(columns), columns);
	}
}
