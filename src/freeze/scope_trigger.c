/*-------------------------------------------------------------------------
 *
 * scope_trigger.c
 *		Tells every session that the scope freezes have changed.
 *
 * Checks keep the few rows of scope_freeze in a cache of the session, which a
 * relcache message about the table empties.  The message goes out when the
 * transaction commits, so whoever checks after that reads the table anew.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"
#include "utils/inval.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(acctguard_scope_changed);

Datum
acctguard_scope_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = ag_trigger_data(fcinfo, "scope_changed");

	CacheInvalidateRelcacheByRelid(RelationGetRelid(trigger->tg_relation));
	return PointerGetDatum(NULL);
}
