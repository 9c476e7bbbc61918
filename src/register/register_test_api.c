/*-------------------------------------------------------------------------
 *
 * register_test_api.c
 *		The server stops between two steps of registration, in test builds only.
 *
 * acctguard.test_stop names the step after which the whole server is gone, as if its
 * power had failed.  An ordinary library has neither the setting nor this code.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "register/register.h"

#ifdef AG_TEST_CLOCK
#include <signal.h>
#include <unistd.h>

#include "miscadmin.h"
#include "utils/guc.h"

static int	test_stop = 0;

void
ag_register_stop_at(int step)
{
	if (step != test_stop)
		return;
	/* As pg_ctl stop -m immediate does; nothing of this backend's work goes on after it. */
	kill(PostmasterPid, SIGQUIT);
	for (;;)
		pause();
}

void
ag_register_stop_init(void)
{
	DefineCustomIntVariable("acctguard.test_stop",
							"Stops the server after this step of registration; exists in test builds only.",
							NULL, &test_stop, 0, 0, 10, PGC_SUSET, GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE,
							NULL, NULL, NULL);
}
#else
void
ag_register_stop_init(void)
{
}
#endif
