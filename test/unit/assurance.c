/*-------------------------------------------------------------------------
 *
 * assurance.c
 *		The gate, in every combination, against the tables of doc/assurance.md.
 *
 * The tables are written down here once more, from the document, and what follows from
 * them is computed in another way.  Compared are the points and the verdict of every
 * set of at most three methods, at every gate, in every situation; and the gate that a
 * situation demands.  Then what must hold of the product whatever the tables say:
 * worse evidence never helps, and showing something more never hurts.
 *
 * Needs no server; prints TAP.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "identity/assurance.h"

#undef printf
#undef snprintf

static int	tests = 0;
static int	failures = 0;
static long long compared = 0;

static void
ok(bool good, const char *what)
{
	tests++;
	failures += good ? 0 : 1;
	printf("%sok %d - %s\n", good ? "" : "not ", tests, what);
}

/*
 * The document: methods, category (N number, D device, P phone, O possession, F social, B biometric, C document,
 * M mailbox, A account, K knowledge, Q knowledge that is a quiz), points.
 */
static const struct
{
	const char *name;
	char		category;
	int			points;
	int			reduced;
	int			least;
	int			most;
	bool		alone;
	bool		enabled;
}			book[] =
{
	{"number_code", 'N', 25, 20, 10, 25, true, true},
	{"device_key", 'D', 20, 10, 0, 20, true, true},
	{"device_approval", 'D', 20, 20, 20, 20, true, true},
	{"trusted_phone", 'P', 20, 10, 0, 20, true, true},
	{"totp", 'D', 20, 20, 20, 20, true, true},
	{"recovery_code", 'O', 20, 20, 20, 20, true, true},
	{"friends", 'F', 20, 20, 20, 20, true, true},
	{"face", 'B', 15, 15, 15, 15, false, true},
	{"carrier_match", 'C', 15, 15, 15, 15, true, true},
	{"email_code", 'M', 12, 12, 12, 12, false, true},
	{"linked_login", 'A', 12, 12, 0, 12, true, true},
	{"password", 'K', 10, 10, 10, 10, true, true},
	{"identity_data", 'K', 10, 10, 10, 10, true, true},
	{"quiz_9c1", 'Q', 5, 5, 5, 5, true, true},
	{"quiz_15c2", 'Q', 5, 5, 5, 5, true, true},
	{"quiz_9c1_15c2", 'Q', 8, 8, 8, 8, true, true},
	{"quiz_9c1_15c2_9c1", 'Q', 10, 10, 10, 10, true, true},
	{"security_questions", 'Q', 2, 2, 2, 6, true, false},
	{"service_ticket", 'C', 30, 30, 30, 30, true, true}
};

#define METHODS ((int) lengthof(book))

static const int book_gates[5][3] = {{10, 10, 10}, {20, 20, 25}, {15, 20, 25}, {20, 20, 25}, {30, 30, 30}};

#define DAY INT64CONST(86400)

/* Devices: what the product is told, and what the document says of it. */
static const struct
{
	const char *what;
	bool		has;
	AgDeviceState state;
	int64		age;
	int			days;
	int64		trusted;
	int			points;
	bool		known;
}			devices[] =
{
	{"none", false, AG_DEVICE_SEEN, 0, 0, 0, 0, false},
	{"forgotten", true, AG_DEVICE_ESTABLISHED, 400 * DAY + 1, 90, 0, 0, false},
	{"forgotten, trusted", true, AG_DEVICE_TRUSTED, 400 * DAY + 1, 90, 300 * DAY, 0, false},
	{"quarantined", true, AG_DEVICE_QUARANTINED, DAY, 90, 0, 0, false},
	{"seen", true, AG_DEVICE_SEEN, DAY, 3, 0, 0, false},
	{"established, long ago", true, AG_DEVICE_ESTABLISHED, 400 * DAY, 90, 0, 10, true},
	{"trusted, long ago", true, AG_DEVICE_TRUSTED, 45 * DAY + 1, 90, 300 * DAY, 10, true},
	{"established, two days", true, AG_DEVICE_ESTABLISHED, DAY, 2, 0, 10, true},
	{"trusted, an hour ago", true, AG_DEVICE_TRUSTED, DAY, 2, 3600, 10, true},
	{"established", true, AG_DEVICE_ESTABLISHED, 45 * DAY, 3, 0, 20, true},
	{"trusted", true, AG_DEVICE_TRUSTED, 45 * DAY, 1, DAY, 20, true}
};

