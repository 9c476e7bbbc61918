/*-------------------------------------------------------------------------
 *
 * keyring_status.c
 *		The inventory of keys: which there are and whether they work, no bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "keyring/keys.h"
#include "utils/builtins.h"

/* Columns of key_status(), in the order of its OUT parameters. */
enum
{
	STATUS_PURPOSE,
	STATUS_KID,
	STATUS_STATE,
	STATUS_ALGORITHM,
	STATUS_ROOT_VERSION,
	STATUS_USABLE,
	STATUS_CREATED_AT,
	STATUS_CREATED_BY,
	STATUS_SUPERSEDED_AT,
	STATUS_RETIRED_AT,
	STATUS_DETAIL,
	STATUS_COLUMNS
};

typedef struct Row
{
	Datum		values[STATUS_COLUMNS];
	bool		nulls[STATUS_COLUMNS];
} Row;

static void
set(Row *row, int column, Datum value)
{
	row->values[column] = value;
	row->nulls[column] = false;
}

static void
set_text(Row *row, int column, const char *value)
{
	if (value != NULL)
		set(row, column, CStringGetTextDatum(value));
}

static void
set_time(Row *row, int column, TimestampTz value)
{
	if (value != DT_NOEND)
		set(row, column, TimestampTzGetDatum(value));
}

static void
begin_row(Row *row, AgPurpose purpose, const char *state, bool usable)
{
	memset(row->values, 0, sizeof(row->values));
	memset(row->nulls, true, sizeof(row->nulls));
	set_text(row, STATUS_PURPOSE, ag_purpose_name(purpose));
	set_text(row, STATUS_STATE, state);
	set(row, STATUS_USABLE, BoolGetDatum(usable));
}

static void
put(const Row *row, ReturnSetInfo *rsinfo)
{
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, (Datum *) row->values,
						 (bool *) row->nulls);
}

static void
put_keyless(ReturnSetInfo *rsinfo)
{
	Row			row;

	begin_row(&row, AG_PURPOSE_ROOT, "keyless", false);
	switch (ag_root_source())
	{
		case AG_ROOT_NONE:
			set_text(&row, STATUS_DETAIL, "no root key is configured");
			break;
		case AG_ROOT_NOT_PRELOADED:
			set_text(&row, STATUS_DETAIL, "the library is not preloaded");
			break;
		case AG_ROOT_REFUSED:
			set_text(&row, STATUS_DETAIL,
					 psprintf("the root key was refused: %s", ag_root_problem()));
			break;
		case AG_ROOT_READ:
			break;
	}
	put(&row, rsinfo);
}

static void
put_root(ReturnSetInfo *rsinfo, int32 version, const AgRootEpoch *epoch)
{
	int			here = ag_root_find(version);
	bool		right = epoch != NULL && ag_root_judge(version, epoch->check) == AG_KEY_OK;
	Row			row;

	if (here < 0)
	{
		begin_row(&row, AG_PURPOSE_ROOT, "absent", false);
		set_text(&row, STATUS_DETAIL, "the server does not have this version");
	}
	else if (epoch == NULL)
		begin_row(&row, AG_PURPOSE_ROOT, "unused", true);
	else if (!right)
	{
		begin_row(&row, AG_PURPOSE_ROOT, "wrong", false);
		set_text(&row, STATUS_DETAIL, "the server has another key under this number");
	}
	else
		begin_row(&row, AG_PURPOSE_ROOT, here == 0 ? "newest" : "older", true);
	set(&row, STATUS_KID, Int32GetDatum(version));
	if (epoch != NULL)
	{
		set_time(&row, STATUS_CREATED_AT, epoch->first_used_at);
		set_text(&row, STATUS_CREATED_BY, epoch->first_used_by);
	}
	put(&row, rsinfo);
}

/* Both lists descend by version. */
static void
put_roots(ReturnSetInfo *rsinfo)
{
	List	   *epochs = ag_keyring_store_roots();
	ListCell   *cell = list_head(epochs);
	int			i = 0;

	if (ag_root_count() == 0)
		put_keyless(rsinfo);
	while (i < ag_root_count() || cell != NULL)
	{
		AgRootEpoch *epoch = cell != NULL ? lfirst(cell) : NULL;
		int32		here = i < ag_root_count() ? ag_root_version(i) : 0;
		int32		known = epoch != NULL ? epoch->version : 0;

		put_root(rsinfo, Max(here, known), known >= here ? epoch : NULL);
		if (known >= here)
			cell = lnext(epochs, cell);
		if (here >= known)
			i++;
	}
}

static const char *
result_detail(AgKeyResult result)
{
	switch (result)
	{
		case AG_KEY_KEYLESS:
			return "the server has no root key";
		case AG_KEY_WRONG_ROOT:
			return "the server does not have the root key that wraps it";
		case AG_KEY_DAMAGED:
			return "the wrapped key is damaged";
		default:
			return NULL;
	}
}

static const char *
algorithm_of(AgPurpose purpose)
{
	switch (purpose)
	{
		case AG_PURPOSE_SUBJECT_KEK:
		case AG_PURPOSE_PW_PEPPER:
		case AG_PURPOSE_CONTACT:
		case AG_PURPOSE_ORIGIN:
			return "xchacha20poly1305";
		default:
			return "blake2b";
	}
}

static void
put_data_key(ReturnSetInfo *rsinfo, const AgDataKey *key)
{
	AgPurpose	purpose;
	int			place;
	AgKeyResult result = key->root_version == 0 ? AG_KEY_RETIRED :
		ag_root_count() == 0 ? AG_KEY_KEYLESS : ag_key_cache_find(key->kid, &purpose, &place);
	Row			row;

	begin_row(&row, key->purpose, key->state, result == AG_KEY_OK);
	set(&row, STATUS_KID, Int32GetDatum(key->kid));
	set_text(&row, STATUS_ALGORITHM, algorithm_of(key->purpose));
	if (key->root_version != 0)
		set(&row, STATUS_ROOT_VERSION, Int32GetDatum(key->root_version));
	set_time(&row, STATUS_CREATED_AT, key->created_at);
	set_text(&row, STATUS_CREATED_BY, key->created_by);
	set_time(&row, STATUS_SUPERSEDED_AT, key->superseded_at);
	set_time(&row, STATUS_RETIRED_AT, key->retired_at);
	set_text(&row, STATUS_DETAIL, result_detail(result));
	put(&row, rsinfo);
}

void
ag_keyring_status(ReturnSetInfo *rsinfo)
{
	bool		present[AG_PURPOSE_COUNT] = {false};
	ListCell   *cell;
	Row			row;

	ag_key_cache_begin();
	put_roots(rsinfo);
	foreach(cell, ag_keyring_store_keys())
	{
		AgDataKey  *key = lfirst(cell);

		put_data_key(rsinfo, key);
		present[key->purpose] |= key->superseded_at == DT_NOEND;
	}
	for (int i = 0; i < AG_PURPOSE_COUNT; i++)
	{
		if (present[i] || !ag_purpose_is_data_key((AgPurpose) i))
			continue;
		begin_row(&row, (AgPurpose) i, "missing", false);
		set_text(&row, STATUS_ALGORITHM, algorithm_of((AgPurpose) i));
		put(&row, rsinfo);
	}
}
