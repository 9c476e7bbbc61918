/*-------------------------------------------------------------------------
 *
 * keyring_test_api.c
 *		Sealing, opening and tags from SQL, in test builds only.
 *
 * The product has no SQL function that seals, opens or tags what the caller names, so an
 * ordinary library is without these symbols.  Tests declare them with CREATE
 * FUNCTION themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "keyring/keyring.h"

#ifdef AG_TEST_CLOCK

PG_FUNCTION_INFO_V1(acctguard_test_seal);
PG_FUNCTION_INFO_V1(acctguard_test_unseal);
PG_FUNCTION_INFO_V1(acctguard_test_tag);

/* (purpose text, account_id bigint, record bigint, part int, value bytea) */
static AgPurpose
read_arguments(FunctionCallInfo fcinfo, AgBinding *binding, bytea **value)
{
	binding->field = "test.value";
	binding->account_id = PG_GETARG_INT64(1);
	binding->record = PG_GETARG_INT64(2);
	binding->part = PG_GETARG_INT32(3);
	binding->parts = 1;
	*value = PG_GETARG_BYTEA_P(4);
	return ag_purpose_find(ag_arg_text(fcinfo, 0));
}

Datum
acctguard_test_seal(PG_FUNCTION_ARGS)
{
	AgBinding	binding;
	bytea	   *plain;
	AgPurpose	purpose = read_arguments(fcinfo, &binding, &plain);

	if (purpose == AG_PURPOSE_SUBJECT)
		PG_RETURN_BYTEA_P(ag_subject_seal(&binding, VARDATA(plain), VARSIZE(plain) - VARHDRSZ));
	PG_RETURN_BYTEA_P(ag_keyring_seal(purpose, ag_keyring_require(purpose), &binding,
									  VARDATA(plain), VARSIZE(plain) - VARHDRSZ));
}

Datum
acctguard_test_unseal(PG_FUNCTION_ARGS)
{
	AgBinding	binding;
	bytea	   *sealed;
	AgPurpose	purpose = read_arguments(fcinfo, &binding, &sealed);
	Size		length = VARSIZE(sealed) - VARHDRSZ;

	if (purpose == AG_PURPOSE_SUBJECT)
		PG_RETURN_BYTEA_P(ag_subject_unseal(&binding, VARDATA(sealed), length));
	PG_RETURN_BYTEA_P(ag_keyring_unseal(purpose, &binding, VARDATA(sealed), length));
}

/* (kid int, value bytea) */
Datum
acctguard_test_tag(PG_FUNCTION_ARGS)
{
	bytea	   *value = PG_GETARG_BYTEA_P(1);
	bytea	   *tag = palloc(VARHDRSZ + AG_TAG_SIZE);

	SET_VARSIZE(tag, VARHDRSZ + AG_TAG_SIZE);
	ag_keyring_mac(PG_GETARG_INT32(0), (uint8 *) VARDATA(tag), VARDATA(value), VARSIZE(value) - VARHDRSZ);
	PG_RETURN_BYTEA_P(tag);
}

#endif							/* AG_TEST_CLOCK */
