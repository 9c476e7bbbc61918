-- F1: every refusal of freeze_impose(), by its name. Accounts 2100100 to 2100199.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2100100, 2100189);
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at, closed_at)
VALUES (2100190, 'closed', 'en', 'UTC', 'basic', clock_timestamp(), clock_timestamp(), clock_timestamp());
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at)
VALUES (2100191, 'pending', 'en', 'UTC', 'basic', clock_timestamp());
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at, staff_rank, person, protected)
VALUES (2100192, 'active', 'en', 'UTC', 'basic', clock_timestamp(), clock_timestamp(), 2, NULL, false),
       (2100193, 'active', 'en', 'UTC', 'basic', clock_timestamp(), clock_timestamp(), 0, 'freeze_mod1', false),
       (2100194, 'active', 'en', 'UTC', 'basic', clock_timestamp(), clock_timestamp(), 0, NULL, true),
       (2100195, 'active', 'en', 'UTC', 'basic', clock_timestamp(), clock_timestamp(), 4, NULL, false),
       (2100196, 'active', 'en', 'UTC', 'basic', clock_timestamp(), clock_timestamp(), 4, NULL, false);

-- KIND_UNKNOWN: no such kind, a disabled one, kinds of other functions
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'no_such', 'violation.spam', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'maintenance', 'maintenance', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'legal_hold', 'regulatory.order', 'long enough text')$$);
BEGIN;
SELECT acctguard.policy_set('freeze_kind', 'feature_timeout', '{"enabled": false}', 'test') > 0 AS set;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'feature_timeout', 'violation.spam', 'long enough text')$$);
ROLLBACK;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'temp_restrict', 'no.such', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2109999, 'temp_restrict', 'violation.spam', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(NULL, 'temp_restrict', 'violation.spam', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, ' ', 'violation.spam', 'long enough text')$$);

-- FREEZE_ROLE, asked before the account is looked up; 42501 for whoever holds no role at all
SET SESSION AUTHORIZATION freeze_app;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2109999, 'ban', 'violation.severe', 'long enough text', ground => 'Terms')$$);
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'compliance', 'regulatory.order', 'long enough text', ground => 'law', legal_reference => 'order 1')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'self_freeze', 'own_wish')$$);
RESET SESSION AUTHORIZATION;
CREATE ROLE freeze_nobody LOGIN;
SET SESSION AUTHORIZATION freeze_nobody;
SELECT has_function_privilege(oid, 'EXECUTE') FROM pg_proc WHERE proname = 'freeze_impose';
RESET SESSION AUTHORIZATION;
DROP ROLE freeze_nobody;

-- FREEZE_RANK, FREEZE_SELF, PROTECTED
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100192, 'feature_freeze', 'violation.spam', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100193, 'feature_freeze', 'violation.spam', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100194, 'feature_freeze', 'violation.spam', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100194, 'ban', 'violation.severe', 'long enough text', ground => 'Terms')$$);
SET SESSION AUTHORIZATION freeze_risk;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100194, 'ban', 'violation.severe', 'long enough text', ground => 'Terms')$$);
SET SESSION AUTHORIZATION freeze_operator;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100192, 'feature_freeze', 'violation.spam', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100195, 'feature_freeze', 'violation.spam', 'long enough text')$$);
-- one person is one person, whatever his role and whoever speaks for him
SET SESSION AUTHORIZATION freeze_desk;
BEGIN;
SELECT acctguard.acting_as('freeze_mod1', 'ticket 7');
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100193, 'feature_freeze', 'violation.spam', 'long enough text')$$);
COMMIT;
RESET SESSION AUTHORIZATION;

-- LAST_ADMIN: of two administrators one can be shut out, not both; a function freeze shuts nobody out
BEGIN;
ALTER TABLE acctguard.account DISABLE TRIGGER acctguard_row;
UPDATE acctguard.account SET staff_rank = 0 WHERE staff_rank = 4 AND account_id NOT IN (2100195, 2100196);
ALTER TABLE acctguard.account ENABLE ALWAYS TRIGGER acctguard_row;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100195, 'temp_restrict', 'security.takeover', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100196, 'temp_restrict', 'security.takeover', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100196, 'feature_freeze', 'violation.spam', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100196, 'dormancy', 'dormancy')$$);
SELECT count(*) AS remains FROM acctguard.freeze_lift(2100195, 1, 'test');
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100196, 'temp_restrict', 'security.takeover', 'long enough text')$$);
ROLLBACK;

-- ACCOUNT_STATE
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100190, 'temp_restrict', 'security.takeover', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100191, 'temp_restrict', 'security.takeover', 'long enough text')$$);

