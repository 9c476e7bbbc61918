-- Registration, row by row (PHN-04 to PHN-07, PHN-12, PHN-18, PHN-19). Accounts 3401000 to 3401999: a is 34010n1, b 34010n2. Test clock.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/register.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
\pset null '-'
\pset format unaligned
CREATE ROLE register_mod1 LOGIN IN ROLE acctguard_moderator;
CREATE ROLE register_mod2 LOGIN IN ROLE acctguard_moderator;
CREATE ROLE register_officer LOGIN IN ROLE acctguard_compliance;
CREATE FUNCTION pg_temp.ban(account bigint) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    no int;
BEGIN
    SET SESSION AUTHORIZATION register_mod1;
    no := acctguard.freeze_impose(account, 'ban', 'violation.severe', 'Sold stolen accounts.', ground => 'rules 4.2');
    SET SESSION AUTHORIZATION register_mod2;
    PERFORM acctguard.freeze_approve(account, no);
    RESET SESSION AUTHORIZATION;
    RETURN no;
END $$;

-- R1: free; a password makes the account, which has the number and is proved with it
SELECT * FROM pg_temp.reg('+86 137 3401 0100', 3401002);
SELECT * FROM pg_temp.who(3401001, 3401002);
SELECT a.state, a.locale, last_owner_proof_at > clock_timestamp() - interval '1 minute' AS proved_now FROM acctguard.account a, acctguard.account_numbers(account_id) WHERE account_id = 3401002;
SELECT * FROM pg_temp.told(3401002);
-- R2: a banned account lost it: held until the tombstone ends, and then free
SELECT pg_temp.owner(3401011, '+8613734010200');
SELECT pg_temp.ban(3401011);
SELECT acctguard.number_release(3401011, 1, 'admin', 'test');
SELECT * FROM pg_temp.reg('+8613734010200', 3401012);
SELECT acctguard.tombstone_end(3401011, 1, 'another person');
SELECT * FROM pg_temp.reg('+8613734010200', 3401012);
-- R3, A8: what others began and did not prove reserves nothing
SELECT count(pg_temp.begin('+8613734010300', 'squatter-' || n)) AS begun FROM generate_series(1, 3) n;
SELECT * FROM pg_temp.reg('+8613734010300', 3401022);
-- R4: never activated, with nothing in it: its shell is closed, and the number is no way back into it
SELECT pg_temp.owner(3401031, '+8613734010400', pending => true);
SELECT * FROM pg_temp.reg('+8613734010400', 3401032, 'not_mine');
SELECT * FROM pg_temp.who(3401031, 3401032);
SELECT state, close_reason FROM acctguard.account WHERE account_id = 3401031;
-- R5: from a device of the account the question is not asked, and the answer is refused; one that only codes brought in is none
SELECT pg_temp.owner(3401041, '+8613734010500');
SELECT pg_temp.login('a-phone', 3401041), pg_temp.login('code-only', 3401041, '{number_code}');
SELECT * FROM pg_temp.reg('+8613734010500', 3401042, 'not_mine', 'a-phone');
SELECT * FROM pg_temp.reg('+8613734010500', 3401042, 'mine', 'a-phone');
SELECT code FROM acctguard.register_question(pg_temp.proved('+8613734010500', 'code-only'));
-- R6: mine, and the proof is young: the number is enough, once
SELECT pg_temp.owner(3401051, '+8613734010600', 10);
SELECT pg_temp.proved('+8613734010600') AS flow \gset
SELECT code, public_code, next, data FROM acctguard.register_answer(:'flow', 'mine');
SELECT code, public_code FROM acctguard.register_answer(:'flow', 'mine');
-- R7: the proof is older than carriers take, or unknown, or the number is suspected, or its SIM is young: gate T2, or T3 where codes prove nothing
SELECT pg_temp.owner(3401061, '+8613734010701', 130), pg_temp.owner(3401062, '+8613734010702', NULL), pg_temp.owner(3401063, '+8613734010703'), pg_temp.owner(3401064, '+8613734010704');
SELECT pg_temp.carrier('+8613734010703', 'delivery_failed', '1 day'), pg_temp.carrier('+8613734010704', 'sim_changed', '1 day');
SELECT n, code, public_code, next, data FROM generate_series(1, 4) n, acctguard.register_answer(pg_temp.proved('+861373401070' || n), 'mine');
-- R8: confirmed, or protected: gate T4, and to the client the same
SELECT pg_temp.owner(3401071, '+8613734010801'), pg_temp.owner(3401072, '+8613734010802', 130);
SELECT pg_temp.carrier('+8613734010801', 'disconnected', '1 day');
INSERT INTO register_app.coupon VALUES (3401072);
SELECT n, code, public_code, next, data FROM generate_series(1, 2) n, acctguard.register_answer(pg_temp.proved('+861373401080' || n), 'mine');
-- R9: confirmed: at once; a keeps everything but the number (PHN-06)
SELECT pg_temp.owner(3401081, '+8613734010900');
INSERT INTO register_app.coupon VALUES (3401081);
SELECT pg_temp.carrier('+8613734010900', 'disconnected', '1 day');
SELECT pg_temp.login('a-tablet', 3401081);
SELECT * FROM pg_temp.reg('+8613734010900', 3401082, 'not_mine');
SELECT * FROM pg_temp.who(3401081, 3401082);
SELECT pg_temp.check('a-tablet') AS a_session, state, (acctguard.dormancy(3401081)).entitlements FROM acctguard.account WHERE account_id = 3401081;
SELECT 'a' AS who, * FROM pg_temp.told(3401081) UNION ALL SELECT 'b', * FROM pg_temp.told(3401082);
-- step 6: its sessions stay, and have to bind another number before anything that matters; also those that are opened later
SELECT pg_temp.login('a-later', 3401081, '{password}', true);
SELECT name, code, must_do, denied, cache_ttl FROM held, acctguard.session_check(token) WHERE name IN ('a-tablet', 'a-later') ORDER BY name;
SELECT p.* FROM held, acctguard.password_change(token, 'correct horse battery', 'another horse battery') p WHERE name = 'a-later';
SELECT t.code FROM held, acctguard.trusted_number_add(token, '+8613734010998') t WHERE name = 'a-later';
BEGIN;
SELECT acctguard.policy_set('bundle', 'without_number', '{"capabilities": ["pay.send"], "description": "less"}', 'test') > 0 AS policy;
SELECT must_do, denied FROM held, acctguard.session_check(token) WHERE name = 'a-tablet';
ROLLBACK;
SELECT acctguard.number_import(3401081, '+8613734010999') > 0 AS another;
SELECT name, code, must_do, denied FROM held, acctguard.session_check(token) WHERE name IN ('a-tablet', 'a-later') ORDER BY name;
-- whom an operator took it from has nothing to bind; whom the carrier took it from has
BEGIN;
SELECT acctguard.number_release(3401081, max(binding), 'admin', 'his wish') FROM acctguard.account_numbers(3401081);
SELECT code, must_do FROM held, acctguard.session_check(token) WHERE name = 'a-tablet';
ROLLBACK;
BEGIN;
SELECT acctguard.number_release(3401081, max(binding), 'carrier', 'notice') FROM acctguard.account_numbers(3401081);
SELECT code, must_do FROM held, acctguard.session_check(token) WHERE name = 'a-tablet';
ROLLBACK;
-- R10: nobody there for longer than carriers take, and nothing to lose: at once
SELECT pg_temp.owner(3401091, '+8613734011000', 130);
SELECT * FROM pg_temp.reg('+8613734011000', 3401092, 'not_mine');
-- ... but who comes in with codes alone is asked first
SELECT pg_temp.owner(3401093, '+8613734011001', 130);
SELECT pg_temp.login('codes', 3401093, '{number_code}');
SELECT * FROM pg_temp.reg('+8613734011001', 3401094, 'not_mine');
-- R11: something to lose: at once, and what there is stays in a, protected (PHN-17, Q4, A47); in profile money seven days
SELECT pg_temp.owner(3401101, '+8613734011100', 130), pg_temp.owner(3401103, '+8613734011101', 130, 'money');
INSERT INTO register_app.coupon VALUES (3401101), (3401103);
SELECT * FROM pg_temp.reg('+8613734011100', 3401102, 'not_mine');
SELECT n, (d).protected, (d).entitlements FROM (SELECT n, acctguard.dormancy(n) AS d FROM unnest('{3401101,3401102}'::bigint[]) n) q;
SELECT * FROM pg_temp.reg('+8613734011101', 3401104, 'not_mine');
SELECT * FROM pg_temp.claims(3401104);
-- R12: the owner is there: three days, or seven; b waits and is entered by its id, a is told, and still has the number
SELECT pg_temp.owner(3401111, '+8613734011200'), pg_temp.owner(3401113, '+8613734011201'), pg_temp.owner(3401115, '+8613734011202');
INSERT INTO register_app.coupon VALUES (3401113);
SELECT pg_temp.carrier('+8613734011202', 'ported', '1 day');
SELECT n, r.* FROM generate_series(0, 2) n, pg_temp.reg('+861373401120' || n, 3401112 + 2 * n, 'not_mine') r;
SELECT c.* FROM unnest('{3401112,3401114,3401116}'::bigint[]) n, pg_temp.claims(n) c;
SELECT * FROM pg_temp.who(3401111, 3401112);
SELECT pg_temp.login('b-phone', 3401112, '{password,number_code}') AS b_enters;
SELECT 'a' AS who, * FROM pg_temp.told(3401111) UNION ALL SELECT 'b', * FROM pg_temp.told(3401112);
-- R12, PHN-19: a second claimant meanwhile is told to wait
SELECT * FROM pg_temp.reg('+8613734011200', 3401117, 'not_mine', 'third-phone');
SELECT retry_after > '71 hours' AS waits FROM acctguard.register_answer(pg_temp.proved('+8613734011200', 'third-phone'), 'not_mine');
-- R14, A9: being active or one proof alone does not stop the clock
SELECT pg_temp.login('a-old-phone', 3401111), pg_temp.check('a-old-phone');
SELECT token AS a_token FROM held WHERE name = 'a-old-phone' \gset
SELECT code, next FROM acctguard.register_hold_object(:'a_token');
SELECT code FROM acctguard.register_hold_object(:'a_token', pg_temp.proved('+8613734011200', 'a-old-phone'));
SELECT pg_temp.login('a-fresh', 3401111, step_up => true);
SELECT token AS a_fresh FROM held WHERE name = 'a-fresh' \gset
SELECT code FROM acctguard.register_hold_object(:'a_fresh');
SELECT code FROM acctguard.register_hold_object(:'a_fresh', pg_temp.proved('+8613734011201', 'a-fresh'));
SELECT * FROM pg_temp.claims(3401111);
-- R13: the number and another proof: it stays a's, b is told so, and a's proof is new
SELECT code, public_code FROM acctguard.register_hold_object(:'a_fresh', pg_temp.proved('+8613734011200', 'a-fresh'));
SELECT code FROM acctguard.register_hold_object(:'a_fresh');
SELECT * FROM pg_temp.claims(3401111);
SELECT last_owner_proof_at > clock_timestamp() - interval '1 minute' AS proved_now FROM acctguard.account_numbers(3401111);
SELECT 'a' AS who, * FROM pg_temp.told(3401111) UNION ALL SELECT 'b', * FROM pg_temp.told(3401112);
SELECT evidence FROM acctguard.number_evidence(3401111);
-- R15: not before its time; then by the next touch, whoever touches
SELECT pg_temp.day(6.9);
SELECT code FROM acctguard.register_question(pg_temp.proved('+8613734011201'));
SELECT account, state FROM pg_temp.who(3401113, 3401114);
SELECT pg_temp.day(7.1);
SELECT code FROM acctguard.register_question(pg_temp.proved('+8613734011201'));
SELECT * FROM pg_temp.who(3401113, 3401114);
SELECT * FROM pg_temp.claims(3401114);
SELECT 'a' AS who, * FROM pg_temp.told(3401113) UNION ALL SELECT 'b', * FROM pg_temp.told(3401114);
-- ... or by the sweep; and an owner who comes then is too late
SELECT pg_temp.login('late', 3401115, step_up => true);
SELECT token AS late FROM held WHERE name = 'late' \gset
SELECT code, public_code FROM acctguard.register_hold_object(:'late');
SELECT * FROM pg_temp.who(3401115, 3401116);
SELECT state FROM acctguard.release_hold_list(3401104);
SELECT error FROM acctguard.sweep() WHERE task = 'claim';
SELECT state FROM acctguard.release_hold_list(3401104);
SELECT count(*) AS due FROM acctguard.release_hold_list() WHERE state = 'due' AND holder BETWEEN 3401000 AND 3401999;
SELECT pg_temp.day(0);
-- R16, A41, A42: banned: held, unless confirmed since the ban; the ban stays, and what confirmed it lets b through
SELECT pg_temp.owner(3401161, '+8613734011600');
SELECT pg_temp.carrier('+8613734011600', 'disconnected', '9 days');
SELECT pg_temp.ban(3401161);
SELECT * FROM pg_temp.reg('+8613734011600', 3401162, 'not_mine');
SELECT pg_temp.day(1);
SELECT pg_temp.carrier('+8613734011600', 'disconnected', '1 hour');
SELECT * FROM pg_temp.reg('+8613734011600', 3401162, 'not_mine');
SELECT * FROM pg_temp.who(3401161, 3401162);
SELECT kind, state FROM acctguard.freeze_list(3401161);
SELECT freeze_no, state FROM acctguard.tombstone_list(3401161);
SELECT pg_temp.day(0);
-- R17: frozen, or under a legal hold: only if confirmed; both stay on a
SELECT pg_temp.owner(3401171, '+8613734011700'), pg_temp.owner(3401173, '+8613734011701');
SET SESSION AUTHORIZATION register_mod1;
SELECT acctguard.freeze_impose(3401171, 'feature_freeze', 'violation.spam', 'Advertised a lottery to strangers.', '{msg.send.stranger}', ground => 'rules 4.2');
SET SESSION AUTHORIZATION register_officer;
SELECT acctguard.legal_hold_place(3401173, 'REG-17', 'court order 17');
RESET SESSION AUTHORIZATION;
SELECT n, r.* FROM generate_series(0, 1) n, pg_temp.reg('+861373401170' || n, 3401172 + 2 * n, 'not_mine') r;
SELECT pg_temp.carrier('+8613734011700', 'disconnected', '1 day'), pg_temp.carrier('+8613734011701', 'disconnected', '1 day');
SELECT n, r.* FROM generate_series(0, 1) n, pg_temp.reg('+861373401170' || n, 3401172 + 2 * n, 'not_mine') r;
SELECT kind, state FROM acctguard.freeze_list(3401171);
-- ... one whose money only waits, because its owner came back through T4 (Q5), is not frozen: he is there, and is asked (R12)
SELECT pg_temp.owner(3401175, '+8613734011702', 130);
INSERT INTO register_app.coupon VALUES (3401175);
SET SESSION AUTHORIZATION register_mod1;
SELECT ticket FROM acctguard.service_ticket_issue(3401175, 'case 17');
SET SESSION AUTHORIZATION register_mod2;
SELECT ticket FROM acctguard.service_ticket_issue(3401175, 'case 17') \gset
RESET SESSION AUTHORIZATION;
SELECT acctguard.account_return(3401175, :'ticket') AS back;
SELECT kind, state FROM acctguard.freeze_list(3401175);
SELECT * FROM pg_temp.reg('+8613734011702', 3401176, 'not_mine');
SELECT * FROM pg_temp.claims(3401176);
-- R18: being closed: at once, and closing goes on
SELECT pg_temp.owner(3401181, '+8613734011800');
SELECT acctguard.account_request_close(3401181) IS NOT NULL AS closing;
SELECT * FROM pg_temp.reg('+8613734011800', 3401182, 'not_mine');
SELECT state FROM acctguard.account WHERE account_id = 3401181;
-- R19, A34: a trusted number of others is free, they trust it no longer, and are told
SELECT acctguard.account_open(3401191), acctguard.account_open(3401193);
SELECT acctguard.number_import(3401191, '+8613734011900', kind => 'trusted'), acctguard.number_import(3401193, '+8613734011900', kind => 'trusted');
SELECT * FROM pg_temp.reg('+8613734011900', 3401192);
SELECT * FROM pg_temp.who(3401191, 3401193);
SELECT * FROM pg_temp.told(3401191);
-- R20, A6: two have proved it: the first commits, the other is told that it changed hands, whatever he answers
SELECT pg_temp.proved('+8613734012000', 'first') AS first, pg_temp.proved('+8613734012000', 'second') AS second, pg_temp.proved('+8613734012000', 'third') AS third \gset
SELECT code FROM acctguard.register_commit(:'first', 'correct horse battery', 3401202);
SELECT code, public_code, next FROM acctguard.register_commit(:'second', 'correct horse battery', 3401203);
SELECT code FROM acctguard.register_answer(:'third', 'not_mine');
SELECT code, public_code FROM acctguard.register_commit(:'second', 'correct horse battery', 3401203);
SELECT * FROM pg_temp.who(3401202, 3401203);
-- R21: five accounts in 180 days
SELECT count(acctguard.account_open(n)) FROM generate_series(3401211, 3401216) n;
SELECT n, acctguard.number_release(n, acctguard.number_import(n, '+8613734012100'), 'admin', 'test') FROM generate_series(3401211, 3401215) n;
SELECT * FROM pg_temp.reg('+8613734012100', 3401217);
SELECT acctguard.number_import(3401216, '+8613734012100');
SELECT * FROM pg_temp.reg('+8613734012100', 3401217, 'not_mine');
SELECT code FROM acctguard.register_answer(pg_temp.proved('+8613734012100'), 'mine');
SELECT pg_temp.day(181);
SELECT * FROM pg_temp.reg('+8613734012100', 3401217, 'not_mine');
SELECT pg_temp.day(0);
-- R22, A52: three claims in thirty days: a person looks at it; not if the carrier is sure
SELECT pg_temp.owner(3401221, '+8613734012200');
SELECT n, commit_code, acctguard.release_hold_end(3401222 + n, 'harassment') FROM generate_series(0, 2) n, pg_temp.reg('+8613734012200', 3401222 + n, 'not_mine');
SELECT * FROM pg_temp.reg('+8613734012200', 3401225, 'not_mine');
SELECT pg_temp.carrier('+8613734012200', 'disconnected', '1 day');
SELECT * FROM pg_temp.reg('+8613734012200', 3401225, 'not_mine');
-- R23: not answered in time: nothing has changed
SELECT pg_temp.owner(3401231, '+8613734012300');
SELECT pg_temp.proved('+8613734012300') AS flow \gset
SELECT code FROM acctguard.register_question(:'flow');
SELECT set_config('acctguard.test_clock_offset', '601', false);
SELECT code, public_code FROM acctguard.register_answer(:'flow', 'not_mine');
SELECT code FROM acctguard.register_commit(:'flow', 'correct horse battery', 3401232);
SELECT pg_temp.day(0);
SELECT * FROM pg_temp.who(3401231, 3401232);
-- R24: taken back once, each time recorded, and no hints again
SELECT pg_temp.owner(3401241, '+8613734012400');
SELECT pg_temp.proved('+8613734012400') AS flow \gset
SELECT code, data IS NOT NULL AS hints FROM acctguard.register_question(:'flow');
SELECT code FROM acctguard.register_answer(:'flow', 'not_mine');
SELECT code, data IS NOT NULL AS hints FROM acctguard.register_question(:'flow');
SELECT code FROM acctguard.register_answer(:'flow', 'mine');
SELECT pg_temp.proved('+8613734012400') AS flow \gset
SELECT a, code FROM unnest('{not_mine,not_mine}'::text[]) WITH ORDINALITY a (a, n), acctguard.register_answer(:'flow', a);
SELECT pg_temp.carrier('+8613734012400', 'delivery_failed', '1 hour');
SELECT code FROM acctguard.register_answer(:'flow', 'mine');
SELECT code, public_code FROM acctguard.register_answer(:'flow', 'not_mine');
SELECT code FROM acctguard.register_commit(:'flow', 'correct horse battery', 3401242);
DROP ROLE register_mod1, register_mod2, register_officer;
SELECT acctguard.entitlement_remove('register_coupon', 'test');
