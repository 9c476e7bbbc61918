/*-------------------------------------------------------------------------
 *
 * phone.h
 *		Phone numbers, which account has them, and what is known of their reassignment.
 *
 * A number is a row, found by a blind index of its canonical form.  Locks are taken
 * in this order: numbers by ascending number_id, then accounts by ascending id.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_PHONE_H
#define AG_PHONE_H

#include "account/account.h"
#include "base/base.h"
#include "crypto/crypto.h"
#include "keyring/keyring.h"
#include "phone/number_parse.h"
#include "policy/policy.h"

/*
 * number_rules.c
 */

/* Most digits that are looked at: a number, its trunk prefix, its international prefix. */
#define AG_DIALLED_MAX 24

/* Longest text that is looked at, in bytes of UTF-8. */
#define AG_NUMBER_TEXT_MAX 100

/* Digits of a number as somebody wrote it, with + in front of an international one. */
extern bool ag_number_scan(const char *text, Size length, char digits[AG_DIALLED_MAX + 2]);

/* Is it the text of a canonical number, and nothing else? */
extern bool ag_number_is_canonical(const char *text);

#define AG_NUMBER_HINT_SIZE AG_E164_SIZE

extern void ag_number_hint(const char *e164, int country, char hint[AG_NUMBER_HINT_SIZE]);

/* Renumber; false if the alias is not about this writing. */
extern bool ag_number_renumber(const char *e164, const AgNumberAlias *alias,
							   char renumbered[AG_E164_SIZE]);
extern bool ag_number_renumber_back(const char *e164, const AgNumberAlias *alias,
									char former[AG_E164_SIZE]);

/*
 * number.c: from a text to the row of the number.
 */
#define AG_WRITINGS_MAX 4

/* One number in its writings: the first is the canonical one, the others are former ones. */
typedef struct AgNumberName
{
	int			country;		/* calling code */
	int			count;
	char		writing[AG_WRITINGS_MAX][AG_E164_SIZE];
} AgNumberName;

typedef struct AgNumber
{
	int64		number_id;
	int			country;
	bytea	   *e164;			/* sealed */
	int32		index_kid;
	char	   *hint;
	int64		epoch;
	int			event_count;
} AgNumber;

/*
 * Read a number; region, two letters, is where a national form belongs (NULL = none,
 * 22023 if there is none of that name).  False: it is no number.
 */
extern bool ag_number_read(const char *text, const char *region, TimestampTz at,
						   AgNumberName *name);

/* The same for staff: UG300, which does not repeat the text. */
extern void ag_number_require(const char *text, const char *region, TimestampTz at,
							  AgNumberName *name);

/* The id of a number that is known, 0 if it is not. */
extern int64 ag_number_find(const AgNumberName *name);

/* Lock a number's row (FOR NO KEY UPDATE) and read it. */
extern AgNumber *ag_number_lock(int64 number_id);

/* The same for who only remembers it: NULL = it was forgotten since. */
extern AgNumber *ag_number_lock_kept(int64 number_id);

/* The same without waiting: NULL while somebody else works on it. */
extern AgNumber *ag_number_try_lock(int64 number_id);

/* Find or make the row, and lock it. */
extern AgNumber *ag_number_obtain(const AgNumberName *name, TimestampTz at);

/* Its epoch as it is now, without a lock. */
extern int64 ag_number_epoch(int64 number_id);

/* Write epoch and event_count back; every use-case that locked a number ends with it. */
extern void ag_number_save(const AgNumber *number);

/* The digits of the numbers that the account has now, without and with the calling code; char *, to be wiped. */
extern List *ag_number_digits(int64 account_id);

extern void ag_number_init(void);

/*
 * binding.c: which account has which number.
 */
#define AG_BINDING_LOGIN "login"
#define AG_BINDING_TRUSTED "trusted"

typedef struct AgPhoneBinding
{
	int64		account_id;
	int			no;
	int64		number_id;
	char	   *kind;
	TimestampTz bound_at;
	TimestampTz effective_at;
	TimestampTz last_owner_proof_at;	/* DT_NOEND = never */
	TimestampTz released_at;	/* DT_NOEND = in force */
	char	   *release_reason;
	bool		history_login_eligible;
	TimestampTz asked_at;		/* whether it is still his; DT_NOEND = never */
	TimestampTz confirmed_at;	/* when he said so; DT_NOEND = never */
} AgPhoneBinding;

/* What is to be bound. */
typedef struct AgBindOrder
{
	const char *kind;
	List	   *proofs;			/* char *, at least one */
	TimestampTz bound_at;
	TimestampTz effective_at;
	TimestampTz proof_at;		/* DT_NOEND = none */
} AgBindOrder;

/*
 * Bind a locked number to a locked account, active or pending; returns the binding's
 * number.  UG301: it is the login number of another account.  UG302: the account has
 * a login number, or trusts this one.
 */
extern int	ag_number_bind(AgNumber *number, AgAccount *account, const AgBindOrder *order,
						   TimestampTz at);

