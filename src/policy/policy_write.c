/*-------------------------------------------------------------------------
 *
 * policy_write.c
 *		Changing policy: the old row with some columns changed becomes a
 *new version.
 *
 * 1. The value is judged for what the table cannot judge: unknown columns, the
 *	  range of a setting.
 * 2. The new version is written.  CHECKs judge it; what they say is said again
 *in the words of policy.
 * 3. It is read back the way every session will read it (policy_check.c).
 * 4. The event is recorded with the columns that were named, before and after.
 *
 * No locks: two operators who change the same item write the same version
 *number, and the unique key lets one of them through.  The other gets 40001.
 *
 * Memory: the caller's memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "event/event.h"
#include "policy/policy.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

/* Columns that acctguard fills. */
static const char *const own_columns[] = {
	"version", "changed_at", "changed_by", "change_reason", "bit", "floor"
};

/* What the CHECKs that relate several columns say, in the words of policy. */
typedef struct CheckRule
{
	const char *constraint;
	const char *rule;
} CheckRule;

static const CheckRule check_rules[] = {
	{"freeze_kind_second", "second_person and approve_roles go together."},
	{"freeze_kind_choices", "choosable and choices go together."},
	{"freeze_kind_length", "A kind that is not indefinite needs max_length."},
	{"freeze_kind_default", "A kind that is not indefinite needs default_length."},
	{"freeze_kind_review", "review_due and breach go together."},
	{"freeze_kind_stay", "stayable and stay_max go together."},
	{"freeze_kind_probation", "probation and probation_denies go together."},
	{"freeze_kind_acknowledge", "acknowledge and acknowledge_denies go together."},
	{"freeze_kind_auto_lift", "breach auto_lift is for kinds of severity 6 or less."},
	{"ladder_step_kind", "A step without kind is a warning: no length, no proposal."},
	{"capability_bit_check", "All 63 bits are taken."},
	{"notice_template_key", "The key is event/channel/locale, for example freeze.imposed/email/zh-CN."},
	{"notice_template_subject", "A subject is one line of at most 200 characters; sms has none, the others need one."},
	{"verification_method_method", "There is no other method; see verification_methods()."},
	{"verification_method_points", "Points are at most 40, of what is merely known at most 10; points, reduced and worst do not grow, and most is not below points."},
	{"gate_gate", "The gates are T0 to T4."},
	{"gate_points", "Points are between 5 and 100, and those of basic, social and money do not fall; T4 wants two categories."},
	{"limit_rule_sort", "A rule has either most, or waits_from and waits; stop goes with waits and is not below waits_from."},
	{"notice_template_body", "A body has 1 to 10000 characters, for sms at most 500."}
};

/*
 * Settings
 */

/* The number a setting is given: a number, a truth value, or a length of time. */
static int64
setting_number(const AgSettingRule *rule, Jsonb *value)
{
	JsonbValue	scalar;

	if (JsonbExtractScalar(&value->root, &scalar))
	{
		if (scalar.type == jbvBool && strcmp(rule->unit, "boolean") == 0)
			return scalar.val.boolean ? 1 : 0;
		if (scalar.type == jbvString && strcmp(rule->unit, "seconds") == 0)
		{
			char	   *text = pnstrdup(scalar.val.string.val, scalar.val.string.len);
			Datum		interval = DirectFunctionCall3(interval_in, CStringGetDatum(text),
													   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));

			return ag_interval_seconds(DatumGetIntervalP(interval));
		}
		if (scalar.type == jbvNumeric)
		{
			char	   *digits = numeric_normalize(scalar.val.numeric);

			if (strchr(digits, '.') == NULL)
				return pg_strtoint64(digits);
		}
	}
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("setting \"%s\" takes a whole number of %s", rule->name, rule->unit),
			errhint("A length of time may also be written as a string, for example '\"3 days\"'."));
}

static int64
default_of_setting(const char *name)
{
	return ag_policy_setting_rule(ag_policy_setting_find(name))->default_value;
}

/* A number as the columns of a setting's row. */
static Jsonb *
setting_columns(int64 number)
{
	char	   *json = psprintf("{\"value\": " INT64_FORMAT "}", number);

	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));
}

