/*-------------------------------------------------------------------------
 *
 * rebind_object.c
 *		What can happen to a request on its way: objections, their end, cancelling.
 *
 * Who has the old number may be the owner, a thief with his SIM, or the number's next
 * holder; who asked may be the owner, or a thief with his session.  So the number alone
 * contests and the session alone cancels; to win over the other takes a factor that
 * depends on neither.
 *
 * Locks: the account.  Whoever objects with a code that is wrong locks nothing.
 * Tables: number_change, session, device.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"
#include "rebind/rebind.h"

/* End it, by a step that the table has. */
void
ag_rebind_end(AgAccount *account, AgNumberChange *change, AgRebindEvent event, const char *reason,
			  const char *who, TimestampTz at)
{
	AgAction	action = event == AG_REBIND_EXECUTE ? AG_ACTION_REBIND_EXECUTED :
		event == AG_REBIND_STOP ? AG_ACTION_REBIND_STOPPED :
		event == AG_REBIND_DISOWN ? AG_ACTION_REBIND_DISOWNED : AG_ACTION_REBIND_CANCELLED;
	AgRebindState state = ag_rebind_state(&change->times, at);
	const AgRebindTransition *rule = ag_rebind_rule(event == AG_REBIND_LAPSE ? change->times.stored :
													state, event);

	/* What is cooling and nobody touched in time was ready before it lapsed. */
	if (rule == NULL && !(event == AG_REBIND_LAPSE && change->times.stored == AG_REBIND_COOLING))
		elog(ERROR, "a request that is %s cannot %s", ag_rebind_state_name(state),
			 ag_rebind_event_name(event));
	change->times.stored = event == AG_REBIND_EXECUTE ? AG_REBIND_EXECUTED : AG_REBIND_CANCELLED;
	change->times.lapses_at = DT_NOEND;
	change->ended_at = at;
	change->end_reason = pstrdup(reason);
	change->ended_by = pstrdup(who);
	ag_change_store_save(change);
	ag_number_message_store_cancel(account->account_id, change->no, "the request has ended", at);
	ag_rebind_emit(account, action, change, reason);
}

/* Does the session prove something that the request had not, later than the objection? */
static bool
has_further_factor(const AgActing *acting, const AgNumberChange *change)
{
	ListCell   *cell;

	if (!ag_session_fresh(acting) || acting->session->stepped_up_at < change->contested_at)
		return false;
	foreach(cell, acting->session->stepped_up_with)
	{
		ListCell   *had;
		bool		known = ag_proof_is_number(lfirst(cell));

		foreach(had, change->methods)
			known |= strcmp(lfirst(had), lfirst(cell)) == 0;
		if (!known)
			return true;
	}
	return false;
}

/*
 * Objections.
 */

/* The request was not the owner's: who made it is out. */
static void
disown(AgAccount *account, AgNumberChange *change, const char *who, TimestampTz at)
{
	AgDevice   *device = ag_device_store_load(account->account_id, change->device_no);

	ag_rebind_end(account, change, AG_REBIND_DISOWN, "disowned", who, at);
	if (ag_session_store_load(account->account_id, change->session_no) != NULL)
		(void) ag_session_end(account, change->session_no, "disowned");
	if (device != NULL && (device->stored == AG_DEVICE_SEEN || device->stored == AG_DEVICE_TRUSTED))
		(void) ag_device_quarantine(account, device->no, false, "disowned");
}

static void
contest(AgAccount *account, AgNumberChange *change, TimestampTz at)
{
	change->times.stored = AG_REBIND_CONTESTED;
	change->contested_at = at;
	change->times.lapses_at = ag_time_plus(at, ag_policy_setting(AG_SETTING_REBIND_CONTEST_LIFE));
	ag_change_store_save(change);
	ag_rebind_emit(account, AG_ACTION_REBIND_CONTESTED, change, NULL);
}

/* The request that a code belongs to, without a lock; NULL = none. */
static AgNumberChange *
find_by_code(const char *text)
{
	AgObjectionCode code;
	AgNumberChange *change;
	uint8		hash[AG_SHA256_SIZE];
	bool		right;

	if (!ag_objection_parse(&code, text))
		return NULL;
	ag_sha256(hash, code.secret, AG_OBJECTION_SECRET);
	ag_wipe(code.secret, AG_OBJECTION_SECRET);
	change = ag_change_store_read(code.account_id, code.no);
	right = change != NULL && change->has_code && ag_equal(hash, change->code_hash, AG_SHA256_SIZE);
	return right ? change : NULL;
}

