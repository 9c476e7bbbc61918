/*-------------------------------------------------------------------------
 *
 * outbox.h
 *		Contacts of an account, and the notices that go to them.
 *
 * A notice is written in the transaction of the event it tells of, by a sink of
 * events; it holds neither text nor address.  When it is claimed by a notifier or read
 * in the application, its template is chosen by the user's language and filled.
 *
 * What an event means is known to later ranks: each registers an AgNoticeSource for
 * its events at load.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_OUTBOX_H
#define AG_OUTBOX_H

#include "account/account.h"
#include "base/base.h"
#include "event/event.h"
#include "policy/policy.h"

/*
 * Sources of notices: what an event means to the user.
 */

/*
 * What a notice is about.  AG_NOTICE_SECURITY ignores quiet hours and the user's
 * choice of channels; the others follow both.
 */
typedef enum AgNoticeClass
{
	AG_NOTICE_SECURITY,
	AG_NOTICE_DECISION,			/* freezes, warnings and what becomes of them */
	AG_NOTICE_APPEAL,
	AG_NOTICE_ACCOUNT,			/* the account's life */
	AG_NOTICE_SERVICE,			/* maintenance */
	AG_NOTICE_CLASS_COUNT
} AgNoticeClass;

/* One event of a source.  Lists are names separated by blanks, and NULL is an empty list. */
typedef struct AgNoticeEvent
{
	AgAction	action;
	AgNoticeClass class;
	bool		informs;		/* call delivered() at the first delivery */
	const char *known;			/* every placeholder the source fills */
	const char *full;			/* those the body of an e-mail or in_app template must contain */
	const char *brief;			/* those the body of an sms or push template must contain */
	uint32		channels;		/* 1 << AgChannel: it goes over no others; 0 = over all */
} AgNoticeEvent;

/* What the source says when its event happens; begins as zero with urgent as the class says. */
typedef struct AgNoticeWish
{
	int			record;			/* number of what it is about: freeze, appeal, scope ... */
	int			appeal_no;		/* also to the contacts of this appeal, 0 = none */
	bool		urgent;			/* ignores quiet hours and the user's choice of channels */
	TimestampTz not_before;		/* 0 = at once */
	AgFields   *params;			/* small values that are no secret, kept with the notice; or NULL */
} AgNoticeWish;

/* A notice as its source sees it when it is claimed or read. */
typedef struct AgNotice
{
	int64		account_id;
	int64		no;
	AgAction	event;
	AgChannel	channel;
	int			contact_no;		/* 0 = in_app */
	int			record;
	int64		aseq;			/* of the event; 0 = announced */
	const char *params;			/* JSON object, or NULL */
	bool		urgent;
	TimestampTz written_at;
	const char *time_zone;		/* the account's */
	const char *locale;			/* of the template: what the values are to be written in */
} AgNotice;

typedef struct AgNoticeSource
{
	const AgNoticeEvent *events;
	int			count;

	/* Tell the user at all?  In the event's transaction, with its account locked. */
	bool		(*wanted) (const AgEvent *event, AgNoticeWish *wish);

	/*
	 * Fill the placeholders, at claim or reading, without any lock; false cancels the notice,
	 * because what it tells of is gone.  Times are written in the account's time zone; a value
	 * that does not apply is a sentence that says so, in notice->locale.  NULL = the texts have no
	 * placeholders but those that outbox fills.
	 */
	bool		(*fill) (const AgNotice *notice, AgFields *values);

	/*
	 * The first delivery of what an event with informs says, on any channel; may be NULL.  The
	 * account is locked and will be saved.
	 */
	void		(*delivered) (AgAccount *account, const AgNotice *notice, TimestampTz at);
} AgNoticeSource;

/*
 * outbox_source.c
 */
extern void ag_notice_register(const AgNoticeSource *source);	/* at load; the source stays where
																 * it is */
extern const AgNoticeEvent *ag_notice_event(AgAction action, const AgNoticeSource **source);
extern const AgNoticeEvent *ag_notice_event_at(int n);	/* of all sources; NULL = no more */

/* A parameter as text, palloc'd; NULL = it has none of that name. */
extern char *ag_notice_param(const AgNotice *notice, const char *name);

