/*-------------------------------------------------------------------------
 *
 * enforce_commit.c
 *		The commit gate: nothing of an account commits after a freeze of it has.
 *
 * A writer was allowed when it wrote; that may be hours ago.  So at its commit,
 * when all its own work is done, it asks once more, and a freeze that is committing
 * at that very moment has to meet it: one of the two goes first.
 *
 *	writer						freeze
 *	------						------
 *	share locks on its			(bits set in the filter while it wrote standing)
 *	  accounts' slots			exclusive locks on its accounts' slots
 *	ask with the latest			wait for writers inside the barrier
 *	  snapshot					commit
 *	commit						locks go after the commit is visible
 *	locks go
 *
 * The locks are held only while committing, so an idle writer delays nobody, and a
 * freeze waits for nothing but commits already under way.  Slots are hashes of
 * accounts; all locks of a transaction are taken in ascending order, exclusive
 * where it freezes, and nothing but commits is waited for afterwards: there is no
 * deadlock.  They are locks on objects of ours that no SQL user can name.
 *
 * Where the filter of capability_filter.c is ready, a writer without any bit takes
 * no lock: it only stands inside the barrier (enforce_barrier.c) while it commits.
 * A transaction that freezes never does, because the barrier knows no deadlocks.
 *
 * What a transaction did to standing itself is passed over when it is asked: a
 * message that makes the spam detector freeze its sender commits together with the
 * freeze, it is not undone by it.  So that changing somebody else's row is no way
 * around his freeze, what was written before is judged by that row first.
 *
 * PREPARE TRANSACTION is refused, or (policy prepare_wait) takes the locks along.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "enforce/enforce.h"
#include "miscadmin.h"
#include "policy/policy.h"
#include "port/pg_bitutils.h"
#include "storage/lock.h"
#include "utils/inval.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#define SLOTS 128

/* Slots as a set of bits. */
typedef struct SlotSet
{
	uint64		bits[SLOTS / 64];
} SlotSet;

/* What this transaction froze.  A rolled-back savepoint leaves too much here, which only costs. */
static bool freezes = false;
static SlotSet frozen_slots;
static uint64 frozen_accounts;

/* An account's slot and its bit in a sketch come from bits of the hash the filter does not use. */
static int
slot_of(uint64 hash)
{
	return (hash >> 40) % SLOTS;
}

static uint64
sketch_of(uint64 hash)
{
	return UINT64CONST(1) << (hash >> 58);
}

static void
add_slot(SlotSet *set, int slot)
{
	set->bits[slot / 64] |= UINT64CONST(1) << (slot % 64);
}

static bool
has_slot(const SlotSet *set, int slot)
{
	return (set->bits[slot / 64] & (UINT64CONST(1) << (slot % 64))) != 0;
}

/* This transaction has made standing refuse something to an account. */
void
ag_commit_freezes(int64 account_id)
{
	uint64		hash = ag_account_hash(account_id);

	freezes = true;
	add_slot(&frozen_slots, slot_of(hash));
	frozen_accounts |= sketch_of(hash);
}

/* ... or to any number of accounts. */
void
ag_commit_freezes_all(void)
{
	freezes = true;
	memset(&frozen_slots, 0xff, sizeof(frozen_slots));
	frozen_accounts = PG_UINT64_MAX;
}

static void
lock_slot(int slot, LOCKMODE mode)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, RelationRelationId, ag_standing_relation(), slot + 1);
	(void) LockAcquire(&tag, mode, false, false);
}

/* All locks in ascending order; they go with the transaction. */
static void
lock_slots(const AgWrite *writes, int count)
{
	ResourceOwner old = CurrentResourceOwner;
	SlotSet		written = {{0}};

	for (int i = 0; i < count; i++)
		add_slot(&written, slot_of(writes[i].hash));

	CurrentResourceOwner = TopTransactionResourceOwner;
	for (int slot = 0; slot < SLOTS; slot++)
	{
		if (has_slot(&frozen_slots, slot))
			lock_slot(slot, ExclusiveLock);
		else if (has_slot(&written, slot))
			lock_slot(slot, ShareLock);
	}
	CurrentResourceOwner = old;
}

