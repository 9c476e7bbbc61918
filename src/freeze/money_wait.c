/*-------------------------------------------------------------------------
 *
 * money_wait.c
 *		Whoever came through the gate T4 moves money only days later.
 *
 * He has shown much, but no device that the account knows, and somebody else may have
 * the number: there is time for the owner to hear of it.  It is a freeze, so that it is
 * enforced, explained and over by the clock like any other; how long, and what waits,
 * says its kind in policy.  It is no punishment: it gives no points, is no ban, and is
 * told in words of its own.  Nobody's authority is asked, because nobody decides it.
 *
 * Locks: the caller's, on the account.  Tables: those of freeze_impose.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "dormancy/dormancy.h"
#include "freeze/decision.h"

#define FACTS "the account was taken back without a device that it knows"

bool
ag_money_wait_is(const AgFreeze *freeze)
{
	return freeze->automated && strcmp(freeze->kind, AG_WAIT_KIND) == 0;
}

int
ag_money_wait_begin(AgAccount *account, TimestampTz at)
{
	const AgKind *kind = ag_policy_kind(AG_WAIT_KIND);
	AgFreezeOrder order = AG_FREEZE_ORDER_INIT;
	AgFields   *after;
	int			no;

	if (kind == NULL || !kind->enabled)
		return 0;
	order.kind = AG_WAIT_KIND;
	order.reason = AG_WAIT_REASON;
	order.facts = FACTS;
	order.automated = order.by_rule = true;
	no = ag_freeze_impose(account, ag_actor(), &order, at);
	after = ag_fields_new();
	ag_field_int(after, "freeze", no);
	ag_account_emit(account, AG_ACTION_MONEY_WAITS, AG_WAIT_REASON, NULL, NULL, after);
	return no;
}

void
ag_money_wait_return(AgAccount *account, const AgAssurance *assurance, TimestampTz at)
{
	ag_dormancy_return(account, AG_RETURN_GATE, at);
	if (assurance->money_waits)
		(void) ag_money_wait_begin(account, at);
}