/* Are the notice's values to be written in Chinese, and can the database hold them?  Else in English. */
extern bool ag_notice_chinese(const AgNotice *notice);

/* A time as notices write it: 2026-01-31 20:00 (Asia/Shanghai); palloc'd. */
extern char *ag_notice_time(const char *time_zone, TimestampTz at);

/* When quiet hours are over that a time is in; the time itself if it is in none. */
extern TimestampTz ag_quiet_end(const char *time_zone, TimestampTz at);

/* The judge of templates, see policy.h. */
extern char *ag_notice_judge(const AgTemplate *candidate);

/*
 * outbox.c: the sink.
 */
/* Forget notices that ended longer ago than policy notice_retention; those that wait are kept.  For the worker. */
extern int64 ag_notice_sweep(int64 limit);
extern void ag_outbox_init(void);
extern void ag_outbox_wake(AgChannel channel);	/* listeners, at commit */

/*
 * contact.c
 */
typedef struct AgContactOrder
{
	AgChannel	channel;		/* not in_app */
	const char *address;
	const char *locale;			/* NULL = the account's */
	bool		verified;		/* the user has proved that it is his; else nothing is sent there */
	int			appeal_no;		/* > 0: for the notices of this appeal only */
} AgContactOrder;

/* Add a contact, or find it again; its number.  UG001 without a key. */
extern int	ag_contact_add(AgAccount *account, const AgActor *actor, const AgContactOrder *order,
						   TimestampTz at);

/*
 * Remove one; what waits to be sent there is cancelled.  A verified e-mail or push contact
 * is told of it, and of others that were added, for a day.  UG700.
 */
extern void ag_contact_remove(AgAccount *account, const AgActor *actor, int no, const char *reason,
							  TimestampTz at);

/* Remove those that were added since a time; how many. */
extern int	ag_contact_remove_since(AgAccount *account, TimestampTz since, const char *reason,
									TimestampTz at);

/* Remove those of a channel whose address is meant; how many. */
extern int	ag_contact_remove_where(AgAccount *account, AgChannel channel,
									bool (*meant) (const char *address, const void *arg),
									const void *arg, const char *reason, TimestampTz at);

/* Remove all of them, without a trace of where they led: the account was erased (its state says so) or shredded. */
extern void ag_contact_forget(AgAccount *account, const AgActor *actor, const char *reason,
							  TimestampTz at);

/* The address of a contact that is there, palloc'd and the caller's to wipe; NULL = it is not, or cannot be opened. */
extern char *ag_contact_address(int64 account_id, int no, AgChannel *channel, bool *verified);

/* The user has proved that a contact of his locked account is his; false = it is not there. */
extern bool ag_contact_prove(AgAccount *account, int no, TimestampTz at);

/*
 * carrier.c: messages without an account, which later ranks keep.  Notifiers get them
 * before all notices, as notices of account 0.
 */
typedef struct AgMessage		/* the head of every carrier's own */
{
	int64		no;				/* random */
	pg_uuid_t	key;			/* the same for every try */
	bytea	   *code;			/* sealed; NULL = it has none, or it has ended */
	int32		kid;
	TimestampTz written_at;
	TimestampTz expires_at;
	const char *state;			/* pending, done, dead, cancelled */
	int			tries;			/* a claim counts itself */
	char	   *claimed_by;		/* NULL = nobody */
} AgMessage;

/* The columns of a carrier's table that ag_message_of() reads; its own come after them. */
#define AG_MESSAGE_COLUMNS \
	"no, code, written_at, expires_at, idempotency_key, state, tries, claimed_by"
#define AG_MESSAGE_COLUMN_COUNT 8

/* What of a message goes out, see ag_notice_render(). */
typedef struct AgCarried
{
	AgNotice	notice;			/* its event, channel, time zone and parameters */
	const char *wanted;			/* locale */
	char	   *address;		/* wiped after use */
} AgCarried;

