\echo
\echo '======================================================================'
\echo '  A wrong ban is appealed from outside, heard by others, and undone'
\echo '======================================================================'
\echo
\echo '--- What users write is sealed with a key of their account, and that with keys of the database, whose root is outside.'
SELECT purpose, state FROM acctguard.key_status() WHERE purpose IN ('root', 'subject_kek', 'contact');
\echo '--- Hua (1004) reads Chinese, Tom (1005) English; each has an e-mail address.'
CREATE ROLE carol LOGIN;
CREATE ROLE dave LOGIN;
GRANT acctguard_reviewer TO carol, dave;
SET SESSION AUTHORIZATION messenger;
INSERT INTO app.users VALUES (1004, 'Hua'), (1005, 'Tom');
SELECT acctguard.account_change(1004, 'zh-CN', 'Asia/Shanghai', NULL), acctguard.account_change(1005, 'en', 'Europe/London', NULL);
SELECT acctguard.contact_add(1004, 'email', 'hua@example.org') AS hua, acctguard.contact_add(1005, 'email', 'tom@example.org') AS tom;

\echo '--- Alice proposes to ban both for trading accounts, Bob approves.'
SET SESSION AUTHORIZATION alice;
SELECT acctguard.freeze_impose(1004, 'ban', 'violation.severe', 'sold stolen accounts in two groups', ground => 'Rules 4.2: trade in accounts') AS hua,
    acctguard.freeze_impose(1005, 'ban', 'violation.severe', 'sold stolen accounts in two groups', ground => 'Rules 4.2: trade in accounts') AS tom;
SET SESSION AUTHORIZATION bob;
SELECT acctguard.freeze_approve(1004, 1) AS hua, acctguard.freeze_approve(1005, 1) AS tom;
\echo '--- Both are told, each in his language. (The mails follow at the end of this story.)'
SELECT acctguard.allowed(1004, 'session.create') AS hua_may_log_in, acctguard.allowed(1004, 'msg.send.direct') AS hua_may_write;

\echo
\echo '--- Hua cannot log in, so two members of staff who checked her passport give her a ticket: one appeal, one week.'
SET SESSION AUTHORIZATION alice;
SELECT state, token IS NULL AS no_token_yet FROM acctguard.appeal_ticket_issue(1004, 1, 'support case 8814');
SET SESSION AUTHORIZATION bob;
SELECT token FROM acctguard.appeal_ticket_issue(1004, 1, 'support case 8814') \gset

\echo '--- She appeals through the web page of the messenger. Two words are not enough; then it is in, with a screenshot of 3 MiB.'
SET SESSION AUTHORIZATION messenger;
\set ON_ERROR_STOP off
SELECT * FROM acctguard.appeal_submit(1004, 1, 'not me', ticket => :'token');
\set ON_ERROR_STOP on
SELECT appeal_no, state, next FROM acctguard.appeal_submit(1004, 1,
    'I was in hospital that week and my phone was stolen on Monday. Somebody else used it to sell those accounts.',
    contact => 'hua.family@example.org', locale => 'en', ticket => :'token', idempotency_key => 'web-771') \gset
SELECT :appeal_no AS appeal, :'state' AS state, acctguard.appeal_attach(1004, :appeal_no, 'discharge.png', 'image/png',
    decode(repeat('89504e470d0a1a0a', 393216), 'hex'), ticket => :'token') AS item;
\echo '--- What she wrote lies sealed in the tables.'
RESET SESSION AUTHORIZATION;
SELECT count(*) AS chunks, sum(octet_length(body)) AS bytes FROM acctguard.appeal_chunk;

