/*-------------------------------------------------------------------------
 *
 * appeal_store.c
 *		Table appeal.
 *
 * A case is read whole, changed in memory under the account's lock, and written back
 * whole; the trigger of appeal_trigger.c checks the step against appeal_rules.c.
 *
 * The caller holds the account's lock, except for the queue.  Rows come back in the
 * caller's memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "catalog/pg_type.h"

enum
{
	APPEAL_INSERT,
	APPEAL_READ,
	APPEAL_LIST,
	APPEAL_OF_FREEZE,
	APPEAL_BY_KEY,
	APPEAL_UPDATE,
	APPEAL_PARTIES,
	APPEAL_IS_PARTY,
	APPEAL_QUEUE,
	APPEAL_HELD_BY,
	APPEAL_OPEN_CASES,
	APPEAL_CLOSED_CASES,
	APPEAL_DUE,
	APPEAL_SHREDDED
};

#define COLUMNS \
	"account_id, no, freeze_no, origin, previous, version, opened_at, opened_by, opened_role, " \
	"appealed_at, retracted_at, locale, ticket, idempotency_key, request, parties, due_at, claimed_at, " \
	"claimed_by, claim_until, rounds, asked_at, ask_until, decision, decided_at, decided_by, " \
	"decided_role, decided_automated, unfounded, terms_end, terms_ends_at, terms_capabilities, sign_until, signed_at, signed_by, " \
	"signed_role, outcome, closed_at, closed_by, breached_at, reminders, steps, items, changed_at, moot_at"

/* In the order of COLUMNS. */
enum
{
	COL_ACCOUNT_ID = 1,
	COL_NO,
	COL_FREEZE_NO,
	COL_ORIGIN,
	COL_PREVIOUS,
	COL_VERSION,
	COL_OPENED_AT,
	COL_OPENED_BY,
	COL_OPENED_ROLE,
	COL_APPEALED_AT,
	COL_RETRACTED_AT,
	COL_LOCALE,
	COL_TICKET,
	COL_IDEMPOTENCY_KEY,
	COL_REQUEST,
	COL_PARTIES,
	COL_DUE_AT,
	COL_CLAIMED_AT,
	COL_CLAIMED_BY,
	COL_CLAIM_UNTIL,
	COL_ROUNDS,
	COL_ASKED_AT,
	COL_ASK_UNTIL,
	COL_DECISION,
	COL_DECIDED_AT,
	COL_DECIDED_BY,
	COL_DECIDED_ROLE,
	COL_DECIDED_AUTOMATED,
	COL_UNFOUNDED,
	COL_TERMS_END,
	COL_TERMS_ENDS_AT,
	COL_TERMS_CAPABILITIES,
	COL_SIGN_UNTIL,
	COL_SIGNED_AT,
	COL_SIGNED_BY,
	COL_SIGNED_ROLE,
	COL_OUTCOME,
	COL_CLOSED_AT,
	COL_CLOSED_BY,
	COL_BREACHED_AT,
	COL_REMINDERS,
	COL_STEPS,
	COL_ITEMS,
	COL_CHANGED_AT,
	COL_MOOT_AT,
	COL_KIND					/* of the open cases only */
};

/* As ag_appeal_lapses(). */
#define LAPSES "(origin = 'appeal' OR (origin = 'level2' AND appealed_at IS NOT DISTINCT FROM opened_at)) "

/* In the queue at $1: open, not claimed, not waiting for material or a signature. */
#define CLAIMABLE \
	"closed_at IS NULL AND coalesce(moot_at > $1, true) AND decision IS NULL AND coalesce(claim_until <= $1, true) " \
	"AND (asked_at IS NULL OR (ask_until <= $1 AND NOT " LAPSES ")) "

