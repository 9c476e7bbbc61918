-- Freezing many accounts with one call. Accounts 6106xx.
\set ECHO none
SET client_min_messages = warning;
CREATE ROLE regress_bulk_moderator LOGIN;
CREATE ROLE regress_bulk_second LOGIN;
CREATE ROLE regress_bulk_app LOGIN;
GRANT acctguard_moderator TO regress_bulk_moderator, regress_bulk_second;
GRANT acctguard_app TO regress_bulk_app;
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at, protected)
SELECT 610600 + i, 'active', 'en', 'UTC', 'social', now(), now(), i = 7 FROM generate_series(1, 60) i;
\set a '''00000000-0000-0000-0000-0000000610a1'''
\set b '''00000000-0000-0000-0000-0000000610b2'''
\set c '''00000000-0000-0000-0000-0000000610c3'''
\set d '''00000000-0000-0000-0000-0000000610d4'''
CREATE VIEW regress_batches AS
SELECT right(id::text, 2) AS id, kind, total, done, frozen, refused, finished_at IS NOT NULL AS finished, undone_at IS NOT NULL AS undone, person
FROM acctguard.batch_status() WHERE id::text LIKE '%0610__' ORDER BY 1;
SET client_min_messages = notice;
\set ECHO all

-- FRZ-11: one call; the accounts that cannot be frozen are written down and stop nothing
SET SESSION AUTHORIZATION regress_bulk_moderator;
CALL acctguard.freeze_many('{610605,610601,610607,610605,610699,610603}', 'feature_freeze', 'violation.spam',
    'one campaign of many accounts', batch => :a, batch_size => 2);
RESET SESSION AUTHORIZATION;
SELECT * FROM regress_batches;
SELECT account_id, sqlstate, message FROM acctguard.batch_refusals(:a);
SELECT account_id, no, kind, issued_by, batch = :a AS of_batch FROM acctguard.freeze_record WHERE account_id BETWEEN 610600 AND 610699 ORDER BY 1;
-- each has its own strike and its own events, as if frozen alone
SELECT account_id, points FROM acctguard.strike WHERE account_id BETWEEN 610600 AND 610699 ORDER BY 1;
SELECT action, person FROM acctguard.audit_read(610603) ORDER BY aseq;
SELECT acctguard.allowed(610603, 'msg.send.direct') AS frozen, acctguard.allowed(610602, 'msg.send.direct') AS other;

-- FRZ-11: the same call again does nothing; another request, or another person, cannot take over the id
SET SESSION AUTHORIZATION regress_bulk_moderator;
CALL acctguard.freeze_many('{610601,610603,610605,610607,610699}', 'feature_freeze', 'violation.spam',
    'one campaign of many accounts', batch => :a, batch_size => 100);
SELECT count(*) FROM acctguard.freeze_list(610601);
CALL acctguard.freeze_many('{610601}', 'feature_freeze', 'violation.spam', 'one campaign of many accounts', batch => :a);
CALL acctguard.freeze_many('{610601,610603,610605,610607,610699}', 'feature_freeze', 'violation.spam', 'something else', batch => :a);
SET SESSION AUTHORIZATION regress_bulk_second;
CALL acctguard.freeze_many('{610601,610603,610605,610607,610699}', 'feature_freeze', 'violation.spam',
    'one campaign of many accounts', batch => :a);

-- FRZ-11: a run that is broken off goes on where its last commit left off
SET SESSION AUTHORIZATION regress_bulk_moderator;
\set ECHO none
RESET SESSION AUTHORIZATION;
CREATE FUNCTION regress_break() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.account_id = 610615 THEN
        RAISE EXCEPTION 'the machine falls over' USING ERRCODE = '58000';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER regress_break BEFORE INSERT ON acctguard.freeze_record FOR EACH ROW EXECUTE FUNCTION regress_break();
SET SESSION AUTHORIZATION regress_bulk_moderator;
\set ECHO all
\set VERBOSITY terse
CALL acctguard.freeze_many(ARRAY[610611,610612,610613,610614,610615,610616,610617], 'temp_restrict', 'security.takeover',
    'passwords in a leak', batch => :b, batch_size => 2);
\set ECHO none
RESET SESSION AUTHORIZATION;
DROP TRIGGER regress_break ON acctguard.freeze_record;
DROP FUNCTION regress_break();
SELECT * FROM regress_batches WHERE id = 'b2';
SET SESSION AUTHORIZATION regress_bulk_moderator;
\set ECHO all
CALL acctguard.freeze_many(ARRAY[610617,610616,610615,610614,610613,610612,610611], 'temp_restrict', 'security.takeover',
    'passwords in a leak', batch => :b, batch_size => 3);
RESET SESSION AUTHORIZATION;
SELECT * FROM regress_batches WHERE id = 'b2';
SELECT i AS account_id, count(*) FROM generate_series(610611, 610617) i, acctguard.freeze_list(i) GROUP BY 1 ORDER BY 1;

