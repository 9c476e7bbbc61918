/*-------------------------------------------------------------------------
 *
 * scope_announce.c
 *		Telling the users whom a scope freeze concerns: ahead of it, of another end,
 *		and when it is over.
 *
 * A scope may have a million accounts, so each run tells some of them and writes
 * down how far it has come; whoever comes next goes on from there.  What has been
 * overtaken (an announcement of a freeze that is over) is not begun or gone on with,
 * and the end is told only where the freeze was.
 *
 * Locks: scope_announcement against other announcers, until the transaction ends; no
 * account.  Tables: scope_announcement, scope_freeze; notice through the outbox.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/sanction.h"
#include "outbox/outbox.h"

/* The clock ended it: the ledger is told once, whatever the users are told. */
static void
note_end(int no)
{
	ag_scope_emit(AG_ACTION_SCOPE_OVER, ag_scope_store_read(no), NULL, NULL);
}

int64
ag_scope_announce(int64 limit)
{
	TimestampTz at = ag_now();
	AgScopeStep step;
	int64		count;

	ag_scope_store_lock_announcements();
	if (!ag_scope_store_next_step(at, &step))
		return 0;
	if (!step.begun && step.announcement.event == AG_ACTION_SCOPE_OVER)
		note_end(step.announcement.record);
	count = ag_outbox_announce(&step.announcement, &step.cursor, limit);
	ag_scope_store_step(&step, count, count < limit, at);
	return Max(count, 1);
}

/* Announcements that are due or under way. */
int64
ag_scope_announce_due(int64 most)
{
	return ag_scope_store_steps(ag_now(), most);
}
