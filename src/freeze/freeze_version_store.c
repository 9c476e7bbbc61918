/*-------------------------------------------------------------------------
 *
 * freeze_version_store.c
 *		Table freeze_version: the terms of freezes and their statements of reasons.
 *
 * Versions are inserted and never changed.  The caller holds the account's lock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "freeze/decision.h"

enum
{
	VERSION_INSERT,
	VERSION_COPY,
	VERSION_LOAD,
	VERSION_BY_PERSON,
	VERSION_PUBLISHED
};

static const AgStatement statements[] = {
	[VERSION_INSERT] = {
		.name = "freeze_version.insert",
		.sql = "INSERT INTO acctguard.freeze_version (account_id, no, version, proposal, issued_at, "
			"issued_by, issued_role, starts_at, ends_at, denies, rule, required, facts, explanation, "
			"ground, legal_reference, conduct_at, evidence, detection_automated, decision_automated, "
			"source, category, content_types, territory, locale) "
			"VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13, $14, $15, $16, "
			"$17::jsonb, $18, $19, $20, $21, coalesce($22, '{}'), coalesce($23, '{}'), $24)",
		.expected = SPI_OK_INSERT,
		.nargs = 24,
		.argtypes = {INT8OID, INT4OID, BOOLOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TIMESTAMPTZOID,
			TIMESTAMPTZOID, INT8OID, TEXTOID, TEXTARRAYOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
			TIMESTAMPTZOID, TEXTOID, BOOLOID, BOOLOID, TEXTOID, TEXTOID, TEXTARRAYOID, TEXTARRAYOID, TEXTOID}
	},
	[VERSION_COPY] = {
		.name = "freeze_version.copy",
		.sql = "INSERT INTO acctguard.freeze_version (account_id, no, version, proposal, issued_at, "
			"issued_by, issued_role, approved_by, starts_at, ends_at, denies, rule, required, facts, "
			"explanation, ground, legal_reference, conduct_at, evidence, detection_automated, "
			"decision_automated, source, category, content_types, territory, locale, change_note) "
			"SELECT account_id, no, $4, $5, $6, coalesce($7, issued_by), coalesce($8, issued_role), $9, "
			"$10, $11, $12, rule, required, coalesce($13, facts), explanation, ground, "
			"coalesce($14, legal_reference), conduct_at, coalesce($15::jsonb, evidence), "
			"detection_automated, $16, source, category, content_types, territory, locale, "
			"coalesce($17, CASE WHEN $9 IS NOT NULL THEN change_note END) "
			"FROM acctguard.freeze_version WHERE account_id = $1 AND no = $2 AND version = $3",
		.expected = SPI_OK_INSERT,
		.nargs = 17,
		.argtypes = {INT8OID, INT4OID, INT4OID, INT4OID, BOOLOID, TIMESTAMPTZOID, TEXTOID, TEXTOID,
			TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, TEXTOID, TEXTOID, TEXTOID, BOOLOID, TEXTOID}
	},
	[VERSION_LOAD] = {
		.name = "freeze_version.load",
		.sql = "SELECT starts_at, ends_at, denies FROM acctguard.freeze_version "
			"WHERE account_id = $1 AND no = $2 AND version = $3",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, INT4OID}
	},
	[VERSION_BY_PERSON] = {
		.name = "freeze_version.by_person",
		.sql = "SELECT EXISTS (SELECT FROM acctguard.freeze_version "
			"WHERE account_id = $1 AND no = $2 AND NOT proposal AND NOT decision_automated)",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[VERSION_PUBLISHED] = {
		.name = "freeze_version.published",
		.sql = "SELECT r.puid || '-' || v.version, r.kind, r.kind_version, r.reason, v.denies, v.ground, "
			"v.legal_reference, v.explanation, v.category, v.content_types, "
			"(v.conduct_at AT TIME ZONE 'UTC')::date, (v.starts_at AT TIME ZONE 'UTC')::date, "
			"(v.ends_at AT TIME ZONE 'UTC')::date, v.source, v.detection_automated, "
			"v.decision_automated, r.automated, v.territory "
			"FROM acctguard.freeze_version v JOIN acctguard.freeze_record r "
			"ON r.account_id = v.account_id AND r.no = v.no "
			"WHERE NOT v.proposal AND v.source <> 'order' "
			"AND v.issued_at >= coalesce($1, '-infinity') AND v.issued_at < coalesce($2, 'infinity') "
			"AND coalesce(r.disclose_at <= $3, true) ORDER BY v.issued_at, r.puid, v.version",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 3,
		.argtypes = {TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID}
	}
};

AG_STATEMENT_TABLE(freeze_version_statements, statements);

/* The first version of a freeze. */
void
ag_freeze_store_first_version(const AgFreeze *freeze, const AgFreezeStatement *statement)
{
	bool		proposal = freeze->proposal_until != DT_NOEND;

	ag_run(freeze_version_statements, VERSION_INSERT, ag_int8(freeze->account_id),
		   ag_int4(freeze->no), ag_bool(proposal), ag_time(freeze->issued_at),
		   ag_text(freeze->issued_by), ag_text(freeze->issued_role), ag_time(freeze->starts_at),
		   ag_time(freeze->ends_at), ag_int8((int64) freeze->denies), ag_text(freeze->rule),
		   ag_datum(PointerGetDatum(statement->required), false), ag_text(freeze->facts),
		   ag_text(statement->explanation), ag_text(freeze->ground),
		   ag_text(freeze->legal_reference), ag_time(freeze->conduct_at),
		   ag_text(statement->evidence), ag_bool(statement->detection_automated),
		   ag_bool(freeze->automated), ag_text(statement->source), ag_text(statement->category),
		   ag_datum(PointerGetDatum(statement->content_types), statement->content_types == NULL),
		   ag_datum(PointerGetDatum(statement->territory), statement->territory == NULL),
		   ag_text(statement->locale));
}

