/*-------------------------------------------------------------------------
 *
 * rebind.c
 *		Asking for another number, or for none; beginning the time for objections.
 *
 * A request is asked for in one call and confirmed in another, when the new number is
 * proved in its flow; the old number can be proved in a second flow.  Nothing is kept
 * of a new number until it is proved, and nobody is kept from it before that.  Then
 * numbers and account are locked, everything is judged, and the flows are used up.
 *
 * Locks: numbers by ascending id, the account, flows.  Tables: number_change.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/freeze.h"
#include "phone/touch.h"
#include "policy/policy.h"
#include "rebind/rebind.h"

/* Flows that belong to requests. */
#define REQUEST_FLOWS (AG_FLOW_IS(AG_FLOW_FOR_REBIND) | AG_FLOW_IS(AG_FLOW_FOR_UNBIND))

/* Whose session is it, without a lock?  False: nobody's, or it is over. */
bool
ag_rebind_token_account(const char *token, int64 *account_id)
{
	AgSessionCheck check;

	if (token == NULL)
		return false;
	ag_session_check(&check, token, strlen(token));
	*account_id = check.session.account_id;
	return check.code == AG_ACCESS_OK || check.code == AG_ACCESS_LOCKED ||
		check.code == AG_ACCESS_DENIED || check.code == AG_ACCESS_STEP_UP_REQUIRED;
}

/* What every call with a session begins with; false: it is answered already. */
bool
ag_rebind_enter(const char *token, AgRebindResult *result)
{
	memset(result, 0, sizeof(AgRebindResult));
	result->code = ag_flow_begin();
	if (result->code != AG_FLOW_OK)
		return false;
	result->code = AG_FLOW_SESSION_REQUIRED;
	return ag_rebind_token_account(token, &result->account_id);
}

/* Lock the account of a token; AG_FLOW_OK if the session may act. */
AgFlowCode
ag_rebind_act(const char *token, bool floor, AgActing *acting)
{
	ag_session_act(acting, token, floor);
	switch (acting->code)
	{
		case AG_ACCESS_OK:
			return AG_FLOW_OK;
		case AG_ACCESS_STEP_UP_REQUIRED:
			return AG_FLOW_UNBIND_REAUTH;
		case AG_ACCESS_LOCKED:
		case AG_ACCESS_DENIED:
			return AG_FLOW_UNBIND_ACCOUNT_STATE;
		default:
			return AG_FLOW_SESSION_REQUIRED;
	}
}

AgNumberChange *
ag_rebind_load(int64 account_id, int no, TimestampTz at, AgRebindState *state)
{
	AgNumberChange *change = ag_change_store_read(account_id, no);

	if (change != NULL)
		*state = ag_rebind_state(&change->times, at);
	return change;
}

void
ag_rebind_emit(AgAccount *account, AgAction action, const AgNumberChange *change, const char *reason)
{
	AgFields   *after = ag_fields_new();

	ag_field_int(after, "request", change->no);
	ag_field_text(after, "kind", ag_rebind_kind_name(change->kind));
	if (change->binding != 0)
		ag_field_int(after, "binding", change->binding);
	if (change->new_number_id != 0)
		ag_field_int(after, "new_number", change->new_number_id);
	if (change->new_binding != 0)
		ag_field_int(after, "new_binding", change->new_binding);
	if (change->situation >= 0)
		ag_field_text(after, "situation",
					  ag_rebind_situation_entry((AgRebindSituation) change->situation)->name);
	ag_field_int(after, "session", change->session_no);
	ag_field_time(after, "ready_at", change->times.ready_at);
	ag_account_emit(account, action, reason, NULL, NULL, after);
}

/* The flow in which the account's present number can be proved. */
static AgFlow *
open_old_flow(const AgRebindOrder *order, const AgRebindScene *scene)
{
	AgFlowOrder flow = {
		.purpose = AG_FLOW_FOR_UNBIND, .account_id = scene->account->account_id,
		.device = order->device, .source = order->source
	};
	AgNumberName name;
	char		e164[AG_E164_SIZE];
	AgFlow	   *opened;

	ag_number_unseal(ag_number_store_look(scene->binding->number_id), e164);
	if (!ag_number_read(e164, NULL, scene->at, &name))
		elog(ERROR, "the number of a binding is no number any more");
	flow.name = &name;
	opened = ag_flow_open(&flow);
	ag_wipe(e164, sizeof(e164));
	ag_wipe(&name, sizeof(name));
	return opened;
}

