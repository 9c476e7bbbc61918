-- The whole privilege matrix.  First everything that anybody holds on an object of
-- the extension is taken away (default privileges of the database leak onto new
-- objects), then the list below is granted.  Tables have no grants at all.

DO $owner$
DECLARE
    member record;
BEGIN
    ALTER SCHEMA acctguard OWNER TO acctguard_owner;
    FOR member IN
        SELECT p.oid::regprocedure AS name, p.prokind
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'acctguard'
        JOIN pg_proc p ON p.oid = d.objid
        WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
    LOOP
        EXECUTE format('ALTER ROUTINE %s OWNER TO acctguard_owner', member.name);
    END LOOP;
    FOR member IN
        SELECT c.oid::regclass AS name, c.relkind
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'acctguard'
        JOIN pg_class c ON c.oid = d.objid
        WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_class'::regclass AND d.deptype = 'e'
    LOOP
        IF member.relkind = 'v' THEN
            EXECUTE format('ALTER VIEW %s OWNER TO acctguard_owner', member.name);
        END IF;
    END LOOP;
    FOR member IN
        SELECT t.oid::regtype AS name
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'acctguard'
        JOIN pg_type t ON t.oid = d.objid
        WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_type'::regclass AND d.deptype = 'e'
    LOOP
        EXECUTE format('ALTER TYPE %s OWNER TO acctguard_owner', member.name);
    END LOOP;
END
$owner$;

DO $purge$
DECLARE
    held record;
BEGIN
    FOR held IN
        SELECT 'ROUTINE ' || p.oid::regprocedure AS object, a.grantee
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'acctguard'
        JOIN pg_proc p ON p.oid = d.objid
        CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_proc'::regclass
          AND d.deptype = 'e' AND a.grantee <> p.proowner
        UNION
        SELECT 'TABLE ' || c.oid::regclass, a.grantee
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'acctguard'
        JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'v'
        CROSS JOIN LATERAL aclexplode(c.relacl) a
        WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_class'::regclass
          AND d.deptype = 'e' AND a.grantee <> c.relowner
        UNION
        SELECT 'TYPE ' || t.oid::regtype, a.grantee
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'acctguard'
        JOIN pg_type t ON t.oid = d.objid
        CROSS JOIN LATERAL aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) a
        WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_type'::regclass
          AND d.deptype = 'e' AND a.grantee <> t.typowner
        UNION
        SELECT 'SCHEMA acctguard', a.grantee
        FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a
        WHERE n.nspname = 'acctguard' AND a.grantee <> n.nspowner
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', held.object,
                       CASE WHEN held.grantee = 0 THEN 'PUBLIC' ELSE held.grantee::regrole::text END);
    END LOOP;
END
$purge$;

GRANT USAGE ON SCHEMA acctguard TO
    acctguard_app, acctguard_notifier, acctguard_risk, acctguard_moderator, acctguard_reviewer,
    acctguard_compliance, acctguard_auditor, acctguard_operator, acctguard_delegate;

-- everybody who works with acctguard
GRANT EXECUTE ON FUNCTION acctguard.errors(), acctguard.events() TO
    acctguard_app, acctguard_notifier, acctguard_risk, acctguard_moderator, acctguard_reviewer,
    acctguard_compliance, acctguard_auditor, acctguard_operator, acctguard_delegate;

-- back-office services
GRANT EXECUTE ON FUNCTION acctguard.acting_as(text, text) TO acctguard_delegate;

-- policy
GRANT EXECUTE ON FUNCTION acctguard.policy_set(text, text, jsonb, text) TO acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.policy_list(text) TO
    acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;

-- keys
GRANT EXECUTE ON FUNCTION
    acctguard.key_status(),
    acctguard.key_create(text),
    acctguard.key_rewrap(text, integer),
    acctguard.key_retire(integer),
    acctguard.subject_shred(bigint, text)
TO acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.key_status() TO acctguard_auditor;

-- the ledger
GRANT EXECUTE ON FUNCTION
    acctguard.audit_read(bigint, timestamptz, timestamptz, text, text, integer),
    acctguard.audit_encoding(bigint, integer)
