/*-------------------------------------------------------------------------
 *
 * trusted.c
 *		Trusted numbers: who else may vouch for the owner of an account.
 *
 * A number is proved by a code, and counts only a day later: whoever took over a session
 * cannot vouch for himself with a number of his own at once.  The last one goes only
 * after a day for the same reason.
 *
 * Locks: the number, the account, the flow.  Tables: binding, number_change.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "phone/touch.h"
#include "policy/policy.h"
#include "rebind/rebind.h"

static void
emit(AgAccount *account, AgAction action, int binding, TimestampTz effective_at)
{
	AgFields   *after = ag_fields_new();

	ag_field_int(after, "binding", binding);
	ag_field_time(after, "effective_at", effective_at);
	ag_account_emit(account, action, NULL, NULL, NULL, after);
}

/* What concerns a request for a login number concerns this, but for the limits of changes. */
static AgFlowCode
judge(const AgActing *acting, bool client_good, AgRebindResult *result)
{
	AgNumberChange asked = {.account_id = acting->account->account_id, .kind = AG_REBIND_UNTRUST};
	AgRebindCase it = {.kind = AG_REBIND_UNTRUST};
	AgRebindScene scene = {
		.account = acting->account, .at = acting->at,
		.owner_present = ag_rebind_passes(acting, &it, &result->assurance),
		.client_good = client_good, .number_matches = true, .new_coming = true
	};
	AgRebindCheck check = ag_rebind_examine(&scene, &asked, false);

	return check == AG_REBIND_GOOD || check == AG_REBIND_RATE ? AG_FLOW_OK :
		ag_flow_code_find(ag_rebind_check(check)->code);
}

/* Is there room for it, and is it neither trusted nor the account's own? */
static AgFlowCode
judge_number(int64 account_id, int64 number_id)
{
	List	   *trusted = ag_binding_store_trusted(account_id);
	AgPhoneBinding *own = ag_binding_store_live(account_id, 0, AG_BINDING_LOGIN);
	ListCell   *cell;

	foreach(cell, trusted)
		if (((AgPhoneBinding *) lfirst(cell))->number_id == number_id)
		return AG_FLOW_TRUSTED_KNOWN;
	if (own != NULL && own->number_id == number_id)
		return AG_FLOW_TRUSTED_KNOWN;
	return list_length(trusted) >= ag_policy_setting(AG_SETTING_TRUSTED_NUMBERS) ?
		AG_FLOW_TRUSTED_LIMIT : AG_FLOW_OK;
}

void
ag_trusted_add(const AgRebindOrder *order, AgRebindResult *result)
{
	AgFlowOrder flow = {
		.purpose = AG_FLOW_FOR_TRUSTED, .device = order->device, .source = order->source
	};
	AgNumberName name;
	AgActing	acting;

	memset(result, 0, sizeof(AgRebindResult));
	result->code = ag_flow_begin();
	if (result->code != AG_FLOW_OK)
		return;
	if (order->number == NULL || !ag_number_read(order->number, order->region, ag_now(), &name))
	{
		result->code = AG_FLOW_NUMBER_INVALID;
		return;
	}
	result->code = ag_rebind_act(order->token, false, &acting);
	if (result->code != AG_FLOW_OK)
		return;
	result->account_id = flow.account_id = acting.account->account_id;
	result->code = judge(&acting, ag_rebind_client_good(order), result);
	if (result->code == AG_FLOW_OK)
		result->code = judge_number(flow.account_id, ag_number_find(&name));
	if (result->code != AG_FLOW_OK)
		return;
	flow.name = &name;
	(void) ag_flow_void(0, flow.account_id, AG_FLOW_IS(AG_FLOW_FOR_TRUSTED), NULL, "replaced");
	result->flow = ag_flow_open(&flow);
	ag_wipe(&name, sizeof(name));
	result->code = AG_FLOW_TRUSTED_BEGUN;
}

/* Under all locks. */
static void
trust(AgNumber *number, AgActing *acting, AgRebindResult *result)
{
	AgBindOrder order = {
		.kind = AG_BINDING_TRUSTED,
		.proofs = list_make1("number_code"),
		.bound_at = acting->at,
		.effective_at = ag_time_plus(acting->at, ag_policy_setting(AG_SETTING_TRUSTED_NUMBER_DELAY)),
		.proof_at = acting->at
	};

	(void) ag_flow_consume(result->flow, acting->at);
	result->binding = ag_number_bind(number, acting->account, &order, acting->at);
	result->retry_at = order.effective_at;
	emit(acting->account, AG_ACTION_TRUSTED_NUMBER_ADDED, result->binding, order.effective_at);
	ag_account_save(acting->account);
	ag_number_save(number);
	result->code = AG_FLOW_TRUSTED_ADDED;
}