#define DEVICES ((int) lengthof(devices))

/* Proof of the number: none at all, too old, young. */
#define PROOFS 3
#define EVIDENCES 8				/* R and sim_risk */

/* Trusted phone, third-party login and questions: of all others the first is enough. */
static const struct
{
	int64		phone_age;
	bool		phone_doubtful;
	int64		linked_age;
	int			questions;
	int			phone_points;
	int			linked_points;
	int			question_points;
}			variants[] =
{
	{7 * DAY, false, 7 * DAY, 3, 20, 12, 0},
	{7 * DAY - 1, false, 7 * DAY - 1, 1, 10, 0, 2},
	{DAY - 1, false, 0, 4, 0, 0, 6},
	{70 * DAY, true, 70 * DAY, 0, 0, 12, 0}
};

#define VARIANTS ((int) lengthof(variants))
#define VARIED \
	(AG_METHOD_BIT(AG_METHOD_TRUSTED_PHONE) | AG_METHOD_BIT(AG_METHOD_LINKED_LOGIN) | \
	 AG_METHOD_BIT(AG_METHOD_SECURITY_QUESTIONS))

#define WAYS 4					/* claim; login, with protection, with an anomaly */

static uint32 sets[2000];
static int	set_count = 0;

/* Sets without one of their methods, by number; -1 = none. */
static int	without[2000][3];

typedef struct Situation
{
	int			profile;
	bool		protected;
	int			evidence;		/* R * 2 + sim_risk */
	int			proof;
	int			device;
	int			variant;
} Situation;

static void
make_terms(AgAssuranceTerms *terms, bool questions)
{
	for (int i = 0; i < METHODS; i++)
	{
		AgMethodTerms *method = &terms->method[ag_method_find(book[i].name)];

		method->enabled = book[i].enabled || questions;
		method->points = book[i].points;
		method->reduced = book[i].reduced;
		method->least = book[i].least;
		method->most = book[i].most;
		method->alone = book[i].alone;
	}
	for (int gate = 0; gate < 5; gate++)
	{
		memcpy(terms->gate[gate].points, book_gates[gate], sizeof(book_gates[gate]));
		terms->gate[gate].categories = gate == 4 ? 2 : 1;
		terms->gate[gate].beyond_knowledge = gate == 3;
	}
	terms->quiz_most = 10;
}

static void
make_claim(AgClaim *claim, const Situation *situation, int way)
{
	memset(claim, 0, sizeof(*claim));
	claim->profile = (AgProfile) situation->profile;
	claim->protected = situation->protected;
	claim->login_protected = way == 2;
	claim->anomalous = way == 3;
	claim->has_number = situation->proof > 0;
	claim->reassignment = (AgReassignment) (situation->evidence / 2);
	claim->sim_risk = situation->evidence % 2 == 1;
	claim->young_proof = situation->proof == 2;
	claim->has_device = devices[situation->device].has;
	claim->device = devices[situation->device].state;
	claim->device_age = devices[situation->device].age;
	claim->device_days = devices[situation->device].days;
	claim->trusted_age = devices[situation->device].trusted;
	claim->phone_age = variants[situation->variant].phone_age;
	claim->phone_doubtful = variants[situation->variant].phone_doubtful;
	claim->linked_age = variants[situation->variant].linked_age;
	claim->questions = variants[situation->variant].questions;
}

/* The document: what a code to the number is worth. */
static int
book_code(const Situation *situation)
{
	static const int worth[4][3] = {
		{0, 20, 25},			/* clear */
		{0, 10, 25},			/* unknown */
		{0, 0, 0},				/* suspected */
		{0, 0, 0}				/* confirmed */
	};

	return situation->protected || situation->evidence % 2 == 1 ? 0 :
		worth[situation->evidence / 2][situation->proof];
}

