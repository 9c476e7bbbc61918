-- The ledger: what is in it and what is not, who can change it, which bytes stand for a row.
\set VERBOSITY terse
\pset format unaligned
SET TimeZone = 'UTC';
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; n bigint;
BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN 'ok, ' || n;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    RETURN state || ': ' || message;
END $$;
-- An event that can be told from others by its reason.
CREATE FUNCTION pg_temp.event(reason text) RETURNS void LANGUAGE sql AS
$$ SELECT acctguard.policy_set('setting', 'retention', '15552000', reason) $$;

-- Codes and names of events are unique.
SELECT count(*) - count(DISTINCT code) AS same_code, count(*) - count(DISTINCT name) AS same_name FROM acctguard.events();

--
-- One row per event, exactly when the transaction commits; ord counts without gaps.
--
SELECT FROM pg_temp.event('single');
BEGIN;
SELECT FROM pg_temp.event('three 1');
SELECT FROM pg_temp.event('three 2');
SELECT FROM pg_temp.event('three 3');
COMMIT;
BEGIN;
SELECT FROM pg_temp.event('rolled back');
ROLLBACK;
BEGIN;
SELECT FROM pg_temp.event('savepoint 1');
SAVEPOINT a;
SELECT FROM pg_temp.event('savepoint, rolled back');
ROLLBACK TO a;
SELECT FROM pg_temp.event('savepoint 2');
SAVEPOINT b;
SELECT FROM pg_temp.event('savepoint 3');
RELEASE b;
SELECT FROM pg_temp.event('savepoint 4');
COMMIT;
BEGIN;
SELECT FROM pg_temp.event('nested 1');
SAVEPOINT a;
SELECT FROM pg_temp.event('nested, rolled back');
SAVEPOINT b;
SELECT FROM pg_temp.event('nested, rolled back with its parent');
RELEASE b;
ROLLBACK TO a;
SELECT FROM pg_temp.event('nested 2');
SAVEPOINT c;
SAVEPOINT d;
SELECT FROM pg_temp.event('nested, first row of two levels');
RELEASE d;
ROLLBACK TO c;
SELECT FROM pg_temp.event('nested 3');
COMMIT;
DO $$
BEGIN
    PERFORM pg_temp.event('block 1');
    BEGIN
        PERFORM pg_temp.event('block, rolled back');
        RAISE EXCEPTION 'no';
    EXCEPTION WHEN raise_exception THEN
        PERFORM pg_temp.event('block 2');
    END;
    PERFORM pg_temp.event('block 3');
END $$;
BEGIN;
SELECT FROM pg_temp.event('prepared 1');
SELECT FROM pg_temp.event('prepared 2');
PREPARE TRANSACTION 'regress_audit_1';
SELECT acctguard.policy_set('setting', 'proof_age', '900', 'while prepared') > 0 AS set;
COMMIT PREPARED 'regress_audit_1';
BEGIN;
SELECT FROM pg_temp.event('prepared, rolled back');
PREPARE TRANSACTION 'regress_audit_2';
ROLLBACK PREPARED 'regress_audit_2';
SELECT ord, reason FROM acctguard.ledger
WHERE reason ~ '^(single|three|rolled|savepoint|nested|block|prepared|while)' ORDER BY split_part(reason, ' ', 1), tx, ord;

-- What a row holds.
\x on
SELECT account_id, aseq, ord, action, outcome, ver, role = session_user AS role, person = session_user AS person, on_behalf,
    application, reason, idempotency_key, origin, body IS NOT NULL AS body, dek, key_id, tag,
    at BETWEEN now() - interval '1 hour' AND clock_timestamp() AS now,
    tx = (SELECT base FROM acctguard.era ORDER BY era DESC LIMIT 1) + xmin::text::bigint AS tx
FROM acctguard.ledger WHERE reason = 'single';
\x off

