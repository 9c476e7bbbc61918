/*-------------------------------------------------------------------------
 *
 * freeze_standing.c
 *		From the freezes of an account to its rows of standing.
 *
 * Every freeze leaves up to four rows, all written in the transaction that
 * changes it, so that none of them waits for a worker:
 *
 *	- the freeze itself, [start, end) without its stays: the piece that runs now,
 *	  or the next one, and the one after that, if a rest lies between them;
 *	- its probation, starting at its end, to the microsecond;
 *	- the acknowledgment it asks for, from its end until it is given.
 *
 * Freezes without end have no rows of what follows until they are ended.  A
 * probation stands still while a total freeze (one that denies everything) runs,
 * where the kind says so; therefore the rows of one freeze depend on the others,
 * and all are derived together.
 *
 * ag_freeze_follow() is a pure function of records and an instant; explain() asks
 * it about the past.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"

/* What the derivation of one freeze needs to know of the others. */
typedef struct Derivation
{
	TimestampTz at;
	AgSpan	   *totals;			/* spans in which everything is denied, by start */
	int			total_count;
	List	   *acknowledgments;
	List	   *rows;
} Derivation;

static int
compare_spans(const void *a, const void *b)
{
	TimestampTz left = ((const AgSpan *) a)->from;
	TimestampTz right = ((const AgSpan *) b)->from;

	return left < right ? -1 : left > right;
}

/* The spans of all total freezes, sorted by their start. */
static void
collect_totals(Derivation *derivation, List *freezes)
{
	int			room = 0;
	ListCell   *cell;

	foreach(cell, freezes)
		room += ((AgFreeze *) lfirst(cell))->stay_count + 1;
	derivation->totals = palloc(sizeof(AgSpan) * Max(room, 1));
	derivation->total_count = 0;
	foreach(cell, freezes)
	{
		AgFreeze   *freeze = lfirst(cell);

		if (ag_freeze_is_total(freeze, ag_policy_kind_version(freeze->kind, freeze->kind_version)))
			derivation->total_count +=
				ag_freeze_pieces(freeze, derivation->totals + derivation->total_count);
	}
	qsort(derivation->totals, derivation->total_count, sizeof(AgSpan), compare_spans);
}

/* Nothing is written that is over, or that acts on nothing. */
static void
add_row(Derivation *derivation, const AgFreeze *freeze, char part, uint64 mask, const char *mode,
		AgSpan span)
{
	AgStanding *row;

	if (mask == 0 || span.until <= derivation->at || span.until <= span.from)
		return;
	row = palloc0(sizeof(AgStanding));
	row->freeze_no = freeze->no;
	row->part = part;
	if (strcmp(mode, "challenge") == 0)
		row->challenged = mask;
	else if (strcmp(mode, "monitor") == 0)
		row->monitored = mask;
	else
		row->denied = mask;
	row->starts_at = span.from;
	row->ends_at = span.until;
	row->rule = part == AG_PART_FREEZE || part == AG_PART_RESUMED ? freeze->rule : NULL;
	derivation->rows = lappend(derivation->rows, row);
}

/* Sessions cannot be used while it lasts, whatever else it denies: its row says that, too. */
static void
add_lock(Derivation *derivation, const AgFreeze *freeze, char part, AgSpan span)
{
	uint64		use = UINT64CONST(1) << ag_policy_capability_bit("session.use");
	AgStanding *last = derivation->rows == NIL ? NULL : llast(derivation->rows);

	if (last != NULL && last->freeze_no == freeze->no && last->part == part)
		last->denied |= use;
	else
		add_row(derivation, freeze, part, use, "deny", span);
}

static void
add_piece(Derivation *derivation, const AgFreeze *freeze, const AgKind *kind, char part, AgSpan piece)
{
	add_row(derivation, freeze, part, freeze->denies, kind->mode, piece);
	if (ag_freeze_locks_sessions(freeze, kind))
		add_lock(derivation, freeze, part, piece);
}

/*
 * The freeze's own rows: the piece that is not over yet and comes first, and the next.  There
 * are no more: only the rest begins after now.
 */
static void
add_freeze(Derivation *derivation, const AgFreeze *freeze, const AgKind *kind)
{
	AgSpan	   *pieces = palloc(sizeof(AgSpan) * (freeze->stay_count + 1));
	int			count = ag_freeze_pieces(freeze, pieces);
	int			i = 0;

	while (i < count && pieces[i].until <= derivation->at)
		i++;
	if (i < count)
		add_piece(derivation, freeze, kind, AG_PART_FREEZE, pieces[i]);
	if (i + 1 < count)
		add_piece(derivation, freeze, kind, AG_PART_RESUMED, pieces[i + 1]);
}

