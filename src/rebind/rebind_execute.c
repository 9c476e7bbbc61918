/*-------------------------------------------------------------------------
 *
 * rebind_execute.c
 *		A request takes effect: the old number goes and the new one comes, at once.
 *
 * Everything is judged again first: what came in between stops the request, and it is
 * cancelled; a change that was refused does not happen later by surprise.  What only
 * passes, such as maintenance, lets it wait.
 *
 * The sweep does it, and so does the next touch; both find the same.
 *
 * Locks: numbers by ascending id, the account; the sweep leaves out what is locked.
 * Tables: number_change, binding; the ledger through events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "capability/capability.h"
#include "phone/forget.h"
#include "phone/touch.h"
#include "policy/policy.h"
#include "rebind/rebind.h"

#define WHY "the number left the account"

/* The old number, or the trusted one, leaves the account. */
static void
release(AgRebindScene *scene, AgNumberChange *change)
{
	AgAccount  *account = scene->account;

	(void) ag_number_release(scene->number, account, scene->binding,
							 change->kind == AG_REBIND_CHANGE ? AG_RELEASE_CHANGED : AG_RELEASE_UNBOUND, NULL,
							 scene->at);
	if (change->kind != AG_REBIND_UNTRUST)
	{
		(void) ag_flow_void(scene->binding->number_id, account->account_id, AG_FLOW_ANY, NULL, WHY);
		ag_session_store_step_down(account->account_id, change->session_no);
		(void) ag_session_store_end_number_only(account->account_id, DT_NOBEGIN, change->session_no,
												scene->at, "number", ag_actor()->person);
	}
}

static void
bind(AgRebindScene *scene, AgNumberChange *change)
{
	AgBindOrder order = {
		.kind = AG_BINDING_LOGIN,
		.proofs = list_make1("number_code"),
		.bound_at = scene->at,
		.effective_at = scene->at,
		.proof_at = change->proved_at
	};

	change->new_binding = ag_number_bind(scene->new_number, scene->account, &order, scene->at);
}

void
ag_rebind_carry_out(AgRebindScene *scene, AgNumberChange *change, AgRebindResult *result)
{
	AgRebindCheck check = ag_rebind_examine(scene, change, true);
	const char *why = ag_rebind_check(check)->code;

	result->change = change;
	if (check == AG_REBIND_GOOD && scene->new_number != NULL)
	{
		result->code = ag_rebind_may_take(scene->new_number, scene->account, scene->at);
		if (result->code != AG_FLOW_OK)
			why = ag_flow_code(result->code)->name;
	}
	if (why != NULL)
	{
		result->code = ag_flow_code_find(why);
		ag_rebind_end(scene->account, change, AG_REBIND_STOP, why, ag_actor()->person, scene->at);
		return;
	}
	if (scene->binding != NULL)
		release(scene, change);
	if (change->kind == AG_REBIND_CHANGE)
		bind(scene, change);
	ag_rebind_end(scene->account, change, AG_REBIND_EXECUTE, "executed", ag_actor()->person, scene->at);
	result->code = change->kind == AG_REBIND_CHANGE ? AG_FLOW_REBIND_DONE :
		change->kind == AG_REBIND_UNBIND ? AG_FLOW_UNBIND_DONE : AG_FLOW_TRUSTED_REMOVED;
}

/* Maintenance of a scope is no reason to cancel. */
static bool
has_to_wait(const AgAccount *account, TimestampTz at, TimestampTz *until)
{
	AgProbe		probe = {
		.account_id = account->account_id, .at = at,
		.asked = UINT64CONST(1) << ag_policy_capability_bit("security.change_phone")
	};

	ag_probe(&probe);
	*until = probe.verdict.ends_at;
	return probe.verdict.denied != 0 && probe.verdict.part == AG_PART_SCOPE;
}

/* What a call is answered about a request that is not ready. */
static AgFlowCode
answer_state(const AgNumberChange *change, AgRebindState state)
{
	switch (state)
	{
		case AG_REBIND_COOLING:
			return AG_FLOW_REBIND_COOLING;
		case AG_REBIND_CONTESTED:
			return AG_FLOW_REBIND_CONTESTED;
		case AG_REBIND_EXECUTED:
			return change->kind == AG_REBIND_CHANGE ? AG_FLOW_REBIND_DONE :
				change->kind == AG_REBIND_UNBIND ? AG_FLOW_UNBIND_DONE : AG_FLOW_TRUSTED_REMOVED;
		default:
			return AG_FLOW_UNBIND_OVER;
	}
}

static void
execute_locked(AgRebindScene *scene, AgNumberChange *change, AgRebindState state,
			   AgRebindResult *result)
{
	result->change = change;
	if (state == AG_REBIND_CANCELLED && change->times.stored != AG_REBIND_CANCELLED)
	{
		ag_rebind_end(scene->account, change, AG_REBIND_LAPSE, "lapsed", ag_actor()->person, scene->at);
		ag_account_save(scene->account);
	}
	if (state != AG_REBIND_READY)
	{
		result->code = answer_state(change, state);
		if (state == AG_REBIND_COOLING)
			result->retry_at = change->times.ready_at;
		return;
	}
	if (change->times.ready_at > scene->at)
	{
		result->code = AG_FLOW_REBIND_COOLING;
		result->retry_at = change->times.ready_at;
		return;
	}
	if (change->situation == AG_REBIND_SPECIAL && change->agreed_at == DT_NOEND)
	{
		result->code = AG_FLOW_UNBIND_SERVICE;
		return;
	}
	if (has_to_wait(scene->account, scene->at, &result->retry_at))
	{
		result->code = AG_FLOW_UNBIND_ACCOUNT_STATE;
		return;
	}
	ag_rebind_carry_out(scene, change, result);
	ag_account_save(scene->account);
	if (scene->number != NULL)
		ag_number_save(scene->number);
	if (scene->new_number != NULL)
		ag_number_save(scene->new_number);
}

