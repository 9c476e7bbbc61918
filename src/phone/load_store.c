/*-------------------------------------------------------------------------
 *
 * load_store.c
 *		Tables number_load, number_load_line and number_load_refusal; events by the batch.
 *
 * Statements that take arrays go through LATERAL (... LIMIT 1): one probe of the index
 * for each element, also where the table was small when they were planned.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "phone/load.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

enum
{
	LOAD_INSERT,
	LOAD_SEEN,
	LOAD_READ,
	LOAD_REQUIRE,
	LOAD_LOCK_OPEN,
	LOAD_CLEAR,
	LOAD_LINES,
	LOAD_ADD_LINE,
	LOAD_CHECKED,
	LOAD_ADVANCE,
	LOAD_COUNT,
	LOAD_FORGET_LINES,
	LOAD_FINISH,
	LOAD_REFUSE,
	LOAD_FIND,
	LOAD_REPLAYED,
	LOAD_LOCK_NUMBERS,
	LOAD_RECORD,
	LOAD_REPORT,
	LOAD_REFUSALS
};

static const AgStatement statements[] = {
	[LOAD_INSERT] = {
		.name = "number_load.insert",
		.sql = "INSERT INTO acctguard.number_load (load, provider, provider_key, jti, digest, lines, "
			"stated_at, opened_at, opened_by, updated_at) "
			"VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $8) ON CONFLICT DO NOTHING",
		.expected = SPI_OK_INSERT,
		.nargs = 9,
		.argtypes = {TEXTOID, TEXTOID, INT4OID, TEXTOID, BYTEAOID, INT8OID, TIMESTAMPTZOID,
			TIMESTAMPTZOID, TEXTOID}
	},
	[LOAD_SEEN] = {
		.name = "number_load.seen",
		.sql = "SELECT FROM acctguard.number_load WHERE provider = $1 AND jti = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TEXTOID, TEXTOID}
	},
	[LOAD_READ] = {
		.name = "number_load.read",
		.sql = "SELECT provider, provider_key, jti, digest, lines, stated_at, checked_at, finished_at, "
			"done, recorded, unknown, refused FROM acctguard.number_load WHERE load = $1::uuid",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[LOAD_REQUIRE] = {
		.name = "number_load.require",
		.sql = "SELECT lines, checked_at IS NOT NULL FROM acctguard.number_load WHERE load = $1::uuid FOR SHARE",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[LOAD_LOCK_OPEN] = {
		.name = "number_load.lock_open",
		.sql = "SELECT FROM acctguard.number_load WHERE load = $1::uuid AND checked_at IS NULL FOR UPDATE",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[LOAD_CLEAR] = {
		.name = "number_load_line.clear",
		.sql = "DELETE FROM acctguard.number_load_line WHERE load = $1::uuid",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[LOAD_LINES] = {
		.name = "number_load_line.list",
		.sql = "SELECT line, content FROM acctguard.number_load_line "
			"WHERE load = $1::uuid AND line > $2 ORDER BY line LIMIT $3",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {TEXTOID, INT8OID, INT8OID}
	},
	[LOAD_ADD_LINE] = {
		.name = "number_load_line.insert",
		.sql = "INSERT INTO acctguard.number_load_line (load, line, content) VALUES ($1::uuid, $2, $3)",
		.expected = SPI_OK_INSERT,
		.nargs = 3,
		.argtypes = {TEXTOID, INT8OID, TEXTOID}
	},
	[LOAD_CHECKED] = {
		.name = "number_load.checked",
		.sql = "UPDATE acctguard.number_load SET checked_at = $2, updated_at = $2 WHERE load = $1::uuid",
		.expected = SPI_OK_UPDATE,
		.nargs = 2,
		.argtypes = {TEXTOID, TIMESTAMPTZOID}
	},
	[LOAD_ADVANCE] = {
		.name = "number_load.advance",
		.sql = "UPDATE acctguard.number_load SET done = $3, updated_at = $4 "
			"WHERE load = $1::uuid AND done = $2 AND finished_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {TEXTOID, INT8OID, INT8OID, TIMESTAMPTZOID}
	},
	[LOAD_COUNT] = {
		.name = "number_load.count",
		.sql = "UPDATE acctguard.number_load SET recorded = $2, unknown = $3, refused = $4 "
			"WHERE load = $1::uuid",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {TEXTOID, INT8OID, INT8OID, INT8OID}
	},
	[LOAD_FORGET_LINES] = {
		.name = "number_load_line.forget",
		.sql = "DELETE FROM acctguard.number_load_line WHERE load = $1::uuid AND line <= $2",
		.expected = SPI_OK_DELETE,
		.nargs = 2,
		.argtypes = {TEXTOID, INT8OID}
	},
	[LOAD_FINISH] = {
		.name = "number_load.finish",
		.sql = "UPDATE acctguard.number_load SET finished_at = $2, updated_at = $2 "
			"WHERE load = $1::uuid AND finished_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 2,
		.argtypes = {TEXTOID, TIMESTAMPTZOID}
	},
	[LOAD_REFUSE] = {
		.name = "number_load_refusal.insert",
		.sql = "INSERT INTO acctguard.number_load_refusal (load, line, code) "
			"SELECT $1::uuid, r.line, r.code FROM unnest($2, $3) AS r (line, code)",
		.expected = SPI_OK_INSERT,
		.nargs = 3,
		.argtypes = {TEXTOID, INT8ARRAYOID, TEXTARRAYOID}
	},
	[LOAD_FIND] = {
		.name = "number_index.find_many",
		.sql = "SELECT a.ord, i.number_id FROM unnest($1) WITH ORDINALITY AS a (idx, ord) "
			"CROSS JOIN LATERAL (SELECT n.number_id FROM acctguard.number_index n "
			"WHERE n.number_idx = a.idx LIMIT 1) i",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {BYTEAARRAYOID}
	},
	[LOAD_REPLAYED] = {
		.name = "number_event.replayed",
		.sql = "SELECT a.ord FROM unnest($2) WITH ORDINALITY AS a (jti, ord) "
			"CROSS JOIN LATERAL (SELECT FROM acctguard.number_event e "
			"WHERE e.provider = $1 AND e.jti = a.jti LIMIT 1) e",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TEXTOID, TEXTARRAYOID}
	},
	[LOAD_LOCK_NUMBERS] = {
		.name = "number.lock_many",
		.sql = "SELECT n.number_id, n.epoch, n.event_count FROM unnest($1) WITH ORDINALITY AS a (id, ord) "
			"CROSS JOIN LATERAL (SELECT * FROM acctguard.number o WHERE o.number_id = a.id "
			"LIMIT 1 FOR NO KEY UPDATE) n",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8ARRAYOID}
	},
	[LOAD_RECORD] = {
		.name = "number_event.insert_many",
		.sql = "INSERT INTO acctguard.number_event (number_id, no, signal, answer, since, occurred_at, "
			"stated_at, received_at, provider, provider_key, jti) "
			"SELECT e.number_id, e.no, e.signal, e.answer, e.since, e.occurred_at, $7, $8, $9, $10, e.jti "
			"FROM unnest($1, $2, $3, $4, $5, $6, $11) AS e (number_id, no, signal, answer, since, "
			"occurred_at, jti)",
		.expected = SPI_OK_INSERT,
		.nargs = 11,
		.argtypes = {INT8ARRAYOID, INT4ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID,
			TIMESTAMPTZARRAYOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, INT4OID, TEXTARRAYOID}
	},
	[LOAD_REPORT] = {
		.name = "number_load.report",
		.sql = "SELECT load, provider, CASE WHEN finished_at IS NOT NULL THEN 'finished' "
			"WHEN checked_at IS NOT NULL THEN 'checked' ELSE 'open' END, lines, done, recorded, unknown, "
			"refused, opened_at, opened_by, updated_at, finished_at FROM acctguard.number_load "
			"WHERE $1 IS NULL OR load = $1 ORDER BY opened_at, load",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {UUIDOID}
	},
	[LOAD_REFUSALS] = {
		.name = "number_load_refusal.report",
		.sql = "SELECT line, code FROM acctguard.number_load_refusal WHERE load = $1 ORDER BY line",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {UUIDOID}
	}
};

AG_STATEMENT_TABLE(load_statements, statements);

/* An array of values, some of which may be null. */
static NullableDatum
array_of(const NullableDatum *values, int count, Oid type)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(count, 1));
	bool	   *nulls = palloc(sizeof(bool) * Max(count, 1));
	int			lower = 1;
	int16		length = type == INT4OID ? 4 : type == TEXTOID || type == BYTEAOID ? -1 : 8;

	for (int i = 0; i < count; i++)
	{
		elements[i] = values[i].value;
		nulls[i] = values[i].isnull;
	}
	return ag_datum(PointerGetDatum(construct_md_array(elements, nulls, 1, &count, &lower, type, length,
													   length > 0,
													   length == 8 ? TYPALIGN_DOUBLE : TYPALIGN_INT)),
					false);
}

