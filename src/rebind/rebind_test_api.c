/*-------------------------------------------------------------------------
 *
 * rebind_test_api.c
 *		The rules alone, from SQL, in test builds only.
 *
 * An ordinary library is without these symbols.  Tests declare them with CREATE
 * FUNCTION themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"
#include "rebind/rebind.h"
#include "utils/builtins.h"

#ifdef AG_TEST_CLOCK

PG_FUNCTION_INFO_V1(acctguard_test_rebind_judge);
PG_FUNCTION_INFO_V1(acctguard_test_rebind_cooling);
PG_FUNCTION_INFO_V1(acctguard_test_rebind_object);
PG_FUNCTION_INFO_V1(acctguard_test_rebind_state);

/* Is a name among those of the first argument? */
static bool
named(FunctionCallInfo fcinfo, const char *name)
{
	ListCell   *cell;

	foreach(cell, ag_text_array_list(PG_GETARG_ARRAYTYPE_P(0)))
		if (strcmp(lfirst(cell), name) == 0)
		return true;
	return false;
}

/* (wrong text[], changes bigint, requests bigint, again boolean) -> code, NULL = good */
Datum
acctguard_test_rebind_judge(PG_FUNCTION_ARGS)
{
	AgRebindFacts facts = {
		.account_normal = !named(fcinfo, "account"),
		.owner_present = !named(fcinfo, "owner"),
		.event_recent = named(fcinfo, "event"),
		.number_matches = !named(fcinfo, "number"),
		.number_moved = named(fcinfo, "moved"),
		.client_good = !named(fcinfo, "client"),
		.way_in_stays = !named(fcinfo, "way"),
		.held = named(fcinfo, "held"),
		.busy = named(fcinfo, "busy"),
		.changes = PG_GETARG_INT64(1),
		.requests = PG_GETARG_INT64(2)
	};
	AgRebindLimits limits = {.changes = 3, .requests = 5};
	const char *code = ag_rebind_check(ag_rebind_judge(&facts, &limits, PG_GETARG_BOOL(3)))->code;

	if (code == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(code));
}

/* (case text[], kind text, minute integer) -> situation and seconds */
Datum
acctguard_test_rebind_cooling(PG_FUNCTION_ARGS)
{
	AgRebindCase it = {
		.kind = ag_rebind_kind_find(ag_arg_text(fcinfo, 1)),
		.special = named(fcinfo, "special"),
		.has_number = !named(fcinfo, "no number"),
		.code_shown = named(fcinfo, "code"),
		.reassigned = named(fcinfo, "reassigned"),
		.suspected = named(fcinfo, "suspected"),
		.sim_risk = named(fcinfo, "sim_risk"),
		.basic = named(fcinfo, "basic"),
		.minute = PG_GETARG_INT32(2)
	};
	AgRebindTerms terms;

	ag_rebind_terms(&terms);
	PG_RETURN_TEXT_P(cstring_to_text(psprintf("%s " INT64_FORMAT,
											  ag_rebind_situation_entry(ag_rebind_situation(&it))->name,
											  ag_rebind_cooling(&it, &terms))));
}

/* (objection text[], state text) -> answer */
Datum
acctguard_test_rebind_object(PG_FUNCTION_ARGS)
{
	static const char *const answers[] = {
		[AG_REBIND_TAKEN] = "taken",
		[AG_REBIND_TAKEN_BEFORE] = "taken before",
		[AG_REBIND_IGNORED] = "ignored",
		[AG_REBIND_FACTOR] = "factor wanted",
		[AG_REBIND_LATE] = "late"
	};
	AgRebindObjection objection = {
		.state = ag_rebind_state_parse(ag_arg_text(fcinfo, 1)),
		.factor = named(fcinfo, "factor"),
		.reassigned = named(fcinfo, "reassigned"),
		.sim_risk = named(fcinfo, "sim_risk")
	};
	AgRebindEvent event;
	AgRebindAnswer answer = ag_rebind_object(&objection, &event);

	PG_RETURN_TEXT_P(cstring_to_text(answer == AG_REBIND_TAKEN ? ag_rebind_event_name(event) : answers[answer]));
}

/* (stored text, ready_at timestamptz, lapses_at timestamptz, at timestamptz) -> state */
Datum
acctguard_test_rebind_state(PG_FUNCTION_ARGS)
{
	AgRebindTimes times = {
		.stored = ag_rebind_state_parse(ag_arg_text(fcinfo, 0)),
		.ready_at = ag_arg_time(fcinfo, 1),
		.lapses_at = ag_arg_time(fcinfo, 2)
	};

	PG_RETURN_TEXT_P(cstring_to_text(ag_rebind_state_name(ag_rebind_state(&times, PG_GETARG_TIMESTAMPTZ(3)))));
}

#endif							/* AG_TEST_CLOCK */
