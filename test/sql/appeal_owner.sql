-- P4, P5, P6, P9, P11 and tickets: asking, adding, lapsing, taking back, the second level, who cannot log in.
-- APL-01, APL-02, APL-03, APL-09. Accounts 2200200 to 2200299.
\set ECHO none
\getenv tests PG_ABS_SRCDIR
\set prelude :tests /sql/freeze.psql
\set people :tests /sql/appeal.psql
\i :people
\set ECHO all
\set VERBOSITY terse
SELECT pg_temp.account(2200200, 2200299);
CREATE FUNCTION pg_temp.claimed(account bigint, no integer DEFAULT 1, who text DEFAULT 'appeal_rev1') RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.as(who, format('SELECT count(*) FROM acctguard.appeal_claim(%s, %s)', account, no))
$$;
CREATE FUNCTION pg_temp.ask(account bigint, no integer DEFAULT 1, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.as('appeal_rev1', format('SELECT acctguard.appeal_ask(%s, %s, ''{police report,photo of the new phone}''%s) > clock_timestamp()', account, no, more))
$$;
-- P4: the case waits, nobody holds it, the clock of the decision stands still
SELECT pg_temp.frozen(2200200, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200200);
-- NOT_CLAIMER
SELECT pg_temp.ask(2200200);
SELECT pg_temp.claimed(2200200);
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_ask(2200200, 1, ''{}'')');
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_ask(2200200, 1, ''{" "}'')');
SELECT pg_temp.ask(2200200, more => ', clock_timestamp() + interval ''10 minutes''');
SELECT pg_temp.ask(2200200, more => ', clock_timestamp() + interval ''10 days''');
SELECT state, claimed_by, until - clock_timestamp() < interval '10 days' AS deadline FROM acctguard.appeal_queue() WHERE account_id = 2200200;
SELECT c->>'state' AS state, c->>'wanted' AS wanted, c ? 'wanted_until' AS deadline, c->>'next' AS next FROM jsonb_array_elements(acctguard.appeal_status(2200200)) c;
SELECT body IS NOT NULL AS sealed, position('police'::bytea IN body) AS found FROM acctguard.appeal_step WHERE account_id = 2200200 AND what = 'ask';
SELECT pg_temp.claimed(2200200);
SELECT pg_temp.decide('appeal_rev1', 2200200, 1, 'denied');
SET acctguard.test_clock_offset = 691200;
SELECT overdue, round(extract(epoch FROM due_at - opened_at) / 86400) AS days FROM acctguard.appeal_queue() WHERE account_id = 2200200;
-- P5: the answer puts it back into the queue, with the time it waited added
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_attach(2200200, 1, ''report.pdf'', ''application/pdf'', ''the police report'')');
SELECT state FROM acctguard.appeal_queue() WHERE account_id = 2200200;
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_supplement(2200200, 1)');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_supplement(2200200, 1)');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_supplement(2200200, 1, ''The photo follows.'')');
SELECT state, overdue, round(extract(epoch FROM due_at - opened_at) / 86400) AS days FROM acctguard.appeal_queue() WHERE account_id = 2200200;
SELECT pg_temp.claimed(2200200);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_supplement(2200200, 1, ''And the photo.'')');
-- ROUNDS: three times at most
SELECT pg_temp.ask(2200200);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_supplement(2200200, 1, ''Here you are.'')');
SELECT pg_temp.claimed(2200200);
SELECT pg_temp.ask(2200200);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_supplement(2200200, 1, ''Again.'')');
SELECT pg_temp.claimed(2200200);
SELECT pg_temp.ask(2200200);
SELECT rounds FROM acctguard.appeal WHERE account_id = 2200200;
RESET acctguard.test_clock_offset;
-- P5: MATERIAL_LIMIT, APPEAL_STATE, NOT_OWNER, limits of policy
SELECT pg_temp.frozen(2200201, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200201);
SELECT acctguard.policy_set('setting', 'appeal_items', '2', 'test') > 0 AS set;
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_supplement(2200201, 1, ''Number %s.'')', i)) FROM generate_series(1, 3) i;
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_attach(2200201, 1, ''%s.png'', ''image/png'', ''x'')', i)) FROM generate_series(1, 3) i;
SELECT acctguard.policy_set('setting', 'appeal_items', '20', 'test') > 0 AS set;
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_supplement(2200201, 1, ''Not mine.'')');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_supplement(2200201, 9, ''No such case.'')');
-- P6: at the deadline it has lapsed, with nobody writing; once it can be taken up again
SELECT pg_temp.frozen(2200202, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200202);
SELECT pg_temp.claimed(2200202);
SELECT pg_temp.ask(2200202, more => ', clock_timestamp() + interval ''2 days''');
SET acctguard.test_clock_offset = 172700;
SELECT * FROM pg_temp.cases(2200202);
SET acctguard.test_clock_offset = 172801;
SELECT * FROM pg_temp.cases(2200202);
SELECT outcome FROM acctguard.appeal WHERE account_id = 2200202;
SELECT count(*) AS open FROM acctguard.appeal_queue() WHERE account_id = 2200202;
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_supplement(2200202, 1, ''Too late.'')');
SELECT outcome, closed_by, closed_at = ask_until AS at_the_deadline FROM acctguard.appeal WHERE account_id = 2200202 ORDER BY no;
SELECT pg_temp.as('appeal_app', 'SELECT (r.appeal_no, r.state) FROM acctguard.appeal_reopen(2200202, 1, ''I was in hospital, here is everything that was wanted.'') r');
SELECT outcome, closed_by, closed_at = ask_until AS at_the_deadline FROM acctguard.appeal WHERE account_id = 2200202 ORDER BY no;
SELECT * FROM pg_temp.cases(2200202);
-- the sweep writes it down and changes no answer; reminders at half of the time and a day before
SELECT pg_temp.frozen(2200203, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200203);
SELECT pg_temp.claimed(2200203);
SELECT pg_temp.ask(2200203, more => ', clock_timestamp() + interval ''10 days''');
CREATE FUNCTION pg_temp.swept(account bigint, seconds bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before text; after text; told text;
BEGIN
    PERFORM set_config('acctguard.test_clock_offset', seconds || 's', false);
    before := regexp_replace(acctguard.appeal_status(account)::text, '"expected_by": "[^"]*"', '');
    PERFORM acctguard.sweep(10000);
    after := regexp_replace(acctguard.appeal_status(account)::text, '"expected_by": "[^"]*"', '');
    SELECT string_agg(s.what, ' ' ORDER BY s.no, s.step) INTO told FROM acctguard.appeal_step s WHERE s.account_id = account AND s.what IN ('remind', 'lapse', 'resume', 'breach', 'moot');
    RETURN concat_ws(' ', told, CASE WHEN before IS DISTINCT FROM after THEN 'OTHER ANSWER ' || before || after END);
END
$$;
SELECT pg_temp.swept(2200203, extract(epoch FROM t::interval)::bigint) FROM unnest('{4 days,5 days 1 second,5 days 2 seconds,8 days,9 days 1 second,10 days 1 second,11 days}'::text[]) t;
SELECT action, after->>'state' AS state FROM acctguard.audit_read(2200203) WHERE action IN ('appeal.reminded', 'appeal.lapsed');
RESET acctguard.test_clock_offset;

-- P9: withdrawn by the owner; with a fresh proof while a security freeze is in force; a review goes on
SELECT pg_temp.frozen(2200204, 'feature_timeout');
SELECT pg_temp.submit(2200204);
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_withdraw(2200204, 2)');
SELECT pg_temp.frozen(2200204, 'temp_restrict', 'security.takeover');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200204, 2)');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200204, 2, jsonb_build_object(''method'', ''face'', ''at'', clock_timestamp()))');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200204, 2, jsonb_build_object(''method'', ''face'', ''at'', clock_timestamp()))');
SELECT pg_temp.frozen(2200205, 'feature_freeze');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200205, 2)');
SELECT pg_temp.submit(2200205);
SELECT pg_temp.claimed(2200205, 2);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200205, 2)');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200205, 2)');
SELECT pg_temp.submit(2200205);
SELECT * FROM pg_temp.cases(2200205);
SELECT pg_temp.decide('appeal_rev1', 2200205, 2, 'denied');
-- from every open state
SELECT pg_temp.frozen(2200206, 'ban', 'violation.severe');
SELECT pg_temp.submit(2200206);
SELECT pg_temp.claimed(2200206, 2);
SELECT pg_temp.decide('appeal_rev1', 2200206, 2, 'denied');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200206, 2)');
SELECT pg_temp.as('appeal_rev2', 'SELECT acctguard.appeal_sign(2200206, 2)');
SELECT pg_temp.submit(2200206);
SELECT pg_temp.claimed(2200206, 3);
SELECT pg_temp.as('appeal_rev1', 'SELECT acctguard.appeal_ask(2200206, 3, ''{a statement}'') > now()');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_withdraw(2200206, 3)');

