/*-------------------------------------------------------------------------
 *
 * rebind.h
 *		Changing and unbinding the bound phone number; trusted numbers.
 *
 * A request is made by the account's user, takes effect after a time for objections
 * that depends on what he could prove, and is judged again before it does.  The old
 * number is released and the new one bound in one transaction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_REBIND_H
#define AG_REBIND_H

#include "account/account.h"
#include "base/base.h"
#include "flow/flow.h"
#include "identity/identity.h"
#include "outbox/outbox.h"
#include "phone/evidence.h"
#include "phone/phone.h"
#include "session/session.h"

/*
 * rebind_rules.c: states, preconditions, times for objections.  Pure.
 */
typedef enum AgRebindState
{
	AG_REBIND_REQUESTED,
	AG_REBIND_COOLING,
	AG_REBIND_CONTESTED,
	AG_REBIND_READY,
	AG_REBIND_EXECUTED,
	AG_REBIND_CANCELLED
} AgRebindState;

typedef enum AgRebindEvent
{
	AG_REBIND_REQUEST,
	AG_REBIND_CONFIRM,
	AG_REBIND_TIME,
	AG_REBIND_OBJECT,
	AG_REBIND_SETTLE,
	AG_REBIND_DISOWN,
	AG_REBIND_CANCEL,
	AG_REBIND_STOP,
	AG_REBIND_LAPSE,
	AG_REBIND_EXECUTE
} AgRebindEvent;

typedef struct AgRebindTransition
{
	int			from;			/* AgRebindState, -1 = new */
	AgRebindEvent event;
	AgRebindState to;
	const char *who;
	const char *guard;
} AgRebindTransition;

extern const AgRebindTransition *ag_rebind_transitions(int *count);
extern const AgRebindTransition *ag_rebind_rule(AgRebindState from, AgRebindEvent event);	/* NULL = none */
extern const char *ag_rebind_state_name(AgRebindState state);
extern AgRebindState ag_rebind_state_parse(const char *name);
extern const char *ag_rebind_event_name(AgRebindEvent event);

/* What the clock makes of what is stored. */
typedef struct AgRebindTimes
{
	AgRebindState stored;
	TimestampTz ready_at;		/* end of the time for objections; DT_NOEND = not begun */
	TimestampTz lapses_at;		/* the request is over if nothing happens before; DT_NOEND = ended */
} AgRebindTimes;

extern AgRebindState ag_rebind_state(const AgRebindTimes *times, TimestampTz at);

/* What is asked for. */
typedef enum AgRebindKind
{
	AG_REBIND_CHANGE,			/* another login number, or a first one */
	AG_REBIND_UNBIND,			/* no login number any more */
	AG_REBIND_UNTRUST,			/* the last trusted number goes */
	AG_REBIND_KIND_COUNT
} AgRebindKind;

extern const char *ag_rebind_kind_name(AgRebindKind kind);
extern AgRebindKind ag_rebind_kind_find(const char *name);	/* AG_REBIND_KIND_COUNT = none */

/* U-1 ... U-9, in the order in which they are judged. */
typedef struct AgRebindFacts
{
	bool		account_normal; /* U-1: neither pending, frozen, protected nor leaving */
	bool		owner_present;	/* U-2: fresh proof, gate reached, not a session that has to bind a
								 * number */
	bool		event_recent;	/* U-3: something happened that a thief would bring about */
	bool		number_matches; /* U-4: it is the account's number */
	bool		number_moved;	/* U-4: it, or the new one, has changed hands meanwhile */
	bool		client_good;	/* U-5 */
	bool		way_in_stays;	/* U-6: another way to log in, or a proved new number */
	bool		held;			/* U-7: a legal hold */
	bool		busy;			/* U-8: another request, or a claim, is about one of the numbers */
	int64		changes;		/* U-9: of the account, in the span */
	int64		requests;		/* U-9: of the account, today; this one not counted */
} AgRebindFacts;

typedef struct AgRebindLimits
{
	int64		changes;
	int64		requests;
} AgRebindLimits;

typedef enum AgRebindCheck
{
	AG_REBIND_GOOD,
	AG_REBIND_ACCOUNT_STATE,
	AG_REBIND_REAUTH,
	AG_REBIND_RECENT_EVENT,
	AG_REBIND_MISMATCH,
	AG_REBIND_EXPIRED,
	AG_REBIND_CLIENT,
	AG_REBIND_LAST_METHOD,
	AG_REBIND_LEGAL_HOLD,
	AG_REBIND_BUSY,
	AG_REBIND_RATE,
	AG_REBIND_CHECK_COUNT
} AgRebindCheck;

typedef struct AgRebindCheckEntry
{
	const char *row;			/* U-1 ... */
	const char *code;			/* what the function answers */
	bool		again;			/* judged a second time, before the request takes effect */
	const char *meaning;
} AgRebindCheckEntry;

