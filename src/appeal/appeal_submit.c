/*-------------------------------------------------------------------------
 *
 * appeal_submit.c
 *		Appealing (P1), taking a closed case up again (P11), staff's own motion.
 *
 * What is asked: may this freeze be appealed at all; is it still in time, counted from
 * when the user was informed; is nothing open about it; has it been appealed too
 * often; may the user appeal; does he say anything.  A review that is open without the
 * user takes his appeal in.
 *
 * The statement is sealed before anything is written, so without a key nothing is.
 *
 * Locks: the caller holds the account's.  Tables: appeal, appeal_step; freeze_record
 * (informed_at).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "mb/pg_wchar.h"
#include "outbox/outbox.h"


#define DISTINCT_ENOUGH 8		/* nobody counts further */

/* Characters that are no blanks, and how many different ones there are. */
static void
measure(const char *text, int *characters, int *distinct)
{
	const char *seen[DISTINCT_ENOUGH] = {NULL};

	*characters = *distinct = 0;
	for (const char *c = text; *c != '\0'; c += pg_mblen(c))
	{
		int			length = pg_mblen(c);
		int			i = 0;

		if (*c == ' ' || (*c >= '\t' && *c <= '\r'))
			continue;
		(*characters)++;
		while (i < *distinct && strncmp(seen[i], c, length) != 0)
			i++;
		if (i == *distinct && *distinct < DISTINCT_ENOUGH)
			seen[(*distinct)++] = c;
	}
}

/* UG208 with advice: a statement says something, and is no book. */
static void
require_text(const char *text)
{
	int			least = (int) ag_policy_setting(AG_SETTING_APPEAL_TEXT_MIN);
	int			characters = 0;
	int			distinct = 0;
	const char *problem;

	if (text !=NULL)
		measure(text, &characters, &distinct);
	problem = ag_appeal_text_problem(text, characters, distinct, least);
	if (problem != NULL)
		ereport(ERROR, ag_errcode(AG_ERR_APPEAL_TEXT),
				errmsg("the statement is too thin"),
				errdetail("%s It needs at least %d characters that are not blank.", problem, least),
				errhint("Say in your own words what happened, when, and why the decision is wrong; "
						"name what proves it. Screenshots and documents can be added afterwards."));
	if (pg_mbstrlen(text) > AG_MOST_APPEAL)
		ereport(ERROR, ag_errcode(AG_ERR_APPEAL_TEXT),
				errmsg("the statement is too long"),
				errdetail("It has more than %d characters.", AG_MOST_APPEAL),
				errhint("Keep to what matters, and add documents as material."));
}

/* May this freeze be appealed at all, and has the user been told why he is frozen? */
static void
require_appealable(const AgFreeze *freeze, const AgKind *kind, TimestampTz at)
{
	const char *why = NULL;

	if (freeze->vacated_at != DT_NOEND)
		why = "It was annulled: nothing is left of it.";
	else if (!ag_freeze_effective(freeze))
		why = "It was cancelled before it began.";
	else if (ag_freeze_disclosed(freeze, at) && ag_freeze_appealable_until(freeze, kind) == DT_NOBEGIN)
		why = "It is closed to appeal.";
	if (why != NULL)
		ereport(ERROR, ag_errcode(AG_ERR_NOT_APPEALABLE),
				errmsg("freeze %d cannot be appealed", freeze->no),
				errdetail("%s", why),
				errhint("Write to the support if something about it is wrong."));
	if (!ag_freeze_disclosed(freeze, at))
		ereport(ERROR, ag_errcode(AG_ERR_NOT_INFORMED),
				errmsg("the reasons of freeze %d have not been disclosed yet", freeze->no),
				errhint("Appeal when they have been; the time for it begins then."));
}

static void
require_in_time(const AgFreeze *freeze, const AgKind *kind, TimestampTz at)
{
	TimestampTz until = ag_freeze_appealable_until(freeze, kind);

	if (at >= until)
		ereport(ERROR, ag_errcode(AG_ERR_APPEAL_DEADLINE),
				errmsg("the time for an appeal against freeze %d has passed", freeze->no),
				errdetail("It ended at %s.", ag_time_iso(until)),
				errhint("Write to the support if there is something new."));
}

/*
 * The cases about a freeze, ascending, and about those whose place it took: nobody gets
 * new appeals by being frozen anew.  Those about lighter ones do not count, for to be
 * frozen harder is another decision.
 */
