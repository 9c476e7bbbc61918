-- P2, P3, P7, P8: reviewers, decisions, the second reviewer, and what decisions do. APL-04, APL-05, APL-06, UNF-02, UNF-03,
-- UNF-04, I3, I4, I5. Accounts 2200100 to 2200199.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\set people :tests /sql/appeal.psql
\i :people
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2200100, 2200199);
-- P2: earliest due first, not those one had a part in, not those somebody holds
SELECT pg_temp.frozen(2200100, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200100);
SELECT pg_temp.frozen(2200101, 'feature_freeze');
SELECT account_id, appeal_no, kind, origin, state, appealed, overdue FROM acctguard.appeal_queue() WHERE account_id BETWEEN 2200100 AND 2200199;
SELECT pg_temp.as('appeal_rev1', 'SELECT (account_id, appeal_no, kind, origin, version) FROM acctguard.appeal_claim(2200101, 2)');
-- CLAIMED
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200101, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200101, 2)');
-- REVIEW_ROLE
SELECT pg_temp.as('freeze_mod3', 'SELECT count(*) FROM acctguard.appeal_claim(2200100, 1)');
SELECT pg_temp.as('freeze_officer3', 'SELECT count(*) FROM acctguard.appeal_claim(2200100, 1)');
-- NOT_INDEPENDENT: issuer, approver, amender; complainant; the user himself; whoever speaks for one of them
SELECT pg_temp.as('appeal_desk', 'SELECT acctguard.freeze_impose(2200102, ''feature_timeout'', ''violation.spam'', ''long enough text'', evidence => ''{"complainant": "appeal_rev3"}'')');
SELECT pg_temp.submit(2200102);
SELECT pg_temp.as('appeal_desk', 'SELECT count(*) FROM acctguard.appeal_claim(2200102, 2)');
SELECT pg_temp.as('appeal_rev3', 'SELECT count(*) FROM acctguard.appeal_claim(2200102, 2)');
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.account_mark(2200102, person => ''appeal_rev2'')');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200102, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(100) WHERE account_id = 2200102');
BEGIN;
SET SESSION AUTHORIZATION appeal_desk;
SELECT acctguard.acting_as('appeal_rev3', 'ticket 3');
SELECT pg_temp.try('SELECT count(*) FROM acctguard.appeal_claim(2200102, 2)');
RESET SESSION AUTHORIZATION;
ROLLBACK;
-- FREEZE_RANK
SELECT pg_temp.frozen(2200103, 'feature_timeout');
SELECT pg_temp.submit(2200103);
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.account_mark(2200103, staff_rank => 3)');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200103, 2)');
-- who amends becomes a party; who reviews must not amend
SELECT pg_temp.frozen(2200104, 'feature_timeout');
SELECT pg_temp.submit(2200104);
SELECT pg_temp.as('appeal_desk', 'SELECT acctguard.freeze_amend(2200104, 1, ends_at => clock_timestamp() + interval ''1 hour'')');
SELECT parties FROM acctguard.appeal WHERE account_id = 2200104;
SELECT pg_temp.as('appeal_desk', 'SELECT count(*) FROM acctguard.appeal_claim(2200104, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200104, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.freeze_amend(2200104, 1, ends_at => clock_timestamp() + interval ''30 minutes'')');
-- as a constraint of the data, whoever writes: by the row itself, and by the records it stands on
INSERT INTO acctguard.appeal (account_id, no, freeze_no, origin, version, opened_at, opened_by, opened_role, parties, steps, changed_at, claimed_by, claimed_at, claim_until)
VALUES (2200150, 99, 1, 'own_motion', 1, now(), 'eve', 'eve', '{mallory}', 1, now(), 'mallory', now(), now() + interval '1 day');
SELECT pg_temp.frozen(2200105, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200105);
ALTER TABLE acctguard.appeal DISABLE TRIGGER acctguard_row;
SELECT pg_temp.try(format('UPDATE acctguard.appeal SET version = version + 1, changed_at = t, %s FROM (SELECT clock_timestamp() AS t) n WHERE account_id = 2200105', change)) FROM (VALUES
    ('claimed_at = t, claim_until = t + interval ''1 day'', claimed_by = ''freeze_mod1'''), ('parties = ''{}'''), ('claimed_at = now(), claim_until = t + interval ''1 day'', claimed_by = ''appeal_rev3'''),
    ('decision = ''denied'', decided_at = t, decided_by = ''appeal_rev3'', decided_role = ''x'', outcome = ''denied'', closed_at = t, closed_by = ''x'''), ('opened_by = ''me'''),
    ('outcome = ''lapsed'', closed_at = t, closed_by = ''clock''')) v (change);
