/*-------------------------------------------------------------------------
 *
 * restore_store.c
 *		What post_restore() voids: one statement for each kind of thing, across domains.
 *
 * They are here and not with their tables, so that one list answers the question what a
 * restore must not bring back to life.  Each is run for portions of its table, by place:
 * $1 and $2 are the tids between which it works.  A row that was changed lies elsewhere
 * or does not fit any more, so none is changed twice.
 *
 * Locks: the rows, without those of their accounts.  In a database that is not at home
 * nobody else works on them; elsewhere who is in each other's way is told so by the
 * server (40P01), and nothing has happened.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_type.h"
#include "restore/restore.h"
#include "storage/bufmgr.h"
#include "utils/rel.h"

/* The steps come first: a step's number is its statement's. */
enum
{
	RESTORE_SESSIONS,
	RESTORE_CODES,
	RESTORE_CODE_MESSAGES,
	RESTORE_FLOWS,
	RESTORE_SERVICE_TICKETS,
	RESTORE_APPEAL_TICKETS,
	RESTORE_CHANGES,
	RESTORE_CHANGE_MESSAGES,
	RESTORE_CLAIMS,
	RESTORE_NOTICES,
	CLONE_NOTICES,
	CLONE_SESSION_TOKENS,
	CLONE_SERVICE_TOKENS,
	CLONE_APPEAL_TOKENS,
	CLONE_CONTACTS,
	RESTORE_STEP_COUNT,
	RESTORE_BEGUN = RESTORE_STEP_COUNT,
	RESTORE_INBOX,
	RESTORE_PROTECT,
	RESTORE_DANGERS,
	RESTORE_GUARD_DANGERS
};

#define RESTORE (1 << AG_RESTORE_RESTORE)
#define CLONE (1 << AG_RESTORE_CLONE)

static const AgRestoreStep steps[RESTORE_STEP_COUNT] = {
	[RESTORE_SESSIONS] = {"session", RESTORE | CLONE, "sessions", "sessions ended"},
	[RESTORE_CODES] = {"one_time_code", RESTORE | CLONE, "codes", "one-time codes voided"},
	[RESTORE_CODE_MESSAGES] = {"code_message", RESTORE | CLONE, "code_messages", "messages with codes cancelled"},
	[RESTORE_FLOWS] = {"flow", RESTORE | CLONE, "flows", "flows closed"},
	[RESTORE_SERVICE_TICKETS] = {"service_ticket", RESTORE | CLONE, "service_tickets", "service tickets voided"},
	[RESTORE_APPEAL_TICKETS] = {"appeal_ticket", RESTORE | CLONE, "appeal_tickets", "tickets for appeals voided"},
	[RESTORE_CHANGES] = {"number_change", RESTORE | CLONE, "changes", "changes of numbers cancelled"},
	[RESTORE_CHANGE_MESSAGES] = {"number_message", RESTORE | CLONE, "change_messages",
	"messages about changes of numbers cancelled"},
	[RESTORE_CLAIMS] = {"release_hold", RESTORE | CLONE, "claims", "claims to numbers whose time begins anew"},
	[RESTORE_NOTICES] = {"notice", RESTORE, "notices", "notices not sent again"},
	[CLONE_NOTICES] = {"notice", CLONE, "notices", "notices cancelled"},
	[CLONE_SESSION_TOKENS] = {"session", CLONE, "session_tokens", "tokens of sessions blanked"},
	[CLONE_SERVICE_TOKENS] = {"service_ticket", CLONE, "service_tokens", "tokens of service tickets blanked"},
	[CLONE_APPEAL_TOKENS] = {"appeal_ticket", CLONE, "appeal_tokens", "tokens of tickets for appeals blanked"},
	[CLONE_CONTACTS] = {"account_contact", CLONE, "contacts", "addresses removed"}
};

/* Each step has the same arguments: from, to, now, the person, since when rows are of here. */
#define STEP_ARGUMENTS \
	.expected = SPI_OK_UPDATE, \
		.nargs = 5, \
		.argtypes = {TIDOID, TIDOID, TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID}

#define PORTION "WHERE ctid >= $1 AND ctid < $2 "

/* No 32 bytes are known whose SHA-256 is this. */
#define NO_HASH "'\\x" "0000000000000000000000000000000000000000000000000000000000000000'::bytea"

