/*-------------------------------------------------------------------------
 *
 * policy_store.c
 *		Reading the policy tables: the newest version of each item.
 *
 * Tables: capability, bundle, reason, freeze_kind, ladder_step, risk_signal, setting,
 * notice_template, country_floor, number_alias, label, limit_rule, code_country,
 * client_channel,
 * verification_method, gate.  Results live in the caller's memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "policy/policy.h"

enum
{
	CAPABILITY_ALL,
	BUNDLE_ALL,
	SETTING_ALL,
	KIND_NEWEST,
	KIND_VERSION,
	REASON_NEWEST,
	LADDER_ALL,
	RISK_SIGNAL_NEWEST,
	TEMPLATE_ALL,
	TEMPLATE_NEWEST,
	COUNTRY_FLOOR_ALL,
	METHOD_ALL,
	GATE_ALL,
	NUMBER_ALIAS_ALL,
	LABEL_ALL,
	LIMIT_RULE_ALL,
	CODE_COUNTRY_NEWEST,
	CLIENT_CHANNEL_NEWEST
};

#define KIND_COLUMNS \
	"kind, version, enabled, scope, severity::int4, mode, denies, choosable, min_length, " \
	"max_length, default_length, indefinite, automated_max, impose_roles, approve_roles, " \
	"lift_roles, second_person, lift_policy, cooldown, conditions, session_effect, appeal, " \
	"appeal_window, review_due, breach, stayable, stay_max, points, points_max, probation, " \
	"probation_denies, pause_probation, acknowledge, acknowledge_denies, blocks_closure, " \
	"blocks_erasure, visible, required, choices"

/* In the order of KIND_COLUMNS. */
enum
{
	KIND_KIND = 1,
	KIND_VERSION_NO,
	KIND_ENABLED,
	KIND_SCOPE,
	KIND_SEVERITY,
	KIND_MODE,
	KIND_DENIES,
	KIND_CHOOSABLE,
	KIND_MIN_LENGTH,
	KIND_MAX_LENGTH,
	KIND_DEFAULT_LENGTH,
	KIND_INDEFINITE,
	KIND_AUTOMATED_MAX,
	KIND_IMPOSE_ROLES,
	KIND_APPROVE_ROLES,
	KIND_LIFT_ROLES,
	KIND_SECOND_PERSON,
	KIND_LIFT_POLICY,
	KIND_COOLDOWN,
	KIND_CONDITIONS,
	KIND_SESSION_EFFECT,
	KIND_APPEAL,
	KIND_APPEAL_WINDOW,
	KIND_REVIEW_DUE,
	KIND_BREACH,
	KIND_STAYABLE,
	KIND_STAY_MAX,
	KIND_POINTS,
	KIND_POINTS_MAX,
	KIND_PROBATION,
	KIND_PROBATION_DENIES,
	KIND_PAUSE_PROBATION,
	KIND_ACKNOWLEDGE,
	KIND_ACKNOWLEDGE_DENIES,
	KIND_BLOCKS_CLOSURE,
	KIND_BLOCKS_ERASURE,
	KIND_VISIBLE,
	KIND_REQUIRED,
	KIND_CHOICES
};

