/*-------------------------------------------------------------------------
 *
 * risk.c
 *		The risk score of an account, and the freeze it sets off.
 *
 * Words: a signal is one report of a detector; its worth decays (risk_rules.c).  The
 * risk freeze is one that a signal set off.  The risk is over from the moment a
 * person ended or annulled the risk freeze, the identity was verified against a
 * security freeze, or risk_clear() said so: no signal from before counts again.  A
 * risk freeze that merely expired, or was lifted by the clock because nobody reviewed it
 * in time, settles nothing; what its signals are still worth goes on counting.
 *
 * The caller holds the account's lock, so of two signals that reach the threshold
 * together the second finds the freeze of the first.  The freeze is imposed in a
 * subtransaction: a signal is evidence, and stays when its freeze is refused.
 * Memory: the current context.
 * Table: risk_event.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/sanction.h"

/* More signals than this are counted, not listed, in the freeze's evidence. */
#define EVIDENCE_SIGNALS 200

static char *
points_text(int64 micropoints)
{
	return psprintf(INT64_FORMAT ".%06d", micropoints / AG_MICROPOINTS,
					(int) (micropoints % AG_MICROPOINTS));
}

static bool
is_security(const AgFreeze *freeze)
{
	const AgReason *reason = ag_policy_reason(freeze->reason);

	return reason != NULL && strcmp(reason->category, "security") == 0;
}

/* Was the risk judged by the end of this freeze, and when?  DT_NOBEGIN if not. */
static TimestampTz
judged_at(const AgFreeze *freeze, bool risk_freeze)
{
	if (risk_freeze && freeze->vacated_at != DT_NOEND)
		return freeze->vacated_at;
	if (freeze->end_reason == NULL)
		return DT_NOBEGIN;
	if (risk_freeze && (strcmp(freeze->end_reason, "lifted") == 0 ||
						strcmp(freeze->end_reason, "partial") == 0))
		return freeze->ended_at;
	if (strcmp(freeze->end_reason, "condition_met") == 0 && (risk_freeze || is_security(freeze)))
		return freeze->ended_at;
	return DT_NOBEGIN;
}

/* When the risk was last found to be over; frozen: is the account under the risk freeze? */
static TimestampTz
risk_over_since(int64 account_id, List *freezes, TimestampTz at, bool *frozen)
{
	List	   *risk_freezes = ag_risk_store_freezes(account_id);
	TimestampTz since = DT_NOBEGIN;
	ListCell   *cell;

	*frozen = false;
	foreach(cell, freezes)
	{
		const AgFreeze *freeze = lfirst(cell);
		bool		risk_freeze = list_member_int(risk_freezes, freeze->no);

		since = Max(since, judged_at(freeze, risk_freeze));
		if (risk_freeze && ag_freeze_state(freeze, at) != AG_FREEZE_ENDED)
			*frozen = true;
	}
	return since;
}

/* Put the new signal behind those of its incident; returns its place. */
static int
place_signal(AgRiskEvent *events, int *count, const AgRiskEvent *signal)
{
	int			place = *count;

	for (int i = *count - 1; i >= 0 && signal->incident != NULL; i--)
		if (events[i].incident != NULL && strcmp(events[i].incident, signal->incident) == 0)
		{
			place = i + 1;
			break;
		}
	memmove(&events[place + 1], &events[place], sizeof(AgRiskEvent) * (*count - place));
	events[place] = *signal;
	(*count)++;
	return place;
}

