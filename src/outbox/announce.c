/*-------------------------------------------------------------------------
 *
 * announce.c
 *		Notices about what concerns many accounts: maintenance.
 *
 * Written in parts by a caller who keeps the cursor, so that a million accounts are
 * told ahead of time without one giant transaction.  No account is locked: the rows
 * have numbers of their own, below zero, made of what is announced, and whatever
 * happens to a contact meanwhile is seen when its notice is claimed.
 *
 * Tables: account, account_contact, notice_preference, read; notice, written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "outbox/outbox.h"
#include "utils/builtins.h"

/* An announcement has up to 1000 notices for an account: in_app and its contacts. */
#define NUMBERS 1000

/* The number of an account's first notice of an announcement; the others are below. */
static int64
first_number(const AgAnnouncement *announcement)
{
	Assert(announcement->record > 0 && announcement->version >= 0 && announcement->version < 1000);
	return -((((int64) announcement->record * 1000 + announcement->version) * 1000 +
			  announcement->event) * NUMBERS);
}

static ArrayType *
channel_names(uint32 channels)
{
	Datum		names[AG_CHANNEL_COUNT];
	int			count = 0;

	for (int i = 0; i < AG_CHANNEL_COUNT; i++)
		if (channels & (1 << i))
			names[count++] = CStringGetTextDatum(ag_channel_name((AgChannel) i));
	return construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT);
}

int64
ag_outbox_announce(const AgAnnouncement *announcement, int64 *cursor, int64 limit)
{
	const AgNoticeEvent *told = ag_notice_event(announcement->event, NULL);
	uint32		channels = ag_policy_template_channels(announcement->event);
	TimestampTz at = ag_now();
	int64		last;
	int64		count;

	if (told == NULL || channels == 0)
		return 0;
	count = ag_notice_store_audience(announcement, *cursor, limit, &last);
	if (count == 0)
		return 0;
	ag_notice_store_announce(announcement, *cursor, last, first_number(announcement), told->class,
							 channel_names(channels), at);
	for (int i = 0; i < AG_CHANNEL_COUNT; i++)
		if ((channels & (1 << i)) && announcement->not_before <= at)
			ag_outbox_wake((AgChannel) i);
	*cursor = last;
	return count;
}
