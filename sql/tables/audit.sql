-- Column order: fixed-width columns first, so that a row needs no padding.
CREATE TABLE acctguard.ledger (
    at timestamptz NOT NULL,
    tx bigint NOT NULL,
    account_id bigint NOT NULL,
    aseq bigint,
    ord integer NOT NULL,
    action smallint NOT NULL,
    outcome smallint NOT NULL,
    ver smallint NOT NULL,
    role text NOT NULL,
    person text NOT NULL,
    on_behalf text,
    application text,
    reason text,
    idempotency_key text,
    origin bytea,
    body bytea,
    dek bigint,
    key_id integer,
    tag bytea,
    CONSTRAINT ledger_tx CHECK (tx > 0),
    CONSTRAINT ledger_ord CHECK (ord >= 0),
    CONSTRAINT ledger_aseq CHECK (aseq IS NULL OR (aseq > 0 AND account_id <> 0)),
    CONSTRAINT ledger_action CHECK (action > 0),
    CONSTRAINT ledger_outcome CHECK (outcome BETWEEN 0 AND 2),
    CONSTRAINT ledger_ver CHECK (ver > 0),
    CONSTRAINT ledger_tag CHECK ((tag IS NULL) = (key_id IS NULL) AND octet_length(tag) = 16)
) PARTITION BY RANGE (at);
COMMENT ON TABLE acctguard.ledger IS
'The audit ledger: one row per event, never changed, never removed but by dropping a whole partition. Partitions are UTC months (audit_add_partitions). Read it with audit_read().';
COMMENT ON COLUMN acctguard.ledger.at IS 'when it happened, by the wall clock, not the start of the transaction';
COMMENT ON COLUMN acctguard.ledger.tx IS 'the transaction: base of the era (acctguard.era) plus its full transaction id';
COMMENT ON COLUMN acctguard.ledger.account_id IS 'the account it happened to; 0: no account';
COMMENT ON COLUMN acctguard.ledger.aseq IS 'version of the account after the event; what is missing in the sequence was deleted. NULL: the event is a reading or has no account';
COMMENT ON COLUMN acctguard.ledger.ord IS 'which event of the transaction, counted from 0 without gaps';
COMMENT ON COLUMN acctguard.ledger.action IS 'what happened: code of acctguard.events()';
COMMENT ON COLUMN acctguard.ledger.outcome IS '0 done, 1 refused, 2 failed';
COMMENT ON COLUMN acctguard.ledger.ver IS 'version of the canonical encoding';
COMMENT ON COLUMN acctguard.ledger.role IS 'session_user';
COMMENT ON COLUMN acctguard.ledger.person IS 'who decided: session_user, or whom acting_as() named';
COMMENT ON COLUMN acctguard.ledger.on_behalf IS 'the reason given to acting_as()';
COMMENT ON COLUMN acctguard.ledger.application IS 'application_name of the session';
COMMENT ON COLUMN acctguard.ledger.reason IS 'why, in the words of the person';
COMMENT ON COLUMN acctguard.ledger.idempotency_key IS 'key of the request, as the caller gave it';
COMMENT ON COLUMN acctguard.ledger.origin IS 'client address, sealed (doc/keyring.md); NULL without keys: it is personal data and is never stored in clear text';
COMMENT ON COLUMN acctguard.ledger.body IS 'what was and what is: named values, see doc/audit.md';
COMMENT ON COLUMN acctguard.ledger.dek IS 'data key (purpose origin) that origin is sealed with; NULL: there is none';
COMMENT ON COLUMN acctguard.ledger.key_id IS 'data key (purpose ledger_mac) the tag was made with; NULL: without keys';
COMMENT ON COLUMN acctguard.ledger.tag IS 'keyed hash of the canonical encoding, 16 bytes; NULL: without keys';

CREATE TABLE acctguard.era (
    era integer NOT NULL PRIMARY KEY CHECK (era > 0),
    base bigint NOT NULL CHECK (base >= 0),
    system_identifier bigint NOT NULL,
    started_at timestamptz NOT NULL
);
COMMENT ON TABLE acctguard.era IS
'Where the ledger''s transaction numbers start in each cluster the database has lived in. The first event after a restore into another cluster adds a row.';
COMMENT ON COLUMN acctguard.era.base IS 'added to a transaction''s full id to give ledger.tx; every tx of the earlier eras is at most this';
COMMENT ON COLUMN acctguard.era.system_identifier IS 'of the cluster, as pg_control_system() shows it';

-- protect_tables() puts audit_guard() on the ledger, which hands it on to its partitions.
PERFORM acctguard.audit_add_partitions();
