/*-------------------------------------------------------------------------
 *
 * lifecycle_notice.c
 *		What users are told of their account's life.
 *
 * Opening, activating and changing an account are the application's own doing, and it
 * tells of them itself; proposals and erasure are not told.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lifecycle/lifecycle.h"
#include "outbox/outbox.h"

static const AgNoticeEvent events[] = {
	{AG_ACTION_ACCOUNT_CLOSE_REQUESTED, AG_NOTICE_SECURITY, false, "until", "until", "until"},
	{AG_ACTION_ACCOUNT_CLOSE_CANCELLED, AG_NOTICE_SECURITY, false, NULL, NULL, NULL},
	{AG_ACTION_ACCOUNT_CLOSED, AG_NOTICE_ACCOUNT, false, NULL, NULL, NULL},
	{AG_ACTION_ACCOUNT_TERMINATED, AG_NOTICE_ACCOUNT, false, NULL, NULL, NULL},
	{AG_ACTION_ACCOUNT_REOPENED, AG_NOTICE_ACCOUNT, false, NULL, NULL, NULL}
};

static bool
wanted(const AgEvent *event, AgNoticeWish *wish)
{
	return true;
}

/* When it closes follows from the record and the clock; what was cancelled is not told. */
static bool
fill(const AgNotice *notice, AgFields *values)
{
	AgAccount  *account;

	if (notice->event != AG_ACTION_ACCOUNT_CLOSE_REQUESTED)
		return true;
	account = ag_account_require(notice->account_id);
	if (account->state != AG_CLOSING)
		return false;
	ag_freeze_words_until(values, "until", ag_freeze_closing_at(account), notice->locale);
	return true;
}

static const AgNoticeSource source = {
	.events = events,
	.count = lengthof(events),
	.wanted = wanted,
	.fill = fill
};

void
ag_lifecycle_notice_init(void)
{
	ag_notice_register(&source);
}
