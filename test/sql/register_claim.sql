-- What a claim proves, how it ends, and since when a number is lost (R12, R15, A9, A10, A43, U-8). Accounts 3490000 to 3490999.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/register.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
\pset null '-'
\pset format unaligned
-- The claimant showed the number when he claimed it, and not again when he gets it: his proof is no younger than that.
SELECT pg_temp.owner(3490001, '+8613734900101'), pg_temp.owner(3490011, '+8613734900102'), pg_temp.owner(3490021, '+8613734900103');
SELECT n, r.commit_code FROM generate_series(1, 3) n, pg_temp.reg('+861373490010' || n, 3490002 + 10 * (n - 1), 'not_mine') r;
-- a day later the SIM is put back, or the number goes to a third person: what the carrier says then is about the claimant, too
SELECT pg_temp.day(1);
SELECT pg_temp.carrier('+8613734900101', 'disconnected', '1 hour'), pg_temp.carrier('+8613734900102', 'subscriber_changed', '1 hour');
SELECT pg_temp.day(4);
SELECT error FROM acctguard.sweep() WHERE task = 'claim';
SELECT n.account_id, e.evidence, e.young_proof, pg_temp.now() - e.last_owner_proof_at > interval '3 days 23 hours' AS proof_of_the_claim
FROM unnest('{3490002,3490012,3490022}'::bigint[]) n (account_id), acctguard.number_evidence(n.account_id) e;
-- so the third person has it at once
SELECT * FROM pg_temp.reg('+8613734900101', 3490003, 'not_mine');
SELECT * FROM pg_temp.who(3490001, 3490003);
SELECT pg_temp.day(0);

-- A claim is over when its number is free, too: who got it can change it.
SELECT pg_temp.owner(3490041, '+8613734900105');
SELECT commit_code FROM pg_temp.reg('+8613734900105', 3490042, 'not_mine');
SELECT acctguard.number_release(3490041, 1, 'carrier', 'given back') AS released;
SELECT code FROM acctguard.register_question(pg_temp.proved('+8613734900105'));
SELECT hint, state FROM pg_temp.who(3490041, 3490042);
SELECT claim, state FROM pg_temp.claims(3490042);
SELECT evidence, young_proof FROM acctguard.number_evidence(3490042);
SELECT pg_temp.login('claim-phone', 3490042, step_up => true);
SELECT code FROM held, acctguard.rebind_begin(token, '+8613734900106') WHERE name = 'claim-phone';

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

