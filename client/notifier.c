/*-------------------------------------------------------------------------
 *
 * notifier.c
 *		Main loop: claim, run commands, acknowledge.
 *
 * A notice is in one of four lists: waiting (claimed), running (its command runs),
 * ended (its verdict is to be reported), or gone.  The loop sleeps in poll() until
 * a command prints or ends, the server notifies, or something is due.
 *
 * Killed at any moment, nothing is lost: leases end, and what was held is claimed
 * again by whoever asks.
 *
 *-------------------------------------------------------------------------
 */
#include "notifier.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPORT_AFTER 250		/* milliseconds a verdict waits for others, at most */
#define GIVE_UP 10				/* attempts to connect before --once, or an end, fails */

static Options options;
static NoticeList waiting;
static NoticeList running;
static NoticeList ended;
static int64_t ended_since;		/* when the first of ended came */
static int64_t claim_at[CHANNEL_COUNT]; /* when to look for notices again */
static Channel last_channel;	/* whose turn it was */
static bool more[CHANNEL_COUNT];	/* did the last claim find all it asked for? */
static bool claim_failed;		/* the server refused a claim */
static bool claimed[CHANNEL_COUNT]; /* was there a claim at all? */
static int64_t usual_time = 1;	/* milliseconds a command takes, about */

static int	wake_read;
static int	wake_write;
static volatile sig_atomic_t stopping;

/* Signals are passed on as bytes in a pipe, so that poll() sees them. */
static void
on_signal(int signal)
{
	int			error = errno;

	if (signal != SIGCHLD)
		stopping = 1;
	if (write(wake_write, "", 1) < 0)
	{
		/* It is full: poll() wakes anyway. */
	}
	errno = error;
}

static void
set_up_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	int			pipes[2];

	if (pipe(pipes) != 0)
	{
		complain("no pipe: %s", strerror(errno));
		exit(EXIT_FAILURE);
	}
	wake_read = pipes[0];
	wake_write = pipes[1];
	for (int i = 0; i < 2; i++)
	{
		(void) fcntl(pipes[i], F_SETFD, FD_CLOEXEC);
		(void) fcntl(pipes[i], F_SETFL, O_NONBLOCK);
	}
	(void) sigemptyset(&action.sa_mask);
	(void) sigaction(SIGCHLD, &action, NULL);
	(void) sigaction(SIGTERM, &action, NULL);
	(void) sigaction(SIGINT, &action, NULL);
	(void) sigaction(SIGPIPE, &ignore, NULL);
}

static void
add_ended(Notice *notice)
{
	if (ended.count == 0)
		ended_since = milliseconds();
	list_append(&ended, notice);
}

/* Collect the commands that have ended, and end those that are out of time. */
static void
look_after_commands(void)
{
	int64_t		now = milliseconds();
	int			count = running.count;

	for (int i = 0; i < count; i++)
	{
		Notice	   *notice = list_take(&running);
		int			status;

		if (waitpid(notice->pid, &status, WNOHANG) == notice->pid)
		{
			usual_time = (usual_time * 7 + now - notice->started) / 8 + 1;
			command_ended(notice, status);
			add_ended(notice);
			continue;
		}
		command_check_time(notice, now);
		list_append(&running, notice);
	}
}

/*
 * Start what waits while there is room.  What could not end within its lease is left
 * alone: somebody else may have it by then.
 */
static void
start_commands(void)
{
	while (waiting.count > 0 && running.count < options.jobs)
	{
		Notice	   *notice = list_take(&waiting);

		if (milliseconds() + options.timeout > notice->lease_until)
		{
			complain("%s notice %s of account %s, attempt %s: its lease is too short now", channel_name(notice->channel),
					 notice->notice_no, notice->account_id, notice->attempt);
			notice_free(notice);
		}
		else if (command_start(&options, notice))
			list_append(&running, notice);
		else
			add_ended(notice);
	}
}

/* As many as commands of the usual length get through while their leases are long enough. */
static int
claim_size(void)
{
	int64_t		fit = options.jobs * ((options.lease - options.timeout) / usual_time);

	if (fit < options.jobs)
		fit = options.jobs;
	return fit < options.batch ? (int) fit : options.batch;
}

/* Claim for the next channel that is due, if there is nothing else to start. */
static void
claim(void)
{
	int64_t		now = milliseconds();
	int			asked = claim_size();

	if (waiting.count > 0 || running.count >= options.jobs)
		return;
	for (int i = 1; i <= CHANNEL_COUNT && waiting.count == 0; i++)
	{
		Channel		channel = (Channel) ((last_channel + i) % CHANNEL_COUNT);
		int			got;

		if (options.command[channel] == NULL || claim_at[channel] > now)
			continue;
		got = db_claim(&options, channel, asked, &waiting);
		claim_at[channel] = milliseconds() + (got < asked ? options.poll : 0);
		if (got < 0)
		{
			claim_failed = db_connected();
			return;
		}
		claimed[channel] = true;
		more[channel] = got == asked;
		if (got > 0)
		{
			last_channel = channel;
			return;
		}
	}
}

