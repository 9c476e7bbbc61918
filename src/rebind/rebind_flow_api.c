/*-------------------------------------------------------------------------
 *
 * rebind_flow_api.c
 *		SQL entry points of changing and unbinding a number, and of trusted numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"
#include "rebind/rebind.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_rebind_begin);
PG_FUNCTION_INFO_V1(acctguard_unbind_request);
PG_FUNCTION_INFO_V1(acctguard_rebind_commit);
PG_FUNCTION_INFO_V1(acctguard_rebind_settle);
PG_FUNCTION_INFO_V1(acctguard_unbind_object);
PG_FUNCTION_INFO_V1(acctguard_unbind_cancel);
PG_FUNCTION_INFO_V1(acctguard_unbind_execute);
PG_FUNCTION_INFO_V1(acctguard_rebind_decide);
PG_FUNCTION_INFO_V1(acctguard_unbind_list);
PG_FUNCTION_INFO_V1(acctguard_trusted_number_add);
PG_FUNCTION_INFO_V1(acctguard_trusted_number_confirm);
PG_FUNCTION_INFO_V1(acctguard_trusted_number_remove);
PG_FUNCTION_INFO_V1(acctguard_trusted_number_list);
PG_FUNCTION_INFO_V1(acctguard_number_reconfirm_begin);
PG_FUNCTION_INFO_V1(acctguard_number_reconfirm);

/* How much is missing for the gate, and what to ask for. */
static void
put_assurance(AgJson *data, const AgAssurance *assurance)
{
	ag_json_text(data, "gate", ag_gate_name(assurance->gate));
	ag_json_int(data, "missing", assurance->missing);
	ag_json_text(data, "ask", assurance->another_factor ? ag_next_name(AG_NEXT_OTHER_CATEGORY) :
				 ag_next_name(assurance->next));
}

/* {"request": 7, "flow": "...", "old_flow": "...", "binding": 3, "ready_at": "..."}, what there is of it. */
static Datum
reply(FunctionCallInfo fcinfo, const AgRebindResult *result)
{
	AgFlowReply row = {
		.code = result->code, .flow = result->flow, .account_id = result->account_id,
		.retry_at = result->retry_at
	};
	const AgNumberChange *change = result->change;
	bool		begun = result->code == AG_FLOW_REBIND_BEGUN || result->code == AG_FLOW_TRUSTED_BEGUN ||
		result->code == AG_FLOW_RECONFIRM_BEGUN;
	bool		refused = result->code == AG_FLOW_UNBIND_REAUTH && result->assurance.needed > 0;
	AgJson		data;

	if (change == NULL && !begun && !refused && result->binding == 0)
		PG_RETURN_DATUM(ag_flow_reply(fcinfo, &row));
	ag_json_begin(&data);
	if (change != NULL)
		ag_json_int(&data, "request", change->no);
	if (begun && result->flow != NULL)
		ag_json_text(&data, "flow", ag_flow_text(result->flow));
	if (begun && result->old_flow != NULL)
		ag_json_text(&data, "old_flow", ag_flow_text(result->old_flow));
	if (change != NULL && change->times.stored != AG_REBIND_REQUESTED)
		ag_json_time(&data, "ready_at", change->times.ready_at);
	if (result->binding != 0)
		ag_json_int(&data, "binding", result->binding);
	if (refused)
		put_assurance(&data, &result->assurance);
	row.data = ag_json_end(&data);
	PG_RETURN_DATUM(ag_flow_reply(fcinfo, &row));
}

/* (..., region, device, source, client_build, client_channel) from an argument on */
static void
read_client(FunctionCallInfo fcinfo, int n, AgRebindOrder *order)
{
	order->region = ag_arg_text(fcinfo, n);
	order->device = ag_arg_short_text(fcinfo, n + 1, "device", AG_MOST_NAME);
	order->source = PG_ARGISNULL(n + 2) ? NULL : PG_GETARG_INET_PP(n + 2);
	order->build = PG_ARGISNULL(n + 3) ? 0 : PG_GETARG_INT64(n + 3);
	order->channel = ag_arg_short_text(fcinfo, n + 4, "client_channel", AG_MOST_NAME);
}

static int
arg_no(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? 0 : PG_GETARG_INT32(n);
}

/* rebind_begin(token, new_number, old_number, region, device, source, client_build, client_channel) */
Datum
acctguard_rebind_begin(PG_FUNCTION_ARGS)
{
	AgRebindOrder order = {
		.kind = AG_REBIND_CHANGE, .token = ag_arg_text(fcinfo, 0), .number = ag_arg_text(fcinfo, 1),
		.old_number = ag_arg_text(fcinfo, 2)
	};
	AgRebindResult result;

	read_client(fcinfo, 3, &order);
	ag_rebind_begin(&order, &result);
	return reply(fcinfo, &result);
}

