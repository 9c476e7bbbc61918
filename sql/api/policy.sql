CREATE OR REPLACE FUNCTION acctguard.policy_changed()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_policy_changed';
COMMENT ON FUNCTION acctguard.policy_changed() IS
'Trigger on each policy table: makes every session read policy anew once the change commits.';

CREATE OR REPLACE FUNCTION acctguard.policy_set(topic text, key text, value jsonb, reason text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    SET IntervalStyle = 'postgres' SET DateStyle = 'ISO'
AS 'MODULE_PATHNAME', 'acctguard_policy_set';
COMMENT ON FUNCTION acctguard.policy_set(text, text, jsonb, text) IS
'Gives a policy item a new version and returns its number; the old version stays. For acctguard_operator. Every session follows from its next statement on, and the ledger records what changed.
topic: setting, freeze_kind, bundle, reason, ladder_step, risk_signal, capability, notice_template, country_floor, number_alias, label, limit_rule, code_country, client_channel, verification_method or gate. key: name of the item, a new one creates it. value: for a setting its number (truth value; length of time such as "3 days"), else a JSON object with the columns to change; what it leaves out stays, or has its default in a new item. reason: why, for the ledger.
Lengths of time are at most 100 years, value at most 64 KiB, reason at most 2000 characters.
A notice_template is named event/channel/locale; its body must contain what the event''s notices have to say (notice_coverage() tells).
A capability has no versions (1 is returned): a new name takes the next free of 63 bits, of an existing one only the description changes.
UG611: unknown topic, setting or column. UG612: outside the range or against a rule; the detail names it. UG610: unknown capability. 22023: the value has the wrong form. 40001: somebody else changed the item at the same time; repeat.';

CREATE OR REPLACE FUNCTION acctguard.policy_list(
    INOUT topic text DEFAULT NULL,
    OUT key text,
    OUT version integer,
    OUT value jsonb,
    OUT unit text,
    OUT default_value text,
    OUT value_range text,
    OUT meaning text,
    OUT changed_at timestamptz,
    OUT changed_by text,
    OUT change_reason text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    SET IntervalStyle = 'postgres' SET DateStyle = 'ISO'
AS 'MODULE_PATHNAME', 'acctguard_policy_list';
COMMENT ON FUNCTION acctguard.policy_list(text) IS
'Policy in force, one row per item: of one topic, or of all.
topic: as for policy_set(), else UG611. key: name of the item. version: NULL for a setting that was never changed. value: a setting''s number, the other columns of any other item. unit, default_value, value_range: of settings. meaning: what it decides. changed_at, changed_by, change_reason: of this version; NULL in changed_at for what acctguard came with.';
