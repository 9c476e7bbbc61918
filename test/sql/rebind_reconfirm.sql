-- PHN-16: owners of old bindings are asked whether the number is still theirs, and answer with a tap or a proof.
-- Accounts 5730000 to 5730099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/rebind.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
CREATE FUNCTION pg_temp.sweep(OUT asked bigint, OUT error text) LANGUAGE plpgsql AS $$
BEGIN
    SELECT s.error INTO error FROM acctguard.sweep(1000000) s WHERE task = 'reconfirm';
    SELECT count(*) INTO asked FROM acctguard.binding b WHERE b.account_id BETWEEN 5730000 AND 5730099 AND b.asked_at = pg_temp.clock();
END $$;
CREATE FUNCTION pg_temp.told(account bigint) RETURNS TABLE (channel text, state text, waits interval) LANGUAGE sql AS $$
    SELECT channel, state, not_before - pg_temp.clock() FROM acctguard.notice_list(account) WHERE event = 'number.asked' ORDER BY notice_no, channel $$;
CREATE FUNCTION pg_temp.begin(name text) RETURNS acctguard.outcome LANGUAGE sql AS $$ SELECT acctguard.number_reconfirm_begin(pg_temp.token(name)) $$;
CREATE FUNCTION pg_temp.binding(account bigint) RETURNS TABLE (asked interval, confirmed interval, proved interval) LANGUAGE sql AS $$
    SELECT pg_temp.clock() - asked_at, pg_temp.clock() - confirmed_at, pg_temp.clock() - last_owner_proof_at
    FROM acctguard.binding WHERE account_id = account AND kind = 'login' AND released_at IS NULL $$;

-- Nobody is asked about a young binding; half a year after the last proof once, and the text has no number in the clear.
SELECT pg_temp.account(5730001, '+8613957300001'), pg_temp.account(5730002, '+8613957300002'), pg_temp.account(5730003), pg_temp.account(5730004, '+8613957300004');
SELECT acctguard.contact_add(5730001, 'email', 'owner@example.org') > 0 AS email;
SELECT * FROM pg_temp.sweep();
SELECT pg_temp.at(86400 * 170 - 1);
SELECT * FROM pg_temp.sweep();
SELECT pg_temp.at(86400 * 170);
SELECT acctguard.account_request_close(5730004) > pg_temp.clock() AS closing;
-- ... how many are to be asked is what progress shows as remaining, before and after
CREATE FUNCTION pg_temp.remaining() RETURNS bigint LANGUAGE sql AS $$ SELECT remaining FROM acctguard.progress WHERE task = 'reconfirm' $$;
SELECT pg_temp.remaining() AS before \gset
SELECT * FROM pg_temp.sweep();
SELECT :before - pg_temp.remaining() >= 3 AS those_and_others;
SELECT * FROM pg_temp.told(5730001);
SELECT subject, body FROM acctguard.notice_inbox(5730001) WHERE event = 'number.asked';
SELECT locale, subject, body FROM acctguard.notice_claim('email', 1000) WHERE account_id = 5730001 AND event = 'number.asked';
SELECT count(*) AS closing_is_not_told FROM pg_temp.told(5730004);
SELECT pg_temp.at(86400 * 170 + 60);
SELECT * FROM pg_temp.sweep();
SELECT count(*) AS told FROM pg_temp.told(5730001);
SELECT * FROM pg_temp.binding(5730001);

-- At night the question waits; who answers before it is delivered is not asked.
SELECT pg_temp.account(5730010, '+8613957300010') FROM (SELECT pg_temp.at(50400)) night;
SELECT acctguard.contact_add(5730010, 'email', 'night@example.org') > 0 AS email;
SELECT pg_temp.at(50400 + 86400 * 170), acctguard.policy_set('setting', 'quiet_from', '1320', 'test') > 0 AS quiet_from, acctguard.policy_set('setting', 'quiet_until', '480', 'test') > 0 AS quiet_until;
SELECT * FROM pg_temp.sweep();
SELECT * FROM pg_temp.told(5730010);
SELECT pg_temp.login('night', 5730010);
SELECT code, public_code, next FROM acctguard.number_reconfirm(pg_temp.token('night'));
SELECT pg_temp.at(50400 + 86400 * 170 + 50000);
SELECT count(*) AS asked_after_all FROM acctguard.notice_claim('email', 1000) WHERE account_id = 5730010 AND event = 'number.asked';
SELECT state, end_reason FROM acctguard.notice_list(5730010) WHERE event = 'number.asked' AND channel = 'email';

