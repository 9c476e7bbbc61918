/*-------------------------------------------------------------------------
 *
 * guc.c
 *		Every setting, in alphabetical order.
 *
 * Settings are about this server: memory, paths, timing.  Thresholds, durations
 * and kinds are policy and live in rows (policy/).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "guc.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/guc.h"
#include "utils/varlena.h"

/* Lets CREATE EXTENSION accept acctguard's roles when they have members already. */
static bool allow_existing_roles = false;

/* Memory of the counted attempts, in kilobytes. */
int			ag_guc_attempt_size = 4096;

/* Databases that have a worker; empty = all that have the extension. */
char	   *ag_guc_databases = "";

/* Size of the shared filter of possibly restricted accounts, in kilobytes. */
int			ag_guc_filter_size = 1024;

/* What notices call the product. */
char	   *ag_guc_product_name = "acctguard";

/* How much memory passwords are hashed in at once, by how many, and how long others wait. */
int			ag_guc_pwhash_memory = 262144;
int			ag_guc_pwhash_slots = 0;
int			ag_guc_pwhash_wait = 1000;

/* Where the root key comes from; empty = from nowhere. */
char	   *ag_guc_root_key_command = "";
char	   *ag_guc_root_key_file = "";

/* The application's own functions that take secrets. */
char	   *ag_guc_secret_functions = "";

/* Does the worker work, how much at a time, and how often does it look (ms)? */
bool		ag_guc_worker = true;
int			ag_guc_worker_batch = 50;
int			ag_guc_worker_interval = 1000;

/* A list of names, or nothing. */
static bool
check_databases(char **newval, void **extra, GucSource source)
{
	char	   *copy = pstrdup(*newval);
	List	   *names;
	bool		valid = SplitIdentifierString(copy, ',', &names);

	if (!valid)
		GUC_check_errdetail("List syntax is invalid.");
	list_free(names);
	pfree(copy);
	return valid;
}

static void
define_general_settings(void)
{
	DefineCustomBoolVariable("acctguard.allow_existing_roles",
							 "Accepts roles of acctguard that have members already.",
							 "CREATE EXTENSION refuses roles named acctguard_... that exist with "
							 "members, because whoever made them beforehand would hold their rights. "
							 "Switch it on for a further database of a cluster that uses acctguard.",
							 &allow_existing_roles, false, PGC_SUSET, 0, NULL, NULL, NULL);

	if (process_shared_preload_libraries_in_progress)
	{
		DefineCustomIntVariable("acctguard.attempt_size",
								"Memory of the counted attempts.",
								"64 bytes for each account, device, number and source that somebody "
								"failed for of late. Too small a memory costs time, as long as the worker "
								"copies what is counted to a table. Needs shared_preload_libraries.",
								&ag_guc_attempt_size, 4096, 64, 1024 * 1024, PGC_POSTMASTER,
								GUC_UNIT_KB, NULL, NULL, NULL);

		DefineCustomStringVariable("acctguard.databases",
								   "Databases that have a worker.",
								   "Names separated by commas. Empty, the default: every database in "
								   "which the extension is found; the server then looks into each "
								   "database once a minute, which a list of names avoids. Needs "
								   "shared_preload_libraries.",
								   &ag_guc_databases, "", PGC_SIGHUP, GUC_LIST_INPUT,
								   check_databases, NULL, NULL);

		DefineCustomIntVariable("acctguard.filter_size",
								"Memory of the filter of possibly restricted accounts.",
								"One bit per hash of a restricted account lets the guard pass an "
								"unrestricted one without looking it up. Have 16 bits (2 bytes) per "
								"restricted account; too small a filter costs time, never a wrong answer. "
								"Needs shared_preload_libraries.",
								&ag_guc_filter_size, 1024, 64, 1024 * 1024, PGC_POSTMASTER,
								GUC_UNIT_KB, NULL, NULL, NULL);
	}

	DefineCustomStringVariable("acctguard.product_name",
							   "What notices call the product.",
							   "Stands wherever a template of notices says {product}. May be set for a "
							   "database, with ALTER DATABASE.",
							   &ag_guc_product_name, "acctguard", PGC_SUSET, 0, NULL, NULL, NULL);
}

