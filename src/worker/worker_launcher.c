/*-------------------------------------------------------------------------
 *
 * worker_launcher.c
 *		Keeps a worker in every database that has the extension.
 *
 * Registered when the library is preloaded; on a standby the server starts it after
 * promotion.  It is connected to no database and reads only the list of databases.
 * Whether a database has the extension is found out by a worker that goes there,
 * and leaves at once if not; install(), migrate() and post_restore() have it look again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/tableam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "event/event.h"
#include "guc.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/varlena.h"
#include "worker/worker.h"

#define NAP 5000				/* ms between looks at the list of databases */
#define COMPLAIN_AGAIN 600		/* seconds */

typedef struct Database
{
	Oid			id;
	NameData	name;
} Database;

static bool woke_up = false;	/* this transaction has made, migrated or bound the tables */

/* Is a database to have a worker, as far as the settings go? */
static bool
wanted(const char *name, List *names)
{
	ListCell   *cell;

	foreach(cell, names)
		if (strcmp(lfirst(cell), name) == 0)
		return true;
	return names == NIL;
}

/* The databases that can be connected to, of those the settings name. */
static List *
list_databases(void)
{
	List	   *names;
	List	   *list = NIL;
	Relation	relation = table_open(DatabaseRelationId, AccessShareLock);
	TableScanDesc scan = table_beginscan_catalog(relation, 0, NULL);
	HeapTuple	tuple;

	if (!SplitIdentifierString(pstrdup(ag_guc_databases), ',', &names))
		elog(ERROR, "acctguard.databases is not a list of names");
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Form_pg_database row = (Form_pg_database) GETSTRUCT(tuple);
		Database   *database;

		if (!row->datallowconn || row->datistemplate || !wanted(NameStr(row->datname), names))
			continue;
		database = palloc(sizeof(Database));
		database->id = row->oid;
		database->name = row->datname;
		list = lappend(list, database);
	}
	table_endscan(scan);
	table_close(relation, AccessShareLock);
	return list;
}

/* Say now and then that a database goes without a worker. */
static void
complain(const char *database, const char *hint)
{
	static TimestampTz complained_at = 0;

	if (GetCurrentTimestamp() < complained_at + COMPLAIN_AGAIN * USECS_PER_SEC)
		return;
	complained_at = GetCurrentTimestamp();
	ereport(WARNING, errmsg("acctguard has no worker in database \"%s\"", database),
			errhint("%s", hint));
}

static void
start_worker(const Database *database)
{
	BackgroundWorker worker = {0};
	BackgroundWorkerHandle *handle;

	snprintf(worker.bgw_name, BGW_MAXLEN, "acctguard worker");
	snprintf(worker.bgw_type, BGW_MAXLEN, "acctguard worker");
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	snprintf(worker.bgw_library_name, BGW_MAXLEN, "acctguard");
	snprintf(worker.bgw_function_name, BGW_MAXLEN, "acctguard_worker_main");
	worker.bgw_main_arg = ObjectIdGetDatum(database->id);
	if (RegisterDynamicBackgroundWorker(&worker, &handle))
		return;
	ag_worker_not_started(database->id);
	complain(NameStr(database->name), "Raise max_worker_processes.");
}

/* Look at the list of databases, and start what is missing. */
static void
look(void)
{
	List	   *databases;
	Oid		   *ids;
	ListCell   *cell;

	StartTransactionCommand();
	(void) GetTransactionSnapshot();
	databases = list_databases();
	ids = palloc(sizeof(Oid) * Max(list_length(databases), 1));
	foreach(cell, databases)
		ids[foreach_current_index(cell)] = ((Database *) lfirst(cell))->id;
	ag_worker_forget_others(ids, list_length(databases));
	foreach(cell, databases)
	{
		const Database *database = lfirst(cell);
		const char *name = NameStr(database->name);

		if (ag_worker_want(database->id, name, false) && ag_database_free(database->id) &&
			ag_worker_want(database->id, name, true))
			start_worker(database);
		else if (foreach_current_index(cell) >= AG_WORKER_SLOTS)
			complain(name, "Name the databases that are to have one in acctguard.databases.");
	}
	CommitTransactionCommand();
}

/* SIGTERM ends it with code 1: the server starts another one, unless it is going down. */
void
acctguard_launcher_main(Datum arg)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	ag_worker_attach_launcher();
	while (!ShutdownRequestPending)
	{
		if (ag_guc_worker)
			look();
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, NAP,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
			ag_worker_wake_launcher();	/* look at every database anew */
		}
	}
	proc_exit(1);
}

/* A sink of events that waits for tables to be made, or to be at home. */
static void
watch_installation(const AgEvent *event, const AgActor *actor, TimestampTz at)
{
	if (event->action == AG_ACTION_INSTALLED || event->action == AG_ACTION_RESTORED)
		woke_up = true;
}

static void
worker_at_xact(XactEvent event, void *arg)
{
	if (!woke_up)
		return;
	if (event == XACT_EVENT_COMMIT && ag_worker_shmem_there())
		ag_worker_wake_launcher();
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		woke_up = false;
}

void
ag_worker_init(void)
{
	BackgroundWorker launcher = {0};

	ag_event_register_sink(watch_installation);
	RegisterXactCallback(worker_at_xact, NULL);
	ag_worker_shmem_init();
	if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade)
		return;
	snprintf(launcher.bgw_name, BGW_MAXLEN, "acctguard launcher");
	snprintf(launcher.bgw_type, BGW_MAXLEN, "acctguard launcher");
	launcher.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	launcher.bgw_start_time = BgWorkerStart_RecoveryFinished;
	launcher.bgw_restart_time = 10;
	snprintf(launcher.bgw_library_name, BGW_MAXLEN, "acctguard");
	snprintf(launcher.bgw_function_name, BGW_MAXLEN, "acctguard_launcher_main");
	RegisterBackgroundWorker(&launcher);
}
