/*-------------------------------------------------------------------------
 *
 * appeal_review.c
 *		The reviewer's side: claiming (P2), giving back (P3), asking for material (P4).
 *
 * A case is claimed for a time by one person who took no part in what is reviewed.
 * The queue is read without locks; the account of each case is then locked without
 * waiting, and the case read again under that lock.  So two reviewers never share one,
 * and neither waits for the other.
 *
 * One person holds one case for a limited time, all his claims together, and a limited
 * number of cases; compliance and operators take a case away from him.
 *
 * Locks: the account's; appeal_claim_next() takes those of several accounts, in the
 * order of the queue, but waits for none.  Before it the one under which the claims of
 * one person take turns, so that he cannot hold more by claiming in parallel.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "catalog/pg_class.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lmgr.h"

#define QUEUE_PAGE 50

/* Who reviews freezes of a kind.  Those of an authority: who could lift them. */
static uint32
reviewer_roles(const AgKind *kind, bool senior)
{
	uint32		roles = AG_ROLE_REVIEWER;

	if (strcmp(kind->lift_policy, "authority") == 0)
		roles = kind->lift_roles;
	if (senior)
		roles |= AG_ROLE_COMPLIANCE | AG_ROLE_OPERATOR;
	return roles;
}

static const AgKind *
kind_of(const AgAppeal *appeal)
{
	AgFreeze   *freeze = ag_freeze_load(appeal->account_id, appeal->freeze_no);

	return ag_policy_kind_version(freeze->kind, freeze->kind_version);
}

/*
 * A program may take cases, too: to grant them.  What is overdue is everybody's business
 * where the kind says so.
 */
static uint32
claimer_roles(const AgAppeal *appeal, const AgKind *kind, TimestampTz at)
{
	bool		escalated = kind->breach != NULL && strcmp(kind->breach, "escalate") == 0 &&
		ag_appeal_overdue(appeal, at);
	uint32		roles = reviewer_roles(kind, escalated);

	return roles & AG_ROLE_REVIEWER ? roles | AG_ROLE_RISK : roles;
}

bool
ag_appeal_by_person(const AgActor *actor, const AgAppeal *appeal, TimestampTz at)
{
	return (actor->roles & claimer_roles(appeal, kind_of(appeal), at) & ~AG_ROLE_RISK) != 0;
}

/* Whoever claims, or, once it is decided, signs. */
static uint32
review_roles(const AgAppeal *appeal, const AgKind *kind, TimestampTz at)
{
	if (appeal->decision != NULL)
		return reviewer_roles(kind, at >= appeal->sign_until);
	return claimer_roles(appeal, kind, at);
}

static void
require_role(const AgActor *actor, const AgKind *kind, uint32 roles)
{
	if (!(actor->roles & roles))
		ereport(ERROR, ag_errcode(AG_ERR_REVIEW_ROLE),
				errmsg("role \"%s\" may not review cases of kind \"%s\"", actor->role, kind->kind),
				errdetail("Roles that may: %s.", ag_role_names(roles)));
}

/* UG212, UG210, UG104: the role, the person, the rank. */
void
ag_appeal_require_reviewer(const AgAccount *account, const AgActor *actor, const AgAppeal *appeal,
						   TimestampTz at)
{
	const AgKind *kind = kind_of(appeal);
	ArrayType  *parties;

	require_role(actor, kind, review_roles(appeal, kind, at));
	parties = ag_appeal_store_parties(account->account_id, appeal->freeze_no, appeal->no,
									  appeal->parties);
	if (ag_appeal_store_is_party(parties, actor->person))
		ereport(ERROR, ag_errcode(AG_ERR_NOT_INDEPENDENT),
				errmsg("\"%s\" took part in what case %d is about", actor->person, appeal->no),
				errdetail("Who issued, approved or changed the freeze or one it replaced, reviewed it "
						  "before, opened or filed the case, vouched for its ticket, complained, or owns "
						  "the account, does not review it."),
				errhint("Somebody else has to review it; two roles of one person are one person."));
	ag_freeze_require_rank(account, actor);
}

static bool
may_review(const AgAccount *account, const AgActor *actor, const AgAppeal *appeal,
		   TimestampTz at)
{
	const AgKind *kind = kind_of(appeal);

	return (actor->roles & review_roles(appeal, kind, at)) != 0 && ag_freeze_outranks(actor, account) &&
		!ag_appeal_store_is_party(ag_appeal_store_parties(account->account_id, appeal->freeze_no,
														  appeal->no, appeal->parties),
								  actor->person);
}

