-- The list of cases that are over, for staff: by whom and how each was decided, in pages, no text. APL-07. Accounts 2650000 to 2650009.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\set people :tests /sql/appeal.psql
\i :people
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2650000, 2650009);
CREATE ROLE appeal_auditor LOGIN IN ROLE acctguard_auditor;
SELECT clock_timestamp() AS began \gset
CREATE FUNCTION pg_temp.closed(began timestamptz, outcome text DEFAULT NULL)
RETURNS TABLE (account bigint, freeze integer, kind text, origin text, outcome text, appealed boolean, decided_by text, signed_by text, unfounded boolean) LANGUAGE sql AS $$
    SELECT c.account_id, c.freeze_no, c.kind, c.origin, c.outcome, c.appealed, c.decided_by, c.signed_by, c.unfounded
    FROM acctguard.appeal_closed(since => $1, outcome => $2) WITH ORDINALITY AS c WHERE c.account_id BETWEEN 2650000 AND 2650009 ORDER BY c.ordinality
$$;
-- one decided by one person, one by two, one taken back after it was decided and not signed, one lapsed, one still open
SELECT pg_temp.frozen(2650000, 'feature_timeout'), pg_temp.frozen(2650001, 'ban', 'violation.severe'), pg_temp.frozen(2650002, 'ban', 'violation.severe'), pg_temp.frozen(2650003, 'feature_timeout'), pg_temp.frozen(2650004, 'feature_timeout');
SELECT pg_temp.submit(2650000 + n) FROM generate_series(0, 4) n;
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(%s, 2)', 2650000 + n)) FROM generate_series(0, 4) n;
SELECT pg_temp.decide('appeal_rev1', 2650000, 2, 'dismissed', ', manifestly_unfounded => true');
SELECT pg_temp.decide('appeal_rev1', 2650001, 2, 'granted');
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_sign(2650001, 2)');
SELECT pg_temp.decide('appeal_rev1', 2650002, 2, 'denied');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2650002, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_ask(2650003, 2, ''{the bill}'', clock_timestamp() + interval ''2 hours'') IS NOT NULL');
SELECT * FROM pg_temp.closed(:'began');
-- what lapses by the clock is there before any sweep, and after it
SET acctguard.test_clock_offset = 7300;
SELECT account, outcome, appealed, decided_by FROM pg_temp.closed(:'began');
SELECT account FROM pg_temp.closed(:'began', 'lapsed');
SELECT closed_at AS lapsed_at FROM acctguard.appeal_closed(since => :'began', outcome => 'lapsed') WHERE account_id = 2650003 \gset
SELECT count(*) > 0 AS swept FROM acctguard.sweep(10000);
SELECT account FROM pg_temp.closed(:'began', 'lapsed');
SELECT closed_at = :'lapsed_at' AS at_the_deadline FROM acctguard.appeal_closed(since => :'began', outcome => 'lapsed') WHERE account_id = 2650003;
-- page by page, nothing is lost and nothing comes twice
CREATE FUNCTION pg_temp.pages(began timestamptz, size integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    last record;
    page record;
    list text := '';
    rows integer;
BEGIN
    SELECT NULL::timestamptz AS closed_at, NULL::bigint AS account_id, NULL::integer AS appeal_no INTO last;
    LOOP
        rows := 0;
        FOR page IN SELECT * FROM acctguard.appeal_closed(last.closed_at, last.account_id, last.appeal_no, began, max_rows => size) LOOP
            list := list || page.account_id || ' ';
            last := page;
            rows := rows + 1;
        END LOOP;
        EXIT WHEN rows < size;
    END LOOP;
    RETURN list;
END
$$;
SELECT pg_temp.pages(:'began', 1) = pg_temp.pages(:'began', 1000) AS one_by_one, pg_temp.pages(:'began', 3) = pg_temp.pages(:'began', 1000) AS by_threes, pg_temp.pages(:'began', 1000) LIKE '%2650003%2650002%2650001%2650000%' AS latest_first;
SELECT count(*) FROM acctguard.appeal_closed(:'began') WHERE account_id BETWEEN 2650000 AND 2650009;
RESET acctguard.test_clock_offset;
-- for staff and auditors, not for what serves users; and only what is asked for properly
SELECT who, pg_temp.as(who, format('SELECT count(*) FROM acctguard.appeal_closed(since => %L) WHERE account_id = 2650001', :'began')) AS says
FROM unnest('{freeze_mod1,appeal_rev3,freeze_officer1,freeze_operator,appeal_auditor,appeal_app,freeze_risk}'::text[]) who;
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_closed(outcome => ''signoff'')');
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_closed(max_rows => %s)', n)) FROM unnest('{0,1001}'::integer[]) n;
DROP ROLE appeal_auditor;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk, appeal_app, appeal_rev1, appeal_rev2, appeal_rev3, appeal_desk;
