-- What a claim proves, how it ends, and since when a number is lost (R12, R15, A9, A10, A43, U-8). Accounts 3490000 to 3490999.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/register.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
\pset null '-'
\pset format unaligned
-- A10: who lost the number when is a matter of what happened, not of who said so first. The device of a thief who had codes sent to it:
SELECT pg_temp.day(-12);
SELECT pg_temp.owner(3490051, '+8613734900107', 40), pg_temp.login('laundered', 3490051, '{number_code}'), pg_temp.login('own', 3490051);
SELECT pg_temp.day(0);
-- one provider knows only that it changed hands in the last five days, the carrier tells later that it was fifteen days ago
SELECT pg_temp.carrier('+8613734900107', 'disconnected', '5 days'), pg_temp.carrier('+8613734900107', 'disconnected', '15 days');
SELECT commit_code FROM pg_temp.reg('+8613734900107', 3490052, 'not_mine');
SELECT pg_temp.check('laundered'), pg_temp.check('own');

-- A43: nothing that is still to come; only a day that is not over anywhere yet may seem to.
SELECT pg_temp.owner(3490061, '+8613734900108');
SELECT e, pg_temp.carrier('+8613734900108', e, '-2 hours') FROM unnest('{disconnected,subscriber_changed,delivery_failed,sim_changed}'::text[]) e;
SELECT evidence, sim_risk FROM acctguard.number_evidence(3490061);

SELECT acctguard.entitlement_remove('register_coupon', 'test');
