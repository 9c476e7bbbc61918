/*-------------------------------------------------------------------------
 *
 * flow_store.c
 *		Tables flow and flow_outcome; codes are forgotten with their flow.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "flow/flow.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/snapmgr.h"

enum
{
	FLOW_INSERT,
	FLOW_READ,
	FLOW_LOCK,
	FLOW_SAVE,
	FLOW_VOID_NUMBER,
	FLOW_VOID_ACCOUNT,
	FLOW_FORGET,
	FLOW_ERASE,
	FLOW_USES,
	FLOW_NEEDS,
	OUTCOME_INSERT,
	OUTCOME_FIND,
	OUTCOME_FORGET,
	OUTCOME_ERASE
};

#define COLUMNS \
	"flow_id, purpose, state, dead, account_id, contact_no, number_id, number_epoch, number_idx, " \
	"country, e164, e164_kid, device, address, source, locale, opened_at, expires_at, proofs, proved_at, " \
	"answer, switches, ended_at, end_reason, memo::text"

/* In the order of COLUMNS. */
enum
{
	COL_FLOW_ID = 1,
	COL_PURPOSE,
	COL_STATE,
	COL_DEAD,
	COL_ACCOUNT_ID,
	COL_CONTACT_NO,
	COL_NUMBER_ID,
	COL_NUMBER_EPOCH,
	COL_NUMBER_IDX,
	COL_COUNTRY,
	COL_E164,
	COL_E164_KID,
	COL_DEVICE,
	COL_ADDRESS,
	COL_SOURCE,
	COL_LOCALE,
	COL_OPENED_AT,
	COL_EXPIRES_AT,
	COL_PROOFS,
	COL_PROVED_AT,
	COL_ANSWER,
	COL_SWITCHES,
	COL_ENDED_AT,
	COL_END_REASON,
	COL_MEMO
};

#define CLOSE "UPDATE acctguard.flow SET state = 'closed', ended_at = $4, end_reason = $3 "

