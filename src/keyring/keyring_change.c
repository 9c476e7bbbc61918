/*-------------------------------------------------------------------------
 *
 * keyring_change.c
 *		Administration of keys: making, moving, retiring, shredding.
 *
 * Administrators of keys take turns (ShareUpdateExclusiveLock on data_key); whoever
 * seals and opens goes on meanwhile.  Every change is broadcast, so that sessions
 * look their keys up again.
 *
 * A key is wrapped only by a root key that is known to be right: the newest version
 * the server has, which is the newest the database knows, or follows one that is
 * proved by its check value.
 *
 * Retiring.  Whoever seals takes the active key and holds RowShareLock on data_key
 * until his transaction ends (keyring_cache.c).  A key can be retired when a newer
 * one has been active since a committed transaction.  Waiting once for the holders
 * of that lock therefore outlasts everybody who may still write with the old key;
 * afterwards its rows can be counted.  Waiting takes no lock, so nobody queues up.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "event/event.h"
#include "keyring/keys.h"
#include "miscadmin.h"
#include "storage/lmgr.h"

#define USERS_MAX 16

static const AgKeyUser *users[USERS_MAX];
static int	user_count = 0;

static bool subject_in_use(int32 kid);
static int64 subject_reseal(int32 kek, int batch);

static const AgKeyUser subject_user = {
	.purpose = AG_PURPOSE_SUBJECT_KEK,
	.what = "keys of accounts",
	.in_use = subject_in_use,
	.reseal = subject_reseal,
	.left = ag_subject_store_stale_count
};

void
ag_keyring_change_init(void)
{
	ag_keyring_register_user(&subject_user);
}

void
ag_keyring_register_user(const AgKeyUser *user)
{
	if (user_count == USERS_MAX)
		elog(ERROR, "too many users of keys");
	users[user_count++] = user;
}

static void
require_primary(void)
{
	if (RecoveryInProgress())
		ereport(ERROR, ag_errcode(AG_ERR_STANDBY),
				errmsg("this server is a standby and cannot change keys"),
				errhint("Call the function on the primary."));
}

/* One administrator of keys at a time, on a primary. */
static void
begin_change(void)
{
	require_primary();
	ag_keyring_store_lock();
	ag_key_cache_begin();
}

static bool
is_proved(const AgRootEpoch *epoch)
{
	return ag_root_judge(epoch->version, epoch->check) == AG_KEY_OK;
}

/* The version that wraps from now on: the server's newest, if it can be trusted. */
static AgWrapper
newest_root(const char *person, TimestampTz at)
{
	AgWrapper	root = {.purpose = AG_PURPOSE_ROOT};
	List	   *epochs = ag_keyring_store_roots();
	AgRootEpoch *newest = epochs != NIL ? linitial(epochs) : NULL;

	if (ag_root_count() == 0)
		ag_keyring_refuse(AG_KEY_KEYLESS, AG_PURPOSE_ROOT, 0);
	root.kid = ag_root_version(0);
	if (newest != NULL && (newest->version > root.kid || !is_proved(newest)))
		ag_keyring_refuse(AG_KEY_WRONG_ROOT, AG_PURPOSE_ROOT, newest->version);
	if (newest == NULL || newest->version < root.kid)
		ag_keyring_store_add_root(root.kid, ag_root_check(0), person, at);
	return root;
}

bool
ag_keyring_lacks(AgPurpose purpose)
{
	return ag_keyring_store_active(purpose) == NULL;
}

/* Make a data key, which becomes the active one. */
int32
ag_keyring_create(AgPurpose purpose)
{
	const char *person = ag_actor()->person;
	TimestampTz at = ag_now();
	AgFields   *fields = ag_fields_new();
	AgEvent		event = {.action = AG_ACTION_KEY_CREATED, .after = fields};
	uint8		wrapped[AG_WRAPPED_SIZE];
	AgWrapper	root;
	AgDataKey	key = {.purpose = purpose, .wrapped = wrapped, .created_at = at};
	AgKeyName	name = {.purpose = purpose};

	begin_change();
	root = newest_root(person, at);
	name.kid = key.kid = ag_keyring_store_next_kid();
	ag_key_cache_wrap(ag_key_cache_make(&name, -1), &root, wrapped);
	key.root_version = root.kid;
	key.created_by = pstrdup(person);
	ag_keyring_store_supersede(purpose, at);
	ag_keyring_store_insert(&key);
	ag_key_cache_broadcast();

	ag_field_text(fields, "purpose", ag_purpose_name(purpose));
	ag_field_int(fields, "kid", key.kid);
	ag_field_int(fields, "root_version", root.kid);
	ag_event_emit(&event);
	return key.kid;
}

/* Data keys under the newest root key. */
static int64
rewrap_data_keys(const AgWrapper *root, int batch)
{
	List	   *stale = ag_keyring_store_stale(root->kid, batch);
	ListCell   *cell;

	foreach(cell, stale)
	{
		AgDataKey  *key = lfirst(cell);
		uint8		wrapped[AG_WRAPPED_SIZE];
		AgPurpose	purpose;
		int			place;
		AgKeyResult result;

		CHECK_FOR_INTERRUPTS();
		result = ag_key_cache_find(key->kid, &purpose, &place);
		if (result != AG_KEY_OK)
			ag_keyring_refuse(result, key->purpose, key->kid);
		ag_key_cache_wrap(place, root, wrapped);
		ag_keyring_store_wrap(key->kid, root->kid, wrapped);
	}
	if (stale != NIL)
		ag_key_cache_broadcast();
	return list_length(stale);
}

static bool
subject_in_use(int32 kid)
{
	return ag_subject_store_uses(kid);
}

