/*-------------------------------------------------------------------------
 *
 * audit_protect.c
 *		What keys do for a row of the ledger: a sealed address and a tag.
 *
 * The tag is a keyed hash of the row's canonical encoding, so that whoever can
 * write to the table but has no key cannot write a row that passes.  The address
 * of the client belongs to who acted (a service, a member of staff, a user) and not
 * to the account it happened to, so it is sealed with a data key and not with the
 * account's; it becomes unreadable when that key is retired, which is possible once
 * the partitions that need it are gone.
 *
 * Without keys, and also with the wrong root key, the row is written without them:
 * what happened must be recorded even then.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "audit/audit.h"
#include "keyring/keyring.h"
#include "mb/pg_wchar.h"

static const AgKeyUser origin_user = {
	.purpose = AG_PURPOSE_ORIGIN,
	.what = "addresses in rows of the ledger",
	.in_use = ag_audit_store_origin_uses
};

static const AgKeyUser tag_user = {
	.purpose = AG_PURPOSE_LEDGER_MAC,
	.what = "tags in rows of the ledger",
	.in_use = ag_audit_store_tag_uses
};

void
ag_audit_protect_init(void)
{
	ag_keyring_register_user(&origin_user);
	ag_keyring_register_user(&tag_user);
}

/* A text as UTF-8; the text itself if the server's encoding is UTF-8. */
AgBytes
ag_audit_utf8(AgBytes value)
{
	AgBytes		utf8 = {NULL, 0};

	if (value.data == NULL)
		return utf8;
	utf8.data = pg_server_to_any(value.data, value.length, PG_UTF8);
	utf8.length = utf8.data == value.data ? value.length : strlen(utf8.data);
	return utf8;
}

void
ag_audit_to_utf8(AgLedgerRow *row)
{
	row->role = ag_audit_utf8(row->role);
	row->person = ag_audit_utf8(row->person);
	row->on_behalf = ag_audit_utf8(row->on_behalf);
	row->application = ag_audit_utf8(row->application);
	row->reason = ag_audit_utf8(row->reason);
	row->idempotency_key = ag_audit_utf8(row->idempotency_key);
}

/* An address opens only in its own row. */
static AgBinding
origin_binding(const AgLedgerRow *row)
{
	AgBinding	binding = {
		.field = "ledger.origin",
		.account_id = row->account_id,
		.record = row->tx,
		.part = row->ord
	};

	return binding;
}

static void
seal_address(AgLedgerRow *row)
{
	AgBinding	binding = origin_binding(row);
	int32		kid = row->address != NULL ? ag_keyring_active(AG_PURPOSE_ORIGIN) : 0;
	bytea	   *sealed;

	if (kid == 0)
		return;
	sealed = ag_keyring_seal(AG_PURPOSE_ORIGIN, kid, &binding, row->address, strlen(row->address));
	row->origin.data = VARDATA(sealed);
	row->origin.length = VARSIZE(sealed) - VARHDRSZ;
	row->dek = kid;
}

static void
make_tag(AgLedgerRow *row)
{
	AgLedgerRow utf8;
	uint8	   *encoding;
	uint8	   *tag;
	Size		length;

	row->key_id = ag_keyring_active(AG_PURPOSE_LEDGER_MAC);
	if (row->key_id == 0)
		return;
	utf8 = *row;
	ag_audit_to_utf8(&utf8);
	length = ag_audit_encode(&utf8, NULL);
	encoding = palloc(length);
	ag_audit_encode(&utf8, encoding);
	tag = palloc(AG_TAG_SIZE);
	ag_keyring_mac(row->key_id, tag, encoding, length);
	row->tag.data = (const char *) tag;
	row->tag.length = AG_TAG_SIZE;
	pfree(encoding);
}

void
ag_audit_protect(AgLedgerRow *row)
{
	seal_address(row);
	make_tag(row);
}

bool
ag_audit_address(const AgLedgerRow *row, char **address)
{
	AgBinding	binding = origin_binding(row);
	bytea	   *plain;

	*address = NULL;
	if (row->origin.data == NULL || row->dek == 0)
		return true;
	switch (ag_keyring_try_unseal(AG_PURPOSE_ORIGIN, &binding, row->origin.data,
								  row->origin.length, &plain))
	{
		case AG_KEY_OK:
			*address = pnstrdup(VARDATA(plain), VARSIZE(plain) - VARHDRSZ);
			return true;
		case AG_KEY_DAMAGED:
			return false;
		default:
			return true;
	}
}
