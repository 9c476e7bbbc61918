-- Q5, Q9: who comes back through the gate T4 moves money only 72 hours later; no punishment, over by the clock. PHN-17, A47. Accounts 4320000 to 4320019.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(4320000, 4320009);
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at) VALUES (4320010, 'active', 'zh-CN', 'UTC', 'basic', clock_timestamp(), clock_timestamp());
CREATE FUNCTION pg_temp.hour(hour numeric) RETURNS void LANGUAGE sql AS $$ SELECT set_config('acctguard.test_clock_offset', (hour * 3600)::int::text, false) $$;
CREATE ROLE money_reader NOLOGIN;
CREATE SCHEMA money_wait;
GRANT USAGE ON SCHEMA money_wait TO money_reader, freeze_app;
-- What they have to lose, and where money leaves.
CREATE TABLE money_wait.wallet (user_id bigint, worth bigint);
CREATE TABLE money_wait.payment (user_id bigint, worth bigint);
GRANT SELECT ON money_wait.wallet TO money_reader;
GRANT INSERT ON money_wait.payment TO freeze_app;
INSERT INTO money_wait.wallet SELECT i, 100 FROM generate_series(4320000, 4320010) i;
SELECT acctguard.entitlement_register('money', 'SELECT coalesce(sum(worth), 0)::bigint FROM money_wait.wallet WHERE user_id = $1', 'money_reader');
SELECT acctguard.guard('money_wait.payment', 'user_id', 'pay.send');
-- The service brings an account back: two persons issue, the application shows the ticket.
CREATE TEMP TABLE issued (account bigint, ticket text);
CREATE FUNCTION pg_temp.issue(account bigint) RETURNS void LANGUAGE sql AS $$ INSERT INTO issued SELECT account, ticket FROM acctguard.service_ticket_issue(account, 'case 5') WHERE ticket IS NOT NULL $$;
GRANT ALL ON issued TO public;
CREATE FUNCTION pg_temp.back(account bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT acctguard.account_return(account, i.ticket) FROM issued i WHERE i.account = $1 ORDER BY ticket LIMIT 1 $$;
CREATE FUNCTION pg_temp.money(account bigint) RETURNS boolean[] LANGUAGE sql AS $$
    SELECT array_agg(acctguard.allowed(account, capability) ORDER BY i) FROM unnest('{pay.send,pay.large,pay.withdraw,pay.receive,msg.send.direct,session.create}'::text[]) WITH ORDINALITY c (capability, i)
$$;
CREATE FUNCTION pg_temp.pay(account bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO money_wait.payment VALUES (account, 1);
    RETURN 'paid';
EXCEPTION WHEN SQLSTATE 'UG403' THEN
    RETURN SQLSTATE;
END $$;
-- All are silent for longer than a number stays: protected. One is specially protected, one is the account of somebody on the staff, whose person the application happens to be.
SELECT acctguard.account_mark(4320003, protected => true, reason => 'x') IS NULL AS marked;
SELECT acctguard.account_mark(4320004, staff_rank => 3, person => 'freeze_app', reason => 'x') IS NULL AS marked;
SELECT pg_temp.hour(24 * 46);
SELECT count(*) FROM generate_series(4320000, 4320010) i, acctguard.dormancy(i) WHERE protected;
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.issue(i) FROM unnest('{4320000,4320001,4320002,4320003,4320004,4320005,4320010}'::bigint[]) i;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION freeze_mod2;
SELECT pg_temp.issue(i) FROM unnest('{4320000,4320001,4320002,4320003,4320004,4320005,4320010}'::bigint[]) i;
RESET SESSION AUTHORIZATION;

-- Q5: T4 opens the account, and money waits: what moves it out is refused, everything else works
SET SESSION AUTHORIZATION freeze_app;
SELECT pg_temp.pay(4320000), pg_temp.money(4320000);
SELECT pg_temp.back(4320000) AS back, pg_temp.pay(4320000), pg_temp.money(4320000);
RESET SESSION AUTHORIZATION;
SELECT protected FROM acctguard.dormancy(4320000);
SELECT no, kind, reason, state, automated, ends_at - starts_at AS lasts FROM acctguard.freeze_list(4320000);
-- Q9: it is explained, and no punishment: no strike, no ban, nothing to appeal, nothing to do
SELECT source, kind, mode, capabilities, reason, next FROM acctguard.explain(4320000);
SELECT restriction - 'since' - 'until' FROM jsonb_array_elements(acctguard.account_status(4320000) -> 'restrictions') restriction;
SELECT acctguard.account_status(4320000) ? 'protection' AS still_protected;
SELECT count(*) AS strikes FROM acctguard.strike_list(4320000);
SELECT count(*) AS published FROM acctguard.statement_of_reasons('-infinity', 'infinity') WHERE decision_facts LIKE '%taken back%';
SET SESSION AUTHORIZATION freeze_app;
SELECT pg_temp.try('SELECT acctguard.appeal_submit(4320000, 1, ''I want to move my money now, please, it is mine'')');
RESET SESSION AUTHORIZATION;
-- ... told in words of its own, in English and Chinese, and in no others
SELECT event FROM acctguard.notice_inbox(4320000) ORDER BY notice_no;
SELECT subject, regexp_replace(body, 'until .*[)]', 'until ...') AS body FROM acctguard.notice_inbox(4320000) WHERE event = 'freeze.money_waits';
SELECT pg_temp.back(4320010);
SELECT subject, regexp_replace(body, '在 .* 之前', '在 ... 之前') AS body FROM acctguard.notice_inbox(4320010) WHERE event = 'freeze.money_waits';
-- ... the clock ends it, to the hour, with every worker stopped
SELECT pg_temp.hour(24 * 46 + 71.9);
SELECT pg_temp.pay(4320000), pg_temp.money(4320000);
SELECT pg_temp.hour(24 * 46 + 72.1);
SELECT pg_temp.pay(4320000), pg_temp.money(4320000);
SELECT state, end_reason FROM acctguard.freeze_list(4320000);
SELECT count(*) AS restrictions FROM acctguard.explain(4320000);
SELECT error FROM acctguard.sweep(1000000) WHERE task = 'freeze';
SELECT count(*) AS told_again FROM acctguard.notice_list(4320000) WHERE event = 'freeze.expired';

-- Q5, T3: a known device and the password open it as well, and then nothing waits
CREATE FUNCTION pg_temp.sign(seed bytea, data bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_sign';
CREATE FUNCTION pg_temp.public_key(seed bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_public_key';
CREATE FUNCTION pg_temp.url(data bytea) RETURNS text LANGUAGE sql AS $$ SELECT translate(encode(data, 'base64'), E'+/=\n', '-_') $$;
CREATE FUNCTION pg_temp.signed(account bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    seed bytea := sha256('known'::bytea);
    device jsonb := jsonb_build_object('id', 'known', 'platform', 'mobile', 'key', pg_temp.url(pg_temp.public_key(seed)));
    challenge text;
BEGIN
    IF EXISTS (SELECT FROM acctguard.device d WHERE d.account_id = account) THEN
        challenge := acctguard.device_challenge(account, 'known');
        device := device || jsonb_build_object('signature', pg_temp.url(pg_temp.sign(seed,
            'acctguard device 1'::bytea || '\x00' || int8send(account) || decode(translate(challenge, '-_', '+/') || '=', 'base64'))));
    END IF;
    RETURN (SELECT code FROM acctguard.session_open(account, device, '{password}'));
END $$;
SELECT pg_temp.hour(0);
SELECT pg_temp.signed(4320006);
SELECT pg_temp.hour(24 * 46);
SELECT protected FROM acctguard.dormancy(4320006);
SELECT pg_temp.signed(4320006);
SELECT protected, pg_temp.money(4320006) FROM acctguard.dormancy(4320006);
-- ... neither does it after a return that needed no T4: the account was not silent
SELECT pg_temp.hour(0);
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.issue(4320007);
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION freeze_mod2;
SELECT pg_temp.issue(4320007);
RESET SESSION AUTHORIZATION;
SELECT pg_temp.back(4320007), pg_temp.money(4320007);

-- it is no alarm: who waits closes his account, and changes his mind, without proving once more who he is
SELECT pg_temp.hour(24 * 46);
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.issue(4320008);
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION freeze_mod2;
SELECT pg_temp.issue(4320008);
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION freeze_app;
SELECT pg_temp.back(4320008), pg_temp.money(4320008);
SELECT pg_temp.try('SELECT acctguard.account_request_close(4320008) > clock_timestamp()');
SELECT pg_temp.try('SELECT acctguard.account_cancel_close(4320008)');
RESET SESSION AUTHORIZATION;
-- how long, and what waits, is policy; without the kind nothing waits
SELECT pg_temp.hour(24 * 46);
SELECT acctguard.policy_set('freeze_kind', 'money_wait', '{"default_length": "5 hours", "denies": ["pay.large"]}', 'test') > 0 AS set;
SELECT pg_temp.back(4320001), pg_temp.money(4320001);
SELECT pg_temp.hour(24 * 46 + 5.1);
SELECT pg_temp.money(4320001);
SELECT acctguard.policy_set('freeze_kind', 'money_wait', '{"enabled": false}', 'test') > 0 AS set;
SELECT pg_temp.back(4320002), pg_temp.money(4320002);
SELECT acctguard.policy_set('freeze_kind', 'money_wait', '{"enabled": true, "default_length": "72 hours", "denies": ["money.out"]}', 'test') > 0 AS set;
-- ... and no special account is without it: nobody decides it, so nobody has to outrank anybody; nor does it become a proposal
SELECT acctguard.policy_set('freeze_kind', 'money_wait', '{"second_person": true, "approve_roles": ["operator"], "automated_max": null}', 'test') > 0 AS set;
SET SESSION AUTHORIZATION freeze_app;
SELECT pg_temp.back(4320003), pg_temp.money(4320003);
SELECT pg_temp.back(4320004), pg_temp.money(4320004);
RESET SESSION AUTHORIZATION;
SELECT acctguard.policy_set('freeze_kind', 'money_wait', '{"second_person": false, "approve_roles": [], "automated_max": "30 days"}', 'test') > 0 AS set;
-- ... policy cannot demand what nobody is there to write, nor what makes it another kind: nobody could come back
SELECT pg_temp.try('SELECT acctguard.policy_set(''freeze_kind'', ''money_wait'', ''{"required": ["reason", "ground"]}'', ''test'')');
SELECT pg_temp.try('SELECT acctguard.policy_set(''freeze_kind'', ''money_wait'', ''{"required": ["facts"]}'', ''test'')');
SELECT pg_temp.try('SELECT acctguard.policy_set(''freeze_kind'', ''money_wait'', ''{"scope": true}'', ''test'')');
SELECT pg_temp.try('SELECT acctguard.policy_set(''freeze_kind'', ''money_wait'', ''{"lift_policy": "self"}'', ''test'')');
-- the application cannot impose it, nor end it; the service can end it, with a reason
SET SESSION AUTHORIZATION freeze_app;
SELECT pg_temp.back(4320005), pg_temp.money(4320005);
SELECT pg_temp.try('SELECT acctguard.freeze_impose(4320008, ''money_wait'', ''security.returned'')');
SELECT pg_temp.try('SELECT acctguard.freeze_lift(4320005, 1, ''the user asks for it'')');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.try('SELECT acctguard.freeze_lift(4320005, 1, ''he came to the counter with his passport'')');
RESET SESSION AUTHORIZATION;
SELECT pg_temp.money(4320005), action, person, reason FROM acctguard.audit_read(4320005) WHERE action LIKE 'freeze%' OR action LIKE 'dormancy%' ORDER BY aseq;
-- an account that the clock has closed comes back by no ticket
SELECT close_at IS NOT NULL AS closing FROM acctguard.account_request_close(4320009) close_at;
SELECT pg_temp.hour(24 * 76 + 4);
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.issue(4320009);
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION freeze_mod2;
SELECT pg_temp.issue(4320009);
RESET SESSION AUTHORIZATION;
SELECT pg_temp.hour(24 * 76 + 6);
SELECT acctguard.account_status(4320009) ->> 'state' AS state, pg_temp.back(4320009);
RESET acctguard.test_clock_offset;
SELECT acctguard.unguard('money_wait.payment');
SELECT acctguard.entitlement_remove('money', 'end of the test');
DROP SCHEMA money_wait CASCADE;
DROP ROLE money_reader;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3, freeze_operator, freeze_risk, freeze_app, freeze_desk;
