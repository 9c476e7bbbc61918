/*-------------------------------------------------------------------------
 *
 * enforce_coverage.c
 *		coverage_watch(): new tables that nobody has guarded.
 *
 * The event trigger only notes which tables a transaction made or changed.  Whether
 * they are guarded is asked when it commits, so a table and its guard can be made
 * in one transaction.  Tables that are gone by then are in no one's way.
 *
 * Memory: TopTransactionContext.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "enforce/enforce.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

static List *warn_about = NIL;	/* OIDs */
static List *refuse_about = NIL;

/* The command that fires the event trigger has made or changed these tables. */
void
ag_coverage_note(bool refuse)
{
	List	  **list = refuse ? &refuse_about : &warn_about;
	List	   *tables = ag_coverage_store_commands();
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);

	*list = list_concat_unique_oid(*list, tables);
	MemoryContextSwitchTo(old);
}

static void
report(Oid relation_id, int level)
{
	AgResult   *open = ag_coverage_store_open(relation_id);

	for (uint64 i = 0; i < open->count; i++)
		ereport(level, ag_errcode(AG_ERR_GUARD_SETUP),
				errmsg("column \"%s\" of table %s looks like an account and is not guarded",
					   ag_row_text(open, i, 2), ag_row_text(open, i, 1)),
				errhint("Call acctguard.guard() for it in the same transaction, or see acctguard.coverage_watch()."));
}

static void
report_all(void)
{
	ListCell   *cell;

	PushActiveSnapshot(GetTransactionSnapshot());
	foreach(cell, warn_about)
		report(lfirst_oid(cell), WARNING);
	foreach(cell, refuse_about)
		report(lfirst_oid(cell), ERROR);
	PopActiveSnapshot();
}

static void
coverage_at_xact(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			if (warn_about != NIL || refuse_about != NIL)
				report_all();
			break;
		case XACT_EVENT_PARALLEL_PRE_COMMIT:
			break;
		default:
			warn_about = refuse_about = NIL;
			break;
	}
}

void
ag_coverage_init(void)
{
	RegisterXactCallback(coverage_at_xact, NULL);
}
