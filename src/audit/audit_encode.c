/*-------------------------------------------------------------------------
 *
 * audit_encode.c
 *		The canonical encoding, version 1: which bytes stand for a ledger row.
 *
 *		"acctguard/ev" 0x00 version, then fields in ascending order of their tag
 *		field	= tag(1), number in big-endian order | length(4), bytes
 *		body	= sections in ascending order of their tag: before (1), after (2)
 *		section	= tag(1), length(4), fields in ascending order of their name
 *		field of a section = type(1), length of the name(1), name,
 *				number(8) | truth value(1) | length(4), bytes
 *
 * An absent value (SQL NULL) has no field, so a column added later leaves the
 * bytes of older rows as they were.  Times are microseconds since 2000-01-01 UTC,
 * texts UTF-8.  No output function of a type takes part, and nothing that another
 * server could number otherwise (OIDs, enum labels).  What is pinned here never
 * changes; a change is version 2.
 *
 * Everything in this file is pure: no memory, no locks, no errors.  A writer
 * without a buffer only measures, so both passes run the same code.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "audit/audit.h"

#define PREFIX "acctguard/ev"	/* written with its terminating zero */

/* Tags of a row's fields; never renumbered. */
enum
{
	TAG_TX = 1,
	TAG_ORD = 2,
	TAG_AT = 3,
	TAG_ACCOUNT_ID = 4,
	TAG_ASEQ = 5,
	TAG_ACTION = 6,
	TAG_OUTCOME = 7,
	TAG_ROLE = 8,
	TAG_PERSON = 9,
	TAG_ON_BEHALF = 10,
	TAG_APPLICATION = 11,
	TAG_REASON = 12,
	TAG_IDEMPOTENCY_KEY = 13,
	TAG_ORIGIN = 14,
	TAG_BODY = 15,
	TAG_DEK = 16,
	TAG_KEY_ID = 17
};

/* Tags of a body's sections. */
enum
{
	SECTION_BEFORE = 1,
	SECTION_AFTER = 2
};

typedef struct Writer
{
	uint8	   *out;			/* NULL = measure only */
	Size		length;
} Writer;

static void
put_bytes(Writer *writer, const void *data, Size length)
{
	if (writer->out != NULL && length > 0)
		memcpy(writer->out + writer->length, data, length);
	writer->length += length;
}

/* The low size bytes of a number, highest first. */
static void
put_number(Writer *writer, uint64 value, int size)
{
	uint8		bytes[sizeof(uint64)];

	for (int i = 0; i < size; i++)
		bytes[i] = (uint8) (value >> (8 * (size - 1 - i)));
	put_bytes(writer, bytes, size);
}

static void
put_number_field(Writer *writer, int tag, int64 value, int size)
{
	put_number(writer, tag, 1);
	put_number(writer, (uint64) value, size);
}

/* A number for which the table may have NULL. */
static void
put_optional_field(Writer *writer, int tag, int64 value, int size)
{
	if (value != 0)
		put_number_field(writer, tag, value, size);
}

static void
put_sized(Writer *writer, const void *data, Size length)
{
	put_number(writer, length, 4);
	put_bytes(writer, data, length);
}

static void
put_bytes_field(Writer *writer, int tag, AgBytes value)
{
	if (value.data == NULL)
		return;
	put_number(writer, tag, 1);
	put_sized(writer, value.data, value.length);
}

/* The canonical bytes of a row; returns their number. */
Size
ag_audit_encode(const AgLedgerRow *row, uint8 *out)
{
	Writer		writer = {out, 0};

	put_bytes(&writer, PREFIX, sizeof(PREFIX));
	put_number(&writer, row->ver, 1);
	put_number_field(&writer, TAG_TX, row->tx, 8);
	put_number_field(&writer, TAG_ORD, row->ord, 4);
	put_number_field(&writer, TAG_AT, row->at, 8);
	put_number_field(&writer, TAG_ACCOUNT_ID, row->account_id, 8);
	put_optional_field(&writer, TAG_ASEQ, row->aseq, 8);
	put_number_field(&writer, TAG_ACTION, row->action, 2);
	put_number_field(&writer, TAG_OUTCOME, row->outcome, 2);
	put_bytes_field(&writer, TAG_ROLE, row->role);
	put_bytes_field(&writer, TAG_PERSON, row->person);
	put_bytes_field(&writer, TAG_ON_BEHALF, row->on_behalf);
	put_bytes_field(&writer, TAG_APPLICATION, row->application);
	put_bytes_field(&writer, TAG_REASON, row->reason);
	put_bytes_field(&writer, TAG_IDEMPOTENCY_KEY, row->idempotency_key);
	put_bytes_field(&writer, TAG_ORIGIN, row->origin);
	put_bytes_field(&writer, TAG_BODY, row->body);
	put_optional_field(&writer, TAG_DEK, row->dek, 8);
	put_optional_field(&writer, TAG_KEY_ID, row->key_id, 4);
	return writer.length;
}