SELECT pg_temp.try('UPDATE acctguard.appeal SET due_at = NULL WHERE account_id = 2200105');
ALTER TABLE acctguard.appeal ENABLE ALWAYS TRIGGER acctguard_row;
UPDATE acctguard.appeal SET version = version + 1 WHERE account_id = 2200105;

-- P3: given back, or by the clock; then somebody else may
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_release(2200101, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_release(2200101, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200101, 2)');
SET acctguard.test_clock_offset = 28801;
SELECT state, claimed_by FROM acctguard.appeal_queue() WHERE account_id = 2200101;
-- NOT_CLAIMER: not he, or not any more
SELECT pg_temp.decide('appeal_rev2', 2200101, 2, 'granted');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200101, 2)');
SELECT pg_temp.decide('appeal_rev2', 2200101, 2, 'granted');
RESET acctguard.test_clock_offset;

-- P7: errors. NOT_CLAIMER, APPEAL_STALE, DECISION_REASON, HUMAN_REQUIRED, arguments
SELECT pg_temp.frozen(2200110, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200110);
SELECT pg_temp.decide('appeal_rev1', 2200110, 1, 'denied');
SELECT pg_temp.as('appeal_rev1', 'SELECT version FROM acctguard.appeal_claim(2200110, 1)');
SELECT pg_temp.decide('appeal_rev1', 2200110, 1, 'denied', ', expected_version => 1');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_decide(2200110, 1, ''denied'', '' '')');
SELECT pg_temp.decide('appeal_rev1', 2200110, 1, 'denied', ', automated => true');
SELECT pg_temp.decide('appeal_rev1', 2200110, 1, 'perhaps');
SELECT pg_temp.decide('appeal_rev1', 2200110, 1, 'partially_granted');
SELECT pg_temp.decide('appeal_rev1', 2200110, 1, 'denied', ', end_freeze => true');
SELECT pg_temp.decide('appeal_rev1', 2200110, 1, 'denied', ', manifestly_unfounded => true');
SELECT pg_temp.decide('appeal_rev1', 2200110, 1, 'denied', ', expected_version => 2');
SELECT pg_temp.decide('appeal_rev1', 2200110, 1, 'denied');
SELECT * FROM pg_temp.freezes(2200110);
SELECT * FROM pg_temp.cases(2200110);
SELECT * FROM pg_temp.steps(2200110);
SELECT action, person, after->>'decision' AS decision FROM acctguard.audit_read(2200110) WHERE action LIKE 'appeal.%';
SELECT count(*) AS reasons_in_the_ledger FROM acctguard.audit_read(2200110) WHERE after::text LIKE '%device%';
-- a program grants, and nothing else
SELECT pg_temp.frozen(2200111, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200111);
SELECT pg_temp.as('freeze_risk', 'SELECT count(*) FROM acctguard.appeal_claim(2200111, 1)');
SELECT pg_temp.decide('freeze_risk', 2200111, 1, 'dismissed');
SELECT pg_temp.decide('freeze_risk', 2200111, 1, 'partially_granted', ', end_freeze => true');
SELECT pg_temp.decide('freeze_risk', 2200111, 1, 'granted');
SELECT decided_automated, outcome FROM acctguard.appeal WHERE account_id = 2200111;
INSERT INTO acctguard.appeal (account_id, no, freeze_no, origin, version, opened_at, opened_by, opened_role, parties, steps, changed_at, decision, decided_at, decided_by, decided_role, decided_automated, outcome, closed_at, closed_by)
VALUES (2200111, 99, 1, 'own_motion', 1, now(), 'eve', 'eve', '{}', 1, now(), 'denied', now(), 'bot', 'bot', true, 'denied', now(), 'bot');

