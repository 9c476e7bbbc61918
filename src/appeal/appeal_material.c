/*-------------------------------------------------------------------------
 *
 * appeal_material.c
 *		Material: whole, or in pieces as the network brings them.
 *
 * An item is announced with its size, which fixes the number of its chunks; each chunk
 * of 64 KiB is sealed on its own, bound to account, case, item, its number and the
 * number of chunks, so that none can be moved, exchanged or left out.  The digest of
 * the whole content is sealed beside it.  Nothing is changed once it is complete.
 *
 * Memory: one chunk at a time, and the whole item while its digest is computed; what
 * was opened for that is wiped.  Locks: the caller holds the account's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "appeal/appeal.h"
#include "miscadmin.h"

#define MOST_MEDIA_TYPE 127

static AgBinding
chunk_binding(const AgAppeal *appeal, const AgMaterial *material, int chunk)
{
	AgBinding	binding = {.field = "appeal_chunk.body", .account_id = appeal->account_id};

	binding.record = ag_appeal_record(appeal->no, material->item);
	binding.part = chunk;
	binding.parts = material->chunks;
	return binding;
}

static AgBinding
digest_binding(const AgAppeal *appeal, const AgMaterial *material)
{
	AgBinding	binding = {.field = "appeal_material.digest", .account_id = appeal->account_id, .parts = 1};

	binding.record = ag_appeal_record(appeal->no, material->item);
	return binding;
}

/* image/png and the like; it goes into headers of whoever shows it. */
static void
check_media_type(const char *type)
{
	const char *slash = strchr(type, '/');

	if (strlen(type) > MOST_MEDIA_TYPE || slash == NULL || slash == type || slash[1] == '\0' ||
		strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789.+-/") != strlen(type) ||
		strchr(slash + 1, '/') != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("media_type must be of the form image/png, in lower case"));
}

static void
check_name(const char *name)
{
	ag_check_length(name, "name", AG_MOST_NAME);
	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char) *c < ' ' || *c == 0x7f)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("name must not contain control characters"));
}

static void
check_limits(const AgAppeal *appeal, int64 size)
{
	int			most = (int) ag_policy_setting(AG_SETTING_APPEAL_ITEMS);
	int64		largest = ag_policy_setting(AG_SETTING_APPEAL_ITEM_SIZE);

	if (size <= 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("material must not be empty"));
	if (appeal->items >= most)
		ereport(ERROR, ag_errcode(AG_ERR_MATERIAL_LIMIT),
				errmsg("case %d takes no more material", appeal->no),
				errdetail("It has %d of %d items.", appeal->items, most));
	if (size > largest)
		ereport(ERROR, ag_errcode(AG_ERR_MATERIAL_LIMIT),
				errmsg("the item is too large"),
				errdetail("It has " INT64_FORMAT " bytes; at most " INT64_FORMAT " are taken.", size,
						  largest));
}

/* An item as it is announced; the name is nobody's business either. */
AgMaterial *
ag_material_begin(AgAccount *account, const AgActor *actor, AgAppeal *appeal, const char *name,
				  const char *media_type, int64 size, TimestampTz at)
{
	AgMaterial *material = palloc0(sizeof(AgMaterial));

	ag_appeal_require_supplement(account, appeal, at);
	check_name(name);
	check_media_type(media_type);
	check_limits(appeal, size);

	material->item = appeal->items + 1;
	material->size = (int) size;
	material->chunks = (int) ((size + AG_CHUNK_SIZE - 1) / AG_CHUNK_SIZE);
	material->begun_at = at;
	material->complete_at = DT_NOEND;
	material->label = ag_appeal_seal_text("appeal_material.label", account->account_id, appeal->no,
										  material->item, psprintf("%s\n%s", media_type, name));
	ag_material_store_insert(appeal, material);
	appeal->items = material->item;
	appeal->version++;
	appeal->changed_at = at;
	ag_appeal_store_update(appeal);
	return material;
}

AgMaterial *
ag_material_require(const AgAppeal *appeal, int item)
{
	AgMaterial *material = ag_material_store_read(appeal->account_id, appeal->no, item);

	if (material == NULL)
		ereport(ERROR, ag_errcode(AG_ERR_APPEAL_UNKNOWN),
				errmsg("case %d has no item %d", appeal->no, item));
	return material;
}

static void
require_incomplete(const AgMaterial *material)
{
	if (material->complete_at != DT_NOEND)
		ereport(ERROR, ag_errcode(AG_ERR_APPEAL_STATE),
				errmsg("item %d is complete", material->item),
				errdetail("Nothing is added to it or changed any more."));
}

