/*-------------------------------------------------------------------------
 *
 * register.c
 *		Registering with a number: the question, its answer, the commit.
 *
 * Before the number is proved nothing is said of it.  Each function locks the number and
 * everybody it concerns, writes down what the clock has done to it, and then judges by
 * what is there; so the commit decides once more what the answer decided, and of two who
 * register with one number the second finds that it has changed hands.
 *
 * A password is hashed before anything is locked.
 *
 * Locks: the number's row, then accounts, then the flow.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/freeze.h"
#include "identity/identity.h"
#include "identity/password.h"
#include "lifecycle/lifecycle.h"
#include "phone/touch.h"
#include "register/register.h"
#include "session/session.h"

#define NUMBER_CODE "number_code"

/* A flow of registration, with what it is about. */
typedef struct Conversation
{
	AgRegisterCase c;
	AgRegisterFacts facts;
	AgFlow	   *flow;
	bool		renumbered;		/* the flow is about a number that has become another's */
} Conversation;

static int64
number_of(const AgFlow *flow)
{
	AgNumberName name;
	int64		number_id = flow->number_id;

	if (number_id == 0 && ag_flow_number(flow, &name))
	{
		number_id = ag_number_find(&name);
		ag_wipe(&name, sizeof(name));
	}
	return number_id;
}

/* The row of the flow's number, locked; NULL = there is none, and make is false. */
static AgNumber *
lock_number(const AgFlow *flow, bool make)
{
	int64		number_id = number_of(flow);
	AgNumber   *number = NULL;
	AgNumberName name;

	if (number_id != 0)
	{
		ag_number_touch(number_id, 0, 0);
		number = ag_number_lock_kept(number_id);
	}
	if (number == NULL && make && ag_flow_number(flow, &name))
	{
		number = ag_number_obtain(&name, ag_now());
		ag_wipe(&name, sizeof(name));
	}
	return number;
}

static AgFlowCode
judge_flow(const AgFlow *flow)
{
	if (flow == NULL)
		return AG_FLOW_FLOW_UNKNOWN;
	return ag_flow_judge(flow, AG_FLOW_IS(AG_FLOW_FOR_REGISTER), ag_now());
}

/* What the flow tells; a number that is known is locked with all whom it concerns, or made. */
static AgFlowCode
enter(Conversation *v, const pg_uuid_t *id, bool make)
{
	AgFlowCode	code = ag_flow_begin();
	AgFlow	   *flow;

	memset(v, 0, sizeof(Conversation));
	if (code != AG_FLOW_OK)
		return code;
	flow = v->flow = ag_flow_peek(id);
	code = judge_flow(flow);
	if (code == AG_FLOW_OK && flow->proof_count == 0)
		code = AG_FLOW_PROOF_REQUIRED;
	if (code != AG_FLOW_OK)
		return code;

	(void) ag_register_load(&v->c, lock_number(flow, make), true);
	code = ag_flow_require(id, AG_FLOW_IS(AG_FLOW_FOR_REGISTER), &v->flow);
	if (code != AG_FLOW_OK)
		return code;
	ag_register_read(&v->c, &v->facts);
	v->facts.expired = !ag_flow_proved(v->flow, NUMBER_CODE, v->c.at);
	v->facts.own = ag_register_is_own(&v->c, v->flow->device);
	v->renumbered = ag_flow_renumbered(v->flow);
	v->facts.stale = v->renumbered ||
		(v->c.number == NULL ? v->flow->number_epoch != 0 : ag_flow_stale(v->flow, v->c.number));
	return AG_FLOW_OK;
}

static void
begin_reply(AgRegisterReply *reply, AgFlowCode code, const Conversation *v)
{
	memset(reply, 0, sizeof(AgRegisterReply));
	reply->code = code;
	reply->flow = v->flow;
	if (v->c.holder != NULL)
		reply->account_id = v->c.holder->account_id;
}

