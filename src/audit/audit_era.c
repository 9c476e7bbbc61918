/*-------------------------------------------------------------------------
 *
 * audit_era.c
 *		Numbers of transactions that stay unique when the server changes.
 *
 * tx is the transaction's full id plus the base of the era.  A dump restored into
 * another cluster meets transaction ids that may be lower than those its rows
 * carry; the first event there sees another system identifier and starts an era
 * whose base lies above every tx in the ledger.  pg_upgrade changes the identifier
 * as well and gets an era it would not need.
 *
 * Memory: two static variables, forgotten when the table changes or a transaction
 * aborts (it may have been the one that started the era).
 *
 * Locks: those of the statements.  Two sessions that start the same era: the
 * second waits for the first, then reads what it wrote.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "audit/audit.h"
#include "utils/inval.h"

static Oid	known_relation = InvalidOid;	/* valid = era_base is current */
static int64 era_base = 0;

static void
forget_era(Oid relation_id)
{
	if (!OidIsValid(relation_id) || relation_id == known_relation)
		known_relation = InvalidOid;
}

static void
era_at_xact(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT)
		known_relation = InvalidOid;
}

static void
era_at_subxact(SubXactEvent event, SubTransactionId subxact, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		known_relation = InvalidOid;
}

void
ag_audit_era_init(void)
{
	ag_on_relcache_message(forget_era);
	RegisterXactCallback(era_at_xact, NULL);
	RegisterSubXactCallback(era_at_subxact, NULL);
}

/* Is the newest era in the table one of this server? */
static bool
read_era(void)
{
	uint64		system_identifier;

	return ag_audit_store_era(&era_base, &system_identifier) &&
		system_identifier == GetSystemIdentifier();
}

static void
find_era(void)
{
	if (!read_era())
	{
		ag_audit_store_start_era(GetSystemIdentifier(), ag_now());
		if (!read_era())
			elog(ERROR, "could not start an era of the ledger");
	}
	known_relation = ag_relation_id("era");
}

int64
ag_audit_tx(void)
{
	if (!OidIsValid(known_relation))
		find_era();
	return era_base + (int64) U64FromFullTransactionId(GetTopFullTransactionId());
}
