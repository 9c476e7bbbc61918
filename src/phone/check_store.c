/*-------------------------------------------------------------------------
 *
 * check_store.c
 *		What the tables say of a number, whether or not it fits together.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "phone/check.h"

enum
{
	CHECK_NUMBERS,
	CHECK_FACTS,
	CHECK_LOGINS,
	CHECK_LIVE,
	CHECK_NUMBER,
	CHECK_INDEXES,
	CHECK_DROP_INDEX,
	CHECK_SHOW
};

static const AgStatement statements[] = {
	[CHECK_NUMBERS] = {
		.name = "number.ids_anywhere",
		.sql = "SELECT DISTINCT number_id FROM ("
			"(SELECT number_id FROM acctguard.number WHERE number_id > $1 ORDER BY 1 LIMIT $2) UNION ALL "
			"(SELECT DISTINCT number_id FROM acctguard.binding WHERE number_id > $1 ORDER BY 1 LIMIT $2) UNION ALL "
			"(SELECT DISTINCT number_id FROM acctguard.number_index WHERE number_id > $1 ORDER BY 1 LIMIT $2) UNION ALL "
			"(SELECT DISTINCT number_id FROM acctguard.number_event WHERE number_id > $1 ORDER BY 1 LIMIT $2) UNION ALL "
			"(SELECT DISTINCT number_id FROM acctguard.tombstone WHERE number_id > $1 ORDER BY 1 LIMIT $2)) n "
			"ORDER BY 1 LIMIT $2",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 2,
		.argtypes = {INT8OID, INT8OID}
	},
	[CHECK_FACTS] = {
		.name = "number.facts",
		.sql = "SELECT n.added_at, n.forget_at, b.bindings::int4, b.live::int4, b.holders::int4, b.turns::int4, "
			"coalesce((SELECT max(no) FROM acctguard.number_event WHERE number_id = $1), 0), "
			"(SELECT count(*) FROM acctguard.tombstone WHERE number_id = $1)::int4, "
			"(SELECT count(*) FROM acctguard.number_index WHERE number_id = $1)::int4, n.number_id IS NOT NULL "
			"FROM (SELECT count(*) AS bindings, count(*) FILTER (WHERE released_at IS NULL) AS live, "
			"count(*) FILTER (WHERE kind = 'login' AND released_at IS NULL) AS holders, "
			"count(*) FILTER (WHERE kind = 'login') + count(released_at) FILTER (WHERE kind = 'login') AS turns "
			"FROM acctguard.binding WHERE number_id = $1) b "
			"LEFT JOIN acctguard.number n ON n.number_id = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CHECK_LOGINS] = {
		.name = "binding.count_logins",
		.sql = "SELECT count(*)::int4 FROM (SELECT * FROM acctguard.binding WHERE account_id = $1 OFFSET 0) b "
			"WHERE kind = 'login' AND released_at IS NULL",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CHECK_LIVE] = {
		.name = "binding.live_of_number",
		.sql = "SELECT account_id, no, kind FROM (SELECT * FROM acctguard.binding WHERE number_id = $1 OFFSET 0) b "
			"WHERE released_at IS NULL ORDER BY account_id, no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CHECK_NUMBER] = {
		.name = "number.look",
		.sql = "SELECT country::int4, e164, index_kid, hint, epoch, event_count FROM acctguard.number "
			"WHERE number_id = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CHECK_INDEXES] = {
		.name = "number_index.of_number",
		.sql = "SELECT number_idx, kid FROM acctguard.number_index WHERE number_id = $1 ORDER BY kid, number_idx",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CHECK_DROP_INDEX] = {
		.name = "number_index.drop_one",
		.sql = "DELETE FROM acctguard.number_index WHERE number_idx = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {BYTEAOID}
	},
	[CHECK_SHOW] = {
		.name = "number.show",
		.sql = "UPDATE acctguard.number SET hint = $2, country = $3 WHERE number_id = $1",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, TEXTOID, INT4OID}
	}
};

AG_STATEMENT_TABLE(check_statements, statements);

/* Ids of numbers that any table knows, ascending. */
int64 *
ag_check_store_numbers(int64 after, int64 limit, int *count)
{
	AgResult   *result = ag_run(check_statements, CHECK_NUMBERS, ag_int8(after), ag_int8(limit));
	int64	   *numbers = palloc(sizeof(int64) * Max(result->count, 1));

	*count = (int) result->count;
	for (uint64 i = 0; i < result->count; i++)
		numbers[i] = ag_row_int8(result, i, 1);
	return numbers;
}

