/*-------------------------------------------------------------------------
 *
 * register_api.c
 *		SQL entry points of registration.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "lifecycle/lifecycle.h"
#include "register/register.h"
#include "utils/builtins.h"
#include "utils/inet.h"

PG_FUNCTION_INFO_V1(acctguard_register_rules);
PG_FUNCTION_INFO_V1(acctguard_register_begin);
PG_FUNCTION_INFO_V1(acctguard_register_question);
PG_FUNCTION_INFO_V1(acctguard_register_answer);
PG_FUNCTION_INFO_V1(acctguard_register_commit);
PG_FUNCTION_INFO_V1(acctguard_register_hold_object);
PG_FUNCTION_INFO_V1(acctguard_register_hint_set);
PG_FUNCTION_INFO_V1(acctguard_release_hold_list);
PG_FUNCTION_INFO_V1(acctguard_release_hold_end);

#define RULE_COLUMNS 7

/* register_rules() */
Datum
acctguard_register_rules(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const AgRegisterRule *rules;
	int			count;

	InitMaterializedSRF(fcinfo, 0);
	rules = ag_register_rules(&count);
	for (int i = 0; i < count; i++)
	{
		const AgRegisterRule *rule = &rules[i];
		const char *texts[RULE_COLUMNS] = {rule->row, rule->number, rule->claimant, rule->answer,
			rule->code, ag_register_effect_name(rule->effect), ag_register_gate_name(rule->gate)
		};
		Datum		values[RULE_COLUMNS] = {0};
		bool		nulls[RULE_COLUMNS];

		for (int j = 0; j < RULE_COLUMNS; j++)
		{
			nulls[j] = texts[j] == NULL;
			if (!nulls[j])
				values[j] = CStringGetTextDatum(texts[j]);
		}
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

static Datum
answer(FunctionCallInfo fcinfo, const AgRegisterReply *said)
{
	AgFlowReply reply = {
		.code = said->code,
		.flow = said->flow,
		.account_id = said->account_id,
		.retry_at = said->retry_at,
		.data = said->data
	};

	return ag_flow_reply(fcinfo, &reply);
}

static const pg_uuid_t *
arg_flow(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("flow must not be null"));
	return PG_GETARG_UUID_P(n);
}

/* register_begin(number, device, source, region, locale): the same whosever the number is. */
Datum
acctguard_register_begin(PG_FUNCTION_ARGS)
{
	AgNumberName name;
	char	   *number = ag_arg_text(fcinfo, 0);
	AgFlowReply reply = {.code = ag_flow_begin()};
	AgFlowOrder order = {
		.purpose = AG_FLOW_FOR_REGISTER,
		.name = &name,
		.device = ag_arg_short_text(fcinfo, 1, "device", AG_MOST_NAME),
		.source = PG_ARGISNULL(2) ? NULL : PG_GETARG_INET_PP(2),
		.locale = ag_arg_short_text(fcinfo, 4, "locale", AG_MOST_LOCALE)
	};
	AgJson		data;

	if (reply.code == AG_FLOW_OK &&
		(number == NULL || !ag_number_read(number, ag_arg_text(fcinfo, 3), ag_now(), &name)))
		reply.code = AG_FLOW_NUMBER_INVALID;
	if (reply.code != AG_FLOW_OK)
		PG_RETURN_DATUM(ag_flow_reply(fcinfo, &reply));
	reply.flow = ag_flow_open(&order);
	ag_wipe(&name, sizeof(name));
	reply.code = AG_FLOW_FLOW_OPENED;
	ag_json_begin(&data);
	ag_json_text(&data, "flow", ag_flow_text(reply.flow));
	reply.data = ag_json_end(&data);
	PG_RETURN_DATUM(ag_flow_reply(fcinfo, &reply));
}

/* register_question(flow) */
Datum
acctguard_register_question(PG_FUNCTION_ARGS)
{
	AgRegisterReply reply;

	ag_register_question(arg_flow(fcinfo, 0), &reply);
	PG_RETURN_DATUM(answer(fcinfo, &reply));
}

/* register_answer(flow, answer) */
Datum
acctguard_register_answer(PG_FUNCTION_ARGS)
{
	char	   *said = ag_arg_required_text(fcinfo, 1, "answer");
	bool		mine = strcmp(said, "mine") == 0;
	AgRegisterReply reply;

	if (!mine && strcmp(said, "not_mine") != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("answer must be \"mine\" or \"not_mine\""));
	ag_register_answer(arg_flow(fcinfo, 0), mine ? AG_REGISTER_MINE : AG_REGISTER_NOT_MINE, &reply);
	PG_RETURN_DATUM(answer(fcinfo, &reply));
}

/* register_commit(flow, password, account_id, profile, time_zone) */
Datum
acctguard_register_commit(PG_FUNCTION_ARGS)
{
	AgRegisterOrder order = {
		.account_id = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT64(2),
		.profile = ag_arg_required_text(fcinfo, 3, "profile"),
		.time_zone = ag_arg_required_text(fcinfo, 4, "time_zone")
	};
	AgRegisterReply reply;
	text	   *password;

	if (PG_ARGISNULL(1))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("password must not be null"));
	password = PG_GETARG_TEXT_PP(1);
	order.password = VARDATA_ANY(password);
	order.length = VARSIZE_ANY_EXHDR(password);
	if (!PG_ARGISNULL(2) && order.account_id <= 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("account_id must be positive"));
	ag_account_check_profile(order.profile);
	ag_account_check_time_zone(order.time_zone);
	ag_register_commit(arg_flow(fcinfo, 0), &order, &reply);
	PG_RETURN_DATUM(answer(fcinfo, &reply));
}

/* register_hold_object(token, flow) */
Datum
acctguard_register_hold_object(PG_FUNCTION_ARGS)
{
	AgRegisterReply reply;

	ag_register_object_to(ag_arg_required_text(fcinfo, 0, "token"),
						  PG_ARGISNULL(1) ? NULL : PG_GETARG_UUID_P(1), &reply);
	PG_RETURN_DATUM(answer(fcinfo, &reply));
}

/* register_hint_set(account_id, nickname) */
Datum
acctguard_register_hint_set(PG_FUNCTION_ARGS)
{
	AgAccount  *account = ag_account_lock(ag_arg_account(fcinfo, 0));

	if (account->state == AG_ERASED)
		ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_STATE),
				errmsg("account " INT64_FORMAT " is erased", account->account_id),
				errhint("See acctguard.account_transitions()."));
	ag_hint_set(account->account_id, ag_arg_short_text(fcinfo, 1, "nickname", AG_MOST_NAME));
	PG_RETURN_VOID();
}

/* release_hold_list(account_id) */
Datum
acctguard_release_hold_list(PG_FUNCTION_ARGS)
{
	int64		account_id = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);

	if (!PG_ARGISNULL(0))
		(void) ag_account_require(account_id);
	return ag_return_set(fcinfo, ag_claim_store_report(account_id, ag_now()));
}

/* release_hold_end(account_id, note) */
Datum
acctguard_release_hold_end(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *note = ag_arg_required_text(fcinfo, 1, "note");

	(void) ag_account_require(account_id);
	PG_RETURN_BOOL(ag_claim_end(account_id, note));
}
