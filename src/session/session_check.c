/*-------------------------------------------------------------------------
 *
 * session_check.c
 *		Is this session good, now?
 *
 * In a database that was restored from elsewhere none is: it may have been ended there
 * since (base/residence.c).
 *
 * The answer is a function of three things that are read with the latest snapshot and
 * without waiting for anybody: the session's row, the account's epochs and cuts, and
 * standing; and of the clock.  So it is the same on a standby, without keys, without
 * a worker, and a freeze counts from its commit on.
 *
 * What it writes is last_seen_at, at most once a minute, and only where that can
 * neither wait nor fail: not on a standby, not in a read-only transaction, not at
 * REPEATABLE READ (another's update would be an error), and not when somebody else
 * has the row locked.  In a transaction block the row would stay locked until its end,
 * and whoever wants to end the session would wait for it; there it is written only when
 * half of the time has passed after which the session would be idle.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "policy/policy.h"
#include "session/session.h"

#define SEEN_EVERY (SECS_PER_MINUTE * USECS_PER_SEC)

static void
touch(const AgSession *session, TimestampTz at)
{
	TimestampTz every = IsTransactionBlock() ? session->idle_length * (USECS_PER_SEC / 2) : SEEN_EVERY;

	if (at - session->last_seen_at < every || XactReadOnly || RecoveryInProgress() ||
		IsolationUsesXactSnapshot() || IsInParallelMode())
		return;
	ag_session_store_touch(session, at);
	if (at / USECS_PER_DAY != session->last_seen_at / USECS_PER_DAY)
		ag_device_store_used(session->account_id, session->device_no, at);
}

/* The device's handle, for rules that name devices. */
static const char *
device_handle(const AgSession *session)
{
	AgDevice   *device = ag_device_store_load(session->account_id, session->device_no);

	return device == NULL ? NULL : device->handle;
}

/* What standing says, for an account about which it says something. */
static void
add_standing(AgSessionCheck *check, TimestampTz at)
{
	uint64		use = UINT64CONST(1) << ag_policy_capability_bit("session.use");
	const char *handle = device_handle(&check->session);
	AgProbe		probe = {
		.account_id = check->session.account_id, .asked = PG_UINT64_MAX, .at = at, .device = handle
	};

	ag_probe(&probe);
	check->denied = probe.verdict.denied;
	check->challenged = probe.verdict.challenged & ~probe.verdict.denied;
	if (((check->denied | check->challenged) & use) == 0)
		return;

	/* Which record decides about this one capability, and until when. */
	probe.asked = use;
	ag_probe(&probe);
	check->until = probe.verdict.ends_at;
	check->code = ag_session_refusal(&probe.verdict);
}

/* Whoever has proved more since the challenge was put is through. */
static void
apply_step_up(AgSessionCheck *check, TimestampTz at)
{
	int64		age = ag_policy_setting(AG_SETTING_STEP_UP_AGE);

	if (check->code == AG_ACCESS_STEP_UP_REQUIRED && !check->session.number_only &&
		check->session.stepped_up_at != DT_NOEND &&
		at < ag_time_plus(check->session.stepped_up_at, age))
		check->code = AG_ACCESS_OK;
}

/* An account whose number was taken from it binds another one before anything that matters. */
static void
apply_lost_number(AgSessionCheck *check)
{
	if (check->must_bind_phone)
		check->denied |= ag_policy_bundle_mask("without_number");
	check->challenged &= ~check->denied;
}

/* Seconds for which an application may go on without asking again. */
static int
cache_ttl(const AgSessionCheck *check, TimestampTz at)
{
	int64		ttl = ag_policy_setting(AG_SETTING_SESSION_CACHE);

	if (check->code != AG_ACCESS_OK || check->restricted || check->must_bind_phone)
		return 0;
	if (check->until != DT_NOEND)
		ttl = Min(ttl, (check->until - at) / USECS_PER_SEC);
	return (int) ttl;
}

void
ag_session_check(AgSessionCheck *check, const char *text, Size length)
{
	AgToken		token;
	AgAccountEpochs epochs;
	AgTokenMatch match;
	TimestampTz at = ag_now();
	AgProbe		probe = {.asked = PG_UINT64_MAX};

	memset(check, 0, sizeof(AgSessionCheck));
	check->code = AG_ACCESS_UNKNOWN;
	check->until = DT_NOEND;
	if (!ag_token_parse(&token, text, length))
		return;
	if (!ag_at_home())
	{
		check->code = AG_ACCESS_STALE_RESTORE;
		ag_wipe(token.secret, AG_TOKEN_SIZE);
		return;
	}
	if (ag_session_probe(token.account_id, token.no, &check->session) &&
		(match = ag_session_match(&check->session, &token)) != AG_TOKEN_OTHER &&
		ag_account_probe_epochs(token.account_id, &check->session.account_place, &epochs))
	{
		check->code = ag_session_life(&check->session, match, &epochs, at, &check->until);
		check->must_bind_phone = epochs.must_bind_phone;
	}
	ag_wipe(token.secret, AG_TOKEN_SIZE);
	if (check->code != AG_ACCESS_OK)
		return;

	probe.account_id = token.account_id;
	ag_filter_prepare();
	ag_probe(&probe);
	check->restricted = probe.any || probe.in_force ||
		(probe.verdict.denied | probe.verdict.challenged) != 0;
	if (check->restricted)
	{
		add_standing(check, at);
		apply_step_up(check, at);
	}
	apply_lost_number(check);
	check->cache_ttl = cache_ttl(check, at);
	if (check->code == AG_ACCESS_OK)
		touch(&check->session, at);
}
