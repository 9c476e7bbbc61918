/*-------------------------------------------------------------------------
 *
 * notifier.h
 *		acctguard-notifier: hands notices to the commands that deliver them.
 *
 * One process, one thread, one connection.  The main loop (notifier.c) claims
 * notices, starts a command for each, and reports how they ended; everything it
 * holds is also written in the database with a lease, so nothing is lost with it.
 *
 * Addresses and texts are handed to commands and to nobody else: no log line and
 * no reason of a failure has them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NOTIFIER_H
#define NOTIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROGRAM "acctguard-notifier"

/*
 * notifier_options.c: the command line.
 */
typedef enum Channel
{
	CHANNEL_EMAIL,
	CHANNEL_SMS,
	CHANNEL_PUSH,
	CHANNEL_COUNT
} Channel;

typedef struct Options
{
	const char *dbname;			/* conninfo, URI or name; NULL = the environment */
	const char *command[CHANNEL_COUNT]; /* NULL = the channel is not served */
	const char *from;			/* mailbox of mails */
	bool		mail;			/* e-mail commands get a message, not JSON */
	bool		once;			/* end when nothing is due */
	int			batch;			/* notices claimed at once, at most */
	int			jobs;			/* commands at once */
	int64_t		lease;			/* milliseconds, also the two below */
	int64_t		timeout;		/* of a command */
	int64_t		poll;
} Options;

extern const char *channel_name(Channel channel);
extern int	channel_find(const char *name); /* -1 if there is none */

/* Fills options; ends the program after --help, --version or a mistake. */
extern void options_read(Options *options, int argc, char **argv);

/*
 * notifier_text.c: text that grows, log lines, time.
 */
typedef struct Buffer
{
	char	   *data;			/* always ends with a null byte once something was added */
	size_t		length;
	size_t		size;
} Buffer;

extern void buffer_add(Buffer *buffer, const char *data, size_t length);
extern void buffer_text(Buffer *buffer, const char *text);
extern void buffer_char(Buffer *buffer, char c);
extern void buffer_free(Buffer *buffer);

/* Bytes of the character that text starts with, 0 if it is no UTF-8 or text is empty. */
extern int	utf8_length(const char *text);

extern void *allocate(size_t size); /* zeroed; ends the program when there is no memory */
extern char *copy_text(const char *text);
extern void complain(const char *format,...) __attribute__((format(printf, 1, 2)));
extern int64_t milliseconds(void);	/* of a clock that nobody sets */

/*
 * notifier_db.c: claims and acknowledgments.
 */
typedef enum Verdict
{
	VERDICT_NONE,				/* not known yet */
	VERDICT_DONE,
	VERDICT_RETRY,
	VERDICT_PERMANENT
} Verdict;

/* One notice that this process holds, from its claim to its acknowledgment. */
typedef struct Notice
{
	struct Notice *next;
	Channel		channel;
	char	   *account_id;		/* as text: JSON's readers may know no 64-bit integers */
	char	   *notice_no;
	char	   *idempotency_key;
	char	   *event;
	char	   *address;
	char	   *locale;
	char	   *subject;
	char	   *body;
	char	   *attempt;
	int64_t		lease_until;	/* by our own clock, never later than the database's */

	Verdict		verdict;
	char		result[201];	/* the receipt, or why it failed */

	/* while its command runs */
	pid_t		pid;
	int			output;			/* the command's standard output, -1 = closed */
	bool		line_read;		/* the first line of it is complete */
	bool		terminated;		/* out of time: it was asked to end */
	int64_t		started;
	int64_t		deadline;
} Notice;

typedef struct NoticeList
{
	Notice	   *first;
	Notice	  **end;			/* where the next one is linked */
	int			count;
} NoticeList;

extern void list_init(NoticeList *list);
extern void list_append(NoticeList *list, Notice *notice);
extern Notice *list_take(NoticeList *list); /* the first, NULL if there is none */
extern void notice_free(Notice *notice);

/* Connect if it is time to; true when connected.  *wait = milliseconds to the next try. */
extern bool db_connect(const Options *options, int64_t * wait);
extern bool db_connected(void);
extern int	db_failures(void);	/* attempts to connect that failed in a row */
extern int	db_socket(void);
extern void db_close(void);

/* Read what has arrived; calls woken for each notification. */
extern void db_listen(void (*woken) (const char *channel));

/* Claim up to n notices into the list; the number claimed, -1 if the connection failed. */
extern int	db_claim(const Options *options, Channel channel, int n, NoticeList *list);

/* Report verdicts, and free what was reported; false if the connection failed. */
extern bool db_acknowledge(NoticeList *list);

/*
 * notifier_command.c: running the commands.
 */

/* Start the command of a notice; false = it has a verdict already. */
extern bool command_start(const Options *options, Notice *notice);

/* Read what it printed; called when there is something to read. */
extern void command_read(Notice *notice);

/* Its process has ended with this status, as waitpid() says it. */
extern void command_ended(Notice *notice, int status);

/* End what is out of time. */
extern void command_check_time(Notice *notice, int64_t now);

/*
 * notifier_message.c: a notice as JSON; notifier_mail.c: as a mail.
 */
extern void message_json(Buffer *out, const Notice *notice);

/* False if the address cannot be written as the one recipient of a mail. */
extern bool message_mail(Buffer *out, const Notice *notice, const char *from);

/* Can this be the From of a mail?  NULL or what is wrong with it. */
extern const char *mail_from_problem(const char *from);

#endif							/* NOTIFIER_H */
