/*-------------------------------------------------------------------------
 *
 * scope.c
 *		Freezes of a set of accounts: one row, however many accounts.
 *
 * A scope is everything, a tenant, or a cohort.  The freeze is in force for every
 * account the scope matches from its start to its end; no account's row is touched,
 * so its events have account 0.  Kinds are those with scope = true; since no session
 * is looked at one by one, their session effect can only be 'keep'.
 *
 * Locks: the table's, against other writers; readers pass.  Tables: scope_freeze,
 * scope_version.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "freeze/sanction.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

static void
refuse_scope(void)
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("scope must name exactly one set of accounts"),
			errhint("Pass {\"all\": true}, {\"tenant\": \"name\"} or {\"cohort\": \"name\"}."));
}

/* Refuse a scope that is not one of the three; returns it in the form it is stored in. */
static char *
check_scope(const char *text)
{
	static const char *const attributes[] = {"tenant", "cohort"};
	Jsonb	   *json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
	JsonbValue	value;
	bool		valid = false;

	if (!JB_ROOT_IS_OBJECT(json) || JB_ROOT_COUNT(json) != 1)
		refuse_scope();
	if (getKeyJsonValueFromContainer(&json->root, "all", 3, &value) != NULL)
		valid = value.type == jbvBool && value.val.boolean;
	for (int i = 0; i < (int) lengthof(attributes); i++)
		if (getKeyJsonValueFromContainer(&json->root, attributes[i], strlen(attributes[i]),
										 &value) != NULL)
		{
			valid = value.type == jbvString && value.val.string.len > 0;
			if (valid)
				ag_check_length(pnstrdup(value.val.string.val, value.val.string.len), attributes[i],
								AG_MOST_LABEL);
		}
	if (!valid)
		refuse_scope();
	return JsonbToCString(NULL, &json->root, VARSIZE(json));
}

static const AgKind *
enabled_kind(const char *name)
{
	const AgKind *kind = ag_policy_kind(name);

	if (kind == NULL || !kind->enabled)
		ereport(ERROR, ag_errcode(AG_ERR_KIND_UNKNOWN),
				errmsg("freeze kind \"%s\" does not exist or is disabled", name),
				errhint("See acctguard.policy_list('freeze_kind')."));
	return kind;
}

static const AgKind *
require_kind(const AgActor *actor, const char *name)
{
	const AgKind *kind = enabled_kind(name);

	if (!kind->scope || strcmp(kind->session_effect, "keep") != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("freeze kind \"%s\" is not for scopes", name),
				errhint("Scopes take kinds with scope and session_effect keep, such as maintenance."));
	if (!(actor->roles & kind->impose_roles))
		ereport(ERROR, ag_errcode(AG_ERR_FREEZE_ROLE),
				errmsg("role \"%s\" may not impose freezes of kind \"%s\"", actor->role, name),
				errdetail("The kind is imposed by: %s.", ag_role_names(kind->impose_roles)));
	return kind;
}

static void
require_reason(const AgKind *kind, const char *name)
{
	const AgReason *reason = ag_policy_reason(name);

	if (reason == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_POLICY_UNKNOWN),
				errmsg("there is no reason \"%s\"", name),
				errhint("See acctguard.policy_list('reason')."));
	else
		ag_freeze_require_reason(kind, reason);
}

/* What an order denies goes where the mode of its kind says. */
static void
set_masks(AgScope *scope, const AgKind *kind, ArrayType *capabilities)
{
	AgFreezeOrder order = AG_FREEZE_ORDER_INIT;
	uint64		mask;

	order.capabilities = capabilities;
	mask = ag_freeze_order_mask(kind, &order);
	if (strcmp(kind->mode, "deny") == 0)
		scope->denied = mask;
	else if (strcmp(kind->mode, "challenge") == 0)
		scope->challenged = mask;
	else
		scope->monitored = mask;
}

/* Start, end and announcement; a time since the transaction began means now. */
static void
set_times(AgScope *scope, const AgKind *kind, const AgScopeOrder *order, TimestampTz at)
{
	AgFreezeOrder terms = AG_FREEZE_ORDER_INIT;
	AgFreeze	freeze = {0};

	terms.starts_at = order->starts_at;
	terms.ends_at = order->ends_at;
	terms.length = order->length;
	terms.capabilities = order->capabilities;
	ag_freeze_order_terms(&freeze, kind, &terms, at);
	scope->starts_at = freeze.starts_at;
	scope->ends_at = freeze.ends_at;

	scope->announce_at = order->announce_at == DT_NOBEGIN ? at : order->announce_at;
	if (scope->announce_at < at &&
		scope->announce_at >= GetCurrentTransactionStartTimestamp())
		scope->announce_at = at;
	if (scope->announce_at < at || scope->announce_at > scope->starts_at)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("announce_at must lie between now and the start"));
}

