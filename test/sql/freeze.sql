-- Freezes: the state machine, what each kind denies, union, end by the clock. Accounts 2100000 to 2100099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2100000, 2100099);

-- FRZ-09: the state machine; this output is the specification that was reviewed.
SELECT id, from_state, event, to_state, end_reason, who FROM acctguard.freeze_transitions();
SELECT DISTINCT id, event, guard, errors FROM acctguard.freeze_transitions() ORDER BY 1, 2, 3;
-- every error it names exists, and every state has a way out that needs no user
SELECT DISTINCT trim(e) AS unknown FROM acctguard.freeze_transitions(), regexp_split_to_table(errors, ',') AS e
WHERE trim(e) <> '' AND trim(e) NOT IN (SELECT name FROM acctguard.errors());
SELECT DISTINCT from_state FROM acctguard.freeze_transitions() WHERE from_state NOT IN ('none', 'ended')
EXCEPT SELECT from_state FROM acctguard.freeze_transitions() WHERE who IN ('clock', 'lifecycle') OR event = 'lift';

-- FRZ-01, FRZ-03: temporary restriction, login refused, the rest works, over by itself to the microsecond
SET SESSION AUTHORIZATION freeze_risk;
SELECT acctguard.freeze_impose(2100000, 'temp_restrict', 'security.odd_login', 'login from an unusual place');
RESET SESSION AUTHORIZATION;
SELECT no, state, end_reason, kind, reason, capabilities, ends_at - starts_at AS length, version, issued_by, automated, appealable
FROM acctguard.freeze_list(2100000);
SELECT part, ends_at - pg_temp.begun(s) AS length, starts_at = lag(ends_at) OVER (ORDER BY starts_at) AS no_gap
FROM acctguard.standing s WHERE account_id = 2100000 ORDER BY starts_at;
SELECT * FROM pg_temp.standing(2100000);
SELECT * FROM pg_temp.standing(2100000, 86399);
SELECT * FROM pg_temp.standing(2100000, 86401);
SELECT * FROM pg_temp.standing(2100000, 4 * 86400 + 1);
SET acctguard.test_clock_offset = 86401;
SELECT no, state, end_reason, ended_at IS NULL AS nothing_written FROM acctguard.freeze_list(2100000);
RESET acctguard.test_clock_offset;

-- FRZ-04: function freeze, until lifted by review; login works
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2100001, 'feature_freeze', 'violation.spam', 'the same link to 400 strangers');
SELECT acctguard.freeze_impose(2100001, 'feature_freeze', 'violation.harassment', 'insulted three members',
    capabilities => '{moment.comment,social.out}', duration => '3 days', note => 'second report this week');
RESET SESSION AUTHORIZATION;
SELECT no, state, capabilities, ends_at - starts_at AS length, note FROM acctguard.freeze_list(2100001);
SELECT freeze_no, part FROM pg_temp.standing(2100001);

-- FRZ-08, I10: several stand at once; lifting one leaves the others
SET SESSION AUTHORIZATION freeze_mod2;
SELECT source, no, kind, mode, capabilities, until IS NULL AS indefinite, lifted_by, next, visible, disclosed
FROM acctguard.freeze_lift(2100001, 1, 'the link was harmless');
SELECT pg_temp.try('SELECT acctguard.freeze_lift(2100001, 1, ''again'')');
RESET SESSION AUTHORIZATION;
SELECT no, state, end_reason, ended_by, end_reason FROM acctguard.freeze_list(2100001);

