/*-------------------------------------------------------------------------
 *
 * freeze_closure.c
 *		What freezes and holds mean for an account's closing and erasure.
 *
 * Closing is decided by the clock: at close_at, or when the last thing that blocks
 * it ends.  Everything here is computed from the records; nothing is written.
 *
 * The caller holds the account's lock or does not need one.  Tables: reads
 * freeze_record, freeze_version, legal_hold.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/sanction.h"

/*
 * When a closing account closes: close_at, moved to the end of every freeze that
 * blocks closure at that time and to the release of every legal hold that stands
 * then.  DT_NOEND while something open-ended blocks it.
 */
TimestampTz
ag_freeze_closing_at(const AgAccount *account)
{
	TimestampTz closing_at = account->close_at;
	List	   *freezes = ag_freeze_list(account->account_id);
	bool		moved = true;

	while (moved && closing_at != DT_NOEND)
	{
		TimestampTz released_at = ag_hold_store_until(account->account_id, closing_at);
		ListCell   *cell;

		moved = released_at != closing_at;
		closing_at = released_at;
		foreach(cell, freezes)
		{
			AgFreeze   *freeze = lfirst(cell);
			const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);

			if (kind->blocks_closure && ag_freeze_effective(freeze) &&
				ag_interval_contains(freeze->starts_at, ag_freeze_end(freeze), closing_at))
			{
				closing_at = ag_freeze_end(freeze);
				moved = true;
			}
		}
	}
	return closing_at;
}

/* The lifecycle as it is at an instant, whether or not somebody wrote it down. */
AgLifecycle
ag_freeze_lifecycle_at(const AgAccount *account, TimestampTz at)
{
	if (account->state == AG_CLOSING && ag_freeze_closing_at(account) <= at)
		return AG_CLOSED;
	return account->state;
}

/* Is it in use: active, or closing while the time of closing has not come? */
bool
ag_freeze_is_open(const AgAccount *account, TimestampTz at)
{
	AgLifecycle state = ag_freeze_lifecycle_at(account, at);

	return state == AG_ACTIVE || state == AG_CLOSING;
}

/*
 * The row of standing that the lifecycle leaves; false if there is none.  A pending
 * account may appeal and write to the support, a closed one keeps the floor only.
 */
bool
ag_freeze_lifecycle_row(const AgAccount *account, AgStanding *row)
{
	memset(row, 0, sizeof(AgStanding));
	row->part = AG_PART_LIFECYCLE;
	row->ends_at = DT_NOEND;
	row->denied = ag_policy_all();
	switch (account->state)
	{
		case AG_PENDING:
			row->starts_at = account->registered_at;
			return true;
		case AG_CLOSING:
			row->starts_at = ag_freeze_closing_at(account);
			break;
		case AG_CLOSED:
		case AG_ERASED:
			row->starts_at = account->closed_at;
			break;
		case AG_ACTIVE:
			return false;
	}
	row->denied |= ag_policy_soft_floor();
	return row->starts_at != DT_NOEND;
}

/* Until when the freeze can be appealed; DT_NOBEGIN if it cannot, DT_NOEND without end. */
TimestampTz
ag_freeze_appealable_until(const AgFreeze *freeze, const AgKind *kind)
{
	TimestampTz decided = freeze->issued_at;
	TimestampTz from;

	if (!freeze->appealable || kind->appeal_window < 0 || freeze->vacated_at != DT_NOEND ||
		!ag_freeze_effective(freeze))
		return DT_NOBEGIN;
	/* Of a proposal nobody is told before it is approved, of withheld reasons before their time. */
	if (freeze->renewed_at != DT_NOEND)
		decided = freeze->renewed_at;
	else if (freeze->approved_at != DT_NOEND)
		decided = freeze->approved_at;
	if (freeze->disclose_at != DT_NOEND)
		decided = Max(decided, freeze->disclose_at);
	/* Who shows late that he knows, or was reached late, has no longer time than others. */
	from = Min(freeze->informed_at, ag_time_plus(decided, ag_policy_setting(AG_SETTING_INFORMED_AFTER)));
	if (freeze->disclose_at != DT_NOEND)
		from = Max(from, freeze->disclose_at);
	return ag_time_plus(from, kind->appeal_window);
}

/* Is there a ban in force that nobody can appeal any more? */
bool
ag_freeze_has_final_ban(const AgAccount *account, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, ag_freeze_list(account->account_id))
	{
		AgFreeze   *freeze = lfirst(cell);
		const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);

		if (kind->severity >= AG_SEVERITY_TOTAL &&
			ag_freeze_state(freeze, at) == AG_FREEZE_ACTIVE &&
			ag_freeze_final_at(freeze, kind, at) <= at)
			return true;
	}
	return false;
}

/*
 * Does it keep the account from being erased?  A ban does until nobody can appeal it
 * any more, other kinds while they last.
 */
bool
ag_freeze_blocks_erasure(const AgFreeze *freeze, const AgKind *kind, TimestampTz at)
{
	if (!kind->blocks_erasure)
		return false;
	return at < (kind->severity < AG_SEVERITY_TOTAL ? ag_freeze_end(freeze)
				 : ag_freeze_final_at(freeze, kind, at));
}

/*
 * When a closed account may be erased: after its retention, and when no total freeze
 * can be appealed any more; DT_NOEND while a freeze that blocks erasure is in force.
 */
TimestampTz
ag_freeze_erasable_at(const AgAccount *account, TimestampTz at)
{
	TimestampTz erasable_at = ag_time_plus(account->closed_at,
										   ag_policy_setting(AG_SETTING_RETENTION));
	ListCell   *cell;

	foreach(cell, ag_freeze_list(account->account_id))
	{
		AgFreeze   *freeze = lfirst(cell);
		const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);

		if (!ag_freeze_effective(freeze))
			continue;
		if (kind->blocks_erasure)
		{
			if (kind->severity < AG_SEVERITY_TOTAL && ag_freeze_blocks_erasure(freeze, kind, at))
				return DT_NOEND;
			erasable_at = Max(erasable_at, ag_freeze_final_at(freeze, kind, at));
		}
	}
	return erasable_at;
}
