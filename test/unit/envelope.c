/*-------------------------------------------------------------------------
 *
 * envelope.c
 *		Tests, without a server, of envelopes, root key files and secure memory.
 *
 * Prints TAP.  The vectors are pinned: what is sealed today must open for ever.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <setjmp.h>
#include <signal.h>
#include <sodium.h>

#include "keyring/keys.h"

/* No server, so none of its replacements. */
#undef printf
#undef qsort

static int	tests = 0;
static int	failures = 0;

static void
ok(bool good, const char *what)
{
	tests++;
	failures += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", tests, what);
}

typedef struct Vector
{
	AgPurpose	purpose;
	int32		kid;
	AgBinding	binding;
	const char *plain;
	const char *sealed;
} Vector;

/* Key 00 01 .. 1f, nonce 40 41 .. 57. */
static const Vector vectors[] = {
#include "vectors.h"
};

static uint8 key[AG_KEY_SIZE];
static uint8 nonce[AG_NONCE_SIZE];

static void
seal(const Vector *vector, uint8 *out)
{
	AgEnvelope	envelope = {.purpose = vector->purpose, .kid = vector->kid};

	ag_envelope_write(out, &envelope, &vector->binding, nonce, key, vector->plain,
					  strlen(vector->plain));
}

static bool
opens(const uint8 *sealed, Size length, const Vector *vector, const AgBinding *binding,
	  const uint8 *with)
{
	AgEnvelope	envelope;
	uint8		plain[256];

	if (!ag_envelope_parse(sealed, length, &envelope) || envelope.purpose != vector->purpose ||
		envelope.kid != vector->kid)
		return false;
	return ag_envelope_read(plain, sealed, length, binding, with) &&
		memcmp(plain, vector->plain, strlen(vector->plain)) == 0;
}

static void
test_vectors(void)
{
	for (int i = 0; i < (int) lengthof(vectors); i++)
	{
		const Vector *vector = &vectors[i];
		Size		length = strlen(vector->plain) + AG_ENVELOPE_OVERHEAD;
		uint8		sealed[256];
		char		hex[513];

		seal(vector, sealed);
		sodium_bin2hex(hex, sizeof(hex), sealed, length);
		ok(strcmp(hex, vector->sealed) == 0, "the bytes are those of the vector");
		if (strcmp(hex, vector->sealed) != 0)
			printf("# %s\n", hex);
		ok(opens(sealed, length, vector, &vector->binding, key), "it opens");
	}
}

/* Every bit of an envelope, every length, every part of the binding, another key. */
static void
test_changes(void)
{
	const Vector *vector = &vectors[0];
	Size		length = strlen(vector->plain) + AG_ENVELOPE_OVERHEAD;
	uint8		sealed[256] = {0};
	uint8		other[AG_KEY_SIZE];
	bool		refused = true;
	AgBinding	binding;

	seal(vector, sealed);
	for (Size i = 0; i < length * 8; i++)
	{
		sealed[i / 8] ^= 1 << i % 8;
		refused &= !opens(sealed, length, vector, &vector->binding, key);
		sealed[i / 8] ^= 1 << i % 8;
	}
	ok(refused, "no bit can be changed");
	refused = true;
	for (Size i = 0; i < length + 8; i++)
		refused &= i == length || !opens(sealed, i, vector, &vector->binding, key);
	ok(refused, "no other length opens");
	memcpy(other, key, AG_KEY_SIZE);
	other[31] ^= 1;
	ok(!opens(sealed, length, vector, &vector->binding, other), "nor another key");

	binding = vector->binding;
	binding.field = "ledger.other";
	ok(!opens(sealed, length, vector, &binding, key), "nor another field");
	binding = vector->binding;
	binding.account_id++;
	ok(!opens(sealed, length, vector, &binding, key), "nor another account");
	binding = vector->binding;
	binding.record ^= INT64CONST(1) << 40;
	ok(!opens(sealed, length, vector, &binding, key), "nor another record");
	binding = vector->binding;
	binding.part++;
	ok(!opens(sealed, length, vector, &binding, key), "nor another part");
	binding = vector->binding;
	binding.parts++;
	ok(!opens(sealed, length, vector, &binding, key), "nor another number of parts");
}