/* UG214 unless the person holds the case and his time is not over. */
void
ag_appeal_require_claimer(const AgAppeal *appeal, const AgActor *actor, TimestampTz at)
{
	bool		own = appeal->claimed_by != NULL && strcmp(appeal->claimed_by, actor->person) == 0;

	if (!ag_appeal_state_open(ag_appeal_state(appeal, at)))
		ag_appeal_require(appeal, AG_APPEAL_DECIDE, at);
	if (own && at < appeal->claim_until)
		return;
	ereport(ERROR, ag_errcode(AG_ERR_NOT_CLAIMER),
			errmsg("\"%s\" does not hold case %d", actor->person, appeal->no),
			own ? errdetail("The claim ended at %s.", ag_time_iso(appeal->claim_until)) : 0,
			errhint("Claim it with acctguard.appeal_claim()."));
}

/* Does a step end the claim that was in force? */
static bool
ends_claim(const char *what)
{
	static const char *const ends[] = {"claim", "release", "ask", "decide", "sign", "refuse"};

	for (int i = 0; i < (int) lengthof(ends); i++)
		if (strcmp(what, ends[i]) == 0)
			return true;
	return false;
}

/* How much longer a person may hold a case, microseconds: all his claims of it count together. */
static int64
hold_left(const AgAppeal *appeal, const char *person, TimestampTz at)
{
	int64		left = ag_policy_setting(AG_SETTING_APPEAL_HOLD) * USECS_PER_SEC;
	int64		lease = ag_policy_setting(AG_SETTING_APPEAL_LEASE) * USECS_PER_SEC;
	TimestampTz since = DT_NOEND;	/* of his claim that has not ended yet */
	ListCell   *cell;

	foreach(cell, ag_appeal_store_steps(appeal->account_id, appeal->no))
	{
		const AgAppealStep *step = lfirst(cell);

		if (!ends_claim(step->what))
			continue;
		if (since != DT_NOEND)
			left -= Max(Min(step->at - since, lease), 0);
		since = strcmp(step->what, "claim") == 0 && strcmp(step->person, person) == 0 ? step->at : DT_NOEND;
	}
	if (since != DT_NOEND)
		left -= Max(Min(at - since, lease), 0);
	return left;
}

void
ag_appeal_refuse_held(const AgAppeal *appeal)
{
	ereport(ERROR, ag_errcode(AG_ERR_CLAIMED),
			errmsg("case %d is held by \"%s\"", appeal->no, appeal->claimed_by),
			errdetail("Until %s.", ag_time_iso(appeal->claim_until)),
			errhint("Take another one with acctguard.appeal_claim()."));
}

int
ag_appeal_require_claims(const AgActor *actor, TimestampTz at)
{
	int			most = (int) ag_policy_setting(AG_SETTING_APPEAL_CLAIMS);
	int			held;

	LockDatabaseObject(RelationRelationId, ag_relation_id("appeal"),
					   (uint16) hash_bytes((const unsigned char *) actor->person, strlen(actor->person)),
					   ExclusiveLock);
	held = ag_appeal_store_held_by(actor->person, at);
	if (held >= most)
		ereport(ERROR, ag_errcode(AG_ERR_CLAIM_COUNT),
				errmsg("\"%s\" holds %d cases", actor->person, held),
				errdetail("One person may hold %d.", most),
				errhint("Decide some of them, or give them back with acctguard.appeal_release()."));
	return most - held;
}

/* UG219 for whoever decided. */
void
ag_appeal_require_second(const AgAppeal *appeal, const AgActor *actor)
{
	if (appeal->decided_by != NULL && strcmp(appeal->decided_by, actor->person) == 0)
		ereport(ERROR, ag_errcode(AG_ERR_SECOND_REVIEWER),
				errmsg("\"%s\" decided case %d", actor->person, appeal->no),
				errhint("Another reviewer has to sign; two roles of one person are one person."));
}

void
ag_appeal_claim(AgAccount *account, const AgActor *actor, AgAppeal *appeal, TimestampTz at)
{
	int64		left;

	if (ag_appeal_is_held(appeal, at))
		ag_appeal_refuse_held(appeal);
	ag_appeal_require(appeal, AG_APPEAL_CLAIM, at);
	ag_appeal_refresh_parties(account, appeal, at);
	ag_appeal_require_second(appeal, actor);
	ag_appeal_require_reviewer(account, actor, appeal, at);
	left = hold_left(appeal, actor->person, at);
	if (left <= 0)
		ereport(ERROR, ag_errcode(AG_ERR_CLAIM_SPENT),
				errmsg("\"%s\" has held case %d as long as one person may", actor->person, appeal->no),
				errdetail("All his claims of it together may last " INT64_FORMAT " seconds.",
						  ag_policy_setting(AG_SETTING_APPEAL_HOLD)),
				errhint("Leave it to somebody else."));

	appeal->claimed_at = at;
	appeal->claimed_by = pstrdup(actor->person);
	appeal->claim_until = Min(ag_time_plus(at, ag_policy_setting(AG_SETTING_APPEAL_LEASE)), at + left);
	ag_appeal_write(account, appeal, actor, "claim", NULL, NULL, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_CLAIMED, appeal, at);
}

