/*-------------------------------------------------------------------------
 *
 * freeze_wording.c
 *		A freeze in words a user understands, in his language: the values that the
 *		templates of its notices are filled with.
 *
 * Says what account_status() says, and withholds what it withholds: the reasons while
 * an order defers them, and internal notes always.  Words come from policy (label),
 * none are here.  No locks; results are palloc'd in the current memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"
#include "outbox/outbox.h"

/* A phrase with its {} replaced. */
static char *
phrase_with(const char *name, const char *locale, const char *value)
{
	const char *phrase = ag_policy_phrase(name, locale);
	const char *gap = strstr(phrase, "{}");

	if (gap == NULL)
		return pstrdup(phrase);
	return psprintf("%.*s%s%s", (int) (gap - phrase), phrase, value, gap + 2);
}

static const char *
label_or(const char *sort, const char *name, const char *locale, const char *otherwise)
{
	const char *words = ag_policy_label(sort, name, locale);

	return words != NULL ? words : otherwise;
}

char *
ag_freeze_words_mask(uint64 mask, const char *locale)
{
	StringInfoData words;

	if (mask == 0)
		return pstrdup(ag_policy_phrase("nothing", locale));
	if ((mask & ag_policy_all()) == ag_policy_all())
		return pstrdup(ag_policy_phrase("everything", locale));
	initStringInfo(&words);
	for (int bit = 0; bit <= 62; bit++)
	{
		const AgCapability *capability = ag_policy_capability(bit);

		if (capability == NULL || !(mask & (UINT64CONST(1) << bit)))
			continue;
		if (words.len > 0)
			appendStringInfoString(&words, ag_policy_phrase("comma", locale));
		appendStringInfoString(&words, label_or("capability", capability->name, locale,
												capability->description));
	}
	return words.data;
}

const char *
ag_freeze_words_kind(const char *kind, const char *locale)
{
	return label_or("kind", kind, locale, kind);
}

const char *
ag_freeze_words_reason(const char *name, const char *locale)
{
	const AgReason *reason = ag_policy_reason(name);

	return label_or("reason", name, locale, reason != NULL ? reason->public_text : name);
}

/* A time, or that there is no end. */
void
ag_freeze_words_until(AgFields *values, const char *name, TimestampTz until, const char *locale)
{
	if (until == DT_NOEND)
		ag_field_text(values, name, ag_policy_phrase("until_lifted", locale));
	else
		ag_field_time(values, name, until);
}

static char *
steps_words(List *steps, const char *locale)
{
	StringInfoData words;
	ListCell   *cell;

	initStringInfo(&words);
	foreach(cell, steps)
	{
		if (words.len > 0)
			appendStringInfoString(&words, ag_policy_phrase("semicolon", locale));
		appendStringInfoString(&words, label_or("step", lfirst(cell), locale, lfirst(cell)));
	}
	return words.data;
}

static const char *
appeal_words(const AgNotice *notice, const AgFreeze *freeze, const AgKind *kind, TimestampTz at)
{
	TimestampTz until = ag_freeze_appealable_until(freeze, kind);

	if (until <= at)
		return ag_policy_phrase("appeal_none", notice->locale);
	if (until == DT_NOEND)
		return ag_policy_phrase("appeal_any_time", notice->locale);
	return phrase_with("appeal_until", notice->locale, ag_notice_time(notice->time_zone, until));
}

static const char *
materials_words(const AgFreeze *freeze, const AgKind *kind, bool appealable, const char *locale)
{
	const char *words = ag_policy_label("materials", kind->kind, locale);

	if (words != NULL)
		return words;
	return appealable ? label_or("materials", "default", locale, "-")
		: ag_policy_phrase("none", locale);
}

/* Expected handling time. */
static const char *
handling_words(const AgNotice *notice, const AgFreeze *freeze, const AgKind *kind, bool appealable)
{
	int			days = (int) ((ag_policy_setting(AG_SETTING_APPEAL_DUE) + SECS_PER_DAY - 1) / SECS_PER_DAY);

	if (kind->review_due >= 0)
		return phrase_with("handling_review", notice->locale,
						   ag_notice_time(notice->time_zone,
										  ag_time_plus(freeze->starts_at, kind->review_due)));
	if (strcmp(kind->lift_policy, "authority") == 0)
		return ag_policy_phrase("handling_open", notice->locale);
	if (appealable)
		return phrase_with("handling_days", notice->locale, psprintf("%d", days));
	return ag_policy_phrase("handling_none", notice->locale);
}

