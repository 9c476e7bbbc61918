/*-------------------------------------------------------------------------
 *
 * check_api.c
 *		SQL entry points of checking and mending numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "keyring/keyring.h"
#include "miscadmin.h"
#include "phone/check.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(acctguard_number_check);
PG_FUNCTION_INFO_V1(acctguard_number_repair);

#define MOST_NUMBERS 1000000

static void
put_finding(ReturnSetInfo *rsinfo, int64 number_id, const char *finding, const char *what,
			bool mendable)
{
	Datum		values[4];
	bool		nulls[4] = {false};

	values[0] = Int64GetDatum(number_id);
	values[1] = CStringGetTextDatum(finding);
	values[2] = CStringGetTextDatum(what);
	values[3] = BoolGetDatum(mendable);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
put_findings(ReturnSetInfo *rsinfo, int64 number_id, uint32 found)
{
	for (int i = 0; i < AG_FINDING_COUNT; i++)
		if (found & (UINT32_C(1) << i))
			put_finding(rsinfo, number_id, ag_finding_name(i), ag_finding_what(i),
						ag_finding_can_be_mended(i));
}

/* Can sealed numbers be looked at?  Without a key that is an error, unless it is not wanted. */
static bool
arg_sealed(FunctionCallInfo fcinfo, int n)
{
	bool		sealed = !PG_ARGISNULL(n) && PG_GETARG_BOOL(n);

	if (sealed)
	{
		(void) ag_keyring_require(AG_PURPOSE_CONTACT);
		(void) ag_keyring_require(AG_PURPOSE_PHONE_INDEX);
	}
	return sealed;
}

/* number_check(after, most, sealed) */
Datum
acctguard_number_check(PG_FUNCTION_ARGS)
{
	int64		after = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
	int			most = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	bool		sealed = arg_sealed(fcinfo, 2);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context;
	MemoryContext old;
	int64	   *numbers;
	int			count;

	if (most < 1 || most > MOST_NUMBERS)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("most must be between 1 and %d", MOST_NUMBERS));
	InitMaterializedSRF(fcinfo, 0);
	numbers = ag_check_store_numbers(after, most, &count);
	context = AllocSetContextCreate(CurrentMemoryContext, "acctguard number", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	for (int i = 0; i < count; i++)
	{
		put_findings(rsinfo, numbers[i], ag_number_findings(numbers[i], sealed, ag_now()));
		MemoryContextReset(context);
		CHECK_FOR_INTERRUPTS();
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	if (count == most)
		put_finding(rsinfo, numbers[count - 1], "more", "there are more numbers: go on after this one", false);
	return (Datum) 0;
}

/* number_repair(number_id, note, sealed) */
Datum
acctguard_number_repair(PG_FUNCTION_ARGS)
{
	int64		number_id = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
	char	   *note = ag_arg_required_text(fcinfo, 1, "note");
	bool		sealed = arg_sealed(fcinfo, 2);

	InitMaterializedSRF(fcinfo, 0);
	put_findings((ReturnSetInfo *) fcinfo->resultinfo, number_id,
				 ag_number_mend(number_id, note, sealed));
	return (Datum) 0;
}
