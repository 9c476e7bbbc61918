/*-------------------------------------------------------------------------
 *
 * pair.c
 *		Compares what statements cost a backend, side by side.
 *
 *	pair FILE ROUNDS SLICE PER_TRANSACTION MAX_PARAMETER
 *
 * FILE has one variant a line: name, tab, statement.  A statement with $1 is
 * prepared and gets random numbers from 1 to MAX_PARAMETER, or, where the name ends
 * in '!', each number once; after a second tab may stand the parameter's text, with
 * %ld for the number.  A statement without $1 is executed as it is.  All run over one
 * connection, in slices of SLICE statements, in random order within each round, so
 * that noise of the machine meets them alike.  What is measured is the CPU time of
 * the backend (/proc/PID/schedstat), not the clock.
 *
 * Output: a line per variant: name, median CPU time of a statement, median and
 * quartiles over the rounds of the difference to the first variant; microseconds.
 * The database is found by PGHOST, PGDATABASE and so on.
 *
 *-------------------------------------------------------------------------
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_VARIANTS 32

typedef struct Variant
{
	char		name[64];
	char		statement[4000];
	char		prepared[16];	/* empty = executed as it is */
	char		form[200];		/* of the parameter, with %ld for the number */
	int			once;			/* every parameter only once */
	long		next;
	double	   *cost;			/* per round, ns a statement */
} Variant;

static PGconn *connection;
static char schedstat[64];
static Variant variants[MAX_VARIANTS];
static int	variant_count;
static long max_parameter;

static void
die(const char *what)
{
	fprintf(stderr, "pair: %s: %s\n", what, connection ? PQerrorMessage(connection) : "");
	exit(1);
}

static void
check(PGresult *result, const char *what)
{
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		die(what);
	PQclear(result);
}

static double
cpu_time(void)
{
	FILE	   *file = fopen(schedstat, "r");
	double		ns = 0;

	if (file == NULL || fscanf(file, "%lf", &ns) != 1)
		die(schedstat);
	fclose(file);
	return ns;
}

static void
read_variants(const char *path)
{
	FILE	   *file = fopen(path, "r");
	char		line[4100];

	if (file == NULL)
		die(path);
	while (fgets(line, sizeof(line), file) != NULL && variant_count < MAX_VARIANTS)
	{
		Variant    *variant = &variants[variant_count];
		char	   *tab = strchr(line, '\t');

		if (tab == NULL)
			continue;
		*tab = '\0';
		line[strcspn(line, "\n")] = '\0';
		tab[1 + strcspn(tab + 1, "\n")] = '\0';
		snprintf(variant->form, sizeof(variant->form), "%%ld");
		if (strchr(tab + 1, '\t') != NULL)
		{
			char	   *form = strchr(tab + 1, '\t');

			*form = '\0';
			snprintf(variant->form, sizeof(variant->form), "%s", form + 1);
		}
		snprintf(variant->statement, sizeof(variant->statement), "%s", tab + 1);
		variant->once = line[strlen(line) - 1] == '!';
		if (variant->once)
			line[strlen(line) - 1] = '\0';
		snprintf(variant->name, sizeof(variant->name), "%s", line);
		if (strstr(variant->statement, "$1") != NULL)
		{
			snprintf(variant->prepared, sizeof(variant->prepared), "v%d", variant_count);
			check(PQprepare(connection, variant->prepared, variant->statement, 1, NULL), variant->name);
		}
		variant_count++;
	}
	fclose(file);
}

static void
run_once(Variant *variant)
{
	char		number[250];
	const char *values[1] = {number};

	if (variant->prepared[0] == '\0')
	{
		check(PQexec(connection, variant->statement), variant->name);
		return;
	}
	snprintf(number, sizeof(number), variant->form,
			 variant->once ? ++variant->next : 1 + (long) (drand48() * max_parameter));
	check(PQexecPrepared(connection, variant->prepared, 1, values, NULL, NULL, 0), variant->name);
}

/* CPU time per statement of one slice. */
static double
run_slice(Variant *variant, int slice, int per_transaction)
{
	double		start = cpu_time();

	for (int i = 0; i < slice; i++)
	{
		if (per_transaction > 1 && i % per_transaction == 0)
			check(PQexec(connection, "BEGIN"), "BEGIN");
		run_once(variant);
		if (per_transaction > 1 && (i + 1) % per_transaction == 0)
			check(PQexec(connection, "COMMIT"), "COMMIT");
	}
	return (cpu_time() - start) / slice;
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y;
}

static double
quantile(const double *values, int count, double q)
{
	double	   *sorted = malloc(sizeof(double) * count);
	double		result;

	memcpy(sorted, values, sizeof(double) * count);
	qsort(sorted, count, sizeof(double), compare);
	result = sorted[(int) (q * (count - 1) + 0.5)];
	free(sorted);
	return result;
}

static void
shuffle(int *order)
{
	for (int i = 0; i < variant_count; i++)
		order[i] = i;
	for (int i = variant_count - 1; i > 0; i--)
	{
		int			j = (int) (drand48() * (i + 1));
		int			k = order[i];

		order[i] = order[j];
		order[j] = k;
	}
}

static void
report(int rounds)
{
	double	   *difference = malloc(sizeof(double) * rounds);

	for (int i = 0; i < variant_count; i++)
	{
		for (int r = 0; r < rounds; r++)
			difference[r] = variants[i].cost[r] - variants[0].cost[r];
		printf("%s\t%.3f\t%.3f\t%.3f\t%.3f\n", variants[i].name,
			   quantile(variants[i].cost, rounds, 0.5) / 1000,
			   quantile(difference, rounds, 0.5) / 1000,
			   quantile(difference, rounds, 0.25) / 1000,
			   quantile(difference, rounds, 0.75) / 1000);
	}
	free(difference);
}

int
main(int argc, char **argv)
{
	int			order[MAX_VARIANTS];
	int			rounds;
	int			slice;
	int			per_transaction;

	if (argc != 6)
	{
		fprintf(stderr, "usage: pair FILE ROUNDS SLICE PER_TRANSACTION MAX_PARAMETER\n");
		return 2;
	}
	rounds = atoi(argv[2]);
	slice = atoi(argv[3]);
	per_transaction = atoi(argv[4]);
	max_parameter = atol(argv[5]);
	srand48(20260101);

	connection = PQconnectdb("");
	if (PQstatus(connection) != CONNECTION_OK)
		die("connection");
	snprintf(schedstat, sizeof(schedstat), "/proc/%d/schedstat", PQbackendPID(connection));
	if (getenv("PAIR_ROLE") != NULL)
	{
		char		set_role[200];

		snprintf(set_role, sizeof(set_role), "SET ROLE %s", getenv("PAIR_ROLE"));
		check(PQexec(connection, set_role), "SET ROLE");
	}
	read_variants(argv[1]);
	for (int i = 0; i < variant_count; i++)
		variants[i].cost = calloc(rounds, sizeof(double));

	/* one round to warm up, not counted */
	for (int r = -1; r < rounds; r++)
	{
		shuffle(order);
		for (int i = 0; i < variant_count; i++)
		{
			double		cost = run_slice(&variants[order[i]], slice, per_transaction);

			if (r >= 0)
				variants[order[i]].cost[r] = cost;
		}
	}
	report(rounds);
	PQfinish(connection);
	return 0;
}
