/*-------------------------------------------------------------------------
 *
 * notifier_options.c
 *		The command line.
 *
 *-------------------------------------------------------------------------
 */
#include "notifier.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRACE 3000				/* milliseconds between a command's timeout and the end of its
								 * lease, at least */

static const char *const channel_names[CHANNEL_COUNT] = {"email", "sms", "push"};

static const char help[] =
PROGRAM " hands the notices of acctguard to the commands that deliver them.\n"
"\n"
"Usage:\n"
"  " PROGRAM " [OPTION]...\n"
"\n"
"Channels, at least one of them:\n"
"  --email=COMMAND    shell command that gets one notice on its standard input\n"
"  --sms=COMMAND\n"
"  --push=COMMAND\n"
"\n"
"Options:\n"
"  -d, --dbname=NAME  database, or a connection string\n"
"  --format=FORMAT    what --email gets: json (default), or mail, a message for sendmail -t -i\n"
"  --from=MAILBOX     sender of mails: address@domain, or Name <address@domain>\n"
"  --batch=N          notices claimed at once, at most (20)\n"
"  --jobs=N           commands running at once, at most (4)\n"
"  --timeout=SECONDS  a command is ended after this time (30)\n"
"  --lease=SECONDS    how long a claimed notice is ours (60); at least 3 s more than --timeout\n"
"  --poll=SECONDS     look for notices also without being woken (5)\n"
"  --once             end when nothing is due\n"
"  -V, --version      show the version, then exit\n"
"  -?, --help         show this help, then exit\n"
"\n"
"A command that ends with status 0 has delivered; the first line it printed is kept as the receipt.\n"
"65, 67 and 68 of sysexits.h mean that it never can be; anything else is tried again.\n";

const char *
channel_name(Channel channel)
{
	return channel_names[channel];
}

int
channel_find(const char *name)
{
	for (int i = 0; i < CHANNEL_COUNT; i++)
		if (strcmp(name, channel_names[i]) == 0)
			return i;
	return -1;
}

/* A mistake on the command line ends the program. */
static void
__attribute__((noreturn, format(printf, 1, 2)))
usage(const char *format,...)
{
	char text[	512];
	va_list		arguments;

	va_start(arguments, format);
	(void) vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	complain("%s; try --help", text);
	exit(2);
}

static void
__attribute__((noreturn))
show_help(void)
{
	(void) fputs(help, stdout);
	exit(EXIT_SUCCESS);
}

static int
read_count(const char *name, const char *value, int most)
{
	char	   *end;
	long		number;

	errno = 0;
	number = strtol(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || number < 1 || number > most)
		usage("--%s has to be a number from 1 to %d", name, most);
	return (int) number;
}

static int64_t
read_seconds(const char *name, const char *value)
{
	char	   *end;
	double		seconds;

	errno = 0;
	seconds = strtod(value, &end);
	if (errno != 0 || end == value || *end != '\0' || !isfinite(seconds) || seconds < 0.1 || seconds > 86400)
		usage("--%s has to be a number of seconds from 0.1 to 86400", name);
	return (int64_t) (seconds * 1000);
}

static bool
read_format(const char *value)
{
	if (strcmp(value, "json") != 0 && strcmp(value, "mail") != 0)
		usage("--format has to be json or mail");
	return strcmp(value, "mail") == 0;
}

/* What one option cannot know of the others. */
static void
check_together(const Options *options)
{
	bool		any = false;

	for (int i = 0; i < CHANNEL_COUNT; i++)
	{
		if (options->command[i] != NULL && *options->command[i] == '\0')
			usage("--%s needs a command", channel_names[i]);
		any = any || options->command[i] != NULL;
	}
	if (!any)
		usage("one of --email, --sms and --push is needed");
	if (options->mail && options->command[CHANNEL_EMAIL] == NULL)
		usage("--format=mail is for --email");
	if (options->mail && options->from == NULL)
		usage("--format=mail needs --from");
	if (options->from != NULL && mail_from_problem(options->from) != NULL)
		usage("--from cannot be used: %s", mail_from_problem(options->from));
	if (options->lease < options->timeout + GRACE)
		usage("--lease has to be at least %d seconds more than --timeout", GRACE / 1000);
}

void
options_read(Options *options, int argc, char **argv)
{
	enum
	{
		FROM = 1000, FORMAT, BATCH, JOBS, LEASE, TIMEOUT, POLL, ONCE, HELP, COMMAND
	};
	static const struct option known[] = {
		{"email", required_argument, NULL, COMMAND + CHANNEL_EMAIL},
		{"sms", required_argument, NULL, COMMAND + CHANNEL_SMS},
		{"push", required_argument, NULL, COMMAND + CHANNEL_PUSH},
		{"dbname", required_argument, NULL, 'd'},
		{"from", required_argument, NULL, FROM},
		{"format", required_argument, NULL, FORMAT},
		{"batch", required_argument, NULL, BATCH},
		{"jobs", required_argument, NULL, JOBS},
		{"lease", required_argument, NULL, LEASE},
		{"timeout", required_argument, NULL, TIMEOUT},
		{"poll", required_argument, NULL, POLL},
		{"once", no_argument, NULL, ONCE},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, HELP},
		{NULL, 0, NULL, 0}
	};
	int			choice;

	*options = (Options)
	{
		.batch = 20, .jobs = 4, .lease = 60000, .timeout = 30000, .poll = 5000
	};
	opterr = 0;
	while ((choice = getopt_long(argc, argv, ":d:V", known, NULL)) != -1)
	{
		switch (choice)
		{
			case 'd':
				options->dbname = optarg;
				break;
			case FROM:
				options->from = optarg;
				break;
			case FORMAT:
				options->mail = read_format(optarg);
				break;
			case BATCH:
				options->batch = read_count("batch", optarg, 1000);
				break;
			case JOBS:
				options->jobs = read_count("jobs", optarg, 256);
				break;
			case LEASE:
				options->lease = read_seconds("lease", optarg);
				break;
			case TIMEOUT:
				options->timeout = read_seconds("timeout", optarg);
				break;
			case POLL:
				options->poll = read_seconds("poll", optarg);
				break;
			case ONCE:
				options->once = true;
				break;
			case 'V':
				(void) puts(PROGRAM " (acctguard) " AG_VERSION);
				exit(EXIT_SUCCESS);
			case ':':
				usage("%s needs a value", argv[optind - 1]);
			case HELP:
				show_help();
			case '?':
				if (optopt == '?')
					show_help();
				usage("there is no option %s", argv[optind - 1]);
			default:
				options->command[choice - COMMAND] = optarg;
		}
	}
	if (optind < argc)
		usage("%s is one argument too many", argv[optind]);
	check_together(options);
}
