-- A type cannot be replaced; what an update finds is the same.
DO $outcome$
BEGIN
    IF to_regtype('acctguard.outcome') IS NULL THEN
        CREATE TYPE acctguard.outcome AS (
            code text, public_code text, next text, retry_after interval, ref uuid, data jsonb);
    END IF;
END
$outcome$;
COMMENT ON TYPE acctguard.outcome IS
'What every function of a flow answers, also to a wrong code or an old flow: it is a result and no error, so the transaction goes on. See flow_codes().';
COMMENT ON COLUMN acctguard.outcome.code IS 'what really happened: for the application''s log and for service desk, never for the client';
COMMENT ON COLUMN acctguard.outcome.public_code IS 'what the client may show';
COMMENT ON COLUMN acctguard.outcome.next IS 'the one next step';
COMMENT ON COLUMN acctguard.outcome.retry_after IS 'how long to wait before the same is tried again; NULL: there is nothing to wait for';
COMMENT ON COLUMN acctguard.outcome.ref IS 'for the client to show: service desk finds code, time and device with it (outcome_find())';
COMMENT ON COLUMN acctguard.outcome.data IS 'what the function has to tell besides';

CREATE OR REPLACE FUNCTION acctguard.flow_codes(
    OUT code text, OUT public_code text, OUT next text, OUT outcome text, OUT meaning text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_flow_codes';
COMMENT ON FUNCTION acctguard.flow_codes() IS
'Every code that functions of flows can answer, what the client is told instead, what comes next, and what it means. What a user may not tell apart has one public code. outcome: done, or refused.';

CREATE OR REPLACE FUNCTION acctguard.flow_transitions(OUT from_state text, OUT event text, OUT to_state text, OUT guard text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_flow_transitions';
COMMENT ON FUNCTION acctguard.flow_transitions() IS
'Every step between the states of a flow. time: the clock takes it, and nothing has to run for it.';

CREATE OR REPLACE FUNCTION acctguard.outcome_find(ref uuid,
    OUT at timestamptz, OUT code text, OUT public_code text, OUT next text, OUT meaning text, OUT purpose text,
    OUT account_id bigint, OUT number text, OUT device text, OUT application text, OUT role text)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_outcome_find';
COMMENT ON FUNCTION acctguard.outcome_find(uuid) IS
'For service desk: what the answer with this reference was about, so that nobody has to be asked for a password or a document. All NULL: there is none, its transaction was rolled back, or policy outcome_keep seconds have passed (the ledger still has it).
number: calling code and last two digits, if the number is known. device: the application''s id of it. application: application_name of the session that asked. The reading is recorded.';

CREATE OR REPLACE FUNCTION acctguard.code_send(flow uuid)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_code_send';
COMMENT ON FUNCTION acctguard.code_send(uuid) IS
'Sends a one-time code of six digits to the number of a flow, or to the mailbox it is about, and voids the one before. The code goes to the outbox, sealed, for a notifier (notice_claim()), and to nobody else; the caller never sees it.
data: {"channel": "sms or email", "digits": 6, "good_for": seconds}. Budgets are policy (limit_rule code.*: per number or mailbox, address, network, country, all); a refusal changes nothing and says in retry_after when to ask again. Policy code_country says to which countries codes are sent at all.
Codes: CODE_SENT, SEND_TOO_SOON, SEND_LIMIT_*, COUNTRY_REFUSED, CODE_NOWHERE, or why the flow is over; see flow_codes(). A flow that is about nobody answers and costs the same.
Errors: UG001 the server has no key; UG005 the library is not preloaded. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.code_verify(flow uuid, code text)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_code_verify';
COMMENT ON FUNCTION acctguard.code_verify(uuid, text) IS
'Shows the code of a flow. If it is right, the flow has a proof (number_code, or email_code), which its next function can use; the code cannot be used again.
The attempt is charged before the code is looked at, where no ROLLBACK gives it back: limit_rule code.try (per flow) and code.failure (per number or mailbox, over all flows and purposes). A right code takes its own charge back. Pass the code as a parameter.
code: six digits; blanks do not count. Codes: CODE_OK, BAD_CODE (told as BAD_CREDENTIALS, as CODE_DEAD is), CODE_EXPIRED, CODE_USED, CODE_NONE, CODE_SPENT (the flow''s tries are used up: begin anew), CODE_FAILURES (wait), or why the flow is over; see flow_codes().
Errors: UG001 the server has no key; UG005 the library is not preloaded; 40001 in REPEATABLE READ and SERIALIZABLE transactions that began before the code was sent. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.contact_verify_begin(account_id bigint, contact_no integer, device text DEFAULT NULL, source inet DEFAULT NULL)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_contact_verify_begin';
COMMENT ON FUNCTION acctguard.contact_verify_begin(bigint, integer, text, inet) IS
'Begins to prove that an e-mail contact is the user''s, who has to be logged in: opens a flow, which data has as {"flow": "..."}. Then code_send(), code_verify(), contact_verify_commit().
contact_no: of contact_add() with verified => false. device: the application''s id of the device. source: the client''s address, which is kept as a keyed index only. UG700: the account has no such e-mail contact. UG404: no such account. UG001: the server has no key.';

CREATE OR REPLACE FUNCTION acctguard.contact_verify_commit(flow uuid)
RETURNS acctguard.outcome
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_contact_verify_commit';
COMMENT ON FUNCTION acctguard.contact_verify_commit(uuid) IS
'Uses up a flow of contact_verify_begin() whose code was right: from now on notices go to the contact. Codes: CONTACT_VERIFIED, PROOF_REQUIRED, CONTACT_GONE, or why the flow is over. The act is recorded.';
