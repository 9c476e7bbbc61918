/*-------------------------------------------------------------------------
 *
 * keyring_root.c
 *		The root key: read once, when the server starts.
 *
 * The preloaded library reads it in the postmaster, from a file or from what a
 * command prints; every backend inherits it and none could read it again.  Nothing
 * keeps the root key itself: what wraps data keys and the check value are derived
 * from it and the bytes that were read are wiped.  Without preloading there are no
 * keys, so no backend ever runs the command or opens the file.
 *
 * A root key that cannot be used does not keep the server from starting, because
 * enforcement needs no key.  The server log says what is wrong.
 *
 * A key file inside the data directory or a tablespace would be in every base
 * backup, beside what it protects; a file that others can write or read is not a
 * secret.  Both are refused.  Links are followed first.
 *
 * Memory: one secure region, for the life of the server.  No locks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guc.h"
#include "keyring/keys.h"
#include "miscadmin.h"

#define COMMAND_SECONDS 60
#define WRAP_CONTEXT "acgwrap1"
#define CHECK_CONTEXT "acgcheck"

static AgRootSource source = AG_ROOT_NOT_PRELOADED;
static char problem[256] = "";
static int	root_count = 0;
static int32 versions[AG_ROOTS_MAX];
static uint8 checks[AG_ROOTS_MAX][AG_CHECK_SIZE];
static AgSecret *wrapping = NULL;	/* one key per version */

/* Note what is wrong; false, for the caller to return. */
static bool
			fail(const char *format,...) __attribute__((format(printf, 1, 2)));

static bool
fail(const char *format,...)
{
	va_list		args;

	va_start(args, format);
	vsnprintf(problem, sizeof(problem), format, args);
	va_end(args);
	return false;
}

/* Does the resolved path lie below the folder? */
static bool
lies_below(const char *path, const char *folder)
{
	char	   *resolved = realpath(folder, NULL);
	bool		below;
	Size		length;

	if (resolved == NULL)
		return false;
	length = strlen(resolved);
	below = strncmp(path, resolved, length) == 0 && (path[length] == '/' || length == 1);
	free(resolved);
	return below;
}

static bool
lies_in_tablespace(const char *path)
{
	char		folder[MAXPGPATH];
	DIR		   *dir;
	struct dirent *entry;
	bool		inside = false;

	snprintf(folder, sizeof(folder), "%s/pg_tblspc", DataDir);
	dir = opendir(folder);
	if (dir == NULL)
		return false;
	while (!inside && (entry = readdir(dir)) != NULL)
	{
		if (entry->d_name[0] == '.')
			continue;
		snprintf(folder, sizeof(folder), "%s/pg_tblspc/%s", DataDir, entry->d_name);
		inside = lies_below(path, folder);
	}
	closedir(dir);
	return inside;
}

static bool
accept_place(const char *path)
{
	char		wal[MAXPGPATH];

	snprintf(wal, sizeof(wal), "%s/pg_wal", DataDir);
	if (lies_below(path, DataDir) || lies_below(path, wal))
		return fail("it lies inside the data directory");
	if (lies_in_tablespace(path))
		return fail("it lies inside a tablespace");
	return true;
}

static bool
accept_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail("it cannot be examined: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail("it is not a regular file");
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return fail("it belongs to user %u, neither the server's user nor root",
					(unsigned int) st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO))
		return fail("its mode is %04o, but only its owner may write and only its group may read too",
					(unsigned int) (st.st_mode & 07777));
	return true;
}

