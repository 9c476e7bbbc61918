/*-------------------------------------------------------------------------
 *
 * freeze_sweep.c
 *		Telling what the clock did to freezes: each moment once.
 *
 * A freeze starts, expires, comes back after a stay, leaves a probation that ends, is
 * lifted or rests because its review is overdue:
 * all of that is so at its time, whether or not anybody writes it down.  The sweep
 * makes the events of it, from which the notices to the user follow, and takes rows
 * of standing away that are over.
 *
 * Every moment has a bit in freeze_record.noted, set in the transaction that tells
 * of it; so a sweep that dies has told nothing, and one that comes again tells
 * nothing twice.  wake_at leads to the records that have something to tell: it is
 * derived with standing whenever a freeze of the account changes, and may be too
 * early, but never too late.
 *
 * Locks: account rows one by one, those that are free; what somebody works on is
 * left for the next time.  Tables: freeze_record, standing, account; the ledger and
 * the outbox through events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"

/* A record that cannot be told of is left alone for so long (seconds). */
#define POSTPONED 600

/* Moments, in the order in which they are told when they fall together. */
typedef enum Moment
{
	STARTED,
	EXPIRED,
	LAPSED,
	STAY_ENDED,
	PROBATION_ENDED,
	ACKNOWLEDGE,
	DISCLOSED,
	LIFTED,
	RESTED,
	REST_ENDED,
	MOMENT_COUNT
} Moment;

/* Bits of freeze_record.noted, never changed; a step of the state machine, if it is one. */
static const struct
{
	int			bit;
	AgAction	action;
	bool		step;
	AgFreezeEvent event;
}			moments[MOMENT_COUNT] = {
	[STARTED] = {1, AG_ACTION_FREEZE_STARTED, true, AG_FREEZE_START},
	[EXPIRED] = {2, AG_ACTION_FREEZE_EXPIRED, true, AG_FREEZE_EXPIRE},
	[LAPSED] = {4, AG_ACTION_FREEZE_PROPOSAL_LAPSED, true, AG_FREEZE_TIMEOUT},
	[STAY_ENDED] = {AG_FREEZE_STAY_NOTED, AG_ACTION_FREEZE_STAY_ENDED, true, AG_FREEZE_UNSTAY},
	[PROBATION_ENDED] = {16, AG_ACTION_FREEZE_PROBATION_ENDED},
	[ACKNOWLEDGE] = {32, AG_ACTION_FREEZE_ACKNOWLEDGMENT_WANTED},
	[DISCLOSED] = {64, AG_ACTION_FREEZE_DISCLOSED},
	/* Cases know these by themselves: they are what the clock made of one. */
	[LIFTED] = {128, AG_ACTION_FREEZE_LIFTED},
	[RESTED] = {256, AG_ACTION_FREEZE_STAYED},
	[REST_ENDED] = {512, AG_ACTION_FREEZE_STAY_ENDED}
};

/* When it became more than a proposal; DT_NOEND = not yet. */
static TimestampTz
decided_at(const AgFreeze *freeze)
{
	return freeze->proposal_until == DT_NOEND ? freeze->issued_at : freeze->approved_at;
}

/* The end of the last stay but the rest, if the clock ends it and the effect comes back. */
static TimestampTz
stay_end(const AgFreeze *freeze)
{
	int			count = freeze->stay_count - (freeze->rest.from != DT_NOEND);
	TimestampTz until;

	if (count == 0)
		return DT_NOEND;
	until = freeze->stays[count - 1].until;
	return until < ag_freeze_end(freeze) && until != freeze->rest.from ? until : DT_NOEND;
}

/* An instant that comes before the end, DT_NOEND else. */
static TimestampTz
before_end(const AgFreeze *freeze, TimestampTz at)
{
	return ag_freeze_effective(freeze) && at < ag_freeze_end(freeze) ? at : DT_NOEND;
}

/* When a moment of a freeze comes; DT_NOEND = never, or that is not known yet. */
static TimestampTz
moment_at(const AgFreeze *freeze, const AgKind *kind, const AgFreezeAfter *after, Moment moment)
{
	bool		proposal = decided_at(freeze) == DT_NOEND;
	bool		open = freeze->end_reason == NULL && freeze->vacated_at == DT_NOEND;
	bool		effective = ag_freeze_effective(freeze);

	switch (moment)
	{
		case STARTED:
			return effective && freeze->starts_at > decided_at(freeze) ? freeze->starts_at : DT_NOEND;
		case EXPIRED:
			return effective && open && freeze->ends_at <= freeze->lift_at ? freeze->ends_at : DT_NOEND;
		case LAPSED:
			return proposal && open ? freeze->proposal_until : DT_NOEND;
		case STAY_ENDED:
			return effective ? stay_end(freeze) : DT_NOEND;
		case PROBATION_ENDED:
			return after->probation_end;
		case ACKNOWLEDGE:
			return kind->acknowledge && kind->acknowledge_denies != 0 && !after->acknowledged &&
				ag_freeze_served(freeze) ? ag_freeze_end(freeze) : DT_NOEND;
		case DISCLOSED:
			return effective && freeze->disclose_at > decided_at(freeze) ? freeze->disclose_at : DT_NOEND;
		case LIFTED:
			return effective && open && freeze->lift_at < freeze->ends_at ? freeze->lift_at : DT_NOEND;
		case RESTED:
			return before_end(freeze, freeze->rest.from);
		case REST_ENDED:
			return before_end(freeze, freeze->rest.until);
		case MOMENT_COUNT:
			break;
	}
	return DT_NOEND;
}