/* What the end of this freeze leaves behind: probation, the rules to be acknowledged. */
static void
add_afterwards(StringInfo words, const AgNotice *notice, const AgRestriction *restriction)
{
	if (restriction->part != AG_PART_PROBATION && restriction->part != AG_PART_ACKNOWLEDGE)
		return;
	if (words->len > 0)
		appendStringInfoString(words, ag_policy_phrase("full_stop", notice->locale));
	if (restriction->part == AG_PART_PROBATION)
		appendStringInfoString(words, phrase_with("probation", notice->locale,
												  ag_notice_time(notice->time_zone, restriction->until)));
	else
		appendStringInfoString(words, ag_policy_phrase("acknowledge", notice->locale));
	appendStringInfoString(words, ag_freeze_words_mask(restriction->denied | restriction->challenged,
													   notice->locale));
}

/* What is refused now, by whatever, and what of it this freeze leaves behind. */
static List *
fill_present(const AgNotice *notice, int freeze_no, AgFields *values, TimestampTz at)
{
	StringInfoData afterwards;
	uint64		refused = 0;
	List	   *steps = NIL;
	ListCell   *cell;

	initStringInfo(&afterwards);
	foreach(cell, ag_freeze_restrictions(notice->account_id, at))
	{
		const AgRestriction *restriction = lfirst(cell);

		refused |= restriction->denied | restriction->challenged;
		if (restriction->freeze_no != freeze_no)
			continue;
		add_afterwards(&afterwards, notice, restriction);
		if (restriction->part == AG_PART_FREEZE)
			steps = restriction->next;
	}
	ag_field_text(values, "remaining", ag_freeze_words_mask(refused, notice->locale));
	ag_field_text(values, "afterwards", afterwards.len > 0 ? afterwards.data
				  : ag_policy_phrase("nothing", notice->locale));
	return steps;
}

void
ag_freeze_words(const AgNotice *notice, const AgFreeze *freeze, const AgKind *kind,
				AgFields *values, TimestampTz at)
{
	bool		disclosed = ag_freeze_disclosed(freeze, at);
	bool		appealable = disclosed && ag_freeze_appealable_until(freeze, kind) > at;
	const char *locale = notice->locale;
	const char *withheld = ag_policy_phrase("withheld", locale);
	const AgSpan *stay = ag_freeze_last_stay(freeze, at);
	List	   *steps = fill_present(notice, freeze->no, values, at);

	if (steps == NIL && appealable)
		steps = list_make1("appeal");
	if (steps == NIL)
		steps = list_make1(freeze->ends_at != DT_NOEND ? "wait" : "contact_support");
	ag_field_int(values, "freeze", freeze->no);
	ag_field_text(values, "kind", ag_freeze_words_kind(freeze->kind, locale));
	ag_field_text(values, "state", label_or("state", ag_freeze_state_name(ag_freeze_state(freeze, at)),
											locale, "-"));
	ag_field_text(values, "reason", disclosed ? ag_freeze_words_reason(freeze->reason, locale) : withheld);
	ag_field_text(values, "facts", disclosed ? freeze->facts : withheld);
	ag_field_text(values, "denied", ag_freeze_words_mask(freeze->denies, locale));
	ag_field_time(values, "since", freeze->starts_at);
	ag_freeze_words_until(values, "until", freeze->ends_at, locale);
	ag_freeze_words_until(values, "stay_until", stay == NULL ? DT_NOEND : stay->until, locale);
	ag_field_text(values, "next", steps_words(steps, locale));
	ag_field_text(values, "materials", materials_words(freeze, kind, appealable, locale));
	ag_field_text(values, "appeal", disclosed ? appeal_words(notice, freeze, kind, at) : withheld);
	ag_field_text(values, "handling", handling_words(notice, freeze, kind, appealable));
}
