/*-------------------------------------------------------------------------
 *
 * device.c
 *		Devices: enrolled with a session, proved by a signature, trusted, kicked off.
 *
 * A device with a key signs a challenge each time it opens a session: domain, account
 * and challenge, so that what it signs for one account or server is of no use
 * elsewhere.  The challenge is good once and for a minute.
 *
 * Locks: the account's row.  Table: device; session where a device's sessions end.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"
#include "session/session.h"

#define CHALLENGE_LIFE 60		/* seconds */
#define SIGNED_DOMAIN "acctguard device 1"

AgDeviceState
ag_device_present_state(const AgDevice *device, TimestampTz at)
{
	return ag_device_state(device, ag_policy_setting(AG_SETTING_DEVICE_ESTABLISHED), at);
}

static void
emit(AgAccount *account, AgAction action, const AgDevice *device, const char *reason)
{
	AgFields   *fields = ag_fields_new();

	ag_field_int(fields, "device", device->no);
	ag_field_text(fields, "state", ag_device_state_name(device->stored));
	ag_field_text(fields, "platform", device->platform);
	ag_field_bool(fields, "key", device->has_key);
	ag_account_emit(account, action, reason, NULL, NULL, fields);
}

/*
 * A challenge for the device to sign.  For a device that is not known, or has no key,
 * it looks the same and is good for nothing.
 */
void
ag_device_challenge(int64 account_id, const char *handle, uint8 challenge[AG_KEY_SIZE])
{
	AgAccount  *account = ag_account_lock(account_id);
	AgDevice   *device = ag_device_store_find(account_id, handle);

	ag_random(challenge, AG_KEY_SIZE);
	if (device == NULL || !device->has_key)
		return;
	memcpy(device->challenge, challenge, AG_KEY_SIZE);
	device->challenge_until = ag_time_plus(ag_account_now(account), CHALLENGE_LIFE);
	ag_device_store_challenge(device);
}

/* Did it sign the challenge it was given?  The caller makes the challenge void. */
bool
ag_device_signed(AgDevice *device, const AgSessionOrder *order, TimestampTz at)
{
	uint8		message[sizeof(SIGNED_DOMAIN) + sizeof(uint64) + AG_KEY_SIZE];
	uint8	   *p = message;

	if (!order->has_signature || !device->has_challenge || device->challenge_until <= at)
		return false;
	memcpy(p, SIGNED_DOMAIN, sizeof(SIGNED_DOMAIN));	/* with its zero byte */
	p += sizeof(SIGNED_DOMAIN);
	for (int shift = 56; shift >= 0; shift -= 8)
		*p++ = (uint8) ((uint64) device->account_id >> shift);
	memcpy(p, device->challenge, AG_KEY_SIZE);
	return ag_verify(order->signature, message, sizeof(message), device->public_key);
}

static AgDevice *
new_device(AgAccount *account, const AgSessionOrder *order, bool number_only, TimestampTz at)
{
	AgDevice   *device = palloc0(sizeof(AgDevice));

	device->account_id = account->account_id;
	device->no = ag_account_next_child(account);
	device->handle = pstrdup(order->handle);
	device->label = order->label ? pstrdup(order->label) : NULL;
	device->platform = pstrdup(order->platform);
	device->stored = AG_DEVICE_SEEN;
	device->has_key = order->has_key;
	memcpy(device->public_key, order->public_key, AG_KEY_SIZE);
	device->number_only = number_only;
	device->first_seen_at = device->last_seen_at = at;
	ag_device_store_insert(device, order->methods);
	emit(account, AG_ACTION_DEVICE_ENROLLED, device, NULL);
	return device;
}

/*
 * A session is opened on the device.  One that was kicked off or quarantined begins
 * anew, and so does one that had shown no more than a number until now: its age counts
 * from the first proof of its owner.  So does one that brings its key only now: until
 * then it was a name, and whoever copied the name could bring a key of his own.
 */
