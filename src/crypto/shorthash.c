/*-------------------------------------------------------------------------
 *
 * shorthash.c
 *		SipHash: places in tables that nobody without the key can aim at.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sodium.h>

#include "crypto/crypto.h"

uint64
ag_short_hash(const void *data, Size length, const uint8 key[AG_SHORT_KEY_SIZE])
{
	uint64		hash;

	StaticAssertStmt(crypto_shorthash_BYTES == sizeof(hash) && crypto_shorthash_KEYBYTES == AG_SHORT_KEY_SIZE,
					 "SipHash-2-4");
	(void) crypto_shorthash((unsigned char *) &hash, data, length, key);
	return hash;
}
