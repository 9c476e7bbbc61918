-- What users are told of freezes, warnings, maintenance and their account: every step one notice, in their language. NTF-01, NTF-02, NTF-05, UNF-05.
-- Accounts 2400000 to 2400099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
\a
SELECT count(acctguard.account_open(n, CASE WHEN n % 2 = 0 THEN 'en' ELSE 'zh-CN' END, 'Asia/Shanghai')) FROM generate_series(2400000, 2400019) n;
-- one line per notice: the event, the channel, what it is about
CREATE FUNCTION pg_temp.told(account bigint) RETURNS TABLE (event text, channels text, record integer) LANGUAGE sql AS $$
    SELECT l.event, string_agg(l.channel, ' ' ORDER BY l.channel), l.record FROM acctguard.notice_list(account) l GROUP BY l.event, l.record ORDER BY min(abs(l.notice_no)), 1
$$;
CREATE FUNCTION pg_temp.inbox(account bigint, wanted text DEFAULT NULL) RETURNS TABLE (subject text, body text) LANGUAGE sql AS $$
    SELECT i.subject, regexp_replace(i.body, '\d{4}-\d\d-\d\d \d\d:\d\d', 'T', 'g') FROM acctguard.notice_inbox(account) i
    WHERE coalesce(i.event = wanted, true) ORDER BY abs(i.notice_no)
$$;

-- Every event that users are told of has templates in English and Chinese on all four channels, and none lacks what it must say.
SELECT event, array_agg(channel ORDER BY channel) AS channels, min(class) AS class FROM acctguard.notice_coverage()
WHERE event ~ '^(freeze|account)\.' GROUP BY 1 ORDER BY 1;
SELECT event, channel, locales, problem FROM acctguard.notice_coverage() WHERE problem IS NOT NULL OR NOT locales @> '{en,zh-CN}';
-- ... and everything has a name in Chinese; in English what has none is told by its description
SELECT 'capability' AS thing, capability AS name FROM acctguard.capability c WHERE NOT EXISTS (SELECT FROM acctguard.label WHERE label = 'capability/' || capability || '/zh-CN')
UNION ALL SELECT 'reason', reason FROM acctguard.reason WHERE NOT EXISTS (SELECT FROM acctguard.label WHERE label = 'reason/' || reason || '/zh-CN')
UNION ALL SELECT 'kind', kind FROM acctguard.freeze_kind k CROSS JOIN (VALUES ('/zh-CN'), ('/en')) l (locale)
    WHERE visible AND NOT EXISTS (SELECT FROM acctguard.label WHERE label = 'kind/' || kind || locale);
SELECT DISTINCT split_part(label, '/', 1) AS thing, split_part(label, '/', 2) AS without_a_twin FROM acctguard.label a
WHERE split_part(label, '/', 1) NOT IN ('capability', 'reason') AND NOT EXISTS (SELECT FROM acctguard.label b
    WHERE b.label = regexp_replace(a.label, '/[^/]+$', '') || CASE WHEN a.label LIKE '%/en' THEN '/zh-CN' ELSE '/en' END);

-- Imposed: reason, state, what is refused, steps, materials, channel and deadline, handling time; in the user's language. NTF-02
SELECT acctguard.contact_add(2400000, 'email', 'anna@example.org'), acctguard.contact_add(2400000, 'sms', '+8613800138000'), acctguard.contact_add(2400000, 'push', 'token');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(n, 'feature_freeze', 'violation.spam', 'Sent 500 messages with one link to strangers.', note => 'internal note') FROM generate_series(2400000, 2400001) n;
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.told(2400000) WHERE event LIKE 'freeze%';
SELECT informed_at FROM acctguard.freeze_record WHERE account_id IN (2400000, 2400001);
SELECT * FROM pg_temp.inbox(2400000, 'freeze.imposed') \gx
SELECT * FROM pg_temp.inbox(2400001) \gx
-- being shown is being informed: from now the time for an appeal counts
SELECT account_id, no, informed_at IS NOT NULL AS informed FROM acctguard.freeze_record WHERE account_id IN (2400000, 2400001) ORDER BY 1;
SET acctguard.test_clock_offset = 1;
SELECT subject, regexp_replace(body, '\d{4}-\d\d-\d\d \d\d:\d\d', 'T', 'g') AS body FROM acctguard.notice_claim('email', 100) WHERE account_id = 2400000 AND event = 'freeze.imposed' \gx
SELECT body FROM acctguard.notice_claim('sms', 100) WHERE account_id = 2400000 AND event = 'freeze.imposed';
SELECT subject, body FROM acctguard.notice_claim('push', 100) WHERE account_id = 2400000 AND event = 'freeze.imposed';
RESET acctguard.test_clock_offset;

