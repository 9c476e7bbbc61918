/*-------------------------------------------------------------------------
 *
 * password.c
 *		Verifying passwords, and keeping new ones.
 *
 * To verify:
 *
 * 1. What is kept of each account is read and opened; an account that is unknown or has
 *	  no password is looked for in the same way.
 * 2. A slot is taken, or the answer is OVERLOAD, and nothing has been counted.
 * 3. The attempt is charged.  From here on it is spent, whatever becomes of the call.
 * 4. As many runs of Argon2id as the caller says: real ones, or, without anything to
 *	  compare with and when a limit refuses the attempt, ones for nothing at the same cost.
 *	  Between runs the statement can be cancelled.
 *
 * No lock is held meanwhile but those of reading.
 *
 * Memory: passwords in normal form and opened hashes are wiped in any case.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "identity/password.h"
#include "keyring/keyring.h"
#include "miscadmin.h"
#include "policy/policy.h"

/* A hash that costs so much more than policy says was not made here, or long ago. */
#define MOST_TIMES 2

/* What is kept of one account, opened. */
typedef struct Stored
{
	AgCredential *credential;	/* NULL = none */
	AgPwhashCost cost;
	char		phc[AG_PHC_SIZE];	/* empty = nothing to compare with */
} Stored;

static const struct
{
	const char *name;
	const char *meaning;
}			codes[AG_PASSWORD_CODE_COUNT] =

{
#define AG_PASSWORD_CODE(symbol, meaning) [AG_PASSWORD_##symbol] = {#symbol, meaning},
	AG_PASSWORD_CODE_LIST
#undef AG_PASSWORD_CODE
};

const char *
ag_password_code_name(AgPasswordCode code)
{
	return codes[code].name;
}

const char *
ag_password_code_meaning(AgPasswordCode code)
{
	return codes[code].meaning;
}

static AgBinding
binding_of(const AgCredential *credential)
{
	AgBinding	binding = {
		.field = "credential.secret", .account_id = credential->account_id, .record = credential->no
	};

	return binding;
}

static void
open_secret(const AgCredential *credential, char phc[AG_PHC_SIZE])
{
	AgBinding	binding = binding_of(credential);
	bytea	   *plain = ag_keyring_unseal(AG_PURPOSE_PW_PEPPER, &binding, VARDATA(credential->secret),
										  VARSIZE(credential->secret) - VARHDRSZ);

	if (VARSIZE(plain) - VARHDRSZ != AG_PHC_SIZE || VARDATA(plain)[AG_PHC_SIZE - 1] != '\0')
		ag_keyring_refuse(AG_KEY_DAMAGED, AG_PURPOSE_PW_PEPPER, 0);
	memcpy(phc, VARDATA(plain), AG_PHC_SIZE);
	ag_password_wipe((char *) plain, VARSIZE(plain));
}

static void
seal_secret(AgCredential *credential, int32 kid, const char phc[AG_PHC_SIZE])
{
	AgBinding	binding = binding_of(credential);

	credential->kid = kid;
	credential->secret = ag_keyring_seal(AG_PURPOSE_PW_PEPPER, kid, &binding, phc, AG_PHC_SIZE);
}

static int64
reseal(int32 active, int batch)
{
	List	   *stale = ag_credential_store_stale(active, batch);
	ListCell   *cell;

	foreach(cell, stale)
	{
		AgCredential *credential = lfirst(cell);
		char		phc[AG_PHC_SIZE];

		CHECK_FOR_INTERRUPTS();
		open_secret(credential, phc);
		seal_secret(credential, active, phc);
		ag_wipe(phc, sizeof(phc));
		ag_credential_store_reseal(credential);
	}
	return list_length(stale);
}

static const AgKeyUser pepper_user = {
	.purpose = AG_PURPOSE_PW_PEPPER,
	.what = "passwords",
	.in_use = ag_credential_store_uses,
	.reseal = reseal,
	.left = ag_credential_store_stale_count
};

void
ag_password_init(void)
{
	ag_keyring_register_user(&pepper_user);
	ag_pwhash_slot_init();
}

static AgPwhashCost
present_cost(void)
{
	AgPwhashCost cost = {
		.memory = (uint32) ag_policy_setting(AG_SETTING_PASSWORD_MEMORY),
		.passes = (uint32) ag_policy_setting(AG_SETTING_PASSWORD_PASSES)
	};

	return cost;
}

