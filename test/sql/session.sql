-- Sessions: opened, checked, exchanged, ended; and what freezes do to them. FRZ-12, LGN-05, LGN-08.
-- Accounts 4100000 to 4100099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(4100000, 4100099);
-- a session of the account, its token under a name
CREATE TEMP TABLE held (name text PRIMARY KEY, token text);
CREATE FUNCTION pg_temp.open(called text, account bigint, device text, proofs text[] DEFAULT '{password}', step_up boolean DEFAULT false, platform text DEFAULT 'mobile')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    opened record;
BEGIN
    SELECT * INTO opened FROM acctguard.session_open(account, jsonb_build_object('id', device, 'platform', platform), proofs, step_up);
    IF opened.token IS NOT NULL THEN
        INSERT INTO held VALUES (called, opened.token) ON CONFLICT (name) DO UPDATE SET token = excluded.token;
    END IF;
    RETURN opened.code;
END $$;
CREATE FUNCTION pg_temp.token(wanted text) RETURNS text LANGUAGE sql AS $$ SELECT token FROM held WHERE name = wanted $$;
CREATE FUNCTION pg_temp.check(wanted text) RETURNS text LANGUAGE sql AS $$ SELECT code FROM acctguard.session_check(pg_temp.token(wanted)) $$;

-- what can be answered
SELECT * FROM acctguard.access_codes();

-- LGN-08: a token is shown once, its hash is kept; the check tells whose it is
SELECT code, token ~ '^acs1_4100000\.\d+\.[A-Za-z0-9_-]{43}$' AS token_looks_right, until - clock_timestamp() > '29 days' AS for_long
FROM acctguard.session_open(4100000, '{"id": "phone-1", "platform": "mobile", "label": "Pixel 9", "place": "Shanghai"}', '{password}');
SELECT pg_temp.open('a', 4100000, 'phone-1');
SELECT code, account_id, session_no > 0 AS session, device_no > 0 AS device, must_do, denied, until > clock_timestamp() AS lasts, stepped_up_at
FROM acctguard.session_check(pg_temp.token('a'));
SELECT count(*) AS hashes, bool_and(octet_length(token_hash) = 32) AS of_32_bytes FROM acctguard.session WHERE account_id = 4100000;
-- one session a device: the first one was replaced
SELECT state, label, platform, place, proofs, end_reason FROM acctguard.session_list(4100000);

-- every other text is unknown, and nothing more is told; none is an error
SELECT what, c.* FROM (VALUES
    ('null', NULL), ('empty', ''), ('prefix', 'acs1_'), ('garbage', 'hello'), ('no account', 'acs1_1.1.' || repeat('A', 43)),
    ('wrong bytes', regexp_replace(pg_temp.token('a'), '[^.]*$', repeat('A', 43))),
    ('last digit', left(pg_temp.token('a'), -1) || CASE right(pg_temp.token('a'), 1) WHEN 'A' THEN 'E' ELSE 'A' END),
    ('a blank behind', pg_temp.token('a') || ' '), ('a blank before', ' ' || pg_temp.token('a')),
    ('leading zero', regexp_replace(pg_temp.token('a'), '_', '_0')),
    ('other session', regexp_replace(pg_temp.token('a'), '\.\d+\.', '.1.')),
    ('other account', replace(pg_temp.token('a'), '4100000', '4100001')),
    ('too large', regexp_replace(pg_temp.token('a'), '_\d+', '_9223372036854775808')),
    ('large number', regexp_replace(pg_temp.token('a'), '\.\d+\.', '.4294967297.')),
    ('padded', pg_temp.token('a') || '='), ('long', pg_temp.token('a') || repeat('x', 10000)), ('megabytes', repeat('acs1_', 1000000))) AS t (what, token),
    acctguard.session_check(t.token) AS c;

