/*-------------------------------------------------------------------------
 *
 * code_message.c
 *		Codes on their way to a notifier.
 *
 * Whoever proves a number for the first time has no account that a notice could belong
 * to, so codes have a small outbox of their own.  notice_claim() hands them out first,
 * as notices of account 0; notice_done() and notice_failed() take them back.  A code that
 * is over, or whose flow is, is not sent any more.
 *
 * Of a dead flow the same row is written, cancelled from its beginning and without a code.
 *
 * Locks: rows of code_message; claimers skip those that others have.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "flow/flow.h"
#include "keyring/keyring.h"
#include "policy/policy.h"

/* A code is good for minutes: three tries, ten seconds apart. */
#define MESSAGE_TRIES 3
#define MESSAGE_WAIT 10

static AgBinding
binding_of(int64 no)
{
	AgBinding	binding = {.field = "code_message.code", .record = no};

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

void
ag_code_write_message(const AgFlow *flow, int code_no, AgChannel channel, const char *digits,
					  TimestampTz at, TimestampTz until)
{
	AgCodeMessage message = {
		.no = random_no(),
		.flow_id = flow->id,
		.code_no = code_no,
		.channel = channel,
		.written_at = at,
		.expires_at = until,
		.state = flow->dead ? "cancelled" : "pending",
		.end_reason = flow->dead ? "nobody has the number" : NULL
	};
	AgBinding	binding = binding_of(message.no);
	bytea	   *code;

	ag_random(message.key.data, UUID_LEN);
	message.key.data[6] = (message.key.data[6] & 0x0f) | 0x40;
	message.key.data[8] = (message.key.data[8] & 0x3f) | 0x80;
	message.kid = ag_keyring_require(AG_PURPOSE_CONTACT);
	code = ag_keyring_seal(AG_PURPOSE_CONTACT, message.kid, &binding, digits, AG_CODE_DIGITS);
	message.code = flow->dead ? NULL : code;
	ag_message_store_insert(&message);
	ag_outbox_wake(channel);
}

/* Where it goes; NULL = nowhere any more. */
static char *
address_of(const AgFlow *flow, AgChannel channel)
{
	AgNumberName name;
	AgChannel	of_contact;
	bool		verified;
	char	   *address;

	if (channel == AG_CHANNEL_EMAIL)
	{
		address = ag_contact_address(flow->account_id, flow->contact_no, &of_contact, &verified);
		return address != NULL && of_contact == channel ? address : NULL;
	}
	if (!ag_flow_number(flow, &name))
		return NULL;
	address = pstrdup(name.writing[0]);
	ag_wipe(&name, sizeof(name));
	return address;
}

/* The code in clear as the parameters of its notice; NULL = it cannot be opened. */
static char *
params_of(const AgCodeMessage *message, const AgFlow *flow)
{
	AgBinding	binding = binding_of(message->no);
	bytea	   *plain;
	AgJson		json;
	char	   *digits;

	if (message->code == NULL ||
		ag_keyring_try_unseal(AG_PURPOSE_CONTACT, &binding, VARDATA_ANY(message->code),
							  VARSIZE_ANY_EXHDR(message->code), &plain) != AG_KEY_OK)
		return NULL;
	digits = pnstrdup(VARDATA(plain), VARSIZE(plain) - VARHDRSZ);
	ag_wipe(VARDATA(plain), VARSIZE(plain) - VARHDRSZ);
	ag_json_begin(&json);
	ag_json_text(&json, "code", digits);
	ag_json_text(&json, "purpose", ag_flow_purpose_name(flow->purpose));
	ag_json_int(&json, "minutes", (message->expires_at - message->written_at) / USECS_PER_MINUTE);
	ag_wipe(digits, strlen(digits));
	return ag_json_end(&json);
}

/* Ready to be handed out; NULL = it was ended instead. */
static AgCarried *
prepare(const AgCodeMessage *message, TimestampTz at)
{
	AgFlow	   *flow = ag_flow_peek(&message->flow_id);
	AgCarried  *carried = palloc0(sizeof(AgCarried));
	const char *why = NULL;

	if (message->expires_at <= at)
		why = "the code has expired";
	else if (message->tries > MESSAGE_TRIES)
		why = "claimed too often without an answer";
	else if (flow == NULL || ag_flow_judge(flow, AG_FLOW_ANY, at) != AG_FLOW_OK)
		why = "the flow is over";
	else if ((carried->notice.params = params_of(message, flow)) == NULL)
		why = "the code cannot be opened";
	else if ((carried->address = address_of(flow, message->channel)) == NULL)
		why = "the contact was removed";
	if (why != NULL)
	{
		ag_message_store_end(message->no, "cancelled", why, at);
		return NULL;
	}
	carried->notice.no = message->no;
	carried->notice.event = AG_ACTION_CODE_SENT;
	carried->notice.channel = message->channel;
	carried->notice.urgent = true;
	carried->notice.written_at = message->written_at;
	carried->notice.time_zone = "UTC";
	carried->tries = message->tries;
	carried->key = UUIDPGetDatum(&message->key);
	carried->wanted = flow->locale;
	return carried;
}

static List *
claim(AgChannel channel, int n, TimestampTz at, TimestampTz until, const char *person)
{
	List	   *carried = NIL;
	List	   *messages;

	while (list_length(carried) < n &&
		   (messages = ag_message_store_claim(channel, n - list_length(carried), at, until,
											  person)) != NIL)
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
is_held(const AgCodeMessage *message, const char *person)
{
	return strcmp(message->state, "pending") == 0 && message->claimed_by != NULL &&
		strcmp(message->claimed_by, person) == 0;
}

static const char *
failed(int64 no, const char *reason, bool permanent, const char *person, TimestampTz at)
{
	AgCodeMessage *message = ag_message_store_lock(no);

	if (message == NULL)
		return NULL;
	if (!is_held(message, person))
		return message->state;
	if (permanent || message->tries >= MESSAGE_TRIES)
	{
		ag_message_store_end(no, "dead", reason, at);
		return "dead";
	}
	ag_message_store_postpone(no, ag_time_plus(at, MESSAGE_WAIT));
	return "retry";
}

static char *
number(int64 no, const char *person)
{
	AgCodeMessage *message = ag_message_store_look(no);
	AgFlow	   *flow;

	if (message == NULL || message->channel != AG_CHANNEL_SMS || !is_held(message, person))
		return NULL;
	flow = ag_flow_peek(&message->flow_id);
	return flow == NULL ? NULL : address_of(flow, AG_CHANNEL_SMS);
}

static const AgNoticeCarrier code_carrier = {
	.claim = claim,
	.done = ag_message_store_done,
	.failed = failed,
	.number = number
};

/*
 * As a source of notices: for its templates.  No account is told of a code by its
 * event.
 */
static bool
code_wanted(const AgEvent *event, AgNoticeWish *wish)
{
	return false;
}

static bool
code_fill(const AgNotice *notice, AgFields *values)
{
	ag_field_text(values, "code", ag_notice_param(notice, "code"));
	ag_field_text(values, "minutes", ag_notice_param(notice, "minutes"));
	ag_field_text(values, "purpose",
				  ag_policy_phrase(psprintf("code_%s", ag_notice_param(notice, "purpose")),
								   notice->locale));
	return true;
}

static const AgNoticeEvent code_events[] = {
	{AG_ACTION_CODE_SENT, AG_NOTICE_SECURITY, false, "code purpose minutes", "code purpose",
	"code purpose", 1 << AG_CHANNEL_SMS | 1 << AG_CHANNEL_EMAIL}
};

static const AgNoticeSource code_source = {
	.events = code_events,
	.count = lengthof(code_events),
	.wanted = code_wanted,
	.fill = code_fill
};

static const AgKeyUser message_user = {
	.purpose = AG_PURPOSE_CONTACT,
	.what = "codes on their way",
	.in_use = ag_message_store_uses
};

void
ag_code_message_init(void)
{
	ag_notice_carry(&code_carrier);
	ag_notice_register(&code_source);
	ag_keyring_register_user(&message_user);
}
