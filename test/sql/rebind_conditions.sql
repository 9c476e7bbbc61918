-- Changing a number: each precondition, U-1 to U-9, fails with its code, and what can be judged again stops a request that waited;
-- what keeps a new number from an account. Accounts 5710000 to 5710099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/rebind.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
CREATE FUNCTION pg_temp.freeze(account bigint, kind text, reason text) RETURNS int LANGUAGE sql AS
$$ SELECT acctguard.freeze_impose(account, kind, reason, 'what happened, in some words') $$;

-- U-1: frozen where it is about getting in or changing what secures the account
SELECT pg_temp.account(5710001, '+8613900571001', 'social'), pg_temp.login('u1', 5710001);
SELECT pg_temp.freeze(5710001, 'temp_restrict', 'security.takeover') > 0 AS frozen;
SELECT code, public_code, next FROM acctguard.rebind_begin(pg_temp.token('u1'), '+8613900571051');
SELECT pg_temp.begin(5710001, 'u1', NULL, '+8613900571001');
-- ... a freeze of sending messages is no reason
SELECT pg_temp.account(5710002, '+8613900571002', 'social'), pg_temp.login('u1b', 5710002);
SELECT acctguard.freeze_impose(5710002, 'feature_freeze', 'violation.spam', 'what happened, in some words', capabilities => '{msg.send.stranger}') > 0 AS frozen;
SELECT pg_temp.begin(5710002, 'u1b', '+8613900571052');
-- ... about to close
SELECT pg_temp.account(5710003, '+8613900571003'), pg_temp.login('u1c', 5710003), acctguard.account_request_close(5710003) IS NOT NULL AS closing;
SELECT pg_temp.begin(5710003, 'u1c', '+8613900571053');
-- U-2: proved only a number, not lately, not at all
SELECT pg_temp.account(5710004, '+8613900571004', 'social'), pg_temp.login('u2', 5710004, '{number_code}', false), pg_temp.login('u2b', 5710004, '{password}', false);
SELECT code, public_code, next FROM acctguard.rebind_begin(pg_temp.token('u2'), '+8613900571054');
SELECT pg_temp.begin(5710004, 'u2b', '+8613900571054');
SELECT code FROM acctguard.session_step_up(pg_temp.token('u2b'), '{password}');
SELECT pg_temp.at(599);
SELECT pg_temp.begin(5710004, 'u2b', '+8613900571054');
SELECT pg_temp.at(600);
SELECT pg_temp.begin(5710004, 'u2b', '+8613900571054'), pg_temp.confirm(5710004, 'u2b', '+8613900571054', '+8613900571004');
SELECT code, public_code, next FROM acctguard.rebind_begin('acs1_5710004.1.' || repeat('A', 43), '+8613900571054');
SELECT code FROM acctguard.rebind_begin(NULL, '+8613900571054');
-- U-2, the gate: a code to the old number lets a password pass T1; without one it takes T3, and what was shown long ago is worth nothing
SELECT pg_temp.at(0), pg_temp.account(5710040, '+8613900571040', 'social'), pg_temp.login('gate', 5710040, '{password}');
SELECT pg_temp.change(5710040, 'gate', '+8613900571140');
SELECT code, public_code, next, data - 'request' AS data FROM acctguard.rebind_commit(pg_temp.token('gate'), pg_temp.request(5710040));
SELECT pg_temp.prove(old_flow, '+8613900571040') FROM asked WHERE account = 5710040 ORDER BY n DESC LIMIT 1;
SELECT code FROM acctguard.rebind_commit(pg_temp.token('gate'), pg_temp.request(5710040));
SELECT situation FROM pg_temp.requests(5710040);
SELECT pg_temp.account(5710041, '+8613900571041', 'social'), pg_temp.login('gate2', 5710041, '{password,totp}');
SELECT pg_temp.at(660);
SELECT code FROM acctguard.session_step_up(pg_temp.token('gate2'), '{email_code}');
SELECT pg_temp.change(5710041, 'gate2', '+8613900571141');
SELECT code, data - 'request' AS data FROM acctguard.rebind_commit(pg_temp.token('gate2'), pg_temp.request(5710041));
SELECT code FROM acctguard.session_step_up(pg_temp.token('gate2'), '{email_code,password}');
SELECT code FROM acctguard.rebind_commit(pg_temp.token('gate2'), pg_temp.request(5710041));
SELECT situation FROM pg_temp.requests(5710041);
-- ... only what is known; money; a code that the number's evidence has made worthless, and one category alone beside a new SIM
SELECT pg_temp.at(0), pg_temp.account(5710042, '+8613900571042', 'money'), pg_temp.login('gate3', 5710042), pg_temp.change(5710042, 'gate3', '+8613900571142');
SELECT data - 'request' AS data FROM acctguard.rebind_commit(pg_temp.token('gate3'), pg_temp.request(5710042));
SELECT pg_temp.account(5710043, '+8613900571043', 'social'), pg_temp.login('gate4', 5710043, '{password}'), pg_temp.signal(5710043, 'delivery_failed');
SELECT pg_temp.change(5710043, 'gate4', '+8613900571143', '+8613900571043');
SELECT data - 'request' AS data FROM acctguard.rebind_commit(pg_temp.token('gate4'), pg_temp.request(5710043));
SELECT pg_temp.account(5710044, '+8613900571044', 'social'), pg_temp.login('gate5', 5710044, '{totp}'), pg_temp.signal(5710044, 'sim_changed');
SELECT pg_temp.change(5710044, 'gate5', '+8613900571144', '+8613900571044');
SELECT data - 'request' AS data FROM acctguard.rebind_commit(pg_temp.token('gate5'), pg_temp.request(5710044));
-- ... it is confirmed that somebody else has the number, and the device is new: T4
SELECT pg_temp.account(5710045, '+8613900571045', 'social'), pg_temp.login('gate6', 5710045), pg_temp.signal(5710045, 'disconnected');
SELECT pg_temp.change(5710045, 'gate6', '+8613900571145', '+8613900571045');
SELECT data - 'request' AS data FROM acctguard.rebind_commit(pg_temp.token('gate6'), pg_temp.request(5710045));
-- U-3: an unfreeze, for three days; a password that was changed from a device that nobody knew yet
SELECT pg_temp.at(0), pg_temp.account(5710005, '+8613900571005', 'social'), pg_temp.freeze(5710005, 'temp_restrict', 'security.takeover') > 0 AS frozen;
SELECT pg_temp.at(86399), pg_temp.login('u3', 5710005);
SELECT pg_temp.begin(5710005, 'u3', '+8613900571055');
SELECT pg_temp.at(86400), pg_temp.login('u3', 5710005);
SELECT count(*) > 0 AS probation FROM acctguard.standing WHERE account_id = 5710005 AND part = 'p';
SELECT pg_temp.begin(5710005, 'u3', '+8613900571055');
SELECT pg_temp.at(86400 + 259200), pg_temp.login('u3', 5710005);
SELECT pg_temp.begin(5710005, 'u3', '+8613900571055');
SELECT pg_temp.at(0), pg_temp.account(5710006, '+8613900571006', 'social'), pg_temp.login('u3b', 5710006);
SELECT acctguard.password_set(pg_temp.token('u3b'), 'of nobody but 5710006');
SELECT pg_temp.begin(5710006, 'u3b', '+8613900571056');
SELECT pg_temp.at(10), pg_temp.login('u3b', 5710006);
SELECT code FROM acctguard.password_change(pg_temp.token('u3b'), 'of nobody but 5710006', 'of somebody else than 5710006');
SELECT pg_temp.begin(5710006, 'u3b', '+8613900571056');
SELECT pg_temp.at(259210), pg_temp.login('u3b', 5710006);
SELECT pg_temp.begin(5710006, 'u3b', '+8613900571056');
-- U-4: another number than the account's; in any writing it is the same
SELECT pg_temp.at(0), pg_temp.account(5710007, '+8613900571007', 'social'), pg_temp.login('u4', 5710007);
SELECT code, public_code, next FROM acctguard.rebind_begin(pg_temp.token('u4'), '+8613900571057', '+8613900571008');
SELECT pg_temp.begin(5710007, 'u4', NULL, '+8613900571008'), pg_temp.begin(5710007, 'u4', NULL, '+8613900571999');
SELECT pg_temp.begin(5710007, 'u4', '+8613900571057', '0086 (139) 0057-1007');
SELECT pg_temp.account(5710008), pg_temp.login('u4b', 5710008), pg_temp.begin(5710008, 'u4b', NULL, '+8613900571008');
SELECT code FROM acctguard.rebind_begin(pg_temp.token('u4'), 'no number');
SELECT code, next FROM acctguard.rebind_begin(pg_temp.token('u4'), '+8613900571007');
-- U-5: the client: every channel, as shipped; then only those that are known, the newer builds of them
SELECT code FROM acctguard.rebind_begin(pg_temp.token('u4'), '+8613900571057', client_channel => 'somebody.else');
SELECT acctguard.policy_set('client_channel', '*', '{"allowed": false}', 'only ours') > 1 AS set,
    acctguard.policy_set('client_channel', 'app_store', '{"allowed": true, "least_build": 812, "description": "ours"}', 'older ones have a hole') > 0 AS set;
