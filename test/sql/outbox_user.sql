-- What the user sees and chooses: the inbox, quiet hours, announcements, erasure. NTF-01, NTF-04, NTF-05. Accounts 2302000 to 2302999.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
\pset null '-'
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', state || ': ' || message, nullif(hint, ''));
END $$;
SELECT acctguard.account_open(n, 'en', 'Asia/Shanghai', tenant => CASE WHEN n >= 2302050 THEN 'regress_outbox' END) FROM generate_series(2302001, 2302060) n \g /dev/null
SELECT count(*) >= 0 AS drained FROM generate_series(1, 5), unnest('{email,sms,push}'::text[]) c, acctguard.notice_claim(c, 1000, '1 day');

-- The inbox: newest first; listed is delivered, opened is read.
SELECT acctguard.contact_add(2302001, 'push', 'token-1') AS one \gset
SELECT acctguard.contact_add(2302001, 'push', 'token-2') AS two \gset
BEGIN READ ONLY;
SELECT record = :two AS it, subject, delivered_at IS NOT NULL AS delivered FROM acctguard.notice_inbox(2302001);
COMMIT;
SELECT state FROM acctguard.notice_list(2302001) WHERE channel = 'in_app';
SELECT record = :two AS it, subject, delivered_at IS NOT NULL AS delivered FROM acctguard.notice_inbox(2302001, max_rows => 1);
SELECT record = :two AS it, state, tries FROM acctguard.notice_list(2302001) WHERE channel = 'in_app';
SELECT acctguard.notice_read(2302001, notice_no) AS news, acctguard.notice_read(2302001, notice_no) AS again FROM acctguard.notice_list(2302001) WHERE channel = 'in_app' AND record = :one;
SELECT record = :two AS it, delivered_at IS NOT NULL AS delivered, read_at IS NOT NULL AS read FROM acctguard.notice_inbox(2302001);
SELECT record = :two AS it FROM acctguard.notice_inbox(2302001, true);
-- only what is in the inbox of that account is read
SELECT acctguard.notice_read(2302001, notice_no) FROM acctguard.notice_list(2302001) WHERE channel = 'push' LIMIT 1;
SELECT acctguard.notice_read(2302002, 2), acctguard.notice_read(2302001, 99999);
SELECT pg_temp.attempt('SELECT acctguard.notice_read(2302999, 1)'), pg_temp.attempt('SELECT count(*) FROM acctguard.notice_inbox(2302999)'),
    pg_temp.attempt('SELECT count(*) FROM acctguard.notice_inbox(2302001, false, 0)'), pg_temp.attempt('SELECT count(*) FROM acctguard.notice_list(2302999)');

-- Quiet hours are the user's, go over midnight, and end on his clock.
CREATE FUNCTION pg_temp.quiet_end(time_zone text, at timestamptz) RETURNS timestamptz LANGUAGE c AS 'acctguard', 'acctguard_test_quiet_end';
SET timezone = 'UTC';
SELECT pg_temp.quiet_end('Asia/Shanghai', '2026-01-10 16:00+00') AS none_by_default;
SELECT acctguard.policy_set('setting', 'quiet_from', '1320'), acctguard.policy_set('setting', 'quiet_until', '480');
SELECT zone, at, pg_temp.quiet_end(zone, at) FROM (VALUES ('Asia/Shanghai', '2026-01-10 13:59:59+00'::timestamptz), ('Asia/Shanghai', '2026-01-10 14:00+00'), ('Asia/Shanghai', '2026-01-10 23:59:59.9+00'),
    ('Asia/Shanghai', '2026-01-11 00:00+00'), ('Europe/Berlin', '2026-03-28 23:30+00'), ('Europe/Berlin', '2026-10-24 22:30+00'), ('No/Such', '2026-01-10 23:00+00')) v (zone, at);
