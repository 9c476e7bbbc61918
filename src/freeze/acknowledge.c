/*-------------------------------------------------------------------------
 *
 * acknowledge.c
 *		The user acknowledges the rules, or staff waives it.
 *
 * A freeze whose kind asks for it leaves a gate behind when it has been served: some
 * capabilities stay refused until the rules are acknowledged.  An acknowledgment
 * opens the gates that stand when it is given; a freeze that ends later has its own,
 * so nobody acknowledges ahead.  Only the app gives it, on the user's behalf.
 *
 * The caller holds the account's lock.  Table: acknowledgment.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "freeze/sanction.h"

#define STAFF_ROLES \
	(AG_ROLE_RISK | AG_ROLE_MODERATOR | AG_ROLE_REVIEWER | AG_ROLE_COMPLIANCE | AG_ROLE_OPERATOR)

List *
ag_acknowledgment_list(int64 account_id)
{
	return ag_acknowledgment_store_list(account_id);
}

/* The freezes whose gate stands at a time, as a list of integers. */
static List *
standing_gates(int64 account_id, TimestampTz at)
{
	List	   *gates = NIL;
	ListCell   *cell;

	foreach(cell, ag_standing_list(account_id))
	{
		const AgStanding *row = lfirst(cell);

		if (row->part == AG_PART_ACKNOWLEDGE &&
			ag_interval_contains(row->starts_at, row->ends_at, at))
			gates = lappend_int(gates, row->freeze_no);
	}
	return gates;
}

static char *
numbers_text(List *numbers)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, numbers)
		appendStringInfo(&text, "%s%d", text.len > 0 ? "," : "", lfirst_int(cell));
	return text.data;
}

/* Only the app speaks for a user here, and not through a role that staff uses. */
void
ag_acknowledge_require_role(const AgActor *actor)
{
	if (!actor->superuser && (!(actor->roles & AG_ROLE_APP) || (actor->roles & STAFF_ROLES)))
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("role \"%s\" cannot acknowledge rules for a user", actor->role),
				errhint("The user does it in the app; staff may waive it with "
						"acctguard.acknowledgment_waive()."));
}

int
ag_acknowledge(AgAccount *account, const AgActor *actor, const char *rules_version,
			   const bytea *text_hash, const char *locale, const char *device, TimestampTz at)
{
	List	   *opened = standing_gates(account->account_id, at);
	AgFields   *before = ag_fields_new();
	AgFields   *after = ag_fields_new();
	int			no = ag_account_next_child(account);

	if (locale == NULL)
		locale = account->locale;

	ag_acknowledgment_store_insert(account->account_id, no, opened, rules_version, text_hash,
								   locale, device, NULL, actor, at);
	ag_field_text(before, "rules_version", account->rules_version);
	account->rules_version = pstrdup(rules_version);
	ag_freeze_derive(account, at);

	ag_field_int(after, "acknowledgment", no);
	ag_field_text(after, "rules_version", rules_version);
	ag_field_bytes(after, "text_hash", VARDATA_ANY(text_hash), VARSIZE_ANY_EXHDR(text_hash));
	ag_field_text(after, "locale", locale);
	ag_field_text(after, "device", device);
	ag_field_text(after, "freezes", numbers_text(opened));
	ag_account_emit(account, AG_ACTION_ACKNOWLEDGED, NULL, NULL, before, after);
	return list_length(opened);
}

/* Open the gate of one freeze in the user's stead. */
void
ag_acknowledgment_waive(AgAccount *account, const AgActor *actor, int freeze_no,
						const char *reason, TimestampTz at)
{
	AgFields   *after = ag_fields_new();
	int			no = ag_account_next_child(account);

	ag_freeze_load(account->account_id, freeze_no);
	if (!list_member_int(standing_gates(account->account_id, at), freeze_no))
		ereport(ERROR, ag_errcode(AG_ERR_FREEZE_STATE),
				errmsg("freeze %d leaves no acknowledgment to be given now", freeze_no),
				errhint("See acctguard.explain(account_id)."));

	ag_acknowledgment_store_insert(account->account_id, no, list_make1_int(freeze_no), NULL, NULL,
								   NULL, NULL, reason, actor, at);
	ag_freeze_derive(account, at);

	ag_field_int(after, "acknowledgment", no);
	ag_field_int(after, "freeze", freeze_no);
	ag_account_emit(account, AG_ACTION_ACKNOWLEDGMENT_WAIVED, reason, NULL, NULL, after);
}
