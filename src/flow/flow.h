/*-------------------------------------------------------------------------
 *
 * flow.h
 *		What every conversation about a phone number stands on: the flow, its proofs,
 *		and the outcome that each of its functions answers with.
 *
 * How a flow is written.  Each of its SQL functions returns acctguard.outcome and does,
 * in this order:
 *
 *	1. code = ag_flow_begin(): anything but AG_FLOW_OK is answered at once.  From here
 *	   on the transaction cannot be prepared.
 *	2. The first function of a conversation: ag_number_read(), then ag_flow_open(); its
 *	   outcome has {"flow": ...} as data (ag_flow_text()) and is the same whether or not
 *	   the number belongs to anybody.
 *	3. Every other function: locks first, in the one order there is: the number, then
 *	   accounts, then the flow.  ag_flow_peek() reads the flow without a lock, so that
 *	   its number and account can be locked; ag_flow_number() gives the number itself.
 *	   Then ag_flow_require(): locks the flow and says whether it may go on.  A function
 *	   that needs neither number nor account locks the flow only.
 *	4. Decide on present data.  A number whose epoch is not flow->number_epoch any more
 *	   has changed hands since: ag_flow_see_epoch() when the user is shown its state,
 *	   ag_flow_stale() when it is acted on.
 *	5. ag_flow_prove(), ag_flow_answer(), ag_flow_consume(), ag_flow_close(): what
 *	   happened.  What is used once ends with ag_flow_consume(), in the transaction of
 *	   what it was used for.
 *	6. return ag_flow_reply(): writes the event and the row by which service desk finds
 *	   the internal code, and makes the row of the result.
 *
 * What a user brings about by a wrong code, an old flow or a frozen account is a code of
 * the list below and never an error, so that the transaction goes on and nothing of it is
 * lost.  Misuse by the application (an argument of the wrong form) is an error.
 *
 * Who has a flow's id goes on with it: functions that take one belong into
 * AG_SECRET_FUNCTIONS (redact/redact.h).
 *
 * Proofs come from those who check them: one-time codes are in this folder, see below.
 * A proof is valid for policy flow_proof_age seconds, in its own flow, for its purpose.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_FLOW_H
#define AG_FLOW_H

#include "account/account.h"
#include "base/base.h"
#include "outbox/outbox.h"
#include "phone/phone.h"
#include "utils/inet.h"

/*
 * flow_rules.c: codes, purposes, states.  Pure.
 */

/*
 * Every answer: AG_FLOW_CODE(symbol, public code, next step, DONE or REFUSED, meaning).
 * The symbol is the internal code.  What a user may not tell apart has one public code.
 * next is exactly one step, of which the application makes one button: code_send,
 * code_verify, begin (a new flow), wait (until retry_after), continue (with the flow's own
 * next function), none, and the names of functions and places that its domain says.
 */
