/*-------------------------------------------------------------------------
 *
 * notifier_command.c
 *		Runs the command of a channel for one notice.
 *
 * The notice is the command's standard input, as a file in memory that is complete
 * before the command starts: were we killed, the command would still read all of
 * it, and neither waits for the other.  Its standard output is a pipe of which the
 * first line is kept; standard error is ours.
 *
 *-------------------------------------------------------------------------
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE				/* memfd_create, pipe2 */
#endif

#include "notifier.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define END_TIME 2000			/* milliseconds a command gets to end when it is out of time */

extern char **environ;

static void
judge(Notice *notice, Verdict verdict, const char *result)
{
	notice->verdict = verdict;
	(void) snprintf(notice->result, sizeof(notice->result), "%s", result);
}

static void
complain_of(const Notice *notice, const char *what)
{
	complain("%s notice %s of account %s, attempt %s: %s", channel_name(notice->channel), notice->notice_no,
			 notice->account_id, notice->attempt, what);
}

static void
close_output(Notice *notice)
{
	if (notice->output >= 0)
		(void) close(notice->output);
	notice->output = -1;
}

/* A file in memory with the message, read from its beginning; -1 and errno. */
static int
message_file(const Buffer *message)
{
	int			file = memfd_create("notice", MFD_CLOEXEC);
	size_t		written = 0;

	while (file >= 0 && written < message->length)
	{
		ssize_t		n = write(file, message->data + written, message->length - written);

		if (n < 0)
		{
			int			error = errno;

			(void) close(file);
			errno = error;
			return -1;
		}
		written += (size_t) n;
	}
	if (file >= 0)
		(void) lseek(file, 0, SEEK_SET);
	return file;
}

/*
 * In a process group of its own, so that a timeout ends all of it, and with the
 * signals a command expects.  Returns an error number.
 */
static int
spawn(const char *command, int input, int output, pid_t *pid)
{
	char	   *const arguments[] = {(char *) "sh", (char *) "-c", (char *) command, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t	none;
	sigset_t	usual;
	int			error;

	(void) sigemptyset(&none);
	(void) sigemptyset(&usual);
	(void) sigaddset(&usual, SIGPIPE);
	(void) sigaddset(&usual, SIGTERM);
	(void) sigaddset(&usual, SIGINT);
	(void) sigaddset(&usual, SIGCHLD);
	(void) posix_spawn_file_actions_init(&files);
	(void) posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	(void) posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	(void) posix_spawnattr_init(&attributes);
	(void) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	(void) posix_spawnattr_setpgroup(&attributes, 0);
	(void) posix_spawnattr_setsigdefault(&attributes, &usual);
	(void) posix_spawnattr_setsigmask(&attributes, &none);
	error = posix_spawn(pid, "/bin/sh", &files, &attributes, arguments, environ);
	(void) posix_spawnattr_destroy(&attributes);
	(void) posix_spawn_file_actions_destroy(&files);
	return error;
}

bool
command_start(const Options *options, Notice *notice)
{
	Buffer		message = {0};
	int			pipes[2] = {-1, -1};
	int			input = -1;
	int			error = 0;

	if (options->mail && notice->channel == CHANNEL_EMAIL)
	{
		if (!message_mail(&message, notice, options->from))
		{
			buffer_free(&message);
			judge(notice, VERDICT_PERMANENT, "the address cannot be written into a mail");
			complain_of(notice, notice->result);
			return false;
		}
	}
	else
		message_json(&message, notice);

	input = message_file(&message);
	buffer_free(&message);
	if (input < 0 || pipe2(pipes, O_CLOEXEC) != 0)
		error = errno;
	if (error == 0)
		error = spawn(options->command[notice->channel], input, pipes[1], &notice->pid);
	if (input >= 0)
		(void) close(input);
	if (pipes[1] >= 0)
		(void) close(pipes[1]);
	notice->output = pipes[0];
	if (error != 0)
	{
		close_output(notice);
		judge(notice, VERDICT_RETRY, "the command could not be started");
		complain_of(notice, notice->result);
		complain("/bin/sh: %s", strerror(error));
		return false;
	}
	(void) fcntl(notice->output, F_SETFL, O_NONBLOCK);
	notice->started = milliseconds();
	notice->deadline = notice->started + options->timeout;
	return true;
}

/* Keep what fits of the first line, and read on, so that the command never waits for us. */
void
command_read(Notice *notice)
{
	char		chunk[4096];
	ssize_t		n;

	while ((n = read(notice->output, chunk, sizeof(chunk))) > 0)
	{
		size_t		have = strlen(notice->result);

		for (ssize_t i = 0; i < n && !notice->line_read; i++)
		{
			if (chunk[i] == '\n' || have == sizeof(notice->result) - 1)
				notice->line_read = true;
			else if (chunk[i] != '\0' && chunk[i] != '\r')
				notice->result[have++] = chunk[i];
		}
		notice->result[have] = '\0';
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_output(notice);
}

/* A receipt is text in UTF-8 and has whole characters only. */
static void
clean_receipt(char *text)
{
	int			length;

	for (char *c = text; *c != '\0'; c += length)
	{
		length = utf8_length(c);
		if (length == 0)
		{
			*c = '\0';
			return;
		}
		if (length == 1 && (unsigned char) *c < 0x20)
			*c = ' ';
	}
}

/* What it printed may name the address, so a failure is told by its status alone. */
void
command_ended(Notice *notice, int status)
{
	char		reason[100];
	int			code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (notice->output >= 0)
		command_read(notice);
	close_output(notice);
	notice->pid = 0;
	if (code == 0)
	{
		notice->verdict = VERDICT_DONE;
		clean_receipt(notice->result);
		return;
	}
	if (notice->terminated)
		(void) snprintf(reason, sizeof(reason), "the command took too long");
	else if (code < 0)
		(void) snprintf(reason, sizeof(reason), "the command was ended by signal %d", WTERMSIG(status));
	else
		(void) snprintf(reason, sizeof(reason), "the command ended with status %d", code);
	judge(notice, code == EX_DATAERR || code == EX_NOUSER || code == EX_NOHOST ? VERDICT_PERMANENT : VERDICT_RETRY, reason);
	complain_of(notice, reason);
}

void
command_check_time(Notice *notice, int64_t now)
{
	if (notice->pid == 0 || now < notice->deadline)
		return;
	(void) kill(-notice->pid, notice->terminated ? SIGKILL : SIGTERM);
	notice->terminated = true;
	notice->deadline = now + END_TIME;
}
