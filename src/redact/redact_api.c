/*-------------------------------------------------------------------------
 *
 * redact_api.c
 *		SQL entry point: secret_functions().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "redact/redact.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_secret_functions);

/* secret_functions(): the names that statements are known by. */
Datum
acctguard_secret_functions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; ag_secret_function(i) != NULL; i++)
	{
		Datum		value = CStringGetTextDatum(ag_secret_function(i));
		bool		isnull = false;

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &isnull);
	}
	return (Datum) 0;
}
