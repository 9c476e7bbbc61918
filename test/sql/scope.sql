-- Scope freezes: one row for all accounts of a scope. Accounts 610500 to 610599.
\set ECHO none
SET client_min_messages = warning;
CREATE ROLE regress_scope_operator LOGIN;
CREATE ROLE regress_scope_moderator LOGIN;
GRANT acctguard_operator TO regress_scope_operator;
GRANT acctguard_moderator TO regress_scope_moderator;
-- Numbers are counted in the whole database: take the test's own by the note.
CREATE FUNCTION regress_no(tag text) RETURNS int LANGUAGE sql SECURITY DEFINER AS
'SELECT no FROM acctguard.scope_freeze WHERE note = tag';
CREATE VIEW regress_scope AS
SELECT note, scope, kind, state, denied, justify_hours(ends_at - starts_at) AS length, end_reason
FROM acctguard.scope_list() WHERE note LIKE 'scope-%' ORDER BY no;
SELECT coalesce(max(no), 0) AS before FROM acctguard.scope_freeze \gset
SET client_min_messages = notice;
\set ECHO all

-- FRZ-07: a set of accounts is one row; numbers follow each other
SET SESSION AUTHORIZATION regress_scope_operator;
SELECT acctguard.freeze_scope('{"tenant": "regress-x"}', 'maintenance', 'maintenance', note => 'scope-a') - :before AS no;
SELECT acctguard.freeze_scope('{"cohort": "regress-y"}', 'maintenance', 'maintenance', duration => '2 days',
    capabilities => '{pay.large,msg.send.direct}', note => 'scope-b') - :before AS no;
RESET SESSION AUTHORIZATION;
SELECT * FROM regress_scope;

-- FRZ-07: in force for whoever belongs to the scope, and for nobody else
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at, tenant, cohort) VALUES
(610502, 'active', 'en', 'UTC', 'social', now(), now(), 'regress-x', NULL),
(610503, 'active', 'en', 'UTC', 'social', now(), now(), NULL, 'regress-y'),
(610504, 'active', 'en', 'UTC', 'social', now(), now(), 'regress-y', 'regress-x');
SELECT i AS account_id, acctguard.allowed(i, 'msg.send.direct') AS message, acctguard.allowed(i, 'pay.send') AS pay,
    acctguard.allowed(i, 'session.create') AS login FROM generate_series(610502, 610504) i;
SELECT count(*) FROM acctguard.standing WHERE account_id BETWEEN 610502 AND 610504;

-- FRZ-07: announced ahead, begins and ends by the clock
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'maintenance', now() + interval '3 hours', now() + interval '4 hours',
    capabilities => '{live.start}', announce_at => now() + interval '1 hour', note => 'scope-c') - :before AS no;
SELECT state FROM regress_scope WHERE note = 'scope-c';
SET acctguard.test_clock_offset = 4000;
SELECT state FROM regress_scope WHERE note = 'scope-c';
SET acctguard.test_clock_offset = 11000;
SELECT state FROM regress_scope WHERE note = 'scope-c';
SET acctguard.test_clock_offset = 14500;
SELECT state FROM regress_scope WHERE note = 'scope-c';
RESET acctguard.test_clock_offset;

-- FRZ-17: extended and reduced, within what the kind allows; every end is kept
SELECT acctguard.scope_amend(regress_no('scope-a'), (SELECT starts_at + interval '3 hours' FROM acctguard.scope_freeze WHERE note = 'scope-a'), 'scope-a takes longer');
SELECT acctguard.scope_amend(regress_no('scope-a'), (SELECT starts_at + interval '2 hours' FROM acctguard.scope_freeze WHERE note = 'scope-a'), 'scope-a going well');
SELECT v.version, justify_hours(v.ends_at - f.starts_at) AS length, v.change_reason
FROM acctguard.scope_version v JOIN acctguard.scope_freeze f USING (no) WHERE f.note = 'scope-a' ORDER BY 1;
SELECT state, length FROM regress_scope WHERE note = 'scope-a';
\set VERBOSITY terse
SELECT acctguard.scope_amend(regress_no('scope-a'), now() + interval '31 days');
SELECT acctguard.scope_amend(regress_no('scope-a'), now() - interval '1 second');
SELECT acctguard.scope_amend(regress_no('scope-a'), NULL);

