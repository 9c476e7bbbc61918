-- P1, P10, P12: reviews that open with a freeze, cases that follow it, what happens to overdue ones, abuse, erasure.
-- APL-03, APL-08, UNF-02, I3, I8. Accounts 2200400 to 2200499.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\set people :tests /sql/appeal.psql
\i :people
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2200400, 2200499);
CREATE FUNCTION pg_temp.swept(account bigint, seconds bigint DEFAULT 0) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('acctguard.test_clock_offset', seconds || 's', false);
    PERFORM acctguard.sweep(10000);
    RETURN (SELECT string_agg(s.what || coalesce(' ' || s.decision, ''), ', ' ORDER BY s.no, s.step) FROM acctguard.appeal_step s WHERE s.account_id = account);
END
$$;
-- a kind with review_due opens a review when the freeze takes effect: not when it is proposed, not twice
SELECT pg_temp.frozen(2200400, 'feature_freeze');
SELECT * FROM pg_temp.cases(2200400);
SELECT due_at - opened_at AS due FROM acctguard.appeal WHERE account_id = 2200400;
SELECT pg_temp.frozen(2200401, 'feature_freeze', more => ', starts_at => clock_timestamp() + interval ''10 days''');
SELECT round(extract(epoch FROM due_at - opened_at) / 86400) AS due_days FROM acctguard.appeal WHERE account_id = 2200401;
SELECT pg_temp.frozen(2200402, 'ban', 'violation.severe');
SELECT * FROM pg_temp.cases(2200402);
-- of staff's own motion
SELECT pg_temp.as('freeze_mod3', 'SELECT acctguard.appeal_open_review(2200402, 1, ''the detector was wrong about others that day'')');
SELECT pg_temp.as('freeze_mod3', 'SELECT acctguard.appeal_open_review(2200402, 1, ''again'')');
SELECT pg_temp.as('freeze_mod3', 'SELECT acctguard.appeal_open_review(2200402, 7, ''no such freeze'')');
SELECT pg_temp.submit(2200402);
SELECT * FROM pg_temp.cases(2200402);
SELECT * FROM pg_temp.steps(2200402);
-- CASE_OPEN: too late to join what is about to be decided
SELECT pg_temp.frozen(2200403, 'emergency_lock', 'security.takeover');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200403, 1)');
SELECT pg_temp.decide('appeal_rev1', 2200403, 1, 'denied');
SELECT pg_temp.submit(2200403);
SELECT * FROM pg_temp.cases(2200403);
-- join while material is awaited is the answer
SELECT pg_temp.frozen(2200404, 'feature_freeze');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200404, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_ask(2200404, 2, ''{a statement}'') > now()');
SELECT pg_temp.submit(2200404);
SELECT * FROM pg_temp.steps(2200404);
-- P6 of a review: it goes on without the material
SELECT pg_temp.frozen(2200405, 'feature_freeze');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200405, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_ask(2200405, 2, ''{a statement}'', clock_timestamp() + interval ''2 days'') > now()');
SET acctguard.test_clock_offset = 172801;
SELECT state, round(extract(epoch FROM due_at - opened_at) / 86400) AS due_days FROM acctguard.appeal_queue() WHERE account_id = 2200405;
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200405, 2)');
SELECT * FROM pg_temp.steps(2200405);
RESET acctguard.test_clock_offset;

