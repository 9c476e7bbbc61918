-- What the kind says about overdue reviews happens by the clock: no answer waits for anybody, and none changes when it is
-- written down. APL-08, UNF-01, UNF-02, I8, I9. Accounts 2200700 to 2200799.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\set people :tests /sql/appeal.psql
\i :people
\set ECHO all
\set VERBOSITY terse
-- a review is due after 72 hours: 259200 seconds
SET acctguard.test_clock = 1300000000;
SELECT pg_temp.account(2200700, 2200799);
CREATE TABLE overdue_message (id integer, sender_id bigint);
SELECT acctguard.guard('overdue_message', 'sender_id', 'msg.send.direct') IS NULL AS unguarded;
CREATE FUNCTION pg_temp.at(seconds integer) RETURNS void LANGUAGE sql AS $$
    SELECT set_config('acctguard.test_clock', (1300000000 + seconds)::text, false)
$$;
CREATE FUNCTION pg_temp.write(account bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO overdue_message VALUES (1, account);
    RAISE 'ok';
EXCEPTION WHEN OTHERS THEN
    RETURN CASE WHEN SQLERRM = 'ok' THEN 'ok' ELSE SQLSTATE END;
END
$$;
-- what everybody is told about an account: applications, guarded tables, the user, staff
CREATE FUNCTION pg_temp.look(account bigint)
RETURNS TABLE (allowed boolean, write text, status text, freezes text, cases text, queue text, over text) LANGUAGE sql AS $$
    SELECT acctguard.allowed(account, 'msg.send.direct'),
        pg_temp.write(account),
        (SELECT string_agg(e.source || ' until ' || coalesce(extract(epoch FROM e.until - timestamptz '2000-01-01 00:00:00+00')::integer - 1300000000 || '', 'decided'), ', '
                ORDER BY e.source) FROM acctguard.explain(account) e),
        (SELECT string_agg(concat_ws(' ', f.no, f.state, f.end_reason, f.ended_by, extract(epoch FROM f.ended_at - timestamptz '2000-01-01 00:00:00+00')::integer - 1300000000), ', ' ORDER BY f.no)
            FROM acctguard.freeze_list(account) f),
        (SELECT string_agg(concat_ws(' ', c->>'appeal', c->>'state', CASE WHEN (c->>'overdue')::boolean THEN 'overdue' END, right(c->>'closed_at', 9)), ', ')
            FROM jsonb_array_elements(acctguard.appeal_status(account)) c),
        (SELECT string_agg(concat_ws(' ', q.appeal_no, q.state, CASE WHEN q.overdue THEN 'overdue' END, extract(epoch FROM q.due_at - timestamptz '2000-01-01 00:00:00+00')::integer - 1300000000), ', ')
            FROM acctguard.appeal_queue() q WHERE q.account_id = account),
        (SELECT string_agg(concat_ws(' ', c.appeal_no, c.outcome, extract(epoch FROM c.closed_at - timestamptz '2000-01-01 00:00:00+00')::integer - 1300000000,
                extract(epoch FROM c.due_at - timestamptz '2000-01-01 00:00:00+00')::integer - 1300000000), ', ')
            FROM acctguard.appeal_closed(max_rows => 1000) c WHERE c.account_id = account)
$$;
-- ... at some instants, nobody having come by; then somebody does, twice: does that change any answer at the last one?
-- (He is forgotten again, so that the clock can be set back.)
CREATE FUNCTION pg_temp.watch(watched bigint, VARIADIC instants integer[]) RETURNS TABLE (at integer, allowed boolean, write text, status text, freezes text, cases text) LANGUAGE plpgsql AS $$
DECLARE
    seen record; again record; instant integer;
BEGIN
    FOREACH instant IN ARRAY instants LOOP
        PERFORM pg_temp.at(instant);
        SELECT * INTO seen FROM pg_temp.look(watched);
        RETURN QUERY SELECT instant, seen.allowed, seen.write, seen.status, seen.freezes, seen.cases;
    END LOOP;
    FOR i IN 1..2 LOOP
        PERFORM acctguard.sweep(10000);
        SELECT * INTO again FROM pg_temp.look(watched);
        IF again IS DISTINCT FROM seen THEN
            RAISE WARNING 'swept: % became %', seen, again;
        END IF;
    END LOOP;
    RAISE 'undo';
EXCEPTION WHEN raise_exception THEN
    IF SQLERRM <> 'undo' THEN
        RAISE;
    END IF;
END
$$;
-- what was written down: of when, and how often the user was told
CREATE FUNCTION pg_temp.written(account bigint) RETURNS TABLE (what text, state text, person text, at integer) LANGUAGE sql AS $$
    SELECT concat_ws(' ', s.what, s.decision), s.state, s.person, extract(epoch FROM s.at - timestamptz '2000-01-01 00:00:00+00')::integer - 1300000000
    FROM acctguard.appeal_step s WHERE s.account_id = account ORDER BY s.no, s.step
$$;
CREATE FUNCTION pg_temp.told(account bigint) RETURNS TABLE (action text, times bigint, at text) LANGUAGE sql AS $$
    SELECT r.action, count(*), string_agg(extract(epoch FROM (r.after->>'at')::timestamptz - timestamptz '2000-01-01 00:00:00+00')::integer - 1300000000 || '', ' ' ORDER BY r.after->>'at')
    FROM acctguard.audit_read(account) r WHERE r.action ~ '^(freeze|appeal)\.' AND r.action !~ 'imposed|opened|claimed' GROUP BY 1 ORDER BY 1
$$;
CREATE FUNCTION pg_temp.breach(policy text) RETURNS boolean LANGUAGE sql AS $$
    SELECT acctguard.policy_set('freeze_kind', 'feature_freeze', jsonb_build_object('breach', policy), 'test') > 0
$$;

-- each policy: a second before its review is due, then, an hour later; nobody comes by before the end
SELECT pg_temp.breach('notify');
SELECT pg_temp.frozen(2200700, 'feature_freeze');
SELECT pg_temp.breach('escalate');
SELECT pg_temp.frozen(2200701, 'feature_freeze');
SELECT pg_temp.breach('stay');
SELECT pg_temp.frozen(2200702, 'feature_freeze');
SELECT pg_temp.breach('auto_lift');
SELECT pg_temp.frozen(2200703, 'feature_freeze');
-- without a strike nothing is left to decide about; with one, the case goes on
SELECT pg_temp.frozen(2200704, 'feature_freeze', 'security.takeover');
-- (the policy of later freezes is nothing to those that are there)
SELECT pg_temp.breach('escalate');
SELECT * FROM pg_temp.watch(2200700, 259199, 259200, 262800);
SELECT * FROM pg_temp.watch(2200701, 259199, 259200, 262800);
-- ... it rests for 7 days, and is there again afterwards
SELECT * FROM pg_temp.watch(2200702, 259199, 259200, 862800);
SELECT * FROM pg_temp.watch(2200702, 863999, 864000, 867600);
-- ... it has ended, was right while it lasted, and leaves what a lifted one leaves
SELECT * FROM pg_temp.watch(2200703, 259199, 259200, 863999, 864000);
SELECT * FROM pg_temp.watch(2200704, 259199, 259200, 262800);
-- the lock of an emergency as delivered: a day
SELECT pg_temp.at(0);
SELECT pg_temp.frozen(2200705, 'emergency_lock', 'security.takeover');
SELECT * FROM pg_temp.watch(2200705, 86399, 86400, 90000);
-- explain() knows it of the past, whoever has come by
SELECT s, (SELECT string_agg(e.source, ',') FROM acctguard.explain(2200705, at => timestamptz '2000-01-01 00:00:00+00' + (1300000000 + s) * interval '1 second') e)
FROM unnest(ARRAY[86399, 86400]) s;

-- decided before: nothing happens then
SELECT pg_temp.at(0);
SELECT pg_temp.breach('auto_lift');
SELECT pg_temp.frozen(account, 'feature_freeze') FROM generate_series(2200710, 2200714) account;
SELECT pg_temp.breach('stay');
SELECT pg_temp.frozen(account, 'feature_freeze') FROM generate_series(2200715, 2200719) account;
SELECT pg_temp.breach('escalate');
SELECT pg_temp.at(259000);
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(%s, 2)', account)) FROM unnest(ARRAY[2200710, 2200715]) account;
SELECT pg_temp.decide('appeal_rev1', account, 2, 'denied') FROM unnest(ARRAY[2200710, 2200715]) account;
SELECT lift_at, rest_at, rest_until FROM acctguard.freeze_record WHERE account_id IN (2200710, 2200715);
SELECT * FROM pg_temp.watch(2200710, 259199, 259200, 262800);
SELECT * FROM pg_temp.watch(2200715, 259199, 259200, 262800);
-- decided after: a lift stays one, whatever is decided; a rest ends with the decision
SELECT pg_temp.at(259300);
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(%s, 2)', account)) FROM unnest(ARRAY[2200711, 2200712, 2200716]) account;
SELECT pg_temp.decide('appeal_rev1', account, 2, 'denied') FROM unnest(ARRAY[2200711, 2200716]) account;
SELECT pg_temp.decide('appeal_rev1', 2200712, 2, 'partially_granted', ', end_freeze => true');
SELECT pg_temp.decide('appeal_rev1', 2200712, 2, 'granted');
SELECT * FROM pg_temp.watch(2200711, 259300, 262800);
SELECT * FROM pg_temp.watch(2200712, 259300, 262800);
SELECT * FROM pg_temp.watch(2200716, 259300, 262800);
-- ... and where nothing is left there is nothing to decide; nor is a lifted freeze lifted, amended, stayed
SELECT pg_temp.at(0);
SELECT pg_temp.breach('auto_lift');
SELECT pg_temp.frozen(account, 'feature_freeze', 'security.takeover') FROM generate_series(2200720, 2200721) account;
SELECT pg_temp.breach('escalate');
SELECT pg_temp.at(259000);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200720, 1)');
SELECT pg_temp.at(259200);
SELECT pg_temp.decide('appeal_rev1', 2200720, 1, 'denied');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200721, 1)');
SELECT count(*) AS held FROM acctguard.appeal WHERE account_id = 2200720 AND closed_at IS NULL;
SELECT pg_temp.as('freeze_mod2', 'SELECT count(*) FROM acctguard.freeze_lift(2200721, 1, ''it is over'')');
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_amend(2200721, 1, ends_at => ''infinity'', facts => ''long enough text'')');
SELECT pg_temp.as('freeze_reviewer', 'SELECT acctguard.freeze_stay(2200721, 1, ''look again'')');
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_impose(2200721, ''feature_freeze'', ''violation.spam'', ''long enough text'', ground => ''Terms'', replaces => 1)');
-- the user can still clear the record: that case is not moot for what came before it
SELECT pg_temp.submit(2200721);
SELECT * FROM pg_temp.watch(2200721, 259200, 262800);

