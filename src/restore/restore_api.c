/*-------------------------------------------------------------------------
 *
 * restore_api.c
 *		SQL entry point: post_restore().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "restore/restore.h"

PG_FUNCTION_INFO_V1(acctguard_post_restore);

/* post_restore(mode, reason): what was done, and how often */
Datum
acctguard_post_restore(PG_FUNCTION_ARGS)
{
	char	   *mode = ag_arg_required_text(fcinfo, 0, "mode");
	char	   *reason = ag_arg_required_text(fcinfo, 1, "reason");

	ag_check_length(reason, "reason", AG_MOST_NOTE);
	InitMaterializedSRF(fcinfo, 0);
	ag_post_restore(mode, reason, (ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
}