static List *
cases_so_far(int64 account_id, int freeze_no)
{
	const AgFreeze *freeze = ag_freeze_load(account_id, freeze_no);
	int			severity = ag_policy_kind_version(freeze->kind, freeze->kind_version)->severity;
	List	   *chain = list_make1_int(freeze_no);
	List	   *cases = NIL;
	ListCell   *cell;

	while (freeze->replaces != 0)
	{
		freeze = ag_freeze_load(account_id, freeze->replaces);
		if (ag_policy_kind_version(freeze->kind, freeze->kind_version)->severity >= severity)
			chain = lappend_int(chain, freeze->no);
	}
	foreach(cell, ag_appeal_store_list(account_id))
		if (list_member_int(chain, ((AgAppeal *) lfirst(cell))->freeze_no))
		cases = lappend(cases, lfirst(cell));
	return cases;
}

/* Did the user's own appeal in this case come to nothing? */
static bool
is_unsuccessful(const AgAppeal *appeal, TimestampTz at)
{
	if (appeal->appealed_at == DT_NOEND || strcmp(appeal->origin, "level2") == 0)
		return false;
	if (appeal->retracted_at != DT_NOEND)
		return true;
	switch (ag_appeal_state(appeal, at))
	{
		case AG_APPEAL_DENIED:
		case AG_APPEAL_DISMISSED:
		case AG_APPEAL_WITHDRAWN:
		case AG_APPEAL_LAPSED:
			return true;
		default:
			return false;
	}
}

static int
count_tries(List *cases, TimestampTz at)
{
	int			tries = 0;
	ListCell   *cell;

	foreach(cell, cases)
		if (is_unsuccessful(lfirst(cell), at))
		tries++;
	return tries;
}

/* Is it a second level in which the user was heard?  One of staff's own takes nothing from him. */
static bool
is_second_level(const AgAppeal *appeal)
{
	return appeal->previous != 0 && appeal->appealed_at != DT_NOEND;
}

/* Has a second level come to an end?  Nothing follows it. */
static bool
second_level_over(List *cases, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, cases)
	{
		AgAppeal   *appeal = lfirst(cell);

		if (is_second_level(appeal) && !ag_appeal_state_open(ag_appeal_state(appeal, at)) &&
			ag_appeal_state(appeal, at) != AG_APPEAL_MOOT)
			return true;
	}
	return false;
}

static bool
is_exhausted(List *cases, TimestampTz at)
{
	return second_level_over(cases, at) ||
		count_tries(cases, at) >= ag_policy_setting(AG_SETTING_APPEAL_TRIES);
}

static void
require_tries(const AgAccount *account, int freeze_no, TimestampTz at)
{
	List	   *cases = cases_so_far(account->account_id, freeze_no);

	if (is_exhausted(cases, at))
		ereport(ERROR, ag_errcode(AG_ERR_APPEALS_EXHAUSTED),
				errmsg("freeze %d has been appealed as often as it can be", freeze_no),
				errdetail("%d appeals without success%s.", count_tries(cases, at),
						  second_level_over(cases, at) ? ", and a second level" : ""),
				errhint("A decision can be taken up again once with new evidence, see "
						"acctguard.appeal_reopen()."));
}

/* Has the user appealed against this freeze before, whatever came of it? */
static bool
heard_before(const AgAccount *account, int freeze_no)
{
	ListCell   *cell;

	foreach(cell, cases_so_far(account->account_id, freeze_no))
		if (((AgAppeal *) lfirst(cell))->appealed_at != DT_NOEND)
		return true;
	return false;
}

/* appeal.submit must be allowed; a suspended user is heard once about losing everything. */
static void
require_allowed(const AgAccount *account, const AgFreeze *freeze, const AgKind *kind,
				TimestampTz at)
{
	uint64		submit = UINT64CONST(1) << ag_policy_capability_bit("appeal.submit");
	AgVerdict	verdict = {0};

	ag_standing_probe(account->account_id, submit, at, NULL, &verdict);
	if (!(verdict.denied & submit))
		return;
	if (verdict.part == AG_PART_FREEZE && ag_policy_setting(AG_SETTING_APPEAL_FIRST_TOTAL) != 0 &&
		ag_freeze_is_total(freeze, kind) && !heard_before(account, freeze->no))
		return;
	ereport(ERROR, ag_errcode(AG_ERR_APPEAL_SUSPENDED),
			errmsg("account " INT64_FORMAT " may not appeal now", account->account_id),
			verdict.part == AG_PART_FREEZE ?
			errdetail("Freeze %d suspends its appeals.", verdict.freeze_no) :
			errdetail("Its lifecycle does not allow it."),
			errhint("See acctguard.account_status(account_id) for how long."));
}