-- material was asked for: the time until it comes does not count, and neither does it need anybody when it does not come
SELECT pg_temp.at(259100);
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(%s, 2)', account)) FROM unnest(ARRAY[2200713, 2200717]) account;
SELECT pg_temp.at(259150);
SELECT pg_temp.as('appeal_rev1', format('SELECT acctguard.appeal_ask(%s, 2, ARRAY[''a photo''], timestamptz ''2000-01-01 00:00:00+00'' + interval ''%s seconds'')', account, 1300000000 + 345550)) FROM unnest(ARRAY[2200713, 2200717]) account;
SELECT * FROM pg_temp.watch(2200713, 259200, 345549, 345599, 345600, 349200);
SELECT * FROM pg_temp.watch(2200717, 259200, 345549, 345599, 345600, 349200);
-- ... and when it comes the clock goes on
SELECT pg_temp.at(259100);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200714, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_ask(2200714, 2, ARRAY[''a photo''])');
SELECT pg_temp.at(260000);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_supplement(2200714, 2, ''here is the photo that you wanted'')');
SELECT * FROM pg_temp.watch(2200714, 260099, 260100, 262800);

-- taken back before: an appeal that is the only case; a review goes on without the user
SELECT pg_temp.at(0);
SELECT pg_temp.breach('auto_lift');
SELECT pg_temp.frozen(account, 'feature_freeze') FROM generate_series(2200730, 2200731) account;
SELECT pg_temp.breach('escalate');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200730, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200730, 2, 'denied');
SELECT pg_temp.at(1000);
SELECT pg_temp.submit(2200730);
SELECT extract(epoch FROM lift_at - timestamptz '2000-01-01 00:00:00+00')::integer - 1300000000 AS lift_at FROM acctguard.freeze_record WHERE account_id = 2200730;
SELECT pg_temp.at(2000);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200730, 3)');
SELECT * FROM pg_temp.watch(2200730, 260199, 260200, 262800);
SELECT pg_temp.at(2000);
SELECT pg_temp.submit(2200731);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200731, 2)');
SELECT * FROM pg_temp.watch(2200731, 259199, 259200, 262800);

