/*-------------------------------------------------------------------------
 *
 * policy.c
 *		Reading policy through the session's cache.
 *
 * The cache is one memory context below CacheMemoryContext.  A relcache message
 * about any policy table marks it stale; the next reader throws it away and reads
 * anew.  Pointers handed out stay valid until then, which cannot happen while a
 * caller works on them: reading policy is the only thing that empties the cache,
 * and use-cases read what they need first.  Stale contexts are therefore kept
 * until the transaction ends (retired).  What a REPEATABLE READ transaction read is
 * forgotten with it, since it may have been out of date when it was read.
 *
 * No locks beyond those of the statements in policy_store.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "policy/policy.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"

#define AG_CAPABILITY_MAX 63

/*
 * The bundle all includes bits that no capability has yet: a ban imposed today also
 * denies what a DBA adds tomorrow.
 */
#define ALL_BITS ((UINT64CONST(1) << AG_CAPABILITY_MAX) - 1)

typedef struct Bundle
{
	char	   *name;
	uint64		mask;
} Bundle;

static MemoryContext cache = NULL;	/* NULL = nothing cached */
static uint64 cache_generation = 0; /* how often it was made */
static MemoryContext retired = NULL;	/* parent of emptied caches, freed at transaction end */
static bool stale = false;
static bool old_snapshot = false;	/* read by a transaction that sees the past */

/* What the cache holds; all pointers point into it. */
static AgCapability *capabilities[AG_CAPABILITY_MAX];
static uint64 all_mask,
			floor_mask,
			soft_floor_mask;
static List *bundles = NIL;		/* Bundle * */
static int64 settings[AG_SETTING_COUNT];
static List *kinds = NIL;		/* AgKind * read so far, newest versions */
static List *old_kinds = NIL;	/* AgKind * read so far, by version */
static List *reasons = NIL;		/* AgReason * read so far */
static List *ladder = NIL;
static List *signals = NIL;		/* AgRiskSignal * read so far */

/*
 * Read when first asked for: the tables may be newer than the rest, and guards work
 * before migrate().
 */
typedef struct Floor
{
	int			country;		/* 0 = every other */
	int64		floor;
} Floor;

static bool numbers_known = false;
static List *floors = NIL;		/* Floor * */
static List *number_aliases = NIL;	/* AgNumberAlias * */

static const char *const policy_tables[] = {
	"capability", "bundle", "reason", "freeze_kind", "ladder_step", "risk_signal", "setting",
	"notice_template",
	"country_floor", "number_alias", "label", "limit_rule", "code_country", "client_channel",
	"verification_method", "gate"
};
static Oid	policy_table_ids[lengthof(policy_tables)];

static void
policy_changed(Oid relation)
{
	if (cache == NULL)
		return;
	if (!OidIsValid(relation))
		stale = true;
	for (int i = 0; i < (int) lengthof(policy_tables); i++)
		if (relation == policy_table_ids[i])
			stale = true;
}

/* Emptied caches outlive the statement that still reads them. */
static void
policy_at_xact(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PARALLEL_PRE_COMMIT ||
		event == XACT_EVENT_PRE_PREPARE)
		return;
	if (old_snapshot)
		stale = true;
	if (retired != NULL)
	{
		MemoryContextDelete(retired);
		retired = NULL;
	}
}

void
ag_policy_init(void)
{
	ag_on_relcache_message(policy_changed);
	RegisterXactCallback(policy_at_xact, NULL);
}

/* Throw the cache away, but keep its memory until the transaction ends. */
static void
retire_cache(void)
{
	if (cache == NULL)
		return;
	if (retired == NULL)
		retired = AllocSetContextCreate(CacheMemoryContext, "acctguard retired policy",
										ALLOCSET_SMALL_SIZES);
	MemoryContextSetParent(cache, retired);
	cache = NULL;
}

static void
load_capabilities(void)
{
	ListCell   *cell;

	memset(capabilities, 0, sizeof(capabilities));
	floor_mask = soft_floor_mask = 0;
	foreach(cell, ag_policy_store_capabilities())
	{
		AgCapability *capability = lfirst(cell);
		uint64		bit = UINT64CONST(1) << capability->bit;

		capabilities[capability->bit] = capability;
		if (capability->floor == NULL)
			continue;
		if (strcmp(capability->floor, "floor") == 0)
			floor_mask |= bit;
		else
			soft_floor_mask |= bit;
	}
	all_mask = ALL_BITS & ~(floor_mask | soft_floor_mask);
}

static int
find_bit(const char *name)
{
	for (int i = 0; i < AG_CAPABILITY_MAX; i++)
		if (capabilities[i] != NULL && strcmp(capabilities[i]->name, name) == 0)
			return i;
	return -1;
}

