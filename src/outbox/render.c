/*-------------------------------------------------------------------------
 *
 * render.c
 *		The text of a notice: the template of the user's language, filled.
 *
 * Rendering does not fail on data.  A template was judged when it was saved; a value
 * that its source left out is a dash.  Values are plain text: they are not looked
 * through for placeholders, and none brings a line end into a subject, which would
 * be a header of its own in a mail.
 *
 * Results are palloc'd in the current memory context.  No locks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "guc.h"
#include "mb/pg_wchar.h"
#include "outbox/outbox.h"

/* Longest subject, in characters, after filling. */
#define SUBJECT_MOST 200

#define MISSING "-"

/* A value as text. */
static char *
value_text(const AgNotice *notice, const AgField *field)
{
	switch (field->type)
	{
		case AG_FIELD_INT:
			return psprintf(INT64_FORMAT, field->number);
		case AG_FIELD_BOOL:
			return pstrdup(field->number ? "true" : "false");
		case AG_FIELD_TIME:
			return ag_notice_time(notice->time_zone, field->number);
		case AG_FIELD_TEXT:
			return pnstrdup(field->data, field->length);
		case AG_FIELD_BYTES:
			break;
	}
	return pstrdup(MISSING);
}

/* Control characters but line ends and tabs are no text; a carriage return is half a line end. */
static void
clean(char *text)
{
	char	   *to = text;

	for (; *text !='\0'; text ++)
	{
		unsigned char c = (unsigned char) *text;

		if (c >= ' ' ? c != 0x7f : c == '\n' || c == '\t')
			*to++ = *text;
	}
	*to = '\0';
}

static void
append_value(StringInfo out, const AgNotice *notice, const AgFields *values, const char *name,
			 Size length)
{
	for (int i = 0; i < values->count; i++)
	{
		const AgField *field = &values->field[i];
		char	   *text;

		if (strlen(field->name) != length || strncmp(field->name, name, length) != 0)
			continue;
		text = value_text(notice, field);

		clean(text);
		appendStringInfoString(out, text[0] != '\0' ? text : MISSING);
		return;
	}
	appendStringInfoString(out, MISSING);
}

static char *
fill(const char *text, const AgNotice *notice, const AgFields *values)
{
	StringInfoData out;
	const char *rest = text;
	const char *piece;
	Size		length;

	initStringInfo(&out);
	for (;;)
	{
		switch (ag_template_next(&rest, &piece, &length))
		{
			case AG_PIECE_END:
				return out.data;
			case AG_PIECE_TEXT:
				appendBinaryStringInfo(&out, piece, (int) length);
				break;
			case AG_PIECE_NAME:
				append_value(&out, notice, values, piece, length);
				break;
			case AG_PIECE_BROKEN:
				/* Not through policy_set(): shown as it stands. */
				appendStringInfoString(&out, rest);
				return out.data;
		}
	}
}

/* The line ends that Unicode has besides those of ASCII, in UTF-8. */
static bool
is_line_end(const char *c)
{
	return memcmp(c, "\xc2\x85", 2) == 0 || memcmp(c, "\xe2\x80\xa8", 3) == 0 ||
		memcmp(c, "\xe2\x80\xa9", 3) == 0;
}

/* One line of bounded length. */
static char *
one_line(char *text)
{
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;
	int			length;

	for (char *c = text; *c != '\0'; c += pg_mblen(c))
	{
		if ((unsigned char) *c < ' ')
			*c = ' ';
		else if (utf8 && strlen(c) >= 2 && is_line_end(c))
			memset(c, ' ', pg_mblen(c));
	}
	length = pg_mbcharcliplen(text, strlen(text), SUBJECT_MOST);
	text[		length] = '\0';
	return text;
}

/* What outbox itself knows. */
static AgFields *
common_values(const AgNotice *notice)
{
	AgFields   *values = ag_fields_new();

	ag_field_int(values, "account", notice->account_id);
	ag_field_text(values, "product", ag_guc_product_name);
	ag_field_time(values, "time", notice->written_at);
	ag_field_text(values, "locale", notice->locale);
	return values;
}

AgRendered *
ag_notice_render(AgNotice *notice, const char *locale, const char **why)
{
	const AgNoticeSource *source;
	const AgTemplate *template = ag_policy_template(notice->event, notice->channel, locale);
	AgFields   *values;
	AgRendered *rendered;

	if (template == NULL || ag_notice_event(notice->event, &source) == NULL)
	{
		*why = "the event has no template any more";
		return NULL;
	}
	notice->locale = template->locale;
	values = common_values(notice);
	if (source->fill != NULL && !source->fill(notice, values))
	{
		*why = "what it tells of is gone";
		return NULL;
	}
	rendered = palloc(sizeof(AgRendered));
	rendered->locale = template->locale;
	rendered->subject = template->subject == NULL ? NULL
		: one_line(fill(template->subject, notice, values));
	rendered->body = fill(template->body, notice, values);
	return rendered;
}
