/*-------------------------------------------------------------------------
 *
 * load.c
 *		Recording a carrier's file, batch by batch.
 *
 * First the lines are compared with what the carrier signed, all of them, before any
 * counts.  Then each batch is one transaction that first moves the load's row forward
 * and last removes its lines: a run that was broken off, or whose server died, goes on
 * where the last commit left off, and two runs never do the same line.  A line that
 * cannot be recorded is written down with the reason and stops nothing.
 *
 * Locks: numbers of a batch by ascending id, then accounts by ascending id.
 * Memory: what a batch needs is given back at its end.
 * Tables: number_load, number_load_line, number_load_refusal, number_event; number's
 * event_count; the ledger through events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "phone/load.h"
#include "utils/memutils.h"

/* Tell about progress at most this often. */
#define NOTICE_SECONDS 10

/* Lines that are compared with the signature at a time. */
#define CHECK_PIECE 10000

static AgLoad *
require_load(const char *name)
{
	AgLoad	   *load = ag_load_store_read(name);

	if (load == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_LOAD_UNKNOWN),
				errmsg("there is no load %s", name),
				errhint("See acctguard.number_loads()."));
	return load;
}

static void
refuse_state(const char *name)
{
	ereport(ERROR, ag_errcode(AG_ERR_LOAD_STATE),
			errmsg("the lines of load %s are complete and were compared with the signature", name),
			errhint("See acctguard.number_loads()."));
}

static void
emit(AgAction action, const AgLoad *load)
{
	AgFields   *after = ag_fields_new();
	AgEvent		event = {.action = action, .after = after};

	ag_field_text(after, "load", load->load);
	ag_field_text(after, "provider", load->provider.provider);
	ag_field_int(after, "lines", load->lines);
	if (action == AG_ACTION_LOAD_FINISHED)
	{
		ag_field_int(after, "recorded", load->recorded);
		ag_field_int(after, "unknown", load->unknown);
		ag_field_int(after, "refused", load->refused);
	}
	ag_event_emit(&event);
}

AgDocumentResult
ag_load_open(const char *provider, bytea *data, bytea *signature, const char *name, TimestampTz at)
{
	AgDocument	document;
	AgProvider *key = NULL;
	AgDocumentResult result = ag_document_take(provider, data, signature, at, &document, &key);
	AgLoad		load = {.load = name};

	if (result != AG_DOCUMENT_RECORDED)
		return result;
	if (document.lines == 0)
		return AG_DOCUMENT_MALFORMED;
	load.provider = *key;
	load.jti = document.jti;
	memcpy(load.digest, document.digest, AG_SHA256_SIZE);
	load.lines = document.lines;
	load.stated_at = document.event.stated_at;
	if (!ag_load_store_insert(&load, ag_actor()->person, at))
		return AG_DOCUMENT_REPLAYED;
	emit(AG_ACTION_LOAD_OPENED, &load);
	return AG_DOCUMENT_RECORDED;
}

/* Remove the lines of a load that was not compared yet; returns how many. */
int64
ag_load_clear(const char *name)
{
	(void) require_load(name);
	if (!ag_load_store_lock_open(name))
		refuse_state(name);
	return ag_load_store_clear(name);
}

void
ag_load_require_open(const char *name, int64 line)
{
	bool		checked = false;
	int64		lines = ag_load_store_require(name, &checked);

	if (lines == 0)
		(void) require_load(name);
	if (checked)
		refuse_state(name);
	if (line < 1 || line > lines)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("line " INT64_FORMAT " is none of load %s", line, name),
				errdetail("It has " INT64_FORMAT " lines.", lines));
}

static void
refuse_lines(const AgLoad *load, const char *detail)
{
	ereport(ERROR, ag_errcode(AG_ERR_LOAD_LINES),
			errmsg("the lines of load %s are not those that \"%s\" signed", load->load,
				   load->provider.provider),
			errdetail_internal("%s", detail),
			errhint("Remove them with acctguard.number_load_clear() and copy them again."));
}

/* Are the lines those that were signed: so many, each ended by a line feed, with this hash? */
static void
check_lines(AgLoad *load)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "acctguard load lines",
												  ALLOCSET_DEFAULT_SIZES);
	AgSha256   *hash = ag_sha256_begin();
	uint8		digest[AG_SHA256_SIZE];
	int64		read = 0;

	while (read < load->lines)
	{
		MemoryContext old = MemoryContextSwitchTo(context);
		AgResult   *lines = ag_load_store_lines(load->load, read, CHECK_PIECE);

		if (lines->count == 0)
			refuse_lines(load, psprintf("Line " INT64_FORMAT " is missing.", read + 1));
		for (uint64 i = 0; i < lines->count; i++)
		{
			char	   *content = ag_row_text(lines, i, 2);
			char	   *utf8 = pg_server_to_any(content, (int) strlen(content), PG_UTF8);

			if (ag_row_int8(lines, i, 1) != ++read)
				refuse_lines(load, psprintf("Line " INT64_FORMAT " is missing.", read));
			ag_sha256_add(hash, utf8, strlen(utf8));
			ag_sha256_add(hash, "\n", 1);
		}
		MemoryContextSwitchTo(old);
		MemoryContextReset(context);
		CHECK_FOR_INTERRUPTS();
	}
	MemoryContextDelete(context);
	ag_sha256_end(hash, digest);
	if (!ag_equal(digest, load->digest, AG_SHA256_SIZE))
		refuse_lines(load, "Their SHA-256 is another one.");
	load->checked_at = ag_now();
	ag_load_store_checked(load->load, load->checked_at);
}

