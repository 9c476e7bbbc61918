CREATE TABLE acctguard.entitlement_source (
    source text NOT NULL CHECK (source ~ '^[a-z][a-z0-9_]{0,47}$'),
    version integer NOT NULL CHECK (version > 0),
    query text NOT NULL CHECK (query <> ''),
    run_as text NOT NULL CHECK (run_as <> ''),
    enabled boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (source, version)
);
COMMENT ON TABLE acctguard.entitlement_source IS
'Queries of the application that count what an account has to lose; the highest version of each is in force. One that fails, returns NULL or takes too long counts as more than nothing.';
COMMENT ON COLUMN acctguard.entitlement_source.query IS 'takes the account as $1 and returns one bigint';
COMMENT ON COLUMN acctguard.entitlement_source.run_as IS 'the role it runs as, which may read its tables and nothing else';
COMMENT ON COLUMN acctguard.entitlement_source.enabled IS 'false: it is no longer asked';

CREATE TABLE acctguard.dormancy_reminder (
    account_id bigint NOT NULL PRIMARY KEY,
    seen_at timestamptz NOT NULL,
    reminded_at timestamptz NOT NULL
);
COMMENT ON TABLE acctguard.dormancy_reminder IS
'Owners who were asked for a sign of life, once for each sign of life. Notices only: no answer depends on it.';
COMMENT ON COLUMN acctguard.dormancy_reminder.seen_at IS 'their last one when they were asked';

-- Texts in Chinese only where the database can hold them.
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by) VALUES
('dormancy.near/in_app/en', 1, 'Is the phone number still yours?', 'You have not used your account for a long time. Numbers that are not used are given to others. If yours is still yours, you need do nothing but use your account. Otherwise change it. From {until} on the number alone will no longer open your account.', '-infinity', 'acctguard'),
('dormancy.near/email/en', 1, '{product}: is the phone number still yours?', E'You have not used your account {account} at {product} for a long time.\n\nPhone numbers that are not used are given to others. So that nobody who gets yours can enter your account, from {until} on the number alone will no longer open it: you will need a device that you have used before and your password, or a verification of your identity. Nothing in your account is lost or expires by that.\n\nIf you log in before, everything stays as it is. If your number has changed, please enter the new one.', '-infinity', 'acctguard'),
('dormancy.near/sms/en', 1, NULL, '{product}: your account was not used for a long time. Log in before {until}, or it will open only with a known device or a verification.', '-infinity', 'acctguard'),
('dormancy.near/push/en', 1, 'Is your phone number still yours?', 'Tap to confirm. From {until} on the number alone will no longer open your account.', '-infinity', 'acctguard'),
('dormancy.returned/in_app/en', 1, 'Welcome back', 'Your account was protected because it had not been used for a long time. The protection has ended, because you have shown that it is you. If this was not you, change your password and write to the support.', '-infinity', 'acctguard'),
('dormancy.returned/email/en', 1, '{product}: the protection of your unused account has ended', E'Your account {account} at {product} was protected because it had not been used for a long time. On {time} somebody showed that it is his, and the protection has ended.\n\nIf this was not you, change your password and write to the support at once.', '-infinity', 'acctguard'),
('dormancy.returned/sms/en', 1, NULL, '{product}: the protection of your unused account has ended. Not you? Write to the support at once.', '-infinity', 'acctguard'),
('dormancy.returned/push/en', 1, 'Welcome back', 'The protection of your unused account has ended. Not you? Write to the support at once.', '-infinity', 'acctguard');
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT t.template, 1, t.subject, t.body, '-infinity', 'acctguard' FROM (VALUES
('dormancy.near/in_app/zh-CN', '手机号还是您本人在用吗？', '您的账号已长期未使用。长期停用的手机号可能被分配给他人。如号码仍由您本人使用，正常使用账号即可；如已更换，请及时换绑。自{until}起，仅凭手机号将无法进入您的账号。'),
('dormancy.near/email/zh-CN', '{product}：手机号还是您本人在用吗？', E'您的{product}账号{account}已长期未使用。\n\n长期停用的手机号可能被运营商分配给他人。为避免新机主进入您的账号，自{until}起，仅凭手机号将无法登录：需使用您曾用过的设备并输入密码，或通过身份验证。账号内的权益不会因此减少或过期。\n\n在此之前登录，一切照旧。如号码已更换，请及时换绑新号码。'),
('dormancy.near/sms/zh-CN', NULL, '【{product}】您的账号已长期未使用。请在{until}前登录，否则届时须使用常用设备或通过身份验证才能登录。'),
('dormancy.near/push/zh-CN', '手机号还是您本人在用吗？', '点按确认。自{until}起，仅凭手机号将无法进入您的账号。'),
('dormancy.returned/in_app/zh-CN', '欢迎回来', '您的账号因长期未使用而处于保护状态。您已证明是本人，保护已解除。如非本人操作，请立即修改密码并联系客服。'),
('dormancy.returned/email/zh-CN', '{product}：长期未用账号的保护已解除', E'您的{product}账号{account}因长期未使用而处于保护状态。{time}有人通过验证，保护已解除。\n\n如非本人操作，请立即修改密码并联系客服。'),
('dormancy.returned/sms/zh-CN', NULL, '【{product}】您长期未用账号的保护已解除。如非本人操作，请立即联系客服。'),
('dormancy.returned/push/zh-CN', '欢迎回来', '您长期未用账号的保护已解除。如非本人操作，请立即联系客服。')
) AS t (template, subject, body) WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');
