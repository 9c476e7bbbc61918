/*-------------------------------------------------------------------------
 *
 * keyring_store.c
 *		Statements on root_epoch, data_key, subject_key and shred.
 *
 * A key is looked up with the newest snapshot, also in a REPEATABLE READ
 * transaction: one that began before a rotation must not go on sealing with a key
 * that may be retired next (keyring_change.c).
 *
 * Results live in the caller's memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "keyring/keys.h"
#include "utils/snapmgr.h"

enum
{
	DATA_KEY_ACTIVE,
	DATA_KEY_FIND,
	DATA_KEY_INSERT,
	DATA_KEY_LIST,
	DATA_KEY_LOCK,
	DATA_KEY_NEXT,
	DATA_KEY_RETIRE,
	DATA_KEY_STALE,
	DATA_KEY_STALE_COUNT,
	DATA_KEY_SUPERSEDE,
	DATA_KEY_USABLE,
	DATA_KEY_WRAP,
	ROOT_INSERT,
	ROOT_LIST,
	SHRED_FIND,
	SHRED_INSERT,
	SUBJECT_DELETE,
	SUBJECT_FIND,
	SUBJECT_INSERT,
	SUBJECT_STALE,
	SUBJECT_STALE_COUNT,
	SUBJECT_USES,
	SUBJECT_WRAP
};

#define DATA_KEY_SELECT \
	"SELECT k.kid, k.purpose, k.state, k.root_version, k.wrapped, r.check_value, k.created_at, " \
	"k.created_by, k.superseded_at, k.retired_at, k.xmin " \
	"FROM acctguard.data_key k LEFT JOIN acctguard.root_epoch r ON r.version = k.root_version "

static const AgStatement statements[] = {
	[DATA_KEY_ACTIVE] = {
		.name = "data_key.active",
		.sql = DATA_KEY_SELECT "WHERE k.purpose = $1 AND k.state = 'active'",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[DATA_KEY_FIND] = {
		.name = "data_key.find",
		.sql = DATA_KEY_SELECT "WHERE k.kid = $1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[DATA_KEY_INSERT] = {
		.name = "data_key.insert",
		.sql = "INSERT INTO acctguard.data_key "
			"(kid, purpose, state, root_version, wrapped, created_at, created_by) "
			"VALUES ($1, $2, 'active', $3, $4, $5, $6)",
		.expected = SPI_OK_INSERT,
		.nargs = 6,
		.argtypes = {INT4OID, TEXTOID, INT4OID, BYTEAOID, TIMESTAMPTZOID, TEXTOID}
	},
	[DATA_KEY_LIST] = {
		.name = "data_key.list",
		.sql = DATA_KEY_SELECT "ORDER BY k.kid",
		.expected = SPI_OK_SELECT
	},
	[DATA_KEY_LOCK] = {
		.name = "data_key.lock",
		.sql = "LOCK TABLE acctguard.data_key IN SHARE UPDATE EXCLUSIVE MODE",
		.expected = SPI_OK_UTILITY
	},
	[DATA_KEY_NEXT] = {
		.name = "data_key.next",
		.sql = "SELECT coalesce(max(kid), 0) + 1 FROM acctguard.data_key",
		.expected = SPI_OK_SELECT,
		.read_only = true
	},
	[DATA_KEY_RETIRE] = {
		.name = "data_key.retire",
		.sql = "UPDATE acctguard.data_key SET state = 'retired', root_version = NULL, wrapped = NULL, "
			"retired_at = $2, retired_by = $3 WHERE kid = $1",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT4OID, TIMESTAMPTZOID, TEXTOID}
	},
	[DATA_KEY_STALE] = {
		.name = "data_key.stale",
		.sql = DATA_KEY_SELECT "WHERE k.root_version <> $1 ORDER BY k.kid LIMIT $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT4OID, INT4OID}
	},
	[DATA_KEY_STALE_COUNT] = {
		.name = "data_key.stale_count",
		.sql = "SELECT count(*) FROM acctguard.data_key WHERE root_version <> $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[DATA_KEY_SUPERSEDE] = {
		.name = "data_key.supersede",
		.sql = "UPDATE acctguard.data_key SET state = 'decrypt_only', superseded_at = $2 "
			"WHERE purpose = $1 AND state = 'active'",
		.expected = SPI_OK_UPDATE,
		.nargs = 2,
		.argtypes = {TEXTOID, TIMESTAMPTZOID}
	},
	[DATA_KEY_USABLE] = {
		.name = "data_key.usable",
		.sql = "SELECT kid FROM acctguard.data_key WHERE purpose = $1 AND state <> 'retired' "
			"ORDER BY kid LIMIT $2",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 2,
		.argtypes = {TEXTOID, INT4OID}
	},
	[DATA_KEY_WRAP] = {
		.name = "data_key.wrap",
		.sql = "UPDATE acctguard.data_key SET root_version = $2, wrapped = $3 WHERE kid = $1",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT4OID, INT4OID, BYTEAOID}
	},
	[ROOT_INSERT] = {
		.name = "root_epoch.insert",
		.sql = "INSERT INTO acctguard.root_epoch (version, check_value, first_used_at, first_used_by) "
			"VALUES ($1, $2, $3, $4)",
		.expected = SPI_OK_INSERT,
		.nargs = 4,
		.argtypes = {INT4OID, BYTEAOID, TIMESTAMPTZOID, TEXTOID}
	},
	[ROOT_LIST] = {
		.name = "root_epoch.list",
		.sql = "SELECT version, check_value, first_used_at, first_used_by "
			"FROM acctguard.root_epoch ORDER BY version DESC",
		.expected = SPI_OK_SELECT
	},
	[SHRED_FIND] = {
		.name = "shred.find",
		.sql = "SELECT FROM acctguard.shred WHERE account_id = $1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[SHRED_INSERT] = {
		.name = "shred.insert",
		.sql = "INSERT INTO acctguard.shred (account_id, ticket, shredded_at, shredded_by) "
			"VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		.expected = SPI_OK_INSERT,
		.nargs = 4,
		.argtypes = {INT8OID, TEXTOID, TIMESTAMPTZOID, TEXTOID}
	},
	[SUBJECT_DELETE] = {
		.name = "subject_key.delete",
		.sql = "DELETE FROM acctguard.subject_key WHERE account_id = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[SUBJECT_FIND] = {
		.name = "subject_key.find",
		.sql = "SELECT account_id, no, kid, wrapped FROM acctguard.subject_key "
			"WHERE account_id = $1 AND ($2 = 0 OR no = $2) ORDER BY no DESC LIMIT 1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[SUBJECT_INSERT] = {
		.name = "subject_key.insert",
		.sql = "INSERT INTO acctguard.subject_key (account_id, no, kid, wrapped, created_at) "
			"VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
		.expected = SPI_OK_INSERT,
		.nargs = 5,
		.argtypes = {INT8OID, INT4OID, INT4OID, BYTEAOID, TIMESTAMPTZOID}
	},
	[SUBJECT_STALE] = {
		.name = "subject_key.stale",
		.sql = "SELECT account_id, no, kid, wrapped FROM acctguard.subject_key "
			"WHERE kid < $1 ORDER BY kid LIMIT $2 FOR UPDATE SKIP LOCKED",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT4OID, INT4OID}
	},
	[SUBJECT_STALE_COUNT] = {
		.name = "subject_key.stale_count",
		.sql = "SELECT count(*) FROM acctguard.subject_key WHERE kid < $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[SUBJECT_USES] = {
		.name = "subject_key.uses",
		.sql = "SELECT FROM acctguard.subject_key WHERE kid = $1 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[SUBJECT_WRAP] = {
		.name = "subject_key.wrap",
		.sql = "UPDATE acctguard.subject_key SET kid = $3, wrapped = $4 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, INT4OID, BYTEAOID}
	}
};

AG_STATEMENT_TABLE(keyring_statements, statements);

/* Run a read-only statement with the newest snapshot. */
#define run_latest(which, ...) \
	(PushActiveSnapshot(GetLatestSnapshot()), \
	 latest_done(ag_run(keyring_statements, (which), __VA_ARGS__)))

