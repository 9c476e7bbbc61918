-- Changing and unbinding a number: every situation, every transition, what is told to whom. PHN-03, PHN-14, PHN-15, NTF-01, NTF-04;
-- section 3.6. Accounts 5700000 to 5700099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/rebind.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse

-- 3.6, cooling, proved, profile basic: no time for objections, done at once; release and binding are one act
SELECT pg_temp.account(5700001, '+8613900570001'), pg_temp.login('basic', 5700001);
SELECT code, public_code, next, data ?& '{request,flow,old_flow}' AS flows FROM acctguard.rebind_begin(pg_temp.token('basic'), '+86 139 0057 0051', '13900570001', 'CN');
SELECT pg_temp.change(5700001, 'basic', '+8613900570051', '+8613900570001');
SELECT pg_temp.numbers(5700001);
SELECT * FROM pg_temp.requests(5700001);
SELECT b.proofs, b.last_owner_proof_at = pg_temp.clock() AS proved_now FROM acctguard.binding b WHERE account_id = 5700001 AND released_at IS NULL;
SELECT hint, epoch FROM acctguard.number JOIN acctguard.binding USING (number_id) WHERE account_id = 5700001 ORDER BY no;
-- done before: the same answer, nothing twice
SELECT pg_temp.execute(5700001), pg_temp.numbers(5700001);
-- LGN-08: who came in by nothing but a code to the number is out; other sessions stay, and have to prove more again before what is sensitive
SELECT pg_temp.account(5700002, '+8613900570002'), pg_temp.login('asks', 5700002), pg_temp.login('other', 5700002), pg_temp.login('coded', 5700002, '{number_code}', false);
SELECT pg_temp.change(5700002, 'asks', '+8613900570052', '+8613900570002');
SELECT name, c.code, c.stepped_up_at IS NOT NULL AS fresh FROM held h, acctguard.session_check(h.token) c WHERE name IN ('asks', 'coded', 'other') ORDER BY 1;

-- 3.6, cooling, proved, profile social: two hours by day, twelve by night, in the account's time zone
SELECT pg_temp.account(5700003, '+8613900570003', 'social'), pg_temp.login('day', 5700003);
SELECT pg_temp.change(5700003, 'day', '+8613900570053', '+8613900570003');
SELECT pg_temp.account(5700004, '+8613900570004', 'money'), pg_temp.at(11 * 3600 - 1), pg_temp.login('evening', 5700004);
SELECT pg_temp.change(5700004, 'evening', '+8613900570054', '+8613900570004');
SELECT pg_temp.account(5700005, '+8613900570005', 'money'), pg_temp.at(11 * 3600), pg_temp.login('night', 5700005);
SELECT pg_temp.change(5700005, 'night', '+8613900570055', '+8613900570005');
SELECT * FROM pg_temp.requests(5700003) UNION ALL SELECT * FROM pg_temp.requests(5700004) UNION ALL SELECT * FROM pg_temp.requests(5700005);
-- nothing before its time, to the second; then the next touch does it
SELECT pg_temp.at(11 * 3600 - 1 + 7199);
SELECT code, next, retry_after, (data ->> 'ready_at')::timestamptz - pg_temp.clock() AS ready_in FROM acctguard.unbind_execute(5700004, pg_temp.request(5700004));
SELECT pg_temp.at(11 * 3600 - 1 + 7200);
SELECT state FROM acctguard.unbind_list(5700004);
SELECT code, public_code, next FROM acctguard.unbind_execute(5700004, pg_temp.request(5700004));
SELECT pg_temp.numbers(5700004);

-- 3.6, cooling, unusable: seven days; the sweep does it
SELECT pg_temp.at(0), pg_temp.account(5700006, '+8613900570006'), pg_temp.login('lost', 5700006);
SELECT pg_temp.change(5700006, 'lost', '+8613900570056');
SELECT * FROM pg_temp.requests(5700006);
SELECT pg_temp.at(604799);
SELECT pg_temp.execute(5700006);
SELECT pg_temp.at(604800);
SELECT sum(done) > 0 AS swept FROM acctguard.sweep(1000) WHERE task = 'rebind';
SELECT pg_temp.numbers(5700006);
SELECT * FROM pg_temp.requests(5700006);

