/*-------------------------------------------------------------------------
 *
 * assurance.c
 *		From the records of an account to what a claim on it has to show.
 *
 * Every flow that lets somebody in, or changes what lets him in, asks here: with what he
 * has shown so far, and again at its end, because evidence may have come in between.
 *
 * Locks: none; where the answer decides, the caller has locked the number and the
 * account.  Reads account, binding, number_event, device, session; policy.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "dormancy/dormancy.h"
#include "identity/identity.h"
#include "phone/phone.h"

void
ag_assurance_terms(AgAssuranceTerms *terms)
{
	ListCell   *cell;

	memset(terms, 0, sizeof(*terms));
	foreach(cell, ag_policy_methods())
	{
		const AgMethodPolicy *policy = lfirst(cell);
		AgMethodTerms *method = &terms->method[ag_method_find(policy->method)];

		method->enabled = policy->enabled;
		method->points = policy->points;
		method->reduced = policy->reduced;
		method->least = policy->least;
		method->most = policy->most;
		method->alone = policy->alone;
	}
	foreach(cell, ag_policy_gates())
	{
		const AgGatePolicy *policy = lfirst(cell);
		AgGateTerms *gate = &terms->gate[ag_gate_find(policy->gate)];

		for (int profile = 0; profile < AG_PROFILE_COUNT; profile++)
			gate->points[profile] = policy->points[profile];
		gate->categories = policy->categories;
		gate->beyond_knowledge = policy->beyond_knowledge;
	}
	terms->quiz_most = (int) ag_policy_setting(AG_SETTING_QUIZ_MOST);
}

/* What is known of the number, as of its owner's last proof. */
static void
read_number(const AgPhoneBinding *binding, TimestampTz at, AgClaim *claim)
{
	AgEvidence	evidence;
	TimestampTz proof_at;
	int			country;

	claim->reassignment = AG_REASSIGNMENT_UNKNOWN;
	if (binding == NULL || binding->released_at != DT_NOEND)
		return;
	ag_evidence_of(binding, at, &evidence);
	ag_binding_store_signs(binding->account_id, &proof_at, &country);
	claim->has_number = true;
	claim->reassignment = evidence.reassignment;
	claim->sim_risk = evidence.sim_risk;
	claim->young_proof = ag_evidence_proof_is_young(&evidence, binding->last_owner_proof_at, at,
													ag_policy_country_floor(country));
}

/* One that came to an account while that was protected is merely seen, however long ago that was. */
static void
read_device(int64 account_id, const AgClaimant *claimant, const AgSigns *signs, TimestampTz at, AgClaim *claim)
{
	AgDevice   *device;

	if (claimant->device == NULL || !claimant->device_signed)
		return;
	device = ag_device_store_find(account_id, claimant->device);
	if (device == NULL || !device->has_key)
		return;
	claim->has_device = true;
	if (claim->protected && !ag_dormancy_knew(signs, device))
	{
		claim->device = AG_DEVICE_SEEN;
		return;
	}
	claim->device = ag_device_present_state(device, at);
	claim->device_age = Max(at - device->last_seen_at, 0) / USECS_PER_SEC;
	claim->device_days = device->used_days;
	if (device->stored == AG_DEVICE_TRUSTED && device->changed_at != DT_NOEND)
		claim->trusted_age = Max(at - device->changed_at, 0) / USECS_PER_SEC;
}

/* What the account's records say of a claim on it. */
static void
read_claim(const AgAccount *account, const AgClaimant *claimant, TimestampTz at, AgClaim *claim)
{
	AgDormancy	dormancy;

	memset(claim, 0, sizeof(*claim));
	claim->profile = ag_profile_find(account->profile);
	claim->protected = ag_dormancy_notable(account, at, &dormancy) && dormancy.protected;
	claim->anomalous = claimant->anomalous;
	claim->phone_doubtful = true;
	read_number(ag_binding_store_live(account->account_id, 0, AG_BINDING_LOGIN), at, claim);
	read_device(account->account_id, claimant, &dormancy.signs, at, claim);
}

/* What an application names as a proof, as a method. */
static AgMethod
method_of_proof(const char *proof)
{
	if (ag_proof_is_number(proof))
		return AG_METHOD_COUNT;
	if (strcmp(proof, "trusted_device") == 0)
		return AG_METHOD_DEVICE_APPROVAL;
	return strcmp(proof, "external") == 0 ? AG_METHOD_LINKED_LOGIN : ag_method_find(proof);
}

void
ag_claimant_of_session(const AgActing *acting, AgClaimant *claimant)
{
	ListCell   *cell;

	memset(claimant, 0, sizeof(*claimant));
	claimant->way = AG_WAY_SESSION;
	claimant->device = acting->device->handle;
	foreach(cell, acting->session->stepped_up_with)
	{
		AgMethod	method = method_of_proof(lfirst(cell));

		if (method != AG_METHOD_COUNT)
			claimant->shown |= AG_METHOD_BIT(method);
	}
	claimant->device_signed = (claimant->shown & AG_METHOD_BIT(AG_METHOD_DEVICE_KEY)) != 0;
}

static void
judge(const AgClaimant *claimant, const AgClaim *claim, AgAssurance *assurance)
{
	AgAssuranceTerms terms;

	ag_assurance_terms(&terms);
	ag_assurance_judge(&terms, claim, ag_gate_demanded(&terms, claim, claimant->way), claimant->shown,
					   assurance);
}

void
ag_gate_judge(const AgAccount *account, const AgClaimant *claimant, TimestampTz at,
			  AgAssurance *assurance)
{
	AgClaim		claim;

	read_claim(account, claimant, at, &claim);
	judge(claimant, &claim, assurance);
}

bool
ag_gate_judge_proof(const AgActing *acting, AgAssurance *assurance)
{
	AgClaimant	claimant;
	AgClaim		claim;

	memset(assurance, 0, sizeof(*assurance));
	if (!ag_session_fresh(acting))
		return false;
	ag_claimant_of_session(acting, &claimant);
	claimant.way = AG_WAY_CLAIM;
	read_claim(acting->account, &claimant, acting->at, &claim);
	if (!claim.protected && claim.reassignment != AG_REASSIGNMENT_CONFIRMED)
		return true;
	/* A known device opens the account together with the password, and did not. */
	if (claim.protected)
		claim.has_device = false;
	judge(&claimant, &claim, assurance);
	return assurance->passed;
}
