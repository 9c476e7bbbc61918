/*-------------------------------------------------------------------------
 *
 * audit.c
 *		The ledger as a sink of events, and as something an auditor reads.
 *
 * Writing: an event becomes one row in the transaction of the act it tells of.
 * A standby cannot write; an event there (a reading) leaves a line in the server
 * log instead.  In a READ ONLY transaction of a primary an event is refused: an
 * act without its row must not happen.
 *
 * The client's address is personal data and is never stored in clear text, see
 * audit_protect.c.
 *
 * Reading: each reading is itself an event.  A reader could roll it back, so a
 * line in the server log says it as well.
 *
 * Memory: the caller's memory context.  Locks: see audit_append.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "audit/audit.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"

/* Columns of audit_read(), in the order of its OUT parameters. */
enum
{
	READ_AT,
	READ_ACCOUNT_ID,
	READ_ACTION,
	READ_OUTCOME,
	READ_PERSON,
	READ_ROLE,
	READ_ON_BEHALF,
	READ_REASON,
	READ_BEFORE,
	READ_AFTER,
	READ_APPLICATION,
	READ_IDEMPOTENCY_KEY,
	READ_ASEQ,
	READ_TX,
	READ_ORD,
	READ_ADDRESS,
	READ_COLUMNS
};

/* In the order of AgOutcome. */
static const char *const outcome_names[] = {"done", "refused", "failed"};

static AgBytes
string_bytes(const char *string)
{
	AgBytes bytes = {string, string != NULL ? strlen(string) : 0};

	return bytes;
}

static int
compare_fields(const void *a, const void *b)
{
	return strcmp(((const AgField *) a)->name, ((const AgField *) b)->name);
}

/* The fields as the encoding wants them: by name, in UTF-8. */
static AgFields *
canonical_fields(const AgFields *fields)
{
	AgFields *sorted;

	if (fields == NULL || fields->count == 0)
		return NULL;
	sorted = palloc(sizeof(AgFields));
	sorted->count = sorted->allocated = fields->count;
	sorted->field = palloc(sizeof(AgField) * fields->count);
	memcpy(sorted->field, fields->field, sizeof(AgField) * fields->count);
	qsort(sorted->field, sorted->count, sizeof(AgField), compare_fields);
	for (int i = 0; i < sorted->count; i++)
	{
		AgField *field = &sorted->field[i];

		if (i > 0 && strcmp(field[-1].name, field->name) == 0)
			elog(ERROR, "event has two fields \"%s\"", field->name);
		if (field->type == AG_FIELD_TEXT)
		{
			AgBytes utf8 = ag_audit_utf8((AgBytes){field->data, field->length});

			field->data = utf8.data;
			field->length = utf8.length;
		}
	}
	return sorted;
}

static AgBytes
make_body(const AgEvent *event)
{
	AgFields *before = canonical_fields(event->before);
	AgFields *after = canonical_fields(event->after);
	AgBytes body = {NULL, ag_audit_encode_body(before, after, NULL)};
	uint8 *out;

	if (body.length == 0)
		return body;
	out = palloc(body.length);
	ag_audit_encode_body(before, after, out);
	body.data = (const char *) out;
	return body;
}

/* The sink: one row per event. */
static void
write_event(const AgEvent *event, const AgActor *actor, TimestampTz at)
{
	AgLedgerRow row = {0};

	if (RecoveryInProgress())
	{
		ereport(LOG_SERVER_ONLY,
				errmsg("acctguard: \"%s\" of account " INT64_FORMAT
					   " by \"%s\" is not in the ledger, because this server is a standby",
					   ag_action_name(event->action), event->account_id, actor->person));
		return;
	}
	PreventCommandIfReadOnly(ag_action_name(event->action));
	ag_installation_require();
	if (event->aseq < 0 || (event->aseq > 0 && event->account_id == 0))
		elog(ERROR, "event %d has a version without an account", (int) event->action);

	row.at = at;
	row.account_id = event->account_id;
	row.aseq = event->aseq;
	row.action = event->action;
	row.outcome = event->outcome;
	row.ver = AG_LEDGER_VERSION;
	row.role = string_bytes(actor->role);
	row.person = string_bytes(actor->person);
	row.on_behalf = string_bytes(actor->on_behalf_reason);
	row.application = string_bytes(actor->application);
	row.reason = string_bytes(event->reason);
	row.idempotency_key = string_bytes(event->idempotency_key);
	row.body = make_body(event);
	row.address = actor->address;
	ag_audit_append(&row);
}

