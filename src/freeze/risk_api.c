/*-------------------------------------------------------------------------
 *
 * risk_api.c
 *		SQL entry points of the risk score.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "freeze/sanction.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(acctguard_risk_report);
PG_FUNCTION_INFO_V1(acctguard_risk_clear);
PG_FUNCTION_INFO_V1(acctguard_risk_list);

#define MAX_WEIGHT 1000000
#define POINT_DIGITS 6			/* decimal digits of a micropoint */

/* Points given as numeric, in micropoints. */
static int64
arg_weight(FunctionCallInfo fcinfo, int n)
{
	double		points;
	int64		weight;

	if (PG_ARGISNULL(n))
		return 0;
	points = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, PG_GETARG_DATUM(n)));
	weight = isfinite(points) && points > 0 && points <= MAX_WEIGHT ? (int64) rint(points * AG_MICROPOINTS) : 0;
	if (weight <= 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("weight must be above 0 and at most %d", MAX_WEIGHT));
	return weight;
}

static char *
arg_evidence(FunctionCallInfo fcinfo, int n)
{
	Jsonb	   *evidence;

	if (PG_ARGISNULL(n))
		return NULL;
	evidence = PG_GETARG_JSONB_P(n);
	if (!JB_ROOT_IS_OBJECT(evidence) || VARSIZE(evidence) > AG_MOST_JSON)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("evidence must be a JSON object of at most %d bytes", AG_MOST_JSON));
	return JsonbToCString(NULL, &evidence->root, VARSIZE(evidence));
}

/* risk_report(account_id, signal, weight, evidence, incident) */
Datum
acctguard_risk_report(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *signal = ag_arg_required_text(fcinfo, 1, "signal");
	int64		weight = arg_weight(fcinfo, 2);
	char	   *evidence = arg_evidence(fcinfo, 3);
	const char *incident = NULL;
	AgAccount  *account;
	TupleDesc	desc;
	Datum		values[3] = {0};
	bool		nulls[3] = {false, false, false};
	AgRiskAnswer answer;

	if (!PG_ARGISNULL(4))
		incident = DatumGetCString(DirectFunctionCall1(uuid_out, PG_GETARG_DATUM(4)));
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	account = ag_account_lock(account_id);
	ag_risk_report(account, ag_actor(), signal, weight, evidence, incident, ag_account_now(account), &answer);
	ag_account_save(account);

	values[0] = NumericGetDatum(int64_div_fast_to_numeric(answer.score, POINT_DIGITS));
	values[1] = Int32GetDatum(answer.freeze_no);
	nulls[1] = answer.freeze_no == 0;
	nulls[2] = answer.refused == NULL;
	if (!nulls[2])
		values[2] = CStringGetTextDatum(answer.refused);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* risk_clear(account_id, reason) */
Datum
acctguard_risk_clear(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *reason = ag_arg_required_text(fcinfo, 1, "reason");
	AgAccount  *account = ag_account_lock(account_id);
	int			ended = ag_risk_clear(account, ag_actor(), reason, ag_account_now(account));

	ag_account_save(account);
	PG_RETURN_INT32(ended);
}

/* risk_list(account_id) */
Datum
acctguard_risk_list(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);

	(void) ag_account_require(account_id);
	return ag_return_set(fcinfo, ag_risk_store_report(account_id));
}
