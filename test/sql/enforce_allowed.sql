-- ENF-02: allowed() and require(); FRZ-08: the union of what stands; the clock. Accounts 7300 to 7399.
SET client_min_messages = warning;
CREATE SCHEMA enforce_allowed;
SET search_path = enforce_allowed, public;
\set VERBOSITY sqlstate

CREATE FUNCTION mask(VARIADIC names text[]) RETURNS bigint LANGUAGE sql AS
$$ SELECT coalesce(bit_or(1::bigint << bit), 0) FROM acctguard.capability WHERE capability = ANY (names) $$;
-- a row of standing, from and until as distances from now
CREATE FUNCTION deny(account bigint, no int, denied bigint, starts interval DEFAULT '-1 hour', ends interval DEFAULT NULL, rule jsonb DEFAULT NULL)
RETURNS void LANGUAGE sql AS
$$ INSERT INTO acctguard.standing VALUES (account, no, 'f', denied, 0, 0, clock_timestamp() + starts, clock_timestamp() + ends, rule) $$;

-- an account without rows, also one that acctguard does not know, is allowed everything
SELECT acctguard.allowed(7301, 'msg.send.direct') AS unknown, acctguard.allowed(NULL, 'msg.send.direct') AS none;
SELECT acctguard.allowed(7301, 'no.such');
SELECT acctguard.allowed(7301, NULL);
SELECT acctguard.require(7301, 'msg.send.direct');
SELECT acctguard.require(NULL, 'msg.send.direct');

-- several freezes: what is refused is their union
SELECT deny(7302, 1, mask('msg.send.direct')), deny(7302, 2, mask('contact.add', 'msg.send.direct'));
SELECT c, acctguard.allowed(7302, c) FROM unnest('{msg.send.direct,contact.add,group.join}'::text[]) c;
SELECT acctguard.require(7302, 'contact.add');
-- the one that lasts longest is named, whatever its number
SELECT deny(7303, 1, mask('pay.send'), ends => '1 hour'), deny(7303, 2, mask('pay.send')), deny(7303, 3, mask('pay.send'), ends => '2 hours');
\set VERBOSITY default
SELECT acctguard.require(7303, 'pay.send');
\set VERBOSITY sqlstate
-- a denial outweighs a challenge
INSERT INTO acctguard.standing VALUES (7304, 1, 'f', 0, mask('pay.send', 'pay.large'), 0, '2020-01-01', NULL, NULL);
SELECT deny(7304, 2, mask('pay.send'), ends => '1 hour');
SELECT acctguard.allowed(7304, 'pay.send') AS denied, acctguard.allowed(7304, 'pay.large') AS challenged;
SELECT acctguard.require(7304, 'pay.send');
SELECT acctguard.require(7304, 'pay.large');
CREATE FUNCTION named(account bigint, capability text, OUT code text, OUT freeze_no text) LANGUAGE plpgsql AS $$
DECLARE
    detail jsonb;
BEGIN
    PERFORM acctguard.require(account, capability);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    freeze_no := detail ->> 'freeze';
END
$$;
SELECT * FROM named(7304, 'pay.send');

-- the floor: a row may say what it likes
SELECT deny(7305, 1, -1);
SELECT c.capability, c.floor FROM acctguard.capability c
WHERE acctguard.allowed(7305, c.capability) ORDER BY bit;

-- begins and ends by the clock, also within a transaction
SELECT deny(7306, 1, mask('pay.send'), '-2 hours', '-1 hour'), deny(7307, 1, mask('pay.send'), '1 hour');
SELECT acctguard.allowed(7306, 'pay.send') AS over, acctguard.allowed(7307, 'pay.send') AS not_begun;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT deny(7308, 1, mask('pay.send'), '-1 hour', '0.3 seconds');
SELECT acctguard.allowed(7308, 'pay.send') AS before_the_end;
SELECT pg_sleep(0.4);
SELECT acctguard.allowed(7308, 'pay.send') AS after_the_end;
COMMIT;

-- the user's own rule: in force outside the hours, on devices that are not named
SELECT deny(7310, 1, mask('session.create'), rule => '{"devices": ["phone", "tablet"]}');
SELECT d, acctguard.allowed(7310, 'session.create', d) FROM unnest('{phone,tablet,phon,phone2,"",NULL}'::text[]) d;
SELECT acctguard.require(7310, 'session.create', 'phone');
SELECT acctguard.require(7310, 'session.create');
CREATE FUNCTION hours(account bigint, no int, zone text, from_now interval, until_now interval) RETURNS void LANGUAGE sql AS $$
SELECT deny(account, no, mask('session.create'), rule => jsonb_build_object('zone', zone, 'hours', jsonb_build_array(
    to_char(clock_timestamp() AT TIME ZONE zone + from_now, 'HH24:MI'),
    to_char(clock_timestamp() AT TIME ZONE zone + until_now, 'HH24:MI'))))
$$;
SELECT hours(7311, 1, 'Asia/Shanghai', '-2 hours', '2 hours'), hours(7312, 1, 'Asia/Shanghai', '2 hours', '4 hours'),
       hours(7313, 1, 'America/New_York', '-23 hours', '-2 hours'), hours(7314, 1, 'America/New_York', '2 hours', '23 hours');
SELECT a, acctguard.allowed(a, 'session.create') FROM generate_series(7311, 7314) a;
-- both: the right hours and the right device
SELECT deny(7315, 1, mask('session.create'), rule => rule || '{"devices": ["phone"]}') FROM acctguard.standing WHERE account_id = 7311;
SELECT deny(7316, 1, mask('session.create'), rule => rule || '{"devices": ["phone"]}') FROM acctguard.standing WHERE account_id = 7312;
SELECT acctguard.allowed(7315, 'session.create', 'phone') AS right_hour, acctguard.allowed(7315, 'session.create', 'other') AS other_device,
       acctguard.allowed(7316, 'session.create', 'phone') AS other_hour;
