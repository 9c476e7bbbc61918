\echo Use "CREATE EXTENSION acctguard" to load this file. \quit

SET LOCAL search_path = pg_catalog, pg_temp;

-- sql/roles.sql
-- The roles of acctguard, created once per cluster and checked whenever a script of
-- the extension runs.  A role that exists already is refused when it could be a trap:
-- it can log in, holds an attribute, or (unless acctguard.allow_existing_roles is on)
-- has members that acctguard did not give it.  Nobody is ever a member of
-- acctguard_owner.

DO $roles$
DECLARE
    role_name text;
    existing pg_roles;
    members text;
    allow boolean := coalesce(current_setting('acctguard.allow_existing_roles', true), 'off')::boolean;
    updating boolean := EXISTS (
        SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'acctguard' AND p.proname = 'install');
BEGIN
    FOREACH role_name IN ARRAY ARRAY[
        'acctguard_owner', 'acctguard_app', 'acctguard_notifier', 'acctguard_risk',
        'acctguard_moderator', 'acctguard_reviewer', 'acctguard_compliance',
        'acctguard_auditor', 'acctguard_operator', 'acctguard_delegate']
    LOOP
        SELECT * INTO existing FROM pg_roles r WHERE r.rolname = role_name;
        IF NOT FOUND THEN
            EXECUTE format(
                'CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS',
                role_name);
            CONTINUE;
        END IF;

        IF existing.rolcanlogin OR existing.rolsuper OR existing.rolcreatedb
           OR existing.rolcreaterole OR existing.rolreplication OR existing.rolbypassrls THEN
            RAISE EXCEPTION 'role "%" exists and can log in or has an attribute', role_name
                USING ERRCODE = 'UG620',
                      HINT = 'Drop the role, or ALTER ROLE it to NOLOGIN without attributes, then try again.';
        END IF;

        SELECT string_agg(m.member::regrole::text, ', ') INTO members
        FROM pg_auth_members m WHERE m.roleid = existing.oid;
        IF members IS NULL OR updating THEN
            CONTINUE;
        END IF;
        IF role_name = 'acctguard_owner' OR NOT allow THEN
            RAISE EXCEPTION 'role "%" exists and has members: %', role_name, members
                USING ERRCODE = 'UG620',
                      DETAIL = 'Whoever created the role beforehand would hold its rights.',
                      HINT = 'Revoke the memberships, or, where they come from another database of this '
                             'cluster that uses acctguard, SET acctguard.allow_existing_roles = on and try again.';
        END IF;
        RAISE WARNING 'role "%" exists and has members: %', role_name, members;
    END LOOP;
END
$roles$;

COMMENT ON ROLE acctguard_owner IS 'owns every object of acctguard; nobody is a member';
COMMENT ON ROLE acctguard_app IS 'acctguard: public flows, account status and checks';
COMMENT ON ROLE acctguard_notifier IS 'acctguard: takes notices from the outbox and delivers them';
COMMENT ON ROLE acctguard_risk IS 'acctguard: automated detectors; what they may decide alone is capped';
COMMENT ON ROLE acctguard_moderator IS 'acctguard: imposes and lifts freezes';
COMMENT ON ROLE acctguard_reviewer IS 'acctguard: decides appeals and reviews';
COMMENT ON ROLE acctguard_compliance IS 'acctguard: orders of authorities and legal holds';
COMMENT ON ROLE acctguard_auditor IS 'acctguard: reads the ledger, changes nothing';
COMMENT ON ROLE acctguard_operator IS 'acctguard: policy, guards, keys, restore';
COMMENT ON ROLE acctguard_delegate IS 'acctguard: back-office services that may speak for a person (acting_as)';

-- sql/api/base.sql
CREATE FUNCTION acctguard.errors(OUT sqlstate text, OUT name text, OUT meaning text, OUT remedy text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_errors';
COMMENT ON FUNCTION acctguard.errors() IS
'Every SQLSTATE acctguard raises, what it means and what to do about it.';

CREATE FUNCTION acctguard.check_plans(OUT store text, OUT statement text, OUT sql text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_check_plans';
COMMENT ON FUNCTION acctguard.check_plans() IS
'Prepares every SQL statement of the library and returns them: an inventory, and the proof that each fits the tables. Fails with the statement''s name in the CONTEXT if one does not.';

CREATE FUNCTION acctguard.acting_as(person text, reason text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_acting_as';
COMMENT ON FUNCTION acctguard.acting_as(text, text) IS
'Names the person for whom this session acts until the transaction ends (a rolled-back savepoint takes it back). For back-office services that are members of acctguard_delegate; anybody else gets 42501. Every event records the person and the reason, and four-eyes rules compare persons.
person: name of the person, as it would be his role name; compared to the byte with the names of others, so always pass the same spelling (22023 for blanks around it or control characters). reason: ticket or case, kept with the events.';

CREATE FUNCTION acctguard.tables_version()
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_tables_version';
COMMENT ON FUNCTION acctguard.tables_version() IS
'The version of the tables that the loaded library needs; compare with acctguard.installation.';

CREATE FUNCTION acctguard.own_table_guard()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_own_table_guard';
COMMENT ON FUNCTION acctguard.own_table_guard() IS
'Trigger on each of acctguard''s own tables: refuses UPDATE, DELETE and TRUNCATE with UG412 unless one of acctguard''s functions does it.';

CREATE FUNCTION acctguard.own_triggers(
    OUT own_table regclass, OUT name name, OUT timing text, OUT level text, OUT function name)
RETURNS SETOF record
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.oid::regclass, t.name, t.timing, t.level,
           CASE WHEN 'acctguard.ledger'::regclass IN (c.oid, pg_partition_root(c.oid))
                THEN 'audit_guard' ELSE 'own_table_guard' END::name
    FROM pg_class c
    CROSS JOIN (VALUES ('acctguard_row'::name, 'BEFORE UPDATE OR DELETE', 'ROW'),
                       ('acctguard_truncate', 'BEFORE TRUNCATE', 'STATEMENT')) AS t (name, timing, level)
    WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT 'acctguard.freeze_record'::regclass, 'acctguard_transition', 'BEFORE UPDATE', 'ROW', 'freeze_transition_guard'
    UNION ALL
    SELECT 'acctguard.freeze_version'::regclass, 'acctguard_version', 'BEFORE UPDATE', 'ROW', 'freeze_version_guard'
    UNION ALL
    SELECT 'acctguard.scope_freeze'::regclass, 'acctguard_list', 'AFTER INSERT OR UPDATE', 'STATEMENT', 'scope_changed'
    UNION ALL
    SELECT 'acctguard.scope_freeze'::regclass, 'acctguard_changed', 'AFTER INSERT OR UPDATE OR DELETE', 'ROW', 'scope_gate'
    UNION ALL
    SELECT 'acctguard.standing'::regclass, 'acctguard_changed', 'AFTER INSERT OR UPDATE OR DELETE', 'ROW', 'standing_changed'
    UNION ALL
    SELECT p.policy, 'acctguard_changed', 'AFTER INSERT OR UPDATE OR DELETE', 'STATEMENT', 'policy_changed'
    FROM unnest('{acctguard.capability,acctguard.bundle,acctguard.reason,acctguard.freeze_kind,acctguard.ladder_step,acctguard.risk_signal,acctguard.setting}'::regclass[]) AS p (policy)
$$;
COMMENT ON FUNCTION acctguard.own_triggers() IS
'The triggers that acctguard''s own tables must have, all of them ENABLE ALWAYS: protect_tables() makes them, health() looks for them.';

CREATE FUNCTION acctguard.protect_tables()
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part record;
    repaired integer := 0;
BEGIN
    FOR part IN
        SELECT c.oid::regclass AS own_table FROM pg_class c
        WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part.own_table);
        repaired := repaired + 1;
    END LOOP;

    FOR part IN
        SELECT DISTINCT c.oid::regclass AS own_table,
               CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS holder
        FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
        WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p') AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', part.own_table, part.holder);
        repaired := repaired + 1;
    END LOOP;

    FOR part IN
        SELECT o.* FROM acctguard.own_triggers() o
        WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = o.own_table AND t.tgname = o.name)
        ORDER BY (SELECT c.relispartition FROM pg_class c WHERE c.oid = o.own_table), o.own_table::text, o.name
    LOOP
        -- The row triggers of a partitioned table are cloned to its partitions.
        CONTINUE WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = part.own_table AND t.tgname = part.name);
        EXECUTE format('CREATE TRIGGER %I %s ON %s FOR EACH %s EXECUTE FUNCTION acctguard.%I()',
                       part.name, part.timing, part.own_table, part.level, part.function);
        repaired := repaired + 1;
    END LOOP;

    FOR part IN
        SELECT t.tgrelid::regclass AS own_table, t.tgname AS name
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = 'acctguard'::regnamespace AND NOT t.tgisinternal AND t.tgenabled <> 'A'
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', part.own_table, part.name);
        repaired := repaired + 1;
    END LOOP;
    RETURN repaired;
END
$$;
COMMENT ON FUNCTION acctguard.protect_tables() IS
'Gives each of acctguard''s tables what protects it, where that is missing or weakened: row-level security, no grants (default privileges leak onto new tables), its own triggers, all of them ENABLE ALWAYS. Returns the number of repairs. install() and migrate() call it; call it after a restore with --disable-triggers.';

CREATE FUNCTION acctguard.install()
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    version text := (SELECT extversion FROM pg_extension WHERE extname = 'acctguard');
    present integer;
    repaired integer;
BEGIN
    IF to_regclass('acctguard.installation') IS NOT NULL THEN
        SELECT max(tables_version) INTO present FROM acctguard.installation;
        IF present IS DISTINCT FROM acctguard.tables_version() THEN
            RAISE EXCEPTION 'acctguard''s tables exist already, in version %', present
                USING ERRCODE = 'UG006', HINT = 'Run SELECT acctguard.migrate();';
        END IF;
        repaired := acctguard.protect_tables() + acctguard.audit_add_partitions();
        RETURN format('acctguard''s tables exist already (version %s); %s repairs', present, repaired);
    END IF;

    PERFORM acctguard.install_tables();
    PERFORM acctguard.protect_tables();
    PERFORM acctguard.audit_installed(acctguard.tables_version(), version);
    RETURN format('acctguard %s is installed', version);
END
$$;
COMMENT ON FUNCTION acctguard.install() IS
'Creates acctguard''s tables in schema acctguard, owned by acctguard_owner. They are ordinary tables, not members of the extension: pg_dump, restore and foreign keys treat them like any table, and DROP EXTENSION leaves them. Superusers only. Run again, it repairs missing triggers and adds missing partitions of the ledger. Fails with UG006 when tables of another version exist.';

CREATE FUNCTION acctguard.migrate()
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target text := (SELECT extversion FROM pg_extension WHERE extname = 'acctguard');
    present text;
    step name;
BEGIN
    IF to_regclass('acctguard.installation') IS NULL THEN
        RAISE EXCEPTION 'acctguard''s tables have not been created in this database'
            USING ERRCODE = 'UG006', HINT = 'Run SELECT acctguard.install();';
    END IF;
    SELECT extension_version INTO present FROM acctguard.installation
    ORDER BY string_to_array(extension_version, '.')::integer[] DESC LIMIT 1;

    FOR step IN
        SELECT p.proname
        FROM pg_proc p
        CROSS JOIN LATERAL regexp_match(p.proname, '^migrate_tables_([0-9]+_[0-9]+_[0-9]+)_') AS m (version)
        WHERE p.pronamespace = 'acctguard'::regnamespace
          AND string_to_array(m.version[1], '_')::integer[] >= string_to_array(present, '.')::integer[]
        ORDER BY string_to_array(m.version[1], '_')::integer[]
    LOOP
        RAISE NOTICE 'running %', step;
        EXECUTE format('SELECT acctguard.%I()', step);
    END LOOP;

    INSERT INTO acctguard.installation (extension_version, tables_version, installed_at, installed_by)
    VALUES (target, acctguard.tables_version(), clock_timestamp(), session_user)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        PERFORM acctguard.audit_installed(acctguard.tables_version(), target);
    END IF;
    RETURN format('acctguard''s tables are those of %s; %s repairs', target, acctguard.protect_tables());
END
$$;
COMMENT ON FUNCTION acctguard.migrate() IS
'Brings acctguard''s tables up to date after ALTER EXTENSION acctguard UPDATE: runs the steps between the version that made them and the present one, in one transaction, then protect_tables(). Superusers only. Run again, it changes nothing. Until it has run, functions that need the newer tables fail with UG006.';

CREATE FUNCTION acctguard.uninstall(confirmation text)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    in_use text;
    targets text;
    dropped integer;
BEGIN
    IF confirmation IS DISTINCT FROM 'I know' THEN
        RAISE EXCEPTION 'uninstalling drops every account, freeze and ledger row of this database'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Take a dump, then SELECT acctguard.uninstall(''I know'');';
    END IF;
    SELECT string_agg(DISTINCT t.tgrelid::regclass::text, ', ') INTO in_use
    FROM pg_trigger t
    JOIN pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = 'acctguard'::regnamespace
    JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace <> 'acctguard'::regnamespace;
    IF in_use IS NOT NULL THEN
        RAISE EXCEPTION 'tables still use acctguard: %', in_use
            USING ERRCODE = 'dependent_objects_still_exist',
                  HINT = 'Take their guards off with acctguard.unguard(), drop their trigger acctguard_follow, then try again.';
    END IF;
    SELECT string_agg(c.oid::regclass::text, ', '), count(*) INTO targets, dropped
    FROM pg_class c
    WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition;
    EXECUTE 'DROP TABLE ' || targets;
    RETURN dropped;
END
$$;
COMMENT ON FUNCTION acctguard.uninstall(text) IS
'Drops all of acctguard''s tables with everything in them and returns their number; DROP EXTENSION then removes the functions. confirmation: the words I know. Superusers only. Fails with 2BP01 while a table of the application is guarded or adopted.';

CREATE FUNCTION acctguard.health(OUT severity text, OUT object text, OUT finding text, OUT remedy text)
RETURNS SETOF record
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    -- acctguard's own tables
    SELECT 'danger', o.own_table::text, format('trigger "%s" is missing', o.name),
           'Run SELECT acctguard.protect_tables();'
    FROM acctguard.own_triggers() o
    WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = o.own_table AND t.tgname = o.name)
    UNION ALL
    SELECT 'danger', t.tgrelid::regclass::text,
           format('trigger "%s" is %s', t.tgname, CASE t.tgenabled WHEN 'D' THEN 'disabled' ELSE 'not ENABLE ALWAYS' END),
           'Run SELECT acctguard.protect_tables();'
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'acctguard'::regnamespace AND NOT t.tgisinternal AND t.tgenabled <> 'A'
    UNION ALL
    SELECT 'danger', t.tgrelid::regclass::text, format('trigger "%s" is not acctguard''s', t.tgname),
           'Drop it: what it does while acctguard works passes acctguard''s own guard.'
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'acctguard'::regnamespace AND NOT t.tgisinternal
      AND NOT EXISTS (SELECT FROM acctguard.own_triggers() o WHERE o.own_table = t.tgrelid AND o.name = t.tgname)
    UNION ALL
    SELECT 'danger', c.oid::regclass::text, 'row-level security is off', 'Run SELECT acctguard.protect_tables();'
    FROM pg_class c
    WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
    UNION ALL
    SELECT 'danger', c.oid::regclass::text,
           format('%s holds %s', CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, a.privilege_type),
           'Run SELECT acctguard.protect_tables();'
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
    WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p') AND a.grantee <> c.relowner
    UNION ALL
    SELECT 'danger', c.oid::regclass::text, format('is owned by %s', c.relowner::regrole),
           'ALTER TABLE ... OWNER TO acctguard_owner;'
    FROM pg_class c
    WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p')
      AND c.relowner <> 'acctguard_owner'::regrole
    UNION ALL
    -- roles
    SELECT 'danger', r.rolname::text, 'can log in or has an attribute', 'ALTER ROLE ... NOLOGIN without attributes.'
    FROM pg_roles r
    WHERE r.rolname LIKE 'acctguard\_%'
      AND (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls)
    UNION ALL
    SELECT 'danger', m.member::regrole::text, 'is a member of acctguard_owner', 'REVOKE acctguard_owner FROM ...;'
    FROM pg_auth_members m WHERE m.roleid = 'acctguard_owner'::regrole
    UNION ALL
    SELECT 'notice', r.rolname::text, 'has CREATEROLE, which can grant itself any role of acctguard before PostgreSQL 16',
           'Treat the role as an administrator of acctguard.'
    FROM pg_roles r WHERE r.rolcreaterole AND NOT r.rolsuper
    UNION ALL
    SELECT 'notice', m.member::regrole::text, 'is a member of pg_write_all_data, which can lock acctguard''s tables',
           'Treat the role as an administrator of acctguard.'
    FROM pg_auth_members m WHERE m.roleid = 'pg_write_all_data'::regrole
    UNION ALL
    SELECT 'notice', m.member::regrole::text, 'may both decide and audit',
           'Give the two roles to different persons.'
    FROM pg_auth_members m JOIN pg_auth_members a ON a.member = m.member AND a.roleid = 'acctguard_auditor'::regrole
    WHERE m.roleid IN ('acctguard_moderator'::regrole, 'acctguard_reviewer'::regrole, 'acctguard_operator'::regrole)
    UNION ALL
    -- the installation
    SELECT 'notice', p.pubname::text, 'publishes all tables, acctguard''s with them', 'Publish named tables or schemas.'
    FROM pg_publication p WHERE p.puballtables
    UNION ALL
    SELECT 'notice', 'shared_preload_libraries', 'acctguard is not preloaded; guards work, at several times the cost',
           'Add acctguard to shared_preload_libraries and restart.'
    WHERE NOT EXISTS (SELECT FROM pg_settings s WHERE s.name = 'acctguard.filter_size') -- known if preloaded
    ORDER BY 1, 2, 3
$$;
COMMENT ON FUNCTION acctguard.health() IS
'What is wrong or weak about acctguard in this database, one row per finding; no row is good health. severity: danger (protection is missing) or notice. Looks at acctguard''s tables (triggers that a restore weakened, row-level security, grants, owner), its roles, publications and preloading; guard_health() looks at guards. Run it after a restore and from monitoring.';

-- sql/api/policy.sql
CREATE FUNCTION acctguard.policy_changed()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_policy_changed';
COMMENT ON FUNCTION acctguard.policy_changed() IS
'Trigger on each policy table: makes every session read policy anew once the change commits.';

