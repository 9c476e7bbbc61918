/*-------------------------------------------------------------------------
 *
 * credential_store.c
 *		What proves that somebody is the owner of an account, sealed; and the words
 *		that are no passwords.
 *
 * Tables: credential, password_block.  Whoever changes a credential holds the account's
 * lock; re-sealing takes rows that nobody has locked.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "identity/password.h"
#include "utils/snapmgr.h"

enum
{
	CREDENTIAL_PASSWORD,
	CREDENTIAL_INSERT,
	CREDENTIAL_REPLACE,
	CREDENTIAL_RESEAL,
	CREDENTIAL_STALE,
	CREDENTIAL_COUNT_STALE,
	CREDENTIAL_USES,
	CREDENTIAL_ERASE,
	CREDENTIAL_LIST,
	BLOCK_FIND,
	BLOCK_ADD
};

#define BLOCK_SIZE 16			/* bytes of the hash of a word */

#define COLUMNS "account_id, no, version, secret, kid"

static const AgStatement statements[] = {
	[CREDENTIAL_PASSWORD] = {
		.name = "credential.password",
		.sql = "SELECT " COLUMNS " FROM acctguard.credential WHERE account_id = $1 AND kind = 'password'",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CREDENTIAL_INSERT] = {
		.name = "credential.insert",
		.sql = "INSERT INTO acctguard.credential "
			"(account_id, no, version, secret, kid, kind, first_set_at, set_at, set_by) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
		.expected = SPI_OK_INSERT,
		.nargs = 8,
		.argtypes = {INT8OID, INT4OID, INT8OID, BYTEAOID, INT4OID, TEXTOID, TIMESTAMPTZOID, TEXTOID}
	},
	[CREDENTIAL_REPLACE] = {
		.name = "credential.replace",
		.sql = "UPDATE acctguard.credential SET version = $3, secret = $4, kid = $5, set_at = $6, set_by = $7 "
			"WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 7,
		.argtypes = {INT8OID, INT4OID, INT8OID, BYTEAOID, INT4OID, TIMESTAMPTZOID, TEXTOID}
	},
	[CREDENTIAL_RESEAL] = {
		.name = "credential.reseal",
		.sql = "UPDATE acctguard.credential SET secret = $3, kid = $4 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, BYTEAOID, INT4OID}
	},
	[CREDENTIAL_STALE] = {
		.name = "credential.stale",
		.sql = "SELECT " COLUMNS " FROM acctguard.credential WHERE kid <> $1 ORDER BY kid LIMIT $2 "
			"FOR UPDATE SKIP LOCKED",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT4OID, INT8OID}
	},
	[CREDENTIAL_COUNT_STALE] = {
		.name = "credential.count_stale",
		.sql = "SELECT count(*) FROM acctguard.credential WHERE kid <> $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[CREDENTIAL_USES] = {
		.name = "credential.uses",
		.sql = "SELECT FROM acctguard.credential WHERE kid = $1 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[CREDENTIAL_ERASE] = {
		.name = "credential.erase",
		.sql = "DELETE FROM acctguard.credential WHERE account_id = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CREDENTIAL_LIST] = {
		.name = "credential.list",
		.sql = "SELECT no, kind, version, first_set_at, set_at, set_by FROM acctguard.credential "
			"WHERE account_id = $1 ORDER BY no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[BLOCK_FIND] = {
		.name = "password_block.find",
		.sql = "SELECT FROM acctguard.password_block WHERE hash = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {BYTEAOID}
	},
	[BLOCK_ADD] = {
		.name = "password_block.add",
		.sql = "INSERT INTO acctguard.password_block (hash) VALUES ($1) ON CONFLICT DO NOTHING",
		.expected = SPI_OK_INSERT,
		.nargs = 1,
		.argtypes = {BYTEAOID}
	}
};

AG_STATEMENT_TABLE(credential_statements, statements);

