-- The role matrix: who may call what, and that nobody touches a table.
\set VERBOSITY terse

-- Every function of acctguard and the roles that may call it. The expected output is the reviewed matrix.
\pset format unaligned
SELECT regexp_replace(p.proname, '^(migrate_tables)_.*', '\1_*') AS function,
    coalesce((SELECT string_agg(replace(r.rolname, 'acctguard_', ''), ' ' ORDER BY r.rolname)
              FROM pg_roles r WHERE r.rolname LIKE 'acctguard\_%' AND r.rolname <> 'acctguard_owner'
                AND has_function_privilege(r.oid, p.oid, 'EXECUTE')), '(superusers)') AS roles
FROM pg_proc p WHERE p.pronamespace = 'acctguard'::regnamespace AND p.prorettype <> 'trigger'::regtype
ORDER BY 1, p.oid::regprocedure::text;

-- Views of acctguard likewise.
SELECT c.relname AS view,
    coalesce((SELECT string_agg(replace(r.rolname, 'acctguard_', ''), ' ' ORDER BY r.rolname)
              FROM pg_roles r WHERE r.rolname LIKE 'acctguard\_%' AND r.rolname <> 'acctguard_owner'
                AND has_table_privilege(r.oid, c.oid, 'SELECT')), '(superusers)') AS roles
FROM pg_class c WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind = 'v' ORDER BY 1;
\pset format aligned

-- A stranger: no schema, no function, no table.
CREATE ROLE regress_stranger LOGIN;
SET SESSION AUTHORIZATION regress_stranger;
SELECT acctguard.allowed(1, 'session.create');
SELECT * FROM acctguard.account;
RESET SESSION AUTHORIZATION;
SELECT count(*) AS functions_for_strangers FROM pg_proc p
WHERE p.pronamespace = 'acctguard'::regnamespace AND has_function_privilege('regress_stranger', p.oid, 'EXECUTE');
DROP ROLE regress_stranger;

-- Every role against every table: each attempt must fail for want of privilege (42501).
CREATE FUNCTION regress_attack_all(OUT role text, OUT result text, OUT tables bigint) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
    target name;
    way text;
BEGIN
    CREATE TEMP TABLE attempt (role text, result text, target name);
    FOREACH role IN ARRAY '{app,notifier,risk,moderator,reviewer,compliance,auditor,operator,delegate}'::text[] LOOP
        FOR target IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p') LOOP
            FOREACH way IN ARRAY ARRAY['SELECT * FROM acctguard.%I', 'INSERT INTO acctguard.%I DEFAULT VALUES',
                    'DELETE FROM acctguard.%I', 'TRUNCATE acctguard.%I', 'LOCK TABLE acctguard.%I IN ACCESS SHARE MODE'] LOOP
                BEGIN
                    PERFORM set_config('role', 'acctguard_' || role, true);
                    EXECUTE format(way, target);
                    result := 'done: ' || way;
                EXCEPTION WHEN OTHERS THEN
                    result := SQLSTATE;
                END;
                RESET ROLE;
                INSERT INTO attempt VALUES (role, result, target);
            END LOOP;
        END LOOP;
    END LOOP;
    RETURN QUERY SELECT a.role, a.result, count(DISTINCT a.target) FROM attempt a GROUP BY 1, 2 ORDER BY 1, 2;
END $$;
SELECT role, result, tables = (SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p')) AS every_table
FROM regress_attack_all();
DROP FUNCTION regress_attack_all();

-- Separation: no capability role is a member of another, and nobody is a member of the owner.
SELECT m.roleid::regrole, m.member::regrole FROM pg_auth_members m
WHERE m.roleid::regrole::text LIKE 'acctguard\_%'
  AND (m.member::regrole::text LIKE 'acctguard\_%' OR m.roleid = 'acctguard_owner'::regrole);
SELECT rolname FROM pg_roles WHERE rolname LIKE 'acctguard\_%'
  AND (rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls);
