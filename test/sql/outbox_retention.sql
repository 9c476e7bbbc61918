-- Old notices are forgotten, those that wait are not; what was given up and what has no text is told by health(). NTF-03. Accounts 2310000 to 2310009.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT acctguard.account_open(n) FROM generate_series(2310000, 2310002) n;
CREATE FUNCTION pg_temp.kept() RETURNS TABLE (account bigint, channel text, state text) LANGUAGE sql AS $$
    SELECT n.account_id, n.channel, n.state FROM acctguard.notice n WHERE n.account_id BETWEEN 2310000 AND 2310009 ORDER BY 1, 2, 3
$$;
-- one that is delivered, one that is given up, one that waits
SELECT acctguard.contact_add(2310000, 'email', 'anna@example.org') > 0, acctguard.contact_add(2310001, 'email', 'bert@example.org') > 0, acctguard.contact_add(2310002, 'email', 'cleo@example.org') > 0;
CREATE TEMP TABLE claimed AS SELECT account_id, notice_no FROM acctguard.notice_claim('email', 1000) WHERE account_id IN (2310000, 2310001);
SELECT acctguard.notice_done(account_id, notice_no) FROM claimed WHERE account_id = 2310000;
SELECT acctguard.notice_failed(account_id, notice_no, 'no such mailbox', permanent => true) FROM claimed WHERE account_id = 2310001;
SELECT count(*) > 0 AS shown FROM acctguard.notice_inbox(2310000);
SELECT * FROM pg_temp.kept();
SELECT count(*) FROM acctguard.notice_attempt WHERE account_id = 2310001;
SELECT finding ~ '^\d+ notices were given up within a week$' AS told FROM acctguard.health() WHERE object = 'outbox';
-- time passes
SELECT acctguard.policy_set('setting', 'notice_retention', '"30 days"', 'the test');
SET acctguard.test_clock_offset = 2505600;
SELECT count(*) > 0 AS swept FROM acctguard.sweep(100000);
SELECT count(*) FROM pg_temp.kept();
SET acctguard.test_clock_offset = 2678400;
SELECT error FROM acctguard.sweep(100000) WHERE task = 'notice';
SELECT channel, state, count(*) FROM pg_temp.kept() GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) FROM acctguard.notice_attempt WHERE account_id = 2310001;
RESET acctguard.test_clock_offset;
-- a language that lost its texts
BEGIN;
SELECT acctguard.policy_set('notice_template', 'contact.added/email/' || locale, '{"enabled": false}', 'the test') FROM unnest('{en,zh-CN}'::text[]) locale;
SELECT severity, finding FROM acctguard.health() WHERE object = 'notice_template';
ROLLBACK;
SELECT acctguard.policy_set('setting', 'notice_retention', '"2 years"', 'the test');
