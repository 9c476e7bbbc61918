-- Which functions take secrets: by the names of their arguments, every one is in the list or declared harmless here.
\set VERBOSITY terse
-- what the list names exists
SELECT name AS not_there FROM acctguard.secret_functions() AS name
WHERE NOT EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'acctguard'::regnamespace AND p.proname = name) ORDER BY 1;
-- what looks like a secret is in the list, or is none: kept in clear text because others have to read it
WITH harmless (function, argument, why) AS (VALUES
    ('acknowledge', 'text_hash', 'hash of published rules'),
    ('number_load_open', 'document', 'hash and length of a file, no number'), ('number_load_open', 'signature', 'of it'),
    ('account_cancel_close', 'proof', 'method and time of a verification'),
    ('account_request_close', 'proof', 'method and time of a verification'),
    ('appeal_open_material', 'chunks', 'how many to read'),
    ('appeal_open_material', 'first_chunk', 'where to begin'),
    ('appeal_ticket_issue', 'proof', 'method and time of a verification'),
    ('freeze_impose', 'statement', 'further fields of the statement of reasons'),
    ('freeze_lift', 'proof', 'method and time of a verification'),
    ('freeze_satisfy', 'proof', 'method and time of a verification'),
    ('notice_done', 'receipt', 'number that a provider gave'),
    ('notice_done', 'receipts', 'numbers that a provider gave'),
    ('policy_set', 'value', 'policy'),
    ('session_open', 'proofs', 'names of what was proved'),
    ('subject_shred', 'ticket', 'number of a request'))
SELECT p.proname, a.name AS unexplained FROM pg_proc p CROSS JOIN LATERAL unnest(p.proargnames) WITH ORDINALITY AS a (name, position)
WHERE p.pronamespace = 'acctguard'::regnamespace
  AND (p.proargmodes IS NULL OR p.proargmodes[a.position] IN ('i', 'b', 'v'))
  AND (a.name ~ 'statement|content|address|contact$|token|ticket|password|passphrase|code$|proof|text|answer|secret|otp|phone|number$|body|chunk|data$|document|signature|factor|receipt|^value$|^flow$'
       OR (a.name = 'reason' AND p.proname ~ '^appeal_') OR (a.name IN ('wanted') AND p.proname ~ '^appeal_'))
  AND p.proname NOT IN (SELECT acctguard.secret_functions())
  AND NOT EXISTS (SELECT FROM harmless h WHERE h.function = p.proname AND h.argument = a.name)
ORDER BY 1, 2;

-- what is seen of a statement while it runs and after it
CREATE FUNCTION pg_temp.seen() RETURNS text LANGUAGE sql AS $$ SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid() $$;
CREATE FUNCTION pg_temp.try(VARIADIC ignored text[]) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.seen() $$;
-- ... of one that only has the name
SELECT pg_temp.try('geheim', 'contact_add');
SELECT pg_temp.try('it''s geheim', E'geheim\' geheim', U&'geheim\0041', B'01'::text, $$geheim$$, $geheim$geheim $ $$ geheim$geheim$, 'contact_add') /* geheim's: contact_add */ AS "it's a 'name'", 42 AS number;
SELECT pg_temp.try('geheim', 'not a name: contact_adds, xcontact_add, contact_add1') LIKE '%geheim%' AS untouched;
SELECT pg_temp.try('geheim', 'CONTACT_Add') LIKE '%geheim%' AS untouched;
SELECT current_query() AS "contact_add", 'geheim' AS secret;
-- ... inside of others, and by the call alone
DO $$ BEGIN RAISE NOTICE 'seen: %', pg_temp.seen(); PERFORM 'contact_add geheim'; END $$;
CREATE FUNCTION pg_temp.signup(address text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    BEGIN PERFORM acctguard.contact_add(-1, 'email', address); EXCEPTION WHEN OTHERS THEN NULL; END;
    RETURN pg_temp.seen();
END $$;
SELECT pg_temp.signup('geheim@example.org');
CREATE FUNCTION pg_temp.contact_add(address text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.seen() $$;
SELECT pg_temp . "contact_add" ( 'geheim' );
PREPARE secret AS SELECT pg_temp.contact_add($1);
EXECUTE secret('geheim');
PREPARE "geheim's" (text) AS SELECT pg_temp.contact_add($1 || 'geheim');
EXECUTE /* that's it */ "geheim's"('geheim');
PREPARE "it's" (text) AS SELECT pg_temp.seen() WHERE $1 <> 'x';
EXECUTE "it's"('geheim');
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE secret('geheim');
CREATE TEMP TABLE made AS EXECUTE "geheim's"('geheim');
SELECT * FROM made;
-- ... a name in escapes may be one; a prepared statement that is not there may have been one, and is not in the log
SELECT pg_temp.seen() AS U&"\006eame", 'geheim' AS value;
SELECT pg_temp.U&"contact\005fadd"('geheim');
EXPLAIN (COSTS OFF) EXECUTE U&"\0073ecret"('geheim');
SELECT statement FROM pg_prepared_statements WHERE name = 'secret';
COPY (SELECT pg_temp.try('geheim', 'contact_add')) TO STDOUT;
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SELECT pg_temp.try('geheim\'', 'geheim', 'contact_add');
RESET standard_conforming_strings;
RESET escape_string_warning;
-- functions of the application
SELECT pg_temp.try('geheim') LIKE '%geheim%' AS untouched;
SET acctguard.secret_functions = 'other, try';
SELECT pg_temp.try('geheim');
RESET acctguard.secret_functions;
DEALLOCATE ALL;

-- findings: one for each risky setting
SELECT setting, value FROM acctguard.config_findings() WHERE setting NOT IN ('shared_preload_libraries');
BEGIN;
SET LOCAL log_statement = 'all';
SET LOCAL log_parameter_max_length_on_error = 100;
SET LOCAL debug_print_plan = on;
SET LOCAL client_min_messages = error;
CREATE PUBLICATION regress_redact FOR ALL TABLES;
SELECT setting, value FROM acctguard.config_findings() WHERE setting NOT IN ('shared_preload_libraries');
ROLLBACK;