/* Keys of accounts under the active subject_kek. */
static int64
subject_reseal(int32 kek, int batch)
{
	List	   *stale = ag_subject_store_stale(kek, batch);
	ListCell   *cell;

	foreach(cell, stale)
	{
		AgSubjectKey *key = lfirst(cell);
		AgWrapper	wrapper = {.purpose = AG_PURPOSE_SUBJECT_KEK, .kid = kek};
		uint8		wrapped[AG_WRAPPED_SIZE];
		int			place;
		AgPurpose	purpose;
		AgKeyResult result;

		CHECK_FOR_INTERRUPTS();
		result = ag_key_cache_subject_row(key, &place);
		if (result == AG_KEY_OK)
			result = ag_key_cache_find(kek, &purpose, &wrapper.at);
		if (result != AG_KEY_OK)
			ag_keyring_refuse(result, AG_PURPOSE_SUBJECT, 0);
		ag_key_cache_wrap(place, &wrapper, wrapped);
		key->kid = kek;
		key->wrapped = wrapped;
		ag_subject_store_wrap(key);
	}
	return list_length(stale);
}

static void
record_rewrap(const char *purpose, int64 done, int64 left)
{
	AgFields   *fields = ag_fields_new();
	AgEvent		event = {.action = AG_ACTION_KEY_REWRAPPED, .after = fields};

	if (done == 0)
		return;
	ag_field_text(fields, "purpose", purpose);
	ag_field_int(fields, "done", done);
	ag_field_int(fields, "remaining", left);
	ag_event_emit(&event);
}

/* One batch; purpose NULL = everything, the root first.  Returns what was moved. */
int64
ag_keyring_rewrap(const char *purpose, int batch, int64 *left)
{
	AgPurpose	only = purpose != NULL ? ag_purpose_find(purpose) : AG_PURPOSE_COUNT;
	AgWrapper	root;
	int64		done = 0;

	*left = 0;
	begin_change();
	root = newest_root(ag_actor()->person, ag_now());
	if (purpose == NULL || only == AG_PURPOSE_ROOT)
	{
		done = rewrap_data_keys(&root, batch);
		*left = ag_keyring_store_stale_count(root.kid);
	}
	for (int i = 0; i < user_count; i++)
	{
		const AgKeyUser *user = users[i];
		int32		kid;

		if (user->reseal == NULL || (purpose != NULL && user->purpose != only) ||
			ag_keyring_lacks(user->purpose))
			continue;
		kid = ag_keyring_require(user->purpose);
		if (done < batch)
			done += user->reseal(kid, (int) (batch - done));
		*left += user->left(kid);
	}
	record_rewrap(purpose, done, *left);
	return done;
}

static AgDataKey *
require_key(int32 kid)
{
	AgDataKey  *key = ag_keyring_store_key(kid);

	if (key == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_KEY_UNKNOWN),
				errmsg("there is no key %d", kid), errhint("See acctguard.key_status()."));
	return key;
}

static AgDataKey *
require_retirable(int32 kid)
{
	AgDataKey  *key = require_key(kid);

	if (key->root_version == 0)
		ereport(ERROR, ag_errcode(AG_ERR_KEY_UNKNOWN),
				errmsg("key %d is retired already", kid), errhint("See acctguard.key_status()."));
	if (key->superseded_at == DT_NOEND)
		ereport(ERROR, ag_errcode(AG_ERR_KEY_IN_USE),
				errmsg("key %d is in use", kid),
				errdetail("It is the active key of purpose \"%s\".", ag_purpose_name(key->purpose)),
				errhint("Make a new one first, with acctguard.key_create('%s').",
						ag_purpose_name(key->purpose)));
	if (TransactionIdIsCurrentTransactionId(key->xmin))
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("key %d was changed by this very transaction", kid),
				errhint("Commit, then retire it."));
	return key;
}

/* Wait for everybody who uses keys now; see the head of this file. */
static void
await_users_of_keys(void)
{
	LOCKTAG		tag;

	SET_LOCKTAG_RELATION(tag, MyDatabaseId, ag_relation_id("data_key"));
	WaitForLockers(tag, ExclusiveLock, false);
}

static void
require_unused(const AgDataKey *key)
{
	for (int i = 0; i < user_count; i++)
		if (users[i]->purpose == key->purpose && users[i]->in_use(key->kid))
			ereport(ERROR, ag_errcode(AG_ERR_KEY_IN_USE),
					errmsg("key %d is in use", key->kid),
					errdetail("There are %s sealed with it.", users[i]->what),
					errhint(users[i]->reseal != NULL ?
							"Run acctguard.key_rewrap() until nothing remains, then retire it." :
							"They stay as they are; retire it when they are gone."));
}

void
ag_keyring_retire(int32 kid)
{
	AgFields   *fields = ag_fields_new();
	AgEvent		event = {.action = AG_ACTION_KEY_RETIRED, .after = fields};
	AgDataKey  *key;

	require_primary();
	(void) require_retirable(kid);
	await_users_of_keys();
	begin_change();
	key = require_retirable(kid);
	require_unused(key);
	ag_keyring_store_retire(kid, ag_actor()->person, ag_now());
	for (int i = 0; i < user_count; i++)
		if (users[i]->purpose == key->purpose && users[i]->retired != NULL)
			users[i]->retired(kid);
	ag_key_cache_broadcast();

	ag_field_text(fields, "purpose", ag_purpose_name(key->purpose));
	ag_field_int(fields, "kid", kid);
	ag_event_emit(&event);
}

int
ag_subject_shred(int64 account_id, const char *ticket)
{
	int			keys;

	require_primary();
	if (!ag_subject_store_add_shred(account_id, ticket, ag_actor()->person, ag_now()))
		return -1;
	keys = ag_subject_store_delete(account_id);
	ag_key_cache_broadcast();
	return keys;
}
