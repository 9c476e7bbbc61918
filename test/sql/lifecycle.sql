-- An account's life: lifecycle 4.1, its guards, its clock.
\set VERBOSITY terse
CREATE ROLE regress_life_op1 LOGIN;
CREATE ROLE regress_life_op2 LOGIN;
GRANT acctguard_operator, acctguard_compliance, acctguard_moderator TO regress_life_op1, regress_life_op2;
CREATE ROLE regress_life_app LOGIN;
GRANT acctguard_app TO regress_life_app;

-- the reviewed specification
SELECT * FROM acctguard.account_transitions();

-- open: given, generated, pending, wrong
SELECT acctguard.account_open(200);
SELECT acctguard.account_open(200);
SELECT acctguard.account_open(0);
SELECT acctguard.account_open(-5);
SELECT acctguard.account_open(time_zone => 'Mars/Olympus');
SELECT acctguard.account_open(profile => 'rich');
SELECT acctguard.account_open(locale => '');
SELECT acctguard.account_open() > 0 AS generated;
SELECT acctguard.account_open(external_id => 'f81d4fae') > 0 AS external;
SELECT acctguard.account_open(external_id => 'f81d4fae');
WITH ids AS MATERIALIZED (SELECT acctguard.account_open() AS id FROM generate_series(1, 200))
SELECT count(DISTINCT id), bool_and(id > 0) FROM ids;

-- pending denies everything but the floor and a voice; activating ends that
SELECT acctguard.account_open(201, pending => true);
SELECT acctguard.allowed(201, c) AS allowed, c FROM unnest('{session.create,msg.send.direct,support.contact,status.view}'::text[]) c;
SELECT source, kind, mode, 'session.create' = ANY (capabilities) AS no_login, until FROM acctguard.explain(201);
SELECT acctguard.account_activate(201);
SELECT acctguard.allowed(201, 'msg.send.direct');
SELECT acctguard.account_activate(201);
SELECT acctguard.account_activate(299);
SELECT * FROM acctguard.explain(201);

-- close, cancel, close by the clock without anybody's doing
SELECT acctguard.account_request_close(200, 'leaving') > now() + interval '29 days' AS in_30_days;
SELECT acctguard.account_request_close(200);
SELECT acctguard.allowed(200, 'msg.send.direct') AS still_works;
SELECT acctguard.account_cancel_close(200);
SELECT acctguard.account_cancel_close(200);
SELECT acctguard.account_request_close(200) IS NOT NULL AS again;
SET acctguard.test_clock_offset = '31d';
SELECT acctguard.allowed(200, c) AS allowed, c FROM unnest('{msg.send.direct,support.contact,status.view}'::text[]) c;
SELECT state FROM acctguard.account_show(200);
SELECT state FROM acctguard.account WHERE account_id = 200;
SELECT acctguard.account_cancel_close(200);
-- too early to erase, and everything but the clock agrees
SELECT acctguard.account_erase(200, 'asked for');
SET acctguard.test_clock_offset = '300d';
SELECT acctguard.account_erase(200, 'asked for');
SELECT state, locale, external_id FROM acctguard.account WHERE account_id = 200;
SELECT acctguard.account_reopen(200, 'no');
SELECT acctguard.account_erase(200, 'again');
SELECT acctguard.account_change(200, locale => 'fr');
RESET acctguard.test_clock_offset;

-- FRZ-01: frozen accounts may close; a security freeze asks for a proof, so that a thief cannot
SELECT acctguard.account_open(202);
SELECT acctguard.freeze_impose(202, 'temp_restrict', 'security.takeover', 'password changed from a new country');
SELECT acctguard.account_request_close(202);
SELECT acctguard.account_request_close(202, proof => jsonb_build_object('method', 'face', 'at', now() - interval '1 day'));
SELECT acctguard.account_request_close(202, proof => jsonb_build_object('method', 'face', 'at', now())) IS NOT NULL AS closing;

-- a freeze that blocks closure moves the closing to its end (of this one: when its review is overdue); a legal hold stops it
SELECT acctguard.account_open(203);
SELECT acctguard.account_request_close(203) IS NOT NULL AS closing;
SET acctguard.test_clock_offset = '708h';
SELECT acctguard.freeze_impose(203, 'emergency_lock', 'security.takeover', 'credible takeover');
SET acctguard.test_clock_offset = '726h';
SELECT state FROM acctguard.account_show(203);
SET acctguard.test_clock_offset = '733h';
SELECT state FROM acctguard.account_show(203);
SELECT acctguard.allowed(203, 'support.contact');
RESET acctguard.test_clock_offset;
SELECT acctguard.account_open(204);
SELECT acctguard.account_request_close(204) IS NOT NULL AS closing;
SELECT acctguard.legal_hold_place(204, 'matter-204', 'court order 204');
SET acctguard.test_clock_offset = '60d';
SELECT state, closes_at FROM acctguard.account_show(204);
SELECT acctguard.allowed(204, 'support.contact');
SET SESSION AUTHORIZATION regress_life_op1;
SELECT acctguard.legal_hold_release('matter-204', 'court order 204 withdrawn', 'settled');
RESET SESSION AUTHORIZATION;
SELECT state FROM acctguard.account_show(204);
SELECT acctguard.allowed(204, 'support.contact');
RESET acctguard.test_clock_offset;