static AgResult *
latest_done(AgResult *result)
{
	PopActiveSnapshot();
	return result;
}

/* A bytea column of exactly size bytes; NULL if it is NULL or has another size. */
static const uint8 *
row_bytes(const AgResult *result, uint64 row, int column, Size size)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column, &isnull);
	bytea	   *copy;

	if (isnull)
		return NULL;
	copy = DatumGetByteaPCopy(value);
	if (VARSIZE(copy) - VARHDRSZ != size)
		return NULL;
	return (const uint8 *) VARDATA(copy);
}

static AgDataKey *
data_key_of(const AgResult *result, uint64 row)
{
	AgDataKey  *key = palloc0(sizeof(AgDataKey));
	bool		isnull;

	key->kid = ag_row_int4(result, row, 1);
	key->purpose = ag_purpose_find(ag_row_text(result, row, 2));
	key->state = ag_row_text(result, row, 3);
	key->root_version = ag_row_int4(result, row, 4);
	key->wrapped = row_bytes(result, row, 5, AG_WRAPPED_SIZE);
	key->check = row_bytes(result, row, 6, AG_CHECK_SIZE);
	key->created_at = ag_row_time(result, row, 7);
	key->created_by = ag_row_text(result, row, 8);
	key->superseded_at = ag_row_time(result, row, 9);
	key->retired_at = ag_row_time(result, row, 10);
	key->xmin = DatumGetTransactionId(ag_row_datum(result, row, 11, &isnull));
	return key;
}

