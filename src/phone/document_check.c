/*-------------------------------------------------------------------------
 *
 * document_check.c
 *		Is a document signed by whom it claims to be from, for us, now, for the first time?
 *
 * The order is: signature, form, times, replay; nothing of a document is looked at
 * before its signature is found right.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "phone/load.h"

/* Longest time for which a document may be valid. */
#define LONGEST_VALIDITY (INT64CONST(30) * SECS_PER_DAY * USECS_PER_SEC)

static const char *const result_names[] = {
	[AG_DOCUMENT_RECORDED] = "RECORDED",
	[AG_DOCUMENT_UNKNOWN_NUMBER] = "UNKNOWN_NUMBER",
	[AG_DOCUMENT_NOTHING] = "NOTHING_FOLLOWS",
	[AG_DOCUMENT_FORGED] = "FORGED",
	[AG_DOCUMENT_MALFORMED] = "MALFORMED",
	[AG_DOCUMENT_AUDIENCE] = "OTHER_AUDIENCE",
	[AG_DOCUMENT_FUTURE] = "FUTURE",
	[AG_DOCUMENT_EXPIRED] = "EXPIRED",
	[AG_DOCUMENT_REPLAYED] = "REPLAYED"
};

const char *
ag_document_result_name(AgDocumentResult result)
{
	return result_names[result];
}

/* The key that signed the document; NULL: none that is valid. */
static AgProvider *
find_signer(const char *provider, bytea *document, bytea *signature, TimestampTz at)
{
	StringInfoData signed_text;
	ListCell   *cell;

	if (VARSIZE_ANY_EXHDR(signature) != AG_SIGNATURE_SIZE)
		return NULL;
	initStringInfo(&signed_text);
	appendBinaryStringInfo(&signed_text, AG_DOCUMENT_DOMAIN, sizeof(AG_DOCUMENT_DOMAIN));
	appendBinaryStringInfo(&signed_text, provider, (int) strlen(provider) + 1);
	appendBinaryStringInfo(&signed_text, VARDATA_ANY(document), (int) VARSIZE_ANY_EXHDR(document));
	foreach(cell, ag_provider_store_keys(provider, at))
	{
		AgProvider *key = lfirst(cell);

		if (ag_verify((uint8 *) VARDATA_ANY(signature), signed_text.data, signed_text.len,
					  key->public_key))
			return key;
	}
	return NULL;
}

static bool
has_format(const AgProvider *key, const char *format)
{
	ListCell   *cell;

	foreach(cell, key->formats)
		if (strcmp(lfirst(cell), format) == 0)
		return true;
	return false;
}

/* What is wrong with a document that was signed and read; RECORDED = nothing. */
static AgDocumentResult
check_document(const AgDocument *document, const AgProvider *key, TimestampTz at)
{
	const AgNumberEvent *event = &document->event;

	if (!has_format(key, document->format))
		return AG_DOCUMENT_FORGED;
	if (strcmp(document->audience, key->audience) != 0)
		return AG_DOCUMENT_AUDIENCE;
	if (event->stated_at > at + AG_CLOCK_SKEW || ag_evidence_is_early(event, at))
		return AG_DOCUMENT_FUTURE;
	if (document->expires_at <= at || document->expires_at > event->stated_at + LONGEST_VALIDITY)
		return AG_DOCUMENT_EXPIRED;
	if (ag_evidence_store_seen(key->provider, document->jti) ||
		ag_load_store_seen(key->provider, document->jti))
		return AG_DOCUMENT_REPLAYED;
	return document->says_nothing ? AG_DOCUMENT_NOTHING : AG_DOCUMENT_RECORDED;
}

AgDocumentResult
ag_document_take(const char *provider, bytea *data, bytea *signature, TimestampTz at,
				 AgDocument *document, AgProvider **key)
{
	*key = find_signer(provider, data, signature, at);
	if (*key == NULL)
		return AG_DOCUMENT_FORGED;
	if (!ag_document_read(VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data), document))
		return AG_DOCUMENT_MALFORMED;
	return check_document(document, *key, at);
}

void
ag_document_emit_refusal(const char *provider, AgDocumentResult result)
{
	AgFields   *fields = ag_fields_new();
	AgEvent		event = {
		.action = AG_ACTION_NUMBER_DOCUMENT_REFUSED,
		.outcome = AG_OUTCOME_REFUSED,
		.after = fields
	};

	ag_field_text(fields, "provider", provider);
	ag_field_text(fields, "code", result_names[result]);
	ag_event_emit(&event);
}
