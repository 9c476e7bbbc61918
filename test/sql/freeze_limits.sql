-- What no freeze can be: endless in year and length, without end in its texts. Accounts 2101900 to 2101949.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2101900, 2101949);
-- What freeze_impose() says to further arguments; only the message.
CREATE FUNCTION pg_temp.impose(arguments text, kind text DEFAULT 'feature_freeze') RETURNS text LANGUAGE sql AS $$
    SELECT split_part(pg_temp.try(format('SELECT acctguard.freeze_impose(2101900, %L, ''violation.spam'', ''sent spam to strangers'', %s)', kind, arguments)), E'\n', 1)
$$;
CREATE FUNCTION pg_temp.says(command text) RETURNS text LANGUAGE sql AS $$ SELECT split_part(pg_temp.try(command), E'\n', 1) $$;

-- FRZ-06: times. Nothing overflows, nothing lies more than a hundred years ahead (36500 days), infinity is no time.
SELECT arguments, pg_temp.impose(arguments) FROM (VALUES
    ('starts_at => ''294276-12-31 23:59:59+00'', duration => ''2 days'''), ('ends_at => ''294276-12-31 23:59:59+00'''),
    ('starts_at => ''294276-12-31 23:59:59+00'''), ('duration => ''2147483647 mons'''), ('duration => ''2147483647 days'''), ('duration => ''101 years'''),
    ('starts_at => clock_timestamp() + interval ''60 years'', duration => ''60 years'''), ('ends_at => clock_timestamp() + interval ''36501 days'''),
    ('ends_at => ''-infinity'''), ('starts_at => ''-infinity'''), ('starts_at => ''infinity'''), ('conduct_at => ''infinity'''), ('conduct_at => ''-infinity'''),
    ('conduct_at => clock_timestamp() + interval ''1 minute'''), ('disclose_at => ''infinity'''), ('disclose_at => ''-infinity'''),
    ('disclose_at => clock_timestamp() + interval ''36501 days''')) AS wrong (arguments);
SELECT count(*) AS none FROM acctguard.freeze_list(2101900);
SELECT arguments, pg_temp.impose(arguments) FROM (VALUES
    ('ends_at => clock_timestamp() + interval ''36499 days'''), ('duration => ''36500 days'''), ('ends_at => ''infinity''')) AS right_ones (arguments);
SELECT no, ends_at - starts_at BETWEEN '36498 days' AND '36500 days' AS long FROM acctguard.freeze_list(2101900);
SELECT arguments, pg_temp.says(format('SELECT acctguard.freeze_amend(2101900, 1, facts => ''long enough text'', %s)', arguments)) FROM (VALUES
    ('ends_at => ''294276-12-31 23:59:59+00'''), ('ends_at => ''-infinity'''), ('starts_at => ''infinity'''), ('starts_at => ''-infinity''')) AS wrong (arguments);
SELECT pg_temp.says('SELECT acctguard.freeze_stay(2101900, 1, ''look again'', ''infinity'')'), pg_temp.says('SELECT acctguard.freeze_stay(2101900, 1, ''look again'', ''-infinity'')');
SELECT pg_temp.says('SELECT acctguard.explain(2101900, NULL, ''infinity'')');
SELECT arguments, pg_temp.says(format($$SELECT acctguard.freeze_scope('{"tenant": "limits"}', 'maintenance', 'maintenance', %s)$$, arguments)) FROM (VALUES
    ('starts_at => ''294276-12-31 23:00:00+00'', duration => ''2 hours'''), ('starts_at => ''infinity'''), ('starts_at => ''-infinity'''), ('ends_at => ''-infinity'''),
    ('duration => ''2147483647 mons'''), ('announce_at => ''infinity'''), ('announce_at => ''-infinity''')) AS wrong (arguments);
