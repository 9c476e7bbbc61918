CREATE OR REPLACE FUNCTION acctguard.key_status(
    OUT purpose text, OUT kid integer, OUT state text, OUT algorithm text, OUT root_version integer,
    OUT usable boolean, OUT created_at timestamptz, OUT created_by text, OUT superseded_at timestamptz,
    OUT retired_at timestamptz, OUT detail text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_key_status';
COMMENT ON FUNCTION acctguard.key_status() IS
'The inventory of keys, without a byte of any. First the versions of the root key (purpose root, kid the version), then the data keys, then purposes that have no active key.
state of a root version: newest; older (the server has it, for what is not yet rewrapped); wrong (the server''s differs from the one this database knows under that number); absent (this database knows it, the server does not); unused (the server has it, this database has not used it); of a server without one: keyless. state of a data key: active, decrypt_only, retired; missing where a purpose has none.
algorithm: xchacha20poly1305 for what seals, blake2b for what makes tags. root_version: what wraps it. usable: whether this server can use it now. detail: what is in the way, in words.
Works on a standby.';

CREATE OR REPLACE FUNCTION acctguard.key_create(INOUT purpose text DEFAULT NULL, OUT kid integer)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_key_create';
COMMENT ON FUNCTION acctguard.key_create(text) IS
'Makes a data key, which becomes the active one of its purpose; the one before it only opens what it sealed. Returns the number of each key made.
purpose: one of key_status(); NULL (the default): every purpose that has no active key, as after install().
UG001: the server has no root key. UG002: its root key is not the one of this database, or is older. UG004: standby. 22023: there is no such purpose. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.key_rewrap(purpose text DEFAULT NULL, batch integer DEFAULT 1000,
    OUT done bigint, OUT remaining bigint)
RETURNS record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_key_rewrap';
COMMENT ON FUNCTION acctguard.key_rewrap(text, integer) IS
'Moves one batch under the newest key: data keys under the newest root key, subject keys under the active subject_kek, and whatever else is sealed by a key that is no longer active. Call it until remaining is 0, each call in its own transaction; nothing else has to stop meanwhile, and after a crash it goes on where it was.
purpose: root, or a purpose of key_status(); NULL (the default): all of them. batch: at most so many rows, 1 to 100000, else 22023. done: rows moved by this call. remaining: rows still to be moved; rows that somebody else has locked are left for the next call. What cannot be changed (the ledger) stays under its key.
UG001: no root key. UG002: the root key that some keys are wrapped with is not here. UG020: a wrapped key is damaged. UG004: standby. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.key_retire(kid integer)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_key_retire';
COMMENT ON FUNCTION acctguard.key_retire(integer) IS
'Destroys a data key that nothing needs any more; its row stays, without the key. First waits for transactions that may still be using it (lock_timeout and statement_timeout apply; nobody waits for this function).
UG023: it is the active key, or rows are sealed with it; the detail says which. 55000: it was superseded in this very transaction; commit first. UG003: there is no such key, or it is retired. UG004: standby. The act is recorded.';

CREATE OR REPLACE FUNCTION acctguard.subject_shred(account_id bigint, ticket text)
RETURNS boolean
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_subject_shred';
COMMENT ON FUNCTION acctguard.subject_shred(bigint, text) IS
'Destroys the key of an account, so that what was sealed with it is unreadable to everybody, here at commit and on standbys at replay; false if that was done before. A row in acctguard.shred stays, and no other key is ever made for the account. Backups keep what they have: shredding is complete when the last of them is gone (doc/keyring.md). Needs no root key.
ticket: the request or order that asks for it; UG031 without one. UG404: no such account. UG602: a legal hold protects the account. UG605: one of its cases is open. UG004: standby. The act is recorded.';