#define AG_FLOW_CODE_LIST \
	/* of every flow */ \
	AG_FLOW_CODE(OK, "OK", "none", DONE, "done") \
	AG_FLOW_CODE(READ_ONLY, "MAINTENANCE", "wait", REFUSED, "this server is a standby; nothing was looked at") \
	AG_FLOW_CODE(STALE_RESTORE, "MAINTENANCE", "wait", REFUSED, \
				 "the database was restored from elsewhere, and acctguard.post_restore() has not run; nothing was looked at") \
	AG_FLOW_CODE(NUMBER_INVALID, "NUMBER_INVALID", "begin", REFUSED, "the text is not a phone number") \
	AG_FLOW_CODE(FLOW_OPENED, "FLOW_OPENED", "code_send", DONE, "a flow was opened") \
	AG_FLOW_CODE(FLOW_UNKNOWN, "FLOW_OVER", "begin", REFUSED, "there is no such flow, or it is none of this function's") \
	AG_FLOW_CODE(FLOW_EXPIRED, "FLOW_OVER", "begin", REFUSED, "the flow's time is over") \
	AG_FLOW_CODE(FLOW_CLOSED, "FLOW_OVER", "begin", REFUSED, "the flow was closed before its end") \
	AG_FLOW_CODE(FLOW_USED, "FLOW_OVER", "begin", REFUSED, "the flow has done what it was for") \
	AG_FLOW_CODE(FLOW_STALE, "FLOW_OVER", "begin", REFUSED, "the number has changed hands since the flow was opened") \
	AG_FLOW_CODE(PROOF_REQUIRED, "PROOF_REQUIRED", "code_send", REFUSED, \
				 "nothing was proved in the flow yet, or not lately enough") \
	AG_FLOW_CODE(ANSWER_REQUIRED, "ANSWER_REQUIRED", "answer", REFUSED, "the flow's question was not answered yet") \
	AG_FLOW_CODE(ANSWER_FIXED, "ANSWER_FIXED", "none", REFUSED, "the answer was taken back once, and stays now") \
	/* of one-time codes */ \
	AG_FLOW_CODE(CODE_SENT, "CODE_SENT", "code_verify", DONE, "a code is on its way; so says a dead flow, too") \
	AG_FLOW_CODE(CODE_OK, "CODE_OK", "continue", DONE, "the code is right: the number, or the address, is proved") \
	AG_FLOW_CODE(BAD_CODE, "BAD_CREDENTIALS", "code_verify", REFUSED, "the code is wrong") \
	AG_FLOW_CODE(CODE_DEAD, "BAD_CREDENTIALS", "code_verify", REFUSED, "the flow is dead: no code was sent, and none is right") \
	AG_FLOW_CODE(CODE_NONE, "CODE_OVER", "code_send", REFUSED, "there is no code: none was sent, or its key is gone") \
	AG_FLOW_CODE(CODE_EXPIRED, "CODE_OVER", "code_send", REFUSED, "the code's time is over") \
	AG_FLOW_CODE(CODE_USED, "CODE_OVER", "code_send", REFUSED, "the code was used") \
	AG_FLOW_CODE(CODE_SPENT, "CODE_SPENT", "begin", REFUSED, "the flow has used up its tries") \
	AG_FLOW_CODE(CODE_FAILURES, "RATE_LIMIT", "wait", REFUSED, "too many wrong codes for the number or the address") \
	AG_FLOW_CODE(CODE_NOWHERE, "CODE_NOWHERE", "none", REFUSED, "the flow has neither a number nor a mailbox to send a code to") \
	AG_FLOW_CODE(COUNTRY_REFUSED, "NUMBER_REFUSED", "begin", REFUSED, "no codes are sent to numbers of the country") \
	AG_FLOW_CODE(SEND_TOO_SOON, "RATE_LIMIT", "wait", REFUSED, "the last code was sent a moment ago") \
	AG_FLOW_CODE(SEND_LIMIT_NUMBER, "RATE_LIMIT", "wait", REFUSED, "too many codes were sent to the number or the address") \
	AG_FLOW_CODE(SEND_LIMIT_SOURCE, "RATE_LIMIT", "wait", REFUSED, "too many codes were asked for from there") \
	AG_FLOW_CODE(SEND_LIMIT_COUNTRY, "RATE_LIMIT", "wait", REFUSED, "too many codes are sent to the country") \
	AG_FLOW_CODE(SEND_LIMIT_ALL, "RATE_LIMIT", "wait", REFUSED, "too many codes are sent altogether") \
	AG_FLOW_CODE(CONTACT_VERIFIED, "CONTACT_VERIFIED", "none", DONE, "the contact is proved to be the user's") \
	AG_FLOW_CODE(CONTACT_GONE, "FLOW_OVER", "begin", REFUSED, "the contact was removed") \
	AG_FLOW_CODE(SESSION_REQUIRED, "SESSION_REQUIRED", "login", REFUSED, "the session is over, or there is none") \
	AG_FLOW_CODE(OVERLOAD, "OVERLOAD", "wait", REFUSED, "too many hash passwords at once; nothing was counted") \
	AG_FLOW_CODE(PASSWORD_SHORT, "PASSWORD_SHORT", "password", REFUSED, "the new password has too few characters") \
	AG_FLOW_CODE(PASSWORD_LONG, "PASSWORD_LONG", "password", REFUSED, "the new password has more than 1024 bytes") \
	AG_FLOW_CODE(PASSWORD_COMMON, "PASSWORD_COMMON", "password", REFUSED, \
				 "the new password is a common one, or little more than what is known of the account") \
	/* of registration: the rows of register_rules() */ \
	AG_FLOW_CODE(REG_FREE, "REG_FREE", "register_commit", DONE, "the number is free; a password makes the account") \
	AG_FLOW_CODE(REG_QUESTION, "REG_QUESTION", "register_answer", DONE, \
				 "the number has an account: is it the claimant's?") \
	AG_FLOW_CODE(REG_NUMBER_HELD, "REG_UNAVAILABLE", "service", REFUSED, \
				 "a ban, a freeze or a legal hold keeps the number") \
	AG_FLOW_CODE(REG_QUOTA, "REG_UNAVAILABLE", "service", REFUSED, \
				 "the number has begun as many accounts as it may") \
	AG_FLOW_CODE(REG_REVIEW, "REG_UNAVAILABLE", "service", REFUSED, \
				 "the number was claimed so often that a person has to look at it") \
	AG_FLOW_CODE(REG_OWN_ACCOUNT, "LOGIN_INSTEAD", "login", REFUSED, \
				 "the device is one of the account that has the number") \
	AG_FLOW_CODE(REG_MINE_OK, "REG_MINE_OK", "session_open", DONE, "the number is enough to enter the account") \
	AG_FLOW_CODE(REG_MINE_IDV, "REG_MINE_IDV", "verify_begin", REFUSED, \
				 "the number may not be the owner's any more: he has to be verified") \
	AG_FLOW_CODE(REG_MINE_IDV_STRICT, "REG_MINE_IDV", "verify_begin", REFUSED, \
				 "the number proves nothing: the owner has to be verified without it") \
	AG_FLOW_CODE(REG_RELEASE_NOW, "REG_RELEASE_NOW", "register_commit", DONE, \
				 "the number will leave its account and begin a new one at once") \
	AG_FLOW_CODE(REG_RELEASED_UNACTIVATED, "REG_RELEASE_NOW", "register_commit", DONE, \
				 "the number will leave an account that was never activated") \
	AG_FLOW_CODE(REG_HOLD, "REG_HOLD", "register_commit", DONE, \
				 "the new account waits for the number, and its present owner is asked for it") \
	AG_FLOW_CODE(REG_HOLD_BEGUN, "REG_HOLD", "session_open", DONE, \
				 "there is a new account, which waits for the number") \
	AG_FLOW_CODE(REG_HOLD_RUNNING, "REG_HOLD_RUNNING", "wait", REFUSED, \
				 "somebody has claimed the number already and waits for it") \
	AG_FLOW_CODE(REG_HOLD_KEPT, "REG_HOLD_KEPT", "none", DONE, "the owner has shown that the number is his") \
	AG_FLOW_CODE(REG_HOLD_NOTED, "REG_HOLD_NOTED", "rebind_begin", REFUSED, \
				 "it takes the number and another proof to keep a number: another one is to be bound") \
	AG_FLOW_CODE(REG_RELEASE_DUE, "REG_RELEASE_DUE", "rebind_begin", REFUSED, \
				 "the time of the claim is over, and the number has a new holder") \
	AG_FLOW_CODE(REG_NO_CLAIM, "REG_NO_CLAIM", "none", REFUSED, "nobody claims the number of the account") \
	AG_FLOW_CODE(REG_STALE, "REG_STALE", "begin", REFUSED, "the number has changed hands in the meantime") \
	AG_FLOW_CODE(REG_EXPIRED, "REG_EXPIRED", "begin", REFUSED, \
				 "the question was not answered in time; nothing has changed") \
	AG_FLOW_CODE(REG_DONE, "REG_DONE", "session_open", DONE, "there is a new account, and the number is its") \
	/* of changing and unbinding a number: the codes of rebind_preconditions(), and what becomes of a request */ \
	AG_FLOW_CODE(UNBIND_ACCOUNT_STATE, "UNBIND_ACCOUNT_STATE", "status", REFUSED, \
				 "U-1: the account is frozen, protected, about to close, or not active") \
	AG_FLOW_CODE(UNBIND_REAUTH, "STEP_UP_REQUIRED", "session_step_up", REFUSED, \
				 "U-2: the session has to prove more than a number first") \
	AG_FLOW_CODE(UNBIND_RECENT_EVENT, "UNBIND_RECENT_EVENT", "wait", REFUSED, \
				 "U-3: something happened lately that a thief would bring about") \
	AG_FLOW_CODE(UNBIND_MISMATCH, "UNBIND_MISMATCH", "retype", REFUSED, "U-4: the number is not the account's") \
	AG_FLOW_CODE(UNBIND_EXPIRED, "UNBIND_EXPIRED", "begin", REFUSED, \
				 "U-4: a number has changed hands since it was asked for") \
	AG_FLOW_CODE(UNBIND_CLIENT, "UNBIND_CLIENT", "update", REFUSED, "U-5: the client is too old, or not ours") \
	AG_FLOW_CODE(UNBIND_LAST_METHOD, "UNBIND_LAST_METHOD", "password", REFUSED, \
				 "U-6: nothing would be left to log in with") \
	AG_FLOW_CODE(UNBIND_LEGAL_HOLD, "UNBIND_REFUSED", "service", REFUSED, "U-7: a legal hold keeps the number") \
	AG_FLOW_CODE(UNBIND_BUSY, "UNBIND_BUSY", "wait", REFUSED, \
				 "U-8: another request, or a claim to the number, is open") \
	AG_FLOW_CODE(UNBIND_RATE, "UNBIND_RATE", "wait", REFUSED, "U-9: too many changes, or requests") \
	AG_FLOW_CODE(UNBIND_SERVICE, "UNBIND_SERVICE", "service", REFUSED, \
				 "the account is a special one: service has to agree") \
	AG_FLOW_CODE(UNBIND_UNKNOWN, "UNBIND_UNKNOWN", "begin", REFUSED, "the account has no such request") \
	AG_FLOW_CODE(UNBIND_OVER, "UNBIND_OVER", "begin", REFUSED, "the request has ended, or is past this step") \
	AG_FLOW_CODE(REBIND_BEGUN, "REBIND_BEGUN", "code_send", DONE, \
				 "a request was made; the numbers can be proved in its flows") \
	AG_FLOW_CODE(REBIND_COOLING, "REBIND_COOLING", "wait", DONE, "the request waits for objections") \
	AG_FLOW_CODE(REBIND_CONTESTED, "REBIND_CONTESTED", "session_step_up", DONE, \
				 "the old number objects: a further factor, or service, has to decide") \
	AG_FLOW_CODE(REBIND_FACTOR, "STEP_UP_REQUIRED", "session_step_up", REFUSED, \
				 "it takes a factor that the request had not") \
	AG_FLOW_CODE(REBIND_SETTLED, "REBIND_SETTLED", "wait", DONE, "the objection was overcome") \
	AG_FLOW_CODE(REBIND_AGREED, "REBIND_AGREED", "wait", DONE, "service has agreed to the request") \
	AG_FLOW_CODE(REBIND_CANCELLED, "REBIND_CANCELLED", "none", DONE, "the request was cancelled") \
	AG_FLOW_CODE(REBIND_DISOWNED, "REBIND_DISOWNED", "reset_begin", DONE, \
				 "the request was not the owner's: it and the session that made it were ended") \
	AG_FLOW_CODE(REBIND_DONE, "REBIND_DONE", "none", DONE, "the new number is the account's") \
	AG_FLOW_CODE(UNBIND_DONE, "UNBIND_DONE", "none", DONE, "the number is not the account's any more") \
	AG_FLOW_CODE(REBIND_SAME, "REBIND_SAME", "none", REFUSED, "the number is the account's already") \
	AG_FLOW_CODE(REBIND_NUMBER_TAKEN, "REBIND_UNAVAILABLE", "service", REFUSED, \
				 "the number is the login number of another account; its holder was told after he had proved it") \
	AG_FLOW_CODE(REBIND_NUMBER_HELD, "REBIND_UNAVAILABLE", "service", REFUSED, \
				 "a banned account has left the number") \
	AG_FLOW_CODE(REBIND_NUMBER_QUOTA, "REBIND_UNAVAILABLE", "service", REFUSED, \
				 "the number has had as many accounts as it may") \
	AG_FLOW_CODE(OBJECTION_UNKNOWN, "OBJECTION_OVER", "none", REFUSED, "no request has this code") \
	AG_FLOW_CODE(OBJECTION_LATE, "OBJECTION_OVER", "service", REFUSED, "the time for objections is over") \
	AG_FLOW_CODE(OBJECTION_IGNORED, "OBJECTION_OVER", "none", REFUSED, \
				 "it is confirmed that who has the number is not the account's owner") \
	AG_FLOW_CODE(OBJECTION_FACTOR, "STEP_UP_REQUIRED", "login", REFUSED, \
				 "the SIM changed lately: the number alone objects to nothing") \
	AG_FLOW_CODE(RECONFIRM_BEGUN, "RECONFIRM_BEGUN", "code_send", DONE, "the account's number can be proved in the flow") \
	AG_FLOW_CODE(RECONFIRM_OK, "RECONFIRM_OK", "none", DONE, "the owner has proved that the number is still his") \
	AG_FLOW_CODE(RECONFIRM_NOTED, "RECONFIRM_NOTED", "none", DONE, "the owner says that the number is still his") \
	AG_FLOW_CODE(RECONFIRM_NO_NUMBER, "RECONFIRM_NO_NUMBER", "rebind_begin", REFUSED, \
				 "the account has no number, or has another one by now") \
	AG_FLOW_CODE(RECONFIRM_CLAIMED, "RECONFIRM_CLAIMED", "register_hold_object", REFUSED, \
				 "a new holder has claimed the number: that is to be objected to") \
	AG_FLOW_CODE(TRUSTED_BEGUN, "TRUSTED_BEGUN", "code_send", DONE, "the number can be proved in the flow") \
	AG_FLOW_CODE(TRUSTED_ADDED, "TRUSTED_ADDED", "none", DONE, "the number is trusted, and counts from a later time on") \
	AG_FLOW_CODE(TRUSTED_REMOVED, "TRUSTED_REMOVED", "none", DONE, "the number is trusted no longer") \
	AG_FLOW_CODE(TRUSTED_LIMIT, "TRUSTED_LIMIT", "trusted_number_remove", REFUSED, \
				 "the account has as many trusted numbers as it may have") \
	AG_FLOW_CODE(TRUSTED_KNOWN, "TRUSTED_KNOWN", "none", REFUSED, \
				 "the number is trusted already, or is the account's own") \
	AG_FLOW_CODE(TRUSTED_UNKNOWN, "TRUSTED_UNKNOWN", "none", REFUSED, "the account has no such trusted number")

