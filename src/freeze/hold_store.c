/*-------------------------------------------------------------------------
 *
 * hold_store.c
 *		Table legal_hold.
 *
 * Rows of an account are written under its lock; the accounts of a matter are
 * listed without one and locked one by one, by ascending id.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "freeze/sanction.h"

enum
{
	LEGAL_HOLD_INSERT,
	LEGAL_HOLD_FIND,
	LEGAL_HOLD_ACCOUNTS,
	LEGAL_HOLD_RELEASE,
	LEGAL_HOLD_ANY,
	LEGAL_HOLD_UNTIL,
	LEGAL_HOLD_REPORT
};

static const AgStatement statements[] = {
	[LEGAL_HOLD_INSERT] = {
		.name = "legal_hold.insert",
		.sql = "INSERT INTO acctguard.legal_hold (account_id, no, matter, legal_reference, note, "
			"placed_at, placed_role, placed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		.expected = SPI_OK_INSERT,
		.nargs = 8,
		.argtypes = {INT8OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[LEGAL_HOLD_FIND] = {
		.name = "legal_hold.find",
		.sql = "SELECT no, legal_reference, placed_by FROM acctguard.legal_hold "
			"WHERE account_id = $1 AND matter = $2 AND released_at IS NULL",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TEXTOID}
	},
	[LEGAL_HOLD_ACCOUNTS] = {
		.name = "legal_hold.accounts",
		.sql = "SELECT account_id FROM acctguard.legal_hold "
			"WHERE matter = $1 AND released_at IS NULL ORDER BY account_id",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {TEXTOID}
	},
	[LEGAL_HOLD_RELEASE] = {
		.name = "legal_hold.release",
		.sql = "UPDATE acctguard.legal_hold SET released_at = $3, released_by = $4, "
			"release_reference = $5, release_reason = $6 "
			"WHERE account_id = $1 AND no = $2 AND released_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID}
	},
	[LEGAL_HOLD_ANY] = {
		.name = "legal_hold.any",
		.sql = "SELECT EXISTS (SELECT FROM acctguard.legal_hold WHERE account_id = $1 "
			"AND placed_at <= $2 AND coalesce(released_at > $2, true))",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[LEGAL_HOLD_UNTIL] = {
		.name = "legal_hold.until",
		.sql = "SELECT max(coalesce(released_at, 'infinity')) FROM acctguard.legal_hold "
			"WHERE account_id = $1 AND placed_at < $2 AND coalesce(released_at > $2, true)",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[LEGAL_HOLD_REPORT] = {
		.name = "legal_hold.report",
		.sql = "SELECT no, matter, legal_reference, note, placed_at, placed_by, released_at, "
			"released_by, release_reference, release_reason "
			"FROM acctguard.legal_hold WHERE account_id = $1 ORDER BY no",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(hold_statements, statements);

void
ag_hold_store_insert(int64 account_id, int no, const char *matter, const char *legal_reference,
					 const char *note, const AgActor *actor, TimestampTz at)
{
	ag_run(hold_statements, LEGAL_HOLD_INSERT, ag_int8(account_id), ag_int4(no), ag_text(matter),
		   ag_text(legal_reference), ag_text(note), ag_time(at), ag_text(actor->role),
		   ag_text(actor->person));
}

/* The live hold of a matter on an account, 0 if there is none. */
int
ag_hold_store_find(int64 account_id, const char *matter, char **legal_reference,
				   char **placed_by)
{
	AgResult   *result = ag_run(hold_statements, LEGAL_HOLD_FIND, ag_int8(account_id),
								ag_text(matter));

	if (result->count == 0)
		return 0;
	*legal_reference = ag_row_text(result, 0, 2);
	*placed_by = ag_row_text(result, 0, 3);
	return ag_row_int4(result, 0, 1);
}

/* The accounts a matter holds, int64 *, ascending. */
List *
ag_hold_store_accounts(const char *matter)
{
	AgResult   *result = ag_run(hold_statements, LEGAL_HOLD_ACCOUNTS, ag_text(matter));
	List	   *list = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		int64	   *account_id = palloc(sizeof(int64));

		*account_id = ag_row_int8(result, i, 1);
		list = lappend(list, account_id);
	}
	return list;
}

void
ag_hold_store_release(int64 account_id, int no, const char *person, const char *legal_reference,
					  const char *reason, TimestampTz at)
{
	ag_run(hold_statements, LEGAL_HOLD_RELEASE, ag_int8(account_id), ag_int4(no), ag_time(at),
		   ag_text(person), ag_text(legal_reference), ag_text(reason));
}

/* Was the account under any hold at a time? */
bool
ag_hold_store_any(int64 account_id, TimestampTz at)
{
	return ag_row_bool(ag_run(hold_statements, LEGAL_HOLD_ANY, ag_int8(account_id), ag_time(at)),
					   0, 1);
}

/* When the holds that stand at an instant are released; that instant if none stands. */
TimestampTz
ag_hold_store_until(int64 account_id, TimestampTz at)
{
	AgResult   *result = ag_run(hold_statements, LEGAL_HOLD_UNTIL, ag_int8(account_id),
								ag_time(at));

	return ag_row_isnull(result, 0, 1) ? at : ag_row_time(result, 0, 1);
}

/* For legal_hold_list(). */
AgResult *
ag_hold_store_report(int64 account_id)
{
	return ag_run(hold_statements, LEGAL_HOLD_REPORT, ag_int8(account_id));
}
