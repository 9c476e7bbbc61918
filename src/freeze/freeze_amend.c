/*-------------------------------------------------------------------------
 *
 * freeze_amend.c
 *		Changing the terms of a freeze (F5): extensions, reductions, new facts.
 *
 * A change is a new version.  What makes the freeze harsher (another capability, a
 * later end, an earlier start) is a new decision: it passes the guards of imposing,
 * waits for a second person where the kind has one, and the user is informed anew.
 * What makes it milder is a lift in part and needs the authority to lift.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"

static bool
is_harsher(const AgFreeze *old, const AgFreeze *new)
{
	return (new->denies & ~old->denies) != 0 || new->ends_at > old->ends_at ||
		new->starts_at < old->starts_at;
}

static bool
is_milder(const AgFreeze *old, const AgFreeze *new)
{
	return (old->denies & ~new->denies) != 0 || new->ends_at < old->ends_at ||
		new->starts_at > old->starts_at;
}

/* The freeze as it would be. */
static AgFreeze *
amended(const AgFreeze *freeze, const AgKind *kind, const AgFreezeAmendment *amendment,
		TimestampTz at)
{
	AgFreeze   *new = palloc(sizeof(AgFreeze));
	AgFreezeOrder order = AG_FREEZE_ORDER_INIT;

	*new = *freeze;
	if (amendment->capabilities != NULL)
	{
		order.capabilities = amendment->capabilities;
		order.legal_reference = amendment->legal_reference;
		new->denies = ag_freeze_order_mask(kind, &order);
	}
	if (amendment->ends_given)
		new->ends_at = amendment->ends_at;
	if (amendment->starts_given)
	{
		if (ag_freeze_state(freeze, at) != AG_FREEZE_SCHEDULED)
			ereport(ERROR, ag_errcode(AG_ERR_FREEZE_STATE),
					errmsg("freeze %d has started", freeze->no),
					errhint("Only the end of a running freeze can be changed."));
		new->starts_at = amendment->starts_at;
	}
	if (new->starts_at < freeze->starts_at && new->starts_at < at)
		ereport(ERROR, ag_errcode(AG_ERR_START_IN_PAST),
				errmsg("a freeze cannot start in the past"));
	if (new->ends_at <= at)
		ereport(ERROR, ag_errcode(AG_ERR_DURATION),
				errmsg("the new end lies in the past"),
				errhint("Lift the freeze to end it now."));
	ag_freeze_check_length(kind, new->starts_at, new->ends_at, at);
	return new;
}

/* The guards of a harsher version; true if it has to wait for a second person. */
static bool
check_harsher(const AgAccount *account, const AgActor *actor, const AgKind *kind,
			  const AgFreeze *new, const AgFreezeAmendment *amendment, bool automated,
			  TimestampTz at)
{
	AgFreeze	decision = *new;

	ag_freeze_require_impose_role(actor, kind);
	decision.automated = automated;
	decision.ladder_score = 0;	/* he decides this, not the ladder */
	ag_freeze_require_target(account, actor, kind, &decision, at);
	if (automated)
		ag_freeze_check_automated(kind, new->starts_at, new->ends_at);
	if (amendment->facts == NULL && kind->severity > 0 && !ag_freeze_is_self(kind))
		ereport(ERROR, ag_errcode(AG_ERR_REASON_REQUIRED),
				errmsg("a harsher version is a new decision and needs its own statement"),
				errdetail("Missing: facts."));
	return kind->second_person || (automated && kind->automated_max < 0);
}

/* The guards of a milder version: it is lifted in part. */
static void
check_milder(const AgAccount *account, const AgActor *actor, const AgFreeze *freeze,
			 const AgKind *kind, const AgFreezeAmendment *amendment)
{
	ag_freeze_require_lift(account, actor, freeze, kind, amendment->legal_reference);
	if (ag_freeze_acts_for_owner(actor, kind))
		ereport(ERROR, ag_errcode(AG_ERR_PROOF_REQUIRED),
				errmsg("freeze %d is made milder by lifting it with a proof", freeze->no),
				errhint("Lift it and impose the milder one."));
}

