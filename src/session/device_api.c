/*-------------------------------------------------------------------------
 *
 * device_api.c
 *		SQL entry points of devices.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "policy/policy.h"
#include "session/session.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_device_challenge);
PG_FUNCTION_INFO_V1(acctguard_device_list);
PG_FUNCTION_INFO_V1(acctguard_device_trust);
PG_FUNCTION_INFO_V1(acctguard_device_kick);
PG_FUNCTION_INFO_V1(acctguard_device_quarantine);
PG_FUNCTION_INFO_V1(acctguard_device_transitions);

/* device_challenge(account_id, device): base64url of what the device has to sign */
Datum
acctguard_device_challenge(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *handle = ag_arg_required_text(fcinfo, 1, "device");
	uint8		challenge[AG_KEY_SIZE];
	char text[	AG_BASE64_LENGTH(AG_KEY_SIZE) + 1];

	ag_device_challenge(account_id, handle, challenge);
	ag_base64_encode(text, sizeof(text), challenge, AG_KEY_SIZE);
	PG_RETURN_TEXT_P(cstring_to_text(text));
}

/* device_list(account_id) */
Datum
acctguard_device_list(PG_FUNCTION_ARGS)
{
	AgAccount  *account = ag_account_require(ag_arg_account(fcinfo, 0));

	return ag_return_set(fcinfo, ag_device_store_list(account->account_id,
													  ag_policy_setting(AG_SETTING_DEVICE_ESTABLISHED),
													  ag_account_now(account)));
}

/* device_trust(token, device_no, trusted): code */
Datum
acctguard_device_trust(PG_FUNCTION_ARGS)
{
	AgSessionResult result;

	ag_device_trust(ag_arg_text(fcinfo, 0), PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1),
					PG_ARGISNULL(2) || PG_GETARG_BOOL(2), &result);
	PG_RETURN_TEXT_P(cstring_to_text(ag_access_code_name(result.code)));
}

/* device_kick(token, device_no, lost): code, ended */
Datum
acctguard_device_kick(PG_FUNCTION_ARGS)
{
	AgSessionResult result;
	TupleDesc	desc;
	Datum		values[2];
	bool		nulls[2] = {0};

	ag_device_kick(ag_arg_text(fcinfo, 0), PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1),
				   !PG_ARGISNULL(2) && PG_GETARG_BOOL(2), &result);
	values[0] = CStringGetTextDatum(ag_access_code_name(result.code));
	values[1] = Int32GetDatum(result.count);
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* device_quarantine(account_id, device_no, reason): how many; NULL = all that a number enrolled */
Datum
acctguard_device_quarantine(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	AgAccount  *account = ag_account_lock(account_id);
	int			count = ag_device_quarantine(account, PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1),
											 PG_ARGISNULL(1), reason);

	ag_account_save(account);
	PG_RETURN_INT32(count);
}

/* device_transitions() */
Datum
acctguard_device_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			count;
	const AgDeviceTransition *list = ag_device_transitions(&count);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		Datum		values[5];
		bool		nulls[5] = {false, false, false, false, list[i].guard == NULL};

		values[0] = CStringGetTextDatum(list[i].from < 0 ? "none" :
										ag_device_state_name((AgDeviceState) list[i].from));
		values[1] = CStringGetTextDatum(ag_device_event_name(list[i].event));
		values[2] = CStringGetTextDatum(ag_device_state_name(list[i].to));
		values[3] = CStringGetTextDatum(list[i].who);
		if (list[i].guard != NULL)
			values[4] = CStringGetTextDatum(list[i].guard);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
