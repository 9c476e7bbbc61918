-- health(): nothing to say about a sound installation, one row for each thing that is planted.
SELECT severity, object, finding FROM acctguard.health() WHERE object NOT IN ('shared_preload_libraries', 'outbox');

BEGIN;
ALTER TABLE acctguard.standing DISABLE TRIGGER acctguard_row;
ALTER TABLE acctguard.account ENABLE TRIGGER acctguard_row;
DROP TRIGGER acctguard_truncate ON acctguard.strike;
ALTER TABLE acctguard.setting DISABLE ROW LEVEL SECURITY;
CREATE ROLE regress_health;
GRANT SELECT ON acctguard.account TO regress_health;
GRANT UPDATE ON acctguard.standing TO PUBLIC;
ALTER TABLE acctguard.bundle OWNER TO regress_health;
ALTER TABLE acctguard.bundle ENABLE ROW LEVEL SECURITY;
ALTER TABLE acctguard.residence OWNER TO regress_health;
GRANT acctguard_owner TO regress_health;
GRANT acctguard_auditor, acctguard_moderator, pg_write_all_data TO regress_health;
ALTER ROLE acctguard_risk LOGIN;
CREATE TRIGGER stowaway BEFORE INSERT ON acctguard.freeze_record FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER TABLE acctguard.freeze_record ENABLE ALWAYS TRIGGER stowaway;
ALTER ROLE regress_health CREATEROLE;
SET LOCAL client_min_messages = error;
CREATE PUBLICATION regress_everything FOR ALL TABLES;
RESET client_min_messages;
SELECT severity, object, finding FROM acctguard.health() WHERE object NOT IN ('shared_preload_libraries', 'outbox');
-- protect_tables() mends what is its business
ALTER TABLE acctguard.bundle OWNER TO acctguard_owner;
ALTER TABLE acctguard.residence OWNER TO acctguard_owner;
SELECT acctguard.protect_tables() > 0 AS repaired;
SELECT severity, object, finding FROM acctguard.health() WHERE object NOT IN ('shared_preload_libraries', 'outbox');
SELECT acctguard.protect_tables();
ROLLBACK;

-- uninstall() asks, and refuses while the application depends on it
\set VERBOSITY terse
SELECT acctguard.uninstall('yes');
CREATE TABLE regress_health_users (id bigint PRIMARY KEY);
SELECT acctguard.account_adopt('regress_health_users', 'id');
SELECT acctguard.uninstall('I know');
DROP TABLE regress_health_users;
BEGIN;
SELECT acctguard.uninstall('I know') > 10 AS dropped;
SAVEPOINT s;
SELECT acctguard.account_open(1);
ROLLBACK TO SAVEPOINT s;
SELECT acctguard.install() ~ 'is installed' AS installed;
SELECT acctguard.account_open(1);
ROLLBACK;
-- migrate() changes nothing when there is nothing to do
SELECT acctguard.migrate() ~ '; 0 repairs$' AS nothing_to_do;
