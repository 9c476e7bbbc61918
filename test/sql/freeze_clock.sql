-- The clock: half-open intervals, probation without a gap, time that stands still. UNF-01, UNF-03, UNF-04, I2, I8, I9, I11.
-- Accounts 2100700 to 2100799.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2100700, 2100799);
-- the hours of the rows of one part
CREATE FUNCTION pg_temp.hours(account bigint, wanted "char") RETURNS TABLE (freeze_no integer, hours numeric) LANGUAGE sql AS $$
    SELECT s.freeze_no, round(extract(epoch FROM s.ends_at - pg_temp.begun(s)) / 3600) FROM acctguard.standing s WHERE s.account_id = account AND s.part = wanted ORDER BY 1
$$;
-- I9: at its end a freeze hands over to probation and acknowledgment, to the microsecond; lifted early, they begin then
SELECT acctguard.freeze_impose(2100700, 'feature_freeze', 'violation.spam', 'long enough text', duration => '5 days');
SELECT s.part, s.ends_at - pg_temp.begun(s) AS length, s.starts_at = r.ends_at AS at_its_end
FROM acctguard.standing s JOIN acctguard.freeze_record r USING (account_id) WHERE account_id = 2100700 ORDER BY 1;
SELECT moment.name, array_agg(s.part ORDER BY s.part) AS parts FROM acctguard.freeze_record r, LATERAL (VALUES
    ('before', r.ends_at - interval '1 microsecond'), ('at the end', r.ends_at), ('last of probation', r.ends_at + interval '7 days' - interval '1 microsecond'),
    ('after probation', r.ends_at + interval '7 days')) AS moment (name, at)
JOIN acctguard.standing s ON s.starts_at <= moment.at AND coalesce(s.ends_at > moment.at, true)
WHERE r.account_id = 2100700 AND s.account_id = 2100700 GROUP BY moment.name, moment.at ORDER BY moment.at;
SET acctguard.test_clock_offset = 86400;
SELECT source, until - since AS length FROM acctguard.freeze_lift(2100700, 1, 'early') ORDER BY 1;
RESET acctguard.test_clock_offset;
SELECT count(DISTINCT s.starts_at) = 1 AND min(s.starts_at) = '-infinity' AND r.ended_at IS NOT NULL AS begins_at_the_lift FROM acctguard.freeze_record r JOIN acctguard.standing s USING (account_id)
WHERE r.account_id = 2100700 GROUP BY r.ended_at;
-- without an end nothing follows until it is lifted
SELECT acctguard.freeze_impose(2100701, 'feature_freeze', 'violation.spam', 'long enough text');
SELECT part FROM acctguard.standing WHERE account_id = 2100701;

-- I8: a row that is over changes no answer; the next command of the account sweeps it away
SELECT acctguard.freeze_impose(2100702, 'temp_restrict', 'security.odd_login', 'long enough text', duration => '1 hour');
SET acctguard.test_clock_offset = 3700;
SELECT acctguard.freeze_impose(2100702, 'feature_timeout', 'security.takeover', 'long enough text');
SELECT freeze_no, part FROM acctguard.standing WHERE account_id = 2100702 ORDER BY 1, 2;
RESET acctguard.test_clock_offset;

