/*-------------------------------------------------------------------------
 *
 * attempt.c
 *		Charging attempts, giving them back, forgetting them.
 *
 * A bucket that is not in shared memory is looked up in table attempt, with the latest
 * snapshot: it was given up for others, or the server was started anew.  So the size of
 * the memory decides how often the table is read, not what is answered.
 *
 * What is decided for several buckets is decided with all their locks held: of two
 * sessions that want the last attempt one gets it.
 *
 * Locks: those of attempt_memory.c; nothing is read while they are held.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "attempt/attempt.h"
#include "crypto/crypto.h"
#include "miscadmin.h"

/* A bucket that a caller names, and what the table had of it where memory had nothing. */
typedef struct Wanted
{
	const AgLimitRule *rule;
	uint64		hash;
	bool		in_memory;
	uint64		evictions;
	AgBucket	stored;
} Wanted;

static uint8 seed[AG_SHORT_KEY_SIZE];
static bool seed_known = false;

static void
forget_seed(Oid relation)
{
	seed_known = false;
}

void
ag_attempt_init(void)
{
	ag_attempt_memory_init();
	ag_attempt_store_init();
	ag_on_relcache_message(forget_seed);
}

bool
ag_attempt_available(void)
{
	if (!ag_attempt_memory_there())
		ag_shmem_refuse("attempts are counted in shared memory");
	return !RecoveryInProgress();
}

static void
require_available(void)
{
	if (!ag_attempt_available())
		ereport(ERROR, ag_errcode(AG_ERR_STANDBY),
				errmsg("this server is a standby and cannot count attempts"),
				errhint("Call the function on the primary."));
}

static uint64
hash_of(const AgCharge *charge)
{
	StringInfoData text;
	uint64		hash;

	if (!seed_known)
	{
		ag_installation_require();
		if (!ag_attempt_store_seed(seed, sizeof(seed)))
			elog(ERROR, "table \"attempt_seed\" is empty");
		seed_known = true;
	}
	initStringInfo(&text);
	appendStringInfo(&text, "%s/%s", charge->rule, charge->subject);
	hash = ag_short_hash(text.data, text.len, seed);
	pfree(text.data);
	return hash;
}

int64
ag_attempt_bucket(const AgCharge *charge)
{
	return (int64) hash_of(charge);
}

/* Look for a bucket in memory, then in the table. */
static void
fetch(Wanted *wanted)
{
	uint32		locked = ag_attempt_memory_lock(&wanted->hash, 1, false);

	wanted->in_memory = ag_attempt_memory_find(wanted->hash) != NULL;
	wanted->evictions = ag_attempt_memory_evictions(wanted->hash);
	ag_attempt_memory_unlock(locked);
	memset(&wanted->stored, 0, sizeof(AgBucket));
	if (!wanted->in_memory)
		(void) ag_attempt_store_probe(wanted->hash, &wanted->stored);
}

/* Is what was fetched what there is?  The partition is locked. */
static bool
current(const Wanted *wanted)
{
	if (ag_attempt_memory_find(wanted->hash) != NULL)
		return true;
	return !wanted->in_memory && ag_attempt_memory_evictions(wanted->hash) == wanted->evictions;
}

/* Lock the buckets, all of them up to date. */
static uint32
lock_all(Wanted *wanted, int n)
{
	uint64		hashes[AG_CHARGES_MAX];

	for (int i = 0; i < n; i++)
		hashes[i] = wanted[i].hash;
	for (;;)
	{
		uint32		locked;
		int			i;

		for (i = 0; i < n; i++)
			fetch(&wanted[i]);
		locked = ag_attempt_memory_lock(hashes, n, true);
		for (i = 0; i < n; i++)
			if (!current(&wanted[i]))
				break;
		if (i == n)
			return locked;
		ag_attempt_memory_unlock(locked);
		CHECK_FOR_INTERRUPTS();
	}
}

static void
resolve(const AgCharge *charges, int n, Wanted *wanted)
{
	if (n < 1 || n > AG_CHARGES_MAX)
		elog(ERROR, "%d attempts cannot be charged at once", n);
	for (int i = 0; i < n; i++)
	{
		wanted[i].rule = ag_policy_limit_rule(charges[i].rule);
		if (wanted[i].rule == NULL)
			elog(ERROR, "there is no limit rule \"%s\"", charges[i].rule);
		wanted[i].hash = hash_of(&charges[i]);
	}
}

