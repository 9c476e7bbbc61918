/*-------------------------------------------------------------------------
 *
 * policy_rules.c
 *		The settings: names, units, defaults, ranges.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"

#define AG_SETTING(symbol, name, unit, default_value, lowest, highest, meaning) \
	{name, unit, default_value, lowest, highest, meaning},
static const AgSettingRule rules[AG_SETTING_COUNT] = {AG_SETTING_LIST};
#undef AG_SETTING

const AgSettingRule *
ag_policy_setting_rule(AgSetting setting)
{
	return &rules[setting];
}

/* The setting of a name, AG_SETTING_COUNT if there is none. */
AgSetting
ag_policy_setting_find(const char *name)
{
	int			i;

	for (i = 0; i < AG_SETTING_COUNT; i++)
		if (strcmp(rules[i].name, name) == 0)
			break;
	return (AgSetting) i;
}

bool
ag_policy_setting_in_range(AgSetting setting, int64 value)
{
	return rules[setting].lowest <= value && value <= rules[setting].highest;
}
