/*-------------------------------------------------------------------------
 *
 * forget.h
 *		Accounts that end: their numbers are free, and in the end forgotten.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_FORGET_H
#define AG_FORGET_H

#include "phone/phone.h"

/*
 * forget.c
 */

/*
 * Lock the numbers that an account has or had, by ascending id; AgNumber *.  Before the
 * account is locked: numbers come first.
 */
extern List *ag_numbers_lock_of(int64 account_id);

/* Release what a locked account still has; numbers are those that were locked. */
extern void ag_numbers_leave(AgAccount *account, List *numbers, const char *note, TimestampTz at);

/* The account is being erased: what nobody else needs is forgotten after policy number_keep. */
extern void ag_numbers_expire(List *numbers, TimestampTz at);

/* Who keeps rows by number_id beside this folder says here which are needed; at load. */
typedef bool (*AgNumberNeed) (int64 number_id);

extern void ag_number_register_need(AgNumberNeed need);

/* Forget numbers whose time has come; returns how many were looked at. */
extern int64 ag_number_forget(int64 limit);
extern int64 ag_number_forget_due(int64 most);

/*
 * forget_store.c
 */
extern AgStatementTable forget_statements;

extern List *ag_forget_store_live(int64 account_id);	/* AgPhoneBinding *, number and no only */
extern int64 *ag_forget_store_numbers(int64 account_id, int *count);
extern void ag_forget_store_expire(int64 number_id, TimestampTz forget_at);
extern int64 *ag_forget_store_due(TimestampTz at, int64 limit, int *count);
extern int64 ag_forget_store_due_count(TimestampTz at, int64 most);
extern int64 *ag_forget_store_accounts(int64 number_id, int *count);
extern void ag_forget_store_drop(int64 number_id);

#endif							/* AG_FORGET_H */
