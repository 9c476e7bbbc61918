-- F9, F10, F11: stays, replacement, annulment. I5. Accounts 2100600 to 2100699.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2100600, 2100699);
-- F9: the effect rests, the end does not move, the effect comes back by the clock
SELECT acctguard.freeze_impose(2100600, 'feature_freeze', 'violation.spam', 'long enough text', duration => '10 days');
SET SESSION AUTHORIZATION freeze_officer1;
SELECT pg_temp.try($$SELECT acctguard.freeze_stay(2100600, 1, 'appealed')$$);
SET SESSION AUTHORIZATION freeze_reviewer;
SELECT regexp_replace(pg_temp.try($$SELECT acctguard.freeze_stay(2100600, 1, 'appealed', clock_timestamp() + interval '8 days')$$), '\d+ are left', 'N are left');
SELECT split_part(pg_temp.try($$SELECT acctguard.freeze_stay(2100600, 1, 'appealed', clock_timestamp() - interval '1 second')$$), E'\n', 1);
SELECT acctguard.freeze_stay(2100600, 1, 'appealed', clock_timestamp() + interval '2 days');
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.freezes(2100600);
SELECT * FROM pg_temp.standing(2100600);
SELECT * FROM pg_temp.standing(2100600, 2 * 86400 + 1);
SELECT part, starts_at = lag(ends_at) OVER (ORDER BY starts_at) AS no_gap FROM acctguard.standing WHERE account_id = 2100600 AND part <> 'a' ORDER BY starts_at;
SET acctguard.test_clock_offset = 172801;
SELECT * FROM pg_temp.freezes(2100600);
RESET acctguard.test_clock_offset;
SELECT pg_temp.try($$SELECT acctguard.freeze_stay(2100600, 1, 'again')$$);
SET SESSION AUTHORIZATION freeze_reviewer;
SELECT acctguard.freeze_unstay(2100600, 1, 'looked at it');
SELECT pg_temp.try($$SELECT acctguard.freeze_unstay(2100600, 1, 'again')$$);
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM pg_temp.standing(2100600);
-- all stays together: at most stay_max (7 days)
SELECT acctguard.freeze_stay(2100600, 1, 'second level', clock_timestamp() + interval '6 days 23 hours');
SET acctguard.test_clock_offset = 604000;
SELECT regexp_replace(pg_temp.try($$SELECT acctguard.freeze_stay(2100600, 1, 'third', clock_timestamp() + interval '8 days')$$), '\d+ are left', 'N are left');
RESET acctguard.test_clock_offset;
-- a stayed freeze can be lifted; kinds that cannot be stayed
SELECT source FROM acctguard.freeze_lift(2100600, 1, 'reviewed') ORDER BY 1;
SELECT acctguard.freeze_impose(2100601, 'temp_restrict', 'security.odd_login', 'long enough text');
SELECT pg_temp.try($$SELECT acctguard.freeze_stay(2100601, 1, 'please')$$);
SELECT * FROM pg_temp.events(2100600);

-- F10: another takes its place, without an instant in between
SET SESSION AUTHORIZATION freeze_risk;
SELECT acctguard.freeze_impose(2100602, 'emergency_lock', 'security.takeover', 'money leaves the account');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2100602, 'ban', 'violation.severe', 'he sold it himself', ground => 'Terms', replaces => 1);
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.freezes(2100602);
SET SESSION AUTHORIZATION freeze_officer1;
SELECT acctguard.freeze_approve(2100602, 2);
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.freezes(2100602);
SELECT a.ended_at = b.starts_at AS no_gap, a.replaced_by, b.replaces FROM acctguard.freeze_record a, acctguard.freeze_record b
WHERE a.account_id = 2100602 AND a.no = 1 AND b.account_id = 2100602 AND b.no = 2;
SELECT * FROM pg_temp.standing(2100602);
SELECT * FROM pg_temp.events(2100602);
-- WEAKER_REPLACEMENT: less, shorter, later, without its blocks; allowed to whoever may lift the old one
SET SESSION AUTHORIZATION freeze_risk;
SELECT acctguard.freeze_impose(2100603, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day');
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100603, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 hour', replaces => 1)$$) AS shorter;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100603, 'feature_freeze', 'violation.spam', 'long enough text', capabilities => '{contact.add}', duration => '2 days', replaces => 1)$$) AS less;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100603, 'feature_freeze', 'violation.spam', 'long enough text', starts_at => clock_timestamp() + interval '1 hour', duration => '2 days', replaces => 1)$$) AS later;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100603, 'feature_freeze', 'violation.spam', 'long enough text', duration => '2 days', replaces => 1)$$) AS not_weaker;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100603, 'feature_freeze', 'violation.spam', 'long enough text', duration => '2 days', replaces => 1)$$) AS ended_already;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100603, 'feature_freeze', 'violation.spam', 'long enough text', duration => '2 days', replaces => 7)$$) AS unknown;
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100603, 'feature_freeze', 'violation.spam', 'long enough text', capabilities => '{contact.add}', duration => '1 hour', replaces => 2)$$) AS may_lift;
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.freezes(2100603);
SELECT * FROM pg_temp.standing(2100603);
-- the owner cannot exchange a freeze for one of his own, nor anybody an order for a ban that others lift
SET SESSION AUTHORIZATION freeze_app;
SELECT split_part(pg_temp.try($$SELECT acctguard.freeze_impose(2100603, 'self_freeze', 'own_wish', replaces => 3)$$), E'\n', 1);
SET SESSION AUTHORIZATION freeze_officer1;
SELECT acctguard.freeze_impose(2100609, 'compliance', 'regulatory.order', 'order of the court', ground => 'law', legal_reference => 'order 12/26');
SET SESSION AUTHORIZATION freeze_officer2;
SELECT acctguard.freeze_approve(2100609, 1);
SET SESSION AUTHORIZATION freeze_mod1;
SELECT split_part(pg_temp.try($$SELECT acctguard.freeze_impose(2100609, 'ban', 'violation.severe', 'long enough text', ground => 'Terms', replaces => 1)$$), E'\n', 1);
RESET SESSION AUTHORIZATION;
-- nor a ban for something milder, however alike it is
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2100610, 'ban', 'violation.severe', 'long enough text', ground => 'Terms', duration => '1 day');
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(2100610, 1);
RESET SESSION AUTHORIZATION;
BEGIN;
SELECT acctguard.policy_set('freeze_kind', 'emergency_lock', '{"conditions": []}', 'test') > 0 AS set;
SET SESSION AUTHORIZATION freeze_mod1;
SELECT split_part(pg_temp.try($$SELECT acctguard.freeze_impose(2100610, 'emergency_lock', 'security.takeover', 'long enough text', replaces => 1)$$), E'\n', 1);
RESET SESSION AUTHORIZATION;
ROLLBACK;
-- a replaced freeze was not served: no probation, no acknowledgment of its own
SELECT freeze_no, part FROM acctguard.standing WHERE account_id = 2100603 ORDER BY 1, 2;

