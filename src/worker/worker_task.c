/*-------------------------------------------------------------------------
 *
 * worker_task.c
 *		The table of tasks, and one run of one task in the worker.
 *
 * A run is one transaction.  It is bounded by a number of records and by a time; an
 * error in it is logged and shown in progress, the task comes again after a while,
 * and the other tasks go on.  Nothing of a run that failed or died remains, so what
 * it would have told is told by the next.
 *
 * In the worker a task is done by the person WORKER_PERSON; sweep() runs the same
 * functions for whoever calls it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "appeal/appeal.h"
#include "attempt/attempt.h"
#include "audit/audit.h"
#include "dormancy/dormancy.h"
#include "flow/flow.h"
#include "freeze/freeze.h"
#include "guc.h"
#include "lifecycle/lifecycle.h"
#include "miscadmin.h"
#include "outbox/outbox.h"
#include "phone/forget.h"
#include "pgstat.h"
#include "rebind/rebind.h"
#include "register/register.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timeout.h"
#include "worker/worker.h"

#define WORKER_PERSON "acctguard worker"
#define RUN_TAKES 10000			/* ms after which a run is cancelled */
#define MOST_WAIT 300			/* seconds between tries of a task that fails */
#define MIRROR_EVERY 500		/* ms; with the run itself, well within a second */

static const AgTask tasks[] = {
	{.name = "attempt", .what = "copies counted attempts to where a crash does not lose them",
		.most_wait = MIRROR_EVERY, .at_stop = true,
	.run = ag_attempt_mirror, .due = ag_attempt_mirror_due},
	{.name = "ledger", .what = "makes the partitions of the ledger for the months ahead",
	.interval = 3600, .run = ag_audit_add_partitions},
	{.name = "freeze", .what = "tells of freezes that started, ended or came back by the clock, of probations that "
		"are over, of rules to be acknowledged",
	.run = ag_freeze_sweep, .due = ag_freeze_sweep_due},
	{.name = "announce", .what = "tells users of maintenance ahead of it, of another end, and when it is over",
	.run = ag_scope_announce, .due = ag_scope_announce_due},
	{.name = "appeal", .what = "tells of appeals that lapsed, of deadlines that come near, of cases that are overdue",
	.run = ag_appeal_sweep, .due = ag_appeal_sweep_due},
	{.name = "dormancy", .what = "asks owners of accounts that will soon be protected for a sign of life",
	.interval = SECS_PER_DAY, .run = ag_dormancy_sweep},
	{.name = "lifecycle", .what = "closes accounts whose time for changing one's mind has passed",
	.run = ag_lifecycle_sweep, .due = ag_lifecycle_sweep_due},
	{.name = "number", .what = "forgets numbers that only erased accounts had",
	.interval = SECS_PER_HOUR, .run = ag_number_forget, .due = ag_number_forget_due},
	{.name = "claim", .what = "writes down that claimed numbers have changed hands",
	.run = ag_claim_sweep, .due = ag_claim_sweep_due},
	{.name = "rebind", .what = "carries out changes of numbers whose time for objections is over",
	.run = ag_rebind_sweep, .due = ag_rebind_sweep_due},
	{.name = "reconfirm", .what = "asks owners of old bindings whether the number is still theirs",
	.interval = SECS_PER_HOUR, .run = ag_reconfirm_sweep, .due = ag_reconfirm_sweep_due},
	{.name = "notice", .what = "forgets notices that ended long ago",
	.interval = SECS_PER_HOUR, .run = ag_notice_sweep},
	{.name = "flow", .what = "forgets flows that are over, and old answers of flows",
	.interval = 60, .run = ag_flow_sweep}
};

StaticAssertDecl(lengthof(tasks) <= AG_TASK_MAX, "more tasks than shared memory has room for");

const AgTask *
ag_task_list(int *count)
{
	*count = lengthof(tasks);
	return tasks;
}

/* Milliseconds until a task that failed is tried again. */
static int64
failure_wait(int failures)
{
	int64		seconds = failures >= 9 ? MOST_WAIT : Min(1 << failures, MOST_WAIT);

	return Max(seconds * 1000, ag_guc_worker_interval);
}

/* Milliseconds until a task that had nothing left to do is run again. */
static int64
wait_of(const AgTask *task)
{
	int64		wait = Max(task->interval * INT64CONST(1000), ag_guc_worker_interval);

	return task->most_wait == 0 ? wait : Min(wait, task->most_wait);
}

/* The run itself; as acctguard_owner, whose rights are all it needs. */
static int64
run_in_transaction(const AgTask *task)
{
	Oid			user_id;
	int			security_context;
	int64		done;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	enable_timeout_after(STATEMENT_TIMEOUT, RUN_TAKES);
	ag_actor_act_as(WORKER_PERSON, NULL);
	GetUserIdAndSecContext(&user_id, &security_context);
	SetUserIdAndSecContext(ag_owner_id(), security_context | SECURITY_LOCAL_USERID_CHANGE);
	done = task->run(ag_guc_worker_batch);
	SetUserIdAndSecContext(user_id, security_context);
	disable_timeout(STATEMENT_TIMEOUT, false);
	PopActiveSnapshot();
	CommitTransactionCommand();
	return done;
}

void
ag_task_run(int which)
{
	const AgTask *task = &tasks[which];
	MemoryContext context = CurrentMemoryContext;
	volatile int64 done = 0;
	char	   *volatile error = NULL;

	ag_worker_task_begin(which);
	pgstat_report_activity(STATE_RUNNING, task->what);
	PG_TRY();
	{
		done = run_in_transaction(task);
	}
	PG_CATCH();
	{
		ErrorData  *caught;

		HOLD_INTERRUPTS();
		disable_timeout(STATEMENT_TIMEOUT, false);
		QueryCancelPending = false;
		MemoryContextSwitchTo(context);
		caught = CopyErrorData();
		error = caught->message;
		EmitErrorReport();
		AbortCurrentTransaction();
		FlushErrorState();
		MemoryContextSwitchTo(context);
		RESUME_INTERRUPTS();
	}
	PG_END_TRY();
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, NULL);
	if (error != NULL)
		ag_worker_task_end(which, 0, false,
						   failure_wait(ag_worker_task_state(which).failures), error);
	else
		ag_worker_task_end(which, done, done >= ag_guc_worker_batch,
						   done >= ag_guc_worker_batch ? 0 : wait_of(task), NULL);
}