#define AG_FLOW_CODE(symbol, public_code, next, outcome, meaning) AG_FLOW_##symbol,
typedef enum AgFlowCode
{
	AG_FLOW_CODE_LIST
	AG_FLOW_CODE_COUNT
} AgFlowCode;
#undef AG_FLOW_CODE

typedef struct AgFlowCodeEntry
{
	const char *name;
	const char *public_code;
	const char *next;
	AgOutcome	outcome;
	const char *meaning;
} AgFlowCodeEntry;

extern const AgFlowCodeEntry *ag_flow_code(AgFlowCode code);
extern AgFlowCode ag_flow_code_find(const char *name);	/* AG_FLOW_CODE_COUNT = none */

/* What flows are for: AG_FLOW_PURPOSE(symbol, name). */
#define AG_FLOW_PURPOSE_LIST \
	AG_FLOW_PURPOSE(REGISTER, "register") \
	AG_FLOW_PURPOSE(LOGIN, "login") \
	AG_FLOW_PURPOSE(RESET, "reset") \
	AG_FLOW_PURPOSE(REBIND, "rebind") \
	AG_FLOW_PURPOSE(UNBIND, "unbind") \
	AG_FLOW_PURPOSE(TRUSTED, "trusted") \
	AG_FLOW_PURPOSE(RECONFIRM, "reconfirm") \
	AG_FLOW_PURPOSE(VERIFY, "verify") \
	AG_FLOW_PURPOSE(CONTACT, "contact")

