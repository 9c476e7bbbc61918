/*-------------------------------------------------------------------------
 *
 * policy_trigger.c
 *		Tells every session that policy has changed.
 *
 * policy_changed() fires after any statement that wrote a policy table, whoever
 * wrote it: policy_set(), a superuser by hand, a restore, a replica that
 *applies. A relcache message about the table travels with the commit and
 *empties the caches of policy.c everywhere.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"
#include "utils/inval.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(acctguard_policy_changed);

Datum
acctguard_policy_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = ag_trigger_data(fcinfo, "policy_changed");

	CacheInvalidateRelcache(trigger->tg_relation);
	return PointerGetDatum(NULL);
}