/* Write a version that counts, and what follows from it. */
static void
put_in_force(AgAccount *account, const AgActor *actor, const AgFreeze *old, AgFreeze *new,
			 const AgKind *kind, const AgFreezeVersion *version, bool harsher, TimestampTz at)
{
	AgFields   *before = ag_freeze_fields(old, at);

	ag_freeze_store_amend(new, version, harsher);
	new->version = new->terms = version->version;
	new->amendment = 0;
	new->changed_at = at;
	if (harsher)
	{
		new->informed_at = DT_NOEND;
		new->renewed_at = at;
	}
	ag_account_emit(account, AG_ACTION_FREEZE_AMENDED, version->change_note, NULL, before,
					ag_freeze_fields(new, at));
	ag_freeze_derive(account, at);
	if (new->denies & ~old->denies)
		ag_freeze_session_effect(account, new, kind, at);
	ag_freeze_observe(account, actor, new, AG_FREEZE_AMEND, at);
}

int
ag_freeze_amend(AgAccount *account, const AgActor *actor, int no,
				const AgFreezeAmendment *amendment, TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	AgFreezeVersion version = {.version = freeze->version + 1, .issued_at = at};
	AgFreezeOrder order = AG_FREEZE_ORDER_INIT;
	AgFreeze   *new;
	bool		harsher;

	/* 1. Anybody who could impose or lift it may ask; is it the version he read? */
	if ((actor->roles & (kind->impose_roles | kind->lift_roles)) == 0)
		ag_freeze_require_impose_role(actor, kind);
	if (amendment->expected_version >= 0 && amendment->expected_version != freeze->version)
		ereport(ERROR, ag_errcode(AG_ERR_VERSION),
				errmsg("freeze %d has changed since it was read", no),
				errdetail("Its version is %d, not %d.", freeze->version, amendment->expected_version),
				errhint("Read it again and repeat the call with its present version."));
	ag_freeze_require_transition(freeze, AG_FREEZE_AMEND, at);

	/* 2. What would it be, and who may decide that? */
	if (amendment->facts != NULL && !ag_freeze_facts_suffice(amendment->facts))
		ereport(ERROR, ag_errcode(AG_ERR_REASON_REQUIRED),
				errmsg("the facts of the new version are too short"),
				errhint("Facts need at least " INT64_FORMAT " characters.",
						ag_policy_setting(AG_SETTING_STATEMENT_MIN)));
	new = amended(freeze, kind, amendment, at);
	harsher = is_harsher(freeze, new);
	version.decision_automated = ag_freeze_is_automated(actor, kind, &order);
	if (harsher)
		version.proposal = check_harsher(account, actor, kind, new, amendment,
										 version.decision_automated, at);
	if (is_milder(freeze, new))
		check_milder(account, actor, freeze, kind, amendment);
	if (!harsher && !is_milder(freeze, new))
	{
		if (amendment->facts == NULL && amendment->evidence == NULL &&
			amendment->legal_reference == NULL)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("nothing would change"));
		ag_freeze_require_impose_role(actor, kind);
	}

	/* 3. The version, and the record. */
	version.issued_by = actor->person;
	version.issued_role = actor->role;
	version.starts_at = new->starts_at;
	version.ends_at = new->ends_at;
	version.denies = new->denies;
	version.facts = amendment->facts;
	version.legal_reference = amendment->legal_reference;
	version.evidence = amendment->evidence;
	version.change_note = amendment->note;
	if (version.proposal)
		ag_freeze_observe_proposing(account, actor, freeze, AG_FREEZE_AMEND, at);
	ag_freeze_store_insert_version(freeze, freeze->terms, &version);
	if (!version.proposal)
	{
		put_in_force(account, actor, freeze, new, kind, &version, harsher, at);
		return version.version;
	}
	ag_freeze_store_propose_amendment(freeze, &version,
									  at + ag_policy_setting(AG_SETTING_PROPOSAL_LIFE) * USECS_PER_SEC);
	new->version = version.version;
	ag_account_emit(account, AG_ACTION_FREEZE_AMENDMENT_PROPOSED, amendment->note, NULL,
					ag_freeze_fields(freeze, at), ag_freeze_fields(new, at));
	return version.version;
}

/* The milder terms of a reduction, or its error. */
static AgFreeze *
reduced(const AgFreeze *freeze, const AgKind *kind, const AgFreezeAmendment *amendment,
		TimestampTz at)
{
	AgFreeze   *new = amended(freeze, kind, amendment, at);

	if (is_harsher(freeze, new) || !is_milder(freeze, new))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("the new terms are not milder"),
				errdetail("They may leave out capabilities and end earlier, and must do one of it."));
	return new;
}

