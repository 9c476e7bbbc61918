CREATE OR REPLACE FUNCTION acctguard.password_set(token text, new_password text)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_password_set';
COMMENT ON FUNCTION acctguard.password_set(text, text) IS
'Gives the account of a session its first password, and returns a code. The session must have been stepped up (session_step_up()) within policy step_up_age.
code: OK; PASSWORD_EXISTS (use password_change()), PASSWORD_SHORT (policy password_least), PASSWORD_LONG, PASSWORD_COMMON; OVERLOAD, READ_ONLY; STEP_UP_REQUIRED, DENIED (security.change_password is denied), or what session_check() would say; see password_codes() and access_codes(). The password is taken as it is written, but for Unicode''s normal form C.
UG005: the library is not preloaded. UG001, UG002: no key of purpose pw_pepper. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.password_change(token text, old_password text, new_password text,
    OUT code text, OUT retry_at timestamptz, OUT sessions_ended integer)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_password_change';
COMMENT ON FUNCTION acctguard.password_change(text, text, text) IS
'Changes the password of a session''s account, and ends its other sessions. The session must have been stepped up (session_step_up()) within policy step_up_age, unless policy password_step_up is off and it was opened with more than a number.
code: OK; BAD_PASSWORD (the old one is wrong, or the account has none), BACKOFF (too many failures; retry_at says when the next try is let through, NULL: not before staff or a success by another way clears it); and the codes of password_set(). A wrong old password is charged as a failed login from the session''s device, whatever becomes of the transaction. sessions_ended: how many other sessions were live.
UG005: the library is not preloaded. UG001, UG002: no key of purpose pw_pepper. The act is recorded, and the user is told.';

