/*-------------------------------------------------------------------------
 *
 * tombstone.h
 *		What a banned account leaves on a number that it loses.
 *
 * A tombstone keeps a number from a fresh start (PHN-18): whoever registers with it is
 * held until the ban is over and policy tombstone_least has passed since the number
 * left the account.  It is in force no longer once providers have confirmed that the
 * number changed hands after the ban began, or an operator has ended it; so the next
 * holder, who did nothing, gets past it.
 *
 * The row says only from which account and for which ban; until when follows, at each
 * look, from the ban as it stands then, from the evidence and from the clock.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_TOMBSTONE_H
#define AG_TOMBSTONE_H

#include "phone/phone.h"

/* A ban: a freeze that leaves nothing of its account. */
typedef struct AgBan
{
	int			freeze_no;
	TimestampTz since;
	TimestampTz until;			/* DT_NOEND = indefinite */
} AgBan;

/* Freezes are of a later rank, which says what is a ban; registered at load. */
typedef struct AgBanSource
{
	/* The ban of an account that lasts longest; false = it is not banned. */
	bool		(*find) (int64 account_id, TimestampTz at, AgBan *ban);

	/* A ban as it stands now, or what took its place; false = it was annulled. */
	bool		(*read) (int64 account_id, int freeze_no, AgBan *ban);
} AgBanSource;

typedef struct AgTombstone
{
	int64		number_id;
	int64		account_id;		/* who lost the number */
	int			binding;		/* ... with which binding */
	int			freeze_no;		/* ... banned by which freeze */
	TimestampTz banned_at;
	TimestampTz proved_at;		/* when its owner proved the number last; DT_NOEND = never */
	TimestampTz written_at;
	TimestampTz ended_at;		/* by an operator; DT_NOEND = not */
	char	   *ended_by;
	char	   *end_note;
	char	   *hint;			/* of the number */
} AgTombstone;

/*
 * tombstone.c
 */
extern void ag_tombstone_register_bans(const AgBanSource *source);

/*
 * What holds a number from an account that wants it now: the tombstone that lasts
 * longest, and until when (DT_NOEND = without end); NULL = nothing.  account_id 0 is a
 * new account.  What an account left behind itself does not hold it.
 */
extern AgTombstone *ag_tombstone_in_force(int64 number_id, int64 account_id, TimestampTz at,
										  TimestampTz *until);

/*
 * Is the holder of a number banned, and the number still his as far as providers know?
 * Then nobody else may take it over by saying that the account is not his.
 */
extern bool ag_tombstone_would_hold(const AgPhoneBinding *holder, TimestampTz at);

/* Is the account banned? */
extern bool ag_tombstone_banned(int64 account_id, TimestampTz at);

/* Write one if the account that has just lost its login number is banned. */
extern void ag_tombstone_leave(const AgAccount *account, const AgPhoneBinding *binding,
							   TimestampTz at);

/* Has the number a tombstone whose time may not be over?  By ban and clock alone. */
extern bool ag_tombstone_keeps_number(int64 number_id, TimestampTz at);

/* End a tombstone by decision of an operator; false = it was ended before, UG330 = none. */
extern bool ag_tombstone_end(AgAccount *account, int binding, const char *note, TimestampTz at);

/* Until when, by ban and clock; DT_NOBEGIN = the ban was annulled. */
extern TimestampTz ag_tombstone_until(const AgTombstone *tombstone);

/* Has the number changed hands since the ban began, as providers say? */
extern bool ag_tombstone_is_overtaken(const AgTombstone *tombstone, TimestampTz at);

/*
 * tombstone_store.c
 */
extern AgStatementTable tombstone_statements;

extern void ag_tombstone_store_insert(const AgTombstone *tombstone);
extern List *ag_tombstone_store_of_number(int64 number_id); /* AgTombstone * */
extern List *ag_tombstone_store_of_account(int64 account_id);
extern bool ag_tombstone_store_end(int64 account_id, int binding, const char *person,
								   const char *note, TimestampTz at);

#endif							/* AG_TOMBSTONE_H */
