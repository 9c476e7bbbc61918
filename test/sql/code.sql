-- One-time codes: sent to the outbox only, bound to their flow, tried a few times, used once; budgets. The clock stands still. Accounts 7300000 to 7300099.
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset null '-'
\pset format unaligned
CREATE FUNCTION pg_temp.open(purpose text, number text, account_id bigint DEFAULT NULL, device text DEFAULT NULL, source inet DEFAULT NULL,
    locale text DEFAULT NULL, dead boolean DEFAULT false) RETURNS acctguard.outcome LANGUAGE c AS 'acctguard', 'acctguard_test_flow_open';
CREATE FUNCTION pg_temp.opened(purpose text, number text, account_id bigint DEFAULT NULL, device text DEFAULT NULL, source inet DEFAULT NULL,
    locale text DEFAULT NULL, dead boolean DEFAULT false) RETURNS uuid LANGUAGE sql
    AS $$ SELECT ((pg_temp.open(purpose, number, account_id, device, source, locale, dead)).data ->> 'flow')::uuid $$;
CREATE FUNCTION pg_temp.step(flow uuid, purpose text, event text, argument text DEFAULT NULL) RETURNS acctguard.outcome
    LANGUAGE c AS 'acctguard', 'acctguard_test_flow_step';
SELECT extract(epoch FROM clock_timestamp())::int - 946684800 AS now \gset
CREATE FUNCTION pg_temp.at(seconds int) RETURNS void LANGUAGE sql AS $$ SELECT set_config('acctguard.test_clock', (current_setting('test.now')::int + seconds)::text, false) $$;
-- Time goes on, from section to section; at() counts from the section's beginning.
CREATE FUNCTION pg_temp.section() RETURNS void LANGUAGE sql AS
$$ SELECT set_config('test.now', (current_setting('test.now')::int + 12000)::text, false), pg_temp.at(0) $$;
SELECT set_config('test.now', :'now', false) IS NOT NULL AS clock, pg_temp.at(0);
-- What the notifier gets, and what a wrong code is.
CREATE TEMP TABLE inbox (address text, locale text, body text, code text, n int GENERATED ALWAYS AS IDENTITY);
CREATE FUNCTION pg_temp.deliver(channel text DEFAULT 'sms') RETURNS bigint LANGUAGE sql AS $$
    WITH c AS (SELECT * FROM acctguard.notice_claim(channel, 100)), d AS (SELECT acctguard.notice_done(account_id, notice_no, 'r') FROM c WHERE account_id = 0),
    i AS (INSERT INTO inbox (address, locale, body, code) SELECT address, locale, body, substring(body FROM '[0-9]{6}') FROM c WHERE account_id = 0 RETURNING 1)
    SELECT (SELECT count(*) FROM i) + 0 * (SELECT count(*) FROM d) $$;
CREATE FUNCTION pg_temp.got(address text) RETURNS text LANGUAGE sql AS $$ SELECT code FROM inbox i WHERE i.address = got.address ORDER BY n DESC LIMIT 1 $$;
CREATE FUNCTION pg_temp.wrong(code text) RETURNS text LANGUAGE sql AS $$ SELECT lpad(((code::int + 1) % 1000000)::text, 6, '0') $$;

SELECT * FROM acctguard.flow_codes() WHERE code LIKE '%CODE%' OR code LIKE 'SEND%' OR code LIKE 'COUNTRY%' OR code LIKE 'CONTACT%' ORDER BY 1;

