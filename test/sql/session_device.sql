-- Devices: enrolled, established by time, trusted, kicked off, lost, quarantined; keys and challenges. LGN-03, LGN-05, PHN-11.
-- Accounts 4100200 to 4100219.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(4100200, 4100219);
CREATE TEMP TABLE held (name text PRIMARY KEY, token text);
CREATE FUNCTION pg_temp.open(called text, account bigint, proofs text[] DEFAULT '{password}', step_up boolean DEFAULT false, platform text DEFAULT 'mobile', more jsonb DEFAULT '{}')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    opened record;
BEGIN
    SELECT * INTO opened FROM acctguard.session_open(account, jsonb_build_object('id', called, 'platform', platform) || more, proofs, step_up);
    IF opened.token IS NOT NULL THEN
        INSERT INTO held VALUES (called, opened.token) ON CONFLICT (name) DO UPDATE SET token = excluded.token;
    END IF;
    RETURN opened.code;
END $$;
CREATE FUNCTION pg_temp.token(wanted text) RETURNS text LANGUAGE sql AS $$ SELECT token FROM held WHERE name = wanted $$;
CREATE FUNCTION pg_temp.check(wanted text) RETURNS text LANGUAGE sql AS $$ SELECT code FROM acctguard.session_check(pg_temp.token(wanted)) $$;
CREATE FUNCTION pg_temp.device(wanted text) RETURNS integer LANGUAGE sql AS $$ SELECT no FROM acctguard.device WHERE handle = wanted AND account_id BETWEEN 4100200 AND 4100219 $$;
CREATE FUNCTION pg_temp.devices(account bigint) RETURNS TABLE (device text, state text, number_only boolean) LANGUAGE sql AS $$
    SELECT d.handle, l.state, l.number_only FROM acctguard.device_list(account) l JOIN acctguard.device d ON (d.account_id, d.no) = (account, l.no) ORDER BY l.no
$$;
SELECT * FROM acctguard.device_transitions();

-- a device is seen, and established by the clock; one that only a number has enrolled never is
SELECT pg_temp.open('phone', 4100200), pg_temp.open('sim', 4100200, '{number_code}');
SELECT * FROM pg_temp.devices(4100200);
SET acctguard.test_clock_offset = 604810;
SELECT * FROM pg_temp.devices(4100200);
-- ... its age counts from the first proof of its owner
SELECT pg_temp.open('sim', 4100200, '{password,number_code}');
SELECT * FROM pg_temp.devices(4100200);
SET acctguard.test_clock_offset = 1209620;
SELECT * FROM pg_temp.devices(4100200);
-- ... a number shown later takes nothing away
SELECT pg_temp.open('phone', 4100200, '{number_code}');
SELECT * FROM pg_temp.devices(4100200);
RESET acctguard.test_clock_offset;

-- trust: a fresh step-up; a mobile device of itself after a day; others from a trusted one
SELECT pg_temp.open('m', 4100201), pg_temp.open('pc', 4100201, platform => 'pc');
SELECT acctguard.device_trust(pg_temp.token('m')) AS not_stepped_up;
SELECT * FROM acctguard.session_step_up(pg_temp.token('m'), '{number_code}'), LATERAL (VALUES (NULL)) AS a_number_is_no_step_up;
SELECT code, until - clock_timestamp() > '9 minutes' AS ten_minutes FROM acctguard.session_step_up(pg_temp.token('m'), '{totp}');
SELECT acctguard.device_trust(pg_temp.token('m')) AS too_young;
SELECT code FROM acctguard.session_step_up(pg_temp.token('pc'), '{totp}');
SET acctguard.test_clock_offset = 86410;
SELECT acctguard.device_trust(pg_temp.token('m')) AS step_up_is_old;
SELECT code FROM acctguard.session_step_up(pg_temp.token('m'), '{totp}');
SELECT code FROM acctguard.session_step_up(pg_temp.token('pc'), '{totp}');
SELECT acctguard.device_trust(pg_temp.token('pc')) AS pc_of_itself, acctguard.device_trust(pg_temp.token('pc'), pg_temp.device('m')) AS by_the_pc;
SELECT acctguard.device_trust(pg_temp.token('m')) AS mobile, acctguard.device_trust(pg_temp.token('m')) AS again;
SELECT acctguard.device_trust(pg_temp.token('m'), pg_temp.device('pc')) AS approved;
SELECT * FROM pg_temp.devices(4100201);
SELECT proofs, stepped_up_at IS NOT NULL AS stepped_up FROM acctguard.session_list(4100201);
SELECT acctguard.device_trust(pg_temp.token('m'), 99999) AS unknown;
SELECT acctguard.policy_set('setting', 'trusted_most', '2', 'test') > 0 AS set;
SELECT pg_temp.open('m3', 4100201);
SELECT acctguard.device_trust(pg_temp.token('m'), pg_temp.device('m3')) AS too_many;
SELECT acctguard.device_trust(pg_temp.token('m'), pg_temp.device('pc'), false) AS untrusted, acctguard.device_trust(pg_temp.token('m'), pg_temp.device('m3')) AS now;
SELECT acctguard.policy_set('setting', 'trusted_most', '10', 'test') > 0 AS set;
SELECT * FROM pg_temp.devices(4100201);
RESET acctguard.test_clock_offset;

