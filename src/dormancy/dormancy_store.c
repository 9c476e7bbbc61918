/*-------------------------------------------------------------------------
 *
 * dormancy_store.c
 *		Tables entitlement_source and dormancy_reminder; a walk over accounts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "dormancy/dormancy.h"

enum
{
	SOURCE_LIST,
	SOURCE_NEXT,
	SOURCE_INSERT,
	SOURCE_REPORT,
	SOURCE_ROLE,
	DORMANCY_WALK,
	REMINDER_READ,
	REMINDER_WRITE
};

#define NEWEST "(SELECT DISTINCT ON (source) * FROM acctguard.entitlement_source ORDER BY source, version DESC)"

static const AgStatement statements[] = {
	[SOURCE_LIST] = {
		.name = "entitlement_source.list",
		.sql = "SELECT source, version, query, run_as FROM " NEWEST " s WHERE enabled ORDER BY source",
		.expected = SPI_OK_SELECT
	},
	[SOURCE_NEXT] = {
		.name = "entitlement_source.next",
		.sql = "SELECT coalesce(max(version), 0) + 1 FROM acctguard.entitlement_source WHERE source = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[SOURCE_INSERT] = {
		.name = "entitlement_source.insert",
		.sql = "INSERT INTO acctguard.entitlement_source (source, version, query, run_as, enabled, "
			"changed_at, changed_by, change_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		.expected = SPI_OK_INSERT,
		.nargs = 8,
		.argtypes = {TEXTOID, INT4OID, TEXTOID, TEXTOID, BOOLOID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[SOURCE_REPORT] = {
		.name = "entitlement_source.report",
		.sql = "SELECT source, version, enabled, query, run_as, changed_at, changed_by, change_reason "
			"FROM " NEWEST " s ORDER BY source",
		.expected = SPI_OK_SELECT,
		.read_only = true
	},
	/* Roles below 16384 come with the server. */
	[SOURCE_ROLE] = {
		.name = "entitlement_source.role",
		.sql = "SELECT r.oid, r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication "
			"OR r.rolbypassrls, EXISTS (SELECT FROM pg_roles g WHERE (g.oid < 16384 "
			"OR starts_with(g.rolname, 'acctguard_')) AND pg_has_role(r.oid, g.oid, 'MEMBER')) "
			"FROM pg_roles r WHERE r.rolname = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[DORMANCY_WALK] = {
		.name = "dormancy.walk",
		.sql = "SELECT account_id, state = 'active' AND coalesce(owner_seen_at, registered_at) < $2 "
			"FROM acctguard.account WHERE account_id > $1 ORDER BY account_id LIMIT $3",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {INT8OID, TIMESTAMPTZOID, INT8OID}
	},
	[REMINDER_READ] = {
		.name = "dormancy_reminder.read",
		.sql = "SELECT seen_at FROM acctguard.dormancy_reminder WHERE account_id = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[REMINDER_WRITE] = {
		.name = "dormancy_reminder.write",
		.sql = "INSERT INTO acctguard.dormancy_reminder (account_id, seen_at, reminded_at) "
			"VALUES ($1, $2, $3) ON CONFLICT (account_id) DO UPDATE "
			"SET seen_at = excluded.seen_at, reminded_at = excluded.reminded_at",
		.expected = SPI_OK_INSERT,
		.nargs = 3,
		.argtypes = {INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID}
	}
};

AG_STATEMENT_TABLE(dormancy_statements, statements);

List *
ag_source_store_list(void)
{
	AgResult   *result = ag_run_noargs(dormancy_statements, SOURCE_LIST);
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgSource   *source = palloc(sizeof(AgSource));

		source->source = ag_row_text(result, i, 1);
		source->version = ag_row_int4(result, i, 2);
		source->query = ag_row_text(result, i, 3);
		source->run_as = ag_row_text(result, i, 4);
		list = lappend(list, source);
	}
	return list;
}

/* Two who change a source at once get the same version: one of them fails at the key. */
int
ag_source_store_next(const char *source)
{
	return ag_row_int4(ag_run(dormancy_statements, SOURCE_NEXT, ag_text(source)), 0, 1);
}

void
ag_source_store_insert(const AgSource *source, bool enabled, const char *person, const char *reason,
					   TimestampTz at)
{
	ag_run(dormancy_statements, SOURCE_INSERT, ag_text(source->source), ag_int4(source->version),
		   ag_text(source->query), ag_text(source->run_as), ag_bool(enabled), ag_time(at),
		   ag_text(person), ag_text(reason));
}

/* For entitlement_sources(). */
AgResult *
ag_source_store_report(void)
{
	return ag_run_noargs(dormancy_statements, SOURCE_REPORT);
}

void
ag_source_store_role(const char *role, AgRunAs *run_as)
{
	AgResult   *result = ag_run(dormancy_statements, SOURCE_ROLE, ag_text(role));
	bool		isnull;

	memset(run_as, 0, sizeof(*run_as));
	if (result->count == 0)
		return;
	run_as->role_id = DatumGetObjectId(ag_row_datum(result, 0, 1, &isnull));
	run_as->powerful = ag_row_bool(result, 0, 2);
	run_as->privileged = ag_row_bool(result, 0, 3);
}

AgResult *
ag_dormancy_store_walk(int64 after, TimestampTz silent_since, int64 limit)
{
	return ag_run(dormancy_statements, DORMANCY_WALK, ag_int8(after), ag_time(silent_since),
				  ag_int8(limit));
}

/* For which sign of life the owner was asked last. */
TimestampTz
ag_reminder_store_read(int64 account_id)
{
	AgResult   *result = ag_run(dormancy_statements, REMINDER_READ, ag_int8(account_id));

	return result->count == 0 ? DT_NOEND : ag_row_time(result, 0, 1);
}

void
ag_reminder_store_write(int64 account_id, TimestampTz seen_at, TimestampTz at)
{
	ag_run(dormancy_statements, REMINDER_WRITE, ag_int8(account_id), ag_time(seen_at), ag_time(at));
}
