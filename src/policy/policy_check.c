/*-------------------------------------------------------------------------
 *
 * policy_check.c
 *		What a new version of a policy item must mean.
 *
 * Judged after the row was written, by reading it the way every session will. A
 * row that cannot be read (an unknown capability in a bundle) would stop every
 * session, so it must fail here, where it rolls back.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"
#include "utils/builtins.h"

static const char *const conditions[] = {"identity_verified", "risk_over", "verified_login"};
static const char *const statement_fields[] = {
	"reason", "facts", "ground", "legal_reference", "conduct_at", "evidence"
};

AgPolicyTopic
ag_policy_topic_require(const char *name)
{
	AgPolicyTopic topic = ag_policy_topic_find(name);

	if (topic == AG_TOPIC_COUNT)
		ereport(ERROR, ag_errcode(AG_ERR_POLICY_UNKNOWN),
				errmsg("there is no policy topic \"%s\"", name),
				errhint("Topics are setting, freeze_kind, bundle, reason, ladder_step, risk_signal, "
						"capability, notice_template, country_floor, number_alias, label, limit_rule, "
						"code_country, client_channel, verification_method, gate."));
	return topic;
}

void
ag_policy_refuse(AgPolicyTopic topic, const char *key, const char *problem)
{
	ereport(ERROR, ag_errcode(AG_ERR_POLICY_RANGE),
			errmsg("%s \"%s\" cannot be set so", ag_policy_topic_name(topic), key),
			errdetail("%s", problem),
			errhint("acctguard.policy_list('%s') shows what is in force, \\d acctguard.%s the rules.",
					ag_policy_topic_name(topic), ag_policy_topic_name(topic)));
}

static void
check_names(AgPolicyTopic topic, const char *key, const char *column, ArrayType *names,
			const char *const *allowed, int count)
{
	ListCell   *cell;

	foreach(cell, ag_text_array_list(names))
	{
		int			i;

		for (i = 0; i < count; i++)
			if (strcmp(lfirst(cell), allowed[i]) == 0)
				break;
		if (i == count)
			ag_policy_refuse(topic, key,
							 psprintf("%s does not know \"%s\".", column, (char *) lfirst(cell)));
	}
}

/* The floor would silently be left out of the mask; say so instead. */
static void
check_floor(const char *key, ArrayType *names)
{
	for (int bit = 0; bit <= 62; bit++)
	{
		const AgCapability *capability = ag_policy_capability(bit);
		ListCell   *cell;

		if (!(ag_policy_floor() & (UINT64CONST(1) << bit)))
			continue;
		foreach(cell, ag_text_array_list(names))
		{
			if (strcmp(capability->name, lfirst(cell)) == 0)
				ag_policy_refuse(AG_TOPIC_FREEZE_KIND, key,
								 psprintf("\"%s\" belongs to the floor, which nothing can deny.",
										  capability->name));
		}
	}
}

/* A kind that freezes of one account can have, for that reason. */
static const AgKind *
check_kind_name(AgPolicyTopic topic, const char *key, const char *name, const char *reason_name)
{
	const AgKind *kind = ag_policy_kind(name);
	const AgReason *reason = ag_policy_reason(reason_name);
	const char *problem;

	if (kind == NULL || !kind->enabled || kind->scope)
		ag_policy_refuse(topic, key, psprintf("\"%s\" is not an enabled kind of freezes.", name));
	problem = reason != NULL ? ag_policy_reason_problem(kind, reason) :
		psprintf("There is no reason \"%s\"", reason_name);
	if (problem != NULL)
		ag_policy_refuse(topic, key, psprintf("%s.", problem));
	return kind;
}

/*
 * The wait after the gate T4.  What it lacks would be missed when somebody comes back, and
 * he could not.
 */
static void
check_wait(const AgKind *kind)
{
	ListCell   *cell;

	if (!kind->enabled)
		return;
	(void) check_kind_name(AG_TOPIC_FREEZE_KIND, kind->kind, kind->kind, AG_WAIT_REASON);
	foreach(cell, ag_text_array_list(kind->required))
		if (strcmp(lfirst(cell), "reason") != 0)
		ag_policy_refuse(AG_TOPIC_FREEZE_KIND, kind->kind,
						 "Nobody decides this freeze and could state more, so required has nothing but reason.");
}

static void
check_kind(const char *key)
{
	const AgKind *kind = ag_policy_kind(key);
	const char *problem = ag_policy_kind_problem(kind);

	if (problem != NULL)
		ag_policy_refuse(AG_TOPIC_FREEZE_KIND, key, psprintf("%s.", problem));
	check_floor(key, kind->denies_names);
	check_floor(key, kind->choices_names);
	check_floor(key, kind->probation_denies_names);
	check_floor(key, kind->acknowledge_denies_names);
	check_names(AG_TOPIC_FREEZE_KIND, key, "conditions", kind->conditions, conditions,
				lengthof(conditions));
	check_names(AG_TOPIC_FREEZE_KIND, key, "required", kind->required, statement_fields,
				lengthof(statement_fields));
	if (strcmp(key, AG_WAIT_KIND) == 0)
		check_wait(kind);
}

/* A bundle lists capabilities, not bundles: their order would begin to matter. */
static void
check_bundle(const char *key)
{
	AgResult   *bundles = ag_policy_store_bundles();

	if (strcmp(key, "all") == 0)
		ag_policy_refuse(AG_TOPIC_BUNDLE, key, "\"all\" is every capability but the floors.");
	for (uint64 i = 0; i < bundles->count; i++)
	{
		ListCell   *cell;

		if (strcmp(ag_row_text(bundles, i, 1), key) != 0)
			continue;
		foreach(cell, ag_text_array_list(ag_row_array(bundles, i, 2)))
			(void) ag_policy_capability_bit(lfirst(cell));
	}
}

