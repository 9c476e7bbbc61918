/*-------------------------------------------------------------------------
 *
 * rebind_store.c
 *		Table number_change.
 *
 * Requests are written under the lock of their account.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "rebind/rebind.h"
#include "utils/snapmgr.h"

enum
{
	CHANGE_INSERT,
	CHANGE_SAVE,
	CHANGE_READ,
	CHANGE_OPEN,
	CHANGE_COUNT,
	CHANGE_REQUESTS,
	CHANGE_DISOWNED,
	CHANGE_DROP_REQUESTS,
	CHANGE_DUE,
	CHANGE_DUE_OF,
	CHANGE_DUE_COUNT,
	CHANGE_NEEDS,
	CHANGE_REPORT,
	TRUSTED_REPORT
};

#define COLUMNS \
	"account_id, no, kind, state, binding, number_id, number_epoch, new_number_id, new_number_epoch, " \
	"new_binding, flow_id, old_flow_id, session_no, device_no, methods, situation, counted, " \
	"requested_at, confirmed_at, proved_at, ready_at, contested_at, settled_at, settled_by, agreed_at, " \
	"agreed_by, agreed_note, lapses_at, ended_at, ended_by, end_reason, objection_hash"

/* In the order of COLUMNS. */
enum
{
	COL_ACCOUNT_ID = 1,
	COL_NO,
	COL_KIND,
	COL_STATE,
	COL_BINDING,
	COL_NUMBER_ID,
	COL_NUMBER_EPOCH,
	COL_NEW_NUMBER_ID,
	COL_NEW_NUMBER_EPOCH,
	COL_NEW_BINDING,
	COL_FLOW_ID,
	COL_OLD_FLOW_ID,
	COL_SESSION_NO,
	COL_DEVICE_NO,
	COL_METHODS,
	COL_SITUATION,
	COL_COUNTED,
	COL_REQUESTED_AT,
	COL_CONFIRMED_AT,
	COL_PROVED_AT,
	COL_READY_AT,
	COL_CONTESTED_AT,
	COL_SETTLED_AT,
	COL_SETTLED_BY,
	COL_AGREED_AT,
	COL_AGREED_BY,
	COL_AGREED_NOTE,
	COL_LAPSES_AT,
	COL_ENDED_AT,
	COL_ENDED_BY,
	COL_END_REASON,
	COL_OBJECTION_HASH
};

/* When somebody will next have to do something about it; what waits for a person only lapses. */
#define DUE_AT "(CASE WHEN state IN ('cooling', 'ready') AND (situation <> 'special' " \
	"OR agreed_at IS NOT NULL) THEN ready_at ELSE lapses_at END)"

