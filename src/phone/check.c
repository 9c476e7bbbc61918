/*-------------------------------------------------------------------------
 *
 * check.c
 *		Does what is known of a number fit together?
 *
 * Constraints keep most of this from happening.  What is looked for is what a restore,
 * a repair by hand, a lost file or a defect may have left.  Mending never decides who
 * has a number: where that is the question it is left to an operator.
 *
 * Locks: looking takes none; mending the number, then its accounts by ascending id.
 * Plain numbers live in memory that is wiped.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "keyring/keyring.h"
#include "phone/check.h"
#include "phone/forget.h"

#define FOUND(finding) (UINT32_C(1) << AG_FINDING_##finding)

#define AG_FINDING(symbol, name, mendable, what) {name, mendable, what},
static const struct
{
	const char *name;
	bool		mendable;
	const char *what;
}			entries[AG_FINDING_COUNT] = {AG_FINDING_LIST};
#undef AG_FINDING

const char *
ag_finding_name(AgFinding finding)
{
	return entries[finding].name;
}

const char *
ag_finding_what(AgFinding finding)
{
	return entries[finding].what;
}

bool
ag_finding_can_be_mended(AgFinding finding)
{
	return entries[finding].mendable;
}

/* What is wrong about the accounts that have it. */
static uint32
check_holders(int64 number_id, const AgNumberFacts *facts)
{
	uint32		found = facts->holders > 1 ? FOUND(TWO_HOLDERS) : 0;
	ListCell   *cell;

	foreach(cell, ag_check_store_live(number_id))
	{
		const AgPhoneBinding *binding = lfirst(cell);
		const AgAccount *account = ag_account_read(binding->account_id);

		if (account == NULL)
			found |= FOUND(NO_ACCOUNT);
		else if (account->state == AG_ERASED)
			found |= FOUND(ERASED_HOLDER);
		if (strcmp(binding->kind, AG_BINDING_LOGIN) == 0 &&
			ag_check_store_logins(binding->account_id) > 1)
			found |= FOUND(TWO_LOGINS);
	}
	return found;
}

/* Is it one of those that belong to the name? */
static bool
is_among(const AgNumberIndex *wanted, int count, const AgNumberIndex *index)
{
	for (int i = 0; i < count; i++)
		if (memcmp(wanted[i].idx, index->idx, AG_INDEX_SIZE) == 0)
			return true;
	return false;
}

/*
 * The indexes as they are against those that belong to the number: under each key in
 * use, up to the newest that it was indexed under, one of its writings leads to it.
 */
static uint32
check_indexes(const AgNumber *number, const AgNumberName *name)
{
	AgNumberIndex wanted[AG_NUMBER_INDEX_MAX];
	int			count = ag_number_index(name, wanted);
	uint32		found = wanted[count - 1].kid > number->index_kid ? FOUND(INDEX_OLD) : 0;
	ListCell   *cell;

	for (int first = 0, next; first < count; first = next)
	{
		bool		leads = false;
		bool		astray = false;

		for (next = first; next < count && wanted[next].kid == wanted[first].kid; next++)
		{
			int64		there = ag_number_store_find(&wanted[next], 1);

			leads = leads || there == number->number_id;
			astray = astray || (there != 0 && there != number->number_id);
		}
		if (astray)
			found |= FOUND(INDEX_ELSEWHERE);
		else if (!leads && wanted[first].kid <= number->index_kid)
			found |= FOUND(INDEX_MISSING);
	}
	foreach(cell, ag_check_store_indexes(number->number_id))
	{
		const AgNumberIndex *index = lfirst(cell);

		for (int i = 0; i < count; i++)
			if (wanted[i].kid == index->kid && !is_among(wanted, count, index))
				found |= FOUND(INDEX_WRONG);
	}
	return found;
}

static uint32
check_sealed(const AgNumber *number, TimestampTz at)
{
	char		hint[AG_NUMBER_HINT_SIZE];
	AgNumberName name;
	uint32		found = 0;

	if (!ag_number_open(number, at, &name))
		return FOUND(SEAL);
	ag_number_hint(name.writing[0], name.country, hint);
	if (strcmp(hint, number->hint) != 0 || name.country != number->country)
		found |= FOUND(SHOWN);
	found |= check_indexes(number, &name);
	ag_wipe(&name, sizeof(name));
	return found;
}