static bool
lock_number(int64 number_id, bool wait, AgNumber **number)
{
	if (number_id != 0 && *number == NULL)
		*number = wait ? ag_number_lock(number_id) : ag_number_try_lock(number_id);
	return number_id == 0 || *number != NULL;
}

/* Numbers by ascending id, then the account; false = without waiting it does not go. */
static bool
lock_all(const AgNumberChange *change, bool wait, AgRebindScene *scene)
{
	if (change->new_number_id < change->number_id &&
		!lock_number(change->new_number_id, wait, &scene->new_number))
		return false;
	if (!lock_number(change->number_id, wait, &scene->number) ||
		!lock_number(change->new_number_id, wait, &scene->new_number))
		return false;
	scene->account = wait ? ag_account_lock(change->account_id) : ag_account_try_lock(change->account_id);
	return scene->account != NULL;
}

/* What the locked rows say. */
static void
read_scene(AgRebindScene *scene, const AgNumberChange *change)
{
	if (change->kind == AG_REBIND_UNTRUST)
		scene->binding = ag_binding_require(change->account_id, change->binding);
	else
		scene->binding = ag_binding_store_live(change->account_id, 0, AG_BINDING_LOGIN);
	scene->number_matches = scene->binding == NULL ? change->binding == 0 :
		scene->binding->no == change->binding && scene->binding->released_at == DT_NOEND;
	scene->new_coming = change->new_number_id != 0;
	scene->owner_present = ag_rebind_still_passes(scene, change);
}

void
ag_rebind_execute(int64 account_id, int no, bool wait, AgRebindResult *result)
{
	AgNumberChange *change = ag_change_store_read(account_id, no);
	AgRebindScene scene = {.client_good = true};
	AgRebindState state;

	memset(result, 0, sizeof(AgRebindResult));
	result->code = ag_flow_begin();
	result->account_id = account_id;
	if (result->code != AG_FLOW_OK)
		return;
	result->code = AG_FLOW_UNBIND_UNKNOWN;
	if (change == NULL || !lock_all(change, wait, &scene))
		return;
	scene.at = ag_account_now(scene.account);
	change = ag_rebind_load(account_id, no, scene.at, &state);
	if (change == NULL)
		return;
	read_scene(&scene, change);
	execute_locked(&scene, change, state, result);
}

/*
 * The next touch, and the sweep.
 */

/* How many of these have ended now. */
static int
execute_due(const AgResult *due, bool wait)
{
	int			ended = 0;

	for (uint64 i = 0; i < due->count; i++)
	{
		AgRebindResult result;

		ag_rebind_execute(ag_row_int8(due, i, 1), ag_row_int4(due, i, 2), wait, &result);
		ended += result.change != NULL && result.change->ended_at != DT_NOEND;
	}
	return ended;
}

static bool
due(AgNumberTouch *touch)
{
	AgResult   *due = ag_change_store_due_of(touch->number_id, touch->other_id, touch->account_id, ag_now());

	for (uint64 i = 0; i < due->count; i++)
	{
		AgNumberChange *change = ag_change_store_read(ag_row_int8(due, i, 1), ag_row_int4(due, i, 2));

		touch->numbers = ag_ids_add(touch->numbers, change->number_id);
		touch->numbers = ag_ids_add(touch->numbers, change->new_number_id);
		touch->accounts = ag_ids_add(touch->accounts, change->account_id);
	}
	return due->count > 0;
}

static void
settle(const AgNumberTouch *touch)
{
	(void) execute_due(ag_change_store_due_of(touch->number_id, touch->other_id, touch->account_id,
											  ag_now()), true);
}

static const AgNumberKeeper keeper = {.due = due, .settle = settle};

/* Nothing is waited for: who has the numbers or the account carries it out himself. */
static bool
sweep_one(const void *item)
{
	return execute_due(ag_change_store_due_of(0, 0, *(const int64 *) item, ag_now()), false) > 0;
}

static void
sweep_failed(const void *item, const ErrorData *error)
{
	ereport(WARNING, errcode(error->sqlerrcode),
			errmsg("a request of account " INT64_FORMAT " about its number cannot be carried out: %s",
				   *(const int64 *) item, error->message));
}

int64
ag_rebind_sweep(int64 limit)
{
	static const AgSweep sweep = {.work = sweep_one, .failed = sweep_failed};
	static AgSweepCursor last = AG_SWEEP_BEGIN;
	AgResult   *portion = ag_change_store_due(ag_now(), &last, limit);

	return ag_bulk_sweep(ag_bulk_portion(&last, portion, limit), &sweep);
}

int64
ag_rebind_sweep_due(int64 most)
{
	return ag_change_store_due_count(ag_now(), most);
}

/* The new number of an open request is kept, whoever had it before. */
static bool
needs_number(int64 number_id)
{
	return ag_change_store_needs(number_id, ag_now());
}

void
ag_rebind_init(void)
{
	ag_number_register_need(needs_number);
	ag_number_keep(&keeper);
}
