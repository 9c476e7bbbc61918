/*-------------------------------------------------------------------------
 *
 * assurance_rules.c
 *		How many points a proof is worth, which gate has to be reached, and whether it is.
 *
 * Two things hold for every table of policy that policy_set() accepts, and a test goes
 * through all combinations: worse evidence never helps, and showing something more
 * never hurts.
 *
 * Pure: no memory, no locks, no errors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "identity/assurance.h"

#define DAYS(n) (INT64CONST(n) * SECS_PER_DAY)

/* A device that has proved itself within the first time is worth all, within the second something. */
#define DEVICE_FRESH DAYS(45)
#define DEVICE_REMEMBERED DAYS(400)
#define DEVICE_DAYS 3
#define TRUST_COUNTS DAYS(1)
#define PHONE_COUNTS DAYS(1)
#define PHONE_SETTLED DAYS(7)
#define LINK_SETTLED DAYS(7)

static const char *const profile_names[AG_PROFILE_COUNT] = {"basic", "social", "money"};
static const char *const gate_names[AG_GATE_COUNT] = {"T0", "T1", "T2", "T3", "T4"};

#define AG_METHOD(symbol, name, presentable) [AG_METHOD_##symbol] = (name),
static const char *const method_names[AG_METHOD_COUNT] = {AG_METHOD_LIST};
#undef AG_METHOD

#define AG_METHOD(symbol, name, presentable) [AG_METHOD_##symbol] = (presentable),
static const bool method_presentable[AG_METHOD_COUNT] = {AG_METHOD_LIST};
#undef AG_METHOD

#define AG_CATEGORY(symbol, name) [AG_CATEGORY_##symbol] = (name),
static const char *const category_names[AG_CATEGORY_COUNT] = {AG_CATEGORY_LIST};
#undef AG_CATEGORY

static const AgCategory method_categories[AG_METHOD_COUNT] = {
	[AG_METHOD_NUMBER_CODE] = AG_CATEGORY_NUMBER,
	[AG_METHOD_DEVICE_KEY] = AG_CATEGORY_DEVICE,
	[AG_METHOD_DEVICE_APPROVAL] = AG_CATEGORY_DEVICE,
	[AG_METHOD_TRUSTED_PHONE] = AG_CATEGORY_PHONE,
	[AG_METHOD_TOTP] = AG_CATEGORY_DEVICE,
	[AG_METHOD_RECOVERY_CODE] = AG_CATEGORY_POSSESSION,
	[AG_METHOD_FRIENDS] = AG_CATEGORY_SOCIAL,
	[AG_METHOD_FACE] = AG_CATEGORY_BIOMETRIC,
	[AG_METHOD_CARRIER_MATCH] = AG_CATEGORY_DOCUMENT,
	[AG_METHOD_EMAIL_CODE] = AG_CATEGORY_MAILBOX,
	[AG_METHOD_LINKED_LOGIN] = AG_CATEGORY_ACCOUNT,
	[AG_METHOD_PASSWORD] = AG_CATEGORY_KNOWLEDGE,
	[AG_METHOD_IDENTITY_DATA] = AG_CATEGORY_KNOWLEDGE,
	[AG_METHOD_QUIZ_9C1] = AG_CATEGORY_KNOWLEDGE,
	[AG_METHOD_QUIZ_15C2] = AG_CATEGORY_KNOWLEDGE,
	[AG_METHOD_QUIZ_9C1_15C2] = AG_CATEGORY_KNOWLEDGE,
	[AG_METHOD_QUIZ_9C1_15C2_9C1] = AG_CATEGORY_KNOWLEDGE,
	[AG_METHOD_SECURITY_QUESTIONS] = AG_CATEGORY_KNOWLEDGE,
	[AG_METHOD_SERVICE_TICKET] = AG_CATEGORY_DOCUMENT
};

#define QUIZZES \
	(AG_METHOD_BIT(AG_METHOD_QUIZ_9C1) | AG_METHOD_BIT(AG_METHOD_QUIZ_15C2) | \
	 AG_METHOD_BIT(AG_METHOD_QUIZ_9C1_15C2) | AG_METHOD_BIT(AG_METHOD_QUIZ_9C1_15C2_9C1) | \
	 AG_METHOD_BIT(AG_METHOD_SECURITY_QUESTIONS))

static int
find(const char *name, const char *const *names, int count)
{
	int			i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			break;
	return i;
}

const char *
ag_profile_name(AgProfile profile)
{
	return profile_names[profile];
}

AgProfile
ag_profile_find(const char *name)
{
	return (AgProfile) find(name, profile_names, AG_PROFILE_COUNT);
}

const char *
ag_gate_name(AgGate gate)
{
	return gate_names[gate];
}

