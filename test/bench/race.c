/*-------------------------------------------------------------------------
 *
 * race.c
 *		Freezes accounts that are written for at that very moment.
 *
 *	race FREEZES WRITERS HOLD_MS WAIT_MS STATEMENT
 *
 * WRITERS processes insert rows for the account of the hour, in transactions that
 * stay open for up to HOLD_MS.  The parent freezes that account with STATEMENT ($1 =
 * account), counts its rows as soon as the COMMIT has returned, waits WAIT_MS, and
 * counts again: rows in between are late.  Then the next account's hour has come.
 * Every account is written for by all writers at once.
 *
 * Output: freezes, late rows, freezes with late rows, rows written, commits refused;
 * then the latency of a freeze: median, 95th percentile, longest; milliseconds.
 *
 *-------------------------------------------------------------------------
 */
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct Shared
{
	volatile long account;		/* 0 = stop */
	volatile long written;
	volatile long refused;
} Shared;

static Shared *shared;

static void
ignore_notice(void *arg, const char *message)
{
	(void) arg;
	(void) message;
}

static PGconn *
connect_or_die(void)
{
	PGconn	   *connection = PQconnectdb("");

	PQsetNoticeProcessor(connection, ignore_notice, NULL);
	if (PQstatus(connection) != CONNECTION_OK)
	{
		fprintf(stderr, "race: %s", PQerrorMessage(connection));
		exit(1);
	}
	return connection;
}

static void
pause_ms(double ms)
{
	struct timespec time = {(time_t) (ms / 1000), (long) ((ms - (long) (ms / 1000) * 1000.0) * 1e6)};

	nanosleep(&time, NULL);
}

static double
now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000.0 + time.tv_nsec / 1e6;
}

static int
done(PGconn *connection, const char *statement)
{
	PGresult   *result = PQexec(connection, statement);
	int			ok = PQresultStatus(result) == PGRES_COMMAND_OK ||
		PQresultStatus(result) == PGRES_TUPLES_OK;

	PQclear(result);
	return ok;
}

static void
write_until_stopped(int seed, double hold_ms)
{
	PGconn	   *connection = connect_or_die();

	srand48(seed);
	while (shared->account != 0)
	{
		char		insert[100];

		snprintf(insert, sizeof(insert), "INSERT INTO raced (sender_id) VALUES (%ld)", shared->account);
		done(connection, "BEGIN");
		if (done(connection, insert))
		{
			pause_ms(drand48() * hold_ms);
			if (done(connection, "COMMIT"))
			{
				__sync_fetch_and_add(&shared->written, 1);
				continue;
			}
		}
		__sync_fetch_and_add(&shared->refused, 1);
		done(connection, "ROLLBACK");
	}
	PQfinish(connection);
	exit(0);
}

static long
count_rows(PGconn *connection, long account)
{
	char		query[100];
	PGresult   *result;
	long		rows;

	snprintf(query, sizeof(query), "SELECT count(*) FROM raced WHERE sender_id = %ld", account);
	result = PQexec(connection, query);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
	{
		fprintf(stderr, "race: %s", PQerrorMessage(connection));
		exit(1);
	}
	rows = atol(PQgetvalue(result, 0, 0));
	PQclear(result);
	return rows;
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	int			freezes;
	int			writers;
	double		wait_ms;
	double	   *latency;
	long		late = 0;
	long		late_freezes = 0;
	PGconn	   *connection;

	if (argc != 6)
	{
		fprintf(stderr, "usage: race FREEZES WRITERS HOLD_MS WAIT_MS STATEMENT\n");
		return 2;
	}
	freezes = atoi(argv[1]);
	writers = atoi(argv[2]);
	wait_ms = atof(argv[4]);
	latency = malloc(sizeof(double) * freezes);
	shared = mmap(NULL, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shared->account = 1;
	for (int i = 0; i < writers; i++)
		if (fork() == 0)
			write_until_stopped(i + 1, atof(argv[3]));

	connection = connect_or_die();
	PQclear(PQprepare(connection, "freeze", argv[5], 1, NULL));
	pause_ms(500);
	for (int i = 0; i < freezes; i++)
	{
		long		account = shared->account;
		char		number[32];
		const char *values[1] = {number};
		double		start = now_ms();
		long		before;
		long		after;
		PGresult   *result;

		snprintf(number, sizeof(number), "%ld", account);
		result = PQexecPrepared(connection, "freeze", 1, values, NULL, NULL, 0);
		if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		{
			fprintf(stderr, "race: %s", PQerrorMessage(connection));
			shared->account = 0;
			return 1;
		}
		PQclear(result);
		latency[i] = now_ms() - start;
		before = count_rows(connection, account);
		shared->account = account + 1;
		pause_ms(wait_ms);
		after = count_rows(connection, account);
		late += after - before;
		late_freezes += after > before;
	}
	shared->account = 0;
	while (wait(NULL) > 0)
		;
	qsort(latency, freezes, sizeof(double), compare);
	printf("%d\t%ld\t%ld\t%ld\t%ld\t%.2f\t%.2f\t%.2f\n", freezes, late, late_freezes, shared->written,
		   shared->refused, latency[freezes / 2], latency[(int) (freezes * 0.95)], latency[freezes - 1]);
	PQfinish(connection);
	return 0;
}