/* What a batch comes to. */
typedef struct Batch
{
	AgLoad	   *load;
	TimestampTz at;
	AgLoadLine *lines;			/* those that are good */
	int			count;
	int64	   *refused;
	const char **codes;
	int			refused_count;
} Batch;

static void
refuse(Batch *batch, int64 line, AgLineCode code)
{
	batch->refused[batch->refused_count] = line;
	batch->codes[batch->refused_count++] = ag_line_name(code);
}

/* Read one line; its number goes no further than its indexes. */
static AgLineCode
read_line(const Batch *batch, const char *content, AgLoadLine *line, AgNumberIndex *index)
{
	char		e164[AG_E164_SIZE];
	AgNumberName name;
	AgLineCode	code = ag_line_read(content, strlen(content), e164, &line->event);

	if (code != AG_LINE_GOOD)
		return code;
	if (ag_evidence_is_early(&line->event, batch->load->stated_at))
		return AG_LINE_FUTURE;
	if (!ag_number_read(e164, NULL, batch->at, &name))
		return AG_LINE_NUMBER;
	line->index_count = ag_number_index(&name, index);
	return AG_LINE_GOOD;
}

static void
read_lines(Batch *batch, const AgResult *result)
{
	AgNumberIndex *index = palloc(sizeof(AgNumberIndex) * (result->count + AG_NUMBER_INDEX_MAX));
	Size		room = result->count + AG_NUMBER_INDEX_MAX;
	int			used = 0;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgLoadLine *line = &batch->lines[batch->count];
		AgLineCode	code;

		memset(line, 0, sizeof(AgLoadLine));
		line->line = ag_row_int8(result, i, 1);
		line->first_index = used;
		if (used + AG_NUMBER_INDEX_MAX > room)
			index = repalloc(index, sizeof(AgNumberIndex) * (room *= 2));
		code = read_line(batch, ag_row_text(result, i, 2), line, &index[used]);
		if (code != AG_LINE_GOOD)
		{
			refuse(batch, line->line, code);
			continue;
		}
		used += line->index_count;
		batch->count++;
	}
	ag_load_store_find(batch->lines, batch->count, index, used);
	pfree(index);
}

static int
compare_lines(const void *a, const void *b)
{
	const AgLoadLine *left = a;
	const AgLoadLine *right = b;

	if (left->number_id != right->number_id)
		return left->number_id < right->number_id ? -1 : 1;
	return left->line < right->line ? -1 : left->line > right->line;
}

/* Leave only lines of numbers that are known, and that were not said before, by number. */
static void
choose_lines(Batch *batch)
{
	bool	   *replayed;
	int			kept = 0;
	int			known = 0;

	for (int i = 0; i < batch->count; i++)
		if (batch->lines[i].number_id != 0)
			batch->lines[known++] = batch->lines[i];
	batch->load->unknown += batch->count - known;
	replayed = ag_load_store_replayed(batch->load, batch->lines, known);
	for (int i = 0; i < known; i++)
	{
		if (replayed[i])
			refuse(batch, batch->lines[i].line, AG_LINE_REPLAYED);
		else
			batch->lines[kept++] = batch->lines[i];
	}
	batch->count = kept;
	qsort(batch->lines, kept, sizeof(AgLoadLine), compare_lines);
}

/* Who has the number of a line. */
typedef struct Holder
{
	int64		account_id;		/* 0 = nobody */
	int			line;			/* place in the batch */
} Holder;

static int
compare_holders(const void *a, const void *b)
{
	const Holder *left = a;
	const Holder *right = b;

	if (left->account_id != right->account_id)
		return left->account_id < right->account_id ? -1 : 1;
	return left->line - right->line;
}

