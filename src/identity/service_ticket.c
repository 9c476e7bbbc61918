/*-------------------------------------------------------------------------
 *
 * service_ticket.c
 *		Two persons of the service have checked who somebody is.
 *
 * A ticket is for one account and good for one claim: it is worth what policy says of
 * the method service_ticket, once, and for a day.  It sets no password and opens
 * nothing by itself; the owner is told over every channel when it is issued.
 *
 * Locks: the caller holds the account's.  Table: service_ticket; the ledger by events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "dormancy/dormancy.h"
#include "identity/identity.h"
#include "policy/policy.h"

#define TICKET_LIFE SECS_PER_DAY

static void
emit(AgAccount *account, AgAction action, const AgServiceTicket *ticket)
{
	AgFields   *after = ag_fields_new();

	ag_field_int(after, "ticket", ticket->no);
	ag_field_time(after, "expires_at", ticket->expires_at);
	ag_account_emit(account, action, ticket->reference, NULL, NULL, after);
}

/* Nobody vouches for the account that is his own. */
static void
require_other_account(const AgAccount *account, const AgActor *actor)
{
	if (account->person != NULL && strcmp(account->person, actor->person) == 0)
		ereport(ERROR, ag_errcode(AG_ERR_FOUR_EYES),
				errmsg("account " INT64_FORMAT " is the account of \"%s\"", account->account_id,
					   actor->person),
				errhint("Somebody else has to do it."));
}

char *
ag_service_ticket_issue(AgAccount *account, const AgActor *actor, const char *reference,
						TimestampTz at, TimestampTz *expires_at)
{
	AgServiceTicket ticket;
	uint8		hash[AG_SHA256_SIZE];
	char	   *token;

	*expires_at = DT_NOEND;
	require_other_account(account, actor);
	if (!ag_service_ticket_store_proposed(account->account_id, reference, at, &ticket))
	{
		memset(&ticket, 0, sizeof(ticket));
		ticket.no = ag_account_next_child(account);
		ticket.reference = reference;
		ticket.expires_at = DT_NOEND;
		ag_service_ticket_store_insert(account->account_id, &ticket, actor->person, at,
									   ag_time_plus(at, ag_policy_setting(AG_SETTING_PROPOSAL_LIFE)));
		emit(account, AG_ACTION_SERVICE_TICKET_PROPOSED, &ticket);
		return NULL;
	}
	if (strcmp(ticket.proposed_by, actor->person) == 0)
		ereport(ERROR, ag_errcode(AG_ERR_FOUR_EYES),
				errmsg("\"%s\" asked for the ticket", actor->person),
				errhint("Another person has to issue it; two roles of one person are one person."));
	token = ag_ticket_token(account->account_id);
	ag_ticket_hash(token, hash);
	*expires_at = ticket.expires_at = ag_time_plus(at, TICKET_LIFE);
	ag_service_ticket_store_issue(account->account_id, &ticket, actor->person, hash, at);
	emit(account, AG_ACTION_SERVICE_TICKET_ISSUED, &ticket);
	return token;
}

/* Use a ticket of a locked account up; false: it is not good. */
static bool
use_ticket(AgAccount *account, const char *token, TimestampTz at)
{
	AgServiceTicket ticket;
	uint8		hash[AG_SHA256_SIZE];

	ag_home_require();			/* it may have been used up elsewhere since */
	memset(&ticket, 0, sizeof(ticket));
	ag_ticket_hash(token, hash);
	if (!ag_service_ticket_store_use(account->account_id, hash, at, &ticket))
		return false;
	emit(account, AG_ACTION_SERVICE_TICKET_USED, &ticket);
	return true;
}

/*
 * Whoever comes back to an account that was silent for long, with what he has shown: the
 * gate that the account demands decides.  A ticket that is not good, or does not lead
 * through it, is not used up.
 */
bool
ag_account_return(AgAccount *account, const char *token, TimestampTz at, AgAssurance *assurance)
{
	AgClaimant	claimant = {.way = AG_WAY_CLAIM, .shown = AG_METHOD_BIT(AG_METHOD_SERVICE_TICKET)};

	ag_gate_judge(account, &claimant, at, assurance);
	if (!assurance->passed || !use_ticket(account, token, at))
		return false;
	ag_dormancy_return(account, AG_RETURN_GATE, at);
	return true;
}
