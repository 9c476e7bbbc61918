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
CREATE INDEX flow_open_account ON acctguard.flow (account_id) WHERE ended_at IS NULL AND account_id IS NOT NULL;
CREATE INDEX flow_kid ON acctguard.flow (e164_kid) WHERE e164_kid IS NOT NULL;
ALTER TABLE acctguard.flow ALTER flow_id SET STATISTICS 0, ALTER number_idx SET STATISTICS 0, ALTER e164 SET STATISTICS 0,
    ALTER source SET STATISTICS 0, ALTER device SET STATISTICS 0;
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
ALTER TABLE acctguard.flow_outcome ALTER ref SET STATISTICS 0;
COMMENT ON TABLE acctguard.flow_outcome IS
'What functions of flows have answered, by the reference in the answer: service desk finds the internal code with it (outcome_find()). Kept for policy outcome_keep seconds; the ledger has the same event for good.';
COMMENT ON COLUMN acctguard.flow_outcome.ref IS 'begins with the time, so that it is found and forgotten cheaply';
COMMENT ON COLUMN acctguard.flow_outcome.code IS 'internal code, see flow_codes()';
COMMENT ON COLUMN acctguard.flow_outcome.device IS 'the application''s own id of the device';
COMMENT ON COLUMN acctguard.flow_outcome.application IS 'application_name of the session: client and version, if the application tells it';
COMMENT ON COLUMN acctguard.flow_outcome.role IS 'session_user';
