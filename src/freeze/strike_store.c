/*-------------------------------------------------------------------------
 *
 * strike_store.c
 *		Tables strike and ladder_freeze: points of violations, and what the ladder made
 *		of them.
 *
 * Read and written under the account's lock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "freeze/sanction.h"
#include "utils/array.h"

enum
{
	STRIKE_INSERT,
	STRIKE_ANSWER,
	STRIKE_LIST,
	STRIKE_KEY,
	STRIKE_VOID,
	STRIKE_REPORT,
	LADDER_FREEZE_INSERT,
	LADDER_FREEZE_LIST
};

#define STRIKE_COLUMNS \
	"no, freeze_no, reason, category, points, incident::text, facts, conduct_at, at, expires_at, " \
	"void_at, idempotency_key, score, ladder_no"

static const AgStatement statements[] = {
	[STRIKE_INSERT] = {
		.name = "strike.insert",
		.sql = "INSERT INTO acctguard.strike (account_id, no, freeze_no, reason, category, points, "
			"incident, facts, conduct_at, at, expires_at, idempotency_key, score, role, person) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7::uuid, $8, $9, $10, $11, $12, $13, $14, $15)",
		.expected = SPI_OK_INSERT,
		.nargs = 15,
		.argtypes = {INT8OID, INT4OID, INT4OID, TEXTOID, TEXTOID, INT4OID, TEXTOID, TEXTOID,
			TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, INT4OID, TEXTOID, TEXTOID}
	},
	[STRIKE_ANSWER] = {
		.name = "strike.answer",
		.sql = "UPDATE acctguard.strike SET ladder_no = $3 WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, INT4OID}
	},
	[STRIKE_LIST] = {
		.name = "strike.list",
		.sql = "SELECT " STRIKE_COLUMNS " FROM acctguard.strike WHERE account_id = $1 ORDER BY no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[STRIKE_KEY] = {
		.name = "strike.key",
		.sql = "SELECT " STRIKE_COLUMNS " FROM acctguard.strike "
			"WHERE account_id = $1 AND idempotency_key = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TEXTOID}
	},
	[STRIKE_VOID] = {
		.name = "strike.void",
		.sql = "UPDATE acctguard.strike SET void_at = $3, void_reason = $4, void_person = $5 "
			"WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_UPDATE,
		.nargs = 5,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[STRIKE_REPORT] = {
		.name = "strike.report",
		.sql = "SELECT no, freeze_no, reason, category, points, incident, facts, conduct_at, at, "
			"expires_at, void_at, void_reason, "
			"at <= $2 AND expires_at > $2 AND coalesce(void_at > $2, true), ladder_no, person "
			"FROM acctguard.strike WHERE account_id = $1 ORDER BY no",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[LADDER_FREEZE_INSERT] = {
		.name = "ladder_freeze.insert",
		.sql = "INSERT INTO acctguard.ladder_freeze (account_id, freeze_no, category, step, "
			"threshold, score, strikes, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		.expected = SPI_OK_INSERT,
		.nargs = 8,
		.argtypes = {INT8OID, INT4OID, TEXTOID, INT4OID, INT4OID, INT4OID, INT4ARRAYOID,
			TIMESTAMPTZOID}
	},
	[LADDER_FREEZE_LIST] = {
		.name = "ladder_freeze.list",
		.sql = "SELECT freeze_no, category, step, threshold, score, strikes, at "
			"FROM acctguard.ladder_freeze "
			"WHERE account_id = $1 ORDER BY freeze_no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(strike_statements, statements);

void
ag_strike_store_insert(int64 account_id, const AgStrike *strike, const AgActor *actor)
{
	ag_run(strike_statements, STRIKE_INSERT, ag_int8(account_id), ag_int4(strike->no),
		   ag_int4(strike->freeze_no), ag_text(strike->reason), ag_text(strike->category),
		   ag_int4(strike->points), ag_text(strike->incident), ag_text(strike->facts),
		   ag_time(strike->conduct_at), ag_time(strike->at), ag_time(strike->expires_at),
		   ag_text(strike->idempotency_key), ag_int4(strike->score),
		   ag_text(actor->role), ag_text(actor->person));
}

/* Write down the freeze the ladder answered with. */
void
ag_strike_store_answer(int64 account_id, int no, int ladder_no)
{
	ag_run(strike_statements, STRIKE_ANSWER, ag_int8(account_id), ag_int4(no),
		   ag_int4(ladder_no));
}

