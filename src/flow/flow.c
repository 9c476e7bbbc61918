/*-------------------------------------------------------------------------
 *
 * flow.c
 *		Opening a flow, going on with it, using it up.
 *
 * A number comes with each flow, also one that nobody has had before: no row of number
 * is made for it until it is proved, so that whoever types numbers leaves nothing behind
 * but flows, which are forgotten.  The flow keeps the number sealed, and a keyed index of
 * it by which its limits are counted.
 *
 * H4: the flow is read with the latest snapshot or under its lock, so that a transaction
 * with an old snapshot sees no proof that was used meanwhile; there the lock fails with
 * 40001.
 *
 * Locks: the row of the flow, after numbers and accounts.  Tables: flow.
 * Memory: a flow lives in the caller's context; numbers in clear are wiped by who asks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "flow/flow.h"
#include "keyring/keyring.h"
#include "phone/forget.h"
#include "policy/policy.h"
#include "session/session.h"
#include "utils/builtins.h"

/* What tells these indexes from those of numbers, which the same key makes. */
static const char source_domain[] = "acctguard/source/v1";

static bool touched = false;	/* a flow was worked on in this transaction */

/*
 * H11: a prepared transaction would hold the locks of numbers and flows, and keep codes
 * in doubt, for as long as somebody likes.
 */
static void
flow_at_xact(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_PREPARE:
			if (touched)
				ereport(ERROR, ag_errcode(AG_ERR_FLOW_PREPARE),
						errmsg("a transaction that worked on a flow cannot be prepared"),
						errhint("Commit it in one phase."));
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			touched = false;
			break;
		default:
			break;
	}
}

AgFlowCode
ag_flow_begin(void)
{
	if (RecoveryInProgress())
		return AG_FLOW_READ_ONLY;
	touched = true;
	return ag_at_home() ? AG_FLOW_OK : AG_FLOW_STALE_RESTORE;
}

/* A flow's row has no number; half of its id is as good. */
static AgBinding
binding_of(const AgFlow *flow)
{
	AgBinding	binding = {.field = "flow.e164"};

	memcpy(&binding.record, flow->id.data + 8, sizeof(binding.record));
	return binding;
}

static void
set_number(AgFlow *flow, const AgNumberName *name)
{
	AgNumberIndex index[AG_NUMBER_INDEX_MAX];
	int			count = ag_number_index(name, index);
	AgBinding	binding = binding_of(flow);

	flow->has_number = true;
	flow->number_id = ag_number_find(name);
	if (flow->number_id != 0)
		flow->number_epoch = ag_number_epoch(flow->number_id);
	/* The canonical writing under the newest key stands last. */
	memcpy(flow->number_idx, index[count - 1].idx, AG_INDEX_SIZE);
	flow->country = name->country;
	flow->e164_kid = ag_keyring_require(AG_PURPOSE_CONTACT);
	flow->e164 = ag_e164_seal(&binding, flow->e164_kid, name->writing[0]);
}

static void
index_source(uint8 index[AG_INDEX_SIZE], const uint8 *part, int length)
{
	uint8		data[sizeof(source_domain) + AG_ADDRESS_SIZE];

	memcpy(data, source_domain, sizeof(source_domain));
	memcpy(data + sizeof(source_domain), part, length);
	ag_keyring_index(ag_keyring_require(AG_PURPOSE_PHONE_INDEX), index, data,
					 sizeof(source_domain) + length);
}

static void
set_source(AgFlow *flow, const inet *source)
{
	uint8		address[AG_ADDRESS_SIZE];
	int			length = ag_flow_address(ip_family(source), ip_addr(source), address);

	index_source(flow->address, address, length);
	index_source(flow->source, address, address[0] == 4 ? AG_NETWORK_4 : AG_NETWORK_6);
	flow->has_source = true;
}

/* Whoever has a number of China most likely reads Chinese. */
static char *
choose_locale(const AgFlowOrder *order)
{
	AgAccount  *account = order->locale == NULL && order->account_id != 0 ?
		ag_account_read(order->account_id) : NULL;

	if (order->locale != NULL)
		return pstrdup(order->locale);
	if (account != NULL)
		return account->locale;
	return pstrdup(order->name != NULL && order->name->country == 86 ? "zh-CN" : AG_DEFAULT_LOCALE);
}

