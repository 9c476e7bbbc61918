/*-------------------------------------------------------------------------
 *
 * rebind_message.c
 *		What numbers are told of a request, and the code by which the old one objects.
 *
 * A number is told because it is bound, not because it is a contact; what it is told
 * belongs to that binding and is not sent any more when the binding has ended, the
 * request has, or the time for objections is over.  The code is sealed until a notifier
 * has it; the request keeps its hash.
 *
 * Whoever has a number may be a stranger to the account by now, so a message says nothing
 * of its user; the code says where to look, as tokens do.
 *
 * Locks: rows of number_message; claimers skip those that others have.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "keyring/keyring.h"
#include "policy/policy.h"
#include "rebind/rebind.h"

#define MESSAGE_TRIES 5
#define MESSAGE_WAIT 30			/* seconds */

/*
 * Codes: aco1_<account>.<request>.<16 bytes in base64url>, as tokens of sessions are.
 */

static bool
read_digits(const char **text, int64 most, int64 *value)
{
	const char *p = *text;

	*value = 0;
	if (*p < '1' || *p > '9')
		return false;
	while (*p >= '0' && *p <= '9')
	{
		int			digit = *p++ - '0';

		if (*value > (most - digit) / 10)
			return false;
		*value = *value * 10 + digit;
	}
	if (*p != '.')
		return false;
	*text = p + 1;
	return true;
}

bool
ag_objection_parse(AgObjectionCode *code, const char *text)
{
	int64		no;

	if (text == NULL || strlen(text) >= AG_OBJECTION_TEXT ||
		strncmp(text, AG_OBJECTION_PREFIX, strlen(AG_OBJECTION_PREFIX)) != 0)
		return false;
	text	  +=strlen(AG_OBJECTION_PREFIX);

	if (!read_digits(&text, PG_INT64_MAX, &code->account_id) || !read_digits(&text, PG_INT32_MAX, &no) ||
		strlen(text) != AG_BASE64_LENGTH(AG_OBJECTION_SECRET))
		return false;
	code->no = (int32) no;
	return ag_base64_decode(code->secret, AG_OBJECTION_SECRET, text);
}

static void
format_code(char text[AG_OBJECTION_TEXT], const AgObjectionCode *code)
{
	int			length = snprintf(text, AG_OBJECTION_TEXT, AG_OBJECTION_PREFIX INT64_FORMAT ".%d.",
								  code->account_id, code->no);

	ag_base64_encode(text +length, AG_OBJECTION_TEXT - length, code->secret, AG_OBJECTION_SECRET);
}

/*
 * Writing.
 */

static const AgNoticeCarrier carrier;

static void
write_message(const AgAccount *account, const AgNumberChange *change, int binding, const char *code,
			  TimestampTz at)
{
	AgNumberMessage message = {
		.account_id = account->account_id,
		.request = change->no,
		.binding = binding,
		.locale = account->locale
	};

	ag_message_begin(&message.head, at, change->times.ready_at);
	if (code != NULL)
	{
		char		plain[AG_OBJECTION_TEXT] = {0}; /* of one length */

		strlcpy(plain, code, sizeof(plain));
		ag_message_seal(&carrier, &message.head, plain, sizeof(plain));
		ag_wipe(plain, sizeof(plain));
	}
	ag_number_message_store_insert(&message);
	ag_outbox_wake(AG_CHANNEL_SMS);
}

/* May who has the old number object at all? */
static bool
may_object(const AgNumberChange *change)
{
	return change->kind != AG_REBIND_UNTRUST && change->binding != 0 &&
		change->situation != AG_REBIND_REASSIGNED && change->situation != AG_REBIND_FIRST;
}

