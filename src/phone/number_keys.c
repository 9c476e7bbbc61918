/*-------------------------------------------------------------------------
 *
 * number_keys.c
 *		What numbers are sealed with and found by, and moving them under newer keys.
 *
 * A number is sealed with the data key of purpose contact, bound to its row, and
 * indexed with those of purpose phone_index.  While an index key is being replaced,
 * new numbers get rows under every key that is not retired, and lookups ask for all
 * of them; key_rewrap() gives old numbers their row under the new key, and
 * key_retire() removes those of the old one.
 *
 * Locks: moving takes the rows of number that it can get.  Plain numbers live in
 * memory that is wiped.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "phone/phone.h"

/* What tells these indexes from any other use of a key; its zero byte belongs to it. */
static const char domain[] = "acctguard/phone/v1";

static AgBinding
binding_of(int64 number_id)
{
	AgBinding	binding = {.field = "number.e164", .record = number_id};

	return binding;
}

bytea *
ag_e164_seal(const AgBinding *binding, int32 kid, const char *e164)
{
	char		plain[AG_E164_SIZE] = {0};	/* of one length, so that the length tells nothing */
	bytea	   *sealed;

	strlcpy(plain, e164, sizeof(plain));
	sealed = ag_keyring_seal(AG_PURPOSE_CONTACT, kid, binding, plain, sizeof(plain));
	ag_wipe(plain, sizeof(plain));
	return sealed;
}

bytea *
ag_number_seal(int64 number_id, int32 kid, const char *e164)
{
	AgBinding	binding = binding_of(number_id);

	return ag_e164_seal(&binding, kid, e164);
}

bool
ag_number_open(const AgNumber *number, TimestampTz at, AgNumberName *name)
{
	AgBinding	binding = binding_of(number->number_id);
	bytea	   *plain;
	bool		sound;

	if (number->e164 == NULL ||
		ag_keyring_try_unseal(AG_PURPOSE_CONTACT, &binding, VARDATA(number->e164),
							  VARSIZE(number->e164) - VARHDRSZ, &plain) != AG_KEY_OK)
		return false;
	sound = VARSIZE(plain) - VARHDRSZ == AG_E164_SIZE &&
		VARDATA(plain)[AG_E164_SIZE - 1] == '\0' && ag_number_is_canonical(VARDATA(plain));
	if (sound && !ag_number_read(VARDATA(plain), NULL, at, name))
	{
		/* Newer metadata may take a number for impossible; it is one all the same. */
		memset(name, 0, sizeof(AgNumberName));
		name->country = number->country;
		name->count = 1;
		memcpy(name->writing[0], VARDATA(plain), AG_E164_SIZE);
	}
	ag_wipe(VARDATA(plain), VARSIZE(plain) - VARHDRSZ);
	pfree(plain);
	return sound;
}

void
ag_e164_unseal(const AgBinding *binding, const bytea *sealed, char e164[AG_E164_SIZE])
{
	bytea	   *plain = ag_keyring_unseal(AG_PURPOSE_CONTACT, binding, VARDATA(sealed),
										  VARSIZE(sealed) - VARHDRSZ);

	if (VARSIZE(plain) - VARHDRSZ != AG_E164_SIZE || VARDATA(plain)[AG_E164_SIZE - 1] != '\0' ||
		!ag_number_is_canonical(VARDATA(plain)))
		ag_keyring_refuse(AG_KEY_DAMAGED, AG_PURPOSE_CONTACT, 0);
	memcpy(e164, VARDATA(plain), AG_E164_SIZE);
	ag_wipe(VARDATA(plain), AG_E164_SIZE);
	pfree(plain);
}

/* UG001 and so on if it cannot be opened; the caller wipes it. */
void
ag_number_unseal(const AgNumber *number, char e164[AG_E164_SIZE])
{
	AgBinding	binding = binding_of(number->number_id);

	ag_e164_unseal(&binding, number->e164, e164);
}