TO acctguard_auditor, acctguard_compliance;

-- numbers
GRANT EXECUTE ON FUNCTION
    acctguard.number_canonical(text, text),
    acctguard.number_import(bigint, text, text, text, timestamptz, timestamptz),
    acctguard.number_release(bigint, integer, text, text),
    acctguard.number_provider_add(text, bytea, text[], text, timestamptz, timestamptz),
    acctguard.number_provider_end(text, integer, text, timestamptz),
    acctguard.tombstone_end(bigint, integer, text),
    acctguard.number_load_open(bytea, bytea, text),
    acctguard.number_load_clear(uuid),
    acctguard.number_repair(bigint, text, boolean)
TO acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.number_event(bytea, bytea, text) TO acctguard_app, acctguard_risk, acctguard_operator;
GRANT INSERT ON acctguard.number_load_input TO acctguard_operator;
GRANT EXECUTE ON PROCEDURE acctguard.number_event_load(uuid, integer) TO acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.number_check(bigint, integer, boolean),
    acctguard.number_loads(uuid), acctguard.number_load_refusals(uuid) TO
    acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.number_providers() TO acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.number_evidence(bigint, integer) TO
    acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.tombstone_list(bigint), acctguard.tombstone_find(text, text) TO
    acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.account_numbers(bigint) TO
    acctguard_app, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor,
    acctguard_operator;

-- flows
GRANT USAGE ON TYPE acctguard.outcome TO acctguard_app, acctguard_moderator, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.flow_codes(), acctguard.flow_transitions() TO
    acctguard_app, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.outcome_find(uuid) TO acctguard_moderator, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.code_send(uuid),
    acctguard.code_verify(uuid, text),
    acctguard.contact_verify_begin(bigint, integer, text, inet),
    acctguard.contact_verify_commit(uuid)
TO acctguard_app;

-- registration
GRANT EXECUTE ON FUNCTION acctguard.register_rules() TO
    acctguard_app, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor,
    acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.register_begin(text, text, inet, text, text), acctguard.register_question(uuid),
    acctguard.register_answer(uuid, text), acctguard.register_commit(uuid, text, bigint, text, text),
    acctguard.register_hold_object(text, uuid), acctguard.register_hint_set(bigint, text) TO acctguard_app;
GRANT EXECUTE ON FUNCTION acctguard.release_hold_list(bigint) TO
    acctguard_moderator, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.release_hold_end(bigint, text) TO acctguard_operator;

-- changing and unbinding a number
GRANT EXECUTE ON FUNCTION
    acctguard.rebind_transitions(),
    acctguard.rebind_preconditions(),
    acctguard.rebind_situations()
TO acctguard_app, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.rebind_begin(text, text, text, text, text, inet, bigint, text),
    acctguard.unbind_request(text, text, text, text, inet, bigint, text),
    acctguard.rebind_commit(text, integer),
    acctguard.rebind_settle(text, integer),
    acctguard.unbind_object(text, text),
    acctguard.unbind_cancel(text, integer),
    acctguard.trusted_number_add(text, text, text, text, inet, bigint, text),
    acctguard.trusted_number_confirm(text, uuid),
    acctguard.trusted_number_remove(text, integer),
    acctguard.number_reconfirm_begin(text, text, inet),
    acctguard.number_reconfirm(text, uuid),
    acctguard.device_disown(text, integer)
TO acctguard_app;
GRANT EXECUTE ON FUNCTION acctguard.unbind_execute(bigint, integer) TO acctguard_app, acctguard_moderator, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.trusted_number_list(bigint) TO
    acctguard_app, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.rebind_decide(bigint, integer, text, text) TO
    acctguard_moderator, acctguard_reviewer, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.unbind_list(bigint) TO
    acctguard_app, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;

-- the gate
GRANT EXECUTE ON FUNCTION acctguard.verification_methods(), acctguard.gates(), acctguard.verification_skips(),
    acctguard.assurance(jsonb, text[], text, text) TO
    acctguard_app, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.assurance_of(bigint, text[], text, text) TO
    acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;

