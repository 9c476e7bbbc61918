/*-------------------------------------------------------------------------
 *
 * session.h
 *		Devices, sessions, and who the present transaction acts for.
 *
 * Whoever holds a session's token is the account's user.  Whether a session is live
 * is never written where the clock or a freeze decides it: session_check() reads the
 * session's row, the account's epochs and cuts, and standing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_SESSION_H
#define AG_SESSION_H

#include "account/account.h"
#include "base/base.h"
#include "capability/capability.h"
#include "crypto/crypto.h"

/*
 * session_rules.c: tokens, codes, device states.
 */
#define AG_TOKEN_SIZE 32
#define AG_TOKEN_PREFIX "acs1_"
#define AG_TOKEN_TEXT 96		/* room for a token's text */

typedef struct AgToken
{
	int64		account_id;
	int32		no;
	uint8		secret[AG_TOKEN_SIZE];
} AgToken;

extern bool ag_token_parse(AgToken *token, const char *text, Size length);
extern void ag_token_format(char text[AG_TOKEN_TEXT], const AgToken *token);

/* What becomes of a call; AG_ACCESS_CODE(symbol, meaning). */
#define AG_ACCESS_CODE_LIST \
	AG_ACCESS_CODE(OK, "done, or allowed") \
	AG_ACCESS_CODE(UNKNOWN, "there is no session with this token") \
	AG_ACCESS_CODE(REVOKED, "the session was ended: by its user, by staff, by a freeze") \
	AG_ACCESS_CODE(EXPIRED, "the session has reached its absolute end") \
	AG_ACCESS_CODE(IDLE, "the session was not used for too long") \
	AG_ACCESS_CODE(STALE, "the token was exchanged for a newer one") \
	AG_ACCESS_CODE(STALE_RESTORE, "the database was restored from elsewhere, and acctguard.post_restore() has not run") \
	AG_ACCESS_CODE(LOCKED, "a freeze denies the use of sessions; they come back when it ends") \
	AG_ACCESS_CODE(DENIED, "the account is not allowed this now") \
	AG_ACCESS_CODE(STEP_UP_REQUIRED, "a stronger proof is needed first") \
	AG_ACCESS_CODE(SESSION_LIMIT, "the account has as many sessions as it may have") \
	AG_ACCESS_CODE(DEVICE_LIMIT, "the account has as many devices, or trusted devices, as it may have") \
	AG_ACCESS_CODE(DEVICE_LOST, "the device was reported lost") \
	AG_ACCESS_CODE(DEVICE_PROOF, "the device has a key and did not sign its challenge") \
	AG_ACCESS_CODE(DEVICE_STATE, "the device is not in a state that allows this") \
	AG_ACCESS_CODE(DEVICE_UNKNOWN, "the account has no such device or session")

#define AG_ACCESS_CODE(symbol, meaning) AG_ACCESS_##symbol,
typedef enum AgAccessCode
{
	AG_ACCESS_CODE_LIST
	AG_ACCESS_CODE_COUNT
} AgAccessCode;
#undef AG_ACCESS_CODE

extern const char *ag_access_code_name(AgAccessCode code);
extern const char *ag_access_code_meaning(AgAccessCode code);

/* A row of session, as far as checking it needs. */
typedef struct AgSession
{
	int64		account_id;
	int32		no;
	uint8		token_hash[AG_SHA256_SIZE];
	bool		has_previous;
	uint8		previous_hash[AG_SHA256_SIZE];
	TimestampTz previous_until;
	int32		device_no;
	int64		epoch;
	TimestampTz opened_at;
	TimestampTz expires_at;
	TimestampTz last_seen_at;
	int32		idle_length;	/* seconds */
	TimestampTz ended_at;		/* DT_NOEND = not ended */
	TimestampTz stepped_up_at;	/* DT_NOEND = never */
	bool		number_only;
	ItemPointerData account_place;	/* where the account's row was last; invalid = not known */

	/* read by the store only */
	int32		generation;
	uint8		salt[AG_TOKEN_SIZE];
	List	   *methods;
	List	   *stepped_up_with;	/* char *; all that was shown at stepped_up_at */
	char	   *place;
} AgSession;

/* Which token of the session was shown? */
typedef enum AgTokenMatch
{
	AG_TOKEN_OTHER,
	AG_TOKEN_PRESENT,
	AG_TOKEN_PREVIOUS
} AgTokenMatch;

extern AgTokenMatch ag_session_match(const AgSession *session, const AgToken *token);

/*
 * Is it live, as far as the row and the account tell?  *until becomes the time at which
 * that changes at the latest.
 */
extern AgAccessCode ag_session_life(const AgSession *session, AgTokenMatch match,
									const AgAccountEpochs *epochs, TimestampTz at,
									TimestampTz *until);

/* What a verdict about session.use means for a session. */
extern AgAccessCode ag_session_refusal(const AgVerdict *verdict);

/* The proofs an application can name; device_key is found out here. */
extern bool ag_proof_known(const char *name);
extern bool ag_proof_is_number(const char *name);

