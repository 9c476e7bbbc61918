/*-------------------------------------------------------------------------
 *
 * worker_store.c
 *		What progress reads beside the tasks: bulk runs that are not finished.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "worker/worker.h"

enum
{
	BATCH_UNFINISHED
};

static const AgStatement statements[] = {
	[BATCH_UNFINISHED] = {
		.name = "batch.unfinished",
		.sql = "SELECT 'batch ' || batch, 'freeze_many() of kind ' || kind, done, total - done, started_at, "
			"updated_at FROM acctguard.batch WHERE finished_at IS NULL "
			"UNION ALL SELECT 'load ' || load, 'number_event_load() of ' || provider, done, lines - done, "
			"opened_at, updated_at FROM acctguard.number_load WHERE finished_at IS NULL ORDER BY 5, 1",
		.expected = SPI_OK_SELECT,
		.read_only = true
	}
};

AG_STATEMENT_TABLE(worker_statements, statements);

/* Name, what it is, done, remaining, start, and when it was last at work, of each. */
AgResult *
ag_worker_store_batches(void)
{
	return ag_run_noargs(worker_statements, BATCH_UNFINISHED);
}
