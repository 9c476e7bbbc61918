/*-------------------------------------------------------------------------
 *
 * device_store.c
 *		Table device.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "session/session.h"

enum
{
	DEVICE_INSERT,
	DEVICE_FIND,
	DEVICE_LOAD,
	DEVICE_SEEN,
	DEVICE_USED,
	DEVICE_CHALLENGE,
	DEVICE_STATE,
	DEVICE_COUNT,
	DEVICE_NUMBER_ONLY,
	DEVICE_SINCE,
	DEVICE_DISOWNED,
	DEVICE_LIST,
	DEVICE_ERASE
};

#define COLUMNS \
	"no, handle, label, platform, state, public_key, challenge, challenge_until, number_only, " \
	"first_seen_at, last_seen_at, changed_at, used_days"

static const AgStatement statements[] = {
	[DEVICE_INSERT] = {
		.name = "device.insert",
		.sql = "INSERT INTO acctguard.device (account_id, no, handle, label, platform, state, "
			"public_key, enrolled_by, number_only, first_seen_at, last_seen_at, used_on) "
			"VALUES ($1, $2, $3, $4, $5, 'seen', $6, $7, $8, $9, $9, timezone('UTC', $9)::date)",
		.expected = SPI_OK_INSERT,
		.nargs = 9,
		.argtypes = {INT8OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, BYTEAOID, TEXTARRAYOID, BOOLOID,
			TIMESTAMPTZOID}
	},
	[DEVICE_FIND] = {
		.name = "device.find",
		.sql = "SELECT " COLUMNS " FROM acctguard.device WHERE account_id = $1 AND handle = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TEXTOID}
	},
	[DEVICE_LOAD] = {
		.name = "device.load",
		.sql = "SELECT " COLUMNS " FROM acctguard.device WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	/* A session was opened on it; enrolled_by NULL = it was not enrolled anew. */
	[DEVICE_SEEN] = {
		.name = "device.seen",
		.sql = "UPDATE acctguard.device SET label = coalesce($3, label), platform = $4, state = $5, "
			"public_key = $6, challenge = NULL, challenge_until = NULL, "
			"enrolled_by = coalesce($7, enrolled_by), number_only = $8, first_seen_at = $9, "
			"last_seen_at = $10, used_days = CASE WHEN $7 IS NOT NULL THEN 1 "
			"WHEN used_on < timezone('UTC', $10)::date THEN used_days + 1 ELSE used_days END, "
			"used_on = timezone('UTC', $10)::date WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 10,
		.argtypes = {INT8OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, BYTEAOID, TEXTARRAYOID, BOOLOID,
			TIMESTAMPTZOID, TIMESTAMPTZOID}
	},
	/* Like session.touch: it neither waits nor fails. */
	[DEVICE_USED] = {
		.name = "device.used",
		.sql = "UPDATE acctguard.device SET used_days = used_days + 1, used_on = timezone('UTC', $3)::date "
			"WHERE account_id = $1 AND no = (SELECT d.no FROM acctguard.device d "
			"WHERE d.account_id = $1 AND d.no = $2 AND d.used_on < timezone('UTC', $3)::date "
			"FOR NO KEY UPDATE SKIP LOCKED)",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID}
	},
	[DEVICE_CHALLENGE] = {
		.name = "device.challenge",
		.sql = "UPDATE acctguard.device SET challenge = $3, challenge_until = $4 "
			"WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, BYTEAOID, TIMESTAMPTZOID}
	},
	[DEVICE_STATE] = {
		.name = "device.state",
		.sql = "UPDATE acctguard.device SET state = $3, changed_at = $4, changed_by = $5, "
			"change_reason = $6 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, INT4OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[DEVICE_COUNT] = {
		.name = "device.count",
		.sql = "SELECT count(*)::int4 FROM acctguard.device WHERE account_id = $1 "
			"AND coalesce(state = $2, state NOT IN ('revoked', 'lost'))",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TEXTOID}
	},
	[DEVICE_NUMBER_ONLY] = {
		.name = "device.number_only",
		.sql = "SELECT no FROM acctguard.device WHERE account_id = $1 AND number_only "
			"AND state IN ('seen', 'trusted') ORDER BY no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},

	/*
	 * Enrolled since a time, or changed since then in a session of device $2; but not that, nor
	 * $3.
	 */
	[DEVICE_SINCE] = {
		.name = "device.since",
		.sql = "SELECT no FROM acctguard.device WHERE account_id = $1 AND no NOT IN ($2, $3) "
			"AND state IN ('seen', 'trusted') AND (first_seen_at >= $4 OR (changed_at >= $4 "
			"AND changed_by IN (SELECT 'session:' || s.no FROM acctguard.session s "
			"WHERE s.account_id = $1 AND s.device_no = $2))) ORDER BY no",
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, INT4OID, TIMESTAMPTZOID}
	},
	[DEVICE_DISOWNED] = {
		.name = "device.disowned",
		.sql = "SELECT FROM acctguard.device WHERE account_id = $1 AND state = 'lost' "
			"AND change_reason = '" AG_DISOWNED "' AND changed_at > $2 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[DEVICE_LIST] = {
		.name = "device.list",
		.sql = "SELECT d.no, d.label, d.platform, CASE WHEN d.state = 'seen' AND NOT d.number_only "
			"AND d.first_seen_at + make_interval(secs => $2) <= $3 THEN 'established' ELSE d.state END, "
			"d.public_key IS NOT NULL, d.enrolled_by, d.number_only, d.first_seen_at, "
			"greatest(d.last_seen_at, max(s.last_seen_at)), d.changed_at, d.changed_by "
			"FROM acctguard.device d LEFT JOIN acctguard.session s "
			"ON s.account_id = d.account_id AND s.device_no = d.no "
			"WHERE d.account_id = $1 GROUP BY d.account_id, d.no ORDER BY d.no",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 3,
		.argtypes = {INT8OID, INT8OID, TIMESTAMPTZOID}
	},
	[DEVICE_ERASE] = {
		.name = "device.erase",
		.sql = "DELETE FROM acctguard.device WHERE account_id = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(device_statements, statements);

static AgDevice *
device_from_row(int64 account_id, const AgResult *result)
{
	AgDevice   *device;

	if (result->count == 0)
		return NULL;
	device = palloc0(sizeof(AgDevice));
	device->account_id = account_id;
	device->no = ag_row_int4(result, 0, 1);
	device->handle = ag_row_text(result, 0, 2);
	device->label = ag_row_text(result, 0, 3);
	device->platform = ag_row_text(result, 0, 4);
	device->stored = ag_device_state_parse(ag_row_text(result, 0, 5));
	device->has_key = ag_row_bytes(result, 0, 6, device->public_key, AG_KEY_SIZE);
	device->has_challenge = ag_row_bytes(result, 0, 7, device->challenge, AG_KEY_SIZE);
	device->challenge_until = ag_row_time(result, 0, 8);
	device->number_only = ag_row_bool(result, 0, 9);
	device->first_seen_at = ag_row_time(result, 0, 10);
	device->last_seen_at = ag_row_time(result, 0, 11);
	device->changed_at = ag_row_time(result, 0, 12);
	device->used_days = ag_row_int4(result, 0, 13);
	return device;
}

/* NULL if the account has no such device. */
AgDevice *
ag_device_store_find(int64 account_id, const char *handle)
{
	return device_from_row(account_id, ag_run(device_statements, DEVICE_FIND, ag_int8(account_id),
											  ag_text(handle)));
}

AgDevice *
ag_device_store_load(int64 account_id, int32 no)
{
	return device_from_row(account_id, ag_run(device_statements, DEVICE_LOAD, ag_int8(account_id),
											  ag_int4(no)));
}

static NullableDatum
key_of(const AgDevice *device)
{
	return ag_bytes(device->has_key ? device->public_key : NULL, AG_KEY_SIZE);
}

void
ag_device_store_insert(const AgDevice *device, List *methods)
{
	ag_run(device_statements, DEVICE_INSERT, ag_int8(device->account_id), ag_int4(device->no),
		   ag_text(device->handle), ag_text(device->label), ag_text(device->platform), key_of(device),
		   ag_texts(methods), ag_bool(device->number_only), ag_time(device->first_seen_at));
}

/* methods: what it is enrolled anew with, NIL if it is not. */
void
ag_device_store_seen(const AgDevice *device, List *methods)
{
	ag_run(device_statements, DEVICE_SEEN, ag_int8(device->account_id), ag_int4(device->no),
		   ag_text(device->label), ag_text(device->platform),
		   ag_text(ag_device_state_name(device->stored)), key_of(device),
		   methods == NIL ? ag_null() : ag_texts(methods), ag_bool(device->number_only),
		   ag_time(device->first_seen_at), ag_time(device->last_seen_at));
}

/* A session on it is used: the first time of the day it counts. */
void
ag_device_store_used(int64 account_id, int32 no, TimestampTz at)
{
	ag_run(device_statements, DEVICE_USED, ag_int8(account_id), ag_int4(no), ag_time(at));
}

void
ag_device_store_challenge(const AgDevice *device)
{
	ag_run(device_statements, DEVICE_CHALLENGE, ag_int8(device->account_id), ag_int4(device->no),
		   ag_bytes(device->challenge, AG_KEY_SIZE), ag_time(device->challenge_until));
}

void
ag_device_store_state(const AgDevice *device, TimestampTz at, const char *who, const char *reason)
{
	ag_run(device_statements, DEVICE_STATE, ag_int8(device->account_id), ag_int4(device->no),
		   ag_text(ag_device_state_name(device->stored)), ag_time(at), ag_text(who),
		   ag_text(reason));
}

int
ag_device_store_count(int64 account_id, const char *state)
{
	return ag_row_int4(ag_run(device_statements, DEVICE_COUNT, ag_int8(account_id), ag_text(state)),
					   0, 1);
}

/* Devices that nothing but a number has enrolled. */
List *
ag_device_store_number_only(int64 account_id)
{
	AgResult   *result = ag_run(device_statements, DEVICE_NUMBER_ONLY, ag_int8(account_id));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
		list = lappend(list, ag_device_store_load(account_id, ag_row_int4(result, i, 1)));
	return list;
}

/* Devices of an account that came in, or were changed by one of them, since a time; AgDevice *. */
List *
ag_device_store_since(const AgDevice *device, int32 but, TimestampTz since)
{
	AgResult   *result = ag_run(device_statements, DEVICE_SINCE, ag_int8(device->account_id),
								ag_int4(device->no), ag_int4(but), ag_time(since));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
		list = lappend(list, ag_device_store_load(device->account_id, ag_row_int4(result, i, 1)));
	return list;
}

/* Did the owner say after a time that one of the devices is not his? */
bool
ag_device_store_disowned(int64 account_id, TimestampTz since)
{
	return ag_run(device_statements, DEVICE_DISOWNED, ag_int8(account_id), ag_time(since))->count > 0;
}

/* For device_list(). */
AgResult *
ag_device_store_list(int64 account_id, int64 established_after, TimestampTz at)
{
	return ag_run(device_statements, DEVICE_LIST, ag_int8(account_id), ag_int8(established_after),
				  ag_time(at));
}

void
ag_device_store_erase(int64 account_id)
{
	ag_run(device_statements, DEVICE_ERASE, ag_int8(account_id));
}