-- P10: lifted and no strike at stake; with a strike it goes on; annulled; each from another state
SELECT pg_temp.frozen(2200410, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200410);
SELECT pg_temp.as('freeze_mod2', 'SELECT count(*) FROM acctguard.freeze_lift(2200410, 1, ''over'')');
SELECT * FROM pg_temp.cases(2200410);
-- cancelled before it began: strike and review go with it, and what the ladder built on the strike. FRZ-15, FRZ-17
SELECT pg_temp.frozen(2200450, 'feature_freeze', more => ', starts_at => clock_timestamp() + interval ''10 days''');
SELECT pg_temp.frozen(2200450, 'feature_freeze', 'violation.harassment', ', starts_at => clock_timestamp() + interval ''20 days''');
SELECT no, state, kind FROM pg_temp.freezes(2200450);
SELECT * FROM pg_temp.cases(2200450);
SELECT pg_temp.as('freeze_mod2', format('SELECT count(*) FROM acctguard.freeze_lift(2200450, %s, ''the wrong account'')', max(no))) FROM pg_temp.freezes(2200450) WHERE kind = 'feature_freeze';
SELECT no, state, end_reason, kind FROM pg_temp.freezes(2200450);
SELECT no, freeze_no, points, void_at IS NOT NULL AS void, void_reason FROM acctguard.strike WHERE account_id = 2200450 ORDER BY no;
SELECT * FROM pg_temp.cases(2200450);
SELECT action, reason FROM pg_temp.events(2200450) WHERE action LIKE '%strike_voided';
-- a stay is for the time of the review: it ends with the decision, in its transaction, and the user hears of it. APL-06, NTF-01
CREATE FUNCTION pg_temp.refused(account bigint) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM acctguard.standing s WHERE s.account_id = account AND s.part = 'f' AND s.starts_at <= clock_timestamp() $$;
SELECT pg_temp.frozen(2200460, 'feature_timeout');
SELECT pg_temp.submit(2200460);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200460, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.freeze_stay(2200460, 1, ''while I look at it'', clock_timestamp() + interval ''1 hour'')');
SELECT state, pg_temp.refused(2200460) FROM pg_temp.freezes(2200460);
SELECT pg_temp.decide('appeal_rev1', 2200460, 2, 'denied');
SELECT state, pg_temp.refused(2200460) FROM pg_temp.freezes(2200460);
SELECT subject, left(body, 130) AS body FROM acctguard.notice_inbox(2200460) WHERE event IN ('appeal.decided', 'freeze.unstayed') ORDER BY event;
-- also where the decider waits for a signature, and has no right to end stays; or where the user takes his appeal back
SELECT pg_temp.frozen(2200461, 'ban', 'violation.severe');
SELECT pg_temp.submit(2200461);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200461, 2)');
SELECT pg_temp.as('freeze_mod3', 'SELECT acctguard.freeze_stay(2200461, 1, ''while it is looked at'')');
SELECT pg_temp.decide('appeal_rev1', 2200461, 2, 'dismissed');
SELECT state FROM pg_temp.freezes(2200461);
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_sign(2200461, 2)');
SELECT state FROM pg_temp.freezes(2200461);
SELECT pg_temp.frozen(2200462, 'feature_timeout');
SELECT pg_temp.submit(2200462);
SELECT pg_temp.as('freeze_mod3', 'SELECT acctguard.freeze_stay(2200462, 1, ''while it is looked at'')');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200462, 2)');
SELECT state, pg_temp.refused(2200462) FROM pg_temp.freezes(2200462);
-- nobody walks around the second signature: who holds the case, or has decided it, does not end its freeze. APL-05
SELECT pg_temp.frozen(2200440, 'ban', 'violation.severe');
SELECT pg_temp.submit(2200440) AS submitted;
SELECT no AS c FROM acctguard.appeal WHERE account_id = 2200440 \gset
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(2200440, %s)', :c));
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.freeze_lift(2200440, 1, ''while I hold it'')');
SELECT pg_temp.decide('appeal_rev1', 2200440, :c, 'granted');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.freeze_lift(2200440, 1, ''I do not wait for a second one'')');
SELECT f.state, c.state AS case FROM acctguard.freeze_list(2200440) f, pg_temp.cases(2200440) c;
SELECT pg_temp.as('appeal_rev2', format('SELECT acctguard.appeal_sign(2200440, %s)', :c)) AS signed;
SELECT f.state, f.end_reason, c.state AS case FROM acctguard.freeze_list(2200440) f, pg_temp.cases(2200440) c;
-- nor one that has not begun, nor by a condition; others do
SELECT pg_temp.frozen(2200441, 'temp_restrict', 'security.odd_login', ', starts_at => clock_timestamp() + interval ''10 days''');
SELECT pg_temp.frozen(2200442, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200442, 1, ', locale => ''!!''') AS no_language;
SELECT pg_temp.submit(n) FROM generate_series(2200441, 2200442) n;
CREATE ROLE appeal_both LOGIN IN ROLE acctguard_reviewer, acctguard_moderator;
SELECT pg_temp.as('appeal_both', format('SELECT count(*) FROM acctguard.appeal_claim(%s, 1)', n)) FROM generate_series(2200441, 2200442) n;
SELECT pg_temp.as('appeal_both', 'SELECT count(*) FROM acctguard.freeze_lift(2200441, 1, ''not to begin'')');
SELECT pg_temp.as('appeal_both', format('SELECT count(*) FROM acctguard.freeze_satisfy(2200442, 1, ''identity_verified'', %L)', jsonb_build_object('method', 'passport', 'at', clock_timestamp())));
SELECT pg_temp.as('freeze_mod2', 'SELECT count(*) FROM acctguard.freeze_lift(2200442, 1, ''over'')');
DROP ROLE appeal_both;
SELECT f.state, f.end_reason FROM acctguard.freeze_list(2200442) f;
SELECT pg_temp.frozen(2200411, 'feature_freeze');
SELECT pg_temp.submit(2200411);
SELECT pg_temp.as('freeze_mod2', 'SELECT count(*) FROM acctguard.freeze_lift(2200411, 1, ''over'')');
SELECT * FROM pg_temp.cases(2200411);
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_vacate(2200411, 1, ''wrong'')');
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.freeze_vacate(2200411, 1, ''wrong'')');
SELECT * FROM pg_temp.cases(2200411);
SELECT pg_temp.frozen(2200412, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200412);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200412, 1)');
SELECT pg_temp.as('freeze_app', 'SELECT count(*) FROM acctguard.freeze_satisfy(2200412, 1, ''identity_verified'', jsonb_build_object(''method'', ''face'', ''at'', clock_timestamp()))');
SELECT pg_temp.decide('appeal_rev1', 2200412, 1, 'denied');
-- the ladder's freeze falls with its cause, and its case with it
SELECT pg_temp.frozen(2200413, 'feature_freeze', 'violation.harassment', ', duration => ''1 hour''');
SELECT no, kind FROM acctguard.freeze_list(2200413);
SELECT pg_temp.frozen(2200413, 'feature_timeout', 'violation.spam', ', duration => ''1 hour''');
SELECT no, kind, state, ladder_score FROM acctguard.freeze_list(2200413);
SELECT pg_temp.submit(2200413, no) FROM acctguard.freeze_list(2200413) WHERE ladder_score IS NOT NULL;
SELECT pg_temp.submit(2200413, 1);
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(2200413, %s)', no)) FROM acctguard.appeal WHERE account_id = 2200413 AND freeze_no = 1;
SELECT pg_temp.decide('appeal_rev1', 2200413, no, 'granted') FROM acctguard.appeal WHERE account_id = 2200413 AND freeze_no = 1;
SELECT no, kind, state, vacated_at IS NOT NULL AS annulled FROM acctguard.freeze_list(2200413);
SELECT freeze_no, state FROM pg_temp.cases(2200413);
-- decided by one, lifted by another: whoever comes second finds it so
SELECT pg_temp.frozen(2200414, 'feature_timeout');
SELECT pg_temp.submit(2200414);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200414, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200414, 2, 'granted');
SELECT pg_temp.as('freeze_mod2', 'SELECT count(*) FROM acctguard.freeze_lift(2200414, 1, ''over'')');

