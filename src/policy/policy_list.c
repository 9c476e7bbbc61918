/*-------------------------------------------------------------------------
 *
 * policy_list.c
 *		Policy as a manual: every item in force, with what one may do to
 *it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"

/* Columns of policy_list(). */
enum
{
	SHOW_TOPIC,
	SHOW_KEY,
	SHOW_VERSION,
	SHOW_VALUE,
	SHOW_UNIT,
	SHOW_DEFAULT,
	SHOW_RANGE,
	SHOW_MEANING,
	SHOW_CHANGED_AT,
	SHOW_CHANGED_BY,
	SHOW_CHANGE_REASON,
	SHOW_COLUMNS
};

/* Columns of a store's list. */
enum
{
	LIST_KEY = 1,
	LIST_VERSION,
	LIST_VALUE,
	LIST_MEANING,
	LIST_CHANGED_AT,
	LIST_CHANGED_BY,
	LIST_CHANGE_REASON
};

/* The row of a list that has a key, -1 if there is none. */
static int64
find_row(const AgResult *list, const char *key)
{
	for (uint64 i = 0; i < list->count; i++)
		if (strcmp(ag_row_text(list, i, LIST_KEY), key) == 0)
			return (int64) i;
	return -1;
}

/* Copy what the list says about an item; row -1 leaves it at its default. */
static void
show_row(const AgResult *list, int64 row, Datum *values, bool *nulls)
{
	static const int shown[] = {
		[LIST_KEY] = SHOW_KEY,
		[LIST_VERSION] = SHOW_VERSION,
		[LIST_VALUE] = SHOW_VALUE,
		[LIST_MEANING] = SHOW_MEANING,
		[LIST_CHANGED_AT] = SHOW_CHANGED_AT,
		[LIST_CHANGED_BY] = SHOW_CHANGED_BY,
		[LIST_CHANGE_REASON] = SHOW_CHANGE_REASON
	};

	for (int i = LIST_KEY; row >= 0 && i <= LIST_CHANGE_REASON; i++)
		values[shown[i]] = ag_row_datum(list, (uint64) row, i, &nulls[shown[i]]);
}

static Datum
json_number(int64 number)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(psprintf(INT64_FORMAT, number)));
}

/* A setting is shown whether it was ever changed or not. */
static void
show_setting(AgSetting setting, const AgResult *list, Datum *values, bool *nulls)
{
	const AgSettingRule *rule = ag_policy_setting_rule(setting);
	char	   *range;

	show_row(list, find_row(list, rule->name), values, nulls);
	nulls[SHOW_KEY] = nulls[SHOW_VALUE] = nulls[SHOW_UNIT] = nulls[SHOW_DEFAULT] = false;
	nulls[SHOW_RANGE] = nulls[SHOW_MEANING] = false;
	values[SHOW_KEY] = CStringGetTextDatum(rule->name);
	values[SHOW_VALUE] = json_number(ag_policy_setting(setting));
	values[SHOW_UNIT] = CStringGetTextDatum(rule->unit);
	values[SHOW_DEFAULT] = CStringGetTextDatum(psprintf(INT64_FORMAT, rule->default_value));
	range = psprintf(INT64_FORMAT " .. " INT64_FORMAT, rule->lowest, rule->highest);
	values[SHOW_RANGE] = CStringGetTextDatum(range);
	values[SHOW_MEANING] = CStringGetTextDatum(rule->meaning);
}

static void
list_topic(AgPolicyTopic topic, ReturnSetInfo *rsinfo)
{
	AgResult   *list = ag_policy_store_list(topic);
	int64		count = topic == AG_TOPIC_SETTING ? AG_SETTING_COUNT : (int64) list->count;

	for (int64 i = 0; i < count; i++)
	{
		Datum		values[SHOW_COLUMNS] = {0};
		bool		nulls[SHOW_COLUMNS];

		memset(nulls, true, sizeof(nulls));
		values[SHOW_TOPIC] = CStringGetTextDatum(ag_policy_topic_name(topic));
		nulls[SHOW_TOPIC] = false;
		if (topic == AG_TOPIC_SETTING)
			show_setting((AgSetting) i, list, values, nulls);
		else
			show_row(list, i, values, nulls);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

void
ag_policy_list(const char *topic, ReturnSetInfo *rsinfo)
{
	AgPolicyTopic only = topic != NULL ? ag_policy_topic_require(topic) : AG_TOPIC_COUNT;

	for (int i = 0; i < AG_TOPIC_COUNT; i++)
		if (topic == NULL || i == (int) only)
			list_topic((AgPolicyTopic) i, rsinfo);
}
