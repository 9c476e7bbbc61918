/*-------------------------------------------------------------------------
 *
 * freeze_observer.c
 *		Telling later ranks what becomes of freezes.
 *
 * Appeals follow freezes: a review is opened with some of them, ends with them, moves
 * to the one that takes their place.  This folder knows nothing of appeals; it calls
 * whoever registered, in the transaction of the change and under the account's lock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/decision.h"

#define OBSERVERS_MAX 4

static const AgFreezeObserver *observers[OBSERVERS_MAX];
static int	observer_count = 0;

void
ag_freeze_register_observer(const AgFreezeObserver *observer)
{
	if (observer_count == OBSERVERS_MAX)
		elog(ERROR, "too many observers of freezes");
	observers[observer_count++] = observer;
}

void
ag_freeze_observe(AgAccount *account, const AgActor *actor, const AgFreeze *freeze,
				  AgFreezeEvent event, TimestampTz at)
{
	for (int i = 0; i < observer_count; i++)
		if (observers[i]->changed != NULL)
			observers[i]->changed(account, actor, freeze, event, at);
}

void
ag_freeze_observe_proposing(AgAccount *account, const AgActor *actor, const AgFreeze *freeze,
							AgFreezeEvent event, TimestampTz at)
{
	for (int i = 0; i < observer_count; i++)
		if (observers[i]->proposing != NULL)
			observers[i]->proposing(account, actor, freeze, event, at);
}

void
ag_freeze_observe_disclosed(AgAccount *account, const AgFreeze *freeze, TimestampTz at)
{
	for (int i = 0; i < observer_count; i++)
		if (observers[i]->disclosed != NULL)
			observers[i]->disclosed(account, freeze, at);
}

/* DT_NOBEGIN: it never could be appealed; DT_NOEND: nobody can tell yet. */
TimestampTz
ag_freeze_final_at(const AgFreeze *freeze, const AgKind *kind, TimestampTz at)
{
	TimestampTz until = ag_freeze_appealable_until(freeze, kind);

	for (int i = 0; i < observer_count; i++)
		if (observers[i]->remedy_until != NULL)
			until = observers[i]->remedy_until(freeze, until, at);
	return until;
}
