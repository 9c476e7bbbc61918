/*-------------------------------------------------------------------------
 *
 * appeal_notice.c
 *		What users are told of their appeals.
 *
 * Told is who takes part, and the user of every freeze that may be known to him when
 * material is wanted from him or something is decided.  Reviewers are not named.
 * Notices also go to the contact that was given with the appeal.
 *
 * wanted() runs in the event's transaction, fill() without any lock.  Reasons and lists
 * are opened when the notice is read or sent; where that is not possible the text says
 * where to find them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "outbox/outbox.h"

#define KNOWN "appeal freeze due wanted deadline result reasons remedy"

static const AgNoticeEvent events[] = {
	{AG_ACTION_APPEAL_SUBMITTED, AG_NOTICE_APPEAL, false, KNOWN, "appeal freeze due", "appeal"},
	{AG_ACTION_APPEAL_CLAIMED, AG_NOTICE_APPEAL, false, KNOWN, "appeal due", "appeal"},
	{AG_ACTION_APPEAL_ASKED, AG_NOTICE_APPEAL, false, KNOWN, "appeal wanted deadline", "appeal deadline"},
	{AG_ACTION_APPEAL_REMINDED, AG_NOTICE_APPEAL, false, KNOWN, "appeal wanted deadline", "appeal deadline"},
	{AG_ACTION_APPEAL_DECIDED, AG_NOTICE_APPEAL, false, KNOWN, "appeal freeze result reasons remedy", "appeal result"},
	{AG_ACTION_APPEAL_DISCLOSED, AG_NOTICE_APPEAL, false, KNOWN, "appeal freeze result reasons remedy", "appeal result"},
	{AG_ACTION_APPEAL_WITHDRAWN, AG_NOTICE_APPEAL, false, KNOWN, "appeal", "appeal"},
	{AG_ACTION_APPEAL_LAPSED, AG_NOTICE_APPEAL, false, KNOWN, "appeal remedy", "appeal"},
	{AG_ACTION_APPEAL_MOOT, AG_NOTICE_APPEAL, false, KNOWN, "appeal freeze", "appeal"},
	{AG_ACTION_APPEAL_REOPENED, AG_NOTICE_APPEAL, false, KNOWN, "appeal freeze due", "appeal"},
	{AG_ACTION_APPEAL_RESUMED, AG_NOTICE_APPEAL, false, KNOWN, "appeal due", "appeal"},
	{AG_ACTION_APPEAL_OVERDUE, AG_NOTICE_APPEAL, false, KNOWN, "appeal", "appeal"}
};

/* The number of the case an event is about; 0 = it has none. */
static int
case_of(const AgEvent *event)
{
	const AgField *number = ag_field_find(event->after, "appeal");

	return number == NULL ? 0 : (int) number->number;
}

/* Events that concern the user though he has not appealed. */
static bool
concerns_everybody(AgAction action)
{
	return action == AG_ACTION_APPEAL_ASKED || action == AG_ACTION_APPEAL_REMINDED ||
		action == AG_ACTION_APPEAL_DECIDED || action == AG_ACTION_APPEAL_DISCLOSED;
}

/* May the user know of the freeze and its reasons? */
static bool
is_disclosed(const AgAppeal *appeal, TimestampTz at)
{
	AgFreeze   *freeze = ag_appeal_known_freeze(appeal);

	return freeze != NULL && ag_freeze_disclosed(freeze, at);
}

static bool
wanted(const AgEvent *event, AgNoticeWish *wish)
{
	int			no = case_of(event);
	AgAppeal   *appeal = no == 0 ? NULL : ag_appeal_store_read(event->account_id, no);

	if (appeal == NULL || ag_appeal_store_shredded(event->account_id))
		return false;
	wish->record = no;
	wish->appeal_no = appeal->previous != 0 ? appeal->previous : no;
	wish->params = ag_fields_new();
	if (appeal->ask_until != DT_NOEND)
		ag_field_int(wish->params, "ask_until", appeal->ask_until);
	if (appeal->appealed_at == DT_NOEND && !concerns_everybody(event->action))
		return false;
	return is_disclosed(appeal, ag_now());
}

/* What somebody wrote in the last step of a kind. */
static const char *
written(const AgNotice *notice, const AgAppeal *appeal, const char *what)
{
	char	   *text = NULL;
	AgKeyResult result = AG_KEY_OK;
	ListCell   *cell;

	foreach(cell, ag_appeal_store_steps(appeal->account_id, appeal->no))
	{
		const AgAppealStep *step = lfirst(cell);

		if (strcmp(step->what, what) == 0 && step->body != NULL)
			result = ag_appeal_open_step(appeal, step, &text);
	}
	if (result == AG_KEY_OK && text !=NULL)
		return text;

	return ag_policy_phrase("appeal_elsewhere", notice->locale);
}

