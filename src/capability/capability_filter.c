/*-------------------------------------------------------------------------
 *
 * capability_filter.c
 *		The shared filter: accounts that certainly have no row of standing.
 *
 * One bit per hash of (database, account).  A clear bit means that there is no row
 * about the account, committed or on its way, so a check is over in nanoseconds; a
 * set bit means that the table has to be asked.  Bits are set by the trigger on
 * standing after the row is in the table and before its transaction commits, and
 * are cleared only all together.
 *
 * Per database the filter is empty, being built, or ready; only ready counts.
 *
 *	- Building reads standing with a dirty snapshot, which sees rows of
 *	  transactions that are running or prepared as well.  Rows that come after the
 *	  scan began set their bits themselves, at whatever state.
 *	- Ready holds for one generation of the bits.  Clearing starts a new
 *	  generation first; a reader looks at the generation before and after the bit.
 *	- Ready holds for one identity: the very rows of pg_trigger and pg_database
 *	  under which the filter was built.  Whoever disables, drops or re-creates the
 *	  trigger (a restore does) changes them, and takes "ready" back before his
 *	  transaction commits; a database made under a reused OID differs as well.
 *	- On a standby nothing is ever ready: replay fires no triggers.  Promotion and
 *	  restart begin with an empty filter.
 *
 * The flag "scopes" says that scope freezes have to be asked for.  It is a count so
 * that who clears it, after a dirty scan that found none, sees that one was added
 * meanwhile.
 *
 * Locks: the area's LWLock, never held while anything is read.  Lock order: none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "capability/capability.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "common/hashfn.h"
#include "guc.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#define MAX_DATABASES 64		/* further ones do without the filter */
#define RETRY_INTERVAL USECS_PER_SEC
#define CHANGED_TRIGGER "acctguard_changed"

/* What the filter of a database was built under. */
typedef struct Identity
{
	Oid			standing;
	Oid			standing_trigger;
	TransactionId standing_trigger_xmin;
	Oid			scope;			/* InvalidOid = no such table */
	Oid			scope_trigger;
	TransactionId scope_trigger_xmin;
	TransactionId database_xmin;
} Identity;

typedef struct FilterDatabase
{
	Oid			database;		/* InvalidOid = free */
	int			builder;		/* pid of who builds, 0 = nobody */
	uint64		epoch;			/* raised whenever ready is taken back */
	Identity	identity;		/* valid while ready */
	pg_atomic_uint64 ready;		/* generation it is ready for, 0 = none */
	pg_atomic_uint64 scopes;	/* 0 = certainly no scope freezes */
} FilterDatabase;

typedef struct Filter
{
	pg_atomic_uint64 generation;	/* of the bits, from 1 */
	pg_atomic_uint64 set;		/* bits set */
	uint64		mask;			/* number of bits - 1, a power of two */
	FilterDatabase databases[MAX_DATABASES];
	pg_atomic_uint64 words[FLEXIBLE_ARRAY_MEMBER];
} Filter;

static AgShmem shmem;

static Filter *filter = NULL;	/* set once this session has its database's entry */
static FilterDatabase *own = NULL;
static TimestampTz next_try = 0;

/* Relcache messages that may be about our tables; when they were last dealt with. */
static uint64 messages = 1;
static uint64 verified = 0;		/* identity was looked at after so many */
static uint64 at_xact_end = 1;	/* so many had come when the last transaction ended */
static Oid	watched_standing = InvalidOid;
static Oid	watched_scope = InvalidOid;

/* The largest power of two of bits that fits the setting. */
static uint64
bit_count(void)
{
	uint64		wanted = (uint64) ag_guc_filter_size * 1024 * 8;
	uint64		bits = UINT64CONST(64) * 1024 * 8;

	while (bits * 2 <= wanted)
		bits *= 2;
	return bits;
}

static Size
filter_size(void)
{
	return add_size(offsetof(Filter, words), bit_count() / 8);
}

