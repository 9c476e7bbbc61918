/*-------------------------------------------------------------------------
 *
 * kdf.c
 *		Keys derived from a key.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sodium.h>

#include "crypto/crypto.h"

StaticAssertDecl(crypto_kdf_KEYBYTES == AG_KEY_SIZE, "keys have one size");

void
ag_derive(uint8 *out, Size length, const uint8 root[AG_KEY_SIZE], uint64 number,
		  const char *context)
{
	Assert(strlen(context) == crypto_kdf_CONTEXTBYTES);
	(void) crypto_kdf_derive_from_key(out, length, number, context, root);
}