/* What the freeze was decided upon. */
static char *
risk_evidence(const AgRiskEvent *events, const int64 *worth, int count, int64 score)
{
	AgJson		risk;
	AgJson		outer;
	List	   *signals = NIL;
	int			omitted = 0;

	for (int i = 0; i < count; i++)
	{
		AgJson		signal;

		if (worth[i] == 0)
			continue;
		if (list_length(signals) == EVIDENCE_SIGNALS)
		{
			omitted++;
			continue;
		}
		ag_json_begin(&signal);
		ag_json_int(&signal, "no", events[i].no);
		ag_json_text(&signal, "signal", events[i].signal);
		ag_json_raw(&signal, "weight", points_text(events[i].weight));
		ag_json_raw(&signal, "worth", points_text(worth[i]));
		ag_json_time(&signal, "at", events[i].at);
		ag_json_text(&signal, "incident", events[i].incident);
		signals = lappend(signals, ag_json_end(&signal));
	}
	ag_json_begin(&risk);
	ag_json_raw(&risk, "score", points_text(score));
	ag_json_int(&risk, "threshold", ag_policy_setting(AG_SETTING_RISK_THRESHOLD));
	ag_json_int(&risk, "half_life", ag_policy_setting(AG_SETTING_RISK_HALF_LIFE));
	ag_json_raw(&risk, "signals", ag_json_array(signals));
	if (omitted > 0)
		ag_json_int(&risk, "omitted", omitted);
	ag_json_begin(&outer);
	ag_json_raw(&outer, "risk", ag_json_end(&risk));
	return ag_json_end(&outer);
}

/* The signal that is worth most, of equals the latest: its policy names the freeze. */
static const AgRiskSignal *
heaviest_signal(const AgRiskEvent *events, const int64 *worth, int count)
{
	int			heaviest = 0;

	for (int i = 1; i < count; i++)
		if (worth[i] > worth[heaviest] ||
			(worth[i] == worth[heaviest] && events[i].no > events[heaviest].no))
			heaviest = i;
	return ag_policy_risk_signal(events[heaviest].signal);
}

/* The freeze that a score sets off. */
typedef struct RiskFreeze
{
	AgAccount  *account;
	const AgActor *actor;
	AgFreezeOrder order;
	TimestampTz at;
	int			no;
} RiskFreeze;

static void
impose(void *arg)
{
	RiskFreeze *freeze = arg;

	freeze->no = ag_freeze_impose(freeze->account, freeze->actor, &freeze->order, freeze->at);
}

/* A freeze that is refused takes the signal along as little as any other; why is told. */
static void
risk_impose(RiskFreeze *freeze, AgRiskAnswer *answer)
{
	AgAccount	before = *freeze->account;
	ErrorData  *error = ag_bulk_try(impose, freeze, true);

	if (error == NULL)
	{
		answer->freeze_no = freeze->no;
		return;
	}
	if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != MAKE_SQLSTATE('U', 'G', '0', '0', '0'))
		ReThrowError(error);
	*freeze->account = before;
	answer->refused = pstrdup(unpack_sql_state(error->sqlerrcode));
}

static void
risk_order(AgFreezeOrder *order, const AgRiskEvent *events, const int64 *worth, int count, int64 score)
{
	const AgRiskSignal *signal = heaviest_signal(events, worth, count);

	order->kind = signal->kind;
	order->reason = signal->reason;
	order->facts = psprintf("the risk score reached %s points, the threshold is " INT64_FORMAT,
							points_text(score), ag_policy_setting(AG_SETTING_RISK_THRESHOLD));
	order->evidence = risk_evidence(events, worth, count, score);
	order->automated = true;
}

/* A machine freezes no staff and no protected account, and none that cannot be frozen. */
static bool
may_freeze(const AgAccount *account, TimestampTz at)
{
	return ag_freeze_is_open(account, at) && !account->protected && account->staff_rank == 0;
}

static void
emit_signal(AgAccount *account, const AgRiskEvent *event, int64 score)
{
	AgFields   *after = ag_fields_new();

	ag_field_int(after, "risk_event", event->no);
	ag_field_text(after, "signal", event->signal);
	ag_field_int(after, "weight", event->weight);
	ag_field_text(after, "incident", event->incident);
	ag_field_int(after, "score", score);
	ag_account_emit(account, AG_ACTION_RISK_REPORTED, event->signal, NULL, NULL, after);
}

