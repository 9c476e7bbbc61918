-- "It was not me": what came into an account since a stranger's device did is taken back; what is older stays. D4, D11, U-3.
-- Accounts 5760000 to 5760099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/rebind.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
CREATE FUNCTION pg_temp.device(handle text, account bigint) RETURNS integer LANGUAGE sql AS $$ SELECT no FROM acctguard.device d WHERE d.handle = device.handle AND d.account_id = account $$;
CREATE FUNCTION pg_temp.disown(name text, handle text, account bigint, OUT code text, OUT sessions int, OUT devices int, OUT numbers int, OUT contacts int, OUT requests int, OUT password boolean)
LANGUAGE sql AS $$ SELECT * FROM acctguard.device_disown(pg_temp.token(name), pg_temp.device(handle, account)) $$;
CREATE FUNCTION pg_temp.check(name text) RETURNS text LANGUAGE sql AS $$ SELECT code FROM acctguard.session_check(pg_temp.token(name)) $$;
CREATE FUNCTION pg_temp.state(account bigint) RETURNS TABLE (device text, state text, change_reason text, sessions bigint) LANGUAGE sql AS $$
    SELECT handle, d.state, d.change_reason, (SELECT count(*) FROM acctguard.session s WHERE s.account_id = d.account_id AND s.device_no = d.no AND s.ended_at IS NULL)
    FROM acctguard.device d WHERE account_id = account ORDER BY no $$;
CREATE FUNCTION pg_temp.trust(name text, number text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    o acctguard.outcome := acctguard.trusted_number_add(pg_temp.token(name), number);
    proved text;
BEGIN
    IF o.code <> 'TRUSTED_BEGUN' THEN RETURN o.code; END IF;
    proved := pg_temp.prove((o.data ->> 'flow')::uuid, number);
    IF proved <> 'CODE_OK' THEN RETURN proved; END IF;
    RETURN (acctguard.trusted_number_confirm(pg_temp.token(name), (o.data ->> 'flow')::uuid)).code;
END $$;

-- The owner: a phone and a tablet, a trusted number and a mailbox, from before.
SELECT pg_temp.account(5760001, '+8613957600001'), pg_temp.login('phone', 5760001), pg_temp.login('tablet', 5760001);
SELECT pg_temp.trust('phone', '+8613957600002') AS trusted, acctguard.contact_add(5760001, 'email', 'owner@example.org') > 0 AS email;
-- Ten days later a stranger knows the password. He comes with a device, then with another one, trusts a number of his own, adds his
-- mailbox, and asks for another number.
SELECT pg_temp.at(864000);
SELECT pg_temp.login('stranger', 5760001), pg_temp.at(864060);
SELECT pg_temp.login('stranger-pc', 5760001), pg_temp.trust('stranger', '+8613957600003') AS trusted, acctguard.contact_add(5760001, 'email', 'stranger@example.org') > 0 AS email;
SELECT pg_temp.change(5760001, 'stranger', '+8613957600004');
SELECT kind, state FROM pg_temp.requests(5760001);
-- He cannot say of the owner's devices that they are not the owner's, whatever else he has; nor can anybody without a stronger proof, or by the number alone.
SELECT code FROM pg_temp.disown('stranger', 'phone', 5760001);
SELECT code FROM pg_temp.disown('stranger', 'stranger', 5760001);
SELECT pg_temp.at(864120), pg_temp.login('tablet', 5760001, step_up => false);
SELECT code FROM pg_temp.disown('tablet', 'stranger', 5760001);
SELECT pg_temp.login('codes', 5760001, '{number_code}', false);
SELECT code FROM pg_temp.disown('codes', 'stranger', 5760001);
SELECT code FROM acctguard.device_disown(pg_temp.token('tablet'), 9999);
SELECT code FROM acctguard.device_disown('acs1_5760001.1.' || repeat('A', 43), 1);
SELECT code FROM acctguard.device_disown(NULL, NULL);
-- The owner can.
SELECT pg_temp.login('phone', 5760001);
SELECT * FROM pg_temp.disown('phone', 'stranger', 5760001);
SELECT * FROM pg_temp.state(5760001);
SELECT name, pg_temp.check(name) FROM held WHERE name IN ('phone', 'tablet', 'stranger', 'stranger-pc', 'codes') ORDER BY name;
SELECT pg_temp.numbers(5760001);
SELECT hint, removed_at IS NOT NULL AS removed FROM acctguard.contact_list(5760001) WHERE channel = 'email' ORDER BY contact_no;
SELECT kind, state, end_reason FROM pg_temp.requests(5760001);
SELECT reason, after::jsonb - 'since' AS after FROM acctguard.audit_read(5760001) WHERE action = 'device.disowned';
-- It is over: the device does not come back, and again nothing is left to take back.
SELECT pg_temp.login('stranger', 5760001);
SELECT * FROM pg_temp.disown('phone', 'stranger', 5760001);
-- U-3: for three days nobody changes the number, not even the owner; then he does.
SELECT pg_temp.begin(5760001, 'phone', '+8613957600005');
SELECT pg_temp.at(864120 + 259100), pg_temp.login('phone', 5760001);
SELECT pg_temp.begin(5760001, 'phone', '+8613957600005');
SELECT pg_temp.at(864120 + 259200), pg_temp.login('phone', 5760001);
SELECT pg_temp.begin(5760001, 'phone', '+8613957600005');

-- Another account has nothing to do with it; a frozen owner may speak, too.
SELECT pg_temp.account(5760002, '+8613957600012'), pg_temp.login('his', 5760002), pg_temp.at(2000000), pg_temp.login('thief', 5760002);
-- ... who has to change a password that the thief has set.
SELECT acctguard.password_set(pg_temp.token('thief'), 'a quiet battery of horses') AS password;
SELECT pg_temp.at(2000100), pg_temp.login('his', 5760002);
SELECT acctguard.freeze_impose(5760002, 'self_freeze', 'own_wish', 'telephone stolen') > 0 AS frozen;
SELECT pg_temp.check('his'), pg_temp.check('thief');
SELECT * FROM pg_temp.disown('his', 'thief', 5760002);
SELECT * FROM pg_temp.state(5760002);
-- A device that the stranger's device had trusted goes with it, though it is older.
SELECT pg_temp.account(5760003), pg_temp.login('old', 5760003), pg_temp.login('lent', 5760003), pg_temp.at(3000000), pg_temp.login('new', 5760003);
SELECT pg_temp.at(3000000 + 864000), pg_temp.login('new', 5760003);
SELECT acctguard.device_trust(pg_temp.token('new')) AS itself, acctguard.device_trust(pg_temp.token('new'), pg_temp.device('lent', 5760003)) AS lent;
SELECT pg_temp.login('old', 5760003);
SELECT * FROM pg_temp.disown('old', 'new', 5760003);
SELECT * FROM pg_temp.state(5760003);
