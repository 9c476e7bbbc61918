-- Maintenance is announced ahead, in parts; another end and the end are told; what is overtaken is not. NTF-05, FRZ-07. Accounts 2610000 to 2610009.
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT count(acctguard.account_open(2610000 + i, tenant => CASE WHEN i < 5 THEN 'announced' ELSE 'elsewhere' END)) FROM generate_series(0, 9) i;
CREATE VIEW told AS SELECT n.account_id - 2610000 AS account, i.event, count(*) AS notices FROM acctguard.account n, LATERAL acctguard.notice_inbox(n.account_id) i
WHERE n.account_id BETWEEN 2610000 AND 2610009 AND i.event LIKE 'freeze.scope%' GROUP BY 1, 2 ORDER BY 1, 2;
CREATE FUNCTION pg_temp.announce(most integer DEFAULT 1000) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(error, done::text) FROM acctguard.sweep(most) WHERE task = 'announce' $$;
SELECT acctguard.freeze_scope('{"tenant": "announced"}', 'maintenance', 'maintenance', clock_timestamp() + interval '2 days', duration => '2 hours',
    capabilities => '{pay.send}', announce_at => clock_timestamp() + interval '1 day') AS no \gset
-- not before its time (scope freezes of other tests may be due as well)
CREATE FUNCTION pg_temp.announce_all() RETURNS void LANGUAGE plpgsql AS $$ BEGIN WHILE pg_temp.announce() <> '0' LOOP END LOOP; END $$;
SET acctguard.test_clock_offset = '23h';
SELECT pg_temp.announce_all();
SELECT * FROM told;
-- ahead of the start; two accounts a run, and a run again tells nobody twice
SET acctguard.test_clock_offset = '25h';
SELECT pg_temp.announce(2), pg_temp.announce(2);
SELECT * FROM told;
SELECT pg_temp.announce(2), pg_temp.announce(2), pg_temp.announce(2);
SELECT * FROM told;
SELECT event, told, finished_at IS NOT NULL AS finished FROM acctguard.scope_announcement WHERE no = :no ORDER BY event;
SELECT acctguard.allowed(2610000, 'pay.send');
-- it takes longer
SELECT acctguard.scope_amend(:no, clock_timestamp() + interval '51 hours', 'the disks are slow');
SELECT pg_temp.announce_all();
SELECT * FROM told WHERE event <> 'freeze.scope_frozen';
-- the clock ends it, and that is told and noted once
SET acctguard.test_clock_offset = '60h';
SELECT pg_temp.announce_all();
SELECT account, event FROM told WHERE event = 'freeze.scope_over';
SELECT count(*) AS noted FROM acctguard.audit_read(action => 'freeze.scope_over') WHERE (after ->> 'scope_freeze')::integer = :no;
-- an announcement that has been overtaken is not shown
SELECT event, count(*) FROM told GROUP BY 1 ORDER BY 1;
RESET acctguard.test_clock_offset;
-- lifted early: told to those who were told of it
SELECT acctguard.freeze_scope('{"tenant": "announced"}', 'maintenance', 'maintenance', duration => '2 hours', capabilities => '{pay.send}') AS no \gset
SELECT pg_temp.announce_all();
SELECT acctguard.scope_lift(:no, 'done');
SELECT pg_temp.announce_all();
SELECT event, told FROM acctguard.scope_announcement WHERE no = :no ORDER BY event;
-- cancelled before anybody was told: nobody is told that it is over
SELECT acctguard.freeze_scope('{"tenant": "announced"}', 'maintenance', 'maintenance', clock_timestamp() + interval '2 days', duration => '2 hours',
    capabilities => '{pay.send}', announce_at => clock_timestamp() + interval '1 day') AS no \gset
SELECT acctguard.scope_lift(:no, 'not needed');
SELECT pg_temp.announce_all();
SELECT count(*) FROM acctguard.scope_announcement WHERE no = :no;
DROP VIEW told;
