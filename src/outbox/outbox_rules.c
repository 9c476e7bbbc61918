/*-------------------------------------------------------------------------
 *
 * outbox_rules.c
 *		States of a notice, times between tries, what addresses look like.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "outbox/outbox.h"

static const char *const state_names[] = {
	[AG_NOTICE_NONE] = "none",
	[AG_NOTICE_PENDING] = "pending",
	[AG_NOTICE_DONE] = "done",
	[AG_NOTICE_DEAD] = "dead",
	[AG_NOTICE_CANCELLED] = "cancelled"
};

static const char *const step_names[] = {
	[AG_NOTICE_WRITE] = "write",
	[AG_NOTICE_CLAIM] = "claim",
	[AG_NOTICE_ACKNOWLEDGE] = "acknowledge",
	[AG_NOTICE_FAIL] = "fail",
	[AG_NOTICE_POSTPONE] = "postpone",
	[AG_NOTICE_GIVE_UP] = "give_up",
	[AG_NOTICE_CANCEL] = "cancel",
	[AG_NOTICE_RETRY] = "retry",
	[AG_NOTICE_SHOW] = "show"
};

const AgNoticeTransition ag_notice_transition_table[] = {
	{AG_NOTICE_NONE, AG_NOTICE_WRITE, AG_NOTICE_PENDING, "an event",
	"in the transaction of the event"},
	{AG_NOTICE_PENDING, AG_NOTICE_CLAIM, AG_NOTICE_PENDING, "notifier",
	"for a lease; once it has run out, anybody may claim it again"},
	{AG_NOTICE_PENDING, AG_NOTICE_POSTPONE, AG_NOTICE_PENDING, "the clock",
	"a claim in quiet hours moves it behind them"},
	{AG_NOTICE_PENDING, AG_NOTICE_ACKNOWLEDGE, AG_NOTICE_DONE, "notifier", "delivered"},
	{AG_NOTICE_PENDING, AG_NOTICE_SHOW, AG_NOTICE_DONE, "app", "in_app only: listed in the inbox"},
	{AG_NOTICE_PENDING, AG_NOTICE_FAIL, AG_NOTICE_PENDING, "notifier",
	"another try, later each time"},
	{AG_NOTICE_PENDING, AG_NOTICE_GIVE_UP, AG_NOTICE_DEAD, "notifier",
	"a failure for good, or the last try"},
	{AG_NOTICE_PENDING, AG_NOTICE_CANCEL, AG_NOTICE_CANCELLED, "the clock",
	"the contact was removed, or what it tells of is gone"},
	{AG_NOTICE_DEAD, AG_NOTICE_ACKNOWLEDGE, AG_NOTICE_DONE, "notifier",
	"delivered after all, by one whose lease had run out"},
	{AG_NOTICE_DEAD, AG_NOTICE_RETRY, AG_NOTICE_PENDING, "operator", "with all its tries again"},
	{AG_NOTICE_DEAD, AG_NOTICE_SHOW, AG_NOTICE_DONE, "app", "in_app only: listed in the inbox"}
};
const int	ag_notice_transition_count = lengthof(ag_notice_transition_table);

static const char *const class_names[AG_NOTICE_CLASS_COUNT] = {
	[AG_NOTICE_SECURITY] = "security",
	[AG_NOTICE_DECISION] = "decision",
	[AG_NOTICE_APPEAL] = "appeal",
	[AG_NOTICE_ACCOUNT] = "account",
	[AG_NOTICE_SERVICE] = "service"
};

const char *
ag_notice_state_name(AgNoticeState state)
{
	return state_names[state];
}

const char *
ag_notice_step_name(AgNoticeStep step)
{
	return step_names[step];
}

bool
ag_notice_allowed(AgNoticeState from, AgNoticeStep step)
{
	for (int i = 0; i < ag_notice_transition_count; i++)
		if (ag_notice_transition_table[i].from == from &&
			ag_notice_transition_table[i].step == step)
			return true;
	return false;
}

const char *
ag_notice_class_name(AgNoticeClass class)
{
	return class_names[class];
}

/* The class of a name, AG_NOTICE_CLASS_COUNT if there is none. */
AgNoticeClass
ag_notice_class_find(const char *name)
{
	int			i;

	for (i = 0; i < AG_NOTICE_CLASS_COUNT; i++)
		if (strcmp(class_names[i], name) == 0)
			break;
	return (AgNoticeClass) i;
}

/*
 * first, first * factor, first * factor^2 ..., at most cap; of that the upper half is
 * chance, so that what failed together is not tried together again.
 */
int64
ag_notice_backoff(int tries, int64 first, int64 factor, int64 cap, uint32 chance)
{
	int64		delay = first;

	for (int i = 1; i < tries && delay < cap; i++)
		delay *= factor;
	delay = Min(delay, cap);
	return delay - delay / 2 + (int64) (chance % (delay / 2 + 1));
}

/* [from, until) may go over midnight; from = until means never. */
int
ag_quiet_wait(int minute, int from, int until)
{
	bool		quiet = from <= until ? minute >= from && minute < until
		: minute >= from || minute < until;

	if (!quiet)
		return 0;
	return until > minute ? until - minute : until - minute + 24 * 60;
}

