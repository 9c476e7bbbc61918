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
    PRIMARY KEY (account_id, no),
    FOREIGN KEY (account_id, freeze_no) REFERENCES acctguard.freeze_record,
    FOREIGN KEY (account_id, previous) REFERENCES acctguard.appeal,
    CONSTRAINT appeal_level2 CHECK ((origin = 'level2') = (previous IS NOT NULL) AND previous < no),
    CONSTRAINT appeal_appealed CHECK (origin <> 'appeal' OR (appealed_at IS NOT NULL AND appealed_at = opened_at)),
    CONSTRAINT appeal_text CHECK (appealed_at IS NOT NULL OR (locale IS NULL AND ticket IS NULL AND idempotency_key IS NULL)),
    CONSTRAINT appeal_retracted CHECK (retracted_at IS NULL
        OR (retracted_at >= appealed_at AND origin IN ('mandatory_review', 'own_motion'))),
    CONSTRAINT appeal_request CHECK ((idempotency_key IS NULL) = (request IS NULL)),
    CONSTRAINT appeal_claim CHECK ((claimed_at IS NULL) = (claimed_by IS NULL) AND (claimed_at IS NULL) = (claim_until IS NULL)
        AND claim_until > claimed_at),
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
COMMENT ON COLUMN acctguard.appeal.parties IS 'persons who may neither review nor sign: issuer, endorser, approver and amenders of the freeze, reviewers of its earlier cases, the complainant, the user himself';
COMMENT ON COLUMN acctguard.appeal.due_at IS 'when it ought to be decided; NULL is open-ended. Moves on by the time that was spent waiting for material';
COMMENT ON COLUMN acctguard.appeal.claim_until IS 'end of the claim; at that time it is in the queue again';
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
COMMENT ON COLUMN acctguard.appeal.breached_at IS 'when the breach policy of the kind was applied to an overdue case';
COMMENT ON COLUMN acctguard.appeal.reminders IS 'reminders of the present deadline of material that were given';
COMMENT ON COLUMN acctguard.appeal.steps IS 'number of the last appeal_step';
COMMENT ON COLUMN acctguard.appeal.items IS 'number of the last appeal_material';
COMMENT ON COLUMN acctguard.appeal.changed_at IS 'time of the last change of the row';

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
COMMENT ON COLUMN acctguard.appeal_step.what IS 'submit, join (an appeal against a freeze that is reviewed anyway), reopen, supplement and withdraw are the user''s; ask, decide, sign and refuse the reviewers''; breach: what happened because it was overdue';
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