static const char *
capability_name(uint64 mask)
{
	const AgCapability *capability = ag_policy_capability(pg_rightmost_one_pos64(mask));

	return capability == NULL ? "unknown" : capability->name;
}

static void
refuse_write(const AgWrite *write, const AgVerdict *verdict)
{
	uint64		refused = verdict->denied != 0 ? verdict->denied : verdict->challenged;

	if (refused != 0)
	{
		AgRefusal	refusal = {
			capability_name(refused), write->account_id, verdict, write->relation_id
		};

		ag_refuse(&refusal);
	}
}

/* Is the account still allowed what was written for it? */
static void
check_write(const AgWrite *write)
{
	AgProbe		probe = {
		.account_id = write->account_id, .asked = write->mask, .skip_own = true
	};

	if (!ag_standing_changed_since(write->completed) && !ag_scope_any())
		return;
	PushActiveSnapshot(GetTransactionSnapshot());	/* policy may have to be read */
	ag_probe(&probe);
	PopActiveSnapshot();
	refuse_write(write, &probe.verdict);
}

/* This transaction changes a row of standing that it did not write: judge by the row as it was. */
void
ag_commit_judge(int64 account_id, const AgStanding *row)
{
	int			count;
	const AgWrite *writes = ag_writes_list(&count);

	for (int i = 0; i < count; i++)
	{
		AgVerdict	verdict = {0};

		if (writes[i].account_id != account_id ||
			!ag_interval_contains(row->starts_at, row->ends_at, ag_now()))
			continue;
		ag_verdict_add(&verdict, row, writes[i].mask & ~ag_policy_floor());
		refuse_write(&writes[i], &verdict);
	}
}

/*
 * Commit without a lock: inside the barrier, with no bit of the filter set.  False
 * = a bit is set or the filter is not ready; we are outside again.
 */
static bool
pass_filter(const AgWrite *writes, int count)
{
	uint64		accounts = 0;

	if (!ag_barrier_available())
		return false;
	for (int i = 0; i < count; i++)
		accounts |= sketch_of(writes[i].hash);
	ag_barrier_enter(accounts);
	for (int i = 0; i < count; i++)
		if (!ag_filter_passes(writes[i].hash))
		{
			ag_barrier_leave();
			return false;
		}
	return true;
}

/* The order of the steps is that of the picture above. */
static void
certify(void)
{
	int			count;
	const AgWrite *writes = ag_writes_list(&count);

	lock_slots(writes, count);
	AcceptInvalidationMessages();
	for (int i = 0; i < count; i++)
		check_write(&writes[i]);
	if (freezes)
		ag_barrier_drain(frozen_accounts);
}

static void
at_commit(void)
{
	int			count;
	const AgWrite *writes = ag_writes_list(&count);

	if (freezes || (count > 0 && !pass_filter(writes, count)))
		certify();
}

/* A prepared transaction commits when nobody of us is there to ask, so its locks must stay. */
static void
at_prepare(void)
{
	int			count;
	bool		wait;

	(void) ag_writes_list(&count);
	if (!freezes && count == 0)
		return;
	PushActiveSnapshot(GetTransactionSnapshot());
	wait = ag_policy_setting(AG_SETTING_PREPARE_WAIT) != 0;
	PopActiveSnapshot();
	if (!wait)
		ereport(ERROR, ag_errcode(AG_ERR_PREPARE_REFUSED),
				freezes ?
				errmsg("a transaction that freezes accounts cannot be prepared") :
				errmsg("a transaction that wrote guarded rows cannot be prepared"),
				errhint("Commit it in one phase, or set the policy prepare_wait to 1."));
	certify();
}

static void
commit_at_xact(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			at_commit();
			break;
		case XACT_EVENT_PRE_PREPARE:
			at_prepare();
			break;
		case XACT_EVENT_PARALLEL_PRE_COMMIT:
			break;
		default:
			ag_barrier_leave();
			freezes = false;
			memset(&frozen_slots, 0, sizeof(frozen_slots));
			frozen_accounts = 0;
			break;
	}
}

void
ag_commit_init(void)
{
	RegisterXactCallback(commit_at_xact, NULL);
}
