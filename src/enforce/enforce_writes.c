/*-------------------------------------------------------------------------
 *
 * enforce_writes.c
 *		The accounts this transaction has written guarded rows for.
 *
 * A list in the order of writing, each account and capability once.  What a rolled
 * back subtransaction wrote is taken off its end again; a subtransaction that
 * commits leaves its part to its parent.  A hash table beside it tells what the list
 * has already.
 *
 * Memory: TopMemoryContext, small; what a big transaction made grow is given back
 * when it ends.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "enforce/enforce.h"
#include "utils/memutils.h"

/* Accounts whose rows may stay allocated between transactions. */
#define KEPT_WRITES 256

typedef struct WrittenAccount
{
	int64		account_id;
	uint64		mask;
	char		status;
} WrittenAccount;

#define SH_PREFIX written
#define SH_ELEMENT_TYPE WrittenAccount
#define SH_KEY_TYPE int64
#define SH_KEY account_id
#define SH_HASH_KEY(table, key) \
	((uint32) (((uint64) (key) * UINT64CONST(0x9E3779B97F4A7C15)) >> 32))
#define SH_EQUAL(table, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static written_hash * written = NULL;
static AgWrite *writes = NULL;
static int	count = 0;
static int	allocated = 0;

static void
make_room(void)
{
	if (written == NULL)
		written = written_create(TopMemoryContext, KEPT_WRITES / 8, NULL);
	if (writes == NULL)
	{
		allocated = KEPT_WRITES / 8;
		writes = MemoryContextAlloc(TopMemoryContext, sizeof(AgWrite) * allocated);
	}
	else if (count == allocated)
	{
		writes = repalloc_huge(writes, sizeof(AgWrite) * allocated * 2);
		allocated *= 2;
	}
}

/* Note that a row was written for the account under these capabilities. */
void
ag_writes_add(int64 account_id, uint64 mask, Oid relation_id, uint64 completed)
{
	WrittenAccount *account;
	AgWrite    *write;
	bool		found;

	make_room();
	account = written_insert(written, account_id, &found);
	if (!found)
		account->mask = 0;
	mask &= ~account->mask;
	if (mask == 0)
		return;
	account->mask |= mask;

	write = &writes[count++];
	write->account_id = account_id;
	write->hash = ag_account_hash(account_id);
	write->mask = mask;
	write->completed = completed;
	write->relation_id = relation_id;
	write->subxact = GetCurrentSubTransactionId();
}

const AgWrite *
ag_writes_list(int *length)
{
	*length = count;
	return writes;
}

/* The transaction is over. */
static void
forget_all(void)
{
	if (count == 0)
		return;
	count = 0;
	if (allocated > KEPT_WRITES)
	{
		pfree(writes);
		writes = NULL;
		written_destroy(written);
		written = NULL;
	}
	else
		written_reset(written);
}

/* Take the last write back. */
static void
undo_last(void)
{
	AgWrite    *write = &writes[--count];
	WrittenAccount *account = written_lookup(written, write->account_id);

	account->mask &= ~write->mask;
}

static void
writes_at_xact(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_PRE_COMMIT && event != XACT_EVENT_PARALLEL_PRE_COMMIT &&
		event != XACT_EVENT_PRE_PREPARE)
		forget_all();
}

static void
writes_at_subxact(SubXactEvent event, SubTransactionId subxact, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		while (count > 0 && writes[count - 1].subxact == subxact)
			undo_last();
	}
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		for (int i = count; i > 0 && writes[i - 1].subxact == subxact; i--)
			writes[i - 1].subxact = parent;
	}
}

void
ag_writes_init(void)
{
	RegisterXactCallback(writes_at_xact, NULL);
	RegisterSubXactCallback(writes_at_subxact, NULL);
}