static AgFlow *
open_new_flow(const AgRebindOrder *order, const AgRebindScene *scene, const AgNumberName *name)
{
	AgFlowOrder flow = {
		.purpose = AG_FLOW_FOR_REBIND, .account_id = scene->account->account_id, .name = name,
		.device = order->device, .source = order->source
	};

	return ag_flow_open(&flow);
}

/* A new request of a session; neither bound to anything nor written yet. */
AgNumberChange *
ag_rebind_new(const AgActing *acting, AgRebindKind kind)
{
	AgNumberChange *change = palloc0(sizeof(AgNumberChange));

	change->account_id = acting->account->account_id;
	change->no = ag_account_next_child(acting->account);
	change->kind = kind;
	change->times.stored = AG_REBIND_REQUESTED;
	change->times.ready_at = DT_NOEND;
	change->times.lapses_at = ag_time_plus(acting->at, ag_policy_setting(AG_SETTING_FLOW_LIFE));
	change->session_no = acting->session->no;
	change->device_no = acting->session->device_no;
	change->methods = acting->session->stepped_up_with;
	change->situation = -1;
	change->requested_at = acting->at;
	change->confirmed_at = change->proved_at = change->contested_at = DT_NOEND;
	change->settled_at = change->agreed_at = change->ended_at = DT_NOEND;
	return change;
}

static void
record_request(const AgRebindOrder *order, const AgActing *acting, const AgRebindScene *scene,
			   int64 new_number_id, AgRebindResult *result)
{
	AgNumberChange *change = ag_rebind_new(acting, order->kind);
	AgAccount  *account = scene->account;

	if (scene->binding != NULL)
	{
		change->binding = scene->binding->no;
		change->number_id = scene->binding->number_id;
		change->number_epoch = ag_number_epoch(change->number_id);
	}
	change->has_flow = result->flow != NULL;
	if (change->has_flow)
		change->flow_id = result->flow->id;
	change->has_old_flow = result->old_flow != NULL;
	if (change->has_old_flow)
		change->old_flow_id = result->old_flow->id;
	change->counted = !ag_rebind_is_back(account->account_id, new_number_id, scene->at);
	ag_change_store_insert(change);
	ag_rebind_emit(account, AG_ACTION_REBIND_REQUESTED, change, NULL);
	result->change = change;
}

/* What has to hold before anything is sent to anybody. */
static AgFlowCode
judge_request(const AgRebindOrder *order, const AgRebindScene *scene, int64 new_number_id)
{
	AgNumberChange asked = {
		.account_id = scene->account->account_id, .kind = order->kind,
		.counted = !ag_rebind_is_back(scene->account->account_id, new_number_id, scene->at)
	};
	AgRebindCheck check = ag_rebind_examine(scene, &asked, false);

	if (check != AG_REBIND_GOOD)
		return ag_flow_code_find(ag_rebind_check(check)->code);
	if (scene->binding != NULL && new_number_id == scene->binding->number_id)
		return AG_FLOW_REBIND_SAME;
	return AG_FLOW_OK;
}

/* What the clock has done to the account's requests and to its number is out of the way first. */
static void
touch(int64 account_id)
{
	AgPhoneBinding *binding = ag_binding_store_live(account_id, 0, AG_BINDING_LOGIN);

	ag_number_touch(binding == NULL ? 0 : binding->number_id, 0, account_id);
}

static bool
read_number(const char *text, const char *region, AgNumberName *name)
{
	return text !=NULL && ag_number_read(text, region, ag_now(), name);
}

