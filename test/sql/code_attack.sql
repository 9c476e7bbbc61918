-- Attacks on one-time codes: guesses that are taken back, old snapshots, long transactions, odd spellings, telling answers.
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset null '-'
\pset format unaligned
CREATE FUNCTION pg_temp.open(purpose text, number text, account_id bigint DEFAULT NULL, device text DEFAULT NULL, source inet DEFAULT NULL,
    locale text DEFAULT NULL, dead boolean DEFAULT false) RETURNS acctguard.outcome LANGUAGE c AS 'acctguard', 'acctguard_test_flow_open';
CREATE FUNCTION pg_temp.opened(purpose text, number text, dead boolean DEFAULT false) RETURNS uuid LANGUAGE sql
    AS $$ SELECT ((pg_temp.open(purpose, number, dead => dead)).data ->> 'flow')::uuid $$;
-- A flow whose code was sent, and that code.
CREATE TEMP TABLE sent (name text PRIMARY KEY, flow uuid, code text);
CREATE FUNCTION pg_temp.send(name text, number text, purpose text DEFAULT 'login') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    opened uuid := pg_temp.opened(purpose, number);
    answer text := (acctguard.code_send(opened)).code;
BEGIN
    INSERT INTO sent SELECT $1, opened, substring(c.body FROM '[0-9]{6}') FROM acctguard.notice_claim('sms', 100) c
    WHERE c.account_id = 0 AND acctguard.notice_done(c.account_id, c.notice_no);
    RETURN answer;
