-- Tombstones (PHN-18, R2, R16, A41, A42): the number that a banned account lost is held from a fresh start, and its true next
-- holder gets past that. Accounts 316000 to 316099.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE ROLE regress_tomb_mod LOGIN;
CREATE ROLE regress_tomb_mod2 LOGIN;
CREATE ROLE regress_tomb_operator LOGIN;
GRANT acctguard_moderator TO regress_tomb_mod, regress_tomb_mod2;
GRANT acctguard_operator TO regress_tomb_operator;
CREATE FUNCTION pg_temp.sign(seed bytea, data bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_sign';
CREATE FUNCTION pg_temp.public_key(seed bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_public_key';
CREATE FUNCTION pg_temp.seconds(at timestamptz) RETURNS bigint LANGUAGE sql AS 'SELECT floor(extract(epoch FROM at))::bigint';
-- What the carrier says of a number: it was disconnected so long ago.
CREATE FUNCTION pg_temp.disconnected(number text, ago interval, now timestamptz DEFAULT clock_timestamp()) RETURNS text LANGUAGE sql AS $$
    SELECT (acctguard.number_event(d, pg_temp.sign(sha256('tomb'), convert_to('acctguard/number-event/v1', 'UTF8') || '\x00' || 'carrier.tomb' || '\x00' || d), 'carrier.tomb')).code
    FROM convert_to(jsonb_build_object('format', 'carrier/notice', 'phoneNumber', number, 'aud', 'im.test', 'iat', pg_temp.seconds(now),
        'exp', pg_temp.seconds(now) + 3600, 'jti', gen_random_uuid(), 'event', 'disconnected',
        'at', to_char((now - ago) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))::text, 'UTF8') d $$;
SELECT acctguard.number_provider_add('carrier.tomb', pg_temp.public_key(sha256('tomb')), '{carrier/notice}', 'im.test', '2024-01-01') AS key;

SELECT count(acctguard.account_open(n)) AS opened FROM generate_series(316001, 316009) n;
SELECT count(acctguard.number_import(n, '+86137316' || n % 1000 + 10000, bound_at => '2024-01-01', proof_at => '2024-02-01')) AS bound
FROM generate_series(316001, 316008) n;
-- A ban of an account, for so long (NULL: without end), by two persons.
CREATE FUNCTION pg_temp.ban(account bigint, length interval) RETURNS int LANGUAGE plpgsql AS $$
DECLARE no int;
BEGIN
    SET SESSION AUTHORIZATION regress_tomb_mod;
    no := acctguard.freeze_impose(account, 'ban', 'violation.severe', 'sold stolen accounts', ground => 'rules 4.2', duration => length);
    SET SESSION AUTHORIZATION regress_tomb_mod2;
    PERFORM acctguard.freeze_approve(account, no);
    RESET SESSION AUTHORIZATION;
    RETURN no;
END $$;
SELECT pg_temp.ban(316001, '30 days'), pg_temp.ban(316002, '300 days'), pg_temp.ban(316003, NULL), pg_temp.ban(316004, '300 days'),
    pg_temp.ban(316005, '300 days'), pg_temp.ban(316006, '300 days'), pg_temp.ban(316007, '300 days');

-- Nothing is there before the number leaves; an account that is not banned leaves none, and a trusted number neither.
SELECT acctguard.number_import(316009, '+8613731610001', kind => 'trusted') AS trusted;
SELECT count(*) AS while_bound FROM generate_series(316001, 316009) n, acctguard.tombstone_list(n);
SELECT acctguard.number_release(316008, 1, 'admin', 'wanted'), acctguard.number_release(316009, 1, 'admin', 'wanted');
SELECT count(acctguard.number_release(n, 1, 'admin', 'support 12')) AS released FROM generate_series(316001, 316007) n;
-- R2: until the ban is over and 180 days have passed, or without end.
CREATE VIEW pg_temp.tomb AS SELECT account, binding, freeze_no, hint, state, date_trunc('day', justify_hours(until - written_at + interval '1 hour')) AS lasts, ended_by
FROM generate_series(316001, 316009) n, acctguard.tombstone_list(n);
SELECT * FROM pg_temp.tomb ORDER BY account;
-- By the number, however it is written.
SELECT account, binding, state FROM acctguard.tombstone_find('137 3161 0002', 'CN');
SELECT count(*) AS nobody_s FROM acctguard.tombstone_find('+8613731619999');
SELECT acctguard.tombstone_find('hello');

-- By the clock: the shorter ban first, a DBA's policy at once, the one without end never.
SET acctguard.test_clock_offset = 15552010;
SELECT account, state FROM pg_temp.tomb ORDER BY account;
SET acctguard.test_clock_offset = 25920010;
SELECT account, state FROM pg_temp.tomb ORDER BY account;
RESET acctguard.test_clock_offset;
BEGIN;
SELECT acctguard.policy_set('setting', 'tombstone_least', '3456000', 'test') > 0 AS set;
SELECT account, lasts FROM pg_temp.tomb ORDER BY account;
ROLLBACK;

-- A42: confirmed reassignment after the ban began ends it; disconnected before the ban, it had gone on being the banned person's.
SELECT pg_temp.disconnected('+8613731610002', interval '1 day') AS before_the_ban;
SELECT state FROM pg_temp.tomb WHERE account = 316002;
SET acctguard.test_clock_offset = 864000;
SELECT pg_temp.disconnected('+8613731610002', interval '1 day', clock_timestamp() + interval '10 days') AS after_the_ban;
SELECT account, state FROM pg_temp.tomb WHERE account IN (316002, 316003) ORDER BY account;
RESET acctguard.test_clock_offset;
-- A claim "not mine" is no evidence here, whoever wrote it: the one who makes it is the one who is held.
INSERT INTO acctguard.number_event (number_id, no, signal, occurred_at, stated_at, received_at)
SELECT number_id, 1, 'claim_completed', clock_timestamp() + interval '1 hour', clock_timestamp(), clock_timestamp() FROM acctguard.tombstone WHERE account_id = 316003;
SELECT state FROM pg_temp.tomb WHERE account = 316003;

-- An annulled ban holds nobody; a lifted one still for tombstone_least; a longer one longer: it is the ban as it stands.
SET SESSION AUTHORIZATION regress_tomb_operator;
SELECT acctguard.tombstone_end(316006, 1, 'another person, contract shown') AS ended, acctguard.tombstone_end(316006, 1, 'again') AS again;
SELECT acctguard.tombstone_end(316006, 2, 'none there');
SELECT acctguard.tombstone_end(316008, 1, 'was not banned');
SELECT acctguard.tombstone_end(316099, 1, 'no such account');
SELECT acctguard.tombstone_end(316006, 1, NULL);
RESET SESSION AUTHORIZATION;
SELECT count(*) >= 0 AS lifted FROM acctguard.freeze_lift(316004, 1, 'served long enough');
SELECT acctguard.freeze_vacate(316005, 1, 'wrong person') IS NOT NULL AS proposed;
SET SESSION AUTHORIZATION regress_tomb_mod;
SELECT acctguard.freeze_vacate(316005, 1, 'wrong person') IS NOT NULL AS annulled;
RESET SESSION AUTHORIZATION;
SELECT account, state, lasts, ended_by FROM pg_temp.tomb ORDER BY account;
SELECT l.action, l.account_id, l.person, l.reason FROM acctguard.audit_read(316006, action => 'number.tombstone_ended') l;

-- Who may not.
SET SESSION AUTHORIZATION regress_tomb_mod;
SELECT acctguard.tombstone_end(316003, 1, 'a friend of mine');
SELECT state FROM acctguard.tombstone_list(316003);
RESET SESSION AUTHORIZATION;
-- The rows are not to be changed past the functions.
DELETE FROM acctguard.tombstone WHERE account_id = 316003;
UPDATE acctguard.tombstone SET banned_at = '2020-01-01' WHERE account_id = 316003;
DROP ROLE regress_tomb_mod, regress_tomb_mod2, regress_tomb_operator;
