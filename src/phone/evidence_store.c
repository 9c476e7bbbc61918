/*-------------------------------------------------------------------------
 *
 * evidence_store.c
 *		Tables number_event and number_provider.
 *
 * Events of a number are written under its lock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "phone/evidence.h"

enum
{
	EVENT_LIST,
	EVENT_INSERT,
	EVENT_SEEN,
	PROVIDER_KEYS,
	PROVIDER_NEXT,
	PROVIDER_INSERT,
	PROVIDER_END,
	PROVIDER_EXISTS,
	PROVIDER_REPORT
};

static const AgStatement statements[] = {
	[EVENT_LIST] = {
		.name = "number_event.list",
		.sql = "SELECT e.no, e.signal, e.answer, e.since, e.occurred_at, e.stated_at "
			"FROM acctguard.number_event e LEFT JOIN acctguard.number_provider p "
			"ON p.provider = e.provider AND p.no = e.provider_key "
			"WHERE e.number_id = $1 AND coalesce(e.received_at < p.ended_at, true) ORDER BY e.no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[EVENT_INSERT] = {
		.name = "number_event.insert",
		.sql = "INSERT INTO acctguard.number_event (number_id, no, signal, answer, since, occurred_at, "
			"stated_at, received_at, provider, provider_key, jti) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
		.expected = SPI_OK_INSERT,
		.nargs = 11,
		.argtypes = {INT8OID, INT4OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
			TIMESTAMPTZOID, TEXTOID, INT4OID, TEXTOID}
	},
	[EVENT_SEEN] = {
		.name = "number_event.seen",
		.sql = "SELECT FROM acctguard.number_event WHERE provider = $1 AND jti = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TEXTOID, TEXTOID}
	},
	[PROVIDER_KEYS] = {
		.name = "number_provider.keys",
		.sql = "SELECT no, public_key, formats, audience, valid_from, valid_until "
			"FROM acctguard.number_provider WHERE provider = $1 AND valid_from <= $2 "
			"AND coalesce(valid_until > $2, true) AND ended_at IS NULL ORDER BY no DESC",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TEXTOID, TIMESTAMPTZOID}
	},
	[PROVIDER_NEXT] = {
		.name = "number_provider.next",
		.sql = "SELECT coalesce(max(no), 0) + 1 FROM acctguard.number_provider WHERE provider = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[PROVIDER_INSERT] = {
		.name = "number_provider.insert",
		.sql = "INSERT INTO acctguard.number_provider (provider, no, public_key, formats, audience, "
			"valid_from, valid_until, added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
			"ON CONFLICT DO NOTHING",
		.expected = SPI_OK_INSERT,
		.nargs = 9,
		.argtypes = {TEXTOID, INT4OID, BYTEAOID, TEXTARRAYOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
			TIMESTAMPTZOID, TEXTOID}
	},
	[PROVIDER_END] = {
		.name = "number_provider.end",
		.sql = "UPDATE acctguard.number_provider SET ended_at = $3, ended_by = $4, end_reason = $5 "
			"WHERE provider = $1 AND no = $2 AND ended_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 5,
		.argtypes = {TEXTOID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[PROVIDER_EXISTS] = {
		.name = "number_provider.exists",
		.sql = "SELECT FROM acctguard.number_provider WHERE provider = $1 AND no = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TEXTOID, INT4OID}
	},
	[PROVIDER_REPORT] = {
		.name = "number_provider.report",
		.sql = "SELECT provider, no, public_key, formats, audience, valid_from, valid_until, added_by, "
			"ended_at, ended_by, end_reason FROM acctguard.number_provider ORDER BY provider, no",
		.expected = SPI_OK_SELECT,
		.read_only = true
	}
};

AG_STATEMENT_TABLE(evidence_statements, statements);

/* The events of a number that count, in their order; returns how many. */
int
ag_evidence_store_events(int64 number_id, AgNumberEvent **events)
{
	AgResult   *result = ag_run(evidence_statements, EVENT_LIST, ag_int8(number_id));

	*events = palloc(sizeof(AgNumberEvent) * Max(result->count, 1));
	for (uint64 i = 0; i < result->count; i++)
	{
		AgNumberEvent *event = &(*events)[i];
		char	   *answer = ag_row_text(result, i, 3);

		event->no = ag_row_int4(result, i, 1);
		event->signal = ag_signal_find(ag_row_text(result, i, 2));
		event->answer = answer == NULL ? AG_ANSWER_NONE : ag_answer_find(answer);
		event->since = ag_row_time(result, i, 4);
		event->occurred_at = ag_row_time(result, i, 5);
		event->stated_at = ag_row_time(result, i, 6);
	}
	return (int) result->count;
}

