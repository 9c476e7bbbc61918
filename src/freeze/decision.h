/*-------------------------------------------------------------------------
 *
 * decision.h
 *		How a freeze is decided, inside this folder: transitions, authority, terms,
 *		statements of reasons, versions, the stores of records and versions.
 *
 * Other folders include freeze.h, which has the use-cases.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_DECISION_H
#define AG_DECISION_H

#include "freeze/freeze.h"

/*
 * freeze_rules.c: the state machine.  Pure.
 */
typedef struct AgFreezeTransition
{
	const char *id;				/* F1 ... F11 */
	AgFreezeState from;
	AgFreezeEvent event;
	AgFreezeState to;
	const char *end_reason;		/* of ended, NULL else */
	const char *who;
	const char *guard;
	const char *errors;
} AgFreezeTransition;

extern const AgFreezeTransition *ag_freeze_rule_find(AgFreezeState from, AgFreezeEvent event);
extern const AgFreezeTransition *ag_freeze_rule_list(int *count);
extern bool ag_freeze_rule_step(AgFreezeState from, AgFreezeEvent event, AgFreezeState to);
extern bool ag_freeze_rule_ending(AgFreezeState from, const char *end_reason,
								  AgFreezeEvent *event);

/*
 * freeze_authority.c: who may decide what about whom.  Each refuses with its error.
 */
extern bool ag_freeze_is_self(const AgKind *kind);
extern bool ag_freeze_is_automated(const AgActor *actor, const AgKind *kind,
								   const AgFreezeOrder *order);
extern bool ag_freeze_same_person(const char *a, const char *b);
extern bool ag_freeze_acts_for_owner(const AgActor *actor, const AgKind *kind);
extern void ag_freeze_require_impose_role(const AgActor *actor, const AgKind *kind);
extern void ag_freeze_require_approve_role(const AgActor *actor, const AgKind *kind);
extern void ag_freeze_require_lift_role(const AgActor *actor, const AgKind *kind, uint32 roles,
										const char *what);
extern void ag_freeze_require_other_person(const AgFreeze *freeze, const AgActor *actor,
										   const char *person, const char *what);
extern void ag_freeze_require_target(const AgAccount *account, const AgActor *actor,
									 const AgKind *kind, const AgFreeze *freeze, TimestampTz at);
extern void ag_freeze_require_lift(const AgAccount *account, const AgActor *actor,
								   const AgFreeze *freeze, const AgKind *kind,
								   const char *legal_reference);

/*
 * freeze_terms.c: capabilities, start, end.
 */
extern uint64 ag_freeze_order_mask(const AgKind *kind, const AgFreezeOrder *order);
extern void ag_freeze_order_terms(AgFreeze *freeze, const AgKind *kind, const AgFreezeOrder *order,
								  TimestampTz at);
extern void ag_freeze_check_length(const AgKind *kind, TimestampTz starts_at, TimestampTz ends_at,
								   TimestampTz at);
extern void ag_freeze_check_automated(const AgKind *kind, TimestampTz starts_at,
									  TimestampTz ends_at);

/*
 * freeze_statement.c: the statement of reasons, rules, proofs, fingerprints.
 */

/* What a freeze writes once and nothing reads back: the rest of its statement of reasons. */
typedef struct AgFreezeStatement
{
	ArrayType  *required;
	const char *explanation;
	const char *evidence;		/* JSON text */
	bool		detection_automated;
	const char *source;
	const char *category;
	ArrayType  *content_types;	/* NULL = none */
	ArrayType  *territory;		/* NULL = everywhere */
	const char *locale;
	const char *idempotency_key;
	const uint8 *request_hash;	/* AG_HASH_SIZE bytes; NULL = no key */
} AgFreezeStatement;

extern AgFreezeStatement *ag_freeze_order_statement(const AgFreezeOrder *order,
													const AgAccount *account, const AgKind *kind,
													const AgReason *reason, bool automated);
extern bool ag_freeze_facts_suffice(const char *facts);
extern void ag_freeze_check_statement(const AgKind *kind, const AgFreezeOrder *order);
extern char *ag_freeze_order_rule(const AgFreezeOrder *order, const AgAccount *account,
								  const AgKind *kind);
