/*-------------------------------------------------------------------------
 *
 * session_api.c
 *		SQL entry points of sessions and devices.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "policy/policy.h"
#include "session/session.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(acctguard_session_open);
PG_FUNCTION_INFO_V1(acctguard_session_check);
PG_FUNCTION_INFO_V1(acctguard_session_bind);
PG_FUNCTION_INFO_V1(acctguard_current_account);
PG_FUNCTION_INFO_V1(acctguard_current_session);
PG_FUNCTION_INFO_V1(acctguard_session_refresh);
PG_FUNCTION_INFO_V1(acctguard_session_step_up);
PG_FUNCTION_INFO_V1(acctguard_session_revoke);
PG_FUNCTION_INFO_V1(acctguard_session_revoke_others);
PG_FUNCTION_INFO_V1(acctguard_session_end);
PG_FUNCTION_INFO_V1(acctguard_session_list);
PG_FUNCTION_INFO_V1(acctguard_access_codes);

static const char *const device_keys[] = {"id", "key", "label", "place", "platform", "signature"};

/* A composite result from its values. */
static Datum
return_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/*
 * The row of session_check() and session_bind(), made once for the session: looking it
 * up in the catalog would cost more than the check.
 */
static TupleDesc
check_row(void)
{
	static TupleDesc row = NULL;
	MemoryContext old;
	TupleDesc	desc;

	if (row != NULL)
		return row;
	old = MemoryContextSwitchTo(TopMemoryContext);
	desc = CreateTemplateTupleDesc(9);
	TupleDescInitEntry(desc, 1, "code", TEXTOID, -1, 0);
	TupleDescInitEntry(desc, 2, "account_id", INT8OID, -1, 0);
	TupleDescInitEntry(desc, 3, "session_no", INT4OID, -1, 0);
	TupleDescInitEntry(desc, 4, "device_no", INT4OID, -1, 0);
	TupleDescInitEntry(desc, 5, "must_do", TEXTARRAYOID, -1, 0);
	TupleDescInitEntry(desc, 6, "denied", TEXTARRAYOID, -1, 0);
	TupleDescInitEntry(desc, 7, "until", TIMESTAMPTZOID, -1, 0);
	TupleDescInitEntry(desc, 8, "stepped_up_at", TIMESTAMPTZOID, -1, 0);
	TupleDescInitEntry(desc, 9, "cache_ttl", INT4OID, -1, 0);
	row = BlessTupleDesc(desc);
	MemoryContextSwitchTo(old);
	return row;
}

/* What the session's user has to do before he is as free as others. */
static List *
must_do_of(const AgSessionCheck *check)
{
	List	   *must_do = NIL;

	if (check->code == AG_ACCESS_STEP_UP_REQUIRED)
		must_do = lappend(must_do, "step_up");
	if (check->must_bind_phone && (check->code == AG_ACCESS_OK || check->code == AG_ACCESS_STEP_UP_REQUIRED))
		must_do = lappend(must_do, "bind_phone");
	return must_do;
}

/* code, account_id, session_no, device_no, must_do, denied, until, stepped_up_at, cache_ttl */
static Datum
return_check(const AgSessionCheck *check)
{
	const AgSession *session = &check->session;
	bool		known = check->code != AG_ACCESS_UNKNOWN && check->code != AG_ACCESS_STALE_RESTORE;
	List	   *must_do = must_do_of(check);
	Datum		values[9];
	bool		nulls[9] = {0};

	values[0] = CStringGetTextDatum(ag_access_code_name(check->code));
	values[1] = Int64GetDatum(session->account_id);
	values[2] = Int32GetDatum(session->no);
	values[3] = Int32GetDatum(session->device_no);
	nulls[1] = nulls[2] = nulls[3] = !known;
	nulls[4] = must_do == NIL;
	if (must_do != NIL)
		values[4] = ag_texts(must_do).value;
	nulls[5] = check->denied == 0;
	if (check->denied != 0)
		values[5] = PointerGetDatum(ag_policy_mask_names(check->denied));
	nulls[6] = TIMESTAMP_NOT_FINITE(check->until);
	values[6] = TimestampTzGetDatum(check->until);
	nulls[7] = !known || session->stepped_up_at == DT_NOEND;
	values[7] = TimestampTzGetDatum(session->stepped_up_at);
	values[8] = Int32GetDatum(check->cache_ttl);
	return HeapTupleGetDatum(heap_form_tuple(check_row(), values, nulls));
}