SELECT acctguard.policy_set('setting', 'quiet_from', '600'), acctguard.policy_set('setting', 'quiet_until', '660');
SELECT pg_temp.quiet_end('UTC', t) FROM (VALUES ('2026-01-10 09:59+00'::timestamptz), ('2026-01-10 10:00+00'), ('2026-01-10 10:59+00'), ('2026-01-10 11:00+00')) v (t);
-- ... at the claim: what makes a noise waits, what is urgent and what is in the application does not
SELECT extract(hour FROM local) * 60 + extract(minute FROM local) AS minute FROM (SELECT clock_timestamp() AT TIME ZONE 'Asia/Shanghai' AS local) l \gset
SELECT acctguard.policy_set('setting', 'quiet_from', to_jsonb(((:minute + 1439) % 1440)::int)) > 0 AND acctguard.policy_set('setting', 'quiet_until', to_jsonb(((:minute + 60) % 1440)::int)) > 0 AS quiet_now;
INSERT INTO acctguard.notice (account_id, no, event, channel, contact_no, record, urgent, written_at, not_before, idempotency_key)
SELECT 2302001, 9000000 + n, 700, c, CASE WHEN c = 'push' THEN :one END, :one, n = 2, clock_timestamp(), clock_timestamp(), gen_random_uuid() FROM unnest('{push,push,in_app}'::text[]) WITH ORDINALITY v (c, n);
SELECT notice_no, attempt FROM acctguard.notice_claim('push', 1000) WHERE account_id = 2302001 AND notice_no >= 9000000;
SELECT notice_no, tries, state, not_before > clock_timestamp() + interval '50 minutes' AS waits FROM acctguard.notice_list(2302001) WHERE notice_no >= 9000000;
SELECT count(*) FROM acctguard.notice_claim('in_app', 1000) WHERE account_id = 2302001 AND notice_no = 9000003;
SET acctguard.test_clock_offset = 3660;
SELECT notice_no, attempt FROM acctguard.notice_claim('push', 1000) WHERE account_id = 2302001 AND notice_no = 9000001;
RESET acctguard.test_clock_offset;
SELECT acctguard.policy_set('setting', 'quiet_from', '0') > 0 AND acctguard.policy_set('setting', 'quiet_until', '0') > 0 AS over;

-- The choice of channels.
SELECT acctguard.notice_prefer(2302001, 'service', '{email}'), acctguard.notice_prefer(2302001, 'account', '{}');
SELECT class, channels, set_by = session_user AS by_me FROM acctguard.notice_preferences(2302001);
SELECT acctguard.notice_prefer(2302001, 'account', NULL);
SELECT class FROM acctguard.notice_preferences(2302001);
SELECT after FROM acctguard.audit_read(2302001, action => 'notice.preferred') ORDER BY aseq;
SELECT pg_temp.attempt('SELECT acctguard.notice_prefer(2302001, ''security'', ''{}'')'), pg_temp.attempt('SELECT acctguard.notice_prefer(2302001, ''service'', ''{fax}'')'),
    pg_temp.attempt('SELECT acctguard.notice_prefer(2302999, ''service'', ''{}'')');

-- Announcements: in parts, resumed where they stopped, repeated without harm, to those whom they concern.
CREATE FUNCTION pg_temp.announce(event text, record int, version int, tenant text, cohort text, after bigint, batch bigint) RETURNS text LANGUAGE c AS 'acctguard', 'acctguard_test_announce';
SELECT acctguard.contact_add(2302051, 'email', 'kept@example.org') > 0, acctguard.contact_add(2302051, 'push', 'token-51', verified => false) > 0;
SELECT acctguard.account_request_close(2302059) > clock_timestamp() AS closing;
SELECT pg_temp.announce('contact.added', 1, 0, 'regress_outbox', NULL, 0, 4);
SELECT pg_temp.announce('contact.added', 1, 0, 'regress_outbox', NULL, 2302053, 100);
SELECT pg_temp.announce('contact.added', 1, 0, 'regress_outbox', NULL, 2302060, 100);
SELECT acctguard.contact_add(2302050, 'push', 'came-later') > 0 AS added;
SELECT pg_temp.announce('contact.added', 1, 0, 'regress_outbox', NULL, 0, 100) AS repeated;
SELECT n.account_id, l.channel, l.record, l.state, count(*) OVER () AS all_of_them FROM generate_series(2302001, 2302060) n (account_id), acctguard.notice_list(n.account_id) l WHERE l.notice_no < 0 ORDER BY 1, 2 LIMIT 4;
SELECT pg_temp.announce('contact.added', 1, 1, 'regress_outbox', NULL, 0, 100) AS a_new_version;
SELECT count(*), count(DISTINCT (account_id, no)) AS numbers, count(DISTINCT idempotency_key) AS keys FROM acctguard.notice WHERE account_id BETWEEN 2302050 AND 2302060 AND no < 0;
SELECT pg_temp.announce('contact.added', 2, 0, 'nobody is here', NULL, 0, 100) AS nobody, pg_temp.announce('account.opened', 2, 0, NULL, NULL, 0, 100) AS no_source;

