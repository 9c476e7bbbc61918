-- What an adversary tried against appeals: programs, one person in two parts, decisions that cannot be signed, staff that uses up
-- the user's appeals, reviews that get lost. APL-04, APL-05, UNF-02, UNF-03, UNF-04, I3, I4. Accounts 2620000 to 2620099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\set people :tests /sql/appeal.psql
\i :people
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2620000, 2620099);
CREATE ROLE redteam_service LOGIN IN ROLE acctguard_risk, acctguard_app;
CREATE ROLE redteam_alice LOGIN IN ROLE acctguard_app, acctguard_reviewer;
CREATE ROLE redteam_desk LOGIN IN ROLE acctguard_moderator, acctguard_reviewer;
-- a program with other rights of programs denies nothing, and what it grants is marked
SELECT pg_temp.frozen(2620000, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2620000);
SELECT pg_temp.as('redteam_service', 'SELECT count(*) FROM acctguard.appeal_claim(2620000, 1)');
SELECT pg_temp.decide('redteam_service', 2620000, 1, 'denied');
SELECT pg_temp.decide('redteam_service', 2620000, 1, 'granted');
SELECT decided_automated, outcome FROM acctguard.appeal WHERE account_id = 2620000;
-- who opens a review, of his own motion or as second level, does not decide it
SELECT pg_temp.frozen(2620001, 'feature_timeout');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_open_review(2620001, 1, ''I have a doubt'')');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2620001, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(100) WHERE account_id = 2620001');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2620001, 2)');
SELECT parties FROM acctguard.appeal WHERE account_id = 2620001;
-- a freeze that takes another's place takes its persons along, and those who reviewed that one
SELECT pg_temp.frozen(2620002, 'feature_timeout');
SELECT pg_temp.submit(2620002);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2620002, 2)');
SELECT pg_temp.decide('appeal_rev1', 2620002, 2, 'denied');
SELECT pg_temp.as('redteam_desk', 'SELECT acctguard.freeze_impose(2620002, ''feature_freeze'', ''violation.spam'', ''long enough text'', ground => ''Terms'', replaces => 1)');
SELECT no, freeze_no, origin FROM acctguard.appeal WHERE account_id = 2620002 ORDER BY no;
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(2620002, %s)', max(no))) FROM acctguard.appeal WHERE account_id = 2620002;
SELECT pg_temp.as('appeal_rev2', format('SELECT count(*) FROM acctguard.appeal_claim(2620002, %s)', max(no))) FROM acctguard.appeal WHERE account_id = 2620002;
SELECT parties FROM acctguard.appeal WHERE account_id = 2620002 ORDER BY no DESC LIMIT 1;
SELECT pg_temp.as('redteam_desk', 'SELECT acctguard.freeze_impose(2620003, ''feature_timeout'', ''violation.spam'', ''long enough text'', ground => ''Terms'')');
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.freeze_impose(2620003, ''feature_freeze'', ''violation.spam'', ''long enough text'', ground => ''Terms'', replaces => 1)');
SELECT pg_temp.as('redteam_desk', format('SELECT count(*) FROM acctguard.appeal_claim(2620003, %s)', max(no))) FROM acctguard.appeal WHERE account_id = 2620003;
-- who files for the user, adds to it, or vouches for his ticket does not decide
SELECT pg_temp.frozen(2620004, 'feature_timeout');
SELECT pg_temp.as('redteam_alice', 'SELECT (s.appeal_no, s.state) FROM acctguard.appeal_submit(2620004, 1, ''I did not send these messages, my phone was stolen on Monday.'') s');
SELECT pg_temp.as('redteam_alice', 'SELECT count(*) FROM acctguard.appeal_claim(2620004, 2)');
SELECT pg_temp.frozen(2620005, 'feature_timeout');
SELECT pg_temp.submit(2620005);
SELECT pg_temp.as('redteam_alice', 'SELECT count(*) FROM acctguard.appeal_claim(2620005, 2)');
SELECT pg_temp.as('redteam_alice', 'SELECT acctguard.appeal_supplement(2620005, 2, ''Here is what the user has told me.'')');
SELECT pg_temp.decide('redteam_alice', 2620005, 2, 'granted');
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.freeze_amend(2620005, 1, ends_at => clock_timestamp() + interval ''1 hour'')');
SELECT what, person FROM pg_temp.steps(2620005);
SELECT pg_temp.frozen(2620006, 'feature_timeout');
SELECT pg_temp.as('freeze_mod2', 'SELECT (t.state) FROM acctguard.appeal_ticket_issue(2620006, 1, ''letter 6'') t');
CREATE TEMP TABLE token (token text);
GRANT ALL ON token TO PUBLIC;
SELECT pg_temp.as('redteam_desk', 'INSERT INTO token SELECT t.token FROM acctguard.appeal_ticket_issue(2620006, 1, ''letter 6'') t');
SELECT pg_temp.submit(2620006, 1, format(', ticket => %L', token)) FROM token;
SELECT pg_temp.as('redteam_desk', format('SELECT count(*) FROM acctguard.appeal_claim(2620006, %s)', max(no))) FROM acctguard.appeal WHERE account_id = 2620006;
-- a partial grant that waits for its signature can be signed whatever has become of the freeze
CREATE FUNCTION pg_temp.half_won(account bigint, terms text) RETURNS TABLE (said text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.frozen(account, 'ban', 'violation.severe', ', ends_at => clock_timestamp() + interval ''100 days''');
    PERFORM pg_temp.submit(account);
    PERFORM pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(%s, 2)', account));
    RETURN QUERY SELECT pg_temp.decide('appeal_rev1', account, 2, 'partially_granted', terms);
END
$$;
SELECT pg_temp.half_won(2620010, ', ends_at => clock_timestamp() + interval ''1 day''');
SELECT pg_temp.half_won(2620011, ', ends_at => clock_timestamp() + interval ''50 days''');
SELECT pg_temp.half_won(2620012, ', ends_at => clock_timestamp() + interval ''50 days''');
SELECT pg_temp.half_won(2620013, ', end_freeze => true');
SELECT pg_temp.half_won(2620014, ', ends_at => clock_timestamp() + interval ''50 days''');
SELECT pg_temp.half_won(2620015, ', ends_at => clock_timestamp() + interval ''200 days''');
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.freeze_amend(2620012, 1, ends_at => clock_timestamp() + interval ''40 days'')');
SELECT pg_temp.as('freeze_operator', 'SELECT count(*) FROM acctguard.freeze_lift(2620013, 1, ''a mistake'')');
SET acctguard.test_clock_offset = 100000;
SELECT pg_temp.as('appeal_rev2', format('SELECT acctguard.appeal_sign(%s, 2)', account)) FROM generate_series(2620010, 2620013) account;
SET acctguard.test_clock_offset = 9000000;
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_sign(2620014, 2)');
RESET acctguard.test_clock_offset;
SELECT a.account_id, a.outcome, r.end_reason, r.version FROM acctguard.appeal a JOIN acctguard.freeze_record r ON r.account_id = a.account_id AND r.no = a.freeze_no
WHERE a.account_id BETWEEN 2620010 AND 2620014 ORDER BY 1;
-- staff that takes a case up again takes nothing from the user: he still appeals, and has his own second level
SELECT pg_temp.frozen(2620020, 'feature_freeze');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2620020, 2)');
SELECT pg_temp.decide('appeal_rev1', 2620020, 2, 'denied');
SELECT * FROM pg_temp.cases(2620020);
SELECT pg_temp.as('appeal_app', 'SELECT (s.appeal_no, s.state) FROM acctguard.appeal_reopen(2620020, 2, ''The provider has confirmed that the phone was stolen.'') s');
SELECT pg_temp.as('freeze_operator', 'SELECT (s.appeal_no, s.state) FROM acctguard.appeal_reopen(2620020, 2, ''The provider has confirmed that the phone was stolen.'') s');
SELECT pg_temp.as('freeze_operator', 'SELECT count(*) FROM acctguard.appeal_claim(2620020, 3)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2620020, 3)');
SELECT pg_temp.decide('appeal_rev2', 2620020, 3, 'denied');
SELECT pg_temp.as('freeze_operator', 'SELECT (s.appeal_no, s.state) FROM acctguard.appeal_reopen(2620020, 3, ''The provider has confirmed that the phone was stolen.'') s');
SELECT pg_temp.submit(2620020);
SELECT pg_temp.as('appeal_rev3', 'SELECT count(*) FROM acctguard.appeal_claim(2620020, 4)');
SELECT pg_temp.decide('appeal_rev3', 2620020, 4, 'denied');
SELECT pg_temp.as('appeal_app', 'SELECT (s.appeal_no, s.state) FROM acctguard.appeal_reopen(2620020, 2, ''The provider has confirmed that the phone was stolen.'') s');
SELECT pg_temp.as('appeal_app', 'SELECT (s.appeal_no, s.state) FROM acctguard.appeal_reopen(2620020, 4, ''The provider has confirmed that the phone was stolen.'') s');
-- a review that the kind demands does not get lost with the appeal that stood in for it: taken back, or lapsed
CREATE FUNCTION pg_temp.stands_in(account bigint) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT pg_temp.frozen(account, 'feature_timeout');
    SELECT pg_temp.submit(account);
    SELECT pg_temp.as('freeze_mod2', format('SELECT acctguard.freeze_impose(%s, ''feature_freeze'', ''violation.spam'', ''long enough text'', ground => ''Terms'', replaces => 1)', account));
