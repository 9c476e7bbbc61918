/*-------------------------------------------------------------------------
 *
 * worker.h
 *		The worker: what has to be told or tidied after the clock did something.
 *
 * A launcher, started with the server, keeps one worker in every database that has
 * the extension.  The worker runs the tasks of worker_task.c, each in short
 * transactions of its own.  No answer of acctguard depends on either.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_WORKER_H
#define AG_WORKER_H

#include "base/base.h"

/*
 * worker_task.c: the table of tasks.
 */
typedef struct AgTask
{
	const char *name;
	const char *what;			/* for people */
	int			interval;		/* seconds between two runs; 0 = worker_interval */
	int			most_wait;		/* ms it waits at most, however long worker_interval is; 0 = no
								 * such limit */
	bool		at_stop;		/* run once more when the worker is told to stop */
	int64		(*run) (int64 limit);	/* in the present transaction; how much it did */
	int64		(*due) (int64 most);	/* how much waits, counted up to most; NULL = unknown */
} AgTask;

#define AG_TASK_MAX 16
#define AG_TASK_ERROR 256

extern const AgTask *ag_task_list(int *count);

/* How a task fares in a database. */
typedef struct AgTaskState
{
	bool		running;
	bool		more;			/* its last run left something for the next */
	int			failures;		/* in a row */
	int64		done;			/* since the worker started */
	TimestampTz started_at;		/* of the last run; 0 = none yet */
	TimestampTz finished_at;
	TimestampTz next_at;
	char		error[AG_TASK_ERROR];	/* of the last failure; empty = none */
} AgTaskState;

/* One transaction of a task in the worker of this database. */
extern void ag_task_run(int which);

/*
 * worker_shmem.c: the workers of all databases, in shared memory.
 */
typedef enum AgWorkerState
{
	AG_WORKER_NONE,				/* nothing is known of the database */
	AG_WORKER_STARTING,
	AG_WORKER_RUNNING,
	AG_WORKER_ABSENT,			/* the database does not have the extension */
	AG_WORKER_OUTDATED,			/* its tables are not there, or not those of this library */
	AG_WORKER_RESTORED,			/* it came from elsewhere, and post_restore() has not run */
	AG_WORKER_YIELDED,			/* left because the database is being copied or dropped */
	AG_WORKER_STOPPED,			/* was told to stop */
	AG_WORKER_FAILED			/* ended by an error */
} AgWorkerState;

typedef struct AgWorkerSlot
{
	Oid			database;		/* InvalidOid = free */
	char		name[NAMEDATALEN];
	AgWorkerState state;
	int			pid;			/* 0 = no process */
	int			failures;		/* in a row */
	TimestampTz since;			/* of the state */
	TimestampTz next_start;		/* not before then */
	AgTaskState task[AG_TASK_MAX];
} AgWorkerSlot;

#define AG_WORKER_SLOTS 64

extern void ag_worker_shmem_init(void);
extern bool ag_worker_shmem_there(void);	/* false = not preloaded */
extern void ag_worker_attach_launcher(void);
extern void ag_worker_wake_launcher(void);
extern AgWorkerSlot *ag_worker_snapshot(void);	/* palloc'd copy of all slots */
extern bool ag_worker_want(Oid database, const char *name, bool start);
extern void ag_worker_forget_others(const Oid *databases, int count);
extern void ag_worker_not_started(Oid database);
extern void ag_worker_attach(Oid database);
extern void ag_worker_leave(AgWorkerState state);
extern void ag_worker_task_begin(int which);
extern void ag_worker_task_end(int which, int64 done, bool more, int64 wait, const char *error);
extern AgTaskState ag_worker_task_state(int which);
extern const char *ag_worker_state_name(AgWorkerState state);

/*
 * worker_launcher.c, worker.c: entry points of the processes.
 */
extern PGDLLEXPORT void acctguard_launcher_main(Datum arg);
extern PGDLLEXPORT void acctguard_worker_main(Datum arg);
extern bool ag_database_free(Oid database); /* nobody copies, renames or drops it; in a transaction */
extern bool ag_worker_must_stop(void);

/* Register the launcher; called by _PG_init. */
extern void ag_worker_init(void);

/*
 * worker_store.c
 */
extern AgStatementTable worker_statements;

extern AgResult *ag_worker_store_batches(void);

#endif							/* AG_WORKER_H */
