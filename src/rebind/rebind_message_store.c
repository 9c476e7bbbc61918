/*-------------------------------------------------------------------------
 *
 * rebind_message_store.c
 *		Table number_message.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "rebind/rebind.h"
#include "utils/snapmgr.h"

enum
{
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

#define COLUMNS AG_MESSAGE_COLUMNS ", account_id, request, binding, locale"

/* The code goes as soon as nobody needs it. */
#define ENDED "ended_at = $2, lease_until = NULL, code = NULL, code_kid = NULL"

static const AgStatement statements[] = {
	[MESSAGE_INSERT] = {
		.name = "number_message.insert",
		.sql = "INSERT INTO acctguard.number_message (no, account_id, request, binding, code, code_kid, "
			"locale, written_at, expires_at, idempotency_key, state) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending')",
		.expected = SPI_OK_INSERT,
		.nargs = 10,
		.argtypes = {INT8OID, INT8OID, INT4OID, INT4OID, BYTEAOID, INT4OID, TEXTOID, TIMESTAMPTZOID,
			TIMESTAMPTZOID, UUIDOID}
	},
	[MESSAGE_LEASE] = {
		.name = "number_message.lease",
		.sql = "UPDATE acctguard.number_message SET lease_until = $3, claimed_by = $4, tries = tries + 1 "
			"WHERE ctid = ANY (ARRAY(SELECT d.ctid FROM acctguard.number_message d "
			"WHERE d.state = 'pending' AND (d.lease_until IS NULL OR d.lease_until <= $1) "
			"ORDER BY d.written_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)) RETURNING " COLUMNS,
		.expected = SPI_OK_UPDATE_RETURNING,
		.nargs = 4,
		.argtypes = {TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID, TEXTOID}
	},
	[MESSAGE_LOOK] = {
		.name = "number_message.look",
		.sql = "SELECT " COLUMNS " FROM acctguard.number_message WHERE no = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[MESSAGE_LOCK] = {
		.name = "number_message.lock",
		.sql = "SELECT " COLUMNS " FROM acctguard.number_message WHERE no = $1 FOR NO KEY UPDATE",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[MESSAGE_DONE] = {
		.name = "number_message.done",
		.sql = "UPDATE acctguard.number_message SET state = 'done', receipt = $3, end_reason = NULL, "
			ENDED " WHERE no = $1 AND state IN ('pending', 'dead') AND tries > 0",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, TIMESTAMPTZOID, TEXTOID}
	},
	[MESSAGE_END] = {
		.name = "number_message.end",
		.sql = "UPDATE acctguard.number_message SET state = $3, end_reason = $4, " ENDED
			" WHERE no = $1 AND state = 'pending'",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[MESSAGE_CANCEL] = {
		.name = "number_message.cancel",
		.sql = "UPDATE acctguard.number_message SET state = 'cancelled', end_reason = $4, "
			"ended_at = $3, lease_until = NULL, code = NULL, code_kid = NULL "
			"WHERE account_id = $1 AND request = $2 AND state = 'pending'",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID}
	},
	[MESSAGE_POSTPONE] = {
		.name = "number_message.postpone",
		.sql = "UPDATE acctguard.number_message SET lease_until = $2 WHERE no = $1 AND state = 'pending'",
		.expected = SPI_OK_UPDATE,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[MESSAGE_USES] = {
		.name = "number_message.uses",
		.sql = "SELECT FROM acctguard.number_message WHERE code_kid = $1 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT4OID}
	}
};

AG_STATEMENT_TABLE(number_message_statements, statements);

void
ag_number_message_store_insert(const AgNumberMessage *message)
{
	const AgMessage *head = &message->head;
	bool		bare = head->code == NULL;

	ag_run(number_message_statements, MESSAGE_INSERT, ag_int8(head->no), ag_int8(message->account_id),
		   ag_int4(message->request), ag_int4(message->binding),
		   ag_datum(PointerGetDatum(head->code), bare), bare ? ag_null() : ag_int4(head->kid),
		   ag_text(message->locale), ag_time(head->written_at), ag_time(head->expires_at),
		   ag_uuid(&head->key));
}

static AgMessage *
message_of(const AgResult *result, uint64 row)
{
	AgNumberMessage *message = palloc0(sizeof(AgNumberMessage));

	ag_message_of(&message->head, result, row);
	message->account_id = ag_row_int8(result, row, AG_MESSAGE_COLUMN_COUNT + 1);
	message->request = ag_row_int4(result, row, AG_MESSAGE_COLUMN_COUNT + 2);
	message->binding = ag_row_int4(result, row, AG_MESSAGE_COLUMN_COUNT + 3);
	message->locale = ag_row_text(result, row, AG_MESSAGE_COLUMN_COUNT + 4);
	return &message->head;
}

List *
ag_number_message_store_lease(int n, TimestampTz at, TimestampTz until, const char *person)
{
	AgResult   *result = ag_run(number_message_statements, MESSAGE_LEASE, ag_time(at), ag_int4(n),
								ag_time(until), ag_text(person));
	List	   *messages = NIL;

	for (uint64 i = 0; i < result->count; i++)
		messages = lappend(messages, message_of(result, i));
	return messages;
}

AgMessage *
ag_number_message_store_find(int64 no, bool lock)
{
	AgResult   *result = ag_run(number_message_statements, lock ? MESSAGE_LOCK : MESSAGE_LOOK, ag_int8(no));

	return result->count == 0 ? NULL : message_of(result, 0);
}

bool
ag_number_message_store_done(int64 no, const char *receipt, TimestampTz at)
{
	return ag_run(number_message_statements, MESSAGE_DONE, ag_int8(no), ag_time(at), ag_text(receipt))->count == 1;
}

void
ag_number_message_store_end(int64 no, const char *state, const char *reason, TimestampTz at)
{
	ag_run(number_message_statements, MESSAGE_END, ag_int8(no), ag_time(at), ag_text(state), ag_text(reason));
}

void
ag_number_message_store_cancel(int64 account_id, int request, const char *reason, TimestampTz at)
{
	ag_run(number_message_statements, MESSAGE_CANCEL, ag_int8(account_id), ag_int4(request), ag_time(at),
		   ag_text(reason));
}

void
ag_number_message_store_postpone(int64 no, TimestampTz until)
{
	ag_run(number_message_statements, MESSAGE_POSTPONE, ag_int8(no), ag_time(until));
}

bool
ag_number_message_store_uses(int32 kid)
{
	AgResult   *result;

	PushActiveSnapshot(GetLatestSnapshot());
	result = ag_run(number_message_statements, MESSAGE_USES, ag_int4(kid));
	PopActiveSnapshot();
	return result->count > 0;
}
