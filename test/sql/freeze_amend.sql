-- F5: new versions. FRZ-17. Accounts 2100500 to 2100599.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2100500, 2100599);
CREATE FUNCTION pg_temp.versions(account bigint) RETURNS TABLE (no integer, version integer, proposal boolean, issued_by text, approved_by text,
    hours numeric, capabilities integer, facts text, change_note text) LANGUAGE sql AS $$
    SELECT v.no, v.version, v.proposal, v.issued_by, v.approved_by, round(extract(epoch FROM v.ends_at - v.starts_at) / 3600), length(replace(v.denies::bit(63)::text, '0', '')), v.facts, v.change_note
    FROM acctguard.freeze_version v WHERE v.account_id = account ORDER BY 1, 2
$$;
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2100500, 'feature_freeze', 'violation.spam', 'the first statement', duration => '10 days');
-- milder: sooner over, fewer functions
SELECT acctguard.freeze_amend(2100500, 1, ends_at => (SELECT starts_at + interval '5 days' FROM acctguard.freeze_list(2100500)), note => 'halved');
SELECT acctguard.freeze_amend(2100500, 1, capabilities => '{msg.send.group}', expected_version => 2);
-- harsher: longer, more functions; a new decision with its own statement
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100500, 1, ends_at => 'infinity')$$);
SELECT acctguard.freeze_amend(2100500, 1, ends_at => 'infinity', facts => 'he went on with it');
SELECT acctguard.freeze_amend(2100500, 1, capabilities => '{messaging.out}', facts => 'in private messages too');
-- neither
SELECT acctguard.freeze_amend(2100500, 1, facts => 'in private messages and groups');
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100500, 1)$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100500, 1, capabilities => '{messaging.out}')$$);
-- VERSION, DURATION
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100500, 1, facts => 'read before', expected_version => 2)$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100500, 1, ends_at => clock_timestamp() - interval '1 second')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100500, 1, starts_at => clock_timestamp() + interval '1 day')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100500, 1, capabilities => '{status.view}', facts => 'not even the floor')$$);
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.versions(2100500);
SELECT * FROM pg_temp.standing(2100500);
SELECT * FROM pg_temp.events(2100500);
-- roles: milder needs the right to lift, harsher the right to impose
SET SESSION AUTHORIZATION freeze_reviewer;
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100500, 1, capabilities => '{msg.send.group}')$$) AS milder;
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100500, 1, capabilities => '{messaging.out}', facts => 'long enough text')$$) AS harsher;
SET SESSION AUTHORIZATION freeze_risk;
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100500, 1, ends_at => clock_timestamp() + interval '1 day')$$) AS milder;
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100500, 1, capabilities => '{messaging.out}', facts => 'long enough text')$$) AS harsher;
SET SESSION AUTHORIZATION freeze_officer1;
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100500, 1, facts => 'long enough text')$$);
RESET SESSION AUTHORIZATION;

-- kinds with a second person: harsher waits for him, and meanwhile nothing changes
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2100501, 'ban', 'violation.severe', 'sold stolen accounts', ground => 'Terms', duration => '10 days');
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(2100501, 1);
SELECT acctguard.freeze_amend(2100501, 1, ends_at => 'infinity', facts => 'and more of them') AS proposed;
RESET SESSION AUTHORIZATION;
SELECT amendment, ends_at IS NULL AS indefinite, version, facts FROM acctguard.freeze_list(2100501);
SET SESSION AUTHORIZATION freeze_mod2;
SELECT pg_temp.try('SELECT acctguard.freeze_approve(2100501, 1)');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_approve(2100501, 1);
RESET SESSION AUTHORIZATION;
SELECT amendment, ends_at IS NULL AS indefinite, version, facts FROM acctguard.freeze_list(2100501);
-- rejected; lapsed
SET SESSION AUTHORIZATION freeze_operator;
SELECT acctguard.freeze_amend(2100501, 1, ends_at => clock_timestamp() + interval '20 days', note => 'milder: he may lift') AS in_force;
SELECT acctguard.freeze_amend(2100501, 1, ends_at => clock_timestamp() + interval '30 days', facts => 'on second thought') AS proposed;
SET SESSION AUTHORIZATION freeze_mod3;
SELECT acctguard.freeze_reject(2100501, 1, 'enough is enough');
SET SESSION AUTHORIZATION freeze_operator;
SELECT acctguard.freeze_amend(2100501, 1, ends_at => clock_timestamp() + interval '30 days', facts => 'once more, then') AS proposed;
SET acctguard.test_clock_offset = 259300;
SET SESSION AUTHORIZATION freeze_mod3;
SELECT regexp_replace(pg_temp.try('SELECT acctguard.freeze_approve(2100501, 1)'), 'until \S+', 'until TIME');
RESET acctguard.test_clock_offset;
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.versions(2100501);
SELECT * FROM pg_temp.events(2100501);
-- a harsher version is told anew: the appeal window begins again
ALTER TABLE acctguard.freeze_record DISABLE TRIGGER acctguard_row;
UPDATE acctguard.freeze_record SET informed_at = clock_timestamp(), changed_at = clock_timestamp() WHERE account_id = 2100500;
ALTER TABLE acctguard.freeze_record ENABLE ALWAYS TRIGGER acctguard_row;
SELECT acctguard.freeze_amend(2100500, 1, facts => 'only other words');
SELECT informed_at IS NULL AS told_anew FROM acctguard.freeze_record WHERE account_id = 2100500;
SELECT acctguard.freeze_amend(2100500, 1, capabilities => '{messaging.out,social.out}', facts => 'and in public');
SELECT informed_at IS NULL AS told_anew FROM acctguard.freeze_record WHERE account_id = 2100500;

-- scheduled: the start can move, later is milder, earlier is harsher
SELECT acctguard.freeze_impose(2100502, 'feature_freeze', 'violation.spam', 'long enough text', starts_at => clock_timestamp() + interval '1 day', duration => '1 day');
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100502, 1, starts_at => clock_timestamp() - interval '1 minute', facts => 'long enough text')$$);
SELECT acctguard.freeze_amend(2100502, 1, starts_at => clock_timestamp() + interval '6 hours', facts => 'cannot wait until tomorrow');
SELECT state, starts_at < clock_timestamp() + interval '7 hours' AS sooner FROM acctguard.freeze_list(2100502);
SELECT count(*) FROM pg_temp.standing(2100502, 6.5 * 3600);
-- what has ended is not amended; the owner's own freeze is not made milder without a proof
SELECT count(*) FROM acctguard.freeze_lift(2100502, 1, 'no need');
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2100502, 1, facts => 'long enough text')$$);
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
