-- What follows from what providers say, for whoever proved the number last: every row of the table, alone and in pairs. Accounts 3150000 to 3159999.
\set VERBOSITY terse
-- The last proof was 100 days ago; things are said to be of just before it, of that instant, of the day after, of an hour ago.
CREATE TEMP TABLE moment AS SELECT clock_timestamp() AS now, clock_timestamp() - interval '100 days' AS proof;
CREATE TEMP TABLE place (place text, at timestamptz);
INSERT INTO place SELECT 'before', proof - interval '1 microsecond' FROM moment UNION ALL SELECT 'same', proof FROM moment
UNION ALL SELECT 'after', proof + interval '1 day' FROM moment UNION ALL SELECT 'lately', now - interval '1 hour' FROM moment;
CREATE TEMP TABLE variant AS
SELECT row_number() OVER ()::int AS id, v.* FROM (
    SELECT 'recycled' AS signal, answer, place, at AS since, NULL::timestamptz AS occurred_at, young, now - CASE WHEN young THEN interval '23 hours' ELSE interval '24 hours' END AS stated_at
    FROM moment, place, unnest('{yes,no,no_data}'::text[]) answer, unnest('{t,f}'::boolean[]) young WHERE place <> 'lately'
    UNION ALL
    SELECT signal, NULL, place, NULL, at, true, now FROM moment, place,
        unnest('{disconnected,sim_changed,ported,subscriber_changed,delivery_failed,claim_opened,claim_closed,claim_completed}'::text[]) signal
    ORDER BY 1, 2, 6 DESC, 4, 5) v;

-- Every pair in both orders, and each alone, has an account, a number and a binding of its own; +86: 120 days.
CREATE TEMP TABLE combination AS
SELECT 3150000 + row_number() OVER (ORDER BY a.id, b.id NULLS FIRST) AS account_id, a.id AS one, b.id AS two
FROM variant a LEFT JOIN (SELECT id FROM variant UNION ALL SELECT NULL) b ON true;
SELECT count(*) AS combinations FROM combination;
SELECT count(acctguard.account_open(account_id)) = count(*) AS opened FROM combination;
INSERT INTO acctguard.number (number_id, country, e164, e164_kid, index_kid, hint, event_count, added_at)
SELECT account_id, 86, '\x00', 1000000, 1000000, '+86*********00', 2, now() FROM combination;
INSERT INTO acctguard.binding (account_id, no, number_id, kind, proofs, bound_at, bound_by, recorded_at, effective_at, last_owner_proof_at)
SELECT account_id, 1, account_id, 'login', '{otp}', proof, 'x', now, proof, proof FROM combination, moment;
INSERT INTO acctguard.number_event (number_id, no, signal, answer, since, occurred_at, stated_at, received_at, provider, provider_key, jti)
SELECT account_id, no, signal, answer, since, occurred_at, stated_at, now, claim, 1 + length(claim) - 1, claim || account_id || no
FROM combination CROSS JOIN moment CROSS JOIN LATERAL (VALUES (1, one), (2, two)) e (no, id) JOIN variant USING (id)
CROSS JOIN LATERAL (SELECT CASE WHEN signal NOT LIKE 'claim%' THEN 'p' END) p (claim);
CREATE TEMP TABLE answered AS
SELECT c.*, e.* FROM combination c, acctguard.number_evidence(c.account_id) e;

-- Each alone: the reviewed table.
SELECT signal, answer, place, CASE WHEN answer IS NOT NULL THEN young END AS answer_is_young, evidence, sim_risk, young_proof,
    clear_until = stated_at + interval '24 hours' AS clear_for_a_day, decided_by
FROM answered JOIN variant v ON v.id = one WHERE two IS NULL ORDER BY v.id;

-- Pairs, against the rules written once more in SQL.
CREATE TEMP VIEW expected AS
SELECT account_id,
    CASE WHEN bool_or(answer = 'yes' AND since >= proof) OR bool_or(signal IN ('disconnected', 'claim_completed') AND occurred_at >= proof) THEN 'confirmed'
         WHEN bool_or(signal IN ('subscriber_changed', 'delivery_failed') AND occurred_at >= proof)
           OR bool_or(signal = 'claim_opened' AND occurred_at >= proof AND NOT claim_over) THEN 'suspected'
         WHEN bool_or(answer = 'no' AND since <= proof AND young) THEN 'clear' ELSE 'unknown' END AS evidence,
    bool_or(signal IN ('sim_changed', 'ported') AND place = 'lately') AS sim_risk
