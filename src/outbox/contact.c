/*-------------------------------------------------------------------------
 *
 * contact.c
 *		Where notices of an account go: adding, removing, forgetting addresses.
 *
 * An address is sealed before it reaches a table, and opens only in its own row.  It
 * is never shown again: lists have a hint.  Whoever removes a contact also cancels
 * what waits to be sent there, so a notifier that claimed it with an old snapshot
 * fails instead of sending.  But for what a thief would hide: that contacts were added
 * or removed.  This an e-mail or push contact that the user has verified still hears,
 * for which its address is kept for a day; a phone number never, because the next
 * person to have it is a stranger.
 *
 * Everything here expects the account locked by ag_account_lock() and leaves it to
 * the caller to end with ag_account_save().  Tables: account_contact,
 * notice_preference, notice.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "keyring/keyring.h"
#include "miscadmin.h"
#include "outbox/outbox.h"

static bool contact_fill(const AgNotice *notice, AgFields *values);
static bool contact_wanted(const AgEvent *event, AgNoticeWish *wish);
static int64 reseal_contacts(int32 kid, int batch);

static const AgKeyUser contact_user = {
	.purpose = AG_PURPOSE_CONTACT,
	.what = "addresses of contacts",
	.in_use = ag_contact_store_uses,
	.reseal = reseal_contacts,
	.left = ag_contact_store_stale_count
};

/* The user is told of changes of his contacts on all he has, and on the one that goes. */
static const AgNoticeEvent contact_events[] = {
	{AG_ACTION_CONTACT_ADDED, AG_NOTICE_SECURITY, false, "contact", "contact", "contact"},
	{AG_ACTION_CONTACT_REMOVED, AG_NOTICE_SECURITY, false, "contact", "contact", "contact"}
};

static const AgNoticeSource contact_source = {
	.events = contact_events,
	.count = lengthof(contact_events),
	.wanted = contact_wanted,
	.fill = contact_fill
};

void
ag_contact_init(void)
{
	ag_keyring_register_user(&contact_user);
	ag_notice_register(&contact_source);
}

/* A channel that has addresses. */
AgChannel
ag_contact_require_channel(const char *name)
{
	AgChannel	channel = ag_channel_find(name);

	if (channel == AG_CHANNEL_COUNT || channel == AG_CHANNEL_IN_APP)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("channel must be \"email\", \"sms\" or \"push\""));
	return channel;
}

static AgBinding
address_binding(int64 account_id, int no)
{
	AgBinding	binding = {
		.field = "account_contact.address",
		.account_id = account_id,
		.record = no
	};

	return binding;
}

static void
seal_address(AgContact *contact, const char *address)
{
	AgBinding	binding = address_binding(contact->account_id, contact->no);

	contact->kid = ag_keyring_require(AG_PURPOSE_CONTACT);
	contact->address = ag_keyring_seal(AG_PURPOSE_CONTACT, contact->kid, &binding, address,
									   strlen(address));
}

/*
 * The address of a contact, palloc'd; NULL if what is stored cannot be opened.  A
 * server without the key is an error.
 */
char *
ag_contact_open(int64 account_id, int no, const bytea *sealed)
{
	AgBinding	binding = address_binding(account_id, no);
	bytea	   *plain;
	AgKeyResult result = ag_keyring_try_unseal(AG_PURPOSE_CONTACT, &binding, VARDATA_ANY(sealed),
											   VARSIZE_ANY_EXHDR(sealed), &plain);
	char	   *address;

	switch (result)
	{
		case AG_KEY_OK:
			address = pnstrdup(VARDATA(plain), VARSIZE(plain) - VARHDRSZ);
			ag_wipe(plain, VARSIZE(plain));
			return address;
		case AG_KEY_RETIRED:
		case AG_KEY_DAMAGED:
			return NULL;
		default:
			ag_keyring_refuse(result, AG_PURPOSE_CONTACT, 0);
	}
}

char *
ag_contact_address(int64 account_id, int no, AgChannel *channel, bool *verified)
{
	AgContact  *contact = ag_contact_store_find(account_id, no);

	if (contact == NULL || contact->removed_at != DT_NOEND || contact->address == NULL)
		return NULL;
	*channel = contact->channel;
	*verified = contact->verified_at != DT_NOEND;
	return ag_contact_open(account_id, no, contact->address);
}

/* The contact that has this address already, NULL if there is none. */
static AgContact *
find_address(List *contacts, const AgContactOrder *order)
{
	ListCell   *cell;

	foreach(cell, contacts)
	{
		AgContact  *contact = lfirst(cell);
		char	   *address;
		bool		same;

		if (contact->channel != order->channel || contact->appeal_no != order->appeal_no)
			continue;
		address = ag_contact_open(contact->account_id, contact->no, contact->address);
		if (address == NULL)
			continue;
		same = strcmp(address, order->address) == 0;
		ag_wipe(address, strlen(address));
		if (same)
			return contact;
	}
	return NULL;
}

