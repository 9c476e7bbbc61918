-- F6, F7: who ends which freeze, and how. FRZ-06, FRZ-08, FRZ-14, UNF-01. Accounts 2100300 to 2100399.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2100300, 2100389);
-- a proof made some seconds ago
CREATE FUNCTION pg_temp.proof(seconds float8 DEFAULT 0, more text DEFAULT '') RETURNS jsonb LANGUAGE sql AS $$
    SELECT format('{"method": "sms", "at": "%s"%s}', clock_timestamp() - seconds * interval '1 second'
        + coalesce(nullif(current_setting('acctguard.test_clock_offset', true), ''), '0')::interval, more)::jsonb
$$;

-- LIFT_ROLE: by the roles of the kind only; a detector lifts nothing, it meets conditions
SELECT acctguard.freeze_impose(2100300, 'feature_freeze', 'violation.spam', 'long enough text');
SET SESSION AUTHORIZATION freeze_risk;
SELECT pg_temp.try('SELECT source FROM acctguard.freeze_lift(2100300, 1, ''over'')');
SET SESSION AUTHORIZATION freeze_officer1;
SELECT pg_temp.try('SELECT source FROM acctguard.freeze_lift(2100300, 1, ''over'')');
SELECT pg_temp.try('SELECT source FROM acctguard.freeze_lift(2100300, 9, ''over'')');
SELECT pg_temp.try('SELECT source FROM acctguard.freeze_lift(2100300, 1, '' '')');
SELECT pg_temp.try('SELECT source FROM acctguard.freeze_lift(2100300, NULL, ''over'')');
SET SESSION AUTHORIZATION freeze_reviewer;
SELECT source, no, next FROM acctguard.freeze_lift(2100300, 1, 'reviewed');
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.freezes(2100300);

-- authority: lifted by a third officer on the authority's word
SET SESSION AUTHORIZATION freeze_officer1;
SELECT acctguard.freeze_impose(2100301, 'compliance', 'regulatory.order', 'order of the court', capabilities => '{money.out,account.data_export}',
    ground => 'law', legal_reference => 'order 12/26', appeal => false, disclose_at => clock_timestamp() + interval '30 days');
SET SESSION AUTHORIZATION freeze_officer2;
SELECT acctguard.freeze_approve(2100301, 1);
SELECT pg_temp.try('SELECT source FROM acctguard.freeze_lift(2100301, 1, ''over'', ''order 13/26'')');
SET SESSION AUTHORIZATION freeze_officer1;
SELECT pg_temp.try('SELECT source FROM acctguard.freeze_lift(2100301, 1, ''over'', ''order 13/26'')');
SET SESSION AUTHORIZATION freeze_officer3;
SELECT pg_temp.try('SELECT source FROM acctguard.freeze_lift(2100301, 1, ''over'')');
SET SESSION AUTHORIZATION freeze_operator;
SELECT pg_temp.try('SELECT source FROM acctguard.freeze_lift(2100301, 1, ''over'', ''order 13/26'')');
RESET SESSION AUTHORIZATION;
-- its reasons are withheld until then, that something is refused is not
SELECT acctguard.freeze_impose(2100301, 'temp_restrict', 'security.odd_login', 'long enough text');
SELECT no, capabilities, next, visible, disclosed FROM acctguard.freeze_lift(2100301, 2, 'over') WHERE source = 'freeze';
SET SESSION AUTHORIZATION freeze_officer3;
SELECT source, no FROM acctguard.freeze_lift(2100301, 1, 'over', 'order 13/26');
RESET SESSION AUTHORIZATION;
SELECT no, state, end_reason, ended_by, capabilities, appealable FROM acctguard.freeze_list(2100301);
SELECT end_note, end_reference FROM acctguard.freeze_record WHERE account_id = 2100301 AND no = 1;

-- FRZ-06, COOLDOWN, PROOF_REQUIRED: the owner's own freeze
SET SESSION AUTHORIZATION freeze_app;
SELECT acctguard.freeze_impose(2100302, 'self_freeze', 'own_wish');
SELECT regexp_replace(pg_temp.try($$SELECT source FROM acctguard.freeze_lift(2100302, 1, 'mine again', proof => pg_temp.proof())$$), 'at \S+\.', 'at TIME.');
SET acctguard.test_clock_offset = 3601;
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_lift(2100302, 1, 'mine again')$$);
SELECT wrong, pg_temp.try(format('SELECT source FROM acctguard.freeze_lift(2100302, 1, ''mine again'', proof => %L)', wrong)) FROM (VALUES
    ('[]'::jsonb), ('{"at": "2026-01-01"}'), ('{"method": "sms"}'), ('{"method": 5, "at": "2026-01-01"}')) AS proofs (wrong);
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_lift(2100302, 1, 'mine again', proof => pg_temp.proof(901))$$) AS too_old;
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_lift(2100302, 1, 'mine again', proof => pg_temp.proof(-60))$$) AS future;
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_lift(2100302, 1, 'mine again', proof => pg_temp.proof(890, ', "session_since": "2100-01-01"'))$$) AS session;
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_lift(2100302, 1, 'mine again', proof => pg_temp.proof(890))$$) AS good;
RESET acctguard.test_clock_offset;
-- nobody but the owner and support; the app itself lifts nothing else
SELECT acctguard.freeze_impose(2100303, 'self_freeze', 'own_wish');
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_lift(2100300, 1, 'let me in', proof => pg_temp.proof())$$);
SET SESSION AUTHORIZATION freeze_reviewer;
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_lift(2100303, 1, 'support')$$);
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_lift(2100303, 1, 'support')$$);
RESET SESSION AUTHORIZATION;

-- F7, FRZ-14: a passed verification ends a security freeze at once, before its end; probation follows
SET SESSION AUTHORIZATION freeze_risk;
SELECT acctguard.freeze_impose(2100304, 'temp_restrict', 'security.odd_login', 'long enough text');
SELECT acctguard.freeze_impose(2100304, 'temp_restrict', 'violation.spam', 'long enough text');
SET SESSION AUTHORIZATION freeze_app;
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_satisfy(2100304, 1, 'full_moon', pg_temp.proof())$$);
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_satisfy(2100304, 1, 'identity_verified')$$);
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_satisfy(2100304, 1, 'identity_verified', pg_temp.proof(60))$$) AS before_it_began;
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_satisfy(2100304, 1, 'risk_over')$$);
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_satisfy(2100304, 2, 'identity_verified', pg_temp.proof())$$) AS no_cure_for_violations;
SELECT source, no, until - since AS length, next FROM acctguard.freeze_satisfy(2100304, 1, 'identity_verified', pg_temp.proof());
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_satisfy(2100304, 1, 'identity_verified', pg_temp.proof())$$);
-- UNF-01: the system declares the risk over
SET SESSION AUTHORIZATION freeze_risk;
SELECT count(*) FROM acctguard.freeze_satisfy(2100304, 2, 'risk_over');
RESET SESSION AUTHORIZATION;
SELECT no, state, end_reason, ended_by FROM acctguard.freeze_list(2100304);
SELECT * FROM pg_temp.events(2100304);
-- nobody lifts a freeze of his own account
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at, person)
VALUES (2100390, 'active', 'en', 'UTC', 'basic', clock_timestamp(), clock_timestamp(), 'freeze_mod1');
SELECT acctguard.freeze_impose(2100390, 'feature_freeze', 'violation.spam', 'long enough text');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.try($$SELECT source FROM acctguard.freeze_lift(2100390, 1, 'I am fine')$$);
RESET SESSION AUTHORIZATION;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
