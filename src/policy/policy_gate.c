/*-------------------------------------------------------------------------
 *
 * policy_gate.c
 *		What methods of verification are worth, and what gates demand.
 *
 * Both are read when the session first needs one; they live in the policy cache and
 * go with it.
 *
 * No locks.  Tables: verification_method, gate.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"
#include "utils/memutils.h"

static uint64 generation = 0;	/* of the cache the rest belongs to; 0 = nothing read */
static List *methods = NIL;		/* AgMethodPolicy * */
static List *gates = NIL;		/* AgGatePolicy * */

static void
ensure(void)
{
	uint64		current;
	MemoryContext cache = ag_policy_cache(&current);
	MemoryContext old;

	if (generation == current)
		return;
	generation = 0;
	old = MemoryContextSwitchTo(cache);
	methods = ag_policy_store_methods();
	gates = ag_policy_store_gates();
	MemoryContextSwitchTo(old);
	generation = current;
}

List *
ag_policy_methods(void)
{
	ensure();
	return methods;
}

List *
ag_policy_gates(void)
{
	ensure();
	return gates;
}
