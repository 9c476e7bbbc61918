/*-------------------------------------------------------------------------
 *
 * base.h
 *		What every folder may use: statements, rows, actors, the clock.
 *
 * One section per .c file.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_BASE_H
#define AG_BASE_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "commands/trigger.h"
#include "datatype/timestamp.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "utils/array.h"
#include "utils/jsonb.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "base/errors.h"

#define AG_SCHEMA "acctguard"

/* The shape of the tables this library was built for; see base/installation.c. */
#define AG_TABLES_VERSION 2

/*
 * plan.c: the one place that runs SQL.
 *
 * A store declares a static table of statements and runs them by number:
 *
 *		static const AgStatement statements[] = {
 *			[ACCOUNT_INSERT] = {
 *				.name = "account.insert",
 *				.sql = "INSERT INTO acctguard.account (...) VALUES ($1, $2)",
 *				.expected = SPI_OK_INSERT,
 *				.nargs = 2,
 *				.argtypes = {INT8OID, TEXTOID}
 *			},
 *		};
 *		AG_STATEMENT_TABLE(account_statements, statements);
 *		...
 *		result = ag_run(account_statements, ACCOUNT_INSERT, ag_int8(id), ag_text(locale));
 *
 * Plans are prepared on first use and kept for the session.  Statements run as
 * acctguard_owner with search_path = pg_catalog, pg_temp; rows come back as
 * copies in the caller's memory context.
 */
#define AG_STATEMENT_MAX_ARGS 40

typedef struct AgStatement
{
	const char *name;			/* table.verb, shown in error contexts */
	const char *sql;			/* constant text, schema-qualified, no volatile call */
	int			expected;		/* SPI result code, e.g. SPI_OK_SELECT */
	bool		read_only;		/* see only what the caller's snapshot shows; reports */
	bool		any_version;	/* fits every release's tables: guards run it before migrate() */
	int			nargs;
	Oid			argtypes[AG_STATEMENT_MAX_ARGS];
} AgStatement;

typedef struct AgStatementTable
{
	const char *name;
	const AgStatement *statements;
	SPIPlanPtr *plans;			/* kept plans, NULL until first use */
	int			count;
} AgStatementTable;

