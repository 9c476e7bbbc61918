/*-------------------------------------------------------------------------
 *
 * event.h
 *		The catalogue of everything that can happen, and its way to the sinks.
 *
 * A use-case ends with ag_event_emit().  Sinks (the ledger; later the outbox) are
 * registered at load and called in the caller's transaction, so an event exists
 * exactly when the change it tells of exists.
 *
 * Codes are stored in the ledger and never change or get reused.  Hundreds as in
 * base/errors.h: 0 installation, 1 freezes, 2 appeals, 3 numbers and flows,
 * 4 access, 5 audit, 6 accounts and policy, 7 notices and contacts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_EVENT_H
#define AG_EVENT_H

#include "base/base.h"

/* AG_ACTION(symbol, code, name, what it records) */
#define AG_ACTION_LIST \
	AG_ACTION(INSTALLED, 1, "installation.installed", "the tables were created or migrated") \
	AG_ACTION(RESTORED, 2, "installation.restored", \
			  "an operator said what became of a database that was restored, copied or upgraded") \
	AG_ACTION(KEY_CREATED, 10, "key.created", "a data key was made and is the active one") \
	AG_ACTION(KEY_REWRAPPED, 11, "key.rewrapped", "keys or rows were moved under the newest key") \
	AG_ACTION(KEY_RETIRED, 12, "key.retired", "a data key was destroyed after its last use") \
	AG_ACTION(SUBJECT_SHREDDED, 13, "key.subject_shredded", "the key of an account was destroyed") \
	AG_ACTION(FREEZE_PROPOSED, 100, "freeze.proposed", "a freeze waits for a second person") \
	AG_ACTION(FREEZE_IMPOSED, 101, "freeze.imposed", "a freeze was imposed or scheduled") \
	AG_ACTION(FREEZE_APPROVED, 102, "freeze.approved", "a second person approved a proposal") \
	AG_ACTION(FREEZE_REJECTED, 103, "freeze.rejected", "a proposal was rejected or withdrawn") \
	AG_ACTION(FREEZE_AMENDED, 104, "freeze.amended", "a freeze got a new version") \
	AG_ACTION(FREEZE_LIFTED, 105, "freeze.lifted", "a freeze was lifted or cancelled") \
	AG_ACTION(FREEZE_CONDITION_MET, 106, "freeze.condition_met", "the condition of a freeze was met") \
	AG_ACTION(FREEZE_STAYED, 107, "freeze.stayed", "the effect of a freeze was suspended") \
	AG_ACTION(FREEZE_UNSTAYED, 108, "freeze.unstayed", "the effect of a freeze was restored") \
	AG_ACTION(FREEZE_SUPERSEDED, 109, "freeze.superseded", "another freeze took a freeze's place") \
	AG_ACTION(FREEZE_VACATED, 110, "freeze.vacated", "a decision was annulled") \
	AG_ACTION(WARNED, 111, "freeze.warned", "a warning was given") \
	AG_ACTION(ACKNOWLEDGED, 112, "freeze.acknowledged", "the user acknowledged the rules") \
	AG_ACTION(ACKNOWLEDGMENT_WAIVED, 113, "freeze.acknowledgment_waived", \
			  "staff waived the acknowledgment") \
	AG_ACTION(RISK_REPORTED, 114, "freeze.risk_reported", "a risk signal was counted") \
	AG_ACTION(HOLD_PLACED, 115, "freeze.hold_placed", "a legal hold was placed") \
	AG_ACTION(HOLD_RELEASED, 116, "freeze.hold_released", "a legal hold was released") \
	AG_ACTION(SCOPE_FROZEN, 117, "freeze.scope_frozen", "a scope of accounts was frozen") \
	AG_ACTION(SCOPE_LIFTED, 118, "freeze.scope_lifted", "a scope freeze was lifted or cancelled") \
	AG_ACTION(STRIKE_ADDED, 119, "freeze.strike_added", "a strike was added") \
	AG_ACTION(STRIKE_VOIDED, 120, "freeze.strike_voided", "a strike was voided") \
	AG_ACTION(SESSION_EFFECT, 121, "freeze.session_effect", \
			  "a freeze locks or revokes the sessions of the account") \
	AG_ACTION(RISK_CLEARED, 130, "freeze.risk_cleared", "the risk was declared over") \
	AG_ACTION(LADDER_UNSUPPORTED, 131, "freeze.ladder_unsupported", \
			  "a ladder freeze that a person took over lost its strikes and awaits review") \
	AG_ACTION(SCOPE_AMENDED, 132, "freeze.scope_amended", "a scope freeze was given another end") \
	AG_ACTION(SCOPE_OVER, 133, "freeze.scope_over", "a scope freeze is over") \
	AG_ACTION(FREEZE_ENDORSED, 122, "freeze.endorsed", "a person took over an automated proposal") \
	AG_ACTION(FREEZE_AMENDMENT_PROPOSED, 123, "freeze.amendment_proposed", \
			  "a harsher version waits for a second person") \
	AG_ACTION(FREEZE_AMENDMENT_REJECTED, 124, "freeze.amendment_rejected", \
			  "a harsher version was rejected or withdrawn") \
	AG_ACTION(FREEZE_VACATE_PROPOSED, 125, "freeze.vacate_proposed", \
			  "the annulment of a decision waits for a second person") \
	AG_ACTION(FREEZE_CLOSED, 126, "freeze.closed", "a freeze ended because its account was erased") \
	AG_ACTION(FREEZE_STARTED, 140, "freeze.started", "a scheduled freeze took effect by the clock") \
	AG_ACTION(FREEZE_EXPIRED, 141, "freeze.expired", "a freeze ended by the clock") \
	AG_ACTION(FREEZE_PROPOSAL_LAPSED, 142, "freeze.proposal_lapsed", \
			  "nobody approved a proposal in time") \
	AG_ACTION(FREEZE_STAY_ENDED, 143, "freeze.stay_ended", \
			  "the effect of a stayed freeze came back by the clock") \
	AG_ACTION(FREEZE_PROBATION_ENDED, 144, "freeze.probation_ended", \
			  "the probation that a freeze left is over") \
	AG_ACTION(FREEZE_ACKNOWLEDGMENT_WANTED, 145, "freeze.acknowledgment_wanted", \
			  "a freeze is over and the rules have to be acknowledged") \
	AG_ACTION(FREEZE_DISCLOSED, 146, "freeze.disclosed", \
			  "the reasons of a freeze are no longer withheld from the user") \
	AG_ACTION(MONEY_WAITS, 147, "freeze.money_waits", \
			  "the gate T4 was passed, and money moves only later") \
	AG_ACTION(APPEAL_OPENED, 200, "appeal.opened", "a review of a freeze was opened") \
	AG_ACTION(APPEAL_SUBMITTED, 201, "appeal.submitted", "the user appealed") \
	AG_ACTION(APPEAL_CLAIMED, 202, "appeal.claimed", "a reviewer took a case") \
	AG_ACTION(APPEAL_RELEASED, 203, "appeal.released", "a reviewer gave a case back") \
	AG_ACTION(APPEAL_ASKED, 204, "appeal.material_wanted", "the reviewer asked for material") \
	AG_ACTION(APPEAL_SUPPLEMENTED, 205, "appeal.supplemented", "the user added to his appeal") \
	AG_ACTION(APPEAL_MATERIAL, 206, "appeal.material_added", "the user added material") \
	AG_ACTION(APPEAL_DECISION_PROPOSED, 207, "appeal.decision_proposed", \
			  "a decision waits for a second reviewer") \
	AG_ACTION(APPEAL_DECIDED, 208, "appeal.decided", "a case was decided") \
	AG_ACTION(APPEAL_SIGN_REFUSED, 209, "appeal.sign_refused", "the second reviewer did not sign") \
	AG_ACTION(APPEAL_WITHDRAWN, 210, "appeal.withdrawn", "the user took his appeal back") \
	AG_ACTION(APPEAL_LAPSED, 211, "appeal.lapsed", "the material did not come in time") \
	AG_ACTION(APPEAL_MOOT, 212, "appeal.moot", "there is nothing left to decide") \
	AG_ACTION(APPEAL_REOPENED, 213, "appeal.reopened", "a closed case was taken up again") \
	AG_ACTION(APPEAL_MOVED, 214, "appeal.moved", "a case moved to the freeze that replaces its freeze") \
	AG_ACTION(APPEAL_STATEMENT_OPENED, 215, "appeal.statement_opened", "a reviewer read what was written") \
	AG_ACTION(APPEAL_MATERIAL_OPENED, 216, "appeal.material_opened", "a reviewer opened material") \
	AG_ACTION(APPEAL_FILE_READ, 217, "appeal.file_read", "a reviewer read the file of the account") \
	AG_ACTION(APPEAL_OVERDUE, 218, "appeal.overdue", "a case was not decided in time") \
	AG_ACTION(APPEAL_TICKET_PROPOSED, 219, "appeal.ticket_proposed", "a ticket waits for a second person") \
	AG_ACTION(APPEAL_TICKET_ISSUED, 220, "appeal.ticket_issued", \
			  "somebody who cannot log in got a ticket for an appeal") \
	AG_ACTION(APPEAL_REMINDED, 221, "appeal.reminded", "the deadline of the material comes near") \
	AG_ACTION(APPEAL_RESUMED, 222, "appeal.resumed", "a review goes on without the material") \
	AG_ACTION(APPEAL_DISCLOSED, 223, "appeal.disclosed", \
			  "the decision of a case is no longer withheld from the user") \
	AG_ACTION(APPEAL_CLAIM_REVOKED, 224, "appeal.claim_revoked", "a case was taken away from its reviewer") \
	AG_ACTION(NUMBER_BOUND, 300, "number.bound", "a phone number was bound to the account") \
	AG_ACTION(NUMBER_RELEASED, 301, "number.released", "a phone number left the account") \
	AG_ACTION(NUMBER_EVIDENCE, 302, "number.evidence", \
			  "a provider said something about who has the number") \
	AG_ACTION(NUMBER_DOCUMENT_REFUSED, 303, "number.document_refused", \
			  "a document about a number was forged, late, or not for us") \
	AG_ACTION(PROVIDER_ADDED, 304, "number.provider_added", "a key of a provider was added") \
	AG_ACTION(PROVIDER_ENDED, 305, "number.provider_ended", "a key of a provider was ended") \
	AG_ACTION(CODE_SENT, 312, "code.sent", "a one-time code was written for a number or an address") \
	AG_ACTION(TOMBSTONE_ENDED, 330, "number.tombstone_ended", \
			  "a number that a banned account had lost is free for a fresh start") \
	AG_ACTION(FLOW_OUTCOME, 310, "flow.outcome", "a function of a flow answered") \
	AG_ACTION(FLOW_OUTCOME_READ, 311, "flow.outcome_read", "service desk looked an answer up") \
	AG_ACTION(NUMBER_FORGOTTEN, 331, "number.forgotten", \
			  "a number that only erased accounts had was forgotten") \
	AG_ACTION(NUMBER_REPAIRED, 334, "number.repaired", "what did not fit together about a number was mended") \
	AG_ACTION(LOAD_OPENED, 332, "number.load_opened", "a carrier's file was announced") \
	AG_ACTION(LOAD_FINISHED, 333, "number.load_finished", "a carrier's file was recorded") \
	AG_ACTION(NUMBER_CLAIMED, 340, "register.claimed", \
			  "a new account waits for the number, and its present owner is asked") \
	AG_ACTION(CLAIM_WAITING, 341, "register.waiting", "a new account waits for a number") \
	AG_ACTION(CLAIM_NOTED, 342, "register.noted", \
			  "the owner objected to a claim with less than it takes") \
	AG_ACTION(CLAIM_KEPT, 343, "register.kept", "the owner of a claimed number keeps it") \
	AG_ACTION(CLAIM_LOST, 344, "register.refused", \
			  "a claim to a number ended, and the claimant did not get it") \
	AG_ACTION(NUMBER_LOST, 345, "register.lost", \
			  "the number of the account was registered with by its new holder") \
	AG_ACTION(NUMBER_GAINED, 346, "register.gained", "the number a new account waited for is its") \
	AG_ACTION(REGISTERED, 347, "register.registered", "an account was registered with a number") \
	AG_ACTION(TRUST_LOST, 348, "register.untrusted", \
			  "a trusted number of the account has a new holder and is trusted no longer") \
	AG_ACTION(HINTED, 349, "register.hinted", \
			  "hints about the account were shown to somebody who proved its number") \
	AG_ACTION(REBIND_REQUESTED, 350, "rebind.requested", "the user asked for another number, or for none") \
	AG_ACTION(REBIND_COOLING, 351, "rebind.cooling", "a request about a number waits for objections") \
	AG_ACTION(REBIND_CONTESTED, 352, "rebind.contested", "the old number objected to a request") \
	AG_ACTION(REBIND_SETTLED, 353, "rebind.settled", "an objection to a request was overcome") \
	AG_ACTION(REBIND_DISOWNED, 354, "rebind.disowned", "the owner says that a request was not his") \
	AG_ACTION(REBIND_CANCELLED, 355, "rebind.cancelled", "a request about a number was cancelled") \
	AG_ACTION(REBIND_STOPPED, 356, "rebind.stopped", \
			  "a request about a number was not carried out, because what it takes does not hold any more") \
	AG_ACTION(REBIND_EXECUTED, 357, "rebind.executed", "a request about a number was carried out") \
	AG_ACTION(REBIND_AGREED, 358, "rebind.agreed", "service agreed to a request of a special account") \
	AG_ACTION(NUMBER_TOLD, 359, "rebind.number_told", "a number was told of a request") \
	AG_ACTION(TRUSTED_NUMBER_ADDED, 360, "trusted.added", "a trusted number was added") \
	AG_ACTION(TRUSTED_NUMBER_REMOVED, 361, "trusted.removed", "a trusted number was removed") \
	AG_ACTION(NUMBER_ASKED, 362, "number.asked", "the owner was asked whether the number is still his") \
	AG_ACTION(NUMBER_CONFIRMED, 363, "number.confirmed", \
			  "the owner says, or has proved, that the number is still his") \
	AG_ACTION(MONITORED, 400, "enforce.monitored", "a monitored freeze would have refused this") \
	AG_ACTION(GUARDED, 401, "enforce.guarded", "a guard was put on a table") \
	AG_ACTION(UNGUARDED, 402, "enforce.unguarded", "a guard was taken off a table") \
	AG_ACTION(SESSION_OPENED, 410, "session.opened", "a session was opened") \
	AG_ACTION(SESSION_REFRESHED, 411, "session.refreshed", "a session's token was exchanged") \
	AG_ACTION(SESSION_ENDED, 412, "session.ended", "a session was ended") \
	AG_ACTION(SESSIONS_ENDED, 413, "session.all_ended", "all sessions, or all others, were ended") \
	AG_ACTION(SESSION_STEPPED_UP, 414, "session.stepped_up", "a session's holder gave a stronger proof") \
	AG_ACTION(SESSION_REUSED, 415, "session.reused", \
			  "an exchanged token came back: two hold it, and the session was ended") \
	AG_ACTION(DEVICE_ENROLLED, 416, "device.enrolled", "a device was seen for the first time, or anew") \
	AG_ACTION(DEVICE_TRUSTED, 417, "device.trusted", "the owner trusts a device") \
	AG_ACTION(DEVICE_UNTRUSTED, 418, "device.untrusted", "the owner trusts a device no longer") \
	AG_ACTION(DEVICE_KICKED, 419, "device.kicked", "a device was kicked off") \
	AG_ACTION(DEVICE_LOST, 420, "device.lost", "a device was reported lost") \
	AG_ACTION(DEVICE_QUARANTINED, 421, "device.quarantined", "a device was quarantined") \
	AG_ACTION(DEVICE_DISOWNED, 422, "device.disowned", \
			  "the owner says that a device is not his: what came with it was taken back") \
	AG_ACTION(ATTEMPTS_SEEN, 430, "attempt.seen", "staff looked at the failed attempts of a subject") \
	AG_ACTION(ATTEMPTS_CLEARED, 431, "attempt.cleared", "the failed attempts of a subject were forgotten") \
	AG_ACTION(SERVICE_TICKET_PROPOSED, 460, "service_ticket.proposed", \
			  "somebody of the service vouches for an owner, and a second person has to") \
	AG_ACTION(SERVICE_TICKET_ISSUED, 461, "service_ticket.issued", \
			  "two persons of the service vouch for the owner of the account") \
	AG_ACTION(SERVICE_TICKET_USED, 462, "service_ticket.used", "a service ticket was used up in a claim") \
	AG_ACTION(PASSWORD_SET, 440, "password.set", "a password was set or changed") \
	AG_ACTION(AUDIT_READ, 500, "audit.read", "the ledger was read") \
	AG_ACTION(ACCOUNT_OPENED, 600, "account.opened", "an account was opened or adopted") \
	AG_ACTION(ACCOUNT_ACTIVATED, 601, "account.activated", "a pending account became active") \
	AG_ACTION(ACCOUNT_CLOSE_REQUESTED, 602, "account.close_requested", "the user asked to close") \
	AG_ACTION(ACCOUNT_CLOSE_CANCELLED, 603, "account.close_cancelled", "the user stays") \
	AG_ACTION(ACCOUNT_TERMINATE_PROPOSED, 604, "account.terminate_proposed", \
			  "termination waits for a second person") \
	AG_ACTION(ACCOUNT_TERMINATED, 605, "account.terminated", "the account was closed after a final ban") \
	AG_ACTION(ACCOUNT_REOPEN_PROPOSED, 606, "account.reopen_proposed", \
			  "reopening waits for a second person") \
	AG_ACTION(ACCOUNT_REOPENED, 607, "account.reopened", "a closed account was reopened") \
	AG_ACTION(ACCOUNT_ERASED, 608, "account.erased", "the account's data were erased") \
	AG_ACTION(ACCOUNT_CHANGED, 609, "account.changed", "an attribute of the account was changed") \
	AG_ACTION(TABLE_ADOPTED, 610, "account.table_adopted", "a table of users was adopted") \
	AG_ACTION(ACCOUNT_CLOSED, 611, "account.closed", "the time for changing one's mind has passed") \
	AG_ACTION(ACCOUNT_DISCARDED, 612, "account.discarded", \
			  "an account that was never activated lost its number to its next holder") \
	AG_ACTION(POLICY_SET, 620, "policy.set", "a policy item got a new version") \
	AG_ACTION(ENTITLEMENT_REGISTERED, 640, "entitlement.registered", \
			  "a query that counts what accounts have to lose was registered") \
	AG_ACTION(ENTITLEMENT_REMOVED, 641, "entitlement.removed", \
			  "a query that counts what accounts have to lose was removed") \
	AG_ACTION(DORMANCY_NEAR, 642, "dormancy.near", "the owner was asked for a sign of life") \
	AG_ACTION(OWNER_RETURNED, 643, "dormancy.returned", \
			  "the owner of a protected account came back, and its protection ended") \
	AG_ACTION(OWNER_SEEN, 644, "dormancy.seen", "the application has seen the owner of the account") \
	AG_ACTION(CONTACT_ADDED, 700, "contact.added", "an address for notices was added") \
	AG_ACTION(CONTACT_REMOVED, 701, "contact.removed", "an address for notices was removed") \
	AG_ACTION(CONTACT_VERIFIED, 702, "contact.verified", \
			  "an address for notices was proved to be the user's") \
	AG_ACTION(CONTACTS_FORGOTTEN, 703, "contact.forgotten", \
			  "every address of an erased account was removed") \
	AG_ACTION(NOTICE_PREFERRED, 704, "notice.preferred", \
			  "the user chose the channels of a class of notices") \
	AG_ACTION(NOTICES_CLAIMED, 710, "notice.claimed", "addresses were handed to a notifier") \
	AG_ACTION(NOTICE_DEAD, 711, "notice.dead", "a notice was given up") \
	AG_ACTION(NOTICE_RETRIED, 712, "notice.retried", "a notice that was given up is tried again")

