/*-------------------------------------------------------------------------
 *
 * crypto.h
 *		What acctguard uses of libsodium.
 *
 * Only files of this folder know libsodium.  None of them takes locks, raises an
 * error for what a caller could bring about, or allocates memory other than the
 * secure regions of secret.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_CRYPTO_H
#define AG_CRYPTO_H

#include "base/base.h"

#define AG_HASH_SIZE 32			/* BLAKE2b-256 */
#define AG_SHA256_SIZE 32
#define AG_TAG_SIZE 16			/* keyed BLAKE2b-128 */
#define AG_KEY_SIZE ((size_t) 32)	/* every key */
#define AG_INDEX_SIZE 16		/* HMAC-SHA-256, cut */
#define AG_PUBLIC_KEY_SIZE 32	/* Ed25519 */
#define AG_SIGNATURE_SIZE 64	/* Ed25519 */
#define AG_NONCE_SIZE 24		/* XChaCha20: random nonces do not collide */
#define AG_SHORT_KEY_SIZE 16	/* SipHash */
#define AG_SEAL_SIZE 16			/* what sealing adds: Poly1305 */

/*
 * hash.c
 */

/* Make libsodium ready; called by _PG_init. */
extern void ag_crypto_init(void);

/* BLAKE2b without a key: names a content, proves nothing about who wrote it. */
extern void ag_hash(uint8 out[AG_HASH_SIZE], const void *data, Size length);

/* SHA-256: of random tokens, which are compared by it. */
extern void ag_sha256(uint8 out[AG_SHA256_SIZE], const void *data, Size length);

/* The same piece by piece; end frees. */
typedef struct AgSha256 AgSha256;

extern AgSha256 *ag_sha256_begin(void);
extern void ag_sha256_add(AgSha256 *hash, const void *data, Size length);
extern void ag_sha256_end(AgSha256 *hash, uint8 out[AG_SHA256_SIZE]);

/*
 * shorthash.c: SipHash.
 */
extern uint64 ag_short_hash(const void *data, Size length, const uint8 key[AG_SHORT_KEY_SIZE]);

/*
 * base64.c
 */
#define AG_BASE64_LENGTH(bytes) (((bytes) * 4 + 2) / 3) /* digits, without padding */

extern void ag_base64_encode(char *out, Size room, const void *data, Size length);
extern bool ag_base64_decode(void *out, Size length, const char *text);

/*
 * mac.c
 */

/* BLAKE2b with a key: only who has the key can make the tag. */
extern void ag_mac(uint8 out[AG_TAG_SIZE], const void *data, Size length,
				   const uint8 key[AG_KEY_SIZE]);

/* HMAC-SHA-256, its first bytes: finds equal values, and only who has the key can compute it. */
extern void ag_index(uint8 out[AG_INDEX_SIZE], const void *data, Size length,
					 const uint8 key[AG_KEY_SIZE]);

/* Are they equal?  Takes the same time wherever they differ. */
extern bool ag_equal(const void *a, const void *b, Size length);

/*
 * sign.c: Ed25519.
 */

/* Did the owner of the public key sign this? */
extern bool ag_verify(const uint8 signature[AG_SIGNATURE_SIZE], const void *data, Size length,
					  const uint8 public_key[AG_PUBLIC_KEY_SIZE]);

/* Is it a point that a key pair can have?  A bad one verifies what nobody signed. */
extern bool ag_public_key_sound(const uint8 public_key[AG_PUBLIC_KEY_SIZE]);

#ifdef AG_TEST_CLOCK
extern void ag_sign_as(uint8 signature[AG_SIGNATURE_SIZE], uint8 public_key[AG_PUBLIC_KEY_SIZE],
					   const void *data, Size length, const uint8 seed[AG_KEY_SIZE]);
#endif

/*
 * kdf.c
 */

/* Key number of a context (8 characters) below a root; length is 16 to 64. */
extern void ag_derive(uint8 *out, Size length, const uint8 root[AG_KEY_SIZE], uint64 number,
					  const char *context);

/*
 * aead.c: XChaCha20-Poly1305.
 */

/* Encrypt; out takes length + AG_SEAL_SIZE bytes. */
extern void ag_seal(uint8 *out, const void *plain, Size length, const void *aad, Size aad_length,
					const uint8 nonce[AG_NONCE_SIZE], const uint8 key[AG_KEY_SIZE]);

/* Decrypt and verify; out takes length - AG_SEAL_SIZE bytes, of which none is left if false. */
extern bool ag_unseal(uint8 *out, const void *sealed, Size length, const void *aad,
					  Size aad_length, const uint8 nonce[AG_NONCE_SIZE],
					  const uint8 key[AG_KEY_SIZE]);

/*
 * pwhash.c: Argon2id.
 */
#define AG_PHC_SIZE 128			/* room for a PHC string and its end */

typedef struct AgPwhashCost
{
	uint32		memory;			/* kilobytes */
	uint32		passes;
} AgPwhashCost;

typedef enum AgPwhashMatch
{
	AG_PWHASH_SAME,
	AG_PWHASH_OTHER,
	AG_PWHASH_NO_MEMORY			/* the system gave none */
} AgPwhashMatch;

extern bool ag_pwhash_make(char phc[AG_PHC_SIZE], const char *password, Size length,
						   const AgPwhashCost *cost);	/* false = no memory */
extern AgPwhashMatch ag_pwhash_match(const char *phc, const char *password, Size length);
extern bool ag_pwhash_burn(const char *password, Size length, const AgPwhashCost *cost);
extern bool ag_pwhash_cost(const char *phc, AgPwhashCost *cost);

/*
 * secret.c: memory for keys, and what else secrets need.
 *
 * A region can be reached only between ag_secret_read() or ag_secret_write() and
 * ag_secret_close().  Nothing in between may raise an error or call what could.
 */
typedef struct AgSecret AgSecret;

extern AgSecret *ag_secret_create(Size size);	/* NULL = no memory */
extern const uint8 *ag_secret_read(AgSecret *secret);
extern uint8 *ag_secret_write(AgSecret *secret);
extern void ag_secret_close(AgSecret *secret);
extern void ag_secret_destroy(AgSecret *secret);

extern void ag_random(void *out, Size length);
extern uint32 ag_random_below(uint32 bound);	/* each number equally likely */
extern void ag_wipe(void *data, Size length);
extern bool ag_hex_decode(uint8 *out, Size length, const char *hex);	/* 2 * length digits */

#endif							/* AG_CRYPTO_H */
