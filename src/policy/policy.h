/*-------------------------------------------------------------------------
 *
 * policy.h
 *		What a DBA can change about the product: settings, kinds, reasons, ladder.
 *
 * Everything is a row with versions: a change is a new row, the old one stays.
 * Readers get the newest version from a cache of the session, which a relcache
 * message about the table empties; so a change is seen by every session at its
 * next statement.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_POLICY_H
#define AG_POLICY_H

#include "base/base.h"
#include "utils/jsonb.h"

/*
 * policy_rules.c: the settings, their type, unit, default and range.
 */

/* AG_SETTING(symbol, name, unit, default, lowest, highest, what it decides) */
#define AG_SETTING_LIST \
	AG_SETTING(CLOSE_GRACE, "close_grace", "seconds", 2592000, 0, 31536000, \
			   "time between asking to close an account and its closing") \
	AG_SETTING(RETENTION, "retention", "seconds", 15552000, 0, 315360000, \
			   "time between closing an account and its earliest erasure") \
	AG_SETTING(PROPOSAL_LIFE, "proposal_life", "seconds", 259200, 3600, 2592000, \
			   "time in which a second person has to approve a proposal") \
	AG_SETTING(INFORMED_AFTER, "informed_after", "seconds", 1209600, 0, 7776000, \
			   "time after which a person counts as informed though nothing was delivered") \
	AG_SETTING(STATEMENT_MIN, "statement_min", "characters", 10, 0, 1000, \
			   "shortest statement of facts a freeze may carry") \
	AG_SETTING(RISK_THRESHOLD, "risk_threshold", "points", 100, 1, 100000, \
			   "risk score that freezes the account") \
	AG_SETTING(RISK_HALF_LIFE, "risk_half_life", "seconds", 86400, 60, 31536000, \
			   "time in which a risk signal loses half its weight") \
	AG_SETTING(PROOF_AGE, "proof_age", "seconds", 900, 60, 86400, \
			   "longest age of a proof of identity that ends a freeze") \
	AG_SETTING(APPEAL_DUE, "appeal_due", "seconds", 604800, 3600, 31536000, \
			   "expected handling time of appeals where the kind has no review_due") \
	AG_SETTING(APPEAL_LEASE, "appeal_lease", "seconds", 28800, 60, 604800, \
			   "time for which a reviewer holds a case") \
	AG_SETTING(APPEAL_HOLD, "appeal_hold", "seconds", 86400, 60, 2592000, \
			   "time for which one reviewer may hold one case, all his claims together") \
	AG_SETTING(APPEAL_CLAIMS, "appeal_claims", "cases", 100, 1, 10000, \
			   "cases that one reviewer may hold at a time") \
	AG_SETTING(APPEAL_TRIES, "appeal_tries", "appeals", 2, 1, 20, \
			   "unsuccessful appeals against one freeze") \
	AG_SETTING(APPEAL_TEXT_MIN, "appeal_text_min", "characters", 20, 1, 1000, \
			   "shortest statement of an appeal") \
	AG_SETTING(APPEAL_ROUNDS, "appeal_rounds", "rounds", 3, 0, 20, \
			   "how often a reviewer may ask for material") \
	AG_SETTING(APPEAL_MATERIAL_TIME, "appeal_material_time", "seconds", 1209600, 3600, 7776000, \
			   "time for material that a reviewer asks for without naming a deadline") \
	AG_SETTING(APPEAL_ITEMS, "appeal_items", "items", 20, 0, 100, \
			   "items of material in one case, and supplements to it") \
	AG_SETTING(APPEAL_ITEM_SIZE, "appeal_item_size", "bytes", 10485760, 65536, 104857600, \
			   "largest item of material") \
	AG_SETTING(SIGNOFF_POINTS, "signoff_points", "points", 4, 0, 100, \
			   "strike points at stake from which a decision needs a second reviewer") \
	AG_SETTING(SIGNOFF_TIME, "signoff_time", "seconds", 172800, 3600, 2592000, \
			   "time after which a signature is wanted from further roles") \
	AG_SETTING(APPEAL_TICKET_LIFE, "appeal_ticket_life", "seconds", 604800, 600, 7776000, \
			   "time in which somebody with a ticket can appeal") \
	AG_SETTING(APPEAL_ABUSE_COUNT, "appeal_abuse_count", "appeals", 3, 1, 100, \
			   "manifestly unfounded appeals that are an abuse") \
	AG_SETTING(APPEAL_ABUSE_SPAN, "appeal_abuse_span", "seconds", 15552000, 86400, 157680000, \
			   "time in which unfounded appeals are counted") \
	AG_SETTING(APPEAL_FIRST_TOTAL, "appeal_first_total", "boolean", 1, 0, 1, \
			   "1 lets a suspended user appeal once against a freeze of everything") \
	AG_SETTING(SESSION_LIFE, "session_life", "seconds", 2592000, 300, 31536000, \
			   "absolute life of a session") \
	AG_SETTING(SESSION_IDLE, "session_idle", "seconds", 604800, 60, 31536000, \
			   "time without use after which a session is over") \
	AG_SETTING(SESSION_CACHE, "session_cache", "seconds", 5, 0, 60, \
			   "time for which an application may go on without asking session_check() again") \
	AG_SETTING(SESSION_MOST, "session_most", "sessions", 20, 1, 1000, \
			   "live sessions of an account") \
	AG_SETTING(SESSION_KEEP, "session_keep", "seconds", 7776000, 0, 315360000, \
			   "time for which a session stays on record after its absolute end") \
	AG_SETTING(REFRESH_GRACE, "refresh_grace", "seconds", 10, 0, 300, \
			   "time for which the token before the last refresh is still good") \
	AG_SETTING(STEP_UP_AGE, "step_up_age", "seconds", 600, 30, 86400, \
			   "time for which a stronger proof counts") \
	AG_SETTING(DEVICE_MOST, "device_most", "devices", 30, 1, 1000, \
			   "devices of an account that are neither kicked off nor lost") \
	AG_SETTING(TRUSTED_MOST, "trusted_most", "devices", 10, 1, 100, \
			   "trusted devices of an account") \
	AG_SETTING(DEVICE_ESTABLISHED, "device_established", "seconds", 604800, 3600, 31536000, \
			   "time after which a device that was enrolled by its owner counts as established") \
	AG_SETTING(DEVICE_TRUST_AFTER, "device_trust_after", "seconds", 86400, 0, 31536000, \
			   "age at which a mobile device can be trusted from itself, and a session may end others") \
	AG_SETTING(ANSWER_AGE, "answer_age", "seconds", 86400, 60, 2592000, \
			   "longest age of an answer that a number was not reassigned") \
	AG_SETTING(SIM_RISK, "sim_risk", "seconds", 604800, 0, 7776000, \
			   "time after a change of SIM or carrier in which codes to the number prove nothing") \
	AG_SETTING(NUMBER_KEEP, "number_keep", "seconds", 15552000, 0, 315360000, \
			   "time after which a number that only erased accounts had is forgotten") \
	AG_SETTING(TOMBSTONE_LEAST, "tombstone_least", "seconds", 15552000, 0, 315360000, \
			   "shortest time for which the number that a banned account lost is held from a fresh start") \
	AG_SETTING(CODE_LIFE, "code_life", "seconds", 300, 60, 600, \
			   "time in which a one-time code has to be shown") \
	AG_SETTING(FLOW_LIFE, "flow_life", "seconds", 1800, 300, 86400, \
			   "time in which a flow has to come to its end") \
	AG_SETTING(FLOW_PROOF_AGE, "flow_proof_age", "seconds", 600, 60, 3600, \
			   "time for which what was proved in a flow counts") \
	AG_SETTING(FLOW_KEEP, "flow_keep", "seconds", 86400, 0, 2592000, \
			   "time after which a flow that is over is forgotten") \
	AG_SETTING(OUTCOME_KEEP, "outcome_keep", "seconds", 7776000, 86400, 315360000, \
			   "time for which service desk finds the answers of flows by their reference") \
	AG_SETTING(REBIND_BASIC, "rebind_basic", "seconds", 0, 0, 604800, \
			   "time for objections when an account of profile basic changes its number and proved the old one") \
	AG_SETTING(REBIND_DAY, "rebind_day", "seconds", 7200, 0, 604800, \
			   "time for objections to a change of number that is asked for by day") \
	AG_SETTING(REBIND_NIGHT, "rebind_night", "seconds", 43200, 0, 604800, \
			   "the same outside the day") \
	AG_SETTING(REBIND_UNUSABLE, "rebind_unusable", "seconds", 604800, 0, 2592000, \
			   "the same when the old number was not proved") \
	AG_SETTING(REBIND_SIM_RISK, "rebind_sim_risk", "seconds", 259200, 0, 2592000, \
			   "the same when the SIM of the old number changed lately") \
	AG_SETTING(REBIND_SPECIAL, "rebind_special", "seconds", 604800, 0, 7776000, \
			   "the same for accounts of staff and those under special protection") \
	AG_SETTING(REBIND_DAY_FROM, "rebind_day_from", "minutes", 540, 0, 1439, \
			   "minute in the time zone of the account at which the day of rebind_day begins") \
	AG_SETTING(REBIND_DAY_UNTIL, "rebind_day_until", "minutes", 1260, 0, 1440, \
			   "minute at which it ends") \
	AG_SETTING(REBIND_CONTEST_LIFE, "rebind_contest_life", "seconds", 1209600, 3600, 7776000, \
			   "time in which a contested change of number has to be settled") \
	AG_SETTING(REBIND_READY_LIFE, "rebind_ready_life", "seconds", 1209600, 86400, 7776000, \
			   "time in which a change of number that is ready has to be carried out") \
	AG_SETTING(REBIND_EVENT_AGE, "rebind_event_age", "seconds", 259200, 0, 2592000, \
			   "time after a recovery, an unfreeze or a disowned act in which a number cannot be changed") \
	AG_SETTING(REBIND_CHANGES, "rebind_changes", "changes", 3, 1, 1000, \
			   "changes of number that an account may make in the span") \
	AG_SETTING(REBIND_SPAN, "rebind_span", "seconds", 15552000, 86400, 315360000, \
			   "the span in which they are counted") \
	AG_SETTING(REBIND_REQUESTS, "rebind_requests", "requests", 5, 1, 1000, \
			   "requests to change a number that an account may make in 24 hours") \
	AG_SETTING(REBIND_BACK, "rebind_back", "seconds", 86400, 0, 2592000, \
			   "time in which an account can take a number back that it gave up, without that being a change") \
	AG_SETTING(TRUSTED_NUMBERS, "trusted_numbers", "numbers", 5, 0, 100, \
			   "trusted numbers of an account") \
	AG_SETTING(TRUSTED_NUMBER_DELAY, "trusted_number_delay", "seconds", 86400, 0, 2592000, \
			   "time after which a new trusted number can vouch for the account") \
	AG_SETTING(UNTRUST_DELAY, "untrust_delay", "seconds", 86400, 0, 2592000, \
			   "time after which the last trusted number that is removed goes") \
	AG_SETTING(ENTITLEMENT_TIMEOUT, "entitlement_timeout", "milliseconds", 500, 10, 60000, \
			   "time for each query that counts what an account has to lose") \
	AG_SETTING(REMIND_AHEAD, "remind_ahead", "seconds", 2592000, 0, 15552000, \
			   "time before an account falls dormant at which its owner is asked for a sign of life") \
	AG_SETTING(RECONFIRM_AFTER, "reconfirm_after", "seconds", 15552000, 86400, 315360000, \
			   "time without a proof or a word after which an owner is asked whether his number is still his") \
	AG_SETTING(PASSWORD_MEMORY, "password_memory", "kilobytes", 19456, 19456, 262144, \
			   "memory that hashing a password takes") \
	AG_SETTING(PASSWORD_PASSES, "password_passes", "passes", 2, 2, 6, \
			   "how often hashing a password goes over that memory") \
	AG_SETTING(PASSWORD_LEAST, "password_least", "characters", 15, 8, 64, \
			   "shortest password of an account that can be entered by it alone") \
	AG_SETTING(PASSWORD_LEAST_SECOND, "password_least_second", "characters", 8, 8, 64, \
			   "shortest password of an account that is never entered without a second factor") \
	AG_SETTING(PASSWORD_STEP_UP, "password_step_up", "boolean", 1, 0, 1, \
			   "1 asks for a fresh stronger proof, besides the old password, before it is changed") \
	AG_SETTING(QUIZ_MOST, "quiz_most", "points", 10, 0, 10, \
			   "what all quizzes and questions together are worth at most") \
	AG_SETTING(CLAIM_TIME, "claim_time", "seconds", 259200, 86400, 2592000, \
			   "time in which the owner of a claimed number is asked for it") \
	AG_SETTING(CLAIM_TIME_LONG, "claim_time_long", "seconds", 604800, 86400, 2592000, \
			   "the same, if he has something to lose or the SIM is young") \
	AG_SETTING(CLAIM_MOST, "claim_most", "claims", 3, 1, 100, \
			   "claims to a number after which a person has to look at it") \
	AG_SETTING(CLAIM_WINDOW, "claim_window", "seconds", 2592000, 86400, 31536000, \
			   "time in which so many claims are too many") \
	AG_SETTING(NUMBER_ACCOUNTS, "number_accounts", "accounts", 5, 1, 1000, \
			   "accounts that may begin with one number") \
	AG_SETTING(NUMBER_ACCOUNTS_WINDOW, "number_accounts_window", "seconds", 15552000, 86400, 315360000, \
			   "time in which so many accounts may begin with it") \
	AG_SETTING(PREPARE_WAIT, "prepare_wait", "boolean", 0, 0, 1, \
			   "0 refuses PREPARE TRANSACTION after guarded writes, 1 lets freezes wait for it") \
	AG_SETTING(CONTACTS_MAX, "contacts_max", "contacts", 10, 1, 100, \
			   "most contacts an account may have at a time") \
	AG_SETTING(QUIET_FROM, "quiet_from", "minutes", 0, 0, 1439, \
			   "minute of the day, in the account's time zone, at which quiet hours begin") \
	AG_SETTING(QUIET_UNTIL, "quiet_until", "minutes", 0, 0, 1439, \
			   "minute of the day at which quiet hours end; the same as quiet_from: there are none") \
	AG_SETTING(NOTICE_FIRST_RETRY, "notice_first_retry", "seconds", 30, 1, 86400, \
			   "time after which a notice that could not be delivered is tried again") \
	AG_SETTING(NOTICE_RETRY_FACTOR, "notice_retry_factor", "times", 2, 1, 10, \
			   "by how much that time grows with each further failure") \
	AG_SETTING(NOTICE_RETRY_CAP, "notice_retry_cap", "seconds", 21600, 1, 604800, \
			   "longest time between two tries of a notice") \
	AG_SETTING(NOTICE_TRIES, "notice_tries", "tries", 12, 1, 100, \
			   "tries after which a notice is given up") \
	AG_SETTING(NOTICE_RETENTION, "notice_retention", "seconds", 63072000, 2592000, 315360000, \
			   "time for which notices are kept after they were delivered, given up or cancelled")

