/*-------------------------------------------------------------------------
 *
 * flow_outcome.c
 *		The answer of a flow's function.
 *
 * The client gets the public code and a reference; the internal code is in the same row
 * for the application's own log, in flow_outcome for service desk, and in the ledger.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xlog.h"
#include "flow/flow.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

/* Columns of acctguard.outcome. */
enum
{
	OUTCOME_CODE,
	OUTCOME_PUBLIC_CODE,
	OUTCOME_NEXT,
	OUTCOME_RETRY_AFTER,
	OUTCOME_REF,
	OUTCOME_DATA,
	OUTCOME_COLUMNS
};

/* Version 7: milliseconds since 1970, then 74 random bits. */
static void
make_ref(pg_uuid_t *ref, TimestampTz at)
{
	uint64		milliseconds = (uint64) (at / 1000) +
		(uint64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY * 1000;

	ag_random(ref->data, UUID_LEN);
	for (int i = 0; i < 6; i++)
		ref->data[i] = (unsigned char) (milliseconds >> (8 * (5 - i)));
	ref->data[6] = (ref->data[6] & 0x0f) | 0x70;
	ref->data[8] = (ref->data[8] & 0x3f) | 0x80;
}

static void
record(const pg_uuid_t *ref, const AgFlowReply *reply, TimestampTz at)
{
	const AgFlow *flow = reply->flow;
	AgFields   *after = ag_fields_new();
	AgEvent		event = {
		.action = AG_ACTION_FLOW_OUTCOME,
		.account_id = reply->account_id != 0 || flow == NULL ? reply->account_id : flow->account_id,
		.outcome = ag_flow_code(reply->code)->outcome,
		.after = after
	};

	ag_field_text(after, "ref", DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(ref))));
	ag_field_text(after, "code", ag_flow_code(reply->code)->name);
	if (flow != NULL)
		ag_field_text(after, "purpose", ag_flow_purpose_name(flow->purpose));
	if (flow != NULL && flow->number_id != 0)
		ag_field_int(after, "number", flow->number_id);
	ag_event_emit(&event);
	ag_flow_store_outcome(ref, reply, at);
}

/* Whole seconds, at least one: who asks again then is not too early. */
static Datum
wait_until(TimestampTz retry_at, TimestampTz at)
{
	Interval   *wait = palloc0(sizeof(Interval));
	int64		left = Max(retry_at - at, 1);

	wait->time = (left + USECS_PER_SEC - 1) / USECS_PER_SEC * USECS_PER_SEC;
	return IntervalPGetDatum(wait);
}

Datum
ag_flow_reply(FunctionCallInfo fcinfo, const AgFlowReply *reply)
{
	const AgFlowCodeEntry *entry = ag_flow_code(reply->code);
	TimestampTz at = ag_now();
	pg_uuid_t	ref;
	TupleDesc	desc;
	Datum		values[OUTCOME_COLUMNS] = {0};
	bool		nulls[OUTCOME_COLUMNS] = {false};

	make_ref(&ref, at);
	if (!RecoveryInProgress())
		record(&ref, reply, at);
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[OUTCOME_CODE] = CStringGetTextDatum(entry->name);
	values[OUTCOME_PUBLIC_CODE] = CStringGetTextDatum(entry->public_code);
	values[OUTCOME_NEXT] = CStringGetTextDatum(entry->next);
	nulls[OUTCOME_RETRY_AFTER] = reply->retry_at == 0 || TIMESTAMP_NOT_FINITE(reply->retry_at);
	if (!nulls[OUTCOME_RETRY_AFTER])
		values[OUTCOME_RETRY_AFTER] = wait_until(reply->retry_at, at);
	values[OUTCOME_REF] = UUIDPGetDatum(&ref);
	nulls[OUTCOME_DATA] = reply->data == NULL;
	if (reply->data != NULL)
		values[OUTCOME_DATA] = DirectFunctionCall1(jsonb_in, CStringGetDatum(reply->data));
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}
