/*-------------------------------------------------------------------------
 *
 * appeal_case.c
 *		One case: reading it with what the clock decided, changing it, closing it.
 *
 * Whoever changes a case first writes down what the clock has decided meanwhile: that
 * the appeal lapsed, that the review goes on without material, that the case is overdue
 * and what its kind says about that.  That changes no answer; states are derived with or
 * without it.
 *
 * Whatever changes a case may move the time at which it is overdue; what will happen then is
 * planned anew with every change.
 *
 * Every change is one step: the row, a row of appeal_step, an event.
 *
 * Locks: the caller holds the account's.  Tables: appeal, appeal_step; freeze_record and
 * standing through ag_freeze_plan().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "utils/builtins.h"

#define CLOCK "clock"

AgFields *
ag_appeal_fields(const AgAppeal *appeal, TimestampTz at)
{
	AgFields   *fields = ag_fields_new();

	ag_field_int(fields, "appeal", appeal->no);
	ag_field_int(fields, "freeze", appeal->freeze_no);
	ag_field_text(fields, "origin", appeal->origin);
	ag_field_text(fields, "state", ag_appeal_state_name(ag_appeal_state(appeal, at)));
	ag_field_time(fields, "due_at", appeal->due_at);
	ag_field_time(fields, "ask_until", appeal->ask_until);
	ag_field_text(fields, "decision", appeal->decision);
	if (appeal->previous != 0)
		ag_field_int(fields, "previous", appeal->previous);
	return fields;
}

void
ag_appeal_emit(AgAccount *account, AgAction action, const AgAppeal *appeal, TimestampTz at)
{
	ag_account_emit(account, action, NULL, NULL, NULL, ag_appeal_fields(appeal, at));
}

static void
add_step(AgAppeal *appeal, const char *role, const char *person, const char *what,
		 const char *decision, const char *body, TimestampTz at)
{
	AgAppealStep step = {
		.step = appeal->steps,
		.at = at,
		.what = pstrdup(what),
		.decision = decision ? pstrdup(decision) : NULL,
		.state = pstrdup(ag_appeal_state_name(ag_appeal_state(appeal, at))),
		.role = pstrdup(role),
		.person = pstrdup(person)
	};

	if (body != NULL)
		step.body = ag_appeal_seal_text("appeal_step.body", appeal->account_id, appeal->no,
										appeal->steps, body);
	ag_appeal_store_add_step(appeal, &step);
}

/* The time of a freeze since its start, but what was spent waiting for material before it was over. */
static TimestampTz
after_wait(TimestampTz due, const AgFreeze *freeze, TimestampTz from, TimestampTz until)
{
	return due <= from ? due : due + Max(until - Max(from, freeze->starts_at), 0);
}

/*
 * The freeze has its own time for review, from its start: the case may have come from another
 * freeze, or the start may have moved.  DT_NOBEGIN = its kind demands no review; DT_NOEND =
 * the case lapses before.
 */
