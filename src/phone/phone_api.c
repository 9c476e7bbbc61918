/*-------------------------------------------------------------------------
 *
 * phone_api.c
 *		SQL entry points of numbers and bindings.
 *
 * A number comes in as an argument and never goes out, in no message either, except
 * from number_canonical(), which asks no table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "phone/phone.h"
#include "phone/touch.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_number_canonical);
PG_FUNCTION_INFO_V1(acctguard_number_import);
PG_FUNCTION_INFO_V1(acctguard_number_release);
PG_FUNCTION_INFO_V1(acctguard_account_numbers);

/* number_canonical(number, region) */
Datum
acctguard_number_canonical(PG_FUNCTION_ARGS)
{
	AgNumberName name;

	if (PG_ARGISNULL(0) ||
		!ag_number_read(ag_arg_text(fcinfo, 0), ag_arg_text(fcinfo, 1), ag_now(), &name))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(name.writing[0]));
}

/* When a number was bound and proved elsewhere. */
static void
read_times(FunctionCallInfo fcinfo, int first, AgBindOrder *order, TimestampTz at)
{
	order->bound_at = ag_arg_finite_time(fcinfo, first, "bound_at");
	order->proof_at = ag_arg_finite_time(fcinfo, first + 1, "proof_at");
	if (order->bound_at == DT_NOEND)
		order->bound_at = order->proof_at != DT_NOEND ? order->proof_at : at;
	if (order->bound_at > at)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("bound_at must not be in the future"));
	if (order->proof_at != DT_NOEND && (order->proof_at > at || order->proof_at < order->bound_at))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("proof_at must lie between bound_at and now"));
	order->effective_at = order->bound_at;
}

/* number_import(account_id, number, region, kind, bound_at, proof_at) */
Datum
acctguard_number_import(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *text = ag_arg_text(fcinfo, 1);
	char	   *kind = ag_arg_required_text(fcinfo, 3, "kind");
	AgBindOrder order = {.kind = kind, .proofs = list_make1("import")};
	AgNumberName name;
	AgNumber   *number;
	AgAccount  *account;
	int			no;

	if (strcmp(kind, AG_BINDING_LOGIN) != 0 && strcmp(kind, AG_BINDING_TRUSTED) != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("kind must be \"%s\" or \"%s\"", AG_BINDING_LOGIN, AG_BINDING_TRUSTED));
	ag_number_require(text !=NULL ? text : "", ag_arg_text(fcinfo, 2), ag_now(), &name);
	(void) ag_account_require(account_id);
	ag_number_touch(ag_number_find(&name), 0, account_id);
	number = ag_number_obtain(&name, ag_now());
	account = ag_account_lock(account_id);
	read_times(fcinfo, 4, &order, ag_account_now(account));
	no = ag_number_bind(number, account, &order, ag_account_now(account));
	ag_account_save(account);
	ag_number_save(number);
	PG_RETURN_INT32(no);
}

/* number_release(account_id, binding, reason, note) */
Datum
acctguard_number_release(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	AgRelease	why = ag_release_find(ag_arg_required_text(fcinfo, 2, "reason"));
	char	   *note = ag_arg_required_text(fcinfo, 3, "note");
	AgPhoneBinding *binding;
	AgNumber   *number;
	AgAccount  *account;

	if (why != AG_RELEASE_ADMIN && why != AG_RELEASE_CARRIER)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("reason must be \"%s\" or \"%s\"", ag_release_name(AG_RELEASE_ADMIN),
					   ag_release_name(AG_RELEASE_CARRIER)),
				errhint("The other reasons belong to what a user does himself."));
	(void) ag_account_require(account_id);
	binding = ag_binding_require(account_id, no);
	ag_number_touch(binding->number_id, 0, account_id);
	number = ag_number_lock(binding->number_id);
	account = ag_account_lock(account_id);
	binding = ag_binding_require(account_id, no);
	if (binding->released_at != DT_NOEND)
		PG_RETURN_BOOL(false);
	(void) ag_number_release(number, account, binding, why, note, ag_account_now(account));
	ag_account_save(account);
	ag_number_save(number);
	PG_RETURN_BOOL(true);
}

/* account_numbers(account_id) */
Datum
acctguard_account_numbers(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);

	(void) ag_account_require(account_id);
	return ag_return_set(fcinfo, ag_binding_store_report(account_id));
}
