/*-------------------------------------------------------------------------
 *
 * attempt_store.c
 *		The copy of the counted attempts that survives a crash.
 *
 * A bucket is read directly, by its hash and with the latest snapshot: what a
 * transaction's snapshot shows may be older than what was written since.
 *
 * Whoever writes an older state of a bucket than the table has, writes nothing (stamp).
 *
 * Tables: attempt, attempt_seed.  Locks: AccessShareLock on attempt, until the
 * transaction ends.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/skey.h"
#include "access/stratnum.h"
#include "attempt/attempt.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

enum
{
	ATTEMPT_FIND,
	ATTEMPT_WRITE,
	ATTEMPT_FORGET,
	SEED_READ
};

/* In the order of the table. */
enum
{
	COLUMN_BUCKET = 1,
	COLUMN_COUNT,
	COLUMN_PREVIOUS,
	COLUMN_SINCE,
	COLUMN_LAST_AT,
	COLUMN_READY_AT,
	COLUMN_EXPIRES_AT,
	COLUMN_STAMP
};

static const char *const columns[] = {
	"bucket", "count", "previous", "since", "last_at", "ready_at", "expires_at", "stamp"
};

static AgDirect by_key = {
	.table = "attempt", .index = "attempt_pkey",
	.columns = columns, .column_count = lengthof(columns)
};

static const AgStatement statements[] = {
	[ATTEMPT_FIND] = {
		.name = "attempt.find",
		.sql = "SELECT bucket, count, previous, since, last_at, ready_at, expires_at, stamp "
			"FROM acctguard.attempt WHERE bucket = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[ATTEMPT_WRITE] = {
		.name = "attempt.write",
		.sql = "INSERT INTO acctguard.attempt AS a "
			"SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS n (bucket) ORDER BY n.bucket "
			"ON CONFLICT (bucket) DO UPDATE SET count = excluded.count, previous = excluded.previous, "
			"since = excluded.since, last_at = excluded.last_at, ready_at = excluded.ready_at, "
			"expires_at = excluded.expires_at, stamp = excluded.stamp WHERE a.stamp < excluded.stamp",
		.expected = SPI_OK_INSERT,
		.nargs = 8,
		.argtypes = {INT8ARRAYOID, INT4ARRAYOID, INT4ARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID,
			TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, INT8ARRAYOID}
	},
	[ATTEMPT_FORGET] = {
		.name = "attempt.forget",
		.sql = "DELETE FROM acctguard.attempt WHERE bucket IN (SELECT bucket FROM acctguard.attempt "
			"WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
		.expected = SPI_OK_DELETE,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT8OID}
	},
	[SEED_READ] = {
		.name = "attempt_seed.read",
		.sql = "SELECT seed FROM acctguard.attempt_seed",
		.expected = SPI_OK_SELECT
	}
};

AG_STATEMENT_TABLE(attempt_statements, statements);

void
ag_attempt_store_init(void)
{
	ag_direct_register(&by_key);
}

static void
copy_row(TupleTableSlot *slot, void *into)
{
	AgBucket   *bucket = into;
	bool		isnull;

	slot_getsomeattrs(slot, COLUMN_STAMP);
	bucket->counter.count = DatumGetInt32(slot_getattr(slot, COLUMN_COUNT, &isnull));
	bucket->counter.previous = DatumGetInt32(slot_getattr(slot, COLUMN_PREVIOUS, &isnull));
	bucket->counter.since = DatumGetTimestampTz(slot_getattr(slot, COLUMN_SINCE, &isnull));
	bucket->counter.last = DatumGetTimestampTz(slot_getattr(slot, COLUMN_LAST_AT, &isnull));
	bucket->ready_at = DatumGetTimestampTz(slot_getattr(slot, COLUMN_READY_AT, &isnull));
	bucket->expires_at = DatumGetTimestampTz(slot_getattr(slot, COLUMN_EXPIRES_AT, &isnull));
	bucket->stamp = DatumGetInt64(slot_getattr(slot, COLUMN_STAMP, &isnull));
}

