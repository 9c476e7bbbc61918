/*-------------------------------------------------------------------------
 *
 * enforce_rules.c
 *		The words of guard()'s arguments.
 *
 * Pure decisions: no tables, no errors, no memory.  A word that is not known is
 * never taken for another.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "enforce/enforce.h"

static const char *const operation_names[] = {
	"insert", "reassign", "update", "delete", "truncate"
};

/* The bit of an operation's name; 0 if there is no such operation. */
uint32
ag_guard_operation(const char *word)
{
	for (int i = 0; i < lengthof(operation_names); i++)
		if (strcmp(word, operation_names[i]) == 0)
			return 1 << i;
	return 0;
}

const char *
ag_guard_operation_name(uint32 operation)
{
	for (int i = 0; i < lengthof(operation_names); i++)
		if (operation == (1 << i))
			return operation_names[i];
	return NULL;
}

bool
ag_guard_parse_level(const char *word, AgGuardTerms *terms)
{
	terms->at_commit = strcmp(word, "commit") == 0;
	return terms->at_commit || strcmp(word, "statement") == 0;
}

bool
ag_guard_parse_timing(const char *word, AgGuardTerms *terms)
{
	if (strcmp(word, "before") == 0)
		terms->timing = AG_TIMING_BEFORE;
	else if (strcmp(word, "after") == 0)
		terms->timing = AG_TIMING_AFTER;
	else if (strcmp(word, "both") == 0)
		terms->timing = AG_TIMING_BOTH;
	else
		return false;
	return true;
}

bool
ag_guard_parse_unknown(const char *word, AgGuardTerms *terms)
{
	terms->unknown_refused = strcmp(word, "refuse") == 0;
	return terms->unknown_refused || strcmp(word, "allow") == 0;
}

bool
ag_guard_parse_null(const char *word, AgGuardTerms *terms)
{
	terms->null_allowed = strcmp(word, "allow") == 0;
	return terms->null_allowed || strcmp(word, "refuse") == 0;
}