extern const AgRebindCheckEntry *ag_rebind_check(AgRebindCheck check);

/* The first that fails; again: the request is about to take effect, and nobody is asking. */
extern AgRebindCheck ag_rebind_judge(const AgRebindFacts *facts, const AgRebindLimits *limits,
									 bool again);

/* What decides how long objections have time. */
typedef enum AgRebindSituation
{
	AG_REBIND_FIRST,			/* the account has no number that could object */
	AG_REBIND_PROVED,			/* a code to the old number, which is worth something */
	AG_REBIND_UNUSABLE,			/* the old number was not proved */
	AG_REBIND_REASSIGNED,		/* it is confirmed that somebody else has it */
	AG_REBIND_SIM_RISK,			/* its SIM changed lately */
	AG_REBIND_SPECIAL,			/* an account that is worth more care */
	AG_REBIND_TRUSTED,			/* of a trusted number, not of the login number */
	AG_REBIND_SITUATION_COUNT
} AgRebindSituation;

typedef struct AgRebindCase
{
	AgRebindKind kind;
	bool		special;
	bool		has_number;		/* the account has a login number */
	bool		code_shown;		/* ... and a code that was sent there */
	bool		reassigned;		/* confirmed */
	bool		suspected;
	bool		sim_risk;
	bool		basic;			/* the account's profile */
	int			minute;			/* of the day, in the account's time zone */
} AgRebindCase;

/* Lengths in seconds, minutes of the day. */
typedef struct AgRebindTerms
{
	int64		basic;
	int64		day;
	int64		night;
	int64		unusable;
	int64		sim_risk;
	int64		special;
	int64		trusted;
	int			day_from;
	int			day_until;
} AgRebindTerms;

typedef struct AgRebindSituationEntry
{
	const char *name;
	const char *gate;			/* in words */
	const char *length;			/* policy settings, in words */
	const char *objection;		/* what the old number alone can do */
	const char *meaning;
} AgRebindSituationEntry;

extern const AgRebindSituationEntry *ag_rebind_situation_entry(AgRebindSituation situation);
extern AgRebindSituation ag_rebind_situation_find(const char *name);
extern AgRebindSituation ag_rebind_situation(const AgRebindCase *it);
extern int64 ag_rebind_cooling(const AgRebindCase *it, const AgRebindTerms *terms);

/* A code to the old number was shown, and nothing that is known takes its worth. */
extern bool ag_rebind_code_counts(const AgRebindCase *it);

/* Of U-2: does his session ask, or somebody who claims the account? */
extern AgClaimWay ag_rebind_way(const AgRebindCase *it);

/* What an objection with the code of the notice does. */
typedef enum AgRebindAnswer
{
	AG_REBIND_TAKEN,			/* the event happens */
	AG_REBIND_TAKEN_BEFORE,
	AG_REBIND_IGNORED,			/* who has the number is not the owner, as is confirmed */
	AG_REBIND_FACTOR,			/* whoever has the SIM proves nothing by it now */
	AG_REBIND_LATE
} AgRebindAnswer;

typedef struct AgRebindObjection
{
	AgRebindState state;
	bool		factor;			/* together with what does not depend on a number */
	bool		reassigned;
	bool		sim_risk;
} AgRebindObjection;

extern AgRebindAnswer ag_rebind_object(const AgRebindObjection *objection, AgRebindEvent *event);

/*
 * A request, as its row stands.
 */
typedef struct AgNumberChange
{
	int64		account_id;
	int			no;
	AgRebindKind kind;
	AgRebindTimes times;
	int			binding;		/* that is to end; 0 = the account has no login number */
	int64		number_id;
	int64		number_epoch;
	int64		new_number_id;	/* 0 = not proved, or none */
	int64		new_number_epoch;
	int			new_binding;
	bool		has_flow;
	pg_uuid_t	flow_id;		/* of the new number */
	bool		has_old_flow;
	pg_uuid_t	old_flow_id;
	int			session_no;
	int			device_no;
	List	   *methods;		/* char *; of the session when it asked */
	int			situation;		/* AgRebindSituation; -1 = not decided */
	bool		counted;
	TimestampTz requested_at;
	TimestampTz confirmed_at;
	TimestampTz proved_at;
	TimestampTz contested_at;
	TimestampTz settled_at;
	char	   *settled_by;
	TimestampTz agreed_at;
	char	   *agreed_by;
	char	   *agreed_note;
	TimestampTz ended_at;
	char	   *ended_by;
	char	   *end_reason;
	bool		has_code;
	uint8		code_hash[AG_SHA256_SIZE];	/* of the code for objections */
} AgNumberChange;

