/*-------------------------------------------------------------------------
 *
 * keyring.h
 *		Root key, data keys, subject keys, and what is sealed with them.
 *
 * The root key comes from outside the database and wraps data keys, one active per
 * purpose.  The data key subject_kek wraps subject keys, one per account.  Callers
 * name a purpose or an account, never a key, and no key leaves this folder.
 *
 * No key is no error until somebody needs one: enforcement, freezes and the ledger
 * go on without keys, what keeps secrets fails with UG001.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_KEYRING_H
#define AG_KEYRING_H

#include "base/base.h"
#include "crypto/crypto.h"

/*
 * AG_PURPOSE(symbol, code, name): codes stand in envelopes and never change.  The
 * first and the last are no data keys: the root wraps data keys, a subject's key
 * belongs to an account.
 */
#define AG_PURPOSE_LIST \
	AG_PURPOSE(ROOT, 0, "root") \
	AG_PURPOSE(PHONE_INDEX, 1, "phone_index") \
	AG_PURPOSE(OTP_MAC, 2, "otp_mac") \
	AG_PURPOSE(PW_PEPPER, 3, "pw_pepper") \
	AG_PURPOSE(SUBJECT_KEK, 4, "subject_kek") \
	AG_PURPOSE(DEVICE_MAC, 5, "device_mac") \
	AG_PURPOSE(LEDGER_MAC, 6, "ledger_mac") \
	AG_PURPOSE(CONTACT, 7, "contact") \
	AG_PURPOSE(ORIGIN, 8, "origin") \
	AG_PURPOSE(SUBJECT, 9, "subject")

#define AG_PURPOSE(symbol, code, name) AG_PURPOSE_##symbol = (code),
typedef enum AgPurpose
{
	AG_PURPOSE_LIST
	AG_PURPOSE_COUNT
} AgPurpose;
#undef AG_PURPOSE

/*
 * What a sealed value belongs to: it can be opened only with the same binding.
 * Names are logical ("ledger.origin"), not OIDs, which a restore changes.
 */
typedef struct AgBinding
{
	const char *field;			/* table.column, at most 63 bytes */
	int64		account_id;		/* 0 = none */
	int64		record;			/* number of the row */
	int32		part;			/* of a value in several parts, counted from 0 */
	int32		parts;			/* 0 = not told */
} AgBinding;

/*
 * keyring.c: use.
 */
extern void ag_keyring_init(void);

/* The active key of a purpose, 0 if there is none to be used now.  Raises nothing. */
extern int32 ag_keyring_active(AgPurpose purpose);

/* The same, or UG001, UG002: for what cannot be done without. */
extern int32 ag_keyring_require(AgPurpose purpose);

/*
 * A tag over data with a key that one of the two, or a row, has named.  UG001, UG002; UG003
 * where the key was retired.
 */
extern void ag_keyring_mac(int32 kid, uint8 tag[AG_TAG_SIZE], const void *data, Size length);

/*
 * A blind index of data under such a key: equal data have equal indexes, and nobody
 * without the key can tell what data.
 */
extern void ag_keyring_index(int32 kid, uint8 out[AG_INDEX_SIZE], const void *data, Size length);

/* Keys of a purpose that are not retired, oldest first; the last is the active one. */
#define AG_USABLE_MAX 16
extern int	ag_keyring_usable(AgPurpose purpose, int32 kids[AG_USABLE_MAX]);	/* UG001, UG002 */

/* Seal under the key; the result is palloc'd.  Binding and nonce make each one unlike any other. */
extern bytea *ag_keyring_seal(AgPurpose purpose, int32 kid, const AgBinding *binding,
							  const void *plain, Size length);

typedef enum AgKeyResult
{
	AG_KEY_OK,
	AG_KEY_KEYLESS,				/* UG001: no root key */
	AG_KEY_MISSING,				/* UG001: no key was made for the purpose */
	AG_KEY_WRONG_ROOT,			/* UG002 */
	AG_KEY_RETIRED,				/* UG003 */
	AG_KEY_SHREDDED,			/* UG024: the account's key was destroyed */
	AG_KEY_DAMAGED				/* UG020: not what was sealed, or not here */
} AgKeyResult;

/* Open what ag_keyring_seal() made; *plain is palloc'd and the caller's to wipe. */
extern AgKeyResult ag_keyring_try_unseal(AgPurpose purpose, const AgBinding *binding,
										 const void *sealed, Size length, bytea **plain);
extern bytea *ag_keyring_unseal(AgPurpose purpose, const AgBinding *binding, const void *sealed,
								Size length);

/*
 * The same under the key of binding->account_id, which is made at the first sealing.
 * The caller holds the account's lock.  UG024 after ag_subject_shred().
 */
extern bytea *ag_subject_seal(const AgBinding *binding, const void *plain, Size length);
extern AgKeyResult ag_subject_try_unseal(const AgBinding *binding, const void *sealed, Size length,
										 bytea **plain);
extern bytea *ag_subject_unseal(const AgBinding *binding, const void *sealed, Size length);

/* Raise what a result other than AG_KEY_OK means. */
extern void ag_keyring_refuse(AgKeyResult result, AgPurpose purpose, int32 kid) pg_attribute_noreturn();

/*
 * keyring_change.c: administration.
 */

/*
 * Who keeps rows sealed with the keys of a purpose: asked before a key is retired,
 * called to re-seal rows under the active key.  Registered at load.
 */
typedef struct AgKeyUser
{
	AgPurpose	purpose;
	const char *what;			/* "rows of the ledger" */
	bool		(*in_use) (int32 kid);	/* may see every committed row */
	int64		(*reseal) (int32 active, int batch);	/* rows done; NULL = they stay as they are */
	int64		(*left) (int32 active); /* rows that reseal has yet to do */
	void		(*retired) (int32 kid); /* NULL, or removes what a key that is gone has made */
} AgKeyUser;

extern void ag_keyring_register_user(const AgKeyUser *user);

extern int32 ag_keyring_create(AgPurpose purpose);
extern bool ag_keyring_lacks(AgPurpose purpose);	/* no active key in the table */
extern int64 ag_keyring_rewrap(const char *purpose, int batch, int64 *left);
extern void ag_keyring_retire(int32 kid);
extern void ag_keyring_change_init(void);

/* Destroy the account's key; number of keys destroyed, -1 if that was done before. */
extern int	ag_subject_shred(int64 account_id, const char *ticket);

/*
 * keyring_status.c: one row per version of the root key, data key and missing key.
 */
extern void ag_keyring_status(ReturnSetInfo *rsinfo);

/*
 * keyring_store.c
 */
extern AgStatementTable keyring_statements;

/*
 * keyring_rules.c
 */
extern const char *ag_purpose_name(AgPurpose purpose);
extern AgPurpose ag_purpose_find(const char *name); /* AG_PURPOSE_COUNT = none */

static inline bool
ag_purpose_is_data_key(AgPurpose purpose)
{
	return purpose > AG_PURPOSE_ROOT && purpose < AG_PURPOSE_SUBJECT;
}

#endif							/* AG_KEYRING_H */
