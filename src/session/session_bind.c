/*-------------------------------------------------------------------------
 *
 * session_bind.c
 *		For whom the present transaction acts: current_account().
 *
 * session_bind() proves a token once; the account it belongs to is kept here, not in a
 * setting, so nobody can SET it.  It ends with the transaction, and a rolled-back
 * savepoint takes it back, so a pooler that gives the connection to somebody else
 * between two transactions hands over nothing.
 *
 * A parallel worker does not have it: current_account() is PARALLEL RESTRICTED, which
 * keeps what asks for it in the leader.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "session/session.h"

typedef struct Bound
{
	AgXactEntry entry;
	int64		account_id;		/* 0 = nobody: a bad token was shown */
	int32		session_no;
} Bound;

static AgXactStack bound;

void
ag_session_bind(int64 account_id, int32 session_no)
{
	Bound	   *newest = ag_xact_stack_push(&bound, sizeof(Bound));

	newest->account_id = account_id;
	newest->session_no = session_no;
}

/* From now on the transaction acts for nobody. */
void
ag_session_unbind(void)
{
	if (bound.top != NULL)
		ag_session_bind(0, 0);
}

/* False = the transaction acts for nobody. */
bool
ag_session_bound(int64 *account_id, int32 *session_no)
{
	const Bound *newest = (const Bound *) bound.top;

	if (newest == NULL || newest->account_id == 0)
		return false;
	*account_id = newest->account_id;
	*session_no = newest->session_no;
	return true;
}

void
ag_session_bind_init(void)
{
	ag_xact_stack_register(&bound);
}