static const AgStatement statements[] = {
	[CAPABILITY_ALL] = {
		.name = "capability.all",
		.sql = "SELECT capability, bit::int4, floor, description FROM acctguard.capability ORDER BY bit",
		.expected = SPI_OK_SELECT,
		.any_version = true
	},
	[BUNDLE_ALL] = {
		.name = "bundle.all",
		.sql = "SELECT DISTINCT ON (bundle) bundle, capabilities "
			"FROM acctguard.bundle ORDER BY bundle, version DESC",
		.expected = SPI_OK_SELECT,
		.any_version = true
	},
	[SETTING_ALL] = {
		.name = "setting.all",
		.sql = "SELECT DISTINCT ON (setting) setting, value "
			"FROM acctguard.setting ORDER BY setting, version DESC",
		.expected = SPI_OK_SELECT,
		.any_version = true
	},
	[KIND_NEWEST] = {
		.name = "freeze_kind.newest",
		.sql = "SELECT " KIND_COLUMNS " FROM acctguard.freeze_kind "
			"WHERE kind = $1 ORDER BY version DESC LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[KIND_VERSION] = {
		.name = "freeze_kind.version",
		.sql = "SELECT " KIND_COLUMNS " FROM acctguard.freeze_kind WHERE kind = $1 AND version = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TEXTOID, INT4OID}
	},
	[REASON_NEWEST] = {
		.name = "reason.newest",
		.sql = "SELECT reason, category, public_text, coalesce(points, -1), strike_life "
			"FROM acctguard.reason WHERE reason = $1 ORDER BY version DESC LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[LADDER_ALL] = {
		.name = "ladder_step.all",
		.sql = "SELECT score, kind, length, proposal FROM "
			"(SELECT DISTINCT ON (score) * FROM acctguard.ladder_step ORDER BY score, version DESC) s "
			"WHERE enabled ORDER BY score",
		.expected = SPI_OK_SELECT,
		.any_version = true
	},
	[RISK_SIGNAL_NEWEST] = {
		.name = "risk_signal.newest",
		.sql = "SELECT signal, (weight * 1000000)::int8, kind, reason, enabled "
			"FROM acctguard.risk_signal WHERE signal = $1 ORDER BY version DESC LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[LABEL_ALL] = {
		.name = "label.all",
		.sql = "SELECT DISTINCT ON (label) label, words FROM acctguard.label "
			"ORDER BY label, version DESC",
		.expected = SPI_OK_SELECT
	},
	[TEMPLATE_ALL] = {
		.name = "notice_template.all",
		.sql = "SELECT template FROM (SELECT DISTINCT ON (template) template, enabled "
			"FROM acctguard.notice_template ORDER BY template, version DESC) t "
			"WHERE enabled ORDER BY template",
		.expected = SPI_OK_SELECT
	},
	[TEMPLATE_NEWEST] = {
		.name = "notice_template.newest",
		.sql = "SELECT enabled, subject, body FROM acctguard.notice_template "
			"WHERE template = $1 ORDER BY version DESC LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[COUNTRY_FLOOR_ALL] = {
		.name = "country_floor.all",
		.sql = "SELECT DISTINCT ON (country) "
			"CASE country WHEN '*' THEN 0 ELSE substr(country, 2)::int4 END, recycled_after "
			"FROM acctguard.country_floor ORDER BY country, version DESC",
		.expected = SPI_OK_SELECT
	},
	[METHOD_ALL] = {
		.name = "verification_method.all",
		.sql = "SELECT DISTINCT ON (method) method, enabled, points::int4, reduced::int4, worst::int4, "
			"most::int4, alone, description FROM acctguard.verification_method "
			"ORDER BY method, version DESC",
		.expected = SPI_OK_SELECT
	},
	[GATE_ALL] = {
		.name = "gate.all",
		.sql = "SELECT DISTINCT ON (gate) gate, basic::int4, social::int4, money::int4, "
			"categories::int4, beyond_knowledge, description FROM acctguard.gate "
			"ORDER BY gate, version DESC",
		.expected = SPI_OK_SELECT
	},
	[NUMBER_ALIAS_ALL] = {
		.name = "number_alias.all",
		.sql = "SELECT old_prefix, old_length::int4, new_prefix, valid_from FROM "
			"(SELECT DISTINCT ON (alias) * FROM acctguard.number_alias ORDER BY alias, version DESC) a "
			"WHERE enabled ORDER BY valid_from, alias",
		.expected = SPI_OK_SELECT
	},
	[LIMIT_RULE_ALL] = {
		.name = "limit_rule.all",
		.sql = "SELECT DISTINCT ON (rule) rule, enabled, span, most, waits_from, stop, waits "
			"FROM acctguard.limit_rule ORDER BY rule, version DESC",
		.expected = SPI_OK_SELECT
	},
	[CODE_COUNTRY_NEWEST] = {
		.name = "code_country.newest",
		.sql = "SELECT allowed FROM acctguard.code_country WHERE country IN ('+' || $1, '*') "
			"ORDER BY country = '*', version DESC LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[CLIENT_CHANNEL_NEWEST] = {
		.name = "client_channel.newest",
		.sql = "SELECT allowed, least_build FROM acctguard.client_channel WHERE channel IN ($1, '*') "
			"ORDER BY channel = '*', version DESC LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	}
};

AG_STATEMENT_TABLE(policy_statements, statements);

List *
ag_policy_store_capabilities(void)
{
	AgResult   *result = ag_run_noargs(policy_statements, CAPABILITY_ALL);
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgCapability *capability = palloc(sizeof(AgCapability));

		capability->name = ag_row_text(result, i, 1);
		capability->bit = ag_row_int4(result, i, 2);
		capability->floor = ag_row_text(result, i, 3);
		capability->description = ag_row_text(result, i, 4);
		list = lappend(list, capability);
	}
	return list;
}

