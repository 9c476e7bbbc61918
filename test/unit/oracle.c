/*-------------------------------------------------------------------------
 *
 * oracle.c
 *		The keyring as its document describes it, written a second time.
 *
 * Uses libsodium and nothing of acctguard, so that a test can compare what the
 * server wrote with what doc/keyring.md says.
 *
 *	oracle check ROOT						check value of a root key
 *	oracle unwrap ROOT VERSION KID PURPOSE WRAPPED	a data key
 *	oracle subject KEK ACCOUNT NO WRAPPED			an account's key
 *	oracle open KEY FIELD ACCOUNT RECORD PART PARTS ENVELOPE
 *	oracle tag KEY DATA
 *
 * Keys, values and results are hexadecimal.
 *
 *-------------------------------------------------------------------------
 */
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX 65536

static void
die(const char *why)
{
	fprintf(stderr, "oracle: %s\n", why);
	exit(1);
}

static size_t
from_hex(const char *hex, uint8_t *out)
{
	size_t		length;

	if (sodium_hex2bin(out, MAX, hex, strlen(hex), NULL, &length, NULL) != 0)
		die("not hexadecimal");
	return length;
}

static void
show(const uint8_t *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		printf("%02x", data[i]);
	printf("\n");
}

static uint8_t aad[1024];
static size_t aad_length;

static void
add(const void *data, size_t length)
{
	aad[aad_length] = aad[aad_length + 1] = aad[aad_length + 2] = 0;
	aad[aad_length + 3] = (uint8_t) length;
	memcpy(aad + aad_length + 4, data, length);
	aad_length += 4 + length;
}

static void
add_big_endian(long long value, int size)
{
	uint8_t		bytes[8];

	for (int i = 0; i < size; i++)
		bytes[i] = (uint8_t) ((unsigned long long) value >> (8 * (size - 1 - i)));
	add(bytes, size);
}

static void
open_envelope(const uint8_t *key, const char *field, long long account, long long record,
			  long long part, long long parts, const uint8_t *envelope, size_t length)
{
	static uint8_t plain[MAX];
	unsigned long long plain_length;

	if (length < 48)
		die("too short");
	add("acctguard", 9);
	add(envelope, 8);
	add(field, strlen(field));
	add_big_endian(account, 8);
	add_big_endian(record, 8);
	add_big_endian(part, 4);
	add_big_endian(parts, 4);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &plain_length, NULL, envelope + 32,
												   length - 32, aad, aad_length, envelope + 8, key) != 0)
		die("does not open");
	show(plain, plain_length);
}

int
main(int argc, char **argv)
{
	static uint8_t key[MAX];
	static uint8_t data[MAX];
	uint8_t		derived[32];
	char		field[64];

	if (sodium_init() < 0 || argc < 3 || from_hex(argv[2], key) != 32)
		die("arguments");
	if (strcmp(argv[1], "check") == 0)
	{
		crypto_kdf_derive_from_key(derived, 16, 3, "acgcheck", key);
		show(derived, 16);
	}
	else if (strcmp(argv[1], "unwrap") == 0 && argc == 7)
	{
		size_t		length = from_hex(argv[6], data);

		if (data[3] != 0 || (data[4] << 24 | data[5] << 16 | data[6] << 8 | data[7]) != atoi(argv[3]))
			die("wrapped by another version");
		crypto_kdf_derive_from_key(derived, 32, 1, "acgwrap1", key);
		snprintf(field, sizeof(field), "data_key.%s", argv[5]);
		open_envelope(derived, field, 0, atoll(argv[4]), 0, 0, data, length);
	}
	else if (strcmp(argv[1], "subject") == 0 && argc == 6)
		open_envelope(key, "subject_key.subject", atoll(argv[3]), atoll(argv[4]), 0, 0, data,
					  from_hex(argv[5], data));
	else if (strcmp(argv[1], "open") == 0 && argc == 9)
		open_envelope(key, argv[3], atoll(argv[4]), atoll(argv[5]), atoll(argv[6]), atoll(argv[7]),
					  data, from_hex(argv[8], data));
	else if (strcmp(argv[1], "tag") == 0 && argc == 4)
	{
		crypto_generichash(derived, 16, data, from_hex(argv[3], data), key, 32);
		show(derived, 16);
	}
	else
		die("arguments");
	return 0;
}
