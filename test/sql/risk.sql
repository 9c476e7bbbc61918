-- The risk score. Accounts 6102xx.
\set ECHO none
SET client_min_messages = warning;
CREATE ROLE regress_risk_detector LOGIN;
CREATE ROLE regress_risk_app LOGIN;
GRANT acctguard_risk TO regress_risk_detector;
GRANT acctguard_app TO regress_risk_app;
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at)
SELECT 610200 + i, 'active', 'en', 'UTC', 'social', now(), now() FROM generate_series(1, 20) i;
SET client_min_messages = notice;
\set ECHO all

-- FRZ-13: signals add up; crossing the threshold (100 points) freezes in the same transaction
SET SESSION AUTHORIZATION regress_risk_detector;
SELECT round(score) AS score, freeze_no FROM acctguard.risk_report(610201, 'odd_login', evidence => '{"city": "Oslo"}');
BEGIN;
SELECT round(score) AS score, freeze_no FROM acctguard.risk_report(610201, 'impossible_travel');
RESET SESSION AUTHORIZATION;
SELECT part, denied FROM acctguard.standing WHERE account_id = 610201 AND part = 'f';
ROLLBACK;
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM acctguard.freeze_record WHERE account_id = 610201;
SET SESSION AUTHORIZATION regress_risk_detector;
SELECT round(score) AS score, freeze_no FROM acctguard.risk_report(610201, 'impossible_travel', 60.5);
-- under the risk freeze no second one
SELECT round(score) AS score, freeze_no FROM acctguard.risk_report(610201, 'takeover_report', 500);
RESET SESSION AUTHORIZATION;
SELECT no, kind, reason, state, automated, justify_hours(ends_at - starts_at) AS length, facts LIKE 'the risk score reached 100.%' AS facts
FROM acctguard.freeze_list(610201);
-- FRZ-13: every contributing signal is evidence, in its own row and in the freeze
SELECT no, signal, weight, evidence, round(score) AS score, freeze_no FROM acctguard.risk_list(610201);
SELECT round((evidence -> 'risk' ->> 'score')::numeric) AS score, evidence -> 'risk' -> 'threshold' AS threshold,
    evidence -> 'risk' -> 'half_life' AS half_life, s ->> 'no' AS no, s ->> 'signal' AS signal, round((s ->> 'worth')::numeric) AS worth
FROM acctguard.freeze_version, jsonb_array_elements(evidence -> 'risk' -> 'signals') s WHERE account_id = 610201;
SELECT action, reason FROM acctguard.audit_read(610201) ORDER BY aseq;

-- FRZ-13: half the worth after one half life (a day); reading alone freezes nobody
SELECT score, freeze_no FROM acctguard.risk_report(610202, 'new_device', 88);
SET acctguard.test_clock_offset = 86400;
SELECT round(score) AS score, freeze_no FROM acctguard.risk_report(610202, 'new_device', 50);
SET acctguard.test_clock_offset = 172800;
SELECT round(score) AS score, freeze_no FROM acctguard.risk_report(610202, 'new_device', 51);
SET acctguard.test_clock_offset = 8640000;
SELECT score, freeze_no FROM acctguard.risk_report(610202, 'new_device', 0.000001);
RESET acctguard.test_clock_offset;
-- compared in whole points, so that a moment's decay does not matter
SELECT score, freeze_no FROM acctguard.risk_report(610203, 'new_device', 99.499999);
SELECT score, freeze_no FROM acctguard.risk_report(610204, 'new_device', 99.5);
-- the weightiest signal names the freeze
SELECT freeze_no FROM acctguard.risk_report(610205, 'takeover_report');
SELECT freeze_no FROM acctguard.risk_report(610205, 'wrong_password', 30);
SELECT kind, reason FROM acctguard.freeze_list(610205);

