/*-------------------------------------------------------------------------
 *
 * enforce_guard.c
 *		guard() and unguard(): putting the triggers on a host table.
 *
 * A guard is up to four triggers that share a name and their arguments:
 *
 *	~acctguard_<column>_<capability>	INSERT, UPDATE OF the column, DELETE; its
 *										column list says where the account is
 *	..._update							UPDATE of any column, where that is guarded
 *	..._after							timing after and both: looks at the row as it was
 *										written, whatever columns the UPDATE names
 *	..._truncate						on the table and on each of its partitions
 *
 * The name sorts behind the triggers of the host, so that a BEFORE trigger of theirs
 * cannot change the account after we have looked at it.  The triggers are ENABLE
 * ALWAYS: session_replication_role does not switch them off.
 *
 * All is done by statements that the caller could have typed, with the caller's
 * rights and under PostgreSQL's own rules for partitions, locks and event triggers.
 * Locks: ShareRowExclusiveLock on the host table, until the transaction ends.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "enforce/enforce.h"
#include "event/event.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "policy/policy.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/reltrigger.h"

#define GUARD_FUNCTION "guard_check"
#define NAME_PREFIX "~acctguard_"
#define NAME_ROOM (NAMEDATALEN - 1 - (int) sizeof("_truncate"))

/* A guard about to be made. */
typedef struct NewGuard
{
	const char *name;			/* common part of the triggers' names */
	const char *column;
	List	   *arguments;		/* String * */
} NewGuard;

/* Do what a statement would have done. */
static void
run_statement(Node *statement)
{
	PlannedStmt *wrapper = makeNode(PlannedStmt);

	wrapper->commandType = CMD_UTILITY;
	wrapper->utilityStmt = statement;
	wrapper->stmt_location = -1;
	ProcessUtility(wrapper, "acctguard guard", false, PROCESS_UTILITY_QUERY,
				   NULL, NULL, None_Receiver, NULL);
	CommandCounterIncrement();
}

static RangeVar *
range_var(Oid relation_id)
{
	return makeRangeVar(get_namespace_name(get_rel_namespace(relation_id)),
						get_rel_name(relation_id), -1);
}

static void
create_trigger(Oid relation_id, const NewGuard *guard, const char *suffix, bool row, int16 timing,
			   int16 events, List *columns)
{
	CreateTrigStmt *create = makeNode(CreateTrigStmt);
	AlterTableStmt *alter = makeNode(AlterTableStmt);
	AlterTableCmd *always = makeNode(AlterTableCmd);

	create->trigname = psprintf("%s%s", guard->name, suffix);
	create->relation = range_var(relation_id);
	create->funcname = list_make2(makeString(AG_SCHEMA), makeString(GUARD_FUNCTION));
	create->args = guard->arguments;
	create->row = row;
	create->timing = timing;
	create->events = events;
	create->columns = columns;
	run_statement((Node *) create);

	always->subtype = AT_EnableAlwaysTrig;
	always->name = create->trigname;
	always->behavior = DROP_RESTRICT;
	alter->relation = range_var(relation_id);
	alter->cmds = list_make1(always);
	alter->objtype = OBJECT_TABLE;
	run_statement((Node *) alter);
}

static void
drop_trigger(Oid relation_id, const char *name)
{
	DropStmt   *drop = makeNode(DropStmt);

	drop->removeType = OBJECT_TRIGGER;
	drop->objects = list_make1(list_make3(makeString(get_namespace_name(get_rel_namespace(relation_id))),
										  makeString(get_rel_name(relation_id)),
										  makeString(pstrdup(name))));
	drop->behavior = DROP_RESTRICT;
	run_statement((Node *) drop);
}

/*
 * The common part of the triggers' names.  Where column and capability do not fit, a
 * hash of both keeps names apart.
 */
static char *
guard_name(const char *column, const char *capability)
{
	char	   *full = psprintf(NAME_PREFIX "%s_%s", column, capability);
	int			length = strlen(full);
	int			clipped;

	if (length <= NAME_ROOM)
		return full;
	clipped = pg_mbcliplen(full, length, NAME_ROOM - 9);
	return psprintf("%.*s_%08x", clipped, full, DatumGetUInt32(hash_any((unsigned char *) full, length)));
}

static char *
operations_text(uint32 operations)
{
	StringInfoData text;

	initStringInfo(&text);
	for (uint32 operation = AG_GUARD_INSERT; operation <= AG_GUARD_TRUNCATE; operation <<= 1)
		if (operations & operation)
			appendStringInfo(&text, "%s%s", text.len > 0 ? "," : "",
							 ag_guard_operation_name(operation));
	return text.data;
}

/* In the order of AG_GUARD_ARG_... */
static List *
arguments(const char *name, const char *capability, const AgGuardTerms *terms)
{
	static const char *const timings[] = {"before", "after", "both"};
	List	   *list = NIL;

	list = lappend(list, makeString(pstrdup(name)));
	list = lappend(list, makeString(pstrdup(capability)));
	list = lappend(list, makeString(operations_text(terms->operations)));
	list = lappend(list, makeString(terms->at_commit ? "commit" : "statement"));
	list = lappend(list, makeString(unconstify(char *, timings[terms->timing])));
	list = lappend(list, makeString(terms->unknown_refused ? "refuse" : "allow"));
	list = lappend(list, makeString(terms->null_allowed ? "allow" : "refuse"));
	return list;
}

