/*-------------------------------------------------------------------------
 *
 * notice_store.c
 *		Tables notice and notice_attempt.
 *
 * Notices are written under their account's lock.  What happens to them afterwards
 * takes the locks of their own rows only: claimers skip rows that somebody else has.
 *
 * A claim changes no indexed column, so it is a HOT update; a notice leaves the index
 * of those due when it ends.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "outbox/outbox.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

enum
{
	NOTICE_INSERT,
	NOTICE_CLAIM,
	NOTICE_FIND,
	NOTICE_NUMBER,
	NOTICE_INBOX,
	NOTICE_INFORMING,
	NOTICE_INFORMED,
	NOTICE_DONE,
	NOTICE_POSTPONE,
	NOTICE_END,
	NOTICE_SHOW,
	NOTICE_RETRY,
	NOTICE_CANCEL_CONTACT,
	NOTICE_CANCEL_ALL,
	NOTICE_REPORT,
	NOTICE_DEAD,
	NOTICE_FORGET,
	NOTICE_ANNOUNCE,
	NOTICE_AUDIENCE,
	ATTEMPT_INSERT
};

#define COLUMNS \
	"n.account_id, n.no, n.event, n.aseq, n.channel, n.contact_no, n.record, n.params, n.urgent, " \
	"n.written_at, n.state, n.tries, n.not_before, n.ended_at, n.read_at, n.idempotency_key, " \
	"coalesce(c.locale, a.locale), a.time_zone, c.address, a.state = 'erased', " \
	"c.removed_at, CASE WHEN n.lease_until IS NOT NULL THEN n.claimed_by END"

#define JOINS \
	"JOIN acctguard.account a ON a.account_id = n.account_id " \
	"LEFT JOIN acctguard.account_contact c ON c.account_id = n.account_id AND c.no = n.contact_no "

/* In the order of COLUMNS. */
enum
{
	COL_ACCOUNT_ID = 1,
	COL_NO,
	COL_EVENT,
	COL_ASEQ,
	COL_CHANNEL,
	COL_CONTACT_NO,
	COL_RECORD,
	COL_PARAMS,
	COL_URGENT,
	COL_WRITTEN_AT,
	COL_STATE,
	COL_TRIES,
	COL_NOT_BEFORE,
	COL_ENDED_AT,
	COL_READ_AT,
	COL_KEY,
	COL_LOCALE,
	COL_TIME_ZONE,
	COL_ADDRESS,
	COL_ERASED,
	COL_REMOVED_AT,
	COL_CLAIMED_BY
};

