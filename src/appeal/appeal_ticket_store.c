/*-------------------------------------------------------------------------
 *
 * appeal_ticket_store.c
 *		Table appeal_ticket.
 *
 * The caller holds the account's lock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "catalog/pg_type.h"

enum
{
	APPEAL_TICKET_INSERT,
	APPEAL_TICKET_FIND,
	APPEAL_TICKET_PROPOSED,
	APPEAL_TICKET_ISSUE,
	APPEAL_TICKET_USE
};

#define COLUMNS "no, freeze_no, reference, method, proposed_at, proposed_by, proposed_until, expires_at, appeal_no"

static const AgStatement statements[] = {
	[APPEAL_TICKET_INSERT] = {
		.name = "appeal_ticket.insert",
		.sql = "INSERT INTO acctguard.appeal_ticket (account_id, no, freeze_no, reference, method, "
			"proposed_at, proposed_by, proposed_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		.expected = SPI_OK_INSERT,
		.nargs = 8,
		.argtypes = {INT8OID, INT4OID, INT4OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID}
	},
	[APPEAL_TICKET_FIND] = {
		.name = "appeal_ticket.find",
		.sql = "SELECT " COLUMNS " FROM acctguard.appeal_ticket WHERE account_id = $1 AND token_hash = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, BYTEAOID}
	},
	[APPEAL_TICKET_PROPOSED] = {
		.name = "appeal_ticket.proposed",
		.sql = "SELECT " COLUMNS " FROM acctguard.appeal_ticket WHERE account_id = $1 AND freeze_no = $2 "
			"AND reference = $3 AND issued_at IS NULL AND proposed_until > $4 ORDER BY no LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, TEXTOID, TIMESTAMPTZOID}
	},
	[APPEAL_TICKET_ISSUE] = {
		.name = "appeal_ticket.issue",
		.sql = "UPDATE acctguard.appeal_ticket SET issued_at = $3, issued_by = $4, expires_at = $5, "
			"token_hash = $6 WHERE account_id = $1 AND no = $2 AND issued_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID, BYTEAOID}
	},
	[APPEAL_TICKET_USE] = {
		.name = "appeal_ticket.use",
		.sql = "UPDATE acctguard.appeal_ticket SET used_at = $3, appeal_no = $4 "
			"WHERE account_id = $1 AND no = $2 AND used_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, INT4OID}
	}
};

AG_STATEMENT_TABLE(appeal_ticket_statements, statements);

static bool
ticket_from(const AgResult *result, AgAppealTicket *ticket)
{
	if (result->count == 0)
		return false;
	ticket->no = ag_row_int4(result, 0, 1);
	ticket->freeze_no = ag_row_int4(result, 0, 2);
	ticket->reference = ag_row_text(result, 0, 3);
	ticket->method = ag_row_text(result, 0, 4);
	ticket->proposed_at = ag_row_time(result, 0, 5);
	ticket->proposed_by = ag_row_text(result, 0, 6);
	ticket->proposed_until = ag_row_time(result, 0, 7);
	ticket->expires_at = ag_row_time(result, 0, 8);
	ticket->appeal_no = ag_row_int4(result, 0, 9);
	return true;
}

void
ag_appeal_ticket_store_insert(int64 account_id, const AgAppealTicket *ticket)
{
	ag_run(appeal_ticket_statements, APPEAL_TICKET_INSERT, ag_int8(account_id), ag_int4(ticket->no),
		   ag_int4(ticket->freeze_no), ag_text(ticket->reference), ag_text(ticket->method),
		   ag_time(ticket->proposed_at), ag_text(ticket->proposed_by),
		   ag_time(ticket->proposed_until));
}

bool
ag_appeal_ticket_store_find(int64 account_id, const uint8 hash[AG_SHA256_SIZE],
							AgAppealTicket *ticket)
{
	return ticket_from(ag_run(appeal_ticket_statements, APPEAL_TICKET_FIND, ag_int8(account_id),
							  ag_bytes(hash, AG_SHA256_SIZE)), ticket);
}

/* The ticket that waits for a second person. */
bool
ag_appeal_ticket_store_proposed(int64 account_id, int freeze_no, const char *reference,
								TimestampTz at, AgAppealTicket *ticket)
{
	return ticket_from(ag_run(appeal_ticket_statements, APPEAL_TICKET_PROPOSED, ag_int8(account_id),
							  ag_int4(freeze_no), ag_text(reference), ag_time(at)), ticket);
}

void
ag_appeal_ticket_store_issue(int64 account_id, const AgAppealTicket *ticket, const char *person,
							 const uint8 hash[AG_SHA256_SIZE], TimestampTz at)
{
	ag_run(appeal_ticket_statements, APPEAL_TICKET_ISSUE, ag_int8(account_id), ag_int4(ticket->no),
		   ag_time(at), ag_text(person), ag_time(ticket->expires_at), ag_bytes(hash, AG_SHA256_SIZE));
}

void
ag_appeal_ticket_store_use(int64 account_id, int no, int appeal_no, TimestampTz at)
{
	ag_run(appeal_ticket_statements, APPEAL_TICKET_USE, ag_int8(account_id), ag_int4(no), ag_time(at),
		   ag_int4(appeal_no));
}
