/*-------------------------------------------------------------------------
 *
 * binding_store.c
 *		Table binding.
 *
 * Rows are written under the locks of their number and their account.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "phone/phone.h"
#include "utils/array.h"
#include "utils/builtins.h"

enum
{
	BINDING_INSERT,
	BINDING_READ,
	BINDING_HOLDER,
	BINDING_LIVE,
	BINDING_PROVE,
	BINDING_ASKED,
	BINDING_CONFIRM,
	BINDING_OLD,
	BINDING_OLD_COUNT,
	BINDING_RELEASE,
	BINDING_REPORT,
	BINDING_SIGNS,
	BINDING_STARTED,
	BINDING_TRUSTING,
	BINDING_GIVEN_UP,
	BINDING_TRUSTED,
	BINDING_MOVED
};

#define COLUMNS \
	"account_id, no, number_id, kind, bound_at, effective_at, last_owner_proof_at, released_at, " \
	"release_reason, history_login_eligible, asked_at, confirmed_at"

/* When something was last known about a login binding in force, and which are those; as their index has it. */
#define SINCE "greatest(bound_at, last_owner_proof_at, asked_at, confirmed_at)"
#define IN_FORCE "kind = 'login' AND released_at IS NULL"

/* In the order of COLUMNS. */
enum
{
	COL_ACCOUNT_ID = 1,
	COL_NO,
	COL_NUMBER_ID,
	COL_KIND,
	COL_BOUND_AT,
	COL_EFFECTIVE_AT,
	COL_PROOF_AT,
	COL_RELEASED_AT,
	COL_RELEASE_REASON,
	COL_ELIGIBLE,
	COL_ASKED_AT,
	COL_CONFIRMED_AT
};

