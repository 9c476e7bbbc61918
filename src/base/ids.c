/*-------------------------------------------------------------------------
 *
 * ids.c
 *		Sets of ids, in the order in which rows are locked.
 *
 * Memory: the caller's context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"

/* A set of int64 *, ascending, with one more id; 0 is none. */
List *
ag_ids_add(List *ids, int64 id)
{
	int64	   *added;
	ListCell   *cell;
	int			place = 0;

	foreach(cell, ids)
	{
		if (*(int64 *) lfirst(cell) == id)
			return ids;
		if (*(int64 *) lfirst(cell) < id)
			place = foreach_current_index(cell) + 1;
	}
	if (id == 0)
		return ids;
	added = palloc(sizeof(int64));
	*added = id;
	return list_insert_nth(ids, place, added);
}
