CREATE OR REPLACE FUNCTION acctguard.events(OUT code integer, OUT name text, OUT meaning text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_events';
COMMENT ON FUNCTION acctguard.events() IS
'Everything the ledger can record. code: as stored in acctguard.ledger, never changed or reused. name: as audit_read() shows and takes it. meaning: what such a record tells.';
