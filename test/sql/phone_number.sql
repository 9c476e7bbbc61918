-- How numbers may be written, and that every writing of a number is one number. Accounts 310000 to 310099.
\set VERBOSITY terse

-- PHN-01, A26: formatting variants. Everything in the column is one number.
SELECT acctguard.number_canonical(n, 'CN') AS number, count(*) AS writings, count(DISTINCT n) AS distinct_texts FROM (VALUES
    ('+8613800138000'), ('+86 138 0013 8000'), ('+86-138-0013-8000'), ('+86.138.0013.8000'), ('(+86) 13800138000'),
    ('+86 (0) 138 0013 8000'), ('0086 138 0013 8000'), ('008613800138000'), ('13800138000'), ('013800138000'),
    ('138-0013-8000'), ('+８６１３８００１３８０００'), ('＋８６（１３８）００１３－８０００'), (E'+86\u00a0138\u00a00013\u00a08000'),
    (E'+86\u2011138\u20130013\u30008000'), ('  +86 13800138000  ')) v (n) GROUP BY 1;
SELECT n, acctguard.number_canonical(n, region) AS number FROM (VALUES
    ('010-1234 5678', 'CN'), ('020 7946 0018', 'GB'), ('+44 (0)20 7946 0018', NULL), ('(202) 555-0123', 'US'),
    ('1 202 555 0123', 'US'), ('011 86 138 0013 8000', 'US'), ('+39 06 1234 5678', NULL), ('+683 4000', NULL),
    ('+52 1 55 1234 5678', NULL), ('+800 1234 5678', NULL)) v (n, region);

-- Everything else is no number: NULL, not an error.
SELECT n, acctguard.number_canonical(n, 'CN') IS NULL AS refused FROM (VALUES
    (''), ('+'), (' '), ('+86'), ('+8613'), ('hello'), ('1-800-FLOWERS'), ('+86 138 0013 800O'), ('tel:+8613800138000'),
    ('+8613800138000 ext. 5'), ('+8613800138000;ext=5'), ('+8613800138000,,5'), ('13800138000#'), ('*13800138000'),
    ('86+13800138000'), ('++8613800138000'), ('+86/13800138000'), (E'+86\t13800138000'), (E'+86\n13800138000'),
    ('+99913800138000'), ('+861380013800012345'), ('+000000000000'), ('00'), ('000000000000'), ('١٣٨٠٠١٣٨٠٠٠'),
    (E'+86\u200b13800138000'), (E'+86\u202e13800138000'), ('𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎'), (repeat('1', 25)), (repeat(' ', 101) || '13800138000')) v (n);
SELECT acctguard.number_canonical('13800138000') IS NULL AS national_form_needs_a_region,
    acctguard.number_canonical('5550123', 'US') IS NULL AS local_only, acctguard.number_canonical(NULL) IS NULL AS no_text;
SELECT acctguard.number_canonical(repeat('9', 10000000)) IS NULL AS long_text_is_cheap;
SELECT acctguard.number_canonical('13800138000', 'XX');
SELECT acctguard.number_canonical('13800138000', 'cn');
SELECT acctguard.number_canonical('13800138000', '001');

-- What is canonical stays so.
SELECT count(*) AS numbers, count(*) FILTER (WHERE c IS DISTINCT FROM acctguard.number_canonical(c)) AS unstable
FROM (SELECT acctguard.number_canonical('+' || cc || lpad((n * 7919 % 10000000000)::text, 10, '2')) AS c
      FROM unnest('{1,7,33,39,44,49,52,54,55,61,65,81,82,86,91,234,380,852,886,971}'::int[]) cc, generate_series(1, 200) n) x
WHERE c IS NOT NULL;

-- A number that is imported is one row, in whatever writing.
SELECT acctguard.account_open(n) FROM generate_series(310001, 310009) n;
SELECT acctguard.number_import(310001, '+86 139 1000 0001', bound_at => '2024-01-01', proof_at => '2024-02-01');
SELECT acctguard.number_import(310002, '0086 13910000001');
SELECT acctguard.number_import(310002, '139-1000-0001', 'CN', kind => 'trusted');
SELECT acctguard.number_import(310002, '+8613910000002', bound_at => '2024-01-01');
SELECT acctguard.number_import(310002, '+8613910000003');
SELECT acctguard.number_import(310002, '１３９１００００００１', 'CN', kind => 'trusted');
SELECT kind, hint, country, state, proofs, last_owner_proof_at FROM acctguard.account_numbers(310002);
SELECT count(*) AS numbers, count(DISTINCT i.number_id) AS indexed FROM acctguard.number n JOIN acctguard.number_index i USING (number_id)
WHERE n.number_id IN (SELECT number_id FROM acctguard.binding WHERE account_id BETWEEN 310001 AND 310009);