-- terminate: a final ban and two persons
SELECT acctguard.account_open(205);
SET SESSION AUTHORIZATION regress_life_op1;
SELECT acctguard.account_terminate(205, 'repeat offender');
SELECT acctguard.freeze_impose(205, 'ban', 'violation.severe', 'sold stolen accounts', ground => 'rules 4.2');
SET SESSION AUTHORIZATION regress_life_op2;
SELECT acctguard.freeze_approve(205, 1);
SELECT acctguard.account_terminate(205, 'repeat offender');
SET acctguard.test_clock_offset = '300d';
SELECT acctguard.account_terminate(205, 'repeat offender');
SELECT acctguard.account_terminate(205, 'repeat offender');
SET SESSION AUTHORIZATION regress_life_op1;
SELECT acctguard.account_terminate(205, 'repeat offender');
SELECT state FROM acctguard.account_show(205);
-- a proposal grows stale: the second person's late word is a new proposal
SELECT acctguard.account_reopen(205, 'court said so');
SELECT acctguard.account_reopen(205, 'court said so');
SET acctguard.test_clock_offset = '310d';
SET SESSION AUTHORIZATION regress_life_op2;
SELECT acctguard.account_reopen(205, 'court said so');
SET SESSION AUTHORIZATION regress_life_op1;
SELECT acctguard.account_reopen(205, 'court said so');
SELECT state FROM acctguard.account_show(205);
-- the ban is in force all the same
SELECT source, no, kind, mode, until FROM acctguard.explain(205);
RESET acctguard.test_clock_offset;
RESET SESSION AUTHORIZATION;

-- a person does not decide about his own account
SELECT acctguard.account_open(206);
SELECT acctguard.account_mark(206, person => 'regress_life_op1');
SET SESSION AUTHORIZATION regress_life_op1;
SELECT acctguard.freeze_impose(206, 'feature_freeze', 'violation.spam', 'spam to many strangers');
RESET SESSION AUTHORIZATION;

-- attributes: only what changes leaves an event
SELECT acctguard.account_change(206, locale => 'zh-CN', time_zone => 'Asia/Shanghai', profile => 'money');
SELECT acctguard.account_change(206, locale => 'zh-CN');
SELECT acctguard.account_change(206, time_zone => 'Nowhere');
SELECT acctguard.account_mark(206, staff_rank => 5);
SELECT acctguard.account_mark(206, staff_rank => -1);
SELECT acctguard.account_mark(206, tenant => 't1', protected => true, staff_rank => 2);
SELECT acctguard.account_mark(206, tenant => '');
SELECT account, state, profile, locale, time_zone, tenant, staff_rank, protected, person, version FROM acctguard.account_show(206);

-- AUD-01: every change left one event, numbered without a gap
SELECT account_id, array_agg(aseq ORDER BY aseq) = array_agg(n ORDER BY n) AS gapless
FROM (SELECT account_id, aseq, row_number() OVER (PARTITION BY account_id ORDER BY aseq) AS n
      FROM acctguard.ledger WHERE account_id BETWEEN 200 AND 206) e GROUP BY account_id ORDER BY account_id;
SELECT l.account_id FROM acctguard.account a JOIN acctguard.ledger l USING (account_id)
WHERE a.account_id BETWEEN 200 AND 206 GROUP BY l.account_id, a.version HAVING max(l.aseq) <> a.version;

-- UNF-05: the status
SELECT acctguard.account_open(207);
SELECT acctguard.account_status(207) - 'at';
SELECT acctguard.freeze_impose(207, 'feature_freeze', 'violation.spam', 'spam to many strangers', capabilities => '{msg.send.stranger}');
SELECT jsonb_pretty(acctguard.account_status(207) - 'at' #- '{restrictions,0,since}' #- '{restrictions,0,review_due}' #- '{restrictions,0,appeal,until}');
SELECT denied, challenged, until, epoch FROM acctguard.standing(207);
SELECT acctguard.account_status(299);

-- what each role may do
SET SESSION AUTHORIZATION regress_life_app;
SELECT acctguard.account_open(208);
SELECT acctguard.account_status(208) ->> 'state';
SELECT acctguard.account_mark(208, staff_rank => 4);
SELECT acctguard.account_terminate(208, 'x');
SELECT * FROM acctguard.account;
RESET SESSION AUTHORIZATION;

DROP ROLE regress_life_op1, regress_life_op2, regress_life_app;