AgGate
ag_gate_find(const char *name)
{
	return (AgGate) find(name, gate_names, AG_GATE_COUNT);
}

const char *
ag_method_name(AgMethod method)
{
	return method_names[method];
}

AgMethod
ag_method_find(const char *name)
{
	return (AgMethod) find(name, method_names, AG_METHOD_COUNT);
}

bool
ag_method_presentable(AgMethod method)
{
	return method_presentable[method];
}

const char *
ag_category_name(AgCategory category)
{
	return category_names[category];
}

AgCategory
ag_category_of(AgMethod method)
{
	return method_categories[method];
}

const char *
ag_next_name(AgNextStep next)
{
	static const char *const names[] = {
		[AG_NEXT_DONE] = "done",
		[AG_NEXT_MORE] = "another_method",
		[AG_NEXT_BEYOND_KNOWLEDGE] = "method_beyond_knowledge",
		[AG_NEXT_OTHER_CATEGORY] = "method_of_another_category"
	};

	return names[next];
}

/* One that the account has, that signed with its key, and that is not in doubt. */
static bool
is_known(const AgClaim *claim)
{
	return claim->has_device &&
		(claim->device == AG_DEVICE_ESTABLISHED || claim->device == AG_DEVICE_TRUSTED) &&
		claim->device_age <= DEVICE_REMEMBERED;
}

/* One that its owner has used for a while, and lately; or that he trusts. */
static bool
is_usual(const AgClaim *claim)
{
	if (!is_known(claim) || claim->device_age > DEVICE_FRESH)
		return false;
	if (claim->device == AG_DEVICE_TRUSTED && claim->trusted_age >= TRUST_COUNTS)
		return true;
	return claim->device_days >= DEVICE_DAYS;
}

/* A code shows who has the number now; whether that is the owner is another question. */
static int
number_points(const AgMethodTerms *terms, const AgClaim *claim)
{
	if (!claim->has_number || claim->protected || claim->sim_risk ||
		claim->reassignment >= AG_REASSIGNMENT_SUSPECTED)
		return 0;
	if (claim->young_proof)
		return terms->points;
	return claim->reassignment == AG_REASSIGNMENT_CLEAR ? terms->reduced : terms->least;
}

/* One that is new, or in quarantine, is worth nothing at all. */
static int
device_points(const AgMethodTerms *terms, const AgClaim *claim)
{
	if (!claim->has_device ||
		(claim->device != AG_DEVICE_ESTABLISHED && claim->device != AG_DEVICE_TRUSTED))
		return 0;
	if (is_usual(claim))
		return terms->points;
	return is_known(claim) ? terms->reduced : terms->least;
}

static int
phone_points(const AgMethodTerms *terms, const AgClaim *claim)
{
	if (claim->phone_doubtful || claim->phone_age < PHONE_COUNTS)
		return terms->least;
	return claim->phone_age < PHONE_SETTLED ? terms->reduced : terms->points;
}

/* Points of one method alone. */
static int
points_of(const AgAssuranceTerms *terms, const AgClaim *claim, AgMethod method)
{
	const AgMethodTerms *worth = &terms->method[method];

	if (!worth->enabled)
		return 0;
	switch (method)
	{
		case AG_METHOD_NUMBER_CODE:
			return number_points(worth, claim);
		case AG_METHOD_DEVICE_KEY:
			return device_points(worth, claim);
		case AG_METHOD_TRUSTED_PHONE:
			return phone_points(worth, claim);
		case AG_METHOD_LINKED_LOGIN:
			return claim->linked_age < LINK_SETTLED ? worth->least : worth->points;
		case AG_METHOD_SECURITY_QUESTIONS:
			return Min(worth->points * Max(claim->questions, 0), worth->most);
		default:
			return worth->points;
	}
}

AgGate
ag_gate_demanded(const AgAssuranceTerms *terms, const AgClaim *claim, AgClaimWay way)
{
	bool		known = is_known(claim);

	if (claim->protected)
		return known ? AG_GATE_T3 : AG_GATE_T4;
	if (way == AG_WAY_LOGIN)
		return (claim->login_protected && !known) || claim->anomalous ? AG_GATE_T1 : AG_GATE_T0;
	if (way == AG_WAY_SESSION)
		return AG_GATE_T1;
	if (claim->reassignment == AG_REASSIGNMENT_CONFIRMED)
		return known ? AG_GATE_T3 : AG_GATE_T4;
	return points_of(terms, claim, AG_METHOD_NUMBER_CODE) > 0 ? AG_GATE_T2 : AG_GATE_T3;
}

