/*-------------------------------------------------------------------------
 *
 * account_ticket.c
 *		Tokens of tickets that are issued for one account.
 *
 * A token is "account.64 hexadecimal digits", 32 random bytes.  It is shown once; whoever
 * issues it keeps only its SHA-256, by which it is found again.
 *
 * No locks, no tables.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "account/account.h"

#define TOKEN_BYTES 32

char *
ag_ticket_token(int64 account_id)
{
	static const char digits[] = "0123456789abcdef";
	uint8		random[TOKEN_BYTES];
	char		hex[2 * TOKEN_BYTES + 1];
	char	   *digit = hex;

	ag_random(random, TOKEN_BYTES);
	for (int i = 0; i < TOKEN_BYTES; i++)
	{
		*digit++ = digits[random[i] >> 4];
		*digit++ = digits[random[i] & 15];
	}
	*digit = '\0';
	return psprintf(INT64_FORMAT ".%s", account_id, hex);
}

void
ag_ticket_hash(const char *token, uint8 hash[AG_SHA256_SIZE])
{
	ag_sha256(hash, token, strlen(token));
}