static void
set_rule(AgRegisterReply *reply, const AgRegisterRule *rule, Conversation *v)
{
	begin_reply(reply, ag_flow_code_find(rule->code), v);
	if (v->facts.claimed && strcmp(rule->code, "REG_HOLD_RUNNING") == 0)
		reply->retry_at = v->c.claim->due_at;
	if (strcmp(rule->code, "REG_STALE") == 0)
		ag_flow_close(v->flow, "stale", v->c.at);
}

static char *
data_of(const char *name, const char *json)
{
	AgJson		data;

	ag_json_begin(&data);
	ag_json_raw(&data, name, json);
	return ag_json_end(&data);
}

/* Whose is the number?  From here on the flow is about what was shown. */
void
ag_register_question(const pg_uuid_t *id, AgRegisterReply *reply)
{
	Conversation v;
	AgFlowCode	code = enter(&v, id, false);
	const AgRegisterRule *rule;

	if (code != AG_FLOW_OK)
	{
		begin_reply(reply, code, &v);
		return;
	}
	v.facts.stale = v.renumbered;
	if (v.c.number != NULL && !v.renumbered)
		ag_flow_see_epoch(v.flow, v.c.number);
	rule = ag_register_decide(&v.facts);
	set_rule(reply, rule, &v);
	/* R24: who has answered once needs no hints. */
	if (rule->effect == AG_EFFECT_ASK && v.flow->answer == NULL && ag_register_may_hint(&v.facts))
	{
		char	   *hints = ag_hint_show(v.c.holder, v.flow);

		reply->data = hints == NULL ? NULL : data_of("hints", hints);
	}
}

static void
answer_data(const Conversation *v, const AgRegisterRule *rule, AgRegisterReply *reply)
{
	AgJson		data;

	ag_json_begin(&data);
	switch (rule->effect)
	{
		case AG_EFFECT_ENTER:
			ag_json_int(&data, "account", v->c.holder->account_id);
			ag_json_list(&data, "methods", list_make1(NUMBER_CODE));
			break;
		case AG_EFFECT_VERIFY:
			ag_json_text(&data, "gate", ag_register_gate_name(rule->gate));
			ag_flow_remember(v->flow, psprintf("{\"gate\": \"%s\"}", ag_register_gate_name(rule->gate)));
			break;
		case AG_EFFECT_HOLD:
		case AG_EFFECT_HOLD_LONG:
			ag_json_time(&data, "until",
						 ag_time_plus(v->c.at,
									  ag_policy_setting(rule->effect == AG_EFFECT_HOLD ?
														AG_SETTING_CLAIM_TIME : AG_SETTING_CLAIM_TIME_LONG)));
			break;
		default:
			return;
	}
	reply->data = ag_json_end(&data);
}

static const char *
answer_name(AgRegisterAnswer answer)
{
	return answer == AG_REGISTER_MINE ? "mine" : "not_mine";
}

void
ag_register_answer(const pg_uuid_t *id, AgRegisterAnswer answer, AgRegisterReply *reply)
{
	Conversation v;
	AgFlowCode	code = enter(&v, id, false);
	const AgRegisterRule *rule = NULL;

	if (code == AG_FLOW_OK)
	{
		v.facts.answer = answer;
		rule = ag_register_decide(&v.facts);
		/* A question that is not asked has no answer. */
		if (v.facts.holder != AG_HOLDER_NONE && !v.facts.own && !v.facts.stale && !v.facts.expired)
			code = ag_flow_answer(v.flow, answer_name(answer), v.c.at);
	}
	if (code != AG_FLOW_OK)
	{
		begin_reply(reply, code, &v);
		return;
	}
	set_rule(reply, rule, &v);
	answer_data(&v, rule, reply);
	if (rule->effect == AG_EFFECT_ENTER)
		(void) ag_flow_consume(v.flow, v.c.at);
}

/* What the new account is made of. */
typedef struct Newcomer
{
	const AgRegisterOrder *order;
	const AgFlow *flow;
	AgPasswordNew password;
} Newcomer;

/* Step 7: nothing of the old account is copied. */
static AgAccount *
make_newcomer(void *arg)
{
	Newcomer   *newcomer = arg;
	AgAccountOrder order = {
		.account_id = newcomer->order->account_id,
		.locale = newcomer->flow->locale,
		.time_zone = newcomer->order->time_zone,
		.profile = newcomer->order->profile
	};
	AgAccount  *account = ag_account_lock(ag_account_open(&order));

	ag_password_set(account, &newcomer->password, "register");
	return account;
}

