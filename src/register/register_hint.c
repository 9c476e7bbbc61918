/*-------------------------------------------------------------------------
 *
 * register_hint.c
 *		What somebody is told of an account who is asked whether it is his.
 *
 * Little enough that a stranger does not learn whom he follows: the first visible
 * character of a nickname, the month of registration, the name of the product.  The same every time,
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
#define NOTHING_VISIBLE "*"

/*
 * Code points that leave no mark though they may have a width, or that turn around or join
 * what follows: blanks, fillers, format characters.  Marks without a width of their own
 * (combining ones) are found by that.  After Unicode 15, Zs, Zl, Zp and Cf.
 */
static const struct
{
	pg_wchar	from;
	pg_wchar	until;
}			unseen[] = {
	{0x0000, 0x0020}, {0x007F, 0x00A0}, {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C},
	{0x115F, 0x1160}, {0x1680, 0x1680}, {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x2000, 0x200F},
	{0x2028, 0x202F}, {0x205F, 0x206F}, {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},
	{0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3},
	{0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}
};

/* Bytes of a database without an encoding are no characters. */
static bool
is_visible(const char *character)
{
	const unsigned char *utf8;
	pg_wchar	c;

	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return *character > ' ' && *character < 0x7F;
	utf8 = (const unsigned char *) pg_server_to_any(character, pg_mblen(character), PG_UTF8);
	c = utf8_to_unicode(utf8);
	for (int i = 0; i < (int) lengthof(unseen); i++)
		if (c >= unseen[i].from && c <= unseen[i].until)
			return false;
	return pg_dsplen(character) > 0;
}

/* A hint is the first character that one sees, or a star if there is none. */
void
ag_hint_set(int64 account_id, const char *nickname)
{
	while (nickname != NULL && *nickname == ' ')
		nickname++;
	if (nickname == NULL || *nickname == '\0')
	{
		ag_hint_store_drop(account_id);
		return;
	}
	while (*nickname != '\0' && !is_visible(nickname))
		nickname += pg_mblen(nickname);
	if (*nickname == '\0')
		ag_hint_store_set(account_id, NOTHING_VISIBLE STARS);
	else
		ag_hint_store_set(account_id, psprintf("%.*s%s", pg_mblen(nickname), nickname, STARS));
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
