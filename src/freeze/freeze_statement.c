/*-------------------------------------------------------------------------
 *
 * freeze_statement.c
 *		The statement of reasons of an order, its self_rule, and its fingerprint.
 *
 * What the law wants told comes in three ways: fields of their own (facts, ground,
 * legal_reference, conduct_at, evidence), the JSON object "statement" with the
 * rest, and what is known anyway (reason, automation, locale).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "crypto/crypto.h"
#include "freeze/decision.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"

static const char *const statement_keys[] = {
	"category", "content_types", "detection_automated", "explanation", "locale", "source", "territory"
};
static const char *const sources[] = {"own_initiative", "notice", "trusted_flagger", "order"};
static const char *const rule_keys[] = {"devices", "hours", "zone"};

static ArrayType *
text_array(List *list)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(list_length(list), 1));
	ListCell   *cell;

	if (list == NIL)
		return NULL;
	foreach(cell, list)
		elements[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	return construct_array(elements, list_length(list), TEXTOID, -1, false, TYPALIGN_INT);
}

static const char *
check_source(const char *source)
{
	for (int i = 0; i < (int) lengthof(sources); i++)
		if (strcmp(source, sources[i]) == 0)
			return sources[i];
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("\"%s\" is not a source of a decision", source),
			errhint("Sources are own_initiative, notice, trusted_flagger and order."));
}

/* The statement of an order, with what the order does not say filled in. */
AgFreezeStatement *
ag_freeze_order_statement(const AgFreezeOrder *order, const AgAccount *account, const AgKind *kind,
						  const AgReason *reason, bool automated)
{
	AgFreezeStatement *statement = palloc0(sizeof(AgFreezeStatement));

	statement->required = kind->required;
	statement->evidence = order->evidence;
	statement->detection_automated = automated;
	statement->source = strcmp(kind->lift_policy, "authority") == 0 ? "order" : "own_initiative";
	statement->category = reason->category;
	statement->locale = account->locale;
	statement->idempotency_key = order->idempotency_key;
	if (order->statement != NULL)
	{
		JsonbContainer *object = ag_json_object(order->statement, "statement");
		JsonbValue *detection = ag_json_get(object, "detection_automated");
		char	   *text;

		ag_json_check_keys(object, "statement", statement_keys, lengthof(statement_keys));
		statement->explanation = ag_json_get_text(object, "explanation");
		ag_check_length(statement->explanation, "explanation", AG_MOST_FACTS);
		statement->content_types = text_array(ag_json_get_texts(object, "content_types"));
		statement->territory = text_array(ag_json_get_texts(object, "territory"));
		if ((text = ag_json_get_text(object, "source")) !=NULL)
			statement->source = check_source(text);
		if ((text = ag_json_get_text(object, "category")) !=NULL)
			statement->category = text;

		if ((text = ag_json_get_text(object, "locale")) !=NULL)
			statement->locale = text;

		if (detection != NULL && detection->type != jbvBool)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("\"%s\" must be true or false", "detection_automated"));
		if (detection != NULL)
			statement->detection_automated = detection->val.boolean;
		ag_check_length(statement->category, "category", AG_MOST_LABEL);
		ag_check_length(statement->locale, "locale", AG_MOST_LOCALE);
	}
	return statement;
}

/* Do the facts say enough to be read as a statement? */
bool
ag_freeze_facts_suffice(const char *facts)
{
	return !ag_blank(facts) && pg_mbstrlen(facts) >= ag_policy_setting(AG_SETTING_STATEMENT_MIN);
}

/* Does an order lack a field that its kind demands? */
static bool
missing(const AgFreezeOrder *order, const char *field)
{
	if (strcmp(field, "reason") == 0)
		return ag_blank(order->reason);
	if (strcmp(field, "facts") == 0)
		return !ag_freeze_facts_suffice(order->facts);
	if (strcmp(field, "ground") == 0)
		return ag_blank(order->ground);
	if (strcmp(field, "legal_reference") == 0)
		return ag_blank(order->legal_reference);
	if (strcmp(field, "conduct_at") == 0)
		return order->conduct_at == DT_NOEND;
	if (strcmp(field, "evidence") == 0)
		return order->evidence == NULL;
	elog(ERROR, "unknown field \"%s\" of a statement of reasons", field);
}

