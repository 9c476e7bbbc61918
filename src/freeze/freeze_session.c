/*-------------------------------------------------------------------------
 *
 * freeze_session.c
 *		What a freeze does to the sessions of its account.
 *
 * A freeze that begins now writes it into the account's row: revoking raises its
 * session_epoch, locking notes the epochs that are locked, while standing denies
 * session.use.  A freeze that begins later leaves the time at which it revokes
 * (session_cuts): from then on sessions that were opened before are over, though
 * nothing is written at that time.
 *
 * Locks: the caller's, on the account's row, which the caller saves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"

static bool
revokes(const AgFreeze *freeze)
{
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);

	return strcmp(kind->session_effect, "revoke") == 0 && strcmp(kind->mode, "monitor") != 0;
}

/*
 * Does it lock the sessions, by denying session.use?  Where the caller has chosen what
 * is denied (an order that stops payments only), that is among his choices or it is not.
 */
bool
ag_freeze_locks_sessions(const AgFreeze *freeze, const AgKind *kind)
{
	uint64		use = UINT64CONST(1) << ag_policy_capability_bit("session.use");

	if (strcmp(kind->session_effect, "lock") != 0 || strcmp(kind->mode, "monitor") == 0)
		return false;
	return !kind->choosable || (freeze->denies & use) != 0;
}

static int
compare_times(const void *a, const void *b)
{
	TimestampTz left = *(const TimestampTz *) a;
	TimestampTz right = *(const TimestampTz *) b;

	return left < right ? -1 : left > right;
}

/*
 * Note when scheduled freezes revoke the sessions.  Of the times that have passed the
 * last one stays, because it covers those before it.
 */
void
ag_freeze_cut_sessions(AgAccount *account, List *freezes, TimestampTz at)
{
	TimestampTz *cuts = palloc(sizeof(TimestampTz) * (list_length(freezes) + 1));
	int			count = 0;
	ListCell   *cell;

	for (int i = 0; i < account->session_cut_count && account->session_cuts[i] <= at; i++)
	{
		cuts[0] = account->session_cuts[i];
		count = 1;
	}
	foreach(cell, freezes)
	{
		const AgFreeze *freeze = lfirst(cell);

		if (ag_freeze_state(freeze, at) == AG_FREEZE_SCHEDULED && revokes(freeze))
			cuts[count++] = freeze->starts_at;
	}
	qsort(cuts, count, sizeof(TimestampTz), compare_times);
	account->session_cuts = cuts;
	account->session_cut_count = count;
}

/* Lock or revoke the sessions, when the freeze begins now. */
void
ag_freeze_session_effect(AgAccount *account, const AgFreeze *freeze, const AgKind *kind,
						 TimestampTz at)
{
	AgFields   *fields;

	if (freeze->starts_at > at || !(revokes(freeze) || ag_freeze_locks_sessions(freeze, kind)))
		return;
	if (revokes(freeze))
		account->session_epoch++;
	else
		account->session_locked_epoch = account->session_epoch;

	fields = ag_fields_new();
	ag_field_int(fields, "freeze", freeze->no);
	ag_field_text(fields, "effect", kind->session_effect);
	ag_field_int(fields, "session_epoch", account->session_epoch);
	ag_account_emit(account, AG_ACTION_SESSION_EFFECT, NULL, NULL, NULL, fields);
}
