/*-------------------------------------------------------------------------
 *
 * enforce_check.c
 *		May this account do this now?
 *
 * Asked in the order of what it costs: what the statement has found out already,
 * then standing.  Only "allowed" is remembered, and only within the statement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "account/account.h"
#include "catalog/pg_type.h"
#include "enforce/enforce.h"
#include "event/event.h"
#include "miscadmin.h"
#include "policy/policy.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"

/* A new statement takes in what other sessions have announced since the last one. */
static void
begin_statement(void)
{
	if (ag_memory_begin())
	{
		AcceptInvalidationMessages();
		ag_filter_prepare();
	}
}

/* Monitor mode refuses nothing but leaves a record, where this server may write one. */
static void
record_monitored(const char *capability, int64 account_id, Oid relation_id)
{
	AgFields   *after;
	AgEvent		event = {.action = AG_ACTION_MONITORED, .account_id = account_id};

	if (RecoveryInProgress() || XactReadOnly || IsInParallelMode())
		return;
	after = ag_fields_new();
	ag_field_text(after, "capability", capability);
	if (OidIsValid(relation_id))
		ag_field_text(after, "table", get_rel_name(relation_id));
	event.after = after;
	ag_event_emit(&event);
}

/* Refuse what the verdict denies, record what it monitors. */
static void
judge(const AgVerdict *verdict, const char *capability, int64 account_id, Oid relation_id)
{
	if (verdict->denied != 0 || verdict->challenged != 0)
	{
		AgRefusal	refusal = {capability, account_id, verdict, relation_id};

		ag_refuse(&refusal);
	}
	if (verdict->monitored != 0)
		record_monitored(capability, account_id, relation_id);
}

static void
pg_attribute_noreturn()
refuse_unknown(const AgGuard *guard, const char *account)
{
	ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_UNKNOWN),
			errmsg("there is no account %s", account),
			errhint("Open it first, or use an account that exists."),
			err_generic_string(PG_DIAG_CONSTRAINT_NAME, guard->capability));
}

static void
require_known(const AgGuard *guard, int64 account_id)
{
	AgAccountProbe account;

	if (!ag_account_probe(account_id, &account))
		refuse_unknown(guard, psprintf(INT64_FORMAT, account_id));
}

/* Has this statement found out all that the guard wants to know? */
static bool
remembered(const AgGuard *guard, int64 account_id, uint64 wanted)
{
	AgRemembered *known = ag_memory_find(account_id);

	return known != NULL && (known->allowed & wanted) == wanted &&
		(!guard->terms.at_commit || (known->written & guard->mask) != 0);
}

/*
 * Refuse or return.  At level commit the transaction notes the account, together
 * with whether there is anything about it at all.
 */
void
ag_check_account(const AgGuard *guard, int64 account_id)
{
	uint64		wanted = guard->mask | (guard->terms.unknown_refused ? AG_REMEMBER_EXISTS : 0);
	AgProbe		probe = {.account_id = account_id, .asked = guard->mask};
	AgRemembered *known;

	begin_statement();
	if (remembered(guard, account_id, wanted))
		return;

	ag_probe(&probe);
	judge(&probe.verdict, guard->capability, account_id, guard->relation_id);
	if (guard->terms.unknown_refused)
		require_known(guard, account_id);
	if (guard->terms.at_commit)
		ag_writes_add(account_id, guard->mask, guard->relation_id,
					  probe.any ? 0 : probe.completed);

	if (probe.verdict.monitored != 0)
		ag_memory_continue();
	known = ag_memory_enter(account_id);
	known->allowed |= wanted;
	if (guard->terms.at_commit)
		known->written |= guard->mask;
}

/*
 * The account that a value of the guard's column names.  Integers are account ids;
 * a uuid or text is the host's own id, looked up in account.
 */
bool
ag_check_resolve(const AgGuard *guard, Datum value, int64 *account_id)
{
	AgAccountProbe account;
	char	   *external_id;

	switch (guard->type)
	{
		case INT8OID:
			*account_id = DatumGetInt64(value);
			return true;
		case INT4OID:
			*account_id = DatumGetInt32(value);
			return true;
		case INT2OID:
			*account_id = DatumGetInt16(value);
			return true;
		case UUIDOID:
			external_id = DatumGetCString(DirectFunctionCall1(uuid_out, value));
			break;
		default:
			external_id = TextDatumGetCString(value);
			break;
	}
	if (ag_account_probe_external(external_id, &account))
	{
		*account_id = account.account_id;
		return true;
	}
	if (guard->terms.unknown_refused)
		refuse_unknown(guard, psprintf("\"%s\"", external_id));
	return false;
}

/* allowed(), and what require() judges by. */
bool
ag_check_allowed(int64 account_id, const char *capability, const char *device, AgVerdict *verdict)
{
	AgProbe		probe = {.account_id = account_id, .device = device};

	probe.asked = UINT64CONST(1) << ag_policy_capability_bit(capability);
	ag_filter_prepare();
	ag_probe(&probe);
	*verdict = probe.verdict;
	return verdict->denied == 0 && verdict->challenged == 0;
}

/* require(): refuse or return. */
void
ag_check_require(int64 account_id, const char *capability, const char *device)
{
	AgVerdict	verdict;

	(void) ag_check_allowed(account_id, capability, device, &verdict);
	judge(&verdict, capability, account_id, InvalidOid);
}
