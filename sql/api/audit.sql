CREATE OR REPLACE FUNCTION acctguard.events(OUT code integer, OUT name text, OUT meaning text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_events';
COMMENT ON FUNCTION acctguard.events() IS
'Everything the ledger can record. code: as stored in acctguard.ledger, never changed or reused. name: as audit_read() shows and takes it. meaning: what such a record tells.';

CREATE OR REPLACE FUNCTION acctguard.audit_guard()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_audit_guard';
COMMENT ON FUNCTION acctguard.audit_guard() IS
'Trigger on the ledger and each of its partitions: refuses UPDATE, DELETE and TRUNCATE with UG500, whoever tries, acctguard''s own functions included.';

CREATE OR REPLACE FUNCTION acctguard.audit_add_partition(at timestamptz)
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

CREATE OR REPLACE FUNCTION acctguard.audit_add_partitions(months integer DEFAULT 12)
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

CREATE OR REPLACE FUNCTION acctguard.audit_installed(tables_version integer, extension_version text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_audit_installed';
COMMENT ON FUNCTION acctguard.audit_installed(integer, text) IS
'Records in the ledger that the tables were created or migrated; install() and migrate() call it.';

CREATE OR REPLACE FUNCTION acctguard.audit_read(
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

CREATE OR REPLACE FUNCTION acctguard.audit_encoding(tx bigint, ord integer)
RETURNS bytea
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_audit_encoding';
COMMENT ON FUNCTION acctguard.audit_encoding(bigint, integer) IS
'The canonical encoding of one row of the ledger, the bytes that tags and seals are made from (doc/audit.md); NULL if there is no such row. It depends on the row only, not on the server''s encoding, time zone or settings. For acctguard_auditor and acctguard_compliance; recorded like audit_read(). UG501: the row is damaged.';