-- another freeze takes its place, and the case moves there: what that one's kind says counts
SELECT pg_temp.at(0);
SELECT pg_temp.frozen(2200740, 'emergency_lock', 'security.takeover');
SELECT pg_temp.at(3600);
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_impose(2200740, ''feature_freeze'', ''violation.spam'', ''long enough text'', ground => ''Terms'', replaces => 1)');
SELECT * FROM pg_temp.watch(2200740, 86399, 86400, 262800);
SELECT pg_temp.at(0);
SELECT pg_temp.frozen(2200741, 'feature_freeze', 'security.takeover');
SELECT pg_temp.breach('auto_lift');
SELECT pg_temp.at(3600);
-- (its strike counts, though the case came before it)
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_impose(2200741, ''feature_freeze'', ''violation.spam'', ''long enough text'', ground => ''Terms'', replaces => 1)');
SELECT pg_temp.breach('escalate');
SELECT * FROM pg_temp.watch(2200741, 259199, 259200, 262800);

-- a stay by hand: it takes from the rest, and is none where it lasts until then; unstayed, the rest is whole again
SELECT pg_temp.at(0);
SELECT pg_temp.breach('stay');
SELECT pg_temp.frozen(account, 'feature_freeze') FROM generate_series(2200750, 2200754) account;
SELECT pg_temp.at(1000);
SELECT pg_temp.as('freeze_mod2', format('SELECT acctguard.freeze_stay(%s, 1, ''look again'', timestamptz ''2000-01-01 00:00:00+00'' + interval ''%s seconds'')', account, 1300000000 + until))
FROM (VALUES (2200750, 87400), (2200751, 259300), (2200752, 259300)) s (account, until);
SELECT pg_temp.at(5000);
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_unstay(2200752, 1, ''enough'')');
SELECT * FROM pg_temp.watch(2200750, 1000, 87399, 87400, 259199, 259200, 777599, 777600);
SELECT * FROM pg_temp.watch(2200751, 259199, 259200, 259300, 262800);
SELECT * FROM pg_temp.watch(2200752, 5000, 259199, 259200, 859999, 860000);
-- ended early, with nobody having told of it before; what is left is for the second level
SELECT pg_temp.at(259200 + 86400);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2200753, 2)');
SELECT pg_temp.decide('appeal_rev1', 2200753, 2, 'denied');
SELECT stays = tstzmultirange(tstzrange('2000-01-01 00:00:00+00'::timestamptz + (1300000000 + 259200) * interval '1 second', '2000-01-01 00:00:00+00'::timestamptz + (1300000000 + 345600) * interval '1 second')) AS stays,
    rest_at, rest_until FROM acctguard.freeze_record WHERE account_id = 2200753;
