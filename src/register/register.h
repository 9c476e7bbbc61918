/*-------------------------------------------------------------------------
 *
 * register.h
 *		Registration with a number that may belong to somebody else.
 *
 * Whoever shows that he has a number gets an account of his own with it, its present
 * account loses no more than the number, and neither ever sees the other's.  What
 * happens when is a table of rows, R1 to R24.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_REGISTER_H
#define AG_REGISTER_H

#include "account/account.h"
#include "base/base.h"
#include "flow/flow.h"
#include "phone/evidence.h"
#include "phone/phone.h"

/*
 * register_rules.c
 */
typedef enum AgRegisterHolder
{
	AG_HOLDER_NONE,				/* the number is no login number */
	AG_HOLDER_PENDING,			/* it is that of an account that was never activated */
	AG_HOLDER_ACTIVE,
	AG_HOLDER_CLOSING			/* ... that is being closed, or is closed */
} AgRegisterHolder;

typedef enum AgRegisterAnswer
{
	AG_REGISTER_NONE,			/* the question was not answered yet */
	AG_REGISTER_MINE,
	AG_REGISTER_NOT_MINE
} AgRegisterAnswer;

/* All that decides, as it is at one instant. */
typedef struct AgRegisterFacts
{
	/* the number */
	AgRegisterHolder holder;
	bool		trusted;		/* somebody else's trusted number */
	bool		tombstone;		/* a banned account that lost it holds it */
	bool		quota;			/* it has begun as many accounts as it may */
	bool		reviewed;		/* it was claimed as often as it may be without a person looking */
	bool		claimed;		/* a claim to it is running */

	/* the flow */
	bool		stale;			/* the number has changed hands since it was shown */
	bool		expired;		/* its proof, or its question, is too old */
	bool		own;			/* its device is one of the holder's */
	AgRegisterAnswer answer;

	/* the holder */
	bool		banned;
	bool		overtaken;		/* ... and providers say that the number left him since */
	bool		frozen;			/* or under a legal hold, and not banned */
	bool		dormant;		/* no sign of life of his for as long as it takes to lose a number */
	bool		idle;			/* ... and nobody came in with the number alone, either */
	bool		entitled;		/* he has something to lose */
	bool		guarded;		/* he wants to be asked, however long he was away */
	bool		money;			/* profile money */
	bool		young;			/* his last proof of the number is younger than its floor */
	AgReassignment reassignment;
	bool		sim_risk;
} AgRegisterFacts;

/* What it does, if the claimant goes on. */
typedef enum AgRegisterEffect
{
	AG_EFFECT_NONE,
	AG_EFFECT_ASK,				/* ask the question */
	AG_EFFECT_ENTER,			/* open a session of the present account */
	AG_EFFECT_VERIFY,			/* the same behind a gate */
	AG_EFFECT_CREATE,			/* a new account with the free number */
	AG_EFFECT_RELEASE,			/* the ten steps, at once */
	AG_EFFECT_REMOVE,			/* the same, and the shell of the old account is closed */
	AG_EFFECT_HOLD,				/* a new account that waits for the number */
	AG_EFFECT_HOLD_LONG,		/* the same for longer */
	AG_EFFECT_KEEP,				/* the claim ends, the number stays */
	AG_EFFECT_NOTE				/* the objection is recorded, the claim goes on */
} AgRegisterEffect;

/* What verification somebody has to pass who says that the account is his. */
typedef enum AgRegisterGate
{
	AG_REGISTER_GATE_NONE,
	AG_REGISTER_GATE_T2,		/* the number counts */
	AG_REGISTER_GATE_T3,		/* codes to the number are worth nothing */
	AG_REGISTER_GATE_T4			/* the same, of two categories */
} AgRegisterGate;

typedef struct AgRegisterRule
{
	const char *row;			/* R1 ..., with a suffix where a row of the table has several
								 * answers */
	const char *number;			/* state of the number and of its account */
	const char *claimant;
	const char *answer;
	const char *code;
	AgRegisterEffect effect;
	AgRegisterGate gate;
} AgRegisterRule;

extern const AgRegisterRule *ag_register_rules(int *count);
extern const char *ag_register_effect_name(AgRegisterEffect effect);
extern const char *ag_register_gate_name(AgRegisterGate gate);	/* NULL = none */

/* The row that applies to a claimant. */
extern const AgRegisterRule *ag_register_decide(const AgRegisterFacts *facts);

/* May the question say something of the account? */
extern bool ag_register_may_hint(const AgRegisterFacts *facts);

/* How the owner of a claimed number answered. */
typedef struct AgObjection
{
	bool		due;			/* the time of the claim is over */
	bool		number;			/* he has just proved the number */
	bool		other;			/* ... and what does not depend on it: on a protected account, T4 */
	bool		confirmed;		/* providers have confirmed meanwhile that it left him */
} AgObjection;

extern const AgRegisterRule *ag_register_object(const AgObjection *objection);

/*
 * register_facts.c: what decides, read under locks.
 */

/* A claim to a number: a row of release_hold. */
typedef struct AgNumberClaim
{
	int64		number_id;
	int			no;
	int64		claimant_id;
	int64		holder_id;
	int			binding;
	char	   *rule;
	TimestampTz opened_at;
	TimestampTz due_at;
	TimestampTz noted_at;		/* DT_NOEND = never */
	TimestampTz ended_at;		/* DT_NOEND = running */
	char	   *outcome;
} AgNumberClaim;

