-- What every flow does: opened, proved, answered, used once; its answers, and how service desk finds them. Times by the test clock. Accounts 7200000 to 7200099.
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset null '-'
\pset format unaligned
CREATE FUNCTION pg_temp.open(purpose text, number text, account_id bigint DEFAULT NULL, device text DEFAULT NULL, source inet DEFAULT NULL,
    locale text DEFAULT NULL, dead boolean DEFAULT false) RETURNS acctguard.outcome LANGUAGE c AS 'acctguard', 'acctguard_test_flow_open';
CREATE FUNCTION pg_temp.step(flow uuid, purpose text, event text, argument text DEFAULT NULL) RETURNS acctguard.outcome
    LANGUAGE c AS 'acctguard', 'acctguard_test_flow_step';
CREATE FUNCTION pg_temp.number(flow uuid) RETURNS text LANGUAGE c AS 'acctguard', 'acctguard_test_flow_number';
CREATE FUNCTION pg_temp.void(number_id bigint, account_id bigint, purpose text, but uuid) RETURNS int LANGUAGE c AS 'acctguard', 'acctguard_test_flow_void';
CREATE FUNCTION pg_temp.opened(purpose text, number text, account_id bigint DEFAULT NULL, device text DEFAULT NULL, source inet DEFAULT NULL,
    locale text DEFAULT NULL, dead boolean DEFAULT false) RETURNS uuid LANGUAGE sql
    AS $$ SELECT ((pg_temp.open(purpose, number, account_id, device, source, locale, dead)).data ->> 'flow')::uuid $$;
CREATE FUNCTION pg_temp.at(seconds int) RETURNS void LANGUAGE sql AS $$ SELECT set_config('acctguard.test_clock_offset', seconds::text, false) $$;

SELECT clock_timestamp() AS start \gset
-- The reviewed specification.
SELECT * FROM acctguard.flow_transitions();
SELECT * FROM acctguard.flow_codes() WHERE code IN ('OK', 'READ_ONLY', 'NUMBER_INVALID') OR code LIKE 'FLOW_%' OR code LIKE '%_REQUIRED' OR code LIKE 'ANSWER_%' ORDER BY 1;
SELECT count(*) AS malformed FROM acctguard.flow_codes() WHERE code !~ '^[A-Z][A-Z_]*$' OR public_code !~ '^[A-Z][A-Z_]*$' OR next !~ '^[a-z_]+$' OR meaning = '';
SELECT code FROM acctguard.flow_codes() GROUP BY 1 HAVING count(*) > 1;

-- A number that nobody had before gets no row; the flow keeps it sealed (IDV-04 of numbers: nothing is in clear).
SELECT code, public_code, next, retry_after, ref IS NOT NULL AS ref, data - 'flow' AS data FROM pg_temp.open('register', '+86 137 0000 7001', NULL, 'dev-1', '192.0.2.77');
SELECT code, public_code, next, data FROM pg_temp.open('register', 'hello');
SELECT pg_temp.opened('register', '+86 137 0000 7001', NULL, 'dev-1', '192.0.2.200') AS flow \gset
SELECT purpose, state, dead, account_id, number_id, number_epoch, octet_length(number_idx) AS idx, country, device, locale, proofs, expires_at - opened_at AS life
FROM acctguard.flow WHERE flow_id = :'flow';
SELECT pg_temp.number(:'flow') AS number;
SELECT count(*) AS flows_with_the_number_in_clear FROM acctguard.flow f WHERE f::text LIKE '%70007001%' OR encode(f.e164, 'escape') LIKE '%70007001%';
SELECT count(*) AS numbers FROM acctguard.number_index i JOIN acctguard.flow f ON i.number_idx = f.number_idx WHERE f.flow_id = :'flow';
-- One network, one source; IPv4 in IPv6 is IPv4.
SELECT count(DISTINCT source) AS sources FROM acctguard.flow WHERE device = 'dev-1';
SELECT count(pg_temp.opened('login', '+8613700007002', NULL, host(s), s)) AS opened
FROM unnest('{198.51.100.1,198.51.100.254,::ffff:198.51.100.9,198.51.101.1,2001:db8:1:2::1,2001:db8:1:ffff::2,2001:db8:2::1}'::inet[]) s;
SELECT array_agg(device ORDER BY device) AS one_source FROM acctguard.flow WHERE device ~ '^(198|2001|::ffff)' GROUP BY source ORDER BY 1;
-- Language: what was asked for, the account's, the country's.
SELECT acctguard.account_open(7200001, 'fr') AS account;
SELECT pg_temp.opened('rebind', '+8613700007003', NULL, 'asked', NULL, 'de') <> pg_temp.opened('rebind', '+8613700007003', 7200001, 'account')
    AND pg_temp.opened('rebind', '+8613700007003', NULL, 'China') <> pg_temp.opened('rebind', '+12025550123', NULL, 'elsewhere') AS opened;
