-- Contacts and notices, on a server with keys: NTF-01 to NTF-04. Accounts 2300000 to 2300999.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
\pset null '-'
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', state || ': ' || message, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT acctguard.account_open(n, CASE WHEN n % 2 = 0 THEN 'zh-Hant-HK' ELSE 'en-GB' END, 'Asia/Shanghai') FROM generate_series(2300001, 2300020) n;
SELECT event, to_state, from_state, who, note FROM acctguard.notice_transitions() ORDER BY 1, 2, 3;

-- Addresses: what they must look like; no message repeats one. NTF-02
SELECT channel, address, pg_temp.attempt(format('SELECT acctguard.contact_add(2300001, %L, %L)', channel, address)) FROM (VALUES
    ('email', ''), ('email', 'nobody'), ('email', '@example.org'), ('email', 'a@'), ('email', 'a@b@example.org'), ('email', 'a b@example.org'),
    ('email', E'a@example.org\nBcc: everybody@example.org'), ('email', E'a@example.org\r'), ('email', 'Anna <a@example.org>'),
    ('email', 'a@example.org,b@example.org'), ('email', '-oQ/tmp@example.org'), ('email', 'a@.example.org'), ('email', 'a@example..org'),
    ('sms', '8613800138000'), ('sms', '+013800138000'), ('sms', '+123'), ('sms', '+86138001380001234'), ('sms', '+86 138'), ('sms', E'+8613800138000\n'),
    ('push', ''), ('push', E'token\n'), ('fax', '+8613800138000'), ('in_app', 'x')) v (channel, address);
SELECT pg_temp.attempt(format('SELECT acctguard.contact_add(2300001, %L, %L)', 'email', repeat('a', 310) || '@example.org'));
SELECT pg_temp.attempt(format('SELECT acctguard.contact_add(2300001, %L, %L)', 'push', repeat('a', 4097)));
SELECT pg_temp.attempt('SELECT acctguard.contact_add(2300001, ''email'', ''a@example.org'', ''not a locale'')');
SELECT pg_temp.attempt('SELECT acctguard.contact_add(2300001, ''email'', NULL)');
SELECT pg_temp.attempt('SELECT acctguard.contact_add(2300999, ''email'', ''a@example.org'')');

-- Added once; sealed; a hint is shown. The same address keeps its number, and is verified later.
SELECT acctguard.contact_add(2300001, 'email', 'anna@example.org') AS email \gset
SELECT acctguard.contact_add(2300001, 'email', 'anna@example.org') = :email AS same;
SELECT acctguard.contact_add(2300001, 'sms', '+8613800138000', verified => false) AS sms \gset
SELECT channel, hint, locale, scope, verified_at IS NOT NULL AS verified FROM acctguard.contact_list(2300001);
SELECT count(*) AS clear FROM acctguard.account_contact c WHERE strpos(encode(address, 'escape'), 'example') > 0 OR to_jsonb(c)::text ~ '13800';
-- an unverified contact gets nothing
SELECT channel, count(*) FROM acctguard.notice_list(2300001) GROUP BY 1 ORDER BY 1;
SELECT acctguard.contact_add(2300001, 'sms', '+8613800138000') = :sms AS same;
SELECT acctguard.contact_add(2300001, 'push', 'token-1', 'zh-CN') > 0 AS added;
SELECT channel, count(*) FROM acctguard.notice_list(2300001) GROUP BY 1 ORDER BY 1;
SELECT action, after - 'contact' AS after FROM acctguard.audit_read(2300001, action => 'contact.added') UNION ALL
SELECT action, after - 'contact' FROM acctguard.audit_read(2300001, action => 'contact.verified');
SELECT acctguard.policy_set('setting', 'contacts_max', '3');
SELECT pg_temp.attempt('SELECT acctguard.contact_add(2300001, ''push'', ''token-2'')');
SELECT acctguard.policy_set('setting', 'contacts_max', '10');

