/*-------------------------------------------------------------------------
 *
 * claim.c
 *		Claims: a new account waits for a number whose owner may still be there.
 *
 * A claim ends with the number in new hands when its time is over, by the clock: it is
 * written down by the worker, or before that by whoever touches the number next.  It is
 * judged again then, as everything is, and while a ban, a freeze or a legal hold would
 * keep the number it goes on waiting.  The claimant showed the number when he claimed
 * it, and nothing since: what is said of it later counts against him, too.  What an
 * owner has to show to keep his number is that he has the number; being active, he
 * shows only that he has an old telephone.
 *
 * Locks: the number's row, then accounts.  Tables: release_hold, number_event, binding.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "phone/forget.h"
#include "phone/tombstone.h"
#include "phone/touch.h"
#include "register/register.h"

static AgFields *
fields_of(const AgRegisterCase *c)
{
	AgFields   *fields = ag_fields_new();

	ag_field_int(fields, "claim", c->claim->no);
	ag_field_int(fields, "number", c->number->number_id);
	ag_field_text(fields, "hint", c->number->hint);
	ag_field_text(fields, "rule", c->claim->rule);
	ag_field_time(fields, "due_at", c->claim->due_at);
	return fields;
}

/* The holder of c is asked for his number; returns until when. */
TimestampTz
ag_claim_open(AgRegisterCase *c, const AgRegisterRule *rule, AgAccount *claimant)
{
	AgNumberClaim *claim = palloc0(sizeof(AgNumberClaim));
	AgSetting	length = rule->effect == AG_EFFECT_HOLD ? AG_SETTING_CLAIM_TIME : AG_SETTING_CLAIM_TIME_LONG;

	claim->number_id = c->number->number_id;
	claim->claimant_id = claimant->account_id;
	claim->holder_id = c->holder->account_id;
	claim->binding = c->binding->no;
	claim->rule = pstrdup(rule->row);
	claim->opened_at = c->at;
	claim->due_at = ag_time_plus(c->at, ag_policy_setting(length));
	ag_claim_store_insert(claim);
	c->claim = claim;
	(void) ag_evidence_note(c->number, AG_SIGNAL_CLAIM_OPENED, c->at, c->at);
	ag_account_emit(c->holder, AG_ACTION_NUMBER_CLAIMED, NULL, NULL, NULL, fields_of(c));
	ag_account_emit(claimant, AG_ACTION_CLAIM_WAITING, NULL, NULL, NULL, fields_of(c));
	ag_account_save(c->holder);
	ag_account_save(claimant);
	ag_number_save(c->number);
	return claim->due_at;
}

/* The claimant does not get the number. */
static void
end_claim(AgRegisterCase *c, const char *outcome, const char *note)
{
	AgAccount  *claimant = ag_register_account(c, c->claim->claimant_id);
	AgFields   *fields = fields_of(c);
	TimestampTz at = Max(c->at, c->claim->opened_at);

	ag_claim_store_end(c->claim, outcome, ag_actor()->person, note, at);
	(void) ag_evidence_note(c->number, AG_SIGNAL_CLAIM_CLOSED, at, at);
	ag_field_text(fields, "outcome", outcome);
	ag_account_emit(claimant, AG_ACTION_CLAIM_LOST, note, NULL, NULL, fields);
	ag_account_save(claimant);
	ag_number_save(c->number);
}

static void
void_claim(AgRegisterCase *c, const char *note)
{
	end_claim(c, "void", note);
}

/* R13: number and another proof together are what an owner's proof is. */
void
ag_claim_keep(AgRegisterCase *c)
{
	AgFields   *fields = fields_of(c);

	end_claim(c, "kept", NULL);
	ag_binding_store_prove(c->binding, c->at);
	ag_account_emit(c->holder, AG_ACTION_CLAIM_KEPT, NULL, NULL, NULL, fields);
	ag_account_save(c->holder);
}

/* R14 */
void
ag_claim_note(AgRegisterCase *c)
{
	AgFields   *fields = fields_of(c);

	ag_field_bool(fields, "again", c->claim->noted_at != DT_NOEND);
	ag_claim_store_note(c->claim, c->at);
	ag_account_emit(c->holder, AG_ACTION_CLAIM_NOTED, NULL, NULL, NULL, fields);
	ag_account_save(c->holder);
}

static AgAccount *
the_claimant(void *arg)
{
	AgRegisterCase *c = arg;

	return ag_register_account(c, c->claim->claimant_id);
}

/* Why the claimant cannot have the number, whoever has it now; NULL = he can. */
static const char *
find_obstacle(const AgRegisterCase *c)
{
	const AgAccount *claimant = ag_register_account(c, c->claim->claimant_id);
	TimestampTz until;

	if (claimant->state != AG_ACTIVE && claimant->state != AG_PENDING)
		return "the account that waited is closed";
	if (ag_tombstone_banned(claimant->account_id, c->at))
		return "the account that waited is banned";
	if (ag_binding_store_live(claimant->account_id, c->number->number_id, AG_BINDING_LOGIN) != NULL)
		return "the account that waited has a number";
	if (c->binding != NULL && (c->holder->account_id != c->claim->holder_id ||
							   c->binding->no != c->claim->binding))
		return "the number was proved by somebody since";
	if (c->binding == NULL &&
		ag_tombstone_in_force(c->number->number_id, claimant->account_id, c->at, &until) != NULL)
		return "a banned account that lost the number holds it";
	return NULL;
}