static uint64
bundle_mask(const char *name)
{
	ListCell   *cell;

	foreach(cell, bundles)
		if (strcmp(((Bundle *) lfirst(cell))->name, name) == 0)
		return ((Bundle *) lfirst(cell))->mask;
	ereport(ERROR, ag_errcode(AG_ERR_CAPABILITY_UNKNOWN),
			errmsg("there is no capability or bundle \"%s\"", name),
			errhint("See acctguard.policy_list('capability') and policy_list('bundle')."));
	return 0;
}

/* The mask of capability and bundle names, without the floor. */
static uint64
resolve(ArrayType *names)
{
	uint64		mask = 0;
	ListCell   *cell;

	foreach(cell, ag_text_array_list(names))
	{
		const char *name = lfirst(cell);
		int			bit = find_bit(name);

		if (bit >= 0)
		{
			mask |= UINT64CONST(1) << bit;
			continue;
		}
		if (strcmp(name, "all") == 0)
		{
			mask |= all_mask;
			continue;
		}
		mask |= bundle_mask(name);
	}
	return mask & ~floor_mask;
}

static void
load_bundles(void)
{
	AgResult   *result = ag_policy_store_bundles();

	bundles = NIL;
	for (uint64 i = 0; i < result->count; i++)
	{
		Bundle	   *bundle = palloc(sizeof(Bundle));

		bundle->name = ag_row_text(result, i, 1);
		bundle->mask = resolve(ag_row_array(result, i, 2));
		bundles = lappend(bundles, bundle);
	}
}

/* Settings without a row have their default; rows of settings we do not know are ignored. */
static void
load_settings(void)
{
	AgResult   *result = ag_policy_store_settings();

	for (int i = 0; i < AG_SETTING_COUNT; i++)
		settings[i] = ag_policy_setting_rule((AgSetting) i)->default_value;
	for (uint64 i = 0; i < result->count; i++)
	{
		AgSetting	setting = ag_policy_setting_find(ag_row_text(result, i, 1));

		if (setting < AG_SETTING_COUNT)
			settings[setting] = ag_row_int8(result, i, 2);
	}
}

/*
 * Make the cache current.  The tables' OIDs are noted before they are read, so a
 * change that arrives while reading marks the new cache stale again.
 */