static const AgStatement statements[] = {
	[APPEAL_INSERT] = {
		.name = "appeal.insert",
		.sql = "INSERT INTO acctguard.appeal (account_id, no, freeze_no, origin, previous, version, "
			"opened_at, opened_by, opened_role, appealed_at, locale, ticket, idempotency_key, request, "
			"parties, due_at, steps, changed_at, moot_at) VALUES ($1, $2, $3, $4, nullif($5, 0), 1, $6, $7, $8, "
			"$9, $10, nullif($11, 0), $12, $13, $14, $15, 1, $6, $16)",
		.expected = SPI_OK_INSERT,
		.nargs = 16,
		.argtypes = {INT8OID, INT4OID, INT4OID, TEXTOID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID,
			TIMESTAMPTZOID, TEXTOID, INT4OID, TEXTOID, BYTEAOID, TEXTARRAYOID, TIMESTAMPTZOID, TIMESTAMPTZOID}
	},
	[APPEAL_READ] = {
		.name = "appeal.read",
		.sql = "SELECT " COLUMNS " FROM acctguard.appeal WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[APPEAL_LIST] = {
		.name = "appeal.list",
		.sql = "SELECT " COLUMNS " FROM acctguard.appeal WHERE account_id = $1 ORDER BY no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[APPEAL_OF_FREEZE] = {
		.name = "appeal.of_freeze",
		.sql = "SELECT " COLUMNS " FROM acctguard.appeal WHERE account_id = $1 AND freeze_no = $2 "
			"ORDER BY no",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[APPEAL_BY_KEY] = {
		.name = "appeal.by_key",
		.sql = "SELECT no FROM acctguard.appeal WHERE account_id = $1 AND idempotency_key = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TEXTOID}
	},
	[APPEAL_UPDATE] = {
		.name = "appeal.update",
		.sql = "UPDATE acctguard.appeal SET freeze_no = $3, version = $4, appealed_at = $5, retracted_at = $6, locale = $7, "
			"ticket = nullif($8, 0), idempotency_key = $9, request = $10, parties = $11, "
			"due_at = $12, claimed_at = $13, claimed_by = $14, claim_until = $15, rounds = $16, "
			"asked_at = $17, ask_until = $18, decision = $19, decided_at = $20, decided_by = $21, "
			"decided_role = $22, decided_automated = $23, unfounded = $24, terms_end = $25, "
			"terms_ends_at = $26, terms_capabilities = $27, sign_until = $28, signed_at = $29, "
			"signed_by = $30, signed_role = $31, outcome = $32, closed_at = $33, closed_by = $34, "
			"breached_at = $35, reminders = $36, steps = $37, items = $38, changed_at = $39, "
			"moot_at = $40 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 40,
		.argtypes = {INT8OID, INT4OID, INT4OID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
			INT4OID, TEXTOID, BYTEAOID, TEXTARRAYOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
			TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID,
			TEXTOID, TEXTOID, BOOLOID, BOOLOID, BOOLOID, TIMESTAMPTZOID, TEXTARRAYOID,
			TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID,
			TIMESTAMPTZOID, INT4OID, INT4OID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID}
	},
	[APPEAL_PARTIES] = {
		.name = "appeal.parties",
		.sql = "WITH RECURSIVE f (no) AS (SELECT $2 UNION SELECT r.replaces FROM f "
			"JOIN acctguard.freeze_record r ON r.account_id = $1 AND r.no = f.no AND r.replaces IS NOT NULL), "
			"c AS (SELECT a.no, a.origin, a.opened_by, a.ticket FROM acctguard.appeal a "
			"WHERE a.account_id = $1 AND (a.no = $3 OR a.freeze_no IN (SELECT f.no FROM f))) "
			"SELECT coalesce(array_agg(DISTINCT p.person ORDER BY p.person) "
			"FILTER (WHERE p.person IS NOT NULL), '{}') FROM ("
			"SELECT unnest(ARRAY[r.issued_by, r.endorsed_by, r.approved_by, r.amendment_by]) "
			"FROM f JOIN acctguard.freeze_record r ON r.account_id = $1 AND r.no = f.no "
			"UNION SELECT unnest(ARRAY[v.issued_by, v.approved_by, v.evidence->>'complainant']) "
			"FROM f JOIN acctguard.freeze_version v ON v.account_id = $1 AND v.no = f.no "
			"UNION SELECT a.person FROM acctguard.account a WHERE a.account_id = $1 "
			"UNION SELECT c.opened_by FROM c WHERE c.origin <> 'mandatory_review' "
			"UNION SELECT s.person FROM c JOIN acctguard.appeal_step s ON s.account_id = $1 AND s.no = c.no "
			"AND (s.what IN ('submit', 'join', 'reopen', 'supplement') "
			"OR (c.no <> $3 AND s.what IN ('ask', 'decide', 'sign', 'refuse')) "
			"OR (s.what = 'decide' AND (SELECT r.what FROM acctguard.appeal_step r WHERE r.account_id = $1 "
			"AND r.no = s.no AND r.step > s.step AND r.what IN ('refuse', 'move') ORDER BY r.step LIMIT 1) = 'refuse')) "
			"UNION SELECT unnest(ARRAY[t.proposed_by, t.issued_by]) FROM c "
			"JOIN acctguard.appeal_ticket t ON t.account_id = $1 AND t.no = c.ticket "
			"UNION SELECT unnest($4)) p (person)",
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, INT4OID, TEXTARRAYOID}
	},
	[APPEAL_IS_PARTY] = {
		.name = "appeal.is_party",
		.sql = "SELECT $2 = ANY ($1)",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TEXTARRAYOID, TEXTOID}
	},
	[APPEAL_QUEUE] = {
		.name = "appeal.queue",
		.sql = "SELECT " COLUMNS " FROM acctguard.appeal WHERE " CLAIMABLE
			"AND $2 <> ALL (parties) ORDER BY due_at, opened_at, account_id, no OFFSET $3 LIMIT $4",
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {TIMESTAMPTZOID, TEXTOID, INT4OID, INT4OID}
	},
	[APPEAL_HELD_BY] = {
		.name = "appeal.held_by",
		.sql = "SELECT count(*) FROM acctguard.appeal WHERE claimed_by = $1 AND closed_at IS NULL "
			"AND coalesce(moot_at > $2, true) AND claim_until > $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TEXTOID, TIMESTAMPTZOID}
	},
	[APPEAL_OPEN_CASES] = {
		.name = "appeal.open_cases",
		.sql = "SELECT " COLUMNS ", (SELECT r.kind FROM acctguard.freeze_record r "
			"WHERE r.account_id = a.account_id AND r.no = a.freeze_no) "
			"FROM acctguard.appeal a WHERE closed_at IS NULL ORDER BY due_at, opened_at, account_id, no",
		.expected = SPI_OK_SELECT,
		.read_only = true
	},
	[APPEAL_CLOSED_CASES] = {
		.name = "appeal.closed_cases",
		.sql = "SELECT " COLUMNS ", (SELECT r.kind FROM acctguard.freeze_record r "
			"WHERE r.account_id = c.account_id AND r.no = c.freeze_no) FROM ("
			"(SELECT *, closed_at AS over_at FROM acctguard.appeal WHERE closed_at IS NOT NULL "
			"AND (closed_at, account_id, no) < ($1, $2, $3) AND closed_at >= $4 AND coalesce(outcome = $5, true) "
			"ORDER BY closed_at DESC, account_id DESC, no DESC LIMIT $6) "
			"UNION ALL (SELECT *, ask_until FROM acctguard.appeal WHERE closed_at IS NULL AND " LAPSES
			"AND ask_until <= $7 AND (ask_until, account_id, no) < ($1, $2, $3) AND ask_until >= $4 "
			"AND coalesce($5 = 'lapsed', true) "
			"ORDER BY ask_until DESC, account_id DESC, no DESC LIMIT $6) "
			"UNION ALL (SELECT *, moot_at FROM acctguard.appeal WHERE closed_at IS NULL "
			"AND moot_at <= $7 AND (moot_at, account_id, no) < ($1, $2, $3) AND moot_at >= $4 "
			"AND coalesce($5 = 'moot', true) "
			"ORDER BY moot_at DESC, account_id DESC, no DESC LIMIT $6)) c "
			"ORDER BY over_at DESC, account_id DESC, no DESC LIMIT $6",
		.expected = SPI_OK_SELECT,
		.nargs = 7,
		.argtypes = {TIMESTAMPTZOID, INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, INT4OID, TIMESTAMPTZOID},
		.read_only = true
	},
	[APPEAL_DUE] = {
		.name = "appeal.due",
		.sql = "SELECT " COLUMNS " FROM acctguard.appeal a WHERE closed_at IS NULL AND (ask_until <= $1 "
			"OR (reminders = 0 AND asked_at + (ask_until - asked_at) / 2 <= $1) "
			"OR (reminders = 1 AND greatest(asked_at + (ask_until - asked_at) / 2, ask_until - interval '1 day') <= $1) "
			"OR (breached_at IS NULL AND due_at <= coalesce(asked_at, $1) AND NOT EXISTS ("
			"SELECT FROM acctguard.freeze_record f WHERE f.account_id = a.account_id AND f.no = a.freeze_no "
			"AND least(f.lift_at, f.rest_at) > $1)) "
			"OR EXISTS (SELECT FROM acctguard.shred s WHERE s.account_id = a.account_id)) "
			"ORDER BY account_id, no LIMIT $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT4OID}
	},
	[APPEAL_SHREDDED] = {
		.name = "appeal.shredded",
		.sql = "SELECT EXISTS (SELECT FROM acctguard.shred WHERE account_id = $1)",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(appeal_statements, statements);

static bytea *
row_bytes(const AgResult *result, uint64 row, int column)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column, &isnull);

	return isnull ? NULL : DatumGetByteaPCopy(value);
}

