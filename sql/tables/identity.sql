CREATE TABLE acctguard.credential (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    kind text NOT NULL CHECK (kind IN ('password')),
    version bigint NOT NULL CHECK (version > 0),
    secret bytea NOT NULL,
    kid integer NOT NULL CHECK (kid > 0),
    first_set_at timestamptz NOT NULL,
    set_at timestamptz NOT NULL,
    set_by text NOT NULL CHECK (set_by <> ''),
    PRIMARY KEY (account_id, no),
    CONSTRAINT credential_times CHECK (set_at >= first_set_at)
);
CREATE UNIQUE INDEX credential_one_password ON acctguard.credential (account_id) WHERE kind = 'password';
CREATE INDEX credential_kid ON acctguard.credential (kid);
ALTER TABLE acctguard.credential ALTER secret SET STATISTICS 0;
COMMENT ON TABLE acctguard.credential IS
'What proves that somebody is the owner of an account: its password. A former one is not kept.';
COMMENT ON COLUMN acctguard.credential.version IS 'grows with every change; not with what leaves the password the same';
COMMENT ON COLUMN acctguard.credential.secret IS 'Argon2id as a PHC string, sealed with the data key of purpose pw_pepper, so that the table alone cannot be searched';
COMMENT ON COLUMN acctguard.credential.kid IS 'the data key that sealed it';
COMMENT ON COLUMN acctguard.credential.set_by IS 'session:<number> of the account, or the flow in which it was set';

CREATE TABLE acctguard.password_block (
    hash bytea NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 16)
);
ALTER TABLE acctguard.password_block ALTER hash SET STATISTICS 0;
COMMENT ON TABLE acctguard.password_block IS
'Words that are no passwords, because everybody tries them first: SHA-256 of each in lower case, the first 16 bytes. password_block_add() adds to them.';
INSERT INTO acctguard.password_block (hash)
SELECT DISTINCT substr(sha256(convert_to(w, 'UTF8')), 1, 16) FROM unnest('{
password,password1,password12,password123,password1234,password12345,password123456,password1234567,passwordpassword,passw0rd,p@ssw0rd,p@ssword,passwort,
1234567890qwertyuiop,qwertyuiop,qwertyuiop123,qwertyuiopasdfgh,qwertyuiopasdfghjkl,qwertyuiopasdfghjklzxcvbnm,qwerty123,qwerty1234,qwerty12345,qwerty123456,
asdfghjkl,asdfghjkl123,asdfghjklzxcvbnm,zxcvbnm123,1qaz2wsx,1qaz2wsx3edc,1qaz2wsx3edc4rfv,1qaz2wsx3edc4rfv5tgb,qazwsxedc,qazwsxedcrfv,qazwsxedcrfvtgb,q1w2e3r4,q1w2e3r4t5,q1w2e3r4t5y6,
a123456789,a1234567890,abc123456,abc123456789,abcd1234,abcd123456,aa123456,aa123456789,qq123456,qq123456789,woaini1314,woaini1314520,woaini520,5201314520,5201314a,1314520a,wo123456,zxc123456,asd123456,qwe123456,
iloveyou,iloveyou1,iloveyou2,iloveyou123,iloveyouforever,iloveyousomuch,ilovemyself,letmein1,letmein123,letmeinletmein,letmeinplease,welcome1,welcome12,welcome123,welcome1234,welcomewelcome,
football,football1,football123,baseball,baseball1,basketball,superman,superman1,superman123,batman123,princess,princess1,sunshine,sunshine1,dragon123,monkey123,michael1,charlie1,jennifer,starwars,starwars1,
trustno1,whatever,whatever1,computer,computer1,internet,changeme,changeme1,changeme123,changemeplease,default1,administrator,administrator1,admin123,admin1234,admin12345,admin123456,administrator123,rootroot,root1234,
test1234,test12345,testtest,testtesttest,testpassword,guest123,secret123,secretsecret,mypassword,mypassword1,mypassword123,thisismypassword,thisismypassword1,newpassword,newpassword1,yourpassword,nopassword,
correcthorsebatterystaple,correct horse battery staple,tobeornottobe,onceuponatime,supercalifragilisticexpialidocious,aaaaaaaaaaaaaaa,111111111111111,000000000000000,123123123123123,123456789012345,1234567890123456,12345678901234567890,
147258369,147258369147258,159357159357159,789456123,987654321,9876543210,987654321987654,qweasdzxc,qweasdzxc123,qweasdzxcqweasdzxc,abcdefghijklmno,abcdefghijklmnop,abcdefghijklmnopqrstuvwxyz,abc123abc123abc,
aabbccddeeffgg,nicholas,jonathan,samantha,christopher,elizabeth,chocolate,butterfly,blink182,myspace1,facebook1,wechat123,wechat123456,tencent123,alibaba123,pokemon123,pokemonpokemon,minecraft,minecraft1,minecraft123,fortnite123
}'::text[]) AS w;

