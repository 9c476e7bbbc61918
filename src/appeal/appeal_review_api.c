/*-------------------------------------------------------------------------
 *
 * appeal_review_api.c
 *		SQL entry points of the reviewers' side: claims, questions, decisions, queues.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(acctguard_appeal_open_review);
PG_FUNCTION_INFO_V1(acctguard_appeal_claim);
PG_FUNCTION_INFO_V1(acctguard_appeal_claim_case);
PG_FUNCTION_INFO_V1(acctguard_appeal_release);
PG_FUNCTION_INFO_V1(acctguard_appeal_revoke_claim);
PG_FUNCTION_INFO_V1(acctguard_appeal_ask);
PG_FUNCTION_INFO_V1(acctguard_appeal_decide);
PG_FUNCTION_INFO_V1(acctguard_appeal_sign);
PG_FUNCTION_INFO_V1(acctguard_appeal_refuse_sign);
PG_FUNCTION_INFO_V1(acctguard_appeal_open_statement);
PG_FUNCTION_INFO_V1(acctguard_appeal_file);
PG_FUNCTION_INFO_V1(acctguard_appeal_abuse_check);
PG_FUNCTION_INFO_V1(acctguard_appeal_queue);
PG_FUNCTION_INFO_V1(acctguard_appeal_overdue);
PG_FUNCTION_INFO_V1(acctguard_appeal_closed);

#define CLAIM_COLUMNS 8
#define QUEUE_COLUMNS 13
#define STATEMENT_COLUMNS 6
#define CLOSED_COLUMNS 14
#define CLOSED_MOST 1000		/* cases of a page */

static int
arg_no(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("the number of the case must not be null"));
	return PG_GETARG_INT32(n);
}

static void
put_row(ReturnSetInfo *rsinfo, int count, const NullableDatum *columns)
{
	Datum	   *values = palloc(sizeof(Datum) * count);
	bool	   *nulls = palloc(sizeof(bool) * count);

	for (int i = 0; i < count; i++)
	{
		values[i] = columns[i].value;
		nulls[i] = columns[i].isnull;
	}
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	pfree(values);
	pfree(nulls);
}

static text *
state_text(const AgAppeal *appeal, TimestampTz at)
{
	return cstring_to_text(ag_appeal_state_name(ag_appeal_state(appeal, at)));
}

/* appeal_open_review(account_id, freeze_no, reason): the number of the case */
Datum
acctguard_appeal_open_review(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			freeze_no = arg_no(fcinfo, 1);
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	AgAccount  *account = ag_account_lock(account_id);
	AgAppeal   *appeal = ag_appeal_open_review(account, ag_actor(), freeze_no, reason,
											   ag_account_now(account));

	ag_account_save(account);
	PG_RETURN_INT32(appeal->no);
}

static void
put_claim(ReturnSetInfo *rsinfo, const AgAppeal *appeal, TimestampTz at)
{
	NullableDatum columns[CLAIM_COLUMNS] = {
		ag_int8(appeal->account_id),
		ag_int4(appeal->no),
		ag_int4(appeal->freeze_no),
		ag_text(ag_freeze_load(appeal->account_id, appeal->freeze_no)->kind),
		ag_text(appeal->origin),
		ag_time(ag_appeal_due(appeal, at)),
		ag_time(appeal->claim_until),
		ag_int4(appeal->version)
	};

	put_row(rsinfo, CLAIM_COLUMNS, columns);
}

/* appeal_claim(n): the next cases of the queue */
Datum
acctguard_appeal_claim(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			count = PG_ARGISNULL(0) ? 1 : PG_GETARG_INT32(0);
	TimestampTz at = ag_now();
	ListCell   *cell;

	if (count < 1 || count > 100)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("n must be between 1 and 100"));
	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, ag_appeal_claim_next(ag_actor(), count, at))
		put_claim(rsinfo, lfirst(cell), at);
	return (Datum) 0;
}

