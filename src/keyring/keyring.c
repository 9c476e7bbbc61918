/*-------------------------------------------------------------------------
 *
 * keyring.c
 *		Using keys: tags, sealed values, an account's own key.
 *
 * Every sealed value is an envelope (envelope_rules.c) with a nonce of its own, made
 * here at each sealing; no default of a column and no argument ever is one.
 *
 * A value that cannot be opened is UG020 whatever is wrong with it, also when it
 * names a key that never was.  Only a key that this server cannot have (UG001,
 * UG002) and one that was destroyed on purpose (UG003, UG024) are told apart,
 * because then the value is not at fault.
 *
 * Memory: results in the caller's context; keys in secure memory only.  Locks: see
 * keyring_cache.c; the functions of subjects ask for the account's lock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "keyring/keys.h"
#include "miscadmin.h"

void
ag_keyring_init(void)
{
	if (process_shared_preload_libraries_in_progress)
		ag_root_load();
	ag_key_cache_init();
	ag_keyring_change_init();
}

/* Say once per session that keys which should work do not. */
static void
complain(AgKeyResult result, AgPurpose purpose)
{
	static bool complained = false;

	if (complained || (result != AG_KEY_WRONG_ROOT && result != AG_KEY_DAMAGED))
		return;
	complained = true;
	ereport(LOG_SERVER_ONLY,
			errmsg("acctguard goes on without its key of purpose \"%s\"", ag_purpose_name(purpose)),
			errdetail(result == AG_KEY_WRONG_ROOT ?
					  "The server's root key is not the one of this database." :
					  "The wrapped key is damaged."),
			errhint("See acctguard.key_status()."));
}

static AgKeyResult
find_active(AgPurpose purpose, int32 *kid)
{
	int			place;

	*kid = 0;
	if (ag_root_count() == 0)
		return AG_KEY_KEYLESS;
	ag_key_cache_begin();
	return ag_key_cache_active(purpose, kid, &place);
}

int32
ag_keyring_active(AgPurpose purpose)
{
	int32		kid;
	AgKeyResult result = find_active(purpose, &kid);

	complain(result, purpose);
	return result == AG_KEY_OK ? kid : 0;
}

int32
ag_keyring_require(AgPurpose purpose)
{
	int32		kid;
	AgKeyResult result = find_active(purpose, &kid);

	if (result != AG_KEY_OK)
		ag_keyring_refuse(result, purpose, kid);
	return kid;
}

/* The place of a key that was found a moment ago, or that a row has named. */
static int
place_of(int32 kid)
{
	AgPurpose	purpose = AG_PURPOSE_COUNT;
	AgKeyResult result = AG_KEY_KEYLESS;
	int			place = -1;

	if (ag_root_count() > 0)
	{
		ag_key_cache_begin();
		result = ag_key_cache_find(kid, &purpose, &place);
	}
	if (result != AG_KEY_OK)
		ag_keyring_refuse(result, purpose, kid);
	return place;
}

void
ag_keyring_mac(int32 kid, uint8 tag[AG_TAG_SIZE], const void *data, Size length)
{
	int			place = place_of(kid);

	ag_mac(tag, data, length, ag_key_cache_open(place));
	ag_key_cache_close();
}

void
ag_keyring_index(int32 kid, uint8 out[AG_INDEX_SIZE], const void *data, Size length)
{
	int			place = place_of(kid);

	ag_index(out, data, length, ag_key_cache_open(place));
	ag_key_cache_close();
}

int
ag_keyring_usable(AgPurpose purpose, int32 kids[AG_USABLE_MAX])
{
	int32		kid;
	AgKeyResult result = find_active(purpose, &kid);

	if (result != AG_KEY_OK)
		ag_keyring_refuse(result, purpose, kid);
	return ag_key_cache_usable(purpose, kids);
}

