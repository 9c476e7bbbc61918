/*-------------------------------------------------------------------------
 *
 * rebind_api.c
 *		SQL entry points about the rules of changing a number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "rebind/rebind.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_rebind_transitions);
PG_FUNCTION_INFO_V1(acctguard_rebind_preconditions);
PG_FUNCTION_INFO_V1(acctguard_rebind_situations);

/* rebind_transitions() */
Datum
acctguard_rebind_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			count;
	const AgRebindTransition *list = ag_rebind_transitions(&count);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		Datum		values[5] = {0};
		bool		nulls[5] = {false, false, false, false, list[i].guard == NULL};

		values[0] = CStringGetTextDatum(list[i].from < 0 ? "none" :
										ag_rebind_state_name((AgRebindState) list[i].from));
		values[1] = CStringGetTextDatum(ag_rebind_event_name(list[i].event));
		values[2] = CStringGetTextDatum(ag_rebind_state_name(list[i].to));
		values[3] = CStringGetTextDatum(list[i].who);
		if (list[i].guard != NULL)
			values[4] = CStringGetTextDatum(list[i].guard);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* rebind_preconditions() */
Datum
acctguard_rebind_preconditions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = AG_REBIND_GOOD + 1; i < AG_REBIND_CHECK_COUNT; i++)
	{
		const AgRebindCheckEntry *check = ag_rebind_check((AgRebindCheck) i);
		Datum		values[4] = {CStringGetTextDatum(check->row), CStringGetTextDatum(check->meaning),
		CStringGetTextDatum(check->code), BoolGetDatum(check->again)};
		bool		nulls[4] = {false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* rebind_situations() */
Datum
acctguard_rebind_situations(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < AG_REBIND_SITUATION_COUNT; i++)
	{
		const AgRebindSituationEntry *entry = ag_rebind_situation_entry((AgRebindSituation) i);
		Datum		values[5] = {CStringGetTextDatum(entry->name), CStringGetTextDatum(entry->meaning),
			CStringGetTextDatum(entry->gate), CStringGetTextDatum(entry->length),
		CStringGetTextDatum(entry->objection)};
		bool		nulls[5] = {false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
