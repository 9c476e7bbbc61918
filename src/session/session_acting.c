/*-------------------------------------------------------------------------
 *
 * session_acting.c
 *		A session that acts on its own account: logs out, exchanges its token, kicks.
 *
 * The token is looked at without a lock first, so that a made-up one cannot make
 * anybody wait; then again under the account's lock.
 *
 * Locks: the account's row, once the token is known to be real.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"
#include "session/session.h"

/* Its account says no, for what is no part of the floor. */
static void
require_use(AgActing *acting, const char *handle)
{
	AgProbe		probe = {
		.account_id = acting->account->account_id, .at = acting->at, .device = handle,
		.asked = UINT64CONST(1) << ag_policy_capability_bit("session.use")
	};

	ag_probe(&probe);
	acting->code = ag_session_refusal(&probe.verdict);
	if (acting->code == AG_ACCESS_STEP_UP_REQUIRED && ag_session_fresh(acting))
		acting->code = AG_ACCESS_OK;
}

static bool
looks_real(const AgToken *token)
{
	AgSession	session;

	return ag_session_probe(token->account_id, token->no, &session) &&
		ag_session_match(&session, token) != AG_TOKEN_OTHER;
}

static void
act_under_lock(AgActing *acting, const AgToken *token, bool floor)
{
	AgAccountEpochs epochs;
	AgAccount  *account = ag_account_lock(token->account_id);
	TimestampTz until;

	acting->at = ag_account_now(account);
	acting->session = ag_session_store_load(token->account_id, token->no);
	if (acting->session == NULL)
		return;
	epochs.session_epoch = account->session_epoch;
	epochs.session_locked_epoch = account->session_locked_epoch;
	epochs.cut_count = account->session_cut_count;
	epochs.cuts = account->session_cuts;
	epochs.must_bind_phone = account->number_lost_at != DT_NOEND;
	acting->account = account;
	acting->code = ag_session_life(acting->session, ag_session_match(acting->session, token), &epochs,
								   acting->at, &until);
	acting->device = ag_device_store_load(token->account_id, acting->session->device_no);
	if (acting->device == NULL)
		acting->code = AG_ACCESS_UNKNOWN;
	if (acting->code == AG_ACCESS_OK && !floor)
		require_use(acting, acting->device->handle);
}

/*
 * Judge a token for an act.  What is part of the floor (log out, log out elsewhere) is
 * free to whom a freeze locks or denies everything.
 */
void
ag_session_act(AgActing *acting, const char *text, bool floor)
{
	AgToken		token;

	memset(acting, 0, sizeof(AgActing));
	acting->code = AG_ACCESS_UNKNOWN;
	if (text == NULL || !ag_token_parse(&token, text, strlen(text)))
		return;
	if (!ag_at_home())
		acting->code = AG_ACCESS_STALE_RESTORE;
	else if (looks_real(&token))
		act_under_lock(acting, &token, floor);
	ag_wipe(token.secret, AG_TOKEN_SIZE);
}

bool
ag_session_fresh(const AgActing *acting)
{
	return !acting->session->number_only && acting->session->stepped_up_at != DT_NOEND &&
		acting->at < ag_time_plus(acting->session->stepped_up_at,
								  ag_policy_setting(AG_SETTING_STEP_UP_AGE));
}

/* Has somebody had time to get known on it? */
static bool
settled(const AgDevice *device, TimestampTz at)
{
	AgDeviceState state = device == NULL ? AG_DEVICE_SEEN : ag_device_present_state(device, at);

	return state == AG_DEVICE_ESTABLISHED || state == AG_DEVICE_TRUSTED;
}

/* target NULL = a device that is gone, or any. */
bool
ag_session_may_kick(const AgActing *acting, const AgDevice *target)
{
	TimestampTz grown_up = ag_time_plus(acting->session->opened_at,
										ag_policy_setting(AG_SETTING_DEVICE_TRUST_AFTER));

	if (target != NULL && target->no == acting->session->device_no)
		return true;
	return (target != NULL && !settled(target, acting->at)) || settled(acting->device, acting->at) ||
		(grown_up <= acting->at && !acting->session->number_only) || ag_session_fresh(acting);
}

/* Who did it, as it stands in the rows. */
char *
ag_session_actor(const AgActing *acting)
{
	return psprintf("session:%d", acting->session->no);
}
