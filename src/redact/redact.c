/*-------------------------------------------------------------------------
 *
 * redact.c
 *		Finding statements with secrets, and overwriting the secrets wherever the
 *		server shows a statement: log, pg_stat_activity, pg_stat_statements, the
 *		report of a crash.
 *
 * A statement is secret if its text has the name of a secret function, if it executes
 * a prepared statement whose text has, or once such a function is called, however
 * deep.  Two things are done about it:
 *
 *	- After the text has been parsed, its string literals are overwritten in place.  The
 *	  text is the client's message as the server keeps it; from then on nothing needs
 *	  what is inside its literals, and its length stays, so positions in it stay right.
 *	  Whatever shows the text later shows it like that, other extensions too, in
 *	  whatever order they are loaded.  The list of activities has a copy, which is
 *	  replaced.
 *	- What is logged goes through emit_log_hook, before and after that: the text in a
 *	  message is overwritten, parameters and contexts are left out.  The hook changes
 *	  copies only, since it may run before a text is parsed.
 *
 * The texts of statements inside functions are not the client's; they are left alone
 * but in contexts, which are left out.
 *
 * Memory: replacements are allocated in the error's own context, which frees them.
 * Locks: none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dlfcn.h>

#include "access/transam.h"
#include "access/xact.h"
#include "base/base.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_proc.h"
#include "commands/prepare.h"
#include "guc.h"
#include "miscadmin.h"
#include "optimizer/planner.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "pgstat.h"
#include "redact/redact.h"
#include "tcop/tcopprot.h"
#include "utils/backend_status.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#define WITHHELD "text withheld, because the statement takes secrets"

static const char *const secret_functions[] = {AG_SECRET_FUNCTIONS};

/* Functions that were looked at; one place for all whose OIDs agree in the last bits. */
#define KNOWN_FUNCTIONS 128
static struct
{
	Oid			function;
	bool		secret;
}			known[KNOWN_FUNCTIONS];
static const char *known_setting = NULL;	/* the setting they were looked at under */

/* The text that was overwritten, and the message it came with. */
static const char *masked_text = NULL;
static TimestampTz masked_at = 0;

static emit_log_hook_type previous_log = NULL;
static post_parse_analyze_hook_type previous_analyze = NULL;
static planner_hook_type previous_planner = NULL;
static object_access_hook_type previous_access = NULL;

const char *
ag_secret_function(int n)
{
	return n < (int) lengthof(secret_functions) ? secret_functions[n] : NULL;
}

/* Is it one of the names in acctguard.secret_functions?  Blanks and commas separate them. */
static bool
named_by_setting(const char *word)
{
	const char *at = ag_guc_secret_functions;
	char		name[AG_WORD_SIZE];

	while (ag_redact_word(&at, name))
		if (strcmp(name, word) == 0)
			return true;
	return false;
}

static bool
secret_name(const char *word)
{
	for (int i = 0; i < (int) lengthof(secret_functions); i++)
		if (strcmp(word, secret_functions[i]) == 0)
			return true;
	return named_by_setting(word);
}

/* A word that is a secret name, or begins a name with escapes, which may be one: U&"...". */
static bool
secret_word(const char *word, const char *behind)
{
	return secret_name(word) || (strcmp(word, "u") == 0 && behind[0] == '&' && behind[1] == '"');
}

/* Does a text have the name of a secret function? */
static bool
has_secret_name(const char *text)
{
	char		word[AG_WORD_SIZE];

	while (ag_redact_word(&text, word))
		if (secret_word(word, text))
			return true;
	return false;
}

/*
 * Of EXECUTE name: is that prepared statement secret?  One that is not there (any more)
 * may have been, where the text does nothing but execute it: EXECUTE, EXPLAIN EXECUTE,
 * CREATE TABLE ... AS EXECUTE.
 */
static bool
executes_secret(const char *at, bool only)
{
	char		name[AG_WORD_SIZE];
	PreparedStatement *statement;

	if (!ag_redact_name(&at, name))
		return false;
	statement = FetchPreparedStatement(name, false);
	if (statement == NULL)
		return only;
	return has_secret_name(statement->plansource->query_string);
}