static const AgStatement statements[] = {
		[RESTORE_SESSIONS] = {
		.name = "restore.sessions",
		.sql = "UPDATE acctguard.session SET ended_at = $3, end_reason = 'restored', ended_by = $4 "
		PORTION "AND ended_at IS NULL",
		STEP_ARGUMENTS
		},
		[RESTORE_CODES] = {
		.name = "restore.codes",
		.sql = "UPDATE acctguard.one_time_code SET voided_at = $3 " PORTION
		"AND used_at IS NULL AND voided_at IS NULL",
		STEP_ARGUMENTS
		},
		[RESTORE_CODE_MESSAGES] = {
		.name = "restore.code_messages",
		.sql = "UPDATE acctguard.code_message SET state = 'cancelled', end_reason = 'restored', "
		"ended_at = $3, code = NULL, code_kid = NULL, lease_until = NULL " PORTION "AND state = 'pending'",
		STEP_ARGUMENTS
		},
		[RESTORE_FLOWS] = {
		.name = "restore.flows",
		.sql = "UPDATE acctguard.flow SET state = 'closed', end_reason = 'restored', ended_at = $3 "
		PORTION "AND ended_at IS NULL",
		STEP_ARGUMENTS
		},
		[RESTORE_SERVICE_TICKETS] = {
		.name = "restore.service_tickets",
		.sql = "UPDATE acctguard.service_ticket SET proposed_until = least(proposed_until, $3), "
		"expires_at = CASE WHEN issued_at IS NOT NULL THEN least(expires_at, $3) END " PORTION
		"AND used_at IS NULL AND coalesce(expires_at, proposed_until) > $3",
		STEP_ARGUMENTS
		},
		/* Whoever has appealed with one follows that appeal as before. */
		[RESTORE_APPEAL_TICKETS] = {
		.name = "restore.appeal_tickets",
		.sql = "UPDATE acctguard.appeal_ticket SET proposed_until = least(proposed_until, $3), "
		"expires_at = CASE WHEN issued_at IS NOT NULL "
		"THEN greatest(least(expires_at, $3), issued_at + interval '1 microsecond') END " PORTION
		"AND used_at IS NULL AND coalesce(expires_at, proposed_until) > $3",
		STEP_ARGUMENTS
		},
		/* It may have been objected to, or cancelled, and the clock would carry it out. */
		[RESTORE_CHANGES] = {
		.name = "restore.changes",
		.sql = "UPDATE acctguard.number_change SET state = 'cancelled', end_reason = 'restored', "
		"ended_at = $3, ended_by = $4, lapses_at = NULL, objection_hash = NULL " PORTION
		"AND ended_at IS NULL",
		STEP_ARGUMENTS
		},
		[RESTORE_CHANGE_MESSAGES] = {
		.name = "restore.change_messages",
		.sql = "UPDATE acctguard.number_message SET state = 'cancelled', end_reason = 'restored', "
		"ended_at = $3, code = NULL, code_kid = NULL, lease_until = NULL " PORTION "AND state = 'pending'",
		STEP_ARGUMENTS
		},
		/* The owner may have shown that the number is his: he gets the whole time to do so again. */
		[RESTORE_CLAIMS] = {
		.name = "restore.claims",
		.sql = "UPDATE acctguard.release_hold SET due_at = greatest(due_at, $3 + (due_at - opened_at)) "
		PORTION "AND ended_at IS NULL",
		STEP_ARGUMENTS
		},
		[RESTORE_NOTICES] = {
		.name = "restore.notices",
		.sql = "UPDATE acctguard.notice SET state = 'cancelled', end_reason = 'restored: sent before, most likely', "
		"ended_at = $3, lease_until = NULL " PORTION "AND state = 'pending' AND channel <> 'in_app' "
		"AND written_at < coalesce($5, 'infinity')",
		STEP_ARGUMENTS
		},
		[CLONE_NOTICES] = {
		.name = "clone.notices",
		.sql = "UPDATE acctguard.notice SET state = 'cancelled', end_reason = 'a copy sends nothing', "
		"ended_at = $3, lease_until = NULL " PORTION "AND state = 'pending'",
		STEP_ARGUMENTS
		},
		[CLONE_SESSION_TOKENS] = {
		.name = "clone.session_tokens",
		.sql = "UPDATE acctguard.session SET token_hash = " NO_HASH ", salt = " NO_HASH ", "
		"previous_hash = NULL, previous_until = NULL, generation = 0 " PORTION
		"AND token_hash <> " NO_HASH,
		STEP_ARGUMENTS
		},
		[CLONE_SERVICE_TOKENS] = {
		.name = "clone.service_tokens",
		.sql = "UPDATE acctguard.service_ticket SET token_hash = " NO_HASH " " PORTION
		"AND token_hash <> " NO_HASH,
		STEP_ARGUMENTS
		},

		/*
	 * Unique in their account, so they cannot all be the same: what no text with a zero byte can
	 * be.
	 */
		[CLONE_APPEAL_TOKENS] = {
		.name = "clone.appeal_tokens",
		.sql = "UPDATE acctguard.appeal_ticket SET token_hash = sha256(token_hash || '\\x00'::bytea) "
		PORTION "AND token_hash IS NOT NULL",
		STEP_ARGUMENTS
		},
		[CLONE_CONTACTS] = {
		.name = "clone.contacts",
		.sql = "UPDATE acctguard.account_contact SET address = NULL, address_kid = NULL, "
		"remove_reason = CASE WHEN removed_at IS NULL THEN 'a copy sends nothing' ELSE remove_reason END, "
		"removed_at = coalesce(removed_at, $3), removed_by = coalesce(removed_by, $4) " PORTION
		"AND address IS NOT NULL",
		STEP_ARGUMENTS
		},
		/* When the first event of here was written, if the rows before are another cluster's. */
		[RESTORE_BEGUN] = {
		.name = "restore.begun",
		.sql = "SELECT e.started_at FROM acctguard.era e, (SELECT system_identifier FROM acctguard.residence "
		"ORDER BY no DESC LIMIT 1) AS r WHERE e.era = (SELECT max(m.era) FROM acctguard.era m) "
		"AND e.system_identifier = $1 AND r.system_identifier <> $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
		},
		[RESTORE_INBOX] = {
		.name = "restore.inbox",
		.sql = "SELECT count(*) FROM acctguard.notice WHERE channel = 'in_app' AND state = 'pending'",
		.expected = SPI_OK_SELECT
		},
		[RESTORE_PROTECT] = {
		.name = "restore.protect",
		.sql = "SELECT acctguard.protect_tables()",
		.expected = SPI_OK_SELECT
		},
		[RESTORE_DANGERS] = {
		.name = "restore.dangers",
		.sql = "SELECT count(*) FROM acctguard.health() WHERE severity = 'danger'",
		.expected = SPI_OK_SELECT
		},
		[RESTORE_GUARD_DANGERS] = {
		.name = "restore.guard_dangers",
		.sql = "SELECT count(*) FROM acctguard.guard_health() WHERE severity = 'danger'",
		.expected = SPI_OK_SELECT
		}
};