/* False if the provider's document was taken before. */
bool
ag_evidence_store_insert(int64 number_id, const AgNumberEvent *event, const AgProvider *provider,
						 const char *jti, TimestampTz at)
{
	return ag_run(evidence_statements, EVENT_INSERT, ag_int8(number_id), ag_int4(event->no),
				  ag_text(ag_signal_name(event->signal)), ag_text(ag_answer_name(event->answer)),
				  ag_time(event->since), ag_time(event->occurred_at), ag_time(event->stated_at),
				  ag_time(at), provider == NULL ? ag_null() : ag_text(provider->provider),
				  provider == NULL ? ag_null() : ag_int4(provider->no),
				  ag_text(jti))->count == 1;
}

bool
ag_evidence_store_seen(const char *provider, const char *jti)
{
	return ag_run(evidence_statements, EVENT_SEEN, ag_text(provider), ag_text(jti))->count > 0;
}

/* The keys of a provider that are valid at a time, AgProvider *, newest first. */
List *
ag_provider_store_keys(const char *provider, TimestampTz at)
{
	AgResult   *result = ag_run(evidence_statements, PROVIDER_KEYS, ag_text(provider), ag_time(at));
	List	   *keys = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgProvider *key = palloc0(sizeof(AgProvider));
		bool		isnull;

		key->provider = pstrdup(provider);
		key->no = ag_row_int4(result, i, 1);
		memcpy(key->public_key, VARDATA_ANY(DatumGetByteaPP(ag_row_datum(result, i, 2, &isnull))),
			   AG_PUBLIC_KEY_SIZE);
		key->formats = ag_text_array_list(ag_row_array(result, i, 3));
		key->audience = ag_row_text(result, i, 4);
		key->valid_from = ag_row_time(result, i, 5);
		key->valid_until = ag_row_time(result, i, 6);
		keys = lappend(keys, key);
	}
	return keys;
}

int
ag_provider_store_next(const char *provider)
{
	return ag_row_int4(ag_run(evidence_statements, PROVIDER_NEXT, ag_text(provider)), 0, 1);
}

/* False if somebody else has just taken the number. */
bool
ag_provider_store_insert(const AgProvider *provider, ArrayType *formats, const char *person,
						 TimestampTz at)
{
	return ag_run(evidence_statements, PROVIDER_INSERT, ag_text(provider->provider),
				  ag_int4(provider->no), ag_bytes(provider->public_key, AG_PUBLIC_KEY_SIZE),
				  ag_datum(PointerGetDatum(formats), false), ag_text(provider->audience),
				  ag_time(provider->valid_from), ag_time(provider->valid_until), ag_time(at),
				  ag_text(person))->count == 1;
}

/* False if it has ended before. */
bool
ag_provider_store_end(const char *provider, int no, TimestampTz ended_at, const char *person,
					  const char *reason)
{
	return ag_run(evidence_statements, PROVIDER_END, ag_text(provider), ag_int4(no),
				  ag_time(ended_at), ag_text(person), ag_text(reason))->count == 1;
}

bool
ag_provider_store_exists(const char *provider, int no)
{
	return ag_run(evidence_statements, PROVIDER_EXISTS, ag_text(provider), ag_int4(no))->count > 0;
}

/* For number_providers(). */
AgResult *
ag_provider_store_report(void)
{
	return ag_run_noargs(evidence_statements, PROVIDER_REPORT);
}
