-- What providers say: signed documents, taken once, from whom may say it (A43, A44). Accounts 314000 to 314099.
\set VERBOSITY terse
CREATE FUNCTION pg_temp.sign(seed bytea, data bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_sign';
CREATE FUNCTION pg_temp.public_key(seed bytea) RETURNS bytea LANGUAGE c AS 'acctguard', 'acctguard_test_public_key';
SELECT sha256('carrier') AS seed, sha256('somebody else') AS other_seed \gset
CREATE FUNCTION pg_temp.seconds(at timestamptz) RETURNS bigint LANGUAGE sql AS 'SELECT floor(extract(epoch FROM at))::bigint';
-- A document as the carrier signs it: what is given replaces what is usual.
CREATE FUNCTION pg_temp.document(body jsonb) RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to((jsonb_build_object('format', 'camara/number-recycling', 'phoneNumber', '+8613731400100', 'aud', 'im.test',
        'iat', pg_temp.seconds(clock_timestamp()), 'exp', pg_temp.seconds(clock_timestamp()) + 3600, 'jti', gen_random_uuid(),
        'specifiedDate', '2024-01-01', 'phoneNumberRecycled', false) || body)::text, 'UTF8') $$;
CREATE FUNCTION pg_temp.signed(document bytea, provider text DEFAULT 'carrier.one', seed bytea DEFAULT sha256('carrier')) RETURNS bytea LANGUAGE sql AS
$$ SELECT pg_temp.sign(seed, convert_to('acctguard/number-event/v1', 'UTF8') || '\x00' || convert_to(provider, 'UTF8') || '\x00' || document) $$;
CREATE FUNCTION pg_temp.say(body jsonb) RETURNS text LANGUAGE sql AS
$$ SELECT (acctguard.number_event(d, pg_temp.signed(d), 'carrier.one')).code FROM pg_temp.document(body) d $$;

SET timezone = 'UTC';
SELECT acctguard.account_open(n) FROM generate_series(314001, 314003) n;
SELECT acctguard.number_import(314001, '+8613731400100', bound_at => '2024-01-01', proof_at => '2024-02-01 12:00+00');

-- Who may say something.
SELECT acctguard.number_provider_add('carrier.one', pg_temp.public_key(:'seed'),
    '{camara/number-recycling,camara/sim-swap,fcc/rnd,carrier/notice}', 'im.test', valid_from => '2024-01-01');
SELECT acctguard.number_provider_add('carrier.two', '\x00', '{fcc/rnd}', 'im.test');
SELECT acctguard.number_provider_add('carrier.two', ('\x01' || repeat('00', 31))::bytea, '{fcc/rnd}', 'im.test');
SELECT acctguard.number_provider_add('carrier.two', pg_temp.public_key(:'other_seed'), '{other}', 'im.test');
SELECT acctguard.number_provider_add('Carrier', pg_temp.public_key(:'other_seed'), '{fcc/rnd}', 'im.test');
SELECT acctguard.number_provider_add('carrier.two', pg_temp.public_key(:'other_seed'), '{fcc/rnd}', 'im.test', '2024-02-01', '2024-01-01');
SELECT acctguard.number_provider_add('carrier.two', pg_temp.public_key(:'other_seed'), '{fcc/rnd}', 'im.test');

-- PHN-13: each format.
SELECT pg_temp.say('{}') AS not_recycled, pg_temp.say('{"phoneNumberRecycled": true}') AS recycled, pg_temp.say('{"phoneNumberRecycled": null}') AS not_known;
SELECT pg_temp.say('{"format": "camara/sim-swap", "latestSimChange": "2024-03-01T08:00:00+08:00"}') AS swapped_then,
    pg_temp.say('{"format": "camara/sim-swap", "latestSimChange": null}') AS never_swapped,
    pg_temp.say('{"format": "camara/sim-swap", "swapped": true, "maxAge": 240}') AS swapped_lately,
    pg_temp.say('{"format": "camara/sim-swap", "swapped": false, "maxAge": 240}') AS not_swapped_lately;
SELECT pg_temp.say(jsonb_build_object('format', 'fcc/rnd', 'date', '2024-02-01', 'answer', a)) AS register, a
FROM unnest('{yes,no,no_data,no data,-1}'::text[]) a;
SELECT pg_temp.say('{"format": "fcc/rnd", "date": "2024-02-01", "answer": -1}') AS register_number, pg_temp.say('{"format": "fcc/rnd", "date": "2024-02-01"}') AS register_nothing;
SELECT pg_temp.say(jsonb_build_object('format', 'carrier/notice', 'event', e, 'at', '2024-02-03T00:00:00Z')) AS notice, e
FROM unnest('{disconnected,ported,sim_changed,subscriber_changed,delivery_failed,recycled,claim_completed,other}'::text[]) e;
SELECT no, signal, answer, since, occurred_at = stated_at AS just_now, CASE WHEN occurred_at < stated_at THEN occurred_at END AS occurred_at
FROM acctguard.number_event JOIN (SELECT number_id FROM acctguard.binding WHERE account_id = 314001) b USING (number_id) ORDER BY no;

-- Forged, altered, of another key, of another provider, of a key that may not, for another audience.
SELECT code, event FROM pg_temp.document('{}') d, acctguard.number_event(d, pg_temp.signed(d, 'carrier.one', :'other_seed'), 'carrier.one');
SELECT code, event FROM pg_temp.document('{}') d, acctguard.number_event(d, pg_temp.signed(d, 'carrier.two'), 'carrier.one');
SELECT code FROM pg_temp.document('{}') d, acctguard.number_event(d || ' ', pg_temp.signed(d), 'carrier.one');
SELECT code FROM pg_temp.document('{}') d, acctguard.number_event(d, set_bit(pg_temp.signed(d), 7, 1 - get_bit(pg_temp.signed(d), 7)), 'carrier.one');
SELECT code FROM pg_temp.document('{}') d, acctguard.number_event(d, pg_temp.sign(:'seed', d), 'carrier.one');
SELECT code FROM pg_temp.document('{}') d, acctguard.number_event(d, '\x00', 'carrier.one');
SELECT code FROM pg_temp.document('{}') d, acctguard.number_event(d, pg_temp.signed(d), 'nobody');
SELECT code FROM pg_temp.document('{}') d, acctguard.number_event(d, pg_temp.signed(d), NULL);
SELECT code FROM acctguard.number_event(NULL, NULL, 'carrier.one');
SELECT code FROM pg_temp.document('{}') d, acctguard.number_event(d, pg_temp.signed(d, 'carrier.two', :'other_seed'), 'carrier.two');
SELECT pg_temp.say('{"aud": "other.test"}') AS audience;

-- Replayed, late, of the future.
SELECT pg_temp.document('{}') AS document \gset
SELECT code FROM acctguard.number_event(:'document', pg_temp.signed(:'document'), 'carrier.one');
SELECT code FROM acctguard.number_event(:'document', pg_temp.signed(:'document'), 'carrier.one');
SELECT pg_temp.say('{"jti": "j1"}') AS first, pg_temp.say('{"jti": "j1", "specifiedDate": "2024-01-02"}') AS same_name;
SELECT pg_temp.say(jsonb_build_object('iat', pg_temp.seconds(clock_timestamp()) - 7200, 'exp', pg_temp.seconds(clock_timestamp()) - 3600)) AS expired,
    pg_temp.say(jsonb_build_object('exp', pg_temp.seconds(clock_timestamp()))) AS expires_now,
    pg_temp.say(jsonb_build_object('exp', pg_temp.seconds(clock_timestamp()) + 31 * 86400)) AS valid_for_too_long,
    pg_temp.say(jsonb_build_object('iat', pg_temp.seconds(clock_timestamp()) + 30)) AS clock_a_little_fast,
    pg_temp.say(jsonb_build_object('iat', pg_temp.seconds(clock_timestamp()) + 120)) AS said_later;
SELECT pg_temp.say('{"specifiedDate": "2099-01-01"}') AS about_later,
    pg_temp.say('{"format": "carrier/notice", "event": "disconnected", "at": "2099-01-01"}') AS happens_later,
    pg_temp.say('{"format": "camara/sim-swap", "latestSimChange": "2099-01-01T00:00:00Z"}') AS swapped_later;

-- Numbers that nobody has leave nothing.
SELECT pg_temp.say('{"phoneNumber": "+8613731499999", "jti": "j2"}') AS of_nobody;
SELECT count(*) AS kept FROM acctguard.number_event WHERE jti = 'j2';

-- Malformed, whatever is wrong; nothing of it in an error.
SELECT pg_temp.say(b) AS malformed, b FROM unnest(ARRAY['{"phoneNumber": "13731400100"}', '{"phoneNumber": "+86 137 3140 0100"}', '{"phoneNumber": 5}',
    '{"phoneNumber": "+000000000"}', '{"phoneNumber": "+99999999999"}', '{"jti": ""}', '{"jti": null}', '{"jti": 5}', '{"iat": "now"}', '{"iat": -1}', '{"iat": 1e30}', '{"exp": null}',
    '{"specifiedDate": "yesterday"}', '{"specifiedDate": "now"}', '{"specifiedDate": "2024-02-30"}', '{"specifiedDate": "infinity"}', '{"specifiedDate": "2024-02-01T00:00:00"}',
    '{"specifiedDate": null}', '{"phoneNumberRecycled": "true"}', '{"phoneNumberRecycled": 1}', '{"format": "other"}', '{"format": null}', '{"aud": null}',
    '{"format": "camara/sim-swap", "swapped": "yes"}']::jsonb[]) b;
SELECT pg_temp.say(jsonb_build_object('jti', repeat('x', 256))) AS long_name, pg_temp.say(jsonb_build_object('filler', repeat('x', 9000))) AS long_document;
SELECT code, d FROM unnest(ARRAY['', '[]', '5', 'null', '{', '{"a": 1', 'x', E'\\x7b00', E'\\xff', '["+8613731400100"]']::bytea[]) d, acctguard.number_event(d, pg_temp.signed(d), 'carrier.one');

-- The ledger: refused ones with their code, taken ones in the account's, numbers in none.
SELECT after ->> 'code' AS code, count(*) FROM acctguard.audit_read(action => 'number.document_refused') WHERE after ->> 'provider' LIKE 'carrier%' GROUP BY 1 ORDER BY 1;
SELECT after - 'number' AS after FROM acctguard.audit_read(314001, action => 'number.evidence') ORDER BY aseq LIMIT 2;
SELECT count(*) AS ledger_rows_with_the_number FROM acctguard.ledger l WHERE l::text LIKE '%1373140%' OR l::text LIKE '%' || encode('1373140', 'hex') || '%';

-- A key that has ended signs nothing more; ended as of a time, what came in since then does not count.
SELECT count(*) AS events FROM acctguard.number_event WHERE provider = 'carrier.one' \gset
SELECT evidence FROM acctguard.number_evidence(314001);
SELECT acctguard.number_provider_end('carrier.one', 7, 'x');
SELECT acctguard.number_provider_end('carrier.one', 1, 'stolen', '2099-01-01');
SELECT acctguard.number_provider_end('carrier.one', 1, 'stolen', '2024-01-01');
SELECT acctguard.number_provider_end('carrier.one', 1, 'stolen');
SELECT pg_temp.say('{}') AS after_its_end;
SELECT evidence FROM acctguard.number_evidence(314001);
SELECT acctguard.number_provider_add('carrier.one', pg_temp.public_key(:'seed'), '{fcc/rnd}', 'im.test', valid_from => '2099-01-01');
SELECT pg_temp.say('{"format": "fcc/rnd", "date": "2024-02-01", "answer": "yes"}') AS not_yet_valid;
SELECT provider, key, formats, audience, ended_at IS NOT NULL AS ended, end_reason FROM acctguard.number_providers() ORDER BY 1, 2;
