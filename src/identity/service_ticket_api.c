/*-------------------------------------------------------------------------
 *
 * service_ticket_api.c
 *		SQL entry points of service tickets.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "freeze/freeze.h"
#include "funcapi.h"
#include "identity/identity.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_service_ticket_issue);
PG_FUNCTION_INFO_V1(acctguard_account_return);

/* service_ticket_issue(account_id, reference): ticket, expires_at */
Datum
acctguard_service_ticket_issue(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *reference = ag_arg_required_text(fcinfo, 1, "reference");
	AgAccount  *account;
	TimestampTz expires_at;
	char	   *token;
	TupleDesc	desc;
	Datum		values[2] = {0};
	bool		nulls[2];

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	ag_check_length(reference, "reference", AG_MOST_NOTE);
	account = ag_account_lock(account_id);
	if (account->state != AG_ACTIVE && account->state != AG_CLOSING)
		ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_STATE),
				errmsg("account " INT64_FORMAT " is %s", account_id, ag_lifecycle_name(account->state)));
	token = ag_service_ticket_issue(account, ag_actor(), reference, ag_account_now(account), &expires_at);
	ag_account_save(account);
	nulls[0] = nulls[1] = token == NULL;
	if (token != NULL)
	{
		values[0] = CStringGetTextDatum(token);
		values[1] = TimestampTzGetDatum(expires_at);
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* account_return(account_id, ticket): did it lead through the gate? */
Datum
acctguard_account_return(PG_FUNCTION_ARGS)
{
	AgAccount  *account = ag_account_lock(ag_arg_account(fcinfo, 0));
	char	   *ticket = ag_arg_text(fcinfo, 1);
	TimestampTz at = ag_account_now(account);
	AgAssurance assurance;

	if (ticket == NULL || !ag_freeze_is_open(account, at) || !ag_account_return(account, ticket, at, &assurance))
		PG_RETURN_BOOL(false);
	if (assurance.money_waits)
		(void) ag_money_wait_begin(account, at);
	ag_account_save(account);
	PG_RETURN_BOOL(true);
}
