/*-------------------------------------------------------------------------
 *
 * host_query.c
 *		Running a query of the application inside a decision of ours.
 *
 * The query is the application's, so it is trusted with nothing: it runs as a role that
 * may do little, in a security-restricted operation, in a subtransaction that is
 * read-only and is rolled back whatever comes of it, and for a bounded time.  What goes
 * wrong in it is an answer ("it did not say"), not an error of the caller.
 *
 * The time is kept by a timeout of our own, because statement_timeout belongs to the
 * caller's statement.  It cancels like a user does; who it was is told by a flag.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/base.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timeout.h"

static volatile sig_atomic_t timed_out = false;

/* In a signal handler: ask for cancellation at the next occasion. */
static void
cancel_query(void)
{
	timed_out = true;
	InterruptPending = true;
	QueryCancelPending = true;
	SetLatch(MyLatch);
}

static TimeoutId
our_timeout(void)
{
	static TimeoutId id = MAX_TIMEOUTS;

	if (id == MAX_TIMEOUTS)
		id = RegisterTimeout(USER_TIMEOUT, cancel_query);
	return id;
}

/* Stop the time; a cancellation that came too late to be noticed is void. */
static void
stop_timeout(void)
{
	disable_timeout(our_timeout(), false);
	if (timed_out)
		QueryCancelPending = false;
}

static void
become(Oid role_id)
{
	Oid			user_id;
	int			security_context;

	GetUserIdAndSecContext(&user_id, &security_context);
	SetUserIdAndSecContext(role_id, security_context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION);
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	XactReadOnly = true;
}

/* NULL, or what is wrong with the answer. */
static const char *
run(const char *query, int64 argument, int64 *answer)
{
	Oid			types[1] = {INT8OID};
	Datum		values[1] = {Int64GetDatum(argument)};
	bool		isnull = true;
	SPIPlanPtr	plan;
	int			code;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	plan = SPI_prepare(query, 1, types);
	if (plan == NULL || !SPI_is_cursor_plan(plan))
		return "it is not one SELECT";
	code = SPI_execute_plan(plan, values, NULL, false, 2);
	if (code != SPI_OK_SELECT || SPI_tuptable == NULL)
		return "it is not one SELECT";
	if (SPI_tuptable->tupdesc->natts != 1 || SPI_gettypeid(SPI_tuptable->tupdesc, 1) != INT8OID)
		return "it does not return one column of type bigint";
	if (SPI_processed != 1)
		return SPI_processed == 0 ? "it returned no row" : "it returned several rows";
	*answer = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	if (isnull)
		return "it returned NULL";
	SPI_finish();
	return NULL;
}

/* Errors that are the caller's own go on. */
static bool
is_the_callers(const ErrorData *error)
{
	if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
		return !timed_out;
	return ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION;
}

bool
ag_host_query(const char *query, Oid role_id, int64 argument, int milliseconds, int64 *answer,
			  char **problem)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	const char *volatile wrong = NULL;
	ErrorData  *volatile error = NULL;
	TimeoutId	timeout = our_timeout();

	timed_out = false;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		become(role_id);
		enable_timeout_after(timeout, milliseconds);
		wrong = run(query, argument, answer);
		stop_timeout();
	}
	PG_CATCH();
	{
		stop_timeout();
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();

	/* Takes back the role, the settings, whatever SPI has open, and whatever was done. */
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	if (error != NULL && is_the_callers(error))
		ReThrowError(error);
	if (error != NULL)
		*problem = timed_out ? psprintf("it took more than %d ms", milliseconds) :
			psprintf("%s (%s)", error->message, unpack_sql_state(error->sqlerrcode));
	else if (wrong != NULL)
		*problem = pstrdup(wrong);
	else
		return true;
	return false;
}
