/*-------------------------------------------------------------------------
 *
 * lifecycle_trigger.c
 *		Keeps accounts in step with an adopted table of users.
 *
 * account_follow() is an AFTER INSERT OR UPDATE OF id trigger on the host's table.
 * A new row opens its account in the same transaction; the id of a row that has an
 * account cannot change, because everything about the account hangs on it.  A
 * deleted row leaves its account as it is: closing one is a decision.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "lifecycle/lifecycle.h"
#include "replication/logicalworker.h"
#include "utils/datum.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(acctguard_account_follow);

/* The id column is the trigger's own column list, which follows renames. */
static AttrNumber
id_column(const TriggerData *trigger)
{
	if (trigger->tg_trigger->tgnattr != 1)
		ereport(ERROR, ag_errcode(AG_ERR_GUARD_SETUP),
				errmsg("trigger \"%s\" does not say which column holds the account",
					   trigger->tg_trigger->tgname),
				errhint("Adopt the table with acctguard.account_adopt()."));
	return trigger->tg_trigger->tgattr[0];
}

static void
refuse_new_id(const TriggerData *trigger, AttrNumber column)
{
	bool		old_null;
	bool		new_null;
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);
	Form_pg_attribute attribute = TupleDescAttr(desc, column - 1);
	Datum		old_id = heap_getattr(trigger->tg_trigtuple, column, desc, &old_null);
	Datum		new_id = heap_getattr(trigger->tg_newtuple, column, desc, &new_null);

	if (old_null == new_null &&
		(old_null || datumIsEqual(old_id, new_id, attribute->attbyval, attribute->attlen)))
		return;
	ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_STATE),
			errmsg("the id of a user cannot change once it has an account"),
			errhint("Open a new account for the new id."),
			errtablecol(trigger->tg_relation, column));
}

Datum
acctguard_account_follow(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = ag_trigger_data(fcinfo, "account_follow");
	AttrNumber	column = id_column(trigger);
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);
	bool		isnull;
	Datum		id;
	int64		account_id;
	char	   *external_id;

	if (IsLogicalWorker())
		return PointerGetDatum(NULL);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		refuse_new_id(trigger, column);
		return PointerGetDatum(NULL);
	}

	id = heap_getattr(trigger->tg_trigtuple, column, desc, &isnull);
	if (!isnull)
	{
		ag_adopt_identity(id, TupleDescAttr(desc, column - 1)->atttypid, &account_id, &external_id);
		(void) ag_account_adopt(account_id, external_id);
	}
	return PointerGetDatum(NULL);
}
