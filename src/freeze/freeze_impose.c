/*-------------------------------------------------------------------------
 *
 * freeze_impose.c
 *		Imposing a freeze (F1); freeze_replace.c says which others it may replace (F10).
 *
 * The sequence: what can be refused without the account; the account's lock (the
 * caller's); the same request again?; terms; guards; record and version; and, unless
 * it is a proposal, what taking effect means: the replaced freeze ends, standing is
 * derived, sessions are locked or revoked, the strike is counted.  An approval
 * (freeze_decide.c) does that second half later.
 *
 * Locks: the account's row; for administrators also the lock of
 * freeze_authority.c, taken after it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "crypto/crypto.h"
#include "freeze/decision.h"
#include "utils/builtins.h"

static const AgKind *
find_kind(const char *name)
{
	const AgKind *kind = ag_policy_kind(name);

	if (kind == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_KIND_UNKNOWN),
				errmsg("there is no freeze kind \"%s\"", name),
				errhint("See acctguard.policy_list('freeze_kind')."));
	return kind;
}

/* The kind of an order; unknown, disabled and foreign ones are refused. */
static const AgKind *
order_kind(const AgFreezeOrder *order)
{
	const AgKind *kind = find_kind(order->kind);

	if (!kind->enabled)
		ereport(ERROR, ag_errcode(AG_ERR_KIND_UNKNOWN),
				errmsg("freeze kind \"%s\" is disabled", order->kind),
				errhint("See acctguard.policy_list('freeze_kind')."));
	if (kind->scope)
		ereport(ERROR, ag_errcode(AG_ERR_KIND_UNKNOWN),
				errmsg("freeze kind \"%s\" is for scopes of accounts", order->kind),
				errhint("Use acctguard.freeze_scope()."));
	if (strcmp(kind->kind, "legal_hold") == 0)
		ereport(ERROR, ag_errcode(AG_ERR_KIND_UNKNOWN),
				errmsg("legal holds are placed per matter"),
				errhint("Use acctguard.legal_hold_place()."));
	return kind;
}

static const AgReason *
order_reason(const AgFreezeOrder *order)
{
	const AgReason *reason = order->reason == NULL ? NULL : ag_policy_reason(order->reason);

	if (reason == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_POLICY_UNKNOWN),
				errmsg("there is no reason \"%s\"", order->reason ? order->reason : ""),
				errhint("See acctguard.policy_list('reason')."));
	return reason;
}

/* Refuse a reason that the kind cannot be for. */
void
ag_freeze_require_reason(const AgKind *kind, const AgReason *reason)
{
	const char *problem = ag_policy_reason_problem(kind, reason);

	if (problem != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("freezes of kind \"%s\" cannot be for reason \"%s\"", kind->kind,
					   reason->reason),
				errdetail("%s.", problem));
}

void
ag_freeze_order_check(const AgActor *actor, const AgFreezeOrder *order)
{
	const AgKind *kind = order_kind(order);

	if (order->ladder_score == 0 && !order->by_rule)
		ag_freeze_require_impose_role(actor, kind);
	ag_freeze_require_reason(kind, order_reason(order));
	ag_freeze_check_statement(kind, order);
	if (order->appeal == 0 && strcmp(kind->appeal, "case") != 0 && strcmp(kind->appeal, "no") != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("freezes of kind \"%s\" are open to appeal", kind->kind));
	if (order->appeal == 1 && strcmp(kind->appeal, "no") == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("freezes of kind \"%s\" are not open to appeal", kind->kind));
}

/* The freeze that this very request has made before; 0 if it is new. */
static int
find_request(const AgAccount *account, const AgFreezeOrder *order, const uint8 *hash)
{
	bytea	   *known;
	int			no;

	if (order->idempotency_key == NULL)
		return 0;
	no = ag_freeze_store_find_key(account->account_id, order->idempotency_key, &known);
	if (no != 0 && memcmp(VARDATA_ANY(known), hash, AG_HASH_SIZE) != 0)
		ereport(ERROR, ag_errcode(AG_ERR_IDEMPOTENCY_CONFLICT),
				errmsg("the idempotency key was used for another request"),
				errdetail("That request made freeze %d.", no),
				errhint("Use a fresh key for a new request."));
	return no;
}

/*
 * Strike points: only violations give any, and a freeze that the ladder imposed has
 * them from its cause.  The reason's own, within what the kind allows.
 */