-- P12: a case moves to the freeze that supersedes its freeze; who decided that one does not review it
SELECT pg_temp.frozen(2200415, 'feature_timeout');
SELECT pg_temp.submit(2200415);
SELECT pg_temp.as('appeal_desk', 'SELECT count(*) FROM acctguard.appeal_claim(2200415, 2)');
SELECT pg_temp.as('appeal_desk', 'SELECT acctguard.freeze_impose(2200415, ''feature_timeout'', ''violation.spam'', ''long enough text'', duration => ''2 days'', replaces => 1)');
SELECT no, freeze_no, state, claimed_by FROM acctguard.appeal a, LATERAL (SELECT c.state FROM pg_temp.cases(2200415) c WHERE c.no = a.no) s WHERE account_id = 2200415;
SELECT pg_temp.as('appeal_desk', 'SELECT count(*) FROM acctguard.appeal_claim(2200415, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200415, 2)');
SELECT pg_temp.frozen(2200415, 'feature_freeze', more => ', replaces => 2');
SELECT no, freeze_no, origin, state FROM pg_temp.cases(2200415);
SELECT pg_temp.decide('appeal_rev1', 2200415, 2, 'denied');
SELECT * FROM pg_temp.steps(2200415);
-- a decision that waits for a signature is not one about the new freeze
SELECT pg_temp.frozen(2200416, 'emergency_lock', 'security.takeover');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200416, 1)');
SELECT pg_temp.decide('appeal_rev1', 2200416, 1, 'granted');
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.freeze_impose(2200416, ''ban'', ''violation.severe'', ''long enough text'', ground => ''Terms'', replaces => 1)');
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_approve(2200416, 2)');
SELECT * FROM pg_temp.cases(2200416);
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_sign(2200416, 1)');
-- nor does it bar its reviewer from the case, whosever decision about the new one is refused later
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200416, 1)');
SELECT pg_temp.decide('appeal_rev2', 2200416, 1, 'denied');
SELECT pg_temp.as('appeal_rev3', 'SELECT acctguard.appeal_refuse_sign(2200416, 1, ''not what the log says'')');
SELECT who, pg_temp.as(who, 'SELECT count(*) FROM acctguard.appeal_claim(2200416, 1)') FROM unnest('{appeal_rev2,appeal_rev1}'::text[]) who;
SELECT pg_temp.decide('appeal_rev1', 2200416, 1, 'granted');
SELECT pg_temp.as('appeal_rev3', 'SELECT acctguard.appeal_sign(2200416, 1)');
SELECT * FROM pg_temp.steps(2200416);
-- a proposal to replace is approved though the user appealed meanwhile, the freeze was stayed and somebody wants it annulled: it does no more than it did
SELECT pg_temp.frozen(2200417, 'feature_timeout');
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.freeze_impose(2200417, ''ban'', ''violation.severe'', ''long enough text'', ground => ''Terms'', replaces => 1)');
SELECT pg_temp.submit(2200417);
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.freeze_stay(2200417, 1, ''while it is reviewed'')');
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_vacate(2200417, 1, ''it was somebody else'')');
SELECT pg_temp.as('freeze_officer1', 'SELECT acctguard.freeze_approve(2200417, 2)');
SELECT no, state, kind FROM pg_temp.freezes(2200417);
SELECT * FROM pg_temp.cases(2200417);
-- a risk that a reviewer found to be over, by ending the freeze that it set off, starts from nothing
SELECT score, freeze_no FROM acctguard.risk_report(2200418, 'takeover_report', 120);
SELECT pg_temp.submit(2200418);
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(2200418, %s)', no)) FROM acctguard.appeal WHERE account_id = 2200418;
SELECT pg_temp.decide('appeal_rev1', 2200418, no, 'partially_granted', ', end_freeze => true') FROM acctguard.appeal WHERE account_id = 2200418;
SELECT score, freeze_no FROM acctguard.risk_report(2200418, 'new_device', 20);
-- what the clock did, and the decision itself writes down, makes no reading of the case stale
SELECT pg_temp.frozen(2200419, 'feature_freeze');
SET acctguard.test_clock_offset = 258000;
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200419, 2)');
SET acctguard.test_clock_offset = 259300;
SELECT pg_temp.decide('appeal_rev1', 2200419, 2, 'denied', format(', expected_version => %s', version - 1)) LIKE 'UG216%' AS stale FROM acctguard.appeal WHERE account_id = 2200419;
SELECT pg_temp.decide('appeal_rev1', 2200419, 2, 'denied', format(', expected_version => %s', version)) FROM acctguard.appeal WHERE account_id = 2200419;
SELECT * FROM pg_temp.steps(2200419);
RESET acctguard.test_clock_offset;