/*
 * rebind_terms.c: what policy says, and what is so.
 */
extern void ag_rebind_terms(AgRebindTerms *terms);

/* Everything that is judged, about a locked account and locked numbers. */
typedef struct AgRebindScene
{
	AgAccount  *account;
	TimestampTz at;
	AgPhoneBinding *binding;	/* that is to end; NULL = none */
	AgNumber   *number;			/* its number; NULL = none, or not locked */
	AgNumber   *new_number;		/* NULL = none, or not proved yet */
	bool		owner_present;
	bool		client_good;
	bool		number_matches;
	bool		new_coming;		/* a new number is proved, or will be */
} AgRebindScene;

extern AgRebindCheck ag_rebind_examine(const AgRebindScene *scene, const AgNumberChange *change,
									   bool again);
extern void ag_rebind_case(const AgRebindScene *scene, AgRebindKind kind, bool code_shown,
						   AgRebindCase *it);

/* U-2: does the session show enough for this, lately, with the code or without? */
extern bool ag_rebind_passes(const AgActing *acting, const AgRebindCase *it, AgAssurance *assurance);

/* U-2 again: is what the request was granted for still worth anything? */
extern bool ag_rebind_still_passes(const AgRebindScene *scene, const AgNumberChange *change);

/* The number is open to no other claim, tombstone or quota; AG_FLOW_OK if so. */
extern AgFlowCode ag_rebind_may_take(const AgNumber *number, const AgAccount *account,
									 TimestampTz at);

/* Has the account had this number itself, a short time ago, and given it up? */
extern bool ag_rebind_is_back(int64 account_id, int64 number_id, TimestampTz at);

/*
 * rebind.c: asking, and beginning the time for objections.
 */
typedef struct AgRebindOrder
{
	const char *token;
	AgRebindKind kind;
	const char *number;			/* the new one; of an unbinding the one to be given up */
	const char *old_number;		/* the one to be given up, if the user was asked for it; or NULL */
	const char *region;
	const char *channel;		/* by which the client came; NULL = it names none */
	int64		build;			/* of the client; 0 = it names none */
	const inet *source;
	const char *device;
} AgRebindOrder;

/* What a function answers. */
typedef struct AgRebindResult
{
	AgFlowCode	code;
	int64		account_id;
	AgFlow	   *flow;
	AgFlow	   *old_flow;
	AgNumberChange *change;
	TimestampTz retry_at;		/* 0 = not told */
	int			binding;		/* of a trusted number; 0 = not told */
	AgAssurance assurance;		/* of the gate that was not passed; needed = 0: not told */
} AgRebindResult;

extern bool ag_rebind_client_good(const AgRebindOrder *order);
extern AgNumberChange *ag_rebind_new(const AgActing *acting, AgRebindKind kind);
extern void ag_rebind_begin(const AgRebindOrder *order, AgRebindResult *result);
extern void ag_rebind_commit(const char *token, int no, AgRebindResult *result);

/* Whose session is it?  And: lock his account, for an act. */
extern bool ag_rebind_enter(const char *token, AgRebindResult *result); /* false: answered already */
extern bool ag_rebind_token_account(const char *token, int64 *account_id);
extern AgFlowCode ag_rebind_act(const char *token, bool floor, AgActing *acting);

/*
 * rebind_object.c: what can happen to a request on its way.
 */
extern void ag_rebind_objection(const char *code, const char *token, AgRebindResult *result);
extern void ag_rebind_settle(const char *token, int no, AgRebindResult *result);
extern void ag_rebind_cancel(const char *token, int no, AgRebindResult *result);
extern void ag_rebind_decide(int64 account_id, int no, const char *decision, const char *reason,
							 AgRebindResult *result);

/* End a request of a locked account; what waits to be sent for it is cancelled. */
extern void ag_rebind_end(AgAccount *account, AgNumberChange *change, AgRebindEvent event,
						  const char *reason, const char *who, TimestampTz at);
extern void ag_rebind_emit(AgAccount *account, AgAction action, const AgNumberChange *change,
						   const char *reason);

/* A request of a locked account, and its state; NULL = there is none. */
extern AgNumberChange *ag_rebind_load(int64 account_id, int no, TimestampTz at,
									  AgRebindState *state);

/*
 * rebind_execute.c
 */

/* Under all locks: judge again, then carry out; the caller saves account and numbers. */
extern void ag_rebind_carry_out(AgRebindScene *scene, AgNumberChange *change, AgRebindResult *result);

/*
 * Carry out what is due, after judging again; takes all locks itself.  Without waiting,
 * result->change stays NULL while somebody else works on one of the numbers or the account.
 */
extern void ag_rebind_execute(int64 account_id, int no, bool wait, AgRebindResult *result);

