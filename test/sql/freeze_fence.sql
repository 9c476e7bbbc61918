-- FRZ-09: illegal transitions are impossible, also for the owner of the tables, and for our own statements. Accounts 2100800 to 2100899.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2100800, 2100899);
SELECT acctguard.freeze_impose(2100800, 'feature_freeze', 'security.takeover', 'long enough text', duration => '1 day', idempotency_key => 'k');
SELECT acctguard.freeze_impose(2100800, 'feature_freeze', 'security.takeover', 'long enough text');
SELECT count(*) > 0 AS lifted FROM acctguard.freeze_lift(2100800, 2, 'over');
SELECT acctguard.freeze_impose(2100800, 'ban', 'violation.severe', 'long enough text', ground => 'Terms');
SELECT acctguard.freeze_impose(2100800, 'feature_freeze', 'security.takeover', 'long enough text', starts_at => clock_timestamp() + interval '1 day');

-- what is no violation is no strike
SELECT freeze_no, points FROM acctguard.strike WHERE account_id = 2100800;

-- the first fence: nobody changes the tables but through functions
UPDATE acctguard.freeze_record SET ended_at = now() WHERE account_id = 2100800;
DELETE FROM acctguard.freeze_record WHERE account_id = 2100800;
UPDATE acctguard.freeze_version SET facts = 'rewritten' WHERE account_id = 2100800;
DELETE FROM acctguard.freeze_version WHERE account_id = 2100800;
TRUNCATE acctguard.freeze_version;
DELETE FROM acctguard.standing WHERE account_id = 2100800;
SET session_replication_role = replica;
UPDATE acctguard.freeze_record SET ended_at = now() WHERE account_id = 2100800;
RESET session_replication_role;
SET ROLE acctguard_owner;
UPDATE acctguard.freeze_record SET ended_at = now() WHERE account_id = 2100800;
RESET ROLE;

