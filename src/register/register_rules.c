/*-------------------------------------------------------------------------
 *
 * register_rules.c
 *		What happens to a number that is registered with, and to the account that has it.
 *
 * One table of rows, shown by register_rules(), and one function that finds the row of
 * a claimant.  Two things decide nearly everything: how sure it is that the number has
 * changed hands, and whether its owner is there to be asked.  Sure: at once.  Not sure,
 * and he is there: he has three days, or seven, in which the number alone does not
 * help him, because who is asked is whether he still has it.
 *
 * Pure: no memory, no locks, no errors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "register/register.h"

typedef enum Row
{
	ROW_R1,
	ROW_R2,
	ROW_R3,
	ROW_QUESTION,
	ROW_R4,
	ROW_R5,
	ROW_R6,
	ROW_R7,
	ROW_R7_WORTHLESS,
	ROW_R8,
	ROW_R9,
	ROW_R10,
	ROW_R11,
	ROW_R11_HOLD,
	ROW_R12,
	ROW_R12_LONG,
	ROW_R12_RUNNING,
	ROW_R13,
	ROW_R14,
	ROW_R15,
	ROW_R16,
	ROW_R16_CONFIRMED,
	ROW_R17,
	ROW_R17_HELD,
	ROW_R18,
	ROW_R19,
	ROW_R20,
	ROW_R21,
	ROW_R22,
	ROW_R23,
	ROW_R24
} Row;

#define ANY "any"
#define OTHER "a device the account does not know"
#define MINE "mine"
#define NOT_MINE "not_mine"

static const AgRegisterRule rules[] = {
	[ROW_R1] = {"R1", "free", ANY, NULL, "REG_FREE", AG_EFFECT_CREATE},
	[ROW_R2] = {"R2", "free, and a banned account that lost it holds it", ANY, NULL,
	"REG_NUMBER_HELD", AG_EFFECT_NONE},
	[ROW_R3] = {"R3", "free, and others began to register with it without proving it", ANY, NULL,
	"REG_FREE", AG_EFFECT_CREATE},
	[ROW_QUESTION] = {"R4-R18", "bound, before the question is answered", OTHER, NULL,
	"REG_QUESTION", AG_EFFECT_ASK},
	[ROW_R4] = {"R4", "bound to an account that was never activated and has nothing", OTHER, NOT_MINE,
	"REG_RELEASED_UNACTIVATED", AG_EFFECT_REMOVE},
	[ROW_R5] = {"R5", "bound", "a device of the account", "mine or not_mine or none",
	"REG_OWN_ACCOUNT", AG_EFFECT_NONE},
	[ROW_R6] = {"R6", "bound, clear or unknown, proof younger than the floor", OTHER, MINE,
	"REG_MINE_OK", AG_EFFECT_ENTER, AG_REGISTER_GATE_T2},
	[ROW_R7] = {"R7", "bound, clear or unknown, proof older than the floor", OTHER, MINE,
	"REG_MINE_IDV", AG_EFFECT_VERIFY, AG_REGISTER_GATE_T2},
	[ROW_R7_WORTHLESS] = {"R7 worthless", "bound, suspected or a young SIM", OTHER, MINE,
	"REG_MINE_IDV", AG_EFFECT_VERIFY, AG_REGISTER_GATE_T3},
	[ROW_R8] = {"R8", "bound, confirmed, or its account is protected", OTHER, MINE,
	"REG_MINE_IDV_STRICT", AG_EFFECT_VERIFY, AG_REGISTER_GATE_T4},
	[ROW_R9] = {"R9", "bound, confirmed", OTHER, NOT_MINE, "REG_RELEASE_NOW", AG_EFFECT_RELEASE},
	[ROW_R10] = {"R10", "bound, no sign of life for longer than the floor, nothing to lose", OTHER, NOT_MINE,
	"REG_RELEASE_NOW", AG_EFFECT_RELEASE},
	[ROW_R11] = {"R11", "bound, no sign of life for longer than the floor, something to lose", OTHER, NOT_MINE,
	"REG_RELEASE_NOW", AG_EFFECT_RELEASE},
	[ROW_R11_HOLD] = {"R11 money", "the same, profile money, not confirmed", OTHER, NOT_MINE,
	"REG_HOLD", AG_EFFECT_HOLD_LONG},
	[ROW_R12] = {"R12", "bound, its owner is active, not confirmed", OTHER, NOT_MINE,
	"REG_HOLD", AG_EFFECT_HOLD},
	[ROW_R12_LONG] = {"R12 long", "the same, and he has something to lose, wants to be asked, or the SIM is young",
	OTHER, NOT_MINE, "REG_HOLD", AG_EFFECT_HOLD_LONG},
	[ROW_R12_RUNNING] = {"R12 running", "the same, and a claim to the number is running", OTHER, NOT_MINE,
	"REG_HOLD_RUNNING", AG_EFFECT_NONE},
	[ROW_R13] = {"R13", "a claim is running, not confirmed", "the owner, number and another proof", "keep",
	"REG_HOLD_KEPT", AG_EFFECT_KEEP},
	[ROW_R14] = {"R14", "a claim is running", "the owner, with less, or it is confirmed", "keep",
	"REG_HOLD_NOTED", AG_EFFECT_NOTE},
	[ROW_R15] = {"R15", "the time of a claim is over", ANY, NULL,
	"REG_RELEASE_DUE", AG_EFFECT_RELEASE},
	[ROW_R16] = {"R16", "bound to a banned account", OTHER, NOT_MINE,
	"REG_NUMBER_HELD", AG_EFFECT_NONE},
	[ROW_R16_CONFIRMED] = {"R16 confirmed", "the same, and confirmed by providers since the ban", OTHER, NOT_MINE,
	"REG_RELEASE_NOW", AG_EFFECT_RELEASE},
	[ROW_R17] = {"R17", "bound to an account that is frozen or under a legal hold, confirmed", OTHER, NOT_MINE,
	"REG_RELEASE_NOW", AG_EFFECT_RELEASE},
	[ROW_R17_HELD] = {"R17 held", "the same, not confirmed", OTHER, NOT_MINE,
	"REG_NUMBER_HELD", AG_EFFECT_NONE},
	[ROW_R18] = {"R18", "bound to an account that is being closed", OTHER, NOT_MINE,
	"REG_RELEASE_NOW", AG_EFFECT_RELEASE},
	[ROW_R19] = {"R19", "free, and a trusted number of other accounts", ANY, NULL,
	"REG_FREE", AG_EFFECT_CREATE},
	[ROW_R20] = {"R20", "it has changed hands since it was shown", ANY, "mine or not_mine or none",
	"REG_STALE", AG_EFFECT_NONE},
	[ROW_R21] = {"R21", "it has begun as many accounts as it may", ANY, "not_mine, or none if it is free",
	"REG_QUOTA", AG_EFFECT_NONE},
	[ROW_R22] = {"R22", "claimed as often as it may be, not confirmed", OTHER, NOT_MINE,
	"REG_REVIEW", AG_EFFECT_NONE},
	[ROW_R23] = {"R23", "bound, and its proof is too old", ANY, "none in time",
	"REG_EXPIRED", AG_EFFECT_NONE},
	[ROW_R24] = {"R24", "bound", OTHER, "mine, after not_mine, once",
	"as R6 to R8", AG_EFFECT_NONE}
};

static const char *const effect_names[] = {
	[AG_EFFECT_NONE] = "nothing",
	[AG_EFFECT_ASK] = "question",
	[AG_EFFECT_ENTER] = "session of the present account",
	[AG_EFFECT_VERIFY] = "session of the present account, after verification",
	[AG_EFFECT_CREATE] = "new account with the number",
	[AG_EFFECT_RELEASE] = "number leaves its account and begins a new one",
	[AG_EFFECT_REMOVE] = "number leaves its account, which is closed, and begins a new one",
	[AG_EFFECT_HOLD] = "new account that waits for the number",
	[AG_EFFECT_HOLD_LONG] = "new account that waits for the number longer",
	[AG_EFFECT_KEEP] = "the claim ends, the number stays",
	[AG_EFFECT_NOTE] = "recorded; the claim goes on"
};

static const char *const gate_names[] = {
	[AG_REGISTER_GATE_NONE] = NULL,
	[AG_REGISTER_GATE_T2] = "T2",
	[AG_REGISTER_GATE_T3] = "T3",
	[AG_REGISTER_GATE_T4] = "T4"
};

const AgRegisterRule *
ag_register_rules(int *count)
{
	*count = lengthof(rules);
	return rules;
}

const char *
ag_register_effect_name(AgRegisterEffect effect)
{
	return effect_names[effect];
}

const char *
ag_register_gate_name(AgRegisterGate gate)
{
	return gate_names[gate];
}

static Row
decide_free(const AgRegisterFacts *facts)
{
	if (facts->quota)
		return ROW_R21;
	if (facts->tombstone)
		return ROW_R2;
	return facts->trusted ? ROW_R19 : ROW_R1;
}

/* What a number proves is a matter of the evidence, not of what the claimant says. */
static Row
decide_mine(const AgRegisterFacts *facts)
{
	if (facts->reassignment == AG_REASSIGNMENT_CONFIRMED ||
		(facts->dormant && facts->entitled))
		return ROW_R8;
	if (facts->reassignment == AG_REASSIGNMENT_SUSPECTED || facts->sim_risk)
		return ROW_R7_WORTHLESS;
	return facts->young ? ROW_R6 : ROW_R7;
}

