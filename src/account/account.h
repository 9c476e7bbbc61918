/*-------------------------------------------------------------------------
 *
 * account.h
 *		The root row of an account, its lock and its version counter.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_ACCOUNT_H
#define AG_ACCOUNT_H

#include "base/base.h"
#include "crypto/crypto.h"
#include "event/event.h"

/* Lifecycle as stored.  closing becomes closed by the clock, at close_at. */
typedef enum AgLifecycle
{
	AG_PENDING,
	AG_ACTIVE,
	AG_CLOSING,
	AG_CLOSED,
	AG_ERASED
} AgLifecycle;

typedef struct AgAccount
{
	int64		account_id;
	AgLifecycle state;			/* stored state */
	char	   *external_id;	/* the host's uuid or text id, or NULL */
	char	   *locale;
	char	   *time_zone;
	char	   *profile;		/* basic, social, money */
	char	   *tenant;			/* scope attributes, or NULL */
	char	   *cohort;
	int			staff_rank;		/* 0 = ordinary user, 4 = administrator */
	bool		protected;
	char	   *person;			/* the member of staff whose account this is, or NULL */
	int64		version;		/* one per event: the ledger's aseq */
	int			freeze_count;	/* number of the last freeze */
	int			child_count;	/* number of the last child record of any other kind */
	int64		session_epoch;	/* raised to revoke every session */
	int64		session_locked_epoch;	/* sessions up to this epoch are locked */
	char	   *rules_version;	/* last acknowledged */
	TimestampTz registered_at;
	TimestampTz activated_at;	/* DT_NOEND = never */
	TimestampTz last_seen_at;	/* last session opened; DT_NOEND = none */
	TimestampTz owner_seen_at;	/* last sign of life of its owner; DT_NOEND = none */
	TimestampTz number_lost_at; /* its login number was taken from it, and it has none since;
								 * DT_NOEND = no */
	TimestampTz close_requested_at;
	TimestampTz close_at;
	TimestampTz closed_at;
	TimestampTz erased_at;
	char	   *close_reason;
	char	   *proposal;		/* terminate, reopen, or NULL: waits for a second person */
	char	   *proposed_by;
	TimestampTz proposed_at;
	TimestampTz acted_at;		/* latest time given by ag_account_now(); DT_NOEND = never */
	int			session_cut_count;
	TimestampTz *session_cuts;	/* ascending; sessions opened before one are over from then on */
} AgAccount;

/*
 * account.c
 */

/* Lock the account's row (FOR NO KEY UPDATE) and read it; UG404 if there is none. */
extern AgAccount *ag_account_lock(int64 account_id);

/* The same without waiting: NULL while somebody else works on the account. */
extern AgAccount *ag_account_try_lock(int64 account_id);

/*
 * A clock is set back by a correction, by a virtual machine that moves, by promotion of
 * a standby whose clock is behind.  Further back than this (microseconds) it was wrong
 * before, and waiting for it to catch up would keep the account in the future.
 */
#define AG_SET_BACK (INT64CONST(10) * SECS_PER_MINUTE * USECS_PER_SEC)

/*
 * The time of an act on a locked account, or of a look at one that was read.  Acts are
 * in order of time even where the clock is not: for one that was set back a little,
 * time stands still.
 */
extern TimestampTz ag_account_now(AgAccount *account);

/* Is it a time that an act of this transaction can have? */
extern bool ag_account_is_now(TimestampTz at);

/* Read without a lock; NULL if there is none / UG404. */
extern AgAccount *ag_account_read(int64 account_id);
extern AgAccount *ag_account_require(int64 account_id);

/* The next number of a freeze / of another child record; written by ag_account_save. */
extern int	ag_account_next_freeze(AgAccount *account);
extern int	ag_account_next_child(AgAccount *account);

/* Write the row back.  Every use-case that locked an account ends with it. */
extern void ag_account_save(AgAccount *account);

/*
 * Record an event of a locked account: takes the next version as aseq.  The row is
 * written by ag_account_save(), which must follow.
 */
extern void ag_account_emit(AgAccount *account, AgAction action, const char *reason,
							const char *idempotency_key, const AgFields *before,
							const AgFields *after);

/*
 * account_probe.c: direct reading with the latest snapshot, for checks per row.
 */
typedef struct AgAccountProbe
{
	int64		account_id;
	char	   *tenant;			/* scope attributes, or NULL */
	char	   *cohort;
} AgAccountProbe;

/* What decides about the sessions of an account. */
typedef struct AgAccountEpochs
{
	int64		session_epoch;
	int64		session_locked_epoch;
	int			cut_count;
	TimestampTz *cuts;			/* in the current memory context */
	bool		must_bind_phone;	/* it lost its login number and has no other */
} AgAccountEpochs;

/*
 * What decides about the account's sessions; false = there is no such account.  place: where
 * its row may lie, if that is known; where it does lie, if that can be told.
 */
extern bool ag_account_probe_epochs(int64 account_id, ItemPointer place, AgAccountEpochs *epochs);

extern bool ag_account_probe(int64 account_id, AgAccountProbe *probe);	/* false = no such account */
extern bool ag_account_probe_external(const char *external_id, AgAccountProbe *probe);
extern void ag_account_probe_init(void);

/*
 * account_ticket.c: tokens of tickets that are issued for one account.
 */
extern char *ag_ticket_token(int64 account_id); /* a new one, palloc'd */
extern void ag_ticket_hash(const char *token, uint8 hash[AG_SHA256_SIZE]);	/* what is kept of it */

/*
 * account_rules.c
 */
extern const char *ag_lifecycle_name(AgLifecycle state);
extern AgLifecycle ag_lifecycle_parse(const char *name);

/*
 * account_store.c
 */
extern AgStatementTable account_statements;

extern bool ag_account_store_insert(const AgAccount *account);
extern AgAccount *ag_account_store_lock(int64 account_id);
extern AgAccount *ag_account_store_try_lock(int64 account_id);
extern AgAccount *ag_account_store_read(int64 account_id);
extern int64 ag_account_store_find(const char *external_id);
extern void ag_account_store_update(const AgAccount *account);
extern AgResult *ag_account_store_closing(TimestampTz at, const AgSweepCursor *after, int64 limit);
extern int64 ag_account_store_count_closing(TimestampTz at, int64 most);
extern List *ag_account_store_other_administrators(int64 account_id);	/* int64 * */

#endif							/* AG_ACCOUNT_H */