/* Did the freeze rest until it was decided? */
static bool
rested(const AgFreeze *freeze, const AgAppeal *appeal)
{
	for (int i = 0; i < freeze->stay_count; i++)
		if (freeze->stays[i].until == appeal->closed_at && freeze->vacated_at == DT_NOEND)
			return true;
	return false;
}

/* How it was decided: phrases appeal_granted and so on. */
static const char *
result_words(const AgNotice *notice, const AgFreeze *freeze, const AgAppeal *appeal)
{
	const char *words;

	if (!ag_appeal_decided(appeal))
		return ag_policy_phrase("appeal_elsewhere", notice->locale);
	words = ag_policy_phrase(psprintf("appeal_%s", appeal->decision), notice->locale);
	if (!rested(freeze, appeal))
		return words;
	return psprintf("%s%s", words, ag_policy_phrase("appeal_applies_again", notice->locale));
}

/* What the user can still do about the freeze. */
static const char *
remedy_words(const AgNotice *notice, const AgFreeze *freeze, TimestampTz at)
{
	const AgKind *kind = ag_policy_kind_version(freeze->kind, freeze->kind_version);
	TimestampTz until = ag_freeze_final_at(freeze, kind, at);
	const char *phrase;
	const char *gap;

	if (freeze->vacated_at != DT_NOEND)
		return ag_policy_phrase("appeal_no_need", notice->locale);
	if (until == DT_NOEND)
		return ag_policy_phrase("appeal_case_open", notice->locale);
	if (until <= at)
		return ag_policy_phrase("appeal_no_remedy", notice->locale);
	phrase = ag_policy_phrase("appeal_remedy", notice->locale);
	gap = strstr(phrase, "{}");
	if (gap == NULL)
		return phrase;
	return psprintf("%.*s%s%s", (int) (gap - phrase), phrase,
					ag_notice_time(notice->time_zone, until), gap + 2);
}

/* The deadline that was set then, whatever became of it. */
static TimestampTz
deadline_of(const AgNotice *notice)
{
	char	   *text = ag_notice_param(notice, "ask_until");

	return text == NULL ? DT_NOEND : strtoll(text, NULL, 10);
}

/* Is it too late to send this: what it asks for has been answered? */
static bool
is_settled(const AgNotice *notice, const AgAppeal *appeal, TimestampTz at)
{
	return (notice->event == AG_ACTION_APPEAL_ASKED || notice->event == AG_ACTION_APPEAL_REMINDED) &&
		notice->channel != AG_CHANNEL_IN_APP && ag_appeal_state(appeal, at) != AG_APPEAL_AWAITING;
}

/* A time, or what to say where there is none. */
static void
put_time(AgFields *values, const char *name, TimestampTz at, const char *otherwise)
{
	if (at == DT_NOEND)
		ag_field_text(values, name, otherwise);
	else
		ag_field_time(values, name, at);
}

static bool
fill(const AgNotice *notice, AgFields *values)
{
	AgAppeal   *appeal = ag_appeal_store_read(notice->account_id, notice->record);
	AgFreeze   *freeze = appeal == NULL ? NULL : ag_appeal_known_freeze(appeal);
	TimestampTz at = ag_now();

	if (freeze == NULL || ag_appeal_store_shredded(notice->account_id) ||
		is_settled(notice, appeal, at))
		return false;
	ag_field_int(values, "appeal", appeal->no);
	ag_field_int(values, "freeze", freeze->no);
	put_time(values, "due", ag_appeal_due(appeal, at),
			 ag_policy_phrase("appeal_open_ended", notice->locale));
	ag_field_text(values, "wanted", written(notice, appeal, "ask"));
	put_time(values, "deadline", deadline_of(notice), ag_policy_phrase("none", notice->locale));
	ag_field_text(values, "result", result_words(notice, freeze, appeal));
	ag_field_text(values, "reasons", ag_appeal_decided(appeal) ? written(notice, appeal, "decide")
				  : ag_policy_phrase("appeal_elsewhere", notice->locale));
	ag_field_text(values, "remedy", remedy_words(notice, freeze, at));
	return true;
}

static const AgNoticeSource source = {
	.events = events,
	.count = lengthof(events),
	.wanted = wanted,
	.fill = fill
};

void
ag_appeal_notice_init(void)
{
	ag_notice_register(&source);
}