-- a thief's fresh session ends nothing of the owner's
SELECT pg_temp.open('owner', 4100202);
SET acctguard.test_clock_offset = 604810;
SELECT pg_temp.open('owner', 4100202), pg_temp.open('thief', 4100202, '{number_code}'), pg_temp.open('thief2', 4100202);
SELECT * FROM acctguard.device_kick(pg_temp.token('thief'), pg_temp.device('owner'));
SELECT * FROM acctguard.device_kick(pg_temp.token('thief2'), pg_temp.device('owner'), lost => true);
SELECT * FROM acctguard.session_revoke_others(pg_temp.token('thief'));
SELECT * FROM acctguard.session_revoke(pg_temp.token('thief2'), (SELECT session_no FROM acctguard.session_check(pg_temp.token('owner'))));
SELECT acctguard.device_trust(pg_temp.token('thief'), pg_temp.device('thief')) AS thief_trusts_himself;
SELECT pg_temp.check('owner');
-- ... LGN-08: the owner kicks him at once, and reports his own device lost
SELECT * FROM acctguard.device_kick(pg_temp.token('owner'), pg_temp.device('thief'));
SELECT * FROM acctguard.device_kick(pg_temp.token('owner'), pg_temp.device('thief2'), lost => true);
SELECT pg_temp.check('thief') AS thief, pg_temp.check('thief2') AS thief2, pg_temp.check('owner') AS owner;
SELECT pg_temp.open('thief2', 4100202) AS lost, pg_temp.open('thief', 4100202) AS comes_back;
SELECT * FROM acctguard.device_kick(pg_temp.token('owner'), pg_temp.device('thief2'));
SELECT * FROM acctguard.device_kick(pg_temp.token('owner'), 99999);
SELECT * FROM pg_temp.devices(4100202);
-- ... also while a freeze locks his session
SELECT acctguard.freeze_impose(4100202, 'emergency_lock', 'security.takeover', 'long enough text') AS freeze;
SELECT pg_temp.check('owner') AS locked;
SELECT acctguard.device_trust(pg_temp.token('owner')) AS trust, (SELECT code FROM acctguard.session_step_up(pg_temp.token('owner'), '{totp}')) AS step_up;
SELECT * FROM acctguard.device_kick(pg_temp.token('owner'), pg_temp.device('thief'));
RESET acctguard.test_clock_offset;

-- quarantine: by staff; all that a number has enrolled, when it has changed hands
SELECT pg_temp.open('own', 4100203), pg_temp.open('n1', 4100203, '{number_code}'), pg_temp.open('n2', 4100203, '{number_code}');
SELECT acctguard.device_quarantine(4100203, NULL, 'the number has a new owner') AS devices;
SELECT pg_temp.check('own') AS own, pg_temp.check('n1') AS n1, pg_temp.check('n2') AS n2;
SELECT * FROM pg_temp.devices(4100203);
SELECT pg_temp.open('n1', 4100203, '{number_code}') AS number_again, pg_temp.open('n1', 4100203, '{password}') AS owner;
SELECT * FROM pg_temp.devices(4100203);
SELECT acctguard.device_quarantine(4100203, pg_temp.device('own'), 'odd') AS devices, acctguard.device_quarantine(4100203, pg_temp.device('own'), 'odd') AS again;
SELECT acctguard.device_quarantine(4100203, 99999, 'odd');
SELECT pg_temp.check('own') AS own;

-- a device with a key: signs a challenge, or does not come in. The key pair is the first of RFC 8032.
SELECT pg_temp.open('k', 4100204, more => '{"key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}') AS first;
SELECT l.has_key FROM acctguard.device_list(4100204) l;
SELECT pg_temp.open('k', 4100204) AS copied_id, pg_temp.open('k', 4100204, more => '{"key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}') AS copied_id_and_key;
SELECT length(acctguard.device_challenge(4100204, 'k')) AS known, length(acctguard.device_challenge(4100204, 'none')) AS unknown;
SELECT (SELECT count(*) FROM acctguard.device WHERE account_id = 4100204 AND challenge IS NOT NULL) AS kept;
SELECT pg_temp.open('k', 4100204, more => jsonb_build_object('signature', repeat('A', 86))) AS forged;
SELECT acctguard.device_challenge(4199999, 'k');
-- ... a new key does not take the place of the old
SELECT pg_temp.open('k', 4100204, more => '{"key": "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"}') AS another_key;
-- ... and one that verifies what nobody signed is none
SELECT pg_temp.open('z', 4100204, more => jsonb_build_object('key', repeat('A', 43)));

SELECT action, after::jsonb ->> 'state' AS state FROM acctguard.audit_read(4100202) WHERE action LIKE 'device%' ORDER BY aseq;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