-- time: idle after session_idle, over after session_life; half-open, and use keeps it alive
SELECT pg_temp.open('idle', 4100001, 'd');
SET acctguard.test_clock_offset = 604700;
SELECT pg_temp.check('idle');
SET acctguard.test_clock_offset = 1209200;
SELECT pg_temp.check('idle') AS kept_by_use;
SET acctguard.test_clock_offset = 1814100;
SELECT pg_temp.check('idle') AS unused;
SELECT state FROM acctguard.session_list(4100001);
RESET acctguard.test_clock_offset;
SELECT pg_temp.open('old', 4100002, 'd');
DO $$
BEGIN
    FOR day IN 1..30 LOOP
        PERFORM set_config('acctguard.test_clock_offset', (day * 86400 - 60)::text, false);
        IF pg_temp.check('old') <> 'OK' THEN RAISE 'over on day %', day; END IF;
    END LOOP;
END $$;
SET acctguard.test_clock_offset = 2592000;
SELECT pg_temp.check('old') AS at_its_end;
SELECT state FROM acctguard.session_list(4100002);
RESET acctguard.test_clock_offset;
-- use is written once a minute, and not where it could fail
SELECT pg_temp.open('seen', 4100003, 'd');
CREATE FUNCTION pg_temp.seen() RETURNS interval LANGUAGE sql AS $$ SELECT date_trunc('minute', last_seen_at - opened_at) FROM acctguard.session WHERE account_id = 4100003 $$;
SET acctguard.test_clock_offset = 50;
SELECT pg_temp.check('seen'), pg_temp.seen();
SET acctguard.test_clock_offset = 70;
BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_temp.check('seen'); COMMIT; SELECT pg_temp.seen() AS repeatable_read;
BEGIN READ ONLY; SELECT pg_temp.check('seen'); COMMIT; SELECT pg_temp.seen() AS read_only;
BEGIN; SELECT pg_temp.check('seen'); COMMIT; SELECT pg_temp.seen() AS block;
SELECT pg_temp.check('seen'); SELECT pg_temp.seen() AS written;
SET acctguard.test_clock_offset = 302500;
BEGIN; SELECT pg_temp.check('seen'); COMMIT; SELECT pg_temp.seen() > '3 days' AS block_that_keeps_it_alive;
RESET acctguard.test_clock_offset;

-- exchanging the token: the old one stays good for a moment, and gives the same new one
SELECT pg_temp.open('r0', 4100004, 'd');
INSERT INTO held SELECT 'r1', new_token FROM acctguard.session_refresh(pg_temp.token('r0'));
SELECT pg_temp.check('r0') AS old, pg_temp.check('r1') AS new, pg_temp.token('r0') <> pg_temp.token('r1') AS differ;
SELECT code, new_token = pg_temp.token('r1') AS same FROM acctguard.session_refresh(pg_temp.token('r0'));
SET acctguard.test_clock_offset = 11;
SELECT pg_temp.check('r0') AS old, pg_temp.check('r1') AS new;
-- ... used again later, two hold it
SELECT * FROM acctguard.session_refresh(pg_temp.token('r0'));
SELECT pg_temp.check('r0') AS old, pg_temp.check('r1') AS new;
SELECT end_reason FROM acctguard.session_list(4100004);
RESET acctguard.test_clock_offset;
SELECT * FROM acctguard.session_refresh('acs1_4100004.1.' || repeat('A', 43));
-- refreshing does not move the absolute end
SELECT pg_temp.open('end', 4100004, 'd');
SELECT until = (SELECT max(expires_at) FROM acctguard.session WHERE account_id = 4100004) AS same_end FROM acctguard.session_refresh(pg_temp.token('end'));

