/*-------------------------------------------------------------------------
 *
 * hold.c
 *		Legal holds: nothing is denied, nothing may disappear.
 *
 * A hold belongs to a matter and stands until the matter is released.  While one is
 * live, and while a freeze is whose kind says so, the account is neither closed nor
 * erased.  The policy of kind legal_hold says which roles place and release; with
 * lift_policy 'authority' a release needs the authority's reference and somebody
 * who placed none of the holds.
 *
 * Locks: a release locks the matter's accounts one by one, by ascending id.
 * Table: legal_hold.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/sanction.h"

#define HOLD_KIND "legal_hold"

static const AgKind *
hold_kind(void)
{
	const AgKind *kind = ag_policy_kind(HOLD_KIND);

	if (kind == NULL || !kind->enabled)
		ereport(ERROR, ag_errcode(AG_ERR_KIND_UNKNOWN),
				errmsg("freeze kind \"%s\" does not exist or is disabled", HOLD_KIND),
				errhint("See acctguard.policy_list('freeze_kind')."));
	return kind;
}

/* Does a freeze that is scheduled, running or stayed keep the account from this? */
static bool
freeze_blocks(int64 account_id, AgHoldBlocks what, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, ag_freeze_list(account_id))
	{
		const AgFreeze *freeze = lfirst(cell);
		const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);

		switch (ag_freeze_state(freeze, at))
		{
			case AG_FREEZE_SCHEDULED:
			case AG_FREEZE_ACTIVE:
			case AG_FREEZE_STAYED:
				if (what == AG_HOLD_BLOCKS_CLOSURE ? kind->blocks_closure
					: ag_freeze_blocks_erasure(freeze, kind, at))
					return true;
				break;
			default:
				break;
		}
	}
	return false;
}

bool
ag_hold_blocks(int64 account_id, AgHoldBlocks what, TimestampTz at)
{
	return ag_hold_store_any(account_id, at) || freeze_blocks(account_id, what, at);
}

bool
ag_hold_any(int64 account_id, TimestampTz at)
{
	return ag_hold_store_any(account_id, at);
}

static void
emit_hold(AgAccount *account, AgAction action, int no, const char *matter,
		  const char *legal_reference, const char *reason)
{
	AgFields   *after = ag_fields_new();

	ag_field_int(after, "hold", no);
	ag_field_text(after, "matter", matter);
	ag_field_text(after, "legal_reference", legal_reference);
	ag_account_emit(account, action, reason, NULL, NULL, after);
}

/* Refuse whoever may place no holds; before the account is looked up. */
void
ag_hold_require_place(const AgActor *actor)
{
	const AgKind *kind = hold_kind();

	if (!(actor->roles & kind->impose_roles))
		ereport(ERROR, ag_errcode(AG_ERR_FREEZE_ROLE),
				errmsg("role \"%s\" may not place legal holds", actor->role),
				errdetail("Roles that may: %s.", ag_role_names(kind->impose_roles)));
}

/* Place a hold; a matter holds an account once, so a repetition returns the same number. */
int
ag_hold_place(AgAccount *account, const AgActor *actor, const char *matter,
			  const char *legal_reference, const char *note, TimestampTz at)
{
	char	   *reference;
	char	   *placed_by;
	int			no;

	if (account->state == AG_ERASED)
		ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_STATE),
				errmsg("account " INT64_FORMAT " is erased", account->account_id),
				errdetail("Nothing is left to hold."));
	no = ag_hold_store_find(account->account_id, matter, &reference, &placed_by);
	if (no > 0)
	{
		if (strcmp(reference, legal_reference) == 0)
			return no;
		ereport(ERROR, ag_errcode(AG_ERR_IDEMPOTENCY_CONFLICT),
				errmsg("the matter holds account " INT64_FORMAT " with another reference",
					   account->account_id),
				errdetail("Hold %d, reference \"%s\".", no, reference));
	}

	no = ag_account_next_child(account);
	ag_hold_store_insert(account->account_id, no, matter, legal_reference, note, actor, at);
	emit_hold(account, AG_ACTION_HOLD_PLACED, no, matter, legal_reference, note);
	ag_freeze_derive(account, at);	/* a closing account does not close now */
	return no;
}

static void
require_release(const AgActor *actor, const AgKind *kind, const char *legal_reference)
{
	if (!(actor->roles & kind->lift_roles))
		ereport(ERROR, ag_errcode(AG_ERR_LIFT_ROLE),
				errmsg("role \"%s\" may not release legal holds", actor->role),
				errdetail("Roles that may: %s.", ag_role_names(kind->lift_roles)));
	if (ag_blank(legal_reference))
		ereport(ERROR, ag_errcode(AG_ERR_REASON_REQUIRED),
				errmsg("a matter is released on a document"),
				errdetail("Missing: legal_reference."));
}

/* Release the matter's hold on one account; false if somebody else just did. */
static bool
release_one(int64 account_id, const AgActor *actor, const AgKind *kind, const char *matter,
			const char *legal_reference, const char *reason)
{
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	char	   *reference;
	char	   *placed_by;
	int			no = ag_hold_store_find(account_id, matter, &reference, &placed_by);

	if (no == 0)
		return false;
	if (strcmp(kind->lift_policy, "authority") == 0 && strcmp(placed_by, actor->person) == 0)
		ereport(ERROR, ag_errcode(AG_ERR_FOUR_EYES),
				errmsg("\"%s\" placed the hold on account " INT64_FORMAT, actor->person, account_id),
				errhint("Another person has to release the matter."));
	ag_hold_store_release(account_id, no, actor->person, legal_reference, reason, at);
	emit_hold(account, AG_ACTION_HOLD_RELEASED, no, matter, legal_reference, reason);
	ag_freeze_derive(account, at);
	ag_account_save(account);
	return true;
}

/* Release every hold of a matter, all or none; returns how many. */
int
ag_hold_release(const AgActor *actor, const char *matter, const char *legal_reference,
				const char *reason)
{
	const AgKind *kind = hold_kind();
	List	   *accounts;
	ListCell   *cell;
	int			released = 0;

	require_release(actor, kind, legal_reference);
	accounts = ag_hold_store_accounts(matter);
	if (accounts == NIL)
		ereport(ERROR, ag_errcode(AG_ERR_MATTER_UNKNOWN),
				errmsg("no live legal hold belongs to matter \"%s\"", matter),
				errhint("Matters are compared to the letter; see acctguard.legal_hold_list()."));
	foreach(cell, accounts)
		if (release_one(*(int64 *) lfirst(cell), actor, kind, matter, legal_reference, reason))
		released++;
	return released;
}