CREATE OR REPLACE FUNCTION acctguard.password_codes(OUT code text, OUT meaning text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_password_codes';
COMMENT ON FUNCTION acctguard.password_codes() IS
'What functions that take passwords answer, and what it means.';

CREATE OR REPLACE FUNCTION acctguard.password_block_add(words text[])
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_password_block_add';
COMMENT ON FUNCTION acctguard.password_block_add(text[]) IS
'Adds words to the list of those that are no passwords, such as a list of passwords found in leaks; returns how many were new. Case does not matter. Passwords that are set already stay. Call it with some thousand words at a time.
22023: a word is empty or has more than 1024 bytes.';

CREATE OR REPLACE FUNCTION acctguard.credential_list(account_id bigint,
    OUT no integer, OUT kind text, OUT version bigint, OUT first_set_at timestamptz, OUT set_at timestamptz, OUT set_by text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_credential_list';
COMMENT ON FUNCTION acctguard.credential_list(bigint) IS
'What an account has to prove that somebody is its owner, without what is secret about it.
kind: password. version: grows with every change. first_set_at, set_at: when it was first and last set. set_by: session:<number> of the account, or the flow. UG404: no such account.';

CREATE OR REPLACE FUNCTION acctguard.verification_methods(
    OUT method text, OUT category text, OUT points integer, OUT reduced integer, OUT worst integer, OUT most integer,
    OUT alone boolean, OUT enabled boolean, OUT presentable boolean, OUT description text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_verification_methods';
COMMENT ON FUNCTION acctguard.verification_methods() IS
'What methods of verification are worth now (policy verification_method). points: at its best; reduced, worst: in doubt, see doc/assurance.md. most: of several. alone: also where nothing of another category is shown. enabled: it counts. presentable: this version can verify it; the others have their points already.';

CREATE OR REPLACE FUNCTION acctguard.gates(
    OUT gate text, OUT basic integer, OUT social integer, OUT money integer, OUT categories integer, OUT beyond_knowledge boolean,
    OUT description text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_gates';
COMMENT ON FUNCTION acctguard.gates() IS
'The gates that claimants have to reach now (policy gate). basic, social, money: points, by the account''s profile. categories: of how many categories the methods have to be. beyond_knowledge: one of them is more than known.';

CREATE OR REPLACE FUNCTION acctguard.verification_skips(OUT skip text, OUT evidence text, OUT sim_risk boolean, OUT answer text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_verification_skips';
COMMENT ON FUNCTION acctguard.verification_skips() IS
'When somebody who claims an account need not verify himself, in profiles basic and social: by what it is skipped for, and by what is known of the number. skip: young_proof (the number was proved within the floor of its country, and its code is shown), usual_device, trusted_device (which signs). The same follows from the points; in profile money a device is worth its points and no more.';

CREATE OR REPLACE FUNCTION acctguard.assurance(situation jsonb, shown text[] DEFAULT '{}', way text DEFAULT 'claim', wanted_gate text DEFAULT NULL,
    OUT gate text, OUT needed integer, OUT points integer, OUT categories text[], OUT passed boolean, OUT next text, OUT missing integer,
    OUT another_factor boolean, OUT money_waits boolean)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_assurance';
COMMENT ON FUNCTION acctguard.assurance(jsonb, text[], text, text) IS
'What the gate says of a situation that is described, without any account: for trying policy out, and for explaining it.
situation: any of profile (basic, social, money), protected, login_protected, anomalous, number (false: the account has none), evidence (clear, unknown, suspected, confirmed), sim_risk, young_proof, device (its state; it has signed), device_age (since its last proof, such as "3 days"), device_days (on which it was used), trusted_age, phone_age, phone_doubtful, linked_age, questions. shown: methods, as in verification_methods(). way: claim; login (with credentials that do not depend on the number); session (a session of the account wants to do what takes more, such as a change of number together with a code to the present one). wanted_gate: judge at this gate; NULL: at the one the situation demands.
gate: the gate that was judged at; T2 without the number''s code is T3. needed, points, categories: what it demands, what was reached. next: done, another_method, method_beyond_knowledge, method_of_another_category. missing: points. another_factor: what is sensitive wants one more, because the SIM is new. money_waits: it was T4, and money moves only later: account_return(), rebind_commit(), number_reconfirm() and register_hold_object() let it wait by a freeze of kind money_wait. 22023: an unknown name.';

CREATE OR REPLACE FUNCTION acctguard.assurance_of(account_id bigint, shown text[] DEFAULT '{}', device text DEFAULT NULL, way text DEFAULT 'claim',
    OUT gate text, OUT needed integer, OUT points integer, OUT categories text[], OUT passed boolean, OUT next text, OUT missing integer,
    OUT another_factor boolean, OUT money_waits boolean)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_assurance_of';
COMMENT ON FUNCTION acctguard.assurance_of(bigint, text[], text, text) IS
'What the gate would say to somebody who claims this account now and has shown that: for staff. It verifies nothing and opens nothing. device: the application''s id of a device; it counts as if it had signed. The rest as in assurance(). UG404: no such account.';

CREATE OR REPLACE FUNCTION acctguard.service_ticket_issue(account_id bigint, reference text, OUT ticket text, OUT expires_at timestamptz)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_service_ticket_issue';
COMMENT ON FUNCTION acctguard.service_ticket_issue(bigint, text) IS
'Vouches that somebody is the owner of the account, after two persons of the service have checked it: the first call proposes a ticket and returns NULL, a second person''s with the same reference issues it (within policy proposal_life). The ticket is shown once; it is good for one claim, once, for a day, and worth the points of the method service_ticket; it sets no password. The owner is told when it is issued.
reference: of the case in the service''s own files. UG113: the person who proposed it, or whose account it is, cannot issue it. UG404: no such account. UG601: it is not active. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.account_return(account_id bigint, ticket text)
RETURNS boolean
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_return';
COMMENT ON FUNCTION acctguard.account_return(bigint, text) IS
'Takes the owner of an account back by a service ticket: if it leads through the gate that the account demands now, it is used up, it counts as a sign of life, and the protection of a silent account ends (see dormancy()). If that gate was T4, what moves money waits: a freeze of kind money_wait (policy; 72 hours). It opens no session. False: the ticket is not good (unknown, used, too old, of another account), or is not worth enough, or the account is closed. UG007: the database was restored from elsewhere, see post_restore(). UG404: no such account. The act is recorded.';