-- P11: once per freeze, inside the window, by another reviewer; the user with new evidence, or senior staff
SELECT pg_temp.frozen(2200207, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200207);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_reopen(2200207, 1, ''I have found something new about Monday.'')');
SELECT pg_temp.claimed(2200207);
SELECT pg_temp.decide('appeal_rev1', 2200207, 1, 'denied');
SELECT c->>'state' AS state, c->>'reasons' AS reasons, c->>'next' AS next, c ? 'remedy_until' AS remedy FROM jsonb_array_elements(acctguard.appeal_status(2200207)) c;
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_reopen(2200207, 1, ''new'')');
SELECT pg_temp.as('freeze_officer1', 'SELECT (r.appeal_no, r.state) FROM acctguard.appeal_reopen(2200207, 1, ''The log shows that the device was another one.'') r');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_reopen(2200207, 1, ''I have found something new about Monday.'')');
-- NOT_INDEPENDENT
SELECT pg_temp.claimed(2200207, 2);
SELECT pg_temp.claimed(2200207, 2, 'appeal_rev2');
SELECT pg_temp.decide('appeal_rev2', 2200207, 2, 'denied');
-- EXHAUSTED
-- which took nothing from the user
SELECT pg_temp.as('appeal_app', 'SELECT (r.appeal_no, r.state) FROM acctguard.appeal_reopen(2200207, 2, ''I have found something new about Monday.'') r');
SELECT pg_temp.claimed(2200207, 3, 'appeal_rev3');
SELECT pg_temp.decide('appeal_rev3', 2200207, 3, 'denied');
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_reopen(2200207, 3, ''I have found something new about Monday.'')');
SELECT pg_temp.submit(2200207);
SELECT * FROM pg_temp.cases(2200207);
-- DEADLINE
SELECT pg_temp.frozen(2200208, 'temp_restrict', 'security.odd_login');
SELECT pg_temp.submit(2200208);
SELECT pg_temp.claimed(2200208);
SELECT pg_temp.decide('appeal_rev1', 2200208, 1, 'denied');
SELECT set_config('acctguard.test_clock_offset', '200d', false);
SELECT pg_temp.as('appeal_app', 'SELECT acctguard.appeal_reopen(2200208, 1, ''I have found something new about Monday.'')');
SELECT * FROM pg_temp.cases(2200208);
RESET acctguard.test_clock_offset;

