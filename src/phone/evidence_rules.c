/*-------------------------------------------------------------------------
 *
 * evidence_rules.c
 *		What is said about a number, and what it means for whoever proved it last.
 *
 * What counts is the time of the last proof: a number that was disconnected before
 * it tells of a former holder.  Nothing is weighed: the worst that is known decides,
 * and only silence, or an answer that is young enough and reaches back far enough,
 * is good.
 *
 * Pure: no memory, no locks, no errors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "phone/evidence.h"

#define AG_SIGNAL(symbol, name) [AG_SIGNAL_##symbol] = (name),
static const char *const signal_names[AG_SIGNAL_COUNT] = {AG_SIGNAL_LIST};
#undef AG_SIGNAL

static const char *const answer_names[AG_ANSWER_NONE] = {
	[AG_ANSWER_YES] = "yes",
	[AG_ANSWER_NO] = "no",
	[AG_ANSWER_NO_DATA] = "no_data"
};

static const char *const reassignment_names[] = {
	[AG_REASSIGNMENT_CLEAR] = "clear",
	[AG_REASSIGNMENT_UNKNOWN] = "unknown",
	[AG_REASSIGNMENT_SUSPECTED] = "suspected",
	[AG_REASSIGNMENT_CONFIRMED] = "confirmed"
};

const char *
ag_signal_name(AgSignal signal)
{
	return signal_names[signal];
}

AgSignal
ag_signal_find(const char *name)
{
	int			i;

	for (i = 0; i < AG_SIGNAL_COUNT; i++)
		if (strcmp(signal_names[i], name) == 0)
			break;
	return (AgSignal) i;
}

const char *
ag_answer_name(AgAnswer answer)
{
	return answer == AG_ANSWER_NONE ? NULL : answer_names[answer];
}

AgAnswer
ag_answer_find(const char *name)
{
	int			i;

	for (i = 0; i < AG_ANSWER_NONE; i++)
		if (strcmp(answer_names[i], name) == 0)
			break;
	return (AgAnswer) i;
}

const char *
ag_reassignment_name(AgReassignment reassignment)
{
	return reassignment_names[reassignment];
}

/* What an answer says: yes of a time before the proof may mean the holder before. */
static AgReassignment
judge_answer(const AgNumberEvent *event, TimestampTz proof_at, TimestampTz at, int64 answer_age)
{
	if (event->answer == AG_ANSWER_YES && event->since >= proof_at)
		return AG_REASSIGNMENT_CONFIRMED;
	if (event->answer == AG_ANSWER_NO && event->since <= proof_at &&
		at < ag_time_plus(event->stated_at, answer_age))
		return AG_REASSIGNMENT_CLEAR;
	return AG_REASSIGNMENT_UNKNOWN;
}

/* Something that happened: how bad it is, if the proof does not come after it. */
static AgReassignment
gravity(AgSignal signal)
{
	switch (signal)
	{
		case AG_SIGNAL_DISCONNECTED:
		case AG_SIGNAL_CLAIM_COMPLETED:
			return AG_REASSIGNMENT_CONFIRMED;
		case AG_SIGNAL_SUBSCRIBER_CHANGED:
		case AG_SIGNAL_DELIVERY_FAILED:
		case AG_SIGNAL_CLAIM_OPENED:
			return AG_REASSIGNMENT_SUSPECTED;
		default:
			return AG_REASSIGNMENT_UNKNOWN;
	}
}

/* Was a claim closed or completed by a later event? */
static bool
claim_is_over(const AgNumberEvent *events, int count, int i)
{
	for (int later = i + 1; later < count; later++)
		if (events[later].signal == AG_SIGNAL_CLAIM_CLOSED ||
			events[later].signal == AG_SIGNAL_CLAIM_COMPLETED)
			return true;
	return false;
}