/* Open a host table; an OID that names none is a user's mistake, not ours. */
static Relation
open_table(Oid relation_id)
{
	Relation	table = try_relation_open(relation_id, ShareRowExclusiveLock);

	if (table == NULL)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
				errmsg("there is no table with OID %u", relation_id));
	return table;
}

/*
 * A table and its partitions.  Children by INHERITS are tables of their own, whose
 * guards are nobody's business but theirs.
 */
static List *
with_partitions(Oid relation_id)
{
	if (get_rel_relkind(relation_id) != RELKIND_PARTITIONED_TABLE)
		return list_make1_oid(relation_id);
	return find_all_inheritors(relation_id, ShareRowExclusiveLock, NULL);
}

/* Rows of INHERITS children do not pass the parent's triggers: say so. */
static void
warn_of_children(Relation table)
{
	if (table->rd_rel->relkind == RELKIND_RELATION && has_subclass(RelationGetRelid(table)) &&
		find_inheritance_children(RelationGetRelid(table), NoLock) != NIL)
		ereport(WARNING, errmsg("tables that inherit from \"%s\" are not guarded with it",
								RelationGetRelationName(table)),
				errhint("Guard each of them as well."));
}

/* The host table must be the caller's, and something rows are written to. */
static void
check_table(Relation table)
{
	char		kind = table->rd_rel->relkind;

	if (!ag_owns_relation(RelationGetRelid(table), GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(kind),
					   RelationGetRelationName(table));
	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
				errmsg("\"%s\" is not a table", RelationGetRelationName(table)),
				errhint("Guard the table that its rows are written to."));
	if (RelationGetNamespace(table) == ag_schema_id())
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
				errmsg("\"%s\" is acctguard's own table", RelationGetRelationName(table)));
}

/* The account column must have a type that can name an account, and a value before the row is written. */
static void
check_column(Relation table, const char *column)
{
	AttrNumber	number = get_attnum(RelationGetRelid(table), column);
	Form_pg_attribute attribute;

	if (number < 1)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
				errmsg("column \"%s\" of table \"%s\" does not exist",
					   column, RelationGetRelationName(table)));
	attribute = TupleDescAttr(RelationGetDescr(table), number - 1);
	if (attribute->attgenerated != '\0')
		ereport(ERROR, ag_errcode(AG_ERR_GUARD_SETUP),
				errmsg("column \"%s\" is generated", column),
				errdetail("A generated column has no value yet when a row is checked."),
				errhint("Guard the column it is generated from."));
	switch (getBaseType(attribute->atttypid))
	{
		case INT8OID:
		case INT4OID:
		case INT2OID:
		case UUIDOID:
		case TEXTOID:
		case VARCHAROID:
			return;
		default:
			ereport(ERROR, ag_errcode(AG_ERR_GUARD_SETUP),
					errmsg("column \"%s\" has type %s, which cannot name an account",
						   column, format_type_be(attribute->atttypid)),
					errhint("Accounts are named by bigint, integer, smallint, uuid or text."));
	}
}

static void
check_capability(const char *capability)
{
	uint64		mask = UINT64CONST(1) << ag_policy_capability_bit(capability);

	if (mask & ag_policy_floor())
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("capability \"%s\" can never be denied", capability),
				errhint("A guard for it would refuse nothing."));
}

static void
record(AgAction action, Oid relation_id, const char *name, const char *capability,
	   const AgGuardTerms *terms)
{
	AgFields   *fields = ag_fields_new();
	AgEvent		event = {.action = action};

	ag_field_text(fields, "table", quote_qualified_identifier(
															  get_namespace_name(get_rel_namespace(relation_id)), get_rel_name(relation_id)));
	ag_field_text(fields, "guard", name);
	ag_field_text(fields, "capability", capability);
	if (terms != NULL)
	{
		ag_field_text(fields, "operations", operations_text(terms->operations));
		ag_field_text(fields, "level", terms->at_commit ? "commit" : "statement");
		event.after = fields;
	}
	else
		event.before = fields;
	ag_event_emit(&event);
}

/* TRUNCATE triggers do not reach partitions by themselves. */
static void
create_truncate_triggers(Oid relation_id, const NewGuard *guard)
{
	ListCell   *cell;

	foreach(cell, with_partitions(relation_id))
		create_trigger(lfirst_oid(cell), guard, "_truncate", false, TRIGGER_TYPE_BEFORE,
					   TRIGGER_TYPE_TRUNCATE, NIL);
}

