/*-------------------------------------------------------------------------
 *
 * bulk.c
 *		Work that commits as it goes, and work that may fail without failing the rest.
 *
 * A procedure calls ag_bulk_begin() and then ag_bulk_commit() after each piece.
 * PostgreSQL allows that only where the CALL is a statement of its own, and only in
 * procedures without SECURITY DEFINER and without SET clauses; statements still run
 * as acctguard_owner, since base/plan.c sees to that one by one.
 *
 * Memory: between begin and end, the current context is one that outlives commits.
 * Locks: all of a piece are given up at its commit.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/base.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "tcop/pquery.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

/* Refuse a procedure that may not commit. */
void
ag_bulk_begin(FunctionCallInfo fcinfo)
{
	if (fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic)
		ereport(ERROR, errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
				errmsg("the procedure commits as it goes and cannot run inside a transaction block"),
				errhint("It has to be a statement of its own, outside BEGIN and outside functions."));
	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

/* Commit, and go on in a new transaction. */
void
ag_bulk_commit(void)
{
	SPI_commit();
	EnsurePortalSnapshotExists();
	CHECK_FOR_INTERRUPTS();
}

void
ag_bulk_end(void)
{
	SPI_finish();
}

/*
 * Do something in a subtransaction, which is kept if keep is true and nothing went
 * wrong.  Returns what went wrong, in the current context, or NULL.
 */
ErrorData *
ag_bulk_try(void (*work) (void *arg), void *arg, bool keep)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		work(arg);
		if (keep)
			ReleaseCurrentSubTransaction();
		else
			RollbackAndReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return error;
}

typedef struct SweepItem
{
	const AgSweep *sweep;
	const void *item;
	bool		done;
} SweepItem;

static void
sweep_item(void *arg)
{
	SweepItem  *one = arg;

	one->done = one->sweep->work(one->item);
}

int64
ag_bulk_sweep(List *items, const AgSweep *sweep)
{
	MemoryContext own = AllocSetContextCreate(CurrentMemoryContext, "acctguard sweep",
											  ALLOCSET_DEFAULT_SIZES);
	int64		done = 0;
	ListCell   *cell;

	foreach(cell, items)
	{
		SweepItem	one = {.sweep = sweep, .item = lfirst(cell)};
		MemoryContext old = MemoryContextSwitchTo(own);
		ErrorData  *error = ag_bulk_try(sweep_item, &one, true);

		if (error != NULL)
		{
			if (ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION)
				ReThrowError(error);
			sweep->failed(one.item, error);
		}
		else if (one.done)
			done++;
		MemoryContextSwitchTo(old);
		MemoryContextReset(own);
		CHECK_FOR_INTERRUPTS();
	}
	MemoryContextDelete(own);
	return done;
}

List *
ag_bulk_portion(AgSweepCursor *cursor, const AgResult *portion, int64 limit)
{
	static const AgSweepCursor begin = AG_SWEEP_BEGIN;
	List	   *ids = NIL;

	for (uint64 i = 0; i < portion->count; i++)
	{
		int64	   *id = palloc(sizeof(int64));

		cursor->at = ag_row_time(portion, i, 1);
		cursor->id = *id = ag_row_int8(portion, i, 2);
		ids = lappend(ids, id);
	}
	if (portion->count < limit)
		*cursor = begin;
	return ids;
}
