-- The gate: its tables, its policy, and what it says of real accounts. IDV-02, PHN-05, PHN-11; attacks A1, A4, A5, A10, A35. Accounts 4310000 to 4310019.
-- Every combination of at most three methods with every situation: test/unit/assurance.c.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT * FROM acctguard.gates();
SELECT method, category, points, reduced, worst, most, alone, enabled, presentable FROM acctguard.verification_methods();
SELECT * FROM acctguard.verification_skips();

CREATE FUNCTION pg_temp.gate(situation jsonb, shown text[], way text DEFAULT 'claim', OUT g text, OUT p integer, OUT of integer, OUT passed boolean, OUT next text)
LANGUAGE sql AS $$ SELECT gate, points, needed, passed, next FROM acctguard.assurance(situation, shown, way) $$;
-- The path does not choose the gate: whoever "cannot receive the code" has more to show, not less
SELECT shown, (pg_temp.gate('{"profile": "basic", "young_proof": true}', shown)).*
FROM (VALUES ('{number_code}'::text[]), ('{password}'), ('{password,identity_data}'), ('{password,email_code}'), ('{}')) s (shown);
-- A1: nobody has proved the number for long, and nothing is known of it: the code is worth ten, and the profile says what more is wanted
SELECT profile, shown, (pg_temp.gate(jsonb_build_object('profile', profile), shown)).*
FROM unnest('{basic,social,money}'::text[]) profile, (VALUES ('{number_code}'::text[]), ('{number_code,password}'), ('{number_code,email_code}'), ('{number_code,password,email_code}')) s (shown);
-- A5: the SIM is new: the code is worth nothing, a second factor does it
SELECT shown, (pg_temp.gate('{"profile": "social", "sim_risk": true, "young_proof": true}', shown)).*
FROM (VALUES ('{number_code}'::text[]), ('{number_code,password,identity_data}'), ('{number_code,totp}'), ('{totp}')) s (shown);
-- ... and even a usual device leaves something to ask before what is sensitive
SELECT passed, another_factor FROM acctguard.assurance('{"sim_risk": true, "device": "trusted", "device_days": 30, "trusted_age": "30 days"}', '{device_key}');
-- The number changed hands: from an unknown device T4, from a known one T3, on a login with the password what it always is
SELECT device, way, (pg_temp.gate(jsonb_build_object('profile', 'money', 'evidence', 'confirmed', 'device', device, 'device_days', 9), '{password,device_key}', way)).*
FROM unnest('{NULL,seen,established,quarantined}'::text[]) device, unnest('{claim,login}'::text[]) way;
-- ... on a protected account on every path
SELECT way, shown, (pg_temp.gate('{"protected": true, "young_proof": true}', shown, way)).*
FROM unnest('{claim,login}'::text[]) way, (VALUES ('{number_code,password}'::text[]), ('{totp,device_approval}'), ('{totp,password}'), ('{totp,email_code}'), ('{service_ticket}')) s (shown);
SELECT money_waits FROM acctguard.assurance('{"protected": true}', '{service_ticket}');
-- A35: a stolen trusted device alone opens no account with money in it
SELECT profile, (pg_temp.gate(jsonb_build_object('profile', profile, 'device', 'trusted', 'trusted_age', '30 days'), '{device_key}')).* FROM unnest('{social,money}'::text[]) profile;
-- T1: logins are protected, or the login is unlike the owner's
SELECT situation, (pg_temp.gate(situation, '{password}', 'login')).* FROM (VALUES ('{}'::jsonb), ('{"login_protected": true}'), ('{"login_protected": true, "device": "established", "device_days": 3}'), ('{"anomalous": true, "device": "established"}')) s (situation);
-- never alone: an e-mail code, a face
SELECT shown, (pg_temp.gate('{}', shown)).p FROM (VALUES ('{email_code}'::text[]), ('{face}'), ('{face,email_code}'), ('{email_code,password}')) s (shown);
SELECT acctguard.assurance('{}', '{nonsense}');
SELECT acctguard.assurance('{"evidence": "nonsense"}');
SELECT acctguard.assurance('{"nonsense": 1}');
SELECT acctguard.assurance('{"profile": "rich"}');
SELECT acctguard.assurance('{"questions": "three"}');
SELECT acctguard.assurance('{"device": "nonsense"}');
SELECT acctguard.assurance('{}', '{}', 'nonsense');
SELECT acctguard.assurance('{}', '{}', 'claim', 'T9');

