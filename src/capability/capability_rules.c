/*-------------------------------------------------------------------------
 *
 * capability_rules.c
 *		What rows of standing add up to.
 *
 * Pure decisions: no tables, no errors, no memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "capability/capability.h"

/* How hard something is refused: not, until a stronger proof, at all. */
static int
severity(uint64 denied, uint64 challenged)
{
	return denied != 0 ? 2 : challenged != 0 ? 1 : 0;
}

/*
 * Fold one row into a verdict about the capabilities in asked.  The verdict names
 * the row that decides: the hardest, and among equals the one that lasts longest,
 * because before its end nothing changes for the account.
 */
void
ag_verdict_add(AgVerdict *verdict, const AgStanding *row, uint64 asked)
{
	uint64		denied = row->denied & asked;
	uint64		challenged = row->challenged & asked;
	int			new_severity = severity(denied, challenged);
	int			old_severity = severity(verdict->denied, verdict->challenged);

	if (new_severity > old_severity ||
		(new_severity > 0 && new_severity == old_severity && row->ends_at > verdict->ends_at))
	{
		verdict->freeze_no = row->freeze_no;
		verdict->part = row->part == AG_PART_RESUMED ? AG_PART_FREEZE : row->part;
		verdict->ends_at = row->ends_at;
	}
	verdict->denied |= denied;
	verdict->challenged |= challenged;
	verdict->monitored |= row->monitored & asked;
}

/*
 * Does the daily window [from, until) contain the minute of the day?  A window
 * that ends before it starts runs past midnight; an empty one contains nothing.
 */
bool
ag_hours_contain(int from, int until, int minute)
{
	if (from <= until)
		return from <= minute && minute < until;
	return minute >= from || minute < until;
}
