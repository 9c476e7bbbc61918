/*-------------------------------------------------------------------------
 *
 * capability_scope.c
 *		Freezes of a whole scope of accounts: everybody, a tenant, a cohort.
 *
 * A scope freeze is one row for a million accounts.  Each session keeps the list of
 * those that run or will run; a relcache message about scope_freeze makes it read
 * the list again.  The message is sent by the trigger on that table and arrives
 * before the COMMIT of the freeze returns; who checks an account takes in pending
 * messages first.
 *
 * Locks: AccessShareLock on scope_freeze while the list is read.  Memory: the list,
 * in a context below CacheMemoryContext.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "account/account.h"
#include "capability/capability.h"
#include "executor/tuptable.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

enum
{
	COLUMN_NO = 1,
	COLUMN_SCOPE,
	COLUMN_KIND,
	COLUMN_KIND_VERSION,
	COLUMN_DENIED,
	COLUMN_CHALLENGED,
	COLUMN_MONITORED,
	COLUMN_STARTS_AT,
	COLUMN_ENDS_AT,
	COLUMN_ENDED_AT
};

static const char *const columns[] = {
	"no", "scope", "kind", "kind_version", "denied", "challenged", "monitored",
	"starts_at", "ends_at", "ended_at"
};

static AgDirect scope_freeze = {
	.table = "scope_freeze", .columns = columns, .column_count = lengthof(columns)
};

/* A freeze is dropped from the list so long after its end, in case the clock is set back. */
#define CLOCK_MARGIN USECS_PER_HOUR

typedef struct ScopeFreeze
{
	AgStanding	row;
	TransactionId xmin;			/* who wrote it */
	bool		all;
	char	   *tenant;			/* exactly one of the three */
	char	   *cohort;
} ScopeFreeze;

static MemoryContext cache = NULL;
static List *scopes = NIL;		/* ScopeFreeze * */
static bool current = false;	/* scopes says what the table says */
static TimestampTz last_end;	/* of the one that ends last */
static uint64 messages = 0;		/* relcache messages taken in so far */

static void
forget_scopes(Oid relation)
{
	messages++;
	if (!OidIsValid(relation) || relation == scope_freeze.table_id ||
		!OidIsValid(scope_freeze.table_id))
		current = false;
}

void
ag_scope_init(void)
{
	ag_direct_register(&scope_freeze);
	ag_on_relcache_message(forget_scopes);
}

static Datum
required(TupleTableSlot *slot, int column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);

	if (isnull)
		elog(ERROR, "column \"%s\" of table \"scope_freeze\" is null", columns[column - 1]);
	return value;
}

static TimestampTz
optional_time(TupleTableSlot *slot, int column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);

	return isnull ? DT_NOEND : DatumGetTimestampTz(value);
}

/* The string under a key of the scope, or NULL. */
static char *
scope_text(Jsonb *scope, const char *key)
{
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(scope) ||
		getKeyJsonValueFromContainer(&scope->root, key, strlen(key), &value) == NULL ||
		value.type != jbvString)
		return NULL;
	return pnstrdup(value.val.string.val, value.val.string.len);
}

/* A scope that names neither tenant nor cohort is everybody: unclear is no way out. */
static ScopeFreeze *
read_scope(TupleTableSlot *slot)
{
	ScopeFreeze *freeze = palloc0(sizeof(ScopeFreeze));
	Jsonb	   *scope = DatumGetJsonbP(required(slot, COLUMN_SCOPE));
	bool		isnull;

	freeze->row.freeze_no = DatumGetInt32(required(slot, COLUMN_NO));
	freeze->row.part = AG_PART_SCOPE;
	freeze->row.denied = DatumGetInt64(required(slot, COLUMN_DENIED));
	freeze->row.challenged = DatumGetInt64(required(slot, COLUMN_CHALLENGED));
	freeze->row.monitored = DatumGetInt64(required(slot, COLUMN_MONITORED));
	freeze->row.starts_at = DatumGetTimestampTz(required(slot, COLUMN_STARTS_AT));
	freeze->row.ends_at = Min(optional_time(slot, COLUMN_ENDS_AT),
							  optional_time(slot, COLUMN_ENDED_AT));
	freeze->xmin = DatumGetTransactionId(slot_getsysattr(slot, MinTransactionIdAttributeNumber,
														 &isnull));
	freeze->tenant = scope_text(scope, "tenant");
	freeze->cohort = scope_text(scope, "cohort");
	freeze->all = freeze->tenant == NULL && freeze->cohort == NULL;
	return freeze;
}