static void
emit_contact(AgAccount *account, AgAction action, const AgContact *contact, const char *reason)
{
	AgFields   *after = ag_fields_new();

	ag_field_int(after, "contact", contact->no);
	ag_field_text(after, "channel", ag_channel_name(contact->channel));
	ag_field_text(after, "hint", contact->hint);
	if (contact->appeal_no > 0)
		ag_field_int(after, "appeal", contact->appeal_no);
	ag_account_emit(account, action, reason, NULL, NULL, after);
}

static void
check_order(const AgAccount *account, const AgContactOrder *order)
{
	const char *problem = ag_contact_problem(order->channel, order->address);

	if (problem != NULL)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("the address does not fit channel \"%s\"", ag_channel_name(order->channel)),
				errdetail("%s.", problem));
	if (order->locale != NULL && !ag_locale_valid(order->locale))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("locale must be a language tag such as zh-CN"));
	if (account->state == AG_ERASED)
		ereport(ERROR, ag_errcode(AG_ERR_ACCOUNT_STATE),
				errmsg("account " INT64_FORMAT " is erased", account->account_id),
				errhint("See acctguard.account_transitions()."));
}

static void
require_room(const AgAccount *account, const List *contacts)
{
	int64		most = ag_policy_setting(AG_SETTING_CONTACTS_MAX);

	if (list_length(contacts) >= most)
		ereport(ERROR, ag_errcode(AG_ERR_CONTACT_LIMIT),
				errmsg("account " INT64_FORMAT " has %d contacts", account->account_id,
					   list_length(contacts)),
				errdetail("The policy setting contacts_max is " INT64_FORMAT ".", most),
				errhint("Remove one first."));
}

/*
 * Adding an address that is there returns its number; the only thing that can change
 * then is that it is verified now.
 */
int
ag_contact_add(AgAccount *account, const AgActor *actor, const AgContactOrder *order,
			   TimestampTz at)
{
	AgContact	contact = {.account_id = account->account_id, .channel = order->channel};
	char		hint[AG_HINT_SIZE];
	List	   *contacts;
	AgContact  *known;

	check_order(account, order);
	(void) ag_keyring_require(AG_PURPOSE_CONTACT);
	contacts = ag_contact_store_live(account->account_id);
	known = find_address(contacts, order);
	if (known != NULL)
	{
		if (order->verified && known->verified_at == DT_NOEND)
		{
			ag_contact_store_verify(account->account_id, known->no, at);
			emit_contact(account, AG_ACTION_CONTACT_VERIFIED, known, NULL);
		}
		return known->no;
	}
	require_room(account, contacts);

	contact.no = ag_account_next_child(account);
	contact.appeal_no = order->appeal_no;
	contact.locale = order->locale != NULL ? pstrdup(order->locale) : NULL;
	contact.verified_at = order->verified ? at : DT_NOEND;
	contact.removed_at = DT_NOEND;
	ag_contact_hint(order->channel, order->address, hint);
	contact.hint = hint;
	seal_address(&contact, order->address);
	ag_contact_store_insert(&contact, actor->person, at);
	emit_contact(account, AG_ACTION_CONTACT_ADDED, &contact, NULL);
	return contact.no;
}

bool
ag_contact_prove(AgAccount *account, int no, TimestampTz at)
{
	AgContact  *contact = ag_contact_store_find(account->account_id, no);

	if (contact == NULL || contact->removed_at != DT_NOEND)
		return false;
	if (contact->verified_at == DT_NOEND)
	{
		ag_contact_store_verify(account->account_id, no, at);
		emit_contact(account, AG_ACTION_CONTACT_VERIFIED, contact, NULL);
	}
	return true;
}

static bool
hears_of_removal(const AgContact *contact)
{
	return contact->channel != AG_CHANNEL_SMS && contact->appeal_no <= 0 &&
		contact->verified_at != DT_NOEND;
}

bool
ag_contact_hears(AgAction event, TimestampTz removed_at, TimestampTz at)
{
	if (removed_at == DT_NOEND)
		return true;
	return (event == AG_ACTION_CONTACT_ADDED || event == AG_ACTION_CONTACT_REMOVED) &&
		at < ag_time_plus(removed_at, AG_CONTACT_GRACE);
}

void
ag_contact_remove(AgAccount *account, const AgActor *actor, int no, const char *reason,
				  TimestampTz at)
{
	AgContact  *contact = ag_contact_store_find(account->account_id, no);

	if (contact != NULL && contact->removed_at == DT_NOEND)
	{
		bool		hears = hears_of_removal(contact);

		/* The notice is written for the contacts that are there when the event happens. */
		if (hears)
			emit_contact(account, AG_ACTION_CONTACT_REMOVED, contact, reason);
		ag_contact_store_remove(account->account_id, no, actor->person, reason, hears, at);
		(void) ag_notice_store_cancel_contact(account->account_id, no, hears, at);
		if (!hears)
			emit_contact(account, AG_ACTION_CONTACT_REMOVED, contact, reason);
		return;
	}
	ereport(ERROR, ag_errcode(AG_ERR_CONTACT_UNKNOWN),
			errmsg("account " INT64_FORMAT " has no contact %d", account->account_id, no),
			errhint("See acctguard.contact_list(%lld).", (long long) account->account_id));
}

