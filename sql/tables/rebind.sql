CREATE TABLE acctguard.client_channel (
    channel text NOT NULL CHECK (channel ~ '^([a-z0-9][a-z0-9._-]{0,62}|[*])$'),
    version integer NOT NULL CHECK (version > 0),
    allowed boolean NOT NULL,
    least_build bigint NOT NULL CHECK (least_build >= 0),
    description text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (channel, version)
);
COMMENT ON TABLE acctguard.client_channel IS
'By which channels clients come that may change a number (U-5), and from which build on; the highest version is in force. A product that knows its channels switches * off and these on: a client from elsewhere may be somebody''s copy, and an old one may have a hole.';
COMMENT ON COLUMN acctguard.client_channel.channel IS 'as the application names it, such as app_store; * is every other, and clients that name none';
COMMENT ON COLUMN acctguard.client_channel.least_build IS 'least build number; 0: any, also one that names none';
INSERT INTO acctguard.client_channel (channel, version, allowed, least_build, description, changed_at, changed_by) VALUES
('*', 1, true, 0, 'every channel', '-infinity', 'acctguard');

CREATE TABLE acctguard.number_change (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    kind text NOT NULL CHECK (kind IN ('change', 'unbind', 'untrust')),
    state text NOT NULL CHECK (state IN ('requested', 'cooling', 'contested', 'ready', 'executed', 'cancelled')),
    binding integer CHECK (binding > 0),
    number_id bigint,
    number_epoch bigint CHECK (number_epoch >= 0),
    new_number_id bigint,
    new_number_epoch bigint CHECK (new_number_epoch >= 0),
    new_binding integer CHECK (new_binding > 0),
    flow_id uuid,
    old_flow_id uuid,
    session_no integer NOT NULL CHECK (session_no > 0),
    device_no integer NOT NULL CHECK (device_no > 0),
    methods text[] NOT NULL,
    situation text CHECK (situation IN ('first', 'proved', 'unusable', 'reassigned', 'sim_risk', 'special', 'trusted')),
    counted boolean NOT NULL,
    requested_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    proved_at timestamptz,
    ready_at timestamptz,
    contested_at timestamptz,
    settled_at timestamptz,
    settled_by text,
    agreed_at timestamptz,
    agreed_by text,
    agreed_note text,
    lapses_at timestamptz,
    ended_at timestamptz,
    ended_by text,
    end_reason text,
    objection_hash bytea CHECK (octet_length(objection_hash) = 32),
    PRIMARY KEY (account_id, no),
    CONSTRAINT number_change_old CHECK ((binding IS NULL) = (number_id IS NULL) AND (binding IS NULL) = (number_epoch IS NULL)
        AND (kind = 'change' OR binding IS NOT NULL)),
    CONSTRAINT number_change_new CHECK ((new_number_id IS NULL) = (new_number_epoch IS NULL)
        AND (new_number_id IS NULL) = (proved_at IS NULL) AND (new_number_id IS NULL OR kind = 'change')
        AND (kind <> 'change' OR confirmed_at IS NULL OR new_number_id IS NOT NULL)
        AND (new_binding IS NULL OR (kind = 'change' AND state = 'executed'))),
    CONSTRAINT number_change_confirmed CHECK ((confirmed_at IS NULL) = (situation IS NULL)
        AND (confirmed_at IS NULL) = (ready_at IS NULL) AND (state <> 'requested' OR confirmed_at IS NULL)
        AND (state IN ('requested', 'cancelled') OR confirmed_at IS NOT NULL) AND ready_at >= confirmed_at),
    CONSTRAINT number_change_contested CHECK ((state <> 'contested' OR contested_at IS NOT NULL)
        AND (settled_at IS NULL) = (settled_by IS NULL) AND (settled_at IS NULL OR contested_at IS NOT NULL)
        AND (state <> 'ready' OR settled_at IS NOT NULL)),
    CONSTRAINT number_change_agreed CHECK ((agreed_at IS NULL) = (agreed_by IS NULL) AND (agreed_at IS NULL) = (agreed_note IS NULL)),
    CONSTRAINT number_change_ended CHECK ((state IN ('executed', 'cancelled')) = (ended_at IS NOT NULL)
        AND (ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)
        AND (ended_at IS NULL) = (lapses_at IS NOT NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX number_change_open ON acctguard.number_change (account_id)
    WHERE state IN ('cooling', 'contested', 'ready');
CREATE INDEX number_change_due ON acctguard.number_change ((CASE WHEN state IN ('cooling', 'ready')
    AND (situation <> 'special' OR agreed_at IS NOT NULL) THEN ready_at ELSE lapses_at END), account_id)
    WHERE ended_at IS NULL;
CREATE INDEX number_change_number ON acctguard.number_change (number_id)
    WHERE ended_at IS NULL AND number_id IS NOT NULL;
CREATE INDEX number_change_new_number ON acctguard.number_change (new_number_id)
    WHERE ended_at IS NULL AND new_number_id IS NOT NULL;
ALTER TABLE acctguard.number_change ALTER objection_hash SET STATISTICS 0;
COMMENT ON TABLE acctguard.number_change IS
'Requests to change or unbind a number, from the asking to their end; they stay as history. What the clock makes of a state (cooling is ready from ready_at on, everything is cancelled from lapses_at on) need not be written.';
COMMENT ON COLUMN acctguard.number_change.no IS 'number of the request in its account';
COMMENT ON COLUMN acctguard.number_change.kind IS 'change: another login number, or a first one; unbind: no login number any more; untrust: the last trusted number goes';
COMMENT ON COLUMN acctguard.number_change.state IS 'as written; see rebind_transitions()';
COMMENT ON COLUMN acctguard.number_change.binding IS 'the binding that is to end; NULL: the account has no login number';
COMMENT ON COLUMN acctguard.number_change.number_epoch IS 'epoch of its number when it was asked for';
COMMENT ON COLUMN acctguard.number_change.new_number_id IS 'the new number, once it is proved';
COMMENT ON COLUMN acctguard.number_change.new_number_epoch IS 'its epoch then: whoever gets it meanwhile keeps it';
COMMENT ON COLUMN acctguard.number_change.new_binding IS 'what it has become';
COMMENT ON COLUMN acctguard.number_change.flow_id IS 'flow in which the new number is proved';
COMMENT ON COLUMN acctguard.number_change.old_flow_id IS 'flow in which the old number can be proved';
COMMENT ON COLUMN acctguard.number_change.session_no IS 'the session that asked';
COMMENT ON COLUMN acctguard.number_change.methods IS 'what it had proved then: a further factor is none of these';
COMMENT ON COLUMN acctguard.number_change.situation IS 'what decided the time for objections, see rebind_situations()';
COMMENT ON COLUMN acctguard.number_change.counted IS 'it counts among the changes of policy rebind_changes; false: the account has its own number of a short time ago again';
COMMENT ON COLUMN acctguard.number_change.proved_at IS 'when the new number was proved';
COMMENT ON COLUMN acctguard.number_change.ready_at IS 'end of the time for objections';
COMMENT ON COLUMN acctguard.number_change.settled_at IS 'when an objection was overcome: by another factor, or by service';
COMMENT ON COLUMN acctguard.number_change.agreed_at IS 'when service agreed to the request of a special account';
COMMENT ON COLUMN acctguard.number_change.lapses_at IS 'from then on the request is cancelled if nothing has happened; NULL: it has ended';
COMMENT ON COLUMN acctguard.number_change.end_reason IS 'why, in a word; the code of rebind_preconditions() if it was stopped';
COMMENT ON COLUMN acctguard.number_change.objection_hash IS 'SHA-256 of the code that was sent to the old number; NULL: none was sent';

CREATE TABLE acctguard.number_message (
    account_id bigint NOT NULL,
    no bigint NOT NULL CHECK (no > 0),
    request integer NOT NULL CHECK (request > 0),
    binding integer NOT NULL CHECK (binding > 0),
    code bytea,
    code_kid integer CHECK (code_kid > 0),
    locale text NOT NULL,
    written_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    idempotency_key uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'done', 'dead', 'cancelled')),
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    lease_until timestamptz,
    claimed_by text,
    ended_at timestamptz,
    receipt text,
    end_reason text,
    PRIMARY KEY (account_id, no),
    CONSTRAINT number_message_code CHECK ((code IS NULL) = (code_kid IS NULL) AND (state = 'pending' OR code IS NULL)),
    CONSTRAINT number_message_ended CHECK ((state = 'pending') = (ended_at IS NULL)
        AND (state IN ('dead', 'cancelled')) = (end_reason IS NOT NULL) AND (state = 'done' OR receipt IS NULL)),
    CONSTRAINT number_message_lease CHECK (lease_until IS NULL OR claimed_by IS NOT NULL)
) WITH (fillfactor = 70);
CREATE INDEX number_message_no ON acctguard.number_message (no);
CREATE INDEX number_message_due ON acctguard.number_message (written_at) WHERE state = 'pending';
CREATE INDEX number_message_request ON acctguard.number_message (account_id, request);
CREATE INDEX number_message_kid ON acctguard.number_message (code_kid) WHERE code_kid IS NOT NULL;
ALTER TABLE acctguard.number_message ALTER code SET STATISTICS 0;
COMMENT ON TABLE acctguard.number_message IS
'What numbers are told of a request: the old number with the code by which it can object, and the trusted numbers. Each belongs to a binding and is cancelled when that has ended. Handed out by notice_claim() as of account 0, because who has the number may be a stranger to the account.';
COMMENT ON COLUMN acctguard.number_message.no IS 'at random';
COMMENT ON COLUMN acctguard.number_message.request IS 'number of the request in its account';
COMMENT ON COLUMN acctguard.number_message.binding IS 'whose number is told';
COMMENT ON COLUMN acctguard.number_message.code IS 'the code for an objection, sealed; gone when the message has ended. NULL: it has none, as for trusted numbers';

-- Notices. Texts in Chinese only where the database can hold them.
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT format('rebind.%s/%s/en', t.event, c.channel), 1,
    CASE c.channel WHEN 'sms' THEN NULL WHEN 'email' THEN '{product}: ' || lower(left(t.subject, 1)) || substr(t.subject, 2) ELSE t.subject END,
    CASE WHEN c.channel IN ('sms', 'push') THEN '{product}: ' || t.brief ELSE t.full_text END, '-infinity', 'acctguard'
FROM (VALUES
('cooling', 'The number of your account is about to change',
 'On {time} somebody asked, for your account {account} at {product}, to {what}. It happens at {until} unless somebody objects. If this was not you, cancel it in the application and change your password.',
 'Somebody asked to {what}; it happens at {until}. Not you? Cancel it in the application.'),
('contested', 'Somebody objects to the change of your number',
 'The old number of your account {account} at {product} objects to the request to {what}. To go on, prove who you are in the application; otherwise the request lapses.',
 'The old number objects to the change of your number. Prove who you are in the application to go on.'),
('settled', 'The objection to the change of your number is settled',
 'For your account {account} at {product}, the objection to the request to {what} was overcome. If this was not you, cancel the request in the application at once and change your password.',
 'The objection to the change of your number was overcome. Not you? Cancel it in the application at once.'),
('disowned', 'A change of your number was stopped as not yours',
 'On {time} a request for your account {account} at {product}, to {what}, was ended: its owner says that it was not his. The session that asked was ended, too. Change your password now.',
 'A request to change your number was ended because you did not make it. Change your password now.'),
('cancelled', 'The change of your number was cancelled',
 'On {time} a request for your account {account} at {product}, to {what}, was cancelled. Nothing has changed.',
 'A request to change your number was cancelled; nothing has changed.'),
('stopped', 'The number of your account was not changed',
 'A request for your account {account} at {product}, to {what}, was not carried out, because something has changed since it was made. Look at the state of your account and ask again.',
 'Your number was not changed, because something about your account has changed. Look at its state and ask again.'),
('executed', 'The number of your account has changed',
 'On {time} the request for your account {account} at {product} was carried out: to {what}. If this was not you, write to the support at once.',
 'Your request was carried out: to {what}. Not you? Write to the support at once.')
) AS t (event, subject, full_text, brief) CROSS JOIN unnest('{in_app,email,sms,push}'::text[]) AS c (channel);
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT format('trusted.%s/%s/en', t.event, c.channel), 1,
    CASE c.channel WHEN 'sms' THEN NULL WHEN 'email' THEN '{product}: ' || lower(left(t.subject, 1)) || substr(t.subject, 2) ELSE t.subject END,
    CASE WHEN c.channel IN ('sms', 'push') THEN '{product}: ' || t.brief ELSE t.full_text END, '-infinity', 'acctguard'
FROM (VALUES
('added', 'New trusted number: {number}',
 'On {time} {number} was added to the trusted numbers of your account {account} at {product}; it can vouch for you from {until} on. If this was not you, remove it in the application and change your password.',
 '{number} is a trusted number of your account from {until} on. Not you? Remove it and change your password.'),
('removed', 'Trusted number removed: {number}',
 'On {time} {number} was removed from the trusted numbers of your account {account} at {product}. If this was not you, change your password.',
 '{number} is no trusted number of your account any more. Not you? Change your password.')
) AS t (event, subject, full_text, brief) CROSS JOIN unnest('{in_app,email,sms,push}'::text[]) AS c (channel);
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by) VALUES
('rebind.number_told/sms/en', 1, NULL, '{product}: somebody wants to change an account of which this is the number; it happens at {until}. {objection}', '-infinity', 'acctguard');
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT format('%s/%s/zh-CN', t.event, c.channel), 1,
    CASE c.channel WHEN 'sms' THEN NULL WHEN 'email' THEN '{product}：' || t.subject ELSE t.subject END,
    CASE WHEN c.channel IN ('sms', 'push') THEN '【{product}】' || t.brief ELSE t.full_text END, '-infinity', 'acctguard'