-- Misuse.
SELECT acctguard.number_import(310003, 'hello');
SELECT acctguard.number_import(310003, NULL);
SELECT acctguard.number_import(310099, '+8613910000009');
SELECT acctguard.number_import(NULL, '+8613910000009');
SELECT acctguard.number_import(310003, '+8613910000009', kind => 'other');
SELECT acctguard.number_import(310003, '+8613910000009', bound_at => 'infinity');
SELECT acctguard.number_import(310003, '+8613910000009', bound_at => clock_timestamp() + interval '1 day');
SELECT acctguard.number_import(310003, '+8613910000009', bound_at => '2024-02-02', proof_at => '2024-02-01');
SELECT acctguard.number_import(310003, '+8613910000009', proof_at => clock_timestamp() + interval '1 day');
SELECT acctguard.account_numbers(310099);

-- PHN-03: a number that leaves the account stays with it as history, and is free.
SELECT acctguard.number_release(310001, 1, 'changed_by_owner', 'x');
SELECT acctguard.number_release(310001, 1, 'nothing', 'x');
SELECT acctguard.number_release(310001, 9, 'admin', 'x');
SELECT acctguard.number_release(310001, 1, 'admin', ' ');
SELECT acctguard.number_release(310001, 1, 'carrier', 'ticket 5');
SELECT acctguard.number_release(310001, 1, 'carrier', 'ticket 5');
SELECT acctguard.number_import(310003, '+8613910000001');
SELECT kind, hint, state, release_reason, history_login_eligible FROM acctguard.account_numbers(310001);
SELECT acctguard.number_release(310003, 1, 'admin', 'ticket 6');
SELECT kind, state, release_reason, history_login_eligible FROM acctguard.account_numbers(310003);
SELECT epoch AS changes_of_holder FROM acctguard.number WHERE number_id = (SELECT number_id FROM acctguard.binding WHERE account_id = 310003);

-- The ledger names numbers by their ids.
SELECT action, reason, after - 'number' - 'bound_at' - 'proof_at' AS after, after ? 'number' AS names_it
FROM acctguard.audit_read(310001) WHERE action LIKE 'number.%' ORDER BY aseq;

-- Nowhere in the tables is a number to be read, and no index tells it without the key.
DO $$
DECLARE
    t record; found text;
BEGIN
    FOR t IN SELECT c.oid::regclass AS name FROM pg_class c WHERE c.relnamespace = 'acctguard'::regnamespace AND c.relkind IN ('r', 'p') LOOP
        EXECUTE format('SELECT string_agg(x::text, '' '') FROM %s x WHERE x::text ~ ''1391000000[0-9]''', t.name) INTO found;
        IF found IS NOT NULL THEN RAISE NOTICE '% shows %', t.name, found; END IF;
    END LOOP;
END $$;
SELECT bool_and(octet_length(e164) = 65) AS sealed_in_one_length, count(DISTINCT e164) = count(*) AS all_different,
    count(*) FILTER (WHERE encode(e164, 'escape') LIKE '%139%') AS readable
FROM acctguard.number WHERE number_id IN (SELECT number_id FROM acctguard.binding WHERE account_id IN (310002, 310003));
SELECT count(*) FILTER (WHERE number_idx = substr(sha256('+8613910000001'), 1, 16)) AS unkeyed,
    bool_and(octet_length(number_idx) = 16) AS sixteen_bytes FROM acctguard.number_index;

