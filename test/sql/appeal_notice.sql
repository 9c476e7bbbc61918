-- What the user hears of his appeal, in two languages, also at the address he gave with it. NTF-01, NTF-02, APL-01.
-- Accounts 2200500 to 2200599.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\set people :tests /sql/appeal.psql
\i :people
CREATE ROLE appeal_notifier LOGIN IN ROLE acctguard_notifier;
\set ECHO all
\set VERBOSITY terse
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at)
SELECT 2200500 + i, 'active', CASE i WHEN 2 THEN 'zh-CN' ELSE 'en' END, 'Asia/Shanghai', 'basic', clock_timestamp(), clock_timestamp() FROM generate_series(1, 7) i;
CREATE FUNCTION pg_temp.inbox(account bigint) RETURNS TABLE (event text, subject text, body text) LANGUAGE sql AS $$
    SELECT n.event, n.subject, regexp_replace(n.body, '\d{4}-\d\d-\d\d \d\d:\d\d', 'TIME', 'g') FROM acctguard.notice_inbox(account) n WHERE n.event LIKE 'appeal.%' ORDER BY n.notice_no
$$;
-- every event has words in both languages on every channel, with what they must contain
SELECT count(*) AS templates, count(DISTINCT split_part(template, '/', 1)) AS events FROM acctguard.notice_template WHERE template LIKE 'appeal.%';
SELECT * FROM acctguard.notice_coverage() WHERE event LIKE 'appeal.%' AND problem IS NOT NULL;
-- the whole way, in English and Chinese
SELECT pg_temp.frozen(a, 'temp_restrict', 'security.odd_login') FROM unnest('{2200501,2200502}'::bigint[]) a;
SELECT pg_temp.submit(a, 1, ', contact => ''friend@example.org''') FROM unnest('{2200501,2200502}'::bigint[]) a;
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(%s, 1)', a)) FROM unnest('{2200501,2200502}'::bigint[]) a;
SELECT pg_temp.as('appeal_rev1', format('SELECT acctguard.appeal_ask(%s, 1, ''{police report,photo of the new phone}'') > now()', a)) FROM unnest('{2200501,2200502}'::bigint[]) a;
SELECT * FROM pg_temp.inbox(2200501) OFFSET 2;
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_supplement(%s, 1, ''Here they are.'')', a)) FROM unnest('{2200501,2200502}'::bigint[]) a;
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(%s, 1)', a)) FROM unnest('{2200501,2200502}'::bigint[]) a;
SELECT pg_temp.decide('appeal_rev1', a, 1, 'denied') FROM unnest('{2200501,2200502}'::bigint[]) a;
SELECT * FROM pg_temp.inbox(2200501);
SELECT * FROM pg_temp.inbox(2200502);
-- to the address that was given with it, and to no other appeal
SELECT pg_temp.as('appeal_app', 'SELECT (r.appeal_no, r.state) FROM acctguard.appeal_reopen(2200501, 1, ''I have found something new about Monday.'') r');
SET SESSION AUTHORIZATION appeal_notifier;
SELECT account_id, event, address, subject FROM acctguard.notice_claim('email', 100) WHERE account_id IN (2200501, 2200502) AND event LIKE 'appeal.%' ORDER BY account_id, notice_no;
RESET SESSION AUTHORIZATION;
-- a review that the user takes no part in: he hears what is wanted and what was decided
SELECT pg_temp.frozen(2200503, 'feature_freeze');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200503, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200503, 2, 'granted');
SELECT event, subject, body FROM pg_temp.inbox(2200503);
-- nothing of a freeze whose reasons are withheld
SELECT pg_temp.frozen(2200504, 'feature_freeze', more => ', disclose_at => clock_timestamp() + interval ''30 days''');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200504, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200504, 2, 'denied');
SELECT count(*) AS told FROM acctguard.notice n JOIN acctguard.events() e ON e.code = n.event WHERE account_id = 2200504 AND e.name LIKE 'appeal.%';
SELECT c->'state' AS state, c ? 'reasons' AS reasons FROM jsonb_array_elements(acctguard.appeal_status(2200504)) c;
-- ... until they are disclosed: then he is told the freeze, the decision and its reasons, once, and the time for an appeal begins. NTF-01
SELECT pg_temp.frozen(2200505, 'feature_freeze', more => ', disclose_at => clock_timestamp() + interval ''30 days''');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200505, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200505, 2, 'granted');
SET acctguard.test_clock_offset = '31d';
SELECT count(*) > 0 AS swept FROM acctguard.sweep(10000);
SELECT count(*) >= 0 AS again FROM acctguard.sweep(10000);
SELECT event, subject, left(regexp_replace(body, '\d{4}-\d\d-\d\d \d\d:\d\d', 'TIME'), 280) AS body FROM acctguard.notice_inbox(2200504) WHERE event IN ('freeze.disclosed', 'appeal.disclosed') ORDER BY 1 DESC;
SELECT event FROM acctguard.notice_inbox(2200505) WHERE event IN ('freeze.disclosed', 'appeal.disclosed');
SELECT c->'state' AS state, c ? 'reasons' AS reasons FROM jsonb_array_elements(acctguard.appeal_status(2200504)) c;
SELECT informed_at IS NOT NULL AS informed FROM acctguard.freeze_record WHERE account_id = 2200504;
RESET acctguard.test_clock_offset;
-- half a year and more after the decision: he could not know before
SELECT pg_temp.frozen(2200506, 'temp_restrict', 'security.odd_login', ', disclose_at => clock_timestamp() + interval ''300 days''');
SET acctguard.test_clock_offset = '301d';
SELECT pg_temp.submit(2200506);
RESET acctguard.test_clock_offset;
-- a decision that waits for its signature is none: no notice says it, whatever its template asks for
BEGIN;
SELECT acctguard.policy_set('notice_template', 'appeal.claimed/in_app/en', '{"subject": "Claimed", "body": "Case no. {appeal}, expected by: {due}. {result}; {reasons}"}') IS NOT NULL AS changed;
SELECT pg_temp.frozen(2200507, 'ban', 'violation.severe');
SELECT pg_temp.submit(2200507);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200507, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200507, 2, 'denied');
SELECT substr(body, strpos(body, '(Asia')) AS body FROM pg_temp.inbox(2200507) WHERE event = 'appeal.claimed';
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_refuse_sign(2200507, 2, ''not what the log says'')');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200507, 2)');
SELECT body LIKE '%see the application; see the application' AS nothing FROM pg_temp.inbox(2200507) WHERE event = 'appeal.claimed';
ROLLBACK;
-- nothing of a transaction that was rolled back
BEGIN;
SELECT pg_temp.submit(2200503, 1);
SELECT pg_temp.frozen(2200503, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200503, 2);
ROLLBACK;
SELECT count(*) AS told FROM acctguard.notice n JOIN acctguard.events() e ON e.code = n.event WHERE account_id = 2200503 AND e.name = 'appeal.submitted';
-- what was written is not in the outbox
SELECT count(*) AS found FROM acctguard.notice WHERE account_id BETWEEN 2200500 AND 2200599 AND notice::text ~ 'stolen|police|friend';
-- what waits to be sent there is cancelled
SELECT count(acctguard.contact_remove(account_id, no, 'the test is over')) > 0 AS removed FROM acctguard.account_contact WHERE account_id BETWEEN 2200500 AND 2200599 AND removed_at IS NULL;
DROP ROLE appeal_notifier;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk, appeal_app, appeal_rev1, appeal_rev2, appeal_rev3, appeal_desk;