static const AgStatement statements[] = {
	[FLOW_INSERT] = {
		.name = "flow.insert",
		.sql = "INSERT INTO acctguard.flow (flow_id, purpose, state, dead, account_id, contact_no, "
			"number_id, number_epoch, number_idx, country, e164, e164_kid, device, address, source, locale, "
			"opened_at, expires_at, memo) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
			"$13, $14, $15, $16, $17, $18, $19::text::jsonb)",
		.expected = SPI_OK_INSERT,
		.nargs = 19,
		.argtypes = {UUIDOID, TEXTOID, TEXTOID, BOOLOID, INT8OID, INT4OID, INT8OID, INT8OID, BYTEAOID,
			INT4OID, BYTEAOID, INT4OID, TEXTOID, BYTEAOID, BYTEAOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
			TEXTOID}
	},
	[FLOW_READ] = {
		.name = "flow.read",
		.sql = "SELECT " COLUMNS " FROM acctguard.flow WHERE flow_id = $1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {UUIDOID}
	},
	[FLOW_LOCK] = {
		.name = "flow.lock",
		.sql = "SELECT " COLUMNS " FROM acctguard.flow WHERE flow_id = $1 FOR NO KEY UPDATE",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {UUIDOID}
	},
	[FLOW_SAVE] = {
		.name = "flow.save",
		.sql = "UPDATE acctguard.flow SET state = $2, number_epoch = $3, proofs = $4, "
			"proved_at = coalesce($5, '{}'), answer = $6, switches = $7, ended_at = $8, "
			"end_reason = $9, memo = $10::text::jsonb WHERE flow_id = $1",
		.expected = SPI_OK_UPDATE,
		.nargs = 10,
		.argtypes = {UUIDOID, TEXTOID, INT8OID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, TEXTOID, INT4OID,
			TIMESTAMPTZOID, TEXTOID, TEXTOID}
	},
	[FLOW_VOID_NUMBER] = {
		.name = "flow.void_number",
		.sql = CLOSE "WHERE number_id = $1 AND purpose = ANY ($2) AND ended_at IS NULL "
			"AND expires_at > $4 AND flow_id IS DISTINCT FROM $5 "
			"AND ($6::bigint IS NULL OR account_id = $6)",
		.expected = SPI_OK_UPDATE,
		.nargs = 6,
		.argtypes = {INT8OID, TEXTARRAYOID, TEXTOID, TIMESTAMPTZOID, UUIDOID, INT8OID}
	},
	[FLOW_VOID_ACCOUNT] = {
		.name = "flow.void_account",
		.sql = CLOSE "WHERE account_id = $1 AND purpose = ANY ($2) AND ended_at IS NULL "
			"AND expires_at > $4 AND flow_id IS DISTINCT FROM $5",
		.expected = SPI_OK_UPDATE,
		.nargs = 5,
		.argtypes = {INT8OID, TEXTARRAYOID, TEXTOID, TIMESTAMPTZOID, UUIDOID}
	},
	[FLOW_FORGET] = {
		.name = "flow.forget",
		.sql = "WITH f AS (DELETE FROM acctguard.flow WHERE flow_id = ANY (ARRAY(SELECT d.flow_id "
			"FROM acctguard.flow d WHERE d.expires_at < $1 ORDER BY d.expires_at LIMIT $2 "
			"FOR UPDATE SKIP LOCKED)) RETURNING flow_id), "
			"c AS (DELETE FROM acctguard.one_time_code c USING f WHERE c.flow_id = f.flow_id), "
			"m AS (DELETE FROM acctguard.code_message m USING f WHERE m.flow_id = f.flow_id) "
			"SELECT count(*) FROM f",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT8OID}
	},
	[FLOW_ERASE] = {
		.name = "flow.erase",
		.sql = "WITH f AS (DELETE FROM acctguard.flow WHERE account_id = $1 RETURNING flow_id), "
			"c AS (DELETE FROM acctguard.one_time_code c USING f WHERE c.flow_id = f.flow_id), "
			"m AS (DELETE FROM acctguard.code_message m USING f WHERE m.flow_id = f.flow_id) "
			"SELECT count(*) FROM f",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {INT8OID}
	},
	[FLOW_USES] = {
		.name = "flow.uses",
		.sql = "SELECT FROM acctguard.flow WHERE e164_kid = $1 LIMIT 1",
		.expected = SPI_OK_SELECT,
		.read_only = true,
		.nargs = 1,
		.argtypes = {INT4OID}
	},
	[FLOW_NEEDS] = {
		.name = "flow.needs",
		.sql = "SELECT FROM acctguard.flow WHERE number_id = $1 AND ended_at IS NULL AND expires_at > $2 "
			"LIMIT 1",
		.expected = SPI_OK_SELECT,
		.nargs = 2,
		.argtypes = {INT8OID, TIMESTAMPTZOID}
	},
	[OUTCOME_INSERT] = {
		.name = "flow_outcome.insert",
		.sql = "INSERT INTO acctguard.flow_outcome (ref, at, code, purpose, account_id, number_id, "
			"device, application, role) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		.expected = SPI_OK_INSERT,
		.nargs = 9,
		.argtypes = {UUIDOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, INT8OID, INT8OID, TEXTOID, TEXTOID,
			TEXTOID}
	},
	[OUTCOME_FIND] = {
		.name = "flow_outcome.find",
		.sql = "SELECT o.at, o.code, o.purpose, o.account_id, n.hint, o.device, o.application, o.role "
			"FROM acctguard.flow_outcome o LEFT JOIN acctguard.number n ON n.number_id = o.number_id "
			"WHERE o.ref = $1",
		.expected = SPI_OK_SELECT,
		.nargs = 1,
		.argtypes = {UUIDOID}
	},
	[OUTCOME_FORGET] = {
		.name = "flow_outcome.forget",
		.sql = "DELETE FROM acctguard.flow_outcome WHERE ref = ANY (ARRAY(SELECT o.ref "
			"FROM acctguard.flow_outcome o WHERE o.at < $1 ORDER BY o.ref LIMIT $2 "
			"FOR UPDATE SKIP LOCKED))",
		.expected = SPI_OK_DELETE,
		.nargs = 2,
		.argtypes = {TIMESTAMPTZOID, INT8OID}
	},
	[OUTCOME_ERASE] = {
		.name = "flow_outcome.erase",
		.sql = "DELETE FROM acctguard.flow_outcome WHERE account_id = $1",
		.expected = SPI_OK_DELETE,
		.nargs = 1,
		.argtypes = {INT8OID}
	}
};

AG_STATEMENT_TABLE(flow_statements, statements);