static const AgStatement statements[] = {
	[BINDING_INSERT] = {
		.name = "binding.insert",
		.sql = "INSERT INTO acctguard.binding (account_id, no, number_id, kind, proofs, bound_at, "
			"bound_by, recorded_at, effective_at, last_owner_proof_at) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		.expected = SPI_OK_INSERT,
		.nargs = 10,
		.argtypes = {INT8OID, INT4OID, INT8OID, TEXTOID, TEXTARRAYOID, TIMESTAMPTZOID, TEXTOID,
			TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID}
	},
	[BINDING_READ] = {
		.name = "binding.read",
		.sql = "SELECT " COLUMNS " FROM acctguard.binding WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[BINDING_HOLDER] = {
		.name = "binding.holder",
		/* The fence keeps the planner off the index of accounts, which has the same condition. */
		.sql = "SELECT " COLUMNS " FROM (SELECT * FROM acctguard.binding WHERE number_id = $1 OFFSET 0) b "
			"WHERE kind = 'login' AND released_at IS NULL",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	/* The country is that of the login number, or of the last one. */
	[BINDING_SIGNS] = {
		.name = "binding.signs",
		.sql = "SELECT max(b.last_owner_proof_at), (array_agg(n.country::int4 "
			"ORDER BY b.released_at DESC NULLS FIRST, b.no DESC) FILTER (WHERE b.kind = 'login'))[1] "
			"FROM acctguard.binding b JOIN acctguard.number n ON n.number_id = b.number_id "
			"WHERE b.account_id = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[BINDING_LIVE] = {
		.name = "binding.live",
		.sql = "SELECT " COLUMNS " FROM acctguard.binding WHERE account_id = $1 AND kind = $3 "
			"AND released_at IS NULL AND (kind = 'login' OR number_id = $2)",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {INT8OID, INT8OID, TEXTOID}
	},
	[BINDING_PROVE] = {
		.name = "binding.prove",
		.sql = "UPDATE acctguard.binding SET last_owner_proof_at = $3 "
			"WHERE account_id = $1 AND no = $2 AND released_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID}
	},
	[BINDING_ASKED] = {
		.name = "binding.asked",
		.sql = "UPDATE acctguard.binding SET asked_at = $3 "
			"WHERE account_id = $1 AND no = $2 AND released_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID}
	},
	[BINDING_CONFIRM] = {
		.name = "binding.confirm",
		.sql = "UPDATE acctguard.binding SET confirmed_at = $3 "
			"WHERE account_id = $1 AND no = $2 AND released_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID}
	},
	[BINDING_OLD] = {
		.name = "binding.old",
		.sql = "SELECT " SINCE ", account_id, no FROM acctguard.binding WHERE " IN_FORCE " AND " SINCE " <= $1 "
			"AND (" SINCE ", account_id) > ($2, $3) ORDER BY " SINCE ", account_id LIMIT $4",
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, INT8OID}
	},
	[BINDING_OLD_COUNT] = {
		.name = "binding.old_count",
		.sql = "SELECT count(*) FROM (SELECT FROM acctguard.binding WHERE " IN_FORCE " AND " SINCE " <= $1 LIMIT $2) o",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT8OID}
	},
	[BINDING_STARTED] = {
		.name = "binding.started",
		.sql = "SELECT count(DISTINCT account_id)::int4 FROM acctguard.binding "
			"WHERE number_id = $1 AND account_id <> $2 AND kind = 'login' AND bound_at > $3",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {INT8OID, INT8OID, TIMESTAMPTZOID}
	},
	[BINDING_TRUSTING] = {
		.name = "binding.trusting",
		.sql = "SELECT account_id, no FROM (SELECT * FROM acctguard.binding WHERE number_id = $1 OFFSET 0) b "
			"WHERE kind = 'trusted' AND released_at IS NULL ORDER BY account_id, no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[BINDING_RELEASE] = {
		.name = "binding.release",
		.sql = "UPDATE acctguard.binding SET released_at = $3, release_reason = $4, released_by = $5, "
			"release_note = $6, history_login_eligible = $7 "
			"WHERE account_id = $1 AND no = $2 AND released_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 7,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, BOOLOID}
	},
	[BINDING_GIVEN_UP] = {
		.name = "binding.given_up",
		.sql = "SELECT FROM acctguard.binding WHERE account_id = $1 AND number_id = $2 AND kind = 'login' "
			"AND released_at > $3 AND release_reason IN ('changed_by_owner', 'unbound_by_owner') LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {INT8OID, INT8OID, TIMESTAMPTZOID}
	},
	[BINDING_TRUSTED] = {
		.name = "binding.trusted",
		.sql = "SELECT " COLUMNS " FROM acctguard.binding WHERE account_id = $1 AND kind = 'trusted' "
			"AND released_at IS NULL ORDER BY no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[BINDING_MOVED] = {
		.name = "binding.moved",
		.sql = "SELECT FROM acctguard.binding WHERE number_id = $1 AND kind = 'login' "
			"AND account_id <> $2 AND bound_at > $3 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 3,
		.argtypes = {INT8OID, INT8OID, TIMESTAMPTZOID}
	},
	[BINDING_REPORT] = {
		.name = "binding.report",
		.sql = "SELECT b.no, b.kind, n.hint, n.country::int4, "
			"CASE WHEN b.released_at IS NULL THEN 'active' ELSE 'released' END, b.proofs, b.bound_at, "
			"b.last_owner_proof_at, b.released_at, b.release_reason, b.released_by, "
			"b.history_login_eligible "
			"FROM acctguard.binding b JOIN acctguard.number n USING (number_id) "
			"WHERE b.account_id = $1 ORDER BY b.no",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(binding_statements, statements);

static AgPhoneBinding *
binding_at(const AgResult *result, uint64 row)
{
	AgPhoneBinding *binding = palloc(sizeof(AgPhoneBinding));

	binding->account_id = ag_row_int8(result, row, COL_ACCOUNT_ID);
	binding->no = ag_row_int4(result, row, COL_NO);
	binding->number_id = ag_row_int8(result, row, COL_NUMBER_ID);
	binding->kind = ag_row_text(result, row, COL_KIND);
	binding->bound_at = ag_row_time(result, row, COL_BOUND_AT);
	binding->effective_at = ag_row_time(result, row, COL_EFFECTIVE_AT);
	binding->last_owner_proof_at = ag_row_time(result, row, COL_PROOF_AT);
	binding->released_at = ag_row_time(result, row, COL_RELEASED_AT);
	binding->release_reason = ag_row_text(result, row, COL_RELEASE_REASON);
	binding->history_login_eligible = ag_row_bool(result, row, COL_ELIGIBLE);
	binding->asked_at = ag_row_time(result, row, COL_ASKED_AT);
	binding->confirmed_at = ag_row_time(result, row, COL_CONFIRMED_AT);
	return binding;
}

static AgPhoneBinding *
binding_of(const AgResult *result)
{
	return result->count == 0 ? NULL : binding_at(result, 0);
}

static NullableDatum
text_array(List *texts)
{
	Datum	   *values = palloc(sizeof(Datum) * list_length(texts));
	ListCell   *cell;

	foreach(cell, texts)
		values[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	return ag_datum(PointerGetDatum(construct_array(values, list_length(texts), TEXTOID, -1, false,
													TYPALIGN_INT)), false);
}

void
ag_binding_store_insert(const AgPhoneBinding *binding, List *proofs, const char *person,
						TimestampTz at)
{
	ag_run(binding_statements, BINDING_INSERT, ag_int8(binding->account_id), ag_int4(binding->no),
		   ag_int8(binding->number_id), ag_text(binding->kind), text_array(proofs),
		   ag_time(binding->bound_at), ag_text(person), ag_time(at),
		   ag_time(binding->effective_at), ag_time(binding->last_owner_proof_at));
}

/* NULL = there is none. */
AgPhoneBinding *
ag_binding_store_read(int64 account_id, int no)
{
	return binding_of(ag_run(binding_statements, BINDING_READ, ag_int8(account_id), ag_int4(no)));
}

/* The login binding in force; NULL = there is none. */
AgPhoneBinding *
ag_binding_store_holder(int64 number_id)
{
	return binding_of(ag_run(binding_statements, BINDING_HOLDER, ag_int8(number_id)));
}

/* The account's login binding, whatever the number, or its trusted one of the number. */
AgPhoneBinding *
ag_binding_store_live(int64 account_id, int64 number_id, const char *kind)
{
	return binding_of(ag_run(binding_statements, BINDING_LIVE, ag_int8(account_id),
							 ag_int8(number_id), ag_text(kind)));
}

void
ag_binding_store_release(const AgPhoneBinding *binding, AgRelease why, const char *note,
						 const char *person, TimestampTz at)
{
	bool		eligible = ag_release_is_involuntary(why) && strcmp(binding->kind, AG_BINDING_LOGIN) == 0;

	if (ag_run(binding_statements, BINDING_RELEASE, ag_int8(binding->account_id),
			   ag_int4(binding->no), ag_time(at), ag_text(ag_release_name(why)), ag_text(person),
			   ag_text(note), ag_bool(eligible))->count != 1)
		elog(ERROR, "binding %d vanished under its lock", binding->no);
}

/*
 * When the account's owner last proved any of its numbers (DT_NOEND = never), and the
 * calling code of its login number, or of the last it had (0 = none).
 */
void
ag_binding_store_signs(int64 account_id, TimestampTz *proof_at, int *country)
{
	AgResult   *result = ag_run(binding_statements, BINDING_SIGNS, ag_int8(account_id));

	*proof_at = ag_row_time(result, 0, 1);
	*country = ag_row_int4(result, 0, 2);
}

/* Its owner has proved the number, together with something that does not depend on it. */
void
ag_binding_store_prove(const AgPhoneBinding *binding, TimestampTz at)
{
	if (ag_run(binding_statements, BINDING_PROVE, ag_int8(binding->account_id),
			   ag_int4(binding->no), ag_time(at))->count != 1)
		elog(ERROR, "binding %d vanished under its lock", binding->no);
}

/* Its owner was asked whether it is still his. */
void
ag_binding_store_asked(const AgPhoneBinding *binding, TimestampTz at)
{
	ag_run(binding_statements, BINDING_ASKED, ag_int8(binding->account_id), ag_int4(binding->no), ag_time(at));
}

/* He said that it is, and proved nothing. */
void
ag_binding_store_confirm(const AgPhoneBinding *binding, TimestampTz at)
{
	ag_run(binding_statements, BINDING_CONFIRM, ag_int8(binding->account_id), ag_int4(binding->no),
		   ag_time(at));
}

/* Login bindings of which nothing was heard since a time, oldest first: since when, account, number. */
AgResult *
ag_binding_store_old(TimestampTz before, TimestampTz after_since, int64 after_account_id, int64 limit)
{
	return ag_run(binding_statements, BINDING_OLD, ag_time(before),
				  ag_datum(TimestampTzGetDatum(after_since), false), ag_int8(after_account_id),
				  ag_int8(limit));
}

/* How many they are, counted up to a number. */
int64
ag_binding_store_old_count(TimestampTz before, int64 most)
{
	return ag_row_int8(ag_run(binding_statements, BINDING_OLD_COUNT, ag_time(before), ag_int8(most)), 0, 1);
}

/* How many accounts, not counting one (0 = none), have got the number as login number after a time. */
int
ag_binding_store_started(int64 number_id, int64 but_account_id, TimestampTz after)
{
	return ag_row_int4(ag_run(binding_statements, BINDING_STARTED, ag_int8(number_id),
							  ag_int8(but_account_id), ag_time(after)), 0, 1);
}

/* Accounts that trust the number, ascending: id and number of the binding. */
AgResult *
ag_binding_store_trusting(int64 number_id)
{
	return ag_run(binding_statements, BINDING_TRUSTING, ag_int8(number_id));
}

/* For account_numbers(). */
AgResult *
ag_binding_store_report(int64 account_id)
{
	return ag_run(binding_statements, BINDING_REPORT, ag_int8(account_id));
}

/* Had the account this login number after a time, and did it give it up itself? */
bool
ag_binding_store_given_up(int64 account_id, int64 number_id, TimestampTz since)
{
	return ag_run(binding_statements, BINDING_GIVEN_UP, ag_int8(account_id), ag_int8(number_id),
				  ag_time(since))->count > 0;
}

/* The trusted numbers of an account: AgPhoneBinding *. */
List *
ag_binding_store_trusted(int64 account_id)
{
	AgResult   *result = ag_run(binding_statements, BINDING_TRUSTED, ag_int8(account_id));
	List	   *bindings = NIL;

	for (uint64 i = 0; i < result->count; i++)
		bindings = lappend(bindings, binding_at(result, i));
	return bindings;
}

/* Has it become the login number of another account after a time? */
bool
ag_binding_store_moved(int64 number_id, int64 account_id, TimestampTz since)
{
	return ag_run(binding_statements, BINDING_MOVED, ag_int8(number_id), ag_int8(account_id),
				  ag_time(since))->count > 0;
}
