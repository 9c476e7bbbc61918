/*-------------------------------------------------------------------------
 *
 * password_notice.c
 *		Telling the user that his password was changed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "identity/password.h"
#include "outbox/outbox.h"

static const AgNoticeEvent events[] = {
	{AG_ACTION_PASSWORD_SET, AG_NOTICE_SECURITY, false, NULL, NULL, NULL},
	{AG_ACTION_SERVICE_TICKET_ISSUED, AG_NOTICE_SECURITY, false, NULL, NULL, NULL}
};

/* The first one comes with the account. */
static bool
wanted(const AgEvent *event, AgNoticeWish *wish)
{
	const AgField *first = ag_field_find(event->after, "first");

	return first == NULL || first->number == 0;
}

static const AgNoticeSource source = {
	.events = events,
	.count = lengthof(events),
	.wanted = wanted
};

void
ag_password_notice_init(void)
{
	ag_notice_register(&source);
}
