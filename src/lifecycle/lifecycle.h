/*-------------------------------------------------------------------------
 *
 * lifecycle.h
 *		An account's life: open, activate, close, terminate, reopen, erase, adopt.
 *
 * The root row itself belongs to account/; what an account's life asks of freezes
 * and holds makes this a domain above them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_LIFECYCLE_H
#define AG_LIFECYCLE_H

#include "account/account.h"
#include "freeze/freeze.h"

/*
 * lifecycle_rules.c: the transitions, shown by account_transitions().
 */
typedef enum AgLifecycleEvent
{
	AG_ACCOUNT_OPEN,
	AG_ACCOUNT_ACTIVATE,
	AG_ACCOUNT_REQUEST_CLOSE,
	AG_ACCOUNT_CANCEL_CLOSE,
	AG_ACCOUNT_FINALIZE,
	AG_ACCOUNT_TERMINATE,
	AG_ACCOUNT_REOPEN,
	AG_ACCOUNT_ERASE,
	AG_ACCOUNT_DISCARD
} AgLifecycleEvent;

typedef struct AgLifecycleTransition
{
	const char *from;			/* state, or NULL for a new account */
	AgLifecycleEvent event;
	const char *to;
	const char *who;
	const char *guard;
	const char *errors;
} AgLifecycleTransition;

extern const AgLifecycleTransition *ag_lifecycle_transitions(int *count);
extern const char *ag_lifecycle_event_name(AgLifecycleEvent event);

/* Does the event lead on from this state? */
extern bool ag_lifecycle_allowed(AgLifecycle from, AgLifecycleEvent event);

/*
 * lifecycle.c
 */
typedef struct AgAccountOrder
{
	int64		account_id;		/* 0 = generate */
	const char *external_id;
	const char *locale;
	const char *time_zone;
	const char *profile;
	const char *tenant;
	const char *cohort;
	bool		pending;
} AgAccountOrder;

extern int64 ag_account_open(const AgAccountOrder *order);
extern void ag_account_activate(int64 account_id);
extern TimestampTz ag_account_request_close(int64 account_id, const char *reason,
											const char *proof);
extern void ag_account_cancel_close(int64 account_id, const char *proof);
extern const char *ag_account_terminate(int64 account_id, const char *reason);
extern const char *ag_account_reopen(int64 account_id, const char *reason);
extern void ag_account_erase(int64 account_id, const char *reason);

/*
 * Close a locked account that was never activated, because its number turned out to be
 * somebody else's.  The caller saves it.
 */
extern void ag_account_discard(AgAccount *account, const char *reason, TimestampTz at);

/* Write down that the clock has closed a locked account; false if it has not. */
extern bool ag_account_settle(AgAccount *account, TimestampTz at);

/*
 * lifecycle_sweep.c: the same for accounts that nobody touches.
 */
extern int64 ag_lifecycle_sweep(int64 limit);
extern int64 ag_lifecycle_sweep_due(int64 most);

/*
 * adopt.c
 */
extern bool ag_account_adopt(int64 account_id, const char *external_id);
extern int64 ag_account_adopt_rows(ArrayType *ids);
extern void ag_adopt_identity(Datum value, Oid type, int64 *account_id, char **external_id);

/*
 * lifecycle_notice.c
 */
extern void ag_lifecycle_notice_init(void);

/*
 * status.c
 */
extern char *ag_account_status(int64 account_id);	/* JSON text */

/*
 * explain.c
 */
extern void ag_account_explain(ReturnSetInfo *rsinfo, int64 account_id, const char *capability,
							   TimestampTz at);

/* What is denied and challenged now, and when that changes next (DT_NOEND = never). */
extern void ag_account_standing(const AgAccount *account, TimestampTz at, uint64 *denied,
								uint64 *challenged, TimestampTz *until);

/*
 * lifecycle_change.c: attributes of the account.
 */
typedef struct AgAccountChange
{
	const char *locale;			/* NULL = keep, '' = remove where that makes sense */
	const char *time_zone;
	const char *profile;
	const char *tenant;
	const char *cohort;
	const char *person;
	int			staff_rank;		/* -1 = keep */
	int			protected;		/* -1 = keep */
} AgAccountChange;

extern void ag_account_change(int64 account_id, const AgAccountChange *change, const char *reason);
extern void ag_account_check_time_zone(const char *time_zone);
extern void ag_account_check_profile(const char *profile);

#endif							/* AG_LIFECYCLE_H */
