/*-------------------------------------------------------------------------
 *
 * appeal_abuse.c
 *		Is it time to suspend the user's appeals?
 *
 * Frequent manifestly unfounded appeals may be suspended for a reasonable time, after a
 * warning.  Nothing here suspends: a reviewer does, by a freeze of kind appeal_abuse, and
 * looks at the case as a whole.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"

#define ABUSE_REASON "appeal.abuse"

void
ag_appeal_abuse(int64 account_id, TimestampTz at, AgAppealAbuse *abuse)
{
	TimestampTz since = at - ag_policy_setting(AG_SETTING_APPEAL_ABUSE_SPAN) * USECS_PER_SEC;
	TimestampTz last = DT_NOBEGIN;
	ListCell   *cell;

	memset(abuse, 0, sizeof(AgAppealAbuse));
	foreach(cell, ag_appeal_store_list(account_id))
	{
		const AgAppeal *appeal = lfirst(cell);

		if (!ag_appeal_is_heard(appeal) || !ag_appeal_decided(appeal) ||
			appeal->closed_at > at || appeal->closed_at < since)
			continue;
		abuse->appeals++;
		if (appeal->unfounded)
		{
			abuse->unfounded++;
			last = Max(last, appeal->closed_at);
		}
	}
	abuse->warned_at = ag_strike_warned_at(account_id, ABUSE_REASON, at);
	abuse->may_suspend = abuse->unfounded >= ag_policy_setting(AG_SETTING_APPEAL_ABUSE_COUNT) &&
		abuse->warned_at != DT_NOBEGIN && abuse->warned_at < last;
}
