/*-------------------------------------------------------------------------
 *
 * freeze_notice.c
 *		What users are told of freezes, warnings and maintenance.
 *
 * Every step of a freeze that the user can see is told.  Not told: proposals, kinds
 * that are invisible (legal holds, monitor mode), strikes as such (the freeze or the
 * warning they come with is told), and what ends because the account does.
 *
 * wanted() runs in the event's transaction with its account locked, fill() without
 * any lock; texts are of the moment they are read, from the records and the clock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"
#include "freeze/sanction.h"
#include "outbox/outbox.h"

#define FREEZE_KNOWN \
	"freeze kind state reason facts denied since until stay_until next materials appeal handling " \
	"afterwards remaining"
#define FREEZE_FULL "kind state reason facts denied until next materials appeal handling"
#define SCOPE_KNOWN "kind reason denied since until"

static const AgNoticeEvent events[] = {
	{AG_ACTION_FREEZE_IMPOSED, AG_NOTICE_DECISION, true, FREEZE_KNOWN, FREEZE_FULL, "kind until"},
	{AG_ACTION_FREEZE_APPROVED, AG_NOTICE_DECISION, true, FREEZE_KNOWN, FREEZE_FULL, "kind until"},
	{AG_ACTION_FREEZE_AMENDED, AG_NOTICE_DECISION, true, FREEZE_KNOWN, FREEZE_FULL, "kind until"},
	{AG_ACTION_FREEZE_LIFTED, AG_NOTICE_DECISION, false, FREEZE_KNOWN, "kind afterwards remaining", "kind"},
	{AG_ACTION_FREEZE_CONDITION_MET, AG_NOTICE_DECISION, false, FREEZE_KNOWN, "kind afterwards remaining", "kind"},
	{AG_ACTION_FREEZE_STAYED, AG_NOTICE_DECISION, false, FREEZE_KNOWN, "kind stay_until remaining", "kind"},
	{AG_ACTION_FREEZE_UNSTAYED, AG_NOTICE_DECISION, false, FREEZE_KNOWN, FREEZE_FULL, "kind until"},
	{AG_ACTION_FREEZE_SUPERSEDED, AG_NOTICE_DECISION, false, FREEZE_KNOWN, "kind", "kind"},
	{AG_ACTION_FREEZE_VACATED, AG_NOTICE_DECISION, false, FREEZE_KNOWN, "kind remaining", "kind"},
	{AG_ACTION_ACKNOWLEDGMENT_WAIVED, AG_NOTICE_DECISION, false, FREEZE_KNOWN, "kind remaining", "kind"},
	{AG_ACTION_FREEZE_STARTED, AG_NOTICE_DECISION, true, FREEZE_KNOWN, FREEZE_FULL, "kind until"},
	{AG_ACTION_FREEZE_EXPIRED, AG_NOTICE_DECISION, false, FREEZE_KNOWN, "kind afterwards remaining", "kind"},
	{AG_ACTION_FREEZE_STAY_ENDED, AG_NOTICE_DECISION, false, FREEZE_KNOWN, FREEZE_FULL, "kind until"},
	{AG_ACTION_FREEZE_PROBATION_ENDED, AG_NOTICE_DECISION, false, FREEZE_KNOWN, "kind remaining", "kind"},
	{AG_ACTION_FREEZE_ACKNOWLEDGMENT_WANTED, AG_NOTICE_DECISION, false, FREEZE_KNOWN, "kind afterwards", "kind"},
	{AG_ACTION_FREEZE_DISCLOSED, AG_NOTICE_DECISION, true, FREEZE_KNOWN, FREEZE_FULL, "kind"},
	{AG_ACTION_MONEY_WAITS, AG_NOTICE_SECURITY, true, FREEZE_KNOWN, "denied until", "until"},
	{AG_ACTION_WARNED, AG_NOTICE_DECISION, false, "reason facts points until", "reason facts points until", "reason"},
	{AG_ACTION_SCOPE_FROZEN, AG_NOTICE_SERVICE, false, SCOPE_KNOWN, "since until denied", "since until"},
	{AG_ACTION_SCOPE_AMENDED, AG_NOTICE_SERVICE, false, SCOPE_KNOWN, "until denied", "until"},
	{AG_ACTION_SCOPE_LIFTED, AG_NOTICE_SERVICE, false, SCOPE_KNOWN, "denied", NULL},
	{AG_ACTION_SCOPE_OVER, AG_NOTICE_SERVICE, false, SCOPE_KNOWN, "denied", NULL}
};

static const char *
text_field(const AgFields *fields, const char *name)
{
	const AgField *field = ag_field_find(fields, name);

	return field != NULL && field->type == AG_FIELD_TEXT ? pnstrdup(field->data, field->length) : "";
}

/* Is what the event tells of the end of a proposal, or of the account? */
static bool
is_no_news(const AgEvent *event)
{
	const char *was = text_field(event->before, "state");

	return strcmp(was, ag_freeze_state_name(AG_FREEZE_PROPOSED)) == 0 ||
		strcmp(text_field(event->after, "end_reason"), "closed") == 0;
}

