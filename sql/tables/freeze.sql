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
    idempotency_key text CHECK (octet_length(idempotency_key) BETWEEN 1 AND 255),
    request_hash bytea CHECK (length(request_hash) = 32),
    appealable boolean NOT NULL,
    informed_at timestamptz,
    disclose_at timestamptz,
    note text,
    changed_at timestamptz NOT NULL,
    noted smallint DEFAULT 0,
    wake_at timestamptz,
    renewed_at timestamptz,
    lift_at timestamptz,
    rest_at timestamptz,
    rest_until timestamptz,
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
             AND coalesce(least(ended_at, ends_at, lift_at) <= vacated_at, false)))),
    CONSTRAINT freeze_record_vacate_proposed CHECK (
        (vacate_proposed_at IS NULL) = (vacate_proposed_by IS NULL)
        AND (vacate_proposed_at IS NULL) = (vacate_until IS NULL)
        AND (vacate_reason IS NULL) = (vacate_proposed_at IS NULL AND vacated_at IS NULL)),
    CONSTRAINT freeze_record_overdue CHECK (
        (rest_at IS NULL) = (rest_until IS NULL) AND rest_until > rest_at AND (rest_at IS NULL OR lift_at IS NULL)),
    CONSTRAINT freeze_record_idempotency CHECK ((idempotency_key IS NULL) = (request_hash IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX freeze_record_idempotency_key ON acctguard.freeze_record (account_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX freeze_record_batch ON acctguard.freeze_record (batch, account_id) WHERE batch IS NOT NULL;
CREATE INDEX freeze_record_wake ON acctguard.freeze_record (wake_at) WHERE wake_at IS NOT NULL;

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
COMMENT ON COLUMN acctguard.freeze_record.ended_at IS 'when it was ended; NULL where it runs or ended by the clock (ends_at, lift_at)';
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
COMMENT ON COLUMN acctguard.freeze_record.noted IS 'what the clock did to it and the worker has told, one bit each: 1 it started, 2 it expired, 4 the proposal lapsed, 8 the last stay ended, 16 probation ended, 32 the rules are to be acknowledged, 64 its reasons were disclosed, 128 it was lifted because its review was overdue, 256 it rested for that, 512 that rest ended. NULL: of an older version, the worker has not looked at it yet. No answer depends on it';
COMMENT ON COLUMN acctguard.freeze_record.renewed_at IS 'when it last became harsher, which is a new decision: while nobody was informed of that, the appeal window counts from then';
COMMENT ON COLUMN acctguard.freeze_record.lift_at IS 'when its review is overdue, and review_due of its kind has passed since its start, if its kind has it lifted then (breach auto_lift) and nobody decides before: from then on it has ended as lifted, and nothing is written';
COMMENT ON COLUMN acctguard.freeze_record.rest_at IS 'when its review is overdue, and review_due of its kind has passed since its start, if its kind has it rest then (breach stay) and nobody decides before: its effect is suspended until rest_until, as by a stay, and nothing is written. Who ends that early turns what has passed of it into one of stays';
COMMENT ON COLUMN acctguard.freeze_record.wake_at IS 'when the clock will have done something that is to be told, or an earlier time; NULL while nothing is ahead. No answer depends on it';

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

--
-- Strikes and ladder, acknowledgments, risk, legal holds, scope freezes, batches
--

CREATE TABLE acctguard.strike (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    freeze_no integer NOT NULL CHECK (freeze_no >= 0),
    reason text NOT NULL,
    category text NOT NULL,
    points integer NOT NULL CHECK (points BETWEEN 0 AND 100),
    incident uuid,
    facts text,
    conduct_at timestamptz,
    at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    void_at timestamptz,
    void_reason text,
    void_person text,
    idempotency_key text CHECK (octet_length(idempotency_key) BETWEEN 1 AND 255),
    score integer NOT NULL CHECK (score >= 0),
    ladder_no integer CHECK (ladder_no > 0),
    role text NOT NULL,
    person text NOT NULL,
    PRIMARY KEY (account_id, no),
    CONSTRAINT strike_warning CHECK (freeze_no = 0 OR (points > 0 AND facts IS NULL AND idempotency_key IS NULL)),
    CONSTRAINT strike_life CHECK (expires_at >= at),
    CONSTRAINT strike_void CHECK ((void_at IS NULL) = (void_reason IS NULL) AND (void_at IS NULL) = (void_person IS NULL)),
    CONSTRAINT strike_void_after CHECK (void_at >= at)
);
CREATE UNIQUE INDEX strike_idempotency ON acctguard.strike (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX strike_freeze ON acctguard.strike (account_id, freeze_no) WHERE freeze_no > 0;

COMMENT ON TABLE acctguard.strike IS
'Points of one violation, given with a freeze or by a warning. A strike is live from at until expires_at unless voided; the score of an account in a category at an instant is the sum of its live points, an incident counted once with its heaviest strike. Serving or lifting a freeze voids nothing; annulling it does.';
COMMENT ON COLUMN acctguard.strike.freeze_no IS 'the freeze the points come from; 0 for a warning';
COMMENT ON COLUMN acctguard.strike.category IS 'category of the reason at the time; only violation climbs the ladder';
COMMENT ON COLUMN acctguard.strike.incident IS 'what happened, named by the detectors; one incident counts once';
COMMENT ON COLUMN acctguard.strike.facts IS 'of a warning; a freeze has its own';
COMMENT ON COLUMN acctguard.strike.conduct_at IS 'when it was done; NULL is unknown';
COMMENT ON COLUMN acctguard.strike.expires_at IS 'end of its life, from strike_life of the reason';
COMMENT ON COLUMN acctguard.strike.score IS 'live points of the category right after it';
COMMENT ON COLUMN acctguard.strike.ladder_no IS 'the freeze the ladder answered with; NULL for none';
COMMENT ON COLUMN acctguard.strike.role IS 'database role that gave it';
COMMENT ON COLUMN acctguard.strike.person IS 'person who gave it';

CREATE TABLE acctguard.ladder_freeze (
    account_id bigint NOT NULL,
    freeze_no integer NOT NULL CHECK (freeze_no > 0),
    category text NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    threshold integer NOT NULL CHECK (threshold > 0),
    score integer NOT NULL,
    strikes integer[] NOT NULL CHECK (cardinality(strikes) > 0 AND array_position(strikes, NULL) IS NULL),
    at timestamptz NOT NULL,
    PRIMARY KEY (account_id, freeze_no),
    CONSTRAINT ladder_freeze_step CHECK (step >= threshold AND score >= threshold)
);
COMMENT ON TABLE acctguard.ladder_freeze IS
'The freezes the ladder imposed or proposed, and the strikes each stands on. When voided strikes leave less than threshold points, the freeze is vacated, or reported if a person had taken it over.';
COMMENT ON COLUMN acctguard.ladder_freeze.step IS 'ladder_step.score of the step that was served';
COMMENT ON COLUMN acctguard.ladder_freeze.threshold IS 'ladder_step.score of the step that the score reached; one step below step in probation';
COMMENT ON COLUMN acctguard.ladder_freeze.strikes IS 'strike.no of the live strikes it was imposed for';

CREATE TABLE acctguard.acknowledgment (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    opened integer[] NOT NULL CHECK (array_position(opened, NULL) IS NULL),
    rules_version text CHECK (rules_version <> ''),
    text_hash bytea CHECK (octet_length(text_hash) BETWEEN 16 AND 64),
    locale text,
    device text,
    waive_reason text CHECK (waive_reason <> ''),
    at timestamptz NOT NULL,
    role text NOT NULL,
    person text NOT NULL,
    PRIMARY KEY (account_id, no),
    CONSTRAINT acknowledgment_given CHECK ((rules_version IS NULL) = (waive_reason IS NOT NULL)
        AND (rules_version IS NULL) = (text_hash IS NULL) AND (rules_version IS NULL) = (locale IS NULL)),
    CONSTRAINT acknowledgment_device CHECK (device IS NULL OR rules_version IS NOT NULL),
    CONSTRAINT acknowledgment_waived CHECK (waive_reason IS NULL OR cardinality(opened) = 1)
);
COMMENT ON TABLE acctguard.acknowledgment IS
'That a user acknowledged the rules, or that staff waived it: it opens the acknowledgment gates of the freezes in opened, which had ended by then.';
COMMENT ON COLUMN acctguard.acknowledgment.opened IS 'numbers of the freezes whose gate it opened; may be empty';
COMMENT ON COLUMN acctguard.acknowledgment.rules_version IS 'version of the rules that were shown; NULL for a waiver';
COMMENT ON COLUMN acctguard.acknowledgment.text_hash IS 'digest of the text that was shown, as the application computes it';
COMMENT ON COLUMN acctguard.acknowledgment.locale IS 'language in which the text was shown';
COMMENT ON COLUMN acctguard.acknowledgment.device IS 'device on which it was acknowledged, as the application names it';
COMMENT ON COLUMN acctguard.acknowledgment.waive_reason IS 'why staff waived it; NULL for an acknowledgment by the user';

CREATE TABLE acctguard.risk_event (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    signal text NOT NULL,
    weight numeric(13,6) NOT NULL CHECK (weight > 0 AND weight <= 1000000),
    incident uuid,
    evidence jsonb CHECK (jsonb_typeof(evidence) = 'object'),
    at timestamptz NOT NULL,
    score numeric(19,6) NOT NULL CHECK (score >= 0),
    freeze_no integer CHECK (freeze_no > 0),
    cleared_at timestamptz,
    clear_reason text,
    role text NOT NULL,
    person text NOT NULL,
    PRIMARY KEY (account_id, no),
    CONSTRAINT risk_event_cleared CHECK ((cleared_at IS NULL) = (clear_reason IS NULL)),
    CONSTRAINT risk_event_cleared_after CHECK (cleared_at >= at)
);
CREATE INDEX risk_event_counting ON acctguard.risk_event (account_id, at) WHERE cleared_at IS NULL;
CREATE INDEX risk_event_incident ON acctguard.risk_event (account_id, incident) WHERE incident IS NOT NULL;

COMMENT ON TABLE acctguard.risk_event IS
'Risk signals of an account, kept as evidence. A signal is worth its weight, halved with every half life that passes (setting risk_half_life); the sum is compared with the setting risk_threshold when a signal comes in.';
COMMENT ON COLUMN acctguard.risk_event.signal IS 'kind of signal, see table risk_signal';
COMMENT ON COLUMN acctguard.risk_event.weight IS 'points at the time it was seen';
COMMENT ON COLUMN acctguard.risk_event.incident IS 'what happened, named by the detectors; one incident counts once';
COMMENT ON COLUMN acctguard.risk_event.score IS 'score of the account right after it, in points';
COMMENT ON COLUMN acctguard.risk_event.freeze_no IS 'the freeze it set off; NULL for none';
COMMENT ON COLUMN acctguard.risk_event.cleared_at IS 'from then on it counts no more: the risk was declared over';

CREATE TABLE acctguard.legal_hold (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    matter text NOT NULL CHECK (matter <> ''),
    legal_reference text NOT NULL CHECK (legal_reference <> ''),
    note text,
    placed_at timestamptz NOT NULL,
    placed_role text NOT NULL,
    placed_by text NOT NULL,
    released_at timestamptz,
    released_by text,
    release_reference text,
    release_reason text,
    PRIMARY KEY (account_id, no),
    CONSTRAINT legal_hold_released CHECK ((released_at IS NULL) = (released_by IS NULL)
        AND (released_at IS NULL) = (release_reference IS NULL) AND (released_at IS NOT NULL OR release_reason IS NULL)),
    CONSTRAINT legal_hold_released_after CHECK (released_at >= placed_at)
);
CREATE UNIQUE INDEX legal_hold_live ON acctguard.legal_hold (account_id, matter) WHERE released_at IS NULL;
CREATE INDEX legal_hold_matter ON acctguard.legal_hold (matter, account_id) WHERE released_at IS NULL;

COMMENT ON TABLE acctguard.legal_hold IS
'Legal holds: they deny nothing and the user does not see them, but while one is live the account can be neither closed nor erased.';
COMMENT ON COLUMN acctguard.legal_hold.matter IS 'the case it belongs to; a release names the matter and ends all its holds';
COMMENT ON COLUMN acctguard.legal_hold.legal_reference IS 'the order or statute that demands the hold';
COMMENT ON COLUMN acctguard.legal_hold.release_reference IS 'the document that ends the matter';

CREATE TABLE acctguard.scope_freeze (
    no integer NOT NULL PRIMARY KEY CHECK (no > 0),
    scope jsonb NOT NULL,
    kind text NOT NULL,
    kind_version integer NOT NULL,
    denied bigint NOT NULL,
    challenged bigint NOT NULL,
    monitored bigint NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    ended_at timestamptz,
    end_reason text,
    ended_by text,
    reason text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    announce_at timestamptz NOT NULL,
    note text,
    issued_at timestamptz NOT NULL,
    issued_role text NOT NULL,
    issued_by text NOT NULL,
    CONSTRAINT scope_freeze_scope CHECK ((CASE WHEN jsonb_typeof(scope) = 'object' THEN
        scope = '{"all": true}'
        OR (scope - 'tenant' = '{}' AND jsonb_typeof(scope -> 'tenant') = 'string' AND scope ->> 'tenant' <> '')
        OR (scope - 'cohort' = '{}' AND jsonb_typeof(scope -> 'cohort') = 'string' AND scope ->> 'cohort' <> '')
        ELSE false END) IS TRUE),
    CONSTRAINT scope_freeze_interval CHECK (ends_at > starts_at),
    CONSTRAINT scope_freeze_announced CHECK (announce_at <= starts_at),
    CONSTRAINT scope_freeze_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)),
    CONSTRAINT scope_freeze_mask CHECK (denied | challenged | monitored <> 0)
);
COMMENT ON TABLE acctguard.scope_freeze IS
'Freezes of a set of accounts: one row for all accounts, or for those of a tenant or cohort, however many they are. In force in [starts_at, ends_at) until ended_at.';
COMMENT ON COLUMN acctguard.scope_freeze.no IS 'number, counted from 1 without gaps';
COMMENT ON COLUMN acctguard.scope_freeze.scope IS '{"all": true}, {"tenant": "name"} or {"cohort": "name"}: compared with account.tenant and account.cohort';
COMMENT ON COLUMN acctguard.scope_freeze.version IS 'number of the last row in scope_version';
COMMENT ON COLUMN acctguard.scope_freeze.announce_at IS 'from when on it is announced to the users it concerns';
COMMENT ON COLUMN acctguard.scope_freeze.ends_at IS 'planned end, exclusive; NULL is indefinite';
COMMENT ON COLUMN acctguard.scope_freeze.ended_at IS 'when it was lifted (or cancelled before its start); expiry by ends_at writes nothing';

CREATE TABLE acctguard.scope_version (
    no integer NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    ends_at timestamptz,
    changed_at timestamptz NOT NULL,
    changed_role text NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (no, version)
);
COMMENT ON TABLE acctguard.scope_version IS 'Every end that a scope freeze was given: version 1 as imposed, then one row per amendment. Rows never change.';

CREATE TABLE acctguard.scope_announcement (
    no integer NOT NULL REFERENCES acctguard.scope_freeze,
    event integer NOT NULL CHECK (event > 0),
    version integer NOT NULL CHECK (version >= 0),
    cursor bigint NOT NULL,
    told bigint NOT NULL CHECK (told >= 0),
    begun_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (no, event, version)
);
COMMENT ON TABLE acctguard.scope_announcement IS 'How far the users whom a scope freeze concerns have been told of it, of another end, of its end. Notices only: no answer depends on it.';
COMMENT ON COLUMN acctguard.scope_announcement.event IS 'what they are told, see events()';
COMMENT ON COLUMN acctguard.scope_announcement.version IS 'of the scope freeze, for another end; else 0';
COMMENT ON COLUMN acctguard.scope_announcement.cursor IS 'accounts up to this one have been told';
COMMENT ON COLUMN acctguard.scope_announcement.told IS 'how many accounts that were';

CREATE TABLE acctguard.batch (
    batch uuid NOT NULL PRIMARY KEY,
    kind text NOT NULL,
    reason text NOT NULL,
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    total bigint NOT NULL CHECK (total >= 0),
    done bigint NOT NULL DEFAULT 0,
    frozen bigint NOT NULL DEFAULT 0 CHECK (frozen >= 0),
    refused bigint NOT NULL DEFAULT 0 CHECK (refused >= 0),
    started_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz,
    undone_at timestamptz,
    undone_by text,
    role text NOT NULL,
    person text NOT NULL,
    CONSTRAINT batch_done CHECK (done BETWEEN 0 AND total AND frozen + refused <= done),
    CONSTRAINT batch_finished CHECK (finished_at IS NULL OR done = total OR undone_at IS NOT NULL),
    CONSTRAINT batch_undone CHECK ((undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL OR finished_at IS NOT NULL))
) WITH (fillfactor = 50);
COMMENT ON TABLE acctguard.batch IS
'Runs of freeze_many(): what was ordered and how far it has come. The accounts are not kept; whoever goes on with a batch passes them again, and the fingerprint tells whether they are the same.';
COMMENT ON COLUMN acctguard.batch.fingerprint IS 'digest of the sorted accounts, the order and the person';
COMMENT ON COLUMN acctguard.batch.done IS 'accounts decided, counted by ascending id';
COMMENT ON COLUMN acctguard.batch.frozen IS 'accounts with a freeze (or proposal) of the batch';
COMMENT ON COLUMN acctguard.batch.refused IS 'accounts in batch_refusal';

CREATE TABLE acctguard.batch_refusal (
    account_id bigint NOT NULL,
    batch uuid NOT NULL,
    sqlstate text NOT NULL CHECK (sqlstate ~ '^UG[0-9]{3}$'),
    message text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (account_id, batch)
);
CREATE INDEX batch_refusal_batch ON acctguard.batch_refusal (batch, account_id);
COMMENT ON TABLE acctguard.batch_refusal IS 'Accounts that a batch could not freeze, and why; account_id may be of no account.';
