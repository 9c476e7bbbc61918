-- Legal holds. Accounts 6104xx.
\set ECHO none
SET client_min_messages = warning;
CREATE ROLE regress_hold_placer LOGIN;
CREATE ROLE regress_hold_releaser LOGIN;
CREATE ROLE regress_hold_moderator LOGIN;
CREATE ROLE regress_hold_app LOGIN;
GRANT acctguard_compliance TO regress_hold_placer, regress_hold_releaser;
GRANT acctguard_moderator TO regress_hold_moderator;
GRANT acctguard_app TO regress_hold_app;
INSERT INTO acctguard.account (account_id, state, locale, time_zone, profile, registered_at, activated_at)
SELECT 610400 + i, 'active', 'en', 'UTC', 'social', now(), now() FROM generate_series(1, 9) i;
SET client_min_messages = notice;
\set ECHO all

-- FRZ-15: a legal hold denies nothing
SET SESSION AUTHORIZATION regress_hold_placer;
SELECT acctguard.legal_hold_place(610402, 'smith v. jones', 'order 17/26', 'keep everything since May');
SELECT acctguard.legal_hold_place(610401, 'smith v. jones', 'order 17/26');
-- a matter holds an account once
SELECT acctguard.legal_hold_place(610401, 'smith v. jones', 'order 17/26');
SELECT acctguard.legal_hold_place(610401, 'smith v. jones', 'order 18/26');
-- two matters hold it twice
SELECT acctguard.legal_hold_place(610401, 'tax inquiry', 'letter of 3 May');
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM acctguard.standing WHERE account_id IN (610401, 610402);
SELECT count(*) FROM acctguard.freeze_list(610401);
SELECT acctguard.allowed(610401, 'session.create');

-- release names the matter, wants a document and somebody else, and takes all or nothing
SET SESSION AUTHORIZATION regress_hold_placer;
SELECT acctguard.legal_hold_release('smith v. jones', 'settlement of 9 June');
SET SESSION AUTHORIZATION regress_hold_releaser;
SELECT acctguard.legal_hold_release('smith v. jones', NULL);
SELECT acctguard.legal_hold_release('Smith v. Jones', 'settlement of 9 June');
SELECT acctguard.legal_hold_place(610400, 'smith v. jones', 'order 17/26');
SELECT acctguard.legal_hold_release('smith v. jones', 'settlement of 9 June', 'settled');
SELECT no, matter, note, released_by, release_reference, release_reason FROM acctguard.legal_hold_list(610401);
SELECT acctguard.legal_hold_release('smith v. jones', 'settlement of 9 June');
-- one's own hold among those of the matter stops the whole release
SET SESSION AUTHORIZATION regress_hold_placer;
SELECT acctguard.legal_hold_place(610403, 'third matter', 'ref');
SET SESSION AUTHORIZATION regress_hold_releaser;
SELECT acctguard.legal_hold_place(610404, 'third matter', 'ref');
SELECT acctguard.legal_hold_release('third matter', 'done');
RESET SESSION AUTHORIZATION;
SELECT account_id, released_at IS NULL AS live FROM acctguard.legal_hold WHERE matter = 'third matter' ORDER BY 1;
SELECT action, reason FROM acctguard.audit_read(610402) ORDER BY aseq;

-- invisible to the user: neither his status nor his functions know it
SET SESSION AUTHORIZATION regress_hold_app;
SELECT acctguard.legal_hold_list(610401);
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_hold_moderator;
SELECT acctguard.legal_hold_place(610405, 'm', 'r');
SELECT acctguard.legal_hold_release('tax inquiry', 'r');
RESET SESSION AUTHORIZATION;
-- it cannot be had as an ordinary freeze
SELECT acctguard.freeze_impose(610405, 'legal_hold', 'regulatory.order', 'by another door', legal_reference => 'x');

-- FRZ-15: it blocks closing and erasing, and nothing else about leaving; the release lets the erasure go on
SELECT acctguard.account_request_close(610406) IS NOT NULL AS closing;
SET SESSION AUTHORIZATION regress_hold_placer;
SELECT acctguard.legal_hold_place(610406, 'fifth matter', 'ref') > 0 AS placed;
RESET SESSION AUTHORIZATION;
SET acctguard.test_clock_offset = '400d';
SELECT state FROM acctguard.account_show(610406);
SELECT acctguard.account_request_close(610407) IS NOT NULL AS closing;
SET acctguard.test_clock_offset = '440d';
SELECT state FROM acctguard.account_show(610407);
SET SESSION AUTHORIZATION regress_hold_placer;
SELECT acctguard.legal_hold_place(610407, 'fifth matter', 'ref') > 0 AS placed;
RESET SESSION AUTHORIZATION;
SET acctguard.test_clock_offset = '800d';
SELECT acctguard.account_erase(610407, 'as asked');
SET SESSION AUTHORIZATION regress_hold_releaser;
SELECT acctguard.legal_hold_release('fifth matter', 'closed');
RESET SESSION AUTHORIZATION;
SELECT acctguard.account_erase(610407, 'as asked');
SELECT acctguard.account_status(610406)::text LIKE '%hold%' OR acctguard.account_status(610406)::text LIKE '%matter%' AS told;
RESET acctguard.test_clock_offset;

-- the account's row cannot be deleted, held or not, nor a hold taken off by hand
DELETE FROM acctguard.account WHERE account_id = 610401;
DELETE FROM acctguard.account WHERE account_id = 610409;
UPDATE acctguard.legal_hold SET released_at = now(), released_by = 'me', release_reference = 'x' WHERE account_id = 610401;
DELETE FROM acctguard.legal_hold WHERE account_id = 610401;
TRUNCATE acctguard.legal_hold;

-- errors
\set VERBOSITY terse
SELECT acctguard.legal_hold_place(610499, 'm', 'r');
SELECT acctguard.legal_hold_place(610405, ' ', 'r');
SELECT acctguard.legal_hold_place(610405, 'm', NULL);

\set ECHO none
DROP ROLE regress_hold_placer, regress_hold_releaser, regress_hold_moderator, regress_hold_app;
