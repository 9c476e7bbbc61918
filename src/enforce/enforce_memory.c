/*-------------------------------------------------------------------------
 *
 * enforce_memory.c
 *		What the running statement has found out about accounts already.
 *
 * A statement that writes a million rows for a hundred senders asks a hundred
 * times.  A statement is told from the next by transaction, subtransaction and
 * command id: whatever writes rows uses its command id up, and a statement nested
 * in it has another one, which only makes us ask again.  Rolling back to a savepoint
 * does not raise the command id, but starts another subtransaction.
 *
 * The memory is a hash table without chains: an account that falls on another's
 * place takes it over.  Entries of earlier statements are told by their stamp, so
 * starting a statement costs nothing.  It grows with the number of accounts and is
 * given back at the end of the transaction.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/compat.h"
#include "enforce/enforce.h"
#include "utils/memutils.h"

#define MIN_BITS 6				/* 64 entries, 2 kB */
#define MAX_BITS 18				/* 8 MB */

/* The running statement. */
static LocalTransactionId lxid = InvalidLocalTransactionId;
static SubTransactionId subxact = InvalidSubTransactionId;
static CommandId command = InvalidCommandId;

static AgRemembered *entries = NULL;
static int	bits = 0;
static uint64 stamp = 0;		/* entries with another stamp are empty */
static uint32 entered = 0;		/* by this statement */

/* Multiplicative hashing: the upper bits depend on all bits of the account. */
static inline AgRemembered *
place(int64 account_id)
{
	return &entries[((uint64) account_id * UINT64CONST(0x9E3779B97F4A7C15)) >> (64 - bits)];
}

static void
allocate(int new_bits)
{
	entries = MemoryContextAllocZero(TopMemoryContext, sizeof(AgRemembered) << new_bits);
	bits = new_bits;
}

static void
forget_all(void)
{
	stamp++;
	entered = 0;
	if (entries == NULL)
		allocate(MIN_BITS);
}

/* Is this still the statement we know?  If not, what we know is void. */
bool
ag_memory_begin(void)
{
	CommandId	current = GetCurrentCommandId(false);

	if (lxid == AG_MY_LXID && command == current && subxact == GetCurrentSubTransactionId())
		return false;
	lxid = AG_MY_LXID;
	command = current;
	subxact = GetCurrentSubTransactionId();
	forget_all();
	return true;
}

/* Statements of our own ran inside the one we know; it goes on. */
void
ag_memory_continue(void)
{
	command = GetCurrentCommandId(false);
}

AgRemembered *
ag_memory_find(int64 account_id)
{
	AgRemembered *entry = place(account_id);

	return entry->stamp == stamp && entry->account_id == account_id ? entry : NULL;
}

/* Twice the room, with what this statement knows. */
static void
grow(void)
{
	AgRemembered *old = entries;
	uint32		count = 1 << bits;

	allocate(bits + 1);
	for (uint32 i = 0; i < count; i++)
		if (old[i].stamp == stamp)
			*place(old[i].account_id) = old[i];
	pfree(old);
}

/* The account's entry, made if need be. */
AgRemembered *
ag_memory_enter(int64 account_id)
{
	AgRemembered *entry = ag_memory_find(account_id);

	if (entry != NULL)
		return entry;
	if (++entered > (1 << bits) / 2 && bits < MAX_BITS)
		grow();
	entry = place(account_id);
	entry->account_id = account_id;
	entry->stamp = stamp;
	entry->allowed = 0;
	entry->written = 0;
	return entry;
}

static void
memory_at_xact(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PARALLEL_PRE_COMMIT ||
		event == XACT_EVENT_PRE_PREPARE || bits <= MIN_BITS)
		return;
	pfree(entries);
	allocate(MIN_BITS);
	forget_all();
}

void
ag_memory_init(void)
{
	RegisterXactCallback(memory_at_xact, NULL);
}