static void
note_sim(const AgNumberEvent *event, TimestampTz at, int64 window, AgEvidence *evidence)
{
	TimestampTz until = ag_time_plus(event->occurred_at, window);

	if (at < until && (!evidence->sim_risk || until > evidence->sim_risk_until))
	{
		evidence->sim_risk = true;
		evidence->sim_risk_until = until;
	}
}

void
ag_evidence_judge(const AgNumberEvent *events, int count, TimestampTz proof_at, TimestampTz at,
				  const AgEvidenceTerms *terms, AgEvidence *evidence)
{
	bool		clear = false;

	memset(evidence, 0, sizeof(*evidence));
	evidence->reassignment = AG_REASSIGNMENT_UNKNOWN;
	evidence->sim_risk_until = evidence->clear_until = DT_NOEND;
	for (int i = 0; i < count; i++)
	{
		const AgNumberEvent *event = &events[i];
		AgReassignment says = AG_REASSIGNMENT_UNKNOWN;

		if (event->signal == AG_SIGNAL_RECYCLED)
			says = judge_answer(event, proof_at, at, terms->answer_age);
		else if (event->signal == AG_SIGNAL_SIM_CHANGED || event->signal == AG_SIGNAL_PORTED)
			note_sim(event, at, terms->sim_risk, evidence);
		else if (event->occurred_at >= proof_at &&
				 !(event->signal == AG_SIGNAL_CLAIM_OPENED && claim_is_over(events, count, i)))
			says = gravity(event->signal);

		if (says > evidence->reassignment)
		{
			evidence->reassignment = says;
			evidence->decided_by = event->no;
		}
		if (says == AG_REASSIGNMENT_CLEAR)
		{
			TimestampTz until = ag_time_plus(event->stated_at, terms->answer_age);

			evidence->clear_until = clear ? Max(evidence->clear_until, until) : until;
			clear = true;
			if (evidence->reassignment == AG_REASSIGNMENT_UNKNOWN)
				evidence->decided_by = event->no;
		}
	}
	if (evidence->reassignment != AG_REASSIGNMENT_UNKNOWN)
		evidence->clear_until = DT_NOEND;
	else if (clear)
		evidence->reassignment = AG_REASSIGNMENT_CLEAR;
}

/* What an answer asks about, or when the thing happened. */
static TimestampTz
time_of(const AgNumberEvent *event)
{
	return event->signal == AG_SIGNAL_RECYCLED ? event->since : event->occurred_at;
}

/* Whoever says so first in the order of what happened, not in the order of the telling. */
TimestampTz
ag_evidence_lost_at(const AgNumberEvent *events, int count, TimestampTz proof_at)
{
	TimestampTz lost_at = DT_NOEND;

	for (int i = 0; i < count; i++)
	{
		const AgNumberEvent *event = &events[i];
		bool		lost = event->signal == AG_SIGNAL_RECYCLED ? event->answer == AG_ANSWER_YES :
			gravity(event->signal) == AG_REASSIGNMENT_CONFIRMED;

		if (lost && time_of(event) >= proof_at)
			lost_at = Min(lost_at, time_of(event));
	}
	return lost_at;
}

/*
 * Only what is taken to be as late as it can be (see document.c) may seem to come: the
 * day on which it was said is then not over anywhere.
 */
bool
ag_evidence_is_early(const AgNumberEvent *event, TimestampTz said_at)
{
	bool		taken_late = event->answer == AG_ANSWER_NO || event->signal == AG_SIGNAL_SIM_CHANGED ||
		event->signal == AG_SIGNAL_PORTED;
	TimestampTz latest = said_at + AG_CLOCK_SKEW + (taken_late ? AG_LATEST_DAY * USECS_PER_SEC : 0);

	return time_of(event) != DT_NOEND && time_of(event) > latest;
}

bool
ag_evidence_proof_is_young(const AgEvidence *evidence, TimestampTz proof_at, TimestampTz at,
						   int64 floor)
{
	return proof_at != DT_NOEND && at < ag_time_plus(proof_at, floor) && !evidence->sim_risk &&
		evidence->reassignment <= AG_REASSIGNMENT_UNKNOWN;
}