-- granted: annulled in the same transaction; strike void, neither probation nor acknowledgment, the ladder's freeze goes with it
SELECT pg_temp.frozen(2200112, 'feature_timeout', 'violation.harassment');
SELECT no, kind, state, ladder_score FROM acctguard.freeze_list(2200112);
SELECT pg_temp.frozen(2200113, 'feature_timeout');
SELECT pg_temp.submit(2200113);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200113, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200113, 2, 'granted');
SELECT * FROM pg_temp.freezes(2200113);
SELECT * FROM pg_temp.standing(2200113);
SELECT * FROM pg_temp.standing(2200113, 200000);
SELECT points, void_at IS NOT NULL AS void FROM acctguard.strike WHERE account_id = 2200113;
-- P11 and granted: also after the freeze has ended
SELECT pg_temp.frozen(2200114, 'feature_timeout');
SET acctguard.test_clock_offset = 90000;
SELECT count(*) AS after_the_end FROM acctguard.standing s WHERE account_id = 2200114 AND starts_at < clock_timestamp() + interval '90000 seconds';
SELECT pg_temp.submit(2200114);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200114, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200114, 2, 'partially_granted', ', end_freeze => true');
SELECT pg_temp.decide('appeal_rev1', 2200114, 2, 'granted');
SELECT count(*) AS left FROM acctguard.standing WHERE account_id = 2200114;
SELECT state, end_reason, vacated_at IS NOT NULL AS annulled FROM acctguard.freeze_list(2200114);
RESET acctguard.test_clock_offset;
-- partially_granted: shorter, narrower, or over; what was served leaves probation and acknowledgment
SELECT pg_temp.frozen(2200115, 'feature_freeze');
SELECT pg_temp.submit(2200115);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200115, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200115, 2, 'partially_granted', ', ends_at => clock_timestamp() - interval ''1 hour''');
SELECT pg_temp.decide('appeal_rev1', 2200115, 2, 'partially_granted', ', capabilities => ''{group.join}''');
SELECT pg_temp.decide('appeal_rev1', 2200115, 2, 'partially_granted', ', capabilities => ''{msg.send.stranger}'', ends_at => clock_timestamp() + interval ''1 day''');
SELECT state, capabilities, version, ends_at IS NOT NULL AS ends FROM acctguard.freeze_list(2200115);
SELECT * FROM pg_temp.standing(2200115, 100000);
SELECT pg_temp.frozen(2200116, 'feature_freeze');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200116, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.freeze_stay(2200116, 1, ''while it is looked at'')');
SELECT pg_temp.decide('appeal_rev1', 2200116, 2, 'partially_granted', ', ends_at => clock_timestamp() + interval ''1 day''');
SELECT state, ends_at IS NOT NULL AS ends FROM acctguard.freeze_list(2200116);
SELECT pg_temp.frozen(2200117, 'feature_freeze');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200117, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200117, 2, 'partially_granted', ', end_freeze => true');
SELECT * FROM pg_temp.freezes(2200117);
SELECT freeze_no, part FROM pg_temp.standing(2200117);
SELECT points, void_at IS NOT NULL AS void FROM acctguard.strike WHERE account_id = 2200117;