#define AG_FLOW_PURPOSE(symbol, name) AG_FLOW_FOR_##symbol,
typedef enum AgFlowPurpose
{
	AG_FLOW_PURPOSE_LIST
	AG_FLOW_PURPOSE_COUNT
} AgFlowPurpose;
#undef AG_FLOW_PURPOSE

/* Purposes a function is for: AG_FLOW_IS(AG_FLOW_FOR_REBIND) | ... */
#define AG_FLOW_IS(purpose) (1u << (purpose))
#define AG_FLOW_ANY (~0u)

extern const char *ag_flow_purpose_name(AgFlowPurpose purpose);
extern AgFlowPurpose ag_flow_purpose_find(const char *name);	/* AG_FLOW_PURPOSE_COUNT = none */

typedef enum AgFlowState
{
	AG_FLOW_STATE_OPEN,
	AG_FLOW_STATE_PROVED,
	AG_FLOW_STATE_ANSWERED,
	AG_FLOW_STATE_CONSUMED,
	AG_FLOW_STATE_CLOSED,
	AG_FLOW_STATE_EXPIRED		/* by the clock; never stored */
} AgFlowState;

typedef enum AgFlowEvent
{
	AG_FLOW_EVENT_OPEN,
	AG_FLOW_EVENT_PROVE,
	AG_FLOW_EVENT_ANSWER,
	AG_FLOW_EVENT_CONSUME,
	AG_FLOW_EVENT_CLOSE,
	AG_FLOW_EVENT_TIME
} AgFlowEvent;

