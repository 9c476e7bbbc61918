/*-------------------------------------------------------------------------
 *
 * document.c
 *		What a provider says about a number, as JSON.
 *
 * Read only after its signature was found right.  Common to all formats: format,
 * phoneNumber (canonical), aud, jti, iat and exp (seconds since 1970).  Then:
 *
 *		camara/number-recycling	specifiedDate, phoneNumberRecycled
 *		camara/sim-swap			latestSimChange, or swapped (and maxAge)
 *		fcc/rnd					date, answer
 *		carrier/notice			event, at
 *		carrier/file			lines, sha256 (in place of phoneNumber), see load.h
 *
 * A day without a time zone is somewhere between UTC+14 and UTC-12.  It is taken to be
 * where it says least: for "changed hands since" and for what happened the earliest
 * hour, for "not since" the latest.
 *
 * Errors are raised for what is malformed, and may contain parts of the document:
 * callers catch and forget them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "phone/evidence.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

static void
malformed(const char *member)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s is malformed", member));
}

/* A member; false = absent or null. */
static bool
member_of(Jsonb *json, const char *name, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(&json->root, name, (int) strlen(name), value) != NULL &&
		value->type != jbvNull;
}

static char *
text_member(Jsonb *json, const char *name, int most)
{
	JsonbValue	value;

	if (!member_of(json, name, &value) || value.type != jbvString || value.val.string.len == 0 ||
		value.val.string.len > most)
		malformed(name);
	return pnstrdup(value.val.string.val, value.val.string.len);
}

/* Seconds since 1970. */
static TimestampTz
epoch_member(Jsonb *json, const char *name)
{
	JsonbValue	value;
	int64		seconds;

	if (!member_of(json, name, &value) || value.type != jbvNumeric)
		malformed(name);
	seconds = DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value.val.numeric)));
	if (seconds < 0 || seconds > INT64CONST(253402300799))
		malformed(name);
	return (seconds - (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY) * USECS_PER_SEC;
}

static bool
looks_like(const char *text, const char *shape)
{
	for (; *shape != '\0'; shape++, text ++)
		if (*shape == '9' ? (*text <'0' || *text >'9') : *text !=*shape)
			return false;
	return true;
}

/* A day or a time (RFC 3339, with its zone); a day begins at that many seconds of UTC. */
static TimestampTz
time_member(Jsonb *json, const char *name, int64 day_begins)
{
	char	   *text = text_member(json, name, 40);
	bool		day = strlen(text) == 10;
	Datum		value;

	if (!looks_like(text, day ? "9999-99-99" : "9999-99-99T99:99:99") ||
		(!day && strpbrk(text +19, "Z+-") == NULL))
		malformed(name);
	value = DirectFunctionCall3(timestamptz_in, CStringGetDatum(day ? psprintf("%sT00:00:00Z", text) : text),
								ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	return DatumGetTimestampTz(value) + (day ? day_begins * USECS_PER_SEC : 0);
}

static void
set_answer(AgNumberEvent *event, Jsonb *json, const char *member, AgAnswer answer)
{
	event->signal = AG_SIGNAL_RECYCLED;
	event->answer = answer;
	event->since = time_member(json, member, answer == AG_ANSWER_NO ? AG_LATEST_DAY : AG_EARLIEST_DAY);
}

static void
read_recycling(Jsonb *json, AgDocument *document)
{
	JsonbValue	value;
	AgAnswer	answer = AG_ANSWER_NO_DATA;

	if (member_of(json, "phoneNumberRecycled", &value))
	{
		if (value.type != jbvBool)
			malformed("phoneNumberRecycled");
		answer = value.val.boolean ? AG_ANSWER_YES : AG_ANSWER_NO;
	}
	set_answer(&document->event, json, "specifiedDate", answer);
}

/* yes, no, and whatever else the register answers. */
static void
read_register(Jsonb *json, AgDocument *document)
{
	JsonbValue	value;
	AgAnswer	answer = AG_ANSWER_NONE;

	if (member_of(json, "answer", &value) && value.type == jbvString)
		answer = ag_answer_find(text_member(json, "answer", 20));
	set_answer(&document->event, json, "date",
			   answer == AG_ANSWER_NONE ? AG_ANSWER_NO_DATA : answer);
}

/* A change whose time is not told was just now, for all one knows. */
static void
read_sim_swap(Jsonb *json, AgDocument *document)
{
	JsonbValue	value;

	document->event.signal = AG_SIGNAL_SIM_CHANGED;
	if (member_of(json, "latestSimChange", &value))
		document->event.occurred_at = time_member(json, "latestSimChange", AG_LATEST_DAY);
	else if (member_of(json, "swapped", &value))
	{
		if (value.type != jbvBool)
			malformed("swapped");
		document->event.occurred_at = document->event.stated_at;
		document->says_nothing = !value.val.boolean;
	}
	else
		document->says_nothing = true;
}

static void
read_notice(Jsonb *json, AgDocument *document)
{
	AgSignal	signal = ag_signal_find(text_member(json, "event", 40));
	bool		sim = signal == AG_SIGNAL_SIM_CHANGED || signal == AG_SIGNAL_PORTED;

	if (signal == AG_SIGNAL_RECYCLED || signal >= AG_SIGNAL_CLAIM_OPENED)
		malformed("event");
	document->event.signal = signal;
	document->event.occurred_at = time_member(json, "at", sim ? AG_LATEST_DAY : AG_EARLIEST_DAY);
}

/* A file: how many lines, and the SHA-256 of all of them, in hexadecimal digits. */
static void
read_file(Jsonb *json, AgDocument *document)
{
	char	   *digits = text_member(json, "sha256", 2 * AG_SHA256_SIZE);
	JsonbValue	value;

	if (!member_of(json, "lines", &value) || value.type != jbvNumeric)
		malformed("lines");
	document->lines = DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value.val.numeric)));
	if (document->lines < 1 || document->lines > AG_MOST_LINES)
		malformed("lines");
	if (strlen(digits) != (Size) 2 * AG_SHA256_SIZE ||
		hex_decode(digits, (Size) 2 * AG_SHA256_SIZE, (char *) document->digest) != AG_SHA256_SIZE)
		malformed("sha256");
}

