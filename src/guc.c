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
#include "utils/guc.h"

/* Lets CREATE EXTENSION accept acctguard's roles when they have members already. */
bool		ag_guc_allow_existing_roles = false;

/* Size of the shared filter of possibly restricted accounts, in kilobytes. */
int			ag_guc_filter_size = 1024;

/* What notices call the product. */
char	   *ag_guc_product_name = "acctguard";

/* Where the root key comes from; empty = from nowhere. */
char	   *ag_guc_root_key_command = "";
char	   *ag_guc_root_key_file = "";

void
ag_guc_init(void)
{
	DefineCustomBoolVariable("acctguard.allow_existing_roles",
							 "Accepts roles of acctguard that have members already.",
							 "CREATE EXTENSION refuses roles named acctguard_... that exist with "
							 "members, because whoever made them beforehand would hold their rights. "
							 "Switch it on for a further database of a cluster that uses acctguard.",
							 &ag_guc_allow_existing_roles, false, PGC_SUSET, 0, NULL, NULL, NULL);

	if (process_shared_preload_libraries_in_progress)
	{
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
							   "Stands wherever a template of notices says {product}.",
							   &ag_guc_product_name, "acctguard", PGC_SIGHUP, 0, NULL, NULL, NULL);

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

	MarkGUCPrefixReserved("acctguard");
}
