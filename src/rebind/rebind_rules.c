/*-------------------------------------------------------------------------
 *
 * rebind_rules.c
 *		The states of a request, what has to hold for it, how long objections have time.
 *
 * Shown by rebind_transitions(), rebind_preconditions() and rebind_situations().
 *
 * Pure: no memory, no locks, no errors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "rebind/rebind.h"

static const char *const state_names[] = {
	[AG_REBIND_REQUESTED] = "requested",
	[AG_REBIND_COOLING] = "cooling",
	[AG_REBIND_CONTESTED] = "contested",
	[AG_REBIND_READY] = "ready",
	[AG_REBIND_EXECUTED] = "executed",
	[AG_REBIND_CANCELLED] = "cancelled"
};

static const char *const event_names[] = {
	[AG_REBIND_REQUEST] = "request",
	[AG_REBIND_CONFIRM] = "confirm",
	[AG_REBIND_TIME] = "(time)",
	[AG_REBIND_OBJECT] = "object",
	[AG_REBIND_SETTLE] = "settle",
	[AG_REBIND_DISOWN] = "disown",
	[AG_REBIND_CANCEL] = "cancel",
	[AG_REBIND_STOP] = "stop",
	[AG_REBIND_LAPSE] = "(lapse)",
	[AG_REBIND_EXECUTE] = "execute"
};

static const char *const kind_names[AG_REBIND_KIND_COUNT] = {
	[AG_REBIND_CHANGE] = "change",
	[AG_REBIND_UNBIND] = "unbind",
	[AG_REBIND_UNTRUST] = "untrust"
};

#define OWNER "its owner, with a session"
#define CLOCK "clock"
#define HOLDER "whoever has the code that was sent to the old number"
#define OWNER_OF_CODE "the same, with a session that proved more than a number"
#define CANCELS "its owner, with a session; moderator, reviewer, operator"
#define TOUCH "the sweep, or the next touch"

static const AgRebindTransition transitions[] = {
	{-1, AG_REBIND_REQUEST, AG_REBIND_REQUESTED, OWNER,
	"U-1 to U-9, as far as they can be judged yet"},
	{AG_REBIND_REQUESTED, AG_REBIND_CONFIRM, AG_REBIND_COOLING, OWNER,
	"U-1 to U-9; a new number is proved by its code"},
	{AG_REBIND_REQUESTED, AG_REBIND_CANCEL, AG_REBIND_CANCELLED, CANCELS, NULL},
	{AG_REBIND_REQUESTED, AG_REBIND_LAPSE, AG_REBIND_CANCELLED, CLOCK, "the time of its flows is over"},
	{AG_REBIND_COOLING, AG_REBIND_OBJECT, AG_REBIND_CONTESTED, HOLDER,
	"neither is the SIM at risk nor the number's reassignment confirmed"},
	{AG_REBIND_COOLING, AG_REBIND_DISOWN, AG_REBIND_CANCELLED, OWNER_OF_CODE, NULL},
	{AG_REBIND_COOLING, AG_REBIND_CANCEL, AG_REBIND_CANCELLED, CANCELS, NULL},
	{AG_REBIND_COOLING, AG_REBIND_TIME, AG_REBIND_READY, CLOCK, "the time for objections is over"},
	{AG_REBIND_CONTESTED, AG_REBIND_SETTLE, AG_REBIND_READY,
	"its owner, with a session; reviewer, operator", "a factor that the request had not; or service decides"},
	{AG_REBIND_CONTESTED, AG_REBIND_DISOWN, AG_REBIND_CANCELLED, OWNER_OF_CODE, NULL},
	{AG_REBIND_CONTESTED, AG_REBIND_CANCEL, AG_REBIND_CANCELLED, CANCELS, NULL},
	{AG_REBIND_CONTESTED, AG_REBIND_LAPSE, AG_REBIND_CANCELLED, CLOCK, "rebind_contest_life after the objection"},
	{AG_REBIND_READY, AG_REBIND_EXECUTE, AG_REBIND_EXECUTED, TOUCH,
	"what is judged again holds; service has agreed if the account is special"},
	{AG_REBIND_READY, AG_REBIND_STOP, AG_REBIND_CANCELLED, TOUCH, "what is judged again fails"},
	{AG_REBIND_READY, AG_REBIND_DISOWN, AG_REBIND_CANCELLED, OWNER_OF_CODE, NULL},
	{AG_REBIND_READY, AG_REBIND_CANCEL, AG_REBIND_CANCELLED, CANCELS, NULL},
	{AG_REBIND_READY, AG_REBIND_LAPSE, AG_REBIND_CANCELLED, CLOCK, "rebind_ready_life after it was ready"},
};

static const AgRebindCheckEntry checks[AG_REBIND_CHECK_COUNT] = {
	[AG_REBIND_GOOD] = {NULL, NULL, false, NULL},
	[AG_REBIND_ACCOUNT_STATE] = {"U-1", "UNBIND_ACCOUNT_STATE", true,
	"the account is active, not frozen, not protected, and not about to close"},
	[AG_REBIND_REAUTH] = {"U-2", "UNBIND_REAUTH", true,
	"the session proved more than a number a short time ago, enough for the gate; again: a code to the old number that it was granted for still counts"},
	[AG_REBIND_RECENT_EVENT] = {"U-3", "UNBIND_RECENT_EVENT", true,
	"no recovery, unfreeze, disowned act, or password change from a new device lately"},
	[AG_REBIND_MISMATCH] = {"U-4", "UNBIND_MISMATCH", true, "the number given is the account's"},
	[AG_REBIND_EXPIRED] = {"U-4", "UNBIND_EXPIRED", true, "no number of the request has changed hands since"},
	[AG_REBIND_CLIENT] = {"U-5", "UNBIND_CLIENT", false, "the client is of an official channel and new enough"},
	[AG_REBIND_LAST_METHOD] = {"U-6", "UNBIND_LAST_METHOD", true,
	"another way to log in stays, or a new number is proved in the request"},
	[AG_REBIND_LEGAL_HOLD] = {"U-7", "UNBIND_LEGAL_HOLD", true, "no legal hold"},
	[AG_REBIND_BUSY] = {"U-8", "UNBIND_BUSY", true,
	"no other request, and no claim of a new holder, is open about the number"},
	[AG_REBIND_RATE] = {"U-9", "UNBIND_RATE", true, "not too many changes, not too many requests"}
};

static const AgRebindSituationEntry situations[AG_REBIND_SITUATION_COUNT] = {
	[AG_REBIND_FIRST] = {"first", "T1", "none", "there is none",
	"the account has no number: nobody could object"},
	[AG_REBIND_PROVED] = {"proved", "T1",
		"rebind_basic if the profile is basic and a new number comes; else rebind_day, outside the day rebind_night",
	"contests", "a code to the old number was shown"},
	[AG_REBIND_UNUSABLE] = {"unusable", "T3", "rebind_unusable", "contests",
	"the old number was not proved, or a code to it proves nothing"},
	[AG_REBIND_REASSIGNED] = {"reassigned", "T4; T3 if the device is known", "rebind_day, outside the day rebind_night", "nothing",
	"it is confirmed that somebody else has the old number"},
	[AG_REBIND_SIM_RISK] = {"sim_risk", "T3", "rebind_sim_risk; without a good code rebind_unusable if that is longer",
		"nothing without another factor",
	"the SIM of the old number changed lately"},
	[AG_REBIND_SPECIAL] = {"special", "as for other accounts", "rebind_special", "contests",
	"an account of staff or under special protection: service has to agree"},
	[AG_REBIND_TRUSTED] = {"trusted", "T1", "untrust_delay", "there is none",
	"the last trusted number goes: whoever watches the account can cancel"}
};

const AgRebindTransition *
ag_rebind_transitions(int *count)
{
	*count = lengthof(transitions);
	return transitions;
}

/* NULL = the event does not lead on from there. */
const AgRebindTransition *
ag_rebind_rule(AgRebindState from, AgRebindEvent event)
{
	for (int i = 0; i < lengthof(transitions); i++)
		if (transitions[i].from == (int) from && transitions[i].event == event)
			return &transitions[i];
	return NULL;
}

