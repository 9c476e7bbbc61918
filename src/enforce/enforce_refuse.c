/*-------------------------------------------------------------------------
 *
 * enforce_refuse.c
 *		The refusal, the same from a trigger, from a commit and from require().
 *
 * Drivers see it three ways: SQLSTATE UG403 (UG401 where a stronger proof would
 * do); the capability as constraint name and the host table as table name; and a
 * DETAIL in JSON.  Nothing in it is personal but the account's number.  What the user
 * can do is looked up in the freeze's records; that costs only who is refused.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "enforce/enforce.h"
#include "freeze/freeze.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/*
 * The restriction behind a verdict, for what the user may know and do about it.
 * NULL: a scope, the lifecycle, one that is younger than the transaction's snapshot,
 * or no way to look (a parallel query, tables that wait for migrate()).
 */
static const AgRestriction *
find_restriction(const AgRefusal *refusal)
{
	const AgVerdict *verdict = refusal->verdict;
	bool		push = !ActiveSnapshotSet();
	const AgRestriction *found = NULL;
	AgAccount  *account;
	ListCell   *cell;

	if (verdict->part == AG_PART_SCOPE || verdict->part == AG_PART_LIFECYCLE || IsInParallelMode() ||
		!ag_installation_current())
		return NULL;
	if (push)
		PushActiveSnapshot(GetTransactionSnapshot());
	account = ag_account_read(refusal->account_id);
	foreach(cell, ag_freeze_restrictions(refusal->account_id,
										 account ? ag_account_now(account) : ag_now()))
	{
		AgRestriction *restriction = lfirst(cell);

		if (restriction->freeze_no == verdict->freeze_no && restriction->part == verdict->part)
			found = restriction;
	}
	if (push)
		PopActiveSnapshot();
	return found;
}

/* What the person can do about it, in a word. */
static const char *
next_step(const AgVerdict *verdict, const AgRestriction *restriction)
{
	if (verdict->denied == 0)
		return "verify";
	if (restriction != NULL && restriction->next != NIL)
		return linitial(restriction->next);
	return TIMESTAMP_NOT_FINITE(verdict->ends_at) ? "status" : "wait";
}

/* What may not be shown to the user is left out. */
static char *
detail(const AgRefusal *refusal, const AgRestriction *restriction)
{
	const AgVerdict *verdict = refusal->verdict;
	bool		hidden = restriction != NULL && !restriction->visible;
	AgJson		json;

	ag_json_begin(&json);
	ag_json_text(&json, "capability", refusal->capability);
	ag_json_int(&json, "account", refusal->account_id);
	if (verdict->freeze_no != 0 && !hidden)
		ag_json_int(&json, verdict->part == AG_PART_SCOPE ? "scope" : "freeze", verdict->freeze_no);
	if (!hidden)
		ag_json_time(&json, "until", verdict->ends_at);
	if (restriction != NULL && !hidden)
		ag_json_bool(&json, "appeal", restriction->freeze->appealable);
	ag_json_text(&json, "next", hidden ? "status" : next_step(verdict, restriction));
	return ag_json_end(&json);
}

/* A sentence for the person. */
static const char *
hint(const AgVerdict *verdict, const AgRestriction *restriction)
{
	if (verdict->denied == 0)
		return "Confirm your identity, then try again.";
	if (verdict->part == AG_PART_ACKNOWLEDGE)
		return "Read and acknowledge the rules, then try again.";
	if (!TIMESTAMP_NOT_FINITE(verdict->ends_at) && (restriction == NULL || restriction->visible))
		return psprintf("This is not possible until %s; your account status tells why and what you can do.",
						timestamptz_to_str(verdict->ends_at));
	return "This is not possible at present; your account status tells why and what you can do.";
}

/* Name the host table, so that drivers can tell which statement was meant. */
static int
name_table(Oid relation_id)
{
	if (OidIsValid(relation_id))
	{
		char	   *name = get_rel_name(relation_id);

		if (name != NULL)
		{
			err_generic_string(PG_DIAG_TABLE_NAME, name);
			err_generic_string(PG_DIAG_SCHEMA_NAME,
							   get_namespace_name(get_rel_namespace(relation_id)));
		}
	}
	return 0;
}

void
ag_refuse(const AgRefusal *refusal)
{
	bool		step_up = refusal->verdict->denied == 0;
	const AgRestriction *restriction = find_restriction(refusal);

	ereport(ERROR, ag_errcode(step_up ? AG_ERR_STEP_UP : AG_ERR_RESTRICTED),
			step_up ?
			errmsg("\"%s\" needs a stronger proof of identity first", refusal->capability) :
			errmsg("the account is not allowed \"%s\" now", refusal->capability),
			errdetail_internal("%s", detail(refusal, restriction)),
			errhint("%s", hint(refusal->verdict, restriction)),
			err_generic_string(PG_DIAG_CONSTRAINT_NAME, refusal->capability),
			name_table(refusal->relation_id));
}
