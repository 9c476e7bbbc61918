/*-------------------------------------------------------------------------
 *
 * flow_rules.c
 *		Codes, purposes and states of flows.
 *
 * A flow is open until it is consumed, closed, or its time is over; what happens in
 * between are proofs and the answer to its question.  Whether a proof is the right one
 * for a step, the domain of the purpose decides.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/socket.h>

#include "flow/flow.h"

#define AG_FLOW_CODE(symbol, public_code, next, outcome, meaning) \
	{#symbol, public_code, next, AG_OUTCOME_##outcome, meaning},
static const AgFlowCodeEntry codes[AG_FLOW_CODE_COUNT] = {AG_FLOW_CODE_LIST};
#undef AG_FLOW_CODE

#define AG_FLOW_PURPOSE(symbol, name) name,
static const char *const purposes[AG_FLOW_PURPOSE_COUNT] = {AG_FLOW_PURPOSE_LIST};
#undef AG_FLOW_PURPOSE

/* In the order of the enums. */
static const char *const states[] = {"open", "proved", "answered", "consumed", "closed", "expired"};
static const char *const events[] = {"open", "prove", "answer", "consume", "close", "time"};

static const AgFlowTransition transitions[] = {
	{-1, AG_FLOW_EVENT_OPEN, AG_FLOW_STATE_OPEN, NULL},
	{AG_FLOW_STATE_OPEN, AG_FLOW_EVENT_PROVE, AG_FLOW_STATE_PROVED, "it is not dead"},
	{AG_FLOW_STATE_OPEN, AG_FLOW_EVENT_CLOSE, AG_FLOW_STATE_CLOSED, NULL},
	{AG_FLOW_STATE_OPEN, AG_FLOW_EVENT_TIME, AG_FLOW_STATE_EXPIRED, NULL},
	{AG_FLOW_STATE_PROVED, AG_FLOW_EVENT_PROVE, AG_FLOW_STATE_PROVED, NULL},
	{AG_FLOW_STATE_PROVED, AG_FLOW_EVENT_ANSWER, AG_FLOW_STATE_ANSWERED, "a proof is fresh"},
	{AG_FLOW_STATE_PROVED, AG_FLOW_EVENT_CONSUME, AG_FLOW_STATE_CONSUMED, "a proof is fresh"},
	{AG_FLOW_STATE_PROVED, AG_FLOW_EVENT_CLOSE, AG_FLOW_STATE_CLOSED, NULL},
	{AG_FLOW_STATE_PROVED, AG_FLOW_EVENT_TIME, AG_FLOW_STATE_EXPIRED, NULL},
	{AG_FLOW_STATE_ANSWERED, AG_FLOW_EVENT_PROVE, AG_FLOW_STATE_ANSWERED, NULL},
	{AG_FLOW_STATE_ANSWERED, AG_FLOW_EVENT_ANSWER, AG_FLOW_STATE_ANSWERED,
	"a proof is fresh; another answer only once"},
	{AG_FLOW_STATE_ANSWERED, AG_FLOW_EVENT_CONSUME, AG_FLOW_STATE_CONSUMED, "a proof is fresh"},
	{AG_FLOW_STATE_ANSWERED, AG_FLOW_EVENT_CLOSE, AG_FLOW_STATE_CLOSED, NULL},
	{AG_FLOW_STATE_ANSWERED, AG_FLOW_EVENT_TIME, AG_FLOW_STATE_EXPIRED, NULL}
};

const AgFlowCodeEntry *
ag_flow_code(AgFlowCode code)
{
	return &codes[code];
}

AgFlowCode
ag_flow_code_find(const char *name)
{
	for (int i = 0; i < AG_FLOW_CODE_COUNT; i++)
		if (strcmp(codes[i].name, name) == 0)
			return (AgFlowCode) i;
	return AG_FLOW_CODE_COUNT;
}

const char *
ag_flow_purpose_name(AgFlowPurpose purpose)
{
	return purposes[purpose];
}

AgFlowPurpose
ag_flow_purpose_find(const char *name)
{
	for (int i = 0; i < AG_FLOW_PURPOSE_COUNT; i++)
		if (strcmp(purposes[i], name) == 0)
			return (AgFlowPurpose) i;
	return AG_FLOW_PURPOSE_COUNT;
}

const AgFlowTransition *
ag_flow_transitions(int *count)
{
	*count = lengthof(transitions);
	return transitions;
}

const AgFlowTransition *
ag_flow_rule(AgFlowState from, AgFlowEvent event)
{
	for (int i = 0; i < lengthof(transitions); i++)
		if (transitions[i].from == (int) from && transitions[i].event == event)
			return &transitions[i];
	return NULL;
}

const char *
ag_flow_state_name(AgFlowState state)
{
	return states[state];
}

AgFlowState
ag_flow_state_parse(const char *name)
{
	int			state = 0;

	while (state < AG_FLOW_STATE_CLOSED && strcmp(states[state], name) != 0)
		state++;
	return (AgFlowState) state;
}

const char *
ag_flow_event_name(AgFlowEvent event)
{
	return events[event];
}

AgFlowState
ag_flow_state(const AgFlow *flow, TimestampTz at)
{
	if (flow->ended_at == DT_NOEND && flow->expires_at <= at)
		return AG_FLOW_STATE_EXPIRED;
	return flow->stored;
}

AgFlowCode
ag_flow_judge(const AgFlow *flow, uint32 purposes_wanted, TimestampTz at)
{
	if ((purposes_wanted & AG_FLOW_IS(flow->purpose)) == 0)
		return AG_FLOW_FLOW_UNKNOWN;
	switch (ag_flow_state(flow, at))
	{
		case AG_FLOW_STATE_CONSUMED:
			return AG_FLOW_FLOW_USED;
		case AG_FLOW_STATE_CLOSED:
			return AG_FLOW_FLOW_CLOSED;
		case AG_FLOW_STATE_EXPIRED:
			return AG_FLOW_FLOW_EXPIRED;
		default:
			return AG_FLOW_OK;
	}
}

/*
 * The family, then the address.  Its first AG_NETWORK_4 or AG_NETWORK_6 bytes are what one
 * household or one office has.  An IPv4 address that is written as an IPv6 one is an
 * IPv4 address.
 */
int
ag_flow_address(int family, const unsigned char *address, uint8 out[AG_ADDRESS_SIZE])
{
	static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	int			length = family == PGSQL_AF_INET ? 4 : 16;

	if (length == 16 && memcmp(address, mapped, sizeof(mapped)) == 0)
	{
		length = 4;
		address += sizeof(mapped);
	}
	out[0] = length == 4 ? 4 : 6;
	memcpy(out + 1, address, length);
	return length + 1;
}
