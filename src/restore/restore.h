/*-------------------------------------------------------------------------
 *
 * restore.h
 *		After a restore, a copy or pg_upgrade: what of the past must not come back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_RESTORE_H
#define AG_RESTORE_H

#include "base/base.h"
#include "storage/block.h"

typedef enum AgRestoreMode
{
	AG_RESTORE_RESTORE,			/* it takes the other one's place */
	AG_RESTORE_CLONE,			/* a copy beside the other one */
	AG_RESTORE_UPGRADE,			/* the same, elsewhere: nothing was lost */
	AG_RESTORE_MODE_COUNT
} AgRestoreMode;

/*
 * restore.c
 */
extern void ag_post_restore(const char *mode, const char *reason, ReturnSetInfo *rsinfo);

/*
 * restore_store.c: the list of what is voided, in order.
 */
typedef struct AgRestoreStep
{
	const char *table;
	uint32		modes;			/* 1 << AgRestoreMode */
	const char *field;			/* its count in the event */
	const char *what;			/* and in the result */
} AgRestoreStep;

/* What all steps of one post_restore() have in common. */
typedef struct AgRestoreRun
{
	TimestampTz at;
	const char *person;
	TimestampTz begun_at;		/* what is newer was written here; DT_NOEND = nothing is known */
} AgRestoreRun;

extern AgStatementTable restore_statements;

extern const AgRestoreStep *ag_restore_steps(int *count);
extern BlockNumber ag_restore_store_blocks(const AgRestoreStep *step);
extern int64 ag_restore_store_portion(int step, const AgRestoreRun *run, BlockNumber from, BlockNumber to);
extern TimestampTz ag_restore_store_begun(uint64 system_identifier);
extern int64 ag_restore_store_inbox(void);
extern int64 ag_restore_store_protect(void);
extern int64 ag_restore_store_dangers(void);
extern int64 ag_restore_store_guard_dangers(void);

#endif							/* AG_RESTORE_H */
