/*-------------------------------------------------------------------------
 *
 * policy_limit.c
 *		How often something may be tried: the rules that attempts are counted by.
 *
 * All rules are read when the session first needs one; they live in the policy cache
 * and go with it.
 *
 * To which countries codes are sent is asked for once a code, and not kept.
 *
 * No locks.  Tables: limit_rule, code_country, client_channel.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "policy/policy.h"
#include "utils/memutils.h"

static uint64 generation = 0;	/* of the cache the rest belongs to; 0 = nothing read */
static List *rules = NIL;		/* AgLimitRule * */

List *
ag_policy_limit_rules(void)
{
	uint64		current;
	MemoryContext cache = ag_policy_cache(&current);
	MemoryContext old;

	if (generation == current)
		return rules;
	generation = 0;
	old = MemoryContextSwitchTo(cache);
	rules = ag_policy_store_limit_rules();
	MemoryContextSwitchTo(old);
	generation = current;
	return rules;
}

const AgLimitRule *
ag_policy_limit_rule(const char *name)
{
	ListCell   *cell;

	foreach(cell, ag_policy_limit_rules())
	{
		if (strcmp(((AgLimitRule *) lfirst(cell))->rule, name) == 0)
			return lfirst(cell);
	}
	return NULL;
}

bool
ag_policy_code_country(int country)
{
	return ag_policy_store_code_country(country);
}

bool
ag_policy_client_channel(const char *channel, int64 *least_build)
{
	return ag_policy_store_client_channel(channel, least_build);
}