/*
 * Write a further version: what is NULL in it stays as it was in version `from`.
 */
void
ag_freeze_store_insert_version(const AgFreeze *freeze, int from, const AgFreezeVersion *version)
{
	AgResult   *result;

	result = ag_run(freeze_version_statements, VERSION_COPY, ag_int8(freeze->account_id),
					ag_int4(freeze->no), ag_int4(from), ag_int4(version->version),
					ag_bool(version->proposal), ag_time(version->issued_at),
					ag_text(version->issued_by), ag_text(version->issued_role),
					ag_text(version->approved_by), ag_time(version->starts_at),
					ag_time(version->ends_at), ag_int8((int64) version->denies),
					ag_text(version->facts), ag_text(version->legal_reference),
					ag_text(version->evidence), ag_bool(version->decision_automated),
					ag_text(version->change_note));
	if (result->count != 1)
		elog(ERROR, "freeze %d of account " INT64_FORMAT " has no version %d", freeze->no,
			 freeze->account_id, from);
}

/* Did a person decide one of the versions that were in force? */
bool
ag_freeze_store_by_person(const AgFreeze *freeze)
{
	return ag_row_bool(ag_run(freeze_version_statements, VERSION_BY_PERSON,
							  ag_int8(freeze->account_id), ag_int4(freeze->no)), 0, 1);
}

/* The terms of a version: starts_at, ends_at, denies of a copy of the freeze. */
AgFreeze *
ag_freeze_store_version(const AgFreeze *freeze, int version)
{
	AgResult   *result = ag_run(freeze_version_statements, VERSION_LOAD,
								ag_int8(freeze->account_id), ag_int4(freeze->no), ag_int4(version));
	AgFreeze   *copy = palloc(sizeof(AgFreeze));

	*copy = *freeze;
	copy->terms = version;
	copy->starts_at = ag_row_time(result, 0, 1);
	copy->ends_at = ag_row_time(result, 0, 2);
	copy->denies = (uint64) ag_row_int8(result, 0, 3);
	return copy;
}

/* Versions that were in force and whose reasons may be told, issued in [since, until). */
List *
ag_freeze_store_published(TimestampTz since, TimestampTz until, TimestampTz at)
{
	AgResult   *result = ag_run(freeze_version_statements, VERSION_PUBLISHED, ag_time(since),
								ag_time(until), ag_time(at));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgFreezePublished *published = palloc(sizeof(AgFreezePublished));
		bool		isnull;

		published->puid = ag_row_text(result, i, 1);
		published->kind = ag_row_text(result, i, 2);
		published->kind_version = ag_row_int4(result, i, 3);
		published->reason = ag_row_text(result, i, 4);
		published->denies = (uint64) ag_row_int8(result, i, 5);
		published->ground = ag_row_text(result, i, 6);
		published->legal_reference = ag_row_text(result, i, 7);
		published->explanation = ag_row_text(result, i, 8);
		published->category = ag_row_text(result, i, 9);
		published->content_types = ag_row_array(result, i, 10);
		published->conduct_date = ag_row_datum(result, i, 11, &published->conduct_date_isnull);
		published->start_date = ag_row_datum(result, i, 12, &isnull);
		published->end_date = ag_row_datum(result, i, 13, &published->end_date_isnull);
		published->source = ag_row_text(result, i, 14);
		published->detection_automated = ag_row_bool(result, i, 15);
		published->decision_automated = ag_row_bool(result, i, 16);
		published->automated = ag_row_bool(result, i, 17);
		published->territory = ag_row_array(result, i, 18);
		list = lappend(list, published);
	}
	return list;
}
