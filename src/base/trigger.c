/*-------------------------------------------------------------------------
 *
 * trigger.c
 *		The trigger protocol, checked once for every trigger of acctguard.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"

/* The trigger data of this call, or the error core's own triggers give. */
TriggerData *
ag_trigger_data(FunctionCallInfo fcinfo, const char *name)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" was not called by trigger manager", name));
	return (TriggerData *) fcinfo->context;
}
