/*-------------------------------------------------------------------------
 *
 * notifier_mail.c
 *		A notice as a mail (RFC 5322, 2045, 2047), for sendmail -t -i.
 *
 * Nothing of a notice can become a header or a recipient of its own: the address
 * has to be one plain address, the subject is encoded unless it is harmless ASCII,
 * the body is always base64, which also has no line "." and no line "From ".
 *
 *-------------------------------------------------------------------------
 */
#include "notifier.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ENCODED_BYTES 42		/* of text in one encoded word, which has at most 75 characters */
#define LINE_BYTES 57			/* of the body in one line of 76 characters */
#define SUBJECT_PLAIN 60		/* longest subject that is not encoded */

static void
add_base64(Buffer *out, const char *data, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *byte = (const unsigned char *) data;

	for (size_t i = 0; i < length; i += 3)
	{
		size_t		left = length - i;
		uint32_t	group = (uint32_t) byte[i] << 16;

		if (left > 1)
			group |= (uint32_t) byte[i + 1] << 8;
		if (left > 2)
			group |= byte[i + 2];
		buffer_char(out, digits[group >> 18]);
		buffer_char(out, digits[group >> 12 & 63]);
		buffer_char(out, left > 1 ? digits[group >> 6 & 63] : '=');
		buffer_char(out, left > 2 ? digits[group & 63] : '=');
	}
}

/* Whole characters only, control characters as blanks; what is no UTF-8 becomes U+FFFD. */
static void
add_clean(Buffer *out, const char *text)
{
	while (*text !='\0')
	{
		int			length = utf8_length(text);

		if (length == 0)
			buffer_text(out, "\xEF\xBF\xBD");
		else if (length == 1 && iscntrl((unsigned char) *text))
			buffer_char(out, ' ');
		else
			buffer_add(out, text, (size_t) length);
		text	  +=length == 0 ? 1 : length;
	}
}

static bool
is_ascii(const char *text)
{
	for (; *text !='\0'; text ++)
		if ((unsigned char) *text >=0x80)
			return false;
	return true;
}

/* Clean text in a header: as it is, or as encoded words, folded between characters. */
static void
add_words(Buffer *out, const char *text)
{
	if (is_ascii(text) && strlen(text) <= SUBJECT_PLAIN && strstr(text, "=?") == NULL)
	{
		buffer_text(out, text);
		return;
	}
	while (*text !='\0')
	{
		size_t		length = 0;

		while (text[length] != '\0')
		{
			size_t		next = (size_t) utf8_length(text +length);

			if (length + next > ENCODED_BYTES)
				break;
			length += next;
		}
		buffer_text(out, "=?UTF-8?B?");
		add_base64(out, text, length);
		buffer_text(out, "?=");
		text	  +=length;

		if (*text !='\0')
			buffer_text(out, "\n ");
	}
}

/*
 * One address that needs no quoting: atoms with dots, one @, a domain of letters,
 * digits, hyphens and dots.  So no comma, blank, bracket or line end.
 */
static bool
is_plain_address(const char *address, size_t length)
{
	const char *at = memchr(address, '@', length);
	size_t		local = at == NULL ? 0 : (size_t) (at - address);
	size_t		domain = at == NULL ? 0 : length - local - 1;

	if (local < 1 || local > 64 || domain < 1 || domain > 253)
		return false;
	for (size_t i = 0; i < length; i++)
	{
		unsigned char c = (unsigned char) address[i];

		if (i == local)
			continue;
		if (c == '.')
		{
			/* not at an end of either part, not twice */
			if (i == 0 || i == local + 1 || i == local - 1 || i == length - 1 || address[i - 1] == '.')
				return false;
		}
		else if (c >= 0x80 || !(isalnum(c) || (i < local ? strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL : c == '-')))
			return false;
	}
	return true;
}

/* The address in "Name <address>" or "address". */
static const char *
mailbox_address(const char *mailbox, size_t *length)
{
	const char *open = strrchr(mailbox, '<');
	const char *close = open == NULL ? NULL : strchr(open, '>');

	*length = open == NULL ? strlen(mailbox) : close == NULL || close[1] != '\0' ? 0 : (size_t) (close - open - 1);
	return open == NULL ? mailbox : open + 1;
}

const char *
mail_from_problem(const char *from)
{
	size_t		length;
	const char *address = mailbox_address(from, &length);

	for (const char *c = from; *c != '\0';)
	{
		int			bytes = utf8_length(c);

		if (bytes == 0)
			return "it is not UTF-8";
		if (iscntrl((unsigned char) *c))
			return "it has a control character";
		c += bytes;
	}
	if (!is_plain_address(address, length))
		return "it has to be address@domain or Name <address@domain>";
	return NULL;
}

