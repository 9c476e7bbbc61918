/*-------------------------------------------------------------------------
 *
 * clock.c
 *		The one clock of every decision.
 *
 * Decisions read the wall clock, never the transaction's start time: an expired
 * freeze ends inside a long transaction too.  A build with AG_TEST_CLOCK has the
 * setting acctguard.test_clock_offset (seconds) so that tests can move time, and
 * acctguard.test_clock to stop it at a second, so that a test can know every time
 * beforehand; an ordinary build has neither setting.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"
#include "utils/guc.h"

#ifdef AG_TEST_CLOCK
static int	test_clock_offset = 0;
static int	test_clock = 0;

TimestampTz
ag_now(void)
{
	if (test_clock != 0)
		return (TimestampTz) test_clock * USECS_PER_SEC;
	return GetCurrentTimestamp() + (int64) test_clock_offset * USECS_PER_SEC;
}

void
ag_clock_init(void)
{
	DefineCustomIntVariable("acctguard.test_clock_offset",
							"Moves acctguard's clock; exists in test builds only.", NULL,
							&test_clock_offset, 0, -INT_MAX, INT_MAX, PGC_USERSET,
							GUC_UNIT_S | GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE, NULL, NULL, NULL);
	DefineCustomIntVariable("acctguard.test_clock",
							"Stops acctguard's clock at this second since 2000-01-01 UTC; 0 lets it run; exists in test builds only.", NULL,
							&test_clock, 0, 0, INT_MAX, PGC_USERSET,
							GUC_UNIT_S | GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE, NULL, NULL, NULL);
}
#else
TimestampTz
ag_now(void)
{
	return GetCurrentTimestamp();
}

void
ag_clock_init(void)
{
}
#endif