static void
filter_begin(void *area)
{
	Filter	   *fresh = area;

	memset(fresh, 0, filter_size());
	pg_atomic_init_u64(&fresh->generation, 1);
	pg_atomic_init_u64(&fresh->set, 0);
	fresh->mask = bit_count() - 1;
	for (int i = 0; i < MAX_DATABASES; i++)
	{
		pg_atomic_init_u64(&fresh->databases[i].ready, 0);
		pg_atomic_init_u64(&fresh->databases[i].scopes, 1);
	}
	for (uint64 i = 0; i <= fresh->mask / 64; i++)
		pg_atomic_init_u64(&fresh->words[i], 0);
}

/* The hash by which an account is known in shared memory. */
uint64
ag_account_hash(int64 account_id)
{
	struct
	{
		int64		account_id;
		uint64		database;
	}			key = {account_id, MyDatabaseId};

	return hash_bytes_extended((unsigned char *) &key, sizeof(key), 0);
}

static void
note_message(Oid relation)
{
	if (!OidIsValid(relation) || relation == watched_standing || relation == watched_scope ||
		!OidIsValid(watched_standing) || !OidIsValid(watched_scope))
		messages++;
}

/*
 * The identity of a table's trigger.  False unless it is there and fires always.
 */
static bool
trigger_identity(Oid relation_id, Oid *trigger_id, TransactionId *xmin)
{
	Relation	catalog = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		fires = false;

	ScanKeyInit(&keys[0], Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relation_id));
	ScanKeyInit(&keys[1], Anum_pg_trigger_tgname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum(CHANGED_TRIGGER));
	scan = systable_beginscan(catalog, TriggerRelidNameIndexId, true, NULL, 2, keys);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_trigger trigger = (Form_pg_trigger) GETSTRUCT(tuple);

		*trigger_id = trigger->oid;
		*xmin = HeapTupleHeaderGetRawXmin(tuple->t_data);
		fires = trigger->tgenabled == TRIGGER_FIRES_ALWAYS;
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return fires;
}

/* What is true now.  False: this database cannot have a filter. */
static bool
read_identity(Identity *identity)
{
	Oid			schema = get_namespace_oid(AG_SCHEMA, true);
	HeapTuple	database;

	memset(identity, 0, sizeof(Identity));
	watched_standing = OidIsValid(schema) ? get_relname_relid("standing", schema) : InvalidOid;
	watched_scope = OidIsValid(schema) ? get_relname_relid("scope_freeze", schema) : InvalidOid;
	identity->standing = watched_standing;
	identity->scope = watched_scope;
	if (!OidIsValid(identity->standing) || !ag_standing_is_direct() ||
		!trigger_identity(identity->standing, &identity->standing_trigger,
						  &identity->standing_trigger_xmin))
		return false;
	if (OidIsValid(identity->scope) &&
		!trigger_identity(identity->scope, &identity->scope_trigger,
						  &identity->scope_trigger_xmin))
		return false;

	database = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	if (!HeapTupleIsValid(database))
		return false;
	identity->database_xmin = HeapTupleHeaderGetRawXmin(database->t_data);
	ReleaseSysCache(database);
	return true;
}

/* The entry of this database, made if there is room.  Caller holds the lock. */
static FilterDatabase *
find_database(Filter *shared)
{
	FilterDatabase *spare = NULL;

	for (int i = 0; i < MAX_DATABASES; i++)
	{
		if (shared->databases[i].database == MyDatabaseId)
			return &shared->databases[i];
		if (spare == NULL && !OidIsValid(shared->databases[i].database))
			spare = &shared->databases[i];
	}
	if (spare != NULL)
		spare->database = MyDatabaseId;
	return spare;
}

/* Take "ready" back.  Caller holds the lock. */
static void
take_back(FilterDatabase *database)
{
	pg_atomic_write_u64(&database->ready, 0);
	database->epoch++;
}