/* The bucket's counter as of now; the partition is locked. */
static AgCounter
counter_of(const Wanted *wanted, TimestampTz at)
{
	const AgBucket *bucket = ag_attempt_memory_find(wanted->hash);
	AgCounter	counter = bucket != NULL ? bucket->counter : wanted->stored.counter;

	ag_counter_roll(wanted->rule, &counter, at);
	return counter;
}

/* Put a counter back; its partition is locked exclusively. */
static void
store(const Wanted *wanted, const AgCounter *counter, bool changed, TimestampTz at)
{
	AgBucket   *bucket = ag_attempt_memory_find(wanted->hash);

	if (bucket == NULL)
	{
		if (!changed && counter->count == 0 && counter->previous == 0)
			return;
		bucket = ag_attempt_memory_enter(wanted->hash, at);
		bucket->stamp = wanted->stored.stamp;
	}
	bucket->counter = *counter;
	bucket->ready_at = ag_counter_ready(wanted->rule, counter, at);
	bucket->expires_at = ag_counter_expiry(wanted->rule, counter);
	if (changed)
		ag_attempt_memory_changed(bucket);
}

/* Judge all buckets, and count in all of them if all let it through. */
void
ag_attempt_try(const AgCharge *charges, int n, AgChargeAnswer *answer)
{
	Wanted		wanted[AG_CHARGES_MAX];
	AgCounter	counters[AG_CHARGES_MAX];
	TimestampTz at;
	uint32		locked;

	require_available();
	resolve(charges, n, wanted);
	locked = lock_all(wanted, n);
	at = ag_now();
	answer->retry_at = at;
	answer->refused = -1;
	for (int i = 0; i < n; i++)
	{
		TimestampTz ready;

		counters[i] = counter_of(&wanted[i], at);
		ready = ag_counter_ready(wanted[i].rule, &counters[i], at);
		if (ready > answer->retry_at)
		{
			answer->retry_at = ready;
			answer->refused = i;
		}
	}
	answer->charged = answer->refused < 0;
	for (int i = 0; i < n; i++)
	{
		if (answer->charged)
			ag_counter_add(wanted[i].rule, &counters[i], at);
		store(&wanted[i], &counters[i], answer->charged, at);
	}
	ag_attempt_memory_unlock(locked);
}

bool
ag_attempt_charge(const AgCharge *charges, int n, TimestampTz *retry_at)
{
	AgChargeAnswer answer;

	ag_attempt_try(charges, n, &answer);
	*retry_at = answer.retry_at;
	return answer.charged;
}

int
ag_attempt_clear(const AgCharge *charge)
{
	Wanted		wanted;
	AgCounter	counter;
	TimestampTz at;
	uint32		locked;
	int			count;

	require_available();
	resolve(charge, 1, &wanted);
	locked = lock_all(&wanted, 1);
	at = ag_now();
	counter = counter_of(&wanted, at);
	count = ag_counter_attempts(wanted.rule, &counter, at);
	memset(&counter, 0, sizeof(counter));
	if (ag_attempt_memory_find(wanted.hash) != NULL || wanted.stored.stamp != 0)
		store(&wanted, &counter, true, at);
	ag_attempt_memory_unlock(locked);
	return count;
}

void
ag_attempt_refund(const AgCharge *charges, int n)
{
	Wanted		wanted[AG_CHARGES_MAX];
	TimestampTz at;
	uint32		locked;

	if (n == 0)
		return;
	require_available();
	resolve(charges, n, wanted);
	locked = lock_all(wanted, n);
	at = ag_now();
	for (int i = 0; i < n; i++)
	{
		AgCounter	counter = counter_of(&wanted[i], at);

		if (counter.count == 0 && counter.previous == 0)
			continue;
		ag_counter_take_back(wanted[i].rule, &counter, at);
		store(&wanted[i], &counter, true, at);
	}
	ag_attempt_memory_unlock(locked);
}

void
ag_attempt_look(const AgCharge *charge, AgAttemptState *state)
{
	Wanted		wanted;
	AgCounter	counter;
	TimestampTz at;
	uint32		locked;

	require_available();
	resolve(charge, 1, &wanted);
	locked = lock_all(&wanted, 1);
	at = ag_now();
	counter = counter_of(&wanted, at);
	ag_attempt_memory_unlock(locked);
	state->count = ag_counter_attempts(wanted.rule, &counter, at);
	state->last_at = counter.last;
	state->ready_at = ag_counter_ready(wanted.rule, &counter, at);
}