AgFlow *
ag_flow_open(const AgFlowOrder *order)
{
	AgFlow	   *flow = palloc0(sizeof(AgFlow));

	flow->id = *DatumGetUUIDP(ag_random_uuid());
	flow->purpose = order->purpose;
	flow->stored = AG_FLOW_STATE_OPEN;
	flow->dead = order->dead;
	flow->account_id = order->account_id;
	flow->contact_no = order->contact_no;
	if (order->name != NULL)
		set_number(flow, order->name);
	flow->device = order->device == NULL ? NULL : pstrdup(order->device);
	if (order->source != NULL)
		set_source(flow, order->source);
	flow->locale = choose_locale(order);
	flow->opened_at = ag_now();
	flow->expires_at = ag_time_plus(flow->opened_at, order->life > 0 ? order->life :
									ag_policy_setting(AG_SETTING_FLOW_LIFE));
	flow->ended_at = DT_NOEND;
	flow->memo = order->memo == NULL ? NULL : pstrdup(order->memo);
	ag_flow_store_insert(flow);
	return flow;
}

AgFlow *
ag_flow_peek(const pg_uuid_t *id)
{
	return ag_flow_store_read(id);
}

AgFlowCode
ag_flow_require(const pg_uuid_t *id, uint32 purposes, AgFlow **flow)
{
	*flow = ag_flow_store_lock(id);
	return *flow == NULL ? AG_FLOW_FLOW_UNKNOWN : ag_flow_judge(*flow, purposes, ag_now());
}

/* The flow's number, with the ways it may be written at a time. */
static void
read_number(const AgFlow *flow, TimestampTz at, AgNumberName *name)
{
	AgBinding	binding = binding_of(flow);
	char		e164[AG_E164_SIZE];

	ag_e164_unseal(&binding, flow->e164, e164);
	if (!ag_number_read(e164, NULL, at, name))
		elog(ERROR, "the number of a flow is no number any more");
	ag_wipe(e164, sizeof(e164));
}

bool
ag_flow_number(const AgFlow *flow, AgNumberName *name)
{
	if (flow->has_number)
		read_number(flow, ag_now(), name);
	return flow->has_number;
}

/*
 * Its country has renumbered since: what was proved then was the number of nobody, or of
 * somebody else, and not of whoever is found under the former writing now.
 */
bool
ag_flow_renumbered(const AgFlow *flow)
{
	AgNumberName then;
	AgNumberName now;
	bool		other;

	if (!flow->has_number || flow->number_id != 0)
		return false;
	read_number(flow, flow->opened_at, &then);
	read_number(flow, ag_now(), &now);
	other = then.count != now.count && ag_number_find(&then) != ag_number_find(&now);
	ag_wipe(&then, sizeof(then));
	ag_wipe(&now, sizeof(now));
	return other;
}

/* A number that was unknown when the flow was opened is the row that was made since. */
bool
ag_flow_stale(const AgFlow *flow, const AgNumber *number)
{
	return flow->number_epoch != number->epoch;
}

void
ag_flow_see_epoch(AgFlow *flow, const AgNumber *number)
{
	if (!ag_flow_stale(flow, number))
		return;
	flow->number_epoch = number->epoch;
	ag_flow_store_save(flow);
}

/* What the transition table does not allow was to be judged before. */
static void
step(AgFlow *flow, AgFlowEvent event, TimestampTz at)
{
	const AgFlowTransition *rule = ag_flow_rule(ag_flow_state(flow, at), event);

	if (rule == NULL)
	{
		elog(ERROR, "a flow that is %s cannot %s", ag_flow_state_name(ag_flow_state(flow, at)),
			 ag_flow_event_name(event));
		return;
	}
	flow->stored = rule->to;
	if (event == AG_FLOW_EVENT_CONSUME || event == AG_FLOW_EVENT_CLOSE)
		flow->ended_at = at;
	ag_flow_store_save(flow);
}

void
ag_flow_prove(AgFlow *flow, const char *proof, TimestampTz at)
{
	int			i = 0;

	if (flow->dead || !ag_proof_known(proof))
		elog(ERROR, "\"%s\" cannot be proved in the flow", proof);
	while (i < flow->proof_count && strcmp(flow->proof[i], proof) != 0)
		i++;
	if (i == AG_FLOW_PROOFS_MAX)
		elog(ERROR, "too many proofs in a flow");
	if (i == flow->proof_count)
		flow->proof[flow->proof_count++] = pstrdup(proof);
	flow->proved_at[i] = at;
	step(flow, AG_FLOW_EVENT_PROVE, at);
}