-- lifted, or cancelled before the start
SELECT acctguard.scope_lift(regress_no('scope-a'), 'scope-a done early');
SELECT acctguard.scope_lift(regress_no('scope-c'), 'scope-c put off');
SELECT acctguard.allowed(610502, 'msg.send.direct') AS message;
SELECT * FROM regress_scope WHERE note <> 'scope-b';
\set VERBOSITY sqlstate
SELECT acctguard.scope_lift(regress_no('scope-a'), 'again');
SELECT acctguard.scope_amend(regress_no('scope-c'), now() + interval '1 hour');
SET acctguard.test_clock_offset = 200000;
SELECT acctguard.scope_lift(regress_no('scope-b'), 'too late');
RESET acctguard.test_clock_offset;
SELECT acctguard.scope_lift(1000000, 'no such');
\set VERBOSITY terse

-- events have no account
SELECT action, count(*) FROM acctguard.audit_read(0) WHERE action LIKE 'freeze.scope%' AND reason LIKE 'scope-_%' GROUP BY 1 ORDER BY 1;

-- what a scope is
SELECT acctguard.freeze_scope('{}', 'maintenance', 'maintenance');
SELECT acctguard.freeze_scope('[]', 'maintenance', 'maintenance');
SELECT acctguard.freeze_scope('"all"', 'maintenance', 'maintenance');
SELECT acctguard.freeze_scope('{"all": false}', 'maintenance', 'maintenance');
SELECT acctguard.freeze_scope('{"tenant": ""}', 'maintenance', 'maintenance');
SELECT acctguard.freeze_scope('{"tenant": null}', 'maintenance', 'maintenance');
SELECT acctguard.freeze_scope('{"tenant": "x", "cohort": "y"}', 'maintenance', 'maintenance');
SELECT acctguard.freeze_scope('{"shard": "x"}', 'maintenance', 'maintenance');
SELECT acctguard.freeze_scope(NULL, 'maintenance', 'maintenance');

-- what may be frozen by scope, by whom, for how long
SELECT acctguard.freeze_scope('{"all": true}', 'ban', 'maintenance');
SELECT acctguard.freeze_scope('{"all": true}', 'no_such', 'maintenance');
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'no.such');
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'maintenance', capabilities => '{session.logout}');
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'maintenance', capabilities => '{appeal.submit}');
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'maintenance', capabilities => '{no.such}');
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'maintenance', capabilities => '{}');
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'maintenance', duration => '31 days');
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'maintenance', ends_at => 'infinity');
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'maintenance', duration => '0');
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'maintenance', now() - interval '1 hour');
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'maintenance', announce_at => now() + interval '1 hour');
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'maintenance', announce_at => now() - interval '1 hour');
SET SESSION AUTHORIZATION regress_scope_moderator;
SELECT acctguard.freeze_scope('{"all": true}', 'maintenance', 'maintenance');
RESET SESSION AUTHORIZATION;

-- an account is not frozen with a scope's kind
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at)
VALUES (610501, 'active', 'en', 'UTC', 'social', now(), now());
SELECT acctguard.freeze_impose(610501, 'maintenance', 'maintenance', 'one account only');

-- FRZ-09: not by hand; and the table's own checks judge what a restore loads
UPDATE acctguard.scope_freeze SET ends_at = NULL WHERE note = 'scope-b';
DELETE FROM acctguard.scope_freeze;
UPDATE acctguard.scope_version SET ends_at = NULL;
INSERT INTO acctguard.scope_freeze (no, scope, kind, kind_version, reason, denied, challenged, monitored, version, announce_at, starts_at, issued_at, issued_role, issued_by)
VALUES (999999, '{"tenant": 7}', 'maintenance', 1, 'maintenance', 1, 0, 0, 1, now(), now(), now(), 'x', 'x');
INSERT INTO acctguard.scope_freeze (no, scope, kind, kind_version, reason, denied, challenged, monitored, version, announce_at, starts_at, issued_at, issued_role, issued_by)
VALUES (999999, '"x"', 'maintenance', 1, 'maintenance', 1, 0, 0, 1, now(), now(), now(), 'x', 'x');
SELECT tgenabled FROM pg_trigger WHERE tgrelid = 'acctguard.scope_freeze'::regclass AND tgname = 'acctguard_list';

\set ECHO none
DROP VIEW regress_scope;
DROP FUNCTION regress_no;
DROP ROLE regress_scope_operator, regress_scope_moderator;
