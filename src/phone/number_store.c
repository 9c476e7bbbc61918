/*-------------------------------------------------------------------------
 *
 * number_store.c
 *		Tables number and number_index.
 *
 * Lookups see the newest committed rows whatever the transaction's snapshot: an old
 * one would take a number for new.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "phone/phone.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

enum
{
	NUMBER_FIND,
	NUMBER_ADD_INDEX,
	NUMBER_DROP_INDEX,
	NUMBER_INSERT,
	NUMBER_LOCK,
	NUMBER_TRY_LOCK,
	NUMBER_LOOK,
	NUMBER_EPOCH,
	NUMBER_SAVE,
	NUMBER_STALE_INDEX,
	NUMBER_STALE_INDEX_COUNT,
	NUMBER_USES_INDEX,
	NUMBER_STALE_SEAL,
	NUMBER_STALE_SEAL_COUNT,
	NUMBER_USES_SEAL,
	NUMBER_INDEXED,
	NUMBER_RESEAL,
	NUMBER_FORGET_KEY,
	NUMBER_OF_ACCOUNT
};

#define COLUMNS "number_id, country::int4, e164, index_kid, hint, epoch, event_count"

/* In the order of COLUMNS. */
enum
{
	COL_NUMBER_ID = 1,
	COL_COUNTRY,
	COL_E164,
	COL_INDEX_KID,
	COL_HINT,
	COL_EPOCH,
	COL_EVENT_COUNT
};

