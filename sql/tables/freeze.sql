CREATE TABLE acctguard.freeze_record (
    account_id bigint NOT NULL REFERENCES acctguard.account,
    no integer NOT NULL CHECK (no > 0),
    puid uuid NOT NULL,
    kind text NOT NULL,
    kind_version integer NOT NULL CHECK (kind_version > 0),
    reason text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    terms integer NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    issued_at timestamptz NOT NULL,
    issued_by text NOT NULL,
    issued_role text NOT NULL,
    automated boolean NOT NULL,
    proposal_until timestamptz,
    endorsed_at timestamptz,
    endorsed_by text,
    approved_at timestamptz,
    approved_by text,
    approved_role text,
    amendment integer,
    amendment_until timestamptz,
    amendment_by text,
    stays tstzmultirange NOT NULL DEFAULT '{}',
    stayed_by text,
    stay_reason text,
    ended_at timestamptz,
    end_reason text CHECK (end_reason IN ('lifted', 'condition_met', 'partial', 'overturned', 'superseded',
                                          'cancelled', 'rejected', 'closed')),
    ended_by text,
    ended_role text,
    end_note text,
    end_reference text,
    vacate_proposed_at timestamptz,
    vacate_proposed_by text,
    vacate_until timestamptz,
    vacate_reason text,
    vacated_at timestamptz,
    vacated_by text,
    replaces integer,
    replaced_by integer,
    ladder_score integer CHECK (ladder_score > 0),
    incident uuid,
    batch uuid,
    idempotency_key text CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    request_hash bytea CHECK (length(request_hash) = 32),
    appealable boolean NOT NULL,
    informed_at timestamptz,
    disclose_at timestamptz,
    note text,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, no),
    CONSTRAINT freeze_record_interval CHECK (ends_at > starts_at),
    CONSTRAINT freeze_record_terms CHECK (terms BETWEEN 1 AND version),
    CONSTRAINT freeze_record_endorsed CHECK (
        (endorsed_at IS NULL) = (endorsed_by IS NULL)
        AND (endorsed_at IS NULL OR (proposal_until IS NOT NULL AND endorsed_by <> issued_by))),
    CONSTRAINT freeze_record_approved CHECK (
        (approved_at IS NULL) = (approved_by IS NULL) AND (approved_at IS NULL) = (approved_role IS NULL)
        AND (approved_at IS NULL OR proposal_until IS NOT NULL)),
    CONSTRAINT freeze_record_four_eyes CHECK (
        approved_by IS NULL OR (approved_by <> issued_by AND approved_by IS DISTINCT FROM endorsed_by)),
    CONSTRAINT freeze_record_proposal CHECK (
        proposal_until IS NULL OR approved_at IS NOT NULL
        OR (end_reason IS NULL OR end_reason IN ('rejected', 'closed'))),
    CONSTRAINT freeze_record_rejected CHECK (
        end_reason IS DISTINCT FROM 'rejected' OR (proposal_until IS NOT NULL AND approved_at IS NULL)),
    CONSTRAINT freeze_record_amendment CHECK (
        (amendment IS NULL) = (amendment_until IS NULL) AND (amendment IS NULL) = (amendment_by IS NULL)
        AND amendment <= version AND amendment <> terms),
    CONSTRAINT freeze_record_ended CHECK (
        (ended_at IS NULL) = (end_reason IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)
        AND (ended_at IS NULL) = (ended_role IS NULL) AND ended_at >= issued_at),
    CONSTRAINT freeze_record_overturned CHECK (
        end_reason IS DISTINCT FROM 'overturned' OR (vacated_at IS NOT NULL AND vacated_at = ended_at)),
    CONSTRAINT freeze_record_superseded CHECK (
        (replaced_by IS NOT NULL) = (end_reason IS NOT DISTINCT FROM 'superseded')),
    CONSTRAINT freeze_record_vacated CHECK (
        (vacated_at IS NULL) = (vacated_by IS NULL)
        AND (vacated_at IS NULL OR (vacate_reason IS NOT NULL AND vacated_by IS DISTINCT FROM vacate_proposed_by
             AND coalesce(least(ended_at, ends_at) <= vacated_at, false)))),
    CONSTRAINT freeze_record_vacate_proposed CHECK (
        (vacate_proposed_at IS NULL) = (vacate_proposed_by IS NULL)
        AND (vacate_proposed_at IS NULL) = (vacate_until IS NULL)
        AND (vacate_reason IS NULL) = (vacate_proposed_at IS NULL AND vacated_at IS NULL)),
    CONSTRAINT freeze_record_idempotency CHECK ((idempotency_key IS NULL) = (request_hash IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX freeze_record_idempotency_key ON acctguard.freeze_record (account_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX freeze_record_batch ON acctguard.freeze_record (batch, account_id) WHERE batch IS NOT NULL;

COMMENT ON TABLE acctguard.freeze_record IS
'One row per decision to freeze an account: who decided, how it stands, how it ended. What was decided (its terms) is in freeze_version. The state is not written: it follows from the row and the clock (proposed, scheduled, active, stayed, ended), so nothing has to happen for a freeze to start or to end.';
COMMENT ON COLUMN acctguard.freeze_record.no IS 'number within the account, from 1';
COMMENT ON COLUMN acctguard.freeze_record.puid IS 'random public id, for statements of reasons and letters to the user; never reused';
COMMENT ON COLUMN acctguard.freeze_record.kind_version IS 'version of the kind it was imposed under, which keeps governing it';
COMMENT ON COLUMN acctguard.freeze_record.version IS 'number of the last version written';
COMMENT ON COLUMN acctguard.freeze_record.terms IS 'number of the version in force, or of the proposed one while the freeze is a proposal';
COMMENT ON COLUMN acctguard.freeze_record.starts_at IS 'of the terms';
COMMENT ON COLUMN acctguard.freeze_record.ends_at IS 'of the terms, exclusive; NULL is indefinite. A freeze that reaches it has expired; nothing is written then';
COMMENT ON COLUMN acctguard.freeze_record.issued_by IS 'the person who decided or proposed';
COMMENT ON COLUMN acctguard.freeze_record.issued_role IS 'the database role he used';
COMMENT ON COLUMN acctguard.freeze_record.automated IS 'decided without a person';
COMMENT ON COLUMN acctguard.freeze_record.proposal_until IS 'set: it began as a proposal, which lapses at this time unless approved';
COMMENT ON COLUMN acctguard.freeze_record.endorsed_by IS 'the person who took over an automated proposal of a kind that needs two persons';
COMMENT ON COLUMN acctguard.freeze_record.approved_by IS 'the second person';
COMMENT ON COLUMN acctguard.freeze_record.amendment IS 'version that waits for a second person, until amendment_until';
COMMENT ON COLUMN acctguard.freeze_record.stays IS 'spans in which its effect is suspended; unstaying cuts the last one short';
COMMENT ON COLUMN acctguard.freeze_record.ended_at IS 'when it was ended; NULL where it runs or ended by the clock';
COMMENT ON COLUMN acctguard.freeze_record.end_reason IS 'lifted; condition_met; partial: lifted in part by an appeal; overturned: ended by being annulled; superseded by replaced_by; cancelled before it started; rejected proposal; closed with the account';
COMMENT ON COLUMN acctguard.freeze_record.end_note IS 'why it was ended, in words; internal';
COMMENT ON COLUMN acctguard.freeze_record.end_reference IS 'reference of the authority that had it lifted';
COMMENT ON COLUMN acctguard.freeze_record.vacate_proposed_by IS 'who asked to annul it; another person confirms until vacate_until';
COMMENT ON COLUMN acctguard.freeze_record.vacated_at IS 'the decision was annulled: no strike, no probation, no acknowledgment; possible after the end as well';
COMMENT ON COLUMN acctguard.freeze_record.replaces IS 'the freeze whose place it takes when it takes effect';
COMMENT ON COLUMN acctguard.freeze_record.ladder_score IS 'live strike points that made the ladder impose it; NULL: not the ladder';
COMMENT ON COLUMN acctguard.freeze_record.incident IS 'one incident counts once, however many detectors report it';
COMMENT ON COLUMN acctguard.freeze_record.batch IS 'the bulk run it belongs to';
COMMENT ON COLUMN acctguard.freeze_record.request_hash IS 'BLAKE2b-256 of the request that came with idempotency_key';
COMMENT ON COLUMN acctguard.freeze_record.appealable IS 'false: closed to appeal, with its legal reference in the version';
COMMENT ON COLUMN acctguard.freeze_record.informed_at IS 'when the user was informed; the appeal window counts from then';
COMMENT ON COLUMN acctguard.freeze_record.disclose_at IS 'the statement of reasons is withheld from the user until then';
COMMENT ON COLUMN acctguard.freeze_record.note IS 'internal note, never shown to the user';
COMMENT ON COLUMN acctguard.freeze_record.changed_at IS 'time of the last change of the row';

CREATE TABLE acctguard.freeze_version (
    account_id bigint NOT NULL,
    no integer NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    proposal boolean NOT NULL,
    issued_at timestamptz NOT NULL,
    issued_by text NOT NULL,
    issued_role text NOT NULL,
    approved_by text,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    denies bigint NOT NULL CHECK (denies >= 0),
    rule jsonb,
    required text[] NOT NULL,
    facts text,
    explanation text,
    ground text,
    legal_reference text,
    conduct_at timestamptz,
    evidence jsonb,
    detection_automated boolean NOT NULL,
    decision_automated boolean NOT NULL,
    source text NOT NULL CHECK (source IN ('own_initiative', 'notice', 'trusted_flagger', 'order')),
    category text NOT NULL,
    content_types text[] NOT NULL DEFAULT '{}',
    territory text[] NOT NULL DEFAULT '{}',
    locale text NOT NULL,
    change_note text,
    PRIMARY KEY (account_id, no, version),
    FOREIGN KEY (account_id, no) REFERENCES acctguard.freeze_record,
    CONSTRAINT freeze_version_interval CHECK (ends_at > starts_at),
    CONSTRAINT freeze_version_four_eyes CHECK (approved_by <> issued_by),
    CONSTRAINT freeze_version_proposal CHECK (NOT proposal OR approved_by IS NULL),
    CONSTRAINT freeze_version_facts CHECK (facts IS NOT NULL OR 'facts' <> ALL (required)),
    CONSTRAINT freeze_version_ground CHECK (ground IS NOT NULL OR 'ground' <> ALL (required)),
    CONSTRAINT freeze_version_legal_reference CHECK (legal_reference IS NOT NULL OR 'legal_reference' <> ALL (required)),
    CONSTRAINT freeze_version_conduct_at CHECK (conduct_at IS NOT NULL OR 'conduct_at' <> ALL (required)),
    CONSTRAINT freeze_version_evidence CHECK (evidence IS NOT NULL OR 'evidence' <> ALL (required))
);
COMMENT ON TABLE acctguard.freeze_version IS
'The terms of a freeze and its statement of reasons, one row per version, never changed. A version with proposal = true was never in force; its approval writes another one. In force at an instant: the highest version without proposal that was issued before it.';
COMMENT ON COLUMN acctguard.freeze_version.issued_by IS 'the person who decided these terms';
COMMENT ON COLUMN acctguard.freeze_version.approved_by IS 'the second person, where the kind needs one';
COMMENT ON COLUMN acctguard.freeze_version.denies IS 'capabilities it acts on, one bit each; what happens to them says the mode of the kind. A freeze of everything also holds the bits of capabilities that do not exist yet';
COMMENT ON COLUMN acctguard.freeze_version.rule IS 'condition of a self_rule, see standing.rule';
COMMENT ON COLUMN acctguard.freeze_version.required IS 'fields the kind demanded when the version was written';
COMMENT ON COLUMN acctguard.freeze_version.facts IS 'facts and circumstances, shown to the user';
COMMENT ON COLUMN acctguard.freeze_version.explanation IS 'the same fit for publication: no personal data';
COMMENT ON COLUMN acctguard.freeze_version.ground IS 'the rule of the terms or the law it rests on, shown to the user';
COMMENT ON COLUMN acctguard.freeze_version.legal_reference IS 'reference in law or of the authority''s order';
COMMENT ON COLUMN acctguard.freeze_version.conduct_at IS 'when the conduct took place';
COMMENT ON COLUMN acctguard.freeze_version.evidence IS 'snapshot of what was decided upon; internal';
COMMENT ON COLUMN acctguard.freeze_version.source IS 'how the conduct came to notice; decisions on an authority''s order stay out of the public statements';
COMMENT ON COLUMN acctguard.freeze_version.category IS 'category of the reason, or the one given in the statement';
COMMENT ON COLUMN acctguard.freeze_version.change_note IS 'why this version differs from the one before; internal';

-- Named so that they fire after acctguard_row, the guard on own tables.
CREATE TRIGGER acctguard_transition BEFORE UPDATE ON acctguard.freeze_record
    FOR EACH ROW EXECUTE FUNCTION acctguard.freeze_transition_guard();
CREATE TRIGGER acctguard_version BEFORE UPDATE ON acctguard.freeze_version
    FOR EACH ROW EXECUTE FUNCTION acctguard.freeze_version_guard();

-- strikes, risk, holds, scope freezes