/* Refuse an order without the fields its kind demands, and texts that nobody reads to the end. */
void
ag_freeze_check_statement(const AgKind *kind, const AgFreezeOrder *order)
{
	StringInfoData fields;
	ListCell   *cell;

	ag_check_length(order->facts, "facts", AG_MOST_FACTS);
	ag_check_length(order->ground, "ground", AG_MOST_NOTE);
	ag_check_length(order->legal_reference, "legal_reference", AG_MOST_NOTE);
	ag_check_length(order->note, "note", AG_MOST_NOTE);
	initStringInfo(&fields);
	foreach(cell, ag_text_array_list(kind->required))
		if (missing(order, lfirst(cell)))
		appendStringInfo(&fields, "%s%s", fields.len > 0 ? ", " : "", (char *) lfirst(cell));
	if (order->appeal == 0 && ag_blank(order->legal_reference) &&
		strstr(fields.data, "legal_reference") == NULL)
		appendStringInfo(&fields, "%slegal_reference", fields.len > 0 ? ", " : "");
	if (fields.len > 0)
		ereport(ERROR, ag_errcode(AG_ERR_REASON_REQUIRED),
				errmsg("the statement of reasons of a freeze of kind \"%s\" is incomplete", kind->kind),
				errdetail("Missing: %s.", fields.data),
				strstr(fields.data, "facts") == NULL ? 0 :
				errhint("Facts need at least " INT64_FORMAT " characters.",
						ag_policy_setting(AG_SETTING_STATEMENT_MIN)));
}

/* One "HH:MM" of a daily window, up to 24:00. */
static void
check_hour(const char *text)
{
	bool		shaped = strlen(text) == 5 && text[2] == ':';

	for (int i = 0; shaped && i < 5; i++)
		shaped = i == 2 || (text[i] >= '0' && text[i] <= '9');
	if (!shaped || strcmp(text, "24:00") > 0 || text[3] > '5')
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" is not a time of day", text),
				errhint("Hours are two texts like \"08:00\" and \"22:00\"."));
}

/*
 * The rule of an order in its one shape: {"devices": [...], "hours": ["08:00", "22:00"],
 * "zone": "Asia/Shanghai"}, with the account's own time zone where none is named.
 */
char *
ag_freeze_order_rule(const AgFreezeOrder *order, const AgAccount *account, const AgKind *kind)
{
	bool		wanted = strcmp(kind->kind, "self_rule") == 0;
	JsonbContainer *object;
	List	   *devices;
	List	   *hours;
	char	   *zone;
	StringInfoData rule;
	ListCell   *cell;

	if (!wanted && order->rule == NULL)
		return NULL;
	if (!wanted || order->rule == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg(wanted ? "freezes of kind \"%s\" need a rule" :
					   "freezes of kind \"%s\" take no rule", kind->kind));

	object = ag_json_object(order->rule, "rule");
	ag_json_check_keys(object, "rule", rule_keys, lengthof(rule_keys));
	devices = ag_json_get_texts(object, "devices");
	hours = ag_json_get_texts(object, "hours");
	zone = ag_json_get_text(object, "zone");
	if (devices == NIL && hours == NIL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("rule names neither devices nor hours"));
	if (hours != NIL && list_length(hours) != 2)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"hours\" must have two elements"));
	foreach(cell, hours)
		check_hour(lfirst(cell));
	if (hours != NIL && strcmp(linitial(hours), lsecond(hours)) == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"hours\" must have two different elements"));
	if (zone == NULL)
		zone = account->time_zone;
	if (hours != NIL && pg_tzset(zone) == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("time zone \"%s\" not recognized", zone));

	initStringInfo(&rule);
	appendStringInfoChar(&rule, '{');
	if (devices != NIL)
		appendStringInfoString(&rule, "\"devices\": [");
	foreach(cell, devices)
	{
		if (foreach_current_index(cell) > 0)
			appendStringInfoString(&rule, ", ");
		escape_json(&rule, lfirst(cell));
	}
	if (devices != NIL)
		appendStringInfoChar(&rule, ']');
	if (hours != NIL)
	{
		appendStringInfo(&rule, "%s\"hours\": [\"%s\", \"%s\"], \"zone\": ",
						 devices != NIL ? ", " : "", (char *) linitial(hours),
						 (char *) lsecond(hours));
		escape_json(&rule, zone);
	}
	appendStringInfoChar(&rule, '}');
	return rule.data;
}