SELECT pg_temp.submit(2200753);
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2200753, 3)');
SELECT pg_temp.decide('appeal_rev2', 2200753, 3, 'denied');
SELECT pg_temp.as('appeal_app', 'SELECT (r.appeal_no, r.state) FROM acctguard.appeal_reopen(2200753, 3, ''There is a new witness who has seen it all.'') r');
SELECT * FROM pg_temp.watch(2200753, 345600, 604799, 604800, 1123199, 1123200);
-- with other terms: an end before its review is due, and one after
SELECT pg_temp.at(6000);
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.freeze_amend(2200754, 1, ends_at => timestamptz ''2000-01-01 00:00:00+00'' + interval ''1300100000 seconds'')');
SELECT lift_at IS NOT NULL AS lift, rest_at IS NOT NULL AS rest FROM acctguard.freeze_record WHERE account_id = 2200754;
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.freeze_amend(2200754, 1, ends_at => timestamptz ''2000-01-01 00:00:00+00'' + interval ''1300300000 seconds'', facts => ''long enough text'')');
SELECT lift_at IS NOT NULL AS lift, rest_at IS NOT NULL AS rest FROM acctguard.freeze_record WHERE account_id = 2200754;
SELECT * FROM pg_temp.watch(2200754, 259199, 259200, 299999, 300000);
SELECT pg_temp.breach('escalate');

