/*-------------------------------------------------------------------------
 *
 * keyring_api.c
 *		SQL entry points of the keyring.  None takes or returns a key.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "account/account.h"
#include "appeal/appeal.h"
#include "freeze/freeze.h"
#include "funcapi.h"
#include "keyring/keyring.h"
#include "outbox/outbox.h"
#include "session/session.h"
#include "utils/builtins.h"

#define BATCH_MAX 100000

PG_FUNCTION_INFO_V1(acctguard_key_status);
PG_FUNCTION_INFO_V1(acctguard_key_create);
PG_FUNCTION_INFO_V1(acctguard_key_rewrap);
PG_FUNCTION_INFO_V1(acctguard_key_retire);
PG_FUNCTION_INFO_V1(acctguard_subject_shred);

static AgPurpose
require_data_purpose(const char *name)
{
	AgPurpose	purpose = ag_purpose_find(name);

	if (!ag_purpose_is_data_key(purpose))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("there is no purpose \"%s\"", name),
				errhint("See acctguard.key_status()."));
	return purpose;
}

/* key_status() */
Datum
acctguard_key_status(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	ag_keyring_status((ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
}

static void
create_key(AgPurpose purpose, ReturnSetInfo *rsinfo)
{
	Datum		values[2] = {CStringGetTextDatum(ag_purpose_name(purpose)),
	Int32GetDatum(ag_keyring_create(purpose))};
	bool		nulls[2] = {false, false};

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* key_create(purpose) */
Datum
acctguard_key_create(PG_FUNCTION_ARGS)
{
	char	   *name = ag_arg_text(fcinfo, 0);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	if (name != NULL)
	{
		create_key(require_data_purpose(name), rsinfo);
		return (Datum) 0;
	}
	for (int i = 0; i < AG_PURPOSE_COUNT; i++)
		if (ag_purpose_is_data_key((AgPurpose) i) && ag_keyring_lacks((AgPurpose) i))
			create_key((AgPurpose) i, rsinfo);
	return (Datum) 0;
}

/* key_rewrap(purpose, batch) */
Datum
acctguard_key_rewrap(PG_FUNCTION_ARGS)
{
	char	   *name = ag_arg_text(fcinfo, 0);
	int			batch = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	int64		left = 0;
	Datum		values[2];
	bool		nulls[2] = {false, false};
	TupleDesc	desc;

	if (batch < 1 || batch > BATCH_MAX)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("batch must be between 1 and %d", BATCH_MAX));
	if (name != NULL && ag_purpose_find(name) != AG_PURPOSE_ROOT)
		(void) require_data_purpose(name);
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = Int64GetDatum(ag_keyring_rewrap(name, batch, &left));
	values[1] = Int64GetDatum(left);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* key_retire(kid) */
Datum
acctguard_key_retire(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("kid must not be null"));
	ag_keyring_retire(PG_GETARG_INT32(0));
	PG_RETURN_VOID();
}

/* subject_shred(account_id, ticket) */
Datum
acctguard_subject_shred(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *ticket = ag_arg_text(fcinfo, 1);
	AgAccount  *account;
	AgFields   *fields;
	int			open_case;
	int			keys;

	if (ticket == NULL || ticket[strspn(ticket, " \t\r\n")] == '\0')
		ereport(ERROR, ag_errcode(AG_ERR_TICKET), errmsg("destroying a key needs a ticket"),
				errhint("Name the request or order that asks for it."));
	account = ag_account_lock(account_id);
	if (ag_hold_blocks(account_id, AG_HOLD_BLOCKS_ERASURE, ag_now()))
		ereport(ERROR, ag_errcode(AG_ERR_HELD),
				errmsg("a legal hold protects account " INT64_FORMAT, account_id),
				errhint("See acctguard.legal_hold_list(%lld).", (long long) account_id));
	open_case = ag_appeal_any_open(account_id, ag_account_now(account));
	if (open_case != 0)
		ereport(ERROR, ag_errcode(AG_ERR_APPEAL_OPEN),
				errmsg("case %d of account " INT64_FORMAT " is open", open_case, account_id),
				errdetail("The key opens what the case is decided on."),
				errhint("Wait until it is decided."));
	keys = ag_subject_shred(account_id, ticket);
	if (keys < 0)
		PG_RETURN_BOOL(false);
	ag_contact_forget(account, ag_actor(), ticket, ag_account_now(account));
	ag_session_erase(account_id);
	fields = ag_fields_new();
	ag_field_int(fields, "keys", keys);
	ag_account_emit(account, AG_ACTION_SUBJECT_SHREDDED, ticket, NULL, NULL, fields);
	ag_account_save(account);
	PG_RETURN_BOOL(true);
}
