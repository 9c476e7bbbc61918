/*-------------------------------------------------------------------------
 *
 * freeze_load.c
 *		One freeze of an account, as far as whoever asks may know of it.
 *
 * A user knows the freezes that he is told of: not those of kinds that are not shown
 * (monitor mode), nor what is only proposed.  These are not there for him, whatever he
 * asks: same error, same words, as for a number that no freeze has.
 *
 * Withholding the reasons (disclose_at) hides no freeze: it refuses him something, and
 * says so.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"

/* A hint names what the actor may call. */
static void
refuse_unknown(int64 account_id, int no)
{
	ereport(ERROR, ag_errcode(AG_ERR_FREEZE_UNKNOWN),
			errmsg("account " INT64_FORMAT " has no freeze %d", account_id, no),
			ag_actor_serves_user(ag_actor()) ? errhint("See acctguard.account_status(account_id).") :
			errhint("See acctguard.freeze_list(account_id)."));
}

AgFreeze *
ag_freeze_load(int64 account_id, int no)
{
	AgFreeze   *freeze = ag_freeze_store_read(account_id, no);

	if (freeze == NULL)
		refuse_unknown(account_id, no);
	return freeze;
}

/* Is the user told that it is there? */
bool
ag_freeze_known(const AgFreeze *freeze)
{
	bool		proposal = freeze->proposal_until != DT_NOEND && freeze->approved_at == DT_NOEND;

	return !proposal && ag_policy_kind_version(freeze->kind, freeze->kind_version)->visible;
}

AgFreeze *
ag_freeze_load_known(int64 account_id, int no)
{
	AgFreeze   *freeze = ag_freeze_store_read(account_id, no);

	if (freeze == NULL || !ag_freeze_known(freeze))
		refuse_unknown(account_id, no);
	return freeze;
}

/* The application passes on what it is told; staff and detectors see everything. */
AgFreeze *
ag_freeze_load_for(const AgActor *actor, int64 account_id, int no)
{
	if (ag_actor_serves_user(actor))
		return ag_freeze_load_known(account_id, no);
	return ag_freeze_load(account_id, no);
}