-- a decision counts when it is made, and must be committed before: what has happened meanwhile is not taken back
SELECT pg_temp.at(0);
SELECT pg_temp.breach('auto_lift');
SELECT pg_temp.frozen(account, 'feature_freeze') FROM generate_series(2200760, 2200761) account;
SELECT pg_temp.breach('escalate');
SELECT pg_temp.at(259000);
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(%s, 2)', account)) FROM generate_series(2200760, 2200761) account;
SELECT pg_temp.at(259199);
\set VERBOSITY default
BEGIN;
SELECT pg_temp.decide('appeal_rev1', 2200760, 2, 'denied');
SELECT pg_temp.at(259200);
COMMIT;
SELECT acctguard.policy_set('setting', 'prepare_wait', '1', 'test') > 0 AS set;
BEGIN;
SELECT pg_temp.at(259199);
SELECT pg_temp.decide('appeal_rev1', 2200760, 2, 'denied');
SELECT pg_temp.at(259200);
PREPARE TRANSACTION 'late';
SELECT acctguard.policy_set('setting', 'prepare_wait', '0', 'test') > 0 AS set;
\set VERBOSITY terse
-- (a savepoint that is rolled back has decided nothing)
BEGIN;
SELECT pg_temp.at(259199);
SAVEPOINT s;
SELECT pg_temp.decide('appeal_rev1', 2200760, 2, 'denied');
ROLLBACK TO s;
SELECT pg_temp.at(259200);
COMMIT;
SELECT * FROM pg_temp.watch(2200760, 259199, 259200, 262800);
BEGIN;
SELECT pg_temp.at(259198);
SELECT pg_temp.decide('appeal_rev1', 2200761, 2, 'denied');
SELECT pg_temp.at(259199);
COMMIT;
SELECT * FROM pg_temp.watch(2200761, 259199, 259200, 262800);

-- a case that nobody needs any more is in nobody's hands
SELECT pg_temp.at(0);
SELECT pg_temp.frozen(2200770, 'emergency_lock', 'security.takeover');
SELECT acctguard.policy_set('setting', 'appeal_claims', '1', 'test') > 0 AS set;
SELECT pg_temp.at(86000);
SELECT pg_temp.as('appeal_rev3', 'SELECT count(*) FROM acctguard.appeal_claim(2200770, 1)');
SELECT pg_temp.frozen(2200771, 'feature_freeze');
SELECT pg_temp.as('appeal_rev3', 'SELECT count(*) FROM acctguard.appeal_claim(2200771, 2)');
SELECT pg_temp.at(86400);
SELECT pg_temp.as('appeal_rev3', 'SELECT count(*) FROM acctguard.appeal_claim(2200771, 2)');
SELECT acctguard.policy_set('setting', 'appeal_claims', '100', 'test') > 0 AS set;

