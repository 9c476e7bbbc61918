CREATE TABLE acctguard.release_hold (
    number_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    claimant_id bigint NOT NULL,
    holder_id bigint NOT NULL CHECK (holder_id <> claimant_id),
    binding integer NOT NULL CHECK (binding > 0),
    rule text NOT NULL CHECK (rule <> ''),
    opened_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL CHECK (due_at > opened_at),
    noted_at timestamptz,
    ended_at timestamptz,
    outcome text CHECK (outcome IN ('executed', 'kept', 'void')),
    ended_by text,
    end_note text,
    PRIMARY KEY (number_id, no),
    CONSTRAINT release_hold_ended CHECK ((ended_at IS NULL) = (outcome IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX release_hold_running ON acctguard.release_hold (number_id) WHERE ended_at IS NULL;
CREATE INDEX release_hold_due ON acctguard.release_hold (due_at, number_id) WHERE ended_at IS NULL;
CREATE INDEX release_hold_claimant ON acctguard.release_hold (claimant_id);
CREATE INDEX release_hold_holder ON acctguard.release_hold (holder_id);
COMMENT ON TABLE acctguard.release_hold IS
'Claims to numbers: a new account waits for the number of another, whose owner is asked for it meanwhile. When due_at has passed the claimant has the number, by the clock; the worker, or the next who touches the number, writes it down.';
COMMENT ON COLUMN acctguard.release_hold.no IS 'claims to a number are counted';
COMMENT ON COLUMN acctguard.release_hold.claimant_id IS 'the account that waits; until then it is entered by its id';
COMMENT ON COLUMN acctguard.release_hold.holder_id IS 'the account that has the number';
COMMENT ON COLUMN acctguard.release_hold.binding IS 'of that account, see account_numbers()';
COMMENT ON COLUMN acctguard.release_hold.rule IS 'the row of register_rules() by which it began';
COMMENT ON COLUMN acctguard.release_hold.due_at IS 'when the number changes hands unless its owner shows before that it is his';
COMMENT ON COLUMN acctguard.release_hold.noted_at IS 'when he objected last, with less than it takes';
COMMENT ON COLUMN acctguard.release_hold.outcome IS 'executed: the claimant has got the number; kept: the owner has shown that it is his; void: the claimant is gone or has another number, the number went to somebody else, or an operator ended the claim';

CREATE TABLE acctguard.register_hint (
    account_id bigint NOT NULL PRIMARY KEY,
    hint text NOT NULL CHECK (char_length(hint) BETWEEN 3 AND 12)
);
COMMENT ON TABLE acctguard.register_hint IS
'What may be shown of an account''s nickname to somebody who has proved its number and is asked whether the account is his. Erased with the account.';
COMMENT ON COLUMN acctguard.register_hint.hint IS 'the first character and two stars, whatever the length';

INSERT INTO acctguard.limit_rule (rule, version, span, most, waits_from, waits, stop, description, changed_at, changed_by) VALUES
('register.hint', 1, '1 day', 3, NULL, '{}', NULL,
 'hints about the account that has a number, shown to who registers with it; subject: index of the number', '-infinity', 'acctguard');

-- One text for in_app and e-mail, one for sms and push; in Chinese only where the database can hold it.
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT t.event || '/' || c.channel || '/en', 1,
       CASE c.channel WHEN 'sms' THEN NULL WHEN 'email' THEN '{product}: ' || t.subject ELSE upper(left(t.subject, 1)) || substr(t.subject, 2) END,
       CASE WHEN c.channel = 'sms' THEN '{product}: ' || t.short
            WHEN c.channel = 'push' THEN upper(left(t.short, 1)) || substr(t.short, 2)
            WHEN c.channel = 'email' THEN t.long || E'\n\nAccount {account}, {time}. This message was made automatically.'
            ELSE t.long END, '-infinity', 'acctguard'
FROM (VALUES
('register.claimed', 'somebody registers with your number', E'Somebody has shown that he receives messages to {number} and says that your account is not his.\n\nIf the number is still yours, log in before {until}, have a code sent to it and confirm it with your password or another proof: it stays yours. If it is not, bind the number that you have now.\n\nWhat is in your account stays yours in any case. At {until} the number leaves it.', 'somebody registers with your number. Still yours? Log in and confirm it before {until}, or bind another one.'),
('register.noted', 'your number is still claimed', E'You objected to somebody else''s claim to {number}, but did not show that the number is yours. That takes a code to the number together with your password or another proof, before {until}. If you do not have the number any more, bind the one that you have now.', 'your number is still claimed. Confirm it with a code before {until}, or bind another one.'),
('register.kept', 'your number stays yours', E'You have shown that {number} is yours. It stays with your account. If this was not you, change your password and write to the support at once.', 'your number stays yours. Not you? Change your password.'),
('register.lost', 'your account has no phone number any more', E'{number} has a new holder, who has registered with it. It has left your account; codes to it open nothing in your account any more, and devices that nothing but codes to it had brought in are logged out.\n\nEverything else in your account is as it was. Log in with your password, and bind the number that you have now.', 'your former number has a new holder and has left your account. Everything else stays yours: log in with your password and bind your present number.'),
('register.untrusted', 'a trusted number of your account is gone', E'{number}, which your account trusted, has a new holder. It is not trusted any more. If you need a trusted number, add another one.', 'a trusted number of your account has a new holder and is trusted no longer.'),
('register.waiting', 'your account waits for its number', E'Welcome. Your account {account} is there. Your number {number} belongs to another account whose owner is asked for it; unless he shows that it is his, it is yours on {until}. Until then log in with your account number {account}.', 'welcome. Your number is yours on {until}, unless its present owner shows that it is his. Until then log in with your account number.'),
('register.refused', 'the number is still in use', E'{number} is still in use by another account and could not become yours. Your account {account} stays as it is; bind another number to it.', 'the number is still in use and could not become yours. Your account stays; bind another number.'),
('register.gained', 'the number is yours', E'{number} is now the number of your account {account}.', 'the number you waited for is now that of your account.'),
('register.registered', 'welcome', E'Welcome. Your account {account} is there, and {number} is its number. It is a new account: what others did with the number before is not in it.', 'welcome. Your account is there.')
) AS t (event, subject, long, short)
CROSS JOIN (VALUES ('in_app'), ('email'), ('sms'), ('push')) AS c (channel);

INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT t.event || '/' || c.channel || '/zh-CN', 1,
       CASE c.channel WHEN 'sms' THEN NULL WHEN 'email' THEN '{product}：' || t.subject ELSE t.subject END,
       CASE WHEN c.channel = 'sms' THEN '【{product}】' || t.short
            WHEN c.channel = 'push' THEN t.short
            WHEN c.channel = 'email' THEN t.long || E'\n\n账号 {account}，{time}。本邮件由系统自动发送。'
            ELSE t.long END, '-infinity', 'acctguard'
FROM (VALUES
('register.claimed', '有人正用您的手机号注册', E'有人证明可以接收发往 {number} 的短信，并表示您的账号不属于他。\n\n如果号码仍由您使用，请在 {until} 前登录，获取短信验证码，并用密码或其他方式一并确认，号码将继续归您使用。如果号码已不再使用，请换绑您现在的手机号。\n\n无论如何，账号内的一切仍属于您。到 {until}，该号码将从您的账号移除。', '有人正用您的手机号注册。号码仍属于您？请在{until}前登录并确认，否则请换绑新号码。'),
('register.noted', '您的手机号仍被他人申领', E'您对他人申领 {number} 提出了异议，但尚未证明号码仍由您使用。请在 {until} 前同时使用短信验证码和密码（或其他方式）确认。如果号码已不再使用，请换绑您现在的手机号。', '您的手机号仍被他人申领。请在{until}前用验证码确认，或换绑新号码。'),
('register.kept', '手机号仍归您使用', E'您已证明 {number} 由您使用，它将继续绑定在您的账号上。如非本人操作，请立即修改密码并联系客服。', '手机号仍归您使用。如非本人操作，请修改密码。'),
('register.lost', '您的账号已无绑定手机号', E'{number} 已有新机主，并用它注册了新账号。该号码已从您的账号移除：发往该号码的验证码不能再用于您的账号，仅凭该号码登录的设备已下线。\n\n账号内的其他一切不变。请用密码登录，并绑定您现在的手机号。', '您原来的手机号已有新机主，已从您的账号移除。账号内的一切不变，请用密码登录并绑定现在的号码。'),
('register.untrusted', '您的一个可信号码已失效', E'您的账号设为可信的 {number} 已有新机主，不再可信。如有需要，请添加其他可信号码。', '您账号的一个可信号码已有新机主，不再可信。'),
('register.waiting', '您的账号正在等待手机号', E'欢迎。您的账号 {account} 已建立。手机号 {number} 目前属于另一账号，正在询问其主人；如对方未证明仍在使用，它将于 {until} 归您使用。在此之前，请使用账号 {account} 登录。', '欢迎。如原主人未证明仍在使用，手机号将于{until}归您使用。在此之前请用账号登录。'),
('register.refused', '该手机号仍在使用中', E'{number} 仍由另一账号使用，未能归您。您的账号 {account} 保持不变，请绑定其他手机号。', '该手机号仍在使用中，未能归您。您的账号保持不变，请绑定其他手机号。'),
('register.gained', '手机号已归您使用', E'{number} 现在是您账号 {account} 的手机号。', '您等待的手机号已绑定到您的账号。'),
('register.registered', '欢迎', E'欢迎。您的账号 {account} 已建立，手机号为 {number}。这是全新的账号，与该号码以前的使用者无关。', '欢迎。您的账号已建立。')
) AS t (event, subject, long, short)
CROSS JOIN (VALUES ('in_app'), ('email'), ('sms'), ('push')) AS c (channel)
WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');
