/*-------------------------------------------------------------------------
 *
 * capability_probe.c
 *		The hot path: what is denied to an account at this moment.
 *
 * An index scan of standing with the latest snapshot, not the transaction's: in
 * REPEATABLE READ, too, a freeze that has committed counts.  For almost every
 * account the scan ends in the index, because only restricted accounts have rows.
 *
 * Locks: AccessShareLock on standing and its primary key, until the transaction
 * ends.  Memory: nothing outlives the call.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "base/compat.h"
#include "capability/capability.h"
#include "executor/tuptable.h"
#include "policy/policy.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

enum
{
	COLUMN_ACCOUNT_ID = 1,
	COLUMN_FREEZE_NO,
	COLUMN_PART,
	COLUMN_DENIED,
	COLUMN_CHALLENGED,
	COLUMN_MONITORED,
	COLUMN_STARTS_AT,
	COLUMN_ENDS_AT,
	COLUMN_RULE
};

static const char *const columns[] = {
	"account_id", "freeze_no", "part", "denied", "challenged", "monitored",
	"starts_at", "ends_at", "rule"
};

static AgDirect standing = {
	.table = "standing", .index = "standing_pkey",
	.columns = columns, .column_count = lengthof(columns)
};

void
ag_standing_init(void)
{
	ag_direct_register(&standing);
}

/* The OID of table standing, InvalidOid before install(). */
Oid
ag_standing_relation(void)
{
	ag_direct_resolve(&standing);
	return standing.table_id;
}

/* Does standing lie here, as a plain table? */
bool
ag_standing_is_direct(void)
{
	ag_direct_resolve(&standing);
	return OidIsValid(standing.table_id) && standing.access == AG_ACCESS_DIRECT;
}

/* Fold a row that is in force into the answer. */
static void
add_row(AgProbe *probe, const AgStanding *row)
{
	if (!ag_interval_contains(row->starts_at, row->ends_at, probe->at))
		return;
	probe->in_force = true;
	ag_verdict_add(&probe->verdict, row, probe->asked);
}

/* A value of a column that may not be NULL; NULL would be a broken table. */
static Datum
required(TupleTableSlot *slot, int column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);

	if (isnull)
		elog(ERROR, "column \"%s\" of table \"standing\" is null", columns[column - 1]);
	return value;
}

static void
add_slot(AgProbe *probe, TupleTableSlot *slot)
{
	AgStanding	row;
	Datum		value;
	bool		isnull;

	row.freeze_no = DatumGetInt32(required(slot, COLUMN_FREEZE_NO));
	row.part = DatumGetChar(required(slot, COLUMN_PART));
	row.denied = DatumGetInt64(required(slot, COLUMN_DENIED));
	row.challenged = DatumGetInt64(required(slot, COLUMN_CHALLENGED));
	row.monitored = DatumGetInt64(required(slot, COLUMN_MONITORED));
	row.starts_at = DatumGetTimestampTz(required(slot, COLUMN_STARTS_AT));
	value = slot_getattr(slot, COLUMN_ENDS_AT, &isnull);
	row.ends_at = isnull ? DT_NOEND : DatumGetTimestampTz(value);
	row.rule = NULL;
	value = slot_getattr(slot, COLUMN_RULE, &isnull);
	if (!isnull && !ag_condition_holds(DatumGetJsonbP(value), probe->at, probe->device))
		return;
	add_row(probe, &row);
}

/* The same values from a tuple, for triggers on standing.  Returns the account. */
int64
ag_standing_from_tuple(HeapTuple tuple, TupleDesc desc, AgStanding *row)
{
	Datum		values[lengthof(columns)];
	bool		nulls[lengthof(columns)];

	if (desc->natts != lengthof(columns))
		elog(ERROR, "table \"standing\" has %d columns", desc->natts);
	heap_deform_tuple(tuple, desc, values, nulls);
	row->freeze_no = DatumGetInt32(values[COLUMN_FREEZE_NO - 1]);
	row->part = DatumGetChar(values[COLUMN_PART - 1]);
	row->denied = DatumGetInt64(values[COLUMN_DENIED - 1]);
	row->challenged = DatumGetInt64(values[COLUMN_CHALLENGED - 1]);
	row->monitored = DatumGetInt64(values[COLUMN_MONITORED - 1]);
	row->starts_at = DatumGetTimestampTz(values[COLUMN_STARTS_AT - 1]);
	row->ends_at = nulls[COLUMN_ENDS_AT - 1] ? DT_NOEND :
		DatumGetTimestampTz(values[COLUMN_ENDS_AT - 1]);
	row->rule = NULL;
	return DatumGetInt64(values[COLUMN_ACCOUNT_ID - 1]);
}