static List *
proofs_of(const AgFlow *flow)
{
	List	   *proofs = NIL;

	for (int i = 0; i < flow->proof_count; i++)
		proofs = lappend(proofs, flow->proof[i]);
	return proofs;
}

/* The account that was made, and until when it waits (0 = it does not). */
static void
set_done(AgRegisterReply *reply, const char *code, int64 account_id, TimestampTz until)
{
	AgJson		data;

	reply->code = ag_flow_code_find(code);
	reply->account_id = account_id;
	ag_json_begin(&data);
	ag_json_int(&data, "account", account_id);
	if (until != 0)
		ag_json_time(&data, "until", until);
	reply->data = ag_json_end(&data);
	reply->retry_at = until;
}

static void
go_on(Conversation *v, const AgRegisterRule *rule, Newcomer *newcomer, AgRegisterReply *reply)
{
	AgTransfer	transfer = {
		.c = &v->c,
		.rule = rule,
		.flow = v->flow,
		.proofs = proofs_of(v->flow),
		.newcomer = make_newcomer,
		.arg = newcomer
	};
	AgAccount  *claimant;
	TimestampTz until;

	ag_register_stop_at(1);
	(void) ag_flow_consume(v->flow, v->c.at);
	ag_register_stop_at(2);
	newcomer->flow = v->flow;
	if (rule->effect == AG_EFFECT_HOLD || rule->effect == AG_EFFECT_HOLD_LONG)
	{
		claimant = make_newcomer(newcomer);
		until = ag_claim_open(&v->c, rule, claimant);
		set_done(reply, "REG_HOLD_BEGUN", claimant->account_id, until);
		return;
	}
	ag_register_stop_at(3);
	ag_register_transfer(&transfer);
	set_done(reply, "REG_DONE", transfer.account_id, 0);
}

/* Does the row, if it is that of the answer, make an account? */
static bool
makes_account(const AgRegisterRule *rule)
{
	switch (rule->effect)
	{
		case AG_EFFECT_CREATE:
		case AG_EFFECT_RELEASE:
		case AG_EFFECT_REMOVE:
		case AG_EFFECT_HOLD:
		case AG_EFFECT_HOLD_LONG:
			return true;
		default:
			return false;
	}
}

static AgRegisterAnswer
answer_of(const AgFlow *flow)
{
	if (flow->answer == NULL)
		return AG_REGISTER_NONE;
	return strcmp(flow->answer, answer_name(AG_REGISTER_MINE)) == 0 ? AG_REGISTER_MINE : AG_REGISTER_NOT_MINE;
}

static AgFlowCode
password_code(AgPasswordCode code)
{
	return code == AG_PASSWORD_OK ? AG_FLOW_OK : ag_flow_code_find(ag_password_code_name(code));
}

/* Nothing is hashed for a flow in which nothing can come of it. */
static AgFlowCode
prepare(const pg_uuid_t *id, Newcomer *newcomer, Conversation *v)
{
	AgFlowCode	code = ag_flow_begin();
	AgNumberName name;
	List	   *context = NIL;

	if (code != AG_FLOW_OK)
		return code;
	v->flow = ag_flow_peek(id);
	code = judge_flow(v->flow);
	if (code == AG_FLOW_OK && v->flow->proof_count == 0)
		code = AG_FLOW_PROOF_REQUIRED;
	if (code != AG_FLOW_OK)
		return code;
	if (ag_flow_number(v->flow, &name))
		context = list_make1(name.writing[0]);
	code = password_code(ag_password_prepare(&newcomer->password, newcomer->order->password,
											 newcomer->order->length, false, context));
	ag_wipe(&name, sizeof(name));
	return code;
}