-- Erasure and shredding: no address, no hint, nothing to be sent.
SELECT acctguard.contact_add(2302011, 'email', 'forgotten@example.org') > 0 AS added;
SELECT acctguard.contact_add(2302011, 'push', 'token-11') AS gone \gset
SELECT acctguard.contact_remove(2302011, :gone);
SELECT acctguard.subject_shred(2302011, 'ticket 11');
SELECT channel, hint, removed_at IS NOT NULL AS removed, remove_reason FROM acctguard.contact_list(2302011);
SELECT DISTINCT channel, state, end_reason FROM acctguard.notice_list(2302011) ORDER BY 1, 2;
SELECT subject FROM acctguard.notice_inbox(2302011);
SELECT after FROM acctguard.audit_read(2302011, action => 'contact.forgotten');
SELECT acctguard.contact_add(2302012, 'email', 'erased@example.org') > 0 AS added;
SELECT acctguard.notice_prefer(2302012, 'service', '{}');
SELECT acctguard.account_request_close(2302012) > clock_timestamp() AS closing;
SET acctguard.test_clock_offset = 31536000;
SELECT acctguard.account_erase(2302012, 'ticket 12');
SELECT channel, hint, removed_at IS NOT NULL AS removed FROM acctguard.contact_list(2302012);
SELECT count(*) AS sent FROM acctguard.notice_claim('email', 1000) WHERE account_id = 2302012;
SELECT DISTINCT state, end_reason FROM acctguard.notice_list(2302012) ORDER BY 1;
SELECT count(*) AS shown FROM acctguard.notice_inbox(2302012);
SELECT count(*) AS preferences FROM acctguard.notice_preferences(2302012);
SELECT pg_temp.attempt('SELECT acctguard.contact_add(2302012, ''email'', ''again@example.org'')');
RESET acctguard.test_clock_offset;

-- Rotation: addresses move under the new key, then the old one can go.
SELECT kid AS old FROM acctguard.key_status() WHERE purpose = 'contact' AND state = 'active' \gset
SELECT count(*) = 1 AS made FROM acctguard.key_create('contact');
SELECT pg_temp.attempt('SELECT acctguard.key_retire(' || :old || ')') ~ 'in use' AS still_used;
DO $$ DECLARE r bigint; BEGIN LOOP SELECT k.remaining INTO r FROM acctguard.key_rewrap('contact', 2) k; EXIT WHEN r = 0; END LOOP; END $$;
SELECT count(*) AS old_ones FROM acctguard.account_contact WHERE address_kid <= :old;
SELECT acctguard.key_retire(:old);
SELECT pg_temp.attempt(format('SELECT acctguard.contact_remove(2302001, %s)', :two));
SELECT address FROM acctguard.notice_claim('push', 1000) WHERE account_id = 2302001 ORDER BY 1 LIMIT 1;
-- an address that was tampered with, or moved to another row, is not sent to
SELECT acctguard.contact_add(2302013, 'email', 'mine@example.org') AS mine \gset
SELECT acctguard.contact_add(2302014, 'email', 'other@example.org') AS other \gset
INSERT INTO acctguard.account_contact (account_id, no, channel, address, address_kid, address_hint, scope, verified_at, added_at, added_by)
SELECT 2302015, 1, 'email', address, address_kid, address_hint, 'account', now(), now(), 'x' FROM acctguard.account_contact WHERE account_id = 2302014
UNION ALL SELECT 2302014, 50, 'email', address, address_kid, address_hint, 'account', now(), now(), 'x' FROM acctguard.account_contact WHERE account_id = 2302014;
INSERT INTO acctguard.notice (account_id, no, event, channel, contact_no, record, urgent, written_at, not_before, idempotency_key)
SELECT account_id, 1000, 700, 'email', no, 1, true, clock_timestamp(), clock_timestamp(), gen_random_uuid() FROM (VALUES (2302015, 1), (2302014, 50)) v (account_id, no);
SELECT account_id, address FROM acctguard.notice_claim('email', 1000) WHERE account_id BETWEEN 2302013 AND 2302015 ORDER BY 1;
SELECT n.account_id, l.state, l.end_reason FROM (VALUES (2302014), (2302015)) n (account_id), acctguard.notice_list(n.account_id) l WHERE notice_no = 1000;
SELECT acctguard.key_create('contact') IS NOT NULL AS made;
SELECT pg_temp.attempt('SELECT acctguard.key_rewrap(''contact'')');
SELECT acctguard.contact_remove(2302015, 1), acctguard.contact_remove(2302014, 50);
SELECT remaining FROM acctguard.key_rewrap('contact');