-- 3.6, cooling, reassigned: the number speaks for nobody; no code is sent there; two hours by day
SELECT pg_temp.at(0), pg_temp.account(5700007, '+8613900570007'), pg_temp.login('recycled', 5700007, '{password,totp}'), pg_temp.signal(5700007, 'disconnected');
SELECT pg_temp.change(5700007, 'recycled', '+8613900570057', '+8613900570007');
SELECT * FROM pg_temp.requests(5700007);
SELECT pg_temp.objection('+8613900570007') AS no_code;
-- ... it took T4, because the device is new: money waits for three days, and the request for nothing else
SELECT kind, state, capabilities, ends_at - starts_at AS lasts FROM acctguard.freeze_list(5700007);
SELECT pg_temp.at(7200), pg_temp.execute(5700007), acctguard.allowed(5700007, 'pay.send') AS pays, (SELECT count(*) FROM acctguard.freeze_list(5700001)) AS of_the_first;
SELECT pg_temp.at(259199), acctguard.allowed(5700007, 'pay.send') AS pays;
SELECT pg_temp.at(259200), acctguard.allowed(5700007, 'pay.send') AS pays;
SELECT pg_temp.at(0);
-- 3.6, cooling, sim_risk: three days with a code, seven without one
SELECT pg_temp.account(5700008, '+8613900570008'), pg_temp.login('sim', 5700008), pg_temp.signal(5700008, 'sim_changed');
SELECT pg_temp.change(5700008, 'sim', '+8613900570058', '+8613900570008');
SELECT pg_temp.account(5700009, '+8613900570009'), pg_temp.login('sim2', 5700009), pg_temp.signal(5700009, 'sim_changed');
SELECT pg_temp.change(5700009, 'sim2', '+8613900570059');
SELECT * FROM pg_temp.requests(5700008) UNION ALL SELECT * FROM pg_temp.requests(5700009);
-- 3.6, cooling, suspected: a code is worth nothing
SELECT pg_temp.account(5700010, '+8613900570010'), pg_temp.login('suspect', 5700010), pg_temp.signal(5700010, 'delivery_failed');
SELECT pg_temp.change(5700010, 'suspect', '+8613900570060', '+8613900570010');
SELECT * FROM pg_temp.requests(5700010);
-- 3.6, cooling, special: seven days, and service has to agree
SELECT pg_temp.account(5700011, '+8613900570011'), pg_temp.login('special', 5700011);
SELECT acctguard.account_mark(5700011, protected => true);
SELECT pg_temp.change(5700011, 'special', '+8613900570061', '+8613900570011');
SELECT * FROM pg_temp.requests(5700011);
SELECT pg_temp.at(604800);
SELECT code, public_code, next FROM acctguard.unbind_execute(5700011, pg_temp.request(5700011));
SELECT code FROM acctguard.rebind_decide(5700011, pg_temp.request(5700011), 'agree', 'called back');
SELECT pg_temp.execute(5700011), pg_temp.numbers(5700011);
SELECT agreed_by IS NOT NULL AS agreed FROM acctguard.unbind_list(5700011);
-- first: an account without a number binds one at once
SELECT pg_temp.at(0), pg_temp.account(5700012), pg_temp.login('first', 5700012);
SELECT pg_temp.change(5700012, 'first', '+8613900570062');
SELECT pg_temp.numbers(5700012);
SELECT * FROM pg_temp.requests(5700012);

-- unbinding: a password stays, so it can; never at once
SELECT pg_temp.account(5700013, '+8613900570013'), pg_temp.login('unbind', 5700013);
SELECT acctguard.password_set(pg_temp.token('unbind'), 'of nobody but 5700013');
SELECT pg_temp.change(5700013, 'unbind', NULL, '+8613900570013');
SELECT * FROM pg_temp.requests(5700013);
SELECT pg_temp.at(7200), pg_temp.execute(5700013), pg_temp.numbers(5700013);
SELECT code FROM acctguard.session_check(pg_temp.token('unbind'));
-- PHN-15: nothing is left half-done, and the number can be bound again; within a day that is no change
SELECT pg_temp.login('unbind', 5700013);
SELECT pg_temp.change(5700013, 'unbind', '+8613900570013');
SELECT pg_temp.numbers(5700013);
SELECT kind, state, counted FROM acctguard.number_change WHERE account_id = 5700013 ORDER BY no;

