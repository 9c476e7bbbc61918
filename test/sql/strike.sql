-- Strikes, the ladder, warnings, and taking them back. Accounts 6101xx.
\set ECHO none
SET client_min_messages = warning;
CREATE ROLE regress_strike_moderator LOGIN;
CREATE ROLE regress_strike_second LOGIN;
CREATE ROLE regress_strike_risk LOGIN;
CREATE ROLE regress_strike_app LOGIN;
GRANT acctguard_moderator TO regress_strike_moderator, regress_strike_second;
GRANT acctguard_risk TO regress_strike_risk;
GRANT acctguard_app TO regress_strike_app;
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at)
SELECT 610100 + i, 'active', 'en', 'UTC', 'social', now(), now() FROM generate_series(1, 20) i;
-- What the ladder did, without times of day.
CREATE VIEW regress_ladder AS
SELECT l.account_id, f.no, f.kind, f.state, f.automated, l.score, l.threshold, l.step, l.strikes,
    justify_hours(f.ends_at - f.starts_at) AS length
FROM acctguard.ladder_freeze l, acctguard.freeze_list(l.account_id) f WHERE f.no = l.freeze_no ORDER BY 1, 2;
SET client_min_messages = notice;
\set ECHO all

-- FRZ-15: points add up; an incident counts once; the ladder answers each step once
SELECT * FROM acctguard.warn(610101, 'violation.spam', 1, 'ten invitations in a minute', '00000000-0000-0000-0000-000000000001');
SELECT * FROM acctguard.warn(610101, 'violation.spam', 1, 'the same, seen by another detector', '00000000-0000-0000-0000-000000000001');
SELECT * FROM acctguard.warn(610101, 'violation.spam', 1, 'again');
SELECT * FROM regress_ladder WHERE account_id = 610101;
SELECT * FROM acctguard.warn(610101, 'violation.spam', 0, 'no points, no step');
SELECT no, freeze_no, points, live, ladder_no FROM acctguard.strike_list(610101);
SELECT part, denied <> 0 AS denies FROM acctguard.standing WHERE account_id = 610101 ORDER BY part;

-- a heavier report of a counted incident counts with the difference
SELECT * FROM acctguard.warn(610101, 'violation.harassment', 2, 'heavier', '00000000-0000-0000-0000-000000000001');
SELECT * FROM regress_ladder WHERE account_id = 610101;

-- FRZ-15: inside a band nothing is served twice (4, 5), a higher step is (6), the last one is for a person (8)
SELECT * FROM acctguard.warn(610102, 'violation.harassment', 4);
SELECT * FROM acctguard.warn(610102, 'violation.harassment', 1);
SELECT * FROM acctguard.warn(610102, 'violation.harassment', 1);
SELECT * FROM acctguard.warn(610102, 'violation.harassment', 2);
SELECT * FROM acctguard.warn(610102, 'violation.harassment', 1);
SELECT * FROM regress_ladder WHERE account_id = 610102;

-- a jump takes the highest step only
SELECT * FROM acctguard.warn(610103, 'violation.harassment', 7);
SELECT * FROM regress_ladder WHERE account_id = 610103;

-- FRZ-15: in probation one step higher
SELECT * FROM acctguard.warn(610104, 'violation.spam', 2);
SET acctguard.test_clock_offset = 90000;
SELECT * FROM acctguard.warn(610104, 'violation.spam', 1);
RESET acctguard.test_clock_offset;
SELECT * FROM regress_ladder WHERE account_id = 610104;

-- FRZ-15: strikes decay; a step fallen below is taken anew
SELECT * FROM acctguard.warn(610105, 'violation.spam', 2);
SET acctguard.test_clock_offset = 7775900;
SELECT count(*) FILTER (WHERE live) AS live FROM acctguard.strike_list(610105);
SET acctguard.test_clock_offset = 7776100;
SELECT count(*) FILTER (WHERE live) AS live FROM acctguard.strike_list(610105);
SELECT * FROM acctguard.warn(610105, 'violation.spam', 1);
SELECT * FROM acctguard.warn(610105, 'violation.spam', 1);
SELECT * FROM regress_ladder WHERE account_id = 610105;
RESET acctguard.test_clock_offset;

-- part of what a step stood on has decayed: the present points have not been answered
SELECT * FROM acctguard.warn(610106, 'violation.spam', 1);
SET acctguard.test_clock_offset = 6912000;
SELECT * FROM acctguard.warn(610106, 'violation.spam', 1);
SET acctguard.test_clock_offset = 7862400;
SELECT * FROM acctguard.warn(610106, 'violation.spam', 1);
SELECT no, step, strikes FROM regress_ladder WHERE account_id = 610106;
RESET acctguard.test_clock_offset;