-- LGN-05: logging out, elsewhere, everywhere else
SELECT pg_temp.open('one', 4100005, 'phone'), pg_temp.open('two', 4100005, 'tablet', step_up => true), pg_temp.open('three', 4100005, 'web', platform => 'web');
SELECT * FROM acctguard.session_revoke(pg_temp.token('one'));
SELECT * FROM acctguard.session_revoke(pg_temp.token('one'));
SELECT pg_temp.check('one') AS one, pg_temp.check('two') AS two, pg_temp.check('three') AS three;
SELECT * FROM acctguard.session_revoke(pg_temp.token('two'), (SELECT session_no FROM acctguard.session_check(pg_temp.token('three'))));
SELECT * FROM acctguard.session_revoke(pg_temp.token('two'), 99999);
SELECT pg_temp.open('one', 4100005, 'phone'), pg_temp.open('three', 4100005, 'web', platform => 'web');
SELECT * FROM acctguard.session_revoke_others(pg_temp.token('two'));
SELECT pg_temp.check('one') AS one, pg_temp.check('two') AS two, pg_temp.check('three') AS three;
SELECT state, end_reason, platform FROM acctguard.session_list(4100005);
-- staff: one, all
SELECT acctguard.session_end(4100005, (SELECT session_no FROM acctguard.session_check(pg_temp.token('two'))), 'reported by phone');
SELECT pg_temp.open('one', 4100005, 'phone'), pg_temp.open('two', 4100005, 'tablet');
SELECT acctguard.session_end(4100005, NULL, 'all of them');
SELECT pg_temp.check('one') AS one, pg_temp.check('two') AS two, pg_temp.open('one', 4100005, 'phone'), pg_temp.check('one') AS new_one;
SELECT acctguard.session_end(4100005, 99999, 'none');
SELECT acctguard.session_end(4100005, NULL, ' ');
SELECT acctguard.session_end(4199999, NULL, 'nobody');

-- FRZ-12: a freeze that begins now revokes or locks in its own transaction
SELECT pg_temp.open('a', 4100010, 'd'), pg_temp.open('b', 4100011, 'd'), pg_temp.open('c', 4100012, 'd');
SELECT acctguard.freeze_impose(4100010, 'emergency_lock', 'security.takeover', 'long enough text') AS freeze;
SELECT code, account_id, cache_ttl, until > clock_timestamp() AS lasts, cardinality(denied) > 40 AS nearly_all FROM acctguard.session_check(pg_temp.token('a'));
SELECT code, token FROM acctguard.session_open(4100010, '{"id": "d"}', '{password}');
SELECT code FROM acctguard.session_refresh(pg_temp.token('a'));
-- ... the user may still log out elsewhere; when it ends the session is back
SET acctguard.test_clock_offset = 259200;
SELECT pg_temp.check('a') AS after_its_end;
RESET acctguard.test_clock_offset;
SELECT count(*) FROM acctguard.freeze_lift(4100010, 1, 'false alarm');
SELECT pg_temp.check('a') AS back;
-- an order that stops payments only stops no session
SELECT pg_temp.open('paid', 4100018, 'd');
SET SESSION AUTHORIZATION freeze_officer1;
SELECT acctguard.freeze_impose(4100018, 'compliance', 'regulatory.order', 'long enough text', legal_reference => 'order 7', ground => 'law', capabilities => '{money.out}') AS proposed;
SET SESSION AUTHORIZATION freeze_officer2;
SELECT acctguard.freeze_approve(4100018, 1);
RESET SESSION AUTHORIZATION;
SELECT code, denied FROM acctguard.session_check(pg_temp.token('paid'));
-- ... in a transaction that is rolled back, nothing happens; inside one it is seen at once
BEGIN;
SELECT acctguard.freeze_impose(4100011, 'emergency_lock', 'security.takeover', 'long enough text') AS freeze;
SELECT pg_temp.check('b') AS inside;
ROLLBACK;
SELECT pg_temp.check('b') AS after_rollback;
-- a restriction that keeps sessions keeps them
SELECT acctguard.freeze_impose(4100011, 'temp_restrict', 'security.odd_login', 'long enough text') AS freeze;
SELECT code, denied, cache_ttl FROM acctguard.session_check(pg_temp.token('b'));
SELECT code, token, until > clock_timestamp() AS lasts FROM acctguard.session_open(4100011, '{"id": "d2"}', '{password}');
-- a freeze that revokes: they stay dead when it has ended
GRANT SELECT ON held TO PUBLIC;
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(4100012, 'ban', 'violation.severe', 'long enough text', ground => 'Terms', duration => '1 day') AS proposed;
RESET SESSION AUTHORIZATION;
SELECT pg_temp.check('c') AS proposed;
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(4100012, 1);
RESET SESSION AUTHORIZATION;
SELECT pg_temp.check('c') AS banned;
SELECT session_epoch FROM acctguard.account WHERE account_id = 4100012;
SET acctguard.test_clock_offset = 90000;
SELECT pg_temp.check('c') AS after_its_end;
RESET acctguard.test_clock_offset;

