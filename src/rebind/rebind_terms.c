/*-------------------------------------------------------------------------
 *
 * rebind_terms.c
 *		What policy says about changing a number, and what is so.
 *
 * Everything is read when it is judged, and again before a request takes effect: a
 * freeze, a hold or a claim that came in between counts.
 *
 * Locks: the account, and its numbers when the request takes effect, by the caller.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "capability/capability.h"
#include "dormancy/dormancy.h"
#include "freeze/freeze.h"
#include "identity/password.h"
#include "phone/tombstone.h"
#include "pgtime.h"
#include "policy/policy.h"
#include "rebind/rebind.h"
#include "utils/datetime.h"

void
ag_rebind_terms(AgRebindTerms *terms)
{
	terms->basic = ag_policy_setting(AG_SETTING_REBIND_BASIC);
	terms->day = ag_policy_setting(AG_SETTING_REBIND_DAY);
	terms->night = ag_policy_setting(AG_SETTING_REBIND_NIGHT);
	terms->unusable = ag_policy_setting(AG_SETTING_REBIND_UNUSABLE);
	terms->sim_risk = ag_policy_setting(AG_SETTING_REBIND_SIM_RISK);
	terms->special = ag_policy_setting(AG_SETTING_REBIND_SPECIAL);
	terms->trusted = ag_policy_setting(AG_SETTING_UNTRUST_DELAY);
	terms->day_from = (int) ag_policy_setting(AG_SETTING_REBIND_DAY_FROM);
	terms->day_until = (int) ag_policy_setting(AG_SETTING_REBIND_DAY_UNTIL);
}

static uint64
capability(const char *name)
{
	return UINT64CONST(1) << ag_policy_capability_bit(name);
}

/* U-1.  The user's own rule of hours and devices is about logging in, not about this. */
static bool
account_is_normal(const AgAccount *account, TimestampTz at, bool frozen)
{
	AgProbe		probe = {
		.account_id = account->account_id, .at = at,
		.asked = capability("session.use") | capability("security.change_phone")
	};
	AgDormancy	dormancy;

	if (account->state != AG_ACTIVE || frozen)
		return false;
	ag_probe(&probe);
	if (probe.verdict.denied != 0)
		return false;
	ag_dormancy_read(account, at, &dormancy);
	return !dormancy.protected;
}

/* Of freezes that have to do with the account's safety: is one in force, was one lifted lately? */
static void
look_at_freezes(const AgAccount *account, TimestampTz at, bool *frozen, bool *unfrozen)
{
	TimestampTz since = at - ag_policy_setting(AG_SETTING_REBIND_EVENT_AGE) * USECS_PER_SEC;
	uint64		grave = capability("session.create") | capability("session.use") |
		capability("security.change_phone");
	ListCell   *cell;

	*frozen = *unfrozen = false;
	foreach(cell, ag_freeze_list(account->account_id))
	{
		const AgFreeze *freeze = lfirst(cell);
		TimestampTz end = ag_freeze_end(freeze);

		if ((freeze->denies & grave) == 0 || freeze->rule != NULL)
			continue;
		if (ag_freeze_state(freeze, at) == AG_FREEZE_ACTIVE)
			*frozen = true;
		else if (ag_freeze_effective(freeze) && freeze->vacated_at == DT_NOEND && end <= at && end > since)
			*unfrozen = true;
	}
}

/* Has the device that asked been kicked off, reported lost or quarantined since? */
static bool
device_fell(const AgNumberChange *change)
{
	AgDevice   *device = change == NULL ? NULL :
		ag_device_store_load(change->account_id, change->device_no);

	return device != NULL && (device->stored == AG_DEVICE_REVOKED || device->stored == AG_DEVICE_LOST ||
							  device->stored == AG_DEVICE_QUARANTINED);
}

/*
 * Was the password set by a recovery, or from a device that nobody knew yet?  What an
 * owner does on his own device is no event.
 */