/* Points, and the categories they are of. */
static void
add_up(const AgAssuranceTerms *terms, const AgClaim *claim, uint32 shown, AgAssurance *assurance)
{
	int			worth[AG_METHOD_COUNT];
	uint32		present = 0;
	int			quizzes = 0;

	for (int method = 0; method < AG_METHOD_COUNT; method++)
	{
		worth[method] = shown & AG_METHOD_BIT(method) ? points_of(terms, claim, method) : 0;
		if (worth[method] > 0)
			present |= 1 << ag_category_of(method);
	}
	for (int method = 0; method < AG_METHOD_COUNT; method++)
	{
		uint32		category = 1 << ag_category_of(method);

		if (worth[method] == 0 || (!terms->method[method].alone && present == category))
			continue;
		assurance->categories |= category;
		if (AG_METHOD_BIT(method) & QUIZZES)
			quizzes += worth[method];
		else
			assurance->points += worth[method];
	}
	assurance->points += Min(quizzes, terms->quiz_most);

	/* Two persons of the service have seen the claimant's documents and judged them. */
	if (worth[AG_METHOD_SERVICE_TICKET] > 0)
		assurance->categories |= 1 << AG_CATEGORY_SERVICE;
}

static int
count_bits(uint32 mask)
{
	int			count = 0;

	for (; mask != 0; mask &= mask - 1)
		count++;
	return count;
}

/*
 * Whoever does not show the number's code where it counts is judged without it, at T3:
 * "I cannot receive it" must not be the cheaper path.
 */
void
ag_assurance_judge(const AgAssuranceTerms *terms, const AgClaim *claim, AgGate gate, uint32 shown,
				   AgAssurance *assurance)
{
	const AgGateTerms *demand;

	memset(assurance, 0, sizeof(*assurance));
	add_up(terms, claim, shown, assurance);
	if (gate == AG_GATE_T2 && !(assurance->categories & (1 << AG_CATEGORY_NUMBER)))
		gate = AG_GATE_T3;
	demand = &terms->gate[gate];
	assurance->gate = gate;
	assurance->needed = demand->points[claim->profile];
	assurance->missing = Max(assurance->needed - assurance->points, 0);
	if (demand->beyond_knowledge && (assurance->categories & ~(1 << AG_CATEGORY_KNOWLEDGE)) == 0)
		assurance->next = AG_NEXT_BEYOND_KNOWLEDGE;
	else if (assurance->missing > 0)
		assurance->next = AG_NEXT_MORE;
	else if (count_bits(assurance->categories) < demand->categories)
		assurance->next = AG_NEXT_OTHER_CATEGORY;
	else
		assurance->next = AG_NEXT_DONE;
	assurance->passed = assurance->next == AG_NEXT_DONE;
	assurance->another_factor = assurance->passed && claim->sim_risk &&
		count_bits(assurance->categories) < 2;
	assurance->money_waits = assurance->passed && gate == AG_GATE_T4;
}

const char *
ag_skip_name(AgSkip skip)
{
	static const char *const names[AG_SKIP_COUNT] = {
		[AG_SKIP_YOUNG_PROOF] = "young_proof",
		[AG_SKIP_USUAL_DEVICE] = "usual_device",
		[AG_SKIP_TRUSTED_DEVICE] = "trusted_device"
	};

	return names[skip];
}

const char *
ag_skip_answer_name(AgSkipAnswer answer)
{
	static const char *const names[] = {
		[AG_SKIP_YES] = "skip",
		[AG_SKIP_BUT_FACTOR] = "skip, one more factor for what is sensitive",
		[AG_SKIP_NO] = "verify",
		[AG_SKIP_NO_CODE] = "verify, codes to the number are worth nothing"
	};

	return names[answer];
}

bool
ag_skip_holds(AgSkip skip, const AgClaim *claim)
{
	switch (skip)
	{
		case AG_SKIP_YOUNG_PROOF:
			return claim->has_number && claim->young_proof;
		case AG_SKIP_USUAL_DEVICE:
			return is_known(claim) && claim->device_age <= DEVICE_FRESH &&
				claim->device_days >= DEVICE_DAYS;
		default:
			return is_usual(claim) && claim->device == AG_DEVICE_TRUSTED &&
				claim->trusted_age >= TRUST_COUNTS;
	}
}

/* A device does not depend on the number, so what is said of the number does not touch it. */
AgSkipAnswer
ag_skip_answer(AgSkip skip, AgReassignment reassignment, bool sim_risk)
{
	if (skip != AG_SKIP_YOUNG_PROOF)
		return sim_risk ? AG_SKIP_BUT_FACTOR : AG_SKIP_YES;
	if (reassignment == AG_REASSIGNMENT_CONFIRMED)
		return AG_SKIP_NO_CODE;
	return sim_risk || reassignment == AG_REASSIGNMENT_SUSPECTED ? AG_SKIP_NO : AG_SKIP_YES;
}
