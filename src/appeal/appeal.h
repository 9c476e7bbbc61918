/*-------------------------------------------------------------------------
 *
 * appeal.h
 *		Appeals and reviews: a person is heard by somebody else.
 *
 * One row of appeal per case, whatever its origin; its state is a function of the row
 * and the clock.  What people wrote is sealed with the account's key before it is
 * written.  Everything that writes expects the account locked by ag_account_lock()
 * and leaves it to the caller to end with ag_account_save().
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_APPEAL_H
#define AG_APPEAL_H

#include "account/account.h"
#include "crypto/crypto.h"
#include "freeze/freeze.h"
#include "keyring/keyring.h"

/*
 * appeal_rules.c: states, transitions, clocks.  Pure.
 */
typedef enum AgAppealState
{
	AG_APPEAL_NONE,				/* before the record exists */
	AG_APPEAL_SUBMITTED,
	AG_APPEAL_IN_REVIEW,
	AG_APPEAL_AWAITING,
	AG_APPEAL_SIGNOFF,
	AG_APPEAL_GRANTED,			/* from here on: closed */
	AG_APPEAL_PARTIALLY,
	AG_APPEAL_DENIED,
	AG_APPEAL_DISMISSED,
	AG_APPEAL_WITHDRAWN,
	AG_APPEAL_LAPSED,
	AG_APPEAL_MOOT
} AgAppealState;

typedef enum AgAppealEvent
{
	AG_APPEAL_OPEN,
	AG_APPEAL_SUBMIT,
	AG_APPEAL_JOIN,
	AG_APPEAL_REOPEN,
	AG_APPEAL_CLAIM,
	AG_APPEAL_RELEASE,
	AG_APPEAL_ASK,
	AG_APPEAL_SUPPLEMENT,
	AG_APPEAL_LAPSE,
	AG_APPEAL_RESUME,
	AG_APPEAL_DECIDE,
	AG_APPEAL_SIGN,
	AG_APPEAL_REFUSE,
	AG_APPEAL_WITHDRAW,
	AG_APPEAL_RETRACT,
	AG_APPEAL_END_MOOT,
	AG_APPEAL_MOVE
} AgAppealEvent;

typedef struct AgAppealTransition
{
	const char *id;				/* P1 ... P12 */
	AgAppealState from;
	AgAppealEvent event;
	AgAppealState to;
	const char *who;
	const char *guard;
	const char *errors;
} AgAppealTransition;

/* One case.  DT_NOEND stands for NULL in every time, 0 in every number. */
typedef struct AgAppeal
{
	int64		account_id;
	int			no;
	int			freeze_no;
	char	   *origin;
	int			previous;
	int			version;
	int			read_version;	/* as others read it: before what the clock did was written */
	TimestampTz opened_at;
	char	   *opened_by;
	char	   *opened_role;
	TimestampTz appealed_at;
	TimestampTz retracted_at;
	char	   *locale;
	int			ticket;
	char	   *idempotency_key;
	bytea	   *request;
	ArrayType  *parties;
	TimestampTz due_at;
	TimestampTz claimed_at;
	char	   *claimed_by;
	TimestampTz claim_until;
	int			rounds;
	TimestampTz asked_at;
	TimestampTz ask_until;
	char	   *decision;
	TimestampTz decided_at;
	char	   *decided_by;
	char	   *decided_role;
	bool		decided_automated;
	bool		unfounded;
	bool		terms_end;
	TimestampTz terms_ends_at;
	ArrayType  *terms_capabilities;
	TimestampTz sign_until;
	TimestampTz signed_at;
	char	   *signed_by;
	char	   *signed_role;
	char	   *outcome;
	TimestampTz closed_at;
	char	   *closed_by;
	TimestampTz breached_at;
	int			reminders;
	int			steps;
	int			items;
	TimestampTz changed_at;
	TimestampTz moot_at;		/* the clock lifts its freeze then, and nothing is left */
	char	   *kind;			/* of the freeze; only where the queue is read */
} AgAppeal;

extern const char *ag_appeal_state_name(AgAppealState state);
extern const char *ag_appeal_event_name(AgAppealEvent event);
extern AgAppealState ag_appeal_outcome_state(const char *outcome);
extern const AgAppealTransition *ag_appeal_rule_list(int *count);
extern bool ag_appeal_rule_find(AgAppealState from, AgAppealEvent event);
extern bool ag_appeal_rule_step(AgAppealState from, AgAppealEvent event, AgAppealState to);

