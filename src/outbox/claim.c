/*-------------------------------------------------------------------------
 *
 * claim.c
 *		What a notifier does: claim, acknowledge, report a failure.
 *
 * A claim is a lease.  A notifier that crashes loses it by the clock, and the notice
 * goes to another one with the same idempotency key: delivery is at least once.
 *
 * A claim also looks whether the notice still has a reason to be sent.  What has none
 * is cancelled, what has been claimed too often without an answer is given up, what
 * falls into quiet hours waits; more are claimed instead of these.
 *
 * Messages that belong to no account come first, see carrier.c: codes are good for minutes.
 *
 * A database that was restored from elsewhere hands out nothing until an operator has
 * said what becomes of what waits: the other one has sent it, or will.
 *
 * Locks: rows of notices; claimers skip those that others have.  The first delivery of
 * what starts a person's time limits also locks the account, before any notice.
 *
 * Tables: notice, notice_attempt; the ledger through events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "common/pg_prng.h"
#include "keyring/keyring.h"
#include "miscadmin.h"
#include "outbox/outbox.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#define LEFT_MOST 1000			/* addresses of removed contacts that one claim deletes */

/* Columns of notice_claim(). */
enum
{
	CLAIM_CHANNEL,
	CLAIM_ACCOUNT_ID,
	CLAIM_NO,
	CLAIM_KEY,
	CLAIM_EVENT,
	CLAIM_ADDRESS,
	CLAIM_LOCALE,
	CLAIM_SUBJECT,
	CLAIM_BODY,
	CLAIM_ATTEMPT,
	CLAIM_LEASE_UNTIL,
	CLAIM_COLUMNS
};

static AgUndelivered undelivered = NULL;

void
ag_notice_observe_undelivered(AgUndelivered observer)
{
	Assert(undelivered == NULL);
	undelivered = observer;
}

static void
require_primary(void)
{
	if (RecoveryInProgress())
		ereport(ERROR, ag_errcode(AG_ERR_STANDBY),
				errmsg("this server is a standby and cannot hand out notices"),
				errhint("Call the function on the primary."));
}

/* A notice is given up: somebody has to look at it. */
static void
give_up(const AgNotice *notice, const char *why, TimestampTz at)
{
	AgFields   *after = ag_fields_new();
	AgEvent		event = {
		.action = AG_ACTION_NOTICE_DEAD,
		.account_id = notice->account_id,
		.reason = why,
		.after = after
	};

	ag_notice_store_end(notice->account_id, notice->no, AG_NOTICE_DEAD, why, at);
	ag_field_int(after, "notice", notice->no);
	ag_field_text(after, "event", ag_action_name(notice->event));
	ag_field_text(after, "channel", ag_channel_name(notice->channel));
	ag_event_emit(&event);
}

static void
cancel(const AgNotice *notice, const char *why, TimestampTz at)
{
	ag_notice_store_end(notice->account_id, notice->no, AG_NOTICE_CANCELLED, why, at);
}

/*
 * Is there any reason not to hand it out?  Then that is done, and false.  Else *address
 * (in_app has none) and *rendered are what to send.
 */
static bool
prepare(AgNoticeRow *row, TimestampTz at, char **address, AgRendered **rendered)
{
	AgNotice   *notice = &row->notice;
	const char *why = NULL;

	*address = NULL;
	if (row->erased)
		why = "the account was erased";
	else if (notice->contact_no != 0 &&
			 (row->address == NULL || !ag_contact_hears(notice->event, row->removed_at, at)))
		why = "the contact was removed";
	if (why != NULL)
	{
		cancel(notice, why, at);
		return false;
	}
	if (row->tries > ag_policy_setting(AG_SETTING_NOTICE_TRIES))
	{
		give_up(notice, "claimed too often without an answer", at);
		return false;
	}
	if (!notice->urgent && notice->channel != AG_CHANNEL_IN_APP)
	{
		TimestampTz loud = ag_quiet_end(notice->time_zone, at);

		if (loud > at)
		{
			ag_notice_store_postpone(notice->account_id, notice->no, loud, false);
			return false;
		}
	}
	*rendered = ag_notice_render(notice, row->wanted, &why);
	if (*rendered == NULL)
	{
		cancel(notice, why, at);
		return false;
	}
	if (row->address == NULL)
		return true;
	*address = ag_contact_open(notice->account_id, notice->contact_no, row->address);
	if (*address != NULL)
		return true;
	give_up(notice, "the address cannot be opened", at);
	return false;
}

static void
set_text(Datum *values, bool *nulls, int column, const char *value)
{
	nulls[column] = value == NULL;
	if (value != NULL)
		values[column] = CStringGetTextDatum(value);
}