-- undoing ends the batch's own freezes, and nothing else
SELECT acctguard.freeze_impose(610612, 'feature_freeze', 'violation.content', 'of its own', '{moment.post}') AS own;
SELECT count(*) >= 0 AS lifted FROM acctguard.freeze_lift(610613, 1, 'this one was wrong');
SET SESSION AUTHORIZATION regress_bulk_second;
SELECT acctguard.batch_undo(:b, 'the list was wrong');
SELECT acctguard.batch_undo(:b, 'the list was wrong');
RESET SESSION AUTHORIZATION;
SELECT i AS account_id, no, kind, state, end_reason, ended_by FROM generate_series(610611, 610614) i, acctguard.freeze_list(i) ORDER BY 1, 2;
SELECT * FROM regress_batches WHERE id = 'b2';
-- proposals of kinds that need a second person are rejected
CALL acctguard.freeze_many('{610621,610622}', 'ban', 'violation.severe', 'a ring of sellers of stolen accounts', batch => :c, ground => 'terms 4.2');
SELECT state FROM acctguard.freeze_list(610621);
SELECT acctguard.batch_undo(:c, 'one by one instead');
SELECT state, end_reason FROM acctguard.freeze_list(610621);

-- what only an authority may have lifted is lifted on its word, by another person
CREATE ROLE regress_bulk_officer LOGIN IN ROLE acctguard_compliance;
CREATE ROLE regress_bulk_officer2 LOGIN IN ROLE acctguard_compliance;
CREATE ROLE regress_bulk_officer3 LOGIN IN ROLE acctguard_compliance;
SET SESSION AUTHORIZATION regress_bulk_officer;
CALL acctguard.freeze_many('{610651}', 'compliance', 'regulatory.order', 'order of the court of appeal', batch => '00000000-0000-0000-0000-0000000610e6',
    legal_reference => 'order 17/2026', ground => 'Criminal Procedure Act');
SET SESSION AUTHORIZATION regress_bulk_officer2;
SELECT acctguard.freeze_approve(610651, 1);
SELECT acctguard.batch_undo('00000000-0000-0000-0000-0000000610e6', 'over', 'order 18/2026');
SET SESSION AUTHORIZATION regress_bulk_officer3;
SELECT acctguard.batch_undo('00000000-0000-0000-0000-0000000610e6', 'over');
SELECT acctguard.batch_undo('00000000-0000-0000-0000-0000000610e6', 'over', 'order 18/2026');
RESET SESSION AUTHORIZATION;
SELECT state, end_reason, ended_by FROM acctguard.freeze_list(610651);

-- a dry run tells what would happen and keeps nothing
CALL acctguard.freeze_many('{610607,610631,610632}', 'feature_freeze', 'violation.spam', 'one campaign of many accounts', dry_run => true, batch => :d);
SELECT count(*) FROM acctguard.freeze_record WHERE account_id IN (610631, 610632);
SELECT count(*) FROM acctguard.batch_status(:d);
SELECT count(*) FROM acctguard.audit_read(610631);
-- nothing to do is done
CALL acctguard.freeze_many('{}', 'feature_freeze', 'violation.spam', 'one campaign of many accounts', batch => :d);

-- errors
BEGIN;
CALL acctguard.freeze_many('{610641}', 'feature_freeze', 'violation.spam', 'inside a transaction');
ROLLBACK;
DO $$ BEGIN CALL acctguard.freeze_many('{610641}', 'feature_freeze', 'violation.spam', 'inside DO', batch => '00000000-0000-0000-0000-0000000610e5'); END $$;
CALL acctguard.freeze_many(NULL, 'feature_freeze', 'violation.spam', 'no accounts');
CALL acctguard.freeze_many('{610641,NULL}', 'feature_freeze', 'violation.spam', 'a null account');
CALL acctguard.freeze_many('{610641}', 'no_such', 'violation.spam', 'no such kind');
CALL acctguard.freeze_many('{610641}', 'feature_freeze', 'violation.spam', 'no such size', batch_size => 0);
CALL acctguard.freeze_many('{610641}', 'feature_freeze', 'violation.spam', 'no such length', duration => '-1 day');
SELECT acctguard.batch_undo('00000000-0000-0000-0000-000000061000', 'no such');
SET SESSION AUTHORIZATION regress_bulk_app;
CALL acctguard.freeze_many('{610641}', 'feature_freeze', 'violation.spam', 'not for the app');
RESET SESSION AUTHORIZATION;
UPDATE acctguard.batch SET done = 0;
DELETE FROM acctguard.batch_refusal;

\set ECHO none
DROP VIEW regress_batches;
DROP ROLE regress_bulk_officer, regress_bulk_officer2, regress_bulk_officer3, regress_bulk_moderator, regress_bulk_second, regress_bulk_app;
