/*-------------------------------------------------------------------------
 *
 * reconfirm.c
 *		Is the number still yours?  Owners of old bindings are asked, and answer.
 *
 * A binding of which nothing was heard for policy reconfirm_after is due.  Its owner is
 * asked once, and again after as long a time; whoever answers in a session that is more
 * than the number is not asked for that time.  Only a code to the number, together with
 * that, is a proof: it renews last_owner_proof_at, and with it what speaks for him.  A proof
 * ends the protection of a silent account, so there it takes the gate T4.
 *
 * Locks: the number, the account, the flow; the sweep locks free accounts only.  Tables:
 * binding; those of freezes where money waits; the ledger through events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/freeze.h"
#include "policy/policy.h"
#include "rebind/rebind.h"

#define NUMBER_CODE "number_code"

/* What is confirmed, under the locks of its number and its account. */
typedef struct Scene
{
	AgActing	acting;
	AgPhoneBinding *binding;
	AgNumber   *number;
} Scene;

/* AG_FLOW_OK if the session may answer for the account's number. */
static AgFlowCode
enter(Scene *scene, const char *token, int64 *account_id)
{
	AgPhoneBinding *seen;
	AgFlowCode	code = ag_flow_begin();

	if (code != AG_FLOW_OK)
		return code;
	if (!ag_rebind_token_account(token, account_id))
		return AG_FLOW_SESSION_REQUIRED;
	seen = ag_binding_store_live(*account_id, 0, AG_BINDING_LOGIN);
	if (seen != NULL)
		scene->number = ag_number_lock(seen->number_id);
	code = ag_rebind_act(token, false, &scene->acting);
	if (code != AG_FLOW_OK)
		return code;
	scene->binding = ag_binding_store_live(*account_id, 0, AG_BINDING_LOGIN);
	if (scene->binding == NULL || scene->number == NULL ||
		scene->binding->number_id != scene->number->number_id)
		return AG_FLOW_RECONFIRM_NO_NUMBER;
	if (ag_rebind_is_claimed(scene->number->number_id))
		return AG_FLOW_RECONFIRM_CLAIMED;
	return AG_FLOW_OK;
}

void
ag_reconfirm_begin(const char *token, const char *device, const inet *source, AgRebindResult *result)
{
	Scene		scene = {0};
	AgNumberName name;
	char		e164[AG_E164_SIZE];
	AgFlowOrder order = {
		.purpose = AG_FLOW_FOR_RECONFIRM, .name = &name, .device = device, .source = source
	};

	memset(result, 0, sizeof(AgRebindResult));
	result->code = enter(&scene, token, &result->account_id);
	if (result->code != AG_FLOW_OK)
		return;
	ag_number_unseal(scene.number, e164);
	if (!ag_number_read(e164, NULL, scene.acting.at, &name))
		elog(ERROR, "a bound number cannot be read");
	order.account_id = result->account_id;
	(void) ag_flow_void(0, result->account_id, AG_FLOW_IS(AG_FLOW_FOR_RECONFIRM), NULL, "replaced");
	result->flow = ag_flow_open(&order);
	ag_wipe(&name, sizeof(name));
	ag_wipe(e164, sizeof(e164));
	result->code = AG_FLOW_RECONFIRM_BEGUN;
}

static void
note(const Scene *scene, bool proved)
{
	AgFields   *after = ag_fields_new();

	ag_field_int(after, "binding", scene->binding->no);
	ag_field_bool(after, "proved", proved);
	ag_account_emit(scene->acting.account, AG_ACTION_NUMBER_CONFIRMED, NULL, NULL, NULL, after);
	ag_account_save(scene->acting.account);
}

/* He says so.  Who has shown no more than the number cannot say for whom he speaks. */
static AgFlowCode
take_word(const Scene *scene)
{
	if (scene->acting.session->number_only)
		return AG_FLOW_REBIND_FACTOR;
	ag_binding_store_confirm(scene->binding, scene->acting.at);
	note(scene, false);
	return AG_FLOW_RECONFIRM_NOTED;
}

