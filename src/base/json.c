/*-------------------------------------------------------------------------
 *
 * json.c
 *		JSON objects as text: for DETAILs and for the user's status.
 *
 * Times are ISO 8601 in UTC whatever the session's settings, so that a driver in any
 * language parses them.  NULL values are left out.  Everything is allocated in the
 * current memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"
#include "utils/datetime.h"
#include "utils/json.h"

void
ag_json_begin(AgJson *json)
{
	initStringInfo(&json->text);
	appendStringInfoChar(&json->text, '{');
}

/* "name": after a comma where one is due */
static void
begin_member(AgJson *json, const char *name)
{
	if (json->text.len > 1)
		appendStringInfoString(&json->text, ", ");
	escape_json(&json->text, name);
	appendStringInfoString(&json->text, ": ");
}

void
ag_json_text(AgJson *json, const char *name, const char *value)
{
	if (value == NULL)
		return;
	begin_member(json, name);
	escape_json(&json->text, value);
}

void
ag_json_int(AgJson *json, const char *name, int64 value)
{
	begin_member(json, name);
	appendStringInfo(&json->text, INT64_FORMAT, value);
}

void
ag_json_bool(AgJson *json, const char *name, bool value)
{
	begin_member(json, name);
	appendStringInfoString(&json->text, value ? "true" : "false");
}

/* Infinite times are left out. */
void
ag_json_time(AgJson *json, const char *name, TimestampTz value)
{
	if (TIMESTAMP_NOT_FINITE(value))
		return;
	begin_member(json, name);
	escape_json(&json->text, ag_time_iso(value));
}

/* A list of C strings as an array. */
void
ag_json_list(AgJson *json, const char *name, List *values)
{
	ListCell   *cell;

	begin_member(json, name);
	appendStringInfoChar(&json->text, '[');
	foreach(cell, values)
	{
		if (cell != list_head(values))
			appendStringInfoString(&json->text, ", ");
		escape_json(&json->text, lfirst(cell));
	}
	appendStringInfoChar(&json->text, ']');
}

/* A value that is JSON already; NULL is left out. */
void
ag_json_raw(AgJson *json, const char *name, const char *value)
{
	if (value == NULL)
		return;
	begin_member(json, name);
	appendStringInfoString(&json->text, value);
}

char *
ag_json_end(AgJson *json)
{
	appendStringInfoChar(&json->text, '}');
	return json->text.data;
}

/* A list of JSON texts as one JSON array. */
char *
ag_json_array(List *values)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	appendStringInfoChar(&text, '[');
	foreach(cell, values)
		appendStringInfo(&text, "%s%s", cell == list_head(values) ? "" : ", ",
						 (char *) lfirst(cell));
	appendStringInfoChar(&text, ']');
	return text.data;
}

/* 2026-01-31T12:00:00Z, with microseconds where there are any */
char *
ag_time_iso(TimestampTz at)
{
	struct pg_tm tm;
	fsec_t		microseconds;

	if (timestamp2tm(at, NULL, &tm, &microseconds, NULL, NULL) != 0)
		ereport(ERROR, errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				errmsg("timestamp out of range"));
	if (microseconds == 0)
		return psprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year, tm.tm_mon, tm.tm_mday,
						tm.tm_hour, tm.tm_min, tm.tm_sec);
	return psprintf("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year, tm.tm_mon, tm.tm_mday,
					tm.tm_hour, tm.tm_min, tm.tm_sec, (int) microseconds);
}