CREATE FUNCTION pg_temp.policy(topic text, key text, value jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.try(format('SELECT acctguard.policy_set(%L, %L, %L, ''test'')', topic, key, value))
$$;
SELECT change, pg_temp.policy('freeze_kind', 'feature_freeze', change) FROM jsonb_array_elements('[{"max_length": "101 years"}, {"probation": "2147483647 mons"}, {"stay_max": "101 years"}]') AS change;
SELECT pg_temp.policy('reason', 'violation.spam', '{"strike_life": "101 years"}'), pg_temp.policy('ladder_step', '2', '{"kind": "feature_freeze", "length": "101 years"}');

-- FRZ-05: texts and documents have an end, said before anything is written, without the row in the message.
SELECT field, pg_temp.impose(format('%s => repeat(''é'', %s)', field, most + 1)) FROM (VALUES ('ground', 2000), ('legal_reference', 2000), ('note', 2000)) AS limits (field, most);
SELECT pg_temp.says($$SELECT acctguard.freeze_impose(2101901, 'feature_freeze', 'violation.spam', repeat('é', 5001))$$) AS facts;
SELECT pg_temp.impose('idempotency_key => ''''') AS empty_key, pg_temp.impose('idempotency_key => repeat(''é'', 128)') AS long_key;
SELECT field, pg_temp.impose(format('%s => jsonb_build_object(''x'', repeat(''x'', 65536))', field)) FROM unnest('{evidence,rule,statement}'::text[]) AS field;
SELECT field, pg_temp.impose(format('statement => jsonb_build_object(%L, repeat(''x'', %s))', field, most + 1)) FROM (VALUES ('explanation', 5000), ('category', 63), ('locale', 35)) AS limits (field, most);
SELECT acctguard.freeze_impose(2101901, 'feature_freeze', 'violation.spam', repeat('é', 5000), ground => repeat('é', 2000), legal_reference => repeat('é', 2000), note => repeat('é', 2000),
    idempotency_key => repeat('k', 255), evidence => jsonb_build_object('x', repeat('x', 65000)),
    statement => jsonb_build_object('explanation', repeat('x', 5000), 'category', repeat('x', 63), 'locale', repeat('x', 35))) AS as_long_as_can_be;
SELECT command, pg_temp.says(command) FROM (VALUES
    ('SELECT acctguard.freeze_amend(2101901, 1, facts => repeat(''x'', 5001))'), ('SELECT acctguard.freeze_amend(2101901, 1, note => repeat(''x'', 2001))'),
    ('SELECT acctguard.freeze_amend(2101901, 1, legal_reference => repeat(''x'', 2001))'), ('SELECT acctguard.freeze_amend(2101901, 1, evidence => to_jsonb(repeat(''x'', 65536)))'),
    ('SELECT acctguard.freeze_stay(2101901, 1, repeat(''x'', 2001))'), ('SELECT acctguard.freeze_unstay(2101901, 1, repeat(''x'', 2001))'),
    ('SELECT acctguard.freeze_vacate(2101901, 1, repeat(''x'', 2001))'), ('SELECT acctguard.freeze_reject(2101901, 1, repeat(''x'', 2001))'),
    ('SELECT acctguard.freeze_lift(2101901, 1, repeat(''x'', 2001))'), ('SELECT acctguard.freeze_lift(2101901, 1, ''x'', repeat(''x'', 2001))'),
    ('SELECT acctguard.freeze_lift(2101901, 1, ''x'', proof => to_jsonb(repeat(''x'', 65536)))'), ('SELECT acctguard.freeze_satisfy(2101901, 1, ''x'', to_jsonb(repeat(''x'', 65536)))'),
    ('SELECT acctguard.warn(2101901, ''violation.spam'', facts => repeat(''x'', 5001))'), ('SELECT acctguard.warn(2101901, ''violation.spam'', idempotency_key => '''')'),
    ('SELECT acctguard.warn(2101901, ''violation.spam'', idempotency_key => repeat(''x'', 256))'), ('SELECT acctguard.strike_void(2101901, 1, repeat(''x'', 2001))'),
    ('SELECT acctguard.acknowledge(2101901, repeat(''x'', 256), ''\x00112233445566778899aabbccddeeff'')'),
    ('SELECT acctguard.acknowledge(2101901, ''1'', ''\x00112233445566778899aabbccddeeff'', repeat(''x'', 36))'),
    ('SELECT acctguard.acknowledge(2101901, ''1'', ''\x00112233445566778899aabbccddeeff'', ''en'', repeat(''x'', 256))'),
    ('SELECT acctguard.acknowledgment_waive(2101901, 1, repeat(''x'', 2001))'), ('SELECT acctguard.risk_clear(2101901, repeat(''x'', 2001))'),
    ('SELECT acctguard.legal_hold_place(2101901, repeat(''x'', 256), ''order 1'')'), ('SELECT acctguard.legal_hold_place(2101901, ''m'', repeat(''x'', 2001))'),
    ('SELECT acctguard.legal_hold_place(2101901, ''m'', ''order 1'', repeat(''x'', 2001))'), ('SELECT acctguard.legal_hold_release(''m'', repeat(''x'', 2001))'),
    ('SELECT acctguard.legal_hold_release(''m'', ''order 1'', repeat(''x'', 2001))'),
    ('SELECT acctguard.freeze_scope(jsonb_build_object(''tenant'', repeat(''x'', 64)), ''maintenance'', ''maintenance'')'),
    ('SELECT acctguard.freeze_scope(''{"tenant": "x"}'', ''maintenance'', ''maintenance'', note => repeat(''x'', 2001))'),
    ('SELECT acctguard.scope_amend(1, ''infinity'', repeat(''x'', 2001))'), ('SELECT acctguard.scope_lift(1, repeat(''x'', 2001))'),
    ('SELECT acctguard.batch_undo(gen_random_uuid(), repeat(''x'', 2001))'), ('SELECT acctguard.policy_set(''setting'', ''proof_age'', ''600'', repeat(''x'', 2001))'),
    ('SELECT acctguard.policy_set(''setting'', ''proof_age'', to_jsonb(repeat(''x'', 65536)))'),
    ('SELECT acctguard.account_open(locale => repeat(''x'', 36))'), ('SELECT acctguard.account_open(external_id => repeat(''x'', 256))'),
    ('SELECT acctguard.account_open(tenant => repeat(''x'', 64))'), ('SELECT acctguard.account_open(cohort => repeat(''x'', 64))'),
    ('SELECT acctguard.account_change(2101902, locale => repeat(''x'', 36))'), ('SELECT acctguard.account_mark(2101902, person => repeat(''x'', 256))'),
    ('SELECT acctguard.account_mark(2101902, tenant => repeat(''x'', 64))'), ('SELECT acctguard.account_mark(2101902, cohort => repeat(''x'', 64))'),
    ('SELECT acctguard.account_mark(2101902, staff_rank => 1, reason => repeat(''x'', 2001))'), ('SELECT acctguard.account_request_close(2101902, repeat(''x'', 2001))'),
    ('SELECT acctguard.account_request_close(2101902, proof => to_jsonb(repeat(''x'', 65536)))'), ('SELECT acctguard.account_cancel_close(2101902, to_jsonb(repeat(''x'', 65536)))'),
    ('SELECT acctguard.account_terminate(2101902, repeat(''x'', 2001))'), ('SELECT acctguard.account_reopen(2101902, repeat(''x'', 2001))'),
    ('SELECT acctguard.account_erase(2101902, repeat(''x'', 2001))')) AS too_long (command);
CALL acctguard.freeze_many('{2101902}', 'feature_freeze', 'violation.spam', repeat('x', 5001));
CALL acctguard.freeze_many('{2101902}', 'feature_freeze', 'violation.spam', 'long enough text', evidence => to_jsonb(repeat('x', 65536)));
SELECT count(*) AS nothing_written FROM acctguard.ledger WHERE account_id = 2101902;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