/* The scope freezes that a snapshot sees and that are not over, in the current context. */
static List *
list_scopes(Relation table, Snapshot snapshot)
{
	TableScanDesc scan = table_beginscan(table, snapshot, 0, NULL);
	TupleTableSlot *slot = table_slot_create(table, NULL);
	TimestampTz now = GetCurrentTimestamp();
	List	   *list = NIL;

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		ScopeFreeze *freeze = read_scope(slot);

		if (freeze->row.ends_at > now - CLOCK_MARGIN)
			list = lappend(list, freeze);
	}
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
	return list;
}

/* Forget the list, then read it anew.  What changes meanwhile is not kept. */
static void
load_scopes(void)
{
	MemoryContext fresh;
	MemoryContext old;
	Relation	table;
	Snapshot	snapshot;
	uint64		before = messages;

	scopes = NIL;
	if (cache != NULL)
		MemoryContextDelete(cache);
	cache = NULL;

	ag_direct_resolve(&scope_freeze);
	if (OidIsValid(scope_freeze.table_id) && ag_direct_open(&scope_freeze, &table, NULL))
	{
		fresh = AllocSetContextCreate(CurrentMemoryContext, "acctguard scopes",
									  ALLOCSET_SMALL_SIZES);
		old = MemoryContextSwitchTo(fresh);
		snapshot = ag_latest_snapshot();
		scopes = list_scopes(table, snapshot);
		UnregisterSnapshot(snapshot);
		MemoryContextSwitchTo(old);
		table_close(table, NoLock);
		MemoryContextSetParent(fresh, CacheMemoryContext);
		cache = fresh;
	}
	current = messages == before;
}

/* Does any scope freeze run now, or will one? */
bool
ag_scope_any(void)
{
	ListCell   *cell;

	if (current && scopes != NIL && last_end != DT_NOEND &&
		GetCurrentTimestamp() >= last_end + CLOCK_MARGIN)
		current = false;
	while (!current)
	{
		load_scopes();
		last_end = DT_NOBEGIN;
		foreach(cell, scopes)
			last_end = Max(last_end, ((ScopeFreeze *) lfirst(cell))->row.ends_at);
	}
	return scopes != NIL;
}

/* Fold the scope freezes the account is subject to into the answer. */
void
ag_scope_probe(AgProbe *probe)
{
	AgAccountProbe account = {0};
	bool		read = false;
	ListCell   *cell;

	foreach(cell, scopes)
	{
		ScopeFreeze *freeze = lfirst(cell);

		if (probe->skip_own && TransactionIdIsCurrentTransactionId(freeze->xmin))
			continue;
		probe->any = true;
		if (!ag_interval_contains(freeze->row.starts_at, freeze->row.ends_at, probe->at))
			continue;
		if (!freeze->all && !read)
		{
			(void) ag_account_probe(probe->account_id, &account);
			read = true;
		}
		if (freeze->all ||
			(freeze->tenant != NULL && account.tenant != NULL &&
			 strcmp(freeze->tenant, account.tenant) == 0) ||
			(freeze->cohort != NULL && account.cohort != NULL &&
			 strcmp(freeze->cohort, account.cohort) == 0))
		{
			probe->in_force = true;
			ag_verdict_add(&probe->verdict, &freeze->row, probe->asked);
		}
	}
}

/*
 * Could there be a scope freeze now or soon: one that runs or will run, committed
 * or still being written by a transaction that is not over?
 */
bool
ag_scope_possible(void)
{
	Relation	table;
	SnapshotData dirty;
	List	   *list;

	ag_direct_resolve(&scope_freeze);
	if (!OidIsValid(scope_freeze.table_id))
		return false;
	if (!ag_direct_open(&scope_freeze, &table, NULL))
		return true;
	InitDirtySnapshot(dirty);
	list = list_scopes(table, &dirty);
	table_close(table, NoLock);
	return list != NIL;
}