FROM moment, (SELECT c.account_id, v.*, coalesce(bool_or(v.signal IN ('claim_closed', 'claim_completed'))
        OVER (PARTITION BY c.account_id ORDER BY e.no ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), false) AS claim_over
      FROM combination c CROSS JOIN LATERAL (VALUES (1, one), (2, two)) e (no, id) JOIN variant v USING (id)) x
GROUP BY account_id, proof;
SELECT count(*) AS compared, count(*) FILTER (WHERE a.evidence IS DISTINCT FROM e.evidence) AS evidence_differs,
    count(*) FILTER (WHERE a.sim_risk IS DISTINCT FROM e.sim_risk) AS sim_risk_differs,
    count(*) FILTER (WHERE a.young_proof IS DISTINCT FROM (e.evidence IN ('clear', 'unknown') AND NOT e.sim_risk)) AS young_proof_differs
FROM answered a JOIN expected e USING (account_id);
SELECT evidence, sim_risk, count(*) FROM expected GROUP BY 1, 2 ORDER BY 1, 2;
-- A confirmed sign cannot be outvoted, whatever else is said, before or after.
SELECT count(*) AS with_a_confirming_sign, count(*) FILTER (WHERE evidence <> 'confirmed') AS not_confirmed FROM answered
WHERE one IN (SELECT one FROM answered WHERE two IS NULL AND evidence = 'confirmed') OR two IN (SELECT one FROM answered WHERE two IS NULL AND evidence = 'confirmed');

-- The same facts by the clock: a day later the clear answer is stale; a week later the SIM is old enough; after the floor no proof is young.
CREATE TEMP TABLE shown AS SELECT account_id FROM answered JOIN variant v ON v.id = one WHERE two IS NULL
    AND (answer = 'no' AND place = 'before' AND young OR signal = 'sim_changed' AND place = 'lately' OR signal = 'disconnected' AND place = 'after');
SELECT signal, evidence, sim_risk, young_proof FROM answered JOIN shown USING (account_id) JOIN variant v ON v.id = one ORDER BY 1;
SET acctguard.test_clock_offset = 7200;
SELECT evidence, sim_risk, young_proof FROM shown, acctguard.number_evidence(account_id) ORDER BY 1, 2;
SET acctguard.test_clock_offset = 604800;
SELECT evidence, sim_risk, young_proof FROM shown, acctguard.number_evidence(account_id) ORDER BY 1, 2;
SET acctguard.test_clock_offset = 1814400;
SELECT evidence, sim_risk, young_proof FROM shown, acctguard.number_evidence(account_id) ORDER BY 1, 2;
RESET acctguard.test_clock_offset;

-- PHN-11: a binding without a proof has no young one; it is judged from when it was bound.
SELECT acctguard.account_open(3159001), acctguard.account_open(3159002);
INSERT INTO acctguard.number (number_id, country, e164, e164_kid, index_kid, hint, added_at) VALUES (3159001, 7, '\x00', 1000000, 1000000, '+7********00', now());
INSERT INTO acctguard.binding (account_id, no, number_id, kind, proofs, bound_at, bound_by, recorded_at, effective_at)
SELECT 3159001, 1, 3159001, 'login', '{import}', proof, 'x', now, proof FROM moment;
INSERT INTO acctguard.binding (account_id, no, number_id, kind, proofs, bound_at, bound_by, recorded_at, effective_at, released_at, release_reason, released_by)
SELECT 3159001, 2, 3159001, 'trusted', '{import}', proof, 'x', now, proof, now, 'admin', 'x' FROM moment;
SELECT no, evidence, last_owner_proof_at, recycled_after, young_proof FROM acctguard.number_evidence(3159001);
SELECT no, kind, young_proof FROM acctguard.number_evidence(3159001, 2);
SELECT count(*) AS numbers FROM acctguard.number_evidence(3159002);
SELECT acctguard.number_evidence(3159002, 1);
SELECT acctguard.number_evidence(3159999);

-- Rows hold themselves.
\set VERBOSITY sqlstate
INSERT INTO acctguard.number_event (number_id, no, signal, stated_at, received_at) VALUES (1, 1, 'disconnected', now(), now());
INSERT INTO acctguard.number_event (number_id, no, signal, answer, occurred_at, stated_at, received_at, provider, provider_key, jti) VALUES (1, 1, 'ported', 'yes', now(), now(), now(), 'p', 1, 'x');
INSERT INTO acctguard.number_event (number_id, no, signal, occurred_at, stated_at, received_at) VALUES (1, 1, 'ported', now(), now(), now());
UPDATE acctguard.number_event SET answer = 'no' WHERE answer = 'yes';
