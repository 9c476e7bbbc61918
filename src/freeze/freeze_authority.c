/*-------------------------------------------------------------------------
 *
 * freeze_authority.c
 *		Who may decide what about whom: roles, persons, ranks, special accounts.
 *
 * Authority comes from the roles that session_user holds; independence (four
 * eyes) is about persons.  Whether somebody may act at all is asked before the
 * account is looked up; what depends on the account is asked under its lock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "freeze/decision.h"
#include "storage/lmgr.h"

/* Ranks of actors; compared with account.staff_rank. */
#define RANK_SUPERUSER 5
#define RANK_OPERATOR 4
#define RANK_COMPLIANCE 3
#define RANK_MODERATOR 2
#define RANK_RISK 1

/* Names the lock under which the last administrator is looked for. */
#define ADMINISTRATORS_LOCK 1

static int
actor_rank(const AgActor *actor)
{
	if (actor->superuser)
		return RANK_SUPERUSER;
	if (actor->roles & AG_ROLE_OPERATOR)
		return RANK_OPERATOR;
	if (actor->roles & AG_ROLE_COMPLIANCE)
		return RANK_COMPLIANCE;
	if (actor->roles & (AG_ROLE_MODERATOR | AG_ROLE_REVIEWER))
		return RANK_MODERATOR;
	if (actor->roles & AG_ROLE_RISK)
		return RANK_RISK;
	return 0;
}

bool
ag_freeze_is_self(const AgKind *kind)
{
	return strcmp(kind->lift_policy, "self") == 0;
}