static void
index_writing(const char *e164, int32 kid, AgNumberIndex *index)
{
	char		data[sizeof(domain) + AG_E164_SIZE];
	Size		length = strlen(e164);

	memcpy(data, domain, sizeof(domain));
	strlcpy(data + sizeof(domain), e164, AG_E164_SIZE);
	ag_keyring_index(kid, index->idx, data, sizeof(domain) + length);
	index->kid = kid;
	ag_wipe(data, sizeof(data));
}

/* Every writing under every key in use, the oldest of each first; returns how many. */
int
ag_number_index(const AgNumberName *name, AgNumberIndex *index)
{
	int32		kids[AG_USABLE_MAX];
	int			keys = ag_keyring_usable(AG_PURPOSE_PHONE_INDEX, kids);
	int			count = 0;

	StaticAssertStmt(AG_NUMBER_INDEX_MAX == AG_USABLE_MAX * AG_WRITINGS_MAX, "room for all");
	for (int k = 0; k < keys; k++)
		for (int w = name->count - 1; w >= 0; w--)
			index_writing(name->writing[w], kids[k], &index[count++]);
	return count;
}

static bool
index_in_use(int32 kid)
{
	return ag_number_store_uses(false, kid);
}

static int64
index_left(int32 active)
{
	return ag_number_store_stale_count(false, active);
}

/* Give a number its rows under the keys that it has none of. */
static void
index_again(const AgNumber *number, int32 active)
{
	AgNumberIndex index[AG_NUMBER_INDEX_MAX];
	AgNumberName name = {.country = number->country};
	char		e164[AG_E164_SIZE];

	ag_number_unseal(number, e164);
	if (!ag_number_read(e164, NULL, ag_now(), &name))
	{
		/* Newer metadata may take a number for impossible; it is one all the same. */
		strlcpy(name.writing[0], e164, AG_E164_SIZE);
		name.count = 1;
	}
	(void) ag_number_store_add_index(number->number_id, index, ag_number_index(&name, index));
	ag_number_store_indexed(number->number_id, active);
	ag_wipe(e164, sizeof(e164));
	ag_wipe(&name, sizeof(name));
}

static int64
index_reseal(int32 active, int batch)
{
	List	   *stale = ag_number_store_stale(false, active, batch);
	ListCell   *cell;

	foreach(cell, stale)
	{
		CHECK_FOR_INTERRUPTS();
		index_again(lfirst(cell), active);
	}
	return list_length(stale);
}

static bool
seal_in_use(int32 kid)
{
	return ag_number_store_uses(true, kid);
}

static int64
seal_left(int32 active)
{
	return ag_number_store_stale_count(true, active);
}

static int64
seal_reseal(int32 active, int batch)
{
	List	   *stale = ag_number_store_stale(true, active, batch);
	ListCell   *cell;

	foreach(cell, stale)
	{
		AgNumber   *number = lfirst(cell);
		char		e164[AG_E164_SIZE];

		CHECK_FOR_INTERRUPTS();
		ag_number_unseal(number, e164);
		ag_number_store_reseal(number->number_id, ag_number_seal(number->number_id, active, e164),
							   active);
		ag_wipe(e164, sizeof(e164));
	}
	return list_length(stale);
}

static const AgKeyUser index_user = {
	.purpose = AG_PURPOSE_PHONE_INDEX,
	.what = "indexes of phone numbers",
	.in_use = index_in_use,
	.reseal = index_reseal,
	.left = index_left,
	.retired = ag_number_store_forget_key
};

static const AgKeyUser seal_user = {
	.purpose = AG_PURPOSE_CONTACT,
	.what = "phone numbers",
	.in_use = seal_in_use,
	.reseal = seal_reseal,
	.left = seal_left
};

void
ag_number_keys_init(void)
{
	ag_keyring_register_user(&index_user);
	ag_keyring_register_user(&seal_user);
}