END $$;
CREATE FUNCTION pg_temp.guess(who text, right_one boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$
    SELECT v.code FROM sent s, acctguard.code_verify(s.flow, CASE WHEN right_one THEN s.code ELSE lpad(((s.code::int + 1) % 1000000)::text, 6, '0') END) v WHERE s.name = who $$;

-- H1, A21: a guess that is rolled back, by ROLLBACK, savepoint, exception, is a guess.
SELECT pg_temp.send('rollback', '+8613700005001');
BEGIN; SELECT pg_temp.guess('rollback'); ROLLBACK;
BEGIN; SELECT pg_temp.guess('rollback'); SAVEPOINT s; SELECT pg_temp.guess('rollback'); ROLLBACK TO s; SELECT pg_temp.guess('rollback'); ROLLBACK;
DO $$
BEGIN
    FOR i IN 1 .. 3 LOOP
        BEGIN
            RAISE WARNING '%', pg_temp.guess('rollback');
            RAISE EXCEPTION 'taken back';
        EXCEPTION WHEN raise_exception THEN NULL;
        END;
    END LOOP;
END $$;
-- Nothing of it is written, and the right code is not looked at any more.
SELECT tries FROM acctguard.one_time_code c JOIN sent s ON s.flow = c.flow_id WHERE s.name = 'rollback';
SELECT pg_temp.guess('rollback', true);

-- Nor by opening flow after flow: wrong ones are counted for the number (U49: also what is right is not looked at).
CREATE FUNCTION pg_temp.attack(number text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answers text;
BEGIN
    FOR flow IN 1 .. 5 LOOP
        PERFORM set_config('acctguard.test_clock_offset', (flow * 1000)::text, true);
        PERFORM pg_temp.send('many' || flow, number);
        FOR i IN 1 .. 4 LOOP
            BEGIN
                answers := concat_ws(' ', answers, pg_temp.guess('many' || flow, i = 4 AND flow = 5));
                RAISE EXCEPTION '%', answers;
            EXCEPTION WHEN raise_exception THEN answers := SQLERRM;
            END;
        END LOOP;
    END LOOP;
    RETURN answers;
END $$;
SELECT code, count(*) FROM regexp_split_to_table(pg_temp.attack('+8613700005002'), ' ') code GROUP BY 1 ORDER BY 1;

-- A right one that is taken back was used for nothing, and can be used once.
SELECT pg_temp.send('twice', '+8613700005003');
BEGIN; SELECT pg_temp.guess('twice', true); SELECT pg_temp.guess('twice', true); ROLLBACK;
SELECT f.state, c.used_at FROM sent s JOIN acctguard.flow f ON f.flow_id = s.flow JOIN acctguard.one_time_code c ON c.flow_id = s.flow WHERE s.name = 'twice';
SELECT pg_temp.guess('twice', true);
SELECT pg_temp.guess('twice', true);

-- A20, CVE-2026-18963: a code of one purpose, account or number, in a flow of another.
SELECT pg_temp.send('own', '+8613700005004', 'register');
SELECT pg_temp.send('other', '+8613700005005', 'reset');
SELECT v.code FROM sent o, sent t, acctguard.code_verify(t.flow, o.code) v WHERE o.name = 'own' AND t.name = 'other' AND o.code <> t.code;
-- Its tag copied into another flow is no tag there; nobody but a superuser who has switched the guards off can do that.
SET session_replication_role = replica;
ALTER TABLE acctguard.one_time_code DISABLE TRIGGER USER;
UPDATE acctguard.one_time_code t SET mac = c.mac FROM acctguard.one_time_code c, sent o, sent x
WHERE o.name = 'own' AND c.flow_id = o.flow AND x.name = 'other' AND t.flow_id = x.flow;
ALTER TABLE acctguard.one_time_code ENABLE ALWAYS TRIGGER acctguard_row, ENABLE ALWAYS TRIGGER acctguard_truncate;
RESET session_replication_role;
SELECT v.code FROM sent o, sent t, acctguard.code_verify(t.flow, o.code) v WHERE o.name = 'own' AND t.name = 'other';
SELECT pg_temp.guess('other', true);

-- A22, H3: a long transaction does not keep a code alive.
SELECT pg_temp.send('long', '+8613700005006');
BEGIN;
SELECT now() IS NOT NULL AS began;
SET LOCAL acctguard.test_clock_offset = 301;
SELECT pg_temp.guess('long', true);
COMMIT;

-- Spellings: none of these is the code, whatever it is, and none ends in an error.
SELECT pg_temp.send('odd', '+8613700005007'), acctguard.policy_set('limit_rule', 'code.try', '{"most": 20}') > 0 AS many_tries, acctguard.policy_set('limit_rule', 'code.failure', '{"most": 20}') > 0 AS many_failures;
SELECT count(*) AS tried, count(*) FILTER (WHERE v.code = 'BAD_CODE') AS refused FROM sent s, unnest(ARRAY[NULL, '', ' ', '------', s.code || '0', '0' || s.code, s.code || E'\n', '+' || s.code,
    left(s.code, 5), repeat(s.code, 100000), E'\u0661\u0662\u0663\u0664\u0665\u0666', s.code || E'\uff10', '%', '______', E'\u00ff']) t (text), acctguard.code_verify(s.flow, t.text) v WHERE s.name = 'odd';
SELECT pg_temp.guess('odd', true);
SELECT acctguard.policy_set('limit_rule', 'code.try', '{"most": 5}') > 0 AS few_tries, acctguard.policy_set('limit_rule', 'code.failure', '{"most": 15}') > 0 AS few_failures;

-- A24, U49: a wrong code of a number that somebody has, and any code of a flow about nobody, are told in the same words, up to the last.
SELECT pg_temp.send('live', '+8613700005008', 'reset');
INSERT INTO sent VALUES ('dead', pg_temp.opened('reset', '+8613700005009', true), '123456');
SELECT s.code FROM sent d, acctguard.code_send(d.flow) s WHERE d.name = 'dead';
SELECT n, l.public_code, l.next, (l.public_code, l.next, l.retry_after, l.data) IS NOT DISTINCT FROM (d.public_code, d.next, d.retry_after, d.data) AS same FROM generate_series(1, 6) n,
    LATERAL (SELECT v.* FROM sent s, acctguard.code_verify(s.flow, CASE WHEN n > 0 THEN lpad(((s.code::int + n) % 1000000)::text, 6, '0') END) v WHERE s.name = 'live') l,
    LATERAL (SELECT v.* FROM sent s, acctguard.code_verify(s.flow, CASE WHEN n > 0 THEN s.code END) v WHERE s.name = 'dead') d;
SELECT l.public_code, (l.public_code, l.next, l.data) IS NOT DISTINCT FROM (d.public_code, d.next, d.data) AS same FROM (SELECT v.* FROM sent s, acctguard.code_send(s.flow) v WHERE s.name = 'live') l, (SELECT v.* FROM sent s, acctguard.code_send(s.flow) v WHERE s.name = 'dead') d;
-- What a dead flow's code might be, nobody knows; not even that one is right.
SELECT proofs FROM acctguard.flow f JOIN sent s ON s.flow = f.flow_id WHERE s.name = 'dead';

-- A5: the application sees no code, and reads no tables.
SET ROLE acctguard_app;
SELECT * FROM acctguard.notice_claim('sms');
SELECT * FROM acctguard.one_time_code;
SELECT code FROM acctguard.code_verify('00000000-0000-4000-8000-000000000001', '123456');
RESET ROLE;
-- H11
BEGIN;
SELECT code FROM acctguard.code_verify('00000000-0000-4000-8000-000000000001', '123456');
PREPARE TRANSACTION 'code';
-- H7, D11: calls are secrets for log and statistics.
SELECT count(*) AS secret FROM acctguard.secret_functions() f (name) WHERE f.name::text = 'code_verify';
SELECT count(*) AS left_over FROM acctguard.notice_claim('sms', 100) WHERE account_id = 0 AND acctguard.notice_done(account_id, notice_no);