AG_STATEMENT_TABLE(restore_statements, statements);

const AgRestoreStep *
ag_restore_steps(int *count)
{
		*count = RESTORE_STEP_COUNT;
		return steps;
}

/* The size of a step's table now: what is added meanwhile is not of the past. */
BlockNumber
ag_restore_store_blocks(const AgRestoreStep *step)
{
		Relation	relation = relation_open(ag_relation_id(step->table), AccessShareLock);
		BlockNumber blocks = RelationGetNumberOfBlocks(relation);

		relation_close(relation, NoLock);
		return blocks;
}

/* One step, for the blocks from ... to - 1 of its table; how many rows it changed. */
int64
ag_restore_store_portion(int step, const AgRestoreRun *run, BlockNumber from, BlockNumber to)
{
		ItemPointerData first;
		ItemPointerData last;

		ItemPointerSet(&first, from, 0);
		ItemPointerSet(&last, to, 0);
		return (int64) ag_run(restore_statements, step, ag_datum(PointerGetDatum(&first), false),
						  ag_datum(PointerGetDatum(&last), false), ag_time(run->at),
						  ag_text(run->person), ag_time(run->begun_at))->count;
}

/* DT_NOEND = nothing of here is in it, as far as is known. */
TimestampTz
ag_restore_store_begun(uint64 system_identifier)
{
		AgResult   *result = ag_run(restore_statements, RESTORE_BEGUN, ag_int8((int64) system_identifier));

		return result->count == 0 ? DT_NOEND : ag_row_time(result, 0, 1);
}

int64
ag_restore_store_inbox(void)
{
		return ag_row_int8(ag_run_noargs(restore_statements, RESTORE_INBOX), 0, 1);
}

int64
ag_restore_store_protect(void)
{
		return ag_row_int4(ag_run_noargs(restore_statements, RESTORE_PROTECT), 0, 1);
}

int64
ag_restore_store_dangers(void)
{
		return ag_row_int8(ag_run_noargs(restore_statements, RESTORE_DANGERS), 0, 1);
}

int64
ag_restore_store_guard_dangers(void)
{
		return ag_row_int8(ag_run_noargs(restore_statements, RESTORE_GUARD_DANGERS), 0, 1);
}
