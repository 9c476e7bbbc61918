/*-------------------------------------------------------------------------
 *
 * appeal_file.c
 *		The account's record beside the case: what the reviewer has to know.
 *
 * Freezes with every version of their terms, strikes and warnings, risk signals, and
 * the other cases, as JSON.  What people wrote in other cases is not part of it.
 *
 * Reads only: freeze_record, freeze_version, strike, risk_event, appeal.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"

static char *
freeze_json(const AgFreeze *freeze, TimestampTz at)
{
	AgFreezeState state = ag_freeze_state(freeze, at);
	AgJson		json;

	ag_json_begin(&json);
	ag_json_int(&json, "freeze", freeze->no);
	ag_json_text(&json, "kind", freeze->kind);
	ag_json_text(&json, "reason", freeze->reason);
	ag_json_text(&json, "state", ag_freeze_state_name(state));
	if (state == AG_FREEZE_ENDED)
		ag_json_text(&json, "end_reason", ag_freeze_end_reason(freeze));
	ag_json_time(&json, "starts_at", freeze->starts_at);
	ag_json_time(&json, "ends_at", freeze->ends_at);
	ag_json_time(&json, "ended_at", Min(freeze->ended_at, ag_freeze_lifted_at(freeze, at)));
	ag_json_time(&json, "vacated_at", freeze->vacated_at);
	ag_json_text(&json, "issued_by", freeze->issued_by);
	ag_json_text(&json, "approved_by", freeze->approved_by);
	ag_json_bool(&json, "automated", freeze->automated);
	ag_json_text(&json, "facts", freeze->facts);
	ag_json_text(&json, "note", freeze->note);
	ag_json_raw(&json, "versions", ag_appeal_store_versions(freeze->account_id, freeze->no));
	return ag_json_end(&json);
}

/* Another case, by its outcome. */
static char *
other_json(const AgAppeal *appeal, TimestampTz at)
{
	AgJson		json;

	ag_json_begin(&json);
	ag_json_int(&json, "appeal", appeal->no);
	ag_json_int(&json, "freeze", appeal->freeze_no);
	ag_json_text(&json, "origin", appeal->origin);
	ag_json_text(&json, "state", ag_appeal_state_name(ag_appeal_state(appeal, at)));
	ag_json_time(&json, "opened_at", appeal->opened_at);
	ag_json_time(&json, "closed_at", ag_appeal_over_at(appeal, at));
	ag_json_text(&json, "decided_by", appeal->decided_by);
	ag_json_text(&json, "signed_by", appeal->signed_by);
	if (appeal->unfounded)
		ag_json_bool(&json, "manifestly_unfounded", true);
	return ag_json_end(&json);
}

char *
ag_appeal_file(const AgAppeal *appeal, TimestampTz at)
{
	List	   *freezes = NIL;
	List	   *others = NIL;
	AgJson		json;
	ListCell   *cell;

	foreach(cell, ag_freeze_list(appeal->account_id))
		freezes = lappend(freezes, freeze_json(lfirst(cell), at));
	foreach(cell, ag_appeal_store_list(appeal->account_id))
		if (((AgAppeal *) lfirst(cell))->no != appeal->no)
		others = lappend(others, other_json(lfirst(cell), at));

	ag_json_begin(&json);
	ag_json_int(&json, "account", appeal->account_id);
	ag_json_int(&json, "appeal", appeal->no);
	ag_json_int(&json, "freeze", appeal->freeze_no);
	ag_json_text(&json, "state", ag_appeal_state_name(ag_appeal_state(appeal, at)));
	ag_json_int(&json, "version", appeal->version);
	ag_json_time(&json, "due_at", ag_appeal_due(appeal, at));
	ag_json_bool(&json, "appealed", ag_appeal_is_heard(appeal));
	ag_json_int(&json, "strike_points",
				ag_strike_points(appeal->account_id, appeal->freeze_no, at));
	ag_json_raw(&json, "freezes", ag_json_array(freezes));
	ag_json_raw(&json, "strikes", ag_appeal_store_strikes(appeal->account_id));
	ag_json_raw(&json, "risk", ag_appeal_store_risk(appeal->account_id));
	ag_json_raw(&json, "other_cases", ag_json_array(others));
	return ag_json_end(&json);
}
