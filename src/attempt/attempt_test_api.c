/*-------------------------------------------------------------------------
 *
 * attempt_test_api.c
 *		Charging from SQL, in test builds only.
 *
 * What verifies something charges in C, so an ordinary library is without these
 * symbols.  Tests declare them with CREATE FUNCTION themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "attempt/attempt.h"
#include "utils/builtins.h"

#ifdef AG_TEST_CLOCK

PG_FUNCTION_INFO_V1(acctguard_test_charge);
PG_FUNCTION_INFO_V1(acctguard_test_refund);
PG_FUNCTION_INFO_V1(acctguard_test_success);
PG_FUNCTION_INFO_V1(acctguard_test_subject);

/* (rules text[], subjects text[]) */
static int
read_charges(FunctionCallInfo fcinfo, AgCharge *charges)
{
	List	   *rules = ag_text_array_list(PG_GETARG_ARRAYTYPE_P(0));
	List	   *subjects = ag_text_array_list(PG_GETARG_ARRAYTYPE_P(1));
	int			count = list_length(rules);

	for (int i = 0; i < Min(count, AG_CHARGES_MAX); i++)
	{
		charges[i].rule = list_nth(rules, i);
		charges[i].subject = list_nth(subjects, i);
	}
	return count;
}

/* Seconds until it can be tried again: 0 = charged, -1 = stopped. */
Datum
acctguard_test_charge(PG_FUNCTION_ARGS)
{
	AgCharge	charges[AG_CHARGES_MAX];
	TimestampTz retry_at;

	if (ag_attempt_charge(charges, read_charges(fcinfo, charges), &retry_at))
		PG_RETURN_FLOAT8(0);
	if (retry_at == DT_NOEND)
		PG_RETURN_FLOAT8(-1);
	PG_RETURN_FLOAT8((retry_at - ag_now()) / (double) USECS_PER_SEC);
}

Datum
acctguard_test_refund(PG_FUNCTION_ARGS)
{
	AgCharge	charges[AG_CHARGES_MAX];

	ag_attempt_refund(charges, read_charges(fcinfo, charges));
	PG_RETURN_VOID();
}

/* A success came through the first. */
Datum
acctguard_test_success(PG_FUNCTION_ARGS)
{
	AgCharge	charges[AG_CHARGES_MAX];
	int			count = read_charges(fcinfo, charges);

	(void) ag_attempt_clear(&charges[0]);
	ag_attempt_refund(&charges[1], count - 1);
	PG_RETURN_VOID();
}

/* (address text): as source, as prefix */
Datum
acctguard_test_subject(PG_FUNCTION_ARGS)
{
	char	   *address = ag_arg_text(fcinfo, 0);

	PG_RETURN_TEXT_P(cstring_to_text(psprintf("%s %s", ag_subject_source(address),
											  ag_subject_prefix(address))));
}

#endif							/* AG_TEST_CLOCK */