static void
refuse_open(const AgAppeal *open)
{
	ereport(ERROR, ag_errcode(AG_ERR_CASE_OPEN),
			errmsg("case %d about freeze %d is open", open->no, open->freeze_no),
			errhint("Add to that case, or wait for its decision."));
}

/* What tells one request from another, sealed. */
static void
digest(const AgAppealOrder *order, uint8 hash[AG_HASH_SIZE])
{
	StringInfoData request;

	initStringInfo(&request);
	appendStringInfo(&request, "%d\n%s\n%s\n%s", order->freeze_no, order->contact ? order->contact : "",
					 order->locale ? order->locale : "", order->statement);
	ag_hash(hash, request.data, request.len);
	ag_wipe(request.data, request.len);
}

static AgBinding
request_binding(const AgAppeal *appeal)
{
	AgBinding	binding = {.field = "appeal.request", .account_id = appeal->account_id, .parts = 1};

	binding.record = appeal->no;
	return binding;
}

/* The case that this very request has made before; NULL if it is new. */
static AgAppeal *
find_request(AgAccount *account, const AgAppealOrder *order, TimestampTz at)
{
	AgAppeal   *appeal;
	uint8		hash[AG_HASH_SIZE];
	AgBinding	binding;
	bytea	   *known;
	int			no;

	if (order->idempotency_key == NULL)
		return NULL;
	no = ag_appeal_store_find_key(account->account_id, order->idempotency_key);
	if (no == 0)
		return NULL;
	appeal = ag_appeal_load(account, no, at);
	binding = request_binding(appeal);
	known = ag_subject_unseal(&binding, VARDATA_ANY(appeal->request),
							  VARSIZE_ANY_EXHDR(appeal->request));
	digest(order, hash);
	if (VARSIZE_ANY_EXHDR(known) != AG_HASH_SIZE || !ag_equal(VARDATA_ANY(known), hash, AG_HASH_SIZE))
		ereport(ERROR, ag_errcode(AG_ERR_IDEMPOTENCY_CONFLICT),
				errmsg("the idempotency key was used for another appeal"),
				errdetail("That request made case %d.", no),
				errhint("Use a fresh key for a new request."));
	return appeal;
}

/* The user's side of a case. */
static void
put_appeal(AgAccount *account, AgAppeal *appeal, const AgAppealOrder *order, int ticket,
		   TimestampTz at)
{
	appeal->appealed_at = at;
	appeal->locale = pstrdup(order->locale ? order->locale : account->locale);
	appeal->ticket = ticket;
	if (order->idempotency_key != NULL)
	{
		AgBinding	binding = request_binding(appeal);
		uint8		hash[AG_HASH_SIZE];

		digest(order, hash);
		appeal->idempotency_key = pstrdup(order->idempotency_key);
		appeal->request = ag_subject_seal(&binding, hash, AG_HASH_SIZE);
	}
}

/* A review that is open takes the appeal in, while it is not about to be decided. */
static AgAppeal *
join(AgAccount *account, const AgActor *actor, AgAppeal *open, const AgAppealOrder *order,
	 int ticket, TimestampTz at)
{
	AgAppealState state = ag_appeal_state(open, at);

	if (open->appealed_at != DT_NOEND || !ag_appeal_rule_find(state, AG_APPEAL_JOIN))
		refuse_open(open);
	put_appeal(account, open, order, ticket, at);
	if (state == AG_APPEAL_AWAITING)
		ag_appeal_stop_waiting(open, at);
	ag_appeal_write(account, open, actor, "join", NULL, order->statement, at);
	return open;
}

/* Where the notices of this appeal go as well; what is wrong with the address says the outbox. */
static void
add_contact(AgAccount *account, const AgActor *actor, const AgAppeal *appeal, const char *address,
			TimestampTz at)
{
	AgContactOrder order = {.address = address, .locale = appeal->locale, .verified = true};

	if (strchr(address, '@') == NULL && address[0] != '+')
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("the contact is neither an e-mail address nor a number"),
				errhint("Pass an address, or a number in international form, beginning with +."));
	order.channel = strchr(address, '@') != NULL ? AG_CHANNEL_EMAIL : AG_CHANNEL_SMS;
	order.appeal_no = appeal->no;
	(void) ag_contact_add(account, actor, &order, at);
}