/* Did this transaction write the row version itself? */
static bool
written_by_us(TupleTableSlot *slot)
{
	bool		isnull;
	Datum		xmin = slot_getsysattr(slot, MinTransactionIdAttributeNumber, &isnull);

	return !isnull && TransactionIdIsCurrentTransactionId(DatumGetTransactionId(xmin));
}

/* Read the account's rows through the index; most scans find no entry. */
static void
scan_account(Relation table, Relation index, AgProbe *probe)
{
	Snapshot	snapshot = ag_latest_snapshot();
	IndexScanDesc scan = ag_index_beginscan(table, index, snapshot, 1);
	TupleTableSlot *slot = NULL;
	ScanKeyData key;

	probe->completed = snapshot->snapXactCompletionCount;
	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(probe->account_id));
	index_rescan(scan, &key, 1, NULL, 0);
	while (index_getnext_tid(scan, ForwardScanDirection) != NULL)
	{
		if (slot == NULL)
			slot = table_slot_create(table, NULL);
		if (!index_fetch_heap(scan, slot))
			continue;
		probe->any = true;
		if (!probe->skip_own || !written_by_us(slot))
			add_slot(probe, slot);
	}
	if (slot != NULL)
		ExecDropSingleTupleTableSlot(slot);
	index_endscan(scan);
	UnregisterSnapshot(snapshot);
}

/*
 * The same through SQL, where the table does not lie here.  Which rows are our own
 * cannot be told there, so they all count.
 */
static void
list_account(AgProbe *probe)
{
	ListCell   *cell;

	foreach(cell, ag_standing_list(probe->account_id))
	{
		AgStanding *row = lfirst(cell);

		probe->any = true;
		if (ag_rule_holds(row->rule, probe->at, probe->device))
			add_row(probe, row);
	}
}

/* Call found for every account that a dirty snapshot shows a row of. */
bool
ag_standing_scan_dirty(void (*found) (int64 account_id, void *arg), void *arg)
{
	Relation	table;
	Relation	index;
	SnapshotData dirty;
	TableScanDesc scan;
	TupleTableSlot *slot;

	if (!ag_direct_open(&standing, &table, &index))
		return false;
	InitDirtySnapshot(dirty);
	scan = table_beginscan(table, &dirty, 0, NULL);
	slot = table_slot_create(table, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
		found(DatumGetInt64(required(slot, COLUMN_ACCOUNT_ID)), arg);
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
	index_close(index, NoLock);
	table_close(table, NoLock);
	return true;
}

/*
 * Answer the question.  Floor capabilities are taken out only once something denies
 * something: reading policy costs more than the scan that finds nothing.
 */
void
ag_probe(AgProbe *probe)
{
	AgVerdict  *verdict = &probe->verdict;
	Relation	table;
	Relation	index;

	memset(verdict, 0, sizeof(AgVerdict));
	probe->in_force = false;
	probe->any = false;
	probe->completed = 0;
	if (probe->at == 0)
	{
		if (ag_filter_passes(ag_account_hash(probe->account_id)))
			return;
		probe->at = ag_now();
	}

	if (ag_direct_open(&standing, &table, &index))
	{
		scan_account(table, index, probe);
		index_close(index, NoLock);
		table_close(table, NoLock);
	}
	else
		list_account(probe);
	if (ag_scope_any())
		ag_scope_probe(probe);

	if ((verdict->denied | verdict->challenged | verdict->monitored) != 0)
	{
		uint64		allowed = ~ag_policy_floor();

		verdict->denied &= allowed;
		verdict->challenged &= allowed;
		verdict->monitored &= allowed;
	}
}

bool
ag_standing_probe(int64 account_id, uint64 asked, TimestampTz at, const char *device,
				  AgVerdict *verdict)
{
	AgProbe		probe = {
		.account_id = account_id, .asked = asked, .at = at, .device = device
	};

	ag_probe(&probe);
	*verdict = probe.verdict;
	return probe.in_force;
}

/*
 * May standing hold something that a probe did not see?  Not while no transaction
 * has finished since.
 */
bool
ag_standing_changed_since(uint64 completed)
{
	Snapshot	snapshot;
	bool		changed;

	if (completed == 0 || IsInParallelMode())
		return true;
	snapshot = ag_latest_snapshot();
	changed = snapshot->snapXactCompletionCount != completed;
	UnregisterSnapshot(snapshot);
	return changed;
}