/* The document: a method on its own. */
static int
book_points(const Situation *situation, int method)
{
	switch (method)
	{
		case 0:
			return book_code(situation);
		case 1:
			return devices[situation->device].points;
		case 3:
			return variants[situation->variant].phone_points;
		case 10:
			return variants[situation->variant].linked_points;
		case 17:
			return variants[situation->variant].question_points;
		default:
			return book[method].points;
	}
}

static int
book_gate(const Situation *situation, int way)
{
	bool		known = devices[situation->device].known;

	if (situation->protected || (way == 0 && situation->evidence / 2 == 3))
		return known ? 3 : 4;
	if (way == 0)
		return book_code(situation) > 0 ? 2 : 3;
	return way == 3 || (way == 2 && !known) ? 1 : 0;
}

/* The document: what a set of methods comes to. */
typedef struct Sum
{
	int			points;
	int			categories;
	bool		code;
	bool		beyond_knowledge;
} Sum;

static Sum
book_sum(const int *worth, uint32 set)
{
	Sum			sum = {0};
	char		seen[32] = "";
	int			quiz = 0;

	for (int method = 0; method < METHODS; method++)
	{
		char		category = book[method].category == 'Q' ? 'K' : book[method].category;
		bool		company = book[method].alone;

		if (!(set & AG_METHOD_BIT(method)) || worth[method] == 0)
			continue;
		for (int other = 0; other < METHODS && !company; other++)
			company = other != method && (set & AG_METHOD_BIT(other)) && worth[other] > 0 &&
				book[other].category != category;
		if (!company)
			continue;
		if (book[method].category == 'Q')
			quiz += worth[method];
		else
			sum.points += worth[method];
		if (strchr(seen, category) == NULL)
			seen[strlen(seen)] = category;
		if (method == METHODS - 1)
			strcat(seen, "S");
		sum.code |= method == 0;
		sum.beyond_knowledge |= category != 'K';
	}
	sum.points += quiz > 10 ? 10 : quiz;
	sum.categories = (int) strlen(seen);
	return sum;
}

static bool
book_passes(const Sum *sum, int profile, int gate)
{
	if (gate == 2 && !sum->code)
		gate = 3;
	return sum->points >= book_gates[gate][profile] && (gate != 3 || sum->beyond_knowledge) &&
		(gate != 4 || sum->categories >= 2);
}

static void
make_sets(void)
{
	for (uint32 set = 0; set < (UINT32_C(1) << METHODS); set++)
	{
		int			count = 0;

		for (uint32 rest = set; rest != 0 && count <= 3; rest &= rest - 1)
			count++;
		if (count > 3)
			continue;
		sets[set_count] = set;
		for (int i = 0; i < 3; i++)
			without[set_count][i] = -1;
		for (int other = 0, n = 0; other < set_count; other++)
			if ((sets[other] & ~set) == 0 && __builtin_popcount(sets[other]) == count - 1)
				without[set_count][n++] = other;
		set_count++;
	}
}

static void
complain(const Situation *situation, uint32 set, int gate, const AgAssurance *got, const Sum *sum)
{
	printf("# %s%s, R %s%s, proof %d, device %s, variant %d, gate %d:", ag_profile_name(situation->profile),
		   situation->protected ? " protected" : "", ag_reassignment_name(situation->evidence / 2),
		   situation->evidence % 2 ? " sim_risk" : "", situation->proof, devices[situation->device].what,
		   situation->variant, gate);
	for (int method = 0; method < METHODS; method++)
		if (set & AG_METHOD_BIT(method))
			printf(" %s", book[method].name);
	printf("; product %d points %s, tables %d points %s\n", got->points, got->passed ? "pass" : "fail",
		   sum->points, book_passes(sum, situation->profile, gate) ? "pass" : "fail");
}

/* Whether each set passes, at the gate that each way demands: bits of ways. */
static uint8 passes[EVIDENCES][PROOFS][DEVICES][2000];
static long long differences = 0;
static long long unwelcome = 0;

