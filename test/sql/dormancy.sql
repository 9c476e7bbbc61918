-- Dormancy: signs of life, entitlements, protection. PHN-17, rows Q1 to Q9 as far as no number is moved. Accounts 4300000 to 4300049.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(4300000, 4300049);
CREATE ROLE dormancy_reader NOLOGIN;
CREATE SCHEMA dormancy_app;
GRANT USAGE ON SCHEMA dormancy_app TO dormancy_reader;
CREATE TABLE dormancy_app.coupon (user_id bigint, worth bigint);
CREATE TABLE dormancy_app.secret (user_id bigint);
GRANT SELECT ON dormancy_app.coupon TO dormancy_reader;
CREATE TEMP TABLE held (name text PRIMARY KEY, token text);
CREATE FUNCTION pg_temp.open(called text, account bigint, proofs text[] DEFAULT '{password}')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    opened record;
BEGIN
    SELECT * INTO opened FROM acctguard.session_open(account, jsonb_build_object('id', called, 'platform', 'mobile'), proofs);
    INSERT INTO held VALUES (called, opened.token) ON CONFLICT (name) DO UPDATE SET token = excluded.token;
    RETURN opened.code;
END $$;
CREATE FUNCTION pg_temp.use(called text) RETURNS text LANGUAGE sql AS $$ SELECT code FROM held, acctguard.session_check(token) WHERE name = called $$;
-- What dormancy says, in days since the account was opened.
CREATE FUNCTION pg_temp.look(account bigint, OUT seen numeric, OUT used numeric, OUT dormant boolean, OUT idle boolean, OUT entitlements bigint, OUT unanswered integer, OUT protected boolean)
LANGUAGE sql AS $$
    SELECT round(extract(epoch FROM d.seen_at - a.registered_at) / 86400), round(extract(epoch FROM d.used_at - a.registered_at) / 86400),
        d.dormant, d.idle, d.entitlements, d.unanswered, d.protected
    FROM acctguard.account a, acctguard.dormancy(a.account_id) d WHERE a.account_id = account
$$;
CREATE FUNCTION pg_temp.day(day numeric) RETURNS void LANGUAGE sql AS $$ SELECT set_config('acctguard.test_clock_offset', (day * 86400)::int::text, false) $$;
CREATE FUNCTION pg_temp.signs(account bigint) RETURNS TABLE (action text, after jsonb) LANGUAGE sql AS $$
    SELECT action, after - 'seen_at'::text - 'until'::text FROM acctguard.audit_read(account) WHERE action LIKE 'dormancy.%' ORDER BY aseq
$$;

-- without a source there is nothing to lose; the floor of an account without a number is that of other countries, 45 days
SELECT * FROM pg_temp.look(4300000);
SELECT pg_temp.day(44.9);
SELECT * FROM pg_temp.look(4300000);
SELECT pg_temp.day(45.1);
SELECT * FROM pg_temp.look(4300000);
SELECT acctguard.account_status(4300000) ? 'protection' AS told;
SELECT acctguard.dormancy(4300999);

