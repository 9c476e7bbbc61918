/*-------------------------------------------------------------------------
 *
 * errors.h
 *		Every failure acctguard raises on its own account: one SQLSTATE each.
 *
 * SQLSTATE class UG (first letters I-Z are left to implementations by the SQL
 * standard).  The list is the single truth: acctguard.errors() prints it and
 * doc/errors.md is checked against it.
 *
 * Arguments that are simply wrong (NULL, out of range, malformed) are 22023,
 * missing privileges 42501, conflicts worth a retry 40001, as everywhere in
 * PostgreSQL.
 *
 * Hundreds: 0 installation and keys, 1 freezes, 2 appeals, 3 numbers and flows,
 * 4 access, 5 audit, 6 accounts and policy, 7 notices and contacts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_ERRORS_H
#define AG_ERRORS_H

/* AG_ERROR(symbol, last three characters, what happened, what to do about it) */
#define AG_ERROR_LIST \
	AG_ERROR(TABLES, "006", "acctguard's tables are missing or belong to another version", \
			 "Run SELECT acctguard.install() or SELECT acctguard.migrate().") \
	AG_ERROR(NOT_PRELOADED, "005", "the function needs the library in shared_preload_libraries", \
			 "Add acctguard to shared_preload_libraries in postgresql.conf and restart.") \
	AG_ERROR(STANDBY, "004", "the function writes and this server is a standby", \
			 "Call it on the primary.") \
	AG_ERROR(STALE_RESTORE, "007", "the database was restored or copied from elsewhere", \
			 "Run SELECT * FROM acctguard.post_restore(mode, reason); see doc/restore.md.") \
	AG_ERROR(KEYLESS, "001", "the server has no key for this", \
			 "Set acctguard.root_key_file or acctguard.root_key_command, restart, and run acctguard.key_create().") \
	AG_ERROR(WRONG_ROOT, "002", "the server's root key is not the one this database's keys are wrapped with", \
			 "Start the server with the right root key; acctguard.key_status() says which version.") \
	AG_ERROR(KEY_UNKNOWN, "003", "the key does not exist, or is retired", \
			 "See acctguard.key_status(); reconnect if the key is newer than the session.") \
	AG_ERROR(SEALED_DAMAGED, "020", "a sealed value cannot be opened", \
			 "It was changed, or put where it does not belong; treat the row as evidence.") \
	AG_ERROR(KEY_IN_USE, "023", "the key is in use", \
			 "Make a new key, run acctguard.key_rewrap() until nothing is left, then retire the old one.") \
	AG_ERROR(SHREDDED, "024", "the account's key was destroyed", \
			 "What was sealed with it cannot be read again by anybody.") \
	AG_ERROR(TICKET, "031", "the act needs a ticket", \
			 "Name the request or order that asks for it.") \
	AG_ERROR(FREEZE_UNKNOWN, "100", "the account has no freeze of that number", \
			 "See acctguard.explain(account_id) for the freezes of the account.") \
	AG_ERROR(FREEZE_STATE, "101", "the transition does not exist from the freeze's present state", \
			 "See acctguard.freeze_transitions() for what is possible.") \
	AG_ERROR(KIND_UNKNOWN, "102", "there is no such freeze kind, or it is disabled", \
			 "See acctguard.policy_list('freeze_kind').") \
	AG_ERROR(FREEZE_ROLE, "103", "the kind may not be imposed, approved or amended by this role", \
			 "Ask somebody who holds one of the roles named in the detail.") \
	AG_ERROR(FREEZE_RANK, "104", "the actor does not outrank the account", \
			 "Ask somebody of a higher rank.") \
	AG_ERROR(PROTECTED, "105", "the account is protected", \
			 "Protected accounts are frozen by two persons with a kind that asks for a second person.") \
	AG_ERROR(LAST_ADMIN, "106", "the freeze would leave no free administrator account", \
			 "Appoint another administrator first.") \
	AG_ERROR(FREEZE_SELF, "107", "a person may not decide about his own account with this kind", \
			 "Ask somebody else, or use the kind self_freeze.") \
	AG_ERROR(DURATION, "108", "the length is outside what the kind allows", \
			 "See min_length, max_length and indefinite of the kind.") \
	AG_ERROR(START_IN_PAST, "109", "a freeze cannot start in the past", \
			 "Leave starts_at out to start now.") \
	AG_ERROR(AUTOMATED_LIMIT, "110", "an automated decision of this weight needs a person", \
			 "Propose it, or choose a shorter or lighter kind.") \
	AG_ERROR(REASON_REQUIRED, "111", "the statement of reasons is incomplete", \
			 "Fill the fields named in the detail.") \
	AG_ERROR(PRIOR_CONDUCT, "112", "the conduct is older than the last sanction in its category", \
			 "Pass evidence {\"prior_conduct\": true} to count it all the same.") \
	AG_ERROR(FOUR_EYES, "113", "the act needs a second person", \
			 "Somebody else has to do it; two roles of one person are one person.") \
	AG_ERROR(VERSION, "114", "the record has changed since it was read", \
			 "Read it again and repeat the call with its present version.") \
	AG_ERROR(LIFT_ROLE, "115", "this role may not lift this freeze", \
			 "See lift_roles of the kind; a role can lift only what it could impose.") \
	AG_ERROR(PROOF_REQUIRED, "116", "a fresh proof of identity is missing", \
			 "Verify first and pass the proof.") \
	AG_ERROR(COOLDOWN, "117", "the cooling-off time is not over", \
			 "Repeat the call at the time named in the detail.") \
	AG_ERROR(CONDITION_UNKNOWN, "118", "the freeze does not end on that condition", \
			 "See conditions of the kind.") \
	AG_ERROR(NOT_STAYABLE, "119", "freezes of this kind cannot be stayed", \
			 "Lift or amend it instead.") \
	AG_ERROR(WEAKER_REPLACEMENT, "120", "the replacement is weaker than the freeze it replaces", \
			 "Lift the old freeze with the authority of its kind, or impose one that is weaker in nothing.") \
	AG_ERROR(ALREADY_VACATED, "121", "the freeze has been vacated before", \
			 "Nothing is left to do.") \
	AG_ERROR(IDEMPOTENCY_CONFLICT, "122", "the idempotency key was used for another request", \
			 "Use a fresh key for a new request.") \
	AG_ERROR(NOT_APPROVABLE, "123", "the proposal has timed out", \
			 "Propose it again.") \
	AG_ERROR(STRIKE_UNKNOWN, "130", "the account has no strike of that number", \
			 "See acctguard.strike_list(account_id).") \
	AG_ERROR(MATTER_UNKNOWN, "131", "no live legal hold belongs to the matter", \
			 "See acctguard.legal_hold_list(account_id) for the holds of an account.") \
	AG_ERROR(SCOPE_UNKNOWN, "132", "there is no scope freeze of that number", \
			 "See acctguard.scope_list().") \
	AG_ERROR(BATCH_UNKNOWN, "133", "there is no such batch", \
			 "See acctguard.batch_status().") \
	AG_ERROR(APPEAL_UNKNOWN, "200", "the account has no case of that number", \
			 "See acctguard.appeal_status(account_id).") \
	AG_ERROR(APPEAL_STATE, "201", "the transition does not exist from the case's present state", \
			 "See acctguard.appeal_transitions() for what is possible.") \
	AG_ERROR(NOT_APPEALABLE, "202", "the freeze cannot be appealed", \
			 "Write to the support if something about it is wrong.") \
	AG_ERROR(NOT_INFORMED, "203", "the reasons of the freeze have not been disclosed yet", \
			 "Appeal when they have been; the time for it begins then.") \
	AG_ERROR(APPEAL_DEADLINE, "204", "the time for an appeal has passed", \
			 "Write to the support if there is something new.") \
	AG_ERROR(CASE_OPEN, "205", "a case about the freeze is open", \
			 "Add to that case, or wait for its decision.") \
	AG_ERROR(APPEALS_EXHAUSTED, "206", "the freeze has been appealed as often as it can be", \
			 "Write to the support if there is something new.") \
	AG_ERROR(APPEAL_SUSPENDED, "207", "the account may not appeal now", \
			 "See acctguard.account_status(account_id) for how long.") \
	AG_ERROR(APPEAL_TEXT, "208", "the statement is too thin or too long", \
			 "Say in your own words what happened, when, and why the decision is wrong; name what proves it.") \
	AG_ERROR(NOT_OWNER, "209", "only the owner, or who has a ticket for it, may do this", \
			 "Log in, or ask the support for a ticket.") \
	AG_ERROR(NOT_INDEPENDENT, "210", "the person took part in what is to be reviewed", \
			 "Somebody else has to review it; two roles of one person are one person.") \
	AG_ERROR(CLAIMED, "211", "another reviewer holds the case", \
			 "Take another one with acctguard.appeal_claim().") \
	AG_ERROR(REVIEW_ROLE, "212", "this role may not review cases of the freeze's kind", \
			 "Ask somebody who holds one of the roles named in the detail.") \
	AG_ERROR(ROUNDS, "213", "material was asked for as often as it may be", \
			 "Decide on what there is.") \
	AG_ERROR(NOT_CLAIMER, "214", "only who holds the case may do this", \
			 "Claim it with acctguard.appeal_claim().") \
	AG_ERROR(MATERIAL_LIMIT, "215", "the case takes no more, or nothing of that size", \
			 "See the limits in the detail.") \
	AG_ERROR(APPEAL_STALE, "216", "the case has changed since it was read", \
			 "Read it again and repeat the call with its present version.") \
	AG_ERROR(DECISION_REASON, "217", "a decision needs reasons", \
			 "Write the reasons, as the user will read them.") \
	AG_ERROR(HUMAN_REQUIRED, "218", "a program may grant and decide nothing else", \
			 "Leave the case to a reviewer.") \
	AG_ERROR(SECOND_REVIEWER, "219", "the decision needs the signature of another reviewer", \
			 "Another reviewer has to do it; two roles of one person are one person.") \
	AG_ERROR(CLAIM_SPENT, "220", "the reviewer has held the case as long as one person may", \
			 "Leave it to somebody else.") \
	AG_ERROR(CLAIM_COUNT, "221", "the reviewer holds as many cases as he may", \
			 "Decide some of them, or give them back with acctguard.appeal_release().") \
	AG_ERROR(NUMBER_INVALID, "300", "the text is not a phone number", \
			 "Write it with + and the calling code, or give the region it is dialled in.") \
	AG_ERROR(NUMBER_TAKEN, "301", "the number is the login number of another account", \
			 "Release it there first, with acctguard.number_release().") \
	AG_ERROR(NUMBER_BOUND, "302", "the account has a login number, or trusts the number, already", \
			 "See acctguard.account_numbers(account_id).") \
	AG_ERROR(BINDING_UNKNOWN, "303", "the account has no binding of that number", \
			 "See acctguard.account_numbers(account_id).") \
	AG_ERROR(PROVIDER_UNKNOWN, "304", "there is no such key of a provider", \
			 "See acctguard.number_providers().") \
	AG_ERROR(TOMBSTONE_UNKNOWN, "330", "the binding left no tombstone", \
			 "See acctguard.tombstone_list(account_id).") \
	AG_ERROR(FLOW_PREPARE, "310", "a transaction that worked on a flow cannot be prepared", \
			 "Commit it in one phase.") \
	AG_ERROR(LOAD_UNKNOWN, "331", "there is no such load of a carrier's file", \
			 "See acctguard.number_loads().") \
	AG_ERROR(LOAD_STATE, "332", "the lines of the load are complete", \
			 "See acctguard.number_loads().") \
	AG_ERROR(LOAD_LINES, "333", "the lines are not those that the carrier signed", \
			 "Remove them with acctguard.number_load_clear() and copy them again.") \
	AG_ERROR(STEP_UP, "401", "the capability needs a stronger proof of identity first", \
			 "Verify, then repeat.") \
	AG_ERROR(RESTRICTED, "403", "the account is not allowed to do this now", \
			 "See acctguard.account_status(account_id).") \
	AG_ERROR(ACCOUNT_UNKNOWN, "404", "there is no such account", \
			 "Open it with acctguard.account_open(), or adopt its table with acctguard.account_adopt().") \
	AG_ERROR(LIMIT, "429", "too many attempts", \
			 "Wait until the time named in the detail.") \
	AG_ERROR(PREPARE_REFUSED, "410", "a transaction that wrote guarded rows cannot be prepared", \
			 "Commit it in one phase, or set the policy prepare to wait.") \
	AG_ERROR(GUARD_SETUP, "411", "a guard is broken or does not fit its table", \
			 "See acctguard.guard_coverage and set the guard up again.") \
	AG_ERROR(OWN_TABLE, "412", "acctguard's tables are changed through its functions only", \
			 "Call the function for what you want to do.") \
	AG_ERROR(SESSION_UNKNOWN, "420", "the account has no session of that number", \
			 "See acctguard.session_list(account_id).") \
	AG_ERROR(DEVICE_UNKNOWN, "421", "the account has no device of that number", \
			 "See acctguard.device_list(account_id).") \
	AG_ERROR(AUDIT_APPEND_ONLY, "500", "the ledger is append-only", \
			 "Nothing; the attempt is visible in the server log.") \
	AG_ERROR(AUDIT_ENCODING, "501", "a ledger row does not follow the canonical encoding", \
			 "Treat the row as damaged.") \
	AG_ERROR(ACCOUNT_EXISTS, "600", "the account exists already", \
			 "Use another id.") \
	AG_ERROR(ACCOUNT_STATE, "601", "the account's lifecycle does not allow this", \
			 "See acctguard.account_transitions() for what is possible.") \
	AG_ERROR(HELD, "602", "something holds the account: a freeze or a legal hold blocks this", \
			 "See acctguard.explain(account_id).") \
	AG_ERROR(NOT_FINAL, "603", "termination needs a final ban", \
			 "Wait until the appeal window of the ban has passed.") \
	AG_ERROR(TOO_EARLY, "604", "the retention time is not over", \
			 "Repeat the call at the time named in the detail.") \
	AG_ERROR(APPEAL_OPEN, "605", "a case of the account is open", \
			 "Wait until it is decided; see acctguard.appeal_status(account_id).") \
	AG_ERROR(CAPABILITY_UNKNOWN, "610", "there is no such capability or bundle", \
			 "See acctguard.policy_list('capability').") \
	AG_ERROR(POLICY_UNKNOWN, "611", "there is no such policy item", \
			 "See acctguard.policy_list().") \
	AG_ERROR(POLICY_RANGE, "612", "the value is outside the range of the policy item", \
			 "See acctguard.policy_list() for range and unit.") \
	AG_ERROR(ENTITLEMENT_QUERY, "640", "the query cannot count what an account has to lose", \
			 "See the detail; try the query as the role it runs as.") \
	AG_ERROR(ENTITLEMENT_ROLE, "641", "the role cannot be what entitlement queries run as", \
			 "Make a role that may read the tables of the query and nothing else.") \
	AG_ERROR(ENTITLEMENT_UNKNOWN, "642", "there is no such source of entitlements", \
			 "See acctguard.entitlement_sources().") \
	AG_ERROR(ROLE_UNSAFE, "620", "a role acctguard needs exists in an unsafe shape", \
			 "Drop or repair the role, then create the extension again.") \
	AG_ERROR(CONTACT_UNKNOWN, "700", "the account has no such contact", \
			 "See acctguard.contact_list(account_id).") \
	AG_ERROR(CONTACT_LIMIT, "701", "the account has as many contacts as it may have", \
			 "Remove one first; the policy setting contacts_max is the limit.") \
	AG_ERROR(NOTICE_UNKNOWN, "710", "the account has no notice of that number", \
			 "See acctguard.notice_list(account_id).") \
	AG_ERROR(NOTICE_STATE, "711", "the transition does not exist from the notice's present state", \
			 "See acctguard.notice_transitions() for what is possible.")


/* AG_ERR_RESTRICTED = MAKE_SQLSTATE('U','G','4','0','3') and so on */
#define AG_ERROR(symbol, code, meaning, remedy) AG_ERR_##symbol,
enum
{
	AG_ERROR_LIST
	AG_ERROR_COUNT
};
#undef AG_ERROR

extern int	ag_sqlstate(int error);
extern void ag_error_entry(int error, const char **code, const char **symbol,
						   const char **meaning, const char **remedy);

/* errcode() for ereport: ag_errcode(AG_ERR_RESTRICTED) */
#define ag_errcode(error) errcode(ag_sqlstate(error))

#endif							/* AG_ERRORS_H */
