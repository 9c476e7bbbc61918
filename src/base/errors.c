/*-------------------------------------------------------------------------
 *
 * errors.c
 *		The error catalogue as data: SQLSTATEs for ereport, rows for errors().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"

typedef struct ErrorEntry
{
	const char *code;			/* last three characters of the SQLSTATE */
	const char *symbol;
	const char *meaning;
	const char *remedy;
} ErrorEntry;

#define AG_ERROR(symbol, code, meaning, remedy) {code, #symbol, meaning, remedy},
static const ErrorEntry entries[] = {AG_ERROR_LIST};
#undef AG_ERROR

int
ag_sqlstate(int error)
{
	const char *code = entries[error].code;

	return MAKE_SQLSTATE('U', 'G', code[0], code[1], code[2]);
}

void
ag_error_entry(int error, const char **code, const char **symbol, const char **meaning,
			   const char **remedy)
{
	*code = entries[error].code;
	*symbol = entries[error].symbol;
	*meaning = entries[error].meaning;
	*remedy = entries[error].remedy;
}