-- FRZ-05, FRZ-12: a ban needs two persons, denies all but floor and soft floor, also capabilities that come later, revokes sessions
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2100002, 'ban', 'violation.severe', 'sold stolen accounts', ground => 'Terms of service, 4.2');
RESET SESSION AUTHORIZATION;
SELECT no, state, proposal_until - issued_at AS good_for FROM acctguard.freeze_list(2100002);
SELECT count(*) FROM pg_temp.standing(2100002);
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(2100002, 1);
RESET SESSION AUTHORIZATION;
SELECT no, state, issued_by, approved_by, version FROM acctguard.freeze_list(2100002);
SELECT c.capability FROM acctguard.capability c, acctguard.standing s
WHERE s.account_id = 2100002 AND s.denied & (1::bigint << c.bit) = 0 ORDER BY c.bit;
SELECT denied & (1::bigint << 60) <> 0 AS also_later_ones FROM acctguard.standing WHERE account_id = 2100002;
SELECT session_epoch, session_locked_epoch FROM acctguard.account WHERE account_id = 2100002;

-- FRZ-06: the user's own freeze and rules, through the app
SET SESSION AUTHORIZATION freeze_app;
SELECT acctguard.freeze_impose(2100003, 'self_freeze', 'own_wish');
SELECT acctguard.freeze_impose(2100004, 'self_rule', 'own_wish', rule => '{"hours": ["08:00", "22:00"]}');
SELECT acctguard.freeze_impose(2100004, 'self_rule', 'own_wish', rule => '{"devices": ["phone", "he said \"pc\""], "hours": ["22:00", "06:00"], "zone": "Asia/Shanghai"}');
RESET SESSION AUTHORIZATION;
SELECT session_epoch, session_locked_epoch FROM acctguard.account WHERE account_id = 2100003;
SELECT freeze_no, denied, rule FROM acctguard.standing WHERE account_id IN (2100003, 2100004) ORDER BY 1, 3;

-- monitor and challenge modes write their own masks; an invisible kind says so
SELECT acctguard.freeze_impose(2100005, 'monitor', 'security.takeover', capabilities => '{money.out}');
SELECT acctguard.freeze_impose(2100005, 'dormancy', 'dormancy');
SELECT * FROM pg_temp.standing(2100005);
SELECT source, no, mode, capabilities, next, visible FROM acctguard.freeze_lift(2100005, 1, 'seen enough');
SELECT acctguard.freeze_impose(2100005, 'monitor', 'security.takeover', capabilities => '{pay.large}');
SELECT no, mode, capabilities, visible FROM acctguard.freeze_satisfy(2100005, 2, 'verified_login',
    format('{"method": "sms", "at": "%s"}', clock_timestamp())::jsonb);

-- I7: the soft floor is denied only by a kind that names it
SELECT acctguard.freeze_impose(2100006, 'appeal_abuse', 'violation.spam', 'four unfounded appeals after a warning');
SELECT capabilities FROM acctguard.freeze_list(2100006);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100006, 'feature_freeze', 'violation.spam', 'appealed too often', capabilities => '{appeal.submit}')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100006, 'feature_freeze', 'violation.spam', 'must not log out', capabilities => '{session.logout}')$$);

-- FRZ-17: a freeze in the future does nothing yet; at its start it does, without a write
SELECT acctguard.freeze_impose(2100007, 'feature_timeout', 'violation.spam', 'announced to the user', starts_at => clock_timestamp() + interval '1 hour', duration => '2 hours');
SELECT state FROM acctguard.freeze_list(2100007);
SELECT count(*) FROM pg_temp.standing(2100007);
SELECT count(*) FROM pg_temp.standing(2100007, 3601);
SET acctguard.test_clock_offset = 3601;
SELECT state FROM acctguard.freeze_list(2100007);
SET acctguard.test_clock_offset = 10801;
SELECT state, end_reason FROM acctguard.freeze_list(2100007);
RESET acctguard.test_clock_offset;
SELECT no FROM acctguard.freeze_lift(2100007, 1, 'not necessary');
SELECT state, end_reason FROM acctguard.freeze_list(2100007);
SELECT count(*) AS rows_of_a_cancelled_one FROM acctguard.standing WHERE account_id = 2100007;

-- one event per change, in the order of the account's counter
SELECT * FROM pg_temp.events(2100002);
SELECT version, freeze_count FROM acctguard.account WHERE account_id = 2100002;

DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
