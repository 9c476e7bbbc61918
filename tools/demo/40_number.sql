\echo
\echo '======================================================================'
\echo '  A phone number changes hands; neither owner sees the other''s account'
\echo '======================================================================'
\echo
\echo '--- Wei (1006) had +86 138 0013 8000 and proved it last 200 days ago. Then he went abroad and let the contract go.'
\echo '--- Jun (1007) has +86 138 0013 8001, and uses it. Both numbers come from the system before.'
CREATE ROLE operator LOGIN IN ROLE acctguard_operator;
CREATE ROLE demo_reader NOLOGIN;
GRANT demo_reader TO operator;
GRANT USAGE ON SCHEMA app TO demo_reader;
GRANT SELECT ON app.transfer TO demo_reader;
INSERT INTO app.users VALUES (1006, 'Wei'), (1007, 'Jun');
INSERT INTO app.contact VALUES (1006, 1007), (1007, 1006);
INSERT INTO app.transfer VALUES (1007, 1, 1006, 80.00);
SET SESSION AUTHORIZATION operator;
SELECT acctguard.number_import(1006, '+86 138 0013 8000', proof_at => now() - interval '200 days') AS wei,
    acctguard.number_import(1007, '138-0013-8001', 'CN', proof_at => now() - interval '20 days') AS jun;
\echo '--- What an account has to lose is asked of the application: here, money that came in.'
SELECT acctguard.entitlement_register('money', 'SELECT count(*) FROM app.transfer WHERE payee_id = $1', 'demo_reader') AS version;
SET SESSION AUTHORIZATION messenger;
SELECT acctguard.contact_add(1006, 'email', 'wei@example.org') AS wei, acctguard.register_hint_set(1007, 'Jun') AS hint;
\echo '--- No table has a number in plain: it is sealed, found by a keyed index, and shown masked.'
SELECT kind, hint, state FROM acctguard.account_numbers(1006);

\echo
\echo '--- The carrier has given the number to Yan. She registers. Before she proves it, every number gets this answer.'
SELECT code, public_code, next, data ->> 'flow' AS flow FROM acctguard.register_begin('+86 138 0013 8000', 'yans-phone', '192.0.2.20') \gset yan_
SELECT :'yan_code' AS code, :'yan_public_code' AS public_code, :'yan_next' AS next;
SELECT code, next FROM acctguard.code_send(:'yan_flow');
\echo '--- The notifier sends the code; Yan reads it on her phone and types it.'
\set sms `tools/demo.sh phone +8613800138000`
SELECT code, next FROM acctguard.code_verify(:'yan_flow', :'sms');
\echo '--- Only now she may learn that the number has an account; nothing of it, because Wei was away for long and has something to lose.'
SELECT code, data -> 'hints' AS hints FROM acctguard.register_question(:'yan_flow');
\echo '--- It is not hers. Had she said that it was, the code alone would not have let her in:'
SELECT code, public_code, data -> 'gate' AS gate FROM acctguard.register_answer(:'yan_flow', 'mine');
SELECT code, next FROM acctguard.register_answer(:'yan_flow', 'not_mine');
SELECT code, data ->> 'account' AS account FROM acctguard.register_commit(:'yan_flow', 'a long walk by the sea', 1008);
INSERT INTO app.users VALUES (1008, 'Yan');

\echo
\echo '--- Yan''s side: an account of her own, with the number, and nothing else.'
SELECT kind, hint, state FROM acctguard.account_numbers(1008);
SELECT (SELECT count(*) FROM app.contact WHERE owner_id = 1008) AS friends, (SELECT count(*) FROM app.transfer WHERE payee_id = 1008) AS money;
\echo '--- Wei''s side: friends, money and password are where they were; the number is history, and he is told over what he has left.'
SELECT kind, hint, state, release_reason FROM acctguard.account_numbers(1006);
SELECT (SELECT count(*) FROM app.contact WHERE owner_id = 1006) AS friends, (SELECT count(*) FROM app.transfer WHERE payee_id = 1006) AS money;
SELECT code, token FROM acctguard.session_open(1006, '{"id": "weis-tablet", "platform": "mobile"}', '{password}') \gset wei_
SELECT code, account_id FROM acctguard.session_check(:'wei_token');
SELECT subject FROM acctguard.notice_inbox(1006, max_rows => 1);

\echo
\echo '--- Somebody has got hold of Jun''s number, too: a SIM swapped at a shop. But Jun is there, so it is a claim that waits.'
SELECT data ->> 'flow' AS flow FROM acctguard.register_begin('+86 138 0013 8001', 'another-phone', '192.0.2.21') \gset her_
SELECT code FROM acctguard.code_send(:'her_flow');
\set sms `tools/demo.sh phone +8613800138001`
SELECT code FROM acctguard.code_verify(:'her_flow', :'sms');
SELECT code, data -> 'hints' AS hints FROM acctguard.register_question(:'her_flow');
SELECT code FROM acctguard.register_answer(:'her_flow', 'not_mine');
SELECT code, public_code FROM acctguard.register_commit(:'her_flow', 'nothing to see here', 1009);
\echo '--- Jun is told at once. Being logged in is not enough to keep it: he proves the number, and with it his password.'
SELECT subject FROM acctguard.notice_inbox(1007, max_rows => 1);
SELECT token FROM acctguard.session_open(1007, '{"id": "juns-phone", "platform": "mobile"}', '{password}', step_up => true) \gset jun_
SELECT code, public_code FROM acctguard.register_hold_object(:'jun_token');
\echo '--- (Codes to one number are a minute apart. A story does not wait.)'
RESET SESSION AUTHORIZATION;
SELECT acctguard.policy_set('limit_rule', 'code.resend', '{"span": "1 second"}', 'demo') AS version, pg_sleep(1.1) AS slept;
SET SESSION AUTHORIZATION messenger;
SELECT data ->> 'flow' AS flow FROM acctguard.register_begin('+86 138 0013 8001', 'juns-phone', '192.0.2.22') \gset jun_
SELECT code FROM acctguard.code_send(:'jun_flow');
\set sms `tools/demo.sh phone +8613800138001`
SELECT code FROM acctguard.code_verify(:'jun_flow', :'sms');
SELECT code, public_code FROM acctguard.register_hold_object(:'jun_token', :'jun_flow');
SELECT kind, hint, state FROM acctguard.account_numbers(1007);

\echo
\echo '--- Staff can see what happened, and still no number.'
SET SESSION AUTHORIZATION operator;
SELECT claimant, holder, rule, state FROM acctguard.release_hold_list(1009);
RESET SESSION AUTHORIZATION;
SELECT acctguard.policy_set('limit_rule', 'code.resend', '{"span": "1 minute"}', 'demo') AS version;
SELECT aseq, action FROM acctguard.audit_read(1006) WHERE action ~ '^(number|register|session)';
