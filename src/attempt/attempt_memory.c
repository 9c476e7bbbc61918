/*-------------------------------------------------------------------------
 *
 * attempt_memory.c
 *		The buckets in shared memory: a table of a fixed size, which no transaction
 *		undoes.
 *
 * A bucket lies in one of the WAYS places of the set that its hash names; sets are
 * spread over partitions, each with a lock of its own.  The hash is keyed, so nobody can
 * aim at the places of somebody else.
 *
 * Where all places are taken one is given up: first what counts nothing any more, then
 * what lets the next attempt through, and what makes somebody wait only when nothing
 * else is there; of each the longest unused, and rather one that is in table attempt
 * already, where the next attempt finds it.
 *
 * evictions tells who looked in vain, then read the table, whether anything was given up
 * meanwhile: what he has read may then be old.
 *
 * Locks: the partitions', in ascending order.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "attempt/attempt.h"
#include "guc.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "storage/lwlock.h"

#define PARTITIONS 16
#define WAYS 16

typedef struct Partition
{
	LWLock		lock;
	uint64		evictions;
	char		pad[PG_CACHE_LINE_SIZE - sizeof(LWLock) - sizeof(uint64)];
} Partition;

typedef struct Attempts
{
	Partition	partition[PARTITIONS];
	uint32		sets;
	AgBucket	bucket[FLEXIBLE_ARRAY_MEMBER];
} Attempts;

/* What is given up first. */
typedef enum Worth
{
	WORTH_NOTHING,
	WORTH_WRITTEN,				/* counts, and is in the table */
	WORTH_UNWRITTEN,
	WORTH_BLOCKED_WRITTEN,		/* makes somebody wait */
	WORTH_BLOCKED
} Worth;

static AgShmem shmem;

static uint32
set_count(void)
{
	return (uint32) ((Size) ag_guc_attempt_size * 1024 / (sizeof(AgBucket) * WAYS));
}

static Size
attempts_size(void)
{
	return add_size(offsetof(Attempts, bucket), mul_size(mul_size(set_count(), WAYS), sizeof(AgBucket)));
}

static void
attempts_begin(void *area)
{
	Attempts   *attempts = area;

	memset(attempts, 0, attempts_size());
	attempts->sets = set_count();
	for (int i = 0; i < PARTITIONS; i++)
		LWLockInitialize(&attempts->partition[i].lock, shmem.lock->tranche);
}

void
ag_attempt_memory_init(void)
{
	shmem.name = "acctguard attempt";
	shmem.size = attempts_size;
	shmem.begin = attempts_begin;
	ag_shmem_register(&shmem);
}

bool
ag_attempt_memory_there(void)
{
	return shmem.area != NULL;
}

static inline uint32
set_of(uint64 hash)
{
	return (uint32) (hash % ((Attempts *) shmem.area)->sets);
}

static inline Partition *
partition_of(uint64 hash)
{
	return &((Attempts *) shmem.area)->partition[set_of(hash) % PARTITIONS];
}

/* Lock the partitions of these buckets; what to give to ag_attempt_memory_unlock(). */
uint32
ag_attempt_memory_lock(const uint64 *hashes, int n, bool exclusive)
{
	Attempts   *attempts = shmem.area;
	uint32		wanted = 0;

	for (int i = 0; i < n; i++)
		wanted |= 1U << (set_of(hashes[i]) % PARTITIONS);
	for (int i = 0; i < PARTITIONS; i++)
		if (wanted & (1U << i))
			LWLockAcquire(&attempts->partition[i].lock, exclusive ? LW_EXCLUSIVE : LW_SHARED);
	return wanted;
}

void
ag_attempt_memory_unlock(uint32 locked)
{
	Attempts   *attempts = shmem.area;

	for (int i = PARTITIONS - 1; i >= 0; i--)
		if (locked & (1U << i))
			LWLockRelease(&attempts->partition[i].lock);
}

uint64
ag_attempt_memory_evictions(uint64 hash)
{
	return partition_of(hash)->evictions;
}

static AgBucket *
first_of(uint64 hash)
{
	return &((Attempts *) shmem.area)->bucket[(Size) set_of(hash) * WAYS];
}

AgBucket *
ag_attempt_memory_find(uint64 hash)
{
	AgBucket   *set = first_of(hash);

	for (int i = 0; i < WAYS; i++)
		if (set[i].hash == hash && set[i].database == MyDatabaseId)
			return &set[i];
	return NULL;
}

static Worth
worth_of(const AgBucket *bucket, TimestampTz at)
{
	if (bucket->database == InvalidOid || (bucket->expires_at <= at && !bucket->dirty))
		return WORTH_NOTHING;
	if (bucket->ready_at > at)
		return bucket->dirty ? WORTH_BLOCKED : WORTH_BLOCKED_WRITTEN;
	return bucket->dirty ? WORTH_UNWRITTEN : WORTH_WRITTEN;
}

/* A place for a bucket that is not there; its partition is locked exclusively. */
AgBucket *
ag_attempt_memory_enter(uint64 hash, TimestampTz at)
{
	AgBucket   *set = first_of(hash);
	AgBucket   *victim = &set[0];
	Worth		least = worth_of(victim, at);

	for (int i = 1; i < WAYS; i++)
	{
		Worth		worth = worth_of(&set[i], at);

		if (worth < least || (worth == least && set[i].counter.last < victim->counter.last))
		{
			victim = &set[i];
			least = worth;
		}
	}
	if (OidIsValid(victim->database))
		partition_of(hash)->evictions++;
	memset(victim, 0, sizeof(AgBucket));
	victim->hash = hash;
	victim->database = MyDatabaseId;
	return victim;
}

/* Its partition is locked exclusively. */
void
ag_attempt_memory_changed(AgBucket *bucket)
{
	bucket->stamp = Max(bucket->stamp + 1, GetCurrentTimestamp());
	bucket->dirty = true;
}

/* Copy what is not in this database's table yet; how many, at most so many. */
int
ag_attempt_memory_dirty(AgBucket *into, int most)
{
	Attempts   *attempts = shmem.area;
	int			count = 0;

	if (attempts == NULL)
		return 0;
	for (int p = 0; p < PARTITIONS && count < most; p++)
	{
		LWLockAcquire(&attempts->partition[p].lock, LW_SHARED);
		for (uint32 set = p; set < attempts->sets && count < most; set += PARTITIONS)
			for (int i = 0; i < WAYS && count < most; i++)
			{
				const AgBucket *bucket = &attempts->bucket[(Size) set * WAYS + i];

				if (bucket->database != MyDatabaseId || !bucket->dirty)
					continue;
				if (into != NULL)
					into[count] = *bucket;
				count++;
			}
		LWLockRelease(&attempts->partition[p].lock);
	}
	return count;
}

/* These have been committed to the table; those that were changed since stay dirty. */
void
ag_attempt_memory_clean(const AgBucket *written, int count)
{
	for (int i = 0; i < count; i++)
	{
		uint32		locked = ag_attempt_memory_lock(&written[i].hash, 1, true);
		AgBucket   *bucket = ag_attempt_memory_find(written[i].hash);

		if (bucket != NULL && bucket->stamp == written[i].stamp)
			bucket->dirty = false;
		ag_attempt_memory_unlock(locked);
	}
}
