/*-------------------------------------------------------------------------
 *
 * session.c
 *		Opening a session, exchanging its token, ending it.
 *
 * A session is opened by an application that has convinced itself, by whatever login
 * it has, who is there; it says what was proved.  An ordinary user's refusal is a
 * code in the result, never an error.
 *
 * Tokens leave this file once, in the result; the tables keep their hashes.  A refresh
 * makes the next token out of the present one and the session's salt, so repeating it
 * while the old token is still good gives the same one, and a lost answer costs nobody
 * his session.  The old token used for another refresh after that time is in two hands:
 * the session ends.
 *
 * Locks: the account's row.  Tables: session, device, account; the ledger by events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"
#include "session/session.h"

static AgSessionObserver observer = NULL;

void
ag_session_observe(AgSessionObserver wanted)
{
	Assert(observer == NULL);
	observer = wanted;
}

/* Somebody has proved something: tell. */
static void
note_proof(AgAccount *account, const AgDevice *device, bool device_signed, List *methods,
		   bool number_only, TimestampTz at)
{
	AgSessionProof proof = {
		.account = account,
		.device = device,
		.device_signed = device_signed,
		.methods = methods,
		.number_only = number_only,
		.at = at
	};

	if (observer != NULL)
		observer(&proof);
}

static void
begin_result(AgSessionResult *result)
{
	memset(result, 0, sizeof(AgSessionResult));
	result->until = DT_NOEND;
}

static AgFields *
fields_of(int32 no, int32 device_no)
{
	AgFields   *fields = ag_fields_new();

	ag_field_int(fields, "session", no);
	ag_field_int(fields, "device", device_no);
	return fields;
}

static void
emit_ended(AgAccount *account, int32 no, int32 device_no, const char *reason)
{
	ag_account_emit(account, AG_ACTION_SESSION_ENDED, reason, NULL, NULL, fields_of(no, device_no));
}

/* What is denied to whoever wants to open a session; AG_ACCESS_OK = nothing. */
static AgAccessCode
judge_opening(const AgAccount *account, const AgSessionOrder *order, bool new_device, TimestampTz at,
			  TimestampTz *until)
{
	AgProbe		probe = {
		.account_id = account->account_id, .at = at, .device = order->handle,
		.asked = UINT64CONST(1) << ag_policy_capability_bit("session.create") |
			UINT64CONST(1) << ag_policy_capability_bit("session.use")
	};

	if (new_device)
		probe.asked |= UINT64CONST(1) << ag_policy_capability_bit("session.add_device");
	ag_probe(&probe);
	if (probe.verdict.denied != 0)
	{
		*until = probe.verdict.ends_at;
		return AG_ACCESS_DENIED;
	}
	if (probe.verdict.challenged != 0 && !order->step_up)
	{
		*until = probe.verdict.ends_at;
		return AG_ACCESS_STEP_UP_REQUIRED;
	}
	return AG_ACCESS_OK;
}

/* A device that is known has to be who it says it is. */
static AgAccessCode
judge_device(AgDevice *device, const AgSessionOrder *order, bool number_only, TimestampTz at)
{
	if (device->stored == AG_DEVICE_LOST)
		return AG_ACCESS_DEVICE_LOST;
	if (device->stored == AG_DEVICE_QUARANTINED && number_only)
		return AG_ACCESS_DEVICE_STATE;
	if (device->has_key && !ag_device_signed(device, order, at))
		return AG_ACCESS_DEVICE_PROOF;
	return AG_ACCESS_OK;
}

static bool
is_number_only(List *methods)
{
	ListCell   *cell;

	foreach(cell, methods)
		if (!ag_proof_is_number(lfirst(cell)))
		return false;
	return true;
}

