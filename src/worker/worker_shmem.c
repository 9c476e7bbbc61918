/*-------------------------------------------------------------------------
 *
 * worker_shmem.c
 *		The workers of all databases, in shared memory: what the launcher wants,
 *		how each worker and its tasks fare.
 *
 * One slot per database.  The launcher makes slots and asks for workers; a worker
 * writes its own slot; anybody reads.  After a crash the server makes the memory
 * anew, and the launcher begins from nothing.
 *
 * Locks: the area's LWLock, for a few instructions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "worker/worker.h"

/* How soon a database is looked at again (seconds). */
#define LOOK_AGAIN 60			/* for the extension */
#define LOOK_AFTER_YIELD 2
#define MOST_WAIT 300			/* after failures */
#define START_TAKES 60			/* a worker that has not come by then never will */

typedef struct Workers
{
	Latch	   *launcher;		/* NULL = it does not run */
	AgWorkerSlot slot[AG_WORKER_SLOTS];
} Workers;

static AgShmem shmem;
static AgWorkerSlot *mine = NULL;	/* of this worker */

static const char *const state_names[] = {
	[AG_WORKER_NONE] = "none",
	[AG_WORKER_STARTING] = "starting",
	[AG_WORKER_RUNNING] = "running",
	[AG_WORKER_ABSENT] = "no extension",
	[AG_WORKER_OUTDATED] = "no current tables",
	[AG_WORKER_RESTORED] = "restored",
	[AG_WORKER_YIELDED] = "yielded",
	[AG_WORKER_STOPPED] = "stopped",
	[AG_WORKER_FAILED] = "failed"
};

static Size
workers_size(void)
{
	return sizeof(Workers);
}

static void
workers_begin(void *area)
{
	memset(area, 0, sizeof(Workers));
}

void
ag_worker_shmem_init(void)
{
	shmem.name = "acctguard worker";
	shmem.size = workers_size;
	shmem.begin = workers_begin;
	ag_shmem_register(&shmem);
}

bool
ag_worker_shmem_there(void)
{
	return shmem.area != NULL;
}

const char *
ag_worker_state_name(AgWorkerState state)
{
	return state_names[state];
}

static Workers *
enter(LWLockMode mode)
{
	LWLockAcquire(shmem.lock, mode);
	return shmem.area;
}

static void
leave(void)
{
	LWLockRelease(shmem.lock);
}

static void
launcher_gone(int code, Datum arg)
{
	enter(LW_EXCLUSIVE)->launcher = NULL;
	leave();
}

/* The launcher says where it sleeps. */
void
ag_worker_attach_launcher(void)
{
	before_shmem_exit(launcher_gone, (Datum) 0);
	enter(LW_EXCLUSIVE)->launcher = MyLatch;
	leave();
}

/* Have the launcher look at every database that has no worker. */
void
ag_worker_wake_launcher(void)
{
	Workers    *workers = enter(LW_EXCLUSIVE);

	for (int i = 0; i < AG_WORKER_SLOTS; i++)
		workers->slot[i].next_start = 0;
	if (workers->launcher != NULL)
		SetLatch(workers->launcher);
	leave();
}

AgWorkerSlot *
ag_worker_snapshot(void)
{
	AgWorkerSlot *copy = palloc(sizeof(AgWorkerSlot) * AG_WORKER_SLOTS);

	memcpy(copy, enter(LW_SHARED)->slot, sizeof(AgWorkerSlot) * AG_WORKER_SLOTS);
	leave();
	return copy;
}

static AgWorkerSlot *
find_slot(Workers *workers, Oid database)
{
	for (int i = 0; i < AG_WORKER_SLOTS; i++)
		if (workers->slot[i].database == database)
			return &workers->slot[i];
	return NULL;
}

static void
set_state(AgWorkerSlot *slot, AgWorkerState state, int64 wait)
{
	slot->state = state;
	slot->since = GetCurrentTimestamp();
	slot->next_start = slot->since + wait * USECS_PER_SEC;
}

/* Twice as long after each failure. */
static int64
failure_wait(int failures)
{
	return failures > 9 ? MOST_WAIT : Min(1 << (failures - 1), MOST_WAIT);
}

static bool
may_start(const AgWorkerSlot *slot)
{
	TimestampTz at = GetCurrentTimestamp();

	switch (slot->state)
	{
		case AG_WORKER_RUNNING:
			return false;
		case AG_WORKER_STARTING:
			return at >= slot->since + START_TAKES * USECS_PER_SEC;
		default:
			return at >= slot->next_start;
	}
}

