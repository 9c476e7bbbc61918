/*-------------------------------------------------------------------------
 *
 * residence_store.c
 *		Table residence.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"
#include "catalog/pg_type.h"

enum
{
	RESIDENCE_NEWEST,
	RESIDENCE_LOCK,
	RESIDENCE_BIND
};

static const AgStatement statements[] = {
	/* install() and migrate() ask while they make the tables. */
	[RESIDENCE_NEWEST] = {
		.name = "residence.newest",
		.sql = "SELECT system_identifier, database::int8, relation::int8, timeline, since, mode "
			"FROM acctguard.residence ORDER BY no DESC LIMIT 1",
		.expected = SPI_OK_SELECT,
		.any_version = true
	},
	[RESIDENCE_LOCK] = {
		.name = "residence.lock",
		.sql = "LOCK TABLE acctguard.residence IN SHARE ROW EXCLUSIVE MODE",
		.expected = SPI_OK_UTILITY
	},
	[RESIDENCE_BIND] = {
		.name = "residence.bind",
		.sql = "INSERT INTO acctguard.residence (no, system_identifier, database, relation, timeline, since, "
			"mode, bound_by, reason) SELECT coalesce(max(r.no), 0) + 1, $1, $2::oid, $3::oid, $4, $5, $6, $7, $8 "
			"FROM acctguard.residence r",
		.expected = SPI_OK_INSERT,
		.nargs = 8,
		.argtypes = {INT8OID, INT8OID, INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID}
	}
};

AG_STATEMENT_TABLE(residence_statements, statements);

/* False = there is none. */
bool
ag_residence_store_newest(AgResidence *residence)
{
	AgResult   *result = ag_run_noargs(residence_statements, RESIDENCE_NEWEST);

	if (result->count == 0)
		return false;
	residence->system_identifier = (uint64) ag_row_int8(result, 0, 1);
	residence->database = (Oid) ag_row_int8(result, 0, 2);
	residence->relation = (Oid) ag_row_int8(result, 0, 3);
	residence->timeline = (uint32) ag_row_int4(result, 0, 4);
	residence->since = ag_row_time(result, 0, 5);
	residence->mode = ag_row_text(result, 0, 6);
	return true;
}

/* One at a time moves in; readers are not held up. */
void
ag_residence_store_lock(void)
{
	ag_run_noargs(residence_statements, RESIDENCE_LOCK);
}

void
ag_residence_store_bind(const AgResidence *residence, const char *person, const char *reason)
{
	ag_run(residence_statements, RESIDENCE_BIND, ag_int8((int64) residence->system_identifier),
		   ag_int8(residence->database), ag_int8(residence->relation), ag_int4((int32) residence->timeline),
		   ag_time(residence->since), ag_text(residence->mode), ag_text(person), ag_text(reason));
}
