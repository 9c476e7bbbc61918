-- What the random walk found about remedies: how long there is one, whose claim keeps the freeze from whom, staff's second level,
-- proofs under several alarms. P1, P3, P6, P9, P11. UNF-05, APL-03, APL-08, I3. Accounts 2690000 to 2690099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\set people :tests /sql/appeal.psql
\i :people
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2690000, 2690099);
CREATE FUNCTION pg_temp.remedy(account bigint, no integer) RETURNS interval LANGUAGE sql AS $$
    SELECT date_trunc('day', (c->>'remedy_until')::timestamptz - r.issued_at + interval '1 hour')
    FROM acctguard.freeze_record r, jsonb_array_elements(acctguard.appeal_status(account)) c
    WHERE r.account_id = account AND r.no = (c->>'freeze')::integer AND (c->>'appeal')::integer = $2
$$;
CREATE FUNCTION pg_temp.last(account bigint) RETURNS integer LANGUAGE sql AS 'SELECT max(no) FROM acctguard.appeal WHERE account_id = account';
CREATE FUNCTION pg_temp.claim(who text, account bigint) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.as(who, format('SELECT count(*) FROM acctguard.appeal_claim(%s, %s)', account, pg_temp.last(account)))
$$;
CREATE FUNCTION pg_temp.later(span interval) RETURNS void LANGUAGE sql AS $$
    SELECT set_config('acctguard.test_clock_offset', extract(epoch FROM span)::bigint || 's', false)
