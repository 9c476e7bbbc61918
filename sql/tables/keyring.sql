CREATE TABLE acctguard.root_epoch (
    version integer NOT NULL PRIMARY KEY CHECK (version > 0),
    check_value bytea NOT NULL CHECK (octet_length(check_value) = 16),
    first_used_at timestamptz NOT NULL,
    first_used_by text NOT NULL
);
COMMENT ON TABLE acctguard.root_epoch IS
'Versions of the root key that this database''s data keys are or were wrapped with. The root key itself is outside the database.';
COMMENT ON COLUMN acctguard.root_epoch.check_value IS
'derived from the root key, and tells whether the server has the same one; neither the root key nor what wraps can be computed from it';

CREATE TABLE acctguard.data_key (
    kid integer NOT NULL PRIMARY KEY CHECK (kid > 0),
    purpose text NOT NULL CHECK (purpose IN ('phone_index', 'otp_mac', 'pw_pepper', 'subject_kek', 'device_mac',
        'ledger_mac', 'contact', 'origin')),
    state text NOT NULL CHECK (state IN ('active', 'decrypt_only', 'retired')),
    root_version integer REFERENCES acctguard.root_epoch,
    wrapped bytea CHECK (octet_length(wrapped) = 80),
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    superseded_at timestamptz,
    retired_at timestamptz,
    retired_by text,
    CONSTRAINT data_key_active CHECK ((state = 'active') = (superseded_at IS NULL)),
    CONSTRAINT data_key_retired CHECK ((state = 'retired') = (retired_at IS NOT NULL)
        AND (state = 'retired') = (retired_by IS NOT NULL)),
    CONSTRAINT data_key_wrapped CHECK ((state = 'retired') = (wrapped IS NULL)
        AND (state = 'retired') = (root_version IS NULL))
);
COMMENT ON TABLE acctguard.data_key IS
'Data keys, wrapped with the root key. One of each purpose is active and seals; older ones only open what they sealed. A retired key is gone, its row stays.';
COMMENT ON COLUMN acctguard.data_key.kid IS 'number of the key, as it stands in what it sealed; never reused';
COMMENT ON COLUMN acctguard.data_key.root_version IS 'version of the root key that wraps it; NULL: retired';
COMMENT ON COLUMN acctguard.data_key.wrapped IS 'the key, sealed (doc/keyring.md); NULL: retired';
COMMENT ON COLUMN acctguard.data_key.superseded_at IS 'when a newer key took its place; NULL: it is the active one';
CREATE UNIQUE INDEX data_key_one_active ON acctguard.data_key (purpose) WHERE state = 'active';
ALTER TABLE acctguard.data_key ALTER wrapped SET STATISTICS 0;

CREATE TABLE acctguard.subject_key (
    account_id bigint NOT NULL,
    no integer NOT NULL CHECK (no > 0),
    kid integer NOT NULL CHECK (kid > 0),
    wrapped bytea NOT NULL CHECK (octet_length(wrapped) = 80),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, no)
);
COMMENT ON TABLE acctguard.subject_key IS
'The key of an account, which seals what the account''s owner entrusted to the service. Deleting its row (subject_shred) makes all of that unreadable at once. VACUUM FULL this table now and then, so that no file keeps a deleted row.';
COMMENT ON COLUMN acctguard.subject_key.kid IS 'data key of purpose subject_kek that wraps it';
COMMENT ON COLUMN acctguard.subject_key.wrapped IS 'the key, sealed (doc/keyring.md)';
CREATE INDEX subject_key_kid ON acctguard.subject_key (kid);
ALTER TABLE acctguard.subject_key ALTER wrapped SET STATISTICS 0;

CREATE TABLE acctguard.shred (
    account_id bigint NOT NULL PRIMARY KEY,
    ticket text NOT NULL CHECK (ticket <> ''),
    shredded_at timestamptz NOT NULL,
    shredded_by text NOT NULL
);
COMMENT ON TABLE acctguard.shred IS
'Accounts whose key was destroyed: no other is ever made for them. Keep a copy of this list outside; after restoring an older dump their keys have to be destroyed again.';
COMMENT ON COLUMN acctguard.shred.ticket IS 'the request or order that asked for it';
