/*-------------------------------------------------------------------------
 *
 * code_store.c
 *		Tables one_time_code and code_message.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "flow/flow.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

enum
{
	CODE_NEWEST,
	CODE_VOID,
	CODE_INSERT,
	CODE_TRY,
	CODE_USES,
	MESSAGE_INSERT,
	MESSAGE_LEASE,
	MESSAGE_LOOK,
	MESSAGE_LOCK,
	MESSAGE_DONE,
	MESSAGE_END,
	MESSAGE_CANCEL,
	MESSAGE_POSTPONE,
	MESSAGE_USES
};

#define MESSAGE_COLUMNS AG_MESSAGE_COLUMNS ", flow_id, code_no, channel"

/* The code goes as soon as nobody needs it. */
#define ENDED "ended_at = $2, lease_until = NULL, code = NULL, code_kid = NULL"

static const AgStatement statements[] = {
	[CODE_NEWEST] = {
		.name = "one_time_code.newest",
		.sql = "SELECT no, channel, mac, kid, expires_at, used_at, voided_at "
			"FROM acctguard.one_time_code WHERE flow_id = $1 ORDER BY no DESC LIMIT 1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {UUIDOID}
	},
	[CODE_VOID] = {
		.name = "one_time_code.void",
		.sql = "UPDATE acctguard.one_time_code SET voided_at = $2 "
			"WHERE flow_id = $1 AND used_at IS NULL AND voided_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 2,
		.argtypes = {UUIDOID, TIMESTAMPTZOID}
	},
	[CODE_INSERT] = {
		.name = "one_time_code.insert",
		.sql = "INSERT INTO acctguard.one_time_code (flow_id, no, channel, mac, kid, written_at, "
			"expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		.expected = SPI_OK_INSERT,
		.nargs = 7,
		.argtypes = {UUIDOID, INT4OID, TEXTOID, BYTEAOID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID}
	},
	/* One statement, so that of two right ones at the same time one is used. */
	[CODE_TRY] = {
		.name = "one_time_code.try",
		.sql = "UPDATE acctguard.one_time_code SET tries = tries + 1, "
			"used_at = CASE WHEN $3 THEN $4 END WHERE flow_id = $1 AND no = $2 AND used_at IS NULL "
			"AND voided_at IS NULL AND tries < $5 AND expires_at > $4 RETURNING used_at IS NOT NULL",
		.expected = SPI_OK_UPDATE_RETURNING,
		.nargs = 5,
		.argtypes = {UUIDOID, INT4OID, BOOLOID, TIMESTAMPTZOID, INT4OID}
	},
	[CODE_USES] = {
		.name = "one_time_code.uses",
		.sql = "SELECT FROM acctguard.one_time_code WHERE kid = $1 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[MESSAGE_INSERT] = {
		.name = "code_message.insert",
		.sql = "INSERT INTO acctguard.code_message (no, flow_id, code_no, channel, code, code_kid, "
			"written_at, expires_at, idempotency_key, state, ended_at, end_reason) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		.expected = SPI_OK_INSERT,
		.nargs = 12,
		.argtypes = {INT8OID, UUIDOID, INT4OID, TEXTOID, BYTEAOID, INT4OID, TIMESTAMPTZOID,
			TIMESTAMPTZOID, UUIDOID, TEXTOID, TIMESTAMPTZOID, TEXTOID}
	},
	[MESSAGE_LEASE] = {
		.name = "code_message.lease",
		.sql = "UPDATE acctguard.code_message SET lease_until = $4, claimed_by = $5, "
			"tries = tries + 1 WHERE ctid = ANY (ARRAY(SELECT d.ctid FROM acctguard.code_message d "
			"WHERE d.channel = $1 AND d.state = 'pending' "
			"AND (d.lease_until IS NULL OR d.lease_until <= $2) "
			"ORDER BY d.written_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED)) "
			"RETURNING " MESSAGE_COLUMNS,
		.expected = SPI_OK_UPDATE_RETURNING,
		.nargs = 5,
		.argtypes = {TEXTOID, TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID, TEXTOID}
	},
	[MESSAGE_LOOK] = {
		.name = "code_message.look",
		.sql = "SELECT " MESSAGE_COLUMNS " FROM acctguard.code_message WHERE no = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[MESSAGE_LOCK] = {
		.name = "code_message.lock",
		.sql = "SELECT " MESSAGE_COLUMNS " FROM acctguard.code_message WHERE no = $1 FOR NO KEY UPDATE",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[MESSAGE_DONE] = {
		.name = "code_message.done",
		.sql = "UPDATE acctguard.code_message SET state = 'done', receipt = $3, end_reason = NULL, "
			ENDED " WHERE no = $1 AND state IN ('pending', 'dead') AND tries > 0",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, TIMESTAMPTZOID, TEXTOID}
	},
	[MESSAGE_END] = {
		.name = "code_message.end",
		.sql = "UPDATE acctguard.code_message SET state = $3, end_reason = $4, " ENDED
			" WHERE no = $1 AND state = 'pending'",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[MESSAGE_CANCEL] = {
		.name = "code_message.cancel",
		.sql = "UPDATE acctguard.code_message SET state = 'cancelled', end_reason = $3, " ENDED
			" WHERE flow_id = $1 AND state = 'pending'",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {UUIDOID, TIMESTAMPTZOID, TEXTOID}
	},
	[MESSAGE_POSTPONE] = {
		.name = "code_message.postpone",
		.sql = "UPDATE acctguard.code_message SET lease_until = $2 WHERE no = $1 AND state = 'pending'",
		.expected = SPI_OK_UPDATE,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[MESSAGE_USES] = {
		.name = "code_message.uses",
		.sql = "SELECT FROM acctguard.code_message WHERE code_kid = $1 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT4OID}
	}
};

AG_STATEMENT_TABLE(code_statements, statements);

/* The last code of a flow, as it is now; false = there is none, and code->no is 0. */
bool
ag_code_store_newest(const pg_uuid_t *flow, AgCode *code)
{
	AgResult   *result;

	PushActiveSnapshot(GetLatestSnapshot());
	result = ag_run(code_statements, CODE_NEWEST, ag_uuid(flow));
	PopActiveSnapshot();
	memset(code, 0, sizeof(AgCode));
	if (result->count == 0)
		return false;
	code->no = ag_row_int4(result, 0, 1);
	code->channel = ag_channel_find(ag_row_text(result, 0, 2));
	(void) ag_row_bytes(result, 0, 3, code->mac, AG_TAG_SIZE);
	code->kid = ag_row_int4(result, 0, 4);
	code->expires_at = ag_row_time(result, 0, 5);
	code->used_at = ag_row_time(result, 0, 6);
	code->voided_at = ag_row_time(result, 0, 7);
	return true;
}

void
ag_code_store_void(const pg_uuid_t *flow, TimestampTz at)
{
	ag_run(code_statements, CODE_VOID, ag_uuid(flow), ag_time(at));
}

void
ag_code_store_insert(const pg_uuid_t *flow, const AgCode *code, TimestampTz at)
{
	ag_run(code_statements, CODE_INSERT, ag_uuid(flow), ag_int4(code->no),
		   ag_text(ag_channel_name(code->channel)), ag_bytes(code->mac, AG_TAG_SIZE),
		   ag_int4(code->kid), ag_time(at), ag_time(code->expires_at));
}

/* 1 = it was right and is used now, 0 = it was not, -1 = it could not be tried. */
int
ag_code_store_try(const pg_uuid_t *flow, int no, bool right, int most, TimestampTz at)
{
	AgResult   *result = ag_run(code_statements, CODE_TRY, ag_uuid(flow), ag_int4(no),
								ag_bool(right), ag_time(at), ag_int4(most));

	return result->count == 0 ? -1 : ag_row_bool(result, 0, 1);
}

static bool
exists(int which, int32 kid)
{
	AgResult   *result;

	PushActiveSnapshot(GetLatestSnapshot());
	result = ag_run(code_statements, which, ag_int4(kid));
	PopActiveSnapshot();
	return result->count > 0;
}

bool
ag_code_store_uses(int32 kid)
{
	return exists(CODE_USES, kid);
}

void
ag_message_store_insert(const AgCodeMessage *message)
{
	const AgMessage *head = &message->head;
	bool		ended = head->code == NULL;

	ag_run(code_statements, MESSAGE_INSERT, ag_int8(head->no), ag_uuid(&message->flow_id),
		   ag_int4(message->code_no), ag_text(ag_channel_name(message->channel)),
		   ag_datum(PointerGetDatum(head->code), ended), ended ? ag_null() : ag_int4(head->kid),
		   ag_time(head->written_at), ag_time(head->expires_at), ag_uuid(&head->key),
		   ag_text(head->state), ended ? ag_time(head->written_at) : ag_null(),
		   ag_text(message->end_reason));
}

static AgMessage *
message_of(const AgResult *result, uint64 row)
{
	AgCodeMessage *message = palloc0(sizeof(AgCodeMessage));
	bool		isnull;

	ag_message_of(&message->head, result, row);
	message->flow_id = *DatumGetUUIDP(ag_row_datum(result, row, AG_MESSAGE_COLUMN_COUNT + 1, &isnull));
	message->code_no = ag_row_int4(result, row, AG_MESSAGE_COLUMN_COUNT + 2);
	message->channel = ag_channel_find(ag_row_text(result, row, AG_MESSAGE_COLUMN_COUNT + 3));
	return &message->head;
}

List *
ag_message_store_lease(AgChannel channel, int n, TimestampTz at, TimestampTz until,
					   const char *person)
{
	AgResult   *result = ag_run(code_statements, MESSAGE_LEASE, ag_text(ag_channel_name(channel)),
								ag_time(at), ag_int4(n), ag_time(until), ag_text(person));
	List	   *messages = NIL;

	for (uint64 i = 0; i < result->count; i++)
		messages = lappend(messages, message_of(result, i));
	return messages;
}

AgMessage *
ag_message_store_find(int64 no, bool lock)
{
	AgResult   *result = ag_run(code_statements, lock ? MESSAGE_LOCK : MESSAGE_LOOK, ag_int8(no));

	return result->count == 0 ? NULL : message_of(result, 0);
}

bool
ag_message_store_done(int64 no, const char *receipt, TimestampTz at)
{
	return ag_run(code_statements, MESSAGE_DONE, ag_int8(no), ag_time(at), ag_text(receipt))->count == 1;
}

void
ag_message_store_end(int64 no, const char *state, const char *reason, TimestampTz at)
{
	ag_run(code_statements, MESSAGE_END, ag_int8(no), ag_time(at), ag_text(state), ag_text(reason));
}

/* What waits to be sent for the flow. */
void
ag_message_store_cancel(const pg_uuid_t *flow, const char *reason, TimestampTz at)
{
	ag_run(code_statements, MESSAGE_CANCEL, ag_uuid(flow), ag_time(at), ag_text(reason));
}

void
ag_message_store_postpone(int64 no, TimestampTz until)
{
	ag_run(code_statements, MESSAGE_POSTPONE, ag_int8(no), ag_time(until));
}

bool
ag_message_store_uses(int32 kid)
{
	return exists(MESSAGE_USES, kid);
}
