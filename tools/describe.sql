-- Owner, ACL and comment of everything in schema acctguard, members of the extension and tables alike; for upgradecheck.
WITH members AS (
    SELECT classid, objid FROM pg_catalog.pg_depend
    WHERE refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
        AND refobjid = (SELECT oid FROM pg_catalog.pg_extension WHERE extname = 'acctguard') AND deptype = 'e'
), objects AS (
    SELECT 'pg_proc'::pg_catalog.regclass AS class, oid, proowner AS owner, proacl AS acl,
        pg_catalog.pg_get_functiondef(oid) AS definition
    FROM pg_catalog.pg_proc WHERE pronamespace = 'acctguard'::pg_catalog.regnamespace AND prokind <> 'a'
    UNION ALL
    SELECT 'pg_class', oid, relowner, relacl,
        pg_catalog.format('%s %s rls=%s force=%s %s', relkind, relpersistence, relrowsecurity, relforcerowsecurity, reloptions)
    FROM pg_catalog.pg_class WHERE relnamespace = 'acctguard'::pg_catalog.regnamespace
    UNION ALL
    SELECT 'pg_type', oid, typowner, typacl, typtype::text
    FROM pg_catalog.pg_type WHERE typnamespace = 'acctguard'::pg_catalog.regnamespace AND typtype <> 'b'
    UNION ALL
    SELECT 'pg_namespace', oid, nspowner, nspacl, nspname FROM pg_catalog.pg_namespace WHERE nspname = 'acctguard'
)
SELECT pg_catalog.format(E'%s\n  member=%s owner=%s acl=%s comment=%s\n%s',
    pg_catalog.pg_describe_object(class, oid, 0),
    EXISTS (SELECT FROM members WHERE classid = class AND objid = o.oid),
    owner::pg_catalog.regrole,
    (SELECT pg_catalog.array_agg(a::text ORDER BY a::text) FROM pg_catalog.unnest(acl) AS a),
    pg_catalog.obj_description(oid, class::text), definition)
FROM objects AS o
ORDER BY 1;