-- objections: the number alone contests, and again it is the same
SELECT pg_temp.at(0), pg_temp.account(5700020, '+8613900570020', 'social'), pg_temp.login('contested', 5700020);
SELECT pg_temp.change(5700020, 'contested', '+8613900570070', '+8613900570020');
SELECT pg_temp.objection('+8613900570020') AS code20 \gset
SELECT code, public_code, next, data FROM acctguard.unbind_object(:'code20');
SELECT code FROM acctguard.unbind_object(:'code20');
SELECT pg_temp.at(7200), pg_temp.execute(5700020);
-- the same factor again is none; another one, proved after the objection, is
SELECT code FROM acctguard.session_step_up(pg_temp.token('contested'), '{password}');
SELECT code, public_code, next FROM acctguard.rebind_settle(pg_temp.token('contested'), pg_temp.request(5700020));
SELECT code FROM acctguard.session_step_up(pg_temp.token('contested'), '{totp}');
SELECT code, public_code, next FROM acctguard.rebind_settle(pg_temp.token('contested'), pg_temp.request(5700020));
SELECT code FROM acctguard.unbind_object(:'code20');
SELECT pg_temp.execute(5700020), pg_temp.numbers(5700020);
-- settled early: the time for objections is not shortened, and the owner can still disown it
SELECT pg_temp.at(0), pg_temp.account(5700021, '+8613900570021', 'social'), pg_temp.login('early', 5700021);
SELECT pg_temp.change(5700021, 'early', '+8613900570071', '+8613900570021');
SELECT code FROM acctguard.unbind_object(pg_temp.objection('+8613900570021'));
SELECT code FROM acctguard.session_step_up(pg_temp.token('early'), '{totp}');
SELECT code, retry_after FROM acctguard.rebind_settle(pg_temp.token('early'), pg_temp.request(5700021));
SELECT pg_temp.execute(5700021);
-- service settles, or cancels
SELECT pg_temp.account(5700022, '+8613900570022', 'social'), pg_temp.login('service', 5700022);
SELECT pg_temp.change(5700022, 'service', '+8613900570072', '+8613900570022');
SELECT code FROM acctguard.rebind_decide(5700022, pg_temp.request(5700022), 'settle', 'nobody has objected');
SELECT code FROM acctguard.unbind_object(pg_temp.objection('+8613900570022'));
SELECT code FROM acctguard.rebind_decide(5700022, pg_temp.request(5700022), 'settle', 'called both');
SELECT code FROM acctguard.rebind_decide(5700022, pg_temp.request(5700022), 'cancel', 'called again');
SELECT code FROM acctguard.rebind_decide(5700022, pg_temp.request(5700022), 'cancel', 'called again');
SELECT acctguard.rebind_decide(5700021, pg_temp.request(5700021), 'forget', 'x');
SELECT * FROM pg_temp.requests(5700022);
-- with a session that proved more than a number: cancelled, who asked is out, and the owner is told to reset
SELECT pg_temp.account(5700023, '+8613900570023', 'social'), pg_temp.login('thief', 5700023), pg_temp.login('owner', 5700023);
SELECT pg_temp.change(5700023, 'thief', '+8613900570073');
SELECT code, public_code, next FROM acctguard.unbind_object(pg_temp.objection('+8613900570023'), pg_temp.token('owner'));
SELECT name, c.code FROM held h, acctguard.session_check(h.token) c WHERE name IN ('thief', 'owner') ORDER BY 1;
SELECT d.state, d.changed_by ~ 'postgres|session' AS by FROM acctguard.device d WHERE account_id = 5700023 ORDER BY no;
SELECT * FROM pg_temp.requests(5700023);
-- ... and for three days nobody changes the number
SELECT pg_temp.begin(5700023, 'owner', '+8613900570074');
SELECT pg_temp.at(259200), pg_temp.login('owner', 5700023), pg_temp.begin(5700023, 'owner', '+8613900570074');

-- the owner cancels, from every state that waits, also while he is frozen
SELECT pg_temp.at(0), pg_temp.account(5700024, '+8613900570024', 'social'), pg_temp.login('cancel', 5700024);
SELECT pg_temp.begin(5700024, 'cancel', '+8613900570075');
SELECT code, next FROM acctguard.unbind_cancel(pg_temp.token('cancel'), pg_temp.request(5700024));
SELECT pg_temp.change(5700024, 'cancel', '+8613900570075', '+8613900570024');
SELECT acctguard.freeze_impose(5700024, 'temp_restrict', 'security.takeover', 'taken over, it seems') IS NOT NULL AS frozen;
SELECT code FROM acctguard.unbind_cancel(pg_temp.token('cancel'), pg_temp.request(5700024));
SELECT code FROM acctguard.unbind_cancel(pg_temp.token('cancel'), pg_temp.request(5700024));
SELECT code FROM acctguard.unbind_cancel(pg_temp.token('cancel'), 999);
SELECT code FROM acctguard.unbind_cancel('acs1_5700024.1.x', 1);
SELECT * FROM pg_temp.requests(5700024);