SELECT code, public_code, next FROM acctguard.rebind_begin(pg_temp.token('u4'), '+8613900571057');
SELECT n, code FROM (VALUES (1, 'somebody.else', 900), (2, 'app_store', NULL), (3, 'app_store', 811), (4, '*', 900), (5, 'app_store', 812)) c (n, channel, build),
    acctguard.rebind_begin(pg_temp.token('u4'), '+8613900571057', client_channel => channel, client_build => build) ORDER BY n;
SELECT code FROM acctguard.trusted_number_add(pg_temp.token('u4'), '+8613900571058', client_channel => 'app_store', client_build => 811);
SELECT acctguard.policy_set('client_channel', '*', '{"allowed": true}', 'as it was') > 2 AS set;
SELECT acctguard.policy_set('client_channel', 'App Store', '{"allowed": true, "description": "x"}');
-- U-6: nothing would be left to log in with
SELECT code, public_code, next FROM acctguard.unbind_request(pg_temp.token('u4'), '+8613900571007');
-- U-7: a legal hold
SELECT pg_temp.account(5710009, '+8613900571009', 'social'), pg_temp.login('u7', 5710009);
SELECT acctguard.legal_hold_place(5710009, 'rebind-1', 'ref', 'a court asked') > 0 AS held;
SELECT code, public_code, next FROM acctguard.rebind_begin(pg_temp.token('u7'), '+8613900571059');
-- U-8: another request of the account; a claim to its number
SELECT pg_temp.account(5710010, '+8613900571010', 'social'), pg_temp.login('u8', 5710010);
SELECT pg_temp.change(5710010, 'u8', '+8613900571060', '+8613900571010');
SELECT code, public_code, next FROM acctguard.rebind_begin(pg_temp.token('u8'), '+8613900571061');
SELECT pg_temp.account(5710011, '+8613900571011', 'social'), pg_temp.login('u8b', 5710011), pg_temp.signal(5710011, 'claim_opened');
SELECT pg_temp.begin(5710011, 'u8b', '+8613900571062');
SELECT pg_temp.signal(5710011, 'claim_closed'), pg_temp.begin(5710011, 'u8b', '+8613900571062');
-- U-9: five requests a day, three changes in half a year
SELECT pg_temp.account(5710012, '+8613900571012', 'social'), pg_temp.login('u9', 5710012);
SELECT pg_temp.begin(5710012, 'u9', '+8613900571063') FROM generate_series(1, 6);
SELECT pg_temp.at(86399), pg_temp.login('u9', 5710012), pg_temp.begin(5710012, 'u9', '+8613900571063');
SELECT pg_temp.at(86400), pg_temp.login('u9', 5710012), pg_temp.begin(5710012, 'u9', '+8613900571063');
SELECT pg_temp.at(0), pg_temp.account(5710013, '+8613900571101'), pg_temp.login('u9b', 5710013);
DO $$
BEGIN
    FOR i IN 1..4 LOOP
        PERFORM pg_temp.at(i * 172800);
        PERFORM pg_temp.login('u9b', 5710013);
        RAISE WARNING 'change %: %', i, pg_temp.change(5710013, 'u9b', '+86139005711' || lpad((i + 1)::text, 2, '0'), '+86139005711' || lpad(i::text, 2, '0'));
    END LOOP;
