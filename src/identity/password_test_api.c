/*-------------------------------------------------------------------------
 *
 * password_test_api.c
 *		Verifying a password from SQL, in test builds only.
 *
 * What logs people in verifies in C, so an ordinary library is without these symbols.
 * Tests declare them with CREATE FUNCTION themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "identity/password.h"
#include "utils/array.h"
#include "utils/builtins.h"

#ifdef AG_TEST_CLOCK

PG_FUNCTION_INFO_V1(acctguard_test_password_verify);
PG_FUNCTION_INFO_V1(acctguard_test_password_set);
PG_FUNCTION_INFO_V1(acctguard_test_normalize);

/*
 * (accounts bigint[], password text, runs integer, rule text, subject text): the code, and
 * which accounts it is the password of; rule NULL = charged in none
 */
Datum
acctguard_test_password_verify(PG_FUNCTION_ARGS)
{
	text	   *password = PG_GETARG_TEXT_PP(1);
	AgCharge	charge = {ag_arg_text(fcinfo, 3), ag_arg_text(fcinfo, 4)};
	AgPasswordCheck check = {
		.password = VARDATA_ANY(password), .length = VARSIZE_ANY_EXHDR(password),
		.runs = PG_GETARG_INT32(2), .charges = &charge, .charge_count = charge.rule == NULL ? 0 : 1
	};
	Datum	   *accounts;
	bool	   *nulls;
	int			count;
	StringInfoData answer;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &accounts,
					  &nulls, &count);
	for (int i = 0; i < Min(count, AG_PASSWORD_RUNS); i++)
		check.accounts[i] = DatumGetInt64(accounts[i]);
	ag_password_verify(&check);
	initStringInfo(&answer);
	appendStringInfoString(&answer, ag_password_code_name(check.code));
	for (int i = 0; i < check.runs; i++)
	{
		AgAccount  *account;

		if (!check.matched[i])
			continue;
		account = ag_account_lock(check.accounts[i]);
		appendStringInfo(&answer, " " INT64_FORMAT "%s%s", check.accounts[i],
						 ag_password_still(account, &check, i) ? "" : "?",
						 check.rehash != NULL ? " rehashed" : "");
	}
	PG_RETURN_TEXT_P(cstring_to_text(answer.data));
}

/* (account_id bigint, password text, second_factor boolean, context text[]): the code */
Datum
acctguard_test_password_set(PG_FUNCTION_ARGS)
{
	text	   *password = PG_GETARG_TEXT_PP(1);
	AgPasswordNew made;
	AgPasswordCode code = ag_password_prepare(&made, VARDATA_ANY(password), VARSIZE_ANY_EXHDR(password),
											  PG_GETARG_BOOL(2),
											  ag_text_array_list(PG_GETARG_ARRAYTYPE_P(3)));

	if (code == AG_PASSWORD_OK)
	{
		AgAccount  *account = ag_account_lock(PG_GETARG_INT64(0));

		ag_password_set(account, &made, "test");
		ag_account_save(account);
	}
	PG_RETURN_TEXT_P(cstring_to_text(ag_password_code_name(code)));
}

/* (password text): its normal form in bytes, NULL if it is too long */
Datum
acctguard_test_normalize(PG_FUNCTION_ARGS)
{
	text	   *password = PG_GETARG_TEXT_PP(0);
	Size		length;
	char	   *normal = ag_password_normalize(VARDATA_ANY(password), VARSIZE_ANY_EXHDR(password), &length);

	if (normal == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(ag_bytes(normal, length).value);
}

#endif							/* AG_TEST_CLOCK */