extern AgAppealState ag_appeal_state(const AgAppeal *appeal, TimestampTz at);
extern bool ag_appeal_state_open(AgAppealState state);

/* Is there a decision, signed where it has to be? */
extern bool ag_appeal_decided(const AgAppeal *appeal);

extern bool ag_appeal_is_held(const AgAppeal *appeal, TimestampTz at);

/* Is the user's own appeal part of it? */
extern bool ag_appeal_is_heard(const AgAppeal *appeal);

/* Does it end when material does not come?  Reviews go on without. */
extern bool ag_appeal_lapses(const AgAppeal *appeal);

/* When it is due, with the time that has been spent waiting; DT_NOEND = open-ended. */
extern TimestampTz ag_appeal_due(const AgAppeal *appeal, TimestampTz at);
extern bool ag_appeal_overdue(const AgAppeal *appeal, TimestampTz at);

/* When it is overdue, if nothing is decided before; DT_NOEND = never.  Its freeze may have time beyond that. */
extern TimestampTz ag_appeal_breach_at(const AgAppeal *appeal);

/* When it was over, whether or not that is written; DT_NOEND = it is open. */
extern TimestampTz ag_appeal_over_at(const AgAppeal *appeal, TimestampTz at);

/* The n-th reminder (1, 2) of a deadline: at half of the time, and a day before. */
extern TimestampTz ag_appeal_reminder(const AgAppeal *appeal, int n);

/* Is a statement too thin to be looked at?  NULL, or what is wrong with it. */
extern const char *ag_appeal_text_problem(const char *text, int characters, int distinct, int least);

/*
 * appeal_case.c: one case, whatever happens to it.
 */

/* The case of a number, under the account's lock, with what the clock decided written down. */
extern AgAppeal *ag_appeal_load(AgAccount *account, int no, TimestampTz at);
extern AgAppeal *ag_appeal_load_known(AgAccount *account, int no, TimestampTz at);	/* for its user */
extern AgFreeze *ag_appeal_known_freeze(const AgAppeal *appeal);	/* NULL = the user knows of
																	 * none */
extern List *ag_appeal_list(int64 account_id);	/* AgAppeal *, ascending */
extern AgAppeal *ag_appeal_open_case(AgAccount *account, int freeze_no, TimestampTz at);

/* UG201 unless the case's present state knows the event. */
extern void ag_appeal_require(const AgAppeal *appeal, AgAppealEvent event, TimestampTz at);

/* Write the case and the step that changed it; what somebody wrote is sealed first. */
extern void ag_appeal_write(AgAccount *account, AgAppeal *appeal, const AgActor *actor, const char *what,
							const char *decision, const char *body, TimestampTz at);
extern AgAppeal *ag_appeal_new(AgAccount *account, const AgActor *actor, int freeze_no,
							   const char *origin, TimestampTz at);
extern void ag_appeal_insert(AgAccount *account, AgAppeal *appeal, const AgActor *actor, const char *what,
							 const char *body, TimestampTz at);

/* The freeze or its strikes have changed: what will the clock do to the case? */
extern void ag_appeal_replan(AgAccount *account, AgAppeal *appeal, TimestampTz at);
extern TimestampTz ag_appeal_sla(int64 account_id, int freeze_no, TimestampTz at);
extern bool ag_appeal_settle(AgAccount *account, AgAppeal *appeal, TimestampTz at);
extern void ag_appeal_stop_waiting(AgAppeal *appeal, TimestampTz at);
extern void ag_appeal_drop_claim(AgAppeal *appeal);
extern void ag_appeal_drop_decision(AgAppeal *appeal);
extern void ag_appeal_refresh_parties(AgAccount *account, AgAppeal *appeal, TimestampTz at);
extern void ag_appeal_close(AgAppeal *appeal, const char *outcome, const char *person, TimestampTz at);

/* What a case is, for events. */
extern AgFields *ag_appeal_fields(const AgAppeal *appeal, TimestampTz at);
extern void ag_appeal_emit(AgAccount *account, AgAction action, const AgAppeal *appeal,
						   TimestampTz at);

/*
 * appeal_seal.c: what people wrote, sealed.
 */
extern int64 ag_appeal_record(int no, int below);
extern bytea *ag_appeal_seal_text(const char *field, int64 account_id, int no, int below,
								  const char *text);
extern AgKeyResult ag_appeal_open_text(const char *field, int64 account_id, int no, int below,
									   const bytea *sealed, char **text);

