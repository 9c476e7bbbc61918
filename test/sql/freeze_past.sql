-- The past: what restricted an account at an instant, with the terms of then, without what was decided later. UNF-05.
-- Accounts 2101000 to 2101099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2101000, 2101099);
CREATE TEMP TABLE moment (name text, at timestamptz);
CREATE FUNCTION pg_temp.mark(name text) RETURNS void LANGUAGE sql AS $$ INSERT INTO moment VALUES (name, clock_timestamp()) $$;
CREATE FUNCTION pg_temp.past(account bigint) RETURNS TABLE (name text, source text, no integer, kind text, capabilities integer) LANGUAGE sql AS $$
    SELECT m.name, e.source, e.no, e.kind, cardinality(e.capabilities) FROM moment m LEFT JOIN LATERAL acctguard.explain(account, at => m.at) e ON true
    ORDER BY m.at, 2, 3
$$;
SELECT pg_temp.mark('1 before');
SELECT acctguard.freeze_impose(2101000, 'feature_freeze', 'security.takeover', 'long enough text', duration => '10 days');
SELECT pg_temp.mark('2 imposed');
SELECT acctguard.freeze_amend(2101000, 1, capabilities => '{contact.add}');
SELECT pg_temp.mark('3 milder');
SELECT acctguard.freeze_stay(2101000, 1, 'appealed');
SELECT pg_temp.mark('4 stayed');
SELECT acctguard.freeze_unstay(2101000, 1, 'looked at');
SELECT pg_temp.mark('5 in effect again');
SELECT count(*) FROM acctguard.freeze_lift(2101000, 1, 'over');
SELECT pg_temp.mark('6 lifted');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2101000, 'ban', 'violation.severe', 'long enough text', ground => 'Terms');
RESET SESSION AUTHORIZATION;
SELECT pg_temp.mark('7 only proposed');
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(2101000, 2);
RESET SESSION AUTHORIZATION;
SELECT pg_temp.mark('8 approved');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_vacate(2101000, 1, 'was wrong');
SELECT acctguard.freeze_vacate(2101000, 2, 'was wrong');
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_vacate(2101000, 1, 'was wrong');
SELECT acctguard.freeze_vacate(2101000, 2, 'was wrong');
RESET SESSION AUTHORIZATION;
SELECT pg_temp.mark('9 annulled');
SELECT * FROM pg_temp.past(2101000);
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