static bytea *
seal_at(int place, const AgEnvelope *envelope, const AgBinding *binding, const void *plain,
		Size length)
{
	Size		size = VARHDRSZ + AG_ENVELOPE_OVERHEAD + length;
	bytea	   *sealed = palloc(size);
	uint8		nonce[AG_NONCE_SIZE];

	SET_VARSIZE(sealed, size);
	ag_random(nonce, AG_NONCE_SIZE);
	ag_envelope_write((uint8 *) VARDATA(sealed), envelope, binding, nonce,
					  ag_key_cache_open(place), plain, length);
	ag_key_cache_close();
	return sealed;
}

static AgKeyResult
unseal_at(int place, const AgBinding *binding, const void *sealed, Size length, bytea **plain)
{
	Size		size = VARHDRSZ + length - AG_ENVELOPE_OVERHEAD;
	bytea	   *out = palloc(size);
	bool		done;

	SET_VARSIZE(out, size);
	done = ag_envelope_read((uint8 *) VARDATA(out), sealed, length, binding,
							ag_key_cache_open(place));
	ag_key_cache_close();
	*plain = done ? out : NULL;
	return done ? AG_KEY_OK : AG_KEY_DAMAGED;
}

bytea *
ag_keyring_seal(AgPurpose purpose, int32 kid, const AgBinding *binding, const void *plain,
				Size length)
{
	AgEnvelope	envelope = {.purpose = purpose, .kid = kid};

	return seal_at(place_of(kid), &envelope, binding, plain, length);
}

AgKeyResult
ag_keyring_try_unseal(AgPurpose purpose, const AgBinding *binding, const void *sealed, Size length,
					  bytea **plain)
{
	AgEnvelope	envelope;
	AgPurpose	own_purpose;
	AgKeyResult result;
	int			place;

	if (ag_root_count() == 0)
		return AG_KEY_KEYLESS;
	if (!ag_envelope_parse(sealed, length, &envelope) || envelope.purpose != purpose)
		return AG_KEY_DAMAGED;
	ag_key_cache_begin();
	result = ag_key_cache_find(envelope.kid, &own_purpose, &place);
	if (own_purpose != purpose)
		return AG_KEY_DAMAGED;
	if (result != AG_KEY_OK)
		return result;
	return unseal_at(place, binding, sealed, length, plain);
}

bytea *
ag_keyring_unseal(AgPurpose purpose, const AgBinding *binding, const void *sealed, Size length)
{
	bytea	   *plain;
	AgKeyResult result = ag_keyring_try_unseal(purpose, binding, sealed, length, &plain);

	if (result != AG_KEY_OK)
		ag_keyring_refuse(result, purpose, 0);
	return plain;
}

/* Make the first key of an account and write it down wrapped. */
static int32
make_subject_key(int64 account_id)
{
	AgSubjectKey key = {.account_id = account_id, .no = 1};
	AgKeyName	name = {.purpose = AG_PURPOSE_SUBJECT, .kid = key.no, .account_id = account_id};
	AgWrapper	wrapper = {.purpose = AG_PURPOSE_SUBJECT_KEK};
	uint8		wrapped[AG_WRAPPED_SIZE];
	AgKeyResult result;

	if (ag_subject_store_shredded(account_id))
		ag_keyring_refuse(AG_KEY_SHREDDED, AG_PURPOSE_SUBJECT, 0);
	result = ag_key_cache_active(AG_PURPOSE_SUBJECT_KEK, &wrapper.kid, &wrapper.at);
	if (result != AG_KEY_OK)
		ag_keyring_refuse(result, AG_PURPOSE_SUBJECT_KEK, wrapper.kid);
	ag_key_cache_wrap(ag_key_cache_make(&name, wrapper.at), &wrapper, wrapped);
	key.kid = wrapper.kid;
	key.wrapped = wrapped;
	if (!ag_subject_store_insert(&key, ag_now()))
		elog(ERROR, "account " INT64_FORMAT " got a key meanwhile, so it was not locked", account_id);
	return key.no;
}

