-- P1: appealing against a freeze, and every reason why that is refused. APL-01, APL-08. Accounts 2200000 to 2200099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\set people :tests /sql/appeal.psql
\i :people
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2200000, 2200099);
-- the case has a number, a state and a time in which it is decided; what was written is nowhere to be read
SELECT pg_temp.frozen(2200000, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200000);
SELECT * FROM pg_temp.cases(2200000);
SELECT * FROM pg_temp.steps(2200000);
SELECT due_at - opened_at AS handling, opened_by, locale, informed_at = appealed_at AS he_knows FROM acctguard.appeal JOIN acctguard.freeze_record r USING (account_id) WHERE account_id = 2200000;
SELECT octet_length(body) = 256 + 48 AS padded, position('stolen'::bytea IN body) AS found FROM acctguard.appeal_step WHERE account_id = 2200000;
SELECT action, person, after - 'due_at' AS after FROM acctguard.audit_read(2200000, action => 'appeal.submitted');
SELECT count(*) AS texts_in_the_ledger FROM acctguard.audit_read(2200000) WHERE after::text LIKE '%stolen%' OR reason LIKE '%stolen%';
-- a kind with review_due has its own time, an authority's is open-ended
SELECT pg_temp.frozen(2200001, 'feature_freeze');
SELECT pg_temp.submit(2200001);
SELECT due_at - opened_at AS handling FROM acctguard.appeal WHERE account_id = 2200001;
SELECT pg_temp.as('freeze_officer1', 'SELECT acctguard.freeze_impose(2200002, ''compliance'', ''regulatory.order'', ''long enough text'', ground => ''Law'', legal_reference => ''order 1'')');
SELECT pg_temp.as('freeze_officer2', 'SELECT acctguard.freeze_approve(2200002, 1)');
SELECT pg_temp.submit(2200002);
SELECT due_at IS NULL AS open_ended FROM acctguard.appeal WHERE account_id = 2200002;

-- join: a review is open already, the appeal becomes part of it
SELECT origin, appealed_at IS NOT NULL AS appealed, opened_by FROM acctguard.appeal WHERE account_id = 2200001;
SELECT pg_temp.submit(2200001);