static const AgStatement statements[] = {
	[NUMBER_FIND] = {
		.name = "number_index.find",
		/* One probe for each; = ANY scans a table that was small when this was planned. */
		.sql = "SELECT i.number_idx, i.number_id FROM unnest($1) AS a (idx) CROSS JOIN LATERAL "
			"(SELECT n.number_idx, n.number_id FROM acctguard.number_index n "
			"WHERE n.number_idx = a.idx LIMIT 1) i",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {BYTEAARRAYOID}
	},
	[NUMBER_ADD_INDEX] = {
		.name = "number_index.add",
		.sql = "INSERT INTO acctguard.number_index (number_idx, kid, number_id) "
			"SELECT i.idx, i.kid, $1 FROM unnest($2, $3) WITH ORDINALITY AS i (idx, kid, ord) "
			"ORDER BY i.ord ON CONFLICT DO NOTHING",
		.expected = SPI_OK_INSERT,
		.nargs = 3,
		.argtypes = {INT8OID, BYTEAARRAYOID, INT4ARRAYOID}
	},
	[NUMBER_DROP_INDEX] = {
		.name = "number_index.drop",
		.sql = "DELETE FROM acctguard.number_index WHERE number_id = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[NUMBER_INSERT] = {
		.name = "number.insert",
		.sql = "INSERT INTO acctguard.number (number_id, country, e164, e164_kid, index_kid, hint, "
			"added_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
		.expected = SPI_OK_INSERT,
		.nargs = 7,
		.argtypes = {INT8OID, INT4OID, BYTEAOID, INT4OID, INT4OID, TEXTOID, TIMESTAMPTZOID}
	},
	[NUMBER_TRY_LOCK] = {
		.name = "number.try_lock",
		.sql = "SELECT " COLUMNS " FROM acctguard.number WHERE number_id = $1 FOR NO KEY UPDATE SKIP LOCKED",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[NUMBER_LOOK] = {
		.name = "number.glance",
		.sql = "SELECT " COLUMNS " FROM acctguard.number WHERE number_id = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[NUMBER_LOCK] = {
		.name = "number.lock",
		.sql = "SELECT " COLUMNS " FROM acctguard.number WHERE number_id = $1 FOR NO KEY UPDATE",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[NUMBER_EPOCH] = {
		.name = "number.epoch",
		.sql = "SELECT epoch FROM acctguard.number WHERE number_id = $1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[NUMBER_SAVE] = {
		.name = "number.save",
		.sql = "UPDATE acctguard.number SET epoch = $2, event_count = $3 WHERE number_id = $1",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT8OID, INT4OID}
	},
	[NUMBER_STALE_INDEX] = {
		.name = "number.stale_index",
		.sql = "SELECT " COLUMNS " FROM acctguard.number WHERE index_kid < $1 "
			"ORDER BY index_kid LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT4OID, INT4OID}
	},
	[NUMBER_STALE_INDEX_COUNT] = {
		.name = "number.stale_index_count",
		.sql = "SELECT count(*) FROM acctguard.number WHERE index_kid < $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[NUMBER_USES_INDEX] = {
		.name = "number.uses_index",
		.sql = "SELECT FROM acctguard.number WHERE index_kid = $1 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[NUMBER_OF_ACCOUNT] = {
		.name = "number.of_account",
		.sql = "SELECT " COLUMNS " FROM acctguard.number WHERE number_id IN "
			"(SELECT b.number_id FROM acctguard.binding b WHERE b.account_id = $1 AND b.released_at IS NULL)",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[NUMBER_STALE_SEAL] = {
		.name = "number.stale_seal",
		.sql = "SELECT " COLUMNS " FROM acctguard.number WHERE e164_kid < $1 "
			"ORDER BY e164_kid LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT4OID, INT4OID}
	},
	[NUMBER_STALE_SEAL_COUNT] = {
		.name = "number.stale_seal_count",
		.sql = "SELECT count(*) FROM acctguard.number WHERE e164_kid < $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[NUMBER_USES_SEAL] = {
		.name = "number.uses_seal",
		.sql = "SELECT FROM acctguard.number WHERE e164_kid = $1 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[NUMBER_INDEXED] = {
		.name = "number.indexed",
		.sql = "UPDATE acctguard.number SET index_kid = $2 WHERE number_id = $1",
		.expected = SPI_OK_UPDATE,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[NUMBER_RESEAL] = {
		.name = "number.reseal",
		.sql = "UPDATE acctguard.number SET e164 = $2, e164_kid = $3 WHERE number_id = $1",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, BYTEAOID, INT4OID}
	},
	[NUMBER_FORGET_KEY] = {
		.name = "number_index.forget_key",
		.sql = "DELETE FROM acctguard.number_index WHERE kid = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {INT4OID}
	}
};

AG_STATEMENT_TABLE(number_statements, statements);

/* Indexes as an array, and if wanted the keys beside them. */
static NullableDatum
index_array(const AgNumberIndex *index, int count, NullableDatum *kids)
{
	Datum		values[AG_NUMBER_INDEX_MAX];
	Datum		keys[AG_NUMBER_INDEX_MAX];

	for (int i = 0; i < count; i++)
	{
		values[i] = ag_bytes(index[i].idx, AG_INDEX_SIZE).value;
		keys[i] = Int32GetDatum(index[i].kid);
	}
	if (kids != NULL)
		*kids = ag_datum(PointerGetDatum(construct_array(keys, count, INT4OID, sizeof(int32), true,
														 TYPALIGN_INT)), false);
	return ag_datum(PointerGetDatum(construct_array(values, count, BYTEAOID, -1, false,
													TYPALIGN_INT)), false);
}

/*
 * 0 = not known.  Where two writings belong to two numbers, because both were in use
 * before they were declared one, the later in the list decides.
 */
int64
ag_number_store_find(const AgNumberIndex *index, int count)
{
	AgResult   *result;
	int			best = -1;
	int64		number_id = 0;

	PushActiveSnapshot(GetLatestSnapshot());
	result = ag_run(number_statements, NUMBER_FIND, index_array(index, count, NULL));
	PopActiveSnapshot();
	for (uint64 i = 0; i < result->count; i++)
	{
		bool		isnull;
		bytea	   *found = DatumGetByteaPP(ag_row_datum(result, i, 1, &isnull));

		for (int k = best + 1; k < count; k++)
			if (memcmp(VARDATA_ANY(found), index[k].idx, AG_INDEX_SIZE) == 0)
			{
				best = k;
				number_id = ag_row_int8(result, i, 2);
			}
	}
	return number_id;
}

/* How many of them were not there yet. */
int
ag_number_store_add_index(int64 number_id, const AgNumberIndex *index, int count)
{
	NullableDatum kids;
	NullableDatum values = index_array(index, count, &kids);

	return (int) ag_run(number_statements, NUMBER_ADD_INDEX, ag_int8(number_id), values, kids)->count;
}

void
ag_number_store_drop_index(int64 number_id)
{
	(void) ag_run(number_statements, NUMBER_DROP_INDEX, ag_int8(number_id));
}

/* False if the id is taken. */
bool
ag_number_store_insert(const AgNumber *number, int32 e164_kid, TimestampTz at)
{
	return ag_run(number_statements, NUMBER_INSERT, ag_int8(number->number_id),
				  ag_int4(number->country), ag_datum(PointerGetDatum(number->e164), false),
				  ag_int4(e164_kid), ag_int4(number->index_kid), ag_text(number->hint),
				  ag_time(at))->count == 1;
}

static AgNumber *
number_of(const AgResult *result, uint64 row)
{
	AgNumber   *number = palloc0(sizeof(AgNumber));
	bool		isnull;

	number->number_id = ag_row_int8(result, row, COL_NUMBER_ID);
	number->country = ag_row_int4(result, row, COL_COUNTRY);
	number->e164 = DatumGetByteaPCopy(ag_row_datum(result, row, COL_E164, &isnull));
	number->index_kid = ag_row_int4(result, row, COL_INDEX_KID);
	number->hint = ag_row_text(result, row, COL_HINT);
	number->epoch = ag_row_int8(result, row, COL_EPOCH);
	number->event_count = ag_row_int4(result, row, COL_EVENT_COUNT);
	return number;
}

/* NULL = there is none. */
AgNumber *
ag_number_store_lock(int64 number_id)
{
	AgResult   *result = ag_run(number_statements, NUMBER_LOCK, ag_int8(number_id));

	return result->count == 0 ? NULL : number_of(result, 0);
}

AgNumber *
ag_number_store_try_lock(int64 number_id)
{
	AgResult   *result = ag_run(number_statements, NUMBER_TRY_LOCK, ag_int8(number_id));

	return result->count == 0 ? NULL : number_of(result, 0);
}

/* Without a lock. */
AgNumber *
ag_number_store_look(int64 number_id)
{
	AgResult   *result = ag_run(number_statements, NUMBER_LOOK, ag_int8(number_id));

	return result->count == 0 ? NULL : number_of(result, 0);
}

int64
ag_number_store_epoch(int64 number_id)
{
	AgResult   *result;

	PushActiveSnapshot(GetLatestSnapshot());
	result = ag_run(number_statements, NUMBER_EPOCH, ag_int8(number_id));
	PopActiveSnapshot();
	return result->count == 0 ? 0 : ag_row_int8(result, 0, 1);
}

/* The numbers that an account has now; AgNumber *, not locked. */
List *
ag_number_store_of_account(int64 account_id)
{
	AgResult   *result = ag_run(number_statements, NUMBER_OF_ACCOUNT, ag_int8(account_id));
	List	   *numbers = NIL;

	for (uint64 i = 0; i < result->count; i++)
		numbers = lappend(numbers, number_of(result, i));
	return numbers;
}

void
ag_number_store_save(const AgNumber *number)
{
	if (ag_run(number_statements, NUMBER_SAVE, ag_int8(number->number_id), ag_int8(number->epoch),
			   ag_int4(number->event_count))->count != 1)
		elog(ERROR, "number " INT64_FORMAT " vanished under its lock", number->number_id);
}

/* Locked; AgNumber *.  By the key that seals them or by the newest that indexes them. */
List *
ag_number_store_stale(bool sealed, int32 kid, int batch)
{
	AgResult   *result = ag_run(number_statements, sealed ? NUMBER_STALE_SEAL : NUMBER_STALE_INDEX,
								ag_int4(kid), ag_int4(batch));
	List	   *numbers = NIL;

	for (uint64 i = 0; i < result->count; i++)
		numbers = lappend(numbers, number_of(result, i));
	return numbers;
}

int64
ag_number_store_stale_count(bool sealed, int32 kid)
{
	return ag_row_int8(ag_run(number_statements,
							  sealed ? NUMBER_STALE_SEAL_COUNT : NUMBER_STALE_INDEX_COUNT,
							  ag_int4(kid)), 0, 1);
}

bool
ag_number_store_uses(bool sealed, int32 kid)
{
	AgResult   *result;

	PushActiveSnapshot(GetLatestSnapshot());
	result = ag_run(number_statements, sealed ? NUMBER_USES_SEAL : NUMBER_USES_INDEX, ag_int4(kid));
	PopActiveSnapshot();
	return result->count > 0;
}

void
ag_number_store_indexed(int64 number_id, int32 kid)
{
	(void) ag_run(number_statements, NUMBER_INDEXED, ag_int8(number_id), ag_int4(kid));
}

void
ag_number_store_reseal(int64 number_id, const bytea *e164, int32 kid)
{
	(void) ag_run(number_statements, NUMBER_RESEAL, ag_int8(number_id),
				  ag_datum(PointerGetDatum(e164), false), ag_int4(kid));
}

/* What an index key has made goes with it. */
void
ag_number_store_forget_key(int32 kid)
{
	(void) ag_run(number_statements, NUMBER_FORGET_KEY, ag_int4(kid));
}
