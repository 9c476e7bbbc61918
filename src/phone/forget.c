/*-------------------------------------------------------------------------
 *
 * forget.c
 *		Accounts that end: their numbers are free, and in the end forgotten.
 *
 * A binding stays as history; it names the number by a random id.  The number itself,
 * its indexes and what providers said of it go, once every account that has or had it
 * is erased, no tombstone of a ban is on it any more, and policy number_keep has
 * passed: until then it still counts for how often a number was used.  Later ranks say
 * what they still need.
 *
 * Locks: numbers by ascending id, then the account.  Sweeping takes the numbers that
 * are free.  Tables: number, number_index, number_event, tombstone, binding.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "phone/forget.h"
#include "phone/tombstone.h"

#define NEEDS_MAX 8

/* How long until a number that a tombstone is on, or that somebody needs, is looked at again. */
#define LOOK_AGAIN (INT64CONST(30) * SECS_PER_DAY)

static AgNumberNeed needs[NEEDS_MAX];
static int	need_count = 0;

void
ag_number_register_need(AgNumberNeed need)
{
	if (need_count == NEEDS_MAX)
		elog(ERROR, "too many who need numbers");
	needs[need_count++] = need;
}

List *
ag_numbers_lock_of(int64 account_id)
{
	List	   *numbers = NIL;
	int			count;
	int64	   *ids = ag_forget_store_numbers(account_id, &count);

	for (int i = 0; i < count; i++)
	{
		AgNumber   *number = ag_number_store_lock(ids[i]);

		if (number != NULL)
			numbers = lappend(numbers, number);
	}
	return numbers;
}

static AgNumber *
find_locked(List *numbers, int64 number_id)
{
	ListCell   *cell;

	foreach(cell, numbers)
		if (((AgNumber *) lfirst(cell))->number_id == number_id)
		return lfirst(cell);
	ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			errmsg("the account was given another number meanwhile"),
			errhint("Repeat the call."));
	return NULL;
}

void
ag_numbers_leave(AgAccount *account, List *numbers, const char *note, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, ag_forget_store_live(account->account_id))
	{
		const AgPhoneBinding *found = lfirst(cell);
		AgNumber   *number = find_locked(numbers, found->number_id);

		(void) ag_number_release(number, account, ag_binding_require(account->account_id, found->no),
								 AG_RELEASE_DELETED, note, at);
		ag_number_save(number);
	}
}

void
ag_numbers_expire(List *numbers, TimestampTz at)
{
	TimestampTz forget_at = ag_time_plus(at, ag_policy_setting(AG_SETTING_NUMBER_KEEP));
	ListCell   *cell;

	foreach(cell, numbers)
		ag_forget_store_expire(((AgNumber *) lfirst(cell))->number_id, forget_at);
}

/* Does an account have it, or had it, that is not erased?  That one's erasure counts. */
static bool
is_somebodys(int64 number_id)
{
	int			count;
	int64	   *accounts = ag_forget_store_accounts(number_id, &count);

	for (int i = 0; i < count; i++)
	{
		const AgAccount *account = ag_account_read(accounts[i]);

		if (account != NULL && account->state != AG_ERASED)
			return true;
	}
	return false;
}

static bool
is_needed(int64 number_id)
{
	for (int i = 0; i < need_count; i++)
		if (needs[i] (number_id))
			return true;
	return false;
}

static void
forget_number(int64 number_id)
{
	AgFields   *after = ag_fields_new();
	AgEvent		event = {.action = AG_ACTION_NUMBER_FORGOTTEN, .after = after};

	ag_forget_store_drop(number_id);
	ag_field_int(after, "number", number_id);
	ag_event_emit(&event);
}

int64
ag_number_forget(int64 limit)
{
	TimestampTz at = ag_now();
	int			count;
	int64	   *numbers = ag_forget_store_due(at, limit, &count);

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (is_somebodys(numbers[i]))
			ag_forget_store_expire(numbers[i], DT_NOEND);
		else if (ag_tombstone_keeps_number(numbers[i], at) || is_needed(numbers[i]))
			ag_forget_store_expire(numbers[i], ag_time_plus(at, LOOK_AGAIN));
		else
			forget_number(numbers[i]);
	}
	return count;
}

int64
ag_number_forget_due(int64 most)
{
	return ag_forget_store_due_count(ag_now(), most);
}