#define AG_STATEMENT_TABLE(symbol, list) \
	static SPIPlanPtr symbol##_plans[lengthof(list)]; \
	AgStatementTable symbol = {#symbol, list, symbol##_plans, lengthof(list)}

/* What a statement returned: count rows, all in the caller's memory context. */
typedef struct AgResult
{
	uint64		count;
	TupleDesc	desc;
	HeapTuple  *rows;
} AgResult;

extern void ag_plan_register(AgStatementTable *table);
extern AgResult *ag_plan_execute(AgStatementTable *table, int which, int nargs,
								 const NullableDatum *args);
extern bool ag_plan_running(void);
extern Oid	ag_owner_id(void);
extern void ag_plan_check_all(ReturnSetInfo *rsinfo);

#define ag_run(table, which, ...) \
	ag_plan_execute(&(table), (which), \
					(int) lengthof(((const NullableDatum[]) {__VA_ARGS__})), \
					(const NullableDatum[]) {__VA_ARGS__})
#define ag_run_noargs(table, which) ag_plan_execute(&(table), (which), 0, NULL)

/*
 * row.c: arguments for statements, values out of their rows.
 */
extern NullableDatum ag_int8(int64 value);
extern NullableDatum ag_int4(int32 value);
extern NullableDatum ag_int2(int16 value);
extern NullableDatum ag_int8_or_null(int64 value);	/* 0 = SQL NULL */
extern NullableDatum ag_int4_or_null(int32 value);	/* 0 = SQL NULL */
extern NullableDatum ag_bool(bool value);
extern NullableDatum ag_text(const char *value);	/* NULL pointer = SQL NULL */
extern NullableDatum ag_time(TimestampTz value);	/* DT_NOEND, DT_NOBEGIN = SQL NULL */
extern NullableDatum ag_times(const TimestampTz *values, int count);	/* none = SQL NULL */
extern NullableDatum ag_bytes(const void *data, Size length);	/* NULL pointer = SQL NULL */
extern NullableDatum ag_datum(Datum value, bool isnull);
extern NullableDatum ag_null(void);
extern NullableDatum ag_uuid(const pg_uuid_t *value);	/* not copied; NULL = SQL NULL */
extern Datum ag_random_uuid(void);	/* version 4 (RFC 4122), palloc'd */

extern bool ag_row_isnull(const AgResult *result, uint64 row, int column);
extern Datum ag_row_datum(const AgResult *result, uint64 row, int column, bool *isnull);
extern int64 ag_row_int8(const AgResult *result, uint64 row, int column);	/* NULL = 0 */
extern int32 ag_row_int4(const AgResult *result, uint64 row, int column);	/* NULL = 0 */
extern int16 ag_row_int2(const AgResult *result, uint64 row, int column);	/* NULL = 0 */
extern bool ag_row_bool(const AgResult *result, uint64 row, int column);	/* NULL = false */
extern char *ag_row_text(const AgResult *result, uint64 row, int column);	/* NULL = NULL */
extern TimestampTz ag_row_time(const AgResult *result, uint64 row, int column); /* NULL = DT_NOEND */
extern TimestampTz *ag_row_times(const AgResult *result, uint64 row, int column, int *count);
extern bool ag_row_bytes(const AgResult *result, uint64 row, int column, void *out, Size length);
extern int64 ag_row_seconds(const AgResult *result, uint64 row, int column);	/* interval; NULL = -1 */
extern ArrayType *ag_row_array(const AgResult *result, uint64 row, int column);

/* Optional arguments of SQL functions. */
extern char *ag_arg_text(FunctionCallInfo fcinfo, int n);	/* NULL = NULL */
extern TimestampTz ag_arg_time(FunctionCallInfo fcinfo, int n); /* NULL = DT_NOEND */
extern int64 ag_arg_account(FunctionCallInfo fcinfo, int n);	/* NULL is an error */
extern char *ag_arg_required_text(FunctionCallInfo fcinfo, int n, const char *name);
extern bool ag_blank(const char *text);
extern char *ag_arg_short_text(FunctionCallInfo fcinfo, int n, const char *name, int most);
extern TimestampTz ag_arg_finite_time(FunctionCallInfo fcinfo, int n, const char *name);	/* NULL = DT_NOEND */
extern TimestampTz ag_arg_end_time(FunctionCallInfo fcinfo, int n, const char *name);	/* may be infinity */
extern char *ag_arg_json(FunctionCallInfo fcinfo, int n, const char *name); /* its text; NULL = NULL */
extern int64 ag_interval_seconds(const Interval *interval);
extern TimestampTz *ag_time_array(ArrayType *array, int *count);	/* NULL = none */
extern NullableDatum ag_texts(List *values);	/* char *; NIL = an empty array */
extern List *ag_text_array_list(ArrayType *array);	/* char * per element; NULL elements are an
													 * error */

/*
 * Longest texts, in characters: facts as in the transparency database of the Digital
 * Services Act, locales as in BCP 47.
 */
#define AG_MOST_FACTS 5000
#define AG_MOST_APPEAL 10000	/* statements of appeals */
#define AG_MOST_NOTE 2000		/* notes, reasons, references, and whatever is not named here */
#define AG_MOST_NAME 255		/* ids and names that others give */
#define AG_MOST_LABEL 63		/* tenants, cohorts, categories */
#define AG_MOST_LOCALE 35
#define AG_MOST_KEY 255			/* bytes of an idempotency key */
#define AG_MOST_JSON 65536		/* bytes of a jsonb */

extern void ag_check_length(const char *value, const char *name, int most);
extern char *ag_arg_key(FunctionCallInfo fcinfo, int n);	/* idempotency_key; NULL = NULL */

/* Hand a whole result to a set-returning function's caller. */
extern Datum ag_return_set(FunctionCallInfo fcinfo, const AgResult *result);

/*
 * json.c: JSON objects as text.
 */
typedef struct AgJson
{
	StringInfoData text;
} AgJson;

extern void ag_json_begin(AgJson *json);
extern void ag_json_text(AgJson *json, const char *name, const char *value);	/* NULL = left out */
extern void ag_json_int(AgJson *json, const char *name, int64 value);
extern void ag_json_bool(AgJson *json, const char *name, bool value);
extern void ag_json_time(AgJson *json, const char *name, TimestampTz value);	/* infinite = left out */
extern void ag_json_list(AgJson *json, const char *name, List *values); /* char * */
extern void ag_json_raw(AgJson *json, const char *name, const char *value);
extern char *ag_json_end(AgJson *json);
extern char *ag_json_array(List *values);	/* of JSON texts */
extern char *ag_time_iso(TimestampTz at);

/*
 * json_read.c: JSON objects that are arguments.
 */
extern JsonbContainer *ag_json_object(const char *text, const char *name);
extern JsonbValue *ag_json_get(JsonbContainer *object, const char *key);	/* NULL = absent */
extern char *ag_json_get_text(JsonbContainer *object, const char *key); /* NULL = absent */
extern List *ag_json_get_texts(JsonbContainer *object, const char *key);	/* NIL = absent */
extern bool ag_json_get_bool(JsonbContainer *object, const char *key);	/* false = absent */
extern void ag_json_check_keys(JsonbContainer *object, const char *name, const char *const *known,
							   int count);

/*
 * trigger.c: the trigger protocol, checked once.
 */
extern TriggerData *ag_trigger_data(FunctionCallInfo fcinfo, const char *name);
extern Datum ag_trigger_column(const TriggerData *trigger, HeapTuple tuple, const char *name,
							   bool *isnull);
extern TimestampTz ag_trigger_time(const TriggerData *trigger, HeapTuple tuple, const char *name);
extern bool ag_trigger_changed(const TriggerData *trigger, const char *name);
extern bool ag_trigger_was_null(const TriggerData *trigger, const char *name);

/*
 * actor.c: who is acting.
 *
 * The person is session_user, or whoever a member of acctguard_delegate has
 * named with acting_as() for this transaction.  Authority comes from the roles
 * session_user holds; four-eyes rules compare persons.
 */
typedef enum AgRole
{
	AG_ROLE_APP = 1 << 0,
	AG_ROLE_NOTIFIER = 1 << 1,
	AG_ROLE_RISK = 1 << 2,
	AG_ROLE_MODERATOR = 1 << 3,
	AG_ROLE_REVIEWER = 1 << 4,
	AG_ROLE_COMPLIANCE = 1 << 5,
	AG_ROLE_AUDITOR = 1 << 6,
	AG_ROLE_OPERATOR = 1 << 7,
	AG_ROLE_DELEGATE = 1 << 8
} AgRole;

#define AG_ROLE_COUNT 9

typedef struct AgActor
{
	const char *role;			/* session_user */
	const char *person;			/* who decided: session_user or the one acting_as() named */
	const char *on_behalf_reason;	/* what acting_as() was told, or NULL */
	const char *address;		/* client address, or NULL on a local socket */
	const char *application;	/* application_name, or NULL */
	uint32		roles;			/* mask of AgRole session_user holds; a superuser holds all */
	bool		superuser;
} AgActor;

extern AgActor *ag_actor(void);
extern bool ag_actor_serves_user(const AgActor *actor); /* acts for users and for nobody else */
extern uint32 ag_role_mask(ArrayType *names);	/* {'risk','moderator'} -> mask */
extern const char *ag_role_name(AgRole role);	/* without the acctguard_ prefix */
extern char *ag_role_names(uint32 roles);	/* for messages */
extern void ag_actor_act_as(const char *person, const char *reason);
extern void ag_actor_init(void);

/*
 * xact_stack.c: what is true until the transaction ends, or a savepoint is rolled back.
 */
typedef struct AgXactEntry		/* first member of what is pushed */
{
	SubTransactionId subxact;
	struct AgXactEntry *previous;
} AgXactEntry;

typedef struct AgXactStack
{
	AgXactEntry *top;			/* NULL = nothing was pushed */
} AgXactStack;

extern void ag_xact_stack_register(AgXactStack *stack); /* at load; it stays where it is */
extern void *ag_xact_stack_push(AgXactStack *stack, Size size); /* in TopTransactionContext */

/*
 * clock.c: the one clock of every decision.
 */
extern TimestampTz ag_now(void);
extern void ag_clock_init(void);

/* [starts, ends) contains at; DT_NOEND = no end */
static inline bool
ag_interval_contains(TimestampTz starts, TimestampTz ends, TimestampTz at)
{
	return starts <= at && at < ends;
}

/*
 * Add seconds to a time; a negative count of seconds means no end.  What lies beyond
 * the last time that PostgreSQL can write is that time.
 */
static inline TimestampTz
ag_time_plus(TimestampTz at, int64 seconds)
{
	if (seconds < 0 || at == DT_NOEND)
		return DT_NOEND;
	if (seconds >= (END_TIMESTAMP - Max(at, 0)) / USECS_PER_SEC)
		return END_TIMESTAMP - 1;
	return at + seconds * USECS_PER_SEC;
}

/*
 * host_query.c: queries of the application, which are trusted with nothing.
 */
#define AG_HOST_QUERY_MOST 10000	/* bytes */

/*
 * Run a query that takes a bigint and returns one row with one bigint: as role_id, with
 * nothing in search_path, unable to write, for at most so many milliseconds, with the
 * newest snapshot.  Nothing of it remains.  False and a problem, palloc'd, if there is
 * no such answer; a cancellation of the caller's own statement goes on.
 */
extern bool ag_host_query(const char *query, Oid role_id, int64 argument, int milliseconds,
						  int64 *answer, char **problem);

/*
 * bulk.c: procedures that commit as they go.
 */
extern void ag_bulk_begin(FunctionCallInfo fcinfo);
extern void ag_bulk_commit(void);
extern void ag_bulk_end(void);
extern ErrorData *ag_bulk_try(void (*work) (void *arg), void *arg, bool keep);

/*
 * Sweep over items: each in a subtransaction, so that one that cannot be done stops
 * nobody.  Cancelling and shutting down do stop it.  Returns how many had something to do.
 */
typedef struct AgSweep
{
	bool		(*work) (const void *item); /* was there something to do? */
	void		(*failed) (const void *item, const ErrorData *error);
} AgSweep;

extern int64 ag_bulk_sweep(List *items, const AgSweep *sweep);

/*
 * Where a sweep was that looks at what is due in portions, some of which stays due: it goes
 * on behind the last one, so that these never keep it from others, and begins anew at the
 * end.  Static, for each process its own.
 */
typedef struct AgSweepCursor
{
	TimestampTz at;
	int64		id;
} AgSweepCursor;

#define AG_SWEEP_BEGIN {.at = DT_NOBEGIN}

/*
 * The ids of a portion of at most limit rows (when, id), ordered by both, that lie behind the
 * cursor, which moves on; int64 *.
 */
extern List *ag_bulk_portion(AgSweepCursor *cursor, const AgResult *portion, int64 limit);

/*
 * ids.c
 */
extern List *ag_ids_add(List *ids, int64 id);

/*
 * installation.c: are the tables there, and are they the ones we know?
 */
extern void ag_installation_require(void);
extern bool ag_installation_current(void);
extern void ag_installation_init(void);
extern Oid	ag_schema_id(void);
extern Oid	ag_relation_id(const char *name);	/* in our schema; InvalidOid if absent */

/*
 * residence.c: where the database lives, and whether it has been brought from elsewhere.
 */
typedef struct AgResidence
{
	uint64		system_identifier;	/* of the cluster */
	Oid			database;
	Oid			relation;		/* table residence itself: a restore makes it anew */
	uint32		timeline;		/* 0 = not known: a standby */
	TimestampTz since;			/* 0 = unknown: the running one */
	const char *mode;			/* how it came there; NULL = the running one */
} AgResidence;

extern bool ag_at_home(void);
extern void ag_home_require(void);	/* UG007 */
extern bool ag_residence_bound(AgResidence *residence); /* false = nothing is written down */
extern void ag_residence_here(AgResidence *residence);
extern bool ag_residence_same(const AgResidence *bound, const AgResidence *here);
extern void ag_residence_init(void);

/*
 * residence_store.c
 */
extern AgStatementTable residence_statements;

extern bool ag_residence_store_newest(AgResidence *residence);
extern void ag_residence_store_lock(void);
extern void ag_residence_store_bind(const AgResidence *residence, const char *person, const char *reason);

/*
 * inval.c: relcache messages.
 */
typedef void (*AgRelcacheCallback) (Oid relation);	/* InvalidOid = all */

extern void ag_on_relcache_message(AgRelcacheCallback callback);	/* at load */

/*
 * resolve.c: our tables read directly, past SQL, where that is right.
 */
typedef enum AgAccess
{
	AG_ACCESS_DIRECT,			/* a plain table on this node */
	AG_ACCESS_SQL				/* anything else */
} AgAccess;

/*
 * One of our tables with the index its rows are found by.  columns are the names of
 * its leading columns: readers go by number, resolving checks that they may.
 */
typedef struct AgDirect
{
	const char *table;
	const char *index;			/* NULL = the table is small and scanned */
	const char *const *columns;
	int			column_count;

	/* resolved, until a relcache message about the table arrives */
	bool		valid;
	Oid			table_id;		/* InvalidOid = there is no such table */
	Oid			index_id;
	AgAccess	access;
	struct AgDirect *next;
} AgDirect;

extern void ag_direct_register(AgDirect *direct);	/* at load */
extern void ag_direct_resolve(AgDirect *direct);
extern bool ag_direct_open(AgDirect *direct, Relation *table, Relation *index);
extern Snapshot ag_latest_snapshot(void);

/*
 * Read the one row with these keys, if there is one, with the latest snapshot, and close
 * what ag_direct_open() has opened; the locks stay.
 */
typedef void (*AgDirectReader) (struct TupleTableSlot *slot, void *into);

extern bool ag_direct_row(Relation table, Relation index, struct ScanKeyData *keys, int key_count,
						  AgDirectReader read, void *into);

/* The same, and the place at which an index has it; no place = there is no such row. */
extern bool ag_direct_find(Relation table, Relation index, struct ScanKeyData *keys, int key_count,
						   AgDirectReader read, void *into, ItemPointer place);

/*
 * Read the row that an index once had at a place, if the newest snapshot sees one that
 * began there.  It may be another one meanwhile: the reader says whether it is the right
 * one.  Leaves the table open.
 */
extern bool ag_direct_fetch(Relation table, ItemPointer place,
							bool (*read) (struct TupleTableSlot *slot, void *into), void *into);
extern void ag_resolve_init(void);

/*
 * shmem.c: shared memory, where the library is preloaded.
 */
typedef struct AgShmem
{
	const char *name;			/* of the area and of its lock */
	Size		(*size) (void);
	void		(*begin) (void *area);	/* fill it in, before anybody uses it */
	void	   *area;			/* NULL = not preloaded */
	struct LWLock *lock;
	struct AgShmem *next;
} AgShmem;

extern void ag_shmem_register(AgShmem *shmem);	/* at load */
extern void ag_shmem_refuse(const char *why) pg_attribute_noreturn();	/* UG005 */
extern void ag_shmem_init(void);

#endif							/* AG_BASE_H */
