/*-------------------------------------------------------------------------
 *
 * binding.c
 *		Which account has which number: binding, releasing.
 *
 * These are the two primitives of every flow that moves a number.  The caller has
 * locked the number and the account, in that order, and saves both; so a release
 * from one account and a binding to another are one transaction, and a failure
 * anywhere leaves the number where it was.
 *
 * A banned account leaves a tombstone on the login number that it loses.
 *
 * Tables: binding, tombstone, contact; number's epoch.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "outbox/outbox.h"
#include "phone/phone.h"
#include "phone/tombstone.h"

AgPhoneBinding *
ag_binding_require(int64 account_id, int no)
{
	AgPhoneBinding *binding = ag_binding_store_read(account_id, no);

	if (binding == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_BINDING_UNKNOWN),
				errmsg("account " INT64_FORMAT " has no binding %d", account_id, no),
				errhint("See acctguard.account_numbers(%lld).", (long long) account_id));
	return binding;
}

AgPhoneBinding *
ag_binding_holder(int64 number_id)
{
	return ag_binding_store_holder(number_id);
}

bool
ag_binding_trust_is_stale(const AgPhoneBinding *binding)
{
	return ag_binding_store_moved(binding->number_id, binding->account_id, binding->bound_at);
}

static void
emit(AgAccount *account, AgAction action, const AgNumber *number, const AgPhoneBinding *binding,
	 const char *why, const char *note)
{
	AgFields   *after = ag_fields_new();

	ag_field_int(after, "binding", binding->no);
	ag_field_int(after, "number", number->number_id);
	ag_field_text(after, "kind", binding->kind);
	ag_field_time(after, "bound_at", binding->bound_at);
	ag_field_time(after, "proof_at", binding->last_owner_proof_at);
	ag_field_text(after, "release_reason", why);
	ag_account_emit(account, action, note, NULL, NULL, after);
}

/* A login number belongs to one account, and an account has one. */
static void
require_free(const AgNumber *number, const AgAccount *account, const AgBindOrder *order)
{
	AgPhoneBinding *holder = ag_binding_store_holder(number->number_id);
	bool		login = strcmp(order->kind, AG_BINDING_LOGIN) == 0;

	if (login && holder != NULL && holder->account_id != account->account_id)
		ereport(ERROR, ag_errcode(AG_ERR_NUMBER_TAKEN),
				errmsg("the number is the login number of another account"),
				errhint("Release it there first."));
	if (ag_binding_store_live(account->account_id, number->number_id, order->kind) != NULL)
		ereport(ERROR, ag_errcode(AG_ERR_NUMBER_BOUND),
				errmsg(login ? "account " INT64_FORMAT " has a login number already" :
					   "account " INT64_FORMAT " trusts the number already", account->account_id),
				errhint("See acctguard.account_numbers(%lld).", (long long) account->account_id));
}

int
ag_number_bind(AgNumber *number, AgAccount *account, const AgBindOrder *order, TimestampTz at)
{
	AgPhoneBinding binding = {
		.account_id = account->account_id,
		.number_id = number->number_id,
		.kind = pstrdup(order->kind),
		.bound_at = order->bound_at,
		.effective_at = order->effective_at,
		.last_owner_proof_at = order->proof_at
	};

	if (account->state != AG_ACTIVE && account->state != AG_PENDING)
		ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_STATE),
				errmsg("account " INT64_FORMAT " is %s", account->account_id,
					   ag_lifecycle_name(account->state)),
				errdetail("Only an active or a pending account takes a number."));
	require_free(number, account, order);
	binding.no = ag_account_next_child(account);
	ag_binding_store_insert(&binding, order->proofs, ag_actor()->person, at);
	if (strcmp(order->kind, AG_BINDING_LOGIN) == 0)
	{
		number->epoch++;
		account->number_lost_at = DT_NOEND;
	}
	emit(account, AG_ACTION_NUMBER_BOUND, number, &binding, NULL, NULL);
	return binding.no;
}

static bool
is_same_number(const char *address, const void *e164)
{
	AgNumberName name;
	bool		same;

	if (!ag_number_read(address, NULL, ag_now(), &name))
		return false;
	same = strcmp(name.writing[0], e164) == 0;
	ag_wipe(&name, sizeof(name));
	return same;
}

/*
 * NTF-04: what is told to an account never goes to a number that has left it.  A number
 * that cannot be opened may be any of those that the account has given.
 */
static int
drop_contacts(const AgNumber *number, AgAccount *account, TimestampTz at)
{
	AgNumberName name;
	bool		known = ag_number_open(number, ag_now(), &name);
	int			count = ag_contact_remove_where(account, AG_CHANNEL_SMS, known ? is_same_number : NULL,
												name.writing[0], "the number has left the account", at);

	ag_wipe(&name, sizeof(name));
	return count;
}

/* A number can be an account's own and trusted by it as well. */
static bool
still_has(const AgAccount *account, int64 number_id)
{
	AgPhoneBinding *login = ag_binding_store_live(account->account_id, number_id, AG_BINDING_LOGIN);

	return (login != NULL && login->number_id == number_id) ||
		ag_binding_store_live(account->account_id, number_id, AG_BINDING_TRUSTED) != NULL;
}

/* Whom the user trusts no longer may still be told of what happens, but not a stranger. */
static bool
may_be_told(const AgAccount *account, const AgPhoneBinding *binding, AgRelease why)
{
	return still_has(account, binding->number_id) ||
		(strcmp(binding->kind, AG_BINDING_LOGIN) != 0 && !ag_release_is_involuntary(why));
}

int
ag_number_release(AgNumber *number, AgAccount *account, const AgPhoneBinding *binding,
				  AgRelease why, const char *note, TimestampTz at)
{
	bool		login = strcmp(binding->kind, AG_BINDING_LOGIN) == 0;

	/* A clock that was set back does not end a binding before it began. */
	ag_binding_store_release(binding, why, note, ag_actor()->person, Max(at, binding->bound_at));
	if (login)
	{
		number->epoch++;
		if (ag_release_is_involuntary(why))
			account->number_lost_at = at;
		ag_tombstone_leave(account, binding, at);
	}
	emit(account, AG_ACTION_NUMBER_RELEASED, number, binding, ag_release_name(why), note);
	return may_be_told(account, binding, why) ? 0 : drop_contacts(number, account, at);
}
