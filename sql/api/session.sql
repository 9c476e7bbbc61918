CREATE OR REPLACE FUNCTION acctguard.session_open(account_id bigint, device jsonb, proofs text[], step_up boolean DEFAULT false,
    OUT code text, OUT token text, OUT session_no integer, OUT device_no integer, OUT until timestamptz)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_session_open';
COMMENT ON FUNCTION acctguard.session_open(bigint, jsonb, text[], boolean) IS
'Opens a session for a user whom the application has identified with a login of its own. The token is in the result and nowhere else; whoever shows it is the user. A session of the same device is replaced.
device: {"id": "the application''s id of the device", "platform": "mobile, pc, web or other", "label": "Pixel 9", "place": "Shanghai", "key": "...", "signature": "..."}; only id is needed, label and place are what session_list() shows (at most 63 characters). key: Ed25519 public key; a device that has given one has to sign device_challenge() whenever it opens a session, key and signature in base64url without padding. proofs: what the user proved: password, number_code, email_code, totp, recovery_code, trusted_device, face, staff, external (what the application cannot name). A session of number_code alone shows only that somebody has the number; it cannot be stepped up by itself, and its device is not established by time. step_up: he gave a stronger proof than the application asks of everybody.
code: OK; DENIED (a freeze or the account''s lifecycle denies session.create, session.use or, for a new device, session.add_device; until says for how long), STEP_UP_REQUIRED, SESSION_LIMIT, DEVICE_LIMIT, DEVICE_LOST, DEVICE_PROOF, DEVICE_STATE (quarantined: more than a number is needed), STALE_RESTORE; see access_codes(). until: when the session ends at the latest.
UG404: no such account. UG004: standby. 22023: an argument has the wrong form. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.session_check(token text,
    OUT code text, OUT account_id bigint, OUT session_no integer, OUT device_no integer, OUT must_do text[],
    OUT denied text[], OUT until timestamptz, OUT stepped_up_at timestamptz, OUT cache_ttl integer)
RETURNS record
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'acctguard_session_check';
COMMENT ON FUNCTION acctguard.session_check(text) IS
'Whose session is this, and is it good now? Reads the newest state, whatever the transaction''s snapshot, waits for nobody and raises no error about the token. Works on standbys (as of what they have replayed), without keys and without a worker.
code: OK; UNKNOWN (no such session; nothing else is told), REVOKED, EXPIRED, IDLE, STALE (the token was exchanged), STALE_RESTORE (the database was restored from elsewhere, see post_restore(); nothing else is told), LOCKED (a freeze denies session.use; it comes back), DENIED (the account is closed, or not active yet), STEP_UP_REQUIRED. account_id, session_no, device_no: for whom, unless UNKNOWN or STALE_RESTORE. must_do: step_up, where only that is in the way; bind_phone, where the account''s number has a new holder and no other was bound yet (such a session reads, binds a number and logs out). denied: capabilities that are denied now, those of bundle without_number to one that has to bind a number; NULL: none. until: end of what is in the way, or of the session if it is good; NULL: no end is known. stepped_up_at: last stronger proof. cache_ttl: seconds for which the answer may be used again; 0 for an account about which anything is on record. Ask each time before what must not be done late.
The time of use is written at most once a minute, where that is possible: not on standbys, not in read-only or REPEATABLE READ transactions, and in a transaction block only when half of session_idle has passed.';

CREATE OR REPLACE FUNCTION acctguard.session_bind(token text,
    OUT code text, OUT account_id bigint, OUT session_no integer, OUT device_no integer, OUT must_do text[],
    OUT denied text[], OUT until timestamptz, OUT stepped_up_at timestamptz, OUT cache_ttl integer)
RETURNS record
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'acctguard_session_bind';
COMMENT ON FUNCTION acctguard.session_bind(text) IS
'Like session_check(), and if the code is OK the transaction acts for that account from now on: current_account(). A bad token binds nobody, also if another was bound before. It ends with the transaction; a savepoint that is rolled back takes it back. It is no setting: nobody can SET it, and a pooler in transaction mode hands nothing over. Send it as the first statement of the transaction. Results as of session_check().';

CREATE OR REPLACE FUNCTION acctguard.current_account()
RETURNS bigint
LANGUAGE c STABLE LEAKPROOF PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'acctguard_current_account';
COMMENT ON FUNCTION acctguard.current_account() IS
'The account that session_bind() has bound in this transaction, NULL if there is none. For row-level security: USING (account_id = acctguard.current_account()). Leakproof and stable, so an index on the column is used; restricted to the leader of a parallel query, because workers do not have the binding. It says who, not what he may: ask allowed(), or put a guard on the table.';

CREATE OR REPLACE FUNCTION acctguard.current_session()
RETURNS integer
LANGUAGE c STABLE LEAKPROOF PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'acctguard_current_session';
COMMENT ON FUNCTION acctguard.current_session() IS
'The number of the session that session_bind() has bound in this transaction, within its account; NULL if there is none.';

