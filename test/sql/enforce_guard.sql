-- guard() and unguard(): arguments, kinds of tables and columns, operations. Accounts 7200 to 7299.
SET client_min_messages = warning;
CREATE SCHEMA enforce_guard;
SET search_path = enforce_guard, public;
\set VERBOSITY terse

INSERT INTO acctguard.standing
SELECT account_id, 1, 'f', denied, challenged, monitored, '2020-01-01', NULL, NULL
FROM (SELECT 1::bigint << bit AS mask FROM acctguard.capability WHERE capability = 'msg.send.direct') c,
     LATERAL (VALUES (7201, mask, 0, 0), (7202, 0, mask, 0), (7203, 0, 0, mask)) v (account_id, denied, challenged, monitored);

-- words that are not known
CREATE TABLE message (id int, sender_id bigint, receiver_id bigint, body text, length int GENERATED ALWAYS AS (1) STORED);
SELECT acctguard.guard('message', 'sender_id', 'no.such');
SELECT acctguard.guard('message', 'sender_id', 'status.view');
SELECT acctguard.guard('message', 'nobody', 'msg.send.direct');
SELECT acctguard.guard('message', 'length', 'msg.send.direct');
SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct', '{insert,inspect}');
SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct', '{}');
SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct', level => 'row');
SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct', timing => 'later');
SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct', unknown => 'maybe');
SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct', null_account => 'maybe');
SELECT acctguard.guard('message', NULL, 'msg.send.direct');
SELECT acctguard.guard('acctguard.standing', 'account_id', 'msg.send.direct');
CREATE VIEW seen AS SELECT * FROM message;
SELECT acctguard.guard('seen', 'sender_id', 'msg.send.direct');
CREATE TABLE odd (account_id numeric);
SELECT acctguard.guard('odd', 'account_id', 'msg.send.direct');

-- only the owner of a table guards it
CREATE ROLE enforce_guard_stranger IN ROLE acctguard_operator;
GRANT USAGE ON SCHEMA enforce_guard TO enforce_guard_stranger;
SET ROLE enforce_guard_stranger;
SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct');
SELECT acctguard.unguard('message');
RESET ROLE;

-- two columns of one table; the same guard again replaces the first
SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct');
SELECT acctguard.guard('message', 'receiver_id', 'msg.receive', null_account => 'allow');
SELECT acctguard.guard('message', 'sender_id', 'msg.send.direct', '{insert,reassign,update,delete,truncate}', timing => 'both');
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'message'::regclass ORDER BY tgname;

-- what drivers see
\set VERBOSITY default
INSERT INTO message VALUES (1, 7201);
INSERT INTO message VALUES (1, 7202);
CREATE FUNCTION diagnostics(OUT code text, OUT capability text, OUT host_schema text, OUT host_table text, OUT next text)
LANGUAGE plpgsql AS $$
DECLARE
    detail json;
BEGIN
    INSERT INTO enforce_guard.message VALUES (1, 7201);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, capability = CONSTRAINT_NAME,
        host_schema = SCHEMA_NAME, host_table = TABLE_NAME, detail = PG_EXCEPTION_DETAIL;
    next := detail ->> 'next';
END
$$;
SELECT * FROM diagnostics();
\set VERBOSITY sqlstate

-- monitored passes; NULL only where the guard says so
INSERT INTO message VALUES (2, 7203), (3, 7204), (4, 7205);
INSERT INTO message VALUES (5, NULL);

-- update and delete of rows that belong to a denied account; TRUNCATE
INSERT INTO acctguard.standing
SELECT 7204, 1, 'f', 1::bigint << bit, 0, 0, '2020-01-01', NULL, NULL
FROM acctguard.capability WHERE capability = 'msg.send.direct';
UPDATE message SET body = 'edited' WHERE id = 3;
UPDATE message SET body = 'edited' WHERE id = 4;
DELETE FROM message WHERE id = 3;
DELETE FROM message WHERE id = 4;
TRUNCATE message;
SELECT id, sender_id, body FROM message ORDER BY id;