static void
check_argument(FunctionCallInfo fcinfo, AgSessionCheck *check)
{
	text	   *token = PG_ARGISNULL(0) ? NULL : PG_GETARG_TEXT_PP(0);

	ag_session_check(check, token == NULL ? "" : VARDATA_ANY(token),
					 token == NULL ? 0 : VARSIZE_ANY_EXHDR(token));
}

/* session_check(token) */
Datum
acctguard_session_check(PG_FUNCTION_ARGS)
{
	AgSessionCheck check;

	check_argument(fcinfo, &check);
	PG_RETURN_DATUM(return_check(&check));
}

/* session_bind(token): a bad one binds nobody. */
Datum
acctguard_session_bind(PG_FUNCTION_ARGS)
{
	AgSessionCheck check;

	ag_session_unbind();
	check_argument(fcinfo, &check);
	if (check.code == AG_ACCESS_OK)
		ag_session_bind(check.session.account_id, check.session.no);
	PG_RETURN_DATUM(return_check(&check));
}

/* current_account() */
Datum
acctguard_current_account(PG_FUNCTION_ARGS)
{
	int64		account_id;
	int32		session_no;

	if (!ag_session_bound(&account_id, &session_no))
		PG_RETURN_NULL();
	PG_RETURN_INT64(account_id);
}

/* current_session() */
Datum
acctguard_current_session(PG_FUNCTION_ARGS)
{
	int64		account_id;
	int32		session_no;

	if (!ag_session_bound(&account_id, &session_no))
		PG_RETURN_NULL();
	PG_RETURN_INT32(session_no);
}

/* What an application says was proved. */
static List *
arg_methods(FunctionCallInfo fcinfo, int n)
{
	List	   *methods = ag_text_array_list(PG_ARGISNULL(n) ? NULL : PG_GETARG_ARRAYTYPE_P(n));
	ListCell   *cell;

	if (methods == NIL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("proofs must name at least one method"));
	foreach(cell, methods)
		if (!ag_proof_known(lfirst(cell)))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" is not a method of proof", (char *) lfirst(cell)),
				errhint("Methods are password, number_code, email_code, totp, recovery_code, "
						"trusted_device, face, staff and external."));
	return methods;
}

/* The bytes of a key in base64url; false if it is absent. */
static bool
get_bytes(JsonbContainer *object, const char *key, uint8 *out, Size length)
{
	char	   *text = ag_json_get_text(object, key);

	if (text == NULL)
		return false;
	if (!ag_base64_decode(out, length, text))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" must be %zu bytes in base64url without padding", key, length));
	return true;
}

static void
read_device(AgSessionOrder *order, const char *text)
{
	JsonbContainer *object;

	if (text == NULL)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("device must not be null"));
	object = ag_json_object(text, "device");
	ag_json_check_keys(object, "device", device_keys, lengthof(device_keys));
	order->handle = ag_json_get_text(object, "id");
	if (order->handle == NULL || order->handle[0] == '\0')
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("device must have an \"id\""));
	order->label = ag_json_get_text(object, "label");
	order->place = ag_json_get_text(object, "place");
	order->platform = ag_json_get_text(object, "platform");
	if (order->platform == NULL)
		order->platform = "other";
	ag_check_length(order->handle, "id", AG_MOST_NAME);
	ag_check_length(order->label, "label", AG_MOST_LABEL);
	ag_check_length(order->place, "place", AG_MOST_LABEL);
	if (strcmp(order->platform, "mobile") != 0 && strcmp(order->platform, "pc") != 0 &&
		strcmp(order->platform, "web") != 0 && strcmp(order->platform, "other") != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"platform\" must be mobile, pc, web or other"));
	order->has_key = get_bytes(object, "key", order->public_key, AG_KEY_SIZE);
	if (order->has_key && !ag_public_key_sound(order->public_key))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"key\" is not an Ed25519 public key"));
	order->has_signature = get_bytes(object, "signature", order->signature, AG_SIGNATURE_SIZE);
}

