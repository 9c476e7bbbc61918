/*-------------------------------------------------------------------------
 *
 * password_text.c
 *		What a password is, and which are none.
 *
 * A password is compared as it was written, but for Unicode's normal form C: the same
 * text typed on another keyboard is the same password.  Nothing is cut off, no case is
 * changed, no kind of character is asked for.
 *
 * Buffers with a password in them are wiped by who is given them, or here.  Those of the
 * server's own normalization are not, which a password of ASCII does not go through.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/unicode_norm.h"
#include "identity/password.h"
#include "mb/pg_wchar.h"

#define LEAST_OWN 4				/* characters that context leaves of a password */
#define LEAST_CONTEXT 4			/* shorter context words count for nothing */

void
ag_password_wipe(char *password, Size length)
{
	if (password == NULL)
		return;
	ag_wipe(password, length);
	pfree(password);
}

static bool
is_ascii(const char *text, Size length)
{
	for (Size i = 0; i < length; i++)
		if (IS_HIGHBIT_SET(text[i]))
			return false;
	return true;
}

/* Normal form C of UTF-8. */
static char *
compose(const char *utf8, Size length, Size *normal_length)
{
	Size		size = (length + 1) * sizeof(pg_wchar);
	pg_wchar   *points = palloc0(size);
	pg_wchar   *composed;
	Size		count = 0;
	Size		composed_count = 0;
	unsigned char *out;
	unsigned char *at;

	for (const unsigned char *c = (const unsigned char *) utf8; c < (const unsigned char *) utf8 + length;
		 c += pg_utf_mblen(c))
		points[count++] = utf8_to_unicode(c);
	composed = unicode_normalize(UNICODE_NFC, points);
	while (composed[composed_count] != 0)
		composed_count++;
	at = out = palloc(composed_count * 4 + 1);
	for (Size i = 0; i < composed_count; i++)
	{
		unicode_to_utf8(composed[i], at);
		at += pg_utf_mblen(at);
	}
	*at = '\0';
	*normal_length = at - out;
	ag_wipe(points, size);
	pfree(points);
	ag_wipe(composed, composed_count * sizeof(pg_wchar));
	pfree(composed);
	return (char *) out;
}

char *
ag_password_normalize(const char *password, Size length, Size *normal_length)
{
	char	   *utf8;
	char	   *normal;
	Size		utf8_length;

	if (length > AG_PASSWORD_BYTES)
		return NULL;
	if (is_ascii(password, length))
	{
		*normal_length = length;
		return pnstrdup(password, length);
	}
	utf8 = pg_server_to_any(password, (int) length, PG_UTF8);
	utf8_length = utf8 == password ? length : strlen(utf8);
	normal = compose(utf8, utf8_length, normal_length);
	if (utf8 != password)
		ag_password_wipe(utf8, utf8_length);
	if (*normal_length > AG_PASSWORD_BYTES)
	{
		ag_password_wipe(normal, *normal_length);
		return NULL;
	}
	return normal;
}

/* Lower case, as far as ASCII has it. */
void
ag_password_fold(char *text)
{
	for (; *text !='\0'; text ++)
		*text = pg_ascii_tolower(*text);
}

/* Take every occurrence of a word out of a text. */
static void
take_out(char *text, const char *word)
{
	Size		length = strlen(word);
	char	   *at;

	while ((at = strstr(text, word)) != NULL)
		memmove(at, at + length, strlen(at + length) + 1);
}

/* Is it a few characters over and over, or one row of them, such as abcdefgh or 87654321? */
static bool
is_pattern(const char *text)
{
	Size		length = strlen(text);
	int			step = length > 1 ? text[1] - text[0] : 0;
	Size		i;

	for (Size period = 1; period <= 4 && period <= length / 2; period++)
	{
		for (i = period; i < length; i++)
			if (text[i] != text[i - period])
				break;
		if (i == length)
			return true;
	}
	if (step != 1 && step != -1)
		return false;
	/* 9 is followed by 0 */
	for (i = 1; i < length; i++)
		if (text[i] - text[i - 1] != step && text[i] - text[i - 1] != -9 * step)
			return false;
	return true;
}

static bool
is_context(const char *folded, Size size, List *context)
{
	char	   *rest = palloc(size);
	ListCell   *cell;
	bool		little;

	memcpy(rest, folded, size);
	foreach(cell, context)
	{
		char	   *word = pstrdup(lfirst(cell));

		ag_password_fold(word);
		if (strlen(word) >= LEAST_CONTEXT)
			take_out(rest, word);
		pfree(word);
	}
	little = strlen(rest) < size - 1 && strlen(rest) < LEAST_OWN;
	ag_password_wipe(rest, size);
	return little;
}

static int
code_points(const char *utf8)
{
	int			count = 0;

	for (; *utf8 != '\0'; utf8 += pg_utf_mblen((const unsigned char *) utf8))
		count++;
	return count;
}

/* Of a new password in normal form. */
AgPasswordCode
ag_password_judge(const char *normal, int least, List *context)
{
	Size		size = strlen(normal) + 1;
	char	   *folded;
	bool		common;

	if (code_points(normal) < least)
		return AG_PASSWORD_PASSWORD_SHORT;
	folded = pstrdup(normal);
	ag_password_fold(folded);
	common = is_pattern(folded) || is_context(folded, size, context) ||
		ag_password_block_find(folded);
	ag_password_wipe(folded, size);
	return common ? AG_PASSWORD_PASSWORD_COMMON : AG_PASSWORD_OK;
}
