/*-------------------------------------------------------------------------
 *
 * register.c
 *		Tests, without a server, of the rows of registration.
 *
 * Prints TAP.  The oracle is the table of requirements written down once more, in
 * another form: each row says by itself when it applies, without any order among
 * rows.  For every combination of facts exactly one row of it must apply, and the
 * product must choose that one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "register/register.h"

/* No server, so none of its replacements. */
#undef printf
#undef snprintf

static int	tests = 0;
static int	failures = 0;

static void
ok(bool good, const char *what)
{
	tests++;
	failures += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", tests, what);
}

/* What a combination is made of, and how many values each has. */
enum
{
	HOLDER,						/* none, pending, active, closing */
	TRUSTED,
	TOMBSTONE,
	QUOTA,
	REVIEWED,
	CLAIMED,
	FLOW,						/* fresh, stale, expired, stale and expired */
	OWN,
	ANSWER,						/* none, mine, not mine */
	BAN,						/* none, banned, overtaken */
	FROZEN,
	SILENCE,					/* none, the owner's, everybody's */
	ENTITLED,
	GUARDED,
	MONEY,
	YOUNG,
	EVIDENCE,					/* clear, unknown, suspected, confirmed */
	SIM,
	DIMENSIONS
};

static const int size[DIMENSIONS] = {
	[HOLDER] = 4, [TRUSTED] = 2, [TOMBSTONE] = 2, [QUOTA] = 2, [REVIEWED] = 2, [CLAIMED] = 2,
	[FLOW] = 4, [OWN] = 2, [ANSWER] = 3, [BAN] = 3, [FROZEN] = 2, [SILENCE] = 3, [ENTITLED] = 2,
	[GUARDED] = 2, [MONEY] = 2, [YOUNG] = 2, [EVIDENCE] = 4, [SIM] = 2
};

/* Values that a row asks for; dimensions it does not name may have any. */
typedef struct Wanted
{
	int			dimension;
	int			values;			/* a bit for each */
} Wanted;

#define V0 1
#define V1 2
#define V2 4
#define V3 8
#define NO V0
#define YES V1

#define FRESH {FLOW, V0}
#define FREE FRESH, {HOLDER, V0}
#define BOUND FRESH, {HOLDER, V1 | V2 | V3}, {OWN, NO}
#define MINE BOUND, {ANSWER, V1}
#define CLAIM BOUND, {ANSWER, V2}, {QUOTA, NO}
#define HARMLESS CLAIM, {BAN, V0}, {FROZEN, NO}
#define UNCONFIRMED HARMLESS, {EVIDENCE, V0 | V1 | V2}
#define UNCLAIMED UNCONFIRMED, {CLAIMED, NO}, {REVIEWED, NO}