/*
 * Is the filter still what it was built to be?  Asked when a relcache message about
 * our tables came in, and before the commit of a transaction that may be the one who
 * sends it (committing): that one also spoils what is being built.
 */
static void
verify(bool committing)
{
	uint64		before = messages;
	Identity	identity;
	bool		possible = read_identity(&identity);

	if (OidIsValid(identity.standing) || own != NULL)
	{
		Filter	   *shared = shmem.area;

		LWLockAcquire(shmem.lock, LW_EXCLUSIVE);
		own = find_database(shared);
		if (own != NULL && (pg_atomic_read_u64(&own->ready) == 0 ? committing :
							!possible || memcmp(&identity, &own->identity, sizeof(Identity)) != 0))
			take_back(own);
		LWLockRelease(shmem.lock);
		filter = own != NULL ? shared : NULL;
	}
	verified = before;
}

static inline bool
is_ready(void)
{
	return pg_atomic_read_u64(&own->ready) == pg_atomic_read_u64(&filter->generation);
}

static void
set_bit(Filter *shared, int64 account_id)
{
	uint64		bit = ag_account_hash(account_id) & shared->mask;
	uint64		flag = UINT64CONST(1) << (bit % 64);
	pg_atomic_uint64 *word = &shared->words[bit / 64];

	if ((pg_atomic_fetch_or_u64(word, flag) & flag) == 0)
		pg_atomic_fetch_add_u64(&shared->set, 1);
}

/* A row about the account has been written; called by the trigger, after the fact. */
void
ag_filter_add(int64 account_id)
{
	if (shmem.area != NULL)
		set_bit(shmem.area, account_id);
}

/* A scope freeze has been written; called by the trigger, after the fact. */
void
ag_filter_add_scope(void)
{
	Filter	   *shared = shmem.area;
	FilterDatabase *database;

	if (shared == NULL)
		return;
	LWLockAcquire(shmem.lock, LW_EXCLUSIVE);
	database = find_database(shared);
	LWLockRelease(shmem.lock);
	if (database != NULL)
		pg_atomic_fetch_add_u64(&database->scopes, 1);
}

/* May this session try to build?  One session builds, and it does not try all the time. */
static bool
claim(uint64 *epoch, uint64 *generation)
{
	TimestampTz now;
	bool		claimed = false;

	if (RecoveryInProgress() || own->builder != 0)
		return false;
	now = GetCurrentTimestamp();
	if (now < next_try)
		return false;
	next_try = now + RETRY_INTERVAL;

	LWLockAcquire(shmem.lock, LW_EXCLUSIVE);
	if (own->builder == 0 && !is_ready())
	{
		own->builder = MyProcPid;
		*epoch = own->epoch;
		*generation = pg_atomic_read_u64(&filter->generation);
		claimed = true;
	}
	LWLockRelease(shmem.lock);
	return claimed;
}

static void
give_up(int code, Datum arg)
{
	if (own == NULL || own->builder != MyProcPid)
		return;
	LWLockAcquire(shmem.lock, LW_EXCLUSIVE);
	own->builder = 0;
	LWLockRelease(shmem.lock);
}

static void
add_scanned(int64 account_id, void *arg)
{
	set_bit(filter, account_id);
}

static void
build(void)
{
	Identity	identity;
	uint64		epoch;
	uint64		generation;
	bool		complete = false;

	if (!claim(&epoch, &generation))
		return;
	PG_ENSURE_ERROR_CLEANUP(give_up, (Datum) 0);
	{
		complete = read_identity(&identity) && ag_standing_scan_dirty(add_scanned, NULL);
	}
	PG_END_ENSURE_ERROR_CLEANUP(give_up, (Datum) 0);

	LWLockAcquire(shmem.lock, LW_EXCLUSIVE);
	if (complete && verified == messages && own->epoch == epoch &&
		pg_atomic_read_u64(&filter->generation) == generation)
	{
		own->identity = identity;
		pg_atomic_write_u64(&own->ready, generation);
		next_try = 0;
	}
	own->builder = 0;
	LWLockRelease(shmem.lock);
}

