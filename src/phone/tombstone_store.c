/*-------------------------------------------------------------------------
 *
 * tombstone_store.c
 *		Table tombstone.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "phone/tombstone.h"

enum
{
	TOMBSTONE_INSERT,
	TOMBSTONE_OF_NUMBER,
	TOMBSTONE_OF_ACCOUNT,
	TOMBSTONE_END
};

#define COLUMNS \
	"t.number_id, t.account_id, t.binding, t.freeze_no, t.banned_at, t.written_at, t.ended_at, " \
	"t.ended_by, t.end_note, n.hint, b.last_owner_proof_at"
#define TABLES \
	"acctguard.tombstone t JOIN acctguard.number n USING (number_id) " \
	"LEFT JOIN acctguard.binding b ON b.account_id = t.account_id AND b.no = t.binding"

static const AgStatement statements[] = {
	[TOMBSTONE_INSERT] = {
		.name = "tombstone.insert",
		.sql = "INSERT INTO acctguard.tombstone (number_id, account_id, binding, freeze_no, banned_at, "
			"written_at) VALUES ($1, $2, $3, $4, $5, $6)",
		.expected = SPI_OK_INSERT,
		.nargs = 6,
		.argtypes = {INT8OID, INT8OID, INT4OID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID}
	},
	[TOMBSTONE_OF_NUMBER] = {
		.name = "tombstone.of_number",
		.sql = "SELECT " COLUMNS " FROM " TABLES " WHERE t.number_id = $1 "
			"ORDER BY t.account_id, t.binding",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[TOMBSTONE_OF_ACCOUNT] = {
		.name = "tombstone.of_account",
		.sql = "SELECT " COLUMNS " FROM " TABLES " WHERE t.account_id = $1 ORDER BY t.binding",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[TOMBSTONE_END] = {
		.name = "tombstone.end",
		.sql = "UPDATE acctguard.tombstone SET ended_at = $3, ended_by = $4, end_note = $5 "
			"WHERE account_id = $1 AND binding = $2 AND ended_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 5,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	}
};

AG_STATEMENT_TABLE(tombstone_statements, statements);

void
ag_tombstone_store_insert(const AgTombstone *tombstone)
{
	ag_run(tombstone_statements, TOMBSTONE_INSERT, ag_int8(tombstone->number_id),
		   ag_int8(tombstone->account_id), ag_int4(tombstone->binding),
		   ag_int4(tombstone->freeze_no), ag_time(tombstone->banned_at),
		   ag_time(tombstone->written_at));
}

static List *
tombstones_of(const AgResult *result)
{
	List	   *tombstones = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgTombstone *tombstone = palloc(sizeof(AgTombstone));

		tombstone->number_id = ag_row_int8(result, i, 1);
		tombstone->account_id = ag_row_int8(result, i, 2);
		tombstone->binding = ag_row_int4(result, i, 3);
		tombstone->freeze_no = ag_row_int4(result, i, 4);
		tombstone->banned_at = ag_row_time(result, i, 5);
		tombstone->written_at = ag_row_time(result, i, 6);
		tombstone->ended_at = ag_row_time(result, i, 7);
		tombstone->ended_by = ag_row_text(result, i, 8);
		tombstone->end_note = ag_row_text(result, i, 9);
		tombstone->hint = ag_row_text(result, i, 10);
		tombstone->proved_at = ag_row_time(result, i, 11);
		tombstones = lappend(tombstones, tombstone);
	}
	return tombstones;
}

List *
ag_tombstone_store_of_number(int64 number_id)
{
	return tombstones_of(ag_run(tombstone_statements, TOMBSTONE_OF_NUMBER, ag_int8(number_id)));
}

List *
ag_tombstone_store_of_account(int64 account_id)
{
	return tombstones_of(ag_run(tombstone_statements, TOMBSTONE_OF_ACCOUNT, ag_int8(account_id)));
}

/* False if it was ended before. */
bool
ag_tombstone_store_end(int64 account_id, int binding, const char *person, const char *note,
					   TimestampTz at)
{
	return ag_run(tombstone_statements, TOMBSTONE_END, ag_int8(account_id), ag_int4(binding),
				  ag_time(at), ag_text(person), ag_text(note))->count == 1;
}