-- NTF-03: nothing of what is rolled back.
BEGIN;
SELECT acctguard.contact_add(2300003, 'email', 'never@example.org') > 0 AS added;
SELECT count(*) FROM acctguard.notice_list(2300003);
ROLLBACK;
SELECT count(*) FROM acctguard.notice_list(2300003);

-- The text: by language and channel, in the user's time zone.
SET acctguard.test_clock_offset = 1;
SELECT address, locale, subject, regexp_replace(body, '20\d\d-\d\d-\d\d \d\d:\d\d', 'T') AS body, attempt, lease_until > clock_timestamp() AS leased
FROM acctguard.notice_claim('email');
SELECT address, locale, subject, body FROM acctguard.notice_claim('sms');
SELECT address, locale, subject, body FROM acctguard.notice_claim('push');
SELECT event, locale, subject, regexp_replace(body, '20\d\d-\d\d-\d\d \d\d:\d\d', 'T') AS body, delivered_at IS NOT NULL AS delivered, read_at IS NOT NULL AS read
FROM acctguard.notice_inbox(2300001) ORDER BY notice_no;
-- one more time there is nothing new: leased, or delivered
SELECT count(*) FROM acctguard.notice_claim('email');
SELECT count(*) FROM acctguard.notice_claim('in_app', 1000) WHERE account_id BETWEEN 2300000 AND 2300099;
RESET acctguard.test_clock_offset;

-- A notifier that crashed loses its lease by the clock; the next one gets the same notice under the same key. NTF-03
SET acctguard.test_clock_offset = 3;
SELECT acctguard.contact_add(2300003, 'push', 'device-3') AS push \gset
CREATE TEMP TABLE claimed AS SELECT 1 AS round, * FROM acctguard.notice_claim('push', lease => '10 s');
INSERT INTO claimed SELECT 2, * FROM acctguard.notice_claim('push', lease => '10 s');
SET acctguard.test_clock_offset = 12.9;
INSERT INTO claimed SELECT 3, * FROM acctguard.notice_claim('push', lease => '10 s');
SET acctguard.test_clock_offset = 14;
INSERT INTO claimed SELECT 4, * FROM acctguard.notice_claim('push', lease => '10 s');
SELECT round, attempt, idempotency_key = first_value(idempotency_key) OVER () AS same_key, address FROM claimed WHERE account_id = 2300003 ORDER BY round;
-- acknowledged once; late is good enough
SET acctguard.test_clock_offset = 60;
SELECT acctguard.notice_done(2300003, notice_no, 'receipt 1') AS news, acctguard.notice_done(2300003, notice_no, 'receipt 2') AS again
FROM acctguard.notice_list(2300003) WHERE channel = 'push';
SELECT state, tries, receipt, lease_until, end_reason FROM acctguard.notice_list(2300003) WHERE channel = 'push';
SELECT acctguard.notice_failed(2300003, notice_no, 'too late') FROM acctguard.notice_list(2300003) WHERE channel = 'push';
-- what nobody claimed is not acknowledged, and has not failed
SELECT acctguard.notice_done(2300003, notice_no) AS news, acctguard.notice_failed(2300003, notice_no, 'x') AS next, state FROM acctguard.notice_list(2300003) WHERE channel = 'in_app';
SELECT acctguard.notice_done(2300003, 99999);
SELECT pg_temp.attempt('SELECT acctguard.notice_failed(2300003, 99999, ''x'')');
SELECT pg_temp.attempt('SELECT acctguard.notice_done(2300003, NULL)');
SELECT pg_temp.attempt('SELECT acctguard.notice_done(ARRAY[1, 2], ARRAY[1])');
SELECT pg_temp.attempt('SELECT acctguard.notice_done(array_fill(1::bigint, ARRAY[1001]), array_fill(1::bigint, ARRAY[1001]))');
SELECT pg_temp.attempt('SELECT acctguard.notice_done(1, 1, repeat(''x'', 256))');
SELECT pg_temp.attempt('SELECT acctguard.notice_claim(''fax'')'), pg_temp.attempt('SELECT acctguard.notice_claim(''sms'', 0)'),
    pg_temp.attempt('SELECT acctguard.notice_claim(''sms'', 1001)'), pg_temp.attempt('SELECT acctguard.notice_claim(''sms'', 1, ''2 days'')'),
    pg_temp.attempt('SELECT acctguard.notice_claim(''sms'', 1, ''0'')');

