/*-------------------------------------------------------------------------
 *
 * register_api.c
 *		SQL entry points of registration.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "register/register.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_register_rules);

#define RULE_COLUMNS 7

/* register_rules() */
Datum
acctguard_register_rules(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const AgRegisterRule *rules;
	int			count;

	InitMaterializedSRF(fcinfo, 0);
	rules = ag_register_rules(&count);
	for (int i = 0; i < count; i++)
	{
		const AgRegisterRule *rule = &rules[i];
		const char *texts[RULE_COLUMNS] = {rule->row, rule->number, rule->claimant, rule->answer,
			rule->code, ag_register_effect_name(rule->effect), ag_register_gate_name(rule->gate)
		};
		Datum		values[RULE_COLUMNS] = {0};
		bool		nulls[RULE_COLUMNS];

		for (int j = 0; j < RULE_COLUMNS; j++)
		{
			nulls[j] = texts[j] == NULL;
			if (!nulls[j])
				values[j] = CStringGetTextDatum(texts[j]);
		}
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