-- a scheduled one: nothing is written at its start, and the answer is right by the clock
SELECT pg_temp.open('before', 4100013, 'd'), pg_temp.open('locked', 4100014, 'd');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(4100013, 'ban', 'violation.severe', 'long enough text', ground => 'Terms',
    starts_at => clock_timestamp() + '1 day', ends_at => clock_timestamp() + '2 days') AS proposed;
RESET SESSION AUTHORIZATION;
SELECT session_cuts FROM acctguard.account WHERE account_id = 4100013;
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(4100013, 1);
RESET SESSION AUTHORIZATION;
SELECT a.session_cuts[1] = r.starts_at AS cut_at_its_start, cardinality(a.session_cuts) AS cuts
FROM acctguard.account a JOIN acctguard.freeze_record r USING (account_id) WHERE account_id = 4100013 AND r.no = 1;
SELECT pg_temp.check('before') AS scheduled, (SELECT until < clock_timestamp() + '1 day' FROM acctguard.session_check(pg_temp.token('before'))) AS told;
SET acctguard.test_clock_offset = 86410;
SELECT pg_temp.check('before') AS running;
SELECT state FROM acctguard.session_list(4100013);
SET acctguard.test_clock_offset = 172810;
SELECT pg_temp.check('before') AS over, pg_temp.open('after', 4100013, 'd') AS opened, pg_temp.check('after') AS new_one;
-- ... another decision later keeps what has passed
SET acctguard.test_clock_offset = 172820;
SELECT acctguard.freeze_impose(4100013, 'temp_restrict', 'security.odd_login', 'long enough text') AS freeze;
SELECT pg_temp.check('before') AS still_dead, pg_temp.check('after') AS new_one, (SELECT cardinality(session_cuts) FROM acctguard.account WHERE account_id = 4100013) AS cuts;
RESET acctguard.test_clock_offset;
-- ... cancelled before its start it does nothing
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(4100014, 'ban', 'violation.severe', 'long enough text', ground => 'Terms', starts_at => clock_timestamp() + '1 day', duration => '1 day') AS proposed;
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(4100014, 1);
RESET SESSION AUTHORIZATION;
SELECT cardinality(session_cuts) AS cuts FROM acctguard.account WHERE account_id = 4100014;
SELECT count(*) FROM acctguard.freeze_lift(4100014, 1, 'he is back');
SELECT session_cuts FROM acctguard.account WHERE account_id = 4100014;
SET acctguard.test_clock_offset = 90000;
SELECT pg_temp.check('locked') AS lives;
RESET acctguard.test_clock_offset;
-- ... a lock that is scheduled
SELECT acctguard.freeze_impose(4100014, 'emergency_lock', 'security.takeover', 'long enough text', starts_at => clock_timestamp() + '1 day', duration => '1 day') AS freeze;
SELECT pg_temp.check('locked') AS scheduled;
SET acctguard.test_clock_offset = 86410;
SELECT pg_temp.check('locked') AS running;
SET acctguard.test_clock_offset = 172810;
SELECT pg_temp.check('locked') AS over;
RESET acctguard.test_clock_offset;