-- the account column is followed through a rename and cannot be dropped
ALTER TABLE message RENAME COLUMN sender_id TO author;
ALTER TABLE message RENAME TO note;
INSERT INTO note (id, author) VALUES (6, 7201);
INSERT INTO note (id, author) VALUES (6, 7205);
\set VERBOSITY terse
ALTER TABLE note DROP COLUMN author;

-- a trigger that is not as guard() makes it refuses everything
CREATE TABLE broken (account_id bigint);
CREATE TRIGGER hand_made BEFORE INSERT ON broken FOR EACH ROW EXECUTE FUNCTION acctguard.guard_check();
INSERT INTO broken VALUES (7205);
DROP TRIGGER hand_made ON broken;
CREATE TRIGGER hand_made BEFORE INSERT ON broken FOR EACH ROW
EXECUTE FUNCTION acctguard.guard_check('~acctguard_x', 'msg.send.direct', 'insert', 'commit', 'before', 'allow', 'refuse');
INSERT INTO broken VALUES (7205);
DROP TRIGGER hand_made ON broken;
CREATE TRIGGER hand_made BEFORE INSERT OR UPDATE OF account_id ON broken FOR EACH ROW
EXECUTE FUNCTION acctguard.guard_check('~acctguard_x', 'msg.send.direct', 'insert,haste', 'commit', 'before', 'allow', 'refuse');
INSERT INTO broken VALUES (7205);
DROP TRIGGER hand_made ON broken;
CREATE TRIGGER hand_made BEFORE INSERT OR UPDATE OF account_id ON broken FOR EACH ROW
EXECUTE FUNCTION acctguard.guard_check('~acctguard_x', 'no.such', 'insert', 'commit', 'before', 'allow', 'refuse');
INSERT INTO broken VALUES (7205);
DROP TRIGGER hand_made ON broken;
SELECT acctguard.guard_check();

-- unguard
SELECT acctguard.unguard('note', 'author', 'msg.receive');
SELECT acctguard.unguard('note', 'receiver_id');
SELECT acctguard.unguard('note');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'note'::regclass;
INSERT INTO note (id, author) VALUES (7, 7201);

-- smallint and integer; uuid and text are the host's own ids
\set VERBOSITY sqlstate
INSERT INTO acctguard.account (account_id, state, external_id, locale, time_zone, profile, registered_at)
VALUES (7212, 'active', 'lin', 'en', 'UTC', 'basic', '2020-01-01'),
       (7213, 'active', '6f0a6a06-5a5c-4dd0-9d2f-000000000001', 'en', 'UTC', 'basic', '2020-01-01'),
       (7214, 'active', NULL, 'en', 'UTC', 'basic', '2020-01-01');
INSERT INTO acctguard.standing
SELECT a, 1, 'f', 1::bigint << bit, 0, 0, '2020-01-01', NULL, NULL
FROM acctguard.capability, (VALUES (7212), (7213)) v (a) WHERE capability = 'msg.send.direct';
CREATE TABLE small (account smallint);
CREATE TABLE named (account text);
CREATE DOMAIN user_id AS uuid;
CREATE TABLE identified (account user_id);
SELECT acctguard.guard('small', 'account', 'msg.send.direct');
SELECT acctguard.guard('named', 'account', 'msg.send.direct');
SELECT acctguard.guard('identified', 'account', 'msg.send.direct', unknown => 'refuse');
INSERT INTO small VALUES (7201);
INSERT INTO small VALUES (7205);
INSERT INTO named VALUES ('lin');
INSERT INTO named VALUES ('mei');
INSERT INTO identified VALUES ('6f0a6a06-5a5c-4dd0-9d2f-000000000001');
INSERT INTO identified VALUES ('6f0a6a06-5a5c-4dd0-9d2f-000000000002');

-- what the DETAIL tells of real freezes: only what the user may know
\set VERBOSITY default
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at)
SELECT g, 'active', 'en', 'UTC', 'basic', '2020-01-01', '2020-01-01' FROM generate_series(7221, 7225) g;
CREATE TABLE told (account bigint);
SELECT acctguard.guard('told', 'account', 'msg.send.direct');
SELECT acctguard.freeze_impose(7221, 'feature_freeze', 'violation.spam', 'unsolicited messages');
INSERT INTO told VALUES (7221);
SELECT acctguard.freeze_impose(7222, 'self_freeze', 'own_wish', 'holidays');
INSERT INTO told VALUES (7222);
\set VERBOSITY sqlstate