END
$$;
-- ... but its own number of a short time ago it can have back
SELECT pg_temp.at(3 * 172800 + 86399), pg_temp.login('u9b', 5710013), pg_temp.change(5710013, 'u9b', '+8613900571103', '+8613900571104');
SELECT pg_temp.at(172800 + 15552001), pg_temp.login('u9b', 5710013), pg_temp.change(5710013, 'u9b', '+8613900571106', '+8613900571103');

-- judged again: what came in while it waited stops it, with its code, and it is cancelled
SELECT pg_temp.at(0);
CREATE FUNCTION pg_temp.waiting(id bigint, code boolean) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.account(id, '+861390' || id, 'social'), pg_temp.login('w' || id, id);
    RETURN pg_temp.change(id, 'w' || id, '+861391' || id, CASE WHEN code THEN '+861390' || id END);
END $$;
SELECT pg_temp.waiting(5710020 + n, n <> 3) FROM generate_series(0, 6) n;
SELECT pg_temp.at(60);
SELECT pg_temp.freeze(5710020, 'temp_restrict', 'security.takeover') > 0 AS u1;
SELECT pg_temp.freeze(5710021, 'temp_restrict', 'security.takeover') AS no \gset
SELECT acctguard.legal_hold_place(5710022, 'rebind-2', 'ref', 'a court asked') > 0 AS u7;
SELECT pg_temp.signal(5710023, 'claim_opened') AS u8;
SELECT acctguard.number_release(5710024, 1, 'admin', 'asked by letter') AS u4;
SELECT code FROM acctguard.device_kick(pg_temp.token('w5710025'), NULL, true);
SELECT pg_temp.signal(5710026, 'sim_changed') AS u2;
SELECT pg_temp.at(600);
SELECT acctguard.freeze_lift(5710021, :no, 'a mistake') IS NOT NULL AS probation;
SELECT pg_temp.at(7200);
SELECT n, o.code, pg_temp.numbers(n) FROM generate_series(5710020, 5710026) n, LATERAL acctguard.unbind_execute(n, pg_temp.request(n)) o;
SELECT pg_temp.at(604800);
SELECT pg_temp.execute(5710023), pg_temp.numbers(5710023);
SELECT n, r.state, r.end_reason FROM generate_series(5710020, 5710026) n, LATERAL pg_temp.requests(n) r;
SELECT subject FROM acctguard.notice_inbox(5710020) WHERE event = 'rebind.stopped';

