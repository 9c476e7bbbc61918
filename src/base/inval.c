/*-------------------------------------------------------------------------
 *
 * inval.c
 *		Relcache messages, handed on to every module that keeps something.
 *
 * A backend has room for ten relcache callbacks, and logical decoding needs some
 * of them: a library that takes one per cache keeps the server from replicating.
 * So this file takes one for all of acctguard.
 *
 * Callbacks must not read catalogs and must not fail; they note what is stale.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"
#include "utils/inval.h"

#define MAX_CALLBACKS 32

static AgRelcacheCallback callbacks[MAX_CALLBACKS];
static int	callback_count = 0;

/* relation = InvalidOid stands for all of them. */
static void
hand_on(Datum arg, Oid relation)
{
	for (int i = 0; i < callback_count; i++)
		callbacks[i] (relation);
}

/* Be told of every change of a relation.  Called while the library is loaded. */
void
ag_on_relcache_message(AgRelcacheCallback callback)
{
	if (callback_count == MAX_CALLBACKS)
		elog(ERROR, "too many relcache callbacks");
	if (callback_count == 0)
		CacheRegisterRelcacheCallback(hand_on, (Datum) 0);
	callbacks[callback_count++] = callback;
}