const char *
ag_rebind_state_name(AgRebindState state)
{
	return state_names[state];
}

/* CHECKs of the table admit no other name. */
AgRebindState
ag_rebind_state_parse(const char *name)
{
	int			state = AG_REBIND_REQUESTED;

	while (state < AG_REBIND_CANCELLED && strcmp(state_names[state], name) != 0)
		state++;
	return (AgRebindState) state;
}

const char *
ag_rebind_event_name(AgRebindEvent event)
{
	return event_names[event];
}

const char *
ag_rebind_kind_name(AgRebindKind kind)
{
	return kind_names[kind];
}

AgRebindKind
ag_rebind_kind_find(const char *name)
{
	int			kind = 0;

	while (kind < AG_REBIND_KIND_COUNT && strcmp(kind_names[kind], name) != 0)
		kind++;
	return (AgRebindKind) kind;
}

/*
 * A request that nobody has touched in time is over, whether or not that was written.
 * One that was settled before its time is ready, but not before the time either.
 */
AgRebindState
ag_rebind_state(const AgRebindTimes *times, TimestampTz at)
{
	if (times->stored == AG_REBIND_EXECUTED || times->stored == AG_REBIND_CANCELLED)
		return times->stored;
	if (times->lapses_at <= at)
		return AG_REBIND_CANCELLED;
	if (times->stored == AG_REBIND_COOLING && times->ready_at <= at)
		return AG_REBIND_READY;
	return times->stored;
}

const AgRebindCheckEntry *
ag_rebind_check(AgRebindCheck check)
{
	return &checks[check];
}

