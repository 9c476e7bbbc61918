/*-------------------------------------------------------------------------
 *
 * account_rules.c
 *		The lifecycle's states by name.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "account/account.h"

static const char *const names[] = {
	[AG_PENDING] = "pending",
	[AG_ACTIVE] = "active",
	[AG_CLOSING] = "closing",
	[AG_CLOSED] = "closed",
	[AG_ERASED] = "erased"
};

const char *
ag_lifecycle_name(AgLifecycle state)
{
	return names[state];
}

/* CHECKs of the table admit no other name. */
AgLifecycle
ag_lifecycle_parse(const char *name)
{
	int			state;

	for (state = AG_PENDING; state < AG_ERASED; state++)
		if (strcmp(names[state], name) == 0)
			break;
	return (AgLifecycle) state;
}