#define AG_SETTING(symbol, name, unit, default_value, lowest, highest, meaning) AG_SETTING_##symbol,
typedef enum AgSetting
{
	AG_SETTING_LIST
	AG_SETTING_COUNT
} AgSetting;
#undef AG_SETTING

typedef struct AgSettingRule
{
	const char *name;
	const char *unit;
	int64		default_value;
	int64		lowest;
	int64		highest;
	const char *meaning;
} AgSettingRule;

extern const AgSettingRule *ag_policy_setting_rule(AgSetting setting);
extern AgSetting ag_policy_setting_find(const char *name);	/* AG_SETTING_COUNT = none */
extern bool ag_policy_setting_in_range(AgSetting setting, int64 value);

/* What can be changed, in the order of policy_list(): AG_TOPIC(symbol, table, column of the key) */
#define AG_TOPIC_LIST \
	AG_TOPIC(SETTING, "setting", "setting") \
	AG_TOPIC(FREEZE_KIND, "freeze_kind", "kind") \
	AG_TOPIC(BUNDLE, "bundle", "bundle") \
	AG_TOPIC(REASON, "reason", "reason") \
	AG_TOPIC(LADDER_STEP, "ladder_step", "score") \
	AG_TOPIC(RISK_SIGNAL, "risk_signal", "signal") \
	AG_TOPIC(CAPABILITY, "capability", "capability") \
	AG_TOPIC(NOTICE_TEMPLATE, "notice_template", "template") \
	AG_TOPIC(COUNTRY_FLOOR, "country_floor", "country") \
	AG_TOPIC(NUMBER_ALIAS, "number_alias", "alias") \
	AG_TOPIC(LABEL, "label", "label") \
	AG_TOPIC(LIMIT_RULE, "limit_rule", "rule") \
	AG_TOPIC(CODE_COUNTRY, "code_country", "country") \
	AG_TOPIC(CLIENT_CHANNEL, "client_channel", "channel") \
	AG_TOPIC(METHOD, "verification_method", "method") \
	AG_TOPIC(GATE, "gate", "gate")

