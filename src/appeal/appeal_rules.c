/*-------------------------------------------------------------------------
 *
 * appeal_rules.c
 *		The state machine of a case, as a table, and its clocks.
 *
 * State: a function of the row and an instant.  Four transitions need nobody: a
 * claim ends, an appeal lapses when material does not come, a review goes on
 * without it, and a case is moot when the clock has lifted its freeze.
 *
 * Everything here is pure; DT_NOEND stands for "never" in every time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"

#define NONE	AG_APPEAL_NONE
#define SUBMITTED AG_APPEAL_SUBMITTED
#define IN_REVIEW AG_APPEAL_IN_REVIEW
#define AWAITING AG_APPEAL_AWAITING
#define SIGNOFF AG_APPEAL_SIGNOFF

static const char *const state_names[] = {
	[AG_APPEAL_NONE] = "none",
	[AG_APPEAL_SUBMITTED] = "submitted",
	[AG_APPEAL_IN_REVIEW] = "in_review",
	[AG_APPEAL_AWAITING] = "awaiting_material",
	[AG_APPEAL_SIGNOFF] = "signoff",
	[AG_APPEAL_GRANTED] = "granted",
	[AG_APPEAL_PARTIALLY] = "partially_granted",
	[AG_APPEAL_DENIED] = "denied",
	[AG_APPEAL_DISMISSED] = "dismissed",
	[AG_APPEAL_WITHDRAWN] = "withdrawn",
	[AG_APPEAL_LAPSED] = "lapsed",
	[AG_APPEAL_MOOT] = "moot"
};

static const char *const event_names[] = {
	[AG_APPEAL_OPEN] = "open",
	[AG_APPEAL_SUBMIT] = "submit",
	[AG_APPEAL_JOIN] = "join",
	[AG_APPEAL_REOPEN] = "reopen",
	[AG_APPEAL_CLAIM] = "claim",
	[AG_APPEAL_RELEASE] = "release",
	[AG_APPEAL_ASK] = "ask",
	[AG_APPEAL_SUPPLEMENT] = "supplement",
	[AG_APPEAL_LAPSE] = "lapse",
	[AG_APPEAL_RESUME] = "resume",
	[AG_APPEAL_DECIDE] = "decide",
	[AG_APPEAL_SIGN] = "sign",
	[AG_APPEAL_REFUSE] = "refuse",
	[AG_APPEAL_WITHDRAW] = "withdraw",
	[AG_APPEAL_RETRACT] = "retract",
	[AG_APPEAL_END_MOOT] = "moot",
	[AG_APPEAL_MOVE] = "move"
};

#define OWNER "app (the owner, or who has a ticket)"
#define SUBMIT_GUARD \
	"freeze open to appeal, more than a proposal, not cancelled, not annulled, disclosed; before the end of the window; " \
	"fewer unsuccessful appeals than appeal_tries; appeal.submit allowed, or the first case of a new total freeze; " \
	"statement thick enough; also against ended freezes"
#define SUBMIT_ERRORS \
	"FREEZE_UNKNOWN, NOT_OWNER, NOT_APPEALABLE, NOT_INFORMED, APPEAL_DEADLINE, CASE_OPEN, APPEALS_EXHAUSTED, " \
	"APPEAL_SUSPENDED, APPEAL_TEXT, IDEMPOTENCY_CONFLICT"
#define REVIEW_GUARD \
	"not a party, nor whose decision was refused a signature, outranks the account, has not held it for appeal_hold; freezes of an authority: who lifts them; operator and compliance: " \
	"overdue ones of kinds that escalate; programs may only grant"
#define CLAIM_ERRORS "NOT_INDEPENDENT, CLAIMED, REVIEW_ROLE, FREEZE_RANK, CLAIM_SPENT, CLAIM_COUNT"
#define DECIDE_GUARD \
	"the live claimer; reasons; a person unless granted; total freezes and signoff_points or more: signoff first"
#define DECIDE_ERRORS \
	"NOT_CLAIMER, APPEAL_STALE, DECISION_REASON, HUMAN_REQUIRED, NOT_INDEPENDENT, REVIEW_ROLE"
#define SIGN_GUARD "another independent reviewer; after sign_until also compliance and operator"
#define SIGN_ERRORS "SECOND_REVIEWER, NOT_INDEPENDENT, REVIEW_ROLE, CLAIMED"
#define WITHDRAW_GUARD \
	"a fresh proof of identity while a security freeze is in force; a review goes on without the appeal"
#define WITHDRAW_ERRORS "NOT_OWNER, PROOF_REQUIRED"
#define MOOT_GUARD "the freeze was lifted and no strike is at stake, cancelled, annulled, or closed with the account; the account's key was destroyed"
#define MOVE_GUARD "another freeze took the freeze's place; whoever decided that one drops out"

static const AgAppealTransition transitions[] = {
	{"P1", NONE, AG_APPEAL_SUBMIT, SUBMITTED, OWNER, SUBMIT_GUARD, SUBMIT_ERRORS},
	{"P1", SUBMITTED, AG_APPEAL_JOIN, SUBMITTED, OWNER, SUBMIT_GUARD "; a review without an appeal is open", SUBMIT_ERRORS},
	{"P1", IN_REVIEW, AG_APPEAL_JOIN, IN_REVIEW, OWNER, SUBMIT_GUARD "; a review without an appeal is open", SUBMIT_ERRORS},
	{"P1", AWAITING, AG_APPEAL_JOIN, SUBMITTED, OWNER, SUBMIT_GUARD "; a review without an appeal is open", SUBMIT_ERRORS},
	{"P1", NONE, AG_APPEAL_OPEN, SUBMITTED, "imposing, or moderator, reviewer, compliance, operator",
	"imposed under a kind with review_due; or the own motion of staff, no case open", "NOT_APPEALABLE, CASE_OPEN"},
	{"P2", SUBMITTED, AG_APPEAL_CLAIM, IN_REVIEW, "reviewer, compliance, operator, risk", REVIEW_GUARD, CLAIM_ERRORS},
	{"P2", SIGNOFF, AG_APPEAL_CLAIM, SIGNOFF, "reviewer, compliance, operator", SIGN_GUARD "; to read it for the signature",
	CLAIM_ERRORS ", SECOND_REVIEWER"},
	{"P3", IN_REVIEW, AG_APPEAL_RELEASE, SUBMITTED, "claimer, clock, compliance, operator", "or claim_until reached", "NOT_CLAIMER"},
	{"P3", SIGNOFF, AG_APPEAL_RELEASE, SIGNOFF, "claimer, clock, compliance, operator", "or claim_until reached", "NOT_CLAIMER"},
	{"P4", IN_REVIEW, AG_APPEAL_ASK, AWAITING, "claimer", "fewer than appeal_rounds rounds so far", "ROUNDS, NOT_CLAIMER"},
	{"P5", SUBMITTED, AG_APPEAL_SUPPLEMENT, SUBMITTED, OWNER, "within the limits", "NOT_OWNER, APPEAL_STATE, MATERIAL_LIMIT"},
	{"P5", IN_REVIEW, AG_APPEAL_SUPPLEMENT, IN_REVIEW, OWNER, "within the limits", "NOT_OWNER, APPEAL_STATE, MATERIAL_LIMIT"},
	{"P5", AWAITING, AG_APPEAL_SUPPLEMENT, SUBMITTED, OWNER, "within the limits", "NOT_OWNER, APPEAL_STATE, MATERIAL_LIMIT"},
	{"P6", AWAITING, AG_APPEAL_LAPSE, AG_APPEAL_LAPSED, "clock", "ask_until reached, of an appeal", ""},
	{"P6", AWAITING, AG_APPEAL_RESUME, SUBMITTED, "clock", "ask_until reached, of a review", ""},
	{"P7", IN_REVIEW, AG_APPEAL_DECIDE, AG_APPEAL_GRANTED, "claimer", DECIDE_GUARD, DECIDE_ERRORS},
	{"P7", IN_REVIEW, AG_APPEAL_DECIDE, AG_APPEAL_PARTIALLY, "claimer", DECIDE_GUARD, DECIDE_ERRORS},
	{"P7", IN_REVIEW, AG_APPEAL_DECIDE, AG_APPEAL_DENIED, "claimer", DECIDE_GUARD, DECIDE_ERRORS},
	{"P7", IN_REVIEW, AG_APPEAL_DECIDE, AG_APPEAL_DISMISSED, "claimer", DECIDE_GUARD, DECIDE_ERRORS},
	{"P7", IN_REVIEW, AG_APPEAL_DECIDE, SIGNOFF, "claimer", DECIDE_GUARD, DECIDE_ERRORS},
	{"P8", SIGNOFF, AG_APPEAL_SIGN, AG_APPEAL_GRANTED, "reviewer, compliance, operator", SIGN_GUARD, SIGN_ERRORS},
	{"P8", SIGNOFF, AG_APPEAL_SIGN, AG_APPEAL_PARTIALLY, "reviewer, compliance, operator", SIGN_GUARD, SIGN_ERRORS},
	{"P8", SIGNOFF, AG_APPEAL_SIGN, AG_APPEAL_DENIED, "reviewer, compliance, operator", SIGN_GUARD, SIGN_ERRORS},
	{"P8", SIGNOFF, AG_APPEAL_SIGN, AG_APPEAL_DISMISSED, "reviewer, compliance, operator", SIGN_GUARD, SIGN_ERRORS},
	{"P8", SIGNOFF, AG_APPEAL_REFUSE, SUBMITTED, "reviewer, compliance, operator", SIGN_GUARD, SIGN_ERRORS},
	{"P9", SUBMITTED, AG_APPEAL_WITHDRAW, AG_APPEAL_WITHDRAWN, OWNER, WITHDRAW_GUARD, WITHDRAW_ERRORS},
	{"P9", IN_REVIEW, AG_APPEAL_WITHDRAW, AG_APPEAL_WITHDRAWN, OWNER, WITHDRAW_GUARD, WITHDRAW_ERRORS},
	{"P9", AWAITING, AG_APPEAL_WITHDRAW, AG_APPEAL_WITHDRAWN, OWNER, WITHDRAW_GUARD, WITHDRAW_ERRORS},
	{"P9", SIGNOFF, AG_APPEAL_WITHDRAW, AG_APPEAL_WITHDRAWN, OWNER, WITHDRAW_GUARD, WITHDRAW_ERRORS},
	{"P9", SUBMITTED, AG_APPEAL_RETRACT, SUBMITTED, OWNER, WITHDRAW_GUARD, WITHDRAW_ERRORS},
	{"P9", IN_REVIEW, AG_APPEAL_RETRACT, IN_REVIEW, OWNER, WITHDRAW_GUARD, WITHDRAW_ERRORS},
	{"P9", AWAITING, AG_APPEAL_RETRACT, SUBMITTED, OWNER, WITHDRAW_GUARD, WITHDRAW_ERRORS},
	{"P9", SIGNOFF, AG_APPEAL_RETRACT, SIGNOFF, OWNER, WITHDRAW_GUARD, WITHDRAW_ERRORS},
	{"P10", SUBMITTED, AG_APPEAL_END_MOOT, AG_APPEAL_MOOT, "whoever ends the freeze, clock", MOOT_GUARD, ""},
	{"P10", IN_REVIEW, AG_APPEAL_END_MOOT, AG_APPEAL_MOOT, "whoever ends the freeze, clock", MOOT_GUARD, ""},
	{"P10", AWAITING, AG_APPEAL_END_MOOT, AG_APPEAL_MOOT, "whoever ends the freeze, clock", MOOT_GUARD, ""},
	{"P10", SIGNOFF, AG_APPEAL_END_MOOT, AG_APPEAL_MOOT, "whoever ends the freeze, clock", MOOT_GUARD, ""},
	{"P11", NONE, AG_APPEAL_REOPEN, SUBMITTED, "app (the owner, or who has a ticket), compliance, operator",
		"a denied, dismissed or lapsed case, once, no second level, inside the window; decided by another reviewer",
	"NOT_OWNER, APPEAL_STATE, APPEALS_EXHAUSTED, APPEAL_DEADLINE, CASE_OPEN, APPEAL_TEXT, APPEAL_SUSPENDED"},
	{"P12", SUBMITTED, AG_APPEAL_MOVE, SUBMITTED, "whoever replaces the freeze", MOVE_GUARD, ""},
	{"P12", IN_REVIEW, AG_APPEAL_MOVE, IN_REVIEW, "whoever replaces the freeze", MOVE_GUARD, ""},
	{"P12", IN_REVIEW, AG_APPEAL_MOVE, SUBMITTED, "whoever replaces the freeze", MOVE_GUARD, ""},
	{"P12", AWAITING, AG_APPEAL_MOVE, AWAITING, "whoever replaces the freeze", MOVE_GUARD, ""},
	{"P12", SIGNOFF, AG_APPEAL_MOVE, SUBMITTED, "whoever replaces the freeze", MOVE_GUARD, ""}
};

const char *
ag_appeal_state_name(AgAppealState state)
{
	return state_names[state];
}

const char *
ag_appeal_event_name(AgAppealEvent event)
{
	return event_names[event];
}

/* The closed state of that name. */
AgAppealState
ag_appeal_outcome_state(const char *outcome)
{
	AgAppealState state = AG_APPEAL_GRANTED;

	while (state < AG_APPEAL_MOOT && strcmp(state_names[state], outcome) != 0)
		state++;
	return state;
}