static AgCredential *
from_row(const AgResult *result, uint64 row)
{
	AgCredential *credential = palloc0(sizeof(AgCredential));
	bool		isnull;

	credential->account_id = ag_row_int8(result, row, 1);
	credential->no = ag_row_int4(result, row, 2);
	credential->version = ag_row_int8(result, row, 3);
	credential->secret = DatumGetByteaPCopy(ag_row_datum(result, row, 4, &isnull));
	credential->kid = ag_row_int4(result, row, 5);
	return credential;
}

static NullableDatum
secret_of(const AgCredential *credential)
{
	return ag_datum(PointerGetDatum(credential->secret), false);
}

AgCredential *
ag_credential_store_password(int64 account_id)
{
	AgResult   *result = ag_run(credential_statements, CREDENTIAL_PASSWORD, ag_int8(account_id));

	return result->count == 0 ? NULL : from_row(result, 0);
}

void
ag_credential_store_insert(const AgCredential *credential, const char *kind, TimestampTz at,
						   const char *by)
{
	(void) ag_run(credential_statements, CREDENTIAL_INSERT, ag_int8(credential->account_id),
				  ag_int4(credential->no), ag_int8(credential->version), secret_of(credential),
				  ag_int4(credential->kid), ag_text(kind), ag_time(at), ag_text(by));
}

void
ag_credential_store_replace(const AgCredential *credential, TimestampTz at, const char *by)
{
	(void) ag_run(credential_statements, CREDENTIAL_REPLACE, ag_int8(credential->account_id),
				  ag_int4(credential->no), ag_int8(credential->version), secret_of(credential),
				  ag_int4(credential->kid), ag_time(at), ag_text(by));
}

/* The same credential, sealed or hashed anew. */
void
ag_credential_store_reseal(const AgCredential *credential)
{
	(void) ag_run(credential_statements, CREDENTIAL_RESEAL, ag_int8(credential->account_id),
				  ag_int4(credential->no), secret_of(credential), ag_int4(credential->kid));
}

List *
ag_credential_store_stale(int32 kid, int batch)
{
	AgResult   *result = ag_run(credential_statements, CREDENTIAL_STALE, ag_int4(kid), ag_int8(batch));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
		list = lappend(list, from_row(result, i));
	return list;
}

int64
ag_credential_store_stale_count(int32 kid)
{
	return ag_row_int8(ag_run(credential_statements, CREDENTIAL_COUNT_STALE, ag_int4(kid)), 0, 1);
}

bool
ag_credential_store_uses(int32 kid)
{
	AgResult   *result;

	PushActiveSnapshot(GetLatestSnapshot());
	result = ag_run(credential_statements, CREDENTIAL_USES, ag_int4(kid));
	PopActiveSnapshot();
	return result->count > 0;
}

void
ag_credential_store_erase(int64 account_id)
{
	(void) ag_run(credential_statements, CREDENTIAL_ERASE, ag_int8(account_id));
}

/* no, kind, version, first_set_at, set_at, set_by */
AgResult *
ag_credential_store_list(int64 account_id)
{
	return ag_run(credential_statements, CREDENTIAL_LIST, ag_int8(account_id));
}

/*
 * Words are found by a hash, so that a password is not copied into memory that nobody
 * wipes.
 */
static void
hash_of(const char *folded, uint8 hash[AG_SHA256_SIZE])
{
	ag_sha256(hash, folded, strlen(folded));
}

bool
ag_password_block_find(const char *folded)
{
	uint8		hash[AG_SHA256_SIZE];

	hash_of(folded, hash);
	return ag_run(credential_statements, BLOCK_FIND, ag_bytes(hash, BLOCK_SIZE))->count > 0;
}

bool
ag_password_block_add(const char *word)
{
	char	   *folded = pstrdup(word);
	uint8		hash[AG_SHA256_SIZE];

	ag_password_fold(folded);
	hash_of(folded, hash);
	pfree(folded);
	return ag_run(credential_statements, BLOCK_ADD, ag_bytes(hash, BLOCK_SIZE))->count > 0;
}
