/*-------------------------------------------------------------------------
 *
 * keyring_cache.c
 *		Unwrapped keys of this backend.
 *
 * They lie in one secure region, which can be reached only while it is open
 * (crypto/secret.c); what is known about them lies beside it.  A key that does not
 * fit takes the place of another, so there may be any number of keys.
 *
 * A relcache message about data_key or subject_key, which every change of a key
 * sends, marks everything stale; the next use wipes it and reads anew.  Keys made
 * by a transaction that aborts are forgotten with it: their numbers will be given
 * again.
 *
 * Locks: whoever uses a key holds RowShareLock on data_key until the end of his
 * transaction.  It conflicts with nothing that other users or an administrator of
 * keys take; key_retire() waits for its holders, and so knows that nobody still
 * writes rows with the key it is about to destroy.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "keyring/keys.h"
#include "storage/lmgr.h"
#include "utils/inval.h"

#define PLACES 64

static AgSecret *region = NULL; /* PLACES keys */
static AgKeyName places[PLACES];	/* kid 0 = empty */
static int	next_place = 0;

/* What is known about the active key of a purpose. */
typedef struct Active
{
	bool		known;
	AgKeyResult result;
	int32		kid;
} Active;

static Active active[AG_PURPOSE_COUNT];

/* Keys of a purpose that are not retired, oldest first; count 0 = not known. */
typedef struct Usable
{
	int			count;
	int32		kids[AG_USABLE_MAX];
} Usable;

static Usable usable[AG_PURPOSE_COUNT];

static Oid	data_key_id = InvalidOid;
static Oid	subject_key_id = InvalidOid;
static bool stale = false;
static bool changed = false;	/* by this transaction */

static void
keys_changed(Oid relation)
{
	if (!OidIsValid(relation) || relation == data_key_id || relation == subject_key_id)
		stale = true;
}

static void
cache_at_xact(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PARALLEL_PRE_COMMIT ||
		event == XACT_EVENT_PRE_PREPARE)
		return;
	stale |= changed;
	changed = false;
}

static void
cache_at_subxact(SubXactEvent event, SubTransactionId subxact, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		stale |= changed;
}

void
ag_key_cache_init(void)
{
	ag_on_relcache_message(keys_changed);
	RegisterXactCallback(cache_at_xact, NULL);
	RegisterSubXactCallback(cache_at_subxact, NULL);
}

/* Wipe everything. */
static void
flush(void)
{
	if (region != NULL)
	{
		ag_wipe(ag_secret_write(region), PLACES * AG_KEY_SIZE);
		ag_secret_close(region);
	}
	memset(places, 0, sizeof(places));
	memset(active, 0, sizeof(active));
	memset(usable, 0, sizeof(usable));
	data_key_id = subject_key_id = InvalidOid;
	stale = false;
}

/* Before each use of keys: make the cache current, and tell that keys are in use. */
void
ag_key_cache_begin(void)
{
	ag_installation_require();
	for (;;)
	{
		if (!OidIsValid(data_key_id))
		{
			data_key_id = ag_relation_id("data_key");
			subject_key_id = ag_relation_id("subject_key");
		}
		LockRelationOid(data_key_id, RowShareLock);
		AcceptInvalidationMessages();
		if (!stale)
			break;
		flush();
	}
	if (region == NULL)
		region = ag_secret_create(PLACES * AG_KEY_SIZE);
	if (region == NULL)
		ereport(ERROR, errcode(ERRCODE_OUT_OF_MEMORY), errmsg("there is no secure memory"));
}

/* Tell every session, at commit. */
void
ag_key_cache_broadcast(void)
{
	changed = true;
	CacheInvalidateRelcacheByRelid(ag_relation_id("data_key"));
}

const uint8 *
ag_key_cache_open(int place)
{
	return ag_secret_read(region) + place * AG_KEY_SIZE;
}

void
ag_key_cache_close(void)
{
	ag_secret_close(region);
}

/* Is this root key here, and is it the one the database means? */
AgKeyResult
ag_root_judge(int32 version, const uint8 *check)
{
	int			i = ag_root_find(version);

	if (ag_root_count() == 0)
		return AG_KEY_KEYLESS;
	if (i < 0 || check == NULL || !ag_equal(check, ag_root_check(i), AG_CHECK_SIZE))
		return AG_KEY_WRONG_ROOT;
	return AG_KEY_OK;
}

