/*-------------------------------------------------------------------------
 *
 * touch.h
 *		What the clock has done to a number is written by who touches it next.
 *
 * A claim that is over, a change whose time for objections is over: the number has
 * changed hands before anybody has written it down.  Who is about to judge a number
 * touches it first, before he locks anything; then the rows say what is so.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_TOUCH_H
#define AG_TOUCH_H

#include "phone/phone.h"

typedef struct AgNumberTouch
{
	int64		number_id;		/* about to be judged; 0 = none */
	int64		other_id;		/* another one; 0 = none */
	int64		account_id;		/* for whose user; 0 = for nobody's */
	List	   *numbers;		/* int64 *, ascending: what writing it will lock */
	List	   *accounts;
} AgNumberTouch;

/* A later rank that has something to write. */
typedef struct AgNumberKeeper
{
	/* Is there something?  Then add the numbers and accounts that it concerns. */
	bool		(*due) (AgNumberTouch *touch);
	/* Write it; numbers and accounts are locked. */
	void		(*settle) (const AgNumberTouch *touch);
} AgNumberKeeper;

extern void ag_number_keep(const AgNumberKeeper *keeper);	/* at load */

extern void ag_number_touch(int64 number_id, int64 other_id, int64 account_id);

#endif							/* AG_TOUCH_H */