/*
 * What is about the client is not judged again: nobody asks.  A request that waited took
 * its place among the day's requests when it was made.
 */
AgRebindCheck
ag_rebind_judge(const AgRebindFacts *facts, const AgRebindLimits *limits, bool again)
{
	if (!facts->account_normal)
		return AG_REBIND_ACCOUNT_STATE;
	if (!facts->owner_present)
		return AG_REBIND_REAUTH;
	if (facts->event_recent)
		return AG_REBIND_RECENT_EVENT;
	if (!facts->number_matches)
		return AG_REBIND_MISMATCH;
	if (facts->number_moved)
		return AG_REBIND_EXPIRED;
	if (!again && !facts->client_good)
		return AG_REBIND_CLIENT;
	if (!facts->way_in_stays)
		return AG_REBIND_LAST_METHOD;
	if (facts->held)
		return AG_REBIND_LEGAL_HOLD;
	if (facts->busy)
		return AG_REBIND_BUSY;
	if (facts->changes >= limits->changes || (!again && facts->requests >= limits->requests))
		return AG_REBIND_RATE;
	return AG_REBIND_GOOD;
}

const AgRebindSituationEntry *
ag_rebind_situation_entry(AgRebindSituation situation)
{
	return &situations[situation];
}

/* CHECKs of the table admit no other name. */
AgRebindSituation
ag_rebind_situation_find(const char *name)
{
	int			situation = 0;

	while (situation < AG_REBIND_TRUSTED && strcmp(situations[situation].name, name) != 0)
		situation++;
	return (AgRebindSituation) situation;
}

/*
 * Care comes first, then what is known against a code to the old number: worse evidence
 * never shortens the time, but for the one case in which the number cannot speak for the
 * owner any more.
 */
AgRebindSituation
ag_rebind_situation(const AgRebindCase *it)
{
	if (it->kind == AG_REBIND_UNTRUST)
		return AG_REBIND_TRUSTED;
	if (it->special)
		return AG_REBIND_SPECIAL;
	if (!it->has_number)
		return AG_REBIND_FIRST;
	if (it->reassigned)
		return AG_REBIND_REASSIGNED;
	if (it->sim_risk)
		return AG_REBIND_SIM_RISK;
	if (it->code_shown && !it->suspected)
		return AG_REBIND_PROVED;
	return AG_REBIND_UNUSABLE;
}

bool
ag_rebind_code_counts(const AgRebindCase *it)
{
	return it->code_shown && !it->suspected && !it->reassigned && !it->sim_risk;
}

/*
 * Whoever shows a code that is worth something asks from the account; whoever does not
 * may be anybody who got hold of it, and is judged as one who claims it.
 */
AgClaimWay
ag_rebind_way(const AgRebindCase *it)
{
	return it->kind == AG_REBIND_UNTRUST || !it->has_number || ag_rebind_code_counts(it) ?
		AG_WAY_SESSION : AG_WAY_CLAIM;
}

/* Seconds.  By day somebody sees the notice sooner. */
int64
ag_rebind_cooling(const AgRebindCase *it, const AgRebindTerms *terms)
{
	bool		day = it->minute >= terms->day_from && it->minute < terms->day_until;

	switch (ag_rebind_situation(it))
	{
		case AG_REBIND_FIRST:
			return 0;
		case AG_REBIND_PROVED:
			if (it->basic && it->kind == AG_REBIND_CHANGE)
				return terms->basic;
			return day ? terms->day : terms->night;
		case AG_REBIND_REASSIGNED:
			return day ? terms->day : terms->night;
		case AG_REBIND_SIM_RISK:
			/* Who cannot even show a code gains nothing by a new SIM. */
			return it->code_shown && !it->suspected ? terms->sim_risk :
				Max(terms->sim_risk, terms->unusable);
		case AG_REBIND_SPECIAL:
			return terms->special;
		case AG_REBIND_TRUSTED:
			return terms->trusted;
		default:
			return terms->unusable;
	}
}

/*
 * Neither side wins by a SIM alone: the number contests, a further factor cancels.  Once
 * the time is over the number alone is late, whether or not the change was carried out.
 */
AgRebindAnswer
ag_rebind_object(const AgRebindObjection *objection, AgRebindEvent *event)
{
	*event = objection->factor ? AG_REBIND_DISOWN : AG_REBIND_OBJECT;
	if (objection->factor)
		return ag_rebind_rule(objection->state, AG_REBIND_DISOWN) != NULL ? AG_REBIND_TAKEN : AG_REBIND_LATE;
	if (objection->state == AG_REBIND_CONTESTED)
		return AG_REBIND_TAKEN_BEFORE;
	if (ag_rebind_rule(objection->state, AG_REBIND_OBJECT) == NULL)
		return AG_REBIND_LATE;
	if (objection->reassigned)
		return AG_REBIND_IGNORED;
	if (objection->sim_risk)
		return AG_REBIND_FACTOR;
	return AG_REBIND_TAKEN;
}