static const AgRiskSignal *
require_signal(const char *name)
{
	const AgRiskSignal *signal = ag_policy_risk_signal(name);

	if (signal == NULL || !signal->enabled)
		ereport(ERROR, ag_errcode(AG_ERR_POLICY_UNKNOWN),
				errmsg("there is no risk signal \"%s\", or it is disabled", name),
				errhint("See acctguard.policy_list('risk_signal')."));
	return signal;
}

void
ag_risk_report(AgAccount *account, const AgActor *actor, const char *signal, int64 weight,
			   const char *evidence, const char *incident, TimestampTz at, AgRiskAnswer *answer)
{
	const AgRiskSignal *policy = require_signal(signal);
	int64		half_life = ag_policy_setting(AG_SETTING_RISK_HALF_LIFE);
	int64		threshold = ag_policy_setting(AG_SETTING_RISK_THRESHOLD);
	List	   *freezes = ag_freeze_list(account->account_id);
	bool		frozen;
	bool		over;
	int			count;
	TimestampTz since = risk_over_since(account->account_id, freezes, at, &frozen);
	AgRiskEvent event = {
		.no = ag_account_next_child(account),
		.signal = policy->signal,
		.weight = weight > 0 ? weight : policy->weight,
		.incident = incident,
		.at = at
	};
	AgRiskEvent *events;
	int64	   *worth;
	RiskFreeze	freeze = {.account = account, .actor = actor, .order = AG_FREEZE_ORDER_INIT, .at = at};

	memset(answer, 0, sizeof(AgRiskAnswer));
	/* A late report of what was over before, or has decayed, is kept, and counts for nothing. */
	since = Max(since, ag_risk_rule_horizon(at, half_life));
	over = incident != NULL &&
		ag_risk_store_cleared_incident(account->account_id, incident, since);

	events = ag_risk_store_list(account->account_id, since, &count);
	if (!over)
		place_signal(events, &count, &event);
	worth = palloc0(sizeof(int64) * Max(count, 1));
	answer->score = ag_risk_rule_score(events, count, at, half_life, worth);
	emit_signal(account, &event, answer->score);

	if (!over && ag_risk_rule_reaches(answer->score, threshold) && !frozen && may_freeze(account, at))
	{
		risk_order(&freeze.order, events, worth, count, answer->score);
		risk_impose(&freeze, answer);
	}
	ag_risk_store_insert(account->account_id, &event, evidence, answer->score, answer->freeze_no, over, actor);
}

/* Does the kind of this freeze end on a condition? */
static bool
ends_on(const AgFreeze *freeze, const char *condition)
{
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	ListCell   *cell;

	foreach(cell, ag_text_array_list(kind->conditions))
		if (strcmp(lfirst(cell), condition) == 0)
		return true;
	return false;
}

/* Returns how many freezes ended. */
int
ag_risk_clear(AgAccount *account, const AgActor *actor, const char *reason, TimestampTz at)
{
	AgFields   *after = ag_fields_new();
	int			ended = 0;
	int			cleared = ag_risk_store_clear(account->account_id, at, reason);
	ListCell   *cell;

	foreach(cell, ag_freeze_list(account->account_id))
	{
		AgFreeze   *freeze = lfirst(cell);
		AgFreezeState state = ag_freeze_state(freeze, at);

		if ((state == AG_FREEZE_ACTIVE || state == AG_FREEZE_STAYED) && is_security(freeze) &&
			ends_on(freeze, "risk_over"))
		{
			ag_freeze_end_now(account, actor, freeze, AG_FREEZE_SATISFY, reason, at);
			ended++;
		}
	}
	ag_field_int(after, "signals", cleared);
	ag_field_int(after, "freezes", ended);
	ag_account_emit(account, AG_ACTION_RISK_CLEARED, reason, NULL, NULL, after);
	return ended;
}
