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
	bool		other;			/* ... and something that does not depend on it */
} AgObjection;

extern const AgRegisterRule *ag_register_object(const AgObjection *objection);

#endif							/* AG_REGISTER_H */