/* The new row and its token. */
static AgSession *
make_session(AgAccount *account, const AgSessionOrder *order, const AgDevice *device,
			 bool number_only, TimestampTz at, char text[AG_TOKEN_TEXT])
{
	AgSession  *session = palloc0(sizeof(AgSession));
	AgAccountEpochs epochs;
	AgToken		token;

	session->account_id = token.account_id = account->account_id;
	(void) ag_account_probe_epochs(account->account_id, &session->account_place, &epochs);
	session->no = token.no = ag_account_next_child(account);
	ag_random(token.secret, AG_TOKEN_SIZE);
	ag_random(session->salt, AG_TOKEN_SIZE);
	ag_sha256(session->token_hash, token.secret, AG_TOKEN_SIZE);
	ag_token_format(text, &token);
	ag_wipe(token.secret, AG_TOKEN_SIZE);

	session->device_no = device->no;
	session->epoch = account->session_epoch;
	session->opened_at = session->last_seen_at = at;
	session->expires_at = ag_time_plus(at, ag_policy_setting(AG_SETTING_SESSION_LIFE));
	session->idle_length = (int32) ag_policy_setting(AG_SETTING_SESSION_IDLE);
	session->stepped_up_at = order->step_up && !number_only ? at : DT_NOEND;
	session->number_only = number_only;
	session->methods = device->has_key && order->has_signature ?
		lappend(list_copy(order->methods), "device_key") : order->methods;
	session->stepped_up_with = session->stepped_up_at == DT_NOEND ? NIL : session->methods;
	session->place = order->place ? pstrdup(order->place) : NULL;
	return session;
}

static void
emit_opened(AgAccount *account, const AgSession *session, int replaced)
{
	AgFields   *fields = fields_of(session->no, session->device_no);
	ListCell   *cell;
	StringInfoData methods;

	initStringInfo(&methods);
	foreach(cell, session->methods)
		appendStringInfo(&methods, "%s%s", methods.len > 0 ? " " : "", (char *) lfirst(cell));
	ag_field_text(fields, "methods", methods.data);
	ag_field_time(fields, "expires_at", session->expires_at);
	ag_field_int(fields, "replaced", replaced);
	ag_account_emit(account, AG_ACTION_SESSION_OPENED, NULL, NULL, NULL, fields);
}

void
ag_session_open(const AgSessionOrder *order, AgSessionResult *result)
{
	AgAccount  *account = ag_account_lock(order->account_id);
	TimestampTz at = ag_account_now(account);
	AgDevice   *device = ag_device_store_find(order->account_id, order->handle);
	bool		number_only = is_number_only(order->methods);
	bool		new_device = device == NULL || device->stored == AG_DEVICE_REVOKED;
	AgSession  *session;

	begin_result(result);
	result->code = ag_at_home() ? AG_ACCESS_OK : AG_ACCESS_STALE_RESTORE;
	if (result->code == AG_ACCESS_OK)
		result->code = judge_opening(account, order, new_device, at, &result->until);
	if (result->code == AG_ACCESS_OK && device != NULL)
		result->code = judge_device(device, order, number_only, at);
	if (result->code == AG_ACCESS_OK && new_device &&
		ag_device_store_count(order->account_id, NULL) >= ag_policy_setting(AG_SETTING_DEVICE_MOST))
		result->code = AG_ACCESS_DEVICE_LIMIT;
	if (result->code != AG_ACCESS_OK)
		return;

	if (ag_session_store_live(account, at, device == NULL ? 0 : device->no) >=
		ag_policy_setting(AG_SETTING_SESSION_MOST))
	{
		result->code = AG_ACCESS_SESSION_LIMIT;
		return;
	}

	note_proof(account, device, device != NULL && device->has_key, order->methods, number_only, at);

	/* One session a device: the new one takes the place of the old. */
	if (device != NULL)
		result->count = ag_session_store_end_device(order->account_id, device->no, at, "replaced",
													"session_open");
	ag_session_store_forget(order->account_id, at - ag_policy_setting(AG_SETTING_SESSION_KEEP) * USECS_PER_SEC);

	device = ag_device_enrol(account, order, device, number_only, at);
	session = make_session(account, order, device, number_only, at, result->token);
	ag_session_store_insert(session);
	emit_opened(account, session, result->count);
	account->last_seen_at = at;
	ag_account_save(account);
	result->session_no = session->no;
	result->device_no = device->no;
	result->until = session->expires_at;
}

