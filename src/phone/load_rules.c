/*-------------------------------------------------------------------------
 *
 * load_rules.c
 *		A line of a carrier's file.
 *
 *		+8613800138000,disconnected,2026-05-01
 *		+8613800138000,recycled,2026-05-01T08:00:00+08:00,yes
 *
 * Numbers are canonical, times as in single documents (document.c): a day is taken to
 * be where in the world it says least.  Nothing here raises an error, because a
 * million lines cannot each have a subtransaction.
 *
 * Pure: no memory, no locks, no errors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "phone/load.h"

#define MOST_COLUMNS 4

#define AG_LINE(symbol, name) [AG_LINE_##symbol] = (name),
static const char *const names[AG_LINE_COUNT] = {AG_LINE_LIST};
#undef AG_LINE

const char *
ag_line_name(AgLineCode code)
{
	return names[code];
}

/* So many digits as a number; -1 = they are not all digits. */
static int
digits(const char *text, int count)
{
	int			value = 0;

	for (int i = 0; i < count; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

static int
days_of(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

/* YYYY-MM-DD, in seconds since 2000-01-01; between 1970 and 9999. */
static bool
read_day(const char *text, int64 *seconds)
{
	int			year = digits(text, 4);
	int			month = digits(text +5, 2);
	int			day = digits(text +8, 2);
	int64		days = 0;

	if (text[4] != '-' || text[7] != '-' || year < 1970 || month < 1 || month > 12 || day < 1 ||
		day > days_of(year, month))
		return false;
	days = (INT64CONST(365) * year + (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400) - 730484;
	for (int m = 1; m < month; m++)
		days += days_of(year, m);
	*seconds = (days + day - 1) * SECS_PER_DAY;
	return true;
}

/* Z, or +HH:MM; in seconds east. */
static bool
read_zone(const char *text, int64 *east)
{
	int			hours;
	int			minutes;

	*east = 0;
	if (strcmp(text, "Z") == 0)
		return true;
	if (strlen(text) != 6 || (text[0] != '+' && text[0] != '-') ||text[3] != ':')
		return false;
	hours = digits(text +1, 2);
	minutes = digits(text +4, 2);
	if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59)
		return false;
	*east = ((int64) hours * SECS_PER_HOUR + (int64) minutes * SECS_PER_MINUTE) * (text[0] == '-' ? -1 : 1);
	return true;
}

/* A day or a time with its zone; a day begins at that many seconds of UTC.  False: it is none. */
static bool
line_time(const char *text, int64 day_begins, TimestampTz *at)
{
	Size		length = strlen(text);
	int64		seconds;
	int64		east = 0;

	if (length < 10 || !read_day(text, &seconds))
		return false;
	if (length == 10)
		seconds += day_begins;
	else
	{
		int			hour = length < 20 ? -1 : digits(text +11, 2);
		int			minute = length < 20 ? -1 : digits(text +14, 2);
		int			second = length < 20 ? -1 : digits(text +17, 2);

		if (text[10] != 'T' || hour < 0 || hour > 23 || text[13] != ':' || minute < 0 || minute > 59 ||
			text[16] != ':' || second < 0 || second > 59 || !read_zone(text +19, &east))
			return false;
		seconds += hour * SECS_PER_HOUR + minute * SECS_PER_MINUTE + second - east;
	}
	*at = seconds * USECS_PER_SEC;
	return true;
}

/* Cut at commas; how many columns, or more than there may be. */
static int
split(char *text, const char *columns[MOST_COLUMNS])
{
	int			count = 0;

	columns[count++] = text;

	for (; *text !='\0'; text ++)
	{
		if (*text !=',')
			continue;
		*text = '\0';
		if (count == MOST_COLUMNS)
			return MOST_COLUMNS + 1;
		columns[count++] = text +1;
	}
	return count;
}

/* What happened, at a time. */
static AgLineCode
read_happening(const char *time, AgNumberEvent *event)
{
	bool		sim = event->signal == AG_SIGNAL_SIM_CHANGED || event->signal == AG_SIGNAL_PORTED;

	if (!line_time(time, sim ? AG_LATEST_DAY : AG_EARLIEST_DAY, &event->occurred_at))
		return AG_LINE_TIME;
	return AG_LINE_GOOD;
}

/* The answer to whether it has changed hands since. */
static AgLineCode
read_answer(const char *time, const char *answer, AgNumberEvent *event)
{
	event->answer = ag_answer_find(answer);
	if (event->answer == AG_ANSWER_NONE)
		return AG_LINE_ANSWER;
	if (!line_time(time, event->answer == AG_ANSWER_NO ? AG_LATEST_DAY : AG_EARLIEST_DAY, &event->since))
		return AG_LINE_TIME;
	return AG_LINE_GOOD;
}

AgLineCode
ag_line_read(const char *text, Size length, char e164[AG_E164_SIZE], AgNumberEvent *event)
{
	char		copy[AG_MOST_LINE + 1];
	const char *columns[MOST_COLUMNS];
	int			count;

	if (length > AG_MOST_LINE)
		return AG_LINE_LENGTH;
	memcpy(copy, text, length);
	copy[length] = '\0';
	count = split(copy, columns);
	if (count < 3 || count > MOST_COLUMNS)
		return AG_LINE_COLUMNS;
	if (strlen(columns[0]) >= AG_E164_SIZE || !ag_number_is_canonical(columns[0]))
		return AG_LINE_NUMBER;
	strlcpy(e164, columns[0], AG_E164_SIZE);

	event->signal = ag_signal_find(columns[1]);
	event->answer = AG_ANSWER_NONE;
	event->since = event->occurred_at = DT_NOEND;
	if (event->signal >= AG_SIGNAL_CLAIM_OPENED)
		return AG_LINE_EVENT;
	if ((event->signal == AG_SIGNAL_RECYCLED) != (count == 4))
		return AG_LINE_COLUMNS;
	return count == 4 ? read_answer(columns[2], columns[3], event) : read_happening(columns[2], event);
}