-- Stayed, back in force, lifted: what it leaves behind, what is still refused. UNF-03, UNF-04
SET SESSION AUTHORIZATION freeze_operator;
SELECT acctguard.freeze_stay(n, 1, 'looked at again', clock_timestamp() + interval '1 day') FROM generate_series(2400000, 2400001) n;
SELECT acctguard.freeze_unstay(n, 1, 'seen') FROM generate_series(2400000, 2400001) n;
SELECT count(*) FROM generate_series(2400000, 2400001) n, LATERAL acctguard.freeze_lift(n, 1, 'served');
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.inbox(2400000, 'freeze.stayed') \gx
SELECT * FROM pg_temp.inbox(2400000, 'freeze.lifted') \gx
SELECT * FROM pg_temp.inbox(2400001, 'freeze.lifted') \gx
SELECT * FROM pg_temp.told(2400001);

-- A proposal is not told, its approval is, with everything; a harsher version only when it is approved. NTF-02
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2400002, 'ban', 'violation.severe', 'Sold stolen accounts.', ground => 'rule 7', duration => '30 days');
SELECT acctguard.freeze_impose(2400003, 'ban', 'violation.severe', 'Sold stolen accounts.', ground => 'rule 7');
RESET SESSION AUTHORIZATION;
SELECT count(*) AS told FROM generate_series(2400002, 2400003) n, LATERAL acctguard.notice_list(n);
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(2400002, 1);
SELECT acctguard.freeze_reject(2400003, 1, 'not enough');
RESET SESSION AUTHORIZATION;
SELECT count(*) AS told_of_the_rejected FROM acctguard.notice_list(2400003);
SELECT * FROM pg_temp.inbox(2400002) \gx
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_amend(2400002, 1, ends_at => clock_timestamp() + interval '60 days', facts => 'Sold even more.');
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.told(2400002);
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(2400002, 1);
-- ... annulled by two persons: nothing is left of it
SELECT acctguard.freeze_vacate(2400002, 1, 'wrong account');
SET SESSION AUTHORIZATION freeze_mod3;
SELECT acctguard.freeze_vacate(2400002, 1, 'wrong account');
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.told(2400002);
SELECT * FROM pg_temp.inbox(2400002, 'freeze.vacated') \gx

-- The condition is met; a security freeze is urgent: quiet hours do not hold it up
SELECT acctguard.contact_add(2400004, 'sms', '+8613900139000');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2400004, 'temp_restrict', 'security.odd_login', 'A login from far away.');
SELECT acctguard.freeze_impose(2400004, 'feature_timeout', 'violation.spam', 'Sent spam.', duration => '2 hours');
RESET SESSION AUTHORIZATION;
SELECT e.name, n.record, n.urgent FROM acctguard.notice n JOIN acctguard.events() e ON e.code = n.event WHERE n.account_id = 2400004 AND n.channel = 'sms' ORDER BY n.no;
SET SESSION AUTHORIZATION freeze_risk;
SELECT count(*) FROM acctguard.freeze_satisfy(2400004, 1, 'risk_over');
RESET SESSION AUTHORIZATION;
SELECT subject, body FROM pg_temp.inbox(2400004, 'freeze.condition_met') \gx

-- Replaced; scheduled and cancelled
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2400005, 'feature_timeout', 'violation.spam', 'Sent spam.', duration => '2 hours');
SELECT acctguard.freeze_impose(2400005, 'feature_freeze', 'violation.spam', 'Sent spam.', replaces => 1);
SELECT acctguard.freeze_impose(2400006, 'feature_timeout', 'violation.spam', 'Sent spam.', starts_at => clock_timestamp() + interval '1 day', duration => '2 hours');
RESET SESSION AUTHORIZATION;
SELECT body LIKE '%State: decided, not in force yet%' AS scheduled FROM pg_temp.inbox(2400006);
SET SESSION AUTHORIZATION freeze_mod1;
SELECT count(*) FROM acctguard.freeze_lift(2400006, 1, 'not needed');
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.told(2400005);
SELECT * FROM pg_temp.told(2400006);

