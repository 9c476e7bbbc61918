-- The words of notices: judged when they are saved, chosen by language, filled without surprises. NTF-02. Accounts 2301000 to 2301099.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
\pset null '-'
\pset format unaligned
CREATE FUNCTION pg_temp.refused(key text, value jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text;
BEGIN
    RETURN 'version ' || acctguard.policy_set('notice_template', key, value);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', SQLSTATE || ': ' || message, nullif(detail, ''));
END $$;
SELECT acctguard.account_open(n, 'en', 'UTC') FROM generate_series(2301001, 2301020) n;

-- The key.
SELECT key, pg_temp.refused(key, '{"subject": "s", "body": "{contact}"}') FROM (VALUES ('contact.added'), ('contact.added/email'), ('contact.added/fax/en'),
    ('contact.nothing/email/en'), ('contact.added/email/e'), ('contact.added/email/zh_CN'), ('contact.added/email/en/x'), ('policy.set/email/en'), ('contact.added/email/fr')) v (key);
-- Placeholders: unknown, missing, broken; braces are written twice.
SELECT body, pg_temp.refused('contact.added/email/fr', jsonb_build_object('subject', 's', 'body', body)) FROM (VALUES ('no placeholder'), ('{contact} {password}'),
    ('{contact'), ('contact}'), ('{ contact }'), ('{}'), ('{contact} {'), ('{contact} {{x}}'), ('{{contact}}'), ('{Contact}'), ('{contact} {account} {product} {time} {locale}')) v (body);
SELECT pg_temp.refused('contact.added/email/fr', '{"subject": "{secret}", "body": "{contact}"}');
-- Subjects: one line, of which sms has none; a template that is switched off may say anything.
SELECT pg_temp.refused('contact.added/email/fr', '{"subject": null}');
SELECT pg_temp.refused('contact.added/email/fr', '{"subject": ""}');
SELECT pg_temp.refused('contact.added/email/fr', '{"subject": "a\nBcc: b@example.org"}');
SELECT pg_temp.refused('contact.added/sms/fr', '{"subject": "s", "body": "{contact}"}');
SELECT pg_temp.refused('contact.added/sms/fr', jsonb_build_object('body', '{contact}' || repeat('x', 500)));
SELECT pg_temp.refused('contact.added/email/fr', '{"body": null}');
SELECT pg_temp.refused('contact.added/email/fr', '{"words": "x"}');
SELECT pg_temp.refused('contact.added/email/fr', '{"body": "nothing", "enabled": false}');
SELECT pg_temp.refused('contact.added/email/fr', '{"enabled": true}');
SELECT version, enabled, subject, body, change_reason FROM acctguard.notice_template WHERE template = 'contact.added/email/fr' ORDER BY version;
SELECT key, version, value, meaning FROM acctguard.policy_list('notice_template') WHERE key LIKE 'contact.added/%/fr';

-- The language: the exact one, its parents, another of the same language, English, any.
CREATE FUNCTION pg_temp.rank(wanted text, offered text) RETURNS int LANGUAGE c AS 'acctguard', 'acctguard_test_locale_rank';
SELECT wanted, string_agg(o, ' > ' ORDER BY pg_temp.rank(wanted, o) DESC, o) FROM unnest('{zh-Hant-HK,zh-hant-hk,zh-TW,zh,en-GB,fr,z}'::text[]) wanted,
    unnest('{zh-Hant-HK,zh-Hant,zh,zh-CN,en,en-US,fr,de}'::text[]) o GROUP BY wanted ORDER BY wanted COLLATE "C";
-- ... through a claim: the contact's language, else the account's
SELECT count(*) >= 0 AS drained FROM generate_series(1, 5), acctguard.notice_claim('push', 1000, '1 day');
SELECT pg_temp.refused('contact.added/push/zh-Hant', '{"subject": "Hant", "body": "{contact}"}');
SELECT acctguard.account_open(2301021, 'zh-Hant-HK', 'UTC'), acctguard.account_open(2301022, 'fr-CA', 'UTC'), acctguard.account_open(2301023, 'zh-TW', 'UTC');
SELECT n, acctguard.contact_add(n, 'push', 'token-' || n) FROM generate_series(2301021, 2301023) n;
SELECT acctguard.contact_add(2301001, 'push', 'token-1', 'zh-CN'), acctguard.contact_add(2301002, 'push', 'token-2');
SELECT account_id, locale, subject FROM acctguard.notice_claim('push', 1000) ORDER BY account_id;
-- the text is that of the moment it is claimed
SELECT pg_temp.refused('contact.added/push/en', '{"subject": "Another subject", "body": "{{{contact}}} at {product}, {locale}, for {account}"}');
SET acctguard.test_clock_offset = 61;
SET acctguard.product_name = E'Chat\r\nBcc: all@example.org\u2028X\u0085Y\u0007';
SELECT subject, body FROM acctguard.notice_claim('push', 1000) WHERE account_id = 2301002;
SELECT pg_temp.refused('contact.added/push/en', '{"subject": "{product} {product}", "body": "{product}: {contact}"}');
SET acctguard.test_clock_offset = 122;
SELECT subject, subject ~ '[[:cntrl:]]' AS lines, encode(convert_to(body, 'UTF8'), 'escape') AS body FROM acctguard.notice_claim('push', 1000) WHERE account_id = 2301002;
SET acctguard.test_clock_offset = 183;
SELECT set_config('acctguard.product_name', repeat('长', 300), false) IS NOT NULL AS set;
SELECT length(subject) FROM acctguard.notice_claim('push', 1000) WHERE account_id = 2301002;
-- a value is not looked through for placeholders; an empty one is a dash
SET acctguard.test_clock_offset = 244;
SET acctguard.product_name = '{account} {{';
SELECT body FROM acctguard.notice_claim('push', 1000) WHERE account_id = 2301002;
SET acctguard.test_clock_offset = 305;
SET acctguard.product_name = '';
SELECT body FROM acctguard.notice_claim('push', 1000) WHERE account_id = 2301002;
RESET acctguard.product_name;
-- no template left: cancelled; none for a channel: nothing is written for it
SET acctguard.test_clock_offset = 366;
SELECT pg_temp.refused(key, '{"enabled": false}') FROM acctguard.policy_list('notice_template') WHERE key LIKE 'contact.added/push/%' ORDER BY key;
SELECT count(*) FROM acctguard.notice_claim('push', 1000);
SELECT state, end_reason FROM acctguard.notice_list(2301002) WHERE channel = 'push';
SELECT acctguard.contact_add(2301003, 'push', 'token-3');
SELECT event, channel FROM acctguard.notice_list(2301003);
SELECT channel, locales, problem FROM acctguard.notice_coverage() WHERE event = 'contact.added' ORDER BY 1;
SELECT pg_temp.refused(template, '{"enabled": true}') FROM (SELECT DISTINCT template FROM acctguard.notice_template WHERE template LIKE 'contact.added/push/%') t ORDER BY template;

-- Every event that users are told of has sound words in English and Chinese where they are sure to be read.
SELECT event, channel, locales, problem FROM acctguard.notice_coverage() WHERE problem IS NOT NULL OR (channel IN ('in_app', 'email') AND NOT locales @> '{en,zh-CN}');
SELECT count(*) > 0 AS some, bool_and(placeholders @> required) AS required_are_known FROM acctguard.notice_coverage();
