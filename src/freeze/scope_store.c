/*-------------------------------------------------------------------------
 *
 * scope_store.c
 *		Tables scope_freeze, scope_version and scope_announcement.
 *
 * Writers hold SHARE ROW EXCLUSIVE on scope_freeze, which lets readers through and
 * makes the highest number plus one the next number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "freeze/sanction.h"

enum
{
	SCOPE_FREEZE_LOCK,
	SCOPE_FREEZE_NEXT,
	SCOPE_FREEZE_INSERT,
	SCOPE_FREEZE_READ,
	SCOPE_FREEZE_LIFT,
	SCOPE_FREEZE_AMEND,
	SCOPE_FREEZE_REPORT,
	SCOPE_FREEZE_FOR,
	SCOPE_VERSION_INSERT,
	SCOPE_ANNOUNCEMENT_LOCK,
	SCOPE_ANNOUNCEMENT_NEXT,
	SCOPE_ANNOUNCEMENT_COUNT,
	SCOPE_ANNOUNCEMENT_WRITE
};

/*
 * What is to be told at $1 and has not been told to the end.  Monitored scopes and kinds
 * that users do not see are not told of, the end only where the freeze was.  Events are
 * $2 = SCOPE_FROZEN, $3 = SCOPE_LIFTED, $4 = SCOPE_AMENDED, $5 = SCOPE_OVER.
 */
#define ANNOUNCEMENTS_DUE \
	"FROM (SELECT $2 AS event, 0 AS about, f.* FROM acctguard.scope_freeze f " \
	"WHERE announce_at <= $1 AND coalesce(least(ended_at, ends_at) > $1, true) " \
	"UNION ALL SELECT $4, f.version, f.* FROM acctguard.scope_freeze f " \
	"WHERE f.version > 1 AND announce_at <= $1 AND coalesce(least(ended_at, ends_at) > $1, true) " \
	"UNION ALL SELECT CASE WHEN ended_at IS NULL THEN $5 ELSE $3 END, 0, f.* " \
	"FROM acctguard.scope_freeze f WHERE least(ended_at, ends_at) <= $1 AND EXISTS " \
	"(SELECT FROM acctguard.scope_announcement a WHERE a.no = f.no AND a.event = $2)) d " \
	"JOIN acctguard.freeze_kind k ON k.kind = d.kind AND k.version = d.kind_version AND k.visible " \
	"LEFT JOIN acctguard.scope_announcement a " \
	"ON a.no = d.no AND a.event = d.event AND a.version = d.about " \
	"WHERE a.finished_at IS NULL AND d.denied | d.challenged <> 0"

#define DUE_ARGUMENTS(at) \
	ag_time(at), ag_int4(AG_ACTION_SCOPE_FROZEN), ag_int4(AG_ACTION_SCOPE_LIFTED), \
	ag_int4(AG_ACTION_SCOPE_AMENDED), ag_int4(AG_ACTION_SCOPE_OVER)