-- Notices about passwords.
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by) VALUES
('password.set/in_app/en', 1, 'Password changed', 'On {time} the password of your account {account} at {product} was changed. Other devices were logged out. If this was not you, reset it at once.', '-infinity', 'acctguard'),
('password.set/email/en', 1, '{product}: password changed', E'On {time} the password of your account {account} at {product} was changed. Other devices were logged out.\n\nIf this was not you, reset it at once.', '-infinity', 'acctguard'),
('password.set/sms/en', 1, NULL, '{product}: your password was changed. Not you? Reset it at once.', '-infinity', 'acctguard'),
('password.set/push/en', 1, 'Password changed', 'Your password was changed. Not you? Reset it at once.', '-infinity', 'acctguard');
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT t.template, 1, t.subject, t.body, '-infinity', 'acctguard' FROM (VALUES
('password.set/in_app/zh-CN', '密码已修改', '{time}，您的{product}账号{account}的密码已修改，其他设备已退出登录。如非本人操作，请立即重置密码。'),
('password.set/email/zh-CN', '{product}：密码已修改', E'{time}，您的{product}账号{account}的密码已修改，其他设备已退出登录。\n\n如非本人操作，请立即重置密码。'),
('password.set/sms/zh-CN', NULL, '【{product}】您的密码已修改。如非本人操作，请立即重置密码。'),
('password.set/push/zh-CN', '密码已修改', '您的密码已修改。如非本人操作，请立即重置密码。')
) AS t (template, subject, body) WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');

CREATE TABLE acctguard.verification_method (
    method text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    points smallint NOT NULL,
    reduced smallint NOT NULL,
    worst smallint NOT NULL,
    most smallint NOT NULL,
    alone boolean NOT NULL,
    enabled boolean NOT NULL,
    description text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (method, version),
    CONSTRAINT verification_method_method CHECK (method IN ('number_code', 'device_key', 'device_approval', 'trusted_phone', 'totp',
        'recovery_code', 'friends', 'face', 'carrier_match', 'email_code', 'linked_login', 'password', 'identity_data', 'quiz_9c1',
        'quiz_15c2', 'quiz_9c1_15c2', 'quiz_9c1_15c2_9c1', 'security_questions', 'service_ticket')),
    CONSTRAINT verification_method_points CHECK (0 <= worst AND worst <= reduced AND reduced <= points AND points <= most AND most <= 40
        AND (most <= 10 OR method NOT IN ('password', 'identity_data', 'quiz_9c1', 'quiz_15c2', 'quiz_9c1_15c2', 'quiz_9c1_15c2_9c1',
            'security_questions')))
);
COMMENT ON TABLE acctguard.verification_method IS
'What methods of verification are worth; the highest version of each is in force. Which category each is of, and in which situation it is worth less, is not for policy: see doc/assurance.md.';
COMMENT ON COLUMN acctguard.verification_method.points IS 'at its best';
COMMENT ON COLUMN acctguard.verification_method.reduced IS 'in doubt: a number that was not proved lately but of which it is said that it did not change hands, a device not used for 45 days, a trusted phone in its first week';
COMMENT ON COLUMN acctguard.verification_method.worst IS 'in more doubt: a number that was not proved lately and of which nothing is known, a device not used for 400 days, a trusted phone in its first day or with evidence against it, a third-party login in its first week';
COMMENT ON COLUMN acctguard.verification_method.most IS 'several of them together (questions)';
COMMENT ON COLUMN acctguard.verification_method.alone IS 'false: worth nothing unless something of another category is shown too';