/* The next moment that has not been told; its time, DT_NOEND = none. */
static TimestampTz
next_moment(const AgFreeze *freeze, const AgKind *kind, const AgFreezeAfter *after, Moment *which)
{
	TimestampTz next = DT_NOEND;

	*which = MOMENT_COUNT;
	for (int i = 0; i < MOMENT_COUNT; i++)
	{
		TimestampTz at = freeze->noted & moments[i].bit ? DT_NOEND :
			moment_at(freeze, kind, after, i);

		if (at < next)
		{
			next = at;
			*which = i;
		}
	}
	return next;
}

/* When the sweep has to look at a freeze; DT_NOEND = not in sight. */
TimestampTz
ag_freeze_wake(const AgFreeze *freeze, const AgKind *kind, const AgFreezeAfter *after)
{
	Moment		which;

	/* What no sweep has looked at yet keeps its time, which is past. */
	if (freeze->noted < 0)
		return freeze->wake_at;
	return next_moment(freeze, kind, after, &which);
}

/* Record what the clock did, and tell those who follow freezes. */
static void
tell(AgAccount *account, const AgFreeze *freeze, Moment moment, TimestampTz moment_time,
	 TimestampTz at)
{
	AgFields   *after = ag_freeze_fields(freeze, moment_time);

	ag_field_time(after, "at", moment_time);
	if (ag_freeze_state(freeze, moment_time) == AG_FREEZE_ENDED)
		ag_field_text(after, "end_reason", ag_freeze_end_reason(freeze));
	if (moment == RESTED)
		ag_field_time(after, "stay_until", freeze->rest.until);
	/* Of what was annulled meanwhile only the decisions of its cases are left to tell. */
	if (moment != DISCLOSED || freeze->vacated_at == DT_NOEND)
		ag_account_emit(account, moments[moment].action, freeze->reason, NULL, NULL, after);
	if (moment == DISCLOSED)
		ag_freeze_observe_disclosed(account, freeze, at);
	if (moments[moment].step)
		ag_freeze_observe(account, ag_actor(), freeze, moments[moment].event, at);
}

/* Every moment of a freeze that has come.  Old records are only brought up to date. */
static bool
sweep_freeze(AgAccount *account, AgFreeze *freeze, const AgFreezeAfter *after, TimestampTz at)
{
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	int			noted = freeze->noted;
	bool		silent = noted < 0;
	Moment		which;
	TimestampTz moment_time;

	freeze->noted = Max(noted, 0);
	while ((moment_time = next_moment(freeze, kind, after, &which)) <= at && which < MOMENT_COUNT)
	{
		freeze->noted |= moments[which].bit;
		if (!silent)
			tell(account, freeze, which, moment_time, at);
	}
	if (freeze->noted == noted)
		return false;
	ag_freeze_store_noted(freeze);
	if (silent)					/* whoever follows freezes may not have existed */
		ag_freeze_observe(account, ag_actor(), freeze, AG_FREEZE_START, at);
	return true;
}

void
ag_freeze_tell(AgAccount *account, int no, TimestampTz at)
{
	List	   *freezes = ag_freeze_list(account->account_id);
	AgFreezeAfter *after = ag_freeze_after(freezes, ag_acknowledgment_list(account->account_id));
	ListCell   *cell;

	foreach(cell, freezes)
		if (((AgFreeze *) lfirst(cell))->no == no)
		(void) sweep_freeze(account, lfirst(cell), &after[foreach_current_index(cell)], at);
}

static bool
sweep_account(const void *item)
{
	AgAccount  *account = ag_account_try_lock(*(const int64 *) item);
	bool		done = false;
	TimestampTz at;
	List	   *freezes;
	AgFreezeAfter *after;
	ListCell   *cell;

	if (account == NULL)
		return false;
	at = ag_account_now(account);
	freezes = ag_freeze_list(account->account_id);
	after = ag_freeze_after(freezes, ag_acknowledgment_list(account->account_id));
	foreach(cell, freezes)
		done |= sweep_freeze(account, lfirst(cell), &after[foreach_current_index(cell)], at);
	ag_freeze_derive(account, at);
	ag_account_save(account);
	return done;
}

/* It will be come back to later. */
static void
sweep_failed(const void *item, const ErrorData *error)
{
	int64		account_id = *(const int64 *) item;
	TimestampTz at = ag_now();

	ereport(WARNING, errcode(error->sqlerrcode),
			errmsg("what the clock did to the freezes of account " INT64_FORMAT " cannot be told: %s",
				   account_id, error->message));
	ag_freeze_store_postpone(account_id, at, ag_time_plus(at, POSTPONED));
}

int64
ag_freeze_sweep(int64 limit)
{
	static const AgSweep sweep = {.work = sweep_account, .failed = sweep_failed};

	return ag_bulk_sweep(ag_freeze_store_due(ag_now(), limit), &sweep);
}

int64
ag_freeze_sweep_due(int64 most)
{
	return ag_freeze_store_count_due(ag_now(), most);
}