static bool
password_was_taken(int64 account_id, TimestampTz since)
{
	TimestampTz set_at;
	char	   *set_by;
	AgSession  *session;
	AgDevice   *device;
	AgDeviceState state;

	if (!ag_password_changed(account_id, &set_at, &set_by) || set_at <= since)
		return false;
	if (strncmp(set_by, "session:", 8) != 0)
		return true;
	session = ag_session_store_load(account_id, (int) strtol(set_by + 8, NULL, 10));
	device = session == NULL ? NULL : ag_device_store_load(account_id, session->device_no);
	if (device == NULL)
		return true;
	state = ag_device_state(device, ag_policy_setting(AG_SETTING_DEVICE_ESTABLISHED), set_at);
	return state != AG_DEVICE_ESTABLISHED && state != AG_DEVICE_TRUSTED;
}

/* U-3. */
static bool
event_is_recent(const AgRebindScene *scene, const AgNumberChange *change, bool unfrozen)
{
	TimestampTz since = scene->at - ag_policy_setting(AG_SETTING_REBIND_EVENT_AGE) * USECS_PER_SEC;

	return unfrozen || device_fell(change) ||
		ag_device_store_disowned(scene->account->account_id, since) ||
		ag_change_store_disowned(scene->account->account_id, since) ||
		password_was_taken(scene->account->account_id, since);
}

/* Has a new holder claimed the number, and is that not over? */
bool
ag_rebind_is_claimed(int64 number_id)
{
	AgNumberEvent *events;
	int			count = number_id == 0 ? 0 : ag_evidence_store_events(number_id, &events);
	bool		claimed = false;

	for (int i = 0; i < count; i++)
		if (events[i].signal == AG_SIGNAL_CLAIM_OPENED)
			claimed = true;
		else if (events[i].signal == AG_SIGNAL_CLAIM_CLOSED || events[i].signal == AG_SIGNAL_CLAIM_COMPLETED)
			claimed = false;
	return claimed;
}

/* U-8. */
static bool
is_busy(const AgRebindScene *scene, const AgNumberChange *change)
{
	AgNumberChange *open = ag_change_store_open(scene->account->account_id);

	if (open != NULL && (change == NULL || open->no != change->no) &&
		ag_rebind_state(&open->times, scene->at) != AG_REBIND_CANCELLED)
		return true;
	return ag_rebind_is_claimed(scene->binding == NULL ? 0 : scene->binding->number_id) ||
		ag_rebind_is_claimed(scene->new_number == NULL ? 0 : scene->new_number->number_id);
}

static bool
has_moved(const AgRebindScene *scene, const AgNumberChange *change)
{
	/* A trusted number is trusted whoever logs in with it. */
	if (change == NULL || change->kind == AG_REBIND_UNTRUST)
		return false;
	return (scene->number != NULL && scene->number->epoch != change->number_epoch) ||
		(change->new_number_id != 0 && scene->new_number != NULL &&
		 scene->new_number->epoch != change->new_number_epoch);
}

AgRebindCheck
ag_rebind_examine(const AgRebindScene *scene, const AgNumberChange *change, bool again)
{
	int64		account_id = scene->account->account_id;
	AgRebindKind kind = change == NULL ? AG_REBIND_CHANGE : change->kind;
	AgRebindLimits limits = {
		.changes = ag_policy_setting(AG_SETTING_REBIND_CHANGES),
		.requests = ag_policy_setting(AG_SETTING_REBIND_REQUESTS)
	};
	AgRebindFacts facts;
	bool		frozen;
	bool		unfrozen;

	look_at_freezes(scene->account, scene->at, &frozen, &unfrozen);
	facts.account_normal = account_is_normal(scene->account, scene->at, frozen);
	facts.owner_present = scene->owner_present;
	facts.event_recent = event_is_recent(scene, again ? change : NULL, unfrozen);
	facts.number_matches = scene->number_matches;
	facts.number_moved = has_moved(scene, change);
	facts.client_good = scene->client_good;
	facts.way_in_stays = scene->new_coming || kind == AG_REBIND_UNTRUST || ag_password_exists(account_id);
	facts.held = ag_hold_any(account_id, scene->at);
	facts.busy = is_busy(scene, change);
	facts.changes = kind == AG_REBIND_UNTRUST || (change != NULL && !change->counted) ? 0 :
		ag_change_store_count(account_id, scene->at -
							  ag_policy_setting(AG_SETTING_REBIND_SPAN) * USECS_PER_SEC);
	/* The request that is being confirmed has taken its place already. */
	facts.requests = change != NULL && change->no != 0 ? 0 :
		ag_change_store_requests(account_id, scene->at - USECS_PER_DAY);
	return ag_rebind_judge(&facts, &limits, again);
}

