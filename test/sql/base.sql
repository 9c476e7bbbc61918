-- The house: statements, errors, actors, own tables.

-- Every statement of every store fits its tables; the inventory by store.
SELECT store, count(*) > 0 AS has_statements FROM acctguard.check_plans() GROUP BY store ORDER BY store;
-- Names are table.verb and unique; texts name tables with their schema and call nothing volatile.
SELECT statement FROM acctguard.check_plans() WHERE statement !~ '^[a-z_]+\.[a-z_]+$';
SELECT statement FROM acctguard.check_plans() GROUP BY statement HAVING count(*) > 1;
SELECT statement, sql FROM acctguard.check_plans()
WHERE sql ~* '\m(now|clock_timestamp|random|nextval|gen_random_uuid|current_timestamp)\M';

-- Error codes are unique, of class UG, and end in what to do.
SELECT count(*) = count(DISTINCT sqlstate) AND bool_and(sqlstate ~ '^UG[0-9]{3}$') AS well_formed,
    bool_and(meaning <> '' AND remedy ~ '\.$') AS documented
FROM acctguard.errors();

-- Settings, as a DBA sees them.
SELECT name, unit, vartype, context, boot_val, short_desc FROM pg_settings
WHERE name LIKE 'acctguard.%' AND name <> 'acctguard.filter_size' ORDER BY name;

-- FRZ-09: nobody changes acctguard's tables by hand, not the owner of the database, not in replica mode.
SELECT acctguard.account_open(100);
\set VERBOSITY verbose
\set SHOW_CONTEXT never
UPDATE acctguard.account SET state = 'closed' WHERE account_id = 100;
\set VERBOSITY terse
DELETE FROM acctguard.account WHERE account_id = 100;
TRUNCATE acctguard.account CASCADE;
MERGE INTO acctguard.account a USING (VALUES (100)) v (id) ON a.account_id = v.id WHEN MATCHED THEN UPDATE SET profile = 'money';
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at)
VALUES (100, 'active', 'en', 'UTC', 'basic', now()) ON CONFLICT (account_id) DO UPDATE SET profile = 'money';
SET session_replication_role = replica;
UPDATE acctguard.account SET state = 'closed' WHERE account_id = 100;
TRUNCATE acctguard.standing;
RESET session_replication_role;
SET ROLE acctguard_owner;
UPDATE acctguard.account SET state = 'closed' WHERE account_id = 100;
RESET ROLE;
SELECT state FROM acctguard.account WHERE account_id = 100;

-- An error inside a statement of ours does not leave the door open.
DO $$ BEGIN PERFORM acctguard.account_open(100); EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%', SQLSTATE; END $$;
UPDATE acctguard.account SET state = 'closed' WHERE account_id = 100;

-- Who acts: acting_as() is for delegates, ends with the transaction and with a rolled-back savepoint.
CREATE ROLE regress_base_service LOGIN;
CREATE ROLE regress_base_person LOGIN;
GRANT acctguard_operator, acctguard_delegate TO regress_base_service;
GRANT acctguard_operator TO regress_base_person;
SET SESSION AUTHORIZATION regress_base_person;
SELECT acctguard.acting_as('carol', 'ticket 1');
SET SESSION AUTHORIZATION regress_base_service;
BEGIN;
SELECT acctguard.acting_as('carol', 'ticket 1');
SELECT acctguard.account_mark(100, cohort => 'a', reason => 'as carol');
SAVEPOINT s;
SELECT acctguard.acting_as('dave', 'ticket 2');
SELECT acctguard.account_mark(100, cohort => 'b', reason => 'as dave');
RELEASE SAVEPOINT s;
SELECT acctguard.account_mark(100, cohort => 'c', reason => 'still as dave');
SAVEPOINT s;
SELECT acctguard.acting_as('erin');
ROLLBACK TO SAVEPOINT s;
SELECT acctguard.account_mark(100, cohort => 'd', reason => 'as dave, not erin');
COMMIT;
SELECT acctguard.account_mark(100, cohort => 'e', reason => 'as the service itself');
SELECT acctguard.acting_as('   ');
SELECT acctguard.acting_as('carol ');
SELECT acctguard.acting_as(E'car\tol');
RESET SESSION AUTHORIZATION;
SELECT role, person, on_behalf, reason FROM acctguard.ledger WHERE account_id = 100 AND action = 609 ORDER BY aseq;
DROP ROLE regress_base_service, regress_base_person;

-- A hostile search_path, shadowing operators and tables, changes nothing.
CREATE SCHEMA regress_base_trap;
CREATE FUNCTION regress_base_trap.eq(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR regress_base_trap.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = regress_base_trap.eq);
CREATE TEMP TABLE account (account_id bigint);
SET search_path = regress_base_trap, pg_temp, pg_catalog;
SELECT acctguard.account_open(101);
SELECT acctguard.account_activate(102);
RESET search_path;
DROP SCHEMA regress_base_trap CASCADE;
