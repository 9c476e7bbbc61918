/*-------------------------------------------------------------------------
 *
 * freeze_explain.c
 *		What restricts an account at an instant, by which record, and what then.
 *
 * The answer comes from the records, not from standing, so it can be given for any
 * past instant as well: with the terms that were in force then, and without what
 * was only decided later.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "freeze/decision.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

static const AgFreeze *
find_freeze(List *freezes, int no)
{
	ListCell   *cell;

	foreach(cell, freezes)
		if (((AgFreeze *) lfirst(cell))->no == no)
		return lfirst(cell);
	elog(ERROR, "freeze %d is not in the list it came from", no);
}

/* What the user can do about a restriction, best first. */
static List *
next_steps(const AgRestriction *restriction)
{
	const AgKind *kind = restriction->kind;
	List	   *next = NIL;

	if (restriction->part == AG_PART_ACKNOWLEDGE)
		return list_make1("acknowledge_rules");
	if (restriction->part == AG_PART_FREEZE)
	{
		if (ag_freeze_is_self(kind))
			next = lappend(next, "lift_yourself");
		if (ag_freeze_ends_on(restriction->freeze, kind, "identity_verified"))
			next = lappend(next, "verify_identity");
		if (ag_freeze_ends_on(restriction->freeze, kind, "verified_login"))
			next = lappend(next, "log_in_verified");
		if (restriction->freeze->appealable && restriction->disclosed)
			next = lappend(next, "appeal");
	}
	if (restriction->until != DT_NOEND)
		next = lappend(next, "wait");
	if (next == NIL)
		next = lappend(next, "contact_support");
	return next;
}

bool
ag_freeze_disclosed(const AgFreeze *freeze, TimestampTz at)
{
	return freeze->disclose_at == DT_NOEND || freeze->disclose_at <= at;
}

static AgRestriction *
new_restriction(List *freezes, const AgStanding *row, TimestampTz at)
{
	AgRestriction *restriction = palloc0(sizeof(AgRestriction));
	const AgFreeze *freeze = find_freeze(freezes, row->freeze_no);

	restriction->part = row->part;
	restriction->freeze_no = row->freeze_no;
	restriction->freeze = freeze;
	restriction->kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	restriction->reason = ag_policy_reason(freeze->reason);
	restriction->since = row->starts_at;
	restriction->until = row->ends_at;
	restriction->denied = row->denied;
	restriction->challenged = row->challenged;
	restriction->monitored = row->monitored;
	restriction->rule = row->rule;
	restriction->visible = restriction->kind->visible;
	restriction->disclosed = restriction->visible && ag_freeze_disclosed(freeze, at);
	restriction->next = next_steps(restriction);
	return restriction;
}

List *
ag_freeze_restrictions(int64 account_id, TimestampTz at)
{
	List	   *freezes = ag_freeze_list_at(account_id, at);
	List	   *restrictions = NIL;
	ListCell   *cell;

	/* What was annulled later had its consequences until then. */
	foreach(cell, freezes)
	{
		AgFreeze   *freeze = lfirst(cell);

		if (freeze->vacated_at > at)
			freeze->vacated_at = DT_NOEND;
	}
	foreach(cell, ag_freeze_follow(freezes, ag_acknowledgment_list(account_id), at))
	{
		AgStanding *row = lfirst(cell);

		/* Within the hours that the user left himself nothing is refused. */
		if (ag_interval_contains(row->starts_at, row->ends_at, at) &&
			ag_rule_holds(row->rule, at, NULL))
			restrictions = lappend(restrictions, new_restriction(freezes, row, at));
	}
	return restrictions;
}

const char *
ag_part_name(char part)
{
	switch (part)
	{
		case AG_PART_LIFECYCLE:
			return "lifecycle";
		case AG_PART_FREEZE:
			return "freeze";
		case AG_PART_PROBATION:
			return "probation";
		case AG_PART_ACKNOWLEDGE:
			return "acknowledgment";
		default:
			return "scope";
	}
}

/* Texts of a list as an array. */
static Datum
text_array(List *texts)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(list_length(texts), 1));
	ListCell   *cell;

	foreach(cell, texts)
		elements[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	return PointerGetDatum(construct_array(elements, list_length(texts), TEXTOID, -1, false,
										   TYPALIGN_INT));
}

/* Who lifts it, as role names. */
static Datum
role_array(uint32 roles)
{
	List	   *names = NIL;

	for (int i = 0; i < AG_ROLE_COUNT; i++)
		if (roles & (1 << i))
			names = lappend(names, pstrdup(ag_role_name((AgRole) (1 << i))));
	return text_array(names);
}

static void
put_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	values[column] = text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

void
ag_restriction_values(const AgRestriction *restriction, Datum *values, bool *nulls)
{
	const AgFreeze *freeze = restriction->freeze;
	uint64		mask = restriction->denied | restriction->challenged | restriction->monitored;

	memset(nulls, false, sizeof(bool) * AG_RESTRICTION_COLUMNS);
	put_text(values, nulls, 0, ag_part_name(restriction->part));
	values[1] = Int32GetDatum(restriction->freeze_no);
	put_text(values, nulls, 2, freeze->kind);
	put_text(values, nulls, 3, restriction->denied ? "deny" :
			 restriction->challenged ? "challenge" : "monitor");
	values[4] = PointerGetDatum(ag_policy_mask_names(mask));
	values[5] = TimestampTzGetDatum(restriction->since);
	values[6] = TimestampTzGetDatum(restriction->until);
	nulls[6] = restriction->until == DT_NOEND;
	put_text(values, nulls, 7, freeze->reason);
	put_text(values, nulls, 8, freeze->facts);
	put_text(values, nulls, 9, freeze->ground);
	values[10] = role_array(restriction->part == AG_PART_FREEZE ? restriction->kind->lift_roles : 0);
	values[11] = text_array(restriction->next);
	values[12] = BoolGetDatum(restriction->visible);
	values[13] = BoolGetDatum(restriction->disclosed);
	nulls[14] = restriction->rule == NULL;
	values[14] = restriction->rule == NULL ? (Datum) 0 :
		DirectFunctionCall1(jsonb_in, CStringGetDatum(restriction->rule));
}
