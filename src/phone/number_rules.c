/*-------------------------------------------------------------------------
 *
 * number_rules.c
 *		How numbers may be written, what may be shown of them, renumbering.
 *
 * Pure: no memory, no locks, no errors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "phone/phone.h"

/* What a character of a written number is. */
typedef enum Mark
{
	MARK_DIGIT,
	MARK_PLUS,
	MARK_FILLER,				/* blank, hyphen, dot, bracket */
	MARK_FOREIGN
} Mark;

/* Characters beyond ASCII that keyboards and copied pages bring. */
typedef struct Wide
{
	uint32		first;
	uint32		last;
	Mark		mark;
} Wide;

static const Wide wide_marks[] = {
	{0x00a0, 0x00a0, MARK_FILLER},	/* no-break space */
	{0x2002, 0x200a, MARK_FILLER},	/* spaces of other widths */
	{0x2010, 0x2014, MARK_FILLER},	/* hyphens and dashes */
	{0x202f, 0x202f, MARK_FILLER},	/* narrow no-break space */
	{0x3000, 0x3000, MARK_FILLER},	/* ideographic space */
	{0xff08, 0xff09, MARK_FILLER},	/* full-width brackets */
	{0xff0b, 0xff0b, MARK_PLUS},	/* full-width plus */
	{0xff0d, 0xff0e, MARK_FILLER},	/* full-width hyphen, dot */
	{0xff10, 0xff19, MARK_DIGIT}	/* full-width digits */
};

static Mark
mark_of(uint32 c)
{
	if (c >= '0' && c <= '9')
		return MARK_DIGIT;
	if (c == '+')
		return MARK_PLUS;
	if (c == ' ' || c == '-' || c == '.' || c == '(' || c == ')')
		return MARK_FILLER;
	for (int i = 0; i < (int) lengthof(wide_marks); i++)
		if (c >= wide_marks[i].first && c <= wide_marks[i].last)
			return wide_marks[i].mark;
	return MARK_FOREIGN;
}

/* The next character of UTF-8 with at most three bytes; 0 = there is none such. */
static uint32
next_character(const uint8 *text, Size length, Size *at)
{
	const uint8 *c = text +*at;
	Size		left = length - *at;

	if (c[0] < 0x80)
	{
		*at += 1;
		return c[0];
	}
	if ((c[0] & 0xe0) == 0xc0 && left >= 2 && (c[1] & 0xc0) == 0x80)
	{
		*at += 2;
		return (uint32) (c[0] & 0x1f) << 6 | (c[1] & 0x3f);
	}
	if ((c[0] & 0xf0) == 0xe0 && left >= 3 && (c[1] & 0xc0) == 0x80 && (c[2] & 0xc0) == 0x80)
	{
		*at += 3;
		return (uint32) (c[0] & 0x0f) << 12 | (uint32) (c[1] & 0x3f) << 6 | (c[2] & 0x3f);
	}
	return 0;
}

/*
 * A plus stands before every digit or nowhere.  Two leading zeros are a plus: no
 * national number begins so.
 */
bool
ag_number_scan(const char *text, Size length, char digits[AG_DIALLED_MAX + 2])
{
	Size		at = 0;
	int			count = 0;
	bool		plus = false;
	const char *dialled;

	if (length > AG_NUMBER_TEXT_MAX)
		return false;
	while (at < length)
	{
		uint32		c = next_character((const uint8 *) text, length, &at);

		switch (mark_of(c))
		{
			case MARK_DIGIT:
				if (count == AG_DIALLED_MAX)
					return false;
				digits[1 + count++] = (char) ('0' + (c >= 0xff10 ? c - 0xff10 : c - '0'));
				break;
			case MARK_PLUS:
				if (plus || count > 0)
					return false;
				plus = true;
				break;
			case MARK_FILLER:
				break;
			case MARK_FOREIGN:
				return false;
		}
	}
	digits[1 + count] = '\0';
	dialled = digits + 1;
	if (!plus && count > 2 && dialled[0] == '0' && dialled[1] == '0')
	{
		plus = true;
		dialled += 2;
	}
	if (dialled[0] == '\0')
		return false;
	if (plus)
		*digits = '+';
	memmove(digits + (plus ? 1 : 0), dialled, strlen(dialled) + 1);
	return true;
}

bool
ag_number_is_canonical(const char *text)
{
	Size		digits = text[0] == '+' ? strspn(text +1, "0123456789") : 0;

	return digits >= 7 && digits <= 15 && text[1] != '0' && text[digits + 1] == '\0';
}

/* The calling code and the last two digits; as long as the number. */
void
ag_number_hint(const char *e164, int country, char hint[AG_NUMBER_HINT_SIZE])
{
	Size		length = strlen(e164);
	Size		shown = country >= 100 ? 4 : country >= 10 ? 3 : 2;

	memcpy(hint, e164, length + 1);
	memset(hint + shown, '*', length - shown - 2);
}

/* Put to in place of from at the beginning of a writing with so many digits. */
static bool
replace_prefix(const char *e164, const char *from, int digits, const char *to,
			   char out[AG_E164_SIZE])
{
	Size		prefix = strlen(from);
	Size		length = strlen(e164);

	if (length != (Size) digits + 1 || strncmp(e164, from, prefix) != 0 ||
		length - prefix + strlen(to) >= AG_E164_SIZE)
		return false;
	strlcpy(out, to, AG_E164_SIZE);
	strlcpy(out + strlen(to), e164 + prefix, AG_E164_SIZE - strlen(to));
	return true;
}

bool
ag_number_renumber(const char *e164, const AgNumberAlias *alias, char renumbered[AG_E164_SIZE])
{
	return replace_prefix(e164, alias->old_prefix, alias->old_length, alias->new_prefix, renumbered);
}

bool
ag_number_renumber_back(const char *e164, const AgNumberAlias *alias, char former[AG_E164_SIZE])
{
	int			digits = alias->old_length + (int) strlen(alias->new_prefix) -
		(int) strlen(alias->old_prefix);

	return replace_prefix(e164, alias->new_prefix, digits, alias->old_prefix, former);
}
