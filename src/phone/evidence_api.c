/*-------------------------------------------------------------------------
 *
 * evidence_api.c
 *		SQL entry points of providers, of what they say, and of what follows from it.
 *
 * number_event() answers with a code, whatever it is given: documents come from
 * outside.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "phone/evidence.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(acctguard_number_provider_add);
PG_FUNCTION_INFO_V1(acctguard_number_provider_end);
PG_FUNCTION_INFO_V1(acctguard_number_providers);
PG_FUNCTION_INFO_V1(acctguard_number_event);
PG_FUNCTION_INFO_V1(acctguard_number_evidence);

static void
emit_provider(AgAction action, const char *provider, int no, const char *reason)
{
	AgFields   *fields = ag_fields_new();
	AgEvent		event = {.action = action, .reason = reason, .after = fields};

	ag_field_text(fields, "provider", provider);
	ag_field_int(fields, "key", no);
	ag_event_emit(&event);
}

/* number_provider_add(provider, public_key, formats, audience, valid_from, valid_until) */
Datum
acctguard_number_provider_add(PG_FUNCTION_ARGS)
{
	TimestampTz at = ag_now();
	AgProvider	key = {
		.provider = ag_arg_required_text(fcinfo, 0, "provider"),
		.audience = ag_arg_required_text(fcinfo, 3, "audience"),
		.valid_from = ag_arg_finite_time(fcinfo, 4, "valid_from"),
		.valid_until = ag_arg_end_time(fcinfo, 5, "valid_until")
	};
	bytea	   *public_key = PG_ARGISNULL(1) ? NULL : PG_GETARG_BYTEA_PP(1);

	if (public_key == NULL || VARSIZE_ANY_EXHDR(public_key) != AG_PUBLIC_KEY_SIZE ||
		!ag_public_key_sound((uint8 *) VARDATA_ANY(public_key)))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("public_key is not the public key of an Ed25519 key pair"));
	if (PG_ARGISNULL(2))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("formats must not be null"));
	memcpy(key.public_key, VARDATA_ANY(public_key), AG_PUBLIC_KEY_SIZE);
	ag_check_length(key.audience, "audience", AG_MOST_NAME);
	if (key.valid_from == DT_NOEND)
		key.valid_from = at;
	key.no = ag_provider_store_next(key.provider);
	if (!ag_provider_store_insert(&key, PG_GETARG_ARRAYTYPE_P_COPY(2), ag_actor()->person, at))
		ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				errmsg("somebody else has just added a key of the provider"),
				errhint("Repeat the call."));
	emit_provider(AG_ACTION_PROVIDER_ADDED, key.provider, key.no, NULL);
	PG_RETURN_INT32(key.no);
}

/* number_provider_end(provider, key, reason, at) */
Datum
acctguard_number_provider_end(PG_FUNCTION_ARGS)
{
	char	   *provider = ag_arg_required_text(fcinfo, 0, "provider");
	int			no = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	TimestampTz ended_at = ag_arg_finite_time(fcinfo, 3, "at");
	TimestampTz at = ag_now();

	if (!ag_provider_store_exists(provider, no))
		ereport(ERROR, ag_errcode(AG_ERR_PROVIDER_UNKNOWN),
				errmsg("there is no such key of a provider"),
				errhint("See acctguard.number_providers()."));
	if (ended_at > at && ended_at != DT_NOEND)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("at must not be in the future"));
	if (!ag_provider_store_end(provider, no, ended_at == DT_NOEND ? at : ended_at,
							   ag_actor()->person, reason))
		PG_RETURN_BOOL(false);
	emit_provider(AG_ACTION_PROVIDER_ENDED, provider, no, reason);
	PG_RETURN_BOOL(true);
}

/* number_providers() */
Datum
acctguard_number_providers(PG_FUNCTION_ARGS)
{
	return ag_return_set(fcinfo, ag_provider_store_report());
}

/* In the ledger of the account that has the number, if one has. */
static void
emit_evidence(const AgNumber *number, const AgNumberEvent *event, const AgProvider *key)
{
	AgPhoneBinding *holder = ag_binding_holder(number->number_id);
	AgAccount  *account = holder == NULL ? NULL : ag_account_lock(holder->account_id);

	ag_evidence_emit(account, number->number_id, event, key->provider);
	if (account != NULL)
		ag_account_save(account);
}

/* Write the event down; sets its number. */
static AgDocumentResult
record_event(AgDocument *document, const AgProvider *key, TimestampTz at)
{
	AgNumberName name;
	AgNumber   *number;
	int64		number_id;

	if (!ag_number_read(document->e164, NULL, at, &name))
		return AG_DOCUMENT_MALFORMED;
	number_id = ag_number_find(&name);
	if (number_id == 0 || (number = ag_number_store_lock(number_id)) == NULL)
		return AG_DOCUMENT_UNKNOWN_NUMBER;
	document->event.no = number->event_count + 1;
	if (!ag_evidence_store_insert(number_id, &document->event, key, document->jti, at))
		return AG_DOCUMENT_REPLAYED;
	number->event_count++;
	emit_evidence(number, &document->event, key);
	ag_number_save(number);
	return AG_DOCUMENT_RECORDED;
}

