/*-------------------------------------------------------------------------
 *
 * resolve.c
 *		Reading our own tables directly, where that is right.
 *
 * The hot path reads a few of our tables with index scans of its own.  That is
 * right for a plain table on this node; where something else keeps the rows (Citus
 * makes a distributed table's shell look like an empty plain table), only SQL
 * finds them.  Nothing is guessed: whatever is not plainly a local table goes
 * through SQL.
 *
 * What was found out about a table is kept until a relcache message about it
 * arrives.  Locks: AccessShareLock on the table and its index, kept until the
 * transaction ends, like any reader's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "base/base.h"
#include "base/compat.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "storage/bufmgr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* The catalog in which Citus lists the tables it distributes, and its key. */
#define DISTRIBUTED_CATALOG "pg_dist_partition"
#define DISTRIBUTED_KEY "logicalrelid"

static AgDirect *registered = NULL;
static uint64 messages = 0;		/* relcache messages taken in so far */

/* The decision: direct access only to a table that lies here and has no children. */
static AgAccess
resolve_access(char relkind, bool has_children, bool distributed)
{
	if (relkind == RELKIND_RELATION && !has_children && !distributed)
		return AG_ACCESS_DIRECT;
	return AG_ACCESS_SQL;
}

static bool
is_distributed(Oid relation_id)
{
	Oid			catalog_id = get_relname_relid(DISTRIBUTED_CATALOG, PG_CATALOG_NAMESPACE);
	AttrNumber	key_column;
	ScanKeyData key;
	Relation	catalog;
	SysScanDesc scan;
	bool		found;

	if (!OidIsValid(catalog_id))
		return false;
	key_column = get_attnum(catalog_id, DISTRIBUTED_KEY);
	if (key_column == InvalidAttrNumber)
		return true;			/* a catalog we do not know: take the safe way */

	ScanKeyInit(&key, key_column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relation_id));
	catalog = table_open(catalog_id, AccessShareLock);
	scan = systable_beginscan(catalog, InvalidOid, false, NULL, 1, &key);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return found;
}

/* Make a table known to the invalidation callback. */
void
ag_direct_register(AgDirect *direct)
{
	direct->next = registered;
	registered = direct;
}

static void
forget_resolved(Oid relation)
{
	messages++;
	for (AgDirect *direct = registered; direct != NULL; direct = direct->next)
		if (!OidIsValid(relation) || relation == direct->table_id || !OidIsValid(direct->table_id))
			direct->valid = false;
}

void
ag_resolve_init(void)
{
	ag_on_relcache_message(forget_resolved);
}

/* Readers go by column number: the numbers must be those the library was written for. */
static void
check_columns(const AgDirect *direct)
{
	for (int i = 0; i < direct->column_count; i++)
		if (get_attnum(direct->table_id, direct->columns[i]) != i + 1)
			ereport(ERROR, ag_errcode(AG_ERR_TABLES),
					errmsg("column %d of table \"%s\" is not \"%s\"",
						   i + 1, direct->table, direct->columns[i]),
					errhint("Run SELECT acctguard.migrate();"));
}

/* Find table and index and the way to read them.  What changes meanwhile is not kept. */
void
ag_direct_resolve(AgDirect *direct)
{
	uint64		before = messages;

	if (direct->valid)
		return;
	direct->index_id = InvalidOid;
	direct->table_id = ag_relation_id(direct->table);
	if (OidIsValid(direct->table_id))
	{
		check_columns(direct);
		direct->access = resolve_access(get_rel_relkind(direct->table_id),
										has_subclass(direct->table_id),
										is_distributed(direct->table_id));
		if (direct->index != NULL)
			direct->index_id = ag_relation_id(direct->index);
		if (direct->index != NULL && !OidIsValid(direct->index_id))
			direct->access = AG_ACCESS_SQL;
	}
	direct->valid = messages == before;
}

/*
 * Open table and index for reading.  False = their rows are to be read with SQL; a
 * missing table is an error.  The lock brings in pending messages, so what was
 * known before it is looked at again.
 */
bool
ag_direct_open(AgDirect *direct, Relation *table, Relation *index)
{
	for (;;)
	{
		ag_direct_resolve(direct);
		if (!OidIsValid(direct->table_id))
		{
			ag_installation_require();
			elog(ERROR, "table \"%s\" is missing", direct->table);
		}
		if (direct->access != AG_ACCESS_DIRECT)
			return false;
		*table = table_open(direct->table_id, AccessShareLock);
		if (direct->valid)
			break;
		table_close(*table, NoLock);
	}
	if (index != NULL)
		*index = index_open(direct->index_id, AccessShareLock);
	return true;
}

/*
 * What is true now, not when the transaction began; registered.  In a parallel
 * operation no snapshot may be taken, and the statement's has to do.
 */
Snapshot
ag_latest_snapshot(void)
{
	return RegisterSnapshot(IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot());
}

bool
ag_direct_find(Relation table, Relation index, struct ScanKeyData *keys, int key_count,
			   AgDirectReader read, void *into, ItemPointer place)
{
	Snapshot	snapshot = ag_latest_snapshot();
	IndexScanDesc scan = ag_index_beginscan(table, index, snapshot, key_count);
	TupleTableSlot *slot = table_slot_create(table, NULL);
	ItemPointer entry;
	bool		found = false;

	ItemPointerSetInvalid(place);
	index_rescan(scan, keys, key_count, NULL, 0);
	while (!found && (entry = index_getnext_tid(scan, ForwardScanDirection)) != NULL)
	{
		ItemPointerCopy(entry, place);
		found = index_fetch_heap(scan, slot);
	}
	if (found)
		read(slot, into);
	else
		ItemPointerSetInvalid(place);
	ExecDropSingleTupleTableSlot(slot);
	index_endscan(scan);
	UnregisterSnapshot(snapshot);
	index_close(index, NoLock);
	table_close(table, NoLock);
	return found;
}

bool
ag_direct_row(Relation table, Relation index, struct ScanKeyData *keys, int key_count,
			  AgDirectReader read, void *into)
{
	ItemPointerData place;

	return ag_direct_find(table, index, keys, key_count, read, into, &place);
}

/*
 * What is no row, or in the middle of a chain of its versions, is not found.  The lock on
 * the table keeps it from becoming shorter once its length is known.
 */
bool
ag_direct_fetch(Relation table, ItemPointer place,
				bool (*read) (struct TupleTableSlot *slot, void *into), void *into)
{
	Snapshot	snapshot;
	IndexFetchTableData *fetch;
	TupleTableSlot *slot;
	ItemPointerData at = *place;
	bool		again = false;
	bool		found;

	if (!ItemPointerIsValid(place) || table->rd_rel->relam != HEAP_TABLE_AM_OID ||
		ItemPointerGetBlockNumber(place) >= RelationGetNumberOfBlocks(table))
		return false;
	snapshot = ag_latest_snapshot();
	fetch = table_index_fetch_begin(table);
	slot = table_slot_create(table, NULL);
	found = table_index_fetch_tuple(fetch, &at, snapshot, slot, &again, NULL) && read(slot, into);
	ExecDropSingleTupleTableSlot(slot);
	table_index_fetch_end(fetch);
	UnregisterSnapshot(snapshot);
	return found;
}
