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
