/*-------------------------------------------------------------------------
 *
 * redact_rules.c
 *		Reading SQL text as far as redaction needs it: words, and where string
 *		literals begin and end.
 *
 * Words are looked for everywhere, in literals and comments too: a name inside of
 * DO $$ ... $$ counts, and one too many costs nothing but a redacted line.
 *
 * Everything here is pure and works on the bytes of any server encoding: none of them
 * has a byte below 128 inside a character of several.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "redact/redact.h"

#define MASK '*'

static bool
begins_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || IS_HIGHBIT_SET(c);
}

static bool
goes_on(char c)
{
	return begins_word(c) || (c >= '0' && c <= '9') || c == '$';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Copy a word; what is longer than a name can be is cut off, as the server does. */
static const char *
take_word(const char *at, char *word)
{
	int			length = 0;

	for (; goes_on(*at); at++)
		if (length < AG_WORD_SIZE - 1)
			word[length++] = lower(*at);
	word[length] = '\0';
	return at;
}

bool
ag_redact_word(const char **at, char *word)
{
	const char *c = *at;

	while (*c != '\0' && !begins_word(*c))
	{
		/* a number, and what hangs on it, is no word */
		if (goes_on(*c))
			while (goes_on(*c))
				c++;
		else
			c++;
	}
	if (*c == '\0')
		return false;
	*at = take_word(c, word);
	return true;
}

/* Behind blanks and comments. */
static const char *
skip_blanks(const char *at)
{
	for (;;)
	{
		if (*at == ' ' || (*at >= '\t' && *at <= '\r'))
			at++;
		else if (at[0] == '-' && at[1] == '-')
		{
			while (*at != '\0' && *at != '\n' && *at != '\r')
				at++;
		}
		else if (at[0] == '/' && at[1] == '*')
		{
			int			depth = 0;

			do
			{
				if (at[0] == '/' && at[1] == '*')
				{
					depth++;
					at += 2;
				}
				else if (at[0] == '*' && at[1] == '/')
				{
					depth--;
					at += 2;
				}
				else if (*at != '\0')
					at++;
			} while (depth > 0 && *at != '\0');
		}
		else
			return at;
	}
}

bool
ag_redact_name(const char **at, char *name)
{
	const char *c = skip_blanks(*at);
	int			length = 0;

	if (begins_word(*c))
	{
		*at = take_word(c, name);
		return true;
	}
	if (*c != '"')
		return false;
	for (c++; *c != '\0' && (*c != '"' || c[1] == '"'); c++)
	{
		if (*c == '"')
			c++;
		if (length < AG_WORD_SIZE - 1)
			name[length++] = *c;
	}
	name[length] = '\0';
	*at = *c == '"' ? c + 1 : c;
	return true;
}

/* Inside a literal in single quotes; returns behind it. */
static char *
mask_quoted(char *at, bool backslashes)
{
	while (*at != '\0')
	{
		if (*at == '\'' && at[1] != '\'')
			return at + 1;
		if (*at == '\'' || (*at == '\\' && backslashes && at[1] != '\0'))
			*at++ = MASK;
		*at++ = MASK;
	}
	return at;
}

/* Inside a literal in dollar quotes, of which this is the first; returns behind it, NULL if it is none. */
static char *
mask_dollars(char *at)
{
	char	   *tag_end = at + 1;
	size_t		length;
	char	   *end;

	if (begins_word(*tag_end))
		while (goes_on(*tag_end) && *tag_end != '$')
			tag_end++;
	if (*tag_end != '$')
		return NULL;
	length = tag_end + 1 - at;
	for (end = tag_end + 1; *end != '\0' && strncmp(end, at, length) != 0; end++)
		*end = MASK;
	return *end == '\0' ? end : end + length;
}

/*
 * A name in double quotes; returns behind it.  A value that was put in double quotes by
 * mistake is a name, too.
 */
static char *
mask_quoted_name(char *at, bool (*keep) (const char *name))
{
	char		name[AG_WORD_SIZE];
	const char *end = at;
	bool		kept;

	(void) ag_redact_name(&end, name);
	kept = keep(name);
	for (at++; at < end - 1; at++)
		if (!kept && *at != '"')
			*at = MASK;
	return unconstify(char *, end);
}

/* A word, with the literal that hangs on it: E'...' has backslashes whatever the setting is. */
static char *
mask_word(char *at, bool backslashes)
{
	char	   *begin = at;

	while (goes_on(*at))
		at++;
	if (*at != '\'')
		return at;
	return mask_quoted(at + 1, backslashes || (at - begin == 1 && lower(*begin) == 'e'));
}

void
ag_redact_mask(char *text, bool backslashes, bool (*keep) (const char *name))
{
	while (*text !='\0')
	{
		char	   *next = text +1;

		if (*text == '\'')
			next = mask_quoted(text +1, backslashes);
		else if (*text == '"')
			next = mask_quoted_name(text, keep);
		else if (goes_on(*text) && *text !='$')
			next = mask_word(text, backslashes);
		else if (*text == '$')
		{
			next = mask_dollars(text);
			if (next == NULL)
				next = text +1;
		}
		else if ((text[0] == '-' && text[1] == '-') ||(text[0] == '/' && text[1] == '*'))
			next = unconstify(char *, skip_blanks(text));
		text = next;
	}
}
