-- The worker's tasks by hand: what the clock did is told, each thing once; no answer depends on it. UNF-01, NTF-01, FRZ-03.
-- Accounts 2700000 to 2700099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2700000, 2700099);
-- the events of the accounts that the clock made, and when they say it did
CREATE FUNCTION pg_temp.told(account bigint) RETURNS TABLE (event text, no text, state text, end_reason text, at_its_time boolean) LANGUAGE sql AS $$
    SELECT r.action, r.after ->> 'freeze', r.after ->> 'state', r.after ->> 'end_reason',
        (r.after ->> 'at')::timestamptz IN (f.starts_at, f.ends_at, f.ended_at, f.proposal_until, f.disclose_at, upper(f.stays),
            (SELECT v.ends_at + interval '7 days' FROM acctguard.freeze_record v WHERE v.account_id = account AND v.no = f.no))
    FROM acctguard.audit_read(account) r LEFT JOIN acctguard.freeze_record f ON f.account_id = account AND f.no = (r.after ->> 'freeze')::int
    WHERE r.action ~ 'started|expired|lapsed|stay_ended|probation_ended|wanted|disclosed|closed$' ORDER BY r.aseq
$$;
CREATE FUNCTION pg_temp.swept(most int DEFAULT 1000) RETURNS TABLE (task text, done bigint, error text) LANGUAGE sql AS $$
    SELECT s.task, s.done, s.error FROM acctguard.sweep(most) s WHERE s.task IN ('freeze', 'lifecycle') ORDER BY 1
$$;
SELECT acctguard.sweep(0);
SELECT acctguard.sweep(NULL);
-- what other tests have left is told first
SET acctguard.test_clock_offset = 40000000;
SELECT count(*) >= 3 AS tasks FROM acctguard.sweep(1000000);
RESET acctguard.test_clock_offset;
SELECT * FROM pg_temp.swept();

-- an ordinary life: starts, expires, leaves a probation and an acknowledgment
SELECT acctguard.freeze_impose(2700000, 'feature_freeze', 'violation.spam', 'long enough text', starts_at => clock_timestamp() + interval '1 hour', duration => '1 day');
SELECT wake_at = starts_at AS wakes_at_its_start FROM acctguard.freeze_record WHERE account_id = 2700000;
SELECT * FROM pg_temp.swept();
SELECT * FROM pg_temp.told(2700000);
SET acctguard.test_clock_offset = 3700;
SELECT * FROM pg_temp.swept();
SELECT * FROM pg_temp.told(2700000);
SELECT wake_at = ends_at AS wakes_at_its_end FROM acctguard.freeze_record WHERE account_id = 2700000;
SET acctguard.test_clock_offset = 100000;
-- I8: the answer is there before the sweep, and the same after it
SELECT state, end_reason FROM acctguard.freeze_list(2700000);
SELECT * FROM pg_temp.standing(2700000, 100000);
SELECT part FROM acctguard.standing WHERE account_id = 2700000 ORDER BY 1;
SELECT * FROM pg_temp.swept();
SELECT * FROM pg_temp.swept();
SELECT * FROM pg_temp.told(2700000);
SELECT state, end_reason FROM acctguard.freeze_list(2700000);
SELECT * FROM pg_temp.standing(2700000, 100000);
-- ... what is over is taken out of standing
SELECT part FROM acctguard.standing WHERE account_id = 2700000 ORDER BY 1;
SET acctguard.test_clock_offset = 800000;
SELECT * FROM pg_temp.swept();
SELECT * FROM pg_temp.told(2700000);
SELECT wake_at, noted FROM acctguard.freeze_record WHERE account_id = 2700000;
RESET acctguard.test_clock_offset;

