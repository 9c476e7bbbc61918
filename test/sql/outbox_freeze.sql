-- Notices of a freeze: the user's choice of channels is followed, and the first delivery on any channel informs. NTF-01. Accounts 2305000 to 2305099.
SELECT acctguard.account_open(n, 'en', 'UTC') FROM generate_series(2305001, 2305003) n;
SELECT count(acctguard.contact_add(n, c, a)) FROM generate_series(2305001, 2305003) n, (VALUES ('email', 'user@example.org'), ('push', 'token')) v (c, a);
SELECT acctguard.notice_prefer(2305001, 'decision', '{push}');
SELECT acctguard.notice_prefer(2305002, 'decision', '{}');
SELECT count(acctguard.freeze_impose(n, 'feature_freeze', 'violation.spam', 'sent one message to 900 strangers')) FROM generate_series(2305001, 2305003) n;
SELECT n AS account, l.channel, l.record, l.state FROM generate_series(2305001, 2305003) n, acctguard.notice_list(n) l WHERE l.event = 'freeze.imposed' ORDER BY 1, l.notice_no;
SELECT count(informed_at) AS informed FROM acctguard.freeze_record WHERE account_id BETWEEN 2305001 AND 2305003;
-- by the inbox; listing it again, or another channel later, changes nothing
SELECT count(*) FROM acctguard.notice_inbox(2305002) WHERE event = 'freeze.imposed';
SELECT account_id, informed_at AS first FROM acctguard.freeze_record WHERE account_id = 2305002 \gset
SELECT count(*) FROM acctguard.notice_inbox(2305002) WHERE event = 'freeze.imposed';
SELECT informed_at = :'first' AS once FROM acctguard.freeze_record WHERE account_id = 2305002;
-- by a notifier, when it acknowledges and not when it claims
CREATE TEMP TABLE claimed AS SELECT * FROM acctguard.notice_claim('push', 1000) WHERE account_id IN (2305001, 2305003) AND event = 'freeze.imposed';
SELECT count(*) AS claimed, (SELECT count(informed_at) FROM acctguard.freeze_record WHERE account_id IN (2305001, 2305003)) AS informed FROM claimed;
SELECT acctguard.notice_done(array_agg(account_id ORDER BY account_id DESC), array_agg(notice_no ORDER BY account_id DESC)) FROM claimed;
SELECT account_id, informed_at IS NOT NULL AS informed FROM acctguard.freeze_record WHERE account_id IN (2305001, 2305003) ORDER BY 1;
SELECT informed_at AS first FROM acctguard.freeze_record WHERE account_id = 2305003 \gset
SELECT count(*) FROM acctguard.notice_inbox(2305003) WHERE event = 'freeze.imposed';
SELECT informed_at = :'first' AS once FROM acctguard.freeze_record WHERE account_id = 2305003;
