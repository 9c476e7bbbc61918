/*-------------------------------------------------------------------------
 *
 * code.c
 *		One-time codes: sent, shown, used once.
 *
 * A code is six digits, so what protects it is that it can be tried a few times only.
 * Attempts are charged before the code is looked at, in shared memory: by ROLLBACK,
 * savepoints and cancelled statements nobody gets a guess back.  A right code takes its
 * own charge back, since it was no failure; the failures of others stay.  A new code
 * resets nothing.
 *
 * The table keeps a keyed tag over everything the code is bound to, so a code of one
 * flow is wrong in any other, and whoever reads the table has no code.
 *
 * The code itself goes to the outbox and to nobody else.  A dead flow does the same
 * work, writes the same rows, and says the same.
 *
 * Locks: the flow.  Tables: one_time_code, code_message, flow.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "attempt/attempt.h"
#include "flow/flow.h"
#include "keyring/keyring.h"
#include "policy/policy.h"
#include "port/pg_bswap.h"

/* What tells these tags and indexes from others; the zero bytes belong to them. */
static const char code_domain[] = "acctguard/otp/v1";
static const char mail_domain[] = "acctguard/email/v1";

#define PURPOSE_SIZE 16			/* of a purpose's name in a tag */

/* Tries of one code if policy has switched the rule off. */
#define TRIES 5

typedef struct CodeCharge
{
	const char *rule;
	AgFlowCode	refusal;
} CodeCharge;

/* A code goes to the number, or to the mailbox that the flow is about. */
AgChannel
ag_code_channel(const AgFlow *flow)
{
	if (flow->contact_no > 0)
		return AG_CHANNEL_EMAIL;
	return flow->has_number ? AG_CHANNEL_SMS : AG_CHANNEL_COUNT;
}

/* The mailbox as limits name it: whoever adds it to many accounts has one budget for it. */
static char *
mailbox_subject(const AgFlow *flow)
{
	AgChannel	channel;
	bool		verified;
	char	   *address = ag_contact_address(flow->account_id, flow->contact_no, &channel, &verified);
	uint8		index[AG_INDEX_SIZE];
	char	   *data;
	Size		length;

	if (address == NULL || channel != AG_CHANNEL_EMAIL)
		return NULL;
	length = strlen(address);
	data = palloc(sizeof(mail_domain) + length);
	memcpy(data, mail_domain, sizeof(mail_domain));
	for (Size i = 0; i < length; i++)
		data[sizeof(mail_domain) + i] = pg_ascii_tolower((unsigned char) address[i]);
	ag_keyring_index(ag_keyring_require(AG_PURPOSE_PHONE_INDEX), index, data,
					 sizeof(mail_domain) + length);
	ag_wipe(data, sizeof(mail_domain) + length);
	ag_wipe(address, length);
	return ag_subject_bytes(index, AG_INDEX_SIZE);
}

/* Whose codes are counted; NULL = there is nowhere to send one. */
static char *
subject_of(const AgFlow *flow)
{
	switch (ag_code_channel(flow))
	{
		case AG_CHANNEL_SMS:
			return ag_subject_bytes(flow->number_idx, AG_INDEX_SIZE);
		case AG_CHANNEL_EMAIL:
			return mailbox_subject(flow);
		default:
			return NULL;
	}
}

static void
make_tag(int32 kid, uint8 tag[AG_TAG_SIZE], const AgFlow *flow, int no,
		 const char digits[AG_CODE_DIGITS])
{
	struct
	{
		char		domain[sizeof(code_domain)];
		char		purpose[PURPOSE_SIZE];
		uint8		flow[UUID_LEN];
		uint8		number[AG_INDEX_SIZE];
		uint8		account[8];
		uint8		contact[4];
		uint8		no[4];
		char		digits[AG_CODE_DIGITS];
	}			data;
	uint64		account = pg_hton64((uint64) flow->account_id);
	uint32		contact = pg_hton32((uint32) flow->contact_no);
	uint32		number = pg_hton32((uint32) no);

	StaticAssertStmt(sizeof(data) == sizeof(code_domain) + PURPOSE_SIZE + UUID_LEN + AG_INDEX_SIZE +
					 8 + 4 + 4 + AG_CODE_DIGITS, "nothing lies between");
	memset(&data, 0, sizeof(data));
	memcpy(data.domain, code_domain, sizeof(code_domain));
	strlcpy(data.purpose, ag_flow_purpose_name(flow->purpose), PURPOSE_SIZE);
	memcpy(data.flow, flow->id.data, UUID_LEN);
	memcpy(data.number, flow->number_idx, AG_INDEX_SIZE);
	memcpy(data.account, &account, 8);
	memcpy(data.contact, &contact, 4);
	memcpy(data.no, &number, 4);
	memcpy(data.digits, digits, AG_CODE_DIGITS);
	ag_keyring_mac(kid, tag, &data, sizeof(data));
	ag_wipe(&data, sizeof(data));
}

/*
 * Sending.
 */

