/*-------------------------------------------------------------------------
 *
 * phone_test_api.c
 *		Signing as a provider does, from SQL, in test builds only.
 *
 * The product signs nothing for providers, so an ordinary library is without these
 * symbols.  Tests declare them with CREATE FUNCTION themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "crypto/crypto.h"

#ifdef AG_TEST_CLOCK

PG_FUNCTION_INFO_V1(acctguard_test_sign);
PG_FUNCTION_INFO_V1(acctguard_test_public_key);

static void
sign(FunctionCallInfo fcinfo, bytea *data, uint8 *signature, uint8 *public_key)
{
	bytea	   *seed = PG_GETARG_BYTEA_PP(0);

	if (VARSIZE_ANY_EXHDR(seed) != AG_KEY_SIZE)
		elog(ERROR, "the seed has another size");
	ag_sign_as(signature, public_key, VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data),
			   (uint8 *) VARDATA_ANY(seed));
}

/* (seed bytea, data bytea) */
Datum
acctguard_test_sign(PG_FUNCTION_ARGS)
{
	uint8		signature[AG_SIGNATURE_SIZE];
	uint8		public_key[AG_PUBLIC_KEY_SIZE];

	sign(fcinfo, PG_GETARG_BYTEA_PP(1), signature, public_key);
	PG_RETURN_DATUM(ag_bytes(signature, AG_SIGNATURE_SIZE).value);
}

/* (seed bytea) */
Datum
acctguard_test_public_key(PG_FUNCTION_ARGS)
{
	uint8		signature[AG_SIGNATURE_SIZE];
	uint8		public_key[AG_PUBLIC_KEY_SIZE];

	sign(fcinfo, PG_GETARG_BYTEA_PP(0), signature, public_key);
	PG_RETURN_DATUM(ag_bytes(public_key, AG_PUBLIC_KEY_SIZE).value);
}

#endif							/* AG_TEST_CLOCK */
