/*-------------------------------------------------------------------------
 *
 * device_rules.c
 *		What a device can become.  Shown by device_transitions().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "session/session.h"

static const char *const state_names[] = {
	[AG_DEVICE_SEEN] = "seen",
	[AG_DEVICE_ESTABLISHED] = "established",
	[AG_DEVICE_TRUSTED] = "trusted",
	[AG_DEVICE_QUARANTINED] = "quarantined",
	[AG_DEVICE_REVOKED] = "revoked",
	[AG_DEVICE_LOST] = "lost"
};

static const char *const event_names[] = {
	[AG_DEVICE_ENROL] = "enrol",
	[AG_DEVICE_TIME] = "(time)",
	[AG_DEVICE_TRUST] = "trust",
	[AG_DEVICE_UNTRUST] = "untrust",
	[AG_DEVICE_KICK] = "kick",
	[AG_DEVICE_LOSE] = "lose",
	[AG_DEVICE_QUARANTINE] = "quarantine"
};

#define OWN "its owner, with a session"
#define TRUST_GUARD "a fresh step-up; on a device that is trusted, or itself a mobile one after device_trust_after"
#define KICK_GUARD "a young session on a device that is merely seen needs a fresh step-up to end an established one"
#define STAFF "risk, moderator, compliance, operator"

static const AgDeviceTransition transitions[] = {
	{-1, AG_DEVICE_ENROL, AG_DEVICE_SEEN, "app", "a session is opened on it"},
	{AG_DEVICE_SEEN, AG_DEVICE_TIME, AG_DEVICE_ESTABLISHED, "clock",
	"device_established after it was enrolled, and not by a number alone"},
	{AG_DEVICE_SEEN, AG_DEVICE_TRUST, AG_DEVICE_TRUSTED, OWN, TRUST_GUARD},
	{AG_DEVICE_ESTABLISHED, AG_DEVICE_TRUST, AG_DEVICE_TRUSTED, OWN, TRUST_GUARD},
	{AG_DEVICE_TRUSTED, AG_DEVICE_UNTRUST, AG_DEVICE_SEEN, OWN, KICK_GUARD},
	{AG_DEVICE_SEEN, AG_DEVICE_KICK, AG_DEVICE_REVOKED, OWN, KICK_GUARD},
	{AG_DEVICE_ESTABLISHED, AG_DEVICE_KICK, AG_DEVICE_REVOKED, OWN, KICK_GUARD},
	{AG_DEVICE_TRUSTED, AG_DEVICE_KICK, AG_DEVICE_REVOKED, OWN, KICK_GUARD},
	{AG_DEVICE_QUARANTINED, AG_DEVICE_KICK, AG_DEVICE_REVOKED, OWN, NULL},
	{AG_DEVICE_SEEN, AG_DEVICE_LOSE, AG_DEVICE_LOST, OWN, KICK_GUARD},
	{AG_DEVICE_ESTABLISHED, AG_DEVICE_LOSE, AG_DEVICE_LOST, OWN, KICK_GUARD},
	{AG_DEVICE_TRUSTED, AG_DEVICE_LOSE, AG_DEVICE_LOST, OWN, KICK_GUARD},
	{AG_DEVICE_QUARANTINED, AG_DEVICE_LOSE, AG_DEVICE_LOST, OWN, NULL},
	{AG_DEVICE_REVOKED, AG_DEVICE_LOSE, AG_DEVICE_LOST, OWN, NULL},
	{AG_DEVICE_SEEN, AG_DEVICE_QUARANTINE, AG_DEVICE_QUARANTINED, STAFF, NULL},
	{AG_DEVICE_ESTABLISHED, AG_DEVICE_QUARANTINE, AG_DEVICE_QUARANTINED, STAFF, NULL},
	{AG_DEVICE_TRUSTED, AG_DEVICE_QUARANTINE, AG_DEVICE_QUARANTINED, STAFF, NULL},
	{AG_DEVICE_QUARANTINED, AG_DEVICE_ENROL, AG_DEVICE_SEEN, "app",
	"a session is opened on it with more than a number"},
	{AG_DEVICE_REVOKED, AG_DEVICE_ENROL, AG_DEVICE_SEEN, "app", "a session is opened on it"},
};

const AgDeviceTransition *
ag_device_transitions(int *count)
{
	*count = lengthof(transitions);
	return transitions;
}

/* NULL = the event does not lead on from there. */
const AgDeviceTransition *
ag_device_rule(AgDeviceState from, AgDeviceEvent event)
{
	for (int i = 0; i < lengthof(transitions); i++)
		if (transitions[i].from == (int) from && transitions[i].event == event)
			return &transitions[i];
	return NULL;
}

const char *
ag_device_state_name(AgDeviceState state)
{
	return state_names[state];
}

/* CHECKs of the table admit no other name. */
AgDeviceState
ag_device_state_parse(const char *name)
{
	int			state;

	for (state = AG_DEVICE_SEEN; state < AG_DEVICE_LOST; state++)
		if (strcmp(state_names[state], name) == 0)
			break;
	return (AgDeviceState) state;
}

const char *
ag_device_event_name(AgDeviceEvent event)
{
	return event_names[event];
}

AgDeviceState
ag_device_state(const AgDevice *device, int64 established_after, TimestampTz at)
{
	if (device->stored == AG_DEVICE_SEEN && !device->number_only &&
		ag_time_plus(device->first_seen_at, established_after) <= at)
		return AG_DEVICE_ESTABLISHED;
	return device->stored;
}