SELECT acctguard.policy_set('setting', 'quiet_from', '0', 'test') > 0 AS quiet_from, acctguard.policy_set('setting', 'quiet_until', '0', 'test') > 0 AS quiet_until;
-- A tap is noted and proves nothing: the age of the binding, and so what the number is worth, stays as it was.
SELECT pg_temp.at(86400 * 171);
SELECT pg_temp.login('tap', 5730001, step_up => false);
SELECT code FROM acctguard.number_reconfirm(pg_temp.token('tap'));
SELECT * FROM pg_temp.binding(5730001);
SELECT points FROM acctguard.assurance_of(5730001, '{number_code}');
SELECT * FROM pg_temp.sweep();
SELECT pg_temp.at(86400 * (171 + 179));
SELECT * FROM pg_temp.sweep();
SELECT pg_temp.at(86400 * (171 + 180));
SELECT * FROM pg_temp.sweep();
-- Whoever has only the number (its next holder) confirms nothing with it, neither by a tap nor by a code.
SELECT pg_temp.login('stranger', 5730001, '{number_code}', false);
SELECT code, next FROM acctguard.number_reconfirm(pg_temp.token('stranger'));
SELECT code, (data ->> 'flow')::uuid AS flow FROM pg_temp.begin('stranger') \gset stranger_
SELECT pg_temp.prove(:'stranger_flow', '+8613957300001');
SELECT code, next FROM acctguard.number_reconfirm(pg_temp.token('stranger'), :'stranger_flow');
SELECT * FROM pg_temp.binding(5730001);
-- Code and session together are a proof; the flow is used up.
SELECT pg_temp.login('owner', 5730001);
SELECT code, (data ->> 'flow')::uuid AS flow FROM pg_temp.begin('owner') \gset owner_
SELECT code FROM acctguard.number_reconfirm(pg_temp.token('owner'), :'owner_flow');
SELECT pg_temp.at(86400 * (171 + 180) + 60);
SELECT pg_temp.prove(:'owner_flow', '+8613957300001');
SELECT pg_temp.login('tap', 5730001, step_up => false);
SELECT pg_temp.login('other', 5730002);
SELECT code FROM acctguard.number_reconfirm(pg_temp.token('other'), :'owner_flow');
SELECT code FROM acctguard.number_reconfirm(pg_temp.token('tap'), :'owner_flow');
SELECT code, public_code, next FROM acctguard.number_reconfirm(pg_temp.token('owner'), :'owner_flow');
SELECT code FROM acctguard.number_reconfirm(pg_temp.token('owner'), :'owner_flow');
SELECT * FROM pg_temp.binding(5730001);
SELECT points FROM acctguard.assurance_of(5730001, '{number_code}');
SELECT action, after::jsonb - 'asked_at' AS after FROM acctguard.audit_read(5730001) WHERE action IN ('number.asked', 'number.confirmed') ORDER BY aseq;

-- Without a number, without a session, of a number that a new holder claims: there is nothing to confirm.
SELECT pg_temp.login('none', 5730003);
SELECT code, next FROM pg_temp.begin('none');
SELECT code, next FROM acctguard.number_reconfirm(pg_temp.token('none'));
SELECT code FROM acctguard.number_reconfirm('acs1_5730001.1.' || repeat('A', 43));
SELECT code FROM acctguard.number_reconfirm(NULL);
SELECT pg_temp.signal(5730002, 'claim_opened');
SELECT code, next FROM acctguard.number_reconfirm(pg_temp.token('other'));
-- How long is policy, and counts at once.
BEGIN;
SELECT acctguard.policy_set('setting', 'reconfirm_after', '86400', 'test') > 0 AS policy;
SELECT pg_temp.at(86400 * (171 + 181));
SELECT asked > 0 AS asked, error FROM pg_temp.sweep();
ROLLBACK;
-- Finding who is to be asked reads an index in its order.
SELECT sql AS old FROM acctguard.check_plans() WHERE statement = 'binding.old' \gset
BEGIN;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_sort = off;
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE old AS :old;
CREATE TEMP TABLE plan (line text);
DO $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) EXECUTE old (now(), now(), 1, 10)' LOOP
        INSERT INTO plan VALUES (line);
    END LOOP;