static const AgStatement statements[] = {
	[CHANGE_INSERT] = {
		.name = "number_change.insert",
		.sql = "INSERT INTO acctguard.number_change (account_id, no, kind, state, binding, number_id, "
			"number_epoch, flow_id, old_flow_id, session_no, device_no, methods, counted, requested_at, "
			"lapses_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
		.expected = SPI_OK_INSERT,
		.nargs = 15,
		.argtypes = {INT8OID, INT4OID, TEXTOID, TEXTOID, INT4OID, INT8OID, INT8OID, UUIDOID, UUIDOID,
			INT4OID, INT4OID, TEXTARRAYOID, BOOLOID, TIMESTAMPTZOID, TIMESTAMPTZOID}
	},
	[CHANGE_SAVE] = {
		.name = "number_change.save",
		.sql = "UPDATE acctguard.number_change SET state = $3, new_number_id = $4, "
			"new_number_epoch = $5, new_binding = $6, methods = $7, situation = $8, counted = $9, "
			"confirmed_at = $10, proved_at = $11, ready_at = $12, contested_at = $13, settled_at = $14, "
			"settled_by = $15, agreed_at = $16, agreed_by = $17, agreed_note = $18, lapses_at = $19, "
			"ended_at = $20, ended_by = $21, end_reason = $22, objection_hash = $23 "
			"WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 23,
		.argtypes = {INT8OID, INT4OID, TEXTOID, INT8OID, INT8OID, INT4OID, TEXTARRAYOID, TEXTOID, BOOLOID,
			TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
			TIMESTAMPTZOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, BYTEAOID}
	},
	[CHANGE_READ] = {
		.name = "number_change.read",
		.sql = "SELECT " COLUMNS " FROM acctguard.number_change WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[CHANGE_OPEN] = {
		.name = "number_change.open",
		.sql = "SELECT " COLUMNS " FROM acctguard.number_change "
			"WHERE account_id = $1 AND state IN ('cooling', 'contested', 'ready')",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CHANGE_COUNT] = {
		.name = "number_change.count",
		.sql = "SELECT count(*) FROM acctguard.number_change WHERE account_id = $1 "
			"AND state = 'executed' AND counted AND ended_at > $2 AND kind <> 'untrust'",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[CHANGE_REQUESTS] = {
		.name = "number_change.requests",
		.sql = "SELECT count(*) FROM acctguard.number_change WHERE account_id = $1 AND requested_at > $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[CHANGE_DISOWNED] = {
		.name = "number_change.disowned",
		.sql = "SELECT FROM acctguard.number_change WHERE account_id = $1 AND end_reason = 'disowned' "
			"AND ended_at > $2 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	/* What was only asked for; a newer request takes its place. */
	[CHANGE_DROP_REQUESTS] = {
		.name = "number_change.drop_requests",
		.sql = "UPDATE acctguard.number_change SET state = 'cancelled', lapses_at = NULL, ended_at = $3, "
			"ended_by = $2, end_reason = CASE WHEN lapses_at <= $3 THEN 'lapsed' ELSE 'replaced' END "
			"WHERE account_id = $1 AND state = 'requested'",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, TEXTOID, TIMESTAMPTZOID}
	},
	[CHANGE_DUE] = {
		.name = "number_change.due",
		.sql = "SELECT " DUE_AT ", account_id FROM acctguard.number_change WHERE ended_at IS NULL "
			"AND " DUE_AT " <= $1 AND (" DUE_AT ", account_id) > ($2, $3) "
			"ORDER BY " DUE_AT ", account_id LIMIT $4",
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, INT8OID}
	},
	[CHANGE_DUE_OF] = {
		.name = "number_change.due_of",
		.sql = "SELECT account_id, no FROM acctguard.number_change WHERE ended_at IS NULL "
			"AND " DUE_AT " <= $1 AND (number_id IN ($2, $3) OR new_number_id IN ($2, $3) OR account_id = $4) "
			"ORDER BY " DUE_AT ", account_id, no",
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {TIMESTAMPTZOID, INT8OID, INT8OID, INT8OID}
	},
	[CHANGE_DUE_COUNT] = {
		.name = "number_change.due_count",
		.sql = "SELECT count(*) FROM (SELECT FROM acctguard.number_change WHERE ended_at IS NULL "
			"AND " DUE_AT " <= $1 LIMIT $2) d",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT8OID}
	},
	[CHANGE_NEEDS] = {
		.name = "number_change.needs",
		.sql = "SELECT FROM acctguard.number_change WHERE new_number_id = $1 AND ended_at IS NULL "
			"AND lapses_at > $2 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[CHANGE_REPORT] = {
		.name = "number_change.report",
		.sql = "SELECT c.account_id, c.no, c.kind, CASE WHEN c.ended_at IS NOT NULL THEN c.state "
			"WHEN c.lapses_at <= $2 THEN 'cancelled' "
			"WHEN c.state = 'cooling' AND c.ready_at <= $2 THEN 'ready' ELSE c.state END, "
			"n.hint, m.hint, c.situation, c.requested_at, c.confirmed_at, c.ready_at, c.contested_at, "
			"c.settled_at, c.settled_by, c.agreed_at, c.agreed_by, coalesce(c.ended_at, CASE WHEN c.lapses_at <= $2 "
			"THEN c.lapses_at END), c.ended_by, coalesce(c.end_reason, CASE WHEN c.lapses_at <= $2 THEN 'lapsed' END) "
			"FROM acctguard.number_change c LEFT JOIN acctguard.number n ON n.number_id = c.number_id "
			"LEFT JOIN acctguard.number m ON m.number_id = c.new_number_id "
			"WHERE c.account_id = $1 OR ($1 IS NULL AND c.ended_at IS NULL AND c.state <> 'requested' "
			"AND c.lapses_at > $2) ORDER BY c.account_id, c.no",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[TRUSTED_REPORT] = {
		.name = "number_change.trusted",
		.sql = "SELECT b.no, n.hint, b.bound_at, b.effective_at, "
			"CASE WHEN EXISTS (SELECT FROM acctguard.binding l WHERE l.number_id = b.number_id "
			"AND l.kind = 'login' AND l.account_id <> b.account_id AND l.bound_at > b.bound_at) THEN 'stale' "
			"WHEN b.effective_at > $2 THEN 'waiting' ELSE 'good' END, c.no, c.ready_at "
			"FROM acctguard.binding b JOIN acctguard.number n USING (number_id) "
			"LEFT JOIN acctguard.number_change c ON c.account_id = b.account_id AND c.binding = b.no "
			"AND c.kind = 'untrust' AND c.ended_at IS NULL "
			"WHERE b.account_id = $1 AND b.kind = 'trusted' AND b.released_at IS NULL ORDER BY b.no",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	}
};

