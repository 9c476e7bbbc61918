-- Contacts and notices, on a server with keys: NTF-01 to NTF-04.
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
SELECT count(*) FROM acctguard.notice_claim('in_app');
