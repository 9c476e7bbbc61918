/*-------------------------------------------------------------------------
 *
 * number.c
 *		From a text to the row of the number.
 *
 * A number is found by number_index, which has a row for each of its writings under
 * each key in use.  Two sessions that meet a new number at the same time both write
 * such rows in the same order, the oldest key and the oldest writing first; so they
 * collide in the first row that both know to write, even if only one of them knows
 * of a new key or a new writing, and the second finds the first's number.
 *
 * Locks: the row of the number.  Tables: number, number_index.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/string.h"
#include "keyring/keyring.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "phone/phone.h"

/* Where ids of numbers lie: below 2^62, so that they are positive and easily written. */
#define ID_MASK ((INT64CONST(1) << 62) - 1)

void
ag_number_init(void)
{
	if (process_shared_preload_libraries_in_progress && !ag_parse_load())
		ereport(WARNING, errmsg("the metadata of phone numbers could not be loaded"));
	ag_number_keys_init();
}

/* A region that libphonenumber knows, as two letters. */
static void
require_region(const char *region)
{
	if (strlen(region) != 2 || strspn(region, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2 ||
		ag_parse_region(region) == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("region is not the two letters of a country"),
				errhint("Use ISO 3166 codes, such as CN or US."));
}

static bool
has_writing(const AgNumberName *name, const char *e164)
{
	for (int i = 0; i < name->count; i++)
		if (strcmp(name->writing[i], e164) == 0)
			return true;
	return false;
}

/*
 * Renumbered by what is in force, and then every way it was written before.  Each
 * step may lead to the next; both ends are bounded by the number of writings.
 */
static void
add_writings(AgNumberName *name, TimestampTz at)
{
	List	   *aliases = ag_policy_number_aliases();
	ListCell   *cell;
	char		other[AG_E164_SIZE];

	for (int step = 1; step < AG_WRITINGS_MAX; step++)
	{
		bool		renumbered = false;

		foreach(cell, aliases)
		{
			const AgNumberAlias *alias = lfirst(cell);

			if (alias->valid_from <= at && ag_number_renumber(name->writing[0], alias, other))
			{
				strlcpy(name->writing[0], other, AG_E164_SIZE);
				renumbered = true;
				break;
			}
		}
		if (!renumbered)
			break;
	}
	for (int i = 0; i < name->count; i++)
	{
		foreach(cell, aliases)
		{
			const AgNumberAlias *alias = lfirst(cell);

			if (name->count < AG_WRITINGS_MAX && alias->valid_from <= at &&
				ag_number_renumber_back(name->writing[i], alias, other) &&
				!has_writing(name, other))
				strlcpy(name->writing[name->count++], other, AG_E164_SIZE);
		}
	}
}

bool
ag_number_read(const char *text, const char *region, TimestampTz at, AgNumberName *name)
{
	char		digits[AG_DIALLED_MAX + 2];
	const char *utf8;

	if (region != NULL)
		require_region(region);
	if (strlen(text) > AG_NUMBER_TEXT_MAX)
		return false;
	utf8 = pg_server_to_any(text, (int) strlen(text), PG_UTF8);
	if (!ag_number_scan(utf8, strlen(utf8), digits))
		return false;
	memset(name, 0, sizeof(*name));
	switch (ag_parse_number(digits, region, name->writing[0], &name->country))
	{
		case AG_PARSE_OK:
			break;
		case AG_PARSE_INVALID:
			return false;
		case AG_PARSE_FAILED:
			ereport(ERROR, errcode(ERRCODE_OUT_OF_MEMORY),
					errmsg("a phone number could not be looked at"));
	}
	name->count = 1;
	add_writings(name, at);
	return true;
}

void
ag_number_require(const char *text, const char *region, TimestampTz at, AgNumberName *name)
{
	if (!ag_number_read(text, region, at, name))
		ereport(ERROR, ag_errcode(AG_ERR_NUMBER_INVALID),
				errmsg("the text is not a phone number"),
				errdetail("It is not repeated here."),
				errhint("Write it with + and the calling code, or give the region it is dialled in."));
}

int64
ag_number_find(const AgNumberName *name)
{
	AgNumberIndex index[AG_NUMBER_INDEX_MAX];
	int			count = ag_number_index(name, index);

	return ag_number_store_find(index, count);
}

AgNumber *
ag_number_try_lock(int64 number_id)
{
	return ag_number_store_try_lock(number_id);
}

AgNumber *
ag_number_lock_kept(int64 number_id)
{
	AgNumber   *number = ag_number_store_lock(number_id);

	if (number == NULL && IsolationUsesXactSnapshot())
		ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				errmsg("could not serialize access due to concurrent update"));
	return number;
}

AgNumber *
ag_number_lock(int64 number_id)
{
	AgNumber   *number = ag_number_lock_kept(number_id);

	if (number == NULL)
		elog(ERROR, "number " INT64_FORMAT " does not exist", number_id);
	return number;
}

static int64
random_id(void)
{
	int64		id;

	do
	{
		ag_random(&id, sizeof(id));
		id &= ID_MASK;
	} while (id == 0);
	return id;
}

/* Make the row; 0 if somebody else just has. */
static int64
add_number(const AgNumberName *name, const AgNumberIndex *index, int count, TimestampTz at)
{
	int32		kid = ag_keyring_require(AG_PURPOSE_CONTACT);
	char		hint[AG_NUMBER_HINT_SIZE];
	AgNumber	number = {
		.number_id = random_id(),
		.country = name->country,
		.index_kid = index[count - 1].kid,
		.hint = hint
	};

	if (ag_number_store_add_index(number.number_id, index, count) < count)
	{
		ag_number_store_drop_index(number.number_id);
		return 0;
	}
	ag_number_hint(name->writing[0], name->country, hint);
	number.e164 = ag_number_seal(number.number_id, kid, name->writing[0]);
	if (!ag_number_store_insert(&number, kid, at))
		elog(ERROR, "two numbers got the same random id");
	return number.number_id;
}

AgNumber *
ag_number_obtain(const AgNumberName *name, TimestampTz at)
{
	AgNumberIndex index[AG_NUMBER_INDEX_MAX];
	int			count = ag_number_index(name, index);
	AgNumber   *number;

	for (int tries = 0; tries < 3; tries++)
	{
		int64		number_id = ag_number_store_find(index, count);

		if (number_id == 0)
			number_id = add_number(name, index, count, at);
		if (number_id != 0 && (number = ag_number_store_lock(number_id)) != NULL)
			return number;
	}
	ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			errmsg("the number was added and removed again meanwhile"));
	return NULL;
}

int64
ag_number_epoch(int64 number_id)
{
	return ag_number_store_epoch(number_id);
}

void
ag_number_save(const AgNumber *number)
{
	ag_number_store_save(number);
}

List *
ag_number_digits(int64 account_id)
{
	List	   *digits = NIL;
	ListCell   *cell;

	foreach(cell, ag_number_store_of_account(account_id))
	{
		const AgNumber *number = lfirst(cell);
		char		e164[AG_E164_SIZE];
		int			calling = number->country < 10 ? 1 : number->country < 100 ? 2 : 3;

		ag_number_unseal(number, e164);
		digits = lappend(digits, pstrdup(e164 + 1));
		digits = lappend(digits, pstrdup(e164 + 1 + calling));
		ag_wipe(e164, sizeof(e164));
	}
	return digits;
}
