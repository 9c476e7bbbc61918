/*-------------------------------------------------------------------------
 *
 * bulk.c
 *		Freezing many accounts, and taking that back.
 *
 * A batch is a list of accounts and one order.  Its accounts are sorted and frozen
 * piece by piece; each piece is one transaction that first moves the batch's row
 * forward, so a run that was broken off goes on where its last commit left off, and
 * two runs never do the same account.  Accounts are locked by ascending id, a piece
 * at a time: two batches cannot wait for each other in a circle, and whoever is not
 * in the piece is not held up.
 *
 * What acctguard refuses for one account (errors of class UG) is written down and
 * stops nothing; everything else ends the run after the last commit.  A piece is
 * first tried as a whole, and account by account only if one of them is refused.
 *
 * Memory: what an account needs is given back before the next.
 * Tables: batch, batch_refusal.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/sanction.h"
#include "miscadmin.h"
#include "utils/memutils.h"

/* Tell about progress at most this often. */
#define NOTICE_SECONDS 10

/* A piece of a batch: the accounts from .. until - 1. */
typedef struct Piece
{
	const AgBatch *batch;
	const AgActor *actor;
	const AgFreezeOrder *order;
	int64		from;
	int64		until;
} Piece;

/* Freeze the accounts of a piece, all or none. */
static void
freeze_piece(void *arg)
{
	Piece	   *piece = arg;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "acctguard batch account",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);

	for (int64 i = piece->from; i < piece->until; i++)
	{
		AgAccount  *account = ag_account_lock(piece->batch->accounts[i]);

		ag_freeze_impose(account, piece->actor, piece->order, ag_account_now(account));
		ag_account_save(account);
		MemoryContextReset(context);
		CHECK_FOR_INTERRUPTS();
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/* Is it about this account, and not about the server, the run, or a conflict worth a retry? */
static bool
is_refusal(const ErrorData *error)
{
	const char *state = unpack_sql_state(error->sqlerrcode);

	return strncmp(state, "UG", 2) == 0 && state[2] != '0';
}

/* Freeze the accounts of a piece one by one, writing refusals down. */
static void
freeze_one_by_one(Piece *piece, AgBatch *batch, bool keep)
{
	for (int64 i = piece->from; i < piece->until; i++)
	{
		Piece		one = *piece;
		ErrorData  *error;

		one.from = i;
		one.until = i + 1;
		error = ag_bulk_try(freeze_piece, &one, keep);
		if (error == NULL)
		{
			batch->frozen++;
			continue;
		}
		if (!is_refusal(error))
			ReThrowError(error);
		batch->refused++;
		if (keep)
			ag_batch_store_refuse(batch->batch, batch->accounts[i],
								  unpack_sql_state(error->sqlerrcode), error->message, ag_now());
	}
}

/* One transaction's worth. */
static void
run_piece(AgBatch *batch, Piece *piece, bool dry_run)
{
	ErrorData  *error = ag_bulk_try(freeze_piece, piece, !dry_run);

	if (error == NULL)
		batch->frozen += piece->until - piece->from;
	else if (is_refusal(error))
		freeze_one_by_one(piece, batch, !dry_run);
	else
		ReThrowError(error);
	batch->done = piece->until;
}

static void
tell_progress(const AgBatch *batch, const char *what)
{
	ereport(NOTICE,
			errmsg("batch %s: %s, " INT64_FORMAT " of " INT64_FORMAT " accounts, "
				   INT64_FORMAT " frozen, " INT64_FORMAT " refused", batch->batch, what,
				   batch->done, batch->total, batch->frozen, batch->refused));
}

/* Begin the batch, or find where it was left off; false if nothing is left to do. */
static bool
open_batch(AgBatch *batch, const AgActor *actor, const AgFreezeOrder *order)
{
	uint8		fingerprint[AG_HASH_SIZE];

	memcpy(fingerprint, batch->fingerprint, AG_HASH_SIZE);

	/* Looked for first: an insert would wait for the piece a running batch is at. */
	if (!ag_batch_store_read(batch->batch, batch))
	{
		if (ag_batch_store_insert(batch, order->kind, order->reason, actor, ag_now()))
			return true;
		if (!ag_batch_store_read(batch->batch, batch))
			elog(ERROR, "batch %s is neither new nor there", batch->batch);
	}
	if (memcmp(fingerprint, batch->fingerprint, AG_HASH_SIZE) != 0)
		ereport(ERROR, ag_errcode(AG_ERR_IDEMPOTENCY_CONFLICT),
				errmsg("batch %s was begun with another request", batch->batch),
				errdetail("Accounts, order and person must be the same to go on with it."),
				errhint("Use a fresh batch for a new request."));
	return !batch->finished;
}

/* Move the batch's row over a piece, before anything of the piece is done. */
static void
take_piece(const AgBatch *batch, const Piece *piece)
{
	if (!ag_batch_store_advance(batch->batch, piece->from, piece->until, ag_now()))
		ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				errmsg("another run goes on with batch %s, or it was undone", batch->batch),
				errhint("See acctguard.batch_status()."));
}

