-- Taking over an application's table of users (issue: an existing schema protected by two calls).
\set VERBOSITY terse
CREATE SCHEMA regress_adopt;
CREATE TABLE regress_adopt.users (id bigint PRIMARY KEY, name text);
INSERT INTO regress_adopt.users SELECT i, 'u' || i FROM generate_series(300000, 300999) i;
SELECT acctguard.account_open(300000);
SELECT acctguard.account_adopt('regress_adopt.users', 'id');
SELECT acctguard.account_adopt('regress_adopt.users', 'id');
SELECT count(*) FROM acctguard.account WHERE account_id BETWEEN 300000 AND 300999;

-- the trigger keeps in step: insert, copy, upsert, rolled-back savepoint, replica mode
INSERT INTO regress_adopt.users VALUES (301000, 'new');
COPY regress_adopt.users FROM STDIN;
301001	copied
\.
INSERT INTO regress_adopt.users VALUES (301000, 'again') ON CONFLICT DO NOTHING;
BEGIN;
SAVEPOINT s;
INSERT INTO regress_adopt.users VALUES (301002, 'gone');
ROLLBACK TO SAVEPOINT s;
COMMIT;
SET session_replication_role = replica;
INSERT INTO regress_adopt.users VALUES (301003, 'replica');
RESET session_replication_role;
SELECT account_id, state FROM acctguard.account WHERE account_id BETWEEN 301000 AND 301003 ORDER BY 1;

-- identity is for ever; other columns change freely; a deleted row leaves its account
UPDATE regress_adopt.users SET id = 399999 WHERE id = 301000;
UPDATE regress_adopt.users SET id = id, name = 'renamed' WHERE id = 301000;
DELETE FROM regress_adopt.users WHERE id = 301000;
SELECT state FROM acctguard.account WHERE account_id = 301000;

-- a renamed column is followed
ALTER TABLE regress_adopt.users RENAME id TO user_id;
INSERT INTO regress_adopt.users VALUES (301004, 'renamed column');
SELECT count(*) FROM acctguard.account WHERE account_id = 301004;

-- uuid and text ids
CREATE TABLE regress_adopt.people (uid uuid PRIMARY KEY, handle text);
INSERT INTO regress_adopt.people VALUES ('f81d4fae-7dec-11d0-a765-00a0c91e6bf6', 'x');
SELECT acctguard.account_adopt('regress_adopt.people', 'uid');
INSERT INTO regress_adopt.people VALUES ('00000000-0000-0000-0000-000000000001', 'y'), ('00000000-0000-0000-0000-000000000002', 'z');
SELECT external_id, account_id > 0 AS generated FROM acctguard.account WHERE external_id LIKE '%-%-%-%-%' ORDER BY 1;

-- so many at one instant that some of their generated ids collide: each gets another one
BEGIN;
SET LOCAL acctguard.test_clock = 860000000;
CREATE TABLE regress_adopt.crowd (name text PRIMARY KEY);
INSERT INTO regress_adopt.crowd SELECT 'crowd ' || n FROM generate_series(1, 8000) n;
SELECT acctguard.account_adopt('regress_adopt.crowd', 'name');
ROLLBACK;

-- a partitioned table of users
CREATE TABLE regress_adopt.parted (id bigint NOT NULL, region int NOT NULL) PARTITION BY LIST (region);
CREATE TABLE regress_adopt.parted_1 PARTITION OF regress_adopt.parted FOR VALUES IN (1);
SELECT acctguard.account_adopt('regress_adopt.parted', 'id');
CREATE TABLE regress_adopt.parted_2 (region int NOT NULL, extra text, id bigint NOT NULL);
ALTER TABLE regress_adopt.parted_2 DROP COLUMN extra;
ALTER TABLE regress_adopt.parted ATTACH PARTITION regress_adopt.parted_2 FOR VALUES IN (2);
INSERT INTO regress_adopt.parted VALUES (302000, 1), (302001, 2);
INSERT INTO regress_adopt.parted_2 (id, region) VALUES (302002, 2);
SELECT count(*) FROM acctguard.account WHERE account_id BETWEEN 302000 AND 302002;

-- what cannot be adopted
SELECT acctguard.account_adopt('regress_adopt.users', 'nope');
SELECT acctguard.account_adopt('regress_adopt.users', 'name') IS NOT NULL AS text_ids_are_external;
CREATE TABLE regress_adopt.odd (id numeric);
INSERT INTO regress_adopt.odd VALUES (1);
SELECT acctguard.account_adopt('regress_adopt.odd', 'id');
CREATE TABLE regress_adopt.negative (id int);
INSERT INTO regress_adopt.negative VALUES (-1);
SELECT acctguard.account_adopt('regress_adopt.negative', 'id');
CREATE TRIGGER wrong AFTER INSERT ON regress_adopt.negative FOR EACH ROW EXECUTE FUNCTION acctguard.account_follow();
INSERT INTO regress_adopt.negative VALUES (5);

-- a role that owns its table needs acctguard_operator, nothing else
CREATE ROLE regress_adopt_owner LOGIN;
GRANT acctguard_operator TO regress_adopt_owner;
GRANT USAGE, CREATE ON SCHEMA regress_adopt TO regress_adopt_owner;
SET SESSION AUTHORIZATION regress_adopt_owner;
CREATE TABLE regress_adopt.own (id int PRIMARY KEY);
INSERT INTO regress_adopt.own VALUES (303000);
SELECT acctguard.account_adopt('regress_adopt.own', 'id');
SELECT acctguard.account_adopt('regress_adopt.users', 'user_id');
RESET SESSION AUTHORIZATION;

DROP SCHEMA regress_adopt CASCADE;
DROP ROLE regress_adopt_owner;