-- Withheld by an order: told that, not why; the time for an appeal does not begin. Disclosed by the clock. Internal notes never.
SET SESSION AUTHORIZATION freeze_officer1;
SELECT acctguard.freeze_impose(2400007, 'compliance', 'regulatory.fraud', 'Wanted by the police of X.', capabilities => '{money.out}', ground => 'law 12', legal_reference => 'order 4711', disclose_at => clock_timestamp() + interval '10 days', note => 'internal note');
SELECT acctguard.legal_hold_place(2400008, 'matter 1', 'order 4712') > 0 AS placed;
SET SESSION AUTHORIZATION freeze_officer2;
SELECT acctguard.freeze_approve(2400007, 1);
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.inbox(2400007) \gx
SELECT informed_at FROM acctguard.freeze_record WHERE account_id = 2400007;
SET acctguard.test_clock_offset = 864001;
SELECT body ~ 'Wanted by the police' AS disclosed, body ~ 'internal note' AS note FROM pg_temp.inbox(2400007);
RESET acctguard.test_clock_offset;
SELECT count(*) AS told FROM acctguard.notice_list(2400008);
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2400008, 'monitor', 'violation.spam', 'Watching.');
RESET SESSION AUTHORIZATION;
SELECT count(*) AS told FROM acctguard.notice_list(2400008);

-- What the clock does, when the worker has noticed it: began, over, probation over, rules wanted, reasons disclosed. UNF-01, UNF-03, UNF-04
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(n, 'feature_timeout', 'violation.spam', 'Sent spam.', starts_at => clock_timestamp() + interval '1 hour', duration => '2 hours') FROM generate_series(2400014, 2400015) n;
RESET SESSION AUTHORIZATION;
SET acctguard.test_clock_offset = 900000;
SELECT count(*) > 0 AS swept FROM acctguard.sweep();
SELECT * FROM pg_temp.told(2400014);
SELECT * FROM pg_temp.inbox(2400014, 'freeze.expired') \gx
SELECT * FROM pg_temp.inbox(2400015, 'freeze.acknowledgment_wanted') \gx
SELECT * FROM pg_temp.inbox(2400015, 'freeze.probation_ended') \gx
SELECT event FROM pg_temp.told(2400007) ORDER BY 1;
SELECT subject FROM pg_temp.inbox(2400007);
SELECT count(informed_at) AS informed FROM acctguard.freeze_record WHERE account_id = 2400007;
RESET acctguard.test_clock_offset;

-- A warning; the ladder's answer is a freeze like any other; the acknowledgment is waived
SET SESSION AUTHORIZATION freeze_mod1;
SELECT * FROM acctguard.warn(2400009, 'violation.spam', facts => 'Sent spam to a group.');
SELECT * FROM acctguard.warn(2400009, 'violation.spam', facts => 'Again.');
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.told(2400009);
SELECT * FROM pg_temp.inbox(2400009, 'freeze.warned') LIMIT 1 \gx
SET SESSION AUTHORIZATION freeze_reviewer;
SELECT count(*) FROM acctguard.freeze_lift(2400009, 1, 'served');
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.acknowledgment_waive(2400009, 1, 'talked to him');
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.told(2400009);

-- The account's life.
SET SESSION AUTHORIZATION freeze_app;
SELECT acctguard.account_request_close(n, 'leaving') IS NOT NULL AS closing FROM generate_series(2400010, 2400011) n;
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.inbox(2400010) \gx
SELECT * FROM pg_temp.inbox(2400011) \gx
SET SESSION AUTHORIZATION freeze_app;
SELECT acctguard.account_cancel_close(2400010);
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.told(2400010);
-- ... what was cancelled before anybody read of it is not told any more
SELECT event FROM acctguard.notice_inbox(2400010) ORDER BY 1;

-- Maintenance: words of the scope; who announces it is the worker. NTF-05
SET SESSION AUTHORIZATION freeze_operator;
SELECT acctguard.freeze_scope('{"cohort": "notices"}', 'maintenance', 'maintenance', starts_at => clock_timestamp() + interval '1 day', duration => '2 hours', capabilities => '{money.out}') AS scope \gset
RESET SESSION AUTHORIZATION;
INSERT INTO acctguard.notice (account_id, no, event, channel, record, urgent, written_at, not_before, idempotency_key)
SELECT n, -1 * code, code, 'in_app', :scope, false, clock_timestamp(), clock_timestamp(), gen_random_uuid() FROM generate_series(2400012, 2400013) n, unnest('{117,118,132,133}'::int[]) code;
SELECT * FROM pg_temp.inbox(2400012);
SELECT * FROM pg_temp.inbox(2400013, 'freeze.scope_frozen');
SET SESSION AUTHORIZATION freeze_operator;
SELECT acctguard.scope_lift(:scope, 'not needed');
RESET SESSION AUTHORIZATION;