uint32
ag_number_findings(int64 number_id, bool sealed, TimestampTz at)
{
	AgNumber   *number = ag_check_store_number(number_id);
	AgNumberFacts facts;
	uint32		found;

	ag_check_store_facts(number_id, &facts);
	found = check_holders(number_id, &facts);
	if (number == NULL || !facts.there)
	{
		if (facts.live > 0)
			found |= FOUND(NO_NUMBER);
		if (facts.last_event > 0 || facts.tombstones > 0 || facts.indexes > 0)
			found |= FOUND(ORPHANS);
		return found;
	}
	if (number->epoch < facts.turns)
		found |= FOUND(EPOCH);
	if (number->event_count < facts.last_event)
		found |= FOUND(EVENT_COUNT);
	if (facts.bindings == 0 && facts.tombstones == 0 && facts.forget_at == DT_NOEND &&
		ag_time_plus(facts.added_at, ag_policy_setting(AG_SETTING_NUMBER_KEEP)) <= at)
		found |= FOUND(NEVER_BOUND);
	return sealed ? found | check_sealed(number, at) : found;
}

/* End bindings in force: those of erased accounts, or all of a number that is gone. */
static void
end_bindings(AgNumber *number, bool all, const char *note)
{
	ListCell   *cell;

	foreach(cell, ag_check_store_live(number->number_id))
	{
		const AgPhoneBinding *found = lfirst(cell);
		AgAccount  *account;

		if (ag_account_read(found->account_id) == NULL)
			continue;
		account = ag_account_lock(found->account_id);
		if (all || account->state == AG_ERASED)
		{
			(void) ag_number_release(number, account, ag_binding_require(found->account_id, found->no),
									 account->state == AG_ERASED ? AG_RELEASE_DELETED : AG_RELEASE_ADMIN, note,
									 ag_account_now(account));
			ag_account_save(account);
		}
	}
}

/* Hint, country and indexes as the sealed number wants them. */
static void
mend_sealed(AgNumber *number, uint32 found, TimestampTz at)
{
	AgNumberIndex wanted[AG_NUMBER_INDEX_MAX];
	char		hint[AG_NUMBER_HINT_SIZE];
	AgNumberName name;
	ListCell   *cell;
	int			count;

	if (!ag_number_open(number, at, &name))
		return;
	ag_number_hint(name.writing[0], name.country, hint);
	number->hint = hint;
	number->country = name.country;
	if (found & FOUND(SHOWN))
		ag_check_store_show(number);
	count = ag_number_index(&name, wanted);
	if (found & FOUND(INDEX_WRONG))
		foreach(cell, ag_check_store_indexes(number->number_id))
			if (!is_among(wanted, count, lfirst(cell)))
			ag_check_store_drop_index(lfirst(cell));
	(void) ag_number_store_add_index(number->number_id, wanted, count);
	ag_number_store_indexed(number->number_id, wanted[count - 1].kid);
	ag_wipe(&name, sizeof(name));
}

static void
mend_there(AgNumber *number, uint32 found, const char *note, TimestampTz at)
{
	AgNumberFacts facts;

	if (found & FOUND(ERASED_HOLDER))
		end_bindings(number, false, note);
	ag_check_store_facts(number->number_id, &facts);
	number->epoch = Max(number->epoch, facts.turns);
	number->event_count = Max(number->event_count, facts.last_event);
	ag_number_save(number);
	if (found & FOUND(NEVER_BOUND))
		ag_forget_store_expire(number->number_id, at);
	if (found & (FOUND(SHOWN) | FOUND(INDEX_MISSING) | FOUND(INDEX_OLD) | FOUND(INDEX_WRONG)))
		mend_sealed(number, found, at);
}

static void
emit(int64 number_id, uint32 mended, const char *note)
{
	AgFields   *after = ag_fields_new();
	AgEvent		event = {.action = AG_ACTION_NUMBER_REPAIRED, .reason = note, .after = after};
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < AG_FINDING_COUNT; i++)
		if (mended & (UINT32_C(1) << i))
			appendStringInfo(&names, "%s%s", names.len > 0 ? " " : "", entries[i].name);
	ag_field_int(after, "number", number_id);
	ag_field_text(after, "findings", names.data);
	ag_event_emit(&event);
}

uint32
ag_number_mend(int64 number_id, const char *note, bool sealed)
{
	AgNumber   *number = ag_number_store_lock(number_id);
	AgNumber	gone = {.number_id = number_id};
	TimestampTz at = ag_now();
	uint32		found = ag_number_findings(number_id, sealed, at);

	for (int i = 0; i < AG_FINDING_COUNT; i++)
		if (!entries[i].mendable)
			found &= ~(UINT32_C(1) << i);
	if (found == 0)
		return 0;
	if (number != NULL)
		mend_there(number, found, note, at);
	else
	{
		end_bindings(&gone, true, note);
		ag_forget_store_drop(number_id);
	}
	emit(number_id, found, note);
	return found;
}