/* Why a binding ended. */
typedef enum AgRelease
{
	AG_RELEASE_CHANGED,
	AG_RELEASE_UNBOUND,
	AG_RELEASE_NOT_MINE,
	AG_RELEASE_CARRIER,
	AG_RELEASE_ADMIN,
	AG_RELEASE_DELETED,
	AG_RELEASE_COUNT
} AgRelease;

/*
 * End a binding of a locked number and a locked account.  A number that is the account's
 * no longer gets none of its messages: such contacts are removed; how many there were.
 */
extern int	ag_number_release(AgNumber *number, AgAccount *account, const AgPhoneBinding *binding,
							  AgRelease why, const char *note, TimestampTz at);

/* A binding of an account; UG303 if there is none of that number. */
extern AgPhoneBinding *ag_binding_require(int64 account_id, int no);

/* The login binding in force of a number; NULL if nobody has it. */
extern AgPhoneBinding *ag_binding_holder(int64 number_id);

/*
 * Has the number of a trusted binding become the login number of somebody else since?
 * Then it vouches for nobody.
 */
extern bool ag_binding_trust_is_stale(const AgPhoneBinding *binding);

/*
 * binding_rules.c
 */
extern const char *ag_release_name(AgRelease why);
extern AgRelease ag_release_find(const char *name); /* AG_RELEASE_COUNT = none */
extern bool ag_release_is_involuntary(AgRelease why);

/*
 * number_store.c, number_keys.c
 */
extern AgStatementTable number_statements;

typedef struct AgNumberIndex
{
	uint8		idx[AG_INDEX_SIZE];
	int32		kid;
} AgNumberIndex;

extern int64 ag_number_store_find(const AgNumberIndex *index, int count);
extern int	ag_number_store_add_index(int64 number_id, const AgNumberIndex *index, int count);
extern void ag_number_store_drop_index(int64 number_id);
extern bool ag_number_store_insert(const AgNumber *number, int32 e164_kid, TimestampTz at);
extern AgNumber *ag_number_store_lock(int64 number_id);
extern AgNumber *ag_number_store_try_lock(int64 number_id);
extern AgNumber *ag_number_store_look(int64 number_id);
extern int64 ag_number_store_epoch(int64 number_id);
extern List *ag_number_store_of_account(int64 account_id);
extern void ag_number_store_save(const AgNumber *number);
extern List *ag_number_store_stale(bool sealed, int32 kid, int batch);
extern int64 ag_number_store_stale_count(bool sealed, int32 kid);
extern bool ag_number_store_uses(bool sealed, int32 kid);
extern void ag_number_store_indexed(int64 number_id, int32 kid);
extern void ag_number_store_reseal(int64 number_id, const bytea *e164, int32 kid);
extern void ag_number_store_forget_key(int32 kid);

/* A number as it is kept, sealed under a key of purpose contact; who opens it wipes it. */
extern bytea *ag_e164_seal(const AgBinding *binding, int32 kid, const char *e164);
extern void ag_e164_unseal(const AgBinding *binding, const bytea *sealed, char e164[AG_E164_SIZE]);

extern bytea *ag_number_seal(int64 number_id, int32 kid, const char *e164);

/* The number in its writings; false = it cannot be opened. */
extern bool ag_number_open(const AgNumber *number, TimestampTz at, AgNumberName *name);
extern void ag_number_unseal(const AgNumber *number, char e164[AG_E164_SIZE]);
extern int	ag_number_index(const AgNumberName *name, AgNumberIndex *index);
extern void ag_number_keys_init(void);

/* Rows of number_index that a number can have: writings times keys. */
#define AG_NUMBER_INDEX_MAX 64

/*
 * binding_store.c
 */
extern AgStatementTable binding_statements;

extern void ag_binding_store_insert(const AgPhoneBinding *binding, List *proofs,
									const char *person, TimestampTz at);
extern AgPhoneBinding *ag_binding_store_read(int64 account_id, int no);
extern AgPhoneBinding *ag_binding_store_holder(int64 number_id);
extern AgPhoneBinding *ag_binding_store_live(int64 account_id, int64 number_id, const char *kind);
extern void ag_binding_store_release(const AgPhoneBinding *binding, AgRelease why,
									 const char *note, const char *person, TimestampTz at);
extern void ag_binding_store_prove(const AgPhoneBinding *binding, TimestampTz at);
extern void ag_binding_store_asked(const AgPhoneBinding *binding, TimestampTz at);
extern void ag_binding_store_confirm(const AgPhoneBinding *binding, TimestampTz at);
extern AgResult *ag_binding_store_old(TimestampTz before, TimestampTz after_since, int64 after_account_id,
									  int64 limit);
extern int64 ag_binding_store_old_count(TimestampTz before, int64 most);
extern int	ag_binding_store_started(int64 number_id, int64 but_account_id, TimestampTz after);
extern AgResult *ag_binding_store_trusting(int64 number_id);
extern AgResult *ag_binding_store_report(int64 account_id);
extern bool ag_binding_store_given_up(int64 account_id, int64 number_id, TimestampTz since);
extern List *ag_binding_store_trusted(int64 account_id);
extern bool ag_binding_store_moved(int64 number_id, int64 account_id, TimestampTz since);
extern void ag_binding_store_signs(int64 account_id, TimestampTz *proof_at, int *country);

#endif							/* AG_PHONE_H */