/* One event of the ledger for each line, by ascending account. */
static void
tell(const Batch *batch)
{
	Holder	   *holders = palloc(sizeof(Holder) * Max(batch->count, 1));
	AgPhoneBinding *binding = NULL;
	AgAccount  *account = NULL;

	for (int i = 0; i < batch->count; i++)
	{
		if (i == 0 || batch->lines[i].number_id != batch->lines[i - 1].number_id)
			binding = ag_binding_holder(batch->lines[i].number_id);
		holders[i].account_id = binding == NULL ? 0 : binding->account_id;
		holders[i].line = i;
	}
	qsort(holders, batch->count, sizeof(Holder), compare_holders);
	for (int i = 0; i < batch->count; i++)
	{
		const AgLoadLine *line = &batch->lines[holders[i].line];

		if (holders[i].account_id != 0 && (account == NULL || account->account_id != holders[i].account_id))
			account = ag_account_lock(holders[i].account_id);
		ag_evidence_emit(account, line->number_id, &line->event, batch->load->provider.provider);
		if (account != NULL && (i + 1 == batch->count || holders[i + 1].account_id != account->account_id))
			ag_account_save(account);
	}
}

static void
record_lines(Batch *batch)
{
	int64	   *ids = palloc(sizeof(int64) * Max(batch->count, 1));
	int			count = 0;
	int			next = 0;
	int			kept = 0;
	ListCell   *cell;

	for (int i = 0; i < batch->count; i++)
		if (i == 0 || batch->lines[i].number_id != ids[count - 1])
			ids[count++] = batch->lines[i].number_id;
	/* Those that were forgotten before they could be locked are unknown. */
	foreach(cell, ag_load_store_lock_numbers(ids, count))
	{
		AgNumber   *number = lfirst(cell);

		while (batch->lines[next].number_id != number->number_id)
			next++;
		for (; next < batch->count && batch->lines[next].number_id == number->number_id; next++)
		{
			batch->lines[kept] = batch->lines[next];
			batch->lines[kept++].event.no = ++number->event_count;
		}
		ag_number_save(number);
	}
	batch->load->unknown += batch->count - kept;
	batch->count = kept;
	ag_load_store_record(batch->load, batch->lines, batch->count, batch->at);
	tell(batch);
	batch->load->recorded += batch->count;
}

/* One transaction's worth. */
static void
run_batch(AgLoad *load, int64 until)
{
	AgResult   *result = ag_load_store_lines(load->load, load->done, until - load->done);
	Batch		batch = {
		.load = load,
		.at = ag_now(),
		.lines = palloc(sizeof(AgLoadLine) * Max(result->count, 1)),
		.refused = palloc(sizeof(int64) * Max(result->count, 1)),
		.codes = palloc(sizeof(char *) * Max(result->count, 1))
	};

	if (result->count != (uint64) (until - load->done))
		elog(ERROR, "lines of load %s are missing", load->load);
	read_lines(&batch, result);
	choose_lines(&batch);
	if (batch.count > 0)
		record_lines(&batch);
	if (batch.refused_count > 0)
		ag_load_store_refuse(load->load, batch.refused, batch.codes, batch.refused_count);
	load->refused += batch.refused_count;
	load->done = until;
	ag_load_store_forget_lines(load->load, until);
	ag_load_store_count(load);
}

static void
tell_progress(const AgLoad *load, const char *what)
{
	ereport(NOTICE,
			errmsg("load %s: %s, " INT64_FORMAT " of " INT64_FORMAT " lines, " INT64_FORMAT
				   " recorded, " INT64_FORMAT " of unknown numbers, " INT64_FORMAT " refused",
				   load->load, what, load->done, load->lines, load->recorded, load->unknown,
				   load->refused));
}

static void
finish(AgLoad *load)
{
	ag_load_store_finish(load->load, ag_now());
	emit(AG_ACTION_LOAD_FINISHED, load);
	tell_progress(load, "finished");
}

/* Take the next lines, before anything is done to them. */
static void
take_batch(const AgLoad *load, int64 until)
{
	if (!ag_load_store_advance(load->load, load->done, until, ag_now()))
		ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				errmsg("another run goes on with load %s", load->load),
				errhint("See acctguard.number_loads()."));
}

/* Record what is left of a load.  The caller has called ag_bulk_begin(). */
void
ag_load_run(const char *name, int batch_size)
{
	AgLoad	   *load = require_load(name);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "acctguard load",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = CurrentMemoryContext;
	TimestampTz told = GetCurrentTimestamp();

	if (load->finished_at != DT_NOEND)
	{
		tell_progress(load, "finished before");
		return;
	}
	if (load->checked_at == DT_NOEND && ag_load_store_lock_open(name))
	{
		check_lines(load);
		ag_bulk_commit();
	}
	while (load->done < load->lines)
	{
		int64		until = Min(load->done + batch_size, load->lines);

		MemoryContextSwitchTo(context);
		take_batch(load, until);
		run_batch(load, until);
		if (until == load->lines)
			finish(load);
		ag_bulk_commit();
		MemoryContextReset(context);
		if (TimestampDifferenceExceeds(told, GetCurrentTimestamp(), NOTICE_SECONDS * 1000))
		{
			told = GetCurrentTimestamp();
			tell_progress(load, "running");
		}
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}
