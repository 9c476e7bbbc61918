/*-------------------------------------------------------------------------
 *
 * policy_write_store.c
 *		Statements that write policy, and that list it.
 *
 * Rows travel as jsonb, so that "the old row with these columns changed" is one
 * expression for every topic.  A statement never overwrites a version: when
 * somebody else has just written the same one, ON CONFLICT makes it write
 *nothing (or, in REPEATABLE READ, fail with 40001).
 *
 * Results live in the caller's memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "policy/policy.h"
#include "utils/jsonb.h"

/* Statements of a versioned topic; each block has this order. */
enum
{
	NEWEST,
	TEMPLATE,
	ADD_VERSION,
	LIST,
	BLOCK_SIZE
};

#define STATEMENT(topic, which) ((topic) *BLOCK_SIZE + (which))

/* Capabilities have bits instead of versions; all of one that can change is its
 * description. */
#define CAPABILITY_DESCRIBE STATEMENT(AG_TOPIC_COUNT, 0)

#define NEWEST_STATEMENT(table, key) \
	{ \
		.name = table ".as_json", \
			.sql = "SELECT to_jsonb(t) FROM acctguard." table " t WHERE t." key "::text = $1 " \
			"ORDER BY t.version DESC LIMIT 1", \
			.expected = SPI_OK_SELECT, \
			.nargs = 1, \
			.argtypes = {TEXTOID} \
	}

/* Every column, with the defaults of the table for an item that is new. */
#define TEMPLATE_STATEMENT(table, defaults) \
	{ \
		.name = table ".template", \
			.sql = "SELECT to_jsonb(n) FROM " \
			"jsonb_populate_record(NULL::acctguard." table ", '" defaults "') n", \
			.expected = SPI_OK_SELECT \
	}

#define ADD_VERSION_STATEMENT(table, key) \
	{ \
		.name = table ".add_version", \
			.sql = "INSERT INTO acctguard." table " AS t SELECT n.* FROM " \
			"jsonb_populate_record(NULL::acctguard." table ", $1 || $2 || " \
			"jsonb_build_object('" key "', $3, 'version', $4, 'changed_at', $5, " \
			"'changed_by', $6, 'change_reason', $7)) n " \
			"ON CONFLICT DO NOTHING RETURNING to_jsonb(t)", \
			.expected = SPI_OK_INSERT_RETURNING, \
			.nargs = 7, \
			.argtypes = {JSONBOID, JSONBOID, TEXTOID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID} \
	}

/* key, version, value, meaning, changed_at, changed_by, change_reason */
#define LIST_STATEMENT(table, key, meaning, hidden) \
	{ \
		.name = table ".list", \
			.sql = "SELECT t." key "::text, t.version, " \
			"jsonb_strip_nulls(to_jsonb(t) - ARRAY['" key "', 'version', 'changed_at', " \
			"'changed_by', 'change_reason', '" hidden "']), " meaning ", " \
			"nullif(t.changed_at, '-infinity'), t.changed_by, t.change_reason " \
			"FROM (SELECT DISTINCT ON (" key ") * FROM acctguard." table " " \
			"ORDER BY " key ", version DESC) t ORDER BY t." key, \
			.expected = SPI_OK_SELECT \
	}

/* The four statements of a versioned topic. */
#define VERSIONED(topic, table, key, defaults, meaning, hidden) \
	[STATEMENT(topic, NEWEST)] = NEWEST_STATEMENT(table, key), \
	[STATEMENT(topic, TEMPLATE)] = TEMPLATE_STATEMENT(table, defaults), \
	[STATEMENT(topic, ADD_VERSION)] = ADD_VERSION_STATEMENT(table, key), \
	[STATEMENT(topic, LIST)] = LIST_STATEMENT(table, key, meaning, hidden)

#define KIND_DEFAULTS \
	"{\"enabled\": true, \"scope\": false, \"mode\": \"deny\", \"choosable\": false, " \
	"\"approve_roles\": [], \"second_person\": false, \"conditions\": [], \"stayable\": false, " \
	"\"points\": 0, \"points_max\": 0, \"probation_denies\": [], \"pause_probation\": true, " \
	"\"acknowledge\": false, \"acknowledge_denies\": [], \"blocks_closure\": false, " \
	"\"blocks_erasure\": false, \"visible\": true, \"required\": [\"reason\", \"facts\"], " \
	"\"choices\": []}"

#define LADDER_MEANING \
	"CASE WHEN NOT t.enabled THEN 'switched off' WHEN t.kind IS NULL THEN 'a warning' " \
	"ELSE concat(t.kind, coalesce(' for ' || t.length, ', indefinite'), " \
	"CASE WHEN t.proposal THEN ', to be approved' END) END"

