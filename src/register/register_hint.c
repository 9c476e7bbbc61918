/*-------------------------------------------------------------------------
 *
 * register_hint.c
 *		What somebody is told of an account who is asked whether it is his.
 *
 * Little enough that a stranger does not learn whom he follows: the first character of
 * a nickname, the month of registration, the name of the product.  The same every time,
 * so that asking again teaches nothing, and a few times a day (policy limit_rule
 * register.hint); each is an event of the account.  The nickname itself is kept
 * nowhere.
 *
 * Tables: register_hint.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "attempt/attempt.h"
#include "guc.h"
#include "mb/pg_wchar.h"
#include "register/register.h"

#define STARS "**"

void
ag_hint_set(int64 account_id, const char *nickname)
{
	int			length;

	while (nickname != NULL && *nickname == ' ')
		nickname++;
	if (nickname == NULL || *nickname == '\0')
	{
		ag_hint_store_drop(account_id);
		return;
	}
	length = pg_mblen(nickname);
	ag_hint_store_set(account_id, psprintf("%.*s%s", length, nickname, STARS));
}

/* 2024-03 */
static char *
month_of(TimestampTz at)
{
	struct pg_tm tm;
	fsec_t		microseconds;

	if (timestamp2tm(at, NULL, &tm, &microseconds, NULL, NULL) != 0)
		return NULL;
	return psprintf("%04d-%02d", tm.tm_year, tm.tm_mon);
}

char *
ag_hint_show(AgAccount *account, const AgFlow *flow)
{
	AgCharge	charge = {"register.hint", ag_subject_bytes(flow->number_idx, AG_INDEX_SIZE)};
	TimestampTz retry_at;
	AgJson		json;

	if (!ag_attempt_charge(&charge, 1, &retry_at))
		return NULL;
	ag_account_emit(account, AG_ACTION_HINTED, NULL, NULL, NULL, NULL);
	ag_account_save(account);
	ag_json_begin(&json);
	ag_json_text(&json, "nickname", ag_hint_store_read(account->account_id));
	ag_json_text(&json, "registered", month_of(account->registered_at));
	ag_json_text(&json, "product", ag_guc_product_name);
	return ag_json_end(&json);
}

/* With the account goes what could be shown of it. */
static void
forget_erased(const AgEvent *event, const AgActor *actor, TimestampTz at)
{
	if (event->action == AG_ACTION_ACCOUNT_ERASED)
		ag_hint_store_drop(event->account_id);
}

void
ag_hint_init(void)
{
	ag_event_register_sink(forget_erased);
}
