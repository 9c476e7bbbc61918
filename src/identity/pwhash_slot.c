/*-------------------------------------------------------------------------
 *
 * pwhash_slot.c
 *		How much memory is hashed in at once, by all sessions of the server.
 *
 * Argon2id takes its memory past PostgreSQL's own accounting, so a hundred logins at once
 * would take the host down.  A slot is taken before hashing and given back after it;
 * whoever gets none in time is told to come again.
 *
 * What is taken is given back by the one who has taken it: in PG_FINALLY, and when his
 * process ends.  After a crash of a backend the server makes the memory anew.
 *
 * Locks: a spinlock, for a few instructions; waiting can be interrupted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unistd.h>

#include "guc.h"
#include "identity/password.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/condition_variable.h"
#include "storage/ipc.h"
#include "storage/spin.h"

typedef struct Slots
{
	slock_t		mutex;
	int			used;
	int64		kilobytes;
	ConditionVariable freed;
} Slots;

static AgShmem shmem;
static int64 held = 0;			/* kilobytes this process has taken; 0 = no slot */

static Size
slots_size(void)
{
	return sizeof(Slots);
}

static void
slots_begin(void *area)
{
	Slots	   *slots = area;

	memset(slots, 0, sizeof(Slots));
	SpinLockInit(&slots->mutex);
	ConditionVariableInit(&slots->freed);
}

void
ag_pwhash_slot_init(void)
{
	shmem.name = "acctguard pwhash";
	shmem.size = slots_size;
	shmem.begin = slots_begin;
	ag_shmem_register(&shmem);
}

static int
slot_count(void)
{
	if (ag_guc_pwhash_slots > 0)
		return ag_guc_pwhash_slots;
	return (int) Max(sysconf(_SC_NPROCESSORS_ONLN) / 2, 1);
}

static bool
try_take(Slots *slots, int64 kilobytes)
{
	int			most = slot_count();
	bool		taken;

	SpinLockAcquire(&slots->mutex);
	taken = slots->used < most && slots->kilobytes + kilobytes <= ag_guc_pwhash_memory;
	if (taken)
	{
		slots->used++;
		slots->kilobytes += kilobytes;
		held = kilobytes;
	}
	SpinLockRelease(&slots->mutex);
	return taken;
}

void
ag_pwhash_slot_release(void)
{
	Slots	   *slots = shmem.area;

	if (held == 0)
		return;
	SpinLockAcquire(&slots->mutex);
	slots->used--;
	slots->kilobytes -= held;
	held = 0;
	SpinLockRelease(&slots->mutex);
	ConditionVariableBroadcast(&slots->freed);
}

static void
release_at_exit(int code, Datum arg)
{
	ag_pwhash_slot_release();
}

bool
ag_pwhash_slot_take(int64 kilobytes)
{
	static bool registered = false;
	Slots	   *slots = shmem.area;
	TimestampTz until = GetCurrentTimestamp() + ag_guc_pwhash_wait * INT64CONST(1000);
	bool		taken;

	if (slots == NULL)
		ag_shmem_refuse("passwords are verified in memory that all sessions share");
	if (kilobytes > ag_guc_pwhash_memory)
		ereport(ERROR, errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				errmsg("a password takes " INT64_FORMAT " kB to hash, and there are %d kB", kilobytes,
					   ag_guc_pwhash_memory),
				errhint("Raise acctguard.pwhash_memory, or lower the policy setting password_memory."));
	Assert(held == 0);
	if (!registered)
	{
		before_shmem_exit(release_at_exit, (Datum) 0);
		registered = true;
	}
	ConditionVariablePrepareToSleep(&slots->freed);
	while (!(taken = try_take(slots, kilobytes)))
	{
		long		left = (long) ((until - GetCurrentTimestamp()) / 1000);

		if (left <= 0)
			break;
		(void) ConditionVariableTimedSleep(&slots->freed, left, PG_WAIT_EXTENSION);
	}
	ConditionVariableCancelSleep();
	return taken;
}
