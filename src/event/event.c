/*-------------------------------------------------------------------------
 *
 * event.c
 *		Builders of an event's fields, and the way of an event to its sinks.
 *
 * An event is an act of the caller's transaction: the sinks write in it, so a
 * rollback takes the event back together with the change it tells of.  A sink
 * that fails fails the act; nothing happens without its event.
 *
 * Memory: fields and their values are copied into the current memory context;
 * sinks run in a context of their own.  Sinks are registered at load and never
 * removed.  No locks of its own.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "event/event.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define MAX_SINKS 8

static AgEventSink sinks[MAX_SINKS];
static int	sink_count = 0;

typedef struct ActionEntry
{
	int			code;
	const char *name;
	const char *meaning;
} ActionEntry;

#define AG_ACTION(symbol, code, name, meaning) {code, name, meaning},
static const ActionEntry actions[] = {AG_ACTION_LIST};
#undef AG_ACTION

AgFields *
ag_fields_new(void)
{
	AgFields   *fields = palloc(sizeof(AgFields));

	fields->count = 0;
	fields->allocated = 8;
	fields->field = palloc(sizeof(AgField) * fields->allocated);
	return fields;
}

/* Room for one more field. */
static AgField *
add_field(AgFields *fields, const char *name, AgFieldType type)
{
	AgField    *field;

	if (fields->count == fields->allocated)
	{
		fields->allocated *= 2;
		fields->field = repalloc(fields->field, sizeof(AgField) * fields->allocated);
	}
	field = &fields->field[fields->count++];
	memset(field, 0, sizeof(AgField));
	field->name = name;
	field->type = type;
	return field;
}

void
ag_field_int(AgFields *fields, const char *name, int64 value)
{
	add_field(fields, name, AG_FIELD_INT)->number = value;
}

void
ag_field_bool(AgFields *fields, const char *name, bool value)
{
	add_field(fields, name, AG_FIELD_BOOL)->number = value ? 1 : 0;
}

/* "No end" has no field, as it is NULL in the tables. */
void
ag_field_time(AgFields *fields, const char *name, TimestampTz value)
{
	if (!TIMESTAMP_NOT_FINITE(value))
		add_field(fields, name, AG_FIELD_TIME)->number = value;
}

void
ag_field_text(AgFields *fields, const char *name, const char *value)
{
	AgField    *field;

	if (value == NULL)
		return;
	field = add_field(fields, name, AG_FIELD_TEXT);
	field->length = strlen(value);
	field->data = pnstrdup(value, field->length);
}

void
ag_field_bytes(AgFields *fields, const char *name, const void *data, Size length)
{
	AgField    *field;
	char	   *copy;

	if (data == NULL)
		return;
	copy = palloc(Max(length, 1));
	memcpy(copy, data, length);
	field = add_field(fields, name, AG_FIELD_BYTES);
	field->data = copy;
	field->length = length;
}

/* fields may be NULL, which has none. */
const AgField *
ag_field_find(const AgFields *fields, const char *name)
{
	for (int i = 0; fields != NULL && i < fields->count; i++)
		if (strcmp(fields->field[i].name, name) == 0)
			return &fields->field[i];
	return NULL;
}

/* Called by _PG_init of the sink's module. */
void
ag_event_register_sink(AgEventSink sink)
{
	if (sink_count == MAX_SINKS)
		elog(ERROR, "too many event sinks");
	sinks[sink_count++] = sink;
}

/*
 * Something happened: hand it to every sink, with who did it and when.  Whatever
 * the sinks need goes away with it, so that a statement with a million events
 * does not pile up memory.
 */
void
ag_event_emit(const AgEvent *event)
{
	MemoryContext own;
	MemoryContext old;
	AgActor    *actor;
	TimestampTz at = ag_now();

	if (ag_action_name(event->action) == NULL)
		elog(ERROR, "unknown action %d", (int) event->action);

	own = AllocSetContextCreate(CurrentMemoryContext, "acctguard event", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(own);
	actor = ag_actor();
	for (int i = 0; i < sink_count; i++)
		sinks[i] (event, actor, at);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(own);
}

const char *
ag_action_name(int code)
{
	for (int i = 0; i < lengthof(actions); i++)
		if (actions[i].code == code)
			return actions[i].name;
	return NULL;
}

int
ag_action_code(const char *name)
{
	for (int i = 0; i < lengthof(actions); i++)
		if (strcmp(actions[i].name, name) == 0)
			return actions[i].code;
	return 0;
}

/* The catalogue, one row per action. */
void
ag_event_list(ReturnSetInfo *rsinfo)
{
	for (int i = 0; i < lengthof(actions); i++)
	{
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		values[0] = Int32GetDatum(actions[i].code);
		values[1] = CStringGetTextDatum(actions[i].name);
		values[2] = CStringGetTextDatum(actions[i].meaning);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}
