/*-------------------------------------------------------------------------
 *
 * sign.c
 *		Signatures of others (Ed25519).
 *
 * libsodium refuses signatures that are not in canonical form, and public keys of
 * small order, under which anybody can sign.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sodium.h>

#include "crypto/crypto.h"

StaticAssertDecl(crypto_sign_PUBLICKEYBYTES == AG_PUBLIC_KEY_SIZE, "keys have one size");
StaticAssertDecl(crypto_sign_BYTES == AG_SIGNATURE_SIZE, "signatures have one size");

bool
ag_verify(const uint8 signature[AG_SIGNATURE_SIZE], const void *data, Size length,
		  const uint8 public_key[AG_PUBLIC_KEY_SIZE])
{
	return crypto_sign_verify_detached(signature, data, length, public_key) == 0;
}

bool
ag_public_key_sound(const uint8 public_key[AG_PUBLIC_KEY_SIZE])
{
	return crypto_core_ed25519_is_valid_point(public_key) == 1;
}

#ifdef AG_TEST_CLOCK

/* What others sign with; in test builds only, see ag_verify(). */
void
ag_sign_as(uint8 signature[AG_SIGNATURE_SIZE], uint8 public_key[AG_PUBLIC_KEY_SIZE],
		   const void *data, Size length, const uint8 seed[AG_KEY_SIZE])
{
	uint8		secret[crypto_sign_SECRETKEYBYTES];

	(void) crypto_sign_seed_keypair(public_key, secret, seed);
	(void) crypto_sign_detached(signature, NULL, data, length, secret);
	ag_wipe(secret, sizeof(secret));
}

#endif							/* AG_TEST_CLOCK */