static const AgStatement statements[] = {
	[NOTICE_INSERT] = {
		.name = "notice.insert",
		.sql = "INSERT INTO acctguard.notice (account_id, no, event, aseq, channel, contact_no, "
			"record, params, urgent, written_at, not_before, idempotency_key) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		.expected = SPI_OK_INSERT,
		.nargs = 12,
		.argtypes = {INT8OID, INT8OID, INT4OID, INT8OID, TEXTOID, INT4OID, INT4OID, JSONBOID,
			BOOLOID, TIMESTAMPTZOID, TIMESTAMPTZOID, UUIDOID}
	},

	/*
	 * By ctid, which the lock holds still: one scan of one index whatever is known about the
	 * table.
	 */
	[NOTICE_CLAIM] = {
		.name = "notice.claim",
		.sql = "WITH n AS (UPDATE acctguard.notice SET lease_until = $4, claimed_by = $5, "
			"tries = tries + 1 WHERE ctid = ANY (ARRAY(SELECT d.ctid FROM acctguard.notice d "
			"WHERE d.channel = $1 AND d.state = 'pending' AND d.not_before <= $2 "
			"AND (d.lease_until IS NULL OR d.lease_until <= $2) "
			"ORDER BY d.not_before LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED)) RETURNING *) "
			"SELECT " COLUMNS " FROM n " JOINS,
		.expected = SPI_OK_SELECT,
		.nargs = 5,
		.argtypes = {TEXTOID, TIMESTAMPTZOID, INT4OID, TIMESTAMPTZOID, TEXTOID}
	},
	[NOTICE_FIND] = {
		.name = "notice.find",
		.sql = "SELECT " COLUMNS " FROM acctguard.notice n " JOINS
			"WHERE n.account_id = $1 AND n.no = $2 FOR NO KEY UPDATE OF n",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, INT8OID}
	},
	[NOTICE_NUMBER] = {
		.name = "notice.number",
		.sql = "SELECT c.address, c.no FROM acctguard.notice n JOIN acctguard.account_contact c "
			"ON c.account_id = n.account_id AND c.no = n.contact_no WHERE n.account_id = $1 AND n.no = $2 "
			"AND n.channel = 'sms' AND n.state = 'pending' AND n.lease_until IS NOT NULL "
			"AND n.claimed_by = $3 AND c.address IS NOT NULL",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {INT8OID, INT8OID, TEXTOID}
	},
	[NOTICE_INBOX] = {
		.name = "notice.inbox",
		.sql = "SELECT " COLUMNS " FROM acctguard.notice n " JOINS
			"WHERE n.account_id = $1 AND n.channel = 'in_app' AND n.state <> 'cancelled' "
			"AND n.not_before <= $2 AND NOT ($3 AND n.read_at IS NOT NULL) "
			"ORDER BY n.written_at DESC, n.no DESC LIMIT $4",
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {INT8OID, TIMESTAMPTZOID, BOOLOID, INT4OID}
	},
	[NOTICE_INFORMING] = {
		.name = "notice.informing",
		.sql = "SELECT " COLUMNS " FROM unnest($1, $2) AS k (account_id, no) "
			"JOIN acctguard.notice n ON n.account_id = k.account_id AND n.no = k.no " JOINS
			"WHERE n.state IN ('pending', 'dead') AND n.tries > 0 AND n.event = ANY ($3) ORDER BY n.account_id",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {INT8ARRAYOID, INT8ARRAYOID, INT4ARRAYOID}
	},
	[NOTICE_INFORMED] = {
		.name = "notice.informed",
		.sql = "SELECT EXISTS (SELECT FROM acctguard.notice WHERE account_id = $1 AND aseq = $2 "
			"AND event = $3 AND state = 'done')",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {INT8OID, INT8OID, INT4OID}
	},
	[NOTICE_DONE] = {
		.name = "notice.done",
		.sql = "UPDATE acctguard.notice n SET state = 'done', ended_at = $4, receipt = k.receipt, "
			"end_reason = NULL, lease_until = NULL FROM (SELECT u.account_id, u.no, u.receipt "
			"FROM unnest($1, $2, $3) AS u (account_id, no, receipt) ORDER BY 1, 2) AS k "
			"WHERE n.account_id = k.account_id AND n.no = k.no "
			"AND n.state IN ('pending', 'dead') AND n.tries > 0",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TIMESTAMPTZOID}
	},
	[NOTICE_POSTPONE] = {
		.name = "notice.postpone",
		.sql = "UPDATE acctguard.notice SET not_before = $3, lease_until = NULL, "
			"tries = greatest(tries - $4, 0) "
			"WHERE account_id = $1 AND no = $2 AND state = 'pending'",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, INT8OID, TIMESTAMPTZOID, INT4OID}
	},
	[NOTICE_END] = {
		.name = "notice.end",
		.sql = "UPDATE acctguard.notice SET state = $3, end_reason = $4, ended_at = $5, "
			"lease_until = NULL WHERE account_id = $1 AND no = $2 AND state = 'pending'",
		.expected = SPI_OK_UPDATE,
		.nargs = 5,
		.argtypes = {INT8OID, INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID}
	},
	[NOTICE_SHOW] = {
		.name = "notice.show",
		.sql = "UPDATE acctguard.notice SET state = 'done', end_reason = NULL, lease_until = NULL, "
			"ended_at = CASE WHEN state = 'done' THEN ended_at ELSE $3 END, "
			"read_at = CASE WHEN $4 THEN coalesce(read_at, $3) ELSE read_at END "
			"WHERE account_id = $1 AND no = $2 AND channel = 'in_app' AND state <> 'cancelled' "
			"AND (state <> 'done' OR ($4 AND read_at IS NULL))",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, INT8OID, TIMESTAMPTZOID, BOOLOID}
	},
	[NOTICE_RETRY] = {
		.name = "notice.retry",
		.sql = "UPDATE acctguard.notice SET state = 'pending', end_reason = NULL, ended_at = NULL, "
			"tries = 0, not_before = $3, lease_until = NULL "
			"WHERE account_id = $1 AND no = $2 AND state = 'dead'",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT8OID, TIMESTAMPTZOID}
	},
	[NOTICE_CANCEL_CONTACT] = {
		.name = "notice.cancel_contact",
		.sql = "UPDATE acctguard.notice SET state = 'cancelled', ended_at = $3, lease_until = NULL, "
			"end_reason = 'the contact was removed' "
			"WHERE account_id = $1 AND contact_no = $2 AND state = 'pending' AND event <> ALL ($4)",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, INT4ARRAYOID}
	},
	[NOTICE_CANCEL_ALL] = {
		.name = "notice.cancel_all",
		.sql = "UPDATE acctguard.notice SET state = 'cancelled', ended_at = $2, lease_until = NULL, "
			"end_reason = CASE WHEN $3 THEN 'the account was erased' ELSE 'the contact was removed' END "
			"WHERE account_id = $1 AND state = 'pending' AND ($3 OR contact_no IS NOT NULL)",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, TIMESTAMPTZOID, BOOLOID}
	},
	[NOTICE_REPORT] = {
		.name = "notice.report",
		.sql = "SELECT n.no, n.event, n.record, n.channel, n.contact_no, n.state, n.tries, "
			"n.written_at, n.not_before, n.lease_until, n.claimed_by, n.ended_at, n.receipt, "
			"n.end_reason, n.read_at, n.idempotency_key, f.reason, f.failed_at "
			"FROM acctguard.notice n LEFT JOIN LATERAL (SELECT t.reason, t.failed_at "
			"FROM acctguard.notice_attempt t WHERE t.account_id = n.account_id "
			"AND t.notice_no = n.no ORDER BY t.no DESC LIMIT 1) f ON true "
			"WHERE n.account_id = $1 ORDER BY n.written_at, n.no",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[NOTICE_DEAD] = {
		.name = "notice.dead",
		.sql = "SELECT channel, account_id, no, event, contact_no, tries, written_at, ended_at, "
			"end_reason FROM acctguard.notice WHERE state = 'dead' "
			"AND coalesce(channel = $1, true) ORDER BY ended_at DESC LIMIT $2",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 2,
		.argtypes = {TEXTOID, INT4OID}
	},
	[NOTICE_FORGET] = {
		.name = "notice.forget",
		.sql = "WITH n AS (DELETE FROM acctguard.notice WHERE ctid = ANY (ARRAY(SELECT d.ctid "
			"FROM acctguard.notice d WHERE d.written_at < $1 AND d.ended_at < $1 LIMIT $2 "
			"FOR UPDATE SKIP LOCKED)) RETURNING account_id, no), "
			"t AS (DELETE FROM acctguard.notice_attempt t USING n "
			"WHERE t.account_id = n.account_id AND t.notice_no = n.no) "
			"SELECT count(*) FROM n",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT8OID}
	},
	[NOTICE_AUDIENCE] = {
		.name = "notice.audience",
		.sql = "SELECT count(*), max(p.account_id) FROM (SELECT a.account_id FROM acctguard.account a "
			"WHERE a.account_id > $1 AND coalesce(a.tenant = $2, $2 IS NULL) "
			"AND coalesce(a.cohort = $3, $3 IS NULL) AND a.state NOT IN ('closed', 'erased') "
			"ORDER BY a.account_id LIMIT $4) p",
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {INT8OID, TEXTOID, TEXTOID, INT8OID}
	},
	/* Numbers are below zero and made of what is announced: written twice is written once. */
	[NOTICE_ANNOUNCE] = {
		.name = "notice.announce",
		.sql = "INSERT INTO acctguard.notice (account_id, no, event, channel, contact_no, record, "
			"urgent, written_at, not_before, idempotency_key) "
			"SELECT t.account_id, t.no, $5, t.channel, t.contact_no, $6, false, $7, $8, "
			"(lpad(to_hex(hashint8extended(t.account_id, hashint8extended(t.no, $9))), 16, '0') || "
			"lpad(to_hex(hashint8extended(t.no, hashint8extended(t.account_id, $10))), 16, '0'))::uuid "
			"FROM (SELECT r.account_id, r.channel, r.contact_no, $11 - row_number() "
			"OVER (PARTITION BY r.account_id ORDER BY r.contact_no NULLS FIRST) + 1 AS no "
			"FROM (SELECT a.account_id, m.channel, m.contact_no FROM acctguard.account a "
			"CROSS JOIN LATERAL (SELECT 'in_app', NULL::int4 WHERE 'in_app' = ANY ($12) UNION ALL "
			"SELECT c.channel, c.no FROM acctguard.account_contact c "
			"WHERE c.account_id = a.account_id AND c.removed_at IS NULL AND c.scope = 'account' "
			"AND c.verified_at IS NOT NULL AND c.channel = ANY ($12) "
			"AND NOT EXISTS (SELECT FROM acctguard.notice_preference p "
			"WHERE p.account_id = a.account_id AND p.class = $13 AND c.channel <> ALL (p.channels))) "
			"AS m (channel, contact_no) "
			"WHERE a.account_id > $1 AND a.account_id <= $4 AND coalesce(a.tenant = $2, $2 IS NULL) "
			"AND coalesce(a.cohort = $3, $3 IS NULL) AND a.state NOT IN ('closed', 'erased') "
			"AND NOT EXISTS (SELECT FROM acctguard.notice o WHERE o.account_id = a.account_id "
			"AND o.no BETWEEN $11 - 999 AND $11)) r) t WHERE t.no > $11 - 999 "
			"ON CONFLICT DO NOTHING",
		.expected = SPI_OK_INSERT,
		.nargs = 13,
		.argtypes = {INT8OID, TEXTOID, TEXTOID, INT8OID, INT4OID, INT4OID, TIMESTAMPTZOID,
			TIMESTAMPTZOID, INT8OID, INT8OID, INT8OID, TEXTARRAYOID, TEXTOID}
	},
	[ATTEMPT_INSERT] = {
		.name = "notice_attempt.insert",
		.sql = "INSERT INTO acctguard.notice_attempt (account_id, notice_no, no, failed_at, reason, "
			"permanent, by_person) SELECT $1, $2, coalesce(max(t.no), 0) + 1, $3, $4, $5, $6 "
			"FROM acctguard.notice_attempt t WHERE t.account_id = $1 AND t.notice_no = $2",
		.expected = SPI_OK_INSERT,
		.nargs = 6,
		.argtypes = {INT8OID, INT8OID, TIMESTAMPTZOID, TEXTOID, BOOLOID, TEXTOID}
	}
};

