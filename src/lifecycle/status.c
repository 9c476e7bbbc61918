/*-------------------------------------------------------------------------
 *
 * status.c
 *		What a user is told about his account: what is refused, why, until when,
 *		what to do.
 *
 * Internal notes, invisible kinds and statements withheld by an order never appear
 * here.  Reads only; the caller's snapshot decides what it sees.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "dormancy/dormancy.h"
#include "lifecycle/lifecycle.h"
#include "utils/array.h"

static List *
mask_names(uint64 mask)
{
	return ag_text_array_list(ag_policy_mask_names(mask));
}

/* What the user can still do against a freeze. */
typedef struct Remedy
{
	const AgAppeal *open;		/* his open case about it, or NULL */
	TimestampTz until;			/* he can appeal until then, or could */
	bool		possible;		/* ... now */
} Remedy;

static void
find_remedy(const AgRestriction *restriction, TimestampTz at, Remedy *remedy)
{
	const AgFreeze *freeze = restriction->freeze;
	TimestampTz window = ag_freeze_appealable_until(freeze, restriction->kind);
	ListCell   *cell;

	memset(remedy, 0, sizeof(*remedy));
	foreach(cell, ag_appeal_list(freeze->account_id))
	{
		const AgAppeal *appeal = lfirst(cell);

		if (appeal->freeze_no == freeze->no && ag_appeal_is_heard(appeal) &&
			ag_appeal_state_open(ag_appeal_state(appeal, at)))
			remedy->open = appeal;
	}
	remedy->until = Min(window, ag_appeal_remedy_until(freeze, window, at));
	remedy->possible = remedy->open == NULL && at < remedy->until;
}

static char *
remedy_json(const Remedy *remedy, TimestampTz at)
{
	AgJson		json;

	ag_json_begin(&json);
	ag_json_bool(&json, "possible", remedy->possible);
	if (remedy->open == NULL)
		ag_json_time(&json, "until", remedy->until);
	ag_json_text(&json, "how", remedy->possible ? "appeal.submit" : NULL);
	if (remedy->open != NULL)
	{
		ag_json_int(&json, "case", remedy->open->no);
		ag_json_text(&json, "state", ag_appeal_state_name(ag_appeal_state(remedy->open, at)));
		ag_json_time(&json, "expected_by", ag_appeal_due(remedy->open, at));
	}
	return ag_json_end(&json);
}

/* What to do next; "appeal" only where that is possible. */
static List *
next_steps(const AgRestriction *restriction, const Remedy *remedy, TimestampTz at)
{
	List	   *next = NIL;
	ListCell   *cell;

	foreach(cell, restriction->next)
	{
		char	   *step = lfirst(cell);

		if (strcmp(step, "appeal") != 0 || remedy->possible)
			next = lappend(next, step);
		else if (remedy->open != NULL)
			next = lappend(next, ag_appeal_state(remedy->open, at) == AG_APPEAL_AWAITING ?
						   "send_material" : "wait_for_decision");
	}
	return next != NIL ? next : list_make1("contact_support");
}

/* One restriction as the user may see it. */
static char *
restriction_json(const AgRestriction *restriction, TimestampTz at)
{
	bool		is_freeze = restriction->part == AG_PART_FREEZE;
	Remedy		remedy;
	AgJson		json;

	if (is_freeze)
		find_remedy(restriction, at, &remedy);
	ag_json_begin(&json);
	ag_json_text(&json, "source", ag_part_name(restriction->part));
	ag_json_int(&json, "freeze", restriction->freeze_no);
	ag_json_text(&json, "kind", restriction->freeze->kind);
	if (restriction->disclosed)
	{
		ag_json_text(&json, "reason", restriction->freeze->reason);
		if (restriction->reason != NULL)
			ag_json_text(&json, "why", restriction->reason->public_text);
		ag_json_text(&json, "facts", restriction->freeze->facts);
	}
	ag_json_list(&json, "denied", mask_names(restriction->denied));
	if (restriction->challenged != 0)
		ag_json_list(&json, "challenged", mask_names(restriction->challenged));
	ag_json_time(&json, "since", restriction->since);
	ag_json_time(&json, "until", restriction->until);
	ag_json_raw(&json, "rule", restriction->rule);
	ag_json_list(&json, "next", is_freeze ? next_steps(restriction, &remedy, at)
				 : restriction->next);
	if (is_freeze)
	{
		ag_json_raw(&json, "appeal", remedy_json(&remedy, at));
		if (restriction->kind->review_due >= 0)
			ag_json_time(&json, "review_due",
						 ag_time_plus(restriction->since, restriction->kind->review_due));
	}
	return ag_json_end(&json);
}

