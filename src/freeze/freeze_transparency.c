/*-------------------------------------------------------------------------
 *
 * freeze_transparency.c
 *		Statements of reasons for publication, in the columns of the transparency
 *		database of the Digital Services Act.
 *
 * One row per version that was in force: each is a decision.  No personal data: no
 * account, no person, no facts, only the explanation that was written for the public,
 * else the reason's own text; the public id is random.  Left out: what an authority
 * ordered, what the user does not see or not yet, and what is no decision about a
 * violation (security, the user's own wish, maintenance, dormancy).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "freeze/decision.h"
#include "utils/builtins.h"

/* The capabilities whose loss the schema counts apart. */
static uint64
mask_of(const char *const *names, int count)
{
	uint64		mask = 0;

	for (int i = 0; i < count; i++)
		mask |= UINT64CONST(1) << ag_policy_capability_bit(names[i]);
	return mask;
}

static const char *const monetary[] = {"pay.send", "pay.large", "pay.receive", "pay.withdraw"};
static const char *const visibility[] = {"profile.visible", "search.discoverable"};

static const char *
source_type(const char *source)
{
	if (strcmp(source, "notice") == 0)
		return "SOURCE_ARTICLE_16";
	if (strcmp(source, "trusted_flagger") == 0)
		return "SOURCE_TRUSTED_FLAGGER";
	return "SOURCE_VOLUNTARY";
}

static void
put_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	values[column] = text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

/* What was decided about the account, its functions, money, visibility. */
static void
put_decisions(const AgFreezePublished *published, const AgKind *kind, Datum *values, bool *nulls)
{
	AgFreeze	freeze = {.denies = published->denies};
	bool		total = ag_freeze_is_total(&freeze, kind);
	uint64		money = mask_of(monetary, lengthof(monetary));
	uint64		shown = mask_of(visibility, lengthof(visibility));
	uint64		mask = published->denies;

	put_text(values, nulls, 1, !total && (mask & shown) ?
			 "DECISION_VISIBILITY_CONTENT_DISABLED" : NULL);
	put_text(values, nulls, 2, !total && (mask & money) ? "DECISION_MONETARY_SUSPENSION" : NULL);
	put_text(values, nulls, 3, !total && (mask & ~(money | shown)) ?
			 "DECISION_PROVISION_PARTIAL_SUSPENSION" : NULL);
	put_text(values, nulls, 4, total ? "DECISION_ACCOUNT_SUSPENDED" : NULL);
	values[15] = values[16] = values[17] = values[18] = published->end_date;
	nulls[15] = published->end_date_isnull || nulls[1];
	nulls[16] = published->end_date_isnull || nulls[2];
	nulls[17] = published->end_date_isnull || nulls[3];
	nulls[18] = published->end_date_isnull || nulls[4];
}

static void
put_published(ReturnSetInfo *rsinfo, const AgFreezePublished *published, const AgReason *reason)
{
	const AgKind *kind = ag_policy_kind_version(published->kind, published->kind_version);
	bool		illegal = published->legal_reference != NULL;
	const char *explanation = published->explanation ? published->explanation : reason->public_text;
	Datum		values[AG_PUBLISHED_COLUMNS];
	bool		nulls[AG_PUBLISHED_COLUMNS] = {false};

	put_text(values, nulls, 0, published->puid);
	put_decisions(published, kind, values, nulls);
	put_text(values, nulls, 5, illegal ? "DECISION_GROUND_ILLEGAL_CONTENT" :
			 "DECISION_GROUND_INCOMPATIBLE_CONTENT");
	put_text(values, nulls, 6, published->legal_reference);
	put_text(values, nulls, 7, illegal ? explanation : NULL);
	put_text(values, nulls, 8, illegal ? NULL : published->ground ? published->ground :
			 reason->public_text);
	put_text(values, nulls, 9, illegal ? NULL : explanation);
	put_text(values, nulls, 10, explanation);
	put_text(values, nulls, 11, published->category);
	values[12] = PointerGetDatum(published->content_types);
	values[13] = published->conduct_date;
	nulls[13] = published->conduct_date_isnull;
	values[14] = published->start_date;
	put_text(values, nulls, 19, source_type(published->source));
	put_text(values, nulls, 20, published->detection_automated ? "Yes" : "No");
	put_text(values, nulls, 21, published->decision_automated ? "AUTOMATED_DECISION_FULLY" :
			 published->automated ? "AUTOMATED_DECISION_PARTIALLY" :
			 "AUTOMATED_DECISION_NOT_AUTOMATED");
	values[22] = PointerGetDatum(published->territory);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

void
ag_freeze_publish(ReturnSetInfo *rsinfo, TimestampTz since, TimestampTz until, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, ag_freeze_store_published(since, until, at))
	{
		AgFreezePublished *published = lfirst(cell);
		const AgReason *reason = ag_policy_reason(published->reason);
		const AgKind *kind = ag_policy_kind_version(published->kind, published->kind_version);

		if (reason != NULL && kind->visible && strcmp(kind->mode, "monitor") != 0 &&
			(strcmp(reason->category, "violation") == 0 ||
			 strcmp(reason->category, "regulatory") == 0))
			put_published(rsinfo, published, reason);
	}
}
