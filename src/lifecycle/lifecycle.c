/*-------------------------------------------------------------------------
 *
 * lifecycle.c
 *		The verbs of an account's life.
 *
 * Each: lock the account, settle what the clock has decided meanwhile, ask the
 * transition table and the guards, write, derive standing, record the event.
 *
 * Locks: the account's row; where an account ends, first its numbers.  Tables: account, standing; the ledger through events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "identity/password.h"
#include "keyring/keyring.h"
#include "lifecycle/lifecycle.h"
#include "outbox/outbox.h"
#include "phone/forget.h"
#include "session/session.h"
#include "utils/builtins.h"

/* 2020-01-01 00:00:00 UTC in PostgreSQL's microseconds. */
#define ID_EPOCH (INT64CONST(631152000) * USECS_PER_SEC)

/* Bits of a generated id below the milliseconds. */
#define ID_RANDOM_BITS 22

/*
 * A fresh account id: milliseconds since 2020, then 22 random bits.  Ids made later
 * sort later.  Two made in the same millisecond collide once in four million, which
 * happens where a million users are adopted.
 */
static int64
generate_id(TimestampTz at)
{
	uint32		random;

	if (!pg_strong_random(&random, sizeof(random)))
		ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate a random id"));
	return (((at - ID_EPOCH) / 1000) << ID_RANDOM_BITS) |
		(random & ((1 << ID_RANDOM_BITS) - 1));
}

static void
refuse_existing(const AgAccountOrder *order)
{
	if (order->account_id != 0)
		ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_EXISTS),
				errmsg("account " INT64_FORMAT " exists already", order->account_id));
	ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_EXISTS),
			errmsg("an account with external id \"%s\" exists already", order->external_id));
}

/* Insert the row of a new account; a generated id that is taken is generated anew. */
static AgAccount *
insert_account(const AgAccountOrder *order, TimestampTz at)
{
	AgAccount  *account = palloc0(sizeof(AgAccount));

	account->external_id = order->external_id ? pstrdup(order->external_id) : NULL;
	account->locale = pstrdup(order->locale);
	account->time_zone = pstrdup(order->time_zone);
	account->profile = pstrdup(order->profile);
	account->tenant = order->tenant ? pstrdup(order->tenant) : NULL;
	account->cohort = order->cohort ? pstrdup(order->cohort) : NULL;
	account->state = order->pending ? AG_PENDING : AG_ACTIVE;
	account->registered_at = at;
	account->activated_at = order->pending ? DT_NOEND : at;

	for (int tries = 0; tries < 3; tries++)
	{
		account->account_id = order->account_id ? order->account_id : generate_id(at);
		if (ag_account_store_insert(account))
			return ag_account_lock(account->account_id);
		if (order->account_id != 0 ||
			(order->external_id != NULL && ag_account_store_find(order->external_id) != 0))
			break;
	}
	refuse_existing(order);
	return NULL;
}

int64
ag_account_open(const AgAccountOrder *order)
{
	TimestampTz at = ag_now();
	AgAccount  *account;
	AgFields   *after = ag_fields_new();

	if (order->account_id < 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("account_id must be positive"));
	ag_check_length(order->external_id, "external_id", AG_MOST_NAME);
	ag_check_length(order->locale, "locale", AG_MOST_LOCALE);
	ag_check_length(order->tenant, "tenant", AG_MOST_LABEL);
	ag_check_length(order->cohort, "cohort", AG_MOST_LABEL);
	ag_account_check_time_zone(order->time_zone);
	ag_account_check_profile(order->profile);

	account = insert_account(order, at);
	ag_field_text(after, "state", ag_lifecycle_name(account->state));
	ag_field_text(after, "locale", account->locale);
	ag_field_text(after, "time_zone", account->time_zone);
	ag_field_text(after, "profile", account->profile);
	ag_account_emit(account, AG_ACTION_ACCOUNT_OPENED, NULL, NULL, NULL, after);
	ag_freeze_derive(account, at);
	ag_account_save(account);
	return account->account_id;
}

/* Write down that the clock has closed a locked account; false if it has not. */
bool
ag_account_settle(AgAccount *account, TimestampTz at)
{
	if (account->state != AG_CLOSING || ag_freeze_lifecycle_at(account, at) != AG_CLOSED)
		return false;
	account->state = AG_CLOSED;
	account->closed_at = ag_freeze_closing_at(account);
	ag_account_emit(account, AG_ACTION_ACCOUNT_CLOSED, account->close_reason, NULL, NULL, NULL);
	return true;
}

/*
 * Lock an account for a verb.  Closing accounts whose time has come are closed
 * first: the clock decided that, this only writes it down.  The time is taken under
 * the lock.
 */
static AgAccount *
lock_settled(int64 account_id, TimestampTz *at)
{
	AgAccount  *account = ag_account_lock(account_id);

	*at = ag_account_now(account);
	(void) ag_account_settle(account, *at);
	return account;
}

