CREATE OR REPLACE FUNCTION acctguard.guard_check()
RETURNS trigger
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'acctguard_guard_check';
COMMENT ON FUNCTION acctguard.guard_check() IS
'Trigger of guards; guard() puts it on a table. Never create it by hand: it refuses every row when its arguments are not as guard() writes them (UG411).';

CREATE OR REPLACE FUNCTION acctguard.guard(
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

CREATE OR REPLACE FUNCTION acctguard.unguard(
    host_table regclass,
    account_column name DEFAULT NULL,
    capability text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'acctguard_unguard';
COMMENT ON FUNCTION acctguard.unguard(regclass, name, text) IS
'Takes guards off a table and returns how many. NULL stands for every column, every capability. For the owner of the table.';

CREATE OR REPLACE FUNCTION acctguard.allowed(account_id bigint, capability text, device text DEFAULT NULL)
RETURNS boolean
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'acctguard_allowed';
COMMENT ON FUNCTION acctguard.allowed(bigint, text, text) IS
'Is the capability neither denied to the account at this moment nor waiting for a stronger proof? Sees freezes that have committed, whatever the isolation level; fit for row-level security policies and views. False for a NULL account; true for one that acctguard does not know.
device: id of the device in use, for accounts whose owner allows certain devices only; without it such an account is refused.';

CREATE OR REPLACE FUNCTION acctguard.require(account_id bigint, capability text, device text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'acctguard_require';
COMMENT ON FUNCTION acctguard.require(bigint, text, text) IS
'Raises the error a guard would raise when the account is not allowed the capability at this moment: UG403, or UG401 where a stronger proof of identity would do. DETAIL is JSON: capability, account, freeze, until, appeal, next.
device: as in allowed().';

CREATE OR REPLACE FUNCTION acctguard.standing_changed()
RETURNS trigger
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'acctguard_standing_changed';
COMMENT ON FUNCTION acctguard.standing_changed() IS
'Trigger on acctguard.standing: tells the shared filter and the commit gate of the account, and judges what this transaction wrote by a row of somebody else that it changes or removes.';

CREATE OR REPLACE FUNCTION acctguard.scope_gate()
RETURNS trigger
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'acctguard_scope_gate';
COMMENT ON FUNCTION acctguard.scope_gate() IS
'Trigger on acctguard.scope_freeze: tells the shared filter and the commit gate of a scope freeze.';

CREATE OR REPLACE FUNCTION acctguard.filter_status(OUT state text, OUT scopes boolean, OUT bits bigint, OUT bits_set bigint)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_filter_status';
COMMENT ON FUNCTION acctguard.filter_status() IS
'The shared filter of possibly restricted accounts as this database sees it.
state: ready; empty or building (every check reads the table meanwhile; on a standby always); none (no trigger feeds it, see guard_health(), or too many databases); not preloaded. scopes: a scope freeze runs or will run, so every check asks for it. bits, bits_set: its size and how full it is, over all databases; above one bit in eight set, checks of unrestricted accounts begin to cost: raise acctguard.filter_size or call filter_clear().';

CREATE OR REPLACE FUNCTION acctguard.filter_clear()
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_filter_clear';
COMMENT ON FUNCTION acctguard.filter_clear() IS
'Empties the shared filter, for all databases, to get rid of bits of freezes that are long over. Each database builds it anew at its next check; until then checks read the table. Safe at any time.';

-- What guards there are, and where there are none

CREATE OR REPLACE FUNCTION acctguard.guard_triggers(
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

CREATE OR REPLACE FUNCTION acctguard.account_columns(
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

CREATE OR REPLACE VIEW acctguard.guard_coverage AS
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

CREATE OR REPLACE FUNCTION acctguard.guard_health(OUT severity text, OUT host_table text, OUT guard text, OUT finding text, OUT remedy text)
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

CREATE OR REPLACE FUNCTION acctguard.coverage_warn()
RETURNS event_trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_coverage_warn';
COMMENT ON FUNCTION acctguard.coverage_warn() IS
'Event trigger of coverage_watch(''warn'').';

CREATE OR REPLACE FUNCTION acctguard.coverage_refuse()
RETURNS event_trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_coverage_refuse';
COMMENT ON FUNCTION acctguard.coverage_refuse() IS
'Event trigger of coverage_watch(''refuse'').';

CREATE OR REPLACE FUNCTION acctguard.coverage_watch(mode text)
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

CREATE OR REPLACE FUNCTION acctguard.monitor_report(
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
