/*-------------------------------------------------------------------------
 *
 * flow_test_api.c
 *		Flows without a domain that uses them, from SQL, in test builds only.
 *
 * Every flow of the product belongs to a domain with functions of its own, so an
 * ordinary library is without these symbols.  Tests declare them with CREATE FUNCTION
 * themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "flow/flow.h"
#include "utils/builtins.h"

#ifdef AG_TEST_CLOCK

PG_FUNCTION_INFO_V1(acctguard_test_flow_open);
PG_FUNCTION_INFO_V1(acctguard_test_flow_step);
PG_FUNCTION_INFO_V1(acctguard_test_flow_number);
PG_FUNCTION_INFO_V1(acctguard_test_flow_void);

/* (purpose text, number text, account_id bigint, device text, source inet, locale text, dead boolean) -> outcome */
Datum
acctguard_test_flow_open(PG_FUNCTION_ARGS)
{
	AgNumberName name;
	AgFlowReply reply = {.code = ag_flow_begin()};
	AgFlowOrder order = {
		.purpose = ag_flow_purpose_find(ag_arg_text(fcinfo, 0)),
		.account_id = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT64(2),
		.device = ag_arg_text(fcinfo, 3),
		.source = PG_ARGISNULL(4) ? NULL : PG_GETARG_INET_PP(4),
		.locale = ag_arg_text(fcinfo, 5),
		.dead = PG_GETARG_BOOL(6)
	};
	AgJson		data;

	if (reply.code != AG_FLOW_OK)
		PG_RETURN_DATUM(ag_flow_reply(fcinfo, &reply));
	if (!PG_ARGISNULL(1))
	{
		if (!ag_number_read(ag_arg_text(fcinfo, 1), NULL, ag_now(), &name))
		{
			reply.code = AG_FLOW_NUMBER_INVALID;
			PG_RETURN_DATUM(ag_flow_reply(fcinfo, &reply));
		}
		order.name = &name;
	}
	reply.flow = ag_flow_open(&order);
	reply.code = AG_FLOW_FLOW_OPENED;
	ag_json_begin(&data);
	ag_json_text(&data, "flow", ag_flow_text(reply.flow));
	reply.data = ag_json_end(&data);
	PG_RETURN_DATUM(ag_flow_reply(fcinfo, &reply));
}

/* (flow uuid, purpose text, event text, argument text) -> outcome */
Datum
acctguard_test_flow_step(PG_FUNCTION_ARGS)
{
	char	   *event = ag_arg_text(fcinfo, 2);
	char	   *argument = ag_arg_text(fcinfo, 3);
	TimestampTz at = ag_now();
	AgFlowReply reply = {.code = ag_flow_begin()};
	AgFlow	   *flow = NULL;

	if (reply.code == AG_FLOW_OK)
		reply.code = ag_flow_require(PG_GETARG_UUID_P(0),
									 AG_FLOW_IS(ag_flow_purpose_find(ag_arg_text(fcinfo, 1))), &flow);
	reply.flow = flow;
	if (reply.code != AG_FLOW_OK)
		PG_RETURN_DATUM(ag_flow_reply(fcinfo, &reply));
	if (strcmp(event, "prove") == 0)
		ag_flow_prove(flow, argument, at);
	else if (strcmp(event, "proved") == 0)
		reply.code = ag_flow_proved(flow, argument, at) ? AG_FLOW_OK : AG_FLOW_PROOF_REQUIRED;
	else if (strcmp(event, "answer") == 0)
		reply.code = ag_flow_answer(flow, argument, at);
	else if (strcmp(event, "consume") == 0)
		reply.code = ag_flow_consume(flow, at);
	else if (strcmp(event, "remember") == 0)
		ag_flow_remember(flow, argument);
	else if (strcmp(event, "close") == 0)
		ag_flow_close(flow, argument, at);
	else if (strcmp(event, "stale") == 0)
		reply.code = ag_flow_stale(flow, ag_number_lock(flow->number_id)) ? AG_FLOW_FLOW_STALE : AG_FLOW_OK;
	else if (strcmp(event, "see") == 0)
		ag_flow_see_epoch(flow, ag_number_lock(flow->number_id));
	reply.retry_at = strcmp(event, "wait") == 0 ? at + 1500000 : 0;
	PG_RETURN_DATUM(ag_flow_reply(fcinfo, &reply));
}

/* (flow uuid) -> the number, in clear */
Datum
acctguard_test_flow_number(PG_FUNCTION_ARGS)
{
	AgFlow	   *flow = ag_flow_peek(PG_GETARG_UUID_P(0));
	AgNumberName name;

	if (flow == NULL || !ag_flow_number(flow, &name))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(name.writing[0]));
}

/* (number_id bigint, account_id bigint, purpose text, but uuid) -> how many were closed */
Datum
acctguard_test_flow_void(PG_FUNCTION_ARGS)
{
	char	   *purpose = ag_arg_text(fcinfo, 2);

	PG_RETURN_INT32(ag_flow_void(PG_GETARG_INT64(0), PG_GETARG_INT64(1),
								 purpose == NULL ? AG_FLOW_ANY : AG_FLOW_IS(ag_flow_purpose_find(purpose)),
								 PG_ARGISNULL(3) ? NULL : ag_flow_peek(PG_GETARG_UUID_P(3)), "test"));
}

#endif							/* AG_TEST_CLOCK */
