CREATE TABLE acctguard.residence (
    no integer NOT NULL PRIMARY KEY CHECK (no > 0),
    system_identifier bigint NOT NULL,
    database oid NOT NULL,
    relation oid NOT NULL,
    timeline integer NOT NULL,
    since timestamptz NOT NULL,
    mode text NOT NULL CHECK (mode IN ('install', 'restore', 'clone', 'upgrade')),
    bound_by text NOT NULL,
    reason text NOT NULL
);
COMMENT ON TABLE acctguard.residence IS
'Where the rows of this database belong, the newest row in force; written by install(), migrate() and post_restore(). Where that is not where they are, they were restored or copied from elsewhere: nobody''s session is good, codes and flows are refused, and nothing is sent, until post_restore() has been called. What freezes deny is denied all the same.';
COMMENT ON COLUMN acctguard.residence.system_identifier IS 'of the cluster, as pg_control_system() shows it; a standby has that of its primary';
COMMENT ON COLUMN acctguard.residence.database IS 'OID of the database in it';
COMMENT ON COLUMN acctguard.residence.relation IS 'OID of this table in it: a restore makes it anew, also where the dump was taken';
COMMENT ON COLUMN acctguard.residence.timeline IS 'at that time; another one stops nothing, since every failover changes it, and is told by health()';
COMMENT ON COLUMN acctguard.residence.mode IS 'install: the tables were made, or migrated from a version without this one; else the mode of post_restore()';
COMMENT ON COLUMN acctguard.residence.bound_by IS 'the person';

INSERT INTO acctguard.residence (no, system_identifier, database, relation, timeline, since, mode, bound_by, reason)
SELECT 1, s.here_system_identifier, s.here_database, s.here_relation, s.here_timeline, clock_timestamp(), 'install', session_user, 'the tables were made'
FROM acctguard.residence_status() s;