extern bool ag_freeze_counts_prior_conduct(const AgFreezeOrder *order);
extern uint8 *ag_freeze_order_hash(const AgFreezeOrder *order, const AgActor *actor);

/*
 * freeze_replace.c: which freeze may take the place of which.
 */
extern void ag_freeze_require_replaceable(const AgAccount *account, const AgActor *actor,
										  const AgFreeze *freeze, const AgKind *kind,
										  TimestampTz at);
extern void ag_freeze_recheck_replaceable(const AgAccount *account, const AgActor *actor,
										  const AgFreeze *freeze, const AgKind *kind,
										  TimestampTz at);

/*
 * freeze_impose.c
 */
extern void ag_freeze_require_reason(const AgKind *kind, const AgReason *reason);

/* What a freeze is, for events. */
extern AgFields *ag_freeze_fields(const AgFreeze *freeze, TimestampTz at);

/* The second half of imposing: what a freeze does when it is no proposal (any more). */
extern void ag_freeze_take_effect(AgAccount *account, const AgActor *actor, AgFreeze *freeze,
								  const AgKind *kind, TimestampTz at);

extern bool ag_freeze_locks_sessions(const AgFreeze *freeze, const AgKind *kind);
extern void ag_freeze_cut_sessions(AgAccount *account, List *freezes, TimestampTz at);
extern void ag_freeze_session_effect(AgAccount *account, const AgFreeze *freeze,
									 const AgKind *kind, TimestampTz at);

/*
 * freeze_amend.c
 */
extern void ag_freeze_confirm_amendment(AgAccount *account, const AgActor *actor, AgFreeze *freeze,
										TimestampTz at);

/*
 * freeze_lift.c
 */

/* May this condition end this freeze? */
extern bool ag_freeze_ends_on(const AgFreeze *freeze, const AgKind *kind, const char *condition);

/* UG101 unless the freeze's present state knows the event. */
extern void ag_freeze_require_transition(const AgFreeze *freeze, AgFreezeEvent event,
										 TimestampTz at);

/* Write the end of a freeze and its event, without deriving standing. */
extern void ag_freeze_close(AgAccount *account, const AgActor *actor, AgFreeze *freeze,
							AgFreezeEvent event, const char *reason, const char *legal_reference,
							TimestampTz at);

/*
 * freeze_suspend.c
 */

/* How much longer its kind lets a freeze be stayed, with a rest that lies ahead left out. */
extern int64 ag_freeze_stay_left(const AgFreeze *freeze, const AgKind *kind, TimestampTz at);

/*
 * freeze_vacate.c
 */

/* Own-motion correction by two persons: false = proposed, true = done. */
extern bool ag_freeze_correct(AgAccount *account, const AgActor *actor, int no, const char *reason,
							  TimestampTz at);

/*
 * freeze_standing.c
 */

/* The rows that follow from these freezes: in force at that instant, or later. */
extern List *ag_freeze_follow(List *freezes, List *acknowledgments, TimestampTz at);

/*
 * freeze_sweep.c: the moments that the clock brings.
 */

/* What the moments of a freeze depend on beside its record. */
typedef struct AgFreezeAfter
{
	TimestampTz probation_end;	/* DT_NOEND = no probation, or none with an end */
	bool		acknowledged;	/* the rules were acknowledged after it, or that was waived */
} AgFreezeAfter;

extern AgFreezeAfter *ag_freeze_after(List *freezes, List *acknowledgments);

/* Tell now what the clock did to one freeze. */
extern void ag_freeze_tell(AgAccount *account, int no, TimestampTz at);

extern TimestampTz ag_freeze_wake(const AgFreeze *freeze, const AgKind *kind,
								  const AgFreezeAfter *after);

/*
 * freeze_transparency.c: statements of reasons for publication.
 */
#define AG_PUBLISHED_COLUMNS 23

