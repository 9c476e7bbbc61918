-- The keyring of a server without a root key: what needs none works, what needs one says so.
-- With keys: test/t/030_keyring.pl. Accounts 330000 to 330099.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', state || ': ' || message, CASE WHEN state LIKE 'UG%' THEN nullif(detail, '') END, nullif(hint, ''));
END $$;
SELECT acctguard.account_open(n) FROM generate_series(330001, 330004) n;

-- The inventory says that there is nothing, and never shows bytes.
SELECT purpose, kid, state, algorithm, usable, detail FROM acctguard.key_status();
SELECT count(*) AS columns_of_bytes FROM pg_proc p, unnest(p.proallargtypes) t
WHERE p.pronamespace = 'acctguard'::regnamespace AND p.proname LIKE 'key\_%' AND t = 'bytea'::regtype;

-- What needs a key: UG001, with what to do.
SELECT pg_temp.attempt('SELECT acctguard.key_create()');
SELECT pg_temp.attempt('SELECT acctguard.key_create(''contact'')');
SELECT pg_temp.attempt('SELECT acctguard.key_rewrap()');

-- Arguments.
SELECT pg_temp.attempt('SELECT acctguard.key_create(''root'')');
SELECT pg_temp.attempt('SELECT acctguard.key_create(''subject'')');
SELECT pg_temp.attempt('SELECT acctguard.key_create(''nothing'')');
SELECT pg_temp.attempt('SELECT acctguard.key_rewrap(''subject'')');
SELECT pg_temp.attempt('SELECT acctguard.key_rewrap(batch => 0)');
SELECT pg_temp.attempt('SELECT acctguard.key_rewrap(batch => NULL)');
SELECT pg_temp.attempt('SELECT acctguard.key_rewrap(batch => 100001)');
SELECT pg_temp.attempt('SELECT acctguard.key_retire(NULL)');
SELECT pg_temp.attempt('SELECT acctguard.key_retire(1)');

-- Enforcement needs no key: a freeze is imposed, recorded and enforced; its row has no tag.
SELECT acctguard.freeze_impose(330001, 'feature_freeze', 'violation.spam', 'sent one message to 900 strangers');
SELECT acctguard.allowed(330001, 'msg.send.direct');
SELECT count(*) > 0 AS recorded, count(tag) AS tags, count(key_id) AS keys, count(origin) AS origins, count(dek) AS data_keys
FROM acctguard.ledger WHERE account_id = 330001;
SELECT count(*) > 0 AS read, count(address) AS addresses FROM acctguard.audit_read(330001);

-- Shredding needs a ticket and an account, no key; once is enough; a legal hold forbids it.
SELECT pg_temp.attempt('SELECT acctguard.subject_shred(330002, NULL)');
SELECT pg_temp.attempt('SELECT acctguard.subject_shred(330002, '' '')');
SELECT pg_temp.attempt('SELECT acctguard.subject_shred(330099, ''ticket 7'')');
SELECT pg_temp.attempt('SELECT acctguard.subject_shred(NULL, ''ticket 7'')');
SELECT acctguard.subject_shred(330002, 'ticket 7');
SELECT acctguard.subject_shred(330002, 'ticket 8');
SELECT account_id, ticket, shredded_by = session_user AS by_me FROM acctguard.shred WHERE account_id BETWEEN 330001 AND 330099;
SELECT action, reason, after FROM acctguard.audit_read(330002, action => 'key.subject_shredded');
SELECT acctguard.legal_hold_place(330003, 'regress 330003', 'order 1', 'evidence') > 0 AS held;
SELECT pg_temp.attempt('SELECT acctguard.subject_shred(330003, ''ticket 9'')');

-- The tables hold themselves: one active key per purpose, states and columns that fit each other.
BEGIN;
SELECT pg_temp.attempt(format('INSERT INTO acctguard.data_key VALUES (%s)', v)) FROM (VALUES
    ('1, ''contact'', ''active'', NULL, NULL, now(), ''x'''),
    ('1, ''contact'', ''retired'', NULL, NULL, now(), ''x'', now()'),
    ('1, ''contact'', ''decrypt_only'', NULL, NULL, now(), ''x'', now()'),
    ('1, ''root'', ''retired'', NULL, NULL, now(), ''x'', now(), now(), ''x'''),
    ('0, ''contact'', ''retired'', NULL, NULL, now(), ''x'', now(), now(), ''x''')) AS bad (v);
ROLLBACK;
SELECT pg_temp.attempt('DELETE FROM acctguard.shred');
