/*-------------------------------------------------------------------------
 *
 * plan.c
 *		The one place that runs SQL: statement tables, kept plans, one executor.
 *
 * Every statement of every store passes through ag_plan_execute(), so the
 * questions "as whom, with which search_path, with which result" are answered
 * here and nowhere else:
 *
 *	- it runs as acctguard_owner, whoever called;
 *	- search_path is pg_catalog, pg_temp while it is planned and executed;
 *	- its result code is checked against the one the store expects;
 *	- an error inside it names the statement in its CONTEXT;
 *	- while it runs, ag_plan_running() is true, which is what acctguard's own
 *	  tables ask for before they let anybody change a row (base_trigger.c).
 *
 * Memory: kept plans live until the backend ends; results are copied into the
 * caller's memory context.  Locks: those of the statements.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/base.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#define PINNED_SEARCH_PATH "pg_catalog, pg_temp"

static List *statement_tables = NIL;
static int	depth = 0;
static Oid	owner_id = InvalidOid;

/* What has to be undone after a statement. */
typedef struct PlanContext
{
	Oid			user_id;
	int			security_context;
	int			guc_level;		/* 0 = search_path was pinned already */
	ErrorContextCallback callback;
} PlanContext;

/* Make a store's statements known to check_plans(). */
void
ag_plan_register(AgStatementTable *table)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

	statement_tables = lappend(statement_tables, table);
	MemoryContextSwitchTo(old);
}

/* Is one of our own statements running?  Own-table triggers ask. */
bool
ag_plan_running(void)
{
	return depth > 0;
}

static void
forget_owner(Datum arg, int cacheid, uint32 hashvalue)
{
	owner_id = InvalidOid;
}

/* The role that owns every object of acctguard. */
Oid
ag_owner_id(void)
{
	static bool registered = false;

	if (!registered)
	{
		CacheRegisterSyscacheCallback(AUTHOID, forget_owner, (Datum) 0);
		registered = true;
	}
	if (!OidIsValid(owner_id))
		owner_id = get_role_oid("acctguard_owner", false);
	return owner_id;
}

/* Name the statement in the CONTEXT of whatever goes wrong inside it. */
static void
statement_context(void *arg)
{
	errcontext("acctguard statement \"%s\"", ((const AgStatement *) arg)->name);
}