static void
require_memory(bool given)
{
	if (!given)
		ereport(ERROR, errcode(ERRCODE_OUT_OF_MEMORY), errmsg("the system gives no memory to hash a password in"));
}

/* Read and open what is kept; nothing of an account that costs too much. */
static void
fetch(int64 account_id, const AgPwhashCost *policy, Stored *stored)
{
	memset(stored, 0, sizeof(Stored));
	stored->credential = ag_credential_store_password(account_id);
	if (stored->credential == NULL)
		return;
	open_secret(stored->credential, stored->phc);
	if (ag_pwhash_cost(stored->phc, &stored->cost) && stored->cost.memory <= policy->memory * MOST_TIMES &&
		stored->cost.passes <= policy->passes * MOST_TIMES)
		return;
	ereport(LOG, errmsg("the password of account " INT64_FORMAT " is not verified: its hash costs more than twice what policy says",
						account_id),
			errhint("Have the owner set a new one, or raise the policy settings password_memory and password_passes."));
	ag_wipe(stored->phc, sizeof(stored->phc));
}

/* One run, real or not; it is not interrupted. */
static bool
run(const char *phc, const char *password, Size length, const AgPwhashCost *policy)
{
	AgPwhashMatch match = AG_PWHASH_OTHER;
	bool		given = true;

	CHECK_FOR_INTERRUPTS();
	HOLD_INTERRUPTS();
	if (phc[0] != '\0')
		match = ag_pwhash_match(phc, password, length);
	else
		given = ag_pwhash_burn(password, length, policy);
	RESUME_INTERRUPTS();
	require_memory(given && match != AG_PWHASH_NO_MEMORY);
	return match == AG_PWHASH_SAME;
}

/* The only match has been hashed at another cost: make the hash that policy wants. */
static void
make_rehash(AgPasswordCheck *check, const Stored *stored, const char *password, Size length,
			const AgPwhashCost *policy)
{
	AgCredential renewed = *stored->credential;
	char		phc[AG_PHC_SIZE];

	if (stored->cost.memory == policy->memory && stored->cost.passes == policy->passes)
		return;
	require_memory(ag_pwhash_make(phc, password, length, policy));
	seal_secret(&renewed, ag_keyring_require(AG_PURPOSE_PW_PEPPER), phc);
	ag_wipe(phc, sizeof(phc));
	check->rehash = renewed.secret;
	check->rehash_kid = renewed.kid;
}

/* Charge, then run; password NULL = one that cannot be right. */
static void
charge_and_run(AgPasswordCheck *check, const Stored *stored, const char *password, Size length,
			   const AgPwhashCost *policy)
{
	int			matches = 0;
	int			last = 0;
	bool		real = password != NULL;

	check->charge.charged = true;
	check->charge.refused = -1;
	if (check->charge_count > 0)
		ag_attempt_try(check->charges, check->charge_count, &check->charge);
	real = real && check->charge.charged;
	for (int i = 0; i < check->runs; i++)
	{
		check->matched[i] = run(real ? stored[i].phc : "", real ? password : "", real ? length : 0, policy);
		if (!check->matched[i])
			continue;
		check->version[i] = stored[i].credential->version;
		last = i;
		matches++;
	}
	if (matches == 1)
		make_rehash(check, &stored[last], password, length, policy);
	check->code = !check->charge.charged ? AG_PASSWORD_BACKOFF :
		matches > 0 ? AG_PASSWORD_OK : AG_PASSWORD_BAD_PASSWORD;
}

void
ag_password_verify(AgPasswordCheck *check)
{
	Stored		stored[AG_PASSWORD_RUNS];
	AgPwhashCost policy = present_cost();
	int64		memory = policy.memory;
	char	   *password;
	Size		length = 0;

	if (check->runs < 1 || check->runs > AG_PASSWORD_RUNS)
		elog(ERROR, "a password cannot be verified in %d runs", check->runs);
	memset(check->matched, 0, sizeof(check->matched));
	check->rehash = NULL;
	if (!ag_attempt_available())
	{
		check->code = AG_PASSWORD_READ_ONLY;
		return;
	}
	(void) ag_keyring_require(AG_PURPOSE_PW_PEPPER);
	for (int i = 0; i < check->runs; i++)
	{
		fetch(check->accounts[i], &policy, &stored[i]);
		if (stored[i].phc[0] != '\0')
			memory = Max(memory, stored[i].cost.memory);
	}
	password = ag_password_normalize(check->password, check->length, &length);
	PG_TRY();
	{
		if (ag_pwhash_slot_take(memory))
			charge_and_run(check, stored, password, length, &policy);
		else
			check->code = AG_PASSWORD_OVERLOAD;
	}
	PG_FINALLY();
	{
		ag_pwhash_slot_release();
		ag_wipe(stored, sizeof(stored));
		ag_password_wipe(password, length);
	}
	PG_END_TRY();
}

