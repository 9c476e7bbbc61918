-- Ways around the authority of a freeze that somebody tried. Accounts 2101800 to 2101899.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2101800, 2101839);
-- SQLSTATE and message only.
CREATE FUNCTION pg_temp.says(command text) RETURNS text LANGUAGE sql AS $$ SELECT split_part(pg_temp.try(command), E'\n', 1) $$;

-- FRZ-07, F10: whoever may not lift a freeze cannot put one in its place that is easier to leave.
-- The app frees nobody from a moderator's freeze by the user's own wish, not even the superuser exchanges one for the other.
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2101800, 'feature_freeze', 'violation.spam', 'sent spam to strangers');
SET SESSION AUTHORIZATION freeze_app;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2101800, 'self_freeze', 'own_wish', replaces => 1)$$);
RESET SESSION AUTHORIZATION;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2101800, 'self_freeze', 'own_wish', replaces => 1)$$);
-- The risk role ends nothing by a lock that it can clear, nor by a reason that a proof of identity ends.
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2101801, 'feature_timeout', 'violation.spam', 'sent spam to strangers', duration => '2 days');
SELECT acctguard.freeze_impose(2101802, 'temp_restrict', 'violation.spam', 'sent spam to strangers', duration => '1 hour');
SET SESSION AUTHORIZATION freeze_risk;
SELECT pg_temp.says($$SELECT acctguard.freeze_impose(2101801, 'emergency_lock', 'security.takeover', 'account taken over', replaces => 1)$$);
SELECT pg_temp.says($$SELECT acctguard.freeze_impose(2101802, 'temp_restrict', 'security.takeover', 'account taken over', replaces => 1)$$) AS proof_would_end_it;
SELECT pg_temp.says($$SELECT acctguard.freeze_impose(2101802, 'temp_restrict', 'violation.spam', 'sent spam to strangers', replaces => 1)$$) AS same_but_longer;
RESET SESSION AUTHORIZATION;
-- The order of two officers is replaced neither by a moderator alone nor by one of the two.
SET SESSION AUTHORIZATION freeze_officer1;
SELECT acctguard.freeze_impose(2101803, 'compliance', 'regulatory.order', 'order of the court', ground => 'law', legal_reference => 'Case 7', duration => '2 days');
SET SESSION AUTHORIZATION freeze_officer2;
SELECT acctguard.freeze_approve(2101803, 1);
SELECT pg_temp.says($$SELECT acctguard.freeze_impose(2101803, 'emergency_lock', 'security.takeover', 'account taken over', legal_reference => 'Case 7', replaces => 1)$$) AS four_eyes;
SET SESSION AUTHORIZATION freeze_officer3;
SELECT pg_temp.says($$SELECT acctguard.freeze_impose(2101803, 'emergency_lock', 'security.takeover', 'account taken over', replaces => 1)$$) AS without_reference;
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.says($$SELECT acctguard.freeze_impose(2101803, 'emergency_lock', 'security.takeover', 'account taken over', replaces => 1)$$) AS no_role;
-- Severity does not make up for roles: those who lift a ban are not those who lift a lock.
RESET SESSION AUTHORIZATION;
BEGIN;
SELECT acctguard.policy_set('freeze_kind', 'ban', '{"impose_roles": ["risk", "moderator", "compliance", "operator"], "lift_roles": ["app", "operator"], "second_person": false, "approve_roles": []}', 'test') > 0 AS set;
SELECT acctguard.freeze_impose(2101804, 'emergency_lock', 'security.takeover', 'money leaves the account', duration => '1 hour');
SET LOCAL SESSION AUTHORIZATION freeze_risk;
SELECT pg_temp.says($$SELECT acctguard.freeze_impose(2101804, 'ban', 'violation.severe', 'he sold it himself', ground => 'Terms', replaces => 1)$$) AS more_may_lift;
ROLLBACK;
-- Nor may it lose what follows from the old one (probation, acknowledgment) or become open to a stay or an appeal.
BEGIN;
CREATE FUNCTION pg_temp.replaced_by(change jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    PERFORM acctguard.policy_set('freeze_kind', 'feature_timeout', '{"severity": 4, "lift_policy": "manual", "automated_max": "30 days"}' || change, 'test');
    SET LOCAL SESSION AUTHORIZATION freeze_risk;
    said := pg_temp.says($x$SELECT acctguard.freeze_impose(2101805, 'feature_timeout', 'violation.spam', 'sent spam to strangers', duration => '2 days', replaces => 1)$x$);
    SET LOCAL SESSION AUTHORIZATION DEFAULT;
    RAISE EXCEPTION '%', said;
EXCEPTION WHEN raise_exception THEN
    RETURN SQLERRM;
END $$;
SELECT acctguard.freeze_impose(2101805, 'feature_freeze', 'violation.spam', 'sent spam to strangers', duration => '1 day');
SELECT change, pg_temp.replaced_by(change) FROM jsonb_array_elements($$[{}, {"lift_policy": "system"}, {"severity": 3}, {"lift_roles": ["moderator"]},
    {"lift_roles": ["moderator", "risk"]}, {"conditions": ["risk_over"]}, {"second_person": true, "approve_roles": ["app"]}, {"probation": "6 days"},
    {"probation_denies": ["pay.large"]}, {"acknowledge": false, "acknowledge_denies": []}, {"stay_max": "8 days"}, {"mode": "challenge"},
    {"review_due": "1 day", "breach": "auto_lift"}]$$) AS change;
ROLLBACK;
-- A proposal to replace: what was no weaker when it was proposed may be by the time it is approved.
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2101806, 'ban', 'regulatory.fraud', 'he sold it himself', ground => 'Terms', duration => '2 days');
SET SESSION AUTHORIZATION freeze_officer1;
SELECT acctguard.freeze_approve(2101806, 1);
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_impose(2101806, 'ban', 'regulatory.fraud', 'and once more', ground => 'Terms', duration => '5 days', replaces => 1);
RESET SESSION AUTHORIZATION;
BEGIN;
SET LOCAL SESSION AUTHORIZATION freeze_mod3;
SELECT pg_temp.says('SELECT acctguard.freeze_approve(2101806, 2)') AS nothing_changed;
ROLLBACK;
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_amend(2101806, 1, ends_at => clock_timestamp() + interval '20 days', facts => 'there was more of it');
SET SESSION AUTHORIZATION freeze_officer2;
SELECT acctguard.freeze_approve(2101806, 1) AS longer;
SET SESSION AUTHORIZATION freeze_mod3;
SELECT pg_temp.says('SELECT acctguard.freeze_approve(2101806, 2)') AS shorter_than_that;
SET SESSION AUTHORIZATION freeze_officer3;
SELECT pg_temp.says('SELECT acctguard.freeze_approve(2101806, 2)') AS by_who_may_lift_it;
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.freezes(2101800) UNION ALL SELECT * FROM pg_temp.freezes(2101801) UNION ALL SELECT * FROM pg_temp.freezes(2101803);