/* Does the evidence say that older conduct is meant to count? */
bool
ag_freeze_counts_prior_conduct(const AgFreezeOrder *order)
{
	JsonbValue *value;

	if (order->evidence == NULL)
		return false;
	value = ag_json_get(ag_json_object(order->evidence, "evidence"), "prior_conduct");
	return value != NULL && value->type == jbvBool && value->val.boolean;
}

static void
hash_text(StringInfo buffer, const char *text)
{
	appendStringInfo(buffer, "%d:%s;", text == NULL ? -1 : (int) strlen(text), text ? text : "");
}

/* A hash of everything a request asks for, and who asks; the same request has the same. */
uint8 *
ag_freeze_order_hash(const AgFreezeOrder *order, const AgActor *actor)
{
	StringInfoData buffer;
	uint8	   *hash = palloc(AG_HASH_SIZE);
	ListCell   *cell;

	initStringInfo(&buffer);
	hash_text(&buffer, actor->person);
	hash_text(&buffer, order->kind);
	hash_text(&buffer, order->reason);
	hash_text(&buffer, order->facts);
	foreach(cell, ag_text_array_list(order->capabilities))
		hash_text(&buffer, lfirst(cell));
	appendStringInfo(&buffer, "|" INT64_FORMAT "|" INT64_FORMAT "|" INT64_FORMAT "|" INT64_FORMAT
					 "|" INT64_FORMAT "|%d|%d|%d|", order->starts_at, order->ends_at, order->length,
					 order->conduct_at, order->disclose_at, order->automated, order->replaces,
					 order->appeal);
	hash_text(&buffer, order->evidence);
	hash_text(&buffer, order->ground);
	hash_text(&buffer, order->legal_reference);
	hash_text(&buffer, order->incident);
	hash_text(&buffer, order->note);
	hash_text(&buffer, order->rule);
	hash_text(&buffer, order->statement);

	ag_hash(hash, buffer.data, buffer.len);
	return hash;
}

static TimestampTz
parse_time(const char *text)
{
	return DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in, CStringGetDatum(text),
												   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/*
 * A proof of identity, {"method": "...", "at": "..."}: made after the freeze began,
 * not in the future, not older than policy proof_age, and not from a session that was
 * opened after the alarm ("session_since"): that may be the thief's.
 */
void
ag_freeze_check_proof(const AgFreeze *freeze, const char *proof, TimestampTz at)
{
	int64		age = ag_policy_setting(AG_SETTING_PROOF_AGE);
	const char *problem = NULL;
	JsonbContainer *object;
	char	   *method;
	char	   *made;
	char	   *session_since;

	if (proof == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_PROOF_REQUIRED),
				errmsg("a proof of identity is missing"),
				errhint("Pass proof => {\"method\": \"...\", \"at\": \"...\"}."));
	object = ag_json_object(proof, "proof");
	method = ag_json_get_text(object, "method");
	made = ag_json_get_text(object, "at");
	session_since = ag_json_get_text(object, "session_since");

	if (ag_blank(method))
		problem = "It names no method.";
	else if (ag_blank(made))
		problem = "It has no time.";
	else
	{
		TimestampTz when = parse_time(made);

		if (when > at)
			problem = "It lies in the future.";
		else if (when < at - age * USECS_PER_SEC)
			problem = "It is too old.";
		else if (when < freeze->starts_at)
			problem = "It was made before the freeze began.";
		else if (session_since != NULL && parse_time(session_since) > freeze->starts_at)
			problem = "Its session was opened after the freeze began.";
	}
	if (problem != NULL)
		ereport(ERROR, ag_errcode(AG_ERR_PROOF_REQUIRED),
				errmsg("the proof of identity does not count"),
				errdetail("%s", problem),
				errhint("Verify again; proofs are good for " INT64_FORMAT " seconds.", age));
}
