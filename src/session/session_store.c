/*-------------------------------------------------------------------------
 *
 * session_store.c
 *		Table session.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "session/session.h"

enum
{
	SESSION_INSERT,
	SESSION_LOAD,
	SESSION_TOUCH,
	SESSION_REFRESH,
	SESSION_STEP_UP,
	SESSION_END,
	SESSION_END_OTHERS,
	SESSION_END_DEVICE,
	SESSION_END_NUMBER_ONLY,
	SESSION_STEP_DOWN,
	SESSION_LIVE,
	SESSION_FORGET,
	SESSION_LIST,
	SESSION_SIGNS,
	SESSION_ERASE
};

/* Live as far as rows tell: $2 the account's epoch, $3 now. Cuts are judged in C. */
#define LIVE "ended_at IS NULL AND epoch >= $2 AND expires_at > $3 " \
	"AND last_seen_at + make_interval(secs => idle_length) > $3 "

static const AgStatement statements[] = {
	[SESSION_INSERT] = {
		.name = "session.insert",
		.sql = "INSERT INTO acctguard.session (account_id, no, token_hash, device_no, epoch, "
			"opened_at, expires_at, last_seen_at, idle_length, stepped_up_at, number_only, methods, "
			"place, salt, account_place, stepped_up_with) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $8, $9, $10, $11, $12, $13, $14, "
			"$15)",
		.expected = SPI_OK_INSERT,
		.nargs = 15,
		.argtypes = {INT8OID, INT4OID, BYTEAOID, INT4OID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID,
			INT4OID, TIMESTAMPTZOID, BOOLOID, TEXTARRAYOID, TEXTOID, BYTEAOID, TIDOID, TEXTARRAYOID}
	},
	[SESSION_LOAD] = {
		.name = "session.load",
		.sql = "SELECT token_hash, previous_hash, previous_until, device_no, epoch, opened_at, "
			"expires_at, last_seen_at, idle_length, ended_at, stepped_up_at, number_only, generation, "
			"salt, methods, place, stepped_up_with FROM acctguard.session WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	/* Whoever has the row locked changes it anyway, or sees it, too. */
	[SESSION_TOUCH] = {
		.name = "session.touch",
		.sql = "UPDATE acctguard.session SET last_seen_at = $3, account_place = $4 "
			"WHERE account_id = $1 AND no = ("
			"SELECT s.no FROM acctguard.session s WHERE s.account_id = $1 AND s.no = $2 "
			"AND s.ended_at IS NULL AND s.last_seen_at < $3 FOR NO KEY UPDATE SKIP LOCKED)",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TIDOID}
	},
	[SESSION_REFRESH] = {
		.name = "session.refresh",
		.sql = "UPDATE acctguard.session SET previous_hash = token_hash, previous_until = $3, "
			"token_hash = $4, generation = $5, last_seen_at = greatest(last_seen_at, $6) "
			"WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, BYTEAOID, INT4OID, TIMESTAMPTZOID}
	},
	[SESSION_STEP_UP] = {
		.name = "session.step_up",
		.sql = "UPDATE acctguard.session SET stepped_up_at = $3, number_only = $4, methods = $5, "
			"stepped_up_with = $6 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, BOOLOID, TEXTARRAYOID, TEXTARRAYOID}
	},
	[SESSION_END] = {
		.name = "session.end",
		.sql = "UPDATE acctguard.session SET ended_at = $3, end_reason = $4, ended_by = $5 "
			"WHERE account_id = $1 AND no = $2 AND ended_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 5,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[SESSION_END_OTHERS] = {
		.name = "session.end_others",
		.sql = "UPDATE acctguard.session SET ended_at = $3, end_reason = $4, ended_by = $5 "
			"WHERE account_id = $1 AND no <> $6 AND " LIVE,
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, INT8OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, INT4OID}
	},
	[SESSION_END_DEVICE] = {
		.name = "session.end_device",
		.sql = "UPDATE acctguard.session SET ended_at = $3, end_reason = $4, ended_by = $5 "
			"WHERE account_id = $1 AND device_no = $2 AND ended_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 5,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[SESSION_END_NUMBER_ONLY] = {
		.name = "session.end_number_only",
		.sql = "UPDATE acctguard.session SET ended_at = $3, end_reason = $4, ended_by = $5 "
			"WHERE account_id = $1 AND number_only AND ($2 IS NULL OR opened_at > $2) AND no <> $6 "
			"AND ended_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, INT4OID}
	},
	[SESSION_STEP_DOWN] = {
		.name = "session.step_down",
		.sql = "UPDATE acctguard.session SET stepped_up_at = NULL, stepped_up_with = NULL "
			"WHERE account_id = $1 AND no <> $2 AND stepped_up_at IS NOT NULL AND ended_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[SESSION_LIVE] = {
		.name = "session.live",
		.sql = "SELECT count(*)::int4 FROM acctguard.session WHERE account_id = $1 "
			"AND device_no <> $4 AND " LIVE,
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {INT8OID, INT8OID, TIMESTAMPTZOID, INT4OID}
	},
	[SESSION_FORGET] = {
		.name = "session.forget",
		.sql = "DELETE FROM acctguard.session WHERE account_id = $1 AND expires_at < $2",
		.expected = SPI_OK_DELETE,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[SESSION_LIST] = {
		.name = "session.list",
		.sql = "SELECT s.no, CASE WHEN s.ended_at IS NOT NULL OR s.epoch < $2 "
			"OR EXISTS (SELECT FROM unnest($4::timestamptz[]) AS c (at) WHERE s.opened_at < c.at AND c.at <= $3) "
			"THEN 'revoked' WHEN s.expires_at <= $3 THEN 'expired' "
			"WHEN s.last_seen_at + make_interval(secs => s.idle_length) <= $3 THEN 'idle' "
			"ELSE 'live' END, s.device_no, d.label, d.platform, s.place, s.methods, s.opened_at, "
			"s.last_seen_at, s.expires_at, s.stepped_up_at, s.ended_at, s.end_reason "
			"FROM acctguard.session s LEFT JOIN acctguard.device d "
			"ON d.account_id = s.account_id AND d.no = s.device_no "
			"WHERE s.account_id = $1 ORDER BY s.no DESC",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 4,
		.argtypes = {INT8OID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZARRAYOID}
	},

	/*
	 * What the owner did counts from his last proof on, and not on devices that may be somebody
	 * else's.
	 */
	[SESSION_SIGNS] = {
		.name = "session.signs",
		.sql = "SELECT max(s.last_seen_at) FILTER (WHERE NOT s.number_only AND s.opened_at <= $2 "
			"AND d.state NOT IN ('quarantined', 'lost')), max(s.last_seen_at) "
			"FROM acctguard.session s JOIN acctguard.device d "
			"ON d.account_id = s.account_id AND d.no = s.device_no WHERE s.account_id = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[SESSION_ERASE] = {
		.name = "session.erase",
		.sql = "DELETE FROM acctguard.session WHERE account_id = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(session_statements, statements);

static NullableDatum
place_of(const AgSession *session)
{
	return ag_datum(PointerGetDatum(&session->account_place), !ItemPointerIsValid(&session->account_place));
}

static NullableDatum
methods_or_null(List *methods)
{
	return methods == NIL ? ag_null() : ag_texts(methods);
}

void
ag_session_store_insert(const AgSession *session)
{
	ag_run(session_statements, SESSION_INSERT, ag_int8(session->account_id), ag_int4(session->no),
		   ag_bytes(session->token_hash, AG_SHA256_SIZE), ag_int4(session->device_no),
		   ag_int8(session->epoch), ag_time(session->opened_at), ag_time(session->expires_at),
		   ag_int4(session->idle_length), ag_time(session->stepped_up_at),
		   ag_bool(session->number_only), ag_texts(session->methods), ag_text(session->place),
		   ag_bytes(session->salt, AG_TOKEN_SIZE), place_of(session),
		   methods_or_null(session->stepped_up_with));
}

/* A session with what exchanging its token needs; NULL if there is none. */
AgSession *
ag_session_store_load(int64 account_id, int32 no)
{
	AgResult   *result = ag_run(session_statements, SESSION_LOAD, ag_int8(account_id), ag_int4(no));
	AgSession  *session;

	if (result->count == 0)
		return NULL;
	session = palloc0(sizeof(AgSession));
	session->account_id = account_id;
	session->no = no;
	(void) ag_row_bytes(result, 0, 1, session->token_hash, AG_SHA256_SIZE);
	session->has_previous = ag_row_bytes(result, 0, 2, session->previous_hash, AG_SHA256_SIZE);
	session->previous_until = ag_row_time(result, 0, 3);
	session->device_no = ag_row_int4(result, 0, 4);
	session->epoch = ag_row_int8(result, 0, 5);
	session->opened_at = ag_row_time(result, 0, 6);
	session->expires_at = ag_row_time(result, 0, 7);
	session->last_seen_at = ag_row_time(result, 0, 8);
	session->idle_length = ag_row_int4(result, 0, 9);
	session->ended_at = ag_row_time(result, 0, 10);
	session->stepped_up_at = ag_row_time(result, 0, 11);
	session->number_only = ag_row_bool(result, 0, 12);
	session->generation = ag_row_int4(result, 0, 13);
	(void) ag_row_bytes(result, 0, 14, session->salt, AG_TOKEN_SIZE);
	session->methods = ag_text_array_list(ag_row_array(result, 0, 15));
	session->place = ag_row_text(result, 0, 16);
	session->stepped_up_with = ag_text_array_list(ag_row_array(result, 0, 17));
	return session;
}

/* Nothing happens while somebody else has the row locked. */
void
ag_session_store_touch(const AgSession *session, TimestampTz at)
{
	ag_run(session_statements, SESSION_TOUCH, ag_int8(session->account_id), ag_int4(session->no), ag_time(at),
		   place_of(session));
}

/* token_hash, previous_until and generation are the new ones. */
void
ag_session_store_refresh(const AgSession *session, TimestampTz at)
{
	ag_run(session_statements, SESSION_REFRESH, ag_int8(session->account_id), ag_int4(session->no),
		   ag_time(session->previous_until), ag_bytes(session->token_hash, AG_SHA256_SIZE),
		   ag_int4(session->generation), ag_time(at));
}

void
ag_session_store_step_up(const AgSession *session)
{
	ag_run(session_statements, SESSION_STEP_UP, ag_int8(session->account_id), ag_int4(session->no),
		   ag_time(session->stepped_up_at), ag_bool(session->number_only),
		   ag_texts(session->methods), methods_or_null(session->stepped_up_with));
}

/* False if it had ended before. */
bool
ag_session_store_end(int64 account_id, int32 no, TimestampTz at, const char *reason, const char *who)
{
	return ag_run(session_statements, SESSION_END, ag_int8(account_id), ag_int4(no), ag_time(at),
				  ag_text(reason), ag_text(who))->count == 1;
}

int
ag_session_store_end_others(const AgAccount *account, int32 no, TimestampTz at, const char *reason,
							const char *who)
{
	return (int) ag_run(session_statements, SESSION_END_OTHERS, ag_int8(account->account_id),
						ag_int8(account->session_epoch), ag_time(at), ag_text(reason),
						ag_text(who), ag_int4(no))->count;
}

int
ag_session_store_end_device(int64 account_id, int32 device_no, TimestampTz at, const char *reason,
							const char *who)
{
	return (int) ag_run(session_statements, SESSION_END_DEVICE, ag_int8(account_id),
						ag_int4(device_no), ag_time(at), ag_text(reason), ag_text(who))->count;
}

/* Those that nothing but a number has opened, after a time. */
int
ag_session_store_end_number_only(int64 account_id, TimestampTz since, int32 but, TimestampTz at,
								 const char *reason, const char *who)
{
	return (int) ag_run(session_statements, SESSION_END_NUMBER_ONLY, ag_int8(account_id),
						ag_time(since), ag_time(at), ag_text(reason), ag_text(who), ag_int4(but))->count;
}

/* How many are live, not counting those of a device (0 = of none). */
int
ag_session_store_live(const AgAccount *account, TimestampTz at, int32 but_device)
{
	return ag_row_int4(ag_run(session_statements, SESSION_LIVE, ag_int8(account->account_id),
							  ag_int8(account->session_epoch), ag_time(at), ag_int4(but_device)), 0, 1);
}

/* Drop what ended, by its own length, before a time. */
void
ag_session_store_forget(int64 account_id, TimestampTz before)
{
	ag_run(session_statements, SESSION_FORGET, ag_int8(account_id), ag_time(before));
}

/* When its sessions were last used; owner_seen_at: the last proof of its owner, DT_NOEND = none. */
void
ag_session_store_signs(int64 account_id, TimestampTz owner_seen_at, AgSessionSigns *signs)
{
	AgResult   *result = ag_run(session_statements, SESSION_SIGNS, ag_int8(account_id),
								ag_time(owner_seen_at));

	signs->owner_seen_at = ag_row_time(result, 0, 1);
	signs->used_at = ag_row_time(result, 0, 2);
}

/* For session_list(). */
AgResult *
ag_session_store_list(const AgAccount *account, TimestampTz at)
{
	return ag_run(session_statements, SESSION_LIST, ag_int8(account->account_id),
				  ag_int8(account->session_epoch), ag_time(at),
				  ag_times(account->session_cuts, account->session_cut_count));
}

void
ag_session_store_erase(int64 account_id)
{
	ag_run(session_statements, SESSION_ERASE, ag_int8(account_id));
}

/* Every other session has to prove more again before what is sensitive. */
void
ag_session_store_step_down(int64 account_id, int32 but)
{
	ag_run(session_statements, SESSION_STEP_DOWN, ag_int8(account_id), ag_int4(but));
}
