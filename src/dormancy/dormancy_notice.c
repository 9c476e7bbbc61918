/*-------------------------------------------------------------------------
 *
 * dormancy_notice.c
 *		What owners are told: that their account will be protected unless they show up,
 *		and that somebody has ended its protection.
 *
 * Told over every channel, whatever was chosen, because the user is not there; the
 * question waits until quiet hours are over.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "dormancy/dormancy.h"
#include "outbox/outbox.h"

static const AgNoticeEvent events[] = {
	{AG_ACTION_DORMANCY_NEAR, AG_NOTICE_SECURITY, false, "until", "until", "until"},
	{AG_ACTION_OWNER_RETURNED, AG_NOTICE_SECURITY, false, NULL, NULL, NULL}
};

static bool
wanted(const AgEvent *event, AgNoticeWish *wish)
{
	const AgField *seen_at = ag_field_find(event->after, "seen_at");

	if (event->action != AG_ACTION_DORMANCY_NEAR)
		return true;
	wish->not_before = ag_quiet_end(event->account->time_zone, ag_now());
	wish->params = ag_fields_new();
	ag_field_int(wish->params, "seen_at", seen_at->number);
	return true;
}

/* Who has come back in the meantime is not asked. */
static bool
fill(const AgNotice *notice, AgFields *values)
{
	AgAccount  *account;
	AgDormancy	dormancy;
	char	   *seen_at;

	if (notice->event != AG_ACTION_DORMANCY_NEAR)
		return true;
	account = ag_account_require(notice->account_id);
	seen_at = ag_notice_param(notice, "seen_at");
	ag_dormancy_read(account, ag_account_now(account), &dormancy);
	if (account->state != AG_ACTIVE || seen_at == NULL || dormancy.signs.seen_at != strtoll(seen_at, NULL, 10))
		return false;
	ag_field_text(values, "until", ag_notice_time(notice->time_zone, dormancy.dormant_at));
	return true;
}

static const AgNoticeSource source = {
	.events = events,
	.count = lengthof(events),
	.wanted = wanted,
	.fill = fill
};

void
ag_dormancy_notice_init(void)
{
	ag_notice_register(&source);
}
