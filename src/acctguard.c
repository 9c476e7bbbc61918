/*-------------------------------------------------------------------------
 *
 * acctguard.c
 *		Module magic, and _PG_init: one call per module, in rank order.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "account/account.h"
#include "appeal/appeal.h"
#include "attempt/attempt.h"
#include "audit/audit.h"
#include "base/base.h"
#include "capability/capability.h"
#include "crypto/crypto.h"
#include "dormancy/dormancy.h"
#include "enforce/enforce.h"
#include "event/event.h"
#include "flow/flow.h"
#include "fmgr.h"
#include "freeze/freeze.h"
#include "identity/identity.h"
#include "guc.h"
#include "identity/password.h"
#include "keyring/keyring.h"
#include "lifecycle/lifecycle.h"
#include "outbox/outbox.h"
#include "phone/check.h"
#include "phone/evidence.h"
#include "phone/forget.h"
#include "phone/load.h"
#include "phone/phone.h"
#include "phone/tombstone.h"
#include "policy/policy.h"
#include "rebind/rebind.h"
#include "redact/redact.h"
#include "register/register.h"
#include "restore/restore.h"
#include "session/session.h"
#include "worker/worker.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	ag_redact_init();			/* what the others say while they begin is redacted, too */
	ag_clock_init();
	ag_guc_init();
	ag_actor_init();
	ag_installation_init();
	ag_residence_init();
	ag_resolve_init();
	ag_crypto_init();
	ag_policy_init();
	ag_keyring_init();
	ag_audit_init();
	ag_account_probe_init();
	ag_attempt_init();
	ag_outbox_init();
	ag_freeze_notice_init();
	ag_freeze_ban_init();
	ag_freeze_overdue_init();
	ag_lifecycle_notice_init();
	ag_standing_init();
	ag_session_probe_init();
	ag_session_bind_init();
	ag_password_init();
	ag_password_notice_init();
	ag_dormancy_init();
	ag_scope_init();
	ag_appeal_init();
	ag_filter_init();
	ag_number_init();
	ag_undelivered_init();
	ag_flow_init();
	ag_code_init();
	ag_claim_init();
	ag_hint_init();
	ag_register_notice_init();
	ag_register_stop_init();
	ag_rebind_init();
	ag_rebind_message_init();
	ag_rebind_notice_init();
	ag_guard_cache_init();
	ag_memory_init();
	ag_writes_init();
	ag_barrier_init();
	ag_commit_init();
	ag_coverage_init();
	ag_worker_init();
	ag_shmem_init();

	ag_plan_register(&residence_statements);
	ag_plan_register(&policy_statements);
	ag_plan_register(&policy_write_statements);
	ag_plan_register(&keyring_statements);
	ag_plan_register(&ledger_statements);
	ag_plan_register(&account_statements);
	ag_plan_register(&attempt_statements);
	ag_plan_register(&contact_statements);
	ag_plan_register(&notice_statements);
	ag_plan_register(&standing_statements);
	ag_plan_register(&number_statements);
	ag_plan_register(&binding_statements);
	ag_plan_register(&tombstone_statements);
	ag_plan_register(&load_statements);
	ag_plan_register(&forget_statements);
	ag_plan_register(&check_statements);
	ag_plan_register(&session_statements);
	ag_plan_register(&device_statements);
	ag_plan_register(&evidence_statements);
	ag_plan_register(&credential_statements);
	ag_plan_register(&service_ticket_statements);
	ag_plan_register(&dormancy_statements);
	ag_plan_register(&freeze_statements);
	ag_plan_register(&freeze_version_statements);
	ag_plan_register(&freeze_sweep_statements);
	ag_plan_register(&strike_statements);
	ag_plan_register(&acknowledgment_statements);
	ag_plan_register(&risk_statements);
	ag_plan_register(&hold_statements);
	ag_plan_register(&scope_statements);
	ag_plan_register(&batch_statements);
	ag_plan_register(&appeal_statements);
	ag_plan_register(&appeal_step_statements);
	ag_plan_register(&appeal_material_statements);
	ag_plan_register(&appeal_file_statements);
	ag_plan_register(&appeal_ticket_statements);
	ag_plan_register(&flow_statements);
	ag_plan_register(&code_statements);
	ag_plan_register(&register_statements);
	ag_plan_register(&rebind_statements);
	ag_plan_register(&number_message_statements);
	ag_plan_register(&enforce_statements);
	ag_plan_register(&restore_statements);
	ag_plan_register(&worker_statements);
}