-- Sent: the caller gets no code, the notifier does, in the language of the flow, with purpose and warning (A48).
SELECT pg_temp.opened('register', '+8613700006001') AS zh, pg_temp.opened('login', '+12025550161') AS en \gset
SELECT code, public_code, next, retry_after, data FROM acctguard.code_send(:'zh');
SELECT code FROM acctguard.code_send(:'en');
SELECT octet_length(code) AS sealed FROM acctguard.code_message WHERE flow_id IN (:'zh', :'en');
SELECT pg_temp.deliver() AS delivered;
SELECT address, locale, replace(body, code, '<code>') AS body FROM inbox ORDER BY n;
SELECT state, code IS NULL AS gone, tries, receipt FROM acctguard.code_message WHERE flow_id = :'zh';
SELECT after FROM acctguard.audit_read(action => 'code.sent', since => to_timestamp(:now + 946684800) - interval '1 second', max_rows => 1000) ORDER BY 1;
-- Right only as it is; then it is used. IDV-04 of codes: a keyed tag is all that is kept, and no answer tells what was wrong.
SELECT code, public_code, next FROM acctguard.code_verify(:'zh', pg_temp.wrong(pg_temp.got('+8613700006001')));
SELECT code, public_code, next FROM acctguard.code_verify(:'zh', pg_temp.got('+8613700006001'));
SELECT state, proofs FROM acctguard.flow WHERE flow_id = :'zh';
SELECT code, public_code, next FROM acctguard.code_verify(:'zh', pg_temp.got('+8613700006001'));
SELECT code FROM acctguard.code_verify(:'en', ' ' || substr(pg_temp.got('+12025550161'), 1, 3) || ' ' || translate(substr(pg_temp.got('+12025550161'), 4), '0123456789', '０１２３４５６７８９'));

-- A20: a code is of its flow, its purpose, its number.
SELECT pg_temp.opened('register', '+8613700006002') AS one, pg_temp.opened('register', '+8613700006002') AS two \gset
SELECT code FROM acctguard.code_verify(:'one', '123456');
SELECT code FROM acctguard.code_send(:'one');
SELECT pg_temp.deliver() AS delivered, pg_temp.at(60);
SELECT code FROM acctguard.code_send(:'two');
SELECT code FROM acctguard.code_verify(:'two', pg_temp.got('+8613700006002'));
SELECT code FROM acctguard.code_verify(:'one', pg_temp.got('+8613700006002'));
SELECT pg_temp.deliver() AS delivered;

-- Five minutes, to the second.
SELECT pg_temp.at(359), pg_temp.opened('register', '+8613700006002') AS three \gset
SELECT code FROM acctguard.code_verify(:'two', pg_temp.wrong(pg_temp.got('+8613700006002')));
SELECT pg_temp.at(360);
SELECT code, public_code, next FROM acctguard.code_verify(:'two', pg_temp.got('+8613700006002'));

-- Resend after a minute; the older code is void, its failures stay: five tries in a flow, whatever codes.
SELECT pg_temp.at(1000), pg_temp.opened('reset', '+8613700006003') AS flow \gset
SELECT code FROM acctguard.code_send(:'flow');
SELECT pg_temp.deliver() AS delivered, pg_temp.got('+8613700006003') AS first \gset
SELECT n, code FROM generate_series(1, 3) n, LATERAL acctguard.code_verify(:'flow', CASE WHEN n > 0 THEN pg_temp.wrong(:'first') END);
SELECT pg_temp.at(1059);
SELECT code, public_code, next, retry_after FROM acctguard.code_send(:'flow');
SELECT pg_temp.at(1060);
SELECT code FROM acctguard.code_send(:'flow');
SELECT pg_temp.deliver() AS delivered;
SELECT no, tries, used_at IS NOT NULL AS used, voided_at IS NOT NULL AS voided FROM acctguard.one_time_code WHERE flow_id = :'flow' ORDER BY no;
SELECT pg_temp.got('+8613700006003') = :'first' AS same, code FROM acctguard.code_verify(:'flow', :'first') WHERE pg_temp.got('+8613700006003') <> :'first';
SELECT code FROM acctguard.code_verify(:'flow', pg_temp.wrong(pg_temp.got('+8613700006003')));
SELECT code, public_code, next, retry_after FROM acctguard.code_verify(:'flow', pg_temp.got('+8613700006003'));