/* The freeze that took its place, as far as the user knows of it: there is nothing to win about the old one. */
static AgFreeze *
in_its_place(AgFreeze *freeze, TimestampTz at)
{
	while (freeze->replaced_by != 0 && freeze->vacated_at == DT_NOEND)
	{
		AgFreeze   *next = ag_freeze_load(freeze->account_id, freeze->replaced_by);

		if (!ag_freeze_known(next) || !ag_freeze_disclosed(next, at))
			break;
		freeze = next;
	}
	return freeze;
}

AgAppeal *
ag_appeal_submit(AgAccount *account, const AgActor *actor, const AgAppealOrder *order,
				 TimestampTz at)
{
	AgFreeze   *freeze;
	const AgKind *kind;
	AgAppeal   *appeal;
	int			ticket = 0;

	/* 1. Whose appeal is it; the same request again? */
	ag_appeal_require_owner(account, actor, NULL, 0, 0, at);
	appeal = find_request(account, order, at);
	ag_appeal_require_owner(account, actor, order->ticket, order->freeze_no,
							appeal == NULL ? 0 : appeal->no, at);
	if (appeal != NULL)
		return appeal;

	/* 2. Can this freeze be appealed now? */
	freeze = in_its_place(ag_freeze_load_known(account->account_id, order->freeze_no), at);
	kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	require_appealable(freeze, kind, at);
	require_in_time(freeze, kind, at);
	appeal = ag_appeal_open_case(account, freeze->no, at);
	if (appeal != NULL && appeal->appealed_at != DT_NOEND)
		refuse_open(appeal);
	require_tries(account, freeze->no, at);
	require_allowed(account, freeze, kind, at);
	require_text(order->statement);
	if (order->ticket != NULL)
		ticket = ag_appeal_ticket_find(account->account_id, order->ticket, freeze->no, 0, at);

	/* 3. The case.  Who appeals knows of the freeze. */
	if (appeal != NULL)
		appeal = join(account, actor, appeal, order, ticket, at);
	else
	{
		appeal = ag_appeal_new(account, actor, freeze->no, "appeal", at);
		put_appeal(account, appeal, order, ticket, at);
		ag_appeal_insert(account, appeal, actor, "submit", order->statement, at);
	}
	if (ticket != 0)
		ag_appeal_ticket_use(account->account_id, ticket, appeal->no, at);
	if (freeze->informed_at == DT_NOEND)
		ag_freeze_store_inform(account->account_id, freeze->no, at);
	if (order->contact != NULL)
		add_contact(account, actor, appeal, order->contact, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_SUBMITTED, appeal, at);
	return appeal;
}

/* The closed case that may be taken up again, or its error.  Staff does so once, and not after the user. */
static AgAppeal *
require_reopenable(AgAccount *account, int no, bool senior, TimestampTz at)
{
	AgAppeal   *old = senior ? ag_appeal_load(account, no, at) : ag_appeal_load_known(account, no, at);
	AgAppealState state = ag_appeal_state(old, at);
	ListCell   *cell;

	if (state != AG_APPEAL_DENIED && state != AG_APPEAL_DISMISSED && state != AG_APPEAL_LAPSED)
		ereport(ERROR, ag_errcode(AG_ERR_APPEAL_STATE),
				errmsg("case %d is %s", no, ag_appeal_state_name(state)),
				errdetail("Denied, dismissed and lapsed cases can be taken up again."));
	foreach(cell, cases_so_far(account->account_id, old->freeze_no))
	{
		const AgAppeal *other = lfirst(cell);

		if (is_second_level(other) || (senior && other->previous != 0))
			ereport(ERROR, ag_errcode(AG_ERR_APPEALS_EXHAUSTED),
					errmsg("freeze %d has had its second level", old->freeze_no),
					errdetail("It is case %d.", other->no),
					errhint("Write to the support if there is something new."));
		if (other->previous == no)
			ereport(ERROR, ag_errcode(AG_ERR_APPEAL_STATE),
					errmsg("case %d was taken up again as case %d", no, other->no),
					errhint("Appeal, or have case %d taken up again when it is closed.", other->no));
	}
	if (!senior && !heard_before(account, old->freeze_no))
		ereport(ERROR, ag_errcode(AG_ERR_APPEAL_STATE),
				errmsg("case %d was no appeal of the user", no),
				errdetail("He has not appealed against freeze %d yet.", old->freeze_no),
				errhint("Appeal with acctguard.appeal_submit()."));
	return old;
}

