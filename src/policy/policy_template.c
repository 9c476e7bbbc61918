/*-------------------------------------------------------------------------
 *
 * policy_template.c
 *		The words of notices: which there are, and the right ones for a language.
 *
 * An event without a template costs a look at an array.  The index of templates is
 * read when the first notice of the session asks, the words of each when they are
 * first needed; both live in the policy cache and go with it.
 *
 * No locks.  Table: notice_template.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "event/event.h"
#include "policy/policy.h"
#include "utils/memutils.h"

/* Codes of events are below. */
#define ACTIONS 1000

static uint64 generation = 0;	/* of the cache the rest belongs to; 0 = nothing read */
static uint8 *channels;			/* by action: mask of channels */
static List *templates = NIL;	/* AgTemplate *, by key; words are read when needed */

static AgTemplateJudge judge = NULL;

void
ag_policy_judge_templates(AgTemplateJudge own_judge)
{
	judge = own_judge;
}

char *
ag_policy_template_problem(const AgTemplate *candidate)
{
	return judge != NULL ? judge(candidate) : NULL;
}

const char *
ag_policy_template_parse(const char *key, AgTemplate *parsed)
{
	char	   *event = pstrdup(key);
	char	   *channel = strchr(event, '/');
	char	   *locale = channel != NULL ? strchr(channel + 1, '/') : NULL;

	if (locale == NULL)
		return "The key is event/channel/locale, for example freeze.imposed/email/zh-CN.";
	*channel++ = '\0';
	*locale++ = '\0';
	parsed->key = key;
	parsed->action = ag_action_code(event);
	parsed->channel = ag_channel_find(channel);
	parsed->locale = locale;
	if (parsed->action == 0)
		return psprintf("There is no event \"%s\"; see acctguard.events().", event);
	if (parsed->channel == AG_CHANNEL_COUNT)
		return psprintf("There is no channel \"%s\"; channels are in_app, email, sms, push.", channel);
	if (!ag_locale_valid(locale))
		return psprintf("\"%s\" is not a locale such as zh-CN.", locale);
	return NULL;
}

/* Read the index of templates, unless it is current. */
static void
ensure_index(void)
{
	uint64		current;
	MemoryContext cache = ag_policy_cache(&current);
	MemoryContext old;
	List	   *fresh = NIL;
	ListCell   *cell;
	uint8	   *masks;

	if (generation == current)
		return;
	generation = 0;
	old = MemoryContextSwitchTo(cache);
	masks = palloc0(ACTIONS);
	foreach(cell, ag_policy_store_templates())
	{
		AgTemplate *template = palloc0(sizeof(AgTemplate));

		/* What a superuser or a newer release wrote and nobody understands is left out. */
		if (ag_policy_template_parse(lfirst(cell), template) != NULL || template->action >= ACTIONS)
			continue;
		masks[template->action] |= 1 << template->channel;
		fresh = lappend(fresh, template);
	}
	MemoryContextSwitchTo(old);
	channels = masks;
	templates = fresh;
	generation = current;
}

uint32
ag_policy_template_channels(int action)
{
	ensure_index();
	return action > 0 && action < ACTIONS ? channels[action] : 0;
}

/* Read the words of a template into the cache, beside its name. */
static void
read_words(AgTemplate *template)
{
	MemoryContext old = MemoryContextSwitchTo(GetMemoryChunkContext(template));
	AgTemplate *words = ag_policy_store_words(template->key);

	MemoryContextSwitchTo(old);
	if (words == NULL || words->body == NULL)
		elog(ERROR, "notice template \"%s\" is gone", template->key);
	template->subject = words->subject;
	template->body = words->body;
	template->enabled = true;
}

const AgTemplate *
ag_policy_template(int action, AgChannel channel, const char *locale)
{
	AgTemplate *best = NULL;
	int			rank = 0;
	ListCell   *cell;

	ensure_index();
	foreach(cell, templates)
	{
		AgTemplate *template = lfirst(cell);
		int			offered;

		if (template->action != action || template->channel != channel)
			continue;
		offered = ag_locale_rank(locale, template->locale);
		if (offered > rank)
		{
			best = template;
			rank = offered;
		}
	}
	if (best != NULL && best->body == NULL)
		read_words(best);
	return best;
}

const AgTemplate *
ag_policy_template_at(int n)
{
	AgTemplate *template;

	ensure_index();
	if (n >= list_length(templates))
		return NULL;
	template = list_nth(templates, n);
	if (template->body == NULL)
		read_words(template);
	return template;
}