/* A number, locked, and everybody whom it concerns, locked. */
typedef struct AgRegisterCase
{
	AgNumber   *number;			/* NULL = nobody has ever had it */
	AgPhoneBinding *binding;	/* the login binding in force; NULL = none */
	AgAccount  *holder;			/* whose it is */
	AgNumberClaim *claim;		/* that is running, or NULL */
	List	   *accounts;		/* AgAccount *, ascending: holder, claimant, whoever trusts the
								 * number */
	AgResult   *trusting;		/* bindings of those */
	AgEvidence	evidence;		/* of the binding */
	TimestampTz at;
} AgRegisterCase;

/* Lock them; number NULL = unknown.  False: without waiting (wait false) they cannot be had. */
extern bool ag_register_load(AgRegisterCase *c, AgNumber *number, bool wait);
extern AgAccount *ag_register_account(const AgRegisterCase *c, int64 account_id);

/* What holds of the number and its holder; what the flow says is left to the caller. */
extern void ag_register_read(AgRegisterCase *c, AgRegisterFacts *facts);

/* Is a device, by the application's id of it, one of the holder's? */
extern bool ag_register_is_own(const AgRegisterCase *c, const char *device);

/*
 * register_transfer.c: the number changes hands.
 */
typedef struct AgTransfer
{
	AgRegisterCase *c;
	const AgRegisterRule *rule;
	const AgFlow *flow;			/* NULL = a claim is carried out */
	List	   *proofs;			/* char *: by what the newcomer has shown the number */
	TimestampTz proved_at;		/* ... and when; 0 = now */
	AgAccount  *(*newcomer) (void *arg);	/* creates, or finds, the account that gets it */
	void	   *arg;
	int64		account_id;		/* which that was */
} AgTransfer;

extern void ag_register_transfer(AgTransfer *transfer);

/*
 * claim.c: claims, and what the clock makes of them.
 */
extern void ag_claim_init(void);
extern TimestampTz ag_claim_open(AgRegisterCase *c, const AgRegisterRule *rule, AgAccount *claimant);

extern void ag_claim_keep(AgRegisterCase *c);
extern void ag_claim_note(AgRegisterCase *c);

/* End the claim that an account waits with: false = it waits for none. */
extern bool ag_claim_end(int64 account_id, const char *note);
extern int64 ag_claim_sweep(int64 limit);
extern int64 ag_claim_sweep_due(int64 most);

/*
 * register.c: the conversation.
 */
typedef struct AgRegisterReply
{
	AgFlowCode	code;
	AgFlow	   *flow;			/* or NULL */
	int64		account_id;		/* that the code is about, for staff; 0 = none */
	TimestampTz retry_at;		/* 0 = not told */
	char	   *data;			/* JSON object, or NULL */
} AgRegisterReply;

typedef struct AgRegisterOrder
{
	const char *password;
	Size		length;
	int64		account_id;		/* 0 = make one up */
	const char *profile;
	const char *time_zone;
} AgRegisterOrder;

extern void ag_register_question(const pg_uuid_t *id, AgRegisterReply *reply);
extern void ag_register_answer(const pg_uuid_t *id, AgRegisterAnswer answer, AgRegisterReply *reply);
extern void ag_register_commit(const pg_uuid_t *id, const AgRegisterOrder *order,
							   AgRegisterReply *reply);
extern void ag_register_object_to(const char *token, const pg_uuid_t *id, AgRegisterReply *reply);

/*
 * register_hint.c
 */
extern void ag_hint_set(int64 account_id, const char *nickname);	/* NULL = forget it */

/* Hints about the account for whoever proved its number, as JSON; NULL = there were enough today. */
extern char *ag_hint_show(AgAccount *account, const AgFlow *flow);
extern void ag_hint_init(void);

/*
 * register_notice.c
 */
extern void ag_register_notice_init(void);

/*
 * register_store.c
 */
extern AgStatementTable register_statements;

extern void ag_claim_store_insert(AgNumberClaim *claim);
extern AgNumberClaim *ag_claim_store_running(int64 number_id);
extern AgNumberClaim *ag_claim_store_of_claimant(int64 account_id);
extern AgNumberClaim *ag_claim_store_of_holder(int64 account_id);
extern int	ag_claim_store_count(int64 number_id, TimestampTz after);
extern void ag_claim_store_note(const AgNumberClaim *claim, TimestampTz at);
extern void ag_claim_store_end(const AgNumberClaim *claim, const char *outcome, const char *who,
							   const char *note, TimestampTz at);
extern AgResult *ag_claim_store_due(TimestampTz at, const AgSweepCursor *after, int64 limit);
extern int64 ag_claim_store_due_count(TimestampTz at, int64 most);
extern AgResult *ag_claim_store_report(int64 account_id, TimestampTz at);
extern void ag_hint_store_set(int64 account_id, const char *hint);
extern void ag_hint_store_drop(int64 account_id);
extern char *ag_hint_store_read(int64 account_id);

/*
 * register_test_api.c: in test builds the server can stop between two steps.
 */
extern void ag_register_stop_init(void);
#ifdef AG_TEST_CLOCK
extern void ag_register_stop_at(int step);
#else
#define ag_register_stop_at(step) ((void) 0)
#endif

#endif							/* AG_REGISTER_H */
