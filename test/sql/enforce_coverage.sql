-- guard_coverage, guard_health(), coverage_watch(), monitor_report(). Accounts 7600 to 7699.
SET client_min_messages = warning;
CREATE SCHEMA enforce_coverage;
SET search_path = enforce_coverage, public;
\set VERBOSITY terse

-- every column that names an account, as a report
CREATE TABLE users (id bigint PRIMARY KEY, name text);
SELECT acctguard.account_adopt('users', 'id') >= 0 AS adopted;
CREATE TABLE message (sender_id bigint, receiver bigint, body text, length int);
CREATE TABLE transfer (source bigint REFERENCES users, target bigint REFERENCES acctguard.account, amount numeric);
CREATE TABLE log (user_id uuid, day int, what text) PARTITION BY LIST (day);
CREATE TABLE log_1 PARTITION OF log FOR VALUES IN (1);
SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct', '{insert,reassign,truncate}');
SELECT acctguard.guard('message', 'sender_id', 'link.send', '{insert}', level => 'statement');
SELECT acctguard.guard('log', 'user_id', 'media.upload', '{insert,delete,truncate}');
SELECT acctguard.guard('message', 'body', 'msg.forward', '{insert}');
SELECT * FROM acctguard.guard_coverage WHERE host_table IN ('message', 'transfer', 'log');
SELECT * FROM acctguard.guard_health();

-- what can go wrong with a guard
ALTER TABLE message DISABLE TRIGGER "~acctguard_sender_id_msg.send.direct";
ALTER TABLE message ENABLE REPLICA TRIGGER "~acctguard_sender_id_link.send";
DROP TRIGGER "~acctguard_sender_id_msg.send.direct_truncate" ON message;
CREATE TABLE log_2 PARTITION OF log FOR VALUES IN (2);
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER "~~" BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER "a" BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER hand_made BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION acctguard.guard_check();
CREATE TABLE child () INHERITS (message);
ALTER TABLE acctguard.standing ENABLE TRIGGER acctguard_changed;
SELECT * FROM acctguard.guard_health();
SELECT host_table, account_column, operation, state FROM acctguard.guard_coverage WHERE state LIKE 'guarded, but%';
SELECT acctguard.protect_tables();
DROP TRIGGER hand_made ON users;
DROP TABLE child;
SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct', '{insert,reassign,truncate}', timing => 'both');
SELECT acctguard.guard('message', 'sender_id', 'link.send', '{insert}', timing => 'both');
SELECT acctguard.guard('message', 'body', 'msg.forward', '{insert}', timing => 'both');
SELECT acctguard.guard('log', 'user_id', 'media.upload', '{insert,delete,truncate}');
SELECT * FROM acctguard.guard_health();

-- who may look
CREATE ROLE enforce_coverage_app IN ROLE acctguard_app;
SET ROLE enforce_coverage_app;
SELECT count(*) FROM acctguard.guard_coverage;
SELECT count(*) FROM acctguard.guard_health();
RESET ROLE;

-- watching for new tables
SELECT acctguard.coverage_watch('sometimes');
SELECT acctguard.coverage_watch(NULL);
SELECT acctguard.coverage_watch('warn');
CREATE TABLE album (owner_id bigint, title text);
CREATE TABLE plain (title text);
ALTER TABLE plain ADD COLUMN author bigint;
SELECT acctguard.coverage_watch('refuse');
CREATE TABLE photo (owner_id bigint, title text);
CREATE TABLE copied AS SELECT 1::bigint AS account_id;
ALTER TABLE plain ADD COLUMN poster_id bigint;
CREATE TABLE harmless (title text);
CREATE TEMP TABLE passing (owner_id bigint);
CREATE TABLE log_3 PARTITION OF log FOR VALUES IN (3);
BEGIN;
CREATE TABLE photo (owner_id bigint, title text);
SELECT acctguard.guard('photo', 'owner_id', 'media.upload');
COMMIT;
BEGIN;
SAVEPOINT s;
CREATE TABLE gone (owner_id bigint);
ROLLBACK TO s;
CREATE TABLE gone_too (owner_id bigint);
DROP TABLE gone_too;
COMMIT;
SELECT acctguard.coverage_watch('off');
CREATE TABLE unwatched (owner_id bigint);
SELECT acctguard.coverage_warn();

-- monitor mode: nothing is refused, each statement and account is counted once
INSERT INTO acctguard.standing
SELECT a, 1, 'f', 0, 0, 1::bigint << bit, '2020-01-01', NULL, NULL
FROM acctguard.capability, generate_series(7601, 7602) a WHERE capability = 'msg.send.direct';
CREATE TABLE monitored (sender_id bigint);
SELECT acctguard.guard('monitored', 'sender_id', 'msg.send.direct');
INSERT INTO monitored SELECT 7601 + g % 3 FROM generate_series(0, 299) g;
INSERT INTO monitored VALUES (7601), (7601);
SELECT acctguard.require(7602, 'msg.send.direct');
SELECT acctguard.allowed(7601, 'msg.send.direct');
BEGIN;
INSERT INTO monitored VALUES (7602);
ROLLBACK;
BEGIN READ ONLY;
SELECT acctguard.require(7602, 'msg.send.direct');
COMMIT;
SELECT capability, account_id, times, last_at >= first_at AS in_order FROM acctguard.monitor_report() WHERE account_id BETWEEN 7600 AND 7699;
SELECT count(*) FROM acctguard.monitor_report(clock_timestamp() + interval '1 hour');
SELECT count(*) FROM monitored;

SELECT acctguard.unguard('message'), acctguard.unguard('log'), acctguard.unguard('photo');
SELECT a.action, a.before ->> 'table' AS before, a.after ->> 'table' AS after, a.after ->> 'operations' AS operations
FROM acctguard.audit_read(action => 'enforce.unguarded') a WHERE a.before ->> 'table' = 'enforce_coverage.log' ORDER BY a.tx, a.ord;
DROP SCHEMA enforce_coverage CASCADE;
DROP ROLE enforce_coverage_app;
