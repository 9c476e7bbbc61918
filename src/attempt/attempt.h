/*-------------------------------------------------------------------------
 *
 * attempt.h
 *		How often something was tried, counted where no transaction can take it back.
 *
 * An attempt is charged before it is verified, in shared memory: ROLLBACK, savepoints
 * and cancelled statements give nothing back.  The worker copies what has changed to
 * table attempt, so that a crash gives back at most the last second.
 *
 * How to use it, for whoever verifies a password or a code:
 *
 *		AgCharge	charges[] = {
 *			{"login.unknown", ag_subject_account(account_id)},
 *			{"login.source", ag_subject_source(source)}
 *		};
 *
 *		if (!ag_attempt_available())
 *			return READ_ONLY;
 *		if (!ag_attempt_charge(charges, lengthof(charges), &retry_at))
 *			... no verification; the same answer, and the same work, as after a wrong password
 *		if (... it was right)
 *		{
 *			ag_attempt_clear(&charges[0]);		the bucket it came through: forgotten
 *			ag_attempt_refund(&charges[1], 1);	the others: as before, it was no failure
 *		}
 *
 * What has to be decided without charging (a server that is busy, maintenance) is
 * decided first.  A bucket is one rule and one subject.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_ATTEMPT_H
#define AG_ATTEMPT_H

#include "base/base.h"
#include "policy/policy.h"

/*
 * attempt.c
 */
#define AG_CHARGES_MAX 12

typedef struct AgCharge
{
	const char *rule;			/* name of a limit_rule */
	const char *subject;		/* whose attempts; the rule's description says how it is written */
} AgCharge;

/* False on a standby, which cannot count: answer READ_ONLY.  UG005 if not preloaded. */
extern bool ag_attempt_available(void);

/*
 * Reserve one attempt in every bucket, or in none; false = none, and not before
 * retry_at (DT_NOEND = not until it is cleared).  UG004 on a standby.
 */
extern bool ag_attempt_charge(const AgCharge *charges, int n, TimestampTz *retry_at);

/* The same, and which bucket it was that refuses the longest. */
typedef struct AgChargeAnswer
{
	bool		charged;
	int			refused;		/* index of that bucket; -1 = none */
	TimestampTz retry_at;		/* DT_NOEND = stopped */
} AgChargeAnswer;

extern void ag_attempt_try(const AgCharge *charges, int n, AgChargeAnswer *answer);

/* A success came through this bucket: forget its attempts.  How many there were. */
extern int	ag_attempt_clear(const AgCharge *charge);

/* Take back the attempt that was reserved in each: it was no failure. */
extern void ag_attempt_refund(const AgCharge *charges, int n);

/* Subjects, palloc'd. */
extern char *ag_subject_account(int64 account_id);
extern char *ag_subject_device(int64 account_id, const char *handle);
extern char *ag_subject_bytes(const void *data, Size length);	/* hexadecimal; of an index of a
																 * number */
extern char *ag_subject_source(const char *address);	/* an address as inet takes it; "" =
														 * unknown */
extern char *ag_subject_prefix(const char *address);	/* its /24 or /48 */

/* What stands in a bucket, for staff. */
typedef struct AgAttemptState
{
	int			count;			/* attempts that count now */
	TimestampTz last_at;		/* 0 = none */
	TimestampTz ready_at;		/* when the next one is let through; not after now = at once */
} AgAttemptState;

extern void ag_attempt_look(const AgCharge *charge, AgAttemptState *state);

/* What tells a bucket in the ledger, where its subject does not stand. */
extern int64 ag_attempt_bucket(const AgCharge *charge);

extern void ag_attempt_init(void);

/*
 * attempt_mirror.c: tasks of the worker.
 */
extern int64 ag_attempt_mirror(int64 limit);
extern int64 ag_attempt_mirror_due(int64 most);

/*
 * attempt_rules.c: pure.
 */
typedef struct AgCounter
{
	int32		count;			/* in this span; or since the first failure */
	int32		previous;		/* in the span before */
	TimestampTz since;			/* begin of this span; or the first failure */
	TimestampTz last;
} AgCounter;

extern void ag_counter_roll(const AgLimitRule *rule, AgCounter *counter, TimestampTz at);
extern TimestampTz ag_counter_ready(const AgLimitRule *rule, const AgCounter *counter, TimestampTz at);
extern int32 ag_counter_attempts(const AgLimitRule *rule, const AgCounter *counter, TimestampTz at);
extern void ag_counter_add(const AgLimitRule *rule, AgCounter *counter, TimestampTz at);
extern void ag_counter_take_back(const AgLimitRule *rule, AgCounter *counter, TimestampTz at);
extern TimestampTz ag_counter_expiry(const AgLimitRule *rule, const AgCounter *counter);

/*
 * attempt_memory.c: the buckets in shared memory.
 */
typedef struct AgBucket
{
	uint64		hash;			/* of rule and subject */
	Oid			database;		/* InvalidOid = free */
	bool		dirty;			/* not in the table yet */
	AgCounter	counter;
	TimestampTz ready_at;		/* when the next attempt is let through, as of the last change */
	TimestampTz expires_at;		/* when it can be forgotten */
	int64		stamp;			/* grows with every change */
} AgBucket;

extern bool ag_attempt_memory_there(void);
extern uint32 ag_attempt_memory_lock(const uint64 *hashes, int n, bool exclusive);
extern void ag_attempt_memory_unlock(uint32 locked);
extern AgBucket *ag_attempt_memory_find(uint64 hash);
extern AgBucket *ag_attempt_memory_enter(uint64 hash, TimestampTz at);
extern uint64 ag_attempt_memory_evictions(uint64 hash);
extern void ag_attempt_memory_changed(AgBucket *bucket);
extern int	ag_attempt_memory_dirty(AgBucket *into, int most);
extern void ag_attempt_memory_clean(const AgBucket *written, int count);
extern void ag_attempt_memory_init(void);

/*
 * attempt_store.c
 */
extern AgStatementTable attempt_statements;

extern bool ag_attempt_store_probe(uint64 hash, AgBucket *bucket);
extern bool ag_attempt_store_seed(uint8 *seed, Size length);
extern void ag_attempt_store_write(const AgBucket *buckets, int count);
extern int64 ag_attempt_store_forget(TimestampTz at, int64 limit);
extern void ag_attempt_store_init(void);

#endif							/* AG_ATTEMPT_H */