GRANT EXECUTE ON FUNCTION acctguard.service_ticket_issue(bigint, text) TO
    acctguard_moderator, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.account_return(bigint, text) TO acctguard_app;

-- dormancy
GRANT EXECUTE ON FUNCTION acctguard.account_seen(bigint, timestamptz) TO acctguard_app;
GRANT EXECUTE ON FUNCTION acctguard.dormancy(bigint) TO
    acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.entitlement_register(text, text, text, text),
    acctguard.entitlement_remove(text, text),
    acctguard.entitlement_check(bigint)
TO acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.entitlement_sources() TO acctguard_auditor, acctguard_operator;

-- freezes
GRANT EXECUTE ON FUNCTION acctguard.freeze_transitions() TO
    acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor,
    acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.freeze_impose(bigint, text, text, text, text[], timestamptz, timestamptz, interval, jsonb, text, text,
        timestamptz, uuid, boolean, integer, text, jsonb, boolean, timestamptz, jsonb, text),
    acctguard.freeze_lift(bigint, integer, text, text, jsonb)
TO acctguard_app, acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.freeze_amend(bigint, integer, timestamptz, text[], text, timestamptz, text, jsonb, text, integer),
    acctguard.freeze_reject(bigint, integer, text)
TO acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.freeze_approve(bigint, integer),
    acctguard.freeze_stay(bigint, integer, text, timestamptz),
    acctguard.freeze_unstay(bigint, integer, text),
    acctguard.freeze_vacate(bigint, integer, text)
TO acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.freeze_satisfy(bigint, integer, text, jsonb) TO
    acctguard_app, acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.statement_of_reasons(timestamptz, timestamptz) TO
    acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.freeze_list(bigint) TO
    acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;

-- strikes, acknowledgments, risk, legal holds, scope freezes
GRANT EXECUTE ON FUNCTION acctguard.warn(bigint, text, integer, text, uuid, text) TO
    acctguard_risk, acctguard_moderator, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.strike_void(bigint, integer, text) TO
    acctguard_moderator, acctguard_reviewer, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.strike_list(bigint), acctguard.risk_list(bigint) TO
    acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.acknowledge(bigint, text, bytea, text, text) TO acctguard_app;
GRANT EXECUTE ON FUNCTION acctguard.acknowledgment_waive(bigint, integer, text) TO acctguard_moderator;
GRANT EXECUTE ON FUNCTION
    acctguard.risk_report(bigint, text, numeric, jsonb, uuid),
    acctguard.risk_clear(bigint, text)
TO acctguard_risk, acctguard_moderator, acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.legal_hold_place(bigint, text, text, text),
    acctguard.legal_hold_release(text, text, text)
TO acctguard_compliance;
GRANT EXECUTE ON FUNCTION acctguard.legal_hold_list(bigint) TO acctguard_compliance, acctguard_auditor;
GRANT EXECUTE ON FUNCTION
    acctguard.freeze_scope(jsonb, text, text, timestamptz, timestamptz, interval, text[], timestamptz, text),
    acctguard.scope_lift(integer, text),
    acctguard.scope_amend(integer, timestamptz, text)
TO acctguard_operator;
GRANT EXECUTE ON PROCEDURE
    acctguard.freeze_many(bigint[], text, text, text, interval, jsonb, uuid, integer, boolean, text[], text, text, text)
TO acctguard_risk, acctguard_moderator, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.batch_undo(uuid, text, text) TO
    acctguard_moderator, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.batch_status(uuid), acctguard.batch_refusals(uuid) TO
    acctguard_moderator, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.scope_list() TO
    acctguard_app, acctguard_notifier, acctguard_moderator, acctguard_reviewer, acctguard_compliance,
    acctguard_auditor, acctguard_operator;