void
ag_rebind_begin(const AgRebindOrder *order, AgRebindResult *result)
{
	bool		change = order->kind == AG_REBIND_CHANGE;
	const char *given = change ? order->old_number : order->number;
	AgNumberName new_name;
	AgNumberName old_name;
	AgActing	acting;
	AgRebindScene scene = {0};
	int64		new_number_id;

	memset(result, 0, sizeof(AgRebindResult));
	result->code = ag_flow_begin();
	if (result->code != AG_FLOW_OK)
		return;
	result->code = AG_FLOW_NUMBER_INVALID;
	if ((change && !read_number(order->number, order->region, &new_name)) ||
		(given != NULL && !read_number(given, order->region, &old_name)))
		return;
	result->code = AG_FLOW_SESSION_REQUIRED;
	if (!ag_rebind_token_account(order->token, &result->account_id))
		return;
	touch(result->account_id);
	result->code = ag_rebind_act(order->token, false, &acting);
	if (result->code != AG_FLOW_OK)
		return;

	new_number_id = change ? ag_number_find(&new_name) : 0;
	scene.account = acting.account;
	scene.at = acting.at;
	scene.binding = ag_binding_store_live(acting.account->account_id, 0, AG_BINDING_LOGIN);
	scene.owner_present = ag_session_fresh(&acting);
	scene.client_good = ag_rebind_client_good(order);
	scene.number_matches = given == NULL ? change :
		scene.binding != NULL && ag_number_find(&old_name) == scene.binding->number_id;
	scene.new_coming = change;
	result->code = judge_request(order, &scene, new_number_id);
	if (result->code != AG_FLOW_OK)
		return;

	/* The newest request counts. */
	ag_change_store_drop_requests(acting.account->account_id, ag_session_actor(&acting), scene.at);
	(void) ag_flow_void(0, acting.account->account_id, REQUEST_FLOWS, NULL, "replaced");
	if (change)
		result->flow = open_new_flow(order, &scene, &new_name);
	if (scene.binding != NULL)
		result->old_flow = open_old_flow(order, &scene);
	record_request(order, &acting, &scene, new_number_id, result);
	ag_account_save(acting.account);
	result->code = AG_FLOW_REBIND_BEGUN;
}

bool
ag_rebind_client_good(const AgRebindOrder *order)
{
	int64		least_build;

	return ag_policy_client_channel(order->channel, &least_build) && order->build >= least_build;
}

/*
 * Confirming.
 */

/* Lock the request's numbers, by ascending id; the new one is made if nobody has had it. */
static void
lock_numbers(const AgNumberChange *change, AgRebindScene *scene)
{
	AgFlow	   *flow = change->has_flow ? ag_flow_peek(&change->flow_id) : NULL;
	AgNumberName name;
	int64		new_id;

	if (flow == NULL || flow->proof_count == 0 || !ag_flow_number(flow, &name))
	{
		if (change->number_id != 0)
			scene->number = ag_number_lock(change->number_id);
		return;
	}
	new_id = ag_number_find(&name);
	ag_number_touch(change->number_id, new_id, change->account_id);
	if (new_id != 0 && new_id < change->number_id)
		scene->new_number = ag_number_lock(new_id);
	if (change->number_id != 0)
		scene->number = ag_number_lock(change->number_id);
	if (new_id == change->number_id && new_id != 0)
		scene->new_number = scene->number;
	if (scene->new_number == NULL)
		scene->new_number = ag_number_obtain(&name, ag_now());
	ag_wipe(&name, sizeof(name));
}

/* Was the number of a flow shown, and is the flow good?  Locks it. */
static AgFlowCode
require_proof(bool there, const pg_uuid_t *id, AgFlowPurpose purpose, TimestampTz at, AgFlow **flow)
{
	AgFlowCode	code;

	*flow = NULL;
	if (!there)
		return AG_FLOW_PROOF_REQUIRED;
	code = ag_flow_require(id, AG_FLOW_IS(purpose), flow);
	if (code == AG_FLOW_OK && !ag_flow_proved(*flow, "number_code", at))
		code = AG_FLOW_PROOF_REQUIRED;
	return code;
}

/* When the flow's number was proved. */
static TimestampTz
proof_time(const AgFlow *flow)
{
	for (int i = 0; i < flow->proof_count; i++)
		if (strcmp(flow->proof[i], "number_code") == 0)
			return flow->proved_at[i];
	return flow->opened_at;
}

/* The time for objections begins, or is over at once. */
static void
begin_cooling(AgRebindScene *scene, AgNumberChange *change, const AgActing *acting,
			  const AgRebindCase *it)
{
	AgRebindTerms terms;
	int64		length;

	ag_rebind_terms(&terms);
	length = ag_rebind_cooling(it, &terms);
	change->situation = ag_rebind_situation(it);
	change->times.stored = AG_REBIND_COOLING;
	change->confirmed_at = scene->at;
	change->methods = acting->session->stepped_up_with;
	change->times.ready_at = ag_time_plus(scene->at, length);
	change->times.lapses_at = ag_time_plus(change->times.ready_at,
										   ag_policy_setting(AG_SETTING_REBIND_READY_LIFE));
	if (change->times.ready_at > scene->at)
		ag_rebind_tell_numbers(scene->account, change, scene->at);
	ag_change_store_save(change);
	ag_rebind_emit(scene->account, AG_ACTION_REBIND_COOLING, change, NULL);
}

