/*-------------------------------------------------------------------------
 *
 * xact_stack.c
 *		What is true until the transaction ends, or a savepoint is rolled back.
 *
 * The newest entry holds.  A rolled-back savepoint takes back what was pushed since, a
 * released one leaves it to what surrounds it, and nothing outlives the transaction,
 * however that ends.  Entries live in TopTransactionContext.
 *
 * No locks, no tables.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/base.h"
#include "utils/memutils.h"

static void
at_xact(XactEvent event, void *arg)
{
	AgXactStack *stack = arg;

	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
		case XACT_EVENT_PREPARE:
			stack->top = NULL;
			break;
		default:
			break;
	}
}

static void
at_subxact(SubXactEvent event, SubTransactionId subxact, SubTransactionId parent, void *arg)
{
	AgXactStack *stack = arg;

	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		while (stack->top != NULL && stack->top->subxact == subxact)
			stack->top = stack->top->previous;
	}
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		for (AgXactEntry *entry = stack->top; entry != NULL && entry->subxact == subxact;
			 entry = entry->previous)
			entry->subxact = parent;
	}
}

void
ag_xact_stack_register(AgXactStack *stack)
{
	RegisterXactCallback(at_xact, stack);
	RegisterSubXactCallback(at_subxact, stack);
}

/* A new entry of so many bytes, which begins with an AgXactEntry; the caller fills in the rest at once. */
void *
ag_xact_stack_push(AgXactStack *stack, Size size)
{
	AgXactEntry *entry = MemoryContextAllocZero(TopTransactionContext, size);

	entry->subxact = GetCurrentSubTransactionId();
	entry->previous = stack->top;
	stack->top = entry;
	return entry;
}