AgAppeal *
ag_appeal_reopen(AgAccount *account, const AgActor *actor, int no, const char *statement,
				 const char *ticket, TimestampTz at)
{
	bool		senior = (actor->roles & (AG_ROLE_COMPLIANCE | AG_ROLE_OPERATOR)) != 0 &&
		ticket == NULL;
	AgAppeal   *old;
	AgAppeal   *appeal;
	AgAppeal   *open;
	AgFreeze   *freeze;
	const AgKind *kind;

	if (!senior)
		ag_appeal_require_owner(account, actor, ticket, 0, no, at);
	old = require_reopenable(account, no, senior, at);
	freeze = senior ? ag_freeze_load(account->account_id, old->freeze_no) : ag_appeal_known_freeze(old);
	kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	if (senior)
		ag_freeze_require_other_account(account, actor, kind);
	require_appealable(freeze, kind, at);
	require_in_time(freeze, kind, at);
	open = ag_appeal_open_case(account, freeze->no, at);
	if (open != NULL)
		refuse_open(open);
	if (!senior)
		require_allowed(account, freeze, kind, at);
	require_text(statement);

	appeal = ag_appeal_new(account, actor, freeze->no, "level2", at);
	appeal->previous = old->no;
	if (!senior)
	{
		appeal->appealed_at = at;
		appeal->locale = pstrdup(old->locale ? old->locale : account->locale);
		appeal->ticket = old->ticket;
	}
	ag_appeal_insert(account, appeal, actor, "reopen", statement, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_REOPENED, appeal, at);
	return appeal;
}

AgAppeal *
ag_appeal_open_review(AgAccount *account, const AgActor *actor, int freeze_no, const char *reason,
					  TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account->account_id, freeze_no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	AgAppeal   *appeal = ag_appeal_open_case(account, freeze_no, at);

	ag_freeze_require_other_account(account, actor, kind);
	if (freeze->vacated_at != DT_NOEND || !ag_freeze_effective(freeze))
		ereport(ERROR, ag_errcode(AG_ERR_NOT_APPEALABLE),
				errmsg("freeze %d cannot be reviewed", freeze_no),
				errdetail("It was annulled, or never in force."));
	if (appeal != NULL)
		refuse_open(appeal);
	appeal = ag_appeal_new(account, actor, freeze_no, "own_motion", at);
	ag_appeal_insert(account, appeal, actor, "open", reason, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_OPENED, appeal, at);
	return appeal;
}

static bool
has_successor(List *cases, int no)
{
	ListCell   *cell;

	foreach(cell, cases)
		if (((AgAppeal *) lfirst(cell))->previous == no)
		return true;
	return false;
}

/* Can the user have one of these cases taken up again? */
static bool
can_reopen(List *cases, TimestampTz at)
{
	bool		found = false;
	ListCell   *cell;

	foreach(cell, cases)
	{
		AgAppeal   *appeal = lfirst(cell);
		AgAppealState state = ag_appeal_state(appeal, at);

		if (is_second_level(appeal))
			return false;
		if ((state == AG_APPEAL_DENIED || state == AG_APPEAL_DISMISSED || state == AG_APPEAL_LAPSED) &&
			!has_successor(cases, appeal->no))
			found = true;
	}
	return found;
}

bool
ag_appeal_has_tries(const AgAppeal *appeal, TimestampTz at)
{
	return !is_exhausted(cases_so_far(appeal->account_id, appeal->freeze_no), at);
}

TimestampTz
ag_appeal_remedy_until(const AgFreeze *freeze, TimestampTz window_until, TimestampTz at)
{
	List	   *cases = cases_so_far(freeze->account_id, freeze->no);
	ListCell   *cell;

	foreach(cell, cases)
		if (ag_appeal_state_open(ag_appeal_state(lfirst(cell), at)))
		return DT_NOEND;
	if (is_exhausted(cases, at) && !can_reopen(cases, at))
		return DT_NOBEGIN;
	return window_until;
}
