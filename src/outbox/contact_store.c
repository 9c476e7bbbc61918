/*-------------------------------------------------------------------------
 *
 * contact_store.c
 *		Tables account_contact and notice_preference.
 *
 * Rows of an account are written under its lock; moving addresses under another key
 * takes the rows it can get.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "outbox/outbox.h"
#include "utils/snapmgr.h"

enum
{
	CONTACT_INSERT,
	CONTACT_FIND,
	CONTACT_LIVE,
	CONTACT_RECIPIENTS,
	CONTACT_VERIFY,
	CONTACT_REMOVE,
	CONTACT_LEFT,
	CONTACT_DROP,
	CONTACT_FORGET,
	CONTACT_REPORT,
	CONTACT_STALE,
	CONTACT_STALE_COUNT,
	CONTACT_USES,
	CONTACT_RESEAL,
	PREFERENCE_SET,
	PREFERENCE_CLEAR,
	PREFERENCE_FORGET,
	PREFERENCE_REPORT
};

#define COLUMNS \
	"account_id, no, channel, address, address_kid, address_hint, locale, scope_no, verified_at, " \
	"removed_at, added_at"

/* In the order of COLUMNS. */
enum
{
	COL_ACCOUNT_ID = 1,
	COL_NO,
	COL_CHANNEL,
	COL_ADDRESS,
	COL_KID,
	COL_HINT,
	COL_LOCALE,
	COL_APPEAL_NO,
	COL_VERIFIED_AT,
	COL_REMOVED_AT,
	COL_ADDED_AT
};