#define AG_ACTION(symbol, code, name, meaning) AG_ACTION_##symbol = (code),
typedef enum AgAction
{
	AG_ACTION_LIST
} AgAction;
#undef AG_ACTION

typedef enum AgOutcome
{
	AG_OUTCOME_DONE = 0,
	AG_OUTCOME_REFUSED = 1,
	AG_OUTCOME_FAILED = 2
} AgOutcome;

/*
 * Named, typed values of an event: what was, what is.  Built with ag_fields_new()
 * and the setters; NULL and infinite values are left out.
 */
typedef enum AgFieldType
{
	AG_FIELD_INT = 1,			/* int64 */
	AG_FIELD_BOOL = 2,
	AG_FIELD_TIME = 3,			/* microseconds since 2000-01-01 UTC */
	AG_FIELD_TEXT = 4,			/* UTF-8 in the encoding, server encoding in memory */
	AG_FIELD_BYTES = 5
} AgFieldType;

typedef struct AgField
{
	const char *name;			/* [a-z_]+, at most 63 bytes */
	AgFieldType type;
	int64		number;			/* AG_FIELD_INT, _BOOL, _TIME */
	const char *data;			/* AG_FIELD_TEXT, _BYTES */
	Size		length;
} AgField;

typedef struct AgFields
{
	int			count;
	int			allocated;
	AgField    *field;
} AgFields;

