/*-------------------------------------------------------------------------
 *
 * bulk_api.c
 *		SQL entry points of bulk freezing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "crypto/crypto.h"
#include "freeze/sanction.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_freeze_many);
PG_FUNCTION_INFO_V1(acctguard_batch_undo);
PG_FUNCTION_INFO_V1(acctguard_batch_status);
PG_FUNCTION_INFO_V1(acctguard_batch_refusals);

#define MAX_BATCH_SIZE 100000

/* In the order of the SQL arguments. */
enum
{
	ARG_ACCOUNTS,
	ARG_KIND,
	ARG_REASON,
	ARG_FACTS,
	ARG_DURATION,
	ARG_EVIDENCE,
	ARG_BATCH,
	ARG_BATCH_SIZE,
	ARG_DRY_RUN,
	ARG_CAPABILITIES,
	ARG_GROUND,
	ARG_LEGAL_REFERENCE,
	ARG_NOTE
};

static int
compare_accounts(const void *a, const void *b)
{
	int64		left = *(const int64 *) a;
	int64		right = *(const int64 *) b;

	return left < right ? -1 : left > right;
}

/* The accounts, ascending, each once. */
static void
read_accounts(FunctionCallInfo fcinfo, AgBatch *batch)
{
	ArrayType  *array;
	int64		count;

	if (PG_ARGISNULL(ARG_ACCOUNTS))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("accounts must not be null"));
	array = PG_GETARG_ARRAYTYPE_P_COPY(ARG_ACCOUNTS);
	if (array_contains_nulls(array))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("accounts must not contain nulls"));
	count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	batch->accounts = (int64 *) ARR_DATA_PTR(array);
	qsort(batch->accounts, count, sizeof(int64), compare_accounts);
	for (int64 i = 0; i < count; i++)
		if (i == 0 || batch->accounts[i] != batch->accounts[batch->total - 1])
			batch->accounts[batch->total++] = batch->accounts[i];
}

static void
read_order(FunctionCallInfo fcinfo, AgFreezeOrder *order)
{
	order->kind = ag_arg_required_text(fcinfo, ARG_KIND, "kind");
	order->reason = ag_arg_required_text(fcinfo, ARG_REASON, "reason");
	order->facts = ag_arg_text(fcinfo, ARG_FACTS);
	if (!PG_ARGISNULL(ARG_DURATION))
	{
		order->length = ag_interval_seconds(PG_GETARG_INTERVAL_P(ARG_DURATION));
		if (order->length <= 0)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("duration must be positive"));
	}
	order->evidence = ag_arg_json(fcinfo, ARG_EVIDENCE, "evidence");
	if (!PG_ARGISNULL(ARG_CAPABILITIES))
		order->capabilities = PG_GETARG_ARRAYTYPE_P_COPY(ARG_CAPABILITIES);
	order->ground = ag_arg_text(fcinfo, ARG_GROUND);
	order->legal_reference = ag_arg_text(fcinfo, ARG_LEGAL_REFERENCE);
	order->note = ag_arg_text(fcinfo, ARG_NOTE);
}

/* The batch's id: the caller's, or a new one. */
static char *
batch_name(FunctionCallInfo fcinfo)
{
	Datum		batch = PG_ARGISNULL(ARG_BATCH) ? ag_random_uuid() : PG_GETARG_DATUM(ARG_BATCH);

	return DatumGetCString(DirectFunctionCall1(uuid_out, batch));
}

/* What tells this request from another one under the same id. */
static void
set_fingerprint(AgBatch *batch, const AgFreezeOrder *order, const AgActor *actor)
{
	StringInfoData text;

	initStringInfo(&text);
	appendBinaryStringInfo(&text, (char *) ag_freeze_order_hash(order, actor), AG_HASH_SIZE);
	appendBinaryStringInfo(&text, (char *) batch->accounts, batch->total * sizeof(int64));
	ag_hash(batch->fingerprint, text.data, text.len);
}

/* freeze_many(accounts, kind, reason, facts, duration, evidence, batch, batch_size, dry_run, ...) */
Datum
acctguard_freeze_many(PG_FUNCTION_ARGS)
{
	AgActor    *actor = ag_actor();
	AgBatch		batch = {0};
	AgFreezeOrder order = AG_FREEZE_ORDER_INIT;
	int			batch_size = PG_ARGISNULL(ARG_BATCH_SIZE) ? 0 : PG_GETARG_INT32(ARG_BATCH_SIZE);
	bool		dry_run = !PG_ARGISNULL(ARG_DRY_RUN) && PG_GETARG_BOOL(ARG_DRY_RUN);
	TupleDesc	desc;
	Datum		value;
	bool		isnull = dry_run;

	if (batch_size < 1 || batch_size > MAX_BATCH_SIZE)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("batch_size must be between 1 and %d", MAX_BATCH_SIZE));
	read_accounts(fcinfo, &batch);
	read_order(fcinfo, &order);
	batch.batch = order.batch = batch_name(fcinfo);
	set_fingerprint(&batch, &order, actor);
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	desc = BlessTupleDesc(desc);
	value = DirectFunctionCall1(uuid_in, CStringGetDatum(batch.batch));
	value = HeapTupleGetDatum(heap_form_tuple(desc, &value, &isnull));

	ag_bulk_begin(fcinfo);
	ag_batch_run(&batch, actor, &order, batch_size, dry_run);
	ag_bulk_end();
	return value;
}

static NullableDatum
arg_batch(FunctionCallInfo fcinfo)
{
	return ag_datum(PG_ARGISNULL(0) ? (Datum) 0 : PG_GETARG_DATUM(0), PG_ARGISNULL(0));
}

/* batch_undo(batch, reason, legal_reference); the release 0.1.0 had two arguments */
Datum
acctguard_batch_undo(PG_FUNCTION_ARGS)
{
	char	   *reason = ag_arg_required_text(fcinfo, 1, "reason");
	char	   *reference = PG_NARGS() < 3 ? NULL
		: ag_arg_short_text(fcinfo, 2, "legal_reference", AG_MOST_NOTE);
	char	   *batch;

	if (PG_ARGISNULL(0))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("batch must not be null"));
	batch = DatumGetCString(DirectFunctionCall1(uuid_out, PG_GETARG_DATUM(0)));
	PG_RETURN_INT64(ag_batch_undo(ag_actor(), batch, reason, reference));
}

/* batch_status(batch) */
Datum
acctguard_batch_status(PG_FUNCTION_ARGS)
{
	return ag_return_set(fcinfo, ag_batch_store_report(arg_batch(fcinfo)));
}

/* batch_refusals(batch) */
Datum
acctguard_batch_refusals(PG_FUNCTION_ARGS)
{
	return ag_return_set(fcinfo, ag_batch_store_refusals(arg_batch(fcinfo)));
}
