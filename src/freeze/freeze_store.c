/*-------------------------------------------------------------------------
 *
 * freeze_store.c
 *		Table freeze_record, read together with the version in force.
 *
 * Records are changed one transition at a time, each by its own statement, which
 * names exactly the columns that the transition may touch; the trigger of
 * freeze_trigger.c checks the step against the table in freeze_rules.c.
 *
 * The caller holds the account's lock.  Rows come back in the caller's memory
 * context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "crypto/crypto.h"
#include "freeze/decision.h"
#include "utils/builtins.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

enum
{
	FREEZE_INSERT,
	FREEZE_LIST,
	FREEZE_LIST_AT,
	FREEZE_LOAD,
	FREEZE_BY_KEY,
	FREEZE_ENDORSE,
	FREEZE_APPROVE,
	FREEZE_PROPOSE_AMENDMENT,
	FREEZE_AMEND,
	FREEZE_DROP_AMENDMENT,
	FREEZE_END,
	FREEZE_STAY,
	FREEZE_UNSTAY,
	FREEZE_PLAN,
	FREEZE_PROPOSE_VACATE,
	FREEZE_VACATE,
	FREEZE_INFORM
};

#define COLUMNS \
	"r.account_id, r.no, r.kind, r.kind_version, r.reason, r.version, r.issued_at, r.issued_by, " \
	"r.issued_role, r.automated, r.proposal_until, r.endorsed_at, r.endorsed_by, r.approved_at, " \
	"r.approved_by, r.amendment, r.amendment_until, r.amendment_by, v.version, v.starts_at, v.ends_at, " \
	"v.denies, v.rule::text, v.facts, v.ground, v.legal_reference, v.conduct_at, r.stays, r.ended_at, " \
	"r.end_reason, r.ended_by, r.vacated_at, r.vacated_by, r.vacate_proposed_at, r.vacate_proposed_by, " \
	"r.vacate_reason, r.vacate_until, r.replaces, r.replaced_by, r.ladder_score, r.incident::text, " \
	"r.batch::text, r.puid::text, r.appealable, r.informed_at, r.disclose_at, r.note, r.changed_at, " \
	"coalesce(r.noted::int4, -1), r.wake_at, r.renewed_at, r.lift_at, r.rest_at, r.rest_until"

/* In the order of COLUMNS. */
enum
{
	COL_ACCOUNT_ID = 1,
	COL_NO,
	COL_KIND,
	COL_KIND_VERSION,
	COL_REASON,
	COL_VERSION,
	COL_ISSUED_AT,
	COL_ISSUED_BY,
	COL_ISSUED_ROLE,
	COL_AUTOMATED,
	COL_PROPOSAL_UNTIL,
	COL_ENDORSED_AT,
	COL_ENDORSED_BY,
	COL_APPROVED_AT,
	COL_APPROVED_BY,
	COL_AMENDMENT,
	COL_AMENDMENT_UNTIL,
	COL_AMENDMENT_BY,
	COL_TERMS,
	COL_STARTS_AT,
	COL_ENDS_AT,
	COL_DENIES,
	COL_RULE,
	COL_FACTS,
	COL_GROUND,
	COL_LEGAL_REFERENCE,
	COL_CONDUCT_AT,
	COL_STAYS,
	COL_ENDED_AT,
	COL_END_REASON,
	COL_ENDED_BY,
	COL_VACATED_AT,
	COL_VACATED_BY,
	COL_VACATE_PROPOSED_AT,
	COL_VACATE_PROPOSED_BY,
	COL_VACATE_REASON,
	COL_VACATE_UNTIL,
	COL_REPLACES,
	COL_REPLACED_BY,
	COL_LADDER_SCORE,
	COL_INCIDENT,
	COL_BATCH,
	COL_PUID,
	COL_APPEALABLE,
	COL_INFORMED_AT,
	COL_DISCLOSE_AT,
	COL_NOTE,
	COL_CHANGED_AT,
	COL_NOTED,
	COL_WAKE_AT,
	COL_RENEWED_AT,
	COL_LIFT_AT,
	COL_REST_AT,
	COL_REST_UNTIL
};

#define FROM_PRESENT \
	" FROM acctguard.freeze_record r JOIN acctguard.freeze_version v " \
	"ON v.account_id = r.account_id AND v.no = r.no AND v.version = r.terms "

