/*-------------------------------------------------------------------------
 *
 * check.h
 *		Does what is known of numbers fit together?  Finding leftovers and mending them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_CHECK_H
#define AG_CHECK_H

#include "phone/phone.h"

/* AG_FINDING(symbol, name, can it be mended, what) */
#define AG_FINDING_LIST \
	AG_FINDING(NO_NUMBER, "no_number", true, "a binding in force, and the number is gone") \
	AG_FINDING(ORPHANS, "orphans", true, "indexes, events or tombstones of a number that is gone") \
	AG_FINDING(TWO_HOLDERS, "two_holders", false, "it is the login number of several accounts") \
	AG_FINDING(TWO_LOGINS, "two_logins", false, "its account has several login numbers") \
	AG_FINDING(ERASED_HOLDER, "erased_holder", true, "its account is erased and still has it") \
	AG_FINDING(NO_ACCOUNT, "no_account", false, "its account is gone") \
	AG_FINDING(EPOCH, "epoch", true, "its epoch was not raised with its bindings") \
	AG_FINDING(EVENT_COUNT, "event_count", true, "its events are more than it counts") \
	AG_FINDING(NEVER_BOUND, "never_bound", true, "nobody ever had it, and nothing says when to forget it") \
	AG_FINDING(SEAL, "seal", false, "it cannot be opened") \
	AG_FINDING(SHOWN, "shown", true, "hint or country are not those of the number") \
	AG_FINDING(INDEX_MISSING, "index_missing", true, "it cannot be found by a key it should be found by") \
	AG_FINDING(INDEX_OLD, "index_old", true, "it is not yet found by the newest key") \
	AG_FINDING(INDEX_ELSEWHERE, "index_elsewhere", false, "its index leads to another number") \
	AG_FINDING(INDEX_WRONG, "index_wrong", true, "another number's index leads to it")

#define AG_FINDING(symbol, name, mendable, what) AG_FINDING_##symbol,
typedef enum AgFinding
{
	AG_FINDING_LIST
	AG_FINDING_COUNT
} AgFinding;
#undef AG_FINDING

extern const char *ag_finding_name(AgFinding finding);
extern const char *ag_finding_what(AgFinding finding);
extern bool ag_finding_can_be_mended(AgFinding finding);

/*
 * check.c: findings are a mask, 1 << AgFinding.
 */
extern uint32 ag_number_findings(int64 number_id, bool sealed, TimestampTz at);

/* Mend what can be mended; returns that. */
extern uint32 ag_number_mend(int64 number_id, const char *note, bool sealed);

/*
 * check_store.c
 */
extern AgStatementTable check_statements;

/* What the tables say of a number. */
typedef struct AgNumberFacts
{
	bool		there;
	TimestampTz added_at;
	TimestampTz forget_at;
	int			bindings;		/* of any kind, ended ones too */
	int			live;			/* in force */
	int			holders;		/* ... as login number */
	int			turns;			/* starts and ends of login bindings */
	int			last_event;
	int			tombstones;
	int			indexes;
} AgNumberFacts;

extern int64 *ag_check_store_numbers(int64 after, int64 limit, int *count);
extern void ag_check_store_facts(int64 number_id, AgNumberFacts *facts);
extern int	ag_check_store_logins(int64 account_id);
extern List *ag_check_store_live(int64 number_id);	/* AgPhoneBinding *, account, no and kind only */
extern AgNumber *ag_check_store_number(int64 number_id);	/* NULL = gone */
extern List *ag_check_store_indexes(int64 number_id);	/* AgNumberIndex * */
extern void ag_check_store_drop_index(const AgNumberIndex *index);
extern void ag_check_store_show(const AgNumber *number);

#endif							/* AG_CHECK_H */