#define AG_TOPIC(symbol, name, key) AG_TOPIC_##symbol,
typedef enum AgPolicyTopic
{
	AG_TOPIC_LIST
	AG_TOPIC_COUNT
} AgPolicyTopic;
#undef AG_TOPIC

extern const char *ag_policy_topic_name(AgPolicyTopic topic);
extern const char *ag_policy_topic_key(AgPolicyTopic topic);	/* column that names an item */
extern AgPolicyTopic ag_policy_topic_find(const char *name);	/* AG_TOPIC_COUNT = none */

/* What is wrong with the choices, lengths and points of a kind, NULL if nothing is. */
struct AgKind;
struct AgReason;
extern const char *ag_policy_kind_problem(const struct AgKind *kind);

/*
 * How well a template's locale suits a wanted one: 0 not at all, the more the better.
 * For zh-Hant-HK: zh-Hant-HK, zh-Hant, zh, any other zh, en, anything.
 */
extern int	ag_locale_rank(const char *wanted, const char *offered);
extern bool ag_locale_valid(const char *locale);
#define AG_DEFAULT_LOCALE "en"

/* The channels of notices.  in_app is the application itself: it needs no address. */
typedef enum AgChannel
{
	AG_CHANNEL_IN_APP,
	AG_CHANNEL_EMAIL,
	AG_CHANNEL_SMS,
	AG_CHANNEL_PUSH,
	AG_CHANNEL_COUNT
} AgChannel;

