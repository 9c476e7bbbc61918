/*-------------------------------------------------------------------------
 *
 * identity.h
 *		Is the claimant the owner of the account?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_IDENTITY_H
#define AG_IDENTITY_H

#include "identity/assurance.h"

/*
 * assurance.c
 */

/* Somebody who says that an account is his, and what the caller has verified of him. */
typedef struct AgClaimant
{
	AgClaimWay	way;
	const char *device;			/* handle; NULL = none */
	bool		device_signed;	/* ... which has signed its challenge, just now or to open its
								 * session */
	bool		anomalous;		/* a login unlike the owner's */
	uint32		shown;			/* AG_METHOD_BIT of what he has shown */
} AgClaimant;

/*
 * The user of a session whose act has to pass a gate: what the session's last step-up
 * showed.  Not a code to a number, which is shown in a flow, and counts by what is known
 * of that number now.
 */
extern void ag_claimant_of_session(const AgActing *acting, AgClaimant *claimant);

/* Policy as the rules take it. */
extern void ag_assurance_terms(AgAssuranceTerms *terms);

/*
 * Which gate the claimant has to reach, how far he has come, and what is next.  A flow
 * asks after each proof, and with the account locked before it lets him in.  Whoever
 * passes on a protected account has come back: ag_dormancy_return().
 */
extern void ag_gate_judge(const AgAccount *account, const AgClaimant *claimant, TimestampTz at,
						  AgAssurance *assurance);

/*
 * The user of a session shows a code to his number: is he the account's owner?  A step-up
 * says so; but where it is confirmed that the number is somebody else's, or the account is
 * protected, no less than is demanded of whoever says that the account is his: else a
 * password and a code, which its next holder may have, would end what stands against him.
 * Whoever passes has come back: ag_money_wait_return().
 */
extern bool ag_gate_judge_proof(const AgActing *acting, AgAssurance *assurance);

/*
 * service_ticket.c
 */
typedef struct AgServiceTicket
{
	int			no;
	const char *reference;
	const char *proposed_by;
	TimestampTz expires_at;		/* DT_NOEND = not issued yet */
} AgServiceTicket;

/*
 * The first person proposes a ticket (NULL), the second issues it (the token, palloc'd).
 * UG113: the same person, or his own account.
 */
extern char *ag_service_ticket_issue(AgAccount *account, const AgActor *actor, const char *reference,
									 TimestampTz at, TimestampTz *expires_at);

/* Back into an account by a ticket alone: judged, used up, and its protection ended. */
extern bool ag_account_return(AgAccount *account, const char *token, TimestampTz at,
							  AgAssurance *assurance);

/*
 * service_ticket_store.c
 */
extern AgStatementTable service_ticket_statements;

extern void ag_service_ticket_store_insert(int64 account_id, const AgServiceTicket *ticket,
										   const char *person, TimestampTz at, TimestampTz until);
extern bool ag_service_ticket_store_proposed(int64 account_id, const char *reference, TimestampTz at,
											 AgServiceTicket *ticket);
extern void ag_service_ticket_store_issue(int64 account_id, const AgServiceTicket *ticket,
										  const char *person, const uint8 hash[AG_SHA256_SIZE],
										  TimestampTz at);
extern bool ag_service_ticket_store_use(int64 account_id, const uint8 hash[AG_SHA256_SIZE],
										TimestampTz at, AgServiceTicket *ticket);

#endif							/* AG_IDENTITY_H */