--
-- Append-only, whoever tries, on the ledger and on a partition.
--
SELECT tableoid::regclass AS part FROM acctguard.ledger WHERE reason = 'single' \gset
CREATE TEMP TABLE attempt (no int, statement text);
INSERT INTO attempt VALUES
(1, 'UPDATE %s SET reason = ''x'' WHERE reason = ''single'''),
(2, 'DELETE FROM %s WHERE reason = ''single'''),
(3, 'TRUNCATE %s'),
(4, 'TRUNCATE %s CASCADE'),
(5, 'MERGE INTO %s l USING (VALUES (''single'')) v (reason) ON l.reason = v.reason WHEN MATCHED THEN UPDATE SET ord = 99'),
(6, 'MERGE INTO %s l USING (VALUES (''single'')) v (reason) ON l.reason = v.reason WHEN MATCHED THEN DELETE'),
(7, 'WITH gone AS (DELETE FROM %s WHERE reason = ''single'' RETURNING 1) SELECT * FROM gone');
CREATE FUNCTION pg_temp.attempts(part text) RETURNS TABLE (no int, on_ledger text, on_partition text) LANGUAGE plpgsql AS $$
BEGIN
    FOR attempts.no, on_ledger, on_partition IN SELECT a.no, a.statement, a.statement FROM attempt a ORDER BY 1 LOOP
        on_ledger := pg_temp.attempt(format(on_ledger, 'acctguard.ledger'));
        on_partition := pg_temp.attempt(format(on_partition, part));
        RETURN NEXT;
    END LOOP;
END $$;
GRANT SELECT ON attempt TO acctguard_owner;
SELECT * FROM pg_temp.attempts(:'part');
SELECT pg_temp.attempt(format('INSERT INTO %s SELECT * FROM %1$s WHERE reason = ''single'' ON CONFLICT (tx, ord) DO UPDATE SET ord = 99', :'part'));
SET session_replication_role = replica;
SELECT * FROM pg_temp.attempts(:'part');
RESET session_replication_role;
SET ROLE acctguard_owner;
SELECT * FROM pg_temp.attempts(:'part');
RESET ROLE;
SELECT count(*) FROM acctguard.ledger WHERE reason = 'single';
-- Guards that were weakened are repaired; else there is nothing to repair.
SELECT acctguard.protect_tables();
ALTER TABLE :part DISABLE TRIGGER acctguard_truncate;
ALTER TABLE acctguard.ledger DISABLE TRIGGER acctguard_row;
SELECT acctguard.protect_tables() > 0 AS repaired, acctguard.protect_tables();
SELECT * FROM pg_temp.attempts(:'part') WHERE no IN (1, 3);

