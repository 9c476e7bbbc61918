/*-------------------------------------------------------------------------
 *
 * evidence.h
 *		What is known of the reassignment of numbers, and what it means for a binding.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_EVIDENCE_H
#define AG_EVIDENCE_H

#include "phone/phone.h"

/* AG_SIGNAL(symbol, name in the table) */
#define AG_SIGNAL_LIST \
	AG_SIGNAL(RECYCLED, "recycled") \
	AG_SIGNAL(DISCONNECTED, "disconnected") \
	AG_SIGNAL(SIM_CHANGED, "sim_changed") \
	AG_SIGNAL(PORTED, "ported") \
	AG_SIGNAL(SUBSCRIBER_CHANGED, "subscriber_changed") \
	AG_SIGNAL(DELIVERY_FAILED, "delivery_failed") \
	AG_SIGNAL(CLAIM_OPENED, "claim_opened") \
	AG_SIGNAL(CLAIM_CLOSED, "claim_closed") \
	AG_SIGNAL(CLAIM_COMPLETED, "claim_completed")

#define AG_SIGNAL(symbol, name) AG_SIGNAL_##symbol,
typedef enum AgSignal
{
	AG_SIGNAL_LIST
	AG_SIGNAL_COUNT
} AgSignal;
#undef AG_SIGNAL

typedef enum AgAnswer
{
	AG_ANSWER_YES,
	AG_ANSWER_NO,
	AG_ANSWER_NO_DATA,
	AG_ANSWER_NONE				/* it is no answer */
} AgAnswer;

typedef struct AgNumberEvent
{
	int			no;
	AgSignal	signal;
	AgAnswer	answer;
	TimestampTz since;			/* asked about; DT_NOEND = not an answer */
	TimestampTz occurred_at;	/* DT_NOEND = an answer */
	TimestampTz stated_at;
} AgNumberEvent;

/* Has the number been given to somebody else?  Each outranks those before it. */
typedef enum AgReassignment
{
	AG_REASSIGNMENT_CLEAR,
	AG_REASSIGNMENT_UNKNOWN,
	AG_REASSIGNMENT_SUSPECTED,
	AG_REASSIGNMENT_CONFIRMED
} AgReassignment;

typedef struct AgEvidence
{
	AgReassignment reassignment;
	bool		sim_risk;		/* the SIM is younger than it should be */
	TimestampTz sim_risk_until;
	TimestampTz clear_until;	/* of AG_REASSIGNMENT_CLEAR */
	int			decided_by;		/* event; 0 = none */
} AgEvidence;

/*
 * evidence_rules.c
 */
extern const char *ag_signal_name(AgSignal signal);
extern AgSignal ag_signal_find(const char *name);	/* AG_SIGNAL_COUNT = none */
extern const char *ag_answer_name(AgAnswer answer); /* NULL = none */
extern AgAnswer ag_answer_find(const char *name);
extern const char *ag_reassignment_name(AgReassignment reassignment);

/* Lengths of time in seconds, as policy has them. */
typedef struct AgEvidenceTerms
{
	int64		answer_age;
	int64		sim_risk;
} AgEvidenceTerms;

/*
 * What events, in their order, mean at a time for somebody who proved the number last
 * at proof_at.
 */
extern void ag_evidence_judge(const AgNumberEvent *events, int count, TimestampTz proof_at,
							  TimestampTz at, const AgEvidenceTerms *terms, AgEvidence *evidence);

/* Since when who proved the number at proof_at has lost it, as far as anybody says so; DT_NOEND = nobody does. */
extern TimestampTz ag_evidence_lost_at(const AgNumberEvent *events, int count, TimestampTz proof_at);

/* Is it about something that was still to come when it was said? */
extern bool ag_evidence_is_early(const AgNumberEvent *event, TimestampTz said_at);

/* May a proof that is younger than the floor stand for its holder? */
extern bool ag_evidence_proof_is_young(const AgEvidence *evidence, TimestampTz proof_at,
									   TimestampTz at, int64 floor);

/*
 * evidence.c
 */
