/*-------------------------------------------------------------------------
 *
 * dormancy.h
 *		Is the owner of an account still there, and what has he to lose?
 *
 * A number comes back to life with somebody else.  When an account has been silent
 * for as long as that takes, whoever has its number may be a stranger; if there is
 * something to lose in it, it is protected then: the number alone opens nothing.
 * Both follow from signs of life, from what the application says of entitlements, and
 * from the clock, at each decision; nothing has to run for it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_DORMANCY_H
#define AG_DORMANCY_H

#include "account/account.h"
#include "base/base.h"
#include "session/session.h"

/*
 * dormancy_rules.c
 */

/* What is known of an account's silence. */
typedef struct AgSigns
{
	TimestampTz seen_at;		/* the owner's last sign of life: more than the number was shown */
	TimestampTz used_at;		/* the last time anybody got in, also with the number alone */
	int64		floor;			/* seconds after which its number may be somebody else's */
} AgSigns;

/* What the application's sources say. */
typedef struct AgEntitlements
{
	int64		count;			/* of what the account has to lose, as far as sources answered */
	int			sources;		/* that were asked */
	int			failed;			/* that did not answer: taken for more than nothing */
} AgEntitlements;

typedef struct AgDormancy
{
	AgSigns		signs;
	AgEntitlements entitlements;
	TimestampTz dormant_at;		/* when the owner's silence has lasted, or will have lasted, so
								 * long */
	bool		dormant;		/* ... and it has */
	bool		idle;			/* nobody at all has used the account for that time */
	bool		entitled;		/* there is something to lose, or nobody knows */
	bool		protected;		/* dormant and entitled */
} AgDormancy;

extern void ag_dormancy_judge(const AgSigns *signs, const AgEntitlements *entitlements,
							  TimestampTz at, AgDormancy *dormancy);

/* Is it time to ask the owner whether he still has his number? */
extern bool ag_dormancy_near(const AgDormancy *dormancy, int64 ahead, TimestampTz at);

/* What somebody showed who opens a session. */
typedef struct AgEntry
{
	bool		number_only;
	bool		password;
	bool		device_signed;
	AgDeviceState device;		/* AG_DEVICE_SEEN for one that is new */
	int64		device_age;		/* seconds since its last proof */
	bool		device_older;	/* it was there when the owner was last seen */
} AgEntry;

/*
 * Was the device there when the owner was last seen?  One that came later came to a silent
 * account, and no time makes it his.
 */
extern bool ag_dormancy_knew(const AgSigns *signs, const AgDevice *device);

/* Does it open a protected account? */
extern bool ag_dormancy_opens(const AgEntry *entry);

/*
 * dormancy.c
 */

/*
 * Everything about the silence of an account, at a time.  Takes no lock: where the
 * answer decides something, the account is locked.  Asks every source, so it is no
 * thing for a hot path.
 */
extern void ag_dormancy_read(const AgAccount *account, TimestampTz at, AgDormancy *dormancy);

/* Is it protected, or will it be soon?  Asks no source where the clock says no. */
extern bool ag_dormancy_notable(const AgAccount *account, TimestampTz at, AgDormancy *dormancy);

/* How the owner of a protected account came back. */
typedef enum AgReturn
{
	AG_RETURN_DEVICE,			/* a known device together with the password */
	AG_RETURN_GATE				/* the gate of protected accounts, T4 */
} AgReturn;

/*
 * The owner of a locked account has shown that it is he: a sign of life, and the end of
 * its protection.  The caller saves the account.
 */
extern void ag_dormancy_return(AgAccount *account, AgReturn how, TimestampTz at);

/*
 * The application has seen the owner of a locked account: false if that is no more than
 * is known, or if the account is protected, which needs a proof.
 */
extern bool ag_dormancy_seen(AgAccount *account, TimestampTz seen_at, TimestampTz at);

extern void ag_dormancy_init(void);

/*
 * dormancy_notice.c, dormancy_sweep.c: asking owners in time.
 */
extern void ag_dormancy_notice_init(void);
extern int64 ag_dormancy_sweep(int64 limit);

/*
 * entitlement.c: the application's queries.
 */
typedef struct AgSource
{
	char	   *source;
	int			version;
	char	   *query;
	char	   *run_as;
} AgSource;

extern int	ag_entitlement_register(const char *source, const char *query, const char *run_as,
									const char *reason);
extern bool ag_entitlement_remove(const char *source, const char *reason);
extern void ag_entitlement_count(int64 account_id, AgEntitlements *entitlements);

/* One source's answer: false and a problem, palloc'd, if it is none. */
extern bool ag_entitlement_ask(const AgSource *source, int64 account_id, int64 *count,
							   char **problem);

/*
 * dormancy_store.c
 */
extern AgStatementTable dormancy_statements;

extern List *ag_source_store_list(void);	/* AgSource *, those in force */
extern int	ag_source_store_next(const char *source);
extern void ag_source_store_insert(const AgSource *source, bool enabled, const char *person,
								   const char *reason, TimestampTz at);
extern AgResult *ag_source_store_report(void);

typedef struct AgRunAs
{
	Oid			role_id;		/* InvalidOid = there is no such role */
	bool		powerful;		/* it has an attribute that reading needs not */
	bool		privileged;		/* it belongs to acctguard or to the server */
} AgRunAs;

extern void ag_source_store_role(const char *role, AgRunAs *run_as);

/* Accounts behind one, ascending: id, and whether its row is silent since a time. */
extern AgResult *ag_dormancy_store_walk(int64 after, TimestampTz silent_since, int64 limit);
extern TimestampTz ag_reminder_store_read(int64 account_id);	/* DT_NOEND = none */
extern void ag_reminder_store_write(int64 account_id, TimestampTz seen_at, TimestampTz at);

#endif							/* AG_DORMANCY_H */
