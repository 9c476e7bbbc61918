-- What account_status() says of appeals. Accounts 2600000 to 2600009.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\set people :tests /sql/appeal.psql
\i :people
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2600000, 2600009);
-- what the user is told of his remedy: nothing yet, an open case, a question, a decision, no more. UNF-05, APL-08
CREATE VIEW told AS SELECT r -> 'next' AS next, r -> 'appeal' ->> 'possible' AS possible, r -> 'appeal' ->> 'how' AS how, r -> 'appeal' -> 'until' IS NOT NULL AS until,
    r -> 'appeal' -> 'case' AS case, r -> 'appeal' ->> 'state' AS state, r -> 'appeal' -> 'expected_by' IS NOT NULL AS expected
FROM jsonb_array_elements(acctguard.account_status(2600000) -> 'restrictions') r;
SELECT pg_temp.frozen(2600000, 'feature_freeze');
SELECT * FROM told;
SELECT pg_temp.submit(2600000);
SELECT * FROM told;
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2600000, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_ask(2600000, 2, ''{"a picture of the settings"}'') > clock_timestamp()');
SELECT * FROM told;
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_supplement(2600000, 2, ''I have no picture, sorry for that.'')');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2600000, 2)');
SELECT pg_temp.decide('appeal_rev1', 2600000, 2, 'denied');
SELECT * FROM told;
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.policy_set(''setting'', ''appeal_tries'', ''1'', ''test'') > 0');
SELECT * FROM told;
SELECT pg_temp.as('appeal_app', 'SELECT (s.appeal_no, s.state) FROM acctguard.appeal_reopen(2600000, 2, ''The provider has confirmed that the phone was stolen.'') s');
SELECT * FROM told;
SELECT pg_temp.as('appeal_rev2', format('SELECT count(*) FROM acctguard.appeal_claim(2600000, %s)', (SELECT max(no) FROM acctguard.appeal WHERE account_id = 2600000)));
SELECT pg_temp.decide('appeal_rev2', 2600000, (SELECT max(no) FROM acctguard.appeal WHERE account_id = 2600000), 'denied');
SELECT * FROM told;
-- a ban that was appealed as often as it can be keeps nobody from being erased, though the time for appeals is not over; one that can be, does
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.policy_set(''setting'', ''retention'', ''0'', ''test'') > 0');
SELECT pg_temp.frozen(2600001, 'ban', 'violation.severe'), pg_temp.frozen(2600002, 'ban', 'violation.severe');
SELECT acctguard.account_request_close(n) IS NOT NULL AS closing FROM generate_series(2600001, 2600002) n;
SELECT pg_temp.submit(2600001);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2600001, 2)'), pg_temp.decide('appeal_rev1', 2600001, 2, 'denied'),
    pg_temp.as('appeal_rev3', 'SELECT acctguard.appeal_sign(2600001, 2)');
SELECT pg_temp.as('appeal_app', 'SELECT (s.appeal_no, s.state) FROM acctguard.appeal_reopen(2600001, 2, ''The provider has confirmed that the phone was stolen.'') s');
SELECT set_config('acctguard.test_clock_offset', '31d', false);
SELECT pg_temp.as('freeze_operator', format('SELECT acctguard.account_erase(%s, ''ticket 5'')', n)) FROM generate_series(2600001, 2600002) n;
SELECT pg_temp.as('appeal_rev2', format('SELECT count(*) FROM acctguard.appeal_claim(2600001, %s)', (SELECT max(no) FROM acctguard.appeal WHERE account_id = 2600001)));
SELECT pg_temp.decide('appeal_rev2', 2600001, (SELECT max(no) FROM acctguard.appeal WHERE account_id = 2600001), 'denied');
SELECT pg_temp.as('appeal_desk', format('SELECT acctguard.appeal_sign(2600001, %s)', (SELECT max(no) FROM acctguard.appeal WHERE account_id = 2600001)));
SELECT pg_temp.as('freeze_operator', format('SELECT acctguard.account_erase(%s, ''ticket 5'')', n)) FROM generate_series(2600001, 2600002) n;
RESET acctguard.test_clock_offset;
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.policy_set(''setting'', ''retention'', ''15552000'', ''test'') > 0');
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.policy_set(''setting'', ''appeal_tries'', ''2'', ''test'') > 0');
DROP VIEW told;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk, appeal_app, appeal_rev1, appeal_rev2, appeal_rev3, appeal_desk;