/* The same through SQL, where the table does not lie here. */
static bool
find_by_sql(uint64 hash, AgBucket *bucket)
{
	AgResult   *result = ag_run(attempt_statements, ATTEMPT_FIND, ag_int8((int64) hash));

	if (result->count == 0)
		return false;
	bucket->counter.count = ag_row_int4(result, 0, COLUMN_COUNT);
	bucket->counter.previous = ag_row_int4(result, 0, COLUMN_PREVIOUS);
	bucket->counter.since = ag_row_time(result, 0, COLUMN_SINCE);
	bucket->counter.last = ag_row_time(result, 0, COLUMN_LAST_AT);
	bucket->ready_at = ag_row_time(result, 0, COLUMN_READY_AT);
	bucket->expires_at = ag_row_time(result, 0, COLUMN_EXPIRES_AT);
	bucket->stamp = ag_row_int8(result, 0, COLUMN_STAMP);
	return true;
}

bool
ag_attempt_store_probe(uint64 hash, AgBucket *bucket)
{
	Relation	table;
	Relation	index;
	ScanKeyData key;

	if (!ag_direct_open(&by_key, &table, &index))
		return find_by_sql(hash, bucket);
	ScanKeyInit(&key, COLUMN_BUCKET, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum((int64) hash));
	return ag_direct_row(table, index, &key, 1, copy_row, bucket);
}

/* False if there is none. */
bool
ag_attempt_store_seed(uint8 *seed, Size length)
{
	AgResult   *result = ag_run_noargs(attempt_statements, SEED_READ);

	return result->count == 1 && ag_row_bytes(result, 0, 1, seed, length);
}

/* One column of many buckets, as an array. */
static NullableDatum
array_of(const AgBucket *buckets, int count, int column)
{
	Datum	   *values = palloc(sizeof(Datum) * Max(count, 1));
	Oid			type = column == COLUMN_COUNT || column == COLUMN_PREVIOUS ? INT4OID :
		column == COLUMN_BUCKET || column == COLUMN_STAMP ? INT8OID : TIMESTAMPTZOID;
	bool		four = type == INT4OID;

	for (int i = 0; i < count; i++)
	{
		const AgBucket *bucket = &buckets[i];
		const int64 of[] = {
			[COLUMN_BUCKET] = (int64) bucket->hash,
			[COLUMN_COUNT] = bucket->counter.count,
			[COLUMN_PREVIOUS] = bucket->counter.previous,
			[COLUMN_SINCE] = bucket->counter.since,
			[COLUMN_LAST_AT] = bucket->counter.last,
			[COLUMN_READY_AT] = bucket->ready_at,
			[COLUMN_EXPIRES_AT] = bucket->expires_at,
			[COLUMN_STAMP] = bucket->stamp
		};

		values[i] = four ? Int32GetDatum((int32) of[column]) : Int64GetDatum(of[column]);
	}
	return ag_datum(PointerGetDatum(construct_array(values, count, type, four ? 4 : 8,
													four || FLOAT8PASSBYVAL,
													four ? TYPALIGN_INT : TYPALIGN_DOUBLE)), false);
}

void
ag_attempt_store_write(const AgBucket *buckets, int count)
{
	NullableDatum arguments[COLUMN_STAMP];

	for (int column = COLUMN_BUCKET; column <= COLUMN_STAMP; column++)
		arguments[column - 1] = array_of(buckets, count, column);
	(void) ag_plan_execute(&attempt_statements, ATTEMPT_WRITE, lengthof(arguments), arguments);
}

/* Remove what counts nothing any more; how many. */
int64
ag_attempt_store_forget(TimestampTz at, int64 limit)
{
	return (int64) ag_run(attempt_statements, ATTEMPT_FORGET, ag_time(at), ag_int8(limit))->count;
}
