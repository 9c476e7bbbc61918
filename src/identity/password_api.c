/*-------------------------------------------------------------------------
 *
 * password_api.c
 *		SQL entry points of passwords.
 *
 * The user acts through a session.  Its account is locked only when everything that takes
 * time is done, and what was seen before is then asked for again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "guc.h"
#include "identity/password.h"
#include "phone/phone.h"
#include "policy/policy.h"
#include "session/session.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_password_set);
PG_FUNCTION_INFO_V1(acctguard_password_change);
PG_FUNCTION_INFO_V1(acctguard_password_codes);
PG_FUNCTION_INFO_V1(acctguard_password_block_add);
PG_FUNCTION_INFO_V1(acctguard_credential_list);

/* A call of a session's holder. */
typedef struct Call
{
	AgSessionCheck session;
	const char *code;			/* NULL = go on */
	TimestampTz retry_at;		/* DT_NOEND = none */
	int			ended;			/* other sessions */
} Call;

static text *
required_text(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name));
	return PG_GETARG_TEXT_PP(n);
}

/* Has the holder proved more than a number, not long ago? */
static bool
is_fresh(const AgSession *session)
{
	return !session->number_only && session->stepped_up_at != DT_NOEND &&
		ag_now() < ag_time_plus(session->stepped_up_at, ag_policy_setting(AG_SETTING_STEP_UP_AGE));
}

/* May the holder of this token set a password now? */
static void
begin(Call *call, const text *token, bool step_up)
{
	uint64		wanted = UINT64CONST(1) << ag_policy_capability_bit("security.change_password");

	memset(call, 0, sizeof(Call));
	call->retry_at = DT_NOEND;
	ag_session_check(&call->session, VARDATA_ANY(token), VARSIZE_ANY_EXHDR(token));
	if (call->session.code != AG_ACCESS_OK)
		call->code = ag_access_code_name(call->session.code);
	else if (call->session.denied & wanted)
		call->code = ag_access_code_name(AG_ACCESS_DENIED);
	else if ((step_up || (call->session.challenged & wanted) || call->session.session.number_only) &&
			 !is_fresh(&call->session.session))
		call->code = ag_access_code_name(AG_ACCESS_STEP_UP_REQUIRED);
}

static bool
went_wrong(Call *call, AgPasswordCode code)
{
	if (code != AG_PASSWORD_OK)
		call->code = ag_password_code_name(code);
	return code != AG_PASSWORD_OK;
}

/* What others know of the account, and the product. */
static List *
context_of(int64 account_id)
{
	AgAccount  *account = ag_account_require(account_id);
	List	   *words = ag_number_digits(account_id);

	words = lappend(words, psprintf(INT64_FORMAT, account_id));
	words = lappend(words, pstrdup(ag_guc_product_name));
	if (account->external_id != NULL)
		words = lappend(words, account->external_id);
	return words;
}

static bool
prepare(Call *call, AgPasswordNew *made, const text *password)
{
	List	   *context = context_of(call->session.session.account_id);
	AgPasswordCode code = ag_password_prepare(made, VARDATA_ANY(password), VARSIZE_ANY_EXHDR(password),
											  false, context);
	ListCell   *cell;

	foreach(cell, context)
		ag_wipe(lfirst(cell), strlen(lfirst(cell)));
	return !went_wrong(call, code);
}

/* The account, locked, if the session may still do it; else NULL. */
static AgAccount *
lock(Call *call, AgActing *acting, const text *token)
{
	char	   *copy = text_to_cstring(token);

	ag_session_act(acting, copy, false);
	ag_wipe(copy, strlen(copy));
	if (acting->code == AG_ACCESS_OK && acting->account->number_lost_at != DT_NOEND)
		acting->code = AG_ACCESS_DENIED;
	if (acting->code == AG_ACCESS_OK)
		return acting->account;
	call->code = ag_access_code_name(acting->code);
	return NULL;
}

static void
end_others(Call *call, AgActing *acting)
{
	AgFields   *fields = ag_fields_new();

	call->ended = ag_session_store_end_others(acting->account, acting->session->no, acting->at, "password",
											  ag_session_actor(acting));
	if (call->ended == 0)
		return;
	ag_field_int(fields, "session", acting->session->no);
	ag_field_int(fields, "ended", call->ended);
	ag_account_emit(acting->account, AG_ACTION_SESSIONS_ENDED, "password", NULL, NULL, fields);
}

/* The bucket of the session's device: strangers' failures are counted elsewhere. */
static AgCharge
bucket_of(const AgSession *session)
{
	AgDevice   *device = ag_device_store_load(session->account_id, session->device_no);
	AgDeviceState state = device == NULL ? AG_DEVICE_SEEN : ag_device_present_state(device, ag_now());
	AgCharge	charge = {"login.unknown", ag_subject_account(session->account_id)};

	if (state == AG_DEVICE_ESTABLISHED || state == AG_DEVICE_TRUSTED)
	{
		charge.rule = "login.device";
		charge.subject = ag_subject_device(session->account_id, device->handle);
	}
	return charge;
}