static void
check_reason(const char *key)
{
	int64		life = ag_policy_reason(key)->strike_life;

	if (life <= 0 || life > AG_LONGEST)
		ag_policy_refuse(AG_TOPIC_REASON, key,
						 "strike_life is a length of time above zero and at most 100 years.");
}

static void
check_risk_signal(const char *key)
{
	const AgRiskSignal *signal = ag_policy_risk_signal(key);

	(void) check_kind_name(AG_TOPIC_RISK_SIGNAL, key, signal->kind, signal->reason);
}

static void
check_ladder(const char *key)
{
	ListCell   *cell;

	foreach(cell, ag_policy_ladder())
	{
		const AgLadderStep *step = lfirst(cell);
		const AgKind *kind;

		if (step->score != pg_strtoint32(key) || step->kind == NULL)
			continue;
		kind = check_kind_name(AG_TOPIC_LADDER_STEP, key, step->kind, AG_LADDER_REASON);
		if (step->length > AG_LONGEST)
			ag_policy_refuse(AG_TOPIC_LADDER_STEP, key, "length exceeds 100 years.");
		if (step->length < 0 && !kind->indefinite)
			ag_policy_refuse(AG_TOPIC_LADDER_STEP, key,
							 psprintf("\"%s\" needs a length.", step->kind));
		if (kind->max_length >= 0 && step->length > kind->max_length)
			ag_policy_refuse(AG_TOPIC_LADDER_STEP, key,
							 psprintf("length exceeds max_length of \"%s\".", step->kind));
	}
}

static void
check_label(const char *key)
{
	const char *problem = ag_policy_label_problem(key);

	if (problem != NULL)
		ag_policy_refuse(AG_TOPIC_LABEL, key, problem);
}

static void
check_template(const char *key)
{
	AgTemplate *words = ag_policy_store_words(key);
	const char *problem = ag_policy_template_parse(key, words);

	if (problem == NULL)
		problem = ag_policy_template_problem(words);
	if (problem != NULL)
		ag_policy_refuse(AG_TOPIC_NOTICE_TEMPLATE, key, problem);
}

static void
check_country_floor(const char *key)
{
	int			country = key[0] == '*' ? 0 : pg_strtoint32(key + 1);

	if (ag_policy_country_floor(country) > AG_LONGEST)
		ag_policy_refuse(AG_TOPIC_COUNTRY_FLOOR, key, "recycled_after exceeds 100 years.");
}

/* A writing must not lead back to itself, nor out of its zone of countries. */
static void
check_number_alias(const char *key)
{
	ListCell   *cell;
	ListCell   *other;

	foreach(cell, ag_policy_number_aliases())
	{
		const AgNumberAlias *alias = lfirst(cell);

		if (TIMESTAMP_NOT_FINITE(alias->valid_from))
			ag_policy_refuse(AG_TOPIC_NUMBER_ALIAS, key, "valid_from must be finite.");
		if (alias->new_prefix[1] != alias->old_prefix[1])
			ag_policy_refuse(AG_TOPIC_NUMBER_ALIAS, key,
							 "old_prefix and new_prefix belong to different zones of the world.");
		foreach(other, ag_policy_number_aliases())
		{
			if (ag_policy_alias_leads_to(alias, lfirst(other)) &&
				(other == cell || ag_policy_alias_leads_to(lfirst(other), alias)))
				ag_policy_refuse(AG_TOPIC_NUMBER_ALIAS, key, "The new writing would be renumbered again, in a circle.");
		}
	}
}

static void
check_limit_rule(const char *key)
{
	const AgLimitRule *rule = ag_policy_limit_rule(key);

	if (rule->span > AG_LONGEST)
		ag_policy_refuse(AG_TOPIC_LIMIT_RULE, key, "span exceeds 100 years.");
	for (int i = 0; i < rule->wait_count; i++)
		if (rule->waits[i] <= 0 || rule->waits[i] > rule->span)
			ag_policy_refuse(AG_TOPIC_LIMIT_RULE, key,
							 "waits are lengths of time above zero that do not exceed span.");
}

static void
check_gate(const char *key)
{
	const char *problem = ag_policy_gates_problem(ag_policy_gates());

	if (problem != NULL)
		ag_policy_refuse(AG_TOPIC_GATE, key, psprintf("%s.", problem));
}

/* Judge the newest version of an item. */
void
ag_policy_check(AgPolicyTopic topic, const char *key)
{
	switch (topic)
	{
		case AG_TOPIC_FREEZE_KIND:
			check_kind(key);
			break;
		case AG_TOPIC_BUNDLE:
			check_bundle(key);
			break;
		case AG_TOPIC_REASON:
			check_reason(key);
			break;
		case AG_TOPIC_LADDER_STEP:
			check_ladder(key);
			break;
		case AG_TOPIC_RISK_SIGNAL:
			check_risk_signal(key);
			break;
		case AG_TOPIC_LABEL:
			check_label(key);
			break;
		case AG_TOPIC_NOTICE_TEMPLATE:
			check_template(key);
			break;
		case AG_TOPIC_COUNTRY_FLOOR:
			check_country_floor(key);
			break;
		case AG_TOPIC_NUMBER_ALIAS:
			check_number_alias(key);
			break;
		case AG_TOPIC_GATE:
			check_gate(key);
			break;
		case AG_TOPIC_LIMIT_RULE:
			check_limit_rule(key);
			break;
		default:
			break;
	}
}