void
ag_check_store_facts(int64 number_id, AgNumberFacts *facts)
{
	AgResult   *result = ag_run(check_statements, CHECK_FACTS, ag_int8(number_id));

	facts->added_at = ag_row_time(result, 0, 1);
	facts->forget_at = ag_row_time(result, 0, 2);
	facts->bindings = ag_row_int4(result, 0, 3);
	facts->live = ag_row_int4(result, 0, 4);
	facts->holders = ag_row_int4(result, 0, 5);
	facts->turns = ag_row_int4(result, 0, 6);
	facts->last_event = ag_row_int4(result, 0, 7);
	facts->tombstones = ag_row_int4(result, 0, 8);
	facts->indexes = ag_row_int4(result, 0, 9);
	facts->there = ag_row_bool(result, 0, 10);
}

/* How many login numbers an account has. */
int
ag_check_store_logins(int64 account_id)
{
	return ag_row_int4(ag_run(check_statements, CHECK_LOGINS, ag_int8(account_id)), 0, 1);
}

List *
ag_check_store_live(int64 number_id)
{
	AgResult   *result = ag_run(check_statements, CHECK_LIVE, ag_int8(number_id));
	List	   *bindings = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgPhoneBinding *binding = palloc0(sizeof(AgPhoneBinding));

		binding->account_id = ag_row_int8(result, i, 1);
		binding->no = ag_row_int4(result, i, 2);
		binding->kind = ag_row_text(result, i, 3);
		bindings = lappend(bindings, binding);
	}
	return bindings;
}

AgNumber *
ag_check_store_number(int64 number_id)
{
	AgResult   *result = ag_run(check_statements, CHECK_NUMBER, ag_int8(number_id));
	AgNumber   *number;
	bool		isnull;

	if (result->count == 0)
		return NULL;
	number = palloc0(sizeof(AgNumber));
	number->number_id = number_id;
	number->country = ag_row_int4(result, 0, 1);
	number->e164 = DatumGetByteaPCopy(ag_row_datum(result, 0, 2, &isnull));
	number->index_kid = ag_row_int4(result, 0, 3);
	number->hint = ag_row_text(result, 0, 4);
	number->epoch = ag_row_int8(result, 0, 5);
	number->event_count = ag_row_int4(result, 0, 6);
	return number;
}

List *
ag_check_store_indexes(int64 number_id)
{
	AgResult   *result = ag_run(check_statements, CHECK_INDEXES, ag_int8(number_id));
	List	   *indexes = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgNumberIndex *index = palloc(sizeof(AgNumberIndex));

		(void) ag_row_bytes(result, i, 1, index->idx, AG_INDEX_SIZE);
		index->kid = ag_row_int4(result, i, 2);
		indexes = lappend(indexes, index);
	}
	return indexes;
}

void
ag_check_store_drop_index(const AgNumberIndex *index)
{
	(void) ag_run(check_statements, CHECK_DROP_INDEX, ag_bytes(index->idx, AG_INDEX_SIZE));
}

/* Write hint and country. */
void
ag_check_store_show(const AgNumber *number)
{
	(void) ag_run(check_statements, CHECK_SHOW, ag_int8(number->number_id), ag_text(number->hint),
				  ag_int4(number->country));
}
