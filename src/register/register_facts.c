/*-------------------------------------------------------------------------
 *
 * register_facts.c
 *		What decides about a number that is registered with.
 *
 * The number is locked first, then at once every account whom it may concern, by
 * ascending id; so a ban, an objection or another registrant comes before or after,
 * never in between.
 *
 * Locks: account rows; the number's row is the caller's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "dormancy/dormancy.h"
#include "freeze/freeze.h"
#include "phone/tombstone.h"
#include "register/register.h"
#include "session/session.h"

AgAccount *
ag_register_account(const AgRegisterCase *c, int64 account_id)
{
	ListCell   *cell;

	foreach(cell, c->accounts)
		if (((AgAccount *) lfirst(cell))->account_id == account_id)
		return lfirst(cell);
	elog(ERROR, "account " INT64_FORMAT " was not locked", account_id);
	return NULL;
}

bool
ag_register_load(AgRegisterCase *c, AgNumber *number, bool wait)
{
	List	   *ids = NIL;
	ListCell   *cell;

	memset(c, 0, sizeof(AgRegisterCase));
	c->number = number;
	if (number != NULL)
	{
		c->binding = ag_binding_holder(number->number_id);
		c->claim = ag_claim_store_running(number->number_id);
		c->trusting = ag_binding_store_trusting(number->number_id);
		if (c->binding != NULL)
			ids = ag_ids_add(ids, c->binding->account_id);
		if (c->claim != NULL)
			ids = ag_ids_add(ids, c->claim->claimant_id);
		for (uint64 i = 0; i < c->trusting->count; i++)
			ids = ag_ids_add(ids, ag_row_int8(c->trusting, i, 1));
	}
	foreach(cell, ids)
	{
		int64		account_id = *(int64 *) lfirst(cell);
		AgAccount  *account = wait ? ag_account_lock(account_id) : ag_account_try_lock(account_id);

		if (account == NULL)
			return false;
		c->accounts = lappend(c->accounts, account);
	}
	c->at = ag_now();
	if (c->binding != NULL)
	{
		c->holder = ag_register_account(c, c->binding->account_id);
		c->at = ag_account_now(c->holder);
		ag_evidence_of(c->binding, c->at, &c->evidence);
	}
	return true;
}

static AgRegisterHolder
holder_of(const AgRegisterCase *c)
{
	if (c->binding == NULL)
		return AG_HOLDER_NONE;
	if (c->holder->state == AG_PENDING)
		return AG_HOLDER_PENDING;
	return c->holder->state == AG_ACTIVE ? AG_HOLDER_ACTIVE : AG_HOLDER_CLOSING;
}

/*
 * Any freeze that denies something, whoever imposed it: somebody may be looking at the
 * account.  Nobody looks at one whose owner came back and waits with his money.
 */
static bool
is_frozen(const AgAccount *account, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, ag_freeze_list(account->account_id))
	{
		const AgFreeze *freeze = lfirst(cell);
		AgFreezeState state = ag_freeze_state(freeze, at);

		if ((state == AG_FREEZE_ACTIVE || state == AG_FREEZE_STAYED) && !ag_money_wait_is(freeze) &&
			strcmp(ag_policy_kind_version(freeze->kind, freeze->kind_version)->mode, "deny") == 0)
			return true;
	}
	return ag_hold_blocks(account->account_id, AG_HOLD_BLOCKS_ERASURE, at);
}

static void
read_holder(AgRegisterCase *c, AgRegisterFacts *facts)
{
	TimestampTz proof_at = c->binding->last_owner_proof_at;
	AgDormancy	dormancy;

	ag_dormancy_read(c->holder, c->at, &dormancy);
	facts->dormant = dormancy.dormant;
	facts->idle = dormancy.idle;
	facts->entitled = dormancy.entitled;
	facts->money = strcmp(c->holder->profile, "money") == 0;
	facts->reassignment = c->evidence.reassignment;
	facts->sim_risk = c->evidence.sim_risk;
	facts->young = proof_at != DT_NOEND &&
		c->at < ag_time_plus(proof_at, ag_policy_country_floor(c->number->country));

	facts->banned = ag_tombstone_banned(c->holder->account_id, c->at);
	/* Since the ban, and since he proved it last: a ban keeps nobody from doing that. */
	facts->overtaken = facts->banned && !ag_tombstone_would_hold(c->binding, c->at) &&
		facts->reassignment == AG_REASSIGNMENT_CONFIRMED;
	facts->frozen = !facts->banned && is_frozen(c->holder, c->at);
}

void
ag_register_read(AgRegisterCase *c, AgRegisterFacts *facts)
{
	TimestampTz until;

	memset(facts, 0, sizeof(AgRegisterFacts));
	facts->holder = holder_of(c);
	if (c->number == NULL)
		return;
	facts->trusted = c->trusting->count > 0;
	facts->tombstone = ag_tombstone_in_force(c->number->number_id, 0, c->at, &until) != NULL;
	facts->quota = ag_binding_store_started(c->number->number_id, 0,
											c->at - ag_policy_setting(AG_SETTING_NUMBER_ACCOUNTS_WINDOW) *
											USECS_PER_SEC) >= ag_policy_setting(AG_SETTING_NUMBER_ACCOUNTS);
	facts->claimed = c->claim != NULL;
	facts->reviewed = ag_claim_store_count(c->number->number_id,
										   c->at - ag_policy_setting(AG_SETTING_CLAIM_WINDOW) *
										   USECS_PER_SEC) >= ag_policy_setting(AG_SETTING_CLAIM_MOST);
	if (c->binding != NULL)
		read_holder(c, facts);
}

/*
 * A device that nothing but the number has brought in is not known to be the owner's: a
 * new holder of the number could not say any more that the account is not his.
 */
bool
ag_register_is_own(const AgRegisterCase *c, const char *device)
{
	AgDevice   *known = c->binding == NULL || device == NULL ? NULL :
		ag_device_store_find(c->holder->account_id, device);

	return known != NULL && !known->number_only &&
		(known->stored == AG_DEVICE_SEEN || known->stored == AG_DEVICE_TRUSTED);
}
