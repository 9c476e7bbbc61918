/*-------------------------------------------------------------------------
 *
 * rebind_notice.c
 *		What users and numbers are told of requests and of trusted numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"
#include "rebind/rebind.h"

static const AgNoticeEvent events[] = {
	{AG_ACTION_REBIND_COOLING, AG_NOTICE_SECURITY, false, "what until", "what until", "until"},
	{AG_ACTION_REBIND_CONTESTED, AG_NOTICE_SECURITY, false, "what", "what", NULL},
	{AG_ACTION_REBIND_SETTLED, AG_NOTICE_SECURITY, false, "what", "what", NULL},
	{AG_ACTION_REBIND_DISOWNED, AG_NOTICE_SECURITY, false, "what", "what", NULL},
	{AG_ACTION_REBIND_CANCELLED, AG_NOTICE_SECURITY, false, "what", "what", NULL},
	{AG_ACTION_REBIND_STOPPED, AG_NOTICE_SECURITY, false, "what", "what", NULL},
	{AG_ACTION_REBIND_EXECUTED, AG_NOTICE_SECURITY, false, "what", "what", "what"},
	{AG_ACTION_TRUSTED_NUMBER_ADDED, AG_NOTICE_SECURITY, false, "number until", "number until", "number"},
	{AG_ACTION_TRUSTED_NUMBER_REMOVED, AG_NOTICE_SECURITY, false, "number", "number", "number"},
	{AG_ACTION_NUMBER_ASKED, AG_NOTICE_ACCOUNT, false, "number", "number", NULL},
	{AG_ACTION_NUMBER_TOLD, AG_NOTICE_SECURITY, false, "objection until", "objection until", "objection until",
	.channels = 1 << AG_CHANNEL_SMS}
};

static bool
is_about_trust(AgAction action)
{
	return action == AG_ACTION_TRUSTED_NUMBER_ADDED || action == AG_ACTION_TRUSTED_NUMBER_REMOVED;
}

/* It is no hurry: not at night. */
static bool
want_question(const AgEvent *event, AgNoticeWish *wish)
{
	wish->record = (int) ag_field_find(event->after, "binding")->number;
	wish->not_before = ag_quiet_end(event->account->time_zone, ag_now());
	wish->params = ag_fields_new();
	ag_field_int(wish->params, "asked_at", ag_field_find(event->after, "asked_at")->number);
	return true;
}

/* What was over at once needs no warning; the number itself is told by its carrier. */
static bool
wanted(const AgEvent *event, AgNoticeWish *wish)
{
	const AgField *ready;

	if (event->action == AG_ACTION_NUMBER_TOLD)
		return false;
	if (event->action == AG_ACTION_NUMBER_ASKED)
		return want_question(event, wish);
	wish->record = (int) ag_field_find(event->after, is_about_trust(event->action) ?
									   "binding" : "request")->number;
	if (event->action != AG_ACTION_REBIND_COOLING)
		return true;
	ready = ag_field_find(event->after, "ready_at");
	return ready != NULL && ready->number > ag_account_now(event->account);
}

static const char *
hint_of(int64 number_id)
{
	AgNumber   *number = number_id == 0 ? NULL : ag_number_store_look(number_id);

	return number == NULL ? "-" : number->hint;
}

/* A phrase of policy with values in place of {1} and {2}. */
static char *
fill_phrase(const char *name, const char *locale, const char *first, const char *second)
{
	const char *phrase = ag_policy_phrase(name, locale);
	StringInfoData words;

	initStringInfo(&words);
	while (phrase != NULL && *phrase != '\0')
		if (strncmp(phrase, "{1}", 3) == 0 || strncmp(phrase, "{2}", 3) == 0)
		{
			appendStringInfoString(&words, phrase[1] == '1' ? first : second);
			phrase += 3;
		}
		else
			appendStringInfoChar(&words, *phrase++);
	return words.data;
}

static char *
what_words(const AgNumberChange *change, const char *locale)
{
	if (change->kind != AG_REBIND_CHANGE)
		return fill_phrase(change->kind == AG_REBIND_UNBIND ? "rebind_unbind" : "rebind_untrust", locale,
						   hint_of(change->number_id), "");
	if (change->number_id == 0)
		return fill_phrase("rebind_first", locale, hint_of(change->new_number_id), "");
	return fill_phrase("rebind_change", locale, hint_of(change->number_id),
					   hint_of(change->new_number_id));
}

static bool
fill_told(const AgNotice *notice, AgFields *values)
{
	char	   *code = ag_notice_param(notice, "code");

	ag_field_time(values, "until", strtoi64(ag_notice_param(notice, "until"), NULL, 10));
	ag_field_text(values, "objection", code == NULL ?
				  pstrdup(ag_policy_phrase("rebind_told", notice->locale)) :
				  fill_phrase("rebind_objection", notice->locale, code, ""));
	return true;
}

/* Who has answered meanwhile, or has the number no longer, is not asked. */
static bool
fill_question(const AgNotice *notice, AgFields *values)
{
	AgPhoneBinding *binding = ag_binding_store_read(notice->account_id, notice->record);
	char	   *param = ag_notice_param(notice, "asked_at");
	TimestampTz asked_at = param == NULL ? DT_NOEND : strtoi64(param, NULL, 10);

	if (binding == NULL || binding->released_at != DT_NOEND ||
		(binding->confirmed_at != DT_NOEND && binding->confirmed_at >= asked_at) ||
		(binding->last_owner_proof_at != DT_NOEND && binding->last_owner_proof_at >= asked_at))
		return false;
	ag_field_text(values, "number", hint_of(binding->number_id));
	return true;
}

static bool
fill(const AgNotice *notice, AgFields *values)
{
	AgNumberChange *change;

	if (notice->event == AG_ACTION_NUMBER_ASKED)
		return fill_question(notice, values);
	if (notice->event == AG_ACTION_NUMBER_TOLD)
		return fill_told(notice, values);
	if (is_about_trust(notice->event))
	{
		AgPhoneBinding *binding = ag_binding_store_read(notice->account_id, notice->record);

		if (binding == NULL)
			return false;
		ag_field_text(values, "number", hint_of(binding->number_id));
		ag_field_time(values, "until", binding->effective_at);
		return true;
	}
	change = ag_change_store_read(notice->account_id, notice->record);
	if (change == NULL || (notice->event == AG_ACTION_REBIND_COOLING && change->ended_at != DT_NOEND))
		return false;
	ag_field_text(values, "what", what_words(change, notice->locale));
	ag_field_time(values, "until", change->times.ready_at);
	return true;
}

static const AgNoticeSource source = {
	.events = events,
	.count = lengthof(events),
	.wanted = wanted,
	.fill = fill
};

void
ag_rebind_notice_init(void)
{
	ag_notice_register(&source);
}