/* session_open(account_id, device, proofs, step_up) */
Datum
acctguard_session_open(PG_FUNCTION_ARGS)
{
	AgSessionOrder order = {.account_id = ag_arg_account(fcinfo, 0)};
	AgSessionResult result;
	Datum		values[5];
	bool		nulls[5] = {0};

	read_device(&order, ag_arg_json(fcinfo, 1, "device"));
	order.methods = arg_methods(fcinfo, 2);
	order.step_up = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);
	ag_session_open(&order, &result);

	values[0] = CStringGetTextDatum(ag_access_code_name(result.code));
	values[1] = CStringGetTextDatum(result.token);
	values[2] = Int32GetDatum(result.session_no);
	values[3] = Int32GetDatum(result.device_no);
	nulls[1] = nulls[2] = nulls[3] = result.code != AG_ACCESS_OK;
	nulls[4] = TIMESTAMP_NOT_FINITE(result.until);
	values[4] = TimestampTzGetDatum(result.until);
	ag_wipe(result.token, sizeof(result.token));
	PG_RETURN_DATUM(return_row(fcinfo, values, nulls));
}

/* session_refresh(token): code, token, until */
Datum
acctguard_session_refresh(PG_FUNCTION_ARGS)
{
	AgSessionResult result;
	Datum		values[3];
	bool		nulls[3] = {0};

	ag_session_refresh(ag_arg_text(fcinfo, 0), &result);
	values[0] = CStringGetTextDatum(ag_access_code_name(result.code));
	values[1] = CStringGetTextDatum(result.token);
	nulls[1] = result.code != AG_ACCESS_OK;
	nulls[2] = TIMESTAMP_NOT_FINITE(result.until);
	values[2] = TimestampTzGetDatum(result.until);
	ag_wipe(result.token, sizeof(result.token));
	PG_RETURN_DATUM(return_row(fcinfo, values, nulls));
}

/* session_step_up(token, proofs): code, until */
Datum
acctguard_session_step_up(PG_FUNCTION_ARGS)
{
	AgSessionResult result;
	Datum		values[2];
	bool		nulls[2] = {0};

	ag_session_step_up(ag_arg_text(fcinfo, 0), arg_methods(fcinfo, 1), &result);
	values[0] = CStringGetTextDatum(ag_access_code_name(result.code));
	nulls[1] = TIMESTAMP_NOT_FINITE(result.until);
	values[1] = TimestampTzGetDatum(result.until);
	PG_RETURN_DATUM(return_row(fcinfo, values, nulls));
}

/* code, ended */
static Datum
return_ended(FunctionCallInfo fcinfo, const AgSessionResult *result)
{
	Datum		values[2] = {CStringGetTextDatum(ag_access_code_name(result->code)),
	Int32GetDatum(result->count)};
	bool		nulls[2] = {0};

	return return_row(fcinfo, values, nulls);
}

/* session_revoke(token, session_no) */
Datum
acctguard_session_revoke(PG_FUNCTION_ARGS)
{
	AgSessionResult result;

	ag_session_revoke(ag_arg_text(fcinfo, 0), PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1), &result);
	PG_RETURN_DATUM(return_ended(fcinfo, &result));
}

/* session_revoke_others(token) */
Datum
acctguard_session_revoke_others(PG_FUNCTION_ARGS)
{
	AgSessionResult result;

	ag_session_revoke_others(ag_arg_text(fcinfo, 0), &result);
	PG_RETURN_DATUM(return_ended(fcinfo, &result));
}

/* session_end(account_id, session_no, reason): how many were live */
Datum
acctguard_session_end(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	AgAccount  *account = ag_account_lock(account_id);
	int			count = ag_session_end(account, PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1), reason);

	ag_account_save(account);
	PG_RETURN_INT32(count);
}

/* session_list(account_id) */
Datum
acctguard_session_list(PG_FUNCTION_ARGS)
{
	AgAccount  *account = ag_account_require(ag_arg_account(fcinfo, 0));

	return ag_return_set(fcinfo, ag_session_store_list(account, ag_account_now(account)));
}

/* access_codes() */
Datum
acctguard_access_codes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < AG_ACCESS_CODE_COUNT; i++)
	{
		Datum		values[2] = {CStringGetTextDatum(ag_access_code_name((AgAccessCode) i)),
		CStringGetTextDatum(ag_access_code_meaning((AgAccessCode) i))};
		bool		nulls[2] = {0};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
