-- Attacks on changing a number, what the clock has done without anybody writing it down, and what a number takes with it. A7, A20, A21, A24,
-- A26, A40 to A42, A53; H1 to H4, H10, H15; NTF-04, PHN-15, PHN-18, PHN-19; R20, R21. Accounts 5740000 to 5740099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/rebind.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
CREATE ROLE rebind_mod1 LOGIN IN ROLE acctguard_moderator;
CREATE ROLE rebind_mod2 LOGIN IN ROLE acctguard_moderator;
CREATE ROLE rebind_app LOGIN IN ROLE acctguard_app;
CREATE FUNCTION pg_temp.step(flow uuid, purpose text, event text, argument text DEFAULT NULL) RETURNS acctguard.outcome
    LANGUAGE c AS 'acctguard', 'acctguard_test_flow_step';
CREATE FUNCTION pg_temp.ban(account bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    no int;
BEGIN
    SET SESSION AUTHORIZATION rebind_mod1;
    no := acctguard.freeze_impose(account, 'ban', 'violation.severe', 'Sold stolen accounts.', ground => 'rules 4.2');
    SET SESSION AUTHORIZATION rebind_mod2;
    PERFORM acctguard.freeze_approve(account, no);
    RESET SESSION AUTHORIZATION;
    RETURN 'banned';
END $$;
-- Somebody registers with a number that he has, on a new telephone.
CREATE FUNCTION pg_temp.register(number text, account bigint, answer text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    flow uuid := ((acctguard.register_begin(number, 'new-phone', '192.0.2.1')).data ->> 'flow')::uuid;
    said text;
BEGIN
    PERFORM pg_temp.step(flow, 'register', 'prove', 'number_code');
    said := (acctguard.register_question(flow)).code;
    IF answer IS NOT NULL THEN
        said := said || ' ' || (acctguard.register_answer(flow, answer)).code;
    END IF;
    RETURN said || ' ' || (acctguard.register_commit(flow, 'correct horse battery', account)).code;
END $$;
-- An account whose change waits for objections, or does not any more once two hours are over.
CREATE FUNCTION pg_temp.waiting(id bigint, new text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.account(id, '+861380' || id, 'social'), pg_temp.login('w' || id, id);
    RETURN pg_temp.change(id, 'w' || id, coalesce(new, '+861381' || id), '+861380' || id);
END $$;

-- The clock has moved the number, and nobody has written it down: who touches either number next does, and is answered by it (R20, A7)
SELECT pg_temp.waiting(5740001), pg_temp.waiting(5740002), pg_temp.waiting(5740003), pg_temp.waiting(5740004);
SELECT pg_temp.at(7199);
-- ... a second before, the old number is still the account's, and the new one nobody's: the first proved commit has it
SELECT pg_temp.register('+8613815740002', 5740052);
SELECT pg_temp.at(7200);
SELECT n, (SELECT state FROM acctguard.unbind_list(n)) AS by_the_clock, pg_temp.numbers(n) AS as_written FROM generate_series(5740001, 5740004) n;
SELECT pg_temp.register('+8613805740001', 5740051) AS with_the_old_number;
SELECT pg_temp.numbers(5740001), pg_temp.numbers(5740051);
SELECT pg_temp.execute(5740002), pg_temp.numbers(5740002);
SELECT pg_temp.register('+8613815740003', 5740053, 'not_mine') AS with_the_new_number;
SELECT pg_temp.numbers(5740003);
SELECT pg_temp.account(5740054), acctguard.number_import(5740054, '+8613805740004') > 0 AS imported, pg_temp.numbers(5740004);
-- ... and so does another account's change to the number that is left, or its own next request
SELECT pg_temp.at(0), pg_temp.waiting(5740005), pg_temp.waiting(5740006);
SELECT pg_temp.at(7200), pg_temp.account(5740055, '+8613805740055'), pg_temp.login('taker', 5740055);
SELECT pg_temp.change(5740055, 'taker', '+8613805740005', '+8613805740055'), pg_temp.numbers(5740005), pg_temp.numbers(5740055);
SELECT pg_temp.login('w5740006', 5740006), pg_temp.begin(5740006, 'w5740006', '+8613815740056'), pg_temp.numbers(5740006);
-- ... a claim whose time is over comes before a change of the number it took (U-4)
SELECT pg_temp.at(0), pg_temp.account(5740007, '+8613805740007', 'social');
SELECT pg_temp.register('+8613805740007', 5740057, 'not_mine');
SELECT pg_temp.at(259200), pg_temp.login('late', 5740007);
SELECT pg_temp.begin(5740007, 'late', NULL, '+8613805740007'), pg_temp.numbers(5740007), pg_temp.numbers(5740057);

-- PHN-18, A41: a banned account neither leaves its number nor gets another one, and one that was released is held
SELECT pg_temp.at(0), pg_temp.account(5740010, '+8613805740010', 'social'), pg_temp.login('banned', 5740010);
SELECT pg_temp.begin(5740010, 'banned', '+8613815740010');
SELECT pg_temp.prove(flow, '+8613815740010') FROM asked WHERE account = 5740010;
SELECT pg_temp.ban(5740010);
SELECT code FROM acctguard.rebind_commit(pg_temp.token('banned'), pg_temp.request(5740010));
SELECT acctguard.number_release(5740010, 1, 'admin', 'asked by letter');
SELECT pg_temp.account(5740011, '+8613805740011', 'social'), pg_temp.login('friend', 5740011), pg_temp.begin(5740011, 'friend', '+8613805740010');
SELECT code, public_code, next FROM acctguard.rebind_commit(pg_temp.token('friend'), pg_temp.request(5740011));
SELECT pg_temp.confirm(5740011, 'friend', '+8613805740010', '+8613805740011');
-- A40: ... and a ban that comes in between stops what was asked before
SELECT pg_temp.waiting(5740012), pg_temp.ban(5740012), pg_temp.at(7200), pg_temp.execute(5740012), pg_temp.numbers(5740012);
-- PHN-17: a protected account changes nothing, whoever holds its session
SELECT pg_temp.at(0);
CREATE ROLE rebind_reader NOLOGIN;
CREATE SCHEMA rebind_app;
GRANT USAGE ON SCHEMA rebind_app TO rebind_reader;
CREATE TABLE rebind_app.coupon (account_id bigint);
GRANT SELECT ON rebind_app.coupon TO rebind_reader;
SELECT acctguard.entitlement_register('rebind_coupon', 'SELECT count(*) FROM rebind_app.coupon WHERE account_id = $1', 'rebind_reader') IS NOT NULL AS counted;
SELECT pg_temp.account(5740013), acctguard.number_import(5740013, '+8613805740013', proof_at => pg_temp.clock() - interval '130 days', bound_at => pg_temp.clock() - interval '130 days') > 0 AS bound;
INSERT INTO rebind_app.coupon VALUES (5740013);
SELECT pg_temp.login('old', 5740013), (acctguard.dormancy(5740013)).protected;
SELECT pg_temp.begin(5740013, 'old', '+8613815740013'), pg_temp.begin(5740013, 'old', NULL, '+8613805740013');
SELECT code FROM acctguard.trusted_number_add(pg_temp.token('old'), '+8613815740014');

-- R21: five accounts began with the number; the sixth gets it neither by registration nor by a change
SELECT pg_temp.at(0), pg_temp.account(5740020, '+8613805740020', 'basic'), pg_temp.login('quota', 5740020);
DO $$
BEGIN
    FOR i IN 5740021..5740025 LOOP
        PERFORM pg_temp.account(i), acctguard.number_import(i, '+8613815740020');
        PERFORM acctguard.number_release(i, 1, 'admin', 'moved on');
    END LOOP;
END
$$;
SELECT pg_temp.change(5740020, 'quota', '+8613815740020', '+8613805740020');
SELECT code, public_code, next FROM acctguard.rebind_commit(pg_temp.token('quota'), pg_temp.request(5740020));
SELECT pg_temp.at(15552001), pg_temp.login('quota', 5740020), pg_temp.change(5740020, 'quota', '+8613815740020', '+8613805740020') AS half_a_year_later;

-- NTF-04: what was told by text message to a number is not told there any more when it has left; the rest stays
SELECT pg_temp.at(0), pg_temp.account(5740030, '+8613805740030'), pg_temp.login('told', 5740030),
    acctguard.contact_add(5740030, 'sms', '+8613805740030', verified => true) > 0 AS sms, acctguard.contact_add(5740030, 'sms', '+8613815740031', verified => true) > 0 AS other,
    acctguard.contact_add(5740030, 'email', 'owner@example.org', verified => true) > 0 AS mail;
SELECT pg_temp.change(5740030, 'told', '+8613815740030', '+8613805740030');
SELECT channel, hint, removed_at IS NOT NULL AS removed, remove_reason FROM acctguard.contact_list(5740030) ORDER BY contact_no;
SELECT channel, event, count(*) FROM acctguard.notice_list(5740030) WHERE event = 'rebind.executed' GROUP BY 1, 2 ORDER BY 1;
SELECT count(*) AS to_the_old_number FROM acctguard.notice_claim('sms', 1000) WHERE account_id = 5740030 AND address = '+8613805740030';
-- ... likewise when it is unbound, released by staff, or somebody else registers with a number that an account trusts
SELECT pg_temp.account(5740031, '+8613805740031'), acctguard.contact_add(5740031, 'sms', '+8613805740031', verified => true) > 0 AS sms, acctguard.number_release(5740031, 1, 'admin', 'asked by letter');
SELECT pg_temp.account(5740032), acctguard.number_import(5740032, '+8613805740032', kind => 'trusted') > 0 AS trusted, acctguard.contact_add(5740032, 'sms', '+8613805740032', verified => true) > 0 AS sms;
SELECT pg_temp.register('+8613805740032', 5740033);
SELECT account, c.removed_at IS NOT NULL AS removed FROM unnest('{5740031,5740032}'::bigint[]) account, LATERAL acctguard.contact_list(account) c;

-- A thief with a session: another account's request, its code, its flows are none of his
SELECT pg_temp.waiting(5740040), pg_temp.account(5740041, '+8613805740041', 'social'), pg_temp.login('thief', 5740041);
SELECT pg_temp.objection('+8613805740040') AS code40 \gset
SELECT o.code FROM acctguard.unbind_cancel(pg_temp.token('thief'), pg_temp.request(5740040)) o UNION ALL
SELECT o.code FROM acctguard.rebind_commit(pg_temp.token('thief'), pg_temp.request(5740040)) o UNION ALL
SELECT o.code FROM acctguard.rebind_settle(pg_temp.token('thief'), pg_temp.request(5740040)) o;
SELECT pg_temp.begin(5740041, 'thief', '+8613815740041');
SELECT (pg_temp.step(flow, 'rebind', 'prove', 'number_code')).code FROM asked WHERE account = 5740041;
-- ... a session of somebody else is no factor of the owner: the code alone contests (neither side wins)
SELECT code FROM acctguard.unbind_object(:'code40', pg_temp.token('thief'));
SELECT state FROM acctguard.unbind_list(5740040);
-- Codes: made up, cut off, of another request, of another account, in pieces; all are answered alike, and nothing is locked or counted against the owner
SELECT DISTINCT o.code, o.public_code, o.next, o.data FROM unnest(ARRAY[NULL, '', 'aco1_', 'aco1_5740040', left(:'code40', -1), :'code40' || 'A', regexp_replace(:'code40', '^aco1_\d+', 'aco1_5740041'),
    regexp_replace(:'code40', '\.\d+\.', '.1.'), overlay(:'code40' placing 'AAAA' from length(:'code40') - 3), 'aco1_99999999999999999999.1.' || repeat('A', 22), 'aco1_0.1.' || repeat('A', 22),
    'aco1_5740040.-1.' || repeat('A', 22), upper(:'code40'), ' ' || :'code40', repeat('x', 10000)]) c, acctguard.unbind_object(c) o;
-- A thief with the SIM only: he delays, and cannot stop the owner; a number that is not the login number any more objects to nothing
SELECT code FROM acctguard.session_step_up(pg_temp.token('w5740040'), '{password,totp}');
SELECT code FROM acctguard.rebind_settle(pg_temp.token('w5740040'), pg_temp.request(5740040));
SELECT code FROM acctguard.unbind_object(:'code40');
SELECT pg_temp.at(7200), pg_temp.execute(5740040);
SELECT code, public_code FROM acctguard.unbind_object(:'code40') UNION ALL SELECT code, public_code FROM acctguard.unbind_object(:'code40', pg_temp.token('w5740040'));
-- A thief with session and old number, but nothing that counts: a code from long ago lets nobody pass, and neither does one that he asked the account's other flows for (A20)
SELECT pg_temp.at(0), pg_temp.account(5740042, '+8613805740042', 'social'), pg_temp.login('both', 5740042, '{number_code}', false);
SELECT pg_temp.change(5740042, 'both', '+8613815740042', '+8613805740042');
SELECT code FROM acctguard.session_step_up(pg_temp.token('both'), '{number_code}');
SELECT pg_temp.login('both', 5740042, '{password}'), pg_temp.begin(5740042, 'both', '+8613815740042');
SELECT (pg_temp.step(flow, 'rebind', 'prove', 'number_code')).code FROM asked WHERE account = 5740042 ORDER BY n DESC LIMIT 1;
SELECT (pg_temp.step(old_flow, 'register', 'prove', 'number_code')).code FROM asked WHERE account = 5740042 ORDER BY n DESC LIMIT 1;
SELECT (pg_temp.step((data ->> 'flow')::uuid, 'register', 'prove', 'number_code')).code AS proved_elsewhere FROM acctguard.register_begin('+8613805740042', 'new-phone', '192.0.2.1');
SELECT code, data ->> 'gate' AS gate FROM acctguard.rebind_commit(pg_temp.token('both'), pg_temp.request(5740042));
-- The new holder of the number with a leaked password: what the number says speaks for nobody (A1, A48)
SELECT pg_temp.signal(5740042, 'disconnected');
SELECT pg_temp.confirm(5740042, 'both', NULL, '+8613805740042');
SELECT data ->> 'gate' AS gate, data ->> 'missing' AS missing FROM acctguard.rebind_commit(pg_temp.token('both'), pg_temp.request(5740042));

-- A24: what the new number is, is told only to who proved it; free, taken, held, with too many accounts: one answer
SELECT count(DISTINCT (o.code, o.public_code, o.next, o.retry_after, o.data - 'request' - 'flow' - 'old_flow')) AS answers
FROM unnest('{+8613815740099,+8613805740041,+8613805740010,+8613815740020}'::text[]) n, acctguard.rebind_begin(pg_temp.token('both'), n) o;
-- A26: the account's own number in another writing is its own
SELECT DISTINCT code FROM unnest('{0086-138-0574-0041,+86 (138) 0574 0041,＋８６１３８０５７４００４１}'::text[]) n, acctguard.rebind_begin(pg_temp.token('thief'), n) o;

-- H1, A21: rolled back is not asked for; what was sent is not unsent, and what was counted of codes stays counted
SELECT pg_temp.at(0), pg_temp.account(5740060, '+8613805740060', 'basic'), pg_temp.login('undo', 5740060);
BEGIN;
SELECT pg_temp.change(5740060, 'undo', '+8613815740060', '+8613805740060');
ROLLBACK;
SELECT pg_temp.numbers(5740060), (SELECT count(*) FROM acctguard.unbind_list(5740060)) AS requests;
SELECT pg_temp.at(60), pg_temp.begin(5740060, 'undo', '+8613815740069');
SELECT s.code FROM asked a, acctguard.code_send(a.flow) s WHERE a.account = 5740060 ORDER BY a.n DESC LIMIT 1;
DO $$
BEGIN
    FOR i IN 1..7 LOOP
        BEGIN
            RAISE WARNING 'guess %: %', i, (acctguard.code_verify((SELECT flow FROM asked WHERE account = 5740060 ORDER BY n DESC LIMIT 1), '000000')).code;
            RAISE EXCEPTION 'undone';
        EXCEPTION WHEN raise_exception THEN NULL;
        END;
    END LOOP;
END
$$;
-- H4: also in a transaction that looks at an old snapshot it happens once
SELECT pg_temp.at(0), pg_temp.waiting(5740061);
SELECT pg_temp.at(7200);
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_temp.execute(5740061), pg_temp.execute(5740061);
COMMIT;
SELECT pg_temp.numbers(5740061);
-- H10, H12: who is no staff decides nothing; the tables are nobody's; no function can be led to tables of others
SET SESSION AUTHORIZATION rebind_app;
SELECT acctguard.rebind_decide(5740061, 1, 'agree', 'x');
SELECT count(*) FROM acctguard.number_change;
SELECT count(*) FROM acctguard.number_message;
RESET SESSION AUTHORIZATION;
-- H15: with triggers off the keys still hold: one request that waits, one login number of an account, one account of a number
SET session_replication_role = replica;
INSERT INTO acctguard.number_change (account_id, no, kind, state, session_no, device_no, methods, counted, requested_at, lapses_at, confirmed_at, ready_at, situation, new_number_id, new_number_epoch, proved_at)
SELECT 5740061, n, 'change', 'cooling', 1, 1, '{x}', true, now(), 'infinity', now(), now(), 'first', 1, 0, now() FROM generate_series(1000001, 1000002) n;
INSERT INTO acctguard.binding (account_id, no, number_id, kind, proofs, bound_at, bound_by, recorded_at, effective_at) SELECT 5740041, 999, number_id, 'login', '{x}', now(), 'x', now(), now()
FROM acctguard.binding WHERE account_id = 5740061 AND released_at IS NULL;
RESET session_replication_role;
-- ... and with them on the tables change by functions only
DELETE FROM acctguard.number_change WHERE account_id = 5740061;
UPDATE acctguard.number_change SET state = 'executed' WHERE account_id = 5740061;
UPDATE acctguard.number_message SET state = 'done';

SELECT c.* FROM acctguard.number_check() c WHERE number_id IN (SELECT number_id FROM acctguard.binding WHERE account_id BETWEEN 5740000 AND 5740099) AND finding <> 'event_count';
SELECT acctguard.entitlement_remove('rebind_coupon', 'test') IS NOT NULL AS removed;
DROP SCHEMA rebind_app CASCADE;
DROP ROLE rebind_mod1, rebind_mod2, rebind_app, rebind_reader;

-- Who has the number alone does not take back what the owner asked for; with something else he may (3.6: neither side wins by SMS alone).
SELECT pg_temp.account(5740090, '+8613957400090'), pg_temp.login('owner90', 5740090);
SELECT pg_temp.change(5740090, 'owner90', '+8613957400091') AS asked;
SELECT pg_temp.login('sim90', 5740090, '{number_code}', false);
SELECT code, public_code, next FROM acctguard.unbind_cancel(pg_temp.token('sim90'), pg_temp.request(5740090));
SELECT state FROM pg_temp.requests(5740090);
SELECT code FROM acctguard.unbind_cancel(pg_temp.token('owner90'), pg_temp.request(5740090));
