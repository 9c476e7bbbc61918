-- For whom a transaction acts: bound by a token, ends with the transaction, cannot be set. LGN-08.
-- Accounts 4100100 to 4100109.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(4100100, 4100109);
SELECT token AS t0 FROM acctguard.session_open(4100100, '{"id": "d"}', '{password}') \gset
SELECT token AS t1 FROM acctguard.session_open(4100101, '{"id": "d"}', '{password}') \gset
CREATE TABLE session_mail (account_id bigint, body text);
INSERT INTO session_mail SELECT 4100100 + i % 3, 'mail ' || i FROM generate_series(1, 300) i;
CREATE INDEX ON session_mail (account_id);
ALTER TABLE session_mail ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON session_mail USING (account_id = acctguard.current_account());
GRANT SELECT, INSERT ON session_mail TO freeze_app;
ANALYZE session_mail;
SET SESSION AUTHORIZATION freeze_app;

-- nobody is bound: no row
SELECT acctguard.current_account(), acctguard.current_session(), (SELECT count(*) FROM session_mail) AS rows;
-- bound for the transaction, and no longer
BEGIN;
SELECT code, account_id FROM acctguard.session_bind(:'t0');
SELECT acctguard.current_account(), acctguard.current_session() > 0 AS session, (SELECT count(*) FROM session_mail) AS rows, (SELECT count(DISTINCT account_id) FROM session_mail) AS accounts;
INSERT INTO session_mail VALUES (4100100, 'mine');
SAVEPOINT other;
INSERT INTO session_mail VALUES (4100101, 'not mine');
ROLLBACK TO other;
COMMIT;
SELECT acctguard.current_account(), (SELECT count(*) FROM session_mail) AS rows;
-- without a transaction it lasts for its statement
SELECT code FROM acctguard.session_bind(:'t0');
SELECT acctguard.current_account();
-- ends with a rollback, too
BEGIN; SELECT code FROM acctguard.session_bind(:'t0'); ROLLBACK;
SELECT acctguard.current_account();
-- savepoints: rolled back takes it back, released keeps it, the last one counts
BEGIN;
SELECT code FROM acctguard.session_bind(:'t0');
SAVEPOINT a;
SELECT code FROM acctguard.session_bind(:'t1');
SELECT acctguard.current_account();
ROLLBACK TO a;
SELECT acctguard.current_account();
SAVEPOINT b;
SELECT code FROM acctguard.session_bind(:'t1');
RELEASE b;
SELECT acctguard.current_account();
COMMIT;
-- a bad token binds nobody, also after a good one; in a savepoint only there
BEGIN;
SELECT code FROM acctguard.session_bind(:'t0');
SAVEPOINT a;
SELECT code, account_id FROM acctguard.session_bind('acs1_4100100.2.' || repeat('A', 43));
SELECT acctguard.current_account(), (SELECT count(*) FROM session_mail) AS rows;
ROLLBACK TO a;
SELECT acctguard.current_account();
SELECT code FROM acctguard.session_bind(NULL);
SELECT acctguard.current_account();
COMMIT;
-- an exception block is a savepoint
BEGIN;
SELECT code FROM acctguard.session_bind(:'t0');
DO $$
BEGIN
    BEGIN
        PERFORM acctguard.session_bind(NULL);
        PERFORM 1 / 0;
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
END $$;
SELECT acctguard.current_account();
COMMIT;
-- it is no setting
SET acctguard.current_account = 4100101;
SELECT set_config('acctguard.account', '4100101', false);
SELECT acctguard.current_account();
-- a prepared plan asks anew
PREPARE mine AS SELECT count(*) FROM session_mail;
BEGIN; SELECT code FROM acctguard.session_bind(:'t0'); EXECUTE mine; COMMIT;
BEGIN; SELECT code FROM acctguard.session_bind(:'t1'); EXECUTE mine; COMMIT;
EXECUTE mine;
-- the index is used, and a leaky function of the user does not see other rows first
BEGIN;
SELECT code FROM acctguard.session_bind(:'t0');
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
EXPLAIN (COSTS off) SELECT * FROM session_mail;
CREATE FUNCTION pg_temp.leak(a bigint) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN IF a <> 4100100 THEN RAISE 'saw %', a; END IF; RETURN true; END $$;
SELECT count(*) FROM session_mail WHERE pg_temp.leak(account_id);
ROLLBACK;
RESET SESSION AUTHORIZATION;
-- a parallel query keeps it in the leader
BEGIN;
SELECT code FROM acctguard.session_bind(:'t0');
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL force_parallel_mode = on;
SELECT count(*) FROM session_mail WHERE account_id = acctguard.current_account() AND body LIKE 'mail%';
COMMIT;
-- frozen: a locked session binds nobody
SELECT acctguard.freeze_impose(4100100, 'emergency_lock', 'security.takeover', 'long enough text') AS freeze;
BEGIN;
SELECT code FROM acctguard.session_bind(:'t0');
SELECT acctguard.current_account();
COMMIT;
-- other roles may not
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.session_bind(:'t1');
SELECT acctguard.current_account();
SELECT acctguard.session_open(4100101, '{"id": "d"}', '{password}');
RESET SESSION AUTHORIZATION;
DROP TABLE session_mail;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