-- APL-09: who cannot log in appeals with a ticket; issued by two persons, or by a service that verified him
SELECT pg_temp.frozen(2200210, 'ban', 'violation.severe');
SELECT pg_temp.frozen(2200210, 'feature_timeout');
SELECT pg_temp.as('freeze_mod1', 'SELECT (state, token IS NULL) FROM acctguard.appeal_ticket_issue(2200210, 1, ''letter of 3 May'')');
SELECT pg_temp.as('freeze_mod1', 'SELECT acctguard.appeal_ticket_issue(2200210, 1, ''letter of 3 May'')');
SET SESSION AUTHORIZATION appeal_rev1;
SELECT state, token ~ '^2200210\.[0-9a-f]{64}$' AS token, expires_at - clock_timestamp() > '6 days' AS lives, token AS ticket FROM acctguard.appeal_ticket_issue(2200210, 1, 'letter of 3 May') \gset t_
RESET SESSION AUTHORIZATION;
SELECT :'t_state' AS state, :'t_token' AS shape, :'t_lives' AS lives;
SELECT issued_by, proposed_by, token_hash = sha256(:'t_ticket') AS only_its_hash, used_at FROM acctguard.appeal_ticket WHERE account_id = 2200210;
SELECT count(*) AS tokens_in_the_ledger FROM acctguard.audit_read(2200210) WHERE after::text LIKE '%' || split_part(:'t_ticket', '.', 2) || '%';
-- NOT_OWNER: another freeze, another account, an invented one
SELECT replace(pg_temp.submit(2200210, 2, format(', ticket => %L', :'t_ticket')), :'t_ticket', 'TICKET');
SELECT replace(pg_temp.submit(2200200, 1, format(', ticket => %L', :'t_ticket')), :'t_ticket', 'TICKET');
SELECT pg_temp.submit(2200210, 1, ', ticket => ''2200210.00''');
SELECT pg_temp.submit(2200210, 1, format(', ticket => %L, contact => ''friend@example.org''', :'t_ticket'));
SELECT used_at IS NOT NULL AS used, appeal_no, ticket FROM acctguard.appeal_ticket t JOIN acctguard.appeal a ON a.account_id = t.account_id AND a.no = t.appeal_no WHERE t.account_id = 2200210;
SELECT channel, address_hint, scope, scope_no FROM acctguard.account_contact WHERE account_id = 2200210;
SELECT pg_temp.submit(2200210, 1, format(', ticket => %L', :'t_ticket'));
SELECT pg_temp.submit(2200210, 2);
-- with it he follows that appeal, and no other
SELECT pg_temp.as('appeal_app', format('SELECT jsonb_array_length(acctguard.appeal_status(2200210, 4, %L))', :'t_ticket'));
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_status(2200210, 6, %L)', :'t_ticket'));
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_status(2200210, ticket => %L)', :'t_ticket'));
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_supplement(2200210, 4, ''One thing more.'', %L)', :'t_ticket'));
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_withdraw(2200210, 6, ticket => %L)', :'t_ticket'));
SELECT pg_temp.as('appeal_app', format('SELECT acctguard.appeal_withdraw(2200210, 4, ticket => %L)', :'t_ticket'));
-- a service that verified him needs nobody else, and a proof made after the freeze began
SELECT pg_temp.as('appeal_app', 'SELECT state FROM acctguard.appeal_ticket_issue(2200210, 2, ''video call 7'', jsonb_build_object(''method'', ''video'', ''at'', clock_timestamp()))');
SELECT pg_temp.as('appeal_app', 'SELECT state FROM acctguard.appeal_ticket_issue(2200210, 2, ''video call 7'')');
SELECT pg_temp.as('appeal_app', 'SELECT state FROM acctguard.appeal_ticket_issue(2200210, 2, ''video call 7'', jsonb_build_object(''method'', ''video'', ''at'', clock_timestamp() - interval ''1 day''))');
SELECT pg_temp.as('appeal_app', 'SELECT state FROM acctguard.appeal_ticket_issue(2200210, 9, ''video call 7'', jsonb_build_object(''method'', ''video'', ''at'', clock_timestamp()))');
-- over after its time
SELECT pg_temp.frozen(2200211, 'temp_restrict', 'security.odd_login');
SET SESSION AUTHORIZATION appeal_app;
SELECT token AS ticket FROM acctguard.appeal_ticket_issue(2200211, 1, 'video call 8', jsonb_build_object('method', 'video', 'at', clock_timestamp())) \gset t_
RESET SESSION AUTHORIZATION;
SET acctguard.test_clock_offset = 604801;
SELECT pg_temp.submit(2200211, 1, format(', ticket => %L', :'t_ticket'));
RESET acctguard.test_clock_offset;
-- what waits to be sent there is cancelled
SELECT count(acctguard.contact_remove(account_id, no, 'the test is over')) > 0 AS removed FROM acctguard.account_contact WHERE account_id BETWEEN 2200200 AND 2200299 AND removed_at IS NULL;
DROP ROLE freeze_mod1, freeze_mod2, freeze_mod3, freeze_reviewer, freeze_officer1, freeze_officer2, freeze_officer3,
    freeze_operator, freeze_risk, freeze_app, freeze_desk, appeal_app, appeal_rev1, appeal_rev2, appeal_rev3, appeal_desk;