static const AgStatement statements[] = {
	[SCOPE_FREEZE_LOCK] = {
		.name = "scope_freeze.lock",
		.sql = "LOCK TABLE acctguard.scope_freeze IN SHARE ROW EXCLUSIVE MODE",
		.expected = SPI_OK_UTILITY
	},
	[SCOPE_FREEZE_NEXT] = {
		.name = "scope_freeze.next",
		.sql = "SELECT coalesce(max(no), 0) + 1 FROM acctguard.scope_freeze",
		.expected = SPI_OK_SELECT
	},
	[SCOPE_FREEZE_INSERT] = {
		.name = "scope_freeze.insert",
		.sql = "INSERT INTO acctguard.scope_freeze (no, scope, kind, kind_version, reason, denied, "
			"challenged, monitored, version, announce_at, starts_at, ends_at, note, issued_at, "
			"issued_role, issued_by) "
			"VALUES ($1, $2::jsonb, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
		.expected = SPI_OK_INSERT,
		.nargs = 16,
		.argtypes = {INT4OID, TEXTOID, TEXTOID, INT4OID, TEXTOID, INT8OID, INT8OID, INT8OID, INT4OID,
			TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[SCOPE_FREEZE_READ] = {
		.name = "scope_freeze.read",
		.sql = "SELECT scope::text, kind, kind_version, reason, denied, challenged, monitored, "
			"version, announce_at, starts_at, ends_at, ended_at, end_reason, note "
			"FROM acctguard.scope_freeze WHERE no = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[SCOPE_FREEZE_LIFT] = {
		.name = "scope_freeze.lift",
		.sql = "UPDATE acctguard.scope_freeze SET ended_at = $2, end_reason = $3, ended_by = $4 "
			"WHERE no = $1",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[SCOPE_FREEZE_AMEND] = {
		.name = "scope_freeze.amend",
		.sql = "UPDATE acctguard.scope_freeze SET version = $2, ends_at = $3 WHERE no = $1",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT4OID, INT4OID, TIMESTAMPTZOID}
	},
	[SCOPE_FREEZE_REPORT] = {
		.name = "scope_freeze.report",
		.sql = "SELECT no, scope, kind, reason, CASE WHEN ended_at IS NOT NULL THEN 'lifted' "
			"WHEN ends_at <= $1 THEN 'expired' WHEN starts_at <= $1 THEN 'active' "
			"WHEN announce_at <= $1 THEN 'announced' ELSE 'scheduled' END, "
			"denied, challenged, monitored, announce_at, starts_at, ends_at, ended_at, end_reason, "
			"note, issued_by FROM acctguard.scope_freeze ORDER BY no",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {TIMESTAMPTZOID}
	},
	[SCOPE_FREEZE_FOR] = {
		.name = "scope_freeze.for",
		.sql = "SELECT f.no, f.kind, f.kind_version, f.reason, f.denied, f.challenged, f.monitored, "
			"f.starts_at, least(v.ends_at, f.ended_at) FROM acctguard.scope_freeze f "
			"CROSS JOIN LATERAL (SELECT ends_at FROM acctguard.scope_version v "
			"WHERE v.no = f.no ORDER BY v.changed_at <= $1 DESC, v.version DESC LIMIT 1) v "
			"WHERE coalesce(least(v.ends_at, f.ended_at) > $1, true) AND (f.scope ? 'all' "
			"OR f.scope ->> 'tenant' = $2 OR f.scope ->> 'cohort' = $3) ORDER BY f.no",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 3,
		.argtypes = {TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[SCOPE_VERSION_INSERT] = {
		.name = "scope_version.insert",
		.sql = "INSERT INTO acctguard.scope_version (no, version, ends_at, changed_at, changed_role, "
			"changed_by, change_reason) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		.expected = SPI_OK_INSERT,
		.nargs = 7,
		.argtypes = {INT4OID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID}
	},
	[SCOPE_ANNOUNCEMENT_LOCK] = {
		.name = "scope_announcement.lock",
		.sql = "LOCK TABLE acctguard.scope_announcement IN SHARE ROW EXCLUSIVE MODE",
		.expected = SPI_OK_UTILITY
	},
	[SCOPE_ANNOUNCEMENT_NEXT] = {
		.name = "scope_announcement.next",
		.sql = "SELECT d.no, d.event, d.about, d.scope ->> 'tenant', d.scope ->> 'cohort', "
			"a.no IS NOT NULL, coalesce(a.cursor, -9223372036854775808) " ANNOUNCEMENTS_DUE
			" ORDER BY d.starts_at, d.no, d.event LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 5,
		.argtypes = {TIMESTAMPTZOID, INT4OID, INT4OID, INT4OID, INT4OID}
	},
	[SCOPE_ANNOUNCEMENT_COUNT] = {
		.name = "scope_announcement.count",
		.sql = "SELECT count(*) FROM (SELECT 1 " ANNOUNCEMENTS_DUE " LIMIT $6) w",
		.expected = SPI_OK_SELECT,
		.nargs = 6,
		.argtypes = {TIMESTAMPTZOID, INT4OID, INT4OID, INT4OID, INT4OID, INT8OID}
	},
	[SCOPE_ANNOUNCEMENT_WRITE] = {
		.name = "scope_announcement.write",
		.sql = "INSERT INTO acctguard.scope_announcement AS a "
			"(no, event, version, cursor, told, begun_at, finished_at) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (no, event, version) DO UPDATE "
			"SET cursor = excluded.cursor, told = a.told + excluded.told, "
			"finished_at = excluded.finished_at",
		.expected = SPI_OK_INSERT,
		.nargs = 7,
		.argtypes = {INT4OID, INT4OID, INT4OID, INT8OID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID}
	}
};

AG_STATEMENT_TABLE(scope_statements, statements);

/* Keep other writers out until the transaction ends. */
void
ag_scope_store_lock(void)
{
	ag_run_noargs(scope_statements, SCOPE_FREEZE_LOCK);
}

int
ag_scope_store_next(void)
{
	return ag_row_int4(ag_run_noargs(scope_statements, SCOPE_FREEZE_NEXT), 0, 1);
}

void
ag_scope_store_insert(const AgScope *scope, const AgActor *actor, TimestampTz at)
{
	ag_run(scope_statements, SCOPE_FREEZE_INSERT, ag_int4(scope->no), ag_text(scope->scope),
		   ag_text(scope->kind), ag_int4(scope->kind_version), ag_text(scope->reason),
		   ag_int8((int64) scope->denied), ag_int8((int64) scope->challenged),
		   ag_int8((int64) scope->monitored), ag_int4(scope->version),
		   ag_time(scope->announce_at), ag_time(scope->starts_at), ag_time(scope->ends_at),
		   ag_text(scope->note), ag_time(at), ag_text(actor->role), ag_text(actor->person));
}

/* NULL if there is none. */
AgScope *
ag_scope_store_read(int no)
{
	AgResult   *result = ag_run(scope_statements, SCOPE_FREEZE_READ, ag_int4(no));
	AgScope    *scope;

	if (result->count == 0)
		return NULL;
	scope = palloc0(sizeof(AgScope));
	scope->no = no;
	scope->scope = ag_row_text(result, 0, 1);
	scope->kind = ag_row_text(result, 0, 2);
	scope->kind_version = ag_row_int4(result, 0, 3);
	scope->reason = ag_row_text(result, 0, 4);
	scope->denied = (uint64) ag_row_int8(result, 0, 5);
	scope->challenged = (uint64) ag_row_int8(result, 0, 6);
	scope->monitored = (uint64) ag_row_int8(result, 0, 7);
	scope->version = ag_row_int4(result, 0, 8);
	scope->announce_at = ag_row_time(result, 0, 9);
	scope->starts_at = ag_row_time(result, 0, 10);
	scope->ends_at = ag_row_time(result, 0, 11);
	scope->ended_at = ag_row_time(result, 0, 12);
	scope->end_reason = ag_row_text(result, 0, 13);
	scope->note = ag_row_text(result, 0, 14);
	return scope;
}

void
ag_scope_store_lift(int no, const char *reason, const char *person, TimestampTz at)
{
	ag_run(scope_statements, SCOPE_FREEZE_LIFT, ag_int4(no), ag_time(at), ag_text(reason),
		   ag_text(person));
}

void
ag_scope_store_amend(int no, int version, TimestampTz ends_at)
{
	ag_run(scope_statements, SCOPE_FREEZE_AMEND, ag_int4(no), ag_int4(version), ag_time(ends_at));
}

void
ag_scope_store_version(int no, int version, TimestampTz ends_at, const AgActor *actor,
					   const char *reason, TimestampTz at)
{
	ag_run(scope_statements, SCOPE_VERSION_INSERT, ag_int4(no), ag_int4(version),
		   ag_time(ends_at), ag_time(at), ag_text(actor->role), ag_text(actor->person),
		   ag_text(reason));
}

/*
 * The scope freezes that are in force for an account at an instant, or will be,
 * with the end they had then; AgScope *.
 */
List *
ag_scope_list_at(const AgAccount *account, TimestampTz at)
{
	AgResult   *result = ag_run(scope_statements, SCOPE_FREEZE_FOR, ag_time(at),
								ag_text(account->tenant), ag_text(account->cohort));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgScope    *scope = palloc0(sizeof(AgScope));

		scope->no = ag_row_int4(result, i, 1);
		scope->kind = ag_row_text(result, i, 2);
		scope->kind_version = ag_row_int4(result, i, 3);
		scope->reason = ag_row_text(result, i, 4);
		scope->denied = (uint64) ag_row_int8(result, i, 5);
		scope->challenged = (uint64) ag_row_int8(result, i, 6);
		scope->monitored = (uint64) ag_row_int8(result, i, 7);
		scope->starts_at = ag_row_time(result, i, 8);
		scope->ends_at = ag_row_time(result, i, 9);
		list = lappend(list, scope);
	}
	return list;
}

/* For scope_list(); masks come as numbers. */
AgResult *
ag_scope_store_report(TimestampTz at)
{
	return ag_run(scope_statements, SCOPE_FREEZE_REPORT, ag_time(at));
}

/* Keep other announcers out until the transaction ends. */
void
ag_scope_store_lock_announcements(void)
{
	ag_run_noargs(scope_statements, SCOPE_ANNOUNCEMENT_LOCK);
}

/* What is to be told next, of what starts first; false = nothing. */
bool
ag_scope_store_next_step(TimestampTz at, AgScopeStep *step)
{
	AgResult   *result = ag_run(scope_statements, SCOPE_ANNOUNCEMENT_NEXT, DUE_ARGUMENTS(at));

	memset(step, 0, sizeof(*step));
	if (result->count == 0)
		return false;
	step->announcement.record = ag_row_int4(result, 0, 1);
	step->announcement.event = ag_row_int4(result, 0, 2);
	step->announcement.version = ag_row_int4(result, 0, 3);
	step->announcement.tenant = ag_row_text(result, 0, 4);
	step->announcement.cohort = ag_row_text(result, 0, 5);
	step->begun = ag_row_bool(result, 0, 6);
	step->cursor = ag_row_int8(result, 0, 7);
	return true;
}

/* So many more have been told. */
void
ag_scope_store_step(const AgScopeStep *step, int64 told, bool finished, TimestampTz at)
{
	ag_run(scope_statements, SCOPE_ANNOUNCEMENT_WRITE, ag_int4(step->announcement.record),
		   ag_int4(step->announcement.event), ag_int4(step->announcement.version),
		   ag_int8(step->cursor), ag_int8(told), ag_time(at),
		   finished ? ag_time(at) : ag_null());
}

int64
ag_scope_store_steps(TimestampTz at, int64 most)
{
	return ag_row_int8(ag_run(scope_statements, SCOPE_ANNOUNCEMENT_COUNT, DUE_ARGUMENTS(at),
							  ag_int8(most)), 0, 1);
}
