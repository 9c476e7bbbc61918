-- Numbers are not forgotten while somebody still has to do with them: a flow, a claim. Accounts 3409000 to 3409999. Test clock.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/register.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
\pset null '-'
\pset format unaligned
SELECT acctguard.policy_set('setting', 'number_keep', '0', 'forgotten at once') > 0 AS set;
-- An account whose owner leaves, and that is erased when its time is over.
CREATE FUNCTION pg_temp.leaves(account bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT acctguard.account_request_close(account) IS NOT NULL $$;
CREATE FUNCTION pg_temp.erase(account bigint) RETURNS text LANGUAGE sql AS $$
    SELECT acctguard.account_erase(account, 'asked for'); SELECT state FROM acctguard.account a WHERE a.account_id = erase.account $$;
CREATE FUNCTION pg_temp.sweep(wanted text) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(error, 'ok') FROM acctguard.sweep() WHERE task = wanted $$;
CREATE TEMP TABLE watched AS SELECT NULL::text AS name, NULL::bigint AS number_id WHERE false;
CREATE FUNCTION pg_temp.there() RETURNS TABLE (name text, there boolean) LANGUAGE sql AS $$
    SELECT w.name, n.number_id IS NOT NULL FROM watched w LEFT JOIN acctguard.number n USING (number_id) ORDER BY 1 $$;
SELECT pg_temp.owner(3409011, '+8613734090100'), pg_temp.owner(3409021, '+8613734090200'), pg_temp.owner(3409031, '+8613734090300');
INSERT INTO watched SELECT (ARRAY['nobody', 'flow', 'claim'])[(account_id - 3409001) / 10], number_id FROM acctguard.binding WHERE account_id BETWEEN 3409000 AND 3409999;
SELECT * FROM pg_temp.reg('+8613734090300', 3409032, 'not_mine');
SELECT pg_temp.leaves(n) FROM unnest('{3409011,3409021,3409031}'::bigint[]) n;
SELECT pg_temp.day(400);
-- Somebody registers with the number of an account that is closed, and has not said yet what he wants.
SELECT pg_temp.proved('+8613734090200') AS flow \gset
SELECT pg_temp.erase(n) FROM unnest('{3409011,3409021,3409031}'::bigint[]) n;
SELECT * FROM pg_temp.claims(3409032);
SELECT pg_temp.sweep('number');
SELECT * FROM pg_temp.there();
-- The flow goes on, and who waited has the number.
SELECT code FROM acctguard.register_question(:'flow');
SELECT code FROM acctguard.register_commit(:'flow', 'correct horse battery', 3409022);
SELECT state FROM pg_temp.claims(3409032);
SELECT * FROM pg_temp.who(3409022, 3409032);
-- A flow that is over needs nothing: looked at again, the number goes.
SELECT pg_temp.day(401), pg_temp.owner(3409041, '+8613734090400');
INSERT INTO watched SELECT 'over', number_id FROM acctguard.binding WHERE account_id = 3409041;
SELECT pg_temp.leaves(3409041);
SELECT pg_temp.day(800);
SELECT pg_temp.begin('+8613734090400') IS NOT NULL AS begun;
SELECT pg_temp.erase(3409041), pg_temp.sweep('number');
SELECT * FROM pg_temp.there();
SELECT pg_temp.day(831), pg_temp.sweep('number');
SELECT * FROM pg_temp.there();
SELECT acctguard.policy_set('setting', 'number_keep', '15552000', 'as shipped') > 0 AS set;
