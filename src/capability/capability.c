/*-------------------------------------------------------------------------
 *
 * capability.c
 *		Writing standing: only what differs from what is there.
 *
 * The caller holds the account's lock.  A row that stays as it is is not touched,
 * so a command that changes nothing about standing costs no write there, and the
 * commit gate has nothing to announce.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "capability/capability.h"

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_row(const AgStanding *a, const AgStanding *b)
{
	return a->denied == b->denied && a->challenged == b->challenged &&
		a->monitored == b->monitored && a->starts_at == b->starts_at &&
		a->ends_at == b->ends_at && same_text(a->rule, b->rule);
}

static AgStanding *
find_row(List *rows, int freeze_no, char part)
{
	ListCell   *cell;

	foreach(cell, rows)
	{
		AgStanding *row = lfirst(cell);

		if (row->freeze_no == freeze_no && row->part == part)
			return row;
	}
	return NULL;
}

List *
ag_standing_list(int64 account_id)
{
	return ag_standing_store_list(account_id);
}

/* Make the rows of an account those of a list: write what differs, remove the rest. */
void
ag_standing_replace(int64 account_id, List *wanted)
{
	List	   *present = ag_standing_store_list(account_id);
	ListCell   *cell;

	foreach(cell, wanted)
	{
		AgStanding *row = lfirst(cell);
		AgStanding *old = find_row(present, row->freeze_no, row->part);

		if (old == NULL || !same_row(old, row))
			ag_standing_store_write(account_id, row);
	}
	foreach(cell, present)
	{
		AgStanding *old = lfirst(cell);

		if (find_row(wanted, old->freeze_no, old->part) == NULL)
			ag_standing_store_remove(account_id, old->freeze_no, old->part);
	}
}
