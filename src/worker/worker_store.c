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
		.sql = "SELECT 'batch ' || batch, kind, done, total - done, started_at, updated_at "
			"FROM acctguard.batch WHERE finished_at IS NULL ORDER BY started_at, batch",
		.expected = SPI_OK_SELECT,
		.read_only = true
	}
};

AG_STATEMENT_TABLE(worker_statements, statements);

/* Name, kind, done, remaining, start, and when it was last at work, of each. */
AgResult *
ag_worker_store_batches(void)
{
	return ag_run_noargs(worker_statements, BATCH_UNFINISHED);
}