AgResult *
ag_policy_store_bundles(void)
{
	return ag_run_noargs(policy_statements, BUNDLE_ALL);
}

AgResult *
ag_policy_store_settings(void)
{
	return ag_run_noargs(policy_statements, SETTING_ALL);
}

static bool
has_name(ArrayType *names, const char *name)
{
	ListCell   *cell;

	foreach(cell, ag_text_array_list(names))
		if (strcmp(lfirst(cell), name) == 0)
		return true;
	return false;
}

/* Masks are left to the caller: resolving names needs the capabilities. */
static AgKind *
kind_from_row(const AgResult *result)
{
	AgKind	   *kind = palloc0(sizeof(AgKind));

	kind->kind = ag_row_text(result, 0, KIND_KIND);
	kind->version = ag_row_int4(result, 0, KIND_VERSION_NO);
	kind->enabled = ag_row_bool(result, 0, KIND_ENABLED);
	kind->scope = ag_row_bool(result, 0, KIND_SCOPE);
	kind->severity = ag_row_int4(result, 0, KIND_SEVERITY);
	kind->mode = ag_row_text(result, 0, KIND_MODE);
	kind->denies_names = ag_row_array(result, 0, KIND_DENIES);
	kind->choosable = ag_row_bool(result, 0, KIND_CHOOSABLE);
	kind->min_length = ag_row_seconds(result, 0, KIND_MIN_LENGTH);
	kind->max_length = ag_row_seconds(result, 0, KIND_MAX_LENGTH);
	kind->default_length = ag_row_seconds(result, 0, KIND_DEFAULT_LENGTH);
	kind->indefinite = ag_row_bool(result, 0, KIND_INDEFINITE);
	kind->automated_max = ag_row_seconds(result, 0, KIND_AUTOMATED_MAX);
	kind->impose_roles = ag_role_mask(ag_row_array(result, 0, KIND_IMPOSE_ROLES));
	kind->approve_roles = ag_role_mask(ag_row_array(result, 0, KIND_APPROVE_ROLES));
	kind->lift_roles = ag_role_mask(ag_row_array(result, 0, KIND_LIFT_ROLES));
	kind->second_person = ag_row_bool(result, 0, KIND_SECOND_PERSON);
	kind->lift_policy = ag_row_text(result, 0, KIND_LIFT_POLICY);
	kind->cooldown = ag_row_seconds(result, 0, KIND_COOLDOWN);
	kind->conditions = ag_row_array(result, 0, KIND_CONDITIONS);
	kind->ends_on_login = has_name(kind->conditions, "verified_login");
	kind->session_effect = ag_row_text(result, 0, KIND_SESSION_EFFECT);
	kind->appeal = ag_row_text(result, 0, KIND_APPEAL);
	kind->appeal_window = ag_row_seconds(result, 0, KIND_APPEAL_WINDOW);
	kind->review_due = ag_row_seconds(result, 0, KIND_REVIEW_DUE);
	kind->breach = ag_row_text(result, 0, KIND_BREACH);
	kind->stayable = ag_row_bool(result, 0, KIND_STAYABLE);
	kind->stay_max = ag_row_seconds(result, 0, KIND_STAY_MAX);
	kind->points = ag_row_int4(result, 0, KIND_POINTS);
	kind->points_max = ag_row_int4(result, 0, KIND_POINTS_MAX);
	kind->probation = ag_row_seconds(result, 0, KIND_PROBATION);
	kind->probation_denies_names = ag_row_array(result, 0, KIND_PROBATION_DENIES);
	kind->pause_probation = ag_row_bool(result, 0, KIND_PAUSE_PROBATION);
	kind->acknowledge = ag_row_bool(result, 0, KIND_ACKNOWLEDGE);
	kind->acknowledge_denies_names = ag_row_array(result, 0, KIND_ACKNOWLEDGE_DENIES);
	kind->blocks_closure = ag_row_bool(result, 0, KIND_BLOCKS_CLOSURE);
	kind->blocks_erasure = ag_row_bool(result, 0, KIND_BLOCKS_ERASURE);
	kind->visible = ag_row_bool(result, 0, KIND_VISIBLE);
	kind->required = ag_row_array(result, 0, KIND_REQUIRED);
	kind->choices_names = ag_row_array(result, 0, KIND_CHOICES);
	return kind;
}

