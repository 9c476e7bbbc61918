-- The catalog after CREATE EXTENSION and install(): every rule below lists what breaks it, so the result is empty.
-- Two exceptions to the rule that a key begins with its account: account_external_id is the directory from the host's own
-- ids, and the ledger is partitioned by time and keyed by transaction, within each partition.
\set ECHO none
WITH extension AS (
    SELECT oid FROM pg_extension WHERE extname = 'acctguard'
), member AS (
    SELECT classid, objid FROM pg_depend, extension
    WHERE refclassid = 'pg_extension'::regclass AND refobjid = extension.oid AND deptype = 'e'
), fn AS (
    SELECT p.*, p.oid::regprocedure::text AS name FROM pg_proc p
    WHERE p.pronamespace = 'acctguard'::regnamespace
), rel AS (
    SELECT c.*, c.oid::regclass::text AS name FROM pg_class c
    WHERE c.relnamespace = 'acctguard'::regnamespace
), tab AS (
    SELECT *, coalesce(pg_partition_root(oid), oid) = to_regclass('acctguard.ledger') AS of_ledger
    FROM rel WHERE relkind IN ('r', 'p')
), role (name) AS (
    VALUES ('acctguard_owner'), ('acctguard_app'), ('acctguard_notifier'), ('acctguard_risk'), ('acctguard_moderator'),
           ('acctguard_reviewer'), ('acctguard_compliance'), ('acctguard_auditor'), ('acctguard_operator'),
           ('acctguard_delegate')
), held AS (
    SELECT name AS object, proowner AS owner, grantee FROM fn, aclexplode(coalesce(proacl, acldefault('f', proowner)))
    UNION ALL
    SELECT name, relowner, grantee FROM rel, aclexplode(relacl) WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT t.oid::regtype::text, t.typowner, grantee FROM pg_type t, aclexplode(coalesce(t.typacl, acldefault('T', t.typowner)))
    WHERE t.typnamespace = 'acctguard'::regnamespace AND t.oid IN (SELECT objid FROM member WHERE classid = 'pg_type'::regclass)
), key AS (
    SELECT tab.name, i.indexrelid::regclass::text AS index,
        (SELECT attname FROM pg_attribute a WHERE a.attrelid = tab.oid AND a.attnum = i.indkey[0]) AS first,
        (SELECT array_agg(attname ORDER BY attname) FROM pg_attribute a
         WHERE a.attrelid = tab.oid AND NOT attisdropped AND attname IN ('account_id', 'number_idx')) AS wanted
    FROM tab JOIN pg_index i ON i.indrelid = tab.oid AND (i.indisunique OR i.indisexclusion) AND NOT coalesce(of_ledger, false)
)
-- functions
SELECT '01 function that is no member' AS rule, name AS object FROM fn
WHERE oid NOT IN (SELECT objid FROM member WHERE classid = 'pg_proc'::regclass)
UNION ALL SELECT '02 executable or usable by PUBLIC', object FROM held WHERE grantee = 0
UNION ALL SELECT '03 granted to a role that is not ours', object || ' -> ' || grantee::regrole FROM held
WHERE grantee NOT IN (0, owner) AND grantee::regrole::text NOT IN (SELECT name FROM role)
UNION ALL SELECT '04 function not owned by acctguard_owner', name FROM fn WHERE proowner <> 'acctguard_owner'::regrole
UNION ALL SELECT '05 search_path not pinned', name FROM fn
WHERE NOT coalesce(proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
    AND (prosecdef OR prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c'))
UNION ALL SELECT '06 function without a comment', name FROM fn WHERE obj_description(oid, 'pg_proc') IS NULL
-- tables
UNION ALL SELECT '10 table that is a member', name FROM tab
WHERE oid IN (SELECT objid FROM member WHERE classid = 'pg_class'::regclass)
UNION ALL SELECT '11 table not owned by acctguard_owner', name FROM rel WHERE relowner <> 'acctguard_owner'::regrole AND relkind <> 'i'
UNION ALL SELECT '12 table without row security', name FROM tab WHERE NOT relrowsecurity
UNION ALL SELECT '13 table with a policy', polrelid::regclass::text FROM pg_policy WHERE polrelid IN (SELECT oid FROM tab)
UNION ALL SELECT '14 table with a grant', name || ' -> ' || coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC')
FROM tab, aclexplode(relacl) WHERE grantee <> relowner
UNION ALL SELECT '15 column with a grant', name || '.' || attname FROM tab JOIN pg_attribute ON attrelid = tab.oid WHERE attacl IS NOT NULL
UNION ALL SELECT '16 table not guarded against ' || event.name, tab.name
FROM tab, (VALUES ('UPDATE', 16), ('DELETE', 8), ('TRUNCATE', 32)) AS event (name, bit)
WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = tab.oid AND NOT tgisinternal AND tgenabled = 'A' AND tgtype & event.bit <> 0)
UNION ALL SELECT '17 trigger that is not ALWAYS', name || '.' || tgname FROM tab JOIN pg_trigger ON tgrelid = tab.oid
WHERE NOT tgisinternal AND tgenabled <> 'A'
UNION ALL SELECT '18 sequence or identity', name FROM rel WHERE relkind = 'S'
UNION ALL SELECT '19 table without a primary key', name FROM tab
WHERE NOT coalesce(of_ledger, false) AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = tab.oid AND indisprimary)
UNION ALL SELECT '20 unique key that does not begin with ' || array_to_string(wanted, ' or '), index FROM key
WHERE wanted IS NOT NULL AND NOT coalesce(first = ANY (wanted), false) AND index NOT IN ('acctguard.account_external_id', 'acctguard.binding_one_account',
    'acctguard.flow_pkey', 'acctguard.flow_outcome_pkey')
UNION ALL SELECT '21 table without a comment', name FROM tab WHERE obj_description(oid, 'pg_class') IS NULL
UNION ALL SELECT '22 unlogged or temporary', name FROM tab WHERE relpersistence <> 'p'
UNION ALL SELECT '23 our function in an expression of a table', objid::regclass::text FROM pg_depend
WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_proc'::regclass AND refobjid IN (SELECT oid FROM fn)
UNION ALL SELECT '24 our function in a default or a constraint', pg_describe_object(classid, objid, 0) FROM pg_depend
WHERE classid IN ('pg_attrdef'::regclass, 'pg_constraint'::regclass)
    AND refclassid = 'pg_proc'::regclass AND refobjid IN (SELECT oid FROM fn)
-- schema, roles, other members
UNION ALL SELECT '30 schema: PUBLIC, or CREATE for others', coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC')
FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
WHERE nspname = 'acctguard' AND (grantee = 0 OR privilege_type = 'CREATE' AND grantee <> nspowner)
UNION ALL SELECT '31 schema not owned by acctguard_owner', nspowner::regrole::text FROM pg_namespace
WHERE nspname = 'acctguard' AND nspowner <> 'acctguard_owner'::regrole
UNION ALL SELECT '32 role missing', name FROM role WHERE to_regrole(name) IS NULL
UNION ALL SELECT '33 role with an attribute', r.rolname FROM pg_roles r JOIN role ON role.name = r.rolname
WHERE rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
UNION ALL SELECT '34 member of acctguard_owner', member::regrole::text FROM pg_auth_members WHERE roleid = to_regrole('acctguard_owner')
UNION ALL SELECT '35 forbidden kind of member', pg_describe_object(classid, objid, 0) FROM member
WHERE classid IN ('pg_cast'::regclass, 'pg_operator'::regclass, 'pg_event_trigger'::regclass, 'pg_language'::regclass, 'pg_transform'::regclass)
ORDER BY 1, 2;