/* The server says that there is something for a channel; anything else means all. */
static void
on_notification(const char *channel)
{
	int			number = channel_find(channel);

	for (int i = 0; i < CHANNEL_COUNT; i++)
		if (number < 0 || i == number)
			claim_at[i] = 0;
}

/* Verdicts are reported together, but never late. */
static bool
report_is_due(int64_t now)
{
	return ended.count > 0 &&
		(ended.count >= options.batch || now - ended_since >= REPORT_AFTER || (waiting.count == 0 && running.count == 0));
}

/* --once: every channel was asked, and had no more. */
static bool
drained(void)
{
	for (int i = 0; i < CHANNEL_COUNT; i++)
		if (options.command[i] != NULL && (!claimed[i] || more[i]))
			return false;
	return true;
}

static void
earlier(int64_t * wait, int64_t candidate)
{
	if (candidate < *wait)
		*wait = candidate < 0 ? 0 : candidate;
}

/* How long nothing can be due, in milliseconds. */
static int64_t
time_to_sleep(bool ready, int64_t reconnect)
{
	int64_t		now = milliseconds();
	int64_t		wait = options.poll;

	if (!ready)
		earlier(&wait, reconnect);
	else if (ended.count > 0)
		earlier(&wait, ended_since + REPORT_AFTER - now);
	for (int i = 0; ready && !stopping && i < CHANNEL_COUNT; i++)
		if (options.command[i] != NULL && waiting.count == 0 && running.count < options.jobs)
			earlier(&wait, claim_at[i] - now);
	for (const Notice *notice = running.first; notice != NULL; notice = notice->next)
		earlier(&wait, notice->deadline - now);
	return wait;
}

/* Sleep until there is something to do, and read what has come. */
static void
sleep_and_read(bool ready, int64_t wait)
{
	struct pollfd *files = allocate(sizeof(struct pollfd) * (size_t) (running.count + 2));
	nfds_t		count = 0;
	nfds_t		next = 1;
	char		bytes[64];

	files[count++] = (struct pollfd)
	{
		.fd = wake_read, .events = POLLIN
	};
	for (const Notice *notice = running.first; notice != NULL; notice = notice->next)
		files[count++] = (struct pollfd)
	{
		.fd = notice->output, .events = POLLIN
	};
	if (ready)
		files[count++] = (struct pollfd)
	{
		.fd = db_socket(), .events = POLLIN
	};
	if (poll(files, count, (int) wait) > 0)
	{
		while (read(wake_read, bytes, sizeof(bytes)) > 0)
			continue;
		for (Notice *notice = running.first; notice != NULL; notice = notice->next)
			if (files[next++].revents != 0)
				command_read(notice);
		if (ready && files[next].revents != 0)
			db_listen(on_notification);
	}
	free(files);
}

/* Is all done that was to be done, or hopeless?  Then the exit status. */
static bool
finished(bool ready, int *status)
{
	if (waiting.count > 0 || running.count > 0 || !(stopping || options.once))
		return false;
	if (ended.count == 0 && (stopping || (ready && drained())))
	{
		*status = EXIT_SUCCESS;
		return true;
	}
	if ((ready || db_failures() < (stopping ? 3 : GIVE_UP)) && !(options.once && claim_failed))
		return false;
	if (ended.count > 0)
		complain("%d notices could not be reported: their leases will end", ended.count);
	*status = EXIT_FAILURE;
	return true;
}

int
main(int argc, char **argv)
{
	struct rlimit no_core = {0, 0};
	int			status = EXIT_SUCCESS;
	int64_t		reconnect = 0;

	/* addresses and texts are in our memory */
	(void) setrlimit(RLIMIT_CORE, &no_core);
	options_read(&options, argc, argv);
	list_init(&waiting);
	list_init(&running);
	list_init(&ended);
	last_channel = (Channel) (CHANNEL_COUNT - 1);
	set_up_signals();
	for (;;)
	{
		bool		was_connected = db_connected();
		bool		ready = db_connect(&options, &reconnect);

		/* notifications went by while there was no connection */
		if (ready && !was_connected)
			on_notification("");
		look_after_commands();
		start_commands();
		if (ready && report_is_due(milliseconds()))
			ready = db_acknowledge(&ended);
		if (ready && !stopping)
			claim();
		start_commands();
		/* notifications may have come with the answers */
		if (db_connected())
			db_listen(on_notification);
		ready = db_connected();
		if (finished(ready, &status))
			break;
		if (ready && report_is_due(milliseconds()))
			continue;
		sleep_and_read(ready, time_to_sleep(ready, reconnect));
	}
	db_close();
	return status;
}