bool
ag_freeze_same_person(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Is a decision of this actor with this kind one without a person? */
bool
ag_freeze_is_automated(const AgActor *actor, const AgKind *kind, const AgFreezeOrder *order)
{
	return order->automated || order->ladder_score > 0 ||
		(actor->roles & kind->impose_roles) == AG_ROLE_RISK;
}

void
ag_freeze_require_impose_role(const AgActor *actor, const AgKind *kind)
{
	if (actor->roles & kind->impose_roles)
		return;
	ereport(ERROR, ag_errcode(AG_ERR_FREEZE_ROLE),
			errmsg("role \"%s\" may not impose freezes of kind \"%s\"", actor->role, kind->kind),
			errdetail("The kind is imposed by: %s.", ag_role_names(kind->impose_roles)));
}

/* Who may approve a proposal: the kind's approvers, or whoever could have imposed it himself. */
static uint32
approve_roles_of(const AgKind *kind)
{
	return kind->approve_roles != 0 ? kind->approve_roles : kind->impose_roles & ~AG_ROLE_RISK;
}

void
ag_freeze_require_approve_role(const AgActor *actor, const AgKind *kind)
{
	uint32		roles = approve_roles_of(kind);

	if (actor->roles & roles)
		return;
	ereport(ERROR, ag_errcode(AG_ERR_FREEZE_ROLE),
			errmsg("role \"%s\" may not approve freezes of kind \"%s\"", actor->role, kind->kind),
			errdetail("The kind is approved by: %s.", ag_role_names(roles)));
}

void
ag_freeze_require_lift_role(const AgActor *actor, const AgKind *kind, uint32 roles,
							const char *what)
{
	if (actor->roles & roles)
		return;
	ereport(ERROR, ag_errcode(AG_ERR_LIFT_ROLE),
			errmsg("role \"%s\" may not %s freezes of kind \"%s\"", actor->role, what, kind->kind),
			errdetail("Roles that may: %s.", ag_role_names(roles)));
}

/* Nobody decides about his own account, except with the kinds made for that. */
void
ag_freeze_require_other_account(const AgAccount *account, const AgActor *actor, const AgKind *kind)
{
	if (!ag_freeze_is_self(kind) && ag_freeze_same_person(account->person, actor->person))
		ereport(ERROR, ag_errcode(AG_ERR_FREEZE_SELF),
				errmsg("account " INT64_FORMAT " is the account of \"%s\"", account->account_id,
					   actor->person),
				errhint("Somebody else has to decide about it."));
}

void
ag_freeze_require_other_person(const AgFreeze *freeze, const AgActor *actor, const char *person,
							   const char *what)
{
	if (ag_freeze_same_person(person, actor->person))
		ereport(ERROR, ag_errcode(AG_ERR_FOUR_EYES),
				errmsg("\"%s\" %s freeze %d", actor->person, what, freeze->no),
				errhint("Another person has to do it; two roles of one person are one person."));
}

bool
ag_freeze_outranks(const AgActor *actor, const AgAccount *account)
{
	return actor_rank(actor) > account->staff_rank;
}

/* Only who outranks an account decides about it. */
void
ag_freeze_require_rank(const AgAccount *account, const AgActor *actor)
{
	int			rank = actor_rank(actor);

	if (rank <= account->staff_rank)
		ereport(ERROR, ag_errcode(AG_ERR_FREEZE_RANK),
				errmsg("account " INT64_FORMAT " is not outranked by role \"%s\"",
					   account->account_id, actor->role),
				errdetail("The account has rank %d, the actor %d.", account->staff_rank, rank));
}

/*
 * Refuse to shut the last administrator out.  The lock makes freezes of two
 * administrators take turns, and the probe reads with the latest snapshot, so each
 * sees what the other did, in REPEATABLE READ too.
 */
static void
require_another_administrator(const AgAccount *account, TimestampTz at)
{
	uint64		login = UINT64CONST(1) << ag_policy_capability_bit("session.create");
	ListCell   *cell;

	LockDatabaseObject(RelationRelationId, ag_relation_id("freeze_record"), ADMINISTRATORS_LOCK,
					   ExclusiveLock);
	foreach(cell, ag_account_store_other_administrators(account->account_id))
	{
		AgVerdict	verdict = {0};

		ag_standing_probe(*(int64 *) lfirst(cell), login, at, NULL, &verdict);
		if (!(verdict.denied & login))
			return;
	}
	ereport(ERROR, ag_errcode(AG_ERR_LAST_ADMIN),
			errmsg("account " INT64_FORMAT " is the last administrator who can log in",
				   account->account_id),
			errhint("Appoint another administrator first."));
}

/* The account's side of F1: what its state, rank and protection allow. */
void
ag_freeze_require_target(const AgAccount *account, const AgActor *actor, const AgKind *kind,
						 const AgFreeze *freeze, TimestampTz at)
{
	uint64		login = UINT64CONST(1) << ag_policy_capability_bit("session.create");

	if (!ag_freeze_is_open(account, at))
		ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_STATE),
				errmsg("account " INT64_FORMAT " is %s", account->account_id,
					   ag_lifecycle_name(ag_freeze_lifecycle_at(account, at))),
				errdetail("Accounts that are active or closing can be frozen."));
	if (ag_freeze_is_self(kind))
		return;

	ag_freeze_require_other_account(account, actor, kind);
	if (freeze->ladder_score == 0)
		ag_freeze_require_rank(account, actor);
	if (account->protected && (!kind->second_person || freeze->automated))
		ereport(ERROR, ag_errcode(AG_ERR_PROTECTED),
				errmsg("account " INT64_FORMAT " is protected", account->account_id),
				errhint("Protected accounts are frozen by persons, with a kind that asks for a "
						"second person."));
	if (account->staff_rank >= RANK_OPERATOR && strcmp(kind->mode, "deny") == 0 &&
		(freeze->denies & login) && freeze->rule == NULL)
		require_another_administrator(account, at);
}

/*
 * May this actor lift this freeze?  Self-lifting is decided by the caller, who has
 * the proof (freeze_lift.c).
 */
void
ag_freeze_require_lift(const AgAccount *account, const AgActor *actor, const AgFreeze *freeze,
					   const AgKind *kind, const char *legal_reference)
{
	ag_freeze_require_lift_role(actor, kind, kind->lift_roles, "lift");
	ag_freeze_require_other_account(account, actor, kind);
	if (strcmp(kind->lift_policy, "authority") != 0)
		return;

	ag_freeze_require_other_person(freeze, actor, freeze->issued_by, "issued");
	ag_freeze_require_other_person(freeze, actor, freeze->endorsed_by, "endorsed");
	ag_freeze_require_other_person(freeze, actor, freeze->approved_by, "approved");
	if (ag_blank(legal_reference))
		ereport(ERROR, ag_errcode(AG_ERR_REASON_REQUIRED),
				errmsg("freezes of kind \"%s\" are lifted on the word of the authority", kind->kind),
				errdetail("Missing: legal_reference."));
}

/* Does this role come from the app itself, on the account's own behalf? */
bool
ag_freeze_acts_for_owner(const AgActor *actor, const AgKind *kind)
{
	return ag_freeze_is_self(kind) && !actor->superuser &&
		(actor->roles & kind->lift_roles) == AG_ROLE_APP;
}
