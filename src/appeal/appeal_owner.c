/*-------------------------------------------------------------------------
 *
 * appeal_owner.c
 *		What the user does with his appeal: adding to it (P5), taking it back (P9).
 *
 * The user acts through the application (acctguard_app), which knows who is logged
 * in; for somebody who cannot log in it passes his ticket, which is good for one
 * freeze and the one appeal filed with it.
 *
 * Locks: the caller holds the account's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"

/*
 * UG209 unless this is the owner's side.  appeal_no 0: an appeal is to be filed.
 * freeze_no 0: any freeze.
 */
void
ag_appeal_require_owner(AgAccount *account, const AgActor *actor, const char *ticket,
						int freeze_no, int appeal_no, TimestampTz at)
{
	if (!(actor->roles & AG_ROLE_APP))
		ereport(ERROR, ag_errcode(AG_ERR_NOT_OWNER),
				errmsg("role \"%s\" does not act for the owner of an account", actor->role),
				errdetail("The application does, as a member of acctguard_app."),
				errhint("Staff issues tickets with acctguard.appeal_ticket_issue()."));
	if (ticket != NULL &&
		ag_appeal_ticket_find(account->account_id, ticket, freeze_no, appeal_no, at) == 0)
		ereport(ERROR, ag_errcode(AG_ERR_NOT_OWNER),
				errmsg("the ticket is not good for this"),
				errdetail("It is unknown, used, over, or for another freeze."),
				errhint("Log in, or ask the support for a ticket."));
}

/* A stolen session must not take an appeal back. */
void
ag_appeal_require_proof(const AgAccount *account, const char *proof, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, ag_freeze_list(account->account_id))
	{
		AgFreeze   *freeze = lfirst(cell);
		const AgReason *reason = ag_policy_reason(freeze->reason);

		if (ag_freeze_state(freeze, at) == AG_FREEZE_ACTIVE && ag_freeze_known(freeze) && reason != NULL &&
			!ag_money_wait_is(freeze) && strcmp(reason->category, "security") == 0)
			ag_freeze_check_proof(freeze, proof, at);
	}
}

/* UG207 while appeal.supplement is refused; no kind that is delivered does. */
static void
require_allowed(const AgAccount *account, TimestampTz at)
{
	uint64		supplement = UINT64CONST(1) << ag_policy_capability_bit("appeal.supplement");
	AgVerdict	verdict = {0};

	ag_standing_probe(account->account_id, supplement, at, NULL, &verdict);
	if (verdict.denied & supplement)
		ereport(ERROR, ag_errcode(AG_ERR_APPEAL_SUSPENDED),
				errmsg("account " INT64_FORMAT " may not add to its appeal now", account->account_id),
				errhint("See acctguard.account_status(account_id) for how long."));
}

/* UG201 unless the user can add something to the case now. */
void
ag_appeal_require_supplement(const AgAccount *account, const AgAppeal *appeal, TimestampTz at)
{
	ag_appeal_require(appeal, AG_APPEAL_SUPPLEMENT, at);
	require_allowed(account, at);
}

void
ag_appeal_supplement(AgAccount *account, const AgActor *actor, AgAppeal *appeal, const char *text,
					 TimestampTz at)
{
	int			most = (int) ag_policy_setting(AG_SETTING_APPEAL_ITEMS);
	int			count;

	if (text !=NULL && text[strspn(text, " \t\r\n")] == '\0')
		text = NULL;

	ag_appeal_require_supplement(account, appeal, at);
	count = ag_appeal_store_count_steps(account->account_id, appeal->no, "supplement");
	if (text !=NULL && count >= most)
		ereport(ERROR, ag_errcode(AG_ERR_MATERIAL_LIMIT),
				errmsg("case %d takes no more supplements", appeal->no),
				errdetail("It has %d.", count));
	if (text == NULL && ag_appeal_state(appeal, at) != AG_APPEAL_AWAITING)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("statement must not be empty"),
				errdetail("Only an answer to what was asked for may consist of material alone."));
	if (ag_appeal_state(appeal, at) == AG_APPEAL_AWAITING)
		ag_appeal_stop_waiting(appeal, at);
	ag_appeal_write(account, appeal, actor, "supplement", NULL, text, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_SUPPLEMENTED, appeal, at);
}

/* An appeal ends; a review that was open anyway goes on without it. */
void
ag_appeal_withdraw(AgAccount *account, const AgActor *actor, AgAppeal *appeal, TimestampTz at)
{
	bool		review = !ag_appeal_lapses(appeal);

	ag_appeal_require(appeal, review ? AG_APPEAL_RETRACT : AG_APPEAL_WITHDRAW, at);
	if (!ag_appeal_is_heard(appeal))
		ereport(ERROR, ag_errcode(AG_ERR_APPEAL_STATE),
				errmsg("case %d is no appeal of the user", appeal->no),
				errdetail("There is nothing to take back."));
	if (review)
	{
		appeal->retracted_at = at;
		if (ag_appeal_state(appeal, at) == AG_APPEAL_AWAITING)
			ag_appeal_stop_waiting(appeal, at);
	}
	else
		ag_appeal_close(appeal, "withdrawn", actor->person, at);
	ag_appeal_write(account, appeal, actor, "withdraw", NULL, NULL, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_WITHDRAWN, appeal, at);
	if (review)
		return;
	(void) ag_freeze_end_stay(account, actor, appeal->freeze_no, appeal->opened_at,
							  psprintf("case %d was withdrawn", appeal->no), at);
	ag_appeal_open_missing(account, actor, appeal->freeze_no, at);
}