SELECT device, locale FROM acctguard.flow WHERE device IN ('asked', 'account', 'China', 'elsewhere') ORDER BY 1;

-- Nothing proved: neither an answer nor an end.
SELECT code, public_code, next FROM pg_temp.step(:'flow', 'register', 'answer', 'mine');
SELECT code FROM pg_temp.step(:'flow', 'register', 'consume');
-- Of another purpose it is unknown, and a made-up one too.
SELECT code, public_code FROM pg_temp.step(:'flow', 'reset', 'prove', 'number_code');
SELECT code, public_code FROM pg_temp.step('00000000-0000-4000-8000-000000000000', 'register', 'prove', 'number_code');
SELECT code FROM pg_temp.step(:'flow', 'register', 'prove', 'number_code');
SELECT code FROM pg_temp.step(:'flow', 'register', 'proved', 'number_code');
SELECT code FROM pg_temp.step(:'flow', 'register', 'proved', 'totp');
SELECT state, proofs FROM acctguard.flow WHERE flow_id = :'flow';
-- R24: an answer is taken back once; the same again is no change.
SELECT answer, code, public_code FROM unnest('{not_mine,not_mine,mine,mine,not_mine}'::text[]) WITH ORDINALITY a (answer, n)
CROSS JOIN LATERAL pg_temp.step(:'flow', 'register', 'answer', answer) ORDER BY n;
SELECT code FROM pg_temp.step(:'flow', 'register', 'remember', '{"hints": 1}');
-- Used once.
SELECT code FROM pg_temp.step(:'flow', 'register', 'consume');
SELECT code, public_code FROM pg_temp.step(:'flow', 'register', 'consume');
SELECT state, answer, switches, ended_at IS NOT NULL AS ended, memo FROM acctguard.flow WHERE flow_id = :'flow';
SELECT pg_temp.opened('trusted', '+8613700007004') AS flow \gset
SELECT code FROM pg_temp.step(:'flow', 'trusted', 'close', 'cancelled');
SELECT code FROM pg_temp.step(:'flow', 'trusted', 'prove', 'number_code');
SELECT state, end_reason FROM acctguard.flow WHERE flow_id = :'flow';
-- A dead flow proves nothing.
SELECT pg_temp.opened('reset', '+8613700007005', dead => true) AS flow \gset
SELECT pg_temp.step(:'flow', 'reset', 'prove', 'number_code');

-- By the clock: a proof counts for flow_proof_age, a flow for flow_life, to the second; nothing runs for it.
SELECT pg_temp.opened('register', '+8613700007006') AS flow \gset
SELECT code FROM pg_temp.step(:'flow', 'register', 'prove', 'number_code');
CREATE FUNCTION pg_temp.proved_at(seconds int, flow uuid) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.at(seconds);
    RETURN (pg_temp.step(flow, 'register', 'proved', 'number_code')).code;
END $$;
SELECT s AS seconds, pg_temp.proved_at(s, :'flow') FROM unnest('{590,600,1790,1800}'::int[]) s;
-- H3: also inside of one transaction.
SELECT pg_temp.at(0);
BEGIN;
SELECT code FROM pg_temp.step(:'flow', 'register', 'proved');
SELECT pg_temp.at(1802);
SELECT code FROM pg_temp.step(:'flow', 'register', 'proved');
COMMIT;
SELECT pg_temp.at(0);

-- A number that changes hands makes a flow about it stale; what is shown anew is not.
SELECT acctguard.account_open(n) FROM generate_series(7200002, 7200003) n;
SELECT acctguard.number_import(7200002, '+8613700007007') AS binding;
SELECT pg_temp.opened('rebind', '+8613700007007') AS flow \gset
SELECT code FROM pg_temp.step(:'flow', 'rebind', 'stale');
SELECT acctguard.number_release(7200002, 1, 'admin', 'x') AS released;
SELECT code FROM pg_temp.step(:'flow', 'rebind', 'stale');
SELECT code FROM pg_temp.step(:'flow', 'rebind', 'see');
SELECT code FROM pg_temp.step(:'flow', 'rebind', 'stale');

