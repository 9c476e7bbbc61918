-- Attacks on registration: enumeration, laundering, replay, relabelling (A1 to A6, A8, A10, A20, A21, A24, A26, A34; NTF-04). Accounts 3402000 to 3402999.
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
CREATE ROLE register_app LOGIN IN ROLE acctguard_app;
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
-- One number of each sort: free, bound, of a banned account, of a protected one, of a frozen one, history only, trusted only.
CREATE TEMP TABLE sort (sort text, number text);
INSERT INTO sort VALUES ('unknown', '+8613734020001'), ('bound', '+8613734020002'), ('banned', '+8613734020003'), ('protected', '+8613734020004'),
    ('frozen', '+8613734020005'), ('history', '+8613734020006'), ('trusted', '+8613734020007');
SELECT pg_temp.owner(3402002, '+8613734020002'), pg_temp.owner(3402003, '+8613734020003'), pg_temp.owner(3402004, '+8613734020004', 130), pg_temp.owner(3402005, '+8613734020005'),
    pg_temp.owner(3402006, '+8613734020006'), acctguard.account_open(3402007);
INSERT INTO register_app.coupon VALUES (3402004);
SELECT pg_temp.ban(3402003), acctguard.number_release(3402006, 1, 'admin', 'test'), acctguard.number_import(3402007, '+8613734020007', kind => 'trusted');
SET SESSION AUTHORIZATION register_mod1;
SELECT acctguard.freeze_impose(3402005, 'feature_freeze', 'violation.spam', 'Advertised a lottery to strangers.', '{msg.send.stranger}', ground => 'rules 4.2');
RESET SESSION AUTHORIZATION;

-- A24: before the proof nothing tells one sort from another, not by the answer and not by what is asked next
SELECT count(DISTINCT (o.code, o.public_code, o.next, o.retry_after, o.data - 'flow', octet_length(o.data::text))) AS answers_to_begin
FROM sort, acctguard.register_begin(number, 'spy', '192.0.2.66') o;
SELECT array_agg(DISTINCT q.public_code) AS question, array_agg(DISTINCT a.public_code) AS answer, array_agg(DISTINCT c.public_code) AS commit
FROM sort CROSS JOIN LATERAL pg_temp.begin(number, 'spy') f CROSS JOIN LATERAL acctguard.register_question(f) q CROSS JOIN LATERAL acctguard.register_answer(f, 'not_mine') a
CROSS JOIN LATERAL acctguard.register_commit(f, 'correct horse battery') c;
-- ... and no row of a number is made for what was only typed
SELECT count(*) AS numbers FROM acctguard.number_index i JOIN acctguard.flow f ON i.number_idx = f.number_idx WHERE f.number_id IS NULL AND f.device = 'spy';
-- after it, free is free, with or without a history; whoever has it, whatever he did, the question is the same
SELECT array_agg(sort ORDER BY sort) AS sorts, q.public_code, q.next, array(SELECT jsonb_object_keys(q.data -> 'hints')) AS hints
FROM sort, acctguard.register_question(pg_temp.proved(number, 'spy-2')) q GROUP BY 2, 3, 4 ORDER BY 2, 4;
-- what service has to look at looks the same to the client (R2, R16, R17, R21, R22)
SELECT sort, a.code, a.public_code, a.next, a.data FROM sort, acctguard.register_answer(pg_temp.proved(number, 'spy-3'), 'not_mine') a WHERE sort IN ('banned', 'frozen');
SELECT code, public_code FROM acctguard.flow_codes() WHERE public_code = 'REG_UNAVAILABLE' ORDER BY 1;
-- A3: "mine" out of curiosity: no account, no name, nothing but the gate
SELECT a.code, a.public_code, a.data FROM acctguard.register_answer(pg_temp.proved('+8613734020004', 'spy-4'), 'mine') a;