extern void ag_evidence_of(const AgPhoneBinding *binding, TimestampTz at, AgEvidence *evidence);
extern void ag_evidence_emit(AgAccount *account, int64 number_id, const AgNumberEvent *event,
							 const char *provider);

/* Since when it is not the owner's any more, or may not be: his last proof if nobody says. */
extern TimestampTz ag_evidence_since(const AgPhoneBinding *binding);

/*
 * What is seen here of a locked number: a new holder claims it, gives up, or has got it; a
 * message to it failed for good.  Returns the event.
 */
extern AgNumberEvent *ag_evidence_note(AgNumber *number, AgSignal signal, TimestampTz occurred_at,
									   TimestampTz at);

/*
 * undelivered.c
 */
extern void ag_undelivered_init(void);

/*
 * document.c: signed documents of providers.
 */
typedef enum AgDocumentResult
{
	AG_DOCUMENT_RECORDED,
	AG_DOCUMENT_UNKNOWN_NUMBER,
	AG_DOCUMENT_NOTHING,
	AG_DOCUMENT_FORGED,
	AG_DOCUMENT_MALFORMED,
	AG_DOCUMENT_AUDIENCE,
	AG_DOCUMENT_FUTURE,
	AG_DOCUMENT_EXPIRED,
	AG_DOCUMENT_REPLAYED
} AgDocumentResult;

#define AG_MOST_DOCUMENT 8192	/* bytes */
#define AG_MOST_JTI 255
#define AG_MOST_LINES INT64CONST(100000000) /* of a file */

typedef struct AgDocument
{
	AgNumberEvent event;
	char		e164[AG_E164_SIZE];
	char	   *format;
	char	   *audience;
	char	   *jti;
	TimestampTz expires_at;
	bool		says_nothing;	/* well-formed, and no event follows from it */
	int64		lines;			/* of the file it is about; 0 = it is about one number */
	uint8		digest[AG_SHA256_SIZE]; /* ... its SHA-256 */
} AgDocument;

/* Where on Earth a day begins first and last, in seconds of UTC. */
#define AG_EARLIEST_DAY (INT64CONST(-14) * SECS_PER_HOUR)
#define AG_LATEST_DAY (INT64CONST(12) * SECS_PER_HOUR)

extern bool ag_document_read(const char *data, Size length, AgDocument *document);

/* Clocks of providers may be fast by so much. */
#define AG_CLOCK_SKEW (60 * USECS_PER_SEC)

/* What a document is signed over, besides itself. */
#define AG_DOCUMENT_DOMAIN "acctguard/number-event/v1"

typedef struct AgProvider
{
	const char *provider;
	int			no;
	uint8		public_key[AG_PUBLIC_KEY_SIZE];
	List	   *formats;		/* char * */
	const char *audience;
	TimestampTz valid_from;
	TimestampTz valid_until;	/* DT_NOEND = open */
} AgProvider;

/*
 * document_check.c
 */
extern AgDocumentResult ag_document_take(const char *provider, bytea *data, bytea *signature,
										 TimestampTz at, AgDocument *document, AgProvider **key);
extern const char *ag_document_result_name(AgDocumentResult result);
extern void ag_document_emit_refusal(const char *provider, AgDocumentResult result);

/*
 * evidence_store.c
 */
extern AgStatementTable evidence_statements;

extern int	ag_evidence_store_events(int64 number_id, AgNumberEvent **events);
extern bool ag_evidence_store_insert(int64 number_id, const AgNumberEvent *event,
									 const AgProvider *provider, const char *jti, TimestampTz at);
extern bool ag_evidence_store_seen(const char *provider, const char *jti);
extern List *ag_provider_store_keys(const char *provider, TimestampTz at);	/* AgProvider * */
extern int	ag_provider_store_next(const char *provider);
extern bool ag_provider_store_insert(const AgProvider *provider, ArrayType *formats,
									 const char *person, TimestampTz at);
extern bool ag_provider_store_end(const char *provider, int no, TimestampTz ended_at,
								  const char *person, const char *reason);
extern bool ag_provider_store_exists(const char *provider, int no);
extern AgResult *ag_provider_store_report(void);

#endif							/* AG_EVIDENCE_H */