-- appeals: the user's side, through the application
GRANT EXECUTE ON FUNCTION
    acctguard.appeal_submit(bigint, integer, text, text, text, text, text),
    acctguard.appeal_supplement(bigint, integer, text, text),
    acctguard.appeal_withdraw(bigint, integer, jsonb, text),
    acctguard.appeal_status(bigint, integer, text),
    acctguard.appeal_attach(bigint, integer, text, text, bytea, text),
    acctguard.appeal_attach_begin(bigint, integer, text, text, integer, text),
    acctguard.appeal_attach_append(bigint, integer, integer, integer, bytea, text),
    acctguard.appeal_attach_finish(bigint, integer, integer, bytea, text)
TO acctguard_app;
GRANT EXECUTE ON FUNCTION acctguard.appeal_reopen(bigint, integer, text, text) TO
    acctguard_app, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.appeal_ticket_issue(bigint, integer, text, jsonb) TO
    acctguard_app, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.appeal_revoke_claim(bigint, integer, text) TO
    acctguard_compliance, acctguard_operator;
-- appeals: the reviewers
GRANT EXECUTE ON FUNCTION
    acctguard.appeal_claim(integer),
    acctguard.appeal_claim(bigint, integer),
    acctguard.appeal_release(bigint, integer),
    acctguard.appeal_decide(bigint, integer, text, text, timestamptz, text[], boolean, boolean, boolean, integer)
TO acctguard_reviewer, acctguard_compliance, acctguard_operator, acctguard_risk;
GRANT EXECUTE ON FUNCTION
    acctguard.appeal_ask(bigint, integer, text[], timestamptz),
    acctguard.appeal_open_statement(bigint, integer),
    acctguard.appeal_material_list(bigint, integer),
    acctguard.appeal_open_material(bigint, integer, integer, integer, integer),
    acctguard.appeal_file(bigint, integer)
TO acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.appeal_sign(bigint, integer),
    acctguard.appeal_refuse_sign(bigint, integer, text)
TO acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.appeal_abuse_check(bigint) TO
    acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.appeal_open_review(bigint, integer, text) TO
    acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.appeal_queue(), acctguard.appeal_overdue(),
    acctguard.appeal_closed(timestamptz, bigint, integer, timestamptz, text, integer) TO
    acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.appeal_transitions() TO
    acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor,
    acctguard_operator;
-- sessions and devices
GRANT EXECUTE ON FUNCTION
    acctguard.session_open(bigint, jsonb, text[], boolean),
    acctguard.session_check(text),
    acctguard.session_bind(text),
    acctguard.current_account(),
    acctguard.current_session(),
    acctguard.session_refresh(text),
    acctguard.session_step_up(text, text[]),
    acctguard.session_revoke(text, integer),
    acctguard.session_revoke_others(text),
    acctguard.session_list(bigint),
    acctguard.device_challenge(bigint, text),
    acctguard.device_list(bigint),
    acctguard.device_trust(text, integer, boolean),
    acctguard.device_kick(text, integer, boolean)
TO acctguard_app;
GRANT EXECUTE ON FUNCTION
    acctguard.session_end(bigint, integer, text),
    acctguard.device_quarantine(bigint, integer, text)
TO acctguard_risk, acctguard_moderator, acctguard_compliance, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.session_list(bigint), acctguard.device_list(bigint) TO
    acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.access_codes(), acctguard.device_transitions() TO
    acctguard_app, acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;

-- operation
GRANT EXECUTE ON FUNCTION
    acctguard.audit_add_partitions(integer),
    acctguard.check_plans(),
    acctguard.tables_version(),
    acctguard.sweep(integer)
TO acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.worker_progress(), acctguard.worker_status() TO acctguard_operator, acctguard_auditor;
GRANT SELECT ON acctguard.progress TO acctguard_operator, acctguard_auditor;