static List *
data_keys_of(const AgResult *result)
{
	List	   *keys = NIL;

	for (uint64 i = 0; i < result->count; i++)
		keys = lappend(keys, data_key_of(result, i));
	return keys;
}

static AgSubjectKey *
subject_key_of(const AgResult *result, uint64 row)
{
	AgSubjectKey *key = palloc(sizeof(AgSubjectKey));

	key->account_id = ag_row_int8(result, row, 1);
	key->no = ag_row_int4(result, row, 2);
	key->kid = ag_row_int4(result, row, 3);
	key->wrapped = row_bytes(result, row, 4, AG_WRAPPED_SIZE);
	return key;
}

/* NULL = there is none. */
AgDataKey *
ag_keyring_store_key(int32 kid)
{
	AgResult   *result = run_latest(DATA_KEY_FIND, ag_int4(kid));

	return result->count == 0 ? NULL : data_key_of(result, 0);
}

AgDataKey *
ag_keyring_store_active(AgPurpose purpose)
{
	AgResult   *result = run_latest(DATA_KEY_ACTIVE, ag_text(ag_purpose_name(purpose)));

	return result->count == 0 ? NULL : data_key_of(result, 0);
}

List *
ag_keyring_store_keys(void)
{
	return data_keys_of(ag_run_noargs(keyring_statements, DATA_KEY_LIST));
}

/* Numbers of the keys of a purpose that are not retired, oldest first. */
AgResult *
ag_keyring_store_usable(AgPurpose purpose, int most)
{
	return run_latest(DATA_KEY_USABLE, ag_text(ag_purpose_name(purpose)), ag_int4(most));
}

/* Keys not wrapped by this version of the root key. */
List *
ag_keyring_store_stale(int32 root_version, int batch)
{
	return data_keys_of(ag_run(keyring_statements, DATA_KEY_STALE, ag_int4(root_version),
							   ag_int4(batch)));
}

int64
ag_keyring_store_stale_count(int32 root_version)
{
	return ag_row_int8(ag_run(keyring_statements, DATA_KEY_STALE_COUNT, ag_int4(root_version)), 0, 1);
}

/* AgRootEpoch *, newest first. */
List *
ag_keyring_store_roots(void)
{
	AgResult   *result = ag_run_noargs(keyring_statements, ROOT_LIST);
	List	   *roots = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgRootEpoch *root = palloc(sizeof(AgRootEpoch));

		root->version = ag_row_int4(result, i, 1);
		root->check = row_bytes(result, i, 2, AG_CHECK_SIZE);
		root->first_used_at = ag_row_time(result, i, 3);
		root->first_used_by = ag_row_text(result, i, 4);
		roots = lappend(roots, root);
	}
	return roots;
}

void
ag_keyring_store_add_root(int32 version, const uint8 *check, const char *person, TimestampTz at)
{
	(void) ag_run(keyring_statements, ROOT_INSERT, ag_int4(version), ag_bytes(check, AG_CHECK_SIZE),
				  ag_time(at), ag_text(person));
}

