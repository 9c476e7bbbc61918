/*-------------------------------------------------------------------------
 *
 * outbox.c
 *		The sink: an event becomes notices, in its own transaction.
 *
 * One row per channel of the event that has a template, and per contact: in_app
 * always, the others where the user has a verified contact and wants it.  No text, no
 * address, so no key is needed.
 *
 * Listeners are woken by NOTIFY acctguard_notice, '<channel>'.  It is sent at
 * pre-commit, not when the row is written: a transaction that has notified cannot be
 * prepared.  So after COMMIT PREPARED nobody is woken, and the notifier polls as well.
 *
 * Rows are numbered by their event, so they take no numbers from strikes and appeals,
 * which people see.
 *
 * Locks: the event's use-case has the account locked.
 * Tables: notice, written; account_contact and notice_preference, read.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "commands/async.h"
#include "outbox/outbox.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#define NOTIFY_CHANNEL "acctguard_notice"

/* An event has fewer notices than that: in_app and one per contact. */
#define NUMBERS 1000

/* Channels to be woken for at commit: 1 << AgChannel. */
static uint32 to_wake = 0;

void
ag_outbox_wake(AgChannel channel)
{
	to_wake |= 1 << channel;
}

static void
outbox_at_xact(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			for (int i = 0; i < AG_CHANNEL_COUNT; i++)
				if (to_wake & (1 << i))
					Async_Notify(NOTIFY_CHANNEL, ag_channel_name((AgChannel) i));
			to_wake = 0;
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			to_wake = 0;
			break;
		default:
			break;
	}
}

/* The parameters as JSON text, NULL if there are none. */
static char *
params_text(const AgFields *params)
{
	AgJson		json;

	if (params == NULL || params->count == 0)
		return NULL;
	ag_json_begin(&json);
	for (int i = 0; i < params->count; i++)
	{
		const AgField *field = &params->field[i];

		switch (field->type)
		{
			case AG_FIELD_INT:
				ag_json_int(&json, field->name, field->number);
				break;
			case AG_FIELD_BOOL:
				ag_json_bool(&json, field->name, field->number != 0);
				break;
			case AG_FIELD_TIME:
				ag_json_time(&json, field->name, field->number);
				break;
			case AG_FIELD_TEXT:
				ag_json_text(&json, field->name, pnstrdup(field->data, field->length));
				break;
			case AG_FIELD_BYTES:
				elog(ERROR, "parameter \"%s\" of a notice is bytes", field->name);
		}
	}
	return ag_json_end(&json);
}

/* One row, for one channel and contact. */
static void
write_notice(AgNotice *notice, AgAccount *account, AgChannel channel, int contact_no,
			 TimestampTz not_before)
{
	notice->no++;
	notice->channel = channel;
	notice->contact_no = contact_no;
	if (channel != AG_CHANNEL_IN_APP && !notice->urgent)
		not_before = ag_quiet_end(account->time_zone, not_before);
	ag_notice_store_insert(notice, not_before);
	if (not_before <= notice->written_at)
		ag_outbox_wake(channel);
}

static void
write_notices(const AgEvent *event, const AgActor *actor, TimestampTz at)
{
	const AgNoticeSource *source;
	const AgNoticeEvent *told;
	AgNoticeWish wish = {0};
	AgNotice	notice = {0};
	uint32		channels;
	ListCell   *cell;

	if (event->account_id == 0 || event->outcome != AG_OUTCOME_DONE || RecoveryInProgress())
		return;
	told = ag_notice_event(event->action, &source);
	channels = told == NULL ? 0 : ag_policy_template_channels(event->action);
	if (channels == 0)
		return;
	wish.urgent = told->class == AG_NOTICE_SECURITY;
	if (!source->wanted(event, &wish))
		return;
	if (event->account == NULL)
		elog(ERROR, "event %d has notices but no account to number them", (int) event->action);
	if (event->account->state == AG_ERASED)
		return;

	notice.account_id = event->account_id;
	notice.no = event->aseq * NUMBERS;
	notice.event = event->action;
	notice.aseq = event->aseq;
	notice.record = wish.record;
	notice.params = params_text(wish.params);
	notice.urgent = wish.urgent;
	notice.written_at = at;
	wish.not_before = Max(wish.not_before, at);
	if (channels & (1 << AG_CHANNEL_IN_APP))
		write_notice(&notice, event->account, AG_CHANNEL_IN_APP, 0, wish.not_before);
	if ((channels & ~(1 << AG_CHANNEL_IN_APP)) == 0)
		return;
	foreach(cell, ag_contact_store_recipients(event->account_id, wish.appeal_no, told->class,
											  wish.urgent))
	{
		const AgContact *contact = lfirst(cell);

		if (channels & (1 << contact->channel))
			write_notice(&notice, event->account, contact->channel, contact->no, wish.not_before);
	}
}

int64
ag_notice_sweep(int64 limit)
{
	return ag_notice_store_forget(ag_now() - ag_policy_setting(AG_SETTING_NOTICE_RETENTION) * USECS_PER_SEC, limit);
}

void
ag_outbox_init(void)
{
	RegisterXactCallback(outbox_at_xact, NULL);
	ag_policy_judge_templates(ag_notice_judge);
	ag_contact_init();
	ag_event_register_sink(write_notices);
}