-- APL-08: overdue by the clock; the breach policy of the kind, applied once
SELECT pg_temp.frozen(2200420, 'feature_freeze');
SELECT pg_temp.swept(2200420, 259100);
SELECT count(*) AS overdue FROM acctguard.appeal_overdue() WHERE account_id = 2200420;
SELECT pg_temp.as('freeze_operator', 'SELECT count(*) FROM acctguard.appeal_claim(2200420, 2)');
SET acctguard.test_clock_offset = 259201;
SELECT count(*) AS overdue FROM acctguard.appeal_overdue() WHERE account_id = 2200420;
SELECT pg_temp.swept(2200420, 259202);
SELECT pg_temp.swept(2200420, 259203);
SELECT pg_temp.as('freeze_operator', 'SELECT count(*) FROM acctguard.appeal_claim(2200420, 2)');
SELECT action, after->>'policy' AS policy FROM acctguard.audit_read(2200420, action => 'appeal.overdue');
RESET acctguard.test_clock_offset;
SELECT pg_temp.frozen(2200421, 'emergency_lock', 'security.takeover');
SELECT pg_temp.swept(2200421, 86401);
SELECT state, end_reason FROM acctguard.freeze_list(2200421);
SELECT * FROM pg_temp.cases(2200421);
RESET acctguard.test_clock_offset;
SELECT pg_temp.frozen(2200422, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200422);
SELECT pg_temp.swept(2200422, 604801);
RESET acctguard.test_clock_offset;
SELECT acctguard.policy_set('freeze_kind', 'feature_freeze', '{"breach": "stay"}', 'test') > 0 AS set;
SELECT pg_temp.frozen(2200423, 'feature_freeze');
SELECT acctguard.policy_set('freeze_kind', 'feature_freeze', '{"breach": "escalate"}', 'test') > 0 AS set;
SELECT pg_temp.swept(2200423, 259202);
SELECT state FROM acctguard.freeze_list(2200423);
RESET acctguard.test_clock_offset;

