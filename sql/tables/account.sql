CREATE TABLE acctguard.account (
    account_id bigint NOT NULL PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('pending', 'active', 'closing', 'closed', 'erased')),
    external_id text,
    locale text NOT NULL,
    time_zone text NOT NULL,
    profile text NOT NULL CHECK (profile IN ('basic', 'social', 'money')),
    tenant text,
    cohort text,
    staff_rank smallint NOT NULL DEFAULT 0 CHECK (staff_rank BETWEEN 0 AND 4),
    protected boolean NOT NULL DEFAULT false,
    person text,
    version bigint NOT NULL DEFAULT 0 CHECK (version >= 0),
    freeze_count integer NOT NULL DEFAULT 0,
    child_count integer NOT NULL DEFAULT 0,
    session_epoch bigint NOT NULL DEFAULT 0,
    session_locked_epoch bigint NOT NULL DEFAULT -1,
    rules_version text,
    registered_at timestamptz NOT NULL,
    activated_at timestamptz,
    last_seen_at timestamptz,
    close_requested_at timestamptz,
    close_at timestamptz,
    closed_at timestamptz,
    close_reason text,
    erased_at timestamptz,
    proposal text CHECK (proposal IN ('terminate', 'reopen')),
    proposed_by text,
    proposed_at timestamptz,
    acted_at timestamptz,
    session_cuts timestamptz[],
    owner_seen_at timestamptz,
    number_lost_at timestamptz,
    CONSTRAINT account_proposal CHECK (
        (proposal IS NULL) = (proposed_by IS NULL) AND (proposal IS NULL) = (proposed_at IS NULL)),
    CONSTRAINT account_closing CHECK (
        (state = 'closing') = (close_at IS NOT NULL AND closed_at IS NULL)
        AND (close_at IS NULL) = (close_requested_at IS NULL)),
    CONSTRAINT account_closed CHECK ((state IN ('closed', 'erased')) = (closed_at IS NOT NULL)),
    CONSTRAINT account_erased CHECK ((state = 'erased') = (erased_at IS NOT NULL)),
    CONSTRAINT account_pending CHECK (state <> 'pending' OR activated_at IS NULL)
) WITH (fillfactor = 60);
CREATE UNIQUE INDEX account_external_id ON acctguard.account (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX account_closing ON acctguard.account (close_at, account_id) WHERE state = 'closing';
CREATE INDEX account_administrators ON acctguard.account (account_id) WHERE staff_rank = 4;

COMMENT ON TABLE acctguard.account IS
'One row per account: the root of its records, and what everything about it locks. A freeze never changes the lifecycle held here.';
COMMENT ON COLUMN acctguard.account.account_id IS 'the account; given by the host or generated (milliseconds since 2020 in the upper 42 bits, random below)';
COMMENT ON COLUMN acctguard.account.state IS 'lifecycle as written: pending, active, closing, closed, erased. closing is closed once close_at has passed and nothing holds the account';
COMMENT ON COLUMN acctguard.account.external_id IS 'the host''s own id where that is a uuid or text';
COMMENT ON COLUMN acctguard.account.locale IS 'language of notices, BCP 47, e.g. zh-CN';
COMMENT ON COLUMN acctguard.account.time_zone IS 'the user''s time zone, a name PostgreSQL knows';
COMMENT ON COLUMN acctguard.account.profile IS 'what is at stake: basic, social (friends, messages), money';
COMMENT ON COLUMN acctguard.account.tenant IS 'scope attribute that a scope freeze can name';
COMMENT ON COLUMN acctguard.account.cohort IS 'scope attribute that a scope freeze can name';
COMMENT ON COLUMN acctguard.account.staff_rank IS '0 user, 1 helper, 2 moderator, 3 compliance officer, 4 administrator; only a higher rank may freeze';
COMMENT ON COLUMN acctguard.account.protected IS 'frozen only by kinds that need a second person, never by an automated actor';
COMMENT ON COLUMN acctguard.account.person IS 'the person of the staff whose account this is; he cannot decide about it';
COMMENT ON COLUMN acctguard.account.version IS 'number of the account''s last event; a gap in the ledger names a deleted row';
COMMENT ON COLUMN acctguard.account.freeze_count IS 'number of the account''s last freeze';
COMMENT ON COLUMN acctguard.account.child_count IS 'number of the account''s last child record of any other kind';
COMMENT ON COLUMN acctguard.account.session_epoch IS 'sessions of an earlier epoch are revoked';
COMMENT ON COLUMN acctguard.account.session_locked_epoch IS 'sessions up to this epoch were locked by a freeze';
COMMENT ON COLUMN acctguard.account.rules_version IS 'the rules the user acknowledged last';
COMMENT ON COLUMN acctguard.account.acted_at IS 'when something was last decided about it. A clock that was set back by less than ten minutes stands still for the account until it has caught up';
COMMENT ON COLUMN acctguard.account.session_cuts IS 'times at which scheduled freezes revoke the sessions that were opened before, and the last of those that have passed; the clock is enough, nothing has to be written at the time';
COMMENT ON COLUMN acctguard.account.owner_seen_at IS 'last sign of life of its owner: somebody got in with more than the number; use of sessions adds to it. NULL: none since it was registered';
COMMENT ON COLUMN acctguard.account.number_lost_at IS 'when its login number was taken from it by a new holder or on the carrier''s word; its sessions have to bind another one first. NULL: never, or it has one again';
COMMENT ON COLUMN acctguard.account.proposal IS 'what waits for a second person: terminate or reopen';
COMMENT ON COLUMN acctguard.account.close_at IS 'when the account closes, set while closing';