INSERT INTO acctguard.verification_method (method, version, points, reduced, worst, most, alone, enabled, description, changed_at, changed_by) VALUES
('number_code', 1, 25, 20, 10, 25, true, true, 'a code sent to the login number', '-infinity', 'acctguard'),
('device_key', 1, 20, 10, 0, 20, true, true, 'a device of the account signs with its key', '-infinity', 'acctguard'),
('device_approval', 1, 20, 20, 20, 20, true, true, 'approval on a trusted device, with two digits to compare', '-infinity', 'acctguard'),
('trusted_phone', 1, 20, 10, 0, 20, true, true, 'a code sent to a trusted phone', '-infinity', 'acctguard'),
('totp', 1, 20, 20, 20, 20, true, true, 'an authenticator application', '-infinity', 'acctguard'),
('recovery_code', 1, 20, 20, 20, 20, true, true, 'a recovery code', '-infinity', 'acctguard'),
('friends', 1, 20, 20, 20, 20, true, true, 'two friends vouch who were named beforehand', '-infinity', 'acctguard'),
('face', 1, 15, 15, 15, 15, false, true, 'a face match, stated and signed by a provider', '-infinity', 'acctguard'),
('carrier_match', 1, 15, 15, 15, 15, true, true, 'the real name matches, stated and signed by a carrier', '-infinity', 'acctguard'),
('email_code', 1, 12, 12, 12, 12, false, true, 'a code sent to the e-mail address', '-infinity', 'acctguard'),
('linked_login', 1, 12, 12, 0, 12, true, true, 'login with a linked third party', '-infinity', 'acctguard'),
('password', 1, 10, 10, 10, 10, true, true, 'the present or a former password', '-infinity', 'acctguard'),
('identity_data', 1, 10, 10, 10, 10, true, true, 'the full number of an identity document or bank card', '-infinity', 'acctguard'),
('quiz_9c1', 1, 5, 5, 5, 5, true, true, 'one of nine, twice', '-infinity', 'acctguard'),
('quiz_15c2', 1, 5, 5, 5, 5, true, true, 'two of fifteen', '-infinity', 'acctguard'),
('quiz_9c1_15c2', 1, 8, 8, 8, 8, true, true, 'one of nine, and two of fifteen', '-infinity', 'acctguard'),
('quiz_9c1_15c2_9c1', 1, 10, 10, 10, 10, true, true, 'one of nine, two of fifteen, one of nine', '-infinity', 'acctguard'),
('security_questions', 1, 2, 2, 2, 6, true, false, 'answers to security questions, each', '-infinity', 'acctguard'),
('service_ticket', 1, 30, 30, 30, 30, true, true, 'two persons of the service have checked who he is', '-infinity', 'acctguard');

CREATE TABLE acctguard.gate (
    gate text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    basic smallint NOT NULL,
    social smallint NOT NULL,
    money smallint NOT NULL,
    categories smallint NOT NULL CHECK (categories BETWEEN 1 AND 4),
    beyond_knowledge boolean NOT NULL,
    description text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (gate, version),
    CONSTRAINT gate_gate CHECK (gate IN ('T0', 'T1', 'T2', 'T3', 'T4')),
    CONSTRAINT gate_points CHECK (5 <= basic AND basic <= social AND social <= money AND money <= 100
        AND (gate <> 'T4' OR categories >= 2))
);
COMMENT ON TABLE acctguard.gate IS
'Points that a claimant has to reach, by what is at stake (the account''s profile); the highest version of each is in force. Which gate a situation demands is not for policy: see doc/assurance.md.';
COMMENT ON COLUMN acctguard.gate.categories IS 'of how many categories the methods have to be';
COMMENT ON COLUMN acctguard.gate.beyond_knowledge IS 'one of them is more than known';

