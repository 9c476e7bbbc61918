/*-------------------------------------------------------------------------
 *
 * audit_trigger.c
 *		The guard on the ledger.
 *
 * audit_guard() refuses UPDATE, DELETE and TRUNCATE always, also while one of
 * acctguard's own statements runs: nothing in this library changes or removes a
 * row of the ledger, so whoever tries is not this library.  A logical-replication
 * apply worker is refused as well, and stops; a ledger that loses rows on its
 * publisher should be noticed.  Partitions go by DROP TABLE.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(acctguard_audit_guard);

Datum
acctguard_audit_guard(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = ag_trigger_data(fcinfo, "audit_guard");

	ereport(ERROR, ag_errcode(AG_ERR_AUDIT_APPEND_ONLY),
			errmsg("rows of the ledger are never changed or removed"),
			errdetail("Table \"%s\" is append-only.", RelationGetRelationName(trigger->tg_relation)),
			errhint("Record a further event instead."), errtable(trigger->tg_relation));
	PG_RETURN_NULL();
}
