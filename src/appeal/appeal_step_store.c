/*-------------------------------------------------------------------------
 *
 * appeal_step_store.c
 *		Table appeal_step.
 *
 * Rows are only ever added, under the account's lock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "catalog/pg_type.h"

enum
{
	APPEAL_STEP_INSERT,
	APPEAL_STEP_LIST,
	APPEAL_STEP_COUNT
};

static const AgStatement statements[] = {
	[APPEAL_STEP_INSERT] = {
		.name = "appeal_step.insert",
		.sql = "INSERT INTO acctguard.appeal_step (account_id, no, step, at, what, decision, state, role, "
			"person, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		.expected = SPI_OK_INSERT,
		.nargs = 10,
		.argtypes = {INT8OID, INT4OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
			TEXTOID, BYTEAOID}
	},
	[APPEAL_STEP_LIST] = {
		.name = "appeal_step.list",
		.sql = "SELECT step, at, what, decision, state, role, person, body FROM acctguard.appeal_step "
			"WHERE account_id = $1 AND no = $2 ORDER BY step",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[APPEAL_STEP_COUNT] = {
		.name = "appeal_step.count",
		.sql = "SELECT count(*) FROM acctguard.appeal_step WHERE account_id = $1 AND no = $2 AND what = $3",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, TEXTOID}
	}
};

AG_STATEMENT_TABLE(appeal_step_statements, statements);

void
ag_appeal_store_add_step(const AgAppeal *appeal, const AgAppealStep *step)
{
	ag_run(appeal_step_statements, APPEAL_STEP_INSERT, ag_int8(appeal->account_id),
		   ag_int4(appeal->no), ag_int4(step->step), ag_time(step->at), ag_text(step->what),
		   ag_text(step->decision), ag_text(step->state), ag_text(step->role), ag_text(step->person),
		   step->body == NULL ? ag_null() :
		   ag_bytes(VARDATA_ANY(step->body), VARSIZE_ANY_EXHDR(step->body)));
}

/* The steps of a case, in order; AgAppealStep *. */
List *
ag_appeal_store_steps(int64 account_id, int no)
{
	AgResult   *result = ag_run(appeal_step_statements, APPEAL_STEP_LIST, ag_int8(account_id),
								ag_int4(no));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgAppealStep *step = palloc0(sizeof(AgAppealStep));
		bool		isnull;
		Datum		body = ag_row_datum(result, i, 8, &isnull);

		step->step = ag_row_int4(result, i, 1);
		step->at = ag_row_time(result, i, 2);
		step->what = ag_row_text(result, i, 3);
		step->decision = ag_row_text(result, i, 4);
		step->state = ag_row_text(result, i, 5);
		step->role = ag_row_text(result, i, 6);
		step->person = ag_row_text(result, i, 7);
		step->body = isnull ? NULL : DatumGetByteaPCopy(body);
		list = lappend(list, step);
	}
	return list;
}

int
ag_appeal_store_count_steps(int64 account_id, int no, const char *what)
{
	return (int) ag_row_int8(ag_run(appeal_step_statements, APPEAL_STEP_COUNT, ag_int8(account_id),
									ag_int4(no), ag_text(what)), 0, 1);
}
