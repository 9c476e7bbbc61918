/*-------------------------------------------------------------------------
 *
 * policy_api.c
 *		SQL entry points of policy.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "policy/policy.h"

PG_FUNCTION_INFO_V1(acctguard_policy_set);
PG_FUNCTION_INFO_V1(acctguard_policy_list);

/* policy_set(topic, key, value, reason): a new version of an item. */
Datum
acctguard_policy_set(PG_FUNCTION_ARGS)
{
	char	   *topic = ag_arg_required_text(fcinfo, 0, "topic");
	char	   *key = ag_arg_required_text(fcinfo, 1, "key");

	if (PG_ARGISNULL(2))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("value must not be null"));
	(void) ag_arg_json(fcinfo, 2, "value"); /* for its size */
	PG_RETURN_INT32(ag_policy_set(topic, key, PG_GETARG_JSONB_P(2),
								  ag_arg_short_text(fcinfo, 3, "reason", AG_MOST_NOTE)));
}

/* policy_list(topic): what is in force, like a manual. */
Datum
acctguard_policy_list(PG_FUNCTION_ARGS)
{
	char	   *topic = ag_arg_text(fcinfo, 0);

	InitMaterializedSRF(fcinfo, 0);
	ag_policy_list(topic, (ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
}
