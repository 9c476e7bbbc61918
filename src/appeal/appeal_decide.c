/*-------------------------------------------------------------------------
 *
 * appeal_decide.c
 *		Deciding (P7), the second reviewer (P8), and what a decision does.
 *
 * A decision about a freeze of everything, or with many points at stake, waits for the
 * signature of another independent reviewer, whichever way it goes.  What it does
 * happens in the transaction that makes it final:
 *
 *	granted				the freeze is annulled: strikes, probation, ladder
 *	partially_granted	the freeze ends, or gets milder terms
 *	denied, dismissed	it stands
 *
 * Whatever is left of the freeze applies again: a stay was for the time of the review.
 *
 * The case is closed before the freeze is touched, so that it is not taken for one
 * that the freeze's end leaves without object.
 *
 * Locks: the caller holds the account's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"

static bool
is(const AgAppeal *appeal, const char *decision)
{
	return strcmp(appeal->decision, decision) == 0;
}

/* Does the decision about this freeze need two reviewers? */
bool
ag_appeal_needs_signature(const AgFreeze *freeze, const AgKind *kind, TimestampTz at)
{
	return ag_freeze_is_total(freeze, kind) ||
		ag_strike_points(freeze->account_id, freeze->no, at) >=
		Max(ag_policy_setting(AG_SETTING_SIGNOFF_POINTS), 1);
}

/* UG218: a program, which says so itself or has no role of people who review this case, only grants. */
static void
require_human(const AgActor *actor, const AgAppeal *appeal, const AgAppealDecision *decision,
			  TimestampTz at)
{
	if ((decision->automated || !ag_appeal_by_person(actor, appeal, at)) &&
		strcmp(decision->decision, "granted") != 0)
		ereport(ERROR, ag_errcode(AG_ERR_HUMAN_REQUIRED),
				errmsg("a program may grant and decide nothing else"),
				errhint("Leave the case to a reviewer."));
}

/* What has to fit together, before anything is looked up. */
void
ag_appeal_check_decision(const AgAppealDecision *decision)
{
	bool		partial = strcmp(decision->decision, "partially_granted") == 0;
	bool		granted = strcmp(decision->decision, "granted") == 0;
	bool		dismissed = strcmp(decision->decision, "dismissed") == 0;
	bool		terms = decision->ends_at != DT_NOEND || decision->capabilities != NULL;

	if (!partial && !granted && !dismissed && strcmp(decision->decision, "denied") != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("decision must be granted, partially_granted, denied or dismissed"));
	if (partial != (terms || decision->end))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("a partial grant, and no other decision, says what is left of the freeze"),
				errhint("Pass ends_at, capabilities, or end_freeze."));
	if (decision->end && terms)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("a freeze that ends has no further terms"));
	if (decision->unfounded && !dismissed)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("what is manifestly unfounded is dismissed"));
	if (decision->reason == NULL || decision->reason[strspn(decision->reason, " \t\r\n")] == '\0')
		ereport(ERROR, ag_errcode(AG_ERR_DECISION_REASON),
				errmsg("a decision needs reasons"),
				errhint("Write the reasons, as the user will read them."));
}

/*
 * The freeze can be reduced only while it has something left.  Asked when it is decided:
 * a signature always concludes, whatever has become of the freeze meanwhile.
 */
static void
require_reducible(const AgFreeze *freeze, const AgAppealDecision *decision, TimestampTz at)
{
	AgFreezeState state = ag_freeze_state(freeze, at);
	AgFreezeAmendment amendment = {
		.ends_given = decision->ends_at != DT_NOEND,
		.ends_at = decision->ends_at,
		.capabilities = decision->capabilities
	};

	if (state == AG_FREEZE_ENDED)
		ereport(ERROR, ag_errcode(AG_ERR_FREEZE_STATE),
				errmsg("freeze %d has ended", freeze->no),
				errdetail("Nothing of it can be reduced."),
				errhint("Grant the appeal, or deny it."));
	if (state == AG_FREEZE_SCHEDULED && decision->end)
		ereport(ERROR, ag_errcode(AG_ERR_FREEZE_STATE),
				errmsg("freeze %d has not started", freeze->no),
				errhint("Grant the appeal, or give the freeze milder terms."));
	if (decision->ends_at != DT_NOEND && decision->ends_at <= at)
		ereport(ERROR, ag_errcode(AG_ERR_DURATION),
				errmsg("the new end lies in the past"),
				errhint("Pass end_freeze to end it now."));
	if (!decision->end)
		ag_freeze_check_reduction(freeze, &amendment, at);
}

/* What follows from a partial grant for the freeze, as far as it has not ended meanwhile. */
static void
reduce(AgAccount *account, const AgActor *actor, const AgAppeal *appeal, AgFreeze *freeze,
	   const char *note, TimestampTz at)
{
	AgFreezeAmendment amendment = {.note = note};
	AgFreezeState state = ag_freeze_state(freeze, at);

	if (state == AG_FREEZE_ENDED)
		return;
	if (appeal->terms_end)
	{
		ag_freeze_end_now(account, actor, freeze, state == AG_FREEZE_SCHEDULED ?
						  AG_FREEZE_CANCEL : AG_FREEZE_REDUCE, note, at);
		return;
	}
	amendment.ends_given = appeal->terms_ends_at != DT_NOEND;
	amendment.ends_at = appeal->terms_ends_at;
	amendment.capabilities = appeal->terms_capabilities;
	ag_freeze_reduce(account, actor, freeze, &amendment, at);
}

