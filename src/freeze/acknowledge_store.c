/*-------------------------------------------------------------------------
 *
 * acknowledge_store.c
 *		Table acknowledgment.
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
	ACKNOWLEDGMENT_INSERT,
	ACKNOWLEDGMENT_LIST
};

static const AgStatement statements[] = {
	[ACKNOWLEDGMENT_INSERT] = {
		.name = "acknowledgment.insert",
		.sql = "INSERT INTO acctguard.acknowledgment (account_id, no, opened, rules_version, "
			"text_hash, locale, device, waive_reason, at, role, person) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		.expected = SPI_OK_INSERT,
		.nargs = 11,
		.argtypes = {INT8OID, INT4OID, INT4ARRAYOID, TEXTOID, BYTEAOID, TEXTOID, TEXTOID, TEXTOID,
			TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[ACKNOWLEDGMENT_LIST] = {
		.name = "acknowledgment.list",
		.sql = "SELECT f.no, a.at FROM acctguard.acknowledgment a, unnest(a.opened) f (no) "
			"WHERE a.account_id = $1 ORDER BY f.no, a.at",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(acknowledgment_statements, statements);

/* opened is a list of integers. */
void
ag_acknowledgment_store_insert(int64 account_id, int no, List *opened, const char *rules_version,
							   const bytea *text_hash, const char *locale, const char *device,
							   const char *waive_reason, const AgActor *actor, TimestampTz at)
{
	Datum	   *numbers = palloc(sizeof(Datum) * Max(list_length(opened), 1));
	ArrayType  *array;
	int			count = 0;
	ListCell   *cell;

	foreach(cell, opened)
		numbers[count++] = Int32GetDatum(lfirst_int(cell));
	array = construct_array(numbers, count, INT4OID, sizeof(int32), true, TYPALIGN_INT);
	ag_run(acknowledgment_statements, ACKNOWLEDGMENT_INSERT, ag_int8(account_id), ag_int4(no),
		   ag_datum(PointerGetDatum(array), false), ag_text(rules_version),
		   ag_datum(PointerGetDatum(text_hash), text_hash == NULL), ag_text(locale),
		   ag_text(device), ag_text(waive_reason), ag_time(at), ag_text(actor->role),
		   ag_text(actor->person));
}

/* Every gate that was opened, AgAcknowledgment *, by freeze. */
List *
ag_acknowledgment_store_list(int64 account_id)
{
	AgResult   *result = ag_run(acknowledgment_statements, ACKNOWLEDGMENT_LIST,
								ag_int8(account_id));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgAcknowledgment *acknowledgment = palloc(sizeof(AgAcknowledgment));

		acknowledgment->freeze_no = ag_row_int4(result, i, 1);
		acknowledgment->at = ag_row_time(result, i, 2);
		list = lappend(list, acknowledgment);
	}
	return list;
}
