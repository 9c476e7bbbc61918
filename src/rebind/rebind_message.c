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

static AgBinding
seal_of(int64 no)
{
	AgBinding	binding = {.field = "number_message.code", .record = no};

	return binding;
}

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

static void
write_message(const AgAccount *account, const AgNumberChange *change, int binding, const char *code,
			  TimestampTz at)
{
	AgNumberMessage message = {
		.no = random_no(),
		.account_id = account->account_id,
		.request = change->no,
		.binding = binding,
		.locale = account->locale,
		.written_at = at,
		.expires_at = change->times.ready_at
	};

	ag_random(message.key.data, UUID_LEN);
	message.key.data[6] = (message.key.data[6] & 0x0f) | 0x40;
	message.key.data[8] = (message.key.data[8] & 0x3f) | 0x80;
	if (code != NULL)
	{
		AgBinding	seal = seal_of(message.no);
		char		plain[AG_OBJECTION_TEXT] = {0}; /* of one length */

		strlcpy(plain, code, sizeof(plain));
		message.kid = ag_keyring_require(AG_PURPOSE_CONTACT);
		message.code = ag_keyring_seal(AG_PURPOSE_CONTACT, message.kid, &seal, plain, sizeof(plain));
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
params_of(const AgNumberMessage *message)
{
	AgBinding	seal = seal_of(message->no);
	AgJson		json;
	bytea	   *plain;

	ag_json_begin(&json);
	ag_json_int(&json, "until", message->expires_at);
	if (message->code != NULL)
	{
		if (ag_keyring_try_unseal(AG_PURPOSE_CONTACT, &seal, VARDATA_ANY(message->code),
								  VARSIZE_ANY_EXHDR(message->code), &plain) != AG_KEY_OK)
			return NULL;
		VARDATA(plain)[AG_OBJECTION_TEXT - 1] = '\0';
		ag_json_text(&json, "code", VARDATA(plain));
		ag_wipe(VARDATA(plain), AG_OBJECTION_TEXT);
	}
	return ag_json_end(&json);
}

static const char *
reason_not_to_send(const AgNumberMessage *message, TimestampTz at)
{
	AgRebindState state;
	AgNumberChange *change = ag_rebind_load(message->account_id, message->request, at, &state);

	if (change == NULL || state != AG_REBIND_COOLING)
		return "the time for objections is over";
	return message->tries > MESSAGE_TRIES ? "claimed too often without an answer" : NULL;
}

/* Ready to be handed out; NULL = it was ended instead. */
static AgCarried *
prepare(const AgNumberMessage *message, TimestampTz at)
{
	AgCarried  *carried = palloc0(sizeof(AgCarried));
	const char *why = reason_not_to_send(message, at);
	AgAccount  *account = ag_account_read(message->account_id);

	if (why == NULL && (carried->notice.params = params_of(message)) == NULL)
		why = "the code cannot be opened";
	if (why == NULL && (carried->address = address_of(message)) == NULL)
		why = "the number has left the account";
	if (why != NULL)
	{
		ag_number_message_store_end(message->no, "cancelled", why, at);
		return NULL;
	}
	carried->notice.no = message->no;
	carried->notice.event = AG_ACTION_NUMBER_TOLD;
	carried->notice.channel = AG_CHANNEL_SMS;
	carried->notice.urgent = true;
	carried->notice.written_at = message->written_at;
	carried->notice.time_zone = account == NULL ? "UTC" : account->time_zone;
	carried->tries = message->tries;
	carried->key = UUIDPGetDatum(&message->key);
	carried->wanted = message->locale;
	return carried;
}

static List *
claim(AgChannel channel, int n, TimestampTz at, TimestampTz until, const char *person)
{
	List	   *carried = NIL;
	List	   *messages;

	while (channel == AG_CHANNEL_SMS && list_length(carried) < n &&
		   (messages = ag_number_message_store_claim(n - list_length(carried), at, until, person)) != NIL)
	{
		ListCell   *cell;

		foreach(cell, messages)
		{
			AgCarried  *one = prepare(lfirst(cell), at);

			if (one != NULL)
				carried = lappend(carried, one);
		}
	}
	return carried;
}

static bool
is_held(const AgNumberMessage *message, const char *person)
{
	return strcmp(message->state, "pending") == 0 && message->claimed_by != NULL &&
		strcmp(message->claimed_by, person) == 0;
}

static const char *
failed(int64 no, const char *reason, bool permanent, const char *person, TimestampTz at)
{
	AgNumberMessage *message = ag_number_message_store_lock(no);

	if (message == NULL)
		return NULL;
	if (!is_held(message, person))
		return message->state;
	if (permanent || message->tries >= MESSAGE_TRIES)
	{
		ag_number_message_store_end(no, "dead", reason, at);
		return "dead";
	}
	ag_number_message_store_postpone(no, ag_time_plus(at, MESSAGE_WAIT));
	return "retry";
}

static char *
number(int64 no, const char *person)
{
	AgNumberMessage *message = ag_number_message_store_look(no);

	return message == NULL || !is_held(message, person) ? NULL : address_of(message);
}

static const AgNoticeCarrier carrier = {
	.claim = claim,
	.done = ag_number_message_store_done,
	.failed = failed,
	.number = number
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
