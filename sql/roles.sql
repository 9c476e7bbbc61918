-- The roles of acctguard, created once per cluster and checked whenever a script of
-- the extension runs.  A role that exists already is refused when it could be a trap:
-- it can log in, holds an attribute, or (unless acctguard.allow_existing_roles is on)
-- has members that acctguard did not give it.  Nobody is ever a member of
-- acctguard_owner.

DO $roles$
DECLARE
    role_name text;
    existing pg_roles;
    members text;
    allow boolean := coalesce(current_setting('acctguard.allow_existing_roles', true), 'off')::boolean;
    updating boolean := EXISTS (
        SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'acctguard' AND p.proname = 'install');
BEGIN
    FOREACH role_name IN ARRAY ARRAY[
        'acctguard_owner', 'acctguard_app', 'acctguard_notifier', 'acctguard_risk',
        'acctguard_moderator', 'acctguard_reviewer', 'acctguard_compliance',
        'acctguard_auditor', 'acctguard_operator', 'acctguard_delegate']
    LOOP
        SELECT * INTO existing FROM pg_roles r WHERE r.rolname = role_name;
        IF NOT FOUND THEN
            EXECUTE format(
                'CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS',
                role_name);
            CONTINUE;
        END IF;

        IF existing.rolcanlogin OR existing.rolsuper OR existing.rolcreatedb
           OR existing.rolcreaterole OR existing.rolreplication OR existing.rolbypassrls THEN
            RAISE EXCEPTION 'role "%" exists and can log in or has an attribute', role_name
                USING ERRCODE = 'UG620',
                      HINT = 'Drop the role, or ALTER ROLE it to NOLOGIN without attributes, then try again.';
        END IF;

        SELECT string_agg(m.member::regrole::text, ', ') INTO members
        FROM pg_auth_members m WHERE m.roleid = existing.oid;
        IF members IS NULL OR updating THEN
            CONTINUE;
        END IF;
        IF role_name = 'acctguard_owner' OR NOT allow THEN
            RAISE EXCEPTION 'role "%" exists and has members: %', role_name, members
                USING ERRCODE = 'UG620',
                      DETAIL = 'Whoever created the role beforehand would hold its rights.',
                      HINT = 'Revoke the memberships, or, where they come from another database of this '
                             'cluster that uses acctguard, SET acctguard.allow_existing_roles = on and try again.';
        END IF;
        RAISE WARNING 'role "%" exists and has members: %', role_name, members;
    END LOOP;
END
$roles$;

COMMENT ON ROLE acctguard_owner IS 'owns every object of acctguard; nobody is a member';
COMMENT ON ROLE acctguard_app IS 'acctguard: public flows, account status and checks';
COMMENT ON ROLE acctguard_notifier IS 'acctguard: takes notices from the outbox and delivers them';
COMMENT ON ROLE acctguard_risk IS 'acctguard: automated detectors; what they may decide alone is capped';
COMMENT ON ROLE acctguard_moderator IS 'acctguard: imposes and lifts freezes';
COMMENT ON ROLE acctguard_reviewer IS 'acctguard: decides appeals and reviews';
COMMENT ON ROLE acctguard_compliance IS 'acctguard: orders of authorities and legal holds';
COMMENT ON ROLE acctguard_auditor IS 'acctguard: reads the ledger, changes nothing';
COMMENT ON ROLE acctguard_operator IS 'acctguard: policy, guards, keys, restore';
COMMENT ON ROLE acctguard_delegate IS 'acctguard: back-office services that may speak for a person (acting_as)';
