/*-------------------------------------------------------------------------
 *
 * capability.h
 *		Standing: the union of what is denied to an account, and its hot path.
 *
 * Table standing has rows only for accounts that are denied something, one per
 * thing that denies: a freeze, a probation, an acknowledgment gate, the lifecycle.
 * The verdict is the union of the rows whose interval [starts_at, ends_at)
 * contains the clock; no sweeper is involved.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_CAPABILITY_H
#define AG_CAPABILITY_H

#include "base/base.h"
#include "utils/jsonb.h"

/* What a row of standing comes from. */
#define AG_PART_LIFECYCLE	'l' /* freeze_no = 0 */
#define AG_PART_FREEZE		'f'
#define AG_PART_RESUMED		'r' /* the freeze again, after a rest that lies ahead; in verdicts: 'f' */
#define AG_PART_PROBATION	'p'
#define AG_PART_ACKNOWLEDGE	'a'
#define AG_PART_SCOPE		's' /* in verdicts only: freeze_no = number of the scope freeze */

typedef struct AgStanding
{
	int			freeze_no;
	char		part;
	uint64		denied;
	uint64		challenged;
	uint64		monitored;
	TimestampTz starts_at;
	TimestampTz ends_at;		/* DT_NOEND = indefinite */
	char	   *rule;			/* jsonb text of a self_rule, or NULL = unconditional */
} AgStanding;

/* What is refused now, and by what. */
typedef struct AgVerdict
{
	uint64		denied;
	uint64		challenged;
	uint64		monitored;
	int			freeze_no;		/* the row that decided about the asked capability */
	char		part;			/* 0 = nothing denies it */
	TimestampTz ends_at;		/* of that row */
} AgVerdict;

/*
 * capability_rules.c
 */

/* Fold one row into a verdict about the capabilities in asked. */
extern void ag_verdict_add(AgVerdict *verdict, const AgStanding *row, uint64 asked);

/* Is the minute of the day inside the daily window [from, until)? */
extern bool ag_hours_contain(int from, int until, int minute);

/*
 * capability_condition.c: rows with a rule.
 */
extern bool ag_condition_holds(Jsonb *rule, TimestampTz at, const char *device);

/* The same for the rule's text; NULL, unconditional, holds always. */
extern bool ag_rule_holds(const char *rule, TimestampTz at, const char *device);

/*
 * capability_probe.c: the hot path, a direct index scan with the latest snapshot.
 */
typedef struct AgProbe
{
	/* the question */
	int64		account_id;
	uint64		asked;
	TimestampTz at;				/* 0 = now */
	const char *device;			/* NULL = not known */
	bool		skip_own;		/* pass over what this transaction wrote itself */

	/* the answer */
	AgVerdict	verdict;
	bool		in_force;		/* something was in force, about whatever capability */
	bool		any;			/* there is something, in force or not */
	uint64		completed;		/* count of finished transactions it took into account, 0 = unknown */
} AgProbe;

extern void ag_probe(AgProbe *probe);

/* Fold what is in force at a time into the verdict; true if anything was. */
extern bool ag_standing_probe(int64 account_id, uint64 asked, TimestampTz at, const char *device,
							  AgVerdict *verdict);
extern Oid	ag_standing_relation(void);
extern bool ag_standing_is_direct(void);

/* A row of standing as a trigger sees it, but for its rule; returns the account. */
extern int64 ag_standing_from_tuple(HeapTuple tuple, TupleDesc desc, AgStanding *row);

/* Has any transaction finished since a probe that took so many into account? */
extern bool ag_standing_changed_since(uint64 completed);
extern void ag_standing_init(void);

/* Every account with a row, committed or on its way; false = not readable here. */
extern bool ag_standing_scan_dirty(void (*found) (int64 account_id, void *arg), void *arg);

/*
 * capability_filter.c: in shared memory, who certainly has no row.
 */
typedef struct AgFilterStatus
{
	const char *state;
	bool		scopes;			/* scope freezes have to be asked for */
	int64		bits;
	int64		bits_set;
} AgFilterStatus;

extern uint64 ag_account_hash(int64 account_id);
extern void ag_filter_prepare(void);
extern bool ag_filter_passes(uint64 hash);
extern void ag_filter_add(int64 account_id);
extern void ag_filter_add_scope(void);
extern void ag_filter_clear(void);
extern void ag_filter_status(AgFilterStatus *status);
extern void ag_filter_init(void);

/*
 * capability_scope.c: freezes of a whole scope of accounts.
 */
extern bool ag_scope_any(void);
extern void ag_scope_probe(AgProbe *probe);
extern bool ag_scope_possible(void);	/* committed or still being written */
extern void ag_scope_init(void);

/*
 * capability.c
 */

/* Every row of an account, past and future ones included: List of AgStanding *. */
extern List *ag_standing_list(int64 account_id);

/*
 * Make the rows of an account those of a list of AgStanding *; touches only what
 * differs.
 */
extern void ag_standing_replace(int64 account_id, List *wanted);

/*
 * capability_store.c
 */
extern AgStatementTable standing_statements;

extern void ag_standing_store_write(int64 account_id, const AgStanding *row);
extern void ag_standing_store_remove(int64 account_id, int freeze_no, char part);
extern List *ag_standing_store_list(int64 account_id);

#endif							/* AG_CAPABILITY_H */
