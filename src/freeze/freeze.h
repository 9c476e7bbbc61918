/*-------------------------------------------------------------------------
 *
 * freeze.h
 *		Freezes: what is decided about an account, and what follows from it.
 *
 * A freeze is one decision about one account: a record (freeze_record) with
 * immutable versions of its terms (freeze_version).  Its state is a function of
 * the record and the clock.  From all freezes of an account follow its rows of
 * standing (freeze_standing.c), which is all that checks ever read.
 *
 * Everything that writes expects the account locked by ag_account_lock() and
 * leaves it to the caller to end with ag_account_save().
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_FREEZE_H
#define AG_FREEZE_H

#include "account/account.h"
#include "base/base.h"
#include "capability/capability.h"
#include "identity/assurance.h"
#include "policy/policy.h"

/*
 * freeze_rules.c: states, transitions, intervals.  Pure.
 */
typedef enum AgFreezeState
{
	AG_FREEZE_NONE,				/* before the record exists */
	AG_FREEZE_PROPOSED,
	AG_FREEZE_SCHEDULED,
	AG_FREEZE_ACTIVE,
	AG_FREEZE_STAYED,
	AG_FREEZE_ENDED
} AgFreezeState;

typedef enum AgFreezeEvent
{
	AG_FREEZE_IMPOSE,
	AG_FREEZE_PROPOSE,
	AG_FREEZE_ENDORSE,
	AG_FREEZE_APPROVE,
	AG_FREEZE_REJECT,
	AG_FREEZE_TIMEOUT,
	AG_FREEZE_START,
	AG_FREEZE_AMEND,
	AG_FREEZE_LIFT,
	AG_FREEZE_CANCEL,
	AG_FREEZE_REDUCE,
	AG_FREEZE_SATISFY,
	AG_FREEZE_EXPIRE,
	AG_FREEZE_STAY,
	AG_FREEZE_UNSTAY,
	AG_FREEZE_SUPERSEDE,
	AG_FREEZE_CLOSE,
	AG_FREEZE_VACATE
} AgFreezeEvent;

/* Half-open [from, until). */
typedef struct AgSpan
{
	TimestampTz from;
	TimestampTz until;			/* DT_NOEND = no end */
} AgSpan;

/*
 * One freeze with the terms that are in force (or, of a proposal, proposed).
 * DT_NOEND stands for NULL in every time.
 */
typedef struct AgFreeze
{
	int64		account_id;
	int			no;
	char	   *kind;
	int			kind_version;
	char	   *reason;			/* reason code */
	int			version;		/* of the last version written */

	/* who and when */
	TimestampTz issued_at;
	char	   *issued_by;		/* person */
	char	   *issued_role;	/* database role */
	bool		automated;
	TimestampTz proposal_until; /* set = it began as a proposal, good until then */
	TimestampTz endorsed_at;	/* a person took over the proposal of an automated actor */
	char	   *endorsed_by;
	TimestampTz approved_at;
	char	   *approved_by;

	/* pending amendment: number of the proposed version, 0 = none */
	int			amendment;
	TimestampTz amendment_until;
	char	   *amendment_by;

	/* terms */
	int			terms;			/* number of the version they come from */
	TimestampTz starts_at;
	TimestampTz ends_at;
	uint64		denies;			/* capabilities, whatever the mode of the kind */
	char	   *rule;			/* jsonb text of a self_rule */
	char	   *facts;
	char	   *ground;
	char	   *legal_reference;
	TimestampTz conduct_at;

	/* stays, in order of time; with the rest, which is the last */
	int			stay_count;
	AgSpan	   *stays;

	/* what the clock does when the review is overdue, see freeze_overdue.c */
	TimestampTz lift_at;
	AgSpan		rest;			/* from DT_NOEND = none */

	/* end */
	TimestampTz ended_at;		/* not set by expiry */
	char	   *end_reason;
	char	   *ended_by;
	TimestampTz vacated_at;
	char	   *vacated_by;
	TimestampTz vacate_proposed_at;
	char	   *vacate_proposed_by;
	char	   *vacate_reason;
	TimestampTz vacate_until;	/* the proposal to vacate is good until then */

	/* relations */
	int			replaces;		/* 0 = none */
	int			replaced_by;
	int			ladder_score;	/* score that made the ladder impose it, 0 = not the ladder */
	char	   *incident;		/* uuid */
	char	   *batch;			/* uuid */
	char	   *puid;			/* random public id */

	/* remedy and notice */
	bool		appealable;
	TimestampTz informed_at;
	TimestampTz disclose_at;	/* the statement is withheld until then */
	char	   *note;			/* internal */

	TimestampTz changed_at;

	/* what the clock does to it, see freeze_sweep.c */
	int			noted;			/* moments that have been told; -1 = none was looked for yet */
	TimestampTz wake_at;		/* the next one, or before it; DT_NOEND = none known */

	TimestampTz renewed_at;		/* of the last version that was harsher, a new decision; DT_NOEND =
								 * none was */
} AgFreeze;

