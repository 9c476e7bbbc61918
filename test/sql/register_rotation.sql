-- A new key of the index, and a renumbered country, while people are in the middle of it: flows, claims and changes of numbers
-- find their numbers again, and nobody finds another's. PHN-01, PHN-19, A26. Accounts 3495000 to 3495999. Test clock.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/register.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
\pset null '-'
\pset format unaligned
CREATE FUNCTION pg_temp.minute(minute numeric) RETURNS void LANGUAGE sql AS $$ SELECT pg_temp.day(minute / 1440) $$;
CREATE TEMP TABLE opened (what text PRIMARY KEY, flow uuid, old_flow uuid, request integer);
CREATE FUNCTION pg_temp.flow(wanted text) RETURNS uuid LANGUAGE sql AS $$ SELECT flow FROM opened WHERE what = wanted $$;
-- A change of number that is begun, and proved, and not confirmed.
CREATE FUNCTION pg_temp.change(called text, number text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    o acctguard.outcome := (SELECT b FROM held, acctguard.rebind_begin(token, number) b WHERE name = called);
BEGIN
    IF o.code = 'REBIND_BEGUN' THEN
        INSERT INTO opened VALUES (called, (o.data ->> 'flow')::uuid, (o.data ->> 'old_flow')::uuid, (o.data ->> 'request')::int);
        PERFORM pg_temp.step((o.data ->> 'flow')::uuid, 'rebind', 'prove', 'number_code'), pg_temp.step((o.data ->> 'old_flow')::uuid, 'unbind', 'prove', 'number_code');
    END IF;
    RETURN o.code;
END $$;
CREATE FUNCTION pg_temp.confirm(called text) RETURNS text LANGUAGE sql AS $$
    SELECT c.code FROM held h JOIN opened o ON o.what = h.name, acctguard.rebind_commit(h.token, o.request) c WHERE h.name = called $$;

-- The key of the index: a number that nobody had, one that is asked about, one that is answered.
SELECT pg_temp.owner(3495001, '+8613734950001'), pg_temp.owner(3495003, '+8613734950003');
INSERT INTO opened (what, flow) SELECT 'free', pg_temp.proved('+8613734950000') UNION ALL SELECT 'asked', pg_temp.proved('+8613734950001') UNION ALL SELECT 'answered', pg_temp.proved('+8613734950003');
SELECT what, q.code FROM opened, acctguard.register_question(flow) q ORDER BY what;
SELECT code FROM acctguard.register_answer(pg_temp.flow('answered'), 'not_mine');
-- ... one that is claimed, whose owner has a flow to object with; one whose claim will be over; one that is being changed
SELECT pg_temp.owner(3495011, '+8613734950011'), pg_temp.owner(3495013, '+8613734950013'), pg_temp.owner(3495021, '+8613734950021');
SELECT n, r.commit_code FROM unnest('{1,3}'::int[]) n, pg_temp.reg('+861373495001' || n, 3495011 + n, 'not_mine') r;
SELECT pg_temp.login('objects', 3495011, step_up => true), pg_temp.login('changes', 3495021, '{password,email_code}', true);
INSERT INTO opened (what, flow) SELECT 'objection', pg_temp.proved('+8613734950011', 'objects');
SELECT pg_temp.change('changes', '+8613734950022');
SELECT max(kid) AS old FROM acctguard.key_status() WHERE purpose = 'phone_index' AND state = 'active' \gset
SELECT count(*) AS made FROM acctguard.key_create('phone_index');
SELECT remaining FROM acctguard.key_rewrap('phone_index', 100000);
SELECT acctguard.key_retire(:old);
SELECT code FROM acctguard.register_commit(pg_temp.flow('free'), 'correct horse battery', 3495002);
SELECT code FROM acctguard.register_answer(pg_temp.flow('asked'), 'mine');
SELECT code FROM acctguard.register_commit(pg_temp.flow('answered'), 'correct horse battery', 3495004);
SELECT question, answer_code FROM pg_temp.reg('+8613734950011', 3495015, 'not_mine', 'third-phone');
SELECT code FROM held, acctguard.register_hold_object(token, pg_temp.flow('objection')) WHERE name = 'objects';
SELECT pg_temp.confirm('changes');
SELECT * FROM pg_temp.who(3495001, 3495022);
SELECT claimant, holder, state FROM acctguard.release_hold_list(3495004) UNION ALL SELECT claimant, holder, state FROM acctguard.release_hold_list(3495012);
-- ... who had a flow for a number that somebody registered meanwhile is too late, under whatever key it was found
INSERT INTO opened (what, flow) SELECT 'first', pg_temp.proved('+8613734950030') UNION ALL SELECT 'second', pg_temp.proved('+8613734950030', 'other-phone');
SELECT code FROM acctguard.register_commit(pg_temp.flow('first'), 'correct horse battery', 3495032);
SELECT max(kid) AS old FROM acctguard.key_status() WHERE purpose = 'phone_index' AND state = 'active' \gset
SELECT count(*) AS made FROM acctguard.key_create('phone_index');
SELECT remaining FROM acctguard.key_rewrap('phone_index', 100000);
SELECT acctguard.key_retire(:old);
SELECT code FROM acctguard.register_commit(pg_temp.flow('second'), 'correct horse battery', 3495033);
-- ... and a claim is over when its time is, after however many keys
SELECT pg_temp.day(3.1);
SELECT code FROM acctguard.register_question(pg_temp.proved('+8613734950013', 'anybody'));
SELECT account, state, release_reason FROM pg_temp.who(3495013, 3495014);
SELECT DISTINCT finding FROM acctguard.number_check() c JOIN acctguard.binding b USING (number_id) WHERE b.account_id BETWEEN 3495001 AND 3495033;
SELECT pg_temp.day(0);

-- A country renumbers in five minutes. Before: flows under the old writing, for a number that nobody has, one that is asked about, one that is answered.
SELECT acctguard.policy_set('number_alias', 'rotation', jsonb_build_object('old_prefix', '+55218', 'old_length', 12, 'new_prefix', '+552198',
    'valid_from', pg_temp.now() + interval '5 minutes', 'description', 'ninth digit')) > 0 AS announced;
TRUNCATE opened;
SELECT pg_temp.owner(3495101, '+552187495101'), pg_temp.owner(3495103, '+552187495103'), pg_temp.owner(3495111, '+552187495111'), pg_temp.owner(3495113, '+552187495113'), pg_temp.owner(3495121, '+552187495121');
INSERT INTO opened (what, flow) SELECT 'free', pg_temp.proved('+552187495100') UNION ALL SELECT 'asked', pg_temp.proved('+552187495101') UNION ALL SELECT 'answered', pg_temp.proved('+552187495103');
SELECT what, q.code FROM opened, acctguard.register_question(flow) q ORDER BY what;
SELECT code FROM acctguard.register_answer(pg_temp.flow('answered'), 'not_mine');
SELECT n, r.commit_code FROM unnest('{1,3}'::int[]) n, pg_temp.reg('+55218749511' || n, 3495111 + n, 'not_mine') r;
SELECT pg_temp.login('objects', 3495111, step_up => true), pg_temp.login('changes', 3495121, '{password,email_code}', true);
INSERT INTO opened (what, flow) SELECT 'objection', pg_temp.proved('+552187495111', 'objects');
SELECT pg_temp.change('changes', '+552187495122');
-- ... whoever had a number of nine digits before it was that of anybody proved another number than it is now: he is no owner of 3495105
SELECT pg_temp.owner(3495105, '+552187495105'), pg_temp.owner(3495107, '+552187495107'), pg_temp.login('stranger', 3495021, '{password,email_code}', true);
INSERT INTO opened (what, flow) SELECT 'before', pg_temp.proved('+5521987495105') UNION ALL SELECT 'before, asked after', pg_temp.proved('+5521987495107') UNION ALL SELECT 'before, to object', pg_temp.proved('+5521987495113');
SELECT code FROM acctguard.register_question(pg_temp.flow('before'));
SELECT pg_temp.change('stranger', '+5521987495107');
SELECT pg_temp.login('objects-too', 3495113, step_up => true);
SELECT pg_temp.minute(5.5);
SELECT code FROM acctguard.register_question(pg_temp.flow('before, asked after'));
SELECT code FROM held, acctguard.register_hold_object(token, pg_temp.flow('before, to object')) WHERE name = 'objects-too';
-- After: the flows are about the same numbers, which are found under both writings.
SELECT code FROM acctguard.register_commit(pg_temp.flow('free'), 'correct horse battery', 3495102);
SELECT code FROM acctguard.register_question(pg_temp.proved('+5521987495100', 'anybody')) UNION ALL SELECT code FROM acctguard.register_question(pg_temp.proved('+552187495100', 'anybody'));
SELECT code FROM acctguard.register_answer(pg_temp.flow('asked'), 'mine');
SELECT code FROM acctguard.register_commit(pg_temp.flow('answered'), 'correct horse battery', 3495104);
SELECT question, answer_code FROM pg_temp.reg('+5521987495111', 3495115, 'not_mine', 'third-phone');
SELECT code FROM held, acctguard.register_hold_object(token, pg_temp.flow('objection')) WHERE name = 'objects';
SELECT pg_temp.confirm('changes');
SELECT * FROM pg_temp.who(3495101, 3495122);
SELECT what, a.code, a.data FROM opened, acctguard.register_answer(flow, 'mine') a WHERE what LIKE 'before%' ORDER BY what;
SELECT what, c.code FROM opened, acctguard.register_commit(flow, 'correct horse battery', 3495106) c WHERE what LIKE 'before%' ORDER BY what;
SELECT pg_temp.confirm('stranger');
SELECT account, state, release_reason FROM pg_temp.who(3495105, 3495107);
-- ... a key is changed on top of it, and the number is still one
SELECT max(kid) AS old FROM acctguard.key_status() WHERE purpose = 'phone_index' AND state = 'active' \gset
SELECT count(*) AS made FROM acctguard.key_create('phone_index');
SELECT remaining FROM acctguard.key_rewrap('phone_index', 100000);
SELECT acctguard.key_retire(:old);
SELECT code FROM acctguard.register_question(pg_temp.proved('+5521987495121', 'anybody')) UNION ALL SELECT code FROM acctguard.register_question(pg_temp.proved('+552187495122', 'anybody'));
SELECT pg_temp.day(3.1);
SELECT code FROM acctguard.register_question(pg_temp.proved('+5521987495113', 'anybody'));
SELECT account, state, release_reason FROM pg_temp.who(3495113, 3495114);
SELECT DISTINCT finding FROM acctguard.number_check() c JOIN acctguard.binding b USING (number_id) WHERE b.account_id BETWEEN 3495101 AND 3495122;
SELECT pg_temp.day(0);
SELECT acctguard.policy_set('number_alias', 'rotation', '{"enabled": false}') > 0 AS over;
SELECT acctguard.entitlement_remove('register_coupon', 'test');