/* The case under the lock of its account, unless somebody works on that or was faster. */
static AgAppeal *
try_claim(const AgActor *actor, const AgAppeal *seen)
{
	AgAccount  *account = ag_account_try_lock(seen->account_id);
	AgAppeal   *appeal;
	TimestampTz at;

	if (account == NULL)
		return NULL;
	at = ag_account_now(account);
	appeal = ag_appeal_store_read(seen->account_id, seen->no);
	if (ag_appeal_state(appeal, at) != AG_APPEAL_SUBMITTED ||
		!may_review(account, actor, appeal, at) ||
		hold_left(appeal, actor->person, at) <= 0)
		return NULL;
	(void) ag_appeal_settle(account, appeal, at);
	ag_appeal_claim(account, actor, appeal, at);
	ag_account_save(account);
	return appeal;
}

/* Up to so many cases, earliest due first. */
List *
ag_appeal_claim_next(const AgActor *actor, int count, TimestampTz at)
{
	List	   *claimed = NIL;
	List	   *page;
	int			skipped = 0;

	count = Min(count, ag_appeal_require_claims(actor, at));
	do
	{
		ListCell   *cell;

		page = ag_appeal_store_queue(actor->person, skipped, QUEUE_PAGE, at);
		foreach(cell, page)
		{
			AgAppeal   *appeal;

			if (list_length(claimed) >= count)
				return claimed;
			CHECK_FOR_INTERRUPTS();
			appeal = try_claim(actor, lfirst(cell));
			if (appeal != NULL)
				claimed = lappend(claimed, appeal);
			else
				skipped++;
		}
	} while (list_length(page) == QUEUE_PAGE);
	return claimed;
}

void
ag_appeal_release(AgAccount *account, const AgActor *actor, AgAppeal *appeal, TimestampTz at)
{
	ag_appeal_require_claimer(appeal, actor, at);
	ag_appeal_require(appeal, AG_APPEAL_RELEASE, at);
	ag_appeal_drop_claim(appeal);
	ag_appeal_write(account, appeal, actor, "release", NULL, NULL, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_RELEASED, appeal, at);
}

void
ag_appeal_revoke_claim(AgAccount *account, const AgActor *actor, AgAppeal *appeal, const char *reason,
					   TimestampTz at)
{
	AgFields   *before = ag_fields_new();

	ag_freeze_require_other_account(account, actor, kind_of(appeal));
	if (!ag_appeal_state_open(ag_appeal_state(appeal, at)) || !ag_appeal_is_held(appeal, at))
		ereport(ERROR, ag_errcode(AG_ERR_APPEAL_STATE),
				errmsg("nobody holds case %d", appeal->no));
	ag_field_text(before, "claimed_by", appeal->claimed_by);
	ag_appeal_drop_claim(appeal);
	ag_appeal_write(account, appeal, actor, "release", NULL, NULL, at);
	ag_account_emit(account, AG_ACTION_APPEAL_CLAIM_REVOKED, reason, NULL, before,
					ag_appeal_fields(appeal, at));
}

/* until: DT_NOEND = as policy says.  While material is awaited nobody holds the case. */
void
ag_appeal_ask(AgAccount *account, const AgActor *actor, AgAppeal *appeal, const char *wanted,
			  TimestampTz until, TimestampTz at)
{
	int			most = (int) ag_policy_setting(AG_SETTING_APPEAL_ROUNDS);

	ag_appeal_require_claimer(appeal, actor, at);
	ag_appeal_require(appeal, AG_APPEAL_ASK, at);
	if (appeal->rounds >= most)
		ereport(ERROR, ag_errcode(AG_ERR_ROUNDS),
				errmsg("material was asked for %d times in case %d", appeal->rounds, appeal->no),
				errhint("Decide on what there is."));
	if (until == DT_NOEND)
		until = ag_time_plus(at, ag_policy_setting(AG_SETTING_APPEAL_MATERIAL_TIME));
	if (until < at + USECS_PER_HOUR || until > at + 90 * USECS_PER_DAY)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("deadline must lie between an hour and 90 days from now"));

	ag_appeal_drop_claim(appeal);
	appeal->rounds++;
	appeal->asked_at = at;
	appeal->ask_until = until;
	appeal->reminders = 0;
	ag_appeal_write(account, appeal, actor, "ask", NULL, wanted, at);
	ag_appeal_emit(account, AG_ACTION_APPEAL_ASKED, appeal, at);
}

void
ag_appeal_require_reader(const AgAppeal *appeal, const AgActor *actor, TimestampTz at)
{
	if (ag_appeal_state(appeal, at) == AG_APPEAL_SIGNOFF &&
		strcmp(appeal->decided_by, actor->person) == 0)
		ereport(ERROR, ag_errcode(AG_ERR_NOT_CLAIMER),
				errmsg("\"%s\" has decided case %d", actor->person, appeal->no),
				errdetail("A second reviewer has it now."));
	ag_appeal_require_claimer(appeal, actor, at);
}