-- A41: a ban that comes while an account waits ends its claim; the owner keeps his number, and no banned account gets it.
CREATE ROLE claim_mod1 LOGIN IN ROLE acctguard_moderator;
CREATE ROLE claim_mod2 LOGIN IN ROLE acctguard_moderator;
CREATE FUNCTION pg_temp.ban(account bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    no int;
BEGIN
    SET SESSION AUTHORIZATION claim_mod1;
    no := acctguard.freeze_impose(account, 'ban', 'violation.severe', 'Sold stolen accounts.', ground => 'rules 4.2');
    SET SESSION AUTHORIZATION claim_mod2;
    PERFORM acctguard.freeze_approve(account, no);
    RESET SESSION AUTHORIZATION;
END $$;
SELECT pg_temp.owner(3490071, '+8613734900109');
SELECT commit_code FROM pg_temp.reg('+8613734900109', 3490072, 'not_mine');
SELECT pg_temp.ban(3490072);
SELECT pg_temp.day(4);
SELECT error FROM acctguard.sweep() WHERE task = 'claim';
SELECT account, state FROM pg_temp.who(3490071, 3490072);
SELECT state, end_note FROM acctguard.release_hold_list(3490072);
SELECT pg_temp.day(0);

-- A42, R2: what was said before a banned owner proved his number again frees it from nobody, wherever the number is by then.
SELECT pg_temp.day(-30);
SELECT acctguard.account_open(3490081), pg_temp.ban(3490081);
SELECT pg_temp.day(0);
SELECT acctguard.number_import(3490081, '+8613734900110', bound_at => pg_temp.now() - interval '40 days', proof_at => pg_temp.now() - interval '10 days') AS binding \gset
SELECT pg_temp.carrier('+8613734900110', 'disconnected', '20 days');
SELECT commit_code FROM pg_temp.reg('+8613734900110', 3490082, 'not_mine');
SELECT acctguard.number_release(3490081, :binding, 'admin', 'test');
SELECT state FROM acctguard.tombstone_list(3490081);
SELECT question, commit_code FROM pg_temp.reg('+8613734900110', 3490082);
SELECT pg_temp.carrier('+8613734900110', 'disconnected', '1 hour');
SELECT state FROM acctguard.tombstone_list(3490081);

-- A flow outlives the number it was opened for: a sweep that did not see it has forgotten the number. The user begins again, nothing fails.
SELECT pg_temp.owner(3490091, '+8613734900111'), acctguard.number_release(3490091, 1, 'admin', 'test');
SELECT pg_temp.proved('+8613734900111') AS flow \gset
ALTER TABLE acctguard.number DISABLE TRIGGER acctguard_row;
ALTER TABLE acctguard.number_index DISABLE TRIGGER acctguard_row;
WITH n AS (DELETE FROM acctguard.number WHERE number_id = (SELECT number_id FROM acctguard.binding WHERE account_id = 3490091) RETURNING number_id)
DELETE FROM acctguard.number_index i USING n WHERE i.number_id = n.number_id;
ALTER TABLE acctguard.number ENABLE ALWAYS TRIGGER acctguard_row;
ALTER TABLE acctguard.number_index ENABLE ALWAYS TRIGGER acctguard_row;
SELECT code FROM acctguard.register_question(:'flow');
SELECT code FROM acctguard.register_commit(:'flow', 'correct horse battery', 3490092);
SELECT question, commit_code FROM pg_temp.reg('+8613734900111', 3490092);

-- R13, R14: providers confirm while a claim runs that the number left its owner: whatever comes to it since is no proof of his. The claim goes on.
SELECT pg_temp.owner(3490101, '+8613734900112'), pg_temp.login('a-confirmed', 3490101, step_up => true);
SELECT commit_code FROM pg_temp.reg('+8613734900112', 3490102, 'not_mine');
SELECT pg_temp.day(1);
SELECT pg_temp.carrier('+8613734900112', 'disconnected', '3 days');
SELECT code FROM held, acctguard.session_step_up(token, '{password}') WHERE name = 'a-confirmed';
SELECT code, public_code FROM held, acctguard.register_hold_object(token, pg_temp.proved('+8613734900112', 'a-confirmed')) WHERE name = 'a-confirmed';
SELECT evidence FROM acctguard.number_evidence(3490101);
SELECT state, noted FROM pg_temp.claims(3490102);
SELECT pg_temp.day(4);
SELECT error FROM acctguard.sweep() WHERE task = 'claim';
SELECT account, state, release_reason FROM pg_temp.who(3490101, 3490102);
SELECT pg_temp.day(0);

-- Who waits for one number, has bound another and sees that claimed is one person with two claims: each is ended and objected to for itself.
SELECT pg_temp.owner(3490111, '+8613734900113');
SELECT commit_code FROM pg_temp.reg('+8613734900113', 3490112, 'not_mine');
SELECT acctguard.number_import(3490112, '+8613734900114') AS binding;
SELECT commit_code FROM pg_temp.reg('+8613734900114', 3490113, 'not_mine', 'third-phone');
SELECT claimant, holder, state FROM pg_temp.claims(3490112);
SELECT pg_temp.login('between', 3490112, step_up => true);
SELECT code FROM held, acctguard.register_hold_object(token) WHERE name = 'between';
SELECT acctguard.release_hold_end(3490112, 'he needs it no more') AS ended;
SELECT claimant, holder, state, noted FROM pg_temp.claims(3490112);
SELECT acctguard.release_hold_end(3490112, 'twice') AS ended_again;
SELECT account, hint, state FROM pg_temp.who(3490111, 3490113);

-- R14, Q9: a protected account keeps its number against a claim (R11, profile money) by what ends its protection; a mailbox and a code to the number are noted.
SELECT pg_temp.owner(3490121, '+8613734900115', 130, 'money'), pg_temp.owner(3490123, '+8613734900116', 130, 'money');
INSERT INTO register_app.coupon VALUES (3490121), (3490123);
SELECT commit_code FROM pg_temp.reg('+8613734900115', 3490122, 'not_mine');
SELECT commit_code FROM pg_temp.reg('+8613734900116', 3490124, 'not_mine', 'other-phone');
SELECT pg_temp.login('a-mailbox', 3490121, '{email_code}', true), pg_temp.login('a-totp', 3490123, '{password,totp}', true);
SELECT name, code, public_code FROM held, acctguard.register_hold_object(token, pg_temp.proved(CASE name WHEN 'a-totp' THEN '+8613734900116' ELSE '+8613734900115' END, name))
WHERE name IN ('a-mailbox', 'a-totp') ORDER BY name;
SELECT n, protected, (SELECT count(*) FROM acctguard.freeze_list(n) WHERE kind = 'money_wait') AS waits, acctguard.allowed(n, 'pay.withdraw') AS withdraw
FROM unnest('{3490121,3490123}'::bigint[]) n, acctguard.dormancy(n);
SELECT holder, rule, state, noted FROM unnest('{3490122,3490124}'::bigint[]) n, pg_temp.claims(n);
-- ... the wait is no alarm: he takes an appeal against something else back without another proof
SELECT acctguard.freeze_impose(3490123, 'feature_freeze', 'violation.spam', 'Twenty adverts in one hour.', ground => 'rules 4') AS freeze \gset
SELECT acctguard.appeal_submit(3490123, :freeze, 'I did not send these messages, my phone was stolen on Monday.') IS NOT NULL AS submitted;
SELECT acctguard.appeal_withdraw(3490123, (acctguard.appeal_status(3490123) -> 0 ->> 'appeal')::int);
SELECT action, reason FROM acctguard.audit_read(3490123) WHERE action ~ 'withdr';
DELETE FROM register_app.coupon WHERE user_id IN (3490121, 3490123);
DROP ROLE claim_mod1, claim_mod2;
SELECT acctguard.entitlement_remove('register_coupon', 'test');