CREATE OR REPLACE FUNCTION acctguard.session_refresh(token text, OUT code text, OUT new_token text, OUT until timestamptz)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_session_refresh';
COMMENT ON FUNCTION acctguard.session_refresh(text) IS
'Exchanges the token of a session. The old one is good for policy refresh_grace seconds more, and repeating the call with it in that time gives the same new one. Used for a refresh after that, two hold it: the session ends (REVOKED). The session''s absolute end does not move.
code: OK, DENIED (session.refresh is denied; until), STEP_UP_REQUIRED, or what session_check() would say. until: the session''s absolute end. UG004: standby. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.session_step_up(token text, proofs text[], OUT code text, OUT until timestamptz)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_session_step_up';
COMMENT ON FUNCTION acctguard.session_step_up(text, text[]) IS
'Notes that the holder of a session has given a stronger proof now, which the application has verified. code: OK, STEP_UP_REQUIRED (a code to the number proves nothing more), or what session_check() would say. until: how long it counts (policy step_up_age).
proofs: as in session_open(), everything that he has shown just now: where a gate has to be passed (a change of number), those of the last call count and no others. UG004: standby. 22023: no or an unknown method. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.session_revoke(token text, session_no integer DEFAULT NULL, OUT code text, OUT ended integer)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_session_revoke';
COMMENT ON FUNCTION acctguard.session_revoke(text, integer) IS
'Logs out: ends the session of the token, or another one of the same account. No freeze takes this away. A session that is dead at commit is dead at its next use everywhere.
session_no: of session_list(); NULL (the default): the token''s own. code: OK, DEVICE_UNKNOWN (no such session), STEP_UP_REQUIRED (a young session on a device that is merely seen does not end those of established devices), or what session_check() would say of the token. ended: 1, or 0 if it had ended before.
UG004: standby. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.session_revoke_others(token text, OUT code text, OUT ended integer)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_session_revoke_others';
COMMENT ON FUNCTION acctguard.session_revoke_others(text) IS
'Ends every session of the account but the token''s own; no freeze takes this away. Code as in session_revoke(); ended: how many. UG004: standby. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.session_end(account_id bigint, session_no integer, reason text)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_session_end';
COMMENT ON FUNCTION acctguard.session_end(bigint, integer, text) IS
'Staff ends a session of an account, or all of them; how many were live.
session_no: NULL: all, at the same cost whatever their number. reason: why, kept with the event. UG404: no such account. UG420: no such session. UG004: standby. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.session_list(account_id bigint,
    OUT no integer, OUT state text, OUT device_no integer, OUT label text, OUT platform text, OUT place text,
    OUT proofs text[], OUT opened_at timestamptz, OUT last_seen_at timestamptz, OUT expires_at timestamptz,
    OUT stepped_up_at timestamptz, OUT ended_at timestamptz, OUT end_reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_session_list';
COMMENT ON FUNCTION acctguard.session_list(bigint) IS
'The sessions of an account, newest first, those that are over as long as policy session_keep keeps them. state: live, revoked, expired, idle. Neither tokens nor ids of devices are shown. last_seen_at is true to the minute. UG404: no such account.';

CREATE OR REPLACE FUNCTION acctguard.access_codes(OUT code text, OUT meaning text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_access_codes';
COMMENT ON FUNCTION acctguard.access_codes() IS
'Every code that functions of sessions and devices can answer, and what it means.';

CREATE OR REPLACE FUNCTION acctguard.device_challenge(account_id bigint, device text)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_device_challenge';
COMMENT ON FUNCTION acctguard.device_challenge(bigint, text) IS
'32 random bytes in base64url for a device to sign, good once and for 60 seconds. It signs the bytes of "acctguard device 1", a zero byte, the account in 8 bytes big-endian, and the 32 bytes, with Ed25519; the signature goes into device of session_open(). For a device that is unknown or has no key the result looks the same and is good for nothing.
device: its id. UG404: no such account. UG004: standby.';

CREATE OR REPLACE FUNCTION acctguard.device_list(account_id bigint,
    OUT no integer, OUT label text, OUT platform text, OUT state text, OUT has_key boolean, OUT enrolled_by text[],
    OUT number_only boolean, OUT first_seen_at timestamptz, OUT last_seen_at timestamptz, OUT changed_at timestamptz,
    OUT changed_by text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_device_list';
COMMENT ON FUNCTION acctguard.device_list(bigint) IS
'The devices of an account, without their ids. state: seen, established (seen for policy device_established seconds, and enrolled by more than a number), trusted, quarantined, revoked, lost; see device_transitions(). UG404: no such account.';

CREATE OR REPLACE FUNCTION acctguard.device_trust(token text, device_no integer DEFAULT NULL, trusted boolean DEFAULT true)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_device_trust';
COMMENT ON FUNCTION acctguard.device_trust(text, integer, boolean) IS
'The owner trusts a device, or no longer. To trust takes a session with a fresh step-up, on a device that is trusted itself; a mobile device may also say it of itself, policy device_trust_after seconds after it was enrolled.
device_no: of device_list(); NULL (the default): the session''s own. Returns OK, STEP_UP_REQUIRED, DEVICE_STATE (the device, or the one that asks, is not in a state for it), DEVICE_LIMIT (policy trusted_most), DEVICE_UNKNOWN, or what session_check() would say. UG004: standby. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.device_kick(token text, device_no integer, lost boolean DEFAULT false, OUT code text, OUT ended integer)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_device_kick';
COMMENT ON FUNCTION acctguard.device_kick(text, integer, boolean) IS
'The owner kicks a device off: its sessions end, its trust is gone; it may come back and begins anew. lost => true: it cannot come back. No freeze takes this away.
device_no: of device_list(); NULL: the session''s own. code: as in session_revoke(), or DEVICE_STATE. ended: sessions that ended. UG004: standby. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.device_quarantine(account_id bigint, device_no integer, reason text)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_device_quarantine';
COMMENT ON FUNCTION acctguard.device_quarantine(bigint, integer, text) IS
'Takes a device out of all reckoning and ends its sessions; it begins anew when its user logs in with more than a number. How many devices it were.
device_no: NULL: every device that nothing but a code to a number has enrolled, for when the number has changed hands. reason: why, kept with device and event. UG404: no such account. UG421: no such device. UG004: standby. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.device_transitions(
    OUT from_state text, OUT event text, OUT to_state text, OUT who text, OUT guard text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_device_transitions';
COMMENT ON FUNCTION acctguard.device_transitions() IS
'Every step between the states of a device, who may take it, and what it takes.';