CREATE FUNCTION acctguard.policy_set(topic text, key text, value jsonb, reason text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    SET IntervalStyle = 'postgres' SET DateStyle = 'ISO'
AS 'MODULE_PATHNAME', 'acctguard_policy_set';
COMMENT ON FUNCTION acctguard.policy_set(text, text, jsonb, text) IS
'Gives a policy item a new version and returns its number; the old version stays. For acctguard_operator. Every session follows from its next statement on, and the ledger records what changed.
topic: setting, freeze_kind, bundle, reason, ladder_step, risk_signal or capability. key: name of the item, a new one creates it. value: for a setting its number (truth value; length of time such as "3 days"), else a JSON object with the columns to change; what it leaves out stays, or has its default in a new item. reason: why, for the ledger.
Lengths of time are at most 100 years, value at most 64 KiB, reason at most 2000 characters.
A capability has no versions (1 is returned): a new name takes the next free of 63 bits, of an existing one only the description changes.
UG611: unknown topic, setting or column. UG612: outside the range or against a rule; the detail names it. UG610: unknown capability. 22023: the value has the wrong form. 40001: somebody else changed the item at the same time; repeat.';

CREATE FUNCTION acctguard.policy_list(
    INOUT topic text DEFAULT NULL,
    OUT key text,
    OUT version integer,
    OUT value jsonb,
    OUT unit text,
    OUT default_value text,
    OUT value_range text,
    OUT meaning text,
    OUT changed_at timestamptz,
    OUT changed_by text,
    OUT change_reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    SET IntervalStyle = 'postgres' SET DateStyle = 'ISO'
AS 'MODULE_PATHNAME', 'acctguard_policy_list';
COMMENT ON FUNCTION acctguard.policy_list(text) IS
'Policy in force, one row per item: of one topic, or of all.
topic: as for policy_set(), else UG611. key: name of the item. version: NULL for a setting that was never changed. value: a setting''s number, the other columns of any other item. unit, default_value, value_range: of settings. meaning: what it decides. changed_at, changed_by, change_reason: of this version; NULL in changed_at for what acctguard came with.';

-- sql/api/keyring.sql
CREATE FUNCTION acctguard.key_status(
    OUT purpose text, OUT kid integer, OUT state text, OUT algorithm text, OUT root_version integer,
    OUT usable boolean, OUT created_at timestamptz, OUT created_by text, OUT superseded_at timestamptz,
    OUT retired_at timestamptz, OUT detail text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_key_status';
COMMENT ON FUNCTION acctguard.key_status() IS
'The inventory of keys, without a byte of any. First the versions of the root key (purpose root, kid the version), then the data keys, then purposes that have no active key.
state of a root version: newest; older (the server has it, for what is not yet rewrapped); wrong (the server''s differs from the one this database knows under that number); absent (this database knows it, the server does not); unused (the server has it, this database has not used it); of a server without one: keyless. state of a data key: active, decrypt_only, retired; missing where a purpose has none.
algorithm: xchacha20poly1305 for what seals, blake2b for what makes tags. root_version: what wraps it. usable: whether this server can use it now. detail: what is in the way, in words.
Works on a standby.';

CREATE FUNCTION acctguard.key_create(INOUT purpose text DEFAULT NULL, OUT kid integer)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_key_create';
COMMENT ON FUNCTION acctguard.key_create(text) IS
'Makes a data key, which becomes the active one of its purpose; the one before it only opens what it sealed. Returns the number of each key made.
purpose: one of key_status(); NULL (the default): every purpose that has no active key, as after install().
UG001: the server has no root key. UG002: its root key is not the one of this database, or is older. UG004: standby. 22023: there is no such purpose. The act is recorded.';

CREATE FUNCTION acctguard.key_rewrap(purpose text DEFAULT NULL, batch integer DEFAULT 1000,
    OUT done bigint, OUT remaining bigint)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_key_rewrap';
COMMENT ON FUNCTION acctguard.key_rewrap(text, integer) IS
'Moves one batch under the newest key: data keys under the newest root key, subject keys under the active subject_kek, and whatever else is sealed by a key that is no longer active. Call it until remaining is 0, each call in its own transaction; nothing else has to stop meanwhile, and after a crash it goes on where it was.
purpose: root, or a purpose of key_status(); NULL (the default): all of them. batch: at most so many rows, 1 to 100000, else 22023. done: rows moved by this call. remaining: rows still to be moved; rows that somebody else has locked are left for the next call. What cannot be changed (the ledger) stays under its key.
UG001: no root key. UG002: the root key that some keys are wrapped with is not here. UG020: a wrapped key is damaged. UG004: standby. The act is recorded.';

CREATE FUNCTION acctguard.key_retire(kid integer)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_key_retire';
COMMENT ON FUNCTION acctguard.key_retire(integer) IS
'Destroys a data key that nothing needs any more; its row stays, without the key. First waits for transactions that may still be using it (lock_timeout and statement_timeout apply; nobody waits for this function).
UG023: it is the active key, or rows are sealed with it; the detail says which. 55000: it was superseded in this very transaction; commit first. UG003: there is no such key, or it is retired. UG004: standby. The act is recorded.';

CREATE FUNCTION acctguard.subject_shred(account_id bigint, ticket text)
RETURNS boolean
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_subject_shred';
COMMENT ON FUNCTION acctguard.subject_shred(bigint, text) IS
'Destroys the key of an account, so that what was sealed with it is unreadable to everybody, here at commit and on standbys at replay; false if that was done before. A row in acctguard.shred stays, and no other key is ever made for the account. Backups keep what they have: shredding is complete when the last of them is gone (doc/keyring.md). Needs no root key.
ticket: the request or order that asks for it; UG031 without one. UG404: no such account. UG602: a legal hold protects the account. UG004: standby. The act is recorded.';

-- sql/api/audit.sql
CREATE FUNCTION acctguard.events(OUT code integer, OUT name text, OUT meaning text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_events';
COMMENT ON FUNCTION acctguard.events() IS
'Everything the ledger can record. code: as stored in acctguard.ledger, never changed or reused. name: as audit_read() shows and takes it. meaning: what such a record tells.';

CREATE FUNCTION acctguard.audit_guard()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_audit_guard';
COMMENT ON FUNCTION acctguard.audit_guard() IS
'Trigger on the ledger and each of its partitions: refuses UPDATE, DELETE and TRUNCATE with UG500, whoever tries, acctguard''s own functions included.';

CREATE FUNCTION acctguard.audit_add_partition(at timestamptz)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    SET default_tablespace = '' SET DateStyle = 'ISO'
AS $$
DECLARE
    month timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
    part text := to_char(month, '"ledger_"YYYY_MM');
    holder text;
BEGIN
    -- Whoever misses the same partition at the same time waits here, then finds it.
    LOCK TABLE acctguard.ledger IN SHARE UPDATE EXCLUSIVE MODE;
    IF to_regclass('acctguard.' || part) IS NOT NULL THEN
        IF EXISTS (SELECT FROM pg_inherits
                   WHERE inhparent = 'acctguard.ledger'::regclass AND inhrelid = to_regclass('acctguard.' || part)) THEN
            RETURN false;
        END IF;
        RAISE EXCEPTION 'table acctguard.% exists but is not a partition of the ledger', part
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Attach it to acctguard.ledger again, or rename it.';
    END IF;

    -- A table of its own first: CREATE TABLE ... PARTITION OF would lock out every reader of the ledger.
    EXECUTE format('CREATE TABLE acctguard.%I (LIKE acctguard.ledger INCLUDING CONSTRAINTS INCLUDING STORAGE) USING heap', part);
    EXECUTE format('ALTER TABLE acctguard.%I ENABLE ROW LEVEL SECURITY', part);
    -- Default privileges of the database leak onto new tables.
    FOR holder IN
        SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
        FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
        WHERE c.oid = to_regclass('acctguard.' || part) AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE ALL ON acctguard.%I FROM %s', part, holder);
    END LOOP;
    -- No samples of what people wrote in pg_statistic.
    EXECUTE format('ALTER TABLE acctguard.%I ALTER reason SET STATISTICS 0, ALTER on_behalf SET STATISTICS 0,'
                   ' ALTER origin SET STATISTICS 0, ALTER body SET STATISTICS 0', part);
    EXECUTE format('CREATE UNIQUE INDEX %I ON acctguard.%I (tx, ord)', part || '_tx', part);
    EXECUTE format('CREATE INDEX %I ON acctguard.%I (account_id, aseq)', part || '_account', part);
    -- Row triggers are cloned by ATTACH, statement triggers are not.
    EXECUTE format('CREATE TRIGGER acctguard_truncate BEFORE TRUNCATE ON acctguard.%I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION acctguard.audit_guard()', part);
    EXECUTE format('ALTER TABLE acctguard.%I ENABLE ALWAYS TRIGGER acctguard_truncate', part);
    EXECUTE format('ALTER TABLE acctguard.ledger ATTACH PARTITION acctguard.%I FOR VALUES FROM (%L) TO (%L)', part,
                   month::text || '+00', (month + interval '1 month')::text || '+00');
    EXECUTE format('COMMENT ON TABLE acctguard.%I IS %L', part,
                   'The ledger''s rows of ' || to_char(month, 'YYYY-MM') || ' (UTC).');
    RETURN true;
END
$$;
COMMENT ON FUNCTION acctguard.audit_add_partition(timestamptz) IS
'Makes the ledger''s partition for the UTC month of a time, with its indexes, row-level security and guards; false if it is there already. An event that finds no partition calls it. Fails with 55000 when a table of that name exists and is not a partition.';

CREATE FUNCTION acctguard.audit_add_partitions(months integer DEFAULT 12)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    added integer := 0;
BEGIN
    IF months IS NULL OR months NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION 'months must be between 0 and 120' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR ahead IN 0 .. months LOOP
        IF acctguard.audit_add_partition((clock_timestamp() AT TIME ZONE 'UTC' + make_interval(months => ahead)) AT TIME ZONE 'UTC') THEN
            added := added + 1;
        END IF;
    END LOOP;
    RETURN added;
END
$$;
COMMENT ON FUNCTION acctguard.audit_add_partitions(integer) IS
'Makes the ledger''s partitions of this month and of the given number of months after it (0 to 120, else 22023); returns how many were missing. install() calls it; run it every month or so. A partition that is missing all the same is made by the first event that needs it, which then holds up other events until it commits.';

CREATE FUNCTION acctguard.audit_installed(tables_version integer, extension_version text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_audit_installed';
COMMENT ON FUNCTION acctguard.audit_installed(integer, text) IS
'Records in the ledger that the tables were created or migrated; install() and migrate() call it.';

CREATE FUNCTION acctguard.audit_read(
    OUT at timestamptz,
    INOUT account_id bigint DEFAULT NULL,
    since timestamptz DEFAULT NULL,
    until timestamptz DEFAULT NULL,
    INOUT action text DEFAULT NULL,
    OUT outcome text,
    INOUT person text DEFAULT NULL,
    max_rows integer DEFAULT 1000,
    OUT role text,
    OUT on_behalf text,
    OUT reason text,
    OUT before jsonb,
    OUT after jsonb,
    OUT application text,
    OUT idempotency_key text,
    OUT aseq bigint,
    OUT tx bigint,
    OUT ord integer,
    OUT address text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_audit_read';
COMMENT ON FUNCTION acctguard.audit_read(bigint, timestamptz, timestamptz, text, text, integer) IS
'Reads the ledger: the newest max_rows events that fit, in the order they were written. For acctguard_auditor and acctguard_compliance. The reading is itself recorded, with its arguments.
account_id: events of this account; 0: events without an account. since, until: half-open interval of time. action: a name of events(), else 22023. person: who decided. max_rows: 1 to 100000, else 22023. An argument that is NULL does not restrict.
at: when. outcome: done, refused, failed. role: session_user. on_behalf: reason given to acting_as(). before, after: what was and what is; times in UTC, bytes in hexadecimal. aseq: version of the account. tx, ord: key of the row, for audit_encoding(). address: of the client; NULL on a local socket, where it was not recorded for want of keys, or where its key is not here.
UG501: a row is damaged, or its address was changed; the detail names it. 25006: the transaction is READ ONLY, so the reading could not be recorded.';

CREATE FUNCTION acctguard.audit_encoding(tx bigint, ord integer)
RETURNS bytea
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_audit_encoding';
COMMENT ON FUNCTION acctguard.audit_encoding(bigint, integer) IS
'The canonical encoding of one row of the ledger, the bytes that tags and seals are made from (doc/audit.md); NULL if there is no such row. It depends on the row only, not on the server''s encoding, time zone or settings. For acctguard_auditor and acctguard_compliance; recorded like audit_read(). UG501: the row is damaged.';

-- sql/api/freeze.sql
CREATE FUNCTION acctguard.freeze_transitions(
    OUT id text, OUT from_state text, OUT event text, OUT to_state text, OUT end_reason text,
    OUT who text, OUT guard text, OUT errors text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_transitions';
COMMENT ON FUNCTION acctguard.freeze_transitions() IS
'The state machine of a freeze, as the library has it: from which state which event leads where, who may cause it, what is asked, and which errors (names as in errors()) refuse it. "clock" needs nobody and no write. There are no other transitions; a trigger on freeze_record refuses them.';

CREATE FUNCTION acctguard.freeze_impose(
    account_id bigint, kind text, reason text, facts text DEFAULT NULL,
    capabilities text[] DEFAULT NULL, starts_at timestamptz DEFAULT NULL, ends_at timestamptz DEFAULT NULL,
    duration interval DEFAULT NULL, evidence jsonb DEFAULT NULL, ground text DEFAULT NULL,
    legal_reference text DEFAULT NULL, conduct_at timestamptz DEFAULT NULL, incident uuid DEFAULT NULL,
    automated boolean DEFAULT false, replaces integer DEFAULT NULL, note text DEFAULT NULL,
    rule jsonb DEFAULT NULL, appeal boolean DEFAULT NULL, disclose_at timestamptz DEFAULT NULL,
    statement jsonb DEFAULT NULL, idempotency_key text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_impose';
COMMENT ON FUNCTION acctguard.freeze_impose(bigint, text, text, text, text[], timestamptz, timestamptz, interval, jsonb, text, text, timestamptz, uuid, boolean, integer, text, jsonb, boolean, timestamptz, jsonb, text) IS
'Imposes a freeze on an account and returns its number there. In effect when the transaction has committed: for every connection, with the sessions locked or revoked as the kind says, the strike counted, the ladder asked. Kinds that need a second person, and automated decisions beyond what the kind leaves to them, become proposals (freeze_approve).
kind, reason: as policy_list(''freeze_kind'') and policy_list(''reason'') have them. Reasons of category own_wish are for the kinds of the user''s own, and those take no other; maintenance is for scopes, dormancy for kinds that end on verified_login.
facts: what happened, shown to the user. evidence: snapshot for reviewers, never shown. note: internal.
capabilities: names and bundles, for kinds that let them be chosen, out of choices of the kind; NULL: those of the kind. The floor cannot be denied. Everything is chosen by two persons only.
starts_at: NULL or any time since the transaction began: now; later: scheduled. ends_at, or duration (months count 30 days, years 365): NULL: as long as the kind says; ends_at ''infinity'': until lifted. A freeze starts and ends within 100 years (36500 days).
ground: the rule or law it rests on, shown. legal_reference: article, or the authority''s order. conduct_at: when the conduct took place; what lies before the last sanction of its category that has begun adds no strike (UG112).
incident: decisions about one incident count one strike. automated: decided without a person; a caller who holds only acctguard_risk always is.
replaces: number of the freeze whose place it takes, without a gap. It needs the right to lift that one, unless it is weaker in nothing: at least as severe, covering its capabilities and its end, with its blocks, probation and acknowledgment, and no easier to leave: no further role lifts, annuls or stays it, no further condition ends it, no milder lift_policy, no appeal or automatic end where there was none. The user''s own kinds replace only one another. Asked again at the approval, if the old one has changed meanwhile.
rule: for self_rule: {"devices": ["id"], "hours": ["08:00", "22:00"], "zone": "Asia/Shanghai"}; login is refused outside; zone: default the account''s.
appeal: false closes it to appeal, for kinds that decide case by case, with a legal_reference. disclose_at: the statement is withheld from the user until then.
statement: further fields of the statement of reasons: explanation (the facts fit for publication, without personal data), source (own_initiative, notice, trusted_flagger, order), category, content_types, territory, detection_automated, locale.
idempotency_key: the same request under the same key returns the same number; another request UG122.
Lengths: facts and explanation 5000 characters (as in the transparency database of the Digital Services Act), ground, legal_reference and note 2000, category 63, locale 35, idempotency_key 255 bytes, each jsonb 64 KiB.
Errors: UG102 kind, UG103 role, UG104 rank, UG105 protected, UG106 last administrator, UG107 own account, UG108 length, UG109 start, UG110 automated, UG111 fields (named in the detail), UG112 older conduct, UG120 weaker, UG122 key, UG404 account, UG601 lifecycle, UG610 capability, UG611 reason, 22023 arguments.';

CREATE FUNCTION acctguard.freeze_transition_guard()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_transition_guard';
COMMENT ON FUNCTION acctguard.freeze_transition_guard() IS
'Trigger on freeze_record: refuses with UG101 every UPDATE that is no step of freeze_transitions(), changes what was decided, or writes anew what is written once; acctguard''s own statements included.';

CREATE FUNCTION acctguard.freeze_version_guard()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_version_guard';
COMMENT ON FUNCTION acctguard.freeze_version_guard() IS
'Trigger on freeze_version: refuses every UPDATE with UG101.';

CREATE FUNCTION acctguard.freeze_approve(account_id bigint, freeze_no integer)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_approve';
COMMENT ON FUNCTION acctguard.freeze_approve(bigint, integer) IS
'The second person agrees with what was proposed: a freeze, or a harsher version of one (freeze_amend). Returns the state of the freeze after it: active or scheduled; proposed where an automated actor proposed, the kind needs two persons, and this was the first. A start that has passed moves to now and the length is kept.
Errors: UG100, UG101 nothing proposed, UG103 role, UG104 to UG107 as in freeze_impose(), UG113 same person, UG123 timed out (policy proposal_life, seconds).';

CREATE FUNCTION acctguard.freeze_reject(account_id bigint, freeze_no integer, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_reject';
COMMENT ON FUNCTION acctguard.freeze_reject(bigint, integer, text) IS
'Rejects what was proposed, a freeze or a harsher version; the proposer withdraws with it. reason: why; internal. Errors: UG100, UG101, UG103 role, UG123 timed out.';

CREATE FUNCTION acctguard.freeze_amend(
    account_id bigint, freeze_no integer, ends_at timestamptz DEFAULT NULL, capabilities text[] DEFAULT NULL,
    facts text DEFAULT NULL, starts_at timestamptz DEFAULT NULL, legal_reference text DEFAULT NULL,
    evidence jsonb DEFAULT NULL, note text DEFAULT NULL, expected_version integer DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_amend';
COMMENT ON FUNCTION acctguard.freeze_amend(bigint, integer, timestamptz, text[], text, timestamptz, text, jsonb, text, integer) IS
'Changes the terms of an active or scheduled freeze by a new version, whose number it returns. NULL leaves as it is.
A harsher version (another capability, a later end, an earlier start) is a new decision: needs facts of its own, passes the guards of freeze_impose(), waits for freeze_approve() where the kind has a second person, and the user is informed anew. A milder one is a lift in part and needs that authority.
ends_at: the new end; ''infinity'': until lifted. starts_at: only before it has started. expected_version: refuse if the freeze has another version by now. note: why; internal.
Errors: UG100, UG101, UG103 to UG111 as in freeze_impose(), UG113 and UG115 as in freeze_lift(), UG114 version, UG116 own freezes are made milder by lifting them, 22023 nothing would change.';

CREATE FUNCTION acctguard.freeze_stay(
    account_id bigint, freeze_no integer, reason text, until timestamptz DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_stay';
COMMENT ON FUNCTION acctguard.freeze_stay(bigint, integer, text, timestamptz) IS
'Suspends the effect of an active freeze while it is looked at again; its end does not move. until: NULL as long as the kind allows; all stays of a freeze together last at most stay_max of its kind. The effect comes back by the clock.
Errors: UG100, UG101 not active, UG108 too long, UG115 role, UG119 kind.';

CREATE FUNCTION acctguard.freeze_unstay(account_id bigint, freeze_no integer, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_unstay';
COMMENT ON FUNCTION acctguard.freeze_unstay(bigint, integer, text) IS
'Ends the stay of a freeze: its effect is back at once. Errors: UG100, UG101 not stayed, UG115 role.';

CREATE FUNCTION acctguard.freeze_vacate(account_id bigint, freeze_no integer, reason text)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_vacate';
COMMENT ON FUNCTION acctguard.freeze_vacate(bigint, integer, text) IS
'Annuls a decision that was wrong, without an appeal, also after its end: two persons who may lift or approve the kind. The first call proposes and returns ''proposed''; the call of another person within policy proposal_life (seconds) confirms and returns ''vacated''. The freeze ends, its strikes are void, neither probation nor acknowledgment follows, and freezes that the ladder built on it are looked at again.
Errors: UG100, UG101 a mere proposal, UG107 own account, UG113 same person, UG115 role, UG121 annulled before.';

CREATE FUNCTION acctguard.freeze_lift(
    account_id bigint, freeze_no integer, reason text, legal_reference text DEFAULT NULL, proof jsonb DEFAULT NULL,
    OUT source text, OUT no integer, OUT kind text, OUT mode text, OUT capabilities text[],
    OUT since timestamptz, OUT until timestamptz, OUT freeze_reason text, OUT facts text, OUT ground text,
    OUT lifted_by text[], OUT next text[], OUT visible boolean, OUT disclosed boolean, OUT rule jsonb)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_lift';
COMMENT ON FUNCTION acctguard.freeze_lift(bigint, integer, text, text, jsonb) IS
'Ends the one freeze it names (a scheduled one is cancelled), needs the authority of that freeze''s kind, and returns what still restricts the account: other freezes, the probation and the acknowledgment that follow.
reason: why, in words; internal. legal_reference: for kinds lifted on the word of an authority, by somebody who neither issued nor approved it. proof: {"method": "...", "at": "..."} for freezes that the user imposed on himself, lifted by acctguard_app after the cooling-off time; at most as old as policy proof_age (seconds).
Rows: source (freeze, probation, acknowledgment), no: number of the freeze it comes from, mode (deny, challenge, monitor), lifted_by: roles that lift it, next: what the user can do (lift_yourself, verify_identity, log_in_verified, appeal, acknowledge_rules, wait, contact_support), visible, disclosed: may the user be told that, and why.
Errors: UG100 no such freeze, UG101 not running, UG107 own account, UG111 reference missing, UG113 same person, UG115 role, UG116 proof, UG117 too early.';

CREATE FUNCTION acctguard.freeze_satisfy(
    account_id bigint, freeze_no integer, condition text, proof jsonb DEFAULT NULL,
    OUT source text, OUT no integer, OUT kind text, OUT mode text, OUT capabilities text[],
    OUT since timestamptz, OUT until timestamptz, OUT freeze_reason text, OUT facts text, OUT ground text,
    OUT lifted_by text[], OUT next text[], OUT visible boolean, OUT disclosed boolean, OUT rule jsonb)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_satisfy';
COMMENT ON FUNCTION acctguard.freeze_satisfy(bigint, integer, text, jsonb) IS
'Ends a freeze because the condition its kind names is met: identity_verified or verified_login (acctguard_app, with a fresh proof made after the freeze began) or risk_over (acctguard_risk and those who lift the kind). Returns what remains, as freeze_lift() does. A proof of identity does not end freezes for violations or orders.
proof: {"method": "...", "at": "...", "session_since": "..."}; one from a session opened after the freeze began does not count.
Errors: UG100, UG101, UG115 role, UG116 proof, UG118 condition.';

CREATE FUNCTION acctguard.freeze_list(
    account_id bigint,
    OUT no integer, OUT state text, OUT end_reason text, OUT kind text, OUT reason text, OUT capabilities text[],
    OUT starts_at timestamptz, OUT ends_at timestamptz, OUT version integer, OUT issued_at timestamptz,
    OUT issued_by text, OUT automated boolean, OUT proposal_until timestamptz, OUT endorsed_by text,
    OUT approved_by text, OUT amendment integer, OUT ended_at timestamptz, OUT ended_by text,
    OUT vacated_at timestamptz, OUT replaces integer, OUT replaced_by integer, OUT ladder_score integer,
    OUT facts text, OUT ground text, OUT legal_reference text, OUT appealable boolean, OUT disclose_at timestamptz,
    OUT puid uuid, OUT incident uuid, OUT batch uuid, OUT note text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_list';
COMMENT ON FUNCTION acctguard.freeze_list(bigint) IS
'Every freeze of an account, for staff: its state now (proposed, scheduled, active, stayed, ended), its terms, who decided. Invisible kinds and internal notes are in it; never hand it to the user. amendment: version that waits for a second person. Errors: UG404.';

CREATE FUNCTION acctguard.statement_of_reasons(
    since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL,
    OUT puid text, OUT decision_visibility text, OUT decision_monetary text, OUT decision_provision text,
    OUT decision_account text, OUT decision_ground text, OUT illegal_content_legal_ground text,
    OUT illegal_content_explanation text, OUT incompatible_content_ground text,
    OUT incompatible_content_explanation text, OUT decision_facts text, OUT category text, OUT content_type text[],
    OUT content_date date, OUT application_date date, OUT end_date_visibility_restriction date,
    OUT end_date_monetary_restriction date, OUT end_date_service_restriction date,
    OUT end_date_account_restriction date, OUT source_type text, OUT automated_detection text,
    OUT automated_decision text, OUT territorial_scope text[])
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_statement_of_reasons';
COMMENT ON FUNCTION acctguard.statement_of_reasons(timestamptz, timestamptz) IS
'The statements of reasons of decisions issued from since until before until (NULL: no bound), in the columns of the transparency database of the Digital Services Act (StatementStoreRequest of its API), one row per version that was in force. Without personal data: decision_facts is the explanation given in statement => {"explanation": ...}, else the public text of the reason; never the facts told to the user. puid is random and never reused. Left out: orders of authorities, invisible and not yet disclosed freezes, and reasons of categories other than violation and regulatory. Dates are those of UTC; no end date: indefinite. category, content_type and territorial_scope are as the statement gives them; category defaults to that of the reason.';

--
-- Strikes and ladder, acknowledgments, risk, legal holds, scope freezes
--

CREATE FUNCTION acctguard.warn(account_id bigint, reason text, points integer DEFAULT NULL,
    facts text DEFAULT NULL, incident uuid DEFAULT NULL, idempotency_key text DEFAULT NULL,
    OUT score integer, OUT freeze_no integer)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_warn';
COMMENT ON FUNCTION acctguard.warn(bigint, text, integer, text, uuid, text) IS
'Warns the user: a strike without a freeze. Strikes of category violation climb the ladder: when the score rises to a step that was not served for it, the step''s freeze is imposed (or proposed) in the same transaction.
reason: from policy_list(''reason''). points: 0 to 100, default those of the reason; 0 only records the warning. facts: shown to the user. incident: names what happened, one incident counts once. idempotency_key: 1 to 255 bytes; the same call repeated under it changes nothing and returns the same result.
score: live points of the reason''s category afterwards, source strike. freeze_no: the freeze the ladder answered with, or NULL.
Errors: UG404 no such account, UG601 account neither active nor closing, UG104 the account outranks the actor, UG107 the actor''s own account, UG611 no such reason, UG122 key used for another warning, 22023 points out of range.';

CREATE FUNCTION acctguard.strike_void(account_id bigint, strike_no integer, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_strike_void';
COMMENT ON FUNCTION acctguard.strike_void(bigint, integer, text) IS
'Takes a warning back: its strike counts no more, from the beginning. Ladder freezes that its points were needed for are vacated if nobody has taken them over, else reported by the event freeze.ladder_unsupported. The strike of a freeze is voided by freeze_vacate() only.
Errors: UG130 no such strike, UG101 the strike belongs to a freeze, UG121 voided before, UG107 the actor''s own account, UG404 no such account.';

CREATE FUNCTION acctguard.strike_list(account_id bigint,
    OUT no integer, OUT freeze_no integer, OUT reason text, OUT category text, OUT points integer,
    OUT incident uuid, OUT facts text, OUT conduct_at timestamptz, OUT at timestamptz,
    OUT expires_at timestamptz, OUT void_at timestamptz, OUT void_reason text, OUT live boolean,
    OUT ladder_no integer, OUT person text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_strike_list';
COMMENT ON FUNCTION acctguard.strike_list(bigint) IS
'Every strike of an account, oldest first: live, expired, voided. freeze_no 0 is a warning; live says whether it counts now; ladder_no is the freeze the ladder answered with. Errors: UG404 no such account.';

CREATE FUNCTION acctguard.acknowledge(account_id bigint, rules_version text, text_hash bytea,
    locale text DEFAULT NULL, device text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_acknowledge';
COMMENT ON FUNCTION acctguard.acknowledge(bigint, text, bytea, text, text) IS
'The user acknowledges the rules, through the app. Opens the acknowledgment gates that stand now and returns how many; a freeze that has not ended yet leaves a gate of its own later.
rules_version: version of the rules that were shown. text_hash: digest of the shown text, 16 to 64 bytes, e.g. SHA-256. locale: language shown, default the account''s. device: where, as the app names it.
Errors: 42501 called by staff, UG404 no such account, UG601 account closed, 22023 malformed digest.';

CREATE FUNCTION acctguard.acknowledgment_waive(account_id bigint, freeze_no integer, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_acknowledgment_waive';
COMMENT ON FUNCTION acctguard.acknowledgment_waive(bigint, integer, text) IS
'Opens the acknowledgment gate of one ended freeze without the user, with a reason; an event of its own. Errors: UG100 no such freeze, UG101 no gate of it stands now, UG107 the actor''s own account, UG404 no such account.';

CREATE FUNCTION acctguard.risk_report(account_id bigint, signal text, weight numeric DEFAULT NULL,
    evidence jsonb DEFAULT NULL, incident uuid DEFAULT NULL, OUT score numeric, OUT freeze_no integer)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_risk_report';
COMMENT ON FUNCTION acctguard.risk_report(bigint, text, numeric, jsonb, uuid) IS
'Counts a risk signal and keeps it as evidence. When the score, rounded to whole points, reaches the setting risk_threshold, the freeze that policy names for the weightiest signal is imposed in the same transaction, with the signals as its evidence; an account under such a freeze does not get a second one. Staff and protected accounts are scored, never frozen, by this function.
signal: from policy_list(''risk_signal''). weight: points, above 0 to 1000000, default that of the signal. evidence: a JSON object of at most 64 KiB. incident: names what happened; one incident counts once, with its heaviest report, from its first.
score: points after it, to a millionth; each signal loses half with every risk_half_life that passes. Signals from before the risk was over (risk_clear(), a verified identity, a risk freeze lifted or annulled by a person) do not count. freeze_no: the freeze it set off, or NULL.
Errors: UG611 no such signal, UG404 no such account, 22023 malformed weight or evidence, and those of freeze_impose().';

CREATE FUNCTION acctguard.risk_clear(account_id bigint, reason text)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_risk_clear';
COMMENT ON FUNCTION acctguard.risk_clear(bigint, text) IS
'Declares the risk over: freezes of category security whose kind ends on the condition risk_over end with condition_met, and no signal so far counts again. Returns the number of freezes ended. Errors: UG404 no such account.';

CREATE FUNCTION acctguard.risk_list(account_id bigint,
    OUT no integer, OUT signal text, OUT weight numeric, OUT incident uuid, OUT evidence jsonb,
    OUT at timestamptz, OUT score numeric, OUT freeze_no integer, OUT cleared_at timestamptz,
    OUT clear_reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_risk_list';
COMMENT ON FUNCTION acctguard.risk_list(bigint) IS
'Every risk signal of an account, oldest first; weight and score in points as of the time it came in. Errors: UG404 no such account.';

CREATE FUNCTION acctguard.legal_hold_place(account_id bigint, matter text, legal_reference text,
    note text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_legal_hold_place';
COMMENT ON FUNCTION acctguard.legal_hold_place(bigint, text, text, text) IS
'Places an account under the legal hold of a matter and returns the hold''s number. It denies nothing and the user does not see it; the account can be neither closed nor erased until it is released. A matter holds an account once: repeated, the call returns the same number.
matter: the case, compared to the letter. legal_reference: the order or statute. note: internal.
Errors: UG103 role may not, UG404 no such account, UG601 account erased, UG122 held by the matter with another reference.';

CREATE FUNCTION acctguard.legal_hold_release(matter text, legal_reference text, reason text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_legal_hold_release';
COMMENT ON FUNCTION acctguard.legal_hold_release(text, text, text) IS
'Releases every hold of a matter, all or none, and returns how many. legal_reference: the document that ends the matter. Where kind legal_hold is lifted by authority, as delivered, whoever placed one of the holds cannot release them.
Errors: UG131 no live hold of that matter, UG115 role may not, UG111 no reference, UG113 needs another person.';

CREATE FUNCTION acctguard.legal_hold_list(account_id bigint,
    OUT no integer, OUT matter text, OUT legal_reference text, OUT note text, OUT placed_at timestamptz,
    OUT placed_by text, OUT released_at timestamptz, OUT released_by text, OUT release_reference text,
    OUT release_reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_legal_hold_list';
COMMENT ON FUNCTION acctguard.legal_hold_list(bigint) IS
'The legal holds of an account, released ones included. Errors: UG404 no such account.';

CREATE FUNCTION acctguard.freeze_scope(scope jsonb, kind text, reason text,
    starts_at timestamptz DEFAULT NULL, ends_at timestamptz DEFAULT NULL, duration interval DEFAULT NULL,
    capabilities text[] DEFAULT NULL, announce_at timestamptz DEFAULT NULL, note text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_freeze_scope';
COMMENT ON FUNCTION acctguard.freeze_scope(jsonb, text, text, timestamptz, timestamptz, interval, text[], timestamptz, text) IS
'Freezes a set of accounts with one row and returns its number. It is over by itself at its end.
scope: {"all": true}, {"tenant": "name"} or {"cohort": "name"}, compared with the account''s attributes at each check. kind: one with scope, as delivered maintenance. reason: from policy_list(''reason''). starts_at: default now. ends_at or duration: default the kind''s length. capabilities: what is refused, default what the kind says. announce_at: from when users are told, at the latest the start, default now. note: internal.
Errors: UG102 no such kind, UG103 role may not, UG108 length outside the kind, UG109 start in the past, UG611 no such reason, UG610 no such capability, 22023 malformed scope, kind not for scopes, both ends_at and duration.';

CREATE FUNCTION acctguard.scope_lift(no integer, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_scope_lift';
COMMENT ON FUNCTION acctguard.scope_lift(integer, text) IS
'Ends a scope freeze now, or cancels it before its start. Errors: UG132 no such scope freeze, UG101 it is over, UG115 role may not.';

CREATE FUNCTION acctguard.scope_amend(no integer, ends_at timestamptz, reason text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_scope_amend';
COMMENT ON FUNCTION acctguard.scope_amend(integer, timestamptz, text) IS
'Gives a scope freeze another end, later or earlier, within the length its kind allows counted from the start; NULL is no end where the kind allows that. Every end it had stays in scope_version. Errors: UG132 no such scope freeze, UG101 it is over, UG108 length or an end in the past, UG103 role may not.';

CREATE FUNCTION acctguard.scope_list(
    OUT no integer, OUT scope jsonb, OUT kind text, OUT reason text, OUT state text, OUT denied text[],
    OUT challenged text[], OUT monitored text[], OUT announce_at timestamptz, OUT starts_at timestamptz,
    OUT ends_at timestamptz, OUT ended_at timestamptz, OUT end_reason text, OUT note text, OUT issued_by text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_scope_list';
COMMENT ON FUNCTION acctguard.scope_list() IS
'Every scope freeze: past, present, planned. state: scheduled, announced (not started), active, expired, lifted; the clock decides, nothing is written.';

CREATE FUNCTION acctguard.scope_changed()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_scope_changed';
COMMENT ON FUNCTION acctguard.scope_changed() IS
'Trigger on scope_freeze: tells every session that checks have to read it anew.';

CREATE PROCEDURE acctguard.freeze_many(accounts bigint[], kind text, reason text,
    facts text DEFAULT NULL, duration interval DEFAULT NULL, evidence jsonb DEFAULT NULL,
    INOUT batch uuid DEFAULT NULL, batch_size integer DEFAULT 1000, dry_run boolean DEFAULT false,
    capabilities text[] DEFAULT NULL, ground text DEFAULT NULL, legal_reference text DEFAULT NULL,
    note text DEFAULT NULL)
LANGUAGE c
AS 'MODULE_PATHNAME', 'acctguard_freeze_many';
COMMENT ON PROCEDURE acctguard.freeze_many(bigint[], text, text, text, interval, jsonb, uuid, integer, boolean, text[], text, text, text) IS
'Freezes many accounts with one order, batch_size (1 to 100000) accounts to a transaction, by ascending id; whoever is not being frozen at the moment is not held up. Every account gets its own freeze record, event and strike, as by freeze_impose(). Tells about progress by NOTICE at the end and every ten seconds; batch_status() shows it to others.
accounts: in any order; doubles count once. batch: id of the run, default a new one, returned. Called again with the same batch and the same request by the same person, it goes on where the last commit left off, and does nothing when finished. dry_run: tries each account and keeps nothing; returns NULL.
Accounts that cannot be frozen (errors of class UG: no such account, protected, outranked, ...) are written down, see batch_refusals(), and stop nothing. Other arguments as in freeze_impose().
CALL it as a statement of its own: it commits. Errors: 2D000 inside a transaction block, UG122 batch begun with another request, 40001 another run goes on with the batch, 22023 and those freeze_impose() raises before it looks at an account.';

CREATE FUNCTION acctguard.batch_undo(batch uuid, reason text)
RETURNS bigint
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_batch_undo';
COMMENT ON FUNCTION acctguard.batch_undo(uuid, text) IS
'Ends what still stands of the batch''s own freezes (running ones are lifted, scheduled ones cancelled, proposals rejected), stops a run that still goes on, and returns how many freezes it ended; nothing else on the accounts is touched. One transaction. Strikes stay, as after every lift. Needs the right to lift the kind. A second call does nothing.
Errors: UG133 no such batch, UG115 role may not.';

CREATE FUNCTION acctguard.batch_status(batch uuid DEFAULT NULL,
    OUT id uuid, OUT kind text, OUT reason text, OUT total bigint, OUT done bigint, OUT frozen bigint,
    OUT refused bigint, OUT started_at timestamptz, OUT updated_at timestamptz, OUT finished_at timestamptz,
    OUT undone_at timestamptz, OUT person text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_batch_status';
COMMENT ON FUNCTION acctguard.batch_status(uuid) IS
'How far runs of freeze_many() have come, as of their last commit; NULL shows all, oldest first. A run without finished_at whose updated_at stands still was broken off: CALL freeze_many() again with its id.';

CREATE FUNCTION acctguard.batch_refusals(batch uuid,
    OUT account_id bigint, OUT sqlstate text, OUT message text, OUT at timestamptz)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_batch_refusals';
COMMENT ON FUNCTION acctguard.batch_refusals(uuid) IS
'The accounts that a batch could not freeze, each with the error freeze_impose() would raise.';

-- sql/api/lifecycle.sql
CREATE FUNCTION acctguard.account_open(
    account_id bigint DEFAULT NULL,
    locale text DEFAULT 'en',
    time_zone text DEFAULT 'UTC',
    profile text DEFAULT 'basic',
    external_id text DEFAULT NULL,
    tenant text DEFAULT NULL,
    cohort text DEFAULT NULL,
    pending boolean DEFAULT false)
RETURNS bigint
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_open';
COMMENT ON FUNCTION acctguard.account_open(bigint, text, text, text, text, text, text, boolean) IS
'Opens an account and returns its id.
account_id: given by the host, positive; NULL generates one (milliseconds since 2020 in the upper bits, so ids made later sort later). locale: language of notices (BCP 47). time_zone: the user''s, a name of pg_timezone_names. profile: what is at stake, basic, social or money. external_id: the host''s own id where that is a uuid or text. tenant, cohort: attributes a scope freeze can name. pending: not usable until account_activate().
Errors: UG600 the id is taken; 22023 unknown time zone or profile, or too long: locale 35 characters, external_id 255, tenant and cohort 63.';

CREATE FUNCTION acctguard.account_activate(account_id bigint)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_activate';
COMMENT ON FUNCTION acctguard.account_activate(bigint) IS
'Makes a pending account active. Errors: UG404 no such account; UG601 it is not pending.';

CREATE FUNCTION acctguard.account_request_close(
    account_id bigint,
    reason text DEFAULT NULL,
    proof jsonb DEFAULT NULL)
RETURNS timestamptz
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_request_close';
COMMENT ON FUNCTION acctguard.account_request_close(bigint, text, jsonb) IS
'The user asks to close his account; returns when it closes (policy close_grace, seconds). Until then it works, and account_cancel_close() takes the request back; a frozen account may ask as well. It does not close while a legal hold or a freeze that blocks closure lives.
reason: the user''s words. proof: needed while a security freeze or the user''s own freeze is live, {"method": "...", "at": "..."} not older than policy proof_age, so that a stolen session cannot close the account.
Errors: UG404; UG601 the account is not active; UG116 proof missing.';

CREATE FUNCTION acctguard.account_cancel_close(account_id bigint, proof jsonb DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_cancel_close';
COMMENT ON FUNCTION acctguard.account_cancel_close(bigint, jsonb) IS
'Takes a request to close back, before its time has come. proof as for account_request_close(). Errors: UG404; UG601 the account is not closing; UG116 proof missing.';

CREATE FUNCTION acctguard.account_terminate(account_id bigint, reason text)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_terminate';
COMMENT ON FUNCTION acctguard.account_terminate(bigint, text) IS
'Closes an account for good after a final ban (one that cannot be appealed any more). The first call proposes, a call by a second person within policy proposal_life (seconds) does it; returns proposed or terminated.
Errors: UG404; UG601 the account is neither active nor closing; UG602 a legal hold; UG603 no final ban; UG113 the same person again; UG107 the person''s own account.';

CREATE FUNCTION acctguard.account_reopen(account_id bigint, reason text)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_reopen';
COMMENT ON FUNCTION acctguard.account_reopen(bigint, text) IS
'Opens a closed account again; freezes that are still in force stay so. The first call proposes, a call by a second person within policy proposal_life (seconds) does it; returns proposed or reopened.
Errors: UG404; UG601 the account is not closed (an erased one never comes back); UG113 the same person again.';

CREATE FUNCTION acctguard.account_erase(account_id bigint, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_erase';
COMMENT ON FUNCTION acctguard.account_erase(bigint, text) IS
'Erases a closed account: its attributes go and its key is destroyed (see subject_shred), its id and its records stay, so nobody ever gets the id again. Possible once policy retention (seconds) and every appeal window of a total freeze are over.
Errors: UG404; UG601 the account is not closed; UG602 a legal hold or a freeze keeps it; UG604 too early, the detail says when.';

CREATE FUNCTION acctguard.account_change(
    account_id bigint,
    locale text DEFAULT NULL,
    time_zone text DEFAULT NULL,
    profile text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_change';
COMMENT ON FUNCTION acctguard.account_change(bigint, text, text, text) IS
'Changes what the user himself may change; NULL keeps. Errors: UG404; UG601 the account is erased; 22023 unknown time zone or profile.';

CREATE FUNCTION acctguard.account_mark(
    account_id bigint,
    staff_rank integer DEFAULT NULL,
    protected boolean DEFAULT NULL,
    person text DEFAULT NULL,
    tenant text DEFAULT NULL,
    cohort text DEFAULT NULL,
    reason text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_mark';
COMMENT ON FUNCTION acctguard.account_mark(bigint, integer, boolean, text, text, text, text) IS
'Marks an account for operation; NULL keeps, an empty text clears.
staff_rank: 0 user, 1 helper, 2 moderator, 3 compliance officer, 4 administrator; only a higher rank may freeze it. protected: frozen only with a second person. person: the member of staff whose account it is; he cannot decide about it. tenant, cohort: what scope freezes name. reason: kept with the event.
Errors: UG404; UG601 the account is erased; 22023 rank out of range.';

CREATE FUNCTION acctguard.account_show(
    account_id bigint,
    OUT account bigint, OUT external_id text, OUT state text, OUT profile text, OUT locale text,
    OUT time_zone text, OUT tenant text, OUT cohort text, OUT staff_rank integer,
    OUT protected boolean, OUT person text, OUT registered_at timestamptz, OUT closes_at timestamptz,
    OUT version bigint)
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_show';
COMMENT ON FUNCTION acctguard.account_show(bigint) IS
'The account''s own row for staff. state is the lifecycle as the clock has it now; closes_at is when it closed or will close, NULL when it is not closing or something holds it; version is the number of its last event. Error: UG404.';

CREATE FUNCTION acctguard.account_transitions(
    OUT from_state text, OUT event text, OUT to_state text, OUT who text, OUT guard text, OUT errors text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_transitions';
COMMENT ON FUNCTION acctguard.account_transitions() IS
'The lifecycle as the library has it: from which state what leads where, who may do it, what is asked, which errors refuse it.';

CREATE FUNCTION acctguard.account_status(account_id bigint)
RETURNS jsonb
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_status';
COMMENT ON FUNCTION acctguard.account_status(bigint) IS
'What to show the user: state, whether anything is restricted, the names of denied and challenged capabilities, and one object per restriction with source (freeze, probation, acknowledgment, scope), kind, reason, why, facts, denied, since, until, next (what the user can do), appeal (possible, until), review_due. Times are ISO 8601 in UTC. Internal notes, invisible kinds and withheld statements do not appear. Error: UG404.';

CREATE FUNCTION acctguard.standing(
    account_id bigint,
    OUT denied text[], OUT challenged text[], OUT until timestamptz, OUT epoch bigint)
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_standing';
COMMENT ON FUNCTION acctguard.standing(bigint) IS
'What is denied now, and until when that answer can stand: the next start or end of a restriction (NULL: none is known). epoch rises with every change of the account; a cached answer is good only for the same epoch and before until. Self rules count as in force. Error: UG404.';

CREATE FUNCTION acctguard.explain(
    account_id bigint,
    capability text DEFAULT NULL,
    at timestamptz DEFAULT NULL,
    OUT source text, OUT no integer, OUT kind text, OUT mode text, OUT capabilities text[],
    OUT since timestamptz, OUT until timestamptz, OUT reason text, OUT lifted_by text, OUT next text[])
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_explain';
COMMENT ON FUNCTION acctguard.explain(bigint, text, timestamptz) IS
'Which records restrict an account, one row each: source (lifecycle, freeze, probation, acknowledgment, scope), number of the freeze or scope freeze, mode (deny, challenge, monitor) and the capabilities it is about, since and until when, why, which roles may lift it, what the user can do. For staff: shows invisible kinds as well.
capability: only what concerns this one. at: a past or future instant instead of now; freezes are shown with the terms they had then.
Errors: UG404 no such account; UG610 no such capability.';

CREATE FUNCTION acctguard.account_follow()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_follow';
COMMENT ON FUNCTION acctguard.account_follow() IS
'Trigger that account_adopt() puts on a table of users: a new row opens its account in the same transaction, and the id of a row cannot change (UG601). A deleted row leaves its account as it is; closing one is a decision.';

CREATE FUNCTION acctguard.account_adopt_rows(ids anyarray)
RETURNS bigint
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_adopt_rows';
COMMENT ON FUNCTION acctguard.account_adopt_rows(anyarray) IS
'Opens an account for each id that has none and returns how many it opened. Ids of type bigint, integer and smallint are account ids, uuid, text and varchar become external ids. account_adopt() calls it in batches. Errors: UG411 another type; 22023 an id that is not positive.';

CREATE FUNCTION acctguard.account_adopted(host_table text, id_column text, opened bigint)
RETURNS void
LANGUAGE c VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_adopted';
COMMENT ON FUNCTION acctguard.account_adopted(text, text, bigint) IS
'Records that a table was adopted; account_adopt() calls it.';

CREATE FUNCTION acctguard.account_adopt(host_table regclass, id_column name)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    batch_size CONSTANT integer := 10000;
    ids refcursor;
    batch record;
    opened bigint := 0;
    seen bigint := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute a
                   WHERE a.attrelid = host_table AND a.attname = id_column AND a.attnum > 0
                     AND NOT a.attisdropped) THEN
        RAISE EXCEPTION 'table % has no column "%"', host_table, id_column
            USING ERRCODE = 'undefined_column';
    END IF;

    IF EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = host_table AND t.tgname = 'acctguard_follow') THEN
        EXECUTE format('DROP TRIGGER acctguard_follow ON %s', host_table);
    END IF;
    EXECUTE format('CREATE TRIGGER acctguard_follow AFTER INSERT OR UPDATE OF %I ON %s '
                   'FOR EACH ROW EXECUTE FUNCTION acctguard.account_follow()', id_column, host_table);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER acctguard_follow', host_table);

    OPEN ids FOR EXECUTE format(
        'SELECT acctguard.account_adopt_rows(array_agg(id)) AS opened, count(*) AS n FROM ('
        'SELECT %1$I AS id, (row_number() OVER (ORDER BY %1$I) - 1) / %2$s AS batch '
        'FROM %3$s WHERE %1$I IS NOT NULL) u GROUP BY batch ORDER BY batch',
        id_column, batch_size, host_table);
    LOOP
        FETCH ids INTO batch;
        EXIT WHEN NOT FOUND;
        opened := opened + batch.opened;
        seen := seen + batch.n;
        IF seen % (10 * batch_size) = 0 THEN
            RAISE NOTICE '% rows of % seen, % accounts opened', seen, host_table, opened;
        END IF;
    END LOOP;
    CLOSE ids;
    PERFORM acctguard.account_adopted(host_table::text, id_column::text, opened);
    RETURN opened;
END
$$;
COMMENT ON FUNCTION acctguard.account_adopt(regclass, name) IS
'Takes over an application''s table of users: opens an account for each row that has none, and keeps doing so by a trigger for every row inserted later. Returns the number of accounts opened. Run again, it opens what is missing. Needs the right to create triggers on the table; runs with the caller''s privileges.
host_table: the table of users. id_column: bigint, integer or smallint ids become account ids; uuid, text and varchar ids become external ids of accounts with generated ids.
Errors: 42703 no such column; UG411 a column type that cannot name an account.';

-- sql/api/enforce.sql
CREATE FUNCTION acctguard.guard_check()
RETURNS trigger
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'acctguard_guard_check';
COMMENT ON FUNCTION acctguard.guard_check() IS
'Trigger of guards; guard() puts it on a table. Never create it by hand: it refuses every row when its arguments are not as guard() writes them (UG411).';

CREATE FUNCTION acctguard.guard(
    host_table regclass,
    account_column name,
    capability text,
    operations text[] DEFAULT '{insert,reassign}',
    level text DEFAULT 'commit',
    timing text DEFAULT 'before',
    unknown text DEFAULT 'allow',
    null_account text DEFAULT 'refuse')
RETURNS void
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'acctguard_guard';
COMMENT ON FUNCTION acctguard.guard(regclass, name, text, text[], text, text, text, text) IS
'Guards a table: rows are refused with UG403 while the account named in the column is denied the capability. Several guards on a table are fine; a guard for the same column and capability is replaced. For the owner of the table.
host_table: a table or partitioned table; its partitions, present and future, are guarded with it. account_column: bigint, integer or smallint hold account ids; uuid and text the host''s own id (account.external_id). capability: see policy_list(''capability'').
operations: insert; reassign: a change of the column, for the account that loses the row as well as the one that gets it; update and delete: any change of a row that belongs to a denied account; truncate: refuses TRUNCATE altogether.
level: statement refuses what is written after a freeze has committed; commit also refuses the COMMIT of a transaction that wrote before, so that nothing commits after a freeze has.
timing: before leaves nothing behind when it refuses; after looks at the row as written; both does either, for tables with BEFORE triggers that change the column.
unknown: refuse rows of an account that does not exist (UG404), or allow them and leave that to a foreign key. null_account: refuse (UG404) or allow rows without an account.';

CREATE FUNCTION acctguard.unguard(
    host_table regclass,
    account_column name DEFAULT NULL,
    capability text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'acctguard_unguard';
COMMENT ON FUNCTION acctguard.unguard(regclass, name, text) IS
'Takes guards off a table and returns how many. NULL stands for every column, every capability. For the owner of the table.';

CREATE FUNCTION acctguard.allowed(account_id bigint, capability text, device text DEFAULT NULL)
RETURNS boolean
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'acctguard_allowed';
COMMENT ON FUNCTION acctguard.allowed(bigint, text, text) IS
'Is the capability neither denied to the account at this moment nor waiting for a stronger proof? Sees freezes that have committed, whatever the isolation level; fit for row-level security policies and views. False for a NULL account; true for one that acctguard does not know.
device: id of the device in use, for accounts whose owner allows certain devices only; without it such an account is refused.';

CREATE FUNCTION acctguard.require(account_id bigint, capability text, device text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'acctguard_require';
COMMENT ON FUNCTION acctguard.require(bigint, text, text) IS
'Raises the error a guard would raise when the account is not allowed the capability at this moment: UG403, or UG401 where a stronger proof of identity would do. DETAIL is JSON: capability, account, freeze, until, appeal, next.
device: as in allowed().';

CREATE FUNCTION acctguard.standing_changed()
RETURNS trigger
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'acctguard_standing_changed';
COMMENT ON FUNCTION acctguard.standing_changed() IS
'Trigger on acctguard.standing: tells the shared filter and the commit gate of the account, and judges what this transaction wrote by a row of somebody else that it changes or removes.';

CREATE FUNCTION acctguard.scope_gate()
RETURNS trigger
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'acctguard_scope_gate';
COMMENT ON FUNCTION acctguard.scope_gate() IS
'Trigger on acctguard.scope_freeze: tells the shared filter and the commit gate of a scope freeze.';

CREATE FUNCTION acctguard.filter_status(OUT state text, OUT scopes boolean, OUT bits bigint, OUT bits_set bigint)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_filter_status';
COMMENT ON FUNCTION acctguard.filter_status() IS
'The shared filter of possibly restricted accounts as this database sees it.
state: ready; empty or building (every check reads the table meanwhile; on a standby always); none (no trigger feeds it, see guard_health(), or too many databases); not preloaded. scopes: a scope freeze runs or will run, so every check asks for it. bits, bits_set: its size and how full it is, over all databases; above one bit in eight set, checks of unrestricted accounts begin to cost: raise acctguard.filter_size or call filter_clear().';

CREATE FUNCTION acctguard.filter_clear()
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_filter_clear';
COMMENT ON FUNCTION acctguard.filter_clear() IS
'Empties the shared filter, for all databases, to get rid of bits of freezes that are long over. Each database builds it anew at its next check; until then checks read the table. Safe at any time.';

-- What guards there are, and where there are none

CREATE FUNCTION acctguard.guard_triggers(
    OUT host_table regclass, OUT trigger_name name, OUT parent boolean, OUT enabled "char", OUT type smallint,
    OUT column_number smallint, OUT guard text, OUT capability text, OUT operations text[], OUT level text, OUT timing text,
    OUT readable boolean)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.tgrelid::regclass, t.tgname, t.tgparentid = 0, t.tgenabled, t.tgtype, t.tgattr[0],
           CASE WHEN t.tgnargs > 0 THEN convert_from(substr(t.tgargs, 1, position('\000'::bytea IN t.tgargs) - 1), getdatabaseencoding()) END,
           a.words[2], string_to_array(a.words[3], ','), a.words[4], a.words[5], t.tgnargs = 7
    FROM pg_trigger t
    CROSS JOIN LATERAL (SELECT string_to_array(encode(t.tgargs, 'escape'), '\000')) AS a (words)
    WHERE t.tgfoid = 'acctguard.guard_check()'::regprocedure
$$;
COMMENT ON FUNCTION acctguard.guard_triggers() IS
'Every trigger of every guard, taken apart; what guard_coverage and guard_health() are made of.
parent: put on this table itself, not come down from a partitioned one. column_number: of the account column, NULL for triggers that take it from their guard''s first trigger. readable: the arguments have the shape guard() gives them.';

CREATE FUNCTION acctguard.account_columns(
    OUT host_table regclass, OUT account_column name, OUT column_number smallint, OUT evidence text)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH users (host_table, column_number) AS (
        SELECT 'acctguard.account'::regclass::oid, 1::smallint
        UNION
        SELECT t.tgrelid, k.attnum
        FROM pg_trigger t
        JOIN pg_proc p ON p.oid = t.tgfoid AND p.proname = 'account_follow' AND p.pronamespace = 'acctguard'::regnamespace
        JOIN pg_constraint c ON c.conrelid = t.tgrelid AND c.contype IN ('p', 'u') AND cardinality(c.conkey) = 1
        CROSS JOIN LATERAL unnest(c.conkey) AS k (attnum)
    )
    SELECT c.oid::regclass, a.attname, a.attnum,
           CASE WHEN g.guarded THEN 'guarded' WHEN f.referencing THEN 'foreign key' ELSE 'name' END
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    CROSS JOIN LATERAL (SELECT EXISTS (
        SELECT FROM acctguard.guard_triggers() g WHERE g.host_table = c.oid AND g.column_number = a.attnum)) AS g (guarded)
    CROSS JOIN LATERAL (SELECT EXISTS (
        SELECT FROM pg_constraint k JOIN users u ON u.host_table = k.confrelid
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conkey = ARRAY[a.attnum] AND k.confkey = ARRAY[u.column_number])) AS f (referencing)
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('acctguard', 'pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%'
      AND (g.guarded OR f.referencing
           OR (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
                   IN ('bigint'::regtype, 'integer'::regtype, 'smallint'::regtype, 'uuid'::regtype)
               AND a.attname ~ '^(account|user|member|owner|author|sender|receiver|recipient|creator|payer|payee|poster|uploader|from_user|to_user|from_account|to_account)(_?(id|no|uuid))?$'))
$$;
COMMENT ON FUNCTION acctguard.account_columns() IS
'The columns of ordinary and partitioned tables that look as if they named an account.
evidence: guarded; foreign key (to acctguard.account or to a table taken over by account_adopt()); or name (such as sender_id or owner, of a type that can name an account).';

CREATE VIEW acctguard.guard_coverage AS
    SELECT c.host_table, c.account_column, o.operation, g.capability,
           CASE WHEN g.host_table IS NULL THEN 'not guarded'
                WHEN g.enabled <> 'A' THEN 'guarded, but not always: see guard_health()'
                ELSE 'guarded' END AS state,
           g.level, c.evidence
    FROM acctguard.account_columns() c
    CROSS JOIN unnest('{insert,reassign,update,delete,truncate}'::text[]) WITH ORDINALITY AS o (operation, rank)
    LEFT JOIN acctguard.guard_triggers() g
           ON g.host_table = c.host_table AND g.column_number = c.column_number AND o.operation = ANY (g.operations)
    ORDER BY c.host_table::text, c.account_column, o.rank, g.capability;
COMMENT ON VIEW acctguard.guard_coverage IS
'Where guards are and where they are missing: every column that looks as if it named an account, by operation and capability. Partitions are covered by their table. For acctguard_operator and acctguard_auditor.';
COMMENT ON COLUMN acctguard.guard_coverage.operation IS 'insert, reassign (a change of the column), update (of any column), delete, truncate';
COMMENT ON COLUMN acctguard.guard_coverage.capability IS 'the capability that is asked for; NULL where nothing is';
COMMENT ON COLUMN acctguard.guard_coverage.state IS 'guarded, not guarded, or guarded by a trigger that somebody has weakened';
COMMENT ON COLUMN acctguard.guard_coverage.level IS 'statement or commit, as in guard()';
COMMENT ON COLUMN acctguard.guard_coverage.evidence IS 'why the column is listed: guarded, foreign key, or name';

CREATE FUNCTION acctguard.guard_health(OUT severity text, OUT host_table text, OUT guard text, OUT finding text, OUT remedy text)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'danger', g.host_table::text, coalesce(g.guard, g.trigger_name),
           format('trigger "%s" is %s', g.trigger_name,
                  CASE g.enabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'enabled for replicas only' ELSE 'not ENABLE ALWAYS' END),
           format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I;', g.host_table, g.trigger_name)
    FROM acctguard.guard_triggers() g WHERE g.enabled <> 'A'
    UNION ALL
    SELECT 'danger', g.host_table::text, g.trigger_name, 'the trigger was not made by guard(): it refuses every row',
           format('DROP TRIGGER %I ON %s; and call guard().', g.trigger_name, g.host_table)
    FROM acctguard.guard_triggers() g
    WHERE NOT g.readable OR NOT EXISTS (SELECT FROM acctguard.capability c WHERE c.capability = g.capability)
       OR NOT EXISTS (SELECT FROM acctguard.guard_triggers() f
                      WHERE f.host_table = g.host_table AND f.guard = g.guard AND f.column_number IS NOT NULL)
    UNION ALL
    -- parts of a guard
    SELECT 'danger', g.host_table::text, g.guard, format('the trigger for %s is missing', part.what), 'Call guard() again.'
    FROM acctguard.guard_triggers() g
    CROSS JOIN LATERAL (VALUES
        ('updates of any column', 'update' = ANY (g.operations), 16, NULL::int),
        ('rows as written', g.timing = 'both', 4, 2),
        ('TRUNCATE', 'truncate' = ANY (g.operations), 32, NULL)) AS part (what, wanted, event, not_timing)
    WHERE g.column_number IS NOT NULL AND g.readable AND g.parent AND part.wanted
      AND NOT EXISTS (SELECT FROM acctguard.guard_triggers() f
                      WHERE f.host_table = g.host_table AND f.guard = g.guard AND f.column_number IS NULL
                        AND f.type & part.event <> 0 AND (part.not_timing IS NULL OR f.type & part.not_timing = 0))
    UNION ALL
    -- TRUNCATE triggers do not come down to partitions made later; row triggers do, unless dropped
    SELECT 'danger', p.relid::text, g.guard, format('partition of %s without the guard', g.host_table),
           'Call guard() on the partitioned table again.'
    FROM acctguard.guard_triggers() g
    JOIN pg_class c ON c.oid = g.host_table AND c.relkind = 'p' AND NOT c.relispartition
    CROSS JOIN LATERAL pg_partition_tree(g.host_table) p
    WHERE g.column_number IS NOT NULL AND p.relid <> g.host_table
      AND (NOT EXISTS (SELECT FROM acctguard.guard_triggers() f WHERE f.host_table = p.relid AND f.guard = g.guard AND f.column_number IS NOT NULL)
           OR ('truncate' = ANY (g.operations)
               AND NOT EXISTS (SELECT FROM acctguard.guard_triggers() f WHERE f.host_table = p.relid AND f.guard = g.guard AND f.type & 32 <> 0)))
    UNION ALL
    SELECT 'danger', i.inhrelid::regclass::text, g.guard, format('inherits from %s, whose guard does not come down to it', g.host_table),
           'Call guard() on it as well.'
    FROM acctguard.guard_triggers() g
    JOIN pg_inherits i ON i.inhparent = g.host_table
    JOIN pg_class c ON c.oid = i.inhrelid AND NOT c.relispartition
    WHERE g.column_number IS NOT NULL
      AND NOT EXISTS (SELECT FROM acctguard.guard_triggers() f WHERE f.host_table = i.inhrelid AND f.capability = g.capability)
    UNION ALL
    -- row triggers that fire BEFORE and later than ours could change the account
    SELECT 'danger', g.host_table::text, g.guard, format('BEFORE trigger "%s" fires later and may change the account', t.tgname),
           'Rename it so that it sorts before ~acctguard, or call guard() with timing => ''both''.'
    FROM acctguard.guard_triggers() g
    JOIN pg_trigger t ON t.tgrelid = g.host_table AND t.tgname > g.trigger_name AND t.tgtype & 3 = 3 AND t.tgtype & 20 <> 0
                     AND t.tgenabled <> 'D' AND t.tgfoid <> 'acctguard.guard_check()'::regprocedure
    WHERE g.column_number IS NOT NULL AND g.timing = 'before' AND g.parent
    UNION ALL
    SELECT 'danger', g.host_table::text, g.guard, format('column "%s" has type %s, which cannot name an account', a.attname, format_type(a.atttypid, a.atttypmod)),
           'Change the type back, or unguard() the table.'
    FROM acctguard.guard_triggers() g
    JOIN pg_attribute a ON a.attrelid = g.host_table AND a.attnum = g.column_number
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE t.typtype <> 'd' AND t.oid NOT IN ('bigint'::regtype, 'integer'::regtype, 'smallint'::regtype, 'uuid'::regtype,
                                             'text'::regtype, 'varchar'::regtype)
    UNION ALL
    SELECT 'danger', o.own_table::text, o.name, 'the trigger that feeds the shared filter and the commit gate is missing or not ENABLE ALWAYS',
           'SELECT acctguard.protect_tables();'
    FROM acctguard.own_triggers() o
    WHERE o.name = 'acctguard_changed' AND o.own_table IN ('acctguard.standing'::regclass, 'acctguard.scope_freeze'::regclass)
      AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = o.own_table AND t.tgname = o.name AND t.tgenabled = 'A')
    ORDER BY 1, 2, 3, 4
$$;
COMMENT ON FUNCTION acctguard.guard_health() IS
'What is wrong with the guards of this database, one row per finding; no row is good health. Looks for triggers that are disabled or not ENABLE ALWAYS (as a restore with --disable-triggers leaves them), missing on partitions or children, made by hand or in part, followed by BEFORE triggers that could change the account, on columns whose type was changed; and for the triggers that feed the gate. Where a guard is missing altogether, guard_coverage tells.';

CREATE FUNCTION acctguard.coverage_warn()
RETURNS event_trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_coverage_warn';
COMMENT ON FUNCTION acctguard.coverage_warn() IS
'Event trigger of coverage_watch(''warn'').';

CREATE FUNCTION acctguard.coverage_refuse()
RETURNS event_trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_coverage_refuse';
COMMENT ON FUNCTION acctguard.coverage_refuse() IS
'Event trigger of coverage_watch(''refuse'').';

CREATE FUNCTION acctguard.coverage_watch(mode text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF mode IS NULL OR mode NOT IN ('off', 'warn', 'refuse') THEN
        RAISE EXCEPTION 'mode must be off, warn or refuse' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'acctguard_coverage') THEN
        DROP EVENT TRIGGER acctguard_coverage;
    END IF;
    IF mode <> 'off' THEN
        EXECUTE format('CREATE EVENT TRIGGER acctguard_coverage ON ddl_command_end'
                       ' WHEN TAG IN (''CREATE TABLE'', ''CREATE TABLE AS'', ''SELECT INTO'', ''ALTER TABLE'')'
                       ' EXECUTE FUNCTION acctguard.coverage_%s()', mode);
        ALTER EVENT TRIGGER acctguard_coverage ENABLE ALWAYS;
    END IF;
END
$$;
COMMENT ON FUNCTION acctguard.coverage_watch(text) IS
'Watches for tables that get a column which looks as if it named an account (guard_coverage) and are not guarded against insert, when they are made or changed. Asked when the transaction commits, so create and guard() a table in one transaction. Superusers only.
mode: warn: a WARNING; refuse: the COMMIT fails with UG411; off: no watching.';

CREATE FUNCTION acctguard.monitor_report(
    since timestamptz DEFAULT NULL,
    OUT capability text, OUT account_id bigint, OUT times bigint, OUT first_at timestamptz, OUT last_at timestamptz)
RETURNS SETOF record
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.after ->> 'capability', r.account_id, count(*), min(r.at), max(r.at)
    FROM acctguard.audit_read(since => monitor_report.since, action => 'enforce.monitored', max_rows => 100000) r
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
$$;
COMMENT ON FUNCTION acctguard.monitor_report(timestamptz) IS
'What freezes of mode monitor would have refused, by capability and account, most frequent first: one count per statement and account. Reads the newest 100000 such events of the ledger, since a time if given; the reading is recorded.';

CREATE FUNCTION acctguard.install_tables() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $acctguard_tables$
BEGIN

-- sql/tables/base.sql
CREATE TABLE acctguard.installation (
    extension_version text NOT NULL PRIMARY KEY,
    tables_version integer NOT NULL,
    installed_at timestamptz NOT NULL,
    installed_by text NOT NULL
);
COMMENT ON TABLE acctguard.installation IS
'One row per version of the extension whose tables were made or migrated here. Written by install() and migrate().';
COMMENT ON COLUMN acctguard.installation.tables_version IS
'shape of the tables, counted from 1; the highest is in force, and the library refuses to work with any but its own';

-- The shape that the files of sql/tables make; the same number as AG_TABLES_VERSION in src/base/base.h.
INSERT INTO acctguard.installation (extension_version, tables_version, installed_at, installed_by)
SELECT extversion, 1, clock_timestamp(), session_user FROM pg_extension WHERE extname = 'acctguard';

-- sql/tables/policy.sql
CREATE TABLE acctguard.capability (
    capability text NOT NULL PRIMARY KEY CHECK (capability ~ '^[a-z][a-z0-9_.]{1,47}$'),
    bit smallint NOT NULL UNIQUE CHECK (bit BETWEEN 0 AND 62),
    floor text CHECK (floor IN ('floor', 'soft')),
    description text NOT NULL
);
COMMENT ON TABLE acctguard.capability IS
'What an account may do, one bit of 63 each. A DBA adds his own with policy_set(''capability'', name, ...).';
COMMENT ON COLUMN acctguard.capability.bit IS 'position in the masks of standing; never reused';
COMMENT ON COLUMN acctguard.capability.floor IS 'floor: no record can deny it; soft: denied only by kinds that name it';

INSERT INTO acctguard.capability (capability, bit, floor, description) VALUES
('session.create', 0, NULL, 'log in'),
('session.use', 1, NULL, 'use an existing session'),
('session.refresh', 2, NULL, 'prolong a session'),
('session.add_device', 3, NULL, 'log in from a new device'),
('msg.send.direct', 4, NULL, 'send a message to a contact'),
('msg.send.stranger', 5, NULL, 'send a message to somebody who is not a contact'),
('msg.send.group', 6, NULL, 'send a message to a group'),
('msg.send.channel', 7, NULL, 'send a message to a channel'),
('msg.schedule', 8, NULL, 'schedule a message for later'),
('msg.edit', 9, NULL, 'edit a sent message'),
('msg.recall', 10, NULL, 'recall a sent message'),
('msg.react', 11, NULL, 'react to a message'),
('msg.forward', 12, NULL, 'forward a message'),
('msg.receive', 13, NULL, 'receive messages'),
('msg.read_history', 14, NULL, 'read old messages'),
('msg.mention_all', 15, NULL, 'mention everybody in a group'),
('media.upload', 16, NULL, 'upload pictures and files'),
('media.download', 17, NULL, 'download pictures and files'),
('link.send', 18, NULL, 'send links'),
('call.start', 19, NULL, 'start a call'),
('call.join', 20, NULL, 'join a call'),
('live.start', 21, NULL, 'start a live stream'),
('contact.add', 22, NULL, 'ask somebody to become a contact'),
('contact.accept', 23, NULL, 'accept a contact'),
('group.create', 24, NULL, 'create a group'),
('group.join', 25, NULL, 'join a group'),
('group.invite', 26, NULL, 'invite somebody to a group'),
('group.admin', 27, NULL, 'administer a group'),
('moment.post', 28, NULL, 'post to the timeline'),
('moment.comment', 29, NULL, 'comment on the timeline'),
('profile.edit', 30, NULL, 'edit the own profile'),
('profile.visible', 31, NULL, 'have a visible profile'),
('search.discoverable', 32, NULL, 'be found in the search'),
('security.change_password', 33, NULL, 'change the password'),
('security.change_phone', 34, NULL, 'change the bound phone number'),
('security.change_email', 35, NULL, 'change the e-mail address'),
('security.disable_2fa', 36, NULL, 'switch off two-step verification'),
('pay.send', 37, NULL, 'send money'),
('pay.large', 38, NULL, 'send a large amount of money'),
('pay.receive', 39, NULL, 'receive money'),
('pay.withdraw', 40, NULL, 'withdraw money'),
('api.token', 41, NULL, 'create API tokens'),
('bot.run', 42, NULL, 'run a bot'),
('moderate.others', 43, NULL, 'moderate other accounts'),
('appeal.submit', 44, 'soft', 'appeal against a freeze'),
('appeal.supplement', 45, 'soft', 'add material to an appeal'),
('support.contact', 46, 'soft', 'write to the support'),
('account.data_export', 47, 'soft', 'export the own data'),
('status.view', 48, 'floor', 'see the own standing'),
('session.logout', 49, 'floor', 'log out'),
('session.logout_all', 50, 'floor', 'log out everywhere'),
('account.close_request', 51, 'floor', 'ask to close the account');

CREATE TABLE acctguard.bundle (
    bundle text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    capabilities text[] NOT NULL,
    description text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (bundle, version),
    CHECK (bundle ~ '^[a-z][a-z0-9_.]{1,47}$')
);
COMMENT ON TABLE acctguard.bundle IS
'Named sets of capabilities; the highest version is in force. The bundle all is every capability but the floor and the soft floor.';

INSERT INTO acctguard.bundle (bundle, version, capabilities, description, changed_at, changed_by) VALUES
('login', 1, '{session.create,session.add_device}', 'entering the account', '-infinity', 'acctguard'),
('sessions', 1, '{session.create,session.use,session.refresh,session.add_device}', 'entering and staying in the account', '-infinity', 'acctguard'),
('messaging.out', 1, '{msg.send.direct,msg.send.stranger,msg.send.group,msg.send.channel,msg.schedule,msg.forward,msg.mention_all,media.upload,link.send}', 'everything that sends a message', '-infinity', 'acctguard'),
('social.out', 1, '{contact.add,group.create,group.join,group.invite,moment.post,moment.comment,live.start,call.start}', 'everything that reaches out to others', '-infinity', 'acctguard'),
('money.out', 1, '{pay.send,pay.large,pay.withdraw}', 'everything that moves money out', '-infinity', 'acctguard'),
('security.change', 1, '{security.change_password,security.change_phone,security.change_email,security.disable_2fa}', 'changes to how the account is secured', '-infinity', 'acctguard'),
('visibility', 1, '{profile.visible,search.discoverable}', 'being seen by others', '-infinity', 'acctguard');

CREATE TABLE acctguard.reason (
    reason text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    category text NOT NULL CHECK (category IN
        ('security', 'violation', 'regulatory', 'own_wish', 'maintenance', 'dormancy')),
    public_text text NOT NULL,
    points integer CHECK (points BETWEEN 0 AND 100),
    strike_life interval NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (reason, version),
    CHECK (reason ~ '^[a-z][a-z0-9_.]{1,47}$')
);
COMMENT ON TABLE acctguard.reason IS 'What a freeze can be for; the highest version is in force.';
COMMENT ON COLUMN acctguard.reason.category IS 'groups strikes and statistics; security is the only category a passed identity verification clears; own_wish is for kinds of lift_policy self, which take no other, maintenance for kinds of scopes, dormancy for kinds that end on verified_login';
COMMENT ON COLUMN acctguard.reason.public_text IS 'fit for the user';
COMMENT ON COLUMN acctguard.reason.points IS 'strike points; NULL leaves them to the kind';
COMMENT ON COLUMN acctguard.reason.strike_life IS 'how long a strike for this reason counts';

INSERT INTO acctguard.reason (reason, version, category, public_text, points, strike_life, changed_at, changed_by) VALUES
('security.odd_login', 1, 'security', 'A login from an unusual device or place', NULL, '90 days', '-infinity', 'acctguard'),
('security.wrong_passwords', 1, 'security', 'Many wrong passwords', NULL, '90 days', '-infinity', 'acctguard'),
('security.takeover', 1, 'security', 'Signs that somebody else took over the account', NULL, '90 days', '-infinity', 'acctguard'),
('violation.spam', 1, 'violation', 'Unsolicited mass messages', 1, '90 days', '-infinity', 'acctguard'),
('violation.harassment', 1, 'violation', 'Harassment of other users', 2, '180 days', '-infinity', 'acctguard'),
('violation.content', 1, 'violation', 'Forbidden content', 2, '180 days', '-infinity', 'acctguard'),
('violation.exploit', 1, 'violation', 'Exploiting a loophole', 2, '180 days', '-infinity', 'acctguard'),
('violation.severe', 1, 'violation', 'A severe violation of the rules', 4, '365 days', '-infinity', 'acctguard'),
('regulatory.order', 1, 'regulatory', 'An order of an authority', 0, '365 days', '-infinity', 'acctguard'),
('regulatory.fraud', 1, 'regulatory', 'Suspected fraud', 0, '365 days', '-infinity', 'acctguard'),
('own_wish', 1, 'own_wish', 'The user''s own wish', 0, '1 day', '-infinity', 'acctguard'),
('maintenance', 1, 'maintenance', 'Maintenance', 0, '1 day', '-infinity', 'acctguard'),
('dormancy', 1, 'dormancy', 'The account was not used for a long time', 0, '1 day', '-infinity', 'acctguard'),
('ladder', 1, 'violation', 'Repeated violations', 0, '365 days', '-infinity', 'acctguard');

CREATE TABLE acctguard.freeze_kind (
    kind text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    enabled boolean NOT NULL DEFAULT true,
    scope boolean NOT NULL DEFAULT false,
    severity smallint NOT NULL CHECK (severity BETWEEN 0 AND 9),
    mode text NOT NULL DEFAULT 'deny' CHECK (mode IN ('deny', 'challenge', 'monitor')),
    denies text[] NOT NULL,
    choosable boolean NOT NULL DEFAULT false,
    min_length interval CHECK (min_length >= '0'),
    max_length interval CHECK (max_length > '0'),
    default_length interval CHECK (default_length > '0'),
    indefinite boolean NOT NULL,
    automated_max interval CHECK (automated_max >= '0'),
    impose_roles text[] NOT NULL,
    approve_roles text[] NOT NULL DEFAULT '{}',
    lift_roles text[] NOT NULL,
    second_person boolean NOT NULL DEFAULT false,
    lift_policy text NOT NULL CHECK (lift_policy IN ('manual', 'authority', 'self', 'system')),
    cooldown interval CHECK (cooldown >= '0'),
    conditions text[] NOT NULL DEFAULT '{}',
    session_effect text NOT NULL CHECK (session_effect IN ('keep', 'lock', 'revoke')),
    appeal text NOT NULL CHECK (appeal IN ('yes', 'case', 'no')),
    appeal_window interval,
    review_due interval CHECK (review_due > '0'),
    breach text CHECK (breach IN ('notify', 'escalate', 'stay', 'auto_lift')),
    stayable boolean NOT NULL DEFAULT false,
    stay_max interval CHECK (stay_max > '0'),
    points integer NOT NULL DEFAULT 0 CHECK (points BETWEEN 0 AND 100),
    points_max integer NOT NULL DEFAULT 0 CHECK (points_max BETWEEN 0 AND 100),
    probation interval CHECK (probation > '0'),
    probation_denies text[] NOT NULL DEFAULT '{}',
    pause_probation boolean NOT NULL DEFAULT true,
    acknowledge boolean NOT NULL DEFAULT false,
    acknowledge_denies text[] NOT NULL DEFAULT '{}',
    blocks_closure boolean NOT NULL DEFAULT false,
    blocks_erasure boolean NOT NULL DEFAULT false,
    visible boolean NOT NULL DEFAULT true,
    required text[] NOT NULL DEFAULT '{reason,facts}',
    description text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    choices text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (kind, version),
    CHECK (kind ~ '^[a-z][a-z0-9_]{1,47}$'),
    CONSTRAINT freeze_kind_second CHECK (second_person = (approve_roles <> '{}')),
    CONSTRAINT freeze_kind_choices CHECK (choosable = (choices <> '{}')),
    CONSTRAINT freeze_kind_length CHECK (indefinite OR max_length IS NOT NULL),
    CONSTRAINT freeze_kind_default CHECK (default_length IS NOT NULL OR indefinite),
    CONSTRAINT freeze_kind_review CHECK ((review_due IS NULL) = (breach IS NULL)),
    CONSTRAINT freeze_kind_stay CHECK (stayable = (stay_max IS NOT NULL)),
    CONSTRAINT freeze_kind_probation CHECK ((probation IS NULL) = (probation_denies = '{}')),
    CONSTRAINT freeze_kind_acknowledge CHECK (acknowledge = (acknowledge_denies <> '{}')),
    CONSTRAINT freeze_kind_auto_lift CHECK (breach IS DISTINCT FROM 'auto_lift' OR severity <= 6)
);
COMMENT ON TABLE acctguard.freeze_kind IS
'What a kind of freeze means: what it denies, who may impose and lift it, how long, what follows. The highest version is in force for new freezes; a freeze keeps the version it was imposed under.';
COMMENT ON COLUMN acctguard.freeze_kind.mode IS 'deny refuses with UG403, challenge with UG401, monitor only records';
COMMENT ON COLUMN acctguard.freeze_kind.denies IS 'capabilities and bundles; with choosable the default, else fixed';
COMMENT ON COLUMN acctguard.freeze_kind.choices IS 'capabilities and bundles that may be chosen, of a choosable kind; every capability together only in kinds with a second person, for scopes, or that only monitor';
COMMENT ON COLUMN acctguard.freeze_kind.automated_max IS 'longest freeze an automated actor may impose alone; NULL: it may only propose';
COMMENT ON COLUMN acctguard.freeze_kind.lift_policy IS 'manual: lift_roles; authority: lift_roles, not the issuer or approver, with a legal reference; self: the owner after cooldown with proof, or lift_roles; system: its end or its condition, or lift_roles';
COMMENT ON COLUMN acctguard.freeze_kind.conditions IS 'what ends it by freeze_satisfy(): identity_verified, risk_over, verified_login';
COMMENT ON COLUMN acctguard.freeze_kind.session_effect IS 'keep: sessions stay; lock: they cannot be used while it lasts; revoke: they end';
COMMENT ON COLUMN acctguard.freeze_kind.appeal IS 'yes, no, or case: yes unless the freeze itself says no with a legal reference';
COMMENT ON COLUMN acctguard.freeze_kind.required IS 'fields of the statement of reasons that must be filled: reason, facts, ground, legal_reference, conduct_at, evidence';

INSERT INTO acctguard.freeze_kind
(kind, version, severity, denies, choosable, min_length, max_length, default_length, indefinite, automated_max,
 impose_roles, approve_roles, lift_roles, second_person, lift_policy, cooldown, conditions, session_effect,
 appeal, appeal_window, review_due, breach, stayable, stay_max, points, points_max, probation, probation_denies,
 acknowledge, acknowledge_denies, blocks_closure, blocks_erasure, visible, required, scope, mode, description,
 changed_at, changed_by, choices) VALUES
('temp_restrict', 1, 2, '{login}', false, NULL, '24 hours', '24 hours', false, '24 hours',
 '{risk,moderator,operator}', '{}', '{moderator,operator}', false, 'system', NULL, '{identity_verified,risk_over}', 'keep',
 'yes', '6 months', NULL, NULL, false, NULL, 0, 0, '72 hours', '{security.change,pay.large}',
 false, '{}', false, false, true, '{reason,facts}', false, 'deny',
 'temporary restriction: no login, the rest works, over by itself within 24 hours or by passed verification',
 '-infinity', 'acctguard', '{}'),
('feature_freeze', 1, 4, '{msg.send.direct,msg.send.stranger,msg.send.group,msg.send.channel,contact.add}', true,
 NULL, NULL, NULL, true, '72 hours',
 '{risk,moderator,operator}', '{}', '{moderator,reviewer,operator}', false, 'manual', NULL, '{}', 'keep',
 'yes', '6 months', '72 hours', 'escalate', true, '7 days', 1, 2, '7 days', '{security.change,pay.large}',
 true, '{msg.send.stranger,msg.mention_all}', false, false, true, '{reason,facts}', false, 'deny',
 'function freeze: named functions are refused, login works; lifted by human review only',
 '-infinity', 'acctguard', '{messaging.out,social.out}'),
('feature_timeout', 1, 3, '{msg.send.direct,msg.send.stranger,msg.send.group,msg.send.channel,contact.add}', true,
 '1 minute', '30 days', '24 hours', false, '30 days',
 '{risk,moderator,operator}', '{}', '{moderator,reviewer,operator}', false, 'system', NULL, '{}', 'keep',
 'yes', '6 months', NULL, NULL, true, '7 days', 0, 2, '7 days', '{security.change,pay.large}',
 true, '{msg.send.stranger,msg.mention_all}', false, false, true, '{reason,facts}', false, 'deny',
 'function freeze of a fixed length, as the ladder imposes it',
 '-infinity', 'acctguard', '{messaging.out,social.out}'),
('ban', 1, 9, '{all}', false, '1 day', '1 year', NULL, true, NULL,
 '{risk,moderator,compliance,operator}', '{moderator,compliance,operator}', '{reviewer,compliance,operator}', true, 'manual', NULL, '{}', 'revoke',
 'case', '6 months', NULL, NULL, true, '30 days', 4, 8, '30 days', '{security.change,money.out,msg.send.stranger}',
 true, '{messaging.out,social.out}', false, true, true, '{reason,facts,ground}', false, 'deny',
 'ban: everything but the floor is refused; two persons, appealable case by case',
 '-infinity', 'acctguard', '{}'),
('emergency_lock', 1, 6, '{all}', false, NULL, '72 hours', '72 hours', false, '72 hours',
 '{risk,moderator,compliance,operator}', '{}', '{moderator,compliance,operator}', false, 'manual', NULL, '{identity_verified,risk_over}', 'lock',
 'yes', '6 months', '24 hours', 'auto_lift', false, NULL, 0, 0, NULL, '{}',
 false, '{}', true, true, true, '{reason,facts}', false, 'deny',
 'emergency lock: everything is refused for at most 72 hours, until a reviewed kind takes its place',
 '-infinity', 'acctguard', '{}'),
('compliance', 1, 8, '{all}', true, NULL, NULL, NULL, true, NULL,
 '{compliance}', '{compliance}', '{compliance}', true, 'authority', NULL, '{}', 'lock',
 'case', '6 months', NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', true, true, true, '{reason,facts,ground,legal_reference}', false, 'deny',
 'order of an authority: two officers, its reference, lifted by a third with the authority''s reference',
 '-infinity', 'acctguard', '{all}'),
('legal_hold', 1, 0, '{}', false, NULL, NULL, NULL, true, NULL,
 '{compliance}', '{}', '{compliance}', false, 'authority', NULL, '{}', 'keep',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', true, true, false, '{reason,legal_reference}', false, 'deny',
 'legal hold: denies nothing, blocks closing and erasure; invisible to the user',
 '-infinity', 'acctguard', '{}'),
('self_freeze', 1, 5, '{all}', false, NULL, NULL, NULL, true, NULL,
 '{app}', '{}', '{app,moderator,operator}', false, 'self', '1 hour', '{}', 'lock',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, true, '{reason}', false, 'deny',
 'the user''s own freeze: undone by the user after a cooling-off hour with a proof of identity, or by support',
 '-infinity', 'acctguard', '{}'),
('self_rule', 1, 1, '{login}', false, NULL, NULL, NULL, true, NULL,
 '{app}', '{}', '{app,moderator,operator}', false, 'self', '1 hour', '{}', 'keep',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, true, '{reason}', false, 'deny',
 'the user''s own rule: login only from chosen devices or in daily hours of his time zone',
 '-infinity', 'acctguard', '{}'),
('maintenance', 1, 1, '{messaging.out,money.out}', true, NULL, '30 days', '1 hour', false, NULL,
 '{operator}', '{}', '{operator}', false, 'system', NULL, '{}', 'keep',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, true, '{reason}', true, 'deny',
 'maintenance of a scope of accounts, announced ahead, over by itself',
 '-infinity', 'acctguard', '{all}'),
('dormancy', 1, 1, '{session.create,search.discoverable}', false, NULL, NULL, NULL, true, NULL,
 '{operator}', '{}', '{operator,moderator}', false, 'system', NULL, '{verified_login,identity_verified}', 'revoke',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, true, '{reason}', false, 'challenge',
 'protection of an account that was not used for a long time: login needs a verification',
 '-infinity', 'acctguard', '{}'),
('appeal_abuse', 1, 1, '{appeal.submit}', false, NULL, '30 days', '30 days', false, NULL,
 '{reviewer,operator}', '{}', '{reviewer,operator}', false, 'manual', NULL, '{}', 'keep',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, true, '{reason,facts}', false, 'deny',
 'suspends appeals of somebody who abused them after a warning',
 '-infinity', 'acctguard', '{}'),
('monitor', 1, 0, '{all}', true, NULL, '90 days', '14 days', false, '14 days',
 '{risk,moderator,operator}', '{}', '{moderator,operator}', false, 'system', NULL, '{}', 'keep',
 'no', NULL, NULL, NULL, false, NULL, 0, 0, NULL, '{}',
 false, '{}', false, false, false, '{reason}', false, 'monitor',
 'monitor mode: refuses nothing, records what would have been refused',
 '-infinity', 'acctguard', '{all}');

CREATE TABLE acctguard.ladder_step (
    score integer NOT NULL CHECK (score > 0),
    version integer NOT NULL CHECK (version > 0),
    kind text,
    length interval CHECK (length > '0'),
    proposal boolean NOT NULL DEFAULT false,
    enabled boolean NOT NULL DEFAULT true,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (score, version),
    CONSTRAINT ladder_step_kind CHECK (kind IS NOT NULL OR (length IS NULL AND NOT proposal))
);
COMMENT ON TABLE acctguard.ladder_step IS
'The ladder of repeated violations: from score live strike points on, this kind for this length. The highest version of each score is in force.';
COMMENT ON COLUMN acctguard.ladder_step.kind IS 'NULL: a warning only';
COMMENT ON COLUMN acctguard.ladder_step.length IS 'NULL: indefinite';
COMMENT ON COLUMN acctguard.ladder_step.proposal IS 'a person has to approve';

INSERT INTO acctguard.ladder_step (score, version, kind, length, proposal, changed_at, changed_by) VALUES
(1, 1, NULL, NULL, false, '-infinity', 'acctguard'),
(2, 1, 'feature_timeout', '24 hours', false, '-infinity', 'acctguard'),
(3, 1, 'feature_timeout', '72 hours', false, '-infinity', 'acctguard'),
(4, 1, 'feature_timeout', '7 days', false, '-infinity', 'acctguard'),
(6, 1, 'feature_timeout', '30 days', false, '-infinity', 'acctguard'),
(8, 1, 'ban', NULL, true, '-infinity', 'acctguard');

CREATE TABLE acctguard.risk_signal (
    signal text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    weight numeric(13,6) NOT NULL CHECK (weight > 0 AND weight <= 1000000),
    kind text NOT NULL,
    reason text NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    description text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (signal, version),
    CHECK (signal ~ '^[a-z][a-z0-9_.]{1,47}$')
);
COMMENT ON TABLE acctguard.risk_signal IS
'What detectors report to risk_report(), and what one report is worth; the highest version is in force. Weights add up with decay; when they reach the setting risk_threshold, the signal worth most says which freeze follows.';
COMMENT ON COLUMN acctguard.risk_signal.weight IS 'points of one report that names no weight of its own';
COMMENT ON COLUMN acctguard.risk_signal.kind IS 'kind of the freeze it sets off';
COMMENT ON COLUMN acctguard.risk_signal.reason IS 'reason of that freeze';

INSERT INTO acctguard.risk_signal (signal, version, weight, kind, reason, description, changed_at, changed_by) VALUES
('wrong_password', 1, 10, 'temp_restrict', 'security.wrong_passwords', 'a wrong password', '-infinity', 'acctguard'),
('new_device', 1, 20, 'temp_restrict', 'security.odd_login', 'a login from a device never seen before', '-infinity', 'acctguard'),
('odd_login', 1, 40, 'temp_restrict', 'security.odd_login', 'a login from an unusual place or at an unusual time', '-infinity', 'acctguard'),
('impossible_travel', 1, 60, 'temp_restrict', 'security.odd_login', 'two logins too far apart for the time between them', '-infinity', 'acctguard'),
('mass_messages', 1, 40, 'temp_restrict', 'security.takeover', 'a sudden burst of messages to strangers', '-infinity', 'acctguard'),
('takeover_report', 1, 80, 'temp_restrict', 'security.takeover', 'somebody reports that the account was taken over', '-infinity', 'acctguard'),
('credential_leak', 1, 60, 'temp_restrict', 'security.takeover', 'the password was found in a leak', '-infinity', 'acctguard');

CREATE TABLE acctguard.setting (
    setting text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    value bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (setting, version)
);
COMMENT ON TABLE acctguard.setting IS
'Changed policy settings, the highest version is in force; a setting without a row has its default. policy_list(''setting'') shows names, units, ranges and defaults.';

-- sql/tables/keyring.sql
CREATE TABLE acctguard.root_epoch (
    version integer NOT NULL PRIMARY KEY CHECK (version > 0),
    check_value bytea NOT NULL CHECK (octet_length(check_value) = 16),
    first_used_at timestamptz NOT NULL,
    first_used_by text NOT NULL
);
COMMENT ON TABLE acctguard.root_epoch IS
'Versions of the root key that this database''s data keys are or were wrapped with. The root key itself is outside the database.';
COMMENT ON COLUMN acctguard.root_epoch.check_value IS
'derived from the root key, and tells whether the server has the same one; neither the root key nor what wraps can be computed from it';

CREATE TABLE acctguard.data_key (
    kid integer NOT NULL PRIMARY KEY CHECK (kid > 0),
    purpose text NOT NULL CHECK (purpose IN ('phone_index', 'otp_mac', 'pw_pepper', 'subject_kek', 'device_mac',
        'ledger_mac', 'contact', 'origin')),
    state text NOT NULL CHECK (state IN ('active', 'decrypt_only', 'retired')),
    root_version integer REFERENCES acctguard.root_epoch,
    wrapped bytea CHECK (octet_length(wrapped) = 80),
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    superseded_at timestamptz,
    retired_at timestamptz,
    retired_by text,
    CONSTRAINT data_key_active CHECK ((state = 'active') = (superseded_at IS NULL)),
    CONSTRAINT data_key_retired CHECK ((state = 'retired') = (retired_at IS NOT NULL)
        AND (state = 'retired') = (retired_by IS NOT NULL)),
    CONSTRAINT data_key_wrapped CHECK ((state = 'retired') = (wrapped IS NULL)
        AND (state = 'retired') = (root_version IS NULL))
);
COMMENT ON TABLE acctguard.data_key IS
'Data keys, wrapped with the root key. One of each purpose is active and seals; older ones only open what they sealed. A retired key is gone, its row stays.';
COMMENT ON COLUMN acctguard.data_key.kid IS 'number of the key, as it stands in what it sealed; never reused';
COMMENT ON COLUMN acctguard.data_key.root_version IS 'version of the root key that wraps it; NULL: retired';
COMMENT ON COLUMN acctguard.data_key.wrapped IS 'the key, sealed (doc/keyring.md); NULL: retired';
COMMENT ON COLUMN acctguard.data_key.superseded_at IS 'when a newer key took its place; NULL: it is the active one';
CREATE UNIQUE INDEX data_key_one_active ON acctguard.data_key (purpose) WHERE state = 'active';
ALTER TABLE acctguard.data_key ALTER wrapped SET STATISTICS 0;

CREATE TABLE acctguard.subject_key (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    kid integer NOT NULL CHECK (kid > 0),
    wrapped bytea NOT NULL CHECK (octet_length(wrapped) = 80),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, no)
);
COMMENT ON TABLE acctguard.subject_key IS
'The key of an account, which seals what the account''s owner entrusted to the service. Deleting its row (subject_shred) makes all of that unreadable at once. VACUUM FULL this table now and then, so that no file keeps a deleted row.';
COMMENT ON COLUMN acctguard.subject_key.kid IS 'data key of purpose subject_kek that wraps it';
COMMENT ON COLUMN acctguard.subject_key.wrapped IS 'the key, sealed (doc/keyring.md)';
CREATE INDEX subject_key_kid ON acctguard.subject_key (kid);
ALTER TABLE acctguard.subject_key ALTER wrapped SET STATISTICS 0;

CREATE TABLE acctguard.shred (
    account_id bigint NOT NULL PRIMARY KEY,
    ticket text NOT NULL CHECK (ticket <> ''),
    shredded_at timestamptz NOT NULL,
    shredded_by text NOT NULL
);
COMMENT ON TABLE acctguard.shred IS
'Accounts whose key was destroyed: no other is ever made for them. Keep a copy of this list outside; after restoring an older dump their keys have to be destroyed again.';
COMMENT ON COLUMN acctguard.shred.ticket IS 'the request or order that asked for it';

-- sql/tables/audit.sql
-- Column order: fixed-width columns first, so that a row needs no padding.
CREATE TABLE acctguard.ledger (
    at timestamptz NOT NULL,
    tx bigint NOT NULL,
    account_id bigint NOT NULL,
    aseq bigint,
    ord integer NOT NULL,
    action smallint NOT NULL,
    outcome smallint NOT NULL,
    ver smallint NOT NULL,
    role text NOT NULL,
    person text NOT NULL,
    on_behalf text,
    application text,
    reason text,
    idempotency_key text,
    origin bytea,
    body bytea,
    dek bigint,
    key_id integer,
    tag bytea,
    CONSTRAINT ledger_tx CHECK (tx > 0),
    CONSTRAINT ledger_ord CHECK (ord >= 0),
    CONSTRAINT ledger_aseq CHECK (aseq IS NULL OR (aseq > 0 AND account_id <> 0)),
    CONSTRAINT ledger_action CHECK (action > 0),
    CONSTRAINT ledger_outcome CHECK (outcome BETWEEN 0 AND 2),
    CONSTRAINT ledger_ver CHECK (ver > 0),
    CONSTRAINT ledger_tag CHECK ((tag IS NULL) = (key_id IS NULL) AND octet_length(tag) = 16)
) PARTITION BY RANGE (at);
COMMENT ON TABLE acctguard.ledger IS
'The audit ledger: one row per event, never changed, never removed but by dropping a whole partition. Partitions are UTC months (audit_add_partitions). Read it with audit_read().';
COMMENT ON COLUMN acctguard.ledger.at IS 'when it happened, by the wall clock, not the start of the transaction';
COMMENT ON COLUMN acctguard.ledger.tx IS 'the transaction: base of the era (acctguard.era) plus its full transaction id';
COMMENT ON COLUMN acctguard.ledger.account_id IS 'the account it happened to; 0: no account';
COMMENT ON COLUMN acctguard.ledger.aseq IS 'version of the account after the event; what is missing in the sequence was deleted. NULL: the event is a reading or has no account';
COMMENT ON COLUMN acctguard.ledger.ord IS 'which event of the transaction, counted from 0 without gaps';
COMMENT ON COLUMN acctguard.ledger.action IS 'what happened: code of acctguard.events()';
COMMENT ON COLUMN acctguard.ledger.outcome IS '0 done, 1 refused, 2 failed';
COMMENT ON COLUMN acctguard.ledger.ver IS 'version of the canonical encoding';
COMMENT ON COLUMN acctguard.ledger.role IS 'session_user';
COMMENT ON COLUMN acctguard.ledger.person IS 'who decided: session_user, or whom acting_as() named';
COMMENT ON COLUMN acctguard.ledger.on_behalf IS 'the reason given to acting_as()';
COMMENT ON COLUMN acctguard.ledger.application IS 'application_name of the session';
COMMENT ON COLUMN acctguard.ledger.reason IS 'why, in the words of the person';
COMMENT ON COLUMN acctguard.ledger.idempotency_key IS 'key of the request, as the caller gave it';
COMMENT ON COLUMN acctguard.ledger.origin IS 'client address, sealed (doc/keyring.md); NULL without keys: it is personal data and is never stored in clear text';
COMMENT ON COLUMN acctguard.ledger.body IS 'what was and what is: named values, see doc/audit.md';
COMMENT ON COLUMN acctguard.ledger.dek IS 'data key (purpose origin) that origin is sealed with; NULL: there is none';
COMMENT ON COLUMN acctguard.ledger.key_id IS 'data key (purpose ledger_mac) the tag was made with; NULL: without keys';
COMMENT ON COLUMN acctguard.ledger.tag IS 'keyed hash of the canonical encoding, 16 bytes; NULL: without keys';

CREATE TABLE acctguard.era (
    era integer NOT NULL PRIMARY KEY CHECK (era > 0),
    base bigint NOT NULL CHECK (base >= 0),
    system_identifier bigint NOT NULL,
    started_at timestamptz NOT NULL
);
COMMENT ON TABLE acctguard.era IS
'Where the ledger''s transaction numbers start in each cluster the database has lived in. The first event after a restore into another cluster adds a row.';
COMMENT ON COLUMN acctguard.era.base IS 'added to a transaction''s full id to give ledger.tx; every tx of the earlier eras is at most this';
COMMENT ON COLUMN acctguard.era.system_identifier IS 'of the cluster, as pg_control_system() shows it';

-- protect_tables() puts audit_guard() on the ledger, which hands it on to its partitions.
PERFORM acctguard.audit_add_partitions();

-- sql/tables/account.sql
CREATE TABLE acctguard.account (
    account_id bigint NOT NULL PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('pending', 'active', 'closing', 'closed', 'erased')),
    external_id text,
    locale text NOT NULL,
    time_zone text NOT NULL,
    profile text NOT NULL CHECK (profile IN ('basic', 'social', 'money')),
    tenant text,
    cohort text,
    staff_rank smallint NOT NULL DEFAULT 0 CHECK (staff_rank BETWEEN 0 AND 4),
    protected boolean NOT NULL DEFAULT false,
    person text,
    version bigint NOT NULL DEFAULT 0 CHECK (version >= 0),
    freeze_count integer NOT NULL DEFAULT 0,
    child_count integer NOT NULL DEFAULT 0,
    session_epoch bigint NOT NULL DEFAULT 0,
    session_locked_epoch bigint NOT NULL DEFAULT -1,
    rules_version text,
    registered_at timestamptz NOT NULL,
    activated_at timestamptz,
    last_seen_at timestamptz,
    close_requested_at timestamptz,
    close_at timestamptz,
    closed_at timestamptz,
    close_reason text,
    erased_at timestamptz,
    proposal text CHECK (proposal IN ('terminate', 'reopen')),
    proposed_by text,
    proposed_at timestamptz,
    CONSTRAINT account_proposal CHECK (
        (proposal IS NULL) = (proposed_by IS NULL) AND (proposal IS NULL) = (proposed_at IS NULL)),
    CONSTRAINT account_closing CHECK (
        (state = 'closing') = (close_at IS NOT NULL AND closed_at IS NULL)
        AND (close_at IS NULL) = (close_requested_at IS NULL)),
    CONSTRAINT account_closed CHECK ((state IN ('closed', 'erased')) = (closed_at IS NOT NULL)),
    CONSTRAINT account_erased CHECK ((state = 'erased') = (erased_at IS NOT NULL)),
    CONSTRAINT account_pending CHECK (state <> 'pending' OR activated_at IS NULL)
) WITH (fillfactor = 60);
CREATE UNIQUE INDEX account_external_id ON acctguard.account (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX account_administrators ON acctguard.account (account_id) WHERE staff_rank = 4;

COMMENT ON TABLE acctguard.account IS
'One row per account: the root of its records, and what everything about it locks. A freeze never changes the lifecycle held here.';
COMMENT ON COLUMN acctguard.account.account_id IS 'the account; given by the host or generated (milliseconds since 2020 in the upper 42 bits, random below)';
COMMENT ON COLUMN acctguard.account.state IS 'lifecycle as written: pending, active, closing, closed, erased. closing is closed once close_at has passed and nothing holds the account';
COMMENT ON COLUMN acctguard.account.external_id IS 'the host''s own id where that is a uuid or text';
COMMENT ON COLUMN acctguard.account.locale IS 'language of notices, BCP 47, e.g. zh-CN';
COMMENT ON COLUMN acctguard.account.time_zone IS 'the user''s time zone, a name PostgreSQL knows';
COMMENT ON COLUMN acctguard.account.profile IS 'what is at stake: basic, social (friends, messages), money';
COMMENT ON COLUMN acctguard.account.tenant IS 'scope attribute that a scope freeze can name';
COMMENT ON COLUMN acctguard.account.cohort IS 'scope attribute that a scope freeze can name';
COMMENT ON COLUMN acctguard.account.staff_rank IS '0 user, 1 helper, 2 moderator, 3 compliance officer, 4 administrator; only a higher rank may freeze';
COMMENT ON COLUMN acctguard.account.protected IS 'frozen only by kinds that need a second person, never by an automated actor';
COMMENT ON COLUMN acctguard.account.person IS 'the person of the staff whose account this is; he cannot decide about it';
COMMENT ON COLUMN acctguard.account.version IS 'number of the account''s last event; a gap in the ledger names a deleted row';
COMMENT ON COLUMN acctguard.account.freeze_count IS 'number of the account''s last freeze';
COMMENT ON COLUMN acctguard.account.child_count IS 'number of the account''s last child record of any other kind';
COMMENT ON COLUMN acctguard.account.session_epoch IS 'sessions of an earlier epoch are revoked';
COMMENT ON COLUMN acctguard.account.session_locked_epoch IS 'sessions up to this epoch were locked by a freeze';
COMMENT ON COLUMN acctguard.account.rules_version IS 'the rules the user acknowledged last';
COMMENT ON COLUMN acctguard.account.proposal IS 'what waits for a second person: terminate or reopen';
COMMENT ON COLUMN acctguard.account.close_at IS 'when the account closes, set while closing';

-- sql/tables/capability.sql
CREATE TABLE acctguard.standing (
    account_id bigint NOT NULL,
    freeze_no integer NOT NULL,
    part "char" NOT NULL CHECK (part IN ('l', 'f', 'p', 'a')),
    denied bigint NOT NULL,
    challenged bigint NOT NULL,
    monitored bigint NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    rule jsonb,
    PRIMARY KEY (account_id, freeze_no, part),
    CONSTRAINT standing_interval CHECK (ends_at > starts_at),
    CONSTRAINT standing_lifecycle CHECK ((part = 'l') = (freeze_no = 0))
);
COMMENT ON TABLE acctguard.standing IS
'What is denied to whom, and when: rows only for accounts that are denied something, one per thing that denies. The verdict at an instant is the union of the rows whose interval [starts_at, ends_at) contains it. Derived from the records in the transaction that changes them; checks read nothing else.';
COMMENT ON COLUMN acctguard.standing.freeze_no IS 'the freeze it comes from; 0 for the lifecycle';
COMMENT ON COLUMN acctguard.standing.part IS 'l lifecycle, f freeze, p probation after it, a acknowledgment owed after it';
COMMENT ON COLUMN acctguard.standing.denied IS 'capabilities refused, one bit each (capability.bit)';
COMMENT ON COLUMN acctguard.standing.challenged IS 'capabilities that need a stronger proof first';
COMMENT ON COLUMN acctguard.standing.monitored IS 'capabilities allowed but recorded (monitor mode)';
COMMENT ON COLUMN acctguard.standing.ends_at IS 'end, exclusive; NULL is indefinite';
COMMENT ON COLUMN acctguard.standing.rule IS 'condition of a self_rule: {"hours": ["08:00", "22:00"], "zone": "Asia/Shanghai", "devices": ["id"]}; the row is in force outside those hours or devices';

-- sql/tables/freeze.sql
CREATE TABLE acctguard.freeze_record (
    account_id bigint NOT NULL REFERENCES acctguard.account,
    no integer NOT NULL CHECK (no > 0),
    puid uuid NOT NULL,
    kind text NOT NULL,
    kind_version integer NOT NULL CHECK (kind_version > 0),
    reason text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    terms integer NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    issued_at timestamptz NOT NULL,
    issued_by text NOT NULL,
    issued_role text NOT NULL,
    automated boolean NOT NULL,
    proposal_until timestamptz,
    endorsed_at timestamptz,
    endorsed_by text,
    approved_at timestamptz,
    approved_by text,
    approved_role text,
    amendment integer,
    amendment_until timestamptz,
    amendment_by text,
    stays tstzmultirange NOT NULL DEFAULT '{}',
    stayed_by text,
    stay_reason text,
    ended_at timestamptz,
    end_reason text CHECK (end_reason IN ('lifted', 'condition_met', 'partial', 'overturned', 'superseded',
                                          'cancelled', 'rejected', 'closed')),
    ended_by text,
    ended_role text,
    end_note text,
    end_reference text,
    vacate_proposed_at timestamptz,
    vacate_proposed_by text,
    vacate_until timestamptz,
    vacate_reason text,
    vacated_at timestamptz,
    vacated_by text,
    replaces integer,
    replaced_by integer,
    ladder_score integer CHECK (ladder_score > 0),
    incident uuid,
    batch uuid,
    idempotency_key text CHECK (octet_length(idempotency_key) BETWEEN 1 AND 255),
    request_hash bytea CHECK (length(request_hash) = 32),
    appealable boolean NOT NULL,
    informed_at timestamptz,
    disclose_at timestamptz,
    note text,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, no),
    CONSTRAINT freeze_record_interval CHECK (ends_at > starts_at),
    CONSTRAINT freeze_record_terms CHECK (terms BETWEEN 1 AND version),
    CONSTRAINT freeze_record_endorsed CHECK (
        (endorsed_at IS NULL) = (endorsed_by IS NULL)
        AND (endorsed_at IS NULL OR (proposal_until IS NOT NULL AND endorsed_by <> issued_by))),
    CONSTRAINT freeze_record_approved CHECK (
        (approved_at IS NULL) = (approved_by IS NULL) AND (approved_at IS NULL) = (approved_role IS NULL)
        AND (approved_at IS NULL OR proposal_until IS NOT NULL)),
    CONSTRAINT freeze_record_four_eyes CHECK (
        approved_by IS NULL OR (approved_by <> issued_by AND approved_by IS DISTINCT FROM endorsed_by)),
    CONSTRAINT freeze_record_proposal CHECK (
        proposal_until IS NULL OR approved_at IS NOT NULL
        OR (end_reason IS NULL OR end_reason IN ('rejected', 'closed'))),
    CONSTRAINT freeze_record_rejected CHECK (
        end_reason IS DISTINCT FROM 'rejected' OR (proposal_until IS NOT NULL AND approved_at IS NULL)),
    CONSTRAINT freeze_record_amendment CHECK (
        (amendment IS NULL) = (amendment_until IS NULL) AND (amendment IS NULL) = (amendment_by IS NULL)
        AND amendment <= version AND amendment <> terms),
    CONSTRAINT freeze_record_ended CHECK (
        (ended_at IS NULL) = (end_reason IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)
        AND (ended_at IS NULL) = (ended_role IS NULL) AND ended_at >= issued_at),
    CONSTRAINT freeze_record_overturned CHECK (
        end_reason IS DISTINCT FROM 'overturned' OR (vacated_at IS NOT NULL AND vacated_at = ended_at)),
    CONSTRAINT freeze_record_superseded CHECK (
        (replaced_by IS NOT NULL) = (end_reason IS NOT DISTINCT FROM 'superseded')),
    CONSTRAINT freeze_record_vacated CHECK (
        (vacated_at IS NULL) = (vacated_by IS NULL)
        AND (vacated_at IS NULL OR (vacate_reason IS NOT NULL AND vacated_by IS DISTINCT FROM vacate_proposed_by
             AND coalesce(least(ended_at, ends_at) <= vacated_at, false)))),
    CONSTRAINT freeze_record_vacate_proposed CHECK (
        (vacate_proposed_at IS NULL) = (vacate_proposed_by IS NULL)
        AND (vacate_proposed_at IS NULL) = (vacate_until IS NULL)
        AND (vacate_reason IS NULL) = (vacate_proposed_at IS NULL AND vacated_at IS NULL)),
    CONSTRAINT freeze_record_idempotency CHECK ((idempotency_key IS NULL) = (request_hash IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX freeze_record_idempotency_key ON acctguard.freeze_record (account_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX freeze_record_batch ON acctguard.freeze_record (batch, account_id) WHERE batch IS NOT NULL;

COMMENT ON TABLE acctguard.freeze_record IS
'One row per decision to freeze an account: who decided, how it stands, how it ended. What was decided (its terms) is in freeze_version. The state is not written: it follows from the row and the clock (proposed, scheduled, active, stayed, ended), so nothing has to happen for a freeze to start or to end.';
COMMENT ON COLUMN acctguard.freeze_record.no IS 'number within the account, from 1';
COMMENT ON COLUMN acctguard.freeze_record.puid IS 'random public id, for statements of reasons and letters to the user; never reused';
COMMENT ON COLUMN acctguard.freeze_record.kind_version IS 'version of the kind it was imposed under, which keeps governing it';
COMMENT ON COLUMN acctguard.freeze_record.version IS 'number of the last version written';
COMMENT ON COLUMN acctguard.freeze_record.terms IS 'number of the version in force, or of the proposed one while the freeze is a proposal';
COMMENT ON COLUMN acctguard.freeze_record.starts_at IS 'of the terms';
COMMENT ON COLUMN acctguard.freeze_record.ends_at IS 'of the terms, exclusive; NULL is indefinite. A freeze that reaches it has expired; nothing is written then';
COMMENT ON COLUMN acctguard.freeze_record.issued_by IS 'the person who decided or proposed';
COMMENT ON COLUMN acctguard.freeze_record.issued_role IS 'the database role he used';
COMMENT ON COLUMN acctguard.freeze_record.automated IS 'decided without a person';
COMMENT ON COLUMN acctguard.freeze_record.proposal_until IS 'set: it began as a proposal, which lapses at this time unless approved';
COMMENT ON COLUMN acctguard.freeze_record.endorsed_by IS 'the person who took over an automated proposal of a kind that needs two persons';
COMMENT ON COLUMN acctguard.freeze_record.approved_by IS 'the second person';
COMMENT ON COLUMN acctguard.freeze_record.amendment IS 'version that waits for a second person, until amendment_until';
COMMENT ON COLUMN acctguard.freeze_record.stays IS 'spans in which its effect is suspended; unstaying cuts the last one short';
COMMENT ON COLUMN acctguard.freeze_record.ended_at IS 'when it was ended; NULL where it runs or ended by the clock';
COMMENT ON COLUMN acctguard.freeze_record.end_reason IS 'lifted; condition_met; partial: lifted in part by an appeal; overturned: ended by being annulled; superseded by replaced_by; cancelled before it started; rejected proposal; closed with the account';
COMMENT ON COLUMN acctguard.freeze_record.end_note IS 'why it was ended, in words; internal';
COMMENT ON COLUMN acctguard.freeze_record.end_reference IS 'reference of the authority that had it lifted';
COMMENT ON COLUMN acctguard.freeze_record.vacate_proposed_by IS 'who asked to annul it; another person confirms until vacate_until';
COMMENT ON COLUMN acctguard.freeze_record.vacated_at IS 'the decision was annulled: no strike, no probation, no acknowledgment; possible after the end as well';
COMMENT ON COLUMN acctguard.freeze_record.replaces IS 'the freeze whose place it takes when it takes effect';
COMMENT ON COLUMN acctguard.freeze_record.ladder_score IS 'live strike points that made the ladder impose it; NULL: not the ladder';
COMMENT ON COLUMN acctguard.freeze_record.incident IS 'one incident counts once, however many detectors report it';
COMMENT ON COLUMN acctguard.freeze_record.batch IS 'the bulk run it belongs to';
COMMENT ON COLUMN acctguard.freeze_record.request_hash IS 'BLAKE2b-256 of the request that came with idempotency_key';
COMMENT ON COLUMN acctguard.freeze_record.appealable IS 'false: closed to appeal, with its legal reference in the version';
COMMENT ON COLUMN acctguard.freeze_record.informed_at IS 'when the user was informed; the appeal window counts from then';
COMMENT ON COLUMN acctguard.freeze_record.disclose_at IS 'the statement of reasons is withheld from the user until then';
COMMENT ON COLUMN acctguard.freeze_record.note IS 'internal note, never shown to the user';
COMMENT ON COLUMN acctguard.freeze_record.changed_at IS 'time of the last change of the row';

CREATE TABLE acctguard.freeze_version (
    account_id bigint NOT NULL,
    no integer NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    proposal boolean NOT NULL,
    issued_at timestamptz NOT NULL,
    issued_by text NOT NULL,
    issued_role text NOT NULL,
    approved_by text,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    denies bigint NOT NULL CHECK (denies >= 0),
    rule jsonb,
    required text[] NOT NULL,
    facts text,
    explanation text,
    ground text,
    legal_reference text,
    conduct_at timestamptz,
    evidence jsonb,
    detection_automated boolean NOT NULL,
    decision_automated boolean NOT NULL,
    source text NOT NULL CHECK (source IN ('own_initiative', 'notice', 'trusted_flagger', 'order')),
    category text NOT NULL,
    content_types text[] NOT NULL DEFAULT '{}',
    territory text[] NOT NULL DEFAULT '{}',
    locale text NOT NULL,
    change_note text,
    PRIMARY KEY (account_id, no, version),
    FOREIGN KEY (account_id, no) REFERENCES acctguard.freeze_record,
    CONSTRAINT freeze_version_interval CHECK (ends_at > starts_at),
    CONSTRAINT freeze_version_four_eyes CHECK (approved_by <> issued_by),
    CONSTRAINT freeze_version_proposal CHECK (NOT proposal OR approved_by IS NULL),
    CONSTRAINT freeze_version_facts CHECK (facts IS NOT NULL OR 'facts' <> ALL (required)),
    CONSTRAINT freeze_version_ground CHECK (ground IS NOT NULL OR 'ground' <> ALL (required)),
    CONSTRAINT freeze_version_legal_reference CHECK (legal_reference IS NOT NULL OR 'legal_reference' <> ALL (required)),
    CONSTRAINT freeze_version_conduct_at CHECK (conduct_at IS NOT NULL OR 'conduct_at' <> ALL (required)),
    CONSTRAINT freeze_version_evidence CHECK (evidence IS NOT NULL OR 'evidence' <> ALL (required))
);
COMMENT ON TABLE acctguard.freeze_version IS
'The terms of a freeze and its statement of reasons, one row per version, never changed. A version with proposal = true was never in force; its approval writes another one. In force at an instant: the highest version without proposal that was issued before it.';
COMMENT ON COLUMN acctguard.freeze_version.issued_by IS 'the person who decided these terms';
COMMENT ON COLUMN acctguard.freeze_version.approved_by IS 'the second person, where the kind needs one';
COMMENT ON COLUMN acctguard.freeze_version.denies IS 'capabilities it acts on, one bit each; what happens to them says the mode of the kind. A freeze of everything also holds the bits of capabilities that do not exist yet';
COMMENT ON COLUMN acctguard.freeze_version.rule IS 'condition of a self_rule, see standing.rule';
COMMENT ON COLUMN acctguard.freeze_version.required IS 'fields the kind demanded when the version was written';
COMMENT ON COLUMN acctguard.freeze_version.facts IS 'facts and circumstances, shown to the user';
COMMENT ON COLUMN acctguard.freeze_version.explanation IS 'the same fit for publication: no personal data';
COMMENT ON COLUMN acctguard.freeze_version.ground IS 'the rule of the terms or the law it rests on, shown to the user';
COMMENT ON COLUMN acctguard.freeze_version.legal_reference IS 'reference in law or of the authority''s order';
COMMENT ON COLUMN acctguard.freeze_version.conduct_at IS 'when the conduct took place';
COMMENT ON COLUMN acctguard.freeze_version.evidence IS 'snapshot of what was decided upon; internal';
COMMENT ON COLUMN acctguard.freeze_version.source IS 'how the conduct came to notice; decisions on an authority''s order stay out of the public statements';
COMMENT ON COLUMN acctguard.freeze_version.category IS 'category of the reason, or the one given in the statement';
COMMENT ON COLUMN acctguard.freeze_version.change_note IS 'why this version differs from the one before; internal';

--
-- Strikes and ladder, acknowledgments, risk, legal holds, scope freezes, batches
--

CREATE TABLE acctguard.strike (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    freeze_no integer NOT NULL CHECK (freeze_no >= 0),
    reason text NOT NULL,
    category text NOT NULL,
    points integer NOT NULL CHECK (points BETWEEN 0 AND 100),
    incident uuid,
    facts text,
    conduct_at timestamptz,
    at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    void_at timestamptz,
    void_reason text,
    void_person text,
    idempotency_key text CHECK (octet_length(idempotency_key) BETWEEN 1 AND 255),
    score integer NOT NULL CHECK (score >= 0),
    ladder_no integer CHECK (ladder_no > 0),
    role text NOT NULL,
    person text NOT NULL,
    PRIMARY KEY (account_id, no),
    CONSTRAINT strike_warning CHECK (freeze_no = 0 OR (points > 0 AND facts IS NULL AND idempotency_key IS NULL)),
    CONSTRAINT strike_life CHECK (expires_at >= at),
    CONSTRAINT strike_void CHECK ((void_at IS NULL) = (void_reason IS NULL) AND (void_at IS NULL) = (void_person IS NULL)),
    CONSTRAINT strike_void_after CHECK (void_at >= at)
);
CREATE UNIQUE INDEX strike_idempotency ON acctguard.strike (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX strike_freeze ON acctguard.strike (account_id, freeze_no) WHERE freeze_no > 0;

COMMENT ON TABLE acctguard.strike IS
'Points of one violation, given with a freeze or by a warning. A strike is live from at until expires_at unless voided; the score of an account in a category at an instant is the sum of its live points, an incident counted once with its heaviest strike. Serving or lifting a freeze voids nothing; annulling it does.';
COMMENT ON COLUMN acctguard.strike.freeze_no IS 'the freeze the points come from; 0 for a warning';
COMMENT ON COLUMN acctguard.strike.category IS 'category of the reason at the time; only violation climbs the ladder';
COMMENT ON COLUMN acctguard.strike.incident IS 'what happened, named by the detectors; one incident counts once';
COMMENT ON COLUMN acctguard.strike.facts IS 'of a warning; a freeze has its own';
COMMENT ON COLUMN acctguard.strike.conduct_at IS 'when it was done; NULL is unknown';
COMMENT ON COLUMN acctguard.strike.expires_at IS 'end of its life, from strike_life of the reason';
COMMENT ON COLUMN acctguard.strike.score IS 'live points of the category right after it';
COMMENT ON COLUMN acctguard.strike.ladder_no IS 'the freeze the ladder answered with; NULL for none';
COMMENT ON COLUMN acctguard.strike.role IS 'database role that gave it';
COMMENT ON COLUMN acctguard.strike.person IS 'person who gave it';

CREATE TABLE acctguard.ladder_freeze (
    account_id bigint NOT NULL,
    freeze_no integer NOT NULL CHECK (freeze_no > 0),
    category text NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    threshold integer NOT NULL CHECK (threshold > 0),
    score integer NOT NULL,
    strikes integer[] NOT NULL CHECK (cardinality(strikes) > 0 AND array_position(strikes, NULL) IS NULL),
    at timestamptz NOT NULL,
    PRIMARY KEY (account_id, freeze_no),
    CONSTRAINT ladder_freeze_step CHECK (step >= threshold AND score >= threshold)
);
COMMENT ON TABLE acctguard.ladder_freeze IS
'The freezes the ladder imposed or proposed, and the strikes each stands on. When voided strikes leave less than threshold points, the freeze is vacated, or reported if a person had taken it over.';
COMMENT ON COLUMN acctguard.ladder_freeze.step IS 'ladder_step.score of the step that was served';
COMMENT ON COLUMN acctguard.ladder_freeze.threshold IS 'ladder_step.score of the step that the score reached; one step below step in probation';
COMMENT ON COLUMN acctguard.ladder_freeze.strikes IS 'strike.no of the live strikes it was imposed for';

CREATE TABLE acctguard.acknowledgment (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    opened integer[] NOT NULL CHECK (array_position(opened, NULL) IS NULL),
    rules_version text CHECK (rules_version <> ''),
    text_hash bytea CHECK (octet_length(text_hash) BETWEEN 16 AND 64),
    locale text,
    device text,
    waive_reason text CHECK (waive_reason <> ''),
    at timestamptz NOT NULL,
    role text NOT NULL,
    person text NOT NULL,
    PRIMARY KEY (account_id, no),
    CONSTRAINT acknowledgment_given CHECK ((rules_version IS NULL) = (waive_reason IS NOT NULL)
        AND (rules_version IS NULL) = (text_hash IS NULL) AND (rules_version IS NULL) = (locale IS NULL)),
    CONSTRAINT acknowledgment_device CHECK (device IS NULL OR rules_version IS NOT NULL),
    CONSTRAINT acknowledgment_waived CHECK (waive_reason IS NULL OR cardinality(opened) = 1)
);
COMMENT ON TABLE acctguard.acknowledgment IS
'That a user acknowledged the rules, or that staff waived it: it opens the acknowledgment gates of the freezes in opened, which had ended by then.';
COMMENT ON COLUMN acctguard.acknowledgment.opened IS 'numbers of the freezes whose gate it opened; may be empty';
COMMENT ON COLUMN acctguard.acknowledgment.rules_version IS 'version of the rules that were shown; NULL for a waiver';
COMMENT ON COLUMN acctguard.acknowledgment.text_hash IS 'digest of the text that was shown, as the application computes it';
COMMENT ON COLUMN acctguard.acknowledgment.locale IS 'language in which the text was shown';
COMMENT ON COLUMN acctguard.acknowledgment.device IS 'device on which it was acknowledged, as the application names it';
COMMENT ON COLUMN acctguard.acknowledgment.waive_reason IS 'why staff waived it; NULL for an acknowledgment by the user';

CREATE TABLE acctguard.risk_event (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    signal text NOT NULL,
    weight numeric(13,6) NOT NULL CHECK (weight > 0 AND weight <= 1000000),
    incident uuid,
    evidence jsonb CHECK (jsonb_typeof(evidence) = 'object'),
    at timestamptz NOT NULL,
    score numeric(19,6) NOT NULL CHECK (score >= 0),
    freeze_no integer CHECK (freeze_no > 0),
    cleared_at timestamptz,
    clear_reason text,
    role text NOT NULL,
    person text NOT NULL,
    PRIMARY KEY (account_id, no),
    CONSTRAINT risk_event_cleared CHECK ((cleared_at IS NULL) = (clear_reason IS NULL)),
    CONSTRAINT risk_event_cleared_after CHECK (cleared_at >= at)
);
CREATE INDEX risk_event_counting ON acctguard.risk_event (account_id, at) WHERE cleared_at IS NULL;
CREATE INDEX risk_event_incident ON acctguard.risk_event (account_id, incident) WHERE incident IS NOT NULL;

COMMENT ON TABLE acctguard.risk_event IS
'Risk signals of an account, kept as evidence. A signal is worth its weight, halved with every half life that passes (setting risk_half_life); the sum is compared with the setting risk_threshold when a signal comes in.';
COMMENT ON COLUMN acctguard.risk_event.signal IS 'kind of signal, see table risk_signal';
COMMENT ON COLUMN acctguard.risk_event.weight IS 'points at the time it was seen';
COMMENT ON COLUMN acctguard.risk_event.incident IS 'what happened, named by the detectors; one incident counts once';
COMMENT ON COLUMN acctguard.risk_event.score IS 'score of the account right after it, in points';
COMMENT ON COLUMN acctguard.risk_event.freeze_no IS 'the freeze it set off; NULL for none';
COMMENT ON COLUMN acctguard.risk_event.cleared_at IS 'from then on it counts no more: the risk was declared over';

CREATE TABLE acctguard.legal_hold (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    matter text NOT NULL CHECK (matter <> ''),
    legal_reference text NOT NULL CHECK (legal_reference <> ''),
    note text,
    placed_at timestamptz NOT NULL,
    placed_role text NOT NULL,
    placed_by text NOT NULL,
    released_at timestamptz,
    released_by text,
    release_reference text,
    release_reason text,
    PRIMARY KEY (account_id, no),
    CONSTRAINT legal_hold_released CHECK ((released_at IS NULL) = (released_by IS NULL)
        AND (released_at IS NULL) = (release_reference IS NULL) AND (released_at IS NOT NULL OR release_reason IS NULL)),
    CONSTRAINT legal_hold_released_after CHECK (released_at >= placed_at)
);
CREATE UNIQUE INDEX legal_hold_live ON acctguard.legal_hold (account_id, matter) WHERE released_at IS NULL;
CREATE INDEX legal_hold_matter ON acctguard.legal_hold (matter, account_id) WHERE released_at IS NULL;

COMMENT ON TABLE acctguard.legal_hold IS
'Legal holds: they deny nothing and the user does not see them, but while one is live the account can be neither closed nor erased.';
COMMENT ON COLUMN acctguard.legal_hold.matter IS 'the case it belongs to; a release names the matter and ends all its holds';
COMMENT ON COLUMN acctguard.legal_hold.legal_reference IS 'the order or statute that demands the hold';
COMMENT ON COLUMN acctguard.legal_hold.release_reference IS 'the document that ends the matter';

CREATE TABLE acctguard.scope_freeze (
    no integer NOT NULL PRIMARY KEY CHECK (no > 0),
    scope jsonb NOT NULL,
    kind text NOT NULL,
    kind_version integer NOT NULL,
    denied bigint NOT NULL,
    challenged bigint NOT NULL,
    monitored bigint NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    ended_at timestamptz,
    end_reason text,
    ended_by text,
    reason text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    announce_at timestamptz NOT NULL,
    note text,
    issued_at timestamptz NOT NULL,
    issued_role text NOT NULL,
    issued_by text NOT NULL,
    CONSTRAINT scope_freeze_scope CHECK ((CASE WHEN jsonb_typeof(scope) = 'object' THEN
        scope = '{"all": true}'
        OR (scope - 'tenant' = '{}' AND jsonb_typeof(scope -> 'tenant') = 'string' AND scope ->> 'tenant' <> '')
        OR (scope - 'cohort' = '{}' AND jsonb_typeof(scope -> 'cohort') = 'string' AND scope ->> 'cohort' <> '')
        ELSE false END) IS TRUE),
    CONSTRAINT scope_freeze_interval CHECK (ends_at > starts_at),
    CONSTRAINT scope_freeze_announced CHECK (announce_at <= starts_at),
    CONSTRAINT scope_freeze_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)),
    CONSTRAINT scope_freeze_mask CHECK (denied | challenged | monitored <> 0)
);
COMMENT ON TABLE acctguard.scope_freeze IS
'Freezes of a set of accounts: one row for all accounts, or for those of a tenant or cohort, however many they are. In force in [starts_at, ends_at) until ended_at.';
COMMENT ON COLUMN acctguard.scope_freeze.no IS 'number, counted from 1 without gaps';
COMMENT ON COLUMN acctguard.scope_freeze.scope IS '{"all": true}, {"tenant": "name"} or {"cohort": "name"}: compared with account.tenant and account.cohort';
COMMENT ON COLUMN acctguard.scope_freeze.version IS 'number of the last row in scope_version';
COMMENT ON COLUMN acctguard.scope_freeze.announce_at IS 'from when on it is announced to the users it concerns';
COMMENT ON COLUMN acctguard.scope_freeze.ends_at IS 'planned end, exclusive; NULL is indefinite';
COMMENT ON COLUMN acctguard.scope_freeze.ended_at IS 'when it was lifted (or cancelled before its start); expiry by ends_at writes nothing';

CREATE TABLE acctguard.scope_version (
    no integer NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    ends_at timestamptz,
    changed_at timestamptz NOT NULL,
    changed_role text NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (no, version)
);
COMMENT ON TABLE acctguard.scope_version IS 'Every end that a scope freeze was given: version 1 as imposed, then one row per amendment. Rows never change.';

CREATE TABLE acctguard.batch (
    batch uuid NOT NULL PRIMARY KEY,
    kind text NOT NULL,
    reason text NOT NULL,
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    total bigint NOT NULL CHECK (total >= 0),
    done bigint NOT NULL DEFAULT 0,
    frozen bigint NOT NULL DEFAULT 0 CHECK (frozen >= 0),
    refused bigint NOT NULL DEFAULT 0 CHECK (refused >= 0),
    started_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz,
    undone_at timestamptz,
    undone_by text,
    role text NOT NULL,
    person text NOT NULL,
    CONSTRAINT batch_done CHECK (done BETWEEN 0 AND total AND frozen + refused <= done),
    CONSTRAINT batch_finished CHECK (finished_at IS NULL OR done = total OR undone_at IS NOT NULL),
    CONSTRAINT batch_undone CHECK ((undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL OR finished_at IS NOT NULL))
) WITH (fillfactor = 50);
COMMENT ON TABLE acctguard.batch IS
'Runs of freeze_many(): what was ordered and how far it has come. The accounts are not kept; whoever goes on with a batch passes them again, and the fingerprint tells whether they are the same.';
COMMENT ON COLUMN acctguard.batch.fingerprint IS 'digest of the sorted accounts, the order and the person';
COMMENT ON COLUMN acctguard.batch.done IS 'accounts decided, counted by ascending id';
COMMENT ON COLUMN acctguard.batch.frozen IS 'accounts with a freeze (or proposal) of the batch';
COMMENT ON COLUMN acctguard.batch.refused IS 'accounts in batch_refusal';

CREATE TABLE acctguard.batch_refusal (
    account_id bigint NOT NULL,
    batch uuid NOT NULL,
    sqlstate text NOT NULL CHECK (sqlstate ~ '^UG[0-9]{3}$'),
    message text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (account_id, batch)
);
CREATE INDEX batch_refusal_batch ON acctguard.batch_refusal (batch, account_id);
COMMENT ON TABLE acctguard.batch_refusal IS 'Accounts that a batch could not freeze, and why; account_id may be of no account.';
END
$acctguard_tables$;
COMMENT ON FUNCTION acctguard.install_tables() IS 'Creates the tables of this version; called by install().';

-- sql/grants.sql
-- The whole privilege matrix.  First everything that anybody holds on an object of
-- the extension is taken away (default privileges of the database leak onto new
-- objects), then the list below is granted.  Tables have no grants at all.

DO $owner$
DECLARE
    member record;
BEGIN
    ALTER SCHEMA acctguard OWNER TO acctguard_owner;
    FOR member IN
        SELECT p.oid::regprocedure AS name, p.prokind
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'acctguard'
        JOIN pg_proc p ON p.oid = d.objid
        WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
    LOOP
        EXECUTE format('ALTER ROUTINE %s OWNER TO acctguard_owner', member.name);
    END LOOP;
    FOR member IN
        SELECT c.oid::regclass AS name, c.relkind
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'acctguard'
        JOIN pg_class c ON c.oid = d.objid
        WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_class'::regclass AND d.deptype = 'e'
    LOOP
        IF member.relkind = 'v' THEN
            EXECUTE format('ALTER VIEW %s OWNER TO acctguard_owner', member.name);
        ELSIF member.relkind = 'c' THEN
            EXECUTE format('ALTER TYPE %s OWNER TO acctguard_owner', member.name);
        END IF;
    END LOOP;
END
$owner$;

DO $purge$
DECLARE
    held record;
BEGIN
    FOR held IN
        SELECT 'ROUTINE ' || p.oid::regprocedure AS object, a.grantee
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'acctguard'
        JOIN pg_proc p ON p.oid = d.objid
        CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_proc'::regclass
          AND d.deptype = 'e' AND a.grantee <> p.proowner
        UNION
        SELECT 'TABLE ' || c.oid::regclass, a.grantee
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'acctguard'
        JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'v'
        CROSS JOIN LATERAL aclexplode(c.relacl) a
        WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_class'::regclass
          AND d.deptype = 'e' AND a.grantee <> c.relowner
        UNION
        SELECT 'TYPE ' || t.oid::regtype, a.grantee
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'acctguard'
        JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'c' JOIN pg_type t ON t.oid = c.reltype
        CROSS JOIN LATERAL aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) a
        WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_class'::regclass
          AND d.deptype = 'e' AND a.grantee <> t.typowner
        UNION
        SELECT 'SCHEMA acctguard', a.grantee
        FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a
        WHERE n.nspname = 'acctguard' AND a.grantee <> n.nspowner
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', held.object,
                       CASE WHEN held.grantee = 0 THEN 'PUBLIC' ELSE held.grantee::regrole::text END);
    END LOOP;
END
$purge$;

GRANT USAGE ON SCHEMA acctguard TO
    acctguard_app, acctguard_notifier, acctguard_risk, acctguard_moderator, acctguard_reviewer,
    acctguard_compliance, acctguard_auditor, acctguard_operator, acctguard_delegate;

-- everybody who works with acctguard
GRANT EXECUTE ON FUNCTION acctguard.errors(), acctguard.events() TO
    acctguard_app, acctguard_notifier, acctguard_risk, acctguard_moderator, acctguard_reviewer,
    acctguard_compliance, acctguard_auditor, acctguard_operator, acctguard_delegate;

-- back-office services
GRANT EXECUTE ON FUNCTION acctguard.acting_as(text, text) TO acctguard_delegate;

-- policy
GRANT EXECUTE ON FUNCTION acctguard.policy_set(text, text, jsonb, text) TO acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.policy_list(text) TO
    acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;

-- keys
GRANT EXECUTE ON FUNCTION
    acctguard.key_status(),
    acctguard.key_create(text),
    acctguard.key_rewrap(text, integer),
    acctguard.key_retire(integer),
    acctguard.subject_shred(bigint, text)
TO acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.key_status() TO acctguard_auditor;

-- the ledger
GRANT EXECUTE ON FUNCTION
    acctguard.audit_read(bigint, timestamptz, timestamptz, text, text, integer),
    acctguard.audit_encoding(bigint, integer)
TO acctguard_auditor, acctguard_compliance;

-- freezes
GRANT EXECUTE ON FUNCTION acctguard.freeze_transitions() TO
    acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor,
    acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.freeze_impose(bigint, text, text, text, text[], timestamptz, timestamptz, interval, jsonb, text, text,
        timestamptz, uuid, boolean, integer, text, jsonb, boolean, timestamptz, jsonb, text),
    acctguard.freeze_lift(bigint, integer, text, text, jsonb)
TO acctguard_app, acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.freeze_amend(bigint, integer, timestamptz, text[], text, timestamptz, text, jsonb, text, integer),
    acctguard.freeze_reject(bigint, integer, text)
TO acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.freeze_approve(bigint, integer),
    acctguard.freeze_stay(bigint, integer, text, timestamptz),
    acctguard.freeze_unstay(bigint, integer, text),
    acctguard.freeze_vacate(bigint, integer, text)
TO acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.freeze_satisfy(bigint, integer, text, jsonb) TO
    acctguard_app, acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.statement_of_reasons(timestamptz, timestamptz) TO
    acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.freeze_list(bigint) TO
    acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;

-- strikes, acknowledgments, risk, legal holds, scope freezes
GRANT EXECUTE ON FUNCTION acctguard.warn(bigint, text, integer, text, uuid, text) TO
    acctguard_risk, acctguard_moderator, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.strike_void(bigint, integer, text) TO
    acctguard_moderator, acctguard_reviewer, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.strike_list(bigint), acctguard.risk_list(bigint) TO
    acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.acknowledge(bigint, text, bytea, text, text) TO acctguard_app;
GRANT EXECUTE ON FUNCTION acctguard.acknowledgment_waive(bigint, integer, text) TO acctguard_moderator;
GRANT EXECUTE ON FUNCTION
    acctguard.risk_report(bigint, text, numeric, jsonb, uuid),
    acctguard.risk_clear(bigint, text)
TO acctguard_risk, acctguard_moderator, acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.legal_hold_place(bigint, text, text, text),
    acctguard.legal_hold_release(text, text, text)
TO acctguard_compliance;
GRANT EXECUTE ON FUNCTION acctguard.legal_hold_list(bigint) TO acctguard_compliance, acctguard_auditor;
GRANT EXECUTE ON FUNCTION
    acctguard.freeze_scope(jsonb, text, text, timestamptz, timestamptz, interval, text[], timestamptz, text),
    acctguard.scope_lift(integer, text),
    acctguard.scope_amend(integer, timestamptz, text)
TO acctguard_operator;
GRANT EXECUTE ON PROCEDURE
    acctguard.freeze_many(bigint[], text, text, text, interval, jsonb, uuid, integer, boolean, text[], text, text, text)
TO acctguard_risk, acctguard_moderator, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.batch_undo(uuid, text) TO
    acctguard_moderator, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.batch_status(uuid), acctguard.batch_refusals(uuid) TO
    acctguard_moderator, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.scope_list() TO
    acctguard_app, acctguard_notifier, acctguard_moderator, acctguard_reviewer, acctguard_compliance,
    acctguard_auditor, acctguard_operator;

-- operation
GRANT EXECUTE ON FUNCTION
    acctguard.audit_add_partitions(integer),
    acctguard.check_plans(),
    acctguard.tables_version()
TO acctguard_operator;

-- enforcement: asking, and guarding tables (which are the caller's own)
GRANT EXECUTE ON FUNCTION
    acctguard.allowed(bigint, text, text),
    acctguard.require(bigint, text, text)
TO acctguard_app, acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance,
   acctguard_operator, acctguard_delegate;
GRANT EXECUTE ON FUNCTION
    acctguard.guard(regclass, name, text, text[], text, text, text, text),
    acctguard.unguard(regclass, name, text),
    acctguard.guard_check(),
    acctguard.filter_status(),
    acctguard.filter_clear()
TO acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.guard_triggers(),
    acctguard.account_columns(),
    acctguard.guard_health()
TO acctguard_operator, acctguard_auditor;
GRANT SELECT ON acctguard.guard_coverage TO acctguard_operator, acctguard_auditor;
GRANT EXECUTE ON FUNCTION acctguard.monitor_report(timestamptz) TO
    acctguard_moderator, acctguard_compliance, acctguard_auditor, acctguard_operator;
-- an account's life
GRANT EXECUTE ON FUNCTION
    acctguard.account_open(bigint, text, text, text, text, text, text, boolean),
    acctguard.account_activate(bigint),
    acctguard.account_request_close(bigint, text, jsonb),
    acctguard.account_cancel_close(bigint, jsonb),
    acctguard.account_change(bigint, text, text, text),
    acctguard.account_status(bigint),
    acctguard.standing(bigint)
TO acctguard_app;
GRANT EXECUTE ON FUNCTION
    acctguard.account_terminate(bigint, text),
    acctguard.account_reopen(bigint, text),
    acctguard.account_erase(bigint, text),
    acctguard.account_mark(bigint, integer, boolean, text, text, text, text),
    acctguard.account_adopt(regclass, name),
    acctguard.account_adopt_rows(anyarray),
    acctguard.account_adopted(text, text, bigint),
    acctguard.account_follow()
TO acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.account_status(bigint),
    acctguard.account_show(bigint),
    acctguard.standing(bigint),
    acctguard.explain(bigint, text, timestamptz),
    acctguard.account_transitions()
TO acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;

-- what is wrong or weak
GRANT EXECUTE ON FUNCTION acctguard.health() TO acctguard_operator, acctguard_auditor;
