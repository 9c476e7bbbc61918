/*-------------------------------------------------------------------------
 *
 * outbox_source.c
 *		Which events have notices, what their templates must say, and helpers for
 *		those who fill them.
 *
 * Sources are registered at load and never removed.  No locks, no tables.  Results
 * are palloc'd in the current memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "outbox/outbox.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/jsonb.h"

#define SOURCES_MAX 16

/* What every template may use: outbox fills it. */
#define COMMON "account product time locale"

static const AgNoticeSource *sources[SOURCES_MAX];
static int	source_count = 0;

void
ag_notice_register(const AgNoticeSource *source)
{
	if (source_count == SOURCES_MAX)
		elog(ERROR, "too many sources of notices");
	sources[source_count++] = source;
}

/* What a source says about an event; NULL if the user is never told of it. */
const AgNoticeEvent *
ag_notice_event(AgAction action, const AgNoticeSource **source)
{
	for (int i = 0; i < source_count; i++)
		for (int j = 0; j < sources[i]->count; j++)
			if (sources[i]->events[j].action == action)
			{
				if (source != NULL)
					*source = sources[i];
				return &sources[i]->events[j];
			}
	return NULL;
}

/* Every event of every source in turn, NULL behind the last. */
const AgNoticeEvent *
ag_notice_event_at(int n)
{
	for (int i = 0; i < source_count; i++)
	{
		if (n < sources[i]->count)
			return &sources[i]->events[n];
		n -= sources[i]->count;
	}
	return NULL;
}

char *
ag_notice_param(const AgNotice *notice, const char *name)
{
	Jsonb	   *params;
	JsonbValue	value;

	if (notice->params == NULL)
		return NULL;
	params = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(notice->params)));
	if (getKeyJsonValueFromContainer(&params->root, name, strlen(name), &value) == NULL)
		return NULL;
	switch (value.type)
	{
		case jbvString:
			return pnstrdup(value.val.string.val, value.val.string.len);
		case jbvNumeric:
			return DatumGetCString(DirectFunctionCall1(numeric_out,
													   NumericGetDatum(value.val.numeric)));
		case jbvBool:
			return pstrdup(value.val.boolean ? "true" : "false");
		default:
			return NULL;
	}
}

/* Is the locale of this language (zh, en)? */
static bool
locale_is(const char *locale, const char *language)
{
	Size		length = strlen(language);

	return pg_strncasecmp(locale, language, length) == 0 &&
		(locale[length] == '\0' || locale[length] == '-');
}

/* Chinese texts of sources are UTF-8. */
bool
ag_notice_chinese(const AgNotice *notice)
{
	int			encoding = GetDatabaseEncoding();

	return (encoding == PG_UTF8 || encoding == PG_SQL_ASCII) && locale_is(notice->locale, "zh");
}

char *
ag_notice_time(const char *time_zone, TimestampTz at)
{
	pg_tz	   *zone = pg_tzset(time_zone);
	struct pg_tm tm;
	fsec_t		microseconds;
	int			offset;

	/* The zone was one when it was set; a later release of the data may not have it. */
	if (zone == NULL)
	{
		time_zone = "UTC";
		zone = pg_tzset(time_zone);
	}
	if (timestamp2tm(at, &offset, &tm, &microseconds, NULL, zone) != 0)
		return pstrdup(timestamptz_to_str(at));
	return psprintf("%04d-%02d-%02d %02d:%02d (%s)", tm.tm_year, tm.tm_mon, tm.tm_mday,
					tm.tm_hour, tm.tm_min, time_zone);
}

/* The first instant from which on an account's notices may make a noise; the time itself if it is not quiet. */
TimestampTz
ag_quiet_end(const char *time_zone, TimestampTz at)
{
	int			from = (int) ag_policy_setting(AG_SETTING_QUIET_FROM);
	int			until = (int) ag_policy_setting(AG_SETTING_QUIET_UNTIL);
	pg_tz	   *zone;
	struct pg_tm tm;
	fsec_t		microseconds;
	Timestamp	end;
	int			offset;
	int			wait;

	if (from == until)
		return at;
	zone = pg_tzset(time_zone);
	if (zone == NULL)
		zone = pg_tzset("UTC");
	if (timestamp2tm(at, &offset, &tm, &microseconds, NULL, zone) != 0)
		return at;
	wait = ag_quiet_wait(tm.tm_hour * MINS_PER_HOUR + tm.tm_min, from, until);
	if (wait == 0)
		return at;

	/* That minute of the user's clock, whatever the zone does in between. */
	tm.tm_sec = 0;
	if (tm2timestamp(&tm, 0, NULL, &end) != 0)
		return at;
	end += wait * USECS_PER_MINUTE;
	if (timestamp2tm(end, NULL, &tm, &microseconds, NULL, NULL) != 0)
		return at;
	return end + (int64) DetermineTimeZoneOffset(&tm, zone) * USECS_PER_SEC;
}