/* The decision is final: close the case and do what it says. */
static void
conclude(AgAccount *account, const AgActor *actor, AgAppeal *appeal, const char *what,
		 const char *body, TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, appeal->freeze_no);
	char	   *note = psprintf("case %d: %s", appeal->no, appeal->decision);

	ag_appeal_close(appeal, appeal->decision, actor->person, at);
	ag_appeal_write(account, appeal, actor, what, appeal->decision, body, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_DECIDED, appeal, at);
	if (is(appeal, "granted"))
		ag_freeze_vacate(account, actor, freeze, note, at);
	else if (is(appeal, "partially_granted"))
		reduce(account, actor, appeal, freeze, note, at);
	(void) ag_freeze_end_stay(account, actor, appeal->freeze_no, DT_NOBEGIN, note, at);
}

static void
put_decision(AgAppeal *appeal, const AgActor *actor, const AgAppealDecision *decision,
			 TimestampTz at)
{
	appeal->decided_automated = decision->automated || !ag_appeal_by_person(actor, appeal, at);
	appeal->decision = pstrdup(decision->decision);
	appeal->decided_at = at;
	appeal->decided_by = pstrdup(actor->person);
	appeal->decided_role = pstrdup(actor->role);
	appeal->unfounded = decision->unfounded;
	appeal->terms_end = decision->end;
	appeal->terms_ends_at = decision->ends_at;
	appeal->terms_capabilities = decision->capabilities;
	ag_appeal_drop_claim(appeal);
}

void
ag_appeal_decide(AgAccount *account, const AgActor *actor, AgAppeal *appeal,
				 const AgAppealDecision *decision, TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, appeal->freeze_no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);

	ag_appeal_require_claimer(appeal, actor, at);
	ag_appeal_require(appeal, AG_APPEAL_DECIDE, at);
	if (decision->expected_version != 0 && decision->expected_version != appeal->read_version)
		ereport(ERROR, ag_errcode(AG_ERR_APPEAL_STALE),
				errmsg("case %d has changed since it was read", appeal->no),
				errdetail("Its version is %d, not %d.", appeal->read_version, decision->expected_version),
				errhint("Read it again and repeat the call with its present version."));
	ag_appeal_require_reviewer(account, actor, appeal, at);
	require_human(actor, appeal, decision, at);
	if (strcmp(decision->decision, "partially_granted") == 0)
		require_reducible(freeze, decision, at);

	put_decision(appeal, actor, decision, at);
	if (!ag_appeal_needs_signature(freeze, kind, at))
	{
		conclude(account, actor, appeal, "decide", decision->reason, at);
		return;
	}
	appeal->sign_until = ag_time_plus(at, ag_policy_setting(AG_SETTING_SIGNOFF_TIME));
	ag_appeal_write(account, appeal, actor, "decide", appeal->decision, decision->reason, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_DECISION_PROPOSED, appeal, at);
}

/* UG219 for whoever decided, UG211 while somebody else reads it to sign; else as for every reviewer. */
static void
require_signer(const AgAccount *account, const AgActor *actor, const AgAppeal *appeal,
			   TimestampTz at)
{
	ag_appeal_require_second(appeal, actor);
	ag_appeal_require_reviewer(account, actor, appeal, at);
	if (ag_appeal_is_held(appeal, at) && strcmp(appeal->claimed_by, actor->person) != 0)
		ag_appeal_refuse_held(appeal);
}

/* Who decided may have turned out to be the user himself since. */
static void
require_independent_decision(const AgAccount *account, const AgAppeal *appeal, TimestampTz at)
{
	ArrayType  *parties = ag_appeal_store_parties(account->account_id, appeal->freeze_no, appeal->no,
												  appeal->parties);

	if (ag_appeal_store_is_party(parties, appeal->decided_by))
		ereport(ERROR, ag_errcode(AG_ERR_NOT_INDEPENDENT),
				errmsg("\"%s\", who decided case %d, took part in what it is about", appeal->decided_by,
					   appeal->no),
				ag_appeal_is_held(appeal, at) ?
				errhint("Give the case back with acctguard.appeal_release(), claim it and decide it.") :
				errhint("Claim the case and decide it."));
}

void
ag_appeal_sign(AgAccount *account, const AgActor *actor, AgAppeal *appeal, TimestampTz at)
{
	ag_appeal_require(appeal, AG_APPEAL_SIGN, at);
	require_signer(account, actor, appeal, at);
	require_independent_decision(account, appeal, at);
	ag_appeal_drop_claim(appeal);
	appeal->signed_at = at;
	appeal->signed_by = pstrdup(actor->person);
	appeal->signed_role = pstrdup(actor->role);
	conclude(account, actor, appeal, "sign", NULL, at);
}

/* Back to the queue; what was decided stays in its steps. */
void
ag_appeal_refuse_sign(AgAccount *account, const AgActor *actor, AgAppeal *appeal,
					  const char *reason, TimestampTz at)
{
	char	   *decision;

	ag_appeal_require(appeal, AG_APPEAL_REFUSE, at);
	require_signer(account, actor, appeal, at);
	ag_appeal_drop_claim(appeal);
	decision = appeal->decision;
	ag_appeal_drop_decision(appeal);
	ag_appeal_write(account, appeal, actor, "refuse", decision, reason, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_SIGN_REFUSED, appeal, at);
}