-- no statement takes back what the clock has done
SELECT pg_temp.at(300000);
SELECT pg_temp.try('UPDATE acctguard.freeze_record SET lift_at = NULL WHERE account_id = 2200705');
ALTER TABLE acctguard.freeze_record DISABLE TRIGGER acctguard_row;
ALTER TABLE acctguard.appeal DISABLE TRIGGER acctguard_row;
SELECT pg_temp.try('UPDATE acctguard.freeze_record SET lift_at = NULL WHERE account_id = 2200705');
SELECT pg_temp.try('UPDATE acctguard.freeze_record SET lift_at = lift_at + interval ''1 day'' WHERE account_id = 2200705');
SELECT pg_temp.try('UPDATE acctguard.appeal SET moot_at = NULL, version = version + 1 WHERE account_id = 2200705');
SELECT pg_temp.try('UPDATE acctguard.freeze_record SET rest_until = rest_until + interval ''1 day'' WHERE account_id = 2200702');
SELECT pg_temp.try('UPDATE acctguard.freeze_record SET rest_at = NULL, rest_until = NULL WHERE account_id = 2200702');
ALTER TABLE acctguard.freeze_record ENABLE ALWAYS TRIGGER acctguard_row;
ALTER TABLE acctguard.appeal ENABLE ALWAYS TRIGGER acctguard_row;

-- a harsher freeze in its place has its own time, however little the case had left; the queue keeps the earlier one
CREATE FUNCTION pg_temp.plan(account bigint) RETURNS TABLE (no integer, lift integer, rest integer, due integer, breached integer, moot integer) LANGUAGE sql AS $$
    SELECT f.no, extract(epoch FROM f.lift_at - timestamptz '2000-01-01 00:00:00+00')::integer - 1300000000,
        extract(epoch FROM f.rest_at - timestamptz '2000-01-01 00:00:00+00')::integer - 1300000000,
        extract(epoch FROM a.due_at - timestamptz '2000-01-01 00:00:00+00')::integer - 1300000000,
        extract(epoch FROM a.breached_at - timestamptz '2000-01-01 00:00:00+00')::integer - 1300000000,
        extract(epoch FROM a.moot_at - timestamptz '2000-01-01 00:00:00+00')::integer - 1300000000
    FROM acctguard.appeal a JOIN acctguard.freeze_record f ON f.account_id = a.account_id AND f.no = a.freeze_no WHERE a.account_id = account ORDER BY a.no
