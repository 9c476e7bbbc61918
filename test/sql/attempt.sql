-- Attempts: charged outside the caller's transaction, all or none, by rules that are policy (H1, H2, U49, LGN-02).
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE FUNCTION pg_temp.charge(rules text[], subjects text[]) RETURNS float8 LANGUAGE c AS 'acctguard', 'acctguard_test_charge';
CREATE FUNCTION pg_temp.refund(rules text[], subjects text[]) RETURNS void LANGUAGE c AS 'acctguard', 'acctguard_test_refund';
CREATE FUNCTION pg_temp.success(rules text[], subjects text[]) RETURNS void LANGUAGE c AS 'acctguard', 'acctguard_test_success';
CREATE FUNCTION pg_temp.subject(address text) RETURNS text LANGUAGE c AS 'acctguard', 'acctguard_test_subject';
-- Time stands still, and moves when the test says so.
CREATE FUNCTION pg_temp.at(seconds integer) RETURNS void LANGUAGE sql AS
$$ SELECT set_config('acctguard.test_clock', (900000000 + seconds)::text, false) $$;
CREATE FUNCTION pg_temp.again(times integer, rule text, subject text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(pg_temp.charge(ARRAY[rule], ARRAY[subject])::text, ' ') FROM generate_series(1, times) $$;
SELECT pg_temp.at(0);

-- rules are policy
SELECT key, value, meaning FROM acctguard.policy_list('limit_rule') WHERE key IN ('login.device', 'login.unknown');

-- growing waits: from the 5th failure on 1, 2, 4 ... 60 minutes, and 100 is the last (3.7)
SELECT pg_temp.again(6, 'login.unknown', 't1') AS five_are_free_then_a_minute;
SELECT pg_temp.at(59);
SELECT pg_temp.again(1, 'login.unknown', 't1') AS a_second_is_left;
SELECT pg_temp.at(60);
SELECT pg_temp.again(2, 'login.unknown', 't1') AS one_then_two_minutes;
DO $$
DECLARE
    at integer := 60;
    waits text := '';
    answer float8;
    charged integer := 6;
BEGIN
    LOOP
        PERFORM pg_temp.at(at);
        answer := pg_temp.charge('{login.unknown}', '{t1}');
        IF answer = 0 THEN
            charged := charged + 1;
        ELSE
            EXIT WHEN answer < 0;
            IF charged < 16 THEN waits := waits || ' ' || answer; END IF;
            at := at + answer::integer;
        END IF;
    END LOOP;
    RAISE WARNING 'waits%, stopped after %', waits, charged;
    -- a stop is not forgotten by time
    PERFORM pg_temp.at(at + 40 * 86400);
    RAISE WARNING 'forty days later: %', pg_temp.charge('{login.unknown}', '{t1}');
END
$$;
SELECT limit_rule, attempts, retry_at, stopped FROM acctguard.attempt_status('t1');

-- at most so many in any span
SELECT pg_temp.at(0);
SELECT pg_temp.again(11, 'login.device', 't2/phone') AS ten_then_a_quarter_of_an_hour;
SELECT pg_temp.again(1, 'login.device', 't2/tablet') AS another_bucket;
SELECT pg_temp.at(899);
SELECT pg_temp.again(1, 'login.device', 't2/phone') AS a_second_is_left;
SELECT pg_temp.at(900);
SELECT pg_temp.again(11, 'login.device', 't2/phone') AS ten_again;
-- nobody gets twice as many around the border of two spans
SELECT pg_temp.at(0);
SELECT pg_temp.again(1, 'login.device', 't3/phone') AS the_span_begins;
SELECT pg_temp.at(890);
SELECT pg_temp.again(9, 'login.device', 't3/phone') AS nine_at_its_end;
SELECT pg_temp.at(910);
SELECT pg_temp.again(2, 'login.device', 't3/phone') AS none_in_the_next;
SELECT pg_temp.at(890 + 900);
SELECT pg_temp.again(1, 'login.device', 't3/phone') AS when_they_are_a_span_ago;
-- every time that was told is one at which it is let through
DO $$
DECLARE
    answer float8;
    broken integer := 0;
    at float8 := 0;
BEGIN
    FOR i IN 1 .. 200 LOOP
        PERFORM pg_temp.at(ceil(at)::integer);
        answer := pg_temp.charge('{login.device}', '{t4/phone}');
        IF answer > 0 THEN
            at := ceil(at) + answer;
            PERFORM pg_temp.at(ceil(at)::integer);
            IF pg_temp.charge('{login.device}', '{t4/phone}') <> 0 THEN broken := broken + 1; END IF;
        END IF;
        at := at + (i * 37) % 101;
    END LOOP;
    RAISE WARNING '% broken promises', broken;
END
$$;
-- one a minute
SELECT pg_temp.at(0);
SELECT pg_temp.again(2, 'code.resend', 't5');
SELECT pg_temp.at(60);
SELECT pg_temp.again(1, 'code.resend', 't5');

-- all or none: a bucket that refuses keeps the others as they were
SELECT pg_temp.at(0);
SELECT pg_temp.again(10, 'login.device', 't6/phone') AS full;
SELECT pg_temp.charge('{login.source,login.device}', '{203.0.113.6,t6/phone}') AS refused;
SELECT count(*) AS counted_for_the_source FROM acctguard.attempt_status('203.0.113.6');

-- an attempt is spent whatever becomes of the transaction (H1)
BEGIN;
SELECT pg_temp.again(2, 'login.unknown', 't7');
ROLLBACK;
BEGIN;
SAVEPOINT s;
SELECT pg_temp.again(1, 'login.unknown', 't7');
ROLLBACK TO s;
DO $$ BEGIN PERFORM pg_temp.charge('{login.unknown}', '{t7}'); RAISE EXCEPTION 'never mind'; EXCEPTION WHEN raise_exception THEN NULL; END $$;
COMMIT;
DO $$ BEGIN PERFORM pg_temp.charge('{login.unknown}', '{t7}'); RAISE EXCEPTION 'fails'; END $$;
SELECT attempts FROM acctguard.attempt_status('t7', 'login.unknown');
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY;
SELECT pg_temp.again(2, 'login.unknown', 't7') AS also_where_nothing_can_be_written;
ROLLBACK;

-- a success clears the bucket it came through, and is no failure for the others
SELECT pg_temp.again(3, 'login.source', '203.0.113.8');
SELECT pg_temp.again(4, 'login.device', 't8/phone');
SELECT pg_temp.again(4, 'login.unknown', 't8');
SELECT pg_temp.charge('{login.device,login.source}', '{t8/phone,203.0.113.8}');
SELECT pg_temp.success('{login.device,login.source}', '{t8/phone,203.0.113.8}');
SELECT s, limit_rule, attempts FROM unnest('{t8/phone,t8,203.0.113.8}'::text[]) s, acctguard.attempt_status(s) ORDER BY 1, 2;
-- taking back leaves nobody waiting who did not have to before
SELECT pg_temp.again(6, 'login.unknown', 't9');
SELECT pg_temp.at(60);
SELECT pg_temp.again(1, 'login.unknown', 't9');
SELECT pg_temp.refund('{login.unknown}', '{t9}');
SELECT attempts, retry_at FROM acctguard.attempt_status('t9');
SELECT pg_temp.again(2, 'login.unknown', 't9');

-- a clock that was set back a little, but by more than the span, keeps nobody waiting who has attempts left
SELECT pg_temp.at(400);
SELECT pg_temp.again(1, 'code.all', 't10') AS one_of_thousands;
SELECT pg_temp.at(100);
SELECT pg_temp.again(1, 'code.all', 't10') AS the_next;
-- a clock that was set back far counts from where it is now
SELECT pg_temp.at(0);
SELECT pg_temp.again(10, 'login.device', 't10/phone');
SELECT pg_temp.at(-7200);
SELECT pg_temp.again(1, 'login.device', 't10/phone') AS a_quarter_of_an_hour_from_now;

-- sources are written in one way
SELECT a, pg_temp.subject(a) FROM unnest('{203.0.113.7,203.0.113.7/24,2001:DB8:0:1::1,""}'::text[]) a;

-- rules are changed like all policy, at once for everybody, and the change is recorded
SELECT pg_temp.at(0);
SELECT acctguard.policy_set('limit_rule', 'login.device', '{"most": 11}', 'a test');
SELECT pg_temp.again(1, 'login.device', 't6/phone') AS one_more;
SELECT acctguard.policy_set('limit_rule', 'login.device', '{"enabled": false}');
SELECT pg_temp.again(1, 'login.device', 't6/phone') AS no_limit;
SELECT acctguard.policy_set('limit_rule', 'login.device', '{"most": 10, "enabled": true}');
\set VERBOSITY terse
SELECT acctguard.policy_set('limit_rule', 'login.device', '{"stop": 5}');
SELECT acctguard.policy_set('limit_rule', 'login.device', '{"waits_from": 5, "waits": ["1 minute"]}');
SELECT acctguard.policy_set('limit_rule', 'login.unknown', '{"waits": ["60 days"]}');
SELECT acctguard.policy_set('limit_rule', 'login.unknown', '{"span": "200 years"}');
SELECT acctguard.policy_set('limit_rule', 'login.unknown', '{"stop": 3}');
\set VERBOSITY default

-- what staff sees and does
SELECT acctguard.attempt_clear('t1', 'login.unknown', 'the owner was on the phone');
SELECT pg_temp.again(1, 'login.unknown', 't1') AS let_in_again;
SELECT acctguard.attempt_clear('nobody', 'login.unknown', 'nothing there');
SELECT acctguard.attempt_clear('t1', 'login.unknown', '');
SELECT acctguard.attempt_clear('t1', 'login.unheard_of', 'why');
SELECT * FROM acctguard.attempt_status('t1', 'login.unheard_of');
SELECT * FROM acctguard.attempt_status(NULL);
-- also what staff clears stays cleared
BEGIN;
SELECT acctguard.attempt_clear('t9', 'login.unknown', 'rolled back');
ROLLBACK;
SELECT count(*) FROM acctguard.attempt_status('t9');
SELECT action, reason, after -> 'rule' AS rule, after -> 'attempts' AS attempts, after ? 'subject' AS names_whom
FROM acctguard.audit_read() WHERE action LIKE 'attempt.%' AND reason IS NOT NULL ORDER BY tx, ord;
SELECT count(*) > 0 AS looking_is_recorded FROM acctguard.audit_read() WHERE action = 'attempt.seen';

-- the copy in the table: nothing in it says for whom
SELECT count(*) FROM acctguard.sweep() WHERE task = 'attempt' AND error IS NULL;
SELECT count(*) > 10 AS copied, bool_and(stamp > 0) AS stamped FROM acctguard.attempt;
UPDATE acctguard.attempt SET count = 0;
DELETE FROM acctguard.attempt_seed;