extern const char *ag_channel_name(AgChannel channel);
extern AgChannel ag_channel_find(const char *name); /* AG_CHANNEL_COUNT = none */
struct AgNumberAlias;
extern bool ag_policy_alias_leads_to(const struct AgNumberAlias *alias,
									 const struct AgNumberAlias *next);

/* Can freezes of the kind be for the reason?  NULL, or which kinds the reason is for. */
extern const char *ag_policy_reason_problem(const struct AgKind *kind,
											const struct AgReason *reason);

/* Longest length of anything, in seconds: keeps every time one that can be written. */
#define AG_LONGEST (INT64CONST(36500) * SECS_PER_DAY)

/*
 * policy.c: reading, through the cache.
 */
extern int64 ag_policy_setting(AgSetting setting);

/* One capability: a bit of 63. */
typedef struct AgCapability
{
	const char *name;
	int			bit;
	const char *floor;			/* "floor", "soft" or NULL */
	const char *description;
} AgCapability;

extern const AgCapability *ag_policy_capability(int bit);	/* NULL = no such bit */
extern int	ag_policy_capability_bit(const char *name); /* UG610 if there is none */
extern uint64 ag_policy_mask(ArrayType *names); /* capability and bundle names; UG610 */
extern uint64 ag_policy_bundle_mask(const char *name);	/* of a shipped bundle; UG610 */
extern ArrayType *ag_policy_mask_names(uint64 mask);
extern uint64 ag_policy_all(void);	/* every bit but the floor and the soft floor */
extern uint64 ag_policy_floor(void);
extern uint64 ag_policy_soft_floor(void);