static int
parse(const void *text, Size length, const char **problem)
{
	int32		versions[AG_ROOTS_MAX];
	uint8		keys[AG_ROOTS_MAX * AG_KEY_SIZE];

	*problem = NULL;
	return ag_root_parse(text, length, versions, keys, problem);
}

#define A "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static void
test_root_text(void)
{
	static const struct
	{
		const char *text;
		int			count;
	}			cases[] = {
		{"1:" A, 1},
		{"1:" A "\n", 1},
		{"2:" A "\n1:" A "\n", 2},
		{"70:" A "\n8:" A, 2},
		{"", -1},
		{"\n", -1},
		{"1:", -1},
		{"0:" A, -1},
		{"01:" A, -1},
		{":" A, -1},
		{"-1:" A, -1},
		{"9999999999:" A, -1},
		{"1:" A "0", -1},
		{"1:" A " ", -1},
		{"1:" A "\r\n", -1},
		{"1:" A "\n\n", -1},
		{"1: " A, -1},
		{"1:x" A, -1},
		{"1:" A "\n2:" A, -1},
		{"1:" A "\n1:" A, -1},
		{"2:" A "\n1:0123", -1},
		{"1:0000000000000000000000000000000000000000000000000000000000000000", -1},
		{"9:" A "\n8:" A "\n7:" A "\n6:" A "\n5:" A "\n4:" A "\n3:" A "\n2:" A "\n1:" A, -1},
	};
	const char *problem;
	const uint8 zero[AG_KEY_SIZE] = {0};
	bool		good = true;

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		int			count = parse(cases[i].text, strlen(cases[i].text), &problem);

		if (count != cases[i].count || (count < 0) != (problem != NULL))
		{
			good = false;
			printf("# case %d: %d, not %d\n", i, count, cases[i].count);
		}
	}
	ok(good, "root key files are taken and refused as they should be");
	ok(parse(key, AG_KEY_SIZE, &problem) == 1, "32 raw bytes are a root key");
	ok(parse(zero, AG_KEY_SIZE, &problem) == -1, "32 zeros are none");
}

static int
compare_nonces(const void *a, const void *b)
{
	return memcmp(a, b, AG_NONCE_SIZE);
}

static void
test_random(void)
{
	const int	count = 100000;
	uint8	   *all = malloc((Size) count * AG_NONCE_SIZE);
	bool		distinct = true;

	for (int i = 0; i < count; i++)
		ag_random(all + i * AG_NONCE_SIZE, AG_NONCE_SIZE);
	qsort(all, count, AG_NONCE_SIZE, compare_nonces);
	for (int i = 1; i < count; i++)
		distinct &= compare_nonces(all + (i - 1) * AG_NONCE_SIZE, all + i * AG_NONCE_SIZE) != 0;
	ok(distinct, "100000 nonces are distinct");
	free(all);
}

static sigjmp_buf trapped;

static void
trap(int number)
{
	siglongjmp(trapped, 1);
}

static bool
readable(const volatile uint8 *at)
{
	if (sigsetjmp(trapped, 1) != 0)
		return false;
	(void) *at;
	return true;
}

static void
test_secret(void)
{
	AgSecret   *secret = ag_secret_create(64);
	uint8	   *memory = ag_secret_write(secret);

	signal(SIGSEGV, trap);
	signal(SIGBUS, trap);
	memset(memory, 'x', 64);
	ag_secret_close(secret);
	ok(!readable(memory), "a closed region cannot be read");
	ok(ag_secret_read(secret)[63] == 'x', "an open one can");
	ok(!readable(memory + 64), "nor what lies behind it");
	ag_secret_close(secret);
	ag_secret_destroy(secret);
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	for (int i = 0; i < AG_KEY_SIZE; i++)
		key[i] = i;
	for (int i = 0; i < AG_NONCE_SIZE; i++)
		nonce[i] = 0x40 + i;
	test_vectors();
	test_changes();
	test_root_text();
	test_random();
	test_secret();
	printf("1..%d\n", tests);
	return failures > 0;
}

/* The sources under test were compiled for a server. */
void
ExceptionalCondition(const char *condition, const char *type, const char *file, int line)
{
	printf("Bail out! %s at %s:%d: %s\n", type, file, line, condition);
	exit(1);
}
