/*-------------------------------------------------------------------------
 *
 * session_probe.c
 *		Reading a session directly: one probe of the primary key.
 *
 * With the latest snapshot, not the transaction's: a session that was ended is dead at
 * its next use, also inside a transaction that began before.
 *
 * Locks: AccessShareLock on session and its primary key, until the transaction ends.
 * Memory: nothing outlives the call.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "base/compat.h"
#include "executor/tuptable.h"
#include "session/session.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

enum
{
	COLUMN_ACCOUNT_ID = 1,
	COLUMN_NO,
	COLUMN_TOKEN_HASH,
	COLUMN_PREVIOUS_HASH,
	COLUMN_PREVIOUS_UNTIL,
	COLUMN_DEVICE_NO,
	COLUMN_EPOCH,
	COLUMN_OPENED_AT,
	COLUMN_EXPIRES_AT,
	COLUMN_LAST_SEEN_AT,
	COLUMN_IDLE_LENGTH,
	COLUMN_ENDED_AT,
	COLUMN_STEPPED_UP_AT,
	COLUMN_NUMBER_ONLY,
	COLUMN_ACCOUNT_PLACE
};

static const char *const columns[] = {
	"account_id", "no", "token_hash", "previous_hash", "previous_until", "device_no", "epoch",
	"opened_at", "expires_at", "last_seen_at", "idle_length", "ended_at", "stepped_up_at",
	"number_only", "account_place"
};

static AgDirect by_key = {
	.table = "session", .index = "session_pkey",
	.columns = columns, .column_count = lengthof(columns)
};

void
ag_session_probe_init(void)
{
	ag_direct_register(&by_key);
}

static TimestampTz
get_time(TupleTableSlot *slot, int column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);

	return isnull ? DT_NOEND : DatumGetTimestampTz(value);
}

/* CHECKs of the table give hashes their length. */
static bool
get_hash(TupleTableSlot *slot, int column, uint8 hash[AG_SHA256_SIZE])
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);
	bytea	   *bytes;

	if (isnull)
		return false;
	bytes = DatumGetByteaPP(value);
	if (VARSIZE_ANY_EXHDR(bytes) != AG_SHA256_SIZE)
		elog(ERROR, "a hash of %d bytes in table \"session\"", (int) VARSIZE_ANY_EXHDR(bytes));
	memcpy(hash, VARDATA_ANY(bytes), AG_SHA256_SIZE);
	return true;
}

static void
get_place(TupleTableSlot *slot, int column, ItemPointer place)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);

	if (isnull)
		ItemPointerSetInvalid(place);
	else
		ItemPointerCopy((ItemPointer) DatumGetPointer(value), place);
}

static void
copy_row(TupleTableSlot *slot, void *into)
{
	AgSession  *session = into;
	bool		isnull;

	slot_getsomeattrs(slot, COLUMN_ACCOUNT_PLACE);
	session->account_id = DatumGetInt64(slot_getattr(slot, COLUMN_ACCOUNT_ID, &isnull));
	session->no = DatumGetInt32(slot_getattr(slot, COLUMN_NO, &isnull));
	if (!get_hash(slot, COLUMN_TOKEN_HASH, session->token_hash))
		elog(ERROR, "column \"token_hash\" of table \"session\" is null");
	session->has_previous = get_hash(slot, COLUMN_PREVIOUS_HASH, session->previous_hash);
	session->previous_until = get_time(slot, COLUMN_PREVIOUS_UNTIL);
	session->device_no = DatumGetInt32(slot_getattr(slot, COLUMN_DEVICE_NO, &isnull));
	session->epoch = DatumGetInt64(slot_getattr(slot, COLUMN_EPOCH, &isnull));
	session->opened_at = get_time(slot, COLUMN_OPENED_AT);
	session->expires_at = get_time(slot, COLUMN_EXPIRES_AT);
	session->last_seen_at = get_time(slot, COLUMN_LAST_SEEN_AT);
	session->idle_length = DatumGetInt32(slot_getattr(slot, COLUMN_IDLE_LENGTH, &isnull));
	session->ended_at = get_time(slot, COLUMN_ENDED_AT);
	session->stepped_up_at = get_time(slot, COLUMN_STEPPED_UP_AT);
	session->number_only = DatumGetBool(slot_getattr(slot, COLUMN_NUMBER_ONLY, &isnull));
	get_place(slot, COLUMN_ACCOUNT_PLACE, &session->account_place);
}

/* The same through SQL, where the table does not lie here. */
static bool
find_by_sql(int64 account_id, int32 no, AgSession *session)
{
	AgSession  *found = ag_session_store_load(account_id, no);

	if (found == NULL)
		return false;
	*session = *found;
	return true;
}

bool
ag_session_probe(int64 account_id, int32 no, AgSession *session)
{
	Relation	table;
	Relation	index;
	ScanKeyData keys[2];

	memset(session, 0, sizeof(AgSession));
	if (!ag_direct_open(&by_key, &table, &index))
		return find_by_sql(account_id, no, session);
	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(account_id));
	ScanKeyInit(&keys[1], 2, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(no));
	return ag_direct_row(table, index, keys, 2, copy_row, session);
}
