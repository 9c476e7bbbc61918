/*-------------------------------------------------------------------------
 *
 * worker_api.c
 *		SQL entry points: sweep(), progress and worker_status().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "commands/dbcommands.h"
#include "funcapi.h"
#include "guc.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "worker/worker.h"

PG_FUNCTION_INFO_V1(acctguard_sweep);
PG_FUNCTION_INFO_V1(acctguard_worker_progress);
PG_FUNCTION_INFO_V1(acctguard_worker_status);

#define MOST_ROWS 1000000
#define MOST_COUNTED 10000		/* due records are counted so far */
#define PROGRESS_COLUMNS 9
#define STATUS_COLUMNS 7

typedef struct TaskRun
{
	const AgTask *task;
	int64		limit;
	int64		done;
} TaskRun;

static void
run_task(void *arg)
{
	TaskRun    *run = arg;

	run->done = run->task->run(run->limit);
}

static Datum
text_or_null(const char *text, bool *isnull)
{
	*isnull = text == NULL || text[0] == '\0';

	return *isnull ? (Datum) 0 : CStringGetTextDatum(text);
}

static Datum
time_or_null(TimestampTz at, bool *isnull)
{
	*isnull = at == 0;
	return TimestampTzGetDatum(at);
}

/* sweep(max_rows): every task once, in this transaction. */
Datum
acctguard_sweep(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			max_rows = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT32(0);
	int			count;
	const AgTask *tasks = ag_task_list(&count);

	if (max_rows < 1 || max_rows > MOST_ROWS)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("max_rows must be between 1 and %d", MOST_ROWS));
	if (RecoveryInProgress())
		ereport(ERROR, ag_errcode(AG_ERR_STANDBY),
				errmsg("this server is a standby and cannot change accounts"),
				errhint("Call the function on the primary."));
	ag_installation_require();
	ag_home_require();
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		TaskRun		run = {.task = &tasks[i], .limit = max_rows};
		ErrorData  *error = ag_bulk_try(run_task, &run, true);
		Datum		values[3];
		bool		nulls[3] = {false};

		/* What stops everything is not the task's: a cancel, a server going down. */
		if (error != NULL &&
			ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION)
			ReThrowError(error);
		values[0] = CStringGetTextDatum(tasks[i].name);
		values[1] = Int64GetDatum(error == NULL ? run.done : 0);
		values[2] = text_or_null(error == NULL ? NULL : error->message, &nulls[2]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* The slot of this database's worker, or NULL. */
static const AgWorkerSlot *
own_slot(void)
{
	AgWorkerSlot *slots;

	if (!ag_worker_shmem_there())
		return NULL;
	slots = ag_worker_snapshot();
	for (int i = 0; i < AG_WORKER_SLOTS; i++)
		if (slots[i].database == MyDatabaseId)
			return &slots[i];
	return NULL;
}

static const char *
task_state_name(const AgWorkerSlot *slot, const AgTaskState *state)
{
	if (slot == NULL || slot->state != AG_WORKER_RUNNING)
		return "no worker";
	if (state->running)
		return "running";
	return state->failures > 0 ? "failed" : "idle";
}

static void
put_task(ReturnSetInfo *rsinfo, const AgTask *task, const AgWorkerSlot *slot, int which)
{
	static const AgTaskState nothing = {0};
	const AgTaskState *state = slot == NULL ? &nothing : &slot->task[which];
	Datum		values[PROGRESS_COLUMNS];
	bool		nulls[PROGRESS_COLUMNS] = {false};

	values[0] = CStringGetTextDatum(task->name);
	values[1] = CStringGetTextDatum(task->what);
	values[2] = CStringGetTextDatum(get_database_name(MyDatabaseId));
	values[3] = CStringGetTextDatum(task_state_name(slot, state));
	values[4] = time_or_null(state->started_at, &nulls[4]);
	values[5] = time_or_null(state->finished_at, &nulls[5]);
	values[6] = Int64GetDatum(state->done);
	nulls[7] = task->due == NULL;
	values[7] = Int64GetDatum(nulls[7] ? 0 : task->due(MOST_COUNTED));
	values[8] = text_or_null(state->error, &nulls[8]);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
put_batches(ReturnSetInfo *rsinfo)
{
	AgResult   *result = ag_worker_store_batches();

	for (uint64 i = 0; i < result->count; i++)
	{
		Datum		values[PROGRESS_COLUMNS];
		bool		nulls[PROGRESS_COLUMNS] = {false};

		values[0] = CStringGetTextDatum(ag_row_text(result, i, 1));
		values[1] = CStringGetTextDatum(ag_row_text(result, i, 2));
		values[2] = CStringGetTextDatum(get_database_name(MyDatabaseId));
		values[3] = CStringGetTextDatum("unfinished");
		values[4] = TimestampTzGetDatum(ag_row_time(result, i, 5));
		values[5] = TimestampTzGetDatum(ag_row_time(result, i, 6));
		values[6] = Int64GetDatum(ag_row_int8(result, i, 3));
		values[7] = Int64GetDatum(ag_row_int8(result, i, 4));
		nulls[8] = true;
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/* worker_progress(): the tasks in this database, and bulk runs that are not finished. */
Datum
acctguard_worker_progress(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const AgWorkerSlot *slot = own_slot();
	int			count;
	const AgTask *tasks = ag_task_list(&count);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
		put_task(rsinfo, &tasks[i], slot, i);
	put_batches(rsinfo);
	return (Datum) 0;
}

/* worker_status(): the workers of all databases of this server. */
Datum
acctguard_worker_status(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	AgWorkerSlot *slots;

	InitMaterializedSRF(fcinfo, 0);
	if (!ag_worker_shmem_there())
		return (Datum) 0;
	slots = ag_worker_snapshot();
	for (int i = 0; i < AG_WORKER_SLOTS; i++)
	{
		Datum		values[STATUS_COLUMNS];
		bool		nulls[STATUS_COLUMNS] = {false};

		if (!OidIsValid(slots[i].database))
			continue;
		values[0] = CStringGetTextDatum(slots[i].name);
		values[1] = CStringGetTextDatum(ag_worker_state_name(slots[i].state));
		values[2] = Int32GetDatum(slots[i].pid);
		nulls[2] = slots[i].pid == 0;
		values[3] = time_or_null(slots[i].since, &nulls[3]);
		values[4] = Int32GetDatum(slots[i].failures);
		values[5] = time_or_null(slots[i].pid != 0 ? 0 : slots[i].next_start, &nulls[5]);
		values[6] = BoolGetDatum(slots[i].database == MyDatabaseId);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
