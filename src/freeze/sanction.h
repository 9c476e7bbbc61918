/*-------------------------------------------------------------------------
 *
 * sanction.h
 *		What stands beside freezes, for this folder only: strikes, acknowledgments, risk,
 *		legal holds, scopes, batches.
 *
 * Other folders include freeze.h, which has the use-cases.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_SANCTION_H
#define AG_SANCTION_H

#include "crypto/crypto.h"
#include "freeze/decision.h"
#include "outbox/outbox.h"

/*
 * strike.c, acknowledge.c, risk.c, hold.c: what only their SQL functions call.
 */

/* Warn: a strike without a freeze.  Returns its number, the rest in the pointers. */
extern int	ag_strike_warn(AgAccount *account, const AgActor *actor, const AgReason *reason,
						   int points, const char *facts, const char *incident,
						   const char *idempotency_key, TimestampTz at, int *score,
						   int *ladder_no);

/* Void a warning; freezes it leaves without support are vacated or reported. */
extern void ag_strike_void_warning(AgAccount *account, const AgActor *actor, int no,
								   const char *reason, TimestampTz at);

/* Refuse everybody but the app; before the account is looked up. */
extern void ag_acknowledge_require_role(const AgActor *actor);

/* Acknowledge the rules: opens the gates of ended freezes, returns how many. */
extern int	ag_acknowledge(AgAccount *account, const AgActor *actor, const char *rules_version,
						   const bytea *text_hash, const char *locale, const char *device,
						   TimestampTz at);
extern void ag_acknowledgment_waive(AgAccount *account, const AgActor *actor, int freeze_no,
									const char *reason, TimestampTz at);

/*
 * risk.c: the risk score.  Weights and scores are micropoints.
 */

typedef struct AgRiskAnswer
{
	int64		score;
	int			freeze_no;		/* the freeze it set off, or 0 */
	const char *refused;		/* SQLSTATE with which the freeze was refused, or NULL */
} AgRiskAnswer;

/* Count a signal (weight 0 = that of the signal). */
extern void ag_risk_report(AgAccount *account, const AgActor *actor, const char *signal,
						   int64 weight, const char *evidence, const char *incident,
						   TimestampTz at, AgRiskAnswer *answer);

/* The risk is over: freezes that end on risk_over end, no signal so far counts again. */
extern int	ag_risk_clear(AgAccount *account, const AgActor *actor, const char *reason,
						  TimestampTz at);

extern void ag_hold_require_place(const AgActor *actor);
extern int	ag_hold_place(AgAccount *account, const AgActor *actor, const char *matter,
						  const char *legal_reference, const char *note, TimestampTz at);
extern int	ag_hold_release(const AgActor *actor, const char *matter,
							const char *legal_reference, const char *reason);

/*
 * scope.c: freezes of a set of accounts, in one row.
 */

/* What freeze_scope() takes; NULL, DT_NOBEGIN and -1 = not given. */
typedef struct AgScopeOrder
{
	const char *scope;
	const char *kind;
	const char *reason;
	TimestampTz starts_at;
	TimestampTz ends_at;
	int64		length;
	ArrayType  *capabilities;
	TimestampTz announce_at;
	const char *note;
} AgScopeOrder;

extern int	ag_scope_freeze(const AgActor *actor, const AgScopeOrder *order);
extern void ag_scope_lift(const AgActor *actor, int no, const char *reason);
extern void ag_scope_emit(AgAction action, const AgScope *scope, const char *reason,
						  const AgFields *before);
extern void ag_scope_amend(const AgActor *actor, int no, TimestampTz ends_at,
						   const char *reason);

/*
 * bulk.c: one order for many accounts.
 */
typedef struct AgBatch
{
	const char *batch;			/* uuid */
	const char *kind;
	uint8		fingerprint[AG_HASH_SIZE];	/* of accounts, order and person */
	int64	   *accounts;		/* ascending, each once */
	int64		total;
	int64		done;			/* accounts[0 .. done - 1] are decided */
	int64		frozen;
	int64		refused;
	bool		finished;
	bool		undone;
} AgBatch;

extern void ag_batch_run(AgBatch *batch, const AgActor *actor, const AgFreezeOrder *order,
						 int batch_size, bool dry_run);
extern int64 ag_batch_undo(const AgActor *actor, const char *name, const char *reason,
						   const char *legal_reference);

/*
 * strike_rules.c: pure.
 */

/* Points of one violation, given with a freeze or by a warning. */
typedef struct AgStrike
{
	int			no;
	int			freeze_no;		/* 0 = a warning */
	const char *reason;
	const char *category;
	int			points;
	const char *incident;		/* uuid as text, or NULL */
	const char *facts;			/* of a warning, or NULL */
	TimestampTz conduct_at;		/* DT_NOEND = unknown */
	TimestampTz at;
	TimestampTz expires_at;
	TimestampTz void_at;		/* DT_NOEND = stands */
	const char *idempotency_key;	/* of a warning, or NULL */
	int			score;			/* of the category, right after it */
	int			ladder_no;		/* the freeze the ladder answered with, 0 = none */
} AgStrike;

/* What the ladder imposed or proposed, and on which strikes it stands. */
typedef struct AgLadderFreeze
{
	int			freeze_no;
	const char *category;
	int			step;			/* score of the step served */
	int			threshold;		/* score of the step reached; below step in probation */
	int			score;
	bool		vacated;
	TimestampTz at;
	int			strike_count;
	int		   *strikes;
} AgLadderFreeze;

extern bool ag_strike_rule_live(const AgStrike *strike, TimestampTz at, TimestampTz known_at);
extern int	ag_strike_rule_score(List *strikes, const char *category,
								 const AgLadderFreeze *ladder, TimestampTz at,
								 TimestampTz known_at);
