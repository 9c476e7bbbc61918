-- NTF-04: what is told to an account never goes to a number that has left it, however it left. Accounts 3491000 to 3491999.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/register.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
\pset null '-'
\pset format unaligned
CREATE FUNCTION pg_temp.account(id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.owner(id, '+8613734' || 910000 + id % 1000) || ', contact ' || acctguard.contact_add(id, 'sms', '+8613734' || 910000 + id % 1000)
        || ' and ' || acctguard.contact_add(id, 'sms', '+14155552671') $$;
CREATE FUNCTION pg_temp.contacts(account bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(hint || CASE WHEN removed_at IS NULL THEN '' ELSE ' ' || remove_reason END, ', ' ORDER BY contact_no) FROM acctguard.contact_list(account) $$;
SELECT pg_temp.account(n) FROM generate_series(3491001, 3491006) n;
-- changed by its owner
SELECT pg_temp.login('leave-phone', 3491001, step_up => true);
SELECT token, data ->> 'request' AS request, data ->> 'flow' AS flow, data ->> 'old_flow' AS old_flow FROM held, acctguard.rebind_begin(token, '+8613734910991')
WHERE name = 'leave-phone' \gset
SELECT (pg_temp.step(:'flow', 'rebind', 'prove', 'number_code')).code, (pg_temp.step(:'old_flow', 'unbind', 'prove', 'number_code')).code;
SELECT code FROM acctguard.rebind_commit(:'token', :request);
SELECT pg_temp.contacts(3491001);
-- released by an operator; given to a new holder
SELECT acctguard.number_release(3491002, 1, 'carrier', 'test');
SELECT pg_temp.contacts(3491002);
SELECT pg_temp.carrier('+8613734910003', 'disconnected', '1 day');
SELECT commit_code FROM pg_temp.reg('+8613734910003', 3491993, 'not_mine');
SELECT pg_temp.contacts(3491003);
-- who trusted the number has it no more, either; who has it in another way keeps it
SELECT acctguard.account_open(3491994), acctguard.number_import(3491994, '+8613734910994', kind => 'trusted'), acctguard.contact_add(3491994, 'sms', '+8613734910994');
SELECT commit_code FROM pg_temp.reg('+8613734910994', 3491995);
SELECT pg_temp.contacts(3491994);
SELECT acctguard.number_import(3491004, '+8613734910004', kind => 'trusted') AS trusted \gset
SELECT acctguard.number_release(3491004, :trusted, 'admin', 'test');
SELECT pg_temp.contacts(3491004);
SELECT acctguard.number_release(3491004, 1, 'admin', 'test');
SELECT pg_temp.contacts(3491004);
-- a number that cannot be opened may be any
ALTER TABLE acctguard.number DISABLE TRIGGER acctguard_row;
UPDATE acctguard.number SET e164 = set_byte(e164, length(e164) - 1, get_byte(e164, length(e164) - 1) # 1)
WHERE number_id = (SELECT number_id FROM acctguard.binding WHERE account_id = 3491005);
ALTER TABLE acctguard.number ENABLE ALWAYS TRIGGER acctguard_row;
SELECT acctguard.number_release(3491005, 1, 'admin', 'test');
SELECT pg_temp.contacts(3491005);
SELECT pg_temp.contacts(3491006);
ALTER TABLE acctguard.number DISABLE TRIGGER acctguard_row;
UPDATE acctguard.number SET e164 = set_byte(e164, length(e164) - 1, get_byte(e164, length(e164) - 1) # 1)
WHERE number_id = (SELECT number_id FROM acctguard.binding WHERE account_id = 3491005);
ALTER TABLE acctguard.number ENABLE ALWAYS TRIGGER acctguard_row;
-- ... also when its row is gone
ALTER TABLE acctguard.number DISABLE TRIGGER acctguard_row;
DELETE FROM acctguard.number WHERE number_id = (SELECT number_id FROM acctguard.binding WHERE account_id = 3491006);
ALTER TABLE acctguard.number ENABLE ALWAYS TRIGGER acctguard_row;
SELECT r.finding FROM acctguard.binding b, acctguard.number_repair(b.number_id, 'test') r WHERE b.account_id = 3491006;
SELECT pg_temp.contacts(3491006);
SELECT acctguard.entitlement_remove('register_coupon', 'test');
