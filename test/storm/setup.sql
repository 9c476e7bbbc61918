-- Twenty numbers, and what clients do with them at random: see operation.pgbench. Run by test/t/049_number_storm.pl.
CREATE SCHEMA storm;
CREATE FUNCTION storm.step(flow uuid, purpose text, event text, argument text) RETURNS acctguard.outcome
    LANGUAGE c AS 'acctguard', 'acctguard_test_flow_step';
CREATE FUNCTION storm.sign(seed bytea, data bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_sign';
CREATE FUNCTION storm.public_key(seed bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_public_key';

-- One clock for all: an operation holds the lock shared while it runs, who moves the clock holds it alone.
CREATE TABLE storm.clock (day int NOT NULL);
INSERT INTO storm.clock VALUES (0);
CREATE FUNCTION storm.enter() RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_lock_shared(1);
    SELECT set_config('acctguard.test_clock_offset', (day * 86400)::text, false) FROM storm.clock $$;
CREATE FUNCTION storm.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT clock_timestamp() + day * interval '1 day' FROM storm.clock $$;

-- What was answered, and what must never be.
CREATE TABLE storm.log (what text NOT NULL, answer text, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE storm.violation (what text NOT NULL, detail text);
-- Sessions that a code to a number alone has opened, by which binding, and whether it was confirmed then that the number is somebody else's.
CREATE TABLE storm.session (account_id bigint, binding int, token text, confirmed boolean);

CREATE TABLE storm.coupon (user_id bigint);
CREATE ROLE storm_reader NOLOGIN;
GRANT USAGE ON SCHEMA storm TO storm_reader;
GRANT SELECT ON storm.coupon TO storm_reader;
SELECT acctguard.entitlement_register('storm', 'SELECT count(*) FROM storm.coupon WHERE user_id = $1', 'storm_reader');
SELECT acctguard.number_provider_add('storm', storm.public_key(sha256('storm')), '{carrier/notice}', 'im.test', '2024-01-01');

CREATE FUNCTION storm.number(n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT '+861373490' || lpad(n::text, 4, '0') $$;
-- The hints of the twenty numbers differ, so tables tell which is which: who has one now.
CREATE VIEW storm.held AS
    SELECT right(n.hint, 2)::int AS n, b.account_id, b.no, n.epoch FROM acctguard.binding b JOIN acctguard.number n USING (number_id)
    WHERE b.kind = 'login' AND b.released_at IS NULL;

-- Runs a statement that answers with one text. Refusals of acctguard are answers; every other error ends the client.
CREATE FUNCTION storm.try(what text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    BEGIN
        EXECUTE statement INTO answer;
    EXCEPTION WHEN OTHERS THEN
        IF SQLSTATE !~ '^UG' OR SQLSTATE = 'UG999' THEN
            RAISE;
        END IF;
        answer := SQLSTATE;
    END;
    INSERT INTO storm.log VALUES (what, answer);
    RETURN answer;
END $$;

-- A flow in which number n was proved by a code.
CREATE FUNCTION storm.proved(n int, device text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    flow uuid := ((acctguard.register_begin(storm.number(n), device)).data ->> 'flow')::uuid;
BEGIN
    PERFORM storm.step(flow, 'register', 'prove', 'number_code');
    RETURN flow;
END $$;

-- "Mine" with a code alone must not open an account whose number was confirmed to be somebody else's.
CREATE FUNCTION storm.mine(flow text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    o acctguard.outcome := acctguard.register_answer(flow::uuid, 'mine');
BEGIN
    IF o.code = 'REG_MINE_OK' AND EXISTS (SELECT FROM acctguard.number_evidence((o.data ->> 'account')::bigint) e
        WHERE e.kind = 'login' AND e.evidence = 'confirmed') THEN
        INSERT INTO storm.violation VALUES ('a code alone opened a recycled account', o.data::text);
    END IF;
    RETURN o.code;
END $$;

CREATE FUNCTION storm.login(account bigint, n int, proof text, step_up boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    opened record;
BEGIN
    SELECT * INTO opened FROM acctguard.session_open(account, jsonb_build_object('id', 'd' || (random() * 1e9)::int, 'platform', 'mobile'), CASE WHEN step_up THEN ARRAY[proof, 'totp'] ELSE ARRAY[proof] END, step_up);
    IF proof = 'number_code' AND opened.code = 'OK' THEN
        INSERT INTO storm.session SELECT account, h.no, opened.token, e.evidence = 'confirmed'
            FROM storm.held h, acctguard.number_evidence(account, h.no) e WHERE h.n = login.n AND h.account_id = account;
    END IF;
    RETURN coalesce(opened.token, opened.code);
END $$;

-- The user of a session asks for number m, or for none (m = 0), and what comes of it: the request, and the flows to prove numbers in.
CREATE FUNCTION storm.rebind(token text, n int, m int, OUT answer text, OUT request int, OUT flow text, OUT old_flow text) LANGUAGE plpgsql AS $$
DECLARE
    o acctguard.outcome;
BEGIN
    IF m = 0 THEN
        o := acctguard.unbind_request(token, storm.number(n));
    ELSE
        o := acctguard.rebind_begin(token, storm.number(m));
    END IF;
    answer := o.code; request := coalesce((o.data ->> 'request')::int, 0);
    flow := o.data ->> 'flow'; old_flow := o.data ->> 'old_flow';
    INSERT INTO storm.log VALUES ('rebind', answer);
END $$;
-- A flow's number got its code.
CREATE FUNCTION storm.prove(flow_id text) RETURNS text LANGUAGE sql AS $$
    SELECT (storm.step(f.flow_id, f.purpose, 'prove', 'number_code')).code FROM acctguard.flow f WHERE f.flow_id::text = prove.flow_id $$;
-- What numbers were sent to object with.
CREATE TABLE storm.objection (code text, n int);
CREATE FUNCTION storm.deliver() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c record;
BEGIN
    FOR c IN SELECT account_id, notice_no, address, substring(body FROM 'aco1_[0-9.]+[A-Za-z0-9_-]{22}') AS code FROM acctguard.notice_claim('sms', 20) LOOP
        INSERT INTO storm.objection SELECT c.code, right(c.address, 2)::int WHERE c.code IS NOT NULL;
        PERFORM acctguard.notice_done(c.account_id, c.notice_no);
    END LOOP;
END $$;
-- A request of an account that has not come to its end.
CREATE VIEW storm.open_request AS SELECT account, request FROM acctguard.unbind_list() WHERE ended_at IS NULL;

CREATE FUNCTION storm.evidence(n int, r int) RETURNS text LANGUAGE sql AS $$
    SELECT (acctguard.number_event(d, storm.sign(sha256('storm'), convert_to('acctguard/number-event/v1', 'UTF8') || '\x00' || 'storm' || '\x00' || d), 'storm')).code
    FROM convert_to(jsonb_build_object('format', 'carrier/notice', 'phoneNumber', storm.number(n), 'aud', 'im.test',
        'iat', extract(epoch FROM storm.now())::bigint - 60, 'exp', extract(epoch FROM storm.now())::bigint + 3600, 'jti', gen_random_uuid(),
        'event', ('{disconnected,sim_changed,ported,delivery_failed}'::text[])[r % 4 + 1],
        'at', to_char((storm.now() - r % 40 * interval '1 day') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))::text, 'UTF8') d $$;

-- A ban takes two persons; lifting it, too.
CREATE FUNCTION storm.ban(account bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    no int;
BEGIN
    PERFORM acctguard.acting_as('storm mod one');
    no := acctguard.freeze_impose(account, 'ban', 'violation.severe', 'Sold stolen accounts.', ground => 'rules 4.2', duration => '30 days');
    PERFORM acctguard.acting_as('storm mod two');
    RETURN acctguard.freeze_approve(account, no);
END $$;

-- Ten accounts, each with a number and something to lose; ten numbers are free.
SELECT acctguard.account_open(n) FROM generate_series(1, 10) n;
SELECT acctguard.number_import(n, storm.number(n), proof_at => clock_timestamp() - n * interval '20 days') FROM generate_series(1, 10) n;
INSERT INTO storm.coupon SELECT n FROM generate_series(1, 10) n;
-- More registrations than an ordinary number sees.
SELECT acctguard.policy_set('setting', 'number_accounts', '1000'), acctguard.policy_set('setting', 'claim_most', '100');
