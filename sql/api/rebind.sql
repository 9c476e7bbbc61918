CREATE OR REPLACE FUNCTION acctguard.rebind_transitions(
    OUT from_state text, OUT event text, OUT to_state text, OUT who text, OUT guard text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_rebind_transitions';
COMMENT ON FUNCTION acctguard.rebind_transitions() IS
'Every step between the states of a request to change or unbind a number, who may take it, and what it takes. What stands in brackets the clock does: nothing has to run for it.';

CREATE OR REPLACE FUNCTION acctguard.rebind_preconditions(
    OUT precondition text, OUT meaning text, OUT code text, OUT judged_again boolean)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_rebind_preconditions';
COMMENT ON FUNCTION acctguard.rebind_preconditions() IS
'What has to hold for a request to change or unbind a number, in the order in which it is judged, and the code that the request is answered with where it does not. judged_again: also before the request takes effect, when nobody is asking.';

CREATE OR REPLACE FUNCTION acctguard.rebind_situations(
    OUT situation text, OUT meaning text, OUT cooling text, OUT objection text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_rebind_situations';
COMMENT ON FUNCTION acctguard.rebind_situations() IS
'What decides how long there is time for objections to a change of number. cooling: the policy settings that say how long. objection: what the old number alone brings about.';
