/*-------------------------------------------------------------------------
 *
 * hold_api.c
 *		SQL entry points of legal holds.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/sanction.h"

PG_FUNCTION_INFO_V1(acctguard_legal_hold_place);
PG_FUNCTION_INFO_V1(acctguard_legal_hold_release);
PG_FUNCTION_INFO_V1(acctguard_legal_hold_list);

/* legal_hold_place(account_id, matter, legal_reference, note) */
Datum
acctguard_legal_hold_place(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *matter = ag_arg_required_text(fcinfo, 1, "matter");
	char	   *legal_reference = ag_arg_required_text(fcinfo, 2, "legal_reference");
	char	   *note = ag_arg_short_text(fcinfo, 3, "note", AG_MOST_NOTE);
	AgActor    *actor = ag_actor();
	AgAccount  *account;
	int			no;

	ag_check_length(matter, "matter", AG_MOST_NAME);
	ag_hold_require_place(actor);
	account = ag_account_lock(account_id);
	no = ag_hold_place(account, actor, matter, legal_reference, note, ag_account_now(account));
	ag_account_save(account);
	PG_RETURN_INT32(no);
}

/* legal_hold_release(matter, legal_reference, reason) */
Datum
acctguard_legal_hold_release(PG_FUNCTION_ARGS)
{
	char	   *matter = ag_arg_required_text(fcinfo, 0, "matter");

	PG_RETURN_INT32(ag_hold_release(ag_actor(), matter,
									ag_arg_short_text(fcinfo, 1, "legal_reference", AG_MOST_NOTE),
									ag_arg_short_text(fcinfo, 2, "reason", AG_MOST_NOTE)));
}

/* legal_hold_list(account_id) */
Datum
acctguard_legal_hold_list(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);

	(void) ag_account_require(account_id);
	return ag_return_set(fcinfo, ag_hold_store_report(account_id));
}