$$;
SELECT pg_temp.stands_in(2620030);
SELECT due_at - changed_at AS due FROM acctguard.appeal WHERE account_id = 2620030;
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2620030, 2)');
SELECT * FROM pg_temp.cases(2620030);
SELECT pg_temp.stands_in(2620031);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2620031, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_ask(2620031, 2, ''{"a picture"}'') > clock_timestamp()');
SET acctguard.test_clock_offset = 2000000;
SELECT count(*) > 0 AS swept FROM acctguard.sweep(10000);
SELECT count(*) > 0 AS swept FROM acctguard.sweep(10000);
SELECT no, freeze_no, origin, outcome FROM acctguard.appeal WHERE account_id = 2620031 ORDER BY no;
RESET acctguard.test_clock_offset;
SELECT pg_temp.stands_in(2620032);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2620032, 2)');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_ask(2620032, 2, ''{"a picture"}'') > clock_timestamp()');
SET acctguard.test_clock_offset = 2000000;
SELECT pg_temp.submit(2620032, 2);
RESET acctguard.test_clock_offset;
SELECT no, freeze_no, origin, outcome FROM acctguard.appeal WHERE account_id = 2620032 ORDER BY no;
-- nor after one was decided: it is not demanded twice
SELECT pg_temp.frozen(2620033, 'feature_freeze');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2620033, 2)');
SELECT pg_temp.decide('appeal_rev1', 2620033, 2, 'denied');
SELECT pg_temp.submit(2620033);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2620033, 3)');
SELECT no, origin, outcome FROM acctguard.appeal WHERE account_id = 2620033 ORDER BY no;
-- freezes of 0.1.0, which knew no reviews, get theirs when they are first looked at; once
SELECT pg_temp.frozen(account, 'feature_freeze') FROM generate_series(2620040, 2620041) account;
SELECT pg_temp.as('freeze_operator', 'SELECT count(*) FROM acctguard.freeze_lift(2620041, 1, ''over'')');
-- (the worker leaves accounts alone that somebody holds; otherwise it would wait for these tables, give up, and come back much later)
BEGIN;
SELECT count(*) AS held FROM (SELECT FROM acctguard.account WHERE account_id BETWEEN 2620040 AND 2620041 FOR UPDATE) AS account;
ALTER TABLE acctguard.appeal DISABLE TRIGGER USER;
ALTER TABLE acctguard.appeal_step DISABLE TRIGGER USER;
ALTER TABLE acctguard.freeze_record DISABLE TRIGGER USER;
DELETE FROM acctguard.appeal_step WHERE account_id BETWEEN 2620040 AND 2620041;
DELETE FROM acctguard.appeal WHERE account_id BETWEEN 2620040 AND 2620041;
UPDATE acctguard.freeze_record SET noted = NULL, wake_at = clock_timestamp() WHERE account_id BETWEEN 2620040 AND 2620041;
SELECT acctguard.protect_tables() > 0 AS repaired;
COMMIT;
-- (the worker may be at it, which the sweep leaves alone until it has committed)
DO $$ BEGIN
    FOR i IN 1..1000 LOOP
        PERFORM acctguard.sweep(10000);
        EXIT WHEN EXISTS (SELECT FROM acctguard.appeal WHERE account_id = 2620040);
        PERFORM pg_sleep(0.02);
    END LOOP;
