CREATE TABLE acctguard.account_contact (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    channel text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
    address bytea,
    address_kid integer CHECK (address_kid > 0),
    address_hint text,
    locale text,
    scope text NOT NULL CHECK (scope IN ('account', 'appeal')),
    scope_no integer CHECK (scope_no > 0),
    verified_at timestamptz,
    added_at timestamptz NOT NULL,
    added_by text NOT NULL,
    removed_at timestamptz,
    removed_by text,
    remove_reason text,
    PRIMARY KEY (account_id, no),
    CONSTRAINT account_contact_scope CHECK ((scope = 'appeal') = (scope_no IS NOT NULL)),
    CONSTRAINT account_contact_sealed CHECK ((address IS NULL) = (address_kid IS NULL)),
    CONSTRAINT account_contact_removed CHECK ((removed_at IS NULL) = (removed_by IS NULL)
        AND (removed_at IS NOT NULL OR (address IS NOT NULL AND address_hint IS NOT NULL))
        AND (removed_at IS NOT NULL OR remove_reason IS NULL)
        AND (removed_at IS NULL OR address IS NULL OR channel <> 'sms'))
);
COMMENT ON TABLE acctguard.account_contact IS
'Where notices of an account go. The address is sealed and is deleted when the contact is removed, that of a verified e-mail or push contact a day later; the row stays.';
COMMENT ON COLUMN acctguard.account_contact.address IS 'the address, sealed with the data key of purpose contact; of a removed contact only for what tells it of its removal; NULL: removed';
COMMENT ON COLUMN acctguard.account_contact.address_kid IS 'the data key that sealed it';
COMMENT ON COLUMN acctguard.account_contact.address_hint IS 'what may be shown of it, such as b***@example.org; NULL: removed with the account''s erasure';
COMMENT ON COLUMN acctguard.account_contact.locale IS 'language of what is sent there, BCP 47; NULL: the account''s';
COMMENT ON COLUMN acctguard.account_contact.scope IS 'account: everything; appeal: only the notices of appeal scope_no';
COMMENT ON COLUMN acctguard.account_contact.verified_at IS 'when the user proved that it is his; NULL: nothing is sent there';
CREATE INDEX account_contact_leaving ON acctguard.account_contact (removed_at) WHERE removed_at IS NOT NULL AND address IS NOT NULL;
CREATE INDEX account_contact_kid ON acctguard.account_contact (address_kid) WHERE address_kid IS NOT NULL;
ALTER TABLE acctguard.account_contact ALTER address SET STATISTICS 0, ALTER address_hint SET STATISTICS 0;

CREATE TABLE acctguard.notice_preference (
    account_id bigint NOT NULL,
    class text NOT NULL CHECK (class IN ('decision', 'appeal', 'account', 'service')),
    channels text[] NOT NULL CHECK (channels <@ '{email,sms,push}'),
    set_at timestamptz NOT NULL,
    set_by text NOT NULL,
    PRIMARY KEY (account_id, class)
);
COMMENT ON TABLE acctguard.notice_preference IS
'Which channels a user wants for a class of notices, besides the application itself. No row: all of them. Notices of class security go everywhere.';

CREATE TABLE acctguard.notice (
    account_id bigint NOT NULL,
    no bigint NOT NULL CHECK (no <> 0),
    event integer NOT NULL CHECK (event > 0),
    aseq bigint CHECK (aseq > 0),
    channel text NOT NULL CHECK (channel IN ('in_app', 'email', 'sms', 'push')),
    contact_no integer,
    record integer,
    params jsonb,
    urgent boolean NOT NULL,
    written_at timestamptz NOT NULL,
    not_before timestamptz NOT NULL,
    idempotency_key uuid NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'dead', 'cancelled')),
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    lease_until timestamptz,
    claimed_by text,
    ended_at timestamptz,
    receipt text,
    end_reason text,
    read_at timestamptz,
    PRIMARY KEY (account_id, no),
    CONSTRAINT notice_contact CHECK ((channel = 'in_app') = (contact_no IS NULL)),
    CONSTRAINT notice_ended CHECK ((state = 'pending') = (ended_at IS NULL)
        AND (state IN ('dead', 'cancelled')) = (end_reason IS NOT NULL) AND (state = 'done' OR receipt IS NULL)),
    CONSTRAINT notice_lease CHECK (lease_until IS NULL OR claimed_by IS NOT NULL),
    CONSTRAINT notice_read CHECK (read_at IS NULL OR (state = 'done' AND channel = 'in_app'))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
        autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000);
