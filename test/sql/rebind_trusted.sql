-- Trusted numbers: proved, counted a day later, at most five, stale when somebody else logs in with them. LGN-04, PHN-07, A34, A37, D7.
-- Accounts 5720000 to 5720099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/rebind.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
CREATE FUNCTION pg_temp.add(name text, number text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    o acctguard.outcome := acctguard.trusted_number_add(pg_temp.token(name), number);
    proved text;
BEGIN
    IF o.code <> 'TRUSTED_BEGUN' THEN RETURN o.code; END IF;
    proved := pg_temp.prove((o.data ->> 'flow')::uuid, number);
    IF proved <> 'CODE_OK' THEN RETURN proved; END IF;
    RETURN (acctguard.trusted_number_confirm(pg_temp.token(name), (o.data ->> 'flow')::uuid)).code;
END $$;
CREATE FUNCTION pg_temp.trusted(account bigint) RETURNS TABLE (number text, state text, waits interval, leaves interval) LANGUAGE sql AS
$$ SELECT right(number, 2), state, effective_at - bound_at, leaves_at - pg_temp.clock() FROM acctguard.trusted_number_list(account) ORDER BY binding $$;
CREATE FUNCTION pg_temp.binding(account bigint, digits text) RETURNS int LANGUAGE sql AS
$$ SELECT max(binding) FROM acctguard.trusted_number_list(account) WHERE number LIKE '%' || digits $$;

SELECT pg_temp.account(5720001, '+8613900572001', 'social'), pg_temp.login('a', 5720001);
SELECT code, public_code, next, data ? 'flow' AS flow FROM acctguard.trusted_number_add(pg_temp.token('a'), '139 0057 2051', 'CN');
SELECT code FROM asked RIGHT JOIN acctguard.trusted_number_confirm(pg_temp.token('a'), gen_random_uuid()) o ON true;
-- not without the code; then it is, and counts a day later
SELECT (o.data ->> 'flow')::uuid AS flow FROM acctguard.trusted_number_add(pg_temp.token('a'), '+8613900572051') o \gset
SELECT code FROM acctguard.trusted_number_confirm(pg_temp.token('a'), :'flow');
SELECT pg_temp.prove(:'flow', '+8613900572051');
SELECT code, next, retry_after, data ? 'binding' AS binding FROM acctguard.trusted_number_confirm(pg_temp.token('a'), :'flow');
SELECT code FROM acctguard.trusted_number_confirm(pg_temp.token('a'), :'flow');
SELECT * FROM pg_temp.trusted(5720001);
SELECT subject FROM acctguard.notice_inbox(5720001) WHERE event = 'trusted.added';
SELECT pg_temp.at(86399);
SELECT state FROM pg_temp.trusted(5720001);
SELECT pg_temp.at(86400), pg_temp.login('a', 5720001);
SELECT state FROM pg_temp.trusted(5720001);
-- the same again, the account's own, no number, and the sixth
SELECT pg_temp.add('a', '+8613900572051'), pg_temp.add('a', '+8613900572001'), pg_temp.add('a', '12'), pg_temp.add('a', '+8613900572052'),
    pg_temp.add('a', '+8613900572053'), pg_temp.add('a', '+8613900572054'), pg_temp.add('a', '+8613900572055'), pg_temp.add('a', '+8613900572056');
-- what secures the account: a fresh proof, no freeze, no event of late (U-1, U-2, U-3)
SELECT pg_temp.account(5720002, '+8613900572002', 'social'), pg_temp.login('stale', 5720002, '{password}', false), pg_temp.add('stale', '+8613900572060');
SELECT pg_temp.account(5720003, '+8613900572003', 'social'), pg_temp.login('frozen', 5720003);
SELECT acctguard.freeze_impose(5720003, 'temp_restrict', 'security.takeover', 'what happened, in some words') > 0 AS frozen;
SELECT pg_temp.add('frozen', '+8613900572061');
-- another account's flow is nobody else's
SELECT pg_temp.account(5720004, '+8613900572004', 'social'), pg_temp.login('other', 5720004);
SELECT (o.data ->> 'flow')::uuid AS flow FROM acctguard.trusted_number_add(pg_temp.token('other'), '+8613900572062') o \gset
SELECT pg_temp.prove(:'flow', '+8613900572062');
SELECT code FROM acctguard.trusted_number_confirm(pg_temp.token('a'), :'flow');

-- removing: at once while others stay; unknown ones
SELECT code FROM acctguard.trusted_number_remove(pg_temp.token('a'), 999);
SELECT code FROM acctguard.trusted_number_remove(pg_temp.token('a'), pg_temp.binding(5720001, '52'));
SELECT o.code FROM unnest('{53,54,55}'::text[]) d, LATERAL acctguard.trusted_number_remove(pg_temp.token('a'), pg_temp.binding(5720001, d)) o;
-- the last one a day later (A37, D7), and the owner can cancel
SELECT code, next, retry_after, data ? 'request' AS request FROM acctguard.trusted_number_remove(pg_temp.token('a'), pg_temp.binding(5720001, '51'));
SELECT * FROM pg_temp.trusted(5720001);
SELECT request FROM acctguard.trusted_number_list(5720001) \gset
SELECT code FROM acctguard.unbind_cancel(pg_temp.token('a'), :request);
SELECT code FROM acctguard.trusted_number_remove(pg_temp.token('a'), pg_temp.binding(5720001, '51'));
SELECT request FROM acctguard.trusted_number_list(5720001) \gset
SELECT pg_temp.at(172799);
SELECT code FROM acctguard.unbind_execute(5720001, :request);
SELECT pg_temp.at(172800);
SELECT code FROM acctguard.unbind_execute(5720001, :request);
SELECT count(*) AS trusted FROM acctguard.trusted_number_list(5720001);
SELECT pg_temp.numbers(5720001);

-- a trusted number is told of a change, once it counts; the old number gets the code, it does not
SELECT pg_temp.at(0), pg_temp.account(5720005, '+8613900572005', 'social'), pg_temp.login('told', 5720005), pg_temp.add('told', '+8613900572070');
SELECT pg_temp.change(5720005, 'told', '+8613900572075', '+8613900572005');
SELECT pg_temp.deliver();
SELECT right(address, 2) AS number, body ~ 'aco1_' AS has_code FROM inbox WHERE event = 'rebind.number_told' ORDER BY 1;
SELECT code FROM acctguard.unbind_cancel(pg_temp.token('told'), pg_temp.request(5720005));
SELECT pg_temp.at(86400), pg_temp.login('told', 5720005);
TRUNCATE inbox;
SELECT pg_temp.change(5720005, 'told', '+8613900572076', '+8613900572005');
SELECT pg_temp.deliver();
SELECT right(address, 2) AS number, body ~ 'aco1_' AS has_code, body ~ 'trusts this number' AS says_why FROM inbox WHERE event = 'rebind.number_told' ORDER BY 1;

-- A34: it becomes the login number of somebody else, and vouches for nobody; it is not told of anything any more
SELECT pg_temp.account(5720006), acctguard.number_import(5720006, '+8613900572070') > 0 AS bound;
SELECT number, state FROM pg_temp.trusted(5720005);
SELECT code FROM acctguard.unbind_cancel(pg_temp.token('told'), pg_temp.request(5720005));
TRUNCATE inbox;
SELECT pg_temp.at(86400 + 120), pg_temp.change(5720005, 'told', '+8613900572077', '+8613900572005');
SELECT pg_temp.deliver();
SELECT right(address, 2) AS number FROM inbox WHERE event = 'rebind.number_told' ORDER BY 1;
-- ... while a number that somebody logged in with before is as good as any
SELECT pg_temp.account(5720007, '+8613900572007', 'social'), pg_temp.login('husband', 5720007), pg_temp.account(5720008, '+8613900572080'), pg_temp.add('husband', '+8613900572080');
SELECT number, state FROM pg_temp.trusted(5720007);
SELECT c.* FROM acctguard.number_check() c WHERE number_id IN (SELECT number_id FROM acctguard.binding WHERE account_id BETWEEN 5700000 AND 5729999) AND finding <> 'event_count';