void
ag_audit_init(void)
{
	ag_audit_protect_init();
	ag_audit_append_init();
	ag_audit_partition_init();
	ag_audit_era_init();
	ag_event_register_sink(write_event);
}

static void
refuse_damaged(const AgLedgerRow *row)
{
	ereport(ERROR, ag_errcode(AG_ERR_AUDIT_ENCODING), errmsg("a row of the ledger is damaged"),
			errdetail("Transaction " INT64_FORMAT ", row %d does not follow encoding version %d.",
					  row->tx, row->ord, AG_LEDGER_VERSION),
			errhint("Treat the row as evidence: keep a copy of its partition."));
}

/* The value of a field as JSON: times in ISO 8601, bytes in hexadecimal. */
static void
field_to_json(const AgBodyField *field, JsonbValue *value)
{
	char buffer[MAXDATELEN + 1];
	int utc = 0;
	char *string = NULL;

	switch (field->type)
	{
		case AG_FIELD_INT:
			value->type = jbvNumeric;
			value->val.numeric = int64_to_numeric(field->number);
			return;
		case AG_FIELD_BOOL:
			value->type = jbvBool;
			value->val.boolean = field->number != 0;
			return;
		case AG_FIELD_TIME:
			string = pstrdup(JsonEncodeDateTime(buffer, TimestampTzGetDatum(field->number),
												TIMESTAMPTZOID, &utc));
			break;
		case AG_FIELD_TEXT:
			string = pg_any_to_server(pnstrdup(field->data, field->length), field->length, PG_UTF8);
			break;
		case AG_FIELD_BYTES:
			string = palloc(2 * field->length + 3);
			memcpy(string, "\\x", 2);
			string[2 + hex_encode(field->data, field->length, string + 2)] = '\0';
			break;
	}
	value->type = jbvString;
	value->val.string.val = string;
	value->val.string.len = strlen(string);
}

static void
push_field(JsonbParseState **state, const AgBodyField *field)
{
	JsonbValue	name;
	JsonbValue	value;

	if (*state == NULL)
		pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	name.type = jbvString;
	name.val.string.val = pnstrdup(field->name, field->name_length);
	name.val.string.len = field->name_length;
	field_to_json(field, &value);
	pushJsonbValue(state, WJB_KEY, &name);
	pushJsonbValue(state, WJB_VALUE, &value);
}