/* Is a statement secret, by its text? */
static bool
secret_text(const char *text)
{
	char		word[AG_WORD_SIZE];
	bool		only = true;	/* could what comes now be all that is done? */
	bool		explained = false;

	for (int n = 0; ag_redact_word(&text, word); n++)
	{
		if (secret_word(word, text) || (strcmp(word, "execute") == 0 && executes_secret(text, only)))
			return true;
		explained |= n == 0 && strcmp(word, "explain") == 0;
		only = explained || strcmp(word, "as") == 0;
	}
	return false;
}

static bool
has_word(const char *text, const char *wanted)
{
	char		word[AG_WORD_SIZE];

	while (ag_redact_word(&text, word))
		if (strcmp(word, wanted) == 0)
			return true;
	return false;
}

/*
 * Overwriting the text of the client's message.
 */

/* Has the present text been overwritten? */
static bool
is_masked(void)
{
	return debug_query_string != NULL && masked_text == debug_query_string &&
		masked_at == GetCurrentStatementStartTimestamp();
}

/*
 * Overwrite the text, which has been parsed, and what the list of activities shows of
 * it.  Only a client's own process has a text of its own to write to.
 */
static void
mask_statement(void)
{
	const char *at;
	uint64		query_id = pgstat_get_my_query_id();

	if (MyBackendType != B_BACKEND || debug_query_string == NULL || is_masked())
		return;
	masked_text = debug_query_string;
	masked_at = GetCurrentStatementStartTimestamp();

	/* Often there is nothing but parameters, which are $ and a digit. */
	for (at = debug_query_string; *at != '\0'; at++)
		if (*at == '\'' || *at == '"' || (*at == '$' && !(at[1] >= '0' && at[1] <= '9')))
			break;
	if (*at == '\0')
		return;
	ag_redact_mask(unconstify(char *, debug_query_string),
				   !standard_conforming_strings, secret_name);
	pgstat_report_activity(STATE_RUNNING, debug_query_string);
	pgstat_report_query_id(query_id, true);
}

static void
look_at_text(const char *text)
{
	if (text !=NULL && text == debug_query_string && !is_masked() && secret_text(text))
		mask_statement();
}

static void
after_analysis(ParseState *pstate, Query *query, JumbleState *jstate)
{
	look_at_text(pstate->p_sourcetext);
	if (previous_analyze)
		previous_analyze(pstate, query, jstate);
}

/* The text of a prepared statement is another copy, and comes here when it is planned. */
static PlannedStmt *
before_planning(Query *parse, const char *query_string, int options, ParamListInfo parameters)
{
	look_at_text(query_string);
	if (previous_planner)
		return previous_planner(parse, query_string, options, parameters);
	return standard_planner(parse, query_string, options, parameters);
}

static void
forget_functions(Datum arg, int cacheid, uint32 hashvalue)
{
	memset(known, 0, sizeof(known));
}

static bool
is_secret_function(Oid function)
{
	bool		secret = false;
	char	   *name = get_func_name(function);

	if (name != NULL)
	{
		secret = named_by_setting(name);
		if (!secret && secret_name(name))
			secret = get_func_namespace(function) == get_namespace_oid(AG_SCHEMA, true);
		pfree(name);
	}
	return secret;
}

/* A function is about to be called by a plan that starts, or directly. */
static void
on_access(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id, void *arg)
{
	if (previous_access)
		previous_access(access, class_id, object_id, sub_id, arg);
	if (access != OAT_FUNCTION_EXECUTE || object_id < FirstNormalObjectId || is_masked())
		return;
	if (known_setting != ag_guc_secret_functions)
		forget_functions((Datum) 0, 0, 0);
	known_setting = ag_guc_secret_functions;
	if (known[object_id % KNOWN_FUNCTIONS].function != object_id)
	{
		bool		secret = is_secret_function(object_id);

		known[object_id % KNOWN_FUNCTIONS].function = object_id;
		known[object_id % KNOWN_FUNCTIONS].secret = secret;
	}
	if (known[object_id % KNOWN_FUNCTIONS].secret)
		mask_statement();
}

/*
 * The log.
 */

static char *
replacement(const ErrorData *edata, const char *text)
{
	return MemoryContextStrdup(edata->assoc_context, text);
}

/*
 * A message that may show the text of the statement: shown with its literals
 * overwritten, or, if it is shown in another form, not at all.
 */