/* The name in front of the address is quoted or encoded, whatever is in it. */
static void
add_from(Buffer *out, const char *from)
{
	size_t		length;
	const char *address = mailbox_address(from, &length);
	size_t		name = address == from ? 0 : (size_t) (address - from - 1);

	while (name > 0 && from[name - 1] == ' ')
		name--;
	if (name >= 2 && from[0] == '"' && from[name - 1] == '"')
	{
		from++;
		name -= 2;
	}
	if (name > 0)
	{
		Buffer text = {0};

		buffer_add(&text, from, name);
		if (!is_ascii(text.data))
			add_words(out, text.data);
		else
		{
			buffer_char(out, '"');
			for (const char *c = text.data; *c != '\0'; c++)
			{
				if (*c == '"' || *c == '\\')
					buffer_char(out, '\\');
				buffer_char(out, *c);
			}
			buffer_char(out, '"');
		}
		buffer_char(out, ' ');
		buffer_free(&text);
	}
	buffer_char(out, '<');
	buffer_add(out, address, length);
	buffer_char(out, '>');
}

/* RFC 5322 wants English names, whatever the locale. */
static void
add_date(Buffer *out)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t		now = time(NULL);
	struct tm	utc;
	char text[	64];

	(void) gmtime_r(&now, &utc);
	(void) snprintf(text, sizeof(text), "Date: %s, %02d %s %d %02d:%02d:%02d +0000\n", days[utc.tm_wday],
					utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
	buffer_text(out, text);
}

/* The same notice has the same Message-ID each time it is sent: mail programs show it once. */
static void
add_message_id(Buffer *out, const Notice *notice, const char *from)
{
	size_t		length;
	const char *address = mailbox_address(from, &length);
	const char *at = memchr(address, '@', length);

	buffer_text(out, "Message-ID: <");
	buffer_text(out, notice->idempotency_key);
	buffer_add(out, at, length - (size_t) (at - address));
	buffer_text(out, ">\n");
}

static void
add_language(Buffer *out, const char *locale)
{
	if (locale == NULL || *locale == '\0' || strlen(locale) > 35)
		return;
	for (const char *c = locale; *c != '\0'; c++)
		if (!isalnum((unsigned char) *c) && *c != '-')
			return;
	buffer_text(out, "Content-Language: ");
	buffer_text(out, locale);
	buffer_char(out, '\n');
}

/* Lines end as RFC 2045 wants it inside of base64, with CR LF; other control characters become blanks. */
static void
add_body(Buffer *out, const char *body)
{
	Buffer text = {0};

	while (*body != '\0')
	{
		int			length = utf8_length(body);

		if (*body == '\n')
			buffer_text(&text, "\r\n");
		else if (length == 0)
			buffer_text(&text, "\xEF\xBF\xBD");
		else if (length > 1 || *body == '\t' || !iscntrl((unsigned char) *body))
			buffer_add(&text, body, (size_t) length);
		else if (*body != '\r')
			buffer_char(&text, ' ');
		body += length == 0 ? 1 : length;
	}
	buffer_text(&text, "\r\n");
	for (size_t i = 0; i < text.length; i += LINE_BYTES)
	{
		add_base64(out, text.data + i, text.length - i < LINE_BYTES ? text.length - i : LINE_BYTES);
		buffer_char(out, '\n');
	}
	buffer_free(&text);
}

bool
message_mail(Buffer *out, const Notice *notice, const char *from)
{
	Buffer		subject = {0};

	if (!is_plain_address(notice->address, strlen(notice->address)))
		return false;
	buffer_text(out, "From: ");
	add_from(out, from);
	buffer_text(out, "\nTo: ");
	buffer_text(out, notice->address);
	buffer_text(out, "\nSubject: ");
	add_clean(&subject, notice->subject == NULL ? "" : notice->subject);
	if (subject.length > 0)
		add_words(out, subject.data);
	buffer_free(&subject);
	buffer_char(out, '\n');
	add_date(out);
	add_message_id(out, notice, from);
	buffer_text(out, "MIME-Version: 1.0\n"
				"Content-Type: text/plain; charset=UTF-8\n"
				"Content-Transfer-Encoding: base64\n");
	add_language(out, notice->locale);
	buffer_text(out, "Auto-Submitted: auto-generated\n\n");
	add_body(out, notice->body == NULL ? "" : notice->body);
	return true;
}
