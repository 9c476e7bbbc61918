/*-------------------------------------------------------------------------
 *
 * notifier_message.c
 *		A notice as one JSON object on one line.
 *
 *-------------------------------------------------------------------------
 */
#include "notifier.h"

#include <stdio.h>

/* A JSON string; what is no UTF-8 becomes U+FFFD. */
static void
add_string(Buffer *out, const char *text)
{
	buffer_char(out, '"');
	while (*text !='\0')
	{
		int			length = utf8_length(text);
		char		escape[8];

		if (length == 0)
		{
			buffer_text(out, "\xEF\xBF\xBD");
			text	  ++;

			continue;
		}
		if (*text == '"' || *text == '\\')
		{
			buffer_char(out, '\\');
			buffer_char(out, *text);
		}
		else if (*text == '\n')
			buffer_text(out, "\\n");
		else if ((unsigned char) *text <0x20 || *text == 0x7F)
		{
			(void) snprintf(escape, sizeof(escape), "\\u%04x", (unsigned char) *text);
			buffer_text(out, escape);
		}
		else
			buffer_add(out, text, (size_t) length);
		text	  +=length;
	}
	buffer_char(out, '"');
}

static void
add_member(Buffer *out, const char *name, const char *value)
{
	buffer_text(out, ",\"");
	buffer_text(out, name);
	buffer_text(out, "\":");
	if (value == NULL)
		buffer_text(out, "null");
	else
		add_string(out, value);
}

void
message_json(Buffer *out, const Notice *notice)
{
	buffer_text(out, "{\"account_id\":");
	add_string(out, notice->account_id);
	buffer_text(out, ",\"notice_no\":");
	buffer_text(out, notice->notice_no);
	add_member(out, "idempotency_key", notice->idempotency_key);
	add_member(out, "event", notice->event);
	add_member(out, "channel", channel_name(notice->channel));
	add_member(out, "address", notice->address);
	add_member(out, "locale", notice->locale);
	add_member(out, "subject", notice->subject);
	add_member(out, "body", notice->body);
	buffer_text(out, ",\"attempt\":");
	buffer_text(out, notice->attempt);
	buffer_text(out, "}\n");
}
