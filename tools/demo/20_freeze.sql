\echo
\echo '======================================================================'
\echo '  An account is frozen, and every way in is refused'
\echo '======================================================================'
\echo
\echo '--- Every row of app.users gets an account, and three tables a guard each.'
SELECT acctguard.account_adopt('app.users', 'id');
SELECT acctguard.guard('app.message', 'sender_id', 'msg.send.direct');
SELECT acctguard.guard('app.contact', 'owner_id', 'contact.add');
SELECT acctguard.guard('app.transfer', 'payer_id', 'pay.send');

\echo '--- Two moderators, and the service that the messenger connects as.'
CREATE ROLE alice LOGIN;
CREATE ROLE bob LOGIN;
CREATE ROLE messenger LOGIN;
GRANT acctguard_moderator TO alice, bob;
GRANT acctguard_app TO messenger;
GRANT USAGE ON SCHEMA app TO messenger;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA app TO messenger;

\echo
\echo '--- Lin (1001) sends spam. Alice freezes sending and adding friends; login goes on working.'
SET SESSION AUTHORIZATION alice;
SELECT acctguard.freeze_impose(1001, 'feature_freeze', 'violation.spam',
    'sent one message to 900 strangers within an hour');

\echo
\echo '--- Now the messenger tries. Each statement below is refused.'
SET SESSION AUTHORIZATION messenger;
\set ON_ERROR_STOP off
INSERT INTO app.message VALUES (1001, 2, 1003, 'Buy now!');
\set VERBOSITY terse
COPY app.message (sender_id, no, receiver_id, body) FROM STDIN;
1001	2	1003	Buy now!
\.
INSERT INTO app.message VALUES (1001, 1, 1002, 'edited') ON CONFLICT (sender_id, no) DO UPDATE SET body = excluded.body;
MERGE INTO app.message m USING (VALUES (1001, 2)) v (sender, no) ON m.sender_id = v.sender AND m.no = v.no
    WHEN NOT MATCHED THEN INSERT (sender_id, no, receiver_id, body) VALUES (v.sender, v.no, 1003, 'Buy now!');
WITH sent AS (INSERT INTO app.message VALUES (1001, 2, 1003, 'Buy now!') RETURNING *) SELECT count(*) FROM sent;
UPDATE app.message SET sender_id = 1001, no = 9 WHERE sender_id = 1002;
INSERT INTO app.contact VALUES (1001, 1003) ON CONFLICT DO NOTHING;
\echo '--- ... even for a superuser who switches ordinary triggers off.'
RESET SESSION AUTHORIZATION;
SET session_replication_role = replica;
INSERT INTO app.message VALUES (1001, 2, 1003, 'Buy now!');
RESET session_replication_role;
\set VERBOSITY default

\echo
\echo '--- Others are not affected, and what is not frozen works for Lin as well.'
SET SESSION AUTHORIZATION messenger;
\set ON_ERROR_STOP on
INSERT INTO app.message VALUES (1002, 2, 1001, 'Lin? Are you there?');
INSERT INTO app.transfer VALUES (1001, 2, 1002, 12.50);
SELECT acctguard.allowed(1001, 'msg.send.direct') AS may_send, acctguard.allowed(1001, 'session.create') AS may_log_in;

\echo
\echo '--- What Lin is told.'
SELECT jsonb_pretty(acctguard.account_status(1001) - 'at' - 'restrictions') AS status;
SELECT r ->> 'why' AS why, r ->> 'facts' AS facts, r -> 'next' AS what_to_do
FROM jsonb_array_elements(acctguard.account_status(1001) -> 'restrictions') r;

\echo
\echo '======================================================================'
\echo '  A transaction that was open before the freeze cannot get through'
\echo '======================================================================'
\echo
\echo '--- Zhao (1003) writes and does not commit yet. Alice freezes him from another session; she does not wait.'
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO app.message VALUES (1003, 1, 1002, 'Click this link');
\! psql -Xq -d demo -U alice -c "SELECT acctguard.freeze_impose(1003, 'temp_restrict', 'security.takeover', 'password changed from a new country', duration => '2 hours'), acctguard.freeze_impose(1003, 'feature_timeout', 'violation.spam', 'phishing links', duration => '1 day')"
\set ON_ERROR_STOP off
COMMIT;
\set ON_ERROR_STOP on
SELECT count(*) AS messages_of_zhao FROM app.message WHERE sender_id = 1003;
\set ECHO none
DO $$ BEGIN
    ASSERT (SELECT count(*) FROM app.message WHERE sender_id IN (1001, 1003)) = 1, 'a refused message got in';
END $$;
\set ECHO queries

\echo
\echo '======================================================================'
\echo '  A ban takes two persons, and ends in probation'
\echo '======================================================================'
\echo
SET SESSION AUTHORIZATION alice;
SELECT acctguard.freeze_impose(1002, 'ban', 'violation.severe', 'sold stolen accounts in three groups',
    ground => 'Rules 4.2: trade in accounts', duration => '30 days');
\echo '--- Alice has proposed it; nothing is refused yet, and she cannot approve it herself.'
SELECT acctguard.allowed(1002, 'msg.send.direct');
\set ON_ERROR_STOP off
SELECT acctguard.freeze_approve(1002, 1);
\set ON_ERROR_STOP on
\echo '--- Bob can.'
SET SESSION AUTHORIZATION bob;
SELECT acctguard.freeze_approve(1002, 1);
SELECT acctguard.allowed(1002, 'msg.send.direct'), acctguard.allowed(1002, 'status.view') AS may_see_why;
\echo '--- Somebody entitled to lifts it. What remains is probation, and rules to acknowledge.'
RESET SESSION AUTHORIZATION;
SELECT source, no, kind, cardinality(capabilities) AS capabilities, until FROM acctguard.freeze_lift(1002, 1, 'the accounts were his own');
\echo '--- Mei acknowledges the rules; probation runs on.'
SET SESSION AUTHORIZATION messenger;
SELECT acctguard.acknowledge(1002, '2026-01', sha256('The rules of January 2026: be kind.'));
RESET SESSION AUTHORIZATION;
SELECT source, no, kind, cardinality(capabilities) AS capabilities, until FROM acctguard.explain(1002);

\echo
\echo '======================================================================'
\echo '  Maintenance: one row for everybody'
\echo '======================================================================'
\echo
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'maintenance', duration => '30 minutes', capabilities => '{pay.send}');
\set ON_ERROR_STOP off
INSERT INTO app.transfer VALUES (1001, 3, 1002, 1.00);
\set ON_ERROR_STOP on
SELECT acctguard.scope_lift(1, 'done early');
INSERT INTO app.transfer VALUES (1001, 3, 1002, 1.00);

\echo
\echo '--- Everything above is in the ledger; nobody can change it.'
SELECT aseq, action, person, after FROM acctguard.audit_read(1002);
\set ON_ERROR_STOP off
DELETE FROM acctguard.ledger;
\set ON_ERROR_STOP on