/* Is there a session of that account, with more than a number proved lately? */
static bool
has_factor(const char *token, int64 account_id, AgActing *acting)
{
	int64		of_token;

	return token != NULL && ag_rebind_token_account(token, &of_token) && of_token == account_id &&
		ag_rebind_act(token, true, acting) == AG_FLOW_OK && ag_session_fresh(acting);
}

void
ag_rebind_objection(const char *code, const char *token, AgRebindResult *result)
{
	AgNumberChange *change;
	AgAccount  *account;
	AgActing	acting = {.session = NULL};
	AgRebindObjection objection = {.reassigned = false};
	AgPhoneBinding *binding;
	AgRebindEvent event;
	TimestampTz at;

	memset(result, 0, sizeof(AgRebindResult));
	result->code = ag_flow_begin();
	if (result->code != AG_FLOW_OK)
		return;
	change = find_by_code(code);
	result->code = AG_FLOW_OBJECTION_UNKNOWN;
	if (change == NULL)
		return;
	objection.factor = has_factor(token, change->account_id, &acting);
	account = objection.factor ? acting.account : ag_account_lock(change->account_id);
	at = ag_account_now(account);
	result->account_id = account->account_id;
	result->change = change = ag_rebind_load(account->account_id, change->no, at, &objection.state);
	binding = change->binding == 0 ? NULL : ag_binding_require(account->account_id, change->binding);
	if (binding != NULL)
	{
		AgEvidence	evidence;

		ag_evidence_of(binding, at, &evidence);
		objection.reassigned = evidence.reassignment == AG_REASSIGNMENT_CONFIRMED;
		objection.sim_risk = evidence.sim_risk;
	}
	switch (ag_rebind_object(&objection, &event))
	{
		case AG_REBIND_TAKEN:
			if (event == AG_REBIND_DISOWN)
				disown(account, change, ag_session_actor(&acting), at);
			else
				contest(account, change, at);
			ag_account_save(account);
			result->code = event == AG_REBIND_DISOWN ? AG_FLOW_REBIND_DISOWNED : AG_FLOW_REBIND_CONTESTED;
			break;
		case AG_REBIND_TAKEN_BEFORE:
			result->code = AG_FLOW_REBIND_CONTESTED;
			break;
		case AG_REBIND_IGNORED:
			result->code = AG_FLOW_OBJECTION_IGNORED;
			break;
		case AG_REBIND_FACTOR:
			result->code = AG_FLOW_OBJECTION_FACTOR;
			break;
		case AG_REBIND_LATE:
			result->code = AG_FLOW_OBJECTION_LATE;
			break;
	}
}

/* The objection is overcome; the time for objections is not shortened by it. */
static void
settle(AgAccount *account, AgNumberChange *change, const char *who, TimestampTz at)
{
	change->times.stored = AG_REBIND_READY;
	change->settled_at = at;
	change->settled_by = pstrdup(who);
	change->times.ready_at = Max(change->times.ready_at, at);
	change->times.lapses_at = ag_time_plus(change->times.ready_at,
										   ag_policy_setting(AG_SETTING_REBIND_READY_LIFE));
	ag_change_store_save(change);
	ag_rebind_emit(account, AG_ACTION_REBIND_SETTLED, change, NULL);
	ag_account_save(account);
}

/* A request of a token's account, under its lock; false: the answer is in result. */
static bool
load_own(const char *token, int no, bool floor, AgActing *acting, AgRebindResult *result,
		 AgRebindState *state)
{
	memset(result, 0, sizeof(AgRebindResult));
	result->code = ag_flow_begin();
	if (result->code != AG_FLOW_OK)
		return false;
	result->code = ag_rebind_act(token, floor, acting);
	if (result->code != AG_FLOW_OK)
		return false;
	result->account_id = acting->account->account_id;
	result->change = ag_rebind_load(result->account_id, no, acting->at, state);
	result->code = result->change == NULL ? AG_FLOW_UNBIND_UNKNOWN : AG_FLOW_OK;
	return result->change != NULL;
}

