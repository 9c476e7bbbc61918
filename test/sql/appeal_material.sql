-- Material: chunks sealed in their place, limits, pieces, opening; the reviewer's file. APL-01, APL-02, APL-07, AUD-04.
-- Accounts 2200300 to 2200399.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\set people :tests /sql/appeal.psql
\i :people
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2200300, 2200399);
CREATE FUNCTION pg_temp.bytes(n integer) RETURNS bytea LANGUAGE sql AS $$
    SELECT substr(decode(repeat(encode('planted material, 32 bytes long.', 'hex'), n / 32 + 1), 'hex'), 1, n)
$$;
GRANT USAGE ON SCHEMA pg_temp TO PUBLIC;
CREATE FUNCTION pg_temp.attach(account bigint, no integer, size integer, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_attach(%s, %s, ''screen.png'', ''image/png'', pg_temp.bytes(%s)%s)', account, no, size, more))
$$;
SELECT pg_temp.frozen(2200300, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200300);
SELECT pg_temp.attach(2200300, 1, n) FROM unnest('{1,65535,65536,65537,3145728}'::integer[]) n;
SELECT item, size, chunks, received, complete_at IS NOT NULL AS complete, octet_length(label) AS label, octet_length(digest) AS digest FROM acctguard.appeal_material WHERE account_id = 2200300;
SELECT item, count(*), max(octet_length(body)) AS largest, bool_or(position('planted'::bytea IN body) > 0) AS readable FROM acctguard.appeal_chunk WHERE account_id = 2200300 GROUP BY 1 ORDER BY 1;
SELECT attstorage FROM pg_attribute WHERE attrelid = 'acctguard.appeal_chunk'::regclass AND attname = 'body';
-- too large: 11 MiB, and the last byte; nothing, no name, no type
SELECT pg_temp.attach(2200300, 1, 11 * 1024 * 1024);
SELECT pg_temp.attach(2200300, 1, 10 * 1024 * 1024 + 1);
SELECT pg_temp.attach(2200300, 1, 0);
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_attach(2200300, 1, %L, %L, ''x'')', name, type))
FROM (VALUES ('', 'image/png'), (E'a\nb', 'image/png'), ('a', 'png'), ('a', 'image/'), ('a', E'image/png\r\nX: y'), ('a', 'image/png/x'), (repeat('x', 256), 'image/png')) v (name, type);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach(2200300, 1, ''a'', ''image/png'', NULL)');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_attach(2200300, 1, ''a'', ''image/png'', ''x'')');
SELECT pg_temp.attach(2200300, 7, 10);
-- in pieces, as a network brings them
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_begin(2200300, 1, ''film.mp4'', ''video/mp4'', 11534336)');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_begin(2200300, 1, ''film.mp4'', ''video/mp4'', 150000)');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_append(2200300, 1, 6, 1, pg_temp.bytes(65536))');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_append(2200300, 1, 6, 0, pg_temp.bytes(1000))');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_append(2200300, 1, 6, 0, pg_temp.bytes(65536))');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_append(2200300, 1, 6, 0, pg_temp.bytes(65536))');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_finish(2200300, 1, 6)');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_append(2200300, 1, 6, 1, pg_temp.bytes(84465))');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_append(2200300, 1, 6, 1, pg_temp.bytes(84464))');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_finish(2200300, 1, 6, sha256(''another''))');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_finish(2200300, 1, 6)');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_finish(2200300, 1, 6)');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_append(2200300, 1, 6, 3, ''x'')');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach_append(2200300, 1, 66, 0, ''x'')');
SELECT action, after->'item' AS item, after->'size' AS size FROM acctguard.audit_read(2200300, action => 'appeal.material_added');
-- opened by who holds the case, from any chunk on, each time recorded
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_open_material(2200300, 1, 5)');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_material_list(2200300, 1)');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200300, 1)');
SELECT pg_temp.as('appeal_rev1', 'SELECT string_agg(concat_ws('' '', item, name, media_type, size, chunks), E''\n'') FROM acctguard.appeal_material_list(2200300, 1)');
SELECT pg_temp.as('appeal_rev1', 'SELECT (count(*), sha256(string_agg(content, NULL ORDER BY chunk)) = sha256(pg_temp.bytes(3145728))) FROM acctguard.appeal_open_material(2200300, 1, 5)');
SELECT pg_temp.as('appeal_rev1', 'SELECT (min(chunk), max(chunk), sum(length(content))) FROM acctguard.appeal_open_material(2200300, 1, 5, 40, 3)');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_open_material(2200300, 1, 5, 48)');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_open_material(2200300, 1, 5, -1)');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_open_material(2200300, 1, 9)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_open_material(2200300, 1, 5)');
SELECT person, after->'item' AS item, after->'first_chunk' AS first, after->'chunks' AS chunks FROM acctguard.audit_read(2200300, action => 'appeal.material_opened');
-- exchanged, moved, left out, from another account: nothing opens
SELECT pg_temp.frozen(2200301, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200301);
SELECT pg_temp.attach(2200301, 1, 131072);
ALTER TABLE acctguard.appeal_chunk DISABLE TRIGGER USER;
ALTER TABLE acctguard.appeal_material DISABLE TRIGGER USER;
CREATE FUNCTION pg_temp.attack(change text, open text DEFAULT 'SELECT count(*) FROM acctguard.appeal_open_material(2200300, 1, 4)') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    BEGIN
        EXECUTE change;
        result := pg_temp.as('appeal_rev1', open);
        RAISE EXCEPTION USING ERRCODE = 'P0042';
    EXCEPTION WHEN SQLSTATE 'P0042' THEN
    END;
    RETURN result;