static void
read_number(Jsonb *json, AgDocument *document)
{
	char	   *number = text_member(json, "phoneNumber", AG_E164_SIZE - 1);

	if (!ag_number_is_canonical(number))
		malformed("phoneNumber");
	strlcpy(document->e164, number, AG_E164_SIZE);
}

typedef struct Format
{
	const char *name;
	void		(*read) (Jsonb *json, AgDocument *document);
} Format;

static const Format formats[] = {
	{"camara/number-recycling", read_recycling},
	{"camara/sim-swap", read_sim_swap},
	{"fcc/rnd", read_register},
	{"carrier/notice", read_notice},
	{"carrier/file", read_file}
};

typedef struct Reading
{
	const char *data;
	Size		length;
	AgDocument *document;
} Reading;

static void
read_document(void *arg)
{
	Reading    *reading = arg;
	AgDocument *document = reading->document;
	AgNumberEvent *event = &document->event;
	char	   *text = pnstrdup(reading->data, reading->length);
	Jsonb	   *json;

	if (strlen(text) != reading->length || !pg_verify_mbstr(PG_UTF8, text, (int) reading->length, true))
		malformed("the document");
	text = pg_any_to_server(text, (int) reading->length, PG_UTF8);

	json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
	if (!JB_ROOT_IS_OBJECT(json))
		malformed("the document");
	document->format = text_member(json, "format", AG_MOST_LABEL);
	document->audience = text_member(json, "aud", AG_MOST_NAME);
	document->jti = text_member(json, "jti", AG_MOST_JTI);
	if (strcmp(document->format, "carrier/file") != 0)
		read_number(json, document);
	event->stated_at = epoch_member(json, "iat");
	document->expires_at = epoch_member(json, "exp");
	event->answer = AG_ANSWER_NONE;
	event->since = event->occurred_at = DT_NOEND;
	for (int i = 0; i < (int) lengthof(formats); i++)
		if (strcmp(formats[i].name, document->format) == 0)
		{
			formats[i].read(json, document);
			return;
		}
	malformed("format");
}

/* False: it is malformed. */
bool
ag_document_read(const char *data, Size length, AgDocument *document)
{
	Reading		reading = {.data = data, .length = length, .document = document};

	ErrorData  *error;

	memset(document, 0, sizeof(*document));
	if (length > AG_MOST_DOCUMENT)
		return false;
	error = ag_bulk_try(read_document, &reading, false);
	if (error == NULL)
		return true;
	if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION)
		ReThrowError(error);
	FreeErrorData(error);
	return false;
}