const AgAppealTransition *
ag_appeal_rule_list(int *count)
{
	*count = lengthof(transitions);
	return transitions;
}

/* Does the event lead anywhere from a state? */
bool
ag_appeal_rule_find(AgAppealState from, AgAppealEvent event)
{
	for (int i = 0; i < (int) lengthof(transitions); i++)
		if (transitions[i].from == from && transitions[i].event == event)
			return true;
	return false;
}

/* Does an event lead from one state to another? */
bool
ag_appeal_rule_step(AgAppealState from, AgAppealEvent event, AgAppealState to)
{
	for (int i = 0; i < (int) lengthof(transitions); i++)
		if (transitions[i].from == from && transitions[i].event == event &&
			transitions[i].to == to)
			return true;
	return false;
}

bool
ag_appeal_lapses(const AgAppeal *appeal)
{
	if (strcmp(appeal->origin, "level2") == 0)
		return appeal->appealed_at == appeal->opened_at;
	return strcmp(appeal->origin, "appeal") == 0;
}

/* Decided for good: what waits for a signature is nobody's decision yet, nor what it left behind. */
bool
ag_appeal_decided(const AgAppeal *appeal)
{
	return appeal->outcome != NULL && appeal->decision != NULL &&
		strcmp(appeal->outcome, appeal->decision) == 0;
}