typedef struct AgNoticeCarrier
{
	const char *seal;			/* to what its codes are bound */
	int			tries;			/* at most */
	int64		wait;			/* seconds, after a try that failed */

	/* Lease at most n that are due; AgMessage *, NIL = there are no more. */
	List	   *(*lease) (AgChannel channel, int n, TimestampTz at, TimestampTz until,
						  const char *person);

	/* What goes out; or why it is not sent any more. */
	const char *(*prepare) (const AgMessage *message, TimestampTz at, AgCarried *carried);

	/* NULL = there is none of that number. */
	AgMessage  *(*find) (int64 no, bool lock);

	/* The telephone number to which it goes, without a lock; NULL = none. */
	char	   *(*number) (const AgMessage *message);

	/* It was delivered; false = that is no news. */
	bool		(*done) (int64 no, const char *receipt, TimestampTz at);

	/* One that is pending ends, or waits. */
	void		(*end) (int64 no, const char *state, const char *reason, TimestampTz at);
	void		(*postpone) (int64 no, TimestampTz until);
} AgNoticeCarrier;

extern void ag_notice_carry(const AgNoticeCarrier *carrier);	/* at load */

/* A new one: its number, its key, its times. */
extern void ag_message_begin(AgMessage *message, TimestampTz at, TimestampTz until);

/* Its code, sealed for its number and opened again: palloc'd and the caller's to wipe, NULL = it cannot be. */
extern void ag_message_seal(const AgNoticeCarrier *carrier, AgMessage *message, const char *code,
							Size length);
extern bytea *ag_message_open(const AgNoticeCarrier *carrier, const AgMessage *message);

/* From a row that begins with AG_MESSAGE_COLUMNS. */
extern void ag_message_of(AgMessage *message, const AgResult *result, uint64 row);

/*
 * claim.c
 */

/*
 * Who wants to know, at load, that a text message to a number has failed for good.  Called
 * before anything of the message is locked.
 */
typedef void (*AgUndelivered) (const char *address, TimestampTz at);

extern void ag_notice_observe_undelivered(AgUndelivered observer);

/*
 * announce.c: notices about what concerns many accounts.
 */
typedef struct AgAnnouncement
{
	AgAction	event;
	int			record;			/* number of the scope freeze; > 0 */
	int			version;		/* another one is another announcement; below 1000 */
	const char *tenant;			/* NULL, NULL = every account */
	const char *cohort;
	TimestampTz not_before;		/* 0 = at once */
} AgAnnouncement;

/*
 * Write the notices of at most limit accounts whose id is greater than *cursor, ascending,
 * and move the cursor; the number of accounts, 0 = done.  Repeating a part that was done
 * writes nothing twice.
 */
extern int64 ag_outbox_announce(const AgAnnouncement *announcement, int64 *cursor, int64 limit);

/*
 * Everything below belongs to this folder.
 */

/*
 * outbox_rules.c: states, times, names, what an address looks like.  Pure.
 */
typedef enum AgNoticeState
{
	AG_NOTICE_NONE,
	AG_NOTICE_PENDING,
	AG_NOTICE_DONE,
	AG_NOTICE_DEAD,
	AG_NOTICE_CANCELLED
} AgNoticeState;

typedef enum AgNoticeStep
{
	AG_NOTICE_WRITE,
	AG_NOTICE_CLAIM,
	AG_NOTICE_ACKNOWLEDGE,
	AG_NOTICE_FAIL,
	AG_NOTICE_POSTPONE,
	AG_NOTICE_GIVE_UP,
	AG_NOTICE_CANCEL,
	AG_NOTICE_RETRY,
	AG_NOTICE_SHOW
} AgNoticeStep;

typedef struct AgNoticeTransition
{
	AgNoticeState from;
	AgNoticeStep step;
	AgNoticeState to;
	const char *who;
	const char *note;
} AgNoticeTransition;

extern const AgNoticeTransition ag_notice_transition_table[];
extern const int ag_notice_transition_count;
extern const char *ag_notice_state_name(AgNoticeState state);
extern const char *ag_notice_step_name(AgNoticeStep step);
extern bool ag_notice_allowed(AgNoticeState from, AgNoticeStep step);
extern const char *ag_notice_class_name(AgNoticeClass class);
extern AgNoticeClass ag_notice_class_find(const char *name);

/* Seconds until the next try, after so many; chance is any number. */
extern int64 ag_notice_backoff(int tries, int64 first, int64 factor, int64 cap, uint32 chance);

/* Minutes to wait at a minute of the day until quiet hours are over; 0 = it is not quiet. */
extern int	ag_quiet_wait(int minute, int from, int until);

