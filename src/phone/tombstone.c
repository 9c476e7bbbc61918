/*-------------------------------------------------------------------------
 *
 * tombstone.c
 *		What a banned account leaves on a number that it loses.
 *
 * Evidence counts here if a provider gave it.  A claim "not mine" does not: it is made
 * by the very person whom the tombstone is to hold.
 *
 * Written under the locks of the number and the account; read without any.
 * Tables: tombstone; reads number_event and, through the source of bans, freezes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "phone/evidence.h"
#include "phone/tombstone.h"

static const AgBanSource *bans = NULL;

void
ag_tombstone_register_bans(const AgBanSource *source)
{
	bans = source;
}

TimestampTz
ag_tombstone_until(const AgTombstone *tombstone)
{
	AgBan		ban;

	if (!bans->read(tombstone->account_id, tombstone->freeze_no, &ban))
		return DT_NOBEGIN;
	return Max(ban.until, ag_time_plus(tombstone->written_at,
									   ag_policy_setting(AG_SETTING_TOMBSTONE_LEAST)));
}

/*
 * Has the number changed hands since the ban, and since the banned one proved it last
 * (DT_NOEND = never)?  A ban keeps nobody from doing that.
 */
static bool
is_confirmed_since(int64 number_id, TimestampTz banned_at, TimestampTz proved_at, TimestampTz at)
{
	TimestampTz since = proved_at == DT_NOEND ? banned_at : Max(banned_at, proved_at);
	AgEvidenceTerms terms = {
		.answer_age = ag_policy_setting(AG_SETTING_ANSWER_AGE),
		.sim_risk = ag_policy_setting(AG_SETTING_SIM_RISK)
	};
	AgNumberEvent *events;
	AgEvidence	evidence;
	int			count = ag_evidence_store_events(number_id, &events);
	int			said = 0;

	for (int i = 0; i < count; i++)
		if (events[i].signal < AG_SIGNAL_CLAIM_OPENED)
			events[said++] = events[i];
	ag_evidence_judge(events, said, since, at, &terms, &evidence);
	return evidence.reassignment == AG_REASSIGNMENT_CONFIRMED;
}

bool
ag_tombstone_is_overtaken(const AgTombstone *tombstone, TimestampTz at)
{
	return is_confirmed_since(tombstone->number_id, tombstone->banned_at, tombstone->proved_at, at);
}

AgTombstone *
ag_tombstone_in_force(int64 number_id, int64 account_id, TimestampTz at, TimestampTz *until)
{
	AgTombstone *longest = NULL;
	ListCell   *cell;

	foreach(cell, ag_tombstone_store_of_number(number_id))
	{
		AgTombstone *tombstone = lfirst(cell);
		TimestampTz its_until = ag_tombstone_until(tombstone);

		if (tombstone->account_id == account_id || tombstone->ended_at <= at || its_until <= at ||
			(longest != NULL && its_until <= *until) || ag_tombstone_is_overtaken(tombstone, at))
			continue;
		longest = tombstone;
		*until = its_until;
	}
	return longest;
}

bool
ag_tombstone_would_hold(const AgPhoneBinding *holder, TimestampTz at)
{
	AgBan		ban;

	return bans->find(holder->account_id, at, &ban) &&
		!is_confirmed_since(holder->number_id, ban.since, holder->last_owner_proof_at, at);
}

bool
ag_tombstone_banned(int64 account_id, TimestampTz at)
{
	AgBan		ban;

	return bans->find(account_id, at, &ban);
}

void
ag_tombstone_leave(const AgAccount *account, const AgPhoneBinding *binding, TimestampTz at)
{
	AgBan		ban;
	AgTombstone tombstone = {
		.number_id = binding->number_id,
		.account_id = account->account_id,
		.binding = binding->no,
		.written_at = at
	};

	if (!bans->find(account->account_id, at, &ban))
		return;
	tombstone.freeze_no = ban.freeze_no;
	tombstone.banned_at = ban.since;
	ag_tombstone_store_insert(&tombstone);
}

bool
ag_tombstone_keeps_number(int64 number_id, TimestampTz at)
{
	ListCell   *cell;

	foreach(cell, ag_tombstone_store_of_number(number_id))
	{
		const AgTombstone *tombstone = lfirst(cell);

		if (at < Min(tombstone->ended_at, ag_tombstone_until(tombstone)))
			return true;
	}
	return false;
}

static const AgTombstone *
find_tombstone(int64 account_id, int binding)
{
	ListCell   *cell;

	foreach(cell, ag_tombstone_store_of_account(account_id))
		if (((AgTombstone *) lfirst(cell))->binding == binding)
		return lfirst(cell);
	ereport(ERROR, ag_errcode(AG_ERR_TOMBSTONE_UNKNOWN),
			errmsg("binding %d of account " INT64_FORMAT " left no tombstone", binding, account_id),
			errhint("See acctguard.tombstone_list(%lld).", (long long) account_id));
	return NULL;
}

bool
ag_tombstone_end(AgAccount *account, int binding, const char *note, TimestampTz at)
{
	const AgTombstone *tombstone = find_tombstone(account->account_id, binding);
	AgFields   *after;

	/* A clock that was set back does not end it before it was written. */
	if (!ag_tombstone_store_end(account->account_id, binding, ag_actor()->person, note,
								Max(at, tombstone->written_at)))
		return false;
	after = ag_fields_new();
	ag_field_int(after, "binding", binding);
	ag_field_int(after, "number", tombstone->number_id);
	ag_account_emit(account, AG_ACTION_TOMBSTONE_ENDED, note, NULL, NULL, after);
	return true;
}