-- Back-off: 30 s, doubling, at most 6 h, half of it chance.
CREATE FUNCTION pg_temp.backoff(tries int, first bigint, factor bigint, cap bigint, chance bigint) RETURNS bigint LANGUAGE c AS 'acctguard', 'acctguard_test_backoff';
SELECT n AS tries, min(b), max(b) FROM generate_series(1, 12) n, generate_series(0, 20000) c, LATERAL (SELECT pg_temp.backoff(n, 30, 2, 21600, c) AS b) x GROUP BY n ORDER BY n;
SELECT pg_temp.backoff(100, 86400, 10, 604800, 4294967295), pg_temp.backoff(5, 1, 1, 1, 7);
CREATE FUNCTION pg_temp.redact(words text) RETURNS text LANGUAGE c AS 'acctguard', 'acctguard_test_redact';
SELECT w AS said, pg_temp.redact(w) AS kept FROM (VALUES ('550 5.1.1 <bob@example.org>: no such user'), ('number +8613800138000 barred'), ('host example.org refused: 421 try later'),
    ('token ' || repeat('a', 40) || ' is stale'), ('@'), ('')) v (w);

-- Failures: later each time, then given up; kept, without the address.
SET acctguard.test_clock_offset = 100;
SELECT acctguard.policy_set('setting', 'notice_tries', '3');
SELECT acctguard.contact_add(2300005, 'email', 'eve@example.org', 'zh-CN') > 0 AS added;
CREATE FUNCTION pg_temp.fail(account bigint, words text, permanent boolean DEFAULT false) RETURNS TABLE (attempt int, next text, wait_at_least text) LANGUAGE plpgsql AS $$
DECLARE
    c record;
BEGIN
    FOR c IN SELECT * FROM acctguard.notice_claim('email', 1000) k WHERE k.account_id = account LOOP
        attempt := c.attempt;
        next := acctguard.notice_failed(account, c.notice_no, words, permanent);
        SELECT CASE WHEN next = 'retry' THEN CASE WHEN l.not_before - l.last_failed_at >= 15 * 2 ^ (c.attempt - 1) * interval '1 s' THEN '>= ' || 15 * 2 ^ (c.attempt - 1) || ' s' ELSE 'less' END END INTO wait_at_least FROM acctguard.notice_list(account) l WHERE l.notice_no = c.notice_no;
        RETURN NEXT;
    END LOOP;
