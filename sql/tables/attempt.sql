CREATE TABLE acctguard.limit_rule (
    rule text NOT NULL CHECK (rule ~ '^[a-z][a-z0-9_.]{1,47}$'),
    version integer NOT NULL CHECK (version > 0),
    span interval NOT NULL CHECK (span > '0'),
    most integer CHECK (most BETWEEN 1 AND 1000000000),
    waits_from integer CHECK (waits_from BETWEEN 1 AND 1000),
    waits interval[] NOT NULL DEFAULT '{}' CHECK (cardinality(waits) <= 16),
    stop integer CHECK (stop BETWEEN 1 AND 1000),
    enabled boolean NOT NULL DEFAULT true,
    description text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (rule, version),
    CONSTRAINT limit_rule_sort CHECK ((most IS NULL) = (waits_from IS NOT NULL) AND (waits_from IS NOT NULL) = (waits <> '{}')
        AND (stop IS NULL OR (waits_from IS NOT NULL AND stop >= waits_from)))
);
COMMENT ON TABLE acctguard.limit_rule IS
'How often something may be tried, per account, device, number or source; the highest version is in force. Attempts are charged before they are verified, by ROLLBACK nothing is given back.';
COMMENT ON COLUMN acctguard.limit_rule.span IS 'of most: in any time of this length. Of waits: without an attempt for this long, all are forgotten, but not a stop';
COMMENT ON COLUMN acctguard.limit_rule.most IS 'attempts that are let through in any span';
COMMENT ON COLUMN acctguard.limit_rule.waits_from IS 'from this failure on the next attempt has to wait';
COMMENT ON COLUMN acctguard.limit_rule.waits IS 'how long: after that failure, after the next, and so on; the last repeats';
COMMENT ON COLUMN acctguard.limit_rule.stop IS 'the last failure: after it nothing is let through until a success by another way, or staff, clears it; NULL: there is none';
COMMENT ON COLUMN acctguard.limit_rule.description IS 'what is counted, and for whom: how the subject is written';

INSERT INTO acctguard.limit_rule (rule, version, span, most, waits_from, waits, stop, description, changed_at, changed_by) VALUES
('login.device', 1, '15 minutes', 10, NULL, '{}', NULL,
 'failed logins of an account from one of its established devices; subject: account/device id', '-infinity', 'acctguard'),
('login.unknown', 1, '30 days', NULL, 5, '{1 minute,2 minutes,4 minutes,8 minutes,16 minutes,32 minutes,1 hour}', 100,
 'failed logins of an account from all other devices together; subject: account', '-infinity', 'acctguard'),
('login.number', 1, '1 day', 100, NULL, '{}', NULL,
 'failed logins with a number, whether an account has it or not; subject: index of the number', '-infinity', 'acctguard'),
('login.source', 1, '15 minutes', 60, NULL, '{}', NULL,
 'failed logins from an address; subject: address', '-infinity', 'acctguard'),
('login.prefix', 1, '15 minutes', 600, NULL, '{}', NULL,
 'failed logins from a network, /24 or /48; subject: network', '-infinity', 'acctguard'),
('login.all', 1, '1 minute', 60000, NULL, '{}', NULL,
 'failed logins of everybody; no subject', '-infinity', 'acctguard'),
('code.resend', 1, '1 minute', 1, NULL, '{}', NULL,
 'codes sent to a number, one after the other; subject: index of the number', '-infinity', 'acctguard'),
('code.burst', 1, '15 minutes', 3, NULL, '{}', NULL,
 'codes sent to a number in a short time; subject: index of the number', '-infinity', 'acctguard'),
('code.send', 1, '1 day', 10, NULL, '{}', NULL,
 'codes sent to a number, over all purposes; subject: index of the number', '-infinity', 'acctguard'),
('code.failure', 1, '1 day', 15, NULL, '{}', NULL,
 'wrong codes for a number, over all purposes; a new code does not reset them; subject: index of the number', '-infinity', 'acctguard'),
('code.source', 1, '1 day', 50, NULL, '{}', NULL,
 'codes that an address asked for; subject: index of the address', '-infinity', 'acctguard');

CREATE TABLE acctguard.attempt_seed (
    one boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (one),
    seed bytea NOT NULL CHECK (octet_length(seed) = 16)
);
COMMENT ON TABLE acctguard.attempt_seed IS
'The key of the hash that names a bucket in table attempt, made at random when the tables were: nobody who does not know it can choose subjects whose buckets fall together.';
INSERT INTO acctguard.attempt_seed (seed) VALUES (uuid_send(gen_random_uuid()));

CREATE TABLE acctguard.attempt (
    bucket bigint NOT NULL PRIMARY KEY,
    count integer NOT NULL CHECK (count >= 0),
    previous integer NOT NULL CHECK (previous >= 0),
    since timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    ready_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    stamp bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX attempt_expires ON acctguard.attempt (expires_at);
COMMENT ON TABLE acctguard.attempt IS
'Copy of the attempts that are counted in shared memory, written by the worker at least every second: what is left after a crash. Read when a bucket is not in memory. It refers to no other table, so that writing it waits for nobody.';
COMMENT ON COLUMN acctguard.attempt.bucket IS 'SipHash of rule and subject';
COMMENT ON COLUMN acctguard.attempt.count IS 'attempts in this span, or since the first failure';
COMMENT ON COLUMN acctguard.attempt.previous IS 'attempts in the span before';
COMMENT ON COLUMN acctguard.attempt.since IS 'begin of this span, or the first failure';
COMMENT ON COLUMN acctguard.attempt.ready_at IS 'when the next attempt is let through, by the rule as it was at the last change';
COMMENT ON COLUMN acctguard.attempt.expires_at IS 'when the row can be forgotten';
COMMENT ON COLUMN acctguard.attempt.stamp IS 'grows with every change; an older state never replaces a newer one';
