-- What the user must not know of is not there for him, whatever he asks: freezes that are not shown, proposals, and cases about
-- them. UNF-05, FRZ-16, NTF-01. Accounts 2630000 to 2630099.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\set people :tests /sql/appeal.psql
\i :people
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2630000, 2630099);
-- What the application is told about a freeze of that number, the number itself put aside.
CREATE FUNCTION pg_temp.ask(account bigint, fno integer) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT replace(regexp_replace(regexp_replace(pg_temp.as('appeal_app', replace(replace(command, '$1', account::text), '$2', fno::text)), '(freeze|case) ' || fno, '\1 N'), 'freeze_\w+|appeal_\w+', 'F'), account::text, 'A')
    FROM unnest(ARRAY[
        'SELECT acctguard.appeal_submit($1, $2, ''I did not send these messages, my phone was stolen on Monday.'')',
        'SELECT acctguard.appeal_submit($1, $2, NULL)',
        'SELECT acctguard.appeal_submit($1, $2, ''I did not send these messages, my phone was stolen.'', ticket => ''1.2'')',
        'SELECT acctguard.appeal_ticket_issue($1, $2, ''letter'', ''{"method": "face", "at": "2000-01-01"}'')',
        'SELECT count(*) FROM acctguard.freeze_satisfy($1, $2, ''identity_verified'', ''{"method": "face", "at": "2000-01-01"}'')',
        'SELECT count(*) FROM acctguard.freeze_lift($1, $2, ''please'')',
        'SELECT acctguard.freeze_impose($1, ''self_freeze'', ''own_wish'', replaces => $2)'
    ]) command
$$;
-- 1 monitor mode, 2 a ban that is only proposed, 77 nothing: no question tells one from the other
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.freeze_impose(2630000, ''monitor'', ''security.odd_login'', capabilities => ''{pay.large}'')');
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.freeze_impose(2630000, ''ban'', ''violation.severe'', ''long enough text'', ground => ''Terms'')');
SELECT * FROM pg_temp.ask(2630000, 77);
SELECT fno, count(*) AS differ FROM (VALUES (1), (2)) f (fno), LATERAL (
    (SELECT * FROM ROWS FROM (pg_temp.ask(2630000, fno)) WITH ORDINALITY EXCEPT SELECT * FROM ROWS FROM (pg_temp.ask(2630000, 77)) WITH ORDINALITY)) d GROUP BY 1;
-- staff sees them
SELECT pg_temp.as('freeze_mod1', 'SELECT count(*) FROM acctguard.freeze_satisfy(2630000, 1, ''identity_verified'')');
-- a review of such a freeze is no case of the user's
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_open_review(2630000, 1, ''I have a doubt'')') AS said;
CREATE FUNCTION pg_temp.ask_case(account bigint, cno integer) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT regexp_replace(pg_temp.as('appeal_app', replace(replace(command, '$1', account::text), '$2', cno::text)), '(case) ' || cno, '\1 N')
    FROM unnest(ARRAY[
        'SELECT acctguard.appeal_status($1, $2)',
        'SELECT acctguard.appeal_supplement($1, $2, ''I have found the letter'')',
        'SELECT acctguard.appeal_withdraw($1, $2)',
        'SELECT acctguard.appeal_attach($1, $2, ''a.png'', ''image/png'', ''abc'')',
        'SELECT acctguard.appeal_attach_begin($1, $2, ''a.png'', ''image/png'', 5)',
        'SELECT (r).state FROM acctguard.appeal_reopen($1, $2, ''The provider has confirmed that the phone was stolen.'') r'
    ]) command
$$;
SELECT * FROM pg_temp.ask_case(2630000, 77);
SELECT count(*) AS differ FROM (
    SELECT * FROM ROWS FROM (pg_temp.ask_case(2630000, 1)) WITH ORDINALITY EXCEPT SELECT * FROM ROWS FROM (pg_temp.ask_case(2630000, 77)) WITH ORDINALITY) d;
SELECT acctguard.appeal_status(2630000);
-- an appeal that was filed goes on when such a freeze takes the place of its own: about the one the user knows
SELECT pg_temp.frozen(2630001, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2630001);
SELECT pg_temp.as('freeze_operator', 'SELECT acctguard.freeze_impose(2630001, ''monitor'', ''security.odd_login'', capabilities => ''{pay.large}'', replaces => 1)');
SELECT freeze_no FROM acctguard.appeal WHERE account_id = 2630001;
SELECT * FROM pg_temp.cases(2630001);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_supplement(2630001, 1, ''I have found the letter'')');
SELECT pg_temp.as('appeal_rev1', 'SELECT count(*) FROM acctguard.appeal_claim(2630001, 1)');
SELECT pg_temp.decide('appeal_rev1', 2630001, 1, 'denied');
SELECT c->'freeze' AS freeze, c->'state' AS state, c ? 'reasons' AS reasons FROM jsonb_array_elements(acctguard.appeal_status(2630001)) c;
SELECT subject, left(body, 66) AS body FROM acctguard.notice_inbox(2630001) WHERE event = 'appeal.decided';
SELECT pg_temp.as('appeal_app', 'SELECT (r.state) FROM acctguard.appeal_reopen(2630001, 1, ''The provider has confirmed that the phone was stolen.'') r');
SELECT * FROM pg_temp.cases(2630001);
-- withheld reasons hide no freeze, but whether it can be appealed is one of them
SELECT pg_temp.as('freeze_officer1', 'SELECT acctguard.freeze_impose(2630002, ''compliance'', ''regulatory.order'', ''long enough text'', ground => ''Law'', legal_reference => ''order 2'', appeal => false, disclose_at => clock_timestamp() + interval ''2 days'')');
SELECT * FROM pg_temp.ask(2630002, 1) LIMIT 1;
SELECT pg_temp.as('freeze_officer2', 'SELECT acctguard.freeze_approve(2630002, 1)');
SELECT * FROM pg_temp.ask(2630002, 1) LIMIT 1;
SET acctguard.test_clock_offset = 172900;
SELECT * FROM pg_temp.ask(2630002, 1) LIMIT 1;
RESET acctguard.test_clock_offset;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk, appeal_app, appeal_rev1, appeal_rev2, appeal_rev3, appeal_desk;