-- who reports of his own account decides nothing about it, but what he reports counts; the next report, of anybody else, freezes
RESET SESSION AUTHORIZATION;
CREATE ROLE regress_risk_other LOGIN;
GRANT acctguard_risk TO regress_risk_other;
SELECT acctguard.account_mark(610220, person => 'regress_risk_detector');
SET SESSION AUTHORIZATION regress_risk_detector;
SELECT round(score) AS score, freeze_no, refused FROM acctguard.risk_report(610220, 'takeover_report', 200, evidence => '{"from": "myself"}');
SET SESSION AUTHORIZATION regress_risk_other;
SELECT round(score) AS score, freeze_no, refused FROM acctguard.risk_report(610220, 'odd_login', 1);
RESET SESSION AUTHORIZATION;
SELECT no, signal, evidence, round(score) AS score, freeze_no FROM acctguard.risk_list(610220);

-- FRZ-13: one incident counts once, heaviest report, from the first
SELECT round(score) AS score FROM acctguard.risk_report(610206, 'odd_login', 40, incident => '00000000-0000-0000-0000-00000000000a');
SELECT round(score) AS score FROM acctguard.risk_report(610206, 'odd_login', 40, incident => '00000000-0000-0000-0000-00000000000a');
SELECT round(score) AS score FROM acctguard.risk_report(610206, 'odd_login', 30, incident => '00000000-0000-0000-0000-00000000000b');
SELECT round(score) AS score FROM acctguard.risk_report(610206, 'impossible_travel', 60, incident => '00000000-0000-0000-0000-00000000000a');
SET acctguard.test_clock_offset = 86400;
SELECT round(score) AS score FROM acctguard.risk_report(610206, 'impossible_travel', 60, incident => '00000000-0000-0000-0000-00000000000a');
SELECT round(score) AS score FROM acctguard.risk_report(610206, 'impossible_travel', 80, incident => '00000000-0000-0000-0000-00000000000a');
RESET acctguard.test_clock_offset;

-- FRZ-14: the system declares the risk over; what was counted before does not freeze again
SELECT freeze_no FROM acctguard.risk_report(610207, 'takeover_report', 150, incident => '00000000-0000-0000-0000-00000000000c');
SELECT acctguard.freeze_impose(610207, 'feature_freeze', 'violation.spam', 'not a matter of risk');
SELECT acctguard.risk_clear(610207, 'it was the owner on a new phone');
SELECT no, kind, state, end_reason FROM acctguard.freeze_list(610207);
SELECT no, cleared_at IS NOT NULL AS cleared, clear_reason FROM acctguard.risk_list(610207);
SELECT score, freeze_no FROM acctguard.risk_report(610207, 'new_device', 1);
-- not even when a slow detector reports the same incident again
SELECT score, freeze_no FROM acctguard.risk_report(610207, 'takeover_report', 150, incident => '00000000-0000-0000-0000-00000000000c');
SELECT no, signal, clear_reason FROM acctguard.risk_list(610207) WHERE cleared_at IS NOT NULL;
SELECT round(score) AS score, freeze_no FROM acctguard.risk_report(610207, 'takeover_report', 150);
SELECT acctguard.risk_clear(610208, 'nothing there');

-- FRZ-14: a passed verification lifts at once, and settles the signals
SELECT freeze_no FROM acctguard.risk_report(610209, 'takeover_report', 150);
SELECT pg_sleep(0.01);
SELECT count(*) >= 0 AS satisfied FROM acctguard.freeze_satisfy(610209, 1, 'identity_verified',
    jsonb_build_object('method', 'face', 'at', clock_timestamp()));
