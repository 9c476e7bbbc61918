/*-------------------------------------------------------------------------
 *
 * aead.c
 *		Authenticated encryption.
 *
 * XChaCha20-Poly1305: its nonce is long enough to be drawn at random by each of
 * many servers and restored copies, without a counter that a restore could set
 * back.  It does not commit to its key, so the key is always named beside what it
 * sealed and none is ever tried on the off chance (keyring/envelope_rules.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sodium.h>

#include "crypto/crypto.h"

StaticAssertDecl(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == AG_KEY_SIZE, "key");
StaticAssertDecl(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == AG_NONCE_SIZE, "nonce");
StaticAssertDecl(crypto_aead_xchacha20poly1305_ietf_ABYTES == AG_SEAL_SIZE, "seal");

void
ag_seal(uint8 *out, const void *plain, Size length, const void *aad, Size aad_length,
		const uint8 nonce[AG_NONCE_SIZE], const uint8 key[AG_KEY_SIZE])
{
	(void) crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, plain, length, aad, aad_length,
													  NULL, nonce, key);
}

bool
ag_unseal(uint8 *out, const void *sealed, Size length, const void *aad, Size aad_length,
		  const uint8 nonce[AG_NONCE_SIZE], const uint8 key[AG_KEY_SIZE])
{
	if (length < AG_SEAL_SIZE)
		return false;
	return crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed, length, aad,
													  aad_length, nonce, key) == 0;
}
