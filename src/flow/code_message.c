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

static const AgNoticeCarrier code_carrier;

void
ag_code_write_message(const AgFlow *flow, int code_no, AgChannel channel, const char *digits,
					  TimestampTz at, TimestampTz until)
{
	AgCodeMessage message = {
		.flow_id = flow->id,
		.code_no = code_no,
		.channel = channel
	};

	ag_message_begin(&message.head, at, until);
	ag_message_seal(&code_carrier, &message.head, digits, AG_CODE_DIGITS);
	if (flow->dead)
	{
		message.head.code = NULL;
		message.head.state = "cancelled";
		message.end_reason = "nobody has the number";
	}
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
params_of(const AgMessage *message, const AgFlow *flow)
{
	bytea	   *plain = ag_message_open(&code_carrier, message);
	AgJson		json;
	char	   *digits;

	if (plain == NULL)
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

static const char *
prepare(const AgMessage *head, TimestampTz at, AgCarried *carried)
{
	const AgCodeMessage *message = (const AgCodeMessage *) head;
	AgFlow	   *flow = ag_flow_peek(&message->flow_id);

	if (head->expires_at <= at)
		return "the code has expired";
	if (flow == NULL || ag_flow_judge(flow, AG_FLOW_ANY, at) != AG_FLOW_OK)
		return "the flow is over";
	if ((carried->notice.params = params_of(head, flow)) == NULL)
		return "the code cannot be opened";
	if ((carried->address = address_of(flow, message->channel)) == NULL)
		return "the contact was removed";
	carried->notice.event = AG_ACTION_CODE_SENT;
	carried->notice.channel = message->channel;
	carried->notice.time_zone = "UTC";
	carried->wanted = flow->locale;
	return NULL;
}

static char *
number(const AgMessage *head)
{
	const AgCodeMessage *message = (const AgCodeMessage *) head;
	AgFlow	   *flow = message->channel == AG_CHANNEL_SMS ? ag_flow_peek(&message->flow_id) : NULL;

	return flow == NULL ? NULL : address_of(flow, AG_CHANNEL_SMS);
}

static const AgNoticeCarrier code_carrier = {
	.seal = "code_message.code",
	.tries = MESSAGE_TRIES,
	.wait = MESSAGE_WAIT,
	.lease = ag_message_store_lease,
	.prepare = prepare,
	.find = ag_message_store_find,
	.number = number,
	.done = ag_message_store_done,
	.end = ag_message_store_end,
	.postpone = ag_message_store_postpone
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
