/*-------------------------------------------------------------------------
 *
 * code_contact.c
 *		A mailbox is proved to be the user's: a flow about a contact of his account.
 *
 * Locks: the account, then the flow.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "flow/flow.h"

static AgFlow *
refuse_unknown(int64 account_id, int no)
{
	ereport(ERROR, ag_errcode(AG_ERR_CONTACT_UNKNOWN),
			errmsg("account " INT64_FORMAT " has no e-mail contact %d", account_id, no),
			errhint("See acctguard.contact_list(%lld).", (long long) account_id));
	return NULL;
}

AgFlow *
ag_contact_flow_open(const AgFlowOrder *order)
{
	AgChannel	channel;
	bool		verified;
	char	   *address;

	(void) ag_account_require(order->account_id);
	address = ag_contact_address(order->account_id, order->contact_no, &channel, &verified);
	if (address == NULL || channel != AG_CHANNEL_EMAIL)
		return refuse_unknown(order->account_id, order->contact_no);
	ag_wipe(address, strlen(address));
	return ag_flow_open(order);
}

AgFlowCode
ag_contact_flow_commit(const pg_uuid_t *id, AgFlow **flow)
{
	AgFlow	   *seen = ag_flow_peek(id);
	AgAccount  *account = seen == NULL || seen->account_id == 0 ? NULL : ag_account_lock(seen->account_id);
	AgFlowCode	code = ag_flow_require(id, AG_FLOW_IS(AG_FLOW_FOR_CONTACT), flow);
	TimestampTz at = ag_now();

	if (code == AG_FLOW_OK && !ag_flow_proved(*flow, "email_code", at))
		code = AG_FLOW_PROOF_REQUIRED;
	if (code == AG_FLOW_OK && !ag_contact_prove(account, (*flow)->contact_no, ag_account_now(account)))
		code = AG_FLOW_CONTACT_GONE;
	if (code == AG_FLOW_OK)
		code = ag_flow_consume(*flow, at);
	if (code != AG_FLOW_OK)
		return code;
	ag_account_save(account);
	return AG_FLOW_CONTACT_VERIFIED;
}
