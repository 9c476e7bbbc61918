-- Passwords: rules, verification, keys, changes of policy, what a session may do. H5, H6, H8, H13, LGN-07, LGN-08, U49, U55. Accounts 4440000 to 4440099.
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE FUNCTION pg_temp.verify(accounts bigint[], password text, runs integer, rule text, subject text) RETURNS text LANGUAGE c AS 'acctguard', 'acctguard_test_password_verify';
CREATE FUNCTION pg_temp.set_it(account_id bigint, password text, second_factor boolean, context text[]) RETURNS text LANGUAGE c STRICT AS 'acctguard', 'acctguard_test_password_set';
CREATE FUNCTION pg_temp.normal(password text) RETURNS bytea LANGUAGE c STRICT AS 'acctguard', 'acctguard_test_normalize';
SELECT count(*) >= 0 AS keys FROM acctguard.key_create();
SELECT acctguard.account_open(n) FROM generate_series(4440001, 4440009) n;

-- rules: characters are counted, not bytes; no kind of character is asked for; blanks and case are the user's own
SELECT left(p, 20) AS begins, length(p), pg_temp.set_it(4440001, p, false, '{}') FROM unnest(ARRAY[
    'fourteen chars', 'fifteen of them', repeat('好学', 7) || '习', repeat('x1', 500), repeat('ab1!', 256) || 'c', 'PasswordPassword', 'thisismypassword',
    'aaaaaaaaaaaaaaa', 'ababababababababab', 'abcdefghijklmnop', '123456789012345', '98765432109876543', 'onlylowerletters']) p;
SELECT pg_temp.set_it(4440001, 'eight ch', false, '{}') AS alone, pg_temp.set_it(4440001, 'eight ch', true, '{}') AS with_a_second_factor,
    pg_temp.set_it(4440001, 'seven c', true, '{}') AS too_short_even_so;
-- what is known of the account is no password, nor is it with a few characters more
SELECT p, pg_temp.set_it(4440001, p, false, '{8613800138000,13800138000,4440001,Acme,alice.example}') FROM unnest(ARRAY[
    '138001380008613800138000', '13800138000AcME', 'alice.example13', 'Acme13800138000!!!', 'Acme13800138000 and so on']) p;
-- the same text typed on another keyboard is the same password
SELECT pg_temp.normal(U&'A\030Angstrom') = pg_temp.normal(U&'\00C5ngstrom') AS same, pg_temp.normal('Trailing ') AS kept, length(pg_temp.normal(repeat('x', 1024))) AS longest, pg_temp.normal(repeat('x', 1025)) AS longer;
SELECT pg_temp.set_it(4440001, U&'A\030Angstrom is a unit', false, '{}'), pg_temp.verify('{4440001}', U&'\00C5ngstrom is a unit', 1, NULL, NULL);
SELECT acctguard.password_block_add('{An uncommon sentence of ours,password}') AS one_is_new, pg_temp.set_it(4440001, 'an uncommon sentence of OURS', false, '{}');
SELECT acctguard.password_block_add('{""}');

-- verification: always so many runs, of whoever it may be
SELECT pg_temp.set_it(4440002, 'the same words for two', false, '{}'), pg_temp.set_it(4440003, 'the same words for two', false, '{}'), pg_temp.set_it(4440004, 'other words entirely', false, '{}');
SELECT c, pg_temp.verify(c::bigint[], 'the same words for two', 2, NULL, NULL) FROM unnest('{"{4440002}","{4440002,4440003}","{4440004,4440003}","{0,4440002}","{4440004}","{}","{999}"}'::text[]) c;
SELECT left(p, 22) AS begins, pg_temp.verify('{4440002}', p, 1, NULL, NULL) FROM unnest(ARRAY['The same words for two', 'the same words for two ', '', repeat('x', 2000)]) p;

-- charged before, whatever becomes of the transaction; in back-off the right password is not evaluated (U49)
BEGIN;
SELECT pg_temp.verify('{4440002}', 'wrong ' || n, 2, 'login.unknown', '4440002') FROM generate_series(1, 5) n;
ROLLBACK;
SELECT pg_temp.verify('{4440002}', 'the same words for two', 2, 'login.unknown', '4440002') AS the_right_one;
SELECT attempts FROM acctguard.attempt_status('4440002');

-- the table alone cannot be searched, and a hash opens only for its own account
SELECT count(*) AS legible FROM acctguard.credential WHERE encode(secret, 'escape') LIKE '%argon2%';
SET session_replication_role = replica;
UPDATE acctguard.credential SET kid = 1;
RESET session_replication_role;
SELECT no, kind, version, set_by FROM acctguard.credential_list(4440002);
SELECT action, after -> 'first' AS first, after -> 'by' AS by FROM acctguard.audit_read() WHERE account_id = 4440002 AND action = 'password.set';

-- another cost: the hash follows at the next success, and the password is still the same version
SELECT acctguard.policy_set('setting', 'password_passes', '3', 'test');
SELECT pg_temp.verify('{4440004}', 'other words entirely', 2, NULL, NULL) AS first_success;
SELECT pg_temp.verify('{4440004}', 'other words entirely', 2, NULL, NULL) AS second_success;
SELECT version FROM acctguard.credential_list(4440004);
SELECT acctguard.policy_set('setting', 'password_passes', '6', 'test');
SELECT pg_temp.verify('{4440004}', 'other words entirely', 1, NULL, NULL);
SELECT acctguard.policy_set('setting', 'password_passes', '2', 'test');
SELECT pg_temp.verify('{4440004}', 'other words entirely', 1, NULL, NULL) AS costs_more_than_twice_what_policy_says;
SELECT acctguard.policy_set('setting', 'password_passes', '3', 'test');
SELECT pg_temp.verify('{4440004}', 'other words entirely', 1, NULL, NULL) AS costs_twice;
SELECT acctguard.policy_set('setting', 'password_passes', '2', 'test');
SELECT acctguard.policy_set('setting', 'password_passes', '7', 'test');
SELECT acctguard.policy_set('setting', 'password_memory', '1024', 'test');