/* appeal_claim(account_id, appeal_no): this case */
Datum
acctguard_appeal_claim_case(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_no(fcinfo, 1);
	AgActor    *actor = ag_actor();
	AgAccount  *account;
	AgAppeal   *appeal;
	TimestampTz at;

	(void) ag_appeal_require_claims(actor, ag_now());
	account = ag_account_lock(account_id);
	at = ag_account_now(account);
	appeal = ag_appeal_load(account, no, at);
	ag_appeal_claim(account, actor, appeal, at);
	ag_account_save(account);
	InitMaterializedSRF(fcinfo, 0);
	put_claim((ReturnSetInfo *) fcinfo->resultinfo, appeal, at);
	return (Datum) 0;
}

/* appeal_release(account_id, appeal_no) */
Datum
acctguard_appeal_release(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_no(fcinfo, 1);
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);

	ag_appeal_release(account, ag_actor(), ag_appeal_load(account, no, at), at);
	ag_account_save(account);
	PG_RETURN_VOID();
}

/* appeal_revoke_claim(account_id, appeal_no, reason) */
Datum
acctguard_appeal_revoke_claim(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_no(fcinfo, 1);
	char	   *reason = ag_arg_required_text(fcinfo, 2, "reason");
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);

	ag_appeal_revoke_claim(account, ag_actor(), ag_appeal_load(account, no, at), reason, at);
	ag_account_save(account);
	PG_RETURN_VOID();
}

/* The list of what is wanted, one per line. */
static char *
arg_wanted(FunctionCallInfo fcinfo, int n)
{
	List	   *items = PG_ARGISNULL(n) ? NIL : ag_text_array_list(PG_GETARG_ARRAYTYPE_P(n));
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, items)
	{
		const char *item = lfirst(cell);

		if (item[strspn(item, " \t\r\n")] == '\0')
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("wanted must not contain empty entries"));
		appendStringInfo(&text, "%s%s", cell == list_head(items) ? "" : "\n", item);
	}
	if (items == NIL || list_length(items) > 20)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("wanted must name 1 to 20 things"));
	ag_check_length(text.data, "wanted", AG_MOST_NOTE);
	return text.data;
}

/* appeal_ask(account_id, appeal_no, wanted, deadline): the deadline */
Datum
acctguard_appeal_ask(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_no(fcinfo, 1);
	char	   *wanted = arg_wanted(fcinfo, 2);
	TimestampTz until = ag_arg_finite_time(fcinfo, 3, "deadline");
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	AgAppeal   *appeal = ag_appeal_load(account, no, at);

	ag_appeal_ask(account, ag_actor(), appeal, wanted, until, at);
	ag_account_save(account);
	PG_RETURN_TIMESTAMPTZ(appeal->ask_until);
}

/*
 * appeal_decide(account_id, appeal_no, decision, reason, ends_at, capabilities, end_freeze,
 * manifestly_unfounded, automated, expected_version): the state after it
 */
Datum
acctguard_appeal_decide(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_no(fcinfo, 1);
	AgAppealDecision decision = {0};
	AgActor    *actor = ag_actor();
	AgAccount  *account;
	AgAppeal   *appeal;
	TimestampTz at;

	decision.decision = ag_arg_required_text(fcinfo, 2, "decision");
	decision.reason = ag_arg_short_text(fcinfo, 3, "reason", AG_MOST_FACTS);
	decision.ends_at = ag_arg_finite_time(fcinfo, 4, "ends_at");
	decision.capabilities = PG_ARGISNULL(5) ? NULL : PG_GETARG_ARRAYTYPE_P(5);
	decision.end = !PG_ARGISNULL(6) && PG_GETARG_BOOL(6);
	decision.unfounded = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7);
	decision.automated = !PG_ARGISNULL(8) && PG_GETARG_BOOL(8);
	decision.expected_version = PG_ARGISNULL(9) ? 0 : PG_GETARG_INT32(9);

	ag_appeal_check_decision(&decision);
	account = ag_account_lock(account_id);
	at = ag_account_now(account);
	appeal = ag_appeal_load(account, no, at);
	ag_appeal_decide(account, actor, appeal, &decision, at);
	ag_account_save(account);
	PG_RETURN_TEXT_P(state_text(appeal, at));
}

/* appeal_sign(account_id, appeal_no): the state after it */
Datum
acctguard_appeal_sign(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_no(fcinfo, 1);
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	AgAppeal   *appeal = ag_appeal_load(account, no, at);

	ag_appeal_sign(account, ag_actor(), appeal, at);
	ag_account_save(account);
	PG_RETURN_TEXT_P(state_text(appeal, at));
}