void
ag_scope_emit(AgAction action, const AgScope *scope, const char *reason, const AgFields *before)
{
	AgFields   *after = ag_fields_new();
	AgEvent		event = {
		.action = action,
		.outcome = AG_OUTCOME_DONE,
		.reason = reason,
		.before = before,
		.after = after
	};

	ag_field_int(after, "scope_freeze", scope->no);
	ag_field_text(after, "scope", scope->scope);
	ag_field_text(after, "kind", scope->kind);
	ag_field_int(after, "kind_version", scope->kind_version);
	ag_field_text(after, "reason", scope->reason);
	ag_field_int(after, "denied", (int64) scope->denied);
	ag_field_int(after, "challenged", (int64) scope->challenged);
	ag_field_int(after, "monitored", (int64) scope->monitored);
	ag_field_time(after, "announce_at", scope->announce_at);
	ag_field_time(after, "starts_at", scope->starts_at);
	ag_field_time(after, "ends_at", scope->ends_at);
	ag_field_time(after, "ended_at", scope->ended_at);
	ag_event_emit(&event);
}

static void
require_primary(void)
{
	if (RecoveryInProgress())
		ereport(ERROR, ag_errcode(AG_ERR_STANDBY),
				errmsg("this server is a standby and cannot freeze"),
				errhint("Call the function on the primary."));
}

int
ag_scope_freeze(const AgActor *actor, const AgScopeOrder *order)
{
	AgScope		scope = {.ended_at = DT_NOEND, .version = 1};
	const AgKind *kind = require_kind(actor, order->kind);
	TimestampTz at;

	require_primary();
	require_reason(kind, order->reason);
	scope.scope = check_scope(order->scope);
	scope.kind = kind->kind;
	scope.kind_version = kind->version;
	scope.reason = order->reason;
	scope.note = order->note;
	set_masks(&scope, kind, order->capabilities);

	ag_scope_store_lock();
	at = ag_now();
	set_times(&scope, kind, order, at);
	scope.no = ag_scope_store_next();
	ag_scope_store_insert(&scope, actor, at);
	ag_scope_store_version(scope.no, scope.version, scope.ends_at, actor, order->note, at);
	ag_scope_emit(AG_ACTION_SCOPE_FROZEN, &scope, order->note, NULL);
	return scope.no;
}

static AgScope *
require_scope(int no)
{
	AgScope    *scope = ag_scope_store_read(no);

	if (scope == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_SCOPE_UNKNOWN),
				errmsg("there is no scope freeze %d", no),
				errhint("See acctguard.scope_list()."));
	return scope;
}

/* Lock the table and read a scope freeze that has not ended. */
static AgScope *
require_live(int no, TimestampTz *at)
{
	AgScope    *scope;

	require_primary();
	ag_scope_store_lock();
	*at = ag_now();
	scope = require_scope(no);
	if (scope->ended_at != DT_NOEND || scope->ends_at <= *at)
		ereport(ERROR, ag_errcode(AG_ERR_FREEZE_STATE),
				errmsg("scope freeze %d is over", no),
				errdetail("It %s.", scope->ended_at != DT_NOEND ? "was lifted" : "has expired"));
	return scope;
}

/* End it now, or cancel it before its start. */
void
ag_scope_lift(const AgActor *actor, int no, const char *reason)
{
	TimestampTz at;
	AgScope    *scope = require_live(no, &at);
	const AgKind *kind = ag_policy_kind_version(scope->kind, scope->kind_version);

	if (!(actor->roles & kind->lift_roles))
		ereport(ERROR, ag_errcode(AG_ERR_LIFT_ROLE),
				errmsg("role \"%s\" may not lift freezes of kind \"%s\"", actor->role, kind->kind),
				errdetail("Roles that may: %s.", ag_role_names(kind->lift_roles)));
	scope->ended_at = at;
	ag_scope_store_lift(no, reason, actor->person, at);
	ag_scope_emit(AG_ACTION_SCOPE_LIFTED, scope, reason, NULL);
}

/* Give it another end, inside what the kind allows counted from its start. */
void
ag_scope_amend(const AgActor *actor, int no, TimestampTz ends_at, const char *reason)
{
	TimestampTz at;
	AgScope    *scope = require_live(no, &at);
	const AgKind *kind = ag_policy_kind_version(scope->kind, scope->kind_version);
	AgFields   *before = ag_fields_new();

	if (!(actor->roles & kind->impose_roles))
		ereport(ERROR, ag_errcode(AG_ERR_FREEZE_ROLE),
				errmsg("role \"%s\" may not amend freezes of kind \"%s\"", actor->role, kind->kind),
				errdetail("The kind is imposed by: %s.", ag_role_names(kind->impose_roles)));
	if (ends_at <= at)
		ereport(ERROR, ag_errcode(AG_ERR_DURATION),
				errmsg("the new end is not in the future"),
				errhint("Lift the freeze to end it now."));
	ag_freeze_check_length(kind, scope->starts_at, ends_at, at);

	ag_field_int(before, "version", scope->version);
	ag_field_time(before, "ends_at", scope->ends_at);
	scope->version++;
	scope->ends_at = ends_at;
	ag_scope_store_amend(no, scope->version, ends_at);
	ag_scope_store_version(no, scope->version, ends_at, actor, reason, at);
	ag_scope_emit(AG_ACTION_SCOPE_AMENDED, scope, reason, before);
}
