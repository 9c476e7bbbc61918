/*-------------------------------------------------------------------------
 *
 * appeal_material_api.c
 *		SQL entry points of material: sending it, whole or in pieces, and opening it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "appeal/appeal.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_appeal_attach);
PG_FUNCTION_INFO_V1(acctguard_appeal_attach_begin);
PG_FUNCTION_INFO_V1(acctguard_appeal_attach_append);
PG_FUNCTION_INFO_V1(acctguard_appeal_attach_finish);
PG_FUNCTION_INFO_V1(acctguard_appeal_material_list);
PG_FUNCTION_INFO_V1(acctguard_appeal_open_material);

static int
arg_number(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name));
	return PG_GETARG_INT32(n);
}

/* The size of a bytea, without fetching it. */
static int64
arg_size(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("content must not be null"));
	return (int64) toast_raw_datum_size(PG_GETARG_DATUM(n)) - VARHDRSZ;
}

/* The case, if it is the caller's to add to. */
static AgAppeal *
own_case(AgAccount *account, FunctionCallInfo fcinfo, int ticket_arg, TimestampTz at)
{
	int			no = arg_number(fcinfo, 1, "appeal_no");

	ag_appeal_require_owner(account, ag_actor(),
							ag_arg_short_text(fcinfo, ticket_arg, "ticket", AG_MOST_NAME), 0, no, at);
	return ag_appeal_load_known(account, no, at);
}

/* appeal_attach(account_id, appeal_no, name, media_type, content, ticket): the number of the item */
Datum
acctguard_appeal_attach(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *name = ag_arg_required_text(fcinfo, 2, "name");
	char	   *media_type = ag_arg_required_text(fcinfo, 3, "media_type");
	int64		size = arg_size(fcinfo, 4);
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	AgAppeal   *appeal = own_case(account, fcinfo, 5, at);
	AgMaterial *material = ag_material_begin(account, ag_actor(), appeal, name, media_type, size, at);

	ag_material_append(account, appeal, material, 0, PG_GETARG_BYTEA_PP(4), at);
	ag_material_finish(account, appeal, material, NULL, at);
	ag_account_save(account);
	PG_RETURN_INT32(material->item);
}

/* appeal_attach_begin(account_id, appeal_no, name, media_type, size, ticket): the number of the item */
Datum
acctguard_appeal_attach_begin(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *name = ag_arg_required_text(fcinfo, 2, "name");
	char	   *media_type = ag_arg_required_text(fcinfo, 3, "media_type");
	int			size = arg_number(fcinfo, 4, "size");
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	AgAppeal   *appeal = own_case(account, fcinfo, 5, at);
	AgMaterial *material = ag_material_begin(account, ag_actor(), appeal, name, media_type, size, at);

	ag_account_save(account);
	PG_RETURN_INT32(material->item);
}

/* appeal_attach_append(account_id, appeal_no, item, first_chunk, content, ticket): the next chunk */
Datum
acctguard_appeal_attach_append(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			item = arg_number(fcinfo, 2, "item");
	int			first_chunk = arg_number(fcinfo, 3, "first_chunk");
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	AgAppeal   *appeal = own_case(account, fcinfo, 5, at);
	AgMaterial *material = ag_material_require(appeal, item);

	(void) arg_size(fcinfo, 4);
	ag_material_append(account, appeal, material, first_chunk, PG_GETARG_BYTEA_PP(4), at);
	ag_account_save(account);
	PG_RETURN_INT32(material->received);
}

/* appeal_attach_finish(account_id, appeal_no, item, digest, ticket) */
Datum
acctguard_appeal_attach_finish(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			item = arg_number(fcinfo, 2, "item");
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	AgAppeal   *appeal = own_case(account, fcinfo, 4, at);

	ag_material_finish(account, appeal, ag_material_require(appeal, item),
					   PG_ARGISNULL(3) ? NULL : PG_GETARG_BYTEA_PP(3), at);
	ag_account_save(account);
	PG_RETURN_VOID();
}

static void
put_row(ReturnSetInfo *rsinfo, int count, const NullableDatum *columns)
{
	Datum		values[8];
	bool		nulls[8];

	for (int i = 0; i < count; i++)
	{
		values[i] = columns[i].value;
		nulls[i] = columns[i].isnull;
	}
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* Every opening is recorded. */
static void
record_opening(AgAccount *account, const AgAppeal *appeal, int item, int first_chunk, int count,
			   TimestampTz at)
{
	AgFields   *after = ag_appeal_fields(appeal, at);

	if (item != 0)
	{
		ag_field_int(after, "item", item);
		ag_field_int(after, "first_chunk", first_chunk);
		ag_field_int(after, "chunks", count);
	}
	ag_account_emit(account, AG_ACTION_APPEAL_MATERIAL_OPENED, NULL, NULL, NULL, after);
}

/* appeal_material_list(account_id, appeal_no) */
Datum
acctguard_appeal_material_list(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_number(fcinfo, 1, "appeal_no");
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	AgAppeal   *appeal = ag_appeal_load(account, no, at);
	ListCell   *cell;

	ag_appeal_require_reader(appeal, ag_actor(), at);
	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, ag_material_store_list(account_id, no))
	{
		const AgMaterial *material = lfirst(cell);

		put_row((ReturnSetInfo *) fcinfo->resultinfo, 7, (NullableDatum[]) {
			ag_int4(material->item), ag_text(ag_material_label(appeal, material, false)),
			ag_text(ag_material_label(appeal, material, true)), ag_int4(material->size),
			ag_int4(material->chunks), ag_time(material->begun_at), ag_time(material->complete_at)
		});
	}
	record_opening(account, appeal, 0, 0, 0, at);
	ag_account_save(account);
	return (Datum) 0;
}

/* appeal_open_material(account_id, appeal_no, item, first_chunk, chunks) */
Datum
acctguard_appeal_open_material(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_number(fcinfo, 1, "appeal_no");
	int			item = arg_number(fcinfo, 2, "item");
	int			first = PG_ARGISNULL(3) ? 0 : PG_GETARG_INT32(3);
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	AgAppeal   *appeal = ag_appeal_load(account, no, at);
	AgMaterial *material;
	int			count;

	ag_appeal_require_reader(appeal, ag_actor(), at);
	material = ag_material_require(appeal, item);
	count = PG_ARGISNULL(4) ? material->received : PG_GETARG_INT32(4);
	if (first < 0 || count < 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("first_chunk must not be negative, chunks must be positive"));
	count = Max(Min(count, material->received - first), 0);
	record_opening(account, appeal, item, first, count, at);
	InitMaterializedSRF(fcinfo, 0);
	for (int chunk = first; chunk < first + count; chunk++)
	{
		bytea	   *plain = ag_material_chunk(appeal, material, chunk);

		CHECK_FOR_INTERRUPTS();
		put_row((ReturnSetInfo *) fcinfo->resultinfo, 2, (NullableDatum[]) {
			ag_int4(chunk), ag_datum(PointerGetDatum(plain), false)
		});
		ag_wipe(VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain));
		pfree(plain);
	}
	ag_account_save(account);
	return (Datum) 0;
}
