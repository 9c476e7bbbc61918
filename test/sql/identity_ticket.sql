-- Service tickets: two persons, one claim, once, a day. IDV-01, IDV-02, dormancy Q2, Q5, Q9 by T4; attacks A47, A49. Accounts 4310020 to 4310029.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(4310020, 4310029);
CREATE FUNCTION pg_temp.day(day numeric) RETURNS void LANGUAGE sql AS $$ SELECT set_config('acctguard.test_clock_offset', (day * 86400)::int::text, false) $$;
CREATE TEMP TABLE issued (account bigint, ticket text, expires_at timestamptz);
GRANT ALL ON issued TO public;
CREATE FUNCTION pg_temp.issue(account bigint, reference text DEFAULT 'case 7') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result record;
BEGIN
    SELECT * INTO result FROM acctguard.service_ticket_issue(account, reference);
    IF result.ticket IS NULL THEN
        RETURN 'proposed';
    END IF;
    INSERT INTO issued VALUES (account, result.ticket, result.expires_at);
    RETURN 'issued';
END $$;
CREATE FUNCTION pg_temp.back(account_id bigint, of bigint DEFAULT NULL) RETURNS SETOF boolean LANGUAGE sql AS $$ SELECT acctguard.account_return(account_id, ticket) FROM issued WHERE account = coalesce(of, account_id) $$;
CREATE FUNCTION pg_temp.protected(account bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT protected FROM acctguard.dormancy(account) $$;
CREATE ROLE ticket_reader NOLOGIN;
SELECT acctguard.entitlement_register('ticket', 'SELECT ($1 BETWEEN 4310020 AND 4310029)::int::bigint', 'ticket_reader');
-- A49: one person is not enough, nor are two roles of one; the second names the same case; nobody vouches for himself
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.issue(4310020);
SELECT pg_temp.issue(4310020);
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION freeze_officer1;
SELECT pg_temp.issue(4310020, 'case 8');
SELECT pg_temp.issue(4310020);
RESET SESSION AUTHORIZATION;
SELECT acctguard.account_mark(4310021, person => 'freeze_mod2', reason => 'x') IS NULL AS marked;
SET SESSION AUTHORIZATION freeze_mod2;
SELECT pg_temp.issue(4310021);
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION freeze_app;
SELECT acctguard.service_ticket_issue(4310020, 'x');
RESET SESSION AUTHORIZATION;
SELECT ticket ~ '^4310020[.][0-9a-f]{64}$' AS ticket, expires_at BETWEEN clock_timestamp() + interval '12 hours' AND clock_timestamp() + interval '24 hours' AS for_a_day FROM issued;
SELECT count(*) AS in_the_clear FROM acctguard.service_ticket t, issued WHERE t::text LIKE '%' || split_part(ticket, '.', 2) || '%';
SELECT subject FROM acctguard.notice_inbox(4310020);
-- a proposal lapses
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.issue(4310022);
RESET SESSION AUTHORIZATION;
SELECT pg_temp.day(3.1);
SET SESSION AUTHORIZATION freeze_mod2;
SELECT pg_temp.issue(4310022);
RESET SESSION AUTHORIZATION;
-- Q2, Q5, Q9: a protected account opens by T4, which the ticket passes alone, and is not protected any more; the ticket is good once, and for its account
SELECT pg_temp.day(46);
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.issue(4310023), pg_temp.issue(4310024), pg_temp.issue(4310025);
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION freeze_mod3;
SELECT pg_temp.issue(4310023), pg_temp.issue(4310024), pg_temp.issue(4310025);
RESET SESSION AUTHORIZATION;
SELECT pg_temp.protected(4310023), (SELECT passed AND money_waits FROM acctguard.assurance_of(4310023, '{service_ticket}')) AS passes;
SET SESSION AUTHORIZATION freeze_app;
SELECT pg_temp.back(4310023, 4310024) AS of_another_account;
SELECT acctguard.account_return(4310023, '4310023.' || repeat('0', 64)), acctguard.account_return(4310023, NULL), acctguard.account_return(4310023, '');
SELECT pg_temp.back(4310023), pg_temp.back(4310023) AS again;
RESET SESSION AUTHORIZATION;
SELECT pg_temp.protected(4310023);
SELECT action, reason, after ->> 'by' AS by FROM acctguard.audit_read(4310023) WHERE action LIKE 'service%' OR action LIKE 'dormancy%' ORDER BY aseq;
SELECT array_agg(subject ORDER BY subject) FROM acctguard.notice_inbox(4310023);
-- ... and what lets nobody in is not used up: the ticket was worth nothing for a while
BEGIN;
SELECT acctguard.policy_set('verification_method', 'service_ticket', '{"enabled": false}') > 0 AS set;
SELECT pg_temp.back(4310024);
ROLLBACK;
SELECT pg_temp.back(4310024), pg_temp.protected(4310024);
-- a day later it is too late
SELECT pg_temp.day(47.1);
SELECT pg_temp.back(4310025), pg_temp.protected(4310025);
\set VERBOSITY sqlstate
UPDATE acctguard.service_ticket SET used_at = NULL;
INSERT INTO acctguard.service_ticket (account_id, no, reference, proposed_at, proposed_by, proposed_until, issued_at, issued_by, expires_at, token_hash) VALUES (1, 1, 'x', now(), 'x', now(), now(), 'x', now(), sha256('x'));
\set VERBOSITY terse
SELECT acctguard.entitlement_remove('ticket', 'end of the test');
DROP ROLE ticket_reader;
RESET acctguard.test_clock_offset;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3, freeze_operator, freeze_risk, freeze_app, freeze_desk;