static NullableDatum *
values_for(int count)
{
	return palloc(sizeof(NullableDatum) * Max(count, 1));
}

/* The name of a line among the provider's documents. */
static NullableDatum
line_jti(const AgLoad *load, const AgLoadLine *line)
{
	return ag_text(psprintf("%s#" INT64_FORMAT, load->jti, line->line));
}

/* False if the document was taken before. */
bool
ag_load_store_insert(const AgLoad *load, const char *person, TimestampTz at)
{
	return ag_run(load_statements, LOAD_INSERT, ag_text(load->load), ag_text(load->provider.provider),
				  ag_int4(load->provider.no), ag_text(load->jti),
				  ag_bytes(load->digest, AG_SHA256_SIZE), ag_int8(load->lines),
				  ag_time(load->stated_at), ag_time(at), ag_text(person))->count == 1;
}

bool
ag_load_store_seen(const char *provider, const char *jti)
{
	return ag_run(load_statements, LOAD_SEEN, ag_text(provider), ag_text(jti))->count > 0;
}

AgLoad *
ag_load_store_read(const char *name)
{
	AgResult   *result = ag_run(load_statements, LOAD_READ, ag_text(name));
	AgLoad	   *load;

	if (result->count == 0)
		return NULL;
	load = palloc0(sizeof(AgLoad));
	load->load = pstrdup(name);
	load->provider.provider = ag_row_text(result, 0, 1);
	load->provider.no = ag_row_int4(result, 0, 2);
	load->jti = ag_row_text(result, 0, 3);
	(void) ag_row_bytes(result, 0, 4, load->digest, AG_SHA256_SIZE);
	load->lines = ag_row_int8(result, 0, 5);
	load->stated_at = ag_row_time(result, 0, 6);
	load->checked_at = ag_row_time(result, 0, 7);
	load->finished_at = ag_row_time(result, 0, 8);
	load->done = ag_row_int8(result, 0, 9);
	load->recorded = ag_row_int8(result, 0, 10);
	load->unknown = ag_row_int8(result, 0, 11);
	load->refused = ag_row_int8(result, 0, 12);
	return load;
}