-- FRZ-05: a freeze by the user's own wish says so, and no other does; likewise maintenance and dormancy.
SELECT kind, reason, pg_temp.try(format('SELECT acctguard.freeze_impose(2101810, %L, %L, ''long enough text'')', kind, reason)) FROM (VALUES
    ('self_freeze', 'violation.spam'), ('feature_freeze', 'own_wish'), ('temp_restrict', 'maintenance'), ('ban', 'dormancy'),
    ('self_freeze', 'own_wish'), ('dormancy', 'dormancy'), ('dormancy', 'security.takeover')) AS wrong (kind, reason);
SELECT pg_temp.try($$SELECT acctguard.freeze_scope('{"tenant": "attacked"}', 'maintenance', 'own_wish')$$);
SELECT pg_temp.try($$SELECT acctguard.policy_set('risk_signal', 'odd_login', '{"reason": "own_wish"}', 'test')$$);
SELECT pg_temp.try($$SELECT acctguard.policy_set('ladder_step', '2', '{"kind": "self_freeze", "length": null}', 'test')$$);

-- FRZ-04: login works under a function freeze. What may be chosen is bounded, and nobody chooses everything alone.
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2101811, 'feature_freeze', 'violation.spam', 'I want him out', capabilities => '{all}')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2101811, 'feature_timeout', 'violation.spam', 'I want him out', capabilities => '{msg.send.direct,session.use}')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2101811, 'feature_timeout', 'violation.spam', 'long enough text', capabilities => '{messaging.out,social.out}')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2101811, 1, capabilities => '{all}', facts => 'I want him out')$$);
SET SESSION AUTHORIZATION freeze_risk;
SELECT pg_temp.says($$SELECT acctguard.freeze_impose(2101812, 'feature_timeout', 'violation.spam', 'automated total', capabilities => '{all}', duration => '30 days')$$);
CALL acctguard.freeze_many('{2101812}', 'feature_timeout', 'violation.spam', 'automated total', capabilities => '{all}');
RESET SESSION AUTHORIZATION;
SELECT acctguard.allowed(2101811, 'session.create') AS may_log_in, acctguard.allowed(2101811, 'msg.send.direct') AS may_send, acctguard.allowed(2101812, 'session.use') AS untouched;
-- policy widens the choice, but not to everything for one person alone
BEGIN;
SELECT acctguard.policy_set('freeze_kind', 'feature_timeout', '{"choices": ["all"]}', 'test') > 0 AS set;
SELECT pg_temp.says($$SELECT acctguard.freeze_impose(2101813, 'feature_timeout', 'violation.spam', 'long enough text', capabilities => '{money.out}')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2101813, 'feature_timeout', 'violation.spam', 'long enough text', capabilities => '{all}')$$);
-- a freeze keeps the bound of the version it was imposed under
SELECT pg_temp.says($$SELECT acctguard.freeze_amend(2101811, 1, capabilities => '{money.out}', facts => 'long enough text')$$);
ROLLBACK;
SELECT pg_temp.try($$SELECT acctguard.policy_set('freeze_kind', 'feature_timeout', '{"choices": []}', 'test')$$);
SELECT pg_temp.try($$SELECT acctguard.policy_set('freeze_kind', 'ban', '{"choices": ["all"]}', 'test')$$);
SELECT pg_temp.try($$SELECT acctguard.policy_set('freeze_kind', 'feature_timeout', '{"choices": ["social.out"]}', 'test')$$);
SELECT pg_temp.try($$SELECT acctguard.policy_set('freeze_kind', 'feature_timeout', '{"choices": ["messaging.out", "social.out", "status.view"]}', 'test')$$);
SELECT pg_temp.try($$SELECT acctguard.policy_set('freeze_kind', 'feature_timeout', '{"choices": ["games"]}', 'test')$$);