/* Clear the scope flag if there is none, committed or on its way. */
static void
clear_scopes(void)
{
	TimestampTz now = GetCurrentTimestamp();
	uint64		count = pg_atomic_read_u64(&own->scopes);

	if (now < next_try || ag_scope_any())
		return;
	next_try = now + RETRY_INTERVAL;
	if (!ag_scope_possible())
		(void) pg_atomic_compare_exchange_u64(&own->scopes, &count, 0);
}

/* Before the filter is asked: is it what it was, and can it be made ready? */
void
ag_filter_prepare(void)
{
	if (shmem.area == NULL || IsInParallelMode())
		return;
	if (verified != messages)
		verify(false);
	if (filter == NULL)
		return;
	if (!is_ready())
		build();
	else if (pg_atomic_read_u64(&own->scopes) != 0)
		clear_scopes();
}

/*
 * Is there certainly nothing about the account of this hash?  The barriers keep the bit between
 * the two looks at the generation.
 */
bool
ag_filter_passes(uint64 hash)
{
	uint64		generation;
	uint64		bit;
	uint64		word;

	if (filter == NULL)
		return false;
	generation = pg_atomic_read_u64(&own->ready);
	if (generation == 0 || pg_atomic_read_u64(&own->scopes) != 0)
		return false;
	pg_read_barrier();
	bit = hash & filter->mask;
	word = pg_atomic_read_u64(&filter->words[bit / 64]);
	pg_read_barrier();
	return (word & (UINT64CONST(1) << (bit % 64))) == 0 &&
		pg_atomic_read_u64(&filter->generation) == generation;
}

/* Clear all bits.  Every database builds anew when it is next asked. */
void
ag_filter_clear(void)
{
	Filter	   *shared = shmem.area;

	if (shared == NULL)
		return;
	LWLockAcquire(shmem.lock, LW_EXCLUSIVE);
	pg_atomic_fetch_add_u64(&shared->generation, 1);
	for (uint64 i = 0; i <= shared->mask / 64; i++)
		pg_atomic_write_u64(&shared->words[i], 0);
	pg_atomic_write_u64(&shared->set, 0);
	LWLockRelease(shmem.lock);
	next_try = 0;
}

/* What the filter looks like to this session. */
void
ag_filter_status(AgFilterStatus *status)
{
	Filter	   *shared = shmem.area;

	memset(status, 0, sizeof(AgFilterStatus));
	if (shared == NULL)
	{
		status->state = "not preloaded";
		return;
	}
	ag_filter_prepare();
	if (filter == NULL)
		status->state = "none";
	else if (is_ready())
		status->state = "ready";
	else
		status->state = own->builder != 0 ? "building" : "empty";
	status->scopes = filter != NULL && pg_atomic_read_u64(&own->scopes) != 0;
	status->bits = (int64) shared->mask + 1;
	status->bits_set = (int64) pg_atomic_read_u64(&shared->set);
}

/* A transaction that may have changed our triggers takes "ready" back before it commits. */
static void
filter_at_xact(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			if (at_xact_end != messages && shmem.area != NULL && OidIsValid(MyDatabaseId) &&
				TransactionIdIsValid(GetTopTransactionIdIfAny()))
				verify(true);
			break;
		case XACT_EVENT_PARALLEL_PRE_COMMIT:
			break;
		default:
			at_xact_end = messages;
			break;
	}
}

void
ag_filter_init(void)
{
	shmem.name = "acctguard_filter";
	shmem.size = filter_size;
	shmem.begin = filter_begin;
	ag_shmem_register(&shmem);
	ag_on_relcache_message(note_message);
	RegisterXactCallback(filter_at_xact, NULL);
}