static const struct
{
	const char *row;
	Wanted		wanted[16];
}			oracle[] = {
	{"R23", {{FLOW, V2 | V3}}},
	{"R20", {{FLOW, V1}}},
	{"R1", {FREE, {QUOTA, NO}, {TOMBSTONE, NO}, {TRUSTED, NO}}},
	{"R2", {FREE, {QUOTA, NO}, {TOMBSTONE, YES}}},
	{"R19", {FREE, {QUOTA, NO}, {TOMBSTONE, NO}, {TRUSTED, YES}}},
	{"R21", {FREE, {QUOTA, YES}}},
	{"R21", {BOUND, {ANSWER, V2}, {QUOTA, YES}}},
	{"R5", {FRESH, {HOLDER, V1 | V2 | V3}, {OWN, YES}}},
	{"R4-R18", {BOUND, {ANSWER, V0}}},

	/* mine */
	{"R6", {MINE, {SILENCE, V0}, {EVIDENCE, V0 | V1}, {SIM, NO}, {YOUNG, YES}}},
	{"R6", {MINE, {SILENCE, V1 | V2}, {ENTITLED, NO}, {EVIDENCE, V0 | V1}, {SIM, NO}, {YOUNG, YES}}},
	{"R7", {MINE, {SILENCE, V0}, {EVIDENCE, V0 | V1}, {SIM, NO}, {YOUNG, NO}}},
	{"R7", {MINE, {SILENCE, V1 | V2}, {ENTITLED, NO}, {EVIDENCE, V0 | V1}, {SIM, NO}, {YOUNG, NO}}},
	{"R7 worthless", {MINE, {SILENCE, V0}, {EVIDENCE, V2}}},
	{"R7 worthless", {MINE, {SILENCE, V1 | V2}, {ENTITLED, NO}, {EVIDENCE, V2}}},
	{"R7 worthless", {MINE, {SILENCE, V0}, {EVIDENCE, V0 | V1}, {SIM, YES}}},
	{"R7 worthless", {MINE, {SILENCE, V1 | V2}, {ENTITLED, NO}, {EVIDENCE, V0 | V1}, {SIM, YES}}},
	{"R8", {MINE, {EVIDENCE, V3}}},
	{"R8", {MINE, {EVIDENCE, V0 | V1 | V2}, {SILENCE, V1 | V2}, {ENTITLED, YES}}},

	/* not mine */
	{"R16", {CLAIM, {BAN, V1}}},
	{"R16 confirmed", {CLAIM, {BAN, V2}}},
	{"R17", {CLAIM, {BAN, V0}, {FROZEN, YES}, {EVIDENCE, V3}}},
	{"R17 held", {CLAIM, {BAN, V0}, {FROZEN, YES}, {EVIDENCE, V0 | V1 | V2}}},
	{"R9", {HARMLESS, {EVIDENCE, V3}}},
	{"R12 running", {UNCONFIRMED, {CLAIMED, YES}}},
	{"R22", {UNCONFIRMED, {CLAIMED, NO}, {REVIEWED, YES}}},
	{"R4", {UNCLAIMED, {HOLDER, V1}, {ENTITLED, NO}}},
	{"R18", {UNCLAIMED, {HOLDER, V3}}},
	{"R10", {UNCLAIMED, {HOLDER, V2}, {SILENCE, V2}, {GUARDED, NO}, {ENTITLED, NO}}},
	{"R11", {UNCLAIMED, {HOLDER, V1 | V2}, {SILENCE, V2}, {GUARDED, NO}, {ENTITLED, YES}, {MONEY, NO}}},
	{"R11 money", {UNCLAIMED, {HOLDER, V1 | V2}, {SILENCE, V2}, {GUARDED, NO}, {ENTITLED, YES}, {MONEY, YES}}},
	{"R12", {UNCLAIMED, {HOLDER, V2}, {SILENCE, V0 | V1}, {ENTITLED, NO}, {GUARDED, NO}, {SIM, NO}}},
	{"R12 long", {UNCLAIMED, {HOLDER, V2}, {SILENCE, V0 | V1}, {ENTITLED, NO}, {GUARDED, NO}, {SIM, YES}}},
	{"R12 long", {UNCLAIMED, {HOLDER, V1 | V2}, {SILENCE, V0 | V1}, {ENTITLED, YES}, {GUARDED, NO}}},
	{"R12 long", {UNCLAIMED, {HOLDER, V1 | V2}, {ENTITLED, YES}, {GUARDED, YES}}},
	{"R12 long", {UNCLAIMED, {HOLDER, V2}, {ENTITLED, NO}, {GUARDED, YES}}}
};

/* The one row that applies; NULL if there is none, or more than one. */
static const char *
ask_oracle(const int *value)
{
	const char *row = NULL;

	for (int i = 0; i < (int) lengthof(oracle); i++)
	{
		const Wanted *wanted = oracle[i].wanted;

		while (wanted->values != 0 && wanted->values & 1 << value[wanted->dimension])
			wanted++;
		if (wanted->values != 0)
			continue;
		if (row != NULL)
			return NULL;
		row = oracle[i].row;
	}
	return row;
}

static void
set_facts(const int *value, AgRegisterFacts *facts)
{
	facts->holder = (AgRegisterHolder) value[HOLDER];
	facts->trusted = value[TRUSTED];
	facts->tombstone = value[TOMBSTONE];
	facts->quota = value[QUOTA];
	facts->reviewed = value[REVIEWED];
	facts->claimed = value[CLAIMED];
	facts->stale = value[FLOW] & 1;
	facts->expired = value[FLOW] & 2;
	facts->own = value[OWN];
	facts->answer = (AgRegisterAnswer) value[ANSWER];
	facts->banned = value[BAN] > 0;
	facts->overtaken = value[BAN] == 2;
	facts->frozen = value[FROZEN];
	facts->dormant = value[SILENCE] > 0;
	facts->idle = value[SILENCE] == 2;
	facts->entitled = value[ENTITLED];
	facts->guarded = value[GUARDED];
	facts->money = value[MONEY];
	facts->young = value[YOUNG];
	facts->reassignment = (AgReassignment) value[EVIDENCE];
	facts->sim_risk = value[SIM];
}

static bool
next(int *value)
{
	for (int i = 0; i < DIMENSIONS; i++)
	{
		if (++value[i] < size[i])
			return true;
		value[i] = 0;
	}
	return false;
}

