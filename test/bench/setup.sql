-- Tables of the benchmark. Variables: accounts, restricted (how many of them have a row of standing, about
-- another capability than the one that is guarded).
\set ON_ERROR_STOP on
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS acctguard;
SELECT acctguard.install();
DO $$ BEGIN CREATE ROLE bench_app; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT acctguard_app TO bench_app;

CREATE TABLE users (id bigint PRIMARY KEY, denied bigint NOT NULL DEFAULT 0, name text NOT NULL);
INSERT INTO users SELECT g, 0, 'user ' || g FROM generate_series(1, :accounts) g;
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at)
SELECT g, 'active', 'en', 'UTC', 'basic', '2020-01-01', '2020-01-01' FROM generate_series(1, least(:accounts, 200000)) g;
INSERT INTO acctguard.standing
SELECT g * (:accounts / :restricted), 1, 'f', 1::bigint << bit, 0, 0, '2020-01-01', NULL, NULL
FROM acctguard.capability, generate_series(1, :restricted) g WHERE capability = 'live.start';

CREATE TABLE plain (sender_id bigint, body text);
CREATE TABLE foreign_key (sender_id bigint REFERENCES users, body text);
CREATE TABLE plpgsql_trigger (sender_id bigint, body text);
CREATE TABLE policy (sender_id bigint, body text);
CREATE TABLE guard_statement (sender_id bigint, body text);
CREATE TABLE guard_commit (sender_id bigint, body text);
CREATE TABLE guard_after (sender_id bigint, body text);
CREATE TABLE raced (sender_id bigint, body text);
CREATE INDEX ON raced (sender_id);

CREATE FUNCTION check_sender() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT denied & 16 <> 0 FROM users WHERE id = new.sender_id) THEN
        RAISE EXCEPTION 'not allowed';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER check_sender BEFORE INSERT ON plpgsql_trigger FOR EACH ROW EXECUTE FUNCTION check_sender();
ALTER TABLE policy ENABLE ROW LEVEL SECURITY;
CREATE POLICY not_denied ON policy FOR INSERT
WITH CHECK ((SELECT denied & 16 = 0 FROM users u WHERE u.id = sender_id));
SELECT acctguard.guard('guard_statement', 'sender_id', 'msg.send.direct', level => 'statement');
SELECT acctguard.guard('guard_commit', 'sender_id', 'msg.send.direct');
SELECT acctguard.guard('guard_after', 'sender_id', 'msg.send.direct', timing => 'after');
SELECT acctguard.guard('raced', 'sender_id', 'msg.send.direct');

-- a freeze as one writes it by hand
CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id bigint, what text, why text, who text, at timestamptz);
CREATE FUNCTION freeze_by_hand(account bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE users SET denied = denied | 16 WHERE id = account;
    INSERT INTO audit (account_id, what, why, who, at) VALUES (account, 'freeze', 'spam in groups', session_user, clock_timestamp());
END
$$;
CREATE FUNCTION freeze(account bigint) RETURNS int LANGUAGE sql AS $$
    SELECT acctguard.freeze_impose(account, 'feature_timeout', 'violation.spam', 'unsolicited messages in groups', duration => '1 day')
$$;

GRANT SELECT ON users TO bench_app;
GRANT INSERT, SELECT ON plain, foreign_key, plpgsql_trigger, policy, guard_statement, guard_commit, guard_after TO bench_app;
VACUUM ANALYZE users;
VACUUM ANALYZE acctguard.standing;
CHECKPOINT;
