-- Files of carriers (PHN-13): one signature over many lines, recorded batch by batch, nothing twice, nothing lost silently. Accounts 317000 to 317099.
\set VERBOSITY terse
SET timezone = 'UTC';
CREATE ROLE regress_load_operator LOGIN;
GRANT acctguard_operator TO regress_load_operator;
CREATE FUNCTION pg_temp.sign(seed bytea, data bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_sign';
CREATE FUNCTION pg_temp.public_key(seed bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_public_key';
CREATE FUNCTION pg_temp.seconds(at timestamptz) RETURNS bigint LANGUAGE sql AS 'SELECT floor(extract(epoch FROM at))::bigint';
-- The announcement of a file, as the carrier signs it: what is given replaces what is usual.
CREATE FUNCTION pg_temp.open(file text, body jsonb DEFAULT '{}', seed bytea DEFAULT sha256('load'), OUT code text, OUT load uuid) LANGUAGE sql AS $$
    SELECT o.* FROM convert_to((jsonb_build_object('format', 'carrier/file', 'aud', 'im.test', 'iat', pg_temp.seconds(clock_timestamp()),
        'exp', pg_temp.seconds(clock_timestamp()) + 3600, 'jti', 'file-1', 'lines', length(file) - length(replace(file, E'\n', '')),
        'sha256', encode(sha256(convert_to(file, 'UTF8')), 'hex')) || body)::text, 'UTF8') d,
    acctguard.number_load_open(d, pg_temp.sign(seed, convert_to('acctguard/number-event/v1', 'UTF8') || '\x00' || 'carrier.load' || '\x00' || d), 'carrier.load') o $$;
-- The lines of a file, into the view.
CREATE FUNCTION pg_temp.fill(load uuid, file text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO acctguard.number_load_input SELECT load, n, l FROM unnest(string_to_array(rtrim(file, E'\n'), E'\n')) WITH ORDINALITY u (l, n) $$;
SELECT acctguard.number_provider_add('carrier.load', pg_temp.public_key(sha256('load')), '{carrier/file}', 'im.test', '2024-01-01') AS key;

SELECT count(acctguard.account_open(n)) AS opened FROM generate_series(317001, 317004) n;
SELECT count(acctguard.number_import(n, '+8613731710' || n - 317000 + 100, bound_at => '2024-01-01', proof_at => '2024-02-01')) AS bound
FROM generate_series(317001, 317003) n;

-- One line of each kind; numbers that nobody has; lines that are wrong.
SELECT $$+8613731710101,disconnected,2024-03-01
+8613731710101,ported,2024-03-01T08:00:00+08:00
+8613731710102,recycled,2024-02-01,no
+8613731710102,recycled,2024-01-15,yes
+8613731710102,recycled,2024-02-29,no_data
+8613731710103,sim_changed,2024-03-01T23:59:59Z
+8613731710103,subscriber_changed,2024-12-31
+8613731710103,delivery_failed,1999-12-31
+8613731719999,disconnected,2024-03-01
+8613731710101,disconnected
+8613731710101,disconnected,2024-03-01,yes
+8613731710101,recycled,2024-03-01
+8613731710101,recycled,2024-03-01,yes,no
8613731710101,disconnected,2024-03-01
+86 13731710101,disconnected,2024-03-01
+861373171010100,disconnected,2024-03-01
+8613731710101,gone,2024-03-01
+8613731710101,claim_completed,2024-03-01
+8613731710101,recycled,2024-03-01,perhaps
+8613731710101,disconnected,2023-02-29
+8613731710101,disconnected,2024-13-01
+8613731710101,disconnected,2024-03-01T08:00:00
+8613731710101,disconnected,2024-03-01T24:00:00Z
+8613731710101,disconnected,1969-12-31
+8613731710101,disconnected,tomorrow
+8613731710101,disconnected,2099-01-01

$$ || repeat('x', 201) || E'\n' AS file \gset
SET SESSION AUTHORIZATION regress_load_operator;
-- The announcement is judged like any document.
SELECT code, load IS NULL AS no_load FROM pg_temp.open(:'file', seed => sha256('somebody else'));
SELECT (pg_temp.open(:'file', body::jsonb)).code, body FROM (VALUES ('{"aud": "other"}'), ('{"iat": 4000000000}'), ('{"exp": 1}'), ('{"lines": 0}'),
    ('{"lines": 1e9}'), ('{"lines": "7"}'), ('{"sha256": "ff"}'), ('{"sha256": null}'), ('{"format": "carrier/notice", "phoneNumber": "+8613731710101"}')) v (body);
SELECT code, load FROM pg_temp.open(:'file') \gset
SELECT :'code' AS code;
SELECT (pg_temp.open(:'file')).code AS again, (pg_temp.open('another' || E'\n')).code AS same_name;
-- Nothing else of such a document is taken.
SELECT state, lines, done FROM acctguard.number_loads(:'load');

-- Lines: only of an open load, each once, none beyond the last; nobody else reads or writes them.
SELECT pg_temp.fill(:'load', 'one' || E'\n');
\set VERBOSITY sqlstate
INSERT INTO acctguard.number_load_input VALUES (:'load', 1, 'again');
INSERT INTO acctguard.number_load_input VALUES (:'load', 29, 'too far'), (:'load', 0, 'too early');
INSERT INTO acctguard.number_load_input VALUES (gen_random_uuid(), 1, 'no load');
INSERT INTO acctguard.number_load_input (line, content) VALUES (1, 'no load');
SELECT count(*) FROM acctguard.number_load_input;
SELECT count(*) FROM acctguard.number_load_line;
CALL acctguard.number_event_load(:'load');
SELECT acctguard.number_load_clear(:'load') AS cleared;
-- Not the lines that were signed: nothing counts.
SELECT pg_temp.fill(:'load', replace(:'file', 'disconnected,2024-03-01', 'disconnected,2024-03-02'));
CALL acctguard.number_event_load(:'load');
SELECT state, done FROM acctguard.number_loads(:'load');
SELECT acctguard.number_load_clear(:'load') AS cleared;
-- The right ones.
SELECT pg_temp.fill(:'load', :'file');
BEGIN;
CALL acctguard.number_event_load(:'load');
ROLLBACK;
CALL acctguard.number_event_load(:'load', 0);
CALL acctguard.number_event_load(gen_random_uuid());
CALL acctguard.number_event_load(NULL);
RESET SESSION AUTHORIZATION;
SELECT task LIKE 'load %' AS load, what, state, done, remaining FROM acctguard.progress WHERE task = 'load ' || :'load';
SET SESSION AUTHORIZATION regress_load_operator;
SET client_min_messages = warning;
CALL acctguard.number_event_load(:'load', 5);
CALL acctguard.number_event_load(:'load', 5);
RESET client_min_messages;
SELECT state, lines, done, recorded, unknown, refused FROM acctguard.number_loads(:'load');
SELECT line, code FROM acctguard.number_load_refusals(:'load');
SELECT acctguard.number_load_clear(:'load');
INSERT INTO acctguard.number_load_input VALUES (:'load', 1, 'late');
RESET SESSION AUTHORIZATION;
\set VERBOSITY terse
SELECT count(*) AS lines_left FROM acctguard.number_load_line WHERE load = :'load';

-- What was recorded, and what follows from it: the same as of single documents.
SELECT b.account_id, e.no, e.signal, e.answer, e.since, e.occurred_at, e.jti FROM acctguard.number_event e JOIN acctguard.binding b USING (number_id)
WHERE b.account_id BETWEEN 317001 AND 317003 ORDER BY 1, 2;
SELECT account_id, n.evidence FROM generate_series(317001, 317003) account_id, acctguard.number_evidence(account_id) n;
SELECT a.account_id, count(*) AS events, count(DISTINCT a.aseq) AS in_order FROM generate_series(317001, 317003) n, acctguard.audit_read(n, action => 'number.evidence') a GROUP BY 1 ORDER BY 1;
SELECT action, count(*) FROM acctguard.audit_read() WHERE action LIKE 'number.load%' GROUP BY 1 ORDER BY 1;
SELECT count(*) AS numbers_in_the_ledger FROM acctguard.audit_read(max_rows => 10000) a WHERE a::text LIKE '%137317101%';

-- The same file again is refused; another file may repeat a line, which is then said twice, by two documents.
SELECT (pg_temp.open(:'file')).code;
SELECT code, load FROM pg_temp.open(E'+8613731710101,disconnected,2024-03-01\n', '{"jti": "file-2"}') \gset
SELECT pg_temp.fill(:'load', E'+8613731710101,disconnected,2024-03-01\n');
SET client_min_messages = warning;
CALL acctguard.number_event_load(:'load');
RESET client_min_messages;
SELECT state, recorded FROM acctguard.number_loads(:'load');
-- A key that got into wrong hands: what it signed does not count any more.
SELECT acctguard.number_provider_end('carrier.load', 1, 'stolen', '2024-01-01') AS ended;
SELECT account_id, n.evidence FROM generate_series(317001, 317003) account_id, acctguard.number_evidence(account_id) n;
SELECT (pg_temp.open('x' || E'\n', '{"jti": "file-3"}')).code;
DROP ROLE regress_load_operator;
