/*-------------------------------------------------------------------------
 *
 * outbox_test_api.c
 *		Announcements and pure rules from SQL, in test builds only.
 *
 * The product announces from its worker, so an ordinary library is without these
 * symbols.  Tests declare them with CREATE FUNCTION themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "outbox/outbox.h"
#include "utils/builtins.h"

#ifdef AG_TEST_CLOCK

PG_FUNCTION_INFO_V1(acctguard_test_announce);
PG_FUNCTION_INFO_V1(acctguard_test_backoff);
PG_FUNCTION_INFO_V1(acctguard_test_quiet_end);
PG_FUNCTION_INFO_V1(acctguard_test_redact);
PG_FUNCTION_INFO_V1(acctguard_test_locale_rank);

/* (event text, record int, version int, tenant text, cohort text, after bigint, batch bigint) -> 'accounts until cursor' */
Datum
acctguard_test_announce(PG_FUNCTION_ARGS)
{
	AgAnnouncement announcement = {
		.event = (AgAction) ag_action_code(ag_arg_text(fcinfo, 0)),
		.record = PG_GETARG_INT32(1),
		.version = PG_GETARG_INT32(2),
		.tenant = ag_arg_text(fcinfo, 3),
		.cohort = ag_arg_text(fcinfo, 4)
	};
	int64		cursor = PG_GETARG_INT64(5);
	int64		count = ag_outbox_announce(&announcement, &cursor, PG_GETARG_INT64(6));

	PG_RETURN_TEXT_P(cstring_to_text(psprintf(INT64_FORMAT " until " INT64_FORMAT, count, cursor)));
}

/* (tries int, first bigint, factor bigint, cap bigint, chance bigint) -> seconds */
Datum
acctguard_test_backoff(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(ag_notice_backoff(PG_GETARG_INT32(0), PG_GETARG_INT64(1), PG_GETARG_INT64(2),
									  PG_GETARG_INT64(3), (uint32) PG_GETARG_INT64(4)));
}

/* (time_zone text, at timestamptz) -> timestamptz */
Datum
acctguard_test_quiet_end(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(ag_quiet_end(ag_arg_text(fcinfo, 0), PG_GETARG_TIMESTAMPTZ(1)));
}

/* (words text) -> text */
Datum
acctguard_test_redact(PG_FUNCTION_ARGS)
{
	char	   *words = ag_arg_text(fcinfo, 0);

	ag_notice_redact(words);
	PG_RETURN_TEXT_P(cstring_to_text(words));
}

/* (wanted text, offered text) -> int */
Datum
acctguard_test_locale_rank(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(ag_locale_rank(ag_arg_text(fcinfo, 0), ag_arg_text(fcinfo, 1)));
}

#endif							/* AG_TEST_CLOCK */