INSERT INTO acctguard.gate (gate, version, basic, social, money, categories, beyond_knowledge, description, changed_at, changed_by) VALUES
('T0', 1, 10, 10, 10, 1, false, 'login with credentials', '-infinity', 'acctguard'),
('T1', 1, 20, 20, 25, 1, false, 'login on a new device where logins are protected; a login unlike the owner''s', '-infinity', 'acctguard'),
('T2', 1, 15, 20, 25, 1, false, 'a claim on the account, with a code to a number that counts', '-infinity', 'acctguard'),
('T3', 1, 20, 20, 25, 1, true, 'a claim without the number, or with one whose codes are worth nothing', '-infinity', 'acctguard'),
('T4', 1, 30, 30, 30, 2, false, 'a claim from an unknown device on a number that changed hands, or on a protected account', '-infinity', 'acctguard');

CREATE TABLE acctguard.service_ticket (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    reference text NOT NULL CHECK (reference <> ''),
    proposed_at timestamptz NOT NULL,
    proposed_by text NOT NULL,
    proposed_until timestamptz NOT NULL,
    issued_at timestamptz,
    issued_by text,
    expires_at timestamptz,
    token_hash bytea CHECK (octet_length(token_hash) = 32),
    used_at timestamptz,
    PRIMARY KEY (account_id, no),
    CONSTRAINT service_ticket_issued CHECK ((issued_at IS NULL) = (issued_by IS NULL) AND (issued_at IS NULL) = (expires_at IS NULL)
        AND (issued_at IS NULL) = (token_hash IS NULL) AND (issued_at IS NOT NULL OR used_at IS NULL)),
    CONSTRAINT service_ticket_two_persons CHECK (issued_by <> proposed_by)
);
COMMENT ON TABLE acctguard.service_ticket IS
'What two persons of the service vouch for after they have checked who somebody is: good for one claim on one account, once, for a day.';
COMMENT ON COLUMN acctguard.service_ticket.reference IS 'of the case in the service''s own files; who issues the ticket names the same';
COMMENT ON COLUMN acctguard.service_ticket.proposed_until IS 'until when a second person can issue it';
COMMENT ON COLUMN acctguard.service_ticket.token_hash IS 'SHA-256 of the ticket, which is shown once';
ALTER TABLE acctguard.service_ticket ALTER token_hash SET STATISTICS 0;

-- Notices about service tickets; Chinese only where the database can hold it.
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by) VALUES
('service_ticket.issued/in_app/en', 1, 'Our service vouched for you', 'On {time} our service found that somebody who asked for help is the owner of your account {account} at {product}, and can be let in for a day. If this was not you, write to the support at once.', '-infinity', 'acctguard'),
('service_ticket.issued/email/en', 1, '{product}: our service vouched for you', E'On {time} our service found that somebody who asked for help is the owner of your account {account} at {product}, and can be let in for a day.\n\nIf this was not you, write to the support at once.', '-infinity', 'acctguard'),
('service_ticket.issued/sms/en', 1, NULL, '{product}: our service vouched for somebody as the owner of your account. Not you? Write to the support at once.', '-infinity', 'acctguard'),
('service_ticket.issued/push/en', 1, 'Our service vouched for you', 'Somebody who asked for help can enter your account for a day. Not you? Write to the support at once.', '-infinity', 'acctguard');
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT t.template, 1, t.subject, t.body, '-infinity', 'acctguard' FROM (VALUES
('service_ticket.issued/in_app/zh-CN', '客服已确认您的身份', '{time}，客服认定一位求助者为您的{product}账号{account}的所有者，一天内可凭此进入账号。如非本人操作，请立即联系客服。'),
('service_ticket.issued/email/zh-CN', '{product}：客服已确认您的身份', E'{time}，客服认定一位求助者为您的{product}账号{account}的所有者，一天内可凭此进入账号。\n\n如非本人操作，请立即联系客服。'),
('service_ticket.issued/sms/zh-CN', NULL, '【{product}】客服已认定一位求助者为您账号的所有者。如非本人操作，请立即联系客服。'),
('service_ticket.issued/push/zh-CN', '客服已确认您的身份', '一位求助者一天内可进入您的账号。如非本人操作，请立即联系客服。')
) AS t (template, subject, body) WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');