-- the second: with the first one out of the way, only steps of the state machine pass
BEGIN;
ALTER TABLE acctguard.freeze_record DISABLE TRIGGER acctguard_row;
ALTER TABLE acctguard.freeze_version DISABLE TRIGGER acctguard_row;
CREATE FUNCTION pg_temp.change(freeze_no integer, change text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.try(format('UPDATE acctguard.freeze_record SET %s WHERE account_id = 2100800 AND no = %s', change, freeze_no))
$$;
SELECT no, state FROM acctguard.freeze_list(2100800);
SELECT freeze_no, change, regexp_replace(pg_temp.change(freeze_no, change), '^(UG101)[^\n]*\n *([^\n]*)\n.*$', '\1 \2') AS refused FROM (VALUES
    -- what was decided
    (1, 'account_id = 2100801'), (1, 'no = 17'), (1, 'puid = gen_random_uuid()'), (1, 'kind = ''monitor'''), (1, 'kind_version = 2'),
    (1, 'reason = ''own_wish'''), (1, 'issued_at = now() - interval ''1 year'''), (1, 'issued_by = ''somebody else'''),
    (1, 'issued_role = ''somebody else'''), (1, 'automated = true'), (1, 'proposal_until = now()'), (3, 'proposal_until = now() + interval ''1 year'''),
    (1, 'replaces = 2'), (1, 'ladder_score = 4'), (1, 'incident = gen_random_uuid()'), (1, 'batch = gen_random_uuid()'), (1, 'idempotency_key = ''other'''),
    (1, 'request_hash = decode(repeat(''00'', 32), ''hex'')'), (1, 'appealable = false'),
    -- what is written once
    (2, 'ended_at = NULL, end_reason = NULL, ended_by = NULL, ended_role = NULL'), (2, 'ended_by = ''somebody else'''), (2, 'end_note = ''another reason'''),
    (2, 'ended_at = ended_at + interval ''1 day'''), (2, 'end_reason = ''condition_met'''),
    -- steps that do not exist
    (1, 'ended_at = clock_timestamp(), end_reason = ''rejected'', ended_by = ''x'', ended_role = ''x'', changed_at = clock_timestamp()'),
    (1, 'ended_at = clock_timestamp(), end_reason = ''cancelled'', ended_by = ''x'', ended_role = ''x'', changed_at = clock_timestamp()'),
    (3, 'ended_at = clock_timestamp(), end_reason = ''lifted'', ended_by = ''x'', ended_role = ''x'', changed_at = clock_timestamp()'),
    (4, 'ended_at = clock_timestamp(), end_reason = ''lifted'', ended_by = ''x'', ended_role = ''x'', changed_at = clock_timestamp()'),
    (2, 'stays = tstzmultirange(tstzrange(now(), now() + interval ''1 day''))'),
    (3, 'stays = tstzmultirange(tstzrange(now(), now() + interval ''1 day''))'),
    (4, 'stays = tstzmultirange(tstzrange(now(), now() + interval ''2 days''))'),
    (4, 'starts_at = now() - interval ''1 hour'', version = 2, terms = 2, changed_at = now()'),
    (1, 'ends_at = clock_timestamp() - interval ''1 second'', starts_at = starts_at - interval ''1 hour'', version = 2, terms = 2, changed_at = clock_timestamp()'),
    (2, 'ends_at = clock_timestamp() + interval ''1 year'', version = 2, terms = 2, changed_at = clock_timestamp()'),
    (3, 'ends_at = clock_timestamp() + interval ''1 year'', version = 2, terms = 2, changed_at = clock_timestamp()'),
    (1, 'ends_at = ends_at + interval ''1 day'', starts_at = clock_timestamp() - interval ''1 hour'', version = 2, terms = 2, changed_at = clock_timestamp()'),
    -- steps that are dated otherwise than they are made
    (1, 'ended_at = now() - interval ''1 hour'', end_reason = ''lifted'', ended_by = ''x'', ended_role = ''x'', changed_at = now() - interval ''1 hour'''),
    (1, 'ended_at = now() + interval ''1 hour'', end_reason = ''lifted'', ended_by = ''x'', ended_role = ''x'', changed_at = now() + interval ''1 hour'''),
    (1, 'ended_at = now() - interval ''1 hour'', end_reason = ''lifted'', ended_by = ''x'', ended_role = ''x'', changed_at = now()'),
    -- the instants themselves: half-open, so at its end a freeze is over, at its start it has begun
    (1, 'ended_at = ends_at, end_reason = ''lifted'', ended_by = ''x'', ended_role = ''x'', changed_at = ends_at'),
    (4, 'ended_at = starts_at, end_reason = ''cancelled'', ended_by = ''x'', ended_role = ''x'', changed_at = starts_at'),
    (3, 'ended_at = proposal_until, end_reason = ''rejected'', ended_by = ''x'', ended_role = ''x'', changed_at = proposal_until'),
    -- terms without a version, approval and endorsement of what is no proposal
    (1, 'ends_at = ends_at + interval ''1 day'', changed_at = clock_timestamp()'),
    (1, 'endorsed_at = now(), endorsed_by = ''x'', changed_at = clock_timestamp()'),
    (1, 'approved_at = now(), approved_by = ''x'', approved_role = ''x'', changed_at = clock_timestamp()')) AS attempt (freeze_no, change);
-- steps that do exist pass it, and are judged by the constraints
SELECT freeze_no, change, pg_temp.change(freeze_no, change) ~ 'violates check' AS by_a_constraint, pg_temp.change(freeze_no, change) ~ '^ok' AS passes FROM (VALUES
    (1, 'ended_at = now(), end_reason = ''lifted'', changed_at = now()'),
    (2, 'vacated_at = now(), vacated_by = ''x'', changed_at = now()'),
    (1, 'amendment = 1'), (1, 'replaced_by = 2'), (3, 'endorsed_at = now(), changed_at = now()')) AS step (freeze_no, change);
UPDATE acctguard.freeze_record SET note = 'a new note', informed_at = clock_timestamp() WHERE account_id = 2100800 AND no = 1;
UPDATE acctguard.freeze_record SET ended_at = now(), end_reason = 'lifted', ended_by = 'x', ended_role = 'x', changed_at = now() WHERE account_id = 2100800 AND no = 1;
UPDATE acctguard.freeze_record SET ended_at = now(), end_reason = 'cancelled', ended_by = 'x', ended_role = 'x', changed_at = now() WHERE account_id = 2100800 AND no = 4;
SELECT * FROM pg_temp.freezes(2100800);
UPDATE acctguard.freeze_version SET change_note = 'x' WHERE account_id = 2100800;
ROLLBACK;
-- called as what they are not
SELECT acctguard.freeze_transition_guard();
SELECT acctguard.freeze_version_guard();
SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger
WHERE tgrelid IN ('acctguard.freeze_record'::regclass, 'acctguard.freeze_version'::regclass) AND NOT tgisinternal ORDER BY 1, 2;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