-- all at once, in the order in which it was: nobody had swept for weeks
SELECT acctguard.freeze_impose(2700001, 'feature_freeze', 'violation.spam', 'long enough text', starts_at => clock_timestamp() + interval '1 hour', duration => '1 day');
SET acctguard.test_clock_offset = 2000000;
SELECT * FROM pg_temp.swept();
SELECT * FROM pg_temp.told(2700001);
RESET acctguard.test_clock_offset;
-- acknowledged already: nothing is wanted
SELECT acctguard.freeze_impose(2700002, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day');
SELECT count(*) FROM acctguard.freeze_lift(2700002, 1, 'early');
SELECT wake_at = ended_at AS wakes_at_its_end FROM acctguard.freeze_record WHERE account_id = 2700002;
SELECT acctguard.acknowledge(2700002, 'v1', sha256('v1'));
SELECT * FROM pg_temp.swept();
SELECT * FROM pg_temp.told(2700002);
-- lifted and not acknowledged: it is wanted; the lift itself has its own event
SELECT acctguard.freeze_impose(2700003, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day');
SELECT count(*) FROM acctguard.freeze_lift(2700003, 1, 'early');
SELECT * FROM pg_temp.swept();
SELECT * FROM pg_temp.told(2700003);
-- annulled before it was told: nothing is told
SELECT acctguard.freeze_impose(2700004, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day');
SET acctguard.test_clock_offset = 100000;
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_vacate(2700004, 1, 'wrong');
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_vacate(2700004, 1, 'wrong');
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.swept();
SELECT * FROM pg_temp.told(2700004);
RESET acctguard.test_clock_offset;
-- amended: the new end counts
SELECT acctguard.freeze_impose(2700005, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day');
SELECT acctguard.freeze_amend(2700005, 1, clock_timestamp() + interval '3 days', facts => 'still long enough', note => 'longer');
SET acctguard.test_clock_offset = 100000;
SELECT * FROM pg_temp.swept();
SELECT * FROM pg_temp.told(2700005);
SET acctguard.test_clock_offset = 260000;
SELECT * FROM pg_temp.swept();
SELECT * FROM pg_temp.told(2700005);
RESET acctguard.test_clock_offset;
-- a proposal lapses; one that was approved, rejected or withdrawn does not
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(a, 'ban', 'violation.severe', 'long enough text', ground => 'Terms', duration => '30 days') FROM generate_series(2700006, 2700008) a;
SELECT acctguard.freeze_reject(2700007, 1, 'withdrawn');
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(2700008, 1);
RESET SESSION AUTHORIZATION;
SET acctguard.test_clock_offset = 300000;
SELECT * FROM pg_temp.swept();
SELECT a, t.* FROM generate_series(2700006, 2700008) a, pg_temp.told(a) t;
RESET acctguard.test_clock_offset;
-- a stay that the clock ends is told, twice if there are two; one that a person ends is his event
SELECT acctguard.freeze_impose(2700009, 'feature_freeze', 'violation.spam', 'long enough text', duration => '6 days');
SELECT acctguard.freeze_stay(2700009, 1, 'looking', clock_timestamp() + interval '1 hour');
SET acctguard.test_clock_offset = 3700;
SELECT * FROM pg_temp.swept();
SELECT acctguard.freeze_stay(2700009, 1, 'looking', clock_timestamp() + interval '3 hours');
SET acctguard.test_clock_offset = 11000;
SELECT * FROM pg_temp.swept();
SELECT acctguard.freeze_stay(2700009, 1, 'looking', clock_timestamp() + interval '5 hours');
SELECT acctguard.freeze_unstay(2700009, 1, 'enough');
SET acctguard.test_clock_offset = 30000;
SELECT * FROM pg_temp.swept();
SELECT event, no, state FROM pg_temp.told(2700009);
RESET acctguard.test_clock_offset;
-- reasons that were withheld
SET SESSION AUTHORIZATION freeze_officer1;
SELECT acctguard.freeze_impose(2700010, 'compliance', 'regulatory.order', 'long enough text', legal_reference => 'order 1', ground => 'law',
    disclose_at => clock_timestamp() + interval '10 days');
SET SESSION AUTHORIZATION freeze_officer2;
SELECT acctguard.freeze_approve(2700010, 1);
RESET SESSION AUTHORIZATION;
SET acctguard.test_clock_offset = 900000;
SELECT * FROM pg_temp.swept();
SELECT * FROM pg_temp.told(2700010);
RESET acctguard.test_clock_offset;
-- probation that stands still behind another freeze ends later, and is told then
SELECT acctguard.freeze_impose(2700011, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day');
SELECT acctguard.policy_set('freeze_kind', 'emergency_lock', '{"breach": "notify"}', 'test') > 0 AS set;
SELECT acctguard.freeze_impose(2700011, 'emergency_lock', 'security.takeover', 'long enough text', starts_at => clock_timestamp() + interval '2 days', duration => '3 days');
SELECT acctguard.policy_set('freeze_kind', 'emergency_lock', '{"breach": "auto_lift"}', 'test') > 0 AS set;
SET acctguard.test_clock_offset = 700000;
SELECT * FROM pg_temp.swept();
SELECT event, no FROM pg_temp.told(2700011);
SET acctguard.test_clock_offset = 960000;
SELECT * FROM pg_temp.swept();
SELECT event, no FROM pg_temp.told(2700011);
RESET acctguard.test_clock_offset;

-- bounded: as many freezes as it may, the rest the next time
SELECT acctguard.freeze_impose(a, 'temp_restrict', 'security.odd_login', 'long enough text', duration => '1 hour') IS NOT NULL AS imposed FROM generate_series(2700020, 2700025) a;
SET acctguard.test_clock_offset = 3700;
SELECT remaining FROM acctguard.progress WHERE task = 'freeze';
SELECT * FROM pg_temp.swept(4);
SELECT remaining FROM acctguard.progress WHERE task = 'freeze';
SELECT * FROM pg_temp.swept(4);
SELECT * FROM pg_temp.swept(4);
RESET acctguard.test_clock_offset;

-- accounts that close by the clock; what blocks one keeps it, and the others close
SELECT acctguard.account_request_close(a, 'bye', jsonb_build_object('method', 'code', 'at', clock_timestamp())) IS NOT NULL AS closing FROM generate_series(2700030, 2700033) a;
SET SESSION AUTHORIZATION freeze_officer1;
SELECT acctguard.legal_hold_place(2700030, 'matter 1', 'litigation', 'order') IS NOT NULL AS held;
RESET SESSION AUTHORIZATION;
SET acctguard.test_clock_offset = 20000000;
DO 'BEGIN FOR i IN 1 .. 50 LOOP PERFORM acctguard.sweep(1); END LOOP; END';
SELECT * FROM pg_temp.swept();
SELECT account_id, state FROM acctguard.account WHERE account_id BETWEEN 2700030 AND 2700033 ORDER BY 1;
SELECT count(*) FROM acctguard.audit_read(2700031) WHERE action = 'account.closed';
SET SESSION AUTHORIZATION freeze_officer2;
SELECT acctguard.legal_hold_release('matter 1', 'over', 'order');
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.swept();
SELECT state FROM acctguard.account WHERE account_id = 2700030;
RESET acctguard.test_clock_offset;

-- a freeze of an older version, which no sweep has looked at: what is past is not told, what comes is
SELECT acctguard.freeze_impose(2700040, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day');
SELECT acctguard.freeze_impose(2700041, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 hour');
ALTER TABLE acctguard.freeze_record DISABLE TRIGGER acctguard_row;
UPDATE acctguard.freeze_record SET noted = NULL, wake_at = clock_timestamp() WHERE account_id BETWEEN 2700040 AND 2700041;
ALTER TABLE acctguard.freeze_record ENABLE ALWAYS TRIGGER acctguard_row;
SET acctguard.test_clock_offset = 4000;
SELECT * FROM pg_temp.swept();
SELECT account_id, noted, wake_at = CASE account_id WHEN 2700040 THEN ends_at ELSE ends_at + interval '7 days' END AS wakes FROM acctguard.freeze_record WHERE account_id BETWEEN 2700040 AND 2700041 ORDER BY 1;
SELECT a, t.* FROM generate_series(2700040, 2700041) a, pg_temp.told(a) t;
SET acctguard.test_clock_offset = 100000;
SELECT * FROM pg_temp.swept();
SELECT a, t.* FROM generate_series(2700040, 2700041) a, pg_temp.told(a) t;
RESET acctguard.test_clock_offset;

-- a record that cannot be told of keeps nobody from the others, and comes again later
SELECT acctguard.freeze_impose(a, 'temp_restrict', 'security.odd_login', 'long enough text', duration => '1 hour') FROM generate_series(2700050, 2700051) a;
ALTER TABLE acctguard.freeze_record DISABLE TRIGGER USER;
UPDATE acctguard.freeze_record SET kind_version = 99 WHERE account_id = 2700050;
ALTER TABLE acctguard.freeze_record ENABLE TRIGGER USER;
SET client_min_messages = warning;
SELECT acctguard.protect_tables() > 0 AS repaired;
SET acctguard.test_clock_offset = 3700;
SELECT * FROM pg_temp.swept();
SELECT account_id, noted, wake_at > clock_timestamp() + interval '3700 seconds' AS postponed FROM acctguard.freeze_record WHERE account_id BETWEEN 2700050 AND 2700051 ORDER BY 1;
RESET acctguard.test_clock_offset;
ALTER TABLE acctguard.freeze_record DISABLE TRIGGER USER;
UPDATE acctguard.freeze_record SET kind_version = (SELECT kind_version FROM acctguard.freeze_record WHERE account_id = 2700051) WHERE account_id = 2700050;
ALTER TABLE acctguard.freeze_record ENABLE TRIGGER USER;
SELECT acctguard.protect_tables() > 0 AS repaired;

-- an account whose closing cannot be written keeps nobody from theirs
SELECT acctguard.account_request_close(a, 'bye', jsonb_build_object('method', 'code', 'at', clock_timestamp())) IS NOT NULL AS closing FROM generate_series(2700052, 2700053) a;
CREATE FUNCTION pg_temp.broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
CREATE TRIGGER broken BEFORE UPDATE ON acctguard.account FOR EACH ROW WHEN (NEW.account_id = 2700052) EXECUTE FUNCTION pg_temp.broken();
SET acctguard.test_clock_offset = 20000000;
SELECT * FROM pg_temp.swept();
SELECT account_id, state FROM acctguard.account WHERE account_id IN (2700052, 2700053) ORDER BY 1;
DROP TRIGGER broken ON acctguard.account;
SELECT * FROM pg_temp.swept();
SELECT account_id, state FROM acctguard.account WHERE account_id IN (2700052, 2700053) ORDER BY 1;
RESET acctguard.test_clock_offset;

-- nobody sets what has been told by hand
UPDATE acctguard.freeze_record SET noted = 0 WHERE account_id = 2700000;
-- who may
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.sweep();
SELECT * FROM acctguard.progress;
SET SESSION AUTHORIZATION freeze_operator;
SELECT count(*) >= 3 AS tasks FROM acctguard.sweep();
SELECT task, state, error FROM acctguard.progress WHERE task IN ('freeze', 'ledger', 'lifecycle') ORDER BY 1;
RESET SESSION AUTHORIZATION;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