extern const char *ag_freeze_state_name(AgFreezeState state);
extern const char *ag_freeze_event_name(AgFreezeEvent event);
extern AgFreezeState ag_freeze_state(const AgFreeze *freeze, TimestampTz at);

/* lifted, expired ...: why it has ended, once it has. */
extern const char *ag_freeze_end_reason(const AgFreeze *freeze);

/* When the clock lifted it, because its review was overdue; DT_NOEND = it did not. */
extern TimestampTz ag_freeze_lifted_at(const AgFreeze *freeze, TimestampTz at);

/* When it stops to take effect: the earliest of end, lift and annulment. */
extern TimestampTz ag_freeze_end(const AgFreeze *freeze);

/* Was it (or will it be) in force before its end: not a mere proposal, not cancelled? */
extern bool ag_freeze_effective(const AgFreeze *freeze);

/* The pieces in which it takes effect, without its stays; room for stay_count + 1. */
extern int	ag_freeze_pieces(const AgFreeze *freeze, AgSpan *pieces);

/* The last stay that has begun, NULL if there is none. */
extern const AgSpan *ag_freeze_last_stay(const AgFreeze *freeze, TimestampTz at);

/* Does its end leave probation and acknowledgment behind? */
extern bool ag_freeze_served(const AgFreeze *freeze);

/* When does a length of time that stands still during these (sorted) spans run out? */
extern TimestampTz ag_freeze_paused_end(TimestampTz from, int64 seconds, const AgSpan *spans,
										int count);

/*
 * freeze_impose.c: F1, F10.
 */

/* Everything freeze_impose() takes.  Start from AG_FREEZE_ORDER_INIT. */
typedef struct AgFreezeOrder
{
	const char *kind;
	const char *reason;
	const char *facts;
	ArrayType  *capabilities;	/* NULL = those of the kind */
	TimestampTz starts_at;		/* DT_NOBEGIN = now */
	TimestampTz ends_at;		/* DT_NOBEGIN = not given, DT_NOEND = indefinite */
	int64		length;			/* seconds; -1 = not given */
	const char *evidence;		/* JSON text */
	const char *ground;
	const char *legal_reference;
	TimestampTz conduct_at;		/* DT_NOEND = not given */
	const char *incident;		/* uuid */
	bool		automated;
	int			replaces;		/* 0 = none */
	const char *note;
	const char *rule;			/* JSON text of a self_rule */
	int			appeal;			/* -1 = as the kind says, 0 = closed, 1 = open */
	TimestampTz disclose_at;	/* DT_NOEND = at once */
	const char *statement;		/* JSON text: further fields of the statement of reasons */
	const char *idempotency_key;	/* not for the ladder */

	/* not of the SQL function */
	bool		proposal;		/* propose only, whatever the kind says */
	int			ladder_score;	/* > 0: the ladder decides, not the actor */
	bool		by_rule;		/* this library decides: of an open account, whoever it is, at once */
	const char *batch;			/* uuid */
} AgFreezeOrder;