AG_STATEMENT_TABLE(rebind_statements, statements);

static bool
read_uuid(const AgResult *result, int column, pg_uuid_t *id)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, 0, column, &isnull);

	if (!isnull)
		*id = *DatumGetUUIDP(value);
	return !isnull;
}

static AgNumberChange *
change_of(const AgResult *result)
{
	AgNumberChange *change = palloc0(sizeof(AgNumberChange));
	char	   *situation;

	if (result->count == 0)
		return NULL;
	change->account_id = ag_row_int8(result, 0, COL_ACCOUNT_ID);
	change->no = ag_row_int4(result, 0, COL_NO);
	change->kind = ag_rebind_kind_find(ag_row_text(result, 0, COL_KIND));
	change->times.stored = ag_rebind_state_parse(ag_row_text(result, 0, COL_STATE));
	change->times.ready_at = ag_row_time(result, 0, COL_READY_AT);
	change->times.lapses_at = ag_row_time(result, 0, COL_LAPSES_AT);
	change->binding = ag_row_int4(result, 0, COL_BINDING);
	change->number_id = ag_row_int8(result, 0, COL_NUMBER_ID);
	change->number_epoch = ag_row_int8(result, 0, COL_NUMBER_EPOCH);
	change->new_number_id = ag_row_int8(result, 0, COL_NEW_NUMBER_ID);
	change->new_number_epoch = ag_row_int8(result, 0, COL_NEW_NUMBER_EPOCH);
	change->new_binding = ag_row_int4(result, 0, COL_NEW_BINDING);
	change->has_flow = read_uuid(result, COL_FLOW_ID, &change->flow_id);
	change->has_old_flow = read_uuid(result, COL_OLD_FLOW_ID, &change->old_flow_id);
	change->session_no = ag_row_int4(result, 0, COL_SESSION_NO);
	change->device_no = ag_row_int4(result, 0, COL_DEVICE_NO);
	change->methods = ag_text_array_list(ag_row_array(result, 0, COL_METHODS));
	situation = ag_row_text(result, 0, COL_SITUATION);
	change->situation = situation == NULL ? -1 : (int) ag_rebind_situation_find(situation);
	change->counted = ag_row_bool(result, 0, COL_COUNTED);
	change->requested_at = ag_row_time(result, 0, COL_REQUESTED_AT);
	change->confirmed_at = ag_row_time(result, 0, COL_CONFIRMED_AT);
	change->proved_at = ag_row_time(result, 0, COL_PROVED_AT);
	change->contested_at = ag_row_time(result, 0, COL_CONTESTED_AT);
	change->settled_at = ag_row_time(result, 0, COL_SETTLED_AT);
	change->settled_by = ag_row_text(result, 0, COL_SETTLED_BY);
	change->agreed_at = ag_row_time(result, 0, COL_AGREED_AT);
	change->agreed_by = ag_row_text(result, 0, COL_AGREED_BY);
	change->agreed_note = ag_row_text(result, 0, COL_AGREED_NOTE);
	change->ended_at = ag_row_time(result, 0, COL_ENDED_AT);
	change->ended_by = ag_row_text(result, 0, COL_ENDED_BY);
	change->end_reason = ag_row_text(result, 0, COL_END_REASON);
	change->has_code = ag_row_bytes(result, 0, COL_OBJECTION_HASH, change->code_hash, AG_SHA256_SIZE);
	return change;
}

void
ag_change_store_insert(const AgNumberChange *change)
{
	ag_run(rebind_statements, CHANGE_INSERT, ag_int8(change->account_id), ag_int4(change->no),
		   ag_text(ag_rebind_kind_name(change->kind)), ag_text(ag_rebind_state_name(change->times.stored)),
		   ag_int4_or_null(change->binding), ag_int8_or_null(change->number_id),
		   change->binding == 0 ? ag_null() : ag_int8(change->number_epoch),
		   ag_uuid(change->has_flow ? &change->flow_id : NULL),
		   ag_uuid(change->has_old_flow ? &change->old_flow_id : NULL), ag_int4(change->session_no),
		   ag_int4(change->device_no), ag_texts(change->methods), ag_bool(change->counted),
		   ag_time(change->requested_at), ag_time(change->times.lapses_at));
}

