/*-------------------------------------------------------------------------
 *
 * disown.c
 *		"It was not me": the owner of an account disowns a device that logged in.
 *
 * The device cannot come back, and everything that came into the account since it did is
 * taken back: sessions, devices, trusted numbers, addresses for notices, requests about
 * numbers, open flows.  What is older stays, and so does what the owner's own device has
 * asked for.  A number that was changed meanwhile is not: it may be somebody else's by
 * now, and service has to look.  For policy rebind_event_age no number can be changed.
 *
 * Locks: the trusted numbers by ascending id, the account, flows.  Tables: device,
 * session, binding, account_contact, number_change, flow; the ledger through events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "identity/password.h"
#include "policy/policy.h"
#include "rebind/rebind.h"

#define WHY "disowned by the owner"

static int
compare_numbers(const ListCell *a, const ListCell *b)
{
	int64		left = ((const AgPhoneBinding *) lfirst(a))->number_id;
	int64		right = ((const AgPhoneBinding *) lfirst(b))->number_id;

	return left < right ? -1 : left > right;
}

/* Trusted numbers that may have to go, locked in their order: AgNumber *, as their bindings. */
static List *
lock_numbers(List *bindings)
{
	List	   *numbers = NIL;
	ListCell   *cell;

	foreach(cell, bindings)
		numbers = lappend(numbers, ag_number_lock(((AgPhoneBinding *) lfirst(cell))->number_id));
	return numbers;
}

static int
release_numbers(const AgActing *acting, List *bindings, List *numbers, TimestampTz since)
{
	int			count = 0;
	ListCell   *seen;
	ListCell   *locked;

	forboth(seen, bindings, locked, numbers)
	{
		AgNumber   *number = lfirst(locked);
		AgPhoneBinding *binding = ag_binding_require(acting->account->account_id,
													 ((AgPhoneBinding *) lfirst(seen))->no);

		if (binding->released_at != DT_NOEND || binding->bound_at < since)
			continue;
		(void) ag_number_release(number, acting->account, binding, AG_RELEASE_UNBOUND, WHY, acting->at);
		ag_number_save(number);
		count++;
	}
	return count;
}

/* A request that is on its way and that the owner's own device has not made. */
static int
end_request(const AgActing *acting, TimestampTz since)
{
	AgNumberChange *change = ag_change_store_open(acting->account->account_id);
	AgRebindState state;
	AgRebindEvent event = AG_REBIND_DISOWN;

	if (change == NULL || change->requested_at < since || change->device_no == acting->device->no)
		return 0;
	state = ag_rebind_state(&change->times, acting->at);
	if (ag_rebind_rule(state, event) == NULL)
		event = AG_REBIND_CANCEL;
	if (ag_rebind_rule(state, event) == NULL)
		return 0;
	ag_rebind_end(acting->account, change, event, AG_DISOWNED, ag_session_actor(acting), acting->at);
	return 1;
}

/* Was the password set since, the first one too, and not in the session that speaks? */
static bool
password_was_set(const AgActing *acting, TimestampTz since)
{
	TimestampTz set_at = DT_NOBEGIN;
	char	   *set_by = NULL;

	(void) ag_password_changed(acting->account->account_id, &set_at, &set_by);
	return set_at >= since && strcmp(set_by, ag_session_actor(acting)) != 0;
}

static void
emit(const AgActing *acting, const AgDevice *target, const AgDisowned *disowned)
{
	AgFields   *after = ag_fields_new();

	ag_field_int(after, "device", target->no);
	ag_field_time(after, "since", target->first_seen_at);
	ag_field_int(after, "sessions", disowned->sessions);
	ag_field_int(after, "devices", disowned->devices);
	ag_field_int(after, "numbers", disowned->numbers);
	ag_field_int(after, "contacts", disowned->contacts);
	ag_field_int(after, "requests", disowned->requests);
	ag_field_bool(after, "password", disowned->password);
	ag_account_emit(acting->account, AG_ACTION_DEVICE_DISOWNED, NULL, NULL, NULL, after);
}

void
ag_disown(const char *token, int32 device_no, AgDisowned *disowned)
{
	List	   *bindings = NIL;
	List	   *numbers = NIL;
	AgActing	acting;
	AgDevice   *target;
	TimestampTz since;
	int64		account_id;

	memset(disowned, 0, sizeof(AgDisowned));
	if (ag_rebind_token_account(token, &account_id))
	{
		bindings = ag_binding_store_trusted(account_id);
		list_sort(bindings, compare_numbers);
		numbers = lock_numbers(bindings);
	}
	ag_session_act(&acting, token, true);
	disowned->code = acting.code;
	if (acting.code != AG_ACCESS_OK)
		return;
	target = ag_device_store_load(account_id, device_no);
	disowned->code = target == NULL ? AG_ACCESS_DEVICE_UNKNOWN : ag_device_judge_disown(&acting, target);
	if (disowned->code != AG_ACCESS_OK)
		return;

	since = target->first_seen_at;
	disowned->password = password_was_set(&acting, since);
	disowned->requests = end_request(&acting, since);
	disowned->sessions = ag_device_disown(&acting, target, &disowned->devices);
	disowned->numbers = release_numbers(&acting, bindings, numbers, since);
	disowned->contacts = ag_contact_remove_since(acting.account, since, WHY, acting.at);
	(void) ag_flow_void(0, account_id, AG_FLOW_ANY, NULL, AG_DISOWNED);
	emit(&acting, target, disowned);
	ag_account_save(acting.account);
}
