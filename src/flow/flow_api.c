/*-------------------------------------------------------------------------
 *
 * flow_api.c
 *		SQL entry points about flows in general.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "flow/flow.h"
#include "funcapi.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_flow_codes);
PG_FUNCTION_INFO_V1(acctguard_flow_transitions);
PG_FUNCTION_INFO_V1(acctguard_outcome_find);

/* flow_codes() */
Datum
acctguard_flow_codes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < AG_FLOW_CODE_COUNT; i++)
	{
		const AgFlowCodeEntry *entry = ag_flow_code((AgFlowCode) i);
		Datum		values[5] = {CStringGetTextDatum(entry->name),
			CStringGetTextDatum(entry->public_code), CStringGetTextDatum(entry->next),
			CStringGetTextDatum(entry->outcome == AG_OUTCOME_DONE ? "done" : "refused"),
		CStringGetTextDatum(entry->meaning)};
		bool		nulls[5] = {false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* flow_transitions() */
Datum
acctguard_flow_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			count;
	const AgFlowTransition *transitions = ag_flow_transitions(&count);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		const AgFlowTransition *t = &transitions[i];
		Datum		values[4] = {0};
		bool		nulls[4] = {false, false, false, t->guard == NULL};

		values[0] = CStringGetTextDatum(t->from < 0 ? "none" :
										ag_flow_state_name((AgFlowState) t->from));
		values[1] = CStringGetTextDatum(ag_flow_event_name(t->event));
		values[2] = CStringGetTextDatum(ag_flow_state_name(t->to));
		if (t->guard != NULL)
			values[3] = CStringGetTextDatum(t->guard);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* Somebody has looked an outcome up. */
static void
record_reading(const AgResult *found)
{
	AgFields   *after = ag_fields_new();
	AgEvent		event = {
		.action = AG_ACTION_FLOW_OUTCOME_READ,
		.account_id = ag_row_int8(found, 0, 4),
		.after = after
	};

	ag_field_text(after, "code", ag_row_text(found, 0, 2));
	ag_field_time(after, "at", ag_row_time(found, 0, 1));
	ag_event_emit(&event);
}

/* outcome_find(ref): a row, or all NULL */
Datum
acctguard_outcome_find(PG_FUNCTION_ARGS)
{
	AgResult   *found = PG_ARGISNULL(0) ? NULL : ag_flow_store_find_outcome(PG_GETARG_UUID_P(0));
	AgFlowCode	code;
	TupleDesc	desc;
	Datum		values[11] = {0};
	bool		nulls[11];

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	memset(nulls, true, sizeof(nulls));
	if (found != NULL && found->count > 0)
	{
		/* at, code, purpose, account_id, hint, device, application, role */
		static const int column[8] = {0, 1, 5, 6, 7, 8, 9, 10};

		for (int i = 0; i < 8; i++)
			values[column[i]] = ag_row_datum(found, 0, i + 1, &nulls[column[i]]);
		code = ag_flow_code_find(ag_row_text(found, 0, 2));
		if (code != AG_FLOW_CODE_COUNT)
		{
			values[2] = CStringGetTextDatum(ag_flow_code(code)->public_code);
			values[3] = CStringGetTextDatum(ag_flow_code(code)->next);
			values[4] = CStringGetTextDatum(ag_flow_code(code)->meaning);
			nulls[2] = nulls[3] = nulls[4] = false;
		}
		record_reading(found);
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