-- another key: rows are moved without the password, and nothing else changes
SELECT count(*) AS made FROM acctguard.key_create('pw_pepper');
SELECT pg_temp.verify('{4440004}', 'other words entirely', 1, NULL, NULL) AS under_the_old_key;
SELECT pg_temp.set_it(4440006, 'sealed with the new key', false, '{}');
SELECT count(DISTINCT kid) AS keys FROM acctguard.credential WHERE account_id BETWEEN 4440001 AND 4440009;
SELECT remaining FROM acctguard.key_rewrap('pw_pepper', 100000);
SELECT count(DISTINCT kid) AS keys FROM acctguard.credential WHERE account_id BETWEEN 4440001 AND 4440009;
SELECT pg_temp.verify('{4440004}', 'other words entirely', 1, NULL, NULL) AS under_the_new_key;

-- through a session: the first password
CREATE TEMP TABLE s AS SELECT o.* FROM acctguard.session_open(4440005, '{"id": "phone"}', '{password}') o;
SELECT acctguard.password_set(token, 'a first password') AS not_stepped_up FROM s;
SELECT code FROM acctguard.session_step_up((SELECT token FROM s), '{totp}');
SELECT acctguard.password_set(token, 'short') AS short, acctguard.password_set(token, 'acctguard4440005') AS known FROM s;
SELECT acctguard.password_set(token, 'a first password') FROM s;
SELECT acctguard.password_set(token, 'a second first one') AS again FROM s;
SELECT acctguard.password_set('acs1_1.1.x', 'a first password'), acctguard.password_set(NULL, 'x');
SELECT acctguard.password_set('acs1_1.1.x', 'a first password');

-- ... and another one: it ends the other sessions, and the user is told
SELECT code FROM acctguard.session_open(4440005, '{"id": "tablet"}', '{password}');
SELECT c.* FROM s, acctguard.password_change(token, 'not the password', 'a second password') c;
SELECT c.* FROM s, acctguard.password_change(token, 'a first password', 'short') c;
SELECT c.* FROM s, acctguard.password_change(token, 'a first password', 'a second password') c;
SELECT c.code FROM s, acctguard.password_change(token, 'a first password', 'a third password') c;
SELECT count(*) FILTER (WHERE end_reason IS NULL) AS live, count(*) FILTER (WHERE end_reason = 'password') AS ended FROM acctguard.session_list(4440005);
SELECT event, channel FROM acctguard.notice_list(4440005) WHERE event LIKE 'password%';
SELECT version FROM acctguard.credential_list(4440005);
SELECT attempts FROM acctguard.attempt_status('4440005');
-- its own numbers are no password, with or without the calling code
SELECT acctguard.number_import(4440005, '+8613800444005', bound_at => '2026-01-01') > 0 AS bound;
SELECT c.code FROM s, unnest('{8613800444005abc,1380044400513800444005}'::text[]) p, acctguard.password_change(token, 'a second password', p) c;
-- too many wrong ones: the right one is not evaluated either, until somebody clears it
SELECT string_agg(c.code, ' ') FROM s, generate_series(1, 6) n, acctguard.password_change(token, 'wrong ' || n, 'a third password') c;
SELECT c.code, c.retry_at IS NOT NULL AS told_when FROM s, acctguard.password_change(token, 'a second password', 'a third password') c;
SELECT acctguard.attempt_clear('4440005', 'login.unknown', 'test');
SELECT c.code FROM s, acctguard.password_change(token, 'a second password', 'a third password') c;
-- without a stronger proof
SELECT acctguard.policy_set('setting', 'step_up_age', '30', 'test');
SET acctguard.test_clock_offset = 60;
SELECT c.code FROM s, acctguard.password_change(token, 'a third password', 'a fourth password') c;
SELECT acctguard.policy_set('setting', 'password_step_up', '0', 'test');
SELECT c.code FROM s, acctguard.password_change(token, 'a third password', 'a fourth password') c;
SELECT o.token AS number_only FROM acctguard.session_open(4440005, '{"id": "new"}', '{number_code}') o \gset
SELECT code AS a_number_alone FROM acctguard.password_change(:'number_only', 'a fourth password', 'a fifth password');
RESET acctguard.test_clock_offset;
SELECT acctguard.policy_set('setting', 'password_step_up', '1', 'test');
SELECT acctguard.policy_set('setting', 'step_up_age', '600', 'test');
-- a freeze that denies it
SELECT acctguard.freeze_impose(4440005, 'emergency_lock', 'security.takeover', 'a lock of everything') > 0 AS frozen;
SELECT c.code FROM s, acctguard.password_change(token, 'a fourth password', 'a fifth password') c;

-- an account that is erased leaves no credential (AUD-04)
SELECT pg_temp.set_it(4440007, 'it will not be needed', false, '{}');
SELECT acctguard.account_request_close(4440007) IS NOT NULL AS closing;
SET acctguard.test_clock_offset = 63072000;
SELECT acctguard.account_erase(4440007, 'the owner asked for it');
RESET acctguard.test_clock_offset;
SELECT count(*) AS credentials FROM acctguard.credential WHERE account_id = 4440007;
SELECT pg_temp.verify('{4440007}', 'it will not be needed', 1, NULL, NULL);

SELECT * FROM acctguard.password_codes();