static Jsonb *
finish_object(JsonbParseState *state)
{
	if (state == NULL)
		return NULL;
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* Text that is no UTF-8 is damage; the parser is pure and leaves it to the server. */
static bool
is_sound(const AgBodyField *field)
{
	return field->type != AG_FIELD_TEXT ||
		pg_verify_mbstr(PG_UTF8, field->data, field->length, true);
}

/* Decode a body into what was and what is; NULL where there is nothing. */
static void
decode_body(const AgLedgerRow *row, Jsonb **before, Jsonb **after)
{
	JsonbParseState *states[2] = {NULL, NULL};
	AgBodyReader reader;
	AgBodyField field;
	AgBodyResult result = AG_BODY_END;

	if (row->body.data != NULL)
	{
		ag_audit_body_open(&reader, row->body.data, row->body.length);
		while ((result = ag_audit_body_next(&reader, &field)) == AG_BODY_FIELD && is_sound(&field))
			push_field(&states[field.after], &field);
	}
	if (result != AG_BODY_END)
		refuse_damaged(row);
	*before = finish_object(states[false]);
	*after = finish_object(states[true]);
}

static void
set_bytes(Datum *values, bool *nulls, int column, AgBytes value)
{
	nulls[column] = value.data == NULL;
	if (!nulls[column])
		values[column] = PointerGetDatum(cstring_to_text_with_len(value.data, value.length));
}

static void
set_json(Datum *values, bool *nulls, int column, Jsonb *value)
{
	nulls[column] = value == NULL;
	values[column] = PointerGetDatum(value);
}

/* A row as audit_read() shows it. */
static void
put_row(const AgLedgerRow *row, ReturnSetInfo *rsinfo)
{
	Datum values[READ_COLUMNS] = {0};
	bool nulls[READ_COLUMNS] = {false};
	const char *action = ag_action_name(row->action);
	char *address;
	Jsonb *before;
	Jsonb *after;

	if (row->ver != AG_LEDGER_VERSION || action == NULL || row->outcome < 0 ||
		row->outcome >= (int) lengthof(outcome_names))
		refuse_damaged(row);
	if (!ag_audit_address(row, &address))
		refuse_damaged(row);
	decode_body(row, &before, &after);
	values[READ_AT] = TimestampTzGetDatum(row->at);
	values[READ_ACCOUNT_ID] = Int64GetDatum(row->account_id);
	values[READ_ACTION] = CStringGetTextDatum(action);
	values[READ_OUTCOME] = CStringGetTextDatum(outcome_names[row->outcome]);
	set_bytes(values, nulls, READ_PERSON, row->person);
	set_bytes(values, nulls, READ_ROLE, row->role);
	set_bytes(values, nulls, READ_ON_BEHALF, row->on_behalf);
	set_bytes(values, nulls, READ_REASON, row->reason);
	set_json(values, nulls, READ_BEFORE, before);
	set_json(values, nulls, READ_AFTER, after);
	set_bytes(values, nulls, READ_APPLICATION, row->application);
	set_bytes(values, nulls, READ_IDEMPOTENCY_KEY, row->idempotency_key);
	values[READ_ASEQ] = Int64GetDatum(row->aseq);
	nulls[READ_ASEQ] = row->aseq == 0;
	values[READ_TX] = Int64GetDatum(row->tx);
	values[READ_ORD] = Int32GetDatum(row->ord);
	set_bytes(values, nulls, READ_ADDRESS, string_bytes(address));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* Whoever reads about an account leaves his trace at that account. */
static void
record_reading(int64 account_id, const AgFields *what)
{
	AgEvent event = {.action = AG_ACTION_AUDIT_READ, .account_id = account_id, .after = what};
	AgActor *actor = ag_actor();

	ereport(LOG_SERVER_ONLY, errmsg("acctguard: \"%s\" reads the ledger", actor->person));
	ag_event_emit(&event);
}

static void
record_filter(const AgAuditFilter *filter, uint64 rows)
{
	AgFields *fields = ag_fields_new();

	if (filter->by_account)
		ag_field_int(fields, "account_id", filter->account_id);
	ag_field_time(fields, "since", filter->since);
	ag_field_time(fields, "until", filter->until);
	ag_field_text(fields, "action", filter->action);
	ag_field_text(fields, "person", filter->person);
	ag_field_int(fields, "max_rows", filter->max_rows);
	ag_field_int(fields, "rows", rows);
	record_reading(filter->account_id, fields);
}

void
ag_audit_read(const AgAuditFilter *filter, ReturnSetInfo *rsinfo)
{
	int action = 0;
	AgResult *result;

	if (filter->action != NULL)
	{
		action = ag_action_code(filter->action);
		if (action == 0)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("there is no action \"%s\"", filter->action),
					errhint("See acctguard.events()."));
	}
	result = ag_audit_store_read(filter, action);
	for (uint64 i = 0; i < result->count; i++)
	{
		AgLedgerRow row;

		ag_audit_store_fill(result, i, &row);
		put_row(&row, rsinfo);
	}
	record_filter(filter, result->count);
}

bytea *
ag_audit_encoding(int64 tx, int32 ord)
{
	AgResult *result = ag_audit_store_row(tx, ord);
	AgFields *fields = ag_fields_new();
	AgLedgerRow row;
	bytea *encoding;
	Size length;

	if (result->count == 0)
		return NULL;
	ag_audit_store_fill(result, 0, &row);
	if (result->count > 1 || row.ver != AG_LEDGER_VERSION)
		refuse_damaged(&row);
	ag_audit_to_utf8(&row);

	length = ag_audit_encode(&row, NULL);
	encoding = palloc(VARHDRSZ + length);
	SET_VARSIZE(encoding, VARHDRSZ + length);
	ag_audit_encode(&row, (uint8 *) VARDATA(encoding));

	ag_field_int(fields, "tx", tx);
	ag_field_int(fields, "ord", ord);
	record_reading(row.account_id, fields);
	return encoding;
}
