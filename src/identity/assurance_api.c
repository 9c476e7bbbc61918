/*-------------------------------------------------------------------------
 *
 * assurance_api.c
 *		SQL entry points: the tables of the gate, and what it says of a situation.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "identity/identity.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(acctguard_verification_methods);
PG_FUNCTION_INFO_V1(acctguard_gates);
PG_FUNCTION_INFO_V1(acctguard_verification_skips);
PG_FUNCTION_INFO_V1(acctguard_assurance);
PG_FUNCTION_INFO_V1(acctguard_assurance_of);

static void
put(FunctionCallInfo fcinfo, Datum *values)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		nulls[10] = {false};

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* verification_methods() */
Datum
acctguard_verification_methods(PG_FUNCTION_ARGS)
{
	List	   *policy = ag_policy_methods();

	InitMaterializedSRF(fcinfo, 0);
	for (int method = 0; method < AG_METHOD_COUNT; method++)
	{
		ListCell   *cell;

		foreach(cell, policy)
		{
			const AgMethodPolicy *terms = lfirst(cell);
			Datum		values[10] = {
				CStringGetTextDatum(terms->method),
				CStringGetTextDatum(ag_category_name(ag_category_of(method))),
				Int32GetDatum(terms->points), Int32GetDatum(terms->reduced), Int32GetDatum(terms->least),
				Int32GetDatum(terms->most), BoolGetDatum(terms->alone), BoolGetDatum(terms->enabled),
				BoolGetDatum(ag_method_presentable(method)), CStringGetTextDatum(terms->description)
			};

			if (strcmp(terms->method, ag_method_name(method)) == 0)
				put(fcinfo, values);
		}
	}
	return (Datum) 0;
}

/* gates() */
Datum
acctguard_gates(PG_FUNCTION_ARGS)
{
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, ag_policy_gates())
	{
		const AgGatePolicy *gate = lfirst(cell);
		Datum		values[10] = {
			CStringGetTextDatum(gate->gate), Int32GetDatum(gate->points[AG_PROFILE_BASIC]),
			Int32GetDatum(gate->points[AG_PROFILE_SOCIAL]), Int32GetDatum(gate->points[AG_PROFILE_MONEY]),
			Int32GetDatum(gate->categories), BoolGetDatum(gate->beyond_knowledge),
			CStringGetTextDatum(gate->description)
		};

		put(fcinfo, values);
	}
	return (Datum) 0;
}

/* verification_skips() */
Datum
acctguard_verification_skips(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	for (int skip = 0; skip < AG_SKIP_COUNT; skip++)
		for (int evidence = AG_REASSIGNMENT_CLEAR; evidence <= AG_REASSIGNMENT_CONFIRMED; evidence++)
			for (int sim_risk = 0; sim_risk < 2; sim_risk++)
			{
				Datum		values[10] = {
					CStringGetTextDatum(ag_skip_name(skip)),
					CStringGetTextDatum(ag_reassignment_name(evidence)), BoolGetDatum(sim_risk == 1),
					CStringGetTextDatum(ag_skip_answer_name(ag_skip_answer(skip, evidence, sim_risk == 1)))
				};

				put(fcinfo, values);
			}
	return (Datum) 0;
}

static void
pg_attribute_noreturn()
refuse(const char *what, const char *value)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("\"%s\" is not a value of %s", value, what));
}

/* An array of methods as bits. */
static uint32
arg_methods(FunctionCallInfo fcinfo, int n)
{
	uint32		shown = 0;
	ListCell   *cell;

	if (PG_ARGISNULL(n))
		return 0;
	foreach(cell, ag_text_array_list(PG_GETARG_ARRAYTYPE_P(n)))
	{
		AgMethod	method = ag_method_find(lfirst(cell));

		if (method == AG_METHOD_COUNT)
			refuse("shown; see verification_methods()", lfirst(cell));
		shown |= AG_METHOD_BIT(method);
	}
	return shown;
}

static AgClaimWay
arg_way(FunctionCallInfo fcinfo, int n)
{
	char	   *way = ag_arg_text(fcinfo, n);

	if (way == NULL || strcmp(way, "claim") == 0)
		return AG_WAY_CLAIM;
	if (strcmp(way, "session") == 0)
		return AG_WAY_SESSION;
	if (strcmp(way, "login") != 0)
		refuse("way: claim, login, session", way);
	return AG_WAY_LOGIN;
}

