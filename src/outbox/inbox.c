/*-------------------------------------------------------------------------
 *
 * inbox.c
 *		Notices inside the application: the user's list of them.
 *
 * Being listed is being delivered.  On a standby, and in a READ ONLY transaction, the
 * list is shown and nothing is written down.  Needs no key.
 *
 * Locks: the account's row, where there is something new.  Table: notice.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "outbox/outbox.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

/* Columns of notice_inbox(). */
enum
{
	INBOX_NO,
	INBOX_EVENT,
	INBOX_RECORD,
	INBOX_WRITTEN_AT,
	INBOX_SUBJECT,
	INBOX_BODY,
	INBOX_LOCALE,
	INBOX_DELIVERED_AT,
	INBOX_READ_AT,
	INBOX_COLUMNS
};

static bool
has_news(List *rows)
{
	ListCell   *cell;

	foreach(cell, rows)
		if (((AgNoticeRow *) lfirst(cell))->state != AG_NOTICE_DONE)
		return true;
	return false;
}

/* The notice is before the user now. */
static void
show(AgAccount *account, AgNoticeRow *row, TimestampTz at, bool read)
{
	if (row->state == AG_NOTICE_DONE && !read)
		return;
	if (row->state != AG_NOTICE_DONE)
	{
		ag_notice_inform(account, &row->notice, at);
		row->ended_at = at;
	}
	(void) ag_notice_store_show(row->notice.account_id, row->notice.no, at, read);
	row->state = AG_NOTICE_DONE;
}

static void
put_row(const AgNoticeRow *row, const AgRendered *rendered, ReturnSetInfo *rsinfo)
{
	const AgNotice *notice = &row->notice;
	Datum		values[INBOX_COLUMNS] = {0};
	bool		nulls[INBOX_COLUMNS] = {false};

	values[INBOX_NO] = Int64GetDatum(notice->no);
	values[INBOX_EVENT] = CStringGetTextDatum(ag_action_name(notice->event));
	values[INBOX_RECORD] = Int32GetDatum(notice->record);
	nulls[INBOX_RECORD] = notice->record == 0;
	values[INBOX_WRITTEN_AT] = TimestampTzGetDatum(notice->written_at);
	values[INBOX_SUBJECT] = CStringGetTextDatum(rendered->subject);
	values[INBOX_BODY] = CStringGetTextDatum(rendered->body);
	values[INBOX_LOCALE] = CStringGetTextDatum(rendered->locale);
	values[INBOX_DELIVERED_AT] = TimestampTzGetDatum(row->ended_at);
	nulls[INBOX_DELIVERED_AT] = row->state != AG_NOTICE_DONE;
	values[INBOX_READ_AT] = TimestampTzGetDatum(row->read_at);
	nulls[INBOX_READ_AT] = row->read_at == DT_NOEND;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

void
ag_notice_inbox(int64 account_id, bool unread_only, int most, ReturnSetInfo *rsinfo)
{
	TimestampTz at = ag_now();
	AgAccount  *account = NULL;
	List	   *rows;
	ListCell   *cell;

	if (ag_account_require(account_id)->state == AG_ERASED)
		return;
	rows = ag_notice_store_inbox(account_id, at, unread_only, most);
	if (has_news(rows) && !RecoveryInProgress() && !XactReadOnly)
	{
		account = ag_account_lock(account_id);
		rows = ag_notice_store_inbox(account_id, at, unread_only, most);
	}
	foreach(cell, rows)
	{
		AgNoticeRow *row = lfirst(cell);
		const char *why;
		AgRendered *rendered = ag_notice_render(&row->notice, row->wanted, &why);

		/* What nobody can tell any more is not shown; a claim will cancel it. */
		if (rendered == NULL)
			continue;
		if (account != NULL)
			show(account, row, at, false);
		put_row(row, rendered, rsinfo);
	}
	if (account != NULL)
		ag_account_save(account);
}

/* The user has opened it; false if he had before, or there is no such notice. */
bool
ag_notice_read(int64 account_id, int64 no)
{
	TimestampTz at = ag_now();
	AgAccount  *account = ag_account_lock(account_id);
	AgNoticeRow *row = ag_notice_store_find(account_id, no);

	if (row == NULL || row->notice.channel != AG_CHANNEL_IN_APP ||
		row->state == AG_NOTICE_CANCELLED || row->read_at != DT_NOEND)
		return false;
	show(account, row, at, true);
	ag_account_save(account);
	return true;
}
