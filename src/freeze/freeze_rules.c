/*-------------------------------------------------------------------------
 *
 * freeze_rules.c
 *		The state machine of a freeze, as a table, and the arithmetic of its time.
 *
 * State: a function of the record and an instant.  Three transitions need nobody:
 * proposals lapse, scheduled freezes start, running ones expire.  A fourth and fifth where
 * the review of a freeze is overdue: it is lifted, or rests.
 *
 * Effective: a freeze that was not a mere proposal and whose end comes after its
 * start.  End: the earliest of its planned end, its being ended, its annulment.
 *
 * Everything here is pure; times are compared with DT_NOEND standing for "never".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"

#define NONE	AG_FREEZE_NONE
#define PROPOSED AG_FREEZE_PROPOSED
#define SCHEDULED AG_FREEZE_SCHEDULED
#define ACTIVE	AG_FREEZE_ACTIVE
#define STAYED	AG_FREEZE_STAYED
#define ENDED	AG_FREEZE_ENDED

static const char *const state_names[] = {
	[NONE] = "none",
	[PROPOSED] = "proposed",
	[SCHEDULED] = "scheduled",
	[ACTIVE] = "active",
	[STAYED] = "stayed",
	[ENDED] = "ended"
};

static const char *const event_names[] = {
	[AG_FREEZE_IMPOSE] = "impose",
	[AG_FREEZE_PROPOSE] = "propose",
	[AG_FREEZE_ENDORSE] = "endorse",
	[AG_FREEZE_APPROVE] = "approve",
	[AG_FREEZE_REJECT] = "reject",
	[AG_FREEZE_TIMEOUT] = "timeout",
	[AG_FREEZE_START] = "start",
	[AG_FREEZE_AMEND] = "amend",
	[AG_FREEZE_LIFT] = "lift",
	[AG_FREEZE_CANCEL] = "cancel",
	[AG_FREEZE_REDUCE] = "reduce",
	[AG_FREEZE_SATISFY] = "satisfy",
	[AG_FREEZE_EXPIRE] = "expire",
	[AG_FREEZE_STAY] = "stay",
	[AG_FREEZE_UNSTAY] = "unstay",
	[AG_FREEZE_SUPERSEDE] = "supersede",
	[AG_FREEZE_CLOSE] = "close",
	[AG_FREEZE_VACATE] = "vacate"
};

#define IMPOSE_GUARD \
	"kind enabled, not a scope's or a hold's; account active or closing, outranked, not the actor's own, " \
	"not protected, not the last administrator; length within the kind; start not past; fields filled; " \
	"conduct not older than the last sanction"
#define IMPOSE_ERRORS \
	"KIND_UNKNOWN, FREEZE_ROLE, ACCOUNT_STATE, FREEZE_RANK, FREEZE_SELF, PROTECTED, LAST_ADMIN, DURATION, " \
	"START_IN_PAST, AUTOMATED_LIMIT, REASON_REQUIRED, PRIOR_CONDUCT, IDEMPOTENCY_CONFLICT"
#define LIFT_GUARD \
	"manual, system: a lift role; authority: neither issuer nor approver, with a reference; " \
	"self: after the cooling-off time with a fresh proof, or staff; clock: lift_at reached (its review is overdue)"
#define LIFT_ERRORS \
	"LIFT_ROLE, FREEZE_SELF, FOUR_EYES, REASON_REQUIRED, PROOF_REQUIRED, COOLDOWN, FREEZE_STATE"
#define REPLACE_GUARD \
	"the right to lift it, unless the new one is weaker in nothing: capabilities, start, end, blocks, " \
	"what follows, who and what ends it; own wishes replace own wishes only"
#define VACATE_GUARD "not annulled before; two persons, or the decision of an appeal"
#define VACATE_ERRORS "LIFT_ROLE, FOUR_EYES, ALREADY_VACATED"
#define AMEND_GUARD \
	"harsher: as impose, and a second person where the kind has one; milder: as lift; expected version"

static const AgFreezeTransition transitions[] = {
	{"F1", NONE, AG_FREEZE_IMPOSE, ACTIVE, NULL, "impose_roles", IMPOSE_GUARD, IMPOSE_ERRORS},
	{"F1", NONE, AG_FREEZE_IMPOSE, SCHEDULED, NULL, "impose_roles", IMPOSE_GUARD, IMPOSE_ERRORS},
	{"F1", NONE, AG_FREEZE_PROPOSE, PROPOSED, NULL, "impose_roles", IMPOSE_GUARD, IMPOSE_ERRORS},
	{"F2", PROPOSED, AG_FREEZE_ENDORSE, PROPOSED, NULL, "approve_roles",
	"proposed by an automated actor, kind needs two persons", "FOUR_EYES, FREEZE_ROLE, NOT_APPROVABLE"},
	{"F2", PROPOSED, AG_FREEZE_APPROVE, ACTIVE, NULL, "approve_roles",
	"another person; a start that has passed moves to now", "FOUR_EYES, FREEZE_ROLE, NOT_APPROVABLE"},
	{"F2", PROPOSED, AG_FREEZE_APPROVE, SCHEDULED, NULL, "approve_roles",
	"another person", "FOUR_EYES, FREEZE_ROLE, NOT_APPROVABLE"},
	{"F3", PROPOSED, AG_FREEZE_REJECT, ENDED, "rejected", "approve_roles, proposer", "",
	"FREEZE_ROLE, FREEZE_STATE"},
	{"F4", PROPOSED, AG_FREEZE_TIMEOUT, ENDED, "proposal_timeout", "clock", "proposal_until reached", ""},
	{"F1", SCHEDULED, AG_FREEZE_START, ACTIVE, NULL, "clock", "starts_at reached", ""},
	{"F5", ACTIVE, AG_FREEZE_AMEND, ACTIVE, NULL, "impose_roles, lift_roles", AMEND_GUARD,
	"VERSION, " IMPOSE_ERRORS ", LIFT_ROLE"},
	{"F5", SCHEDULED, AG_FREEZE_AMEND, SCHEDULED, NULL, "impose_roles, lift_roles", AMEND_GUARD,
	"VERSION, " IMPOSE_ERRORS ", LIFT_ROLE"},
	{"F5", SCHEDULED, AG_FREEZE_AMEND, ACTIVE, NULL, "approve_roles",
	"an earlier start that has passed while it waited for the second person is now", "FOUR_EYES, NOT_APPROVABLE"},
	{"F6", ACTIVE, AG_FREEZE_LIFT, ENDED, "lifted", "lift_roles, clock", LIFT_GUARD, LIFT_ERRORS},
	{"F6", STAYED, AG_FREEZE_LIFT, ENDED, "lifted", "lift_roles, clock", LIFT_GUARD, LIFT_ERRORS},
	{"F6", SCHEDULED, AG_FREEZE_CANCEL, ENDED, "cancelled", "lift_roles", LIFT_GUARD, LIFT_ERRORS},
	{"F6", ACTIVE, AG_FREEZE_REDUCE, ENDED, "partial", "appeal", "decision of an appeal", ""},
	{"F6", STAYED, AG_FREEZE_REDUCE, ENDED, "partial", "appeal", "decision of an appeal", ""},
	{"F7", ACTIVE, AG_FREEZE_SATISFY, ENDED, "condition_met", "app, risk, lift_roles",
	"a condition of the kind; fresh proof, made after the start", "CONDITION_UNKNOWN, PROOF_REQUIRED, LIFT_ROLE"},
	{"F7", STAYED, AG_FREEZE_SATISFY, ENDED, "condition_met", "app, risk, lift_roles",
	"a condition of the kind; fresh proof, made after the start", "CONDITION_UNKNOWN, PROOF_REQUIRED, LIFT_ROLE"},
	{"F8", ACTIVE, AG_FREEZE_EXPIRE, ENDED, "expired", "clock", "ends_at reached", ""},
	{"F8", STAYED, AG_FREEZE_EXPIRE, ENDED, "expired", "clock", "ends_at reached", ""},
	{"F9", ACTIVE, AG_FREEZE_STAY, STAYED, NULL, "reviewer, lift_roles, approve_roles, clock",
	"kind stayable; all stays together at most stay_max; clock: rest_at reached (its review is overdue)", "NOT_STAYABLE, LIFT_ROLE, FREEZE_STATE"},
	{"F9", STAYED, AG_FREEZE_UNSTAY, ACTIVE, NULL, "reviewer, lift_roles, approve_roles, appeal, clock", "", "LIFT_ROLE, FREEZE_STATE"},
	{"F10", ACTIVE, AG_FREEZE_SUPERSEDE, ENDED, "superseded", "impose_roles of the new one", REPLACE_GUARD,
	"WEAKER_REPLACEMENT"},
	{"F10", STAYED, AG_FREEZE_SUPERSEDE, ENDED, "superseded", "impose_roles of the new one", REPLACE_GUARD,
	"WEAKER_REPLACEMENT"},
	{"F10", SCHEDULED, AG_FREEZE_SUPERSEDE, ENDED, "superseded", "impose_roles of the new one", REPLACE_GUARD,
	"WEAKER_REPLACEMENT"},
	{"F11", ACTIVE, AG_FREEZE_VACATE, ENDED, "overturned", "appeal, or lift_roles or approve_roles", VACATE_GUARD,
	VACATE_ERRORS},
	{"F11", STAYED, AG_FREEZE_VACATE, ENDED, "overturned", "appeal, or lift_roles or approve_roles", VACATE_GUARD,
	VACATE_ERRORS},
	{"F11", SCHEDULED, AG_FREEZE_VACATE, ENDED, "overturned", "appeal, or lift_roles or approve_roles", VACATE_GUARD,
	VACATE_ERRORS},
	{"F11", ENDED, AG_FREEZE_VACATE, ENDED, NULL, "appeal, or lift_roles or approve_roles", VACATE_GUARD,
	VACATE_ERRORS},
	{"F12", PROPOSED, AG_FREEZE_CLOSE, ENDED, "closed", "lifecycle", "the account is erased", ""},
	{"F12", SCHEDULED, AG_FREEZE_CLOSE, ENDED, "closed", "lifecycle", "the account is erased", ""},
	{"F12", ACTIVE, AG_FREEZE_CLOSE, ENDED, "closed", "lifecycle", "the account is erased", ""},
	{"F12", STAYED, AG_FREEZE_CLOSE, ENDED, "closed", "lifecycle", "the account is erased", ""}
};

const char *
ag_freeze_state_name(AgFreezeState state)
{
	return state_names[state];
}

const char *
ag_freeze_event_name(AgFreezeEvent event)
{
	return event_names[event];
}

/* The first transition of an event from a state, NULL if there is none. */
const AgFreezeTransition *
ag_freeze_rule_find(AgFreezeState from, AgFreezeEvent event)
{
	for (int i = 0; i < (int) lengthof(transitions); i++)
		if (transitions[i].from == from && transitions[i].event == event)
			return &transitions[i];
	return NULL;
}

