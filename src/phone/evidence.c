/*-------------------------------------------------------------------------
 *
 * evidence.c
 *		What is known of the reassignment of a binding's number.
 *
 * Nothing is stored but what was said; the judgment is made anew each time, from
 * that, from the last proof, and from the clock.
 *
 * No locks, but for what is noted here, which is written under the number's.  Tables: number_event,
 * number_provider.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "phone/evidence.h"

/* A binding whose owner never proved it is as old as the binding itself. */
static TimestampTz
proof_of(const AgPhoneBinding *binding)
{
	return binding->last_owner_proof_at != DT_NOEND ? binding->last_owner_proof_at : binding->bound_at;
}

void
ag_evidence_of(const AgPhoneBinding *binding, TimestampTz at, AgEvidence *evidence)
{
	AgEvidenceTerms terms = {
		.answer_age = ag_policy_setting(AG_SETTING_ANSWER_AGE),
		.sim_risk = ag_policy_setting(AG_SETTING_SIM_RISK)
	};
	AgNumberEvent *events;
	int			count = ag_evidence_store_events(binding->number_id, &events);

	ag_evidence_judge(events, count, proof_of(binding), at, &terms, evidence);
}

/* Record what was said: for the locked account that has the number, or for none (NULL). */
void
ag_evidence_emit(AgAccount *account, int64 number_id, const AgNumberEvent *event,
				 const char *provider)
{
	AgFields   *fields = ag_fields_new();
	AgEvent		plain = {.action = AG_ACTION_NUMBER_EVIDENCE, .after = fields};

	ag_field_int(fields, "number", number_id);
	ag_field_int(fields, "event", event->no);
	ag_field_text(fields, "signal", ag_signal_name(event->signal));
	ag_field_text(fields, "answer", ag_answer_name(event->answer));
	ag_field_text(fields, "provider", provider);
	if (account == NULL)
		ag_event_emit(&plain);
	else
		ag_account_emit(account, plain.action, NULL, NULL, NULL, fields);
}

TimestampTz
ag_evidence_since(const AgPhoneBinding *binding)
{
	AgNumberEvent *events;
	int			count = ag_evidence_store_events(binding->number_id, &events);
	TimestampTz lost_at = ag_evidence_lost_at(events, count, proof_of(binding));

	return lost_at != DT_NOEND ? lost_at : proof_of(binding);
}

AgNumberEvent *
ag_evidence_note(AgNumber *number, AgSignal signal, TimestampTz occurred_at, TimestampTz at)
{
	AgNumberEvent *event = palloc(sizeof(AgNumberEvent));

	event->no = ++number->event_count;
	event->signal = signal;
	event->answer = AG_ANSWER_NONE;
	event->since = DT_NOEND;
	event->occurred_at = occurred_at;
	event->stated_at = at;
	if (!ag_evidence_store_insert(number->number_id, event, NULL, NULL, at))
		elog(ERROR, "event %d of a number is there already", event->no);
	return event;
}