static NullableDatum
proofs_datum(const AgFlow *flow)
{
	List	   *proofs = NIL;

	for (int i = 0; i < flow->proof_count; i++)
		proofs = lappend(proofs, flow->proof[i]);
	return ag_texts(proofs);
}

void
ag_flow_store_insert(const AgFlow *flow)
{
	ag_run(flow_statements, FLOW_INSERT, ag_uuid(&flow->id),
		   ag_text(ag_flow_purpose_name(flow->purpose)), ag_text(ag_flow_state_name(flow->stored)),
		   ag_bool(flow->dead), ag_int8_or_null(flow->account_id), ag_int4_or_null(flow->contact_no),
		   ag_int8_or_null(flow->number_id), flow->has_number ? ag_int8(flow->number_epoch) : ag_null(),
		   ag_bytes(flow->has_number ? flow->number_idx : NULL, AG_INDEX_SIZE),
		   ag_int4_or_null(flow->country),
		   flow->e164 == NULL ? ag_null() : ag_datum(PointerGetDatum(flow->e164), false),
		   ag_int4_or_null(flow->e164_kid), ag_text(flow->device),
		   ag_bytes(flow->has_source ? flow->address : NULL, AG_INDEX_SIZE),
		   ag_bytes(flow->has_source ? flow->source : NULL, AG_INDEX_SIZE), ag_text(flow->locale),
		   ag_time(flow->opened_at), ag_time(flow->expires_at), ag_text(flow->memo));
}

static AgFlow *
flow_of(const AgResult *result)
{
	AgFlow	   *flow = palloc0(sizeof(AgFlow));
	List	   *proofs = ag_text_array_list(ag_row_array(result, 0, COL_PROOFS));
	TimestampTz *times;
	ListCell   *cell;
	int			count;
	bool		isnull;

	flow->id = *DatumGetUUIDP(ag_row_datum(result, 0, COL_FLOW_ID, &isnull));
	flow->purpose = ag_flow_purpose_find(ag_row_text(result, 0, COL_PURPOSE));
	flow->stored = ag_flow_state_parse(ag_row_text(result, 0, COL_STATE));
	flow->dead = ag_row_bool(result, 0, COL_DEAD);
	flow->account_id = ag_row_int8(result, 0, COL_ACCOUNT_ID);
	flow->contact_no = ag_row_int4(result, 0, COL_CONTACT_NO);
	flow->number_id = ag_row_int8(result, 0, COL_NUMBER_ID);
	flow->number_epoch = ag_row_int8(result, 0, COL_NUMBER_EPOCH);
	flow->has_number = ag_row_bytes(result, 0, COL_NUMBER_IDX, flow->number_idx, AG_INDEX_SIZE);
	flow->country = ag_row_int4(result, 0, COL_COUNTRY);
	if (flow->has_number)
		flow->e164 = DatumGetByteaPCopy(ag_row_datum(result, 0, COL_E164, &isnull));
	flow->e164_kid = ag_row_int4(result, 0, COL_E164_KID);
	flow->device = ag_row_text(result, 0, COL_DEVICE);
	(void) ag_row_bytes(result, 0, COL_ADDRESS, flow->address, AG_INDEX_SIZE);
	flow->has_source = ag_row_bytes(result, 0, COL_SOURCE, flow->source, AG_INDEX_SIZE);
	flow->locale = ag_row_text(result, 0, COL_LOCALE);
	flow->opened_at = ag_row_time(result, 0, COL_OPENED_AT);
	flow->expires_at = ag_row_time(result, 0, COL_EXPIRES_AT);
	times = ag_row_times(result, 0, COL_PROVED_AT, &count);
	foreach(cell, proofs)
	{
		if (flow->proof_count == Min(count, AG_FLOW_PROOFS_MAX))
			break;
		flow->proof[flow->proof_count] = lfirst(cell);
		flow->proved_at[flow->proof_count] = times[flow->proof_count];
		flow->proof_count++;
	}
	flow->answer = ag_row_text(result, 0, COL_ANSWER);
	flow->switches = ag_row_int4(result, 0, COL_SWITCHES);
	flow->ended_at = ag_row_time(result, 0, COL_ENDED_AT);
	flow->end_reason = ag_row_text(result, 0, COL_END_REASON);
	flow->memo = ag_row_text(result, 0, COL_MEMO);
	return flow;
}

