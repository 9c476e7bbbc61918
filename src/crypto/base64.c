/*-------------------------------------------------------------------------
 *
 * base64.c
 *		Bytes as text that fits into URLs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sodium.h>

#include "crypto/crypto.h"

/* Without padding; out has room for the digits and a zero byte. */
void
ag_base64_encode(char *out, Size room, const void *data, Size length)
{
	(void) sodium_bin2base64(out, room, data, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* False unless the text is the one that ag_base64_encode() makes of length bytes. */
bool
ag_base64_decode(void *out, Size length, const char *text)
{
	size_t		decoded = 0;

	return sodium_base642bin(out, length, text, strlen(text), NULL, &decoded, NULL,
							 sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 && decoded == length;
}