static int
strike_points(const AgFreeze *freeze, const AgKind *kind, const AgReason *reason)
{
	int			points = reason->points >= 0 ? reason->points : kind->points;

	if (strcmp(reason->category, "violation") != 0 || freeze->ladder_score > 0)
		return 0;
	return Min(Max(points, kind->points), kind->points_max);
}

/*
 * Conduct that lies before the last sanction in its category, once that has begun, was there to be
 * sanctioned then; it adds points only where that is meant.  Another report of an
 * incident that is counted adds none anyway.
 */
static void
check_prior_conduct(const AgFreeze *freeze, const AgKind *kind, const AgReason *reason,
					const AgFreezeOrder *order, List *others, TimestampTz at)
{
	ListCell   *cell;

	if (order->conduct_at == DT_NOEND || strike_points(freeze, kind, reason) == 0 ||
		ag_freeze_counts_prior_conduct(order) ||
		(order->incident != NULL && ag_strike_knows(freeze->account_id, order->incident)))
		return;
	foreach(cell, others)
	{
		AgFreeze   *other = lfirst(cell);
		const AgReason *other_reason = ag_policy_reason(other->reason);

		if (other->no != order->replaces && ag_freeze_effective(other) &&
			other->starts_at <= at && other->vacated_at == DT_NOEND && other_reason != NULL &&
			strcmp(other_reason->category, reason->category) == 0 &&
			order->conduct_at < other->starts_at)
			ereport(ERROR, ag_errcode(AG_ERR_PRIOR_CONDUCT),
					errmsg("the conduct is older than freeze %d, the last sanction of category \"%s\"",
						   other->no, reason->category),
					errhint("Pass evidence {\"prior_conduct\": true} to count it all the same."));
	}
}

/* What a freeze is, for events. */
AgFields *
ag_freeze_fields(const AgFreeze *freeze, TimestampTz at)
{
	AgFields   *fields = ag_fields_new();

	ag_field_int(fields, "freeze", freeze->no);
	ag_field_text(fields, "kind", freeze->kind);
	ag_field_text(fields, "reason", freeze->reason);
	ag_field_text(fields, "state", ag_freeze_state_name(ag_freeze_state(freeze, at)));
	ag_field_int(fields, "version", freeze->version);
	ag_field_time(fields, "starts_at", freeze->starts_at);
	ag_field_time(fields, "ends_at", freeze->ends_at);
	ag_field_int(fields, "denies", (int64) freeze->denies);
	ag_field_bool(fields, "automated", freeze->automated);
	return fields;
}

void
ag_freeze_take_effect(AgAccount *account, const AgActor *actor, AgFreeze *freeze,
					  const AgKind *kind, TimestampTz at)
{
	const AgReason *reason = ag_policy_reason(freeze->reason);
	int			points = reason == NULL ? 0 : strike_points(freeze, kind, reason);

	/*
	 * 1. The freeze whose place it takes ends, unless it has ended since that was proposed, and 2.
	 * standing changes in one step.
	 */
	if (freeze->replaces != 0)
	{
		AgFreeze   *old = ag_freeze_load(account->account_id, freeze->replaces);

		if (ag_freeze_rule_find(ag_freeze_state(old, at), AG_FREEZE_SUPERSEDE) != NULL)
		{
			old->replaced_by = freeze->no;
			ag_freeze_close(account, actor, old, AG_FREEZE_SUPERSEDE, NULL, NULL, at);
		}
	}
	ag_freeze_derive(account, at);

	/* 3. Sessions, 4. the strike, which may make the ladder impose another freeze. */
	ag_freeze_session_effect(account, freeze, kind, at);
	if (points > 0)
		ag_strike_add(account, actor, kind, reason, freeze->no, points, freeze->conduct_at,
					  freeze->incident, at);

	/* 5. Whoever follows freezes. */
	ag_freeze_observe(account, actor, freeze,
					  freeze->proposal_until == DT_NOEND ? AG_FREEZE_IMPOSE : AG_FREEZE_APPROVE, at);
}

