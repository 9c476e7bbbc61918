-- Contacts and notices on a server without a key: what needs none works, what needs one says so. Accounts 2303000 to 2303009.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
SELECT acctguard.account_open(n, 'en', 'UTC') FROM generate_series(2303000, 2303002) n;
SELECT pg_temp.attempt('SELECT acctguard.contact_add(2303000, ''email'', ''a@example.org'')');
SELECT pg_temp.attempt(format('SELECT count(*) FROM acctguard.notice_claim(%L)', c)) FROM unnest('{email,sms,push,in_app}'::text[]) c;
-- A contact that was added while the server had its key: events write its notices, and it can be removed.
INSERT INTO acctguard.account_contact (account_id, no, channel, address, address_kid, address_hint, scope, verified_at, added_at, added_by)
SELECT 2303000, n, 'email', decode('ac', 'hex'), 1, 'a***@example.org', 'account', now(), now(), 'regress' FROM generate_series(100, 101) n;
SELECT acctguard.contact_remove(2303000, 100, 'no longer mine');
SELECT event, channel, contact_no, state FROM acctguard.notice_list(2303000) ORDER BY notice_no;
SELECT event, subject, read_at IS NOT NULL AS read FROM acctguard.notice_inbox(2303000);
SELECT acctguard.notice_read(2303000, notice_no) FROM acctguard.notice_inbox(2303000);
-- NTF-03: a savepoint that is rolled back takes its notices with it; what the transaction keeps is kept
BEGIN;
SAVEPOINT s;
SELECT acctguard.contact_remove(2303000, 101);
ROLLBACK TO s;
SELECT acctguard.notice_prefer(2303000, 'service', '{}');
COMMIT;
SELECT count(*) FROM acctguard.notice_list(2303000);
-- Listeners are woken at commit, once a channel, and not by what is rolled back; what wrote notices can be prepared.
LISTEN acctguard_notice;
BEGIN;
SELECT acctguard.contact_remove(2303000, 101);
ROLLBACK;
INSERT INTO acctguard.account_contact (account_id, no, channel, address, address_kid, address_hint, scope, verified_at, added_at, added_by)
SELECT 2303001, n, 'sms', decode('ac', 'hex'), 1, '***00', 'account', now(), now(), 'regress' FROM generate_series(100, 104) n;
BEGIN;
SELECT acctguard.contact_remove(2303001, n) FROM generate_series(100, 102) n;
PREPARE TRANSACTION 'regress_notice';
COMMIT PREPARED 'regress_notice';
SELECT channel, state, count(*) FROM acctguard.notice_list(2303001) GROUP BY 1, 2 ORDER BY 1, 2;
UNLISTEN acctguard_notice;

-- The tables judge what a restore or a superuser loads, and keep themselves.
SELECT pg_temp.attempt(format('INSERT INTO acctguard.account_contact VALUES (2303002, %s)', v)) FROM (VALUES
    ('1, ''fax'', ''x'', 1, ''h'', NULL, ''account'', NULL, now(), now(), ''x'''),
    ('1, ''sms'', NULL, NULL, ''h'', NULL, ''account'', NULL, now(), now(), ''x'''),
    ('1, ''sms'', ''x'', NULL, ''h'', NULL, ''account'', NULL, now(), now(), ''x'''),
    ('1, ''sms'', ''x'', 1, NULL, NULL, ''account'', NULL, now(), now(), ''x'''),
    ('1, ''sms'', ''x'', 1, ''h'', NULL, ''account'', 1, now(), now(), ''x'''),
    ('1, ''sms'', ''x'', 1, ''h'', NULL, ''appeal'', NULL, now(), now(), ''x'''),
    ('1, ''sms'', ''x'', 1, ''h'', NULL, ''account'', NULL, now(), now(), ''x'', now(), ''x'''),
    ('1, ''sms'', ''x'', 1, ''h'', NULL, ''account'', NULL, now(), now(), ''x'', NULL, NULL, ''why'''),
    ('1, ''sms'', ''x'', 1, ''h'', NULL, ''appeal'', 3, now(), now(), ''x''')) AS c (v);
SELECT pg_temp.attempt(format('INSERT INTO acctguard.notice (account_id, no, event, channel, contact_no, urgent, written_at, not_before, idempotency_key, %s)', v)) FROM (VALUES
    ('state) VALUES (2303002, 0, 700, ''in_app'', NULL, true, now(), now(), gen_random_uuid(), ''pending'''),
    ('state) VALUES (2303002, 1, 700, ''fax'', NULL, true, now(), now(), gen_random_uuid(), ''pending'''),
    ('state) VALUES (2303002, 1, 700, ''in_app'', 1, true, now(), now(), gen_random_uuid(), ''pending'''),
    ('state) VALUES (2303002, 1, 700, ''sms'', NULL, true, now(), now(), gen_random_uuid(), ''pending'''),
    ('state) VALUES (2303002, 1, 700, ''sms'', 1, true, now(), now(), gen_random_uuid(), ''lost'''),
    ('state) VALUES (2303002, 1, 700, ''sms'', 1, true, now(), now(), gen_random_uuid(), ''done'''),
    ('state, ended_at) VALUES (2303002, 1, 700, ''sms'', 1, true, now(), now(), gen_random_uuid(), ''dead'', now()'),
    ('state, ended_at) VALUES (2303002, 1, 700, ''sms'', 1, true, now(), now(), gen_random_uuid(), ''pending'', now()'),
    ('state, receipt) VALUES (2303002, 1, 700, ''sms'', 1, true, now(), now(), gen_random_uuid(), ''pending'', ''r'''),
    ('state, lease_until) VALUES (2303002, 1, 700, ''sms'', 1, true, now(), now(), gen_random_uuid(), ''pending'', now()'),
    ('state, read_at) VALUES (2303002, 1, 700, ''sms'', 1, true, now(), now(), gen_random_uuid(), ''pending'', now()')) AS c (v);
SELECT pg_temp.attempt(format('INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by) VALUES (%s, now(), ''x'')', v)) FROM (VALUES
    ('''contact.added/email'', 1, ''s'', ''b'''), ('''contact.added/email/xx'', 0, ''s'', ''b'''), ('''contact.added/email/xx'', 1, NULL, ''b'''),
    ('''contact.added/sms/xx'', 1, ''s'', ''b'''), ('''contact.added/email/xx'', 1, E''a\nb'', ''b'''), ('''contact.added/email/xx'', 1, ''s'', ''''')) AS c (v);
SELECT pg_temp.attempt('UPDATE acctguard.notice SET state = ''pending'''), pg_temp.attempt('DELETE FROM acctguard.account_contact'), pg_temp.attempt('TRUNCATE acctguard.notice_template');