/* The token that follows the one with this secret; no two sessions have the same salt. */
static void
next_secret(uint8 next[AG_TOKEN_SIZE], const AgSession *session, const uint8 secret[AG_TOKEN_SIZE])
{
	uint8		material[AG_TOKEN_SIZE * 2];

	memcpy(material, session->salt, AG_TOKEN_SIZE);
	memcpy(material + AG_TOKEN_SIZE, secret, AG_TOKEN_SIZE);
	ag_sha256(next, material, sizeof(material));
	ag_wipe(material, sizeof(material));
}

static AgAccessCode
judge_refresh(const AgActing *acting, TimestampTz *until)
{
	AgProbe		probe = {
		.account_id = acting->account->account_id, .at = acting->at, .device = acting->device->handle,
		.asked = UINT64CONST(1) << ag_policy_capability_bit("session.refresh")
	};

	ag_probe(&probe);
	*until = probe.verdict.ends_at;
	if (probe.verdict.denied != 0)
		return AG_ACCESS_DENIED;
	if (probe.verdict.challenged != 0 && !ag_session_fresh(acting))
		return AG_ACCESS_STEP_UP_REQUIRED;
	return AG_ACCESS_OK;
}

/* A token of the session before this one came back too late: two hold it. */
static void
end_reused(AgActing *acting)
{
	(void) ag_session_store_end(acting->account->account_id, acting->session->no, acting->at, "reused",
								"session_refresh");
	ag_account_emit(acting->account, AG_ACTION_SESSION_REUSED, NULL, NULL, NULL,
					fields_of(acting->session->no, acting->session->device_no));
	ag_account_save(acting->account);
}

/* Exchange the token.  Repeated with the old one while that is good, it gives the same. */
void
ag_session_refresh(const char *text, AgSessionResult *result)
{
	AgActing	acting;
	AgToken		token;
	AgTokenMatch match;

	begin_result(result);
	ag_session_act(&acting, text, false);
	result->code = acting.code;
	if (acting.code == AG_ACCESS_STALE)
	{
		end_reused(&acting);
		result->code = AG_ACCESS_REVOKED;
	}
	if (acting.code == AG_ACCESS_OK)
		result->code = judge_refresh(&acting, &result->until);
	if (result->code != AG_ACCESS_OK)
		return;

	(void) ag_token_parse(&token, text, strlen(text));
	match = ag_session_match(acting.session, &token);
	next_secret(token.secret, acting.session, token.secret);
	if (match == AG_TOKEN_PRESENT)
	{
		ag_sha256(acting.session->token_hash, token.secret, AG_TOKEN_SIZE);
		acting.session->previous_until =
			ag_time_plus(acting.at, ag_policy_setting(AG_SETTING_REFRESH_GRACE));
		acting.session->generation++;
		ag_session_store_refresh(acting.session, acting.at);
		ag_account_emit(acting.account, AG_ACTION_SESSION_REFRESHED, NULL, NULL, NULL,
						fields_of(acting.session->no, acting.session->device_no));
		ag_account_save(acting.account);
	}
	ag_token_format(result->token, &token);
	ag_wipe(token.secret, AG_TOKEN_SIZE);
	result->session_no = acting.session->no;
	result->device_no = acting.session->device_no;
	result->until = acting.session->expires_at;
}

static bool
has_method(const AgSession *session, const char *method)
{
	ListCell   *cell;

	foreach(cell, session->methods)
		if (strcmp(lfirst(cell), method) == 0)
		return true;
	return false;
}

static void
add_method(AgSession *session, char *method)
{
	if (!has_method(session, method))
		session->methods = lappend(session->methods, method);
}

/* The holder has proved more. */
void
ag_session_step_up(const char *text, List *methods, AgSessionResult *result)
{
	AgActing	acting;
	ListCell   *cell;

	begin_result(result);
	ag_session_act(&acting, text, false);
	result->code = acting.code;
	if (acting.code != AG_ACCESS_OK && acting.code != AG_ACCESS_STEP_UP_REQUIRED)
		return;
	if (is_number_only(methods))
	{
		result->code = AG_ACCESS_STEP_UP_REQUIRED;
		return;
	}
	foreach(cell, methods)
		add_method(acting.session, lfirst(cell));
	note_proof(acting.account, acting.device, has_method(acting.session, "device_key"), methods, false,
			   acting.at);
	acting.session->stepped_up_at = acting.at;
	acting.session->stepped_up_with = methods;
	acting.session->number_only = false;
	ag_session_store_step_up(acting.session);
	ag_account_emit(acting.account, AG_ACTION_SESSION_STEPPED_UP, NULL, NULL, NULL,
					fields_of(acting.session->no, acting.session->device_no));
	ag_account_save(acting.account);
	result->code = AG_ACCESS_OK;
	result->session_no = acting.session->no;
	result->device_no = acting.session->device_no;
	result->until = ag_time_plus(acting.at, ag_policy_setting(AG_SETTING_STEP_UP_AGE));
}

