/*-------------------------------------------------------------------------
 *
 * load.h
 *		Files of carriers: a million lines about numbers, under one signature.
 *
 * The carrier signs a short document that names the file by the number of its lines
 * and its SHA-256.  The lines are copied beside it, compared with that, and then
 * recorded batch by batch, each batch one transaction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_LOAD_H
#define AG_LOAD_H

#include "phone/evidence.h"

/*
 * load_rules.c: a line.  Pure.
 */

/* Why a line is refused: AG_LINE(symbol, name in the table) */
#define AG_LINE_LIST \
	AG_LINE(GOOD, "GOOD") \
	AG_LINE(LENGTH, "LENGTH") \
	AG_LINE(COLUMNS, "COLUMNS") \
	AG_LINE(NUMBER, "NUMBER") \
	AG_LINE(EVENT, "EVENT") \
	AG_LINE(ANSWER, "ANSWER") \
	AG_LINE(TIME, "TIME") \
	AG_LINE(FUTURE, "FUTURE") \
	AG_LINE(REPLAYED, "REPLAYED")

#define AG_LINE(symbol, name) AG_LINE_##symbol,
typedef enum AgLineCode
{
	AG_LINE_LIST
	AG_LINE_COUNT
} AgLineCode;
#undef AG_LINE

extern const char *ag_line_name(AgLineCode code);

#define AG_MOST_LINE 200		/* bytes */

/* number,event,time or number,recycled,time,answer */
extern AgLineCode ag_line_read(const char *text, Size length, char e164[AG_E164_SIZE],
							   AgNumberEvent *event);

/*
 * load.c
 */
typedef struct AgLoad
{
	const char *load;			/* uuid */
	AgProvider	provider;		/* name and number of the key only */
	char	   *jti;
	uint8		digest[AG_SHA256_SIZE];
	int64		lines;
	TimestampTz stated_at;
	TimestampTz checked_at;		/* the lines are those that were signed; DT_NOEND = not yet */
	TimestampTz finished_at;
	int64		done;			/* lines */
	int64		recorded;
	int64		unknown;		/* of numbers that nobody has or had */
	int64		refused;
} AgLoad;

extern AgDocumentResult ag_load_open(const char *provider, bytea *document, bytea *signature,
									 const char *load, TimestampTz at);
extern int64 ag_load_clear(const char *load);
extern void ag_load_run(const char *load, int batch_size);

/* May lines be added?  UG331, UG332.  Keeps it so until the transaction ends. */
extern void ag_load_require_open(const char *load, int64 line);

/*
 * load_store.c
 */
extern AgStatementTable load_statements;

/* A line on its way. */
typedef struct AgLoadLine
{
	int64		line;
	AgNumberEvent event;
	int64		number_id;		/* 0 = nobody has it */
	int			first_index;	/* its indexes in the batch, and how many */
	int			index_count;
} AgLoadLine;

extern bool ag_load_store_insert(const AgLoad *load, const char *person, TimestampTz at);
extern bool ag_load_store_seen(const char *provider, const char *jti);
extern AgLoad *ag_load_store_read(const char *load);	/* NULL = none */
extern int64 ag_load_store_require(const char *load, bool *checked);	/* share-locked; lines, 0 =
																		 * none */
extern bool ag_load_store_lock_open(const char *load);
extern int64 ag_load_store_clear(const char *load);
extern AgResult *ag_load_store_lines(const char *load, int64 after, int64 limit);
extern void ag_load_store_add_line(const char *load, int64 line, const char *content);
extern void ag_load_store_checked(const char *load, TimestampTz at);
extern bool ag_load_store_advance(const char *load, int64 from, int64 until, TimestampTz at);
extern void ag_load_store_count(const AgLoad *load);
extern void ag_load_store_forget_lines(const char *load, int64 until);
extern void ag_load_store_finish(const char *load, TimestampTz at);
extern void ag_load_store_refuse(const char *load, const int64 *lines, const char *const *codes,
								 int count);
extern void ag_load_store_find(AgLoadLine *lines, int count, const AgNumberIndex *index,
							   int index_count);
extern bool *ag_load_store_replayed(const AgLoad *load, const AgLoadLine *lines, int count);
extern List *ag_load_store_lock_numbers(const int64 *numbers, int count);	/* AgNumber * */
extern void ag_load_store_record(const AgLoad *load, const AgLoadLine *lines, int count,
								 TimestampTz at);
extern AgResult *ag_load_store_report(NullableDatum load);
extern AgResult *ag_load_store_refusals(NullableDatum load);

#endif							/* AG_LOAD_H */