static void
define_pwhash_settings(void)
{
	DefineCustomIntVariable("acctguard.pwhash_memory",
							"Memory in which passwords are hashed at once.",
							"By all sessions together, beyond shared_buffers and work_mem. Who gets none "
							"within acctguard.pwhash_wait is told to come again, and nothing is counted. "
							"Needs shared_preload_libraries.",
							&ag_guc_pwhash_memory, 262144, 19456, 64 * 1024 * 1024, PGC_SIGHUP,
							GUC_UNIT_KB, NULL, NULL, NULL);

	DefineCustomIntVariable("acctguard.pwhash_slots",
							"Passwords that are hashed at once.",
							"0, the default, is half of the processors, at least one: the others are for "
							"everything else. Needs shared_preload_libraries.",
							&ag_guc_pwhash_slots, 0, 0, 1024, PGC_SIGHUP, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("acctguard.pwhash_wait",
							"How long one waits for others to have hashed theirs.",
							"After that the answer is OVERLOAD. Needs shared_preload_libraries.",
							&ag_guc_pwhash_wait, 1000, 0, 60 * 1000, PGC_SIGHUP, GUC_UNIT_MS, NULL,
							NULL, NULL);
}

static void
define_secret_settings(void)
{
	if (process_shared_preload_libraries_in_progress)
	{
		DefineCustomStringVariable("acctguard.root_key_command",
								   "Shell command that prints the root key.",
								   "Run once, when the server starts, as the server's user, for at most "
								   "60 seconds; it prints lines version:64 hexadecimal digits, newest "
								   "first, and exits with 0. Meant for a key management service. If it "
								   "fails the server starts without keys and the log says why. Needs "
								   "shared_preload_libraries.",
								   &ag_guc_root_key_command, "", PGC_POSTMASTER, GUC_SUPERUSER_ONLY,
								   NULL, NULL, NULL);

		DefineCustomStringVariable("acctguard.root_key_file",
								   "File that holds the root key.",
								   "Absolute path of a file with lines version:64 hexadecimal digits, "
								   "newest first, or 32 raw bytes, as acctguard-keygen makes it. Read "
								   "once, when the server starts. A file inside the data directory or a "
								   "tablespace is refused, and one that is not regular, belongs to "
								   "neither the server's user nor root, can be written by its group or "
								   "reached by others; the server then starts without keys and the log "
								   "says why. Needs shared_preload_libraries.",
								   &ag_guc_root_key_file, "", PGC_POSTMASTER, GUC_SUPERUSER_ONLY, NULL,
								   NULL, NULL);
	}

	DefineCustomStringVariable("acctguard.secret_functions",
							   "Further functions whose statements are redacted.",
							   "Names, without schema, of functions of the application that take what "
							   "acctguard keeps secret (a statement, an address, a code). Statements "
							   "that name them are redacted in the log and elsewhere, as those are that "
							   "name acctguard's own.",
							   &ag_guc_secret_functions, "", PGC_SUSET, GUC_LIST_INPUT, NULL, NULL,
							   NULL);
}

static void
define_worker_settings(void)
{
	DefineCustomBoolVariable("acctguard.worker",
							 "Lets the background worker work.",
							 "It tells users what the clock did (a freeze expired, a probation "
							 "ended) and keeps house; no answer of acctguard depends on it. Off: "
							 "call acctguard.sweep() now and then, or nobody is told. Needs "
							 "shared_preload_libraries.",
							 &ag_guc_worker, true, PGC_SIGHUP, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("acctguard.worker_batch",
							"How much the worker does in one transaction.",
							"At most so many records of a kind; their accounts are locked until "
							"it commits. Needs shared_preload_libraries.",
							&ag_guc_worker_batch, 50, 1, 10000, PGC_SIGHUP, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("acctguard.worker_interval",
							"How often the worker looks for something to do.",
							"A user is told that much later than the clock did something, at "
							"most. Needs shared_preload_libraries.",
							&ag_guc_worker_interval, 1000, 10, 3600 * 1000, PGC_SIGHUP,
							GUC_UNIT_MS, NULL, NULL, NULL);
}

void
ag_guc_init(void)
{
	define_general_settings();
	if (process_shared_preload_libraries_in_progress)
		define_pwhash_settings();
	define_secret_settings();
	if (process_shared_preload_libraries_in_progress)
		define_worker_settings();
	MarkGUCPrefixReserved("acctguard");
}
