/*-------------------------------------------------------------------------
 *
 * register_notice.c
 *		What the two sides of a number are told.
 *
 * The owner hears of a claim over every channel he has, whatever he chose: it may be a
 * thief who makes it.  Neither side is told anything of the other.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "outbox/outbox.h"
#include "register/register.h"

static const AgNoticeEvent events[] = {
	{AG_ACTION_NUMBER_CLAIMED, AG_NOTICE_SECURITY, false, "number until", "number until", "until"},
	{AG_ACTION_CLAIM_NOTED, AG_NOTICE_SECURITY, false, "number until", "number until", "until"},
	{AG_ACTION_CLAIM_KEPT, AG_NOTICE_SECURITY, false, "number until", "number", NULL},
	{AG_ACTION_NUMBER_LOST, AG_NOTICE_SECURITY, false, "number", "number", NULL},
	{AG_ACTION_TRUST_LOST, AG_NOTICE_SECURITY, false, "number", "number", NULL},
	{AG_ACTION_CLAIM_WAITING, AG_NOTICE_ACCOUNT, false, "number until", "number until", "until"},
	{AG_ACTION_CLAIM_LOST, AG_NOTICE_ACCOUNT, false, "number until", "number", NULL},
	{AG_ACTION_NUMBER_GAINED, AG_NOTICE_ACCOUNT, false, "number", "number", NULL},
	{AG_ACTION_REGISTERED, AG_NOTICE_ACCOUNT, false, "number", "number", NULL}
};

static bool
wanted(const AgEvent *event, AgNoticeWish *wish)
{
	const AgField *hint = ag_field_find(event->after, "hint");
	const AgField *due_at = ag_field_find(event->after, "due_at");

	const AgField *again = ag_field_find(event->after, "again");

	if (again != NULL && again->number)
		return false;
	wish->params = ag_fields_new();
	ag_field_text(wish->params, "number", pnstrdup(hint->data, hint->length));
	if (due_at != NULL)
		ag_field_int(wish->params, "due_at", due_at->number);
	return true;
}

static bool
fill(const AgNotice *notice, AgFields *values)
{
	char	   *number = ag_notice_param(notice, "number");
	char	   *due_at = ag_notice_param(notice, "due_at");

	if (number == NULL)
		return false;
	ag_field_text(values, "number", number);
	if (due_at != NULL)
		ag_field_text(values, "until", ag_notice_time(notice->time_zone, strtoll(due_at, NULL, 10)));
	return true;
}

static const AgNoticeSource source = {
	.events = events,
	.count = lengthof(events),
	.wanted = wanted,
	.fill = fill
};

void
ag_register_notice_init(void)
{
	ag_notice_register(&source);
}