typedef struct AgFlowTransition
{
	int			from;			/* AgFlowState, -1 = new */
	AgFlowEvent event;
	AgFlowState to;
	const char *guard;
} AgFlowTransition;

extern const AgFlowTransition *ag_flow_transitions(int *count);
extern const AgFlowTransition *ag_flow_rule(AgFlowState from, AgFlowEvent event);	/* NULL = none */
extern const char *ag_flow_state_name(AgFlowState state);
extern AgFlowState ag_flow_state_parse(const char *name);
extern const char *ag_flow_event_name(AgFlowEvent event);

#define AG_FLOW_PROOFS_MAX 8

typedef struct AgFlow
{
	pg_uuid_t	id;
	AgFlowPurpose purpose;
	AgFlowState stored;			/* never AG_FLOW_STATE_EXPIRED */
	bool		dead;			/* looks like any other, and nothing can be proved in it */
	int64		account_id;		/* 0 = none, or not known to be anybody's */
	int			contact_no;		/* > 0: codes go to this contact of the account */
	int64		number_id;		/* 0 = no number, or one that was unknown when it was opened */
	int64		number_epoch;	/* of the number when its state was last shown */
	bool		has_number;
	uint8		number_idx[AG_INDEX_SIZE];	/* names the number, known or not, in limits */
	int			country;
	bytea	   *e164;			/* sealed; NULL = no number */
	int32		e164_kid;
	char	   *device;			/* the application's id of it, or NULL */
	bool		has_source;
	uint8		address[AG_INDEX_SIZE]; /* names the address it came from */
	uint8		source[AG_INDEX_SIZE];	/* names its network */
	char	   *locale;
	TimestampTz opened_at;
	TimestampTz expires_at;
	int			proof_count;
	char	   *proof[AG_FLOW_PROOFS_MAX];
	TimestampTz proved_at[AG_FLOW_PROOFS_MAX];
	char	   *answer;			/* NULL = not answered */
	int			switches;		/* how often the answer was taken back */
	TimestampTz ended_at;		/* DT_NOEND = consumed, closed: neither */
	char	   *end_reason;
	char	   *memo;			/* JSON object that the domain of the purpose keeps, or NULL */
} AgFlow;