static void
put_body_field(Writer *writer, const AgField *field)
{
	Size		name_length = strlen(field->name);

	put_number(writer, field->type, 1);
	put_number(writer, name_length, 1);
	put_bytes(writer, field->name, name_length);
	switch (field->type)
	{
		case AG_FIELD_INT:
		case AG_FIELD_TIME:
			put_number(writer, (uint64) field->number, 8);
			break;
		case AG_FIELD_BOOL:
			put_number(writer, field->number != 0, 1);
			break;
		case AG_FIELD_TEXT:
		case AG_FIELD_BYTES:
			put_sized(writer, field->data, field->length);
			break;
	}
}

static void
put_fields(Writer *writer, const AgFields *fields)
{
	for (int i = 0; i < fields->count; i++)
		put_body_field(writer, &fields->field[i]);
}

/* A section without fields is absent. */
static void
put_section(Writer *writer, int tag, const AgFields *fields)
{
	Writer		measure = {NULL, 0};

	if (fields == NULL || fields->count == 0)
		return;
	put_fields(&measure, fields);
	put_number(writer, tag, 1);
	put_number(writer, measure.length, 4);
	put_fields(writer, fields);
}

/*
 * The body of a row: what was and what is.  The fields come sorted by name,
 * without duplicates, their texts in UTF-8.
 */
Size
ag_audit_encode_body(const AgFields *before, const AgFields *after, uint8 *out)
{
	Writer		writer = {out, 0};

	put_section(&writer, SECTION_BEFORE, before);
	put_section(&writer, SECTION_AFTER, after);
	return writer.length;
}

void
ag_audit_body_open(AgBodyReader *reader, const void *body, Size length)
{
	memset(reader, 0, sizeof(AgBodyReader));
	reader->at = body;
	reader->end = reader->at + length;
	reader->section_end = reader->at;
}

/* A number of size bytes below end; false if they are not there. */
static bool
get_number(AgBodyReader *reader, const uint8 *end, int size, uint64 *value)
{
	if (end - reader->at < size)
		return false;
	*value = 0;
	for (int i = 0; i < size; i++)
		*value = *value << 8 | *reader->at++;
	return true;
}

static bool
get_bytes(AgBodyReader *reader, const uint8 *end, Size length, const char **data)
{
	if ((Size) (end - reader->at) < length)
		return false;
	*data = (const char *) reader->at;
	reader->at += length;
	return true;
}

/* Enter the next section: a higher tag, at least one field, all of it there. */
static bool
get_section(AgBodyReader *reader)
{
	uint64		tag;
	uint64		length;

	if (!get_number(reader, reader->end, 1, &tag) || !get_number(reader, reader->end, 4, &length))
		return false;
	if ((int) tag <= reader->section || tag > SECTION_AFTER)
		return false;
	if (length == 0 || length > (uint64) (reader->end - reader->at))
		return false;
	reader->section = (int) tag;
	reader->section_end = reader->at + length;
	reader->previous = NULL;
	return true;
}

/* A name is [a-z0-9_]+, at most 63 bytes, and higher than the one before it. */
static bool
get_name(AgBodyReader *reader, AgBodyField *field)
{
	uint64		length;
	int			order;

	if (!get_number(reader, reader->section_end, 1, &length) || length == 0 || length > 63 ||
		!get_bytes(reader, reader->section_end, length, &field->name))
		return false;
	field->name_length = length;
	for (Size i = 0; i < length; i++)
	{
		char		c = field->name[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	if (reader->previous != NULL)
	{
		order = memcmp(reader->previous, field->name, Min(reader->previous_length, length));
		if (order > 0 || (order == 0 && reader->previous_length >= length))
			return false;
	}
	reader->previous = field->name;
	reader->previous_length = length;
	return true;
}

static bool
get_value(AgBodyReader *reader, AgBodyField *field)
{
	uint64		value = 0;

	switch (field->type)
	{
		case AG_FIELD_INT:
		case AG_FIELD_TIME:
			if (!get_number(reader, reader->section_end, 8, &value))
				return false;
			break;
		case AG_FIELD_BOOL:
			if (!get_number(reader, reader->section_end, 1, &value) || value > 1)
				return false;
			break;
		case AG_FIELD_TEXT:
		case AG_FIELD_BYTES:
			if (!get_number(reader, reader->section_end, 4, &value) ||
				!get_bytes(reader, reader->section_end, value, &field->data))
				return false;
			field->length = value;
			return true;
		default:
			return false;
	}
	field->number = (int64) value;
	return true;
}

/*
 * The next field of a body.  Strict: whatever the encoder would not have written
 * is damage, also trailing bytes, so a body has one encoding only.
 */
AgBodyResult
ag_audit_body_next(AgBodyReader *reader, AgBodyField *field)
{
	uint64		type;

	if (reader->at == reader->section_end)
	{
		if (reader->at == reader->end)
			return AG_BODY_END;
		if (!get_section(reader))
			return AG_BODY_DAMAGED;
	}
	memset(field, 0, sizeof(AgBodyField));
	field->after = reader->section == SECTION_AFTER;
	if (!get_number(reader, reader->section_end, 1, &type))
		return AG_BODY_DAMAGED;
	field->type = (AgFieldType) type;
	if (!get_name(reader, field) || !get_value(reader, field))
		return AG_BODY_DAMAGED;
	return AG_BODY_FIELD;
}
