CREATE TABLE acctguard.appeal (
    account_id bigint NOT NULL REFERENCES acctguard.account,
    no integer NOT NULL CHECK (no > 0),
    freeze_no integer NOT NULL,
    origin text NOT NULL CHECK (origin IN ('appeal', 'mandatory_review', 'own_motion', 'level2')),
    previous integer,
    version integer NOT NULL CHECK (version > 0),
    opened_at timestamptz NOT NULL,
    opened_by text NOT NULL,
    opened_role text NOT NULL,
    appealed_at timestamptz,
    retracted_at timestamptz,
    locale text,
    ticket integer,
    idempotency_key text CHECK (octet_length(idempotency_key) BETWEEN 1 AND 255),
    request bytea,
    parties text[] NOT NULL CHECK (array_position(parties, NULL) IS NULL),
    due_at timestamptz,
    claimed_at timestamptz,
    claimed_by text,
    claim_until timestamptz,
    rounds integer NOT NULL DEFAULT 0 CHECK (rounds >= 0),
    asked_at timestamptz,
    ask_until timestamptz,
    decision text CHECK (decision IN ('granted', 'partially_granted', 'denied', 'dismissed')),
    decided_at timestamptz,
    decided_by text,
    decided_role text,
    decided_automated boolean NOT NULL DEFAULT false,
    unfounded boolean NOT NULL DEFAULT false,
    terms_end boolean NOT NULL DEFAULT false,
    terms_ends_at timestamptz,
    terms_capabilities text[],
    sign_until timestamptz,
    signed_at timestamptz,
    signed_by text,
    signed_role text,
    outcome text CHECK (outcome IN ('granted', 'partially_granted', 'denied', 'dismissed', 'withdrawn', 'lapsed', 'moot')),
    closed_at timestamptz,
    closed_by text,
    breached_at timestamptz,
    reminders integer NOT NULL DEFAULT 0 CHECK (reminders BETWEEN 0 AND 2),
    steps integer NOT NULL CHECK (steps > 0),
    items integer NOT NULL DEFAULT 0 CHECK (items >= 0),
    changed_at timestamptz NOT NULL,
    moot_at timestamptz,
    PRIMARY KEY (account_id, no),
    FOREIGN KEY (account_id, freeze_no) REFERENCES acctguard.freeze_record,
    FOREIGN KEY (account_id, previous) REFERENCES acctguard.appeal,
    CONSTRAINT appeal_level2 CHECK ((origin = 'level2') = (previous IS NOT NULL) AND previous < no),
    CONSTRAINT appeal_appealed CHECK (origin <> 'appeal' OR (appealed_at IS NOT NULL AND appealed_at = opened_at)),
    CONSTRAINT appeal_text CHECK (appealed_at IS NOT NULL OR (locale IS NULL AND ticket IS NULL AND idempotency_key IS NULL)),
    CONSTRAINT appeal_retracted CHECK (retracted_at IS NULL
        OR (retracted_at >= appealed_at AND (origin IN ('mandatory_review', 'own_motion')
            OR (origin = 'level2' AND appealed_at > opened_at)))),
    CONSTRAINT appeal_request CHECK ((idempotency_key IS NULL) = (request IS NULL)),
    CONSTRAINT appeal_claim CHECK ((claimed_at IS NULL) = (claimed_by IS NULL) AND (claimed_at IS NULL) = (claim_until IS NULL)
        AND claim_until > claimed_at),
    CONSTRAINT appeal_second CHECK (claimed_by <> decided_by IS NOT FALSE),
    CONSTRAINT appeal_asked CHECK ((asked_at IS NULL) = (ask_until IS NULL) AND ask_until > asked_at
        AND (asked_at IS NULL OR (claimed_at IS NULL AND decision IS NULL AND rounds > 0))),
    CONSTRAINT appeal_decided CHECK ((decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)
        AND (decision IS NULL) = (decided_role IS NULL) AND decided_at >= opened_at),
    CONSTRAINT appeal_human CHECK (NOT decided_automated OR (decision IS NOT NULL AND decision = 'granted')),
    CONSTRAINT appeal_unfounded CHECK (NOT unfounded OR (decision IS NOT NULL AND decision = 'dismissed')),
    CONSTRAINT appeal_terms CHECK (
        (terms_end OR terms_ends_at IS NOT NULL OR terms_capabilities IS NOT NULL) = (decision IS NOT DISTINCT FROM 'partially_granted')
        AND NOT (terms_end AND (terms_ends_at IS NOT NULL OR terms_capabilities IS NOT NULL))),
    CONSTRAINT appeal_signed CHECK ((signed_at IS NULL) = (signed_by IS NULL) AND (signed_at IS NULL) = (signed_role IS NULL)
        AND (signed_at IS NULL OR (sign_until IS NOT NULL AND signed_by <> decided_by))),
    CONSTRAINT appeal_sign CHECK (sign_until IS NULL OR decision IS NOT NULL),
    CONSTRAINT appeal_closed CHECK ((closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL)
        AND closed_at >= opened_at),
    CONSTRAINT appeal_outcome CHECK (
        CASE WHEN outcome IN ('granted', 'partially_granted', 'denied', 'dismissed')
             THEN decision IS NOT NULL AND outcome = decision AND (sign_until IS NULL OR signed_at IS NOT NULL)
             ELSE signed_at IS NULL END),
    CONSTRAINT appeal_unsigned CHECK (decision IS NULL OR outcome IS NOT NULL OR sign_until IS NOT NULL),
    CONSTRAINT appeal_independent CHECK (
        claimed_by <> ALL (parties) IS NOT FALSE AND decided_by <> ALL (parties) IS NOT FALSE
        AND signed_by <> ALL (parties) IS NOT FALSE)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX appeal_one_open ON acctguard.appeal (account_id, freeze_no) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX appeal_one_reopening ON acctguard.appeal (account_id, previous) WHERE previous IS NOT NULL;
CREATE UNIQUE INDEX appeal_idempotency ON acctguard.appeal (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX appeal_queue ON acctguard.appeal (due_at, opened_at, account_id, no) WHERE closed_at IS NULL;
CREATE INDEX appeal_closed ON acctguard.appeal (closed_at, account_id, no) WHERE closed_at IS NOT NULL;
CREATE INDEX appeal_claims ON acctguard.appeal (claimed_by) WHERE claimed_by IS NOT NULL AND closed_at IS NULL;
ALTER TABLE acctguard.appeal ALTER request SET STATISTICS 0;

COMMENT ON TABLE acctguard.appeal IS
'One row per review of a freeze: an appeal of the user, a review that the kind demands, one of staff''s own motion, or the second level. The state is not written: it follows from the row and the clock (submitted, in_review, awaiting_material, signoff, or how it closed), so claims, deadlines of material and signatures run out with nobody writing. What people wrote is in appeal_step and appeal_material, sealed.';
COMMENT ON COLUMN acctguard.appeal.no IS 'number within the account, shared with other records of the account';
COMMENT ON COLUMN acctguard.appeal.freeze_no IS 'the freeze; a case moves to the freeze that supersedes it';
COMMENT ON COLUMN acctguard.appeal.origin IS 'appeal: the user''s; mandatory_review: demanded by the kind; own_motion: opened by staff; level2: a closed one taken up again by another reviewer';
COMMENT ON COLUMN acctguard.appeal.previous IS 'of a second level, the case it takes up again; once per case';
COMMENT ON COLUMN acctguard.appeal.version IS 'one more with every change, for expected_version';
COMMENT ON COLUMN acctguard.appeal.opened_by IS 'the person; for a user''s appeal whoever acted for him';
COMMENT ON COLUMN acctguard.appeal.appealed_at IS 'when the user appealed; NULL: he has not, it is staff''s review only';
COMMENT ON COLUMN acctguard.appeal.retracted_at IS 'when the user took back his appeal against a freeze that is reviewed anyway';
COMMENT ON COLUMN acctguard.appeal.locale IS 'language of the user''s statement';
COMMENT ON COLUMN acctguard.appeal.ticket IS 'the ticket it was filed with; NULL: from a session';
COMMENT ON COLUMN acctguard.appeal.request IS 'digest of the request that came with idempotency_key, sealed';
COMMENT ON COLUMN acctguard.appeal.parties IS 'persons who may neither review nor sign: issuer, endorser, approver and amenders of the freeze and of those it replaced, reviewers of their earlier cases, whoever opened or filed a case or vouched for its ticket, the complainant, the user himself';
COMMENT ON COLUMN acctguard.appeal.due_at IS 'when it ought to be decided; NULL is open-ended. Moves on by the time that was spent waiting for material';
COMMENT ON COLUMN acctguard.appeal.claim_until IS 'end of the claim, to decide the case or, once it is decided, to sign it; at that time somebody else may take it';
COMMENT ON COLUMN acctguard.appeal.rounds IS 'how often material was asked for';
COMMENT ON COLUMN acctguard.appeal.asked_at IS 'set: material is awaited, until ask_until';
COMMENT ON COLUMN acctguard.appeal.ask_until IS 'deadline of the material: an appeal lapses then, a review goes on without';
COMMENT ON COLUMN acctguard.appeal.decision IS 'decided, or, while sign_until is set and outcome is not, waiting for a second reviewer';
COMMENT ON COLUMN acctguard.appeal.decided_automated IS 'by a program; it may grant and nothing else';
COMMENT ON COLUMN acctguard.appeal.unfounded IS 'dismissed as manifestly unfounded, which counts towards abuse';
COMMENT ON COLUMN acctguard.appeal.terms_end IS 'of a partial grant: the freeze ends, but it was right while it lasted';
COMMENT ON COLUMN acctguard.appeal.terms_ends_at IS 'of a partial grant: the end the freeze gets';
COMMENT ON COLUMN acctguard.appeal.terms_capabilities IS 'of a partial grant: the capabilities that stay refused';
COMMENT ON COLUMN acctguard.appeal.sign_until IS 'set: a second reviewer signs; from this time on compliance and operators may, too';
COMMENT ON COLUMN acctguard.appeal.outcome IS 'how it closed; an appeal whose deadline passed has lapsed whether or not that is written here';
COMMENT ON COLUMN acctguard.appeal.closed_by IS 'the person; clock where nobody did it';
COMMENT ON COLUMN acctguard.appeal.breached_at IS 'when it became overdue, once that has been written down: the breach policy of the kind has acted then, by the clock. NULL again when it will act on the freeze that the case has moved to';
COMMENT ON COLUMN acctguard.appeal.reminders IS 'reminders of the present deadline of material that were given';
COMMENT ON COLUMN acctguard.appeal.steps IS 'number of the last appeal_step';
COMMENT ON COLUMN acctguard.appeal.items IS 'number of the last appeal_material';
COMMENT ON COLUMN acctguard.appeal.changed_at IS 'time of the last change of the row';
COMMENT ON COLUMN acctguard.appeal.moot_at IS 'when it is moot because its freeze is lifted then (freeze_record.lift_at) and no strike is at stake; from then on it is closed whether or not that is written';

CREATE TABLE acctguard.appeal_step (
    account_id bigint NOT NULL,
    no integer NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    at timestamptz NOT NULL,
    what text NOT NULL CHECK (what IN ('open', 'submit', 'join', 'reopen', 'claim', 'release', 'ask', 'supplement', 'lapse',
        'resume', 'decide', 'sign', 'refuse', 'withdraw', 'moot', 'move', 'remind', 'breach')),
    decision text,
    state text NOT NULL,
    role text NOT NULL,
    person text NOT NULL,
    body bytea,
    PRIMARY KEY (account_id, no, step),
    FOREIGN KEY (account_id, no) REFERENCES acctguard.appeal,
    CONSTRAINT appeal_step_body CHECK (body IS NOT NULL OR what NOT IN ('submit', 'join', 'reopen', 'ask', 'decide', 'refuse'))
);
ALTER TABLE acctguard.appeal_step ALTER body SET STORAGE EXTERNAL, ALTER body SET STATISTICS 0;
COMMENT ON TABLE acctguard.appeal_step IS
'What happened to a case, in order; rows are never changed. What somebody wrote is sealed with the key of the account.';
COMMENT ON COLUMN acctguard.appeal_step.what IS 'submit, join (an appeal against a freeze that is reviewed anyway), reopen, supplement and withdraw are the user''s; ask, decide, sign and refuse the reviewers''; move: another freeze took the freeze''s place, or whoever decided turned out to take part; breach: what happened because it was overdue';
COMMENT ON COLUMN acctguard.appeal_step.decision IS 'of decide, sign and refuse; of breach: notify, escalate, stay or auto_lift';
COMMENT ON COLUMN acctguard.appeal_step.state IS 'state of the case right after it';
COMMENT ON COLUMN acctguard.appeal_step.body IS 'statement, list of material, reasons; sealed (doc/appeal.md)';

CREATE TABLE acctguard.appeal_material (
    account_id bigint NOT NULL,
    no integer NOT NULL,
    item integer NOT NULL CHECK (item > 0),
    size integer NOT NULL CHECK (size > 0),
    chunks integer NOT NULL CHECK (chunks = (size + 65535) / 65536),
    received integer NOT NULL CHECK (received BETWEEN 0 AND chunks),
    label bytea NOT NULL,
    digest bytea,
    begun_at timestamptz NOT NULL,
    complete_at timestamptz,
    PRIMARY KEY (account_id, no, item),
    FOREIGN KEY (account_id, no) REFERENCES acctguard.appeal,
    CONSTRAINT appeal_material_complete CHECK ((complete_at IS NULL) = (digest IS NULL)
        AND (complete_at IS NULL OR received = chunks) AND complete_at >= begun_at)
);
ALTER TABLE acctguard.appeal_material ALTER label SET STATISTICS 0, ALTER digest SET STATISTICS 0;
COMMENT ON TABLE acctguard.appeal_material IS
'Material of a case: screenshots, documents. The content is in appeal_chunk. Nothing is changed once it is complete; what was begun and never completed counts as nothing.';
COMMENT ON COLUMN acctguard.appeal_material.size IS 'bytes';
COMMENT ON COLUMN acctguard.appeal_material.received IS 'chunks that are there';
COMMENT ON COLUMN acctguard.appeal_material.label IS 'name and media type, sealed';
COMMENT ON COLUMN acctguard.appeal_material.digest IS 'BLAKE2b-256 of the content, sealed';

CREATE TABLE acctguard.appeal_chunk (
    account_id bigint NOT NULL,
    no integer NOT NULL,
    item integer NOT NULL,
    chunk integer NOT NULL CHECK (chunk >= 0),
    body bytea NOT NULL CHECK (octet_length(body) <= 65536 + 48),
    PRIMARY KEY (account_id, no, item, chunk),
    FOREIGN KEY (account_id, no, item) REFERENCES acctguard.appeal_material
);
ALTER TABLE acctguard.appeal_chunk ALTER body SET STORAGE EXTERNAL, ALTER body SET STATISTICS 0;
COMMENT ON TABLE acctguard.appeal_chunk IS
'The content of material in pieces of 64 KiB, each sealed with the key of the account and bound to its place: account, case, item, chunk and number of chunks.';
COMMENT ON COLUMN acctguard.appeal_chunk.chunk IS 'counted from 0';

CREATE TABLE acctguard.appeal_ticket (
    account_id bigint NOT NULL REFERENCES acctguard.account,
    no integer NOT NULL CHECK (no > 0),
    freeze_no integer NOT NULL,
    reference text NOT NULL CHECK (reference <> ''),
    proposed_at timestamptz NOT NULL,
    proposed_by text,
    proposed_until timestamptz NOT NULL,
    method text,
    issued_at timestamptz,
    issued_by text,
    expires_at timestamptz,
    token_hash bytea CHECK (octet_length(token_hash) = 32),
    used_at timestamptz,
    appeal_no integer,
    PRIMARY KEY (account_id, no),
    FOREIGN KEY (account_id, freeze_no) REFERENCES acctguard.freeze_record,
    CONSTRAINT appeal_ticket_issued CHECK ((issued_at IS NULL) = (issued_by IS NULL) AND (issued_at IS NULL) = (expires_at IS NULL)
        AND (issued_at IS NULL) = (token_hash IS NULL) AND expires_at > issued_at),
    CONSTRAINT appeal_ticket_warranted CHECK ((method IS NULL) = (proposed_by IS NOT NULL)
        AND (issued_by IS NULL OR method IS NOT NULL OR issued_by <> proposed_by)),
    CONSTRAINT appeal_ticket_used CHECK ((used_at IS NULL) = (appeal_no IS NULL)
        AND (used_at IS NULL OR (issued_at IS NOT NULL AND used_at >= issued_at)))
);
CREATE UNIQUE INDEX appeal_ticket_token ON acctguard.appeal_ticket (account_id, token_hash) WHERE token_hash IS NOT NULL;
COMMENT ON TABLE acctguard.appeal_ticket IS
'Tickets with which somebody who cannot log in appeals against one freeze and follows that appeal. Issued by two members of staff, or by a service that verified the person. Only the SHA-256 of the token is kept.';
COMMENT ON COLUMN acctguard.appeal_ticket.reference IS 'the request it was issued for: a ticket of the support, a letter';
COMMENT ON COLUMN acctguard.appeal_ticket.proposed_by IS 'the first person; NULL: a service verified the person';
COMMENT ON COLUMN acctguard.appeal_ticket.proposed_until IS 'until when the second person may issue it';
COMMENT ON COLUMN acctguard.appeal_ticket.method IS 'how the service verified the person; NULL: two members of staff vouch';
COMMENT ON COLUMN acctguard.appeal_ticket.expires_at IS 'until when an appeal can be filed with it; that appeal can be followed longer';
COMMENT ON COLUMN acctguard.appeal_ticket.appeal_no IS 'the appeal that was filed with it';

--
-- The words of notices about appeals; texts in Chinese only where the database can hold them.
--

INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT t.template, 1, t.subject, t.body, '-infinity', 'acctguard' FROM (VALUES
('appeal.submitted/in_app/en', 'Your appeal was received', E'Your appeal no. {appeal} against restriction no. {freeze} was received on {time}. A person who took no part in the decision will look at it; expect a decision by {due}.\n\nYou can add material, such as screenshots or documents, in the application until it is decided.'),
('appeal.submitted/email/en', '{product}: your appeal was received', E'Your appeal no. {appeal} against restriction no. {freeze} was received on {time}. A person who took no part in the decision will look at it; expect a decision by {due}.\n\nYou can add material, such as screenshots or documents, in the application until it is decided.'),
('appeal.submitted/sms/en', NULL, '{product}: your appeal no. {appeal} was received.'),
('appeal.submitted/push/en', 'Your appeal was received', 'Your appeal no. {appeal} was received.'),
('appeal.claimed/in_app/en', 'Your appeal is being reviewed', 'Your appeal no. {appeal} is being reviewed. Expect a decision by {due}.'),
('appeal.claimed/email/en', '{product}: your appeal is being reviewed', 'Your appeal no. {appeal} is being reviewed. Expect a decision by {due}.'),
('appeal.claimed/sms/en', NULL, '{product}: your appeal no. {appeal} is being reviewed.'),
('appeal.claimed/push/en', 'Your appeal is being reviewed', 'Your appeal no. {appeal} is being reviewed.'),
('appeal.material_wanted/in_app/en', 'Material is wanted for your appeal', E'To decide about case no. {appeal} the reviewer needs:\n\n{wanted}\n\nPlease send it in the application by {deadline}. An appeal ends if nothing is sent in time.'),
('appeal.material_wanted/email/en', '{product}: material is wanted for your appeal', E'To decide about case no. {appeal} the reviewer needs:\n\n{wanted}\n\nPlease send it in the application by {deadline}. An appeal ends if nothing is sent in time.'),
('appeal.material_wanted/sms/en', NULL, '{product}: material is wanted for your appeal no. {appeal} by {deadline}. See the application.'),
('appeal.material_wanted/push/en', 'Material is wanted for your appeal', 'Material is wanted for your appeal no. {appeal} by {deadline}. See the application.'),
('appeal.reminded/in_app/en', 'Material is still wanted for your appeal', E'For case no. {appeal} the reviewer still needs:\n\n{wanted}\n\nPlease send it in the application by {deadline}. An appeal ends if nothing is sent in time.'),
('appeal.reminded/email/en', '{product}: material is still wanted for your appeal', E'For case no. {appeal} the reviewer still needs:\n\n{wanted}\n\nPlease send it in the application by {deadline}. An appeal ends if nothing is sent in time.'),
('appeal.reminded/sms/en', NULL, '{product}: material for your appeal no. {appeal} is wanted by {deadline}.'),
('appeal.reminded/push/en', 'Material is still wanted for your appeal', 'Material for your appeal no. {appeal} is wanted by {deadline}.'),
('appeal.decided/in_app/en', 'Your case was decided', E'Case no. {appeal} about restriction no. {freeze} was decided: {result}.\n\nReasons: {reasons}\n\nWhat you can still do: {remedy}.'),
('appeal.disclosed/in_app/en', 'A decision about your account', E'Case no. {appeal} about restriction no. {freeze} was decided while the reasons of the restriction were withheld: {result}.\n\nReasons: {reasons}\n\nWhat you can still do: {remedy}.'),
('appeal.decided/email/en', '{product}: your case was decided', E'Case no. {appeal} about restriction no. {freeze} was decided: {result}.\n\nReasons: {reasons}\n\nWhat you can still do: {remedy}.'),
('appeal.disclosed/email/en', '{product}: a decision about your account', E'Case no. {appeal} about restriction no. {freeze} was decided while the reasons of the restriction were withheld: {result}.\n\nReasons: {reasons}\n\nWhat you can still do: {remedy}.'),
('appeal.decided/sms/en', NULL, '{product}: case no. {appeal} was decided: {result}. Reasons: in the application.'),
('appeal.disclosed/sms/en', NULL, '{product}: case no. {appeal} was decided: {result}. Reasons: in the application.'),
('appeal.decided/push/en', 'Your case was decided', 'Case no. {appeal} was decided: {result}. Reasons: in the application.'),
('appeal.disclosed/push/en', 'A decision about your account', 'Case no. {appeal} was decided: {result}. Reasons: in the application.'),
('appeal.withdrawn/in_app/en', 'Your appeal was taken back', 'Your appeal no. {appeal} was taken back on {time}. If this was not you, write to the support.'),
('appeal.withdrawn/email/en', '{product}: your appeal was taken back', 'Your appeal no. {appeal} was taken back on {time}. If this was not you, write to the support.'),
('appeal.withdrawn/sms/en', NULL, '{product}: your appeal no. {appeal} was taken back. Not you? Write to the support.'),
('appeal.withdrawn/push/en', 'Your appeal was taken back', 'Your appeal no. {appeal} was taken back. Not you? Write to the support.'),
('appeal.lapsed/in_app/en', 'Your appeal has ended', E'Your appeal no. {appeal} has ended because the material that was wanted did not come in time.\n\nWhat you can still do: {remedy}.'),
('appeal.lapsed/email/en', '{product}: your appeal has ended', E'Your appeal no. {appeal} has ended because the material that was wanted did not come in time.\n\nWhat you can still do: {remedy}.'),
('appeal.lapsed/sms/en', NULL, '{product}: your appeal no. {appeal} has ended: the material did not come in time.'),
('appeal.lapsed/push/en', 'Your appeal has ended', 'Your appeal no. {appeal} has ended: the material did not come in time.'),
('appeal.moot/in_app/en', 'Your appeal has nothing left to decide', 'Restriction no. {freeze} is over or was annulled, so there is nothing left to decide in your appeal no. {appeal}.'),
('appeal.moot/email/en', '{product}: your appeal has nothing left to decide', 'Restriction no. {freeze} is over or was annulled, so there is nothing left to decide in your appeal no. {appeal}.'),
('appeal.moot/sms/en', NULL, '{product}: nothing is left to decide in your appeal no. {appeal}.'),
('appeal.moot/push/en', 'Your appeal has nothing left to decide', 'Nothing is left to decide in your appeal no. {appeal}.'),
('appeal.reopened/in_app/en', 'Your appeal is looked at again', 'The decision about restriction no. {freeze} is looked at again by somebody else, as case no. {appeal}. Expect a decision by {due}.'),
('appeal.reopened/email/en', '{product}: your appeal is looked at again', 'The decision about restriction no. {freeze} is looked at again by somebody else, as case no. {appeal}. Expect a decision by {due}.'),
('appeal.reopened/sms/en', NULL, '{product}: your appeal is looked at again as no. {appeal}.'),
('appeal.reopened/push/en', 'Your appeal is looked at again', 'Your appeal is looked at again as no. {appeal}.'),
('appeal.resumed/in_app/en', 'The review goes on', 'The material that was wanted did not come in time; the review goes on without it as case no. {appeal}. Expect a decision by {due}.'),
('appeal.resumed/email/en', '{product}: the review goes on', 'The material that was wanted did not come in time; the review goes on without it as case no. {appeal}. Expect a decision by {due}.'),
('appeal.resumed/sms/en', NULL, '{product}: the review no. {appeal} goes on without the material.'),
('appeal.resumed/push/en', 'The review goes on', 'The review no. {appeal} goes on without the material.'),
('appeal.overdue/in_app/en', 'Your appeal takes longer', 'We are sorry: your appeal no. {appeal} takes longer than expected. It is ahead of the others now.'),
('appeal.overdue/email/en', '{product}: your appeal takes longer', 'We are sorry: your appeal no. {appeal} takes longer than expected. It is ahead of the others now.'),
('appeal.overdue/sms/en', NULL, '{product}: your appeal no. {appeal} takes longer than expected.'),
('appeal.overdue/push/en', 'Your appeal takes longer', 'Your appeal no. {appeal} takes longer than expected.')
) AS t (template, subject, body);
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT t.template, 1, t.subject, t.body, '-infinity', 'acctguard' FROM (VALUES
('appeal.submitted/in_app/zh-CN', '已收到您的申诉', E'{time}，我们已收到您针对第{freeze}号限制提出的第{appeal}号申诉。申诉将由未参与原处理决定的人员审核，预计在{due}之前答复。\n\n在作出决定之前，您可以在应用内补充截图、文件等材料。'),
('appeal.submitted/email/zh-CN', '{product}：已收到您的申诉', E'{time}，我们已收到您针对第{freeze}号限制提出的第{appeal}号申诉。申诉将由未参与原处理决定的人员审核，预计在{due}之前答复。\n\n在作出决定之前，您可以在应用内补充截图、文件等材料。'),
('appeal.submitted/sms/zh-CN', NULL, '【{product}】已收到您的第{appeal}号申诉。'),
('appeal.submitted/push/zh-CN', '已收到您的申诉', '已收到您的第{appeal}号申诉。'),
('appeal.claimed/in_app/zh-CN', '您的申诉正在审核', '您的第{appeal}号申诉正在审核，预计在{due}之前答复。'),
('appeal.claimed/email/zh-CN', '{product}：您的申诉正在审核', '您的第{appeal}号申诉正在审核，预计在{due}之前答复。'),
('appeal.claimed/sms/zh-CN', NULL, '【{product}】您的第{appeal}号申诉正在审核。'),
('appeal.claimed/push/zh-CN', '您的申诉正在审核', '您的第{appeal}号申诉正在审核。'),
('appeal.material_wanted/in_app/zh-CN', '申诉需要补充材料', E'为处理第{appeal}号案件，审核人员需要以下材料：\n\n{wanted}\n\n请在{deadline}之前在应用内提交。逾期未提交的申诉将自动终止。'),
('appeal.material_wanted/email/zh-CN', '{product}：申诉需要补充材料', E'为处理第{appeal}号案件，审核人员需要以下材料：\n\n{wanted}\n\n请在{deadline}之前在应用内提交。逾期未提交的申诉将自动终止。'),
('appeal.material_wanted/sms/zh-CN', NULL, '【{product}】第{appeal}号申诉需要补充材料，截止时间：{deadline}，详见应用。'),
('appeal.material_wanted/push/zh-CN', '申诉需要补充材料', '第{appeal}号申诉需要补充材料，截止时间：{deadline}，详见应用。'),
('appeal.reminded/in_app/zh-CN', '申诉材料即将到期', E'第{appeal}号案件仍缺少以下材料：\n\n{wanted}\n\n请在{deadline}之前在应用内提交。逾期未提交的申诉将自动终止。'),
('appeal.reminded/email/zh-CN', '{product}：申诉材料即将到期', E'第{appeal}号案件仍缺少以下材料：\n\n{wanted}\n\n请在{deadline}之前在应用内提交。逾期未提交的申诉将自动终止。'),
('appeal.reminded/sms/zh-CN', NULL, '【{product}】第{appeal}号申诉的材料请在{deadline}之前提交。'),
('appeal.reminded/push/zh-CN', '申诉材料即将到期', '第{appeal}号申诉的材料请在{deadline}之前提交。'),
('appeal.decided/in_app/zh-CN', '申诉处理结果', E'关于第{freeze}号限制的第{appeal}号案件已有结果：{result}。\n\n理由：{reasons}\n\n后续救济：{remedy}。'),
('appeal.disclosed/in_app/zh-CN', '关于您账号的处理结果', E'关于第{freeze}号限制的第{appeal}号案件此前已有结果，当时未能告知：{result}。\n\n理由：{reasons}\n\n后续救济：{remedy}。'),
('appeal.decided/email/zh-CN', '{product}：申诉处理结果', E'关于第{freeze}号限制的第{appeal}号案件已有结果：{result}。\n\n理由：{reasons}\n\n后续救济：{remedy}。'),
('appeal.disclosed/email/zh-CN', '{product}：关于您账号的处理结果', E'关于第{freeze}号限制的第{appeal}号案件此前已有结果，当时未能告知：{result}。\n\n理由：{reasons}\n\n后续救济：{remedy}。'),
('appeal.decided/sms/zh-CN', NULL, '【{product}】第{appeal}号案件已有结果：{result}。理由请在应用内查看。'),
('appeal.disclosed/sms/zh-CN', NULL, '【{product}】第{appeal}号案件已有结果：{result}。理由请在应用内查看。'),
('appeal.decided/push/zh-CN', '申诉处理结果', '第{appeal}号案件已有结果：{result}。理由请在应用内查看。'),
('appeal.disclosed/push/zh-CN', '关于您账号的处理结果', '第{appeal}号案件已有结果：{result}。理由请在应用内查看。'),
('appeal.withdrawn/in_app/zh-CN', '申诉已撤回', '您的第{appeal}号申诉已于{time}撤回。如非本人操作，请联系客服。'),
('appeal.withdrawn/email/zh-CN', '{product}：申诉已撤回', '您的第{appeal}号申诉已于{time}撤回。如非本人操作，请联系客服。'),
('appeal.withdrawn/sms/zh-CN', NULL, '【{product}】您的第{appeal}号申诉已撤回。如非本人操作，请联系客服。'),
('appeal.withdrawn/push/zh-CN', '申诉已撤回', '您的第{appeal}号申诉已撤回。如非本人操作，请联系客服。'),
('appeal.lapsed/in_app/zh-CN', '申诉已终止', E'由于未在期限内收到所需材料，您的第{appeal}号申诉已终止。\n\n后续救济：{remedy}。'),
('appeal.lapsed/email/zh-CN', '{product}：申诉已终止', E'由于未在期限内收到所需材料，您的第{appeal}号申诉已终止。\n\n后续救济：{remedy}。'),
('appeal.lapsed/sms/zh-CN', NULL, '【{product}】由于未在期限内收到材料，您的第{appeal}号申诉已终止。'),
('appeal.lapsed/push/zh-CN', '申诉已终止', '由于未在期限内收到材料，您的第{appeal}号申诉已终止。'),
('appeal.moot/in_app/zh-CN', '申诉已无需处理', '第{freeze}号限制已结束或已撤销，您的第{appeal}号申诉已无需继续处理。'),
('appeal.moot/email/zh-CN', '{product}：申诉已无需处理', '第{freeze}号限制已结束或已撤销，您的第{appeal}号申诉已无需继续处理。'),
('appeal.moot/sms/zh-CN', NULL, '【{product}】您的第{appeal}号申诉已无需继续处理。'),
('appeal.moot/push/zh-CN', '申诉已无需处理', '您的第{appeal}号申诉已无需继续处理。'),
('appeal.reopened/in_app/zh-CN', '申诉进入复核', '关于第{freeze}号限制的决定将由其他人员复核，案件编号{appeal}，预计在{due}之前答复。'),
('appeal.reopened/email/zh-CN', '{product}：申诉进入复核', '关于第{freeze}号限制的决定将由其他人员复核，案件编号{appeal}，预计在{due}之前答复。'),
('appeal.reopened/sms/zh-CN', NULL, '【{product}】您的申诉进入复核，编号{appeal}。'),
('appeal.reopened/push/zh-CN', '申诉进入复核', '您的申诉进入复核，编号{appeal}。'),
('appeal.resumed/in_app/zh-CN', '审核继续进行', '未在期限内收到所需材料，第{appeal}号案件将在没有这些材料的情况下继续审核，预计在{due}之前答复。'),
('appeal.resumed/email/zh-CN', '{product}：审核继续进行', '未在期限内收到所需材料，第{appeal}号案件将在没有这些材料的情况下继续审核，预计在{due}之前答复。'),
('appeal.resumed/sms/zh-CN', NULL, '【{product}】第{appeal}号案件将继续审核。'),
('appeal.resumed/push/zh-CN', '审核继续进行', '第{appeal}号案件将继续审核。'),
('appeal.overdue/in_app/zh-CN', '申诉处理延期', '很抱歉，您的第{appeal}号申诉处理时间超过预期，现已优先处理。'),
('appeal.overdue/email/zh-CN', '{product}：申诉处理延期', '很抱歉，您的第{appeal}号申诉处理时间超过预期，现已优先处理。'),
('appeal.overdue/sms/zh-CN', NULL, '【{product}】您的第{appeal}号申诉处理时间超过预期。'),
('appeal.overdue/push/zh-CN', '申诉处理延期', '您的第{appeal}号申诉处理时间超过预期。')
) AS t (template, subject, body) WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');
