-- What changes between 0.1.0 and 0.2.0 before the functions and views are replaced.
DROP FUNCTION acctguard.batch_undo(uuid, text);
DROP FUNCTION acctguard.risk_report(bigint, text, numeric, jsonb, uuid);