AG_STATEMENT_TABLE(notice_statements, statements);

static NullableDatum
json_argument(const char *text)
{
	return text == NULL ? ag_null()
	: ag_datum(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)), false);
}

void
ag_notice_store_insert(const AgNotice *notice, TimestampTz not_before)
{
	ag_run(notice_statements, NOTICE_INSERT, ag_int8(notice->account_id), ag_int8(notice->no),
		   ag_int4(notice->event), ag_int8_or_null(notice->aseq),
		   ag_text(ag_channel_name(notice->channel)), ag_int4_or_null(notice->contact_no),
		   ag_int4_or_null(notice->record), json_argument(notice->params), ag_bool(notice->urgent),
		   ag_time(notice->written_at), ag_time(not_before), ag_datum(ag_random_uuid(), false));
}

static AgNoticeState
state_of(const char *name)
{
	for (int i = 0; i <= AG_NOTICE_CANCELLED; i++)
		if (strcmp(ag_notice_state_name((AgNoticeState) i), name) == 0)
			return (AgNoticeState) i;
	elog(ERROR, "unknown state of a notice \"%s\"", name);
}

static char *
json_column(const AgResult *result, uint64 row, int column)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column, &isnull);
	Jsonb	   *json;

	if (isnull)
		return NULL;
	json = DatumGetJsonbP(value);
	return JsonbToCString(NULL, &json->root, VARSIZE(json));
}

