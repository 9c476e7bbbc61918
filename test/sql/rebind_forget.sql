-- A number that somebody is about to get is not forgotten, though only erased accounts had it. Accounts 5700900 to 5700999.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/rebind.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT acctguard.policy_set('setting', 'number_keep', '0', 'forgotten at once') > 0 AS set;
SELECT pg_temp.account(5700900, '+8613900570900'), pg_temp.account(5700901, '+8613900570901'), acctguard.account_request_close(5700900) IS NOT NULL AS closing;
SELECT number_id FROM acctguard.binding WHERE account_id = 5700900 \gset
SELECT pg_temp.at(400 * 86400), pg_temp.login('gets', 5700901), acctguard.account_erase(5700900, 'asked for');
-- seven days for objections; the owner of the new number is nobody any more
SELECT pg_temp.change(5700901, 'gets', '+8613900570900');
SELECT count(*) AS looked, max(error) AS error FROM acctguard.sweep() WHERE task = 'number';
SELECT count(*) AS there FROM acctguard.number WHERE number_id = :number_id;
SELECT pg_temp.at(407 * 86400), pg_temp.execute(5700901), pg_temp.numbers(5700901);
SELECT number_id = :number_id AS same FROM acctguard.binding WHERE account_id = 5700901 AND released_at IS NULL;
SELECT acctguard.policy_set('setting', 'number_keep', '15552000', 'as shipped') > 0 AS set;