/* A scope freeze as the user may see it; it cannot be appealed and ends by itself. */
static char *
scope_json(const AgScope *scope)
{
	const AgReason *reason = ag_policy_reason(scope->reason);
	AgJson		json;

	ag_json_begin(&json);
	ag_json_text(&json, "source", "scope");
	ag_json_text(&json, "kind", scope->kind);
	ag_json_text(&json, "reason", scope->reason);
	ag_json_text(&json, "why", reason == NULL ? NULL : reason->public_text);
	ag_json_list(&json, "denied", mask_names(scope->denied));
	if (scope->challenged != 0)
		ag_json_list(&json, "challenged", mask_names(scope->challenged));
	ag_json_time(&json, "since", scope->starts_at);
	ag_json_time(&json, "until", scope->ends_at);
	ag_json_list(&json, "next", list_make1("wait"));
	return ag_json_end(&json);
}

/*
 * The account was silent for long, or will soon have been: not a restriction, but
 * something to do.  NULL if there is nothing to say.
 */
static char *
protection_json(const AgAccount *account, TimestampTz at)
{
	AgDormancy	dormancy;
	AgJson		json;

	if (account->state != AG_ACTIVE || !ag_dormancy_notable(account, at, &dormancy))
		return NULL;
	ag_json_begin(&json);
	ag_json_bool(&json, "protected", dormancy.protected);
	ag_json_time(&json, "from", dormancy.dormant_at);
	ag_json_list(&json, "next", dormancy.protected ?
				 list_make2("log_in_with_known_device", "verify_identity") : list_make1("use_account"));
	return ag_json_end(&json);
}

/* The status of an account as JSON text. */
char *
ag_account_status(int64 account_id)
{
	AgAccount  *account = ag_account_require(account_id);
	TimestampTz at = ag_account_now(account);
	AgLifecycle state = ag_freeze_lifecycle_at(account, at);
	AgStanding	row;
	AgJson		json;
	uint64		denied = 0;
	uint64		challenged = 0;
	List	   *restrictions = NIL;
	ListCell   *cell;

	if (ag_freeze_lifecycle_row(account, &row) && ag_interval_contains(row.starts_at, row.ends_at, at))
		denied |= row.denied;
	foreach(cell, ag_freeze_restrictions(account_id, at))
	{
		AgRestriction *restriction = lfirst(cell);

		denied |= restriction->denied;
		challenged |= restriction->challenged;
		if (restriction->visible)
			restrictions = lappend(restrictions, restriction_json(restriction, at));
	}

	foreach(cell, ag_scope_list_at(account, at))
	{
		const AgScope *scope = lfirst(cell);

		if (at < scope->starts_at)
			continue;
		denied |= scope->denied;
		challenged |= scope->challenged;
		restrictions = lappend(restrictions, scope_json(scope));
	}

	ag_json_begin(&json);
	ag_json_int(&json, "account", account_id);
	ag_json_text(&json, "state", ag_lifecycle_name(state));
	if (state == AG_CLOSING)
		ag_json_time(&json, "closes_at", ag_freeze_closing_at(account));
	ag_json_bool(&json, "restricted", (denied | challenged) != 0);
	ag_json_list(&json, "denied", mask_names(denied));
	ag_json_list(&json, "challenged", mask_names(challenged & ~denied));
	ag_json_raw(&json, "restrictions", ag_json_array(restrictions));
	ag_json_raw(&json, "protection", protection_json(account, at));
	ag_json_time(&json, "at", at);
	return ag_json_end(&json);
}