-- unknown accounts
CREATE TABLE strict (account bigint);
SELECT acctguard.guard('strict', 'account', 'msg.send.direct', unknown => 'refuse');
INSERT INTO strict VALUES (7299);
INSERT INTO strict VALUES (7212);
INSERT INTO strict VALUES (7214);

-- a BEFORE trigger of the host that changes the account is caught by timing both
CREATE TABLE devious (account bigint);
CREATE FUNCTION swap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.account := 7201; RETURN new; END $$;
CREATE TRIGGER "~zzz" BEFORE INSERT OR UPDATE ON devious FOR EACH ROW EXECUTE FUNCTION swap();
SELECT acctguard.guard('devious', 'account', 'msg.send.direct', timing => 'after');
INSERT INTO devious VALUES (7205);
SELECT acctguard.guard('devious', 'account', 'msg.send.direct', timing => 'both');
INSERT INTO devious VALUES (7205);

-- TRUNCATE of a partition, of the whole; unguard takes those triggers off as well
CREATE TABLE log (account bigint, day int) PARTITION BY LIST (day);
CREATE TABLE log_1 PARTITION OF log FOR VALUES IN (1);
SELECT acctguard.guard('log', 'account', 'msg.send.direct', '{insert,truncate}');
TRUNCATE log_1;
TRUNCATE log;
SELECT acctguard.unguard('log_1');
SELECT acctguard.unguard('log');
SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('log'::regclass, 'log_1'::regclass);

-- long names are cut, and stay apart
CREATE TABLE wide (a_column_with_a_very_long_name_that_fills_up_everything_1 bigint, a_column_with_a_very_long_name_that_fills_up_everything_2 bigint);
SELECT acctguard.guard('wide', 'a_column_with_a_very_long_name_that_fills_up_everything_1', 'msg.send.direct', '{truncate}');
SELECT acctguard.guard('wide', 'a_column_with_a_very_long_name_that_fills_up_everything_2', 'msg.send.direct', '{truncate}');
SELECT count(DISTINCT tgname) FROM pg_trigger WHERE tgrelid = 'wide'::regclass;

-- tables that inherit keep their own guards, whatever happens to the parent's
CREATE TABLE inh (k int, sender bigint);
CREATE TABLE inh_child () INHERITS (inh);
SELECT acctguard.guard('inh_child', 'sender', 'msg.send.direct');
SELECT acctguard.guard('inh', 'sender', 'msg.send.direct');
SELECT acctguard.guard('inh', 'sender', 'msg.send.direct');
SELECT acctguard.unguard('inh');
SELECT count(*) AS guards_of_the_child FROM pg_trigger WHERE tgrelid = 'inh_child'::regclass AND tgname LIKE '~acctguard%';
DROP TABLE inh CASCADE;

-- a partition with a guard of its own, and OIDs that name nothing
CREATE TABLE twice (k int, sender bigint) PARTITION BY LIST (k);
CREATE TABLE twice_1 PARTITION OF twice FOR VALUES IN (1);
SELECT acctguard.guard('twice_1', 'sender', 'msg.send.direct');
SELECT acctguard.guard('twice', 'sender', 'msg.send.direct');
SELECT acctguard.unguard('twice_1');
SELECT acctguard.guard('twice', 'sender', 'msg.send.direct');
DROP TABLE twice;
SELECT acctguard.guard(0, 'sender', 'msg.send.direct');
SELECT acctguard.unguard(4294967295);

ALTER TABLE acctguard.account DISABLE TRIGGER acctguard_row;
DELETE FROM acctguard.account WHERE account_id BETWEEN 7200 AND 7220;
ALTER TABLE acctguard.account ENABLE ALWAYS TRIGGER acctguard_row;
DROP SCHEMA enforce_guard CASCADE;
DROP ROLE enforce_guard_stranger;