#define AG_FREEZE_ORDER_INIT \
	{.starts_at = DT_NOBEGIN, .ends_at = DT_NOBEGIN, .length = -1, .conduct_at = DT_NOEND, \
	 .appeal = -1, .disclose_at = DT_NOEND}

/*
 * Refuse what can be refused without looking at the account: unknown or disabled
 * kind, missing role, malformed fields.  Call it before the account is locked.
 */
extern void ag_freeze_order_check(const AgActor *actor, const AgFreezeOrder *order);

/*
 * Impose, schedule or propose a freeze: record, version, standing, session effect,
 * strike, event.  Returns the number of the freeze.
 */
extern int	ag_freeze_impose(AgAccount *account, const AgActor *actor, const AgFreezeOrder *order,
							 TimestampTz at);

/*
 * money_wait.c
 */

/*
 * Somebody came through the gate T4: what moves money waits, as the kind in policy says.
 * Returns the number of the freeze, 0 if policy wants none.  The account is open and
 * locked, and the caller saves it.
 */
extern int	ag_money_wait_begin(AgAccount *account, TimestampTz at);

/*
 * The owner of an open, locked account has shown in a session that it is he: a sign of
 * life, the end of its protection, and a wait if that took T4.  The caller saves it.
 */
extern void ag_money_wait_return(AgAccount *account, const AgAssurance *assurance, TimestampTz at);

/* Is a freeze such a wait? */
extern bool ag_money_wait_is(const AgFreeze *freeze);

/*
 * freeze_decide.c: F2, F3.  Approving returns the state after it.
 */
extern AgFreezeState ag_freeze_approve(AgAccount *account, const AgActor *actor, int no,
									   TimestampTz at);
extern void ag_freeze_reject(AgAccount *account, const AgActor *actor, int no, const char *reason,
							 TimestampTz at);

/*
 * freeze_amend.c: F5.
 */
typedef struct AgFreezeAmendment
{
	int			expected_version;	/* -1 = any */
	bool		starts_given;
	TimestampTz starts_at;
	bool		ends_given;
	TimestampTz ends_at;		/* DT_NOEND = indefinite */
	ArrayType  *capabilities;	/* NULL = as they are */
	const char *facts;
	const char *legal_reference;
	const char *evidence;
	const char *note;
} AgFreezeAmendment;

/* Returns the number of the version written; it may be a proposal. */
extern int	ag_freeze_amend(AgAccount *account, const AgActor *actor, int no,
							const AgFreezeAmendment *amendment, TimestampTz at);

/* Make it milder without asking for authority: decisions of appeals.  A stay ends. */
extern void ag_freeze_check_reduction(const AgFreeze *freeze, const AgFreezeAmendment *amendment,
									  TimestampTz at);
extern void ag_freeze_reduce(AgAccount *account, const AgActor *actor, AgFreeze *freeze,
							 const AgFreezeAmendment *amendment, TimestampTz at);

/*
 * freeze_lift.c: F6, F7.
 */
extern void ag_freeze_lift(AgAccount *account, const AgActor *actor, int no, const char *reason,
						   const char *legal_reference, const char *proof, TimestampTz at);

extern void ag_freeze_satisfy(AgAccount *account, const AgActor *actor, int no,
							  const char *condition, const char *proof, TimestampTz at);

/* End a freeze without asking for authority: rejected proposals, closing of the account. */
extern void ag_freeze_end_now(AgAccount *account, const AgActor *actor, AgFreeze *freeze,
							  AgFreezeEvent event, const char *reason, TimestampTz at);
extern void ag_freeze_close_all(AgAccount *account, const AgActor *actor, const char *reason,
								TimestampTz at);

/*
 * freeze_overdue.c: what the clock does when the review of a freeze is overdue.
 */

/*
 * Let the kind's breach policy act at due, unless something else is decided before; DT_NOEND =
 * it must not act.  Returns when it acts or has acted: then the clock lifts the freeze (lifts),
 * else lets it rest; DT_NOEND = neither.
 */