#define AG_MOST_ADDRESS 4096	/* bytes, of push; an e-mail address has 320 */
extern const char *ag_contact_problem(AgChannel channel, const char *address);

/* What of an address may be shown: b***@example.org; hint has room for AG_HINT_SIZE. */
#define AG_HINT_SIZE 80
extern void ag_contact_hint(AgChannel channel, const char *address, char *hint);

/* Blot out, in place, what looks like an address. */
extern void ag_notice_redact(char *text);

/* Is a name in a list of names separated by blanks? */
extern bool ag_list_has(const char *list, const char *name, Size length);

/*
 * Walk through a text with placeholders: the next piece, either literal characters or a
 * {name}; "{{" and "}}" are literal braces.
 */
typedef enum AgPiece
{
	AG_PIECE_END,
	AG_PIECE_TEXT,
	AG_PIECE_NAME,
	AG_PIECE_BROKEN
} AgPiece;

extern AgPiece ag_template_next(const char **rest, const char **piece, Size *length);

/*
 * render.c
 */
typedef struct AgRendered
{
	const char *locale;
	char	   *subject;		/* NULL for sms */
	char	   *body;
} AgRendered;

/* Choose the template for a locale and fill it; NULL = it is cancelled, *why says why. */
extern AgRendered *ag_notice_render(AgNotice *notice, const char *locale, const char **why);

/*
 * claim.c: what a notifier does.
 */
extern void ag_notice_claim(AgChannel channel, int n, int64 lease, ReturnSetInfo *rsinfo);
extern int64 ag_notice_done(ArrayType *accounts, ArrayType *numbers, ArrayType *receipts);
extern const char *ag_notice_failed(int64 account_id, int64 no, char *reason, bool permanent);
extern void ag_notice_retry(int64 account_id, int64 no);

/* A row of notice_claim()'s answer. */
extern void ag_notice_put_claimed(const AgNotice *notice, Datum key, int tries, const char *address,
								  const AgRendered *rendered, TimestampTz until,
								  ReturnSetInfo *rsinfo);

/*
 * carrier.c, for this folder.
 */
extern int	ag_carried_claim(AgChannel channel, int n, TimestampTz at, TimestampTz until,
							 const char *person, ReturnSetInfo *rsinfo);
extern bool ag_carried_done(int64 no, const char *receipt, TimestampTz at);

/* What happens next, as notice_failed() says it; blots out addresses in the reason.  UG710 = there is none. */
extern const char *ag_carried_failed(int64 no, char *reason, bool permanent, const char *person,
									 TimestampTz at);

/* The telephone number to which a person sends it now, without a lock; NULL = none. */
extern char *ag_carried_number(int64 no, const char *person);

/*
 * inbox.c
 */
extern void ag_notice_inbox(int64 account_id, bool unread_only, int most, ReturnSetInfo *rsinfo);
extern bool ag_notice_read(int64 account_id, int64 no);

/* The account's user has now got this news for the first time: tell its source. */
extern void ag_notice_inform(AgAccount *account, const AgNotice *notice, TimestampTz at);

/*
 * contact_store.c
 */
typedef struct AgContact
{
	int64		account_id;
	int			no;
	AgChannel	channel;
	bytea	   *address;		/* sealed */
	int32		kid;
	char	   *hint;
	char	   *locale;
	int			appeal_no;
	TimestampTz verified_at;
	TimestampTz removed_at;
	TimestampTz added_at;
} AgContact;

extern AgStatementTable contact_statements;

extern void ag_contact_store_insert(const AgContact *contact, const char *person, TimestampTz at);
extern AgContact *ag_contact_store_find(int64 account_id, int no);	/* NULL = none */
extern List *ag_contact_store_live(int64 account_id);	/* AgContact * */
extern List *ag_contact_store_recipients(int64 account_id, int appeal_no, AgNoticeClass class,
										 bool urgent);	/* AgContact *, number and channel only */
extern void ag_contact_store_verify(int64 account_id, int no, TimestampTz at);
extern void ag_contact_store_remove(int64 account_id, int no, const char *person,
									const char *reason, bool keep, TimestampTz at);
extern void ag_contact_store_left(TimestampTz until, int most);
extern void ag_contact_store_drop(int64 account_id, int no);
extern int64 ag_contact_store_forget(int64 account_id, const char *person, const char *reason,
									 TimestampTz at);
