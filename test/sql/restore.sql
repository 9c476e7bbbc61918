-- post_restore(): who may call it, with what; what a database answers that was brought from elsewhere. H14, A20. Accounts 4900000 to 4900009.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
\pset format unaligned
-- Numbers of clusters and databases are those of this server.
CREATE FUNCTION pg_temp.said(command text) RETURNS text LANGUAGE sql AS $$ SELECT regexp_replace(pg_temp.try(command), ' [0-9]{5,}\M', ' N', 'g') $$;
-- As if the database had been dumped elsewhere: in another cluster, in another database of this one, here.
CREATE FUNCTION pg_temp.move(cluster_by int DEFAULT 1, database_by int DEFAULT 1, relation_by int DEFAULT 1) RETURNS void LANGUAGE sql AS $$
    INSERT INTO acctguard.residence SELECT n + 1, here_system_identifier + $1, here_database::int8 + $2, here_relation::int8 + $3, 1, clock_timestamp(),
        'install', 'elsewhere', 'test' FROM (SELECT max(no) FROM acctguard.residence) m (n), acctguard.residence_status() $$;
SELECT at_home, system_identifier = here_system_identifier AS cluster, database = here_database AS database, relation = here_relation AS relation, timeline, mode, here_timeline,
    here_system_identifier = s.n AS as_shown, since <= clock_timestamp() AS since
FROM acctguard.residence_status(), (SELECT system_identifier FROM pg_control_system()) s (n);