FROM (VALUES
('rebind.cooling', '您的账号即将变更手机号', '{time}，有人申请{what}（{product}账号{account}）。若无人提出异议，将于{until}生效。如非本人操作，请在应用内取消并修改密码。',
 '有人申请{what}，将于{until}生效。如非本人操作，请在应用内取消。'),
('rebind.contested', '有人对手机号变更提出异议', '原手机号对您的{product}账号{account}的申请提出了异议：{what}。如需继续，请在应用内验证身份，否则该申请将失效。',
 '原手机号对手机号变更提出了异议。如需继续，请在应用内验证身份。'),
('rebind.settled', '手机号变更的异议已解决', '您的{product}账号{account}的申请（{what}）所受异议已解决。如非本人操作，请立即在应用内取消并修改密码。',
 '手机号变更的异议已解决。如非本人操作，请立即在应用内取消。'),
('rebind.disowned', '一项非本人的手机号变更已终止', '{time}，您的{product}账号{account}的申请（{what}）已终止：账号所有者表示并非本人操作。提出申请的登录也已结束。请立即修改密码。',
 '一项非本人的手机号变更申请已终止，请立即修改密码。'),
('rebind.cancelled', '手机号变更已取消', '{time}，您的{product}账号{account}的申请（{what}）已取消，未作任何变更。', '手机号变更申请已取消，未作任何变更。'),
('rebind.stopped', '您的手机号未变更', '您的{product}账号{account}的申请（{what}）未执行，因为申请之后情况有变。请查看账号状态后重新申请。',
 '手机号未变更，因为账号情况有变。请查看账号状态后重新申请。'),
('rebind.executed', '您的账号手机号已变更', '{time}，您的{product}账号{account}已完成：{what}。如非本人操作，请立即联系客服。', '您的账号已完成：{what}。如非本人操作，请立即联系客服。'),
('trusted.added', '新增可信手机号：{number}', '{time}，{number}已添加为您的{product}账号{account}的可信手机号，自{until}起可用于验证。如非本人操作，请在应用内移除并修改密码。',
 '{number}自{until}起为您账号的可信手机号。如非本人操作，请移除并修改密码。'),
('trusted.removed', '已移除可信手机号：{number}', '{time}，{number}已从您的{product}账号{account}的可信手机号中移除。如非本人操作，请修改密码。',
 '{number}已不再是您账号的可信手机号。如非本人操作，请修改密码。')
) AS t (event, subject, full_text, brief) CROSS JOIN unnest('{in_app,email,sms,push}'::text[]) AS c (channel)
WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT 'rebind.number_told/sms/zh-CN', 1, NULL, '【{product}】有人申请变更绑定本号码的账号，将于{until}生效。{objection}', '-infinity', 'acctguard'
WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');