/* What somebody wrote in a step; AG_KEY_OK and NULL if nothing. */
struct AgAppealStep;
extern AgKeyResult ag_appeal_open_step(const AgAppeal *appeal, const struct AgAppealStep *step,
									   char **text);

/*
 * appeal_submit.c: P1, P11.
 */
typedef struct AgAppealOrder
{
	int			freeze_no;
	const char *statement;
	const char *contact;		/* an address for this appeal only, or NULL */
	const char *locale;			/* NULL = the account's */
	const char *ticket;			/* token, or NULL */
	const char *idempotency_key;
} AgAppealOrder;

extern AgAppeal *ag_appeal_submit(AgAccount *account, const AgActor *actor,
								  const AgAppealOrder *order, TimestampTz at);
extern AgAppeal *ag_appeal_reopen(AgAccount *account, const AgActor *actor, int no,
								  const char *statement, const char *ticket, TimestampTz at);

/* A review of staff's own motion. */
extern AgAppeal *ag_appeal_open_review(AgAccount *account, const AgActor *actor, int freeze_no,
									   const char *reason, TimestampTz at);

/* May the user appeal against the freeze of a case as far as his earlier appeals go? */
extern bool ag_appeal_has_tries(const AgAppeal *appeal, TimestampTz at);

/* Until when the user can have the freeze looked at (again); DT_NOBEGIN = not any more. */
extern TimestampTz ag_appeal_remedy_until(const AgFreeze *freeze, TimestampTz window_until,
										  TimestampTz at);

/*
 * appeal_status.c: what the user is told about his cases.  JSON texts.
 */
extern char *ag_appeal_status(int64 account_id, int no, TimestampTz at);	/* no 0 = every case */

/*
 * appeal_owner.c: what the user does with his appeal: P5, P9.
 */
extern void ag_appeal_require_owner(AgAccount *account, const AgActor *actor, const char *ticket,
									int freeze_no, int appeal_no, TimestampTz at);
extern void ag_appeal_require_proof(const AgAccount *account, const char *proof, TimestampTz at);
extern void ag_appeal_require_supplement(const AgAccount *account, const AgAppeal *appeal,
										 TimestampTz at);
extern void ag_appeal_supplement(AgAccount *account, const AgActor *actor, AgAppeal *appeal,
								 const char *text, TimestampTz at);
extern void ag_appeal_withdraw(AgAccount *account, const AgActor *actor, AgAppeal *appeal,
							   TimestampTz at);

/*
 * appeal_review.c: P2, P3, P4.
 */
extern void ag_appeal_require_reviewer(const AgAccount *account, const AgActor *actor,
									   const AgAppeal *appeal, TimestampTz at);

/* Does he review this case in a role of people?  Programs have acctguard_risk only. */
extern bool ag_appeal_by_person(const AgActor *actor, const AgAppeal *appeal, TimestampTz at);
extern void ag_appeal_require_claimer(const AgAppeal *appeal, const AgActor *actor, TimestampTz at);

/* How many cases a person has left to claim; UG221 if none.  His claims take turns from here on, before he locks an account. */
extern int	ag_appeal_require_claims(const AgActor *actor, TimestampTz at);
extern void ag_appeal_claim(AgAccount *account, const AgActor *actor, AgAppeal *appeal,
							TimestampTz at);
extern List *ag_appeal_claim_next(const AgActor *actor, int count, TimestampTz at); /* AgAppeal * */
extern void ag_appeal_release(AgAccount *account, const AgActor *actor, AgAppeal *appeal,
							  TimestampTz at);

/* By compliance or an operator: whoever holds the case, for signing too, does not any more. */
extern void ag_appeal_revoke_claim(AgAccount *account, const AgActor *actor, AgAppeal *appeal,
								   const char *reason, TimestampTz at);
extern void ag_appeal_ask(AgAccount *account, const AgActor *actor, AgAppeal *appeal,
						  const char *wanted, TimestampTz until, TimestampTz at);

/* Who may read what was written: who holds the case, to decide or to sign. */
extern void ag_appeal_require_reader(const AgAppeal *appeal, const AgActor *actor, TimestampTz at);

/* UG219 for whoever decided. */
extern void ag_appeal_require_second(const AgAppeal *appeal, const AgActor *actor);
extern void ag_appeal_refuse_held(const AgAppeal *appeal);	/* UG211 */

/*
 * appeal_decide.c: P7, P8.
 */