static int
add_charge(AgCharge *charges, CodeCharge *meanings, int n, const char *rule, char *subject,
		   AgFlowCode refusal)
{
	charges[n].rule = rule;
	charges[n].subject = subject;
	meanings[n].refusal = refusal;
	return n + 1;
}

/* Every budget that a code comes out of, or none if one of them is used up. */
static bool
charge_sending(const AgFlow *flow, char *subject, AgCodeAnswer *answer)
{
	AgCharge	charges[AG_CHARGES_MAX];
	CodeCharge	meanings[AG_CHARGES_MAX];
	AgChargeAnswer charged;
	int			n = 0;

	n = add_charge(charges, meanings, n, "code.resend", subject, AG_FLOW_SEND_TOO_SOON);
	n = add_charge(charges, meanings, n, "code.burst", subject, AG_FLOW_SEND_LIMIT_NUMBER);
	n = add_charge(charges, meanings, n, "code.send", subject, AG_FLOW_SEND_LIMIT_NUMBER);
	if (flow->has_source)
	{
		char	   *address = ag_subject_bytes(flow->address, AG_INDEX_SIZE);

		n = add_charge(charges, meanings, n, "code.source", address, AG_FLOW_SEND_LIMIT_SOURCE);
		if (flow->purpose == AG_FLOW_FOR_REGISTER)
			n = add_charge(charges, meanings, n, "code.register", address, AG_FLOW_SEND_LIMIT_SOURCE);
		n = add_charge(charges, meanings, n, "code.prefix",
					   ag_subject_bytes(flow->source, AG_INDEX_SIZE), AG_FLOW_SEND_LIMIT_SOURCE);
	}
	if (ag_code_channel(flow) == AG_CHANNEL_SMS)
		n = add_charge(charges, meanings, n, "code.country", psprintf("+%d", flow->country),
					   AG_FLOW_SEND_LIMIT_COUNTRY);
	n = add_charge(charges, meanings, n, "code.all", pstrdup(""), AG_FLOW_SEND_LIMIT_ALL);

	ag_attempt_try(charges, n, &charged);
	if (charged.charged)
		return true;
	answer->code = meanings[charged.refused].refusal;
	answer->retry_at = charged.retry_at;
	return false;
}

static void
record_sending(const AgFlow *flow, AgChannel channel)
{
	AgFields   *after = ag_fields_new();
	AgEvent		event = {
		.action = AG_ACTION_CODE_SENT,
		.account_id = flow->account_id,
		.after = after
	};

	ag_field_text(after, "purpose", ag_flow_purpose_name(flow->purpose));
	ag_field_text(after, "channel", ag_channel_name(channel));
	if (flow->number_id != 0)
		ag_field_int(after, "number", flow->number_id);
	if (flow->contact_no != 0)
		ag_field_int(after, "contact", flow->contact_no);
	if (flow->dead)
		ag_field_bool(after, "dead", true);
	ag_event_emit(&event);
}

/* A new code takes the place of the one before. */
static void
write_code(const AgFlow *flow, TimestampTz at)
{
	AgCode		code = {.no = 0};
	char		digits[AG_CODE_DIGITS + 1];

	(void) ag_code_store_newest(&flow->id, &code);
	ag_code_store_void(&flow->id, at);
	ag_message_store_cancel(&flow->id, "a newer code took its place", at);

	snprintf(digits, sizeof(digits), "%06u", ag_random_below(1000000));
	code.no++;
	code.channel = ag_code_channel(flow);
	code.kid = ag_keyring_require(AG_PURPOSE_OTP_MAC);
	code.expires_at = ag_time_plus(at, ag_policy_setting(AG_SETTING_CODE_LIFE));
	make_tag(code.kid, code.mac, flow, code.no, digits);
	ag_code_store_insert(&flow->id, &code, at);
	ag_code_write_message(flow, code.no, code.channel, digits, at, code.expires_at);
	ag_wipe(digits, sizeof(digits));
	record_sending(flow, code.channel);
}

void
ag_code_send(const pg_uuid_t *id, AgCodeAnswer *answer)
{
	char	   *subject;

	memset(answer, 0, sizeof(AgCodeAnswer));
	answer->code = ag_flow_begin();
	if (answer->code != AG_FLOW_OK || !ag_attempt_available())
		return;
	answer->code = ag_flow_require(id, AG_FLOW_ANY, &answer->flow);
	if (answer->code != AG_FLOW_OK)
		return;
	subject = subject_of(answer->flow);
	if (subject == NULL)
		answer->code = AG_FLOW_CODE_NOWHERE;
	else if (answer->flow->has_number && !ag_policy_code_country(answer->flow->country))
		answer->code = AG_FLOW_COUNTRY_REFUSED;
	else if (charge_sending(answer->flow, subject, answer))
	{
		write_code(answer->flow, ag_now());
		answer->code = AG_FLOW_CODE_SENT;
	}
}

/*
 * Verifying.
 */

