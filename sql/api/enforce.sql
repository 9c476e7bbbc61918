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
'Trigger on acctguard.standing: tells the shared filter and the commit gate of the account.';

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