/* As it is now, whatever the transaction's snapshot; NULL = there is none. */
AgFlow *
ag_flow_store_read(const pg_uuid_t *id)
{
	AgResult   *result;

	PushActiveSnapshot(GetLatestSnapshot());
	result = ag_run(flow_statements, FLOW_READ, ag_uuid(id));
	PopActiveSnapshot();
	return result->count == 0 ? NULL : flow_of(result);
}

AgFlow *
ag_flow_store_lock(const pg_uuid_t *id)
{
	AgResult   *result = ag_run(flow_statements, FLOW_LOCK, ag_uuid(id));

	return result->count == 0 ? NULL : flow_of(result);
}

void
ag_flow_store_save(const AgFlow *flow)
{
	if (ag_run(flow_statements, FLOW_SAVE, ag_uuid(&flow->id),
			   ag_text(ag_flow_state_name(flow->stored)),
			   flow->has_number ? ag_int8(flow->number_epoch) : ag_null(), proofs_datum(flow),
			   ag_times(flow->proved_at, flow->proof_count), ag_text(flow->answer),
			   ag_int4(flow->switches), ag_time(flow->ended_at), ag_text(flow->end_reason),
			   ag_text(flow->memo))->count != 1)
		elog(ERROR, "a flow vanished under its lock");
}

/* number_id or account_id may be 0, which is any; not both. */
int
ag_flow_store_void(int64 number_id, int64 account_id, List *purposes, const pg_uuid_t *but,
				   const char *reason, TimestampTz at)
{
	if (number_id == 0)
		return (int) ag_run(flow_statements, FLOW_VOID_ACCOUNT, ag_int8(account_id),
							ag_texts(purposes), ag_text(reason), ag_time(at), ag_uuid(but))->count;
	return (int) ag_run(flow_statements, FLOW_VOID_NUMBER, ag_int8(number_id), ag_texts(purposes),
						ag_text(reason), ag_time(at), ag_uuid(but),
						ag_int8_or_null(account_id))->count;
}

int64
ag_flow_store_forget(TimestampTz before, int64 limit)
{
	return ag_row_int8(ag_run(flow_statements, FLOW_FORGET, ag_time(before), ag_int8(limit)), 0, 1);
}

bool
ag_flow_store_uses(int32 kid)
{
	AgResult   *result;

	PushActiveSnapshot(GetLatestSnapshot());
	result = ag_run(flow_statements, FLOW_USES, ag_int4(kid));
	PopActiveSnapshot();
	return result->count > 0;
}

/* Is a flow about the number still open? */
bool
ag_flow_store_needs(int64 number_id, TimestampTz at)
{
	return ag_run(flow_statements, FLOW_NEEDS, ag_int8(number_id), ag_time(at))->count > 0;
}

void
ag_flow_store_outcome(const pg_uuid_t *ref, const AgFlowReply *reply, TimestampTz at)
{
	const AgFlow *flow = reply->flow;
	const AgActor *actor = ag_actor();
	int64		account_id = reply->account_id != 0 || flow == NULL ? reply->account_id : flow->account_id;

	ag_run(flow_statements, OUTCOME_INSERT, ag_uuid(ref), ag_time(at),
		   ag_text(ag_flow_code(reply->code)->name),
		   ag_text(flow == NULL ? NULL : ag_flow_purpose_name(flow->purpose)),
		   ag_int8_or_null(account_id), ag_int8_or_null(flow == NULL ? 0 : flow->number_id),
		   ag_text(flow == NULL ? NULL : flow->device), ag_text(actor->application),
		   ag_text(actor->role));
}

/* at, code, purpose, account_id, hint, device, application, role; no row = unknown. */
AgResult *
ag_flow_store_find_outcome(const pg_uuid_t *ref)
{
	return ag_run(flow_statements, OUTCOME_FIND, ag_uuid(ref));
}

int64
ag_flow_store_forget_outcomes(TimestampTz before, int64 limit)
{
	return ag_run(flow_statements, OUTCOME_FORGET, ag_time(before), ag_int8(limit))->count;
}

/* Everything about an account; its contacts' codes go with their flows. */
void
ag_flow_store_erase(int64 account_id)
{
	(void) ag_run(flow_statements, FLOW_ERASE, ag_int8(account_id));
	(void) ag_run(flow_statements, OUTCOME_ERASE, ag_int8(account_id));
}