bytea *
ag_subject_seal(const AgBinding *binding, const void *plain, Size length)
{
	AgEnvelope	envelope = {.purpose = AG_PURPOSE_SUBJECT};
	AgSubjectKey *key;
	AgKeyResult result;
	int			place;

	if (ag_root_count() == 0)
		ag_keyring_refuse(AG_KEY_KEYLESS, AG_PURPOSE_SUBJECT, 0);
	ag_key_cache_begin();
	key = ag_subject_store_key(binding->account_id, 0);
	envelope.kid = key != NULL ? key->no : make_subject_key(binding->account_id);
	result = ag_key_cache_subject(binding->account_id, envelope.kid, &place);
	if (result != AG_KEY_OK)
		ag_keyring_refuse(result, AG_PURPOSE_SUBJECT, 0);
	return seal_at(place, &envelope, binding, plain, length);
}

AgKeyResult
ag_subject_try_unseal(const AgBinding *binding, const void *sealed, Size length, bytea **plain)
{
	AgKeyResult result = AG_KEY_DAMAGED;
	AgEnvelope	envelope;
	int			place;

	*plain = NULL;
	if (ag_root_count() == 0)
		return AG_KEY_KEYLESS;
	if (ag_envelope_parse(sealed, length, &envelope) && envelope.purpose == AG_PURPOSE_SUBJECT)
	{
		ag_key_cache_begin();
		result = ag_key_cache_subject(binding->account_id, envelope.kid, &place);
		if (result == AG_KEY_OK)
			result = unseal_at(place, binding, sealed, length, plain);
	}
	return result;
}

bytea *
ag_subject_unseal(const AgBinding *binding, const void *sealed, Size length)
{
	bytea	   *plain;
	AgKeyResult result = ag_subject_try_unseal(binding, sealed, length, &plain);

	if (result != AG_KEY_OK)
		ag_keyring_refuse(result, AG_PURPOSE_SUBJECT, 0);
	return plain;
}

/* UG001, in the words of why there is none. */
static void
refuse_keyless(void)
{
	switch (ag_root_source())
	{
		case AG_ROOT_NOT_PRELOADED:
			ereport(ERROR, ag_errcode(AG_ERR_KEYLESS), errmsg("acctguard has no root key"),
					errdetail("Only the preloaded library reads the root key, and this server has not "
							  "preloaded it."),
					errhint("Add acctguard to shared_preload_libraries and restart the server."));
			break;
		case AG_ROOT_REFUSED:
			ereport(ERROR, ag_errcode(AG_ERR_KEYLESS), errmsg("acctguard has no root key"),
					errdetail("The root key was refused when the server started."),
					errhint("The server log says why; mend it and restart the server."));
			break;
		default:
			ereport(ERROR, ag_errcode(AG_ERR_KEYLESS), errmsg("acctguard has no root key"),
					errdetail("No root key is configured."),
					errhint("Make one with acctguard-keygen, set acctguard.root_key_file or "
							"acctguard.root_key_command, and restart the server."));
	}
}

void
ag_keyring_refuse(AgKeyResult result, AgPurpose purpose, int32 kid)
{
	switch (result)
	{
		case AG_KEY_KEYLESS:
			refuse_keyless();
			break;
		case AG_KEY_MISSING:
			ereport(ERROR, ag_errcode(AG_ERR_KEYLESS),
					errmsg("there is no key of purpose \"%s\"", ag_purpose_name(purpose)),
					errhint("Run SELECT * FROM acctguard.key_create();"));
			break;
		case AG_KEY_WRONG_ROOT:
			ereport(ERROR, ag_errcode(AG_ERR_WRONG_ROOT),
					errmsg("the server's root key is not the one of this database"),
					errhint("Start the server with the right root key; acctguard.key_status() says "
							"which version."));
			break;
		case AG_KEY_RETIRED:
			ereport(ERROR, ag_errcode(AG_ERR_KEY_UNKNOWN),
					errmsg("the key was retired"), errhint("See acctguard.key_status()."));
			break;
		case AG_KEY_SHREDDED:
			ereport(ERROR, ag_errcode(AG_ERR_SHREDDED),
					errmsg("the account's key was destroyed"),
					errhint("What was sealed with it cannot be read again by anybody."));
			break;
		case AG_KEY_OK:
		case AG_KEY_DAMAGED:
			break;
	}
	ereport(ERROR, ag_errcode(AG_ERR_SEALED_DAMAGED), errmsg("a sealed value cannot be opened"));
}