-- enforcement: asking, and guarding tables (which are the caller's own)
GRANT EXECUTE ON FUNCTION
    acctguard.allowed(bigint, text, text),
    acctguard.require(bigint, text, text)
TO acctguard_app, acctguard_risk, acctguard_moderator, acctguard_reviewer, acctguard_compliance,
   acctguard_operator, acctguard_delegate;
GRANT EXECUTE ON FUNCTION
    acctguard.guard(regclass, name, text, text[], text, text, text, text),
    acctguard.unguard(regclass, name, text),
    acctguard.guard_check(),
    acctguard.filter_status(),
    acctguard.filter_clear()
TO acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.guard_triggers(),
    acctguard.account_columns(),
    acctguard.guard_health()
TO acctguard_operator, acctguard_auditor;
GRANT SELECT ON acctguard.guard_coverage TO acctguard_operator, acctguard_auditor;
GRANT EXECUTE ON FUNCTION acctguard.monitor_report(timestamptz) TO
    acctguard_moderator, acctguard_compliance, acctguard_auditor, acctguard_operator;
-- an account's life
GRANT EXECUTE ON FUNCTION
    acctguard.account_open(bigint, text, text, text, text, text, text, boolean),
    acctguard.account_activate(bigint),
    acctguard.account_request_close(bigint, text, jsonb),
    acctguard.account_cancel_close(bigint, jsonb),
    acctguard.account_change(bigint, text, text, text),
    acctguard.account_status(bigint),
    acctguard.standing(bigint)
TO acctguard_app;
GRANT EXECUTE ON FUNCTION
    acctguard.account_terminate(bigint, text),
    acctguard.account_reopen(bigint, text),
    acctguard.account_erase(bigint, text),
    acctguard.account_mark(bigint, integer, boolean, text, text, text, text),
    acctguard.account_adopt(regclass, name),
    acctguard.account_adopt_rows(anyarray),
    acctguard.account_adopted(text, text, bigint),
    acctguard.account_follow()
TO acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.account_status(bigint),
    acctguard.account_show(bigint),
    acctguard.standing(bigint),
    acctguard.explain(bigint, text, timestamptz),
    acctguard.account_transitions()
TO acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;

-- passwords
GRANT EXECUTE ON FUNCTION
    acctguard.password_set(text, text),
    acctguard.password_change(text, text, text),
    acctguard.password_codes()
TO acctguard_app;
GRANT EXECUTE ON FUNCTION acctguard.password_block_add(text[]) TO acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.credential_list(bigint),
    acctguard.password_codes()
TO acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;

-- attempts
GRANT EXECUTE ON FUNCTION
    acctguard.attempt_status(text, text),
    acctguard.attempt_clear(text, text, text)
TO acctguard_moderator, acctguard_compliance, acctguard_operator;

-- contacts and notices
GRANT EXECUTE ON FUNCTION
    acctguard.contact_add(bigint, text, text, text, boolean),
    acctguard.contact_remove(bigint, integer, text),
    acctguard.contact_list(bigint),
    acctguard.notice_prefer(bigint, text, text[]),
    acctguard.notice_preferences(bigint),
    acctguard.notice_inbox(bigint, boolean, integer),
    acctguard.notice_read(bigint, bigint)
TO acctguard_app;
GRANT EXECUTE ON FUNCTION
    acctguard.notice_claim(text, integer, interval),
    acctguard.notice_done(bigint, bigint, text),
    acctguard.notice_done(bigint[], bigint[], text[]),
    acctguard.notice_failed(bigint, bigint, text, boolean)
TO acctguard_notifier;
GRANT EXECUTE ON FUNCTION
    acctguard.contact_list(bigint),
    acctguard.notice_preferences(bigint),
    acctguard.notice_list(bigint),
    acctguard.notice_transitions()
TO acctguard_moderator, acctguard_reviewer, acctguard_compliance, acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.notice_dead(text, integer),
    acctguard.notice_coverage()
TO acctguard_auditor, acctguard_operator;
GRANT EXECUTE ON FUNCTION
    acctguard.contact_remove(bigint, integer, text),
    acctguard.notice_retry(bigint, bigint)
TO acctguard_operator;

-- after a restore
GRANT EXECUTE ON FUNCTION acctguard.post_restore(text, text) TO acctguard_operator;
GRANT EXECUTE ON FUNCTION acctguard.residence_status() TO acctguard_operator, acctguard_auditor;

-- what is wrong or weak
GRANT EXECUTE ON FUNCTION acctguard.config_findings(), acctguard.secret_functions(), acctguard.health() TO acctguard_operator, acctguard_auditor;