/* A kind in a version, 0 = the newest; NULL if there is none. */
AgKind *
ag_policy_store_kind(const char *kind, int version)
{
	AgResult   *result = version == 0
		? ag_run(policy_statements, KIND_NEWEST, ag_text(kind))
		: ag_run(policy_statements, KIND_VERSION, ag_text(kind), ag_int4(version));

	return result->count == 0 ? NULL : kind_from_row(result);
}

AgReason *
ag_policy_store_reason(const char *name)
{
	AgResult   *result = ag_run(policy_statements, REASON_NEWEST, ag_text(name));
	AgReason   *reason;

	if (result->count == 0)
		return NULL;
	reason = palloc0(sizeof(AgReason));
	reason->reason = ag_row_text(result, 0, 1);
	reason->category = ag_row_text(result, 0, 2);
	reason->public_text = ag_row_text(result, 0, 3);
	reason->points = ag_row_int4(result, 0, 4);
	reason->strike_life = ag_row_seconds(result, 0, 5);
	return reason;
}

List *
ag_policy_store_ladder(void)
{
	AgResult   *result = ag_run_noargs(policy_statements, LADDER_ALL);
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgLadderStep *step = palloc0(sizeof(AgLadderStep));

		step->score = ag_row_int4(result, i, 1);
		step->kind = ag_row_text(result, i, 2);
		step->length = ag_row_seconds(result, i, 3);
		step->proposal = ag_row_bool(result, i, 4);
		list = lappend(list, step);
	}
	return list;
}

AgRiskSignal *
ag_policy_store_risk_signal(const char *name)
{
	AgResult   *result = ag_run(policy_statements, RISK_SIGNAL_NEWEST, ag_text(name));
	AgRiskSignal *signal;

	if (result->count == 0)
		return NULL;
	signal = palloc0(sizeof(AgRiskSignal));
	signal->signal = ag_row_text(result, 0, 1);
	signal->weight = ag_row_int8(result, 0, 2);
	signal->kind = ag_row_text(result, 0, 3);
	signal->reason = ag_row_text(result, 0, 4);
	signal->enabled = ag_row_bool(result, 0, 5);
	return signal;
}

AgResult *
ag_policy_store_labels(void)
{
	return ag_run_noargs(policy_statements, LABEL_ALL);
}

/* The keys of the templates that are switched on, char *. */
List *
ag_policy_store_templates(void)
{
	AgResult   *result = ag_run_noargs(policy_statements, TEMPLATE_ALL);
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
		list = lappend(list, ag_row_text(result, i, 1));
	return list;
}

/* What a template says; its key is left to the caller. */
AgTemplate *
ag_policy_store_words(const char *key)
{
	AgResult   *result = ag_run(policy_statements, TEMPLATE_NEWEST, ag_text(key));
	AgTemplate *words;

	if (result->count == 0)
		return NULL;
	words = palloc0(sizeof(AgTemplate));
	words->enabled = ag_row_bool(result, 0, 1);
	words->subject = ag_row_text(result, 0, 2);
	words->body = ag_row_text(result, 0, 3);
	return words;
}

