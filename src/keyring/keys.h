/*-------------------------------------------------------------------------
 *
 * keys.h
 *		What the files of the keyring know of each other: roots, envelopes, the cache.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_KEYS_H
#define AG_KEYS_H

#include "keyring/keyring.h"

/* Root keys as a key file or command gives them. */
#define AG_ROOTS_MAX 8
#define AG_ROOT_TEXT_MAX 4096

extern int	ag_root_parse(const uint8 *text, Size length, int32 *versions, uint8 *keys,
						  const char **problem);

/*
 * keyring_root.c
 */
#define AG_CHECK_SIZE 16

typedef enum AgRootSource
{
	AG_ROOT_NONE,				/* nothing is configured */
	AG_ROOT_NOT_PRELOADED,
	AG_ROOT_REFUSED,			/* what is configured could not be used */
	AG_ROOT_READ
} AgRootSource;

extern void ag_root_load(void);
extern AgRootSource ag_root_source(void);
extern const char *ag_root_problem(void);	/* for an operator */
extern int	ag_root_count(void);
extern int32 ag_root_version(int i);	/* 0 is the newest */
extern const uint8 *ag_root_check(int i);	/* AG_CHECK_SIZE bytes, not secret */
extern int	ag_root_find(int32 version);	/* -1 = none */
extern const uint8 *ag_root_open(int i);	/* the key that wraps; then ag_root_close() */
extern void ag_root_close(void);

/*
 * envelope_rules.c
 *
 *		0xAC | format(1) | algorithm(1) | purpose(1) | key(4) | nonce(24) | sealed bytes | tag(16)
 */
#define AG_ENVELOPE_HEADER_SIZE 8
#define AG_ENVELOPE_OVERHEAD (AG_ENVELOPE_HEADER_SIZE + AG_NONCE_SIZE + AG_SEAL_SIZE)

typedef struct AgEnvelope
{
	AgPurpose	purpose;
	int32		kid;
} AgEnvelope;

extern bool ag_envelope_parse(const void *data, Size length, AgEnvelope *envelope);
extern void ag_envelope_write(uint8 *out, const AgEnvelope *envelope, const AgBinding *binding,
							  const uint8 nonce[AG_NONCE_SIZE], const uint8 key[AG_KEY_SIZE],
							  const void *plain, Size length);
extern bool ag_envelope_read(uint8 *out, const void *data, Size length, const AgBinding *binding,
							 const uint8 key[AG_KEY_SIZE]);

/*
 * keyring_cache.c: unwrapped keys of this backend.
 *
 * A place stays valid until the next call that may look a key up or make one.
 */
#define AG_WRAPPED_SIZE (AG_KEY_SIZE + AG_ENVELOPE_OVERHEAD)

struct AgSubjectKey;

/* Which key: a data key by its number, or an account's by account and number. */
typedef struct AgKeyName
{
	AgPurpose	purpose;		/* AG_PURPOSE_SUBJECT for an account's */
	int32		kid;
	int64		account_id;
} AgKeyName;

/* What wraps it: a version of the root key, or a data key. */
typedef struct AgWrapper
{
	AgPurpose	purpose;		/* AG_PURPOSE_ROOT or AG_PURPOSE_SUBJECT_KEK */
	int32		kid;			/* version or number */
	int			at;				/* number of the root key, or place */
} AgWrapper;

extern void ag_key_cache_init(void);
extern void ag_key_cache_begin(void);
extern void ag_key_cache_broadcast(void);
extern AgKeyResult ag_root_judge(int32 version, const uint8 *check);
extern AgKeyResult ag_key_cache_active(AgPurpose purpose, int32 *kid, int *place);
extern int	ag_key_cache_usable(AgPurpose purpose, int32 kids[AG_USABLE_MAX]);
extern AgKeyResult ag_key_cache_find(int32 kid, AgPurpose *purpose, int *place);
extern AgKeyResult ag_key_cache_subject(int64 account_id, int32 no, int *place);
extern AgKeyResult ag_key_cache_subject_row(const struct AgSubjectKey *key, int *place);
extern int	ag_key_cache_make(const AgKeyName *name, int keep);
extern void ag_key_cache_wrap(int place, const AgWrapper *wrapper, uint8 wrapped[AG_WRAPPED_SIZE]);
extern const uint8 *ag_key_cache_open(int place);	/* then ag_key_cache_close() */
extern void ag_key_cache_close(void);

/*
 * keyring_store.c
 */
typedef struct AgDataKey
{
	int32		kid;
	AgPurpose	purpose;
	char	   *state;
	int32		root_version;	/* 0 = retired */
	const uint8 *wrapped;		/* AG_WRAPPED_SIZE bytes; NULL = retired or damaged */
	const uint8 *check;			/* of its root, AG_CHECK_SIZE bytes; NULL = none */
	TimestampTz created_at;
	char	   *created_by;
	TimestampTz superseded_at;	/* DT_NOEND = active */
	TimestampTz retired_at;		/* DT_NOEND = not retired */
	TransactionId xmin;
} AgDataKey;

typedef struct AgRootEpoch
{
	int32		version;
	const uint8 *check;
	TimestampTz first_used_at;
	char	   *first_used_by;
} AgRootEpoch;

typedef struct AgSubjectKey
{
	int64		account_id;
	int32		no;
	int32		kid;			/* the subject_kek that wraps it */
	const uint8 *wrapped;		/* NULL = damaged */
} AgSubjectKey;

extern AgDataKey *ag_keyring_store_key(int32 kid);
extern AgDataKey *ag_keyring_store_active(AgPurpose purpose);
extern List *ag_keyring_store_keys(void);
extern AgResult *ag_keyring_store_usable(AgPurpose purpose, int most);
extern List *ag_keyring_store_stale(int32 root_version, int batch);
extern int64 ag_keyring_store_stale_count(int32 root_version);
extern List *ag_keyring_store_roots(void);
extern void ag_keyring_store_add_root(int32 version, const uint8 *check, const char *person,
									  TimestampTz at);
extern void ag_keyring_store_lock(void);
extern int32 ag_keyring_store_next_kid(void);
extern void ag_keyring_store_supersede(AgPurpose purpose, TimestampTz at);
extern void ag_keyring_store_insert(const AgDataKey *key);
extern void ag_keyring_store_wrap(int32 kid, int32 root_version, const uint8 *wrapped);
extern void ag_keyring_store_retire(int32 kid, const char *person, TimestampTz at);
extern AgSubjectKey *ag_subject_store_key(int64 account_id, int32 no);	/* 0 = the newest */
extern bool ag_subject_store_insert(const AgSubjectKey *key, TimestampTz at);
extern List *ag_subject_store_stale(int32 kid, int batch);
extern int64 ag_subject_store_stale_count(int32 kid);
extern bool ag_subject_store_uses(int32 kid);
extern void ag_subject_store_wrap(const AgSubjectKey *key);
extern int	ag_subject_store_delete(int64 account_id);
extern bool ag_subject_store_shredded(int64 account_id);
extern bool ag_subject_store_add_shred(int64 account_id, const char *ticket, const char *person,
									   TimestampTz at);

#endif							/* AG_KEYS_H */
