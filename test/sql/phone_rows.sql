-- The rows of evidence (3.0), of what its code is worth (3.5) and of the skips (3.4 i to iii), each by its name, from signed documents, codes,
-- claims and devices to what the gate says. PHN-02, PHN-08 to PHN-13, IDV-02. Accounts 3196000 to 3196099. Test clock.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/register.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
\pset null '-'
\pset format unaligned
SELECT acctguard.number_provider_add('carrier.rows', pg_temp.public_key(sha256('rows')), '{camara/number-recycling,camara/sim-swap,fcc/rnd,carrier/notice}', 'im.test', '2024-01-01');
CREATE FUNCTION pg_temp.say(account bigint, body jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT (acctguard.number_event(d, pg_temp.sign(sha256('rows'), convert_to('acctguard/number-event/v1', 'UTF8') || '\x00' || 'carrier.rows' || '\x00' || d), 'carrier.rows')).code
    FROM convert_to((jsonb_build_object('phoneNumber', '+861373' || account, 'aud', 'im.test', 'iat', extract(epoch FROM pg_temp.now())::bigint,
        'exp', extract(epoch FROM pg_temp.now())::bigint + 3600, 'jti', gen_random_uuid()) || body)::text, 'UTF8') d $$;
CREATE FUNCTION pg_temp.ago(ago interval) RETURNS text LANGUAGE sql AS $$ SELECT to_char((pg_temp.now() - ago) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') $$;
CREATE FUNCTION pg_temp.asked(account bigint, answer text, ago interval) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.say(account, jsonb_build_object('format', 'fcc/rnd', 'date', pg_temp.ago(ago), 'answer', answer)) $$;
CREATE FUNCTION pg_temp.notice(account bigint, event text, ago interval) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.say(account, jsonb_build_object('format', 'carrier/notice', 'event', event, 'at', pg_temp.ago(ago))) $$;
-- What is known of accounts' numbers, and what a code to them is worth: points, and the gate of who claims the account with it alone.
CREATE FUNCTION pg_temp.known(VARIADIC accounts bigint[]) RETURNS TABLE (account bigint, evidence text, sim_risk boolean, young boolean, points integer, gate text, passed boolean) LANGUAGE sql AS $$
    SELECT n, e.evidence, e.sim_risk, e.young_proof, a.points, a.gate, a.passed
    FROM unnest(accounts) WITH ORDINALITY u (n, i), acctguard.number_evidence(n) e, acctguard.assurance_of(n, '{number_code}') a ORDER BY i $$;

-- A hundred days ago everybody here proved his number; +86 gives a number to somebody else after 120.
SELECT count(pg_temp.owner(n, '+861373' || n, 100, 'social')) AS owners FROM generate_series(3196001, 3196019) n;
-- 3.0, unknown: nothing is said; 3.5: the proof is young: 25
SELECT * FROM pg_temp.known(3196001);
-- 3.0, confirmed: yes, asked about the last proof or later; 3.5: 0, and T4
SELECT pg_temp.asked(3196002, 'yes', '50 days'), pg_temp.say(3196003, jsonb_build_object('format', 'camara/number-recycling', 'specifiedDate', pg_temp.ago('99 days'), 'phoneNumberRecycled', true)), pg_temp.notice(3196004, 'disconnected', '3 days');
SELECT * FROM pg_temp.known(3196002, 3196003, 3196004);
-- 3.0, nothing: yes, asked about an earlier time: it may be the holder before
SELECT pg_temp.asked(3196005, 'yes', '101 days 2 hours');
SELECT * FROM pg_temp.known(3196005);
-- 3.0, clear: no, asked about the last proof or earlier; for a day
SELECT pg_temp.asked(3196006, 'no', '101 days 2 hours');
SELECT * FROM pg_temp.known(3196006);
SELECT pg_temp.day(0.99);
SELECT * FROM pg_temp.known(3196006);
SELECT pg_temp.day(1.01);
SELECT * FROM pg_temp.known(3196006);
SELECT pg_temp.day(0);
-- 3.0, unknown: no, asked about a later time; no data, in each of its spellings
SELECT pg_temp.asked(3196007, 'no', '50 days'), pg_temp.asked(3196008, 'no_data', '101 days'), pg_temp.asked(3196008, '-1', '101 days'),
    pg_temp.say(3196008, jsonb_build_object('format', 'camara/number-recycling', 'specifiedDate', pg_temp.ago('101 days'), 'phoneNumberRecycled', null));
SELECT * FROM pg_temp.known(3196007, 3196008);
-- 3.0, suspected: another subscriber, a delivery that failed for good, an open claim; 3.5: 0, and T3
SELECT pg_temp.notice(3196009, 'subscriber_changed', '1 day'), pg_temp.notice(3196010, 'delivery_failed', '1 day');
SELECT commit_code FROM pg_temp.reg('+8613733196011', 3196091, 'not_mine');
SELECT * FROM pg_temp.known(3196009, 3196010, 3196011);
-- 3.0, sim_risk: the SIM was changed within 168 hours, or the number ported, which is never a change of hands; 3.5: 0, and T3
SELECT pg_temp.notice(3196012, 'sim_changed', '167 hours'), pg_temp.say(3196013, jsonb_build_object('format', 'camara/sim-swap', 'latestSimChange', pg_temp.ago('1 hour'))), pg_temp.notice(3196014, 'ported', '1 hour');
SELECT * FROM pg_temp.known(3196012, 3196013, 3196014);
SELECT pg_temp.day(0.05);
SELECT * FROM pg_temp.known(3196012, 3196013, 3196014);
SELECT pg_temp.day(7.1);
SELECT * FROM pg_temp.known(3196013, 3196014);
SELECT pg_temp.day(0);
-- 3.0, the order: confirmed before sim_risk before suspected before unknown before clear; nothing outvotes a confirmed sign
SELECT pg_temp.notice(3196015, 'disconnected', '1 day'), pg_temp.notice(3196015, 'sim_changed', '1 day'), count(pg_temp.asked(3196015, 'no', '101 days 2 hours')) AS clear FROM generate_series(1, 5);
SELECT pg_temp.notice(3196016, 'sim_changed', '1 day'), pg_temp.notice(3196016, 'subscriber_changed', '1 day'), pg_temp.asked(3196016, 'no', '101 days 2 hours');
SELECT pg_temp.notice(3196017, 'delivery_failed', '1 day'), pg_temp.asked(3196017, 'no', '101 days 2 hours');
SELECT pg_temp.asked(3196018, 'no_data', '101 days'), pg_temp.asked(3196018, 'no', '101 days 2 hours');
SELECT * FROM pg_temp.known(3196015, 3196016, 3196017, 3196018);
-- 3.0, forged: what nobody signed says nothing
SELECT (acctguard.number_event(d, pg_temp.sign(sha256('somebody'), d), 'carrier.rows')).code FROM convert_to('{"format": "carrier/notice", "event": "disconnected"}', 'UTF8') d;

-- 3.0, the floor, PHN-12: 120 days for +86, 45 for +1 and for countries of which nothing is known; of the last proof, not of the account; and policy
SELECT pg_temp.owner(3196021, '+12125550121', 0), pg_temp.owner(3196022, '+447911123422', 0), pg_temp.owner(3196023, '+8613733196023', 0);
SELECT pg_temp.day(44.9);
SELECT * FROM pg_temp.known(3196021, 3196022, 3196023);
SELECT pg_temp.day(45.1);
SELECT * FROM pg_temp.known(3196021, 3196022, 3196023);
SELECT acctguard.policy_set('country_floor', '+86', '{"recycled_after": "44 days"}', 'strict') > 0 AS strict;
SELECT * FROM pg_temp.known(3196023);
SELECT acctguard.policy_set('country_floor', '+86', '{"recycled_after": "120 days"}', 'as delivered') > 0 AS as_delivered;
-- ... 3.5: known to be clear 20, else 10 when the proof is older than the floor
SELECT pg_temp.day(121);
SELECT (acctguard.number_event(d, pg_temp.sign(sha256('rows'), convert_to('acctguard/number-event/v1', 'UTF8') || '\x00' || 'carrier.rows' || '\x00' || d), 'carrier.rows')).code
FROM convert_to(jsonb_build_object('format', 'fcc/rnd', 'phoneNumber', '+12125550121', 'aud', 'im.test', 'iat', extract(epoch FROM pg_temp.now())::bigint, 'exp', extract(epoch FROM pg_temp.now())::bigint + 60,
    'jti', gen_random_uuid(), 'date', pg_temp.ago('122 days'), 'answer', 'no')::text, 'UTF8') d;
SELECT * FROM pg_temp.known(3196021, 3196022, 3196023);
-- ... L&N: a code alone, however often, never makes the proof young again; a code in a session that showed something else does (last_owner_proof_at)
SELECT pg_temp.login('only-codes', 3196023, '{number_code}'), pg_temp.login('owner', 3196023, '{password}', true);
SELECT code FROM held, acctguard.number_reconfirm(token) WHERE name = 'only-codes';
SELECT (data ->> 'flow')::uuid AS flow FROM held, acctguard.number_reconfirm_begin(token) WHERE name = 'owner' \gset
SELECT (pg_temp.step(:'flow', 'reconfirm', 'prove', 'number_code')).code AS proved, (SELECT young_proof FROM acctguard.number_evidence(3196023)) AS by_the_code;
SELECT r.code, (SELECT young_proof FROM acctguard.number_evidence(3196023)) AS by_both FROM held, acctguard.number_reconfirm(token, :'flow') r WHERE name = 'owner';
SELECT pg_temp.day(0);

-- 3.4: who need not verify himself, by what (i: young proof, ii: usual device, iii: trusted device), and by what is known of the number.
-- Each account has a device that is usual, one that is trusted, one that a number alone has enrolled, and one that nobody knows.
CREATE FUNCTION pg_temp.enrol(called text, account bigint, proofs text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    seed bytea := sha256((called || account)::bytea);
    opened record;
BEGIN
    SELECT * INTO opened FROM acctguard.session_open(account, jsonb_build_object('id', called, 'platform', 'mobile',
        'key', translate(encode(pg_temp.public_key(seed), 'base64'), E'+/=\n', '-_')), proofs, true);
    INSERT INTO held VALUES (called || account, opened.token);
END $$;
CREATE FUNCTION pg_temp.everybody_uses_his() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM held, acctguard.session_check(token) c WHERE name ~ '31960[3]' AND c.code = 'OK' $$;
SELECT count(pg_temp.owner(n, '+861373' || n, 1, 'social')) AS owners FROM generate_series(3196031, 3196036) n;
SELECT count(*) FROM (SELECT pg_temp.enrol('usual', n, '{password}'), pg_temp.enrol('trusted', n, '{password}'), pg_temp.enrol('sim', n, '{number_code}') FROM generate_series(3196031, 3196036) n) e;
SELECT pg_temp.day(1.1);
SELECT pg_temp.everybody_uses_his();
SELECT count(*) FILTER (WHERE s.code = 'OK') AS stepped_up FROM held, acctguard.session_step_up(token, '{totp}') s WHERE name LIKE 'trusted3196%';
SELECT array_agg(DISTINCT acctguard.device_trust(token)) AS trusted FROM held WHERE name LIKE 'trusted3196%';
SELECT pg_temp.day(2.2);
SELECT pg_temp.everybody_uses_his();
SELECT pg_temp.day(7.1);
SELECT pg_temp.everybody_uses_his();
SELECT pg_temp.asked(3196031, 'no', '9 days'), pg_temp.notice(3196033, 'subscriber_changed', '1 day'), pg_temp.notice(3196034, 'sim_changed', '1 day'), pg_temp.notice(3196035, 'disconnected', '2 days');
CREATE FUNCTION pg_temp.skips(account bigint) RETURNS TABLE (skip text, gate text, points integer, passed boolean, another_factor boolean) LANGUAGE sql AS $$
    SELECT s.skip, a.gate, a.points, a.passed, a.another_factor
    FROM (VALUES ('i young proof', '{number_code}'::text[], NULL), ('ii usual device', '{device_key}', 'usual'), ('iii trusted device', '{device_key}', 'trusted'),
        ('none: by number only', '{device_key}', 'sim'), ('none: unknown device', '{password}', 'unknown')) s (skip, shown, device),
    LATERAL acctguard.assurance_of(account, s.shown, s.device) a $$;
-- 3.4, clear
SELECT * FROM pg_temp.skips(3196031);
-- 3.4, unknown
SELECT * FROM pg_temp.skips(3196032);
-- 3.4, suspected
SELECT * FROM pg_temp.skips(3196033);
-- 3.4, sim_risk: a device skips, what is sensitive wants one factor more
SELECT * FROM pg_temp.skips(3196034);
-- 3.4, confirmed: the device of the owner skips to T3, the number is worth nothing, T4 for everybody else
SELECT * FROM pg_temp.skips(3196035);
-- 3.4 (i) is killed by time, and by a proof that is missing: an account that was imported without one
SELECT acctguard.number_import(acctguard.account_open(3196041), '+8613733196041') AS imported;
SELECT evidence, young_proof FROM acctguard.number_evidence(3196041);
SELECT code FROM acctguard.register_answer(pg_temp.proved('+8613733196041'), 'mine');
SELECT pg_temp.day(119.1);
SELECT * FROM pg_temp.skips(3196032) WHERE skip LIKE 'i %';
-- 3.4 (ii) is killed when the device is idle for 45 days, (iii) likewise
SELECT * FROM pg_temp.skips(3196032) WHERE skip LIKE 'ii%';
-- ... by a quarantine, by a report of its loss
SELECT pg_temp.day(8);
SELECT acctguard.device_quarantine(3196032, no, 'x') FROM acctguard.device_list(3196032) d WHERE d.state = 'established';
SELECT code FROM held, acctguard.device_kick(token, NULL, true) WHERE name = 'trusted3196032';
SELECT * FROM pg_temp.skips(3196032);
-- ... and in profile money it is worth its points and no more
SELECT acctguard.account_change(3196036, profile => 'money') IS NULL AS changed;
SELECT * FROM pg_temp.skips(3196036);
SELECT pg_temp.day(0);

-- PHN-02: no number without a proof that whoever binds it has it: registering, changing, trusting
SELECT pg_temp.begin('+8613733196051') AS flow \gset
SELECT code FROM acctguard.register_question(:'flow') UNION ALL SELECT code FROM acctguard.register_commit(:'flow', 'correct horse battery', 3196051);
SELECT pg_temp.owner(3196052, '+8613733196052'), pg_temp.login('binds', 3196052, '{password,email_code}', true);
SELECT (data ->> 'request')::int AS request, (data ->> 'flow')::uuid AS flow FROM held, acctguard.rebind_begin(token, '+8613733196053') WHERE name = 'binds' \gset
SELECT c.code FROM held, acctguard.rebind_commit(token, :request) c WHERE name = 'binds';
SELECT t.code, t.data ->> 'flow' AS flow FROM held, acctguard.trusted_number_add(token, '+8613733196054') t WHERE name = 'binds' \gset
SELECT :'code' AS begun, c.code FROM held, acctguard.trusted_number_confirm(token, :'flow') c WHERE name = 'binds';
SELECT account, kind, hint, state FROM pg_temp.who(3196051, 3196054);

-- PHN-08, PHN-09, as far as numbers go: a number that was lost may lead to who had it, but only if he lost it against his will, and it opens nothing:
-- it proves nothing of that account, which has nothing but its other proofs, and who has the number now is another account
SELECT pg_temp.owner(3196061, '+8613733196061'), pg_temp.owner(3196062, '+8613733196062'), pg_temp.owner(3196063, '+8613733196063', 130);
SELECT acctguard.number_release(3196061, 1, 'carrier', 'notice'), acctguard.number_release(3196062, 1, 'admin', 'his wish'), (SELECT commit_code FROM pg_temp.reg('+8613733196063', 3196064, 'not_mine'));
SELECT account, hint, state, release_reason, eligible FROM pg_temp.who(3196061, 3196064);
SELECT gate, points, passed FROM acctguard.assurance_of(3196063, '{number_code,password}');
-- PHN-10, as far as the gate goes: who "cannot receive the code" has another way and no easier one; by a device he skips it as everybody does
SELECT pg_temp.day(7.2);
SELECT shown, a.gate, a.points, a.passed, a.next FROM (VALUES ('{number_code}'::text[], NULL), ('{password}', NULL), ('{password,email_code}', NULL), ('{device_key}', 'usual')) s (shown, device),
    LATERAL acctguard.assurance_of(3196031, s.shown, s.device) a;
SELECT pg_temp.day(0);
-- IDV-02: two questions of one in nine (1/81) are not enough where privacy or money is at stake, nor are all questions together
SELECT profile, shown, a.gate, a.points, a.needed, a.passed FROM unnest('{basic,social,money}'::text[]) profile, (VALUES ('{quiz_9c1}'::text[]), ('{quiz_9c1,quiz_15c2,quiz_9c1_15c2_9c1}'), ('{quiz_9c1,password}')) s (shown),
    LATERAL acctguard.assurance(jsonb_build_object('profile', profile), s.shown) a;
SELECT acctguard.entitlement_remove('register_coupon', 'test');