-- P8: everything denied, or many points: another reviewer signs, whichever way it goes
SELECT pg_temp.frozen(2200120, 'ban', 'violation.severe');
SELECT pg_temp.submit(2200120);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200120, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200120, 2, 'granted');
SELECT * FROM pg_temp.freezes(2200120);
SELECT * FROM pg_temp.cases(2200120);
-- SECOND_REVIEWER, NOT_INDEPENDENT, REVIEW_ROLE, APPEAL_STATE
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_sign(2200120, 2)');
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.appeal_sign(2200120, 2)');
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.appeal_sign(2200120, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200120, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_refuse_sign(2200120, 2, ''no'')');
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_refuse_sign(2200120, 2, '' '')');
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_refuse_sign(2200120, 2, ''the report does not cover all of it'')');
SELECT * FROM pg_temp.cases(2200120);
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_sign(2200120, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200120, 2)');
SELECT pg_temp.decide('appeal_rev2', 2200120, 2, 'granted');
SELECT pg_temp.as('appeal_rev3', 'SELECT acctguard.appeal_sign(2200120, 2)');
SELECT * FROM pg_temp.freezes(2200120);
SELECT * FROM pg_temp.standing(2200120);
SELECT void_at IS NOT NULL AS void FROM acctguard.strike WHERE account_id = 2200120;
SELECT * FROM pg_temp.steps(2200120);
-- 48 hours later compliance and operators may, too
SELECT pg_temp.frozen(2200121, 'ban', 'violation.severe');
SELECT pg_temp.submit(2200121);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200121, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200121, 2, 'dismissed', ', manifestly_unfounded => true');
SET acctguard.test_clock_offset = 172799;
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.appeal_sign(2200121, 2)');
SELECT count(*) AS overdue FROM acctguard.appeal_overdue() WHERE account_id = 2200121;
SET acctguard.test_clock_offset = 172801;
SELECT count(*) AS overdue FROM acctguard.appeal_overdue() WHERE account_id = 2200121;
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.appeal_sign(2200121, 2)');
RESET acctguard.test_clock_offset;
SELECT * FROM pg_temp.freezes(2200121);
SELECT outcome, unfounded, signed_by, decided_by FROM acctguard.appeal WHERE account_id = 2200121;
-- denied with no remedy left: the ban is final before its window ends
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.account_terminate(2200121, ''final'')');
SET acctguard.test_clock_offset = 172802;
SELECT pg_temp.as('appeal_app', 'SELECT (acctguard.appeal_reopen(2200121, 2, ''Here is the police report of Monday evening.'')).state');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200121, 3)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200121, 3)');
SELECT pg_temp.decide('appeal_rev2', 2200121, 3, 'denied');
SELECT pg_temp.as('appeal_rev3', 'SELECT acctguard.appeal_sign(2200121, 3)');
SELECT pg_temp.submit(2200121);
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.account_terminate(2200121, ''final'')');
-- a closed case never changes
SELECT pg_temp.decide('appeal_rev2', 2200121, 2, 'granted');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200121, 2)');
RESET acctguard.test_clock_offset;
ALTER TABLE acctguard.appeal DISABLE TRIGGER acctguard_row;
UPDATE acctguard.appeal SET version = version + 1 WHERE account_id = 2200121;
ALTER TABLE acctguard.appeal ENABLE ALWAYS TRIGGER acctguard_row;
ALTER TABLE acctguard.appeal_step DISABLE TRIGGER acctguard_row;
UPDATE acctguard.appeal_step SET person = 'somebody' WHERE account_id = 2200121;
ALTER TABLE acctguard.appeal_step ENABLE ALWAYS TRIGGER acctguard_row;
DELETE FROM acctguard.appeal_step WHERE account_id = 2200121;

