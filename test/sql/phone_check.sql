-- Leftovers (PHN-15): each is planted past the guards, found, and mended where that can be done. Accounts 319000 to 319999.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE ROLE regress_check_op LOGIN;
GRANT acctguard_operator TO regress_check_op;
-- What was there before this test is not looked at, but has to be in order but for what other tests write by hand.
SELECT count(acctguard.account_open(n)) AS opened FROM generate_series(319001, 319020) n;
SELECT count(acctguard.number_import(n, '+86137319' || n - 300000, bound_at => '2024-01-01')) AS bound FROM generate_series(319001, 319016) n;
SELECT acctguard.number_import(319017, '+8613731919001', kind => 'trusted') AS trusted;
CREATE TEMP TABLE mine AS SELECT account_id, number_id FROM acctguard.binding WHERE account_id BETWEEN 319001 AND 319016;
GRANT SELECT ON mine TO regress_check_op;
CREATE FUNCTION pg_temp.found(sealed boolean DEFAULT true) RETURNS TABLE (account bigint, finding text, can_be_mended boolean) LANGUAGE sql AS $$
    SELECT account_id, c.finding, c.can_be_mended FROM acctguard.number_check(most => 1000000, sealed => sealed) c JOIN mine USING (number_id) ORDER BY 1, 2 $$;
SELECT count(*) AS healthy FROM pg_temp.found();
-- In pieces: the last row says where to go on.
WITH RECURSIVE piece (round, after, finding) AS (
    SELECT 0, 0::bigint, 'more' UNION ALL
    SELECT round + 1, c.number_id, c.finding FROM piece, acctguard.number_check(piece.after, 5, false) c WHERE piece.finding = 'more' AND c.finding = 'more')
SELECT max(round) >= 3 AS went_on, max(round) = (SELECT count(*) / 5 FROM (SELECT number_id FROM acctguard.number UNION SELECT number_id FROM acctguard.binding
    UNION SELECT number_id FROM acctguard.number_index UNION SELECT number_id FROM acctguard.number_event UNION SELECT number_id FROM acctguard.tombstone) n) AS to_the_end FROM piece;
SELECT acctguard.number_check(most => 0);
SELECT acctguard.number_repair(1, ' ');