SELECT no, state, end_reason FROM acctguard.freeze_list(610209);
SELECT score, freeze_no FROM acctguard.risk_report(610209, 'new_device', 60);
-- so does a moderator who lifts it
SELECT freeze_no FROM acctguard.risk_report(610210, 'takeover_report', 150);
SELECT count(*) >= 0 AS lifted FROM acctguard.freeze_lift(610210, 1, 'the owner called');
SELECT score, freeze_no FROM acctguard.risk_report(610210, 'new_device', 60);
-- expiry settles nothing: what is left still counts
SELECT freeze_no FROM acctguard.risk_report(610211, 'takeover_report', 150);
SET acctguard.test_clock_offset = 86500;
SELECT round(score) AS score, freeze_no FROM acctguard.risk_report(610211, 'new_device', 60);
RESET acctguard.test_clock_offset;
-- nor does a lift by the clock, because nobody reviewed the freeze in time: the next signal freezes again, and once
BEGIN;
SELECT acctguard.policy_set('risk_signal', 'takeover_report', '{"kind": "emergency_lock"}', 'test') > 0 AS set;
SELECT freeze_no FROM acctguard.risk_report(610213, 'takeover_report', 400);
SET LOCAL acctguard.test_clock_offset = 86500;
SELECT kind, state, end_reason FROM acctguard.freeze_list(610213);
SELECT round(score / 10) AS tens, freeze_no FROM acctguard.risk_report(610213, 'new_device', 20);
SELECT round(score / 10) AS tens, freeze_no FROM acctguard.risk_report(610213, 'new_device', 20);
SELECT kind, state FROM acctguard.freeze_list(610213);
ROLLBACK;
-- a verification against a security freeze that somebody imposed settles the signals too
SELECT freeze_no FROM acctguard.risk_report(610212, 'new_device', 90);
SELECT acctguard.freeze_impose(610212, 'temp_restrict', 'security.odd_login', 'a moderator saw it');
SELECT pg_sleep(0.01);
SELECT count(*) >= 0 AS satisfied FROM acctguard.freeze_satisfy(610212, 1, 'identity_verified',
    jsonb_build_object('method', 'face', 'at', clock_timestamp()));
SELECT score, freeze_no FROM acctguard.risk_report(610212, 'new_device', 50);

-- scored, never frozen: protected accounts, staff, accounts that cannot be frozen
\set ECHO none
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at, protected, staff_rank) VALUES
(610231, 'active', 'en', 'UTC', 'social', now(), now(), true, 0),
(610232, 'active', 'en', 'UTC', 'social', now(), now(), false, 1);
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at) VALUES
(610233, 'pending', 'en', 'UTC', 'social', now());
\set ECHO all
SELECT i AS account_id, round(score) AS score, freeze_no FROM generate_series(610231, 610233) i, acctguard.risk_report(i, 'takeover_report', 500);

-- FRZ-18: threshold, half life and weights are policy
BEGIN;
SELECT acctguard.policy_set('setting', 'risk_threshold', '10') > 0 AS set;
SELECT acctguard.policy_set('setting', 'risk_half_life', '3600') > 0 AS set;
SELECT acctguard.policy_set('risk_signal', 'odd_login', '{"weight": 4, "kind": "emergency_lock", "reason": "security.takeover"}') > 0 AS set;
SELECT round(score) AS score, freeze_no FROM acctguard.risk_report(610213, 'odd_login');
SET LOCAL acctguard.test_clock_offset = 3600;
SELECT round(score) AS score, freeze_no FROM acctguard.risk_report(610213, 'odd_login', 8);
SELECT kind FROM acctguard.freeze_list(610213);
ROLLBACK;
SELECT round(score) AS score, freeze_no FROM acctguard.risk_report(610213, 'odd_login');

-- who may
SET SESSION AUTHORIZATION regress_risk_app;
SELECT * FROM acctguard.risk_report(610214, 'odd_login');
SELECT acctguard.risk_clear(610214, 'x');
RESET SESSION AUTHORIZATION;

-- errors
\set VERBOSITY terse
SELECT * FROM acctguard.risk_report(610299, 'odd_login');
SELECT * FROM acctguard.risk_report(610214, 'no_such');
SELECT * FROM acctguard.risk_report(610214, 'odd_login', 0);
SELECT * FROM acctguard.risk_report(610214, 'odd_login', 'NaN');
SELECT * FROM acctguard.risk_report(610214, 'odd_login', 1e300);
SELECT * FROM acctguard.risk_report(610214, 'odd_login', 0.0000001);
SELECT * FROM acctguard.risk_report(610214, 'odd_login', evidence => '[]');
SELECT acctguard.risk_clear(610214, '');
SELECT count(*) FROM acctguard.risk_list(610214);

-- FRZ-09: evidence is not edited
UPDATE acctguard.risk_event SET weight = 1 WHERE account_id = 610201;
UPDATE acctguard.risk_event SET cleared_at = NULL, clear_reason = NULL WHERE account_id = 610207;
DELETE FROM acctguard.risk_event WHERE account_id = 610201;
TRUNCATE acctguard.risk_event;

\set ECHO none
DROP ROLE regress_risk_detector, regress_risk_other, regress_risk_app;