/* The requester shows a further factor. */
void
ag_rebind_settle(const char *token, int no, AgRebindResult *result)
{
	AgActing	acting;
	AgRebindState state;

	if (!load_own(token, no, false, &acting, result, &state))
		return;
	if (state != AG_REBIND_CONTESTED)
		result->code = AG_FLOW_UNBIND_OVER;
	else if (!has_further_factor(&acting, result->change))
		result->code = AG_FLOW_REBIND_FACTOR;
	else
	{
		settle(acting.account, result->change, ag_session_actor(&acting), acting.at);
		result->code = AG_FLOW_REBIND_SETTLED;
		result->retry_at = result->change->times.ready_at;
	}
}

/*
 * The owner can always, whatever denies him other things.  Who has shown no more than the
 * number is not known to be he: by objecting the number makes neither side win.
 */
void
ag_rebind_cancel(const char *token, int no, AgRebindResult *result)
{
	AgActing	acting;
	AgRebindState state;

	if (!load_own(token, no, true, &acting, result, &state))
		return;
	if (ag_rebind_rule(state, AG_REBIND_CANCEL) == NULL)
		result->code = AG_FLOW_UNBIND_OVER;
	else if (acting.session->number_only)
		result->code = AG_FLOW_REBIND_FACTOR;
	if (result->code != AG_FLOW_OK)
		return;
	ag_rebind_end(acting.account, result->change, AG_REBIND_CANCEL, "cancelled",
				  ag_session_actor(&acting), acting.at);
	ag_account_save(acting.account);
	result->code = AG_FLOW_REBIND_CANCELLED;
}

/*
 * Service.
 */

static void
agree(AgAccount *account, AgNumberChange *change, const char *reason, TimestampTz at)
{
	change->agreed_at = at;
	change->agreed_by = pstrdup(ag_actor()->person);
	change->agreed_note = pstrdup(reason);
	ag_change_store_save(change);
	ag_rebind_emit(account, AG_ACTION_REBIND_AGREED, change, reason);
	ag_account_save(account);
}

/* agree to a special account's request, settle a contested one, cancel any. */
void
ag_rebind_decide(int64 account_id, int no, const char *decision, const char *reason,
				 AgRebindResult *result)
{
	AgNumberChange *change;
	AgRebindState state;
	AgAccount  *account;
	TimestampTz at;

	memset(result, 0, sizeof(AgRebindResult));
	result->code = ag_flow_begin();
	result->account_id = account_id;
	if (result->code != AG_FLOW_OK)
		return;
	account = ag_account_lock(account_id);
	at = ag_account_now(account);
	result->change = change = ag_rebind_load(account_id, no, at, &state);
	result->code = change == NULL ? AG_FLOW_UNBIND_UNKNOWN : AG_FLOW_UNBIND_OVER;
	if (change == NULL || ag_rebind_rule(state, AG_REBIND_CANCEL) == NULL)
		return;
	if (account->person != NULL && strcmp(account->person, ag_actor()->person) == 0)
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("nobody decides about the number of his own account"));
	if (strcmp(decision, "cancel") == 0)
	{
		ag_rebind_end(account, change, AG_REBIND_CANCEL, reason, ag_actor()->person, at);
		ag_account_save(account);
		result->code = AG_FLOW_REBIND_CANCELLED;
	}
	else if (strcmp(decision, "settle") == 0 && state == AG_REBIND_CONTESTED)
	{
		settle(account, change, ag_actor()->person, at);
		result->code = AG_FLOW_REBIND_SETTLED;
		result->retry_at = change->times.ready_at;
	}
	else if (strcmp(decision, "agree") == 0 && change->situation == AG_REBIND_SPECIAL &&
			 change->agreed_at == DT_NOEND)
	{
		agree(account, change, reason, at);
		result->code = AG_FLOW_REBIND_AGREED;
		result->retry_at = change->times.ready_at;
	}
	else if (strcmp(decision, "settle") != 0 && strcmp(decision, "agree") != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("decision must be \"agree\", \"settle\" or \"cancel\""));
}
