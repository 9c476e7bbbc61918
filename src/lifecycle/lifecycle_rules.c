/*-------------------------------------------------------------------------
 *
 * lifecycle_rules.c
 *		The lifecycle's transition table.
 *
 * A freeze never changes the lifecycle; freezes and holds only appear as guards.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lifecycle/lifecycle.h"

static const AgLifecycleTransition transitions[] = {
	{NULL, AG_ACCOUNT_OPEN, "pending", "app", "the id is free", "UG600"},
	{NULL, AG_ACCOUNT_OPEN, "active", "app", "the id is free", "UG600"},
	{"pending", AG_ACCOUNT_ACTIVATE, "active", "app", NULL, "UG601"},
	{"pending", AG_ACCOUNT_DISCARD, "closed", "registration",
	"its number is somebody else's, and there is nothing in it", NULL},
	{"active", AG_ACCOUNT_REQUEST_CLOSE, "closing", "app",
	"a fresh proof while a security freeze is live", "UG601 UG116"},
	{"closing", AG_ACCOUNT_CANCEL_CLOSE, "active", "app",
	"before close_at; a fresh proof while a security freeze is live", "UG601 UG116"},
	{"closing", AG_ACCOUNT_FINALIZE, "closed", "clock",
	"close_at has passed and nothing blocks closure", NULL},
	{"active", AG_ACCOUNT_TERMINATE, "closed", "operator and a second person",
	"a final ban, no legal hold", "UG601 UG603 UG602 UG113"},
	{"closing", AG_ACCOUNT_TERMINATE, "closed", "operator and a second person",
	"a final ban, no legal hold", "UG601 UG603 UG602 UG113"},
	{"closed", AG_ACCOUNT_REOPEN, "active", "operator and a second person",
	"not erased", "UG601 UG113"},
	{"closed", AG_ACCOUNT_ERASE, "erased", "operator",
	"retention is over, nothing blocks erasure", "UG601 UG604 UG602"},
};

static const char *const event_names[] = {
	[AG_ACCOUNT_OPEN] = "open",
	[AG_ACCOUNT_ACTIVATE] = "activate",
	[AG_ACCOUNT_REQUEST_CLOSE] = "request_close",
	[AG_ACCOUNT_CANCEL_CLOSE] = "cancel_close",
	[AG_ACCOUNT_FINALIZE] = "(time)",
	[AG_ACCOUNT_TERMINATE] = "terminate",
	[AG_ACCOUNT_REOPEN] = "reopen",
	[AG_ACCOUNT_ERASE] = "erase",
	[AG_ACCOUNT_DISCARD] = "discard"
};

const AgLifecycleTransition *
ag_lifecycle_transitions(int *count)
{
	*count = lengthof(transitions);
	return transitions;
}

const char *
ag_lifecycle_event_name(AgLifecycleEvent event)
{
	return event_names[event];
}

bool
ag_lifecycle_allowed(AgLifecycle from, AgLifecycleEvent event)
{
	const char *name = ag_lifecycle_name(from);

	for (int i = 0; i < (int) lengthof(transitions); i++)
		if (transitions[i].event == event && transitions[i].from != NULL &&
			strcmp(transitions[i].from, name) == 0)
			return true;
	return false;
}