extern AgResult *ag_contact_store_report(int64 account_id);
extern List *ag_contact_store_stale(int32 kid, int batch);	/* AgContact *, locked */
extern int64 ag_contact_store_stale_count(int32 kid);
extern bool ag_contact_store_uses(int32 kid);
extern void ag_contact_store_reseal(const AgContact *contact);
extern void ag_preference_store_set(int64 account_id, AgNoticeClass class, ArrayType *channels,
									const char *person, TimestampTz at);
extern void ag_preference_store_clear(int64 account_id, AgNoticeClass class);
extern void ag_preference_store_forget(int64 account_id);
extern AgResult *ag_preference_store_report(int64 account_id);

/*
 * contact.c, for this folder.
 */
#define AG_CONTACT_GRACE SECS_PER_DAY	/* how long a removed contact can still be told of it */

extern void ag_contact_init(void);

/* Can a notice of the event still go to a contact removed then? */
extern bool ag_contact_hears(AgAction event, TimestampTz removed_at, TimestampTz at);
extern AgChannel ag_contact_require_channel(const char *name);
extern char *ag_contact_open(int64 account_id, int no, const bytea *sealed);

/*
 * notice_store.c
 */

/* A notice as it stands, with what claiming and reading need besides. */
typedef struct AgNoticeRow
{
	AgNotice	notice;			/* its locale is not chosen yet */
	AgNoticeState state;
	int			tries;			/* a claim counts itself */
	TimestampTz not_before;
	TimestampTz ended_at;
	TimestampTz read_at;
	Datum		key;			/* uuid */
	const char *wanted;			/* locale: the contact's, else the account's */
	bytea	   *address;		/* sealed; NULL: in_app, or the contact is gone */
	TimestampTz removed_at;		/* when the contact was; DT_NOEND = it is there */
	const char *claimed_by;		/* by whom it is claimed now; NULL = by nobody */
	bool		erased;			/* the account was */
} AgNoticeRow;

extern AgStatementTable notice_statements;

extern void ag_notice_store_insert(const AgNotice *notice, TimestampTz not_before);
extern List *ag_notice_store_claim(AgChannel channel, int n, TimestampTz at, TimestampTz until,
								   const char *person); /* AgNoticeRow * */
extern AgNoticeRow *ag_notice_store_find(int64 account_id, int64 no);	/* locked; NULL = none */
extern bytea *ag_notice_store_number(int64 account_id, int64 no, const char *person, int *contact_no);
extern List *ag_notice_store_inbox(int64 account_id, TimestampTz at, bool unread_only, int most);
extern List *ag_notice_store_informing(ArrayType *accounts, ArrayType *numbers,
									   ArrayType *events);
extern bool ag_notice_store_informed(const AgNotice *notice);
extern int64 ag_notice_store_done(ArrayType *accounts, ArrayType *numbers, ArrayType *receipts,
								  TimestampTz at);
extern void ag_notice_store_postpone(int64 account_id, int64 no, TimestampTz until, bool counts);
extern void ag_notice_store_end(int64 account_id, int64 no, AgNoticeState state, const char *why,
								TimestampTz at);
extern bool ag_notice_store_show(int64 account_id, int64 no, TimestampTz at, bool read);
extern bool ag_notice_store_retry(int64 account_id, int64 no, TimestampTz at);
extern int64 ag_notice_store_cancel_contact(int64 account_id, int contact_no, bool keep,
											TimestampTz at);
extern int64 ag_notice_store_cancel_all(int64 account_id, bool erased, TimestampTz at);
extern void ag_notice_store_attempt(int64 account_id, int64 no, const char *reason, bool permanent,
									const char *person, TimestampTz at);
extern AgResult *ag_notice_store_report(int64 account_id);
extern int64 ag_notice_store_audience(const AgAnnouncement *announcement, int64 after, int64 limit,
									  int64 *last);
extern void ag_notice_store_announce(const AgAnnouncement *announcement, int64 after, int64 last,
									 int64 first_no, AgNoticeClass class, ArrayType *channels,
									 TimestampTz at);
extern AgResult *ag_notice_store_dead(const char *channel, int most);
extern int64 ag_notice_store_forget(TimestampTz before, int64 limit);

#endif							/* AG_OUTBOX_H */