const AgFreezeTransition *
ag_freeze_rule_list(int *count)
{
	*count = lengthof(transitions);
	return transitions;
}

/* Does an event lead from one state to another? */
bool
ag_freeze_rule_step(AgFreezeState from, AgFreezeEvent event, AgFreezeState to)
{
	for (int i = 0; i < (int) lengthof(transitions); i++)
		if (transitions[i].from == from && transitions[i].event == event &&
			transitions[i].to == to)
			return true;
	return false;
}

/* The event that ends a freeze from a state for a written reason; false if there is none. */
bool
ag_freeze_rule_ending(AgFreezeState from, const char *end_reason, AgFreezeEvent *event)
{
	for (int i = 0; i < (int) lengthof(transitions); i++)
		if (transitions[i].from == from && transitions[i].end_reason != NULL &&
			strcmp(transitions[i].end_reason, end_reason) == 0 &&
			strcmp(transitions[i].who, "clock") != 0)
		{
			*event = transitions[i].event;
			return true;
		}
	return false;
}

/* Is an instant inside one of its stays? */
static bool
stayed_at(const AgFreeze *freeze, TimestampTz at)
{
	for (int i = 0; i < freeze->stay_count; i++)
		if (ag_interval_contains(freeze->stays[i].from, freeze->stays[i].until, at))
			return true;
	return false;
}

