CREATE TABLE acctguard.device (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    handle text NOT NULL CHECK (handle <> ''),
    label text,
    platform text NOT NULL CHECK (platform IN ('mobile', 'pc', 'web', 'other')),
    state text NOT NULL CHECK (state IN ('seen', 'trusted', 'quarantined', 'revoked', 'lost')),
    public_key bytea CHECK (octet_length(public_key) = 32),
    challenge bytea CHECK (octet_length(challenge) = 32),
    challenge_until timestamptz,
    enrolled_by text[] NOT NULL CHECK (enrolled_by <> '{}'),
    number_only boolean NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    changed_at timestamptz,
    changed_by text,
    change_reason text,
    used_days integer NOT NULL DEFAULT 1 CHECK (used_days > 0),
    used_on date,
    PRIMARY KEY (account_id, no),
    CONSTRAINT device_challenge CHECK ((challenge IS NULL) = (challenge_until IS NULL)
        AND (challenge IS NULL OR public_key IS NOT NULL)),
    CONSTRAINT device_changed CHECK ((changed_at IS NULL) = (changed_by IS NULL)
        AND (state = 'seen' OR changed_at IS NOT NULL))
);
CREATE UNIQUE INDEX device_handle ON acctguard.device (account_id, handle);
COMMENT ON TABLE acctguard.device IS
'Devices that an account was used from, one row each. A device is what its application says it is (handle) unless it has a key: then it signs a challenge whenever it opens a session.';
COMMENT ON COLUMN acctguard.device.handle IS 'the application''s own id of the device';
COMMENT ON COLUMN acctguard.device.label IS 'what the owner recognizes it by, e.g. Pixel 9';
COMMENT ON COLUMN acctguard.device.state IS 'as written: seen, trusted, quarantined (counts for nothing until it is enrolled again), revoked (kicked off; seen again when it comes back), lost (cannot come back). A seen device is established by the clock, device_established seconds after first_seen_at';
COMMENT ON COLUMN acctguard.device.public_key IS 'Ed25519; NULL: the device has no key, and a copy of its handle is as good as the device';
COMMENT ON COLUMN acctguard.device.challenge IS 'what the device has to sign next; good once, until challenge_until';
COMMENT ON COLUMN acctguard.device.enrolled_by IS 'proofs of the session that it was first seen with';
COMMENT ON COLUMN acctguard.device.number_only IS 'it was enrolled by a code to a phone number and by nothing else: never established, and quarantined when the number turns out to have changed hands';
COMMENT ON COLUMN acctguard.device.first_seen_at IS 'when it was enrolled, or enrolled again after it was kicked off';
COMMENT ON COLUMN acctguard.device.last_seen_at IS 'when it last opened a session';
COMMENT ON COLUMN acctguard.device.changed_at IS 'when it got its present state';
COMMENT ON COLUMN acctguard.device.changed_by IS 'the person, or session:<number> of the account';
COMMENT ON COLUMN acctguard.device.used_days IS 'days (UTC) on which a session was opened or used on it since it was enrolled; not written where last_seen_at of a session is not';
COMMENT ON COLUMN acctguard.device.used_on IS 'the last of these days';

CREATE TABLE acctguard.session (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
    previous_hash bytea CHECK (octet_length(previous_hash) = 32),
    previous_until timestamptz,
    device_no integer NOT NULL CHECK (device_no > 0),
    epoch bigint NOT NULL CHECK (epoch >= 0),
    opened_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    idle_length integer NOT NULL CHECK (idle_length > 0),
    ended_at timestamptz,
    stepped_up_at timestamptz,
    number_only boolean NOT NULL,
    account_place tid,
    end_reason text,
    ended_by text,
    methods text[] NOT NULL CHECK (methods <> '{}'),
    place text,
    generation integer NOT NULL DEFAULT 0 CHECK (generation >= 0),
    salt bytea NOT NULL CHECK (octet_length(salt) = 32),
    stepped_up_with text[] CHECK (stepped_up_with <> '{}'),
    PRIMARY KEY (account_id, no),
    CONSTRAINT session_life CHECK (expires_at > opened_at AND last_seen_at >= opened_at),
    CONSTRAINT session_ended CHECK ((ended_at IS NULL) = (end_reason IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)),
    CONSTRAINT session_previous CHECK ((previous_hash IS NULL) = (previous_until IS NULL)
        AND (previous_hash IS NULL) = (generation = 0)),
    CONSTRAINT session_stepped_up CHECK ((stepped_up_at IS NULL) = (stepped_up_with IS NULL))
) WITH (fillfactor = 80);
ALTER TABLE acctguard.session ALTER token_hash SET STATISTICS 0, ALTER previous_hash SET STATISTICS 0, ALTER salt SET STATISTICS 0;
COMMENT ON TABLE acctguard.session IS
'Sessions: who holds a token is the account''s user. A token is acs1_<account>.<no>.<32 random bytes in base64url>; only its hash is here, so the table opens no session. Whether a session is live follows from this row, the account''s epochs and cuts, standing and the clock.';
COMMENT ON COLUMN acctguard.session.token_hash IS 'SHA-256 of the random bytes';
COMMENT ON COLUMN acctguard.session.previous_hash IS 'of the token before the last session_refresh(); it is good until previous_until';
COMMENT ON COLUMN acctguard.session.epoch IS 'the account''s session_epoch when it was opened; a session of an earlier epoch is revoked';
COMMENT ON COLUMN acctguard.session.expires_at IS 'its absolute end';
COMMENT ON COLUMN acctguard.session.last_seen_at IS 'last use, to the minute; not written on standbys and in REPEATABLE READ';
COMMENT ON COLUMN acctguard.session.idle_length IS 'seconds without use after which it is over';
COMMENT ON COLUMN acctguard.session.stepped_up_at IS 'when its holder last gave a stronger proof; NULL: never';
COMMENT ON COLUMN acctguard.session.stepped_up_with IS 'what he showed then, all at once; what he proved before counts for no gate any more';
COMMENT ON COLUMN acctguard.session.number_only IS 'it was opened with a code to a phone number and with nothing else';
COMMENT ON COLUMN acctguard.session.account_place IS 'where the account''s row lay when the session was last seen, so that checking the session needs no index of account; verified at each use, and an old or a wrong one only costs time. NULL: not known';
COMMENT ON COLUMN acctguard.session.end_reason IS 'logout, replaced, kicked, lost, quarantined, number, password, reused, disowned, staff, or what staff wrote';
COMMENT ON COLUMN acctguard.session.ended_by IS 'the person, or session:<number> of the account';
COMMENT ON COLUMN acctguard.session.methods IS 'what its holder proved';
COMMENT ON COLUMN acctguard.session.place IS 'coarse place of its opening, as the application told it';
COMMENT ON COLUMN acctguard.session.generation IS 'how often its token was exchanged';
COMMENT ON COLUMN acctguard.session.salt IS 'makes the next token out of the present one, so that a refresh that is repeated has the same result';