void
ag_change_store_save(const AgNumberChange *change)
{
	AgResult   *result;

	result = ag_run(rebind_statements, CHANGE_SAVE, ag_int8(change->account_id), ag_int4(change->no),
					ag_text(ag_rebind_state_name(change->times.stored)),
					ag_int8_or_null(change->new_number_id),
					change->new_number_id == 0 ? ag_null() : ag_int8(change->new_number_epoch),
					ag_int4_or_null(change->new_binding), ag_texts(change->methods),
					ag_text(change->situation < 0 ? NULL :
							ag_rebind_situation_entry((AgRebindSituation) change->situation)->name),
					ag_bool(change->counted), ag_time(change->confirmed_at), ag_time(change->proved_at),
					ag_time(change->times.ready_at), ag_time(change->contested_at),
					ag_time(change->settled_at), ag_text(change->settled_by), ag_time(change->agreed_at),
					ag_text(change->agreed_by), ag_text(change->agreed_note),
					ag_time(change->times.lapses_at), ag_time(change->ended_at),
					ag_text(change->ended_by), ag_text(change->end_reason),
					change->has_code ? ag_bytes(change->code_hash, AG_SHA256_SIZE) : ag_null());
	if (result->count != 1)
		elog(ERROR, "request %d vanished under the lock of its account", change->no);
}

AgNumberChange *
ag_change_store_read(int64 account_id, int no)
{
	AgResult   *result;

	PushActiveSnapshot(GetLatestSnapshot());
	result = ag_run(rebind_statements, CHANGE_READ, ag_int8(account_id), ag_int4(no));
	PopActiveSnapshot();
	return change_of(result);
}

AgNumberChange *
ag_change_store_open(int64 account_id)
{
	return change_of(ag_run(rebind_statements, CHANGE_OPEN, ag_int8(account_id)));
}

int64
ag_change_store_count(int64 account_id, TimestampTz since)
{
	return ag_row_int8(ag_run(rebind_statements, CHANGE_COUNT, ag_int8(account_id), ag_time(since)), 0, 1);
}

int64
ag_change_store_requests(int64 account_id, TimestampTz since)
{
	return ag_row_int8(ag_run(rebind_statements, CHANGE_REQUESTS, ag_int8(account_id), ag_time(since)), 0, 1);
}

bool
ag_change_store_disowned(int64 account_id, TimestampTz since)
{
	return ag_run(rebind_statements, CHANGE_DISOWNED, ag_int8(account_id), ag_time(since))->count > 0;
}

void
ag_change_store_drop_requests(int64 account_id, const char *who, TimestampTz at)
{
	ag_run(rebind_statements, CHANGE_DROP_REQUESTS, ag_int8(account_id), ag_text(who), ag_time(at));
}

/* Accounts to whose requests the clock has done something, behind one: when, account. */
AgResult *
ag_change_store_due(TimestampTz at, const AgSweepCursor *after, int64 limit)
{
	return ag_run(rebind_statements, CHANGE_DUE, ag_time(at),
				  ag_datum(TimestampTzGetDatum(after->at), false), ag_int8(after->id), ag_int8(limit));
}

/* Such requests about two numbers (0 = none), or of an account (0 = none): account, number of the request. */
AgResult *
ag_change_store_due_of(int64 number_id, int64 other_id, int64 account_id, TimestampTz at)
{
	return ag_run(rebind_statements, CHANGE_DUE_OF, ag_time(at), ag_int8(number_id), ag_int8(other_id),
				  ag_int8(account_id));
}

int64
ag_change_store_due_count(TimestampTz at, int64 most)
{
	return ag_row_int8(ag_run(rebind_statements, CHANGE_DUE_COUNT, ag_time(at), ag_int8(most)), 0, 1);
}

/* Is somebody about to get the number? */
bool
ag_change_store_needs(int64 number_id, TimestampTz at)
{
	return ag_run(rebind_statements, CHANGE_NEEDS, ag_int8(number_id), ag_time(at))->count > 0;
}

/* For unbind_list(). */
AgResult *
ag_change_store_report(int64 account_id, TimestampTz at)
{
	return ag_run(rebind_statements, CHANGE_REPORT, ag_int8_or_null(account_id), ag_time(at));
}

/* For trusted_number_list(). */
AgResult *
ag_trusted_store_report(int64 account_id, TimestampTz at)
{
	return ag_run(rebind_statements, TRUSTED_REPORT, ag_int8(account_id), ag_time(at));
}