/*
 * Run a batch to its end.  The caller has called ag_bulk_begin(); everything it
 * passes outlives the commits.
 */
void
ag_batch_run(AgBatch *batch, const AgActor *actor, const AgFreezeOrder *order, int batch_size,
			 bool dry_run)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "acctguard batch",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	TimestampTz told = GetCurrentTimestamp();

	ag_freeze_order_check(actor, order);
	if (!dry_run && !open_batch(batch, actor, order))
	{
		tell_progress(batch, "finished before");
		MemoryContextSwitchTo(old);
		return;
	}
	while (batch->done < batch->total)
	{
		Piece		piece = {
			.batch = batch,
			.actor = actor,
			.order = order,
			.from = batch->done,
			.until = Min(batch->done + batch_size, batch->total)
		};

		if (!dry_run)
			take_piece(batch, &piece);
		run_piece(batch, &piece, dry_run);
		if (!dry_run)
			ag_batch_store_count(batch->batch, batch->frozen, batch->refused);
		ag_bulk_commit();
		MemoryContextReset(context);
		MemoryContextSwitchTo(context);
		if (TimestampDifferenceExceeds(told, GetCurrentTimestamp(), NOTICE_SECONDS * 1000))
		{
			told = GetCurrentTimestamp();
			tell_progress(batch, "running");
		}
	}
	if (!dry_run)
		ag_batch_store_finish(batch->batch, ag_now());
	tell_progress(batch, dry_run ? "tried, nothing kept" : "finished");
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/*
 * End one freeze of a batch, with the authority its kind asks for; false if it has
 * ended.
 */
static bool
undo_one(int64 account_id, int no, const AgActor *actor, const char *reason,
		 const char *legal_reference)
{
	AgAccount  *account = ag_account_lock(account_id);
	AgFreeze   *freeze = ag_freeze_load(account_id, no);
	TimestampTz at = ag_account_now(account);

	switch (ag_freeze_state(freeze, at))
	{
		case AG_FREEZE_PROPOSED:
			ag_freeze_end_now(account, actor, freeze, AG_FREEZE_REJECT, reason, at);
			break;
		case AG_FREEZE_SCHEDULED:
		case AG_FREEZE_ACTIVE:
		case AG_FREEZE_STAYED:
			ag_freeze_lift(account, actor, no, reason, legal_reference, NULL, at);
			break;
		default:
			return false;
	}
	ag_account_save(account);
	return true;
}

/* End what still stands of a batch's own freezes; returns how many. */
int64
ag_batch_undo(const AgActor *actor, const char *name, const char *reason,
			  const char *legal_reference)
{
	AgBatch		batch = {0};
	const AgKind *kind;
	AgResult   *freezes;
	int64		ended = 0;

	if (!ag_batch_store_read(name, &batch))
		ereport(ERROR, ag_errcode(AG_ERR_BATCH_UNKNOWN),
				errmsg("there is no batch %s", name),
				errhint("See acctguard.batch_status()."));
	kind = ag_policy_kind(batch.kind);
	ag_freeze_require_lift_role(actor, kind, kind->lift_roles, "lift");
	if (!ag_batch_store_undone(name, actor->person, ag_now()))
		return 0;

	freezes = ag_batch_store_freezes(name);
	for (uint64 i = 0; i < freezes->count; i++)
	{
		if (undo_one(ag_row_int8(freezes, i, 1), ag_row_int4(freezes, i, 2), actor, reason,
					 legal_reference))
			ended++;
		CHECK_FOR_INTERRUPTS();
	}
	return ended;
}
