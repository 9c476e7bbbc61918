/*-------------------------------------------------------------------------
 *
 * trigger.c
 *		The trigger protocol, checked once for every trigger of acctguard.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/base.h"
#include "parser/parse_relation.h"
#include "utils/datum.h"
#include "utils/rel.h"

/* The trigger data of this call, or the error core's own triggers give. */
TriggerData *
ag_trigger_data(FunctionCallInfo fcinfo, const char *name)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" was not called by trigger manager", name));
	return (TriggerData *) fcinfo->context;
}

/* A column of the row before or after, by name. */
Datum
ag_trigger_column(const TriggerData *trigger, HeapTuple tuple, const char *name, bool *isnull)
{
	Relation	relation = trigger->tg_relation;
	int			number = attnameAttNum(relation, name, false);

	if (number == InvalidAttrNumber)
		elog(ERROR, "table \"%s\" has no column \"%s\"", RelationGetRelationName(relation), name);
	return heap_getattr(tuple, number, RelationGetDescr(relation), isnull);
}

/* The same as a time; NULL is DT_NOEND. */
TimestampTz
ag_trigger_time(const TriggerData *trigger, HeapTuple tuple, const char *name)
{
	bool		isnull;
	Datum		value = ag_trigger_column(trigger, tuple, name, &isnull);

	return isnull ? DT_NOEND : DatumGetTimestampTz(value);
}

/* Did an UPDATE change a column? */
bool
ag_trigger_changed(const TriggerData *trigger, const char *name)
{
	bool		old_isnull;
	bool		new_isnull;
	Datum		old = ag_trigger_column(trigger, trigger->tg_trigtuple, name, &old_isnull);
	Datum		new = ag_trigger_column(trigger, trigger->tg_newtuple, name, &new_isnull);
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);
	Form_pg_attribute attribute;

	if (old_isnull || new_isnull)
		return old_isnull != new_isnull;
	attribute = TupleDescAttr(desc, attnameAttNum(trigger->tg_relation, name, false) - 1);
	return !datum_image_eq(old, new, attribute->attbyval, attribute->attlen);
}

bool
ag_trigger_was_null(const TriggerData *trigger, const char *name)
{
	bool		isnull;

	(void) ag_trigger_column(trigger, trigger->tg_trigtuple, name, &isnull);
	return isnull;
}
