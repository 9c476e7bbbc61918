-- The address that loses the account hears of it; and of two notifiers only the present one reports a failure. Accounts 2304000 to 2304999.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
\pset null '-'
SELECT acctguard.account_open(n, 'en', 'UTC') FROM generate_series(2304001, 2304009) n;
CREATE ROLE outbox_leave_1 LOGIN IN ROLE acctguard_notifier;
CREATE ROLE outbox_leave_2 LOGIN IN ROLE acctguard_notifier;

-- NTF-01, NTF-04: who holds a stolen session adds his address and removes the owner's. The owner is told of both.
SELECT acctguard.contact_add(2304001, 'email', 'owner@example.org') AS owner \gset
SELECT acctguard.contact_add(2304001, 'push', 'owner-token') AS push \gset
SELECT acctguard.contact_add(2304001, 'email', 'unproved@example.org', verified => false) AS unproved \gset
SELECT acctguard.contact_add(2304001, 'sms', '+4915112345671') AS sms \gset
SELECT acctguard.contact_add(2304001, 'email', 'thief@example.org') AS thief \gset
SELECT acctguard.contact_remove(2304001, n) FROM unnest(ARRAY[:owner, :push, :unproved, :sms]) n;
SELECT hint, channel, removed_at IS NOT NULL AS removed FROM acctguard.contact_list(2304001) ORDER BY contact_no;
SELECT address_hint, channel, address IS NOT NULL AS kept FROM acctguard.account_contact WHERE account_id = 2304001 ORDER BY no;
SELECT event, channel, contact_no = :owner AS owner, state, count(*) FROM acctguard.notice_list(2304001) WHERE channel <> 'in_app' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
-- it is removed all the same: it cannot be removed again, and what happens now is not for it
SELECT acctguard.contact_add(2304001, 'email', 'second@example.org') > 0 AS added;
SELECT count(*) AS told FROM acctguard.notice_list(2304001) l WHERE l.contact_no = :owner AND l.record > :thief;
SET acctguard.test_clock_offset = 10;
SELECT address, event, subject, count(*) FROM acctguard.notice_claim('email', 1000, '1 h') WHERE account_id = 2304001 GROUP BY 1, 2, 3 ORDER BY 1, 2;
SELECT address, event FROM acctguard.notice_claim('push', 1000, '1 h') WHERE account_id = 2304001 ORDER BY 1, 2;
SELECT count(*) AS to_a_number FROM acctguard.notice_claim('sms', 1000) WHERE account_id = 2304001;
-- a kind of notice that is no business of his any more, brought back by a restore
INSERT INTO acctguard.notice (account_id, no, event, channel, contact_no, record, urgent, written_at, not_before, idempotency_key)
SELECT 2304001, 900000000, (SELECT code FROM acctguard.events() WHERE name = 'freeze.imposed'), 'email', :owner, 1, true, clock_timestamp(), clock_timestamp(), gen_random_uuid();
SELECT count(*) AS sent_there FROM acctguard.notice_claim('email', 1000) WHERE account_id = 2304001;
SELECT state, end_reason FROM acctguard.notice_list(2304001) WHERE notice_no = 900000000;
-- for a day; then the claim deletes the address, and what was not delivered ends
SET acctguard.test_clock_offset = 86300;
SELECT count(*) > 0 AS still_told FROM acctguard.notice_claim('email', 1000, '1 s') WHERE account_id = 2304001 AND address = 'owner@example.org';
SET acctguard.test_clock_offset = 86500;
SELECT count(*) AS told FROM acctguard.notice_claim('email', 1000, '1 s') WHERE account_id = 2304001 AND address = 'owner@example.org';
SELECT address_hint, address IS NOT NULL AS kept FROM acctguard.account_contact WHERE account_id = 2304001 ORDER BY no;
SELECT state, end_reason, count(*) FROM acctguard.notice_list(2304001) WHERE contact_no = :owner GROUP BY 1, 2 ORDER BY 1, 2;
-- a number's address cannot stay behind, whoever writes it
\set VERBOSITY terse
INSERT INTO acctguard.account_contact (account_id, no, channel, address, address_kid, scope, added_at, added_by, removed_at, removed_by)
SELECT 2304001, 900, c, '\x00', 1, 'account', now(), 'x', now(), 'x' FROM unnest(ARRAY['sms']) c;
\set VERBOSITY verbose
-- shredding takes a kept address at once
SET acctguard.test_clock_offset = 90000;
SELECT acctguard.contact_add(2304002, 'email', 'shred@example.org') AS gone \gset
SELECT acctguard.contact_remove(2304002, :gone);
SELECT count(*) AS kept FROM acctguard.account_contact WHERE account_id = 2304002 AND address IS NOT NULL;
SELECT acctguard.subject_shred(2304002, 'ticket');
SELECT count(*) AS kept FROM acctguard.account_contact WHERE account_id = 2304002 AND address IS NOT NULL;
SELECT count(*) AS sent FROM acctguard.notice_claim('email', 1000) WHERE account_id = 2304002;

-- NTF-03: a notifier that lost its lease cannot end, or free, what another one holds.
SELECT acctguard.contact_add(2304003, 'email', 'lease@example.org') > 0 AS added;
SELECT notice_no AS no FROM acctguard.notice_list(2304003) WHERE channel = 'email' \gset
SET acctguard.test_clock_offset = 90010;
SET SESSION AUTHORIZATION outbox_leave_1;
SELECT acctguard.notice_failed(2304003, :no, 'not mine yet', true) AS unclaimed;
SELECT count(*) AS claimed FROM acctguard.notice_claim('email', 1000, '1 s') WHERE account_id = 2304003;
SET acctguard.test_clock_offset = 90013;
SET SESSION AUTHORIZATION outbox_leave_2;
SELECT count(*) AS claimed FROM acctguard.notice_claim('email', 1000, '60 s') WHERE account_id = 2304003;
SET SESSION AUTHORIZATION outbox_leave_1;
SELECT acctguard.notice_failed(2304003, :no, 'no such user', true) AS for_good, acctguard.notice_failed(2304003, :no, 'busy') AS this_time;
SELECT count(*) AS claimed FROM acctguard.notice_claim('email', 1000, '60 s') WHERE account_id = 2304003;
RESET SESSION AUTHORIZATION;
SELECT state, claimed_by, tries, end_reason FROM acctguard.notice_list(2304003) WHERE notice_no = :no;
SET SESSION AUTHORIZATION outbox_leave_2;
-- who holds it can, and once; and what was delivered after all is not dead
SELECT acctguard.notice_failed(2304003, :no, 'no such user', true) AS for_good;
SELECT acctguard.notice_failed(2304003, :no, 'again') AS again;
SET SESSION AUTHORIZATION outbox_leave_1;
SELECT acctguard.notice_done(2304003, :no, 'r1') AS news, acctguard.notice_done(2304003, :no, 'r2') AS twice;
RESET SESSION AUTHORIZATION;
SELECT state, receipt, end_reason FROM acctguard.notice_list(2304003) WHERE notice_no = :no;
DROP ROLE outbox_leave_1, outbox_leave_2;
