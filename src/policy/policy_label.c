/*-------------------------------------------------------------------------
 *
 * policy_label.c
 *		What things are called in the languages of users: capabilities, kinds, reasons,
 *		steps, phrases.
 *
 * All labels are read when the session first needs one; they live in the policy cache
 * and go with it.
 *
 * No locks.  Table: label.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#define KEY_SIZE 128			/* of a name in the hash table, which is cut at that length */

typedef struct Label
{
	char		thing[KEY_SIZE];	/* reason/violation.spam */
	List	   *offers;			/* Offer * */
} Label;

typedef struct Offer
{
	const char *locale;
	const char *words;
} Offer;

static uint64 generation = 0;	/* of the cache the rest belongs to; 0 = nothing read */
static HTAB *labels;

/* The last / of a key ends what it names; NULL = it is no key. */
static const char *
locale_of(const char *key)
{
	const char *first = strchr(key, '/');
	const char *last = strrchr(key, '/');

	return first == NULL || last == first || last[1] == '\0' ? NULL : last + 1;
}

const char *
ag_policy_label_problem(const char *key)
{
	const char *locale = locale_of(key);

	if (locale == NULL || locale - key > KEY_SIZE)
		return "The key is thing/name/locale, for example reason/violation.spam/zh-CN.";
	if (!ag_locale_valid(locale))
		return psprintf("\"%s\" is not a locale such as zh-CN.", locale);
	return NULL;
}

/* Into the cache's memory context, which is the current one. */
static void
add_label(const char *key, const char *words)
{
	const char *locale = locale_of(key);
	char		thing[KEY_SIZE] = {0};
	Offer	   *offer = palloc(sizeof(Offer));
	Label	   *label;
	bool		found;

	if (locale == NULL || locale - key > KEY_SIZE)
		return;
	memcpy(thing, key, locale - 1 - key);
	label = hash_search(labels, thing, HASH_ENTER, &found);
	if (!found)
		label->offers = NIL;
	offer->locale = locale;
	offer->words = words;
	label->offers = lappend(label->offers, offer);
}

static void
ensure_labels(void)
{
	uint64		current;
	MemoryContext cache = ag_policy_cache(&current);
	HASHCTL		control = {.keysize = KEY_SIZE, .entrysize = sizeof(Label), .hcxt = cache};
	MemoryContext old;
	AgResult   *result;

	if (generation == current)
		return;
	generation = 0;
	labels = hash_create("acctguard labels", 256, &control, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	old = MemoryContextSwitchTo(cache);
	result = ag_policy_store_labels();
	for (uint64 i = 0; i < result->count; i++)
		add_label(ag_row_text(result, i, 1), ag_row_text(result, i, 2));
	MemoryContextSwitchTo(old);
	generation = current;
}

const char *
ag_policy_label(const char *sort, const char *name, const char *locale)
{
	char		thing[KEY_SIZE] = {0};
	const Label *label;
	const char *words = NULL;
	int			best = 1;
	ListCell   *cell;

	ensure_labels();
	snprintf(thing, sizeof(thing), "%s/%s", sort, name);
	label = hash_search(labels, thing, HASH_FIND, NULL);
	if (label == NULL)
		return NULL;
	foreach(cell, label->offers)
	{
		const Offer *offer = lfirst(cell);
		int			rank = ag_locale_rank(locale, offer->locale);

		if (rank > best)
		{
			best = rank;
			words = offer->words;
		}
	}
	return words;
}

/* A phrase that texts are made of; its name where somebody has removed the words. */
const char *
ag_policy_phrase(const char *name, const char *locale)
{
	const char *words = ag_policy_label("phrase", name, locale);

	return words != NULL ? words : name;
}
