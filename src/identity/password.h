/*-------------------------------------------------------------------------
 *
 * password.h
 *		Passwords: rules for new ones, verifying in bounded memory, keeping them.
 *
 * A password is kept as an Argon2id hash that is sealed with a data key of purpose
 * pw_pepper: the table alone cannot be searched.  Every verification takes a slot, is
 * charged, and does the same work whether there is an account, a password, a match or
 * none of them.
 *
 * Nobody holds a lock while hashing.  So what was verified is asked for again under the
 * account's lock, with ag_password_still(), before anything is done about it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_PASSWORD_H
#define AG_PASSWORD_H

#include "account/account.h"
#include "attempt/attempt.h"
#include "base/base.h"
#include "crypto/crypto.h"

/* What becomes of a call; AG_PASSWORD_CODE(symbol, meaning). */
#define AG_PASSWORD_CODE_LIST \
	AG_PASSWORD_CODE(OK, "right, or done") \
	AG_PASSWORD_CODE(BAD_PASSWORD, "wrong; or there is no such account, or it has no password") \
	AG_PASSWORD_CODE(BACKOFF, "too many failures: nothing was evaluated") \
	AG_PASSWORD_CODE(OVERLOAD, "too many verify at once; nothing was counted, try again") \
	AG_PASSWORD_CODE(READ_ONLY, "this server is a standby, which verifies nothing") \
	AG_PASSWORD_CODE(PASSWORD_SHORT, "the new password has too few characters") \
	AG_PASSWORD_CODE(PASSWORD_LONG, "the new password has more than 1024 bytes") \
	AG_PASSWORD_CODE(PASSWORD_COMMON, "the new password is a common one, or little more than what is known of the account") \
	AG_PASSWORD_CODE(PASSWORD_EXISTS, "the account has a password already")

#define AG_PASSWORD_CODE(symbol, meaning) AG_PASSWORD_##symbol,
typedef enum AgPasswordCode
{
	AG_PASSWORD_CODE_LIST
	AG_PASSWORD_CODE_COUNT
} AgPasswordCode;
#undef AG_PASSWORD_CODE

/*
 * password.c
 */
#define AG_PASSWORD_RUNS 8

typedef struct AgPasswordCheck
{
	/* asked */
	const char *password;		/* in the server's encoding, as the user wrote it */
	Size		length;
	int			runs;			/* Argon2id runs, always so many */
	int64		accounts[AG_PASSWORD_RUNS]; /* whose password it may be; 0 = a run for nothing */
	const AgCharge *charges;	/* reserved before; none = the caller has charged */
	int			charge_count;

	/* answered */
	AgPasswordCode code;		/* OK = it is the password of at least one */
	bool		matched[AG_PASSWORD_RUNS];
	AgChargeAnswer charge;

	/* for ag_password_still() */
	int64		version[AG_PASSWORD_RUNS];
	bytea	   *rehash;			/* at present cost, of the only match, sealed; NULL = not needed */
	int32		rehash_kid;
} AgPasswordCheck;

/*
 * Verify.  Raises UG005 and, where a password has to be opened and cannot, UG001 and so
 * on; what a user can bring about is a code.  A success clears nothing: which bucket it
 * came through is the caller's to know (ag_attempt_clear(), ag_attempt_refund()).
 */
extern void ag_password_verify(AgPasswordCheck *check);

/*
 * The account of run n is locked now: is the password that matched still its password?
 * If it is and the policy of cost has changed, it is kept at the present cost.
 */
extern bool ag_password_still(AgAccount *account, AgPasswordCheck *check, int n);

/* A new password, hashed; made before the account is locked. */
typedef struct AgPasswordNew
{
	char		phc[AG_PHC_SIZE];
} AgPasswordNew;

/*
 * Judge a new password, and hash it.  second_factor: the account is never entered by the
 * password alone.  context: what others know of the account (char *): its numbers, names.
 */
extern AgPasswordCode ag_password_prepare(AgPasswordNew *made, const char *password, Size length,
										  bool second_factor, List *context);

/* Keep it, as the password of a locked account.  by: how, for the ledger and the row. */
extern void ag_password_set(AgAccount *account, AgPasswordNew *made, const char *by);

extern bool ag_password_exists(int64 account_id);
extern bool ag_password_changed(int64 account_id, TimestampTz *at, char **by);
extern void ag_password_erase(int64 account_id);
extern const char *ag_password_code_name(AgPasswordCode code);
extern const char *ag_password_code_meaning(AgPasswordCode code);
extern void ag_password_init(void);
extern void ag_password_notice_init(void);

/*
 * password_text.c
 */
#define AG_PASSWORD_BYTES 1024

/* NFC, in UTF-8, zero-terminated; NULL = too long, or no text.  The caller wipes it. */
extern char *ag_password_normalize(const char *password, Size length, Size *normal_length);
extern void ag_password_wipe(char *password, Size length);
extern AgPasswordCode ag_password_judge(const char *normal, int least, List *context);

/*
 * pwhash_slot.c: how much memory is hashed in at once.
 */
extern bool ag_pwhash_slot_take(int64 kilobytes);	/* false = none came free in time */
extern void ag_pwhash_slot_release(void);
extern void ag_pwhash_slot_init(void);

/*
 * credential_store.c
 */
typedef struct AgCredential
{
	int64		account_id;
	int32		no;
	int64		version;
	bytea	   *secret;			/* sealed */
	int32		kid;
} AgCredential;

extern AgStatementTable credential_statements;

extern AgCredential *ag_credential_store_password(int64 account_id);	/* NULL = none */
extern void ag_credential_store_insert(const AgCredential *credential, const char *kind,
									   TimestampTz at, const char *by);
extern void ag_credential_store_replace(const AgCredential *credential, TimestampTz at,
										const char *by);
extern void ag_credential_store_reseal(const AgCredential *credential);
extern List *ag_credential_store_stale(int32 kid, int batch);	/* AgCredential *, locked */
extern int64 ag_credential_store_stale_count(int32 kid);
extern bool ag_credential_store_uses(int32 kid);
extern void ag_credential_store_erase(int64 account_id);
extern AgResult *ag_credential_store_list(int64 account_id);
extern bool ag_password_block_find(const char *folded);
extern bool ag_password_block_add(const char *word);	/* false = it was there */
extern void ag_password_fold(char *text);

#endif							/* AG_PASSWORD_H */
