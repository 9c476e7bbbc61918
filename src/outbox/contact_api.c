/*-------------------------------------------------------------------------
 *
 * contact_api.c
 *		SQL entry points of contacts and of the user's choice of channels.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "outbox/outbox.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_contact_add);
PG_FUNCTION_INFO_V1(acctguard_contact_remove);
PG_FUNCTION_INFO_V1(acctguard_contact_list);
PG_FUNCTION_INFO_V1(acctguard_notice_prefer);
PG_FUNCTION_INFO_V1(acctguard_notice_preferences);

/* The address is in no message: its length is judged with it. */
static char *
arg_address(FunctionCallInfo fcinfo, int n)
{
	char	   *address = ag_arg_text(fcinfo, n);

	if (address == NULL)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("address must not be null"));
	return address;
}

/* contact_add(account_id, channel, address, locale, verified): its number */
Datum
acctguard_contact_add(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *channel = ag_arg_required_text(fcinfo, 1, "channel");
	AgContactOrder order = {
		.channel = ag_contact_require_channel(channel),
		.address = arg_address(fcinfo, 2),
		.locale = ag_arg_text(fcinfo, 3),
		.verified = !PG_ARGISNULL(4) && PG_GETARG_BOOL(4)
	};
	AgAccount  *account = ag_account_lock(account_id);
	int			no = ag_contact_add(account, ag_actor(), &order, ag_account_now(account));

	ag_account_save(account);
	PG_RETURN_INT32(no);
}

/* contact_remove(account_id, contact_no, reason) */
Datum
acctguard_contact_remove(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *reason = ag_arg_short_text(fcinfo, 2, "reason", AG_MOST_NOTE);
	AgAccount  *account;

	if (PG_ARGISNULL(1))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("contact_no must not be null"));
	account = ag_account_lock(account_id);
	ag_contact_remove(account, ag_actor(), PG_GETARG_INT32(1), reason,
					  ag_account_now(account));
	ag_account_save(account);
	PG_RETURN_VOID();
}

/* contact_list(account_id) */
Datum
acctguard_contact_list(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);

	(void) ag_account_require(account_id);
	return ag_return_set(fcinfo, ag_contact_store_report(account_id));
}

/* A class whose channels the user may choose. */
static AgNoticeClass
arg_class(FunctionCallInfo fcinfo, int n)
{
	char	   *name = ag_arg_required_text(fcinfo, n, "class");
	AgNoticeClass class = ag_notice_class_find(name);

	if (class == AG_NOTICE_CLASS_COUNT || class == AG_NOTICE_SECURITY)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("there is no class \"%s\" of notices to choose channels for", name),
				errhint("Classes are decision, appeal, account, service; notices of class security go "
						"everywhere."));
	return class;
}

/* notice_prefer(account_id, class, channels) */
Datum
acctguard_notice_prefer(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	AgNoticeClass class = arg_class(fcinfo, 1);
	ArrayType  *channels = PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2);
	AgFields   *after = ag_fields_new();
	StringInfoData names;
	AgAccount  *account;
	ListCell   *cell;

	initStringInfo(&names);
	foreach(cell, ag_text_array_list(channels))
		appendStringInfo(&names, "%s%s", names.len > 0 ? " " : "",
						 ag_channel_name(ag_contact_require_channel(lfirst(cell))));
	account = ag_account_lock(account_id);
	if (channels != NULL)
		ag_preference_store_set(account_id, class, channels, ag_actor()->person, ag_now());
	else
		ag_preference_store_clear(account_id, class);
	ag_field_text(after, "class", ag_notice_class_name(class));
	ag_field_text(after, "channels", channels != NULL ? names.data : "all");
	ag_account_emit(account, AG_ACTION_NOTICE_PREFERRED, NULL, NULL, NULL, after);
	ag_account_save(account);
	PG_RETURN_VOID();
}

/* notice_preferences(account_id) */
Datum
acctguard_notice_preferences(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);

	(void) ag_account_require(account_id);
	return ag_return_set(fcinfo, ag_preference_store_report(account_id));
}