/* Does somebody hold it, to decide or to sign? */
bool
ag_appeal_is_held(const AgAppeal *appeal, TimestampTz at)
{
	return appeal->claimed_at != DT_NOEND && at < appeal->claim_until;
}

bool
ag_appeal_is_heard(const AgAppeal *appeal)
{
	return appeal->appealed_at != DT_NOEND && appeal->retracted_at == DT_NOEND;
}

AgAppealState
ag_appeal_state(const AgAppeal *appeal, TimestampTz at)
{
	if (at < appeal->opened_at)
		return AG_APPEAL_NONE;
	if (appeal->closed_at <= at)
		return ag_appeal_outcome_state(appeal->outcome);
	if (appeal->moot_at <= at)
		return AG_APPEAL_MOOT;
	if (appeal->asked_at != DT_NOEND)
	{
		if (at < appeal->ask_until)
			return AG_APPEAL_AWAITING;
		return ag_appeal_lapses(appeal) ? AG_APPEAL_LAPSED : AG_APPEAL_SUBMITTED;
	}
	if (appeal->decision != NULL)
		return AG_APPEAL_SIGNOFF;
	if (ag_appeal_is_held(appeal, at))
		return AG_APPEAL_IN_REVIEW;
	return AG_APPEAL_SUBMITTED;
}

