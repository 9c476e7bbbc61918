/*-------------------------------------------------------------------------
 *
 * installation.c
 *		Are acctguard's tables there, and are they the ones this library knows?
 *
 * The data tables are made by install() and changed by migrate(), not by CREATE
 * or ALTER EXTENSION; the table installation holds the version of their shape.
 * The answer is remembered until a relcache message about that table arrives.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "base/base.h"
#include "catalog/namespace.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* Columns of acctguard.installation. */
#define ANUM_INSTALLATION_TABLES_VERSION 2

static Oid	known_relation = InvalidOid;	/* valid = its version was checked */

static void
forget_installation(Oid relation)
{
	if (relation == known_relation || relation == InvalidOid)
		known_relation = InvalidOid;
}

void
ag_installation_init(void)
{
	ag_on_relcache_message(forget_installation);
}

/* The OID of schema acctguard; it exists wherever the extension does. */
Oid
ag_schema_id(void)
{
	return get_namespace_oid(AG_SCHEMA, false);
}

/* The OID of one of our tables or indexes, InvalidOid before install(). */
Oid
ag_relation_id(const char *name)
{
	return get_relname_relid(name, ag_schema_id());
}

/* The tables' version, read directly: there is no plan to run before they exist. */
static int
read_version(Oid relation_id)
{
	Relation	relation = table_open(relation_id, AccessShareLock);
	Snapshot	snapshot = ag_latest_snapshot();
	TableScanDesc scan = table_beginscan(relation, snapshot, 0, NULL);
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	int			version = 0;

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		isnull;
		Datum		value = slot_getattr(slot, ANUM_INSTALLATION_TABLES_VERSION, &isnull);

		if (!isnull)
			version = Max(version, DatumGetInt32(value));
	}
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(relation, AccessShareLock);
	return version;
}

/* Are the tables there, in the shape this library knows? */
bool
ag_installation_current(void)
{
	Oid			relation_id;

	if (OidIsValid(known_relation))
		return true;
	relation_id = ag_relation_id("installation");
	return OidIsValid(relation_id) && read_version(relation_id) == AG_TABLES_VERSION;
}

/* Refuse with UG006 unless the tables are those of this library. */
void
ag_installation_require(void)
{
	Oid			relation_id;
	int			version;

	if (OidIsValid(known_relation))
		return;

	relation_id = ag_relation_id("installation");
	if (!OidIsValid(relation_id))
		ereport(ERROR, ag_errcode(AG_ERR_TABLES),
				errmsg("acctguard's tables have not been created in this database"),
				errhint("Run SELECT acctguard.install();"));
	version = read_version(relation_id);
	if (version < AG_TABLES_VERSION)
		ereport(ERROR, ag_errcode(AG_ERR_TABLES),
				errmsg("acctguard's tables have version %d, this library needs %d",
					   version, AG_TABLES_VERSION),
				errhint("Run ALTER EXTENSION acctguard UPDATE, then SELECT acctguard.migrate();"));
	if (version > AG_TABLES_VERSION)
		ereport(ERROR, ag_errcode(AG_ERR_TABLES),
				errmsg("acctguard's tables have version %d, newer than this library's %d",
					   version, AG_TABLES_VERSION),
				errhint("Install the newer library and restart the sessions."));
	known_relation = relation_id;
}