bool
ag_password_still(AgAccount *account, AgPasswordCheck *check, int n)
{
	AgCredential *credential = ag_credential_store_password(account->account_id);

	if (!check->matched[n] || check->accounts[n] != account->account_id || credential == NULL ||
		credential->version != check->version[n])
		return false;
	if (check->rehash != NULL)
	{
		credential->secret = check->rehash;
		credential->kid = check->rehash_kid;
		ag_credential_store_reseal(credential);
	}
	return true;
}

/* Hash it in a slot. */
static AgPasswordCode
hash_new(AgPasswordNew *made, const char *password, Size length)
{
	AgPwhashCost cost = present_cost();
	bool		given;

	if (!ag_pwhash_slot_take(cost.memory))
		return AG_PASSWORD_OVERLOAD;
	HOLD_INTERRUPTS();
	given = ag_pwhash_make(made->phc, password, length, &cost);
	RESUME_INTERRUPTS();
	ag_pwhash_slot_release();
	require_memory(given);
	return AG_PASSWORD_OK;
}

AgPasswordCode
ag_password_prepare(AgPasswordNew *made, const char *password, Size length, bool second_factor,
					List *context)
{
	int			least = (int) ag_policy_setting(second_factor ? AG_SETTING_PASSWORD_LEAST_SECOND :
												AG_SETTING_PASSWORD_LEAST);
	Size		normal_length = 0;
	char	   *normal;
	volatile AgPasswordCode code;

	if (!ag_attempt_available())
		return AG_PASSWORD_READ_ONLY;
	(void) ag_keyring_require(AG_PURPOSE_PW_PEPPER);
	normal = ag_password_normalize(password, length, &normal_length);
	if (normal == NULL)
		return AG_PASSWORD_PASSWORD_LONG;
	PG_TRY();
	{
		code = ag_password_judge(normal, least, context);
		if (code == AG_PASSWORD_OK)
			code = hash_new(made, normal, normal_length);
	}
	PG_FINALLY();
	{
		ag_password_wipe(normal, normal_length);
	}
	PG_END_TRY();
	return code;
}

static void
emit_set(AgAccount *account, const AgCredential *credential, bool first, const char *by)
{
	AgFields   *fields = ag_fields_new();

	ag_field_int(fields, "credential", credential->no);
	ag_field_int(fields, "version", credential->version);
	ag_field_bool(fields, "first", first);
	ag_field_text(fields, "by", by);
	ag_account_emit(account, AG_ACTION_PASSWORD_SET, NULL, NULL, NULL, fields);
}

void
ag_password_set(AgAccount *account, AgPasswordNew *made, const char *by)
{
	int32		kid = ag_keyring_require(AG_PURPOSE_PW_PEPPER);
	AgCredential *credential = ag_credential_store_password(account->account_id);
	bool		first = credential == NULL;
	TimestampTz at = ag_account_now(account);

	if (first)
	{
		credential = palloc0(sizeof(AgCredential));
		credential->account_id = account->account_id;
		credential->no = ag_account_next_child(account);
	}
	credential->version++;
	seal_secret(credential, kid, made->phc);
	ag_wipe(made, sizeof(AgPasswordNew));
	if (first)
		ag_credential_store_insert(credential, "password", at, by);
	else
		ag_credential_store_replace(credential, at, by);
	emit_set(account, credential, first, by);
}

bool
ag_password_exists(int64 account_id)
{
	return ag_credential_store_password(account_id) != NULL;
}

/* When the password was changed last, and by what; false: never, or there is none. */
bool
ag_password_changed(int64 account_id, TimestampTz *at, char **by)
{
	AgResult   *list = ag_credential_store_list(account_id);

	for (uint64 i = 0; i < list->count; i++)
		if (strcmp(ag_row_text(list, i, 2), "password") == 0)
		{
			*at = ag_row_time(list, i, 5);
			*by = ag_row_text(list, i, 6);
			return *at > ag_row_time(list, i, 4);
		}
	return false;
}

/* All that proves who the owner is goes; the caller records it. */
void
ag_password_erase(int64 account_id)
{
	ag_credential_store_erase(account_id);
}
