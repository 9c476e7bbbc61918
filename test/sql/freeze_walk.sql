-- What the random walk (test/model) found once. Accounts 2102300 to 2102399.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\i :prelude
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2102300, 2102319);
-- FRZ-01, I8: an account that the clock has closed is closed for every command, though nobody wrote it down
SELECT acctguard.account_request_close(2102300) IS NOT NULL AS closing;
SELECT acctguard.freeze_impose(2102300, 'ban', 'violation.severe', 'long enough text', ground => 'Terms') AS proposed;
SET acctguard.test_clock_offset = '31d';
SELECT state FROM acctguard.account_show(2102300);
SELECT pg_temp.try($$SELECT acctguard.freeze_impose(2102300, 'temp_restrict', 'security.takeover', 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.warn(2102300, 'violation.spam')$$);
SELECT pg_temp.try($$SELECT acctguard.acknowledge(2102300, 'rules-8', sha256('rules'))$$);
SELECT freeze_no FROM acctguard.risk_report(2102300, 'takeover_report', 500);
RESET acctguard.test_clock_offset;
-- FRZ-13: repeating a report keeps nothing fresh, not even after all of it has decayed
SELECT score FROM acctguard.risk_report(2102301, 'odd_login', 90, incident => '00000000-0000-4000-8000-0000000000a1');
SET acctguard.test_clock_offset = '47d';
SELECT score FROM acctguard.risk_report(2102301, 'odd_login', 90, incident => '00000000-0000-4000-8000-0000000000a1');
SET acctguard.test_clock_offset = '49d';
SELECT score FROM acctguard.risk_report(2102301, 'odd_login', 1);
SELECT score FROM acctguard.risk_report(2102301, 'odd_login', 90, incident => '00000000-0000-4000-8000-0000000000a1');
RESET acctguard.test_clock_offset;
-- FRZ-15: what only a machine amended was taken over by nobody
SELECT freeze_no FROM acctguard.warn(2102302, 'violation.harassment', 2);
SET SESSION AUTHORIZATION freeze_risk;
SELECT acctguard.freeze_amend(2102302, 1, ends_at => (SELECT clock_timestamp() + interval '2 days'), facts => 'it goes on and on');
RESET SESSION AUTHORIZATION;
SELECT acctguard.strike_void(2102302, 1, 'mistaken');
SELECT * FROM pg_temp.freezes(2102302);
-- FRZ-07: whoever takes over what the ladder decided has to outrank the account as for his own decisions
SELECT acctguard.account_mark(2102303, staff_rank => 3);
SELECT freeze_no FROM acctguard.warn(2102303, 'violation.harassment', 2);
SELECT freeze_no FROM acctguard.warn(2102303, 'violation.severe', 8);
SET SESSION AUTHORIZATION freeze_mod1;
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2102303, 1, ends_at => clock_timestamp() + interval '2 days', facts => 'long enough text')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_approve(2102303, 2)$$);
RESET SESSION AUTHORIZATION;
-- FRZ-14: detectors do not vouch for anybody's identity
SET SESSION AUTHORIZATION freeze_risk;
SELECT acctguard.freeze_impose(2102304, 'temp_restrict', 'security.odd_login', 'long enough text');
SELECT pg_temp.try($$SELECT count(*) FROM acctguard.freeze_satisfy(2102304, 1, 'identity_verified', jsonb_build_object('method', 'face', 'at', clock_timestamp()))$$);
RESET SESSION AUTHORIZATION;
-- arguments: a blank is no document, few words are no statement, 0 is no version
SET SESSION AUTHORIZATION freeze_officer1;
SELECT acctguard.legal_hold_place(2102305, 'walk v. clock', 'order 3');
SET SESSION AUTHORIZATION freeze_officer2;
SELECT pg_temp.try($$SELECT acctguard.legal_hold_release('walk v. clock', ' ')$$);
SELECT acctguard.legal_hold_release('walk v. clock', 'settled');
RESET SESSION AUTHORIZATION;
SELECT acctguard.freeze_impose(2102305, 'feature_freeze', 'violation.spam', 'long enough text', duration => '1 day');
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2102305, 1, ends_at => 'infinity', facts => ' ')$$);
SELECT pg_temp.try($$SELECT acctguard.freeze_amend(2102305, 1, ends_at => 'infinity', facts => 'long enough text', expected_version => 0)$$);
-- a version that waits for a second person waits no more once its freeze has ended
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2102306, 'ban', 'violation.severe', 'long enough text', ground => 'Terms', duration => '1 day');
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(2102306, 1);
SELECT acctguard.freeze_amend(2102306, 1, ends_at => 'infinity', facts => 'long enough text');
RESET SESSION AUTHORIZATION;
SET acctguard.test_clock_offset = '25h';
SELECT state, end_reason, amendment FROM acctguard.freeze_list(2102306) WHERE no = 1;
RESET acctguard.test_clock_offset;
-- F12: a final ban does not keep a terminated account for ever; erasing ends what stands, and says so
SET SESSION AUTHORIZATION freeze_mod1;
SELECT acctguard.freeze_impose(2102307, 'ban', 'violation.severe', 'long enough text', ground => 'Terms', appeal => false, legal_reference => 'law');
SET SESSION AUTHORIZATION freeze_mod2;
SELECT acctguard.freeze_approve(2102307, 1);
RESET SESSION AUTHORIZATION;
SELECT acctguard.account_terminate(2102307, 'for good');
SET SESSION AUTHORIZATION freeze_operator;
SELECT acctguard.account_terminate(2102307, 'for good');
SET acctguard.test_clock_offset = '181d';
SELECT acctguard.account_erase(2102307, 'retention is over');
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.freezes(2102307);
SELECT action, reason FROM acctguard.audit_read(2102307) WHERE action IN ('freeze.closed', 'account.erased');
RESET acctguard.test_clock_offset;
-- a proof has to be newer than every alarm, not only than the first
SELECT acctguard.freeze_impose(2102308, 'temp_restrict', 'security.odd_login', 'long enough text');
SET acctguard.test_clock_offset = 600;
SELECT acctguard.freeze_impose(2102308, 'emergency_lock', 'security.takeover', 'long enough text');
SELECT pg_temp.try(format($$SELECT acctguard.account_request_close(2102308, proof => %L)$$,
    jsonb_build_object('method', 'face', 'at', clock_timestamp() + interval '300 seconds')));
RESET acctguard.test_clock_offset;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk;