/* A setting's value as the columns of its row. */
static Jsonb *
setting_change(const char *key, Jsonb *value)
{
	AgSetting	setting = ag_policy_setting_find(key);
	const AgSettingRule *rule;
	int64		number;

	if (setting == AG_SETTING_COUNT)
		ereport(ERROR, ag_errcode(AG_ERR_POLICY_UNKNOWN), errmsg("there is no setting \"%s\"", key),
				errhint("See acctguard.policy_list('setting')."));
	rule = ag_policy_setting_rule(setting);
	number = setting_number(rule, value);
	if (!ag_policy_setting_in_range(setting, number))
		ereport(ERROR, ag_errcode(AG_ERR_POLICY_RANGE),
				errmsg("setting \"%s\" cannot be " INT64_FORMAT, key, number),
				errdetail("Its range is " INT64_FORMAT " to " INT64_FORMAT " (%s).", rule->lowest,
						  rule->highest, rule->unit));
	return setting_columns(number);
}

/*
 * Columns
 */

static bool
is_own_column(AgPolicyTopic topic, const char *column)
{
	if (strcmp(column, ag_policy_topic_key(topic)) == 0)
		return true;
	for (int i = 0; i < (int) lengthof(own_columns); i++)
		if (strcmp(column, own_columns[i]) == 0)
			return true;
	return false;
}

static JsonbValue *
find_column(Jsonb *row, const char *column, JsonbValue *value)
{
	if (row == NULL)
		return NULL;
	return getKeyJsonValueFromContainer(&row->root, column, strlen(column), value);
}

/* The names of an object's columns, char * each. */
static List *
column_names(Jsonb *object)
{
	JsonbIterator *iterator = JsonbIteratorInit(&object->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	List	   *names = NIL;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
		if (token == WJB_KEY)
			names = lappend(names, pnstrdup(value.val.string.val, value.val.string.len));
	return names;
}

/* "mode, denies, ...": what may be set, for a hint */
static char *
settable_columns(AgPolicyTopic topic, Jsonb *template)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, column_names(template))
	{
		if (is_own_column(topic, lfirst(cell)))
			continue;
		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", (char *) lfirst(cell));
	}
	return text.data;
}

/* An object that names nothing but columns a caller may set. */
static void
check_columns(AgPolicyTopic topic, Jsonb *change, Jsonb *template)
{
	ListCell   *cell;

	if (!JB_ROOT_IS_OBJECT(change) || JB_ROOT_COUNT(change) == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("the value for a %s is a JSON object of columns", ag_policy_topic_name(topic)),
				errhint("Columns are %s.", settable_columns(topic, template)));
	foreach(cell, column_names(change))
	{
		const char *column = lfirst(cell);
		JsonbValue	value;

		if (is_own_column(topic, column) || find_column(template, column, &value) == NULL)
			ereport(ERROR, ag_errcode(AG_ERR_POLICY_UNKNOWN),
					errmsg("\"%s\" of a %s cannot be set", column, ag_policy_topic_name(topic)),
					errhint("Columns are %s.", settable_columns(topic, template)));
	}
}

/*
 * Writing
 */

/* The rule behind a CHECK that relates columns, or the CHECK's name. */
static const char *
rule_of_constraint(const char *constraint)
{
	for (int i = 0; i < (int) lengthof(check_rules); i++)
		if (constraint != NULL && strcmp(check_rules[i].constraint, constraint) == 0)
			return check_rules[i].rule;
	return psprintf("The table's rule \"%s\" refuses it.", constraint ? constraint : "");
}

/* Say what the table or an input function found in the words of policy. */
static void
translate_error(AgPolicyTopic topic, const char *key, const ErrorData *error)
{
	if (error->sqlerrcode == ERRCODE_CHECK_VIOLATION)
		ag_policy_refuse(topic, key, rule_of_constraint(error->constraint_name));
	if (error->sqlerrcode == ERRCODE_NOT_NULL_VIOLATION)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("%s \"%s\" needs \"%s\"", ag_policy_topic_name(topic), key,
					   error->column_name ? error->column_name : ""));
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("%s \"%s\" cannot be set so", ag_policy_topic_name(topic), key),
			errdetail("%s.", error->message));
}

typedef struct Change
{
	AgPolicyTopic topic;
	const char *key;
	Jsonb	   *before;			/* NULL = a new item */
	Jsonb	   *template;
	Jsonb	   *columns;		/* as given */
	const char *reason;
	int			version;		/* the new one */
} Change;

static char *
string_column(Jsonb *row, const char *column)
{
	JsonbValue	value;

	if (find_column(row, column, &value) == NULL || value.type != jbvString)
		return NULL;
	return pnstrdup(value.val.string.val, value.val.string.len);
}

static Jsonb *
write_capability(const Change *change)
{
	char	   *description = string_column(change->columns, "description");

	if (change->before == NULL)
		return ag_policy_store_add_capability(change->key, description);
	return ag_policy_store_describe_capability(change->key, description);
}