-- Planted by the superuser, with the guards off.
CREATE FUNCTION pg_temp.guards(what text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY '{number,number_index,binding,account,number_event}'::text[] LOOP
        EXECUTE format('ALTER TABLE acctguard.%I %s TRIGGER acctguard_row', t, what);
    END LOOP;
END $$;
CREATE FUNCTION pg_temp.id(account bigint) RETURNS bigint LANGUAGE sql AS 'SELECT number_id FROM mine WHERE account_id = account';
SELECT pg_temp.guards('DISABLE');
DELETE FROM acctguard.number WHERE number_id = pg_temp.id(319002); -- the row alone: binding and index are left
UPDATE acctguard.number SET epoch = 0 WHERE number_id = pg_temp.id(319003);
INSERT INTO acctguard.number_event (number_id, no, signal, occurred_at, stated_at, received_at) VALUES (pg_temp.id(319004), 1, 'claim_opened', now(), now(), now());
UPDATE acctguard.number SET hint = '+1********99', country = 1 WHERE number_id = pg_temp.id(319005);
DELETE FROM acctguard.number_index WHERE number_id = pg_temp.id(319006);
INSERT INTO acctguard.number_index SELECT substr(sha256('wrong'), 1, 16), kid, number_id FROM acctguard.number_index WHERE number_id = pg_temp.id(319007);
UPDATE acctguard.number_index SET number_id = 1 WHERE number_id = pg_temp.id(319008); -- leads to a number that is gone
UPDATE acctguard.number SET e164 = set_byte(e164, length(e164) - 1, get_byte(e164, length(e164) - 1) # 1) WHERE number_id = pg_temp.id(319009);
UPDATE acctguard.number n SET e164 = o.e164 FROM acctguard.number o WHERE n.number_id = pg_temp.id(319010) AND o.number_id = pg_temp.id(319011); -- sealed for another row
UPDATE acctguard.account SET state = 'erased', close_requested_at = now(), close_at = now(), closed_at = now(), erased_at = now() WHERE account_id = 319013;
DELETE FROM acctguard.binding WHERE account_id = 319014;
UPDATE acctguard.number SET added_at = '2024-01-01' WHERE number_id = pg_temp.id(319014);
SELECT pg_temp.guards('ENABLE ALWAYS');
-- Two holders need the unique indexes away, and accounts that vanish a hole in the table: seen, and taken back.
BEGIN;
SELECT pg_temp.guards('DISABLE');
DROP INDEX acctguard.binding_one_account, acctguard.binding_one_login;
UPDATE acctguard.binding SET number_id = pg_temp.id(319015) WHERE account_id = 319016;
INSERT INTO acctguard.binding (account_id, no, number_id, kind, proofs, bound_at, bound_by, recorded_at, effective_at)
SELECT 319001, 99, pg_temp.id(319001), 'login', '{import}', now(), 'x', now(), now();
UPDATE acctguard.binding SET account_id = 319999 WHERE account_id = 319011;
SELECT * FROM pg_temp.found(false) WHERE account IN (319001, 319011, 319015, 319016);
SELECT finding, can_be_mended FROM acctguard.number_repair(pg_temp.id(319015), 'nobody decides here', false);
ROLLBACK;

-- A newer index key: nobody is found by it yet.
BEGIN;
SELECT purpose FROM acctguard.key_create('phone_index');
SELECT * FROM pg_temp.found() WHERE account = 319012;
SELECT finding FROM acctguard.number_repair(pg_temp.id(319012), 'ahead of the others');
SELECT count(*) AS left_of_it FROM pg_temp.found() WHERE account = 319012;
ROLLBACK;

-- All of them, each alone; without keys those that need none.
SELECT * FROM pg_temp.found();
SELECT c.finding, c.can_be_mended FROM acctguard.number_check(0, 1, true) c WHERE number_id = 1;
SELECT string_agg(account::text || ' ' || finding, ', ' ORDER BY account) AS without_opening FROM pg_temp.found(false);
SELECT count(*) AS never_bound_is_young FROM acctguard.number_check(most => 1000000, sealed => false) c WHERE number_id IN (SELECT number_id FROM mine) AND finding = 'never_bound' AND number_id <> pg_temp.id(319014);

-- Only operators mend; the act is recorded.
SET SESSION AUTHORIZATION regress_check_op;
SELECT finding FROM acctguard.number_repair(1, 'index of a number that is gone');
SELECT account_id, r.finding FROM mine, acctguard.number_repair(number_id, 'after the restore of 1 May') r ORDER BY 1, 2;
SELECT account_id, r.finding FROM mine, acctguard.number_repair(number_id, 'again') r ORDER BY 1, 2;
RESET SESSION AUTHORIZATION;
-- What is left is for a person.
SELECT * FROM pg_temp.found();
SELECT state, release_reason, released_by FROM acctguard.binding JOIN (VALUES ('active')) v (state) ON true WHERE account_id IN (319002, 319013) ORDER BY account_id;
SELECT acctguard.number_import(319018, '+8613731919006');
SELECT acctguard.number_import(319018, '+8613731919002') AS free_again;
SELECT country, hint FROM acctguard.account_numbers(319005);
SELECT forget_at IS NOT NULL AS goes FROM acctguard.number WHERE number_id = pg_temp.id(319014);
SELECT after->>'findings' AS findings, person, reason, count(*) FROM acctguard.audit_read(action => 'number.repaired') WHERE person = 'regress_check_op' GROUP BY 1, 2, 3 ORDER BY 1;
-- What cannot be opened would stop every rotation of keys.
SELECT pg_temp.guards('DISABLE');
WITH broken AS (SELECT number_id FROM mine WHERE account_id IN (319009, 319010)),
    index AS (DELETE FROM acctguard.number_index i USING broken WHERE i.number_id = broken.number_id),
    binding AS (DELETE FROM acctguard.binding b USING broken WHERE b.number_id = broken.number_id)
DELETE FROM acctguard.number n USING broken WHERE n.number_id = broken.number_id;
SELECT pg_temp.guards('ENABLE ALWAYS');
DROP TABLE mine CASCADE;
DROP ROLE regress_check_op;
