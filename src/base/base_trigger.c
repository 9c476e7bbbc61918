/*-------------------------------------------------------------------------
 *
 * base_trigger.c
 *		The guard on acctguard's own tables.
 *
 * own_table_guard() is attached to every table (BEFORE UPDATE OR DELETE of a
 * row, BEFORE TRUNCATE, ENABLE ALWAYS).  It lets a change pass only while one of
 * acctguard's own statements runs (base/plan.c), so a direct UPDATE is refused
 * for the tables' owner and for a superuser as well.  INSERT is not watched
 * here: a restore has to load rows, and CHECKs and the ledger's tags judge them.
 *
 * A logical-replication apply worker is let through: the publisher decided.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"
#include "replication/logicalworker.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(acctguard_own_table_guard);

Datum
acctguard_own_table_guard(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = ag_trigger_data(fcinfo, "own_table_guard");

	if (!ag_plan_running() && !IsLogicalWorker())
		ereport(ERROR, ag_errcode(AG_ERR_OWN_TABLE),
				errmsg("table \"%s\" is changed through acctguard's functions only",
					   RelationGetRelationName(trigger->tg_relation)),
				errhint("Call the function for what you want to do; see the COMMENT of the table."),
				errtable(trigger->tg_relation));

	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		return PointerGetDatum(trigger->tg_newtuple);
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		return PointerGetDatum(trigger->tg_trigtuple);
	return PointerGetDatum(NULL);
}