/* A new number has to be proved. */
static AgFlowCode
take_new_number(AgRebindScene *scene, AgNumberChange *change, AgRebindResult *result)
{
	AgFlowCode	code;

	if (change->kind != AG_REBIND_CHANGE)
		return AG_FLOW_OK;
	code = require_proof(change->has_flow, &change->flow_id, AG_FLOW_FOR_REBIND, scene->at,
						 &result->flow);
	if (code == AG_FLOW_OK && scene->new_number == NULL)
		code = AG_FLOW_PROOF_REQUIRED;
	if (code != AG_FLOW_OK)
		return code;
	change->new_number_id = scene->new_number->number_id;
	change->new_number_epoch = scene->new_number->epoch;
	change->proved_at = proof_time(result->flow);
	scene->new_coming = true;
	return AG_FLOW_OK;
}

/* Everything that the request needs holds. */
static AgFlowCode
judge_commit(const AgRebindScene *scene, const AgNumberChange *change)
{
	AgRebindCheck check = ag_rebind_examine(scene, change, false);

	if (check != AG_REBIND_GOOD)
		return ag_flow_code_find(ag_rebind_check(check)->code);
	return scene->new_number == NULL ? AG_FLOW_OK :
		ag_rebind_may_take(scene->new_number, scene->account, scene->at);
}

/* Under all locks. */
static void
commit_locked(AgRebindScene *scene, AgNumberChange *change, const AgActing *acting,
			  AgRebindResult *result)
{
	AgRebindCase it;
	bool		code_shown;

	result->code = take_new_number(scene, change, result);
	if (result->code != AG_FLOW_OK)
		return;
	code_shown = require_proof(change->has_old_flow, &change->old_flow_id, AG_FLOW_FOR_UNBIND, scene->at,
							   &result->old_flow) == AG_FLOW_OK;
	ag_rebind_case(scene, change->kind, code_shown, &it);
	scene->owner_present = ag_rebind_passes(acting, &it, &result->assurance);
	result->code = judge_commit(scene, change);
	if (result->code != AG_FLOW_OK)
		return;
	if (result->flow != NULL)
		(void) ag_flow_consume(result->flow, scene->at);
	if (code_shown)
		(void) ag_flow_consume(result->old_flow, scene->at);
	begin_cooling(scene, change, acting, &it);
	if (result->assurance.money_waits)
		(void) ag_money_wait_begin(scene->account, scene->at);
	result->change = change;
	if (change->times.ready_at > scene->at || change->situation == AG_REBIND_SPECIAL)
	{
		result->code = AG_FLOW_REBIND_COOLING;
		result->retry_at = change->times.ready_at;
	}
	else
		ag_rebind_carry_out(scene, change, result);
	ag_account_save(scene->account);
	if (scene->new_number != NULL)
		ag_number_save(scene->new_number);
	if (scene->number != NULL)
		ag_number_save(scene->number);
}

void
ag_rebind_commit(const char *token, int no, AgRebindResult *result)
{
	AgNumberChange *change;
	AgRebindScene scene = {.client_good = true};
	AgRebindState state;
	AgActing	acting;

	if (!ag_rebind_enter(token, result))
		return;
	change = ag_change_store_read(result->account_id, no);
	result->code = AG_FLOW_UNBIND_UNKNOWN;
	if (change == NULL)
		return;
	if (change->times.stored == AG_REBIND_REQUESTED)
		lock_numbers(change, &scene);
	result->code = ag_rebind_act(token, false, &acting);
	if (result->code != AG_FLOW_OK)
		return;
	change = ag_rebind_load(result->account_id, no, acting.at, &state);
	result->code = AG_FLOW_UNBIND_OVER;
	if (change == NULL || state != AG_REBIND_REQUESTED)
		return;
	scene.account = acting.account;
	scene.at = acting.at;
	scene.binding = ag_binding_store_live(result->account_id, 0, AG_BINDING_LOGIN);
	scene.number_matches = (scene.binding == NULL ? 0 : scene.binding->no) == change->binding;
	commit_locked(&scene, change, &acting, result);
}