--
-- Partitions: the row goes where its time belongs, and a partition that is missing is made.
--
CREATE VIEW pg_temp.placed AS
SELECT tableoid::regclass::text = to_char(at AT TIME ZONE 'UTC', '"acctguard.ledger_"YYYY_MM') AS in_its_month, reason, at FROM acctguard.ledger;
SELECT extract(epoch FROM date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month 2 hours' - now() AT TIME ZONE 'UTC')::int AS next_month,
    extract(epoch FROM interval '10 years')::int AS seconds \gset
SELECT FROM pg_temp.event('month 1');
SET acctguard.test_clock_offset = :next_month;
SELECT FROM pg_temp.event('month 2');
RESET acctguard.test_clock_offset;
SELECT FROM pg_temp.event('month 3');
SELECT in_its_month, reason, date_trunc('month', at) > date_trunc('month', now()) AS later FROM pg_temp.placed WHERE reason ~ '^month' ORDER BY reason;

-- Made by an event that rolls back, and again by one that stays, far from UTC, and with a setting that would misplace it.
SELECT count(*) AS partitions FROM pg_inherits WHERE inhparent = 'acctguard.ledger'::regclass \gset
SET TimeZone = 'Pacific/Kiritimati';
SET DateStyle = 'SQL, DMY';
SET acctguard.test_clock_offset = :seconds;
BEGIN;
SELECT FROM pg_temp.event('decade, rolled back');
ROLLBACK;
BEGIN;
SAVEPOINT a;
SELECT FROM pg_temp.event('decade, rolled back');
ROLLBACK TO a;
SELECT FROM pg_temp.event('decade 1');
SELECT FROM pg_temp.event('decade 2');
COMMIT;
RESET acctguard.test_clock_offset;
RESET DateStyle;
SET TimeZone = 'UTC';
SELECT in_its_month, reason FROM pg_temp.placed WHERE reason ~ '^decade' ORDER BY reason;
SELECT count(*) - :partitions AS made FROM pg_inherits WHERE inhparent = 'acctguard.ledger'::regclass;
SELECT tableoid::regclass AS decade, date_trunc('month', at) AS decade_from, date_trunc('month', at) + interval '1 month' AS decade_to, substr(tableoid::regclass::text, 11) AS decade_name
FROM acctguard.ledger WHERE reason = 'decade 1' \gset
SELECT pg_get_expr(relpartbound, oid) = format('FOR VALUES FROM (%L) TO (%L)', :'decade_from', :'decade_to') AS whole_month_of_utc FROM pg_class WHERE oid = :'decade'::regclass;
-- It is like the others.
CREATE FUNCTION pg_temp.shape(part regclass) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT replace(pg_get_indexdef(indexrelid), part::text, '-') FROM pg_index WHERE indrelid = part
    UNION ALL
    SELECT replace(replace(pg_get_triggerdef(oid), part::text, '-'), 'acctguard.ledger', '-') || ' ' || tgenabled::text FROM pg_trigger WHERE tgrelid = part
    UNION ALL
    SELECT format('owner %s, rls %s %s', relowner::regrole, relrowsecurity, relkind) FROM pg_class WHERE oid = part
    UNION ALL
    SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = part ORDER BY 1
$$;
SELECT regexp_replace(pg_temp.shape(:'decade'), 'ledger_\d+_\d+', 'ledger', 'g') AS shape;
SELECT pg_temp.shape(:'part') AS shape EXCEPT SELECT replace(pg_temp.shape(:'decade'), substr(:'decade', 11), substr(:'part', 11));
SELECT acctguard.audit_add_partitions() AS nothing_missing, acctguard.audit_add_partition(now() + interval '13 months') AS one_missing,
    acctguard.audit_add_partition(now()) AS not_missing;
-- Nobody gets rights on a partition, whatever the default privileges are.
ALTER DEFAULT PRIVILEGES FOR ROLE acctguard_owner GRANT ALL ON TABLES TO PUBLIC, acctguard_app;
SELECT acctguard.audit_add_partition('1999-12-31 23:59:59+00');
SELECT relname, relacl FROM pg_class WHERE oid = 'acctguard.ledger_1999_12'::regclass;
DROP TABLE acctguard.ledger_1999_12;
ALTER DEFAULT PRIVILEGES FOR ROLE acctguard_owner REVOKE ALL ON TABLES FROM PUBLIC, acctguard_app;
SELECT pg_temp.attempt('SELECT acctguard.audit_add_partitions(121)'), pg_temp.attempt('SELECT acctguard.audit_add_partitions(NULL)');
-- A DBA may cut the ledger otherwise, with the columns in another order, while sessions remember where they wrote last.
SET acctguard.test_clock_offset = :seconds;
SELECT FROM pg_temp.event('decade 3');
SELECT max(at) + interval '1 microsecond' AS cut FROM acctguard.ledger \gset
CREATE TABLE acctguard.regress_rest (LIKE acctguard.ledger INCLUDING CONSTRAINTS);
ALTER TABLE acctguard.regress_rest DROP COLUMN reason, DROP COLUMN body, ADD COLUMN body bytea, ADD COLUMN reason text;
BEGIN;
ALTER TABLE acctguard.ledger DETACH PARTITION :decade;
ALTER TABLE acctguard.ledger ATTACH PARTITION :decade FOR VALUES FROM (:'decade_from') TO (:'cut');
ALTER TABLE acctguard.ledger ATTACH PARTITION acctguard.regress_rest FOR VALUES FROM (:'cut') TO (:'decade_to');
SELECT FROM pg_temp.event('decade, elsewhere');
SELECT tableoid::regclass, reason FROM acctguard.ledger WHERE reason = 'decade, elsewhere';
ROLLBACK;
SELECT FROM pg_temp.event('decade 4');
-- A hole that was left where the month has a partition already.
BEGIN;
ALTER TABLE acctguard.ledger DETACH PARTITION :decade;
ALTER TABLE :decade RENAME TO regress_decade;
ALTER TABLE acctguard.regress_rest RENAME TO :decade_name;
ALTER TABLE acctguard.ledger ATTACH PARTITION acctguard.:decade_name FOR VALUES FROM (:'decade_from') TO (:'cut');
SELECT regexp_replace(pg_temp.attempt($$SELECT pg_temp.event('lost')$$), 'for .*', '');
ROLLBACK;
RESET acctguard.test_clock_offset;
DROP TABLE acctguard.regress_rest;
-- A table that took the name of a partition is no place for events.
ALTER TABLE acctguard.ledger DETACH PARTITION :decade;
SET acctguard.test_clock_offset = :seconds;
SELECT regexp_replace(pg_temp.attempt($$SELECT pg_temp.event('lost')$$), '\d+_\d+', 'yyyy_mm');
RESET acctguard.test_clock_offset;
DROP TABLE :decade;
SET acctguard.test_clock_offset = :seconds;
SELECT FROM pg_temp.event('decade 5');
RESET acctguard.test_clock_offset;
SELECT in_its_month, reason FROM pg_temp.placed WHERE reason ~ '^decade' ORDER BY reason;

-- Indexes of whatever kind are kept.
CREATE INDEX regress_audit_1 ON :part (lower(reason)) WHERE reason IS NOT NULL;
CREATE INDEX regress_audit_2 ON :part USING brin (at);
SELECT FROM pg_temp.event('INDEXED');
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT count(*) FROM :part WHERE lower(reason) = 'indexed' AND reason IS NOT NULL;
RESET enable_seqscan;
RESET enable_bitmapscan;
DROP INDEX acctguard.regress_audit_1, acctguard.regress_audit_2;

--
-- The canonical encoding, version 1.  Rows made by hand in a partition of their own; these bytes never change.
--
SELECT acctguard.audit_add_partition('2001-02-03');
INSERT INTO acctguard.ledger (at, tx, ord, account_id, action, outcome, ver, role, person) VALUES
('2001-02-03 04:05:06.789012+00', 1, 0, 0, 1, 0, 1, 'r', 'p');
INSERT INTO acctguard.ledger (at, tx, ord, account_id, aseq, action, outcome, ver, role, person, on_behalf, application, reason, idempotency_key,
    origin, body, dek, key_id, tag) VALUES
('2001-02-28 23:59:59.999999+00', 4611686018427387904, 2147483647, -9223372036854775808, 9223372036854775807, 32767, 2, 1,
 'rôle', '张三', 'für Ω', '', 'причина', 'key-1', '\x00ff', '\x0100000004020161ff', 7, 3, '\x000102030405060708090a0b0c0d0e0f'),
('2001-02-03 00:00:00+00', 1, 1, -1, 1, 500, 1, 1, '', '', '', '', '', '', '', '', NULL, NULL, NULL);
SELECT tx, ord, acctguard.audit_encoding(tx, ord) FROM acctguard.ledger WHERE at < '2001-03-01' ORDER BY tx, ord;
SELECT acctguard.audit_encoding(1, 7) IS NULL AS no_row, acctguard.audit_encoding(NULL, 7) IS NULL AS no_tx, acctguard.audit_encoding(1, NULL) IS NULL AS no_ord;
-- The bodies that this library writes.
SELECT acctguard.policy_set('capability', 'bot.run', '{"description": "run a bot"}', 'body');
SELECT FROM acctguard.audit_read(7, '2001-02-03', '2001-02-03 00:00:00.000001', 'audit.read', 'Ωmega', 5);
SELECT action, body FROM acctguard.ledger WHERE reason = 'body' OR (account_id = 7 AND action = 500) ORDER BY tx;
SELECT after FROM acctguard.audit_read(-1, action => 'audit.read');
-- The same, written down a second time in SQL: every row there is must agree.
CREATE FUNCTION pg_temp.field(tag int, value bytea, sized boolean) RETURNS bytea LANGUAGE sql AS $$
    SELECT coalesce(set_byte('\x00', 0, tag) || CASE WHEN sized THEN int4send(length(value)) ELSE '' END || value, '') $$;
CREATE FUNCTION pg_temp.encode(l acctguard.ledger) RETURNS bytea LANGUAGE sql AS $$
    SELECT 'acctguard/ev\000'::bytea || set_byte('\x00', 0, l.ver)
        || pg_temp.field(1, int8send(l.tx), false) || pg_temp.field(2, int4send(l.ord), false)
        || pg_temp.field(3, timestamptz_send(l.at), false) || pg_temp.field(4, int8send(l.account_id), false)
        || pg_temp.field(5, int8send(l.aseq), false) || pg_temp.field(6, int2send(l.action), false)
        || pg_temp.field(7, int2send(l.outcome), false) || pg_temp.field(8, convert_to(l.role, 'UTF8'), true)
        || pg_temp.field(9, convert_to(l.person, 'UTF8'), true) || pg_temp.field(10, convert_to(l.on_behalf, 'UTF8'), true)
        || pg_temp.field(11, convert_to(l.application, 'UTF8'), true) || pg_temp.field(12, convert_to(l.reason, 'UTF8'), true)
        || pg_temp.field(13, convert_to(l.idempotency_key, 'UTF8'), true) || pg_temp.field(14, l.origin, true)
        || pg_temp.field(15, l.body, true) || pg_temp.field(16, int8send(l.dek), false) || pg_temp.field(17, int4send(l.key_id), false) $$;
CREATE TEMP TABLE seen AS SELECT l AS line, pg_temp.encode(l) AS expected FROM acctguard.ledger l;
SELECT count(*) > 20 AS many, count(*) FILTER (WHERE acctguard.audit_encoding((line).tx, (line).ord) IS DISTINCT FROM expected) AS differ FROM seen;

--
-- Reading: bodies become JSON, damage is reported.
--
CREATE FUNCTION pg_temp.body(account_id bigint, body bytea) RETURNS void LANGUAGE sql AS $$
    INSERT INTO acctguard.ledger (at, tx, ord, account_id, action, outcome, ver, role, person, body)
    VALUES ('2001-02-04', 1, 1000 + account_id, account_id, 1, 0, 1, 'r', 'p', body) $$;
-- int -1, bool true, time, text, bytes; before and after
SELECT FROM pg_temp.body(100, '\x01 0000000b 01 01 61 ffffffffffffffff 02 0000002a 05 01 61 00000002 beef 02 01 62 01 04 01 63 00000003 e282ac 04 02 6361 00000000 03 01 64 0000000000000001');
SELECT before, after FROM acctguard.audit_read(100);
CREATE TEMP TABLE damage (account_id bigint, what text, body bytea);
INSERT INTO damage VALUES
(101, 'empty section', '\x0100000000'),
(102, 'section shorter than it says', '\x010000000c010161ffffffffffffffff'),
(103, 'section tag 0', '\x000000000b010161ffffffffffffffff'),
(104, 'section tag 3', '\x030000000b010161ffffffffffffffff'),
(105, 'section twice', '\x010000000b010161ffffffffffffffff010000000b010161ffffffffffffffff'),
(106, 'sections in the wrong order', '\x020000000b010161ffffffffffffffff010000000b010161ffffffffffffffff'),
(107, 'byte left over', '\x010000000b010161ffffffffffffffff00'),
(108, 'unknown type', '\x010000000b060161ffffffffffffffff'),
(109, 'type 0', '\x010000000b000161ffffffffffffffff'),
(110, 'number cut short', '\x010000000a010161ffffffffffffff'),
(111, 'name without letters', '\x010000000a0100ffffffffffffffff'),
(112, 'name in capitals', '\x010000000b010141ffffffffffffffff'),
(113, 'name longer than its section', '\x010000000b01ff61ffffffffffffffff'),
(114, 'truth value 2', '\x010000000402016102'),
(115, 'text longer than its section', '\x01000000080401610000000261'),
(116, 'text with a huge length', '\x0100000008040161ffffffff61'),
(117, 'names in the wrong order', '\x0100000008020162010201610100'),
(118, 'name twice', '\x01000000080201610102016101'),
(119, 'prefix after its name', '\x010000000a020261620102016101'),
(120, 'section without its length', '\x01'),
(121, 'text that is not UTF-8', '\x010000000804016100000001ff');
SELECT FROM damage, pg_temp.body(account_id, body);
SELECT what, pg_temp.attempt(format('SELECT acctguard.audit_read(%s)', account_id)) FROM damage ORDER BY account_id;
INSERT INTO acctguard.ledger (at, tx, ord, account_id, action, outcome, ver, role, person)
VALUES ('2001-02-04', 1, 2001, 201, 1, 0, 2, 'r', 'p'), ('2001-02-04', 1, 2002, 202, 32000, 0, 1, 'r', 'p');
SELECT pg_temp.attempt('SELECT acctguard.audit_read(201)') AS unknown_version, pg_temp.attempt('SELECT acctguard.audit_encoding(1, 2001)') AS unknown_version,
    pg_temp.attempt('SELECT acctguard.audit_read(202)') AS unknown_action;
-- What a restore could bring in is judged by CHECKs.
SELECT what, pg_temp.attempt(format('INSERT INTO acctguard.ledger (at, tx, ord, account_id, aseq, action, outcome, ver, role, person, key_id, tag) VALUES (%s)', row)) FROM (VALUES
('aseq without an account', '''2001-02-04'', 1, 3000, 0, 1, 1, 0, 1, '''', '''', NULL, NULL'),
('tag without a key', '''2001-02-04'', 1, 3000, 1, 1, 1, 0, 1, '''', '''', NULL, ''0123456789abcdef'''),
('short tag', '''2001-02-04'', 1, 3000, 1, 1, 1, 0, 1, '''', '''', 1, ''0123456789abcde'''),
('outcome 3', '''2001-02-04'', 1, 3000, 1, 1, 1, 3, 1, '''', '''', NULL, NULL'),
('the same tx and ord', '''2001-02-04'', 1, 0, 1, 1, 1, 0, 1, '''', '''', NULL, NULL'),
('no partition', '''1999-02-04'', 1, 3000, 1, 1, 1, 0, 1, '''', '''', NULL, NULL')) AS bad (what, row);
DROP TABLE acctguard.ledger_2001_02;

--
-- Who reads, and that it shows.
--
CREATE ROLE regress_auditor LOGIN IN ROLE acctguard_auditor;
CREATE ROLE regress_compliance LOGIN IN ROLE acctguard_compliance;
CREATE ROLE regress_operator LOGIN IN ROLE acctguard_operator, acctguard_delegate;
CREATE ROLE regress_others LOGIN IN ROLE acctguard_app, acctguard_notifier, acctguard_risk, acctguard_moderator, acctguard_reviewer,
    acctguard_operator, acctguard_delegate;
SET SESSION AUTHORIZATION regress_operator;
BEGIN;
SELECT acctguard.acting_as('alice', 'ticket 7');
SELECT acctguard.policy_set('setting', 'retention', '15552000', 'read me') > 0 AS set;
COMMIT;
SET SESSION AUTHORIZATION regress_auditor;
SELECT account_id, action, outcome, person, role, on_behalf, reason, before - 'version' AS before, after - 'version' AS after, ord FROM acctguard.audit_read(person => 'alice');
SELECT count(*) FROM acctguard.audit_read(person => 'alice', action => 'audit.read');
SELECT count(*) FROM acctguard.audit_read(person => 'alice', until => '2001-01-01');
SELECT count(*) FROM acctguard.audit_read(person => 'alice', since => '3000-01-01');
SELECT count(*) FROM acctguard.audit_read(12345);
SELECT count(*), min(ord), max(ord) FROM acctguard.audit_read(0, action => 'policy.set', max_rows => 2);
\x on
SELECT account_id, action, person, role, aseq, after FROM acctguard.audit_read(action => 'audit.read', person => 'regress_auditor') ORDER BY tx;
\x off
SET SESSION AUTHORIZATION regress_compliance;
SELECT count(*) FROM acctguard.audit_read(person => 'alice');
BEGIN READ ONLY;
SELECT FROM acctguard.audit_read();
ROLLBACK;
SELECT FROM acctguard.audit_read(max_rows => 0);
SELECT FROM acctguard.audit_read(max_rows => NULL);
SELECT FROM acctguard.audit_read(max_rows => 100001);
SELECT FROM acctguard.audit_read(action => 'nothing.such');
SELECT FROM acctguard.ledger;
SET SESSION AUTHORIZATION regress_others;
SELECT FROM acctguard.audit_read();
SELECT acctguard.audit_encoding(1, 1);
SELECT acctguard.audit_installed(1, 'x');
SELECT acctguard.audit_add_partition(now());
SELECT acctguard.audit_add_partitions(0);
RESET SESSION AUTHORIZATION;
DROP ROLE regress_auditor, regress_compliance, regress_operator, regress_others;

-- install() left its row.
SELECT array(SELECT jsonb_object_keys(after) ORDER BY 1) AS told FROM acctguard.audit_read(action => 'installation.installed');