/* How many lines it has, 0 = there is none such; whoever checks it waits for us. */
int64
ag_load_store_require(const char *load, bool *checked)
{
	AgResult   *result = ag_run(load_statements, LOAD_REQUIRE, ag_text(load));

	if (result->count == 0)
		return 0;
	*checked = ag_row_bool(result, 0, 2);
	return ag_row_int8(result, 0, 1);
}

bool
ag_load_store_lock_open(const char *load)
{
	return ag_run(load_statements, LOAD_LOCK_OPEN, ag_text(load))->count == 1;
}

int64
ag_load_store_clear(const char *load)
{
	return (int64) ag_run(load_statements, LOAD_CLEAR, ag_text(load))->count;
}

/* Line and content, in order. */
AgResult *
ag_load_store_lines(const char *load, int64 after, int64 limit)
{
	return ag_run(load_statements, LOAD_LINES, ag_text(load), ag_int8(after), ag_int8(limit));
}

void
ag_load_store_add_line(const char *load, int64 line, const char *content)
{
	(void) ag_run(load_statements, LOAD_ADD_LINE, ag_text(load), ag_int8(line), ag_text(content));
}

void
ag_load_store_checked(const char *load, TimestampTz at)
{
	(void) ag_run(load_statements, LOAD_CHECKED, ag_text(load), ag_time(at));
}

/* Take the next lines; false if another run has taken them. */
bool
ag_load_store_advance(const char *load, int64 from, int64 until, TimestampTz at)
{
	return ag_run(load_statements, LOAD_ADVANCE, ag_text(load), ag_int8(from), ag_int8(until),
				  ag_time(at))->count == 1;
}

void
ag_load_store_count(const AgLoad *load)
{
	(void) ag_run(load_statements, LOAD_COUNT, ag_text(load->load), ag_int8(load->recorded),
				  ag_int8(load->unknown), ag_int8(load->refused));
}

/* They are plain numbers, and stay no longer than they are needed. */
void
ag_load_store_forget_lines(const char *load, int64 until)
{
	(void) ag_run(load_statements, LOAD_FORGET_LINES, ag_text(load), ag_int8(until));
}

void
ag_load_store_finish(const char *load, TimestampTz at)
{
	(void) ag_run(load_statements, LOAD_FINISH, ag_text(load), ag_time(at));
}

