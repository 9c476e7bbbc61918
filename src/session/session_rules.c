/*-------------------------------------------------------------------------
 *
 * session_rules.c
 *		Tokens, the life of a session, proofs.
 *
 * A token's text is acs1_<account>.<session>.<32 bytes in base64url>: it tells where
 * to look, so that a router can send the call to the node that has the account, and
 * one probe of a primary key finds the session.  Only the bytes are the secret.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "session/session.h"

#define AG_ACCESS_CODE(symbol, meaning) {#symbol, meaning},
static const struct
{
	const char *name;
	const char *meaning;
}			codes[AG_ACCESS_CODE_COUNT] = {AG_ACCESS_CODE_LIST};
#undef AG_ACCESS_CODE

static const char *const proofs[] = {
	"password", "number_code", "email_code", "totp", "recovery_code", "trusted_device", "face", "staff",
	"external"
};

const char *
ag_access_code_name(AgAccessCode code)
{
	return codes[code].name;
}

const char *
ag_access_code_meaning(AgAccessCode code)
{
	return codes[code].meaning;
}

/* Decimal digits without sign or leading zero, up to a dot; false also beyond most. */
static bool
parse_number(const char **text, const char *end, int64 most, int64 *value)
{
	const char *p = *text;

	*value = 0;
	if (p == end || *p < '1' || *p > '9')
		return false;
	while (p < end && *p >= '0' && *p <= '9')
	{
		int			digit = *p++ - '0';

		if (*value > (most - digit) / 10)
			return false;
		*value = *value * 10 + digit;
	}
	if (p == end || *p != '.')
		return false;
	*text = p + 1;
	return true;
}

/* A token has one spelling; every other is false.  The text may lack its final zero byte. */
bool
ag_token_parse(AgToken *token, const char *text, Size length)
{
	char		digits[AG_BASE64_LENGTH(AG_TOKEN_SIZE) + 1];
	const char *end = text +length;
	int64		no;
	bool		good;

	if (length < strlen(AG_TOKEN_PREFIX) || length >= AG_TOKEN_TEXT ||
		memcmp(text, AG_TOKEN_PREFIX, strlen(AG_TOKEN_PREFIX)) != 0)
		return false;
	text	  +=strlen(AG_TOKEN_PREFIX);

	if (!parse_number(&text, end, PG_INT64_MAX, &token->account_id) ||
		!parse_number(&text, end, PG_INT32_MAX, &no) ||
		end - text !=AG_BASE64_LENGTH(AG_TOKEN_SIZE))
		return false;
	token->no = (int32) no;
	memcpy(digits, text, end - text);
	digits[end - text] = '\0';
	good = ag_base64_decode(token->secret, AG_TOKEN_SIZE, digits);
	ag_wipe(digits, sizeof(digits));
	return good;
}

void
ag_token_format(char text[AG_TOKEN_TEXT], const AgToken *token)
{
	int			length = snprintf(text, AG_TOKEN_TEXT, AG_TOKEN_PREFIX INT64_FORMAT ".%d.",
								  token->account_id, token->no);

	ag_base64_encode(text +length, AG_TOKEN_TEXT - length, token->secret, AG_TOKEN_SIZE);
}

AgTokenMatch
ag_session_match(const AgSession *session, const AgToken *token)
{
	uint8		hash[AG_SHA256_SIZE];

	ag_sha256(hash, token->secret, AG_TOKEN_SIZE);
	if (ag_equal(hash, session->token_hash, AG_SHA256_SIZE))
		return AG_TOKEN_PRESENT;
	if (session->has_previous && ag_equal(hash, session->previous_hash, AG_SHA256_SIZE))
		return AG_TOKEN_PREVIOUS;
	return AG_TOKEN_OTHER;
}

/* Intervals are half-open: at its end a session is over. */
AgAccessCode
ag_session_life(const AgSession *session, AgTokenMatch match, const AgAccountEpochs *epochs,
				TimestampTz at, TimestampTz *until)
{
	TimestampTz idle_until = ag_time_plus(session->last_seen_at, session->idle_length);

	*until = DT_NOEND;
	if (match == AG_TOKEN_OTHER)
		return AG_ACCESS_UNKNOWN;
	if (session->ended_at != DT_NOEND || session->epoch < epochs->session_epoch)
		return AG_ACCESS_REVOKED;
	for (int i = 0; i < epochs->cut_count; i++)
	{
		if (session->opened_at >= epochs->cuts[i])
			continue;
		if (epochs->cuts[i] <= at)
			return AG_ACCESS_REVOKED;
		*until = Min(*until, epochs->cuts[i]);
	}
	if (session->expires_at <= at)
		return AG_ACCESS_EXPIRED;
	if (idle_until <= at)
		return AG_ACCESS_IDLE;
	if (match == AG_TOKEN_PREVIOUS && session->previous_until <= at)
		return AG_ACCESS_STALE;
	*until = Min(*until, Min(session->expires_at, idle_until));
	if (match == AG_TOKEN_PREVIOUS)
		*until = Min(*until, session->previous_until);
	return AG_ACCESS_OK;
}

/*
 * A session that is there but cannot be used: locked for as long as a freeze says so,
 * denied where the account's life is over or has not begun.
 */
AgAccessCode
ag_session_refusal(const AgVerdict *verdict)
{
	if (verdict->denied != 0)
		return verdict->part == AG_PART_LIFECYCLE ? AG_ACCESS_DENIED : AG_ACCESS_LOCKED;
	return verdict->challenged != 0 ? AG_ACCESS_STEP_UP_REQUIRED : AG_ACCESS_OK;
}

bool
ag_proof_known(const char *name)
{
	for (int i = 0; i < lengthof(proofs); i++)
		if (strcmp(proofs[i], name) == 0)
			return true;
	return false;
}

/* Does it prove no more than that somebody has the number? */
bool
ag_proof_is_number(const char *name)
{
	return strcmp(name, "number_code") == 0;
}
