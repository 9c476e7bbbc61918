-- F2, F3, F4: proposals, the second person, endorsement. I6. Accounts 2100200 to 2100299.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2100200, 2100299);
-- F2: approved by another person
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2100200, 'ban', 'violation.severe', 'sold stolen accounts', ground => 'Terms', duration => '10 days');
SELECT pg_temp.try('SELECT acctguard.freeze_approve(2100200, 1)');
-- FOUR_EYES: two roles of one person, and somebody who speaks for him, are that person
SET SESSION AUTHORIZATION freeze_desk;
BEGIN;
SELECT acctguard.acting_as('freeze_mod1', 'ticket 8');
SELECT pg_temp.try('SELECT acctguard.freeze_approve(2100200, 1)');
COMMIT;
SET SESSION AUTHORIZATION freeze_reviewer;
SELECT pg_temp.try('SELECT acctguard.freeze_approve(2100200, 1)');
SET SESSION AUTHORIZATION freeze_mod2;
SET acctguard.test_clock_offset = 3600;
SELECT acctguard.freeze_approve(2100200, 1);
SELECT pg_temp.try('SELECT acctguard.freeze_approve(2100200, 1)');
RESET acctguard.test_clock_offset;
RESET SESSION AUTHORIZATION;
-- a start that had passed moved to then, and the length was kept
SELECT version, proposal, issued_by, approved_by, ends_at - starts_at AS length, starts_at - lag(starts_at) OVER (ORDER BY version) > '59 minutes' AS moved
FROM acctguard.freeze_version WHERE account_id = 2100200 ORDER BY version;
SELECT * FROM pg_temp.events(2100200);
-- one that was to start later does so
SELECT acctguard.freeze_impose(2100201, 'ban', 'violation.severe', 'sold stolen accounts', ground => 'Terms', starts_at => clock_timestamp() + interval '2 days');
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(2100201, 1);
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.freezes(2100201);
SELECT session_epoch AS revoked_only_when_it_starts_now FROM acctguard.account WHERE account_id = 2100201;

-- F3: rejected by an approver, withdrawn by the proposer, by nobody else
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2100202, 'ban', 'violation.severe', 'first proposal', ground => 'Terms');
SELECT acctguard.freeze_impose(2100202, 'ban', 'violation.severe', 'second proposal', ground => 'Terms');
SET SESSION AUTHORIZATION freeze_risk;
SELECT pg_temp.try('SELECT acctguard.freeze_reject(2100202, 1, ''no'')');
SET SESSION AUTHORIZATION freeze_officer1;
SELECT pg_temp.try('SELECT acctguard.freeze_reject(2100202, 1, ''not enough'')');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.try('SELECT acctguard.freeze_reject(2100202, 2, ''my mistake'')');
SELECT pg_temp.try('SELECT acctguard.freeze_approve(2100202, 2)');
SELECT pg_temp.try('SELECT acctguard.freeze_reject(2100202, 2, ''again'')');
SELECT pg_temp.try('SELECT acctguard.freeze_lift(2100202, 1, ''lift'')');
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.freezes(2100202);
SELECT count(*) FROM acctguard.standing WHERE account_id = 2100202;

-- F4: proposals lapse by the clock
SELECT acctguard.freeze_impose(2100203, 'ban', 'violation.severe', 'nobody looks at it', ground => 'Terms');
SET acctguard.test_clock_offset = 259201;
SELECT * FROM pg_temp.freezes(2100203);
SET SESSION AUTHORIZATION freeze_mod2;
SELECT regexp_replace(pg_temp.try('SELECT acctguard.freeze_approve(2100203, 1)'), 'until \S+', 'until TIME');
RESET SESSION AUTHORIZATION;
RESET acctguard.test_clock_offset;
SELECT acctguard.policy_set('setting', 'proposal_life', '3600', 'test') > 0 AS set;
SELECT acctguard.freeze_impose(2100203, 'ban', 'violation.severe', 'policy decides how long', ground => 'Terms');
SELECT proposal_until - issued_at AS good_for FROM acctguard.freeze_list(2100203) WHERE no = 2;
SELECT acctguard.policy_set('setting', 'proposal_life', '259200', 'test') > 0 AS set;

-- an automated proposal of a kind with two persons needs two persons: the first endorses, the second approves
SET SESSION AUTHORIZATION freeze_risk;
SELECT acctguard.freeze_impose(2100204, 'ban', 'violation.severe', 'the detector is sure', ground => 'Terms');
SELECT pg_temp.try('SELECT acctguard.freeze_approve(2100204, 1)');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_approve(2100204, 1);
SELECT pg_temp.try('SELECT acctguard.freeze_approve(2100204, 1)');
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(2100204, 1);
RESET SESSION AUTHORIZATION;
SELECT no, state, issued_by, endorsed_by, approved_by, automated FROM acctguard.freeze_list(2100204);
SELECT * FROM pg_temp.events(2100204);
-- one of a kind that needs no second person is approved by one
SELECT acctguard.freeze_impose(2100205, 'dormancy', 'dormancy', automated => true);
SET SESSION AUTHORIZATION freeze_operator;
SELECT acctguard.freeze_approve(2100205, 1);
RESET SESSION AUTHORIZATION;

-- guards are asked again when it is approved
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2100206, 'ban', 'violation.severe', 'before he was promoted', ground => 'Terms');
SELECT acctguard.freeze_impose(2100207, 'ban', 'violation.severe', 'before he joined the staff', ground => 'Terms');
RESET SESSION AUTHORIZATION;
ALTER TABLE acctguard.account DISABLE TRIGGER acctguard_row;
UPDATE acctguard.account SET staff_rank = 3 WHERE account_id = 2100206;
UPDATE acctguard.account SET person = 'freeze_mod2' WHERE account_id = 2100207;
ALTER TABLE acctguard.account ENABLE ALWAYS TRIGGER acctguard_row;
SET SESSION AUTHORIZATION freeze_mod2;
SELECT pg_temp.try('SELECT acctguard.freeze_approve(2100206, 1)');
SELECT pg_temp.try('SELECT acctguard.freeze_approve(2100207, 1)');
RESET SESSION AUTHORIZATION;

-- I6, as a constraint of the data whoever writes them
SELECT count(*) AS approved_by_the_issuer FROM acctguard.freeze_record WHERE approved_by = issued_by;
INSERT INTO acctguard.freeze_record (account_id, no, puid, kind, kind_version, reason, version, terms, starts_at, issued_at, issued_by,
    issued_role, automated, proposal_until, approved_at, approved_by, approved_role, appealable, changed_at)
VALUES (2100299, 1, '00000000-0000-4000-8000-000000000001', 'ban', 1, 'violation.severe', 1, 1, now(), now(), 'eve', 'eve', false, now(), now(), 'eve', 'eve', true, now());
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
