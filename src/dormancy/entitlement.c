/*-------------------------------------------------------------------------
 *
 * entitlement.c
 *		What an account has to lose: balances, orders, memberships.
 *
 * Only the application knows.  It registers queries that take an account and return
 * one number, and acctguard asks them when something depends on it.  A query that
 * fails, returns NULL or takes too long counts as "more than nothing": what nobody
 * can see may be there.
 *
 * No locks.  Table: entitlement_source.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"
#include "dormancy/dormancy.h"
#include "miscadmin.h"
#include "policy/policy.h"
#include "utils/acl.h"

/* No account has this id; a query is tried with it when it is registered. */
#define NOBODY INT64CONST(0)

/* InvalidOid if it is not, or no longer, a role that queries may run as; *problem says why. */
static Oid
find_role(const char *name, const char **problem)
{
	AgRunAs		run_as;

	ag_source_store_role(name, &run_as);
	if (!OidIsValid(run_as.role_id))
		*problem = "there is no such role";
	else if (run_as.powerful)
		*problem = "it is a superuser, or has another attribute that reading does not need";
	else if (run_as.privileged)
		*problem = "it is, or belongs to, a role of acctguard or of the server";
	else
		return run_as.role_id;
	return InvalidOid;
}

bool
ag_entitlement_ask(const AgSource *source, int64 account_id, int64 *count, char **problem)
{
	const char *wrong;
	Oid			role_id = find_role(source->run_as, &wrong);

	if (!OidIsValid(role_id))
	{
		*problem = psprintf("role \"%s\": %s", source->run_as, wrong);
		return false;
	}
	if (!ag_host_query(source->query, role_id, account_id,
					   (int) ag_policy_setting(AG_SETTING_ENTITLEMENT_TIMEOUT), count, problem))
		return false;
	if (*count >= 0)
		return true;
	*problem = pstrdup("it returned a negative number");
	return false;
}

void
ag_entitlement_count(int64 account_id, AgEntitlements *entitlements)
{
	ListCell   *cell;

	memset(entitlements, 0, sizeof(*entitlements));
	foreach(cell, ag_source_store_list())
	{
		int64		count;
		char	   *problem;

		entitlements->sources++;
		if (!ag_entitlement_ask(lfirst(cell), account_id, &count, &problem))
			entitlements->failed++;
		else if (pg_add_s64_overflow(entitlements->count, count, &entitlements->count))
			entitlements->count = PG_INT64_MAX;
	}
}

static void
emit(AgAction action, const AgSource *source, const char *reason)
{
	AgFields   *after = ag_fields_new();
	AgEvent		event = {.action = action, .reason = reason, .after = after};

	ag_field_text(after, "source", source->source);
	ag_field_int(after, "version", source->version);
	ag_field_text(after, "query", source->query);
	ag_field_text(after, "run_as", source->run_as);
	ag_event_emit(&event);
}

/* Nobody lends acctguard rights that he does not have himself. */
static void
require_role(const char *name)
{
	const char *problem;
	Oid			role_id = find_role(name, &problem);

	if (OidIsValid(role_id) && !is_member_of_role(GetSessionUserId(), role_id))
	{
		role_id = InvalidOid;
		problem = "who registers the query is not a member of it";
	}
	if (!OidIsValid(role_id))
		ereport(ERROR, ag_errcode(AG_ERR_ENTITLEMENT_ROLE),
				errmsg("role \"%s\" cannot be what entitlement queries run as", name),
				errdetail("%c%s.", pg_toupper((unsigned char) problem[0]), problem + 1),
				errhint("Make a role that may read the tables of the query and nothing else, and become a member of it."));
}

/* An account that does not exist has nothing to lose; a query has to say so. */
static void
require_answer(const AgSource *source)
{
	int64		count = 0;
	char	   *problem = NULL;

	if (ag_entitlement_ask(source, NOBODY, &count, &problem) && count == 0)
		return;
	if (problem == NULL)
		problem = psprintf("it returned " INT64_FORMAT, count);
	ereport(ERROR, ag_errcode(AG_ERR_ENTITLEMENT_QUERY),
			errmsg("the query cannot count what an account has to lose"),
			errdetail("For an account that does not exist (0) %s.", problem),
			errhint("It has to return one bigint and 0 for an account that has nothing, as SELECT count(*) ... WHERE user_id = $1 does; write coalesce(sum(...), 0)::bigint."));
}

/* Register a query, or another one in its place; the version. */
int
ag_entitlement_register(const char *name, const char *query, const char *run_as, const char *reason)
{
	AgSource	source = {
		.source = pstrdup(name), .query = pstrdup(query), .run_as = pstrdup(run_as)
	};

	require_role(run_as);
	require_answer(&source);
	source.version = ag_source_store_next(name);
	ag_source_store_insert(&source, true, ag_actor()->person, reason, ag_now());
	emit(AG_ACTION_ENTITLEMENT_REGISTERED, &source, reason);
	return source.version;
}

/* Ask it no more; false if it was not asked. */
bool
ag_entitlement_remove(const char *name, const char *reason)
{
	ListCell   *cell;

	foreach(cell, ag_source_store_list())
	{
		AgSource   *source = lfirst(cell);

		if (strcmp(source->source, name) != 0)
			continue;
		source->version = ag_source_store_next(name);
		ag_source_store_insert(source, false, ag_actor()->person, reason, ag_now());
		emit(AG_ACTION_ENTITLEMENT_REMOVED, source, reason);
		return true;
	}
	return false;
}