static AgNoticeRow *
notice_of(const AgResult *result, uint64 row)
{
	AgNoticeRow *found = palloc0(sizeof(AgNoticeRow));
	AgNotice   *notice = &found->notice;
	bool		isnull;
	Datum		address = ag_row_datum(result, row, COL_ADDRESS, &isnull);

	found->address = isnull ? NULL : DatumGetByteaPP(address);
	notice->account_id = ag_row_int8(result, row, COL_ACCOUNT_ID);
	notice->no = ag_row_int8(result, row, COL_NO);
	notice->event = (AgAction) ag_row_int4(result, row, COL_EVENT);
	notice->aseq = ag_row_int8(result, row, COL_ASEQ);
	notice->channel = ag_channel_find(ag_row_text(result, row, COL_CHANNEL));
	notice->contact_no = ag_row_int4(result, row, COL_CONTACT_NO);
	notice->record = ag_row_int4(result, row, COL_RECORD);
	notice->params = json_column(result, row, COL_PARAMS);
	notice->urgent = ag_row_bool(result, row, COL_URGENT);
	notice->written_at = ag_row_time(result, row, COL_WRITTEN_AT);
	notice->time_zone = ag_row_text(result, row, COL_TIME_ZONE);
	found->state = state_of(ag_row_text(result, row, COL_STATE));
	found->tries = ag_row_int4(result, row, COL_TRIES);
	found->not_before = ag_row_time(result, row, COL_NOT_BEFORE);
	found->ended_at = ag_row_time(result, row, COL_ENDED_AT);
	found->read_at = ag_row_time(result, row, COL_READ_AT);
	found->key = ag_row_datum(result, row, COL_KEY, &isnull);
	found->wanted = ag_row_text(result, row, COL_LOCALE);
	found->erased = ag_row_bool(result, row, COL_ERASED);
	found->removed_at = ag_row_time(result, row, COL_REMOVED_AT);
	found->claimed_by = ag_row_text(result, row, COL_CLAIMED_BY);
	return found;
}