static void
add_probation(Derivation *derivation, const AgFreeze *freeze, const AgKind *kind)
{
	AgSpan		span = {.from = ag_freeze_end(freeze)};

	if (kind->probation < 0 || span.from == DT_NOEND || !ag_freeze_served(freeze))
		return;
	span.until = ag_freeze_paused_end(span.from, kind->probation, derivation->totals,
									  kind->pause_probation ? derivation->total_count : 0);
	add_row(derivation, freeze, AG_PART_PROBATION, kind->probation_denies, "deny", span);
}

static void
add_acknowledgment(Derivation *derivation, const AgFreeze *freeze, const AgKind *kind)
{
	AgSpan		span = {.from = ag_freeze_end(freeze), .until = DT_NOEND};
	ListCell   *cell;

	if (!kind->acknowledge || span.from == DT_NOEND || !ag_freeze_served(freeze))
		return;
	foreach(cell, derivation->acknowledgments)
	{
		AgAcknowledgment *given = lfirst(cell);

		if (given->freeze_no == freeze->no)
			span.until = Min(span.until, given->at);
	}
	add_row(derivation, freeze, AG_PART_ACKNOWLEDGE, kind->acknowledge_denies, "deny", span);
}

/*
 * The rows of standing that follow from these freezes, as seen at an instant: those
 * that are in force then or will be.
 */
List *
ag_freeze_follow(List *freezes, List *acknowledgments, TimestampTz at)
{
	Derivation	derivation = {.at = at, .acknowledgments = acknowledgments};
	ListCell   *cell;

	collect_totals(&derivation, freezes);
	foreach(cell, freezes)
	{
		const AgFreeze *freeze = lfirst(cell);
		const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);

		if (!ag_freeze_effective(freeze))
			continue;
		add_freeze(&derivation, freeze, kind);
		add_probation(&derivation, freeze, kind);
		add_acknowledgment(&derivation, freeze, kind);
	}
	return derivation.rows;
}

/* Have the rules been acknowledged after a freeze, or was that waived? */
static bool
acknowledged(const AgFreeze *freeze, List *acknowledgments)
{
	ListCell   *cell;

	foreach(cell, acknowledgments)
		if (((AgAcknowledgment *) lfirst(cell))->freeze_no == freeze->no)
		return true;
	return false;
}

/*
 * What the moments of each freeze depend on; freezes, acknowledgments: all of an
 * account.  One element per freeze.
 */
AgFreezeAfter *
ag_freeze_after(List *freezes, List *acknowledgments)
{
	Derivation	derivation = {.at = DT_NOBEGIN};
	AgFreezeAfter *after = palloc(sizeof(AgFreezeAfter) * Max(list_length(freezes), 1));
	ListCell   *cell;

	collect_totals(&derivation, freezes);
	foreach(cell, freezes)
	{
		const AgFreeze *freeze = lfirst(cell);
		const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
		int			i = foreach_current_index(cell);

		derivation.rows = NIL;
		add_probation(&derivation, freeze, kind);
		after[i].probation_end = derivation.rows == NIL ? DT_NOEND :
			((AgStanding *) linitial(derivation.rows))->ends_at;
		after[i].acknowledged = acknowledged(freeze, acknowledgments);
	}
	return after;
}

/* Write down when the sweep has to look at each freeze; most often that has not changed. */
static void
set_wakes(List *freezes, List *acknowledgments)
{
	AgFreezeAfter *after = ag_freeze_after(freezes, acknowledgments);
	ListCell   *cell;

	foreach(cell, freezes)
	{
		const AgFreeze *freeze = lfirst(cell);
		const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
		TimestampTz wake_at = ag_freeze_wake(freeze, kind, &after[foreach_current_index(cell)]);

		if (wake_at != freeze->wake_at)
			ag_freeze_store_wake(freeze, wake_at);
	}
}

/*
 * ... and the row that the account's lifecycle leaves, which freezes can delay.  What
 * is in force already is written without a beginning, so that a clock that is set back
 * does not take it out of force.
 */
void
ag_freeze_derive(AgAccount *account, TimestampTz at)
{
	List	   *freezes = ag_freeze_list(account->account_id);
	List	   *acknowledgments = ag_acknowledgment_list(account->account_id);
	List	   *rows = ag_freeze_follow(freezes, acknowledgments, at);
	AgStanding *lifecycle = palloc(sizeof(AgStanding));
	ListCell   *cell;

	if (ag_freeze_lifecycle_row(account, lifecycle))
		rows = lappend(rows, lifecycle);
	foreach(cell, rows)
	{
		AgStanding *row = lfirst(cell);

		if (row->starts_at <= at)
			row->starts_at = DT_NOBEGIN;
	}
	ag_standing_replace(account->account_id, rows);
	set_wakes(freezes, acknowledgments);
	ag_freeze_cut_sessions(account, freezes, at);
}