$$;
-- who appeals late has no longer time than who appeals at once: half a year from the fourteenth day at the latest
SELECT pg_temp.frozen(2690000, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.later('100 days');
SELECT pg_temp.submit(2690000);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2690000, 1)');
SELECT pg_temp.remedy(2690000, 1);
SELECT pg_temp.later('194 days 1 hour');
SELECT pg_temp.submit(2690000);
RESET acctguard.test_clock_offset;
-- a harsher version is a new decision: its time begins anew, also where no notice reached the user
SELECT pg_temp.frozen(2690001, 'feature_timeout', 'violation.spam', ', duration => ''20 days''');
SELECT pg_temp.as('appeal_app', 'SELECT (s.appeal_no, s.state) FROM acctguard.appeal_submit(2690001, 1, ''I did not send these messages, my phone was stolen.'') s');
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_withdraw(2690001, %s)', pg_temp.last(2690001)));
SELECT pg_temp.remedy(2690001, pg_temp.last(2690001));
SELECT pg_temp.later('10 days');
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_amend(2690001, 1, ends_at => clock_timestamp() + interval ''19 days'', facts => ''milder, and no new decision'')');
SELECT pg_temp.remedy(2690001, pg_temp.last(2690001));
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_amend(2690001, 1, ends_at => clock_timestamp() + interval ''29 days'', facts => ''it went on, from another device'')');
SELECT pg_temp.remedy(2690001, pg_temp.last(2690001));
RESET acctguard.test_clock_offset;
-- what was denied can be taken up again, also when another appeal was taken back since: there is a remedy as long
SELECT pg_temp.frozen(2690002, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2690002);
SELECT pg_temp.claim('appeal_rev1', 2690002);
SELECT pg_temp.decide('appeal_rev1', 2690002, 1, 'denied');
SELECT pg_temp.submit(2690002);
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_withdraw(2690002, 2, %L)', '{"method": "face", "at": "' || clock_timestamp() || '"}'));
SELECT pg_temp.submit(2690002);
SELECT pg_temp.remedy(2690002, 1) IS NOT NULL AS remedy;
SELECT pg_temp.as('appeal_app', 'SELECT (s.appeal_no, s.state) FROM acctguard.appeal_reopen(2690002, 1, ''The provider has confirmed that the phone was stolen.'') s');
-- a claim that has run out keeps nobody from the freeze; amended by whoever had it, the case is not his any more
SELECT pg_temp.frozen(2690003, 'feature_freeze');
SELECT pg_temp.claim('appeal_rev1', 2690003);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.freeze_lift(2690003, 1, ''while I hold it'')');
SELECT pg_temp.later('8 hours');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.freeze_lift(2690003, 1, ''I hold nothing'')');
RESET acctguard.test_clock_offset;
SELECT pg_temp.frozen(2690004, 'feature_freeze');
SELECT pg_temp.claim('appeal_desk', 2690004);
SELECT pg_temp.as('appeal_desk', 'SELECT acctguard.freeze_amend(2690004, 1, ends_at => clock_timestamp() + interval ''1 day'')');
SELECT pg_temp.later('8 hours');
SELECT pg_temp.as('appeal_desk', 'SELECT acctguard.freeze_amend(2690004, 1, ends_at => clock_timestamp() + interval ''1 day'')');
SELECT pg_temp.claim('appeal_desk', 2690004);
SELECT step, what, state, person FROM pg_temp.steps(2690004);
RESET acctguard.test_clock_offset;
-- a second level of staff's own is a review: it goes on without material, and without an appeal that joined it and was taken back
SELECT pg_temp.frozen(2690005, 'feature_freeze');
SELECT pg_temp.claim('appeal_rev1', 2690005);
SELECT pg_temp.decide('appeal_rev1', 2690005, pg_temp.last(2690005), 'denied');
SELECT pg_temp.as('freeze_operator', format('SELECT s.state FROM acctguard.appeal_reopen(2690005, %s, ''the detector was wrong about others that day'') s', pg_temp.last(2690005)));
SELECT pg_temp.claim('appeal_rev2', 2690005);
SELECT pg_temp.as('appeal_rev2', format('SELECT acctguard.appeal_ask(2690005, %s, ''{"a statement"}'', clock_timestamp() + interval ''2 days'') > now()', pg_temp.last(2690005)));
SELECT pg_temp.later('49 hours');
SELECT origin, state FROM pg_temp.cases(2690005);
SELECT pg_temp.submit(2690005) LIKE 'ok: %submitted%' AS joined;
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_withdraw(2690005, %s)', pg_temp.last(2690005)));
SELECT origin, state FROM pg_temp.cases(2690005);
RESET acctguard.test_clock_offset;
-- under several alarms the proof is newer than each of them
SELECT pg_temp.frozen(2690006, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2690006);
SELECT pg_temp.later('5 minutes');
SELECT pg_temp.frozen(2690006, 'feature_timeout', 'security.takeover');
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_withdraw(2690006, 1, %L)', '{"method": "face", "at": "' || clock_timestamp() + interval '2 minutes' || '"}')) LIKE 'UG116%' AS refused;
SELECT pg_temp.later('6 minutes');
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_withdraw(2690006, 1, %L)', '{"method": "face", "at": "' || clock_timestamp() + interval '350 seconds' || '"}')) LIKE 'UG116%' AS refused;
RESET acctguard.test_clock_offset;
-- what the user must not know of is no alarm to him
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.freeze_impose(2690007, ''monitor'', ''security.takeover'')');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.account_request_close(2690007) > now()');
-- a legal hold that is placed at the instant of closing comes too late
SET acctguard.test_clock = 1200000000;
SELECT acctguard.account_request_close(2690008) - timestamptz '2000-01-01 00:00:00+00' AS closes;
SET acctguard.test_clock = 1202592000;
SELECT pg_temp.as('freeze_officer1', 'SELECT acctguard.legal_hold_place(2690008, ''smith v. jones'', ''order 17'') > 0');
SELECT state FROM acctguard.account_show(2690008);
RESET acctguard.test_clock;
-- an account that closes as its lock is replaced gets no step of the ladder, and the decision stands
SET acctguard.test_clock = 1300000000;
SELECT pg_temp.as('freeze_mod3', 'SELECT score FROM acctguard.warn(2690009, ''violation.severe'', facts => ''mind the rules'')');
SELECT pg_temp.frozen(2690009, 'emergency_lock', 'security.takeover', ', starts_at => timestamptz ''2000-01-01 00:00:00+00'' + interval ''1302550000 seconds''');
SELECT acctguard.account_request_close(2690009) IS NOT NULL AS closing;
SET acctguard.test_clock = 1302580000;
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.freeze_impose(2690009, ''ban'', ''violation.severe'', ''long enough text'', ground => ''Terms'', replaces => 2)');
SET acctguard.test_clock = 1302595000;
SELECT pg_temp.as('freeze_mod2', format('SELECT acctguard.freeze_approve(2690009, %s)', (SELECT max(no) FROM acctguard.freeze_list(2690009))));
SELECT state FROM acctguard.account_show(2690009);
SELECT no, state, kind FROM acctguard.freeze_list(2690009);
RESET acctguard.test_clock;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk, appeal_app, appeal_rev1, appeal_rev2, appeal_rev3, appeal_desk;