/* unbind_request(token, number, region, device, source, client_build, client_channel) */
Datum
acctguard_unbind_request(PG_FUNCTION_ARGS)
{
	AgRebindOrder order = {
		.kind = AG_REBIND_UNBIND, .token = ag_arg_text(fcinfo, 0), .number = ag_arg_text(fcinfo, 1)
	};
	AgRebindResult result;

	read_client(fcinfo, 2, &order);
	ag_rebind_begin(&order, &result);
	return reply(fcinfo, &result);
}

/* rebind_commit(token, request) */
Datum
acctguard_rebind_commit(PG_FUNCTION_ARGS)
{
	AgRebindResult result;

	ag_rebind_commit(ag_arg_text(fcinfo, 0), arg_no(fcinfo, 1), &result);
	return reply(fcinfo, &result);
}

/* rebind_settle(token, request) */
Datum
acctguard_rebind_settle(PG_FUNCTION_ARGS)
{
	AgRebindResult result;

	ag_rebind_settle(ag_arg_text(fcinfo, 0), arg_no(fcinfo, 1), &result);
	return reply(fcinfo, &result);
}

/* unbind_object(code, token) */
Datum
acctguard_unbind_object(PG_FUNCTION_ARGS)
{
	AgRebindResult result;

	ag_rebind_objection(ag_arg_text(fcinfo, 0), ag_arg_text(fcinfo, 1), &result);
	result.change = NULL;
	return reply(fcinfo, &result);
}

/* unbind_cancel(token, request) */
Datum
acctguard_unbind_cancel(PG_FUNCTION_ARGS)
{
	AgRebindResult result;

	ag_rebind_cancel(ag_arg_text(fcinfo, 0), arg_no(fcinfo, 1), &result);
	return reply(fcinfo, &result);
}

/* unbind_execute(account_id, request) */
Datum
acctguard_unbind_execute(PG_FUNCTION_ARGS)
{
	AgRebindResult result;

	ag_rebind_execute(ag_arg_account(fcinfo, 0), arg_no(fcinfo, 1), true, &result);
	return reply(fcinfo, &result);
}

/* rebind_decide(account_id, request, decision, reason) */
Datum
acctguard_rebind_decide(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *decision = ag_arg_required_text(fcinfo, 2, "decision");
	char	   *reason = ag_arg_required_text(fcinfo, 3, "reason");
	AgRebindResult result;

	ag_check_length(reason, "reason", AG_MOST_NOTE);
	ag_rebind_decide(account_id, arg_no(fcinfo, 1), decision, reason, &result);
	return reply(fcinfo, &result);
}

/* unbind_list(account_id) */
Datum
acctguard_unbind_list(PG_FUNCTION_ARGS)
{
	int64		account_id = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);

	if (account_id != 0)
		(void) ag_account_require(account_id);
	return ag_return_set(fcinfo, ag_change_store_report(account_id, ag_now()));
}

/* trusted_number_add(token, number, region, device, source, client_build, client_channel) */
Datum
acctguard_trusted_number_add(PG_FUNCTION_ARGS)
{
	AgRebindOrder order = {.token = ag_arg_text(fcinfo, 0), .number = ag_arg_text(fcinfo, 1)};
	AgRebindResult result;

	read_client(fcinfo, 2, &order);
	ag_trusted_add(&order, &result);
	return reply(fcinfo, &result);
}

/* trusted_number_confirm(token, flow) */
Datum
acctguard_trusted_number_confirm(PG_FUNCTION_ARGS)
{
	static const pg_uuid_t no_flow;
	AgRebindResult result;

	ag_trusted_confirm(ag_arg_text(fcinfo, 0), PG_ARGISNULL(1) ? &no_flow : PG_GETARG_UUID_P(1), &result);
	return reply(fcinfo, &result);
}

/* trusted_number_remove(token, binding) */
Datum
acctguard_trusted_number_remove(PG_FUNCTION_ARGS)
{
	AgRebindResult result;

	ag_trusted_remove(ag_arg_text(fcinfo, 0), arg_no(fcinfo, 1), &result);
	return reply(fcinfo, &result);
}

/* trusted_number_list(account_id) */
Datum
acctguard_trusted_number_list(PG_FUNCTION_ARGS)
{
	AgAccount  *account = ag_account_require(ag_arg_account(fcinfo, 0));

	return ag_return_set(fcinfo, ag_trusted_store_report(account->account_id, ag_account_now(account)));
}

/* number_reconfirm_begin(token, device, source) */
Datum
acctguard_number_reconfirm_begin(PG_FUNCTION_ARGS)
{
	AgRebindResult result;

	ag_reconfirm_begin(ag_arg_text(fcinfo, 0), ag_arg_short_text(fcinfo, 1, "device", AG_MOST_NAME),
					   PG_ARGISNULL(2) ? NULL : PG_GETARG_INET_PP(2), &result);
	return reply(fcinfo, &result);
}

/* number_reconfirm(token, flow) */
Datum
acctguard_number_reconfirm(PG_FUNCTION_ARGS)
{
	AgRebindResult result;

	ag_reconfirm(ag_arg_text(fcinfo, 0), PG_ARGISNULL(1) ? NULL : PG_GETARG_UUID_P(1), &result);
	return reply(fcinfo, &result);
}
