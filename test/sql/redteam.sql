-- Ways around a guard and around two persons that were tried and did not work. Accounts 7800 to 7899.
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT count(acctguard.account_open(a)) FROM generate_series(7801, 7809) a;
SELECT acctguard.freeze_impose(7801, 'feature_freeze', 'violation.spam', 'sent spam to strangers') AS no;

-- Foreign keys that change the guarded column of other people's tables.
CREATE TABLE rt_user (id bigint PRIMARY KEY);
CREATE TABLE rt_message (sender_id bigint REFERENCES rt_user ON UPDATE CASCADE ON DELETE SET NULL, body text);
CREATE TABLE rt_other (sender_id bigint REFERENCES rt_user ON DELETE CASCADE, body text);
INSERT INTO rt_user VALUES (7801), (7802), (7803);
INSERT INTO rt_message VALUES (7801, 'a'), (7802, 'b'), (7803, 'c');
INSERT INTO rt_other VALUES (7803, 'd');
SELECT acctguard.guard('rt_message', 'sender_id', 'msg.send.direct');
SELECT acctguard.guard('rt_other', 'sender_id', 'msg.send.direct', operations => '{insert,reassign,update,delete}');
UPDATE rt_user SET id = 7809 WHERE id = 7801;                -- taken from a frozen account
DELETE FROM rt_user WHERE id = 7801;                         -- the same, to NULL
DELETE FROM rt_user WHERE id = 7802;                         -- a row without an account
UPDATE rt_user SET id = 7804 WHERE id = 7802;                -- neither is frozen
SELECT acctguard.freeze_impose(7803, 'feature_freeze', 'violation.spam', 'sent spam to strangers') AS no;
DELETE FROM rt_user WHERE id = 7803;                         -- cascades into a guarded DELETE
SELECT * FROM rt_message ORDER BY 2;

-- Column types and names.
CREATE DOMAIN rt_account AS bigint;
CREATE TABLE "rt Odd" ("Sender Id é" rt_account);
SELECT acctguard.guard('"rt Odd"', 'Sender Id é', 'msg.send.direct');
INSERT INTO "rt Odd" VALUES (7801);
ALTER TABLE "rt Odd" RENAME "Sender Id é" TO "%s\n";
INSERT INTO "rt Odd" VALUES (7801);
CREATE TEMP TABLE rt_temp (sender_id smallint);
SELECT acctguard.guard('rt_temp', 'sender_id', 'msg.send.direct');
INSERT INTO rt_temp VALUES (7801);

-- A trigger made by hand refuses, whatever it is given.
CREATE TABLE rt_hand (sender_id bigint, other_id bigint);
CREATE TRIGGER hand BEFORE INSERT OR UPDATE OF sender_id, other_id ON rt_hand FOR EACH ROW
    EXECUTE FUNCTION acctguard.guard_check('~acctguard_x', 'msg.send.direct', 'insert', 'commit', 'before', 'allow', 'refuse');
INSERT INTO rt_hand VALUES (7802, 7802);
DROP TRIGGER hand ON rt_hand;
CREATE TRIGGER hand AFTER INSERT ON rt_hand FOR EACH STATEMENT
    EXECUTE FUNCTION acctguard.guard_check('~acctguard_x', 'msg.send.direct', 'insert', 'commit', 'before', 'allow', 'refuse');
INSERT INTO rt_hand VALUES (7802, 7802);

-- A thousand savepoints, five thousand exception blocks, a hundred thousand accounts; memory goes back.
BEGIN;
SELECT string_agg(format('SAVEPOINT s%s; INSERT INTO rt_temp VALUES (1);', n), ' ' ORDER BY n) AS script
FROM generate_series(1, 1000) n \gset
:script
ROLLBACK TO s2;
COMMIT;
SELECT count(*) FROM rt_temp;
CREATE TEMP TABLE rt_bulk (sender_id bigint);
SELECT acctguard.guard('rt_bulk', 'sender_id', 'msg.send.direct');
DO $$
BEGIN
    FOR i IN 1 .. 5000 LOOP
        BEGIN
            INSERT INTO rt_bulk VALUES (7804 + i % 3);
            RAISE EXCEPTION 'undo';
        EXCEPTION WHEN raise_exception THEN NULL;
        END;
    END LOOP;
END $$;
SELECT sum(total_bytes) AS before FROM pg_backend_memory_contexts \gset
INSERT INTO rt_bulk SELECT 1000000 + n FROM generate_series(1, 100000) n;
SELECT sum(total_bytes) - :before < 4 * 1024 * 1024 AS given_back FROM pg_backend_memory_contexts;

-- A person stays the same under any role, and a savepoint takes a name back.
CREATE ROLE rt_mod LOGIN;
GRANT acctguard_moderator TO rt_mod;
CREATE ROLE rt_office LOGIN;
GRANT acctguard_moderator, acctguard_delegate TO rt_office;
SET SESSION AUTHORIZATION rt_mod;
SELECT acctguard.freeze_impose(7805, 'ban', 'violation.severe', 'sold stolen accounts', ground => 'Rules 4') AS no;
SET ROLE acctguard_moderator;
SELECT acctguard.freeze_approve(7805, 1);
RESET ROLE;
SET SESSION AUTHORIZATION rt_office;
BEGIN;
SELECT acctguard.acting_as('rt_someone');
SAVEPOINT s;
SELECT acctguard.acting_as('rt_mod');
SELECT acctguard.freeze_approve(7805, 1);
ROLLBACK TO s;
SELECT acctguard.freeze_approve(7805, 1);
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT state, issued_by, approved_by FROM acctguard.freeze_list(7805);

-- Seen from inside a transaction that began before, through plans, and through policies.
CREATE TABLE rt_rows (a bigint);
INSERT INTO rt_rows VALUES (7801), (7802);
ALTER TABLE rt_rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON rt_rows USING (acctguard.allowed(a, 'msg.send.direct')) WITH CHECK (acctguard.allowed(a, 'msg.send.direct'));
CREATE ROLE rt_app LOGIN;
GRANT acctguard_app TO rt_app;
GRANT SELECT, INSERT ON rt_rows TO rt_app;
SET SESSION AUTHORIZATION rt_app;
SELECT * FROM rt_rows;
INSERT INTO rt_rows VALUES (7801);
RESET SESSION AUTHORIZATION;

-- What the state of the database would be if somebody else's statement had done it.
SET ROLE acctguard_owner;
WITH gone AS (DELETE FROM acctguard.standing RETURNING 1) SELECT count(*) FROM gone;
MERGE INTO acctguard.standing s USING (SELECT 1) v ON true WHEN MATCHED THEN DELETE;
RESET ROLE;
SET session_replication_role = replica;
UPDATE acctguard.standing SET denied = 0;
INSERT INTO rt_bulk VALUES (7801);
RESET session_replication_role;

DROP TABLE rt_message, rt_other, rt_user, "rt Odd", rt_temp, rt_bulk, rt_hand, rt_rows;
DROP DOMAIN rt_account;
DROP ROLE rt_mod, rt_office, rt_app;
