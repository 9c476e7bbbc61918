/*-------------------------------------------------------------------------
 *
 * load_trigger.c
 *		Lines that are copied into the view number_load_input.
 *
 * The table behind it is like all others: nobody has a right to it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "phone/load.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_number_load_line);

static Datum
required_column(const TriggerData *trigger, const char *name)
{
	bool		isnull;
	Datum		value = ag_trigger_column(trigger, trigger->tg_trigtuple, name, &isnull);

	if (isnull)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name));
	return value;
}

/* INSTEAD OF INSERT on number_load_input */
Datum
acctguard_number_load_line(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = ag_trigger_data(fcinfo, "number_load_line");
	char	   *load = DatumGetCString(DirectFunctionCall1(uuid_out, required_column(trigger, "load")));
	int64		line = DatumGetInt64(required_column(trigger, "line"));

	ag_load_require_open(load, line);
	ag_load_store_add_line(load, line, TextDatumGetCString(required_column(trigger, "content")));
	return PointerGetDatum(trigger->tg_trigtuple);
}