static const AgStatement statements[] = {
	[FREEZE_INSERT] = {
		.name = "freeze_record.insert",
		.sql = "INSERT INTO acctguard.freeze_record (account_id, no, puid, kind, kind_version, reason, "
			"version, terms, starts_at, ends_at, issued_at, issued_by, issued_role, automated, "
			"proposal_until, replaces, ladder_score, incident, batch, idempotency_key, request_hash, "
			"appealable, disclose_at, note, changed_at, wake_at) "
			"VALUES ($1, $2, $3::uuid, $4, $5, $6, 1, 1, $7, $8, $9, $10, $11, $12, $13, $14, $15, "
			"$16::uuid, $17::uuid, $18, $19, $20, $21, $22, $9, $23)",
		.expected = SPI_OK_INSERT,
		.nargs = 23,
		.argtypes = {INT8OID, INT4OID, TEXTOID, TEXTOID, INT4OID, TEXTOID, TIMESTAMPTZOID,
			TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, BOOLOID, TIMESTAMPTZOID, INT4OID, INT4OID,
			TEXTOID, TEXTOID, TEXTOID, BYTEAOID, BOOLOID, TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID}
	},
	[FREEZE_LIST] = {
		.name = "freeze_record.list",
		.sql = "SELECT " COLUMNS FROM_PRESENT "WHERE r.account_id = $1 ORDER BY r.no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[FREEZE_LIST_AT] = {
		.name = "freeze_record.list_at",
		.sql = "SELECT " COLUMNS " FROM acctguard.freeze_record r CROSS JOIN LATERAL "
			"(SELECT * FROM acctguard.freeze_version v WHERE v.account_id = r.account_id AND v.no = r.no "
			"AND NOT v.proposal AND v.issued_at <= $2 ORDER BY v.version DESC LIMIT 1) v "
			"WHERE r.account_id = $1 ORDER BY r.no",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[FREEZE_LOAD] = {
		.name = "freeze_record.load",
		.sql = "SELECT " COLUMNS FROM_PRESENT "WHERE r.account_id = $1 AND r.no = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[FREEZE_BY_KEY] = {
		.name = "freeze_record.by_key",
		.sql = "SELECT no, request_hash FROM acctguard.freeze_record "
			"WHERE account_id = $1 AND idempotency_key = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TEXTOID}
	},
	[FREEZE_ENDORSE] = {
		.name = "freeze_record.endorse",
		.sql = "UPDATE acctguard.freeze_record SET endorsed_at = $3, endorsed_by = $4, changed_at = $3 "
			"WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID}
	},
	[FREEZE_APPROVE] = {
		.name = "freeze_record.approve",
		.sql = "UPDATE acctguard.freeze_record SET approved_at = $3, approved_by = $4, "
			"approved_role = $5, version = $6, terms = $6, starts_at = $7, ends_at = $8, "
			"changed_at = $3 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 8,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, INT4OID, TIMESTAMPTZOID,
			TIMESTAMPTZOID}
	},
	[FREEZE_PROPOSE_AMENDMENT] = {
		.name = "freeze_record.propose_amendment",
		.sql = "UPDATE acctguard.freeze_record SET version = $3, amendment = $3, amendment_until = $4, "
			"amendment_by = $5, changed_at = $6 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, INT4OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID}
	},
	[FREEZE_AMEND] = {
		.name = "freeze_record.amend",
		.sql = "UPDATE acctguard.freeze_record SET version = $3, terms = $3, starts_at = $4, "
			"ends_at = $5, informed_at = CASE WHEN $6 THEN NULL ELSE informed_at END, "
			"renewed_at = CASE WHEN $6 THEN $7 ELSE renewed_at END, amendment = NULL, amendment_until = NULL, amendment_by = NULL, changed_at = $7 "
			"WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 7,
		.argtypes = {INT8OID, INT4OID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID, BOOLOID, TIMESTAMPTZOID}
	},
	[FREEZE_DROP_AMENDMENT] = {
		.name = "freeze_record.drop_amendment",
		.sql = "UPDATE acctguard.freeze_record SET amendment = NULL, amendment_until = NULL, "
			"amendment_by = NULL, changed_at = $3 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID}
	},
	[FREEZE_END] = {
		.name = "freeze_record.end",
		.sql = "UPDATE acctguard.freeze_record SET ended_at = $3, end_reason = $4, ended_by = $5, "
			"ended_role = $6, end_note = $7, end_reference = $8, replaced_by = $9, amendment = NULL, "
			"amendment_until = NULL, amendment_by = NULL, changed_at = $3 "
			"WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 9,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
			INT4OID}
	},
	[FREEZE_STAY] = {
		.name = "freeze_record.stay",
		.sql = "UPDATE acctguard.freeze_record SET "
			"stays = stays + tstzmultirange(tstzrange($3, $4)), stayed_by = $5, stay_reason = $6, "
			"changed_at = $3, noted = noted & ~8 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[FREEZE_UNSTAY] = {
		.name = "freeze_record.unstay",
		.sql = "UPDATE acctguard.freeze_record SET "
			"stays = stays + CASE WHEN rest_at <= $3 THEN tstzmultirange(tstzrange(rest_at, rest_until)) "
			"ELSE '{}' END - tstzmultirange(tstzrange($3, NULL)), "
			"rest_at = CASE WHEN rest_at > $3 THEN rest_at END, "
			"rest_until = CASE WHEN rest_at > $3 THEN rest_until END, changed_at = $3, noted = noted | 8 "
			"WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID}
	},
	[FREEZE_PLAN] = {
		.name = "freeze_record.plan",
		.sql = "UPDATE acctguard.freeze_record SET lift_at = $3, rest_at = $4, rest_until = $5, "
			"noted = noted & ~768 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 5,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID}
	},
	[FREEZE_PROPOSE_VACATE] = {
		.name = "freeze_record.propose_vacate",
		.sql = "UPDATE acctguard.freeze_record SET vacate_proposed_at = $3, vacate_proposed_by = $4, "
			"vacate_until = $5, vacate_reason = $6, changed_at = $3 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID, TEXTOID}
	},
	[FREEZE_VACATE] = {
		.name = "freeze_record.vacate",
		.sql = "UPDATE acctguard.freeze_record SET vacated_at = $3, vacated_by = $4, vacate_reason = $5, "
			"vacate_proposed_at = $8, vacate_proposed_by = $9, vacate_until = $10, "
			"ended_at = CASE WHEN $6 THEN $3 ELSE ended_at END, "
			"end_reason = CASE WHEN $6 THEN 'overturned' ELSE end_reason END, "
			"ended_by = CASE WHEN $6 THEN $4 ELSE ended_by END, "
			"ended_role = CASE WHEN $6 THEN $7 ELSE ended_role END, amendment = NULL, "
			"amendment_until = NULL, amendment_by = NULL, changed_at = $3 "
			"WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 10,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, BOOLOID, TEXTOID, TIMESTAMPTZOID,
			TEXTOID, TIMESTAMPTZOID}
	},
	[FREEZE_INFORM] = {
		.name = "freeze_record.inform",
		.sql = "UPDATE acctguard.freeze_record SET informed_at = $3, changed_at = $3 "
			"WHERE account_id = $1 AND no = $2 AND informed_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID}
	}
};

