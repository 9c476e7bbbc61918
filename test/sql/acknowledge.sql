-- Acknowledging the rules after a freeze. Accounts 6103xx.
\set ECHO none
SET client_min_messages = warning;
CREATE ROLE regress_ack_app LOGIN;
CREATE ROLE regress_ack_moderator LOGIN;
CREATE ROLE regress_ack_both LOGIN;
GRANT acctguard_app TO regress_ack_app, regress_ack_both;
GRANT acctguard_moderator TO regress_ack_moderator, regress_ack_both;
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at)
SELECT 610300 + i, 'active', 'zh-CN', 'UTC', 'social', now(), now() FROM generate_series(1, 9) i;
CREATE VIEW regress_gates AS
SELECT account_id, freeze_no, starts_at <= now() + current_setting('acctguard.test_clock_offset')::interval AS stands,
    ends_at IS NULL AS open_ended FROM acctguard.standing WHERE part = 'a' ORDER BY 1, 2;
SET client_min_messages = notice;
\set ECHO all
\set hash '''\\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'''

-- UNF-04: after a violation freeze some functions stay refused until the user acknowledges the rules
SELECT acctguard.freeze_impose(610301, 'feature_timeout', 'violation.spam', 'invitations to strangers');
SELECT * FROM regress_gates WHERE account_id = 610301;
-- nobody acknowledges ahead
SET SESSION AUTHORIZATION regress_ack_app;
SELECT acctguard.acknowledge(610301, 'rules-7', :hash);
RESET SESSION AUTHORIZATION;
SET acctguard.test_clock_offset = 86500;
SELECT * FROM regress_gates WHERE account_id = 610301;
SELECT acctguard.allowed(610301, 'msg.mention_all') AS mention, acctguard.allowed(610301, 'msg.send.direct') AS direct;
SET SESSION AUTHORIZATION regress_ack_app;
SELECT acctguard.acknowledge(610301, 'rules-8', :hash, device => 'phone-1');
SELECT acctguard.allowed(610301, 'msg.mention_all') AS mention;
RESET SESSION AUTHORIZATION;
SELECT * FROM regress_gates WHERE account_id = 610301;
SELECT no, opened, rules_version, text_hash, locale, device, person FROM acctguard.acknowledgment WHERE account_id = 610301;
SELECT rules_version FROM acctguard.account WHERE account_id = 610301;
SELECT action FROM acctguard.audit_read(610301) WHERE action LIKE '%acknowledg%';
-- a later change of the account does not close it again, and explain() of the past still knows it
SELECT * FROM acctguard.warn(610301, 'violation.spam', 0);
SELECT acctguard.freeze_impose(610301, 'temp_restrict', 'security.odd_login', 'something else');
SELECT * FROM regress_gates WHERE account_id = 610301;
RESET acctguard.test_clock_offset;

-- several ended freezes: one acknowledgment opens all their gates, not that of one that runs
SELECT acctguard.freeze_impose(610302, 'feature_timeout', 'violation.spam', 'the first of three', duration => '1 hour');
SELECT acctguard.freeze_impose(610302, 'feature_timeout', 'violation.spam', 'the second of three', duration => '2 hours', incident => '00000000-0000-0000-0000-0000000000aa');
SELECT acctguard.freeze_impose(610302, 'feature_timeout', 'violation.spam', 'the third of three', duration => '30 days', incident => '00000000-0000-0000-0000-0000000000aa');
SET acctguard.test_clock_offset = 10800;
SELECT acctguard.acknowledge(610302, 'rules-8', :hash, 'en');
SELECT * FROM regress_gates WHERE account_id = 610302;
SELECT opened, locale FROM acctguard.acknowledgment WHERE account_id = 610302;
SELECT acctguard.acknowledge(610302, 'rules-8', :hash);
SET acctguard.test_clock_offset = 2600000;
SELECT freeze_no, stands FROM regress_gates WHERE account_id = 610302;
RESET acctguard.test_clock_offset;

-- staff cannot give it, and may waive it, with a reason
SELECT acctguard.freeze_impose(610303, 'feature_timeout', 'violation.spam', 'invitations to strangers');
SET acctguard.test_clock_offset = 86500;
SET SESSION AUTHORIZATION regress_ack_moderator;
SELECT acctguard.acknowledge(610303, 'rules-8', :hash);
SET SESSION AUTHORIZATION regress_ack_both;
SELECT acctguard.acknowledge(610303, 'rules-8', :hash);
SET SESSION AUTHORIZATION regress_ack_app;
SELECT acctguard.acknowledgment_waive(610303, 1, 'the app is broken');
SET SESSION AUTHORIZATION regress_ack_moderator;
SELECT acctguard.acknowledgment_waive(610303, 2, 'the app is broken');
SELECT acctguard.acknowledgment_waive(610303, 1, 'the app is broken');
SELECT acctguard.acknowledgment_waive(610303, 1, 'the app is broken');
RESET SESSION AUTHORIZATION;
SELECT * FROM regress_gates WHERE account_id = 610303;
SELECT opened, rules_version, waive_reason, person FROM acctguard.acknowledgment WHERE account_id = 610303;
SELECT action, reason FROM acctguard.audit_read(610303) WHERE action LIKE '%acknowledg%';
RESET acctguard.test_clock_offset;
-- not before the freeze has ended
SELECT acctguard.freeze_impose(610304, 'feature_timeout', 'violation.spam', 'invitations to strangers');
SELECT acctguard.acknowledgment_waive(610304, 1, 'too early');

-- errors
\set VERBOSITY terse
SELECT acctguard.acknowledge(610399, 'rules-8', :hash);
SELECT acctguard.acknowledge(610305, '', :hash);
SELECT acctguard.acknowledge(610305, 'rules-8', '\x00');
SELECT acctguard.acknowledge(610305, 'rules-8', NULL);
SELECT acctguard.acknowledgment_waive(610305, 1, NULL);
UPDATE acctguard.acknowledgment SET opened = '{1,2,3}' WHERE account_id = 610302;
DELETE FROM acctguard.acknowledgment WHERE account_id = 610302;

\set ECHO none
DROP VIEW regress_gates;
DROP ROLE regress_ack_app, regress_ack_moderator, regress_ack_both;