bool
ag_appeal_state_open(AgAppealState state)
{
	return state > AG_APPEAL_NONE && state < AG_APPEAL_GRANTED;
}

TimestampTz
ag_appeal_due(const AgAppeal *appeal, TimestampTz at)
{
	if (appeal->due_at == DT_NOEND || appeal->asked_at == DT_NOEND)
		return appeal->due_at;
	return appeal->due_at + (Min(at, appeal->ask_until) - appeal->asked_at);
}

bool
ag_appeal_overdue(const AgAppeal *appeal, TimestampTz at)
{
	return ag_appeal_state_open(ag_appeal_state(appeal, at)) && ag_appeal_due(appeal, at) <= at;
}

TimestampTz
ag_appeal_breach_at(const AgAppeal *appeal)
{
	if (appeal->closed_at != DT_NOEND)
		return DT_NOEND;
	if (appeal->asked_at == DT_NOEND || appeal->due_at <= appeal->asked_at)
		return appeal->due_at;
	return ag_appeal_lapses(appeal) ? DT_NOEND : ag_appeal_due(appeal, appeal->ask_until);
}

TimestampTz
ag_appeal_over_at(const AgAppeal *appeal, TimestampTz at)
{
	if (ag_appeal_state_open(ag_appeal_state(appeal, at)))
		return DT_NOEND;
	if (appeal->closed_at != DT_NOEND)
		return appeal->closed_at;
	return appeal->moot_at <= at ? appeal->moot_at : appeal->ask_until;
}

TimestampTz
ag_appeal_reminder(const AgAppeal *appeal, int n)
{
	TimestampTz half = appeal->asked_at + (appeal->ask_until - appeal->asked_at) / 2;

	if (n == 1)
		return half;
	return Max(half, appeal->ask_until - USECS_PER_DAY);
}

const char *
ag_appeal_text_problem(const char *text, int characters, int distinct, int least)
{
	if (text == NULL || characters == 0)
		return "There is no statement.";
	if (characters < least)
		return "It is too short.";
	if (distinct < Min(least / 3, 6))
		return "It repeats the same few characters.";
	return NULL;
}
