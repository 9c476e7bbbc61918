/*-------------------------------------------------------------------------
 *
 * session_bind.c
 *		For whom the present transaction acts: current_account().
 *
 * session_bind() proves a token once; the account it belongs to is kept here, not in a
 * setting, so nobody can SET it.  It ends with the transaction, and a rolled-back
 * savepoint takes it back, so a pooler that gives the connection to somebody else
 * between two transactions hands over nothing.  Entries live in TopTransactionContext.
 *
 * A parallel worker does not have it: current_account() is PARALLEL RESTRICTED, which
 * keeps what asks for it in the leader.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "session/session.h"
#include "utils/memutils.h"

typedef struct Bound
{
	SubTransactionId subxact;
	int64		account_id;		/* 0 = nobody: a bad token was shown */
	int32		session_no;
	struct Bound *previous;
} Bound;

static Bound *bound = NULL;

void
ag_session_bind(int64 account_id, int32 session_no)
{
	Bound	   *entry = MemoryContextAlloc(TopTransactionContext, sizeof(Bound));

	entry->subxact = GetCurrentSubTransactionId();
	entry->account_id = account_id;
	entry->session_no = session_no;
	entry->previous = bound;
	bound = entry;
}

/* From now on the transaction acts for nobody. */
void
ag_session_unbind(void)
{
	if (bound != NULL)
		ag_session_bind(0, 0);
}

/* False = the transaction acts for nobody. */
bool
ag_session_bound(int64 *account_id, int32 *session_no)
{
	if (bound == NULL || bound->account_id == 0)
		return false;
	*account_id = bound->account_id;
	*session_no = bound->session_no;
	return true;
}

static void
bound_at_xact(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
		case XACT_EVENT_PREPARE:
			bound = NULL;
			break;
		default:
			break;
	}
}

static void
bound_at_subxact(SubXactEvent event, SubTransactionId subxact, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		while (bound != NULL && bound->subxact == subxact)
			bound = bound->previous;
	}
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		for (Bound *entry = bound; entry != NULL && entry->subxact == subxact; entry = entry->previous)
			entry->subxact = parent;
	}
}

void
ag_session_bind_init(void)
{
	RegisterXactCallback(bound_at_xact, NULL);
	RegisterSubXactCallback(bound_at_subxact, NULL);
}
