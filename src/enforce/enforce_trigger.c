/*-------------------------------------------------------------------------
 *
 * enforce_trigger.c
 *		The guard on host tables, and the triggers that tell it of freezes.
 *
 * One function serves all triggers of guards.  What the triggers of a guard are is
 * told in enforce_guard.c; what they know in enforce_cache.c; how an account is
 * judged in enforce_check.c.
 *
 * A logical-replication worker is let through: the publisher has decided, and a
 * refusal would stop replication.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "commands/event_trigger.h"
#include "enforce/enforce.h"
#include "replication/logicalworker.h"
#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(acctguard_guard_check);
PG_FUNCTION_INFO_V1(acctguard_standing_changed);
PG_FUNCTION_INFO_V1(acctguard_scope_gate);
PG_FUNCTION_INFO_V1(acctguard_coverage_warn);
PG_FUNCTION_INFO_V1(acctguard_coverage_refuse);

/* Ask about the account in one version of the row. */
static void
check_value(const TriggerData *data, const AgGuard *guard, Datum value, bool isnull)
{
	int64		account_id;

	if (isnull)
	{
		if (guard->terms.null_allowed)
			return;
		ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_UNKNOWN),
				errmsg("the row names no account in column \"%s\"",
					   NameStr(TupleDescAttr(RelationGetDescr(data->tg_relation),
											 guard->column - 1)->attname)),
				errhint("Only rows of an account can be written here."),
				errtablecol(data->tg_relation, guard->column));
	}
	if (ag_check_resolve(guard, value, &account_id))
		ag_check_account(guard, account_id);
}

static void
check_row(const TriggerData *data, const AgGuard *guard, HeapTuple row)
{
	bool		isnull;
	Datum		value = heap_getattr(row, guard->column, RelationGetDescr(data->tg_relation), &isnull);

	check_value(data, guard, value, isnull);
}

/*
 * An UPDATE concerns the account that had the row and the one that gets it.  That
 * the old row named none is no objection.
 */
static void
check_update(const TriggerData *data, const AgGuard *guard)
{
	TupleDesc	desc = RelationGetDescr(data->tg_relation);
	Form_pg_attribute attribute = TupleDescAttr(desc, guard->column - 1);
	bool		old_null;
	bool		new_null;
	Datum		old_value = heap_getattr(data->tg_trigtuple, guard->column, desc, &old_null);
	Datum		new_value = heap_getattr(data->tg_newtuple, guard->column, desc, &new_null);
	bool		same = old_null == new_null &&
		(old_null || datum_image_eq(old_value, new_value, attribute->attbyval, attribute->attlen));

	if (same && !(guard->terms.operations & AG_GUARD_UPDATE))
		return;
	if (!old_null)
		check_value(data, guard, old_value, false);
	if (!same)
		check_value(data, guard, new_value, new_null);
}

/* UPDATE of any column has a trigger of its own where it is guarded. */
static bool
leaves_update(const TriggerData *data, const AgGuard *guard)
{
	if (guard->terms.operations & AG_GUARD_UPDATE)
		return data->tg_trigger->tgnattr > 0;
	return !(guard->terms.operations & AG_GUARD_REASSIGN);
}

static void
refuse_truncate(const TriggerData *data)
{
	ereport(ERROR, ag_errcode(AG_ERR_RESTRICTED),
			errmsg("table \"%s\" is guarded against TRUNCATE",
				   RelationGetRelationName(data->tg_relation)),
			errhint("DELETE the rows, or unguard() the table first."),
			errtable(data->tg_relation));
}

Datum
acctguard_guard_check(PG_FUNCTION_ARGS)
{
	TriggerData *data = ag_trigger_data(fcinfo, "guard_check");
	TriggerEvent event = data->tg_event;
	HeapTuple	result = TRIGGER_FIRED_BY_UPDATE(event) ? data->tg_newtuple : data->tg_trigtuple;
	const AgGuard *guard;

	if (IsLogicalWorker())
		return PointerGetDatum(result);
	if (TRIGGER_FIRED_BY_TRUNCATE(event))
	{
		refuse_truncate(data);
		return PointerGetDatum(NULL);
	}

	guard = ag_guard_of_trigger(data);
	if (TRIGGER_FIRED_BY_INSERT(event))
	{
		if (guard->terms.operations & AG_GUARD_INSERT)
			check_row(data, guard, data->tg_trigtuple);
	}
	else if (TRIGGER_FIRED_BY_UPDATE(event))
	{
		if (!leaves_update(data, guard))
			check_update(data, guard);
	}
	else if (guard->terms.operations & AG_GUARD_DELETE)
	{
		if (TRIGGER_FIRED_FOR_ROW(event))
			check_row(data, guard, data->tg_trigtuple);
	}
	return PointerGetDatum(result);
}

/* A row that somebody else wrote is judged before this transaction does away with it. */
static void
judge_old_row(const TriggerData *data)
{
	AgStanding	row;
	int64		account_id;

	if (TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(data->tg_trigtuple->t_data)))
		return;
	account_id = ag_standing_from_tuple(data->tg_trigtuple, RelationGetDescr(data->tg_relation), &row);
	ag_commit_judge(account_id, &row);
}

/*
 * AFTER INSERT OR UPDATE OR DELETE of standing: the row is in the table, so whoever
 * builds the filter from now on finds it there, and whoever has built it finds its
 * bit.  A row that is gone leaves its bit; that costs time, nothing else.
 */
Datum
acctguard_standing_changed(PG_FUNCTION_ARGS)
{
	TriggerData *data = ag_trigger_data(fcinfo, "standing_changed");
	TupleDesc	desc = RelationGetDescr(data->tg_relation);
	bool		update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
	AgStanding	row;
	int64		account_id;

	if (!TRIGGER_FIRED_BY_INSERT(data->tg_event))
		judge_old_row(data);
	if (TRIGGER_FIRED_BY_DELETE(data->tg_event))
		return PointerGetDatum(NULL);
	account_id = ag_standing_from_tuple(update ? data->tg_newtuple : data->tg_trigtuple, desc, &row);
	ag_filter_add(account_id);
	if (row.denied != 0 || row.challenged != 0)
		ag_commit_freezes(account_id);
	return PointerGetDatum(NULL);
}

/*
 * AFTER INSERT OR UPDATE OR DELETE of a row of scope_freeze.  Which accounts it
 * concerns is not known here, so every commit has to meet it.  The message to all
 * sessions is also sent by the table's own statement trigger, which a
 * logical-replication worker does not fire.
 */
Datum
acctguard_scope_gate(PG_FUNCTION_ARGS)
{
	TriggerData *data = ag_trigger_data(fcinfo, "scope_gate");

	CacheInvalidateRelcache(data->tg_relation);
	if (TRIGGER_FIRED_BY_DELETE(data->tg_event))
		return PointerGetDatum(NULL);
	ag_filter_add_scope();
	ag_commit_freezes_all();
	return PointerGetDatum(NULL);
}

static void
note_tables(FunctionCallInfo fcinfo, const char *name, bool refuse)
{
	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" was not called by event trigger manager", name));
	ag_coverage_note(refuse);
}

Datum
acctguard_coverage_warn(PG_FUNCTION_ARGS)
{
	note_tables(fcinfo, "coverage_warn", false);
	PG_RETURN_NULL();
}

Datum
acctguard_coverage_refuse(PG_FUNCTION_ARGS)
{
	note_tables(fcinfo, "coverage_refuse", true);
	PG_RETURN_NULL();
}