/* Refuse with UG601 unless the transition table leads on. */
static void
require_transition(const AgAccount *account, AgLifecycleEvent event)
{
	if (!ag_lifecycle_allowed(account->state, event))
		ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_STATE),
				errmsg("account " INT64_FORMAT " is %s", account->account_id,
					   ag_lifecycle_name(account->state)),
				errdetail("\"%s\" does not lead on from there.", ag_lifecycle_event_name(event)),
				errhint("See acctguard.account_transitions()."));
}

/* Write the new state, with its event and what follows for standing. */
static void
finish(AgAccount *account, AgLifecycle from, AgAction action, const char *reason,
	   TimestampTz at)
{
	AgFields   *before = ag_fields_new();
	AgFields   *after = ag_fields_new();

	ag_field_text(before, "state", ag_lifecycle_name(from));
	ag_field_text(after, "state", ag_lifecycle_name(account->state));
	ag_field_time(after, "close_at", account->close_at);
	ag_account_emit(account, action, reason, NULL, before, after);
	ag_freeze_derive(account, at);
	ag_account_save(account);
}

void
ag_account_activate(int64 account_id)
{
	TimestampTz at;
	AgAccount  *account = lock_settled(account_id, &at);

	require_transition(account, AG_ACCOUNT_ACTIVATE);
	account->state = AG_ACTIVE;
	account->activated_at = at;
	finish(account, AG_PENDING, AG_ACTION_ACCOUNT_ACTIVATED, NULL, at);
}

void
ag_account_discard(AgAccount *account, const char *reason, TimestampTz at)
{
	require_transition(account, AG_ACCOUNT_DISCARD);
	account->state = AG_CLOSED;
	account->close_requested_at = account->close_at = account->closed_at = at;
	account->close_reason = pstrdup(reason);
	account->session_epoch++;
	finish(account, AG_PENDING, AG_ACTION_ACCOUNT_DISCARDED, reason, at);
}

/* A stolen session must not close the account, nor keep it open: the proof is newer than every alarm. */
static void
require_proof_under_alarm(const AgAccount *account, const char *proof, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, ag_freeze_list(account->account_id))
	{
		AgFreeze   *freeze = lfirst(cell);
		const AgReason *reason = ag_policy_reason(freeze->reason);

		if (ag_freeze_state(freeze, at) == AG_FREEZE_ACTIVE && ag_freeze_known(freeze) && reason != NULL &&
			!ag_money_wait_is(freeze) &&
			(strcmp(reason->category, "security") == 0 || strcmp(reason->category, "own_wish") == 0))
			ag_freeze_check_proof(freeze, proof, at);
	}
}

/* Ask to close; returns when the account will close. */
TimestampTz
ag_account_request_close(int64 account_id, const char *reason, const char *proof)
{
	TimestampTz at;
	AgAccount  *account = lock_settled(account_id, &at);

	require_transition(account, AG_ACCOUNT_REQUEST_CLOSE);
	require_proof_under_alarm(account, proof, at);
	account->state = AG_CLOSING;
	account->close_requested_at = at;
	account->close_at = ag_time_plus(at, ag_policy_setting(AG_SETTING_CLOSE_GRACE));
	account->close_reason = reason ? pstrdup(reason) : NULL;
	finish(account, AG_ACTIVE, AG_ACTION_ACCOUNT_CLOSE_REQUESTED, reason, at);
	return account->close_at;
}

void
ag_account_cancel_close(int64 account_id, const char *proof)
{
	TimestampTz at;
	AgAccount  *account = lock_settled(account_id, &at);

	require_transition(account, AG_ACCOUNT_CANCEL_CLOSE);
	require_proof_under_alarm(account, proof, at);
	account->state = AG_ACTIVE;
	account->close_requested_at = DT_NOEND;
	account->close_at = DT_NOEND;
	account->close_reason = NULL;
	finish(account, AG_CLOSING, AG_ACTION_ACCOUNT_CLOSE_CANCELLED, NULL, at);
}

/*
 * The first person proposes, a second one confirms within proposal_life.  True when
 * this call is the confirmation.
 */
static bool
second_person(AgAccount *account, const char *what, AgAction proposed, const char *reason,
			  TimestampTz at)
{
	AgActor    *actor = ag_actor();
	bool		pending = account->proposal != NULL && strcmp(account->proposal, what) == 0 &&
		at < ag_time_plus(account->proposed_at, ag_policy_setting(AG_SETTING_PROPOSAL_LIFE));

	if (account->person != NULL && strcmp(account->person, actor->person) == 0)
		ereport(ERROR, ag_errcode(AG_ERR_FREEZE_SELF),
				errmsg("a person may not decide about his own account"));
	if (pending && strcmp(account->proposed_by, actor->person) == 0)
		ereport(ERROR, ag_errcode(AG_ERR_FOUR_EYES),
				errmsg("a second person has to confirm"),
				errdetail("\"%s\" proposed it.", account->proposed_by));
	if (pending)
	{
		account->proposal = NULL;
		account->proposed_by = NULL;
		account->proposed_at = DT_NOEND;
		return true;
	}

	account->proposal = pstrdup(what);
	account->proposed_by = pstrdup(actor->person);
	account->proposed_at = at;
	ag_account_emit(account, proposed, reason, NULL, NULL, NULL);
	ag_account_save(account);
	return false;
}