const AgSpan *
ag_freeze_last_stay(const AgFreeze *freeze, TimestampTz at)
{
	for (int i = freeze->stay_count - 1; i >= 0; i--)
		if (freeze->stays[i].from <= at)
			return &freeze->stays[i];
	return NULL;
}

AgFreezeState
ag_freeze_state(const AgFreeze *freeze, TimestampTz at)
{
	if (at < freeze->issued_at)
		return AG_FREEZE_NONE;
	if (freeze->ended_at <= at || freeze->vacated_at <= at)
		return AG_FREEZE_ENDED;
	if (freeze->proposal_until != DT_NOEND && at < freeze->approved_at)
		return at < freeze->proposal_until ? AG_FREEZE_PROPOSED : AG_FREEZE_ENDED;
	if (at < freeze->starts_at)
		return AG_FREEZE_SCHEDULED;
	if (at >= Min(freeze->ends_at, freeze->lift_at))
		return AG_FREEZE_ENDED;
	return stayed_at(freeze, at) ? AG_FREEZE_STAYED : AG_FREEZE_ACTIVE;
}

/* Why it has ended, as of an instant at which it has. */
const char *
ag_freeze_end_reason(const AgFreeze *freeze)
{
	if (freeze->end_reason != NULL)
		return freeze->end_reason;
	if (freeze->proposal_until != DT_NOEND && freeze->approved_at == DT_NOEND)
		return "proposal_timeout";
	return freeze->lift_at < freeze->ends_at ? "lifted" : "expired";
}

