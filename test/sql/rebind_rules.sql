-- Changing a number: the rules alone. Section 3.6: U-1 to U-9, the times for objections, who wins over an objection.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
\pset format unaligned
\set ECHO all
CREATE FUNCTION pg_temp.judge(wrong text[], changes bigint DEFAULT 0, requests bigint DEFAULT 0, again boolean DEFAULT false) RETURNS text
LANGUAGE c AS 'acctguard', 'acctguard_test_rebind_judge';
CREATE FUNCTION pg_temp.cooling("case" text[], kind text, minute integer) RETURNS text
LANGUAGE c AS 'acctguard', 'acctguard_test_rebind_cooling';
CREATE FUNCTION pg_temp.object(objection text[], state text) RETURNS text LANGUAGE c AS 'acctguard', 'acctguard_test_rebind_object';
CREATE FUNCTION pg_temp.state(stored text, ready_at timestamptz, lapses_at timestamptz, at timestamptz) RETURNS text
LANGUAGE c AS 'acctguard', 'acctguard_test_rebind_state';

-- what was reviewed
SELECT * FROM acctguard.rebind_transitions();
SELECT * FROM acctguard.rebind_preconditions();
SELECT * FROM acctguard.rebind_situations();

-- one precondition fails at a time, when it is asked and when it takes effect
SELECT wrong, pg_temp.judge(ARRAY[wrong]) AS asked, pg_temp.judge(ARRAY[wrong], again => true) AS again
FROM unnest('{nothing,account,owner,event,number,moved,client,way,held,busy}'::text[]) AS t (wrong);
-- U-9: so many changes in the span, so many requests a day; who waits has made his request already
SELECT changes, requests, pg_temp.judge('{}', changes, requests) AS asked, pg_temp.judge('{}', changes, requests, true) AS again
FROM (VALUES (2, 4), (3, 0), (0, 5), (3, 5)) AS t (changes, requests);
-- of several, the first in the table is answered: each hides what comes after it, and nothing before
WITH row (wrong, place) AS (SELECT * FROM unnest('{account,owner,event,number,moved,client,way,held,busy}'::text[]) WITH ORDINALITY)
SELECT count(*) AS pairs, count(*) FILTER (WHERE pg_temp.judge(ARRAY[a.wrong, b.wrong]) = pg_temp.judge(ARRAY[a.wrong])) AS first_wins
FROM row a JOIN row b ON a.place < b.place;

-- the time for objections, by day and by night (09:00 to 21:00, half-open)
SELECT "case", kind, pg_temp.cooling("case"::text[], kind, 540) AS nine, pg_temp.cooling("case"::text[], kind, 1259) AS before_21,
    pg_temp.cooling("case"::text[], kind, 1260) AS at_21, pg_temp.cooling("case"::text[], kind, 539) AS before_9
FROM (VALUES ('{code,basic}'), ('{code}'), ('{}'), ('{code,suspected}'), ('{reassigned}'), ('{code,reassigned}'), ('{sim_risk}'), ('{code,sim_risk}'), ('{code,sim_risk,suspected}'),
    ('{code,special,basic}'), ('{no number}')) AS c ("case") CROSS JOIN (VALUES ('change'), ('unbind')) AS k (kind);
SELECT pg_temp.cooling('{special,sim_risk}', 'untrust', 0) AS trusted_number;
-- worse evidence never shortens the time, and a code never lengthens it; but for confirmed reassignment, where the number
-- is nobody's word any more
WITH cases AS (
    SELECT e.evidence, e.rank, p.basic, c.code, k.kind, m.minute,
        split_part(pg_temp.cooling(array_remove(ARRAY[e.evidence, p.basic, c.code], NULL), k.kind, m.minute), ' ', 2)::bigint AS seconds
    FROM (VALUES ('clear', 0), ('suspected', 1), ('sim_risk', 2)) AS e (evidence, rank), (VALUES ('basic'), ('social')) AS p (basic),
        (VALUES ('code'), ('none')) AS c (code), (VALUES ('change'), ('unbind')) AS k (kind), (VALUES (600), (0)) AS m (minute))
SELECT count(*) FILTER (WHERE b.rank = 1 AND a.rank = 0 AND b.seconds < a.seconds) AS suspicion_helps,
    count(*) FILTER (WHERE b.rank = 2 AND a.rank = 0 AND b.seconds < a.seconds) AS sim_risk_helps
FROM cases a JOIN cases b USING (basic, code, kind, minute);

-- an objection: by the number alone, with another factor; what is known of the number
SELECT state, pg_temp.object('{}', state) AS alone, pg_temp.object('{factor}', state) AS with_factor, pg_temp.object('{sim_risk}', state) AS sim_risk,
    pg_temp.object('{sim_risk,factor}', state) AS sim_risk_with_factor, pg_temp.object('{reassigned}', state) AS reassigned,
    pg_temp.object('{reassigned,factor}', state) AS reassigned_with_factor
FROM unnest('{requested,cooling,contested,ready,executed,cancelled}'::text[]) AS t (state);

-- the clock: half-open, and nothing has to run
SELECT stored, pg_temp.state(stored, '2030-01-02', '2030-01-05', '2030-01-01 23:59:59.999999') AS before,
    pg_temp.state(stored, '2030-01-02', '2030-01-05', '2030-01-02') AS on_time,
    pg_temp.state(stored, '2030-01-02', '2030-01-05', '2030-01-04 23:59:59.999999') AS before_lapse,
    pg_temp.state(stored, '2030-01-02', '2030-01-05', '2030-01-05') AS lapsed
FROM unnest('{requested,cooling,contested,ready,executed,cancelled}'::text[]) AS t (stored);