AgDevice *
ag_device_enrol(AgAccount *account, const AgSessionOrder *order, AgDevice *known, bool number_only,
				TimestampTz at)
{
	bool		anew;

	if (known == NULL)
		return new_device(account, order, number_only, at);

	anew = ag_device_rule(known->stored, AG_DEVICE_ENROL) != NULL ||
		(known->number_only && !number_only) || (order->has_key && !known->has_key);
	if (anew)
	{
		known->stored = AG_DEVICE_SEEN;
		known->first_seen_at = at;
		known->number_only = number_only;
	}
	if (order->has_key && !known->has_key)
	{
		known->has_key = true;
		memcpy(known->public_key, order->public_key, AG_KEY_SIZE);
	}
	known->label = order->label ? pstrdup(order->label) : NULL;
	known->platform = pstrdup(order->platform);
	known->last_seen_at = at;
	ag_device_store_seen(known, anew ? order->methods : NIL);
	if (anew)
		emit(account, AG_ACTION_DEVICE_ENROLLED, known, NULL);
	return known;
}

static void
begin_result(AgSessionResult *result, const AgActing *acting)
{
	memset(result, 0, sizeof(AgSessionResult));
	result->until = DT_NOEND;
	result->code = acting->code;
	if (acting->session != NULL)
		result->session_no = acting->session->no;
}

/* The device of that number (0 = the session's own), NULL with the code set if there is none. */
static AgDevice *
target_of(const AgActing *acting, int32 no, AgSessionResult *result)
{
	AgDevice   *target = no == 0 || no == acting->session->device_no ? acting->device :
		ag_device_store_load(acting->account->account_id, no);

	if (target == NULL)
		result->code = AG_ACCESS_DEVICE_UNKNOWN;
	else
		result->device_no = target->no;
	return target;
}

static AgAccessCode
judge_trust(const AgActing *acting, const AgDevice *target)
{
	bool		own = target->no == acting->session->device_no;
	TimestampTz from = ag_time_plus(target->first_seen_at,
									ag_policy_setting(AG_SETTING_DEVICE_TRUST_AFTER));

	if (!ag_session_fresh(acting))
		return AG_ACCESS_STEP_UP_REQUIRED;
	if (target->number_only)
		return AG_ACCESS_DEVICE_STATE;
	if (acting->device->stored != AG_DEVICE_TRUSTED &&
		(!own || strcmp(target->platform, "mobile") != 0 || acting->at < from))
		return AG_ACCESS_DEVICE_STATE;
	if (ag_device_store_count(target->account_id, "trusted") >= ag_policy_setting(AG_SETTING_TRUSTED_MOST))
		return AG_ACCESS_DEVICE_LIMIT;
	return AG_ACCESS_OK;
}

/* Trust a device, or no longer. */
void
ag_device_trust(const char *token, int32 no, bool trusted, AgSessionResult *result)
{
	AgDeviceEvent event = trusted ? AG_DEVICE_TRUST : AG_DEVICE_UNTRUST;
	const AgDeviceTransition *rule;
	AgActing	acting;
	AgDevice   *target;

	ag_session_act(&acting, token, false);
	begin_result(result, &acting);
	if (result->code != AG_ACCESS_OK || (target = target_of(&acting, no, result)) == NULL)
		return;
	rule = ag_device_rule(ag_device_present_state(target, acting.at), event);
	if (rule == NULL)
		result->code = AG_ACCESS_DEVICE_STATE;
	else if (trusted)
		result->code = judge_trust(&acting, target);
	else if (!ag_session_may_kick(&acting, target))
		result->code = AG_ACCESS_STEP_UP_REQUIRED;
	if (result->code != AG_ACCESS_OK)
		return;

	target->stored = rule->to;
	ag_device_store_state(target, acting.at, ag_session_actor(&acting), NULL);
	emit(acting.account, trusted ? AG_ACTION_DEVICE_TRUSTED : AG_ACTION_DEVICE_UNTRUSTED, target, NULL);
	ag_account_save(acting.account);
}

/* Kick a device off, or report it lost: its sessions end. */
void
ag_device_kick(const char *token, int32 no, bool lost, AgSessionResult *result)
{
	const AgDeviceTransition *rule;
	AgActing	acting;
	AgDevice   *target;

	ag_session_act(&acting, token, true);
	begin_result(result, &acting);
	if (result->code != AG_ACCESS_OK || (target = target_of(&acting, no, result)) == NULL)
		return;
	rule = ag_device_rule(ag_device_present_state(target, acting.at), lost ? AG_DEVICE_LOSE : AG_DEVICE_KICK);
	if (rule == NULL)
		result->code = AG_ACCESS_DEVICE_STATE;
	else if (!ag_session_may_kick(&acting, target))
		result->code = AG_ACCESS_STEP_UP_REQUIRED;
	if (result->code != AG_ACCESS_OK)
		return;

	target->stored = rule->to;
	ag_device_store_state(target, acting.at, ag_session_actor(&acting), NULL);
	result->count = ag_session_store_end_device(target->account_id, target->no, acting.at,
												lost ? "lost" : "kicked", ag_session_actor(&acting));
	emit(acting.account, lost ? AG_ACTION_DEVICE_LOST : AG_ACTION_DEVICE_KICKED, target, NULL);
	ag_account_save(acting.account);
}