-- P13: closing what is open about a number or an account.
SELECT number_id FROM acctguard.flow WHERE flow_id = :'flow' \gset
SELECT pg_temp.opened('reset', '+8613700007007') AS one, pg_temp.opened('reset', '+8613700007007') AS two, pg_temp.opened('login', '+8613700007007', 7200003) AS other \gset
SELECT pg_temp.void(:number_id, 0, 'reset', :'two') AS closed, pg_temp.void(:number_id, 0, 'reset', :'two') AS again;
SELECT code FROM pg_temp.step(:'one', 'reset', 'wait');
SELECT code, retry_after FROM pg_temp.step(:'two', 'reset', 'wait');
SELECT pg_temp.void(:number_id, 7200003, NULL, NULL) AS of_both, pg_temp.void(0, 7200003, NULL, NULL) AS of_account;

-- The reference: service desk finds the internal code, the ledger has it too; a rolled-back act leaves neither.
SET application_name = 'im-android 9.1';
SELECT clock_timestamp() AS before \gset
SELECT (pg_temp.step('00000000-0000-4000-8000-000000000000', 'register', 'consume')).ref AS unknown, (pg_temp.step(:'two', 'reset', 'consume')).ref AS known \gset
SELECT code, public_code, next, purpose, account_id, number, device, application, at <= clock_timestamp() AS at FROM acctguard.outcome_find(:'unknown');
SELECT code, public_code, next, meaning, purpose, account_id, number, application FROM acctguard.outcome_find(:'known');
SELECT action, outcome, after - 'ref' - 'number' AS after FROM acctguard.audit_read(action => 'flow.outcome', since => clock_timestamp() - interval '1 hour', max_rows => 1000)
WHERE after ->> 'ref' IN (:'unknown', :'known') ORDER BY after ->> 'code';
SELECT action, after - 'at' AS after FROM acctguard.audit_read(action => 'flow.outcome_read', since => :'before', max_rows => 1000);
BEGIN;
SELECT (pg_temp.step(:'two', 'reset', 'consume')).ref AS gone \gset
ROLLBACK;
SELECT * FROM acctguard.outcome_find(:'gone');
SELECT * FROM acctguard.outcome_find(NULL);
-- No number in clear, in rows and ledger.
SELECT count(*) AS outcomes FROM acctguard.flow_outcome o WHERE o::text ~ '137[ ]?0000[ ]?70';

-- H11: a transaction that worked on a flow cannot be prepared.
BEGIN;
SELECT code FROM pg_temp.step(:'two', 'reset', 'wait');
PREPARE TRANSACTION 'flow';

-- Flows, and after a longer time answers, are forgotten.
CREATE FUNCTION pg_temp.left_at(seconds int, OUT error text, OUT flows bigint, OUT outcomes bigint) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.at(seconds);
    SELECT s.error INTO error FROM acctguard.sweep(10000) s WHERE s.task = 'flow';
    SELECT count(*) INTO flows FROM acctguard.flow JOIN own ON own.id = flow_id;
    SELECT count(*) INTO outcomes FROM acctguard.flow_outcome JOIN own ON own.id = ref;
END $$;
CREATE TEMP TABLE own AS SELECT flow_id AS id FROM acctguard.flow WHERE opened_at BETWEEN :'start' AND clock_timestamp()
    UNION ALL SELECT ref FROM acctguard.flow_outcome WHERE at BETWEEN :'start' AND clock_timestamp();
BEGIN;
SELECT s AS seconds, l.error, l.flows > 0 AS flows, l.outcomes > 0 AS outcomes FROM unnest('{0,80000,88300,7780000}'::int[]) s CROSS JOIN LATERAL pg_temp.left_at(s) l;
ROLLBACK;

-- AUD-04: an account that is erased leaves neither flows nor answers.
SELECT acctguard.account_open(7200004) AS account, pg_temp.opened('rebind', '+8613700007008', 7200004, 'dev-4') IS NOT NULL AS opened;
CREATE FUNCTION pg_temp.of_account(OUT flows bigint, OUT outcomes bigint) LANGUAGE sql AS $$
    SELECT (SELECT count(*) FROM acctguard.flow WHERE account_id = 7200004), (SELECT count(*) FROM acctguard.flow_outcome WHERE account_id = 7200004) $$;
SELECT * FROM pg_temp.of_account();
SELECT acctguard.account_request_close(7200004) IS NOT NULL AS closing;
SELECT pg_temp.at(40000000), acctguard.account_erase(7200004, 'asked for');
SELECT pg_temp.at(0);
SELECT * FROM pg_temp.of_account();

-- Who may.
SET ROLE acctguard_app;
SELECT count(*) > 5 AS codes FROM acctguard.flow_codes();
SELECT acctguard.outcome_find(:'known');
SELECT * FROM acctguard.flow;
RESET ROLE;