/*
 * The launcher wants a worker in a database: is one to be started now?  With start,
 * it is noted as starting.
 */
bool
ag_worker_want(Oid database, const char *name, bool start)
{
	Workers    *workers = enter(LW_EXCLUSIVE);
	AgWorkerSlot *slot = find_slot(workers, database);
	bool		wanted;

	if (slot == NULL && (slot = find_slot(workers, InvalidOid)) != NULL)
	{
		memset(slot, 0, sizeof(AgWorkerSlot));
		slot->database = database;
	}
	wanted = slot != NULL && may_start(slot);
	if (slot != NULL)
		strlcpy(slot->name, name, NAMEDATALEN);
	if (wanted && start)
		set_state(slot, AG_WORKER_STARTING, 0);
	leave();
	return wanted;
}

/* The server had no place for it. */
void
ag_worker_not_started(Oid database)
{
	AgWorkerSlot *slot = find_slot(enter(LW_EXCLUSIVE), database);

	if (slot != NULL && slot->state == AG_WORKER_STARTING)
	{
		slot->failures++;
		set_state(slot, AG_WORKER_FAILED, LOOK_AGAIN);
	}
	leave();
}

/* Databases that are gone, or are not to have a worker any more, lose their slots. */
void
ag_worker_forget_others(const Oid *databases, int count)
{
	Workers    *workers = enter(LW_EXCLUSIVE);

	for (int i = 0; i < AG_WORKER_SLOTS; i++)
	{
		AgWorkerSlot *slot = &workers->slot[i];
		bool		there = slot->state == AG_WORKER_RUNNING;

		for (int j = 0; j < count && !there; j++)
			there = databases[j] == slot->database;
		if (!there)
			memset(slot, 0, sizeof(AgWorkerSlot));
	}
	leave();
}

/* A worker that ends without saying why has failed, unless it was told to. */
static void
worker_gone(int code, Datum arg)
{
	ag_worker_leave(ag_worker_must_stop() ? AG_WORKER_STOPPED : AG_WORKER_FAILED);
}

/* A worker takes its slot; without one it is not wanted any more. */
void
ag_worker_attach(Oid database)
{
	AgWorkerSlot *slot = find_slot(enter(LW_EXCLUSIVE), database);

	if (slot != NULL && slot->pid == 0)
	{
		slot->pid = MyProcPid;
		memset(slot->task, 0, sizeof(slot->task));
		set_state(slot, AG_WORKER_RUNNING, 0);
		mine = slot;
	}
	leave();
	if (mine == NULL)
		proc_exit(0);
	before_shmem_exit(worker_gone, (Datum) 0);
}

/* A worker ends, and says why; the first word counts. */
void
ag_worker_leave(AgWorkerState state)
{
	Workers    *workers;
	int64		wait = 0;

	if (mine == NULL)
		return;
	workers = enter(LW_EXCLUSIVE);
	mine->failures = state == AG_WORKER_FAILED ? mine->failures + 1 : 0;
	if (state == AG_WORKER_FAILED)
		wait = failure_wait(mine->failures);
	else if (state == AG_WORKER_YIELDED)
		wait = LOOK_AFTER_YIELD;
	else if (state != AG_WORKER_STOPPED)
		wait = LOOK_AGAIN;
	mine->pid = 0;
	for (int i = 0; i < AG_TASK_MAX; i++)
		mine->task[i].running = false;
	set_state(mine, state, wait);
	mine = NULL;
	if (workers->launcher != NULL)
		SetLatch(workers->launcher);
	leave();
}

void
ag_worker_task_begin(int which)
{
	(void) enter(LW_EXCLUSIVE);
	mine->task[which].running = true;
	mine->task[which].started_at = GetCurrentTimestamp();
	leave();
}

/* wait: milliseconds until its next run.  error: NULL = it went well. */
void
ag_worker_task_end(int which, int64 done, bool more, int64 wait, const char *error)
{
	AgTaskState *task = &mine->task[which];

	(void) enter(LW_EXCLUSIVE);
	task->running = false;
	task->done += done;
	task->more = more;
	task->finished_at = GetCurrentTimestamp();
	task->next_at = task->finished_at + wait * 1000;
	task->failures = error == NULL ? 0 : task->failures + 1;
	if (error != NULL)
		strlcpy(task->error, error, AG_TASK_ERROR);
	else
		task->error[0] = '\0';
	leave();
}

AgTaskState
ag_worker_task_state(int which)
{
	AgTaskState state;

	(void) enter(LW_SHARED);
	state = mine->task[which];
	leave();
	return state;
}