END
$$;
SELECT pg_temp.attack(change) FROM (VALUES ('SELECT 1'),
    ('UPDATE acctguard.appeal_chunk c SET body = (SELECT d.body FROM acctguard.appeal_chunk d WHERE d.account_id = 2200300 AND d.item = 3 AND d.chunk = 0) WHERE account_id = 2200300 AND item = 4 AND chunk = 0'),
    ('UPDATE acctguard.appeal_chunk c SET body = (SELECT d.body FROM acctguard.appeal_chunk d WHERE d.account_id = 2200301 AND d.chunk = 0) WHERE account_id = 2200300 AND item = 4 AND chunk = 0'),
    ('UPDATE acctguard.appeal_chunk c SET body = set_byte(body, 60, get_byte(body, 60) # 1) WHERE account_id = 2200300 AND item = 4 AND chunk = 0'),
    ('UPDATE acctguard.appeal_chunk c SET body = substr(body, 1, 40) WHERE account_id = 2200300 AND item = 4 AND chunk = 0'),
    ('UPDATE acctguard.appeal_material SET chunks = 3, size = 131073, received = 3 WHERE account_id = 2200300 AND item = 4'),
    ('DELETE FROM acctguard.appeal_chunk WHERE account_id = 2200300 AND item = 4 AND chunk = 1')) v (change);
SELECT pg_temp.attack('UPDATE acctguard.appeal_chunk c SET body = (SELECT d.body FROM acctguard.appeal_chunk d WHERE d.account_id = 2200300 AND d.item = 5 AND d.chunk = 1) WHERE account_id = 2200300 AND item = 5 AND chunk = 0',
    'SELECT count(*) FROM acctguard.appeal_open_material(2200300, 1, 5, 0, 1)');
SELECT pg_temp.attack('UPDATE acctguard.appeal_material SET label = (SELECT label FROM acctguard.appeal_material m WHERE m.account_id = 2200300 AND m.item = 1) WHERE account_id = 2200300 AND item = 2',
    'SELECT count(*) FROM acctguard.appeal_material_list(2200300, 1)');