/* The names of a list that a text does not contain as placeholders: "reason, until" */
static char *
missing_names(const char *wanted, const char *text)
{
	StringInfoData missing;

	initStringInfo(&missing);
	while (wanted != NULL && *wanted != '\0')
	{
		Size		length = strcspn(wanted, " ");
		const char *rest = text;
		const char *piece;
		Size		size;
		AgPiece		kind;

		while ((kind = ag_template_next(&rest, &piece, &size)) != AG_PIECE_END)
			if (kind == AG_PIECE_BROKEN ||
				(kind == AG_PIECE_NAME && size == length && strncmp(piece, wanted, length) == 0))
				break;
		if (kind == AG_PIECE_END)
			appendStringInfo(&missing, "%s{%.*s}", missing.len > 0 ? ", " : "", (int) length, wanted);
		wanted += length;
		wanted += strspn(wanted, " ");
	}
	return missing.len > 0 ? missing.data : NULL;
}

/* "{account}, {product} ...": what a text of the event may use */
static char *
known_names(const AgNoticeEvent *told)
{
	StringInfoData names;
	char	   *list = psprintf("%s %s", COMMON, told->known != NULL ? told->known : "");
	char	   *save = NULL;

	initStringInfo(&names);
	for (char *name = strtok_r(list, " ", &save); name != NULL; name = strtok_r(NULL, " ", &save))
		appendStringInfo(&names, "%s{%s}", names.len > 0 ? ", " : "", name);
	return names.data;
}

/* A placeholder nobody fills, or a brace that belongs to none. */
static char *
unknown_names(const AgNoticeEvent *told, const char *text)
{
	const char *rest = text;
	const char *piece;
	Size		length;
	AgPiece		kind;

	while ((kind = ag_template_next(&rest, &piece, &length)) != AG_PIECE_END)
	{
		if (kind == AG_PIECE_BROKEN)
			return psprintf("A brace that is no placeholder is written twice, near \"%.*s\".",
							(int) Min(strlen(rest), 20), rest);
		if (kind == AG_PIECE_NAME && !ag_list_has(told->known, piece, length) &&
			!ag_list_has(COMMON, piece, length))
			return psprintf("There is no {%.*s}; placeholders of the event are %s.", (int) length,
							piece, known_names(told));
	}
	return NULL;
}

/* What a template of the channel lacks or has too much, or NULL. */
static char *
body_problem(const AgNoticeEvent *told, AgChannel channel, const char *body)
{
	bool		full = channel == AG_CHANNEL_IN_APP || channel == AG_CHANNEL_EMAIL;
	char	   *problem = unknown_names(told, body);
	char	   *missing;

	if (problem != NULL)
		return problem;
	missing = missing_names(full ? told->full : told->brief, body);
	return missing != NULL ? psprintf("The body lacks %s.", missing) : NULL;
}

/* A switched-off template says nothing, so it may say anything. */
char *
ag_notice_judge(const AgTemplate *candidate)
{
	const AgNoticeEvent *told = ag_notice_event((AgAction) candidate->action, NULL);
	char	   *problem = NULL;

	if (told == NULL)
		return psprintf("Nobody is told of the event \"%s\"; see acctguard.notice_coverage().",
						ag_action_name(candidate->action));
	if (told->channels != 0 && (told->channels & (1 << candidate->channel)) == 0)
		return psprintf("The event \"%s\" does not go over this channel.", ag_action_name(candidate->action));
	if (!candidate->enabled)
		return NULL;
	if (candidate->subject != NULL)
		problem = unknown_names(told, candidate->subject);
	if (problem == NULL)
		problem = body_problem(told, candidate->channel, candidate->body);
	return problem;
}
