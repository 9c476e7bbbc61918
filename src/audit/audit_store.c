/*-------------------------------------------------------------------------
 *
 * audit_store.c
 *		Statements on the ledger and its eras: everything but the append.
 *
 * Results live in the caller's memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "audit/audit.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

enum
{
	ERA_NEWEST,
	ERA_START,
	LEDGER_ADD_PARTITION,
	LEDGER_READ,
	LEDGER_READ_ACCOUNT,
	LEDGER_ROW,
	LEDGER_USES_ORIGIN,
	LEDGER_USES_TAG,
	LEDGER_ADD_PARTITIONS
};

/* In the order of AgLedgerColumn. */
#define LEDGER_COLUMNS                                                                             \
	"at, tx, account_id, aseq, ord, action, outcome, ver, role, person, on_behalf, application, "  \
	"reason, idempotency_key, origin, body, dek, key_id, tag"

/*
 * The newest rows that fit, in the order they were written.  Newest is told by tx
 * and not by at: there is an index for it, and what one transaction did stays
 * together.
 */
#define READ_STATEMENT(condition)                                                                  \
	"SELECT " LEDGER_COLUMNS " FROM "                                                              \
	"(SELECT * FROM acctguard.ledger "                                                             \
	"WHERE " condition " AND at >= $2 AND at < $3 "                                                \
	"AND ($4 IS NULL OR action = $4) AND ($5 IS NULL OR person = $5) "                             \
	"ORDER BY tx DESC, ord DESC LIMIT $6) newest ORDER BY tx, ord"

static const AgStatement statements[] = {
	[ERA_NEWEST] =
	{.name = "era.newest",
		.sql = "SELECT base, system_identifier FROM acctguard.era ORDER BY era DESC LIMIT 1",
	.expected = SPI_OK_SELECT},
	[ERA_START] = {.name = "era.start",
		.sql = "INSERT INTO acctguard.era (era, base, system_identifier, started_at) "
			"SELECT coalesce(max(e.era), 0) + 1, "
			"coalesce((SELECT max(l.tx) FROM acctguard.ledger l), 0), $1, $2 "
			"FROM acctguard.era e ON CONFLICT DO NOTHING",
		.expected = SPI_OK_INSERT,
		.nargs = 2,
	.argtypes = {INT8OID, TIMESTAMPTZOID}},
	[LEDGER_ADD_PARTITION] = {.name = "ledger.add_partition",
		.sql = "SELECT acctguard.audit_add_partition($1)",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
	.argtypes = {TIMESTAMPTZOID}},
	[LEDGER_READ] = {.name = "ledger.read",
		.sql = READ_STATEMENT("$1 IS NULL"),
		.expected = SPI_OK_SELECT,
		.nargs = 6,
		.argtypes = {INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT2OID, TEXTOID,
			INT4OID}},
	[LEDGER_READ_ACCOUNT] = {.name = "ledger.read_account",
		.sql = READ_STATEMENT("account_id = $1"),
		.expected = SPI_OK_SELECT,
		.nargs = 6,
		.argtypes = {INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT2OID, TEXTOID,
			INT4OID}},
	[LEDGER_ROW] = {.name = "ledger.row",
		.sql = "SELECT " LEDGER_COLUMNS
			" FROM acctguard.ledger WHERE tx = $1 AND ord = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
	.argtypes = {INT8OID, INT4OID}},
	[LEDGER_USES_ORIGIN] = {.name = "ledger.uses_origin",
		.sql = "SELECT FROM acctguard.ledger WHERE dek = $1 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
	.argtypes = {INT8OID}},
	[LEDGER_USES_TAG] = {.name = "ledger.uses_tag",
		.sql = "SELECT FROM acctguard.ledger WHERE key_id = $1 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
	.argtypes = {INT4OID}},
	[LEDGER_ADD_PARTITIONS] = {.name = "ledger.add_partitions",
		.sql = "SELECT acctguard.audit_add_partitions()",
.expected = SPI_OK_SELECT}};

AG_STATEMENT_TABLE(ledger_statements, statements);

/* The newest era; false if there is none yet. */
bool
ag_audit_store_era(int64 *base, uint64 *system_identifier)
{
	AgResult   *result = ag_run_noargs(ledger_statements, ERA_NEWEST);

	if (result->count == 0)
		return false;
	*base = ag_row_int8(result, 0, 1);
	*system_identifier = (uint64) ag_row_int8(result, 0, 2);
	return true;
}