-- a rule of the user's own: only his phone
SELECT pg_temp.open('phone', 4100015, 'my-phone'), pg_temp.open('other', 4100015, 'my-tablet');
SELECT acctguard.freeze_impose(4100015, 'self_rule', 'own_wish', rule => '{"devices": ["my-phone"]}') AS freeze;
SELECT pg_temp.check('phone') AS phone, pg_temp.check('other') AS tablet;
SELECT pg_temp.open('third', 4100015, 'my-pc') AS pc, pg_temp.open('phone', 4100015, 'my-phone') AS phone;

-- the lifecycle: closing accounts go on, closed ones do not
SELECT acctguard.account_request_close(4100016) > clock_timestamp() AS asked;
SET acctguard.test_clock_offset = 2591000;
SELECT pg_temp.open('late', 4100016, 'd'), pg_temp.check('late');
SET acctguard.test_clock_offset = 2592100;
SELECT pg_temp.check('late') AS closed, pg_temp.open('more', 4100016, 'd') AS opened;
RESET acctguard.test_clock_offset;

-- erasing leaves no session and no device
SELECT pg_temp.open('gone', 4100017, 'd');
SELECT acctguard.account_request_close(4100017) > clock_timestamp() AS asked;
SET acctguard.test_clock_offset = 2592100;
SELECT pg_temp.check('gone') AS closed;
SET acctguard.test_clock_offset = 20000000;
SELECT pg_temp.try('SELECT acctguard.account_erase(4100017, ''his wish'')');
SELECT (SELECT count(*) FROM acctguard.session WHERE account_id = 4100017) AS sessions, (SELECT count(*) FROM acctguard.device WHERE account_id = 4100017) AS devices;
SELECT pg_temp.check('gone');
RESET acctguard.test_clock_offset;

-- where the account's row lies is remembered with the session, and a wrong place costs time, nothing else: beyond the table,
-- no row, another account's row, one that has moved
SELECT pg_temp.open('place', 4100022, 'd'), pg_temp.open('stranger', 4100023, 'd');
INSERT INTO acctguard.session (account_id, no, token_hash, device_no, epoch, opened_at, expires_at, last_seen_at, idle_length, number_only, methods, salt, account_place)
SELECT account_id, 900 + n, token_hash, device_no, epoch, opened_at, expires_at, last_seen_at, idle_length, number_only, methods, salt, wrong.place
FROM acctguard.session, (VALUES (1, '(4294967294,1)'::tid), (2, '(0,0)'), (3, '(0,60000)'), (4, NULL),
    (5, (SELECT account_place FROM acctguard.session WHERE account_id = 4100023))) AS wrong (n, place)
WHERE account_id = 4100022;
CREATE FUNCTION pg_temp.place(n integer) RETURNS text LANGUAGE sql AS $$ SELECT regexp_replace(pg_temp.token('place'), '\.\d+\.', '.' || 900 + n || '.') $$;
SELECT n, c.code, c.account_id, c.session_no FROM generate_series(1, 5) n, acctguard.session_check(pg_temp.place(n)) c;
BEGIN;
SELECT acctguard.session_end(4100022, NULL, 'test') AS ended;
SELECT n, code FROM generate_series(1, 5) n, acctguard.session_check(pg_temp.place(n));
ROLLBACK;
-- the next use that is noted puts the place right
SET acctguard.test_clock_offset = 70;
SELECT n, code FROM generate_series(1, 5) n, acctguard.session_check(pg_temp.place(n));
RESET acctguard.test_clock_offset;
SELECT count(DISTINCT account_place) AS places, count(account_place) AS known FROM acctguard.session WHERE account_id = 4100022 AND no > 900;
VACUUM FULL acctguard.account;
SELECT n, code FROM generate_series(1, 5) n, acctguard.session_check(pg_temp.place(n));
SELECT acctguard.session_end(4100022, NULL, 'test') AS ended;
SELECT n, code FROM generate_series(1, 5) n, acctguard.session_check(pg_temp.place(n));
SELECT pg_temp.check('stranger') AS stranger;