/* Blanks and control characters end lines and fields of every transport there is. */
static bool
has_control(const char *text)
{
	for (const unsigned char *c = (const unsigned char *) text; *c != '\0'; c++)
		if (*c <= ' ' || *c == 0x7f)
			return true;
	return false;
}

/* Characters that mean something to a mail program besides standing in an address. */
static const char *
email_problem(const char *address)
{
	const char *at = strchr(address, '@');

	if (strlen(address) > 320)
		return "An e-mail address has at most 320 bytes";
	if (at == NULL || at == address || at[1] == '\0' || strchr(at + 1, '@') != NULL)
		return "An e-mail address has one @ with something on both sides";
	if (address[strcspn(address, "<>()[]\\,;:\"")] != '\0' || address[0] == '-')
		return "An e-mail address stands alone: no name, no brackets, no list, no option";
	if (at[1] == '.' || at[1] == '-' || strstr(at, "..") != NULL)
		return "The part after the @ is the name of a host";
	return NULL;
}

/* E.164: a plus and 8 to 15 digits, the first of them not 0. */
static const char *
sms_problem(const char *address)
{
	Size		digits = strspn(address + 1, "0123456789");

	if (address[0] != '+' || address[1] == '0' || address[1 + digits] != '\0' || digits < 8 ||
		digits > 15)
		return "A number is + and 8 to 15 digits, the country's code first";
	return NULL;
}

/* What is wrong with an address, without the address; NULL if nothing is. */
const char *
ag_contact_problem(AgChannel channel, const char *address)
{
	if (address[0] == '\0')
		return "It is empty";
	if (has_control(address))
		return "It contains blanks, line ends or control characters";
	switch (channel)
	{
		case AG_CHANNEL_EMAIL:
			return email_problem(address);
		case AG_CHANNEL_SMS:
			return sms_problem(address);
		case AG_CHANNEL_PUSH:
			return strlen(address) > AG_MOST_ADDRESS ? "A push token has at most 4096 bytes" : NULL;
		default:
			return "The channel has no addresses";
	}
}

/* The first character of an address, however many bytes it has, and the host; or the last digits. */
void
ag_contact_hint(AgChannel channel, const char *address, char *hint)
{
	Size		length = strlen(address);
	const char *at = strchr(address, '@');
	int			first = pg_mblen(address);

	switch (channel)
	{
		case AG_CHANNEL_EMAIL:
			/* Of a long host its end, which says most; multibyte hosts are cut, too. */
			if (strlen(at) > 40)
				snprintf(hint, AG_HINT_SIZE, "%.*s***@", first, address);
			else
				snprintf(hint, AG_HINT_SIZE, "%.*s***%s", first, address, at);
			break;
		case AG_CHANNEL_SMS:
			snprintf(hint, AG_HINT_SIZE, "***%s", address + length - 2);
			break;
		default:
			snprintf(hint, AG_HINT_SIZE, "***");
			break;
	}
}

static bool
looks_like_address(const char *word, Size length)
{
	int			digits = 0;

	if (length >= 32)
		return true;
	for (Size i = 0; i < length; i++)
	{
		if (word[i] == '@')
			return true;
		if (word[i] >= '0' && word[i] <= '9')
			digits++;
	}
	return digits >= 7;
}

/* Words with an @, with seven digits, or of 32 bytes: better too much than too little. */
void
ag_notice_redact(char *text)
{
	char	   *to = text;

	while (*text !='\0')
	{
		Size		length = strcspn(text, " \t\r\n");

		if (length > 0 && looks_like_address(text, length))
		{
			*to++ = '*';
			if (length > 1)
				*to++ = '*';
		}
		else
		{
			memmove(to, text, length);
			to += length;
		}
		text	  +=length;

		if (*text !='\0')
			*to++ = *text ++;
	}
	*to = '\0';
}

bool
ag_list_has(const char *list, const char *name, Size length)
{
	while (list != NULL && *list != '\0')
	{
		Size		word = strcspn(list, " ");

		if (word == length && strncmp(list, name, length) == 0)
			return true;
		list += word;
		list += strspn(list, " ");
	}
	return false;
}

AgPiece
ag_template_next(const char **rest, const char **piece, Size *length)
{
	const char *c = *rest;
	Size		literal = strcspn(c, "{}");

	if (*c == '\0')
		return AG_PIECE_END;
	*piece = c;
	if (literal > 0)
	{
		*length = literal;
		*rest = c + literal;
		return AG_PIECE_TEXT;
	}
	if (c[1] == c[0])
	{
		*length = 1;
		*rest = c + 2;
		return AG_PIECE_TEXT;
	}
	*length = strspn(c + 1, "abcdefghijklmnopqrstuvwxyz_0123456789");
	if (*c == '}' || *length == 0 || c[1 + *length] != '}')
		return AG_PIECE_BROKEN;
	*piece = c + 1;
	*rest = c + *length + 2;
	return AG_PIECE_NAME;
}