/* Exactly six digits, full-width ones too, with blanks around or among them; no code is anything else. */
static void
read_digits(const char *text, char digits[AG_CODE_DIGITS])
{
	int			count = 0;

	memset(digits, '-', AG_CODE_DIGITS);
	for (const char *c = text; *c != '\0'; c++)
	{
		char		digit = *c;

		if (digit == ' ')
			continue;
		if (memcmp(c, "\xef\xbc", 2) == 0 && (uint8) c[2] >= 0x90 && (uint8) c[2] <= 0x99)
		{
			digit = '0' + ((uint8) c[2] - 0x90);
			c += 2;
		}
		if (digit < '0' || digit > '9' || count == AG_CODE_DIGITS)
		{
			memset(digits, '-', AG_CODE_DIGITS);
			return;
		}
		digits[count++] = digit;
	}
	if (count < AG_CODE_DIGITS)
		memset(digits, '-', AG_CODE_DIGITS);
}

/* Can tags of this key still be made?  A newer one has taken its place at most. */
static bool
key_usable(int32 kid)
{
	int32		kids[AG_USABLE_MAX];
	int			count = ag_keyring_usable(AG_PURPOSE_OTP_MAC, kids);

	for (int i = 0; i < count; i++)
		if (kids[i] == kid)
			return true;
	return false;
}

static AgFlowCode
judge_code(const AgFlow *flow, AgCode *code, TimestampTz at)
{
	if (!ag_code_store_newest(&flow->id, code) || !key_usable(code->kid))
		return AG_FLOW_CODE_NONE;
	if (code->used_at != DT_NOEND)
		return AG_FLOW_CODE_USED;
	return code->expires_at <= at ? AG_FLOW_CODE_EXPIRED : AG_FLOW_OK;
}

/* Two buckets: the flow's tries, and those of its number or mailbox in all flows. */
#define TRY_CHARGES 2

static bool
charge_try(const AgCharge charges[TRY_CHARGES], AgCodeAnswer *answer)
{
	AgChargeAnswer charged;

	ag_attempt_try(charges, TRY_CHARGES, &charged);
	if (charged.charged)
		return true;
	if (charged.refused == 0)
		answer->code = AG_FLOW_CODE_SPENT;
	else
	{
		answer->code = AG_FLOW_CODE_FAILURES;
		answer->retry_at = charged.retry_at;
	}
	return false;
}

/* Is it the one?  A right code is used by this, once, whoever else shows it now. */
static bool
use_code(const AgFlow *flow, const AgCode *code, const char *text, TimestampTz at)
{
	const AgLimitRule *rule = ag_policy_limit_rule("code.try");
	int			most = rule != NULL && rule->enabled && rule->most > 0 ? rule->most : TRIES;
	uint8		tag[AG_TAG_SIZE];
	char		digits[AG_CODE_DIGITS];
	bool		right;
	int			used;

	read_digits(text, digits);
	make_tag(code->kid, tag, flow, code->no, digits);
	right = ag_equal(tag, code->mac, AG_TAG_SIZE) && !flow->dead;
	ag_wipe(digits, sizeof(digits));
	used = ag_code_store_try(&flow->id, code->no, right, most, at);
	if (used < 0 && IsolationUsesXactSnapshot())
		ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				errmsg("the code is newer than the transaction"));
	return used > 0;
}

void
ag_code_verify(const pg_uuid_t *id, const char *digits, AgCodeAnswer *answer)
{
	AgCharge	charges[TRY_CHARGES] = {{"code.try"}, {"code.failure"}};
	TimestampTz at;
	AgCode		code;

	memset(answer, 0, sizeof(AgCodeAnswer));
	answer->code = ag_flow_begin();
	if (answer->code != AG_FLOW_OK || !ag_attempt_available())
		return;
	answer->code = ag_flow_require(id, AG_FLOW_ANY, &answer->flow);
	if (answer->code != AG_FLOW_OK)
		return;
	at = ag_now();
	answer->code = judge_code(answer->flow, &code, at);
	if (answer->code != AG_FLOW_OK)
		return;
	charges[0].subject = ag_flow_text(answer->flow);
	charges[1].subject = subject_of(answer->flow);
	if (charges[1].subject == NULL)
		answer->code = AG_FLOW_CODE_NOWHERE;
	else if (charge_try(charges, answer))
	{
		if (!use_code(answer->flow, &code, digits, at))
		{
			answer->code = answer->flow->dead ? AG_FLOW_CODE_DEAD : AG_FLOW_BAD_CODE;
			return;
		}
		ag_flow_prove(answer->flow, code.channel == AG_CHANNEL_EMAIL ? "email_code" : "number_code", at);
		ag_attempt_refund(charges, TRY_CHARGES);
		answer->code = AG_FLOW_CODE_OK;
	}
}

static const AgKeyUser tag_user = {
	.purpose = AG_PURPOSE_OTP_MAC,
	.what = "one-time codes",
	.in_use = ag_code_store_uses
};

void
ag_code_init(void)
{
	ag_keyring_register_user(&tag_user);
	ag_code_message_init();
}