-- whatever cannot be read is in force
CREATE TABLE unreadable (no int GENERATED ALWAYS AS IDENTITY, rule jsonb);
INSERT INTO unreadable (rule) VALUES
('{}'), ('[]'), ('1'), ('"phone"'), ('null'), ('{"device": ["phone"]}'),
('{"devices": "phone"}'), ('{"devices": {"phone": 1}}'), ('{"devices": [1, null]}'), ('{"devices": []}'),
('{"hours": ["00:00", "24:00"]}'), ('{"hours": ["00:00", "24:00"], "zone": "No/Where"}'),
('{"hours": ["00:00", "24:00"], "zone": 8}'), ('{"hours": ["00:00"], "zone": "UTC"}'),
('{"hours": ["00:00", "24:00", "24:00"], "zone": "UTC"}'), ('{"hours": ["00:00", "24:01"], "zone": "UTC"}'),
('{"hours": ["00:00", "23:60"], "zone": "UTC"}'), ('{"hours": ["0:00", "24:00"], "zone": "UTC"}'),
('{"hours": ["00.00", "24:00"], "zone": "UTC"}'), ('{"hours": [0, 24], "zone": "UTC"}'),
('{"hours": "00:00-24:00", "zone": "UTC"}'), ('{"hours": ["-1:00", "24:00"], "zone": "UTC"}'),
('{"hours": ["00:00", "00:00"], "zone": "UTC"}'),
('{"hours": ["00:00", "24:00"], "zone": "UTC", "devices": ["other"]}');
SELECT deny(7320 + no, 1, mask('session.create'), rule => rule) FROM unreadable;
SELECT no, rule FROM unreadable WHERE acctguard.allowed(7320 + no, 'session.create', 'phone');
-- and this one can be read
SELECT deny(7319, 1, mask('session.create'), rule => '{"hours": ["00:00", "24:00"], "zone": "UTC", "devices": ["phone"]}');
SELECT acctguard.allowed(7319, 'session.create', 'phone');

-- in row-level security and in views
CREATE TABLE note (author bigint, body text);
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY free ON note USING (acctguard.allowed(author, 'profile.visible'));
INSERT INTO note VALUES (7301, 'a'), (7305, 'b');
CREATE ROLE enforce_allowed_app IN ROLE acctguard_app;
GRANT USAGE ON SCHEMA enforce_allowed TO enforce_allowed_app;
GRANT SELECT ON note TO enforce_allowed_app;
SET ROLE enforce_allowed_app;
SELECT * FROM note;
-- who may ask may not look behind it
SELECT count(*) FROM acctguard.standing;
RESET ROLE;
CREATE ROLE enforce_allowed_nobody;
SET ROLE enforce_allowed_nobody;
SELECT acctguard.allowed(7301, 'pay.send');
RESET ROLE;

-- in a parallel query it asks with the statement's snapshot
CREATE FUNCTION allowed_anywhere(bigint) RETURNS boolean PARALLEL SAFE LANGUAGE plpgsql AS
$$ BEGIN RETURN acctguard.allowed($1, 'pay.send'); END $$;
CREATE TABLE many AS SELECT 7300 + g AS account FROM generate_series(1, 10) g;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2; SET force_parallel_mode = on;
SELECT count(*) FROM many WHERE NOT allowed_anywhere(account);
RESET force_parallel_mode; RESET max_parallel_workers_per_gather;

-- where standing does not lie here, SQL is asked: the answers are the same
CREATE TABLE direct AS SELECT account_id, c.capability, acctguard.allowed(account_id, c.capability, 'phone') AS answer
FROM (SELECT DISTINCT account_id FROM acctguard.standing WHERE account_id BETWEEN 7300 AND 7399) s, acctguard.capability c;
SET allow_system_table_mods = on;
CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass);
INSERT INTO pg_catalog.pg_dist_partition VALUES ('acctguard.standing'), ('acctguard.account');
ALTER TABLE acctguard.standing SET (fillfactor = 100);
ALTER TABLE acctguard.account SET (fillfactor = 60);
SELECT count(*) > 0 AS asked, count(*) FILTER (WHERE answer <> acctguard.allowed(account_id, capability, 'phone')) AS different FROM direct;
SELECT state = 'ready' AS filter_is_trusted FROM acctguard.filter_status();
CREATE TABLE named (account text);
INSERT INTO acctguard.account (account_id, state, external_id, locale, time_zone, profile, registered_at)
VALUES (7302, 'active', 'zhao', 'en', 'UTC', 'basic', '2020-01-01');
SELECT acctguard.guard('named', 'account', 'msg.send.direct', unknown => 'refuse');
INSERT INTO named VALUES ('zhao');
INSERT INTO named VALUES ('nobody');
DROP TABLE pg_catalog.pg_dist_partition;
RESET allow_system_table_mods;
ALTER TABLE acctguard.standing RESET (fillfactor);

ALTER TABLE acctguard.account DISABLE TRIGGER acctguard_row;
DELETE FROM acctguard.account WHERE account_id BETWEEN 7300 AND 7399;
ALTER TABLE acctguard.account ENABLE ALWAYS TRIGGER acctguard_row;
DROP SCHEMA enforce_allowed CASCADE;
DROP ROLE enforce_allowed_app, enforce_allowed_nobody;
