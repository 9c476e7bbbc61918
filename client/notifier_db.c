/*-------------------------------------------------------------------------
 *
 * notifier_db.c
 *		The connection: claims, acknowledgments, waking.
 *
 * Calls wait for the server, at most as long as a lease.  When the connection is
 * lost, verdicts are kept until there is another one; a lease that ended in the
 * meantime makes somebody else send the notice again, with the same idempotency key.
 *
 *-------------------------------------------------------------------------
 */
#include "notifier.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONGEST_WAIT 30000		/* milliseconds between two attempts to connect */
#define MOST_REPORTED 1000		/* notices that notice_done() takes at once */

static PGconn * connection;		/* NULL = not connected */
static int	failures;			/* attempts in a row that failed */
static int64_t next_try;

bool
db_connected(void)
{
	return connection != NULL;
}

int
db_failures(void)
{
	return failures;
}

int
db_socket(void)
{
	return PQsocket(connection);
}

void
db_close(void)
{
	PQfinish(connection);
	connection = NULL;
}

static void
no_notice(void *arg, const PGresult * result)
{
}

/* What the server said, without its detail; the connection goes if it is broken. */
static void
complain_of_server(const char *what, const PGresult * result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	complain("%s: %s%s%s", what, text !=NULL ? text : PQerrorMessage(connection),
			 state != NULL ? ", SQLSTATE " : "", state != NULL ? state : "");
	if (PQstatus(connection) != CONNECTION_OK)
		db_close();
}

/* Run a statement that gives rows, or nothing; NULL and a log line if it failed. */
static PGresult *
run(const char *what, const char *sql, int count, const char *const *values)
{
	PGresult   *result = PQexecParams(connection, sql, count, NULL, values, NULL, NULL, 0);

	if (PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK)
		return result;
	complain_of_server(what, result);
	PQclear(result);
	return NULL;
}

/*
 * Lists of notices: each notice is in one of them, which owns it.
 */
void
list_init(NoticeList *list)
{
	list->first = NULL;
	list->end = &list->first;
	list->count = 0;
}

void
list_append(NoticeList *list, Notice *notice)
{
	notice->next = NULL;
	*list->end = notice;
	list->end = &notice->next;
	list->count++;
}

Notice *
list_take(NoticeList *list)
{
	Notice	   *notice = list->first;

	if (notice == NULL)
		return NULL;
	list->first = notice->next;
	if (list->first == NULL)
		list->end = &list->first;
	list->count--;
	notice->next = NULL;
	return notice;
}

void
notice_free(Notice *notice)
{
	free(notice->account_id);
	free(notice->notice_no);
	free(notice->idempotency_key);
	free(notice->event);
	free(notice->address);
	free(notice->locale);
	free(notice->subject);
	free(notice->body);
	free(notice->attempt);
	free(notice);
}

/* A call that hangs must not outlast the leases of what we hold. */
static bool
prepare_session(const Options *options)
{
	char		timeout[32];
	const char *values[] = {timeout};
	PGresult   *result;

	(void) snprintf(timeout, sizeof(timeout), "%lldms", (long long) options->lease);
	result = run("the session cannot be set up",
				 "SELECT pg_catalog.set_config('statement_timeout', $1, false)", 1, values);
	if (result == NULL)
		return false;
	PQclear(result);
	result = run("notifications cannot be had", "LISTEN acctguard_notice", 0, NULL);
	PQclear(result);
	return result != NULL;
}

/* Settings of our own come first, so that a connection string can give others. */
static bool
connect_now(const Options *options)
{
	const char *const names[] = {"fallback_application_name", "connect_timeout", "tcp_user_timeout", "dbname", "client_encoding", NULL};
	const char *const values[] = {PROGRAM, "10", "30000", options->dbname, "UTF8", NULL};

	connection = PQconnectdbParams(names, values, 1);
	if (PQstatus(connection) != CONNECTION_OK)
	{
		complain("no connection: %s", PQerrorMessage(connection));
		db_close();
		return false;
	}
	PQsetNoticeReceiver(connection, no_notice, NULL);
	if (!prepare_session(options))
	{
		db_close();
		return false;
	}
	return true;
}

/* Half a second, then twice as long each time, a little earlier or later than the others. */
bool
db_connect(const Options *options, int64_t * wait)
{
	int64_t		now = milliseconds();
	int64_t		pause;

	if (connection != NULL)
		return true;
	if (now >= next_try)
	{
		if (connect_now(options))
		{
			if (failures > 0)
				complain("connected");
			failures = 0;
			return true;
		}
		pause = failures > 5 ? LONGEST_WAIT : (int64_t) 500 << failures;
		failures++;
		now = milliseconds();
		next_try = now + pause * (3 + (now + getpid()) % 3) / 4;
	}
	*wait = next_try - now;
	return false;
}

void
db_listen(void (*woken) (const char *channel))
{
	PGnotify   *notification;

	if (!PQconsumeInput(connection))
	{
		complain("the connection was lost: %s", PQerrorMessage(connection));
		db_close();
		return;
	}
	while ((notification = PQnotifies(connection)) != NULL)
	{
		woken(notification->extra);
		PQfreemem(notification);
	}
}

static char *
value_at(const PGresult * result, int row, int column)
{
	return PQgetisnull(result, row, column) ? NULL : copy_text(PQgetvalue(result, row, column));
}

