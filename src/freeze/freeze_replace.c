/*-------------------------------------------------------------------------
 *
 * freeze_replace.c
 *		Which freeze may take the place of which (F10).
 *
 * A replacement ends a freeze, so it needs the authority to lift that freeze; except
 * where nothing gets weaker: it does at least what the old one still does, and it is
 * no easier to leave, by nobody whom the old one would have kept out.  The user's own
 * wish takes the place of nothing else, whoever asks.
 *
 * Nothing is written here.  No locks beyond the account's, which the caller holds.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"

/* How hard it is to get out of a kind. */
static int
lift_rank(const AgKind *kind)
{
	static const char *const policies[] = {"self", "system", "manual", "authority"};
	int			rank = 0;

	while (rank < (int) lengthof(policies) - 1 && strcmp(policies[rank], kind->lift_policy) != 0)
		rank++;
	return rank;
}

/* May no role end, annul or stay the new one that could not do so with the old one? */
static bool
roles_as_strict(const AgKind *kind, const AgKind *old)
{
	return (kind->lift_roles & ~old->lift_roles) == 0 &&
		(kind->approve_roles & ~(old->approve_roles | old->lift_roles)) == 0 &&
		(!kind->stayable || (old->stayable && kind->stay_max <= old->stay_max));
}

/* Does no condition end the new one that would not have ended the old one? */
static bool
conditions_as_strict(const AgFreeze *freeze, const AgKind *kind, const AgFreeze *old,
					 const AgKind *old_kind)
{
	ListCell   *cell;

	foreach(cell, ag_text_array_list(kind->conditions))
		if (ag_freeze_ends_on(freeze, kind, lfirst(cell)) &&
			!ag_freeze_ends_on(old, old_kind, lfirst(cell)))
		return false;
	return true;
}

/* Does what follows from the old one, once it is served, follow from the new one too? */
static bool
aftermath_as_strict(const AgKind *kind, const AgKind *old)
{
	return kind->probation >= old->probation &&
		(old->probation_denies & ~kind->probation_denies) == 0 &&
		(old->acknowledge_denies & ~kind->acknowledge_denies) == 0;
}

static bool
lifts_itself(const AgKind *kind)
{
	return kind->breach != NULL && strcmp(kind->breach, "auto_lift") == 0;
}

/* Is the new one no easier to leave, and does it block what the old one blocks? */
static bool
as_strict(const AgFreeze *freeze, const AgKind *kind, const AgFreeze *old,
		  const AgKind *old_kind)
{
	return kind->severity >= old_kind->severity && lift_rank(kind) >= lift_rank(old_kind) &&
		roles_as_strict(kind, old_kind) && aftermath_as_strict(kind, old_kind) &&
		conditions_as_strict(freeze, kind, old, old_kind) &&
		(!freeze->appealable || old->appealable) &&
		(!lifts_itself(kind) || lifts_itself(old_kind)) &&
		(!old_kind->blocks_closure || kind->blocks_closure) &&
		(!old_kind->blocks_erasure || kind->blocks_erasure);
}

/* Does the new freeze do at least what the old one still does? */
static bool
covers(const AgFreeze *freeze, const AgKind *kind, const AgFreeze *old, const AgKind *old_kind,
	   TimestampTz at)
{
	return (strcmp(kind->mode, "deny") == 0 || strcmp(kind->mode, old_kind->mode) == 0) &&
		freeze->rule == NULL &&
		(old->denies & ~freeze->denies) == 0 && freeze->ends_at >= old->ends_at &&
		freeze->starts_at <= Max(old->starts_at, at);
}

/* Refuse a freeze that must not replace what it means to replace. */
void
ag_freeze_require_replaceable(const AgAccount *account, const AgActor *actor,
							  const AgFreeze *freeze, const AgKind *kind, TimestampTz at)
{
	AgFreeze   *old = ag_freeze_load_for(actor, account->account_id, freeze->replaces);
	const AgKind *old_kind = ag_policy_kind_version(old->kind, old->kind_version);
	bool		own_wish = ag_freeze_is_self(kind) && !ag_freeze_is_self(old_kind);

	ag_freeze_require_transition(old, AG_FREEZE_SUPERSEDE, at);
	if (!own_wish && covers(freeze, kind, old, old_kind, at) && as_strict(freeze, kind, old, old_kind))
		return;
	if (own_wish || (actor->roles & old_kind->lift_roles) == 0 ||
		ag_freeze_acts_for_owner(actor, old_kind))
		ereport(ERROR, ag_errcode(AG_ERR_WEAKER_REPLACEMENT),
				errmsg("the replacement is weaker than freeze %d", old->no),
				errdetail("It would leave out a capability, a span of time, a block or the aftermath of "
						  "the old one, or be easier to get out of. The old one is lifted by: %s.",
						  ag_role_names(old_kind->lift_roles)),
				errhint("Lift the old freeze with the authority of its kind, or impose one that is "
						"weaker in nothing."));
	ag_freeze_require_lift(account, actor, old, old_kind, freeze->legal_reference);
}

/*
 * The same when a proposal is approved.  Its proposer was asked; what the old freeze
 * does since it became harsher, he was not asked about, so the approver is.  Whatever
 * else happened to it (the user was informed or appealed, it was stayed, it became
 * milder) leaves the new one as strong as it was.
 */
void
ag_freeze_recheck_replaceable(const AgAccount *account, const AgActor *actor,
							  const AgFreeze *freeze, const AgKind *kind, TimestampTz at)
{
	AgFreeze   *old = ag_freeze_load(account->account_id, freeze->replaces);

	if (old->renewed_at != DT_NOEND && old->renewed_at > freeze->issued_at &&
		ag_freeze_rule_find(ag_freeze_state(old, at), AG_FREEZE_SUPERSEDE) != NULL)
		ag_freeze_require_replaceable(account, actor, freeze, kind, at);
}