-- by the clock alone: a request that was not committed, one that is contested, one that nobody carried out
SELECT pg_temp.account(5700025, '+8613900570025', 'social'), pg_temp.login('lapse', 5700025);
SELECT pg_temp.begin(5700025, 'lapse', '+8613900570076');
SELECT pg_temp.account(5700026, '+8613900570026', 'social'), pg_temp.login('lapse2', 5700026);
SELECT pg_temp.change(5700026, 'lapse2', '+8613900570077', '+8613900570026');
SELECT code FROM acctguard.unbind_object(pg_temp.objection('+8613900570026'));
SELECT pg_temp.account(5700027, '+8613900570027', 'social'), pg_temp.login('lapse3', 5700027);
SELECT pg_temp.change(5700027, 'lapse3', '+8613900570078', '+8613900570027');
SELECT pg_temp.at(1799);
SELECT state FROM acctguard.unbind_list(5700025);
SELECT pg_temp.at(1800);
SELECT state, end_reason FROM acctguard.unbind_list(5700025);
SELECT code FROM acctguard.rebind_commit(pg_temp.token('lapse'), pg_temp.request(5700025));
SELECT pg_temp.at(1209599);
SELECT state FROM acctguard.unbind_list(5700026);
SELECT pg_temp.at(1209600);
SELECT state, end_reason FROM acctguard.unbind_list(5700026);
SELECT pg_temp.at(1216799);
SELECT state FROM acctguard.unbind_list(5700027);
SELECT pg_temp.at(1216800);
SELECT state, end_reason FROM acctguard.unbind_list(5700027);
SELECT pg_temp.execute(5700026), pg_temp.execute(5700027), pg_temp.numbers(5700027);
SELECT state, end_reason, ended_by IS NOT NULL AS written FROM acctguard.number_change WHERE account_id IN (5700026, 5700027);

-- what is told: the user on all he has, the old number with a code and without a name, and never a number that has left
SELECT pg_temp.at(0), pg_temp.account(5700030, '+8613900570030', 'social'), pg_temp.login('told', 5700030),
    acctguard.contact_add(5700030, 'email', 'owner@example.org', verified => true) AS mail;
SELECT pg_temp.change(5700030, 'told', '+8613900570080', '+8613900570030');
SELECT pg_temp.deliver();
SELECT event, regexp_replace(regexp_replace(body, 'aco1_\S+', '<code>'), '\d{4}-\d\d-\d\d', '<date>') AS body FROM inbox WHERE address = '+8613900570030' AND event <> 'code.sent';
SELECT count(*) AS names_the_account FROM inbox WHERE address = '+8613900570030' AND event <> 'code.sent' AND regexp_replace(body, 'aco1_\S+', '') ~ '5700030';
SELECT event, subject, regexp_replace(body, '\d{4}-\d\d-\d\d', '<date>', 'g') AS body FROM acctguard.notice_inbox(5700030) WHERE event LIKE 'rebind%';
SELECT code FROM acctguard.unbind_cancel(pg_temp.token('told'), pg_temp.request(5700030));
SELECT channel, event, state FROM acctguard.notice_list(5700030) WHERE event LIKE 'rebind%' ORDER BY 1, 2;
SELECT pg_temp.account(5700031, '+8613900570031', 'social'), acctguard.account_change(5700031, locale => 'zh-CN'), pg_temp.login('zh', 5700031);
SELECT pg_temp.change(5700031, 'zh', '+8613900570081', '+8613900570031');
SELECT pg_temp.deliver();
SELECT body ~ '提出异议' AS chinese FROM inbox WHERE address = '+8613900570031' AND event = 'rebind.number_told';
SELECT subject FROM acctguard.notice_inbox(5700031) WHERE event = 'rebind.cooling';
-- a message that waited until its request was over is not sent
SELECT pg_temp.account(5700032, '+8613900570032', 'social'), pg_temp.login('late', 5700032);
SELECT pg_temp.begin(5700032, 'late', '+8613900570082');
SELECT pg_temp.prove(flow, '+8613900570082') FROM asked WHERE account = 5700032;
SELECT code FROM acctguard.rebind_commit(pg_temp.token('late'), pg_temp.request(5700032));
SELECT state, code IS NOT NULL AS sealed FROM acctguard.number_message WHERE account_id = 5700032;
SELECT code FROM acctguard.unbind_cancel(pg_temp.token('late'), pg_temp.request(5700032));
SELECT state, code IS NULL AS gone, end_reason FROM acctguard.number_message WHERE account_id = 5700032;

-- what is recorded has neither numbers nor codes
SELECT action, outcome, after - 'session' - 'ready_at' - 'new_number' - 'request' - 'binding' - 'new_binding' AS after FROM acctguard.audit_read(5700020, max_rows => 1000) WHERE action LIKE 'rebind%' ORDER BY aseq;
SELECT count(*) AS in_the_ledger FROM acctguard.audit_read(max_rows => 10000) WHERE after::text ~ 'aco1_|1390057';
-- PHN-15: nothing is left over
SELECT c.* FROM acctguard.number_check() c WHERE number_id IN (SELECT number_id FROM acctguard.binding WHERE account_id BETWEEN 5700000 AND 5729999) AND finding <> 'event_count';
