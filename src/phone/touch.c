/*-------------------------------------------------------------------------
 *
 * touch.c
 *		What the clock has done to a number is written by who touches it next.
 *
 * Where there is nothing to write, nothing is locked.  Where there is, everything that
 * it, and what follows, will lock is known first, and is locked in the order in which
 * everybody locks; so two who touch numbers at once do not wait for each other.
 *
 * Locks: numbers by ascending id, then accounts by ascending id.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "phone/touch.h"

#define KEEPERS_MAX 4
static const AgNumberKeeper *keepers[KEEPERS_MAX];
static int	keeper_count = 0;

void
ag_number_keep(const AgNumberKeeper *keeper)
{
	if (keeper_count == KEEPERS_MAX)
		elog(ERROR, "too many domains write down what the clock does to numbers");
	keepers[keeper_count++] = keeper;
}

/* Everybody whom a number concerns: who has it, and who trusts it. */
static void
add_concerned(AgNumberTouch *touch, int64 number_id)
{
	AgPhoneBinding *holder = ag_binding_holder(number_id);
	AgResult   *trusting = ag_binding_store_trusting(number_id);

	if (holder != NULL)
		touch->accounts = ag_ids_add(touch->accounts, holder->account_id);
	for (uint64 i = 0; i < trusting->count; i++)
		touch->accounts = ag_ids_add(touch->accounts, ag_row_int8(trusting, i, 1));
}

static void
lock_all(AgNumberTouch *touch)
{
	ListCell   *cell;

	touch->numbers = ag_ids_add(touch->numbers, touch->number_id);
	touch->numbers = ag_ids_add(touch->numbers, touch->other_id);
	foreach(cell, touch->numbers)
	{
		(void) ag_number_lock(*(int64 *) lfirst(cell));
		add_concerned(touch, *(int64 *) lfirst(cell));
	}
	touch->accounts = ag_ids_add(touch->accounts, touch->account_id);
	foreach(cell, touch->accounts)
		(void) ag_account_lock(*(int64 *) lfirst(cell));
}

void
ag_number_touch(int64 number_id, int64 other_id, int64 account_id)
{
	AgNumberTouch touch = {.number_id = number_id, .other_id = other_id, .account_id = account_id};
	bool		due = false;

	for (int i = 0; i < keeper_count; i++)
		due |= keepers[i]->due(&touch);
	if (!due)
		return;
	lock_all(&touch);
	for (int i = 0; i < keeper_count; i++)
		keepers[i]->settle(&touch);
}