static List *
notices_of(const AgResult *result)
{
	List	   *notices = NIL;

	for (uint64 i = 0; i < result->count; i++)
		notices = lappend(notices, notice_of(result, i));
	return notices;
}

/* Lease the first n that are due and that nobody else is about to take; AgNoticeRow * */
List *
ag_notice_store_claim(AgChannel channel, int n, TimestampTz at, TimestampTz until,
					  const char *person)
{
	return notices_of(ag_run(notice_statements, NOTICE_CLAIM, ag_text(ag_channel_name(channel)),
							 ag_time(at), ag_int4(n), ag_time(until), ag_text(person)));
}

AgNoticeRow *
ag_notice_store_find(int64 account_id, int64 no)
{
	AgResult   *result = ag_run(notice_statements, NOTICE_FIND, ag_int8(account_id), ag_int8(no));

	return result->count == 0 ? NULL : notice_of(result, 0);
}

/* The sealed number to which a person sends a notice now, and its contact; NULL = it is no text message of his. */
bytea *
ag_notice_store_number(int64 account_id, int64 no, const char *person, int *contact_no)
{
	AgResult   *result = ag_run(notice_statements, NOTICE_NUMBER, ag_int8(account_id), ag_int8(no),
								ag_text(person));
	bool		isnull;

	if (result->count == 0)
		return NULL;
	*contact_no = ag_row_int4(result, 0, 2);
	return DatumGetByteaPCopy(ag_row_datum(result, 0, 1, &isnull));
}

/* The newest in_app notices; AgNoticeRow * */
List *
ag_notice_store_inbox(int64 account_id, TimestampTz at, bool unread_only, int most)
{
	return notices_of(ag_run(notice_statements, NOTICE_INBOX, ag_int8(account_id), ag_time(at),
							 ag_bool(unread_only), ag_int4(most)));
}

/* Of these notices the claimed ones about these events, by account; AgNoticeRow * */
List *
ag_notice_store_informing(ArrayType *accounts, ArrayType *numbers, ArrayType *events)
{
	return notices_of(ag_run(notice_statements, NOTICE_INFORMING,
							 ag_datum(PointerGetDatum(accounts), false),
							 ag_datum(PointerGetDatum(numbers), false),
							 ag_datum(PointerGetDatum(events), false)));
}

/* Was the event's news delivered before, on any channel? */
bool
ag_notice_store_informed(const AgNotice *notice)
{
	return ag_row_bool(ag_run(notice_statements, NOTICE_INFORMED, ag_int8(notice->account_id),
							  ag_int8(notice->aseq), ag_int4(notice->event)), 0, 1);
}

/* Number of those that were claimed and had not ended well. */
int64
ag_notice_store_done(ArrayType *accounts, ArrayType *numbers, ArrayType *receipts,
					 TimestampTz at)
{
	return (int64) ag_run(notice_statements, NOTICE_DONE,
						  ag_datum(PointerGetDatum(accounts), false),
						  ag_datum(PointerGetDatum(numbers), false),
						  ag_datum(PointerGetDatum(receipts), false), ag_time(at))->count;
}

/* Not before that time; counts says whether the present try was one. */
void
ag_notice_store_postpone(int64 account_id, int64 no, TimestampTz until, bool counts)
{
	ag_run(notice_statements, NOTICE_POSTPONE, ag_int8(account_id), ag_int8(no), ag_time(until),
		   ag_int4(counts ? 0 : 1));
}

