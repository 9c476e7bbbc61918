/*-------------------------------------------------------------------------
 *
 * residence.c
 *		Where the database lives, and whether it has been brought from elsewhere.
 *
 * A dump, a copy of a database and pg_upgrade bring rows to a place that is not theirs:
 * codes that were used since are unused again, sessions that were ended are alive, and
 * what waits to be sent was sent by the other one.  So table residence says in which
 * cluster (system identifier), in which database and as which table (OIDs) its rows hold;
 * the table's own tells a dump that is restored where it was taken.  While that is not
 * this one, whatever would bring the past back to life refuses, until an operator has
 * said what it is (restore/restore.c).  What denies something to somebody goes on.
 *
 * A standby has the identifier and the OIDs of its primary; a failover changes the
 * timeline only.  A physical copy that is set back cannot be told from its original.
 *
 * Memory: one static variable.  Only "at home" is remembered, until a relcache message
 * about the table, which every change of it sends: what an old snapshot says of the
 * time before post_restore() is asked again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "base/base.h"
#include "miscadmin.h"

static Oid	home_relation = InvalidOid; /* valid = at home */

static void
forget_residence(Oid relation)
{
	if (relation == home_relation || relation == InvalidOid)
		home_relation = InvalidOid;
}

void
ag_residence_init(void)
{
	ag_on_relcache_message(forget_residence);
}

/* The running cluster and this database. */
void
ag_residence_here(AgResidence *residence)
{
	memset(residence, 0, sizeof(AgResidence));
	residence->system_identifier = GetSystemIdentifier();
	residence->database = MyDatabaseId;
	residence->relation = ag_relation_id("residence");
	if (!RecoveryInProgress())
		residence->timeline = GetWALInsertionTimeLine();
}

/* Those that the rows belong to; false = nothing is written down, or there is no table yet. */
bool
ag_residence_bound(AgResidence *residence)
{
	return OidIsValid(ag_relation_id("residence")) && ag_residence_store_newest(residence);
}

bool
ag_residence_same(const AgResidence *bound, const AgResidence *here)
{
	return bound->system_identifier == here->system_identifier && bound->database == here->database &&
		bound->relation == here->relation;
}

static bool
look(AgResidence *bound, AgResidence *here)
{
	ag_residence_here(here);
	memset(bound, 0, sizeof(AgResidence));
	return ag_residence_bound(bound) && ag_residence_same(bound, here);
}

/* Do the rows belong here?  Cheap: what checks every session asks. */
bool
ag_at_home(void)
{
	AgResidence bound;
	AgResidence here;

	if (OidIsValid(home_relation))
		return true;
	ag_installation_require();
	if (!look(&bound, &here))
		return false;
	home_relation = here.relation;
	return true;
}

/* The same for what has no other answer: UG007. */
void
ag_home_require(void)
{
	AgResidence bound;
	AgResidence here;

	if (ag_at_home() || look(&bound, &here))
		return;
	ereport(ERROR, ag_errcode(AG_ERR_STALE_RESTORE),
			errmsg("this database was restored or copied from elsewhere"),
			errdetail("It belongs to table %u in database %u of the cluster with system identifier %llu, and this "
					  "is table %u in database %u of %llu.",
					  bound.relation, bound.database, (unsigned long long) bound.system_identifier,
					  here.relation, here.database, (unsigned long long) here.system_identifier),
			errhint("As an operator run SELECT * FROM acctguard.post_restore(mode, reason), where mode is "
					"restore (it takes the other one's place), clone (a copy that sends nothing to anybody) "
					"or upgrade (pg_upgrade: nothing was lost)."));
}