/* A freeze kind, newest version.  Lengths in seconds, -1 = none or no limit. */
typedef struct AgKind
{
	const char *kind;
	int			version;
	bool		enabled;
	bool		scope;			/* for scope freezes only */
	int			severity;		/* 0 nothing .. 9 ban; orders what is shown */
	const char *mode;			/* deny, challenge, monitor */
	ArrayType  *denies_names;	/* as written: capabilities and bundles */
	uint64		denies;			/* the same as a mask */
	bool		choosable;		/* the caller names the capabilities himself */
	ArrayType  *choices_names;
	uint64		choices;		/* ... out of these */
	int64		min_length;
	int64		max_length;
	int64		default_length; /* -1 = indefinite */
	bool		indefinite;		/* may have no end */
	int64		automated_max;	/* -1 = automated actors may only propose */
	uint32		impose_roles;
	uint32		approve_roles;
	uint32		lift_roles;
	bool		second_person;
	const char *lift_policy;	/* manual, authority, self, system */
	int64		cooldown;		/* self lift: seconds after the start */
	ArrayType  *conditions;		/* conditions that end it, e.g. identity_verified */
	bool		ends_on_login;	/* verified_login is among them */
	const char *session_effect; /* keep, lock, revoke */
	const char *appeal;			/* yes, case, no */
	int64		appeal_window;
	int64		review_due;		/* mandatory review; -1 = none */
	const char *breach;			/* notify, escalate, stay, auto_lift */
	bool		stayable;
	int64		stay_max;
	int			points;			/* strike points by default */
	int			points_max;
	int64		probation;		/* -1 = none */
	ArrayType  *probation_denies_names;
	uint64		probation_denies;
	bool		pause_probation;
	bool		acknowledge;
	ArrayType  *acknowledge_denies_names;
	uint64		acknowledge_denies;
	bool		blocks_closure;
	bool		blocks_erasure;
	bool		visible;		/* shown to the user */
	ArrayType  *required;		/* fields of the statement of reasons */
} AgKind;

