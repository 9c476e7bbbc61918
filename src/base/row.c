/*-------------------------------------------------------------------------
 *
 * row.c
 *		Arguments for statements, values out of their rows and out of fcinfo.
 *
 * Everything is allocated in the caller's memory context; nothing takes locks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "base/base.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/fmgrprotos.h"

NullableDatum
ag_datum(Datum value, bool isnull)
{
	NullableDatum d = {value, isnull};

	return d;
}

NullableDatum
ag_null(void)
{
	return ag_datum((Datum) 0, true);
}

NullableDatum
ag_uuid(const pg_uuid_t *value)
{
	return ag_datum(UUIDPGetDatum(value), value == NULL);
}

Datum
ag_random_uuid(void)
{
	return DirectFunctionCall1(gen_random_uuid, (Datum) 0);
}

NullableDatum
ag_int8(int64 value)
{
	return ag_datum(Int64GetDatum(value), false);
}

NullableDatum
ag_int4(int32 value)
{
	return ag_datum(Int32GetDatum(value), false);
}

NullableDatum
ag_int2(int16 value)
{
	return ag_datum(Int16GetDatum(value), false);
}

NullableDatum
ag_int8_or_null(int64 value)
{
	return ag_datum(Int64GetDatum(value), value == 0);
}

NullableDatum
ag_int4_or_null(int32 value)
{
	return ag_datum(Int32GetDatum(value), value == 0);
}

NullableDatum
ag_bool(bool value)
{
	return ag_datum(BoolGetDatum(value), false);
}

NullableDatum
ag_text(const char *value)
{
	return value == NULL ? ag_null() : ag_datum(CStringGetTextDatum(value), false);
}

/* Infinite times are SQL NULL: the tables write "no end" as NULL. */
NullableDatum
ag_time(TimestampTz value)
{
	return TIMESTAMP_NOT_FINITE(value) ? ag_null() : ag_datum(TimestampTzGetDatum(value), false);
}

/* An array of times. */
NullableDatum
ag_times(const TimestampTz *values, int count)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(count, 1));

	if (count == 0)
		return ag_null();
	for (int i = 0; i < count; i++)
		elements[i] = TimestampTzGetDatum(values[i]);
	return ag_datum(PointerGetDatum(construct_array(elements, count, TIMESTAMPTZOID, sizeof(TimestampTz),
													FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)), false);
}

NullableDatum
ag_texts(List *values)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(list_length(values), 1));
	ListCell   *cell;

	foreach(cell, values)
		elements[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	return ag_datum(PointerGetDatum(construct_array(elements, list_length(values), TEXTOID, -1, false,
													TYPALIGN_INT)), false);
}

NullableDatum
ag_bytes(const void *data, Size length)
{
	bytea	   *copy;

	if (data == NULL)
		return ag_null();
	copy = palloc(VARHDRSZ + length);
	SET_VARSIZE(copy, VARHDRSZ + length);
	memcpy(VARDATA(copy), data, length);
	return ag_datum(PointerGetDatum(copy), false);
}

Datum
ag_row_datum(const AgResult *result, uint64 row, int column, bool *isnull)
{
	if (row >= result->count)
		elog(ERROR, "row " UINT64_FORMAT " of " UINT64_FORMAT, row, result->count);
	return heap_getattr(result->rows[row], column, result->desc, isnull);
}

bool
ag_row_isnull(const AgResult *result, uint64 row, int column)
{
	bool		isnull;

	(void) ag_row_datum(result, row, column, &isnull);
	return isnull;
}

int64
ag_row_int8(const AgResult *result, uint64 row, int column)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

int32
ag_row_int4(const AgResult *result, uint64 row, int column)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column, &isnull);

	return isnull ? 0 : DatumGetInt32(value);
}

int16
ag_row_int2(const AgResult *result, uint64 row, int column)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column, &isnull);

	return isnull ? 0 : DatumGetInt16(value);
}

bool
ag_row_bool(const AgResult *result, uint64 row, int column)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column, &isnull);

	return isnull ? false : DatumGetBool(value);
}

char *
ag_row_text(const AgResult *result, uint64 row, int column)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

TimestampTz
ag_row_time(const AgResult *result, uint64 row, int column)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column, &isnull);

	return isnull ? DT_NOEND : DatumGetTimestampTz(value);
}

int64
ag_row_seconds(const AgResult *result, uint64 row, int column)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column, &isnull);

	return isnull ? -1 : ag_interval_seconds(DatumGetIntervalP(value));
}

/* A copy of an array column, NULL for SQL NULL. */
ArrayType *
ag_row_array(const AgResult *result, uint64 row, int column)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column, &isnull);

	return isnull ? NULL : DatumGetArrayTypePCopy(value);
}

TimestampTz *
ag_row_times(const AgResult *result, uint64 row, int column, int *count)
{
	return ag_time_array(ag_row_array(result, row, column), count);
}

