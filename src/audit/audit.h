/*-------------------------------------------------------------------------
 *
 * audit.h
 *		The ledger: every event is one row that is never changed.
 *
 * audit.c turns an event into a row, audit_append.c writes it, audit_encode.c
 * says which bytes stand for it wherever it is hashed, proved or compared.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_AUDIT_H
#define AG_AUDIT_H

#include "base/base.h"
#include "event/event.h"
#include "utils/rel.h"

/*
 * audit.c
 */

/* Register the ledger as a sink of events; called by _PG_init. */
extern void ag_audit_init(void);

/* What an auditor asks for. */
typedef struct AgAuditFilter
{
	bool		by_account;
	int64		account_id;		/* if by_account; 0 = events without an account */
	TimestampTz since;			/* DT_NOBEGIN = from the first */
	TimestampTz until;			/* exclusive; DT_NOEND = to the last */
	const char *action;			/* NULL = all */
	const char *person;			/* NULL = all */
	int			max_rows;
} AgAuditFilter;

/* Fill the caller's tuplestore, and record the reading. */
extern void ag_audit_read(const AgAuditFilter *filter, ReturnSetInfo *rsinfo);

/* The canonical encoding of one row, NULL if there is none; records the reading. */
extern bytea *ag_audit_encoding(int64 tx, int32 ord);

/*
 * audit_store.c: a task of the worker, which makes the partitions of the months ahead.
 * limit does not matter; returns how many were missing.
 */
extern int64 ag_audit_add_partitions(int64 limit);

/*
 * Below here for the files of this folder only.
 */

/* A value of a row; no data = SQL NULL. */
typedef struct AgBytes
{
	const char *data;
	Size		length;
} AgBytes;

/*
 * A row of the ledger.  Numbers that may be NULL in the table are 0 for NULL.
 * Texts are in the server's encoding, except where a function asks for UTF-8.
 */
typedef struct AgLedgerRow
{
	TimestampTz at;
	int64		tx;
	int64		account_id;
	int64		aseq;
	int32		ord;
	int16		action;
	int16		outcome;
	int16		ver;
	AgBytes		role;
	AgBytes		person;
	AgBytes		on_behalf;
	AgBytes		application;
	AgBytes		reason;
	AgBytes		idempotency_key;
	AgBytes		origin;
	AgBytes		body;
	int64		dek;
	int32		key_id;
	AgBytes		tag;
	const char *address;		/* the client's, in clear; never written */
} AgLedgerRow;

/*
 * audit_encode.c: pure; with out = NULL the functions only measure.
 */
#define AG_LEDGER_VERSION 1

extern Size ag_audit_encode(const AgLedgerRow *row, uint8 *out);	/* texts in UTF-8 */
extern Size ag_audit_encode_body(const AgFields *before, const AgFields *after, uint8 *out);

/* One field of a body; name and data point into the body, data is UTF-8 for text. */
typedef struct AgBodyField
{
	bool		after;			/* else before */
	AgFieldType type;
	const char *name;
	Size		name_length;
	int64		number;
	const char *data;
	Size		length;
} AgBodyField;

typedef struct AgBodyReader
{
	const uint8 *at;
	const uint8 *end;
	const uint8 *section_end;	/* = at between sections */
	int			section;		/* tag of the present section, 0 before the first */
	const char *previous;		/* name of the previous field of the section */
	Size		previous_length;
} AgBodyReader;

typedef enum AgBodyResult
{
	AG_BODY_FIELD,
	AG_BODY_END,
	AG_BODY_DAMAGED
} AgBodyResult;

extern void ag_audit_body_open(AgBodyReader *reader, const void *body, Size length);
extern AgBodyResult ag_audit_body_next(AgBodyReader *reader, AgBodyField *field);

/*
 * audit_protect.c
 */

/* Seal the address and make the tag, with the keys that are there. */
extern void ag_audit_protect(AgLedgerRow *row);

/* A row as it is encoded: texts in UTF-8. */
extern void ag_audit_to_utf8(AgLedgerRow *row);
extern AgBytes ag_audit_utf8(AgBytes value);

/* The address that origin holds; NULL = none, or no key.  false = origin is damaged. */
extern bool ag_audit_address(const AgLedgerRow *row, char **address);
extern void ag_audit_protect_init(void);

/*
 * audit_append.c
 */

/* Write the row; fills tx and ord. */
extern void ag_audit_append(AgLedgerRow *row);
extern void ag_audit_append_init(void);

/*
 * audit_partition.c
 */

/* Columns of the ledger, in the order of the table. */
typedef enum AgLedgerColumn
{
	LEDGER_AT,
	LEDGER_TX,
	LEDGER_ACCOUNT_ID,
	LEDGER_ASEQ,
	LEDGER_ORD,
	LEDGER_ACTION,
	LEDGER_OUTCOME,
	LEDGER_VER,
	LEDGER_ROLE,
	LEDGER_PERSON,
	LEDGER_ON_BEHALF,
	LEDGER_APPLICATION,
	LEDGER_REASON,
	LEDGER_IDEMPOTENCY_KEY,
	LEDGER_ORIGIN,
	LEDGER_BODY,
	LEDGER_DEK,
	LEDGER_KEY_ID,
	LEDGER_TAG,
	LEDGER_COLUMN_COUNT
} AgLedgerColumn;

typedef struct AgLedgerPartition
{
	Oid			relation_id;	/* InvalidOid = unknown */
	TimestampTz from;
	TimestampTz to;				/* exclusive */
	AttrNumber	column[LEDGER_COLUMN_COUNT];	/* where this partition has each column */
} AgLedgerPartition;

/* Open, with RowExclusiveLock, the partition that a row of this time belongs to. */
extern Relation ag_audit_partition_open(TimestampTz at, AgLedgerPartition *partition);
extern void ag_audit_partition_init(void);

/*
 * audit_era.c
 */

/* The number of this transaction in the ledger. */
extern int64 ag_audit_tx(void);
extern void ag_audit_era_init(void);

/*
 * audit_store.c
 */
extern AgStatementTable ledger_statements;

extern bool ag_audit_store_era(int64 *base, uint64 *system_identifier);
extern void ag_audit_store_start_era(uint64 system_identifier, TimestampTz at);
extern void ag_audit_store_add_partition(TimestampTz at);
extern AgResult *ag_audit_store_read(const AgAuditFilter *filter, int action);
extern AgResult *ag_audit_store_row(int64 tx, int32 ord);
extern bool ag_audit_store_origin_uses(int32 kid);
extern bool ag_audit_store_tag_uses(int32 kid);
extern void ag_audit_store_fill(const AgResult *result, uint64 row, AgLedgerRow *ledger_row);

#endif							/* AG_AUDIT_H */