static void
pg_attribute_noreturn()
refuse_unknown(int64 account_id, int32 no)
{
	ereport(ERROR, ag_errcode(AG_ERR_DEVICE_UNKNOWN),
			errmsg("account " INT64_FORMAT " has no device %d", account_id, no),
			errhint("See acctguard.device_list(%lld).", (long long) account_id));
}

static bool
quarantine_one(AgAccount *account, AgDevice *device, const char *reason, TimestampTz at)
{
	AgActor    *actor = ag_actor();
	const AgDeviceTransition *rule = ag_device_rule(ag_device_present_state(device, at),
													AG_DEVICE_QUARANTINE);

	if (rule == NULL)
		return false;
	device->stored = rule->to;
	ag_device_store_state(device, at, actor->person, reason);
	(void) ag_session_store_end_device(account->account_id, device->no, at, "quarantined", actor->person);
	emit(account, AG_ACTION_DEVICE_QUARANTINED, device, reason);
	return true;
}

/*
 * Quarantine a device of a locked account, or (number_only) all that nothing but a
 * number has enrolled: how many it were.  The caller saves the account.
 */
int
ag_device_quarantine(AgAccount *account, int32 no, bool number_only, const char *reason)
{
	TimestampTz at = ag_account_now(account);
	AgDevice   *device;
	ListCell   *cell;
	int			count = 0;

	if (number_only)
	{
		foreach(cell, ag_device_store_number_only(account->account_id))
			count += quarantine_one(account, lfirst(cell), reason, at) ? 1 : 0;
		return count;
	}
	device = ag_device_store_load(account->account_id, no);
	if (device == NULL)
		refuse_unknown(account->account_id, no);
	return quarantine_one(account, device, reason, at) ? 1 : 0;
}

int
ag_device_distrust(AgAccount *account, TimestampTz since, const char *reason)
{
	TimestampTz at = ag_account_now(account);
	int			count = 0;
	ListCell   *cell;

	foreach(cell, ag_device_store_number_only(account->account_id))
	{
		AgDevice   *device = lfirst(cell);

		if (device->first_seen_at > since)
			count += quarantine_one(account, device, reason, at) ? 1 : 0;
	}
	return count + ag_session_store_end_number_only(account->account_id, since, 0, at, "quarantined",
													ag_actor()->person);
}

/*
 * Who came first speaks: a thief on a device of his own disowns nobody's older one, whatever
 * else he has stolen.
 */
AgAccessCode
ag_device_judge_disown(const AgActing *acting, const AgDevice *target)
{
	if (target->no == acting->device->no || acting->device->number_only ||
		target->first_seen_at <= acting->device->first_seen_at)
		return AG_ACCESS_DEVICE_STATE;
	return ag_session_fresh(acting) ? AG_ACCESS_OK : AG_ACCESS_STEP_UP_REQUIRED;
}

int
ag_device_disown(const AgActing *acting, AgDevice *target, int *devices)
{
	AgAccount  *account = acting->account;
	char	   *who = ag_session_actor(acting);
	int			ended = ag_session_store_end_device(account->account_id, target->no, acting->at, AG_DISOWNED,
													who);
	ListCell   *cell;

	target->stored = AG_DEVICE_LOST;
	ag_device_store_state(target, acting->at, who, AG_DISOWNED);
	*devices = 0;
	foreach(cell, ag_device_store_since(target, acting->device->no, target->first_seen_at))
	{
		AgDevice   *device = lfirst(cell);

		ended += ag_session_store_end_device(account->account_id, device->no, acting->at, AG_DISOWNED, who);
		*devices += quarantine_one(account, device, AG_DISOWNED, acting->at) ? 1 : 0;
	}
	return ended;
}