typedef struct AgAppealDecision
{
	const char *decision;
	const char *reason;
	bool		end;			/* partial: the freeze ends now */
	TimestampTz ends_at;		/* partial: DT_NOEND = as it is */
	ArrayType  *capabilities;	/* partial: NULL = as they are */
	bool		unfounded;
	bool		automated;
	int			expected_version;	/* 0 = any */
} AgAppealDecision;

extern bool ag_appeal_needs_signature(const AgFreeze *freeze, const AgKind *kind, TimestampTz at);
extern void ag_appeal_check_decision(const AgAppealDecision *decision);
extern void ag_appeal_decide(AgAccount *account, const AgActor *actor, AgAppeal *appeal,
							 const AgAppealDecision *decision, TimestampTz at);
extern void ag_appeal_sign(AgAccount *account, const AgActor *actor, AgAppeal *appeal,
						   TimestampTz at);
extern void ag_appeal_refuse_sign(AgAccount *account, const AgActor *actor, AgAppeal *appeal,
								  const char *reason, TimestampTz at);

/*
 * appeal_material.c: material, in sealed chunks.
 */
#define AG_CHUNK_SIZE 65536

typedef struct AgMaterial
{
	int			item;
	int			size;
	int			chunks;
	int			received;
	bytea	   *label;
	bytea	   *digest;			/* NULL = not complete */
	TimestampTz begun_at;
	TimestampTz complete_at;
} AgMaterial;

extern AgMaterial *ag_material_begin(AgAccount *account, const AgActor *actor, AgAppeal *appeal,
									 const char *name, const char *media_type, int64 size,
									 TimestampTz at);
extern void ag_material_append(AgAccount *account, AgAppeal *appeal, AgMaterial *material,
							   int first_chunk, const bytea *content, TimestampTz at);
extern void ag_material_finish(AgAccount *account, AgAppeal *appeal, AgMaterial *material,
							   const bytea *digest, TimestampTz at);
extern AgMaterial *ag_material_require(const AgAppeal *appeal, int item);	/* UG200 */
extern char *ag_material_label(const AgAppeal *appeal, const AgMaterial *material, bool media_type);
extern bytea *ag_material_chunk(const AgAppeal *appeal, const AgMaterial *material, int chunk);

/* appeal_material_store.c: tables appeal_material, appeal_chunk. */
extern AgStatementTable appeal_material_statements;

extern void ag_material_store_insert(const AgAppeal *appeal, const AgMaterial *material);
extern AgMaterial *ag_material_store_read(int64 account_id, int no, int item);
extern List *ag_material_store_list(int64 account_id, int no);	/* AgMaterial * */
extern void ag_material_store_update(const AgAppeal *appeal, const AgMaterial *material);
extern void ag_material_store_add_chunk(const AgAppeal *appeal, int item, int chunk,
										const bytea *body);
extern bytea *ag_material_store_chunk(const AgAppeal *appeal, int item, int chunk);

/*
 * appeal_file.c: the account's record beside the case.  JSON text.
 */
extern char *ag_appeal_file(const AgAppeal *appeal, TimestampTz at);

/* appeal_file_store.c: JSON texts of other tables. */
extern AgStatementTable appeal_file_statements;

extern char *ag_appeal_store_versions(int64 account_id, int freeze_no);
extern char *ag_appeal_store_strikes(int64 account_id);
extern char *ag_appeal_store_risk(int64 account_id);

/*
 * appeal_abuse.c: is it time to suspend the user's appeals?
 */
typedef struct AgAppealAbuse
{
	int			unfounded;		/* dismissed as manifestly unfounded within the span */
	int			appeals;		/* decided in that time */
	TimestampTz warned_at;		/* DT_NOBEGIN = never */
	bool		may_suspend;
} AgAppealAbuse;

extern void ag_appeal_abuse(int64 account_id, TimestampTz at, AgAppealAbuse *abuse);

/*
 * appeal_notice.c: what the user hears of it.
 */
extern void ag_appeal_notice_init(void);

/*
 * appeal_sweep.c: what the clock did, written down; reminders.
 */
extern int64 ag_appeal_sweep(int64 limit);
extern int64 ag_appeal_sweep_due(int64 most);

/*
 * appeal_ticket.c: appeals of people who cannot log in.
 */

/* What a token is good for: the number of its ticket; 0 = for nothing here. */
extern int	ag_appeal_ticket_find(int64 account_id, const char *token, int freeze_no, int appeal_no,
								  TimestampTz at);
extern void ag_appeal_ticket_use(int64 account_id, int no, int appeal_no, TimestampTz at);