-- Is the number still yours?
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by) VALUES
('number.asked/in_app/en', 1, 'Is {number} still your number?', 'It is some time since you last confirmed {number}, the number of your account. If it is still yours, one tap is enough. If not, change it now: numbers that are given up go to others.', '-infinity', 'acctguard'),
('number.asked/email/en', 1, '{product}: is {number} still your number?', E'It is some time since you last confirmed {number}, the number of your account {account} at {product}.\n\nIf it is still yours, confirm it in the application; one tap is enough. If not, change it there: numbers that are given up go to others, and codes to them with it.', '-infinity', 'acctguard'),
('number.asked/sms/en', 1, NULL, '{product}: is this still your number? Confirm it in the application, or change it there. Not your account? You need do nothing.', '-infinity', 'acctguard'),
('number.asked/push/en', 1, 'Is {number} still your number?', 'Tap to confirm it, or change it.', '-infinity', 'acctguard');
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT t.template, 1, t.subject, t.body, '-infinity', 'acctguard' FROM (VALUES
('number.asked/in_app/zh-CN', '{number}还是您的手机号吗？', '您已有一段时间未确认账号绑定的手机号{number}。如仍在使用，点按确认即可；如已更换，请尽快换绑：停用的手机号会被分配给他人。'),
('number.asked/email/zh-CN', '{product}：{number}还是您的手机号吗？', E'您已有一段时间未确认{product}账号{account}绑定的手机号{number}。\n\n如仍在使用，请在应用内点按确认；如已更换，请在应用内换绑：停用的手机号会被分配给他人，验证码也会随之发给他人。'),
('number.asked/sms/zh-CN', NULL, '【{product}】本手机号是否仍由您使用？请在应用内确认或换绑。如这不是您的账号，无需理会。'),
('number.asked/push/zh-CN', '{number}还是您的手机号吗？', '点按确认，或更换手机号。')
) AS t (template, subject, body) WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');