/* A wrapped key is bound to its name; the number of what wraps it is in the envelope. */
static AgBinding
binding_of(const AgKeyName *name, char field[NAMEDATALEN])
{
	AgBinding	binding = {.field = field, .account_id = name->account_id, .record = name->kid};

	snprintf(field, NAMEDATALEN, "%s.%s",
			 name->purpose == AG_PURPOSE_SUBJECT ? "subject_key" : "data_key",
			 ag_purpose_name(name->purpose));
	return binding;
}

static int
find_place(AgPurpose purpose, int32 kid, int64 account_id)
{
	for (int i = 0; i < PLACES; i++)
		if (places[i].kid == kid && places[i].account_id == account_id &&
			(places[i].purpose == AG_PURPOSE_SUBJECT) == (purpose == AG_PURPOSE_SUBJECT))
			return i;
	return -1;
}

/* The next place, other than one that is still needed. */
static int
take_place(int keep)
{
	if (next_place == keep)
		next_place = (next_place + 1) % PLACES;
	keep = next_place;
	next_place = (next_place + 1) % PLACES;
	memset(&places[keep], 0, sizeof(AgKeyName));
	return keep;
}

/* Make a new random key; it is in the cache, and nowhere else yet. */
int
ag_key_cache_make(const AgKeyName *name, int keep)
{
	int			place = take_place(keep);

	ag_random(ag_secret_write(region) + place * AG_KEY_SIZE, AG_KEY_SIZE);
	ag_secret_close(region);
	places[place] = *name;
	changed = true;
	return place;
}

/* Wrap the key of a place. */
void
ag_key_cache_wrap(int place, const AgWrapper *wrapper, uint8 wrapped[AG_WRAPPED_SIZE])
{
	AgEnvelope	envelope = {.purpose = wrapper->purpose, .kid = wrapper->kid};
	char		field[NAMEDATALEN];
	AgBinding	binding = binding_of(&places[place], field);
	uint8		nonce[AG_NONCE_SIZE];
	const uint8 *keys;
	const uint8 *wrapping;

	ag_random(nonce, AG_NONCE_SIZE);
	keys = ag_secret_read(region);
	wrapping = wrapper->purpose == AG_PURPOSE_ROOT ? ag_root_open(wrapper->at) :
		keys + wrapper->at * AG_KEY_SIZE;
	ag_envelope_write(wrapped, &envelope, &binding, nonce, wrapping, keys + place * AG_KEY_SIZE,
					  AG_KEY_SIZE);
	if (wrapper->purpose == AG_PURPOSE_ROOT)
		ag_root_close();
	ag_secret_close(region);
}

/* Unwrap a key into the cache. */
static AgKeyResult
unwrap(const AgKeyName *name, const AgWrapper *wrapper, const uint8 *wrapped, int *place)
{
	int			taken;
	char		field[NAMEDATALEN];
	AgBinding	binding = binding_of(name, field);
	AgEnvelope	envelope;
	const uint8 *wrapping;
	uint8	   *keys;
	bool		done;

	if (wrapped == NULL || !ag_envelope_parse(wrapped, AG_WRAPPED_SIZE, &envelope) ||
		envelope.purpose != wrapper->purpose || envelope.kid != wrapper->kid)
		return AG_KEY_DAMAGED;
	taken = take_place(wrapper->purpose == AG_PURPOSE_ROOT ? -1 : wrapper->at);
	keys = ag_secret_write(region);
	wrapping = wrapper->purpose == AG_PURPOSE_ROOT ? ag_root_open(wrapper->at) :
		keys + wrapper->at * AG_KEY_SIZE;
	done = ag_envelope_read(keys + taken * AG_KEY_SIZE, wrapped, AG_WRAPPED_SIZE, &binding, wrapping);
	if (wrapper->purpose == AG_PURPOSE_ROOT)
		ag_root_close();
	ag_secret_close(region);
	if (!done)
		return AG_KEY_DAMAGED;
	places[taken] = *name;
	*place = taken;
	return AG_KEY_OK;
}