/* By two persons: NULL = proposed, else the token.  method: how a service verified the person. */
extern char *ag_appeal_ticket_issue(AgAccount *account, const AgActor *actor, int freeze_no,
									const char *reference, const char *method, TimestampTz at,
									TimestampTz *expires_at);
extern AgStatementTable appeal_ticket_statements;

/* appeal_ticket_store.c: table appeal_ticket. */
typedef struct AgAppealTicket
{
	int			no;
	int			freeze_no;
	const char *reference;
	const char *method;			/* NULL = two members of staff vouch */
	TimestampTz proposed_at;
	const char *proposed_by;
	TimestampTz proposed_until;
	TimestampTz expires_at;		/* DT_NOEND = not issued */
	int			appeal_no;		/* 0 = not used */
} AgAppealTicket;

extern void ag_appeal_ticket_store_insert(int64 account_id, const AgAppealTicket *ticket);
extern bool ag_appeal_ticket_store_find(int64 account_id, const uint8 hash[AG_SHA256_SIZE],
										AgAppealTicket *ticket);
extern bool ag_appeal_ticket_store_proposed(int64 account_id, int freeze_no,
											const char *reference, TimestampTz at,
											AgAppealTicket *ticket);
extern void ag_appeal_ticket_store_issue(int64 account_id, const AgAppealTicket *ticket,
										 const char *person, const uint8 hash[AG_SHA256_SIZE],
										 TimestampTz at);
extern void ag_appeal_ticket_store_use(int64 account_id, int no, int appeal_no, TimestampTz at);

/*
 * appeal_follow.c: what freezes do to cases.  For lifecycle: is anything open?
 */
extern void ag_appeal_init(void);
extern void ag_appeal_end_moot(AgAccount *account, const AgActor *actor, AgAppeal *appeal,
							   TimestampTz at);

/* The review that the kind of a freeze in force demands, if there is none; a taken back appeal is none. */
extern void ag_appeal_open_missing(AgAccount *account, const AgActor *actor, int freeze_no,
								   TimestampTz at);
extern int	ag_appeal_any_open(int64 account_id, TimestampTz at);	/* its number, 0 = none */

/*
 * appeal_store.c: table appeal; appeal_step_store.c: the others.
 */
extern AgStatementTable appeal_statements;
extern AgStatementTable appeal_step_statements;

extern AgAppeal *ag_appeal_store_read(int64 account_id, int no);
extern List *ag_appeal_store_list(int64 account_id);
extern List *ag_appeal_store_of_freeze(int64 account_id, int freeze_no);
extern int	ag_appeal_store_find_key(int64 account_id, const char *key);
extern void ag_appeal_store_insert(const AgAppeal *appeal);
extern void ag_appeal_store_update(const AgAppeal *appeal);
extern ArrayType *ag_appeal_store_parties(int64 account_id, int freeze_no, int but,
										  const ArrayType *more);
extern bool ag_appeal_store_is_party(const ArrayType *parties, const char *person);
extern List *ag_appeal_store_queue(const char *person, int skip, int count, TimestampTz at);
extern int	ag_appeal_store_held_by(const char *person, TimestampTz at);

/* A page of the cases that are over: before this one, since then. */
typedef struct AgAppealPage
{
	TimestampTz before;			/* DT_NOEND = the first page */
	int64		account_id;		/* of the last case of the page before, with its number; 0 = by
								 * time alone */
	int			no;
	TimestampTz since;			/* DT_NOBEGIN = all */
	const char *outcome;		/* NULL = any */
	int			count;
} AgAppealPage;

extern List *ag_appeal_store_closed(const AgAppealPage *page, TimestampTz at);
extern List *ag_appeal_store_due(int count, TimestampTz at);	/* AgAppeal *, for the sweep */
extern bool ag_appeal_store_shredded(int64 account_id);
extern List *ag_appeal_store_open(void);	/* AgAppeal *, without a lock */

typedef struct AgAppealStep
{
	int			step;
	TimestampTz at;
	char	   *what;
	char	   *decision;
	char	   *state;
	char	   *role;
	char	   *person;
	bytea	   *body;
} AgAppealStep;

extern void ag_appeal_store_add_step(const AgAppeal *appeal, const AgAppealStep *step);
extern List *ag_appeal_store_steps(int64 account_id, int no);	/* AgAppealStep * */
extern int	ag_appeal_store_count_steps(int64 account_id, int no, const char *what);

#endif							/* AG_APPEAL_H */