-- a new number: somebody else's is accepted, and told only to who proves it (4.7); one that a banned account left; nobody is kept from it before
SELECT pg_temp.at(0), pg_temp.account(5710030, '+8613900571030', 'social'), pg_temp.login('taken', 5710030), pg_temp.account(5710031, '+8613900571031');
SELECT pg_temp.begin(5710030, 'taken', '+8613900571031');
SELECT code, public_code, next FROM acctguard.rebind_commit(pg_temp.token('taken'), pg_temp.request(5710030));
SELECT pg_temp.prove(flow, '+8613900571031') FROM asked WHERE account = 5710030;
SELECT code, public_code, next FROM acctguard.rebind_commit(pg_temp.token('taken'), pg_temp.request(5710030));
SELECT pg_temp.numbers(5710031);
-- an account that is over keeps its number until it is erased, whether the clock has closed it or the record says so: a change asks nobody whose
-- it is, so service decides; who registers with it has it at once (R18)
SELECT pg_temp.account(5710060, '+8613900571060'), acctguard.account_request_close(5710060) > pg_temp.clock() AS closing, pg_temp.account(5710061, '+8613900571061', 'social');
SELECT pg_temp.at(86400 * 31), pg_temp.login('over', 5710061);
SELECT acctguard.account_status(5710060) ->> 'state' AS by_the_clock, (SELECT state FROM acctguard.account WHERE account_id = 5710060) AS written;
SELECT pg_temp.change(5710061, 'over', '+8613900571060', '+8613900571061');
SELECT error FROM acctguard.sweep() WHERE task = 'lifecycle';
SELECT state FROM acctguard.account WHERE account_id = 5710060;
SELECT pg_temp.at(86400 * 31 + 120), pg_temp.change(5710061, 'over', '+8613900571060', '+8613900571061');
SELECT pg_temp.numbers(5710060), acctguard.number_release(5710060, 1, 'admin', 'its account is closed') AS released;
SELECT pg_temp.at(86400 * 31 + 240), pg_temp.change(5710061, 'over', '+8613900571060', '+8613900571061');
SELECT pg_temp.at(86400 * 31 + 86400), pg_temp.execute(5710061), pg_temp.numbers(5710061);
-- two accounts, one number, both have proved it: the first that is carried out has it (R20)
SELECT pg_temp.at(0);
SELECT pg_temp.account(5710032, '+8613900571032', 'social'), pg_temp.login('one', 5710032), pg_temp.account(5710033, '+8613900571033', 'social'), pg_temp.login('two', 5710033);
SELECT pg_temp.change(5710032, 'one', '+8613900571090', '+8613900571032');
SELECT pg_temp.at(120);
SELECT pg_temp.change(5710033, 'two', '+8613900571090', '+8613900571033');
SELECT pg_temp.at(7320), pg_temp.execute(5710033), pg_temp.execute(5710032);
SELECT pg_temp.numbers(5710032), pg_temp.numbers(5710033);
-- a flow is good for its own request only, and once
SELECT pg_temp.at(0), pg_temp.account(5710034, '+8613900571034', 'social'), pg_temp.login('flow', 5710034);
SELECT pg_temp.begin(5710034, 'flow', '+8613900571091');
SELECT pg_temp.prove(flow, '+8613900571091') FROM asked WHERE account = 5710034;
SELECT pg_temp.begin(5710034, 'flow', '+8613900571092');
SELECT code FROM acctguard.rebind_commit(pg_temp.token('flow'), pg_temp.request(5710034));
SELECT f.code FROM asked a, acctguard.code_verify(a.flow, '000000') f WHERE account = 5710034 ORDER BY n LIMIT 1;
-- PREPARE TRANSACTION would keep the numbers locked (H11)
BEGIN;
SELECT pg_temp.begin(5710034, 'flow', '+8613900571093');
PREPARE TRANSACTION 'rebind';
SELECT c.* FROM acctguard.number_check() c WHERE number_id IN (SELECT number_id FROM acctguard.binding WHERE account_id BETWEEN 5700000 AND 5729999) AND finding <> 'event_count';