static void
compare_situation(const AgAssuranceTerms *terms, const Situation *situation)
{
	AgClaim		claim;
	int			worth[64];
	int			demanded[WAYS];
	uint8	   *pass = passes[situation->evidence][situation->proof][situation->device];

	for (int way = WAYS - 1; way >= 0; way--)
	{
		make_claim(&claim, situation, way);
		demanded[way] = book_gate(situation, way);
		if (ag_gate_demanded(terms, &claim, way == 0 ? AG_WAY_CLAIM : AG_WAY_LOGIN) != demanded[way])
			differences++;
	}
	for (int method = 0; method < METHODS; method++)
		worth[method] = book_points(situation, method);
	for (int i = 0; i < set_count; i++)
	{
		Sum			sum;
		uint8		at = 0;

		if (situation->variant > 0 && (sets[i] & VARIED) == 0)
		{
			pass[i] = 0xff;
			continue;
		}
		sum = book_sum(worth, sets[i]);
		pass[i] = 0;
		for (int gate = 0; gate < 5; gate++)
		{
			AgAssurance got;

			ag_assurance_judge(terms, &claim, (AgGate) gate, sets[i], &got);
			compared++;
			if (got.points != sum.points || got.passed != book_passes(&sum, situation->profile, gate) ||
				got.passed != (got.next == AG_NEXT_DONE) || (got.missing > 0 && got.passed))
			{
				if (differences++ < 10)
					complain(situation, sets[i], gate, &got, &sum);
			}
			at |= got.passed ? 1 << gate : 0;
		}
		for (int way = 0; way < WAYS; way++)
			pass[i] |= at & (1 << demanded[way]) ? 1 << way : 0;

		/* Something more never hurts; sets are in an order in which parts come first. */
		for (int n = 0; n < 3 && without[i][n] >= 0; n++)
			if (pass[without[i][n]] != 0xff && (pass[without[i][n]] & ~pass[i]) != 0)
				unwelcome++;
	}
}

/* Nothing that passes in the worse situation fails in the better one. */
static void
compare_arrays(const uint8 *worse, const uint8 *better)
{
	for (int i = 0; i < set_count; i++)
		if (worse[i] != 0xff && (worse[i] & ~better[i]) != 0)
			unwelcome++;
}

static void
compare_evidence(void)
{
	for (int proof = 0; proof < PROOFS; proof++)
		for (int device = 0; device < DEVICES; device++)
			for (int e = 0; e < EVIDENCES; e++)
			{
				if (e % 2 == 1)
					compare_arrays(passes[e][proof][device], passes[e - 1][proof][device]);
				if (e >= 2)
					compare_arrays(passes[e][proof][device], passes[e - 2][proof][device]);
				if (proof > 0)
					compare_arrays(passes[e][proof - 1][device], passes[e][proof][device]);
				if (device > 0)
					compare_arrays(passes[e][proof][device - 1], passes[e][proof][device]);
			}
}

static void
compare_all(void)
{
	static uint8 open[EVIDENCES][PROOFS][DEVICES][2000];
	Situation	situation;

	for (situation.profile = 0; situation.profile < 3; situation.profile++)
		for (situation.variant = 0; situation.variant < VARIANTS; situation.variant++)
		{
			AgAssuranceTerms terms;

			make_terms(&terms, situation.variant > 0);
			for (int protected = 0; protected < 2; protected++)
			{
				situation.protected = protected == 1;
				for (situation.evidence = 0; situation.evidence < EVIDENCES; situation.evidence++)
					for (situation.proof = 0; situation.proof < PROOFS; situation.proof++)
						for (situation.device = 0; situation.device < DEVICES; situation.device++)
							compare_situation(&terms, &situation);
				compare_evidence();
				if (protected == 0)
					memcpy(open, passes, sizeof(open));
			}
			for (int e = 0; e < EVIDENCES; e++)
				for (int proof = 0; proof < PROOFS; proof++)
					for (int device = 0; device < DEVICES; device++)
						compare_arrays(passes[e][proof][device], open[e][proof][device]);
		}
}