extern const AgLadderStep *ag_ladder_rule_step(List *ladder, int score, bool probation,
											   int *threshold);
extern bool ag_ladder_rule_supported(const AgLadderFreeze *ladder, List *strikes,
									 TimestampTz at, TimestampTz known_at);
extern bool ag_ladder_rule_served(List *ladder_freezes, List *strikes,
								  const AgLadderStep *step, TimestampTz at);

/*
 * risk_rules.c: pure.
 */

#define AG_MICROPOINTS 1000000	/* in a point */

/* One risk signal as the score needs it. */
typedef struct AgRiskEvent
{
	int			no;
	const char *signal;
	int64		weight;
	const char *incident;		/* uuid as text, or NULL */
	TimestampTz at;
} AgRiskEvent;

extern bool ag_risk_rule_reaches(int64 score, int64 threshold);
extern TimestampTz ag_risk_rule_horizon(TimestampTz at, int64 half_life);
extern int64 ag_risk_rule_score(const AgRiskEvent *events, int count, TimestampTz at,
								int64 half_life, int64 *worth);

/*
 * strike_store.c, acknowledge_store.c, risk_store.c, hold_store.c, scope_store.c
 */
extern void ag_strike_store_insert(int64 account_id, const AgStrike *strike,
								   const AgActor *actor);
extern void ag_strike_store_answer(int64 account_id, int no, int ladder_no);
extern List *ag_strike_store_list(int64 account_id);	/* AgStrike * */
extern AgStrike *ag_strike_store_find_key(int64 account_id, const char *key);
extern void ag_strike_store_void(int64 account_id, int no, TimestampTz at, const char *reason,
								 const char *person);
extern AgResult *ag_strike_store_report(int64 account_id, TimestampTz at);
extern void ag_ladder_store_insert(int64 account_id, const AgLadderFreeze *ladder);
extern List *ag_ladder_store_list(int64 account_id);	/* AgLadderFreeze * */

extern void ag_acknowledgment_store_insert(int64 account_id, int no, List *opened,
										   const char *rules_version, const bytea *text_hash,
										   const char *locale, const char *device,
										   const char *waive_reason, const AgActor *actor,
										   TimestampTz at);
extern List *ag_acknowledgment_store_list(int64 account_id);

extern void ag_risk_store_insert(int64 account_id, const AgRiskEvent *event,
								 const char *evidence, int64 score, int freeze_no,
								 bool cleared, const AgActor *actor);
extern AgRiskEvent *ag_risk_store_list(int64 account_id, TimestampTz since, int *count);
extern bool ag_risk_store_cleared_incident(int64 account_id, const char *incident,
										   TimestampTz until);
extern List *ag_risk_store_freezes(int64 account_id);	/* int list */
extern int	ag_risk_store_clear(int64 account_id, TimestampTz at, const char *reason);
extern AgResult *ag_risk_store_report(int64 account_id);

extern void ag_hold_store_insert(int64 account_id, int no, const char *matter,
								 const char *legal_reference, const char *note,
								 const AgActor *actor, TimestampTz at);
extern int	ag_hold_store_find(int64 account_id, const char *matter, char **legal_reference,
							   char **placed_by);
extern List *ag_hold_store_accounts(const char *matter);	/* int64 *, ascending */
extern void ag_hold_store_release(int64 account_id, int no, const char *person,
								  const char *legal_reference, const char *reason,
								  TimestampTz at);
extern bool ag_hold_store_any(int64 account_id, TimestampTz at);
extern TimestampTz ag_hold_store_until(int64 account_id, TimestampTz at);
extern AgResult *ag_hold_store_report(int64 account_id);

extern void ag_scope_store_lock(void);
extern bool ag_batch_store_insert(const AgBatch *batch, const char *kind, const char *reason,
								  const AgActor *actor, TimestampTz at);
extern bool ag_batch_store_read(const char *name, AgBatch *batch);
extern bool ag_batch_store_advance(const char *batch, int64 from, int64 until, TimestampTz at);
extern void ag_batch_store_count(const char *batch, int64 frozen, int64 refused);
extern void ag_batch_store_finish(const char *batch, TimestampTz at);
extern bool ag_batch_store_undone(const char *batch, const char *person, TimestampTz at);
extern AgResult *ag_batch_store_freezes(const char *batch);
extern void ag_batch_store_refuse(const char *batch, int64 account_id, const char *sqlstate,
								  const char *message, TimestampTz at);
extern AgResult *ag_batch_store_report(NullableDatum batch);
extern AgResult *ag_batch_store_refusals(NullableDatum batch);

extern int	ag_scope_store_next(void);
extern void ag_scope_store_insert(const AgScope *scope, const AgActor *actor, TimestampTz at);
extern AgScope *ag_scope_store_read(int no);
extern void ag_scope_store_lift(int no, const char *reason, const char *person, TimestampTz at);
extern void ag_scope_store_amend(int no, int version, TimestampTz ends_at);
extern void ag_scope_store_version(int no, int version, TimestampTz ends_at,
								   const AgActor *actor, const char *reason, TimestampTz at);
extern AgResult *ag_scope_store_report(TimestampTz at);

/* What is to be told next about which scope freeze, and how far that has come. */
typedef struct AgScopeStep
{
	AgAnnouncement announcement;
	bool		begun;
	int64		cursor;
} AgScopeStep;

extern void ag_scope_store_lock_announcements(void);
extern bool ag_scope_store_next_step(TimestampTz at, AgScopeStep *step);
extern void ag_scope_store_step(const AgScopeStep *step, int64 told, bool finished, TimestampTz at);
extern int64 ag_scope_store_steps(TimestampTz at, int64 most);

#endif							/* AG_SANCTION_H */
