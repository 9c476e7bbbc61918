CREATE OR REPLACE FUNCTION acctguard.register_rules(
    OUT rule text, OUT number text, OUT claimant text, OUT answer text, OUT code text, OUT effect text, OUT gate text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_register_rules';
COMMENT ON FUNCTION acctguard.register_rules() IS
'What happens to a number that is registered with, and to the account that has it: one row for each answer. rule: its name, R1 to R24; number: the state of the number and of its account; claimant: who registers; answer: to the question whether the account is his; code: the answer he gets; effect: what follows if he goes on; gate: what he has to pass to enter the present account.';

CREATE OR REPLACE FUNCTION acctguard.register_begin(number text, device text DEFAULT NULL, source inet DEFAULT NULL,
    region text DEFAULT NULL, locale text DEFAULT NULL)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_register_begin';
COMMENT ON FUNCTION acctguard.register_begin(text, text, inet, text, text) IS
'Begins a registration. Whether the number is free, somebody''s, held or unknown makes no difference to the answer, and nothing is reserved. Send a code and verify it next, then ask register_question().
number, region: as for number_canonical(). device: the application''s own id of the device, as for session_open(). source: the client''s address. locale: language of what is sent to the number, and of the account that is made.
FLOW_OPENED: data has the flow. NUMBER_INVALID. UG001: the server has no key.';

CREATE OR REPLACE FUNCTION acctguard.register_question(flow uuid)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_register_question';
COMMENT ON FUNCTION acctguard.register_question(uuid) IS
'What is to be asked of somebody who has proved the number: nothing, because it is free (REG_FREE; go on with register_commit()), or whether the account that has it is his (REG_QUESTION; go on with register_answer()).
data.hints, a few times a day and never of protected accounts: nickname (first visible character and stars), registered (month), product. Other answers: REG_OWN_ACCOUNT (to the client: LOGIN_INSTEAD), REG_NUMBER_HELD, REG_QUOTA (both REG_UNAVAILABLE), REG_EXPIRED, PROOF_REQUIRED. See register_rules().';

CREATE OR REPLACE FUNCTION acctguard.register_answer(flow uuid, answer text)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_register_answer';
COMMENT ON FUNCTION acctguard.register_answer(uuid, text) IS
'Is the account that has the number the claimant''s: mine or not_mine. It may be taken back once. Nothing changes yet but the flow.
mine: REG_MINE_OK: data has the account, and methods for session_open(); the flow is used up. REG_MINE_IDV, REG_MINE_IDV_STRICT: he has to be verified first, data.gate says how well. not_mine: REG_RELEASE_NOW, REG_RELEASED_UNACTIVATED: register_commit() gives him the number at once; REG_HOLD: it makes an account that waits, data.until; REG_HOLD_RUNNING: somebody else waits; REG_NUMBER_HELD, REG_QUOTA, REG_REVIEW: service has to look at it. Both: REG_STALE, REG_EXPIRED, ANSWER_FIXED, and what register_question() answers where nothing is asked.';

CREATE OR REPLACE FUNCTION acctguard.register_commit(flow uuid, password text, account_id bigint DEFAULT NULL,
    profile text DEFAULT 'basic', time_zone text DEFAULT 'UTC')
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_register_commit';
COMMENT ON FUNCTION acctguard.register_commit(uuid, text, bigint, text, text) IS
'Makes the account, by what holds now, in one transaction. REG_DONE: data.account has the number; its former account keeps everything else, and what the number alone had opened in it is shut. REG_HOLD_BEGUN (REG_HOLD): data.account is entered by its id and waits for the number until data.until. Otherwise the answer of register_rules() that stands in the way; of two who register with one number the second gets REG_STALE.
password: of the new account, never kept as it is. PASSWORD_SHORT, PASSWORD_LONG, PASSWORD_COMMON: choose another; OVERLOAD: try again. account_id: its id, made up if NULL; profile, time_zone: as for account_open(). Pass the password as a parameter. UG600: the id is taken. UG005: the library is not preloaded.';

CREATE OR REPLACE FUNCTION acctguard.register_hold_object(token text, flow uuid DEFAULT NULL)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_register_hold_object';
COMMENT ON FUNCTION acctguard.register_hold_object(text, uuid) IS
'The owner of a claimed number says that it is his. REG_HOLD_KEPT: it stays his, because he has proved it (a code in flow, of register_begin() with the number) and something else (a session that was stepped up lately; if the account is protected, see dormancy(), with what passes the gate T4: its protection ends, and money waits). REG_HOLD_NOTED: with less the claim goes on, and he should bind another number. REG_RELEASE_DUE: it is too late. REG_NO_CLAIM: nobody claims a number of the account. SESSION_REQUIRED.
token: of a session of the account.';

CREATE OR REPLACE FUNCTION acctguard.register_hint_set(account_id bigint, nickname text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_register_hint_set';
COMMENT ON FUNCTION acctguard.register_hint_set(bigint, text) IS
'Tells the nickname of an account, of which only the first visible character is kept, a star if there is none, for the question whether an account is one''s own; NULL or blank: forget it. UG404: no such account. UG601: it is erased.';

CREATE OR REPLACE FUNCTION acctguard.release_hold_list(account_id bigint DEFAULT NULL,
    OUT hint text, OUT claim integer, OUT claimant bigint, OUT holder bigint, OUT rule text, OUT state text,
    OUT opened_at timestamptz, OUT due_at timestamptz, OUT noted_at timestamptz, OUT ended_at timestamptz,
    OUT ended_by text, OUT end_note text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_release_hold_list';
COMMENT ON FUNCTION acctguard.release_hold_list(bigint) IS
'For staff: claims that an account made or met, or (NULL) all that have not ended. hint: calling code and last two digits of the number. rule: the row of register_rules() by which the claim began. state: running; due: its time is over, and it is carried out as soon as no ban, freeze or legal hold keeps the number; executed; kept; void. noted_at: when the holder objected with less than it takes.
UG404: no such account.';

CREATE OR REPLACE FUNCTION acctguard.release_hold_end(account_id bigint, note text)
RETURNS boolean
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_release_hold_end';
COMMENT ON FUNCTION acctguard.release_hold_end(bigint, text) IS
'Ends the claim with which an account waits for a number, by decision of an operator: the number stays where it is, the account stays without one. False: it waits for none.
note: what the decision rests on, for the ledger. UG404: no such account.';
