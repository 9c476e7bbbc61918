/*-------------------------------------------------------------------------
 *
 * audit_partition.c
 *		Which partition of the ledger a row belongs to.
 *
 * The bounds come from the relcache's partition descriptor, not from names, so a
 * DBA may cut the ledger otherwise than by months.  The last answer is kept until
 * a relcache message about the ledger or that partition arrives; nearly every
 * event belongs where the one before it did.
 *
 * A partition that is missing (nobody ran audit_add_partitions() for a year) is
 * made on the spot by acctguard.audit_add_partition(), because an act without its
 * event must not happen, and refusing all acts because of a forgotten chore would
 * be worse than making it late.
 *
 * Locks: RowExclusiveLock on the partition until the transaction ends, like any
 * INSERT.  The parent is locked (AccessShareLock, briefly) only when the answer is
 * not known, so a DETACH that waits for the parent holds up nobody.  Making a
 * partition takes ShareUpdateExclusiveLock on the parent until the transaction
 * ends: others that miss the same partition wait for it.
 *
 * Memory: one static struct.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/table.h"
#include "audit/audit.h"
#include "miscadmin.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/timestamp.h"

static const char *const column_names[LEDGER_COLUMN_COUNT] = {[LEDGER_AT] = "at",
	[LEDGER_TX] = "tx",
	[LEDGER_ACCOUNT_ID] = "account_id",
	[LEDGER_ASEQ] = "aseq",
	[LEDGER_ORD] = "ord",
	[LEDGER_ACTION] = "action",
	[LEDGER_OUTCOME] = "outcome",
	[LEDGER_VER] = "ver",
	[LEDGER_ROLE] = "role",
	[LEDGER_PERSON] = "person",
	[LEDGER_ON_BEHALF] = "on_behalf",
	[LEDGER_APPLICATION] = "application",
	[LEDGER_REASON] = "reason",
	[LEDGER_IDEMPOTENCY_KEY] =
	"idempotency_key",
	[LEDGER_ORIGIN] = "origin",
	[LEDGER_BODY] = "body",
	[LEDGER_DEK] = "dek",
	[LEDGER_KEY_ID] = "key_id",
[LEDGER_TAG] = "tag"};

static AgLedgerPartition known; /* the last answer */
static Oid	known_ledger = InvalidOid;	/* the parent it was read from */

static void
forget_partition(Oid relation_id)
{
	if (!OidIsValid(relation_id) || relation_id == known.relation_id || relation_id == known_ledger)
		known.relation_id = InvalidOid;
}

void
ag_audit_partition_init(void)
{
	ag_on_relcache_message(forget_partition);
}

/* A bound as a time. */
static TimestampTz
bound_time(PartitionBoundInfo bounds, int i)
{
	switch (bounds->kind[i][0])
	{
		case PARTITION_RANGE_DATUM_MINVALUE:
			return DT_NOBEGIN;
		case PARTITION_RANGE_DATUM_MAXVALUE:
			return DT_NOEND;
		default:
			return DatumGetTimestampTz(bounds->datums[i][0]);
	}
}

/* Look a time up in the ledger's bounds; false if no partition holds it. */
static bool
search_bounds(Relation ledger, TimestampTz at, AgLedgerPartition *found)
{
	PartitionKey key = RelationGetPartitionKey(ledger);
	PartitionDesc desc = RelationGetPartitionDesc(ledger, true);
	Datum		value = TimestampTzGetDatum(at);
	bool		equal;
	int			bound;
	int			index;

	if (desc->nparts == 0)
		return false;
	bound = partition_range_datum_bsearch(key->partsupfunc, key->partcollation, desc->boundinfo, 1,
										  &value, &equal);
	index = desc->boundinfo->indexes[bound + 1];
	if (index < 0)
		return false;
	if (!desc->is_leaf[index])
		elog(ERROR, "partition \"%s\" of the ledger is partitioned itself",
			 get_rel_name(desc->oids[index]));
	found->relation_id = desc->oids[index];
	found->from = bound_time(desc->boundinfo, bound);
	found->to = bound_time(desc->boundinfo, bound + 1);
	return true;
}

/* A restored or attached partition may have its columns in another order. */
static void
find_columns(AgLedgerPartition *partition)
{
	for (int i = 0; i < LEDGER_COLUMN_COUNT; i++)
	{
		partition->column[i] = get_attnum(partition->relation_id, column_names[i]);
		if (partition->column[i] == InvalidAttrNumber)
			elog(ERROR, "partition %u of the ledger has no column \"%s\"", partition->relation_id,
				 column_names[i]);
	}
}

/* The partition for a time, from memory or from the catalog; false if there is none. */
static bool
find_partition(TimestampTz at, AgLedgerPartition *found)
{
	Relation	ledger;
	bool		exists;

	if (OidIsValid(known.relation_id) && known.from <= at && at < known.to)
	{
		*found = known;
		return true;
	}
	ledger = table_open(ag_relation_id("ledger"), AccessShareLock);
	known.relation_id = InvalidOid;
	known_ledger = RelationGetRelid(ledger);
	exists = search_bounds(ledger, at, found);
	table_close(ledger, AccessShareLock);
	if (exists)
	{
		find_columns(found);
		known = *found;
	}
	return exists;
}

/*
 * Between looking it up and locking it a partition can be detached or dropped, so
 * look again until the one that was found is still a partition once it is locked.
 */
Relation
ag_audit_partition_open(TimestampTz at, AgLedgerPartition *partition)
{
	bool		made = false;

	for (;;)
	{
		Relation	relation;

		CHECK_FOR_INTERRUPTS();
		if (!find_partition(at, partition))
		{
			if (made)
				ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("the ledger has no partition for %s", timestamptz_to_str(at)),
						errhint("Its partitions were cut by hand; attach one for this time."));
			ag_audit_store_add_partition(at);
			made = true;
			continue;
		}
		relation = try_relation_open(partition->relation_id, RowExclusiveLock);
		if (relation != NULL && relation->rd_rel->relispartition)
			return relation;
		if (relation != NULL)
			relation_close(relation, RowExclusiveLock);
		known.relation_id = InvalidOid;
	}
}