static AgAppeal *
appeal_from_row(const AgResult *result, uint64 row)
{
	AgAppeal   *appeal = palloc0(sizeof(AgAppeal));

	appeal->account_id = ag_row_int8(result, row, COL_ACCOUNT_ID);
	appeal->no = ag_row_int4(result, row, COL_NO);
	appeal->freeze_no = ag_row_int4(result, row, COL_FREEZE_NO);
	appeal->origin = ag_row_text(result, row, COL_ORIGIN);
	appeal->previous = ag_row_int4(result, row, COL_PREVIOUS);
	appeal->version = appeal->read_version = ag_row_int4(result, row, COL_VERSION);
	appeal->opened_at = ag_row_time(result, row, COL_OPENED_AT);
	appeal->opened_by = ag_row_text(result, row, COL_OPENED_BY);
	appeal->opened_role = ag_row_text(result, row, COL_OPENED_ROLE);
	appeal->appealed_at = ag_row_time(result, row, COL_APPEALED_AT);
	appeal->retracted_at = ag_row_time(result, row, COL_RETRACTED_AT);
	appeal->locale = ag_row_text(result, row, COL_LOCALE);
	appeal->ticket = ag_row_int4(result, row, COL_TICKET);
	appeal->idempotency_key = ag_row_text(result, row, COL_IDEMPOTENCY_KEY);
	appeal->request = row_bytes(result, row, COL_REQUEST);
	appeal->parties = ag_row_array(result, row, COL_PARTIES);
	appeal->due_at = ag_row_time(result, row, COL_DUE_AT);
	appeal->claimed_at = ag_row_time(result, row, COL_CLAIMED_AT);
	appeal->claimed_by = ag_row_text(result, row, COL_CLAIMED_BY);
	appeal->claim_until = ag_row_time(result, row, COL_CLAIM_UNTIL);
	appeal->rounds = ag_row_int4(result, row, COL_ROUNDS);
	appeal->asked_at = ag_row_time(result, row, COL_ASKED_AT);
	appeal->ask_until = ag_row_time(result, row, COL_ASK_UNTIL);
	appeal->decision = ag_row_text(result, row, COL_DECISION);
	appeal->decided_at = ag_row_time(result, row, COL_DECIDED_AT);
	appeal->decided_by = ag_row_text(result, row, COL_DECIDED_BY);
	appeal->decided_role = ag_row_text(result, row, COL_DECIDED_ROLE);
	appeal->decided_automated = ag_row_bool(result, row, COL_DECIDED_AUTOMATED);
	appeal->unfounded = ag_row_bool(result, row, COL_UNFOUNDED);
	appeal->terms_end = ag_row_bool(result, row, COL_TERMS_END);
	appeal->terms_ends_at = ag_row_time(result, row, COL_TERMS_ENDS_AT);
	appeal->terms_capabilities = ag_row_array(result, row, COL_TERMS_CAPABILITIES);
	appeal->sign_until = ag_row_time(result, row, COL_SIGN_UNTIL);
	appeal->signed_at = ag_row_time(result, row, COL_SIGNED_AT);
	appeal->signed_by = ag_row_text(result, row, COL_SIGNED_BY);
	appeal->signed_role = ag_row_text(result, row, COL_SIGNED_ROLE);
	appeal->outcome = ag_row_text(result, row, COL_OUTCOME);
	appeal->closed_at = ag_row_time(result, row, COL_CLOSED_AT);
	appeal->closed_by = ag_row_text(result, row, COL_CLOSED_BY);
	appeal->breached_at = ag_row_time(result, row, COL_BREACHED_AT);
	appeal->reminders = ag_row_int4(result, row, COL_REMINDERS);
	appeal->steps = ag_row_int4(result, row, COL_STEPS);
	appeal->items = ag_row_int4(result, row, COL_ITEMS);
	appeal->changed_at = ag_row_time(result, row, COL_CHANGED_AT);
	appeal->moot_at = ag_row_time(result, row, COL_MOOT_AT);
	if (result->desc->natts >= COL_KIND)
		appeal->kind = ag_row_text(result, row, COL_KIND);
	return appeal;
}

