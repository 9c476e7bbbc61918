/*-------------------------------------------------------------------------
 *
 * capability_condition.c
 *		The user's own rule: login only in these hours, only from these devices.
 *
 * A row of standing with a rule is in force outside what the rule allows:
 *
 *		{"hours": ["08:00", "22:00"], "zone": "Asia/Shanghai", "devices": ["id"]}
 *
 * Both parts are optional, one has to be there.  Whatever cannot be read, and
 * whatever the caller does not tell (no device), leaves the row in force: a rule
 * may only ever open a door that it names.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "capability/capability.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#define MINUTES_PER_DAY (24 * 60)

/* The value of a key of the rule; NULL if it has none. */
static JsonbValue *
rule_value(Jsonb *rule, const char *key, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(&rule->root, key, strlen(key), value);
}

/* "HH:MM" as minutes since midnight, 24:00 included; -1 if it is anything else. */
static int
parse_minute(const JsonbValue *value)
{
	const char *text = value->val.string.val;
	int			hour;
	int			minute;

	if (value->type != jbvString || value->val.string.len != 5 || text[2] != ':')
		return -1;
	for (int i = 0; i < 5; i++)
		if (i != 2 && (text[i] < '0' || text[i] > '9'))
			return -1;
	hour = (text[0] - '0') *10 + text[1] - '0';
	minute = (text[3] - '0') *10 + text[4] - '0';

	if (minute > 59 || hour * 60 + minute > MINUTES_PER_DAY)
		return -1;
	return hour * 60 + minute;
}

/* The minute of the day in the rule's time zone; -1 if there is no such zone. */
static int
minute_of_day(Jsonb *rule, TimestampTz at)
{
	JsonbValue	value;
	char	   *name;
	pg_tz	   *zone;
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;

	if (rule_value(rule, "zone", &value) == NULL || value.type != jbvString)
		return -1;
	name = pnstrdup(value.val.string.val, value.val.string.len);
	zone = pg_tzset(name);
	if (zone == NULL || timestamp2tm(at, &offset, &tm, &fsec, NULL, zone) != 0)
		return -1;
	return tm.tm_hour * 60 + tm.tm_min;
}

/* Do the hours of the rule allow this instant? */
static bool
hours_allow(Jsonb *rule, const JsonbValue *hours, TimestampTz at)
{
	JsonbValue *from;
	JsonbValue *until;
	int			minute = minute_of_day(rule, at);

	if (minute < 0 || hours->type != jbvBinary || !JsonContainerIsArray(hours->val.binary.data) ||
		JsonContainerSize(hours->val.binary.data) != 2)
		return false;
	from = getIthJsonbValueFromContainer(hours->val.binary.data, 0);
	until = getIthJsonbValueFromContainer(hours->val.binary.data, 1);
	if (parse_minute(from) < 0 || parse_minute(until) < 0)
		return false;
	return ag_hours_contain(parse_minute(from), parse_minute(until), minute);
}

/* Is the device in the rule's list? */
static bool
devices_allow(const JsonbValue *devices, const char *device)
{
	if (device == NULL || devices->type != jbvBinary ||
		!JsonContainerIsArray(devices->val.binary.data))
		return false;
	for (uint32 i = 0; i < JsonContainerSize(devices->val.binary.data); i++)
	{
		JsonbValue *known = getIthJsonbValueFromContainer(devices->val.binary.data, i);

		if (known->type == jbvString && known->val.string.len == strlen(device) &&
			memcmp(known->val.string.val, device, known->val.string.len) == 0)
			return true;
	}
	return false;
}

/* Is a row with this rule in force at this instant, for this device (or NULL)? */
bool
ag_condition_holds(Jsonb *rule, TimestampTz at, const char *device)
{
	JsonbValue	hours;
	JsonbValue	devices;
	bool		has_hours;
	bool		has_devices;

	if (!JB_ROOT_IS_OBJECT(rule))
		return true;
	has_hours = rule_value(rule, "hours", &hours) != NULL;
	has_devices = rule_value(rule, "devices", &devices) != NULL;
	if (!has_hours && !has_devices)
		return true;
	if (has_hours && !hours_allow(rule, &hours, at))
		return true;
	return has_devices && !devices_allow(&devices, device);
}

/* The same for a rule as text, as the stores hand it over. */
bool
ag_rule_holds(const char *rule, TimestampTz at, const char *device)
{
	if (rule == NULL)
		return true;
	return ag_condition_holds(DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(rule))),
							  at, device);
}
