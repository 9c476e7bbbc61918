/*-------------------------------------------------------------------------
 *
 * policy_rules.c
 *		The settings: names, units, defaults, ranges.  What a kind must
 *satisfy.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"

#define AG_SETTING(symbol, name, unit, default_value, lowest, highest, meaning)                    \
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

typedef struct Topic
{
	const char *name;
	const char *key;
} Topic;

#define AG_TOPIC(symbol, name, key) {name, key},
static const Topic topics[AG_TOPIC_COUNT] = {AG_TOPIC_LIST};
#undef AG_TOPIC

const char *
ag_policy_topic_name(AgPolicyTopic topic)
{
	return topics[topic].name;
}

const char *
ag_policy_topic_key(AgPolicyTopic topic)
{
	return topics[topic].key;
}

AgPolicyTopic
ag_policy_topic_find(const char *name)
{
	int			i;

	for (i = 0; i < AG_TOPIC_COUNT; i++)
		if (strcmp(topics[i].name, name) == 0)
			break;
	return (AgPolicyTopic) i;
}

/* value exceeds limit; -1 = there is no value, or no limit */
static bool
exceeds(int64 value, int64 limit)
{
	return value >= 0 && limit >= 0 && value > limit;
}

/* What no single column shows: the table's CHECKs judge the rest. */
const char *
ag_policy_kind_problem(const AgKind *kind)
{
	const int64 lengths[] = {
		kind->min_length, kind->max_length, kind->default_length, kind->automated_max,
		kind->cooldown, kind->appeal_window, kind->review_due, kind->stay_max, kind->probation
	};

	for (int i = 0; i < (int) lengthof(lengths); i++)
		if (lengths[i] > AG_LONGEST)
			return "A length exceeds 100 years";
	if (kind->choosable && (kind->denies & ~kind->choices) != 0)
		return "denies has what choices has not";
	if (exceeds(kind->min_length, kind->max_length))
		return "min_length exceeds max_length";
	if (exceeds(kind->min_length, kind->default_length))
		return "default_length is shorter than min_length";
	if (exceeds(kind->default_length, kind->max_length))
		return "default_length exceeds max_length";
	if (exceeds(kind->automated_max, kind->max_length))
		return "automated_max exceeds max_length";
	if (kind->points > kind->points_max)
		return "points exceeds points_max";
	return NULL;
}

/*
 * Reasons that say something about the kind: the user's own wish is that of kinds he
 * lifts himself, and of no other; maintenance is that of scopes; dormancy ends when
 * the user comes back.
 */
const char *
ag_policy_reason_problem(const AgKind *kind, const AgReason *reason)
{
	bool		own = strcmp(kind->lift_policy, "self") == 0;

	if (own != (strcmp(reason->category, "own_wish") == 0))
		return "Reasons of category own_wish are for the kinds of lift_policy self, and those for no other reason";
	if (strcmp(reason->category, "maintenance") == 0 && !kind->scope)
		return "Reasons of category maintenance are for kinds of scopes";
	if (strcmp(reason->category, "dormancy") == 0 && !kind->ends_on_login)
		return "Reasons of category dormancy are for kinds that end on verified_login";
	return NULL;
}

static const char *const channel_names[AG_CHANNEL_COUNT] = {
	[AG_CHANNEL_IN_APP] = "in_app",
	[AG_CHANNEL_EMAIL] = "email",
	[AG_CHANNEL_SMS] = "sms",
	[AG_CHANNEL_PUSH] = "push"
};

const char *
ag_channel_name(AgChannel channel)
{
	return channel_names[channel];
}

AgChannel
ag_channel_find(const char *name)
{
	int			i;

	for (i = 0; i < AG_CHANNEL_COUNT; i++)
		if (strcmp(channel_names[i], name) == 0)
			break;
	return (AgChannel) i;
}

/* Subtags of 1 to 8 letters or digits, the first of at least two: enough of BCP 47. */
bool
ag_locale_valid(const char *locale)
{
	const char *subtag = locale;

	if (strlen(locale) > AG_MOST_LOCALE)
		return false;
	for (;;)
	{
		Size		length = strspn(subtag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
									"0123456789");

		if (length < (subtag == locale ? 2 : 1) || length > 8)
			return false;
		if (subtag[length] == '\0')
			return true;
		if (subtag[length] != '-')
			return false;
		subtag += length + 1;
	}
}

/* Does a locale consist of these first subtags, or more? */
static bool
begins_with(const char *locale, const char *subtags, Size length)
{
	return pg_strncasecmp(locale, subtags, length) == 0 &&
		(locale[length] == '\0' || locale[length] == '-');
}

int
ag_locale_rank(const char *wanted, const char *offered)
{
	if (begins_with(wanted, offered, strlen(offered)))
		return 10 + (int) strlen(offered);
	if (begins_with(offered, wanted, strcspn(wanted, "-")))
		return 3;
	return pg_strcasecmp(offered, AG_DEFAULT_LOCALE) == 0 ? 2 : 1;
}

/* Could what an alias writes be what another one renumbers? */
bool
ag_policy_alias_leads_to(const AgNumberAlias *alias, const AgNumberAlias *next)
{
	Size		written = strlen(alias->new_prefix);
	Size		wanted = strlen(next->old_prefix);
	int			length = alias->old_length + (int) written - (int) strlen(alias->old_prefix);

	return length == next->old_length &&
		strncmp(alias->new_prefix, next->old_prefix, Min(written, wanted)) == 0;
}

/*
 * A gate that is demanded where the evidence is worse must not be the easier one; from
 * T2 on each is demanded where the one before would be, with something against the
 * claimant added.
 */
const char *
ag_policy_gates_problem(List *gates)
{
	const AgGatePolicy *before = NULL;
	ListCell   *cell;

	if (list_length(gates) != AG_GATES)
		return "A gate is missing";
	foreach(cell, gates)
	{
		const AgGatePolicy *gate = lfirst(cell);

		for (int profile = 0; before != NULL && profile < 3; profile++)
			if (foreach_current_index(cell) != 2 && gate->points[profile] < before->points[profile])
				return "T1 wants no less than T0, T3 no less than T2, T4 no less than T3";
		if (before != NULL && foreach_current_index(cell) > 2 && gate->categories < before->categories)
			return "T3 wants no fewer categories than T2, T4 no fewer than T3";
		before = gate;
	}
	if (((const AgGatePolicy *) list_nth(gates, 2))->beyond_knowledge &&
		!((const AgGatePolicy *) list_nth(gates, 3))->beyond_knowledge)
		return "What T2 wants beyond knowledge, T3 wants too";
	for (int profile = 0; profile < 3; profile++)
		if (((const AgGatePolicy *) list_nth(gates, 2))->points[profile] <
			((const AgGatePolicy *) list_nth(gates, 0))->points[profile])
			return "T2 wants no less than T0";
	return NULL;
}