/* The rows of STRIKE_COLUMNS as AgStrike *. */
static List *
strikes_from_rows(const AgResult *result)
{
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgStrike   *strike = palloc0(sizeof(AgStrike));

		strike->no = ag_row_int4(result, i, 1);
		strike->freeze_no = ag_row_int4(result, i, 2);
		strike->reason = ag_row_text(result, i, 3);
		strike->category = ag_row_text(result, i, 4);
		strike->points = ag_row_int4(result, i, 5);
		strike->incident = ag_row_text(result, i, 6);
		strike->facts = ag_row_text(result, i, 7);
		strike->conduct_at = ag_row_time(result, i, 8);
		strike->at = ag_row_time(result, i, 9);
		strike->expires_at = ag_row_time(result, i, 10);
		strike->void_at = ag_row_time(result, i, 11);
		strike->idempotency_key = ag_row_text(result, i, 12);
		strike->score = ag_row_int4(result, i, 13);
		strike->ladder_no = ag_row_int4(result, i, 14);
		list = lappend(list, strike);
	}
	return list;
}

/* Every strike of the account, AgStrike *, oldest first. */
List *
ag_strike_store_list(int64 account_id)
{
	return strikes_from_rows(ag_run(strike_statements, STRIKE_LIST, ag_int8(account_id)));
}

/* The warning given under an idempotency key, NULL if there is none. */
AgStrike *
ag_strike_store_find_key(int64 account_id, const char *key)
{
	List	   *list = strikes_from_rows(ag_run(strike_statements, STRIKE_KEY,
												ag_int8(account_id), ag_text(key)));

	return list == NIL ? NULL : linitial(list);
}

void
ag_strike_store_void(int64 account_id, int no, TimestampTz at, const char *reason,
					 const char *person)
{
	ag_run(strike_statements, STRIKE_VOID, ag_int8(account_id), ag_int4(no), ag_time(at),
		   ag_text(reason), ag_text(person));
}

/* For strike_list(). */
AgResult *
ag_strike_store_report(int64 account_id, TimestampTz at)
{
	return ag_run(strike_statements, STRIKE_REPORT, ag_int8(account_id), ag_time(at));
}

void
ag_ladder_store_insert(int64 account_id, const AgLadderFreeze *ladder)
{
	Datum	   *strikes = palloc(sizeof(Datum) * Max(ladder->strike_count, 1));
	ArrayType  *array;

	for (int i = 0; i < ladder->strike_count; i++)
		strikes[i] = Int32GetDatum(ladder->strikes[i]);
	array = construct_array(strikes, ladder->strike_count, INT4OID, sizeof(int32), true,
							TYPALIGN_INT);
	ag_run(strike_statements, LADDER_FREEZE_INSERT, ag_int8(account_id),
		   ag_int4(ladder->freeze_no), ag_text(ladder->category), ag_int4(ladder->step),
		   ag_int4(ladder->threshold), ag_int4(ladder->score),
		   ag_datum(PointerGetDatum(array), false), ag_time(ladder->at));
}

/* Everything the ladder ever imposed on the account, AgLadderFreeze *. */
List *
ag_ladder_store_list(int64 account_id)
{
	AgResult   *result = ag_run(strike_statements, LADDER_FREEZE_LIST, ag_int8(account_id));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgLadderFreeze *ladder = palloc0(sizeof(AgLadderFreeze));
		ArrayType  *array = ag_row_array(result, i, 6);

		ladder->freeze_no = ag_row_int4(result, i, 1);
		ladder->category = ag_row_text(result, i, 2);
		ladder->step = ag_row_int4(result, i, 3);
		ladder->threshold = ag_row_int4(result, i, 4);
		ladder->score = ag_row_int4(result, i, 5);
		ladder->strike_count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
		ladder->strikes = (int *) ARR_DATA_PTR(array);
		ladder->at = ag_row_time(result, i, 7);
		list = lappend(list, ladder);
	}
	return list;
}
