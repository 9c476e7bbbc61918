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

/* Policy as the rules take it. */
extern void ag_assurance_terms(AgAssuranceTerms *terms);

/* What the account's records say of a claim on it. */
extern void ag_claim_read(const AgAccount *account, const AgClaimant *claimant, TimestampTz at,
						  AgClaim *claim);

/*
 * Which gate the claimant has to reach, how far he has come, and what is next.  A flow
 * asks after each proof, and with the account locked before it lets him in.  Whoever
 * passes on a protected account has come back: ag_dormancy_return().
 */
extern void ag_gate_judge(const AgAccount *account, const AgClaimant *claimant, TimestampTz at,
						  AgAssurance *assurance);

#endif							/* AG_IDENTITY_H */
