/*-------------------------------------------------------------------------
 *
 * register_transfer.c
 *		A number changes hands, in one transaction or not at all.
 *
 * The ten steps: (1) number locked, epoch compared, (2) proof consumed, (3) decided on
 * present data; by the caller.  Here (4) the old account's binding ends, (5) what it
 * owes to the number alone ends with it, (6) everything else stays with it, (7) the
 * new account gets the number, (8) nobody trusts the number any more, (9) ledger and
 * notices.  (10) commits.
 *
 * Step 5 undoes trust laundering: whoever has a number for a day can enrol a device
 * with codes to it, and come back with the device when the number is gone.
 *
 * Locks: everything is locked by the caller.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lifecycle/lifecycle.h"
#include "outbox/outbox.h"
#include "register/register.h"
#include "session/session.h"

#define WHY "the number has a new holder"

/* Flows of the old account that a code to the number may have opened. */
#define DERIVED_FLOWS \
	(AG_FLOW_IS(AG_FLOW_FOR_RESET) | AG_FLOW_IS(AG_FLOW_FOR_REBIND) | AG_FLOW_IS(AG_FLOW_FOR_UNBIND) | \
	 AG_FLOW_IS(AG_FLOW_FOR_RECONFIRM))

/* Step 5. */
static void
revoke_derived(const AgTransfer *transfer, TimestampTz since, AgFields *told)
{
	const AgRegisterCase *c = transfer->c;
	int			flows = ag_flow_void(c->number->number_id, 0, ~AG_FLOW_IS(AG_FLOW_FOR_REGISTER),
									 transfer->flow, WHY);

	flows += ag_flow_void(0, c->holder->account_id, DERIVED_FLOWS, transfer->flow, WHY);
	ag_field_int(told, "flows", flows);
	ag_field_int(told, "devices", ag_device_distrust(c->holder, since, WHY));
}

/* Steps 4 to 6. */
static void
take_away(const AgTransfer *transfer)
{
	AgRegisterCase *c = transfer->c;
	bool		shell = transfer->rule->effect == AG_EFFECT_REMOVE;
	TimestampTz since = ag_evidence_since(c->binding);
	AgFields   *told = ag_fields_new();
	int			contacts;

	contacts = ag_number_release(c->number, c->holder, c->binding,
								 shell ? AG_RELEASE_DELETED : AG_RELEASE_NOT_MINE, NULL, c->at);
	ag_register_stop_at(4);
	ag_field_text(told, "rule", transfer->rule->row);
	ag_field_text(told, "hint", c->number->hint);
	revoke_derived(transfer, since, told);
	ag_field_int(told, "contacts", contacts);
	ag_register_stop_at(5);
	/* A moment earlier: the newcomer's proof is younger than what it tells of. */
	(void) ag_evidence_note(c->number, AG_SIGNAL_CLAIM_COMPLETED,
							(transfer->proved_at != 0 ? transfer->proved_at : c->at) - 1, c->at);
	ag_account_emit(c->holder, AG_ACTION_NUMBER_LOST, NULL, NULL, NULL, told);
	if (shell)
		ag_account_discard(c->holder, WHY, c->at);
	ag_register_stop_at(6);
}

/* Step 7. */
static void
give(AgTransfer *transfer)
{
	AgRegisterCase *c = transfer->c;
	AgAccount  *newcomer = transfer->newcomer(transfer->arg);
	TimestampTz at = Max(c->at, ag_account_now(newcomer));
	AgBindOrder order = {
		.kind = AG_BINDING_LOGIN,
		.proofs = transfer->proofs,
		.bound_at = at,
		.effective_at = at,
		.proof_at = transfer->proved_at != 0 ? transfer->proved_at : at
	};
	AgFields   *told = ag_fields_new();

	transfer->account_id = newcomer->account_id;
	(void) ag_number_bind(c->number, newcomer, &order, at);
	ag_field_text(told, "rule", transfer->rule->row);
	ag_field_text(told, "hint", c->number->hint);
	ag_account_emit(newcomer, transfer->flow == NULL ? AG_ACTION_NUMBER_GAINED : AG_ACTION_REGISTERED,
					NULL, NULL, NULL, told);
	ag_account_save(newcomer);
	ag_register_stop_at(7);
}

/* Step 8. */
static void
end_trust(const AgRegisterCase *c)
{
	for (uint64 i = 0; i < c->trusting->count; i++)
	{
		AgAccount  *account = ag_register_account(c, ag_row_int8(c->trusting, i, 1));
		AgPhoneBinding *binding = ag_binding_require(account->account_id,
													 ag_row_int4(c->trusting, i, 2));
		AgFields   *told = ag_fields_new();

		(void) ag_number_release(c->number, account, binding, AG_RELEASE_NOT_MINE, NULL,
								 ag_account_now(account));
		ag_field_text(told, "hint", c->number->hint);
		ag_account_emit(account, AG_ACTION_TRUST_LOST, NULL, NULL, NULL, told);
		if (account != c->holder)
			ag_account_save(account);
	}
	ag_register_stop_at(8);
}

void
ag_register_transfer(AgTransfer *transfer)
{
	AgRegisterCase *c = transfer->c;

	if (c->binding != NULL)
		take_away(transfer);
	else if (c->claim != NULL)
		(void) ag_evidence_note(c->number, AG_SIGNAL_CLAIM_CLOSED, c->at, c->at);
	end_trust(c);
	if (c->binding != NULL)
		ag_account_save(c->holder);
	give(transfer);
	ag_number_save(c->number);
	ag_register_stop_at(9);
}
