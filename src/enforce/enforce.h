/*-------------------------------------------------------------------------
 *
 * enforce.h
 *		Guards: what an account may not do, no table of the host lets it do.
 *
 * A guard is one column of a host table that names an account, one capability,
 * and triggers that ask before a row is written (enforce_trigger.c).  At level
 * commit the transaction also remembers the accounts it wrote for and asks again
 * while it commits (enforce_commit.c), so that nothing of an account commits after
 * a freeze of it has.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_ENFORCE_H
#define AG_ENFORCE_H

#include "base/base.h"
#include "capability/capability.h"
#include "utils/rel.h"

/*
 * enforce_rules.c: the words of guard()'s arguments, and what they mean.  Pure.
 */
#define AG_GUARD_INSERT		(1 << 0)
#define AG_GUARD_REASSIGN	(1 << 1)
#define AG_GUARD_UPDATE		(1 << 2)
#define AG_GUARD_DELETE		(1 << 3)
#define AG_GUARD_TRUNCATE	(1 << 4)

typedef enum AgTiming
{
	AG_TIMING_BEFORE,
	AG_TIMING_AFTER,
	AG_TIMING_BOTH
} AgTiming;

/* What guard() was told; the same words are the arguments of the triggers. */
typedef struct AgGuardTerms
{
	uint32		operations;		/* mask of AG_GUARD_... */
	bool		at_commit;		/* level commit, not statement */
	AgTiming	timing;
	bool		unknown_refused;	/* an account that does not exist is refused */
	bool		null_allowed;	/* a row without an account passes */
} AgGuardTerms;

extern uint32 ag_guard_operation(const char *word); /* 0 = no such operation */
extern const char *ag_guard_operation_name(uint32 operation);
extern bool ag_guard_parse_level(const char *word, AgGuardTerms *terms);
extern bool ag_guard_parse_timing(const char *word, AgGuardTerms *terms);
extern bool ag_guard_parse_unknown(const char *word, AgGuardTerms *terms);
extern bool ag_guard_parse_null(const char *word, AgGuardTerms *terms);

/* Arguments of a guard's triggers, by position. */
enum
{
	AG_GUARD_ARG_NAME,			/* what the guard's triggers have in common */
	AG_GUARD_ARG_CAPABILITY,
	AG_GUARD_ARG_OPERATIONS,	/* insert,reassign */
	AG_GUARD_ARG_LEVEL,
	AG_GUARD_ARG_TIMING,
	AG_GUARD_ARG_UNKNOWN,
	AG_GUARD_ARG_NULL,
	AG_GUARD_ARG_COUNT
};

/*
 * enforce_cache.c: what a trigger has to know, kept by trigger.
 */
typedef struct AgGuard
{
	Oid			trigger_id;		/* hash key */
	bool		valid;
	Oid			relation_id;	/* the table or partition the trigger is on */
	AttrNumber	column;			/* the account's column there */
	Oid			type;			/* and its type */
	uint64		mask;			/* the capability's bit */
	char		capability[NAMEDATALEN];
	AgGuardTerms terms;
} AgGuard;

extern const AgGuard *ag_guard_of_trigger(const TriggerData *data);
extern void ag_guard_cache_init(void);

/*
 * enforce_refuse.c: the error, the same from every place that refuses.
 */
typedef struct AgRefusal
{
	const char *capability;
	int64		account_id;
	const AgVerdict *verdict;
	Oid			relation_id;	/* host table, InvalidOid = none */
} AgRefusal;

extern void ag_refuse(const AgRefusal *refusal) pg_attribute_noreturn();

/*
 * enforce_memory.c: what this statement has found out already.  Only "allowed" is
 * remembered.
 */
typedef struct AgRemembered
{
	int64		account_id;
	uint64		stamp;			/* the statement it was found out in */
	uint64		allowed;		/* capabilities; AG_REMEMBER_EXISTS: the account exists */
	uint64		written;		/* capabilities the transaction has noted the account for */
} AgRemembered;

#define AG_REMEMBER_EXISTS (UINT64CONST(1) << 63)

extern bool ag_memory_begin(void);	/* true = a new statement has begun */
extern void ag_memory_continue(void);	/* what ran in between was ours */
extern AgRemembered *ag_memory_find(int64 account_id);	/* NULL = not remembered */
extern AgRemembered *ag_memory_enter(int64 account_id);
extern void ag_memory_init(void);

/*
 * enforce_check.c: may this account do this now?
 */

/* Refuse or return; the row trigger's question. */
extern void ag_check_account(const AgGuard *guard, int64 account_id);

/* The account that a value of the guard's column names; false = it names none that exists. */
extern bool ag_check_resolve(const AgGuard *guard, Datum value, int64 *account_id);

/* allowed() and require(). */
extern bool ag_check_allowed(int64 account_id, const char *capability, const char *device,
							 AgVerdict *verdict);
extern void ag_check_require(int64 account_id, const char *capability, const char *device);

/*
 * enforce_writes.c: the accounts this transaction has written for.
 */
typedef struct AgWrite
{
	int64		account_id;
	uint64		hash;			/* of the account */
	uint64		mask;			/* capabilities */
	uint64		completed;		/* of the probe that found nothing at all, 0 = ask again */
	Oid			relation_id;
	SubTransactionId subxact;
} AgWrite;

extern void ag_writes_add(int64 account_id, uint64 mask, Oid relation_id, uint64 completed);
extern const AgWrite *ag_writes_list(int *length);
extern void ag_writes_init(void);

/*
 * enforce_barrier.c: who is just committing without a lock.
 */
extern bool ag_barrier_available(void);
extern void ag_barrier_enter(uint64 accounts);
extern void ag_barrier_leave(void);
extern void ag_barrier_drain(uint64 accounts);
extern void ag_barrier_init(void);

/*
 * enforce_commit.c: the commit gate.
 */
extern void ag_commit_freezes(int64 account_id);
extern void ag_commit_freezes_all(void);
extern void ag_commit_judge(int64 account_id, const AgStanding *row);
extern void ag_commit_init(void);

/*
 * enforce_guard.c: guard() and unguard().
 */
extern void ag_guard_attach(Oid relation_id, const char *column, const char *capability,
							const AgGuardTerms *terms);
extern int	ag_guard_detach(Oid relation_id, const char *column, const char *capability);

/*
 * enforce_coverage.c: new tables that nobody has guarded.
 */
extern void ag_coverage_note(bool refuse);
extern void ag_coverage_init(void);

/*
 * enforce_store.c
 */
extern AgStatementTable enforce_statements;

extern List *ag_coverage_store_commands(void);	/* Oid list */
extern AgResult *ag_coverage_store_open(Oid relation_id);	/* table, column */

#endif							/* AG_ENFORCE_H */