-- probation stands still while everything is refused anyway: a lock of 3 days over a freeze of 1 day with 7 days of probation
SELECT acctguard.freeze_impose(2100703, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day');
SELECT * FROM pg_temp.hours(2100703, 'p');
-- (one whose review does not lift it before)
SELECT acctguard.policy_set('freeze_kind', 'emergency_lock', '{"breach": "notify"}', 'test') > 0 AS set;
SELECT acctguard.freeze_impose(2100703, 'emergency_lock', 'security.takeover', 'long enough text', duration => '3 days');
SELECT * FROM pg_temp.hours(2100703, 'p');
-- ... lifted after a day and a half: only by what it really took
SET acctguard.test_clock_offset = 129600;
SELECT count(*) FROM acctguard.freeze_lift(2100703, 2, 'false alarm');
RESET acctguard.test_clock_offset;
SELECT * FROM pg_temp.hours(2100703, 'p');
-- ... two that overlap count once; one without end keeps it open until it is lifted
SELECT acctguard.freeze_impose(2100704, 'feature_timeout', 'security.takeover', 'long enough text', duration => '1 day');
SELECT acctguard.freeze_impose(2100704, 'emergency_lock', 'security.takeover', 'long enough text', starts_at => clock_timestamp() + interval '2 days', duration => '2 days');
SELECT acctguard.freeze_impose(2100704, 'emergency_lock', 'security.takeover', 'long enough text', starts_at => clock_timestamp() + interval '3 days', duration => '2 days');
SELECT * FROM pg_temp.hours(2100704, 'p');
SELECT acctguard.freeze_impose(2100704, 'self_freeze', 'own_wish');
SELECT ends_at IS NULL AS open FROM acctguard.standing WHERE account_id = 2100704 AND part = 'p';
SELECT count(*) FROM acctguard.freeze_lift(2100704, 4, 'support');
SELECT * FROM pg_temp.hours(2100704, 'p');
-- ... a rule and a monitor refuse not everything
SELECT acctguard.freeze_impose(2100704, 'self_rule', 'own_wish', rule => '{"devices": ["phone"]}');
SELECT acctguard.freeze_impose(2100704, 'monitor', 'security.takeover');
SELECT * FROM pg_temp.hours(2100704, 'p');
-- ... and a stayed one refuses nothing: a ban of 2 days, stayed for 10 hours
SELECT acctguard.freeze_impose(2100705, 'feature_timeout', 'security.takeover', 'long enough text', duration => '1 hour');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2100705, 'ban', 'violation.severe', 'long enough text', ground => 'Terms', duration => '2 days');
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(2100705, 2);
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.hours(2100705, 'p');
SET acctguard.test_clock_offset = 3600;
SELECT acctguard.freeze_stay(2100705, 2, 'appealed', clock_timestamp() + interval '11 hours');
RESET acctguard.test_clock_offset;
SELECT * FROM pg_temp.hours(2100705, 'p');
-- ... whatever the order in which they were decided
SELECT acctguard.freeze_impose(2100708, 'feature_timeout', 'security.takeover', 'long enough text', duration => '1 day');
SELECT acctguard.freeze_impose(2100708, 'emergency_lock', 'security.takeover', 'long enough text', starts_at => clock_timestamp() + interval '3 days', duration => '1 day');
SELECT acctguard.freeze_impose(2100708, 'emergency_lock', 'security.takeover', 'long enough text', starts_at => clock_timestamp() + interval '36 hours', duration => '1 day');
SELECT * FROM pg_temp.hours(2100708, 'p');
SELECT acctguard.policy_set('freeze_kind', 'emergency_lock', '{"breach": "auto_lift"}', 'test') > 0 AS set;
-- ... unless the kind says that it runs on
BEGIN;
SELECT acctguard.policy_set('freeze_kind', 'feature_timeout', '{"pause_probation": false}', 'test') > 0 AS set;
SELECT acctguard.freeze_impose(2100705, 'feature_timeout', 'security.takeover', 'long enough text', duration => '1 hour');
SELECT * FROM pg_temp.hours(2100705, 'p');
ROLLBACK;

-- FRZ-18: a freeze is governed by the version of the kind it was imposed under
SELECT acctguard.freeze_impose(2100706, 'feature_timeout', 'security.takeover', 'long enough text');
BEGIN;
SELECT acctguard.policy_set('freeze_kind', 'feature_timeout', '{"probation": "1 day", "lift_roles": ["operator"]}', 'test') > 0 AS set;
SELECT acctguard.freeze_impose(2100706, 'feature_timeout', 'security.takeover', 'long enough text');
SELECT * FROM pg_temp.hours(2100706, 'p');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.try('SELECT count(*) FROM acctguard.freeze_lift(2100706, 1, ''lift'')'), pg_temp.try('SELECT count(*) FROM acctguard.freeze_lift(2100706, 2, ''lift'')');
RESET SESSION AUTHORIZATION;
ROLLBACK;

-- I2, I11: nothing is denied without a record, nothing outside [starts, ends)
SELECT count(*) AS without_a_record FROM acctguard.standing s LEFT JOIN acctguard.freeze_record r ON r.account_id = s.account_id AND r.no = s.freeze_no
WHERE s.part <> 'l' AND s.account_id BETWEEN 2100000 AND 2100999 AND r.no IS NULL;
SELECT count(*) AS outside_its_time FROM acctguard.standing s JOIN acctguard.freeze_record r ON r.account_id = s.account_id AND r.no = s.freeze_no
WHERE s.part = 'f' AND s.account_id BETWEEN 2100000 AND 2100999 AND (pg_temp.begun(s) < r.starts_at OR coalesce(s.ends_at, 'infinity') > coalesce(r.ends_at, 'infinity'));

-- a clock that is set back a little takes nothing out of force, and acts stay in order
SELECT acctguard.freeze_impose(2100709, 'feature_freeze', 'violation.spam', 'long enough text');
SELECT acctguard.warn(2100709, 'violation.spam', 1, 'second time') IS NOT NULL AS warned;
SELECT acctguard.legal_hold_place(2100709, 'matter 9', 'order 9') > 0 AS held;
SET acctguard.test_clock_offset = -300;
SELECT acctguard.allowed(2100709, 'msg.send.direct');
SELECT state FROM acctguard.freeze_list(2100709);
SELECT acctguard.strike_void(2100709, 3, 'no');
SET SESSION AUTHORIZATION freeze_officer1;
SELECT acctguard.legal_hold_release('matter 9', 'order 10');
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM acctguard.freeze_lift(2100709, 1, 'enough');
SELECT end_reason, ended_at >= issued_at AS in_order FROM acctguard.freeze_record WHERE account_id = 2100709;
SELECT acctguard.allowed(2100709, 'msg.send.direct');
RESET acctguard.test_clock_offset;

-- a long transaction sees a freeze end inside it: the clock decides, not the transaction
BEGIN;
SELECT acctguard.freeze_impose(2100707, 'temp_restrict', 'security.odd_login', 'long enough text', duration => '1 second');
SELECT state FROM acctguard.freeze_list(2100707);
SELECT pg_sleep(1.1);
SELECT state, end_reason FROM acctguard.freeze_list(2100707);
COMMIT;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
