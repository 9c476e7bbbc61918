-- FRZ-02, FRZ-16: the statement of reasons, its publication; idempotency. Accounts 2100900 to 2100999.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2100900, 2100999);
-- the same request under the same key is the same freeze
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2100900, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day', idempotency_key => 'req-1');
SELECT acctguard.freeze_impose(2100900, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day', idempotency_key => 'req-1');
SELECT acctguard.freeze_impose(2100901, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day', idempotency_key => 'req-1') AS another_account;
-- IDEMPOTENCY_CONFLICT: any other request
SELECT what, pg_temp.try(format($$SELECT acctguard.freeze_impose(2100900, 'feature_freeze', 'violation.spam', %s, idempotency_key => 'req-1')$$, what)) FROM (VALUES
    ('''other facts text'', duration => ''1 day'''), ('''long enough text'', duration => ''2 days'''), ('''long enough text'', duration => ''1 day'', note => ''n'''),
    ('''long enough text'', duration => ''1 day'', capabilities => ''{contact.add}'''), ('''long enough text'', duration => ''1 day'', evidence => ''{}''')) AS other (what);
SET SESSION AUTHORIZATION freeze_mod2;
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100900, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day', idempotency_key => 'req-1')$$) AS another_person;
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM acctguard.freeze_list(2100900);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2100900, 'feature_freeze', 'violation.spam', 'long enough text', idempotency_key => '')$$) LIKE '22023%' AS empty_key;

-- FRZ-16: required fields are constraints of the data
SELECT acctguard.freeze_impose(2100902, 'feature_freeze', 'violation.spam', 'what he wrote to Ms Li', duration => '30 days', conduct_at => '2026-03-01 23:30+00',
    ground => 'Terms, 3.1', evidence => '{"messages": [1, 2, 3]}', note => 'internal', incident => '11111111-2222-4333-8444-555555555555',
    statement => '{"explanation": "sent unsolicited advertising", "source": "notice", "category": "SCAM", "content_types": ["TEXT"], "territory": ["DE", "FR"], "detection_automated": true, "locale": "de"}');
SELECT facts, explanation, ground, source, category, content_types, territory, detection_automated, decision_automated, locale, evidence, required
FROM acctguard.freeze_version WHERE account_id = 2100902;
SELECT field, pg_temp.try(format('INSERT INTO acctguard.freeze_version (account_id, no, version, proposal, issued_at, issued_by, issued_role, starts_at, denies, required, detection_automated, decision_automated, source, category, locale)
    VALUES (2100902, 1, 2, false, now(), ''x'', ''x'', now(), 0, ''{reason,%s}'', false, false, ''notice'', ''violation'', ''en'')', field)) LIKE '23514%freeze_version_' || field || '%' AS demanded
FROM unnest('{facts,ground,legal_reference,conduct_at,evidence}'::text[]) AS field;

-- publication: the columns of the schema, without what is personal
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2100903, 'ban', 'violation.severe', 'sold Ms Li''s account', ground => 'Terms, 4.2', legal_reference => 'Penal code 263');
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(2100903, 1);
RESET SESSION AUTHORIZATION;
SELECT acctguard.policy_set('freeze_kind', 'feature_timeout', '{"choices": ["messaging.out", "social.out", "money.out", "visibility"]}', 'wider') > 0 AS wider;
SET SESSION AUTHORIZATION freeze_risk;
SELECT acctguard.freeze_impose(2100904, 'feature_timeout', 'violation.spam', 'sent 400 links', capabilities => '{pay.send,profile.visible,contact.add}');
RESET SESSION AUTHORIZATION;
SELECT acctguard.policy_set('freeze_kind', 'feature_timeout', '{"choices": ["messaging.out", "social.out"]}', 'as before') > 0 AS as_before;
SET SESSION AUTHORIZATION freeze_risk;
SELECT acctguard.freeze_impose(2100905, 'temp_restrict', 'security.odd_login', 'not a matter of rules');
RESET SESSION AUTHORIZATION;
SELECT acctguard.freeze_impose(2100905, 'monitor', 'violation.spam', 'invisible');
SELECT acctguard.freeze_impose(2100905, 'feature_freeze', 'violation.spam', 'not yet to be told', disclose_at => clock_timestamp() + interval '1 day');
SET SESSION AUTHORIZATION freeze_officer1;
SELECT acctguard.freeze_impose(2100906, 'compliance', 'regulatory.order', 'an order', ground => 'law', legal_reference => 'order 1');
SELECT acctguard.freeze_impose(2100906, 'compliance', 'regulatory.order', 'an order of a court', ground => 'law', legal_reference => 'order 1');
SET SESSION AUTHORIZATION freeze_officer2;
SELECT acctguard.freeze_approve(2100906, 1);
RESET SESSION AUTHORIZATION;
CREATE TEMP VIEW published AS SELECT s.*, r.account_id FROM acctguard.statement_of_reasons() s
JOIN acctguard.freeze_record r ON s.puid LIKE r.puid || '-%' WHERE r.account_id BETWEEN 2100902 AND 2100999;
SELECT account_id, decision_visibility, decision_monetary, decision_provision, decision_account, decision_ground FROM published ORDER BY 1;
SELECT account_id, illegal_content_legal_ground, illegal_content_explanation, incompatible_content_ground, incompatible_content_explanation, decision_facts FROM published ORDER BY 1;
SELECT account_id, category, content_type, content_date, application_date = (clock_timestamp() AT TIME ZONE 'UTC')::date AS today, end_date_visibility_restriction IS NOT NULL AS v,
    end_date_monetary_restriction IS NOT NULL AS m, end_date_service_restriction IS NOT NULL AS s, end_date_account_restriction IS NOT NULL AS a FROM published ORDER BY 1;
SELECT account_id, source_type, automated_detection, automated_decision, territorial_scope, puid ~ '^[A-Za-z0-9-]+-\d+$' AS good_puid FROM published ORDER BY 1;
SELECT count(*) AS with_personal_data FROM published WHERE row_to_json(published)::text ~ 'Li|400 links|internal';
SELECT count(*) FROM acctguard.statement_of_reasons(until => '2020-01-01');
SELECT count(DISTINCT puid) = count(*) AS unique FROM acctguard.statement_of_reasons();
-- nor what the user is not to see
BEGIN;
SELECT acctguard.policy_set('freeze_kind', 'feature_timeout', '{"visible": false}', 'test') > 0 AS set;
SELECT acctguard.freeze_impose(2100907, 'feature_timeout', 'violation.spam', 'long enough text') > 0 AS imposed;
SELECT count(*) FROM published WHERE account_id = 2100907;
ROLLBACK;
-- each version that was in force is a decision
SELECT acctguard.freeze_amend(2100902, 1, ends_at => 'infinity', facts => 'again to Ms Li');
SELECT right(puid, 2) AS version, end_date_service_restriction IS NULL AS indefinite FROM published WHERE account_id = 2100902 ORDER BY 1;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