-- abuse: three that were manifestly unfounded within half a year, and a warning before the last
SELECT acctguard.policy_set('setting', 'appeal_tries', '5', 'test') > 0 AS set;
SELECT pg_temp.frozen(2200430, 'temp_restrict', 'security.odd_login');
CREATE FUNCTION pg_temp.unfounded(account bigint, no integer, who text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.submit(account) UNION ALL
    SELECT pg_temp.as(who, format('SELECT count(*) FROM acctguard.appeal_claim(%s, %s)', account, no)) UNION ALL
    SELECT pg_temp.decide(who, account, no, 'dismissed', ', manifestly_unfounded => true') OFFSET 2
$$;
SELECT pg_temp.unfounded(2200430, 1, 'appeal_rev1');
SELECT pg_temp.unfounded(2200430, 2, 'appeal_rev2');
SELECT unfounded, decided, warned_at, may_suspend FROM acctguard.appeal_abuse_check(2200430);
SELECT pg_temp.as('freeze_mod1', 'SELECT count(*) FROM acctguard.warn(2200430, ''appeal.abuse'', 0, ''two appeals without any reason'')');
SELECT pg_temp.unfounded(2200430, 4, 'appeal_rev3');
SELECT unfounded, decided, warned_at IS NOT NULL AS warned, may_suspend FROM acctguard.appeal_abuse_check(2200430);
SELECT set_config('acctguard.test_clock_offset', '181d', false);
SELECT unfounded, may_suspend FROM acctguard.appeal_abuse_check(2200430);
RESET acctguard.test_clock_offset;
SELECT acctguard.policy_set('setting', 'appeal_tries', '2', 'test') > 0 AS set;

-- erasure waits for open cases, and takes what was written along
SELECT pg_temp.frozen(2200431, 'feature_timeout');
SELECT pg_temp.submit(2200431);
SELECT acctguard.account_request_close(2200431) IS NOT NULL AS closing;
SELECT set_config('acctguard.test_clock_offset', '300d', false);
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.account_erase(2200431, ''ticket 4'')');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200431, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200431, 2, 'denied');
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.account_erase(2200431, ''ticket 4'')');
SELECT c->>'state' AS state, c->>'sealed' AS sealed, c ? 'reasons' AS reasons FROM jsonb_array_elements(acctguard.appeal_status(2200431)) c;
RESET acctguard.test_clock_offset;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk, appeal_app, appeal_rev1, appeal_rev2, appeal_rev3, appeal_desk;