-- Policy: versions, effective at once, within ranges that keep worse evidence from helping
BEGIN;
SELECT acctguard.policy_set('verification_method', 'password', '{"points": 5, "reduced": 5, "worst": 5, "most": 5}', 'leaked too often');
SELECT acctguard.policy_set('gate', 'T3', '{"money": 30}');
SELECT (pg_temp.gate('{"profile": "money"}', '{password,totp}')).*;
SELECT acctguard.policy_set('verification_method', 'totp', '{"enabled": false}');
SELECT (pg_temp.gate('{"profile": "money"}', '{password,totp}')).*;
ROLLBACK;
BEGIN;
SELECT item, pg_temp.try(format('SELECT acctguard.policy_set(%L, %L, %L)', topic, item, change)) FROM (VALUES
    ('gate', 'T3', '{"basic": 10}'), ('gate', 'T4', '{"basic": 15, "social": 30, "money": 30}'), ('gate', 'T4', '{"categories": 1}'), ('gate', 'T2', '{"basic": 30}'), ('gate', 'T5', '{"basic": 30}'),
    ('gate', 'T1', '{"basic": 5}'), ('gate', 'T2', '{"beyond_knowledge": true}'), ('gate', 'T3', '{"beyond_knowledge": false}'), ('gate', 'T0', '{"basic": 1}'), ('gate', 'T0', '{"money": 9}'),
    ('verification_method', 'password', '{"points": 11, "most": 11}'), ('verification_method', 'number_code', '{"worst": 21}'),
    ('verification_method', 'number_code', '{"points": 41, "most": 41}'), ('verification_method', 'telepathy', '{"points": 1, "reduced": 1, "worst": 1, "most": 1, "alone": true, "enabled": true, "description": "x"}'))
    c (topic, item, change);
ROLLBACK;
SELECT gate, basic, beyond_knowledge FROM acctguard.gates() WHERE gate = 'T3';

-- A real account: its number, what is said of it, its devices
SELECT pg_temp.account(4310000, 4310019);
CREATE FUNCTION pg_temp.day(day numeric) RETURNS void LANGUAGE sql AS $$ SELECT set_config('acctguard.test_clock_offset', (day * 86400)::int::text, false) $$;
CREATE FUNCTION pg_temp.of(account bigint, shown text[], device text DEFAULT NULL, way text DEFAULT 'claim', OUT g text, OUT p integer, OUT passed boolean, OUT next text)
LANGUAGE sql AS $$ SELECT gate, points, passed, next FROM acctguard.assurance_of(account, shown, device, way) $$;
INSERT INTO acctguard.number (number_id, country, e164, e164_kid, index_kid, hint, event_count, added_at) SELECT i, 86, '\x00', 1000000, 1000000, '+86*********00', 1, now() FROM generate_series(4310000, 4310003) i;
INSERT INTO acctguard.binding (account_id, no, number_id, kind, proofs, bound_at, bound_by, recorded_at, effective_at, last_owner_proof_at)
SELECT i, 1, i, 'login', '{otp}', now(), 'x', now(), now(), now() FROM generate_series(4310000, 4310003) i;
SELECT pg_temp.of(4310000, '{number_code}'), pg_temp.of(4310009, '{number_code}'), pg_temp.of(4310000, '{password}', way => 'login');
SELECT pg_temp.day(119.9);
SELECT pg_temp.of(4310000, '{number_code}');
-- ... a day later its floor has passed
SELECT pg_temp.day(120.1);
SELECT pg_temp.of(4310000, '{number_code}'), pg_temp.of(4310000, '{number_code,password}');
SELECT pg_temp.day(0);
INSERT INTO acctguard.number_event (number_id, no, signal, occurred_at, stated_at, received_at, provider, provider_key, jti) VALUES
    (4310001, 1, 'sim_changed', now(), now(), now(), 'p', 1, 'a1'), (4310002, 1, 'subscriber_changed', now() + interval '1 second', now(), now(), 'p', 1, 'a2'),
    (4310003, 1, 'disconnected', now() + interval '1 second', now(), now(), 'p', 1, 'a3');