static const AgStatement statements[] = {
	[CONTACT_INSERT] = {
		.name = "account_contact.insert",
		.sql = "INSERT INTO acctguard.account_contact (account_id, no, channel, address, "
			"address_kid, address_hint, locale, scope, scope_no, verified_at, added_at, added_by) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $8 IS NULL THEN 'account' ELSE 'appeal' END, "
			"$8, $9, $10, $11)",
		.expected = SPI_OK_INSERT,
		.nargs = 11,
		.argtypes = {INT8OID, INT4OID, TEXTOID, BYTEAOID, INT4OID, TEXTOID, TEXTOID, INT4OID,
			TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID}
	},
	[CONTACT_FIND] = {
		.name = "account_contact.find",
		.sql = "SELECT " COLUMNS " FROM acctguard.account_contact WHERE account_id = $1 AND no = $2",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[CONTACT_LIVE] = {
		.name = "account_contact.live",
		.sql = "SELECT " COLUMNS " FROM acctguard.account_contact "
			"WHERE account_id = $1 AND removed_at IS NULL ORDER BY no",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CONTACT_RECIPIENTS] = {
		.name = "account_contact.recipients",
		.sql = "SELECT c.no, c.channel FROM acctguard.account_contact c WHERE c.account_id = $1 "
			"AND c.removed_at IS NULL AND c.verified_at IS NOT NULL "
			"AND (c.scope = 'account' OR c.scope_no = $2) "
			"AND ($3 OR c.scope = 'appeal' OR NOT EXISTS (SELECT FROM acctguard.notice_preference p "
			"WHERE p.account_id = c.account_id AND p.class = $4 AND c.channel <> ALL (p.channels))) "
			"ORDER BY c.no",
		.expected = SPI_OK_SELECT,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, BOOLOID, TEXTOID}
	},
	[CONTACT_VERIFY] = {
		.name = "account_contact.verify",
		.sql = "UPDATE acctguard.account_contact SET verified_at = $3 "
			"WHERE account_id = $1 AND no = $2 AND verified_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 3,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID}
	},
	[CONTACT_REMOVE] = {
		.name = "account_contact.remove",
		.sql = "UPDATE acctguard.account_contact SET "
			"address = CASE WHEN $6 THEN address END, address_kid = CASE WHEN $6 THEN address_kid END, "
			"removed_at = $3, removed_by = $4, remove_reason = $5 "
			"WHERE account_id = $1 AND no = $2 AND removed_at IS NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, BOOLOID}
	},
	[CONTACT_LEFT] = {
		.name = "account_contact.left",
		.sql = "UPDATE acctguard.account_contact SET address = NULL, address_kid = NULL "
			"WHERE ctid = ANY (ARRAY(SELECT d.ctid FROM acctguard.account_contact d "
			"WHERE d.removed_at <= $1 AND d.address IS NOT NULL "
			"ORDER BY d.removed_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED))",
		.expected = SPI_OK_UPDATE,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT4OID}
	},
	[CONTACT_DROP] = {
		.name = "account_contact.drop",
		.sql = "UPDATE acctguard.account_contact SET address = NULL, address_kid = NULL "
			"WHERE account_id = $1 AND no = $2 AND removed_at IS NOT NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 2,
		.argtypes = {INT8OID, INT4OID}
	},
	[CONTACT_FORGET] = {
		.name = "account_contact.forget",
		.sql = "UPDATE acctguard.account_contact SET address = NULL, address_kid = NULL, "
			"address_hint = NULL, removed_at = coalesce(removed_at, $2), "
			"removed_by = coalesce(removed_by, $3), "
			"remove_reason = CASE WHEN removed_at IS NULL THEN $4 ELSE remove_reason END "
			"WHERE account_id = $1 AND (removed_at IS NULL OR address_hint IS NOT NULL)",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[CONTACT_REPORT] = {
		.name = "account_contact.report",
		.sql = "SELECT no, channel, address_hint, locale, scope, scope_no, verified_at, added_at, "
			"added_by, removed_at, removed_by, remove_reason "
			"FROM acctguard.account_contact WHERE account_id = $1 ORDER BY no",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[CONTACT_STALE] = {
		.name = "account_contact.stale",
		.sql = "SELECT " COLUMNS " FROM acctguard.account_contact "
			"WHERE address_kid < $1 ORDER BY address_kid LIMIT $2 FOR UPDATE SKIP LOCKED",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT4OID, INT4OID}
	},
	[CONTACT_STALE_COUNT] = {
		.name = "account_contact.stale_count",
		.sql = "SELECT count(*) FROM acctguard.account_contact WHERE address_kid < $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[CONTACT_USES] = {
		.name = "account_contact.uses",
		.sql = "SELECT FROM acctguard.account_contact WHERE address_kid = $1 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[CONTACT_RESEAL] = {
		.name = "account_contact.reseal",
		.sql = "UPDATE acctguard.account_contact SET address = $3, address_kid = $4 "
			"WHERE account_id = $1 AND no = $2 AND address IS NOT NULL",
		.expected = SPI_OK_UPDATE,
		.nargs = 4,
		.argtypes = {INT8OID, INT4OID, BYTEAOID, INT4OID}
	},
	[PREFERENCE_SET] = {
		.name = "notice_preference.set",
		.sql = "INSERT INTO acctguard.notice_preference (account_id, class, channels, set_at, set_by) "
			"VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, class) DO UPDATE "
			"SET channels = excluded.channels, set_at = excluded.set_at, set_by = excluded.set_by",
		.expected = SPI_OK_INSERT,
		.nargs = 5,
		.argtypes = {INT8OID, TEXTOID, TEXTARRAYOID, TIMESTAMPTZOID, TEXTOID}
	},
	[PREFERENCE_CLEAR] = {
		.name = "notice_preference.clear",
		.sql = "DELETE FROM acctguard.notice_preference WHERE account_id = $1 AND class = $2",
		.expected = SPI_OK_DELETE,
		.nargs = 2,
		.argtypes = {INT8OID, TEXTOID}
	},
	[PREFERENCE_FORGET] = {
		.name = "notice_preference.forget",
		.sql = "DELETE FROM acctguard.notice_preference WHERE account_id = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[PREFERENCE_REPORT] = {
		.name = "notice_preference.report",
		.sql = "SELECT class, channels, set_at, set_by FROM acctguard.notice_preference "
			"WHERE account_id = $1 ORDER BY class",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(contact_statements, statements);

static NullableDatum
sealed_argument(const bytea *sealed)
{
	return ag_bytes(VARDATA(sealed), VARSIZE(sealed) - VARHDRSZ);
}

void
ag_contact_store_insert(const AgContact *contact, const char *person, TimestampTz at)
{
	ag_run(contact_statements, CONTACT_INSERT, ag_int8(contact->account_id), ag_int4(contact->no),
		   ag_text(ag_channel_name(contact->channel)), sealed_argument(contact->address),
		   ag_int4(contact->kid), ag_text(contact->hint), ag_text(contact->locale),
		   ag_int4_or_null(contact->appeal_no), ag_time(contact->verified_at), ag_time(at),
		   ag_text(person));
}

static AgContact *
contact_of(const AgResult *result, uint64 row)
{
	AgContact  *contact = palloc0(sizeof(AgContact));
	bool		isnull;
	Datum		address = ag_row_datum(result, row, COL_ADDRESS, &isnull);

	contact->account_id = ag_row_int8(result, row, COL_ACCOUNT_ID);
	contact->no = ag_row_int4(result, row, COL_NO);
	contact->channel = ag_channel_find(ag_row_text(result, row, COL_CHANNEL));
	contact->address = isnull ? NULL : DatumGetByteaPCopy(address);
	contact->kid = ag_row_int4(result, row, COL_KID);
	contact->hint = ag_row_text(result, row, COL_HINT);
	contact->locale = ag_row_text(result, row, COL_LOCALE);
	contact->appeal_no = ag_row_int4(result, row, COL_APPEAL_NO);
	contact->verified_at = ag_row_time(result, row, COL_VERIFIED_AT);
	contact->removed_at = ag_row_time(result, row, COL_REMOVED_AT);
	contact->added_at = ag_row_time(result, row, COL_ADDED_AT);
	return contact;
}

static List *
contacts_of(const AgResult *result)
{
	List	   *contacts = NIL;

	for (uint64 i = 0; i < result->count; i++)
		contacts = lappend(contacts, contact_of(result, i));
	return contacts;
}

AgContact *
ag_contact_store_find(int64 account_id, int no)
{
	AgResult   *result = ag_run(contact_statements, CONTACT_FIND, ag_int8(account_id), ag_int4(no));

	return result->count == 0 ? NULL : contact_of(result, 0);
}

/* Those that were not removed; AgContact * */
List *
ag_contact_store_live(int64 account_id)
{
	return contacts_of(ag_run(contact_statements, CONTACT_LIVE, ag_int8(account_id)));
}

/* Where a notice of the class goes; AgContact * with number and channel only. */
List *
ag_contact_store_recipients(int64 account_id, int appeal_no, AgNoticeClass class, bool urgent)
{
	AgResult   *result = ag_run(contact_statements, CONTACT_RECIPIENTS, ag_int8(account_id),
								ag_int4(appeal_no), ag_bool(urgent),
								ag_text(ag_notice_class_name(class)));
	List	   *contacts = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		AgContact  *contact = palloc0(sizeof(AgContact));

		contact->account_id = account_id;
		contact->no = ag_row_int4(result, i, 1);
		contact->channel = ag_channel_find(ag_row_text(result, i, 2));
		contacts = lappend(contacts, contact);
	}
	return contacts;
}

void
ag_contact_store_verify(int64 account_id, int no, TimestampTz at)
{
	ag_run(contact_statements, CONTACT_VERIFY, ag_int8(account_id), ag_int4(no), ag_time(at));
}

/* keep: the address stays for a while, see AG_CONTACT_GRACE */
void
ag_contact_store_remove(int64 account_id, int no, const char *person, const char *reason,
						bool keep, TimestampTz at)
{
	ag_run(contact_statements, CONTACT_REMOVE, ag_int8(account_id), ag_int4(no), ag_time(at),
		   ag_text(person), ag_text(reason), ag_bool(keep));
}

/* Addresses of what was removed until then go. */
void
ag_contact_store_left(TimestampTz until, int most)
{
	ag_run(contact_statements, CONTACT_LEFT, ag_time(until), ag_int4(most));
}

void
ag_contact_store_drop(int64 account_id, int no)
{
	ag_run(contact_statements, CONTACT_DROP, ag_int8(account_id), ag_int4(no));
}

/* Number of rows that had something to forget. */
int64
ag_contact_store_forget(int64 account_id, const char *person, const char *reason, TimestampTz at)
{
	return (int64) ag_run(contact_statements, CONTACT_FORGET, ag_int8(account_id), ag_time(at),
						  ag_text(person), ag_text(reason))->count;
}

/* For contact_list(). */
AgResult *
ag_contact_store_report(int64 account_id)
{
	return ag_run(contact_statements, CONTACT_REPORT, ag_int8(account_id));
}

/* Addresses sealed with an older key, locked; AgContact * */
List *
ag_contact_store_stale(int32 kid, int batch)
{
	return contacts_of(ag_run(contact_statements, CONTACT_STALE, ag_int4(kid), ag_int4(batch)));
}

int64
ag_contact_store_stale_count(int32 kid)
{
	return ag_row_int8(ag_run(contact_statements, CONTACT_STALE_COUNT, ag_int4(kid)), 0, 1);
}

/* Seen with a snapshot of its own, so that a row of a transaction that just ended counts. */
bool
ag_contact_store_uses(int32 kid)
{
	AgResult   *result;

	PushActiveSnapshot(GetLatestSnapshot());
	result = ag_run(contact_statements, CONTACT_USES, ag_int4(kid));
	PopActiveSnapshot();
	return result->count > 0;
}

void
ag_contact_store_reseal(const AgContact *contact)
{
	ag_run(contact_statements, CONTACT_RESEAL, ag_int8(contact->account_id), ag_int4(contact->no),
		   sealed_argument(contact->address), ag_int4(contact->kid));
}

void
ag_preference_store_set(int64 account_id, AgNoticeClass class, ArrayType *channels,
						const char *person, TimestampTz at)
{
	ag_run(contact_statements, PREFERENCE_SET, ag_int8(account_id),
		   ag_text(ag_notice_class_name(class)), ag_datum(PointerGetDatum(channels), false),
		   ag_time(at), ag_text(person));
}

void
ag_preference_store_clear(int64 account_id, AgNoticeClass class)
{
	ag_run(contact_statements, PREFERENCE_CLEAR, ag_int8(account_id),
		   ag_text(ag_notice_class_name(class)));
}

void
ag_preference_store_forget(int64 account_id)
{
	ag_run(contact_statements, PREFERENCE_FORGET, ag_int8(account_id));
}

AgResult *
ag_preference_store_report(int64 account_id)
{
	return ag_run(contact_statements, PREFERENCE_REPORT, ag_int8(account_id));
}