END $$;
SELECT * FROM pg_temp.fail(2300005, '451 eve@example.org is busy');
SELECT * FROM pg_temp.fail(2300005, 'not due yet');
SET acctguard.test_clock_offset = 200;
SELECT * FROM pg_temp.fail(2300005, '451 eve@example.org is busy again');
SET acctguard.test_clock_offset = 400;
SELECT * FROM pg_temp.fail(2300005, '451 still busy');
SELECT state, tries, end_reason, last_failure FROM acctguard.notice_list(2300005) WHERE channel = 'email';
SELECT reason, permanent, no FROM acctguard.notice_attempt WHERE account_id = 2300005 ORDER BY no;
SELECT event, account_id, tries, end_reason FROM acctguard.notice_dead('email') WHERE account_id = 2300005;
SELECT action, reason, after - 'notice' AS after FROM acctguard.audit_read(2300005, action => 'notice.dead');
-- an operator lets it be tried again, under its old key; a failure for good ends it at once
SELECT acctguard.notice_retry(2300005, notice_no) FROM acctguard.notice_list(2300005) WHERE channel = 'email';
SELECT pg_temp.attempt(format('SELECT acctguard.notice_retry(2300005, %s)', notice_no)) FROM acctguard.notice_list(2300005) WHERE channel = 'email';
SELECT pg_temp.attempt('SELECT acctguard.notice_retry(2300005, 99999)');
SELECT * FROM pg_temp.fail(2300005, 'no such user', true);
SELECT state, tries, end_reason, last_failure FROM acctguard.notice_list(2300005) WHERE channel = 'email';
-- claimed again and again without an answer: given up as well
SELECT acctguard.notice_retry(2300005, notice_no) FROM acctguard.notice_list(2300005) WHERE channel = 'email';
DO $$ BEGIN
    FOR i IN 1 .. 5 LOOP
        PERFORM set_config('acctguard.test_clock_offset', (400 + 10 * i)::text, false);
        PERFORM acctguard.notice_claim('email', 1000, '5 s');
    END LOOP;
END $$;
SELECT state, tries, end_reason FROM acctguard.notice_list(2300005) WHERE channel = 'email';
SELECT acctguard.policy_set('setting', 'notice_tries', '12');

-- NTF-04: what has left the account gets nothing: cancelled at once, and at the claim at the latest.
SET acctguard.test_clock_offset = 500;
SELECT acctguard.contact_add(2300007, 'sms', '+4915112345678') AS gone \gset
SELECT acctguard.contact_add(2300007, 'email', 'stays@example.org') > 0 AS added;
SELECT channel, state FROM acctguard.notice_list(2300007) ORDER BY notice_no;
SELECT acctguard.contact_remove(2300007, :gone, 'number was given up');
SELECT l.event, l.channel, l.state, l.end_reason FROM acctguard.notice_list(2300007) l ORDER BY notice_no;
SELECT contact_no = :gone AS it, hint, removed_by = session_user AS by_me, remove_reason FROM acctguard.contact_list(2300007) ORDER BY contact_no;
SELECT count(*) AS addresses FROM acctguard.account_contact WHERE account_id = 2300007 AND address IS NOT NULL;
SELECT count(*) AS sent_there FROM acctguard.notice_claim('sms', 1000) WHERE account_id = 2300007;
SELECT pg_temp.attempt(format('SELECT acctguard.contact_remove(2300007, %s)', :gone));
SELECT pg_temp.attempt('SELECT acctguard.contact_remove(2300007, NULL)');
-- a row that a restore brought back for a removed contact is cancelled by the claim
INSERT INTO acctguard.notice (account_id, no, event, channel, contact_no, record, urgent, written_at, not_before, idempotency_key)
SELECT 2300007, 1000, 700, 'sms', :gone, :gone, true, clock_timestamp(), clock_timestamp(), gen_random_uuid();
SELECT count(*) AS sent_there FROM acctguard.notice_claim('sms', 1000) WHERE account_id = 2300007;
SELECT state, end_reason FROM acctguard.notice_list(2300007) WHERE notice_no = 1000;
-- what was claimed before the removal is not tried again
SELECT acctguard.contact_add(2300009, 'sms', '+4915112345670') AS gone \gset
SELECT count(*) AS claimed FROM acctguard.notice_claim('sms', 1000) WHERE account_id = 2300009;
SELECT acctguard.contact_remove(2300009, :gone);
SELECT acctguard.notice_failed(2300009, notice_no, 'busy') AS next, acctguard.notice_done(2300009, notice_no) AS news FROM acctguard.notice_list(2300009) WHERE channel = 'sms';
-- one account does not reach another's
SELECT pg_temp.attempt(format('SELECT acctguard.contact_remove(2300011, %s)', :gone));