-- DURATION
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'temp_restrict', 'security.takeover', 'long enough text', duration => '25 hours')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'temp_restrict', 'security.takeover', 'long enough text', ends_at => 'infinity')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'feature_timeout', 'violation.spam', 'long enough text', duration => '59 seconds')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'feature_freeze', 'violation.spam', 'long enough text', ends_at => clock_timestamp() - interval '1 second')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'feature_freeze', 'violation.spam', 'long enough text', ends_at => clock_timestamp() + interval '1 day', duration => '1 day')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'feature_freeze', 'violation.spam', 'long enough text', duration => '-1 day')$$);
-- START_IN_PAST; now() of the transaction is now
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'feature_freeze', 'violation.spam', 'long enough text', starts_at => clock_timestamp() - interval '1 minute')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'feature_freeze', 'violation.spam', 'long enough text', starts_at => 'infinity')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100102, 'feature_freeze', 'violation.spam', 'long enough text', starts_at => now())$$);
SELECT state, starts_at = issued_at AS now FROM acctguard.freeze_list(2100102);

-- AUTOMATED_LIMIT: a detector decides alone up to the kind's limit; asked for nothing, it takes that
SET SESSION AUTHORIZATION freeze_risk;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100103, 'feature_freeze', 'violation.spam', 'long enough text', duration => '73 hours')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100103, 'feature_freeze', 'violation.spam', 'long enough text', ends_at => 'infinity')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100103, 'feature_freeze', 'violation.spam', 'long enough text')$$);
RESET SESSION AUTHORIZATION;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100103, 'feature_freeze', 'violation.spam', 'long enough text', ends_at => 'infinity', automated => true)$$);
SELECT no, ends_at - starts_at AS length, automated FROM acctguard.freeze_list(2100103);
-- kinds that leave nothing to automation make a proposal of it
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100103, 'dormancy', 'dormancy', automated => true)$$);
SELECT no, state, kind FROM acctguard.freeze_list(2100103);

-- REASON_REQUIRED names the fields
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'temp_restrict', 'security.takeover')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'temp_restrict', 'security.takeover', 'too short')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'ban', 'violation.severe', '   ')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'compliance', 'regulatory.order')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'ban', 'violation.severe', 'long enough text', ground => 'Terms', appeal => false)$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'feature_freeze', 'violation.spam', 'long enough text', appeal => false, legal_reference => 'x')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'self_freeze', 'own_wish', appeal => true)$$);
BEGIN;
SELECT acctguard.policy_set('freeze_kind', 'feature_timeout', '{"required": ["reason", "conduct_at", "evidence"]}', 'test') > 0 AS set;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'feature_timeout', 'violation.spam', 'long enough text')$$);
ROLLBACK;

-- PRIOR_CONDUCT: what lies before the last sanction of its category counts only where that is meant
SELECT acctguard.freeze_impose(2100104, 'feature_freeze', 'violation.spam', 'the first sanction', conduct_at => clock_timestamp() - interval '1 day');
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100104, 'feature_freeze', 'violation.harassment', 'older than that', conduct_at => clock_timestamp() - interval '1 hour')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100104, 'feature_freeze', 'security.takeover', 'another category', conduct_at => clock_timestamp() - interval '1 hour')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100104, 'feature_freeze', 'violation.harassment', 'meant to count', conduct_at => clock_timestamp() - interval '1 hour', evidence => '{"prior_conduct": true}')$$);

-- arguments: capabilities, rules, statements
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'temp_restrict', 'security.takeover', 'long enough text', capabilities => '{pay.send}')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'feature_freeze', 'violation.spam', 'long enough text', capabilities => '{}')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'feature_freeze', 'violation.spam', 'long enough text', capabilities => '{msg.fly}')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'feature_freeze', 'violation.spam', 'long enough text', rule => '{"hours": ["08:00", "22:00"]}')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100100, 'self_rule', 'own_wish')$$);
SELECT rule, pg_temp.try(format('SELECT acctguard.freeze_impose(2100100, ''self_rule'', ''own_wish'', rule => %L)', rule)) FROM (VALUES
    ('[]'), ('{}'), ('{"hours": ["08:00"]}'), ('{"hours": ["08:00", "08:00"]}'), ('{"hours": ["8:00", "22:00"]}'), ('{"hours": ["08:00", "24:01"]}'),
    ('{"hours": ["08:60", "22:00"]}'), ('{"hours": ["0800", "22:00"]}'), ('{"hours": "all"}'), ('{"hours": [8, 22]}'),
    ('{"hours": ["08:00", "22:00"], "zone": "Nowhere/Land"}'), ('{"days": [1]}'), ('{"devices": [1]}')) AS wrong (rule);
SELECT statement, pg_temp.try(format('SELECT acctguard.freeze_impose(2100100, ''temp_restrict'', ''security.takeover'', ''long enough text'', statement => %L)', statement)) FROM (VALUES
    ('[]'), ('{"sauce": "notice"}'), ('{"source": "gossip"}'), ('{"explanation": 5}'), ('{"detection_automated": "yes"}'), ('{"territory": "DE"}')) AS wrong (statement);
-- who names everything that exists means everything: what is added later is denied too
SELECT acctguard.freeze_impose(2100105, 'monitor', 'security.takeover', 'long enough text',
    capabilities => (SELECT array_agg(capability) FROM acctguard.capability WHERE floor IS NULL)) AS everything;
SELECT monitored & (1::bigint << 60) <> 0 AS also_later_ones FROM acctguard.standing WHERE account_id = 2100105;
SELECT count(*) AS freezes_made FROM acctguard.freeze_list(2100100);
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
