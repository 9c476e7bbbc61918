/*-------------------------------------------------------------------------
 *
 * event_api.c
 *		SQL entry point of the event catalogue.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "event/event.h"
#include "funcapi.h"

PG_FUNCTION_INFO_V1(acctguard_events);

/* events(): everything that can happen. */
Datum
acctguard_events(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	ag_event_list((ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
}