-- what was written is read by who holds the case, or signs it, and each reading is recorded
SELECT pg_temp.frozen(2200130, 'ban', 'violation.severe');
SELECT pg_temp.submit(2200130);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_open_statement(2200130, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200130, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT (step, what, person, body) FROM acctguard.appeal_open_statement(2200130, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_open_statement(2200130, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200130, 2, 'denied');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_open_statement(2200130, 2)');
SELECT pg_temp.as('freeze_mod1', 'SELECT count(*) FROM acctguard.appeal_open_statement(2200130, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_open_statement(2200130, 2)') AS not_claimed;
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200130, 2)') AS decided_it;
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200130, 2)') AS to_sign;
SELECT state, claimed_by FROM acctguard.appeal_queue() WHERE account_id = 2200130;
SELECT pg_temp.as('appeal_rev3', 'SELECT acctguard.appeal_sign(2200130, 2)') AS somebody_reads_it;
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_release(2200130, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200130, 2)') AS again;
SELECT pg_temp.as('appeal_rev2', 'SELECT string_agg(what || '': '' || body, E''\n'') FROM acctguard.appeal_open_statement(2200130, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_sign(2200130, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_open_statement(2200130, 2)');
SELECT action, person FROM acctguard.audit_read(2200130, action => 'appeal.statement_opened');
SELECT c->>'state' AS state, c->>'reasons' AS reasons, c ? 'decided_by' AS named FROM jsonb_array_elements(acctguard.appeal_status(2200130)) c;
-- moved to another place, nothing opens
SELECT pg_temp.frozen(2200131, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200131);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200131, 1)');
ALTER TABLE acctguard.appeal_step DISABLE TRIGGER acctguard_row;
ALTER TABLE acctguard.appeal_step DISABLE TRIGGER acctguard_history;
BEGIN;
UPDATE acctguard.appeal_step SET body = (SELECT s.body FROM acctguard.appeal_step s WHERE s.account_id = 2200130 AND s.step = 1) WHERE account_id = 2200131 AND step = 1;
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_open_statement(2200131, 1)');
ROLLBACK;
BEGIN;
UPDATE acctguard.appeal_step SET step = 17 WHERE account_id = 2200131 AND step = 1;
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_open_statement(2200131, 1)');
ROLLBACK;
ALTER TABLE acctguard.appeal_step ENABLE ALWAYS TRIGGER acctguard_row;
ALTER TABLE acctguard.appeal_step ENABLE ALWAYS TRIGGER acctguard_history;
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_open_statement(2200131, 1)');
-- invariants over everything here: one open case per freeze, reviewers are no parties, annulled means over
SELECT count(*) AS shared FROM (SELECT 1 FROM acctguard.appeal WHERE closed_at IS NULL GROUP BY account_id, freeze_no HAVING count(*) > 1) x;
SELECT count(*) AS not_independent FROM acctguard.appeal a JOIN acctguard.freeze_record r ON r.account_id = a.account_id AND r.no = a.freeze_no
WHERE coalesce(decided_by IN (r.issued_by, r.approved_by) OR signed_by IN (r.issued_by, r.approved_by, decided_by), false);

-- I3: whoever decided turns out to be the user himself: nobody waits for a signature under his decision any more
SELECT pg_temp.frozen(a, 'ban', 'violation.severe') FROM generate_series(2200140, 2200142) a;
SELECT pg_temp.submit(a) FROM generate_series(2200140, 2200142) a;
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(%s, 2)', a)), pg_temp.decide('appeal_rev1', a, 2, 'denied') FROM generate_series(2200140, 2200142) a;
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200142, 2)');
SELECT pg_temp.as('freeze_operator', format('SELECT acctguard.account_mark(%s, person => ''appeal_rev1'')', a)) FROM generate_series(2200140, 2200142) a;
-- ... when somebody wants to sign it, who decides instead
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_sign(2200140, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200140, 2)');
SELECT pg_temp.decide('appeal_rev2', 2200140, 2, 'granted');
SELECT * FROM pg_temp.cases(2200140);
SELECT * FROM pg_temp.steps(2200140);
-- ... when somebody who holds it already wants to sign it: he gives it back and decides himself
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_sign(2200142, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200142, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_release(2200142, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200142, 2)');
SELECT pg_temp.decide('appeal_rev2', 2200142, 2, 'denied');
SELECT * FROM pg_temp.steps(2200142);
-- ... when the freeze is amended
SELECT pg_temp.as('freeze_officer1', 'SELECT acctguard.freeze_amend(2200141, 1, ends_at => clock_timestamp() + interval ''300 days'')');
SELECT * FROM pg_temp.cases(2200141);
SELECT * FROM pg_temp.steps(2200141);
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk, appeal_app, appeal_rev1, appeal_rev2, appeal_rev3, appeal_desk;
