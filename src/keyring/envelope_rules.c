/*-------------------------------------------------------------------------
 *
 * envelope_rules.c
 *		The envelope: which bytes stand for a sealed value.
 *
 *		0xAC | format 1 | algorithm 1 | purpose | key(4) | nonce(24) | sealed bytes | tag(16)
 *
 * Numbers are big-endian.  Algorithm 1 is XChaCha20-Poly1305.  The additional data
 * are, each with its length(4) in front: "acctguard", the header's eight bytes, the
 * field, account, record, part and number of parts.  So a value opens only under
 * the key and purpose it names, in the row and column it was sealed for.
 *
 * The parser takes what the writer writes and nothing else.  Everything here is
 * pure: no memory, no locks, no errors; what is wrong with an envelope is not told,
 * because that would help only whoever tries.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "keyring/keys.h"

#define MAGIC 0xAC
#define FORMAT 1
#define ALGORITHM 1
#define PRODUCT "acctguard"
#define FIELD_MAX 63
#define AAD_MAX (7 * sizeof(uint32) + sizeof(PRODUCT) + AG_ENVELOPE_HEADER_SIZE + FIELD_MAX + 8 + 8 + 4 + 4)

typedef struct Aad
{
	Size		length;
	uint8		bytes[AAD_MAX];
} Aad;

static void
put_number(uint8 *out, uint64 value, int size)
{
	for (int i = 0; i < size; i++)
		out[i] = (uint8) (value >> (8 * (size - 1 - i)));
}

static void
add_bytes(Aad *aad, const void *data, Size length)
{
	put_number(aad->bytes + aad->length, length, 4);
	memcpy(aad->bytes + aad->length + 4, data, length);
	aad->length += 4 + length;
}

static void
add_number(Aad *aad, uint64 value, int size)
{
	uint8		bytes[8];

	put_number(bytes, value, size);
	add_bytes(aad, bytes, size);
}

static void
make_aad(Aad *aad, const uint8 *header, const AgBinding *binding)
{
	aad->length = 0;
	add_bytes(aad, PRODUCT, strlen(PRODUCT));
	add_bytes(aad, header, AG_ENVELOPE_HEADER_SIZE);
	add_bytes(aad, binding->field, Min(strlen(binding->field), FIELD_MAX));
	add_number(aad, (uint64) binding->account_id, 8);
	add_number(aad, (uint64) binding->record, 8);
	add_number(aad, (uint32) binding->part, 4);
	add_number(aad, (uint32) binding->parts, 4);
}

/* Header of an envelope; false if this is none. */
bool
ag_envelope_parse(const void *data, Size length, AgEnvelope *envelope)
{
	const uint8 *header = data;
	uint32		kid;

	if (length < AG_ENVELOPE_OVERHEAD)
		return false;
	if (header[0] != MAGIC || header[1] != FORMAT || header[2] != ALGORITHM ||
		header[3] >= AG_PURPOSE_COUNT)
		return false;
	kid = (uint32) header[4] << 24 | (uint32) header[5] << 16 | (uint32) header[6] << 8 | header[7];
	if (kid == 0 || kid > PG_INT32_MAX)
		return false;
	envelope->purpose = (AgPurpose) header[3];
	envelope->kid = (int32) kid;
	return true;
}

/* Seal; out takes length + AG_ENVELOPE_OVERHEAD bytes.  The nonce must be random. */
void
ag_envelope_write(uint8 *out, const AgEnvelope *envelope, const AgBinding *binding,
				  const uint8 nonce[AG_NONCE_SIZE], const uint8 key[AG_KEY_SIZE],
				  const void *plain, Size length)
{
	Aad			aad;

	out[0] = MAGIC;
	out[1] = FORMAT;
	out[2] = ALGORITHM;
	out[3] = (uint8) envelope->purpose;
	put_number(out + 4, (uint32) envelope->kid, 4);
	memcpy(out + AG_ENVELOPE_HEADER_SIZE, nonce, AG_NONCE_SIZE);
	make_aad(&aad, out, binding);
	ag_seal(out + AG_ENVELOPE_HEADER_SIZE + AG_NONCE_SIZE, plain, length, aad.bytes, aad.length,
			nonce, key);
}

/* Open; out takes length - AG_ENVELOPE_OVERHEAD bytes.  The envelope has been parsed. */
bool
ag_envelope_read(uint8 *out, const void *data, Size length, const AgBinding *binding,
				 const uint8 key[AG_KEY_SIZE])
{
	const uint8 *bytes = data;
	const Size	before = AG_ENVELOPE_HEADER_SIZE + AG_NONCE_SIZE;
	Aad			aad;

	make_aad(&aad, bytes, binding);
	return ag_unseal(out, bytes + before, length - before, aad.bytes, aad.length,
					 bytes + AG_ENVELOPE_HEADER_SIZE, key);
}
