/*-------------------------------------------------------------------------
 *
 * appeal_ticket.c
 *		Tickets for people who cannot log in.
 *
 * A ticket is good for one appeal against one freeze, and for following that appeal.
 * Two members of staff issue it, or a service that has verified the person.
 *
 * Locks: the caller holds the account's.  Table: appeal_ticket.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"

/* Is it the freeze of the ticket, or one that took its place and that the user knows of? */
static bool
leads_to(int64 account_id, int from, int to)
{
	while (from != to && from != 0)
		from = ag_freeze_load(account_id, from)->replaced_by;
	return from != 0 && ag_freeze_known(ag_freeze_load(account_id, from));
}

int
ag_appeal_ticket_find(int64 account_id, const char *token, int freeze_no, int appeal_no,
					  TimestampTz at)
{
	uint8		hash[AG_SHA256_SIZE];
	AgAppealTicket ticket;
	AgAppeal   *appeal;

	ag_home_require();			/* it may have been used up elsewhere since */
	ag_ticket_hash(token, hash);
	if (!ag_appeal_ticket_store_find(account_id, hash, &ticket))
		return 0;
	if (appeal_no == 0)
		return ticket.appeal_no == 0 && at < ticket.expires_at &&
			leads_to(account_id, ticket.freeze_no, freeze_no) ? ticket.no : 0;
	appeal = ag_appeal_store_read(account_id, appeal_no);
	return appeal != NULL && appeal->ticket == ticket.no ? ticket.no : 0;
}

void
ag_appeal_ticket_use(int64 account_id, int no, int appeal_no, TimestampTz at)
{
	ag_appeal_ticket_store_use(account_id, no, appeal_no, at);
}

static void
emit(AgAccount *account, AgAction action, const AgAppealTicket *ticket)
{
	AgFields   *after = ag_fields_new();

	ag_field_int(after, "ticket", ticket->no);
	ag_field_int(after, "freeze", ticket->freeze_no);
	ag_field_text(after, "method", ticket->method);
	ag_field_time(after, "expires_at", ticket->expires_at);
	ag_account_emit(account, action, ticket->reference, NULL, NULL, after);
}

/* A ticket in memory, as far as it is known before it is issued. */
static AgAppealTicket
new_ticket(AgAccount *account, const AgActor *actor, int freeze_no, const char *reference,
		   const char *method, TimestampTz at)
{
	AgAppealTicket ticket = {
		.no = ag_account_next_child(account),
		.freeze_no = freeze_no,
		.reference = reference,
		.method = method,
		.proposed_at = at,
		.proposed_by = method == NULL ? actor->person : NULL,
		.proposed_until = ag_time_plus(at, ag_policy_setting(AG_SETTING_PROPOSAL_LIFE)),
		.expires_at = DT_NOEND
	};

	ag_appeal_ticket_store_insert(account->account_id, &ticket);
	return ticket;
}

static char *
issue(AgAccount *account, const AgActor *actor, AgAppealTicket *ticket, TimestampTz at)
{
	char	   *token = ag_ticket_token(account->account_id);
	uint8		hash[AG_SHA256_SIZE];

	ag_ticket_hash(token, hash);
	ticket->expires_at = ag_time_plus(at, ag_policy_setting(AG_SETTING_APPEAL_TICKET_LIFE));
	ag_appeal_ticket_store_issue(account->account_id, ticket, actor->person, hash, at);
	emit(account, AG_ACTION_APPEAL_TICKET_ISSUED, ticket);
	return token;
}

char *
ag_appeal_ticket_issue(AgAccount *account, const AgActor *actor, int freeze_no,
					   const char *reference, const char *method, TimestampTz at,
					   TimestampTz *expires_at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, freeze_no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	AgAppealTicket ticket;
	char	   *token;

	*expires_at = DT_NOEND;
	if (method == NULL)
		ag_freeze_require_other_account(account, actor, kind);
	if (method == NULL &&
		!ag_appeal_ticket_store_proposed(account->account_id, freeze_no, reference, at, &ticket))
	{
		ticket = new_ticket(account, actor, freeze_no, reference, NULL, at);
		emit(account, AG_ACTION_APPEAL_TICKET_PROPOSED, &ticket);
		return NULL;
	}
	if (method != NULL)
		ticket = new_ticket(account, actor, freeze_no, reference, method, at);
	else if (strcmp(ticket.proposed_by, actor->person) == 0)
		ereport(ERROR, ag_errcode(AG_ERR_FOUR_EYES),
				errmsg("\"%s\" asked for the ticket", actor->person),
				errhint("Another person has to issue it; two roles of one person are one person."));
	token = issue(account, actor, &ticket, at);
	*expires_at = ticket.expires_at;
	return token;
}
