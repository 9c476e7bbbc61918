/*-------------------------------------------------------------------------
 *
 * undelivered.c
 *		A text message to a number failed for good: it may not be its owner's any more.
 *
 * The provider of text messages says so to whoever sends them, not in a signed document;
 * so it is no more than a suspicion, which the owner's next proof of the number ends.
 *
 * Locks: the number, then the account that has it.  Tables: number_event, number; the
 * ledger through events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "outbox/outbox.h"
#include "phone/evidence.h"

/* Many messages fail in a row, and say nothing new. */
#define AGAIN_AFTER (SECS_PER_DAY * USECS_PER_SEC)

static bool
known(int64 number_id, TimestampTz at)
{
	AgNumberEvent *events;
	int			count = ag_evidence_store_events(number_id, &events);

	for (int i = 0; i < count; i++)
		if (events[i].signal == AG_SIGNAL_DELIVERY_FAILED && events[i].stated_at > at - AGAIN_AFTER)
			return true;
	return false;
}

static void
note(AgNumber *number, TimestampTz at)
{
	AgNumberEvent *event = ag_evidence_note(number, AG_SIGNAL_DELIVERY_FAILED, at, at);
	AgPhoneBinding *holder = ag_binding_holder(number->number_id);
	AgAccount  *account = holder == NULL ? NULL : ag_account_lock(holder->account_id);

	ag_evidence_emit(account, number->number_id, event, NULL);
	if (account != NULL)
		ag_account_save(account);
	ag_number_save(number);
}

/* A number that nobody has or had says nothing of anybody. */
static void
undelivered(const char *address, TimestampTz at)
{
	AgNumberName name;
	AgNumber   *number;
	int64		number_id = 0;

	if (ag_number_read(address, NULL, at, &name))
		number_id = ag_number_find(&name);
	ag_wipe(&name, sizeof(name));
	if (number_id == 0)
		return;
	number = ag_number_lock(number_id);
	if (!known(number_id, at))
		note(number, at);
}

void
ag_undelivered_init(void)
{
	ag_notice_observe_undelivered(undelivered);
}
