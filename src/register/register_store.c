/*-------------------------------------------------------------------------
 *
 * register_store.c
 *		Tables release_hold and register_hint.
 *
 * Claims are written under the lock of their number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "register/register.h"

enum
{
	CLAIM_INSERT,
	CLAIM_RUNNING,
	CLAIM_OF_CLAIMANT,
	CLAIM_OF_HOLDER,
	CLAIM_NEXT,
	CLAIM_COUNT,
	CLAIM_NOTE,
	CLAIM_END,
	CLAIM_DUE,
	CLAIM_DUE_COUNT,
	CLAIM_REPORT,
	HINT_SET,
	HINT_DROP,
	HINT_READ
};

#define COLUMNS \
	"number_id, no, claimant_id, holder_id, binding, rule, opened_at, due_at, noted_at, ended_at, outcome"

/* In the order of COLUMNS. */
enum
{
	COL_NUMBER_ID = 1,
	COL_NO,
	COL_CLAIMANT_ID,
	COL_HOLDER_ID,
	COL_BINDING,
	COL_RULE,
	COL_OPENED_AT,
	COL_DUE_AT,
	COL_NOTED_AT,
	COL_ENDED_AT,
	COL_OUTCOME
};

static const AgStatement statements[] = {
	[CLAIM_INSERT] = {
		.name = "release_hold.insert",
		.sql = "INSERT INTO acctguard.release_hold (number_id, no, claimant_id, holder_id, binding, rule, "
			"opened_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		.expected = SPI_OK_INSERT,
		.nargs = 8,
		.argtypes = {INT8OID, INT4OID, INT8OID, INT8OID, INT4OID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID}
	},
	[CLAIM_RUNNING] = {
		.name = "release_hold.running",
		.sql = "SELECT " COLUMNS " FROM acctguard.release_hold WHERE number_id = $1 AND ended_at IS NULL",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CLAIM_OF_CLAIMANT] = {
		.name = "release_hold.of_claimant",
		.sql = "SELECT " COLUMNS " FROM acctguard.release_hold "
			"WHERE ended_at IS NULL AND claimant_id = $1 ORDER BY opened_at DESC LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CLAIM_OF_HOLDER] = {
		.name = "release_hold.of_holder",
		.sql = "SELECT " COLUMNS " FROM acctguard.release_hold "
			"WHERE ended_at IS NULL AND holder_id = $1 ORDER BY opened_at DESC LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CLAIM_NEXT] = {
		.name = "release_hold.next",
		.sql = "SELECT coalesce(max(no), 0) + 1 FROM acctguard.release_hold WHERE number_id = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CLAIM_COUNT] = {
		.name = "release_hold.count",
		.sql = "SELECT count(*)::int4 FROM acctguard.release_hold WHERE number_id = $1 AND opened_at > $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[CLAIM_NOTE] = {
		.name = "release_hold.note",
		.sql = "UPDATE acctguard.release_hold SET noted_at = $3 WHERE number_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID}
	},
	[CLAIM_END] = {
		.name = "release_hold.end",
		.sql = "UPDATE acctguard.release_hold SET ended_at = $3, outcome = $4, ended_by = $5, end_note = $6 "
			"WHERE number_id = $1 AND no = $2 AND ended_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID}
	},
	[CLAIM_DUE] = {
		.name = "release_hold.due",
		.sql = "SELECT due_at, number_id FROM acctguard.release_hold WHERE ended_at IS NULL AND due_at <= $1 "
			"AND (due_at, number_id) > ($2, $3) ORDER BY due_at, number_id LIMIT $4",
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, INT8OID}
	},
	[CLAIM_DUE_COUNT] = {
		.name = "release_hold.due_count",
		.sql = "SELECT count(*) FROM (SELECT FROM acctguard.release_hold WHERE ended_at IS NULL AND due_at <= $1 "
			"LIMIT $2) d",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT8OID}
	},
	[CLAIM_REPORT] = {
		.name = "release_hold.report",
		.sql = "SELECT n.hint, h.no, h.claimant_id, h.holder_id, h.rule, "
			"coalesce(h.outcome, CASE WHEN h.due_at <= $2 THEN 'due' ELSE 'running' END), "
			"h.opened_at, h.due_at, h.noted_at, h.ended_at, h.ended_by, h.end_note "
			"FROM acctguard.release_hold h JOIN acctguard.number n USING (number_id) "
			"WHERE h.claimant_id = $1 OR h.holder_id = $1 OR ($1 IS NULL AND h.ended_at IS NULL) "
			"ORDER BY h.due_at, h.number_id, h.no",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[HINT_SET] = {
		.name = "register_hint.set",
		.sql = "INSERT INTO acctguard.register_hint (account_id, hint) VALUES ($1, $2) "
			"ON CONFLICT (account_id) DO UPDATE SET hint = EXCLUDED.hint",
		.expected = SPI_OK_INSERT,
		.nargs = 2,
		.argtypes = {INT8OID, TEXTOID}
	},
	[HINT_DROP] = {
		.name = "register_hint.drop",
		.sql = "DELETE FROM acctguard.register_hint WHERE account_id = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[HINT_READ] = {
		.name = "register_hint.read",
		.sql = "SELECT hint FROM acctguard.register_hint WHERE account_id = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(register_statements, statements);

static AgNumberClaim *
claim_of(const AgResult *result)
{
	AgNumberClaim *claim;

	if (result->count == 0)
		return NULL;
	claim = palloc(sizeof(AgNumberClaim));
	claim->number_id = ag_row_int8(result, 0, COL_NUMBER_ID);
	claim->no = ag_row_int4(result, 0, COL_NO);
	claim->claimant_id = ag_row_int8(result, 0, COL_CLAIMANT_ID);
	claim->holder_id = ag_row_int8(result, 0, COL_HOLDER_ID);
	claim->binding = ag_row_int4(result, 0, COL_BINDING);
	claim->rule = ag_row_text(result, 0, COL_RULE);
	claim->opened_at = ag_row_time(result, 0, COL_OPENED_AT);
	claim->due_at = ag_row_time(result, 0, COL_DUE_AT);
	claim->noted_at = ag_row_time(result, 0, COL_NOTED_AT);
	claim->ended_at = ag_row_time(result, 0, COL_ENDED_AT);
	claim->outcome = ag_row_text(result, 0, COL_OUTCOME);
	return claim;
}

/* Sets its number. */
void
ag_claim_store_insert(AgNumberClaim *claim)
{
	claim->no = ag_row_int4(ag_run(register_statements, CLAIM_NEXT, ag_int8(claim->number_id)), 0, 1);
	ag_run(register_statements, CLAIM_INSERT, ag_int8(claim->number_id), ag_int4(claim->no),
		   ag_int8(claim->claimant_id), ag_int8(claim->holder_id), ag_int4(claim->binding),
		   ag_text(claim->rule), ag_time(claim->opened_at), ag_time(claim->due_at));
}

/* The claim to a number that has not ended; NULL = none. */
AgNumberClaim *
ag_claim_store_running(int64 number_id)
{
	return claim_of(ag_run(register_statements, CLAIM_RUNNING, ag_int8(number_id)));
}

/* The last one that has not ended with which an account waits for a number. */
AgNumberClaim *
ag_claim_store_of_claimant(int64 account_id)
{
	return claim_of(ag_run(register_statements, CLAIM_OF_CLAIMANT, ag_int8(account_id)));
}

/* ... to a number that an account has: who waits for one may have got another meanwhile. */
AgNumberClaim *
ag_claim_store_of_holder(int64 account_id)
{
	return claim_of(ag_run(register_statements, CLAIM_OF_HOLDER, ag_int8(account_id)));
}

/* How many were opened after a time. */
int
ag_claim_store_count(int64 number_id, TimestampTz after)
{
	return ag_row_int4(ag_run(register_statements, CLAIM_COUNT, ag_int8(number_id), ag_time(after)), 0, 1);
}

void
ag_claim_store_note(const AgNumberClaim *claim, TimestampTz at)
{
	ag_run(register_statements, CLAIM_NOTE, ag_int8(claim->number_id), ag_int4(claim->no), ag_time(at));
}

void
ag_claim_store_end(const AgNumberClaim *claim, const char *outcome, const char *who, const char *note,
				   TimestampTz at)
{
	if (ag_run(register_statements, CLAIM_END, ag_int8(claim->number_id), ag_int4(claim->no),
			   ag_time(at), ag_text(outcome), ag_text(who), ag_text(note))->count != 1)
		elog(ERROR, "claim %d of a number vanished under its lock", claim->no);
}

/* Claims whose time is over, behind one, in the order of due_at: due_at and number_id. */
AgResult *
ag_claim_store_due(TimestampTz at, const AgSweepCursor *after, int64 limit)
{
	return ag_run(register_statements, CLAIM_DUE, ag_time(at),
				  ag_datum(TimestampTzGetDatum(after->at), false), ag_int8(after->id), ag_int8(limit));
}

int64
ag_claim_store_due_count(TimestampTz at, int64 most)
{
	return ag_row_int8(ag_run(register_statements, CLAIM_DUE_COUNT, ag_time(at), ag_int8(most)), 0, 1);
}

/* For release_hold_list(). */
AgResult *
ag_claim_store_report(int64 account_id, TimestampTz at)
{
	return ag_run(register_statements, CLAIM_REPORT, ag_int8_or_null(account_id),
				  ag_time(at));
}

void
ag_hint_store_set(int64 account_id, const char *hint)
{
	ag_run(register_statements, HINT_SET, ag_int8(account_id), ag_text(hint));
}

void
ag_hint_store_drop(int64 account_id)
{
	ag_run(register_statements, HINT_DROP, ag_int8(account_id));
}

char *
ag_hint_store_read(int64 account_id)
{
	AgResult   *result = ag_run(register_statements, HINT_READ, ag_int8(account_id));

	return result->count == 0 ? NULL : ag_row_text(result, 0, 1);
}
