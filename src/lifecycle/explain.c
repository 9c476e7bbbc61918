/*-------------------------------------------------------------------------
 *
 * explain.c
 *		Which records restrict an account, now or at a past instant; and what that
 *		comes to.
 *
 * Freezes keep every version of their terms, so their past is exact.  The lifecycle
 * is told from the times in the account's row: an account that was closed and
 * reopened does not show its closed time here (the ledger does).
 *
 * Reads only: account, standing, freeze_record, freeze_version, scope_freeze.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lifecycle/lifecycle.h"
#include "utils/array.h"
#include "utils/builtins.h"

#define EXPLAIN_COLUMNS 10

typedef struct Explanation
{
	const char *source;
	int			no;
	const char *kind;
	const char *reason;
	uint64		denied;
	uint64		challenged;
	uint64		monitored;
	TimestampTz since;
	TimestampTz until;
	uint32		lift_roles;
	List	   *next;
} Explanation;

static Datum
text_array(List *strings)
{
	Datum	   *values = palloc(sizeof(Datum) * Max(list_length(strings), 1));
	int			count = 0;
	ListCell   *cell;

	foreach(cell, strings)
		values[count++] = CStringGetTextDatum(lfirst(cell));
	return PointerGetDatum(construct_array(values, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Every record acts in one mode. */
static const char *
mode_of(const Explanation *e)
{
	if (e->denied != 0)
		return "deny";
	return e->challenged != 0 ? "challenge" : "monitor";
}

static void
put(ReturnSetInfo *rsinfo, const Explanation *e, uint64 asked)
{
	uint64		mask = e->denied | e->challenged | e->monitored;
	NullableDatum columns[EXPLAIN_COLUMNS] = {
		ag_text(e->source),
		ag_int4_or_null(e->no),
		ag_text(e->kind),
		ag_text(mode_of(e)),
		ag_datum(PointerGetDatum(ag_policy_mask_names(mask)), false),
		ag_time(e->since),
		ag_time(e->until),
		ag_text(e->reason),
		e->lift_roles == 0 ? ag_null() : ag_text(ag_role_names(e->lift_roles)),
		ag_datum(text_array(e->next), false)
	};
	Datum		values[EXPLAIN_COLUMNS];
	bool		nulls[EXPLAIN_COLUMNS];

	if (asked != 0 && (mask & asked) == 0)
		return;
	for (int i = 0; i < EXPLAIN_COLUMNS; i++)
	{
		values[i] = columns[i].value;
		nulls[i] = columns[i].isnull;
	}
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* What the lifecycle denied at an instant. */
static void
put_lifecycle(ReturnSetInfo *rsinfo, AgAccount *account, TimestampTz at, uint64 asked)
{
	Explanation e = {.source = "lifecycle", .until = DT_NOEND};
	AgStanding	row;

	/* Activated since: the account was pending then. */
	if (account->activated_at != DT_NOEND && at < account->activated_at &&
		account->state != AG_PENDING)
	{
		AgAccount	then = *account;

		then.state = AG_PENDING;
		if (ag_freeze_lifecycle_row(&then, &row) && row.starts_at <= at)
		{
			e.kind = ag_lifecycle_name(AG_PENDING);
			e.denied = row.denied;
			e.since = row.starts_at;
			e.until = account->activated_at;
			put(rsinfo, &e, asked);
		}
		return;
	}
	if (!ag_freeze_lifecycle_row(account, &row) || at < row.starts_at)
		return;
	e.kind = ag_lifecycle_name(ag_freeze_lifecycle_at(account, at));
	e.denied = row.denied;
	e.since = row.starts_at;
	put(rsinfo, &e, asked);
}

static void
put_restriction(ReturnSetInfo *rsinfo, const AgRestriction *r, uint64 asked)
{
	Explanation e = {
		.source = ag_part_name(r->part),
		.no = r->freeze_no,
		.kind = r->freeze->kind,
		.reason = r->freeze->reason,
		.denied = r->denied,
		.challenged = r->challenged,
		.monitored = r->monitored,
		.since = r->since,
		.until = r->until,
		.lift_roles = r->part == AG_PART_FREEZE ? r->kind->lift_roles : 0,
		.next = r->next
	};

	put(rsinfo, &e, asked);
}

static void
put_scope(ReturnSetInfo *rsinfo, const AgScope *scope, uint64 asked)
{
	Explanation e = {
		.source = "scope",
		.no = scope->no,
		.kind = scope->kind,
		.reason = scope->reason,
		.denied = scope->denied,
		.challenged = scope->challenged,
		.monitored = scope->monitored,
		.since = scope->starts_at,
		.until = scope->ends_at,
		.lift_roles = ag_policy_kind_version(scope->kind, scope->kind_version)->lift_roles,
		.next = list_make1("wait")
	};

	put(rsinfo, &e, asked);
}

/* One row per restriction in force at an instant, for one capability or all. */
void
ag_account_explain(ReturnSetInfo *rsinfo, int64 account_id, const char *capability, TimestampTz at)
{
	AgAccount  *account = ag_account_require(account_id);
	uint64		asked = capability == NULL ? 0
		: UINT64CONST(1) << ag_policy_capability_bit(capability);
	ListCell   *cell;

	put_lifecycle(rsinfo, account, at, asked);
	foreach(cell, ag_freeze_restrictions(account_id, at))
		put_restriction(rsinfo, lfirst(cell), asked);
	foreach(cell, ag_scope_list_at(account, at))
	{
		const AgScope *scope = lfirst(cell);

		if (scope->starts_at <= at)
			put_scope(rsinfo, scope, asked);
	}
}

/*
 * What is denied and challenged at an instant, and when that changes next: the
 * earliest start or end that lies ahead.
 */
void
ag_account_standing(const AgAccount *account, TimestampTz at, uint64 *denied,
					uint64 *challenged, TimestampTz *until)
{
	ListCell   *cell;

	*denied = *challenged = 0;
	*until = DT_NOEND;
	foreach(cell, ag_standing_list(account->account_id))
	{
		AgStanding *row = lfirst(cell);

		if (at < row->starts_at)
			*until = Min(*until, row->starts_at);
		else if (at < row->ends_at)
		{
			*until = Min(*until, row->ends_at);
			*denied |= row->denied;
			*challenged |= row->challenged;
		}
	}
	foreach(cell, ag_scope_list_at(account, at))
	{
		const AgScope *scope = lfirst(cell);

		if (at < scope->starts_at)
			*until = Min(*until, scope->starts_at);
		else
		{
			*until = Min(*until, scope->ends_at);
			*denied |= scope->denied;
			*challenged |= scope->challenged;
		}
	}
	*denied &= ~ag_policy_floor();
}