bool
ag_flow_proved(const AgFlow *flow, const char *proof, TimestampTz at)
{
	int64		age = ag_policy_setting(AG_SETTING_FLOW_PROOF_AGE);

	for (int i = 0; i < flow->proof_count; i++)
		if ((proof == NULL || strcmp(flow->proof[i], proof) == 0) &&
			at < ag_time_plus(flow->proved_at[i], age))
			return true;
	return false;
}

/* R24: a change of mind is allowed once. */
AgFlowCode
ag_flow_answer(AgFlow *flow, const char *answer, TimestampTz at)
{
	bool		changed = flow->answer != NULL && strcmp(flow->answer, answer) != 0;

	if (!ag_flow_proved(flow, NULL, at))
		return AG_FLOW_PROOF_REQUIRED;
	if (changed && flow->switches > 0)
		return AG_FLOW_ANSWER_FIXED;
	if (changed)
		flow->switches++;
	flow->answer = pstrdup(answer);
	step(flow, AG_FLOW_EVENT_ANSWER, at);
	return AG_FLOW_OK;
}

void
ag_flow_remember(AgFlow *flow, const char *memo)
{
	flow->memo = memo == NULL ? NULL : pstrdup(memo);
	ag_flow_store_save(flow);
}

AgFlowCode
ag_flow_consume(AgFlow *flow, TimestampTz at)
{
	if (!ag_flow_proved(flow, NULL, at))
		return AG_FLOW_PROOF_REQUIRED;
	step(flow, AG_FLOW_EVENT_CONSUME, at);
	return AG_FLOW_OK;
}

void
ag_flow_close(AgFlow *flow, const char *reason, TimestampTz at)
{
	flow->end_reason = pstrdup(reason);
	step(flow, AG_FLOW_EVENT_CLOSE, at);
}

int
ag_flow_void(int64 number_id, int64 account_id, uint32 purposes, const AgFlow *but,
			 const char *reason)
{
	List	   *names = NIL;

	if (number_id == 0 && account_id == 0)
		elog(ERROR, "flows of nobody cannot be closed");
	for (int i = 0; i < AG_FLOW_PURPOSE_COUNT; i++)
		if (purposes & AG_FLOW_IS(i))
			names = lappend(names, pstrdup(ag_flow_purpose_name((AgFlowPurpose) i)));
	return ag_flow_store_void(number_id, account_id, names, but == NULL ? NULL : &but->id, reason,
							  ag_now());
}

char *
ag_flow_text(const AgFlow *flow)
{
	return DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&flow->id)));
}

int64
ag_flow_sweep(int64 limit)
{
	TimestampTz at = ag_now();
	int64		done = ag_flow_store_forget(at - ag_policy_setting(AG_SETTING_FLOW_KEEP) * USECS_PER_SEC,
											limit);

	if (done < limit)
		done += ag_flow_store_forget_outcomes(at - ag_policy_setting(AG_SETTING_OUTCOME_KEEP) *
											  USECS_PER_SEC, limit - done);
	return done;
}

/* An account that was erased leaves no flow, and nothing for service desk. */
static void
flow_sink(const AgEvent *event, const AgActor *actor, TimestampTz at)
{
	if (event->action == AG_ACTION_ACCOUNT_ERASED && event->outcome == AG_OUTCOME_DONE)
		ag_flow_store_erase(event->account_id);
}

/* Who has begun a conversation about a number goes on with it, whoever is erased meanwhile. */
static bool
needs_number(int64 number_id)
{
	return ag_flow_store_needs(number_id, ag_now());
}

static const AgKeyUser seal_user = {
	.purpose = AG_PURPOSE_CONTACT,
	.what = "numbers of flows",
	.in_use = ag_flow_store_uses
};

void
ag_flow_init(void)
{
	RegisterXactCallback(flow_at_xact, NULL);
	ag_keyring_register_user(&seal_user);
	ag_event_register_sink(flow_sink);
	ag_number_register_need(needs_number);
}