/* number_event(document, signature, provider) */
Datum
acctguard_number_event(PG_FUNCTION_ARGS)
{
	AgDocumentResult result = AG_DOCUMENT_FORGED;
	TimestampTz at = ag_now();
	AgDocument	document = {0};
	Datum		values[2] = {0};
	bool		nulls[2] = {false, true};
	TupleDesc	desc;
	char	   *provider = ag_arg_short_text(fcinfo, 2, "provider", AG_MOST_LABEL);
	AgProvider *key = NULL;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1) && provider != NULL)
		result = ag_document_take(provider, PG_GETARG_BYTEA_PP(0), PG_GETARG_BYTEA_PP(1), at, &document,
								  &key);
	if (result == AG_DOCUMENT_RECORDED)
		result = document.lines != 0 ? AG_DOCUMENT_MALFORMED : record_event(&document, key, at);
	if (result >= AG_DOCUMENT_FORGED)
		ag_document_emit_refusal(provider, result);
	values[0] = CStringGetTextDatum(ag_document_result_name(result));
	if (result == AG_DOCUMENT_RECORDED)
	{
		values[1] = Int32GetDatum(document.event.no);
		nulls[1] = false;
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* Columns of number_evidence(). */
enum
{
	SHOW_BINDING,
	SHOW_KIND,
	SHOW_HINT,
	SHOW_EVIDENCE,
	SHOW_SIM_RISK,
	SHOW_SIM_RISK_UNTIL,
	SHOW_CLEAR_UNTIL,
	SHOW_DECIDED_BY,
	SHOW_PROOF_AT,
	SHOW_FLOOR,
	SHOW_YOUNG_PROOF,
	SHOW_COLUMNS
};

static void
show_time(Datum *values, bool *nulls, int column, TimestampTz value)
{
	nulls[column] = value == DT_NOEND;
	values[column] = TimestampTzGetDatum(value);
}

static void
show_evidence(const AgPhoneBinding *binding, const char *hint, int country, TimestampTz at,
			  ReturnSetInfo *rsinfo)
{
	Datum		values[SHOW_COLUMNS] = {0};
	bool		nulls[SHOW_COLUMNS] = {0};
	int64		floor = ag_policy_country_floor(country);
	Interval   *interval = palloc0(sizeof(Interval));
	AgEvidence	evidence;

	ag_evidence_of(binding, at, &evidence);
	values[SHOW_BINDING] = Int32GetDatum(binding->no);
	values[SHOW_KIND] = CStringGetTextDatum(binding->kind);
	values[SHOW_HINT] = CStringGetTextDatum(hint);
	values[SHOW_EVIDENCE] = CStringGetTextDatum(ag_reassignment_name(evidence.reassignment));
	values[SHOW_SIM_RISK] = BoolGetDatum(evidence.sim_risk);
	show_time(values, nulls, SHOW_SIM_RISK_UNTIL, evidence.sim_risk_until);
	show_time(values, nulls, SHOW_CLEAR_UNTIL, evidence.clear_until);
	nulls[SHOW_DECIDED_BY] = evidence.decided_by == 0;
	values[SHOW_DECIDED_BY] = Int32GetDatum(evidence.decided_by);
	show_time(values, nulls, SHOW_PROOF_AT, binding->last_owner_proof_at);
	interval->day = (int32) (floor / SECS_PER_DAY);
	interval->time = (floor % SECS_PER_DAY) * USECS_PER_SEC;
	values[SHOW_FLOOR] = IntervalPGetDatum(interval);
	values[SHOW_YOUNG_PROOF] =
		BoolGetDatum(ag_evidence_proof_is_young(&evidence, binding->last_owner_proof_at, at, floor));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* number_evidence(account_id, binding) */
Datum
acctguard_number_evidence(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			only = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	AgAccount  *account = ag_account_require(account_id);
	TimestampTz at = ag_account_now(account);
	AgResult   *list = ag_binding_store_report(account_id);

	if (only != 0)
		(void) ag_binding_require(account_id, only);
	InitMaterializedSRF(fcinfo, 0);
	for (uint64 i = 0; i < list->count; i++)
	{
		AgPhoneBinding *binding = ag_binding_require(account_id, ag_row_int4(list, i, 1));

		if (only == 0 ? binding->released_at == DT_NOEND : binding->no == only)
			show_evidence(binding, ag_row_text(list, i, 3), ag_row_int4(list, i, 4), at,
						  (ReturnSetInfo *) fcinfo->resultinfo);
	}
	return (Datum) 0;
}