extern const AgKind *ag_policy_kind(const char *kind);	/* NULL = no such kind */
extern const AgKind *ag_policy_kind_version(const char *kind, int version);

/* A reason code: what a freeze is for. */
typedef struct AgReason
{
	const char *reason;
	const char *category;		/* security, violation, regulatory, own_wish, maintenance, dormancy */
	const char *public_text;	/* fit for the user */
	int			points;			/* -1 = the kind decides */
	int64		strike_life;	/* seconds */
} AgReason;

extern const AgReason *ag_policy_reason(const char *reason);	/* NULL = no such reason */

/* The ladder, ascending by score. */
typedef struct AgLadderStep
{
	int			score;			/* live points from which the step applies */
	const char *kind;			/* NULL = warning only */
	int64		length;			/* seconds, -1 = indefinite */
	bool		proposal;		/* a person has to approve */
} AgLadderStep;

extern List *ag_policy_ladder(void);	/* AgLadderStep *, kept in the cache */

#define AG_LADDER_REASON "ladder"	/* the reason of its freezes */

/* The freeze that follows the gate T4: nobody decides it, so no field but its reason is there. */
#define AG_WAIT_KIND "money_wait"
#define AG_WAIT_REASON "security.returned"

/* A risk signal: what a report of it is worth, and which freeze it sets off. */
typedef struct AgRiskSignal
{
	const char *signal;
	int64		weight;			/* micropoints */
	const char *kind;
	const char *reason;
	bool		enabled;
} AgRiskSignal;

