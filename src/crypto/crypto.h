/*-------------------------------------------------------------------------
 *
 * crypto.h
 *		What acctguard uses of libsodium.
 *
 * Only files of this folder know libsodium.  Nothing here keeps state, takes
 * locks or allocates memory.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_CRYPTO_H
#define AG_CRYPTO_H

#include "base/base.h"

#define AG_HASH_SIZE 32			/* BLAKE2b-256 */
#define AG_TAG_SIZE 16			/* keyed BLAKE2b-128 */

/*
 * hash.c
 */

/* Make libsodium ready; called by _PG_init. */
extern void ag_crypto_init(void);

/* BLAKE2b without a key: names a content, proves nothing about who wrote it. */
extern void ag_hash(uint8 out[AG_HASH_SIZE], const void *data, Size length);

/* BLAKE2b with a key of 16 to 64 bytes: only who has the key can make the tag. */
extern void ag_hash_keyed(uint8 out[AG_TAG_SIZE], const void *data, Size length, const uint8 *key,
						  Size key_length);

#endif							/* AG_CRYPTO_H */
