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
person: name of the person, as it would be his role name; compared to the byte with the names of others, so always pass the same spelling (22023 for blanks around it or control characters). reason: ticket or case, kept with the events.';

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

CREATE OR REPLACE FUNCTION acctguard.own_triggers(
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
    SELECT 'acctguard.appeal'::regclass, 'acctguard_transition', 'BEFORE UPDATE', 'ROW', 'appeal_transition_guard'
    UNION ALL
    SELECT 'acctguard.appeal_step'::regclass, 'acctguard_history', 'BEFORE UPDATE', 'ROW', 'appeal_history_guard'
    UNION ALL
    SELECT 'acctguard.appeal_chunk'::regclass, 'acctguard_history', 'BEFORE UPDATE', 'ROW', 'appeal_history_guard'
    UNION ALL
    SELECT 'acctguard.scope_freeze'::regclass, 'acctguard_list', 'AFTER INSERT OR UPDATE', 'STATEMENT', 'scope_changed'
    UNION ALL
    SELECT 'acctguard.scope_freeze'::regclass, 'acctguard_changed', 'AFTER INSERT OR UPDATE OR DELETE', 'ROW', 'scope_gate'
    UNION ALL
    SELECT 'acctguard.standing'::regclass, 'acctguard_changed', 'AFTER INSERT OR UPDATE OR DELETE', 'ROW', 'standing_changed'
    UNION ALL
    SELECT 'acctguard.residence'::regclass, 'acctguard_changed', 'AFTER INSERT OR UPDATE OR DELETE', 'STATEMENT', 'policy_changed'
    UNION ALL
    SELECT p.policy, 'acctguard_changed', 'AFTER INSERT OR UPDATE OR DELETE', 'STATEMENT', 'policy_changed'
    FROM unnest('{acctguard.capability,acctguard.bundle,acctguard.reason,acctguard.freeze_kind,acctguard.ladder_step,acctguard.risk_signal,acctguard.setting,acctguard.notice_template,acctguard.country_floor,acctguard.number_alias,acctguard.label,acctguard.limit_rule,acctguard.code_country,acctguard.client_channel,acctguard.verification_method,acctguard.gate}'::regclass[]) AS p (policy)
$$;
COMMENT ON FUNCTION acctguard.own_triggers() IS
'The triggers that acctguard''s own tables must have, all of them ENABLE ALWAYS: protect_tables() makes them, health() looks for them.';

CREATE OR REPLACE FUNCTION acctguard.protect_tables()
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
        WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p') AND NOT t.tgisinternal AND t.tgenabled <> 'A'
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', part.own_table, part.name);
        repaired := repaired + 1;
    END LOOP;
    RETURN repaired;
END
$$;
COMMENT ON FUNCTION acctguard.protect_tables() IS
'Gives each of acctguard''s tables what protects it, where that is missing or weakened: row-level security, no grants (default privileges leak onto new tables), its own triggers, all of them ENABLE ALWAYS. Returns the number of repairs. install() and migrate() call it; post_restore() calls it, too, since a restore with --disable-triggers leaves triggers weakened.';

CREATE OR REPLACE FUNCTION acctguard.install()
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

CREATE OR REPLACE FUNCTION acctguard.migrate()
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

CREATE OR REPLACE FUNCTION acctguard.uninstall(confirmation text)
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

CREATE OR REPLACE FUNCTION acctguard.health(OUT severity text, OUT object text, OUT finding text, OUT remedy text)
RETURNS SETOF record
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    -- What needs acctguard's tables asks them only while all of them are there and its own.
    WITH sound (yes) AS (
        SELECT true WHERE to_regclass('acctguard.residence') IS NOT NULL AND NOT EXISTS (
            SELECT FROM pg_class c WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p')
              AND c.relowner <> 'acctguard_owner'::regrole))
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
    WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p') AND NOT t.tgisinternal AND t.tgenabled <> 'A'
    UNION ALL
    SELECT 'danger', t.tgrelid::regclass::text, format('trigger "%s" is not acctguard''s', t.tgname),
           'Drop it: what it does while acctguard works passes acctguard''s own guard.'
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p') AND NOT t.tgisinternal
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
    -- tables of users that were adopted
    SELECT 'danger', t.tgrelid::regclass::text,
           format('trigger "%s" is %s', t.tgname, CASE t.tgenabled WHEN 'D' THEN 'disabled' ELSE 'not ENABLE ALWAYS' END),
           format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I;', t.tgrelid::regclass, t.tgname)
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid AND p.proname = 'account_follow' AND p.pronamespace = 'acctguard'::regnamespace
    WHERE t.tgenabled <> 'A'
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
    SELECT r.severity, 'residence', r.finding, r.remedy
    FROM sound CROSS JOIN LATERAL (SELECT * FROM acctguard.residence_status() WHERE sound.yes OFFSET 0) AS h
    CROSS JOIN LATERAL (VALUES
        ('danger', NOT h.at_home, 'the database was restored or copied from elsewhere: nobody is let in and nothing is sent',
         'See doc/restore.md, then SELECT * FROM acctguard.post_restore(...);'),
        ('notice', h.at_home AND h.here_timeline <> h.timeline,
         format('the server is on timeline %s, and was on %s: a standby was promoted, or it was set back to an earlier time', h.here_timeline, h.timeline),
         'If it was set back: acctguard.post_restore(''restore'', ...). If not, acctguard.post_restore(''upgrade'', ...) makes a note of it.')) AS r (severity, found, finding, remedy)
    WHERE r.found
    UNION ALL
    SELECT 'notice', p.pubname::text, 'publishes all tables, acctguard''s with them', 'Publish named tables or schemas.'
    FROM pg_publication p WHERE p.puballtables
    UNION ALL
    SELECT 'notice', 'shared_preload_libraries', 'acctguard is not preloaded; guards work, at several times the cost',
           'Add acctguard to shared_preload_libraries and restart.'
    WHERE NOT EXISTS (SELECT FROM pg_settings s WHERE s.name = 'acctguard.filter_size') -- known if preloaded
    UNION ALL
    SELECT 'notice', 'acctguard.worker', 'the background worker does not run here; nobody tells users what the clock did',
           'See acctguard.worker_status(), acctguard.databases and the server log, or call acctguard.sweep() regularly.'
    FROM pg_settings s
    WHERE s.name = 'acctguard.worker' AND s.setting = 'on' AND NOT pg_is_in_recovery()
      AND pg_postmaster_start_time() < clock_timestamp() - interval '5 minutes'
      AND NOT EXISTS (SELECT FROM acctguard.worker_status() w
                      WHERE w.this_database AND (w.state IN ('running', 'starting') OR w.since > clock_timestamp() - interval '5 minutes'))
    UNION ALL
    -- the outbox
    SELECT 'notice', 'outbox', format('%s notices were given up within a week', d.most), 'See acctguard.notice_dead() and acctguard.notice_retry().'
    FROM sound
    CROSS JOIN LATERAL (SELECT CASE WHEN count(*) < 1000 THEN count(*)::text ELSE '1000 or more' END
                        FROM (SELECT n.ended_at FROM acctguard.notice_dead(NULL, 1000) n WHERE sound.yes OFFSET 0) n
                        WHERE n.ended_at > clock_timestamp() - interval '7 days' HAVING count(*) > 0) AS d (most)
    UNION ALL
    SELECT 'notice', 'notice_template', format('%s over %s: %s', g.event, g.channel, g.problem), 'See acctguard.notice_coverage() and acctguard.policy_set().'
    FROM sound CROSS JOIN LATERAL (SELECT c.event, c.channel, c.problem FROM acctguard.notice_coverage() c
                                   WHERE sound.yes AND c.problem IS NOT NULL OFFSET 0) AS g
    UNION ALL
    -- the worker's tasks
    SELECT 'notice', p.task, format('the worker''s task fails: %s', p.error), 'See the server log; it is tried again.'
    FROM sound CROSS JOIN LATERAL (SELECT p.task, p.error FROM acctguard.worker_progress() p
                                   WHERE sound.yes AND p.state = 'failed' OFFSET 0) AS p
    ORDER BY 1, 2, 3
$$;
COMMENT ON FUNCTION acctguard.health() IS
'What is wrong or weak about acctguard in this database, one row per finding; no row is good health. severity: danger (protection is missing) or notice. Looks at acctguard''s tables (triggers that a restore weakened, row-level security, grants, owner), the triggers of tables that account_adopt() has taken over, its roles, publications, preloading, the worker, whether the database came from elsewhere (post_restore()) or changed its timeline, notices that were given up within a week and templates that are missing; guard_health() looks at guards. Run it after a restore and from monitoring.';