extern AgFlowState ag_flow_state(const AgFlow *flow, TimestampTz at);

/* May it go on?  AG_FLOW_OK, FLOW_EXPIRED, FLOW_CLOSED, FLOW_USED, FLOW_UNKNOWN (other purpose). */
extern AgFlowCode ag_flow_judge(const AgFlow *flow, uint32 purposes, TimestampTz at);

/* An address as limits see it, and how many of its bytes are its network: /24, /48. */
#define AG_ADDRESS_SIZE 17
#define AG_NETWORK_4 4
#define AG_NETWORK_6 7
extern int	ag_flow_address(int family, const unsigned char *address, uint8 out[AG_ADDRESS_SIZE]);

/*
 * flow.c: use-cases.
 */
extern void ag_flow_init(void);

/* The first call of each function of a flow: AG_FLOW_OK, or READ_ONLY on a standby. */
extern AgFlowCode ag_flow_begin(void);

typedef struct AgFlowOrder
{
	AgFlowPurpose purpose;
	const AgNumberName *name;	/* NULL = it is about no number */
	int64		account_id;		/* 0 = none */
	int			contact_no;		/* > 0: codes go there */
	const char *device;			/* or NULL */
	const inet *source;			/* or NULL */
	const char *locale;			/* NULL = the account's, else the country's */
	bool		dead;
	int64		life;			/* seconds; 0 = policy flow_life */
	const char *memo;			/* JSON object, or NULL */
} AgFlowOrder;