-- The tables hold themselves: one account a number, one login number an account; nobody changes them by hand.
INSERT INTO acctguard.binding (account_id, no, number_id, kind, proofs, bound_at, bound_by, recorded_at, effective_at)
SELECT 310004, 1, number_id, 'login', '{x}', now(), 'x', now(), now() FROM acctguard.binding WHERE account_id = 310002 AND kind = 'login';
INSERT INTO acctguard.binding (account_id, no, number_id, kind, proofs, bound_at, bound_by, recorded_at, effective_at)
VALUES (310002, 99, 7, 'login', '{x}', now(), 'x', now(), now());
INSERT INTO acctguard.binding (account_id, no, number_id, kind, proofs, bound_at, bound_by, recorded_at, effective_at, released_at, release_reason, released_by, history_login_eligible)
VALUES (310004, 1, 7, 'login', '{x}', now(), 'x', now(), now(), now(), 'changed_by_owner', 'x', true);
INSERT INTO acctguard.binding (account_id, no, number_id, kind, proofs, bound_at, bound_by, recorded_at, effective_at, released_at)
VALUES (310004, 1, 7, 'login', '{x}', now(), 'x', now(), now(), now());
UPDATE acctguard.binding SET released_at = NULL, release_reason = NULL, released_by = NULL WHERE account_id = 310001;
DELETE FROM acctguard.number_index;

-- PHN-12: the floors of countries are policy.
SELECT key, value ->> 'recycled_after' AS floor, meaning FROM acctguard.policy_list('country_floor') WHERE key IN ('+1', '+86', '*');
SELECT acctguard.policy_set('country_floor', '+49', '{"recycled_after": "90 days", "description": "strict profile"}');
SELECT acctguard.policy_set('country_floor', '86', '{"recycled_after": "90 days", "description": "x"}');
SELECT acctguard.policy_set('country_floor', '+49', '{"recycled_after": "-1 day"}');
SELECT acctguard.policy_set('country_floor', '+49', '{"recycled_after": "200 years"}');

-- Renumbering: from its day on, two writings are one number; before, they are two.
SELECT acctguard.number_import(310005, '+55 11 8123 4567');
SELECT acctguard.policy_set('number_alias', 'br_sao_paulo', '{"old_prefix": "+55118", "old_length": 12, "new_prefix": "+551198", "valid_from": "2012-07-29T03:00:00Z", "description": "ninth digit of mobile numbers"}');
SELECT acctguard.policy_set('number_alias', 'later', '{"old_prefix": "+4411", "old_length": 12, "new_prefix": "+44111", "valid_from": "2099-01-01", "description": "announced"}');
SELECT acctguard.number_canonical('+55 11 8123 4567') AS old_writing, acctguard.number_canonical('+55 11 98123 4567') AS new_writing,
    acctguard.number_canonical('+55 11 2123 4567') AS other_prefix, acctguard.number_canonical('+44 1135 550123') AS not_yet;
SELECT acctguard.number_import(310006, '+55 11 98123 4567');
SELECT acctguard.number_import(310006, '+55 11 98765 4321');
SELECT acctguard.number_import(310007, '+55 11 8765 4321');
SELECT acctguard.policy_set('number_alias', 'circle', '{"old_prefix": "+4412", "old_length": 12, "new_prefix": "+4412", "valid_from": "2020-01-01", "description": "x"}');
SELECT acctguard.policy_set('number_alias', 'country', '{"old_prefix": "+4412", "old_length": 12, "new_prefix": "+33", "valid_from": "2020-01-01", "description": "x"}');
SELECT acctguard.policy_set('number_alias', 'never', '{"old_prefix": "+4412", "old_length": 12, "new_prefix": "+44", "valid_from": "infinity", "description": "x"}');
SELECT acctguard.policy_set('number_alias', 'bad', '{"old_prefix": "4412", "old_length": 12, "new_prefix": "+44", "valid_from": "2020-01-01", "description": "x"}');
SELECT acctguard.policy_set('number_alias', 'br_sao_paulo', '{"enabled": false}');
SELECT acctguard.number_canonical('+55 11 8123 4567') AS as_before;

-- A lookup is one probe of an index for each key and writing, also as planned for a table that was small.
SELECT sql AS find FROM acctguard.check_plans() WHERE statement = 'number_index.find' \gset
SET plan_cache_mode = force_generic_plan;
PREPARE find (bytea[]) AS :find;
EXPLAIN (COSTS off) EXECUTE find ('{"\\x00112233445566778899aabbccddeeff"}');