extern TimestampTz ag_freeze_plan(AgAccount *account, int no, TimestampTz due, TimestampTz at,
								  bool *lifts);

/* When it does as planned, or has done; DT_NOEND = nothing is planned. */
extern TimestampTz ag_freeze_plan_begins(const AgFreeze *freeze);
extern void ag_freeze_overdue_init(void);

/*
 * freeze_statement.c: a proof of identity, made after the freeze began; UG116.
 */
extern void ag_freeze_check_proof(const AgFreeze *freeze, const char *proof, TimestampTz at);

/*
 * freeze_authority.c: who may decide about whom; each refuses with its error.
 */
extern void ag_freeze_require_other_account(const AgAccount *account, const AgActor *actor,
											const AgKind *kind);
extern void ag_freeze_require_rank(const AgAccount *account, const AgActor *actor);
extern bool ag_freeze_outranks(const AgActor *actor, const AgAccount *account);

/*
 * freeze_terms.c: does it deny everything?
 */
extern bool ag_freeze_is_total(const AgFreeze *freeze, const AgKind *kind);

/*
 * freeze_suspend.c: F9.
 */

/* A stay that began at since or later ends without asking for authority; false = there is none. */
extern bool ag_freeze_end_stay(AgAccount *account, const AgActor *actor, int no, TimestampTz since,
							   const char *reason, TimestampTz at);
extern void ag_freeze_stay(AgAccount *account, const AgActor *actor, int no, TimestampTz until,
						   const char *reason, TimestampTz at);
extern void ag_freeze_unstay(AgAccount *account, const AgActor *actor, int no, const char *reason,
							 TimestampTz at);

/*
 * freeze_vacate.c: F11.
 */

/*
 * Annul a decision without asking for authority: appeals, and ladder freezes whose
 * cause was annulled.  Ends it, voids its strikes, leaves neither probation nor
 * acknowledgment.
 */
extern void ag_freeze_vacate(AgAccount *account, const AgActor *actor, AgFreeze *freeze,
							 const char *reason, TimestampTz at);

/*
 * freeze_standing.c
 */

/*
 * Write the account's rows of standing anew from its freezes and acknowledgments.
 * Touches only what differs.  Call it after every change of either.
 */
extern void ag_freeze_derive(AgAccount *account, TimestampTz at);

/*
 * freeze_explain.c: what restricts an account at an instant, also a past one.
 */
typedef struct AgRestriction
{
	char		part;			/* AG_PART_FREEZE, _PROBATION, _ACKNOWLEDGE */
	int			freeze_no;
	const AgFreeze *freeze;
	const AgKind *kind;			/* in the version the freeze was imposed under */
	const AgReason *reason;
	TimestampTz since;
	TimestampTz until;			/* DT_NOEND = indefinite */
	uint64		denied;
	uint64		challenged;
	uint64		monitored;
	const char *rule;			/* conditional: jsonb text of a self_rule */
	List	   *next;			/* char *: what the user can do, best first */
	bool		visible;		/* may the user be told that it is there? */
	bool		disclosed;		/* ... and why? */
} AgRestriction;

extern List *ag_freeze_restrictions(int64 account_id, TimestampTz at);	/* AgRestriction * */
extern const char *ag_part_name(char part);

/* One row of restrictions, in the columns that freeze_lift() and explain() share. */
#define AG_RESTRICTION_COLUMNS 15
extern void ag_restriction_values(const AgRestriction *restriction, Datum *values, bool *nulls);

/* May the user be told the reasons? */
extern bool ag_freeze_disclosed(const AgFreeze *freeze, TimestampTz at);

/*
 * freeze_wording.c: in words, in the language of a locale; freeze_notice.c.
 */
struct AgNotice;
extern char *ag_freeze_words_mask(uint64 mask, const char *locale);
extern const char *ag_freeze_words_kind(const char *kind, const char *locale);
extern const char *ag_freeze_words_reason(const char *name, const char *locale);
extern void ag_freeze_words_until(AgFields *values, const char *name, TimestampTz until,
								  const char *locale);