void
ag_notice_store_end(int64 account_id, int64 no, AgNoticeState state, const char *why,
					TimestampTz at)
{
	ag_run(notice_statements, NOTICE_END, ag_int8(account_id), ag_int8(no),
		   ag_text(ag_notice_state_name(state)), ag_text(why), ag_time(at));
}

/* The user has it before him, or has opened it; false if that was so before. */
bool
ag_notice_store_show(int64 account_id, int64 no, TimestampTz at, bool read)
{
	return ag_run(notice_statements, NOTICE_SHOW, ag_int8(account_id), ag_int8(no), ag_time(at),
				  ag_bool(read))->count > 0;
}

bool
ag_notice_store_retry(int64 account_id, int64 no, TimestampTz at)
{
	return ag_run(notice_statements, NOTICE_RETRY, ag_int8(account_id), ag_int8(no),
				  ag_time(at))->count > 0;
}

/* keep: but for what the contact is still told, see ag_contact_hears() */
int64
ag_notice_store_cancel_contact(int64 account_id, int contact_no, bool keep, TimestampTz at)
{
	Datum		kept[] = {
		Int32GetDatum(AG_ACTION_CONTACT_ADDED),
		Int32GetDatum(AG_ACTION_CONTACT_REMOVED)
	};
	ArrayType  *events = construct_array(kept, keep ? lengthof(kept) : 0, INT4OID, sizeof(int32),
										 true, TYPALIGN_INT);

	return (int64) ag_run(notice_statements, NOTICE_CANCEL_CONTACT, ag_int8(account_id),
						  ag_int4(contact_no), ag_time(at),
						  ag_datum(PointerGetDatum(events), false))->count;
}

/* Of every contact; of an erased account those in the application, too. */
int64
ag_notice_store_cancel_all(int64 account_id, bool erased, TimestampTz at)
{
	return (int64) ag_run(notice_statements, NOTICE_CANCEL_ALL, ag_int8(account_id), ag_time(at),
						  ag_bool(erased))->count;
}

/* A failed try; the caller has the notice's row locked. */
void
ag_notice_store_attempt(int64 account_id, int64 no, const char *reason, bool permanent,
						const char *person, TimestampTz at)
{
	ag_run(notice_statements, ATTEMPT_INSERT, ag_int8(account_id), ag_int8(no), ag_time(at),
		   ag_text(reason), ag_bool(permanent), ag_text(person));
}

/* For notice_list(): the event is a code. */
AgResult *
ag_notice_store_report(int64 account_id)
{
	return ag_run(notice_statements, NOTICE_REPORT, ag_int8(account_id));
}

/* For notice_dead(): the event is a code. */
AgResult *
ag_notice_store_dead(const char *channel, int most)
{
	return ag_run(notice_statements, NOTICE_DEAD, ag_text(channel), ag_int4(most));
}

/* Deletes notices that ended before then, with their failures; how many. */
int64
ag_notice_store_forget(TimestampTz before, int64 limit)
{
	return ag_row_int8(ag_run(notice_statements, NOTICE_FORGET, ag_time(before), ag_int8(limit)), 0, 1);
}

/* The next accounts of an audience: how many, and the last of them. */
int64
ag_notice_store_audience(const AgAnnouncement *announcement, int64 after, int64 limit,
						 int64 *last)
{
	AgResult   *result = ag_run(notice_statements, NOTICE_AUDIENCE, ag_int8(after),
								ag_text(announcement->tenant), ag_text(announcement->cohort),
								ag_int8(limit));

	*last = ag_row_int8(result, 0, 2);
	return ag_row_int8(result, 0, 1);
}

/* Write the notices of the accounts above after, up to last. */
void
ag_notice_store_announce(const AgAnnouncement *announcement, int64 after, int64 last,
						 int64 first_no, AgNoticeClass class, ArrayType *channels, TimestampTz at)
{
	int64		seeds[2];

	if (!pg_strong_random(seeds, sizeof(seeds)))
		ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate a random key"));
	ag_run(notice_statements, NOTICE_ANNOUNCE, ag_int8(after), ag_text(announcement->tenant),
		   ag_text(announcement->cohort), ag_int8(last), ag_int4(announcement->event),
		   ag_int4(announcement->record), ag_time(at), ag_time(Max(announcement->not_before, at)),
		   ag_int8(seeds[0]), ag_int8(seeds[1]), ag_int8(first_no),
		   ag_datum(PointerGetDatum(channels), false), ag_text(ag_notice_class_name(class)));
}