/* A version as it is published; dates are those of UTC. */
typedef struct AgFreezePublished
{
	char	   *puid;
	char	   *kind;
	int			kind_version;
	char	   *reason;
	uint64		denies;
	char	   *ground;
	char	   *legal_reference;
	char	   *explanation;
	char	   *category;
	ArrayType  *content_types;
	Datum		conduct_date;
	bool		conduct_date_isnull;
	Datum		start_date;
	Datum		end_date;
	bool		end_date_isnull;
	char	   *source;
	bool		detection_automated;
	bool		decision_automated;
	bool		automated;
	ArrayType  *territory;
} AgFreezePublished;

extern void ag_freeze_publish(ReturnSetInfo *rsinfo, TimestampTz since, TimestampTz until,
							  TimestampTz at);

/*
 * freeze_store.c, freeze_version_store.c
 */
/* A further version; NULL texts are taken from the version it is made from. */
typedef struct AgFreezeVersion
{
	int			version;
	bool		proposal;
	TimestampTz issued_at;
	const char *issued_by;
	const char *issued_role;
	const char *approved_by;	/* not inherited */
	TimestampTz starts_at;
	TimestampTz ends_at;
	uint64		denies;
	const char *facts;
	const char *legal_reference;
	const char *evidence;
	bool		decision_automated;
	const char *change_note;
} AgFreezeVersion;

extern void ag_freeze_store_insert(const AgFreeze *freeze, const AgFreezeStatement *statement);
extern void ag_freeze_store_first_version(const AgFreeze *freeze,
										  const AgFreezeStatement *statement);
extern void ag_freeze_store_insert_version(const AgFreeze *freeze, int from,
										   const AgFreezeVersion *version);
extern int	ag_freeze_store_find_key(int64 account_id, const char *key, bytea **request_hash);
extern List *ag_freeze_store_published(TimestampTz since, TimestampTz until, TimestampTz at);
extern AgSpan *ag_freeze_read_spans(Datum datum, int *count);	/* of a tstzmultirange */
extern void ag_freeze_add_rest(AgFreeze *freeze, TimestampTz from, TimestampTz until);
extern void ag_freeze_store_plan(const AgFreeze *freeze, TimestampTz lift_at, AgSpan rest);
extern AgFreeze *ag_freeze_store_version(const AgFreeze *freeze, int version);
extern void ag_freeze_store_endorse(const AgFreeze *freeze, const char *person, TimestampTz at);
extern void ag_freeze_store_approve(const AgFreeze *freeze, const AgActor *actor,
									const AgFreezeVersion *version);
extern void ag_freeze_store_propose_amendment(const AgFreeze *freeze,
											  const AgFreezeVersion *version, TimestampTz until);
extern void ag_freeze_store_amend(const AgFreeze *freeze, const AgFreezeVersion *version,
								  bool renotify);
extern void ag_freeze_store_drop_amendment(const AgFreeze *freeze, TimestampTz at);
extern void ag_freeze_store_end(const AgFreeze *freeze, const char *role, const char *note,
								const char *legal_reference);
extern void ag_freeze_store_stay(const AgFreeze *freeze, const char *person, const char *reason,
								 AgSpan stay);
extern void ag_freeze_store_unstay(const AgFreeze *freeze, TimestampTz at);
extern void ag_freeze_store_propose_vacate(const AgFreeze *freeze);
extern void ag_freeze_store_vacate(const AgFreeze *freeze, bool ends, const char *role);

/*
 * freeze_sweep_store.c
 */
extern void ag_freeze_store_wake(const AgFreeze *freeze, TimestampTz wake_at);
extern void ag_freeze_store_noted(const AgFreeze *freeze);
extern List *ag_freeze_store_due(TimestampTz at, int64 limit);	/* int64 *, accounts, ascending */
extern int64 ag_freeze_store_count_due(TimestampTz at, int64 most);
extern void ag_freeze_store_postpone(int64 account_id, TimestampTz at, TimestampTz until);

/* In freeze_record.noted: the end of the last stay has been told, or a person ended it. */
#define AG_FREEZE_STAY_NOTED 8

#endif							/* AG_DECISION_H */
