/*-------------------------------------------------------------------------
 *
 * restore.c
 *		An operator says what a database is that was restored, copied or upgraded.
 *
 * H14: what was used up or ended since the dump was taken is whole again in it: sessions,
 * codes, flows, tickets.  Nobody knows which, so all of them end.  What waits to be sent
 * was sent since, most likely, and is not sent again; it stays in the user's inbox.  Of
 * a copy nothing at all goes to anybody.
 *
 * All of it is one transaction: broken off, the database is what it was, and nobody is
 * let in.  Tables are gone through in portions, and each portion of a large one is told.
 *
 * Locks: table residence against another post_restore(), until the transaction ends;
 * rows as restore_store.c says.  Nothing is locked against readers, unless triggers have
 * to be repaired.
 * Tables: those of the steps; residence; the ledger by an event.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "audit/audit.h"
#include "event/event.h"
#include "keyring/keyring.h"
#include "miscadmin.h"
#include "restore/restore.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

/* Blocks of a portion: 8 MB. */
#define PORTION 1024

static const char *const mode_names[AG_RESTORE_MODE_COUNT] = {
	[AG_RESTORE_RESTORE] = "restore",
	[AG_RESTORE_CLONE] = "clone",
	[AG_RESTORE_UPGRADE] = "upgrade"
};

static AgRestoreMode
find_mode(const char *name)
{
	for (int i = 0; i < AG_RESTORE_MODE_COUNT; i++)
		if (strcmp(name, mode_names[i]) == 0)
			return (AgRestoreMode) i;
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("mode must be restore, clone or upgrade"),
			errhint("restore: the database takes the place of the one it was dumped from. clone: it is a copy "
					"beside it, and sends nothing to anybody. upgrade: it is the same one, and nothing was lost."));
}

static void
put_row(ReturnSetInfo *rsinfo, const char *what, int64 count)
{
	Datum		values[2] = {CStringGetTextDatum(what), Int64GetDatum(count)};
	bool		nulls[2] = {false, false};

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static int64
run_step(int which, const AgRestoreStep *step, const AgRestoreRun *run)
{
	BlockNumber blocks = ag_restore_store_blocks(step);
	int64		count = 0;

	for (BlockNumber from = 0; from < blocks; from += PORTION)
	{
		BlockNumber to = Min(from + PORTION, blocks);

		count += ag_restore_store_portion(which, run, from, to);
		if (blocks > PORTION)
			ereport(NOTICE, errmsg("%s: %u of %u MB", step->what, to / (1024 * 1024 / BLCKSZ),
								   blocks / (1024 * 1024 / BLCKSZ)));
		CHECK_FOR_INTERRUPTS();
	}
	return count;
}

static void
run_steps(AgRestoreMode mode, const AgRestoreRun *run, AgFields *after, ReturnSetInfo *rsinfo)
{
	int			count;
	const AgRestoreStep *steps = ag_restore_steps(&count);

	for (int i = 0; i < count; i++)
	{
		int64		done;

		if ((steps[i].modes & 1 << mode) == 0)
			continue;
		done = run_step(i, &steps[i], run);
		ag_field_int(after, steps[i].field, done);
		put_row(rsinfo, steps[i].what, done);
	}
	if (mode == AG_RESTORE_RESTORE)
		put_row(rsinfo, "notices that stay in inboxes", ag_restore_store_inbox());
}

/* What the tables and their triggers have lost on the way, before anything is written to them. */
static void
repair(ReturnSetInfo *rsinfo)
{
	put_row(rsinfo, "repairs of acctguard's tables", ag_restore_store_protect());
	put_row(rsinfo, "partitions of the ledger added", ag_audit_add_partitions(0));
}

static void
bind(AgRestoreMode mode, const char *reason, const AgRestoreRun *run, AgFields *after)
{
	AgResidence was = {0};
	AgResidence is;
	AgFields   *before = ag_fields_new();
	AgEvent		event = {.action = AG_ACTION_RESTORED, .reason = reason, .before = before, .after = after};

	if (ag_residence_bound(&was))
	{
		ag_field_int(before, "system_identifier", (int64) was.system_identifier);
		ag_field_int(before, "database", was.database);
		ag_field_int(before, "timeline", was.timeline);
	}
	ag_residence_here(&is);
	is.since = run->at;
	is.mode = mode_names[mode];
	ag_residence_store_bind(&is, run->person, reason);
	ag_field_text(after, "mode", is.mode);
	ag_field_int(after, "system_identifier", (int64) is.system_identifier);
	ag_field_int(after, "database", is.database);
	ag_field_int(after, "timeline", is.timeline);
	ag_event_emit(&event);
}

/* Numbers cannot be taken out of a copy; without their key they are nobody's. */
static void
warn_of_keys(AgRestoreMode mode)
{
	if (mode == AG_RESTORE_CLONE && ag_keyring_active(AG_PURPOSE_CONTACT) != 0)
		ereport(WARNING, errmsg("the copy has the root key of the original"),
				errdetail("Phone numbers of real users can be read in it, and be sent codes."),
				errhint("Start the server with another root key, or with none."));
}

/* What is left for somebody to mend. */
static void
report_health(ReturnSetInfo *rsinfo)
{
	int64		dangers = ag_restore_store_dangers();
	int64		guard_dangers = ag_restore_store_guard_dangers();

	put_row(rsinfo, "dangers that health() finds", dangers);
	put_row(rsinfo, "dangers that guard_health() finds", guard_dangers);
	if (dangers + guard_dangers > 0)
		ereport(WARNING, errmsg("protection is missing in this database"),
				errhint("See acctguard.health() and acctguard.guard_health() before anybody is let in."));
}

void
ag_post_restore(const char *mode_name, const char *reason, ReturnSetInfo *rsinfo)
{
	AgRestoreMode mode = find_mode(mode_name);
	AgFields   *after = ag_fields_new();
	AgRestoreRun run = {.at = ag_now(), .person = ag_actor()->person};

	if (RecoveryInProgress())
		ereport(ERROR, ag_errcode(AG_ERR_STANDBY),
				errmsg("this server is a standby and belongs where its primary does"),
				errhint("Call the function on the primary."));
	ag_residence_store_lock();
	run.begun_at = ag_restore_store_begun(GetSystemIdentifier());
	repair(rsinfo);
	run_steps(mode, &run, after, rsinfo);
	bind(mode, reason, &run, after);
	warn_of_keys(mode);
	report_health(rsinfo);
}
