-- ENF-01, ENF-03: every way in is refused to a denied account and open to a free
-- one, at every isolation level. Accounts 7100 to 7199.
SET client_min_messages = warning;
CREATE SCHEMA enforce_ways;
SET search_path = enforce_ways, public;

CREATE TABLE message (id int, sender_id bigint, body text, PRIMARY KEY (id));
CREATE TABLE outbox (body text, sender_id integer, region text, id int) PARTITION BY LIST (region);
CREATE TABLE outbox_east PARTITION OF outbox FOR VALUES IN ('east');
-- a partition with another column order
CREATE TABLE outbox_west (region text, id int, gone int, sender_id integer, body text);
ALTER TABLE outbox_west DROP COLUMN gone;
ALTER TABLE outbox ATTACH PARTITION outbox_west FOR VALUES IN ('west');
CREATE VIEW posted AS SELECT id, sender_id AS author, body FROM message;
CREATE TABLE staging (id int, sender_id bigint);
CREATE VIEW ruled AS SELECT * FROM staging;
CREATE RULE ruled_insert AS ON INSERT TO ruled DO INSTEAD INSERT INTO message VALUES (new.id, new.sender_id);
CREATE FUNCTION send(integer) RETURNS void LANGUAGE sql SECURITY DEFINER
AS $$ INSERT INTO enforce_ways.message VALUES (9, $1) $$;

SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct');
SELECT acctguard.guard('outbox', 'sender_id', 'msg.send.direct');
-- partitions of later days are guarded as well
CREATE TABLE outbox_south PARTITION OF outbox FOR VALUES IN ('south');

INSERT INTO message VALUES (1, 7102);
INSERT INTO outbox VALUES ('b', 7101, 'east', 1), ('b', 7102, 'east', 2);
-- account 7101 is denied msg.send.direct from here on
INSERT INTO acctguard.standing
SELECT 7101, 1, 'f', 1::bigint << bit, 0, 0, clock_timestamp(), NULL, NULL
FROM acctguard.capability WHERE capability = 'msg.send.direct';

CREATE TABLE way (no int, way text, statement text);
INSERT INTO way VALUES
(1, 'insert', 'INSERT INTO message VALUES (2, %s)'),
(2, 'insert select', 'INSERT INTO message SELECT g, %s FROM generate_series(10, 20) g'),
(3, 'copy', 'COPY message (id, sender_id) FROM PROGRAM ''echo 3,%s'' (FORMAT csv)'),
(4, 'upsert, row new', 'INSERT INTO message VALUES (4, %s) ON CONFLICT (id) DO NOTHING'),
(5, 'upsert, row there', 'INSERT INTO message VALUES (1, 7103) ON CONFLICT (id) DO UPDATE SET sender_id = %s'),
(6, 'merge, insert', 'MERGE INTO message USING (VALUES (5)) s (id) ON message.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (s.id, %s)'),
(7, 'merge, update', 'MERGE INTO message USING (VALUES (1)) s (id) ON message.id = s.id WHEN MATCHED THEN UPDATE SET sender_id = %s'),
(8, 'writable CTE', 'WITH written AS (INSERT INTO message VALUES (6, %s) RETURNING id) SELECT * FROM written'),
(9, 'updatable view', 'INSERT INTO posted VALUES (7, %s)'),
(10, 'rule', 'INSERT INTO ruled VALUES (8, %s)'),
(11, 'partition, routed', 'INSERT INTO outbox (id, region, sender_id) VALUES (3, ''west'', %s)'),
(12, 'partition, direct', 'INSERT INTO outbox_west (id, region, sender_id) VALUES (4, ''west'', %s)'),
(13, 'partition, later made', 'INSERT INTO outbox_south (id, region, sender_id) VALUES (5, ''south'', %s)'),
(14, 'row movement', 'UPDATE outbox SET region = ''west'' WHERE sender_id = %s'),
(15, 'reassign, to', 'UPDATE message SET sender_id = %s WHERE id = 1'),
(16, 'reassign, from', 'UPDATE outbox SET sender_id = 7103 WHERE sender_id = %s'),
(17, 'definer function', 'SELECT send(%s)'),
(18, 'prepared statement', 'EXECUTE prepared(%s)'),
(19, 'nested in plpgsql', 'DO $$BEGIN BEGIN INSERT INTO message VALUES (30, %s); END; END$$');
PREPARE prepared (bigint) AS INSERT INTO message VALUES (40, $1);

-- what happens when the account tries: the SQLSTATE, or passed; nothing stays
CREATE FUNCTION try(statement text, account int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(statement, account);
    RAISE EXCEPTION 'passed' USING ERRCODE = 'YY000';
EXCEPTION
    WHEN SQLSTATE 'YY000' THEN RETURN 'passed';
    WHEN OTHERS THEN RETURN SQLSTATE;
END
$$;

CREATE FUNCTION try_all() RETURNS TABLE (no int, way text, denied text, free text) LANGUAGE sql AS
$$ SELECT no, way, try(statement, 7101), try(statement, 7102) FROM way ORDER BY no $$;

BEGIN ISOLATION LEVEL READ COMMITTED;
SELECT * FROM try_all();
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT * FROM try_all() WHERE denied <> 'UG403' OR free <> 'passed';
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT * FROM try_all() WHERE denied <> 'UG403' OR free <> 'passed';
COMMIT;

-- triggers of other tools are switched off by this setting, ours are not; rules are,
-- and then nothing reaches the guarded table
SET session_replication_role = replica;
SELECT * FROM try_all() WHERE (denied <> 'UG403' OR free <> 'passed') AND way <> 'rule';
RESET session_replication_role;

-- nothing of the account came in, and a partition that leaves takes no guard along
SELECT count(*) FROM message WHERE sender_id = 7101;
ALTER TABLE outbox DETACH PARTITION outbox_west;
SELECT try('INSERT INTO outbox_west (id, region, sender_id) VALUES (6, ''west'', %s)', 7101);

-- a refused row leaves no dead row behind and uses no transaction id
CREATE TABLE quiet (sender_id bigint);
SELECT acctguard.guard('quiet', 'sender_id', 'msg.send.direct');
\set VERBOSITY sqlstate
BEGIN;
SAVEPOINT before;
INSERT INTO quiet VALUES (7101);
ROLLBACK TO before;
SELECT pg_current_xact_id_if_assigned() IS NULL AS no_transaction_id;
COMMIT;
SELECT pg_relation_size('quiet') AS bytes;

DROP SCHEMA enforce_ways CASCADE;