static TimestampTz
freeze_due(const AgAppeal *appeal)
{
	const AgFreeze *freeze = ag_freeze_load(appeal->account_id, appeal->freeze_no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	const char *awaiting = ag_appeal_state_name(AG_APPEAL_AWAITING);
	TimestampTz since = DT_NOEND;
	TimestampTz due;
	ListCell   *cell;

	if (kind->review_due < 0)
		return DT_NOBEGIN;
	due = ag_time_plus(freeze->starts_at, kind->review_due);
	if (appeal->rounds > 0)
		foreach(cell, ag_appeal_store_steps(appeal->account_id, appeal->no))
	{
		const AgAppealStep *step = lfirst(cell);

		if (strcmp(step->state, awaiting) == 0)
			since = Min(since, step->at);
		else if (since != DT_NOEND)
		{
			due = after_wait(due, freeze, since, step->at);
			since = DT_NOEND;
		}
	}
	if (appeal->asked_at == DT_NOEND)
		return due;
	if (due > appeal->asked_at && ag_appeal_lapses(appeal))
		return DT_NOEND;
	return after_wait(due, freeze, appeal->asked_at, appeal->ask_until);
}

/*
 * What the clock will do when the case is overdue, and its freeze has had its time, follows
 * from the case as it is now: the freeze is told, and so is the case if nothing of it will be
 * left.  A case that was overdue before will be so for the freeze that it has come to.
 */
static void
plan(AgAccount *account, AgAppeal *appeal, TimestampTz at)
{
	TimestampTz due = Max(ag_appeal_breach_at(appeal), freeze_due(appeal));
	bool		lifts;
	TimestampTz begins = ag_freeze_plan(account, appeal->freeze_no, due, at, &lifts);
	bool		coming = begins > at && begins != DT_NOEND;

	if (appeal->moot_at <= at)
		return;
	if (coming)
		appeal->breached_at = DT_NOEND;
	appeal->moot_at = coming && lifts &&
		ag_strike_points(account->account_id, appeal->freeze_no, begins) == 0 ? begins : DT_NOEND;
}

void
ag_appeal_replan(AgAccount *account, AgAppeal *appeal, TimestampTz at)
{
	TimestampTz moot_at = appeal->moot_at;
	TimestampTz breached_at = appeal->breached_at;

	plan(account, appeal, at);
	if (appeal->moot_at == moot_at && appeal->breached_at == breached_at)
		return;
	appeal->version++;
	ag_appeal_store_update(appeal);
}

/* as_of: when it happened; at: when it is written.  The plan counts the steps with this one. */
static void
write_step(AgAccount *account, AgAppeal *appeal, const AgActor *actor, const char *what,
		   const char *decision, const char *body, TimestampTz as_of, TimestampTz at)
{
	appeal->version++;
	appeal->steps++;
	appeal->changed_at = at;
	add_step(appeal, actor->role, actor->person, what, decision, body, as_of);
	plan(account, appeal, at);
	ag_appeal_store_update(appeal);
}

void
ag_appeal_write(AgAccount *account, AgAppeal *appeal, const AgActor *actor, const char *what,
				const char *decision, const char *body, TimestampTz at)
{
	write_step(account, appeal, actor, what, decision, body, at, at);
}

/* The SLA of the freeze's kind; DT_NOEND = none. */
TimestampTz
ag_appeal_sla(int64 account_id, int freeze_no, TimestampTz at)
{
	AgFreeze   *freeze = ag_freeze_load(account_id, freeze_no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);

	if (kind->review_due >= 0)
		return ag_time_plus(Max(at, freeze->starts_at), kind->review_due);
	if (strcmp(kind->lift_policy, "authority") == 0)
		return DT_NOEND;
	return ag_time_plus(at, ag_policy_setting(AG_SETTING_APPEAL_DUE));
}

/* A new case in memory; ag_appeal_insert() writes it. */
AgAppeal *
ag_appeal_new(AgAccount *account, const AgActor *actor, int freeze_no, const char *origin,
			  TimestampTz at)
{
	AgAppeal   *appeal = palloc0(sizeof(AgAppeal));

	appeal->account_id = account->account_id;
	appeal->no = ag_account_next_child(account);
	appeal->freeze_no = freeze_no;
	appeal->origin = pstrdup(origin);
	appeal->version = appeal->steps = 1;
	appeal->opened_at = appeal->changed_at = at;
	appeal->opened_by = pstrdup(actor->person);
	appeal->opened_role = pstrdup(actor->role);
	appeal->appealed_at = appeal->retracted_at = appeal->claimed_at = appeal->claim_until = DT_NOEND;
	appeal->asked_at = appeal->ask_until = appeal->decided_at = appeal->terms_ends_at = DT_NOEND;
	appeal->sign_until = appeal->signed_at = appeal->closed_at = DT_NOEND;
	appeal->breached_at = appeal->moot_at = DT_NOEND;
	appeal->parties = ag_appeal_store_parties(account->account_id, freeze_no, appeal->no, NULL);
	appeal->due_at = ag_appeal_sla(account->account_id, freeze_no, at);
	return appeal;
}

void
ag_appeal_insert(AgAccount *account, AgAppeal *appeal, const AgActor *actor, const char *what,
				 const char *body, TimestampTz at)
{
	plan(account, appeal, at);
	ag_appeal_store_insert(appeal);
	add_step(appeal, actor->role, actor->person, what, NULL, body, at);
}

void
ag_appeal_close(AgAppeal *appeal, const char *outcome, const char *person, TimestampTz at)
{
	appeal->outcome = pstrdup(outcome);
	appeal->closed_at = at;
	appeal->closed_by = pstrdup(person);
}

static const AgActor clock_actor = {.role = CLOCK, .person = CLOCK};

/* Material did not come in time. */
static bool
settle_waiting(AgAccount *account, AgAppeal *appeal, TimestampTz at)
{
	TimestampTz until = appeal->ask_until;

	if (appeal->asked_at == DT_NOEND || at < until)
		return false;
	if (ag_appeal_lapses(appeal))
	{
		ag_appeal_close(appeal, "lapsed", CLOCK, until);
		write_step(account, appeal, &clock_actor, "lapse", NULL, NULL, until, at);
		ag_appeal_emit(account, AG_ACTION_APPEAL_LAPSED, appeal, at);
		ag_appeal_open_missing(account, &clock_actor, appeal->freeze_no, at);
		return true;
	}
	ag_appeal_stop_waiting(appeal, at);
	write_step(account, appeal, &clock_actor, "resume", NULL, NULL, until, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_RESUMED, appeal, at);
	return true;
}

/* It became overdue: what the kind says about that has happened then, or later, and is told now. */
static bool
settle_overdue(AgAccount *account, AgAppeal *appeal, TimestampTz at)
{
	TimestampTz due = ag_appeal_breach_at(appeal);
	AgFreeze   *freeze;
	const AgKind *kind;
	const char *policy;
	AgFields   *after;

	if (appeal->breached_at != DT_NOEND || at < due)
		return false;
	freeze = ag_freeze_load(account->account_id, appeal->freeze_no);
	if (ag_freeze_plan_begins(freeze) != DT_NOEND)
		due = Max(due, ag_freeze_plan_begins(freeze));
	if (at < due)
		return false;
	kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	policy = kind->breach == NULL ? "notify" : kind->breach;
	appeal->breached_at = due;
	write_step(account, appeal, &clock_actor, "breach", policy, NULL, due, at);
	after = ag_appeal_fields(appeal, due);
	ag_field_text(after, "policy", policy);
	ag_field_time(after, "at", due);
	ag_account_emit(account, AG_ACTION_APPEAL_OVERDUE, NULL, NULL, NULL, after);
	if (appeal->moot_at <= at)
	{
		ag_appeal_close(appeal, "moot", CLOCK, appeal->moot_at);
		write_step(account, appeal, &clock_actor, "moot", NULL, NULL, appeal->moot_at, at);
		ag_appeal_emit(account, AG_ACTION_APPEAL_MOOT, appeal, at);
	}
	return true;
}

/* Write down what the clock decided about a case; true if there was something. */
bool
ag_appeal_settle(AgAccount *account, AgAppeal *appeal, TimestampTz at)
{
	bool		done;

	if (appeal->closed_at != DT_NOEND)
		return false;
	done = settle_waiting(account, appeal, at);
	return settle_overdue(account, appeal, at) || done;
}

/* The time that was spent waiting for material does not count. */
void
ag_appeal_stop_waiting(AgAppeal *appeal, TimestampTz at)
{
	appeal->due_at = ag_appeal_due(appeal, at);
	appeal->asked_at = appeal->ask_until = DT_NOEND;
	appeal->reminders = 0;
}

void
ag_appeal_drop_claim(AgAppeal *appeal)
{
	appeal->claimed_at = appeal->claim_until = DT_NOEND;
	appeal->claimed_by = NULL;
}

void
ag_appeal_drop_decision(AgAppeal *appeal)
{
	appeal->decision = appeal->decided_by = appeal->decided_role = NULL;
	appeal->decided_at = appeal->sign_until = appeal->terms_ends_at = DT_NOEND;
	appeal->decided_automated = appeal->unfounded = appeal->terms_end = false;
	appeal->terms_capabilities = NULL;
}

/*
 * Who takes part in what the case is about, as it is known now.  If whoever decided it turns
 * out to be one of them, his decision drops out, as when the case moves to another freeze.
 */
void
ag_appeal_refresh_parties(AgAccount *account, AgAppeal *appeal, TimestampTz at)
{
	const AgActor clock = {.role = "clock", .person = "clock"};

	appeal->parties = ag_appeal_store_parties(account->account_id, appeal->freeze_no, appeal->no,
											  appeal->parties);
	if (appeal->decided_by == NULL || !ag_appeal_store_is_party(appeal->parties, appeal->decided_by))
		return;
	ag_appeal_drop_claim(appeal);
	ag_appeal_drop_decision(appeal);
	ag_appeal_write(account, appeal, &clock, "move", NULL, NULL, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_MOVED, appeal, at);
}

/* Never returns; its result is for those who read the callers. */
static AgAppeal *
refuse_unknown(int64 account_id, int no)
{
	ereport(ERROR, ag_errcode(AG_ERR_APPEAL_UNKNOWN),
			errmsg("account " INT64_FORMAT " has no case %d", account_id, no),
			ag_actor_serves_user(ag_actor()) ? errhint("See acctguard.appeal_status(account_id).") :
			errhint("See acctguard.appeal_queue()."));
	return NULL;
}

AgAppeal *
ag_appeal_load(AgAccount *account, int no, TimestampTz at)
{
	AgAppeal   *appeal = ag_appeal_store_read(account->account_id, no);

	if (appeal == NULL)
		return refuse_unknown(account->account_id, no);
	(void) ag_appeal_settle(account, appeal, at);
	return appeal;
}

/*
 * The freeze that a case is about, as its user knows it: a case that he takes part in may
 * have moved to one that he must not know of, and is still about the one before.
 */
AgFreeze *
ag_appeal_known_freeze(const AgAppeal *appeal)
{
	AgFreeze   *freeze = ag_freeze_load(appeal->account_id, appeal->freeze_no);

	while (!ag_freeze_known(freeze))
	{
		if (appeal->appealed_at == DT_NOEND || freeze->replaces == 0)
			return NULL;
		freeze = ag_freeze_load(appeal->account_id, freeze->replaces);
	}
	return freeze;
}

/* The same for its user: a case about what he must not know of is not there. */
AgAppeal *
ag_appeal_load_known(AgAccount *account, int no, TimestampTz at)
{
	AgAppeal   *appeal = ag_appeal_store_read(account->account_id, no);

	if (appeal == NULL || ag_appeal_known_freeze(appeal) == NULL)
		return refuse_unknown(account->account_id, no);
	(void) ag_appeal_settle(account, appeal, at);
	return appeal;
}

/* The open case of a freeze, NULL if there is none. */
AgAppeal *
ag_appeal_open_case(AgAccount *account, int freeze_no, TimestampTz at)
{
	List	   *cases = ag_appeal_store_of_freeze(account->account_id, freeze_no);
	bool		settled = false;
	ListCell   *cell;

	foreach(cell, cases)
		settled |= ag_appeal_settle(account, lfirst(cell), at);
	if (settled)				/* which may have opened the review that is demanded */
		cases = ag_appeal_store_of_freeze(account->account_id, freeze_no);
	foreach(cell, cases)
		if (ag_appeal_state_open(ag_appeal_state(lfirst(cell), at)))
		return lfirst(cell);
	return NULL;
}

List *
ag_appeal_list(int64 account_id)
{
	return ag_appeal_store_list(account_id);
}

void
ag_appeal_require(const AgAppeal *appeal, AgAppealEvent event, TimestampTz at)
{
	AgAppealState state = ag_appeal_state(appeal, at);

	if (ag_appeal_rule_find(state, event))
		return;
	ereport(ERROR, ag_errcode(AG_ERR_APPEAL_STATE),
			errmsg("case %d is %s", appeal->no, ag_appeal_state_name(state)),
			errdetail("From this state there is no \"%s\".", ag_appeal_event_name(event)),
			ag_actor_serves_user(ag_actor()) ? errhint("See acctguard.appeal_status(account_id).") :
			errhint("See acctguard.appeal_transitions() for what is possible."));
}

AgKeyResult
ag_appeal_open_step(const AgAppeal *appeal, const AgAppealStep *step, char **text)
{
	*text = NULL;
	if (step->body == NULL)
		return AG_KEY_OK;
	return ag_appeal_open_text("appeal_step.body", appeal->account_id, appeal->no, step->step,
							   step->body, text);
}
