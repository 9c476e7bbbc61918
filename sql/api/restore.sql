CREATE OR REPLACE FUNCTION acctguard.residence_status(
    OUT at_home boolean, OUT system_identifier bigint, OUT database oid, OUT relation oid, OUT timeline integer, OUT since timestamptz, OUT mode text,
    OUT here_system_identifier bigint, OUT here_database oid, OUT here_relation oid, OUT here_timeline integer)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_residence_status';
COMMENT ON FUNCTION acctguard.residence_status() IS
'Where the rows of this database belong, and where they are. Works on standbys.
at_home: system_identifier, database and relation are those of here; false: the database was restored, copied or upgraded, and post_restore() has not been called since; NULL: there are no tables that could tell. system_identifier, database (OID), relation (OID of table residence), timeline, since, mode: what install(), migrate() or the last post_restore() has written. here_...: the running server and this database; the timeline is NULL on a standby.';

CREATE OR REPLACE FUNCTION acctguard.post_restore(mode text, reason text, OUT what text, OUT count bigint)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_post_restore';
COMMENT ON FUNCTION acctguard.post_restore(text, text) IS
'Says what a database is that came from elsewhere, ends what must not come back to life with it, and lets people in again. One row per thing that was done, and how often.
mode: restore: it takes the place of the one that it was dumped from. Every session, one-time code, flow, unused ticket and change of a number under way ends, since each may have been used or ended after the dump; claims to numbers begin their time anew; notices that waited to be sent are not sent again, because the other server has most likely sent them, and stay in the inbox of the application. clone: it is a copy beside the other one, for tests or analysis: the same, and every waiting notice is cancelled, tokens are blanked and addresses of accounts removed, so that nothing goes to a real user; a WARNING, if the server has the root key of the original, with which phone numbers can be read. upgrade: it is the same database, and nothing was lost or lives twice (pg_upgrade, a template that nobody has used): nothing ends.
reason: why, at most 2000 characters; kept in table residence and in the ledger.
In every mode the protection of acctguard''s tables is repaired (protect_tables()), missing partitions of the ledger are added, the database is bound to this cluster, and the last rows say how many dangers health() and guard_health() find; a WARNING, if any. The call is one transaction: broken off, nothing has happened. Large tables are gone through in portions of 8 MB, each of which is told by a NOTICE. It may be repeated, and has to be called after a point-in-time recovery, a base backup, or a data-only restore into tables that were there, too, which nobody can tell from what was there before; there it ends what is open, so call it before anybody is let in.
Freezes, holds and what they deny are not touched by any mode, and were enforced before. What happened after the dump is not in it: see doc/restore.md for what to do about that.
Errors: 22023: no such mode, no reason. UG004: standby. UG006: no current tables. 40P01: somebody worked on the same rows; repeat the call. The act is recorded.';
