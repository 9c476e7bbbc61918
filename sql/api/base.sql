CREATE OR REPLACE FUNCTION acctguard.errors(OUT sqlstate text, OUT name text, OUT meaning text, OUT remedy text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_errors';
COMMENT ON FUNCTION acctguard.errors() IS
'Every SQLSTATE acctguard raises, what it means and what to do about it.';

CREATE OR REPLACE FUNCTION acctguard.check_plans(OUT store text, OUT statement text, OUT sql text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_check_plans';
COMMENT ON FUNCTION acctguard.check_plans() IS
'Prepares every SQL statement of the library and returns them: an inventory, and the proof that each fits the tables. Fails with the statement''s name in the CONTEXT if one does not.';

CREATE OR REPLACE FUNCTION acctguard.acting_as(person text, reason text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_acting_as';
COMMENT ON FUNCTION acctguard.acting_as(text, text) IS
'Names the person for whom this session acts until the transaction ends (a rolled-back savepoint takes it back). For back-office services that are members of acctguard_delegate; anybody else gets 42501. Every event records the person and the reason, and four-eyes rules compare persons.
person: name of the person, as it would be his role name. reason: ticket or case, kept with the events.';

CREATE OR REPLACE FUNCTION acctguard.tables_version()
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_tables_version';
COMMENT ON FUNCTION acctguard.tables_version() IS
'The version of the tables that the loaded library needs; compare with acctguard.installation.';

CREATE OR REPLACE FUNCTION acctguard.own_table_guard()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_own_table_guard';
COMMENT ON FUNCTION acctguard.own_table_guard() IS
'Trigger on each of acctguard''s own tables: refuses UPDATE, DELETE and TRUNCATE with UG412 unless one of acctguard''s functions does it.';

CREATE OR REPLACE FUNCTION acctguard.protect_tables()
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target regclass;
    guard text;
    repaired integer := 0;
    part record;
BEGIN
    FOR target, guard IN
        SELECT c.oid, CASE WHEN 'acctguard.ledger'::regclass IN (c.oid, pg_partition_root(c.oid))
                           THEN 'audit_guard' ELSE 'own_table_guard' END
        FROM pg_class c
        WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p')
        ORDER BY c.relispartition, c.relname
    LOOP
        IF NOT (SELECT relrowsecurity FROM pg_class WHERE oid = target) THEN
            EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
            repaired := repaired + 1;
        END IF;
        FOR part IN VALUES
            ('acctguard_row', 'BEFORE UPDATE OR DELETE', 'FOR EACH ROW'),
            ('acctguard_truncate', 'BEFORE TRUNCATE', 'FOR EACH STATEMENT')
        LOOP
            IF NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = target AND t.tgname = part.column1) THEN
                EXECUTE format('CREATE TRIGGER %I %s ON %s %s EXECUTE FUNCTION acctguard.%I()',
                               part.column1, part.column2, target, part.column3, guard);
                repaired := repaired + 1;
            END IF;
            IF NOT EXISTS (SELECT FROM pg_trigger t
                           WHERE t.tgrelid = target AND t.tgname = part.column1 AND t.tgenabled = 'A') THEN
                EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', target, part.column1);
                repaired := repaired + 1;
            END IF;
        END LOOP;
        FOR part IN
            SELECT t.tgname FROM pg_trigger t
            WHERE t.tgrelid = target AND NOT t.tgisinternal AND t.tgenabled <> 'A'
        LOOP
            EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', target, part.tgname);
            repaired := repaired + 1;
        END LOOP;
    END LOOP;
    RETURN repaired;
END
$$;
COMMENT ON FUNCTION acctguard.protect_tables() IS
'Gives each of acctguard''s tables row-level security and its own-table triggers (ENABLE ALWAYS) where they are missing or weakened, and returns the number of repairs. install() and migrate() call it; call it after a restore with --disable-triggers.';

CREATE OR REPLACE FUNCTION acctguard.install()
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    extension_version text := (SELECT extversion FROM pg_extension WHERE extname = 'acctguard');
    present integer;
    repaired integer;
BEGIN
    IF to_regclass('acctguard.installation') IS NOT NULL THEN
        EXECUTE 'SELECT max(tables_version) FROM acctguard.installation' INTO present;
        IF present IS DISTINCT FROM acctguard.tables_version() THEN
            RAISE EXCEPTION 'acctguard''s tables exist already, in version %', present
                USING ERRCODE = 'UG006', HINT = 'Run SELECT acctguard.migrate();';
        END IF;
        repaired := acctguard.protect_tables() + acctguard.audit_add_partitions();
        RETURN format('acctguard''s tables exist already (version %s); %s repairs', present, repaired);
    END IF;

    PERFORM acctguard.install_tables();
    PERFORM acctguard.protect_tables();
    INSERT INTO acctguard.installation (tables_version, extension_version, installed_at, installed_by)
    VALUES (acctguard.tables_version(), extension_version, clock_timestamp(), session_user);
    PERFORM acctguard.audit_installed(acctguard.tables_version(), extension_version);
    RETURN format('acctguard %s is installed', extension_version);
END
$$;
COMMENT ON FUNCTION acctguard.install() IS
'Creates acctguard''s tables in schema acctguard, owned by acctguard_owner. They are ordinary tables, not members of the extension: pg_dump, restore and foreign keys treat them like any table, and DROP EXTENSION leaves them. Superusers only. Run again, it repairs missing triggers. Fails with UG006 when tables of another version exist.';