-- only a strike that raises the score is answered: here step 2 is open again, but nothing happened
SELECT * FROM acctguard.warn(610119, 'violation.spam', 1);
SET acctguard.test_clock_offset = '80d';
SELECT * FROM acctguard.warn(610119, 'violation.spam', 1);
SET acctguard.test_clock_offset = '82d';
SELECT * FROM acctguard.warn(610119, 'violation.spam', 1);
SET acctguard.test_clock_offset = '100d';
SELECT * FROM acctguard.warn(610119, 'violation.spam', 0);
RESET acctguard.test_clock_offset;

-- only violations climb
SELECT * FROM acctguard.warn(610107, 'security.takeover', 9);
SELECT count(*) FROM acctguard.freeze_list(610107);

-- a freeze brings its points; what stands already is not repeated by the ladder; lifting voids nothing
SELECT acctguard.freeze_impose(610108, 'feature_freeze', 'violation.harassment', 'insults in twelve chats');
SELECT no, freeze_no, points, live FROM acctguard.strike_list(610108);
SELECT count(*) FROM regress_ladder WHERE account_id = 610108;
SELECT count(*) >= 0 AS lifted FROM acctguard.freeze_lift(610108, 1, 'reviewed');
SELECT no, freeze_no, points, live FROM acctguard.strike_list(610108);
SELECT * FROM acctguard.warn(610108, 'violation.spam', 1);
SELECT no, kind, length, strikes FROM regress_ladder WHERE account_id = 610108;

-- a freeze of other functions does not stand in for the step
SELECT acctguard.freeze_impose(610109, 'feature_freeze', 'violation.harassment', 'insults in comments', '{moment.comment}');
SELECT no, kind, length FROM regress_ladder WHERE account_id = 610109;

-- UNF-04, FRZ-15: a warning taken back takes back what stood on it, not what stands without it
SELECT * FROM acctguard.warn(610110, 'violation.spam', 2, 'first');
SELECT * FROM acctguard.warn(610110, 'violation.spam', 1, 'second');
SELECT acctguard.strike_void(610110, (SELECT no FROM acctguard.strike_list(610110) WHERE facts = 'second'), 'mistaken identity');
SELECT no, end_reason, vacated_at IS NOT NULL AS vacated FROM acctguard.freeze_list(610110);
SELECT facts, live, void_reason FROM acctguard.strike_list(610110);
SELECT acctguard.strike_void(610110, (SELECT no FROM acctguard.strike_list(610110) WHERE facts = 'first'), 'also wrong');
SELECT no, end_reason, vacated_at IS NOT NULL AS vacated FROM acctguard.freeze_list(610110);
SELECT count(*) FROM acctguard.standing WHERE account_id = 610110;
-- what had expired when it is taken back counted then: the freeze it brought is annulled all the same
SELECT * FROM acctguard.warn(610111, 'violation.spam', 2, 'first');
SET acctguard.test_clock_offset = 8000000;
SELECT acctguard.strike_void(610111, 1, 'wrong');
SELECT no, end_reason, vacated_at IS NOT NULL AS vacated FROM acctguard.freeze_list(610111);
RESET acctguard.test_clock_offset;
-- ... but what merely expired since is no reason to annul what stood on it
SELECT * FROM acctguard.warn(610120, 'violation.spam', 2, 'first');
SET acctguard.test_clock_offset = 8000000;
SELECT * FROM acctguard.warn(610120, 'violation.spam', 1, 'second');
SELECT acctguard.strike_void(610120, (SELECT no FROM acctguard.strike_list(610120) WHERE facts = 'second'), 'wrong');
SELECT no, end_reason, vacated_at IS NOT NULL AS vacated FROM acctguard.freeze_list(610120);
RESET acctguard.test_clock_offset;
-- a proposal of the ladder is rejected
SELECT * FROM acctguard.warn(610112, 'violation.severe', 8, 'eight');
SELECT acctguard.strike_void(610112, 1, 'wrong');
SELECT no, kind, state, end_reason FROM acctguard.freeze_list(610112);
-- one that was taken over by a person is reported, not withdrawn
SELECT * FROM acctguard.warn(610113, 'violation.severe', 8, 'eight');
SET SESSION AUTHORIZATION regress_strike_moderator;
SELECT acctguard.freeze_approve(610113, 1) IS NULL AS nothing;
SET SESSION AUTHORIZATION regress_strike_second;
SELECT acctguard.freeze_approve(610113, 1) IS NULL AS nothing;
RESET SESSION AUTHORIZATION;
SELECT no, kind, state, approved_by FROM acctguard.freeze_list(610113);
SELECT acctguard.strike_void(610113, 1, 'wrong');
SELECT no, kind, state, end_reason FROM acctguard.freeze_list(610113);
SELECT action, reason FROM acctguard.audit_read(610113) WHERE action LIKE '%unsupported';
-- vacating a freeze voids its strike and what the ladder built on it
SELECT acctguard.freeze_impose(610114, 'feature_freeze', 'violation.harassment', 'insults in comments', '{moment.comment}');
SELECT no, kind, ladder_score FROM acctguard.freeze_list(610114);
SET SESSION AUTHORIZATION regress_strike_moderator;
SELECT acctguard.freeze_vacate(610114, 1, 'it was a quotation');
SELECT points, live FROM acctguard.strike_list(610114);
SET SESSION AUTHORIZATION regress_strike_second;
SELECT acctguard.freeze_vacate(610114, 1, 'confirmed');
SELECT no, kind, state, end_reason FROM acctguard.freeze_list(610114);
SELECT points, live, void_reason FROM acctguard.strike_list(610114);
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM acctguard.standing WHERE account_id = 610114;
SELECT action, reason FROM acctguard.audit_read(610114) ORDER BY aseq;