static Jsonb *
write_version(const Change *change)
{
	Jsonb	   *old = change->before != NULL ? change->before : change->template;

	return ag_policy_store_add_version(change->topic, old, change->columns, change->key,
									   change->version, ag_now(), ag_actor()->person,
									   change->reason);
}

/* Write the change and return the row; class 22 and 23 errors are translated. */
static Jsonb *
write_change(const Change *change)
{
	MemoryContext caller = CurrentMemoryContext;
	Jsonb	   *volatile after = NULL;

	PG_TRY();
	{
		if (change->topic == AG_TOPIC_CAPABILITY)
			after = write_capability(change);
		else
			after = write_version(change);
	}
	PG_CATCH();
	{
		int			class = ERRCODE_TO_CATEGORY(geterrcode());

		if (class == ERRCODE_DATA_EXCEPTION || class == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION)
		{
			ErrorData  *error;

			MemoryContextSwitchTo(caller);
			error = CopyErrorData();
			FlushErrorState();
			translate_error(change->topic, change->key, error);
		}
		PG_RE_THROW();
	}
	PG_END_TRY();

	if (after == NULL)
		ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				errmsg("%s \"%s\" was changed by somebody else at the same time",
					   ag_policy_topic_name(change->topic), change->key),
				errhint("Look at it again with acctguard.policy_list(), then repeat the call."));
	return after;
}

/* The encoding knows whole numbers only; others are text. */
static void
add_number(AgFields *fields, const char *column, const char *digits)
{
	if (strchr(digits, '.') == NULL)
		ag_field_int(fields, column, pg_strtoint64(digits));
	else
		ag_field_text(fields, column, digits);
}

/* One column of a row as a field of the event. */
static void
add_field(AgFields *fields, Jsonb *row, const char *column)
{
	JsonbValue	value;

	if (find_column(row, column, &value) == NULL)
		return;
	switch (value.type)
	{
		case jbvNull:
			break;
		case jbvBool:
			ag_field_bool(fields, column, value.val.boolean);
			break;
		case jbvNumeric:
			add_number(fields, column, numeric_normalize(value.val.numeric));
			break;
		case jbvString:
			ag_field_text(fields, column, pnstrdup(value.val.string.val, value.val.string.len));
			break;
		default:
			ag_field_text(fields, column,
						  JsonbToCString(NULL, value.val.binary.data, value.val.binary.len));
	}
}

static void
record_change(const Change *change, Jsonb *after_row)
{
	AgFields   *before = ag_fields_new();
	AgFields   *after = ag_fields_new();
	AgEvent		event = {
		.action = AG_ACTION_POLICY_SET,
		.reason = change->reason,
		.before = before,
		.after = after
	};
	Jsonb	   *was = change->before;
	ListCell   *cell;

	if (was == NULL && change->topic == AG_TOPIC_SETTING)
		was = setting_columns(default_of_setting(change->key));
	ag_field_text(after, "policy_topic", ag_policy_topic_name(change->topic));
	ag_field_text(after, "policy_key", change->key);
	if (change->topic != AG_TOPIC_CAPABILITY)
		ag_field_int(after, "version", change->version);
	if (change->version > 1)
		ag_field_int(before, "version", change->version - 1);
	foreach(cell, column_names(change->columns))
	{
		add_field(before, was, lfirst(cell));
		add_field(after, after_row, lfirst(cell));
	}
	add_field(after, after_row, "bit");
	ag_event_emit(&event);
}

/* The version after a row's; capabilities have one version only. */
static int
next_version(Jsonb *row)
{
	JsonbValue	value;

	if (find_column(row, "version", &value) == NULL)
		return 1;
	return DatumGetInt32(DirectFunctionCall1(numeric_int4, NumericGetDatum(value.val.numeric))) + 1;
}

int
ag_policy_set(const char *topic_name, const char *key, Jsonb *value, const char *reason)
{
	AgPolicyTopic topic = ag_policy_topic_require(topic_name);
	Change		change = {.topic = topic, .key = key, .reason = reason};
	Jsonb	   *after;

	if (RecoveryInProgress())
		ereport(ERROR, ag_errcode(AG_ERR_STANDBY),
				errmsg("this server is a standby and cannot change policy"),
				errhint("Call the function on the primary."));
	change.columns = topic == AG_TOPIC_SETTING ? setting_change(key, value) : value;
	change.template = ag_policy_store_template(topic);
	if (topic != AG_TOPIC_SETTING)
		check_columns(topic, change.columns, change.template);
	change.before = ag_policy_store_newest(topic, key);
	change.version = next_version(change.before);

	after = write_change(&change);
	ag_policy_check(topic, key);	/* SPI ended its command, so our cache knows */
	record_change(&change, after);
	return change.version;
}
