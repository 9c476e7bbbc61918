/*-------------------------------------------------------------------------
 *
 * hash.c
 *		Hashes with and without a key.
 *
 * BLAKE2b, because it is several times faster than SHA-2 on the short records
 * that are hashed here, and takes a key without an HMAC around it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sodium.h>

#include "crypto/crypto.h"

void
ag_crypto_init(void)
{
	if (sodium_init() < 0)
		ereport(ERROR, errcode(ERRCODE_SYSTEM_ERROR), errmsg("could not initialize libsodium"));
}

static void
blake2b(uint8 *out, Size out_length, const void *data, Size length, const uint8 *key,
		Size key_length)
{
	if (crypto_generichash(out, out_length, data, length, key, key_length) != 0)
		elog(ERROR, "could not compute a hash of %zu bytes", length);
}

void
ag_hash(uint8 out[AG_HASH_SIZE], const void *data, Size length)
{
	blake2b(out, AG_HASH_SIZE, data, length, NULL, 0);
}

void
ag_hash_keyed(uint8 out[AG_TAG_SIZE], const void *data, Size length, const uint8 *key,
			  Size key_length)
{
	Assert(key_length >= crypto_generichash_KEYBYTES_MIN);
	blake2b(out, AG_TAG_SIZE, data, length, key, key_length);
}