static void
ensure_cache(void)
{
	MemoryContext fresh;
	MemoryContext old;

	AcceptInvalidationMessages();
	if (cache != NULL && !stale)
		return;

	retire_cache();
	for (int i = 0; i < (int) lengthof(policy_tables); i++)
		policy_table_ids[i] = ag_relation_id(policy_tables[i]);

	fresh = AllocSetContextCreate(CurrentMemoryContext, "acctguard policy", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(fresh);
	cache = fresh;				/* so that policy_changed() listens while we read */
	cache_generation++;
	stale = false;
	old_snapshot = IsolationUsesXactSnapshot();
	PG_TRY();
	{
		load_capabilities();
		load_bundles();
		load_settings();
		kinds = old_kinds = reasons = signals = NIL;
		numbers_known = false;
		ladder = ag_policy_store_ladder();
	}
	PG_CATCH();
	{
		cache = NULL;
		PG_RE_THROW();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(old);
	MemoryContextSetParent(fresh, CacheMemoryContext);
}

MemoryContext
ag_policy_cache(uint64 *generation)
{
	ensure_cache();
	*generation = cache_generation;
	return cache;
}

int64
ag_policy_setting(AgSetting setting)
{
	ensure_cache();
	return settings[setting];
}

const AgCapability *
ag_policy_capability(int bit)
{
	ensure_cache();
	return bit >= 0 && bit < AG_CAPABILITY_MAX ? capabilities[bit] : NULL;
}

int
ag_policy_capability_bit(const char *name)
{
	int			bit;

	ensure_cache();
	bit = find_bit(name);
	if (bit < 0)
		ereport(ERROR, ag_errcode(AG_ERR_CAPABILITY_UNKNOWN),
				errmsg("there is no capability \"%s\"", name),
				errhint("See acctguard.policy_list('capability')."));
	return bit;
}

uint64
ag_policy_bundle_mask(const char *name)
{
	ensure_cache();
	return bundle_mask(name);
}

uint64
ag_policy_mask(ArrayType *names)
{
	ensure_cache();
	return resolve(names);
}

/* The names of a mask's capabilities, in the order of their bits. */
ArrayType *
ag_policy_mask_names(uint64 mask)
{
	Datum		names[AG_CAPABILITY_MAX];
	int			count = 0;

	ensure_cache();
	for (int i = 0; i < AG_CAPABILITY_MAX; i++)
		if ((mask & (UINT64CONST(1) << i)) && capabilities[i] != NULL)
			names[count++] = CStringGetTextDatum(capabilities[i]->name);
	return construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT);
}

uint64
ag_policy_all(void)
{
	ensure_cache();
	return all_mask;
}

uint64
ag_policy_floor(void)
{
	ensure_cache();
	return floor_mask;
}

uint64
ag_policy_soft_floor(void)
{
	ensure_cache();
	return soft_floor_mask;
}

/*
 * An item is read into a context of its own, which joins the cache only if the item
 * exists: asking for names that do not leaves nothing behind.
 */
static MemoryContext
begin_item(void)
{
	return MemoryContextSwitchTo(AllocSetContextCreate(CurrentMemoryContext,
													   "acctguard policy item",
													   ALLOCSET_SMALL_SIZES));
}

/* Put an item that was read into its list, or forget the attempt. */
static void
end_item(MemoryContext old, List **list, void *item)
{
	MemoryContext context = CurrentMemoryContext;

	if (item == NULL)
	{
		MemoryContextSwitchTo(old);
		MemoryContextDelete(context);
		return;
	}
	MemoryContextSetParent(context, cache);
	MemoryContextSwitchTo(cache);
	*list = lappend(*list, item);
	MemoryContextSwitchTo(old);
}

/* Read a kind into the cache and resolve its masks. */
static AgKind *
read_kind(const char *name, int version)
{
	MemoryContext old = begin_item();
	AgKind	   *kind = ag_policy_store_kind(name, version);

	if (kind != NULL)
	{
		kind->denies = resolve(kind->denies_names);
		kind->choices = resolve(kind->choices_names);
		kind->probation_denies = resolve(kind->probation_denies_names);
		kind->acknowledge_denies = resolve(kind->acknowledge_denies_names);
	}
	end_item(old, version == 0 ? &kinds : &old_kinds, kind);
	return kind;
}

/* The newest version of a kind; NULL if there is none. */
const AgKind *
ag_policy_kind(const char *name)
{
	ListCell   *cell;

	ensure_cache();
	foreach(cell, kinds)
	{
		if (strcmp(((AgKind *) lfirst(cell))->kind, name) == 0)
			return lfirst(cell);
	}
	return read_kind(name, 0);
}

/* The version a freeze was imposed under; it must exist. */
const AgKind *
ag_policy_kind_version(const char *name, int version)
{
	const AgKind *kind;
	ListCell   *cell;

	ensure_cache();
	foreach(cell, old_kinds)
	{
		kind = lfirst(cell);
		if (kind->version == version && strcmp(kind->kind, name) == 0)
			return kind;
	}
	kind = read_kind(name, version);
	if (kind == NULL)
		elog(ERROR, "freeze kind \"%s\" has no version %d", name, version);
	return kind;
}

const AgReason *
ag_policy_reason(const char *name)
{
	MemoryContext old;
	AgReason   *reason;
	ListCell   *cell;

	ensure_cache();
	foreach(cell, reasons)
	{
		if (strcmp(((AgReason *) lfirst(cell))->reason, name) == 0)
			return lfirst(cell);
	}

	old = begin_item();
	reason = ag_policy_store_reason(name);
	end_item(old, &reasons, reason);
	return reason;
}

List *
ag_policy_ladder(void)
{
	ensure_cache();
	return ladder;
}

const AgRiskSignal *
ag_policy_risk_signal(const char *name)
{
	MemoryContext old;
	AgRiskSignal *signal;
	ListCell   *cell;

	ensure_cache();
	foreach(cell, signals)
	{
		if (strcmp(((AgRiskSignal *) lfirst(cell))->signal, name) == 0)
			return lfirst(cell);
	}

	old = begin_item();
	signal = ag_policy_store_risk_signal(name);
	end_item(old, &signals, signal);
	return signal;
}

/* What policy says about numbers, into the cache. */
static void
ensure_numbers(void)
{
	MemoryContext context;
	MemoryContext old;
	AgResult   *result;

	ensure_cache();
	if (numbers_known)
		return;
	old = begin_item();
	context = CurrentMemoryContext;
	floors = NIL;
	result = ag_policy_store_floors();
	for (uint64 i = 0; i < result->count; i++)
	{
		Floor	   *floor = palloc(sizeof(Floor));

		floor->country = ag_row_int4(result, i, 1);
		floor->floor = ag_row_seconds(result, i, 2);
		floors = lappend(floors, floor);
	}
	number_aliases = ag_policy_store_number_aliases();
	MemoryContextSwitchTo(old);
	MemoryContextSetParent(context, cache);
	numbers_known = true;
}

int64
ag_policy_country_floor(int country)
{
	int64		other = AG_LONGEST;
	ListCell   *cell;

	ensure_numbers();
	foreach(cell, floors)
	{
		const Floor *floor = lfirst(cell);

		if (floor->country == country)
			return floor->floor;
		if (floor->country == 0)
			other = floor->floor;
	}
	return other;
}

int64
ag_policy_country_floor_least(void)
{
	int64		least = AG_LONGEST;
	ListCell   *cell;

	ensure_numbers();
	foreach(cell, floors)
		least = Min(least, ((const Floor *) lfirst(cell))->floor);
	return least;
}

List *
ag_policy_number_aliases(void)
{
	ensure_numbers();
	return number_aliases;
}