/* The next chunks; all but the last one of the item are whole. */
void
ag_material_append(AgAccount *account, AgAppeal *appeal, AgMaterial *material, int first_chunk,
				   const bytea *content, TimestampTz at)
{
	const char *data = VARDATA_ANY(content);
	Size		length = VARSIZE_ANY_EXHDR(content);
	Size		left = (Size) material->size - (Size) material->received * AG_CHUNK_SIZE;

	ag_appeal_require_supplement(account, appeal, at);
	require_incomplete(material);
	if (first_chunk != material->received)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("item %d goes on with chunk %d", material->item, material->received));
	if (length == 0 || length > left || (length < left && length % AG_CHUNK_SIZE != 0))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("content must be whole chunks of %d bytes, or all that is left", AG_CHUNK_SIZE),
				errdetail("%zu bytes are left.", left));
	for (Size done = 0; done < length; done += AG_CHUNK_SIZE)
	{
		AgBinding	binding = chunk_binding(appeal, material, material->received);
		bytea	   *body;

		CHECK_FOR_INTERRUPTS();
		body = ag_subject_seal(&binding, data + done, Min(length - done, AG_CHUNK_SIZE));
		ag_material_store_add_chunk(appeal, material->item, material->received, body);
		pfree(body);
		material->received++;
	}
	ag_material_store_update(appeal, material);
}

/* One chunk, opened; palloc'd, and the caller's to wipe. */
bytea *
ag_material_chunk(const AgAppeal *appeal, const AgMaterial *material, int chunk)
{
	AgBinding	binding = chunk_binding(appeal, material, chunk);
	bytea	   *body = ag_material_store_chunk(appeal, material->item, chunk);
	bytea	   *plain;

	if (body == NULL)
		ag_keyring_refuse(AG_KEY_DAMAGED, AG_PURPOSE_SUBJECT, 0);
	plain = ag_subject_unseal(&binding, VARDATA_ANY(body), VARSIZE_ANY_EXHDR(body));
	pfree(body);
	return plain;
}

/* The digest of what is there. */
static void
compute_digest(const AgAppeal *appeal, const AgMaterial *material, uint8 digest[AG_HASH_SIZE])
{
	char	   *whole = palloc(material->size);
	Size		filled = 0;

	for (int chunk = 0; chunk < material->chunks; chunk++)
	{
		bytea	   *plain = ag_material_chunk(appeal, material, chunk);
		Size		length = VARSIZE_ANY_EXHDR(plain);

		CHECK_FOR_INTERRUPTS();
		if (length > (Size) material->size - filled)
			ag_keyring_refuse(AG_KEY_DAMAGED, AG_PURPOSE_SUBJECT, 0);
		memcpy(whole + filled, VARDATA_ANY(plain), length);
		filled += length;
		ag_wipe(VARDATA_ANY(plain), length);
		pfree(plain);
	}
	ag_hash(digest, whole, filled);
	ag_wipe(whole, material->size);
	pfree(whole);
}

/* digest: as the sender computed it, or NULL. */
void
ag_material_finish(AgAccount *account, AgAppeal *appeal, AgMaterial *material, const bytea *digest,
				   TimestampTz at)
{
	AgBinding	binding = digest_binding(appeal, material);
	uint8		computed[AG_HASH_SIZE];
	AgFields   *after;

	ag_appeal_require_supplement(account, appeal, at);
	require_incomplete(material);
	if (material->received < material->chunks)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("item %d goes on with chunk %d", material->item, material->received),
				errdetail("It has %d chunks.", material->chunks));
	compute_digest(appeal, material, computed);
	if (digest != NULL && (VARSIZE_ANY_EXHDR(digest) != AG_HASH_SIZE ||
						   !ag_equal(VARDATA_ANY(digest), computed, AG_HASH_SIZE)))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("digest is not that of what was received"),
				errhint("Send the item again."));
	material->digest = ag_subject_seal(&binding, computed, AG_HASH_SIZE);
	material->complete_at = at;
	ag_material_store_update(appeal, material);

	after = ag_appeal_fields(appeal, at);
	ag_field_int(after, "item", material->item);
	ag_field_int(after, "size", material->size);
	ag_account_emit(account, AG_ACTION_APPEAL_MATERIAL, NULL, NULL, NULL, after);
}

/* The media type, or the name. */
char *
ag_material_label(const AgAppeal *appeal, const AgMaterial *material, bool media_type)
{
	char	   *text;
	char	   *name;
	AgKeyResult result = ag_appeal_open_text("appeal_material.label", appeal->account_id, appeal->no,
											 material->item, material->label, &text);

	if (result != AG_KEY_OK)
		ag_keyring_refuse(result, AG_PURPOSE_SUBJECT, 0);
	name = strchr(text, '\n');
	if (name == NULL)
		ag_keyring_refuse(AG_KEY_DAMAGED, AG_PURPOSE_SUBJECT, 0);
	*name = '\0';
	return media_type ? text : name + 1;
}