/* Read until the end; false with a problem if there is too much. */
static bool
read_all(int fd, uint8 *buffer, Size *length)
{
	for (;;)
	{
		ssize_t		got = read(fd, buffer + *length, AG_ROOT_TEXT_MAX - *length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail("it cannot be read: %s", strerror(errno));
		if (got == 0)
			return true;
		*length += got;
		if (*length == AG_ROOT_TEXT_MAX)
			return fail("it is too long");
	}
}

/* The file's bytes.  The file that was judged is the one that is read. */
static bool
read_file(const char *name, uint8 *buffer, Size *length)
{
	char	   *path;
	bool		done = false;
	int			fd;

	if (!is_absolute_path(name))
		return fail("its path is not absolute");
	path = realpath(name, NULL);
	if (path == NULL)
		return fail("it cannot be found: %s", strerror(errno));
	if (accept_place(path))
	{
		fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			fail("it cannot be opened: %s", strerror(errno));
		else
		{
			done = accept_file(fd) && read_all(fd, buffer, length);
			close(fd);
		}
	}
	free(path);
	return done;
}

/* In the child: a shell of its own process group, which can be ended as one. */
static void
run_command(const char *command, int out)
{
	int			null = open("/dev/null", O_RDONLY);
	sigset_t	none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	(void) signal(SIGPIPE, SIG_DFL);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execl("/bin/sh", "sh", "-c", command, (char *) NULL);
	_exit(127);
}

/* What the command prints, as long as there is time left. */
static bool
read_output(int fd, uint8 *buffer, Size *length, time_t deadline)
{
	for (;;)
	{
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		int			left = (int) (deadline - time(NULL));
		ssize_t		got;

		if (left <= 0)
			return fail("it took more than %d seconds", COMMAND_SECONDS);
		if (poll(&wait, 1, left * 1000) <= 0)
			continue;
		got = read(fd, buffer + *length, AG_ROOT_TEXT_MAX - *length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail("its output cannot be read: %s", strerror(errno));
		if (got == 0)
			return true;
		*length += got;
		if (*length == AG_ROOT_TEXT_MAX)
			return fail("its output is too long");
	}
}

static bool
await_exit(pid_t child, time_t deadline)
{
	int			status = 0;
	pid_t		ended;

	while ((ended = waitpid(child, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR))
	{
		if (time(NULL) >= deadline)
			return fail("it took more than %d seconds", COMMAND_SECONDS);
		pg_usleep(10000);
	}
	if (ended < 0)
		return fail("it cannot be waited for: %s", strerror(errno));
	if (!WIFEXITED(status))
		return fail("it was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return fail("it ended with exit status %d", WEXITSTATUS(status));
	return true;
}

static bool
read_command(const char *command, uint8 *buffer, Size *length)
{
	time_t		deadline = time(NULL) + COMMAND_SECONDS;
	int			ends[2];
	pid_t		child;
	bool		done;

	if (pipe(ends) != 0)
		return fail("it cannot be run: %s", strerror(errno));
	child = fork();
	if (child == 0)
		run_command(command, ends[1]);
	close(ends[1]);
	done = child > 0 ? read_output(ends[0], buffer, length, deadline) :
		fail("it cannot be run: %s", strerror(errno));
	close(ends[0]);
	if (child > 0 && !(done && await_exit(child, deadline)))
	{
		done = false;
		kill(-child, SIGKILL);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	return done;
}

/* Derive what is kept from the keys that were read. */
static bool
derive(const uint8 *keys, int count)
{
	uint8	   *memory;

	wrapping = ag_secret_create(AG_ROOTS_MAX * AG_KEY_SIZE);
	if (wrapping == NULL)
		return fail("there is no secure memory");
	memory = ag_secret_write(wrapping);
	for (int i = 0; i < count; i++)
	{
		ag_derive(memory + i * AG_KEY_SIZE, AG_KEY_SIZE, keys + i * AG_KEY_SIZE, 1, WRAP_CONTEXT);
		ag_derive(checks[i], AG_CHECK_SIZE, keys + i * AG_KEY_SIZE, 3, CHECK_CONTEXT);
	}
	ag_secret_close(wrapping);
	root_count = count;
	return true;
}

/* Read, parse, derive, wipe; raises nothing while the bytes are within reach. */
static bool
load(const char *file, const char *command)
{
	AgSecret   *scratch = ag_secret_create(AG_ROOT_TEXT_MAX + AG_ROOTS_MAX * AG_KEY_SIZE);
	Size		length = 0;
	uint8	   *buffer;
	uint8	   *keys;
	bool		done;

	if (scratch == NULL)
		return fail("there is no secure memory");
	buffer = ag_secret_write(scratch);
	keys = buffer + AG_ROOT_TEXT_MAX;
	done = file != NULL ? read_file(file, buffer, &length) : read_command(command, buffer, &length);
	if (done)
	{
		const char *what = NULL;
		int			count = ag_root_parse(buffer, length, versions, keys, &what);

		done = count > 0 ? derive(keys, count) : fail("%s", what);
	}
	ag_secret_destroy(scratch);
	return done;
}

/* Called by _PG_init of the preloaded library. */
void
ag_root_load(void)
{
	const char *file = ag_guc_root_key_file[0] != '\0' ? ag_guc_root_key_file : NULL;
	const char *command = ag_guc_root_key_command[0] != '\0' ? ag_guc_root_key_command : NULL;
	bool		done;

	source = AG_ROOT_NONE;
	if (file == NULL && command == NULL)
		return;
	done = file != NULL && command != NULL ?
		fail("acctguard.root_key_file and acctguard.root_key_command are both set") :
		load(file, command);
	source = done ? AG_ROOT_READ : AG_ROOT_REFUSED;
	if (done)
		ereport(LOG, errmsg("acctguard: root key version %d has been read", versions[0]));
	else
		ereport(WARNING, errcode(ERRCODE_CONFIG_FILE_ERROR),
				errmsg("acctguard starts without keys: its root key %s was refused",
					   file != NULL ? "file" : "command"),
				errdetail("\"%s\": %s.", file != NULL ? file : command, problem),
				errhint("Mend it and restart the server. Until then what needs a key fails with "
						"UG001; accounts, freezes and guards work."));
}

AgRootSource
ag_root_source(void)
{
	return source;
}

const char *
ag_root_problem(void)
{
	return problem;
}

int
ag_root_count(void)
{
	return root_count;
}

int32
ag_root_version(int i)
{
	return versions[i];
}

const uint8 *
ag_root_check(int i)
{
	return checks[i];
}

int
ag_root_find(int32 version)
{
	for (int i = 0; i < root_count; i++)
		if (versions[i] == version)
			return i;
	return -1;
}

const uint8 *
ag_root_open(int i)
{
	return ag_secret_read(wrapping) + i * AG_KEY_SIZE;
}

void
ag_root_close(void)
{
	ag_secret_close(wrapping);
}
