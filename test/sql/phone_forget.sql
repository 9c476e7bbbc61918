-- Accounts that end: their numbers are free at once, and forgotten when nobody needs them (AUD-04, PHN-18). Accounts 318000 to 318099.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE ROLE regress_forget_mod LOGIN;
CREATE ROLE regress_forget_mod2 LOGIN;
CREATE ROLE regress_forget_op LOGIN;
CREATE ROLE regress_forget_op2 LOGIN;
GRANT acctguard_moderator TO regress_forget_mod, regress_forget_mod2;
GRANT acctguard_operator TO regress_forget_op, regress_forget_op2;
CREATE FUNCTION pg_temp.as(who text, command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
    EXECUTE format('SET SESSION AUTHORIZATION %I', who);
    EXECUTE command INTO answer;
    RESET SESSION AUTHORIZATION;
    RETURN answer;
END $$;
SELECT count(acctguard.account_open(n)) AS opened FROM generate_series(318001, 318006) n;
-- 318001 has a number of its own, one that he had before, and trusts that of 318002; 318003 shares a former one with 318004.
SELECT acctguard.number_import(318001, '+8613731810001') AS former, acctguard.number_release(318001, 1, 'admin', 'changed') AS released,
    acctguard.number_import(318001, '+8613731810002') AS login, acctguard.number_import(318002, '+8613731810003') AS other,
    acctguard.number_import(318001, '+8613731810003', kind => 'trusted') AS trusted;
SELECT acctguard.number_import(318003, '+8613731810004') AS former, acctguard.number_release(318003, 1, 'carrier', 'recycled') AS released,
    acctguard.number_import(318004, '+8613731810004') AS now;
SELECT acctguard.number_import(318005, '+8613731810005') AS banned;
SELECT number_id AS own FROM acctguard.binding WHERE account_id = 318001 AND no = 2 \gset
-- What is there of the numbers of accounts, after and before.
CREATE TEMP TABLE watched AS SELECT account_id, no, number_id FROM acctguard.binding WHERE account_id BETWEEN 318001 AND 318006;
CREATE VIEW pg_temp.there AS SELECT w.account_id, w.no, n.hint, n.forget_at IS NOT NULL AS goes, b.release_reason,
    (SELECT count(*) FROM acctguard.number_index i WHERE i.number_id = w.number_id) AS indexes
FROM watched w JOIN acctguard.binding b USING (account_id, no) LEFT JOIN acctguard.number n ON n.number_id = w.number_id;
SELECT * FROM pg_temp.there ORDER BY 1, 2;

-- Closing keeps them: there is time to change one's mind, and to open the account again.
SELECT acctguard.account_request_close(n) IS NOT NULL AS closing FROM unnest('{318001,318003}'::bigint[]) n;
SET acctguard.test_clock_offset = 40000000;
SELECT pg_temp.as('regress_forget_op', format('SELECT acctguard.account_erase(%s, ''asked for'')', n)) FROM unnest('{318001,318003}'::bigint[]) n;
SELECT * FROM pg_temp.there ORDER BY 1, 2;
SELECT a.action, count(*) FROM acctguard.audit_read(318001) a WHERE a.action LIKE 'number%' OR a.action = 'account.erased' GROUP BY 1 ORDER BY 1;
-- They are free at once.
SELECT acctguard.account_open(318007) AS account, acctguard.number_import(318007, '137 3181 0001', 'CN') AS no;
-- Nobody needs them, but they are kept for a while.
SELECT acctguard.number_import(318006, '+8613731810099') AS no;
SELECT count(*) AS looked FROM acctguard.sweep() WHERE task = 'number';
SELECT count(*) AS kept FROM pg_temp.there WHERE hint IS NOT NULL;
SET acctguard.test_clock_offset = 55552010;
SELECT done > 0 AS looked FROM acctguard.sweep() WHERE task = 'number';
SELECT * FROM pg_temp.there ORDER BY 1, 2;
SELECT count(*) AS forgotten FROM acctguard.audit_read(action => 'number.forgotten') WHERE after->>'number' = :'own';
-- A number that is forgotten and comes again is a new one; the account that had it shows nothing of it.
SELECT acctguard.account_open(318008) AS account, acctguard.number_import(318008, '+8613731810002') AS no;
SELECT number_id <> :own AS another FROM acctguard.binding WHERE account_id = 318008;
SELECT count(*) AS shown FROM acctguard.account_numbers(318001) WHERE binding = 2;
RESET acctguard.test_clock_offset;

-- A ban: terminated by two persons, the number is free for nobody; erased, the tombstone still stands.
SELECT pg_temp.as('regress_forget_mod', $$SELECT acctguard.freeze_impose(318005, 'ban', 'violation.severe', 'sold stolen accounts', ground => 'rules 4.2')$$) AS freeze;
SELECT pg_temp.as('regress_forget_mod2', 'SELECT acctguard.freeze_approve(318005, 1)') AS state;
SET acctguard.test_clock_offset = 40000000;
SELECT pg_temp.as('regress_forget_op', $$SELECT acctguard.account_terminate(318005, 'repeat offender')$$) AS first,
    (SELECT state FROM acctguard.account_numbers(318005)) AS number_is;
SELECT pg_temp.as('regress_forget_op2', $$SELECT acctguard.account_terminate(318005, 'repeat offender')$$) AS second;
SELECT (SELECT release_reason FROM acctguard.account_numbers(318005)) AS released, (SELECT state FROM acctguard.tombstone_list(318005)) AS tombstone;
SET acctguard.test_clock_offset = 80000000;
SELECT pg_temp.as('regress_forget_op', $$SELECT acctguard.account_erase(318005, 'retention is over')$$) AS erased, (SELECT state FROM acctguard.tombstone_list(318005)) AS tombstone;
SET acctguard.test_clock_offset = 100000000;
SELECT done > 0 AS looked FROM acctguard.sweep() WHERE task = 'number';
SELECT state, until FROM acctguard.tombstone_find('+8613731810005');
-- Ended by the service, it goes at the next look.
SELECT pg_temp.as('regress_forget_op', $$SELECT acctguard.tombstone_end(318005, 1, 'another person')$$) AS ended;
SET acctguard.test_clock_offset = 103000000;
SELECT done > 0 AS looked FROM acctguard.sweep() WHERE task = 'number';
SELECT count(*) AS left_of_it FROM watched w JOIN acctguard.number USING (number_id) WHERE account_id = 318005;
SELECT count(*) AS tombstones FROM acctguard.tombstone WHERE account_id = 318005;
RESET acctguard.test_clock_offset;
DROP ROLE regress_forget_mod, regress_forget_mod2, regress_forget_op, regress_forget_op2;
