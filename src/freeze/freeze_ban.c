/*-------------------------------------------------------------------------
 *
 * freeze_ban.c
 *		Who is banned, for tombstones on numbers.
 *
 * A ban is a freeze of the highest severity that is in force, or stayed: a stay puts it
 * off, it does not take it back.
 *
 * No locks.  Tables: reads freeze_record, freeze_version.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/freeze.h"
#include "phone/tombstone.h"

static bool
is_ban(const AgFreeze *freeze)
{
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);

	return kind->severity >= AG_SEVERITY_TOTAL && strcmp(kind->mode, "deny") == 0;
}

/* Erasing the account closes its freezes; that makes no ban shorter. */
static TimestampTz
ban_until(const AgFreeze *freeze)
{
	const char *reason = ag_freeze_end_reason(freeze);

	if (reason != NULL && strcmp(reason, "closed") == 0)
		return freeze->ends_at;
	return ag_freeze_end(freeze);
}

static void
set_ban(const AgFreeze *freeze, AgBan *ban)
{
	ban->freeze_no = freeze->no;
	ban->since = freeze->starts_at;
	ban->until = ban_until(freeze);
}

static bool
find(int64 account_id, TimestampTz at, AgBan *ban)
{
	bool		found = false;
	ListCell   *cell;

	foreach(cell, ag_freeze_list(account_id))
	{
		const AgFreeze *freeze = lfirst(cell);
		AgFreezeState state = ag_freeze_state(freeze, at);

		if ((state != AG_FREEZE_ACTIVE && state != AG_FREEZE_STAYED) || !is_ban(freeze) ||
			(found && ban_until(freeze) <= ban->until))
			continue;
		set_ban(freeze, ban);
		found = true;
	}
	return found;
}

static bool
read_ban(int64 account_id, int freeze_no, AgBan *ban)
{
	const AgFreeze *freeze = ag_freeze_load(account_id, freeze_no);
	TimestampTz since = freeze->starts_at;

	while (freeze->replaced_by != 0 && freeze->vacated_at == DT_NOEND)
	{
		const AgFreeze *next = ag_freeze_load(account_id, freeze->replaced_by);

		if (!is_ban(next))
			break;
		freeze = next;
	}
	if (freeze->vacated_at != DT_NOEND)
		return false;
	set_ban(freeze, ban);
	ban->since = since;
	return true;
}

static const AgBanSource source = {
	.find = find,
	.read = read_ban
};

void
ag_freeze_ban_init(void)
{
	ag_tombstone_register_bans(&source);
}
