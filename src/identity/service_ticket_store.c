/*-------------------------------------------------------------------------
 *
 * service_ticket_store.c
 *		Table service_ticket.
 *
 * The caller holds the account's lock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "identity/identity.h"

enum
{
	SERVICE_TICKET_INSERT,
	SERVICE_TICKET_PROPOSED,
	SERVICE_TICKET_ISSUE,
	SERVICE_TICKET_USE
};

static const AgStatement statements[] = {
	[SERVICE_TICKET_INSERT] = {
		.name = "service_ticket.insert",
		.sql = "INSERT INTO acctguard.service_ticket (account_id, no, reference, proposed_at, "
			"proposed_by, proposed_until) VALUES ($1, $2, $3, $4, $5, $6)",
		.expected = SPI_OK_INSERT,
		.nargs = 6,
		.argtypes = {INT8OID, INT4OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID}
	},
	[SERVICE_TICKET_PROPOSED] = {
		.name = "service_ticket.proposed",
		.sql = "SELECT no, reference, proposed_by FROM acctguard.service_ticket WHERE account_id = $1 "
			"AND reference = $2 AND issued_at IS NULL AND proposed_until > $3 ORDER BY no LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {INT8OID, TEXTOID, TIMESTAMPTZOID}
	},
	[SERVICE_TICKET_ISSUE] = {
		.name = "service_ticket.issue",
		.sql = "UPDATE acctguard.service_ticket SET issued_at = $3, issued_by = $4, expires_at = $5, "
			"token_hash = $6 WHERE account_id = $1 AND no = $2 AND issued_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID, BYTEAOID}
	},
	[SERVICE_TICKET_USE] = {
		.name = "service_ticket.use",
		.sql = "UPDATE acctguard.service_ticket SET used_at = $3 WHERE account_id = $1 "
			"AND token_hash = $2 AND used_at IS NULL AND issued_at <= $3 AND expires_at > $3 "
			"RETURNING no, reference, expires_at",
		.expected = SPI_OK_UPDATE_RETURNING,
		.nargs = 3,
		.argtypes = {INT8OID, BYTEAOID, TIMESTAMPTZOID}
	}
};

AG_STATEMENT_TABLE(service_ticket_statements, statements);

void
ag_service_ticket_store_insert(int64 account_id, const AgServiceTicket *ticket, const char *person,
							   TimestampTz at, TimestampTz until)
{
	ag_run(service_ticket_statements, SERVICE_TICKET_INSERT, ag_int8(account_id), ag_int4(ticket->no),
		   ag_text(ticket->reference), ag_time(at), ag_text(person), ag_time(until));
}

/* The ticket that waits for a second person. */
bool
ag_service_ticket_store_proposed(int64 account_id, const char *reference, TimestampTz at,
								 AgServiceTicket *ticket)
{
	AgResult   *result = ag_run(service_ticket_statements, SERVICE_TICKET_PROPOSED,
								ag_int8(account_id), ag_text(reference), ag_time(at));

	if (result->count == 0)
		return false;
	ticket->no = ag_row_int4(result, 0, 1);
	ticket->reference = ag_row_text(result, 0, 2);
	ticket->proposed_by = ag_row_text(result, 0, 3);
	return true;
}

void
ag_service_ticket_store_issue(int64 account_id, const AgServiceTicket *ticket, const char *person,
							  const uint8 hash[AG_SHA256_SIZE], TimestampTz at)
{
	ag_run(service_ticket_statements, SERVICE_TICKET_ISSUE, ag_int8(account_id), ag_int4(ticket->no),
		   ag_time(at), ag_text(person), ag_time(ticket->expires_at), ag_bytes(hash, AG_SHA256_SIZE));
}

/* Once: false if it is not there, was used, or is too old. */
bool
ag_service_ticket_store_use(int64 account_id, const uint8 hash[AG_SHA256_SIZE], TimestampTz at,
							AgServiceTicket *ticket)
{
	AgResult   *result = ag_run(service_ticket_statements, SERVICE_TICKET_USE, ag_int8(account_id),
								ag_bytes(hash, AG_SHA256_SIZE), ag_time(at));

	if (result->count == 0)
		return false;
	ticket->no = ag_row_int4(result, 0, 1);
	ticket->reference = ag_row_text(result, 0, 2);
	ticket->expires_at = ag_row_time(result, 0, 3);
	return true;
}