/* R15, judged again: NULL = the number has to stay where it is for now. */
static const AgRegisterRule *
judge_again(AgRegisterCase *c)
{
	static const AgObjection none = {.due = true};
	const AgRegisterRule *now;
	AgRegisterFacts facts;

	ag_register_read(c, &facts);
	if (c->binding == NULL)
		return ag_register_object(&none);
	facts.answer = AG_REGISTER_NOT_MINE;
	facts.claimed = facts.reviewed = facts.quota = false;
	now = ag_register_decide(&facts);
	if (now->effect == AG_EFFECT_NONE)
		return NULL;
	return now->effect == AG_EFFECT_REMOVE ? now : ag_register_object(&none);
}

static bool
carry_out(AgRegisterCase *c)
{
	const char *obstacle = find_obstacle(c);
	AgTransfer	transfer = {
		.c = c,
		.proofs = list_make1("number_code"),
		.proved_at = c->claim->opened_at,
		.newcomer = the_claimant,
		.arg = c
	};

	if (obstacle != NULL)
	{
		void_claim(c, obstacle);
		return true;
	}
	transfer.rule = judge_again(c);
	if (transfer.rule == NULL)
		return false;
	ag_claim_store_end(c->claim, "executed", ag_actor()->person, NULL, Max(c->at, c->claim->opened_at));
	ag_register_transfer(&transfer);
	return true;
}

/* Is there something to write down? */
static bool
is_over(const AgNumberClaim *claim, int64 number_id)
{
	const AgPhoneBinding *binding;

	if (claim == NULL)
		return false;
	if (claim->due_at <= ag_now())
		return true;
	binding = ag_binding_holder(number_id);
	return binding == NULL || binding->account_id != claim->holder_id || binding->no != claim->binding;
}

/* The claimant has it by the clock, or the owner left it: write that down. */
static void
settle(AgNumber *number)
{
	AgRegisterCase c;

	if (!is_over(ag_claim_store_running(number->number_id), number->number_id))
		return;
	(void) ag_register_load(&c, number, true);
	(void) carry_out(&c);
}

bool
ag_claim_end(int64 account_id, const char *note)
{
	AgNumberClaim *claim = ag_claim_store_of_claimant(account_id);
	AgRegisterCase c;
	AgNumber   *number;

	if (claim == NULL)
		return false;
	number = ag_number_lock(claim->number_id);
	settle(number);
	(void) ag_register_load(&c, number, true);
	if (c.claim == NULL || c.claim->claimant_id != account_id)
		return false;
	void_claim(&c, note);
	return true;
}

/* Nothing is waited for: who has the number, or one of the accounts, settles the claim himself. */
static bool
sweep_one(const void *item)
{
	AgNumber   *number = ag_number_try_lock(*(const int64 *) item);
	AgRegisterCase c;

	if (number == NULL || !is_over(ag_claim_store_running(number->number_id), number->number_id))
		return false;
	return ag_register_load(&c, number, false) && carry_out(&c);
}

static void
sweep_failed(const void *item, const ErrorData *error)
{
	ereport(WARNING, errcode(error->sqlerrcode),
			errmsg("that a claimed number has changed hands cannot be written: %s", error->message));
}

/* Claims that have to wait longer do not keep the sweep from others: it goes on behind them. */
int64
ag_claim_sweep(int64 limit)
{
	static const AgSweep sweep = {.work = sweep_one, .failed = sweep_failed};
	static AgSweepCursor last = AG_SWEEP_BEGIN;
	AgResult   *portion = ag_claim_store_due(ag_now(), &last, limit);

	return ag_bulk_sweep(ag_bulk_portion(&last, portion, limit), &sweep);
}

int64
ag_claim_sweep_due(int64 most)
{
	return ag_claim_store_due_count(ag_now(), most);
}

/* Somebody waits for the number, whoever had it. */
static bool
needs_number(int64 number_id)
{
	return ag_claim_store_running(number_id) != NULL;
}

/* Of a number that somebody is about to judge. */
static bool
find_due(int64 number_id, AgNumberTouch *touch)
{
	AgNumberClaim *claim = number_id == 0 ? NULL : ag_claim_store_running(number_id);

	if (!is_over(claim, number_id))
		return false;
	touch->numbers = ag_ids_add(touch->numbers, number_id);
	touch->accounts = ag_ids_add(touch->accounts, claim->claimant_id);
	return true;
}

static bool
due(AgNumberTouch *touch)
{
	bool		one = find_due(touch->number_id, touch);

	return find_due(touch->other_id, touch) || one;
}

static void
settle_touched(const AgNumberTouch *touch)
{
	ListCell   *cell;

	foreach(cell, touch->numbers)
		settle(ag_number_lock(*(int64 *) lfirst(cell)));
}

static const AgNumberKeeper keeper = {.due = due, .settle = settle_touched};

void
ag_claim_init(void)
{
	ag_number_register_need(needs_number);
	ag_number_keep(&keeper);
}