TimestampTz
ag_freeze_lifted_at(const AgFreeze *freeze, TimestampTz at)
{
	if (freeze->end_reason != NULL || freeze->lift_at > at || freeze->lift_at >= freeze->ends_at)
		return DT_NOEND;
	return freeze->lift_at;
}

TimestampTz
ag_freeze_end(const AgFreeze *freeze)
{
	return Min(Min(freeze->ends_at, freeze->lift_at), Min(freeze->ended_at, freeze->vacated_at));
}

bool
ag_freeze_effective(const AgFreeze *freeze)
{
	if (freeze->proposal_until != DT_NOEND && freeze->approved_at == DT_NOEND)
		return false;
	return freeze->starts_at < ag_freeze_end(freeze);
}

int
ag_freeze_pieces(const AgFreeze *freeze, AgSpan *pieces)
{
	TimestampTz from = freeze->starts_at;
	TimestampTz end = ag_freeze_end(freeze);
	int			count = 0;

	if (!ag_freeze_effective(freeze))
		return 0;
	for (int i = 0; i < freeze->stay_count && from < end; i++)
	{
		const AgSpan *stay = &freeze->stays[i];

		if (stay->from > from)
		{
			pieces[count].from = from;
			pieces[count].until = Min(stay->from, end);
			count++;
		}
		from = Max(from, stay->until);
	}
	if (from < end)
	{
		pieces[count].from = from;
		pieces[count].until = end;
		count++;
	}
	return count;
}

/* A freeze that leaves probation and acknowledgment behind: it ran and was not annulled. */
bool
ag_freeze_served(const AgFreeze *freeze)
{
	const char *reason = ag_freeze_end_reason(freeze);

	if (!ag_freeze_effective(freeze) || freeze->vacated_at != DT_NOEND)
		return false;
	return strcmp(reason, "expired") == 0 || strcmp(reason, "lifted") == 0 ||
		strcmp(reason, "condition_met") == 0 || strcmp(reason, "partial") == 0;
}

TimestampTz
ag_freeze_paused_end(TimestampTz from, int64 seconds, const AgSpan *spans, int count)
{
	TimestampTz at = from;
	int64		left = seconds * USECS_PER_SEC;

	for (int i = 0; i < count; i++)
	{
		if (spans[i].until <= at)
			continue;
		if (spans[i].from > at)
		{
			if (left <= spans[i].from - at)
				break;
			left -= spans[i].from - at;
		}
		at = spans[i].until;
		if (at == DT_NOEND)
			return DT_NOEND;
	}
	return at + left;
}