static bool
is_meant(const AgContact *contact, bool (*meant) (const char *address, const void *arg), const void *arg)
{
	char	   *address = meant == NULL ? NULL :
		ag_contact_open(contact->account_id, contact->no, contact->address);
	bool		found = meant == NULL || (address != NULL && meant(address, arg));

	if (address != NULL)
		ag_wipe(address, strlen(address));
	return found;
}

/* meant NULL: all of the channel, whether or not they can be opened. */
int
ag_contact_remove_where(AgAccount *account, AgChannel channel,
						bool (*meant) (const char *address, const void *arg), const void *arg,
						const char *reason, TimestampTz at)
{
	int			count = 0;
	ListCell   *cell;

	foreach(cell, ag_contact_store_live(account->account_id))
	{
		AgContact  *contact = lfirst(cell);

		if (contact->channel != channel || !is_meant(contact, meant, arg))
			continue;
		ag_contact_remove(account, ag_actor(), contact->no, reason, at);
		count++;
	}
	return count;
}

/* Remove what was added since a time: how many.  The caller saves the account. */
int
ag_contact_remove_since(AgAccount *account, TimestampTz since, const char *reason, TimestampTz at)
{
	int			count = 0;
	ListCell   *cell;

	foreach(cell, ag_contact_store_live(account->account_id))
	{
		AgContact  *contact = lfirst(cell);

		if (contact->added_at < since)
			continue;
		ag_contact_remove(account, ag_actor(), contact->no, reason, at);
		count++;
	}
	return count;
}

/*
 * The hints of contacts that were removed before go, too.  Of an erased account nothing
 * is sent any more; of another what is in the application stays.
 */
void
ag_contact_forget(AgAccount *account, const AgActor *actor, const char *reason, TimestampTz at)
{
	AgFields   *after = ag_fields_new();
	int64		contacts = ag_contact_store_forget(account->account_id, actor->person, reason, at);
	int64		cancelled = ag_notice_store_cancel_all(account->account_id, account->state == AG_ERASED, at);

	ag_preference_store_forget(account->account_id);
	if (contacts == 0 && cancelled == 0)
		return;
	ag_field_int(after, "contacts", contacts);
	ag_field_int(after, "notices", cancelled);
	ag_account_emit(account, AG_ACTION_CONTACTS_FORGOTTEN, reason, NULL, NULL, after);
}

/*
 * Rotation: addresses under the active key.  A row that is locked is left for the
 * next call; one that cannot be opened stops it, for somebody to remove.
 */
static int64
reseal_contacts(int32 kid, int batch)
{
	List	   *stale = ag_contact_store_stale(kid, batch);
	ListCell   *cell;

	foreach(cell, stale)
	{
		AgContact  *contact = lfirst(cell);
		char	   *address;

		CHECK_FOR_INTERRUPTS();
		address = ag_contact_open(contact->account_id, contact->no, contact->address);
		if (address != NULL)
		{
			seal_address(contact, address);
			ag_wipe(address, strlen(address));
			ag_contact_store_reseal(contact);
			continue;
		}
		if (contact->removed_at != DT_NOEND)
		{
			ag_contact_store_drop(contact->account_id, contact->no);
			continue;
		}
		ereport(ERROR, ag_errcode(AG_ERR_SEALED_DAMAGED), errmsg("a sealed value cannot be opened"),
				errdetail("It is the address of contact %d of account " INT64_FORMAT ".",
						  contact->no, contact->account_id),
				errhint("Remove it with acctguard.contact_remove()."));
	}
	return list_length(stale);
}

/*
 * As a source of notices.  A contact of an appeal belongs to that appeal's notices.
 */

static bool
contact_wanted(const AgEvent *event, AgNoticeWish *wish)
{
	if (ag_field_find(event->after, "appeal") != NULL)
		return false;
	wish->record = (int) ag_field_find(event->after, "contact")->number;
	return true;
}

static bool
contact_fill(const AgNotice *notice, AgFields *values)
{
	static const char *const names[2][AG_CHANNEL_COUNT] = {
		{[AG_CHANNEL_EMAIL] = "e-mail",[AG_CHANNEL_SMS] = "phone",[AG_CHANNEL_PUSH] = "device"},
		{[AG_CHANNEL_EMAIL] = "邮箱",[AG_CHANNEL_SMS] = "手机",[AG_CHANNEL_PUSH] = "设备"}
	};
	AgContact  *contact = ag_contact_store_find(notice->account_id, notice->record);
	bool		chinese = ag_notice_chinese(notice);

	if (contact == NULL || contact->hint == NULL)
		return false;
	ag_field_text(values, "contact", psprintf("%s %s", names[chinese][contact->channel],
											  contact->hint));
	return true;
}
