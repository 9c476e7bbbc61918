CREATE OR REPLACE FUNCTION acctguard.rebind_transitions(
    OUT from_state text, OUT event text, OUT to_state text, OUT who text, OUT guard text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_rebind_transitions';
COMMENT ON FUNCTION acctguard.rebind_transitions() IS
'Every step between the states of a request to change or unbind a number, who may take it, and what it takes. What stands in brackets the clock does: nothing has to run for it.';

CREATE OR REPLACE FUNCTION acctguard.rebind_preconditions(
    OUT precondition text, OUT meaning text, OUT code text, OUT judged_again boolean)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_rebind_preconditions';
COMMENT ON FUNCTION acctguard.rebind_preconditions() IS
'What has to hold for a request to change or unbind a number, in the order in which it is judged, and the code that the request is answered with where it does not. judged_again: also before the request takes effect, when nobody is asking.';

CREATE OR REPLACE FUNCTION acctguard.rebind_situations(
    OUT situation text, OUT meaning text, OUT gate text, OUT cooling text, OUT objection text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_rebind_situations';
COMMENT ON FUNCTION acctguard.rebind_situations() IS
'What decides how much has to be shown for a change of number (U-2) and how long there is time for objections to it. gate: see gates(). cooling: the policy settings that say how long. objection: what the old number alone brings about.';

CREATE OR REPLACE FUNCTION acctguard.rebind_begin(token text, new_number text, old_number text DEFAULT NULL,
    region text DEFAULT NULL, device text DEFAULT NULL, source inet DEFAULT NULL, client_build bigint DEFAULT NULL,
    client_channel text DEFAULT NULL)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_rebind_begin';
COMMENT ON FUNCTION acctguard.rebind_begin(text, text, text, text, text, inet, bigint, text) IS
'The user of a session asks for another login number, or, if his account has none, for a first one. data: {"request": its number, "flow": for the new number, "old_flow": for the present one, if there is one}. Prove the numbers there with code_send() and code_verify(), the new one in any case, the old one if it can still receive; then rebind_commit().
The answer is the same whether or not the new number belongs to anybody. A newer request takes the place of one that was not committed.
old_number: what the user says his present number is, if he was asked (U-4). region: where national forms belong. device, source: as for other flows. client_build, client_channel: of the client that asks, see policy client_channel (U-5).
Codes: REBIND_BEGUN, NUMBER_INVALID, SESSION_REQUIRED, REBIND_SAME, and those of rebind_preconditions(); whether the session has shown enough for the gate is judged by rebind_commit(), since a code to the old number counts. Pass token and numbers as parameters. Errors: UG001 the server has no key. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.unbind_request(token text, number text,
    region text DEFAULT NULL, device text DEFAULT NULL, source inet DEFAULT NULL, client_build bigint DEFAULT NULL,
    client_channel text DEFAULT NULL)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_unbind_request';
COMMENT ON FUNCTION acctguard.unbind_request(text, text, text, text, inet, bigint, text) IS
'The user of a session asks to have no login number any more. number: the number to be given up; it has to be the account''s (U-4). Another way to log in has to stay (U-6). data: {"request": ..., "old_flow": in which the number can be proved, if it can still receive}; then rebind_commit().
Codes and the other arguments as for rebind_begin().';

CREATE OR REPLACE FUNCTION acctguard.rebind_commit(token text, request integer)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_rebind_commit';
COMMENT ON FUNCTION acctguard.rebind_commit(text, integer) IS
'Confirms a request of rebind_begin() or unbind_request(): everything is judged (U-1 to U-9), the flows are used up, and the time for objections begins; how long it is follows from what was proved and what is known of the old number, see rebind_situations(). Where there is none, the change is done at once.
The old number is told, with a code for an objection, unless it is confirmed that somebody else has it; trusted numbers and all contacts are told, too. data: {"request": ..., "ready_at": when it takes effect}.
Codes: REBIND_COOLING, REBIND_DONE, UNBIND_DONE, PROOF_REQUIRED (the new number was not proved, or not lately enough), REBIND_NUMBER_TAKEN, REBIND_NUMBER_HELD and REBIND_NUMBER_QUOTA (told as REBIND_UNAVAILABLE, and only to who proved the number), UNBIND_UNKNOWN, UNBIND_OVER, SESSION_REQUIRED, those of rebind_preconditions(), or why a flow is over. With UNBIND_REAUTH data has the gate, the points that are missing, and what to ask for next, see assurance(): call session_step_up() with everything that the user shows, and again. A refused request can be committed again while its flows last. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.rebind_settle(token text, request integer)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_rebind_settle';
COMMENT ON FUNCTION acctguard.rebind_settle(text, integer) IS
'Overcomes an objection of the old number: the session has to have proved, after the objection, something that does not depend on a number and that the session of the request had not proved (session_step_up()). The time for objections is not shortened.
Codes: REBIND_SETTLED, REBIND_FACTOR, UNBIND_OVER, UNBIND_UNKNOWN, SESSION_REQUIRED. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.unbind_object(code text, token text DEFAULT NULL)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_unbind_object';
COMMENT ON FUNCTION acctguard.unbind_object(text, text) IS
'Objects to a request with the code that was sent to the old number. The code alone contests the request: whoever made it has to show a further factor. Together with a session of the account that proved more than a number a short time ago (token) it cancels the request, ends the session that made it and quarantines its device, because the owner says that it was not he.
Codes: REBIND_CONTESTED, REBIND_DISOWNED, OBJECTION_FACTOR (the SIM of the number changed lately: the code alone does nothing), OBJECTION_UNKNOWN, OBJECTION_LATE and OBJECTION_IGNORED (told as OBJECTION_OVER). Pass both as parameters. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.unbind_cancel(token text, request integer)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_unbind_cancel';
COMMENT ON FUNCTION acctguard.unbind_cancel(text, integer) IS
'The owner takes a request back, in any state before it has taken effect, also while he is frozen; not a session that was opened with the number alone (REBIND_FACTOR). Codes: REBIND_CANCELLED, REBIND_FACTOR, UNBIND_OVER, UNBIND_UNKNOWN, SESSION_REQUIRED. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.unbind_execute(account_id bigint, request integer)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_unbind_execute';
COMMENT ON FUNCTION acctguard.unbind_execute(bigint, integer) IS
'Carries out a request whose time for objections is over; the worker does it, too, and so does the next request of the account. What can be judged again is; if something does not hold any more, the request is cancelled with that code. Release of the old number and binding of the new one are one transaction.
Codes: REBIND_DONE, UNBIND_DONE, TRUSTED_REMOVED (also if that was done before), REBIND_COOLING (retry_after), REBIND_CONTESTED, UNBIND_SERVICE, UNBIND_OVER, UNBIND_UNKNOWN, those of rebind_preconditions(), REBIND_NUMBER_TAKEN, REBIND_NUMBER_HELD, REBIND_NUMBER_QUOTA. UG404: no such account. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.rebind_decide(account_id bigint, request integer, decision text, reason text)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_rebind_decide';
COMMENT ON FUNCTION acctguard.rebind_decide(bigint, integer, text, text) IS
'Service decides about a request. decision: agree, to that of a special account (staff, special protection), which does not take effect without; settle, where the old number has objected; cancel. reason: why, kept with the request and the event.
Codes: REBIND_AGREED, REBIND_SETTLED, REBIND_CANCELLED, UNBIND_OVER, UNBIND_UNKNOWN. Errors: UG404 no such account; 42501 it is the account of who decides; 22023 another decision. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.unbind_list(account_id bigint DEFAULT NULL,
    OUT account bigint, OUT request integer, OUT kind text, OUT state text, OUT number text, OUT new_number text,
    OUT situation text, OUT requested_at timestamptz, OUT confirmed_at timestamptz, OUT ready_at timestamptz,
    OUT contested_at timestamptz, OUT settled_at timestamptz, OUT settled_by text, OUT agreed_at timestamptz,
    OUT agreed_by text, OUT ended_at timestamptz, OUT ended_by text, OUT end_reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_unbind_list';
COMMENT ON FUNCTION acctguard.unbind_list(bigint) IS
'The requests of an account to change, unbind or distrust a number, or (NULL, the default) those of all accounts that are on their way. number, new_number: calling code and last two digits. state: as the clock makes it. For the rest see rebind_transitions() and rebind_situations(). UG404: no such account.';

CREATE OR REPLACE FUNCTION acctguard.trusted_number_list(account_id bigint,
    OUT binding integer, OUT number text, OUT bound_at timestamptz, OUT effective_at timestamptz, OUT state text,
    OUT request integer, OUT leaves_at timestamptz)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_trusted_number_list';
COMMENT ON FUNCTION acctguard.trusted_number_list(bigint) IS
'The trusted numbers of an account. state: waiting (until effective_at), good, or stale: it has become the login number of somebody else since, and vouches for nobody. request, leaves_at: the request that removes it, and when. UG404: no such account.';

CREATE OR REPLACE FUNCTION acctguard.trusted_number_add(token text, number text,
    region text DEFAULT NULL, device text DEFAULT NULL, source inet DEFAULT NULL, client_build bigint DEFAULT NULL,
    client_channel text DEFAULT NULL)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_trusted_number_add';
COMMENT ON FUNCTION acctguard.trusted_number_add(text, text, text, text, inet, bigint, text) IS
'The user of a session wants a number to vouch for him. data: {"flow": in which the number has to be proved with code_send() and code_verify()}; then trusted_number_confirm(). Arguments as for rebind_begin().
Codes: TRUSTED_BEGUN, TRUSTED_KNOWN, TRUSTED_LIMIT (policy trusted_numbers), NUMBER_INVALID, SESSION_REQUIRED, and those of rebind_preconditions() but the limits. Errors: UG001 the server has no key. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.trusted_number_confirm(token text, flow uuid)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_trusted_number_confirm';
COMMENT ON FUNCTION acctguard.trusted_number_confirm(text, uuid) IS
'Uses up a flow of trusted_number_add() whose number was proved: the number is trusted, and counts policy trusted_number_delay seconds later. data: {"binding": its number in the account}. Codes: TRUSTED_ADDED (retry_after: until it counts), PROOF_REQUIRED, or as trusted_number_add() and why the flow is over. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.trusted_number_remove(token text, binding integer)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_trusted_number_remove';
COMMENT ON FUNCTION acctguard.trusted_number_remove(text, integer) IS
'The user of a session trusts a number no longer. The last one goes after policy untrust_delay seconds only, in which its removal can be cancelled (unbind_cancel()).
binding: see trusted_number_list(). Codes: TRUSTED_REMOVED, REBIND_COOLING (data: {"request": ..., "ready_at": ...}), TRUSTED_UNKNOWN, SESSION_REQUIRED, and those of rebind_preconditions() but the limits. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.number_reconfirm_begin(token text, device text DEFAULT NULL, source inet DEFAULT NULL)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_reconfirm_begin';
COMMENT ON FUNCTION acctguard.number_reconfirm_begin(text, text, inet) IS
'The user of a session wants to prove that he still has the number of his account. data: {"flow": in which a code to the number is proved, with code_send() and code_verify()}; then number_reconfirm().
device, source: the application''s id of the device and the address of the client, for limits. Codes: RECONFIRM_BEGUN, RECONFIRM_NO_NUMBER, RECONFIRM_CLAIMED (a new holder claims it: register_hold_object()), SESSION_REQUIRED, STEP_UP_REQUIRED, UNBIND_ACCOUNT_STATE. Errors: UG001 the server has no key. The answer is recorded.';

CREATE OR REPLACE FUNCTION acctguard.number_reconfirm(token text, flow uuid DEFAULT NULL)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_number_reconfirm';
COMMENT ON FUNCTION acctguard.number_reconfirm(text, uuid) IS
'The user of a session answers whether the number of his account is still his: yes. He is not asked again for policy reconfirm_after seconds. Who has to say no changes it, rebind_begin().
flow: of number_reconfirm_begin(), in which the number was proved; together with a session that was stepped up lately it is a proof of its owner, from which the age of the binding counts anew (RECONFIRM_OK); where it is confirmed that the number is somebody else''s, or the account is protected (see dormancy()), only if what the session''s last step-up showed passes the gate for that, see assurance_of(); protection ends with it, by T4 only, and after T4 money waits (freeze kind money_wait). NULL: one tap, in a session that shows more than the number; it is noted and proves nothing (RECONFIRM_NOTED). Codes besides: REBIND_FACTOR (step the session up), PROOF_REQUIRED, why the flow is over, and those of number_reconfirm_begin(). The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.device_disown(token text, device_no integer, OUT code text,
    OUT sessions integer, OUT devices integer, OUT numbers integer, OUT contacts integer, OUT requests integer,
    OUT password boolean)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_device_disown';
COMMENT ON FUNCTION acctguard.device_disown(text, integer) IS
'"It was not me": the owner says that a device which logged in to his account is not his. It is lost and cannot come back; its sessions end, devices that were enrolled since it was, or changed from it, are quarantined and their sessions end, trusted numbers and addresses for notices that were added since are removed, a request about a number that was made since is ended, open flows are closed. For policy rebind_event_age seconds no number can be changed (U-3). What is older stays.
token: a session that was stepped up lately, on a device that is older than the other and was not enrolled by a number alone. device_no: of device_list().
code: OK; STEP_UP_REQUIRED; DEVICE_STATE (the device is the session''s own, or the older one: kick it off, device_kick()); DEVICE_UNKNOWN; or what session_check() would say. sessions, devices, numbers, contacts, requests: how many of each were ended. password: it was set since, in another session: have it changed at once. A number that was changed since is not given back; service has to look. UG004: standby. The act is recorded.';