END $$;
SELECT count(*) > 0 AS swept FROM acctguard.sweep(10000);
SELECT account_id, no, origin, due_at - opened_at AS due FROM acctguard.appeal WHERE account_id BETWEEN 2620040 AND 2620041;
-- a case that cannot be written stops nobody
SELECT pg_temp.frozen(account, 'feature_freeze') FROM generate_series(2620050, 2620052) account;
CREATE FUNCTION pg_temp.poison() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''poison''; END';
CREATE TRIGGER poison BEFORE UPDATE ON acctguard.appeal FOR EACH ROW WHEN (old.account_id = 2620051) EXECUTE FUNCTION pg_temp.poison();
SET client_min_messages = error;
SET acctguard.test_clock_offset = 2000000;
SELECT error FROM acctguard.sweep(10000) WHERE task = 'appeal';
DROP TRIGGER poison ON acctguard.appeal;
SELECT account_id, breached_at IS NOT NULL AS breached FROM acctguard.appeal WHERE account_id BETWEEN 2620050 AND 2620052 ORDER BY 1;
SELECT count(*) > 0 AS swept FROM acctguard.sweep(10000);
SELECT account_id, breached_at IS NOT NULL AS breached FROM acctguard.appeal WHERE account_id BETWEEN 2620050 AND 2620052 ORDER BY 1;
RESET acctguard.test_clock_offset;
SET client_min_messages = warning;
-- an appeal, and a ticket, against a freeze whose place another took are about that one
SELECT pg_temp.frozen(2620060, 'feature_timeout');
SELECT pg_temp.as('freeze_mod2', 'SELECT t.state FROM acctguard.appeal_ticket_issue(2620060, 1, ''letter 60'') t');
TRUNCATE token;
SELECT pg_temp.as('freeze_mod3', 'INSERT INTO token SELECT t.token FROM acctguard.appeal_ticket_issue(2620060, 1, ''letter 60'') t');
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_impose(2620060, ''feature_freeze'', ''violation.spam'', ''long enough text'', ground => ''Terms'', replaces => 1)');
SELECT no, state, kind FROM pg_temp.freezes(2620060);
SELECT pg_temp.submit(2620060, 2, ', ticket => ''2620060.0''');
SELECT pg_temp.submit(2620060, 1, format(', ticket => %L', token)) FROM token;
SELECT f.kind, a.origin, a.appealed_at IS NOT NULL AS appealed, a.ticket IS NOT NULL AS ticket FROM acctguard.appeal a JOIN acctguard.freeze_record f ON f.account_id = a.account_id AND f.no = a.freeze_no WHERE a.account_id = 2620060;
-- a freeze that takes another's place gives no new appeals, unless it is a heavier one
SELECT pg_temp.frozen(2620070, 'feature_timeout');
SELECT pg_temp.submit(2620070), pg_temp.as('appeal_app', format('SELECT acctguard.appeal_withdraw(2620070, %s)', n)) FROM generate_series(2, 3) n;
SELECT pg_temp.submit(2620070);
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_impose(2620070, ''feature_timeout'', ''violation.spam'', ''long enough text'', ground => ''Terms'', ends_at => clock_timestamp() + interval ''20 days'', replaces => 1)');
SELECT pg_temp.submit(2620070, 2);
SELECT pg_temp.as('freeze_mod2', 'SELECT acctguard.freeze_impose(2620070, ''feature_freeze'', ''violation.spam'', ''long enough text'', ground => ''Terms'', replaces => 2)');
SELECT pg_temp.submit(2620070, 3);
-- whose decision was not signed neither decides again nor signs; a reviewer without the case does not lift what it is about
SELECT pg_temp.frozen(2620071, 'ban', 'violation.severe');
SELECT pg_temp.submit(2620071);
SELECT pg_temp.as('appeal_rev3', 'SELECT count(*) FROM acctguard.freeze_lift(2620071, 1, ''I do not wait for the case'')');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2620071, 2)');
SELECT pg_temp.decide('appeal_rev1', 2620071, 2, 'granted');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.freeze_stay(2620071, 1, ''I do not wait for the signature'')');
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_refuse_sign(2620071, 2, ''not what the log says'')');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2620071, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2620071, 2)');
SELECT pg_temp.decide('appeal_rev2', 2620071, 2, 'denied');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_sign(2620071, 2)');
SELECT pg_temp.as('appeal_rev3', 'SELECT acctguard.appeal_sign(2620071, 2)');
-- nor does who has decided replace it
SELECT pg_temp.frozen(2620073, 'ban', 'violation.severe');
SELECT pg_temp.submit(2620073);
SELECT pg_temp.as('redteam_desk', 'SELECT count(*) FROM acctguard.appeal_claim(2620073, 2)');
SELECT pg_temp.decide('redteam_desk', 2620073, 2, 'granted');
SELECT pg_temp.as('redteam_desk', 'SELECT acctguard.freeze_impose(2620073, ''feature_timeout'', ''violation.spam'', ''long enough text'', ground => ''Terms'', replaces => 1)');
-- nor proposes what a second person would let take its place
SELECT pg_temp.as('redteam_desk', 'SELECT acctguard.freeze_impose(2620073, ''ban'', ''violation.severe'', ''long enough text'', ground => ''Terms'', replaces => 1)');
-- a contact that is neither an address nor a number is called that, whatever channel it might have been for
SELECT pg_temp.frozen(2620078, 'feature_timeout');
SELECT contact, pg_temp.submit(2620078, 1, format(', contact => %L', contact)) FROM unnest('{nobody,13800138000,+1380,a@}'::text[]) contact;
-- blanks are no supplement
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_supplement(2620060, %s, '' '')', no)) FROM acctguard.appeal WHERE account_id = 2620060;
-- staff gives a ticket by two persons, whatever proof one of them says he has seen
SELECT pg_temp.frozen(2620074, 'feature_timeout');
SELECT pg_temp.as(who, 'SELECT t.state FROM acctguard.appeal_ticket_issue(2620074, 1, ''letter 74'', jsonb_build_object(''method'', ''video'', ''at'', clock_timestamp())) t')
FROM unnest('{freeze_mod2,appeal_rev1,freeze_operator,redteam_alice}'::text[]) who;
SELECT count(*) FROM acctguard.appeal_ticket WHERE account_id = 2620074;
-- a second level of staff's own goes on without material by the clock: it can be claimed before any sweep
SELECT pg_temp.frozen(2620075, 'feature_timeout');
SELECT pg_temp.submit(2620075);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2620075, 2)');
SELECT pg_temp.decide('appeal_rev1', 2620075, 2, 'denied');
SELECT pg_temp.as('freeze_officer1', 'SELECT r.appeal_no FROM acctguard.appeal_reopen(2620075, 2, ''The log of that day has turned up meanwhile.'') r');
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(2620075, 3)');
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_ask(2620075, 3, ''{the bill}'', clock_timestamp() + interval ''2 hours'') IS NOT NULL');
SET acctguard.test_clock_offset = 7300;
SELECT state FROM acctguard.appeal_queue() WHERE account_id = 2620075;
SELECT pg_temp.as('appeal_rev2', 'SELECT count(*) FROM acctguard.appeal_claim(100) WHERE account_id = 2620075');
RESET acctguard.test_clock_offset;
-- what was taken back before it was signed, or decided without the user, is no appeal of his that was dismissed
SELECT pg_temp.frozen(2620076, 'ban', 'violation.severe');
SELECT pg_temp.submit(2620076);
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2620076, 2)');
SELECT pg_temp.decide('appeal_rev1', 2620076, 2, 'dismissed', ', manifestly_unfounded => true');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2620076, 2)');
SELECT pg_temp.frozen(2620076, 'feature_freeze');
SELECT freeze_no, no, state FROM pg_temp.cases(2620076) WHERE freeze_no = 2;
SELECT pg_temp.submit(2620076, 2);
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_withdraw(2620076, %s)', no)) FROM pg_temp.cases(2620076) WHERE freeze_no = 2;
SELECT pg_temp.as('appeal_rev1', format('SELECT count(*) FROM acctguard.appeal_claim(2620076, %s)', no)) FROM pg_temp.cases(2620076) WHERE freeze_no = 2;
SELECT pg_temp.decide('appeal_rev1', 2620076, no, 'dismissed', ', manifestly_unfounded => true') FROM pg_temp.cases(2620076) WHERE freeze_no = 2;
SELECT unfounded, decided FROM acctguard.appeal_abuse_check(2620076);
-- who holds a case proposes no harder terms of its freeze either, and who proposed some does not take the case
SELECT pg_temp.as('freeze_officer1', 'SELECT acctguard.freeze_impose(2620077, ''compliance'', ''regulatory.order'', ''long enough text'', ground => ''Law'', legal_reference => ''order 77'', capabilities => ''{msg.send.stranger}'')');
SELECT pg_temp.as('freeze_officer2', 'SELECT acctguard.freeze_approve(2620077, 1)');
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.appeal_open_review(2620077, 1, ''I have a doubt'')') AS opened;
CREATE ROLE redteam_officer LOGIN IN ROLE acctguard_compliance;
SELECT pg_temp.as('freeze_officer3', format('SELECT count(*) FROM acctguard.appeal_claim(2620077, %s)', no)) FROM acctguard.appeal WHERE account_id = 2620077;
SELECT pg_temp.as('freeze_officer3', 'SELECT acctguard.freeze_amend(2620077, 1, facts => ''he went on with it'', capabilities => ''{messaging.out}'', legal_reference => ''order 78'')');
SELECT state, amendment FROM acctguard.freeze_list(2620077);
SELECT pg_temp.as('freeze_officer3', format('SELECT acctguard.appeal_release(2620077, %s)', no)) FROM acctguard.appeal WHERE account_id = 2620077;
SELECT pg_temp.as('redteam_officer', 'SELECT acctguard.freeze_amend(2620077, 1, facts => ''he went on with it'', capabilities => ''{messaging.out}'', legal_reference => ''order 78'')');
SELECT pg_temp.as('redteam_officer', format('SELECT count(*) FROM acctguard.appeal_claim(2620077, %s)', no)) FROM acctguard.appeal WHERE account_id = 2620077;
DROP ROLE redteam_officer;
DROP ROLE redteam_service, redteam_alice, redteam_desk;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk, appeal_app, appeal_rev1, appeal_rev2, appeal_rev3, appeal_desk;