static void
change(Call *call, const text *token, const text *old, const text *new)
{
	AgCharge	charge = bucket_of(&call->session.session);
	AgPasswordCheck check = {
		.password = VARDATA_ANY(old), .length = VARSIZE_ANY_EXHDR(old), .runs = 1,
		.accounts = {call->session.session.account_id}, .charges = &charge, .charge_count = 1
	};
	AgPasswordNew made;
	AgActing	acting;
	AgAccount  *account;

	ag_password_verify(&check);
	if (check.code == AG_PASSWORD_BACKOFF)
		call->retry_at = check.charge.retry_at;
	if (went_wrong(call, check.code))
		return;
	(void) ag_attempt_clear(&charge);
	if (!prepare(call, &made, new))
		return;
	account = lock(call, &acting, token);
	if (account == NULL)
		return;
	if (went_wrong(call, ag_password_still(account, &check, 0) ? AG_PASSWORD_OK : AG_PASSWORD_BAD_PASSWORD))
		return;
	ag_password_set(account, &made, ag_session_actor(&acting));
	end_others(call, &acting);
	ag_account_save(account);
}

static void
set_first(Call *call, const text *token, const text *new)
{
	AgPasswordNew made;
	AgActing	acting;
	AgAccount  *account;

	if (ag_password_exists(call->session.session.account_id))
		(void) went_wrong(call, AG_PASSWORD_PASSWORD_EXISTS);
	else if (prepare(call, &made, new) && (account = lock(call, &acting, token)) != NULL &&
			 !went_wrong(call, ag_password_exists(account->account_id) ? AG_PASSWORD_PASSWORD_EXISTS :
						 AG_PASSWORD_OK))
	{
		ag_password_set(account, &made, ag_session_actor(&acting));
		ag_account_save(account);
	}
}

/* password_set(token, new_password): code */
Datum
acctguard_password_set(PG_FUNCTION_ARGS)
{
	text	   *token = required_text(fcinfo, 0, "token");
	text	   *new = required_text(fcinfo, 1, "new_password");
	Call		call;

	begin(&call, token, true);
	if (call.code == NULL)
		set_first(&call, token, new);
	PG_RETURN_TEXT_P(cstring_to_text(call.code == NULL ? "OK" : call.code));
}

/* password_change(token, old_password, new_password): code, retry_at, sessions_ended */
Datum
acctguard_password_change(PG_FUNCTION_ARGS)
{
	text	   *token = required_text(fcinfo, 0, "token");
	text	   *old = required_text(fcinfo, 1, "old_password");
	text	   *new = required_text(fcinfo, 2, "new_password");
	TupleDesc	desc;
	Datum		values[3];
	bool		nulls[3] = {0};
	Call		call;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	begin(&call, token, ag_policy_setting(AG_SETTING_PASSWORD_STEP_UP) != 0);
	if (call.code == NULL)
		change(&call, token, old, new);
	values[0] = CStringGetTextDatum(call.code == NULL ? "OK" : call.code);
	values[1] = TimestampTzGetDatum(call.retry_at);
	nulls[1] = call.retry_at == DT_NOEND;
	values[2] = Int32GetDatum(call.ended);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* password_codes() */
Datum
acctguard_password_codes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < AG_PASSWORD_CODE_COUNT; i++)
	{
		Datum		values[2] = {CStringGetTextDatum(ag_password_code_name((AgPasswordCode) i)),
		CStringGetTextDatum(ag_password_code_meaning((AgPasswordCode) i))};
		bool		nulls[2] = {0};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* password_block_add(words): how many were new */
Datum
acctguard_password_block_add(PG_FUNCTION_ARGS)
{
	int			added = 0;
	ListCell   *cell;

	if (PG_ARGISNULL(0))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("words must not be null"));
	foreach(cell, ag_text_array_list(PG_GETARG_ARRAYTYPE_P(0)))
	{
		Size		length;
		char	   *normal = ag_password_normalize(lfirst(cell), strlen(lfirst(cell)), &length);

		if (normal == NULL || length == 0)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("words must have between 1 and %d bytes", AG_PASSWORD_BYTES));
		added += ag_password_block_add(normal) ? 1 : 0;
	}
	PG_RETURN_INT32(added);
}

/* credential_list(account_id) */
Datum
acctguard_credential_list(PG_FUNCTION_ARGS)
{
	AgAccount  *account = ag_account_require(ag_arg_account(fcinfo, 0));

	return ag_return_set(fcinfo, ag_credential_store_list(account->account_id));
}
