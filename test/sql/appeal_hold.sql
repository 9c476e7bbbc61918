-- Claims have bounds: how long one person holds one case, how many he holds, and who takes them away. APL-04. Accounts 2640000 to 2640099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\set people :tests /sql/appeal.psql
\i :people
\set ECHO all
\set VERBOSITY terse
CREATE ROLE claim_greedy LOGIN IN ROLE acctguard_reviewer;
CREATE ROLE claim_other LOGIN IN ROLE acctguard_reviewer;
SELECT pg_temp.account(2640000, 2640099);
SELECT count(pg_temp.frozen(n, 'temp_restrict', 'security.odd_login')), count(pg_temp.submit(n)) FROM generate_series(2640000, 2640004) n;
CREATE FUNCTION pg_temp.claim(who text, account bigint, hours integer DEFAULT 0) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('acctguard.test_clock_offset', hours || 'h', false);
    RETURN pg_temp.as(who, format('SELECT claim_until - acctguard_now FROM (SELECT a.claim_until FROM acctguard.appeal_claim(%s, 1) a) c, (SELECT clock_timestamp() + interval ''%s h'' AS acctguard_now) n', account, hours));
END
$$;
CREATE FUNCTION pg_temp.hours(said text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN said LIKE 'ok: %' THEN 'for ' || round(extract(epoch FROM substr(said, 5)::interval) / 3600) || ' hours' ELSE said END
$$;
-- time and again: three times eight hours, and no more; somebody else may, and it is no secret why
SELECT h, pg_temp.hours(pg_temp.claim('claim_greedy', 2640000, h)) FROM generate_series(0, 27, 9) h;
BEGIN;
SELECT pg_temp.as('claim_greedy', 'SELECT count(*) FROM acctguard.appeal_claim(100) WHERE account_id = 2640000') AS from_the_queue;
ROLLBACK;
SELECT pg_temp.hours(pg_temp.claim('claim_other', 2640000, 27));
-- giving it back in time saves the rest
RESET acctguard.test_clock_offset;
SELECT h, pg_temp.hours(pg_temp.claim('claim_greedy', 2640001, h)), pg_temp.as('claim_greedy', 'SELECT acctguard.appeal_release(2640001, 1)') FROM generate_series(0, 3) h;
SELECT h, pg_temp.hours(pg_temp.claim('claim_greedy', 2640001, h)) FROM generate_series(10, 50, 10) h;
RESET acctguard.test_clock_offset;
-- as many as policy says, by name or from the queue
BEGIN;
SELECT acctguard.policy_set('setting', 'appeal_claims', '3') IS NOT NULL AS changed;
SELECT pg_temp.as('claim_other', format('SELECT count(*) FROM acctguard.appeal_claim(%s, 1)', n)) FROM generate_series(2640002, 2640003) n;
SELECT pg_temp.as('claim_other', 'SELECT count(*) FROM acctguard.appeal_claim(100)');
SELECT pg_temp.as('claim_other', 'SELECT count(*) FROM acctguard.appeal_claim(2640004, 1)');
SELECT pg_temp.as('claim_other', 'SELECT count(*) FROM acctguard.appeal_claim(1)');
ROLLBACK;
-- taken away: by compliance or an operator, recorded
SELECT pg_temp.hours(pg_temp.claim('claim_greedy', 2640004));
SELECT pg_temp.as('claim_other', 'SELECT acctguard.appeal_revoke_claim(2640004, 1, ''I want it'')');
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.appeal_revoke_claim(2640004, 1, ''she is on leave'')');
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.appeal_revoke_claim(2640004, 1, ''she is on leave'')') AS nobody_has_it;
SELECT action, person, reason, before, after->'state' AS state FROM acctguard.audit_read(2640004, action => 'appeal.claim_revoked');
SELECT pg_temp.decide('claim_greedy', 2640004, 1, 'granted');
SELECT pg_temp.hours(pg_temp.claim('claim_other', 2640004));
SELECT what, state, person FROM pg_temp.steps(2640004);
DROP ROLE claim_greedy, claim_other;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk, appeal_app, appeal_rev1, appeal_rev2, appeal_rev3, appeal_desk;