static void
complain(const int *value, const char *expected, const char *row)
{
	if (failures++ > 5)
		return;
	printf("# oracle %s, product %s:", expected == NULL ? "(not one row)" : expected, row);
	for (int i = 0; i < DIMENSIONS; i++)
		printf(" %d", value[i]);
	printf("\n");
}

static bool
takes_away(const AgRegisterRule *rule)
{
	return rule->effect == AG_EFFECT_RELEASE || rule->effect == AG_EFFECT_REMOVE;
}

/* What must hold whatever the table says; how much of it does not. */
typedef struct Broken
{
	int			surprised;		/* an owner who may be there loses his number without being asked */
	int			shut_out;		/* providers are sure, and the new holder has to wait or is refused */
	int			weaker;			/* worse evidence opens more */
	int			told;			/* a hint about a protected account, or a confirmed change */
	int			laundered;		/* the number alone opens more than a young, undisputed proof */
} Broken;

static void
judge(const AgRegisterFacts *facts, const AgRegisterRule *rule, Broken *broken)
{
	bool		sure = facts->reassignment == AG_REASSIGNMENT_CONFIRMED;

	if (takes_away(rule) && !sure && !facts->overtaken && !facts->idle &&
		facts->holder == AG_HOLDER_ACTIVE)
		broken->surprised++;
	if (sure && !facts->stale && !facts->expired && !facts->own && !facts->quota && !facts->banned &&
		facts->answer == AG_REGISTER_NOT_MINE && facts->holder != AG_HOLDER_NONE && !takes_away(rule))
		broken->shut_out++;
	if (rule->effect == AG_EFFECT_ENTER &&
		(facts->reassignment > AG_REASSIGNMENT_UNKNOWN || facts->sim_risk || !facts->young))
		broken->laundered++;
	if (ag_register_may_hint(facts) && (sure || (facts->dormant && facts->entitled)))
		broken->told++;
	if (facts->answer == AG_REGISTER_MINE && !sure)
	{
		AgRegisterFacts worse = *facts;

		worse.reassignment++;
		if (ag_register_decide(&worse)->gate < rule->gate)
			broken->weaker++;
	}
}

static void
test_exhaustively(void)
{
	int			value[DIMENSIONS] = {0};
	int64		combinations = 0;
	Broken		broken = {0};
	int			before = failures;
	bool		same = true;
	char		text[100];

	do
	{
		AgRegisterFacts facts;
		const AgRegisterRule *rule;
		const char *expected = ask_oracle(value);

		memset(&facts, 0, sizeof(facts));
		set_facts(value, &facts);
		rule = ag_register_decide(&facts);
		combinations++;
		if (expected == NULL || strcmp(expected, rule->row) != 0)
		{
			complain(value, expected, rule->row);
			same = false;
		}
		judge(&facts, rule, &broken);
	} while (next(value));
	failures = before;
	snprintf(text, sizeof(text), "the product agrees with the table in %lld combinations",
			 (long long) combinations);
	ok(same, text);
	ok(broken.surprised == 0, "nobody who may be there loses his number at once, unless providers are sure");
	ok(broken.shut_out == 0, "of whom providers are sure gets his account at once");
	ok(broken.laundered == 0, "the number alone opens an account only while its owner's proof is young and undisputed");
	ok(broken.told == 0, "nothing is told of protected accounts, or once providers are sure");
	ok(broken.weaker == 0, "worse evidence asks for no less");
}

static void
test_objections(void)
{
	bool		same = true;

	for (int i = 0; i < 16; i++)
	{
		AgObjection objection = {.due = i & 8, .confirmed = i & 4, .number = i & 2, .other = i & 1};
		const char *row = i >= 8 ? "R15" : i == 3 ? "R13" : "R14";

		same = same && strcmp(ag_register_object(&objection)->row, row) == 0;
	}
	ok(same, "only number and another proof, in time and not confirmed, keep a number");
}

/* R1 to R24, each at least once. */
static void
test_rows(void)
{
	int			count;
	const AgRegisterRule *rules = ag_register_rules(&count);
	bool		all = true;

	for (int number = 1; number <= 24; number++)
	{
		bool		found = false;

		for (int i = 0; i < count; i++)
			found = found || (atoi(rules[i].row + 1) == number && strchr(rules[i].row, '-') == NULL);
		all = all && found;
	}
	ok(all, "every row of the table is there");
}

int
main(void)
{
	test_rows();
	test_exhaustively();
	test_objections();
	printf("1..%d\n", tests);
	return failures > 0;
}
