/*-------------------------------------------------------------------------
 *
 * mac.c
 *		Hashes with a key, and comparing them.
 *
 * crypto_generichash() fails only for lengths that are constants here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sodium.h>

#include "crypto/crypto.h"

void
ag_mac(uint8 out[AG_TAG_SIZE], const void *data, Size length, const uint8 key[AG_KEY_SIZE])
{
	(void) crypto_generichash(out, AG_TAG_SIZE, data, length, key, AG_KEY_SIZE);
}

StaticAssertDecl(crypto_auth_hmacsha256_KEYBYTES == AG_KEY_SIZE, "keys have one size");
StaticAssertDecl(crypto_auth_hmacsha256_BYTES >= AG_INDEX_SIZE, "an index is part of a tag");

void
ag_index(uint8 out[AG_INDEX_SIZE], const void *data, Size length, const uint8 key[AG_KEY_SIZE])
{
	uint8		tag[crypto_auth_hmacsha256_BYTES];

	(void) crypto_auth_hmacsha256(tag, data, length, key);
	memcpy(out, tag, AG_INDEX_SIZE);
}

bool
ag_equal(const void *a, const void *b, Size length)
{
	return sodium_memcmp(a, b, length) == 0;
}