extern int64 ag_rebind_sweep(int64 limit);
extern int64 ag_rebind_sweep_due(int64 most);
extern void ag_rebind_init(void);

/*
 * rebind_message.c: what numbers are told; codes for objections.
 */
#define AG_OBJECTION_PREFIX "aco1_"
#define AG_OBJECTION_SECRET 16
#define AG_OBJECTION_TEXT 64	/* room for the text of a code */

typedef struct AgObjectionCode
{
	int64		account_id;
	int32		no;
	uint8		secret[AG_OBJECTION_SECRET];
} AgObjectionCode;

extern bool ag_objection_parse(AgObjectionCode *code, const char *text);

/* Tell the old number, with a code unless it may not object, and every trusted one. */
extern void ag_rebind_tell_numbers(const AgAccount *account, AgNumberChange *change, TimestampTz at);
extern void ag_rebind_message_init(void);
extern void ag_rebind_notice_init(void);

/*
 * trusted.c: trusted numbers.
 */
extern void ag_trusted_add(const AgRebindOrder *order, AgRebindResult *result);
extern void ag_trusted_confirm(const char *token, const pg_uuid_t *flow, AgRebindResult *result);
extern void ag_trusted_remove(const char *token, int binding, AgRebindResult *result);

/*
 * disown.c: "it was not me".
 */
typedef struct AgDisowned
{
	AgAccessCode code;
	int			sessions;		/* that ended */
	int			devices;		/* that were quarantined with it */
	int			numbers;		/* trusted ones that were added since */
	int			contacts;		/* that were added since */
	int			requests;		/* about numbers */
	bool		password;		/* it was set since, by somebody else: it has to be changed */
} AgDisowned;

extern void ag_disown(const char *token, int32 device_no, AgDisowned *disowned);

/* Has a new holder claimed the number, and is that not over? */
extern bool ag_rebind_is_claimed(int64 number_id);

/*
 * reconfirm.c: is the number still its owner's?
 */
extern void ag_reconfirm_begin(const char *token, const char *device, const inet *source,
							   AgRebindResult *result);

/* flow NULL = he says so, and proves nothing. */
extern void ag_reconfirm(const char *token, const pg_uuid_t *flow, AgRebindResult *result);
extern int64 ag_reconfirm_sweep(int64 limit);
extern int64 ag_reconfirm_sweep_due(int64 most);

/*
 * rebind_store.c
 */
extern AgStatementTable rebind_statements;

extern void ag_change_store_insert(const AgNumberChange *change);
extern void ag_change_store_save(const AgNumberChange *change);
extern AgNumberChange *ag_change_store_read(int64 account_id, int no);	/* NULL = none */
extern AgNumberChange *ag_change_store_open(int64 account_id);	/* that waits; NULL = none */
extern int64 ag_change_store_count(int64 account_id, TimestampTz since);	/* executed, counted */
extern int64 ag_change_store_requests(int64 account_id, TimestampTz since);
extern bool ag_change_store_disowned(int64 account_id, TimestampTz since);
extern void ag_change_store_drop_requests(int64 account_id, const char *who, TimestampTz at);
extern AgResult *ag_change_store_due(TimestampTz at, const AgSweepCursor *after, int64 limit);
extern AgResult *ag_change_store_due_of(int64 number_id, int64 other_id, int64 account_id,
										TimestampTz at);
extern int64 ag_change_store_due_count(TimestampTz at, int64 most);
extern bool ag_change_store_needs(int64 number_id, TimestampTz at);
extern AgResult *ag_change_store_report(int64 account_id, TimestampTz at);	/* 0 = all that are open */
extern AgResult *ag_trusted_store_report(int64 account_id, TimestampTz at);

/*
 * rebind_message_store.c
 */
extern AgStatementTable number_message_statements;

typedef struct AgNumberMessage
{
	AgMessage	head;
	int64		account_id;
	int			request;
	int			binding;
	char	   *locale;
} AgNumberMessage;

extern void ag_number_message_store_insert(const AgNumberMessage *message);
extern List *ag_number_message_store_lease(int n, TimestampTz at, TimestampTz until,
										   const char *person); /* AgNumberMessage * */
extern AgMessage *ag_number_message_store_find(int64 no, bool lock);	/* an AgNumberMessage; NULL
																		 * = none */
extern bool ag_number_message_store_done(int64 no, const char *receipt, TimestampTz at);
extern void ag_number_message_store_end(int64 no, const char *state, const char *reason,
										TimestampTz at);
extern void ag_number_message_store_cancel(int64 account_id, int request, const char *reason,
										   TimestampTz at);
extern void ag_number_message_store_postpone(int64 no, TimestampTz until);
extern bool ag_number_message_store_uses(int32 kid);

#endif							/* AG_REBIND_H */