/* Table 3 of the document: conditions under which nothing is to be shown, by evidence. */
static void
compare_skips(void)
{
	/* clear, unknown, suspected, confirmed; then the same with a new SIM */
	static const char *const answers[2][8] = {
		{"skip", "skip", "verify", "verify, codes to the number are worth nothing",
			"verify", "verify", "verify", "verify, codes to the number are worth nothing"},
		{"skip", "skip", "skip", "skip", "skip, one more factor for what is sensitive",
			"skip, one more factor for what is sensitive", "skip, one more factor for what is sensitive",
			"skip, one more factor for what is sensitive"}
	};
	AgAssuranceTerms terms;
	bool		same = true;
	bool		consistent = true;
	Situation	situation = {0};

	make_terms(&terms, false);
	for (int skip = 0; skip < AG_SKIP_COUNT; skip++)
		for (int e = 0; e < EVIDENCES; e++)
			same &= strcmp(ag_skip_answer_name(ag_skip_answer(skip, e / 2, e % 2 == 1)),
						   answers[skip > 0][e / 2 + (e % 2) * 4]) == 0;
	ok(same, "what the evidence says of each skip");

	/* In profiles basic and social a skip is what the points say, with what the skip stands on shown. */
	for (situation.profile = 0; situation.profile < 2; situation.profile++)
		for (situation.evidence = 0; situation.evidence < EVIDENCES; situation.evidence++)
			for (situation.proof = 0; situation.proof < PROOFS; situation.proof++)
				for (situation.device = 0; situation.device < DEVICES; situation.device++)
				{
					AgClaim		claim;

					make_claim(&claim, &situation, 0);
					for (int skip = 0; skip < AG_SKIP_COUNT; skip++)
					{
						AgAssurance got;
						AgSkipAnswer answer = ag_skip_answer(skip, situation.evidence / 2, situation.evidence % 2 == 1);

						if (!ag_skip_holds(skip, &claim))
							continue;
						ag_assurance_judge(&terms, &claim, ag_gate_demanded(&terms, &claim, AG_WAY_CLAIM),
										   AG_METHOD_BIT(skip == AG_SKIP_YOUNG_PROOF ? AG_METHOD_NUMBER_CODE : AG_METHOD_DEVICE_KEY), &got);
						consistent &= got.passed == (answer == AG_SKIP_YES || answer == AG_SKIP_BUT_FACTOR);
						consistent &= got.another_factor == (answer == AG_SKIP_BUT_FACTOR);
					}
				}
	ok(consistent, "a skip is what the points say, where no money is at stake");
}

/* Of all methods only the service ticket passes T4 on its own; quizzes alone pass nothing but T0. */
static void
compare_singles(void)
{
	AgAssuranceTerms terms;
	AgClaim		claim;
	Situation	best = {.proof = 2, .device = DEVICES - 1};
	int			alone = 0;
	bool		quiz = false;

	make_terms(&terms, true);
	make_claim(&claim, &best, 0);
	for (int method = 0; method < METHODS; method++)
	{
		AgAssurance got;

		ag_assurance_judge(&terms, &claim, AG_GATE_T4, AG_METHOD_BIT(method), &got);
		alone += got.passed ? 1 : 0;
		if (method == METHODS - 1 && !got.passed)
			alone = -100;
	}
	for (int gate = 1; gate < 5; gate++)
	{
		AgAssurance got;

		ag_assurance_judge(&terms, &claim, (AgGate) gate, AG_METHOD_BIT(13) | AG_METHOD_BIT(14) | AG_METHOD_BIT(15) |
						   AG_METHOD_BIT(16) | AG_METHOD_BIT(17), &got);
		quiz |= got.passed || got.points != 10;
	}
	ok(alone == 1, "nothing but a service ticket passes T4 alone");
	ok(!quiz, "all quizzes together are worth ten points");
}

int
main(void)
{
	char		text[200];

	for (int method = 0; method < METHODS; method++)
		if (strcmp(ag_method_name((AgMethod) method), book[method].name) != 0)
			differences++;
	ok(METHODS == AG_METHOD_COUNT && differences == 0, "the methods are those of the table");
	make_sets();
	compare_all();
	snprintf(text, sizeof(text), "the product agrees with the tables in %lld combinations", compared);
	ok(differences == 0, text);
	ok(unwelcome == 0, "worse evidence never helps, and showing something more never hurts");
	compare_skips();
	compare_singles();
	printf("1..%d\n", tests);
	return failures > 0 ? 1 : 0;
}
