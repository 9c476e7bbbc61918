/*-------------------------------------------------------------------------
 *
 * appeal_status.c
 *		What the user is told about his appeals: state, when to expect a decision, what
 *		is wanted, what was decided and why, what he can still do.
 *
 * Names of reviewers never appear here.  Without a key what was written is left out
 * and "sealed" says so.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"

/* The last step of a kind, NULL if there is none. */
static const AgAppealStep *
last_step(List *steps, const char *what)
{
	const AgAppealStep *last = NULL;
	ListCell   *cell;

	foreach(cell, steps)
		if (strcmp(((AgAppealStep *) lfirst(cell))->what, what) == 0)
		last = lfirst(cell);
	return last;
}

/* What somebody wrote in a step; without a key only that he did. */
static void
put_text(AgJson *json, const char *name, const AgAppeal *appeal, const AgAppealStep *step)
{
	char	   *text;

	if (step == NULL || step->body == NULL)
		return;
	if (ag_appeal_open_step(appeal, step, &text) == AG_KEY_OK)
		ag_json_text(json, name, text);
	else
		ag_json_bool(json, "sealed", true);
}

/* What the user can do now, best first. */
static List *
next_steps(const AgAppeal *appeal, AgAppealState state, TimestampTz remedy_until, TimestampTz at)
{
	List	   *next = NIL;

	if (state == AG_APPEAL_AWAITING)
		next = lappend(next, "send_material");
	if (ag_appeal_state_open(state))
	{
		if (state != AG_APPEAL_SIGNOFF && state != AG_APPEAL_AWAITING)
			next = lappend(next, "supplement");
		if (ag_appeal_is_heard(appeal))
			next = lappend(next, "withdraw");
		else if (appeal->appealed_at == DT_NOEND && state != AG_APPEAL_SIGNOFF)
			next = lappend(next, "appeal");
		return lappend(next, "wait");
	}
	if ((state == AG_APPEAL_DENIED || state == AG_APPEAL_DISMISSED || state == AG_APPEAL_LAPSED) &&
		at < remedy_until && remedy_until != DT_NOEND)
		next = lappend(next, appeal->appealed_at == DT_NOEND && ag_appeal_has_tries(appeal, at) ?
					   "appeal" : "reopen");
	return next;
}

static void
put_decision(AgJson *json, const AgAppeal *appeal, List *steps)
{
	put_text(json, "reasons", appeal, last_step(steps, "decide"));
	if (appeal->terms_end)
		ag_json_bool(json, "freeze_ends", true);
	ag_json_time(json, "freeze_until", appeal->terms_ends_at);
	if (appeal->terms_capabilities != NULL)
		ag_json_list(json, "still_refused", ag_text_array_list(appeal->terms_capabilities));
}

/* One case as its user may see it, about the freeze that he knows. */
static char *
case_json(const AgAppeal *appeal, const AgFreeze *freeze, TimestampTz at)
{
	AgAppealState state = ag_appeal_state(appeal, at);
	List	   *steps = ag_appeal_store_steps(appeal->account_id, appeal->no);
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	TimestampTz remedy_until = ag_freeze_final_at(freeze, kind, at);
	AgJson		json;

	ag_json_begin(&json);
	ag_json_int(&json, "appeal", appeal->no);
	ag_json_int(&json, "freeze", freeze->no);
	ag_json_text(&json, "origin", appeal->origin);
	ag_json_text(&json, "state", ag_appeal_state_name(state));
	ag_json_time(&json, "opened_at", appeal->opened_at);
	ag_json_time(&json, "appealed_at", appeal->appealed_at);
	ag_json_time(&json, "withdrawn_at", appeal->retracted_at);
	ag_json_int(&json, "items", appeal->items);
	if (ag_appeal_state_open(state))
	{
		ag_json_time(&json, "expected_by", ag_appeal_due(appeal, at));
		ag_json_bool(&json, "overdue", ag_appeal_overdue(appeal, at));
	}
	if (state == AG_APPEAL_AWAITING)
	{
		put_text(&json, "wanted", appeal, last_step(steps, "ask"));
		ag_json_time(&json, "wanted_until", appeal->ask_until);
	}
	ag_json_time(&json, "closed_at", ag_appeal_over_at(appeal, at));
	if (appeal->closed_at <= at && ag_appeal_decided(appeal) && ag_freeze_disclosed(freeze, at))
		put_decision(&json, appeal, steps);
	ag_json_list(&json, "next", next_steps(appeal, state, remedy_until, at));
	if (!ag_appeal_state_open(state) && at < remedy_until)
		ag_json_time(&json, "remedy_until", remedy_until);
	return ag_json_end(&json);
}

char *
ag_appeal_status(int64 account_id, int no, TimestampTz at)
{
	List	   *cases = NIL;
	ListCell   *cell;

	foreach(cell, ag_appeal_store_list(account_id))
	{
		const AgAppeal *appeal = lfirst(cell);
		AgFreeze   *freeze = no == 0 || appeal->no == no ? ag_appeal_known_freeze(appeal) : NULL;

		if (freeze != NULL)
			cases = lappend(cases, case_json(appeal, freeze, at));
	}
	return ag_json_array(cases);
}