/* A data key as its row says. */
static AgKeyResult
load_data_key(const AgDataKey *key, int *place)
{
	AgKeyName	name = {.purpose = key->purpose, .kid = key->kid};
	AgWrapper	wrapper = {.purpose = AG_PURPOSE_ROOT, .kid = key->root_version};
	AgKeyResult result;

	if (key->root_version == 0)
		return AG_KEY_RETIRED;
	result = ag_root_judge(key->root_version, key->check);
	if (result != AG_KEY_OK)
		return result;
	wrapper.at = ag_root_find(key->root_version);
	return unwrap(&name, &wrapper, key->wrapped, place);
}

/* A data key by number.  Which numbers there are is not told: AG_KEY_DAMAGED. */
AgKeyResult
ag_key_cache_find(int32 kid, AgPurpose *purpose, int *place)
{
	AgDataKey  *key;

	*place = find_place(AG_PURPOSE_ROOT, kid, 0);
	if (*place >= 0)
	{
		*purpose = places[*place].purpose;
		return AG_KEY_OK;
	}
	key = ag_keyring_store_key(kid);
	if (key == NULL)
	{
		*purpose = AG_PURPOSE_COUNT;
		return AG_KEY_DAMAGED;
	}
	*purpose = key->purpose;
	return load_data_key(key, place);
}

/* The active key of a purpose.  That there is none is remembered, too. */
AgKeyResult
ag_key_cache_active(AgPurpose purpose, int32 *kid, int *place)
{
	Active	   *known = &active[purpose];

	if (!known->known)
	{
		AgDataKey  *key = ag_keyring_store_active(purpose);

		known->kid = key != NULL ? key->kid : 0;
		known->result = key != NULL ? load_data_key(key, place) : AG_KEY_MISSING;
		known->known = true;
	}
	*kid = known->kid;
	if (known->result != AG_KEY_OK)
		return known->result;
	return ag_key_cache_find(known->kid, &purpose, place);
}

/* The keys of a purpose that can be used; there is an active one. */
int
ag_key_cache_usable(AgPurpose purpose, int32 kids[AG_USABLE_MAX])
{
	Usable	   *known = &usable[purpose];

	if (known->count == 0)
	{
		AgResult   *result = ag_keyring_store_usable(purpose, AG_USABLE_MAX + 1);

		if (result->count > AG_USABLE_MAX)
			ereport(ERROR, ag_errcode(AG_ERR_KEY_IN_USE),
					errmsg("more than %d keys of purpose \"%s\" are in use", AG_USABLE_MAX,
						   ag_purpose_name(purpose)),
					errhint("Run acctguard.key_rewrap() until nothing remains, then retire the old ones."));
		for (uint64 i = 0; i < result->count; i++)
			known->kids[i] = ag_row_int4(result, i, 1);
		known->count = (int) result->count;
	}
	memcpy(kids, known->kids, sizeof(known->kids));
	return known->count;
}

/* An account's key as its row says. */
AgKeyResult
ag_key_cache_subject_row(const AgSubjectKey *key, int *place)
{
	AgKeyName	name = {.purpose = AG_PURPOSE_SUBJECT, .kid = key->no, .account_id = key->account_id};
	AgWrapper	wrapper = {.purpose = AG_PURPOSE_SUBJECT_KEK, .kid = key->kid};
	AgPurpose	purpose;
	AgKeyResult result = ag_key_cache_find(key->kid, &purpose, &wrapper.at);

	if (purpose != AG_PURPOSE_SUBJECT_KEK)
		return AG_KEY_DAMAGED;
	if (result != AG_KEY_OK)
		return result;
	return unwrap(&name, &wrapper, key->wrapped, place);
}

/* An account's key by number. */
AgKeyResult
ag_key_cache_subject(int64 account_id, int32 no, int *place)
{
	AgSubjectKey *key;

	*place = find_place(AG_PURPOSE_SUBJECT, no, account_id);
	if (*place >= 0)
		return AG_KEY_OK;
	key = ag_subject_store_key(account_id, no);
	if (key == NULL)
		return ag_subject_store_shredded(account_id) ? AG_KEY_SHREDDED : AG_KEY_DAMAGED;
	return ag_key_cache_subject_row(key, place);
}