extern AgFields *ag_fields_new(void);
extern void ag_field_int(AgFields *fields, const char *name, int64 value);
extern void ag_field_bool(AgFields *fields, const char *name, bool value);
extern void ag_field_time(AgFields *fields, const char *name, TimestampTz value);
extern void ag_field_text(AgFields *fields, const char *name, const char *value);
extern void ag_field_bytes(AgFields *fields, const char *name, const void *data, Size length);

extern const AgField *ag_field_find(const AgFields *fields, const char *name);	/* NULL = none */

typedef struct AgEvent
{
	AgAction	action;
	int64		account_id;		/* 0 = no account */
	int64		aseq;			/* the account's version counter after the act; 0 = none */
	AgOutcome	outcome;
	const char *reason;			/* why, in words; may be NULL */
	const char *idempotency_key;	/* may be NULL */
	const AgFields *before;		/* may be NULL */
	const AgFields *after;		/* may be NULL */
	struct AgAccount *account;	/* the locked account, for sinks; or NULL */
} AgEvent;

/* A sink writes its own record of the event in the caller's transaction. */
typedef void (*AgEventSink) (const AgEvent *event, const AgActor *actor, TimestampTz at);

extern void ag_event_register_sink(AgEventSink sink);
extern void ag_event_emit(const AgEvent *event);
extern const char *ag_action_name(int code);	/* NULL for an unknown code */
extern int	ag_action_code(const char *name);	/* 0 for an unknown name */
extern void ag_event_list(ReturnSetInfo *rsinfo);

#endif							/* AG_EVENT_H */
