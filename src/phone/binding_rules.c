/*-------------------------------------------------------------------------
 *
 * binding_rules.c
 *		Why a binding ends.
 *
 * Pure: no memory, no locks, no errors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "phone/phone.h"

static const char *const release_names[AG_RELEASE_COUNT] = {
	[AG_RELEASE_CHANGED] = "changed_by_owner",
	[AG_RELEASE_UNBOUND] = "unbound_by_owner",
	[AG_RELEASE_NOT_MINE] = "not_mine_claim",
	[AG_RELEASE_CARRIER] = "carrier",
	[AG_RELEASE_ADMIN] = "admin",
	[AG_RELEASE_DELETED] = "account_deleted"
};

const char *
ag_release_name(AgRelease why)
{
	return release_names[why];
}

AgRelease
ag_release_find(const char *name)
{
	int			i;

	for (i = 0; i < AG_RELEASE_COUNT; i++)
		if (strcmp(release_names[i], name) == 0)
			break;
	return (AgRelease) i;
}

/*
 * Whoever lost a number without wishing it does not know a new one yet, and the old
 * one may still lead him to his account.
 */
bool
ag_release_is_involuntary(AgRelease why)
{
	return why == AG_RELEASE_NOT_MINE || why == AG_RELEASE_CARRIER;
}
