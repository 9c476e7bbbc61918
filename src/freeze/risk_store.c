/*-------------------------------------------------------------------------
 *
 * risk_store.c
 *		Table risk_event: the signals, kept as evidence.
 *
 * Read and written under the account's lock.  In the table weights and scores are
 * points, here micropoints.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "freeze/sanction.h"

enum
{
	RISK_EVENT_INSERT,
	RISK_EVENT_COUNTING,
	RISK_EVENT_CLEARED_INCIDENT,
	RISK_EVENT_FREEZES,
	RISK_EVENT_CLEAR,
	RISK_EVENT_REPORT
};

static const AgStatement statements[] = {
	[RISK_EVENT_INSERT] = {
		.name = "risk_event.insert",
		.sql = "INSERT INTO acctguard.risk_event (account_id, no, signal, weight, incident, evidence, "
			"at, score, freeze_no, cleared_at, clear_reason, role, person) "
			"VALUES ($1, $2, $3, $4::numeric / 1000000, $5::uuid, $6::jsonb, $7, $8::numeric / 1000000, "
			"$9, $10, $11, $12, $13)",
		.expected = SPI_OK_INSERT,
		.nargs = 13,
		.argtypes = {INT8OID, INT4OID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, INT8OID,
			INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID}
	},
	[RISK_EVENT_COUNTING] = {
		.name = "risk_event.counting",
		.sql = "SELECT no, signal, (weight * 1000000)::int8, incident::text, at "
			"FROM acctguard.risk_event e "
			"WHERE account_id = $1 AND cleared_at IS NULL AND at > $2 AND NOT EXISTS "
			"(SELECT FROM acctguard.risk_event f WHERE f.account_id = $1 AND f.incident = e.incident "
			"AND f.at <= $2) ORDER BY incident, no",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[RISK_EVENT_CLEARED_INCIDENT] = {
		.name = "risk_event.cleared_incident",
		.sql = "SELECT EXISTS (SELECT FROM acctguard.risk_event WHERE account_id = $1 "
			"AND incident = $2::uuid AND (cleared_at IS NOT NULL OR at <= $3))",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {INT8OID, TEXTOID, TIMESTAMPTZOID}
	},
	[RISK_EVENT_FREEZES] = {
		.name = "risk_event.freezes",
		.sql = "SELECT freeze_no FROM acctguard.risk_event "
			"WHERE account_id = $1 AND freeze_no IS NOT NULL ORDER BY freeze_no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[RISK_EVENT_CLEAR] = {
		.name = "risk_event.clear",
		.sql = "UPDATE acctguard.risk_event SET cleared_at = $2, clear_reason = $3 "
			"WHERE account_id = $1 AND cleared_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, TIMESTAMPTZOID, TEXTOID}
	},
	[RISK_EVENT_REPORT] = {
		.name = "risk_event.report",
		.sql = "SELECT no, signal, weight, incident, evidence, at, score, freeze_no, cleared_at, "
			"clear_reason FROM acctguard.risk_event WHERE account_id = $1 ORDER BY no",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(risk_statements, statements);

/* cleared: the incident had been declared over before this report of it. */
void
ag_risk_store_insert(int64 account_id, const AgRiskEvent *event, const char *evidence,
					 int64 score, int freeze_no, bool cleared, const AgActor *actor)
{
	ag_run(risk_statements, RISK_EVENT_INSERT, ag_int8(account_id), ag_int4(event->no),
		   ag_text(event->signal), ag_int8(event->weight), ag_text(event->incident),
		   ag_text(evidence), ag_time(event->at), ag_int8(score),
		   ag_int4_or_null(freeze_no),
		   cleared ? ag_time(event->at) : ag_null(),
		   ag_text(cleared ? "the incident was over before" : NULL), ag_text(actor->role),
		   ag_text(actor->person));
}

/*
 * The signals after a time that still count, those of one incident together, oldest
 * first.  There is room for one more.
 */
AgRiskEvent *
ag_risk_store_list(int64 account_id, TimestampTz since, int *count)
{
	AgResult   *result = ag_run(risk_statements, RISK_EVENT_COUNTING, ag_int8(account_id),
								ag_time(since));
	AgRiskEvent *events = palloc(sizeof(AgRiskEvent) * (result->count + 1));

	for (uint64 i = 0; i < result->count; i++)
	{
		events[i].no = ag_row_int4(result, i, 1);
		events[i].signal = ag_row_text(result, i, 2);
		events[i].weight = ag_row_int8(result, i, 3);
		events[i].incident = ag_row_text(result, i, 4);
		events[i].at = ag_row_time(result, i, 5);
	}
	*count = (int) result->count;
	return events;
}

/* Was this incident reported before the risk was declared over? */
bool
ag_risk_store_cleared_incident(int64 account_id, const char *incident, TimestampTz until)
{
	return ag_row_bool(ag_run(risk_statements, RISK_EVENT_CLEARED_INCIDENT, ag_int8(account_id),
							  ag_text(incident), ag_time(until)), 0, 1);
}

/* Numbers of the freezes that signals set off, ascending. */
List *
ag_risk_store_freezes(int64 account_id)
{
	AgResult   *result = ag_run(risk_statements, RISK_EVENT_FREEZES, ag_int8(account_id));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
		list = lappend_int(list, ag_row_int4(result, i, 1));
	return list;
}

/* Returns how many signals stopped counting. */
int
ag_risk_store_clear(int64 account_id, TimestampTz at, const char *reason)
{
	return (int) ag_run(risk_statements, RISK_EVENT_CLEAR, ag_int8(account_id), ag_time(at),
						ag_text(reason))->count;
}

/* For risk_list(). */
AgResult *
ag_risk_store_report(int64 account_id)
{
	return ag_run(risk_statements, RISK_EVENT_REPORT, ag_int8(account_id));
}