/* UG001 without keys; number_epoch is the number's present one. */
extern AgFlow *ag_flow_open(const AgFlowOrder *order);

/* The newest state without a lock; NULL if there is none. */
extern AgFlow *ag_flow_peek(const pg_uuid_t *id);

/* Lock it and judge it; *flow is NULL if there is none.  Numbers and accounts are locked before. */
extern AgFlowCode ag_flow_require(const pg_uuid_t *id, uint32 purposes, AgFlow **flow);

/* The number itself; the caller wipes it.  False: the flow has none. */
extern bool ag_flow_number(const AgFlow *flow, AgNumberName *name);

/* Is it the number of somebody now whose number it was not when the flow was opened? */
extern bool ag_flow_renumbered(const AgFlow *flow);

/* Has the locked number changed hands since its state was shown?  And: its state is shown now. */
extern bool ag_flow_stale(const AgFlow *flow, const AgNumber *number);
extern void ag_flow_see_epoch(AgFlow *flow, const AgNumber *number);

/* Something was proved (a name of ag_proof_known()); at the time, which replaces an earlier one. */
extern void ag_flow_prove(AgFlow *flow, const char *proof, TimestampTz at);

/* Was it proved, and lately enough?  proof NULL = anything. */
extern bool ag_flow_proved(const AgFlow *flow, const char *proof, TimestampTz at);

/* The flow's question was answered: OK, PROOF_REQUIRED, ANSWER_FIXED at the second change. */
extern AgFlowCode ag_flow_answer(AgFlow *flow, const char *answer, TimestampTz at);

/* What the domain of the purpose keeps in it; NULL = nothing. */
extern void ag_flow_remember(AgFlow *flow, const char *memo);

/* Used up, once: OK, or PROOF_REQUIRED if nothing fresh is proved. */
extern AgFlowCode ag_flow_consume(AgFlow *flow, TimestampTz at);

/* Over before its end; reason in a word or two. */
extern void ag_flow_close(AgFlow *flow, const char *reason, TimestampTz at);

/*
 * Close every open flow of these purposes for a number (0 = any) and an account (0 = any)
 * but this one (NULL = none is spared); how many.  Their codes die with them.
 */
extern int	ag_flow_void(int64 number_id, int64 account_id, uint32 purposes, const AgFlow *but,
						 const char *reason);

extern char *ag_flow_text(const AgFlow *flow);	/* its id */

/* Number of flows that were forgotten, of outcomes too; a task of the worker. */
extern int64 ag_flow_sweep(int64 limit);

/*
 * flow_outcome.c: the answer.
 */
typedef struct AgFlowReply
{
	AgFlowCode	code;
	const AgFlow *flow;			/* or NULL */
	int64		account_id;		/* 0 = the flow's */
	TimestampTz retry_at;		/* 0 = not told */
	const char *data;			/* JSON object, or NULL */
} AgFlowReply;

/* One row of acctguard.outcome for the caller of an SQL function; writes the event. */
extern Datum ag_flow_reply(FunctionCallInfo fcinfo, const AgFlowReply *reply);