/* A wait for money has words of its own, which say when it is over. */
static bool
is_told_by_wait(AgAction action)
{
	return action == AG_ACTION_FREEZE_IMPOSED || action == AG_ACTION_FREEZE_EXPIRED;
}

static bool
wanted(const AgEvent *event, AgNoticeWish *wish)
{
	const AgField *number = ag_field_find(event->after, "freeze");
	const AgFreeze *freeze;
	const AgReason *reason;

	if (event->action == AG_ACTION_WARNED)
	{
		wish->record = (int) ag_field_find(event->after, "strike")->number;
		return true;
	}
	if (number == NULL || is_no_news(event))
		return false;
	freeze = ag_freeze_load(event->account_id, (int) number->number);
	reason = ag_policy_reason(freeze->reason);
	wish->record = freeze->no;
	if (ag_money_wait_is(freeze) && is_told_by_wait(event->action))
		return false;
	wish->urgent = reason != NULL && strcmp(reason->category, "security") == 0;
	return ag_policy_kind_version(freeze->kind, freeze->kind_version)->visible;
}

static AgFreeze *
find_freeze(int64 account_id, int no)
{
	ListCell   *cell;

	foreach(cell, ag_freeze_list(account_id))
		if (((AgFreeze *) lfirst(cell))->no == no)
		return lfirst(cell);
	return NULL;
}

static bool
fill_freeze(const AgNotice *notice, AgFields *values)
{
	AgFreeze   *freeze = find_freeze(notice->account_id, notice->record);
	const AgKind *kind;

	if (freeze == NULL)
		return false;
	kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	ag_freeze_words(notice, freeze, kind, values, ag_now());
	return true;
}

static bool
fill_warning(const AgNotice *notice, AgFields *values)
{
	ListCell   *cell;

	foreach(cell, ag_strike_store_list(notice->account_id))
	{
		const AgStrike *strike = lfirst(cell);

		if (strike->no != notice->record)
			continue;
		ag_field_text(values, "reason", ag_freeze_words_reason(strike->reason, notice->locale));
		ag_field_text(values, "facts", strike->facts);
		ag_field_int(values, "points", strike->points);
		ag_field_time(values, "until", strike->expires_at);
		return true;
	}
	return false;
}

/* Nobody is told of a maintenance, or of its new end, that is over by now. */
static bool
is_overtaken(const AgNotice *notice, const AgScope *scope)
{
	return (notice->event == AG_ACTION_SCOPE_FROZEN || notice->event == AG_ACTION_SCOPE_AMENDED) &&
		Min(scope->ended_at, scope->ends_at) <= ag_now();
}

static bool
fill_scope(const AgNotice *notice, AgFields *values)
{
	const AgScope *scope = ag_scope_store_read(notice->record);

	if (scope == NULL || is_overtaken(notice, scope))
		return false;
	ag_field_text(values, "kind", ag_freeze_words_kind(scope->kind, notice->locale));
	ag_field_text(values, "reason", ag_freeze_words_reason(scope->reason, notice->locale));
	ag_field_text(values, "denied", ag_freeze_words_mask(scope->denied | scope->challenged, notice->locale));
	ag_field_time(values, "since", scope->starts_at);
	ag_freeze_words_until(values, "until", scope->ends_at, notice->locale);
	return true;
}

static bool
fill(const AgNotice *notice, AgFields *values)
{
	switch (notice->event)
	{
		case AG_ACTION_WARNED:
			return fill_warning(notice, values);
		case AG_ACTION_SCOPE_FROZEN:
		case AG_ACTION_SCOPE_AMENDED:
		case AG_ACTION_SCOPE_LIFTED:
		case AG_ACTION_SCOPE_OVER:
			return fill_scope(notice, values);
		default:
			return fill_freeze(notice, values);
	}
}

/* The time for an appeal begins when the user has the reasons. */
static void
delivered(AgAccount *account, const AgNotice *notice, TimestampTz at)
{
	const AgFreeze *freeze = find_freeze(account->account_id, notice->record);

	if (freeze != NULL && ag_freeze_disclosed(freeze, at))
		ag_freeze_store_inform(account->account_id, notice->record, at);
}

static const AgNoticeSource source = {
	.events = events,
	.count = lengthof(events),
	.wanted = wanted,
	.fill = fill,
	.delivered = delivered
};

void
ag_freeze_notice_init(void)
{
	ag_notice_register(&source);
}