/* Does nothing if another session has just started it. */
void
ag_audit_store_start_era(uint64 system_identifier, TimestampTz at)
{
	(void) ag_run(ledger_statements, ERA_START, ag_int8((int64) system_identifier), ag_time(at));
}

void
ag_audit_store_add_partition(TimestampTz at)
{
	(void) ag_run(ledger_statements, LEDGER_ADD_PARTITION, ag_time(at));
}

/* The partitions of the months ahead; how many were missing. */
int64
ag_audit_add_partitions(int64 limit)
{
	return ag_row_int4(ag_run_noargs(ledger_statements, LEDGER_ADD_PARTITIONS), 0, 1);
}

/* Infinite times are meant here, not NULL. */
static NullableDatum
time_bound(TimestampTz value)
{
	return ag_datum(TimestampTzGetDatum(value), false);
}

/* action 0 = all */
AgResult *
ag_audit_store_read(const AgAuditFilter *filter, int action)
{
	return ag_run(ledger_statements, filter->by_account ? LEDGER_READ_ACCOUNT : LEDGER_READ,
				  filter->by_account ? ag_int8(filter->account_id) : ag_null(),
				  time_bound(filter->since), time_bound(filter->until),
				  action != 0 ? ag_int2(action) : ag_null(), ag_text(filter->person),
				  ag_int4(filter->max_rows));
}

AgResult *
ag_audit_store_row(int64 tx, int32 ord)
{
	return ag_run(ledger_statements, LEDGER_ROW, ag_int8(tx), ag_int4(ord));
}

/* Does a row that anybody can see carry the key?  Scans the ledger. */
static bool
uses(int which, NullableDatum kid)
{
	AgResult   *result;

	PushActiveSnapshot(GetLatestSnapshot());
	result = ag_run(ledger_statements, which, kid);
	PopActiveSnapshot();
	return result->count > 0;
}

bool
ag_audit_store_origin_uses(int32 kid)
{
	return uses(LEDGER_USES_ORIGIN, ag_int8(kid));
}

bool
ag_audit_store_tag_uses(int32 kid)
{
	return uses(LEDGER_USES_TAG, ag_int4(kid));
}

/* A text or bytea column; the bytes are a copy. */
static AgBytes
row_bytes(const AgResult *result, uint64 row, AgLedgerColumn column)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column + 1, &isnull);
	AgBytes		bytes = {NULL, 0};

	if (!isnull)
	{
		text	   *copy = DatumGetTextPCopy(value);

		bytes.data = VARDATA(copy);
		bytes.length = VARSIZE(copy) - VARHDRSZ;
	}
	return bytes;
}

/* A row as it was read; columns are counted from 1 in results. */
void
ag_audit_store_fill(const AgResult *result, uint64 row, AgLedgerRow *ledger_row)
{
	ledger_row->at = ag_row_time(result, row, LEDGER_AT + 1);
	ledger_row->tx = ag_row_int8(result, row, LEDGER_TX + 1);
	ledger_row->account_id = ag_row_int8(result, row, LEDGER_ACCOUNT_ID + 1);
	ledger_row->aseq = ag_row_int8(result, row, LEDGER_ASEQ + 1);
	ledger_row->ord = ag_row_int4(result, row, LEDGER_ORD + 1);
	ledger_row->action = ag_row_int2(result, row, LEDGER_ACTION + 1);
	ledger_row->outcome = ag_row_int2(result, row, LEDGER_OUTCOME + 1);
	ledger_row->ver = ag_row_int2(result, row, LEDGER_VER + 1);
	ledger_row->role = row_bytes(result, row, LEDGER_ROLE);
	ledger_row->person = row_bytes(result, row, LEDGER_PERSON);
	ledger_row->on_behalf = row_bytes(result, row, LEDGER_ON_BEHALF);
	ledger_row->application = row_bytes(result, row, LEDGER_APPLICATION);
	ledger_row->reason = row_bytes(result, row, LEDGER_REASON);
	ledger_row->idempotency_key = row_bytes(result, row, LEDGER_IDEMPOTENCY_KEY);
	ledger_row->origin = row_bytes(result, row, LEDGER_ORIGIN);
	ledger_row->body = row_bytes(result, row, LEDGER_BODY);
	ledger_row->dek = ag_row_int8(result, row, LEDGER_DEK + 1);
	ledger_row->key_id = ag_row_int4(result, row, LEDGER_KEY_ID + 1);
	ledger_row->tag = row_bytes(result, row, LEDGER_TAG);
	ledger_row->address = NULL;
}