-- A17: 15 wrong ones a day for a number, over all flows and purposes. A right one does not count, and gives no fresh start.
CREATE FUNCTION pg_temp.tries(number text, purpose text, OUT codes text, OUT retry interval) LANGUAGE plpgsql AS $$
DECLARE
    flow uuid := pg_temp.opened(purpose, number);
    answer acctguard.outcome;
BEGIN
    PERFORM acctguard.code_send(flow);
    PERFORM pg_temp.deliver();
    FOR i IN 1 .. 5 LOOP
        SELECT * INTO answer FROM acctguard.code_verify(flow, CASE WHEN i = 5 AND purpose <> 'login' THEN pg_temp.got(number) ELSE pg_temp.wrong(pg_temp.got(number)) END);
        codes := concat_ws(' ', codes, answer.code);
    END LOOP;
    retry := answer.retry_after;
END $$;
SELECT pg_temp.section();
SELECT * FROM pg_temp.tries('+8613700006004', 'register');
SELECT pg_temp.at(900);
SELECT * FROM pg_temp.tries('+8613700006004', 'reset');
SELECT pg_temp.at(1800);
SELECT * FROM pg_temp.tries('+8613700006004', 'login');
SELECT pg_temp.at(2700);
SELECT * FROM pg_temp.tries('+8613700006004', 'login');

-- A16: three codes in 15 minutes, ten a day for a number, over all flows; a refused one changes nothing.
CREATE FUNCTION pg_temp.sends(number text, times int, step int) RETURNS TABLE (seconds int, code text, retry_after interval) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 0 .. times - 1 LOOP
        seconds := i * step;
        PERFORM pg_temp.at(seconds);
        SELECT s.code, s.retry_after INTO code, retry_after FROM acctguard.code_send(pg_temp.opened('register', number)) s;
        PERFORM pg_temp.deliver();
        RETURN NEXT;
    END LOOP;
END $$;
SELECT pg_temp.section();
SELECT * FROM pg_temp.sends('+8613700006005', 4, 100);
SELECT pg_temp.section();
SELECT * FROM pg_temp.sends('+8613700006006', 11, 1000);
SELECT pg_temp.section();

-- Per network, country and altogether; to countries that policy allows only (A51).
SELECT acctguard.policy_set('limit_rule', 'code.register', '{"most": 2}') > 0 AS set;
SELECT n, code FROM generate_series(1, 3) n, LATERAL acctguard.code_send(pg_temp.opened('register', '+861370000601' || n, NULL, NULL, '192.0.2.1'));
SELECT code FROM acctguard.code_send(pg_temp.opened('login', '+8613700006013', NULL, NULL, '192.0.2.1'));
SELECT code FROM acctguard.code_send(pg_temp.opened('register', '+8613700006014', NULL, NULL, '192.0.2.2'));
SELECT acctguard.policy_set('limit_rule', 'code.register', '{"most": 20}') > 0 AS reset;
SELECT acctguard.policy_set('limit_rule', 'code.prefix', '{"most": 2}') > 0 AS set;
SELECT n, code FROM generate_series(1, 3) n, LATERAL acctguard.code_send(pg_temp.opened('login', '+861370000602' || n, NULL, NULL, ('2001:db8:1:' || n || '::1')::inet));
SELECT acctguard.policy_set('limit_rule', 'code.prefix', '{"most": 500}') > 0 AS reset;
SELECT acctguard.policy_set('limit_rule', 'code.country', '{"most": 1}') > 0 AS set;
SELECT n, code FROM generate_series(1, 2) n, LATERAL acctguard.code_send(pg_temp.opened('login', '+39061234567' || n));
SELECT acctguard.policy_set('limit_rule', 'code.country', '{"most": 5000}') > 0 AS reset;
SELECT acctguard.policy_set('code_country', '+39', '{"allowed": false, "description": "no users there"}');
SELECT code, public_code, next FROM acctguard.code_send(pg_temp.opened('login', '+390612345675'));
SELECT acctguard.policy_set('code_country', '*', '{"allowed": false}') > 1 AS rest_off, acctguard.policy_set('code_country', '+39', '{"allowed": true}') AS on;
SELECT code FROM acctguard.code_send(pg_temp.opened('login', '+390612345676'));
SELECT code FROM acctguard.code_send(pg_temp.opened('login', '+442079460019'));
SELECT acctguard.policy_set('code_country', '*', '{"allowed": true}') > 2 AS rest_on;
SELECT acctguard.policy_set('notice_template', 'code.sent/push/en', '{"subject": "s", "body": "{code} {purpose}"}');
SELECT acctguard.policy_set('notice_template', 'code.sent/sms/fr', '{"body": "{product}: {code}"}');
SELECT acctguard.policy_set('code_country', '39', '{"allowed": true, "description": "x"}');
SELECT pg_temp.deliver() > 0 AS delivered;