void
ag_trusted_confirm(const char *token, const pg_uuid_t *id, AgRebindResult *result)
{
	AgFlow	   *seen = ag_flow_peek(id);
	AgNumber   *number = NULL;
	AgNumberName name;
	AgActing	acting;

	if (!ag_rebind_enter(token, result))
		return;
	if (seen != NULL && seen->account_id == result->account_id && seen->proof_count > 0 &&
		ag_flow_number(seen, &name))
	{
		number = ag_number_obtain(&name, ag_now());
		ag_wipe(&name, sizeof(name));
	}
	result->code = ag_rebind_act(token, false, &acting);
	if (result->code != AG_FLOW_OK)
		return;
	result->code = ag_flow_require(id, AG_FLOW_IS(AG_FLOW_FOR_TRUSTED), &result->flow);
	if (result->code == AG_FLOW_OK && result->flow->account_id != result->account_id)
		result->code = AG_FLOW_FLOW_UNKNOWN;
	if (result->code == AG_FLOW_OK &&
		(number == NULL || !ag_flow_proved(result->flow, "number_code", acting.at)))
		result->code = AG_FLOW_PROOF_REQUIRED;
	if (result->code == AG_FLOW_OK)
		result->code = judge(&acting, true, result);
	if (result->code == AG_FLOW_OK)
		result->code = judge_number(result->account_id, number->number_id);
	if (result->code == AG_FLOW_OK)
		trust(number, &acting, result);
}

/* The last one goes after a time in which the owner can cancel. */
static void
remove_later(AgActing *acting, const AgPhoneBinding *binding, AgRebindResult *result)
{
	AgNumberChange *change = ag_rebind_new(acting, AG_REBIND_UNTRUST);
	AgAccount  *account = acting->account;
	TimestampTz at = acting->at;

	change->binding = binding->no;
	change->number_id = binding->number_id;
	change->number_epoch = ag_number_epoch(binding->number_id);
	ag_change_store_insert(change);
	change->situation = AG_REBIND_TRUSTED;
	change->times.stored = AG_REBIND_COOLING;
	change->confirmed_at = at;
	change->times.ready_at = ag_time_plus(at, ag_policy_setting(AG_SETTING_UNTRUST_DELAY));
	change->times.lapses_at = ag_time_plus(change->times.ready_at,
										   ag_policy_setting(AG_SETTING_REBIND_READY_LIFE));
	ag_rebind_tell_numbers(account, change, at);
	ag_change_store_save(change);
	ag_rebind_emit(account, AG_ACTION_REBIND_COOLING, change, NULL);
	ag_account_save(account);
	result->change = change;
	result->retry_at = change->times.ready_at;
	result->code = AG_FLOW_REBIND_COOLING;
}

void
ag_trusted_remove(const char *token, int no, AgRebindResult *result)
{
	AgPhoneBinding *binding;
	AgNumber   *number;
	AgActing	acting;

	if (!ag_rebind_enter(token, result))
		return;
	binding = ag_binding_store_read(result->account_id, no);
	result->code = AG_FLOW_TRUSTED_UNKNOWN;
	if (binding == NULL || strcmp(binding->kind, AG_BINDING_TRUSTED) != 0)
		return;
	ag_number_touch(binding->number_id, 0, result->account_id);
	number = ag_number_lock(binding->number_id);
	result->code = ag_rebind_act(token, false, &acting);
	if (result->code != AG_FLOW_OK)
		return;
	binding = ag_binding_store_read(result->account_id, no);
	if (binding->released_at != DT_NOEND)
	{
		result->code = AG_FLOW_TRUSTED_UNKNOWN;
		return;
	}
	result->code = judge(&acting, true, result);
	if (result->code != AG_FLOW_OK)
		return;
	result->binding = no;
	if (list_length(ag_binding_store_trusted(result->account_id)) == 1)
	{
		remove_later(&acting, binding, result);
		return;
	}
	(void) ag_number_release(number, acting.account, binding, AG_RELEASE_UNBOUND, NULL, acting.at);
	emit(acting.account, AG_ACTION_TRUSTED_NUMBER_REMOVED, no, DT_NOEND);
	ag_account_save(acting.account);
	ag_number_save(number);
	result->code = AG_FLOW_TRUSTED_REMOVED;
}