/* The new record, as its order and kind make it. */
static AgFreeze *
new_freeze(const AgAccount *account, const AgActor *actor, const AgKind *kind,
		   const AgFreezeOrder *order, TimestampTz at)
{
	AgFreeze   *freeze = palloc0(sizeof(AgFreeze));

	freeze->account_id = account->account_id;
	freeze->kind = pstrdup(kind->kind);
	freeze->kind_version = kind->version;
	freeze->reason = pstrdup(order->reason);
	freeze->version = freeze->terms = 1;
	freeze->issued_at = freeze->changed_at = at;
	freeze->issued_by = pstrdup(actor->person);
	freeze->issued_role = pstrdup(actor->role);
	freeze->automated = ag_freeze_is_automated(actor, kind, order);
	freeze->proposal_until = freeze->endorsed_at = freeze->approved_at = DT_NOEND;
	freeze->amendment_until = freeze->ended_at = freeze->vacated_at = DT_NOEND;
	freeze->vacate_proposed_at = freeze->vacate_until = freeze->informed_at = freeze->renewed_at = DT_NOEND;
	freeze->facts = order->facts ? pstrdup(order->facts) : NULL;
	freeze->ground = order->ground ? pstrdup(order->ground) : NULL;
	freeze->legal_reference = order->legal_reference ? pstrdup(order->legal_reference) : NULL;
	freeze->conduct_at = order->conduct_at;
	freeze->replaces = order->replaces;
	freeze->ladder_score = order->ladder_score;
	freeze->incident = order->incident ? pstrdup(order->incident) : NULL;
	freeze->batch = order->batch ? pstrdup(order->batch) : NULL;
	freeze->note = order->note ? pstrdup(order->note) : NULL;
	freeze->disclose_at = order->disclose_at;
	freeze->appealable = strcmp(kind->appeal, "no") != 0 && order->appeal != 0;
	freeze->rule = ag_freeze_order_rule(order, account, kind);
	ag_freeze_order_terms(freeze, kind, order, at);
	if (!order->by_rule &&
		(order->proposal || kind->second_person || (freeze->automated && kind->automated_max < 0)))
		freeze->proposal_until = at + ag_policy_setting(AG_SETTING_PROPOSAL_LIFE) * USECS_PER_SEC;
	freeze->stays = NULL;
	freeze->lift_at = freeze->rest.from = freeze->rest.until = DT_NOEND;
	freeze->wake_at = ag_freeze_wake(freeze, kind, &(AgFreezeAfter) {.probation_end = DT_NOEND});
	return freeze;
}

int
ag_freeze_impose(AgAccount *account, const AgActor *actor, const AgFreezeOrder *order,
				 TimestampTz at)
{
	const AgKind *kind = order_kind(order);
	const AgReason *reason = order_reason(order);
	AgFreezeStatement *statement;
	AgFreeze   *freeze;
	uint8	   *hash = NULL;
	bool		proposal;
	int			no;

	ag_freeze_order_check(actor, order);

	/* 1. The same request again? */
	if (order->idempotency_key != NULL)
		hash = ag_freeze_order_hash(order, actor);
	no = find_request(account, order, hash);
	if (no != 0)
		return no;

	/* 2. Terms and guards. */
	freeze = new_freeze(account, actor, kind, order, at);
	proposal = freeze->proposal_until != DT_NOEND;
	if (!order->by_rule)
		ag_freeze_require_target(account, actor, kind, freeze, at);
	if (account->freeze_count > 0)
		check_prior_conduct(freeze, kind, reason, order, ag_freeze_list(account->account_id), at);
	if (freeze->replaces != 0)
	{
		ag_freeze_require_replaceable(account, actor, freeze, kind, at);
		ag_freeze_observe_proposing(account, actor, ag_freeze_load(account->account_id, freeze->replaces),
									AG_FREEZE_SUPERSEDE, at);
	}

	/* 3. Record and version. */
	freeze->no = ag_account_next_freeze(account);
	freeze->puid = DatumGetCString(DirectFunctionCall1(uuid_out, ag_random_uuid()));
	statement = ag_freeze_order_statement(order, account, kind, reason, freeze->automated);
	statement->request_hash = hash;
	ag_freeze_store_insert(freeze, statement);
	ag_freeze_store_first_version(freeze, statement);

	/* 4. Event, and what follows from a freeze that is more than a proposal. */
	ag_account_emit(account, proposal ? AG_ACTION_FREEZE_PROPOSED : AG_ACTION_FREEZE_IMPOSED,
					freeze->reason, order->idempotency_key, NULL, ag_freeze_fields(freeze, at));
	if (!proposal)
		ag_freeze_take_effect(account, actor, freeze, kind, at);
	return freeze->no;
}