-- Hints: little, the same every time, three times a day, never more by rolling back (A21); each is on record
SELECT acctguard.register_hint_set(3402002, '王小明');
SELECT hint FROM acctguard.register_hint WHERE account_id = 3402002;
CREATE FUNCTION pg_temp.hints(number text) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_set(data, '{hints,registered}', to_jsonb((data #>> '{hints,registered}') = to_char(pg_temp.now(), 'YYYY-MM'))) FROM acctguard.register_question(pg_temp.proved(number, 'hint')) $$;
SELECT pg_temp.day(1.1);
SELECT pg_temp.hints('+8613734020002');
BEGIN;
SELECT pg_temp.hints('+8613734020002');
ROLLBACK;
SELECT pg_temp.hints('0086 137 3402 0002') AS third;
SELECT pg_temp.hints('+8613734020002') AS fourth;
SELECT count(*) AS on_record_of_those_committed FROM acctguard.audit_read(3402002) WHERE action = 'register.hinted' AND pg_temp.now() - at < '1 hour';
SELECT pg_temp.day(2.2);
SELECT pg_temp.hints('+8613734020002') AS the_day_after;
SELECT pg_temp.day(0);
SELECT acctguard.register_hint_set(3402002, '  ');
SELECT count(*) AS hints FROM acctguard.register_hint WHERE account_id = 3402002;
-- ... what cannot be seen, or turns the line around, is no first character: zero width space, ideographic space, a combining mark, bidi controls, ...
CREATE FUNCTION pg_temp.hint(nickname text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM acctguard.register_hint_set(3402002, nickname);
    RETURN (SELECT hint FROM acctguard.register_hint WHERE account_id = 3402002);
END $$;
SELECT what, pg_temp.hint(nickname) FROM (VALUES ('zero width space', U&'\200B王小明'), ('ideographic space', U&'\3000王小明'), ('combining mark', U&'\0301王小明'),
    ('right to left override', U&'\202E王小明'), ('isolate', U&'\2067王小明'), ('mark', U&'\200F王小明'), ('byte order mark', U&'\FEFF王小明'), ('no-break space', U&'\00A0王小明'),
    ('filler', U&'\3164王小明'), ('soft hyphen', U&'\00AD王小明'), ('variation selector', U&'\FE0F王小明'), ('tag', U&'\+0E0041王小明'), ('tab, delete, control', E'\t\x7f\u0085王小明'),
    ('all of them', U&'\200B\3000\0301\202E\2067\FEFF \00A0王小明'), ('nothing else', U&'\200B\3000\202E'), ('a mark after it', U&'e\0301mile'),
    ('a letter written from the right', U&'\202Eשלום'), ('a face', '😀'), ('a letter', 'Ann')) n (what, nickname);
SELECT pg_temp.hint('');

-- A26: the same number in another writing is the same number
SELECT n, q.code FROM unnest('{0086-137-3402-0002,+86 (137) 3402 0002,＋８６１３７３４０２０００２}'::text[]) n, acctguard.register_question(pg_temp.proved(n)) q;

-- A20: a flow for one purpose is none for another, and made-up ones are unknown
SELECT (pg_temp.step('00000000-0000-4000-8000-000000000000', 'register', 'prove', 'number_code')).code;
CREATE FUNCTION pg_temp.open(purpose text, number text, account_id bigint DEFAULT NULL, device text DEFAULT NULL, source inet DEFAULT NULL,
    locale text DEFAULT NULL, dead boolean DEFAULT false) RETURNS acctguard.outcome LANGUAGE c AS 'acctguard', 'acctguard_test_flow_open';
SELECT (data ->> 'flow')::uuid AS reset_flow FROM pg_temp.open('reset', '+8613734020002', 3402002) \gset
SELECT (pg_temp.step(:'reset_flow', 'reset', 'prove', 'number_code')).code AS proved;
SELECT code FROM acctguard.register_question(:'reset_flow') UNION ALL SELECT code FROM acctguard.register_commit(:'reset_flow', 'correct horse battery');

-- A10: trust laundering. Somebody who had the number for a while brought in a device with codes alone, after it had left its owner.
SELECT pg_temp.owner(3402101, '+8613734021001', 30);
SELECT pg_temp.login('a-own', 3402101), acctguard.contact_add(3402101, 'sms', '+8613734021001', verified => true) AS sms, acctguard.contact_add(3402101, 'email', 'a@example.org', verified => true) AS email;
SELECT pg_temp.login('before', 3402101, '{number_code}');
SELECT pg_temp.day(3);
SELECT pg_temp.carrier('+8613734021001', 'disconnected', '1 day');
SELECT pg_temp.login('laundered', 3402101, '{number_code}');
SELECT pg_temp.step((data ->> 'flow')::uuid, 'reset', 'prove', 'number_code') IS NOT NULL AS a_reset, data ->> 'flow' AS a_reset_flow FROM pg_temp.open('reset', '+8613734021001', 3402101) \gset
SELECT data ->> 'flow' AS a_change_flow FROM pg_temp.open('rebind', '+8613734021999', 3402101) \gset
SELECT * FROM pg_temp.reg('+8613734021001', 3402102, 'not_mine');
SELECT d, pg_temp.check(d) FROM unnest('{a-own,before,laundered}'::text[]) d;
SELECT handle, state FROM acctguard.device WHERE account_id = 3402101 ORDER BY 1;
SELECT pg_temp.login('laundered', 3402101, '{number_code}');
-- PHN-07: flows of a that a code to the number opened are closed; NTF-04: the number hears nothing of a any more, the mail goes on
SELECT (pg_temp.step(:'a_reset_flow', 'reset', 'proved')).code, (pg_temp.step(:'a_change_flow', 'rebind', 'proved')).code;
SELECT channel, removed_at IS NOT NULL AS removed, remove_reason FROM acctguard.contact_list(3402101);
-- ... what does not hang on the number stays: devices, sessions, what a has
SELECT state, session_epoch FROM acctguard.account WHERE account_id = 3402101;
-- A2: the new account has nothing of the old one
SELECT count(*) FROM acctguard.device_list(3402102);
SELECT pg_temp.day(0);

-- used once; what was answered in it is over
SELECT pg_temp.proved('+8613734021002') AS flow \gset
SELECT code FROM acctguard.register_commit(:'flow', 'short', 3402103);
SELECT code FROM acctguard.register_commit(:'flow', 'correct horse battery', 3402103);
SELECT code FROM acctguard.register_commit(:'flow', 'correct horse battery', 3402104);
SELECT count(*) AS accounts FROM acctguard.account WHERE account_id = 3402104;
-- the password is kept nowhere as it is, the number neither
SELECT count(*) AS in_clear FROM (SELECT f::text AS t FROM acctguard.flow f UNION ALL SELECT c::text FROM acctguard.credential c UNION ALL SELECT l::text FROM acctguard.ledger l
    UNION ALL SELECT h::text FROM acctguard.release_hold h UNION ALL SELECT n::text FROM acctguard.notice n) q WHERE t LIKE '%correct horse%' OR t LIKE '%13734021002%';
-- A rolled-back commit leaves nothing
SELECT pg_temp.proved('+8613734021003') AS flow \gset
BEGIN;
SELECT code FROM acctguard.register_commit(:'flow', 'correct horse battery', 3402105);
ROLLBACK;
SELECT count(*) AS accounts FROM acctguard.account WHERE account_id = 3402105;
SELECT code FROM acctguard.register_commit(:'flow', 'correct horse battery', 3402105);

-- H4: an old snapshot sees no free number where there is none
SELECT pg_temp.owner(3402106, '+8613734021004');
-- H11: a transaction that registered cannot be prepared
BEGIN;
SELECT code FROM acctguard.register_question(pg_temp.proved('+8613734021004'));
PREPARE TRANSACTION 'register';

-- a claimant who is gone, or has a number by then, gets nothing; the number stays (R15)
SELECT pg_temp.owner(3402111, '+8613734021101'), pg_temp.owner(3402113, '+8613734021102'), pg_temp.owner(3402115, '+8613734021103');
SELECT n, r.commit_code FROM generate_series(1, 3) n, pg_temp.reg('+861373402110' || n, 3402110 + 2 * n, 'not_mine') r;
SELECT acctguard.number_import(3402112, '+8613734021199') AS another_number;
SELECT acctguard.number_release(3402113, 1, 'carrier', 'left') AS freed;
SELECT acctguard.account_request_close(3402116) IS NOT NULL AS closing;
-- what the owner leaves before the time is the claimant's at the next touch
SELECT code FROM acctguard.register_question(pg_temp.proved('+8613734021102'));
SELECT pg_temp.day(40);
SELECT error FROM acctguard.sweep() WHERE task = 'claim';
SELECT pg_temp.day(0);
SELECT account, hint, state FROM pg_temp.who(3402111, 3402116);
SELECT claimant, state, end_note FROM unnest('{3402112,3402114,3402116}'::bigint[]) n, acctguard.release_hold_list(n);
-- a ban that comes while the claim runs keeps the number, and the claim waits; when the ban is gone it goes on (R16)
SELECT pg_temp.owner(3402121, '+8613734021201');
SELECT commit_code FROM pg_temp.reg('+8613734021201', 3402122, 'not_mine');
SELECT pg_temp.ban(3402121);
SELECT pg_temp.day(4);
SELECT error FROM acctguard.sweep() WHERE task = 'claim';
SELECT claimant, state FROM acctguard.release_hold_list(3402122);
SELECT code FROM acctguard.register_answer(pg_temp.proved('+8613734021201'), 'not_mine');
SET SESSION AUTHORIZATION register_mod1;
SELECT count(*) >= 0 AS annulled FROM acctguard.freeze_vacate(3402121, 1, 'the wrong account');
SET SESSION AUTHORIZATION register_mod2;
SELECT count(*) >= 0 AS annulled FROM acctguard.freeze_vacate(3402121, 1, 'the wrong account');
RESET SESSION AUTHORIZATION;
SELECT code FROM acctguard.register_question(pg_temp.proved('+8613734021201'));
SELECT claimant, state FROM acctguard.release_hold_list(3402122);
SELECT pg_temp.day(0);

-- Who may what: the tables are nobody's, claims are for staff, ending one is for operators
SET SESSION AUTHORIZATION register_app;
SELECT code FROM acctguard.register_begin('+8613734021301');
SELECT acctguard.release_hold_list();
SELECT acctguard.release_hold_end(3402122, 'x');
SELECT count(*) FROM acctguard.release_hold;
RESET SESSION AUTHORIZATION;
UPDATE acctguard.release_hold SET outcome = 'kept' WHERE claimant_id = 3402122;
DELETE FROM acctguard.release_hold WHERE claimant_id = 3402122;
-- misuse by the application is an error
SELECT acctguard.register_answer(gen_random_uuid(), 'perhaps');
SELECT acctguard.register_commit(gen_random_uuid(), NULL);
SELECT acctguard.register_commit(gen_random_uuid(), 'correct horse battery', profile => 'vip');
SELECT code FROM acctguard.register_begin('not a number');
SELECT code FROM acctguard.register_hold_object('acs1_1.1.AAAA');
SELECT acctguard.release_hold_end(3402122, 'nothing is left of it');
DROP ROLE register_mod1, register_mod2, register_app;
SELECT acctguard.entitlement_remove('register_coupon', 'test');