void
ag_notice_put_claimed(const AgNotice *notice, Datum key, int tries, const char *address,
					  const AgRendered *rendered, TimestampTz until, ReturnSetInfo *rsinfo)
{
	Datum		values[CLAIM_COLUMNS] = {0};
	bool		nulls[CLAIM_COLUMNS] = {false};

	values[CLAIM_ACCOUNT_ID] = Int64GetDatum(notice->account_id);
	values[CLAIM_NO] = Int64GetDatum(notice->no);
	values[CLAIM_KEY] = key;
	set_text(values, nulls, CLAIM_EVENT, ag_action_name(notice->event));
	set_text(values, nulls, CLAIM_CHANNEL, ag_channel_name(notice->channel));
	set_text(values, nulls, CLAIM_ADDRESS, address);
	set_text(values, nulls, CLAIM_LOCALE, rendered->locale);
	set_text(values, nulls, CLAIM_SUBJECT, rendered->subject);
	set_text(values, nulls, CLAIM_BODY, rendered->body);
	values[CLAIM_ATTEMPT] = Int32GetDatum(tries);
	values[CLAIM_LEASE_UNTIL] = TimestampTzGetDatum(until);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* Addresses were read: one event for all of them. */
static void
record_claim(AgChannel channel, int count)
{
	AgFields   *after = ag_fields_new();
	AgEvent		event = {.action = AG_ACTION_NOTICES_CLAIMED, .after = after};

	ag_field_text(after, "channel", ag_channel_name(channel));
	ag_field_int(after, "notices", count);
	ag_event_emit(&event);
}

void
ag_notice_claim(AgChannel channel, int n, int64 lease, ReturnSetInfo *rsinfo)
{
	TimestampTz at = ag_now();
	TimestampTz until = ag_time_plus(at, lease);
	const char *person = ag_actor()->person;
	int			count = 0;
	List	   *rows;

	require_primary();
	ag_home_require();
	if (channel != AG_CHANNEL_IN_APP)
	{
		(void) ag_keyring_require(AG_PURPOSE_CONTACT);
		ag_contact_store_left(at - AG_CONTACT_GRACE * USECS_PER_SEC, LEFT_MOST);
		count = ag_carried_claim(channel, n, at, until, person, rsinfo);
	}
	while (count < n &&
		   (rows = ag_notice_store_claim(channel, n - count, at, until, person)) != NIL)
	{
		ListCell   *cell;

		CHECK_FOR_INTERRUPTS();
		foreach(cell, rows)
		{
			AgNoticeRow *row = lfirst(cell);
			AgRendered *rendered;
			char	   *address;

			if (!prepare(row, at, &address, &rendered))
				continue;
			ag_notice_put_claimed(&row->notice, row->key, row->tries, address, rendered, until, rsinfo);
			count++;
			if (address != NULL)
				ag_wipe(address, strlen(address));
		}
	}
	if (count > 0 && channel != AG_CHANNEL_IN_APP)
		record_claim(channel, count);
}

/* The codes of the events whose first delivery matters. */
static ArrayType *
informing_events(void)
{
	const AgNoticeEvent *told;
	Datum		codes[100];
	int			count = 0;

	for (int i = 0; (told = ag_notice_event_at(i)) != NULL; i++)
		if (told->informs && count < (int) lengthof(codes))
			codes[count++] = Int32GetDatum(told->action);
	return count == 0 ? NULL
		: construct_array(codes, count, INT4OID, sizeof(int32), true, TYPALIGN_INT);
}

void
ag_notice_inform(AgAccount *account, const AgNotice *notice, TimestampTz at)
{
	const AgNoticeSource *source;
	const AgNoticeEvent *told = ag_notice_event(notice->event, &source);

	if (told != NULL && told->informs && source->delivered != NULL &&
		!ag_notice_store_informed(notice))
		source->delivered(account, notice, at);
}

/*
 * Tell the sources what is about to be acknowledged.  The accounts are locked first,
 * by ascending id, then the notices are looked at again: one may have been cancelled
 * meanwhile.
 */
static void
inform(ArrayType *accounts, ArrayType *numbers)
{
	ArrayType  *events = informing_events();
	List	   *locked = NIL;
	AgAccount  *account = NULL;
	ListCell   *cell;

	if (events == NULL)
		return;
	foreach(cell, ag_notice_store_informing(accounts, numbers, events))
	{
		const AgNoticeRow *row = lfirst(cell);

		if (account == NULL || account->account_id != row->notice.account_id)
		{
			account = ag_account_lock(row->notice.account_id);
			locked = lappend(locked, account);
		}
	}
	if (locked == NIL)
		return;
	foreach(cell, ag_notice_store_informing(accounts, numbers, events))
	{
		const AgNoticeRow *row = lfirst(cell);
		ListCell   *other;

		foreach(other, locked)
		{
			account = lfirst(other);
			if (account->account_id == row->notice.account_id)
				ag_notice_inform(account, &row->notice, ag_account_now(account));
		}
	}
	foreach(cell, locked)
		ag_account_save(lfirst(cell));
}

/* Those of account 0 were carriers'. */
static int64
carried_done(ArrayType *accounts, ArrayType *numbers, ArrayType *receipts, TimestampTz at)
{
	Datum	   *account;
	Datum	   *number;
	Datum	   *receipt;
	bool	   *no_account;
	bool	   *no_number;
	bool	   *no_receipt;
	int			count;
	int			receipt_count;
	int64		done = 0;

	deconstruct_array(accounts, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &account,
					  &no_account, &count);
	deconstruct_array(numbers, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &number,
					  &no_number, &count);
	deconstruct_array(receipts, TEXTOID, -1, false, TYPALIGN_INT, &receipt, &no_receipt,
					  &receipt_count);
	for (int i = 0; i < count; i++)
		if (!no_account[i] && !no_number[i] && DatumGetInt64(account[i]) == 0 &&
			ag_carried_done(DatumGetInt64(number[i]), i >= receipt_count || no_receipt[i] ? NULL :
							TextDatumGetCString(receipt[i]), at))
			done++;
	return done;
}

int64
ag_notice_done(ArrayType *accounts, ArrayType *numbers, ArrayType *receipts)
{
	TimestampTz at = ag_now();

	require_primary();
	inform(accounts, numbers);
	return ag_notice_store_done(accounts, numbers, receipts, at) +
		carried_done(accounts, numbers, receipts, at);
}

/* The number to which the caller sends a text message; NULL = it is none, or not his. */
static char *
number_of(int64 account_id, int64 no)
{
	const char *person = ag_actor()->person;
	bytea	   *address;
	int			contact_no;

	if (account_id == 0)
		return ag_carried_number(no, person);
	address = ag_notice_store_number(account_id, no, person, &contact_no);
	return address == NULL ? NULL : ag_contact_open(account_id, contact_no, address);
}

/* It says something about the number, before anything of the message is locked. */
static void
tell_undelivered(int64 account_id, int64 no, TimestampTz at)
{
	char	   *number = undelivered == NULL ? NULL : number_of(account_id, no);

	if (number == NULL)
		return;
	undelivered(number, at);
	ag_wipe(number, strlen(number));
}

static AgNoticeRow *
require_notice(int64 account_id, int64 no)
{
	AgNoticeRow *row = ag_notice_store_find(account_id, no);

	if (row == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_NOTICE_UNKNOWN),
				errmsg("account " INT64_FORMAT " has no notice " INT64_FORMAT, account_id, no),
				errhint("See acctguard.notice_list(%lld).", (long long) account_id));
	return row;
}

