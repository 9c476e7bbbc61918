/*-------------------------------------------------------------------------
 *
 * worker.c
 *		The worker of one database: runs the tasks that are due, again and again.
 *
 * It leaves when it is told to, when the extension or its tables go away, when the
 * database was restored from elsewhere and nobody has said what becomes of it, and when
 * somebody wants the database for himself (CREATE DATABASE ... TEMPLATE, DROP, RENAME
 * wait only five seconds for others to leave); the launcher sends another one when
 * there is a reason to.
 *
 * Locks: between two runs none.  Memory: one context, reset after each round.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_database.h"
#include "commands/extension.h"
#include "guc.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "worker/worker.h"

/* How long it may sleep although it has to notice that the database is wanted (ms). */
#define MOST_NAP 1000

/*
 * What settings of the database or of the server do not change.  The worker gives way:
 * it stops waiting for a lock before whoever it holds up finds a deadlock (after a second).
 */
static const char *const settings[][2] = {
	{"application_name", "acctguard worker"},
	{"lock_timeout", "500"},
	{"idle_in_transaction_session_timeout", "0"},
	{"default_transaction_isolation", "read committed"},
	{"default_transaction_read_only", "off"},
	{"default_transaction_deferrable", "off"},
	{"session_replication_role", "origin"},
	{"client_min_messages", "error"}
};

/* Is a run under way, which a request to stop cancels? */
static volatile sig_atomic_t in_run = false;

/* SIGTERM: at rest, leave in peace; in a run, break it off. */
static void
handle_term(SIGNAL_ARGS)
{
	int			save_errno = errno;

	ShutdownRequestPending = true;
	if (in_run)
		die(postgres_signal_arg);
	SetLatch(MyLatch);
	errno = save_errno;
}

bool
ag_worker_must_stop(void)
{
	return ShutdownRequestPending || !ag_guc_worker;
}

/*
 * Is a database free for ordinary use?  Whoever copies, moves, renames or drops it
 * holds, or waits for, a lock that keeps others from it.
 */
bool
ag_database_free(Oid database)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, InvalidOid, DatabaseRelationId, database, 0);
	if (LockAcquire(&tag, RowExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
		return false;
	LockRelease(&tag, RowExclusiveLock, false);
	return true;
}

/* Why the worker has nothing to look for here; AG_WORKER_RUNNING = it has. */
static AgWorkerState
look_around(void)
{
	AgWorkerState state = AG_WORKER_RUNNING;

	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	if (!ag_database_free(MyDatabaseId))
		state = AG_WORKER_YIELDED;
	else if (!OidIsValid(get_extension_oid("acctguard", true)))
		state = AG_WORKER_ABSENT;
	else if (!ag_installation_current())
		state = AG_WORKER_OUTDATED;
	else if (!ag_at_home())
		state = AG_WORKER_RESTORED;
	PopActiveSnapshot();
	CommitTransactionCommand();
	return state;
}

static void
run_due(int which)
{
	if (ag_worker_must_stop() || ag_worker_task_state(which).next_at > GetCurrentTimestamp())
		return;
	in_run = true;
	if (!ShutdownRequestPending)
		ag_task_run(which);
	in_run = false;
}

/* Run what is due; milliseconds until something is due again. */
static int64
run_round(void)
{
	int			count;
	const AgTask *tasks = ag_task_list(&count);
	int64		nap = MOST_NAP;

	for (int i = 0; i < count; i++)
	{
		/* What must not wait long comes between the others. */
		for (int j = 0; j < i; j++)
			if (tasks[j].most_wait > 0)
				run_due(j);
		run_due(i);
	}
	for (int i = 0; i < count; i++)
		nap = Min(nap, TimestampDifferenceMilliseconds(GetCurrentTimestamp(),
													   ag_worker_task_state(i).next_at));
	return nap;
}

/* The last that is done when the worker is told to stop. */
static void
run_last(void)
{
	int			count;
	const AgTask *tasks = ag_task_list(&count);

	for (int i = 0; i < count; i++)
		if (tasks[i].at_stop)
			ag_task_run(i);
}

static void
rest(int64 milliseconds)
{
	if (milliseconds > 0)
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds,
						 PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	QueryCancelPending = false; /* there is nothing to cancel */
	CHECK_FOR_INTERRUPTS();
	if (ConfigReloadPending)
	{
		ConfigReloadPending = false;
		ProcessConfigFile(PGC_SIGHUP);
	}
}

static void
leave(AgWorkerState state)
{
	ag_worker_leave(state);
	proc_exit(0);
}

void
acctguard_worker_main(Datum arg)
{
	Oid			database = DatumGetObjectId(arg);
	MemoryContext context;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, handle_term);
	BackgroundWorkerUnblockSignals();
	ag_worker_attach(database);
	BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
	for (int i = 0; i < (int) lengthof(settings); i++)
		SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);

	context = AllocSetContextCreate(TopMemoryContext, "acctguard worker", ALLOCSET_DEFAULT_SIZES);
	for (;;)
	{
		AgWorkerState state;

		MemoryContextReset(context);
		MemoryContextSwitchTo(context);
		state = look_around();
		MemoryContextSwitchTo(context);
		if (state == AG_WORKER_RUNNING && ag_worker_must_stop())
			run_last();
		if (ag_worker_must_stop())
			leave(AG_WORKER_STOPPED);
		if (state != AG_WORKER_RUNNING)
			leave(state);
		rest(run_round());
	}
}