typedef enum AgDeviceState
{
	AG_DEVICE_SEEN,
	AG_DEVICE_ESTABLISHED,		/* seen, and the clock has done the rest */
	AG_DEVICE_TRUSTED,
	AG_DEVICE_QUARANTINED,
	AG_DEVICE_REVOKED,
	AG_DEVICE_LOST
} AgDeviceState;

typedef enum AgDeviceEvent
{
	AG_DEVICE_ENROL,
	AG_DEVICE_TIME,
	AG_DEVICE_TRUST,
	AG_DEVICE_UNTRUST,
	AG_DEVICE_KICK,
	AG_DEVICE_LOSE,
	AG_DEVICE_QUARANTINE
} AgDeviceEvent;

typedef struct AgDeviceTransition
{
	int			from;			/* AgDeviceState, -1 = new */
	AgDeviceEvent event;
	AgDeviceState to;
	const char *who;
	const char *guard;
} AgDeviceTransition;

extern const AgDeviceTransition *ag_device_transitions(int *count);
extern const AgDeviceTransition *ag_device_rule(AgDeviceState from, AgDeviceEvent event);
extern const char *ag_device_state_name(AgDeviceState state);
extern AgDeviceState ag_device_state_parse(const char *name);
extern const char *ag_device_event_name(AgDeviceEvent event);

typedef struct AgDevice
{
	int64		account_id;
	int32		no;
	char	   *handle;
	char	   *label;
	char	   *platform;
	AgDeviceState stored;		/* never AG_DEVICE_ESTABLISHED */
	bool		has_key;
	uint8		public_key[AG_KEY_SIZE];
	bool		has_challenge;
	uint8		challenge[AG_KEY_SIZE];
	TimestampTz challenge_until;
	bool		number_only;
	TimestampTz first_seen_at;
	TimestampTz last_seen_at;
	TimestampTz changed_at;		/* into its stored state; DT_NOEND = it never changed */
	int32		used_days;
} AgDevice;

/* Its state at an instant; established_after is policy, in seconds. */
extern AgDeviceState ag_device_state(const AgDevice *device, int64 established_after,
									 TimestampTz at);

/*
 * session_check.c
 */
typedef struct AgSessionCheck
{
	AgAccessCode code;
	AgSession	session;		/* valid unless UNKNOWN or STALE_RESTORE */
	uint64		denied;
	uint64		challenged;
	bool		restricted;		/* something is on record about the account */
	bool		must_bind_phone;	/* the account lost its number and has no other */
	TimestampTz until;			/* DT_NOEND = no end is known */
	int			cache_ttl;		/* seconds */
} AgSessionCheck;

extern void ag_session_check(AgSessionCheck *check, const char *text, Size length);

/*
 * session_bind.c: for whom the present transaction acts.
 */
extern void ag_session_bind(int64 account_id, int32 session_no);
extern void ag_session_unbind(void);
extern bool ag_session_bound(int64 *account_id, int32 *session_no);
extern void ag_session_bind_init(void);

/*
 * session.c: opening, exchanging, ending.
 */
typedef struct AgSessionOrder
{
	int64		account_id;
	const char *handle;
	const char *label;
	const char *platform;
	const char *place;
	bool		has_key;
	uint8		public_key[AG_KEY_SIZE];
	bool		has_signature;
	uint8		signature[AG_SIGNATURE_SIZE];
	List	   *methods;		/* char * */
	bool		step_up;
} AgSessionOrder;

typedef struct AgSessionResult
{
	AgAccessCode code;
	char		token[AG_TOKEN_TEXT];	/* empty unless one was made */
	int32		session_no;
	int32		device_no;
	TimestampTz until;			/* end of the session, or of what is in the way */
	int			count;
} AgSessionResult;

/* What somebody showed who opens a session or steps one up. */
typedef struct AgSessionProof
{
	AgAccount  *account;		/* locked, and saved afterwards */
	const AgDevice *device;		/* as it was before; NULL = new */
	bool		device_signed;
	List	   *methods;		/* char * */
	bool		number_only;
	TimestampTz at;
} AgSessionProof;

/* Who wants to know of it, at load. */
typedef void (*AgSessionObserver) (const AgSessionProof *proof);

extern void ag_session_observe(AgSessionObserver observer);

extern void ag_session_open(const AgSessionOrder *order, AgSessionResult *result);
extern void ag_session_refresh(const char *token, AgSessionResult *result);
extern void ag_session_step_up(const char *token, List *methods, AgSessionResult *result);
extern void ag_session_revoke(const char *token, int32 no, AgSessionResult *result);	/* 0 = its own */
extern void ag_session_revoke_others(const char *token, AgSessionResult *result);
extern int	ag_session_end(AgAccount *account, int32 no, const char *reason);	/* 0 = all */
extern void ag_session_erase(int64 account_id);

/*
 * session_acting.c: a token that acts on its account.
 */
typedef struct AgActing
{
	AgAccessCode code;
	AgAccount  *account;		/* locked; NULL = unknown */
	AgSession  *session;		/* as it is under the lock */
	AgDevice   *device;
	TimestampTz at;
} AgActing;

/* Lock the account that a token belongs to and judge the token; floor: frozen users may, too. */
extern void ag_session_act(AgActing *acting, const char *token, bool floor);