/*
 * What is left of a reduction that was found possible some time ago: the freeze may have
 * become milder since.  Ends no earlier than it starts.
 */
static AgFreeze *
still_reduced(const AgFreeze *freeze, const AgKind *kind, const AgFreezeAmendment *amendment)
{
	AgFreeze   *new = palloc(sizeof(AgFreeze));
	AgFreezeOrder order = AG_FREEZE_ORDER_INIT;

	*new = *freeze;
	order.capabilities = amendment->capabilities;
	if (amendment->capabilities != NULL)
		new->denies = freeze->denies & ag_freeze_order_mask(kind, &order);
	if (amendment->ends_given)
		new->ends_at = Min(freeze->ends_at, amendment->ends_at);
	return new;
}

void
ag_freeze_check_reduction(const AgFreeze *freeze, const AgFreezeAmendment *amendment, TimestampTz at)
{
	(void) reduced(freeze, ag_policy_kind_version(freeze->kind, freeze->kind_version), amendment, at);
}

/* Does nothing if nothing is left to reduce; ends the freeze if nothing of it is left. */
void
ag_freeze_reduce(AgAccount *account, const AgActor *actor, AgFreeze *freeze,
				 const AgFreezeAmendment *amendment, TimestampTz at)
{
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	AgFreezeVersion version = {.version = freeze->version + 1, .issued_at = at};
	AgFreeze   *new = still_reduced(freeze, kind, amendment);

	if (ag_freeze_state(freeze, at) == AG_FREEZE_ENDED || !is_milder(freeze, new))
		return;
	if (new->denies == 0 || new->ends_at <= Max(at, freeze->starts_at))
	{
		ag_freeze_end_now(account, actor, freeze,
						  ag_freeze_state(freeze, at) == AG_FREEZE_SCHEDULED ?
						  AG_FREEZE_CANCEL : AG_FREEZE_REDUCE, amendment->note, at);
		return;
	}
	if (ag_freeze_end_stay(account, actor, freeze->no, DT_NOBEGIN, amendment->note, at))
	{
		*freeze = *ag_freeze_load(account->account_id, freeze->no);
		new = still_reduced(freeze, kind, amendment);
	}
	version.issued_by = actor->person;
	version.issued_role = actor->role;
	version.starts_at = new->starts_at;
	version.ends_at = new->ends_at;
	version.denies = new->denies;
	version.change_note = amendment->note;
	ag_freeze_store_insert_version(freeze, freeze->terms, &version);
	put_in_force(account, actor, freeze, new, kind, &version, false, at);
	*freeze = *new;
}

/* The second person agrees with a pending amendment; the caller has asked for his role. */
void
ag_freeze_confirm_amendment(AgAccount *account, const AgActor *actor, AgFreeze *freeze,
							TimestampTz at)
{
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	AgFreeze   *new = ag_freeze_store_version(freeze, freeze->amendment);
	AgFreezeVersion version = {.version = freeze->version + 1, .issued_at = at};
	AgFreeze	decision;

	ag_freeze_require_transition(freeze, AG_FREEZE_AMEND, at);
	ag_freeze_require_other_person(freeze, actor, freeze->amendment_by, "amended");
	decision = *new;
	decision.automated = false;
	decision.ladder_score = 0;
	ag_freeze_require_target(account, actor, kind, &decision, at);
	if (ag_freeze_state(freeze, at) == AG_FREEZE_ACTIVE)
		new->starts_at = freeze->starts_at;
	else
		new->starts_at = Max(new->starts_at, at);
	if (new->ends_at <= at)
		ereport(ERROR, ag_errcode(AG_ERR_NOT_APPROVABLE),
				errmsg("the proposed end has passed"),
				errhint("Propose it again."));

	version.approved_by = actor->person;
	version.starts_at = new->starts_at;
	version.ends_at = new->ends_at;
	version.denies = new->denies;
	ag_freeze_store_insert_version(freeze, freeze->amendment, &version);
	put_in_force(account, actor, freeze, new, kind, &version, true, at);
	*freeze = *new;
}