-- A flow that is about nobody says and writes the same, and sends nothing.
SELECT pg_temp.opened('reset', '+8613700006031') AS live, pg_temp.opened('reset', '+8613700006032', dead => true) AS dead \gset
SELECT l.public_code, l.next, l.data = d.data AS same_data, l.public_code = d.public_code AND l.next = d.next AS same FROM acctguard.code_send(:'live') l, acctguard.code_send(:'dead') d;
SELECT (SELECT count(*) FROM acctguard.one_time_code WHERE flow_id = f) AS codes, (SELECT count(*) FROM acctguard.code_message WHERE flow_id = f) AS messages, (SELECT state FROM acctguard.code_message WHERE flow_id = f) AS state
FROM unnest(ARRAY[:'live', :'dead']::uuid[]) WITH ORDINALITY u (f, n) ORDER BY n;
SELECT pg_temp.deliver() AS delivered, pg_temp.got('+8613700006032') AS to_nobody;
SELECT code, public_code, next FROM acctguard.code_verify(:'live', pg_temp.wrong(pg_temp.got('+8613700006031')));
SELECT code, public_code, next FROM acctguard.code_verify(:'dead', '123456');

-- The notifier: a failure is tried again, a code that is over is not sent, a newer one takes the older one's place.
SELECT pg_temp.opened('login', '+8613700006041') AS flow, pg_temp.opened('login', '+8613700006042') AS other \gset
SELECT code FROM acctguard.code_send(:'flow');
SELECT notice_no AS no, account_id, event, attempt, subject FROM acctguard.notice_claim('sms', 1) \gset
SELECT :account_id AS account_id, :'event' AS event, :attempt AS attempt, acctguard.notice_failed(0, :no, 'busy at +8613700006041') AS next;
SELECT count(*) AS early FROM acctguard.notice_claim('sms', 1) WHERE account_id = 0;
SELECT pg_temp.at(10);
SELECT attempt, lease_until = to_timestamp(current_setting('test.now')::int + 946684800 + 70) AS lease FROM acctguard.notice_claim('sms', 1) WHERE account_id = 0;
SELECT acctguard.notice_failed(0, :no, 'no such number', true) AS next;
SELECT state, code IS NULL AS gone, end_reason FROM acctguard.code_message WHERE no = :no;
SELECT acctguard.notice_failed(0, 1, 'x');
SELECT acctguard.notice_done(0, 1);
SELECT code FROM acctguard.code_send(:'other');
SELECT pg_temp.at(310);
SELECT count(*) AS expired FROM acctguard.notice_claim('sms', 10) WHERE account_id = 0;
SELECT code FROM acctguard.code_send(:'other');
SELECT pg_temp.at(370);
SELECT code FROM acctguard.code_send(:'other');
SELECT pg_temp.deliver() AS delivered;
SELECT code_no, state, end_reason FROM acctguard.code_message WHERE flow_id = :'other' ORDER BY 1;
-- A closed flow's code is not sent, and there is none to be shown.
SELECT pg_temp.opened('login', '+8613700006043') AS flow \gset
SELECT code FROM acctguard.code_send(:'flow');
SELECT code FROM pg_temp.step(:'flow', 'login', 'close', 'cancelled');
SELECT pg_temp.deliver() AS delivered;
SELECT code, public_code FROM acctguard.code_verify(:'flow', '123456');