/* Did the holder prove more than a number, not long ago? */
extern bool ag_session_fresh(const AgActing *acting);

/* May it end sessions of that device?  A thief's fresh session must not. */
extern bool ag_session_may_kick(const AgActing *acting, const AgDevice *target);
extern char *ag_session_actor(const AgActing *acting);

/*
 * device.c
 */
extern AgDevice *ag_device_enrol(AgAccount *account, const AgSessionOrder *order, AgDevice *known,
								 bool number_only, TimestampTz at);
extern bool ag_device_signed(AgDevice *device, const AgSessionOrder *order, TimestampTz at);
extern void ag_device_challenge(int64 account_id, const char *handle, uint8 challenge[AG_KEY_SIZE]);
extern void ag_device_trust(const char *token, int32 no, bool trusted, AgSessionResult *result);
extern void ag_device_kick(const char *token, int32 no, bool lost, AgSessionResult *result);
extern int	ag_device_quarantine(AgAccount *account, int32 no, bool number_only, const char *reason);

/*
 * The number of a locked account has changed hands since a time: devices that nothing but
 * the number has enrolled since then are quarantined, and sessions that nothing else has
 * opened end.  How many there were; the caller saves the account.
 */
extern int	ag_device_distrust(AgAccount *account, TimestampTz since, const char *reason);

/* Why a device is lost, and sessions ended, that their owner says were not his. */
#define AG_DISOWNED "disowned"

/*
 * "It was not me": may the holder say that of a device?  And: it cannot come back, and what
 * came in since it did, or by it, is quarantined; sessions that ended.  *devices: how many
 * others.  The caller saves the account.
 */
extern AgAccessCode ag_device_judge_disown(const AgActing *acting, const AgDevice *target);
extern int	ag_device_disown(const AgActing *acting, AgDevice *target, int *devices);
extern AgDeviceState ag_device_present_state(const AgDevice *device, TimestampTz at);

/*
 * session_probe.c: the row by direct reading; false = there is none.
 */
extern bool ag_session_probe(int64 account_id, int32 no, AgSession *session);
extern void ag_session_probe_init(void);

/*
 * session_store.c
 */
extern AgStatementTable session_statements;

extern void ag_session_store_insert(const AgSession *session);
extern AgSession *ag_session_store_load(int64 account_id, int32 no);	/* NULL = none */
extern void ag_session_store_touch(const AgSession *session, TimestampTz at);
extern void ag_session_store_refresh(const AgSession *session, TimestampTz at);
extern void ag_session_store_step_up(const AgSession *session);
extern bool ag_session_store_end(int64 account_id, int32 no, TimestampTz at, const char *reason,
								 const char *who);
extern int	ag_session_store_end_others(const AgAccount *account, int32 no, TimestampTz at,
										const char *reason, const char *who);
extern int	ag_session_store_end_device(int64 account_id, int32 device_no, TimestampTz at,
										const char *reason, const char *who);

/* Opened after since (DT_NOBEGIN = ever), all but one (0 = none). */
extern int	ag_session_store_end_number_only(int64 account_id, TimestampTz since, int32 but,
											 TimestampTz at, const char *reason, const char *who);
extern void ag_session_store_step_down(int64 account_id, int32 but);
extern int	ag_session_store_live(const AgAccount *account, TimestampTz at, int32 but_device);
extern void ag_session_store_forget(int64 account_id, TimestampTz before);
extern void ag_session_store_erase(int64 account_id);
extern AgResult *ag_session_store_list(const AgAccount *account, TimestampTz at);

/* The last uses of an account's sessions; DT_NOEND = none is on record. */
typedef struct AgSessionSigns
{
	TimestampTz owner_seen_at;	/* of those in which more than the number was shown */
	TimestampTz used_at;		/* of all */
} AgSessionSigns;

extern void ag_session_store_signs(int64 account_id, TimestampTz owner_seen_at,
								   AgSessionSigns *signs);

/*
 * device_store.c
 */
extern AgStatementTable device_statements;

extern AgDevice *ag_device_store_find(int64 account_id, const char *handle);
extern AgDevice *ag_device_store_load(int64 account_id, int32 no);
extern void ag_device_store_insert(const AgDevice *device, List *methods);
extern void ag_device_store_seen(const AgDevice *device, List *methods);
extern void ag_device_store_used(int64 account_id, int32 no, TimestampTz at);
extern void ag_device_store_challenge(const AgDevice *device);
extern void ag_device_store_state(const AgDevice *device, TimestampTz at, const char *who,
								  const char *reason);
extern int	ag_device_store_count(int64 account_id, const char *state); /* NULL = all but revoked,
																		 * lost */
extern List *ag_device_store_number_only(int64 account_id); /* AgDevice * */
extern List *ag_device_store_since(const AgDevice *device, int32 but, TimestampTz since);
extern bool ag_device_store_disowned(int64 account_id, TimestampTz since);
extern AgResult *ag_device_store_list(int64 account_id, int64 established_after, TimestampTz at);

extern void ag_device_store_erase(int64 account_id);

#endif							/* AG_SESSION_H */
