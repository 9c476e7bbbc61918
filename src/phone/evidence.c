/*-------------------------------------------------------------------------
 *
 * evidence.c
 *		What is known of the reassignment of a binding's number.
 *
 * Nothing is stored but what was said; the judgment is made anew each time, from
 * that, from the last proof, and from the clock.
 *
 * No locks.  Tables: number_event, number_provider.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "phone/evidence.h"

/* A binding whose owner never proved it is as old as the binding itself. */
void
ag_evidence_of(const AgPhoneBinding *binding, TimestampTz at, AgEvidence *evidence)
{
	AgEvidenceTerms terms = {
		.answer_age = ag_policy_setting(AG_SETTING_ANSWER_AGE),
		.sim_risk = ag_policy_setting(AG_SETTING_SIM_RISK)
	};
	TimestampTz proof_at = binding->last_owner_proof_at;
	AgNumberEvent *events;
	int			count = ag_evidence_store_events(binding->number_id, &events);

	ag_evidence_judge(events, count, proof_at != DT_NOEND ? proof_at : binding->bound_at, at, &terms,
					  evidence);
}
