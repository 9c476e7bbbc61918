/*-------------------------------------------------------------------------
 *
 * dormancy.c
 *		Signs of life, and how protection ends.
 *
 * A sign of life is a proof of more than the number: whoever got the number next can
 * have codes sent to himself, and must not keep the account awake with them.  For the
 * same reason a session counts only if its opening did.  The account's row has the last
 * one (owner_seen_at); sessions that are used, and proofs of the number together with
 * something else, add to it.
 *
 * Once an account is protected, not every proof is one of its owner: see
 * ag_dormancy_opens().
 *
 * Locks: the caller's.  Tables: account; reads session, device, binding.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "dormancy/dormancy.h"
#include "phone/phone.h"
#include "policy/policy.h"

/* Within this time a sign of life is as good as another. */
#define SIGN_EVERY (SECS_PER_HOUR * USECS_PER_SEC)

/* The later of two times, either of which may be absent (DT_NOEND). */
static TimestampTz
later(TimestampTz a, TimestampTz b)
{
	if (a == DT_NOEND || b == DT_NOEND)
		return a == DT_NOEND ? b : a;
	return Max(a, b);
}

static void
read_signs(const AgAccount *account, AgSigns *signs)
{
	AgSessionSigns sessions;
	TimestampTz proof_at;
	int			country;

	ag_session_store_signs(account->account_id, account->owner_seen_at, &sessions);
	ag_binding_store_signs(account->account_id, &proof_at, &country);
	signs->seen_at = later(account->owner_seen_at, later(sessions.owner_seen_at, proof_at));
	if (signs->seen_at == DT_NOEND)
		signs->seen_at = account->registered_at;
	signs->used_at = later(signs->seen_at, later(account->last_seen_at, sessions.used_at));
	signs->floor = ag_policy_country_floor(country);
}

void
ag_dormancy_read(const AgAccount *account, TimestampTz at, AgDormancy *dormancy)
{
	AgSigns		signs;
	AgEntitlements entitlements;

	read_signs(account, &signs);
	ag_entitlement_count(account->account_id, &entitlements);
	ag_dormancy_judge(&signs, &entitlements, at, dormancy);
}

/* The same if it is dormant or will be so many seconds from now; else false, and no source is asked. */
static bool
read_silent(const AgAccount *account, int64 ahead, TimestampTz at, AgDormancy *dormancy)
{
	static const AgEntitlements nothing = {0};
	AgSigns		signs;

	read_signs(account, &signs);
	ag_dormancy_judge(&signs, &nothing, at, dormancy);
	if (dormancy->dormant_at > ag_time_plus(at, ahead))
		return false;
	ag_dormancy_read(account, at, dormancy);
	return true;
}

static bool
read_protected(const AgAccount *account, TimestampTz at, AgDormancy *dormancy)
{
	return read_silent(account, 0, at, dormancy) && dormancy->protected;
}

static bool
is_protected(const AgAccount *account, TimestampTz at)
{
	AgDormancy	dormancy;

	return read_protected(account, at, &dormancy);
}

bool
ag_dormancy_notable(const AgAccount *account, TimestampTz at, AgDormancy *dormancy)
{
	return read_silent(account, ag_policy_setting(AG_SETTING_REMIND_AHEAD), at, dormancy) &&
		dormancy->entitled;
}

static void
note_return(AgAccount *account, AgReturn how)
{
	AgFields   *after = ag_fields_new();

	ag_field_text(after, "by", how == AG_RETURN_DEVICE ? "device" : "gate");
	ag_account_emit(account, AG_ACTION_OWNER_RETURNED, NULL, NULL, NULL, after);
}

void
ag_dormancy_return(AgAccount *account, AgReturn how, TimestampTz at)
{
	bool		protected = is_protected(account, at);

	account->owner_seen_at = later(account->owner_seen_at, at);
	if (protected)
		note_return(account, how);
}

bool
ag_dormancy_seen(AgAccount *account, TimestampTz seen_at, TimestampTz at)
{
	AgFields   *after;

	if (account->owner_seen_at != DT_NOEND && seen_at < account->owner_seen_at + SIGN_EVERY)
		return false;
	if (is_protected(account, at))
		return false;
	account->owner_seen_at = seen_at;
	after = ag_fields_new();
	ag_field_time(after, "seen_at", seen_at);
	ag_account_emit(account, AG_ACTION_OWNER_SEEN, NULL, NULL, NULL, after);
	return true;
}

static bool
has_method(List *methods, const char *name)
{
	ListCell   *cell;

	foreach(cell, methods)
		if (strcmp(lfirst(cell), name) == 0)
		return true;
	return false;
}

/* What is known of the device that was there before; a new one is AG_DEVICE_SEEN. */
static void
read_device(const AgSessionProof *proof, const AgSigns *signs, AgEntry *entry)
{
	if (proof->device == NULL)
		return;
	entry->device = ag_device_present_state(proof->device, proof->at);
	entry->device_age = (proof->at - proof->device->last_seen_at) / USECS_PER_SEC;
	entry->device_older = ag_dormancy_knew(signs, proof->device);
}

/* A session is opened, or stepped up: is it the owner? */
static void
note_entry(const AgSessionProof *proof)
{
	AgAccount  *account = proof->account;
	AgEntry		entry = {
		.number_only = proof->number_only,
		.password = has_method(proof->methods, "password"),
		.device_signed = proof->device_signed,
		.device = AG_DEVICE_SEEN
	};
	AgDormancy	dormancy;

	if (proof->number_only)
		return;
	if (account->owner_seen_at == DT_NOEND || account->owner_seen_at > proof->at ||
		proof->at - account->owner_seen_at >= SIGN_EVERY)
	{
		if (read_protected(account, proof->at, &dormancy))
		{
			read_device(proof, &dormancy.signs, &entry);
			if (!ag_dormancy_opens(&entry))
				return;
			note_return(account, AG_RETURN_DEVICE);
		}
	}
	account->owner_seen_at = later(account->owner_seen_at, proof->at);
}

void
ag_dormancy_init(void)
{
	ag_session_observe(note_entry);
	ag_dormancy_notice_init();
}
