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

bool
ag_equal(const void *a, const void *b, Size length)
{
	return sodium_memcmp(a, b, length) == 0;
}