/* A bytea of exactly that length; false for NULL. */
bool
ag_row_bytes(const AgResult *result, uint64 row, int column, void *out, Size length)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column, &isnull);
	bytea	   *bytes;

	if (isnull)
		return false;
	bytes = DatumGetByteaPP(value);
	if (VARSIZE_ANY_EXHDR(bytes) != length)
		elog(ERROR, "%zu bytes where %zu belong", (Size) VARSIZE_ANY_EXHDR(bytes), length);
	memcpy(out, VARDATA_ANY(bytes), length);
	return true;
}

/*
 * The length of an interval in seconds, with days of 24 hours and months of 30
 * days, years of 365 days: lengths of freezes are durations, not calendar dates.
 */
int64
ag_interval_seconds(const Interval *interval)
{
	int64		days = (int64) interval->day +
		(int64) (interval->month / MONTHS_PER_YEAR) * 365 +
		(int64) (interval->month % MONTHS_PER_YEAR) * DAYS_PER_MONTH;

	return days * SECS_PER_DAY + interval->time / USECS_PER_SEC;
}

char *
ag_arg_text(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

TimestampTz
ag_arg_time(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? DT_NOEND : PG_GETARG_TIMESTAMPTZ(n);
}

/* Is a text left out, or is there nothing to read in it? */
bool
ag_blank(const char *text)
{
	return text == NULL || text[strspn(text, " \t\r\n")] == '\0';
}

char *
ag_arg_required_text(FunctionCallInfo fcinfo, int n, const char *name)
{
	char	   *value = ag_arg_text(fcinfo, n);

	if (ag_blank(value))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("%s must not be empty", name));
	ag_check_length(value, name, AG_MOST_NOTE);
	return value;
}

/* Refuse a text of more than that many characters; NULL is short enough. */
void
ag_check_length(const char *value, const char *name, int most)
{
	if (value != NULL && pg_mbstrlen(value) > most)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("%s must not be longer than %d characters", name, most));
}

/* A text that may be left out, but not be longer than that many characters. */
char *
ag_arg_short_text(FunctionCallInfo fcinfo, int n, const char *name, int most)
{
	char	   *value = ag_arg_text(fcinfo, n);

	ag_check_length(value, name, most);
	return value;
}

/* An idempotency key is compared, and indexed, to the byte. */
char *
ag_arg_key(FunctionCallInfo fcinfo, int n)
{
	char	   *value = ag_arg_text(fcinfo, n);

	if (value != NULL && (value[0] == '\0' || strlen(value) > AG_MOST_KEY))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("idempotency_key must have 1 to %d bytes", AG_MOST_KEY));
	return value;
}

/* A time that may be left out; infinity is none. */
TimestampTz
ag_arg_finite_time(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (!PG_ARGISNULL(n) && TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(n)))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("%s must be finite", name));
	return ag_arg_time(fcinfo, n);
}

/* The end of something, which may be infinity but does not lie before all time. */
TimestampTz
ag_arg_end_time(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (!PG_ARGISNULL(n) && TIMESTAMP_IS_NOBEGIN(PG_GETARG_TIMESTAMPTZ(n)))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("%s must not be -infinity", name));
	return ag_arg_time(fcinfo, n);
}

/* A jsonb of bounded size. */
char *
ag_arg_json(FunctionCallInfo fcinfo, int n, const char *name)
{
	Jsonb	   *value;

	if (PG_ARGISNULL(n))
		return NULL;
	if (toast_raw_datum_size(PG_GETARG_DATUM(n)) > AG_MOST_JSON)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("%s must not have more than %d bytes", name, AG_MOST_JSON));
	value = PG_GETARG_JSONB_P(n);
	return JsonbToCString(NULL, &value->root, VARSIZE(value));
}

int64
ag_arg_account(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("account_id must not be null"));
	return PG_GETARG_INT64(n);
}

/* The elements of an array of times; NULL is none. */
TimestampTz *
ag_time_array(ArrayType *array, int *count)
{
	TimestampTz *times;
	Datum	   *elements;
	bool	   *nulls;

	*count = 0;
	if (array == NULL)
		return NULL;
	deconstruct_array(array, TIMESTAMPTZOID, sizeof(TimestampTz), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &elements, &nulls, count);
	times = palloc(sizeof(TimestampTz) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
		times[i] = DatumGetTimestampTz(elements[i]);
	return times;
}

/* The elements of a text array as C strings; a NULL array is an empty list. */
List *
ag_text_array_list(ArrayType *array)
{
	List	   *list = NIL;
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (array == NULL)
		return NIL;
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					errmsg("array must not contain nulls"));
		list = lappend(list, TextDatumGetCString(elements[i]));
	}
	return list;
}

/* Return all rows of a statement from a set-returning function. */
Datum
ag_return_set(FunctionCallInfo fcinfo, const AgResult *result)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	if (rsinfo->setDesc->natts != result->desc->natts)
		elog(ERROR, "statement returns %d columns, the function %d",
			 result->desc->natts, rsinfo->setDesc->natts);
	for (uint64 i = 0; i < result->count; i++)
		tuplestore_puttuple(rsinfo->setResult, result->rows[i]);
	return (Datum) 0;
}
