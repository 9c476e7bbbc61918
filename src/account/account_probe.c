/*-------------------------------------------------------------------------
 *
 * account_probe.c
 *		Reading account directly: is it there, whose scope is it in, who is it?
 *
 * For checks on other tables, which run once per row and see what is true now
 * (latest snapshot), not what was true when the transaction began.
 *
 * What sessions need is read at the place where the row was last, without the index,
 * which would cost more than all the rest: of one account there is never more than one
 * row that a snapshot sees, so a row that is seen there and has its id is the row.
 *
 * Locks: AccessShareLock on account and its indexes, until the transaction ends.
 * Memory: tenant and cohort are copied into the current memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "account/account.h"
#include "base/compat.h"
#include "executor/tuptable.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* What is read for sessions. */
enum
{
	COLUMN_SESSION_EPOCH = 15,
	COLUMN_SESSION_LOCKED_EPOCH = 16,
	COLUMN_SESSION_CUTS = 30,
	COLUMN_NUMBER_LOST_AT = 32
};

enum
{
	COLUMN_ACCOUNT_ID = 1,
	COLUMN_STATE,
	COLUMN_EXTERNAL_ID,
	COLUMN_LOCALE,
	COLUMN_TIME_ZONE,
	COLUMN_PROFILE,
	COLUMN_TENANT,
	COLUMN_COHORT
};

static const char *const columns[] = {
	"account_id", "state", "external_id", "locale", "time_zone", "profile", "tenant", "cohort"
};

static AgDirect by_id = {
	.table = "account", .index = "account_pkey",
	.columns = columns, .column_count = lengthof(columns)
};

static AgDirect by_external_id = {
	.table = "account", .index = "account_external_id",
	.columns = columns, .column_count = lengthof(columns)
};

static const char *const epoch_columns[] = {
	"account_id", "state", "external_id", "locale", "time_zone", "profile", "tenant", "cohort",
	"staff_rank", "protected", "person", "version", "freeze_count", "child_count",
	"session_epoch", "session_locked_epoch", "rules_version", "registered_at", "activated_at",
	"last_seen_at", "close_requested_at", "close_at", "closed_at", "close_reason", "erased_at",
	"proposal", "proposed_by", "proposed_at", "acted_at", "session_cuts",
	"owner_seen_at", "number_lost_at"
};

static AgDirect epochs_by_id = {
	.table = "account", .index = "account_pkey",
	.columns = epoch_columns, .column_count = lengthof(epoch_columns)
};

void
ag_account_probe_init(void)
{
	ag_direct_register(&epochs_by_id);
	ag_direct_register(&by_id);
	ag_direct_register(&by_external_id);
}

static char *
copy_text(TupleTableSlot *slot, int column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

static void
copy_row(TupleTableSlot *slot, void *into)
{
	AgAccountProbe *probe = into;
	bool		isnull;

	probe->account_id = DatumGetInt64(slot_getattr(slot, COLUMN_ACCOUNT_ID, &isnull));
	probe->tenant = copy_text(slot, COLUMN_TENANT);
	probe->cohort = copy_text(slot, COLUMN_COHORT);
}

static void
copy_epochs(TupleTableSlot *slot, void *into)
{
	AgAccountEpochs *epochs = into;
	bool		isnull;
	Datum		cuts = slot_getattr(slot, COLUMN_SESSION_CUTS, &isnull);

	epochs->cuts = ag_time_array(isnull ? NULL : DatumGetArrayTypePCopy(cuts), &epochs->cut_count);
	epochs->session_epoch = DatumGetInt64(slot_getattr(slot, COLUMN_SESSION_EPOCH, &isnull));
	epochs->session_locked_epoch =
		DatumGetInt64(slot_getattr(slot, COLUMN_SESSION_LOCKED_EPOCH, &isnull));
	(void) slot_getattr(slot, COLUMN_NUMBER_LOST_AT, &isnull);
	epochs->must_bind_phone = !isnull;
}

static bool
epochs_by_sql(int64 account_id, AgAccountEpochs *epochs)
{
	AgAccount  *account = ag_account_read(account_id);

	if (account == NULL)
		return false;
	epochs->session_epoch = account->session_epoch;
	epochs->session_locked_epoch = account->session_locked_epoch;
	epochs->cut_count = account->session_cut_count;
	epochs->cuts = account->session_cuts;
	epochs->must_bind_phone = account->number_lost_at != DT_NOEND;
	return true;
}

/* A row at a remembered place: is it still this account's? */
typedef struct PlacedEpochs
{
	int64		account_id;
	AgAccountEpochs *epochs;
} PlacedEpochs;

static bool
copy_placed(TupleTableSlot *slot, void *into)
{
	PlacedEpochs *placed = into;
	bool		isnull;

	if (DatumGetInt64(slot_getattr(slot, COLUMN_ACCOUNT_ID, &isnull)) != placed->account_id)
		return false;
	copy_epochs(slot, placed->epochs);
	return true;
}

bool
ag_account_probe_epochs(int64 account_id, ItemPointer place, AgAccountEpochs *epochs)
{
	PlacedEpochs placed = {.account_id = account_id, .epochs = epochs};
	Relation	table;
	ScanKeyData key;

	if (!ag_direct_open(&epochs_by_id, &table, NULL))
	{
		ItemPointerSetInvalid(place);
		return epochs_by_sql(account_id, epochs);
	}
	if (ag_direct_fetch(table, place, copy_placed, &placed))
	{
		table_close(table, NoLock);
		return true;
	}
	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(account_id));
	return ag_direct_find(table, index_open(epochs_by_id.index_id, AccessShareLock), &key, 1, copy_epochs,
						  epochs, place);
}

/* The same through SQL, where the table does not lie here. */
static bool
find_by_sql(int64 account_id, AgAccountProbe *probe)
{
	AgAccount  *account = ag_account_read(account_id);

	if (account == NULL)
		return false;
	probe->account_id = account->account_id;
	probe->tenant = account->tenant;
	probe->cohort = account->cohort;
	return true;
}

/* Is there such an account?  Fills in its scope attributes. */
bool
ag_account_probe(int64 account_id, AgAccountProbe *probe)
{
	Relation	table;
	Relation	index;
	ScanKeyData key;

	if (!ag_direct_open(&by_id, &table, &index))
		return find_by_sql(account_id, probe);
	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(account_id));
	return ag_direct_row(table, index, &key, 1, copy_row, probe);
}

/* The account that the host knows by this id of its own. */
bool
ag_account_probe_external(const char *external_id, AgAccountProbe *probe)
{
	Relation	table;
	Relation	index;
	ScanKeyData key;

	if (!ag_direct_open(&by_external_id, &table, &index))
		return find_by_sql(ag_account_store_find(external_id), probe);
	ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid,
						   index->rd_indcollation[0], F_TEXTEQ,
						   CStringGetTextDatum(external_id));
	return ag_direct_row(table, index, &key, 1, copy_row, probe);
}