-- FREEZE_UNKNOWN
SELECT pg_temp.submit(2200000, 7);
-- NOT_OWNER: staff does not act for the user
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_submit(2200000, 1, ''a statement that is thick enough'')');
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.appeal_reopen(2200000, 1, ''a statement that is thick enough'')');
-- NOT_APPEALABLE: closed to appeal, own freezes, cancelled, annulled; of a proposal he knows nothing
SELECT pg_temp.as('freeze_officer1', 'SELECT acctguard.freeze_impose(2200003, ''compliance'', ''regulatory.order'', ''long enough text'', ground => ''Law'', legal_reference => ''order 2'', appeal => false)');
SELECT pg_temp.submit(2200003);
SELECT pg_temp.as('freeze_officer2', 'SELECT acctguard.freeze_approve(2200003, 1)');
SELECT pg_temp.submit(2200003);
SELECT pg_temp.as('freeze_app', 'SELECT acctguard.freeze_impose(2200004, ''self_freeze'', ''own_wish'')');
SELECT pg_temp.submit(2200004);
SELECT pg_temp.frozen(2200005, 'feature_timeout', more => ', starts_at => clock_timestamp() + interval ''1 day''');
SELECT pg_temp.as('freeze_mod1', 'SELECT count(*) FROM acctguard.freeze_lift(2200005, 1, ''a mistake'')');
SELECT pg_temp.submit(2200005);
SELECT pg_temp.frozen(2200005, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.freeze_vacate(2200005, 2, ''a mistake'')');
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.freeze_vacate(2200005, 2, ''a mistake'')');
SELECT pg_temp.submit(2200005, 2);
-- NOT_INFORMED: reasons withheld until a date; from then on it can be appealed
SELECT pg_temp.frozen(2200006, 'feature_timeout', more => ', disclose_at => clock_timestamp() + interval ''2 days''');
SELECT pg_temp.submit(2200006);
SET acctguard.test_clock_offset = 172900;
SELECT pg_temp.submit(2200006);
RESET acctguard.test_clock_offset;
-- APPEAL_DEADLINE: half a year after he was informed, or after he counts as informed; to the second
SELECT pg_temp.frozen(2200007, 'temp_restrict', 'security.odd_login');
SELECT extract(epoch FROM interval '180 days' + interval '14 days')::int AS whole \gset
SELECT set_config('acctguard.test_clock_offset', :whole::text, false);
SELECT pg_temp.submit(2200007);
SELECT set_config('acctguard.test_clock_offset', (:whole - 10)::text, false);
SELECT pg_temp.submit(2200007);
RESET acctguard.test_clock_offset;
-- made harsher it is a new decision: its time begins anew, also where nobody could be told
SELECT pg_temp.frozen(2200091, 'feature_freeze');
SELECT pg_temp.frozen(2200092, 'feature_freeze');
SET acctguard.test_clock_offset = '150d';
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.freeze_amend(2200091, 1, capabilities => ''{messaging.out,social.out}'', facts => ''the same in groups and moments'')');
SET acctguard.test_clock_offset = '300d';
SELECT left(pg_temp.submit(2200091), 40), left(pg_temp.submit(2200092), 40);
RESET acctguard.test_clock_offset;
-- CASE_OPEN
SELECT pg_temp.submit(2200000);
INSERT INTO acctguard.appeal (account_id, no, freeze_no, origin, version, opened_at, opened_by, opened_role, parties, steps, changed_at)
VALUES (2200000, 99, 1, 'own_motion', 1, now(), 'eve', 'eve', '{}', 1, now());
-- APPEALS_EXHAUSTED: two without success; what was granted does not count
SELECT pg_temp.frozen(2200008, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200008);
SELECT pg_temp.as('freeze_mod1', 'SELECT count(*) FROM acctguard.freeze_lift(2200008, 1, ''over'')');
SELECT * FROM pg_temp.cases(2200008);
SELECT pg_temp.submit(2200008);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200008, 2)');
SELECT pg_temp.submit(2200008);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200008, 3)');
SELECT pg_temp.submit(2200008);
-- APPEAL_SUSPENDED, but for the first appeal against losing everything
SELECT pg_temp.frozen(2200009, 'feature_timeout');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.freeze_impose(2200009, ''appeal_abuse'', ''appeal.abuse'', ''long enough text'')');
SELECT pg_temp.submit(2200009);
SELECT pg_temp.frozen(2200009, 'ban');
SELECT pg_temp.submit(2200009, 3);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200009, (SELECT max(appeal_no) FROM (SELECT (c->>''appeal'')::int AS appeal_no FROM jsonb_array_elements(acctguard.appeal_status(2200009)) c) x))');
SELECT pg_temp.submit(2200009, 3);
-- APPEAL_TEXT: too thin, with advice
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_submit(2200010, 1, %L)', text)) FROM (VALUES ('x'), (NULL)) v (text);
SELECT pg_temp.frozen(2200010, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_submit(2200010, 1, %L)', text))
FROM (VALUES (NULL), (''), ('   '), ('unfair'), ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'), ('      a  b  c                     '), (repeat('long enough ', 1000))) v (text);
SELECT pg_temp.as('appeal_app', 'SELECT (acctguard.appeal_submit(2200010, 1, ''那些消息不是我发送的，我的手机在星期一被偷了，请重新核实。'')).state');
-- scheduled and ended freezes can be appealed, too
SELECT pg_temp.frozen(2200011, 'feature_timeout', more => ', starts_at => clock_timestamp() + interval ''1 day''');
SELECT pg_temp.submit(2200011);
SET acctguard.test_clock_offset = 864000;
SELECT pg_temp.frozen(2200012, 'temp_restrict', 'security.odd_login');
RESET acctguard.test_clock_offset;
-- the same request again is the same case; another one under its key is refused
SELECT pg_temp.frozen(2200013, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200013, more => ', idempotency_key => ''k1''');
SELECT pg_temp.submit(2200013, more => ', idempotency_key => ''k1''');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_submit(2200013, 1, ''another statement that is thick enough'', idempotency_key => ''k1'')');
-- accounts and arguments
SELECT pg_temp.submit(2209999);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_submit(NULL, 1, ''x'')');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_submit(2200000, NULL, ''x'')');
-- the table of transitions is what the code has
SELECT id, from_state, event, to_state, who FROM acctguard.appeal_transitions();
\pset format unaligned
SELECT id, event, guard, errors FROM acctguard.appeal_transitions() GROUP BY 1, 2, 3, 4 ORDER BY length(id), 1, 2;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk, appeal_app, appeal_rev1, appeal_rev2, appeal_rev3, appeal_desk;