-- FRZ-06: a freeze that has not begun sanctions nothing yet; one that has does.
SELECT acctguard.freeze_impose(2101814, 'feature_freeze', 'violation.spam', 'sent spam to strangers', starts_at => clock_timestamp() + interval '1 day', conduct_at => clock_timestamp() - interval '1 hour');
SELECT pg_temp.says($$SELECT acctguard.freeze_impose(2101814, 'feature_freeze', 'violation.spam', 'sent spam to strangers', conduct_at => clock_timestamp() - interval '1 second')$$) AS others_are_ahead;
SELECT pg_temp.says($$SELECT acctguard.freeze_impose(2101814, 'feature_freeze', 'violation.spam', 'sent spam to strangers', conduct_at => clock_timestamp() - interval '1 minute')$$) AS one_has_begun;

-- What does not exist is not remembered: the policy cache does not grow with it.
SELECT coalesce(sum(total_bytes), 0) AS before FROM pg_backend_memory_contexts WHERE name LIKE 'acctguard policy%' \gset
SELECT count(pg_temp.try(format('SELECT acctguard.freeze_impose(2101815, %L, %L, ''long enough text'')', kind, reason)))
FROM generate_series(1, 300), (VALUES ('nokind', 'violation.spam'), ('temp_restrict', 'no.reason')) AS unknown (kind, reason);
SELECT count(pg_temp.try('SELECT acctguard.risk_report(2101815, ''no_signal'')')) FROM generate_series(1, 300);
SELECT sum(total_bytes) - :before < 100000 AS stays_small FROM pg_backend_memory_contexts WHERE name LIKE 'acctguard policy%';
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
