/*-------------------------------------------------------------------------
 *
 * attempt_api.c
 *		SQL entry points: what staff sees and clears.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "attempt/attempt.h"
#include "event/event.h"
#include "funcapi.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_attempt_status);
PG_FUNCTION_INFO_V1(acctguard_attempt_clear);

/* The ledger names the bucket, not the subject: that may be an address. */
static void
record(AgAction action, const AgCharge *charge, const char *reason, int attempts)
{
	AgFields   *fields = ag_fields_new();
	AgEvent		event = {.action = action, .reason = reason, .after = fields};

	ag_field_text(fields, "rule", charge->rule);
	ag_field_int(fields, "bucket", ag_attempt_bucket(charge));
	ag_field_int(fields, "attempts", attempts);
	ag_event_emit(&event);
}

static const AgLimitRule *
require_rule(const char *name)
{
	const AgLimitRule *rule = ag_policy_limit_rule(name);

	if (rule == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_POLICY_UNKNOWN), errmsg("there is no limit rule \"%s\"", name),
				errhint("See acctguard.policy_list('limit_rule')."));
	return rule;
}

static void
put_state(ReturnSetInfo *rsinfo, const AgCharge *charge, const AgAttemptState *state)
{
	Datum		values[5];
	bool		nulls[5] = {0};

	values[0] = CStringGetTextDatum(charge->rule);
	values[1] = Int32GetDatum(state->count);
	values[2] = TimestampTzGetDatum(state->last_at);
	values[3] = TimestampTzGetDatum(state->ready_at);
	nulls[3] = state->ready_at == DT_NOEND || state->ready_at <= ag_now();
	values[4] = BoolGetDatum(state->ready_at == DT_NOEND);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* attempt_status(subject, rule) */
Datum
acctguard_attempt_status(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *subject = ag_arg_short_text(fcinfo, 0, "subject", AG_MOST_NOTE);
	char	   *only = ag_arg_text(fcinfo, 1);
	ListCell   *cell;

	if (subject == NULL)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("subject must not be null"));
	if (!ag_attempt_available())
		ereport(ERROR, ag_errcode(AG_ERR_STANDBY),
				errmsg("this server is a standby and counts no attempts"),
				errhint("Call the function on the primary."));
	if (only != NULL)
		(void) require_rule(only);
	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, list_copy(ag_policy_limit_rules()))
	{
		const AgLimitRule *rule = lfirst(cell);
		AgCharge	charge = {rule->rule, subject};
		AgAttemptState state;

		if (only != NULL && strcmp(only, rule->rule) != 0)
			continue;
		ag_attempt_look(&charge, &state);
		if (state.count == 0)
			continue;
		put_state(rsinfo, &charge, &state);
		record(AG_ACTION_ATTEMPTS_SEEN, &charge, NULL, state.count);
	}
	return (Datum) 0;
}

/* attempt_clear(subject, rule, reason) */
Datum
acctguard_attempt_clear(PG_FUNCTION_ARGS)
{
	char	   *subject = ag_arg_short_text(fcinfo, 0, "subject", AG_MOST_NOTE);
	char	   *rule = ag_arg_required_text(fcinfo, 1, "rule");
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	AgCharge	charge = {.subject = subject};
	int			count;

	if (subject == NULL)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("subject must not be null"));
	ag_check_length(reason, "reason", AG_MOST_NOTE);
	if (!ag_attempt_available())
		ereport(ERROR, ag_errcode(AG_ERR_STANDBY),
				errmsg("this server is a standby and counts no attempts"),
				errhint("Call the function on the primary."));
	charge.rule = require_rule(rule)->rule;
	count = ag_attempt_clear(&charge);
	record(AG_ACTION_ATTEMPTS_CLEARED, &charge, reason, count);
	PG_RETURN_INT32(count);
}
