/*-------------------------------------------------------------------------
 *
 * lifecycle_change.c
 *		Attributes of an account: language, time zone, scope, rank, protection.
 *
 * Locks: the account's row.  Tables: account; the ledger through events.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lifecycle/lifecycle.h"
#include "pgtime.h"

/* Refuse what PostgreSQL does not know as a time zone. */
void
ag_account_check_time_zone(const char *time_zone)
{
	if (pg_tzset(time_zone) == NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("time zone \"%s\" not recognized", time_zone),
				errhint("See pg_timezone_names."));
}

void
ag_account_check_profile(const char *profile)
{
	if (strcmp(profile, "basic") != 0 && strcmp(profile, "social") != 0 &&
		strcmp(profile, "money") != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("profile must be basic, social or money, not \"%s\"", profile));
}

/* Set one text attribute; '' clears it where it may be empty. */
static void
change_text(char **field, const char *name, const char *value, bool may_be_empty,
			AgFields *before, AgFields *after)
{
	if (value == NULL || (*field != NULL && strcmp(*field, value) == 0))
		return;
	if (value[0] == '\0' && !may_be_empty)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("%s must not be empty", name));
	if (value[0] == '\0' && *field == NULL)
		return;
	ag_field_text(before, name, *field);
	ag_field_text(after, name, value);
	*field = value[0] == '\0' ? NULL : pstrdup(value);
}

static void
change_rank(AgAccount *account, int rank, AgFields *before, AgFields *after)
{
	if (rank < 0 || rank == account->staff_rank)
		return;
	if (rank > 4)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("staff_rank must be between 0 and 4"));
	ag_field_int(before, "staff_rank", account->staff_rank);
	ag_field_int(after, "staff_rank", rank);
	account->staff_rank = rank;
}

static void
change_protection(AgAccount *account, int protected, AgFields *before, AgFields *after)
{
	if (protected < 0 || (protected != 0) == account->protected)
		return;
	ag_field_bool(before, "protected", account->protected);
	ag_field_bool(after, "protected", protected != 0);
	account->protected = protected != 0;
}

/* Change attributes; what stays as it is leaves no event. */
void
ag_account_change(int64 account_id, const AgAccountChange *change, const char *reason)
{
	AgAccount  *account = ag_account_lock(account_id);
	AgFields   *before = ag_fields_new();
	AgFields   *after = ag_fields_new();

	if (account->state == AG_ERASED)
		ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_STATE),
				errmsg("account " INT64_FORMAT " is erased", account_id));
	ag_check_length(change->locale, "locale", AG_MOST_LOCALE);
	ag_check_length(change->tenant, "tenant", AG_MOST_LABEL);
	ag_check_length(change->cohort, "cohort", AG_MOST_LABEL);
	ag_check_length(change->person, "person", AG_MOST_NAME);
	if (change->time_zone != NULL)
		ag_account_check_time_zone(change->time_zone);
	if (change->profile != NULL)
		ag_account_check_profile(change->profile);

	change_text(&account->locale, "locale", change->locale, false, before, after);
	change_text(&account->time_zone, "time_zone", change->time_zone, false, before, after);
	change_text(&account->profile, "profile", change->profile, false, before, after);
	change_text(&account->tenant, "tenant", change->tenant, true, before, after);
	change_text(&account->cohort, "cohort", change->cohort, true, before, after);
	change_text(&account->person, "person", change->person, true, before, after);
	change_rank(account, change->staff_rank, before, after);
	change_protection(account, change->protected, before, after);
	if (after->count == 0)
		return;

	ag_account_emit(account, AG_ACTION_ACCOUNT_CHANGED, reason, NULL, before, after);
	ag_account_save(account);
}
