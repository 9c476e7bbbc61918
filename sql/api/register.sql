CREATE OR REPLACE FUNCTION acctguard.register_rules(
    OUT rule text, OUT number text, OUT claimant text, OUT answer text, OUT code text, OUT effect text, OUT gate text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_register_rules';
COMMENT ON FUNCTION acctguard.register_rules() IS
'What happens to a number that is registered with, and to the account that has it: one row for each answer. rule: its name, R1 to R24; number: the state of the number and of its account; claimant: who registers; answer: to the question whether the account is his; code: the answer he gets; effect: what follows if he goes on; gate: what he has to pass to enter the present account.';
