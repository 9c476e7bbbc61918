-- A text message that failed for good is evidence against its number, until its owner proves it again.
-- Accounts 3190000 to 3190009.
\set VERBOSITY terse
\pset null '-'
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.open(purpose text, number text, account_id bigint DEFAULT NULL, device text DEFAULT NULL, source inet DEFAULT NULL,
    locale text DEFAULT NULL, dead boolean DEFAULT false) RETURNS acctguard.outcome LANGUAGE c AS 'acctguard', 'acctguard_test_flow_open';
CREATE FUNCTION pg_temp.known(account bigint) RETURNS TABLE (evidence text, decided_by integer, events bigint) LANGUAGE sql AS $$
    SELECT e.evidence, e.decided_by, (SELECT count(*) FROM acctguard.number_event n JOIN acctguard.binding b USING (number_id) WHERE b.account_id = account)
    FROM acctguard.number_evidence(account) e $$;
-- What is due for these accounts is claimed and fails; what else is due is acknowledged.
CREATE FUNCTION pg_temp.fail(channel text, permanent boolean, account bigint, reason text DEFAULT 'no such subscriber') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(CASE WHEN c.account_id = account THEN acctguard.notice_failed(c.account_id, c.notice_no, reason, permanent)
                           ELSE nullif(acctguard.notice_done(c.account_id, c.notice_no), true)::text END, ',')
    FROM acctguard.notice_claim(channel, 1000) c $$;
SELECT pg_temp.fail('sms', false, -1), pg_temp.fail('email', false, -1);
SELECT acctguard.account_open(n) FROM generate_series(3190001, 3190003) n;
SELECT acctguard.number_import(3190001, '+8613731900001', bound_at => '2024-01-01', proof_at => clock_timestamp() - interval '10 days') > 0 AS one,
    acctguard.number_import(3190002, '+8613731900002', bound_at => '2024-01-01', proof_at => clock_timestamp() - interval '10 days') > 0 AS two;
SELECT * FROM pg_temp.known(3190001);

-- A failure that may pass says nothing, nor does one of a mailbox, nor one that is not the caller's.
SELECT acctguard.contact_add(3190001, 'sms', '+8613731900001', verified => true) > 0 AS sms, acctguard.contact_add(3190001, 'email', 'a@example.org', verified => true) > 0 AS email;
SELECT pg_temp.fail('email', true, 3190001);
SELECT pg_temp.fail('sms', false, 3190001, 'busy');
SELECT acctguard.notice_failed(3190001, notice_no, 'x', true) AS not_held FROM acctguard.notice_list(3190001) WHERE channel = 'sms';
SELECT * FROM pg_temp.known(3190001);

-- One that is for good does; repeated, it says nothing new.
SET acctguard.test_clock_offset = 40000;
SELECT pg_temp.fail('sms', true, 3190001);
SELECT * FROM pg_temp.known(3190001);
SELECT acctguard.contact_add(3190001, 'push', 'token', verified => true) > 0 AS push;
SELECT pg_temp.fail('sms', true, 3190001);
SELECT * FROM pg_temp.known(3190001);
SELECT signal, provider FROM acctguard.number_event e JOIN acctguard.binding b USING (number_id) WHERE b.account_id = 3190001;
SELECT action, after - 'number' AS after FROM (SELECT action, after::jsonb FROM acctguard.audit_read(3190001)) a WHERE action = 'number.evidence';
-- R7: a code to a suspected number proves nothing, and its holder has to be verified.
SELECT gate, points, passed FROM acctguard.assurance_of(3190001, '{number_code}');

-- The owner's next proof is younger than it.
SET acctguard.test_clock_offset = 50000;
SELECT acctguard.number_release(3190001, max(binding), 'admin', 'test'), acctguard.number_import(3190001, '+8613731900001', proof_at => clock_timestamp() + interval '50000 s') > 0 AS again FROM acctguard.account_numbers(3190001);
SELECT evidence FROM acctguard.number_evidence(3190001) ORDER BY no DESC LIMIT 1;
RESET acctguard.test_clock_offset;

-- A code that could not be sent counts as well, whoever asked for it; of a number that nobody has there is nothing to say.
SELECT ((pg_temp.open('login', '+8613731900002')).data ->> 'flow')::uuid AS bound, ((pg_temp.open('register', '+8613731900009')).data ->> 'flow')::uuid AS free \gset
SELECT (acctguard.code_send(:'bound')).code, (acctguard.code_send(:'free')).code;
SELECT pg_temp.fail('sms', true, 0);
SELECT * FROM pg_temp.known(3190002);

-- No other event is written without a provider's signature, nor this one with half of one.
CREATE FUNCTION pg_temp.refused(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    EXECUTE what;
    RETURN 'taken';
EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
    RETURN broken;
END $$;
SELECT signal, provider, pg_temp.refused(format('INSERT INTO acctguard.number_event (number_id, no, signal, occurred_at, stated_at, received_at, provider)
    SELECT number_id, 7, %L, now(), now(), now(), %L FROM acctguard.binding WHERE account_id = 3190002', signal, provider))
FROM (VALUES ('disconnected', NULL), ('sim_changed', NULL), ('delivery_failed', 'carrier.one'), ('claim_opened', 'carrier.one')) v (signal, provider);
