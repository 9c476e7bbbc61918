/*-------------------------------------------------------------------------
 *
 * strike_api.c
 *		SQL entry points: warnings, strikes, acknowledgments.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "freeze/sanction.h"
#include "funcapi.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(acctguard_warn);
PG_FUNCTION_INFO_V1(acctguard_strike_void);
PG_FUNCTION_INFO_V1(acctguard_strike_list);
PG_FUNCTION_INFO_V1(acctguard_acknowledge);
PG_FUNCTION_INFO_V1(acctguard_acknowledgment_waive);

#define MAX_POINTS 100

static const AgReason *
require_reason(const char *name)
{
	const AgReason *reason = ag_policy_reason(name);

	if (reason == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_POLICY_UNKNOWN),
				errmsg("there is no reason \"%s\"", name),
				errhint("See acctguard.policy_list('reason')."));
	return reason;
}

/* Nobody sits in judgment over his own account. */
static void
require_other_account(const AgAccount *account, const AgActor *actor)
{
	if (ag_freeze_same_person(account->person, actor->person))
		ereport(ERROR, ag_errcode(AG_ERR_FREEZE_SELF),
				errmsg("account " INT64_FORMAT " is the account of \"%s\"", account->account_id,
					   actor->person),
				errhint("Somebody else has to decide about it."));
}

static void
require_open(const AgAccount *account, TimestampTz at)
{
	if (!ag_freeze_is_open(account, at))
		ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_STATE),
				errmsg("account " INT64_FORMAT " is %s", account->account_id,
					   ag_lifecycle_name(ag_freeze_lifecycle_at(account, at))),
				errdetail("Accounts that are active or closing can be warned."));
}

/* warn(account_id, reason, points, facts, incident, idempotency_key) */
Datum
acctguard_warn(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	const AgReason *reason = require_reason(ag_arg_required_text(fcinfo, 1, "reason"));
	int			points = PG_ARGISNULL(2) ? Max(reason->points, 0) : PG_GETARG_INT32(2);
	char	   *facts = ag_arg_short_text(fcinfo, 3, "facts", AG_MOST_FACTS);
	const char *incident = NULL;
	char	   *idempotency_key = ag_arg_key(fcinfo, 5);
	AgActor    *actor = ag_actor();
	AgAccount  *account;
	TimestampTz at;
	TupleDesc	desc;
	Datum		values[2];
	bool		nulls[2] = {false, false};
	int			score;
	int			ladder_no;

	if (points < 0 || points > MAX_POINTS)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("points must be between 0 and %d", MAX_POINTS));
	if (!PG_ARGISNULL(4))
		incident = DatumGetCString(DirectFunctionCall1(uuid_out, PG_GETARG_DATUM(4)));
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	account = ag_account_lock(account_id);
	at = ag_account_now(account);
	require_open(account, at);
	require_other_account(account, actor);
	ag_freeze_require_rank(account, actor);
	ag_strike_warn(account, actor, reason, points, facts, incident, idempotency_key, at,
				   &score, &ladder_no);
	ag_account_save(account);

	values[0] = Int32GetDatum(score);
	values[1] = Int32GetDatum(ladder_no);
	nulls[1] = ladder_no == 0;
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* strike_void(account_id, strike_no, reason) */
Datum
acctguard_strike_void(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	AgActor    *actor = ag_actor();
	AgAccount  *account;

	if (PG_ARGISNULL(1))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("strike_no must not be null"));
	account = ag_account_lock(account_id);
	require_other_account(account, actor);
	ag_strike_void_warning(account, actor, PG_GETARG_INT32(1), reason, ag_account_now(account));
	ag_account_save(account);
	PG_RETURN_VOID();
}

/* strike_list(account_id) */
Datum
acctguard_strike_list(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);

	(void) ag_account_require(account_id);
	return ag_return_set(fcinfo, ag_strike_store_report(account_id, ag_now()));
}

/* acknowledge(account_id, rules_version, text_hash, locale, device) */
Datum
acctguard_acknowledge(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *rules_version = ag_arg_required_text(fcinfo, 1, "rules_version");
	char	   *locale = ag_arg_short_text(fcinfo, 3, "locale", AG_MOST_LOCALE);
	char	   *device = ag_arg_short_text(fcinfo, 4, "device", AG_MOST_NAME);
	AgActor    *actor = ag_actor();
	AgAccount  *account;
	AgLifecycle state;
	TimestampTz at;
	bytea	   *text_hash;
	int			opened;

	text_hash = PG_ARGISNULL(2) ? NULL : PG_GETARG_BYTEA_PP(2);
	if (text_hash == NULL || VARSIZE_ANY_EXHDR(text_hash) < 16 ||
		VARSIZE_ANY_EXHDR(text_hash) > 64)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("text_hash must have 16 to 64 bytes"),
				errhint("Pass the SHA-256 of the text that was shown."));

	ag_check_length(rules_version, "rules_version", AG_MOST_NAME);
	ag_acknowledge_require_role(actor);
	account = ag_account_lock(account_id);
	at = ag_account_now(account);
	state = ag_freeze_lifecycle_at(account, at);
	if (state == AG_ERASED || state == AG_CLOSED)
		ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_STATE),
				errmsg("account " INT64_FORMAT " is %s", account_id, ag_lifecycle_name(state)));
	opened = ag_acknowledge(account, actor, rules_version, text_hash, locale, device, at);
	ag_account_save(account);
	PG_RETURN_INT32(opened);
}

/* acknowledgment_waive(account_id, freeze_no, reason) */
Datum
acctguard_acknowledgment_waive(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	AgActor    *actor = ag_actor();
	AgAccount  *account;

	if (PG_ARGISNULL(1))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("freeze_no must not be null"));
	account = ag_account_lock(account_id);
	require_other_account(account, actor);
	ag_acknowledgment_waive(account, actor, PG_GETARG_INT32(1), reason, ag_account_now(account));
	ag_account_save(account);
	PG_RETURN_VOID();
}
