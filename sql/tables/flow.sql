CREATE TABLE acctguard.flow (
    flow_id uuid NOT NULL PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('register', 'login', 'reset', 'rebind', 'unbind', 'trusted', 'reconfirm',
        'verify', 'contact')),
    state text NOT NULL CHECK (state IN ('open', 'proved', 'answered', 'consumed', 'closed')),
    dead boolean NOT NULL,
    account_id bigint,
    contact_no integer CHECK (contact_no > 0),
    number_id bigint CHECK (number_id > 0),
    number_epoch bigint CHECK (number_epoch >= 0),
    number_idx bytea CHECK (octet_length(number_idx) = 16),
    country integer CHECK (country > 0),
    e164 bytea,
    e164_kid integer CHECK (e164_kid > 0),
    device text,
    address bytea CHECK (octet_length(address) = 16),
    source bytea CHECK (octet_length(source) = 16),
    locale text NOT NULL,
    opened_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    proofs text[] NOT NULL DEFAULT '{}',
    proved_at timestamptz[] NOT NULL DEFAULT '{}',
    answer text CHECK (answer <> ''),
    switches integer NOT NULL DEFAULT 0 CHECK (switches BETWEEN 0 AND 1),
    ended_at timestamptz,
    end_reason text,
    memo jsonb,
    CONSTRAINT flow_number CHECK ((number_idx IS NULL) = (e164 IS NULL) AND (e164 IS NULL) = (e164_kid IS NULL)
        AND (e164 IS NULL) = (country IS NULL) AND (e164 IS NULL) = (number_epoch IS NULL)
        AND (number_id IS NULL OR number_idx IS NOT NULL)),
    CONSTRAINT flow_source CHECK ((address IS NULL) = (source IS NULL)),
    CONSTRAINT flow_contact CHECK (contact_no IS NULL OR account_id IS NOT NULL),
    CONSTRAINT flow_life CHECK (expires_at > opened_at),
    CONSTRAINT flow_proofs CHECK (cardinality(proofs) = cardinality(proved_at)
        AND (state <> 'open' OR proofs = '{}') AND (state NOT IN ('proved', 'answered', 'consumed') OR proofs <> '{}')),
    CONSTRAINT flow_dead CHECK (NOT dead OR proofs = '{}'),
    CONSTRAINT flow_answer CHECK (state <> 'answered' OR answer IS NOT NULL),
    CONSTRAINT flow_ended CHECK ((state IN ('consumed', 'closed')) = (ended_at IS NOT NULL)
        AND (state = 'closed') = (end_reason IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX flow_expires ON acctguard.flow (expires_at);
CREATE INDEX flow_open_number ON acctguard.flow (number_id) WHERE ended_at IS NULL AND number_id IS NOT NULL;
CREATE INDEX flow_account ON acctguard.flow (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX flow_kid ON acctguard.flow (e164_kid) WHERE e164_kid IS NOT NULL;
ALTER TABLE acctguard.flow ALTER flow_id SET STATISTICS 0, ALTER number_idx SET STATISTICS 0, ALTER e164 SET STATISTICS 0,
    ALTER source SET STATISTICS 0, ALTER address SET STATISTICS 0, ALTER device SET STATISTICS 0;
COMMENT ON TABLE acctguard.flow IS
'Conversations about a phone number or a contact: what for, what was proved in them and when, what was answered. A flow is good until expires_at and is used once; it is forgotten policy flow_keep seconds later.';
COMMENT ON COLUMN acctguard.flow.flow_id IS '122 random bits: who has it goes on with the conversation';
COMMENT ON COLUMN acctguard.flow.state IS 'as written; an open, proved or answered flow is expired by the clock, at expires_at';
COMMENT ON COLUMN acctguard.flow.dead IS 'it looks and costs like any other, nothing is sent, and nothing can be proved in it: for what the user may not learn does not exist';
COMMENT ON COLUMN acctguard.flow.account_id IS 'whose session opened it, or whom it is about; NULL: nobody is known';
COMMENT ON COLUMN acctguard.flow.contact_no IS 'the contact of the account that its codes go to; NULL: they go to the number';
COMMENT ON COLUMN acctguard.flow.number_id IS 'the number, if it was known when the flow was opened';
COMMENT ON COLUMN acctguard.flow.number_epoch IS 'epoch of the number when its state was last shown to the user; 0 for a number that was unknown';
COMMENT ON COLUMN acctguard.flow.number_idx IS 'keyed index of the number: what its limits are counted by, known or not';
COMMENT ON COLUMN acctguard.flow.country IS 'calling code';
COMMENT ON COLUMN acctguard.flow.e164 IS 'the number, sealed with the data key of purpose contact';
COMMENT ON COLUMN acctguard.flow.device IS 'the application''s own id of the device';
COMMENT ON COLUMN acctguard.flow.address IS 'keyed index of the address it was opened from';
COMMENT ON COLUMN acctguard.flow.source IS 'keyed index of the network it was opened from (/24, /48)';
COMMENT ON COLUMN acctguard.flow.locale IS 'language of what is sent to the number, BCP 47';
COMMENT ON COLUMN acctguard.flow.proofs IS 'what was proved, each once';
COMMENT ON COLUMN acctguard.flow.proved_at IS 'when, in the same order, the last time of each';
COMMENT ON COLUMN acctguard.flow.answer IS 'answer to the flow''s question, such as mine or not_mine';
COMMENT ON COLUMN acctguard.flow.switches IS 'how often the answer was taken back';
COMMENT ON COLUMN acctguard.flow.ended_at IS 'when it was consumed or closed; NULL: neither';
COMMENT ON COLUMN acctguard.flow.end_reason IS 'why it was closed';
COMMENT ON COLUMN acctguard.flow.memo IS 'what the domain of the purpose keeps in it; no secret and no number in clear';

CREATE TABLE acctguard.flow_outcome (
    ref uuid NOT NULL PRIMARY KEY,
    at timestamptz NOT NULL,
    code text NOT NULL,
    purpose text,
    account_id bigint,
    number_id bigint,
    device text,
    application text,
    role text NOT NULL
);
CREATE INDEX flow_outcome_at ON acctguard.flow_outcome USING brin (at);
CREATE INDEX flow_outcome_account ON acctguard.flow_outcome (account_id) WHERE account_id IS NOT NULL;
ALTER TABLE acctguard.flow_outcome ALTER ref SET STATISTICS 0;
COMMENT ON TABLE acctguard.flow_outcome IS
'What functions of flows have answered, by the reference in the answer: service desk finds the internal code with it (outcome_find()). Kept for policy outcome_keep seconds, or until the account is erased; the ledger has the same event for good.';
COMMENT ON COLUMN acctguard.flow_outcome.ref IS 'begins with the time, so that it is found and forgotten cheaply';
COMMENT ON COLUMN acctguard.flow_outcome.code IS 'internal code, see flow_codes()';
COMMENT ON COLUMN acctguard.flow_outcome.device IS 'the application''s own id of the device';
COMMENT ON COLUMN acctguard.flow_outcome.application IS 'application_name of the session: client and version, if the application tells it';
COMMENT ON COLUMN acctguard.flow_outcome.role IS 'session_user';

CREATE TABLE acctguard.one_time_code (
    flow_id uuid NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    channel text NOT NULL CHECK (channel IN ('sms', 'email')),
    mac bytea NOT NULL CHECK (octet_length(mac) = 16),
    kid integer NOT NULL CHECK (kid > 0),
    written_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    used_at timestamptz,
    voided_at timestamptz,
    PRIMARY KEY (flow_id, no),
    CONSTRAINT one_time_code_life CHECK (expires_at > written_at),
    CONSTRAINT one_time_code_end CHECK (used_at IS NULL OR voided_at IS NULL)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX one_time_code_open ON acctguard.one_time_code (flow_id) WHERE used_at IS NULL AND voided_at IS NULL;
CREATE INDEX one_time_code_kid ON acctguard.one_time_code (kid);
ALTER TABLE acctguard.one_time_code ALTER mac SET STATISTICS 0;
COMMENT ON TABLE acctguard.one_time_code IS
'Codes that were sent, as keyed tags over flow, purpose, account, number or contact, and the code: a code is right in its own flow only, and the table tells none. At most one of a flow can be used at a time, and it once.';
COMMENT ON COLUMN acctguard.one_time_code.no IS 'which code of the flow';
COMMENT ON COLUMN acctguard.one_time_code.kid IS 'data key (purpose otp_mac) of the tag';
COMMENT ON COLUMN acctguard.one_time_code.tries IS 'how often it was tried by what has committed; what counts are the attempts charged outside of transactions';
COMMENT ON COLUMN acctguard.one_time_code.used_at IS 'when it was shown and was right';
COMMENT ON COLUMN acctguard.one_time_code.voided_at IS 'when a newer one took its place';

CREATE TABLE acctguard.code_message (
    no bigint NOT NULL PRIMARY KEY CHECK (no > 0),
    flow_id uuid NOT NULL,
    code_no integer NOT NULL CHECK (code_no > 0),
    channel text NOT NULL CHECK (channel IN ('sms', 'email')),
    code bytea,
    code_kid integer CHECK (code_kid > 0),
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
    CONSTRAINT code_message_code CHECK ((code IS NULL) = (code_kid IS NULL) AND (state = 'pending') = (code IS NOT NULL)),
    CONSTRAINT code_message_ended CHECK ((state = 'pending') = (ended_at IS NULL)
        AND (state IN ('dead', 'cancelled')) = (end_reason IS NOT NULL) AND (state = 'done' OR receipt IS NULL)),
    CONSTRAINT code_message_lease CHECK (lease_until IS NULL OR claimed_by IS NOT NULL)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX code_message_code_no ON acctguard.code_message (flow_id, code_no);
CREATE INDEX code_message_due ON acctguard.code_message (channel, written_at) WHERE state = 'pending';
CREATE INDEX code_message_kid ON acctguard.code_message (code_kid) WHERE code_kid IS NOT NULL;
ALTER TABLE acctguard.code_message ALTER code SET STATISTICS 0;
COMMENT ON TABLE acctguard.code_message IS
'Codes on their way: the part of the outbox that has no account. notice_claim() hands them out before everything else, as notices of account 0. The code is sealed, and gone as soon as it was delivered, given up or cancelled.';
COMMENT ON COLUMN acctguard.code_message.no IS 'random; the notice_no of notice_claim()';
COMMENT ON COLUMN acctguard.code_message.code IS 'sealed with the data key of purpose contact; NULL: it has ended';
COMMENT ON COLUMN acctguard.code_message.expires_at IS 'the code''s end; nothing is sent after it';
COMMENT ON COLUMN acctguard.code_message.state IS 'as of a notice; a message of a dead flow is cancelled from its beginning';
COMMENT ON COLUMN acctguard.code_message.lease_until IS 'claimed until then, by claimed_by';
COMMENT ON COLUMN acctguard.code_message.end_reason IS 'why it was given up or cancelled';

CREATE TABLE acctguard.code_country (
    country text NOT NULL CHECK (country ~ '^([+][1-9][0-9]{0,2}|[*])$'),
    version integer NOT NULL CHECK (version > 0),
    allowed boolean NOT NULL,
    description text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (country, version)
);
COMMENT ON TABLE acctguard.code_country IS
'To the numbers of which countries codes are sent, by calling code; the highest version is in force. A product that has users in a few countries switches * off and these on: codes to expensive numbers abroad are a business of their own.';
COMMENT ON COLUMN acctguard.code_country.country IS 'calling code with +, such as +86; * is every other';
INSERT INTO acctguard.code_country (country, version, allowed, description, changed_at, changed_by) VALUES
('*', 1, true, 'every country', '-infinity', 'acctguard');

INSERT INTO acctguard.limit_rule (rule, version, span, most, description, changed_at, changed_by) VALUES
('code.try', 1, '1 day', 5, 'codes tried in a flow; subject: flow', '-infinity', 'acctguard'),
('code.register', 1, '1 day', 20, 'codes to register with that an address asked for; subject: index of the address', '-infinity', 'acctguard'),
('code.prefix', 1, '1 day', 500, 'codes that a network, /24 or /48, asked for; subject: index of the network', '-infinity', 'acctguard'),
('code.country', 1, '1 hour', 5000, 'codes sent to numbers of a country; subject: calling code, such as +86', '-infinity', 'acctguard'),
('code.all', 1, '1 minute', 6000, 'codes sent to everybody; no subject', '-infinity', 'acctguard');

-- Messages with a code. Chinese only where the database can hold it.
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by) VALUES
('code.sent/sms/en', 1, NULL, '{product}: {code} is the code to {purpose}, good for {minutes} minutes. If you did not ask for it, ignore it. Never pass it on: nobody of {product} asks for it.', '-infinity', 'acctguard'),
('code.sent/email/en', 1, '{product}: your code', E'{code} is the code to {purpose}. It is good for {minutes} minutes.\n\nIf you did not ask for it, ignore this message: somebody has typed your address. Never pass the code on: nobody of {product} asks for it.', '-infinity', 'acctguard');
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT t.template, 1, t.subject, t.body, '-infinity', 'acctguard' FROM (VALUES
('code.sent/sms/zh-CN', NULL, '【{product}】验证码{code}，用于{purpose}，{minutes}分钟内有效。如非本人操作请忽略。切勿转告他人，工作人员不会向您索取。'),
('code.sent/email/zh-CN', '{product}：验证码', E'验证码：{code}\n用途：{purpose}\n{minutes}分钟内有效。\n\n如非本人操作，请忽略本邮件，可能是他人误填了您的邮箱。切勿将验证码转告他人，{product}的工作人员不会向您索取。')
) AS t (template, subject, body) WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');