static const AgStatement statements[] = {
	VERSIONED(AG_TOPIC_SETTING, "setting", "setting", "{}", "NULL::text", ""),
	VERSIONED(AG_TOPIC_FREEZE_KIND, "freeze_kind", "kind", KIND_DEFAULTS, "t.description",
			  "description"),
	VERSIONED(AG_TOPIC_BUNDLE, "bundle", "bundle", "{}", "t.description", "description"),
	VERSIONED(AG_TOPIC_REASON, "reason", "reason", "{}", "t.public_text", "public_text"),
	VERSIONED(AG_TOPIC_LADDER_STEP, "ladder_step", "score",
			  "{\"proposal\": false, \"enabled\": true}", LADDER_MEANING, ""),
	VERSIONED(AG_TOPIC_RISK_SIGNAL, "risk_signal", "signal", "{\"enabled\": true}",
			  "t.description", "description"),
	VERSIONED(AG_TOPIC_LABEL, "label", "label", "{}", "t.words", "words"),
	VERSIONED(AG_TOPIC_NOTICE_TEMPLATE, "notice_template", "template", "{\"enabled\": true}",
			  "coalesce(t.subject, t.body)", ""),

	VERSIONED(AG_TOPIC_COUNTRY_FLOOR, "country_floor", "country", "{}", "t.description",
			  "description"),
	VERSIONED(AG_TOPIC_NUMBER_ALIAS, "number_alias", "alias", "{\"enabled\": true}",
			  "t.description", "description"),
	VERSIONED(AG_TOPIC_LIMIT_RULE, "limit_rule", "rule", "{\"enabled\": true, \"waits\": []}",
			  "t.description", "description"),
	VERSIONED(AG_TOPIC_CODE_COUNTRY, "code_country", "country", "{}", "t.description",
			  "description"),

	VERSIONED(AG_TOPIC_CLIENT_CHANNEL, "client_channel", "channel", "{\"least_build\": 0}",
			  "t.description", "description"),
	VERSIONED(AG_TOPIC_METHOD, "verification_method", "method", "{}", "t.description", "description"),
	VERSIONED(AG_TOPIC_GATE, "gate", "gate", "{}", "t.description", "description"),

	[STATEMENT(AG_TOPIC_CAPABILITY, NEWEST)] = {
		.name = "capability.as_json",
		.sql = "SELECT to_jsonb(t) FROM acctguard.capability t WHERE t.capability = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[STATEMENT(AG_TOPIC_CAPABILITY, TEMPLATE)] = TEMPLATE_STATEMENT("capability", "{}"),
	/* The bit is given here; two sessions that take the same one conflict. */
	[STATEMENT(AG_TOPIC_CAPABILITY, ADD_VERSION)] = {
		.name = "capability.add",
		.sql = "INSERT INTO acctguard.capability AS t (capability, bit, description) "
			"SELECT $1, max(c.bit) + 1, $2 FROM acctguard.capability c "
			"ON CONFLICT DO NOTHING RETURNING to_jsonb(t)",
		.expected = SPI_OK_INSERT_RETURNING,
		.nargs = 2,
		.argtypes = {TEXTOID, TEXTOID}
	},
	[STATEMENT(AG_TOPIC_CAPABILITY, LIST)] = {
		.name = "capability.list",
		.sql = "SELECT capability, 1, "
			"jsonb_strip_nulls(jsonb_build_object('bit', bit, 'floor', floor)), description, "
			"NULL::timestamptz, NULL::text, NULL::text FROM acctguard.capability ORDER BY bit",
		.expected = SPI_OK_SELECT
	},
	[CAPABILITY_DESCRIBE] = {
		.name = "capability.describe",
		.sql = "UPDATE acctguard.capability AS t SET description = $2 WHERE t.capability = $1 "
			"RETURNING to_jsonb(t)",
		.expected = SPI_OK_UPDATE_RETURNING,
		.nargs = 2,
		.argtypes = {TEXTOID, TEXTOID}
	}
};

AG_STATEMENT_TABLE(policy_write_statements, statements);

/* The one jsonb of a result, NULL if there is no row. */
static Jsonb *
result_json(const AgResult *result)
{
	bool		isnull;
	Datum		value;

	if (result->count == 0)
		return NULL;
	value = ag_row_datum(result, 0, 1, &isnull);
	return isnull ? NULL : DatumGetJsonbPCopy(value);
}

static NullableDatum
json_argument(Jsonb *value)
{
	return ag_datum(JsonbPGetDatum(value), false);
}

Jsonb *
ag_policy_store_newest(AgPolicyTopic topic, const char *key)
{
	return result_json(ag_run(policy_write_statements, STATEMENT(topic, NEWEST), ag_text(key)));
}

Jsonb *
ag_policy_store_template(AgPolicyTopic topic)
{
	return result_json(ag_run_noargs(policy_write_statements, STATEMENT(topic, TEMPLATE)));
}

/* The row as written; NULL if another transaction wrote this version. */
Jsonb *
ag_policy_store_add_version(AgPolicyTopic topic, Jsonb *old, Jsonb *change, const char *key,
							int version, TimestampTz at, const char *person, const char *reason)
{
	return result_json(ag_run(policy_write_statements, STATEMENT(topic, ADD_VERSION),
							  json_argument(old), json_argument(change), ag_text(key),
							  ag_int4(version), ag_time(at), ag_text(person), ag_text(reason)));
}

/* The row as written; NULL if another transaction took the name or the bit. */
Jsonb *
ag_policy_store_add_capability(const char *name, const char *description)
{
	return result_json(ag_run(policy_write_statements, STATEMENT(AG_TOPIC_CAPABILITY, ADD_VERSION),
							  ag_text(name), ag_text(description)));
}

Jsonb *
ag_policy_store_describe_capability(const char *name, const char *description)
{
	return result_json(
					   ag_run(policy_write_statements, CAPABILITY_DESCRIBE, ag_text(name), ag_text(description)));
}

/* key, version, value, meaning, changed_at, changed_by, change_reason */
AgResult *
ag_policy_store_list(AgPolicyTopic topic)
{
	return ag_run_noargs(policy_write_statements, STATEMENT(topic, LIST));
}