AG_STATEMENT_TABLE(freeze_statements, statements);

void
ag_freeze_store_insert(const AgFreeze *freeze, const AgFreezeStatement *statement)
{
	ag_run(freeze_statements, FREEZE_INSERT, ag_int8(freeze->account_id), ag_int4(freeze->no),
		   ag_text(freeze->puid), ag_text(freeze->kind), ag_int4(freeze->kind_version),
		   ag_text(freeze->reason), ag_time(freeze->starts_at), ag_time(freeze->ends_at),
		   ag_time(freeze->issued_at), ag_text(freeze->issued_by), ag_text(freeze->issued_role),
		   ag_bool(freeze->automated), ag_time(freeze->proposal_until),
		   ag_int4_or_null(freeze->replaces),
		   ag_int4_or_null(freeze->ladder_score),
		   ag_text(freeze->incident), ag_text(freeze->batch), ag_text(statement->idempotency_key),
		   ag_bytes(statement->request_hash, AG_HASH_SIZE), ag_bool(freeze->appealable),
		   ag_time(freeze->disclose_at), ag_text(freeze->note), ag_time(freeze->wake_at));
}

/* The spans of a multirange of times, in order. */
AgSpan *
ag_freeze_read_spans(Datum datum, int *count)
{
	TypeCacheEntry *type = lookup_type_cache(TSTZMULTIRANGEOID, TYPECACHE_MULTIRANGE_INFO);
	TypeCacheEntry *range_type = type->rngtype;
	RangeType **ranges;
	AgSpan	   *spans;

	multirange_deserialize(range_type, DatumGetMultirangeTypeP(datum), count, &ranges);
	spans = palloc(sizeof(AgSpan) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
	{
		RangeBound	lower;
		RangeBound	upper;
		bool		empty;

		range_deserialize(range_type, ranges[i], &lower, &upper, &empty);
		spans[i].from = lower.infinite ? DT_NOBEGIN : DatumGetTimestampTz(lower.val);
		spans[i].until = upper.infinite ? DT_NOEND : DatumGetTimestampTz(upper.val);
	}
	return spans;
}

/* The stays are read without the rest; it comes after all of them, which began earlier. */
void
ag_freeze_add_rest(AgFreeze *freeze, TimestampTz from, TimestampTz until)
{
	AgSpan	   *stays;

	freeze->rest.from = from;
	freeze->rest.until = until;
	if (from == DT_NOEND)
		return;
	stays = palloc(sizeof(AgSpan) * (freeze->stay_count + 1));
	if (freeze->stay_count > 0)
		memcpy(stays, freeze->stays, sizeof(AgSpan) * freeze->stay_count);
	stays[freeze->stay_count++] = freeze->rest;
	freeze->stays = stays;
}

static AgFreeze *
freeze_from_row(const AgResult *result, uint64 row)
{
	AgFreeze   *freeze = palloc0(sizeof(AgFreeze));
	bool		isnull;

	freeze->account_id = ag_row_int8(result, row, COL_ACCOUNT_ID);
	freeze->no = ag_row_int4(result, row, COL_NO);
	freeze->kind = ag_row_text(result, row, COL_KIND);
	freeze->kind_version = ag_row_int4(result, row, COL_KIND_VERSION);
	freeze->reason = ag_row_text(result, row, COL_REASON);
	freeze->version = ag_row_int4(result, row, COL_VERSION);
	freeze->issued_at = ag_row_time(result, row, COL_ISSUED_AT);
	freeze->issued_by = ag_row_text(result, row, COL_ISSUED_BY);
	freeze->issued_role = ag_row_text(result, row, COL_ISSUED_ROLE);
	freeze->automated = ag_row_bool(result, row, COL_AUTOMATED);
	freeze->proposal_until = ag_row_time(result, row, COL_PROPOSAL_UNTIL);
	freeze->endorsed_at = ag_row_time(result, row, COL_ENDORSED_AT);
	freeze->endorsed_by = ag_row_text(result, row, COL_ENDORSED_BY);
	freeze->approved_at = ag_row_time(result, row, COL_APPROVED_AT);
	freeze->approved_by = ag_row_text(result, row, COL_APPROVED_BY);
	freeze->amendment = ag_row_int4(result, row, COL_AMENDMENT);
	freeze->amendment_until = ag_row_time(result, row, COL_AMENDMENT_UNTIL);
	freeze->amendment_by = ag_row_text(result, row, COL_AMENDMENT_BY);
	freeze->terms = ag_row_int4(result, row, COL_TERMS);
	freeze->starts_at = ag_row_time(result, row, COL_STARTS_AT);
	freeze->ends_at = ag_row_time(result, row, COL_ENDS_AT);
	freeze->denies = (uint64) ag_row_int8(result, row, COL_DENIES);
	freeze->rule = ag_row_text(result, row, COL_RULE);
	freeze->facts = ag_row_text(result, row, COL_FACTS);
	freeze->ground = ag_row_text(result, row, COL_GROUND);
	freeze->legal_reference = ag_row_text(result, row, COL_LEGAL_REFERENCE);
	freeze->conduct_at = ag_row_time(result, row, COL_CONDUCT_AT);
	freeze->stays = ag_freeze_read_spans(ag_row_datum(result, row, COL_STAYS, &isnull), &freeze->stay_count);
	freeze->ended_at = ag_row_time(result, row, COL_ENDED_AT);
	freeze->end_reason = ag_row_text(result, row, COL_END_REASON);
	freeze->ended_by = ag_row_text(result, row, COL_ENDED_BY);
	freeze->vacated_at = ag_row_time(result, row, COL_VACATED_AT);
	freeze->vacated_by = ag_row_text(result, row, COL_VACATED_BY);
	freeze->vacate_proposed_at = ag_row_time(result, row, COL_VACATE_PROPOSED_AT);
	freeze->vacate_proposed_by = ag_row_text(result, row, COL_VACATE_PROPOSED_BY);
	freeze->vacate_reason = ag_row_text(result, row, COL_VACATE_REASON);
	freeze->vacate_until = ag_row_time(result, row, COL_VACATE_UNTIL);
	freeze->replaces = ag_row_int4(result, row, COL_REPLACES);
	freeze->replaced_by = ag_row_int4(result, row, COL_REPLACED_BY);
	freeze->ladder_score = ag_row_int4(result, row, COL_LADDER_SCORE);
	freeze->incident = ag_row_text(result, row, COL_INCIDENT);
	freeze->batch = ag_row_text(result, row, COL_BATCH);
	freeze->puid = ag_row_text(result, row, COL_PUID);
	freeze->appealable = ag_row_bool(result, row, COL_APPEALABLE);
	freeze->informed_at = ag_row_time(result, row, COL_INFORMED_AT);
	freeze->disclose_at = ag_row_time(result, row, COL_DISCLOSE_AT);
	freeze->note = ag_row_text(result, row, COL_NOTE);
	freeze->changed_at = ag_row_time(result, row, COL_CHANGED_AT);
	freeze->noted = ag_row_int4(result, row, COL_NOTED);
	freeze->wake_at = ag_row_time(result, row, COL_WAKE_AT);
	freeze->renewed_at = ag_row_time(result, row, COL_RENEWED_AT);
	freeze->lift_at = ag_row_time(result, row, COL_LIFT_AT);
	ag_freeze_add_rest(freeze, ag_row_time(result, row, COL_REST_AT), ag_row_time(result, row, COL_REST_UNTIL));
	return freeze;
}

static List *
freezes_from_rows(const AgResult *result)
{
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
		list = lappend(list, freeze_from_row(result, i));
	return list;
}

List *
ag_freeze_list(int64 account_id)
{
	return freezes_from_rows(ag_run(freeze_statements, FREEZE_LIST, ag_int8(account_id)));
}

List *
ag_freeze_list_at(int64 account_id, TimestampTz at)
{
	return freezes_from_rows(ag_run(freeze_statements, FREEZE_LIST_AT, ag_int8(account_id),
									ag_time(at)));
}

/* NULL if there is none of that number. */
AgFreeze *
ag_freeze_store_read(int64 account_id, int no)
{
	AgResult   *result = ag_run(freeze_statements, FREEZE_LOAD, ag_int8(account_id), ag_int4(no));

	return result->count == 0 ? NULL : freeze_from_row(result, 0);
}

/* The freeze that an idempotency key made, with the hash of its request; 0 if there is none. */
int
ag_freeze_store_find_key(int64 account_id, const char *key, bytea **request_hash)
{
	AgResult   *result = ag_run(freeze_statements, FREEZE_BY_KEY, ag_int8(account_id),
								ag_text(key));
	bool		isnull;

	if (result->count == 0)
		return 0;
	*request_hash = DatumGetByteaPCopy(ag_row_datum(result, 0, 2, &isnull));
	return ag_row_int4(result, 0, 1);
}

/* Every change of a record hits exactly one row: the account is locked. */
static void
require_one(const AgResult *result, const AgFreeze *freeze)
{
	if (result->count != 1)
		elog(ERROR, "freeze %d of account " INT64_FORMAT " vanished under the account's lock",
			 freeze->no, freeze->account_id);
}

#define RECORD(freeze) ag_int8((freeze)->account_id), ag_int4((freeze)->no)

void
ag_freeze_store_endorse(const AgFreeze *freeze, const char *person, TimestampTz at)
{
	require_one(ag_run(freeze_statements, FREEZE_ENDORSE, RECORD(freeze), ag_time(at),
					   ag_text(person)), freeze);
}

void
ag_freeze_store_approve(const AgFreeze *freeze, const AgActor *actor, const AgFreezeVersion *version)
{
	require_one(ag_run(freeze_statements, FREEZE_APPROVE, RECORD(freeze),
					   ag_time(version->issued_at), ag_text(actor->person), ag_text(actor->role),
					   ag_int4(version->version), ag_time(version->starts_at),
					   ag_time(version->ends_at)), freeze);
}

void
ag_freeze_store_propose_amendment(const AgFreeze *freeze, const AgFreezeVersion *version,
								  TimestampTz until)
{
	require_one(ag_run(freeze_statements, FREEZE_PROPOSE_AMENDMENT, RECORD(freeze),
					   ag_int4(version->version), ag_time(until), ag_text(version->issued_by),
					   ag_time(version->issued_at)), freeze);
}

/* renotify: the user has to be informed anew, and the appeal window counts from then. */
void
ag_freeze_store_amend(const AgFreeze *freeze, const AgFreezeVersion *version, bool renotify)
{
	require_one(ag_run(freeze_statements, FREEZE_AMEND, RECORD(freeze), ag_int4(version->version),
					   ag_time(version->starts_at), ag_time(version->ends_at), ag_bool(renotify),
					   ag_time(version->issued_at)), freeze);
}

void
ag_freeze_store_drop_amendment(const AgFreeze *freeze, TimestampTz at)
{
	require_one(ag_run(freeze_statements, FREEZE_DROP_AMENDMENT, RECORD(freeze), ag_time(at)),
				freeze);
}

/* Writes freeze->ended_at, end_reason, ended_by and replaced_by. */
void
ag_freeze_store_end(const AgFreeze *freeze, const char *role, const char *note,
					const char *legal_reference)
{
	require_one(ag_run(freeze_statements, FREEZE_END, RECORD(freeze), ag_time(freeze->ended_at),
					   ag_text(freeze->end_reason), ag_text(freeze->ended_by), ag_text(role),
					   ag_text(note), ag_text(legal_reference),
					   ag_int4_or_null(freeze->replaced_by)),
				freeze);
}

void
ag_freeze_store_stay(const AgFreeze *freeze, const char *person, const char *reason, AgSpan stay)
{
	require_one(ag_run(freeze_statements, FREEZE_STAY, RECORD(freeze), ag_time(stay.from),
					   ag_time(stay.until), ag_text(person), ag_text(reason)), freeze);
}

void
ag_freeze_store_unstay(const AgFreeze *freeze, TimestampTz at)
{
	require_one(ag_run(freeze_statements, FREEZE_UNSTAY, RECORD(freeze), ag_time(at)), freeze);
}

/* What the clock is to do next: what it was to do before has not come, or is forgotten. */
void
ag_freeze_store_plan(const AgFreeze *freeze, TimestampTz lift_at, AgSpan rest)
{
	require_one(ag_run(freeze_statements, FREEZE_PLAN, RECORD(freeze), ag_time(lift_at),
					   ag_time(rest.from), ag_time(rest.until)), freeze);
}

/* Writes freeze->vacate_proposed_at and its company. */
void
ag_freeze_store_propose_vacate(const AgFreeze *freeze)
{
	require_one(ag_run(freeze_statements, FREEZE_PROPOSE_VACATE, RECORD(freeze),
					   ag_time(freeze->vacate_proposed_at), ag_text(freeze->vacate_proposed_by),
					   ag_time(freeze->vacate_until), ag_text(freeze->vacate_reason)), freeze);
}

/* Writes freeze->vacated_at and its company; with ends, the end as well. */
void
ag_freeze_store_vacate(const AgFreeze *freeze, bool ends, const char *role)
{
	require_one(ag_run(freeze_statements, FREEZE_VACATE, RECORD(freeze),
					   ag_time(freeze->vacated_at), ag_text(freeze->vacated_by),
					   ag_text(freeze->vacate_reason), ag_bool(ends), ag_text(role),
					   ag_time(freeze->vacate_proposed_at), ag_text(freeze->vacate_proposed_by),
					   ag_time(freeze->vacate_until)), freeze);
}

/* The user has been informed; only the first time counts. */
void
ag_freeze_store_inform(int64 account_id, int no, TimestampTz at)
{
	ag_run(freeze_statements, FREEZE_INFORM, ag_int8(account_id), ag_int4(no), ag_time(at));
}