-- who may register what: a query runs as a role without rights, of which the caller is a member
SELECT pg_temp.try($$SELECT acctguard.entitlement_register('coupons', 'SELECT count(*) FROM dormancy_app.coupon WHERE user_id = $1', 'nobody_of_that_name')$$);
SELECT pg_temp.try($$SELECT acctguard.entitlement_register('coupons', 'SELECT 0::bigint', current_user)$$);
SELECT pg_temp.try($$SELECT acctguard.entitlement_register('coupons', 'SELECT 0::bigint', 'acctguard_owner')$$);
SELECT pg_temp.try($$SELECT acctguard.entitlement_register('coupons', 'SELECT 0::bigint', 'freeze_operator')$$);
SELECT pg_temp.try($$SELECT acctguard.entitlement_register('coupons', 'SELECT 0::bigint', 'pg_read_all_data')$$);
ALTER ROLE dormancy_reader CREATEROLE;
SELECT pg_temp.try($$SELECT acctguard.entitlement_register('coupons', 'SELECT 0::bigint', 'dormancy_reader')$$);
ALTER ROLE dormancy_reader NOCREATEROLE;
SET SESSION AUTHORIZATION freeze_operator;
SELECT acctguard.entitlement_register('coupons', 'SELECT 0::bigint', 'dormancy_reader');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION freeze_app;
SELECT acctguard.entitlement_register('coupons', 'SELECT 0::bigint', 'dormancy_reader');
SELECT acctguard.entitlement_remove('coupons', 'x');
SELECT acctguard.dormancy(4300000);
RESET SESSION AUTHORIZATION;
SELECT pg_temp.try($$SELECT acctguard.entitlement_remove('coupons', 'x')$$);
SELECT pg_temp.try($$SELECT acctguard.entitlement_register('Coupons', 'SELECT 0::bigint', 'dormancy_reader')$$);
-- ... and has to answer 0 for an account that does not exist
CREATE TEMP TABLE wrong (query text);
INSERT INTO wrong VALUES ('SELECT sum(worth)::bigint FROM dormancy_app.coupon WHERE user_id = $1'), ('SELECT worth FROM dormancy_app.coupon WHERE user_id = $1'),
    ('SELECT count(*) FROM dormancy_app.secret WHERE user_id = $1'), ('SELECT 1::bigint'), ('SELECT 0'), ('SELECT 0::bigint, 0::bigint'),
    ('SELECT generate_series(0, 1)::bigint'), ('SELECT 0::bigint; SELECT 0::bigint'), ('nonsense'), ('SELECT count(*) FROM coupon'),
    ('DELETE FROM dormancy_app.coupon RETURNING 0::bigint'), ('SELECT 0::bigint FROM pg_sleep(5)'), ('COMMIT'), ('SELECT -1::bigint'),
    ('SELECT set_config(''role'', ''acctguard_owner'', false)::bigint'), ('SELECT worth FROM dormancy_app.coupon FOR UPDATE');
SELECT query, pg_temp.try(format('SELECT acctguard.entitlement_register(%L, %L, %L)', 'coupons', query, 'dormancy_reader')) FROM wrong;
SELECT current_user = session_user AS still_ourselves, current_setting('transaction_read_only') AS read_only;

-- the sum of all sources counts; another query in the place of the first; every change is recorded
SELECT acctguard.entitlement_register('coupons', 'SELECT count(*) FROM dormancy_app.coupon', 'dormancy_reader');
SELECT acctguard.entitlement_register('coupons', 'SELECT count(*) FROM dormancy_app.coupon WHERE user_id = $1', 'dormancy_reader', 'per user');
SELECT acctguard.entitlement_register('worth', 'SELECT coalesce(sum(worth), 0)::bigint FROM dormancy_app.coupon WHERE user_id = $1', 'dormancy_reader');
INSERT INTO dormancy_app.coupon VALUES (4300001, 20), (4300001, 22);
SELECT * FROM acctguard.entitlement_check(4300001);
SELECT acctguard.entitlement_remove('worth', 'it counts the same');
SELECT source, version, enabled, run_as, change_reason FROM acctguard.entitlement_sources();
SELECT action, after ->> 'source' AS source, after ->> 'version' AS version, reason FROM acctguard.audit_read() WHERE action LIKE 'entitlement.%' ORDER BY at;

-- Q2: dormant, and something to lose: protected; Q3: nothing to lose, not protected. Neither refuses anything.
SELECT account, (pg_temp.look(account)).* FROM unnest('{4300001,4300002}'::bigint[]) account;
SELECT (acctguard.account_status(4300001) -> 'protection') - 'from' AS protection, acctguard.account_status(4300001) -> 'restricted' AS restricted,
    acctguard.account_status(4300001) -> 'restrictions' AS restrictions;