CREATE INDEX notice_due ON acctguard.notice (channel, not_before) WHERE state = 'pending';
CREATE INDEX notice_age ON acctguard.notice USING brin (written_at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX notice_dead ON acctguard.notice (ended_at) WHERE state = 'dead';
COMMENT ON TABLE acctguard.notice IS
'The outbox: one row per event, channel and contact, written in the event''s transaction. It holds no text and no address; both are made when the notice is claimed or read.';
COMMENT ON COLUMN acctguard.notice.no IS 'number within the account: aseq times 1000, and which notice of the event it is; negative: announced to many accounts at once';
COMMENT ON COLUMN acctguard.notice.event IS 'what happened: a code of acctguard.events()';
COMMENT ON COLUMN acctguard.notice.aseq IS 'the event in the ledger; NULL: announced';
COMMENT ON COLUMN acctguard.notice.contact_no IS 'number of the account''s contact; NULL: in_app';
COMMENT ON COLUMN acctguard.notice.record IS 'number of the freeze, appeal, scope freeze or contact it is about';
COMMENT ON COLUMN acctguard.notice.params IS 'small values of the event that the text needs and no record keeps; never a secret';
COMMENT ON COLUMN acctguard.notice.urgent IS 'ignores quiet hours and the user''s choice of channels';
COMMENT ON COLUMN acctguard.notice.not_before IS 'not claimed before; a failed try and quiet hours move it';
COMMENT ON COLUMN acctguard.notice.idempotency_key IS 'the same for every try: lets a provider notice that it has delivered this before';
COMMENT ON COLUMN acctguard.notice.tries IS 'how often it was claimed';
COMMENT ON COLUMN acctguard.notice.lease_until IS 'claimed until then, by claimed_by; afterwards anybody may claim it again';
COMMENT ON COLUMN acctguard.notice.ended_at IS 'when it was delivered, given up or cancelled';
COMMENT ON COLUMN acctguard.notice.receipt IS 'what the provider called the delivery';
COMMENT ON COLUMN acctguard.notice.end_reason IS 'why it was given up or cancelled';
COMMENT ON COLUMN acctguard.notice.read_at IS 'when the user opened it in the application';

CREATE TABLE acctguard.notice_attempt (
    account_id bigint NOT NULL,
    notice_no bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    failed_at timestamptz NOT NULL,
    reason text NOT NULL,
    permanent boolean NOT NULL,
    by_person text NOT NULL,
    PRIMARY KEY (account_id, notice_no, no)
);
COMMENT ON TABLE acctguard.notice_attempt IS
'Deliveries that failed. What looks like an address in the provider''s words was blotted out.';
COMMENT ON COLUMN acctguard.notice_attempt.no IS 'the try, counted from 1; a try without a row here ended with its lease';
ALTER TABLE acctguard.notice_attempt ALTER reason SET STATISTICS 0;

CREATE TABLE acctguard.notice_template (
    template text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    enabled boolean NOT NULL DEFAULT true,
    subject text,
    body text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (template, version),
    CONSTRAINT notice_template_key CHECK (
        template ~ '^[a-z_]+\.[a-z_]+/(in_app|email|sms|push)/[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$' AND length(template) <= 120),
    CONSTRAINT notice_template_subject CHECK ((subject IS NULL) = (split_part(template, '/', 2) = 'sms')
        AND subject !~ '[\u0001-\u001f\u007f]' AND length(subject) BETWEEN 1 AND 200),
    CONSTRAINT notice_template_body CHECK (
        length(body) BETWEEN 1 AND CASE WHEN split_part(template, '/', 2) = 'sms' THEN 500 ELSE 10000 END)
);
COMMENT ON TABLE acctguard.notice_template IS
'The words of notices, by event, channel and language; the highest version is in force. An event without a template in any language of a channel sends nothing over it.';
COMMENT ON COLUMN acctguard.notice_template.template IS 'event/channel/locale, for example contact.added/email/zh-CN';
COMMENT ON COLUMN acctguard.notice_template.subject IS 'one line; NULL for sms';
COMMENT ON COLUMN acctguard.notice_template.body IS 'plain text with placeholders in braces; a literal brace is written twice';

-- Texts in Chinese only where the database can hold them.
-- Notices about contacts.
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by) VALUES
('contact.added/in_app/en', 1, 'New contact: {contact}', 'On {time} {contact} was added to your account {account} at {product}. If this was not you, remove it and change your password.', '-infinity', 'acctguard'),
('contact.added/email/en', 1, '{product}: new contact', E'On {time} {contact} was added to your account {account} at {product}.\n\nIf this was not you, remove it in the application and change your password.', '-infinity', 'acctguard'),
('contact.added/sms/en', 1, NULL, '{product}: {contact} was added to your account. Not you? Change your password.', '-infinity', 'acctguard'),
('contact.added/push/en', 1, 'New contact', '{contact} was added to your account. Not you? Change your password.', '-infinity', 'acctguard'),
('contact.removed/in_app/en', 1, 'Contact removed: {contact}', 'On {time} {contact} was removed from your account {account} at {product}. If this was not you, change your password.', '-infinity', 'acctguard'),
('contact.removed/email/en', 1, '{product}: contact removed', E'On {time} {contact} was removed from your account {account} at {product}.\n\nIf this was not you, change your password in the application.', '-infinity', 'acctguard'),
('contact.removed/sms/en', 1, NULL, '{product}: {contact} was removed from your account. Not you? Change your password.', '-infinity', 'acctguard'),
('contact.removed/push/en', 1, 'Contact removed', '{contact} was removed from your account. Not you? Change your password.', '-infinity', 'acctguard');
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT t.template, 1, t.subject, t.body, '-infinity', 'acctguard' FROM (VALUES
('contact.added/in_app/zh-CN', '新增联系方式：{contact}', '{time}，{contact}已添加到您的{product}账号{account}。如非本人操作，请移除该联系方式并修改密码。'),
('contact.added/email/zh-CN', '{product}：新增联系方式', E'{time}，{contact}已添加到您的{product}账号{account}。\n\n如非本人操作，请在应用内移除该联系方式并修改密码。'),
('contact.added/sms/zh-CN', NULL, '【{product}】{contact}已添加到您的账号。如非本人操作，请修改密码。'),
('contact.added/push/zh-CN', '新增联系方式', '{contact}已添加到您的账号。如非本人操作，请修改密码。'),
('contact.removed/in_app/zh-CN', '已移除联系方式：{contact}', '{time}，{contact}已从您的{product}账号{account}中移除。如非本人操作，请修改密码。'),
('contact.removed/email/zh-CN', '{product}：已移除联系方式', E'{time}，{contact}已从您的{product}账号{account}中移除。\n\n如非本人操作，请在应用内修改密码。'),
('contact.removed/sms/zh-CN', NULL, '【{product}】{contact}已从您的账号中移除。如非本人操作，请修改密码。'),
('contact.removed/push/zh-CN', '已移除联系方式', '{contact}已从您的账号中移除。如非本人操作，请修改密码。')
) AS t (template, subject, body) WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');
