/*-------------------------------------------------------------------------
 *
 * secret.c
 *		Memory that holds keys.
 *
 * A region comes from sodium_malloc(): guard pages around it, left out of core
 * dumps, locked into memory.  Between uses it cannot be read, so a stray pointer or
 * an over-long read elsewhere in the process does not find it.
 *
 * A region that the postmaster made is inherited by every backend, but the lock is
 * not; a process locks it again when it first opens it.  Where the limit of locked
 * memory (RLIMIT_MEMLOCK) is used up the region stays unlocked and could reach the
 * swap space: doc/keyring.md says what to do about that.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sodium.h>
#include <unistd.h>

#include "crypto/crypto.h"

struct AgSecret
{
	uint8	   *memory;
	Size		size;
	pid_t		locked_by;		/* the process that locked it, which is not its child */
};

AgSecret *
ag_secret_create(Size size)
{
	AgSecret   *secret = malloc(sizeof(AgSecret));

	if (secret == NULL)
		return NULL;
	secret->memory = sodium_malloc(size);
	if (secret->memory == NULL)
	{
		free(secret);
		return NULL;
	}
	sodium_memzero(secret->memory, size);
	secret->size = size;
	secret->locked_by = getpid();
	(void) sodium_mprotect_noaccess(secret->memory);
	return secret;
}

/* The pages must be accessible when they are locked. */
static void
lock_again(AgSecret *secret)
{
	if (secret->locked_by == getpid())
		return;
	(void) sodium_mlock(secret->memory, secret->size);
	secret->locked_by = getpid();
}

const uint8 *
ag_secret_read(AgSecret *secret)
{
	(void) sodium_mprotect_readonly(secret->memory);
	lock_again(secret);
	return secret->memory;
}

uint8 *
ag_secret_write(AgSecret *secret)
{
	(void) sodium_mprotect_readwrite(secret->memory);
	lock_again(secret);
	return secret->memory;
}

void
ag_secret_close(AgSecret *secret)
{
	(void) sodium_mprotect_noaccess(secret->memory);
}

/* sodium_free() overwrites it. */
void
ag_secret_destroy(AgSecret *secret)
{
	if (secret == NULL)
		return;
	sodium_free(secret->memory);
	free(secret);
}

void
ag_random(void *out, Size length)
{
	randombytes_buf(out, length);
}

uint32
ag_random_below(uint32 bound)
{
	return randombytes_uniform(bound);
}

void
ag_wipe(void *data, Size length)
{
	sodium_memzero(data, length);
}

bool
ag_hex_decode(uint8 *out, Size length, const char *hex)
{
	size_t		decoded = 0;

	return sodium_hex2bin(out, length, hex, 2 * length, NULL, &decoded, NULL) == 0 &&
		decoded == length;
}