/*
 * code.c: one-time codes.  Applications call code_send() and code_verify() for any flow;
 * what these prove is number_code, or email_code for a flow about a contact.
 */
#define AG_CODE_DIGITS 6

typedef struct AgCodeAnswer
{
	AgFlowCode	code;
	AgFlow	   *flow;			/* locked; NULL = unknown */
	TimestampTz retry_at;		/* 0 = not told */
} AgCodeAnswer;

extern void ag_code_send(const pg_uuid_t *id, AgCodeAnswer *answer);
extern void ag_code_verify(const pg_uuid_t *id, const char *digits, AgCodeAnswer *answer);
extern AgChannel ag_code_channel(const AgFlow *flow);
extern void ag_code_init(void);

/*
 * code_contact.c: a mailbox is proved to be the user's.
 */
extern AgFlow *ag_contact_flow_open(const AgFlowOrder *order);	/* UG700 */
extern AgFlowCode ag_contact_flow_commit(const pg_uuid_t *id, AgFlow **flow);

/*
 * code_message.c: codes on their way, see AgNoticeCarrier.
 */
extern void ag_code_write_message(const AgFlow *flow, int code_no, AgChannel channel,
								  const char *digits, TimestampTz at, TimestampTz until);
extern void ag_code_message_init(void);

/*
 * code_store.c
 */
typedef struct AgCode
{
	int			no;
	AgChannel	channel;
	uint8		mac[AG_TAG_SIZE];
	int32		kid;
	TimestampTz expires_at;
	TimestampTz used_at;		/* DT_NOEND = not */
	TimestampTz voided_at;
} AgCode;

extern AgStatementTable code_statements;

extern bool ag_code_store_newest(const pg_uuid_t *flow, AgCode *code);
extern void ag_code_store_void(const pg_uuid_t *flow, TimestampTz at);
extern void ag_code_store_insert(const pg_uuid_t *flow, const AgCode *code, TimestampTz at);
extern int	ag_code_store_try(const pg_uuid_t *flow, int no, bool right, int most, TimestampTz at);
extern bool ag_code_store_uses(int32 kid);

typedef struct AgCodeMessage
{
	AgMessage	head;
	pg_uuid_t	flow_id;
	int			code_no;
	AgChannel	channel;
	const char *end_reason;		/* of one that is cancelled from its beginning */
} AgCodeMessage;

extern void ag_message_store_insert(const AgCodeMessage *message);
extern List *ag_message_store_lease(AgChannel channel, int n, TimestampTz at, TimestampTz until,
									const char *person);	/* AgCodeMessage * */
extern AgMessage *ag_message_store_find(int64 no, bool lock);	/* an AgCodeMessage; NULL = none */
extern bool ag_message_store_done(int64 no, const char *receipt, TimestampTz at);
extern void ag_message_store_end(int64 no, const char *state, const char *reason, TimestampTz at);
extern void ag_message_store_cancel(const pg_uuid_t *flow, const char *reason, TimestampTz at);
extern void ag_message_store_postpone(int64 no, TimestampTz until);
extern bool ag_message_store_uses(int32 kid);

/*
 * flow_store.c
 */
extern AgStatementTable flow_statements;

extern void ag_flow_store_insert(const AgFlow *flow);
extern AgFlow *ag_flow_store_read(const pg_uuid_t *id);
extern AgFlow *ag_flow_store_lock(const pg_uuid_t *id);
extern void ag_flow_store_save(const AgFlow *flow);
extern int	ag_flow_store_void(int64 number_id, int64 account_id, List *purposes,
							   const pg_uuid_t *but, const char *reason, TimestampTz at);
extern int64 ag_flow_store_forget(TimestampTz before, int64 limit);
extern bool ag_flow_store_uses(int32 kid);
extern bool ag_flow_store_needs(int64 number_id, TimestampTz at);
extern void ag_flow_store_erase(int64 account_id);
extern void ag_flow_store_outcome(const pg_uuid_t *ref, const AgFlowReply *reply, TimestampTz at);
extern AgResult *ag_flow_store_find_outcome(const pg_uuid_t *ref);
extern int64 ag_flow_store_forget_outcomes(TimestampTz before, int64 limit);

#endif							/* AG_FLOW_H */
