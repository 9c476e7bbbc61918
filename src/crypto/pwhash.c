/*-------------------------------------------------------------------------
 *
 * pwhash.c
 *		Argon2id: hashes of passwords, as PHC strings.
 *
 * Each call takes the memory it is told to (libsodium asks the system for it and gives it
 * back) and some ten milliseconds, in which nothing can interrupt it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sodium.h>

#include "crypto/crypto.h"

StaticAssertDecl(AG_PHC_SIZE == crypto_pwhash_STRBYTES, "room for a PHC string");

bool
ag_pwhash_make(char phc[AG_PHC_SIZE], const char *password, Size length, const AgPwhashCost *cost)
{
	memset(phc, 0, AG_PHC_SIZE);
	return crypto_pwhash_str_alg(phc, password, length, (unsigned long long) cost->passes,
								 (size_t) cost->memory * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

AgPwhashMatch
ag_pwhash_match(const char *phc, const char *password, Size length)
{
	errno = 0;
	if (crypto_pwhash_str_verify(phc, password, length) == 0)
		return AG_PWHASH_SAME;
	return errno == ENOMEM ? AG_PWHASH_NO_MEMORY : AG_PWHASH_OTHER;
}

/* The work of a match, for nothing. */
bool
ag_pwhash_burn(const char *password, Size length, const AgPwhashCost *cost)
{
	uint8		salt[crypto_pwhash_SALTBYTES] = {0};
	uint8		out[AG_KEY_SIZE];
	bool		done = crypto_pwhash(out, sizeof(out), password, length, salt,
									 (unsigned long long) cost->passes, (size_t) cost->memory * 1024,
									 crypto_pwhash_ALG_ARGON2ID13) == 0;

	ag_wipe(out, sizeof(out));
	return done;
}

/* A number of at most nine digits and what has to follow it. */
static bool
read_cost(const char **at, const char *end, uint32 *cost)
{
	Size		digits = strspn(*at, "0123456789");

	if (digits < 1 || digits > 9 || strncmp(*at + digits, end, strlen(end)) != 0)
		return false;
	*cost = (uint32) strtoul(*at, NULL, 10);
	*at += digits + strlen(end);
	return true;
}

/* What a PHC string says it costs; false = it is not one of ours. */
bool
ag_pwhash_cost(const char *phc, AgPwhashCost *cost)
{
	static const char head[] = "$argon2id$v=19$m=";
	const char *at = phc + strlen(head);

	return strncmp(phc, head, strlen(head)) == 0 &&
		read_cost(&at, ",t=", &cost->memory) &&
		read_cost(&at, ",p=1$", &cost->passes);
}