/* End the token's own session (no 0) or another of the account. */
void
ag_session_revoke(const char *text, int32 no, AgSessionResult *result)
{
	AgActing	acting;
	AgSession  *target;

	begin_result(result);
	ag_session_act(&acting, text, true);
	result->code = acting.code;
	if (acting.code != AG_ACCESS_OK)
		return;
	target = no == 0 ? acting.session : ag_session_store_load(acting.account->account_id, no);
	if (target == NULL)
		result->code = AG_ACCESS_DEVICE_UNKNOWN;
	else if (target->no != acting.session->no &&
			 !ag_session_may_kick(&acting, ag_device_store_load(target->account_id, target->device_no)))
		result->code = AG_ACCESS_STEP_UP_REQUIRED;
	if (result->code != AG_ACCESS_OK)
		return;

	result->session_no = target->no;
	result->device_no = target->device_no;
	if (!ag_session_store_end(target->account_id, target->no, acting.at,
							  target->no == acting.session->no ? "logout" : "kicked",
							  ag_session_actor(&acting)))
		return;
	result->count = 1;
	emit_ended(acting.account, target->no, target->device_no, "logout");
	ag_account_save(acting.account);
}

/* End every other session of the account. */
void
ag_session_revoke_others(const char *text, AgSessionResult *result)
{
	AgActing	acting;
	AgFields   *fields;

	begin_result(result);
	ag_session_act(&acting, text, true);
	result->code = acting.code;
	if (acting.code != AG_ACCESS_OK)
		return;
	if (!ag_session_may_kick(&acting, NULL))
	{
		result->code = AG_ACCESS_STEP_UP_REQUIRED;
		return;
	}
	result->session_no = acting.session->no;
	result->device_no = acting.session->device_no;
	result->count = ag_session_store_end_others(acting.account, acting.session->no, acting.at, "kicked",
												ag_session_actor(&acting));
	fields = fields_of(acting.session->no, acting.session->device_no);
	ag_field_int(fields, "ended", result->count);
	ag_account_emit(acting.account, AG_ACTION_SESSIONS_ENDED, "logout", NULL, NULL, fields);
	ag_account_save(acting.account);
}

/*
 * Staff ends a session, or all of a locked account; how many were live.  The caller
 * saves the account.
 */
int
ag_session_end(AgAccount *account, int32 no, const char *reason)
{
	AgActor    *actor = ag_actor();
	TimestampTz at = ag_account_now(account);
	AgFields   *fields;
	AgSession  *session;
	int			count;

	if (no == 0)
	{
		count = ag_session_store_live(account, at, 0);
		account->session_epoch++;
		fields = ag_fields_new();
		ag_field_int(fields, "ended", count);
		ag_field_int(fields, "session_epoch", account->session_epoch);
		ag_account_emit(account, AG_ACTION_SESSIONS_ENDED, reason, NULL, NULL, fields);
		return count;
	}
	session = ag_session_store_load(account->account_id, no);
	if (session == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_SESSION_UNKNOWN),
				errmsg("account " INT64_FORMAT " has no session %d", account->account_id, no),
				errhint("See acctguard.session_list(%lld).", (long long) account->account_id));
	if (!ag_session_store_end(account->account_id, no, at, reason, actor->person))
		return 0;
	emit_ended(account, no, session->device_no, reason);
	return 1;
}

/* Everything about its sessions and devices goes, and tokens with it; the caller records it. */
void
ag_session_erase(int64 account_id)
{
	ag_session_store_erase(account_id);
	ag_device_store_erase(account_id);
}
