/*-------------------------------------------------------------------------
 *
 * assurance.h
 *		The gate: what a claimant has to show, and what it is worth.
 *
 * Methods of verification are worth points, and what is known of the number and of the
 * device decides how many.  The gate to be reached follows from the account, the
 * evidence and the device, never from the path a claimant has chosen: otherwise a
 * thief would choose the cheapest.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_ASSURANCE_H
#define AG_ASSURANCE_H

#include "account/account.h"
#include "phone/evidence.h"
#include "policy/policy.h"
#include "session/session.h"

/*
 * assurance_rules.c
 */

typedef enum AgProfile
{
	AG_PROFILE_BASIC,
	AG_PROFILE_SOCIAL,
	AG_PROFILE_MONEY,
	AG_PROFILE_COUNT
} AgProfile;

extern const char *ag_profile_name(AgProfile profile);
extern AgProfile ag_profile_find(const char *name); /* AG_PROFILE_COUNT = none */

typedef enum AgGate
{
	AG_GATE_T0,					/* login with the password */
	AG_GATE_T1,					/* a new device where logins are protected, an anomaly */
	AG_GATE_T2,					/* a claim, and the number speaks for the claimant */
	AG_GATE_T3,					/* a claim without the number, or it says nothing */
	AG_GATE_T4,					/* a claim against the evidence, or on a protected account */
	AG_GATE_COUNT
} AgGate;

extern const char *ag_gate_name(AgGate gate);
extern AgGate ag_gate_find(const char *name);	/* AG_GATE_COUNT = none */

/* AG_METHOD(symbol, name, can it be presented in this version?) */
#define AG_METHOD_LIST \
	AG_METHOD(NUMBER_CODE, "number_code", true) \
	AG_METHOD(DEVICE_KEY, "device_key", true) \
	AG_METHOD(DEVICE_APPROVAL, "device_approval", false) \
	AG_METHOD(TRUSTED_PHONE, "trusted_phone", false) \
	AG_METHOD(TOTP, "totp", false) \
	AG_METHOD(RECOVERY_CODE, "recovery_code", false) \
	AG_METHOD(FRIENDS, "friends", false) \
	AG_METHOD(FACE, "face", false) \
	AG_METHOD(CARRIER_MATCH, "carrier_match", false) \
	AG_METHOD(EMAIL_CODE, "email_code", true) \
	AG_METHOD(LINKED_LOGIN, "linked_login", false) \
	AG_METHOD(PASSWORD, "password", true) \
	AG_METHOD(IDENTITY_DATA, "identity_data", false) \
	AG_METHOD(QUIZ_9C1, "quiz_9c1", false) \
	AG_METHOD(QUIZ_15C2, "quiz_15c2", false) \
	AG_METHOD(QUIZ_9C1_15C2, "quiz_9c1_15c2", false) \
	AG_METHOD(QUIZ_9C1_15C2_9C1, "quiz_9c1_15c2_9c1", false) \
	AG_METHOD(SECURITY_QUESTIONS, "security_questions", false) \
	AG_METHOD(SERVICE_TICKET, "service_ticket", true)

#define AG_METHOD(symbol, name, presentable) AG_METHOD_##symbol,
typedef enum AgMethod
{
	AG_METHOD_LIST
	AG_METHOD_COUNT
} AgMethod;
#undef AG_METHOD

#define AG_METHOD_BIT(method) (UINT32_C(1) << (method))

extern const char *ag_method_name(AgMethod method);
extern AgMethod ag_method_find(const char *name);	/* AG_METHOD_COUNT = none */
extern bool ag_method_presentable(AgMethod method);

/* AG_CATEGORY(symbol, name) */
#define AG_CATEGORY_LIST \
	AG_CATEGORY(NUMBER, "number") \
	AG_CATEGORY(DEVICE, "device") \
	AG_CATEGORY(PHONE, "phone") \
	AG_CATEGORY(POSSESSION, "possession") \
	AG_CATEGORY(SOCIAL, "social") \
	AG_CATEGORY(BIOMETRIC, "biometric") \
	AG_CATEGORY(DOCUMENT, "document") \
	AG_CATEGORY(MAILBOX, "mailbox") \
	AG_CATEGORY(ACCOUNT, "account") \
	AG_CATEGORY(KNOWLEDGE, "knowledge") \
	AG_CATEGORY(SERVICE, "service")

#define AG_CATEGORY(symbol, name) AG_CATEGORY_##symbol,
typedef enum AgCategory
{
	AG_CATEGORY_LIST
	AG_CATEGORY_COUNT
} AgCategory;
#undef AG_CATEGORY