-- F11: annulled by two persons, while it runs
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2100604, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day');
SELECT acctguard.freeze_vacate(2100604, 1, 'the wrong account');
SELECT pg_temp.try($$SELECT acctguard.freeze_vacate(2100604, 1, 'the wrong account')$$);
SELECT count(*) AS still_standing FROM acctguard.freeze_list(2100604) WHERE state = 'active';
SET SESSION AUTHORIZATION freeze_risk;
SELECT pg_temp.try($$SELECT acctguard.freeze_vacate(2100604, 1, 'the wrong account')$$);
SET SESSION AUTHORIZATION freeze_officer1;
SELECT pg_temp.try($$SELECT acctguard.freeze_vacate(2100604, 1, 'the wrong account')$$);
SET SESSION AUTHORIZATION freeze_reviewer;
SELECT acctguard.freeze_vacate(2100604, 1, 'confirmed');
SELECT pg_temp.try($$SELECT acctguard.freeze_vacate(2100604, 1, 'again')$$) ~ '^UG121: freeze 1 has been annulled before' AS already;
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_lift(2100604, 1, 'again')$$);
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.freezes(2100604);
SELECT vacate_proposed_by, vacated_by, vacate_reason, vacated_at = ended_at AS ended_then FROM acctguard.freeze_record WHERE account_id = 2100604;
SELECT count(*) AS nothing_is_left FROM acctguard.standing WHERE account_id = 2100604;
SELECT * FROM pg_temp.events(2100604);
-- ... after it was lifted, with probation and acknowledgment running; and after it expired
SELECT acctguard.freeze_impose(2100605, 'feature_freeze', 'violation.spam', 'long enough text');
SELECT source FROM acctguard.freeze_lift(2100605, 1, 'served') ORDER BY 1;
SELECT acctguard.freeze_impose(2100606, 'feature_timeout', 'violation.spam', 'long enough text', duration => '1 hour');
SET acctguard.test_clock_offset = 3601;
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_vacate(2100605, 1, 'wrong'), acctguard.freeze_vacate(2100606, 1, 'wrong');
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_vacate(2100605, 1, 'wrong'), acctguard.freeze_vacate(2100606, 1, 'wrong');
RESET SESSION AUTHORIZATION;
SELECT account_id, state, end_reason, vacated_at IS NOT NULL AS vacated FROM (VALUES (2100605), (2100606)) AS a (account_id), acctguard.freeze_list(account_id);
RESET acctguard.test_clock_offset;
SELECT count(*) AS nothing_is_left FROM acctguard.standing WHERE account_id IN (2100605, 2100606);
-- a proposal is rejected, not annulled; a proposal to annul lapses
SELECT acctguard.freeze_impose(2100607, 'ban', 'violation.severe', 'long enough text', ground => 'Terms');
SELECT pg_temp.try($$SELECT acctguard.freeze_vacate(2100607, 1, 'wrong')$$);
SELECT acctguard.freeze_reject(2100607, 1, 'no');
SELECT pg_temp.try($$SELECT acctguard.freeze_vacate(2100607, 1, 'wrong')$$);
SELECT acctguard.freeze_impose(2100608, 'feature_freeze', 'violation.spam', 'long enough text');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_vacate(2100608, 1, 'wrong');
SET acctguard.test_clock_offset = 259201;
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_vacate(2100608, 1, 'still wrong') AS a_new_proposal;
RESET SESSION AUTHORIZATION;
RESET acctguard.test_clock_offset;
-- I5: whatever is annulled has ended and leaves nothing
SELECT count(*) AS broken FROM acctguard.freeze_record r LEFT JOIN acctguard.standing s USING (account_id)
WHERE r.vacated_at IS NOT NULL AND (s.freeze_no = r.no OR least(r.ended_at, r.ends_at) IS NULL OR least(r.ended_at, r.ends_at) > r.vacated_at);
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
