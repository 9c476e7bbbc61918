-- Policy: what can be changed, what is refused, that it is recorded.  Everything is rolled back at the end.
\set VERBOSITY terse
\pset format unaligned
SET TimeZone = 'UTC';
CREATE FUNCTION pg_temp.attempt(topic text, key text, value jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text;
BEGIN
    RETURN CASE WHEN acctguard.policy_set(topic, key, value, 'test') > 0 THEN 'set' END;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', state, message, nullif(detail, ''));
END $$;
CREATE FUNCTION pg_temp.recorded() RETURNS TABLE (step int, before jsonb, after jsonb) LANGUAGE sql AS $$
    SELECT (after -> 'version')::int - coalesce((before -> 'version')::int, 0) AS step, before - 'version', after - 'version' FROM acctguard.audit_read(action => 'policy.set', max_rows => 1) $$;

-- The manual: every setting with unit, default and range, its default in range, and every item with a meaning.
SELECT key, unit, default_value, value_range, meaning FROM acctguard.policy_list('setting') ORDER BY key;
SELECT topic, count(*) > 0 AS some, bool_and(meaning <> '') AS all_explained, bool_and(key <> '') AS all_named FROM acctguard.policy_list() GROUP BY topic ORDER BY topic;
SELECT key, default_value FROM acctguard.policy_list('setting')
WHERE NOT default_value::bigint BETWEEN split_part(value_range, ' .. ', 1)::bigint AND split_part(value_range, ' .. ', 2)::bigint;
SELECT acctguard.policy_list('nonsense');
-- What acctguard comes with satisfies its own rules.
BEGIN;
SELECT topic, key, pg_temp.attempt(topic, key, '{"enabled": true}') AS broken FROM acctguard.policy_list('freeze_kind')
UNION ALL
SELECT topic, key, pg_temp.attempt(topic, key, '{"enabled": true}') FROM acctguard.policy_list('ladder_step')
UNION ALL
SELECT topic, key, pg_temp.attempt(topic, key, '{"enabled": true}') FROM acctguard.policy_list('risk_signal')
UNION ALL
SELECT topic, key, pg_temp.attempt(topic, key, jsonb_build_object('public_text', meaning)) FROM acctguard.policy_list('reason')
UNION ALL
SELECT topic, key, pg_temp.attempt(topic, key, value) FROM acctguard.policy_list('bundle')
EXCEPT
SELECT topic, key, 'set' FROM acctguard.policy_list();
ROLLBACK;

BEGIN;
-- Settings.
SELECT pg_temp.attempt('setting', 'proof_age', '600');
SELECT * FROM pg_temp.recorded();
SELECT pg_temp.attempt('setting', 'proof_age', '"20 minutes"');
SELECT * FROM pg_temp.recorded();
SELECT pg_temp.attempt('setting', 'prepare_wait', 'true');
SELECT pg_temp.attempt('setting', 'proof_age', '60'), pg_temp.attempt('setting', 'proof_age', '86400');
SELECT key, version > 0 AS version, value, changed_by = session_user AS by, change_reason, changed_at BETWEEN now() AND clock_timestamp() AS now
FROM acctguard.policy_list('setting') WHERE key IN ('proof_age', 'prepare_wait') ORDER BY key;
SELECT value, change_reason FROM acctguard.setting WHERE setting = 'proof_age' AND change_reason = 'test' ORDER BY version;
SELECT value, pg_temp.attempt('setting', 'proof_age', value) FROM jsonb_array_elements(
    '[59, 86401, -1, 9223372036854775808, 1.5, 60.0, true, null, {}, [], "1 day 1 second", "-1 hour", "later", "600", [600]]') AS value;
SELECT pg_temp.attempt('setting', 'statement_min', '"3 days"'), pg_temp.attempt('setting', 'Proof_age', '600'), pg_temp.attempt('setting', 'prepare_wait', '2');

-- Freeze kinds: the old row with the given columns, as a new version.
SELECT pg_temp.attempt('freeze_kind', 'ban', '{"points": 5, "probation": "10 days", "lift_roles": ["reviewer", "compliance"]}');
SELECT * FROM pg_temp.recorded();
SELECT max(version) AS ban FROM acctguard.freeze_kind WHERE kind = 'ban' \gset
SELECT points, probation, lift_roles, max_length, change_reason FROM acctguard.freeze_kind WHERE kind = 'ban' AND version > :ban - 2 ORDER BY version;
SELECT (to_jsonb(n) - '{version,points,probation,lift_roles,changed_at,changed_by,change_reason}'::text[])
     = (to_jsonb(o) - '{version,points,probation,lift_roles,changed_at,changed_by,change_reason}'::text[]) AS rest_is_the_same
FROM acctguard.freeze_kind o, acctguard.freeze_kind n WHERE o.kind = 'ban' AND o.version = :ban - 1 AND n.kind = 'ban' AND n.version = :ban;
SET LOCAL IntervalStyle = 'iso_8601';
SET LOCAL DateStyle = 'SQL, DMY';
SELECT pg_temp.attempt('freeze_kind', 'ban', '{"max_length": null}');
SELECT max_length IS NULL AS no_max, probation = '10 days' AS same_probation, min_length = '1 day' AS same_min FROM acctguard.freeze_kind WHERE kind = 'ban' AND version = :ban + 1;
RESET IntervalStyle;
RESET DateStyle;
SELECT value, pg_temp.attempt('freeze_kind', 'ban', value) FROM jsonb_array_elements($$[
    {}, [], 1, null, {"nonsense": 1}, {"kind": "x"}, {"version": 9}, {"changed_by": "x"},
    {"second_person": false}, {"indefinite": false}, {"review_due": "1 day"}, {"stayable": false}, {"probation": null}, {"acknowledge": false},
    {"review_due": "1 day", "breach": "auto_lift"}, {"mode": "x"}, {"severity": 10}, {"severity": "x"}, {"description": null}, {"min_length": "two"},
    {"min_length": "3 years", "max_length": "2 years"}, {"default_length": "1 hour"}, {"default_length": "3 years", "max_length": "2 years"},
    {"automated_max": "3 years", "max_length": "2 years"}, {"points": 9},
    {"denies": ["status.view"]}, {"probation_denies": ["session.logout"]}, {"acknowledge_denies": ["account.close_request"]}, {"denies": ["nonsense"]},
    {"impose_roles": ["nobody"]}, {"conditions": ["full_moon"]}, {"required": ["blood"]}, {"denies": "all"}, {"indefinite": "maybe"}]$$) AS value;
SELECT pg_temp.attempt('freeze_kind', 'mute', '{"severity": 2, "denies": ["msg.send.group"], "indefinite": false, "max_length": "1 day", "default_length": "1 hour",
    "impose_roles": ["moderator"], "lift_roles": ["moderator"], "lift_policy": "system", "session_effect": "keep", "appeal": "no", "description": "no groups"}');
SELECT (to_jsonb(k) - '{changed_at,changed_by}'::text[]) AS new_kind FROM acctguard.freeze_kind k WHERE kind = 'mute';
SELECT pg_temp.attempt('freeze_kind', 'deaf', '{"severity": 2}'), pg_temp.attempt('freeze_kind', 'Deaf!', '{"severity": 2}');
SELECT acctguard.policy_set('freeze_kind', 'mute', '{"severity": 3}') AS second, acctguard.policy_set('freeze_kind', 'mute', '{"severity": 2}') AS third;
-- A new kind has the defaults of the table.
WITH shown AS (
    SELECT a.attname AS name, pg_get_expr(d.adbin, d.adrelid) AS expression FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE d.adrelid = 'acctguard.freeze_kind'::regclass)
SELECT name, expression, to_jsonb(k) -> name FROM shown, acctguard.freeze_kind k
WHERE kind = 'mute' AND version = 1 AND (to_jsonb(k) -> name)::text <> CASE WHEN expression ~ '^''{' THEN to_jsonb(substring(expression FROM '{.*}')::text[])::text
    ELSE to_jsonb(trim('''' FROM split_part(expression, '::', 1)))::text END
    AND trim('"' FROM (to_jsonb(k) -> name)::text) <> trim('''' FROM split_part(expression, '::', 1));

-- Judged is the row just written, not what the session remembers.
SELECT count(*) > 0 AS remembered FROM acctguard.policy_list('setting');
SELECT pg_temp.attempt('ladder_step', '4', '{"length": "31 days"}');

-- Bundles, reasons, the ladder, signals.
SELECT pg_temp.attempt('bundle', 'login', '{"capabilities": ["session.create"]}'), pg_temp.attempt('bundle', 'games', '{"capabilities": ["live.start"], "description": "playing"}'),
    pg_temp.attempt('freeze_kind', 'mute', '{"denies": ["games"]}');
SELECT value, pg_temp.attempt('bundle', 'games', value) FROM jsonb_array_elements(
    '[{"capabilities": ["nonsense"]}, {"capabilities": ["login"]}, {"capabilities": "live.start"}, {"capabilities": null}]') AS value;
SELECT pg_temp.attempt('bundle', 'all', '{"capabilities": ["live.start"], "description": "x"}'), pg_temp.attempt('bundle', 'empty', '{"description": "x"}');
SELECT pg_temp.attempt('reason', 'violation.new', '{"category": "violation", "public_text": "New", "strike_life": "10 days"}');
SELECT value, pg_temp.attempt('reason', 'violation.new', value) FROM jsonb_array_elements(
    '[{"category": "x"}, {"points": 101}, {"strike_life": "0"}, {"strike_life": "-1 day"}, {"points": null}, {"public_text": "Newer"}]') AS value;
SELECT pg_temp.attempt('ladder_step', '5', '{"kind": "feature_timeout", "length": "20 days"}');
SELECT value, pg_temp.attempt('ladder_step', '5', value) FROM jsonb_array_elements(
    '[{"kind": "nonsense"}, {"kind": "maintenance"}, {"length": null}, {"length": "31 days"}, {"kind": null}, {"score": 6}, {"enabled": false}, {"length": "1 day", "enabled": true}]') AS value;
SELECT pg_temp.attempt('ladder_step', 'x', '{"kind": null}'), pg_temp.attempt('ladder_step', '0', '{"kind": null}');
SELECT key, meaning FROM acctguard.policy_list('ladder_step');
SELECT pg_temp.attempt('risk_signal', 'odd_login', '{"weight": 12.5}');
SELECT * FROM pg_temp.recorded();
SELECT value, pg_temp.attempt('risk_signal', 'odd_login', value) FROM jsonb_array_elements(
    '[{"kind": "nonsense"}, {"kind": "maintenance"}, {"reason": "nonsense"}, {"weight": 0}, {"weight": "heavy"}]') AS value;
SELECT pg_temp.attempt('risk_signal', 'volcano', '{"weight": 5, "kind": "temp_restrict", "reason": "security.takeover", "description": "a volcano"}');

-- Capabilities: bits are given once and never change.
SELECT max(bit) AS last_bit FROM acctguard.capability \gset
SELECT pg_temp.attempt('capability', 'game.play', '{"description": "play"}'), pg_temp.attempt('capability', 'game.play', '{"description": "play games"}');
SELECT capability, bit - :last_bit AS bit, floor, description FROM acctguard.capability WHERE capability = 'game.play';
SELECT step, before, after - 'bit' AS after FROM pg_temp.recorded();
SELECT value, pg_temp.attempt('capability', 'game.play', value) FROM jsonb_array_elements(
    '[{"bit": 3}, {"floor": "floor"}, {"description": null}, {"description": 7}, {"capability": "x"}]') AS value;
SELECT pg_temp.attempt('capability', 'Game', '{"description": "x"}'), pg_temp.attempt('freeze_kind', 'mute', '{"denies": ["game.play"]}');
SELECT count(DISTINCT said) FILTER (WHERE said <> 'set') AS refusals, max(said) FILTER (WHERE said <> 'set') AS refusal
FROM generate_series(:last_bit, 62) AS n, pg_temp.attempt('capability', 'game.play' || n, '{"description": "x"}') AS said;
SELECT count(*) AS capabilities, max(bit) AS highest_bit FROM acctguard.capability;

SELECT pg_temp.attempt('nonsense', 'x', '1'), pg_temp.attempt('setting', 'proof_age', NULL), pg_temp.attempt('setting', '', '1'), pg_temp.attempt(NULL, 'x', '1');
-- A version can be neither changed nor removed, not even by the superuser.
SAVEPOINT a;
UPDATE acctguard.setting SET value = 1;
ROLLBACK TO a;
DELETE FROM acctguard.freeze_kind;
ROLLBACK TO a;
TRUNCATE acctguard.bundle;
ROLLBACK TO a;
-- A refusal left nothing behind, an act one event.
SELECT count(*) = (SELECT count(*) FROM acctguard.ledger WHERE reason = 'test') AS one_event_per_version FROM (
    SELECT 1 FROM acctguard.setting WHERE change_reason = 'test' UNION ALL SELECT 1 FROM acctguard.freeze_kind WHERE change_reason = 'test'
    UNION ALL SELECT 1 FROM acctguard.bundle WHERE change_reason = 'test' UNION ALL SELECT 1 FROM acctguard.reason WHERE change_reason = 'test'
    UNION ALL SELECT 1 FROM acctguard.ladder_step WHERE change_reason = 'test' UNION ALL SELECT 1 FROM acctguard.risk_signal WHERE change_reason = 'test'
    UNION ALL SELECT 1 FROM acctguard.capability WHERE bit > :last_bit UNION ALL SELECT 1 /* game.play, described anew */) AS version;
ROLLBACK;

-- A rolled-back change is forgotten by the session that made it; a row written by hand is noticed at once.
SELECT value AS before FROM acctguard.policy_list('setting') WHERE key = 'proof_age' \gset
BEGIN;
INSERT INTO acctguard.setting (setting, version, value, changed_at, changed_by) VALUES ('proof_age', 1000, 333, now(), 'by hand');
SELECT version, value, changed_by FROM acctguard.policy_list('setting') WHERE key = 'proof_age';
SAVEPOINT a;
SELECT acctguard.policy_set('setting', 'proof_age', '444');
SELECT version, value FROM acctguard.policy_list('setting') WHERE key = 'proof_age';
ROLLBACK TO a;
SELECT version, value FROM acctguard.policy_list('setting') WHERE key = 'proof_age';
SET LOCAL session_replication_role = replica;
INSERT INTO acctguard.setting (setting, version, value, changed_at, changed_by) VALUES ('proof_age', 1001, 555, now(), 'by hand');
SELECT version, value FROM acctguard.policy_list('setting') WHERE key = 'proof_age';
ROLLBACK;
SELECT value = :'before' AS as_before FROM acctguard.policy_list('setting') WHERE key = 'proof_age';

-- Who may.
CREATE ROLE regress_policy_operator LOGIN IN ROLE acctguard_operator;
CREATE ROLE regress_policy_staff LOGIN IN ROLE acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_delegate;
CREATE ROLE regress_policy_app LOGIN IN ROLE acctguard_app, acctguard_notifier;
BEGIN;
SET LOCAL SESSION AUTHORIZATION regress_policy_operator;
SELECT acctguard.policy_set('setting', 'proof_age', '444', 'may') > 0 AS may;
SELECT changed_by, change_reason FROM acctguard.policy_list('setting') WHERE key = 'proof_age';
ROLLBACK;
SET SESSION AUTHORIZATION regress_policy_staff;
SELECT count(*) FROM acctguard.policy_list('setting') WHERE key = 'proof_age';
SELECT acctguard.policy_set('setting', 'proof_age', '444');
SET SESSION AUTHORIZATION regress_policy_app;
SELECT acctguard.policy_list();
SELECT acctguard.policy_set('setting', 'proof_age', '444');
INSERT INTO acctguard.setting (setting, version, value, changed_at, changed_by) VALUES ('proof_age', 2000, 333, now(), 'by hand');
RESET SESSION AUTHORIZATION;
DROP ROLE regress_policy_operator, regress_policy_staff, regress_policy_app;