extern const char *ag_category_name(AgCategory category);
extern AgCategory ag_category_of(AgMethod method);

/* What a method is worth, as policy has it. */
typedef struct AgMethodTerms
{
	bool		enabled;
	int			points;			/* at its best */
	int			reduced;		/* in doubt */
	int			least;			/* in more doubt */
	int			most;			/* several of them together */
	bool		alone;			/* also where nothing else is shown */
} AgMethodTerms;

typedef struct AgGateTerms
{
	int			points[AG_PROFILE_COUNT];
	int			categories;		/* of how many the points have to be */
	bool		beyond_knowledge;	/* something that is not merely known is among them */
} AgGateTerms;

typedef struct AgAssuranceTerms
{
	AgMethodTerms method[AG_METHOD_COUNT];
	AgGateTerms gate[AG_GATE_COUNT];
	int			quiz_most;		/* of all quizzes and questions together */
} AgAssuranceTerms;

/* What is known about a claim on an account.  Ages in seconds. */
typedef struct AgClaim
{
	AgProfile	profile;
	bool		protected;		/* silent for long, with something to lose */
	bool		login_protected;	/* its owner wants new devices to show more */
	bool		anomalous;		/* a login that is unlike the owner's */

	bool		has_number;		/* it has a login number */
	AgReassignment reassignment;
	bool		sim_risk;
	bool		young_proof;	/* its owner proved it within the floor of its country */

	bool		has_device;		/* the claimant's device is one of the account, and has signed */
	AgDeviceState device;
	int64		device_age;		/* since its last proof before this */
	int			device_days;	/* on which it was used */
	int64		trusted_age;	/* since it was trusted, if it is */

	int64		phone_age;		/* since the trusted phone was added */
	bool		phone_doubtful; /* its own evidence is suspected or worse, or its SIM is new */
	int64		linked_age;		/* since the third-party login was linked */
	int			questions;		/* answered */
} AgClaim;

/* How the claimant says he is the owner. */
typedef enum AgClaimWay
{
	AG_WAY_LOGIN,				/* with credentials that do not depend on the number */
	AG_WAY_SESSION,				/* of the account, which is to do more than it may so far */
	AG_WAY_CLAIM				/* "mine", reset, code only, "cannot receive", ... */
} AgClaimWay;

/* The gate that a situation demands. */
extern AgGate ag_gate_demanded(const AgAssuranceTerms *terms, const AgClaim *claim, AgClaimWay way);

/* What is to be shown next. */
typedef enum AgNextStep
{
	AG_NEXT_DONE,
	AG_NEXT_MORE,				/* another method, any */
	AG_NEXT_BEYOND_KNOWLEDGE,	/* one that is not merely known */
	AG_NEXT_OTHER_CATEGORY		/* one of another category */
} AgNextStep;

extern const char *ag_next_name(AgNextStep next);

typedef struct AgAssurance
{
	AgGate		gate;			/* judged at */
	int			needed;			/* points */
	int			points;
	uint32		categories;		/* 1 << AgCategory of what had points */
	bool		passed;
	AgNextStep	next;
	int			missing;		/* points */
	bool		another_factor; /* passed, but what is sensitive wants one more: the SIM is new */
	bool		money_waits;	/* passed, but money moves only later */
} AgAssurance;

/* What is shown (1 << AgMethod), against one gate. */
extern void ag_assurance_judge(const AgAssuranceTerms *terms, const AgClaim *claim, AgGate gate,
							   uint32 shown, AgAssurance *assurance);

/* When verification is skipped: what the table of skips says. */
typedef enum AgSkip
{
	AG_SKIP_YOUNG_PROOF,
	AG_SKIP_USUAL_DEVICE,
	AG_SKIP_TRUSTED_DEVICE,
	AG_SKIP_COUNT
} AgSkip;

typedef enum AgSkipAnswer
{
	AG_SKIP_YES,
	AG_SKIP_BUT_FACTOR,			/* what is sensitive wants one more factor */
	AG_SKIP_NO,
	AG_SKIP_NO_CODE				/* ... and codes to the number are worth nothing */
} AgSkipAnswer;

extern const char *ag_skip_name(AgSkip skip);
extern const char *ag_skip_answer_name(AgSkipAnswer answer);

/* Does the condition hold, whatever the evidence says?  And what does the evidence say of it? */
extern bool ag_skip_holds(AgSkip skip, const AgClaim *claim);
extern AgSkipAnswer ag_skip_answer(AgSkip skip, AgReassignment reassignment, bool sim_risk);

#endif							/* AG_ASSURANCE_H */