\echo
\echo '--- Carol takes the case from the queue (Lin''s feature freeze waits there, too: that kind is always reviewed). Only she can read it now.'
SET SESSION AUTHORIZATION carol;
SELECT account_id, kind, origin, overdue FROM acctguard.appeal_queue();
SELECT account_id, kind, origin, claim_until > clock_timestamp() AS hers FROM acctguard.appeal_claim(1004, :appeal_no);
SELECT what, body FROM acctguard.appeal_open_statement(1004, :appeal_no);
SELECT name, media_type, size FROM acctguard.appeal_material_list(1004, :appeal_no);
SELECT f ->> 'kind' AS kind, f ->> 'state' AS state FROM jsonb_array_elements(acctguard.appeal_file(1004, :appeal_no) -> 'freezes') f;
\echo '--- She asks for more; the clock stops until Hua answers.'
SELECT acctguard.appeal_ask(1004, :appeal_no, '{"the police report about the phone"}') > clock_timestamp() AS asked;
SET SESSION AUTHORIZATION messenger;
SELECT jsonb_pretty(acctguard.appeal_status(1004, :appeal_no, :'token') -> 0 -> 'wanted') AS hua_is_asked_for;
SELECT acctguard.appeal_attach(1004, :appeal_no, 'report.txt', 'text/plain', 'Report 4711: phone stolen on Monday', ticket => :'token') AS item;
SELECT acctguard.appeal_supplement(1004, :appeal_no, 'The report is attached; the officer can be called.', ticket => :'token') AS state;

\echo
\echo '--- Carol decides. A ban is too heavy for one reviewer: it stands until a second one signs.'
SET SESSION AUTHORIZATION carol;
SELECT count(*) AS claimed FROM acctguard.appeal_claim(1004, :appeal_no);
SELECT acctguard.appeal_decide(1004, :appeal_no, 'granted', 'The phone was stolen, as the police report shows. The ban is lifted and we apologise.') AS state;
SELECT acctguard.allowed(1004, 'msg.send.direct') AS hua_may_write;
\set ON_ERROR_STOP off
SELECT acctguard.appeal_sign(1004, :appeal_no);
\set ON_ERROR_STOP on
SET SESSION AUTHORIZATION dave;
SELECT acctguard.appeal_sign(1004, :appeal_no) AS state;
\echo '--- In the same transaction: the ban is gone, its strike is void, and neither probation nor rules to acknowledge remain.'
SELECT acctguard.allowed(1004, 'msg.send.direct') AS hua_may_write;
RESET SESSION AUTHORIZATION;
SELECT count(*) AS restrictions FROM acctguard.explain(1004);
SELECT points, void_reason FROM acctguard.strike_list(1004);

\echo
\echo '======================================================================'
\echo '  A right ban is shortened, and what follows it stays'
\echo '======================================================================'
\echo
\echo '--- Tom did sell one account, he says, and asks for mercy. Carol ends the ban, as one that was right while it lasted.'
SET SESSION AUTHORIZATION messenger;
SELECT appeal_no FROM acctguard.appeal_submit(1005, 1, 'I did sell one account that was given to me. I will not do it again; please let me talk to my friends.') \gset
SET SESSION AUTHORIZATION carol;
SELECT count(*) AS claimed FROM acctguard.appeal_claim(1005, :appeal_no);
SELECT acctguard.appeal_decide(1005, :appeal_no, 'partially_granted', 'One account, given back; the ban has served its purpose.', end_freeze => true) AS state;
SET SESSION AUTHORIZATION dave;
SELECT acctguard.appeal_sign(1005, :appeal_no) AS state;
RESET SESSION AUTHORIZATION;
SELECT source, kind, cardinality(capabilities) AS capabilities, next FROM acctguard.explain(1005);
SET SESSION AUTHORIZATION messenger;
SELECT acctguard.allowed(1005, 'msg.send.direct') AS tom_may_write;
SELECT acctguard.acknowledge(1005, '2026-01', sha256('The rules of January 2026: be kind.')) AS gates_opened;
SELECT acctguard.allowed(1005, 'msg.send.direct') AS tom_may_write, acctguard.allowed(1005, 'security.change_phone') AS tom_may_change_his_number;
RESET SESSION AUTHORIZATION;
\set ECHO none
DO $$ BEGIN
    ASSERT NOT EXISTS (SELECT FROM acctguard.standing WHERE account_id = 1004), 'something is left of the ban that was annulled';
    ASSERT (SELECT count(*) FROM acctguard.standing WHERE account_id = 1005) = 1, 'a probation should be left, and only that';
END $$;
\set ECHO queries

\echo
\echo '--- Every step and every reading is in the ledger.'
SELECT aseq, action, person FROM acctguard.audit_read(1004);