/* The minute of the day in the account's time zone; UTC if that zone is gone. */
static int
minute_of_day(const AgAccount *account, TimestampTz at)
{
	pg_tz	   *zone = pg_tzset(account->time_zone);
	struct pg_tm tm;
	fsec_t		microseconds;
	int			offset;

	if (zone == NULL)
		zone = pg_tzset("UTC");
	if (timestamp2tm(at, &offset, &tm, &microseconds, NULL, zone) != 0)
		return 0;
	return tm.tm_hour * MINS_PER_HOUR + tm.tm_min;
}

void
ag_rebind_case(const AgRebindScene *scene, AgRebindKind kind, bool code_shown, AgRebindCase *it)
{
	const AgAccount *account = scene->account;
	AgEvidence	evidence = {.reassignment = AG_REASSIGNMENT_UNKNOWN};

	if (scene->binding != NULL)
		ag_evidence_of(scene->binding, scene->at, &evidence);
	it->kind = kind;
	it->special = account->protected || account->staff_rank > 0 || account->person != NULL;
	it->has_number = scene->binding != NULL;
	it->code_shown = code_shown;
	it->reassigned = evidence.reassignment == AG_REASSIGNMENT_CONFIRMED;
	it->suspected = evidence.reassignment == AG_REASSIGNMENT_SUSPECTED;
	it->sim_risk = evidence.sim_risk;
	it->basic = strcmp(account->profile, "basic") == 0;
	it->minute = minute_of_day(account, scene->at);
}

/*
 * A code to the old number is shown in the request's own flow.  What the session showed
 * has to be as young as for any step-up.
 */
bool
ag_rebind_passes(const AgActing *acting, const AgRebindCase *it, AgAssurance *assurance)
{
	AgClaimant	claimant;

	/* Whose number is gone binds another one before he does anything else. */
	if (!ag_session_fresh(acting) ||
		(it->kind == AG_REBIND_UNTRUST && acting->account->number_lost_at != DT_NOEND))
		return false;
	ag_claimant_of_session(acting, &claimant);
	if (ag_rebind_code_counts(it))
		claimant.shown |= AG_METHOD_BIT(AG_METHOD_NUMBER_CODE);
	claimant.way = ag_rebind_way(it);
	ag_gate_judge(acting->account, &claimant, acting->at, assurance);
	return assurance->passed && !assurance->another_factor;
}

/* What spoke for who asked may have been somebody else's by then. */
bool
ag_rebind_still_passes(const AgRebindScene *scene, const AgNumberChange *change)
{
	AgRebindCase it;

	if (change->situation != AG_REBIND_PROVED)
		return true;
	ag_rebind_case(scene, change->kind, true, &it);
	return ag_rebind_code_counts(&it);
}

AgFlowCode
ag_rebind_may_take(const AgNumber *number, const AgAccount *account, TimestampTz at)
{
	AgPhoneBinding *holder = ag_binding_holder(number->number_id);
	TimestampTz until;

	if (holder != NULL)
		return holder->account_id == account->account_id ? AG_FLOW_REBIND_SAME : AG_FLOW_REBIND_NUMBER_TAKEN;
	if (ag_tombstone_in_force(number->number_id, account->account_id, at, &until) != NULL)
		return AG_FLOW_REBIND_NUMBER_HELD;
	if (ag_binding_store_started(number->number_id, account->account_id,
								 at - ag_policy_setting(AG_SETTING_NUMBER_ACCOUNTS_WINDOW) * USECS_PER_SEC) >=
		ag_policy_setting(AG_SETTING_NUMBER_ACCOUNTS))
		return AG_FLOW_REBIND_NUMBER_QUOTA;
	return AG_FLOW_OK;
}

bool
ag_rebind_is_back(int64 account_id, int64 number_id, TimestampTz at)
{
	return number_id != 0 &&
		ag_binding_store_given_up(account_id, number_id,
								  at - ag_policy_setting(AG_SETTING_REBIND_BACK) * USECS_PER_SEC);
}
