/*-------------------------------------------------------------------------
 *
 * hash.c
 *		Hashes without a key.
 *
 * BLAKE2b, because it is several times faster than SHA-2 on the short records
 * that are hashed here, and takes a key without an HMAC around it (mac.c).
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

void
ag_hash(uint8 out[AG_HASH_SIZE], const void *data, Size length)
{
	(void) crypto_generichash(out, AG_HASH_SIZE, data, length, NULL, 0);
}

void
ag_sha256(uint8 out[AG_SHA256_SIZE], const void *data, Size length)
{
	crypto_hash_sha256(out, data, length);
}

struct AgSha256
{
	crypto_hash_sha256_state state;
};

AgSha256 *
ag_sha256_begin(void)
{
	AgSha256   *hash = palloc(sizeof(AgSha256));

	crypto_hash_sha256_init(&hash->state);
	return hash;
}

void
ag_sha256_add(AgSha256 *hash, const void *data, Size length)
{
	crypto_hash_sha256_update(&hash->state, data, length);
}

void
ag_sha256_end(AgSha256 *hash, uint8 out[AG_SHA256_SIZE])
{
	crypto_hash_sha256_final(&hash->state, out);
	pfree(hash);
}