-- A mailbox: the same machinery (PHN-20).
SELECT pg_temp.section(), acctguard.account_open(7300001, 'en') AS account, acctguard.contact_add(7300001, 'email', 'Fox@example.org', verified => false) AS contact \gset
SELECT acctguard.contact_verify_begin(7300001, 99);
SELECT acctguard.contact_verify_begin(7300002, 1);
SELECT code, data ->> 'flow' AS flow FROM acctguard.contact_verify_begin(7300001, :contact) \gset
SELECT code, data FROM acctguard.code_send(:'flow');
SELECT pg_temp.deliver('email') AS delivered;
SELECT address, replace(body, code, '<code>') AS body FROM inbox WHERE address = 'Fox@example.org';
SELECT code FROM acctguard.contact_verify_commit(:'flow');
SELECT code FROM acctguard.code_verify(:'flow', pg_temp.got('Fox@example.org'));
SELECT verified_at IS NULL AS not_yet FROM acctguard.account_contact WHERE account_id = 7300001;
SELECT code, next FROM acctguard.contact_verify_commit(:'flow');
SELECT code FROM acctguard.contact_verify_commit(:'flow');
SELECT verified_at IS NOT NULL AS verified FROM acctguard.account_contact WHERE account_id = 7300001;
SELECT action FROM acctguard.audit_read(7300001, max_rows => 1000) WHERE action LIKE 'contact%' ORDER BY aseq;
-- One mailbox, one budget, in whatever account and however it is written.
SELECT acctguard.account_open(7300003, 'en') AS account, acctguard.contact_add(7300003, 'email', 'fox@EXAMPLE.org', verified => false) AS contact \gset
SELECT s.code FROM acctguard.contact_verify_begin(7300003, :contact) b, LATERAL acctguard.code_send((b.data ->> 'flow')::uuid) s;
-- A contact that goes takes its flow along.
SELECT pg_temp.at(60);
SELECT code, data ->> 'flow' AS flow FROM acctguard.contact_verify_begin(7300003, :contact) \gset
SELECT code FROM acctguard.code_send(:'flow');
SELECT pg_temp.deliver('email') AS delivered;
SELECT code FROM acctguard.code_verify(:'flow', pg_temp.got('fox@EXAMPLE.org'));
SELECT acctguard.contact_remove(7300003, :contact);
SELECT code, public_code FROM acctguard.contact_verify_commit(:'flow');
SELECT code FROM acctguard.code_send(:'flow');
-- Neither number nor mailbox.
SELECT code FROM acctguard.code_send(pg_temp.opened('verify', NULL, 7300001));
SELECT code, public_code FROM acctguard.code_send(NULL);
SELECT code FROM acctguard.code_verify(NULL, NULL);

-- Keys that codes need stay.
SELECT pg_temp.section(), pg_temp.opened('login', '+8613700006051') AS flow \gset
SELECT code FROM acctguard.code_send(:'flow');
SELECT pg_temp.deliver() AS delivered, count(*) AS newer FROM acctguard.key_create('otp_mac');
SELECT code FROM acctguard.code_verify(:'flow', pg_temp.got('+8613700006051'));
\set VERBOSITY sqlstate
SELECT acctguard.key_retire(kid) FROM acctguard.data_key WHERE purpose = 'otp_mac' AND state <> 'active' ORDER BY kid DESC LIMIT 1;
-- The tables are changed by functions only.
DELETE FROM acctguard.one_time_code;
UPDATE acctguard.one_time_code SET used_at = NULL;
SELECT pg_temp.deliver() + pg_temp.deliver('email') AS nothing_left;
SELECT count(acctguard.notice_done(account_id, notice_no)) > 0 AS shown FROM acctguard.notice_claim('in_app', 1000) WHERE account_id BETWEEN 7300001 AND 7300003;
