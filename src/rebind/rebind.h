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

#include "base/base.h"

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
	const char *length;			/* policy settings, in words */
	const char *objection;		/* what the old number alone can do */
	const char *meaning;
} AgRebindSituationEntry;

extern const AgRebindSituationEntry *ag_rebind_situation_entry(AgRebindSituation situation);
extern AgRebindSituation ag_rebind_situation_find(const char *name);
extern AgRebindSituation ag_rebind_situation(const AgRebindCase *it);
extern int64 ag_rebind_cooling(const AgRebindCase *it, const AgRebindTerms *terms);

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
 * rebind_terms.c: what policy says.
 */
extern void ag_rebind_terms(AgRebindTerms *terms);

#endif							/* AG_REBIND_H */