SELECT account, (pg_temp.of(account, '{number_code,password}')).*, (pg_temp.of(account, '{password}', way => 'login')).passed AS login FROM unnest('{4310000,4310001,4310002,4310003}'::bigint[]) account;
-- A10: a device that a number alone has enrolled is worth nothing, however long it waits; another one after a week, if it was used on three days
CREATE FUNCTION pg_temp.public_key(seed bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_public_key';
CREATE FUNCTION pg_temp.url(data bytea) RETURNS text LANGUAGE sql AS $$ SELECT translate(encode(data, 'base64'), E'+/=\n', '-_') $$;
CREATE TEMP TABLE held (called text, token text);
CREATE FUNCTION pg_temp.open(called text, account bigint, proofs text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    opened record;
BEGIN
    SELECT * INTO opened FROM acctguard.session_open(account, jsonb_build_object('id', called, 'platform', 'mobile', 'key', pg_temp.url(pg_temp.public_key(sha256(called::bytea)))), proofs, true);
    INSERT INTO held VALUES (called, opened.token);
    RETURN opened.code;
END $$;
CREATE FUNCTION pg_temp.use(wanted text) RETURNS text LANGUAGE sql AS $$ SELECT code FROM held, acctguard.session_check(token) WHERE called = wanted $$;
SELECT pg_temp.open('sim', 4310003, '{number_code}'), pg_temp.open('own', 4310003, '{password}'), pg_temp.open('idle', 4310003, '{password}'), pg_temp.open('mine', 4310003, '{password}');
SELECT pg_temp.day(1);
SELECT pg_temp.use('sim'), pg_temp.use('own'), pg_temp.use('own'), pg_temp.use('mine');
SELECT code FROM held, acctguard.session_step_up(token, '{totp}') WHERE called = 'mine';
SELECT acctguard.device_trust(token) FROM held WHERE called = 'mine';
SELECT pg_temp.of(4310003, '{device_key}', 'own') AS own, pg_temp.of(4310003, '{device_key}', 'mine') AS trusted_just_now;
SELECT pg_temp.day(3);
SELECT pg_temp.use('sim'), pg_temp.use('own');
SELECT pg_temp.of(4310003, '{device_key}', 'mine') AS trusted;
SELECT pg_temp.day(7.1);
SELECT called, (pg_temp.of(4310003, '{device_key}', called)).* FROM unnest('{sim,own,idle,mine,unknown}'::text[]) called;
SELECT handle, used_days FROM acctguard.device WHERE account_id = 4310003 ORDER BY no;
-- ... not used for 45 days it counts less, for 400 days nothing; quarantined nothing at once
SELECT pg_temp.day(44.9);
SELECT pg_temp.of(4310003, '{device_key}', 'own');
SELECT pg_temp.day(45.1);
SELECT pg_temp.of(4310003, '{device_key}', 'own'), pg_temp.of(4310003, '{device_key,totp}', 'own');
SELECT pg_temp.day(400.1);
SELECT pg_temp.of(4310003, '{device_key}', 'own');
SELECT pg_temp.day(8);
SELECT acctguard.device_quarantine(4310003, no, 'x') FROM acctguard.device WHERE account_id = 4310003 AND handle = 'own';
SELECT pg_temp.of(4310003, '{device_key}', 'own');
-- a protected account, by its silence
CREATE ROLE assurance_reader NOLOGIN;
SELECT acctguard.entitlement_register('assurance', 'SELECT ($1 = 4310000)::int::bigint', 'assurance_reader');
SELECT pg_temp.day(119.9);
SELECT pg_temp.of(4310000, '{number_code}'), pg_temp.of(4310000, '{password}', way => 'login');
SELECT pg_temp.day(120.1);
SELECT pg_temp.of(4310000, '{number_code}'), pg_temp.of(4310000, '{password}', way => 'login'), pg_temp.of(4310000, '{number_code,totp,email_code}');
SELECT acctguard.entitlement_remove('assurance', 'end of the test');
DROP ROLE assurance_reader;
RESET acctguard.test_clock_offset;
SELECT acctguard.assurance_of(4310999);
SET SESSION AUTHORIZATION freeze_app;
SELECT acctguard.assurance_of(4310000);
SELECT count(*) FROM acctguard.gates();
RESET SESSION AUTHORIZATION;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3, freeze_operator, freeze_risk, freeze_app, freeze_desk;
