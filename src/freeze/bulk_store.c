/*-------------------------------------------------------------------------
 *
 * bulk_store.c
 *		Tables batch and batch_refusal.
 *
 * The row of a batch is updated first in each transaction of its run, which makes a
 * second run of the same batch wait, and then find that it has been overtaken.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "freeze/sanction.h"

enum
{
	BATCH_INSERT,
	BATCH_READ,
	BATCH_ADVANCE,
	BATCH_COUNT,
	BATCH_FINISH,
	BATCH_UNDONE,
	BATCH_FREEZES,
	BATCH_REPORT,
	BATCH_REFUSAL_INSERT,
	BATCH_REFUSAL_REPORT
};

static const AgStatement statements[] = {
	[BATCH_INSERT] = {
		.name = "batch.insert",
		.sql = "INSERT INTO acctguard.batch (batch, kind, reason, fingerprint, total, started_at, "
			"updated_at, role, person) VALUES ($1::uuid, $2, $3, $4, $5, $6, $6, $7, $8) "
			"ON CONFLICT DO NOTHING",
		.expected = SPI_OK_INSERT,
		.nargs = 8,
		.argtypes = {TEXTOID, TEXTOID, TEXTOID, BYTEAOID, INT8OID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[BATCH_READ] = {
		.name = "batch.read",
		.sql = "SELECT kind, fingerprint, done, frozen, refused, finished_at, undone_at "
			"FROM acctguard.batch WHERE batch = $1::uuid",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[BATCH_ADVANCE] = {
		.name = "batch.advance",
		.sql = "UPDATE acctguard.batch SET done = $3, updated_at = $4 "
			"WHERE batch = $1::uuid AND done = $2 AND finished_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {TEXTOID, INT8OID, INT8OID, TIMESTAMPTZOID}
	},
	[BATCH_COUNT] = {
		.name = "batch.count",
		.sql = "UPDATE acctguard.batch SET frozen = $2, refused = $3 WHERE batch = $1::uuid",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {TEXTOID, INT8OID, INT8OID}
	},
	[BATCH_FINISH] = {
		.name = "batch.finish",
		.sql = "UPDATE acctguard.batch SET finished_at = $2, updated_at = $2 "
			"WHERE batch = $1::uuid AND finished_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 2,
		.argtypes = {TEXTOID, TIMESTAMPTZOID}
	},
	[BATCH_UNDONE] = {
		.name = "batch.undone",
		.sql = "UPDATE acctguard.batch SET undone_at = $2, undone_by = $3, "
			"finished_at = coalesce(finished_at, $2), updated_at = $2 "
			"WHERE batch = $1::uuid AND undone_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {TEXTOID, TIMESTAMPTZOID, TEXTOID}
	},
	[BATCH_FREEZES] = {
		.name = "batch.freezes",
		.sql = "SELECT account_id, no FROM acctguard.freeze_record "
			"WHERE batch = $1::uuid ORDER BY account_id, no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[BATCH_REPORT] = {
		.name = "batch.report",
		.sql = "SELECT batch, kind, reason, total, done, frozen, refused, started_at, updated_at, "
			"finished_at, undone_at, person FROM acctguard.batch "
			"WHERE $1 IS NULL OR batch = $1 ORDER BY started_at, batch",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {UUIDOID}
	},
	[BATCH_REFUSAL_INSERT] = {
		.name = "batch_refusal.insert",
		.sql = "INSERT INTO acctguard.batch_refusal (account_id, batch, sqlstate, message, at) "
			"VALUES ($1, $2::uuid, $3, $4, $5)",
		.expected = SPI_OK_INSERT,
		.nargs = 5,
		.argtypes = {INT8OID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID}
	},
	[BATCH_REFUSAL_REPORT] = {
		.name = "batch_refusal.report",
		.sql = "SELECT account_id, sqlstate, message, at FROM acctguard.batch_refusal "
			"WHERE batch = $1 ORDER BY account_id",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {UUIDOID}
	}
};

AG_STATEMENT_TABLE(batch_statements, statements);

/* False if the batch exists. */
bool
ag_batch_store_insert(const AgBatch *batch, const char *kind, const char *reason,
					  const AgActor *actor, TimestampTz at)
{
	return ag_run(batch_statements, BATCH_INSERT, ag_text(batch->batch), ag_text(kind),
				  ag_text(reason), ag_bytes(batch->fingerprint, AG_HASH_SIZE),
				  ag_int8(batch->total), ag_time(at), ag_text(actor->role),
				  ag_text(actor->person))->count == 1;
}

/* Fill in how far a batch has come; false if there is none. */
bool
ag_batch_store_read(const char *name, AgBatch *batch)
{
	AgResult   *result = ag_run(batch_statements, BATCH_READ, ag_text(name));
	bool		isnull;

	if (result->count == 0)
		return false;
	batch->kind = ag_row_text(result, 0, 1);
	memcpy(batch->fingerprint, VARDATA_ANY(DatumGetByteaPP(ag_row_datum(result, 0, 2, &isnull))),
		   AG_HASH_SIZE);
	batch->done = ag_row_int8(result, 0, 3);
	batch->frozen = ag_row_int8(result, 0, 4);
	batch->refused = ag_row_int8(result, 0, 5);
	batch->finished = !ag_row_isnull(result, 0, 6);
	batch->undone = !ag_row_isnull(result, 0, 7);
	return true;
}

/* Take the next accounts; false if another run has taken them, or undone the batch. */
bool
ag_batch_store_advance(const char *batch, int64 from, int64 until, TimestampTz at)
{
	return ag_run(batch_statements, BATCH_ADVANCE, ag_text(batch), ag_int8(from),
				  ag_int8(until), ag_time(at))->count == 1;
}

void
ag_batch_store_count(const char *batch, int64 frozen, int64 refused)
{
	ag_run(batch_statements, BATCH_COUNT, ag_text(batch), ag_int8(frozen), ag_int8(refused));
}

void
ag_batch_store_finish(const char *batch, TimestampTz at)
{
	ag_run(batch_statements, BATCH_FINISH, ag_text(batch), ag_time(at));
}

/* False if it was undone before. */
bool
ag_batch_store_undone(const char *batch, const char *person, TimestampTz at)
{
	return ag_run(batch_statements, BATCH_UNDONE, ag_text(batch), ag_time(at),
				  ag_text(person))->count == 1;
}

/* Rows of account and freeze number, by ascending account. */
AgResult *
ag_batch_store_freezes(const char *batch)
{
	return ag_run(batch_statements, BATCH_FREEZES, ag_text(batch));
}

void
ag_batch_store_refuse(const char *batch, int64 account_id, const char *sqlstate,
					  const char *message, TimestampTz at)
{
	ag_run(batch_statements, BATCH_REFUSAL_INSERT, ag_int8(account_id), ag_text(batch),
		   ag_text(sqlstate), ag_text(message), ag_time(at));
}

/* For batch_status(); NULL is every batch. */
AgResult *
ag_batch_store_report(NullableDatum batch)
{
	return ag_run(batch_statements, BATCH_REPORT, batch);
}

/* For batch_refusals(). */
AgResult *
ag_batch_store_refusals(NullableDatum batch)
{
	return ag_run(batch_statements, BATCH_REFUSAL_REPORT, batch);
}