/* appeal_refuse_sign(account_id, appeal_no, reason) */
Datum
acctguard_appeal_refuse_sign(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_no(fcinfo, 1);
	char	   *reason = ag_arg_short_text(fcinfo, 2, "reason", AG_MOST_FACTS);
	AgAccount  *account;
	TimestampTz at;

	if (reason == NULL || reason[strspn(reason, " \t\r\n")] == '\0')
		ereport(ERROR, ag_errcode(AG_ERR_DECISION_REASON),
				errmsg("a refusal needs reasons"),
				errhint("Write them for the next reviewer."));
	account = ag_account_lock(account_id);
	at = ag_account_now(account);
	ag_appeal_refuse_sign(account, ag_actor(), ag_appeal_load(account, no, at), reason, at);
	ag_account_save(account);
	PG_RETURN_VOID();
}

/* appeal_open_statement(account_id, appeal_no): everything that was written in the case */
Datum
acctguard_appeal_open_statement(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_no(fcinfo, 1);
	AgActor    *actor = ag_actor();
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	AgAppeal   *appeal = ag_appeal_load(account, no, at);
	ListCell   *cell;

	ag_appeal_require_reader(appeal, actor, at);
	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, ag_appeal_store_steps(account_id, no))
	{
		const AgAppealStep *step = lfirst(cell);
		AgKeyResult result;
		char	   *text;

		if (step->body == NULL)
			continue;
		result = ag_appeal_open_step(appeal, step, &text);
		if (result != AG_KEY_OK)
			ag_keyring_refuse(result, AG_PURPOSE_SUBJECT, 0);
		put_row(rsinfo, STATEMENT_COLUMNS, (NullableDatum[]) {
			ag_int4(step->step), ag_time(step->at), ag_text(step->what), ag_text(step->decision),
			ag_text(step->person), ag_text(text)
		});
	}
	ag_appeal_emit(account, AG_ACTION_APPEAL_STATEMENT_OPENED, appeal, at);
	ag_account_save(account);
	return (Datum) 0;
}

/* appeal_file(account_id, appeal_no): jsonb */
Datum
acctguard_appeal_file(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	int			no = arg_no(fcinfo, 1);
	AgAccount  *account = ag_account_lock(account_id);
	TimestampTz at = ag_account_now(account);
	AgAppeal   *appeal = ag_appeal_load(account, no, at);
	Datum		file;

	ag_appeal_require_reader(appeal, ag_actor(), at);
	file = DirectFunctionCall1(jsonb_in, CStringGetDatum(ag_appeal_file(appeal, at)));
	ag_appeal_emit(account, AG_ACTION_APPEAL_FILE_READ, appeal, at);
	ag_account_save(account);
	return file;
}

/* appeal_abuse_check(account_id) */
Datum
acctguard_appeal_abuse_check(PG_FUNCTION_ARGS)
{
	int64		account_id = ag_arg_account(fcinfo, 0);
	AgAppealAbuse abuse;

	(void) ag_account_require(account_id);
	ag_appeal_abuse(account_id, ag_now(), &abuse);
	InitMaterializedSRF(fcinfo, 0);
	put_row((ReturnSetInfo *) fcinfo->resultinfo, 4, (NullableDatum[]) {
		ag_int4(abuse.unfounded), ag_int4(abuse.appeals), ag_time(abuse.warned_at),
		ag_bool(abuse.may_suspend)
	});
	return (Datum) 0;
}

static bool
signature_overdue(const AgAppeal *appeal, TimestampTz at)
{
	return ag_appeal_state(appeal, at) == AG_APPEAL_SIGNOFF && appeal->sign_until <= at;
}

