CREATE OR REPLACE FUNCTION acctguard.account_open(
    account_id bigint DEFAULT NULL,
    locale text DEFAULT 'en',
    time_zone text DEFAULT 'UTC',
    profile text DEFAULT 'basic',
    external_id text DEFAULT NULL,
    tenant text DEFAULT NULL,
    cohort text DEFAULT NULL,
    pending boolean DEFAULT false)
RETURNS bigint
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_open';
COMMENT ON FUNCTION acctguard.account_open(bigint, text, text, text, text, text, text, boolean) IS
'Opens an account and returns its id.
account_id: given by the host, positive; NULL generates one (milliseconds since 2020 in the upper bits, so ids made later sort later). locale: language of notices (BCP 47). time_zone: the user''s, a name of pg_timezone_names. profile: what is at stake, basic, social or money. external_id: the host''s own id where that is a uuid or text. tenant, cohort: attributes a scope freeze can name. pending: not usable until account_activate().
Errors: UG600 the id is taken; 22023 unknown time zone or profile, or too long: locale 35 characters, external_id 255, tenant and cohort 63.';

CREATE OR REPLACE FUNCTION acctguard.account_activate(account_id bigint)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_activate';
COMMENT ON FUNCTION acctguard.account_activate(bigint) IS
'Makes a pending account active. Errors: UG404 no such account; UG601 it is not pending.';

CREATE OR REPLACE FUNCTION acctguard.account_request_close(
    account_id bigint,
    reason text DEFAULT NULL,
    proof jsonb DEFAULT NULL)
RETURNS timestamptz
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_request_close';
COMMENT ON FUNCTION acctguard.account_request_close(bigint, text, jsonb) IS
'The user asks to close his account; returns when it closes (policy close_grace, seconds). Until then it works, and account_cancel_close() takes the request back; a frozen account may ask as well. It does not close while a legal hold or a freeze that blocks closure lives.
reason: the user''s words. proof: needed while a security freeze or the user''s own freeze is live, {"method": "...", "at": "..."} not older than policy proof_age, so that a stolen session cannot close the account.
Errors: UG404; UG601 the account is not active; UG116 proof missing.';