static void
plan_enter(PlanContext *context, const AgStatement *statement)
{
	GetUserIdAndSecContext(&context->user_id, &context->security_context);
	SetUserIdAndSecContext(ag_owner_id(), context->security_context |
						   SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	context->guc_level = 0;
	if (strcmp(namespace_search_path, PINNED_SEARCH_PATH) != 0)
	{
		context->guc_level = NewGUCNestLevel();
		(void) set_config_option("search_path", PINNED_SEARCH_PATH, PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	}
	context->callback.callback = statement_context;
	context->callback.arg = unconstify(AgStatement *, statement);
	context->callback.previous = error_context_stack;
	error_context_stack = &context->callback;
	depth++;
}

/* Errors restore user, settings and context stack by themselves; depth is ours. */
static void
plan_leave(PlanContext *context)
{
	error_context_stack = context->callback.previous;
	if (context->guc_level > 0)
		AtEOXact_GUC(false, context->guc_level);
	SetUserIdAndSecContext(context->user_id, context->security_context);
}

/* Prepare a statement and keep its plan for the session. */
static SPIPlanPtr
plan_prepare(AgStatementTable *table, int which)
{
	const AgStatement *statement = &table->statements[which];
	SPIPlanPtr	plan;

	plan = SPI_prepare(statement->sql, statement->nargs, (Oid *) statement->argtypes);
	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare statement: %s", SPI_result_code_string(SPI_result));
	table->plans[which] = plan;
	return plan;
}

/* Copy what SPI returned into the caller's memory context. */
static AgResult *
copy_result(MemoryContext caller)
{
	MemoryContext old = MemoryContextSwitchTo(caller);
	AgResult   *result = palloc0(sizeof(AgResult));

	result->count = SPI_processed;
	if (SPI_tuptable != NULL)
	{
		result->desc = CreateTupleDescCopy(SPI_tuptable->tupdesc);
		result->rows = palloc(sizeof(HeapTuple) * Max(result->count, 1));
		for (uint64 i = 0; i < result->count; i++)
			result->rows[i] = heap_copytuple(SPI_tuptable->vals[i]);
	}
	MemoryContextSwitchTo(old);
	return result;
}

static AgResult *
run_in_spi(AgStatementTable *table, int which, const NullableDatum *args, MemoryContext caller)
{
	const AgStatement *statement = &table->statements[which];
	SPIPlanPtr	plan = table->plans[which];
	Datum		values[AG_STATEMENT_MAX_ARGS];
	char		nulls[AG_STATEMENT_MAX_ARGS];
	AgResult   *result;
	int			code;

	for (int i = 0; i < statement->nargs; i++)
	{
		values[i] = args[i].value;
		nulls[i] = args[i].isnull ? 'n' : ' ';
	}

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (plan == NULL)
		plan = plan_prepare(table, which);
	code = SPI_execute_plan(plan, values, nulls, statement->read_only, 0);
	if (code != statement->expected)
		elog(ERROR, "unexpected result %s", SPI_result_code_string(code));
	result = copy_result(caller);
	SPI_finish();
	return result;
}

/*
 * Run one statement.  args are its parameters in order; the result lives in the
 * current memory context.
 */
AgResult *
ag_plan_execute(AgStatementTable *table, int which, int nargs, const NullableDatum *args)
{
	const AgStatement *statement = &table->statements[which];
	PlanContext context;
	AgResult   *result = NULL;

	Assert(which >= 0 && which < table->count);
	if (nargs != statement->nargs)
		elog(ERROR, "statement \"%s\" takes %d arguments, not %d",
			 statement->name, statement->nargs, nargs);

	if (!statement->any_version || !OidIsValid(ag_relation_id("installation")))
		ag_installation_require();
	plan_enter(&context, statement);
	PG_TRY();
	{
		result = run_in_spi(table, which, args, CurrentMemoryContext);
	}
	PG_FINALLY();
	{
		depth--;
	}
	PG_END_TRY();
	plan_leave(&context);
	return result;
}

/*
 * Prepare every statement of every store, one row per statement: the reviewer's
 * inventory, and the test that no statement names a column that is not there.
 */
void
ag_plan_check_all(ReturnSetInfo *rsinfo)
{
	ListCell   *cell;

	ag_installation_require();
	foreach(cell, statement_tables)
	{
		AgStatementTable *table = lfirst(cell);

		for (int i = 0; i < table->count; i++)
		{
			const AgStatement *statement = &table->statements[i];
			PlanContext context;
			SPIPlanPtr	plan;
			Datum		values[3];
			bool		nulls[3] = {false, false, false};

			if (statement->name == NULL)
				elog(ERROR, "statement %d of %s has no text", i, table->name);
			plan_enter(&context, statement);
			PG_TRY();
			{
				if (SPI_connect() != SPI_OK_CONNECT)
					elog(ERROR, "SPI_connect failed");
				plan = SPI_prepare(statement->sql, statement->nargs,
								   (Oid *) statement->argtypes);
				if (plan == NULL)
					elog(ERROR, "could not prepare statement: %s",
						 SPI_result_code_string(SPI_result));
				SPI_finish();
			}
			PG_FINALLY();
			{
				depth--;
			}
			PG_END_TRY();
			plan_leave(&context);

			values[0] = CStringGetTextDatum(table->name);
			values[1] = CStringGetTextDatum(statement->name);
			values[2] = CStringGetTextDatum(statement->sql);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
	}
}