/* Providers have not said that the number left its account: is anybody there to be asked? */
static Row
decide_unconfirmed(const AgRegisterFacts *facts)
{
	bool		weighty = facts->entitled || facts->guarded || facts->sim_risk;

	if (facts->claimed)
		return ROW_R12_RUNNING;
	if (facts->reviewed)
		return ROW_R22;
	if (facts->holder == AG_HOLDER_PENDING && !facts->entitled)
		return ROW_R4;
	if (facts->holder == AG_HOLDER_CLOSING)
		return ROW_R18;
	if (!facts->idle || facts->guarded)
		return weighty ? ROW_R12_LONG : ROW_R12;
	if (!facts->entitled)
		return ROW_R10;
	return facts->money ? ROW_R11_HOLD : ROW_R11;
}

static Row
decide_not_mine(const AgRegisterFacts *facts)
{
	bool		confirmed = facts->reassignment == AG_REASSIGNMENT_CONFIRMED;

	if (facts->quota)
		return ROW_R21;
	if (facts->banned)
		return facts->overtaken ? ROW_R16_CONFIRMED : ROW_R16;
	if (facts->frozen)
		return confirmed ? ROW_R17 : ROW_R17_HELD;
	return confirmed ? ROW_R9 : decide_unconfirmed(facts);
}

static Row
decide_bound(const AgRegisterFacts *facts)
{
	if (facts->own)
		return ROW_R5;
	switch (facts->answer)
	{
		case AG_REGISTER_MINE:
			return decide_mine(facts);
		case AG_REGISTER_NOT_MINE:
			return decide_not_mine(facts);
		default:
			return ROW_QUESTION;
	}
}

const AgRegisterRule *
ag_register_decide(const AgRegisterFacts *facts)
{
	Row			row;

	if (facts->expired)
		row = ROW_R23;
	else if (facts->stale)
		row = ROW_R20;
	else
		row = facts->holder == AG_HOLDER_NONE ? decide_free(facts) : decide_bound(facts);
	return &rules[row];
}

/* Hints help an owner who forgot; a stranger would learn from them whom he follows. */
bool
ag_register_may_hint(const AgRegisterFacts *facts)
{
	return facts->holder != AG_HOLDER_NONE && decide_mine(facts) != ROW_R8;
}

const AgRegisterRule *
ag_register_object(const AgObjection *objection)
{
	if (objection->due)
		return &rules[ROW_R15];
	/* What comes to a number that is somebody else's proves nothing. */
	return &rules[objection->number && objection->other && !objection->confirmed ? ROW_R13 : ROW_R14];
}
