/*-------------------------------------------------------------------------
 *
 * audit_append.c
 *		Append a row to the ledger: the one write that does not go through SPI.
 *
 * A direct insert into the right partition costs little more than half of an
 * INSERT into the partitioned table.  It does what the executor does for a table
 * whose triggers and constraints have nothing to say to an INSERT: toast, heap,
 * every index (also those a DBA added, whatever their kind).  The CHECK constraints
 * and the partition's bounds hold by construction: this file and audit.c are the
 * only source of rows, and audit_partition.c chose the partition.
 *
 * The row belongs to the present (sub)transaction like any other row: a rollback,
 * also to a savepoint, takes it back; PREPARE TRANSACTION carries it along.
 *
 * ord counts the rows of a transaction from 0.  A subtransaction that aborts gives
 * its numbers back, so the numbers of what commits have no gap and a gap names a
 * deleted row.  What a subtransaction found is remembered when it writes its first
 * row; subtransactions that write none cost nothing.
 *
 * Memory: marks live in TopTransactionContext, everything else is released before
 * returning.  Locks: RowExclusiveLock on the partition until the transaction ends
 * (audit_partition.c), the same on its indexes while it writes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "audit/audit.h"
#include "base/compat.h"
#include "executor/executor.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* Where ord stood when a subtransaction wrote its first row. */
typedef struct OrdMark
{
	SubTransactionId subxact;
	int32		ord;
	struct OrdMark *outer;
} OrdMark;

static int32 next_ord = 0;
static OrdMark *marks = NULL;	/* innermost first */

static int32
take_ord(void)
{
	SubTransactionId subxact = GetCurrentSubTransactionId();

	if (marks == NULL || marks->subxact != subxact)
	{
		OrdMark    *mark = MemoryContextAlloc(TopTransactionContext, sizeof(OrdMark));

		mark->subxact = subxact;
		mark->ord = next_ord;
		mark->outer = marks;
		marks = mark;
	}
	return next_ord++;
}

static void
ord_at_xact(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			next_ord = 0;
			marks = NULL;
			break;
		default:
			break;
	}
}

static void
drop_mark(void)
{
	OrdMark    *mark = marks;

	marks = mark->outer;
	pfree(mark);
}

/* A released savepoint hands its rows to its parent. */
static void
merge_mark(SubTransactionId parent)
{
	if (marks->outer != NULL && marks->outer->subxact == parent)
		drop_mark();
	else
		marks->subxact = parent;
}

static void
ord_at_subxact(SubXactEvent event, SubTransactionId subxact, SubTransactionId parent, void *arg)
{
	if (marks == NULL || marks->subxact != subxact)
		return;
	if (event == SUBXACT_EVENT_COMMIT_SUB)
		merge_mark(parent);
	else if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		next_ord = marks->ord;
		drop_mark();
	}
}

void
ag_audit_append_init(void)
{
	RegisterXactCallback(ord_at_xact, NULL);
	RegisterSubXactCallback(ord_at_subxact, NULL);
}

/* One value of the row being built; the slot's columns start out as NULL. */
static void
set_column(TupleTableSlot *slot, const AgLedgerPartition *partition, AgLedgerColumn column,
		   Datum value)
{
	int			i = AttrNumberGetAttrOffset(partition->column[column]);

	slot->tts_values[i] = value;
	slot->tts_isnull[i] = false;
}

/* text and bytea have the same form */
static void
set_bytes(TupleTableSlot *slot, const AgLedgerPartition *partition, AgLedgerColumn column,
		  AgBytes value)
{
	if (value.data != NULL)
		set_column(slot, partition, column,
				   PointerGetDatum(cstring_to_text_with_len(value.data, value.length)));
}

static void
fill_slot(TupleTableSlot *slot, const AgLedgerPartition *partition, const AgLedgerRow *row)
{
	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, slot->tts_tupleDescriptor->natts * sizeof(bool));
	set_column(slot, partition, LEDGER_AT, TimestampTzGetDatum(row->at));
	set_column(slot, partition, LEDGER_TX, Int64GetDatum(row->tx));
	set_column(slot, partition, LEDGER_ACCOUNT_ID, Int64GetDatum(row->account_id));
	if (row->aseq != 0)
		set_column(slot, partition, LEDGER_ASEQ, Int64GetDatum(row->aseq));
	set_column(slot, partition, LEDGER_ORD, Int32GetDatum(row->ord));
	set_column(slot, partition, LEDGER_ACTION, Int16GetDatum(row->action));
	set_column(slot, partition, LEDGER_OUTCOME, Int16GetDatum(row->outcome));
	set_column(slot, partition, LEDGER_VER, Int16GetDatum(row->ver));
	set_bytes(slot, partition, LEDGER_ROLE, row->role);
	set_bytes(slot, partition, LEDGER_PERSON, row->person);
	set_bytes(slot, partition, LEDGER_ON_BEHALF, row->on_behalf);
	set_bytes(slot, partition, LEDGER_APPLICATION, row->application);
	set_bytes(slot, partition, LEDGER_REASON, row->reason);
	set_bytes(slot, partition, LEDGER_IDEMPOTENCY_KEY, row->idempotency_key);
	set_bytes(slot, partition, LEDGER_ORIGIN, row->origin);
	set_bytes(slot, partition, LEDGER_BODY, row->body);
	if (row->dek != 0)
		set_column(slot, partition, LEDGER_DEK, Int64GetDatum(row->dek));
	if (row->key_id != 0)
		set_column(slot, partition, LEDGER_KEY_ID, Int32GetDatum(row->key_id));
	set_bytes(slot, partition, LEDGER_TAG, row->tag);
	ExecStoreVirtualTuple(slot);
}

/* Heap and indexes, as COPY does it for one row. */
static void
insert_row(Relation relation, TupleTableSlot *slot)
{
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *target = makeNode(ResultRelInfo);

	InitResultRelInfo(target, relation, 0, NULL, 0);
	ExecOpenIndices(target, false);
	table_tuple_insert(relation, slot, GetCurrentCommandId(true), 0, NULL);
	if (target->ri_NumIndices > 0)
		ag_insert_index_tuples(target, slot, estate);
	ExecCloseIndices(target);
	FreeExecutorState(estate);
}

void
ag_audit_append(AgLedgerRow *row)
{
	AgLedgerPartition partition;
	Relation	relation;
	TupleTableSlot *slot;

	row->tx = ag_audit_tx();
	relation = ag_audit_partition_open(row->at, &partition);
	row->ord = take_ord();
	ag_audit_protect(row);

	slot = table_slot_create(relation, NULL);
	fill_slot(slot, &partition, row);
	insert_row(relation, slot);
	ExecDropSingleTupleTableSlot(slot);
	table_close(relation, NoLock);
}