-- arguments, and who may call it
SELECT pg_temp.said('SELECT acctguard.post_restore(NULL, ''x'')');
SELECT pg_temp.said('SELECT acctguard.post_restore(''restore'', NULL)');
SELECT pg_temp.said('SELECT acctguard.post_restore(''restore'', '' '')');
SELECT pg_temp.said('SELECT acctguard.post_restore(''restored'', ''x'')');
SELECT pg_temp.said('SELECT acctguard.post_restore('''', ''x'')');
SELECT pg_temp.said(format('SELECT acctguard.post_restore(''clone'', %L)', repeat('x', 2001)));
SELECT r, has_function_privilege(r, 'acctguard.post_restore(text, text)', 'EXECUTE') AS may, has_function_privilege(r, 'acctguard.residence_status()', 'EXECUTE') AS may_look
FROM unnest('{acctguard_app,acctguard_notifier,acctguard_risk,acctguard_moderator,acctguard_reviewer,acctguard_compliance,acctguard_auditor,acctguard_operator,acctguard_delegate,public}'::text[]) r;
SET SESSION AUTHORIZATION freeze_app;
SELECT acctguard.post_restore('upgrade', 'let me in');
INSERT INTO acctguard.residence SELECT * FROM acctguard.residence;
RESET SESSION AUTHORIZATION;
-- nobody moves it back by hand
UPDATE acctguard.residence SET system_identifier = 1;
DELETE FROM acctguard.residence;
TRUNCATE acctguard.residence;

-- one account with a session and a freeze, one without
SELECT pg_temp.account(4900000, 4900001);
SELECT token AS t FROM acctguard.session_open(4900000, '{"id": "phone"}', '{password}', true) \gset
SELECT acctguard.freeze_impose(4900001, 'feature_freeze', 'violation.spam', 'sent one message to 900 strangers') AS freeze;
CREATE TABLE restore_message (sender bigint, body text);
SELECT acctguard.guard('restore_message', 'sender', 'msg.send.direct') IS NULL AS guarded;

-- brought from elsewhere: nobody is let in, nothing is sent, nothing is swept
BEGIN;
SELECT code FROM acctguard.session_check(:'t');
SELECT pg_temp.move();
SELECT at_home, system_identifier = here_system_identifier AS cluster, database = here_database AS database FROM acctguard.residence_status();
SELECT * FROM acctguard.session_check(:'t');
SELECT code FROM acctguard.session_check('acs1_4900000.1.' || repeat('A', 43));
SELECT code FROM acctguard.session_check('no token');
SELECT code, account_id FROM acctguard.session_bind(:'t');
SELECT acctguard.current_account();
SELECT * FROM acctguard.session_open(4900000, '{"id": "other"}', '{password}');
SELECT * FROM acctguard.session_refresh(:'t');
SELECT * FROM acctguard.session_step_up(:'t', '{password}');
SELECT * FROM acctguard.session_revoke(:'t');
SELECT * FROM acctguard.session_revoke_others(:'t');
SELECT acctguard.device_trust(:'t');
SELECT * FROM acctguard.device_kick(:'t', 1);
SELECT code, public_code, next FROM acctguard.register_begin('+8613700490001');
SELECT code, public_code, next FROM acctguard.code_send(gen_random_uuid());
SELECT code, public_code, next FROM acctguard.code_verify(gen_random_uuid(), '123456');
SELECT code, public_code, next FROM acctguard.rebind_begin(:'t', '+8613700490001');
SELECT code, public_code, next FROM acctguard.unbind_object('aco1_4900000.1.x');
SELECT pg_temp.said($$SELECT acctguard.notice_claim('email')$$);
SELECT pg_temp.said($$SELECT acctguard.notice_claim('in_app')$$);
SELECT pg_temp.said('SELECT acctguard.sweep()');
SELECT pg_temp.said($$SELECT acctguard.appeal_submit(4900001, 1, repeat('It was my cousin. ', 9), ticket => '4900001.' || repeat('0', 64))$$);
SELECT severity, object, finding FROM acctguard.health() WHERE object = 'residence';
-- what is denied is denied, and work goes on
INSERT INTO restore_message VALUES (4900000, 'free');
SELECT pg_temp.said($$INSERT INTO restore_message VALUES (4900001, 'frozen')$$);
SELECT acctguard.allowed(4900001, 'msg.send.direct'), acctguard.freeze_impose(4900000, 'feature_freeze', 'violation.spam', 'in a restored database') AS freeze;
SELECT acctguard.allowed(4900000, 'msg.send.direct');
SELECT event FROM acctguard.notice_inbox(4900000) ORDER BY notice_no;
ROLLBACK;
SELECT code FROM acctguard.session_check(:'t');

-- a copy inside the cluster is one, too; so is a dump that is restored where it was taken
BEGIN;
SELECT pg_temp.move(0, 1, 0);
SELECT code FROM acctguard.session_check(:'t');
ROLLBACK;
BEGIN;
SELECT pg_temp.move(0, 0, 1);
SELECT code FROM acctguard.session_check(:'t');
SELECT at_home, database = here_database AS database, relation = here_relation AS relation FROM acctguard.residence_status();
ROLLBACK;
SELECT code FROM acctguard.session_check(:'t');
-- told as it was, savepoint by savepoint
BEGIN;
SAVEPOINT s;
SELECT pg_temp.move();
SELECT code FROM acctguard.session_check(:'t');
ROLLBACK TO s;
SELECT code FROM acctguard.session_check(:'t');
SELECT pg_temp.move();
SAVEPOINT s;
SELECT count(*) > 0 AS done FROM acctguard.post_restore('upgrade', 'test');
SELECT code FROM acctguard.session_check(:'t');
ROLLBACK TO s;
SELECT code FROM acctguard.session_check(:'t');
ROLLBACK;

-- what each mode says it did, whatever other tests have left behind
BEGIN;
SELECT pg_temp.move();
SET LOCAL SESSION AUTHORIZATION freeze_operator;
SELECT what FROM acctguard.post_restore('upgrade', 'pg_upgrade');
SELECT at_home, mode FROM acctguard.residence_status();
RESET SESSION AUTHORIZATION;
SELECT code FROM acctguard.session_check(:'t');
SELECT person, reason, before - 'system_identifier' - 'database' AS before, after - 'system_identifier' - 'database' AS after,
    (after ->> 'system_identifier')::bigint = here_system_identifier AS here
FROM acctguard.audit_read(action => 'installation.restored'), acctguard.residence_status() WHERE reason = 'pg_upgrade';
ROLLBACK;
BEGIN;
SELECT pg_temp.move();
SELECT what, CASE WHEN what LIKE '%repairs%' THEN count END AS count FROM acctguard.post_restore('restore', 'disk lost');
SELECT code FROM acctguard.session_check(:'t');
SELECT code FROM acctguard.session_open(4900000, '{"id": "phone"}', '{password}');
SELECT mode, bound_by = session_user AS by_me, reason FROM acctguard.residence ORDER BY no DESC LIMIT 1;
SELECT severity, object, finding FROM acctguard.health() WHERE object = 'residence';
ROLLBACK;
BEGIN;
SELECT pg_temp.move();
SELECT what FROM acctguard.post_restore('clone', 'for analysis');
SELECT code FROM acctguard.session_check(:'t');
SELECT count(*) AS waiting FROM acctguard.notice WHERE state = 'pending';
SELECT count(*) AS addresses FROM acctguard.account_contact WHERE address IS NOT NULL;
ROLLBACK;
-- once more, also at home: a physical copy cannot be told from its original
BEGIN;
SELECT count > 0 AS ended FROM acctguard.post_restore('restore', 'set back to 9 o''clock') WHERE what = 'sessions ended';
SELECT what, count FROM acctguard.post_restore('restore', 'set back to 9 o''clock') WHERE what NOT IN ('notices that stay in inboxes', 'claims to numbers whose time begins anew') AND what NOT LIKE 'danger%';
SELECT code FROM acctguard.session_check(:'t');
ROLLBACK;

-- triggers that a restore has weakened are mended, and what is left is said
SELECT count(*) AS others FROM acctguard.guard_health() WHERE severity = 'danger' \gset
BEGIN;
ALTER TABLE acctguard.standing ENABLE TRIGGER acctguard_row;
ALTER TABLE restore_message DISABLE TRIGGER ALL;
SET LOCAL client_min_messages = warning;
SELECT what, count - CASE WHEN what LIKE '%guard_health%' THEN :others ELSE 0 END AS count
FROM acctguard.post_restore('upgrade', 'test') WHERE what LIKE '%repairs%' OR what LIKE '%dangers%';
SELECT count(*) AS own FROM acctguard.health() WHERE severity = 'danger';
ROLLBACK;

-- another timeline is told and stops nothing; making a note of it ends that
BEGIN;
INSERT INTO acctguard.residence SELECT 1000, here_system_identifier, here_database, here_relation, here_timeline + 1, clock_timestamp(), 'install', 'elsewhere', 'test' FROM acctguard.residence_status();
SELECT code FROM acctguard.session_check(:'t');
SELECT severity, object, finding FROM acctguard.health() WHERE object = 'residence';
SELECT count(*) > 0 AS noted FROM acctguard.post_restore('upgrade', 'failover');
SELECT count(*) AS findings FROM acctguard.health() WHERE object = 'residence';
ROLLBACK;

DROP TABLE restore_message;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3, freeze_operator, freeze_risk, freeze_app, freeze_desk;