void
ag_rebind_tell_numbers(const AgAccount *account, AgNumberChange *change, TimestampTz at)
{
	ListCell   *cell;

	if (may_object(change))
	{
		AgObjectionCode code = {.account_id = account->account_id, .no = change->no};
		char text[	AG_OBJECTION_TEXT];

		ag_random(code.secret, AG_OBJECTION_SECRET);
		ag_sha256(change->code_hash, code.secret, AG_OBJECTION_SECRET);
		change->has_code = true;
		format_code(text, &code);
		write_message(account, change, change->binding, text, at);
		ag_wipe(text, sizeof(text));
		ag_wipe(code.secret, AG_OBJECTION_SECRET);
	}
	foreach(cell, ag_binding_store_trusted(account->account_id))
	{
		const AgPhoneBinding *binding = lfirst(cell);

		/* A number of a day ago may be a thief's. */
		if (binding->effective_at <= at && !ag_binding_trust_is_stale(binding))
			write_message(account, change, binding->no, NULL, at);
	}
}

/*
 * As a carrier.
 */

/* The number of a binding that is in force; NULL = it has ended. */
static char *
address_of(const AgNumberMessage *message)
{
	AgPhoneBinding *binding = ag_binding_store_read(message->account_id, message->binding);
	AgNumber   *number = binding == NULL || binding->released_at != DT_NOEND ? NULL :
		ag_number_store_look(binding->number_id);
	char		e164[AG_E164_SIZE];
	char	   *address;

	if (number == NULL)
		return NULL;
	ag_number_unseal(number, e164);
	address = pstrdup(e164);
	ag_wipe(e164, sizeof(e164));
	return address;
}

/* Parameters of the notice; NULL = the code cannot be opened. */
static char *
params_of(const AgMessage *message)
{
	bytea	   *plain = ag_message_open(&carrier, message);
	AgJson		json;

	if (plain == NULL && message->code != NULL)
		return NULL;
	ag_json_begin(&json);
	ag_json_int(&json, "until", message->expires_at);
	if (plain != NULL)
	{
		VARDATA(plain)[AG_OBJECTION_TEXT - 1] = '\0';
		ag_json_text(&json, "code", VARDATA(plain));
		ag_wipe(VARDATA(plain), AG_OBJECTION_TEXT);
	}
	return ag_json_end(&json);
}

static const char *
prepare(const AgMessage *head, TimestampTz at, AgCarried *carried)
{
	const AgNumberMessage *message = (const AgNumberMessage *) head;
	AgRebindState state;
	AgNumberChange *change = ag_rebind_load(message->account_id, message->request, at, &state);
	AgAccount  *account;

	if (change == NULL || state != AG_REBIND_COOLING)
		return "the time for objections is over";
	if ((carried->notice.params = params_of(head)) == NULL)
		return "the code cannot be opened";
	if ((carried->address = address_of(message)) == NULL)
		return "the number has left the account";
	account = ag_account_read(message->account_id);
	carried->notice.event = AG_ACTION_NUMBER_TOLD;
	carried->notice.channel = AG_CHANNEL_SMS;
	carried->notice.time_zone = account == NULL ? "UTC" : account->time_zone;
	carried->wanted = message->locale;
	return NULL;
}

static List *
lease(AgChannel channel, int n, TimestampTz at, TimestampTz until, const char *person)
{
	return channel == AG_CHANNEL_SMS ? ag_number_message_store_lease(n, at, until, person) : NIL;
}

static char *
number(const AgMessage *head)
{
	return address_of((const AgNumberMessage *) head);
}

static const AgNoticeCarrier carrier = {
	.seal = "number_message.code",
	.tries = MESSAGE_TRIES,
	.wait = MESSAGE_WAIT,
	.lease = lease,
	.prepare = prepare,
	.find = ag_number_message_store_find,
	.number = number,
	.done = ag_number_message_store_done,
	.end = ag_number_message_store_end,
	.postpone = ag_number_message_store_postpone
};

static const AgKeyUser seal_user = {
	.purpose = AG_PURPOSE_CONTACT,
	.what = "codes for objections",
	.in_use = ag_number_message_store_uses
};

void
ag_rebind_message_init(void)
{
	ag_notice_carry(&carrier);
	ag_keyring_register_user(&seal_user);
}
