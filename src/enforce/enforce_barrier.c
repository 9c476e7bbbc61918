/*-------------------------------------------------------------------------
 *
 * enforce_barrier.c
 *		Who is just committing guarded rows: a mark per backend in shared memory.
 *
 * A writer that the filter lets pass enters before it looks at the filter, and
 * leaves when its commit is done.  A freeze sets its bits in the filter, then waits
 * for everybody who is inside.  Either the writer sees the bits, or the freeze sees
 * the writer: both write first and read then, with a full barrier between.
 *
 * A mark is a counter of rounds, odd while inside, so that a freeze waits for the
 * commit it has seen and not for the ones that follow; and a 64-bit sketch of the
 * accounts, so that it rarely waits for a commit that does not concern it.  Each
 * backend writes only its own cache line.
 *
 * Nobody inside waits for a freeze.  Whoever has to wait for a lock leaves first
 * (enforce_commit.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/compat.h"
#include "enforce/enforce.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "utils/timestamp.h"

#define SPINS 100				/* looks at a mark before sleeping */
#define NAP 1					/* ms between later looks */

typedef struct Mark
{
	pg_atomic_uint64 round;		/* odd = inside */
	pg_atomic_uint64 accounts;
	char		padding[PG_CACHE_LINE_SIZE - 2 * sizeof(pg_atomic_uint64)];
} Mark;

static AgShmem shmem;
static bool inside = false;

static Size
barrier_size(void)
{
	return mul_size(MaxBackends, sizeof(Mark));
}

static void
barrier_begin(void *area)
{
	Mark	   *marks = area;

	for (int i = 0; i < MaxBackends; i++)
	{
		pg_atomic_init_u64(&marks[i].round, 0);
		pg_atomic_init_u64(&marks[i].accounts, 0);
	}
}

static Mark *
my_mark(void)
{
	return (Mark *) shmem.area + AG_MY_BACKEND_INDEX;
}

bool
ag_barrier_available(void)
{
	return shmem.area != NULL;
}

static void
leave_at_exit(int code, Datum arg)
{
	ag_barrier_leave();
}

/* From here on a freeze of one of these accounts waits for us. */
void
ag_barrier_enter(uint64 accounts)
{
	static bool registered = false;
	Mark	   *mark = my_mark();

	if (!registered)
	{
		before_shmem_exit(leave_at_exit, (Datum) 0);
		registered = true;
	}
	Assert(!inside);
	pg_atomic_write_u64(&mark->accounts, accounts);
	inside = true;
	pg_atomic_fetch_add_u64(&mark->round, 1);	/* a full barrier */
}

void
ag_barrier_leave(void)
{
	if (!inside)
		return;
	pg_atomic_fetch_add_u64(&my_mark()->round, 1);
	inside = false;
}

/* lock_timeout holds here as for the locks that this wait stands beside. */
static void
check_lock_timeout(TimestampTz start)
{
	if (LockTimeout > 0 &&
		TimestampDifferenceExceeds(start, GetCurrentTimestamp(), LockTimeout))
		ereport(ERROR, errcode(ERRCODE_LOCK_NOT_AVAILABLE),
				errmsg("canceling statement due to lock timeout"),
				errdetail("A transaction that wrote for the account is still committing."));
}

static void
wait_for_mark(Mark *mark, uint64 round)
{
	TimestampTz start = GetCurrentTimestamp();

	for (int i = 0; pg_atomic_read_u64(&mark->round) == round; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i < SPINS)
		{
			SPIN_DELAY();
			continue;
		}
		check_lock_timeout(start);
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, NAP,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
}

/* Wait until everybody who is committing rows of these accounts is done. */
void
ag_barrier_drain(uint64 accounts)
{
	Mark	   *marks = shmem.area;

	if (marks == NULL)
		return;
	pg_memory_barrier();
	for (int i = 0; i < MaxBackends; i++)
	{
		uint64		round = pg_atomic_read_u64(&marks[i].round);

		pg_read_barrier();
		if (i != AG_MY_BACKEND_INDEX && (round & 1) != 0 &&
			(pg_atomic_read_u64(&marks[i].accounts) & accounts) != 0)
			wait_for_mark(&marks[i], round);
	}
}

void
ag_barrier_init(void)
{
	shmem.name = "acctguard_barrier";
	shmem.size = barrier_size;
	shmem.begin = barrier_begin;
	ag_shmem_register(&shmem);
}