AgResult *
ag_policy_store_floors(void)
{
	return ag_run_noargs(policy_statements, COUNTRY_FLOOR_ALL);
}

List *
ag_policy_store_number_aliases(void)
{
	AgResult   *result = ag_run_noargs(policy_statements, NUMBER_ALIAS_ALL);
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgNumberAlias *alias = palloc(sizeof(AgNumberAlias));

		alias->old_prefix = ag_row_text(result, i, 1);
		alias->old_length = ag_row_int4(result, i, 2);
		alias->new_prefix = ag_row_text(result, i, 3);
		alias->valid_from = ag_row_time(result, i, 4);
		list = lappend(list, alias);
	}
	return list;
}

/* Lengths of time as seconds. */
static int64 *
seconds_of(ArrayType *intervals, int *count)
{
	Datum	   *values;
	bool	   *nulls;
	int64	   *seconds;

	deconstruct_array(intervals, INTERVALOID, sizeof(Interval), false, TYPALIGN_DOUBLE, &values, &nulls,
					  count);
	seconds = palloc(sizeof(int64) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
		seconds[i] = nulls[i] ? 0 : ag_interval_seconds(DatumGetIntervalP(values[i]));
	return seconds;
}

List *
ag_policy_store_limit_rules(void)
{
	AgResult   *result = ag_run_noargs(policy_statements, LIMIT_RULE_ALL);
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgLimitRule *rule = palloc0(sizeof(AgLimitRule));

		rule->rule = ag_row_text(result, i, 1);
		rule->enabled = ag_row_bool(result, i, 2);
		rule->span = ag_row_seconds(result, i, 3);
		rule->most = ag_row_int4(result, i, 4);
		rule->waits_from = ag_row_int4(result, i, 5);
		rule->stop = ag_row_int4(result, i, 6);
		rule->waits = seconds_of(ag_row_array(result, i, 7), &rule->wait_count);
		list = lappend(list, rule);
	}
	return list;
}

/* The country's own row, else that of every other. */
bool
ag_policy_store_code_country(int country)
{
	AgResult   *result = ag_run(policy_statements, CODE_COUNTRY_NEWEST, ag_int4(country));

	return result->count > 0 && ag_row_bool(result, 0, 1);
}

/* The channel's own row, else that of every other, also for NULL. */
bool
ag_policy_store_client_channel(const char *channel, int64 *least_build)
{
	AgResult   *result = ag_run(policy_statements, CLIENT_CHANNEL_NEWEST, ag_text(channel));

	*least_build = result->count == 0 ? 0 : ag_row_int8(result, 0, 2);
	return result->count > 0 && ag_row_bool(result, 0, 1);
}

List *
ag_policy_store_methods(void)
{
	AgResult   *result = ag_run_noargs(policy_statements, METHOD_ALL);
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgMethodPolicy *method = palloc(sizeof(AgMethodPolicy));

		method->method = ag_row_text(result, i, 1);
		method->enabled = ag_row_bool(result, i, 2);
		method->points = ag_row_int4(result, i, 3);
		method->reduced = ag_row_int4(result, i, 4);
		method->least = ag_row_int4(result, i, 5);
		method->most = ag_row_int4(result, i, 6);
		method->alone = ag_row_bool(result, i, 7);
		method->description = ag_row_text(result, i, 8);
		list = lappend(list, method);
	}
	return list;
}

List *
ag_policy_store_gates(void)
{
	AgResult   *result = ag_run_noargs(policy_statements, GATE_ALL);
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgGatePolicy *gate = palloc(sizeof(AgGatePolicy));

		gate->gate = ag_row_text(result, i, 1);
		for (int profile = 0; profile < 3; profile++)
			gate->points[profile] = ag_row_int4(result, i, 2 + profile);
		gate->categories = ag_row_int4(result, i, 5);
		gate->beyond_knowledge = ag_row_bool(result, i, 6);
		gate->description = ag_row_text(result, i, 7);
		list = lappend(list, gate);
	}
	return list;
}