/*
 * What happens next: retry, dead.  Or the state in which nothing happens: it has ended, or
 * it is pending and not the caller's, who lost his lease to another one or never had it.
 */
const char *
ag_notice_failed(int64 account_id, int64 no, char *reason, bool permanent)
{
	TimestampTz at = ag_now();
	AgNoticeRow *row;
	TimestampTz next;

	require_primary();
	if (permanent)
		tell_undelivered(account_id, no, at);
	if (account_id == 0)
		return ag_carried_failed(no, reason, permanent, ag_actor()->person, at);
	row = require_notice(account_id, no);
	if (row->state != AG_NOTICE_PENDING || row->claimed_by == NULL ||
		strcmp(row->claimed_by, ag_actor()->person) != 0)
		return ag_notice_state_name(row->state);
	ag_notice_redact(reason);
	ag_notice_store_attempt(account_id, no, reason, permanent, ag_actor()->person, at);
	if (permanent || row->tries >= ag_policy_setting(AG_SETTING_NOTICE_TRIES))
	{
		give_up(&row->notice, permanent ? "failed for good" : "failed too often", at);
		return ag_notice_state_name(AG_NOTICE_DEAD);
	}
	next = ag_time_plus(at, ag_notice_backoff(row->tries,
											  ag_policy_setting(AG_SETTING_NOTICE_FIRST_RETRY),
											  ag_policy_setting(AG_SETTING_NOTICE_RETRY_FACTOR),
											  ag_policy_setting(AG_SETTING_NOTICE_RETRY_CAP),
											  pg_prng_uint32(&pg_global_prng_state)));
	if (!row->notice.urgent && row->notice.channel != AG_CHANNEL_IN_APP)
		next = ag_quiet_end(row->notice.time_zone, next);
	ag_notice_store_postpone(account_id, no, next, true);
	return "retry";
}

/* An operator lets a notice that was given up be tried again. */
void
ag_notice_retry(int64 account_id, int64 no)
{
	AgAccount  *account = ag_account_lock(account_id);
	AgNoticeRow *row = require_notice(account_id, no);
	AgFields   *after = ag_fields_new();

	if (!ag_notice_allowed(row->state, AG_NOTICE_RETRY))
		ereport(ERROR, ag_errcode(AG_ERR_NOTICE_STATE),
				errmsg("notice " INT64_FORMAT " is %s", no, ag_notice_state_name(row->state)),
				errhint("Only what was given up is tried again."));
	(void) ag_notice_store_retry(account_id, no, ag_now());
	ag_field_int(after, "notice", no);
	ag_account_emit(account, AG_ACTION_NOTICE_RETRIED, NULL, NULL, NULL, after);
	ag_account_save(account);
	ag_outbox_wake(row->notice.channel);
}