/* He has the number, and is its owner: both. */
static AgFlowCode
take_proof(const Scene *scene, const pg_uuid_t *id, AgRebindResult *result)
{
	AgFlowCode	code = ag_flow_require(id, AG_FLOW_IS(AG_FLOW_FOR_RECONFIRM), &result->flow);
	AgAssurance assurance;

	if (code != AG_FLOW_OK)
		return code;
	if (result->flow->account_id != result->account_id ||
		result->flow->number_id != scene->number->number_id)
		return AG_FLOW_FLOW_UNKNOWN;
	if (!ag_flow_proved(result->flow, NUMBER_CODE, scene->acting.at))
		return AG_FLOW_PROOF_REQUIRED;
	if (!ag_gate_judge_proof(&scene->acting, &assurance))
		return AG_FLOW_REBIND_FACTOR;
	(void) ag_flow_consume(result->flow, scene->acting.at);
	ag_money_wait_return(scene->acting.account, &assurance, scene->acting.at);
	ag_binding_store_prove(scene->binding, scene->acting.at);
	note(scene, true);
	return AG_FLOW_RECONFIRM_OK;
}

void
ag_reconfirm(const char *token, const pg_uuid_t *flow, AgRebindResult *result)
{
	Scene		scene = {0};

	memset(result, 0, sizeof(AgRebindResult));
	result->code = enter(&scene, token, &result->account_id);
	if (result->code == AG_FLOW_OK)
		result->code = flow == NULL ? take_word(&scene) : take_proof(&scene, flow, result);
}

/*
 * Asking.
 */

typedef struct OldBinding
{
	int64		account_id;
	int			no;
} OldBinding;

/* The last binding looked at, in the order of their ages. */
static TimestampTz last_since = DT_NOBEGIN;
static int64 last_account_id = 0;

/* Accounts that are not active are looked at again when they may be. */
static bool
ask(const void *item)
{
	const OldBinding *old = item;
	AgAccount  *account = ag_account_try_lock(old->account_id);
	AgPhoneBinding *binding = account == NULL ? NULL : ag_binding_store_read(old->account_id, old->no);
	AgFields   *after;
	TimestampTz at;

	if (binding == NULL || binding->released_at != DT_NOEND)
		return false;
	at = ag_account_now(account);
	ag_binding_store_asked(binding, at);
	if (account->state != AG_ACTIVE)
		return false;
	after = ag_fields_new();
	ag_field_int(after, "binding", binding->no);
	ag_field_time(after, "asked_at", at);
	ag_account_emit(account, AG_ACTION_NUMBER_ASKED, NULL, NULL, NULL, after);
	ag_account_save(account);
	return true;
}

static void
failed(const void *item, const ErrorData *error)
{
	ereport(WARNING, errcode(error->sqlerrcode),
			errmsg("the owner of account " INT64_FORMAT " could not be asked for his number: %s",
				   ((const OldBinding *) item)->account_id, error->message));
}

/* Bindings of which nothing was heard since then are due. */
static TimestampTz
due_since(void)
{
	return ag_now() - ag_policy_setting(AG_SETTING_RECONFIRM_AFTER) * USECS_PER_SEC;
}

int64
ag_reconfirm_sweep_due(int64 most)
{
	return ag_binding_store_old_count(due_since(), most);
}

int64
ag_reconfirm_sweep(int64 limit)
{
	static const AgSweep sweep = {.work = ask, .failed = failed};
	AgResult   *result = ag_binding_store_old(due_since(), last_since, last_account_id, limit);
	List	   *bindings = NIL;

	for (uint64 i = 0; i < result->count; i++)
	{
		OldBinding *old = palloc(sizeof(OldBinding));

		last_since = ag_row_time(result, i, 1);
		old->account_id = last_account_id = ag_row_int8(result, i, 2);
		old->no = ag_row_int4(result, i, 3);
		bindings = lappend(bindings, old);
	}
	if (result->count < limit)
	{
		last_since = DT_NOBEGIN;
		last_account_id = 0;
	}
	return ag_bulk_sweep(bindings, &sweep);
}