ALTER TABLE acctguard.appeal_chunk ENABLE ALWAYS TRIGGER acctguard_row;
ALTER TABLE acctguard.appeal_chunk ENABLE ALWAYS TRIGGER acctguard_truncate;
ALTER TABLE acctguard.appeal_chunk ENABLE ALWAYS TRIGGER acctguard_history;
ALTER TABLE acctguard.appeal_material ENABLE ALWAYS TRIGGER acctguard_row;
ALTER TABLE acctguard.appeal_material ENABLE ALWAYS TRIGGER acctguard_truncate;
UPDATE acctguard.appeal_chunk SET body = body;
DELETE FROM acctguard.appeal_material;
-- closed: nothing more is added
SELECT pg_temp.decide('appeal_rev1', 2200300, 1, 'denied');
SELECT pg_temp.attach(2200300, 1, 10);
-- APL-07: the account's record beside the case
SELECT pg_temp.frozen(2200302, 'feature_timeout', 'violation.harassment');
SELECT pg_temp.as('freeze_risk', 'SELECT (score, freeze_no) FROM acctguard.risk_report(2200302, ''odd_login'', evidence => ''{"city": "Oslo"}'')');
SELECT pg_temp.frozen(2200302, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200302, 2);
SELECT pg_temp.submit(2200302, 1);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_file(2200302, 4)');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200302, 4)');
SET SESSION AUTHORIZATION appeal_rev1;
SELECT jsonb_object_keys(acctguard.appeal_file(2200302, 4)) AS key ORDER BY 1;
SELECT f->>'freeze' AS freeze_no, f->>'kind' AS kind, f->>'state' AS state, jsonb_array_length(f->'versions') AS versions FROM jsonb_array_elements(acctguard.appeal_file(2200302, 4)->'freezes') f;
SELECT s->>'reason' AS strike, s->>'points' AS points FROM jsonb_array_elements(acctguard.appeal_file(2200302, 4)->'strikes') s;
SELECT r->>'signal' AS signal, r->>'evidence' AS evidence FROM jsonb_array_elements(acctguard.appeal_file(2200302, 4)->'risk') r;
SELECT o->>'appeal' AS appeal, o->>'state' AS state FROM jsonb_array_elements(acctguard.appeal_file(2200302, 4)->'other_cases') o;
RESET SESSION AUTHORIZATION;
SELECT count(*) AS recorded FROM acctguard.audit_read(2200302, action => 'appeal.file_read');
-- APL-02, AUD-04: with the key of the account everything is gone, the case is moot at the next sweep, the chain of events stands
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200301, 1)');
-- not while a case is open, whose evidence it opens: the user would lose it, and the freeze would stay for good
SELECT acctguard.subject_shred(2200301, 'ticket 12');
SELECT count(*) AS shredded FROM acctguard.shred WHERE account_id = 2200301;
BEGIN;
-- so this comes from elsewhere: a ledger of shredded accounts that was restored
ALTER TABLE acctguard.subject_key DISABLE TRIGGER acctguard_row;
INSERT INTO acctguard.shred VALUES (2200301, 'ticket 12', clock_timestamp(), 'operator');
DELETE FROM acctguard.subject_key WHERE account_id = 2200301;
ALTER TABLE acctguard.subject_key ENABLE ALWAYS TRIGGER acctguard_row;
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_open_statement(2200301, 1)');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_open_material(2200301, 1, 1)');
SELECT pg_temp.decide('appeal_rev1', 2200301, 1, 'denied');
COMMIT;
DO $$ BEGIN -- somebody else who sweeps at this moment does it
    FOR i IN 1 .. 200 LOOP
        PERFORM acctguard.sweep();
        EXIT WHEN EXISTS (SELECT FROM acctguard.appeal WHERE account_id = 2200301 AND closed_at IS NOT NULL);
        PERFORM pg_sleep(0.05);
    END LOOP;
END $$;
SELECT * FROM pg_temp.cases(2200301);
SELECT action FROM acctguard.audit_read(2200301) WHERE action LIKE 'appeal.%';
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk, appeal_app, appeal_rev1, appeal_rev2, appeal_rev3, appeal_desk;