/* The lease is counted from before the call, by a clock nobody sets. */
int
db_claim(const Options *options, Channel channel, int n, NoticeList *list)
{
	char		number[16];
	char		lease[32];
	const char *values[] = {channel_name(channel), number, lease};
	int64_t		asked_at = milliseconds();
	PGresult   *result;
	int			claimed;

	(void) snprintf(number, sizeof(number), "%d", n);
	(void) snprintf(lease, sizeof(lease), "%lld ms", (long long) options->lease);
	result = run("notices cannot be claimed",
				 "SELECT account_id, notice_no, idempotency_key, event, address, locale, subject, body, attempt"
				 " FROM acctguard.notice_claim($1, $2::int, $3::interval)", 3, values);
	if (result == NULL)
		return -1;
	claimed = PQntuples(result);
	for (int row = 0; row < claimed; row++)
	{
		Notice	   *notice = allocate(sizeof(Notice));

		notice->channel = channel;
		notice->account_id = value_at(result, row, 0);
		notice->notice_no = value_at(result, row, 1);
		notice->idempotency_key = value_at(result, row, 2);
		notice->event = value_at(result, row, 3);
		notice->address = value_at(result, row, 4);
		notice->locale = value_at(result, row, 5);
		notice->subject = value_at(result, row, 6);
		notice->body = value_at(result, row, 7);
		notice->attempt = value_at(result, row, 8);
		notice->lease_until = asked_at + options->lease;
		notice->output = -1;
		list_append(list, notice);
	}
	PQclear(result);
	return claimed;
}

/* An element of an array, quoted. */
static void
add_element(Buffer *array, const char *text)
{
	buffer_char(array, array->length == 0 ? '{' : ',');
	buffer_char(array, '"');
	for (; *text !='\0'; text ++)
	{
		if (*text == '"' || *text == '\\')
			buffer_char(array, '\\');
		buffer_char(array, *text);
	}
	buffer_char(array, '"');
}

/*
 * Report what was delivered of the first so many in the list, in one statement, so
 * that many notices cost one commit.  False = it failed, and nothing was reported.
 */
static bool
report_done(const NoticeList *list, int count)
{
	Buffer		arrays[3] = {{0}, {0}, {0}};
	const char *values[3];
	int			delivered = 0;
	int			kept = 0;
	PGresult   *result = NULL;
	const Notice *notice = list->first;

	for (int i = 0; i < count; i++, notice = notice->next)
	{
		if (notice->verdict != VERDICT_DONE)
			continue;
		add_element(&arrays[0], notice->account_id);
		add_element(&arrays[1], notice->notice_no);
		add_element(&arrays[2], notice->result);
		delivered++;
	}
	if (delivered == 0)
		return true;
	for (int i = 0; i < 3; i++)
	{
		buffer_char(&arrays[i], '}');
		values[i] = arrays[i].data;
	}
	result = run("delivered notices cannot be reported",
				 "SELECT acctguard.notice_done($1::bigint[], $2::bigint[], $3::text[])", 3, values);
	for (int i = 0; i < 3; i++)
		buffer_free(&arrays[i]);
	if (result == NULL)
		return false;
	kept = (int) strtol(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	if (kept < delivered)
		complain("%d of %d delivered notices were no longer ours: they may be sent again", delivered - kept, delivered);
	return true;
}

static bool
report_failed(const Notice *notice)
{
	const char *values[] = {notice->account_id, notice->notice_no, notice->result,
	notice->verdict == VERDICT_PERMANENT ? "true" : "false"};
	PGresult   *result = run("a failed notice cannot be reported",
							 "SELECT acctguard.notice_failed($1, $2, $3, $4)", 4, values);

	PQclear(result);
	return result != NULL;
}

/* One after the other, because one that cannot be reported must not keep up the rest. */
static bool
report_singly(NoticeList *list, int count)
{
	NoticeList	one;
	bool		reported;

	for (int i = 0; i < count; i++)
	{
		Notice	   *notice = list->first;

		one = (NoticeList)
		{
			.first = notice, .count = 1
		};
		reported = notice->verdict == VERDICT_DONE ? report_done(&one, 1) : report_failed(notice);
		if (!reported && connection == NULL)
			return false;
		if (!reported)
			complain("%s notice %s of account %s could not be reported: its lease will end", channel_name(notice->channel),
					 notice->notice_no, notice->account_id);
		notice_free(list_take(list));
	}
	return true;
}

bool
db_acknowledge(NoticeList *list)
{
	int			count = list->count < MOST_REPORTED ? list->count : MOST_REPORTED;

	if (!report_done(list, count))
		return connection != NULL && report_singly(list, count);
	for (int i = 0; i < count; i++)
	{
		Notice	   *notice = list_take(list);

		if (notice->verdict != VERDICT_DONE && !report_failed(notice) && connection == NULL)
		{
			/* Those that were delivered are reported: only failures are left to repeat. */
			list_append(list, notice);
			for (i++; i < count; i++)
			{
				notice = list_take(list);
				if (notice->verdict == VERDICT_DONE)
					notice_free(notice);
				else
					list_append(list, notice);
			}
			return false;
		}
		notice_free(notice);
	}
	return true;
}