static void
create_triggers(Oid relation_id, const NewGuard *guard, const AgGuardTerms *terms)
{
	int16		timing = terms->timing == AG_TIMING_AFTER ? TRIGGER_TYPE_AFTER : TRIGGER_TYPE_BEFORE;
	int16		events = TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE;

	if (terms->operations & AG_GUARD_DELETE)
		events |= TRIGGER_TYPE_DELETE;
	create_trigger(relation_id, guard, "", true, timing, events,
				   list_make1(makeString(pstrdup(guard->column))));
	if (terms->operations & AG_GUARD_UPDATE)
		create_trigger(relation_id, guard, "_update", true, timing, TRIGGER_TYPE_UPDATE, NIL);
	if (terms->timing == AG_TIMING_BOTH)
		create_trigger(relation_id, guard, "_after", true, TRIGGER_TYPE_AFTER,
					   TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE, NIL);
	else if (terms->timing == AG_TIMING_AFTER && !(terms->operations & AG_GUARD_UPDATE))
		create_trigger(relation_id, guard, "_after", true, TRIGGER_TYPE_AFTER,
					   TRIGGER_TYPE_UPDATE, NIL);
	if (terms->operations & AG_GUARD_TRUNCATE)
		create_truncate_triggers(relation_id, guard);
}

static void require_free_partitions(Oid relation_id, const char *name);

/* Put a guard on a table; one that is there for the same column and capability is replaced. */
void
ag_guard_attach(Oid relation_id, const char *column, const char *capability,
				const AgGuardTerms *terms)
{
	Relation	table = open_table(relation_id);
	NewGuard	guard;

	check_table(table);
	check_column(table, column);
	check_capability(capability);
	warn_of_children(table);
	relation_close(table, NoLock);

	guard.name = guard_name(column, capability);
	guard.column = column;
	guard.arguments = arguments(guard.name, capability, terms);
	(void) ag_guard_detach(relation_id, column, capability);
	require_free_partitions(relation_id, guard.name);
	create_triggers(relation_id, &guard, terms);
	record(AG_ACTION_GUARDED, relation_id, guard.name, capability, terms);
}

/* A trigger of a guard that was put on this table itself, not on a parent of it. */
static bool
is_guard(const Trigger *trigger)
{
	return trigger->tgnargs == AG_GUARD_ARG_COUNT && !trigger->tgisclone &&
		strncmp(trigger->tgargs[AG_GUARD_ARG_NAME], NAME_PREFIX, strlen(NAME_PREFIX)) == 0;
}

/* The names and capabilities of a table's guards that match; NULL matches everything. */
static void
list_guards(Relation table, const char *column, const char *capability, List **names,
			List **capabilities)
{
	AttrNumber	number = column == NULL ? 0 : get_attnum(RelationGetRelid(table), column);

	for (int i = 0; table->trigdesc != NULL && i < table->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &table->trigdesc->triggers[i];

		if (!is_guard(trigger) || trigger->tgnattr != 1 ||
			(column != NULL && trigger->tgattr[0] != number) ||
			(capability != NULL &&
			 strcmp(trigger->tgargs[AG_GUARD_ARG_CAPABILITY], capability) != 0))
			continue;
		*names = lappend(*names, pstrdup(trigger->tgargs[AG_GUARD_ARG_NAME]));
		*capabilities = lappend(*capabilities,
								pstrdup(trigger->tgargs[AG_GUARD_ARG_CAPABILITY]));
	}
}

/* Drop the triggers of one guard that lie on one table. */
static void
drop_triggers(Oid relation_id, const char *name)
{
	Relation	table = relation_open(relation_id, ShareRowExclusiveLock);
	List	   *triggers = NIL;
	ListCell   *cell;

	for (int i = 0; table->trigdesc != NULL && i < table->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &table->trigdesc->triggers[i];

		if (is_guard(trigger) && strcmp(trigger->tgargs[AG_GUARD_ARG_NAME], name) == 0)
			triggers = lappend(triggers, pstrdup(trigger->tgname));
	}
	relation_close(table, NoLock);
	foreach(cell, triggers)
		drop_trigger(relation_id, lfirst(cell));
}

/* A partition's own guard of that name would meet the clone of its parent's. */
static void
require_free_partitions(Oid relation_id, const char *name)
{
	ListCell   *cell;

	foreach(cell, with_partitions(relation_id))
	{
		Oid			partition = lfirst_oid(cell);

		if (OidIsValid(get_trigger_oid(partition, name, true)))
			ereport(ERROR, ag_errcode(AG_ERR_GUARD_SETUP),
					errmsg("\"%s\" has a guard of its own", get_rel_name(partition)),
					errhint("In one transaction, take it off with acctguard.unguard() and guard the "
							"partitioned table."));
	}
}

/* Take guards off a table; returns how many. */
int
ag_guard_detach(Oid relation_id, const char *column, const char *capability)
{
	Relation	table = open_table(relation_id);
	List	   *names = NIL;
	List	   *capabilities = NIL;
	ListCell   *name;
	ListCell   *partition;
	int			n = 0;

	check_table(table);
	list_guards(table, column, capability, &names, &capabilities);
	relation_close(table, NoLock);
	foreach(name, names)
	{
		foreach(partition, with_partitions(relation_id))
			drop_triggers(lfirst_oid(partition), lfirst(name));
		record(AG_ACTION_UNGUARDED, relation_id, lfirst(name), list_nth(capabilities, n++), NULL);
	}
	return n;
}