extern const AgRiskSignal *ag_policy_risk_signal(const char *signal);	/* NULL = none */

/*
 * policy_template.c: the words of notices.
 */
typedef struct AgTemplate
{
	int			action;			/* code of the event */
	AgChannel	channel;
	const char *locale;
	const char *key;			/* freeze.imposed/email/zh-CN */
	bool		enabled;
	const char *subject;		/* NULL for sms */
	const char *body;
} AgTemplate;

/* The channels (1 << AgChannel) that have a template for the event. */
extern uint32 ag_policy_template_channels(int action);

/* The template whose locale suits best, by ag_locale_rank(); NULL if there is none at all. */
extern const AgTemplate *ag_policy_template(int action, AgChannel channel, const char *locale);

/* Every template in turn, by key; NULL behind the last. */
extern const AgTemplate *ag_policy_template_at(int n);

/* What is wrong with a template, palloc'd, or NULL; asked when one is saved.  Set at load. */
typedef char *(*AgTemplateJudge) (const AgTemplate *candidate);
extern void ag_policy_judge_templates(AgTemplateJudge judge);
extern char *ag_policy_template_problem(const AgTemplate *candidate);

/* Is a key event/channel/locale?  Fills those three, palloc'd; else says what is wrong. */
extern const char *ag_policy_template_parse(const char *key, AgTemplate *parsed);

/* After what time a carrier may have given a number of the country to somebody else, seconds. */
extern int64 ag_policy_country_floor(int country);
extern int64 ag_policy_country_floor_least(void);	/* of all countries */

/* A renumbering: the same number, written in another way from some time on. */
typedef struct AgNumberAlias
{
	const char *old_prefix;
	int			old_length;		/* digits of the whole number */
	const char *new_prefix;
	TimestampTz valid_from;
} AgNumberAlias;

extern List *ag_policy_number_aliases(void);	/* AgNumberAlias *, kept in the cache */

/*
 * policy_gate.c: what methods of verification are worth, and what gates demand.
 */
typedef struct AgMethodPolicy
{
	const char *method;
	bool		enabled;
	int			points;			/* at its best */
	int			reduced;		/* in doubt */
	int			least;			/* in more doubt */
	int			most;			/* several of them together */
	bool		alone;			/* also where nothing else is shown */
	const char *description;
} AgMethodPolicy;

#define AG_GATES 5				/* T0 to T4 */

typedef struct AgGatePolicy
{
	const char *gate;
	int			points[3];		/* profiles basic, social, money */
	int			categories;
	bool		beyond_knowledge;
	const char *description;
} AgGatePolicy;

extern List *ag_policy_methods(void);	/* AgMethodPolicy *, by name, kept in the cache */
extern List *ag_policy_gates(void); /* AgGatePolicy *, T0 to T4, kept in the cache */

/* What is wrong with the gates together, NULL if nothing is. */
extern const char *ag_policy_gates_problem(List *gates);

/*
 * policy_label.c: what things are called, "reason/violation.spam/zh-CN".
 */

/* In the language of a locale, else in English; NULL if it is called nothing in either. */
extern const char *ag_policy_label(const char *sort, const char *name, const char *locale);
extern const char *ag_policy_phrase(const char *name, const char *locale);
extern const char *ag_policy_label_problem(const char *key);

/*
 * policy_limit.c: how often something may be tried.
 */

/*
 * Either at most so many attempts in any span, or waits that grow: from the failure
 * number waits_from on one has to wait, longer each time, and the failure number stop
 * is the last.
 */
