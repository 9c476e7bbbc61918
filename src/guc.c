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
		DefineCustomIntVariable("acctguard.filter_size",
								"Memory of the filter of possibly restricted accounts.",
								"One bit per hash of a restricted account lets the guard pass an "
								"unrestricted one without looking it up. Have 16 bits (2 bytes) per "
								"restricted account; too small a filter costs time, never a wrong answer. "
								"Needs shared_preload_libraries.",
								&ag_guc_filter_size, 1024, 64, 1024 * 1024, PGC_POSTMASTER,
								GUC_UNIT_KB, NULL, NULL, NULL);

	MarkGUCPrefixReserved("acctguard");
}