static void
require_unheld(const AgAccount *account, AgHoldBlocks what, TimestampTz at)
{
	if (ag_hold_blocks(account->account_id, what, at))
		ereport(ERROR, ag_errcode(AG_ERR_HELD),
				errmsg("a legal hold or a freeze keeps account " INT64_FORMAT, account->account_id));
}

/* Who waits for a decision keeps what it is about. */
static void
require_no_case(const AgAccount *account, TimestampTz at)
{
	int			no = ag_appeal_any_open(account->account_id, at);

	if (no != 0)
		ereport(ERROR, ag_errcode(AG_ERR_APPEAL_OPEN),
				errmsg("case %d of account " INT64_FORMAT " is open", no, account->account_id),
				errhint("Wait until it is decided; see acctguard.appeal_status(%lld).",
						(long long) account->account_id));
}

/* Close an account for good after a final ban.  Returns "proposed" or "terminated". */
const char *
ag_account_terminate(int64 account_id, const char *reason)
{
	TimestampTz at;
	List	   *numbers = ag_numbers_lock_of(account_id);
	AgAccount  *account = lock_settled(account_id, &at);
	AgLifecycle from = account->state;

	require_transition(account, AG_ACCOUNT_TERMINATE);
	require_unheld(account, AG_HOLD_BLOCKS_CLOSURE, at);
	if (!ag_freeze_has_final_ban(account, at))
		ereport(ERROR, ag_errcode(AG_ERR_NOT_FINAL),
				errmsg("account " INT64_FORMAT " has no final ban", account_id),
				errdetail("A ban is final when it cannot be appealed or its appeal window has passed."));
	if (!second_person(account, "terminate", AG_ACTION_ACCOUNT_TERMINATE_PROPOSED, reason, at))
		return "proposed";

	ag_numbers_leave(account, numbers, reason, at);
	account->state = AG_CLOSED;
	if (account->close_requested_at == DT_NOEND)
		account->close_requested_at = account->close_at = at;
	account->closed_at = at;
	account->close_reason = pstrdup(reason);
	account->session_epoch++;
	finish(account, from, AG_ACTION_ACCOUNT_TERMINATED, reason, at);
	return "terminated";
}

/* Open a closed account again; its freezes stay.  Returns "proposed" or "reopened". */
const char *
ag_account_reopen(int64 account_id, const char *reason)
{
	TimestampTz at;
	AgAccount  *account = lock_settled(account_id, &at);

	require_transition(account, AG_ACCOUNT_REOPEN);
	if (!second_person(account, "reopen", AG_ACTION_ACCOUNT_REOPEN_PROPOSED, reason, at))
		return "proposed";

	account->state = AG_ACTIVE;
	account->close_requested_at = account->close_at = account->closed_at = DT_NOEND;
	account->close_reason = NULL;
	finish(account, AG_CLOSED, AG_ACTION_ACCOUNT_REOPENED, reason, at);
	return "reopened";
}

/*
 * Erase a closed account: its attributes go, its id, its records and their numbers
 * stay so that nothing else ever gets them.
 */
void
ag_account_erase(int64 account_id, const char *reason)
{
	TimestampTz at;
	List	   *numbers = ag_numbers_lock_of(account_id);
	AgAccount  *account = lock_settled(account_id, &at);
	TimestampTz erasable_at;

	require_transition(account, AG_ACCOUNT_ERASE);
	require_no_case(account, at);
	require_unheld(account, AG_HOLD_BLOCKS_ERASURE, at);
	erasable_at = ag_freeze_erasable_at(account, at);
	if (erasable_at == DT_NOEND)
		ereport(ERROR, ag_errcode(AG_ERR_HELD),
				errmsg("a freeze keeps account " INT64_FORMAT, account_id),
				errhint("See acctguard.explain(%lld).", (long long) account_id));
	if (at < erasable_at)
		ereport(ERROR, ag_errcode(AG_ERR_TOO_EARLY),
				errmsg("account " INT64_FORMAT " must be kept for now", account_id),
				errdetail("It can be erased from %s on.", timestamptz_to_str(erasable_at)));

	(void) ag_subject_shred(account_id, reason);
	ag_numbers_leave(account, numbers, reason, at);
	ag_numbers_expire(numbers, at);
	ag_freeze_close_all(account, ag_actor(), reason, at);
	ag_session_erase(account_id);
	ag_password_erase(account_id);
	account->state = AG_ERASED;
	ag_contact_forget(account, ag_actor(), reason, at);
	account->erased_at = at;
	account->external_id = NULL;
	account->locale = pstrdup("en");
	account->time_zone = pstrdup("UTC");
	account->tenant = account->cohort = account->person = NULL;
	account->close_reason = NULL;
	finish(account, AG_CLOSED, AG_ACTION_ACCOUNT_ERASED, reason, at);
}
