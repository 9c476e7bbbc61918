/*-------------------------------------------------------------------------
 *
 * code_api.c
 *		SQL entry points of one-time codes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "flow/flow.h"
#include "policy/policy.h"

PG_FUNCTION_INFO_V1(acctguard_code_send);
PG_FUNCTION_INFO_V1(acctguard_code_verify);
PG_FUNCTION_INFO_V1(acctguard_contact_verify_begin);
PG_FUNCTION_INFO_V1(acctguard_contact_verify_commit);

static const pg_uuid_t no_flow;

static const pg_uuid_t *
arg_flow(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? &no_flow : PG_GETARG_UUID_P(n);
}

static Datum
reply(FunctionCallInfo fcinfo, const AgCodeAnswer *answer, const char *data)
{
	AgFlowReply row = {
		.code = answer->code, .flow = answer->flow, .retry_at = answer->retry_at, .data = data
	};

	return ag_flow_reply(fcinfo, &row);
}

/* code_send(flow) */
Datum
acctguard_code_send(PG_FUNCTION_ARGS)
{
	AgCodeAnswer answer;
	AgJson		data;

	ag_code_send(arg_flow(fcinfo, 0), &answer);
	if (answer.code != AG_FLOW_CODE_SENT)
		PG_RETURN_DATUM(reply(fcinfo, &answer, NULL));
	ag_json_begin(&data);
	ag_json_text(&data, "channel", ag_channel_name(ag_code_channel(answer.flow)));
	ag_json_int(&data, "digits", AG_CODE_DIGITS);
	ag_json_int(&data, "good_for", ag_policy_setting(AG_SETTING_CODE_LIFE));
	PG_RETURN_DATUM(reply(fcinfo, &answer, ag_json_end(&data)));
}

/* code_verify(flow, code) */
Datum
acctguard_code_verify(PG_FUNCTION_ARGS)
{
	AgCodeAnswer answer;
	char	   *code = ag_arg_text(fcinfo, 1);

	ag_code_verify(arg_flow(fcinfo, 0), code == NULL ? "" : code, &answer);
	if (code != NULL)
		ag_wipe(code, strlen(code));
	PG_RETURN_DATUM(reply(fcinfo, &answer, NULL));
}

/* contact_verify_begin(account_id, contact_no, device, source) */
Datum
acctguard_contact_verify_begin(PG_FUNCTION_ARGS)
{
	AgCodeAnswer answer = {.code = ag_flow_begin()};
	AgFlowOrder order = {
		.purpose = AG_FLOW_FOR_CONTACT,
		.account_id = ag_arg_account(fcinfo, 0),
		.contact_no = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1),
		.device = ag_arg_short_text(fcinfo, 2, "device", AG_MOST_NAME),
		.source = PG_ARGISNULL(3) ? NULL : PG_GETARG_INET_PP(3)
	};
	AgJson		data;

	if (answer.code != AG_FLOW_OK)
		PG_RETURN_DATUM(reply(fcinfo, &answer, NULL));
	answer.flow = ag_contact_flow_open(&order);
	answer.code = AG_FLOW_FLOW_OPENED;
	ag_json_begin(&data);
	ag_json_text(&data, "flow", ag_flow_text(answer.flow));
	PG_RETURN_DATUM(reply(fcinfo, &answer, ag_json_end(&data)));
}

/* contact_verify_commit(flow) */
Datum
acctguard_contact_verify_commit(PG_FUNCTION_ARGS)
{
	AgCodeAnswer answer = {.code = ag_flow_begin()};

	if (answer.code == AG_FLOW_OK)
		answer.code = ag_contact_flow_commit(arg_flow(fcinfo, 0), &answer.flow);
	PG_RETURN_DATUM(reply(fcinfo, &answer, NULL));
}
