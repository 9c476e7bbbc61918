/*-------------------------------------------------------------------------
 *
 * appeal_seal.c
 *		What people wrote, sealed with the key of the account.
 *
 * A text is its length (4 bytes, big-endian), itself, and zeros up to the next 256
 * bytes, so that its ciphertext does not tell how long it is.  It opens only as the
 * field and the row of the case of the account it was sealed for.
 *
 * Memory: results in the caller's context; what was only needed in between is wiped.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "port/pg_bswap.h"

#define PAD_STEP 256

static AgBinding
text_binding(const char *field, int64 account_id, int no, int below)
{
	AgBinding	binding = {.field = field, .account_id = account_id, .parts = 1};

	binding.record = ag_appeal_record(no, below);
	return binding;
}

/* The number of a row below a case, as bindings have it. */
int64
ag_appeal_record(int no, int below)
{
	return ((int64) no << 32) | (uint32) below;
}

bytea *
ag_appeal_seal_text(const char *field, int64 account_id, int no, int below, const char *text)
{
	AgBinding	binding = text_binding(field, account_id, no, below);
	uint32		length = strlen(text);
	uint32		prefix = pg_hton32(length);
	Size		size = TYPEALIGN(PAD_STEP, sizeof(prefix) + length);
	StringInfoData padded;
	bytea	   *sealed;

	initStringInfo(&padded);
	enlargeStringInfo(&padded, (int) size);
	memset(padded.data, 0, size);
	appendBinaryStringInfo(&padded, (const char *) &prefix, sizeof(prefix));
	appendBinaryStringInfo(&padded, text, (int) length);
	sealed = ag_subject_seal(&binding, padded.data, size);
	ag_wipe(padded.data, size);
	pfree(padded.data);
	return sealed;
}

AgKeyResult
ag_appeal_open_text(const char *field, int64 account_id, int no, int below, const bytea *sealed,
					char **text)
{
	AgBinding	binding = text_binding(field, account_id, no, below);
	uint32		length;
	bytea	   *plain;
	AgKeyResult result = ag_subject_try_unseal(&binding, VARDATA_ANY(sealed),
											   VARSIZE_ANY_EXHDR(sealed), &plain);

	*text = NULL;
	if (result != AG_KEY_OK)
		return result;
	if (VARSIZE_ANY_EXHDR(plain) >= sizeof(length))
	{
		memcpy(&length, VARDATA_ANY(plain), sizeof(length));
		length = pg_ntoh32(length);
		if (length <= VARSIZE_ANY_EXHDR(plain) - sizeof(length))
			*text = pnstrdup(VARDATA_ANY(plain) + sizeof(length), length);
	}
	ag_wipe(VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain));
	pfree(plain);
	return *text == NULL ? AG_KEY_DAMAGED : AG_KEY_OK;
}