void
ag_register_commit(const pg_uuid_t *id, const AgRegisterOrder *order, AgRegisterReply *reply)
{
	Conversation v = {0};
	Newcomer	newcomer = {.order = order};
	AgFlowCode	code = prepare(id, &newcomer, &v);
	const AgRegisterRule *rule;

	if (code == AG_FLOW_OK)
		code = enter(&v, id, true);
	if (code != AG_FLOW_OK)
	{
		begin_reply(reply, code, &v);
		return;
	}
	v.facts.answer = answer_of(v.flow);
	rule = ag_register_decide(&v.facts);
	set_rule(reply, rule, &v);
	if (rule->effect == AG_EFFECT_ASK)
		reply->code = AG_FLOW_ANSWER_REQUIRED;
	else if (makes_account(rule))
		go_on(&v, rule, &newcomer, reply);
	ag_wipe(&newcomer.password, sizeof(newcomer.password));
}

/*
 * The owner of a claimed number: has he just proved it, in a flow of his own?
 */
static AgFlowCode
prove_number(const pg_uuid_t *id, const AgRegisterCase *c, AgFlow **flow, bool *proved)
{
	AgFlowCode	code;

	*proved = false;
	*flow = NULL;
	if (id == NULL)
		return AG_FLOW_OK;
	code = ag_flow_require(id, AG_FLOW_IS(AG_FLOW_FOR_REGISTER) | AG_FLOW_IS(AG_FLOW_FOR_RECONFIRM), flow);
	if (code != AG_FLOW_OK)
		return code;
	*proved = number_of(*flow) == c->number->number_id && !ag_flow_renumbered(*flow) &&
		ag_flow_proved(*flow, NUMBER_CODE, c->at);
	return AG_FLOW_OK;
}

static void
judge_objection(AgRegisterCase *c, const AgActing *acting, const pg_uuid_t *id, AgRegisterReply *reply)
{
	AgAssurance assurance;
	AgObjection objection = {
		.other = ag_gate_judge_proof(acting, &assurance),
		.confirmed = c->evidence.reassignment == AG_REASSIGNMENT_CONFIRMED
	};
	const AgRegisterRule *rule;

	reply->code = prove_number(id, c, &reply->flow, &objection.number);
	if (reply->code != AG_FLOW_OK)
		return;
	rule = ag_register_object(&objection);
	reply->code = ag_flow_code_find(rule->code);
	if (rule->effect == AG_EFFECT_KEEP)
	{
		(void) ag_flow_consume(reply->flow, c->at);
		ag_money_wait_return(c->holder, &assurance, c->at);
		ag_claim_keep(c);
	}
	else
		ag_claim_note(c);
}

/* R13, R14, R15: somebody with a session of the account objects to the claim to its number. */
void
ag_register_object_to(const char *token, const pg_uuid_t *id, AgRegisterReply *reply)
{
	AgSessionCheck check;
	AgActing	acting;
	AgRegisterCase c;
	AgNumberClaim *claim;
	AgNumber   *number;

	memset(reply, 0, sizeof(AgRegisterReply));
	reply->code = ag_flow_begin();
	if (reply->code != AG_FLOW_OK)
		return;
	/* A made-up token makes nobody wait. */
	ag_session_check(&check, token, strlen(token));
	reply->code = AG_FLOW_SESSION_REQUIRED;
	if (check.code != AG_ACCESS_OK && check.code != AG_ACCESS_STEP_UP_REQUIRED && check.code != AG_ACCESS_DENIED)
		return;
	reply->account_id = check.session.account_id;
	reply->code = AG_FLOW_REG_NO_CLAIM;
	claim = ag_claim_store_of_holder(check.session.account_id);
	if (claim == NULL)
		return;

	ag_number_touch(claim->number_id, 0, claim->holder_id);
	number = ag_number_lock(claim->number_id);
	(void) ag_register_load(&c, number, true);
	ag_session_act(&acting, token, true);
	if (c.claim == NULL || c.claim->no != claim->no)
		reply->code = claim->due_at <= ag_now() ? AG_FLOW_REG_RELEASE_DUE : AG_FLOW_REG_NO_CLAIM;
	else if (acting.code != AG_ACCESS_OK)
		reply->code = AG_FLOW_SESSION_REQUIRED;
	else
		judge_objection(&c, &acting, id, reply);
}
