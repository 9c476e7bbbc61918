CREATE OR REPLACE FUNCTION acctguard.attempt_status(subject text, rule text DEFAULT NULL,
    OUT limit_rule text, OUT attempts integer, OUT last_at timestamptz, OUT retry_at timestamptz, OUT stopped boolean)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_attempt_status';
COMMENT ON FUNCTION acctguard.attempt_status(text, text) IS
'The attempts that count against a subject now, one row for each rule that has counted any. For staff; the ledger records who looked.
subject: as the rule writes it (policy_list(''limit_rule'') says how), such as 42 for an account, 42/<device id> for a device of it, 203.0.113.7 or 203.0.113.0/24 for a source. rule: only this one; NULL: all. attempts: how many count. last_at: the last of them. retry_at: when the next one is let through; NULL: now, or stopped: not until it is cleared.
UG005: the library is not preloaded. UG004: standby. UG611: no such rule.';

CREATE OR REPLACE FUNCTION acctguard.attempt_clear(subject text, rule text, reason text)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_attempt_clear';
COMMENT ON FUNCTION acctguard.attempt_clear(text, text, text) IS
'Forgets the attempts that count against a subject, and lets it try again; returns how many there were. For staff, when somebody was locked out by what others did. It takes effect at once and is not undone when the transaction is rolled back; the ledger records it when it commits.
subject, rule: as for attempt_status(). reason: why.
UG005: the library is not preloaded. UG004: standby. UG611: no such rule. 22023: no reason.';
