/*-------------------------------------------------------------------------
 *
 * appeal_material_store.c
 *		Tables appeal_material and appeal_chunk.
 *
 * Chunks are only ever added.  The caller holds the account's lock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "catalog/pg_type.h"

enum
{
	APPEAL_MATERIAL_INSERT,
	APPEAL_MATERIAL_READ,
	APPEAL_MATERIAL_LIST,
	APPEAL_MATERIAL_UPDATE,
	APPEAL_CHUNK_INSERT,
	APPEAL_CHUNK_READ
};

#define COLUMNS "item, size, chunks, received, label, digest, begun_at, complete_at"

static const AgStatement statements[] = {
	[APPEAL_MATERIAL_INSERT] = {
		.name = "appeal_material.insert",
		.sql = "INSERT INTO acctguard.appeal_material (account_id, no, item, size, chunks, received, label, "
			"begun_at) VALUES ($1, $2, $3, $4, $5, 0, $6, $7)",
		.expected = SPI_OK_INSERT,
		.nargs = 7,
		.argtypes = {INT8OID, INT4OID, INT4OID, INT4OID, INT4OID, BYTEAOID, TIMESTAMPTZOID}
	},
	[APPEAL_MATERIAL_READ] = {
		.name = "appeal_material.read",
		.sql = "SELECT " COLUMNS " FROM acctguard.appeal_material "
			"WHERE account_id = $1 AND no = $2 AND item = $3",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, INT4OID}
	},
	[APPEAL_MATERIAL_LIST] = {
		.name = "appeal_material.list",
		.sql = "SELECT " COLUMNS " FROM acctguard.appeal_material "
			"WHERE account_id = $1 AND no = $2 ORDER BY item",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[APPEAL_MATERIAL_UPDATE] = {
		.name = "appeal_material.update",
		.sql = "UPDATE acctguard.appeal_material SET received = $4, digest = $5, complete_at = $6 "
			"WHERE account_id = $1 AND no = $2 AND item = $3 AND complete_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, INT4OID, INT4OID, INT4OID, BYTEAOID, TIMESTAMPTZOID}
	},
	[APPEAL_CHUNK_INSERT] = {
		.name = "appeal_chunk.insert",
		.sql = "INSERT INTO acctguard.appeal_chunk (account_id, no, item, chunk, body) "
			"VALUES ($1, $2, $3, $4, $5)",
		.expected = SPI_OK_INSERT,
		.nargs = 5,
		.argtypes = {INT8OID, INT4OID, INT4OID, INT4OID, BYTEAOID}
	},
	[APPEAL_CHUNK_READ] = {
		.name = "appeal_chunk.read",
		.sql = "SELECT body FROM acctguard.appeal_chunk "
			"WHERE account_id = $1 AND no = $2 AND item = $3 AND chunk = $4",
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, INT4OID, INT4OID}
	}
};

AG_STATEMENT_TABLE(appeal_material_statements, statements);

static bytea *
row_bytes(const AgResult *result, uint64 row, int column)
{
	bool		isnull;
	Datum		value = ag_row_datum(result, row, column, &isnull);

	return isnull ? NULL : DatumGetByteaPCopy(value);
}

static NullableDatum
bytes(const bytea *value)
{
	return ag_datum(PointerGetDatum(value), value == NULL);
}

static AgMaterial *
material_from_row(const AgResult *result, uint64 row)
{
	AgMaterial *material = palloc0(sizeof(AgMaterial));

	material->item = ag_row_int4(result, row, 1);
	material->size = ag_row_int4(result, row, 2);
	material->chunks = ag_row_int4(result, row, 3);
	material->received = ag_row_int4(result, row, 4);
	material->label = row_bytes(result, row, 5);
	material->digest = row_bytes(result, row, 6);
	material->begun_at = ag_row_time(result, row, 7);
	material->complete_at = ag_row_time(result, row, 8);
	return material;
}

void
ag_material_store_insert(const AgAppeal *appeal, const AgMaterial *material)
{
	ag_run(appeal_material_statements, APPEAL_MATERIAL_INSERT, ag_int8(appeal->account_id),
		   ag_int4(appeal->no), ag_int4(material->item), ag_int4(material->size),
		   ag_int4(material->chunks), bytes(material->label), ag_time(material->begun_at));
}

/* NULL if there is none of that number. */
AgMaterial *
ag_material_store_read(int64 account_id, int no, int item)
{
	AgResult   *result = ag_run(appeal_material_statements, APPEAL_MATERIAL_READ, ag_int8(account_id),
								ag_int4(no), ag_int4(item));

	return result->count == 0 ? NULL : material_from_row(result, 0);
}

List *
ag_material_store_list(int64 account_id, int no)
{
	AgResult   *result = ag_run(appeal_material_statements, APPEAL_MATERIAL_LIST, ag_int8(account_id),
								ag_int4(no));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
		list = lappend(list, material_from_row(result, i));
	return list;
}

void
ag_material_store_update(const AgAppeal *appeal, const AgMaterial *material)
{
	ag_run(appeal_material_statements, APPEAL_MATERIAL_UPDATE, ag_int8(appeal->account_id),
		   ag_int4(appeal->no), ag_int4(material->item), ag_int4(material->received),
		   bytes(material->digest), ag_time(material->complete_at));
}

void
ag_material_store_add_chunk(const AgAppeal *appeal, int item, int chunk, const bytea *body)
{
	ag_run(appeal_material_statements, APPEAL_CHUNK_INSERT, ag_int8(appeal->account_id),
		   ag_int4(appeal->no), ag_int4(item), ag_int4(chunk), bytes(body));
}

/* As it is sealed; NULL if it is not there. */
bytea *
ag_material_store_chunk(const AgAppeal *appeal, int item, int chunk)
{
	AgResult   *result = ag_run(appeal_material_statements, APPEAL_CHUNK_READ,
								ag_int8(appeal->account_id), ag_int4(appeal->no), ag_int4(item),
								ag_int4(chunk));

	return result->count == 0 ? NULL : row_bytes(result, 0, 1);
}