$$;
SELECT pg_temp.at(0);
SELECT pg_temp.frozen(account, 'feature_freeze', 'security.takeover') FROM generate_series(2200780, 2200785) account;
SELECT pg_temp.at(259190);
SELECT pg_temp.as('freeze_mod2', format('SELECT acctguard.freeze_impose(%s, ''emergency_lock'', ''security.takeover'', ''long enough text'', replaces => 1)', account))
FROM unnest(ARRAY[2200780, 2200781, 2200785]) account;
SELECT * FROM pg_temp.plan(2200780);
SELECT * FROM pg_temp.watch(2200780, 259199, 259200, 345589, 345590, 349200);
-- ... and what the sweep wrote before it is over changes nothing, nor does the sweep find the same to do for ever
SELECT pg_temp.at(259300);
SELECT count(*) > 0 AS swept FROM acctguard.sweep(10000);
SELECT count(*) AS waits FROM acctguard.appeal_step WHERE account_id = 2200780 AND what = 'breach';
SELECT * FROM pg_temp.watch(2200780, 259300, 345589, 345590, 349200);
-- ... less what is spent waiting for material: a review goes on without, or with what came
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(%s, 1)', account)) FROM unnest(ARRAY[2200781, 2200785]) account;
SELECT pg_temp.at(260000);
SELECT pg_temp.as('appeal_rev1', format('SELECT acctguard.appeal_ask(%s, 1, ARRAY[''a photo''], timestamptz ''2000-01-01 00:00:00+00'' + interval ''%s seconds'')', account, 1300000000 + 360000)) FROM unnest(ARRAY[2200781, 2200785]) account;
SELECT * FROM pg_temp.plan(2200781);
SELECT pg_temp.at(270000);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_supplement(2200785, 1, ''here is the photo that you wanted'')');
SELECT * FROM pg_temp.plan(2200785);
SELECT * FROM pg_temp.watch(2200785, 355589, 355590, 359200);
SELECT * FROM pg_temp.watch(2200781, 359999, 360000, 445589, 445590, 449200);
-- a case that was overdue already: overdue for the freeze before is not overdue for this one
SELECT pg_temp.at(260000);
SELECT count(*) > 0 AS swept FROM acctguard.sweep(10000);
SELECT * FROM pg_temp.plan(2200782);
SELECT pg_temp.as('freeze_mod2', format('SELECT acctguard.freeze_impose(%s, ''emergency_lock'', ''security.takeover'', ''long enough text'', replaces => 1)', account)) FROM generate_series(2200782, 2200783) account;
SELECT * FROM pg_temp.plan(2200782);
SELECT * FROM pg_temp.watch(2200782, 260000, 346399, 346400, 350000);
-- ... and where the new one only tells, it has been told
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_impose(2200784, ''feature_freeze'', ''violation.spam'', ''long enough text'', ground => ''Terms'', replaces => 1)');
SELECT * FROM pg_temp.plan(2200784);
-- a start that is put off takes the time of the freeze along
SELECT pg_temp.at(0);
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.freeze_impose(2200786, ''emergency_lock'', ''security.takeover'', ''long enough text'', starts_at => timestamptz ''2000-01-01 00:00:00+00'' + interval ''1300003600 seconds'')');
SELECT * FROM pg_temp.plan(2200786);
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_amend(2200786, 1, starts_at => timestamptz ''2000-01-01 00:00:00+00'' + interval ''1300100000 seconds'')');
SELECT * FROM pg_temp.plan(2200786);
SELECT * FROM pg_temp.watch(2200786, 99999, 100000, 186399, 186400, 190000);

-- ... but the freeze before is replaced in time, or the clock has lifted it: who commits later replaces nothing
SELECT pg_temp.at(0);
SELECT pg_temp.frozen(2200787, 'emergency_lock', 'security.takeover');
BEGIN;
SELECT pg_temp.at(86390);
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_impose(2200787, ''emergency_lock'', ''security.takeover'', ''long enough text'', replaces => 1)');
SELECT pg_temp.at(86400);
COMMIT;
SELECT * FROM pg_temp.watch(2200787, 86399, 86400, 90000);

-- all of it written down, of its time, once
SELECT pg_temp.at(1200000);
SELECT count(*) > 0 AS swept FROM acctguard.sweep(10000);
SELECT count(*) > 0 AS swept FROM acctguard.sweep(10000);
SELECT account, w.* FROM unnest(ARRAY[2200702, 2200703, 2200704, 2200713, 2200716, 2200780, 2200781, 2200783, 2200784]) account, pg_temp.written(account) w;
SELECT account, t.* FROM unnest(ARRAY[2200700, 2200702, 2200703, 2200704, 2200716, 2200750, 2200753, 2200780, 2200783]) account, pg_temp.told(account) t;
RESET acctguard.test_clock;
DROP TABLE overdue_message;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk, appeal_app, appeal_rev1, appeal_rev2, appeal_rev3, appeal_desk;