-- arguments that are simply wrong
SELECT pg_temp.try(c) FROM (VALUES
    ($$SELECT acctguard.session_open(4100020, NULL, '{password}')$$), ($$SELECT acctguard.session_open(4100020, '[]', '{password}')$$),
    ($$SELECT acctguard.session_open(4100020, '{}', '{password}')$$), ($$SELECT acctguard.session_open(4100020, '{"id": ""}', '{password}')$$),
    ($$SELECT acctguard.session_open(4100020, '{"id": 7}', '{password}')$$), ($$SELECT acctguard.session_open(4100020, '{"id": "d", "colour": "red"}', '{password}')$$),
    ($$SELECT acctguard.session_open(4100020, '{"id": "d", "platform": "fridge"}', '{password}')$$), ($$SELECT acctguard.session_open(4100020, '{"id": "d", "key": "AAAA"}', '{password}')$$),
    (format('SELECT acctguard.session_open(4100020, %L, ''{password}'')', jsonb_build_object('id', repeat('x', 256)))),
    (format('SELECT acctguard.session_open(4100020, %L, ''{password}'')', jsonb_build_object('id', 'd', 'label', repeat('x', 64)))),
    ($$SELECT acctguard.session_open(4100020, '{"id": "d"}', '{}')$$), ($$SELECT acctguard.session_open(4100020, '{"id": "d"}', NULL)$$),
    ($$SELECT acctguard.session_open(4100020, '{"id": "d"}', '{magic}')$$), ($$SELECT acctguard.session_open(4100020, '{"id": "d"}', '{device_key}')$$),
    ($$SELECT acctguard.session_open(NULL, '{"id": "d"}', '{password}')$$), ($$SELECT acctguard.session_open(4199999, '{"id": "d"}', '{password}')$$)) AS t (c);
SELECT * FROM acctguard.session_refresh(NULL);
SELECT * FROM acctguard.session_revoke(NULL);

-- limits: sessions, devices; a record that is old is dropped when a session is opened
SELECT acctguard.policy_set('setting', 'session_most', '2', 'test') > 0 AS sessions, acctguard.policy_set('setting', 'device_most', '3', 'test') > 0 AS devices;
SELECT pg_temp.open('l1', 4100021, 'd1') AS d1, pg_temp.open('l2', 4100021, 'd2') AS d2, pg_temp.open('l3', 4100021, 'd3') AS d3, pg_temp.open('l2', 4100021, 'd2') AS d2_again;
SELECT * FROM acctguard.session_revoke(pg_temp.token('l1'));
SELECT pg_temp.open('l3', 4100021, 'd3') AS d3;
SELECT * FROM acctguard.session_revoke(pg_temp.token('l3'));
SELECT pg_temp.open('l4', 4100021, 'd4') AS d4;
SELECT count(*) AS on_record FROM acctguard.session WHERE account_id = 4100021;
SET acctguard.test_clock_offset = 10368100;
SELECT pg_temp.open('l1', 4100021, 'd1') AS d1;
SELECT count(*) AS on_record FROM acctguard.session WHERE account_id = 4100021;
RESET acctguard.test_clock_offset;
SELECT acctguard.policy_set('setting', 'session_most', '20', 'test') > 0 AS sessions, acctguard.policy_set('setting', 'device_most', '30', 'test') > 0 AS devices;

-- every act leaves one event
SELECT action, reason, after::jsonb - 'expires_at' AS after FROM acctguard.audit_read(4100005) WHERE action ~ '^(session|device)' ORDER BY aseq;

-- the tables' own rules
UPDATE acctguard.session SET expires_at = 'infinity';
DELETE FROM acctguard.device;
INSERT INTO acctguard.session (account_id, no, token_hash, device_no, epoch, opened_at, expires_at, last_seen_at, idle_length, ended_at, number_only, methods, salt)
VALUES (1, 1, sha256(''), 1, 0, now(), now() + '1 day', now(), 60, now(), false, '{x}', sha256(''));
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