/* Open cases, earliest due first; only those that are late, if wanted. */
static Datum
return_queue(FunctionCallInfo fcinfo, bool late_only)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	TimestampTz at = ag_now();
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, ag_appeal_store_open())
	{
		const AgAppeal *appeal = lfirst(cell);
		AgAppealState state = ag_appeal_state(appeal, at);
		bool		held = ag_appeal_is_held(appeal, at);
		bool		late = ag_appeal_overdue(appeal, at) || signature_overdue(appeal, at);

		if (!ag_appeal_state_open(state) || (late_only && !late))
			continue;
		put_row(rsinfo, QUEUE_COLUMNS, (NullableDatum[]) {
			ag_int8(appeal->account_id), ag_int4(appeal->no), ag_int4(appeal->freeze_no),
			ag_text(appeal->kind), ag_text(appeal->origin), ag_text(ag_appeal_state_name(state)),
			ag_bool(ag_appeal_is_heard(appeal)), ag_time(appeal->opened_at),
			ag_time(ag_appeal_due(appeal, at)), ag_bool(ag_appeal_overdue(appeal, at)),
			ag_text(held ? appeal->claimed_by : NULL),
			ag_time(state == AG_APPEAL_IN_REVIEW ? appeal->claim_until :
					state == AG_APPEAL_AWAITING ? appeal->ask_until : appeal->sign_until),
			ag_int4(appeal->version)
		});
	}
	return (Datum) 0;
}

/* appeal_queue(): every open case */
Datum
acctguard_appeal_queue(PG_FUNCTION_ARGS)
{
	return return_queue(fcinfo, false);
}

/* appeal_overdue(): those that ought to have been decided or signed by now */
Datum
acctguard_appeal_overdue(PG_FUNCTION_ARGS)
{
	return return_queue(fcinfo, true);
}

static void
put_closed(ReturnSetInfo *rsinfo, const AgAppeal *appeal, TimestampTz at)
{
	bool		decided = ag_appeal_decided(appeal);
	bool		moot = appeal->closed_at == DT_NOEND && appeal->moot_at <= at;

	put_row(rsinfo, CLOSED_COLUMNS, (NullableDatum[]) {
		ag_text(ag_appeal_state_name(ag_appeal_state(appeal, at))),
		ag_int8(appeal->account_id), ag_int4(appeal->no), ag_int4(appeal->freeze_no),
		ag_text(appeal->kind), ag_text(appeal->origin),
		ag_bool(ag_appeal_is_heard(appeal)), ag_time(appeal->opened_at),
		ag_time(ag_appeal_over_at(appeal, at)), ag_time(moot ? ag_appeal_due(appeal, at) : appeal->due_at),
		ag_text(decided ? appeal->decided_by : NULL), ag_text(appeal->signed_by),
		ag_bool(decided && appeal->decided_automated), ag_bool(decided && appeal->unfounded)
	});
}

/* NULL = any. */
static const char *
arg_outcome(FunctionCallInfo fcinfo, int n)
{
	const char *outcome = ag_arg_text(fcinfo, n);
	AgAppealState state = AG_APPEAL_GRANTED;

	while (outcome != NULL && state <= AG_APPEAL_MOOT && strcmp(ag_appeal_state_name(state), outcome) != 0)
		state++;
	if (state > AG_APPEAL_MOOT)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("there is no outcome \"%s\"", outcome),
				errhint("Outcomes are granted, partially_granted, denied, dismissed, withdrawn, lapsed, moot."));
	return outcome;
}

/* appeal_closed(before, before_account, before_appeal, since, outcome, max_rows) */
Datum
acctguard_appeal_closed(PG_FUNCTION_ARGS)
{
	TimestampTz at = ag_now();
	ListCell   *cell;
	AgAppealPage page = {
		.before = PG_ARGISNULL(0) ? DT_NOEND : PG_GETARG_TIMESTAMPTZ(0),
		.account_id = PG_ARGISNULL(1) ? PG_INT64_MIN : PG_GETARG_INT64(1),
		.no = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2),
		.since = PG_ARGISNULL(3) ? DT_NOBEGIN : PG_GETARG_TIMESTAMPTZ(3),
		.outcome = arg_outcome(fcinfo, 4),
		.count = PG_ARGISNULL(5) ? 0 : PG_GETARG_INT32(5)
	};

	if (page.count < 1 || page.count > CLOSED_MOST)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("max_rows must be between 1 and %d", CLOSED_MOST));
	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, ag_appeal_store_closed(&page, at))
		put_closed((ReturnSetInfo *) fcinfo->resultinfo, lfirst(cell), at);
	return (Datum) 0;
}