END $$;
SELECT line FROM plan WHERE line ~ 'Scan|Sort';
ROLLBACK;
DEALLOCATE old;

-- Once it is confirmed that the number is somebody else's, a leaked password and a code to it do not make it the owner's again (3.4, L15).
SELECT pg_temp.account(5730090, '+8613957300090');
SELECT pg_temp.signal(5730090, 'disconnected');
SELECT gate FROM acctguard.assurance_of(5730090, '{number_code,password}');
SELECT pg_temp.login('next holder', 5730090, '{password,number_code}');
SELECT code, (data ->> 'flow')::uuid AS flow FROM pg_temp.begin('next holder') \gset next_
SELECT pg_temp.prove(:'next_flow', '+8613957300090');
SELECT code, public_code FROM acctguard.number_reconfirm(pg_temp.token('next holder'), :'next_flow');
SELECT evidence, young_proof FROM acctguard.number_evidence(5730090);

-- Who shows enough for that (T4) has his number back, and moves money only later (L15, Q5).
SELECT pg_temp.at(86400 * (171 + 180) + 90);
SELECT code FROM acctguard.session_step_up(pg_temp.token('next holder'), '{password,totp}');
SELECT code, public_code FROM acctguard.number_reconfirm(pg_temp.token('next holder'), :'next_flow');
SELECT evidence, young_proof FROM acctguard.number_evidence(5730090);
SELECT kind, state FROM acctguard.freeze_list(5730090);

-- Q2, Q5, Q9: a code to the number and a password, or a mailbox, end no protection: it takes T4, and money waits.
CREATE ROLE reconfirm_reader NOLOGIN;
SELECT acctguard.entitlement_register('reconfirm', 'SELECT ($1 BETWEEN 5730091 AND 5730094)::int::bigint', 'reconfirm_reader');
CREATE FUNCTION pg_temp.state(account bigint, OUT protected boolean, OUT waits bigint, OUT withdraw boolean, OUT gate text) LANGUAGE sql AS $$
    SELECT (acctguard.dormancy(account)).protected, (SELECT count(*) FROM acctguard.freeze_list(account) WHERE kind = 'money_wait'),
        acctguard.allowed(account, 'pay.withdraw'), (acctguard.assurance_of(account, '{number_code,password}')).gate $$;
SELECT pg_temp.account(n, '+86139573000' || right(n::text, 2)) FROM generate_series(5730091, 5730093) n;
SELECT pg_temp.at(86400 * (171 + 181 + 130));
CREATE TEMP TABLE guest AS SELECT n, proofs, pg_temp.login('guest' || n, n, proofs), ((pg_temp.begin('guest' || n)).data ->> 'flow')::uuid AS flow
FROM (VALUES (5730091, '{password,number_code}'::text[]), (5730092, '{email_code,number_code}'), (5730093, '{password,totp,number_code}')) g (n, proofs);
SELECT n, proofs, login, s.* FROM guest, pg_temp.state(n) s ORDER BY n;
DO $$ BEGIN PERFORM pg_temp.prove(flow, '+86139573000' || right(n::text, 2)) FROM guest; END $$;
SELECT n, r.code, r.public_code FROM guest, acctguard.number_reconfirm(pg_temp.token('guest' || n), flow) r ORDER BY n;
SELECT n, s.* FROM guest, pg_temp.state(n) s ORDER BY n;
SELECT action, after ->> 'by' AS by FROM acctguard.audit_read(5730093) WHERE action IN ('dormancy.returned', 'freeze.money_waits') ORDER BY aseq;
SELECT acctguard.entitlement_remove('reconfirm', 'end of the test');
DROP ROLE reconfirm_reader;