-- No user-visible transition without a notice, and no notice without an event: of all that happened above. Monitor mode is not visible. NTF-03
SELECT a.account_id, a.action FROM acctguard.audit_read(NULL, max_rows => 100000) a
WHERE a.account_id BETWEEN 2400000 AND 2400099 AND a.action IN (SELECT DISTINCT event FROM acctguard.notice_coverage())
  AND NOT (a.action = 'appeal.overdue' AND a.after->>'origin' = 'mandatory_review') -- he takes no part in those here
  AND NOT EXISTS (SELECT FROM acctguard.notice n JOIN acctguard.events() e ON e.code = n.event WHERE n.account_id = a.account_id AND n.aseq = a.aseq AND e.name = a.action);
SELECT n.account_id, n.no FROM acctguard.notice n
WHERE n.account_id BETWEEN 2400000 AND 2400099 AND n.aseq IS NOT NULL
  AND NOT EXISTS (SELECT FROM acctguard.ledger l WHERE l.account_id = n.account_id AND l.aseq = n.aseq AND l.action = n.event);
-- nothing internal in any of them
SELECT count(*) AS leaks FROM generate_series(2400000, 2400019) n, LATERAL acctguard.notice_inbox(n) i WHERE i.subject || i.body ~ 'internal note|looked at again|talked to him';

-- Words are policy: a DBA's own, in any language; what is no key is refused. NTF-02
SELECT pg_temp.try($$SELECT acctguard.policy_set('label', 'reason/violation.spam/fr', '{"words": "Messages non sollicités"}')$$),
       pg_temp.try($$SELECT acctguard.policy_set('label', 'reason/fr', '{"words": "x"}')$$),
       pg_temp.try($$SELECT acctguard.policy_set('label', 'reason/violation.spam/f', '{"words": "x"}')$$),
       pg_temp.try($$SELECT acctguard.policy_set('label', 'reason/violation.spam/fr', '{"words": ""}')$$),
       pg_temp.try($$SELECT acctguard.policy_set('notice_template', 'freeze.imposed/email/en', '{"body": "You are {frozen}."}')$$),
       pg_temp.try($$SELECT acctguard.policy_set('notice_template', 'freeze.imposed/email/en', '{"body": "You are frozen for {reason}."}')$$);
SELECT acctguard.account_open(2400050, 'fr-CA') > 0 AS opened;
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2400050, 'feature_timeout', 'violation.spam', 'Sent spam.', duration => '2 hours');
RESET SESSION AUTHORIZATION;
-- ... a notice is in the language of its template, every word of it
SELECT subject, body ~ 'Reason: Unsolicited' AS english FROM pg_temp.inbox(2400050);
SELECT acctguard.policy_set('notice_template', 'freeze.imposed/in_app/fr', '{"subject": "Compte restreint", "body": "{kind} {state} Motif : {reason} {facts} {denied} {until} {next} {materials} {appeal} {handling}"}');
SELECT subject, body ~ 'Motif : Messages non sollicités' AS french FROM pg_temp.inbox(2400050);
-- nothing is left to be sent
SELECT count(acctguard.contact_remove(2400000, contact_no)) FROM acctguard.contact_list(2400000);
SELECT count(acctguard.contact_remove(2400004, contact_no)) FROM acctguard.contact_list(2400004);
SET acctguard.test_clock_offset = '2d';
SELECT count(c.*) >= 0 AS claimed FROM unnest('{email,sms,push}'::text[]) v (channel), LATERAL acctguard.notice_claim(v.channel, 1000) c;
RESET acctguard.test_clock_offset;
SELECT count(*) FROM acctguard.notice WHERE account_id BETWEEN 2400000 AND 2400099 AND state = 'pending' AND channel <> 'in_app';
\set ECHO none
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3, freeze_operator, freeze_risk, freeze_app, freeze_desk;
