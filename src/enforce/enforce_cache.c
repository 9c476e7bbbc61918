/*-------------------------------------------------------------------------
 *
 * enforce_cache.c
 *		What a guard's trigger has to know, kept per trigger.
 *
 * pg_trigger is the only registry of guards: a trigger's arguments say what it
 * guards, and the column list of its UPDATE OF says in which column the account is.
 * PostgreSQL keeps that list right through renames and, per partition, through
 * other column orders, and does not let the column be dropped.  A trigger without
 * a column list (UPDATE of any column, AFTER) takes it from the one of its guard that
 * has one.
 *
 * Whatever is not exactly as guard() makes it is an error: a guard that cannot be
 * understood refuses.
 *
 * Memory: a hash table for the session.  Locks: none; the host table is locked by
 * the statement that fired the trigger.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "enforce/enforce.h"
#include "policy/policy.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/reltrigger.h"
#include "utils/varlena.h"

static HTAB *guards = NULL;
static AgGuard *last = NULL;	/* the guard asked for last; most statements have one */

static void
forget_guards(Oid relation)
{
	HASH_SEQ_STATUS status;
	AgGuard    *guard;

	if (guards == NULL)
		return;
	hash_seq_init(&status, guards);
	while ((guard = hash_seq_search(&status)) != NULL)
		if (!OidIsValid(relation) || relation == guard->relation_id)
			guard->valid = false;
}

void
ag_guard_cache_init(void)
{
	ag_on_relcache_message(forget_guards);
}

static void
pg_attribute_noreturn()
broken(const TriggerData *data, const char *what)
{
	ereport(ERROR, ag_errcode(AG_ERR_GUARD_SETUP),
			errmsg("guard trigger \"%s\" on table \"%s\" is broken: %s",
				   data->tg_trigger->tgname, RelationGetRelationName(data->tg_relation), what),
			errhint("Nothing can be written until it is repaired: see acctguard.guard_health(), "
					"then set the guard up again with guard()."),
			errtable(data->tg_relation));
}

static uint32
parse_operations(const TriggerData *data, const char *words)
{
	uint32		operations = 0;
	List	   *list;
	ListCell   *cell;

	if (!SplitIdentifierString(pstrdup(words), ',', &list))
		broken(data, "its operations cannot be read");
	foreach(cell, list)
	{
		uint32		operation = ag_guard_operation(lfirst(cell));

		if (operation == 0)
			broken(data, "it has an unknown operation");
		operations |= operation;
	}
	return operations;
}

static void
parse_arguments(const TriggerData *data, AgGuard *guard)
{
	const Trigger *trigger = data->tg_trigger;
	char	  **args = trigger->tgargs;

	if (trigger->tgnargs != AG_GUARD_ARG_COUNT)
		broken(data, "it has the wrong number of arguments");
	guard->terms.operations = parse_operations(data, args[AG_GUARD_ARG_OPERATIONS]);
	if (!ag_guard_parse_level(args[AG_GUARD_ARG_LEVEL], &guard->terms) ||
		!ag_guard_parse_timing(args[AG_GUARD_ARG_TIMING], &guard->terms) ||
		!ag_guard_parse_unknown(args[AG_GUARD_ARG_UNKNOWN], &guard->terms) ||
		!ag_guard_parse_null(args[AG_GUARD_ARG_NULL], &guard->terms))
		broken(data, "it has an unknown argument");
	strlcpy(guard->capability, args[AG_GUARD_ARG_CAPABILITY], NAMEDATALEN);
	guard->mask = UINT64CONST(1) << ag_policy_capability_bit(guard->capability);
}

/* The trigger of the same guard that names the column. */
static const Trigger *
trigger_with_column(const TriggerData *data)
{
	const Trigger *trigger = data->tg_trigger;
	const TriggerDesc *all = data->tg_relation->trigdesc;

	if (trigger->tgnattr > 0)
		return trigger;
	for (int i = 0; all != NULL && i < all->numtriggers; i++)
	{
		const Trigger *other = &all->triggers[i];

		if (other->tgfoid == trigger->tgfoid && other->tgnattr > 0 &&
			other->tgnargs == AG_GUARD_ARG_COUNT &&
			strcmp(other->tgargs[AG_GUARD_ARG_NAME], trigger->tgargs[AG_GUARD_ARG_NAME]) == 0)
			return other;
	}
	return NULL;
}

static void
find_column(const TriggerData *data, AgGuard *guard)
{
	const Trigger *trigger = trigger_with_column(data);
	TupleDesc	desc = RelationGetDescr(data->tg_relation);
	Form_pg_attribute attribute;

	if (trigger == NULL || trigger->tgnattr != 1)
		broken(data, "it does not say which column holds the account");
	if (trigger->tgattr[0] < 1 || trigger->tgattr[0] > desc->natts)
		broken(data, "its column does not exist");
	attribute = TupleDescAttr(desc, trigger->tgattr[0] - 1);
	if (attribute->attisdropped)
		broken(data, "its column was dropped");
	guard->column = attribute->attnum;
	guard->type = getBaseType(attribute->atttypid);
	switch (guard->type)
	{
		case INT8OID:
		case INT4OID:
		case INT2OID:
		case UUIDOID:
		case TEXTOID:
		case VARCHAROID:
			break;
		default:
			broken(data, "its column has a type that names no account");
	}
}

static AgGuard *
enter_guard(Oid trigger_id)
{
	AgGuard    *guard;
	bool		found;

	if (guards == NULL)
	{
		HASHCTL		control = {
			.keysize = sizeof(Oid), .entrysize = sizeof(AgGuard), .hcxt = TopMemoryContext
		};

		guards = hash_create("acctguard guards", 32, &control,
							 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	guard = hash_search(guards, &trigger_id, HASH_ENTER, &found);
	if (!found)
		guard->valid = false;
	return guard;
}

/*
 * What the fired trigger guards.  valid is set last, so that an error leaves the
 * guard to be understood anew; the messages taken in meanwhile are those of a table
 * that the statement holds a lock on, so they do not change it.
 */
const AgGuard *
ag_guard_of_trigger(const TriggerData *data)
{
	AgGuard    *guard = last;

	if (guard != NULL && guard->trigger_id == data->tg_trigger->tgoid && guard->valid)
		return guard;
	guard = enter_guard(data->tg_trigger->tgoid);
	if (!guard->valid)
	{
		guard->relation_id = RelationGetRelid(data->tg_relation);
		parse_arguments(data, guard);
		find_column(data, guard);
		guard->valid = true;
	}
	last = guard;
	return guard;
}
