/*-------------------------------------------------------------------------
 *
 * carrier.c
 *		Messages that belong to no account: one-time codes, what numbers are told.
 *
 * Domains of later ranks keep them in tables of their own and register here as carriers.
 * Notifiers get them before all notices, as notices of account 0, with the same rules: a
 * claim is a lease, what has no reason to be sent any more is cancelled when it is
 * claimed, what was tried too often is given up.
 *
 * Locks: rows of the carrier's messages; claimers skip those that others have.
 *
 * Tables: none of its own.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "keyring/keyring.h"
#include "miscadmin.h"
#include "outbox/outbox.h"

#define CARRIERS_MAX 4
static const AgNoticeCarrier *carriers[CARRIERS_MAX];
static int	carrier_count = 0;

void
ag_notice_carry(const AgNoticeCarrier *registered)
{
	if (carrier_count == CARRIERS_MAX)
		elog(ERROR, "too many carriers of messages");
	carriers[carrier_count++] = registered;
}

/*
 * Writing and reading.
 */

/* Positive, and easily written. */
static int64
random_no(void)
{
	int64		no;

	do
	{
		ag_random(&no, sizeof(no));
		no &= (INT64CONST(1) << 62) - 1;
	} while (no == 0);
	return no;
}

void
ag_message_begin(AgMessage *message, TimestampTz at, TimestampTz until)
{
	message->no = random_no();
	message->key = *DatumGetUUIDP(ag_random_uuid());
	message->written_at = at;
	message->expires_at = until;
	message->state = "pending";
}

static AgBinding
seal_of(const AgNoticeCarrier *carrier, const AgMessage *message)
{
	AgBinding	seal = {.field = carrier->seal, .record = message->no};

	return seal;
}

void
ag_message_seal(const AgNoticeCarrier *carrier, AgMessage *message, const char *code, Size length)
{
	AgBinding	seal = seal_of(carrier, message);

	message->kid = ag_keyring_require(AG_PURPOSE_CONTACT);
	message->code = ag_keyring_seal(AG_PURPOSE_CONTACT, message->kid, &seal, code, length);
}

bytea *
ag_message_open(const AgNoticeCarrier *carrier, const AgMessage *message)
{
	AgBinding	seal = seal_of(carrier, message);
	bytea	   *plain;

	if (message->code == NULL ||
		ag_keyring_try_unseal(AG_PURPOSE_CONTACT, &seal, VARDATA_ANY(message->code),
							  VARSIZE_ANY_EXHDR(message->code), &plain) != AG_KEY_OK)
		return NULL;
	return plain;
}

void
ag_message_of(AgMessage *message, const AgResult *result, uint64 row)
{
	bool		isnull;
	Datum		code = ag_row_datum(result, row, 2, &isnull);

	message->no = ag_row_int8(result, row, 1);
	message->code = isnull ? NULL : DatumGetByteaPCopy(code);
	message->written_at = ag_row_time(result, row, 3);
	message->expires_at = ag_row_time(result, row, 4);
	message->key = *DatumGetUUIDP(ag_row_datum(result, row, 5, &isnull));
	message->state = ag_row_text(result, row, 6);
	message->tries = ag_row_int4(result, row, 7);
	message->claimed_by = ag_row_text(result, row, 8);
}

/*
 * What a notifier does with them.
 */

/* Ready to be handed out?  Else it was ended instead. */
static bool
prepare(const AgNoticeCarrier *carrier, AgMessage *message, TimestampTz at, AgCarried *carried)
{
	const char *why = message->tries > carrier->tries ? "claimed too often without an answer" :
		carrier->prepare(message, at, carried);

	if (why != NULL)
	{
		carrier->end(message->no, "cancelled", why, at);
		return false;
	}
	carried->notice.no = message->no;
	carried->notice.urgent = true;
	carried->notice.written_at = message->written_at;
	return true;
}

/* Put it into the claim's answer; false = it cannot be written, and that is the end of it. */
static bool
hand_out(const AgNoticeCarrier *carrier, AgMessage *message, AgCarried *carried, TimestampTz at,
		 TimestampTz until, ReturnSetInfo *rsinfo)
{
	const char *why = NULL;
	AgRendered *rendered = ag_notice_render(&carried->notice, carried->wanted, &why);

	if (rendered != NULL)
	{
		ag_notice_put_claimed(&carried->notice, UUIDPGetDatum(&message->key), message->tries,
							  carried->address, rendered, until, rsinfo);
		ag_wipe(rendered->body, strlen(rendered->body));
	}
	else
		carrier->end(message->no, "dead", why, at);
	ag_wipe(carried->address, strlen(carried->address));
	return rendered != NULL;
}

/* What a carrier has, at most n; how many. */
static int
claim_of(const AgNoticeCarrier *carrier, AgChannel channel, int n, TimestampTz at, TimestampTz until,
		 const char *person, ReturnSetInfo *rsinfo)
{
	List	   *messages;
	int			count = 0;

	while (count < n &&
		   (messages = carrier->lease(channel, n - count, at, until, person)) != NIL)
	{
		ListCell   *cell;

		CHECK_FOR_INTERRUPTS();
		foreach(cell, messages)
		{
			AgMessage  *message = lfirst(cell);
			AgCarried	carried = {0};

			if (prepare(carrier, message, at, &carried) &&
				hand_out(carrier, message, &carried, at, until, rsinfo))
				count++;
		}
	}
	return count;
}

int
ag_carried_claim(AgChannel channel, int n, TimestampTz at, TimestampTz until, const char *person,
				 ReturnSetInfo *rsinfo)
{
	int			count = 0;

	for (int i = 0; i < carrier_count && count < n; i++)
		count += claim_of(carriers[i], channel, n - count, at, until, person, rsinfo);
	return count;
}

/* Numbers of messages are random, so only one carrier has it. */
bool
ag_carried_done(int64 no, const char *receipt, TimestampTz at)
{
	for (int i = 0; i < carrier_count; i++)
		if (carriers[i]->done(no, receipt, at))
			return true;
	return false;
}

static AgMessage *
find(int64 no, bool lock, const AgNoticeCarrier **carrier)
{
	AgMessage  *message = NULL;

	for (int i = 0; i < carrier_count && message == NULL; i++)
	{
		*carrier = carriers[i];
		message = carriers[i]->find(no, lock);
	}
	return message;
}

static AgMessage *
require_message(int64 no, const AgNoticeCarrier **carrier)
{
	AgMessage  *message = find(no, true, carrier);

	if (message == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_NOTICE_UNKNOWN),
				errmsg("there is no message " INT64_FORMAT, no),
				errhint("It may have been forgotten with its code."));
	return message;
}

static bool
is_held(const AgMessage *message, const char *person)
{
	return strcmp(message->state, "pending") == 0 && message->claimed_by != NULL &&
		strcmp(message->claimed_by, person) == 0;
}

const char *
ag_carried_failed(int64 no, char *reason, bool permanent, const char *person, TimestampTz at)
{
	const AgNoticeCarrier *carrier;
	AgMessage  *message = require_message(no, &carrier);

	if (!is_held(message, person))
		return message->state;
	ag_notice_redact(reason);
	if (permanent || message->tries >= carrier->tries)
	{
		carrier->end(no, "dead", reason, at);
		return "dead";
	}
	carrier->postpone(no, ag_time_plus(at, carrier->wait));
	return "retry";
}

char *
ag_carried_number(int64 no, const char *person)
{
	const AgNoticeCarrier *carrier;
	AgMessage  *message = find(no, false, &carrier);

	return message == NULL || !is_held(message, person) ? NULL : carrier->number(message);
}
