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