CREATE OR REPLACE FUNCTION acctguard.account_cancel_close(account_id bigint, proof jsonb DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_cancel_close';
COMMENT ON FUNCTION acctguard.account_cancel_close(bigint, jsonb) IS
'Takes a request to close back, before its time has come. proof as for account_request_close(). Errors: UG404; UG601 the account is not closing; UG116 proof missing.';

CREATE OR REPLACE FUNCTION acctguard.account_terminate(account_id bigint, reason text)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_terminate';
COMMENT ON FUNCTION acctguard.account_terminate(bigint, text) IS
'Closes an account for good after a final ban (one that cannot be appealed any more). The first call proposes, a call by a second person within policy proposal_life (seconds) does it; returns proposed or terminated.
Errors: UG404; UG601 the account is neither active nor closing; UG602 a legal hold, or a freeze that blocks closing; UG603 no final ban; UG113 the same person again; UG107 the person''s own account.';

CREATE OR REPLACE FUNCTION acctguard.account_reopen(account_id bigint, reason text)
RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_reopen';
COMMENT ON FUNCTION acctguard.account_reopen(bigint, text) IS
'Opens a closed account again; freezes that are still in force stay so. The first call proposes, a call by a second person within policy proposal_life (seconds) does it; returns proposed or reopened.
Errors: UG404; UG601 the account is not closed (an erased one never comes back); UG113 the same person again.';

CREATE OR REPLACE FUNCTION acctguard.account_erase(account_id bigint, reason text)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_erase';
COMMENT ON FUNCTION acctguard.account_erase(bigint, text) IS
'Erases a closed account: its attributes go and its key is destroyed (see subject_shred), freezes that have not ended do, its id and its records stay, so nobody ever gets the id again. Possible once policy retention (seconds) and every appeal window of a total freeze are over.
Errors: UG404; UG601 the account is not closed; UG602 a legal hold or a freeze keeps it; UG604 too early, the detail says when.';

CREATE OR REPLACE FUNCTION acctguard.account_change(
    account_id bigint,
    locale text DEFAULT NULL,
    time_zone text DEFAULT NULL,
    profile text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_change';
COMMENT ON FUNCTION acctguard.account_change(bigint, text, text, text) IS
'Changes what the user himself may change; NULL keeps. Errors: UG404; UG601 the account is erased; 22023 unknown time zone or profile.';

CREATE OR REPLACE FUNCTION acctguard.account_mark(
    account_id bigint,
    staff_rank integer DEFAULT NULL,
    protected boolean DEFAULT NULL,
    person text DEFAULT NULL,
    tenant text DEFAULT NULL,
    cohort text DEFAULT NULL,
    reason text DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_mark';
COMMENT ON FUNCTION acctguard.account_mark(bigint, integer, boolean, text, text, text, text) IS
'Marks an account for operation; NULL keeps, an empty text clears.
staff_rank: 0 user, 1 helper, 2 moderator, 3 compliance officer, 4 administrator; only a higher rank may freeze it. protected: frozen only with a second person. person: the member of staff whose account it is; he cannot decide about it. tenant, cohort: what scope freezes name. reason: kept with the event.
Errors: UG404; UG601 the account is erased; 22023 rank out of range.';

CREATE OR REPLACE FUNCTION acctguard.account_show(
    account_id bigint,
    OUT account bigint, OUT external_id text, OUT state text, OUT profile text, OUT locale text,
    OUT time_zone text, OUT tenant text, OUT cohort text, OUT staff_rank integer,
    OUT protected boolean, OUT person text, OUT registered_at timestamptz, OUT closes_at timestamptz,
    OUT version bigint)
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_show';
COMMENT ON FUNCTION acctguard.account_show(bigint) IS
'The account''s own row for staff. state is the lifecycle as the clock has it now; closes_at is when it closed or will close, NULL when it is not closing or something holds it; version is the number of its last event. Error: UG404.';

CREATE OR REPLACE FUNCTION acctguard.account_transitions(
    OUT from_state text, OUT event text, OUT to_state text, OUT who text, OUT guard text, OUT errors text)
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_transitions';
COMMENT ON FUNCTION acctguard.account_transitions() IS
'The lifecycle as the library has it: from which state what leads where, who may do it, what is asked, which errors refuse it.';

CREATE OR REPLACE FUNCTION acctguard.account_status(account_id bigint)
RETURNS jsonb
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_status';
COMMENT ON FUNCTION acctguard.account_status(bigint) IS
'What to show the user: state, whether anything is restricted, the names of denied and challenged capabilities, and one object per restriction with source (freeze, probation, acknowledgment, scope), kind, reason, why, facts, denied, since, until, next (what the user can do), appeal (possible, until), review_due. Times are ISO 8601 in UTC. Internal notes, invisible kinds and withheld statements do not appear. Error: UG404.';

CREATE OR REPLACE FUNCTION acctguard.standing(
    account_id bigint,
    OUT denied text[], OUT challenged text[], OUT until timestamptz, OUT epoch bigint)
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_standing';
COMMENT ON FUNCTION acctguard.standing(bigint) IS
'What is denied now, and until when that answer can stand: the next start or end of a restriction (NULL: none is known). epoch rises with every change of the account; a cached answer is good only for the same epoch and before until. Self rules count as in force. Error: UG404.';

CREATE OR REPLACE FUNCTION acctguard.explain(
    account_id bigint,
    capability text DEFAULT NULL,
    at timestamptz DEFAULT NULL,
    OUT source text, OUT no integer, OUT kind text, OUT mode text, OUT capabilities text[],
    OUT since timestamptz, OUT until timestamptz, OUT reason text, OUT lifted_by text, OUT next text[])
RETURNS SETOF record
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_explain';
COMMENT ON FUNCTION acctguard.explain(bigint, text, timestamptz) IS
'Which records restrict an account, one row each: source (lifecycle, freeze, probation, acknowledgment, scope), number of the freeze or scope freeze, mode (deny, challenge, monitor) and the capabilities it is about, since and until when, why, which roles may lift it, what the user can do. For staff: shows invisible kinds as well.
capability: only what concerns this one. at: a past or future instant instead of now; freezes are shown with the terms they had then.
Errors: UG404 no such account; UG610 no such capability.';

CREATE OR REPLACE FUNCTION acctguard.account_follow()
RETURNS trigger
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_follow';
COMMENT ON FUNCTION acctguard.account_follow() IS
'Trigger that account_adopt() puts on a table of users: a new row opens its account in the same transaction, and the id of a row cannot change (UG601). A deleted row leaves its account as it is; closing one is a decision.';

CREATE OR REPLACE FUNCTION acctguard.account_adopt_rows(ids anyarray)
RETURNS bigint
LANGUAGE c VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_adopt_rows';
COMMENT ON FUNCTION acctguard.account_adopt_rows(anyarray) IS
'Opens an account for each id that has none and returns how many it opened. Ids of type bigint, integer and smallint are account ids, uuid, text and varchar become external ids. account_adopt() calls it in batches. Errors: UG411 another type; 22023 an id that is not positive.';

CREATE OR REPLACE FUNCTION acctguard.account_adopted(host_table text, id_column text, opened bigint)
RETURNS void
LANGUAGE c VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'acctguard_account_adopted';
COMMENT ON FUNCTION acctguard.account_adopted(text, text, bigint) IS
'Records that a table was adopted; account_adopt() calls it.';

CREATE OR REPLACE FUNCTION acctguard.account_adopt(host_table regclass, id_column name)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    batch_size CONSTANT integer := 10000;
    ids refcursor;
    batch record;
    opened bigint := 0;
    seen bigint := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute a
                   WHERE a.attrelid = host_table AND a.attname = id_column AND a.attnum > 0
                     AND NOT a.attisdropped) THEN
        RAISE EXCEPTION 'table % has no column "%"', host_table, id_column
            USING ERRCODE = 'undefined_column';
    END IF;

    IF EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = host_table AND t.tgname = 'acctguard_follow') THEN
        EXECUTE format('DROP TRIGGER acctguard_follow ON %s', host_table);
    END IF;
    EXECUTE format('CREATE TRIGGER acctguard_follow AFTER INSERT OR UPDATE OF %I ON %s '
                   'FOR EACH ROW EXECUTE FUNCTION acctguard.account_follow()', id_column, host_table);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER acctguard_follow', host_table);

    OPEN ids FOR EXECUTE format(
        'SELECT acctguard.account_adopt_rows(array_agg(id)) AS opened, count(*) AS n FROM ('
        'SELECT %1$I AS id, (row_number() OVER (ORDER BY %1$I) - 1) / %2$s AS batch '
        'FROM %3$s WHERE %1$I IS NOT NULL) u GROUP BY batch ORDER BY batch',
        id_column, batch_size, host_table);
    LOOP
        FETCH ids INTO batch;
        EXIT WHEN NOT FOUND;
        opened := opened + batch.opened;
        seen := seen + batch.n;
        IF seen % (10 * batch_size) = 0 THEN
            RAISE NOTICE '% rows of % seen, % accounts opened', seen, host_table, opened;
        END IF;
    END LOOP;
    CLOSE ids;
    PERFORM acctguard.account_adopted(host_table::text, id_column::text, opened);
    RETURN opened;
END
$$;
COMMENT ON FUNCTION acctguard.account_adopt(regclass, name) IS
'Takes over an application''s table of users: opens an account for each row that has none, and keeps doing so by a trigger for every row inserted later. Returns the number of accounts opened. Run again, it opens what is missing. Needs the right to create triggers on the table; runs with the caller''s privileges.
host_table: the table of users. id_column: bigint, integer or smallint ids become account ids; uuid, text and varchar ids become external ids of accounts with generated ids.
Errors: 42703 no such column; UG411 a column type that cannot name an account.';