/* One administrator of keys at a time; whoever uses keys goes on. */
void
ag_keyring_store_lock(void)
{
	(void) ag_run_noargs(keyring_statements, DATA_KEY_LOCK);
}

int32
ag_keyring_store_next_kid(void)
{
	AgResult   *result;

	PushActiveSnapshot(GetLatestSnapshot());
	result = latest_done(ag_run_noargs(keyring_statements, DATA_KEY_NEXT));
	return ag_row_int4(result, 0, 1);
}

void
ag_keyring_store_supersede(AgPurpose purpose, TimestampTz at)
{
	(void) ag_run(keyring_statements, DATA_KEY_SUPERSEDE, ag_text(ag_purpose_name(purpose)),
				  ag_time(at));
}

void
ag_keyring_store_insert(const AgDataKey *key)
{
	(void) ag_run(keyring_statements, DATA_KEY_INSERT, ag_int4(key->kid),
				  ag_text(ag_purpose_name(key->purpose)), ag_int4(key->root_version),
				  ag_bytes(key->wrapped, AG_WRAPPED_SIZE), ag_time(key->created_at),
				  ag_text(key->created_by));
}

void
ag_keyring_store_wrap(int32 kid, int32 root_version, const uint8 *wrapped)
{
	(void) ag_run(keyring_statements, DATA_KEY_WRAP, ag_int4(kid), ag_int4(root_version),
				  ag_bytes(wrapped, AG_WRAPPED_SIZE));
}

void
ag_keyring_store_retire(int32 kid, const char *person, TimestampTz at)
{
	(void) ag_run(keyring_statements, DATA_KEY_RETIRE, ag_int4(kid), ag_time(at), ag_text(person));
}

/* NULL = there is none. */
AgSubjectKey *
ag_subject_store_key(int64 account_id, int32 no)
{
	AgResult   *result = run_latest(SUBJECT_FIND, ag_int8(account_id), ag_int4(no));

	return result->count == 0 ? NULL : subject_key_of(result, 0);
}

/* false if it is there already. */
bool
ag_subject_store_insert(const AgSubjectKey *key, TimestampTz at)
{
	return ag_run(keyring_statements, SUBJECT_INSERT, ag_int8(key->account_id), ag_int4(key->no),
				  ag_int4(key->kid), ag_bytes(key->wrapped, AG_WRAPPED_SIZE),
				  ag_time(at))->count > 0;
}

/* Locked; AgSubjectKey * */
List *
ag_subject_store_stale(int32 kid, int batch)
{
	AgResult   *result = ag_run(keyring_statements, SUBJECT_STALE, ag_int4(kid), ag_int4(batch));
	List	   *keys = NIL;

	for (uint64 i = 0; i < result->count; i++)
		keys = lappend(keys, subject_key_of(result, i));
	return keys;
}

int64
ag_subject_store_stale_count(int32 kid)
{
	return ag_row_int8(ag_run(keyring_statements, SUBJECT_STALE_COUNT, ag_int4(kid)), 0, 1);
}

bool
ag_subject_store_uses(int32 kid)
{
	return run_latest(SUBJECT_USES, ag_int4(kid))->count > 0;
}

void
ag_subject_store_wrap(const AgSubjectKey *key)
{
	(void) ag_run(keyring_statements, SUBJECT_WRAP, ag_int8(key->account_id), ag_int4(key->no),
				  ag_int4(key->kid), ag_bytes(key->wrapped, AG_WRAPPED_SIZE));
}

int
ag_subject_store_delete(int64 account_id)
{
	return (int) ag_run(keyring_statements, SUBJECT_DELETE, ag_int8(account_id))->count;
}

bool
ag_subject_store_shredded(int64 account_id)
{
	return run_latest(SHRED_FIND, ag_int8(account_id))->count > 0;
}

/* false if it is there already. */
bool
ag_subject_store_add_shred(int64 account_id, const char *ticket, const char *person,
						   TimestampTz at)
{
	return ag_run(keyring_statements, SHRED_INSERT, ag_int8(account_id), ag_text(ticket),
				  ag_time(at), ag_text(person))->count > 0;
}