-- a report of conduct from before the last sanction is refused, unless meant, or of an incident counted already
SELECT acctguard.freeze_impose(610118, 'feature_freeze', 'violation.spam', 'invitations to strangers', conduct_at => now() - interval '1 day', incident => '00000000-0000-0000-0000-0000000000bb');
SELECT acctguard.freeze_impose(610118, 'feature_freeze', 'violation.spam', 'and before that as well', conduct_at => now() - interval '1 day');
SELECT acctguard.freeze_impose(610118, 'feature_freeze', 'violation.spam', 'another detector saw it', conduct_at => now() - interval '1 day', incident => '00000000-0000-0000-0000-0000000000bb');
SELECT acctguard.freeze_impose(610118, 'feature_freeze', 'violation.spam', 'and before that as well', conduct_at => now() - interval '1 day', evidence => '{"prior_conduct": true}');
SELECT no, freeze_no, points, ladder_no FROM acctguard.strike_list(610118);

-- idempotency: same key, same request, same result
SELECT * FROM acctguard.warn(610115, 'violation.spam', 2, 'facts', NULL, 'key-1');
SELECT * FROM acctguard.warn(610115, 'violation.spam', 2, 'facts', NULL, 'key-1');
SELECT count(*) FROM acctguard.strike_list(610115);
SELECT * FROM acctguard.warn(610115, 'violation.spam', 1, 'facts', NULL, 'key-1');

-- staff: protected accounts and administrators are struck, but no machine freezes them; nobody judges himself
\set ECHO none
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at, protected, staff_rank, person) VALUES
(610131, 'active', 'en', 'UTC', 'social', now(), now(), true, 0, NULL),
(610132, 'active', 'en', 'UTC', 'social', now(), now(), false, 4, NULL),
(610133, 'active', 'en', 'UTC', 'social', now(), now(), false, 1, 'regress_strike_moderator');
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at) VALUES
(610134, 'pending', 'en', 'UTC', 'social', now());
\set ECHO all
SELECT * FROM acctguard.warn(610131, 'violation.spam', 4);
SELECT * FROM acctguard.warn(610132, 'violation.spam', 4);
SELECT * FROM acctguard.warn(610133, 'violation.spam', 4);
SET SESSION AUTHORIZATION regress_strike_moderator;
SELECT * FROM acctguard.warn(610133, 'violation.spam', 1);
SELECT acctguard.strike_void(610133, 1, 'it was nothing');
RESET SESSION AUTHORIZATION;

-- who may: a role that was granted it, over accounts it outranks
SET SESSION AUTHORIZATION regress_strike_second;
SELECT * FROM acctguard.warn(610132, 'violation.spam', 0);
SELECT * FROM acctguard.warn(610133, 'violation.spam', 0);
SET SESSION AUTHORIZATION regress_strike_risk;
SELECT * FROM acctguard.warn(610133, 'violation.spam', 0);
SELECT * FROM acctguard.warn(610116, 'violation.spam');
SELECT * FROM acctguard.strike_list(610116);
SET SESSION AUTHORIZATION regress_strike_app;
SELECT * FROM acctguard.warn(610116, 'violation.spam');
RESET SESSION AUTHORIZATION;

-- errors
\set VERBOSITY terse
SELECT * FROM acctguard.warn(610199, 'violation.spam');
SELECT * FROM acctguard.warn(610134, 'violation.spam');
SELECT * FROM acctguard.warn(610117, 'no.such');
SELECT * FROM acctguard.warn(610117, 'violation.spam', 101);
SELECT * FROM acctguard.warn(610117, NULL);
SELECT acctguard.strike_void(610117, 7, 'x');
SELECT acctguard.strike_void(610110, 1, 'x');
SELECT acctguard.strike_void(610108, 1, 'x');
SELECT acctguard.strike_void(610117, 7, ' ');

-- FRZ-09: nobody changes the records by hand, not even a superuser
UPDATE acctguard.strike SET points = 0 WHERE account_id = 610101;
DELETE FROM acctguard.strike WHERE account_id = 610101;
TRUNCATE acctguard.ladder_freeze;
UPDATE acctguard.ladder_freeze SET threshold = 1 WHERE account_id = 610101;

\set ECHO none
DROP VIEW regress_ladder;
DROP ROLE regress_strike_moderator, regress_strike_second, regress_strike_risk, regress_strike_app;
