/*-------------------------------------------------------------------------
 *
 * attempt_mirror.c
 *		Copying what has changed in shared memory to table attempt.
 *
 * The worker does it in a transaction of its own, where no caller can take it back.
 * Buckets are noted as written once that transaction has committed; if it does not (or
 * the part of it in which sweep() was called), the next run writes them again.
 *
 * No locks beyond those of the rows written, which nobody else wants.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "attempt/attempt.h"
#include "utils/memutils.h"

/* A run writes at least so many, if there are: they hold up nobody. */
#define LEAST 5000

static AgBucket *written = NULL;	/* by this transaction, in its memory */
static int	written_count = 0;
static SubTransactionId written_in = InvalidSubTransactionId;

static void
at_xact(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PARALLEL_PRE_COMMIT ||
		event == XACT_EVENT_PRE_PREPARE)
		return;
	if (written_count > 0 && event == XACT_EVENT_COMMIT)
		ag_attempt_memory_clean(written, written_count);
	written = NULL;
	written_count = 0;
}

static void
at_subxact(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (written_count == 0 || written_in != mine)
		return;
	if (event == SUBXACT_EVENT_COMMIT_SUB)
		written_in = parent;
	else if (event == SUBXACT_EVENT_ABORT_SUB)
		written_count = 0;
}

static void
write_changed(int count)
{
	static bool registered = false;
	MemoryContext old;

	if (!registered)
	{
		RegisterXactCallback(at_xact, NULL);
		RegisterSubXactCallback(at_subxact, NULL);
		registered = true;
	}
	old = MemoryContextSwitchTo(TopTransactionContext);
	written_count = 0;
	written = palloc(sizeof(AgBucket) * count);
	count = ag_attempt_memory_dirty(written, count);
	MemoryContextSwitchTo(old);
	ag_attempt_store_write(written, count);
	written_in = GetCurrentSubTransactionId();
	written_count = count;
}

/*
 * Copy what is not in the table, at most so many; how many there were.  Old rows go last:
 * that waits for nobody, and who copies at the same time meets only rows in their order.
 */
int64
ag_attempt_mirror(int64 limit)
{
	int			most = (int) Min(Max(limit, LEAST), 1000000);
	int			count = ag_attempt_memory_dirty(NULL, most);

	if (count > 0)
		write_changed(count);
	(void) ag_attempt_store_forget(ag_now(), limit);
	return count;
}

int64
ag_attempt_mirror_due(int64 most)
{
	return ag_attempt_memory_dirty(NULL, (int) Min(most, PG_INT32_MAX));
}
