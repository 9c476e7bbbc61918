-- Status and explanations: now, in the past, under scopes, for one capability. UNF-05, FRZ-08, FRZ-16
\set VERBOSITY terse
CREATE TABLE mark (name text PRIMARY KEY, at timestamptz);
SELECT acctguard.account_open(400, pending => true);
INSERT INTO mark VALUES ('pending', clock_timestamp());
SELECT acctguard.account_activate(400);
INSERT INTO mark VALUES ('free', clock_timestamp());
SELECT acctguard.freeze_impose(400, 'feature_timeout', 'violation.spam', 'spam to many strangers', duration => '2 hours');
SELECT acctguard.freeze_impose(400, 'temp_restrict', 'security.odd_login', 'login from two continents', duration => '1 hour');
SELECT acctguard.freeze_impose(400, 'monitor', 'violation.spam', 'watch what he sends', duration => '1 day');
SELECT acctguard.freeze_impose(400, 'dormancy', 'dormancy', 'not seen for months');
INSERT INTO mark VALUES ('frozen', clock_timestamp());

-- now: union of all, each with its own mode; the user does not see the monitor
SELECT source, no, kind, mode, cardinality(capabilities) AS capabilities, until > now() AS ends, reason, lifted_by, next
FROM acctguard.explain(400) ORDER BY no, source;
SELECT source, no, kind, mode FROM acctguard.explain(400, 'session.create') ORDER BY no;
SELECT source, no, kind FROM acctguard.explain(400, 'call.join') ORDER BY no;
SELECT acctguard.explain(400, 'no.such');
SELECT jsonb_array_length(s -> 'restrictions') AS shown, s -> 'challenged' AS challenged, s -> 'restricted' AS restricted
FROM acctguard.account_status(400) s;
SELECT until = (SELECT min(until) FROM acctguard.explain(400)) AS next_change FROM acctguard.standing(400);

-- the past: pending, free, frozen, whatever happened since
SELECT count(*) AS remains FROM acctguard.freeze_lift(400, 2, 'it was him');
SELECT name, source, no, kind, mode FROM mark LEFT JOIN LATERAL acctguard.explain(400, at => mark.at) e ON true
WHERE no IS DISTINCT FROM 3 ORDER BY mark.at, no, source;
-- before the account was there
SELECT count(*) FROM acctguard.explain(400, at => '2020-01-01');

-- the future: expiry, then probation from the same microsecond on
SELECT e.source, e.no, e.until IS NULL AS open_end FROM acctguard.explain(400, at => clock_timestamp() + interval '3 hours') e ORDER BY no, source;
SELECT f.until = p.since AS no_gap
FROM acctguard.explain(400, at => (SELECT at FROM mark WHERE name = 'frozen')) f,
     acctguard.explain(400, at => clock_timestamp() + interval '3 hours') p
WHERE f.no = 1 AND f.source = 'freeze' AND p.no = 1 AND p.source = 'probation';

-- scopes: everybody, a tenant, a cohort, and who is not in them; ahead and amended
SELECT acctguard.account_open(401, tenant => 'red', cohort => 'beta');
SELECT acctguard.account_open(402);
SELECT acctguard.freeze_scope('{"tenant": "red"}', 'maintenance', 'maintenance', duration => '1 hour', capabilities => '{pay.send}') AS tenant \gset
SELECT acctguard.freeze_scope('{"cohort": "beta"}', 'maintenance', 'maintenance', duration => '2 hours', capabilities => '{call.start}') AS cohort \gset
SELECT acctguard.freeze_scope('{"tenant": "blue"}', 'maintenance', 'maintenance', duration => '1 hour', capabilities => '{call.join}') AS blue \gset
SELECT acctguard.freeze_scope('{"cohort": "beta"}', 'maintenance', 'maintenance', clock_timestamp() + interval '30 minutes', duration => '1 hour', capabilities => '{live.start}') AS ahead \gset
SELECT source, kind, mode, capabilities, lifted_by FROM acctguard.explain(401) ORDER BY no;
SELECT source, kind, capabilities FROM acctguard.explain(401, 'call.start');
SELECT count(*) FROM acctguard.explain(402);
SELECT s -> 'denied' AS denied, jsonb_path_query_array(s, '$.restrictions[*].why') AS why FROM acctguard.account_status(401) s;
SELECT until < clock_timestamp() + interval '31 minutes' AS until_the_one_ahead FROM acctguard.standing(401);
INSERT INTO mark VALUES ('scoped', clock_timestamp());
SELECT acctguard.scope_amend(:cohort, clock_timestamp() + interval '5 hours', 'takes longer') IS NOT NULL AS amended;
SELECT acctguard.scope_lift(:tenant, 'done');
SELECT capabilities FROM acctguard.explain(401);
SELECT capabilities, until < (SELECT at FROM mark WHERE name = 'scoped') + interval '3 hours' AS end_it_had_then
FROM acctguard.explain(401, at => (SELECT at FROM mark WHERE name = 'scoped')) ORDER BY no;
SELECT acctguard.scope_lift(:cohort, 'test over'), acctguard.scope_lift(:blue, 'test over'), acctguard.scope_lift(:ahead, 'test over');

-- a closing account says when; a closed one what is left
SELECT acctguard.account_request_close(402) IS NOT NULL AS closing;
SELECT acctguard.account_status(402) ? 'closes_at' AS says_when, acctguard.account_status(402) -> 'denied' AS denied;
SELECT until IS NOT NULL AS changes_then FROM acctguard.standing(402);
SET acctguard.test_clock_offset = '40d';
SELECT acctguard.account_status(402) ->> 'state' AS state;
SELECT source, kind, 'support.contact' = ANY (capabilities) AS no_support FROM acctguard.explain(402);
RESET acctguard.test_clock_offset;
-- what was not yet closed then
SELECT count(*) FROM acctguard.explain(402);

-- a withheld statement shows the freeze, not its reason
SELECT acctguard.account_open(403);
SELECT acctguard.freeze_impose(403, 'feature_freeze', 'violation.spam', 'the secret facts of the case',
    disclose_at => clock_timestamp() + interval '10 days');
SELECT r ? 'facts' AS facts, r ? 'why' AS why, r ->> 'kind' AS kind FROM jsonb_array_elements(acctguard.account_status(403) -> 'restrictions') r;
SET acctguard.test_clock_offset = '11d';
SELECT r ->> 'facts' AS facts FROM jsonb_array_elements(acctguard.account_status(403) -> 'restrictions') r;
RESET acctguard.test_clock_offset;
-- FRZ-06: a rule restricts outside the hours it leaves free, and only then
SELECT acctguard.account_open(404);
SELECT acctguard.freeze_impose(404, 'self_rule', 'own_wish', rule => '{"hours": ["08:00", "22:00"], "zone": "UTC"}');
SELECT hour, (SELECT count(*) FROM acctguard.explain(404, at => date_trunc('day', clock_timestamp(), 'UTC') + interval '2 days' + make_interval(hours => hour))) AS restrictions
FROM unnest('{7,8,21,22}'::integer[]) AS hour;
SELECT acctguard.freeze_impose(404, 'self_rule', 'own_wish', rule => '{"devices": ["phone"]}');
SELECT count(*) AS of_an_unknown_device FROM acctguard.explain(404, at => date_trunc('day', clock_timestamp(), 'UTC') + interval '2 days 12 hours');
DROP TABLE mark;