static Datum
show(FunctionCallInfo fcinfo, const AgAssurance *assurance)
{
	List	   *categories = NIL;
	TupleDesc	desc;
	Datum		values[9];
	bool		nulls[9] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	for (int category = 0; category < AG_CATEGORY_COUNT; category++)
		if (assurance->categories & (1 << category))
			categories = lappend(categories, unconstify(char *, ag_category_name(category)));
	values[0] = CStringGetTextDatum(ag_gate_name(assurance->gate));
	values[1] = Int32GetDatum(assurance->needed);
	values[2] = Int32GetDatum(assurance->points);
	values[3] = ag_texts(categories).value;
	values[4] = BoolGetDatum(assurance->passed);
	values[5] = CStringGetTextDatum(ag_next_name(assurance->next));
	values[6] = Int32GetDatum(assurance->missing);
	values[7] = BoolGetDatum(assurance->another_factor);
	values[8] = BoolGetDatum(assurance->money_waits);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

static const char *const known_keys[] = {
	"profile", "protected", "login_protected", "anomalous", "number", "evidence", "sim_risk",
	"young_proof", "device", "device_age", "device_days", "trusted_age", "phone_age", "phone_doubtful",
	"linked_age", "questions"
};

/* A length of time, in seconds. */
static int64
get_age(JsonbContainer *object, const char *key)
{
	char	   *text = ag_json_get_text(object, key);

	if (text == NULL)
		return 0;
	return ag_interval_seconds(DatumGetIntervalP(DirectFunctionCall3(interval_in, CStringGetDatum(text),
																	 ObjectIdGetDatum(InvalidOid),
																	 Int32GetDatum(-1))));
}

static int
get_number(JsonbContainer *object, const char *key)
{
	JsonbValue *value = ag_json_get(object, key);

	if (value == NULL)
		return 0;
	if (value->type != jbvNumeric)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" must be a number", key));
	return DatumGetInt32(DirectFunctionCall1(numeric_int4, NumericGetDatum(value->val.numeric)));
}

static void
get_evidence(JsonbContainer *object, AgClaim *claim)
{
	char	   *name = ag_json_get_text(object, "evidence");

	claim->reassignment = AG_REASSIGNMENT_UNKNOWN;
	if (name == NULL)
		return;
	for (claim->reassignment = AG_REASSIGNMENT_CLEAR; claim->reassignment <= AG_REASSIGNMENT_CONFIRMED;
		 claim->reassignment++)
		if (strcmp(ag_reassignment_name(claim->reassignment), name) == 0)
			return;
	refuse("evidence: clear, unknown, suspected, confirmed", name);
}

static void
get_device(JsonbContainer *object, AgClaim *claim)
{
	char	   *name = ag_json_get_text(object, "device");

	claim->has_device = name != NULL;
	if (name == NULL)
		return;
	for (int state = AG_DEVICE_SEEN; state <= AG_DEVICE_LOST; state++)
		if (strcmp(ag_device_state_name(state), name) == 0)
		{
			claim->device = (AgDeviceState) state;
			return;
		}
	refuse("device; see device_transitions()", name);
}

static void
read_situation(const char *text, AgClaim *claim)
{
	JsonbContainer *object = ag_json_object(text, "situation");
	char	   *profile;

	ag_json_check_keys(object, "situation", known_keys, lengthof(known_keys));
	memset(claim, 0, sizeof(*claim));
	profile = ag_json_get_text(object, "profile");
	claim->profile = profile == NULL ? AG_PROFILE_BASIC : ag_profile_find(profile);
	if (claim->profile == AG_PROFILE_COUNT)
		refuse("profile: basic, social, money", profile);
	claim->protected = ag_json_get_bool(object, "protected");
	claim->login_protected = ag_json_get_bool(object, "login_protected");
	claim->anomalous = ag_json_get_bool(object, "anomalous");
	claim->has_number = ag_json_get(object, "number") == NULL || ag_json_get_bool(object, "number");
	get_evidence(object, claim);
	claim->sim_risk = ag_json_get_bool(object, "sim_risk");
	claim->young_proof = ag_json_get_bool(object, "young_proof");
	get_device(object, claim);
	claim->device_age = get_age(object, "device_age");
	claim->device_days = get_number(object, "device_days");
	claim->trusted_age = get_age(object, "trusted_age");
	claim->phone_age = get_age(object, "phone_age");
	claim->phone_doubtful = ag_json_get_bool(object, "phone_doubtful");
	claim->linked_age = get_age(object, "linked_age");
	claim->questions = get_number(object, "questions");
}

/* assurance(situation, shown, way, gate) */
Datum
acctguard_assurance(PG_FUNCTION_ARGS)
{
	char	   *situation = ag_arg_json(fcinfo, 0, "situation");
	uint32		shown = arg_methods(fcinfo, 1);
	AgClaimWay	way = arg_way(fcinfo, 2);
	char	   *wanted = ag_arg_text(fcinfo, 3);
	AgAssuranceTerms terms;
	AgAssurance assurance;
	AgClaim		claim;
	AgGate		gate;

	read_situation(situation == NULL ? "{}" : situation, &claim);
	ag_assurance_terms(&terms);
	gate = wanted == NULL ? ag_gate_demanded(&terms, &claim, way) : ag_gate_find(wanted);
	if (gate == AG_GATE_COUNT)
		refuse("gate; see gates()", wanted);
	ag_assurance_judge(&terms, &claim, gate, shown, &assurance);
	return show(fcinfo, &assurance);
}

/* assurance_of(account_id, shown, device, way) */
Datum
acctguard_assurance_of(PG_FUNCTION_ARGS)
{
	AgAccount  *account = ag_account_require(ag_arg_account(fcinfo, 0));
	AgClaimant	claimant = {
		.shown = arg_methods(fcinfo, 1),
		.device = ag_arg_text(fcinfo, 2),
		.device_signed = true,
		.way = arg_way(fcinfo, 3)
	};
	AgAssurance assurance;

	ag_gate_judge(account, &claimant, ag_account_now(account), &assurance);
	return show(fcinfo, &assurance);
}