extern void ag_freeze_words(const struct AgNotice *notice, const AgFreeze *freeze,
							const AgKind *kind, AgFields *values, TimestampTz at);
extern void ag_freeze_notice_init(void);

/*
 * freeze_observer.c: who has to know what becomes of freezes.  Registered at load by
 * folders of later ranks; called in the transaction of the change.
 */
typedef struct AgFreezeObserver
{
	/* After a step; of a freeze that is imposed or approved, when it has taken effect. */
	void		(*changed) (AgAccount *account, const AgActor *actor, const AgFreeze *freeze,
							AgFreezeEvent event, TimestampTz at);

	/*
	 * Before somebody proposes to amend it, or imposes or proposes what supersedes it: may he?
	 * What a second person approves is the first one's work, too.
	 */
	void		(*proposing) (AgAccount *account, const AgActor *actor, const AgFreeze *freeze,
							  AgFreezeEvent event, TimestampTz at);

	/* Its reasons are no longer withheld; told once, by the sweep. */
	void		(*disclosed) (AgAccount *account, const AgFreeze *freeze, TimestampTz at);

	/* Until when something can still be done about a freeze whose window ends at an instant. */
	TimestampTz (*remedy_until) (const AgFreeze *freeze, TimestampTz window_until, TimestampTz at);
} AgFreezeObserver;

extern void ag_freeze_register_observer(const AgFreezeObserver *observer);
extern void ag_freeze_observe(AgAccount *account, const AgActor *actor, const AgFreeze *freeze,
							  AgFreezeEvent event, TimestampTz at);

extern void ag_freeze_observe_proposing(AgAccount *account, const AgActor *actor,
										const AgFreeze *freeze, AgFreezeEvent event, TimestampTz at);
extern void ag_freeze_observe_disclosed(AgAccount *account, const AgFreeze *freeze, TimestampTz at);

/* When a decision is final: its appeal window is over and nothing is open. */
extern TimestampTz ag_freeze_final_at(const AgFreeze *freeze, const AgKind *kind, TimestampTz at);

/*
 * freeze_store.c: table freeze_record; freeze_version_store.c: table freeze_version.
 */
extern AgStatementTable freeze_statements;
extern AgStatementTable freeze_version_statements;
extern AgStatementTable freeze_sweep_statements;

extern bool ag_freeze_store_by_person(const AgFreeze *freeze);

/* The user was informed of a freeze; only the first time counts. */
extern void ag_freeze_store_inform(int64 account_id, int no, TimestampTz at);

/* Every freeze of an account as it stands, ascending; AgFreeze *. */
extern List *ag_freeze_list(int64 account_id);

/* The same with the terms that were in force at a past instant. */
extern List *ag_freeze_list_at(int64 account_id, TimestampTz at);

extern AgFreeze *ag_freeze_store_read(int64 account_id, int no);	/* NULL = there is none */

/*
 * freeze_load.c: one freeze; UG100 if there is none, or none that the user, or an actor
 * who acts for nobody else, may know of.
 */
extern AgFreeze *ag_freeze_load(int64 account_id, int no);
extern AgFreeze *ag_freeze_load_known(int64 account_id, int no);
extern AgFreeze *ag_freeze_load_for(const AgActor *actor, int64 account_id, int no);
extern bool ag_freeze_known(const AgFreeze *freeze);

/*
 * freeze_sweep.c: telling what the clock did.  limit: freezes looked at in one go;
 * returns how many accounts had something to tell.
 */
extern int64 ag_freeze_sweep(int64 limit);
extern int64 ag_freeze_sweep_due(int64 most);	/* freezes that wait for it, counted up to most */

/*
 * scope_announce.c: telling users of scope freezes.  limit: accounts told in one go.
 */
extern int64 ag_scope_announce(int64 limit);
extern int64 ag_scope_announce_due(int64 most); /* announcements due or under way */

/*
 * scope.c: freezes of a set of accounts, in one row.
 */
