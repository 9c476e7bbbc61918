/*-------------------------------------------------------------------------
 *
 * adopt.c
 *		Accounts for the rows of a host's table of users.
 *
 * Ids that are integers are account ids; uuid and text ids become external ids of
 * accounts with generated ids.  Opening an account that exists is not an error:
 * adopting twice, or a row that comes again, changes nothing.
 *
 * Tables: account; the ledger through events.  No locks beyond the new rows'.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lifecycle/lifecycle.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* Open the account of one host row unless it exists; true if it is new. */
bool
ag_account_adopt(int64 account_id, const char *external_id)
{
	AgAccountOrder order = {
		.account_id = account_id,
		.external_id = external_id,
		.locale = "en",
		.time_zone = "UTC",
		.profile = "basic"
	};

	if (external_id != NULL ? ag_account_store_find(external_id) != 0
		: ag_account_read(account_id) != NULL)
		return false;
	(void) ag_account_open(&order);
	return true;
}

/* The id of a host row, as account id or external id, by the type of its column. */
void
ag_adopt_identity(Datum value, Oid type, int64 *account_id, char **external_id)
{
	Oid			output;
	bool		varlena;

	*account_id = 0;
	*external_id = NULL;
	switch (type)
	{
		case INT8OID:
			*account_id = DatumGetInt64(value);
			break;
		case INT4OID:
			*account_id = DatumGetInt32(value);
			break;
		case INT2OID:
			*account_id = DatumGetInt16(value);
			break;
		case UUIDOID:
		case TEXTOID:
		case VARCHAROID:
			getTypeOutputInfo(type, &output, &varlena);
			*external_id = OidOutputFunctionCall(output, value);
			break;
		default:
			ereport(ERROR, ag_errcode(AG_ERR_GUARD_SETUP),
					errmsg("a column of type %s cannot name an account", format_type_be(type)),
					errhint("Use bigint, integer, smallint, uuid, text or varchar."));
	}
}

/* Open the accounts of many ids; returns how many are new. */
int64
ag_account_adopt_rows(ArrayType *ids)
{
	Oid			type = ARR_ELEMTYPE(ids);
	int16		length;
	bool		by_value;
	char		align;
	Datum	   *values;
	bool	   *nulls;
	int			count;
	int64		opened = 0;

	get_typlenbyvalalign(type, &length, &by_value, &align);
	deconstruct_array(ids, type, length, by_value, align, &values, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		int64		account_id;
		char	   *external_id;

		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			continue;
		ag_adopt_identity(values[i], type, &account_id, &external_id);
		if (ag_account_adopt(account_id, external_id))
			opened++;
	}
	return opened;
}