SELECT acctguard.allowed(4300001, 'pay.send'), acctguard.allowed(4300001, 'session.create');
-- Q6: something is granted to a dormant account: it is protected with that, no sweep has to come
INSERT INTO dormancy_app.coupon VALUES (4300002, 1);
SELECT * FROM pg_temp.look(4300002);
-- Q7: a source that fails, returns NULL, takes too long, or may no longer be asked: more than nothing
SELECT * FROM pg_temp.look(4300003);
INSERT INTO dormancy_app.coupon VALUES (4300003, NULL);
SELECT acctguard.entitlement_register('worth', 'SELECT sum(coalesce(worth, -1))::bigint FROM (SELECT 0 AS worth UNION ALL SELECT worth FROM dormancy_app.coupon WHERE user_id = $1) c', 'dormancy_reader');
SELECT source, problem FROM acctguard.entitlement_check(4300003);
SELECT * FROM pg_temp.look(4300003);
SELECT acctguard.entitlement_register('worth', 'SELECT CASE WHEN $1 = 4300004 THEN NULL WHEN $1 = 4300005 THEN 1 / (4300005 - $1) ELSE 0 END::bigint', 'dormancy_reader');
SELECT acctguard.entitlement_register('slow', 'SELECT CASE WHEN $1 = 4300006 THEN (SELECT count(*) - 1 FROM pg_sleep(60)) ELSE 0 END::bigint', 'dormancy_reader');
SELECT account, (pg_temp.look(account)).*, source, problem FROM unnest('{4300004,4300005,4300006,4300007}'::bigint[]) account, acctguard.entitlement_check(account) WHERE problem IS NOT NULL OR account = 4300007;
REVOKE SELECT ON dormancy_app.coupon FROM dormancy_reader;
SELECT source, problem FROM acctguard.entitlement_check(4300007);
SELECT * FROM pg_temp.look(4300007);
GRANT SELECT ON dormancy_app.coupon TO dormancy_reader;
GRANT acctguard_operator TO dormancy_reader;
SELECT source, problem FROM acctguard.entitlement_check(4300007);
REVOKE acctguard_operator FROM dormancy_reader;
-- ... a cancellation of the caller's own is no answer
SET statement_timeout = 200;
SELECT acctguard.policy_set('setting', 'entitlement_timeout', '60000', 'test') > 0 AS set;
SELECT * FROM pg_temp.look(4300006);
RESET statement_timeout;
SELECT acctguard.policy_set('setting', 'entitlement_timeout', '500', 'test') > 0 AS set;
-- ... and what a query did is undone, and its role with it
CREATE FUNCTION dormancy_app.meddle(bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('application_name', 'meddled', false); RETURN 0; END $$;
SELECT acctguard.entitlement_register('slow', 'SELECT dormancy_app.meddle($1)', 'dormancy_reader');
SELECT * FROM pg_temp.look(4300007);
SELECT current_setting('application_name') <> 'meddled' AS unchanged, current_user = session_user AS still_ourselves;
CREATE OR REPLACE FUNCTION dormancy_app.meddle(bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN CREATE TEMP TABLE meddled (); RETURN 0; END $$;
SELECT problem FROM acctguard.entitlement_check(4300007) WHERE source = 'slow';
SELECT acctguard.entitlement_remove('slow', 'x'), acctguard.entitlement_remove('worth', 'x');
DELETE FROM dormancy_app.coupon;

-- Signs of life. Any use of a session counts, but one that was opened with the number alone is no sign of the owner.
INSERT INTO dormancy_app.coupon SELECT i, 1 FROM generate_series(4300010, 4300049) i;
SELECT pg_temp.day(0);
SELECT pg_temp.open('own', 4300010), pg_temp.open('sim', 4300011, '{number_code}'), pg_temp.open('late', 4300012, '{number_code}');
SELECT pg_temp.day(6);
SELECT pg_temp.use('own'), pg_temp.use('sim'), pg_temp.use('late');
SELECT account, (pg_temp.look(account)).* FROM unnest('{4300010,4300011,4300012}'::bigint[]) account;
SELECT code FROM held, acctguard.session_step_up(token, '{totp}') WHERE name = 'late';
SELECT pg_temp.day(8);
SELECT pg_temp.use('late');
SELECT pg_temp.day(46);
SELECT account, (pg_temp.look(account)).* FROM unnest('{4300010,4300011,4300012}'::bigint[]) account;
-- ... nor is one on a device that was quarantined or lost
SELECT acctguard.device_quarantine(4300010, 1, 'x');
SELECT * FROM pg_temp.look(4300010);
-- ... a proof of the number together with something else is one, and its country has the floor; so has the country of a number that was lost
INSERT INTO acctguard.number (number_id, country, e164, e164_kid, index_kid, hint, added_at) SELECT i, 86, '\x00', 1000000, 1000000, '+86*********00', now() FROM generate_series(4300013, 4300014) i;
INSERT INTO acctguard.binding (account_id, no, number_id, kind, proofs, bound_at, bound_by, recorded_at, effective_at, last_owner_proof_at, released_at, release_reason, released_by)
SELECT i, 1, i, 'login', '{otp}', now(), 'x', now(), now(), now() + interval '20 days', CASE WHEN i = 4300014 THEN now() + interval '21 days' END, CASE WHEN i = 4300014 THEN 'carrier' END, CASE WHEN i = 4300014 THEN 'x' END FROM generate_series(4300013, 4300014) i;
SELECT account, (pg_temp.look(account)).seen, (SELECT recycled_after FROM acctguard.dormancy(account)) FROM unnest('{4300013,4300014}'::bigint[]) account;
-- ... the application can tell of one, not of the future, and not for a protected account; also when an account that was taken over was last used
SET SESSION AUTHORIZATION freeze_app;
SELECT acctguard.account_seen(4300010), acctguard.account_seen(4300013), acctguard.account_seen(4300013);
SELECT acctguard.account_seen(4300013, now() + interval '1 year');
RESET SESSION AUTHORIZATION;
SELECT pg_temp.day(1);
SELECT acctguard.account_seen(4300015, now() - interval '1 year'), (pg_temp.look(4300015)).*;
SELECT * FROM pg_temp.signs(4300015);

-- Q2, Q9: protection ends with a known device and the password, and with nothing less
SELECT pg_temp.day(0);
SELECT pg_temp.open('bare', 4300020), pg_temp.open('bare', 4300021);
SELECT pg_temp.day(46);
SELECT * FROM pg_temp.look(4300020);
-- ... a device that is known by its name only, a new device, a number and more on it
SELECT pg_temp.open('bare', 4300020), (pg_temp.look(4300020)).*;
SELECT pg_temp.open('new', 4300020, '{password,totp}'), (pg_temp.look(4300020)).*;
SELECT pg_temp.open('new', 4300020, '{number_code}'), (pg_temp.look(4300020)).protected;
SELECT code, (pg_temp.look(4300020)).protected FROM held, acctguard.session_step_up(token, '{password}') WHERE name = 'new';
-- ... both together do it, on any later day: the signed device, and the password
CREATE FUNCTION pg_temp.sign(seed bytea, data bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_sign';
CREATE FUNCTION pg_temp.public_key(seed bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_public_key';
CREATE FUNCTION pg_temp.url(data bytea) RETURNS text LANGUAGE sql AS $$ SELECT translate(encode(data, 'base64'), E'+/=\n', '-_') $$;
CREATE FUNCTION pg_temp.signed(called text, account bigint, proofs text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    seed bytea := sha256(called::bytea);
    device jsonb := jsonb_build_object('id', called, 'platform', 'mobile', 'key', pg_temp.url(pg_temp.public_key(seed)));
    challenge text;
BEGIN
    IF EXISTS (SELECT FROM acctguard.device d WHERE d.account_id = account AND d.handle = called AND d.public_key IS NOT NULL) THEN
        challenge := acctguard.device_challenge(account, called);
        device := device || jsonb_build_object('signature', pg_temp.url(pg_temp.sign(seed,
            'acctguard device 1'::bytea || '\x00' || int8send(account) || decode(translate(challenge, '-_', '+/') || '=', 'base64'))));
    END IF;
    RETURN (SELECT code FROM acctguard.session_open(account, device, proofs));
END $$;
SELECT pg_temp.day(0);
SELECT pg_temp.signed('keyed', i, '{password}') FROM generate_series(4300022, 4300024) i;
SELECT pg_temp.open('plain', 4300025), pg_temp.signed('gone', 4300026, '{password}');
SELECT pg_temp.day(46);
SELECT account, (pg_temp.look(account)).protected FROM generate_series(4300022, 4300026) account;
SELECT pg_temp.signed('keyed', 4300022, '{number_code,email_code}'), (pg_temp.look(4300022)).protected;
SELECT pg_temp.signed('keyed', 4300022, '{password}'), (pg_temp.look(4300022)).*;
SELECT * FROM pg_temp.signs(4300022);
SELECT subject FROM acctguard.notice_inbox(4300022);
SELECT acctguard.account_status(4300022) ? 'protection' AS told;
-- ... a key that comes after the name is no older than its coming
SELECT pg_temp.signed('plain', 4300025, '{password}'), pg_temp.signed('plain', 4300025, '{password}'), (pg_temp.look(4300025)).protected;
-- ... not one that was quarantined, nor one that nobody has seen for 400 days
SELECT acctguard.device_quarantine(4300023, 1, 'x');
SELECT pg_temp.signed('keyed', 4300023, '{password}'), (pg_temp.look(4300023)).protected;
SELECT pg_temp.day(400.1);
SELECT pg_temp.signed('gone', 4300026, '{password}'), (pg_temp.look(4300026)).protected;
SELECT pg_temp.day(399.9);
SELECT pg_temp.signed('keyed', 4300024, '{password}'), (pg_temp.look(4300024)).protected;
-- ... nor one that came while the account was protected: the password that brought it in does not open the account a week later
SELECT pg_temp.day(46);
SELECT pg_temp.signed('thief', 4300027, '{password}'), (pg_temp.look(4300027)).protected;
SELECT pg_temp.day(54);
SELECT pg_temp.signed('thief', 4300027, '{password}'), (pg_temp.look(4300027)).*;
SELECT state FROM acctguard.device_list(4300027);
SELECT gate, points FROM acctguard.assurance_of(4300027, '{password,device_key}', 'thief', 'login');
SELECT * FROM pg_temp.signs(4300027);
-- ... but a device that was there before is known at any time
SELECT gate, points FROM acctguard.assurance_of(4300024, '{password,device_key}', 'keyed', 'login');
-- ... where there is nothing to lose, any proof is a sign of life
SELECT pg_temp.day(46);
DELETE FROM dormancy_app.coupon WHERE user_id = 4300021;
SELECT pg_temp.open('new', 4300021), (pg_temp.look(4300021)).*;
INSERT INTO dormancy_app.coupon VALUES (4300021, 1);
SELECT * FROM pg_temp.look(4300021);
SELECT * FROM pg_temp.signs(4300020);

-- Q1: the owner is asked once for each sign of life, a month ahead, on every channel
CREATE FUNCTION pg_temp.sweep() RETURNS TABLE (error text) LANGUAGE sql AS $$ SELECT s.error FROM acctguard.sweep(1000000) s WHERE task = 'dormancy' $$;
CREATE FUNCTION pg_temp.told(account bigint) RETURNS TABLE (told bigint) LANGUAGE sql AS $$ SELECT count(*) FROM acctguard.notice_list(account) WHERE event = 'dormancy.near' $$;
DELETE FROM dormancy_app.coupon WHERE user_id <> 4300030;
SELECT pg_temp.day(0);
SELECT pg_temp.open('asked', 4300030);
SELECT pg_temp.day(14.9);
SELECT pg_temp.sweep(), pg_temp.told(4300030);
SELECT pg_temp.day(15.1);
SELECT pg_temp.sweep(), pg_temp.told(4300030);
SELECT pg_temp.day(20);
SELECT pg_temp.sweep(), pg_temp.told(4300030);
SELECT subject, body ~ '^You have not used' AS body FROM acctguard.notice_inbox(4300030);
SELECT (acctguard.account_status(4300030) -> 'protection') - 'from' AS protection;
SELECT * FROM pg_temp.signs(4300030);
-- ... one tap on a device he uses is a sign of life: the question is withdrawn, and asked again when it is time
SELECT acctguard.account_seen(4300030);
SELECT count(*) FROM acctguard.notice_inbox(4300030);
SELECT pg_temp.sweep(), pg_temp.told(4300030);
SELECT acctguard.account_status(4300030) ? 'protection' AS told;
SELECT pg_temp.day(40);
SELECT pg_temp.sweep(), pg_temp.told(4300030);
-- Q8: no sweep came in time, and nothing is open for that: account 4300032 is protected though its owner was not asked
SELECT pg_temp.day(44);
INSERT INTO dormancy_app.coupon VALUES (4300032, 1);
SELECT * FROM pg_temp.look(4300032);
SELECT pg_temp.day(46);
SELECT * FROM pg_temp.look(4300032);
SELECT pg_temp.sweep(), pg_temp.told(4300032), (pg_temp.look(4300032)).protected;
-- ... who has nothing to lose is not asked
SELECT count(*) AS asked FROM acctguard.dormancy_reminder WHERE account_id BETWEEN 4300000 AND 4300049 AND account_id <> 4300030;

RESET acctguard.test_clock_offset;
SELECT acctguard.entitlement_remove('coupons', 'end of the test');
DROP SCHEMA dormancy_app CASCADE;
DROP ROLE dormancy_reader;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3, freeze_operator, freeze_risk, freeze_app, freeze_desk;