typedef struct AgScope
{
	int			no;
	const char *scope;			/* jsonb text: {"all": true}, {"tenant": ...}, {"cohort": ...} */
	const char *kind;
	int			kind_version;
	const char *reason;
	uint64		denied;
	uint64		challenged;
	uint64		monitored;
	int			version;
	TimestampTz announce_at;
	TimestampTz starts_at;
	TimestampTz ends_at;
	TimestampTz ended_at;
	const char *end_reason;
	const char *note;
} AgScope;

/*
 * Those in force for an account at an instant, or ahead of it, with the end they had
 * then; AgScope *, without what only scope.c needs.
 */
extern List *ag_scope_list_at(const AgAccount *account, TimestampTz at);

/* Severity of kinds that leave nothing of an account: bans (freeze_kind.severity). */
#define AG_SEVERITY_TOTAL 9

/*
 * freeze_ban.c: who is banned, for the numbers of the account.
 */
extern void ag_freeze_ban_init(void);

/*
 * freeze_closure.c: what freezes and holds mean for closing and erasure.
 */
extern TimestampTz ag_freeze_closing_at(const AgAccount *account);
extern AgLifecycle ag_freeze_lifecycle_at(const AgAccount *account, TimestampTz at);
extern bool ag_freeze_is_open(const AgAccount *account, TimestampTz at);
extern bool ag_freeze_lifecycle_row(const AgAccount *account, AgStanding *row);
extern TimestampTz ag_freeze_appealable_until(const AgFreeze *freeze, const AgKind *kind);
extern bool ag_freeze_blocks_erasure(const AgFreeze *freeze, const AgKind *kind, TimestampTz at);
extern bool ag_freeze_has_final_ban(const AgAccount *account, TimestampTz at);
extern TimestampTz ag_freeze_erasable_at(const AgAccount *account, TimestampTz at);

/*
 * strike.c: strikes, the ladder, warnings.
 */

/*
 * Count a strike for a freeze that was imposed (not merely proposed), then let the
 * ladder answer.  points > 0.
 */
extern void ag_strike_add(AgAccount *account, const AgActor *actor, const AgKind *kind,
						  const AgReason *reason, int freeze_no, int points,
						  TimestampTz conduct_at, const char *incident, TimestampTz at);

/* Live points that came with a freeze; a warning is freeze 0. */
extern int	ag_strike_points(int64 account_id, int freeze_no, TimestampTz at);

/* When a person was last warned for a reason before an instant; DT_NOBEGIN = never. */
extern TimestampTz ag_strike_warned_at(int64 account_id, const char *reason, TimestampTz at);

/* Has this incident been counted?  Counting it again adds nothing. */
extern bool ag_strike_knows(int64 account_id, const char *incident);

/* Void the strikes of an annulled or cancelled freeze and look at the ladder's freezes again. */
extern void ag_strike_void(AgAccount *account, const AgActor *actor, int freeze_no,
						   const char *reason, TimestampTz at);

/*
 * acknowledge.c
 */

/* When the rules were acknowledged (or that was waived) after which freeze. */
typedef struct AgAcknowledgment
{
	int			freeze_no;
	TimestampTz at;
} AgAcknowledgment;

extern List *ag_acknowledgment_list(int64 account_id);	/* AgAcknowledgment * */

/*
 * hold.c: legal holds.
 */
typedef enum AgHoldBlocks
{
	AG_HOLD_BLOCKS_CLOSURE,
	AG_HOLD_BLOCKS_ERASURE
} AgHoldBlocks;

extern bool ag_hold_blocks(int64 account_id, AgHoldBlocks what, TimestampTz at);

/* Is there a legal hold, whatever freezes there are? */
extern bool ag_hold_any(int64 account_id, TimestampTz at);

/*
 * Statements of the stores beside freeze_store.c; see sanction.h.
 */
extern AgStatementTable strike_statements;
extern AgStatementTable acknowledgment_statements;
extern AgStatementTable risk_statements;
extern AgStatementTable hold_statements;
extern AgStatementTable scope_statements;
extern AgStatementTable batch_statements;

#endif							/* AG_FREEZE_H */