static char *
redact_message(const ErrorData *edata, const char *message)
{
	char	   *copy = replacement(edata, message);
	char	   *at = debug_query_string == NULL ? NULL : strstr(copy, debug_query_string);

	if (at != NULL && at[0] != '\0')
		ag_redact_mask(at, !standard_conforming_strings, secret_name);
	else if (secret_text(copy))
		copy = replacement(edata, WITHHELD);
	return copy;
}

/* Was it raised by this library?  Its messages show no secrets, whatever their code. */
static bool
raised_here(const ErrorData *edata)
{
	Dl_info		raiser;
	Dl_info		here;

	return edata->filename != NULL && dladdr(edata->filename, &raiser) != 0 &&
		dladdr(secret_functions, &here) != 0 && raiser.dli_fbase == here.dli_fbase;
}

/* Errors whose messages show no values. */
static bool
shows_no_values(const ErrorData *edata)
{
	int			sqlerrcode = edata->sqlerrcode;

	if (raised_here(edata))
		return true;
	switch (ERRCODE_TO_CATEGORY(sqlerrcode))
	{
		case ERRCODE_CONNECTION_EXCEPTION:
		case ERRCODE_FEATURE_NOT_SUPPORTED:
		case ERRCODE_INVALID_TRANSACTION_STATE:
		case ERRCODE_TRANSACTION_ROLLBACK:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_PROGRAM_LIMIT_EXCEEDED:
		case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:
		case ERRCODE_OPERATOR_INTERVENTION:
			return true;
		default:
			return sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE ||
				sqlerrcode == ERRCODE_UNDEFINED_FUNCTION;
	}
}

/* Of the context only the lines that name our own statements, and only if they do no more. */
static char *
redact_context(const ErrorData *edata)
{
	static const char prefix[] = "acctguard statement \"";
	const char *end;

	if (edata->context == NULL || strncmp(edata->context, prefix, strlen(prefix)) != 0)
		return NULL;
	end = edata->context + strlen(prefix);
	end += strspn(end, "abcdefghijklmnopqrstuvwxyz_.");
	if (*end != '"')
		return NULL;
	return MemoryContextStrdup(edata->assoc_context,
							   pnstrdup(edata->context, end + 1 - edata->context));
}

static void
redact_error(ErrorData *edata)
{
	if (shows_no_values(edata))
		return;
	edata->message = replacement(edata, WITHHELD);
	edata->detail = NULL;
	edata->detail_log = NULL;
}

/* Is what is logged about a statement that is secret? */
static bool
about_secret(const ErrorData *edata)
{
	if (debug_query_string == NULL)
		return (edata->elevel == LOG && edata->message != NULL && has_secret_name(edata->message)) ||
			(edata->detail != NULL && has_secret_name(edata->detail));
	return is_masked() || secret_text(debug_query_string);
}

/*
 * A name that was misspelt is not in the list.  The message is for whoever wrote it,
 * and helps; the statement is not for the log.
 */
static bool
may_be_misspelt(const ErrorData *edata)
{
	return debug_query_string != NULL &&
		(edata->sqlerrcode == ERRCODE_UNDEFINED_FUNCTION ||
		 edata->sqlerrcode == ERRCODE_SYNTAX_ERROR) && has_word(debug_query_string, AG_SCHEMA);
}

static void
on_log(ErrorData *edata)
{
	static bool busy = false;

	if (previous_log)
		previous_log(edata);
	if (busy || !edata->output_to_server)
		return;
	busy = true;
	if (!about_secret(edata))
	{
		edata->hide_stmt = edata->hide_stmt || may_be_misspelt(edata);
		busy = false;
		return;
	}
	if (edata->elevel >= ERROR)
		redact_error(edata);
	else
	{
		if (edata->message != NULL)
			edata->message = redact_message(edata, edata->message);
		if (edata->elevel < INFO)
			edata->detail = edata->detail_log = NULL;
	}
	edata->context = redact_context(edata);
	edata->internalquery = NULL;
	edata->hide_stmt = edata->hide_stmt || !is_masked();
	busy = false;
}

void
ag_redact_init(void)
{
	previous_log = emit_log_hook;
	emit_log_hook = on_log;
	previous_analyze = post_parse_analyze_hook;
	post_parse_analyze_hook = after_analysis;
	previous_planner = planner_hook;
	planner_hook = before_planning;
	previous_access = object_access_hook;
	object_access_hook = on_access;
	CacheRegisterSyscacheCallback(PROCOID, forget_functions, (Datum) 0);
}