typedef struct AgLimitRule
{
	const char *rule;
	bool		enabled;
	int64		span;			/* seconds: of most; or without an attempt, until all are forgotten */
	int			most;			/* 0 = waits that grow */
	int			waits_from;
	int			stop;			/* 0 = never */
	int			wait_count;
	int64	   *waits;			/* seconds; the last repeats */
} AgLimitRule;

extern const AgLimitRule *ag_policy_limit_rule(const char *name);	/* NULL = none */
extern List *ag_policy_limit_rules(void);	/* AgLimitRule *, by name, kept in the cache */

/* Are codes sent to the numbers of a country, by its calling code? */
extern bool ag_policy_code_country(int country);

/* May clients that came by a channel (NULL = it is not named) change numbers, and from which build on? */
extern bool ag_policy_client_channel(const char *channel, int64 *least_build);

extern void ag_policy_init(void);

/*
 * The cache, for what other files of this folder keep in it: made current; its contents
 * are gone when the generation is another one.
 */
extern MemoryContext ag_policy_cache(uint64 *generation);

/*
 * policy_write.c, policy_list.c: changing, and reading like a manual.
 */

/* Give an item a new version; returns its number. */
extern int	ag_policy_set(const char *topic, const char *key, Jsonb *value, const char *reason);

/* Every item of a topic (NULL = all topics) into the caller's tuplestore. */
extern void ag_policy_list(const char *topic, ReturnSetInfo *rsinfo);

/*
 * policy_check.c
 */
extern AgPolicyTopic ag_policy_topic_require(const char *name); /* UG611 */
extern void ag_policy_check(AgPolicyTopic topic, const char *key);
extern void ag_policy_refuse(AgPolicyTopic topic, const char *key, const char *problem);	/* UG612 */

/*
 * policy_write_store.c: rows as jsonb.
 */
extern AgStatementTable policy_write_statements;

extern Jsonb *ag_policy_store_newest(AgPolicyTopic topic, const char *key); /* NULL = none */
extern Jsonb *ag_policy_store_template(AgPolicyTopic topic);
extern Jsonb *ag_policy_store_add_version(AgPolicyTopic topic, Jsonb *old, Jsonb *change,
										  const char *key, int version, TimestampTz at,
										  const char *person, const char *reason);
extern Jsonb *ag_policy_store_add_capability(const char *name, const char *description);
extern Jsonb *ag_policy_store_describe_capability(const char *name, const char *description);
extern AgResult *ag_policy_store_list(AgPolicyTopic topic);

/*
 * policy_store.c: the newest versions as they stand in the tables.
 */
extern AgStatementTable policy_statements;

extern List *ag_policy_store_capabilities(void);	/* AgCapability * */
extern AgResult *ag_policy_store_bundles(void); /* bundle, capabilities */
extern AgResult *ag_policy_store_settings(void);	/* setting, value */
extern AgKind *ag_policy_store_kind(const char *kind, int version); /* version 0 = newest */
extern AgReason *ag_policy_store_reason(const char *reason);
extern AgRiskSignal *ag_policy_store_risk_signal(const char *name);
extern List *ag_policy_store_ladder(void);
extern AgResult *ag_policy_store_labels(void);	/* label, words */
extern List *ag_policy_store_templates(void);	/* char *, keys of the enabled ones */
extern AgTemplate *ag_policy_store_words(const char *key);	/* enabled, subject, body; NULL = none */
extern AgResult *ag_policy_store_floors(void);	/* calling code, 0 = any other; floor */
extern List *ag_policy_store_number_aliases(void);
extern List *ag_policy_store_limit_rules(void);
extern bool ag_policy_store_code_country(int country);
extern bool ag_policy_store_client_channel(const char *channel, int64 *least_build);
extern List *ag_policy_store_methods(void);
extern List *ag_policy_store_gates(void);

#endif							/* AG_POLICY_H */
