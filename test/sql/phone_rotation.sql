-- Keys of numbers are replaced while numbers are in use: a lookup finds a number under whatever key it has. Accounts 311000 to 311099.
\set VERBOSITY terse
SELECT acctguard.account_open(n) FROM generate_series(311001, 311030) n \g /dev/null
SELECT count(acctguard.number_import(n, '+86137' || n || '00')) AS imported FROM generate_series(311001, 311010) n;
CREATE FUNCTION pg_temp.own_key(purpose text) RETURNS integer LANGUAGE sql AS
$$ SELECT kid FROM acctguard.key_status() k WHERE k.purpose = own_key.purpose AND state = 'active' $$;
SELECT pg_temp.own_key('phone_index') AS old_index, pg_temp.own_key('contact') AS old_seal \gset

-- A new key of the index: numbers are found under the old one, and new ones are written under both.
SELECT count(*) AS made FROM acctguard.key_create('phone_index');
SELECT pg_temp.own_key('phone_index') AS new_index \gset
SELECT acctguard.number_import(311011, '+8613731100100'); -- that of 311001
SELECT acctguard.number_import(311011, '+8613731101100');
SELECT array_agg(i.kid = :new_index ORDER BY i.kid) AS under_new_key
FROM acctguard.number_index i JOIN acctguard.binding b USING (number_id) WHERE b.account_id IN (311001, 311011) GROUP BY b.account_id ORDER BY b.account_id;
\set VERBOSITY sqlstate
SELECT acctguard.key_retire(:old_index);
\set VERBOSITY terse

-- Moved in batches, looked up in the middle.
SELECT done FROM acctguard.key_rewrap('phone_index', 4);
SELECT acctguard.number_import(311012, '+86137' || n || '00') FROM generate_series(311001, 311002) n;
SELECT acctguard.number_import(311012, '+8613731101000');
SELECT sum((acctguard.key_rewrap('phone_index', 1000)).remaining) AS remaining;
SELECT count(*) FILTER (WHERE i.kid = :new_index) AS under_new, count(*) FILTER (WHERE i.kid = :old_index) AS under_old, count(DISTINCT number_id) AS numbers
FROM acctguard.number_index i JOIN acctguard.binding b USING (number_id) WHERE b.account_id BETWEEN 311001 AND 311011;
SELECT acctguard.key_retire(:old_index);
SELECT count(*) AS left_of_the_old_key FROM acctguard.number_index WHERE kid = :old_index;
SELECT acctguard.number_import(311012, '+8613731100100');
SELECT acctguard.number_import(311012, '+8613731101100');
SELECT count(*) AS numbers FROM acctguard.binding WHERE account_id BETWEEN 311001 AND 311030;

-- The key that seals them likewise.
SELECT count(*) AS made FROM acctguard.key_create('contact');
\set VERBOSITY sqlstate
SELECT acctguard.key_retire(:old_seal);
\set VERBOSITY terse
SELECT remaining FROM acctguard.key_rewrap('contact', 100000);
SELECT count(*) FILTER (WHERE e164_kid = pg_temp.own_key('contact')) = count(*) AS all_moved FROM acctguard.number JOIN acctguard.binding USING (number_id) WHERE account_id BETWEEN 311001 AND 311030;
SELECT acctguard.key_retire(:old_seal);

-- The numbers are still what they were: indexed anew from what is sealed, they are found again.
SELECT pg_temp.own_key('phone_index') AS old_index \gset
SELECT count(*) AS made FROM acctguard.key_create('phone_index');
SELECT remaining FROM acctguard.key_rewrap('phone_index', 100000);
SELECT acctguard.key_retire(:old_index);
SELECT acctguard.number_import(311012, '+8613731100500');

-- A sealed number that was moved to another row cannot be opened there.
BEGIN;
SELECT count(*) AS made FROM acctguard.key_create('phone_index');
ALTER TABLE acctguard.number DISABLE TRIGGER acctguard_row;
UPDATE acctguard.number n SET e164 = o.e164 FROM acctguard.number o
WHERE n.number_id = (SELECT number_id FROM acctguard.binding WHERE account_id = 311001)
  AND o.number_id = (SELECT number_id FROM acctguard.binding WHERE account_id = 311002);
SELECT acctguard.key_rewrap('phone_index', 100000);
ROLLBACK;

-- Too many keys at once: refused instead of forgetting some.
BEGIN;
SELECT count(k.kid) AS made FROM generate_series(1, 16) n, acctguard.key_create(concat('phone_index', left(n::text, 0))) k;
SELECT acctguard.number_import(311012, '+8613731100100');
ROLLBACK;