static List *
appeals_from(const AgResult *result)
{
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
		list = lappend(list, appeal_from_row(result, i));
	return list;
}

static NullableDatum
array(const ArrayType *value)
{
	return ag_datum(PointerGetDatum(value), value == NULL);
}

static NullableDatum
bytes(const bytea *value)
{
	return value == NULL ? ag_null() : ag_bytes(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

/* NULL if there is none of that number. */
AgAppeal *
ag_appeal_store_read(int64 account_id, int no)
{
	AgResult   *result = ag_run(appeal_statements, APPEAL_READ, ag_int8(account_id), ag_int4(no));

	return result->count == 0 ? NULL : appeal_from_row(result, 0);
}

List *
ag_appeal_store_list(int64 account_id)
{
	return appeals_from(ag_run(appeal_statements, APPEAL_LIST, ag_int8(account_id)));
}

List *
ag_appeal_store_of_freeze(int64 account_id, int freeze_no)
{
	return appeals_from(ag_run(appeal_statements, APPEAL_OF_FREEZE, ag_int8(account_id),
							   ag_int4(freeze_no)));
}

/* The case that a request under the key made; 0 if there is none. */
int
ag_appeal_store_find_key(int64 account_id, const char *key)
{
	AgResult   *result = ag_run(appeal_statements, APPEAL_BY_KEY, ag_int8(account_id), ag_text(key));

	return result->count == 0 ? 0 : ag_row_int4(result, 0, 1);
}

void
ag_appeal_store_insert(const AgAppeal *appeal)
{
	ag_run(appeal_statements, APPEAL_INSERT, ag_int8(appeal->account_id), ag_int4(appeal->no),
		   ag_int4(appeal->freeze_no), ag_text(appeal->origin), ag_int4(appeal->previous),
		   ag_time(appeal->opened_at), ag_text(appeal->opened_by), ag_text(appeal->opened_role),
		   ag_time(appeal->appealed_at), ag_text(appeal->locale), ag_int4(appeal->ticket),
		   ag_text(appeal->idempotency_key), bytes(appeal->request), array(appeal->parties),
		   ag_time(appeal->due_at), ag_time(appeal->moot_at));
}

void
ag_appeal_store_update(const AgAppeal *appeal)
{
	ag_run(appeal_statements, APPEAL_UPDATE, ag_int8(appeal->account_id), ag_int4(appeal->no),
		   ag_int4(appeal->freeze_no), ag_int4(appeal->version), ag_time(appeal->appealed_at),
		   ag_time(appeal->retracted_at), ag_text(appeal->locale), ag_int4(appeal->ticket),
		   ag_text(appeal->idempotency_key), bytes(appeal->request), array(appeal->parties),
		   ag_time(appeal->due_at), ag_time(appeal->claimed_at), ag_text(appeal->claimed_by),
		   ag_time(appeal->claim_until), ag_int4(appeal->rounds), ag_time(appeal->asked_at),
		   ag_time(appeal->ask_until), ag_text(appeal->decision), ag_time(appeal->decided_at),
		   ag_text(appeal->decided_by), ag_text(appeal->decided_role),
		   ag_bool(appeal->decided_automated), ag_bool(appeal->unfounded), ag_bool(appeal->terms_end),
		   ag_time(appeal->terms_ends_at), array(appeal->terms_capabilities),
		   ag_time(appeal->sign_until), ag_time(appeal->signed_at), ag_text(appeal->signed_by),
		   ag_text(appeal->signed_role), ag_text(appeal->outcome), ag_time(appeal->closed_at),
		   ag_text(appeal->closed_by), ag_time(appeal->breached_at), ag_int4(appeal->reminders),
		   ag_int4(appeal->steps), ag_int4(appeal->items), ag_time(appeal->changed_at),
		   ag_time(appeal->moot_at));
}

/*
 * Who may not review a case of the freeze: whoever decided about it, about a freeze whose
 * place it took, or about other cases of these (all but one); whoever opened or filed a
 * case or vouched for its ticket; the user, the complainant; and more, which may be NULL.
 */
ArrayType *
ag_appeal_store_parties(int64 account_id, int freeze_no, int but, const ArrayType *more)
{
	return ag_row_array(ag_run(appeal_statements, APPEAL_PARTIES, ag_int8(account_id),
							   ag_int4(freeze_no), ag_int4(but), array(more)), 0, 1);
}

bool
ag_appeal_store_is_party(const ArrayType *parties, const char *person)
{
	return ag_row_bool(ag_run(appeal_statements, APPEAL_IS_PARTY, array(parties), ag_text(person)),
					   0, 1);
}

/* A page of the queue as a person may work on it, earliest due first; AgAppeal *. */
List *
ag_appeal_store_queue(const char *person, int skip, int count, TimestampTz at)
{
	return appeals_from(ag_run(appeal_statements, APPEAL_QUEUE, ag_time(at), ag_text(person),
							   ag_int4(skip), ag_int4(count)));
}

/* How many cases a person holds. */
int
ag_appeal_store_held_by(const char *person, TimestampTz at)
{
	return (int) ag_row_int8(ag_run(appeal_statements, APPEAL_HELD_BY, ag_text(person), ag_time(at)), 0, 1);
}

/* Every case that nobody has closed. */
List *
ag_appeal_store_open(void)
{
	return appeals_from(ag_run_noargs(appeal_statements, APPEAL_OPEN_CASES));
}

/* Cases that are over, newest first, also those that lapsed by the clock; after the last of a page before. */
List *
ag_appeal_store_closed(const AgAppealPage *page, TimestampTz at)
{
	return appeals_from(ag_run(appeal_statements, APPEAL_CLOSED_CASES, ag_datum(TimestampTzGetDatum(page->before), false),
							   ag_int8(page->account_id), ag_int4(page->no),
							   ag_datum(TimestampTzGetDatum(page->since), false), ag_text(page->outcome),
							   ag_int4(page->count), ag_time(at)));
}

/* Cases that the sweep has something to do with. */
List *
ag_appeal_store_due(int count, TimestampTz at)
{
	return appeals_from(ag_run(appeal_statements, APPEAL_DUE, ag_time(at), ag_int4(count)));
}

/* Was the account's key destroyed? */
bool
ag_appeal_store_shredded(int64 account_id)
{
	return ag_row_bool(ag_run(appeal_statements, APPEAL_SHREDDED, ag_int8(account_id)), 0, 1);
}