void
ag_load_store_refuse(const char *load, const int64 *lines, const char *const *codes, int count)
{
	NullableDatum *numbers = values_for(count);
	NullableDatum *names = values_for(count);

	for (int i = 0; i < count; i++)
	{
		numbers[i] = ag_int8(lines[i]);
		names[i] = ag_text(codes[i]);
	}
	(void) ag_run(load_statements, LOAD_REFUSE, ag_text(load), array_of(numbers, count, INT8OID),
				  array_of(names, count, TEXTOID));
}

/* Fill in number_id; of two writings that belong to two numbers the later decides. */
void
ag_load_store_find(AgLoadLine *lines, int count, const AgNumberIndex *index, int index_count)
{
	NullableDatum *values = values_for(index_count);
	int64	   *found = palloc0(sizeof(int64) * Max(index_count, 1));
	AgResult   *result;

	for (int i = 0; i < index_count; i++)
		values[i] = ag_bytes(index[i].idx, AG_INDEX_SIZE);
	PushActiveSnapshot(GetLatestSnapshot());
	result = ag_run(load_statements, LOAD_FIND, array_of(values, index_count, BYTEAOID));
	PopActiveSnapshot();
	for (uint64 i = 0; i < result->count; i++)
		found[ag_row_int8(result, i, 1) - 1] = ag_row_int8(result, i, 2);
	for (int i = 0; i < count; i++)
		for (int k = 0; k < lines[i].index_count; k++)
			if (found[lines[i].first_index + k] != 0)
				lines[i].number_id = found[lines[i].first_index + k];
}

/* Which of them the provider has said before, under the same name. */
bool *
ag_load_store_replayed(const AgLoad *load, const AgLoadLine *lines, int count)
{
	NullableDatum *values = values_for(count);
	bool	   *replayed = palloc0(sizeof(bool) * Max(count, 1));
	AgResult   *result;

	for (int i = 0; i < count; i++)
		values[i] = line_jti(load, &lines[i]);
	result = ag_run(load_statements, LOAD_REPLAYED, ag_text(load->provider.provider),
					array_of(values, count, TEXTOID));
	for (uint64 i = 0; i < result->count; i++)
		replayed[ag_row_int8(result, i, 1) - 1] = true;
	return replayed;
}

/* Lock numbers in the order given; with their counters only. */
List *
ag_load_store_lock_numbers(const int64 *numbers, int count)
{
	NullableDatum *values = values_for(count);
	AgResult   *result;
	List	   *locked = NIL;

	for (int i = 0; i < count; i++)
		values[i] = ag_int8(numbers[i]);
	result = ag_run(load_statements, LOAD_LOCK_NUMBERS, array_of(values, count, INT8OID));
	for (uint64 i = 0; i < result->count; i++)
	{
		AgNumber   *number = palloc0(sizeof(AgNumber));

		number->number_id = ag_row_int8(result, i, 1);
		number->epoch = ag_row_int8(result, i, 2);
		number->event_count = ag_row_int4(result, i, 3);
		locked = lappend(locked, number);
	}
	return locked;
}

void
ag_load_store_record(const AgLoad *load, const AgLoadLine *lines, int count, TimestampTz at)
{
	NullableDatum *columns[7];

	for (int c = 0; c < 7; c++)
		columns[c] = values_for(count);
	for (int i = 0; i < count; i++)
	{
		const AgNumberEvent *event = &lines[i].event;

		columns[0][i] = ag_int8(lines[i].number_id);
		columns[1][i] = ag_int4(event->no);
		columns[2][i] = ag_text(ag_signal_name(event->signal));
		columns[3][i] = ag_text(ag_answer_name(event->answer));
		columns[4][i] = ag_time(event->since);
		columns[5][i] = ag_time(event->occurred_at);
		columns[6][i] = line_jti(load, &lines[i]);
	}
	if (ag_run(load_statements, LOAD_RECORD, array_of(columns[0], count, INT8OID),
			   array_of(columns[1], count, INT4OID), array_of(columns[2], count, TEXTOID),
			   array_of(columns[3], count, TEXTOID), array_of(columns[4], count, TIMESTAMPTZOID),
			   array_of(columns[5], count, TIMESTAMPTZOID), ag_time(load->stated_at), ag_time(at),
			   ag_text(load->provider.provider), ag_int4(load->provider.no),
			   array_of(columns[6], count, TEXTOID))->count != (uint64) count)
		elog(ERROR, "not every event of a batch was written");
}

/* For number_loads(); NULL is every load. */
AgResult *
ag_load_store_report(NullableDatum load)
{
	return ag_run(load_statements, LOAD_REPORT, load);
}

/* For number_load_refusals(). */
AgResult *
ag_load_store_refusals(NullableDatum load)
{
	return ag_run(load_statements, LOAD_REFUSALS, load);
}
